"""One running stack for all integration tests, and who plays in it.

The stack is shared, so a test brings its own customers and looks only at its own conversations.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from schemathesis.pytest import _test_builder
from schemathesis.pytest.plugin import SchemathesisFunction
from xdist.remote import Producer

from infra.local import demo, platforms
from infra.local.stack import Stack, start_stack
from tests.integration.breaking import StackInternals
from tests.integration.driver import AgentApi, Square, Webhook, sign_in
from tests.support import work_units
from tests.support.stack_log import add_log

FOLLOW_UP_DELAY = "PT5S"
COLLEAGUE = {"agent_email": "kim@example.com", "agent_name": "Kim Beispiel"}
FOLDER = Path(__file__).parent
AS_IT_COMES = {"repeat": 1, "delay_seconds": 0, "shuffle": False, "batch": 1, "corrupt": None, "hold": False}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Name tests of operations after them, and put the files that take longest first.

    Then processes which share the files end at about the same time.
    """
    for item in items:
        if isinstance(item, SchemathesisFunction):
            # Named after operations, which pytest, from 9.2 on, leaves out of their ids.
            item._id = item.parent.id.child(item.name)
    places = [place for place, item in enumerate(items) if item.path.parent == FOLDER]
    ordered = sorted((items[place] for place in places), key=lambda item: work_units.rank(item.path.stem))
    for place, item in zip(places, ordered, strict=True):
        items[place] = item


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> work_units.FilesAndTests | None:
    """Share independent tests one by one where files are shared."""
    return work_units.FilesAndTests(config, log) if config.getvalue("dist") == "loadfile" else None


def _made_later(*, test_func: Callable[..., None], **options: Any) -> Callable[..., None]:
    """Return a stand-in for the test of an operation, with the parameters of ``test_func`` that are fixtures."""

    @functools.wraps(test_func)
    def stand_in(**_fixtures: Any) -> None:
        raise AssertionError("made before it is called")

    signature = inspect.signature(test_func)
    fixtures = [parameter for name, parameter in signature.parameters.items() if name != "case"]
    stand_in.__dict__.update(__signature__=signature.replace(parameters=fixtures))
    stand_in.__dict__.update(make=functools.partial(make_test, test_func=test_func, **options))
    return stand_in


# Requests of all operations take ten seconds to make, and each process that collects the tests would make all of them.
make_test = _test_builder.build_operation_test
_test_builder.build_operation_test = _made_later


def pytest_configure(config: pytest.Config) -> None:
    """Load the plugin that pyproject.toml switches off, since its import takes each other process almost a second."""
    config.pluginmanager.import_plugin("schemathesis.pytest.plugin")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Make the test of an operation where it runs."""
    if isinstance(item, SchemathesisFunction):
        item.obj = item.obj.make()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show what the stack logged where a test failed."""
    report = yield
    add_log(report, item)
    return report


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The embedded stack with the template's own roles; ``stack["api_url"]`` and so on."""
    directory = tmp_path_factory.mktemp("stack")
    with start_stack(
        directory, free_ports=True, persist=False, follow_up_delay=FOLLOW_UP_DELAY, platforms=platforms.names()
    ) as running:
        yield running


@pytest.fixture(scope="session")
def agent(stack: Stack) -> Iterator[httpx.Client]:
    """The API, signed in as the demo's agent."""
    with sign_in(stack.values) as client:
        yield client


@pytest.fixture(scope="session")
def agent_api(agent: httpx.Client) -> AgentApi:
    """The API, signed in as the demo's agent."""
    return AgentApi(agent)


@pytest.fixture(scope="session")
def colleague(stack: Stack) -> Iterator[httpx.Client]:
    """The API, signed in as another agent."""
    installation = replace(stack.installation, **COLLEAGUE)
    demo.invite_agent(stack.client("cognito-idp"), stack["user_pool_id"], installation)
    with sign_in(stack.values, installation.agent_email, installation.agent_password) as client:
        yield client


@pytest.fixture
def square(stack: Stack) -> Iterator[Square]:
    """The customers' side. What a test breaks on the way is whole again after it."""
    market = Square(stack.values)
    yield market
    market.call("DELETE", "/faults")
    market.call("POST", "/token", expired=False)
    market.call("PUT", "/deliveries", **AS_IT_COMES)
    StackInternals(stack).lift("demo")


@pytest.fixture(scope="session")
def webhook(stack: Stack) -> Webhook:
    """The platform's side, for payloads the square would not send."""
    return Webhook(stack.values)


@pytest.fixture(scope="session")
def internals(stack: Stack) -> StackInternals:
    """The stack's inside, to break it."""
    return StackInternals(stack)


@pytest.fixture
def rested(stack: Stack) -> None:
    """Nothing was offered lately from any account: what another test offered does not refuse the next by its pace."""
    for place in ("mastodon/demo", "x/demo", "bluesky/demo", "feed/"):
        key = {"pk": {"S": f"offer-pace#{place}"}, "sk": {"S": "#"}}
        stack.client("dynamodb").delete_item(TableName=stack["table_name"], Key=key)


@pytest.fixture
def impatient(internals: StackInternals) -> Iterator[None]:
    """The queue shows soon again what a receiver took and died with."""
    with internals.impatient_queue():
        yield
