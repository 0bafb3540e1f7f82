"""The head of a conversation: what the inbox shows of it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct, field

from conversations.facts import Author

if TYPE_CHECKING:
    from conversations.identity import Identity
    from conversations.promise import FollowUp


class Status(StrEnum):
    """State of a conversation for the team."""

    OPEN = "open"
    WAITING = "waiting"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"


class Target(StrEnum):
    """Target of a team: an action within a time."""

    FIRST_RESPONSE = "first_response"
    NEXT_RESPONSE = "next_response"
    """The answer to what a customer wrote after the first one."""
    RESOLUTION = "resolution"


OUTREACH = "outreach"
"""Origin of a conversation that began with an offer of ours."""
OFFER = "offer"
"""Decision that an offer is: the conversation is closed until somebody answers. It solves nothing, and is no work."""
UNNAMED = "?"
"""Stands for an author without a name."""


class LastMessage(Struct, frozen=True):
    """The newest message, as the inbox shows it. Notes are left out, and of a public thread what is private."""

    at: int = 0
    key: str = ""
    """Its place among the messages, as ``messages.order`` gives it."""
    preview: str = ""
    by: str = ""
    """Name of its author, where that is not the customer; ``UNNAMED`` for one without a name."""
    is_ours: bool = False


class Window(Struct, frozen=True):
    """Conditions of messages to the customer: platforms permit private ones for a time after the customer's own.

    X permits a public answer by a program only where somebody named or quoted us.
    """

    last_customer_at: int | None = None
    """The customer's last action that keeps a window open: a message that is not ``unaddressed``, or a reaction."""
    private_reply_used: bool = False


class ServiceLevel(Struct, frozen=True):
    """Targets of the team: when the first ones were reached, what is due next, and what was missed."""

    first_response_at: int | None = None
    first_resolved_at: int | None = None
    due_at: int | None = None
    """Time of the team's next target (milliseconds); None if nothing is due."""
    due_for: str = ""
    """The target that is due."""
    missed: tuple[str, ...] = ()
    """The targets that were missed and are not yet made up for."""


class Decision(Struct, frozen=True):
    """The last action that decides the status."""

    at: int = 0
    """Time in milliseconds; 0 without such an action."""
    by: str = ""
    """Id of the action."""
    verb: str = ""


class WeekCount(Struct, frozen=True):
    """Number of messages of an ISO week."""

    week: str
    count: int


class Conversation(Struct, frozen=True):
    """The head: what the inbox shows of a conversation. A projection of its facts and actions, nothing else."""

    identity: Identity
    status: Status = Status.OPEN
    customer: Author = field(default_factory=Author)
    unproven: bool = False
    """Nobody vouches that anything here is the customer's: whatever is known of that customer is another's."""
    vip: bool = False
    """The customer is important: an agent said so on their card."""
    assignee: Author | None = None
    third_parties: tuple[str, ...] = ()
    inbound: int = 0
    heard: int = 0
    """Number of messages of the customer."""
    outbound: int = 0
    """Number of our messages that were not taken back."""
    unread: int = 0
    """Number of inbound messages that no agent has answered; in a public thread, of those that are open."""
    unread_weeks: tuple[WeekCount, ...] = ()
    """Of these, the ones of other weeks than the last inbound message."""
    opened_at: int = 0
    last_message: LastMessage = field(default_factory=LastMessage)
    last_inbound_at: int = 0
    edits: int = 0
    """Number of changes of what others wrote."""
    edited_at: int = 0
    """Time of the last of them."""
    window: Window = field(default_factory=Window)
    waiting_since: int = 0
    """The first message nobody has dealt with; 0 when there is none."""
    service_level: ServiceLevel = field(default_factory=ServiceLevel)
    snoozed_until: int | None = None
    tags: tuple[str, ...] = ()
    mentioned: tuple[str, ...] = ()
    """The ids of agents whom a note names and who did nothing here since."""
    title: str = ""
    """Title on the platform, if it has titles."""
    origin: str = ""
    """``OUTREACH`` where we spoke first, below a stranger's post; else empty."""
    undelivered: str = ""
    """``failed`` or ``unconfirmed`` when the last answer did not certainly arrive; ``waiting`` for its connection."""
    decision: Decision = field(default_factory=Decision)
    attended_at: int = 0
    """Time of the last action about one message (milliseconds)."""
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

    @property
    def upto(self) -> int:
        """Return the time of the newest message of others, or change of one (milliseconds): see ``Action.upto``."""
        return max(self.last_inbound_at, self.edited_at)


def proven_customer(head: Conversation) -> str | None:
    """Return the customer's id; None where nobody vouches that anything in the conversation is theirs.

    What is known of a customer beside a conversation (other conversations, erasure, how often they were asked) is asked
    for by this id: an unproven author is nobody.
    """
    return None if head.unproven else head.customer.id


def counted_customer(head: Conversation) -> str | None:
    """Return under whose name a question is counted: an unproven author's use up none of the proven customer's."""
    return f"unproven {head.customer.id}" if head.unproven and head.customer.id else head.customer.id
