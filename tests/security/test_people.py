"""An agent or a lead tries to give somebody rights: themselves, by the routes of accounts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from aws import agent_accounts
from console.authorization import ADMINS
from storage import agents
from tests.functional.console_api import Console, document, now
from tests.support.user_pool import user_pool

OPERATIONS = [
    ("POST", "/agents", {"email": "x@example.com", "name": "X", "groups": ["admin"]}),
    ("GET", "/agents/accounts", None),
    ("PATCH", "/agents/some-id", {"groups": ["admin"]}),
    ("DELETE", "/agents/some-id", None),
    ("POST", "/agents/some-id/invitation", None),
]


@pytest.fixture
def pool(client: Callable[[str], Any], environment: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    with user_pool(client) as pool:
        monkeypatch.setenv("USER_POOL_ID", pool)
        yield client("cognito-idp")


@pytest.fixture
def mallory(table: str, lambda_context: object) -> Console:
    return Console(lambda_context, {"cognito:groups": "agent", "sub": "mallory", "name": "Mallory"})


@pytest.mark.parametrize("role", ["agent", "lead"])
@pytest.mark.parametrize(("method", "path", "body"), OPERATIONS)
def test_only_administrators_change_people(
    pool: Any, table: str, lambda_context: object, role: str, method: str, path: str, body: object
) -> None:
    caller = Console(lambda_context, {"cognito:groups": role, "sub": "mallory"})
    answer = caller.ask(method, path, body, headers={})
    assert (answer.status, answer.body["error"]) == (403, "admins_only")
    assert agent_accounts.every() == []


def test_every_operation_on_accounts_is_tried_by_others() -> None:
    described = {
        (method.upper(), path)
        for path, operations in document()["paths"].items()
        for method in operations
        if path.startswith("/agents") and method != "parameters" and (method, path) != ("get", "/agents")
    }
    assert described == {(method, path.replace("some-id", "{agent_id}")) for method, path, _ in OPERATIONS}
    assert frozenset({"admin"}) == ADMINS


def test_role_in_a_token_is_no_role_in_the_pool(pool: Any, mallory: Console) -> None:
    """Whatever a caller says of themselves in a body that takes it, the pool alone gives roles."""
    for field in ("groups", "cognito:groups", "roles"):
        answer = mallory.ask("PATCH", "/agents/mallory", {field: ["admin"]}, headers={})
        assert answer.status == 403


def test_token_of_an_account_that_is_gone_opens_nothing(mallory: Console) -> None:
    assert mallory.get("/me").status == 200
    agents.mark(agents.registered()[0], now())
    assert [mallory.get(path).status for path in ("/me", "/conversations", "/agents")] == [401] * 3
