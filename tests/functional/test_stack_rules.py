"""Parameters that a stack refuses before anything is made, with an embedded CloudFormation and the template's rules."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from infra import templates

TEMPLATE: dict[str, Any] = templates.template()


def create(endpoint: str, name: str, **parameters: str) -> None:
    """Create a stack that has the template's parameters and rules, and one topic instead of all else."""
    body = {
        "Parameters": TEMPLATE["Parameters"],
        "Rules": TEMPLATE["Rules"],
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
    }
    given = [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()]
    client = boto3.client(
        "cloudformation",
        endpoint_url=endpoint,
        region_name="eu-central-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    client.create_stack(StackName=name, TemplateBody=json.dumps(body), Parameters=given)
    client.delete_stack(StackName=name)


@pytest.mark.parametrize("parameters", [{}, {"Stage": "prod"}], ids=["nothing said", "prod"])
def test_a_stack_for_customers_is_refused_while_nobody_hears_its_alarms(
    aws_endpoint: str, parameters: dict[str, str]
) -> None:
    with pytest.raises(ClientError, match="Nobody would hear the alarms"):
        create(aws_endpoint, "unheard", **parameters)


@pytest.mark.parametrize(
    "parameters",
    [
        {"Stage": "prod", "AlarmEmail": "alarms@example.com"},
        {"Stage": "prod", "AlarmTopicArn": "arn:aws:sns:eu-central-1:123456789012:alarms"},
        {"Stage": "dev"},
    ],
    ids=["mailbox", "topic", "dev"],
)
def test_a_stack_whose_alarms_are_heard_or_that_is_tried_out_is_made(
    aws_endpoint: str, parameters: dict[str, str]
) -> None:
    create(aws_endpoint, "heard", **parameters)
