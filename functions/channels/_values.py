"""Values as platforms really send them, brought into the shapes of the model. Nothing here raises."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from hashlib import blake2b

ID_BYTES = 500
"""No platform's id is longer; what is would not fit into a key of the table."""
MOST_COUNTED = 10**12
LONGEST_NUMBER = 40
_FIRST_SECOND, _LAST_SECOND = 10**8, 10**10
_FIRST_MILLI, _LAST_MILLI = 10**11, 10**13
"""Numbers from 10^8 are seconds (1973 on), above 10^11 milliseconds (to 2286); 0, 1 and the like are no times."""


def as_id(value: object) -> str | None:
    """An id as a string; whole numbers count, everything else is no id."""
    if isinstance(value, str) and value.isascii():
        return value if 0 < len(value) <= ID_BYTES else None
    if value is None:
        return None
    if isinstance(value, float):
        value = int(value) if value.is_integer() else None
    text = as_text(value)
    return text if text and len(text.encode()) <= ID_BYTES else None


def as_text(value: object) -> str | None:
    """Text that can be stored: halves of surrogate pairs, which JSON permits and UTF-8 does not, are replaced."""
    if not isinstance(value, str):
        return _digits(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None
    if value.isascii():
        return value
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if _has_surrogate(value) else value


def as_millis(value: object) -> int | None:
    """A time in milliseconds, from seconds, milliseconds or ISO 8601 (UTC, if no zone is named), if it is one."""
    if isinstance(value, str):
        value = _number_or_moment(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    if _FIRST_MILLI < value < _LAST_MILLI:
        return int(value)
    return min(round(value * 1000), _LAST_MILLI - 1) if _FIRST_SECOND <= value < _LAST_SECOND else None


def as_count(value: object) -> int | None:
    """Return how many there are of something; None for what is no such number."""
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if 0 <= value <= MOST_COUNTED else None


def as_number(value: object, most: float) -> float | None:
    """Return a number, also one in a text, whose amount is at most ``most``, such as a coordinate."""
    if isinstance(value, str) and len(value) <= LONGEST_NUMBER:
        try:
            value = float(value)
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if -most <= value <= most else None


def content_id(value: object) -> str:
    """An id for what the platform gave none: the same content has the same id."""
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return f"x-{blake2b(canonical.encode(), digest_size=12).hexdigest()}"


def as_words(value: object) -> str | None:
    """Return a text with something in it; None for what is blank or no text."""
    if not isinstance(value, str) or not value.strip():
        return None
    return value if value.isascii() else as_text(value)


def whole_number(value: object, default: int) -> int:
    """Return a whole number of at most nine digits, or ``default``."""
    digits = as_id(value)
    return int(digits) if digits and digits.isascii() and digits.isdigit() and len(digits) < 10 else default


def is_invented(message_id: str) -> bool:
    """Return whether ``content_id`` made this id, so that the platform does not know it."""
    return message_id.startswith("x-")


def _has_surrogate(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return True
    return False


def _digits(number: float) -> str | None:
    try:
        return str(number)
    except ValueError:  # CPython prints no integer of more than 4,300 digits
        return None


def _number_or_moment(value: str) -> float | None:
    if value.isdecimal():
        return int(value) if len(value) < 16 else None
    try:
        moment = datetime.fromisoformat(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
