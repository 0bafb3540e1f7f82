"""The lock under which the tokens of a connection are renewed."""

from __future__ import annotations

from storage import table


def acquire(channel: str, name: str, now: int, until: int) -> bool:
    """Take the lock of a connection until a time (milliseconds); return whether it was free."""
    lock = {"pk": "renewing", "sk": f"{channel}/{name}", "le": until}
    try:
        table.put(lock, "attribute_not_exists(le) OR le < :now", now=now)
    except table.Conflict:
        return False
    return True


def release(channel: str, name: str) -> None:
    """Release the lock of a connection."""
    table.delete(("renewing", f"{channel}/{name}"))
