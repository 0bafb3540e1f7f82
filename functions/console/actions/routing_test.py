"""Test of routing rules on existing conversations, before the rules are saved."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from msgspec import Struct

import classification
from console import authorization
from conversations import inbox_order
from conversations.fold import messages_of
from conversations.routing_rules import first_match, opening
from storage import conversations, inbox_index, keys, team_names, teams

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.authorization import Agent
    from conversations.conversation import Conversation
    from conversations.routing_rules import Rule

MOST = 100
"""Conversations that are looked at: one read each."""
SHARE = 25
"""Conversations of one partition and status that are looked for."""
WORKERS = 8
DAY = 86_400_000


class Change(Struct, frozen=True):
    """A conversation that would have gone to another team than it is in."""

    head: Conversation
    to: str
    rule: str


class Trial(Struct, frozen=True):
    """The number of tested conversations, the time of the oldest (milliseconds), and those placed differently."""

    tested: int
    until: int | None
    changes: list[Change]
    per_rule: dict[str, int]


def run(agent: Agent, rules: Sequence[Rule], days: int, now: int) -> Trial:
    """Try rules on the newest conversations of some days that an agent sees, a hundred at most."""
    heads = _newest(authorization.visible(agent, team_names.names()), now - days * DAY)
    with ThreadPoolExecutor(max_workers=WORKERS) as pool:
        matched = list(pool.map(lambda head: _match(rules, head), heads))
    found = [(head, rule) for head, rule in zip(heads, matched, strict=True) if rule]
    counted = Counter(rule.name for _, rule in found)
    changes = [Change(head, rule.team, rule.name) for head, rule in found if rule.team != head.identity.team]
    return Trial(
        tested=len(heads),
        until=min((head.opened_at for head in heads), default=None),
        changes=changes,
        per_rule={rule.name: counted[rule.name] for rule in rules},
    )


def _newest(teams: Sequence[str], since: int) -> list[Conversation]:
    names = [name for team in teams for name in inbox_order.partitions(team)]
    places = [(name, letter) for name in names for letter in inbox_order.LETTERS.values()]
    with ThreadPoolExecutor(max_workers=WORKERS) as pool:
        pages = pool.map(lambda place: inbox_index.standing(place[0], place[1], f"{place[1]}~", SHARE)[0], places)
    heads = [head for page in pages for _, head in page if head.opened_at >= since]
    return sorted(heads, key=lambda head: head.opened_at, reverse=True)[:MOST]


def _match(rules: Sequence[Rule], head: Conversation) -> Rule | None:
    begun = conversations.opening_entries(keys.id_of(head.identity))
    messages = messages_of(head.identity, begun.facts, begun.actions)
    first = next((each for each in messages if each.direction == "inbound"), None)
    if first is None:
        return None
    return first_match(rules, opening(head.identity, first, classification.language_of(first.text)), _zone)


def _zone(team: str) -> str:
    return teams.team(team).hours.zone
