"""CloudFormation's calls for each type of the template, compared with the permissions of the pipeline's role.

Every type publishes which permissions its handlers need; the schemas come with cfn-lint. They are written for all that
a type can do: what the template does not use is named here with its reason, so that a new need is a decision.
https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html#schema-properties-handlers
"""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from infra import templates
from tests.security.test_pipeline import ACCOUNT, BUCKET, documents, listed, permits
from tests.support.deployed_template import transform

Json = dict[str, Any]
TEMPLATE: Json = templates.template()
RESOURCES: Json = transform(TEMPLATE)["Resources"]
TYPES = sorted({resource["Type"] for resource in RESOURCES.values()})
SCHEMAS = Path(find_spec("cfnlint").origin).parent / "data" / "schemas" / "resources"
HANDLERS = ("create", "read", "update", "delete")
"""Listing is for importing resources into a stack, which is no part of a deployment."""

REGION = f"eu-central-1:{ACCOUNT}"
ARNS = {
    "apigateway:SetWebACL": ["arn:aws:apigateway:eu-central-1::/restapis/a1b2c3/stages/live"],
    "apigateway:*": ["arn:aws:apigateway:eu-central-1::/restapis/a1b2c3", "arn:aws:apigateway:eu-central-1::/account"],
    "cloudwatch:*Dashboard*": [f"arn:aws:cloudwatch::{ACCOUNT}:dashboard/nachfrage"],
    "cloudwatch:*": [f"arn:aws:cloudwatch:{REGION}:alarm:nachfrage-ApiErrorAlarm-1"],
    "codedeploy:*Config": [
        f"arn:aws:codedeploy:{REGION}:deploymentconfig:CodeDeployDefault.LambdaCanary10Percent10Minutes"
    ],
    "codedeploy:*Application*": [f"arn:aws:codedeploy:{REGION}:application:nachfrage-Application-1"],
    "codedeploy:*": [f"arn:aws:codedeploy:{REGION}:deploymentgroup:nachfrage-Application-1/nachfrage-ReplyGroup-1"],
    "cognito-idp:*": [f"arn:aws:cognito-idp:{REGION}:userpool/eu-central-1_Pool"],
    "dynamodb:*": [f"arn:aws:dynamodb:{REGION}:table/nachfrage-Table-1"],
    "events:*": [f"arn:aws:events:{REGION}:rule/nachfrage-WatchFunctionEvery-1"],
    "iam:*": [f"arn:aws:iam::{ACCOUNT}:role/nachfrage-WebhookRole-1"],
    "lambda:*LayerVersion": [f"arn:aws:lambda:{REGION}:layer:PushLayer123:1"],
    "lambda:*EventSourceMapping": [f"arn:aws:lambda:{REGION}:event-source-mapping:1-2-3"],
    "lambda:*": [
        f"arn:aws:lambda:{REGION}:function:nachfrage-WebhookFunction-1",
        f"arn:aws:lambda:{REGION}:function:nachfrage-WebhookFunction-1:live",
    ],
    "logs:*": [
        f"arn:aws:logs:{REGION}:log-group:nachfrage-WebhookLogGroup-1",
        f"arn:aws:logs:{REGION}:log-group:API-Gateway-Execution-Logs_a1b2c3/live",
    ],
    "s3:GetObject*": [f"{BUCKET}/artifact.zip"],
    "s3:*": ["arn:aws:s3:::nachfrage-mediabucket-1"],
    "scheduler:*Schedule": [f"arn:aws:scheduler:{REGION}:schedule/nachfrage-Schedules-1/follow-up"],
    "scheduler:*": [f"arn:aws:scheduler:{REGION}:schedule-group/nachfrage-Schedules-1"],
    "ses:*": ["*"],
    "sns:*": [f"arn:aws:sns:{REGION}:nachfrage-AlarmTopic-1"],
    "sqs:*": [f"arn:aws:sqs:{REGION}:nachfrage-SendQueue-1.fifo"],
    "ssm:*": [f"arn:aws:ssm:{REGION}:parameter/nachfrage/console/sign-in"],
    "wafv2:*": [f"arn:aws:wafv2:{REGION}:regional/webacl/inbox/1-2-3"],
    "xray:*": [f"arn:aws:xray:{REGION}:sampling-rule/nachfrage-1a2b"],
}
"""Resources on which a permission is needed, by the first pattern that fits: all of these."""
NAMELESS = frozenset(
    {
        "codedeploy:stopdeployment",
        "cognito-idp:createuserpool",
        "cognito-idp:describeuserpooldomain",
        "lambda:createeventsourcemapping",
        "logs:describeindexpolicies",
        "logs:describeloggroups",
        "logs:describeresourcepolicies",
        "sns:getsubscriptionattributes",
        "sns:setsubscriptionattributes",
        "sns:unsubscribe",
        "xray:getsamplingrules",
    }
)
"""Actions, in small letters, that know no resource, so that a statement with an ARN grants nothing of them.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

UNUSED = "the template does not use what it is for"
DATA = "a deployment deletes nothing that customers said or who may sign in; an administrator does"
NO_KEYS = "nothing is encrypted with a key of the account's own"
NOT_REMOVED = "the template removes none, it sets others"
EXCEPTIONS = {
    "* kms:*": NO_KEYS,
    "* iam:CreateServiceLinkedRole": "for replicas, and for mails and text messages of one's own",
    "AWS::ApiGatewayV2::Stage apigateway:*agResource": "the schema names operations, for which IAM knows HTTP methods",
    "AWS::CodeDeploy::DeploymentGroup codedeploy:RegisterOnPremisesInstance": UNUSED,
    "AWS::Cognito::UserPool cognito-idp:DeleteUserPool": DATA,
    "AWS::Cognito::UserPoolDomain cloudfront:updateDistribution": "for a sign-in domain of one's own, which an "
    "administrator's deployment sets up: it would reach each distribution of the account",
    "AWS::DynamoDB::Table dynamodb:DeleteTable": DATA,
    "AWS::DynamoDB::Table dynamodb:*Replica": UNUSED,
    "AWS::DynamoDB::Table dynamodb:*Item": "for replicas",
    "AWS::DynamoDB::Table dynamodb:Query": "for replicas",
    "AWS::DynamoDB::Table dynamodb:Scan": "for replicas",
    "AWS::DynamoDB::Table dynamodb:*KinesisStreamingDestination": UNUSED,
    "AWS::DynamoDB::Table dynamodb:ImportTable": UNUSED,
    "AWS::DynamoDB::Table dynamodb:UpdateContributorInsights": UNUSED,
    "AWS::DynamoDB::Table kinesis:*": UNUSED,
    "AWS::DynamoDB::Table logs:*": "for ImportTable",
    "AWS::DynamoDB::Table s3:*": "for ImportTable",
    "AWS::IAM::Policy iam:*GroupPolicy": UNUSED,
    "AWS::IAM::Policy iam:*UserPolicy": UNUSED,
    "AWS::IAM::Role iam:DeleteRolePermissionsBoundary": "no role of the stack loses its boundary by a pipeline",
    "AWS::Lambda::Function ec2:*": "no function is in a network of the account's own",
    "AWS::Lambda::Function elasticfilesystem:*": UNUSED,
    "AWS::Lambda::Function s3files:*": UNUSED,
    "AWS::Lambda::Function lambda:GetCodeSigningConfig": UNUSED,
    "AWS::Lambda::Function lambda:PassCapacityProvider": UNUSED,
    "AWS::Logs::LogGroup firehose:*": UNUSED,
    "AWS::Logs::LogGroup s3:*": UNUSED,
    "AWS::Logs::LogGroup logs:*KmsKey": NO_KEYS,
    "AWS::Logs::LogGroup logs:CreateLogDelivery": UNUSED,
    "AWS::Logs::LogGroup logs:DeleteDataProtectionPolicy": UNUSED,
    "AWS::Logs::LogGroup logs:PutDataProtectionPolicy": UNUSED,
    "AWS::Logs::LogGroup logs:*IndexPolicy": UNUSED,
    "AWS::Logs::LogGroup logs:*ResourcePolicy": UNUSED,
    "AWS::Logs::LogGroup logs:PutBearerTokenAuthentication": UNUSED,
    "AWS::Logs::LogGroup logs:PutLogGroupDeletionProtection": UNUSED,
    "AWS::S3::Bucket s3:DeleteBucket": DATA,
    "AWS::S3::Bucket s3:DeleteBucket?*": NOT_REMOVED,
    "AWS::S3::Bucket s3:DeleteObject": DATA,
    "AWS::S3::Bucket s3:PutObjectAcl": "access lists are off",
    "AWS::S3::Bucket s3:Put*Configuration": UNUSED,
    "AWS::S3::Bucket s3:*MetadataTableConfiguration": UNUSED,
    "AWS::S3::Bucket s3:UpdateBucketMetadata*": UNUSED,
    "AWS::S3::Bucket s3tables:*": UNUSED,
    "AWS::SNS::Topic sns:PutDataProtectionPolicy": UNUSED,
    "AWS::WAFv2::WebACLAssociation *": "for what is not API Gateway",
}
"""Permissions of a type that CloudFormation's role does not have, with the reason; read after what it has."""


