"""Links, mentions and tags, which are none without facets."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

from channels._values import as_id
from channels.base import (
    Credentials,
    PermanentFailure,
)
from channels.bluesky.api import get

if TYPE_CHECKING:
    from collections.abc import Iterator


LONGEST_TAG = 64
MOST_MENTIONS = 10
_LINK = re.compile(r"(?<![^\s(])https?://[^\s]+")
_MENTION = re.compile(r"(?<![^\s(])@([a-zA-Z0-9.-]{3,253})")
_TAG = re.compile("(?<!\\S)[#\uff03]([^\\s\u00ad\u2060\u200a-\u200d\u20e2]+)")
_LABEL = re.compile(r"[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?")


def facets(text: str, credentials: Credentials) -> dict[str, Any]:
    found = sorted([*links_and_tags(text), *_mentions(text, credentials)], key=lambda each: each["index"]["byteStart"])
    return {"facets": found} if found else {}


def links_and_tags(text: str) -> Iterator[dict[str, Any]]:
    """The links (with ``https://``) and tags of a text, at their places in bytes of UTF-8."""
    for match in _LINK.finditer(text):
        uri = match[0].rstrip(".,;:!?")
        uri = uri.removesuffix(")") if "(" not in uri else uri
        yield _facet(text, match.start(), match.start() + len(uri), "link", uri=uri)
    for match in _TAG.finditer(text):
        tag = _without_end_punctuation(match[1])
        if 0 < len(tag) <= LONGEST_TAG and tag[0] != "\ufe0f" and any(_counts(letter) for letter in tag):
            yield _facet(text, match.start(), match.start() + 1 + len(tag), "tag", tag=tag)


def _mentions(text: str, credentials: Credentials) -> Iterator[dict[str, Any]]:
    """The mentions of people who are there; the platform is asked for each."""
    for match in list(_MENTION.finditer(text))[:MOST_MENTIONS]:
        handle = match[1].rstrip(".-")
        is_handle = "." in handle and all(_LABEL.fullmatch(label) for label in handle.split("."))
        if is_handle and (did := _did_of(handle.lower(), credentials)):
            yield _facet(text, match.start(), match.start() + 1 + len(handle), "mention", did=did)


def _did_of(handle: str, credentials: Credentials) -> str | None:
    try:
        return as_id(get("com.atproto.identity.resolveHandle", credentials, {"handle": handle}).get("did"))
    except PermanentFailure:
        return None


def _facet(text: str, start: int, end: int, kind: str, **said: str) -> dict[str, Any]:
    before, inside = len(text[:start].encode()), len(text[start:end].encode())
    feature = {"$type": f"app.bsky.richtext.facet#{kind}", **said}
    return {"index": {"byteStart": before, "byteEnd": before + inside}, "features": [feature]}


def _without_end_punctuation(tag: str) -> str:
    while tag and unicodedata.category(tag[-1]).startswith("P"):
        tag = tag[:-1]
    return tag


def _counts(letter: str) -> bool:
    return not letter.isdigit() and not unicodedata.category(letter).startswith("P")
