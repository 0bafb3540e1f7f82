"""What agents send, read into values. Whatever has not the form of the API document is refused by name."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from console.errors import ApiError, malformed
from conversations.hours import is_duration
from conversations.model import Outcome, Visibility

T = TypeVar("T")
WISH_FIELDS = {"after", "at", "text", "template", "topic", "visibility"}
JUDGEMENTS = (Outcome.SOLVED, Outcome.STILL_BROKEN, Outcome.OTHER, Outcome.NO_ANSWER)
LARGEST_BULK = 100
"""Conversations in one request."""
LAST_POSITION = 100_000
LONGEST_WORDS = 20
USUAL_RATE = 60
FASTEST = 3600
_BATCH = re.compile(r"[A-Za-z0-9_-]{8,40}")
_TIME_MESSAGE = "after: an ISO 8601 duration like P7D, at: a time with a zone like 2030-01-31T09:00:00Z"
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


def reply(raw: bytes) -> NewReply:
    """The body of ``POST …/replies``."""
    body = _object(raw, {"text", "visibility", "follow_up", "resolve", "seen"})
    wish = body.get("follow_up")
    return NewReply(
        text=_text(body),
        visibility=_visibility(body),
        follow_up=None if wish is None else _wish(wish),
        resolve=_optional(body, "resolve", bool) or False,
        seen=_optional(body, "seen", str),
    )


def note(raw: bytes) -> str:
    """The body of ``POST …/notes``: its text."""
    return _text(_object(raw, {"text"}))


def seen(raw: bytes) -> str | None:
    """The body of ``POST …/resolve``, which may be empty: the last message the agent saw."""
    return _optional(_object(raw or b"{}", {"seen"}), "seen", str)


def nothing(raw: bytes) -> None:
    """The body of an action that takes none."""
    _object(raw or b"{}", set())


def follow_up(raw: bytes) -> FollowUpWish:
    """The body of ``PUT …/follow-up``."""
    return _wish(_object(raw, WISH_FIELDS))


def plan(raw: bytes) -> tuple[str, FollowUpWish]:
    """The body of ``POST /follow-ups/plan``: the conversation's id and the wish."""
    body = _object(raw, {"conversation", *WISH_FIELDS})
    conversation = _optional(body, "conversation", str)
    if conversation is None:
        raise malformed("conversation is missing")
    return conversation, _wish({name: value for name, value in body.items() if name != "conversation"})


def outcome(raw: bytes) -> Judgement:
    """The body of ``PUT …/follow-up/outcome``."""
    body = _object(raw, {"outcome", "resolve", "seen"})
    said = _optional(body, "outcome", str)
    if said not in JUDGEMENTS:
        raise malformed(f"outcome: {', '.join(JUDGEMENTS)}")
    return Judgement(Outcome(said), _optional(body, "resolve", bool) or False, _optional(body, "seen", str))


def selection(raw: bytes) -> tuple[Selection, FollowUpWish, int]:
    """The body of ``POST /follow-ups/bulk/preview``: who was answered, the wish, and the rate per hour."""
    body = _object(raw, {"team", "channel", "answered_since", "answered_until", "words", "follow_up", "per_hour"})
    words = _strings(body, "words", LONGEST_WORDS)
    since, until = (_time(body, name) for name in ("answered_since", "answered_until"))
    if since > until:
        raise ApiError(422, "period")
    chosen = Selection(_optional(body, "team", str) or "", since, until, _optional(body, "channel", str) or "", words)
    return chosen, _wish({} if body.get("follow_up") is None else body["follow_up"]), _rate(body)


def bulk(raw: bytes) -> Bulk:
    """The body of ``POST /follow-ups/bulk``."""
    body = _object(raw, {"conversations", "follow_up", "per_hour", "position", "batch"})
    position = 0 if body.get("position") is None else _optional(body, "position", int)
    name = batch(_optional(body, "batch", str) or "")
    chosen = _strings(body, "conversations", LARGEST_BULK)
    if not chosen:
        raise malformed("conversations is missing")
    if position is None or isinstance(position, bool) or not 0 <= position <= LAST_POSITION:
        raise malformed(f"position: 0 to {LAST_POSITION}")
    return Bulk(chosen, _wish({} if body.get("follow_up") is None else body["follow_up"]), _rate(body), position, name)


