"""Rules match what a conversation begins with: where, in which words and language, and at which time."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from conversations.routing_rules import Opening, first_match, rules_from, stored_rules

SATURDAY_AT_TEN = 1_795_255_200_000  # 2026-11-21T10:00Z
OPENING = Opening("facebook", "demo", "Ich habe ZU VIEL bezahlt; Straße 7!", "de", SATURDAY_AT_TEN)


def matches(opening: Opening = OPENING, zone: str = "Etc/UTC", **when: object) -> bool:
    """Return whether a rule with this condition takes the conversation."""
    (rule,) = rules_from([{"name": "One", "when": when, "team": "billing"}])
    return first_match([rule], opening, lambda team: zone if team == "billing" else "") == rule


def test_a_rule_without_a_condition_takes_all() -> None:
    assert matches()


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["zu viel"], True),
        (["viel zu"], False),
        (["BEZAHLT"], True),
        (["bezahl"], False),
        (["STRASSE"], True),
        (["nichts", "viel"], True),
        (["zu  viel; bezahlt"], True),
        (["7"], True),
    ],
)
def test_words_are_whole_words_in_a_row_whatever_their_case(words: list[str], found: bool) -> None:
    assert matches(words=words) is found


def test_all_that_a_rule_asks_for_is_asked_for_together() -> None:
    assert matches(channels=["x", "facebook"], connections=["facebook/demo"], languages=["de"], words=["viel"])
    for other in ({"channels": ["x"]}, {"connections": ["facebook/other"]}, {"languages": ["en"]}):
        assert not matches(words=["viel"], **other)


def test_connections_of_one_name_on_two_channels_are_different_accounts() -> None:
    assert matches(connections=["facebook/demo"])
    assert not matches(connections=["mastodon/demo"])


def test_a_language_that_cannot_be_told_is_none() -> None:
    assert not matches(replace(OPENING, language=None), languages=["de", "en"])


@pytest.mark.parametrize(
    ("hours", "zone", "inside"),
    [
        ({"from": "09:00", "to": "18:00"}, "Etc/UTC", True),
        ({"from": "09:00", "to": "18:00", "days": ["mon"]}, "Etc/UTC", False),
        ({"from": "10:30", "to": "18:00"}, "Etc/UTC", False),
        ({"from": "10:30", "to": "18:00"}, "Europe/Berlin", True),
        ({"from": "18:00", "to": "10:30", "days": ["fri"]}, "Etc/UTC", True),
    ],
    ids=str,
)
def test_times_are_on_the_clock_of_the_rules_team(hours: dict[str, object], zone: str, inside: bool) -> None:
    assert matches(zone=zone, hours=hours) is inside


def test_only_the_beginning_of_a_long_text_is_read() -> None:
    assert not matches(replace(OPENING, text="a " * 5000 + "Rechnung"), words=["Rechnung"])


def test_a_stored_rule_with_a_condition_of_a_later_version_decides_nothing() -> None:
    """Without that condition it would take in what it is not meant for. What else a later version adds is left out."""
    later = {"name": "later", "when": {"words": ["invoice"], "moods": ["angry"]}, "team": "sales"}
    hours = {
        "name": "hours",
        "when": {"hours": {"from": "09:00", "to": "18:00", "days": ["mon"], "zone": "x"}},
        "team": "a",
    }
    known = {"name": "known", "when": {"words": ["invoice"]}, "team": "sales", "colour": "red"}
    assert [rule.name for rule in stored_rules([later, hours, known])] == ["known"]
