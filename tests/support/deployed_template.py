"""The template as CloudFormation would deploy it: transformed as SAM does it, every value written out at its longest.

Names that CloudFormation makes up, ARNs and the values of parameters are replaced by the longest that they can be, and
of two values of a condition the longer one is taken. So what is counted in the result is an upper bound.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tests.support.intrinsics import NOTHING, Intrinsics

LONGEST_STACK_NAME = "nachfrage-" + "x" * 50
"""60 characters."""
REGION = "ap-southeast-3"
ACCOUNT = "123456789012"
UUID = "12345678-1234-1234-1234-123456789012"
PSEUDO = {
    "AWS::Region": REGION,
    "AWS::AccountId": ACCOUNT,
    "AWS::Partition": "aws",
    "AWS::URLSuffix": "amazonaws.com",
}
WITH_ALL = {"GradualDeployment": "true"}
"""Parameters that SAM itself looks at, so that everything that can be part of a stack is counted."""

NAME_LENGTHS = {
    "AWS::ApiGateway::RestApi": 10,
    "AWS::CodeDeploy::Application": 100,
    "AWS::CodeDeploy::DeploymentGroup": 100,
    "AWS::Cognito::UserPool": 55,
    "AWS::DynamoDB::Table": 255,
    "AWS::Events::Rule": 64,
    "AWS::IAM::Role": 64,
    "AWS::Lambda::Function": 64,
    "AWS::Logs::LogGroup": 512,
    "AWS::S3::Bucket": 63,
    "AWS::SNS::Topic": 256,
    "AWS::SQS::Queue": 80,
    "AWS::Scheduler::ScheduleGroup": 64,
    "AWS::SES::ReceiptRuleSet": 64,
    "AWS::SES::ConfigurationSet": 64,
}
"""Longest names that CloudFormation makes up: it cuts them to what the service takes."""
ARNS = {
    "AWS::Cognito::UserPool": ("cognito-idp", "userpool/"),
    "AWS::DynamoDB::Table": ("dynamodb", "table/"),
    "AWS::Events::Rule": ("events", "rule/"),
    "AWS::Lambda::Function": ("lambda", "function:"),
    "AWS::Logs::LogGroup": ("logs", "log-group:"),
    "AWS::SQS::Queue": ("sqs", ""),
    "AWS::Scheduler::ScheduleGroup": ("scheduler", "schedule-group/"),
}


SHAPES = (
    ("", "x", ""),
    ("rate(", "1", " minutes)"),
    ("arn:aws:sns:", "x", ""),
    (f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/", "x", ""),
    (f"arn:aws:acm:us-east-1:{ACCOUNT}:certificate/", "x", ""),
    ("arn:aws:iam::123456789012:policy/", "x", ""),
    ("arn:aws:wafv2:", "x", ""),
    ("https://", "x", "/"),
    ("x@", "x", ".example"),
    ("P", "1", "D"),
    ("", "x", "=agent"),
    ("", "x", ".example"),
)
"""Forms of parameters' values: their beginnings, fillings and ends."""


def transform(template: dict[str, Any], parameters: dict[str, str] = WITH_ALL) -> dict[str, Any]:
    """Return what SAM makes of a template and its parameters, with the code where ``sam package`` would have put it."""
    os.environ.setdefault("AWS_DEFAULT_REGION", REGION)
    from samtranslator.parser.parser import Parser
    from samtranslator.translator.translator import Translator

    packaged = json.loads(json.dumps(template))
    packaged["Globals"]["Function"]["CodeUri"] = "s3://artifacts/code"
    for resource in packaged["Resources"].values():
        if resource["Type"] == "AWS::Serverless::LayerVersion":
            resource["Properties"]["ContentUri"] = "s3://artifacts/layer"
    return Translator({}, Parser()).translate(packaged, dict(parameters))


def longest_parameters(template: dict[str, Any]) -> dict[str, str]:
    """Return each parameter at its longest. Raises ``LookupError`` for one that has no end."""
    return {name: _longest(name, parameter) for name, parameter in template["Parameters"].items()}


def _longest(name: str, parameter: dict[str, Any]) -> str:
    if "AllowedValues" in parameter:
        return max((str(value) for value in parameter["AllowedValues"]), key=len)
    if parameter["Type"] == "Number":
        return str(parameter.get("MaxValue", 10**9))
    if "MaxLength" not in parameter:
        raise LookupError(f"The parameter {name} may have any length: give it a MaxLength.")
    length = int(parameter["MaxLength"])
    pattern = parameter.get("AllowedPattern", ".*")
    for before, filling, after in SHAPES:
        value = before + filling * (length - len(before) - len(after)) + after
        if re.search(pattern, value):
            return value
    raise LookupError(f"No value of {length} characters is known that {name} takes: add its shape.")


