"""The company's account and what its personal data server keeps."""

from __future__ import annotations

import secrets
from base64 import b32encode
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from infra.square.core.account import Account

SORTABLE = "234567abcdefghijklmnopqrstuvwxyz"


@dataclass
class Note:
    """One notification of the company's account."""

    uri: str
    reason: str
    author_id: str
    at: int
    subject: str = ""


class BlueskyAccount(Account):
    """One account of the company."""

    @property
    def name(self) -> str:
        return str(self.config["handle"])

    def state(self) -> dict[str, Any]:
        return {
            "notes": [asdict(note) for note in self.notes],
            "log": self.log,
            "records": self.records,
            "blobs": self.blobs,
            "last_tid": self.last_tid,
            "flags": self.flags,
        }

    def restore_state(self, stored: dict[str, Any]) -> None:
        self.notes = [Note(**note) for note in stored.get("notes", [])]
        self.log: list[dict[str, Any]] = stored.get("log", [])
        self.records: dict[str, dict[str, Any]] = stored.get("records", {})
        self.blobs: dict[str, list[str]] = stored.get("blobs", {})
        self.last_tid: int = stored.get("last_tid", 0)
        self.flags: dict[str, Any] = {"generation": 0, "chat": True, **stored.get("flags", {})}

    def set_token(self, *, expired: bool, subcode: int) -> None:
        """Sessions made until now are over; one that is made or refreshed then is good."""
        super().set_token(expired=expired, subcode=subcode)
        self.flags["generation"] += expired

    def new_id(self, kind: str) -> str:
        return f"did:plc:{letters(secrets.token_bytes(15))}" if kind == "person" else self.tid()

    def tid(self) -> str:
        self.last_tid = max(self.clock.now() * 1000, self.last_tid + 1)
        number = self.last_tid << 10
        return "".join(SORTABLE[(number >> shift) & 31] for shift in range(60, -1, -5))


def iso(milliseconds: int) -> str:
    """A time as records write it."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def letters(data: bytes) -> str:
    return b32encode(data).decode().lower().rstrip("=")
