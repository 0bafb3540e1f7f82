"""Who works here, and where teams are told."""

from __future__ import annotations

import itertools

import pytest

from conversations import noticeboard, team_rules
from conversations.noticeboard import Target
from shared import addresses
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
    addresses.put("service", "1", f"http://127.0.0.1:{stack.platform.port}/services/T0/B0/x")
    noticeboard.put_targets("service", [Target("1", "slack", noticeboard.EVENTS, "B0/x")])
    team_rules.forget()
    return stack.platform