@cache
def schemas() -> dict[str, Json]:
    """Return the published schema of each type."""
    found = (json.loads(path.read_text()) for path in SCHEMAS.glob("*.json"))
    return {schema["typeName"]: schema for schema in found}


def needs(type_: str) -> set[str]:
    """Return the permissions that the handlers of a type call for."""
    handlers = schemas()[type_]["handlers"]
    return {permission for name in HANDLERS for permission in handlers.get(name, {}).get("permissions", [])}


def is_granted(permission: str) -> bool:
    """Return whether CloudFormation's role has a permission on all that it is needed on."""
    action = permission.lower()
    arns = next((arns for pattern, arns in ARNS.items() if fnmatchcase(action, pattern.lower())), [])
    needed = ["*"] if action in NAMELESS else arns
    return bool(needed) and all(permits(_policies(), action, arn) for arn in needed)


@cache
def _policies() -> list[Json]:
    """Return the policies of CloudFormation's role with actions in small letters: IAM makes no difference there."""
    policies = documents("ExecutionRole")
    return [
        {"Statement": [each | {"Action": [action.lower() for action in listed(each["Action"])]} for each in statements]}
        for statements in (policy["Statement"] for policy in policies)
    ]


def exceptions(type_: str, permission: str) -> list[str]:
    """Return the exceptions that name a permission of a type."""
    return [each for each in EXCEPTIONS if fnmatchcase(f"{type_} {permission}", each)]


