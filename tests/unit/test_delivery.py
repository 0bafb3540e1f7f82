"""Deployment of a new version: a tenth of the calls first, and back again when it fails."""

from __future__ import annotations

import json
import re
from fnmatch import fnmatchcase
from typing import Any

import pytest

from infra import build, profiles, templates
from tests.support.deployed_template import transform

TEMPLATE: dict[str, Any] = templates.template()
GRADUAL = ("WebhookFunction", "ReplyFunction", "DispatchFunction", "ConsoleFunction")
PIPELINE: dict[str, Any] = templates.pipeline()
Json = dict[str, Any]


@pytest.fixture(scope="module")
def gradual() -> Json:
    """The stack's resources with gradual deployment."""
    return transform(TEMPLATE, {"GradualDeployment": "true"})["Resources"]


@pytest.mark.parametrize("function", GRADUAL)
def test_a_new_version_is_tried_by_a_few_and_taken_back_by_alarms(gradual: Json, function: str) -> None:
    policy = gradual[f"{function}Aliaslive"]["UpdatePolicy"]["CodeDeployLambdaAliasUpdate"]
    group = gradual[policy["DeploymentGroupName"]["Ref"]]["Properties"]
    assert "Canary10Percent10Minutes" in json.dumps(group["DeploymentConfigName"])
    assert {"DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"} <= set(group["AutoRollbackConfiguration"]["Events"])
    condition, alarms, otherwise = group["AlarmConfiguration"]["Fn::If"]
    assert (condition, otherwise) == ("IsGradual", {})
    assert len(alarms["Alarms"]) >= 2
    for alarm in alarms["Alarms"]:
        found = gradual[alarm["Name"]["Ref"]]
        assert found["Type"] == "AWS::CloudWatch::Alarm"
        assert found["Condition"] == "IsGradual"
        assert found["Properties"]["TreatMissingData"] == "notBreaching", "no calls are no reason to go back"
        assert found["Properties"]["Period"] * found["Properties"]["EvaluationPeriods"] < 600, "heard within the canary"


@pytest.mark.parametrize("function", GRADUAL)
def test_an_alarm_looks_at_the_new_version_alone(gradual: Json, function: str) -> None:
    """Faults of the earlier version would otherwise stop each deployment that repairs it."""
    alarm = gradual[function.replace("Function", "VersionAlarm")]["Properties"]
    dimensions = {dimension["Name"]: dimension["Value"] for dimension in alarm["Dimensions"]}
    version = dimensions["ExecutedVersion"]["Fn::GetAtt"][0]
    assert gradual[version]["Properties"]["FunctionName"] == {"Ref": function} == dimensions["FunctionName"]
    assert gradual[f"{function}Aliaslive"]["Properties"]["FunctionVersion"]["Fn::GetAtt"][0] == version


@pytest.mark.parametrize(
    ("function", "module"), [("DispatchFunction", "dispatch/app.py"), ("ReplyFunction", "reply/app.py")]
)
def test_failure_in_a_batch_raises_an_alarm_by_its_log_line(gradual: Json, function: str, module: str) -> None:
    """A part of a batch that fails is no error for Lambda."""
    name = function.removesuffix("Function")
    filter_ = gradual[f"{name}FailedFilter"]["Properties"]
    message = filter_["FilterPattern"].split('"')[1]
    assert re.search(rf'logger\.(exception|error)\("{message}"', (build.ROOT / "functions" / module).read_text())
    written = filter_["MetricTransformations"][0]
    alarm = gradual[f"{name}FailedAlarm"]["Properties"]
    assert (alarm["Namespace"], alarm["MetricName"]) == (written["MetricNamespace"], written["MetricName"])
    assert filter_["LogGroupName"] == gradual[function]["Properties"]["LoggingConfig"]["LogGroup"]


def test_without_gradual_deployment_nothing_of_it_is_made() -> None:
    """It is the default, and what the embedded stack runs."""
    resources = transform(TEMPLATE, {})["Resources"]
    assert not [name for name, each in resources.items() if "CodeDeploy" in each["Type"] or "UpdatePolicy" in each]
    made = {"DeploymentRole", *(name for name in resources if name.endswith(("VersionAlarm", "FailedFilter")))}
    assert {resources[name]["Condition"] for name in made} == {"IsGradual"}


