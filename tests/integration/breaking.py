"""Faults inside a running stack: deaths, denials, held queues, and time that passes at once."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from infra.local.stack import Stack
from tests.integration.driver import PATIENCE, Json, wait_for

SOON = "2"
"""Seconds after which a message whose receiver died is shown again; reply claims it for 45 seconds."""
REST_SECONDS = 1.0
"""Streams and queues are looked at within a second."""
LONGEST_CALL = 900
"""Seconds that a function may take, and for which its answer is waited for: a call that is given up and made once more
would have two of them run side by side."""
LONG_AGO = 120_000
"""Milliseconds: longer than any lease."""


class StackInternals:
    """The inside of a stack, with the account's root rights."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._table = stack["table_name"]
        self._lambda = stack.client("lambda", config=Config(read_timeout=LONGEST_CALL))
        self._dynamodb = stack.client("dynamodb")

    # -- functions ----------------------------------------------------------------------------------------------------

    def kill(self, function: str) -> int:
        """End a function's processes wherever they are; returns how many there were."""
        workers = self._stack.workers(function)
        for pid in workers:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return len(workers)

    def invoke(self, function: str, event: Json) -> Json:
        """Call a function as its event source would; raises if it fails."""
        answer = self._lambda.invoke(
            FunctionName=self._stack["functions"][function], Qualifier="live", Payload=json.dumps(event).encode()
        )
        payload = json.loads(answer["Payload"].read() or b"null")
        assert "FunctionError" not in answer, payload
        return payload

    def worker(self, function: str, wake: Json) -> tuple[int, dict[str, str]]:
        """A process that runs a function and its environment; it is woken if there is none."""
        if not self._stack.workers(function):
            self.invoke(function, wake)
        pid = self._stack.workers(function)[0]
        pairs = Path(f"/proc/{pid}/environ").read_bytes().decode().split("\0")
        return pid, dict(pair.split("=", 1) for pair in pairs if "=" in pair)

    def session(self, function: str, wake: Json) -> boto3.Session:
        """A session with the very credentials that a function runs with."""
        _, environment = self.worker(function, wake)
        return boto3.Session(
            environment["AWS_ACCESS_KEY_ID"],
            environment["AWS_SECRET_ACCESS_KEY"],
            environment["AWS_SESSION_TOKEN"],
            self._stack["region"],
        )

    @contextlib.contextmanager
    def holding(self, function: str) -> Iterator[None]:
        """Feed a function nothing: what comes for it waits in its queue or stream."""
        mapping = self._mapping(function)
        self._lambda.update_event_source_mapping(UUID=mapping, Enabled=False)
        try:
            yield
        finally:
            self._lambda.update_event_source_mapping(UUID=mapping, Enabled=True)

    def _mapping(self, function: str) -> str:
        """The event source of a function: two of them have queues."""
        mappings = self._lambda.list_event_source_mappings()["EventSourceMappings"]
        name = self._stack["functions"][function]
        return next(each["UUID"] for each in mappings if name in each["FunctionArn"].split(":"))

    @contextlib.contextmanager
    def denying(self, function: str, *actions: str) -> Iterator[None]:
        """Take rights away from a function's role."""
        iam = self._stack.client("iam")
        arn = self._lambda.get_function(FunctionName=self._stack["functions"][function])["Configuration"]["Role"]
        policy = {"RoleName": arn.rpartition("/")[2], "PolicyName": "out-of-order"}
        statement = {"Effect": "Deny", "Action": list(actions), "Resource": "*"}
        iam.put_role_policy(**policy, PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
        try:
            yield
        finally:
            iam.delete_role_policy(**policy)

    # -- the outbox ---------------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def impatient_queue(self) -> Iterator[None]:
        """Let the send queue show soon again what a dead receiver took, which may not claim it for longer."""
        sqs, url = self._stack.client("sqs"), self._stack["queues"]["SendQueue"]
        before = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])["Attributes"]
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": SOON})
        try:
            with self.denying("ReplyFunction", "sqs:ChangeMessageVisibility"):
                yield
        finally:
            sqs.set_queue_attributes(QueueUrl=url, Attributes=before)

    def send(self, conversation: str, message: str, receives: int = 1) -> Json | None:
        """Have reply run beside its queue, as when the queue delivers a message twice; None if that run failed."""
        record = {
            "messageId": os.urandom(8).hex(),
            "receiptHandle": "of nobody",
            "body": json.dumps({"conversation": conversation, "action": message}),
            "attributes": {"ApproximateReceiveCount": str(receives), "MessageGroupId": conversation},
            "eventSource": "aws:sqs",
        }
        try:
            return self.invoke("ReplyFunction", {"Records": [record]})
        except AssertionError:
            return None

    def lift(self, connection: str) -> None:
        """Let a connection be tried at once, whatever stopped it."""
        self._dynamodb.update_item(
            TableName=self._table,
            Key={"pk": {"S": "connections"}, "sk": {"S": f"facebook/{connection}"}},
            UpdateExpression="REMOVE problem, #until, pause",
            ExpressionAttributeNames={"#until": "until"},
        )

    def end_pause(self, connection: str, waiting: Mapping[str, str]) -> None:
        """Be at the end of a connection's pause: it is over, and its messages (by conversation) are shown again."""
        sqs, url = self._stack.client("sqs"), self._stack["queues"]["SendQueue"]
        self._dynamodb.update_item(
            TableName=self._table,
            Key={"pk": {"S": "connections"}, "sk": {"S": f"facebook/{connection}"}},
            UpdateExpression="SET #until = :now",
            ExpressionAttributeNames={"#until": "until"},
            ExpressionAttributeValues={":now": {"N": str(time.time_ns() // 1_000_000)}},
        )
        sqs.purge_queue(QueueUrl=url)
        for conversation, message in waiting.items():
            sqs.send_message(
                QueueUrl=url,
                MessageBody=json.dumps({"conversation": conversation, "action": message}),
                MessageGroupId=conversation,
                MessageDeduplicationId=os.urandom(8).hex(),
            )

    def let_time_pass(self, message: str) -> None:
        """Make a message's last attempt lie so long ago that its lease is over and the platform has settled."""
        item = wait_for("the message in the table", lambda: self.action(message))
        times = {name: int(item[name]) - LONG_AGO for name in ("ta", "le") if int(item.get(name, 0))}
        self._dynamodb.update_item(
            TableName=self._table,
            Key={name: {"S": item[name]} for name in ("pk", "sk")},
            UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in times),
            ExpressionAttributeNames={f"#{name}": name for name in times},
            ExpressionAttributeValues={f":{name}": {"N": str(value)} for name, value in times.items()},
        )

    def action(self, message: str) -> Json | None:
        """The item of a message of ours."""
        sort_key = f"#{message[:13]}#a{message[13:]}"
        return next((item for item in self.items() if item["sk"].endswith(sort_key)), None)

    # -- the table ----------------------------------------------------------------------------------------------------

    def items(self) -> list[Json]:
        """Everything that is stored, as plain values."""
        return self._read("scan")

    def _read(self, operation: str, **request: Any) -> list[Json]:
        """All that a scan or a query finds, as plain values."""
        pages = self._dynamodb.get_paginator(operation).paginate(TableName=self._table, ConsistentRead=True, **request)
        return [
            {name: next(iter(value.values())) for name, value in item.items()}
            for page in pages
            for item in page["Items"]
        ]

    def keys(self) -> set[tuple[str, str]]:
        """The keys of everything that is stored."""
        return {(item["pk"], item["sk"]) for item in self._read("scan", ProjectionExpression="pk, sk")}

    def entries(self, conversation: str) -> int:
        """Return how many items a conversation's thread has."""
        partition = {":thread": {"S": conversation.partition("-")[0]}}
        return len(self._read("query", KeyConditionExpression="pk = :thread", ExpressionAttributeValues=partition))

    def rest(self) -> set[tuple[str, str]]:
        """Wait until nothing is on its way any more; returns the keys of what is stored."""
        deadline, before = time.monotonic() + PATIENCE, set[tuple[str, str]]()
        while (now := self.keys()) != before and time.monotonic() < deadline:
            before = now
            time.sleep(REST_SECONDS)
        return now

    def holds(self, words: str) -> bool:
        """Return whether anything that is stored says these words."""
        return any(words in str(value) for item in self.items() for value in item.values())

    def connection(self, name: str) -> Json:
        """Return what the table says of a connection of Facebook."""
        key = {":all": {"S": "connections"}, ":one": {"S": f"facebook/{name}"}}
        condition = "pk = :all AND sk = :one"
        return self._read("query", KeyConditionExpression=condition, ExpressionAttributeValues=key)[0]

    def schedule(self, conversation: str) -> Json | None:
        """The schedule of a conversation's promise, with what it will call with as ``input``; of two the later one."""
        scheduler, group = self._stack.client("scheduler"), self._stack["follow_up_group"]
        listed = scheduler.list_schedules(GroupName=group, NamePrefix=f"follow-up-{conversation}.")["Schedules"]
        schedules: list[Any] = []
        for each in listed:
            with contextlib.suppress(scheduler.exceptions.ResourceNotFoundException):
                schedules.append(scheduler.get_schedule(GroupName=group, Name=each["Name"]))
        if not schedules:
            return None
        found = max(schedules, key=lambda each: each["CreationDate"])
        return {**found, "input": json.loads(found["Target"]["Input"])}

    # -- what is written down -----------------------------------------------------------------------------------------

    def log_lines(self) -> Iterator[tuple[str, str]]:
        """Every line in every log of the account, with the name of its group."""
        logs = self._stack.client("logs")
        for page in logs.get_paginator("describe_log_groups").paginate():
            for group in page["logGroups"]:
                name = group["logGroupName"]
                for events in logs.get_paginator("filter_log_events").paginate(logGroupName=name):
                    yield from ((name, event["message"]) for event in events["events"])
