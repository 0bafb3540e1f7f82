"""The connections by their accounts, kept for a minute: for updates of other accounts in a webhook call."""

from __future__ import annotations

import time

from shared import settings
from storage import keys, table
from storage.connections import CONNECTION, PARTITION

KEPT = 60.0
"""Seconds for which it is not read again which connection an account has."""
ABSENCE_KEPT = 5.0
"""Seconds for which an account without a connection has none."""

_Account = tuple[str, str]
"""The channel, and the platform's id of the account."""


def name_of(channel: str, account_id: str) -> str | None:
    """Return the name of the connection that an account had lately; None where it had none.

    Raises ``table.NotStored``.
    """
    table_name, now, account = settings.table_name(), time.monotonic(), (channel, account_id)
    read_at, names = _kept.get(table_name, (float("-inf"), {}))
    if read_at + (KEPT if account in names else ABSENCE_KEPT) < now:
        names = _read()
        _kept[table_name] = now, names
    return names.get(account)


def _read() -> dict[_Account, str]:
    parts = table.parts(PARTITION, "sk", CONNECTION.attribute_of("account_id"))
    named = ((*keys.connection_of(item), item) for item in reversed(parts))
    found = [CONNECTION.read(item, channel=channel, name=name) for channel, name, item in named]
    return {(each.channel, each.account_id): each.name for each in found}


def forget() -> None:
    """Have the list read again: there may be another connection now."""
    _kept.clear()


_kept: dict[str, tuple[float, dict[_Account, str]]] = {}
