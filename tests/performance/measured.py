"""The whole stack in one process, on a table of its own, with a meter on its way to DynamoDB."""

from __future__ import annotations

import contextlib
import os
import sys
import uuid
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import botocore.session

from aws import accounts, clients, secrets
from tests.performance.meter import Meter
from tests.support import embedded_aws
from tests.support.platform import platform
from tests.support.stack import Stack


class MeasuredStack(Stack):
    """A stack whose requests to AWS are counted; tests look at it with clients of their own, which are not counted."""

    def begin(self) -> None:
        """Connect it, forget what happened so far, and count from now on."""
        self.connect()
        streams, table = self.client("dynamodbstreams"), self.client("dynamodb").describe_table(TableName=self.table)
        arn = table["Table"]["LatestStreamArn"]
        for shard in streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]:
            name = shard["ShardId"]
            latest = streams.get_shard_iterator(StreamArn=arn, ShardId=name, ShardIteratorType="LATEST")
            self.iterators[name] = latest["ShardIterator"]
        self.meter = Meter(clients.client("dynamodb"))


@contextlib.contextmanager
def stack(endpoint: str, **variables: str) -> Iterator[MeasuredStack]:
    """An empty stack, and for as long as the block lasts the environment that belongs to it, with some variables."""
    session = botocore.session.Session()
    session.set_credentials("test", "test")
    session.get_component("data_loader").search_paths.append(str(whole_models()))

    @cache
    def client(service: str) -> Any:
        return session.create_client(service, region_name=embedded_aws.REGION, endpoint_url=endpoint)

    before = dict(os.environ)
    os.environ.update(embedded_aws.function_settings(endpoint) | embedded_aws.SCHEDULE_SETTINGS | variables)
    _forget()
    try:
        with platform(strict=True) as customers:
            settings = _furnish(client)
            os.environ.update(settings)
            yield MeasuredStack(client, settings["TABLE_NAME"], settings["SEND_QUEUE_URL"], customers)
    finally:
        os.environ.clear()
        os.environ.update(before)
        _forget()


def whole_models() -> Path:
    """Return the folder of botocore's whole models: that of the artifact brings only those of our own calls."""
    folders = (Path(each) / "botocore" / "data" for each in sys.path)
    return next(folder for folder in folders if (folder / "endpoints.json").is_file())


def _furnish(client: Any) -> dict[str, str]:
    """Make table, queue and schedule group; the settings that point to them."""
    name = f"bench-{uuid.uuid4().hex[:12]}"
    client("dynamodb").create_table(TableName=name, **embedded_aws.table_definition())
    queue = client("sqs").create_queue(QueueName=f"{name}.fifo", Attributes=embedded_aws.QUEUE_ATTRIBUTES)["QueueUrl"]
    client("scheduler").create_schedule_group(Name=name)
    embedded_aws.put_console_parameters(client("ssm"))
    return {
        "TABLE_NAME": name,
        "SEND_QUEUE_URL": queue,
        "SCHEDULE_GROUP": name,
        "CONNECTIONS_PATH": f"/{name}/connections",
    }


def _forget() -> None:
    """A client that was made before belongs to another environment."""
    clients.forget()
    secrets.forget()
    accounts.sign_in.cache_clear()
