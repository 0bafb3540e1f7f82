"""AWS in memory, as far as the functions call it: DynamoDB, SQS, EventBridge Scheduler, SSM and S3.

Every call passes ``Calls``: there a function can die between any two of its writes, and others can act between any two
of its calls. Errors are those of botocore's own clients.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

import botocore.session

from tests.support.embedded_aws import REGION, table_definition
from tests.support.in_memory_dynamodb import InMemoryTable, Json

DEDUPLICATED = 300_000
"""Milliseconds within which SQS takes one message of the same deduplication id and group."""
SERVICES = ("dynamodb", "sqs", "scheduler", "ssm", "s3")


class Killed(BaseException):
    """The function dies: nothing of it runs any more, no handler of errors either."""


@dataclass
class Interruption:
    """Work of others that happens once, before a call of the function that runs."""

    work: Callable[[], object]
    left: int = 0
    """Number of calls that come before it."""
    only_writes: bool = False
    """Only calls that write are counted, so that 0 is between the last reading and the first writing."""


@dataclass
class Calls:
    """The calls of the function that runs."""

    lives: int | None = None
    """Number of writes that the function survives; None for all."""
    is_dead: bool = False
    interruption: Interruption | None = None

    def note(self, is_write: bool) -> None:
        """Let one call pass; raises ``Killed`` where the function is dead by now."""
        if self.is_dead:
            raise Killed
        self._interrupt(is_write)
        if not is_write or self.lives is None:
            return
        if self.lives == 0:
            self.is_dead = True
            raise Killed
        self.lives -= 1

    def _interrupt(self, is_write: bool) -> None:
        interruption = self.interruption
        if interruption is None or (interruption.only_writes and not is_write):
            return
        if interruption.left:
            interruption.left -= 1
            return
        self.interruption = None
        with self.others():
            interruption.work()

    @contextmanager
    def others(self) -> Iterator[None]:
        """Let others act for as long as the block lasts, who do not die with the function that runs."""
        lives, self.lives = self.lives, None
        try:
            yield
        finally:
            self.lives = lives


@dataclass(frozen=True)
class Queued:
    """A message of a queue."""

    id: str
    group: str
    body: Json
    receives: int = 0
    visible_at: int = 0


@dataclass
class InMemoryQueues:
    """A client of SQS that holds one FIFO queue; what is sent without a group is counted and forgotten."""

    calls: Calls
    clock: Callable[[], int]
    groups: dict[str, list[Queued]] = field(default_factory=lambda: defaultdict(list))
    taken: dict[tuple[str, str], int] = field(default_factory=dict)
    """Time at which a message of a group and deduplication id was taken last."""
    sent: int = 0

    def send_message(self, **request: Any) -> Json:
        """Answer SendMessage."""
        self.calls.note(True)
        self.sent += 1
        group = request.get("MessageGroupId", "")
        name = group, request.get("MessageDeduplicationId", "")
        if group and self.taken.get(name, -DEDUPLICATED) + DEDUPLICATED <= self.clock():
            self.taken[name] = self.clock()
            self.groups[group].append(Queued(str(self.sent), group, json.loads(request["MessageBody"])))
        return {"MessageId": str(self.sent)}

    def change_message_visibility(self, **request: Any) -> Json:
        """Answer ChangeMessageVisibility."""
        self.calls.note(False)
        self._hide(request["ReceiptHandle"], request["VisibilityTimeout"])
        return {}

    def change_message_visibility_batch(self, **request: Any) -> Json:
        """Answer ChangeMessageVisibilityBatch."""
        self.calls.note(False)
        for entry in request["Entries"]:
            self._hide(entry["ReceiptHandle"], entry["VisibilityTimeout"])
        return {"Successful": [], "Failed": []}

    def receive(self, group: str, most: int, is_early: bool) -> list[Queued]:
        """Return the first messages of a group and count their receipt; ``is_early`` shows what is still hidden."""
        waiting = self.groups[group]
        if not waiting or (waiting[0].visible_at > self.clock() and not is_early):
            return []
        self.groups[group] = [replace(each, receives=each.receives + 1) for each in waiting[:most]] + waiting[most:]
        return self.groups[group][:most]

    def delete(self, received: Queued) -> None:
        """Remove a message that was dealt with."""
        self.groups[received.group] = [each for each in self.groups[received.group] if each.id != received.id]

    def next_at(self) -> int | None:
        """Return when the next message can be received."""
        return min((waiting[0].visible_at for waiting in self.groups.values() if waiting), default=None)

    def _hide(self, handle: str, seconds: int) -> None:
        for group, waiting in self.groups.items():
            at = self.clock() + seconds * 1000
            self.groups[group] = [replace(each, visible_at=at) if each.id == handle else each for each in waiting]


@dataclass
class InMemoryScheduler:
    """A client of EventBridge Scheduler, and the calls that its schedules made when they came due."""

    calls: Calls
    clock: Callable[[], int]
    exceptions: Any
    schedules: dict[str, Json] = field(default_factory=dict)
    """By name, in the order in which they were made."""
    due: list[Json] = field(default_factory=list)
    """Events of calls that no function has finished yet."""
    past: list[Json] = field(default_factory=list)

    def create_schedule(self, **request: Any) -> Json:
        """Answer CreateSchedule."""
        self.calls.note(True)
        if request["Name"] in self.schedules:
            self._refuse("ConflictException", "CreateSchedule")
        self.schedules[request["Name"]] = {**request, "LastModificationDate": self.clock()}
        return {"ScheduleArn": request["Name"]}

    def delete_schedule(self, **request: Any) -> Json:
        """Answer DeleteSchedule."""
        self.calls.note(True)
        if self.schedules.pop(request["Name"], None) is None:
            self._refuse("ResourceNotFoundException", "DeleteSchedule")
        return {}

    def list_schedules(self, **request: Any) -> Json:
        """Answer ListSchedules."""
        self.calls.note(False)
        names = [name for name in sorted(self.schedules) if name.startswith(request["NamePrefix"])]
        waiting = [name for name in names if name > request.get("NextToken", "")]
        shown, size = waiting[: request["MaxResults"]], request["MaxResults"]
        made = {
            name: datetime.fromtimestamp(self.schedules[name]["LastModificationDate"] / 1000, UTC) for name in shown
        }
        more = {"NextToken": shown[-1]} if len(waiting) > size else {}
        return {"Schedules": [{"Name": name, "LastModificationDate": at} for name, at in made.items()], **more}

    def fire(self) -> None:
        """Call for all that is due; a schedule is gone when it has called."""
        for name, schedule in list(self.schedules.items()):
            if at_of(schedule) <= self.clock():
                del self.schedules[name]
                self.due.append(input_of(schedule))

    def next_at(self) -> int | None:
        """Return when the next schedule calls."""
        return min(map(at_of, self.schedules.values()), default=None)

    def _refuse(self, code: str, operation: str) -> None:
        raise getattr(self.exceptions, code)({"Error": {"Code": code, "Message": "Refused"}}, operation)


def _moment(schedule: Json) -> datetime:
    return datetime.fromtimestamp(schedule["LastModificationDate"] / 1000, UTC)


def at_of(schedule: Json) -> int:
    """Return when a schedule calls, in milliseconds."""
    moment = datetime.fromisoformat(schedule["ScheduleExpression"].removeprefix("at(").removesuffix(")"))
    return int(moment.replace(tzinfo=UTC).timestamp() * 1000)


def input_of(schedule: Json) -> Json:
    """Return the event with which a schedule calls."""
    return json.loads(schedule["Target"]["Input"])


@dataclass
class InMemoryParameters:
    """A client of SSM that knows some parameters."""

    calls: Calls
    exceptions: Any
    values: dict[str, str] = field(default_factory=dict)

    def get_parameter(self, **request: Any) -> Json:
        """Answer GetParameter."""
        self.calls.note(False)
        if request["Name"] not in self.values:
            error = {"Code": "ParameterNotFound", "Message": "Unknown"}
            raise self.exceptions.ParameterNotFound({"Error": error}, "GetParameter")
        return {"Parameter": {"Value": self.values[request["Name"]]}}


@dataclass
class EmptyBucket:
    """A client of S3 whose buckets are empty."""

    calls: Calls

    def list_objects_v2(self, **_request: Any) -> Json:
        """Answer ListObjectsV2."""
        self.calls.note(False)
        return {}


class InMemoryAws:
    """The clients of one stack, by service, as ``aws.clients.client`` returns them."""

    def __init__(self, clock: Callable[[], int]) -> None:
        self.calls = Calls()
        self.table = InMemoryTable(_definition(), _exceptions("dynamodb"), before=self.calls.note)
        self.queues = InMemoryQueues(self.calls, clock)
        self.scheduler = InMemoryScheduler(self.calls, clock, _exceptions("scheduler"))
        self.parameters = InMemoryParameters(self.calls, _exceptions("ssm"))
        self._clients = dict(
            zip(
                SERVICES,
                (self.table, self.queues, self.scheduler, self.parameters, EmptyBucket(self.calls)),
                strict=True,
            )
        )

    def client(self, service: str) -> Any:
        """Return the client of a service."""
        return self._clients[service]


@cache
def _definition() -> Json:
    return table_definition()


@cache
def _exceptions(service: str) -> Any:
    """Return the classes of errors that botocore's client of a service raises."""
    session = botocore.session.Session()
    session.set_credentials("test", "test")
    return session.create_client(service, region_name=REGION).exceptions
