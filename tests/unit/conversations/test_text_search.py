"""The search in texts and names: folding, words, numbers in their notations, and addresses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations import plain_letters
from conversations.plain_letters import folded
from conversations.text_search import Query

WHATSAPP = "Łódź, Müllerstraße 5"


def finds(words: str, text: str) -> bool:
    """Return whether all that somebody typed stands in a text, also in the snippet that shows it."""
    query = Query.of(words)
    is_found = query.found_in(text) == query.all
    assert not is_found or query.snippet(text)[1]
    return is_found


def names(words: str, identity: str) -> bool:
    """Return whether what somebody typed names the customer of an address, number or handle."""
    query = Query.of(words)
    return query.found_in_identity(identity) == query.all


# -- letters ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("lodz", WHATSAPP),
        ("ŁÓDŹ", "lodz"),
        ("yilmaz", "İpek Y\u0131lmaz"),
        ("Y\u0131lmaz ipek", "IPEK YILMAZ"),
        ("mueller", WHATSAPP),
        ("muller", WHATSAPP),
        ("müller", "Mueller"),
        ("mu\u0308ller", "Mueller"),
        ("strasse", WHATSAPP),
        ("strasse", "Große Straße"),
        ("müßig", "muessig"),
        ("soren", "Søren"),
        ("soeren", "Søren"),
        ("søren", "Soren"),
        ("aegir", "Ægir"),
        ("ægir", "aegir"),
        ("coeur", "cœur"),
        ("thor", "Þór"),
        ("gudrun", "Guðrún"),
        ("dordevic", "Đorđević"),
        ("hal", "Ħal Għaxaq"),
        ("nguyen", "Nguyễn"),
        ("aarhus", "Århus"),
        ("århus", "Aarhus"),
        ("memmedov", "Məmmədov"),
        ("١٢٣٤٥", "Nummer 12345"),
        ("12345", "رقم ١٢٣٤٥"),
        ("störung", "Internetstörung"),
    ],
)
def test_word_is_found_with_and_without_its_marks(words: str, text: str) -> None:
    assert finds(words, text)


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("lan", "Mein WLAN bricht ab"),
        ("neue", "neu"),
        ("quelle", "qull"),
        ("strasse", "an post@hauptstrasse.example"),
        ("strasse", "siehe https://shop.example/hauptstrasse"),
    ],
)
def test_other_words_are_not_found(words: str, text: str) -> None:
    assert not finds(words, text)


@pytest.mark.parametrize("letter", [chr(code) for code in plain_letters._LETTERS if chr(code).isalpha()])
def test_each_letter_is_found_by_what_it_is_folded_to_and_the_other_way_round(letter: str) -> None:
    plain = folded(letter)
    assert finds(f"k{plain}rt", f"K{letter.upper()}RT")
    assert finds(f"k{letter}rt", f"K{plain}RT")


@given(st.text(max_size=40))
def test_folding_twice_is_folding_once_and_letter_by_letter_the_same(text: str) -> None:
    assert folded(folded(text)) == folded(text)
    assert plain_letters.traced(text)[0] == folded(text)


# -- numbers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["請求書番号は12345です", "注文12345番", "주문번호12345입니다", "เลขที่12345ครับ", "KdNr12345"]
)
def test_number_is_found_beside_letters_without_a_space(text: str) -> None:
    assert finds("12345", text)
    assert not finds("2345", text)


def test_word_is_found_behind_a_letter_of_another_script() -> None:
    assert finds("wlan", "我的WLAN坏了")


@pytest.mark.parametrize("written", ["55-1234", "551234", "55 1234", "55/1234", "55\u20131234", "55.1234"])
@pytest.mark.parametrize("asked", ["55-1234", "551234", "55 1234", "55/1234"])
def test_customers_number_is_found_however_it_is_grouped(asked: str, written: str) -> None:
    assert finds(asked, f"Kundennummer ist {written}.")


@pytest.mark.parametrize("written", ["AZ-9917", "AZ9917", "az 9917"])
@pytest.mark.parametrize("asked", ["AZ-9917", "az9917", "9917"])
def test_file_number_is_found_with_and_without_its_dash(asked: str, written: str) -> None:
    assert finds(asked, f"Aktenzeichen {written}")


@pytest.mark.parametrize(
    ("words", "text"),
    [("3-5", "Gerät 35"), ("15", "Fehler E15"), ("1234", "12 34"), ("551234", "551 23"), ("12345", "912345")],
)
def test_other_numbers_are_not_found(words: str, text: str) -> None:
    assert not finds(words, text)


NOTATIONS = (
    "+{c} {a} {n}",
    "+{c}{a}{n}",
    "00{c} {a} {n}",
    "00{c}{a}{n}",
    "+{c} (0){a} {n}",
    "+{c} (0) {a}/{n}",
    "0{a}/{n}",
    "0{a} {n}",
    "0{a}-{n}",
    "(0{a}) {n}",
    "0{a} {n[0]}{n[1]} {n[2]}{n[3]} {n[4]}{n[5]}{n[6]}",
    "tel:+{c}-{a}-{n}",
)
"""A telephone number with its country, area and number."""
PHONES = st.tuples(
    st.sampled_from(["49", "43", "41", "48", "90", "44", "353"]),
    st.from_regex(r"[1-9][0-9]{2}", fullmatch=True),
    st.from_regex(r"[1-9][0-9]{6}", fullmatch=True),
)


@given(PHONES, st.sampled_from(NOTATIONS), st.sampled_from(NOTATIONS))
def test_telephone_number_is_found_in_each_notation_by_each(
    phone: tuple[str, str, str], asked: str, written: str
) -> None:
    country, area, number = phone
    words, text = (each.format(c=country, a=area, n=number) for each in (asked, written))
    assert finds(words, f"Bitte {text} anrufen")
    assert names(words, country + area + number)


@given(PHONES, st.sampled_from(NOTATIONS))
def test_no_other_number_is_found_by_a_telephone_number(phone: tuple[str, str, str], asked: str) -> None:
    country, area, number = phone
    words, other = asked.format(c=country, a=area, n=number), f"{(int(number[-1]) + 1) % 10}"
    assert not names(words, country + area + number[:-1] + other)
    assert not names(words, country + area + number + other)
    assert not finds(words, f"Bitte 0{area} {number[:-1]}{other} anrufen")


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("4915188001", "4915188001"),
        ("+49 151 88001", "4915188001"),
        ("0151 88001", "4915188001"),
        ("415-555-0100", "14155550100"),
        ("06 1234567", "39061234567"),
        ("+39 06 1234567", "39061234567"),
    ],
)
def test_customer_is_named_by_their_number(words: str, number: str) -> None:
    assert names(words, number)


@pytest.mark.parametrize("words", ["88001", "15188001", "4915188", "49", "151 88001", "0049151"])
def test_customer_is_not_named_by_a_part_of_their_number(words: str) -> None:
    assert not names(words, "4915188001")


# -- addresses --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    ["tessa@probe.example", "TESSA@probe.example", "tessa", "probe.example", "tessa@pro", "mailto:tessa@probe.example"],
)
def test_customer_is_named_by_their_address_and_its_parts(words: str) -> None:
    assert names(words, "tessa@probe.example")
    assert finds(words, "Schreiben Sie an <tessa@probe.example>!")


@pytest.mark.parametrize(
    ("words", "address"),
    [
        ("niemand@nirgends.example", "tessa@probe.example"),
        ("essa", "tessa@probe.example"),
        ("robe.example", "tessa@probe.example"),
        ("tessa@probe.example", "max.tessa@probe.example"),
        ("tessa@probe.example", "contessa@probe.example"),
        ("tessa@probe.example", "anti-tessa@probe.example"),
        ("example", "tessaexample@probe.test"),
    ],
)
def test_other_addresses_are_not_named_by_a_part_of_a_word(words: str, address: str) -> None:
    assert not names(words, address)
    assert not finds(words, f"Schreiben Sie an {address}!")


@pytest.mark.parametrize("words", ["@leuchtturm9", "leuchtturm9", "@Leuchtturm", "@leuchtturm9@mast.example"])
def test_customer_is_named_by_their_handle(words: str) -> None:
    assert names(words, "leuchtturm9@mast.example")
