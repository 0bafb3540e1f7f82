"""Ways in which a message can go out, with their limits, and the situation that a channel derives them from."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct, field

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conversations.facts import Visibility


class Way(StrEnum):
    """A way in which a message can go out."""

    PUBLIC_REPLY = "public_reply"
    PRIVATE_MESSAGE = "private_message"
    PRIVATE_REPLY = "private_reply"
    HUMAN_AGENT = "human_agent"
    TEMPLATE = "template"
    """A form of words that the platform approved beforehand, with the text put into it."""
    REPLACE = "replace"
    """The platform keeps one answer: this one takes the place of the one before."""


class Placement(StrEnum):
    """Place of a public answer to one message."""

    BELOW = "below"
    """Below that message, whose author is told of it."""
    MENTION = "mention"
    """At the end of the branch, with the author's name before it."""
    THREAD = "thread"
    """At the end of the branch: the author has no name that could stand before it."""


class Place(NamedTuple):
    """Place of a public answer to one message, and what stands before its words there."""

    placement: Placement = Placement.BELOW
    mention: str | None = None


class Files(Struct, frozen=True):
    """Files that a message may have: how many, and the size of each kind in bytes.

    A kind is a MIME type (``image/png``) or a family of them (``image/*``).
    """

    most: int
    largest: Mapping[str, int]
    with_text: bool = True
    """False: a file and a text are two messages for the platform."""
    limit: int | None = None
    """The longest text beside a file, where it is shorter than without."""


class Route(Struct, frozen=True):
    """A permitted way, with its limits, so that an agent sees before writing what the platform will accept."""

    way: Way
    visibility: Visibility
    limit: int
    """The longest text, in ``unit``."""
    unit: str = "characters"
    """``characters`` (code points), ``utf16``, ``bytes`` (UTF-8), ``graphemes`` or ``weighted`` (as X counts)."""
    person_only: bool = False
    """The platform's policy wants a person to write and send this; a machine must not."""
    until: int | None = None
    """Milliseconds; the way closes then. None: no end is known."""
    files: Files | None = None
    """The files that may go with it; None for none."""


class Situation(Struct, frozen=True):
    """Facts about a conversation from which a channel derives the permitted ways."""

    visibility: Visibility
    last_customer_message_at: int | None
    customer_id: str | None
    private_reply_used: bool = False
    thread_id: str = ""
    answered: bool = False
    """A public answer of ours stands there, or is on its way."""
    options: Mapping[str, str] = field(default_factory=dict)
    """The connection's settings: what the account is allowed, its templates, its limits."""
