"""The app's webhook for Pages: its body and its signature."""

from __future__ import annotations

from typing import Any

from infra.square.core.webhook import Webhook
from infra.square.platforms._graph.errors import meta_json
from infra.square.platforms._graph.signing import signature_headers


class FacebookWebhook(Webhook):
    """Delivers entries, several in a call."""

    batches = True

    def compose(self, updates: list[dict[str, Any]]) -> bytes:
        return meta_json({"object": "page", "entry": updates})

    def sign(self, body: bytes) -> dict[str, str]:
        return signature_headers(str(self.account.config["app_secret"]), body)

    def headers(self, updates: list[dict[str, Any]]) -> dict[str, str]:
        return {"User-Agent": "facebookexternalua"}
