"""Actions of agents and rules: what was done to a conversation, and how far a message of ours came."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct

if TYPE_CHECKING:
    from conversations.facts import Author
    from conversations.promise import Outcome, Promise
    from conversations.send_options import Way


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
    SPEAKER = "speaker"
    """An agent said who speaks in a message; ``speaker`` says who, or nothing where the rules are to tell again."""
    SOLVE = "solve"
    """A message was marked as the solution here, on a platform that has no such mark."""
    UNSOLVE = "unsolve"
    """That mark was taken off."""
    ATTEND = "attend"
    """An agent said whether a message of others needs something; ``attention`` says what."""
    FORWARD = "forward"
    """Messages went by mail to somebody without a seat, with the agent's comment; the customer sees nothing of it."""


WRITING_VERBS = frozenset({Verb.REPLY, Verb.ASK, Verb.NOTE, Verb.FORWARD})
"""The actions that are messages."""
INTERNAL_VERBS = frozenset({Verb.NOTE, Verb.FORWARD})
"""Those of them that are none to the customer."""
MARKING_VERBS = frozenset({Verb.SPEAKER, Verb.SOLVE, Verb.UNSOLVE})
"""The actions that lie on one message of others; ``target`` is its id."""


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
NEEDS_PERSON = frozenset({"auth", "policy"})
"""Problems of a connection that a person must solve; a rate limit passes by itself."""
UNDONE = "undone"
"""Reason of an action that its author took back."""


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


class Attention(StrEnum):
    """State of a message of others: whether it needs something of the team."""

    OPEN = "open"
    ANSWERED = "answered"
    ACKNOWLEDGED = "acknowledged"
    """A like is enough."""
    NONE = "none"
    """It needs nothing."""


class Envelope(NamedTuple):
    """The people to whom a message goes, and its subject, where a channel's messages name them."""

    to: tuple[str, ...] = ()
    """Addresses; empty for the customer's alone."""
    cc: tuple[str, ...] = ()
    subject: str = ""
    """Empty for an answer to the conversation's title."""


class Quotation(NamedTuple):
    """A mail that is quoted below an answer, and one line that says who wrote it, and when."""

    introduction: str
    text: str


class Action(Struct, frozen=True):
    """Action of an agent or a rule; an outbound message is an action with a delivery state.

    ``seen`` and ``heard`` are counts, not times: how many inbound messages, and how many of the customer, were known
    when it was done. A message that arrives later, however old, raises the count beyond them; so the fold can tell
    in any order what was not yet seen. ``upto`` is the time of the newest message, or change of one, that was known:
    what is newer is new even when old messages have expired and the counts say too little.
    """

    id: str
    at: int
    verb: Verb
    by: Author
    seen: int = 0
    heard: int = 0
    upto: int | None = None
    edits: int = 0
    """Number of changes of what others wrote that were known, as ``seen`` counts messages."""
    text: str = ""
    reason: str = ""
    resolve: bool = False
    promise: Promise | None = None
    answers: str = ""
    """For ``ask``, ``move``, ``skip``, ``task`` and ``judge``: the version of the follow-up that is dealt with."""
    outcome: Outcome | None = None
    """For ``judge``: what the answer means."""
    language: str = ""
    """For ``ask``: the customer's, as far as it was told. For a mail, that of what stands around its text."""
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
    """For ``miss`` the target; for ``moderate`` the platform's id of the message, or of the author who is blocked; for
    ``MARKING_VERBS`` the message's id; for ``forward`` the one message that goes along, empty for all; for ``note`` the
    forward that it answers."""
    connection: str = ""
    """For ``forward``: the name of the connection whose address it is sent from."""
    moderation: Moderation | None = None
    speaker: str = ""
    """For ``speaker``: the word of ``classification.Speaker``."""
    about: str = ""
    """The id of the one message that was answered, or about whose state an agent spoke; empty for all that was seen."""
    about_edits: int = 0
    """Number of changes of that message that were known."""
    addressee: Author | None = None
    """The author of that message, to whom an answer or a question goes; None for the customer."""
    met: int = 0
    """Number of messages that were known of the person whom the follow-up is for, where that is not the customer."""
    attention: Attention | None = None
    """For ``attend``: the state of the message."""
    way: Way | None = None
    reply_to_id: str | None = None
    beside: str = ""
    """For a private message that was written in one go with a public answer: the id of that."""
    macro_use: str = ""
    """The id of the first of the actions that a macro did in one go."""
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
    to: tuple[str, ...] = ()
    """Of a mail, the addresses to which it goes; empty for the customer's, as the first items had it."""
    cc: tuple[str, ...] = ()
    subject: str = ""
    """Of a mail; empty for that of the conversation."""
    signature: str = ""
    """The team's words below a mail."""
    outreach: str = ""
    """For a ``reply`` to a stranger's post, for which nobody asked: the id of the proposal that it carries out."""


def is_undone(action: Action) -> bool:
    """Return whether an agent took an action back at once, and what was done with it: it then counts as never done."""
    return action.state == State.CANCELLED and action.reason == UNDONE


def is_lost(action: Action) -> bool:
    """Return whether an answer certainly did not arrive: it answered nobody then, and closed nothing."""
    is_taken_back = bool(action.outreach) and action.state == State.CANCELLED
    return action.verb == Verb.REPLY and (action.state == State.FAILED or is_taken_back)


def refused_state(action: Action) -> State:
    """Return the state of a message that will not be sent: an offer goes back to its proposal, and no agent waits."""
    return State.CANCELLED if action.outreach else State.FAILED


_STATING = frozenset({Moderation.LIKE, Moderation.UNLIKE, Moderation.HIDE, Moderation.SHOW, Moderation.DELETE})
"""Moderations that tell of the state of a message."""


def about_one(action: Action) -> bool:
    """Return whether an action says what one message of others needs, and nothing of those beside it."""
    answers_one = bool(action.about) and action.verb in (Verb.REPLY, Verb.ATTEND)
    return answers_one or action.moderation in _STATING


def is_waiting(action: Action) -> bool:
    """Return whether a message waits until a person puts its connection right; an offer is nobody's open work."""
    return action.state == State.QUEUED and action.reason in NEEDS_PERSON and not action.outreach


def is_unnamed(action: Action) -> bool:
    """Return whether a message of ours may be on the platform under an unknown id."""
    return action.state in (*OUTBOX, State.SENT) and not action.platform_id
