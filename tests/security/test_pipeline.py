"""The pipeline, once somebody has taken it over: what they deploy must not outlive their being thrown out again."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

import pytest

from infra import templates

Json = dict[str, Any]
PIPELINE: Json = templates.pipeline()["Resources"]
ACCOUNT = "1" * 12
BUCKET = "arn:aws:s3:::nachfrage-ci-artifactbucket-1x2y3z"
VALUES = {
    "AWS::Partition": "aws",
    "AWS::Region": "eu-central-1",
    "AWS::AccountId": ACCOUNT,
    "StackName": "nachfrage",
    "ArtifactBucket.Arn": BUCKET,
}
"""The names that docs/delivery.md proposes: what the pipeline is made of begins with the name of what it deploys."""


def properties(name: str) -> Json:
    return PIPELINE[name]["Properties"]


def documents(name: str) -> list[Json]:
    """The policies of a role: its own, and those that are attached to it."""
    role = properties(name)
    attached = [properties(each["Ref"])["PolicyDocument"] for each in role.get("ManagedPolicyArns", [])]
    return [each["PolicyDocument"] for each in role.get("Policies", [])] + attached


def resolved(written: Any) -> str:
    """A resource as IAM sees it."""
    if isinstance(written, str):
        return written
    if "Fn::GetAtt" in written:
        name = written["Fn::GetAtt"]
        return VALUES.get(name if isinstance(name, str) else ".".join(name), "arn:of:something:else")
    if "Ref" in written:
        return "arn:of:something:else"
    text = written["Fn::Sub"]
    for name, value in VALUES.items():
        text = text.replace(f"${{{name}}}", value)
    assert "${" not in text, text
    return text


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def says(effect: str, policies: list[Json], action: str, arn: str) -> bool:
    """Return whether a statement of this effect is about an action on a resource; conditions are taken to be met."""
    statements = [each for policy in policies for each in policy["Statement"] if each["Effect"] == effect]
    return any(
        any(fnmatchcase(action, each) for each in listed(statement["Action"]))
        and any(fnmatchcase(arn, resolved(each)) for each in listed(statement["Resource"]))
        for statement in statements
    )


def permits(policies: list[Json], action: str, arn: str) -> bool:
    return says("Allow", policies, action, arn) and not says("Deny", policies, action, arn)


def role_arn(name: str, stack: str = "nachfrage-ci") -> str:
    return f"arn:aws:iam::{ACCOUNT}:role{properties(name).get('Path', '/')}{stack}-{name}-A1B2C3D4E5F6"


@pytest.mark.parametrize("role", ["PipelineRole", "ExecutionRole"])
@pytest.mark.parametrize(
    "action",
    ["iam:UpdateAssumeRolePolicy", "iam:PutRolePolicy", "iam:AttachRolePolicy", "iam:PutRolePermissionsBoundary",
     "iam:DeleteRole", "iam:DeleteRolePolicy", "iam:UpdateRole", "iam:TagRole"],
)  # fmt: skip
def test_a_template_that_imports_the_pipelines_own_roles_changes_nothing_of_them(role: str, action: str) -> None:
    """An attacker who could change the roles' trust would have a way back in."""
    stacks_own = f"arn:aws:iam::{ACCOUNT}:role/nachfrage-WebhookRole-1"
    assert permits(documents("ExecutionRole"), action, stacks_own), "roles of the stack are what it is for"
    assert not permits(documents("ExecutionRole"), action, role_arn(role))


@pytest.mark.parametrize("role", ["PipelineRole", "ExecutionRole"])
def test_no_function_is_given_a_role_of_the_pipeline(role: str) -> None:
    assert not permits(documents("ExecutionRole"), "iam:PassRole", role_arn(role))
    assert not permits([properties("Boundary")["PolicyDocument"]], "iam:PassRole", role_arn(role))


@pytest.mark.parametrize(
    "action",
    ["s3:PutBucketPolicy", "s3:DeleteBucketPolicy", "s3:PutBucketAcl", "s3:PutBucketOwnershipControls",
     "s3:PutBucketPublicAccessBlock", "s3:PutLifecycleConfiguration", "s3:PutEncryptionConfiguration",
     "s3:PutBucketNotification", "s3:PutBucketVersioning"],
)  # fmt: skip
def test_a_template_does_not_open_the_bucket_that_is_deployed_from(action: str) -> None:
    assert not permits(documents("ExecutionRole"), action, BUCKET)


def test_pipeline_still_reads_its_artifacts() -> None:
    assert permits(documents("ExecutionRole"), "s3:GetObject", f"{BUCKET}/artifact.zip")
    assert permits(documents("ExecutionRole"), "s3:PutBucketPolicy", "arn:aws:s3:::nachfrage-mediabucket-1")


@pytest.mark.parametrize("action", ["s3:PutObject", "s3:GetObject", "s3:DeleteObject", "s3:PutObjectTagging"])
def test_a_function_that_somebody_left_behind_writes_no_artifact(action: str) -> None:
    boundary = [properties("Boundary")["PolicyDocument"]]
    assert permits(boundary, action, "arn:aws:s3:::nachfrage-mediabucket-1/file")
    assert not permits(boundary, action, f"{BUCKET}/artifact.zip")


@pytest.mark.parametrize("name", ["PipelineRole", "ExecutionRole"])
def test_nobody_is_trusted_by_a_pattern(name: str) -> None:
    (statement,) = properties(name)["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Principal"].keys() <= {"Federated", "Service"}
    assert "*" not in str(statement["Principal"])
    exact = statement["Condition"]["StringEquals"]
    assert "*" not in str(exact) and "?" not in str(exact)
    assert statement["Condition"].keys() <= {"StringEquals", "ArnLike"}
    for pattern in statement["Condition"].get("ArnLike", {}).values():
        assert resolved(pattern).endswith(":stack/nachfrage/*"), "of one stack, whatever its id"
