"""Questions to the platform: for a message whose answer was lost, for one that was only announced, for a name."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import channels
from application.connections import session
from channels.base import PermanentFailure, Reason, TransientFailure
from conversations.actions import Quotation, State
from conversations.conversation import Conversation
from conversations.facts import Fact, Kind, Visibility
from conversations.identity import clamp
from conversations.normalization import single_line
from conversations.whole_threads import spread
from reply import pausing
from reply.pausing import RetryLater, backoff
from shared import texts
from shared.telemetry import logger
from storage import conversations, keys, profiles, received_facts

if TYPE_CHECKING:
    from conversations.actions import Action
    from reply.delivery import Delivery

ATTEMPTS = 6
"""Number of attempts to send a message that a platform refuses for temporary reasons."""
SETTLING = 20_000
"""Milliseconds after a send before its absence on the platform is believed."""
LOOKS = 20
"""Receives after which a message that cannot be looked for, as the platform does not answer, is left to an agent."""
LONGEST_NAME = 100
LONGEST_QUOTATION = 20_000
"""Characters of an earlier mail that are quoted."""
PROFILE_KEPT = 7 * 86_400
"""Seconds for which a name that was looked up, or not found, is not looked up again."""


def look_for(delivery: Delivery, action: Action) -> Action:
    """Find an unconfirmed message on the platform; return it as sent, as to be sent again, or as it was."""
    try:
        platform_id = delivery.channel.sender.find_sent(
            delivery.outbound(action, _other_ids(delivery.conversation, action)), delivery.secrets
        )
    except TransientFailure as failure:
        pausing.pause(delivery.connection, failure, delivery.now)
        if failure.reason == Reason.RETRY and delivery.receives >= LOOKS:
            return action
        raise RetryLater(failure.retry_after or backoff(delivery.receives), failure.reason) from None
    except PermanentFailure:
        logger.warning("Message cannot be looked for", conversation_id=delivery.conversation, action_id=action.id)
        return action
    if platform_id:
        return delivery.sent(action, platform_id)
    settled = action.attempted_at + SETTLING
    if settled > delivery.now:
        raise RetryLater((settled - delivery.now) / 1000, "unconfirmed")
    if action.attempts >= ATTEMPTS:
        return delivery.fail(action, Reason.RETRY)
    return delivery.change(action, state=State.QUEUED, reason="")


def quotation(delivery: Delivery, action: Action) -> Quotation | None:
    """Return the message that a mail answers, to be quoted below it; None where its author is not among the readers."""
    readers = {*(action.to or (delivery.head.customer.id,)), *action.cc}
    facts = conversations.read(delivery.conversation).facts if action.reply_to_id else ()
    for fact in facts:
        is_answered = fact.kind == Kind.MESSAGE and fact.message_id == action.reply_to_id and not fact.own
        if is_answered and fact.author.id in readers:
            text = "\n\n".join(part for part in (fact.text, fact.folded) if part)
            return Quotation(_introduction(fact, action.language), text[:LONGEST_QUOTATION])
    return None


def _introduction(fact: Fact, language: str) -> str:
    """Return the line above a quotation, as mail programs write it."""
    author = f"{single_line(fact.author.name or '')[:LONGEST_NAME]} <{fact.author.id}>".strip()
    at = datetime.fromtimestamp(fact.at / 1000, UTC)
    return texts.text("mail.wrote", language if language in texts.LANGUAGES else texts.LANGUAGES[0], at=at, who=author)


def _other_ids(conversation_id: str, action: Action) -> frozenset[str]:
    """Return our other ids there, so that an earlier message of the same words is not taken for this one."""
    others = conversations.read(conversation_id).actions
    return frozenset(other.platform_id for other in others if other.platform_id and other.id != action.id)


def complete(head: Conversation, message_id: str, receives: int, now: int) -> None:
    """Ask for a message that the platform only announced, or of which something unsigned was claimed.

    One that is gone meanwhile is left as it is.
    """
    identity = head.identity
    facts = conversations.read(keys.id_of(identity)).facts
    about_message = [fact for fact in facts if fact.message_id == message_id]
    announced = next((fact for fact in about_message if fact.kind == Kind.MESSAGE), None)
    claims = {fact.payload: fact for fact in about_message if fact.kind == Kind.CLAIMED}  # the last one of each
    incomplete = [fact for fact in (announced, *claims.values()) if fact]
    if not incomplete:
        return
    try:
        secrets = session.fresh(identity.channel, identity.connection, now)
        answers = [channels.get(identity.channel).receiver.complete(fact, secrets) for fact in incomplete]
    except TransientFailure as failure:
        if receives >= LOOKS:
            logger.warning("Message not fetched", conversation_id=keys.id_of(identity), reason=failure.reason)
            return
        raise RetryLater(failure.retry_after or backoff(receives), failure.reason) from None
    completed = [each for whole in answers if whole for each in spread(whole, facts)]
    received_facts.add(identity.channel, identity.connection, completed, now)


def look_up_profile(head: Conversation, customer_id: str, receives: int, now: int) -> None:
    """Learn a customer's name, at most once in a while; not learning it is normal."""
    identity = head.identity
    author = profiles.read(identity.channel, identity.connection, customer_id)
    if author is None:
        try:
            credentials = session.fresh(identity.channel, identity.connection, now)
            author = channels.get(identity.channel).receiver.profile(customer_id, credentials)
        except TransientFailure as failure:
            if receives >= LOOKS:
                logger.info("Name not learnt", conversation_id=keys.id_of(identity), reason=failure.reason)
                return
            raise RetryLater(failure.retry_after or 60, failure.reason) from None
        expires = now // 1000 + PROFILE_KEPT
        profiles.put(identity.channel, identity.connection, author, expires)
    if author.name:
        fact = Fact(
            Kind.PROFILE,
            Visibility.PRIVATE,
            identity.thread_id,
            clamp(head.opened_at),
            author=author,
        )
        received_facts.add(identity.channel, identity.connection, [fact], now)
