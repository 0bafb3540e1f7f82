"""The words of a follow-up: templates with named fields, in the customer's language.

A template is text with fields in double braces, such as ``{{customer}}``. The standard library's ``string.Template``
fills them in; a field without a value is an error, never a hole in a post.
"""

from __future__ import annotations

import string
from typing import TYPE_CHECKING, Any

from conversations import team_rules
from conversations.model import Doer
from shared import texts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from asking.circumstances import Circumstances
    from conversations.model import Author, Promise
    from conversations.planning import Plan

FIELDS = ("customer", "agent", "topic", "days")
SHIPPED = ("usual", "by_name", "with_topic", "after_days")
ANSWER_FIELDS = ("customer", "agent")
SHIPPED_ANSWERS = ("thanks", "looking_into_it", "more_details", "private_please", "solved")
DAY = 86_400_000


class Unfilled(ValueError):
    """A template asks for what is not known here; ``field`` is its name."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


class UnknownTemplate(LookupError):
    """There is no template of this name."""


class _Template(string.Template):
    """``{{field}}``; the class reads the pattern as a verbose one."""

    flags = 0  # pyright: ignore[reportAssignmentType] - the class compiles both
    pattern: Any = r"""
    \{\{ (?:
        (?P<named>[ ]*[a-z]+[ ]*) \}\} |
        (?P<escaped>(?!)) |
        (?P<braced>(?!)) |
        (?P<invalid>)
    )
    """


def check(source: str, known: Sequence[str] = FIELDS) -> None:
    """Raise ``ValueError`` unless a template can be filled in, naming what is wrong with it."""
    template = _Template(source)
    if not template.is_valid():
        raise ValueError("{{")
    for name in template.get_identifiers():
        if name.strip() not in known:
            raise Unfilled(name.strip())


def fill(source: str, fields: Mapping[str, str | None]) -> str:
    """The text of a template; raises ``Unfilled`` for a field that has no value."""
    template = _Template(source)
    names = template.get_identifiers()
    for name in names:
        if not fields.get(name.strip()):
            raise Unfilled(name.strip())
    return template.substitute({name: fields[name.strip()] for name in names})


def fill_known(source: str, fields: Mapping[str, str | None]) -> tuple[str, list[str]]:
    """The text of a template with what is known, and the fields of which nothing is: they stay as they are written."""
    template = _Template(source)
    values = {name: fields.get(name.strip()) for name in template.get_identifiers()}
    unknown = sorted({name.strip() for name, value in values.items() if not value})
    return template.safe_substitute({name: value for name, value in values.items() if value}), unknown


def shipped(use: team_rules.Use) -> dict[tuple[str, str], str]:
    """The templates that come with the house, by name and language."""
    names, key = (SHIPPED, "template") if use == team_rules.Use.QUESTION else (SHIPPED_ANSWERS, "answer")
    return {(name, each): texts.raw(f"{key}.{name}", each) for name in names for each in texts.LANGUAGES}


def source_of(around: Circumstances, name: str) -> str:
    """A team's template, or the shipped one, in the customer's language; raises ``UnknownTemplate``."""
    written = team_rules.templates(around.team.name)
    for language in (around.language, around.team.language):
        if found := written.get((name, language)):
            return found
        if name in SHIPPED:
            return texts.raw(f"template.{name}", language)
    raise UnknownTemplate(name)


def fields_of(around: Circumstances, agent: Author, topic: str, at: int, made_at: int) -> dict[str, str | None]:
    """What the fields stand for, at the time of asking (milliseconds)."""
    return {
        "customer": around.found.head.customer.name,
        "agent": agent.name,
        "topic": topic,
        "days": str(max(1, round((at - made_at) / DAY))),
    }


def at_last(around: Circumstances, promise: Promise, agent: Author, now: int, made_at: int) -> str:
    """The text of a promise when it is kept: days passed are counted anew, words an agent wrote stay as they are."""
    if not promise.wording:
        return promise.text
    try:
        return fill(promise.wording, fields_of(around, agent, promise.topic, now, made_at))
    except Unfilled:
        # What was known when it was promised is not known any more; the text as it was read then still stands.
        return promise.text


def as_sent(around: Circumstances, plan: Plan, text: str) -> str:
    """The text as it leaves: what a machine sends says so, where the platform or the team wants that."""
    disclosed = around.team.disclose or plan.way in around.channel.disclosed_ways
    if plan.doer != Doer.MACHINE or not disclosed:
        return text
    return f"{text}\n\n{texts.text('follow_up.automatic', around.language)}"
