"""The template keeps to AWS's quotas, with a stack's name of 60 characters and the longest values of all parameters.

What is too large or has a name that is too long is refused when the stack is created, and nothing that imitates AWS
notices before. The quotas and where they are written stand in ``QUOTAS``.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from infra import build, templates
from tests.support.deployed_template import REGION, DeployedTemplate

_DOCS = "https://docs.aws.amazon.com/"
_LAMBDA = _DOCS + "lambda/latest/dg/gettingstarted-limits.html"
_IAM = _DOCS + "IAM/latest/UserGuide/reference_iam-quotas.html"
_CLOUDFORMATION = _DOCS + "AWSCloudFormation/latest/UserGuide/cloudformation-limits.html"
_REST_API = _DOCS + "apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html"
_DYNAMODB = _DOCS + "amazondynamodb/latest/developerguide/ServiceQuotas.html"


class Quota(NamedTuple):
    most: int
    source: str


QUOTAS = {
    # Lambda
    "bytes of a function's resource policy": Quota(20_480, _LAMBDA),
    "bytes of a function's environment": Quota(4_096, _LAMBDA),
    "layers of a function": Quota(5, _LAMBDA),
    "seconds of a function": Quota(900, _LAMBDA),
    "bytes of a function, unpacked, with its layers": Quota(250 * 1024 * 1024, _LAMBDA),
    "characters of a permission's id": Quota(100, _DOCS + "lambda/latest/api/API_AddPermission.html"),
    "patterns of an event source's filter": Quota(5, _DOCS + "lambda/latest/dg/invocation-eventfiltering.html"),
    "characters of a filter's pattern": Quota(4_096, _DOCS + "lambda/latest/api/API_Filter.html"),
    "messages of a FIFO queue's batch": Quota(10, _DOCS + "lambda/latest/dg/services-sqs-configure.html"),
    "readers of a stream": Quota(2, _DOCS + "amazondynamodb/latest/developerguide/Streams.html"),
    # IAM
    "characters of a role's own policies": Quota(10_240, _IAM),
    "characters of a role's trust policy": Quota(2_048, _IAM),
    "managed policies of a role": Quota(10, _IAM),
    # CloudFormation
    "resources of a template": Quota(500, _CLOUDFORMATION),
    "outputs of a template": Quota(200, _CLOUDFORMATION),
    "parameters of a template": Quota(200, _CLOUDFORMATION),
    "bytes of a parameter": Quota(4_096, _CLOUDFORMATION),
    "bytes of an output": Quota(1_024, _DOCS + "AWSCloudFormation/latest/UserGuide/outputs-section-structure.html"),
    "bytes of a template's description": Quota(1_024, _CLOUDFORMATION),
    "bytes of a template in a bucket": Quota(1_000_000, _CLOUDFORMATION),
    "characters of a logical id": Quota(255, _CLOUDFORMATION),
    # API Gateway
    "resources of an API": Quota(300, _REST_API),
    "authorizers of an API": Quota(10, _REST_API),
    "seconds of an integration": Quota(29, _REST_API),
    "bytes of an API's definition": Quota(6 * 1024 * 1024, _DOCS + "apigateway/latest/api/API_ImportRestApi.html"),
    "bytes of an access log's format": Quota(
        3_072, _DOCS + "apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html"
    ),
    # Others
    "new, changed or removed indexes in one update": Quota(
        1, _DOCS + "amazondynamodb/latest/APIReference/API_UpdateTable.html"
    ),
    "indexes of a table": Quota(20, _DYNAMODB),
    "attributes projected into all indexes": Quota(100, _DYNAMODB),
    "bytes of a queue's policy": Quota(
        8_192, _DOCS + "AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-policies.html"
    ),
    "actions of a queue's statement": Quota(
        7, _DOCS + "AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-policies.html"
    ),
    "bytes of a bucket's policy": Quota(20_480, _DOCS + "AmazonS3/latest/userguide/bucket-policies.html"),
    "recipients of a receipt rule": Quota(
        100, _DOCS + "ses/latest/dg/receiving-email-receipt-rules-console-walkthrough.html"
    ),
    "actions of an alarm": Quota(5, _DOCS + "AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html"),
    "characters of an event pattern": Quota(4_096, _DOCS + "eventbridge/latest/APIReference/API_PutRule.html"),
    "targets of a rule": Quota(5, _DOCS + "eventbridge/latest/userguide/eb-quota.html"),
}


class Name(NamedTuple):
    most: int
    alphabet: str
    source: str


NAMES = {
    ("AWS::SES::ReceiptRuleSet", "RuleSetName"): Name(
        64, r"[A-Za-z0-9]([\w-]*[A-Za-z0-9])?", _DOCS + "ses/latest/APIReference/API_CreateReceiptRuleSet.html"
    ),
    ("AWS::SES::ReceiptRule", "Rule.Name"): Name(
        64, r"[A-Za-z0-9]([\w-]*[A-Za-z0-9])?", _DOCS + "ses/latest/APIReference/API_ReceiptRule.html"
    ),
    ("AWS::SES::ConfigurationSet", "Name"): Name(
        64, r"[\w-]+", _DOCS + "ses/latest/APIReference-V2/API_CreateConfigurationSet.html"
    ),
    ("AWS::SES::ConfigurationSetEventDestination", "EventDestination.Name"): Name(
        64, r"[\w-]+", _DOCS + "ses/latest/APIReference-V2/API_CreateConfigurationSetEventDestination.html"
    ),
    ("AWS::ApiGatewayV2::Api", "Name"): Name(
        128, r".+", _DOCS + "apigatewayv2/latest/api-reference/apis.html#apis-model-createapiinput"
    ),
    ("AWS::ApiGateway::DomainName", "DomainName"): Name(
        253, r"[a-z0-9-]+(\.[a-z0-9-]+)+", _DOCS + "apigateway/latest/developerguide/how-to-custom-domains.html"
    ),
    ("AWS::Cognito::UserPoolDomain", "Domain"): Name(
        63,
        r"(?!.*(aws|amazon|cognito))[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?|[a-z0-9-]+(\.[a-z0-9-]+)+",
        _DOCS + "cognito-user-identity-pools/latest/APIReference/API_CreateUserPoolDomain.html",
    ),
    ("AWS::Cognito::UserPoolGroup", "GroupName"): Name(
        128, r"\S+", _DOCS + "cognito-user-identity-pools/latest/APIReference/API_CreateGroup.html"
    ),
    ("AWS::SSM::Parameter", "Name"): Name(
        1_011,
        r"(?!/?(aws|ssm))/?[\w.-]+(/[\w.-]+){0,14}",
        _DOCS + "systems-manager/latest/APIReference/API_PutParameter.html",
    ),
    ("AWS::SQS::Queue", "QueueName"): Name(
        80, r"[\w-]+(\.fifo)?", _DOCS + "AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html"
    ),
    ("AWS::IAM::Role", "RoleName"): Name(64, r"[\w+=,.@-]+", _DOCS + "IAM/latest/APIReference/API_CreateRole.html"),
    ("AWS::IAM::Role", "Policies.PolicyName"): Name(128, r"[\w+=,.@-]+", _IAM),
    ("AWS::IAM::Policy", "PolicyName"): Name(128, r"[\w+=,.@-]+", _IAM),
    ("AWS::Scheduler::ScheduleGroup", "Name"): Name(
        64, r"[0-9a-zA-Z_.-]+", _DOCS + "scheduler/latest/APIReference/API_CreateScheduleGroup.html"
    ),
    ("AWS::Logs::LogGroup", "LogGroupName"): Name(
        512, r"[.\-_/#A-Za-z0-9]+", _DOCS + "AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html"
    ),
    ("AWS::S3::Bucket", "BucketName"): Name(
        63, r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", _DOCS + "AmazonS3/latest/userguide/bucketnamingrules.html"
    ),
    ("AWS::CloudWatch::Alarm", "AlarmName"): Name(
        255, r".+", _DOCS + "AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html"
    ),
    ("AWS::CloudWatch::Alarm", "MetricName"): Name(
        255, r"[^:*$]+", _DOCS + "AmazonCloudWatchLogs/latest/APIReference/API_MetricTransformation.html"
    ),
    ("AWS::Logs::MetricFilter", "MetricTransformations.MetricName"): Name(
        255, r"[^:*$]+", _DOCS + "AmazonCloudWatchLogs/latest/APIReference/API_MetricTransformation.html"
    ),
    ("AWS::Lambda::Function", "FunctionName"): Name(64, r"[\w-]+", _DOCS + "lambda/latest/api/API_CreateFunction.html"),
    ("AWS::Lambda::LayerVersion", "LayerName"): Name(
        64, r"[\w-]+", _DOCS + "lambda/latest/api/API_PublishLayerVersion.html"
    ),
    ("AWS::Events::Rule", "Name"): Name(64, r"[.\w-]+", _DOCS + "eventbridge/latest/APIReference/API_PutRule.html"),
    ("AWS::DynamoDB::Table", "TableName"): Name(
        255, r"[\w.-]{3,}", _DOCS + "amazondynamodb/latest/APIReference/API_CreateTable.html"
    ),
    ("AWS::DynamoDB::Table", "GlobalSecondaryIndexes.IndexName"): Name(
        255, r"[\w.-]{3,}", _DOCS + "amazondynamodb/latest/APIReference/API_GlobalSecondaryIndex.html"
    ),
    ("AWS::XRay::SamplingRule", "SamplingRule.RuleName"): Name(
        32,
        r"[\w-]+",
        _DOCS + "AWSCloudFormation/latest/TemplateReference/aws-properties-xray-samplingrule-samplingrule.html",
    ),
    ("AWS::XRay::SamplingRule", "SamplingRule.ServiceName"): Name(
        64, r".+", _DOCS + "xray/latest/api/API_SamplingRule.html"
    ),
    ("AWS::CloudWatch::Dashboard", "DashboardName"): Name(
        255, r"[\w-]+", _DOCS + "AmazonCloudWatch/latest/APIReference/API_PutDashboard.html"
    ),
}
"""Names that a template may give, by the resource's type and the property, joined with the stack's name or not."""

RELEASED_INDEXES = Path(__file__).with_name("released_indexes.json")
"""The table's indexes as they were released last; written again with each release, never together with the template."""
IN_ONE_BUCKET = "resolve_s3 = true"
"""The setting by which ``sam deploy`` hands over the template in a bucket, so that the larger quota holds."""


