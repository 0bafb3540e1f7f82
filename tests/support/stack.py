"""The functions of the stack in one process, between a real table, queue and scheduler."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import dispatch.app
import follow_up.app
import reply.app
import webhook.app
from application import follow_ups, loading
from application.loading import LoadedConversation
from conversations.conversation import Conversation
from conversations.messages import Message
from storage import change_counters, connections, inbox_index, keys, team_names
from tests.support.context import Context
from tests.support.platform import SECRET, Platform

CONNECTION = "demo"
Json = dict[str, Any]


@dataclass
class Stack:
    """Delivers webhooks, and carries what follows from them through dispatch and reply until nothing is left to do."""

    client: Callable[[str], Any]
    table: str
    queue: str
    platform: Platform
    iterators: dict[str, str] = field(default_factory=dict)
    records: list[Json] = field(default_factory=list)
    """Every record of the stream, in order."""

    def connect(self) -> None:
        """Make the platform's account a connection."""
        name = f"{os.environ['CONNECTIONS_PATH']}/facebook/{CONNECTION}"
        document = json.dumps(self.platform.document)
        self.client("ssm").put_parameter(Name=name, Value=document, Type="SecureString", Overwrite=True)
        connections.put_connection("facebook", CONNECTION, self.platform.document["account_id"], "Telefunk")

    # -- what comes in ------------------------------------------------------------------------------------------------

    def post(self, body: bytes | Json, connection: str = CONNECTION, **headers: str) -> Json:
        """Deliver a webhook, signed unless the caller signs; the answer of the function."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        signed = {"content-type": "application/json", "x-hub-signature-256": sign(raw)} | headers
        try:
            return self.call(webhook.app.lambda_handler, "POST", connection, raw.decode(), headers=signed)
        except UnicodeDecodeError:
            encoded = base64.b64encode(raw).decode()
            return self.call(webhook.app.lambda_handler, "POST", connection, encoded, signed, isBase64Encoded=True)

    def handshake(self, **query: str) -> Json:
        """The platform's question whether the address is ours."""
        return self.call(webhook.app.lambda_handler, "GET", CONNECTION, None, query=query)

    def call(
        self,
        handler: Any,
        method: str,
        connection: str,
        body: str | None,
        headers: dict[str, str] | None = None,
        query: dict[str, str] | None = None,
        channel: str = "facebook",
        **more: Any,
    ) -> Json:
        """A request to the webhook, as API Gateway hands it on."""
        path = "/webhooks/{channel}/{connection}"
        event = {
            "httpMethod": method,
            "resource": path,
            "path": f"/webhooks/{channel}/{connection}",
            "pathParameters": {"channel": channel, "connection": connection},
            "headers": headers or {},
            "multiValueHeaders": {name: [value] for name, value in (headers or {}).items()},
            "multiValueQueryStringParameters": {name: [value] for name, value in (query or {}).items()} or None,
            "stageVariables": None,
            "body": body,
            "isBase64Encoded": False,
            "requestContext": {"httpMethod": method, "resourcePath": path, "requestId": "1"},
        } | more
        return handler(event, Context())

    # -- what follows -------------------------------------------------------------------------------------------------

    def settle(self, rounds: int = 10) -> None:
        """Let dispatch and reply work until there is nothing left to do at once."""
        for _ in range(rounds):
            if not self.dispatch() and not self.send():
                return
        raise AssertionError("the stack does not come to rest")

    def dispatch(self) -> int:
        """Hand what changed to dispatch; how many changes there were."""
        new = self.changes()
        if new:
            assert self.hand_over(new) == []
        return len(new)

    def hand_over(self, records: list[Json]) -> list[str]:
        """Hand records to dispatch; the sequence numbers of those it reports as failed."""
        answer = dispatch.app.lambda_handler({"Records": records}, Context())
        return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]

    def changes(self) -> list[Json]:
        """The stream's records since the last look."""
        new = [record for shard in self._shards() for record in self._read(shard)]
        self.records += new
        return new

    def send(self) -> int:
        """Hand what waits in the queue to reply; how many messages it took."""
        batch = self.receive()
        if not batch:
            return 0
        failed = self.reply(batch)
        for record in batch:
            if record["messageId"] not in failed:
                self.client("sqs").delete_message(QueueUrl=self.queue, ReceiptHandle=record["receiptHandle"])
        return len(batch) - len(failed)

    def receive(self, queue: str = "") -> list[Json]:
        """Return what a queue shows, as Lambda hands it on; ``queue`` is its address, and empty that of replies."""
        url = queue or self.queue
        answer = self.client("sqs").receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, AttributeNames=["All"], VisibilityTimeout=30
        )
        return [
            {
                "messageId": message["MessageId"],
                "receiptHandle": message["ReceiptHandle"],
                "body": message["Body"],
                "attributes": message["Attributes"],
                "messageAttributes": {},
                "md5OfBody": message["MD5OfBody"],
                "eventSource": "aws:sqs",
                "eventSourceARN": f"arn:aws:sqs:eu-central-1:000000000000:{url.rsplit('/')[-1]}",
                "awsRegion": "eu-central-1",
            }
            for message in answer.get("Messages", [])
        ]

    def reply(self, batch: list[Json]) -> set[str]:
        """Hand messages to reply; the ids of those that go back to the queue."""
        answer = reply.app.lambda_handler({"Records": batch}, Context())
        return {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}

    def follow_up(self, conversation: str, version: str, at: int | None = None) -> str:
        """Return what the scheduler's call led to, now or at a time in milliseconds."""
        if at is not None:
            action = follow_ups.run_due(conversation, version, lambda: at)
            return str(action.verb) if action else "nothing"
        event = {"conversation": conversation, "version": version}
        return follow_up.app.lambda_handler(event, Context())["outcome"]

    # -- what there is ------------------------------------------------------------------------------------------------

    def conversations(self) -> list[Conversation]:
        """The inbox."""
        return inbox_index.page(team_names.names(), 100)[0]

    def only(self) -> LoadedConversation:
        """The one conversation there is."""
        (head,) = self.conversations()
        return self.read(head)

    def read(self, head: Conversation) -> LoadedConversation:
        """A conversation, whole."""
        found = loading.load(keys.id_of(head.identity))
        assert found is not None
        return found

    def messages(self) -> list[Message]:
        """The messages of the one conversation."""
        return self.only().messages()

    def items(self) -> list[Json]:
        """Everything in the table but what describes connections and teams, and how often it changed."""
        found = self.client("dynamodb").scan(TableName=self.table)["Items"]
        return [item for item in found if item["pk"]["S"] not in ("connections", "teams", "pulse")]

    def _shards(self) -> list[str]:
        if not self.iterators:
            arn = self.client("dynamodb").describe_table(TableName=self.table)["Table"]["LatestStreamArn"]
            streams = self.client("dynamodbstreams")
            for shard in streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]:
                answer = streams.get_shard_iterator(
                    StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
                )
                self.iterators[shard["ShardId"]] = answer["ShardIterator"]
        return list(self.iterators)

    def _read(self, shard: str) -> list[Json]:
        answer = self.client("dynamodbstreams").get_records(ShardIterator=self.iterators[shard])
        self.iterators[shard] = answer["NextShardIterator"]
        for record in answer["Records"]:
            # As Lambda hands it on, by the clock of the test.
            record["dynamodb"]["ApproximateCreationDateTime"] = time.time_ns() // 1_000_000_000
        # As the template's filter leaves them out.
        return [record for record in answer["Records"] if record["dynamodb"]["Keys"]["sk"]["S"] != change_counters.MARK]


def sign(raw: bytes, secret: str = SECRET) -> str:
    """The platform's signature."""
    return "sha256=" + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
