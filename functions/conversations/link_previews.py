"""Previews of links: the first address in a message that is looked at, and where what was found there lies.

Pure. A preview is stored as a file of its message, with the page's title as its name and its picture as its bytes, so
whatever removes the message's files removes it, too.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from msgspec import Struct

from conversations import attachments, identity
from conversations.attachments import Spot

LONGEST_ADDRESS = 2000
LOOKED_AT = 20_000
"""Characters of a text in which an address is looked for."""
_ADDRESS = re.compile(r"https?://[^\s<>\"'`{}|\\^\x00-\x20\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]+", re.IGNORECASE)
_TRAILING = ".,;:!?…»“”’"
_PAIRS = ((")", "("), ("]", "["))


class PreviewLink(Struct, frozen=True):
    """Have the page looked at that a message links to: the entry of what came, or the id of what was sent."""

    entry: str = ""
    """Sort key of the message in its thread."""
    action_id: str = ""


def first_link(text: str | None) -> str | None:
    """Return the first address in a text, without what ends the sentence; None for one that nobody should call."""
    match = _ADDRESS.search((text or "")[:LOOKED_AT])
    if match is None or len(match[0]) > LONGEST_ADDRESS:
        return None
    address = _trimmed(match[0])
    try:
        parts = urlsplit(address)
        is_plain = bool(parts.hostname) and parts.username is None
    except ValueError:
        return None
    return address if is_plain else None


def _trimmed(address: str) -> str:
    """Cut off signs that belong to the sentence, and closing brackets that the address does not open."""
    excess = {closing: address.count(closing) - address.count(opening) for closing, opening in _PAIRS}
    end = len(address)
    while end and (address[end - 1] in _TRAILING or excess.get(address[end - 1], 0) > 0):
        if address[end - 1] in excess:
            excess[address[end - 1]] -= 1
        end -= 1
    return address[:end]


def spot(thread: str, branch: str, at: int, message_id: str) -> Spot:
    """Return where the preview of a message lies; ``at`` is the message's time (milliseconds)."""
    return Spot(thread, branch, identity.clamp(at), attachments.digest(message_id), attachments.digest("link-preview"))
