"""The agents, and the targets of teams' notifications."""

from __future__ import annotations

import itertools

import pytest

from aws import notification_addresses
from storage import notifications, teams
from storage.notifications import Target
from tests.functional.console_api import Console
from tests.support.platform import Platform
from tests.support.stack import Stack

_numbers = itertools.count(1)


@pytest.fixture
def console(stack: Stack, lambda_context: object) -> Console:
    """An agent."""
    return Console(lambda_context)


@pytest.fixture
def lead(stack: Stack, lambda_context: object) -> Console:
    """The lead of a team."""
    return Console(lambda_context, {"cognito:groups": "lead", "sub": "kim", "name": "Kim"})


@pytest.fixture
def told(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Platform:
    """A team's channel in Slack, which the team hears everything in."""
    monkeypatch.setenv("NOTICES_PATH", f"/notices-{next(_numbers)}")
    notification_addresses.put("service", "1", f"http://127.0.0.1:{stack.platform.port}/services/T0/B0/x")
    notifications.put_targets("service", [Target("1", "slack", notifications.EVENTS, "B0/x")])
    teams.forget()
    return stack.platform