@pytest.mark.parametrize("type_", TYPES)
def test_cloudformation_may_call_what_a_type_of_the_template_needs(type_: str) -> None:
    assert needs(type_), "the schema says nothing of what its handlers call"
    missing = {each for each in needs(type_) if not is_granted(each) and not exceptions(type_, each)}
    assert missing == set()


def test_every_exception_is_of_something_that_a_type_would_call_and_the_role_may_not() -> None:
    refused = {(type_, each) for type_ in TYPES for each in needs(type_) if not is_granted(each)}
    named = {exception for type_, each in refused for exception in exceptions(type_, each)}
    assert EXCEPTIONS.keys() - named == set()


@pytest.mark.parametrize(
    ("type_", "properties"),
    [
        ("AWS::Cognito::UserPool", {"EmailConfiguration", "SmsConfiguration"}),
        ("AWS::DynamoDB::Table", {"SSESpecification", "KinesisStreamSpecification", "ImportSourceSpecification",
                                  "ContributorInsightsSpecification"}),
        ("AWS::Lambda::Function", {"VpcConfig", "FileSystemConfigs", "KmsKeyArn", "CodeSigningConfigArn",
                                   "CapacityProviderConfig"}),
        ("AWS::Logs::LogGroup", {"KmsKeyId", "DataProtectionPolicy", "FieldIndexPolicies", "ResourcePolicyDocument",
                                 "LogGroupClass", "DeletionProtectionEnabled", "BearerTokenAuthenticationEnabled"}),
        ("AWS::S3::Bucket", {"AccelerateConfiguration", "AnalyticsConfigurations", "IntelligentTieringConfigurations",
                             "InventoryConfigurations", "MetricsConfigurations", "ObjectLockConfiguration",
                             "ReplicationConfiguration", "MetadataConfiguration", "MetadataTableConfiguration",
                             "AccessControl"}),
        ("AWS::SNS::Topic", {"DataProtectionPolicy", "KmsMasterKeyId"}),
        ("AWS::SQS::Queue", {"KmsMasterKeyId"}),
        ("AWS::IAM::Policy", {"Users", "Groups"}),
    ],
)  # fmt: skip
def test_features_listed_as_unused_are_not_used(type_: str, properties: set[str]) -> None:
    used = set[str]().union(*(each.get("Properties", {}) for each in RESOURCES.values() if each["Type"] == type_))
    assert used & properties == set()


STACK = f"arn:aws:cloudformation:{REGION}:stack/nachfrage/1-2-3"
SAM_CALLS = {
    STACK: [
        "cloudformation:CreateChangeSet",
        "cloudformation:DescribeChangeSet",
        "cloudformation:DescribeStackEvents",
        "cloudformation:DescribeStacks",
        "cloudformation:ExecuteChangeSet",
        "cloudformation:TagResource",
        "cloudformation:UntagResource",
    ],
    f"arn:aws:cloudformation:{REGION.partition(':')[0]}:aws:transform/Serverless-2016-10-31": [
        "cloudformation:CreateChangeSet",
    ],
    f"{BUCKET}/nachfrage/artifact.zip": ["s3:GetObject", "s3:PutObject"],
}
"""Calls of ``sam deploy`` for a stack with tags (samcli/lib/deploy/deployer.py, samcli/lib/package/s3_uploader.py)."""


@pytest.mark.parametrize(("arn", "action"), [(arn, action) for arn, actions in SAM_CALLS.items() for action in actions])
def test_pipeline_may_call_what_sam_calls_for_a_deployment(arn: str, action: str) -> None:
    assert permits(documents("PipelineRole"), action, arn)
    other = arn.replace("stack/nachfrage/", "stack/other/").replace(BUCKET, "arn:aws:s3:::other")
    assert other == arn or not permits(documents("PipelineRole"), action, other)
