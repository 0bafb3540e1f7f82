"""Questions to the platform that the send queue carries: a message that was only announced, a customer's name."""

from __future__ import annotations

import channels
from application.connections import session
from channels.base import TransientFailure
from conversations import identity
from conversations.conversation import Conversation
from conversations.facts import Author, Fact, Kind, Visibility
from reply.pausing import RetryLater, backoff
from shared.telemetry import logger
from storage import conversations, keys, profiles, received_facts

LOOKS = 20
"""Receives after which a message that cannot be looked for, as the platform does not answer, is left to an agent."""
PROFILE_KEPT = 7 * 86_400
"""Seconds for which a name that was looked up, or not found, is not looked up again."""


def complete(head: Conversation, message_id: str, receives: int, now: int) -> None:
    """Ask for a message that the platform only announced, or of which something unsigned was claimed.

    One that is gone meanwhile is left as it is.
    """
    who = head.identity
    told = [fact for fact in conversations.read(keys.id_of(who)).facts if fact.message_id == message_id]
    announced = next((fact for fact in told if fact.kind == Kind.MESSAGE), None)
    claims = {fact.payload: fact for fact in told if fact.kind == Kind.CLAIMED}  # the last one of each
    asked = [fact for fact in (announced, *claims.values()) if fact]
    if not asked:
        return
    try:
        secrets = session.fresh(who.channel, who.connection, now)
        answers = [channels.get(who.channel).receiver.complete(fact, secrets) for fact in asked]
    except TransientFailure as failure:
        if receives >= LOOKS:
            logger.warning("Message not fetched", conversation_id=keys.id_of(who), reason=failure.reason)
            return
        raise RetryLater(failure.retry_after or backoff(receives), failure.reason) from None
    received_facts.add(who.channel, who.connection, [whole for whole in answers if whole], now)


def look_up_profile(head: Conversation, customer_id: str, receives: int, now: int) -> None:
    """Learn a customer's name, at most once in a while; not learning it is normal."""
    who = head.identity
    known, name = profiles.read(who.channel, who.connection, customer_id)
    if not known:
        try:
            found = session.fresh(who.channel, who.connection, now)
            name = channels.get(who.channel).receiver.profile_name(customer_id, found)
        except TransientFailure as failure:
            if receives >= LOOKS:
                logger.info("Name not learnt", conversation_id=keys.id_of(who), reason=failure.reason)
                return
            raise RetryLater(failure.retry_after or 60, failure.reason) from None
        expires = now // 1000 + PROFILE_KEPT
        profiles.put(who.channel, who.connection, Author(customer_id, name), expires)
    if name:
        author = Author(customer_id, name)
        fact = Fact(Kind.PROFILE, Visibility.PRIVATE, who.thread_id, identity.clamp(head.opened_at), author=author)
        received_facts.add(who.channel, who.connection, [fact], now)
