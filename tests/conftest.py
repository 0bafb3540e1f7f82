"""Settings that hold for all tests."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

from shared import http_guard

pytest_plugins = ["tests.support.service_fixtures"]

# How fast a machine is must not decide whether a property holds; and what is judged must be the same for everybody.
settings.register_profile(
    "project", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize="CI" in os.environ
)
settings.load_profile("project")


@pytest.fixture(autouse=True)
def this_machine() -> None:
    """The platforms of the tests are on this machine. What is refused elsewhere, tests/functional/test_road.py says."""
    http_guard.permit(http_guard.Network.ANY)
