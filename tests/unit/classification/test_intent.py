"""Intent of posts, signs that an offer would be tactless, and answers to offers: examples beside the labelled ones."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from classification import PROPOSES, IntentKind, Refusal, TactSign, intent, refusal, tact_sign

BRANDS = ("Klangwerk", "Blauer Bär")
RIVALS = ("Sonora",)


def test_open_ask_is_proposed_with_the_sentence_that_asks() -> None:
    found = intent("Mein altes Paar ist durch. Welche Kopfhörer könnt ihr fürs Laufen empfehlen? Danke!")
    assert (found.kind, found.reason, found.language) == (IntentKind.ASKS_ADVICE, "asks_for_advice", "de")
    assert found.confidence >= PROPOSES
    assert found.phrase == "Welche Kopfhörer könnt ihr fürs Laufen empfehlen?"


@pytest.mark.parametrize(
    "text",
    [
        "@anna which headphones would you recommend?",
        "Which headphones can you recommend?\nEDIT: bought the blue ones, thanks",
        "Not looking for recommendations. Which ones are loudest?",
        "> Which headphones can you recommend?\nThe blue ones.",
        "Somebody asked me which headphones I can recommend",
        "",
        "???",
        "🎧",
    ],
)
def test_ask_that_is_not_open_is_not_proposed(text: str) -> None:
    found = intent(text)
    assert found.kind != IntentKind.ASKS_ADVICE or found.confidence < PROPOSES


def test_ask_with_a_fault_of_our_product_is_a_problem() -> None:
    text = "My Klangwerk is broken. Which headphones can you recommend?"
    assert intent(text, BRANDS).kind == IntentKind.HAS_PROBLEM
    assert intent(text, RIVALS).kind == IntentKind.ASKS_ADVICE


@pytest.mark.parametrize(
    "text",
    [
        "Klangwerk sind Betrüger! Welche Kopfhörer könnt ihr empfehlen?",
        "Fuck Klangwerk. Any headphone recommendations?",
        "Klangwerk are a bunch of crooks, any recommendations for headphones?",
        "My Klangwerk fell apart. Which headphones would you recommend?",
        "Klangwerk hat mich abgezockt. Welche Kopfhörer empfehlt ihr?",
    ],
)
def test_ask_of_somebody_who_is_angry_at_us_is_a_problem_and_no_ask(text: str) -> None:
    assert intent(text, BRANDS).kind == IntentKind.HAS_PROBLEM
    assert intent(text, RIVALS).kind == IntentKind.ASKS_ADVICE
    assert tact_sign(text, RIVALS, BRANDS) == TactSign.ANGER_AT_US


@pytest.mark.parametrize(
    "text",
    [
        "Könnt ihr bitte mal aufhören, mir Kopfhörer zu empfehlen?",
        "Wer von euch war gestern auf dem Konzert? Die Kopfhörer bleiben heute aus.",
        "Was haltet ihr von Leuten, die ohne Kopfhörer Videos schauen?",
        "What's the best thing about headphones? Nobody talks to you.",
        "What would you do if someone stole your headphones?",
        "What are you all listening to this morning? Headphones in.",
        "Any good podcasts to break in my new headphones?",
    ],
)
def test_question_that_names_goods_and_asks_for_none_is_not_proposed(text: str) -> None:
    found = intent(text, BRANDS)
    assert found.kind != IntentKind.ASKS_ADVICE or found.confidence < PROPOSES


def test_strong_word_in_praise_is_no_anger() -> None:
    assert intent("Holy shit, Klangwerk sound amazing", BRANDS).kind == IntentKind.PRAISES


def test_brand_of_two_words_is_found_as_a_hashtag() -> None:
    assert intent("Ich liebe #BlauerBär", BRANDS).kind == IntentKind.PRAISES


def test_phrase_is_short_whatever_was_written() -> None:
    assert len(intent("can anyone recommend " + "headphones " * 200 + "?").phrase) <= 160


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("Meine Mutter ist gestern verstorben. Welche Kopfhörer hatte sie?", TactSign.GRIEF),
        ("liege im Krankenhaus, welche Kopfhörer könnt ihr empfehlen?", TactSign.ILLNESS),
        ("hatte einen Unfall, welches Rad soll ich kaufen?", TactSign.ACCIDENT),
        ("I'm 12, which headphones should I get?", TactSign.MINOR),
        ("Die Regierung spinnt, welches VPN könnt ihr empfehlen?", TactSign.POLITICS),
        ("which vpn would you get before the election?", TactSign.POLITICS),
        ("Klangwerk ist eine Frechheit", TactSign.ANGER_AT_US),
        ("My Klangwerk is broken again", TactSign.ANGER_AT_US),
        ("@sonora which headphones are best?", TactSign.TO_COMPETITOR),
        ("Sonora oder Klangwerk, was würdet ihr nehmen?", None),
        ("Ich (13) suche Kopfhörer für die Schule. Könnt ihr welche empfehlen?", TactSign.MINOR),
        ("Gehe in die 7. Klasse, welche Kopfhörer empfehlt ihr?", TactSign.MINOR),
        ("Werde nächste Woche 12! Welche Kopfhörer würdet ihr nehmen?", TactSign.MINOR),
        ("I (15F) need headphones, what would you recommend?", TactSign.MINOR),
        ("Year 9 student, any recommendations for headphones?", TactSign.MINOR),
        ("Turning 13 next week, which headphones should I ask for?", TactSign.MINOR),
        ("Unser Kater musste eingeschläfert werden. Welche Kopfhörer empfehlt ihr?", TactSign.GRIEF),
        ("My dad didn't make it. Which headphones would you recommend?", TactSign.GRIEF),
        ("Bin depressiv und brauche Ruhe. Welche Kopfhörer empfehlt ihr?", TactSign.ILLNESS),
        ("Mom's in the ICU. Any recommendations for headphones?", TactSign.ILLNESS),
        ("Got hit by a car last night. Any recommendations for headphones?", TactSign.ACCIDENT),
        ("Bei uns ist alles überschwemmt. Welche Kopfhörer empfehlt ihr?", TactSign.ACCIDENT),
        ("Merz im Radio, ich brauche Kopfhörer. Empfehlungen?", TactSign.POLITICS),
        ("Kopfhörer für meine Söhne (12, 14) gesucht, welche könnt ihr empfehlen?", None),
        ("Ich werde im Dezember 15 Stunden fliegen, welche Kopfhörer empfehlt ihr?", None),
        ("Turning 40 next week. Which headphones would you recommend?", None),
        ("Ich brauche Hilfe bei der Wahl: Sonora oder Bosswave?", None),
        ("Welche Kopfhörer könnt ihr empfehlen?", None),
        (None, None),
    ],
)
def test_sign_that_an_offer_would_be_tactless_is_found(text: str | None, sign: TactSign | None) -> None:
    assert tact_sign(text, RIVALS, BRANDS) == sign
    assert tact_sign(text, RIVALS, BRANDS, intent(text, BRANDS)) == sign


@pytest.mark.parametrize("name", ["Sonora", "@sonora", "sonora@a.example", "@Sonora@a.example", "sonora.example"])
def test_post_that_calls_a_competitor_is_told_by_name_and_by_handle(name: str) -> None:
    for called in ("@sonora", "@Sonora@a.example", "@sonora.example:", "@mika @sonora"):
        assert tact_sign(f"{called} which headphones are best?", [name]) == TactSign.TO_COMPETITOR
    for text in ("Which headphones are best, @sonora?", "@mika which headphones are best?", "@"):
        assert tact_sign(text, [name]) is None


def test_short_handle_of_a_competitor_is_told_whole_alone() -> None:
    assert tact_sign("@bo which headphones are best?", ["@bo"]) == TactSign.TO_COMPETITOR
    assert tact_sign("@bodo which headphones are best?", ["@bo"]) is None


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("no", Refusal.NO),
        ("Nein!", Refusal.NO),
        ("STOP", Refusal.NO),
        ("Thanks, but who asked you?", Refusal.NO),
        ("Danke, was kostet das?", Refusal.OTHER),
        ("Danke!", Refusal.THANKS),
        ("Danke für nichts", Refusal.NO),
        ("thanks for nothing", Refusal.NO),
        ("No need, thanks", Refusal.NO),
        ("nee lass mal", Refusal.NO),
        ("Lass mal hören", Refusal.OTHER),
        ("Nö", Refusal.NO),
        ("Passt schon, danke.", Refusal.NO),
        ("Passt schon ganz gut zu mir, danke", Refusal.THANKS),
        ("Firmen bitte raushalten", Refusal.NO),
        ("Hard pass.", Refusal.NO),
        ("I'll pass.", Refusal.NO),
        ("I'll pass it on to my sister, thanks!", Refusal.THANKS),
        ("Please don't reply to my posts.", Refusal.NO),
        ("Brands should stay out of this.", Refusal.NO),
        ("", Refusal.OTHER),
    ],
)
def test_answer_to_an_offer_is_thanks_a_no_or_something_else(text: str, answer: Refusal) -> None:
    assert refusal(text) == answer


@given(st.text(), st.lists(st.text(), max_size=3))
@example("\ud800\udfff ﷺ \u0344 ^ $ (?", ["", "(", "^"])
def test_any_text_and_any_names_get_an_answer_and_always_the_same(text: str, names: list[str]) -> None:
    assert intent(text, names) == intent(text, names)
    assert 0 <= intent(text, names).confidence <= 1
    assert tact_sign(text, names, names) == tact_sign(text, names, names)
    assert isinstance(refusal(text), Refusal)
