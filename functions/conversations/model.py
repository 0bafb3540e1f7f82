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
    """What a platform reported. The value is the letter that stands in a fact's key."""

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
    text: str | None = None
    attachments: tuple[Attachment, ...] = ()
    parent_id: str | None = None
    permalink: str | None = None
    payload: str | None = None
    """What a button or quick reply carries for developers, or the reaction (an emoji) of a reaction."""
    customer_id: str | None = None
    """In a private thread, the person the company talks with, whoever wrote."""
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


class Way(StrEnum):
    """A way in which a message can go out."""

    PUBLIC_REPLY = "public_reply"
    PRIVATE_MESSAGE = "private_message"
    PRIVATE_REPLY = "private_reply"
    HUMAN_AGENT = "human_agent"


@dataclass(frozen=True, slots=True)
class Route:
    """A permitted way, with its limits, so that an agent sees before writing what the platform will accept."""

    way: Way
    visibility: Visibility
    limit: int
    """The longest text, in ``unit``."""
    unit: str = "characters"
    person_only: bool = False
    """The platform's policy wants a person to write and send this; a machine must not."""
    until: int | None = None
    """Milliseconds; the way closes then. None: no end is known."""


@dataclass(frozen=True, slots=True)
class Situation:
    """What a channel must know of a conversation to say which ways are open."""

    visibility: Visibility
    last_customer_message_at: int | None
    customer_id: str | None
    private_reply_used: bool = False


class Verb(StrEnum):
    """What an agent, or a rule in the team's name, did in a conversation."""

    REPLY = "reply"
    ASK = "ask"
    """The follow-up went into the outbox."""
    NOTE = "note"
    RESOLVE = "resolve"
    REOPEN = "reopen"
    PROMISE = "promise"
    """A follow-up was set, or set anew."""
    MOVE = "move"
    """The promise stands, but facts changed when, how or by whom it will be kept; the reason says which."""
    RELEASE = "release"
    """The follow-up was cancelled by an agent."""
    SKIP = "skip"
    """The follow-up came due and was moot; the reason says why."""
    TASK = "task"
    """The follow-up came due and a person must ask: the platform wants it so, or no way is open."""
    JUDGE = "judge"
    """What the answer to the follow-up means: proposed by a reader, or said by an agent."""


class State(StrEnum):
    """Where an outbound message stands."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    UNCONFIRMED = "unconfirmed"
    """It went out and the platform's answer was lost; it is looked for, never sent blindly again."""
    CANCELLED = "cancelled"
    """It was taken back before it left: the customer wrote first."""


OUTBOX = frozenset({State.QUEUED, State.SENDING, State.UNCONFIRMED})
"""Stored and not yet confirmed by the platform."""


class Doer(StrEnum):
    """Who asks back."""

    MACHINE = "machine"
    PERSON = "person"
    """A task is prepared, with the text ready to send; a person looks at it and sends it."""


class Outcome(StrEnum):
    """What came of a follow-up that was asked."""

    ANSWERED = "answered"
    """The customer answered, and nobody has read yet what it means."""
    SOLVED = "solved"
    STILL_BROKEN = "still_broken"
    OTHER = "other"
    NO_ANSWER = "no_answer"
    """The customer was silent for as long as the team waits."""


USUAL_PATIENCE = 7 * 86_400_000
"""Milliseconds after the question for which an answer is waited for."""


@dataclass(frozen=True, slots=True)
class Promise:
    """The wish to ask back, and how it is going to be kept: when (milliseconds), by whom, with which text."""

    at: int
    text: str
    doer: Doer = Doer.MACHINE
    visibility: Visibility | None = None
    """Where to ask; None is where the conversation is."""
    wished: int | None = None
    """When the agent wanted it, where ``at`` is another time."""
    latest: int | None = None
    """The platform closes the way then."""
    reason: str = ""
    """Why it is not as wished."""
    wording: str = ""
    """The template the text was made from; empty when an agent wrote it."""
    topic: str = ""
    """What the template calls the matter."""
    patience: int = USUAL_PATIENCE
    """Milliseconds after the question for which an answer is waited for."""
    batch: str = ""
    """The bulk this promise was made in."""
    customer: str = ""
    """Whom it was promised to; a comment that arrives late may show that somebody else began the conversation."""