def batch(name: str) -> str:
    """The name of a bulk; raises a 400."""
    if not _BATCH.fullmatch(name):
        raise malformed("batch: 8 to 40 of a-z, A-Z, 0-9, - and _, the same for all requests of a bulk")
    return name


def team(raw: bytes, name: str) -> dict[str, Any]:
    """The body of ``PUT /teams/{team}``, for ``teams`` to look at: what is null is left out, as is the name itself."""
    body = {field: value for field, value in _object(raw, None).items() if value is not None}
    if body.pop("name", name) != name:
        raise ApiError(422, "rules", detail=f"name: {name}, as in the path")
    return body


def template(raw: bytes) -> str:
    """The body of a template: its text."""
    return _text(_object(raw, {"text"}))


def _rate(body: dict[str, Any]) -> int:
    rate = _optional(body, "per_hour", int)
    if isinstance(rate, bool) or (rate is not None and not 1 <= rate <= FASTEST):
        raise malformed(f"per_hour: 1 to {FASTEST}")
    return USUAL_RATE if rate is None else rate


def _strings(body: dict[str, Any], name: str, most: int) -> tuple[str, ...]:
    values = _optional(body, name, list) or []
    if len(values) > most or not all(isinstance(value, str) and 0 < len(value) <= 100 for value in values):
        raise malformed(f"{name}: at most {most} strings of 1 to 100 characters")
    return tuple(dict.fromkeys(values))


def _time(body: dict[str, Any], name: str) -> int:
    value = _optional(body, name, str)
    if value is None:
        raise malformed(f"{name} is missing")
    return _moment(value)


def idempotency_key(value: str | None) -> str:
    """The header of that name, or nothing."""
    if value is not None and not _KEY.fullmatch(value):
        raise malformed("Idempotency-Key: 1 to 255 visible ASCII characters")
    return value or ""


def _wish(value: Any) -> FollowUpWish:
    if not isinstance(value, dict):
        raise malformed("follow_up: an object")
    _known(value, WISH_FIELDS)
    after, at, text, template, topic = (
        _optional(value, name, str) for name in ("after", "at", "text", "template", "topic")
    )
    for one, other, names in ((after, at, "after or at"), (text, template, "text or template")):
        if one is not None and other is not None:
            raise malformed(f"follow_up: {names}, not both")
    if text is not None and not text.strip():
        raise ApiError(422, "text_empty")
    if after is not None and not is_duration(after):
        raise malformed(_TIME_MESSAGE)
    moment = _moment(at) if at is not None else None
    return FollowUpWish(after, moment, text, template, topic, _visibility(value))


def _visibility(body: dict[str, Any]) -> Visibility | None:
    visibility = _optional(body, "visibility", str)
    if visibility is not None and visibility not in set(Visibility):
        raise malformed("visibility: public or private")
    return Visibility(visibility) if visibility else None


def _object(raw: bytes, names: set[str] | None) -> dict[str, Any]:
    try:
        body = json.loads(raw, parse_float=_number)
        # Half a surrogate pair is no text that could be kept or sent.
        json.dumps(body, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise malformed("the body is not JSON") from None
    if not isinstance(body, dict):
        raise malformed("the body is not an object")
    if names is not None:
        _known(body, names)
    return body


def _number(written: str) -> int | float:
    """A number; one that is written as 5.0 is as whole as 5."""
    number = float(written)
    return int(number) if number.is_integer() else number


def _known(body: dict[str, Any], names: set[str]) -> None:
    if unknown := body.keys() - names:
        raise malformed(f"unknown field {min(unknown)[:50]}")


def _optional(body: dict[str, Any], name: str, kind: type[T]) -> T | None:
    value = body.get(name)
    if value is not None and not isinstance(value, kind):
        raise malformed(f"{name}: {kind.__name__} expected")
    return value


def _text(body: dict[str, Any]) -> str:
    text = _optional(body, "text", str)
    if text is None:
        raise malformed("text is missing")
    if not text.strip():
        raise ApiError(422, "text_empty")
    return text


def _moment(value: str) -> int:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise malformed(_TIME_MESSAGE) from None
    if moment.tzinfo is None:
        raise malformed(_TIME_MESSAGE)
    try:
        return int(moment.timestamp() * 1000)
    except (OverflowError, ValueError):
        raise malformed(_TIME_MESSAGE) from None
