"""The webhook, as administrators manage it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infra.square.platforms.discourse.answers import Refused
from infra.square.platforms.discourse.events import EVENT_TYPES

if TYPE_CHECKING:
    from collections.abc import Callable

    from infra.square.platforms.discourse.account import DiscourseAccount


class Hooks:
    """Answers the calls about webhooks."""

    def __init__(self, account: DiscourseAccount) -> None:
        self.account = account

    def handler(self, method: str) -> Callable[[dict[str, Any], str], Any]:
        def action(params: dict[str, Any], _number: str) -> Any:
            if method == "GET":
                types = [{"id": number, "name": name} for number, name in EVENT_TYPES.items()]
                extras = {"grouped_event_types": {"post": types[:5], "more": types[5:]}}
                return {"web_hooks": [self.account.hook] if self.account.hook else [], "extras": extras}
            if method == "DELETE":
                self.account.hook = {}
                return {"success": "OK"}
            return {"web_hook": self._hooked(params.get("web_hook"))}

        return action

    def _hooked(self, wish: object) -> dict[str, Any]:
        if not isinstance(wish, dict) or not str(wish.get("payload_url", "")).startswith("http"):
            raise Refused(422, "Payload URL is invalid")
        if 0 < len(str(wish.get("secret", ""))) < 12:
            raise Refused(422, "Secret is too short (minimum is 12 characters)")
        if not wish.get("web_hook_event_type_ids") and not wish.get("wildcard_web_hook"):
            raise Refused(422, "Web hook event types can't be blank")
        self.account.hook = {"id": 1, **wish}
        return self.account.hook
