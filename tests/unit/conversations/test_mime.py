"""The type of a file: its bytes decide, and nothing that a browser would run is shown."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.mime import DANGEROUS_ENDINGS, DOWNLOAD, PROGRAM, SHOWN, is_dangerous, told, type_of

AUTHENTIC = [
    (b"\x89PNG\r\n\x1a\n....", "image/png"),
    (b"\xff\xd8\xff\xe0....", "image/jpeg"),
    (b"GIF89a....", "image/gif"),
    (b"RIFF\x10\0\0\0WEBPVP8 ", "image/webp"),
    (b"RIFF\x10\0\0\0WAVEfmt ", "audio/wav"),
    (b"\0\0\0\x20ftypavif....", "image/avif"),
    (b"\0\0\0\x20ftypheic....", "image/heic"),
    (b"\0\0\0\x20ftypisom....", "video/mp4"),
    (b"\0\0\0\x20ftypM4A ....", "audio/mp4"),
    (b"\x1aE\xdf\xa3\x01\0\0\0B\x82\x84webm", "video/webm"),
    (b"\x1aE\xdf\xa3\x01\0\0\0B\x82\x88matroska", "video/x-matroska"),
    (b"OggS\0....", "audio/ogg"),
    (b"ID3\x04....", "audio/mpeg"),
    (b"\xff\xfb\x90\x44", "audio/mpeg"),
    (b"\xff\xf1\x50\x80", "audio/aac"),
    (b"%PDF-1.7", "application/pdf"),
]
DANGEROUS = [
    "text/html",
    "TEXT/HTML; charset=utf-8",
    "application/xhtml+xml",
    "image/svg+xml",
    "text/xml",
    "application/javascript",
    "text/ecmascript+script",
    "application/x-msdownload",
    "application/x-ms-installer",
    "application/x-sh",
    "application/java-archive",
    "application/vnd.android.package-archive+apk",
    "application/wasm",
    "application/hta",
]


@pytest.mark.parametrize(("content", "mime"), AUTHENTIC, ids=[mime for _, mime in AUTHENTIC])
@pytest.mark.parametrize("said", ["", "text/html", "image/svg+xml", "application/pdf"])
def test_the_bytes_decide_whatever_is_told(content: bytes, mime: str, said: str) -> None:
    assert type_of(content, said) == mime


def test_a_voice_message_in_a_films_box_is_heard_and_not_seen() -> None:
    assert type_of(b"\x1aE\xdf\xa3\x01\0\0\0B\x82\x84webm", "audio/webm") == "audio/webm"
    assert type_of(b"\0\0\0\x20ftypisom....", "audio/mp4") == "audio/mp4"


@pytest.mark.parametrize("said", DANGEROUS)
def test_active_content_is_only_a_file(said: str) -> None:
    assert type_of(b"<script>alert(1)</script>", said) == told(said) == DOWNLOAD


def test_a_harmless_type_is_kept_as_it_is_told() -> None:
    assert type_of(b"a;b", "Text/CSV; charset=x") == "text/csv"
    assert told("application/zip") == "application/zip"


@given(st.binary(max_size=64), st.text(max_size=40) | st.sampled_from(sorted(SHOWN)))
def test_nothing_is_shown_for_what_it_is_said_to_be(content: bytes, said: str) -> None:
    """A type on the list comes from the bytes alone: told otherwise, it is the same or not on the list."""
    found = type_of(content, said)
    if found in SHOWN:
        assert type_of(content, "") in (found, f"video/{found[6:]}")


def test_page_refuses_the_same_endings_before_a_file_is_uploaded() -> None:
    rules = Path(__file__).parents[3] / "functions/console/page/lib/file_rules.js"
    block = rules.read_text(encoding="utf-8").partition("DANGEROUS = new Set(")[2].partition(").split")[0]
    assert set(" ".join(re.findall(r'"([^"]*)"', block)).split()) == DANGEROUS_ENDINGS


@pytest.mark.parametrize(
    ("name", "mime", "dangerous"),
    [
        ("setup.exe", DOWNLOAD, True),
        ("Rechnung.pdf.JS", "application/pdf", True),
        ("a.lnk . ", DOWNLOAD, True),
        ("plan.pdf", PROGRAM, True),
        ("exe.txt", "text/plain", False),
        ("notes", DOWNLOAD, False),
    ],
)
def test_file_that_runs_something_is_known_by_name_and_bytes(name: str, mime: str, dangerous: bool) -> None:
    assert is_dangerous(name, mime) is dangerous


def test_program_is_one_only_if_its_bytes_are_no_text() -> None:
    assert type_of(b"MZ\x90\0\3\0" + bytes(58), "application/pdf") == PROGRAM
    assert type_of(b"MZ is the sign of Maribor.", "text/plain") == "text/plain"
