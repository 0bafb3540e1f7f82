"""The nouns of the house: facts, messages, conversations. Frozen values, no behaviour that needs the world.

Times are integers in milliseconds since 1970 (UTC) and end in ``_at``; platform ids are strings, always.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Visibility(StrEnum):
    """Who can read along."""

    PUBLIC = "public"
    PRIVATE = "private"


class Status(StrEnum):
    """Where a conversation stands for the team."""

    OPEN = "open"
    WAITING = "waiting"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"


class Kind(StrEnum):
    """What a platform reported, or an agent did. The value is the letter that stands in a fact's key."""

    MESSAGE = "m"
    EDITED = "e"
    REMOVED = "d"
    HIDDEN = "h"
    SHOWN = "s"
    REACTION = "r"
    UNREACTION = "q"
    DELIVERED = "v"
    READ = "w"
    PROFILE = "n"
    ACTION = "a"
    OUTBOUND = "o"


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote: the platform's id (scoped to the connection) and the name shown there, each unknown at times."""

    id: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A picture, video, file, sticker, place or share that came with a message."""

    type: str
    url: str | None = None
    title: str | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing a platform reported, immutable and without the time of receipt, so that a redelivery is identical.

    ``thread_id`` names the whole thread on the platform (a post, a private chat), ``branch_id`` the top-level
    comment below it, or is empty for what belongs to the thread itself. ``message_id`` is the message the fact is,
    or speaks about; it may be empty for receipts that only carry a watermark.
    """

    kind: Kind
    visibility: Visibility
    thread_id: str
    at: int
    message_id: str = ""
    branch_id: str = ""
    author: Author = field(default_factory=Author)
    own: bool = False
    """Written by the company's own account: by this software (an echo), another tool, or a person on the platform."""
    opens_thread: bool = False
    """A post that starts a thread. When a visitor wrote it, the post and all its comments are one conversation."""
    text: str | None = None
    attachments: tuple[Attachment, ...] = ()
    parent_id: str | None = None
    permalink: str | None = None
    payload: str | None = None
    """What a button or quick reply carries for developers, or the reaction (an emoji) of a reaction."""
    reference: str | None = None
    """Our own message id, where the platform hands it back in an echo (Messenger's ``metadata``)."""
    unsupported: bool = False
    """The platform says there is content that its interface does not show."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An authentic update that no fact could be made of: kept in quarantine, with the reason."""

    reason: str
    """A short constant such as ``unknown_event``; never a part of the content."""
    raw: object
    """The update as parsed from JSON."""
