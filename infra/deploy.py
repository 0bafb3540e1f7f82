"""Deploys to AWS with a profile of samconfig.toml: ``python -m infra.deploy dev [options of sam deploy …]``.

A stack that does not exist yet is created without deletion protection, and protected in a second step once it stands:
CloudFormation rolls a failed creation back by deleting what it made, cannot delete what is protected, and would leave a
stack in ROLLBACK_FAILED that only a person with the console can clear away. What a creation that failed before left
behind, in ROLLBACK_COMPLETE, cannot be updated and holds nothing; it is removed first.

A stack that is created stores its heads packed (``PackHeads``), unless the profile or the options say otherwise: no
earlier release has run there that could not read them. SAM leaves the value of a stack that stands as it is.

Every step can be interrupted and repeated. A stack that stands is updated in one step, as ``sam deploy`` does.

API Gateway closes or opens its own address with the next deployment of the stage only, and SAM makes one when the
API's description changes, not when a parameter does. So the stage is deployed once more when ``CloseDefaultEndpoint``
changed.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from infra import mail_rules, profiles, refusals
from infra.profiles import PROTECTION, Profile

if TYPE_CHECKING:
    from botocore.exceptions import ClientError

ROOT = Path(__file__).resolve().parent.parent
SAM = ROOT / ".venv-sam" / "bin" / "sam"
OVERRIDES = "--parameter-overrides"
PACKING = "PackHeads"
NOTHING_YET = {None, "REVIEW_IN_PROGRESS"}
"""States of a stack of which nothing was created: there is none, or only a change set."""
ROLLED_BACK = "ROLLBACK_COMPLETE"
CLOSING = "CloseDefaultEndpoint"
STAGE = "live"
DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"})


class Stacks(Protocol):
    """The calls of CloudFormation that are used."""

    def status(self, name: str) -> str | None: ...

    def remove(self, name: str) -> None: ...

    def closes_default_endpoint(self, name: str) -> bool: ...

    def deploy_stage(self, name: str) -> str | None: ...


def main() -> None:
    """Deploy, and leave with the status of the step that failed, if one did. With ``--check`` say only where to."""
    is_check = sys.argv[1:2] == ["--check"]
    name, *options = sys.argv[2 if is_check else 1 :]
    chosen = profiles.read(name)
    with refusals.in_one_line():
        if is_check:
            print(f"Deploying {chosen.stack} to {place(chosen.region)} …", flush=True)
            return
        if chosen.has_own_rule_set:
            clear_leftover(chosen.stack, mail_rules.AmazonSes(chosen.region))
        sys.exit(deploy(chosen, CloudFormation(chosen.region), run, options))


def place(region: str | None) -> str:
    """Return account and region that these credentials lead to, before minutes go into a build."""
    import boto3

    session = boto3.Session(region_name=region)
    account = session.client("sts").get_caller_identity()["Account"]
    return f"account {account}, {session.region_name}"


def clear_leftover(stack: str, rule_sets: mail_rules.RuleSets) -> None:
    """Remove the empty rule set of an earlier stack of this name, where these credentials may look for one.

    A pipeline's role may not. Then a leftover shows as "already exists" in the deployment, for an administrator.
    """
    from botocore.exceptions import ClientError

    try:
        is_cleared = mail_rules.clear_leftover(stack, rule_sets)
    except ClientError as error:
        if not _is_denied(error):
            raise
        print(f"Not looked for an empty rule set {stack} of Amazon SES: these credentials may not.")
        return
    if is_cleared:
        print(f"Removed the empty rule set {stack} of Amazon SES, which an earlier stack of this name left behind.")


def deploy(chosen: Profile, stacks: Stacks, sam: Callable[[Sequence[str]], int], options: Sequence[str] = ()) -> int:
    """Deploy in one step or two, and return the exit status of the last."""
    status = stacks.status(chosen.stack)
    if status == ROLLED_BACK:
        print(f"Removing {chosen.stack}, whose creation failed and was rolled back …", flush=True)
        stacks.remove(chosen.stack)
        status = None
    if status in NOTHING_YET:
        return _create(chosen, sam, options)
    was_closing = stacks.closes_default_endpoint(chosen.stack)
    failed = sam(["deploy", "--config-env", chosen.name, *options])
    if failed or stacks.closes_default_endpoint(chosen.stack) == was_closing:
        return failed
    return _deploy_stage(chosen.stack, stacks)


def _create(chosen: Profile, sam: Callable[[Sequence[str]], int], options: Sequence[str]) -> int:
    """Create a stack, in two steps if it is to be protected; return the exit status of the last."""
    command = ["deploy", "--config-env", chosen.name]
    others, given = _split(options)
    overrides = given or [_quoted(each) for each in chosen.overrides]
    added = [] if any(PACKING in each for each in overrides) else [f"{PACKING}=true"]
    if chosen.is_protected:
        print(f"Creating {chosen.stack}; it is protected from deletion as soon as it stands.", flush=True)
        overrides = [each for each in overrides if not each.startswith(f"{PROTECTION}=")]
        added.append(f"{PROTECTION}=false")
    failed = sam([*command, *others, OVERRIDES, *overrides, *added]) if added else sam([*command, *options])
    return failed if failed or not chosen.is_protected else sam([*command, *options])


def _split(options: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the options without parameters, and the parameters: to SAM they stand for all of the profile's."""
    joined = f"{OVERRIDES}="
    options = [part for each in options for part in (each.split("=", 1) if each.startswith(joined) else [each])]
    if OVERRIDES not in options:
        return options, []
    place = options.index(OVERRIDES)
    given = [*takewhile(lambda each: not each.startswith("-"), options[place + 1 :])]
    return [*options[:place], *options[place + 1 + len(given) :]], given


def _deploy_stage(stack: str, stacks: Stacks) -> int:
    """Have a change of ``CloseDefaultEndpoint`` take effect; return 1, and say the command, where that is refused."""
    command = stacks.deploy_stage(stack)
    if command:
        print(f"{CLOSING} takes effect once somebody who may do so runs: {command}")
        return 1
    print(f"{CLOSING} has changed: the stage {STAGE} was deployed once more.")
    return 0


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
        self._gateway = boto3.client("apigateway", region_name=region)

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

    def closes_default_endpoint(self, name: str) -> bool:
        """Tell whether the stack, as it was deployed last, closes API Gateway's own address."""
        parameters = self._client.describe_stacks(StackName=name)["Stacks"][0].get("Parameters", [])
        return any(each["ParameterKey"] == CLOSING and each["ParameterValue"] == "true" for each in parameters)

    def deploy_stage(self, name: str) -> str | None:
        """Deploy the API's stage; return the command for it if these credentials may not."""
        outputs = self._client.describe_stacks(StackName=name)["Stacks"][0]["Outputs"]
        api = next(each["OutputValue"] for each in outputs if each["OutputKey"] == "ApiId")
        try:
            self._gateway.create_deployment(restApiId=api, stageName=STAGE, description=f"{CLOSING} has changed")
        except self._gateway.exceptions.ClientError as error:
            if not _is_denied(error):
                raise
            return f"aws apigateway create-deployment --rest-api-id {api} --stage-name {STAGE}"
        return None


def _is_denied(error: ClientError) -> bool:
    return error.response.get("Error", {}).get("Code") in DENIED


if __name__ == "__main__":
    main()
