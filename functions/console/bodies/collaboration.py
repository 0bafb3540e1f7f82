"""Bodies of notes, assignments, snoozes and tags, read into values."""

from __future__ import annotations

from msgspec import Struct

from console.bodies.fields import duration_of, moment_of, text_of, unique
from console.bodies.json_types import Body
from console.errors import ApiError
from conversations.normalization import normalize


class HandOver(Struct, frozen=True):
    """The person or team to whom a conversation goes, and what the colleague should know."""

    assignee: str = ""
    """An agent's id, ``me``, or empty for nobody."""
    team: str = ""
    """Empty where it stays in its team."""
    note: str = ""
    mentions: tuple[str, ...] = ()
    override: bool = False
    """The agent takes it, also from a colleague who holds it."""


class Nap(Struct, frozen=True):
    """The time for which a conversation is put aside: a delay, or a time in milliseconds."""

    after: str | None = None
    until: int | None = None
    seen: str | None = None
    """The last message the agent saw."""


class Marks(Struct, frozen=True):
    """Tags that are put on and taken off."""

    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


def note(body: Body) -> tuple[str, tuple[str, ...]]:
    """The body of ``POST …/notes``: its text, and whom it names."""
    return text_of(body), unique(body.get("mentions"))


def hand_over(body: Body) -> HandOver:
    """The body of ``POST …/assign``; without agent and team it takes the conversation from the agent who has it."""
    has_note, mentions = body.get("note") is not None, unique(body.get("mentions"))
    if mentions and not has_note:
        raise ApiError(422, "mentions")
    text = text_of(body, "note") if has_note else ""
    override = body.get("override") or False
    return HandOver(body.get("assignee") or "", body.get("team") or "", text, mentions, override)


def nap(body: Body) -> Nap:
    """The body of ``POST …/snooze``."""
    until = body.get("until")
    if (body.get("after") is None) == (until is None):
        raise ApiError(422, "snooze_time")
    return Nap(duration_of(body, "after"), None if until is None else moment_of(until), body.get("seen"))


def marks(body: Body) -> Marks:
    """The body of ``PUT …/tags``."""
    add, remove = (tuple(map(tag_name, unique(body.get(name)))) for name in ("add", "remove"))
    return Marks(add, remove)


def tag_name(written: str) -> str:
    """A tag as it is kept: in lower case, with single spaces; raises a 422 for what cannot be seen."""
    name = " ".join(normalize("NFC", written).lower().split())
    if not name.isprintable():
        raise ApiError(422, "tag_name")
    return name
