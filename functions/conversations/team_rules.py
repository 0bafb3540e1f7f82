"""The rules and templates of teams in the table: how each asks back, and in which words."""

from __future__ import annotations

import json
import time

from conversations import table
from conversations.teams import Team, document_of, team_from
from shared import settings

KEPT = 30.0
"""Seconds for which a team's rules are not read again."""


def team(name: str) -> Team:
    """A team with its rules; what nobody has said is as the stack's parameters say."""
    key, now = (settings.table_name(), name), time.monotonic()
    kept = _rules.get(key)
    if kept and kept[0] > now:
        return kept[1]
    found = table.get("teams", f"team#{name}")
    rules = team_from(name, json.loads(found["b"]) if found else {}, usual(name))
    _rules[key] = (now + KEPT, rules)
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
