"""Joins two conversations that turned out to be one person's: a message named both of the ids that they were under."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from conversations import attachments, identity
from conversations.follow_ups import SYSTEM
from shared.telemetry import count, logger
from storage import conversations, customer_aliases, files, received_facts

if TYPE_CHECKING:
    from conversations.facts import Fact
    from dispatch.stream_changes import Change
    from storage.customer_aliases import Known


def join(change: Change, now: int) -> None:
    """Move what a person wrote under an id of theirs into their conversation, if a change says that it was one.

    A conversation in which somebody of the team did something stays where it is: answers and follow-ups name it. Done
    twice, it is done once: facts are the same, and what was moved is gone. ``now`` in milliseconds.
    """
    moved = customer_aliases.moved_of(change.new) if change.new else None
    if moved is None:
        return
    channel, connection, target = moved
    left = identity.thread_key(channel, connection, target.moved_from)
    thread = conversations.read(left)
    if any(action.by != SYSTEM for action in thread.actions):
        logger.info("Conversation stays apart", conversation_id=left)
        return
    received_facts.add(channel, connection, [_moved(fact, target) for fact in thread.facts], now)
    # Nothing but what was moved is removed: what arrives meanwhile begins a conversation, and is not lost.
    conversations.drop_entries(left, thread)
    for fact in thread.facts:
        if attachments.of(fact):
            files.forget(left, fact.message_id, fact.at, now)
    if thread.heads:
        logger.info("Conversations joined", conversation_id=left)
        count("ConversationsJoined", channel=channel)


def _moved(fact: Fact, target: Known) -> Fact:
    is_customers = fact.author.id is not None and fact.author.id == fact.customer_id
    author = replace(fact.author, id=target.customer_id) if is_customers else fact.author
    return replace(fact, thread_id=target.thread_id, customer_id=target.customer_id, author=author)
