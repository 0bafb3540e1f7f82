"""Cursors: where the next page of a list begins, as the API gives it out and takes it back.

A cursor is no secret and holds no right: whoever may read the list may make one up. So it is read as any other input
is, by the exact form that its list gives out, and nothing else of it reaches a key of the table.
"""

from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING, Any, TypeVar

from console.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

T = TypeVar("T")
LONGEST = 100_000
"""Characters: far more than the gateway takes in an address."""


def write_cursor(name: str, place: Any, filters: Mapping[str, str]) -> str | None:
    """Return the cursor of a place in the list ``name``; it fits that list with the same filters only."""
    if place is None:
        return None
    content = json.dumps([_print_of(name, place, filters), place], separators=(",", ":"))
    return base64.urlsafe_b64encode(content.encode()).decode()


def read_cursor(
    name: str, value: str | None, filters: Mapping[str, str], place_of: Callable[[Any], T | None]
) -> T | None:
    """Return the place in the list ``name`` where the next page begins, or None where no cursor was sent.

    ``place_of`` returns the place out of what JSON made of it, or None for what has not the form of one. Raises a 422
    for what is no cursor, of no place, of another list, or of the list with other filters.
    """
    if value is None:
        return None
    fingerprint, written = _decoded(value)
    place = place_of(written)
    if place is None or fingerprint != _print_of(name, written, filters):
        raise ApiError(422, "cursor")
    return place


def _decoded(value: str) -> list[Any]:
    """The fingerprint and the place, as JSON has them; raises a 422 for what was not written here."""
    try:
        raw = base64.b64decode(value.encode("ascii"), altchars=b"-_", validate=True) if len(value) <= LONGEST else b""
        decoded = json.loads(raw.decode("ascii"), parse_constant=_refuse, parse_float=_refuse)
    except (ValueError, RecursionError):
        raise ApiError(422, "cursor") from None
    if not isinstance(decoded, list) or len(decoded) != 2:
        raise ApiError(422, "cursor")
    return decoded


def _refuse(written: str) -> Any:
    """Raise ``ValueError``: no place holds a number that is not whole."""
    raise ValueError(written)


def _print_of(name: str, place: Any, filters: Mapping[str, str]) -> str:
    """What tells that a cursor is of this list with these filters. No secret: it holds no right."""
    content = json.dumps([name, place, dict(filters)], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:16]
