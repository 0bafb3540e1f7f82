"""(f) Promises that come due within one minute: what they cost, how long it takes, and whether each was kept once.

``python -m tests.performance.load RESULT PROMISES PROCESSES [waiting] [rounds]``; with ``waiting`` an answer of an
agent stands before each question in the queue, and with ``rounds`` a run costs the same however long it takes.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from application import loading
from conversations.metrics import week_of
from conversations.promise import FollowUpState, Outcome
from storage import conversations, reporting
from tests.performance import players, promises
from tests.performance.lambdas import Lambdas, Phase
from tests.performance.measured import MeasuredStack, stack
from tests.performance.promises import Promised
from tests.performance.services import Services, services

FOLDED = 100
"""Conversations of which the head is compared with the fold over all that is stored."""
FLOOR = 100
"""Promises' worth of bare requests."""
Json = dict[str, Any]


class Load:
    """One run: promises are made, come due, are asked, and stay without an answer."""

    def __init__(
        self,
        measured: MeasuredStack,
        held: Services,
        pool: ProcessPoolExecutor,
        processes: int,
        in_rounds: bool,
    ) -> None:
        self._stack = measured
        self._services = held
        self._pool = pool
        self._processes = processes
        self._lambdas = Lambdas(measured, held, pool, processes, in_rounds)

    async def run(self, count: int, waiting: bool) -> Json:
        """Return times per step and function; raises ``AssertionError`` if a promise was not kept exactly once."""
        now = time.time_ns() // 1_000_000
        made = [promises.promised(number, count, now, waiting) for number in range(count)]
        await asyncio.to_thread(promises.write, self._stack.client, promises.each(made, Promised.before))
        await asyncio.to_thread(self._stack.begin)
        await asyncio.to_thread(promises.write, self._stack.client, promises.each(made, Promised.after))
        steps = {"scheduled": await self._step(sends=not waiting)}
        assert len(self._services.schedules) == count
        steps["asked"] = await self._step(self._services.due(), sends=not waiting)
        asking = self._samples
        if waiting:
            steps["sent"] = await self._step()
        _asked_once(made, self._services, waiting)
        assert len(self._services.schedules) == count, "one call each is to come: to note that nobody answered"
        steps["no answer"] = await self._step(self._services.due())
        assert not self._services.schedules
        await asyncio.to_thread(_all_told, made)
        return {"promises": count, "steps": steps, "floor": await self._bare(asking, count, steps["asked"])}

    async def _step(self, due: Sequence[Json] = (), sends: bool = True) -> Json:
        before = Counter(self._services.asked)
        phase: Phase = await self._lambdas.until_quiet(due, sends)
        self._samples = phase.samples
        return {
            "seconds": phase.seconds,
            "functions": {function: vars(spent) for function, spent in phase.spent.items()},
            "services": self._services.asked - before,
            "outcomes": phase.outcomes,
            "repeated": phase.repeated,
        }

    async def _bare(self, samples: dict[str, list[players.Sample]], count: int, asked: Json) -> Json:
        """The same requests again with nothing around them, in as many processes."""
        worth = min(count, FLOOR)
        bare: list[players.Sample] = []
        for function, spent in asked["functions"].items():
            mix = [(operation, players.unconditional(each)) for operation, each in samples[function]]
            bare += islice(cycle(mix), round(spent["requests"] / count * worth))
        random.shuffle(bare)
        shares = [bare[number :: self._processes] for number in range(self._processes)]
        loop, began = asyncio.get_running_loop(), time.perf_counter()
        spent = await asyncio.gather(*(loop.run_in_executor(self._pool, players.repeat, share) for share in shares))
        seconds = time.perf_counter() - began
        cpu = sum(each.cpu for each in spent)
        return {"promises": worth, "requests": len(bare), "seconds": seconds, "cpu": cpu}


def _asked_once(made: list[Promised], held: Services, waiting: bool) -> None:
    """The platform was sent each question once, and what was written before it before it."""
    sent: dict[str, list[str]] = defaultdict(list)
    for place, text in held.sent:
        sent[place].append(text)
    assert len(sent) == len(made)
    for one in made:
        assert one.answer.promise is not None
        expected = [one.answer.text] * waiting + [one.answer.promise.text]
        assert [text.split("\n\n")[0] for text in sent[one.place]] == expected, f"{one.id} was sent something else"


def _all_told(made: list[Promised]) -> None:
    """Heads say what happened, are the fold over what is stored, and the figures add up to them."""
    heads = conversations.heads([one.id for one in made])
    followed = [head.follow_up for head in heads.values()]
    assert len(followed) == len(made)
    assert {(each.state, each.outcome) for each in followed if each} == {(FollowUpState.ASKED, Outcome.NO_ANSWER)}
    for one in random.sample(made, min(len(made), FOLDED)):
        found = loading.load(one.id)
        assert found is not None and found.head == conversations.head(one.id), (
            f"{one.id} is not the fold over its entries"
        )
    week = week_of(made[0].fact.at)
    counted: Counter[str] = Counter()
    for row in reporting.rows(promises.TEAM, week, "9999-W53"):
        counted.update(
            {name: row.figures.get(name, 0) for name in ("promised", "asked", "no_answer", "task", "skipped", "failed")}
        )
    assert +counted == {name: len(made) for name in ("promised", "asked", "no_answer")}, counted


async def measure(endpoint: str, count: int, processes: int, waiting: bool, in_rounds: bool) -> Json:
    """One run in a stack of its own, with processes of its own."""
    async with services() as held:
        with stack(endpoint) as built:
            os.environ |= {"AWS_ENDPOINT_URL_SQS": held.address, "AWS_ENDPOINT_URL_SCHEDULER": held.address}
            built.platform.port = held.port
            context = multiprocessing.get_context("spawn")
            with ProcessPoolExecutor(processes, context, players.begin, (in_rounds,)) as pool:
                return await Load(built, held, pool, processes, in_rounds).run(count, waiting)


def main(result: str, count: str, processes: str, *options: str) -> None:
    """Measure and write down."""
    waiting, in_rounds = (name in options for name in ("waiting", "rounds"))
    endpoint = os.environ["AWS_ENDPOINT_URL"]
    found = asyncio.run(measure(endpoint, int(count), int(processes), waiting, in_rounds))
    Path(result).write_text(json.dumps(found | {"processes": int(processes)}))


if __name__ == "__main__":
    main(*sys.argv[1:])
