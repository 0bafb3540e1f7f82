"""The changes of a batch: those of different threads at the same time, as they mostly wait for table and scheduler.

Those of one thread, which is one partition of the table, are carried out in their order. What is counted is counted
when all else is done, so that a batch writes each row of the reports once.
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

    from dispatch.stream_changes import Batch

WORKERS = 8
"""Threads of conversations that are handled at the same time."""


def handle_all(batch: Batch, clock: Callable[[], int]) -> list[Exception | None]:
    """Bring about what the changes of a batch ask for, and return why each was not carried out; None where it was."""
    outcomes: list[Exception | None] = [None] * len(batch.changes)
    counts: list[Counting] = []
    threads: dict[str, list[int]] = defaultdict(list)
    for number, change in enumerate(batch.changes):
        threads[keys.thread_of(change.item)].append(number)

    def handle_thread(numbers: Sequence[int]) -> None:
        for number in numbers:
            change = batch.changes[number]
            try:
                left = relay.handle(batch, change)
                counts.extend(Counting(number, change.conversation, effect) for effect in left)
            except Exception as error:
                outcomes[number] = error

    if len(threads) == 1:
        handle_thread(range(len(batch.changes)))
    else:
        with ThreadPoolExecutor(max_workers=min(WORKERS, len(threads))) as pool:
            list(pool.map(handle_thread, threads.values()))
    for number, error in reports.count_all(counts, clock()).items():
        outcomes[number] = outcomes[number] or error
    return outcomes
