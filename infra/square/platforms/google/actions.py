"""Actions that only people on Google have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infra.square.core.actions import Actions
from infra.square.core.web import BadInput, Fields
from infra.square.platforms.google.account import DAILY_UNITS, is_review

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from infra.square.core.actions import Action

    Handler = Callable[[Request, dict[str, Any]], dict[str, Any] | None]
    from infra.square.core.world import World
    from infra.square.platforms.google.account import GoogleAccount
    from infra.square.platforms.google.events import GoogleEvents
    from infra.square.platforms.google.reviews import Reviews


class GoogleActions(Actions):
    """The actions of ``POST /_square/google/do``."""

    def __init__(self, account: GoogleAccount, world: World, events: GoogleEvents, reviews: Reviews) -> None:
        self.account = account
        self.world = world
        self.events = events
        self.reviews = reviews

    def actions(self) -> dict[str, Action]:
        return {
            "subscribe": self._subscribe,
            "reject_reply": self._reject_reply,
            "judge": self._judge,
            "quota": self._set_quota,
            "unverify": lambda fields: self._set_flag(fields, "unverified"),
            "revoke": lambda fields: self._set_flag(fields, "revoked"),
        }

    def _subscribe(self, fields: Fields) -> dict[str, Any]:
        """Set up pushes, as people do in the Cloud console."""
        self.account.hook = {name: fields.text(name) for name in ("url", "audience", "email")}
        return {}

    def _reject_reply(self, fields: Fields) -> dict[str, Any]:
        """Have Google reject the company's reply to a review."""
        reply = self.reviews.reply_of(fields.text("message_id"))
        if reply is None:
            raise BadInput("there is no reply")
        reply.traits["state"] = "REJECTED"
        return {}

    def _judge(self, fields: Fields) -> dict[str, Any]:
        """Change the stars of a review."""
        post, stars = self.world.get_of_others(fields.text("message_id")), fields.whole("stars", 0)
        if not is_review(post) or stars not in range(1, 6):
            raise BadInput("a review has 1 to 5 stars")
        post.traits["stars"], post.edited = stars, self.account.clock.now()
        self.events.announce(post)
        return {}

    def _set_quota(self, fields: Fields) -> dict[str, Any]:
        self.account.left = fields.whole("left", DAILY_UNITS)
        return {}

    def _set_flag(self, fields: Fields, flag: str) -> dict[str, Any]:
        (self.account.flags.add if fields.flag(flag, True) else self.account.flags.discard)(flag)
        return {}
