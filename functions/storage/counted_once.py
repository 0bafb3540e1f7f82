"""Additions that are made once: a marker beside them says that what a key names was counted, or whose it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conversations import identity
from storage import table, writes
from storage.schema import marker
from storage.table import Conflict

if TYPE_CHECKING:
    from storage.keys import Key
    from storage.writes import Write

KEPT = 90 * 86_400
"""Seconds for which it is known that something was counted: longer than anything is repeated."""
ATTEMPTS = 5


def add(addition: Write, name: str, now: int) -> bool:
    """Carry out an addition unless one of this name was; return whether this call did it.

    ``name`` is kept as a digest only; ``now`` in milliseconds. Raises ``Conflict`` where others keep changing the item.
    """
    place = _place(name)
    counted = writes.put(marker(place, now // 1000 + KEPT), "attribute_not_exists(pk)")
    for attempt in range(ATTEMPTS):
        try:
            table.transact(counted, addition)
            return True
        except Conflict:
            if table.get(*place):
                return False
            if attempt == ATTEMPTS - 1:
                raise
    return False


def is_first(name: str, now: int) -> bool:
    """Return whether this call is the first of a name, which is kept as a digest only; ``now`` in milliseconds."""
    place = _place(name)
    if table.get(*place):
        return False
    try:
        table.put(marker(place, now // 1000 + KEPT), "attribute_not_exists(pk)")
    except Conflict:
        return False
    return True


def belongs_to(owner: str, name: str, now: int) -> bool:
    """Return whether what a key names is that of an owner: the first who asks has it, also where they ask again.

    Both are kept as digests only; ``now`` in milliseconds. Raises ``Conflict`` like ``add``.
    """
    own = _place(f"{name}\0{owner}")
    return table.get(*own) is not None or add(writes.put(marker(own, now // 1000 + KEPT)), name, now)


def _place(name: str) -> Key:
    return f"counted-once#{identity.digest(name)}", "#"
