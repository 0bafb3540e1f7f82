"""Words of a post: its own, and those that it quotes above them, from Markdown or from how it looks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from channels import _html
from channels._values import as_text, as_words
from conversations.message_context import Quote

if TYPE_CHECKING:
    from channels._html import Tag

_QUOTE = re.compile(r"\s*\[quote(?:=([^\]]{0,300}))?\](.*?)\[/quote\]", re.DOTALL | re.IGNORECASE)
_BEGIN = re.compile(r"\[quote\b", re.IGNORECASE)
_MARK = "\ue000"


def has_words(post: dict[str, Any]) -> bool:
    """Return whether a post comes with its text, which may be empty."""
    return isinstance(post.get("raw"), str) or isinstance(post.get("cooked"), str)


def words_of(post: dict[str, Any], address: str) -> tuple[str | None, Quote | None]:
    """Return what was written, and what it quotes if it begins with one quotation; others stay in the text.

    Some webhooks hold only what a post looks like; ``address`` is that of the forum, for links that lack it.
    """
    raw, cooked = post.get("raw"), post.get("cooked")
    if isinstance(raw, str):
        return _from_markdown(as_text(raw) or "")
    return _from_page(as_text(cooked) or "", address) if isinstance(cooked, str) else (None, None)


def _from_markdown(raw: str) -> tuple[str | None, Quote | None]:
    match = _QUOTE.match(raw)
    if match is None or len(_BEGIN.findall(raw)) > 1:
        return raw, None
    author = (match[1] or "").strip("\"' ").partition(",")[0]
    return raw[match.end() :].strip(), Quote(as_words(match[2].strip()), as_words(author))


def _from_page(cooked: str, address: str) -> tuple[str | None, Quote | None]:
    return _from_quotation(cooked, address) if "<aside" in cooked.lower() else _seen(cooked, address)


def _from_quotation(cooked: str, address: str) -> tuple[str | None, Quote | None]:
    authors: list[str] = []

    def mark_of(tag: Tag) -> str:
        if tag.name != "aside":
            return ""
        attributes = tag.attributes()
        if "quote" not in attributes.get("class", "").split():
            return ""
        authors.append(attributes.get("data-username", ""))
        return _MARK

    marked = _html.text_of(
        cooked, links=True, names=True, base=address, is_quote=_is_heading, mark_of=mark_of, picture_of=_emoji
    )
    own, _, rest = marked.partition(f"{_MARK}\n")
    quoted, _, below = rest.partition(_html.MARK_END)
    if len(authors) == 1 and not own.strip():
        return below.strip(), Quote(as_words(quoted.strip()), as_words(authors[0]))
    return _seen(cooked, address)


def _seen(cooked: str, address: str) -> tuple[str, None]:
    return _html.text_of(cooked, links=True, names=True, base=address, picture_of=_emoji), None


def _is_heading(tag: Tag) -> bool:
    """Tell what stands above a quotation: the name of its author, which is an attribute as well."""
    return tag.name == "div" and "title" in tag.attribute("class").split()


def _emoji(tag: Tag) -> str:
    attributes = tag.attributes()
    return attributes.get("alt", "") if "emoji" in attributes.get("class", "").split() else ""
