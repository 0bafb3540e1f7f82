"""Cursors: where the next page of a list begins, as the API gives it out and takes it back.

A cursor is no secret and holds no right: a reader of the list may make one up. So it is read as any other input
is, by the exact form that its list gives out, and nothing else of it reaches a key of the table.
"""

from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING, Any, TypeVar

from console import sizes
from console.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

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


def page_of(
    name: str, items: Sequence[Any], cursor: str | None, filters: Mapping[str, str] | None = None, *, key: str = "items"
) -> dict[str, Any]:
    """Return the items of the list ``name`` from a cursor's place on, as many as one answer holds, and the next cursor.

    For lists that are read as a whole and are too long in few stacks alone. The place is a number of items, so that one
    that is removed meanwhile shifts those after it. Raises a 422 for what is no cursor of this list.
    """
    begin = read_cursor(name, cursor, filters or {}, _number) or 0
    end, size = begin, 0
    for item in items[begin:]:
        size += sizes.weight(item) + 1
        if size > sizes.LARGEST and end > begin:
            break
        end += 1
    following = write_cursor(name, end if end < len(items) else None, filters or {})
    return {key: list(items[begin:end]), "cursor": following}


def _number(place: Any) -> int | None:
    return place if isinstance(place, int) and not isinstance(place, bool) and place > 0 else None


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
    """Return a checksum of a cursor with its list and filters. It is no secret, as it holds no right."""
    content = json.dumps([name, place, dict(filters)], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:16]
