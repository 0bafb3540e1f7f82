"""Fixtures of functional and security tests: one real server for DynamoDB and its neighbours, a fresh table per test.

The server enforces no roles. Loaded as a plugin by tests/conftest.py, so that both folders share one server.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import botocore.session
import pytest

from aws import accounts, clients, secrets
from tests.functional.console_api import Console
from tests.support import embedded_aws, emulator_differences, plain_http
from tests.support.context import Context
from tests.support.embedded_aws import REGION
from tests.support.platform import Platform
from tests.support.platform import platform as running_platform
from tests.support.stack import Stack
from tests.support.unused_names import unused


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the one who runs the tests choose the emulator, and slow down the pages of the browser's tests."""
    parser.addoption(
        "--aws", choices=sorted(embedded_aws.EMULATORS), default="ministack", help="the emulator of AWS to test on"
    )
    parser.addoption(
        "--slow-page",
        type=float,
        default=1,
        metavar="FACTOR",
        help="slow down the processor of pages, as a busy machine does",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Expect of moto what it is known for."""
    if config.getoption("--aws") == "moto":
        emulator_differences.expect(items)


@pytest.fixture(scope="session")
def aws_endpoint(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an embedded AWS that asks nobody for rights."""
    emulator = embedded_aws.EMULATORS[request.config.getoption("--aws")]
    with emulator(tmp_path_factory.mktemp("aws")) as endpoint, plain_http.carrying(endpoint):
        clients.forget()
        session = botocore.session.Session()
        session.set_credentials("test", "test")
        embedded_aws.put_console_parameters(session.create_client("ssm", region_name=REGION, endpoint_url=endpoint))
        yield endpoint
        clients.forget()


@pytest.fixture(scope="session")
def media_settings(client: Callable[[str], Any]) -> dict[str, str]:
    """A bucket and a queue for the files of all tests: each test's conversations, or their times, are others."""
    client("s3").create_bucket(Bucket="files", CreateBucketConfiguration={"LocationConstraint": REGION})
    queue = client("sqs").create_queue(QueueName="media")["QueueUrl"]
    return {"MEDIA_BUCKET": "files", "MEDIA_QUEUE_URL": queue, "MEDIA_LIMIT": "25"}


@pytest.fixture
def environment(aws_endpoint: str, media_settings: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment that the template sets for the functions. Clients outlive a test, as between invocations."""
    settings = embedded_aws.function_settings(aws_endpoint) | media_settings
    for name, value in (settings | {"CONNECTIONS_PATH": f"/{unused('test')}/connections"}).items():
        monkeypatch.setenv(name, value)
    secrets.forget()
    accounts.sign_in.cache_clear()


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
    return embedded_aws.table_definition()


@pytest.fixture
def table(
    environment: None,
    client: Callable[[str], Any],
    table_definition: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[str]:
    """The name of an empty table, which the functions take for theirs."""
    name = unused("table")
    client("dynamodb").create_table(TableName=name, **table_definition)
    monkeypatch.setenv("TABLE_NAME", name)
    yield name
    client("dynamodb").delete_table(TableName=name)


@pytest.fixture
def send_queue(environment: None, client: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of an empty queue, which the functions take for their outbox."""
    name = f"{unused('send')}.fifo"
    url = client("sqs").create_queue(QueueName=name, Attributes=embedded_aws.QUEUE_ATTRIBUTES)["QueueUrl"]
    monkeypatch.setenv("SEND_QUEUE_URL", url)
    yield url
    client("sqs").delete_queue(QueueUrl=url)


@pytest.fixture
def schedule_group(environment: None, client: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The name of an empty schedule group, which the functions take for theirs."""
    name = unused("follow-ups")
    client("scheduler").create_schedule_group(Name=name)
    monkeypatch.setenv("SCHEDULE_GROUP", name)
    for variable, value in embedded_aws.SCHEDULE_SETTINGS.items():
        monkeypatch.setenv(variable, value)
    yield name
    client("scheduler").delete_schedule_group(Name=name)


@pytest.fixture
def platform() -> Iterator[Platform]:
    """A platform that answers as it is told."""
    with running_platform() as state:
        yield state


@pytest.fixture
def lambda_context() -> Context:
    """The context of one invocation."""
    return Context()


@pytest.fixture
def stack(table: str, send_queue: str, schedule_group: str, client: Callable[[str], Any], platform: Platform) -> Stack:
    """The stack with one connection, at rest."""
    built = Stack(client, table, send_queue, platform)
    built.connect()
    return built


@pytest.fixture
def console(table: str, lambda_context: object) -> Console:
    """The API, as an agent sees it."""
    return Console(lambda_context)


@pytest.fixture
def lead(table: str, lambda_context: object) -> Console:
    """The API, as the lead of a team sees it."""
    return Console(lambda_context, {"cognito:groups": "lead", "sub": "kim", "name": "Kim"})


@pytest.fixture
def admin(table: str, lambda_context: object) -> Console:
    """The API, as an administrator sees it."""
    return Console(lambda_context, {"cognito:groups": "admin", "sub": "ada", "name": "Ada"})
