"""Folds the new facts of a batch into heads: once per conversation, however many facts it got."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from application import follow_ups, offer_messages, projection, spending
from aws import outbox
from conversations.customer import opens
from conversations.facts import Kind, Visibility
from conversations.identity import position, split_id
from dispatch import answers, placement
from shared.telemetry import logger
from storage import conversations
from storage.connections import EVENT, note_sign

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from conversations.facts import Fact
    from dispatch.stream_changes import Batch

FEW = 8
"""Conversations of a batch that are folded one after the other."""
WORKERS = 8
"""Conversations that are folded at the same time where there are more."""


def fold_ahead(batch: Batch, clock: Callable[[], int]) -> None:
    """Fold the conversations of a batch that has many of them side by side, each in one piece.

    What one connection brings at once, such as a comment each below many posts, would else hold up all others of its
    shard by the sum of its waits. What goes wrong is raised where the records are handled.
    """
    if len(batch.facts) <= FEW:
        return
    with ThreadPoolExecutor(max_workers=WORKERS) as pool:
        list(pool.map(lambda thread: _is_whole(batch, thread), list(batch.threads)))
        groups = {tuple(_together(batch, conversation)) for conversation in batch.facts}
        list(pool.map(lambda group: _fold(batch, group, clock), groups))


def take_in(batch: Batch, conversation_id: str, clock: Callable[[], int]) -> None:
    """Fold all the batch's facts of a conversation at once; each of its records shares the outcome."""
    if conversation_id not in batch.done:
        _fold(batch, _together(batch, conversation_id), clock)
    if (error := batch.done[conversation_id]) is not None:
        raise error


def _fold(batch: Batch, parts: Sequence[str], clock: Callable[[], int]) -> None:
    outcome: Exception | None = None
    try:
        _fold_in(batch, parts, clock)
    except Exception as error:
        outcome = error
    batch.done.update(dict.fromkeys(parts, outcome))


def _together(batch: Batch, conversation_id: str) -> list[str]:
    """Return what is folded in one go: all that is new in a thread that is one conversation, or one branch.

    A thousand comments below one post would else read and write its conversation a thousand times.
    """
    thread, _ = split_id(conversation_id)
    return batch.threads[thread] if _is_whole(batch, thread) else [conversation_id]


def _is_whole(batch: Batch, thread: str) -> bool:
    """Return whether a thread is one conversation with all its branches; that is looked up once.

    Not looked up where the batch has news of one part of it alone: folding that part finds out with its one read.
    """
    if thread not in batch.wholes:
        is_alone = len(batch.threads[thread]) == 1
        head, erased_at = (None, None) if is_alone else conversations.whole(thread)
        begins = any(opens(fact) for fact in batch.facts.get(thread, ()))
        batch.wholes[thread] = not is_alone and (head is not None or begins), erased_at
    return batch.wholes[thread][0]


def _fold_in(batch: Batch, parts: Sequence[str], clock: Callable[[], int]) -> None:
    thread, branch = split_id(parts[0])
    is_whole, erased_at = batch.wholes[thread]
    conversation_id = thread if is_whole else parts[0]
    facts = [fact for part in parts for fact in batch.facts[part]]
    identity = batch.identities[parts[0]]
    offer_messages.attach_found(identity, facts, clock)
    if len(parts) > 1:
        new = [(batch.identities[part], batch.facts[part]) for part in parts]
        projection.take_in_whole(new, clock(), placement.place)
    else:
        alone = erased_at if branch and not is_whole else None
        projection.take_in(identity, facts, clock(), placement.place, alone)
    answers.obey(conversation_id, facts, clock)
    answers.spare(conversation_id, facts, clock)
    for solution in dict.fromkeys(fact.message_id for fact in facts if fact.kind == Kind.SOLVED):
        follow_ups.thank(conversation_id, solution, clock)
    for fact in facts:
        if _is_announced(fact):
            outbox.enqueue_completion(conversation_id, fact.message_id)
        elif fact.kind == Kind.CLAIMED:
            outbox.enqueue_completion(conversation_id, fact.message_id, position(fact))
    spending.note_read(identity.channel, identity.connection, facts, clock())
    note_sign(identity.channel, identity.connection, EVENT, clock())
    logger.info("Facts folded", conversation_id=conversation_id, facts=len(facts))


def _is_announced(fact: Fact) -> bool:
    """Return whether a platform said that there is a message, and nothing of what it says."""
    empty = not fact.text and not fact.attachments and not fact.author.id
    return fact.kind == Kind.MESSAGE and fact.visibility == Visibility.PUBLIC and empty and not fact.own
