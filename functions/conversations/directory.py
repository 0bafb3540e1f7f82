"""Whom the house knows in the table: connections, teams with their rules and templates, and looked-up names."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conversations import table
from conversations.teams import Team, document_of, team_from
from shared import settings

if TYPE_CHECKING:
    from conversations.model import Author

TEAM_KEPT = 300.0
"""Seconds for which a connection's team is not read again."""
TEAMS_KEPT = 30.0
"""Seconds for which the list of teams, and a team's rules, are not read again."""


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


def team(name: str) -> Team:
    """A team with its rules; what nobody has said is as the stack's parameters say."""
    key, now = (settings.table_name(), name), time.monotonic()
    kept = _rules.get(key)
    if kept and kept[0] > now:
        return kept[1]
    found = table.get("teams", f"team#{name}")
    rules = team_from(name, json.loads(found["b"]) if found else {}, usual(name))
    _rules[key] = (now + TEAMS_KEPT, rules)
    return rules


def put_team(rules: Team) -> None:
    """Keep the rules of a team."""
    table.put({"pk": "teams", "sk": f"team#{rules.name}", "b": json.dumps(document_of(rules), ensure_ascii=False)})
    _rules.clear()


def usual(name: str) -> Team:
    """A team that has said nothing: as the stack's parameters have it."""
    return Team.usual(
        name,
        zone=settings.time_zone(),
        always=settings.follow_up_hours() == "always",
        after=settings.follow_up_default_delay(),
        cap=settings.follow_up_monthly_cap(),
    )


_rules: dict[tuple[str, str], tuple[float, Team]] = {}


# -- templates --------------------------------------------------------------------------------------------------------


def templates(name: str) -> dict[tuple[str, str], str]:
    """The templates a team wrote, by name and language."""
    found = table.query("pk = :pk", pk=f"templates#{name}")
    return {(item["sk"].split("#")[0], item["sk"].split("#")[1]): item["x"] for item in found}


def put_template(name: str, template: str, language: str, text: str) -> None:
    """Keep a team's template, in the place of the shipped one if that has the same name."""
    table.put({"pk": f"templates#{name}", "sk": f"{template}#{language}", "x": text})


def delete_template(name: str, template: str, language: str) -> None:
    """Forget a team's template; the shipped one of that name, if any, is used again."""
    table.delete((f"templates#{name}", f"{template}#{language}"))


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
