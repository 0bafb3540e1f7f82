"""What agents send, read into values. Whatever has not the form of the API document is refused by name."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from console.errors import ApiError, malformed
from conversations.model import Promise, Visibility

T = TypeVar("T")
YEAR = timedelta(days=366)
_DURATION = re.compile(r"P(?=.)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+S)?)?", re.ASCII)
_TIME_MESSAGE = "after: an ISO 8601 duration like P7D, at: a time with a zone like 2030-01-31T09:00:00Z"
_KEY = re.compile(r"[!-~]{1,255}")


@dataclass(frozen=True, slots=True)
class Wish:
    """A follow-up as an agent asks for it; no text means the team's usual one, no time the usual delay."""

    after: str | None = None
    at: str | None = None
    text: str | None = None

    def promise(self, now: int, usual_delay: str, usual_text: str) -> Promise:
        """The promise this wish makes at ``now`` (milliseconds)."""
        start = datetime.fromtimestamp(now / 1000, UTC)
        moment = _moment(self.at) if self.at else start + _duration(self.after or usual_delay, start)
        if not start < moment <= start + YEAR:
            raise ApiError(422, "follow_up_time", detail=self.at or self.after or usual_delay)
        return Promise(int(moment.timestamp() * 1000), self.text or usual_text)


@dataclass(frozen=True, slots=True)
class NewReply:
    """An answer to be sent."""

    text: str
    visibility: Visibility | None
    follow_up: Wish | None
    resolve: bool
    seen: str | None


def reply(raw: bytes) -> NewReply:
    """The body of ``POST …/replies``."""
    body = _object(raw, {"text", "visibility", "follow_up", "resolve", "seen"})
    visibility = _optional(body, "visibility", str)
    if visibility is not None and visibility not in set(Visibility):
        raise malformed("visibility: public or private")
    wish = body.get("follow_up")
    return NewReply(
        text=_text(body),
        visibility=Visibility(visibility) if visibility else None,
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


def follow_up(raw: bytes) -> Wish:
    """The body of ``PUT …/follow-up``."""
    return _wish(_object(raw, {"after", "at", "text"}))


def idempotency_key(value: str | None) -> str:
    """The header of that name, or nothing."""
    if value is not None and not _KEY.fullmatch(value):
        raise malformed("Idempotency-Key: 1 to 255 visible ASCII characters")
    return value or ""


def _wish(value: Any) -> Wish:
    if not isinstance(value, dict):
        raise malformed("follow_up: an object")
    _known(value, {"after", "at", "text"})
    wish = Wish(*(_optional(value, name, str) for name in ("after", "at", "text")))
    if wish.after is not None and wish.at is not None:
        raise malformed("follow_up: after or at, not both")
    if wish.text is not None and not wish.text.strip():
        raise ApiError(422, "text_empty")
    return wish


def _object(raw: bytes, names: set[str]) -> dict[str, Any]:
    try:
        body = json.loads(raw)
        # Half a surrogate pair is no text that could be kept or sent.
        json.dumps(body, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise malformed("the body is not JSON") from None
    if not isinstance(body, dict):
        raise malformed("the body is not an object")
    _known(body, names)
    return body


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


def _moment(value: str) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise malformed(_TIME_MESSAGE) from None
    if moment.tzinfo is None:
        raise malformed(_TIME_MESSAGE)
    return moment


def _duration(value: str, start: datetime) -> timedelta:
    import isodate

    if not _DURATION.fullmatch(value) or len(value) > 30:
        raise malformed(_TIME_MESSAGE)
    try:
        duration = isodate.parse_duration(value)
        return start + duration - start
    except (isodate.ISO8601Error, OverflowError, ValueError):
        raise ApiError(422, "follow_up_time", detail=value) from None
