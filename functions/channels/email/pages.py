"""The page (HTML) of a mail as its writer's program made it, and the pictures in it that came along.

Only elements and attributes that may say something are handed on, so that a browser has nothing else to complain of.
What makes a page harmless is in the inbox's page (``safe_html.js``). Sources: RFC 2392 (``cid:``), RFC 2387 (related),
RFC 2046 5.1 (alternative).
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from channels._charsets import read_bytes
from channels._html import opening_tags, reduced
from channels._payload import UnreadableUpdate
from channels.email.mails import declared_charset, is_file, leaf_parts, opened, read_headers

if TYPE_CHECKING:
    from collections.abc import Iterable

    from channels._html import Tag
    from channels.email.mails import Leaf

LARGEST_PAGE = 500_000
"""Bytes of a page; a larger one is read as text only."""
LONGEST_ID = 200
_TELLING = frozenset(
    ["table", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "b", "strong", "i", "em", "u", "s", "font", "mark", "pre"]
)
"""Elements that say something which a plain text does not."""
_KNOWN = """
a abbr b blockquote br caption center code col colgroup dd del div dl dt em h1 h2 h3 h4 h5 h6 hr i img ins kbd li
mark ol p pre q s small span strike strong sub sup table tbody td tfoot th thead tr tt u ul
"""
ELEMENTS = frozenset(_KNOWN.split())
_SAYING = "alt class colspan dir height href id lang rowspan src start title type width"
ATTRIBUTES = frozenset(_SAYING.split(" "))
_MAY_TELL = re.compile(rf"<(?:{'|'.join(sorted(_TELLING))}|img)[\s/>]", re.IGNORECASE)
_QUOTING = (
    *("gmail_quote", "yahoo_quoted", "protonmail_quote", "tutanota_quote"),
    *("divrplyfwdmsg", "appendonsend"),
)
"""Ids and classes of elements in which mail programs put what others wrote."""
_TAGS = 20_000


class Page(NamedTuple):
    """A page in a few elements, the id of its mail, and the parts that are its pictures, by their ``Content-ID``."""

    html: str
    message_id: str
    pictures: dict[str, int]


def page_of(raw: bytes) -> Page | None:
    """Return the page of a mail, of which only the beginning may be at hand; None where there is none to be read."""
    try:
        mail = opened(raw)
        message_id = next(iter(read_headers(mail).ids("message-id")), "")
        leaves = list(leaf_parts(mail))
        html = html_of(leaves)
        return Page(reduced(html, ELEMENTS, ATTRIBUTES), message_id, _pictures(leaves)) if html else None
    except UnreadableUpdate:
        return None


def html_of(leaves: Iterable[Leaf]) -> str:
    """Return the page of a mail that is taken apart; empty for none, or one that is too large."""
    for _, part, mime in leaves:
        content = part.get_payload(decode=True) if mime == "text/html" and not is_file(part) else b""
        if isinstance(content, bytes) and content.strip():
            if len(content) > LARGEST_PAGE:
                return ""
            return read_bytes(content, declared_charset(part), is_page=True).replace("\0", "")
    return ""


def is_rich(leaves: Iterable[Leaf]) -> bool:
    """Return whether the page of a mail says by its form what its text does not, above all that it quotes."""
    html = html_of(leaves)
    if not _MAY_TELL.search(html):
        return False
    for tag in islice(opening_tags(html), _TAGS):
        if tag.name == "blockquote" or _is_quoting(tag):
            return False
        if tag.name in _TELLING or (tag.name == "img" and tag.attribute("src").lower().startswith("cid:")):
            return True
    return False


def _is_quoting(tag: Tag) -> bool:
    source = tag.source.lower()
    if "&" not in source and not any(sign in source for sign in _QUOTING):
        return False
    attributes = tag.attributes()
    named = f"{attributes.get('id', '')} {attributes.get('class', '')}".lower()
    return any(sign in named for sign in _QUOTING)


def _pictures(leaves: Iterable[Leaf]) -> dict[str, int]:
    pictures: dict[str, int] = {}
    for leaf in leaves:
        content_id = str(leaf.part["content-id"] or "").strip().strip("<>")
        if content_id and len(content_id) <= LONGEST_ID and leaf.family == "image":
            pictures.setdefault(content_id, leaf.number)
    return pictures
