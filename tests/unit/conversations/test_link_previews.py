"""The link of a message that is looked at, and when it is asked for."""

from __future__ import annotations

import pytest

from conversations.attachments import digest
from conversations.effects import effects_of_fact
from conversations.facts import Fact, Kind, Visibility
from conversations.identity import action_id
from conversations.link_previews import LONGEST_ADDRESS, PreviewLink, first_link, spot


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("Siehe https://hilfe.example/a?b=1#c.", "https://hilfe.example/a?b=1#c"),
        ("(https://hilfe.example/a_(b))", "https://hilfe.example/a_(b)"),
        ("https://eins.example, https://zwei.example", "https://eins.example"),
        ("HTTPS://Hilfe.example/!", "HTTPS://Hilfe.example/"),
        ("http://hilfe.example", "http://hilfe.example"),
        ("<https://hilfe.example/\u202egnp.exe>", "https://hilfe.example/"),
        ("www.hilfe.example", None),
        ("https://", None),
        ("https://...", None),
        ("https://nutzer:geheim@hilfe.example/", None),
        ("https://[::1/", None),
        ("ftp://hilfe.example", None),
        ("javascript:alert(1)//https", None),
        (f"https://hilfe.example/{'a' * LONGEST_ADDRESS}", None),
        ("", None),
        (None, None),
    ],
)
def test_first_address_of_a_text_ends_with_its_sentence(text: str | None, address: str | None) -> None:
    assert first_link(text) == address


def fact(kind: Kind = Kind.MESSAGE, text: str = "https://hilfe.example", **more: object) -> Fact:
    return Fact(kind, Visibility.PRIVATE, "t_1", 1_790_000_000_000, "m_1", text=text, **more)  # type: ignore[arg-type]


def test_page_is_asked_for_once_per_new_message_with_a_link() -> None:
    assert effects_of_fact(fact(), "#e") == [PreviewLink("#e")]
    assert effects_of_fact(fact(own=True), "#e") == [PreviewLink("#e")]
    assert effects_of_fact(fact(text="Hallo"), "#e") == []
    assert effects_of_fact(fact(Kind.EDITED), "#e") == []


def test_echo_of_an_answer_from_here_is_not_asked_for_a_second_time() -> None:
    ours = action_id(1_790_000_000_000, b"12345678")
    assert effects_of_fact(fact(own=True, reference=ours), "#e") == []


def test_preview_lies_among_the_files_of_its_message() -> None:
    place = spot("thread", "branch", 7, "m_1")
    assert (place.at, place.message) == (7, digest("m_1"))
    assert place.id != spot("thread", "branch", 7, "m_2").id
