"""The people who sign in: an agent, a colleague and a lead."""

from __future__ import annotations

import pytest

from tests.functional.console_api import Console


@pytest.fixture
def colleague(table: str, lambda_context: object) -> Console:
    """Another agent, who signed in before."""
    kim = Console(lambda_context, {"sub": "kim", "name": "Kim", "email": "kim@example.com"})
    kim.get("/me")
    return kim


@pytest.fixture
def lead(table: str, lambda_context: object) -> Console:
    """The lead of a team."""
    return Console(lambda_context, {"cognito:groups": "lead", "sub": "lo", "name": "Lo"})