@pytest.mark.parametrize("name", [name for name, each in TEMPLATE["Resources"].items() if "IAM::Role" in each["Type"]])
def test_a_boundary_bounds_every_role(name: str) -> None:
    bound = TEMPLATE["Resources"][name]["Properties"]["PermissionsBoundary"]
    assert bound == {"Fn::If": ["HasBoundary", {"Ref": "PermissionsBoundary"}, {"Ref": "AWS::NoValue"}]}


def test_roles_are_the_templates_own(gradual: Json) -> None:
    """A role that SAM adds would have no boundary."""
    roles = {name for name, each in gradual.items() if each["Type"] == "AWS::IAM::Role"}
    assert roles <= set(TEMPLATE["Resources"])


def test_production_deploys_gradually_and_without_a_question() -> None:
    """A pipeline has nobody who could answer."""
    production = profiles.read("prod")
    assert "GradualDeployment=true" in production.overrides
    assert production.is_protected
    assert "confirm_changeset = true" not in profiles.PROFILES.read_text()


# -- what a pipeline may do -------------------------------------------------------------------------------------------


def test_another_repository_or_branch_cannot_take_on_the_pipelines_role() -> None:
    (statement,) = _properties("PipelineRole")["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
    assert statement["Condition"] == {
        "StringEquals": {
            "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
            "token.actions.githubusercontent.com:sub": {"Fn::Sub": "repo:${Repository}:environment:${Environment}"},
        }
    }


def test_the_pipeline_itself_changes_nothing_but_one_stack_and_its_artifacts() -> None:
    statements = _properties("PipelineRole")["Policies"][0]["PolicyDocument"]["Statement"]
    services = {action.split(":")[0] for action in _actions(statements)}
    assert services == {"cloudformation", "s3", "iam"}
    assert not [each for each in statements if each["Resource"] == "*"]
    assert [each for each in _actions(statements) if each.startswith("iam:")] == ["iam:PassRole"]


def test_an_attacker_in_the_pipeline_makes_no_role_without_a_boundary() -> None:
    statements = _properties("RolesPolicy")["PolicyDocument"]["Statement"]
    for statement in statements:
        if {"iam:CreateRole", "iam:PutRolePolicy", "iam:AttachRolePolicy"} & set(_actions([statement])):
            assert statement["Condition"] == {"StringEquals": {"iam:PermissionsBoundary": {"Ref": "Boundary"}}}
    granted = [action for name in PIPELINE["Resources"] for action in _granted(name) if action.startswith("iam:")]
    assert not {"iam:DeleteRolePermissionsBoundary", "iam:CreatePolicyVersion", "iam:*", "*"} & set(granted)


def test_the_boundary_permits_all_that_the_functions_roles_do(gradual: Json) -> None:
    permitted = _granted("Boundary")
    for name, resource in gradual.items():
        policies = resource["Properties"].get("Policies" if resource["Type"] == "AWS::IAM::Role" else "PolicyDocument")
        if resource["Type"] in ("AWS::IAM::Role", "AWS::IAM::Policy"):
            for action in _found_actions(policies):
                assert any(fnmatchcase(action, pattern) for pattern in permitted), (name, action)


@pytest.mark.parametrize(
    "name", [name for name, each in PIPELINE["Resources"].items() if each["Type"] == "AWS::IAM::ManagedPolicy"]
)
def test_a_managed_policy_has_6144_characters_at_most(name: str) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html; blanks do not count."""
    text = json.dumps(_properties(name)["PolicyDocument"], separators=(",", ":")).replace('{"Fn::Sub":', "")
    for variable, value in {"StackName": "x" * 32, "AWS::Region": "ap-southeast-3", "AWS::AccountId": "1" * 12}.items():
        text = text.replace(f"${{{variable}}}", value)
    assert len(text.replace("${AWS::Partition}", "aws")) <= 6144


def _properties(name: str) -> Json:
    return PIPELINE["Resources"][name]["Properties"]


def _granted(name: str) -> list[str]:
    document = PIPELINE["Resources"][name].get("Properties", {}).get("PolicyDocument", {"Statement": []})
    return _actions([each for each in document["Statement"] if each["Effect"] == "Allow"])


def _actions(statements: list[Json]) -> list[str]:
    found = [each["Action"] for each in statements]
    return [action for each in found for action in (each if isinstance(each, list) else [each])]


def _found_actions(node: Any) -> list[str]:
    """Every action that stands anywhere in policies, those below conditions too."""
    if isinstance(node, list):
        return [action for each in node for action in _found_actions(each)]
    if not isinstance(node, dict):
        return []
    own = _actions([node]) if "Action" in node else []
    return own + [action for each in node.values() for action in _found_actions(each)]