@dataclass(frozen=True, slots=True)
class Action:
    """What an agent or a rule did; a message that was written is an action with a delivery state.

    ``seen`` and ``heard`` are counts, not times: how many inbound messages, and how many of the customer, were known
    when it was done. A message that arrives later, however old, raises the count beyond them; so the fold can tell
    in any order what was not yet seen. ``upto`` is the time of the newest message that was known: what is newer is new
    even when old messages have expired and the counts say too little.
    """

    id: str
    at: int
    verb: Verb
    by: Author
    seen: int = 0
    heard: int = 0
    upto: int | None = None
    text: str = ""
    reason: str = ""
    resolve: bool = False
    promise: Promise | None = None
    answers: str = ""
    """For ``ask``, ``move``, ``skip``, ``task`` and ``judge``: the version of the follow-up that is dealt with."""
    outcome: Outcome | None = None
    """For ``judge``: what the answer means."""
    language: str = ""
    """For ``ask``: the customer's, as far as it was told."""
    way: Way | None = None
    reply_to_id: str | None = None
    state: State | None = None
    platform_id: str = ""
    attempts: int = 0
    attempted_at: int = 0
    lease_until: int = 0


class FollowUpState(StrEnum):
    """What became of the promise to ask back."""

    PLANNED = "planned"
    CANCELLED = "cancelled"
    ASKED = "asked"
    SKIPPED = "skipped"
    TASK = "task"
    FAILED = "failed"
    """The platform did not take the question; the reason says why."""
    REPLACED = "replaced"
    """Another promise was made in its place; only in a conversation's history."""


@dataclass(frozen=True, slots=True)
class Move:
    """A promise that facts changed: when that was, why, and the time it stood for before (milliseconds)."""

    at: int
    reason: str
    before: int


@dataclass(frozen=True, slots=True)
class FollowUp:
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


@dataclass(frozen=True, slots=True)
class Identity:
    """Which conversation: where it lives, and what never changes about it."""

    channel: str
    connection: str
    visibility: Visibility
    thread_id: str
    branch_id: str = ""
    """The top-level comment; empty when the whole thread is one conversation."""
    team: str = ""


@dataclass(frozen=True, slots=True)
class Message:
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
    edited_at: int | None = None
    hidden: bool = False
    attachments: tuple[Attachment, ...] = ()
    reactions: tuple[tuple[str, str], ...] = ()
    """Pairs of author id and reaction."""
    parent_id: str | None = None
    permalink: str | None = None
    payload: str | None = None
    unsupported: bool = False
    platform_id: str | None = None
    reason: str = ""
    follow_up: bool = False


@dataclass(frozen=True, slots=True)
class Conversation:
    """The head: what the inbox shows of a conversation. A projection of its facts and actions, nothing else."""

    identity: Identity
    status: Status = Status.OPEN
    customer: Author = field(default_factory=Author)
    assignee: Author | None = None
    third_parties: tuple[str, ...] = ()
    inbound: int = 0
    heard: int = 0
    """How many messages the customer wrote."""
    unread: int = 0
    """How many inbound messages no agent has dealt with."""
    opened_at: int = 0
    last_message_at: int = 0
    last_message_key: str = ""
    last_inbound_at: int = 0
    last_customer_at: int | None = None
    """The customer's last action that keeps a private window open: a message, or a reaction."""
    waiting_since: int = 0
    """The first message nobody has dealt with; 0 when there is none."""
    first_response_at: int | None = None
    preview: str = ""
    private_reply_used: bool = False
    undelivered: str = ""
    """``failed`` or ``unconfirmed`` when the last answer did not certainly arrive."""
    done_at: int = 0
    done_by: str = ""
    """Time and id of the action that decides the status, and ``done_verb`` what it was."""
    done_verb: str = ""
    removed: bool = False
    """The message that began it all was taken down: nobody is left who could be asked there."""
    follow_up: FollowUp | None = None
    erased_at: int = 0
    """What was said here up to this time (milliseconds) was erased and stays gone."""
    cursor: str = ""
    """The position of the last folded message; what is older needs a fold from the beginning."""
    version: int = 0
