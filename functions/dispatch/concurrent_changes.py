"""The changes of a batch: those of different threads at the same time, as they mostly wait for table and scheduler.

Those of one thread, which is one partition of the table, are carried out in their order. Facts, people and connections
concern several threads, such as two names of one person: they are carried out one after the other, before all else.
What is counted is counted when all else is done, all that a batch adds at once.
"""

from __future__ import annotations

from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from dispatch import relay, reports
from dispatch.reports import Counting
from storage import keys

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dispatch.stream_changes import Batch, Change

WORKERS = 8
"""Threads of conversations that are handled at the same time."""


def handle_all(batch: Batch, clock: Callable[[], int]) -> list[Exception | None]:
    """Bring about what the changes of a batch ask for, and return why each was not carried out; None where it was."""
    outcomes: list[Exception | None] = [None] * len(batch.changes)
    counts: list[Counting] = []

    def handle_thread(numbers: Sequence[int]) -> None:
        for number in numbers:
            change = batch.changes[number]
            try:
                left = relay.handle(batch, change)
                counts.extend(Counting(number, change.conversation, effect, change.stored_at) for effect in left)
            except Exception as error:
                outcomes[number] = error

    others, together = _divided(batch)
    handle_thread(others)
    if len(together) == 1:
        handle_thread(together[0])
    elif together:
        with ThreadPoolExecutor(max_workers=min(WORKERS, len(together))) as pool:
            list(pool.map(handle_thread, together))
    for number, error in reports.count_all(counts, clock()).items():
        outcomes[number] = outcomes[number] or error
    return outcomes


def _divided(batch: Batch) -> tuple[list[int], list[list[int]]]:
    """Return the numbers of changes to be carried out one after the other, and by thread those that may be together."""
    threads: dict[str, list[int]] = defaultdict(list)
    for number, change in enumerate(batch.changes):
        threads[keys.thread_of(change.item)].append(number)
    others: list[int] = []
    together: list[list[int]] = []
    for numbers in threads.values():
        if all(_is_apart(batch.changes[each]) for each in numbers):
            together.append(numbers)
        else:
            others += numbers
    return sorted(others), together


def _is_apart(change: Change) -> bool:
    """Return whether a change concerns its own thread alone: heads and actions, and not what arrived."""
    return not change.fact and (keys.is_head(change.item) or keys.is_action(change.item))
