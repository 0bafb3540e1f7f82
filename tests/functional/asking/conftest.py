"""Who sits at the desk: an agent and a lead."""

from __future__ import annotations

import pytest

from tests.functional.console_api import Console


@pytest.fixture
def console(table: str, lambda_context: object) -> Console:
    """An agent."""
    return Console(lambda_context)


@pytest.fixture
def lead(table: str, lambda_context: object) -> Console:
    """The lead of a team."""
    return Console(lambda_context, {"cognito:groups": "lead", "sub": "kim", "name": "Kim"})
