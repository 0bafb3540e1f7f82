"""Reads how a page wants to be announced: its title and its picture.

Sources: ogp.me; developer.x.com/en/docs/x-for-websites/cards (``twitter:`` names); html.spec.whatwg.org.
"""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import urljoin

from msgspec import Struct

from channels import _charsets, _html, _http
from channels._results import Media

LARGEST = 500_000
"""Bytes of a page that are read; its head stands at the beginning."""
SECONDS = 10
LONGEST_TITLE = 200
HEADERS = {"Accept": "text/html,application/xhtml+xml", "User-Agent": "Mozilla/5.0 (compatible; link preview)"}
_PAGES = ("text/html", "application/xhtml+xml")
_TITLES = ("og:title", "twitter:title")
_PICTURES = ("og:image:secure_url", "og:image", "og:image:url", "twitter:image")
_TITLE = re.compile(r"<title(?:[ \t\n][^<>]{0,200})?>([^<]{1,2000})", re.IGNORECASE)
_CHARSET = re.compile(rb"<meta[^>]{0,200}charset[ \t]*=[ \t]*[\"']?([A-Za-z0-9_:.-]{1,40})", re.IGNORECASE)
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]+")


class PageHead(Struct, frozen=True):
    """The announcement of a page; empty where it says nothing."""

    title: str = ""
    picture: str = ""
    """Address of its picture."""


def read(address: str) -> PageHead:
    """Return the announcement of the page at an address; raises what ``_http.download`` raises."""
    found = _http.download(Media(address, HEADERS), LARGEST, seconds=SECONDS, beginning=True)
    if found.mime not in _PAGES:
        return PageHead()
    declared = _CHARSET.search(found.content[:2048])
    text = _charsets.read_bytes(found.content, declared[1].decode() if declared else None, is_page=True)
    return head_of(text, address)


def head_of(html: str, address: str) -> PageHead:
    """Return the announcement in a page; what the head of the page says first counts."""
    named: dict[str, str] = {}
    for name, attributes in _html.tags(html):
        if name == "body":
            break
        if name == "meta":
            key = (attributes.get("property") or attributes.get("name") or "").lower()
            named.setdefault(key, attributes.get("content", ""))
    plain = _TITLE.search(html)
    titles = [*(named.get(each, "") for each in _TITLES), unescape(plain[1]) if plain else ""]
    title = next((tidy for each in titles if (tidy := _tidy(each))), "")
    picture = next((named[each].strip() for each in _PICTURES if named.get(each, "").strip()), "")
    return PageHead(title, _absolute(address, picture))


def _tidy(text: str) -> str:
    return " ".join(_UNSEEN.sub(" ", text[: 4 * LONGEST_TITLE]).split())[:LONGEST_TITLE]


def _absolute(address: str, picture: str) -> str:
    try:
        return urljoin(address, picture) if picture else ""
    except ValueError:
        return ""
