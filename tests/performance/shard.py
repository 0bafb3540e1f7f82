"""(k) How many promises a second dispatch follows in one shard, with AWS at a distance.

``python -m tests.performance.shard RESULT PROMISES``, before a server that answers each request after 10 ms. The
records are those of a promise's whole life: made, asked, sent, closed without an answer. A batch of a hundred is one
call.

On a busy machine the time that passes says little, so the requests that dispatch waits for one after the other are
counted: those of the handler's own thread, and those of the thread that makes the most beside it.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from aws import clients
from conversations import identity
from conversations.actions import Action, State, Verb
from conversations.conversation import Conversation
from conversations.fold import fold
from conversations.promise import Outcome
from dispatch.app import lambda_handler
from storage import attribute_values, mapping, writes
from storage.attribute_values import StoredItem
from tests.performance.promises import AGENT, Promised, promised
from tests.support.context import Context
from tests.support.embedded_aws import SCHEDULE_SETTINGS

BATCH = 100
SERVICES = ("dynamodb", "scheduler", "sqs")
"""Services that dispatch calls for these records."""
Image = StoredItem | None
Record = dict[str, Any]


def _life(one: Promised) -> Iterator[tuple[Image, Image]]:
    """Yield the old and the new image of each change that dispatch is told of, in their order."""
    made = one.answer
    asked = Action(
        identity.action_id(made.at + 1, made.id[-8:].encode()),
        made.at + 1,
        Verb.ASK,
        AGENT,
        answers=made.id,
        text="?",
        way=made.way,
        state=State.QUEUED,
    )
    sent = replace(asked, state=State.SENT, platform_id="sent")
    judged = Action(
        identity.action_id(made.at + 2, made.id[-8:].encode()),
        made.at + 2,
        Verb.JUDGE,
        AGENT,
        answers=made.id,
        outcome=Outcome.NO_ANSWER,
    )
    expires = writes.expires_at(made.at, made.at)
    heads = [
        _head(one, version, actions) for version, actions in enumerate(([], [made], [made, sent], [made, sent, judged]))
    ]
    images = [mapping.head_item(head, expires) for head in heads]
    items = [mapping.action_item(one.id, each, expires) for each in (made, asked, sent, judged)]
    yield images[0], images[1]
    yield None, items[0]
    yield images[1], images[2]
    yield None, items[1]
    yield items[1], items[2]
    yield images[2], images[3]
    yield None, items[3]


def _head(one: Promised, version: int, actions: list[Action]) -> Conversation:
    head = fold(one.who, [one.fact], actions)
    assert head is not None
    return replace(head, version=version + 1)


def _record(number: int, old: Image, new: Image) -> Record:
    item = new or old
    assert item is not None
    images = {"OldImage": old, "NewImage": new}
    return {
        "eventID": str(number),
        "eventName": "MODIFY" if old else "INSERT",
        "eventSource": "aws:dynamodb",
        "dynamodb": {
            "Keys": attribute_values.encode({"pk": item["pk"], "sk": item["sk"]}),
            "SequenceNumber": f"{number:021d}",
            "ApproximateCreationDateTime": int(time.time()),
            **{name: attribute_values.encode(image) for name, image in images.items() if image},
        },
    }


def records(count: int, now: int) -> list[Record]:
    """Return the records of so many promises, in the order of a stream in which they are all at the same step."""
    lives = [list(_life(promised(number, count, now))) for number in range(count)]
    changes = [change for step in zip(*lives, strict=True) for change in step]
    return [_record(number, old, new) for number, (old, new) in enumerate(changes)]


class Waits:
    """Counts the requests of a call that are made one after the other."""

    def __init__(self) -> None:
        self._by_thread: Counter[int] = Counter()
        for service in SERVICES:
            clients.client(service).meta.events.register("before-send", self._sent)

    def take(self) -> int:
        """Return the count of the call that was made, for a new one to begin."""
        own = self._by_thread.pop(threading.get_ident(), 0)
        beside = max(self._by_thread.values(), default=0)
        self._by_thread.clear()
        return own + beside

    def _sent(self, **_: Any) -> None:
        self._by_thread[threading.get_ident()] += 1


def main(result: str, promises: str) -> None:
    """Hand over the batches of one shard, one after the other."""
    endpoint = os.environ["AWS_ENDPOINT_URL"]
    os.environ.update(SCHEDULE_SETTINGS | {"SEND_QUEUE_URL": f"{endpoint}/1/send.fifo", "SCHEDULE_GROUP": "follow-ups"})
    context: Any = Context()
    told = records(int(promises), int(time.time() * 1000))
    lambda_handler({"Records": told[:1]}, context)  # clients are there
    counted, waits = Waits(), 0
    began, cpu = time.perf_counter(), time.process_time()
    for start in range(0, len(told), BATCH):
        answer = lambda_handler({"Records": told[start : start + BATCH]}, context)
        assert answer == {"batchItemFailures": []}, answer
        waits += counted.take()
    spent = {"seconds": time.perf_counter() - began, "cpu": time.process_time() - cpu}
    Path(result).write_text(json.dumps({"promises": int(promises), "waits": waits, **spent}))


if __name__ == "__main__":
    main(*sys.argv[1:])
