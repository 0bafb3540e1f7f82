"""Whom the house knows in the table: connections, the teams that have some, and looked-up names."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conversations import table
from shared import settings

if TYPE_CHECKING:
    from conversations.model import Author

TEAM_KEPT = 300.0
"""Seconds for which a connection's team is not read again."""
TEAMS_KEPT = 30.0
"""Seconds for which the list of teams is not read again."""


@dataclass(frozen=True, slots=True)
class Connection:
    """What is known of a connection beside its secrets."""

    channel: str
    name: str
    account_id: str = ""
    account_name: str = ""
    team: str = "service"
    problem: str = ""
    """Why nothing can be sent at the moment: ``auth``, ``policy``, ``rate``; empty when all is well."""
    paused_until: int = 0
    pause: int = 0
    """How long the last pause was, in seconds: the next one, if the problem stays, is longer."""


# -- connections ------------------------------------------------------------------------------------------------------


def put_connection(channel: str, name: str, account_id: str, account_name: str, team: str = "service") -> None:
    """Make a connection known, and its team. Its secrets are not here."""
    item = {"pk": "connections", "sk": f"{channel}/{name}", "i": account_id, "n": account_name, "team": team}
    table.put(item)
    table.update(("teams", "#"), "ADD #names :team", names={"#names": "names"}, team={team})
    _teams.clear()


def connection(channel: str, name: str) -> Connection:
    """What is known of a connection; one nobody described is taken to be well and the default team's."""
    found = table.get("connections", f"{channel}/{name}") or {}
    return Connection(
        channel=channel,
        name=name,
        account_id=found.get("i", ""),
        account_name=found.get("n", ""),
        team=found.get("team", Connection.__dataclass_fields__["team"].default),
        problem=found.get("problem", ""),
        paused_until=found.get("until", 0),
        pause=found.get("pause", 0),
    )


def team_of(channel: str, name: str) -> str:
    """The team for a conversation that begins. Kept for minutes: or the first message reads twice as much."""
    key, now = (settings.table_name(), channel, name), time.monotonic()
    kept_until, team = _teams.get(key, (0.0, ""))
    if kept_until > now:
        return team
    found = connection(channel, name)
    if found.account_id:  # one that nobody described yet soon will be
        _teams[key] = (now + TEAM_KEPT, found.team)
    return found.team


_teams: dict[tuple[str, str, str], tuple[float, str]] = {}


def pause_connection(channel: str, name: str, problem: str, until: int, pause: int) -> None:
    """Note that a connection cannot send until a time, after a pause of so many seconds; no problem lifts it."""
    table.update(
        ("connections", f"{channel}/{name}"),
        "SET problem = :problem, #until = :until, pause = :pause",
        names={"#until": "until"},
        problem=problem,
        until=until,
        pause=pause,
    )


# -- teams ------------------------------------------------------------------------------------------------------------


def teams() -> list[str]:
    """The names of all teams that have a connection."""
    key, now = (settings.table_name(), "", ""), time.monotonic()
    kept_until, names = _teams.get(key, (0.0, ""))
    if kept_until <= now:
        found = table.get("teams", "#")
        names = "\n".join(sorted(found["names"])) if found else Connection.__dataclass_fields__["team"].default
        _teams[key] = (now + TEAMS_KEPT, names)
    return str(names).split("\n")


# -- profiles ---------------------------------------------------------------------------------------------------------


def profile(channel: str, name: str, author_id: str) -> tuple[bool, str | None]:
    """Whether a person's profile was looked up lately, and the name that was found, if any."""
    found = table.get(f"profile#{channel}/{name}", author_id)
    return found is not None, (found or {}).get("n")


def put_profile(channel: str, name: str, author: Author, expires: int) -> None:
    """Remember a profile look-up, also one that found nothing; ``expires`` in seconds since 1970."""
    item = {"pk": f"profile#{channel}/{name}", "sk": author.id, "n": author.name, "expires": expires}
    table.put(item)


def forget_profile(channel: str, name: str, author_id: str) -> None:
    """Forget the name of a person who was erased."""
    table.delete((f"profile#{channel}/{name}", author_id))
