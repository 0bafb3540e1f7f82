"""The nouns of the core: facts, messages, conversations. Frozen values, no behaviour that needs the world.

Times are integers in milliseconds since 1970 (UTC) and end in ``_at``; platform ids are strings, always.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


RATINGS = frozenset({"1", "2", "3", "4", "5", "positive", "negative"})
"""Ratings of a review: a number of stars, or a recommendation."""


class Visibility(StrEnum):
    """Readers of a message: everybody, or one customer."""

    PUBLIC = "public"
    PRIVATE = "private"


class Status(StrEnum):
    """State of a conversation for the team."""

    OPEN = "open"
    WAITING = "waiting"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"


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


@dataclass(frozen=True, slots=True)
class Author:
    """Author: the platform's id (scoped to the connection) and the name shown there; both may be unknown."""

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
    is_open: bool = False
    """Others than its customer may write in this private thread, such as all who know a mail's id."""
    thread_is_guess: bool = False
    """The thread is a guess: where the message that this one answers, or speaks of, is known, it belongs there.

    A public fact only; it is not stored.
    """


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An authentic update that no fact could be made of: kept in quarantine, with the reason."""

    reason: str
    """A short constant such as ``unknown_event``; never a part of the content."""
    raw: object
    """The update as parsed from JSON."""


@dataclass(frozen=True, slots=True)
class Nudge:
    """The platform says that there is something new, and not what: it is asked at once."""


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


@dataclass(frozen=True, slots=True)
class Files:
    """Files that a message may have: how many, and the size of each kind in bytes.

    A kind is a MIME type (``image/png``) or a family of them (``image/*``).
    """

    most: int
    largest: Mapping[str, int]
    with_text: bool = True
    """False: a file and a text are two messages for the platform."""
    limit: int | None = None
    """The longest text beside a file, where it is shorter than without."""


@dataclass(frozen=True, slots=True)
class Route:
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


@dataclass(frozen=True, slots=True)
class Situation:
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


class Verb(StrEnum):
    """Verb of an action, of an agent or of a rule in the team's name."""

    REPLY = "reply"
    ASK = "ask"
    """The follow-up went into the outbox."""
    NOTE = "note"
    RESOLVE = "resolve"
    REOPEN = "reopen"
    PROMISE = "promise"
    """A follow-up was set, or set again."""
    MOVE = "move"
    """The promise stands, but facts changed when, how or by whom it will be kept; the reason says which."""
    RELEASE = "release"
    """The follow-up was cancelled by an agent."""
    SKIP = "skip"
    """The follow-up came due and was moot; the reason says why."""
    TASK = "task"
    """The follow-up came due and a person must ask: the platform wants it so, or no way is open."""
    JUDGE = "judge"
    """Classification of the answer to the follow-up: proposed automatically, or by an agent."""
    ASSIGN = "assign"
    """Handed over: to an agent, to nobody, or to another team."""
    TAG = "tag"
    """Tags were put on or taken off."""
    SNOOZE = "snooze"
    """Put aside until a time, or until somebody writes."""
    WAKE = "wake"
    """The time for which it was put aside is over."""
    MISS = "miss"
    """A target of the team was missed; ``target`` says which."""
    MODERATE = "moderate"
    """Something was done to what others wrote, or to who wrote it; it goes through the outbox like a message."""


class State(StrEnum):
    """Delivery state of an outbound message."""

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


class Moderation(StrEnum):
    """Moderation of a message or its author, if the platform permits it."""

    HIDE = "hide"
    SHOW = "show"
    DELETE = "delete"
    BLOCK = "block"
    UNBLOCK = "unblock"
    LIKE = "like"
    UNLIKE = "unlike"
    ACCEPT = "accept"
    """Mark as the solution, on a platform that has that."""
    EDIT = "edit"
    """Have a message of ours say something else."""


class Target(StrEnum):
    """Target of a team: an action within a time."""

    FIRST_RESPONSE = "first_response"
    NEXT_RESPONSE = "next_response"
    """The answer to what a customer wrote after the first one."""
    RESOLUTION = "resolution"


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


@dataclass(frozen=True, slots=True)
class Promise:
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
    customer: str = ""
    """Customer of the promise; a late comment may show that somebody else started the conversation."""


@dataclass(frozen=True, slots=True)
class Action:
    """Action of an agent or a rule; an outbound message is an action with a delivery state.

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
    assignee: Author | None = None
    """For ``assign``: whom it was given; None for nobody."""
    team: str = ""
    """For ``assign``: the team it was given to; empty where it stays."""
    until: int = 0
    """For ``snooze``: milliseconds."""
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    """For ``tag``: what was put on and taken off."""
    mentions: tuple[str, ...] = ()
    """For ``note``: the ids of agents who should read it."""
    target: str = ""
    """For ``miss`` the target; for ``moderate`` the platform's id of the message, or of the author who is blocked."""
    moderation: Moderation | None = None
    way: Way | None = None
    reply_to_id: str | None = None
    beside: str = ""
    """For a private message that was written in one go with a public answer: the id of that."""
    not_before: int = 0
    """A message is held back until then (milliseconds): its author may still take it back."""
    state: State | None = None
    platform_id: str = ""
    attempts: int = 0
    retries: int = 0
    """Number of times that an agent sent it again."""
    attempted_at: int = 0
    lease_until: int = 0
    draft: str = ""
    """Draft on the platform that is still to be published for this message."""
    files: tuple[str, ...] = ()
    """The ids of the files that go with a message."""


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
    """Identity of a conversation: its place on the platform, which never changes."""

    channel: str
    connection: str
    visibility: Visibility
    thread_id: str
    branch_id: str = ""
    """The top-level comment; empty when the whole thread is one conversation."""
    team: str = ""


class Earlier(NamedTuple):
    """Text of a message before an edit."""

    at: int
    """Since when (milliseconds)."""
    text: str
    rating: str | None = None


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
    deleted_at: int | None = None
    edited_at: int | None = None
    earlier: tuple[Earlier, ...] = ()
    """Texts before edits, oldest first."""
    hidden: bool = False
    accepted: bool = False
    """It is the solution, as the person who asked says."""
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
    title: str | None = None
    """The subject under which it was written, or what its thread was called then."""
    rating: str | None = None
    """Of a review, one of ``RATINGS``."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """The head: what the inbox shows of a conversation. A projection of its facts and actions, nothing else."""

    identity: Identity
    status: Status = Status.OPEN
    customer: Author = field(default_factory=Author)
    unproven: bool = False
    """Nobody vouches that anything here is the customer's: whatever is known of that customer is another's."""
    assignee: Author | None = None
    third_parties: tuple[str, ...] = ()
    inbound: int = 0
    heard: int = 0
    """Number of messages of the customer."""
    outbound: int = 0
    """Number of our messages that were not taken back."""
    unread: int = 0
    """Number of inbound messages that no agent has answered."""
    opened_at: int = 0
    last_message_at: int = 0
    last_message_key: str = ""
    last_inbound_at: int = 0
    last_customer_at: int | None = None
    """The customer's last action that keeps a private window open: a message, or a reaction."""
    waiting_since: int = 0
    """The first message nobody has dealt with; 0 when there is none."""
    first_response_at: int | None = None
    first_resolved_at: int | None = None
    due_at: int | None = None
    """Time of the team's next target (milliseconds); None if nothing is due."""
    due_for: str = ""
    """The target that is due."""
    missed: tuple[str, ...] = ()
    """The targets that were missed and are not yet made up for."""
    snoozed_until: int | None = None
    tags: tuple[str, ...] = ()
    mentioned: tuple[str, ...] = ()
    """The ids of agents whom a note names and who did nothing here since."""
    preview: str = ""
    title: str = ""
    """Title on the platform, if it has titles."""
    private_reply_used: bool = False
    undelivered: str = ""
    """``failed`` or ``unconfirmed`` when the last answer did not certainly arrive."""
    done_at: int = 0
    done_by: str = ""
    """Time and id of the action that decides the status, and ``done_verb`` what it was."""
    done_verb: str = ""
    unreachable: bool = False
    """The customer blocked us, left, or is gone from the platform."""
    removed: bool = False
    """The message that began it all was taken down: nobody is left who could be asked there."""
    follow_up: FollowUp | None = None
    erased_at: int = 0
    """Time (milliseconds) up to which everything was erased."""
    cursor: str = ""
    """The position of the last folded message; what is older needs a fold from the beginning."""
    version: int = 0


def proven_customer(head: Conversation) -> str | None:
    """Return the customer's id; None where nobody vouches that anything in the conversation is theirs.

    What is known of a customer beside a conversation (other conversations, erasure, how often they were asked) is asked
    for by this id: an unproven author is nobody.
    """
    return None if head.unproven else head.customer.id


def counted_customer(head: Conversation) -> str | None:
    """Return under whose name a question is counted: an unproven author's use up none of the proven customer's."""
    return f"unproven {head.customer.id}" if head.unproven and head.customer.id else head.customer.id
