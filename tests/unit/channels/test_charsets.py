"""Character sets of mails: what browsers take them for, and what they are where a mail says nothing or is wrong."""

# ruff: noqa: RUF001 - the letters are those of the languages that are read
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels._charset_labels import _CODECS, codec_of
from channels._charsets import read_bytes
from channels._mail_headers import decoded
from channels.email.mails import opened, read_headers
from tests.support.timing import assert_linear

TEXTS = {
    "cp1252": ["Schöne Grüße", "Kosten: 5 € – „Tarif“", "Où est le modem ? Ça ne va pas"],
    "cp1250": ["Příliš žluťoučký kůň, řidič", "Proszę o pomoc, łącze nie działa"],
    "cp1251": ["Здравствуйте, интернет не работает с понедельника"],
    "koi8-r": ["Здравствуйте, интернет не работает с понедельника"],
    "cp1253": ["Καλημέρα, το ίντερνετ δεν λειτουργεί"],
    "iso8859-8": ["שלום, האינטרנט לא עובד"],
    "cp1256": ["مرحبا، الإنترنت لا يعمل"],
    "cp874": ["สวัสดี อินเทอร์เน็ตใช้ไม่ได้"],
    "gb18030": ["网络坏了，镕女士", "你好"],
    "big5hkscs": ["網路壞了，請幫忙"],
    "cp932": ["こんにちは①、髙橋です", "ﾃｽﾄ"],
    "euc_jp": ["こんにちは、回線が切れました"],
    "cp949": ["똠방각하 안녕하세요"],
}
LABELS = {
    "latin-1": "cp1252",
    "ISO-8859-1": "cp1252",
    "cp-1252": "cp1252",
    "win-1252": "cp1252",
    "gb2312": "gb18030",
    "GBK": "gb18030",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "x-sjis": "cp932",
    "iso-8859-8-i": "iso8859-8",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "big5": "big5hkscs",
    '"utf-8";': "utf-8",
    "UTF8": "utf-8",
    "utf-8*de": "utf-8",
    "us-ascii": "ascii",
    "cp-850": "cp850",
    "IBM850": "cp850",
    "iso-2022-kr": "iso2022_kr",
    "unknown-8bit": "",
    "punycode": "",
    "idna": "",
    "zlib": "",
    "": "",
}
ALL = [(codec, text) for codec, texts in TEXTS.items() for text in texts]


@pytest.mark.parametrize(("label", "codec"), LABELS.items())
def test_label_means_what_browsers_take_it_for(label: str, codec: str) -> None:
    assert codec_of(label) == codec


@pytest.mark.parametrize("label", _CODECS)
def test_each_label_reads_what_its_codec_writes(label: str) -> None:
    codec = _CODECS[label]
    for text in TEXTS.get(codec, ["Hallo"]):
        assert read_bytes(text.encode(codec), label) == text


@pytest.mark.parametrize(("codec", "text"), ALL)
def test_declared_character_set_is_read(codec: str, text: str) -> None:
    assert read_bytes(text.encode(codec), codec) == text


@pytest.mark.parametrize("declared", [None, "us-ascii", "unknown-8bit", "utf-8", *TEXTS])
@pytest.mark.parametrize(("_codec", "text"), [each for each in ALL if each[1] != "你好"])
def test_valid_utf8_is_read_whatever_is_declared(_codec: str, text: str, declared: str | None) -> None:
    assert read_bytes(text.encode(), declared) == text


@pytest.mark.parametrize("declared", [None, "us-ascii", "utf-8", "no-such-set"])
@pytest.mark.parametrize(
    ("codec", "text"),
    [each for each in ALL if each[0] in ("cp1252", "cp1250", "cp1251", "cp1253", "cp874", "euc_jp", "cp949")],
)
def test_undeclared_character_set_is_found_out(codec: str, text: str, declared: str | None) -> None:
    assert read_bytes(text.encode(codec), declared) == text


@pytest.mark.parametrize("declared", [None, "us-ascii", "iso-2022-jp", "utf-8", "iso-8859-1"])
def test_escape_sequences_say_that_a_text_is_japanese(declared: str | None) -> None:
    assert read_bytes("こんにちは、回線が ABC 切れました".encode("iso2022_jp"), declared).startswith("こんにちは、")
    assert read_bytes(b"\x1b$B$3$s-!$A\x1b(B abc", declared) == "こん①ち abc"


