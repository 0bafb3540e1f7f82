"""Promises to ask back, and the follow-up of a conversation, which says what became of one."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from conversations.facts import Author, Visibility


class Doer(StrEnum):
    """Doer of a follow-up: a machine or a person."""

    MACHINE = "machine"
    PERSON = "person"
    """A task is prepared, with the text ready to send; a person looks at it and sends it."""


class Outcome(StrEnum):
    """Result of a follow-up that was asked."""

    ANSWERED = "answered"
    """The customer answered, and nobody has read yet what it means."""
    SOLVED = "solved"
    STILL_BROKEN = "still_broken"
    OTHER = "other"
    NO_ANSWER = "no_answer"
    """The customer was silent for as long as the team waits."""


USUAL_PATIENCE = 7 * 86_400_000
"""Milliseconds after the question for which an answer is waited for."""


class Promise(Struct, frozen=True):
    """The wish to ask back, and how it is going to be kept: when (milliseconds), by whom, with which text."""

    at: int
    text: str
    doer: Doer = Doer.MACHINE
    visibility: Visibility | None = None
    """Visibility of the question; None for the conversation's."""
    wished: int | None = None
    """Time that the agent chose, if ``at`` differs."""
    latest: int | None = None
    """The platform closes the way then."""
    reason: str = ""
    """Reason for a difference from the agent's choice."""
    wording: str = ""
    """The template the text was made from; empty when an agent wrote it."""
    topic: str = ""
    """Topic in the template."""
    patience: int = USUAL_PATIENCE
    """Milliseconds after the question for which an answer is waited for."""
    batch: str = ""
    """The bulk this promise was made in."""
    language: str = ""
    """Language that an agent chose; empty for that of the text."""
    customer: str = ""
    """Customer of the promise; a late comment may show that somebody else started the conversation."""
    about: str = ""
    """The id of the message below which the question stands; empty where it stands as any answer."""
    person: Author | None = None
    """The author of that message, whom the follow-up is for; None for the customer."""


class FollowUpState(StrEnum):
    """State of a follow-up."""

    PLANNED = "planned"
    CANCELLED = "cancelled"
    ASKED = "asked"
    SKIPPED = "skipped"
    TASK = "task"
    FAILED = "failed"
    """The platform did not take the question; the reason says why."""
    REPLACED = "replaced"
    """Another promise was made in its place; only in a conversation's history."""


class Move(Struct, frozen=True):
    """A promise that facts changed: when that was, why, and the time it stood for before (milliseconds)."""

    at: int
    reason: str
    before: int


class FollowUp(Struct, frozen=True):
    """The follow-up of a conversation, as its head shows it. ``version`` is the id of the action that last set it."""

    version: str
    promise: Promise
    by: Author
    made_at: int = 0
    state: FollowUpState = FollowUpState.PLANNED
    reason: str = ""
    moves: tuple[Move, ...] = ()
    asked_at: int | None = None
    asked_id: str = ""
    """The message that is the question."""
    outcome: Outcome | None = None
    outcome_at: int | None = None
    outcome_message_id: str | None = None
    reaction: str = ""
    """The answer, where it was a reaction to the question."""
    judged: str = ""
    """The action that said what the answer means; empty while nobody has."""
    judged_by: Author | None = None
    met: int = 0
    """Number of messages of the person whom it is for, where that is not the customer."""
