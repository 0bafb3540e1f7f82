"""The words of a mail: what was newly written, and what it is about."""

from __future__ import annotations

import re

from channels._mail_headers import decoded
from channels.email.bodies import body_lines
from channels.email.mails import Heads, Part
from channels.email.quotes import Words, divide

SHOWN_TEXT = 50_000
"""Characters of a mail that are taken in; the rest stays in the original."""
SHOWN_FOLDED = 30_000
"""Characters that are folded away at most; with the text they fit into one item."""


def read_words(mail: Part, heads: Heads) -> tuple[Words, bool]:
    """Return the words of a mail, and whether there are more of the writer's."""
    lines, is_cut = body_lines(mail)
    reply, forward = _kind_by_subject(heads)
    is_reply = reply or (not forward and bool(heads.ids("in-reply-to") or heads.ids("references")))
    words = divide(lines, is_reply=is_reply, is_forward=forward)
    is_cut = is_cut or len(words.text) > SHOWN_TEXT or (words.forwarded and len(words.folded) > SHOWN_FOLDED)
    folded = words.folded if len(words.folded) <= SHOWN_FOLDED else f"{words.folded[: SHOWN_FOLDED - 1]}…"
    return Words(words.text[:SHOWN_TEXT], folded, words.forwarded), is_cut


_FORWARD_PREFIXES = "fwd?|wg|tr|rv|enc|vb|vl|vs|doorst|pd|i|转发|轉寄|轉發|továbbítás|ilt|προωθ"
_PREFIX = re.compile(rf"(?:(?:re|aw|antw|sv|{_FORWARD_PREFIXES})\s?(?:\[\d{{1,3}}\])?\s?[:\uff1a]\s*)+", re.IGNORECASE)
_FORWARD = re.compile(rf"(?:{_FORWARD_PREFIXES})\s?(?:\[\d{{1,3}}\])?\s?[:\uff1a]", re.IGNORECASE)
_REPLY = re.compile(
    r"(?:re|aw|antw|sv|odp|vá|ynt|回复|回覆|答复|rép|r|res|σχετ)\s?(?:\[\d{1,3}\])?\s?[:\uff1a]", re.IGNORECASE
)


def _kind_by_subject(heads: Heads) -> tuple[bool, bool]:
    """Return whether the subject says that a mail is an answer, and that it was forwarded."""
    subject = decoded(heads.first("subject"))
    return _REPLY.match(subject) is not None, _FORWARD.match(subject) is not None


def subject_title(heads: Heads) -> str | None:
    """Return what the mails are about, without saying how often they went back and forth."""
    subject = decoded(heads.first("subject"))
    match = _PREFIX.match(subject)
    return (subject[match.end() :] if match else subject)[:200] or None
