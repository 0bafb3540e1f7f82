"""Names of the existing teams: those that have a connection, and those that were created."""

from __future__ import annotations

import time

from shared import settings
from storage import table, writes
from storage.schema import marker

KEPT = 30.0
"""Seconds for which the list of teams is not read again."""
REMOVED_KEPT = 86_400
"""Seconds for which a team that was removed is still looked after."""
DEFAULT_TEAM = "service"
_KEY = ("teams", "#")


def names() -> list[str]:
    """Return the names of all teams: those that have a connection, and those that were made."""
    key, now = settings.table_name(), time.monotonic()
    kept_until, kept = _kept.get(key, (0.0, []))
    if kept_until <= now:
        item = table.get(*_KEY)
        kept = sorted(item["names"]) if item else [DEFAULT_TEAM]
        _kept[key] = (now + KEPT, kept)
    return list(kept)


_kept: dict[str, tuple[float, list[str]]] = {}


def names_now() -> list[str]:
    """Return the names of all teams, read again: another environment may have made one since."""
    _kept.pop(settings.table_name(), None)
    return names()


def exists(name: str) -> bool:
    """Return whether there is a team of this name; one that is not known here may have been made just now."""
    return name in names() or name in names_now()


def add(name: str) -> None:
    """Make a team known, also before it has a connection."""
    item = table.get(*_KEY)
    new = {name} if item else {name, DEFAULT_TEAM}
    table.update(_KEY, "ADD #names :teams", names={"#names": "names"}, teams=new)
    _kept.clear()


def remove(name: str, now: int) -> None:
    """Take a team off the list. For a day, conversations that come to it are looked for; ``now`` in ms."""
    table.transact(
        writes.put(marker(("teams", f"left#{name}"), now // 1000 + REMOVED_KEPT)),
        writes.update(_KEY, "DELETE #names :team", "", {"#names": "names"}, team={name}),
    )
    _kept.clear()


def removed_lately() -> list[str]:
    """Return the teams that were removed lately: other environments may list them until they read the names again."""
    items = table.query("pk = :pk AND begins_with(sk, :left)", pk="teams", left="left#")
    return [item["sk"].partition("#")[2] for item in items]


def restore(name: str) -> None:
    """List a team again that was removed, because a conversation came to it."""
    add(name)
    table.delete(("teams", f"left#{name}"))


def note(name: str) -> None:
    """List the team of a connection."""
    table.update(_KEY, "ADD #names :team", names={"#names": "names"}, team={name})
    forget()


def forget() -> None:
    """Read the names again."""
    _kept.clear()