def test_page_says_its_character_set_where_the_mail_does_not() -> None:
    page = '<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-2"><p>żółty</p>'
    for declared in (None, "us-ascii", "iso-8859-1"):
        assert "żółty" in read_bytes(page.encode("iso8859-2"), declared, is_page=True)
    assert "żółty" in read_bytes(page.replace("iso-8859-2", "utf-8").encode("cp1250"), "windows-1250", is_page=True)


@pytest.mark.parametrize(
    ("before", "foreign", "after", "text"),
    [
        ("Łódź, Müllerstraße 5, Příliš", b"\xa0", "x", "Łódź, Müllerstraße 5, Příliš\xa0x"),
        ("Grüße aus Köln\r\n--\r\nGesch", b"\xfc", "tzt", "Grüße aus Köln\r\n--\r\nGeschützt"),
    ],
)
def test_footer_in_another_character_set_spoils_no_utf8(before: str, foreign: bytes, after: str, text: str) -> None:
    assert read_bytes(before.encode() + foreign + after.encode(), "utf-8") == text


def test_broken_letter_costs_no_other() -> None:
    assert read_bytes(("Grüße aus Köln, schöne " * 9).encode() + b"\xff" + "äöü".encode(), "utf-8").endswith(
        "\ufffdäöü"
    )
    assert read_bytes("Grüße aus Köl".encode() + b"\xc3", "utf-8") == "Grüße aus Köl"
    assert read_bytes("网络坏了，你好吗，请帮忙看看".encode("gb18030")[:-1], "gbk").startswith("网络坏了")


@given(st.text(max_size=200), st.sampled_from([None, "ascii", "latin1", "gbk", "shift_jis", "utf-8", "euc-kr"]))
def test_any_text_in_utf8_is_read_as_it_is(text: str, declared: str | None) -> None:
    letters = "Straße, 日本 " + "".join(each for each in text if each != "\x1b")
    assert read_bytes(letters.encode(), declared) == letters


@given(st.binary(max_size=300), st.sampled_from([None, *_CODECS]) | st.text(max_size=20), st.booleans())
def test_any_bytes_are_some_text(raw: bytes, declared: str | None, is_page: bool) -> None:
    assert isinstance(read_bytes(raw, declared, is_page=is_page), str)


@pytest.mark.parametrize(
    "piece", [b"\xff", b"\x81@", b"\x1b$B", b"\x1b$B!!\x1b(B", b"\xa4\xa2", b"<meta charset", b"\xe4a-", b"\xc3"]
)
@pytest.mark.parametrize("declared", [None, "utf-8", "gbk", "utf-7"])
def test_long_text_takes_a_time_that_grows_with_it_alone(piece: bytes, declared: str | None) -> None:
    assert_linear(lambda number: piece * number, lambda raw: read_bytes(raw, declared, is_page=True), 20_000)


@pytest.mark.parametrize(
    ("header", "text"),
    [
        ("=?utf-8?B?U3TDtnJ1bmcgaW4g?= =?utf-8?Q?K=C3?= =?utf-8?Q?=B6ln?=", "Störung in Köln"),
        ("=?iso-8859-8-i?B?+ezl7Q==?=", "שלום"),
        ("Łukasz =?iso-8859-2?q?=B1?= x", "Łukasz ą x"),
        ("a =?utf-8?q?b?= =?utf-8?q?c?= d", "a bc d"),
        ("=?us-ascii*en?q?Hello?=", "Hello"),
        ("=?utf-8?q?a?= =?iso-8859-1?q?=FC?=", "aü"),
        ("=?utf-8?b?SGFsbG8?=", "Hallo"),
        ("=?utf-8?x?b?=", "=?utf-8?x?b?="),
        ("=?utf-8?b?A?=", "=?utf-8?b?A?="),
        ("=?ks_c_5601-1987?B?jGM=?=", "똠"),
    ],
)
def test_encoded_words_are_read(header: str, text: str) -> None:
    assert decoded(header) == text


@pytest.mark.parametrize(("codec", "text"), [each for each in ALL if each[0] != "iso8859-8"])
def test_headers_without_encoding_are_read_as_the_text_of_the_mail(codec: str, text: str) -> None:
    raw = f"Subject: {text}\r\nContent-Type: text/plain; charset={codec}\r\n\r\n".encode(codec) + text.encode(codec)
    assert read_headers(opened(raw)).first("subject").strip() == text
