"""Names that no other test of a process had.

The functions keep in memory what they read of rules, teams and connections, by the name of the table: were two tables
of one name, one test would see what another one stored.
"""

from __future__ import annotations

import itertools

_numbers = itertools.count(1)


def unused(kind: str) -> str:
    """Return a kind with a number that this process gives out once."""
    return f"{kind}-{next(_numbers)}"
