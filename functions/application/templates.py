"""The words of a follow-up: templates with named fields, in the customer's language.

A template is text with fields in double braces, such as ``{{customer}}``. The standard library's ``string.Template``
fills them in; a field without a value is an error, never a hole in a post.

A name stands in a text only if it can be nothing else (``application.safe_names``). A template that asks for another
one goes out in its form without a name: ``by_name_nameless`` is that of ``by_name``. One that has no such form cannot
be used there, and says so before anything is promised.
"""

from __future__ import annotations

import string
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from application import safe_names
from application.addressing import chosen
from application.first_names import first_name
from conversations.conversation import OUTREACH
from conversations.promise import Doer
from shared import texts
from storage import templates

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from application.planning_context import Circumstances
    from conversations.facts import Author
    from conversations.planning import Plan
    from conversations.promise import Promise

FIELDS = ("customer", "firstname", "agent", "topic", "days")
USUAL, AFTER_OFFER = "usual", "after_offer"
SHIPPED = (USUAL, AFTER_OFFER, "by_name", "with_topic", "after_days")
NAMELESS = "_nameless"
"""Ends the name of a template's form for customers whose name is not known, or may not be published."""
SHIPPED_NAMELESS = frozenset({f"by_name{NAMELESS}"})
TELLING = "days"
"""The one field that is filled in when the question is sent; the agent who planned it has read all others."""
ANSWER_FIELDS = ("customer", "firstname", "agent")
NAMES = ("customer", "firstname")
"""Fields with the name of a customer."""
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


def shipped(use: templates.Use) -> dict[tuple[str, str], templates.Template]:
    """Return the built-in templates by name and language."""
    names, key = (SHIPPED, "template") if use == templates.Use.QUESTION else (SHIPPED_ANSWERS, "answer")
    return {
        (name, each): templates.Template(texts.raw(f"{key}.{name}", each)) for name in names for each in texts.LANGUAGES
    }


class Worded(Struct, frozen=True):
    """The text of a question as it reads now, and what is kept of its template: all but the days is filled in."""

    text: str
    kept: str
    """Empty where nothing is left to fill in."""


def from_template(around: Circumstances, name: str, fields: Mapping[str, str | None]) -> Worded:
    """Return a template of this name, filled in; its form without a name where that is all that can be filled in.

    Raises ``UnknownTemplate``, and ``Unfilled`` for a field of which nothing is known.
    """
    try:
        return worded(source_of(around, name), fields)
    except Unfilled as unfilled:
        nameless = _nameless(around, name) if unfilled.field in NAMES else None
        if nameless is None:
            raise
        return worded(nameless, fields)


def worded(source: str, fields: Mapping[str, str | None]) -> Worded:
    """Return a text with its fields filled in.

    Raises ``Unfilled`` for a field without a value, and ``ValueError`` for braces that open no field.
    """
    text = fill(source, fields)
    kept = fill(source, {**fields, TELLING: f"{{{{{TELLING}}}}}"})
    return Worded(text, kept if _is_counted(kept, fields[TELLING], text) else "")


def _is_counted(kept: str, days: str | None, text: str) -> bool:
    """Return whether the days alone are left to fill in: a topic that spells a field, or opens one, is a topic."""
    try:
        return kept != text and fill(kept, {TELLING: days}) == text
    except ValueError:
        return False


def usual_name(around: Circumstances) -> str:
    """Return the name of the template to use where the agent names none.

    A person whom we offered something had no problem that we could have solved, so a team that kept the shipped
    question asks them another one.
    """
    name = around.team.template
    if name != USUAL or around.conversation.head.origin != OUTREACH:
        return name
    wrote_its_own = any(template == USUAL for template, _ in templates.of_team(around.team.name))
    return USUAL if wrote_its_own else AFTER_OFFER


def source_of(around: Circumstances, name: str) -> str:
    """Return a team's template, or the shipped one, in the customer's language; raises ``UnknownTemplate``."""
    written = templates.of_team(around.team.name)
    for language in (around.language, around.team.language):
        if found := written.get((name, language)):
            return found.text
        if name in SHIPPED or name in SHIPPED_NAMELESS:
            return texts.raw(f"template.{name}", language)
    raise UnknownTemplate(name)


def _nameless(around: Circumstances, name: str) -> str | None:
    try:
        return source_of(around, f"{name}{NAMELESS}")
    except UnknownTemplate:
        return None


def fields_of(around: Circumstances, agent: Author, topic: str, at: int, made_at: int) -> dict[str, str | None]:
    """Return the values of the fields at the time of asking (milliseconds); names only as far as they may go out."""
    return {
        "customer": safe_names.published(around.asked.name),
        "firstname": first_name(around.asked.name),
        "agent": safe_names.published(agent.name),
        "topic": topic,
        TELLING: _days(made_at, at),
    }


def _days(made_at: int, at: int) -> str:
    """Return the days from a promise until it is kept (milliseconds both), at least one."""
    return str(max(1, round((at - made_at) / DAY)))


def at_last(promise: Promise, now: int, made_at: int) -> str:
    """Return the text of a promise at the time it is sent: the days passed are counted, and nothing else is read again.

    Names may have changed since an agent read the text.
    """
    if not promise.wording:
        return promise.text
    try:
        return fill(promise.wording, {TELLING: _days(made_at, now)})
    except ValueError:
        # Stored before all fields but the days were filled in at once: send the text as it was read then.
        return promise.text


def as_sent(around: Circumstances, plan: Plan, text: str) -> str:
    """Return the text to send: one that a machine sends says so, where the platform or the team wants that.

    Where it does not stand below the message that it is about, it names that one's author.
    """
    if plan.doer == Doer.MACHINE and around.about:
        text = chosen(around.conversation.head, around.about).named(text)
    disclosed = around.team.disclose or plan.way in around.channel.capabilities.disclosed_ways
    if plan.doer != Doer.MACHINE or not disclosed:
        return text
    return f"{text}\n\n{texts.text('follow_up.automatic', around.language)}"
