"""The fields of what agents send: whatever has not the form of the API document is refused by name."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, TypeVar

from console.errors import ApiError, malformed
from conversations.facts import Visibility

T = TypeVar("T")
TIME_MESSAGE = "after: an ISO 8601 duration like P7D, at: a time with a zone like 2030-01-31T09:00:00Z"


def strings(body: dict[str, Any], name: str, most: int) -> tuple[str, ...]:
    """A list of strings, each once; none where it is left out. Raises a 400."""
    values = optional(body, name, list) or []
    if len(values) > most or not all(isinstance(value, str) and 0 < len(value) <= 100 for value in values):
        raise malformed(f"{name}: at most {most} strings of 1 to 100 characters")
    return tuple(dict.fromkeys(values))


def time_of(body: dict[str, Any], name: str) -> int:
    """A time that has to be there, in milliseconds; raises a 400."""
    value = optional(body, name, str)
    if value is None:
        raise malformed(f"{name} is missing")
    return moment_of(value)


def visibility_of(body: dict[str, Any]) -> Visibility | None:
    """Where something is to be said, if that is said; raises a 400."""
    visibility = optional(body, "visibility", str)
    if visibility is not None and visibility not in set(Visibility):
        raise malformed("visibility: public or private")
    return Visibility(visibility) if visibility else None


def object_of(raw: bytes, names: set[str] | None) -> dict[str, Any]:
    """The body, of which these names may be said (None: any); raises a 400."""
    try:
        body = json.loads(raw, parse_float=_number)
        # Half a surrogate pair is no text that could be kept or sent.
        json.dumps(body, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise malformed("the body is not JSON") from None
    if not isinstance(body, dict):
        raise malformed("the body is not an object")
    if names is not None:
        known(body, names)
    return body


def _number(written: str) -> int | float:
    """A number; one that is written as 5.0 is as whole as 5."""
    number = float(written)
    return int(number) if number.is_integer() else number


def known(body: dict[str, Any], names: set[str]) -> None:
    """Raise a 400 for a name that is none of these."""
    if unknown := body.keys() - names:
        raise malformed(f"unknown field {min(unknown)[:50]}")


def optional(body: dict[str, Any], name: str, kind: type[T]) -> T | None:
    """A field of a kind, or None where it is left out or null; raises a 400."""
    value = body.get(name)
    if value is not None and not isinstance(value, kind):
        raise malformed(f"{name}: {kind.__name__} expected")
    return value


def text_of(body: dict[str, Any]) -> str:
    """The text of a message; raises a 422 for an empty one."""
    text = optional(body, "text", str)
    if text is None:
        raise malformed("text is missing")
    if not text.strip():
        raise ApiError(422, "text_empty")
    return text


def moment_of(value: str) -> int:
    """A time with its zone, in milliseconds; raises a 400."""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise malformed(TIME_MESSAGE) from None
    if moment.tzinfo is None:
        raise malformed(TIME_MESSAGE)
    try:
        return int(moment.timestamp() * 1000)
    except (OverflowError, ValueError):
        raise malformed(TIME_MESSAGE) from None


def whole(body: dict[str, Any], name: str, least: int, most: int) -> int:
    """A whole number within limits, the least one where it is left out; raises a 400."""
    value = optional(body, name, int)
    if value is None:
        return least
    if isinstance(value, bool) or not least <= value <= most:
        raise malformed(f"{name}: {least} to {most}")
    return value
