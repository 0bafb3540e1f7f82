"""Texts for people, in English and German, stored in ``functions/texts``."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "texts"
LANGUAGES = ("en", "de")


def language_of(accept_language: str) -> str:
    """The first language of an Accept-Language header that is spoken here, else English."""
    for wanted in accept_language.lower().split(","):
        language = wanted.partition(";")[0].partition("-")[0].strip()
        if language in LANGUAGES:
            return language
    return LANGUAGES[0]


def text(key: str, language: str, **fields: object) -> str:
    """The text of a key, with its fields filled in; raises ``KeyError`` for one that is not there."""
    return _texts(language)[key].format(**fields)


def raw(key: str, language: str) -> str:
    """The text of a key as it stands there: a template whose fields others fill in."""
    return _texts(language)[key]


def has(key: str) -> bool:
    """Return whether there is a text of this key."""
    return key in _texts(LANGUAGES[0])


@cache
def _texts(language: str) -> dict[str, str]:
    return json.loads((FOLDER / f"{language}.json").read_text(encoding="utf-8"))
