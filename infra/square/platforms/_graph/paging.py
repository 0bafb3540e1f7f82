"""Cursor paging as the Graph API does it: a page, cursors, and the address of the next one."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlencode

from infra.square.platforms._graph.errors import GraphError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

MOST = 100
T = TypeVar("T")


def page_of(
    entries: Sequence[T],
    identify: Callable[[T], str],
    params: Mapping[str, Any],
    address: str,
) -> tuple[list[T], dict[str, Any]]:
    """The entries of one page and the ``paging`` object that goes with them."""
    limit = read_limit(params.get("limit"))
    after, before = params.get("after"), params.get("before")
    start = _position(entries, identify, after) if after else 0
    end = start + limit
    if before:
        end = _position(entries, identify, before) - 1
        start = max(0, end - limit)
    shown = list(entries[start:end])
    if not shown:
        return [], {}
    paging: dict[str, Any] = {"cursors": {"before": _cursor(identify(shown[0])), "after": _cursor(identify(shown[-1]))}}
    rest = {name: value for name, value in params.items() if name not in ("after", "before", "limit")}
    if end < len(entries):
        paging["next"] = address + "?" + urlencode({**rest, "limit": limit, "after": paging["cursors"]["after"]})
    if start > 0:
        paging["previous"] = address + "?" + urlencode({**rest, "limit": limit, "before": paging["cursors"]["before"]})
    return shown, paging


def read_limit(value: Any) -> int:
    if value in (None, ""):
        return 25
    if not str(value).isdecimal():
        raise GraphError(100, message="(#100) Param limit must be a positive integer")
    return min(int(value), MOST)


def read_time(name: str, value: Any) -> int | None:
    """A ``since`` or ``until``: Unix seconds, or a date. Milliseconds here."""
    if value in (None, ""):
        return None
    text = str(value)
    try:
        return int(float(text) * 1000) if text.replace(".", "", 1).isdecimal() else _date(text)
    except (ValueError, OverflowError) as error:
        raise GraphError(100, message=f"(#100) Param {name} must be a Unix time or a date") from error


def _date(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp() * 1000)


def _cursor(entry_id: str) -> str:
    return base64.urlsafe_b64encode(entry_id.encode()).decode().rstrip("=")


def _position(entries: Sequence[T], identify: Callable[[T], str], cursor: str) -> int:
    """The place after the entry that a cursor names."""
    try:
        entry_id = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except (binascii.Error, ValueError) as error:
        raise GraphError(100, message="(#100) Invalid cursor") from error
    for place, entry in enumerate(entries):
        if identify(entry) == entry_id:
            return place + 1
    raise GraphError(100, message="(#100) Invalid cursor")
