"""Carries out what follows from a change: facts are folded, and each effect goes to the module that registers it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from dispatch import (
    connection_changes,
    derived_effects,
    erasures,
    folding,
    message_files,
    moved_people,
    outgoing,
    reactions,
    reports,
    scheduled_calls,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from dispatch.stream_changes import Batch, Change

HANDLERS: dict[type, Callable[[str, Any, Callable[[], int]], None]] = {
    **outgoing.HANDLERS,
    **scheduled_calls.HANDLERS,
    **message_files.HANDLERS,
    **reactions.HANDLERS,
    **reports.HANDLERS,
}
"""The function that carries out each effect, by conversation, effect and clock."""


class BlockedByEarlierFailure(Exception):
    """Something before this in its conversation could not be carried out; both come again, in their order."""


def handle(batch: Batch, change: Change) -> list[reports.Together]:
    """Bring about what one change asks for, and return the effects that are left to be carried out with others.

    Done twice, it is done once.

    Raises ``BlockedByEarlierFailure``, and does nothing, after a failure in the same conversation: its answers would
    leave in another order than they were written.
    """
    if change.conversation in batch.failed:
        raise BlockedByEarlierFailure
    try:
        return _carry_out(batch, change)
    except Exception:
        batch.failed.add(change.conversation)
        raise


def fold_ahead(batch: Batch) -> None:
    """Fold the conversations of a batch with many of them side by side."""
    folding.fold_ahead(batch, _now)


def _carry_out(batch: Batch, change: Change) -> list[reports.Together]:
    if change.fact:
        folding.take_in(batch, change.conversation, _now)
    elif not erasures.complete(change, _now()):
        connection_changes.carry_out(change, _now())
        moved_people.join(change, _now())
    left: list[reports.Together] = []
    for effect in derived_effects.of_change(change):
        if isinstance(effect, reports.Together):
            left.append(effect)
            continue
        effect = outgoing.naming(batch.senders.get(change.conversation), effect)
        HANDLERS[type(effect)](change.conversation, effect, _now)
    return left


def _now() -> int:
    return time.time_ns() // 1_000_000
