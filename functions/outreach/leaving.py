"""An approved offer on its way: the message of ours that it becomes, and what follows from a change of either. Pure."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

from msgspec import Struct

from conversations import identity
from conversations.actions import Action, State, Verb
from conversations.customer import is_customers
from outreach import posting, proposals
from outreach.proposals import Proposal, Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conversations.conversation import Conversation
    from conversations.facts import Fact
    from conversations.messages import Message
    from conversations.send_options import Way
    from outreach.proposals import Offer

ARRIVED = frozenset({State.SENT, State.DELIVERED, State.READ})
"""States of a message that stands on the platform."""
REFUSED = frozenset({State.FAILED, State.CANCELLED})
"""States of a message that does not, and will not."""
FOR_GOOD = frozenset({"declined", "gone", "customer_wrote", "colleague", "sign", "too_old", "erased"})
"""Reasons for which nothing may be offered below a post any more."""

REASONS = ("erased", "not_offered", "not_permitted", "route_closed")
"""Reasons for which an offer did not leave, beside those of the platform and the rules of tact."""


class CarryOut(Struct, frozen=True):
    """A proposal is ``offered`` or ``posted`` now: do what follows."""

    proposal: str


class FollowDelivery(Struct, frozen=True):
    """The message of an offer arrived, or will not: note it with the proposal."""

    action_id: str


class ReadAnswer(Struct, frozen=True):
    """Somebody wrote, or is gone, in a conversation that began with an offer: read what that means for it."""


Effect = CarryOut | FollowDelivery | ReadAnswer


def effects_of_proposal(old: Proposal | None, new: Proposal | None) -> list[CarryOut]:
    """Return what follows from a change of a proposal."""
    if new is None or new.status not in (Status.OFFERED, Status.POSTED):
        return []
    return [CarryOut(new.id)] if old is None or old.status != new.status else []


def effects_of_delivery(old: Action | None, new: Action | None) -> list[FollowDelivery]:
    """Return what follows from a change of a message's delivery."""
    if new is None or not new.outreach or (old is not None and old.state == new.state):
        return []
    return [FollowDelivery(new.id)] if new.state in ARRIVED | REFUSED else []


def effects_of_head(old: Conversation | None, new: Conversation | None) -> list[ReadAnswer]:
    """Return what follows from a change of a conversation that began with an offer."""
    if new is None or not new.origin:
        return []
    wrote = new.inbound > (old.inbound if old else 1)
    is_gone = new.unreachable and not (old and old.unreachable)
    return [ReadAnswer()] if wrote or is_gone else []


def action_id(proposal: Proposal) -> str:
    """Return the id of the message that an offer becomes: the same each time, and another one for the next offer."""
    assert proposal.offer is not None
    name = f"{proposal.id}\0{proposal.closed_at}\0{proposal.offer.digest}"
    return identity.action_id(proposal.closed_at, blake2b(name.encode(), digest_size=8).digest())


def is_of(proposal: Proposal, action: Action) -> bool:
    """Return whether a message is that of an offer which is on its way."""
    return proposal.status == Status.OFFERED and proposal.offer is not None and action_id(proposal) == action.id


def is_approved(proposal: Proposal, action: Action) -> bool:
    """Return whether a message is exactly what was approved, and is still to be posted."""
    offer = proposal.offer
    is_same = offer is not None and offer.text == action.text and offer.is_approved and not offer.by_hand
    return is_same and is_of(proposal, action)


def message(proposal: Proposal, post: Fact, head: Conversation, messages: Sequence[Message], way: Way) -> Action:
    """Return the answer to a stranger's post, which leaves; it closes the conversation until somebody answers.

    What was said beside that post, or after it, stays unread.
    """
    offer = proposal.offer
    assert offer is not None
    known = [each for each in messages if each.direction == "inbound" and each.sent_at <= post.at]
    return Action(
        id=action_id(proposal),
        at=proposal.closed_at,
        verb=Verb.REPLY,
        by=offer.by,
        seen=len(known),
        heard=sum(is_customers(head, each) for each in known),
        upto=identity.clamp(post.at),
        text=offer.text,
        resolve=True,
        way=way,
        reply_to_id=proposal.post.id,
        state=State.QUEUED,
        outreach=proposal.id,
    )


def given_back(proposal: Proposal, reason: str, now: int) -> Proposal:
    """Return a proposal of which nothing was posted: its agent's again, or closed where nobody may offer any more."""
    returned = posting.refuse(proposal, reason, now)
    return proposals.expire(returned, now) if reason in FOR_GOOD else returned


def attached(proposal: Proposal, conversation: str, url: str, now: int) -> Proposal:
    """Return an offer as it is once our post stands on the platform, with the conversation that it begins."""
    named = posting.begin_conversation(proposal, conversation, action_id(proposal)) if conversation else proposal
    return posting.posted(named, url, now)


def by_hand(proposal: Proposal) -> Offer:
    """Return the offer of a proposal that a person is to post; raises ``StepRefused``."""
    offer = proposal.offer
    if not posting.may_be_posted(proposal):
        raise proposals.StepRefused(str(proposal.status))
    if offer is None or not offer.by_hand:
        raise proposals.StepRefused("not_by_hand")
    return offer
