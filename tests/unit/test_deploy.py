"""The first deployment is safe by itself: what fails half way can be rolled back and repeated."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import boto3
import pytest
from botocore import exceptions
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from infra import deploy, profiles, refusals
from infra.profiles import Profile

PROTECTED = Profile("prod", "nachfrage", "eu-central-1", ("RetentionDays=30",))
WITHOUT_PROTECTION = ["--parameter-overrides", 'RetentionDays="30"', "PackHeads=true", "DeletionProtection=false"]
COMMAND = ["deploy", "--config-env", "prod"]


class Account:
    """An account with one stack at most, in which a deployment works or fails."""

    def __init__(self, status: str | None, *, failing: bool = False) -> None:
        self.state = status
        self.protected = False
        self.failing = failing
        self.commands: list[list[str]] = []
        self.removed: list[str] = []
        self.is_closing = False
        self.closes_next = False
        self.stages: list[str] = []
        self.refused: str | None = None

    def status(self, name: str) -> str | None:
        assert name == "nachfrage"
        return self.state

    def remove(self, name: str) -> None:
        self.removed.append(name)
        self.state = None

    def closes_default_endpoint(self, name: str) -> bool:
        assert self.state is not None
        return self.is_closing

    def deploy_stage(self, name: str) -> str | None:
        self.stages.append(name)
        return self.refused

    def sam(self, arguments: Sequence[str]) -> int:
        self.commands.append(list(arguments))
        protects = "DeletionProtection=false" not in arguments
        if self.failing:
            # As CloudFormation does: what is protected cannot be deleted, so the stack cannot be rolled back.
            self.state = self.state or ("ROLLBACK_FAILED" if protects else "ROLLBACK_COMPLETE")
            return 1
        if self.state in deploy.NOTHING_YET:
            self.state = "CREATE_COMPLETE"
        self.protected, self.is_closing = protects, self.closes_next
        return 0


class Refusing:
    """An account whose rule sets cannot be looked at."""

    def __init__(self, code: str) -> None:
        self.code = code

    def rules(self, name: str) -> list[str] | None:
        raise ClientError({"Error": {"Code": self.code}}, "DescribeReceiptRuleSet")

    def active(self) -> str | None:
        raise AssertionError

    def activate(self, name: str | None) -> None:
        raise AssertionError

    def delete(self, name: str) -> None:
        raise AssertionError

    def of_stack(self, stack: str) -> str | None:
        raise AssertionError


@pytest.mark.parametrize(
    ("overrides", "owns"),
    [
        ((), False),
        (("MailDomain=",), False),
        (('MailDomain=""',), False),
        (("MailDomain=example.com",), True),
        (('MailDomain="example.com"', "MailRuleSetName="), True),
        (("MailDomain=example.com", "MailRuleSetName=company"), False),
    ],
)
def test_a_profile_has_a_rule_set_of_its_own_unless_it_names_another(overrides: tuple[str, ...], owns: bool) -> None:
    assert Profile("prod", "nachfrage", None, overrides).has_own_rule_set is owns


@pytest.mark.parametrize("status", [None, "REVIEW_IN_PROGRESS"])
def test_a_new_stack_is_created_without_protection_and_protected_then(status: str | None) -> None:
    account = Account(status)
    assert deploy.deploy(PROTECTED, account, account.sam) == 0
    assert account.commands == [[*COMMAND, *WITHOUT_PROTECTION], COMMAND]
    assert account.protected


def test_a_creation_that_fails_is_rolled_back_and_can_be_repeated() -> None:
    account = Account(None, failing=True)
    assert deploy.deploy(PROTECTED, account, account.sam) == 1
    assert account.state == "ROLLBACK_COMPLETE"
    assert len(account.commands) == 1
    account.failing = False
    assert deploy.deploy(PROTECTED, account, account.sam) == 0
    assert account.removed == ["nachfrage"]
    assert account.protected


def test_a_deployment_interrupted_between_the_steps_gets_the_protection_with_the_next_one() -> None:
    account = Account("CREATE_COMPLETE")
    assert deploy.deploy(PROTECTED, account, account.sam) == 0
    assert account.commands == [COMMAND]
    assert account.protected


@pytest.mark.parametrize("status", ["UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "DELETE_FAILED"])
def test_a_stack_that_holds_something_is_never_removed(status: str) -> None:
    account = Account(status)
    deploy.deploy(PROTECTED, account, account.sam)
    assert (account.commands, account.removed) == ([COMMAND], [])


def test_a_profile_without_protection_is_deployed_in_one_step() -> None:
    account = Account(None)
    profile = Profile("dev", "nachfrage", None, ("DeletionProtection=false",))
    deploy.deploy(profile, account, account.sam)
    created = ["--parameter-overrides", 'DeletionProtection="false"', "PackHeads=true"]
    assert account.commands == [["deploy", "--config-env", "dev", *created]]


@pytest.mark.parametrize("packs", ["true", "false"])
@pytest.mark.parametrize("protection", ["true", "false"])
def test_new_stack_packs_its_heads_as_the_profile_says(packs: str, protection: str) -> None:
    account = Account(None)
    overrides = (f"DeletionProtection={protection}", f"PackHeads={packs}")
    assert deploy.deploy(Profile("prod", "nachfrage", None, overrides), account, account.sam) == 0
    told = {each for command in account.commands for each in command if each.startswith("PackHeads")}
    assert told <= {f'PackHeads="{packs}"'}
    assert account.commands[-1] == COMMAND


@pytest.mark.parametrize("status", ["CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"])
def test_existing_stack_keeps_the_form_of_its_heads(status: str) -> None:
    """An earlier release may run there, or run again, that cannot read packed ones."""
    account = Account(status)
    deploy.deploy(PROTECTED, account, account.sam)
    assert account.commands == [COMMAND]


def test_parameters_of_the_command_line_stand_for_those_of_the_profile() -> None:
    account = Account(None)
    options = ["--no-confirm-changeset", "--parameter-overrides", "Stage=test", "TimeZone=Europe/Berlin", "--debug"]
    deploy.deploy(PROTECTED, account, account.sam, options)
    told = ["Stage=test", "TimeZone=Europe/Berlin", "PackHeads=true", "DeletionProtection=false"]
    first = [*COMMAND, "--no-confirm-changeset", "--debug", "--parameter-overrides", *told]
    assert account.commands == [first, [*COMMAND, *options]]


@pytest.mark.parametrize(
    "options",
    [
        ["--parameter-overrides", "Stage=test", "PackHeads=false"],
        ["--parameter-overrides=PackHeads=false"],
        ["--parameter-overrides", "ParameterKey=PackHeads,ParameterValue=false"],
    ],
)
def test_command_line_may_have_the_heads_of_a_new_stack_stored_as_before(options: list[str]) -> None:
    account = Account(None)
    deploy.deploy(PROTECTED, account, account.sam, options)
    assert not any("PackHeads=true" in command for command in account.commands)
    assert [each for each in account.commands[0] if "PackHeads" in each] == [
        each.removeprefix("--parameter-overrides=") for each in options if "PackHeads" in each
    ]


def test_options_of_a_pipeline_reach_both_steps() -> None:
    account = Account(None)
    deploy.deploy(PROTECTED, account, account.sam, ["--no-confirm-changeset"])
    assert all("--no-confirm-changeset" in command for command in account.commands)


def test_a_value_with_spaces_or_none_at_all_reaches_sam_whole() -> None:
    account = Account(None)
    overrides = ("BrandName=Die Brauerei", 'TimeZone="Europe/Berlin"', "MailDomain=")
    deploy.deploy(Profile("prod", "nachfrage", None, overrides), account, account.sam)
    assert account.commands[0][4:-2] == ['BrandName="Die Brauerei"', 'TimeZone="Europe/Berlin"', 'MailDomain=""']


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        ('["BrandName=Die Brauerei", "RetentionDays=30"]', ("BrandName=Die Brauerei", "RetentionDays=30")),
        ("""'BrandName="Die Brauerei" RetentionDays=30'""", ("BrandName=Die Brauerei", "RetentionDays=30")),
    ],
)
def test_a_profiles_parameters_are_read_in_both_forms(
    overrides: str, expected: tuple[str, ...], tmp_path: Path
) -> None:
    path = tmp_path / "samconfig.toml"
    path.write_text(f'[prod.deploy.parameters]\nstack_name = "n"\nparameter_overrides = {overrides}\n')
    assert profiles.read("prod", path) == Profile("prod", "n", None, expected)
    with pytest.raises(SystemExit, match="no profile 'test'"):
        profiles.read("test", path)


def test_the_repositorys_own_profiles_can_be_deployed() -> None:
    assert not profiles.read("dev").is_protected
    assert profiles.read("prod").is_protected


@pytest.mark.parametrize(("before", "after"), [(False, True), (True, False)])
def test_stage_is_deployed_once_more_when_the_default_endpoint_is_closed_or_opened(before: bool, after: bool) -> None:
    account = Account("UPDATE_COMPLETE")
    account.is_closing, account.closes_next = before, after
    assert deploy.deploy(PROTECTED, account, account.sam) == 0
    assert account.stages == ["nachfrage"]
    assert deploy.deploy(PROTECTED, account, account.sam) == 0
    assert account.stages == ["nachfrage"]


@pytest.mark.parametrize(("status", "closes"), [(None, True), (None, False), ("UPDATE_COMPLETE", False)])
def test_stage_is_left_as_it_is_when_it_is_new_or_the_default_endpoint_stays(status: str | None, closes: bool) -> None:
    account = Account(status)
    account.closes_next = closes
    assert deploy.deploy(PROTECTED, account, account.sam) == 0
    assert account.stages == []


def test_stage_is_left_as_it_is_when_the_deployment_failed() -> None:
    account = Account("UPDATE_COMPLETE", failing=True)
    account.closes_next = True
    assert deploy.deploy(PROTECTED, account, account.sam) == 1
    assert account.stages == []


def test_command_is_said_when_the_stage_may_not_be_deployed(capsys: pytest.CaptureFixture[str]) -> None:
    account = Account("UPDATE_COMPLETE")
    account.closes_next, account.refused = True, "aws apigateway create-deployment …"
    assert deploy.deploy(PROTECTED, account, account.sam) == 1
    assert "aws apigateway create-deployment …" in capsys.readouterr().out


@pytest.mark.parametrize("code", ["AccessDenied", "AccessDeniedException"])
def test_deployment_goes_on_when_rule_sets_may_not_be_looked_at(code: str, capsys: pytest.CaptureFixture[str]) -> None:
    deploy.clear_leftover("nachfrage", Refusing(code))
    assert "these credentials may not" in capsys.readouterr().out


def test_any_other_fault_of_rule_sets_ends_the_deployment() -> None:
    with pytest.raises(ClientError, match="Throttling"):
        deploy.clear_leftover("nachfrage", Refusing("Throttling"))


def test_api_gateway_is_asked_for_a_deployment_of_the_live_stage(monkeypatch: pytest.MonkeyPatch) -> None:
    clients = {name: boto3.client(name, region_name="eu-central-1") for name in ("cloudformation", "apigateway")}
    monkeypatch.setattr(boto3, "client", lambda name, **_options: clients[name])
    stacks = deploy.CloudFormation("eu-central-1")
    stack = {"StackName": "nachfrage", "CreationTime": datetime(2026, 11, 29, tzinfo=UTC), "StackStatus": "OK"}
    parameters = [{"ParameterKey": "CloseDefaultEndpoint", "ParameterValue": "true"}]
    outputs = [{"OutputKey": "ApiId", "OutputValue": "a1"}]
    described = {"Stacks": [{**stack, "Parameters": parameters, "Outputs": outputs}]}
    request = {"restApiId": "a1", "stageName": "live", "description": "CloseDefaultEndpoint has changed"}
    with Stubber(clients["cloudformation"]) as formation, Stubber(clients["apigateway"]) as gateway:
        for _ in range(3):
            formation.add_response("describe_stacks", described, {"StackName": "nachfrage"})
        gateway.add_response("create_deployment", {"id": "d1"}, request)
        gateway.add_client_error("create_deployment", "AccessDeniedException", expected_params=request)
        assert stacks.closes_default_endpoint("nachfrage")
        assert stacks.deploy_stage("nachfrage") is None
        expected = "aws apigateway create-deployment --rest-api-id a1 --stage-name live"
        assert stacks.deploy_stage("nachfrage") == expected


def test_a_stack_that_is_not_there_is_told_from_one_that_may_not_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    client = boto3.client("cloudformation", region_name="eu-central-1")
    monkeypatch.setattr(boto3, "client", lambda *_arguments, **_options: client)
    stacks = deploy.CloudFormation("eu-central-1")
    with Stubber(client) as stub:
        stub.add_client_error("describe_stacks", "ValidationError", "Stack with id nachfrage does not exist")
        assert stacks.status("nachfrage") is None
        stub.add_client_error("describe_stacks", "AccessDenied", "is not authorized to perform")
        with pytest.raises(client.exceptions.ClientError):
            stacks.status("nachfrage")


# -- what AWS refuses -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "error",
    [
        exceptions.NoCredentialsError(),
        exceptions.ProfileNotFound(profile="nachfrage"),
        exceptions.UnauthorizedSSOTokenError(),
        exceptions.SSOTokenLoadError(profile_name="nachfrage", error_msg="gone"),
        exceptions.ClientError({"Error": {"Code": "ExpiredToken", "Message": "expired"}}, "DescribeStacks"),
    ],
)
def test_command_of_somebody_who_is_not_signed_in_says_where_it_is_described(error: Exception) -> None:
    with pytest.raises(SystemExit) as left, refusals.in_one_line():
        raise error
    assert str(left.value).endswith(refusals.SIGN_IN)
    guide = (deploy.ROOT / "docs" / "deploying.md").read_text(encoding="utf-8")
    step = re.search(r"^## 3\. (.*)$", guide, re.MULTILINE)
    assert step is not None
    assert "Credentials" in step[1]


def test_another_refusal_is_told_in_one_line_as_it_is() -> None:
    denied = exceptions.ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "DescribeStacks")
    with pytest.raises(SystemExit) as left, refusals.in_one_line():
        raise denied
    assert str(left.value) == f"{denied}."


def test_nothing_is_built_for_a_profile_that_is_not_there_or_without_credentials() -> None:
    lines = (deploy.ROOT / "Makefile").read_text(encoding="utf-8").partition("\ndeploy:")[2].splitlines()
    check = next(number for number, line in enumerate(lines) if "infra.deploy --check" in line)
    assert check < next(number for number, line in enumerate(lines) if "sam build" in line)


@pytest.mark.parametrize(
    "command", ["infra.deploy --check dev", "infra.mail_rules dev show", "infra.restore nachfrage restored look"]
)
def test_commands_of_somebody_who_is_not_signed_in_leave_with_one_line(command: str, tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "AWS_DEFAULT_REGION": "eu-central-1"}
    done = subprocess.run(
        [sys.executable, "-m", *command.split()],
        env=environment | {"AWS_EC2_METADATA_DISABLED": "true"},
        cwd=deploy.ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert done.stderr.splitlines() == [f"Unable to locate credentials. {refusals.SIGN_IN}"]
