"""The rules of teams: how each asks back, when it works, and what it wants to reach."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from conversations.team_settings import Team, document_of, stored_team
from shared import settings
from storage import table, writes
from storage.documents import SPACED_DOCUMENT, Document
from storage.schema import LeaveOut, Schema

if TYPE_CHECKING:
    from collections.abc import Sequence

LEFT_OUT = ("members_only", "approve_offers", "customer_fields")
KEPT = 30.0
"""Seconds for which a team's rules are not read again."""


class Outdated(Struct, frozen=True):
    """Mark of a team whose due times must be computed again."""

    since: int
    """Time at which its rules were changed (milliseconds)."""


OUTDATED = Schema(Outdated, leave_out=LeaveOut.NONE, since="at")


def team(name: str) -> Team:
    """A team with its rules; what nobody has said is as the stack's parameters say."""
    key, now = (settings.table_name(), name), time.monotonic()
    kept = _rules.get(key)
    if kept and kept[0] > now:
        return kept[1]
    item = table.get("teams", f"team#{name}")
    rules = stored_team(name, SPACED_DOCUMENT.read(item).body if item else {}, usual(name))
    _rules[key] = (now + KEPT, rules)
    return rules


def team_now(name: str) -> Team:
    """Read a team with its rules past the cache, for changing some of them and writing them all."""
    _rules.pop((settings.table_name(), name), None)
    return team(name)


def members_only() -> dict[str, frozenset[str]]:
    """Return the members of each team whose conversations are for them alone, as they were within the last moments."""
    key, now = settings.table_name(), time.monotonic()
    kept_until, kept = _closed.get(key, (0.0, {}))
    if kept_until <= now:
        closed = [rules for rules in _written().values() if rules.members_only]
        kept = {rules.name: frozenset(rules.members) for rules in closed}
        _closed[key] = (now + KEPT, kept)
    return kept


def closed_to(agent_id: str, is_admin: bool) -> frozenset[str]:
    """Return the names of the teams whose conversations an agent does not see; administrators see all."""
    if is_admin:
        return frozenset()
    return frozenset(name for name, members in members_only().items() if agent_id not in members)


def put_team(rules: Team, now: int) -> None:
    """Keep the rules of a team, and have the due times of its open conversations brought up to date; ``now`` in ms."""
    table.transact(
        writes.put(SPACED_DOCUMENT.item(("teams", f"team#{rules.name}"), Document(_stored(rules)))),
        writes.put(OUTDATED.item(("teams", f"due#{rules.name}"), Outdated(now))),
    )
    forget()


def _stored(rules: Team) -> dict[str, Any]:
    """Return the document of a team as it is kept: one that is for everybody, or has no fields, does not say so."""
    return {name: value for name, value in document_of(rules).items() if name not in LEFT_OUT or value}


def forget() -> None:
    """Have all rules read again."""
    _rules.clear()
    _closed.clear()


def labelled(name: str, label: str) -> Team:
    """A team that has said nothing but what people call it."""
    return replace(usual(name), label=label)


def drop_team(name: str) -> None:
    """Forget the rules of a team."""
    table.delete(("teams", f"team#{name}"))
    forget()


def all_teams(names: Sequence[str]) -> list[Team]:
    """Some teams with their rules as they are now, in one request."""
    written = _written()
    return [written.get(name) or stored_team(name, {}, usual(name)) for name in names]


def _written() -> dict[str, Team]:
    """Return the teams that have rules of their own, as they are now."""
    items = table.query("pk = :pk AND begins_with(sk, :team)", pk="teams", team="team#")
    documents = {item["sk"].partition("#")[2]: SPACED_DOCUMENT.read(item).body for item in items}
    return {name: stored_team(name, body, usual(name)) for name, body in documents.items()}


def outdated() -> dict[str, int]:
    """The teams whose conversations may be due at other times than their heads say, and since when (milliseconds)."""
    items = table.query("pk = :pk AND begins_with(sk, :due)", pk="teams", due="due#")
    return {item["sk"].partition("#")[2]: OUTDATED.read(item).since for item in items}


def mark_outdated(name: str, now: int) -> None:
    """Have the due times of a team's open conversations brought up to date; ``now`` in milliseconds."""
    table.put(OUTDATED.item(("teams", f"due#{name}"), Outdated(now)))


def brought_up_to_date(name: str, since: int) -> None:
    """All heads of a team say when they are due by the rules of a time; nothing, if those were changed again."""
    with suppress(table.Conflict):
        table.delete(("teams", f"due#{name}"), "#at = :since", {"#at": "at"}, since=since)


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
_closed: dict[str, tuple[float, dict[str, frozenset[str]]]] = {}
