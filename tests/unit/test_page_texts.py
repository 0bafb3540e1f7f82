"""The page's texts: both languages say the same things, and the code asks for no others."""

from __future__ import annotations

import json
import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "functions" / "console" / "page"
TEXTS = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted((PAGE / "texts").glob("*.json"))}
SOURCES = {str(path.relative_to(PAGE)): path.read_text(encoding="utf-8") for path in sorted(PAGE.rglob("*.js"))}
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


def test_texts_have_the_same_fields_in_both_languages() -> None:
    assert [key for key, text in TEXTS["en"].items() if _fields(text) != _fields(TEXTS["de"][key])] == []


def test_every_text_is_used() -> None:
    whole = "\n".join([*SOURCES.values(), MADE_BY_THE_BUILD.read_text()])
    used, begun = set(USED.findall(whole)), tuple(BEGUN.findall(whole))
    # A text about something "other" ends like one with a form for each number.
    names = {key: (key, _without_form(key)) for key in TEXTS["en"]}
    assert [key for key in names if not any(name in used or name.startswith(begun) for name in names[key])] == []


def test_every_text_that_is_asked_for_is_there() -> None:
    known = {_without_form(key) for key in TEXTS["en"]} | TEXTS["en"].keys()
    asked = re.compile(rf'\bt\(\s*["\'`]({KEY})["\'`]|\btext: "({KEY})"')
    missing = {name: {"".join(keys) for keys in asked.findall(source)} - known for name, source in SOURCES.items()}
    assert {name: keys for name, keys in missing.items() if keys} == {}


def test_texts_for_people_are_not_in_the_code() -> None:
    between_tags = r"(?<![=\s])>[^<>${}`;]*[A-Za-z]{2,}[^<>${}`;]*<"
    read_aloud = r'\b(?:aria-label|title|placeholder|alt)="[^"$]*[A-Za-z]'
    texts = re.compile(f"{between_tags}|{read_aloud}")
    found = {name: texts.findall(_without_comments(source)) for name, source in SOURCES.items()}
    assert {name: texts for name, texts in found.items() if texts} == {}


def _without_comments(source: str) -> str:
    return re.sub(r"/\*.*?\*/", "", source, flags=re.DOTALL)
