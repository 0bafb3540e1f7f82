"""Reading HTML: the words that people see, links, tables, and none of what programs write for each other."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels._html import opening_tags, tags, text_of
from tests.support.timing import assert_linear


@pytest.mark.parametrize(
    "unseen",
    [
        "<title>Neue Nachricht</title>",
        "<TITLE lang=de>Neue Nachricht</TITLE >",
        "<title>Neue <b>Nachricht</title\n>",
        "<!-- Neue Nachricht -->",
        "<!-- a > b Neue Nachricht -->",
        "<!-- Neue Nachricht --!>",
        "<!--[if gte mso 9]><xml><o:Pixels>96</o:Pixels></xml><![endif]-->",
        "<!--[if mso]><p>Neue Nachricht</p><![endif]-->",
        "<!-->",
        "<!--->",
        "<![if !mso]>",
        "<?xml:namespace prefix = o />",
        "<!DOCTYPE html>",
        "<xml><w:WordDocument><w:View>96</w:View></w:WordDocument></xml>",
        "<o:OfficeDocumentSettings><o:PixelsPerInch>96</o:PixelsPerInch></o:OfficeDocumentSettings>",
        "<o:shapedefaults v:ext='edit' spidmax='1026'/>",
        "<w:LatentStyles><w:LsdException>96</w:LsdException></w:LatentStyles>",
        "<style>p{margin:0}</style>",
        "<STYLE type='text/css'><!-- p > a {} --></STYLE>",
        "<script>if (a < b) document.write('<p>Neue Nachricht</p>')</script>",
        "<template><p>Neue Nachricht</p></template>",
        "<o:p></o:p>",
        '<img alt="a > b" src="x">',
        "<img alt='<p>Neue Nachricht</p>' src=x>",
    ],
)
def test_invisible_content_is_no_text(unseen: str) -> None:
    assert text_of(f"<div>Hallo,</div>{unseen}<div>Welt</div>") == "Hallo,\n\nWelt"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<!--[if !mso]><!--><p>Hallo</p><!--<![endif]-->", "Hallo"),
        ("<![if !mso]><p>Hallo</p><![endif]>", "Hallo"),
        ("<p class=MsoNormal>Hallo<o:p></o:p></p>", "Hallo"),
        ("<o:p>Hallo</o:p>", "Hallo"),
        ("<st1:City w:st='on'>Köln</st1:City>", "Köln"),
        ("<p>3 < 5 & 7 > 2, <3</p>", "3 < 5 & 7 > 2, <3"),
        ("a<br>b<BR/>c", "a\nb\nc"),
        ("&lt;title&gt; &#8364; &amp;", "<title> € &"),
        ("<pre>a\n  b</pre>", "a\nb"),
        ("Hallo <!-- ohne Ende", "Hallo -- ohne Ende"),
        ("Hallo <title>ohne Ende", "Hallo ohne Ende"),
        ("Hallo <o:x>ohne Ende", "Hallo ohne Ende"),
        ('Hallo <a href="ohne Ende', 'Hallo <a href="ohne Ende'),
        ('Hallo <b title="ohne>Ende', "Hallo Ende"),
        ("Hallo <", "Hallo <"),
    ],
)
def test_visible_content_is_text(html: str, text: str) -> None:
    assert text_of(html).replace("  ", " ") == text


@pytest.mark.parametrize(
    "row", ["<tr><td>Router 12</td><td>34</td></tr>", "<tr><th>Router 12<th>34", "<TR>\n<TD>Router 12\n<TD> 34"]
)
def test_cells_of_a_table_stand_apart_and_rows_on_lines_of_their_own(row: str) -> None:
    lines = text_of(f"<table>{row}{row}</table>").split("\n")
    assert [line for line in lines if line] == ["Router 12\t34", "Router 12\t34"]


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ('<a href="https://shop.example/b?t=ab&amp;u=1">hier</a>.', "hier (https://shop.example/b?t=ab&u=1)."),
        ("<a href=https://shop.example/b>hier</a>", "hier (https://shop.example/b)"),
        ("<A HREF='https://shop.example/b' title='a > b'>hier</A>", "hier (https://shop.example/b)"),
        ('<a href="https://shop.example/b"><b>h</b>ier', "hier (https://shop.example/b)"),
        ('<a href="https://shop.example/b">https://shop.example/b</a>', "https://shop.example/b"),
        ('<a href="https://www.shop.example/">shop.example</a>', "shop.example"),
        ('<a href="mailto:eva@mail.example">eva@mail.example</a>', "eva@mail.example"),
        ('<a href="mailto:eva@mail.example">Eva</a>', "Eva (mailto:eva@mail.example)"),
        ('<a href="https://shop.example/b"><img src="x"></a>', "https://shop.example/b"),
        ('<a href="https://a.example/1">x</a> <a href="https://a.example/1">y</a>', "x (https://a.example/1) y"),
        ('<a href="#top">oben</a>', "oben"),
        ('<a href="javascript:alert(1)">hier</a>', "hier"),
        ('<a name="x">hier</a>', "hier"),
        ('<a href="https://a.example/' + "x" * 3000 + '">hier</a>', "hier"),
    ],
)
def test_address_of_a_link_stands_behind_its_words_once(html: str, text: str) -> None:
    assert text_of(html, links=True) == text


def test_without_links_their_words_are_all() -> None:
    assert text_of('<a href="https://shop.example/b">hier</a>') == "hier"


def test_element_that_is_a_quote_is_left_out_with_all_in_it() -> None:
    html = "a<blockquote>b<blockquote>c</blockquote>d<div>e</div></blockquote>f<blockquote>g"
    assert text_of(html, is_quote=lambda tag: tag.name == "blockquote") == "af"


def test_attributes_are_read_in_each_way_of_writing_them() -> None:
    html = """<a HREF="x&amp;y" b='c > "d"' e=f g><br class="z"/></a>"""
    assert list(tags(html)) == [
        ("a", {"href": "x&y", "b": 'c > "d"', "e": "f", "g": ""}),
        ("br", {"class": "z"}),
    ]


HOSTILE: dict[str, Callable[[int], str]] = {
    "signs": lambda size: "<" * size,
    "tags without an end": lambda size: "<div a" * (size // 6),
    "comments without an end": lambda size: "<!--" * (size // 4),
    "comments that begin and end at once": lambda size: "<!-->" * (size // 5),
    "declarations without an end": lambda size: "<!" * (size // 2),
    "quotation marks without an end": lambda size: '<a "' * (size // 4),
    "tags with a mark each": lambda size: '<a ">' * (size // 5),
    "marks within marks": lambda size: "<b '\"'>" * (size // 7),
    "titles without an end": lambda size: "<title>" * (size // 7),
    "titles that almost end": lambda size: "<title></titl" * (size // 13),
    "elements of Office, each of another name": lambda size: "".join(f"<o:{n}>" for n in range(size // 8)),
    "elements of Office that end": lambda size: "<o:x></o:x>" * (size // 11),
    "names without an end": lambda size: "<a" * (size // 2),
    "marks in names without an end": lambda size: "<a='" * (size // 4),
    "a name without an end": lambda size: "<" + "a" * size + ">",
    "an attribute without an end": lambda size: "<a " + "b" * size + ">",
    "attributes without values": lambda size: "<a " + "b= " * (size // 3) + ">",
    "links without an end": lambda size: "<a href=https://a.example/>b" * (size // 28),
    "cells": lambda size: "<td>" * (size // 4),
    "space between cells": lambda size: "<td>" + " \xa0\t" * (size // 3),
    "closing tags": lambda size: "</a" * (size // 3),
}


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE)
def test_hostile_html_is_read_in_linear_time(make: Callable[[int], str]) -> None:
    def read(html: str) -> None:
        text_of(html, links=True, is_quote=lambda tag: "cite" in tag.attributes())
        list(tags(html))

    assert_linear(make, read, 60_000)


def test_element_with_a_name_of_any_length_is_an_element() -> None:
    name = "a" * 150
    assert text_of(f"<p>one</p><{name} title='>'>two</{name}><p>three</p>") == "one\n\ntwo\n\nthree"


WRITTEN = st.sampled_from([" href", "=", '"', "'", "x", "CLASS", " ", "&amp;", "/", "a"])


@given(st.lists(WRITTEN, max_size=12).map("".join))
def test_attribute_asked_for_alone_is_the_one_among_all(written: str) -> None:
    for tag in opening_tags(f"<a {written}>"):
        for name in ("href", "class", "x"):
            assert tag.attribute(name) == tag.attributes().get(name, "")
