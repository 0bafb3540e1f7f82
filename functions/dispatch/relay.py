"""Carries out what follows from a change: the joins between the table, the queue and the scheduler."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from asking import deeds
from conversations import customers, effects, items, ledger, outbox, projection, schedules, store
from dispatch import answers
from dispatch.changes import Batch, Change
from shared.telemetry import logger

if TYPE_CHECKING:
    from collections.abc import Callable

    from conversations.model import Conversation


def handle(batch: Batch, record: dict[str, Any]) -> None:
    """Bring about what one record asks for. Done twice, it is done once."""
    change = Change.of(record)
    if change.new and items.is_fact(change.new):
        _take_in(batch, change.conversation)
    elif change.new and (erased := items.erased_of(change.new)):
        store.purge(*erased)
    for effect in _effects(change):
        _CARRY_OUT[type(effect)](change.conversation, effect)


def _take_in(batch: Batch, conversation: str) -> None:
    """Fold all the batch's facts of a conversation at once; each of its records shares the outcome."""
    if conversation not in batch.done:
        try:
            _fold_in(batch, conversation)
            batch.done[conversation] = None
        except Exception as error:
            batch.done[conversation] = error
    if (error := batch.done[conversation]) is not None:
        raise error


def _fold_in(batch: Batch, conversation: str) -> None:
    facts = batch.facts[conversation]
    projection.take_in(batch.identities[conversation], facts, _now())
    answers.obey(conversation, facts, _now)
    logger.info("Facts folded", conversation_id=conversation, facts=len(facts))


def _effects(change: Change) -> list[effects.Effect]:
    if any(image and items.is_head(image) for image in (change.old, change.new)):
        old, new = (
            items.head_of(image) if image and items.is_head(image) else None for image in (change.old, change.new)
        )
        return effects.effects_of_head(old, new)
    if items.is_action(change.item):
        before, after = (items.action_of(image) if image else None for image in (change.old, change.new))
        return effects.effects_of_action(before, after)
    return []


def _head(image: items.Item | None) -> Conversation | None:
    return items.head_of(image) if image and items.is_head(image) else None


def _send(conversation: str, effect: effects.Send) -> None:
    outbox.enqueue(conversation, effect.action_id)


def _schedule(conversation: str, effect: effects.Schedule) -> None:
    schedules.put(conversation, effect.version, effect.at, _now())


def _unschedule(conversation: str, effect: effects.Unschedule) -> None:
    schedules.delete(conversation)


def _look_up(conversation: str, effect: effects.LookUpProfile) -> None:
    outbox.enqueue_profile(conversation, effect.customer_id)


def _refold(conversation: str, effect: effects.Refold) -> None:
    head = store.head(conversation)
    if head:
        projection.refold(items.id_of(head.identity), _now())


def _remember(conversation: str, effect: effects.Remember) -> None:
    expires = store.expires_at(effect.since, _now())
    customers.remember(effect.channel, effect.connection, effect.customer_id, conversation, expires)


def _reconsider(conversation: str, effect: effects.Reconsider) -> None:
    deeds.reconsider(conversation, _now)


def _judge(conversation: str, effect: effects.Judge) -> None:
    deeds.judge(conversation, effect.version, answers.outcome, _now)


def _count(conversation: str, effect: effects.Count) -> None:
    row = (effect.team, effect.channel, effect.visibility)
    ledger.count(conversation, effect.head_version, row, effect.changes, _now())


_CARRY_OUT: dict[type, Callable[[str, Any], None]] = {
    effects.Send: _send,
    effects.Schedule: _schedule,
    effects.Unschedule: _unschedule,
    effects.LookUpProfile: _look_up,
    effects.Refold: _refold,
    effects.Remember: _remember,
    effects.Reconsider: _reconsider,
    effects.Judge: _judge,
    effects.Count: _count,
}


def _now() -> int:
    return time.time_ns() // 1_000_000
