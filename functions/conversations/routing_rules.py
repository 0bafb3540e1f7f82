"""Routing of new conversations to teams: the first matching rule decides. Pure.

What a rule asks for is asked for together; of several channels, words and so on any one will do.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b
from typing import Any

from msgspec import Struct

from conversations.actions import Action, Verb
from conversations.business_hours import Hours, is_working
from conversations.business_hours_document import document_of_hours, hours_of
from conversations.facts import Author
from conversations.follow_ups import SYSTEM
from conversations.identity import Identity, action_id
from conversations.messages import Message
from conversations.normalization import beginning
from conversations.team_settings import LANGUAGES, team_name

MOST_RULES = 50
MOST_CHOICES = 50
"""Channels, connections or words of one rule."""
MOST_TAGS = 10
LONGEST_TEXT = 100
READ = 2000
"""Characters of the first message that are looked at for words."""
_WORD = re.compile(r"\w+")
_RULE = {"name", "when", "team", "tags", "assignee"}
_WHEN = {"channels", "connections", "words", "languages", "hours"}
_HOURS = {"from", "to", "days"}
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_TAG = re.compile(r"[^\s,#][^,#\n]{0,48}[^\s,#]|[^\s,#]")


class Opening(Struct, frozen=True):
    """Facts about a new conversation."""

    channel: str
    connection: str
    text: str
    language: str | None
    """As far as it can be told."""
    at: int
    """Time of the first message in milliseconds."""


class Rule(Struct, frozen=True):
    """Conditions on a conversation, and its placement if they match."""

    name: str
    team: str
    channels: frozenset[str] = frozenset()
    connections: frozenset[str] = frozenset()
    """As ``channel/name``."""
    words: tuple[str, ...] = ()
    """Whole words, or several in a row."""
    languages: frozenset[str] = frozenset()
    hours: Mapping[str, Any] | None = None
    """``from``, ``to`` and ``days``, on the clock of the team."""
    tags: tuple[str, ...] = ()
    assignee: Author | None = None


class Placement(Struct, frozen=True):
    """Placement of a new conversation: team, assignee and tags."""

    team: str
    tags: tuple[str, ...] = ()
    assignee: Author | None = None
    rule: str = ""
    """The rule that says so; empty for the connection's team."""


def opening(identity: Identity, first: Message, language: str | None) -> Opening:
    """Return the fields that rules look at of a conversation that begins with a message in a language."""
    return Opening(identity.channel, identity.connection, first.text or "", language, first.sent_at)


def placed_by(placement: Placement, conversation: str, now: int) -> list[Action]:
    """Return the tags and the assignment of a rule as actions of the system; ``now`` in milliseconds."""
    actions: list[Action] = []
    reason = f"rule:{placement.rule}"
    if placement.tags:
        name = action_id(now, _digest(conversation, "tag"))
        actions.append(Action(name, now, Verb.TAG, SYSTEM, added=placement.tags, reason=reason))
    if placement.assignee:
        name = action_id(now, _digest(conversation, "assign"))
        actions.append(Action(name, now, Verb.ASSIGN, SYSTEM, assignee=placement.assignee, reason=reason))
    return actions


def _digest(conversation: str, what: str) -> bytes:
    return blake2b(f"{conversation} {what}".encode(), digest_size=8).digest()


def first_match(rules: Sequence[Rule], opening: Opening, zone: Callable[[str], str]) -> Rule | None:
    """The rule that decides; None where none does, and the connection's team stays. ``zone`` knows each team's."""
    words = _words(opening.text[:READ])
    return next((rule for rule in rules if _matches(rule, opening, words, zone)), None)


def _matches(rule: Rule, opening: Opening, words: str, zone: Callable[[str], str]) -> bool:
    where = f"{opening.channel}/{opening.connection}"
    return (
        _is_one_of(opening.channel, rule.channels)
        and _is_one_of(where, rule.connections)
        and _is_one_of(opening.language or "", rule.languages)
        and (not rule.words or any(_words(each) in words for each in rule.words))
        and (rule.hours is None or is_working(_hours(rule.hours, zone(rule.team)), opening.at))
    )


def _is_one_of(value: str, wanted: frozenset[str]) -> bool:
    return not wanted or value in wanted


def _words(text: str) -> str:
    """The words of a text, each between spaces, so that what is found in it is whole words in a row."""
    plain = beginning("NFKC", text).casefold()
    return " " + " ".join(_WORD.findall(plain)) + " "


def _hours(written: Mapping[str, Any], zone: str) -> Hours:
    span = f"{written['from']}-{written['to']}"
    return hours_of({"zone": zone, "week": {day: [span] for day in written["days"]}})


# -- as they are written ----------------------------------------------------------------------------------------------


