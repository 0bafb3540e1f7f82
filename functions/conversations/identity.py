"""Names that are pure functions of what they name: made twice, they are the same.

A conversation's id is safe in a URL, in a schedule's name and as a queue's group. Its first part is the thread's,
so that all that was written below one post lies side by side; the second, if any, is the branch's.
"""

from __future__ import annotations

import re
from base64 import b32encode
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import astuple

if TYPE_CHECKING:
    from conversations.facts import Author, Fact, Visibility

LATEST = 9_999_999_999_999
"""The last millisecond that thirteen digits can write (the year 2286)."""
_ACTION_ID = re.compile(r"[0-9]{13}[a-z2-7]{13}")
CONVERSATION_ID = re.compile(r"[a-z2-7]{26}(-[a-z2-7]{13})?")
"""The form of a conversation's id, as a whole."""
_NUMBER = re.compile("[0-9]{7,13}")
"""A telephone number with its country, as far as its form tells; ids of accounts are mostly longer."""


class Identity(Struct, frozen=True):
    """Identity of a conversation: its place on the platform, which never changes."""

    channel: str
    connection: str
    visibility: Visibility
    thread_id: str
    branch_id: str = ""
    """The top-level comment; empty when the whole thread is one conversation."""
    team: str = ""


@lru_cache(maxsize=1024)  # one event asks for the same key several times, and a conversation has many events
def thread_key(channel: str, connection: str, thread_id: str) -> str:
    """The key of a thread: 26 characters, a-z and 2-7."""
    return digest(f"{channel}\0{connection}\0{thread_id}", 16)


@lru_cache(maxsize=1024)
def branch_key(branch_id: str) -> str:
    """The key of a branch below its thread: 13 characters, or nothing for the thread itself."""
    return digest(branch_id, 8) if branch_id else ""


def conversation_id(thread: str, branch: str) -> str:
    """One id out of the two keys."""
    return f"{thread}-{branch}" if branch else thread


def split_id(conversation: str) -> tuple[str, str]:
    """The two keys out of one id."""
    thread, _, branch = conversation.partition("-")
    return thread, branch


def position(fact: Fact) -> str:
    """Return where a fact stands among those of its conversation: by time, and for equal times by its content.

    The digest is over everything the platform reported, so a redelivery has the same position and anything that
    differs has another.
    """
    # ascii() tells any two of these apart, as JSON would, at a tenth of the cost; and unlike repr() it stays the same
    # when a new Python knows more characters.
    content = ascii(
        (
            fact.message_id,
            fact.author.id,
            fact.author.name,
            fact.text,
            fact.payload,
            fact.own,
            fact.parent_id,
            [(item.type, item.url, item.title, item.id) for item in fact.attachments],
            *(("unproven",) if fact.unproven else ()),
            *(("rating", fact.rating) if fact.rating else ()),
            *(("forwarded",) if fact.forwarded else ()),
            *(("automatic",) if fact.automatic else ()),
            *(("folded", fact.folded) if fact.folded else ()),
            *(("forwarded_from", fact.forwarded_from) if fact.forwarded_from else ()),
            *(("quoted", *astuple(fact.quoted)) if fact.quoted else ()),
            *(("referral", *astuple(fact.referral)) if fact.referral else ()),
            *(("place", *astuple(fact.place)) if fact.place else ()),
        )
    )
    return f"{clamp(fact.at):013d}#{fact.kind}{digest(content, 8)}"


def content_key(content: object) -> str:
    """Return 13 characters that stand for what a message says, the same in each version of Python."""
    return digest(ascii(content), 8)


def action_id(at: int, entropy: bytes) -> str:
    """The id of an action: its time and eight random bytes, so that it says where the action stands."""
    return f"{clamp(at):013d}{base32(entropy[:8])}"


def is_action_id(text: str) -> bool:
    """Return whether a text has the form of an action's id."""
    return _ACTION_ID.fullmatch(text) is not None


def action_position(action: str) -> str:
    """Return where the action with this id stands in its conversation."""
    return f"{action[:13]}#a{action[13:]}"


def address_in(author: Author) -> str | None:
    """Return the handle of an author, or the mail address or telephone number that the id is; None for any other."""
    is_address = author.id is not None and ("@" in author.id or _NUMBER.fullmatch(author.id) is not None)
    return author.handle or (author.id if is_address else None)


def clamp(at: int) -> int:
    """A time that fits the key, whatever a platform sent."""
    return at if 0 <= at <= LATEST else min(max(at, 0), LATEST)


def digest(text: str, size: int = 16) -> str:
    """Return letters that stand for a text, whatever it holds: 26 for 16 bytes, 13 for 8."""
    return base32(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=size).digest())


def base32(raw: bytes) -> str:
    """Bytes as letters that a key, a URL and a name can hold."""
    return b32encode(raw).decode("ascii").rstrip("=").lower()