@pytest.fixture(scope="module")
def deployed() -> DeployedTemplate:
    return DeployedTemplate(templates.template())


def within(name: str, figures: dict[str, int]) -> None:
    """Hold counted figures to a quota."""
    assert figures, name
    too_many = {what: figure for what, figure in figures.items() if figure > QUOTAS[name].most}
    assert not too_many, f"At most {QUOTAS[name].most} {name} ({QUOTAS[name].source})"


def test_every_quota_and_name_says_where_it_is_written() -> None:
    for source in [*(quota.source for quota in QUOTAS.values()), *(name.source for name in NAMES.values())]:
        assert source.startswith(_DOCS)
    used = set(re.findall(r'within\(\s*"([^"]+)"', Path(__file__).read_text()))
    assert used == set(QUOTAS)


def test_a_functions_resource_policy_has_room_for_all_permissions(deployed: DeployedTemplate) -> None:
    statements: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for name, permission in deployed.of_type("AWS::Lambda::Permission").items():
        sid = f"{deployed.stack_name}-{name}-{'X' * 12}"[: QUOTAS["characters of a permission's id"].most]
        statement = {
            "Sid": sid,
            "Effect": "Allow",
            "Principal": {"Service": permission["Principal"]},
            "Action": permission["Action"],
            "Resource": permission["FunctionName"],
            "Condition": {
                "StringEquals": {"AWS:SourceAccount": permission.get("SourceAccount", "")},
                "ArnLike": {"AWS:SourceArn": permission["SourceArn"]},
            },
        }
        statements[permission["FunctionName"]].append(statement)
    policies = {
        function: len(json.dumps({"Version": "2012-10-17", "Id": "default", "Statement": each}, separators=(",", ":")))
        for function, each in statements.items()
    }
    within("bytes of a function's resource policy", policies)


