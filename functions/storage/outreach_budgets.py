"""Budgets of connections on platforms that cost money: the limit of a month, and what was used of it.

Amounts are in millionths of a US dollar, months are of UTC. Nothing stops at the limit: a connection is asked less
often, and says so; an answer to a customer always leaves.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from msgspec import Struct

from storage import counted_once, table, writes
from storage.schema import LeaveOut, Schema

if TYPE_CHECKING:
    from collections.abc import Sequence

    from storage.keys import Key

WARN_AT = 0.8
KEPT = 3 * 366 * 86_400
"""Seconds for which the sum of a month is kept."""
SLOWER_NEAR, SLOWER_BEYOND = 2, 8
"""Times as long between two requests from 80 % of the limit on, and beyond it."""


class MonthlyLimit(Struct, frozen=True):
    """The limit of a connection for each month."""

    limit: int = 0


class MonthlyUse(Struct, frozen=True):
    """The sum of a month."""

    used: int = 0


class Budget(Struct, frozen=True):
    """The limit of a connection for a month (0 for none), and what was used in this one."""

    used: int = 0
    limit: int = 0

    @property
    def warns(self) -> bool:
        """Return whether four fifths are used."""
        return bool(self.limit) and self.used >= self.limit * WARN_AT

    @property
    def is_exhausted(self) -> bool:
        """Return whether all of it is used."""
        return bool(self.limit) and self.used >= self.limit

    @property
    def slower(self) -> int:
        """Return how many times as long to wait between two requests."""
        return SLOWER_BEYOND if self.is_exhausted else SLOWER_NEAR if self.warns else 1


Place = tuple[str, str]
"""Channel and name of a connection."""
LIMIT = Schema(MonthlyLimit, leave_out=LeaveOut.NONE, limit="li")
USE = Schema(MonthlyUse, leave_out=LeaveOut.NONE, used="us")
_LIMIT_PLACE = "limit"


def read(channel: str, connection: str, now: int) -> Budget:
    """Return the budget of a connection in the month of a time (milliseconds), perhaps a moment old."""
    return read_all([(channel, connection)], now)[channel, connection]


def read_all(names: Sequence[Place], now: int) -> dict[Place, Budget]:
    """Return the budgets of several connections, each named by its channel and name."""
    limits = {name: _key(*name, _LIMIT_PLACE) for name in names}
    uses = {name: _key(*name, _month(now)) for name in names}
    items = table.get_many([*limits.values(), *uses.values()])
    return {
        name: Budget(USE.read(items.get(uses[name], {})).used, LIMIT.read(items.get(limits[name], {})).limit)
        for name in names
    }


def charge(channel: str, connection: str, amount: int, now: int, *, key: str = "") -> bool:
    """Add an amount to what was used; return whether this call did it.

    ``key`` names what is charged, so that it is charged once; without one it is charged each time.
    """
    if amount <= 0:
        return False
    used = writes.update(
        _key(channel, connection, _month(now)),
        "SET expires = :expires ADD us :amount",
        amount=amount,
        expires=now // 1000 + KEPT,
    )
    if key:
        return counted_once.add(used, f"charge\0{channel}\0{connection}\0{key}", now)
    table.write(used)
    return True


def set_limit(channel: str, connection: str, limit: int) -> None:
    """Set the limit of a connection for each month; 0 removes it."""
    if limit:
        table.put(LIMIT.item(_key(channel, connection, _LIMIT_PLACE), MonthlyLimit(limit)))
    else:
        table.delete(_key(channel, connection, _LIMIT_PLACE))


def _month(now: int) -> str:
    return f"{datetime.fromtimestamp(now / 1000, UTC):%Y-%m}"


def _key(channel: str, connection: str, place: str) -> Key:
    return f"outreach-budget#{channel}/{connection}", place
