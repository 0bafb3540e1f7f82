"""The app's webhook: its body and its signature."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infra.square.core.webhook import Webhook
from infra.square.platforms._graph.errors import meta_json
from infra.square.platforms._graph.signing import signature_headers

if TYPE_CHECKING:
    pass


class ThreadsWebhook(Webhook):
    """Delivers one event in each call."""

    def compose(self, updates: list[dict[str, Any]]) -> bytes:
        return meta_json(updates[0])

    def sign(self, body: bytes) -> dict[str, str]:
        return signature_headers(str(self.account.config["app_secret"]), body)
