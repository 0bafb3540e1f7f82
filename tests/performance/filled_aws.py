"""The embedded AWS with a table that is full as soon as it is made: ``python -m tests.performance.filled_aws COUNT``.

The items are put where the emulator keeps its own: over HTTP the stream would have them, too. Values that many items
have are kept once.
"""

from __future__ import annotations

import contextlib
import gc
import os
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from infra import build
from infra.local.processes import LOOPBACK, Child, reserve_port
from infra.local.stack import STACK_PYTHON
from tests.support import embedded_aws

START_SECONDS = 450
SHARED = 4096
"""Attributes' values that are kept once, those used last."""
Items = defaultdict[str, dict[str, dict[str, Any]]]


def main(count: str) -> None:
    """Make the items, and become the emulator."""
    from ministack import app
    from ministack.services import dynamodb

    from tests.performance.ordered_index import OrderedIndexes

    items = _prepared(int(count))
    definition = embedded_aws.table_definition()
    members = OrderedIndexes(dynamodb).prepare(
        {**definition, "pk_name": "pk", "sk_name": "sk", "items": items}, "inbox"
    )
    # Nothing of it becomes garbage, and looking through it takes seconds each time.
    gc.freeze()
    gc.enable()
    dynamodb._create_table = _filling(dynamodb, items, members)
    del sys.argv[1:]
    app.main()


def _prepared(count: int) -> Items:
    """Return the items as the emulator keeps them, by partition and sort key."""
    from tests.performance import filling

    kept: Items = defaultdict(dict)
    gc.disable()
    for item in filling.items(count, time.time_ns() // 1_000_000):
        plain = {sys.intern(name): _shared(*next(iter(value.items()))) for name, value in item.items()}
        kept[item["pk"]["S"]][item["sk"]["S"]] = plain
    return kept


@lru_cache(SHARED)
def _shared(kind: str, content: Any) -> dict[str, Any]:
    return {kind: content}


def _filling(dynamodb: Any, items: Items, members: Any) -> Callable[[Any], Any]:
    create = dynamodb._create_table

    def create_filled(data: Any) -> Any:
        answer = create(data)
        table = dynamodb._tables[data["TableName"]]
        table["items"] = items
        dynamodb._update_counts(table)
        table[dynamodb._INDEX_MEMBERS] = members
        return answer

    return create_filled


@contextlib.contextmanager
def filled_aws(directory: Path, count: int) -> Iterator[str]:
    """Return the address of such an emulator, for as long as the block lasts; it is for one table."""
    with reserve_port() as reserved:
        port = reserved.getsockname()[1]
        endpoint = f"http://{LOOPBACK}:{port}"
        settings = embedded_aws.emulator_settings(directory, port) | {
            "PYTHONPATH": os.pathsep.join([str(build.SOURCES), str(build.ROOT)]),
            "RETENTION_DAYS": embedded_aws.function_settings(endpoint)["RETENTION_DAYS"],
        }
        command = [str(STACK_PYTHON), "-m", "infra.local.tether", "tests.performance.filled_aws", str(count)]
        server = Child("The filled AWS", command, directory / "aws.log", settings, build.ROOT)
        try:
            server.await_answer(f"{endpoint}/_ministack/health", START_SECONDS)
            yield endpoint
        finally:
            server.kill()


if __name__ == "__main__":
    main(sys.argv[1])
