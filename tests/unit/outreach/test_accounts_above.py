"""Digests of the accounts above a found post: which names they are found by, and that they name nobody."""

from __future__ import annotations

import pytest

from conversations.facts import Author
from outreach import accounts_above, matching
from outreach.found_posts import FoundPost
from outreach.tact import RULES

RIVAL = Author("4910", "Rival Äudio", "rival@a.example old.example")
ABOVE = accounts_above.digests_of([Author("7", "Runa", "runa@a.example"), RIVAL])
POST = FoundPost("mastodon", "support", "1", "1", "https://a.example/1", 1, author=Author("8", "Jo"))


@pytest.mark.parametrize("name", ["4910", "@Rival@a.example", "old.example", "RIVAL AUDIO ", "rival äudio"])
def test_competitor_above_is_known_by_id_each_handle_and_name(name: str) -> None:
    assert accounts_above.are_any_of(ABOVE, ("somebody", name))


@pytest.mark.parametrize("name", ["", "@", "rival", "Rival", "491", "jo"])
def test_account_that_is_called_otherwise_is_no_competitor(name: str) -> None:
    assert not accounts_above.are_any_of(ABOVE, (name,))


def test_post_below_a_competitors_is_told_from_their_own() -> None:
    below = FoundPost("mastodon", "support", "1", "1", "https://a.example/1", 1, author=Author("8", "Jo"), above=ABOVE)
    assert matching.is_at_competitor(below, ("rival@a.example",))
    assert not matching.is_competitor(below, ("rival@a.example",))
    assert not matching.is_at_competitor(POST, ("rival@a.example",))
    assert matching.is_at_competitor(POST, ("jo",))
    assert "competitor" in RULES


def test_accounts_without_names_have_no_digests_and_many_are_cut() -> None:
    assert accounts_above.digests_of([Author(), Author("", " ", "")]) == ()
    many = accounts_above.digests_of(Author(str(number)) for number in range(500))
    assert len(many) == accounts_above.MOST
    assert accounts_above.are_any_of(many, ("0",)), "the first ones are kept"


def test_digests_hold_no_name() -> None:
    assert not any(word in "".join(ABOVE) for word in ("rival", "runa", "4910"))
