"""The checks over the API: what the console may see is judged, and of all else it says that it was not looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from application.doctor.outcomes import CHECKS
from aws import secrets
from console.actions import checks
from storage import connections
from tests.functional.console_api import Console, now
from tests.support.embedded_aws import CLIENT_ID, put_console_parameters

PATTERN = "https://nachfrage.example/webhooks/{channel}/{connection}"
SIGN_IN = f'{{"client_id": "{CLIENT_ID}", "sign_in_url": "https://a.example", "cognito_url": "https://b.example"}}'
SECRETS = {"app_secret": "hush-1", "verify_token": "hush-2", "access_token": "hush-3"}


@pytest.fixture
def connected(table: str, client: Callable[[str], Any]) -> Iterator[None]:
    """One connection that works. What a test changes of the console's parameters is whole again after it."""
    for name, value in (("webhook", PATTERN), ("sign-in", SIGN_IN)):
        client("ssm").put_parameter(Name=f"/test/console/{name}", Type="String", Value=value, Overwrite=True)
    secrets.put("facebook", "support", {"account_id": "1", "secrets": SECRETS, "options": {}})
    connections.put_connection("facebook", "support", "1", "Us")
    hook = PATTERN.format(channel="facebook", connection="support")
    connections.note_connection("facebook", "support", looked_at=now(), webhook=hook, hooked="yes")
    yield
    put_console_parameters(client("ssm"))


def looked(admin: Console) -> list[dict[str, Any]]:
    answer = admin.get("/checks")
    assert answer.status == 200, answer
    return answer.body["items"]


def findings(admin: Console) -> dict[str, str]:
    return {each["check"]: each["text"] for each in looked(admin) if each["state"] == "finding"}


@pytest.mark.parametrize("groups", ["agent", "lead"])
def test_checks_are_for_administrators(table: str, lambda_context: object, groups: str) -> None:
    answer = Console(lambda_context, {"cognito:groups": groups}).get("/checks")
    assert (answer.status, answer.body["error"]) == (403, "admins_only")


def test_a_connection_that_works_is_in_order_and_what_is_not_seen_is_not(connected: None, admin: Console) -> None:
    states = {each["check"]: each["state"] for each in looked(admin)}
    assert list(states) == list(CHECKS)
    assert {check for check, state in states.items() if state == "ok"} == set(CHECKS) - set(checks.BY_COMMAND)
    assert {states[check] for check in checks.BY_COMMAND} == {"unseen"}


def test_missing_secrets_a_stop_and_a_lost_webhook_are_found_with_a_next_step(connected: None, admin: Console) -> None:
    secrets.drop("facebook", "support")
    connections.note_connection("facebook", "support", hooked="no", token_until=1)
    assert set(findings(admin)) == {"secrets", "webhooks", "tokens"}
    connections.note_connection("facebook", "support", held=True)
    assert "connections" in findings(admin)
    assert all(each["next"] for each in looked(admin) if each["state"] == "finding")


def test_no_answer_holds_a_secret(connected: None, admin: Console) -> None:
    assert "hush" not in str(looked(admin))


def test_a_parameter_of_the_console_that_is_gone_is_found(
    connected: None, admin: Console, client: Callable[[str], Any]
) -> None:
    client("ssm").delete_parameter(Name="/test/console/webhook")
    assert set(findings(admin)) == {"parameters"}
    (webhooks,) = [each for each in looked(admin) if each["check"] == "webhooks"]
    assert webhooks["state"] == "unseen"
