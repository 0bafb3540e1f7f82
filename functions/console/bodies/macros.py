"""A macro as leads write it: a title, and what it does, each kind of deed once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from application import templates
from console.bodies.collaboration import HandOver, Marks, Nap, hand_over_of, marks_of, nap_of
from console.bodies.conversations import LONGEST_HOLD, WISH_FIELDS, FollowUpWish, wish_of
from console.bodies.fields import known, object_of, optional, text_of, whole
from console.errors import ApiError, malformed

LONGEST_TITLE = 80
MOST_ACTIONS = 6
LONGEST_REPLY = 8000
REPLY_FIELDS = frozenset({"customer", "agent"})
"""What a macro's answer can have filled in; the rest belongs to follow-ups."""


@dataclass(frozen=True, slots=True)
class Macro:
    """What a macro does; what is None it leaves alone."""

    title: str
    reply: str | None = None
    resolve: bool = False
    follow_up: FollowUpWish | None = None
    tag: Marks | None = None
    assign: HandOver | None = None
    snooze: Nap | None = None


def macro(raw: bytes) -> tuple[Macro, dict[str, Any]]:
    """The body of ``PUT …/macros/{name}``: what it means, and the document to keep."""
    body = object_of(raw, {"title", "actions"})
    title, actions = optional(body, "title", str), optional(body, "actions", list)
    if title is None or actions is None or len(actions) > MOST_ACTIONS:
        raise malformed(f"title and actions are needed, {MOST_ACTIONS} actions at most")
    return macro_of(body), {"title": title.strip(), "actions": actions}


def macro_of(document: dict[str, Any]) -> Macro:
    """What a document means; raises a 400 or a 422 that says what is wrong with it."""
    deeds: dict[str, Any] = {}
    for action in document["actions"]:
        if not isinstance(action, dict) or len(action) != 1 or not action.keys() <= _KINDS.keys():
            raise malformed(f"actions: each one of {', '.join(_KINDS)}")
        ((kind, said),) = action.items()
        if kind in deeds:
            raise ApiError(422, "macro", detail=kind)
        deeds[kind] = _KINDS[kind](said)
    title = document["title"].strip()
    if not 0 < len(title) <= LONGEST_TITLE or not deeds:
        raise malformed(f"title: 1 to {LONGEST_TITLE} characters, actions: one at least")
    if {"resolve", "snooze"} <= deeds.keys():
        raise ApiError(422, "macro", detail="resolve, snooze")
    return Macro(title, **deeds)


def use(raw: bytes) -> tuple[str | None, int]:
    """The body of ``POST …/macros/{name}``: the last message the agent saw, and how long (ms) the answer is held."""
    body = object_of(raw or b"{}", {"seen", "hold_seconds"})
    return optional(body, "seen", str), whole(body, "hold_seconds", 0, LONGEST_HOLD) * 1000


def _reply(said: Any) -> str:
    text = text_of(_object(said, {"text"}))
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


def _resolve(said: Any) -> bool:
    if said is not True:
        raise malformed("resolve: true")
    return True


def _object(said: Any, names: set[str]) -> dict[str, Any]:
    if not isinstance(said, dict):
        raise malformed("actions: each says what to do in an object")
    known(said, names)
    return said


_KINDS: dict[str, Callable[[Any], Any]] = {
    "reply": _reply,
    "resolve": _resolve,
    "follow_up": lambda said: wish_of(_object(said, WISH_FIELDS)),
    "tag": lambda said: marks_of(_object(said, {"add", "remove"})),
    "assign": lambda said: hand_over_of(_object(said, {"assignee", "team"})),
    "snooze": lambda said: nap_of(_object(said, {"after"})),
}
