"""Texts for people are complete in both languages, are in functions/texts, and nowhere in code."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter

import pytest

import channels
from application import templates as templates_module
from application.connections import health
from application.connections.forms import GOT, PREVIOUS, all_options
from application.doctor import explanations as checks
from channels.base import Reason
from classification import Hardship
from conversations import attachments
from conversations.actions import UNDONE
from conversations.promise import Doer
from notifications.notice_texts import KEYS
from outreach import leaving, permission, tact
from shared import texts
from tests.functional.console_api import document
from tests.support import syntax
from tests.support.syntax import nodes

FUNCTIONS = Path(__file__).parents[2] / "functions"
NAMING_ATTRIBUTES = {
    FUNCTIONS / "storage" / f"{name}.py" for name in ("mapping", "promise_parts", "file_items", "quarantine")
}
"""Modules that give fields the names of attributes, which are no reasons."""
MODULES = sorted(path for path in FUNCTIONS.rglob("*.py") if path not in NAMING_ATTRIBUTES)
PLANNING = "conversations/planning.py"
SENTENCE = "detail_key"
"""The argument with which a refusal brings a sentence that says more."""
NOT_SHOWN = {"reaction"}
"""A judgement's own reason: it says what became of the conversation, and is no answer of the API."""
GERMAN = re.compile("[A-Za-z][äöüÄÖÜß]|[äöüÄÖÜß][A-Za-z]|„[A-Za-zäöüÄÖÜß]")
"""Umlauts in words; code that tells languages apart has to know the letters."""


def strings(path: Path) -> Iterator[ast.Constant]:
    """The strings of a module that are no docstrings."""
    prose = {id(node.value) for node in nodes(path) if isinstance(node, ast.Expr)}
    for node in nodes(path):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            yield node


@cache
def named(function: str, place: int) -> set[str]:
    """The constants that are handed to a function at a place, in all modules."""
    found = set()
    for path in MODULES:
        for node in nodes(path):
            if isinstance(node, ast.Call) and _name(node.func) == function and len(node.args) > place:
                argument = node.args[place]
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    found.add(argument.value)
    return found


@cache
def values(name: str, module: str = "") -> set[str]:
    """The constants that a name is given, as a keyword, a field's default or a local variable, in all modules or one.

    What an ``ApiError`` with a sentence of its own is given needs no other.
    """
    found: set[str] = set()
    for path in [FUNCTIONS / module] if module else MODULES:
        calls = [node for node in nodes(path) if isinstance(node, ast.Call)]
        told = {id(keyword) for call in calls if _has_sentence(call) for keyword in call.keywords}
        for node in nodes(path):
            if name in _given(node) and node.value and (name == SENTENCE or id(node) not in told):
                found |= _constants(node.value)
    return found - {""}


def returned(module: str, function: str) -> set[str]:
    """The constants that a function can return."""
    tree = syntax.tree(FUNCTIONS / module)
    (body,) = (node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == function)
    values = [node.value for node in ast.walk(body) if isinstance(node, ast.Return) and node.value]
    return set().union(*map(_constants, values)) - {""}


def _has_sentence(call: ast.Call) -> bool:
    return any(keyword.arg == SENTENCE for keyword in call.keywords)


def _given(node: ast.AST) -> set[str | None]:
    """The names that get a value here."""
    if isinstance(node, ast.keyword):
        return {node.arg}
    if isinstance(node, ast.Assign | ast.AnnAssign):
        return {_name(target) for target in (node.targets if isinstance(node, ast.Assign) else [node.target])}
    return set()


def _constants(value: ast.expr) -> set[str]:
    """Return the constants that an expression can evaluate to, as far as it shows."""
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        return {value.value}
    if isinstance(value, ast.IfExp):
        return _constants(value.body) | _constants(value.orelse)
    if isinstance(value, ast.BoolOp):
        return set().union(*map(_constants, value.values))
    return set()


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def read(language: str) -> dict[str, str]:
    return json.loads((texts.FOLDER / f"{language}.json").read_text(encoding="utf-8"))


def fields(text: str) -> list[str]:
    """The fields of a text."""
    return sorted(field for _, field, _, _ in Formatter().parse(text) if field)


