"""Carries out what follows from a change: the joins between the table, the queue and the scheduler."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from application import commands, follow_ups, projection
from aws import cloudwatch, media_queue, outbox, schedules
from conversations import effects, identity
from conversations.fold import opens
from conversations.model import Kind, Visibility
from dispatch import answers, placement
from dispatch.changes import Batch, Change
from shared import settings
from shared.telemetry import logger
from storage import (
    attribute_values,
    conversations,
    customers,
    files,
    held_messages,
    keys,
    mapping,
    notifications,
    quarantine,
    raw_mails,
    reporting,
    teams,
)
from storage.connections import EVENT, note_sign
from storage.notifications import Notice

CONNECTIONS = "connections"
FEW = 8
"""Conversations of a batch that are folded one after the other."""
HANDS = 8
"""How many are folded at a time where there are more."""

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from conversations.business_hours import Hours
    from conversations.model import Conversation, Fact


class BlockedByEarlierFailure(Exception):
    """Something before this in its conversation could not be carried out; both come again, in their order."""


def handle(batch: Batch, record: dict[str, Any]) -> None:
    """Bring about what one record asks for. Done twice, it is done once.

    Raises ``BlockedByEarlierFailure``, and does nothing, after a failure in the same conversation: its answers would
    leave in another order than they were written.
    """
    change = Change.of(record)
    if change.conversation in batch.failed:
        raise BlockedByEarlierFailure
    try:
        _bring_about(batch, change)
    except Exception:
        batch.failed.add(change.conversation)
        raise


def _bring_about(batch: Batch, change: Change) -> None:
    if change.new and keys.is_fact(change.new):
        _take_in(batch, change.conversation)
    elif change.new and (erased := keys.erased_of(change.new)):
        conversations.purge(*erased)
        files.purge(*erased)
        raw_mails.purge_conversation(*erased, _now())
    elif change.new and change.item["pk"].startswith(customers.ERASED):
        _forget_customer(change.new)
    elif change.new and change.item["pk"] == keys.NUDGED:
        schedules.listen_soon(*_named(change), settings.listen_function_arn(), _now())
    elif change.item["pk"] == CONNECTIONS and _is_other(change):
        # Whoever looks after all of them gives this one its clock, or takes it away.
        schedules.listen_soon("", "", settings.listen_function_arn(), _now())
    if change.item["pk"] == CONNECTIONS and _works_again(change):
        held_messages.resume(*_named(change), _now())
    for effect in _effects(change):
        _CARRY_OUT[type(effect)](change.conversation, effect)


def _forget_customer(erased: attribute_values.Item) -> None:
    """Remove what is an erased customer's and stands in no conversation: what could not be read, and original mails."""
    channel, _, connection = erased["pk"].removeprefix(customers.ERASED).partition("/")
    for key in quarantine.purge(channel, connection, erased["sk"], erased["at"]):
        raw_mails.drop(key, _now())
    raw_mails.purge_customer(erased["sk"], erased["at"], _now())


def _named(change: Change) -> tuple[str, str]:
    channel, _, name = change.item["sk"].partition("/")
    return channel, name


def _is_other(change: Change) -> bool:
    """Whether a connection came, went, or was held or let go: not how it is from minute to minute."""
    old, new = change.old, change.new
    return (old is None) != (new is None) or (old or {}).get("held") != (new or {}).get("held")


def _works_again(change: Change) -> bool:
    """Whether messages wait for this connection and need not, or never will leave."""
    waiting = (change.new or change.old or {}).get("parked")
    return bool(waiting) and not (change.new or {}).get("held") and not (change.new or {}).get("problem")


def fold_ahead(batch: Batch) -> None:
    """Fold the conversations of a batch that has many of them side by side, each in one piece.

    What one connection brings at once, such as a comment each below many posts, would else hold up all others of its
    shard by the sum of its waits. What goes wrong is raised where the records are handled.
    """
    if len(batch.facts) <= FEW:
        return
    with ThreadPoolExecutor(max_workers=HANDS) as pool:
        list(pool.map(lambda thread: _is_whole(batch, thread), list(batch.threads)))
        groups = {tuple(_together(batch, conversation)) for conversation in batch.facts}
        list(pool.map(lambda group: _fold(batch, group), groups))


def _take_in(batch: Batch, conversation_id: str) -> None:
    """Fold all the batch's facts of a conversation at once; each of its records shares the outcome."""
    if conversation_id not in batch.done:
        _fold(batch, _together(batch, conversation_id))
    if (error := batch.done[conversation_id]) is not None:
        raise error


def _fold(batch: Batch, parts: Sequence[str]) -> None:
    outcome: Exception | None = None
    try:
        _fold_in(batch, parts)
    except Exception as error:
        outcome = error
    batch.done.update(dict.fromkeys(parts, outcome))


def _together(batch: Batch, conversation_id: str) -> list[str]:
    """Return what is folded in one go: all that is new in a thread that is one conversation, or one branch.

    A thousand comments below one post would else read and write its conversation a thousand times.
    """
    thread, _ = identity.split_id(conversation_id)
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


