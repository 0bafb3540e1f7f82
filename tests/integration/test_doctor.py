"""``make doctor`` against the running stack: what is broken on purpose is found, and no more once it is mended."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from infra import build
from infra.local.stack import Stack


def doctor(stack: Stack) -> subprocess.CompletedProcess[str]:
    """Run the command as a person does."""
    return subprocess.run(
        [sys.executable, "-m", "infra.doctor", "--local", str(stack.directory / "stack.json")],
        env={**os.environ, "LC_ALL": "C.UTF-8"},
        cwd=build.ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_secret_that_was_deleted_is_found_until_it_is_back(stack: Stack) -> None:
    ssm, name = stack.client("ssm"), f"{stack['connections_path']}/facebook/{stack['connections']['facebook']['name']}"
    kept = ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"]
    ssm.delete_parameter(Name=name)
    try:
        broken = doctor(stack)
    finally:
        ssm.put_parameter(Name=name, Value=kept, Type="SecureString")
    assert broken.returncode == 1
    assert "has no secrets" in broken.stdout
    assert json.loads(kept)["secrets"]["access_token"] not in broken.stdout + broken.stderr
    assert "has no secrets" not in doctor(stack).stdout


def test_a_rule_that_was_switched_off_is_found_until_it_is_on_again(stack: Stack) -> None:
    events = stack.client("events")
    rule = next(each["Name"] for each in events.list_rules()["Rules"] if "WatchFunction" in each["Name"])
    events.disable_rule(Name=rule)
    try:
        broken = doctor(stack)
    finally:
        events.enable_rule(Name=rule)
    assert broken.returncode == 1
    assert "The rule WatchFunctionClock is switched off." in broken.stdout
    assert "is switched off" not in doctor(stack).stdout
