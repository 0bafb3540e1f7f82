"""Drivers of a running stack from outside: customers, agents, and a platform that signs its deliveries."""

from __future__ import annotations

import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

import httpx

from infra.local.players import PATIENCE, AgentApi, Broken, Json, Square, sign_in, wait_for

__all__ = ["PATIENCE", "AgentApi", "Broken", "Json", "Square", "Webhook", "sign_in", "wait_for"]

SAMPLES = Path(__file__).parents[2] / "events" / "channels" / "facebook"
SAMPLED_PAGE = "104200000000001"
"""The Page of the sample events."""


class Webhook:
    """The platform's side of the demo connection, where the square would be too well-behaved."""

    def __init__(self, values: Json) -> None:
        self._connection = values["connections"]["facebook"]
        self.url = values["webhook_url"].format(channel="facebook", connection=self._connection["name"])
        self._http = httpx.Client(timeout=PATIENCE)

    def deliver(self, payload: Json | bytes, secret: str = "") -> httpx.Response:
        """Post a payload, signed with the app's secret or with another one."""
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        headers = {"Content-Type": "application/json", "X-Hub-Signature-256": self.signature(body, secret)}
        return self._http.post(self.url, content=body, headers=headers)

    def signature(self, body: bytes, secret: str = "") -> str:
        """Return what a body is signed with."""
        digest = hmac.new((secret or self._connection["app_secret"]).encode(), body, hashlib.sha256)
        return f"sha256={digest.hexdigest()}"

    def sample(self, name: str) -> Json:
        """The payload of a sample event, as if it came from the demo's Page."""
        text = (SAMPLES / f"{name}.json").read_text(encoding="utf-8")
        return json.loads(text.replace(SAMPLED_PAGE, self._connection["page_id"]))["body"]

    def messages(self, *messages: Any) -> Json:
        """A payload of private messages: ``(sender, mid, text, milliseconds)`` each."""
        page = self._connection["page_id"]
        return self._payload(
            messaging=[
                {
                    "sender": {"id": sender},
                    "recipient": {"id": page},
                    "timestamp": at,
                    "message": {"mid": mid, "text": text},
                }
                for sender, mid, text, at in messages
            ]
        )

    def _payload(self, **content: Any) -> Json:
        return {"object": "page", "entry": [{"id": self._connection["page_id"], "time": 0, **content}]}
