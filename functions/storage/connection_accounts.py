"""The connections by their accounts, kept for a minute: for updates of other accounts in a webhook call."""

from __future__ import annotations

import time

from shared import settings
from storage import connections

KEPT = 60.0
"""Seconds for which it is not read again which connection an account has."""
ABSENCE_KEPT = 5.0
"""Seconds for which an account without a connection has none."""

_Account = tuple[str, str]
"""The channel, and the platform's id of the account."""


def name_of(channel: str, account_id: str) -> str | None:
    """Return the name of the connection that an account had lately; None where it had none."""
    table_name, now, account = settings.table_name(), time.monotonic(), (channel, account_id)
    read_at, names = _kept.get(table_name, (float("-inf"), {}))
    if read_at + (KEPT if account in names else ABSENCE_KEPT) < now:
        names = {}
        for each in connections.connections():
            names.setdefault((each.channel, each.account_id), each.name)
        _kept[table_name] = now, names
    return names.get(account)


def forget() -> None:
    """Have the list read again: there may be another connection now."""
    _kept.clear()


_kept: dict[str, tuple[float, dict[_Account, str]]] = {}
