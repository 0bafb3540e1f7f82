"""Deploys to AWS with a profile of samconfig.toml: ``python -m infra.deploy dev [options of sam deploy …]``.

A stack that does not exist yet is created without deletion protection, and protected in a second step once it stands:
CloudFormation rolls a failed creation back by deleting what it made, cannot delete what is protected, and would leave a
stack in ROLLBACK_FAILED that only a person with the console can clear away. What a creation that failed before left
behind, in ROLLBACK_COMPLETE, cannot be updated and holds nothing; it is removed first.

Every step can be interrupted and repeated. A stack that stands is updated in one step, as ``sam deploy`` does.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from infra import mail_rules

ROOT = Path(__file__).resolve().parent.parent
PROFILES = ROOT / "samconfig.toml"
SAM = ROOT / ".venv-sam" / "bin" / "sam"
PROTECTION = "DeletionProtection"
NOTHING_YET = {None, "REVIEW_IN_PROGRESS"}
"""States of a stack of which nothing was created: there is none, or only a change set."""
ROLLED_BACK = "ROLLBACK_COMPLETE"


class Stacks(Protocol):
    """What is asked of CloudFormation."""

    def status(self, name: str) -> str | None: ...

    def remove(self, name: str) -> None: ...


@dataclass(frozen=True)
class Profile:
    """What samconfig.toml says of one deployment."""

    name: str
    stack: str
    region: str | None
    overrides: tuple[str, ...]

    @property
    def is_protected(self) -> bool:
        """Protected is what the template does by itself; a profile may say otherwise."""
        return f"{PROTECTION}=false" not in self.overrides

    @property
    def has_own_rule_set(self) -> bool:
        """Mails are received, by a rule set that the stack makes itself."""
        told = dict(each.partition("=")[::2] for each in self.overrides)
        return bool(told.get("MailDomain", "").strip('"')) and not told.get("MailRuleSetName", "").strip('"')


def main() -> None:
    """Deploy, and leave with the status of the step that failed, if one did."""
    name, *options = sys.argv[1:]
    chosen = profile(name)
    if chosen.has_own_rule_set and mail_rules.clear_leftover(chosen.stack, mail_rules.AmazonSes(chosen.region)):
        print(
            f"Removed the empty rule set {chosen.stack} of Amazon SES, which an earlier stack of this name left behind."
        )
    sys.exit(deploy(chosen, CloudFormation(chosen.region), run, options))


def profile(name: str, profiles: Path = PROFILES) -> Profile:
    """Return a profile. Raises ``SystemExit`` for one that the file does not have."""
    known = tomllib.loads(profiles.read_text(encoding="utf-8"))
    parameters: dict[str, Any] = known.get(name, {}).get("deploy", {}).get("parameters", {})
    if "stack_name" not in parameters:
        raise SystemExit(f"{profiles.name} has no profile {name!r} that names a stack.")
    told = parameters.get("parameter_overrides", [])
    overrides = shlex.split(told) if isinstance(told, str) else [str(each) for each in told]
    return Profile(name, parameters["stack_name"], parameters.get("region"), tuple(overrides))


def deploy(chosen: Profile, stacks: Stacks, sam: Callable[[Sequence[str]], int], options: Sequence[str] = ()) -> int:
    """Deploy in one step or two, and return the exit status of the last."""
    command = ["deploy", "--config-env", chosen.name, *options]
    status = stacks.status(chosen.stack)
    if status == ROLLED_BACK:
        print(f"Removing {chosen.stack}, whose creation failed and was rolled back …", flush=True)
        stacks.remove(chosen.stack)
        status = None
    if status in NOTHING_YET and chosen.is_protected:
        print(f"Creating {chosen.stack}; it is protected from deletion as soon as it stands.", flush=True)
        others = [_quoted(each) for each in chosen.overrides if not each.startswith(f"{PROTECTION}=")]
        failed = sam([*command, "--parameter-overrides", *others, f"{PROTECTION}=false"])
        if failed:
            return failed
    return sam(command)


def _quoted(override: str) -> str:
    """Return a parameter as SAM's command line takes it: without quotes it would cut a value at its first space."""
    name, is_given, value = override.partition("=")
    return f'{name}="{value.strip(chr(34))}"' if is_given else override


def run(arguments: Sequence[str]) -> int:
    """Run the SAM command line."""
    environment = {**os.environ, "SAM_CLI_TELEMETRY": "0"}
    return subprocess.run([SAM, *arguments], env=environment, check=False, cwd=ROOT).returncode


class CloudFormation:
    """The stacks of an account and region."""

    def __init__(self, region: str | None) -> None:
        import boto3

        self._client = boto3.client("cloudformation", region_name=region)

    def status(self, name: str) -> str | None:
        """Return the state of a stack, None for one that is not there."""
        try:
            return self._client.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]
        except self._client.exceptions.ClientError as error:
            if "does not exist" in str(error):
                return None
            raise

    def remove(self, name: str) -> None:
        """Delete a stack and wait until it is gone."""
        self._client.delete_stack(StackName=name)
        self._client.get_waiter("stack_delete_complete").wait(StackName=name)


if __name__ == "__main__":
    main()
