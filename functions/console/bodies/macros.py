"""A macro as leads write it: a title and actions, each kind of action once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from application import templates
from console.bodies.collaboration import HandOver, Marks, Nap, hand_over, marks, nap
from console.bodies.conversations import FollowUpWish, follow_up
from console.bodies.fields import text_of
from console.bodies.json_types import Body
from console.errors import ApiError

LONGEST_REPLY = 8000
REPLY_FIELDS = frozenset({"customer", "agent"})
"""Fields that a macro's answer can have filled in; the rest belongs to follow-ups."""


class Macro(Struct, frozen=True):
    """The actions of a macro; it leaves alone what is None."""

    title: str
    reply: str | None = None
    resolve: bool = False
    follow_up: FollowUpWish | None = None
    tag: Marks | None = None
    assign: HandOver | None = None
    snooze: Nap | None = None


def macro(body: Body) -> tuple[Macro, dict[str, Any]]:
    """The body of ``PUT …/macros/{name}``: what it means, and the document to keep."""
    return macro_of(body), {"title": body["title"].strip(), "actions": body["actions"]}


def macro_of(document: dict[str, Any]) -> Macro:
    """Return the macro of a document that has the form of the API's schema; raises a 422 that says what is wrong."""
    values: dict[str, Any] = {}
    for action in document["actions"]:
        ((kind, value),) = action.items()
        if kind in values:
            raise ApiError(422, "macro", detail=kind)
        values[kind] = _KINDS[kind](value)
    if {"resolve", "snooze"} <= values.keys():
        raise ApiError(422, "macro", detail="resolve, snooze")
    return Macro(document["title"].strip(), **values)


def use(body: Body) -> tuple[str | None, int]:
    """The body of ``POST …/macros/{name}``: the last message the agent saw, and how long (ms) the answer is held."""
    return body.get("seen"), (body.get("hold_seconds") or 0) * 1000


def _reply(body: Body) -> str:
    text = text_of(body)
    if len(text) > LONGEST_REPLY:
        raise ApiError(422, "text_too_long", limit=LONGEST_REPLY, length=len(text), unit="characters")
    try:
        templates.check(text)
        templates.fill(text, dict.fromkeys(REPLY_FIELDS, "x"))
    except templates.Unfilled as unknown:
        raise ApiError(422, "template_field", detail=unknown.field, field=unknown.field) from None
    except ValueError:
        raise ApiError(422, "template_broken") from None
    return text


_KINDS: dict[str, Callable[[Any], Any]] = {
    "reply": _reply,
    "resolve": bool,
    "follow_up": follow_up,
    "tag": marks,
    "assign": hand_over,
    "snooze": nap,
}
