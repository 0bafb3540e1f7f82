"""Messages as agents read them, and their order. ``message_fold`` computes them from facts and actions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from conversations.actions import Action
    from conversations.facts import Attachment, Author, Recipients, Visibility
    from conversations.message_context import Place, Quote, Referral

_ORDER = re.compile(r"[0-9]{13}[01][0-9]{4}[^\x00-\x1f]{1,9999}")


class Earlier(NamedTuple):
    """Text of a message before an edit."""

    at: int
    """Time since which it stood (milliseconds)."""
    text: str
    rating: str | None = None


class Message(Struct, frozen=True):
    """One utterance as it stands now: the fold over its facts, or an agent's action."""

    id: str
    direction: str
    """``inbound``, ``outbound`` or ``note``."""
    author: Author
    text: str | None
    sent_at: int
    state: str
    visibility: Visibility
    deleted: bool = False
    deleted_at: int | None = None
    edited_at: int | None = None
    earlier: tuple[Earlier, ...] = ()
    """Texts before edits, oldest first."""
    changes: tuple[int, ...] = ()
    """Times at which its words or its rating became others; an edit that only moves spaces is none."""
    hidden: bool = False
    accepted: bool = False
    """It is the solution, as the person who asked says, or an agent."""
    speaker: str = ""
    """The speaker as an agent corrected it; empty where the rules tell."""
    speaker_by: Author | None = None
    """The agent who did."""
    thanked: bool = False
    """Its author was thanked for it."""
    attachments: tuple[Attachment, ...] = ()
    reactions: tuple[tuple[str, str], ...] = ()
    """Pairs of author id and reaction."""
    parent_id: str | None = None
    permalink: str | None = None
    payload: str | None = None
    unsupported: bool = False
    unproven: bool = False
    """Nobody vouches that the author wrote it."""
    is_open: bool = False
    """It stands in a private thread where others than its customer may write."""
    platform_id: str | None = None
    reason: str = ""
    follow_up: bool = False
    not_before: int = 0
    mentions: tuple[str, ...] = ()
    about: str = ""
    """Of ours, the id of the one message that it answers."""
    title: str | None = None
    """The subject under which it was written, or what its thread was called then."""
    rating: str | None = None
    """Of a review, one of ``RATINGS``."""
    forwarded: bool = False
    """The author hands on what somebody else wrote."""
    forwarded_from: str | None = None
    """Name of who wrote what is forwarded."""
    quoted: Quote | None = None
    referral: Referral | None = None
    place: Place | None = None
    automatic: bool = False
    """A machine wrote it in the company's name, outside of this software: it answers nobody."""
    arrival: int = 0
    """Place in the order of arrival, where nothing else tells it."""
    folded: str | None = None
    """Text that is folded away: what it quotes, or what was forwarded."""
    recipients: Recipients | None = None
    """Of a mail, to whom it was sent beside us, or to whom ours goes."""
    rich: bool = False
    """It came with formatting that says more than its text."""
    signature: str = ""
    """The team's words below a mail of ours."""
    forward_of: str | None = None
    """Of a forward, the id of the one message that went along, empty for all; None for anything else."""
    answers: str = ""
    """Of a note that somebody without a seat wrote, the id of the forward that it answers."""
    unreached: tuple[str, ...] = ()
    """Of those, the addresses that cannot be reached, as came back."""


def order(message: Message) -> str:
    """The place of a message among others: by time; within one moment, as platforms tell whole seconds, a post before
    its comments, then by arrival where that is known, and a lower id before a higher one, since platforms count up."""
    # In a chat an answer is one message among others.
    below = int(message.parent_id is not None and message.visibility == "public")
    rank = f"{0:04d}{message.arrival:016d}" if message.arrival else f"{len(message.id):04d}"
    return f"{message.sent_at:013d}{below}{rank}{message.id}"


def order_of(value: Any) -> str | None:
    """A place as ``order`` writes it, as far as its form tells; None for anything else."""
    return value if isinstance(value, str) and _ORDER.fullmatch(value) else None


def changes_of(messages: Iterable[Message]) -> list[tuple[int, Message]]:
    """Return each change of what messages say, with its time, in their order."""
    return sorted(((at, each) for each in messages for at in each.changes), key=_place_of_change)


def changed_since(action: Action, changes: Sequence[tuple[int, Message]]) -> list[tuple[int, Message]]:
    """Return the changes that were not known when something was done.

    They are counted as messages are. An action that counts none may be of an earlier version, or know of none: then
    what was changed up to the newest message or change that it knows of is known.
    """
    upto = action.at if action.upto is None else action.upto
    older = [each for each in changes if each[0] <= upto]
    newer = [each for each in changes if each[0] > upto]
    return (older[action.edits :] if action.edits else []) + newer


def _place_of_change(change: tuple[int, Message]) -> tuple[int, str]:
    at, message = change
    return at, order(message)


def new_to(action: Action, messages: Sequence[Message], *, heard: bool = False) -> list[Message]:
    """The messages that were not known when something was done: those beyond the count, and all that are newer.

    With ``heard`` the messages are the customer's, and counted as such.
    """
    known = action.heard if heard else action.seen
    older = [each for each in messages if action.upto is None or each.sent_at <= action.upto]
    newer = [each for each in messages if action.upto is not None and each.sent_at > action.upto]
    return older[known:] + newer
