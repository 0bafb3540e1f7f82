"""The page's texts: both languages say the same things, and the code asks for no others."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "functions" / "console" / "page"
TEXTS = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted((PAGE / "texts").glob("*.json"))}
SOURCES = {path: path.read_text(encoding="utf-8") for path in sorted(PAGE.rglob("*.js"))}
KEY = r"[a-z][\w-]*(?:\.[\w-]+)+"
MADE_BY_THE_BUILD = PAGE.parents[2] / "infra" / "page" / "web_app.mjs"
"""The module that makes the page which the service worker shows without a network."""
USED = re.compile(rf'["\'`]({KEY})["\'`]')
BEGUN = re.compile(r"`([a-z][\w-]*\.(?:[\w-]+\.)*)\$\{")
PLURALS = ("zero", "one", "two", "few", "many", "other")


def _without_form(key: str) -> str:
    """Return the key that the code uses for a text that has a form for each number."""
    head, _, last = key.rpartition(".")
    return head if last in PLURALS else key


def _fields(text: str) -> list[str]:
    return sorted(set(re.findall(r"\{(\w+)\}", text)))


def test_both_languages_have_the_same_texts() -> None:
    assert TEXTS["en"].keys() == TEXTS["de"].keys()


@pytest.mark.parametrize("key", TEXTS["en"])
def test_a_text_has_the_same_fields_in_both_languages(key: str) -> None:
    assert _fields(TEXTS["en"][key]) == _fields(TEXTS["de"][key])


@pytest.mark.parametrize("key", TEXTS["en"])
def test_every_text_is_used(key: str) -> None:
    whole = "\n".join([*SOURCES.values(), MADE_BY_THE_BUILD.read_text()])
    used, begun = set(USED.findall(whole)), tuple(BEGUN.findall(whole))
    # A text about something "other" ends like one with a form for each number.
    assert any(name in used or name.startswith(begun) for name in (key, _without_form(key)))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PAGE)))
def test_every_text_that_is_asked_for_is_there(path: Path) -> None:
    known = {_without_form(key) for key in TEXTS["en"]} | TEXTS["en"].keys()
    asked = re.findall(rf'\bt\(\s*["\'`]({KEY})["\'`]', SOURCES[path])
    asked += re.findall(rf'\btext: "({KEY})"', SOURCES[path])
    assert set(asked) <= known


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PAGE)))
def test_texts_for_people_are_not_in_the_code(path: Path) -> None:
    between_tags = r"(?<![=\s])>[^<>${}`;]*[A-Za-z]{2,}[^<>${}`;]*<"
    read_aloud = r'\b(?:aria-label|title|placeholder|alt)="[^"$]*[A-Za-z]'
    code = re.sub(r"/\*.*?\*/", "", SOURCES[path], flags=re.DOTALL)
    assert not re.findall(f"{between_tags}|{read_aloud}", code)