def test_every_permission_names_who_may_call(deployed: DeployedTemplate) -> None:
    """Without the caller's ARN anybody's API could call the function."""
    assert all(each.get("SourceArn") for each in deployed.of_type("AWS::Lambda::Permission").values())
    within("characters of a permission's id", {name: len(name) for name in deployed.of_type("AWS::Lambda::Permission")})


def test_functions_fit_into_their_quotas(deployed: DeployedTemplate) -> None:
    functions = deployed.of_type("AWS::Lambda::Function")
    environments = {name: each["Environment"]["Variables"] for name, each in functions.items()}
    within("bytes of a function's environment", {name: _bytes(each) for name, each in environments.items()})
    within("layers of a function", {name: len(each.get("Layers", [])) for name, each in functions.items()})
    within("seconds of a function", {name: each["Timeout"] for name, each in functions.items()})


def test_the_artifact_and_the_layer_fit_into_a_function() -> None:
    build.build()
    unpacked = sum(path.stat().st_size for path in build.ARTIFACT.rglob("*") if path.is_file())
    layer = 20 * 1024 * 1024  # cryptography, where pushes of Google are taken: 13 MB (infra/layer.py)
    within("bytes of a function, unpacked, with its layers", {"all": unpacked + layer})


def test_event_sources_fit_into_their_quotas(deployed: DeployedTemplate) -> None:
    sources = deployed.of_type("AWS::Lambda::EventSourceMapping")
    patterns = {name: each.get("FilterCriteria", {}).get("Filters", []) for name, each in sources.items()}
    within("patterns of an event source's filter", {name: len(each) for name, each in patterns.items()})
    lengths = {f"{name} {i}": len(each["Pattern"]) for name, some in patterns.items() for i, each in enumerate(some)}
    within("characters of a filter's pattern", lengths)
    streams = [each["EventSourceArn"] for each in sources.values() if "/stream/" in each["EventSourceArn"]]
    within("readers of a stream", {stream: streams.count(stream) for stream in streams})
    fifo = {name for name, queue in deployed.of_type("AWS::SQS::Queue").items() if queue.get("FifoQueue")}
    raw = deployed.transformed["Resources"]
    batches = {
        name: each["BatchSize"]
        for name, each in sources.items()
        if _referred(raw[name]["Properties"]["EventSourceArn"]) in fifo
    }
    within("messages of a FIFO queue's batch", batches)


