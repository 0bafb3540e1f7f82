"""Announcements of pages: titles and pictures as they are found on the web."""

from __future__ import annotations

import pytest

from channels._page_head import LONGEST_TITLE, PageHead, head_of
from tests.support.timing import assert_linear

HERE = "https://hilfe.example/router/neu"


@pytest.mark.parametrize(
    ("html", "head"),
    [
        ("<title>Hilfe</title>", PageHead("Hilfe")),
        ("<TITLE lang=de>Hilfe &amp; Rat\n\n hier</TITLE>", PageHead("Hilfe & Rat hier")),
        ("<title>A</title><meta property='og:title' content='B &quot;C&quot;'>", PageHead('B "C"')),
        ('<meta name="twitter:title" content="B"><title>A</title>', PageHead("B")),
        ('<meta property="og:title" content="  "><title>A</title>', PageHead("A")),
        ('<meta property="og:title" content="B"><meta property="og:title" content="C">', PageHead("B")),
        ('<title>A</title><body><meta property="og:title" content="B">', PageHead("A")),
        ('<!-- <meta property="og:title" content="B"> --><title>A</title>', PageHead("A")),
        ("<title>A\u202eB\x00C</title>", PageHead("A B C")),
        (f"<title>{'x' * 900}</title>", PageHead("x" * LONGEST_TITLE)),
        (
            '<title>A</title><meta property="og:image" content="/b.png">',
            PageHead("A", "https://hilfe.example/b.png"),
        ),
        (
            '<title>A</title><meta name="twitter:image" content="//cdn.example/b.png">',
            PageHead("A", "https://cdn.example/b.png"),
        ),
        ('<title>A</title><meta property="og:image" content="https://[b/">', PageHead("A")),
        ("", PageHead()),
        ("kein HTML", PageHead()),
    ],
)
def test_page_is_announced_by_its_first_title_and_picture(html: str, head: PageHead) -> None:
    assert head_of(html, HERE) == head


@pytest.mark.parametrize(
    "part", ["<meta ", "<title ", "<title>", '<meta property="og:image" content="', "<!--", "<a <"]
)
def test_hostile_page_takes_its_length(part: str) -> None:
    assert_linear(lambda size: part * (size // len(part)), lambda html: head_of(html, HERE), 20_000)
