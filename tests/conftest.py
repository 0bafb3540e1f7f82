"""Settings that hold for all tests."""

from __future__ import annotations

import gc
import os
from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from shared import http_guard
from tests.support import certificate_authorities, process_state

pytest_plugins = ["tests.support.service_fixtures"]

# How fast a machine is must not decide whether a property holds; and what is judged must be the same for everybody.
settings.register_profile(
    "project", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize="CI" in os.environ
)
settings.load_profile("project")

certificate_authorities.share()


# Thousands of tests stay until the end, so looking through them for garbage finds nothing, and takes half of the time.
gc.disable()
RARELY = (20_000, 10, 10)
"""New objects until the youngest are looked through, and so on; at Python's 700 that takes a fifteenth of the time."""


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop() -> None:
    """Collect garbage from now on, except among what was imported and collected, which stays."""
    gc.freeze()
    gc.set_threshold(*RARELY)
    gc.enable()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse two tests of one id, which processes that share the tests take for one, and run one."""
    again = [nodeid for nodeid, count in Counter(item.nodeid for item in items).items() if count > 1]
    if again:
        raise pytest.UsageError(f"Two tests of one id: {again}")


@pytest.fixture(autouse=True)
def this_machine() -> None:
    """Allow calls to this machine, where the platforms of the tests are; test_http_guard.py tests what is refused."""
    http_guard.permit(http_guard.Network.ANY)


@pytest.fixture(autouse=True)
def channels_as_they_were() -> Iterator[None]:
    """Fail a test that leaves a channel with another part to the next one of its process."""
    with process_state.channels_as_they_were():
        yield


@pytest.fixture(autouse=True)
def credentials_as_they_were() -> Iterator[None]:
    """Fail a test that leaves clients that sign with other credentials than those of the embedded AWS."""
    with process_state.credentials_as_they_were():
        yield