def test_a_queue_waits_at_least_as_long_as_its_function_runs(deployed: DeployedTemplate) -> None:
    """Lambda refuses an event source otherwise."""
    raw = deployed.transformed["Resources"]
    queues, functions = deployed.of_type("AWS::SQS::Queue"), deployed.of_type("AWS::Lambda::Function")
    read = 0
    for source in (each["Properties"] for each in raw.values() if each["Type"] == "AWS::Lambda::EventSourceMapping"):
        queue = _referred(source["EventSourceArn"])
        if queue in queues:
            function = _referred(raw[str(_referred(source["FunctionName"]))]["Properties"]["FunctionName"])
            assert queues[queue]["VisibilityTimeout"] >= functions[str(function)]["Timeout"]
            read += 1
    assert read


def test_a_roles_policies_fit(deployed: DeployedTemplate) -> None:
    roles = deployed.of_type("AWS::IAM::Role")
    inline = {name: [each["PolicyDocument"] for each in role.get("Policies", [])] for name, role in roles.items()}
    raw = deployed.transformed["Resources"]
    for policy in (each["Properties"] for each in raw.values() if each["Type"] == "AWS::IAM::Policy"):
        for role in policy["Roles"]:
            inline[str(_referred(role))].append(deployed.value(policy["PolicyDocument"]))
    within("characters of a role's own policies", {name: sum(map(_dense, each)) for name, each in inline.items()})
    trust = {name: _dense(role["AssumeRolePolicyDocument"]) for name, role in roles.items()}
    within("characters of a role's trust policy", trust)
    managed = {name: len(role.get("ManagedPolicyArns", [])) for name, role in roles.items()}
    within("managed policies of a role", managed)


