"""Times as the API writes them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import overload


@overload
def when(at: int) -> str: ...
@overload
def when(at: int | None) -> str | None: ...
def when(at: int | None) -> str | None:
    """Return milliseconds as ISO 8601 in UTC."""
    if at is None:
        return None
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
