"""What agents send, read into values. Whatever has not the form of the API document is refused by name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from console.bodies.fields import (
    TIME_MESSAGE,
    known,
    moment_of,
    object_of,
    optional,
    strings,
    text_of,
    time_of,
    visibility_of,
    whole,
)
from console.errors import ApiError, malformed
from conversations.durations import is_duration
from conversations.facts import Visibility
from conversations.promise import Outcome

WISH_FIELDS = {"after", "at", "text", "template", "topic", "visibility"}
JUDGEMENTS = (Outcome.SOLVED, Outcome.STILL_BROKEN, Outcome.OTHER, Outcome.NO_ANSWER)
LARGEST_BULK = 100
"""Conversations in one request."""
LAST_POSITION = 100_000
MOST_FILES = 10
LONGEST_WORDS = 20
LONGEST_HOLD = 10
"""Seconds."""
USUAL_RATE = 60
FASTEST = 3600
_BATCH = re.compile(r"[A-Za-z0-9_-]{8,40}")
_KEY = re.compile(r"[!-~]{1,255}")


@dataclass(frozen=True, slots=True)
class FollowUpWish:
    """A follow-up as an agent asks for it: what is left out is as the team usually has it."""

    after: str | None = None
    at: int | None = None
    """Milliseconds."""
    text: str | None = None
    template: str | None = None
    topic: str | None = None
    visibility: Visibility | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """What an answer means, as an agent says; with ``resolve`` the conversation is closed as well."""

    outcome: Outcome
    resolve: bool = False
    seen: str | None = None


@dataclass(frozen=True, slots=True)
class Bulk:
    """Asking many customers: which, how, and how many an hour."""

    conversations: tuple[str, ...]
    wish: FollowUpWish
    per_hour: int
    position: int
    """How many of the same bulk were dealt with by requests before this one."""
    batch: str


@dataclass(frozen=True, slots=True)
class Selection:
    """Which customers were answered about something: when, where, and in which words they wrote."""

    team: str
    """Empty: all teams."""
    since: int
    until: int
    """Milliseconds."""
    channel: str = ""
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NewReply:
    """An answer to be sent."""

    text: str
    visibility: Visibility | None
    follow_up: FollowUpWish | None
    resolve: bool
    seen: str | None
    hold: int = 0
    """Milliseconds for which it is held back, and can be taken back."""
    private: str = ""
    """The private message that is sent in one go with a public answer."""
    files: tuple[str, ...] = ()
    """The ids of uploads that go along with the first message."""
    split: bool = False
    """A text that is too long for the platform goes out in parts."""


_REPLY = {"text", "visibility", "follow_up", "resolve", "seen", "hold_seconds", "private", "files", "split"}


def reply(raw: bytes) -> NewReply:
    """The body of ``POST …/replies``."""
    body = object_of(raw, _REPLY)
    wish, private = body.get("follow_up"), optional(body, "private", dict)
    if private is not None and body.get("visibility") == Visibility.PRIVATE:
        raise ApiError(422, "beside_private")
    known(private or {}, {"text"})
    files = strings(body, "files", MOST_FILES)
    return NewReply(
        text=(optional(body, "text", str) or "") if files else text_of(body),
        visibility=visibility_of(body),
        follow_up=None if wish is None else wish_of(wish),
        resolve=optional(body, "resolve", bool) or False,
        seen=optional(body, "seen", str),
        hold=whole(body, "hold_seconds", 0, LONGEST_HOLD) * 1000,
        private="" if private is None else text_of(private),
        files=files,
        split=optional(body, "split", bool) or False,
    )


def arrived(raw: bytes) -> bool:
    """The body of ``POST …/settle``: whether the message stands on the platform."""
    said = optional(object_of(raw, {"arrived"}), "arrived", bool)
    if said is None:
        raise malformed("arrived is missing")
    return said


def seen(raw: bytes) -> str | None:
    """The body of ``POST …/resolve``, which may be empty: the last message the agent saw."""
    return optional(object_of(raw or b"{}", {"seen"}), "seen", str)


def nothing(raw: bytes) -> None:
    """The body of an action that takes none."""
    object_of(raw or b"{}", set())


def follow_up(raw: bytes) -> FollowUpWish:
    """The body of ``PUT …/follow-up``."""
    return wish_of(object_of(raw, WISH_FIELDS))


def plan(raw: bytes) -> tuple[str, FollowUpWish]:
    """The body of ``POST /follow-ups/plan``: the conversation's id and the wish."""
    body = object_of(raw, {"conversation", *WISH_FIELDS})
    conversation = optional(body, "conversation", str)
    if conversation is None:
        raise malformed("conversation is missing")
    return conversation, wish_of({name: value for name, value in body.items() if name != "conversation"})


