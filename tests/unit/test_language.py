"""The language rules of CONTRIBUTING.md: docstring openers, words that are not used, and names of tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import language


@pytest.mark.parametrize("kind", language.KINDS)
def test_no_place_breaks_the_rule(kind: str) -> None:
    found = [place for place in language.places() if place.kind == kind]
    assert found == [], "\n".join(map(str, found))


def test_each_exception_permits_one_place() -> None:
    assert sorted(language.exceptions()) == sorted(language.EXCEPTIONS)


@pytest.mark.parametrize(
    "text",
    [
        "the house",
        "a_house = 1",
        "class HouseKeeper: ...",
        "const houseKeeper = 1;",
        "HOUSE_RULES = ()",
        "Whoever comes",
        "[her answer](x)",
    ],
)
def test_banned_word_is_found_in_texts_and_names(text: str) -> None:
    assert [line for line, _ in language.words_in(f"\n{text}\n")] == [2]


@pytest.mark.parametrize("text", ["warehouse", "Zendesk", "broadcast", "hero", "the theme", "HTML", "chis"])
def test_banned_word_is_not_found_inside_another_word(text: str) -> None:
    assert list(language.words_in(text)) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.py", '"""What it is."""'),
        ("a.py", 'def f():\n    """Whether it is."""'),
        ("a.py", 'class C:\n    """``Who`` it is."""'),
        ("a.py", 'A = 1\n"""How it is."""'),
        ("a.py", 'A = 1\n"""Since when it is."""'),
        ("a.py", 'async def f():\n    if x:\n        def g():\n            """Where."""'),
        ("a.js", "/** Whether it is. */"),
        ("a.js", "/** For how long it is. */"),
        ("a.js", "/**\n * What it is.\n */"),
    ],
)
def test_docstring_that_begins_with_a_question_word_is_found(name: str, text: str) -> None:
    assert len(list(language.openers_in(Path(name), text))) == 1


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.py", '"""Return what it is."""'),
        ("a.py", 'f("What it is")'),
        ("a.py", '"""Whatsapp."""'),
        ("a.py", '"""By day."""'),
        ("a.js", "// What it is"),
    ],
)
def test_docstring_that_begins_with_a_verb_or_noun_is_not_found(name: str, text: str) -> None:
    assert list(language.openers_in(Path(name), text)) == []


@pytest.mark.parametrize("name", ["test_what_is_new_is_stored", "test_5_who_writes_is_heard", "test_whoever_comes_in"])
def test_name_of_a_test_that_begins_with_a_question_word_is_found(name: str) -> None:
    assert list(language.test_names_in(f"\ndef {name}() -> None:\n")) == [(2, name)]


@pytest.mark.parametrize("name", ["test_whole_text_is_kept", "test_reply_is_refused", "who_writes"])
def test_name_of_a_test_that_begins_with_its_subject_is_not_found(name: str) -> None:
    assert list(language.test_names_in(f"def {name}() -> None:\n")) == []


def test_package_of_a_file_is_at_most_two_folders() -> None:
    root = language.ROOT
    assert language.package_of(root / "functions/channels/facebook/webhook.py") == "functions/channels"
    assert language.package_of(root / "docs/inbox.md") == "docs"
    assert language.package_of(root / "README.md") == "."