def _fold_in(batch: Batch, parts: Sequence[str]) -> None:
    thread, branch = identity.split_id(parts[0])
    is_whole, erased_at = batch.wholes[thread]
    conversation = thread if is_whole else parts[0]
    facts = [fact for part in parts for fact in batch.facts[part]]
    who = batch.identities[parts[0]]
    if len(parts) > 1:
        told = [(batch.identities[part], batch.facts[part]) for part in parts]
        projection.take_in_whole(told, _now(), placement.place)
    else:
        alone = erased_at if branch and not is_whole else None
        projection.take_in(who, facts, _now(), placement.place, alone)
    answers.obey(conversation, facts, _now)
    for solution in dict.fromkeys(fact.message_id for fact in facts if fact.kind == Kind.SOLVED):
        follow_ups.thank(conversation, solution, _now)
    for fact in facts:
        if _is_announced(fact):
            outbox.enqueue_completion(conversation, fact.message_id)
        elif fact.kind == Kind.CLAIMED:
            outbox.enqueue_completion(conversation, fact.message_id, identity.position(fact))
    note_sign(who.channel, who.connection, EVENT, _now())
    logger.info("Facts folded", conversation_id=conversation, facts=len(facts))


def _is_announced(fact: Fact) -> bool:
    """Whether a platform said that there is a message, and nothing of what it says."""
    empty = not fact.text and not fact.attachments and not fact.author.id
    return fact.kind == Kind.MESSAGE and fact.visibility == Visibility.PUBLIC and empty and not fact.own


def _effects(change: Change) -> list[effects.Effect]:
    if any(image and keys.is_head(image) for image in (change.old, change.new)):
        old, new = (_head(image) for image in (change.old, change.new))
        return effects.effects_of_head(old, new, _hours)
    if change.new and keys.is_fact(change.new):
        return effects.effects_of_fact(mapping.fact_of(change.new), change.new["sk"])
    if keys.is_action(change.item):
        before, after = (mapping.action_of(image) if image else None for image in (change.old, change.new))
        return effects.effects_of_action(before, after)
    return []


def _head(image: attribute_values.Item | None) -> Conversation | None:
    return mapping.head_of(image) if image and keys.is_head(image) else None


def _hours(team: str) -> Hours:
    return teams.team(team).hours


def _send(conversation_id: str, effect: effects.Send) -> None:
    outbox.enqueue(conversation_id, effect.action_id, effect.retries)


def _schedule(conversation_id: str, effect: effects.Schedule) -> None:
    schedules.put(conversation_id, effect.version, effect.at, _now())


def _unschedule(conversation_id: str, effect: effects.Unschedule) -> None:
    schedules.delete(schedules.name(conversation_id, effect.version, effect.at))


def _fetch(conversation_id: str, effect: effects.Fetch) -> None:
    media_queue.ask(conversation_id, effect.entry)


def _forget(conversation_id: str, effect: effects.Forget) -> None:
    files.forget(conversation_id, effect.message_id, effect.at, _now())


def _restore(conversation_id: str, effect: effects.Restore) -> None:
    files.restore(conversation_id, effect.message_id, effect.at)


def _look_up(conversation_id: str, effect: effects.LookUpProfile) -> None:
    outbox.enqueue_profile(conversation_id, effect.customer_id)


def _refold(conversation_id: str, effect: effects.Refold) -> None:
    commands.catch_up(conversation_id, _now())


def _remember(conversation_id: str, effect: effects.Remember) -> None:
    expires = conversations.expires_at(effect.since, _now())
    customers.remember(effect.channel, effect.connection, effect.customer_id, conversation_id, expires)


def _reconsider(conversation_id: str, effect: effects.Reconsider) -> None:
    follow_ups.replan(conversation_id, _now)


def _judge(conversation_id: str, effect: effects.Judge) -> None:
    follow_ups.classify_answer(conversation_id, effect.version, answers.outcome, _now)


def _count(conversation_id: str, effect: effects.Count) -> None:
    row = (effect.team, effect.channel, effect.visibility)
    if reporting.count(conversation_id, effect.head_version, row, effect.changes, _now()):
        cloudwatch.tell(effect.team, effect.channel, effect.changes)


def _tell(conversation_id: str, effect: effects.Tell) -> None:
    notice = Notice(effect.event, effect.team, effect.channel, conversation_id, since=effect.since, at=_now())
    notifications.enqueue(notice, effect.head_version, _now())


_CARRY_OUT: dict[type, Callable[[str, Any], None]] = {
    effects.Send: _send,
    effects.Schedule: _schedule,
    effects.Unschedule: _unschedule,
    effects.Fetch: _fetch,
    effects.Forget: _forget,
    effects.Restore: _restore,
    effects.LookUpProfile: _look_up,
    effects.Refold: _refold,
    effects.Remember: _remember,
    effects.Reconsider: _reconsider,
    effects.Judge: _judge,
    effects.Count: _count,
    effects.Tell: _tell,
}


def _now() -> int:
    return time.time_ns() // 1_000_000