@dataclass(frozen=True)
class DeployedTemplate(Intrinsics):
    """A template with all intrinsic functions replaced by the longest value that they can have."""

    source: dict[str, Any]
    stack_name: str = LONGEST_STACK_NAME

    @cached_property
    def transformed(self) -> dict[str, Any]:
        return transform(self.source)

    @cached_property
    def parameters(self) -> dict[str, str]:
        return longest_parameters(self.source)

    @cached_property
    def resources(self) -> dict[str, dict[str, Any]]:
        return {
            name: {**resource, "Properties": self.value(resource.get("Properties", {}))}
            for name, resource in self.transformed["Resources"].items()
        }

    @cached_property
    def outputs(self) -> dict[str, Any]:
        return {name: self.value(output["Value"]) for name, output in self.transformed["Outputs"].items()}

    def of_type(self, kind: str) -> dict[str, dict[str, Any]]:
        """Return the properties of all resources of a type, by their logical ids."""
        return {name: each["Properties"] for name, each in self.resources.items() if each["Type"] == kind}

    def choice(self, condition: str, if_true: Any, if_false: Any) -> Any:
        return max(map(self.value, (if_true, if_false)), key=lambda value: -1 if value is NOTHING else _size(value))

    def reference(self, name: str) -> Any:
        if name == "AWS::NoValue":
            return NOTHING
        if name == "AWS::StackName":
            return self.stack_name
        if name == "AWS::StackId":
            return f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{self.stack_name}/{UUID}"
        if name in PSEUDO:
            return PSEUDO[name]
        if name in self.parameters:
            return self.parameters[name]
        return self._resource_reference(name)

    def _resource_reference(self, name: str) -> str:
        resource = self.transformed["Resources"][name]
        kind = resource["Type"]
        if kind == "AWS::Lambda::Alias":
            function = resource["Properties"]["FunctionName"]["Ref"]
            return f"{self.attribute(function, 'Arn')}:{resource['Properties']['Name']}"
        if kind == "AWS::Cognito::UserPool":
            return f"{REGION}_{'X' * 9}"
        if kind == "AWS::SNS::Topic":
            return f"arn:aws:sns:{REGION}:{ACCOUNT}:{self.physical_name(name)}"
        if kind == "AWS::Cognito::UserPoolClient":
            return "x" * 26
        if kind == "AWS::Lambda::LayerVersion":
            return f"arn:aws:lambda:{REGION}:{ACCOUNT}:layer:{'x' * 64}:{'1' * 6}"
        if kind == "AWS::SQS::Queue":
            return f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{self.physical_name(name)}"
        return self.physical_name(name)

    def physical_name(self, name: str) -> str:
        """Return the name of a resource: its own, or the longest that CloudFormation would make up."""
        resource = self.transformed["Resources"][name]
        for key in (
            "Name",
            "RuleSetName",
            "Domain",
            "ProviderName",
            "GroupName",
            "FunctionName",
            "RoleName",
            "QueueName",
            "BucketName",
        ):
            own = resource.get("Properties", {}).get(key)
            if own is not None and not resource["Type"].startswith("AWS::Lambda::"):
                return str(self.value(own))
        length = NAME_LENGTHS.get(resource["Type"], 255)
        made_up = f"{self.stack_name}-{name}-{'X' * 12}"
        longest = made_up.ljust(length, "X")[:length]
        return longest.lower() if resource["Type"] == "AWS::S3::Bucket" else longest

    def attribute(self, name: str, attribute: str) -> str:
        kind = self.transformed["Resources"][name]["Type"]
        if kind == "AWS::Lambda::Version":
            return "1" * 6
        if kind == "AWS::S3::Bucket" and attribute == "Arn":
            return f"arn:aws:s3:::{self.physical_name(name)}"
        if kind == "AWS::IAM::Role" and attribute == "Arn":
            return f"arn:aws:iam::{ACCOUNT}:role/{self.physical_name(name)}"
        if attribute.endswith("Arn") and kind in ARNS:
            service, prefix = ARNS[kind]
            arn = f"arn:aws:{service}:{REGION}:{ACCOUNT}:{prefix}{self.physical_name(name)}"
            return f"{arn}/stream/2026-11-23T06:17:30.000" if attribute == "StreamArn" else arn
        return self.physical_name(name)


def _size(value: Any) -> int:
    return len(json.dumps(value))
