"""Classification by rules: examples that are not among the labelled ones, and properties of any text."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from classification import (
    Hardship,
    Meaning,
    declines,
    hardship,
    intent,
    is_angry,
    language_of,
    meaning,
    refusal,
    tact_sign,
    tokens,
    vocabulary,
)
from classification.clauses import KINDS
from tests.support.timing import assert_linear

SOLVED, STILL_BROKEN, OTHER = Meaning.SOLVED, Meaning.STILL_BROKEN, Meaning.OTHER
LONG = 50_000
READERS: list[Callable[[str], object]] = [
    meaning,
    is_angry,
    declines,
    hardship,
    language_of,
    intent,
    refusal,
    tact_sign,
]
every_reader = pytest.mark.parametrize("read", READERS, ids=[read.__name__ for read in READERS])


def _each(*texts: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("text", texts)


@_each("ja", "Yes!", "yep", "Ja, danke!", "👍", "❤️", "👍🏿", "jaaaa")
def test_a_bare_yes_means_solved(text: str) -> None:
    assert meaning(text) == SOLVED


@_each("nein", "No.", "nö", "nope", "👎", "Neeeein", "not yet")
def test_a_bare_no_means_still_broken(text: str) -> None:
    assert meaning(text) == STILL_BROKEN


@_each("Das Telefon funktioniert nicht", "Es klappt nicht mehr", "not working", "It doesn't work", "nothing helped")
def test_a_negation_turns_good_into_bad(text: str) -> None:
    assert meaning(text) == STILL_BROKEN


@_each("Kein Problem mehr", "no problems any more", "Nicht mehr kaputt", "no longer slow", "läuft ohne Störung")
def test_a_negation_turns_bad_into_good(text: str) -> None:
    assert meaning(text) == SOLVED


@_each("Ich glaube nicht, dass es geht", "I doubt that it is fixed", "läuft nicht ohne Störungen")
def test_a_doubt_is_a_negation(text: str) -> None:
    assert meaning(text) == STILL_BROKEN


def test_two_negations_undo_each_other() -> None:
    assert meaning("Ich glaube nicht, dass es nicht funktioniert") == SOLVED


@_each("The broken cable is repaired", "Das kaputte Teil wurde getauscht", "Der Fehler ist weg")
def test_a_cure_outweighs_what_it_cures(text: str) -> None:
    assert meaning(text) == SOLVED


@_each("Lief bis gestern", "It was fine until noon")
def test_statement_that_it_worked_until_then_is_still_broken(text: str) -> None:
    assert meaning(text) == STILL_BROKEN


@_each("Morgen funktioniert es bestimmt", "Hopefully it works", "https://example.com/works/fixed")
def test_future_and_words_in_an_address_are_no_statement(text: str) -> None:
    assert meaning(text) == OTHER


@_each("No both phones work", "no it works", "Nein, alles gut", "No, it is fixed")
def test_how_things_stand_outweighs_yes_and_no(text: str) -> None:
    assert meaning(text) == SOLVED


@_each("Ja, aber es ist wieder ausgefallen", "Läuft, aber jetzt summt der Kasten", "works but now it is slow")
def test_bad_news_after_but_outweighs_what_was_good(text: str) -> None:
    assert meaning(text) == STILL_BROKEN


@_each("Es war gestört, aber jetzt geht alles", "It was down, now it works", "Erst ging nichts, jetzt läuft es")
def test_good_news_after_a_turn_outweighs_what_was_bad(text: str) -> None:
    assert meaning(text) == SOLVED


@_each("Das Bild fehlt, der Ton geht", "No picture, sound is fine")
def test_bad_news_stays_when_nothing_is_said_to_have_changed(text: str) -> None:
    assert meaning(text) == STILL_BROKEN


@_each("Danke der Nachfrage!", "Thanks for asking.", "Vielen Dank")
def test_thanks_alone_say_nothing_of_the_problem(text: str) -> None:
    assert meaning(text) == OTHER


@_each(
    "Was soll ich tun?", "Wann geht es wieder?", "Is it fixed?", "If it works I will tell you", "mal sehen ob es geht"
)
def test_a_question_or_a_condition_is_no_statement(text: str) -> None:
    assert meaning(text) == OTHER


@_each("Noch nicht ausprobiert", "I don't know whether it works", "Nein, weiß ich noch nicht")
def test_customer_who_does_not_know_yet_says_neither(text: str) -> None:
    assert meaning(text) == OTHER


@_each("", " ", "\u200b", "…", "???", "\ud800", "123")
def test_text_without_words_says_nothing(text: str) -> None:
    assert meaning(text) == OTHER
    assert not is_angry(text)
    assert not declines(text)
    assert language_of(text) is None


@_each("laeuft", "LÄUFT", "l\u200bä\u00aduft", "la\u0308uft", "läuuuuft", "𝗹ä𝘂𝗳𝘁", "ｌäｕｆｔ")
def test_a_word_is_itself_however_it_is_typed(text: str) -> None:
    assert meaning(text) == SOLVED


@_each(
    "funktioniert n\u0456cht",
    "funktioniert \u202enicht",
    "funktioniert n\u200dicht",
    "works n\u043et, does n\u03bft work",
)
def test_lookalike_and_invisible_letters_hide_no_negation(text: str) -> None:
    assert meaning(text) == STILL_BROKEN


@_each("funktionirt", "funktoiniert", "funktiniert", "angekomen")
def test_a_long_word_may_have_a_typing_error(text: str) -> None:
    assert meaning(text) == SOLVED


@pytest.mark.parametrize("reaction", ["like", "love", "care", "LIKE", "👍", "👍🏽", "❤", "❤️", "🎉", "😍"])
def test_a_glad_reaction_means_solved(reaction: str) -> None:
    assert meaning(None, reaction) == SOLVED


@pytest.mark.parametrize("reaction", ["sad", "angry", "👎", "😡", "😢"])
def test_a_sad_reaction_means_still_broken(reaction: str) -> None:
    assert meaning(None, reaction) == STILL_BROKEN


@pytest.mark.parametrize("reaction", ["haha", "wow", "😂", "", None, "like a rolling stone"])
def test_another_reaction_says_nothing(reaction: str | None) -> None:
    assert meaning(None, reaction) == OTHER


def test_text_outweighs_the_reaction() -> None:
    assert meaning("immer noch kaputt", "👍") == STILL_BROKEN
    assert meaning("Danke der Nachfrage", "👍") == SOLVED


@_each("Unverschämtheit!", "you crooks", "WAS SOLL DAS WERDEN??? ANTWORTET ENDLICH!!!", "what the f*** is this", "🖕")
def test_insults_curses_and_shouting_are_angry(text: str) -> None:
    assert is_angry(text)


@_each(
    "Der Router ist defekt", "It is still down", "ES GEHT WIEDER!!! SO SCHÖN!!!", "VIELEN LIEBEN DANK!!!", "not a scam"
)
def test_naming_a_problem_or_shouting_for_joy_is_not_angry(text: str) -> None:
    assert not is_angry(text)


@_each("Stop.", "bitte abmelden", "Schreiben Sie uns bitte nie wieder", "Could you please stop texting me?", "STOPP!!")
def test_request_not_to_be_asked_is_an_opt_out(text: str) -> None:
    assert declines(text)


@_each(
    "@nordlicht Schreibt mich nie wieder an",
    "@Nordlicht@a.example: stop",
    " @nordlicht. @nordlicht Keine Nachfragen mehr",
)
def test_opt_out_may_begin_with_our_handle_and_nobody_else_s(text: str) -> None:
    assert declines(text, {"nordlicht"})
    assert not declines(text.replace("ordlicht", "ina"), {"nordlicht"})
    assert not declines(f"@nina {text}", {"nordlicht"})


@_each(
    "Stop, das Radio geht wieder",
    "don't stop",
    "Die Musik stoppt immer",
    "You never contact me",
    "They don't write to me any more",
    "Stop?",
    "Nicht mehr fragen?",
    "Wie kann ich mich abmelden?",
)
def test_text_about_something_else_is_no_opt_out(text: str) -> None:
    assert not declines(text)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Mein Router leuchtet nicht und ich weiß nicht warum", "de"),
        ("My router does not light up and I have no idea why", "en"),
        ("ok", None),
        ("Super", None),
        ("Thanks, aber das geht nicht because of you", None),
        ("Het internet doet het nog steeds niet", None),
        ("İnternet hâlâ yok, çok ğ kötü", None),
    ],
)
def test_a_language_is_told_only_when_it_is_clear(text: str, language: str | None) -> None:
    assert language_of(text) == language


@given(st.text())
@example("\ud800\udfff ﷺ \u0344")
def test_any_text_gets_an_answer_and_always_the_same(text: str) -> None:
    assert meaning(text) is meaning(text)
    assert isinstance(meaning(None, text), Meaning)
    assert isinstance(is_angry(text), bool)
    assert isinstance(declines(text), bool)
    assert language_of(text) in {"de", "en", None}


VOCABULARY = sorted(word for kind in KINDS for word in vocabulary.entries(kind) if not word.endswith("*"))


@given(st.lists(st.sampled_from([*VOCABULARY, ",", "?", "der", "the"]), max_size=8).map(" ".join))
def test_capitals_make_no_difference_to_what_is_meant(text: str) -> None:
    assert meaning(text.upper()) == meaning(text.lower()) == meaning(text)
    assert declines(text.upper()) == declines(text.lower())


@given(st.lists(st.sampled_from(VOCABULARY), max_size=8).map(" ".join))
def test_invisible_characters_make_no_difference(text: str) -> None:
    assert meaning("\u200b".join(text)) == meaning(text)


@pytest.mark.parametrize("kind", KINDS)
def test_every_phrase_of_the_vocabulary_is_found_as_a_whole(kind: str) -> None:
    for phrase in vocabulary.entries(kind):
        words = tokens.words(phrase.replace("*", ""))
        found = vocabulary.of(*KINDS).find(words)
        assert [(each.start, each.end) for each in found] == [(0, len(words))], phrase


@every_reader
@pytest.mark.parametrize(
    "unit",
    [
        "a",
        "nicht ",
        "geht nicht ",
        "aber jetzt ",
        "immer noch ",
        "?",
        "👍",
        ":(",
        "a-",
        "www.",
        "http://",
        "stop ",
        ", ",
        "<",
        "\u0301\u0316",
        "u\u0308\u0323",
        "\ufdfa",
        "AAAA!! ",
        "abba",
        "lasst mich ",
        "suche ",
        "which one should i ",
        "? ",
        "@klangwerk ",
    ],
    ids=ascii,
)
def test_time_grows_with_the_length_and_no_faster(read: Callable[[str], object], unit: str) -> None:
    assert_linear(lambda length: (unit * length)[:length], read, LONG // 4)


@_each(
    "mein Router ist tot",
    "mein Router ist gestorben",
    "der Akku stirbt",
    "I'm dying to get it",
    "Todesstern",
    "kranke Preise",
    "sick beat",
    "my kid's tablet",
    "Das Tablet meines Sohnes ist gestorben",
    "My son is 12",
    "Ich wohne im 12. Stock",
    "I'm 12/10 happy",
    "bin 12:30 Uhr da",
    "Bin 7 und 8 August nicht da",
    "Ich bin 10 Jahre und 3 Monate Kunde",
    "Bei meiner Oma ist die Heizung tot",
    "I have MS Office 365",
    "Do you have accident coverage",
    "I lost my family plan",
    "Meiner Frau ist das Handy gestorben",
    "my wife is sick of waiting",
)
def test_idioms_and_broken_devices_are_no_hardship(text: str) -> None:
    assert hardship(text) is None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("meine Mutter ist gestern verstorben", Hardship.BEREAVEMENT),
        ("My husband died yesterday, please cancel", Hardship.BEREAVEMENT),
        ("MEIN MANN IST GESTORBEN", Hardship.BEREAVEMENT),
        ("liege im Krankenhaus", Hardship.ILLNESS),
        ("habe Krebs", Hardship.ILLNESS),
        ("hatte einen Unfall", Hardship.ACCIDENT),
        ("ich bin 12", Hardship.MINOR),
        ("I’m 12", Hardship.MINOR),
    ],
)
def test_hardship_is_recognised(text: str, kind: Hardship) -> None:
    assert hardship(text) == kind


@_each(
    "Mein Vater ist nicht gestorben", "I never had an accident", "Ich bin nicht krank", "Falls mein Mann verstorben ist"
)
def test_hardship_that_is_denied_or_imagined_is_none(text: str) -> None:
    assert hardship(text) is None


def test_the_gravest_of_several_hardships_is_told() -> None:
    assert hardship("Ich hatte einen Unfall. Meine Frau ist dabei gestorben.") == Hardship.BEREAVEMENT


def test_every_character_reads_as_if_each_were_looked_at() -> None:
    """Texts are looked at in one piece where that is safe: ASCII, and the letters of Europe."""

    def is_seen(char: str) -> bool:
        return char in "\n\r\t" or char == tokens.DIAERESIS or unicodedata.category(char) not in tokens.INVISIBLE

    for char in map(chr, range(0x3200)):
        seen = "".join(filter(is_seen, char.translate(tokens.APOSTROPHES)))
        plain = unicodedata.normalize("NFKC", seen).casefold().translate(tokens.LETTERS)
        bare = "".join(each for each in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(each))
        assert tokens.normalised(f"{char}😀") == f"{bare}😀", hex(ord(char))
