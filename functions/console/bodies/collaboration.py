"""What agents send about who looks after what, read into values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from console.bodies.fields import TIME_MESSAGE, moment_of, object_of, optional, strings, text_of
from console.errors import ApiError, malformed
from conversations.durations import is_duration
from conversations.normalization import normalize

MOST_MENTIONS = 20
MOST_TAGS = 20
LONGEST_ID = 100
LONGEST_TAG = 50
Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class HandOver:
    """To whom a conversation goes, and what the colleague should know."""

    assignee: str = ""
    """An agent's id, ``me``, or empty for nobody."""
    team: str = ""
    """Empty where it stays in its team."""
    note: str = ""
    mentions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Nap:
    """For how long a conversation is put aside: a delay, or a time in milliseconds."""

    after: str | None = None
    until: int | None = None
    seen: str | None = None
    """The last message the agent saw."""


@dataclass(frozen=True, slots=True)
class Marks:
    """Tags that are put on and taken off."""

    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


def note(raw: bytes) -> tuple[str, tuple[str, ...]]:
    """The body of ``POST …/notes``: its text, and whom it names."""
    body = object_of(raw, {"text", "mentions"})
    return text_of(body), strings(body, "mentions", MOST_MENTIONS)


def hand_over(raw: bytes) -> HandOver:
    """The body of ``POST …/assign``."""
    return hand_over_of(object_of(raw or b"{}", {"assignee", "team", "note", "mentions"}))


def hand_over_of(body: Body) -> HandOver:
    """A hand-over as it is written; nobody and no team is taking it from whoever has it."""
    note, mentions = optional(body, "note", str), strings(body, "mentions", MOST_MENTIONS)
    if mentions and note is None:
        raise ApiError(422, "mentions")
    text = "" if note is None else text_of({"text": note})
    return HandOver(_name(body, "assignee"), _name(body, "team"), text, mentions)


def nap(raw: bytes) -> Nap:
    """The body of ``POST …/snooze``."""
    return nap_of(object_of(raw, {"after", "until", "seen"}))


def nap_of(body: Body) -> Nap:
    """For how long something is put aside, as it is written."""
    after, until = optional(body, "after", str), optional(body, "until", str)
    if (after is None) == (until is None):
        raise ApiError(422, "snooze_time")
    if after is not None and not is_duration(after):
        raise malformed(TIME_MESSAGE)
    return Nap(after, None if until is None else moment_of(until), optional(body, "seen", str))


def marks(raw: bytes) -> Marks:
    """The body of ``PUT …/tags``."""
    return marks_of(object_of(raw, {"add", "remove"}))


def marks_of(body: Body) -> Marks:
    """Tags as they are written."""
    add, remove = (tuple(map(tag_name, strings(body, name, MOST_TAGS))) for name in ("add", "remove"))
    return Marks(add, remove)


def _name(body: Body, name: str) -> str:
    value = optional(body, name, str)
    if value is not None and not 0 < len(value) <= LONGEST_ID:
        raise malformed(f"{name}: 1 to {LONGEST_ID} characters")
    return value or ""


def tag_name(written: str) -> str:
    """A tag as it is kept: in lower case, with single spaces; raises a 400, and a 422 for what cannot be seen."""
    name = " ".join(normalize("NFC", written).lower().split())
    if not name or len(written) > LONGEST_TAG:
        raise malformed(f"tags: 1 to {LONGEST_TAG} characters")
    if not name.isprintable():
        raise ApiError(422, "tag_name")
    return name
