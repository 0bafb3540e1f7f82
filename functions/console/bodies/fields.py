"""Values that several bodies have: texts that are not empty, times, and lists in which each entry counts once."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime

from console.bodies.json_types import Body
from console.errors import ApiError, malformed
from conversations.durations import is_duration
from conversations.facts import Visibility

_UNSEEN = frozenset({"Cc", "Cf", "Zl", "Zp", "Zs"})
"""Categories of blanks, controls, and format characters."""
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
"""Controls that are neither ends of lines nor tabs: nobody sees them, and mails leave them out as well."""
TIME_MESSAGE = "after: an ISO 8601 duration like P7D, at: a time with a zone like 2030-01-31T09:00:00Z"


def unique(values: Iterable[str] | None) -> tuple[str, ...]:
    """Return a list's strings, each once; none where it is left out."""
    return tuple(dict.fromkeys(values or ()))


def visibility_of(body: Body) -> Visibility | None:
    """Return where something is to be said, if the body says that."""
    return Visibility(body["visibility"]) if body.get("visibility") else None


def text_of(body: Body, name: str = "text") -> str:
    """Return a text that is there; raises a 422 for one of which nothing can be seen."""
    if all(unicodedata.category(letter) in _UNSEEN for letter in body[name]):
        raise ApiError(422, "text_empty")
    return body[name]


def message_text_of(body: Body, name: str = "text") -> str:
    """Return the text of a message, as it is sent: without controls; raises like ``text_of``."""
    return without_controls(text_of(body, name))


def without_controls(text: str) -> str:
    """Return a text without controls; ends of lines and tabs stay."""
    return _CONTROLS.sub("", text)


def duration_of(body: Body, name: str) -> str | None:
    """Return an ISO 8601 duration, if there is one; raises a 400."""
    value = body.get(name)
    if value is not None and not is_duration(value):
        raise malformed(TIME_MESSAGE)
    return value


def moment_of(value: str) -> int:
    """Return a time with its zone in milliseconds; raises a 400."""
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


def file_name(written: str) -> str:
    """Return the name of a file as it is shown: without what cannot be seen."""
    return "".join(letter if letter.isprintable() else "_" for letter in written).strip() or "_"
