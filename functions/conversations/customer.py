"""The customer of a conversation: who that is, which messages are theirs, and whether they can be reached."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from conversations.conversation import Conversation
from conversations.facts import Author, Fact, Kind, Visibility
from conversations.identity import clamp

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conversations.identity import Identity
    from conversations.messages import Message

THIRD_PARTIES_SHOWN = 5


def opens(fact: Fact) -> bool:
    """Return whether a fact is a visitor's post, which is one conversation with all its comments."""
    return not fact.branch_id and not fact.own and fact.kind in (Kind.MESSAGE, Kind.EDITED)


def is_opened(identity: Identity, ordered: Sequence[Fact]) -> bool:
    """A public thread is a conversation as a whole only if a visitor began it."""
    whole_post = identity.visibility == Visibility.PUBLIC and not identity.branch_id
    return not whole_post or any(opens(fact) for fact in ordered)


def with_customer(identity: Identity, ordered: Sequence[Fact], inbound: Sequence[Message]) -> Conversation:
    """Return a head that only says whose conversation it is."""
    customer = _customer(identity, ordered, inbound)
    return Conversation(identity, customer=customer, unproven=_is_unproven(customer, inbound))


def _customer(identity: Identity, ordered: Sequence[Fact], inbound: Sequence[Message]) -> Author:
    """Return who opened the conversation; in a private thread, the person on its other side."""
    profiles = {fact.author.id: fact.author for fact in ordered if fact.kind == Kind.PROFILE and fact.author.name}
    if identity.visibility == Visibility.PRIVATE:
        # Of our own messages some platforms do not tell to whom they went.
        told = sorted((fact for fact in ordered if fact.customer_id), key=lambda fact: fact.own)
        known = told[0].customer_id if told else None
        profile = profiles.get(known, Author())
        name = next((message.author.name for message in inbound if message.author.name), None)
        handle = next((each.author.handle for each in inbound if each.author.id == known and each.author.handle), None)
        return Author(known, name or profile.name, handle or profile.handle)
    openers = [fact.author for fact in ordered if opens(fact)]
    author = openers[0] if openers else inbound[0].author if inbound else Author()
    profile = profiles.get(author.id, Author())
    return replace(author, name=author.name or profile.name, handle=author.handle or profile.handle)


def _is_unproven(customer: Author, inbound: Sequence[Message]) -> bool:
    """Return whether the customer wrote, and nobody vouches for any of it."""
    proofs = [not message.unproven for message in inbound if message.author.id == customer.id]
    return bool(proofs) and not any(proofs)


def is_customers(head: Conversation, message: Message) -> bool:
    """Return whether the customer wrote a message."""
    return message.direction == "inbound" and is_by_customer(head, message)


def is_by_customer(head: Conversation, message_or_fact: Message | Fact) -> bool:
    """An author whom the platform does not name may be the customer: then we keep quiet rather than ask.

    An unproven message is the customer's only where all of theirs are.
    """
    author = message_or_fact.author.id
    if message_or_fact.unproven and not head.unproven:
        return False
    is_between_two = head.identity.visibility == Visibility.PRIVATE and not message_or_fact.is_open
    return is_between_two or author is None or author == head.customer.id


def third_parties(head: Conversation, inbound: Sequence[Message]) -> tuple[str, ...]:
    """Return the ids of others who wrote, the first ones."""
    found = dict.fromkeys(
        message.author.id for message in inbound if message.author.id and not is_by_customer(head, message)
    )
    return tuple(found)[:THIRD_PARTIES_SHOWN]


def reopens_window(head: Conversation, fact: Fact) -> bool:
    """Return whether a reaction keeps a private window open: the customer's does."""
    private = head.identity.visibility == Visibility.PRIVATE
    return private and fact.author.id is not None and fact.author.id == head.customer.id


def last_customer_at(head: Conversation, ordered: Sequence[Fact], inbound: Sequence[Message]) -> int | None:
    """Return when the customer last did what keeps a window open.

    Posts that do not address us open none; in their thread, everybody who addresses us does.
    """
    unaddressed = {fact.message_id for fact in ordered if fact.unaddressed}
    addressed = [message for message in inbound if message.id not in unaddressed]
    heard = [message for message in addressed if is_by_customer(head, message)]
    times = [message.sent_at for message in heard or (addressed if unaddressed else [])]
    times += [clamp(fact.at) for fact in ordered if fact.kind == Kind.REACTION and reopens_window(head, fact)]
    return max(times, default=None)


def is_gone(head: Conversation, ordered: Sequence[Fact]) -> bool:
    """Return whether the last that was heard of it is that the customer cannot be reached any more."""
    proven = replace(head, unproven=False)  # nobody becomes unreachable by what nobody vouches for
    reports = [fact for fact in ordered if fact.kind in (Kind.GONE, Kind.BACK) and is_by_customer(proven, fact)]
    return bool(reports) and reports[-1].kind == Kind.GONE
