"""Find the places that break the language rules of CONTRIBUTING.md.

``.venv/bin/python -m tests.support.language functions/channels`` prints the places in one package, or in all.
"""

from __future__ import annotations

import ast
import re
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
OPENERS = frozenset(
    {
        "what",
        "whether",
        "who",
        "whom",
        "whose",
        "whoever",
        "how",
        "where",
        "wherever",
        "when",
        "whenever",
        "which",
        "why",
    }
)
"""Words with which no docstring begins, nor with a preposition before them: it begins with a verb or a noun."""
PREPOSITION = r"(?:(?:as|at|by|for|from|in|of|on|since|to|until|up to|with)\s+)?"
WORDS = frozenset(
    {
        "house",
        "houses",
        "desk",
        "desks",
        "road",
        "roads",
        "door",
        "doors",
        "anew",
        "whoever",
        "whomever",
        "noticeboard",
        "ledger",
        "drawer",
        "drawers",
        "temper",
        "deed",
        "deeds",
        "parrot",
        "stall",
        "stalls",
        "upkeep",
        "heal",
        "heals",
        "healed",
        "healing",
        "till",
        "he",
        "him",
        "his",
        "himself",
        "she",
        "her",
        "hers",
        "herself",
    }
)
"""Metaphors, words that few readers know, and pronouns other than "they" for customers and agents."""
TEST_NAMES = re.compile(r"^ *def (test_(?:[0-9]+_)?(?:what|who|whom|whose|whoever|whatever)_\w+)", re.MULTILINE)
"""A test's name says subject, condition and result: ``test_reply_is_refused_when_a_colleague_answered``."""
KINDS = ("docstring_openers", "banned_words", "test_names")
SUFFIXES = frozenset({".py", ".md", ".js", ".mjs", ".css", ".html", ".yaml", ".toml"})
GERMAN = ("de.json", ".de.md")
NOT_OURS = frozenset({"build", "node_modules", "__pycache__"})
NOT_CHECKED = frozenset(
    {"tests/support/language.py", "tests/unit/test_language.py", "functions/classification/words/en.json"}
)
"""The files that quote the words, and the words of customers."""
EXCEPTIONS = {
    ("docs/data-model.md", "deed"): "the name of an attribute in stored items",
    ("functions/channels/_characters.py", "house"): "a top-level domain",
    ("functions/storage/audit.py", "deed"): "the name of an attribute in stored items",
    ("infra/local/installation.py", "stalls"): "the name under which earlier versions stored configurations",
    ("tests/unit/test_moving.py", "stalls"): "the name under which earlier versions stored configurations",
}
"""File and word of each place that has to stay, with the reason."""
TOKEN = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
"""A word of a text, or of a name in snake_case or camelCase."""
OPENER = re.compile(rf"\W*{PREPOSITION}(\w+)", re.IGNORECASE)
SCRIPT_DOCSTRING = re.compile(rf"/\*\*\s*(?:\*\s*)?{PREPOSITION}(\w+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Place:
    """One word that breaks a rule."""

    kind: str
    package: str
    path: str
    line: int
    word: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.kind}: {self.word}"


def places(root: Path = ROOT) -> list[Place]:
    """Return all places below ``root`` in the order of their files, without exceptions."""
    return [place for place in _all_places(root) if not is_exception(place)]


def exceptions(root: Path = ROOT) -> list[tuple[str, str]]:
    """Return file and word of the places that an exception permits, one for each place."""
    return [(place.path, place.word) for place in _all_places(root) if is_exception(place)]


def is_exception(place: Place) -> bool:
    """Return whether the place has to stay as it is."""
    return (place.path, place.word) in EXCEPTIONS


@cache
def _all_places(root: Path) -> list[Place]:
    return [place for path in sorted(_files(root)) for place in _places_in(path, root)]


def words_in(text: str) -> Iterator[tuple[int, str]]:
    """Yield line number and word for each banned word of a text or of a name in it."""
    for number, line in enumerate(text.splitlines(), 1):
        for token in TOKEN.findall(line):
            if token.lower() in WORDS:
                yield number, token


def openers_in(path: Path, text: str) -> Iterator[tuple[int, str]]:
    """Yield line number and first word of each docstring that begins with a banned opener."""
    docstrings = _python_docstrings(text) if path.suffix == ".py" else _script_docstrings(text)
    for number, opener in docstrings:
        if opener.lower() in OPENERS:
            yield number, opener


def test_names_in(text: str) -> Iterator[tuple[int, str]]:
    """Yield line number and name of each test whose name does not begin with its subject."""
    for found in TEST_NAMES.finditer(text):
        yield text.count("\n", 0, found.start()) + 1, found[1]


def package_of(path: Path, root: Path = ROOT) -> str:
    """Return the folder that a file counts for: two levels in the source folders, its own folder elsewhere."""
    parts = path.relative_to(root).parts[:-1]
    return "/".join(parts[:2]) or "."


def _places_in(path: Path, root: Path) -> Iterator[Place]:
    text = path.read_text("utf-8")
    package, name = package_of(path, root), path.relative_to(root).as_posix()
    for line, word in words_in(text):
        yield Place("banned_words", package, name, line, word)
    if path.suffix in {".py", ".js", ".mjs"}:
        for line, word in openers_in(path, text):
            yield Place("docstring_openers", package, name, line, word)
    if name.startswith("tests/"):
        for line, word in test_names_in(text):
            yield Place("test_names", package, name, line, word)


def _python_docstrings(text: str) -> Iterator[tuple[int, str]]:
    """Yield line and first word of docstrings, those below attributes included."""
    bodies = [ast.parse(text).body]
    while bodies:
        for statement in bodies.pop(0):
            if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
                value = statement.value.value
                if isinstance(value, str) and (opener := OPENER.match(value)):
                    yield statement.lineno, opener[1]
            bodies += _bodies_of(statement)


def _bodies_of(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    """Yield the lists of statements within a statement; expressions have none, and are not looked at."""
    parts = [statement, *getattr(statement, "handlers", ()), *getattr(statement, "cases", ())]
    for part in parts:
        for name in ("body", "orelse", "finalbody"):
            if found := getattr(part, name, None):
                yield found


def _script_docstrings(text: str) -> Iterator[tuple[int, str]]:
    for match in SCRIPT_DOCSTRING.finditer(text):
        yield text.count("\n", 0, match.start()) + 1, match[1]


def _files(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.name.startswith(".") or path.name in NOT_OURS:
            continue
        if path.is_dir():
            yield from _files(path)
        elif _is_checked(path):
            yield path


def _is_checked(path: Path) -> bool:
    if path.relative_to(ROOT).as_posix() in NOT_CHECKED or path.name.endswith(GERMAN):
        return False
    return path.suffix in SUFFIXES or path.name in {"Makefile", "en.json"}


if __name__ == "__main__":
    for place in places():
        if place.package in sys.argv[1:] or not sys.argv[1:]:
            sys.stdout.write(f"{place}\n")
