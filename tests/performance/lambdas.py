"""AWS's part between the functions: reads stream, queue and schedules, and calls with a set concurrency."""

from __future__ import annotations

import asyncio
import time
from collections import Counter, defaultdict, deque
from collections.abc import Coroutine, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

from tests.performance import players
from tests.performance.measured import MeasuredStack
from tests.performance.players import Json, Sample, Spent
from tests.performance.services import Services

SHARDS = 4
"""Of the stream: as many as a new on-demand table has partitions. Each is handled in order, one batch at a time."""
STREAM_BATCH = 100
CALLS = 10
"""Calls of the scheduler that one process takes at a time, one after the other."""
SAMPLES = 400
"""Requests kept per function."""
REPEATS = 20
"""Of a batch, as the template has it."""


@dataclass
class Phase:
    """The measurements until nothing was left to do."""

    seconds: float = 0
    spent: dict[str, Spent] = field(default_factory=lambda: defaultdict(Spent))
    outcomes: Counter[str] = field(default_factory=Counter)
    repeated: int = 0
    """Batches of which a part came again."""
    samples: dict[str, list[Sample]] = field(default_factory=lambda: defaultdict(list))


class Lambdas:
    """The calls of a few concurrent processes.

    Usually, what is free takes what is there, as on AWS: how much a batch of the stream has depends on the time then,
    and with it what each change costs. In rounds, all calls end before the next ones begin, and batches are the same
    each time.
    """

    def __init__(
        self,
        stack: MeasuredStack,
        services: Services,
        pool: ProcessPoolExecutor,
        processes: int,
        in_rounds: bool = False,
    ) -> None:
        self._ended = asyncio.ALL_COMPLETED if in_rounds else asyncio.FIRST_COMPLETED
        self._stack = stack
        self._services = services
        self._pool = pool
        self._free = {"follow_up": processes, "reply": processes}
        self._shards: list[deque[Json]] = [deque() for _ in range(SHARDS)]
        self._busy: set[int] = set()
        self._due: deque[Json] = deque()
        self._phase = Phase()

    async def until_quiet(self, due: Sequence[Json] = (), sends: bool = True) -> Phase:
        """Make the scheduler's calls that are due, and do all that follows; without ``sends`` the queue waits."""
        phase = self._phase = Phase()
        self._due.extend(due)
        began = time.perf_counter()
        running: set[asyncio.Task[None]] = set()
        while True:
            await self._read()
            running |= {asyncio.ensure_future(call) for call in self._next(sends)}
            if not running:
                break
            done, running = await asyncio.wait(running, return_when=self._ended)
            for task in done:
                task.result()
        phase.seconds = time.perf_counter() - began
        return phase

    async def _read(self) -> None:
        """Read the stream on."""
        records = await asyncio.to_thread(self._stack.changes)
        for record in records:
            self._shards[crc32(record["dynamodb"]["Keys"]["pk"]["S"].encode()) % SHARDS].append(record)
        self._stack.records.clear()

    def _next(self, sends: bool) -> list[Coroutine[Any, Any, None]]:
        """Return what can be called at once."""
        calls: list[Coroutine[Any, Any, None]] = []
        for number, shard in enumerate(self._shards):
            if shard and number not in self._busy:
                self._busy.add(number)
                calls.append(self._dispatch(number, [shard.popleft() for _ in range(min(len(shard), STREAM_BATCH))]))
        while self._free["follow_up"] and self._due:
            self._free["follow_up"] -= 1
            calls.append(self._follow_up([self._due.popleft() for _ in range(min(len(self._due), CALLS))]))
        while sends and self._free["reply"] and (batch := self._services.receive()):
            self._free["reply"] -= 1
            calls.append(self._reply(batch))
        return calls

    async def _follow_up(self, due: list[Json]) -> None:
        self._phase.outcomes.update(await self._play("follow_up", due))
        self._free["follow_up"] += 1

    async def _reply(self, batch: list[Json]) -> None:
        failed = await self._play("reply", batch)
        self._phase.repeated += bool(failed)
        self._services.done(batch, set(failed))
        self._free["reply"] += 1

    async def _dispatch(self, number: int, records: list[Json]) -> None:
        """The stream comes back to the first record that failed, and to all after it."""
        for _ in range(REPEATS):
            failed = await self._play("dispatch", records)
            if not failed:
                break
            self._phase.repeated += 1
            names = [record["dynamodb"]["SequenceNumber"] for record in records]
            records = records[min(names.index(name) for name in failed) :]
        else:
            raise RuntimeError("A batch of the stream fails again and again.")
        self._busy.discard(number)

    async def _play(self, function: str, events: list[Json]) -> list[str]:
        samples = self._phase.samples[function]
        keep = len(samples) < SAMPLES
        loop = asyncio.get_running_loop()
        answer, spent, asked = await loop.run_in_executor(self._pool, players.play, function, events, keep)
        self._phase.spent[function].add(spent)
        samples += asked
        return answer
