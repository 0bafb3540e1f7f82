"""Matching of posts with searches: inflections, phrases, exclusions, languages, accounts."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from msgspec.structs import replace

from conversations.facts import Author
from outreach import matching
from outreach.found_posts import FEED, FoundPost
from outreach.searches import Query, Search

POST = FoundPost(
    "mastodon", "support", "1", "1", "https://example.social/1", 1, author=Author("7", "Runa", "runa@a.example")
)
SEARCH = Search("s", "Search", "service", Query(all=("headphones",)), ())


def matches(text: str, language: str, **query: tuple[str, ...]) -> bool:
    return matching.matches(Query(**query), text, (language,))


def test_term_of_signs_alone_is_found_as_it_is_written() -> None:
    assert matches("Welche \U0001f3a7 nehmt ihr?", "de", any=("\U0001f3a7",))
    assert not matches("Welche \U0001f3b8 nehmt ihr?", "de", any=("\U0001f3a7", ".*", "\u0301"))
    assert not matches("Kopfh\u00f6rer, Werbung!!!", "de", any=("Kopfh\u00f6rer",), none=("!!!",))


@pytest.mark.parametrize(
    ("language", "term", "text"),
    [
        ("de", "Kopfhörer", "Welche KOPFHÖRERN würdet ihr nehmen?"),
        ("de", "Kopfhörer", "Suche Sportkopfhörer"),
        ("de", "Kopfhoerer", "Suche Bluetooth-Kopfhörer"),
        ("de", "Haus", "in diesen Häusern"),
        ("de", "empfehlen", "Was empfehlt ihr?"),
        ("en", "headphone", "Any headphones?"),
        ("en", "run", "for running"),
        ("en", "battery", "the batteries die"),
        ("fr", "casque", "quels casques choisir"),
        ("en", "#hifi", "new to hifi"),
        ("en", "noise cancelling", "with noise-cancelling!"),
        ("en", "noise cancelling", "Noise cancels"),
        ("ja", "イヤホン", "おすすめのイヤホンは"),
        ("xx", "Łódź", "jadę do łódź"),
    ],
)
def test_word_is_found_in_its_forms(language: str, term: str, text: str) -> None:
    assert matches(text, language, all=(term,))


@pytest.mark.parametrize(
    ("language", "term", "text"),
    [
        ("en", "headphones", "a phone on my head"),
        ("en", "art", "start the party"),
        ("de", "suchen", "eine Sucht"),
        ("de", "Ohr", "ein Motor ohne Rohr"),
        ("en", "noise cancelling", "cancelling the noise"),
        ("en", "noise cancelling", "noise, and cancelling"),
        ("en", "shop", "see https://shop.example/shop"),
        ("en", "headphones", ""),
    ],
)
def test_other_word_is_not_found(language: str, term: str, text: str) -> None:
    assert not matches(text, language, all=(term,))


def test_post_has_all_one_and_none_of_the_words() -> None:
    query = {"all": ("headphones",), "any": ("sport", "gym"), "none": ("giveaway",)}
    assert matches("headphones for the gym", "en", **query)
    assert not matches("headphones for the train", "en", **query)
    assert not matches("the gym", "en", **query)
    assert not matches("headphones for the gym, two giveaways", "en", **query)
    assert matches("the gym", "en", any=("sport", "gym"))


def test_title_counts_as_the_text_does() -> None:
    assert matching.fits(SEARCH, replace(POST, title="Which headphones?", text="For sport."))


def test_post_in_another_language_is_left_out_and_one_of_unknown_language_is_not() -> None:
    search = replace(SEARCH, languages=("en",))
    post = replace(POST, text="headphones")
    assert matching.fits(search, replace(post, language="en"))
    assert matching.fits(search, post)
    assert not matching.fits(search, replace(post, language="de"))


@pytest.mark.parametrize("name", ["7", "@runa@a.example", "RUNA@a.example", " runa@a.example"])
def test_posts_of_excluded_accounts_are_left_out(name: str) -> None:
    post = replace(POST, text="headphones")
    assert matching.fits(replace(SEARCH, excluded_accounts=("runa", "8")), post)
    assert not matching.fits(replace(SEARCH, excluded_accounts=(name,)), post)


def test_entry_of_an_excluded_account_in_a_feed_is_left_out_by_the_name_alone() -> None:
    post = replace(POST, text="headphones", channel=FEED, author=Author("forum.example/ole k", "Ole K"))
    assert matching.fits(replace(SEARCH, excluded_accounts=("Ole",)), post)
    assert not matching.fits(replace(SEARCH, excluded_accounts=("ole k",)), post)


@pytest.mark.parametrize("written", ["Kopf\u00adhörer", "Kopf\u200bhörer", "Kopfho\u0308rer", "\ufeffKopfhörern"])
def test_word_is_found_however_its_letters_are_put_together(written: str) -> None:
    assert matching.matches(Query(all=("Kopfhörer",)), f"Welche {written}?", ("de",))
    assert matching.matches(Query(all=(written,)), "Welche Kopfhörer?", ("de",))


def test_posts_of_our_own_accounts_and_of_bots_are_left_out() -> None:
    post = replace(POST, text="headphones")
    assert not matching.fits(SEARCH, post, {"7"})
    assert not matching.fits(SEARCH, replace(post, is_bot=True))


def test_competitor_is_known_by_handle_and_by_name() -> None:
    assert matching.is_competitor(POST, ("runa@a.example",))
    assert matching.is_competitor(POST, ("rüna",))
    assert matching.is_competitor(replace(POST, author=Author("7", handle="4910 runa")), ("@Runa",))
    assert not matching.is_competitor(POST, ("run",))
    assert not matching.is_competitor(replace(POST, author=Author()), ("",))


def test_long_text_is_looked_at_up_to_a_limit() -> None:
    assert not matches("x " * matching.LONGEST + "headphones", "en", all=("headphones",))


def test_words_have_one_stem_however_many_sources_are_looked_at_at_the_same_time() -> None:
    words = [
        f"{beginning}{ending}"
        for beginning in ("kopfhörer", "lautsprecher", "empfehl")
        for ending in ("", "n", "s", "en", "ung", "lich")
    ] * 40
    alone = [matching._stem(word, "de") for word in words]
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as pool:
            together = list(pool.map(lambda word: matching._stem(word, "de"), words))
    finally:
        sys.setswitchinterval(before)
    assert together == alone