def rules_from(document: Any) -> list[Rule]:
    """The rules that a lead wrote; raises ``ValueError`` naming the rule and the field that is wrong."""
    if not isinstance(document, list) or len(document) > MOST_RULES:
        raise ValueError(f"rules: a list of at most {MOST_RULES}")
    rules: list[Rule] = []
    for number, each in enumerate(document, start=1):
        try:
            rules.append(_rule(each))
        except ValueError as wrong:
            raise ValueError(f"rule {number}: {wrong}") from None
        if rules[-1].name in {rule.name for rule in rules[:-1]}:
            raise ValueError(f"rule {number}: name: there is another of this name")
    return rules


def stored_rules(document: list[dict[str, Any]]) -> list[Rule]:
    """Return the rules that were stored. One with a condition that only a later version knows decides nothing here."""
    known = [each for each in document if _is_understood(each.get("when") or {})]
    return rules_from([{name: value for name, value in each.items() if name in _RULE} for each in known])


def _is_understood(when: dict[str, Any]) -> bool:
    return not when.keys() - _WHEN and not (when.get("hours") or {}).keys() - _HOURS


def documents_of(rules: Sequence[Rule]) -> list[dict[str, Any]]:
    """The documents that describe rules."""
    return [_document(rule) for rule in rules]


def _rule(document: Any) -> Rule:
    _check(document, "rule", _RULE)
    when = document.get("when") or {}
    _check(when, "when", _WHEN)
    return Rule(
        name=_text(document.get("name"), "name"),
        team=team_name(document.get("team")),
        channels=frozenset(_texts(when, "channels")),
        connections=frozenset(_texts(when, "connections")),
        words=_spoken(_texts(when, "words")),
        languages=_languages(_texts(when, "languages")),
        hours=_time(when["hours"]) if when.get("hours") is not None else None,
        tags=_tags(_texts(document, "tags")),
        assignee=_assignee(document.get("assignee")),
    )


def _document(rule: Rule) -> dict[str, Any]:
    return {
        "name": rule.name,
        "when": {
            "channels": sorted(rule.channels),
            "connections": sorted(rule.connections),
            "words": list(rule.words),
            "languages": sorted(rule.languages),
            "hours": dict(rule.hours) if rule.hours else None,
        },
        "team": rule.team,
        "tags": list(rule.tags),
        "assignee": {"id": rule.assignee.id, "name": rule.assignee.name} if rule.assignee else None,
    }


def _check(value: Any, where: str, names: set[str]) -> None:
    if not isinstance(value, dict):
        raise ValueError(f"{where}: an object")
    if unknown := value.keys() - names:
        raise ValueError(f"{where}: unknown field {min(map(str, unknown))[:50]}")


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str) or not 0 < len(value.strip()) <= LONGEST_TEXT or not value.isprintable():
        raise ValueError(f"{where}: 1 to {LONGEST_TEXT} characters in one line")
    return value.strip()


def _texts(document: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = document.get(name)
    if value is None:
        return ()
    if not isinstance(value, list) or len(value) > MOST_CHOICES:
        raise ValueError(f"{name}: a list of at most {MOST_CHOICES}")
    return tuple(dict.fromkeys(_text(each, name) for each in value))


def _spoken(words: tuple[str, ...]) -> tuple[str, ...]:
    if silent := [each for each in words if not _words(each).strip()]:
        raise ValueError(f"words: no letter or digit in {silent[0]!r}")
    return words


def _languages(value: tuple[str, ...]) -> frozenset[str]:
    if not set(value) <= set(LANGUAGES):
        raise ValueError(f"languages: {', '.join(LANGUAGES)}")
    return frozenset(value)


def _time(value: Any) -> dict[str, Any]:
    _check(value, "hours", _HOURS)
    days = _texts(value, "days") or _DAYS
    if not set(days) <= set(_DAYS):
        raise ValueError(f"hours: days: {', '.join(_DAYS)}")
    written = {"from": value.get("from"), "to": value.get("to"), "days": [day for day in _DAYS if day in days]}
    try:
        document_of_hours(_hours(written, "Etc/UTC"))
    except ValueError:
        raise ValueError("hours: from and to: times like 09:00") from None
    return written


def _tags(value: tuple[str, ...]) -> tuple[str, ...]:
    if len(value) > MOST_TAGS or not all(_TAG.fullmatch(each) for each in value):
        raise ValueError(f"tags: at most {MOST_TAGS}, each of 1 to 50 characters without comma and #")
    return value


def _assignee(value: Any) -> Author | None:
    if value is None:
        return None
    if isinstance(value, str):
        return Author(_text(value, "assignee"))
    _check(value, "assignee", {"id", "name"})
    name = value.get("name")
    return Author(_text(value.get("id"), "assignee"), _text(name, "assignee") if name else None)
