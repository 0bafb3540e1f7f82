"""A real server for DynamoDB and its neighbours, without roles: one process for all tests, a fresh table for each."""

from __future__ import annotations

import itertools
import os
import sys
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import botocore.session
import pytest
from samtranslator.yaml_helper import yaml_parse

from infra import build
from infra.local.processes import LOOPBACK, Child, free_port
from infra.local.stack import STACK_PYTHON
from shared import aws, credentials

REGION = "eu-central-1"
TABLE_PROPERTIES = (
    "AttributeDefinitions",
    "BillingMode",
    "GlobalSecondaryIndexes",
    "KeySchema",
    "StreamSpecification",
)
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def aws_endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an embedded AWS that asks nobody for rights."""
    directory = tmp_path_factory.mktemp("aws")
    port = free_port()
    settings = {
        "PATH": os.environ["PATH"],
        "GATEWAY_PORT": str(port),
        "BIND_HOST": LOOPBACK,
        "MINISTACK_HOST": LOOPBACK,
        "MINISTACK_REGION": REGION,
        "STATE_DIR": str(directory),
        "S3_DATA_DIR": str(directory),
        "TMPDIR": str(directory),
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
    }
    python = str(STACK_PYTHON if STACK_PYTHON.exists() else sys.executable)
    command = [python, "-m", "infra.local.tether", "ministack"]
    server = Child("The embedded AWS", command, directory / "aws.log", settings, build.ROOT)
    try:
        server.await_answer(f"http://{LOOPBACK}:{port}/_ministack/health")
        aws.client.cache_clear()
        yield f"http://{LOOPBACK}:{port}"
    finally:
        aws.client.cache_clear()
        server.kill()


@pytest.fixture
def environment(aws_endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the template sets for the functions. Clients outlive a test, as they do between invocations."""
    variables = {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ENDPOINT_URL": aws_endpoint,
        "CONNECTIONS_PATH": f"/test-{next(_numbers)}/connections",
        "FOLLOW_UP_DEFAULT_DELAY": "P7D",
        "POWERTOOLS_METRICS_NAMESPACE": "Nachfrage",
        "POWERTOOLS_SERVICE_NAME": "test",
        "RETENTION_DAYS": "400",
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    credentials.forget()


@pytest.fixture(scope="session")
def client(aws_endpoint: str) -> Callable[[str], Any]:
    """A client of a service, for preparing and for looking."""
    session = botocore.session.Session()
    session.set_credentials("test", "test")
    made: dict[str, Any] = {}

    def of(service: str) -> Any:
        if service not in made:
            made[service] = session.create_client(service, region_name=REGION, endpoint_url=aws_endpoint)
        return made[service]

    return of


@pytest.fixture(scope="session")
def table_definition() -> dict[str, Any]:
    """The table as the template describes it."""
    template: Any = yaml_parse((build.ROOT / "template.yaml").read_text())
    properties = template["Resources"]["ConversationTable"]["Properties"]
    return {name: properties[name] for name in TABLE_PROPERTIES} | {
        "StreamSpecification": properties["StreamSpecification"] | {"StreamEnabled": True}
    }


@pytest.fixture
def table(
    environment: None,
    client: Callable[[str], Any],
    table_definition: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[str]:
    """The name of an empty table, which the functions take for theirs."""
    name = f"table-{next(_numbers)}"
    client("dynamodb").create_table(TableName=name, **table_definition)
    monkeypatch.setenv("TABLE_NAME", name)
    yield name
    client("dynamodb").delete_table(TableName=name)


@pytest.fixture
def send_queue(environment: None, client: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of an empty queue, which the functions take for their outbox."""
    attributes = {"FifoQueue": "true", "DeduplicationScope": "messageGroup", "FifoThroughputLimit": "perMessageGroupId"}
    url = client("sqs").create_queue(QueueName=f"send-{next(_numbers)}.fifo", Attributes=attributes)["QueueUrl"]
    monkeypatch.setenv("SEND_QUEUE_URL", url)
    yield url
    client("sqs").delete_queue(QueueUrl=url)


@pytest.fixture
def schedule_group(environment: None, client: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The name of an empty schedule group, which the functions take for theirs."""
    name = f"follow-ups-{next(_numbers)}"
    client("scheduler").create_schedule_group(Name=name)
    monkeypatch.setenv("SCHEDULE_GROUP", name)
    monkeypatch.setenv("SCHEDULE_ROLE_ARN", "arn:aws:iam::000000000000:role/schedules")
    monkeypatch.setenv("FOLLOW_UP_FUNCTION_ARN", f"arn:aws:lambda:{REGION}:000000000000:function:follow-up:live")
    monkeypatch.setenv("SCHEDULE_DEAD_LETTER_QUEUE_ARN", f"arn:aws:sqs:{REGION}:000000000000:follow-ups")
    yield name
    client("scheduler").delete_schedule_group(Name=name)


@dataclass
class Context:
    """What Lambda hands to a function beside the event."""

    function_name: str = "test"
    function_version: str = "1"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = f"arn:aws:lambda:{REGION}:000000000000:function:test"
    aws_request_id: str = field(default_factory=lambda: str(uuid.uuid4()))

    def get_remaining_time_in_millis(self) -> int:
        return 60_000


@pytest.fixture
def lambda_context() -> Context:
    """The context of one invocation."""
    return Context()
