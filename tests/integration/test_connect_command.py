"""``make connect`` against the embedded stack, as against an account of one's own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from infra import build
from infra.local.stack import ROOT_CREDENTIALS, Stack
from tests.integration.driver import AgentApi, Webhook, wait_for

SECRETS = {"app_secret": "first-secret", "verify_token": "token", "access_token": "page-token"}
PAGE, PAGE_AGAIN, PAGE_ROTATED = "104200000000077", "104200000000078", "104200000000079"
"""Each account is connected once."""
Connect = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def connect(stack: Stack) -> Connect:
    """Runs the command with the account's rights; the platform is asked only where a test says so."""
    environment = {
        "PATH": os.environ["PATH"],
        "AWS_ENDPOINT_URL": stack["endpoint_url"],
        "AWS_DEFAULT_REGION": stack["region"],
        **{name.upper(): value for name, value in ROOT_CREDENTIALS.items()},
    }

    def run(name: str, *options: str, checked: bool = False, **secrets: str) -> subprocess.CompletedProcess[str]:
        how = ["--network", "any"] if checked else ["--unchecked"]
        command = ["facebook", name, "--stack", stack["stack_name"], "--secrets", "-", *how, *options]
        return subprocess.run(
            [sys.executable, "-m", "infra.connect", *command],
            input=json.dumps(secrets),
            env=environment,
            cwd=build.ROOT,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def document(stack: Stack, name: str) -> dict[str, dict[str, str]]:
    """Return what the functions read."""
    parameter = f"{stack['connections_path']}/facebook/{name}"
    found = stack.client("ssm").get_parameter(Name=parameter, WithDecryption=True)
    assert found["Parameter"]["Type"] == "SecureString"
    return json.loads(found["Parameter"]["Value"])


def test_a_page_that_was_connected_is_listened_to_by_its_team(
    stack: Stack, agent_api: AgentApi, connect: Connect
) -> None:
    done = connect("branch", "--page-id", PAGE, "--page-name", "Zweigstelle", "--team", "branch", **SECRETS)
    assert done.returncode == 0, done.stderr
    assert "/webhooks/facebook/branch" in done.stdout

    page = {**stack["connections"]["facebook"], "name": "branch", "page_id": PAGE, "app_secret": SECRETS["app_secret"]}
    webhook = Webhook({**stack.values, "connections": {"facebook": page}})
    mid = "m_connected"
    assert webhook.deliver(webhook.messages(("4200", mid, "Hallo Zweigstelle", 1_700_000_000_000))).status_code == 200
    found = wait_for("the message", lambda: agent_api.find(mid))
    assert (found["connection"], found["team"]) == ("branch", "branch")


def test_connecting_again_changes_only_what_is_given(stack: Stack, connect: Connect) -> None:
    assert connect("again", "--page-id", PAGE_AGAIN, "--team", "again", **SECRETS).returncode == 0
    assert connect("again", access_token="renewed").returncode == 0
    assert document(stack, "again") == {
        "account_id": PAGE_AGAIN,
        "secrets": {**SECRETS, "access_token": "renewed"},
        "options": {},
    }
    key = {"pk": {"S": "connections"}, "sk": {"S": "facebook/again"}}
    dynamodb = stack.client("dynamodb")
    item = dynamodb.get_item(TableName=stack["table_name"], Key=key)["Item"]
    assert item["team"] == {"S": "again"}


def test_both_secrets_are_kept_while_one_is_rotated(stack: Stack, connect: Connect) -> None:
    connect("rotated", "--page-id", PAGE_ROTATED, **SECRETS)
    connect("rotated", "--rotate", app_secret="second-secret")
    kept = document(stack, "rotated")["secrets"]
    assert (kept["app_secret"], kept["previous_app_secret"]) == ("second-secret", "first-secret")
    connect("rotated", "--end-rotation")
    assert "previous_app_secret" not in document(stack, "rotated")["secrets"]


def test_the_platform_says_whose_the_secrets_are(stack: Stack, connect: Connect) -> None:
    """Nothing but the secrets is needed, and a wrong one is refused before anything is kept."""
    square = f"base_url={stack['square_url']}"
    demo = stack["connections"]["facebook"]
    secrets = {"app_secret": demo["app_secret"], "verify_token": "token", "access_token": "forged"}
    done = connect("checked", "--option", square, checked=True, **secrets)
    assert done.returncode == 1
    assert "refused: It refuses the access." in done.stderr
    assert "Traceback" not in done.stderr
    done = connect("checked", "--option", square, checked=True, **secrets | {"access_token": demo["page_token"]})
    assert done.returncode == 1
    assert "connected: demo" in done.stderr  # it is the demo's own Page


@pytest.mark.parametrize(
    ("name", "options", "secrets", "reason"),
    [
        ("new", (), SECRETS, "--account-id"),
        ("new", ("--page-id", PAGE), {"app_secret": "s"}, "Missing: verify_token, access_token"),
        ("new", ("--page-id", PAGE), {**SECRETS, "app_secrets": "s"}, "no secret app_secrets"),
        ("Not a name", ("--page-id", PAGE), SECRETS, "small letters"),
        ("new", ("--page-id", PAGE, "--team", "a#b"), SECRETS, "--team takes"),
        ("demo", ("--page-id", PAGE), SECRETS, "another account needs another name"),
        ("new", ("--page-id", PAGE, "--stack", "nonesuch"), SECRETS, "nonesuch does not exist"),
    ],
)
def test_invalid_credentials_are_refused_without_a_trace(
    connect: Connect, name: str, options: tuple[str, ...], secrets: dict[str, str], reason: str
) -> None:
    done = connect(name, *options, **secrets)
    assert done.returncode == 1
    assert reason in done.stderr
    assert "Traceback" not in done.stderr
    assert "first-secret" not in done.stdout + done.stderr