def test_the_template_fits_into_cloudformation(deployed: DeployedTemplate) -> None:
    transformed = deployed.transformed
    within("resources of a template", {"template.yaml": len(transformed["Resources"])})
    within("outputs of a template", {"template.yaml": len(transformed["Outputs"])})
    within("parameters of a template", {"template.yaml": len(transformed["Parameters"])})
    within("bytes of a parameter", {name: _bytes(each) for name, each in deployed.parameters.items()})
    within("bytes of an output", {name: len(str(each)) for name, each in deployed.outputs.items()})
    within("bytes of a template's description", {"template.yaml": len(transformed["Description"].encode())})
    within("characters of a logical id", {name: len(name) for name in transformed["Resources"]})


def test_the_template_is_handed_over_in_a_bucket_and_fits_there(deployed: DeployedTemplate) -> None:
    """Before the transform as it is written, and after it, indented, as CloudFormation keeps it."""
    profiles = (build.ROOT / "samconfig.toml").read_text()
    assert profiles.count(IN_ONE_BUCKET) == profiles.count("stack_name =")
    sizes = {
        "before": (build.ROOT / "template.yaml").stat().st_size,
        "after": len(json.dumps(deployed.transformed, indent=2).encode()),
    }
    within("bytes of a template in a bucket", sizes)


def test_the_api_fits_into_api_gateway(deployed: DeployedTemplate) -> None:
    apis = {name: each["Body"] for name, each in deployed.of_type("AWS::ApiGateway::RestApi").items()}
    within("resources of an API", {name: len(_resources(body["paths"])) for name, body in apis.items()})
    schemes = {name: len(body["components"]["securitySchemes"]) for name, body in apis.items()}
    within("authorizers of an API", schemes)
    within("bytes of an API's definition", {name: _bytes(body) for name, body in apis.items()})
    stages = deployed.of_type("AWS::ApiGateway::Stage")
    formats = {name: len(each["AccessLogSetting"]["Format"].encode()) for name, each in stages.items()}
    within("bytes of an access log's format", formats)
    functions = deployed.of_type("AWS::Lambda::Function")
    called = {name: functions[name]["Timeout"] for name in ("WebhookFunction", "ConsoleFunction")}
    within("seconds of an integration", called)


def test_one_update_makes_one_index_at_most(deployed: DeployedTemplate) -> None:
    """DynamoDB makes or removes one in an update, and CloudFormation asks for all at once."""
    (table,) = deployed.of_type("AWS::DynamoDB::Table").values()
    released = json.loads(RELEASED_INDEXES.read_text())
    current = {index["IndexName"]: index for index in table["GlobalSecondaryIndexes"]}
    changed = {name for name in released.keys() | current.keys() if released.get(name) != current.get(name)}
    within("new, changed or removed indexes in one update", {", ".join(sorted(changed)) or "none": len(changed)})
    within("indexes of a table", {"table": len(current)})
    projected = [each["Projection"].get("NonKeyAttributes", []) for each in current.values()]
    within("attributes projected into all indexes", {"table": sum(map(len, projected))})


def test_an_index_that_changes_has_another_name(deployed: DeployedTemplate) -> None:
    """Keys and projection of an index cannot change; one of another name replaces it, one release after the other."""
    (table,) = deployed.of_type("AWS::DynamoDB::Table").values()
    released = json.loads(RELEASED_INDEXES.read_text())
    for index in table["GlobalSecondaryIndexes"]:
        assert released.get(index["IndexName"], index) == index


def test_policies_of_queues_and_buckets_fit(deployed: DeployedTemplate) -> None:
    queues = {name: each["PolicyDocument"] for name, each in deployed.of_type("AWS::SQS::QueuePolicy").items()}
    within("bytes of a queue's policy", {name: _bytes(each) for name, each in queues.items()})
    actions = [each["Action"] for policy in queues.values() for each in policy["Statement"]]
    named = {str(each): len(each) if isinstance(each, list) else 1 for each in actions}
    within("actions of a queue's statement", named)
    buckets = {name: each["PolicyDocument"] for name, each in deployed.of_type("AWS::S3::BucketPolicy").items()}
    within("bytes of a bucket's policy", {name: _bytes(each) for name, each in buckets.items()})


