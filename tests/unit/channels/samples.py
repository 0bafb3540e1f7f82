"""The sample events of ``events/channels``, as the tests use them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct, field

from channels.base import Credentials, Request
from conversations.facts import Fact, Nudge, Unreadable

FOLDER = Path(__file__).parents[3] / "events" / "channels"
ACCOUNT = "104200000000001"


class Sample(Struct, frozen=True):
    """One webhook call, and what is to be made of it."""

    channel: str
    name: str
    raw: bytes
    expect: list[dict[str, Any]]
    headers: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    options: dict[str, str] = field(default_factory=dict)
    account_id: str = ACCOUNT
    malformed: bool = False

    @property
    def request(self) -> Request:
        return Request("POST", self.headers, {}, self.raw)

    @property
    def credentials(self) -> Credentials:
        return Credentials(self.account_id, self.secrets, self.options)

    def __str__(self) -> str:
        return f"{self.channel}/{self.name}"


def samples(channel: str) -> list[Sample]:
    """Return all samples of a channel, in the order of their names."""
    return [sample(channel, path) for path in sorted((FOLDER / channel).glob("*.json"))]


def sample(channel: str, path: Path) -> Sample:
    """Return the sample of a file."""
    content = json.loads(path.read_text(encoding="utf-8"))
    content.pop("description")
    body = content.pop("body", None)
    raw = content.pop("raw", None) or json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    headers = {name.lower(): value for name, value in content.pop("headers", {}).items()}
    return Sample(channel, path.stem, raw.encode(), headers=headers, **content)


def told(found: Fact | Unreadable | Nudge, expected: dict[str, Any]) -> dict[str, Any]:
    """Return an event reduced to the expected fields, so that a difference is easy to read."""
    if isinstance(found, Unreadable):
        return {"unreadable": found.reason}
    if isinstance(found, Nudge):
        return {"nudge": True}
    fields = json.loads(msgspec.json.encode(found))
    fields["kind"] = found.kind.name.lower()
    if "handle" not in expected.get("author", {}):
        del fields["author"]["handle"]
    for attachment in fields["attachments"]:
        if attachment["digest"] is None:
            del attachment["digest"]  # few channels have the bytes
    if "handle" not in (expected.get("author") or {}):
        fields["author"].pop("handle", None)  # it tells nobody apart; test_handles has those that are told
    return {name: fields.get(name, "?") for name in expected}