def needed() -> set[str]:
    """The keys that code asks for."""
    errors = {f"error.{code}" for code in named("ApiError", 1) | named("Overtaken", 0)} | {"error.malformed"}
    routes = {f"route.{reason}" for reason in values("closed")} | values(SENTENCE)
    units = {f"unit.{unit}" for unit in values("unit") | _units_of_routes()}
    templates = {f"template.{name}" for name in templates_module.SHIPPED}
    templates |= {f"template.{name}" for name in templates_module.SHIPPED_NAMELESS}
    templates |= {f"answer.{name}" for name in templates_module.SHIPPED_ANSWERS}
    plans = {f"plan.{doer}" for doer in Doer} | {f"plan.why.{reason}" for reason in _reasons_of_plans()}
    files = {f"file.{reason}" for reason in attachments.REASONS}
    forms = {key for key in read("en") if key in _form_texts()}
    refusals = {f"connect.refused.{reason}" for reason in (*Reason, health.OTHER_SECRET)}
    reasons = {*Reason, UNDONE, *values("reason"), *_reasons_of_plans(), *_refusals_of_plans()} - NOT_SHOWN
    return (
        errors
        | routes
        | units
        | templates
        | plans
        | refusals
        | forms
        | files
        | {f"reason.{reason}" for reason in reasons}
        | {f"reason.{reason}" for reason in leaving.REASONS}
        | {f"tact.{rule}" for rule in tact.RULES}
        | {f"permission.{reason}" for reason in permission.REASONS}
        | {f"proposal.reason.{reason}" for reason in ("asks_for_advice", "asks_which", "looks_for")}
        | named("text", 0)
        | set(KEYS)
        | checks.keys()
    )


def _units_of_routes() -> set[str]:
    """Return the units in which channels limit texts, as the API names them."""
    return set(document()["components"]["schemas"]["TextTooLong"]["properties"]["unit"]["enum"])


def _form_texts() -> set[str]:
    """Return the keys that a form may use for a channel and its fields; not all need a text."""
    found = {f"connect.{name}" for name in channels.names()}
    for name in channels.names():
        for field in _fields_of(name):
            keys = {f"connect.{name}.{field}", f"connect.field.{field}"}
            found |= keys | {f"{key}.hint" for key in keys}
    return found


def _fields_of(channel: str) -> set[str]:
    spoken = channels.get(channel)
    return {
        *spoken.capabilities.secret_names,
        *spoken.capabilities.optional_secrets,
        *all_options(spoken),
        "account_id",
    }


@pytest.mark.parametrize("name", channels.names())
@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_a_form_says_what_each_field_is(name: str, language: str) -> None:
    known = read(language)
    brought = {field for field in _fields_of(name) if field not in GOT and not field.startswith(PREVIOUS)}
    nameless = [each for each in brought if not {f"connect.{name}.{each}", f"connect.field.{each}"} & known.keys()]
    assert nameless == [], f"add connect.{name}.<field> for each of them to functions/texts/{language}.json"
    assert f"connect.{name}" in known


def _reasons_of_plans() -> set[str]:
    """Return the reasons for which a question is not asked as requested."""
    closed = returned("conversations/business_hours.py", "why_closed")
    return closed | returned(PLANNING, "_reason") | values("reason", PLANNING) | {*map(str, Hardship)}


def _refusals_of_plans() -> set[str]:
    """Return the reasons for which nobody is asked at all."""
    return returned(PLANNING, "_refusal")


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_every_text_that_code_asks_for_is_there_and_no_other(language: str) -> None:
    assert set(read(language)) == needed()


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_texts_have_the_same_fields_in_every_language(language: str) -> None:
    known, others = read("en"), read(language)
    assert [key for key, text in known.items() if fields(text) != fields(others[key])] == []


FROM_SYSTEM = {"error", "not_sent", "customer_wrote", "agent"}
"""Reasons that neither a channel nor a plan gives."""


@pytest.mark.parametrize(
    ("schema", "reasons"),
    [
        ("MessageFields", {*Reason, "unconfirmed", UNDONE, "file_missing", *FROM_SYSTEM}),
        ("PlanFields", _reasons_of_plans() | _refusals_of_plans()),
        ("FollowUp", {*Reason, *_reasons_of_plans(), *_refusals_of_plans(), "late", *FROM_SYSTEM}),
        ("FollowUpRefused", _refusals_of_plans()),
    ],
)
def test_the_api_document_knows_every_reason(schema: str, reasons: set[str]) -> None:
    told = document()["components"]["schemas"][schema]["properties"]["reason"]["enum"]
    assert set(told) - {None} == set(map(str, reasons))


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_no_text_is_empty(language: str) -> None:
    assert all(text.strip() for text in read(language).values())


def test_languages_keep_one_order() -> None:
    assert len({tuple(read(language)) for language in texts.LANGUAGES}) == 1


def test_code_holds_no_german() -> None:
    german = [(str(path), node.value) for path in MODULES for node in strings(path) if GERMAN.search(node.value)]
    assert german == []


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("de", "de"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("DE", "de"),
        ("en-GB, de", "en"),
        ("fr, de;q=0.5", "de"),
        ("tlh", "en"),
        ("den", "en"),
        (" de ;q=1", "de"),
        (",;q=,-", "en"),
    ],
)
def test_the_first_language_that_is_spoken_here_is_taken(header: str, language: str) -> None:
    assert texts.language_of(header) == language


def test_fields_are_filled_in_as_they_are() -> None:
    assert (
        texts.text("error.malformed", "en", detail="{0} {x}") == "The request is not what this address takes: {0} {x}"
    )


def test_a_text_that_is_not_there_is_an_error() -> None:
    with pytest.raises(KeyError):
        texts.text("error.unheard_of", "en")