def test_rules_and_alarms_fit(deployed: DeployedTemplate) -> None:
    receipt = {name: each["Rule"] for name, each in deployed.of_type("AWS::SES::ReceiptRule").items()}
    within("recipients of a receipt rule", {name: len(each["Recipients"]) for name, each in receipt.items()})
    alarms = deployed.of_type("AWS::CloudWatch::Alarm")
    within("actions of an alarm", {name: len(each["AlarmActions"]) for name, each in alarms.items()})
    rules = deployed.of_type("AWS::Events::Rule")
    patterns = {name: _bytes(each["EventPattern"]) for name, each in rules.items() if "EventPattern" in each}
    within("characters of an event pattern", patterns)
    within("targets of a rule", {name: len(each["Targets"]) for name, each in rules.items()})


def test_names_have_the_length_and_the_letters_that_their_service_takes(deployed: DeployedTemplate) -> None:
    checked = 0
    for (kind, key), (most, alphabet, source) in NAMES.items():
        for resource, properties in deployed.of_type(kind).items():
            for name in _values(properties, key.split(".")):
                assert len(name) <= most, f"{resource}: {name} has more than {most} characters ({source})"
                assert re.fullmatch(alphabet, name), f"{resource}: {name} ({source})"
                checked += 1
    assert checked


def test_every_name_that_is_made_of_the_stacks_name_is_measured(deployed: DeployedTemplate) -> None:
    made = {
        (resource["Type"], key)
        for resource in deployed.transformed["Resources"].values()
        for key, value in _names(resource.get("Properties", {}))
        if "AWS::StackName" in json.dumps(value)
    }
    assert made
    assert made <= NAMES.keys()


def test_written_out_at_its_longest_the_template_matches_the_schemas_of_its_resources(
    deployed: DeployedTemplate,
) -> None:
    """Lengths and alphabets as the makers of the resource types wrote them down (CloudFormation's registry)."""
    resources = {
        name: {"Type": each["Type"], "Properties": each["Properties"]} for name, each in deployed.resources.items()
    }
    text = json.dumps({"AWSTemplateFormatVersion": "2010-09-09", "Resources": resources})
    # Takes two seconds, which a run that only collects the tests does not wait for.
    from cfnlint.api import lint

    found = [match for match in lint(text, regions=[REGION]) if match.rule.id.startswith("E")]
    assert [f"{match.message} {match.path}" for match in found] == []


def _names(node: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """The properties that give something a name, with their paths; lists are passed through."""
    if isinstance(node, list):
        for each in node:
            yield from _names(each, path)
    elif isinstance(node, dict):
        for key, value in node.items():
            if re.search("(Name|Domain|Id)$", key):
                yield f"{path}{key}", value
            else:
                yield from _names(value, f"{path}{key}.")


def _values(node: Any, path: list[str]) -> list[str]:
    """The texts at a path of properties, through lists."""
    if isinstance(node, list):
        return [value for each in node for value in _values(each, path)]
    if not path:
        return [node]
    return _values(node[path[0]], path[1:]) if path[0] in node else []


def _resources(paths: dict[str, Any]) -> set[str]:
    """Return the resources that API Gateway makes of paths: one for each beginning, and the root."""
    parts = [path.strip("/").split("/") for path in paths]
    return {"/"} | {"/".join(each[: end + 1]) for each in parts for end in range(len(each))}


def _referred(value: Any) -> str | None:
    """The logical id in ``{"Ref": …}`` or ``{"Fn::GetAtt": …}``."""
    if not isinstance(value, dict):
        return None
    target = value.get("Ref") or value.get("Fn::GetAtt")
    return target[0] if isinstance(target, list) else str(target).split(".")[0]


def _bytes(value: Any) -> int:
    return len(json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode())


def _dense(document: Any) -> int:
    """The characters of a policy that IAM counts: white space is none of them."""
    return len(re.sub(r"\s", "", json.dumps(document)))
