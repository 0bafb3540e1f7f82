"""Facts: what the platforms report. Frozen values, no behaviour that needs the world.

Times are integers in milliseconds since 1970 (UTC) and end in ``_at``; platform ids are strings, always.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct, field

from conversations.message_context import Place, Quote, Referral

if TYPE_CHECKING:
    from collections.abc import Mapping

RATINGS = frozenset({"1", "2", "3", "4", "5", "positive", "negative"})
"""Ratings of a review: a number of stars, or a recommendation."""


class Visibility(StrEnum):
    """Readers of a message: everybody, or one customer."""

    PUBLIC = "public"
    PRIVATE = "private"


class Kind(StrEnum):
    """Kind of a fact. The value is the letter in the fact's key."""

    MESSAGE = "m"
    EDITED = "e"
    REMOVED = "d"
    HIDDEN = "h"
    SHOWN = "s"
    REACTION = "r"
    UNREACTION = "q"
    DELIVERED = "v"
    READ = "w"
    FAILED = "f"
    """A message of ours that the platform had taken does not arrive after all; the payload is the reason."""
    PROFILE = "n"
    SOLVED = "k"
    """An answer was accepted as the solution, on a platform that has that; the message is the answer."""
    UNSOLVED = "u"
    """It is the solution no more."""
    GONE = "g"
    """The customer cannot be reached any more: blocked us, left, or (payload ``declined``) wants to hear no more."""
    BACK = "b"
    """The customer can be reached again."""
    CLAIMED = "c"
    """An unsigned part of a call says that a message is otherwise now; the payload says how. By itself this changes
    nothing: the platform is asked, and what it says is the fact."""


class Author(Struct, frozen=True):
    """Author: the platform's id (scoped to the connection) and the name shown there; both may be unknown."""

    id: str | None = None
    name: str | None = None
    handle: str | None = None
    """The names by which people address the account (a user name, a number), with spaces between them, where its id is
    none. It tells nobody apart, and is stored so that the search finds it."""

    def __eq__(self, other: object) -> bool:
        return type(other) is Author and (self.id, self.name) == (other.id, other.name)

    def __hash__(self) -> int:
        return hash((self.id, self.name))


class Alias(NamedTuple):
    """An id of a customer on a platform that knows people by several, and the private thread of that id alone."""

    customer_id: str
    thread_id: str
    lasts: bool = False
    """It stays that person's, as a user id does and a phone number does not."""


class Attachment(Struct, frozen=True):
    """A picture, video, file, sticker, place or share that came with a message."""

    type: str
    url: str | None = None
    title: str | None = None
    id: str | None = None
    digest: str | None = None
    """Of its bytes, where they came along, as with mails."""


class Recipients(Struct, frozen=True):
    """The people to whom a mail was sent, without the company's own address; their ids are addresses."""

    to: tuple[Author, ...] = ()
    cc: tuple[Author, ...] = ()


class Fact(Struct, frozen=True):
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
    text: str | None = None
    attachments: tuple[Attachment, ...] = ()
    parent_id: str | None = None
    permalink: str | None = None
    payload: str | None = None
    """Value of a button or quick reply, or the emoji of a reaction."""
    customer_id: str | None = None
    """In a private thread, the person the company talks with, also where somebody else wrote."""
    reference: str | None = None
    """Our own message id, where the platform hands it back in an echo (Messenger's ``metadata``)."""
    title: str | None = None
    """Title of the thread: the subject of a mail, the title of a topic."""
    rating: str | None = None
    """Of a review, one of ``RATINGS``."""
    unsupported: bool = False
    """The platform says there is content that its interface does not show."""
    unproven: bool = False
    """Nobody vouches that the author is who the message says: anybody may have written it."""
    unaddressed: bool = False
    """It neither names nor quotes us, on a platform that lets programs answer only who does: a search found it."""
    is_open: bool = False
    """Others than its customer may write in this private thread, such as all who know a mail's id."""
    forwarded: bool = False
    """The author hands on what somebody else wrote."""
    forwarded_from: str | None = None
    """Name of who wrote what is forwarded, where the platform tells it."""
    quoted: Quote | None = None
    """Words that it quotes, where they are more than the message that it answers."""
    referral: Referral | None = None
    """Something outside the conversation that it refers to, such as the advertisement that led here."""
    place: Place | None = None
    """The place on the map that it shares."""
    automatic: bool = False
    """The platform says that a machine wrote it in the company's name, such as a note of absence."""
    folded: str | None = None
    """Text that came with it and is folded away: what it quotes, or what was forwarded."""
    rich: bool = False
    """It came with formatting that says more than its text; the original has it."""
    recipients: Recipients | None = None
    """Of a mail, the others to whom it was sent; None where there are none."""
    arrival: int = 0
    """Place in the order of arrival (microseconds), where a platform dates by the second and its ids have no order."""
    by_arrival: bool = False
    """Nothing but its arrival tells its place among messages of the same moment. Not stored."""
    is_undated: bool = False
    """The platform does not say when it was: its time is that of its arrival. Not stored."""
    may_move: bool = False
    """Its message may be moved: it is in this thread now, and in no other. Not stored."""
    is_of_all: bool = False
    """It holds for all messages of its thread. Not stored."""
    thread_is_guess: bool = False
    """The thread is a guess: where the message that this one answers, or speaks of, is known, it belongs there.

    It is not stored.
    """
    references: tuple[str, ...] = ()
    """Ids of earlier messages, the nearest first: the thread of the first that is known is this one's. Not stored."""
    aliases: tuple[Alias, ...] = ()
    """Ids of its customer, its own first: all are one person, whose thread is that of the first that was known.

    Not stored.
    """
    other_thread_id: str = ""
    """The thread where the message's id turns out to be another author's. Not stored."""


class Source(Struct, frozen=True):
    """A payload that reports one update alone, as a channel's ``parse`` takes it: so that it can be read once more."""

    document: object
    """JSON with the update, and of what stood around it only what its meaning depends on."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """The headers of the call that its meaning depends on, by their names in lower case."""


class Unreadable(Struct, frozen=True):
    """An authentic update that no fact could be made of: kept in quarantine, with the reason."""

    reason: str
    """A short constant such as ``unknown_event``; never a part of the content."""
    raw: object
    """The update as parsed from JSON."""
    source: Source | None = None
    """None where reading it once more would be of no use."""
    account: str = ""
    """The company's other account that it is about, by the platform's id: that account's connection reads it."""
    kept: tuple[Fact, ...] = ()
    """Facts that it is here where no connection has that account; without any it is quarantined."""

    def __eq__(self, other: object) -> bool:
        return type(other) is Unreadable and self._compared == other._compared

    def __hash__(self) -> int:
        return hash(self._compared)

    @property
    def _compared(self) -> tuple[object, ...]:
        return self.reason, self.raw, self.account


class Nudge(Struct, frozen=True):
    """The platform says that there is something new, and not what: it is asked at once."""


Event = Fact | Unreadable | Nudge
"""One thing that a platform reported: what is known, what cannot be read, or a hint that there is something."""
