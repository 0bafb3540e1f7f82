"""The bodies of requests about proposals, read into values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from console.bodies.fields import message_text_of
from outreach.proposals import Dismissal

if TYPE_CHECKING:
    from console.bodies.json_types import Body


class NewOffer(Struct, frozen=True):
    """A text that is to be offered to a stranger."""

    text: str
    rules_confirmed: bool = False
    """The writer read the rules of the place, and they permit it."""


def offer(body: Body) -> NewOffer:
    """Return the body of ``POST …/offer``; raises a 422 for a text of which nothing can be seen."""
    return NewOffer(message_text_of(body, "text"), bool(body.get("rules_confirmed")))


def dismissal(body: Body) -> Dismissal:
    """Return the body of ``POST …/dismiss``."""
    return Dismissal(body["reason"])
