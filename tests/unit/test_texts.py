"""What people read is complete in both languages, stands in functions/texts, and nowhere in code."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
import yaml

from channels.base import Reason
from shared import texts

FUNCTIONS = Path(__file__).parents[2] / "functions"
MODULES = sorted(path for path in FUNCTIONS.rglob("*.py"))
REASONS_OF_PROMISES = FUNCTIONS / "conversations" / "follow_ups.py"
UMLAUTS = re.compile("[äöüÄÖÜß„]")


def strings(path: Path) -> Iterator[ast.Constant]:
    """The strings of a module that are no docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            yield node


def named(function: str, place: int) -> set[str]:
    """The constants that are handed to a function at a place, in all modules."""
    found = set()
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _name(node.func) == function and len(node.args) > place:
                argument = node.args[place]
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    found.add(argument.value)
    return found


def values(name: str) -> set[str]:
    """The constants that a name is given, as a keyword, a field's default or a local variable, in all modules."""
    found: set[str] = set()
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if name in _given(node) and node.value:
                found |= _constants(node.value)
    return found - {""}


def _given(node: ast.AST) -> set[str | None]:
    """The names that get a value here."""
    if isinstance(node, ast.keyword):
        return {node.arg}
    if isinstance(node, ast.Assign | ast.AnnAssign):
        return {_name(target) for target in (node.targets if isinstance(node, ast.Assign) else [node.target])}
    return set()


def _constants(value: ast.expr) -> set[str]:
    """What an expression can come to, as far as it says so itself."""
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        return {value.value}
    if isinstance(value, ast.IfExp):
        return _constants(value.body) | _constants(value.orelse)
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
    errors = {f"error.{code}" for code in named("ApiError", 1)} | {"error.malformed"}
    routes = {f"route.{reason}" for reason in values("closed")}
    units = {f"unit.{unit}" for unit in values("unit")}
    reasons = {f"reason.{reason}" for reason in {*Reason, *values("reason"), *_reasons_of_promises()}}
    return errors | routes | units | reasons | named("text", 0)


def _reasons_of_promises() -> set[str]:
    """Why a promise came to nothing: the second value of what ``follow_ups`` decides."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(REASONS_OF_PROMISES.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple):
            found |= _constants(node.value.elts[1])
    return found - {""}


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_every_text_that_code_asks_for_is_there_and_no_other(language: str) -> None:
    assert set(read(language)) == needed()


@pytest.mark.parametrize("key", sorted(read("en")))
def test_a_text_has_the_same_fields_in_every_language(key: str) -> None:
    fields = [
        sorted(field for _, field, _, _ in Formatter().parse(read(each)[key]) if field) for each in texts.LANGUAGES
    ]
    assert fields == [fields[0]] * len(texts.LANGUAGES)


def test_the_api_document_knows_every_reason_of_a_message() -> None:
    """Those of channels, and those that reply gives by itself."""
    document = yaml.safe_load((FUNCTIONS.parent / "docs" / "openapi.yaml").read_text(encoding="utf-8"))
    told = document["components"]["schemas"]["Message"]["properties"]["reason"]["enum"]
    assert set(told) == {*map(str, Reason), "unconfirmed", "error", "customer_wrote", None}


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_no_text_is_empty(language: str) -> None:
    assert all(text.strip() for text in read(language).values())


def test_languages_keep_one_order() -> None:
    assert len({tuple(read(language)) for language in texts.LANGUAGES}) == 1


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(FUNCTIONS)))
def test_code_holds_no_german(path: Path) -> None:
    assert [node.value for node in strings(path) if UMLAUTS.search(node.value)] == []


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