def outcome(raw: bytes) -> Judgement:
    """The body of ``PUT …/follow-up/outcome``."""
    body = object_of(raw, {"outcome", "resolve", "seen"})
    said = optional(body, "outcome", str)
    if said not in JUDGEMENTS:
        raise malformed(f"outcome: {', '.join(JUDGEMENTS)}")
    return Judgement(Outcome(said), optional(body, "resolve", bool) or False, optional(body, "seen", str))


def selection(raw: bytes) -> tuple[Selection, FollowUpWish, int]:
    """The body of ``POST /follow-ups/bulk/preview``: who was answered, the wish, and the rate per hour."""
    body = object_of(raw, {"team", "channel", "answered_since", "answered_until", "words", "follow_up", "per_hour"})
    words = strings(body, "words", LONGEST_WORDS)
    since, until = (time_of(body, name) for name in ("answered_since", "answered_until"))
    if since > until:
        raise ApiError(422, "period")
    chosen = Selection(optional(body, "team", str) or "", since, until, optional(body, "channel", str) or "", words)
    return chosen, wish_of({} if body.get("follow_up") is None else body["follow_up"]), _rate(body)


def bulk(raw: bytes) -> Bulk:
    """The body of ``POST /follow-ups/bulk``."""
    body = object_of(raw, {"conversations", "follow_up", "per_hour", "position", "batch"})
    position = 0 if body.get("position") is None else optional(body, "position", int)
    name = batch(optional(body, "batch", str) or "")
    chosen = strings(body, "conversations", LARGEST_BULK)
    if not chosen:
        raise malformed("conversations is missing")
    if position is None or isinstance(position, bool) or not 0 <= position <= LAST_POSITION:
        raise malformed(f"position: 0 to {LAST_POSITION}")
    return Bulk(
        chosen, wish_of({} if body.get("follow_up") is None else body["follow_up"]), _rate(body), position, name
    )


def batch(name: str) -> str:
    """The name of a bulk; raises a 400."""
    if not _BATCH.fullmatch(name):
        raise malformed("batch: 8 to 40 of a-z, A-Z, 0-9, - and _, the same for all requests of a bulk")
    return name


def new_team(raw: bytes) -> dict[str, Any]:
    """The body of ``POST /teams``: name and label, for ``teams`` to look at."""
    body = object_of(raw, {"name", "label"})
    for field in ("name", "label"):
        optional(body, field, str)
    if body.get("name") is None:
        raise malformed("name is missing")
    return body


def team(raw: bytes, name: str) -> dict[str, Any]:
    """The body of ``PUT /teams/{team}``, for ``teams`` to look at: what is null is left out, as is the name itself."""
    body = {field: value for field, value in object_of(raw, None).items() if value is not None}
    if body.pop("name", name) != name:
        raise ApiError(422, "rules", detail=f"name: {name}, as in the path")
    return body


def _rate(body: dict[str, Any]) -> int:
    rate = optional(body, "per_hour", int)
    if isinstance(rate, bool) or (rate is not None and not 1 <= rate <= FASTEST):
        raise malformed(f"per_hour: 1 to {FASTEST}")
    return USUAL_RATE if rate is None else rate


def idempotency_key(value: str | None) -> str:
    """The header of that name, or nothing."""
    if value is not None and not _KEY.fullmatch(value):
        raise malformed("Idempotency-Key: 1 to 255 visible ASCII characters")
    return value or ""


def wish_of(value: Any) -> FollowUpWish:
    """A follow-up as it is wished for; raises a 400, and a 422 for an empty text."""
    if not isinstance(value, dict):
        raise malformed("follow_up: an object")
    known(value, WISH_FIELDS)
    after, at, text, template, topic = (
        optional(value, name, str) for name in ("after", "at", "text", "template", "topic")
    )
    for one, other, names in ((after, at, "after or at"), (text, template, "text or template")):
        if one is not None and other is not None:
            raise malformed(f"follow_up: {names}, not both")
    if text is not None and not text.strip():
        raise ApiError(422, "text_empty")
    if after is not None and not is_duration(after):
        raise malformed(TIME_MESSAGE)
    moment = moment_of(at) if at is not None else None
    return FollowUpWish(after, moment, text, template, topic, visibility_of(value))
