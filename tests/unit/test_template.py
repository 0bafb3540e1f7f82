"""The template and the code say the same: routes, handlers, variables, rights, and what happens to what fails."""

from __future__ import annotations

import ast
import importlib
import re
from functools import cache
from pathlib import Path
from typing import Any

import grimp
import pytest

from console.route_modules import MODULES
from infra import api_routes, build, templates
from reply import app, delivery
from shared.http_responses import EVERY_ANSWER
from tests.support.console_routes import all_routes

TEMPLATE: dict[str, Any] = templates.template()
RESOURCES: dict[str, Any] = TEMPLATE["Resources"]
FUNCTIONS = {
    name: resource["Properties"]
    for name, resource in RESOURCES.items()
    if resource["Type"] == "AWS::Serverless::Function"
}
EVERYWHERE = TEMPLATE["Globals"]["Function"]
QUEUES = [name for name, resource in RESOURCES.items() if resource["Type"] == "AWS::SQS::Queue"]
DEAD_LETTER_QUEUES = [name for name in QUEUES if re.search("DeadLetter|Failure", name)]

WITHOUT_THE_TABLE = {"SingleSignOnFunction"}
"""Functions that use nothing of what the template tells all of them."""
READ_BY_LIBRARIES = {"AWS_CA_BUNDLE"}
"""Variables that no line of ours reads; those of Powertools are known by their prefix."""
WITHOUT_RESOURCES = {
    "cloudwatch:DescribeAlarms",
    "scheduler:ListSchedules",
    "xray:PutTraceSegments",
    "xray:PutTelemetryRecords",
}
"""Actions that know no resources, so that their statement has to say "*"."""


@pytest.mark.parametrize(
    ("function", "module"), [("WebhookFunction", "webhook.app"), ("ConsoleFunction", "console.app")]
)
def test_routes_of_chalice_are_the_routes_of_the_template(function: str, module: str) -> None:
    app = all_routes() if module == "console.app" else importlib.import_module(module).app
    in_code = {(method, path) for path, methods in app.routes.items() for method in methods}
    assert in_code == {(method, path) for method, path, operation in _operations() if _answers(operation) == function}


def test_routes_are_written_from_the_description_of_the_api() -> None:
    """After a change of docs/openapi.yaml: python -m infra.api_routes."""
    text = api_routes.TEMPLATE.read_text()
    assert text == api_routes.with_routes(text, api_routes.described())


def test_no_function_has_a_route_outside_of_the_description() -> None:
    """SAM would make a permission for each: a new route stands in docs/openapi.yaml."""
    kinds = {event["Type"] for function in FUNCTIONS.values() for event in function.get("Events", {}).values()}
    assert not kinds & {"Api", "HttpApi"}


def test_only_webhooks_and_the_page_are_open_to_all() -> None:
    assert RESOURCES["Api"]["Properties"]["Auth"]["DefaultAuthorizer"] == "AgentAuthorizer"
    everybodys = {(method, path) for method, path, operation in _operations() if "security" in operation}
    assert everybodys == {
        ("GET", "/"),
        ("GET", "/assets/{name}"),
        ("GET", "/connected"),
        ("GET", "/webhooks/{channel}/{connection}"),
        ("POST", "/webhooks/{channel}/{connection}"),
    }


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_handler_can_be_called(function: str) -> None:
    module, _, name = FUNCTIONS[function]["Handler"].rpartition(".")
    assert callable(getattr(importlib.import_module(module), name))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_is_told_what_it_reads_and_nothing_else(function: str) -> None:
    everybodys = {} if function in WITHOUT_THE_TABLE else EVERYWHERE["Environment"]["Variables"]
    told = set(everybodys) | set(FUNCTIONS[function]["Environment"]["Variables"])
    ours = {name for name in told - READ_BY_LIBRARIES if not name.startswith("POWERTOOLS_")}
    assert ours == _read_by(FUNCTIONS[function]["Handler"].removesuffix(".lambda_handler"))


def test_every_setting_is_read_by_someone() -> None:
    read = {name for function in FUNCTIONS.values() for name in _read_by(function["Handler"].rpartition(".")[0])}
    assert read == set(_settings().values())


def test_every_queue_has_a_dead_letter_queue() -> None:
    for name in set(QUEUES) - set(DEAD_LETTER_QUEUES):
        target = RESOURCES[name]["Properties"]["RedrivePolicy"]["deadLetterTargetArn"]
        assert _referred(target) in DEAD_LETTER_QUEUES


def test_function_called_asynchronously_has_a_failure_destination() -> None:
    stream = FUNCTIONS["DispatchFunction"]["Events"]["Changes"]["Properties"]
    schedules = [FUNCTIONS[name]["EventInvokeConfig"] for name in ("FollowUpFunction", "ReconcileFunction")]
    for source in (stream, *schedules):
        assert _referred(source["DestinationConfig"]["OnFailure"]["Destination"]) in DEAD_LETTER_QUEUES


@pytest.mark.parametrize("queue", DEAD_LETTER_QUEUES)
def test_somebody_hears_of_a_dead_letter(queue: str) -> None:
    alarms = [resource["Properties"] for resource in RESOURCES.values() if resource["Type"] == "AWS::CloudWatch::Alarm"]
    watched = [_referred(each["Value"]) for alarm in alarms for each in alarm.get("Dimensions", [])]
    assert queue in watched


PAIRS = (("SendQueue", "ReplyFunction"), ("MediaQueue", "MediaFunction"), ("MailQueue", "MailFunction"))


@pytest.mark.parametrize("function", [function for _, function in PAIRS])
def test_a_function_that_reads_a_queue_runs_a_bounded_number_of_times_at_once(function: str) -> None:
    (source,) = FUNCTIONS[function]["Events"].values()
    assert source["Properties"]["ScalingConfig"]["MaximumConcurrency"]
    assert source["Properties"]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_the_queue_waits_longer_than_six_attempts_last() -> None:
    for queue, function in PAIRS:
        assert RESOURCES[queue]["Properties"]["VisibilityTimeout"] >= 6 * FUNCTIONS[function]["Timeout"]


def test_reply_is_over_before_its_claim_and_its_lease_and_both_end_within_a_minute() -> None:
    timeout = FUNCTIONS["ReplyFunction"]["Timeout"]
    assert timeout < app.CLAIM < 60
    assert timeout * 1000 < delivery.LEASE < 60_000
    assert timeout * 1000 > app.ENOUGH


def test_files_are_encrypted_private_and_gone_in_time() -> None:
    bucket = RESOURCES["MediaBucket"]["Properties"]
    assert all(bucket["PublicAccessBlockConfiguration"].values())
    assert bucket["BucketEncryption"]
    assert "VersioningConfiguration" not in bucket  # what is erased is gone
    everything, uploads = bucket["LifecycleConfiguration"]["Rules"]
    assert _referred(everything["ExpirationInDays"]) == "RetentionDays"
    assert not everything.keys() & {"Prefix", "TagFilters"}
    assert (uploads["TagFilters"], uploads["ExpirationInDays"]) == ([{"Key": "draft", "Value": "1"}], 1)
    (statement,) = RESOURCES["MediaBucketPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


@pytest.mark.parametrize("role", [name for name, each in RESOURCES.items() if each["Type"] == "AWS::IAM::Role"])
def test_a_role_names_its_actions_and_resources(role: str) -> None:
    for statement in _statements(role):
        actions = _listed(statement["Action"])
        assert not [action for action in actions if "*" in action]
        if "*" in _listed(statement["Resource"]):
            assert set(actions) <= WITHOUT_RESOURCES


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_function_has_a_role_and_a_log_of_its_own(function: str) -> None:
    stem = function.removesuffix("Function")
    assert _referred(FUNCTIONS[function]["Role"]) == f"{stem}Role"
    assert _referred(FUNCTIONS[function]["LoggingConfig"]["LogGroup"]) == f"{stem}LogGroup"
    assert "RetentionInDays" in RESOURCES[f"{stem}LogGroup"]["Properties"]


def test_secrets_are_readable_by_those_who_speak_to_platforms() -> None:
    readers = {
        role
        for role in RESOURCES
        if RESOURCES[role]["Type"] == "AWS::IAM::Role"
        for statement in _statements(role)
        if "ssm:GetParameter" in _listed(statement["Action"])
    }
    assert readers == {"WebhookRole", "MailRole", "MediaRole", "ReplyRole", "ListenRole", "ConsoleRole", "WatchRole"}
    # What is the console's own is no secret; the addresses of notices are. It reads connections' to change some.
    # The function that parses strangers' mails reads no secret of another channel.
    console = ["console/*", "connections/*", "notices/*"]
    others = {
        "MailRole": ["connections/email/*"],
        "WatchRole": ["notices/*"],
        "ListenRole": ["connections/*", "console/webhook"],
    }
    platforms = {role: ["connections/*"] for role in readers - {"ConsoleRole", *others}}
    for role, may_read in ({"ConsoleRole": console} | others | platforms).items():
        read = [each for each in _statements(role) if "ssm:GetParameter" in _listed(each["Action"])]
        paths = [str(each["Resource"]).rstrip("'}").partition("parameter/${AWS::StackName}/")[2] for each in read]
        assert paths == may_read


def test_secrets_are_written_by_those_who_renew_them_and_by_administrators() -> None:
    roles = [name for name, resource in RESOURCES.items() if resource["Type"] == "AWS::IAM::Role"]
    writers = {
        action: {role for role in roles for each in _statements(role) if action in _listed(each["Action"])}
        for action in ("ssm:PutParameter", "ssm:DeleteParameter")
    }
    assert writers == {
        "ssm:PutParameter": {"MediaRole", "ReplyRole", "ListenRole", "ConsoleRole"},
        "ssm:DeleteParameter": {"ConsoleRole"},
    }


def test_the_webhook_reads_the_names_of_connections_and_nothing_else_of_a_partition() -> None:
    (asked,) = (each for each in _statements("WebhookRole") if "dynamodb:Query" in _listed(each["Action"]))
    assert asked["Condition"]["ForAllValues:StringEquals"] == {
        "dynamodb:LeadingKeys": ["connections"],
        "dynamodb:Attributes": ["pk", "sk", "i"],
    }


def test_gateways_own_answers_are_kept_by_no_cache() -> None:
    """As the functions' own answers are."""
    said = RESOURCES["Api"]["Properties"]["GatewayResponses"]
    assert said.keys() == {"DEFAULT_4XX", "DEFAULT_5XX"}
    for each in said.values():
        headers = each["ResponseParameters"]["Headers"]
        assert headers == {name: f"'{value}'" for name, value in EVERY_ANSWER.items()}


def test_parameters_and_outputs_are_explained() -> None:
    for part in ("Parameters", "Outputs"):
        assert all(each["Description"] for each in TEMPLATE[part].values())


def _operations() -> list[tuple[str, str, dict[str, Any]]]:
    """Method, path and definition of every route of the API."""
    paths = RESOURCES["Api"]["Properties"]["DefinitionBody"]["paths"]
    return [(method.upper(), path, operation) for path, item in paths.items() for method, operation in item.items()]


def _answers(operation: dict[str, Any]) -> str:
    """The logical id of the function that a route's integration calls."""
    _, variables = operation["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"]
    return variables["Alias"]["Ref"].removesuffix(".Alias")


def _statements(role: str) -> list[dict[str, Any]]:
    policies = RESOURCES[role]["Properties"].get("Policies", [])
    return [_at_most(statement) for policy in policies for statement in policy["PolicyDocument"]["Statement"]]


def _at_most(statement: dict[str, Any]) -> dict[str, Any]:
    """A statement as it stands where its condition holds."""
    return statement["Fn::If"][1] if "Fn::If" in statement else statement


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _referred(value: Any) -> str | None:
    """The logical id in ``!Ref X``, ``!GetAtt X.Y``; None for a value that names none."""
    if not isinstance(value, dict):
        return None
    target = value.get("Ref") or value.get("Fn::GetAtt")
    return target[0] if isinstance(target, list) else str(target).split(".")[0]


def _read_by(module: str) -> set[str]:
    """The variables that a function can come to read: those of all modules that it imports."""
    reached = {module, *_graph().find_upstream_modules(module)}
    return {_settings()[name] for each in reached for name in _settings_used_in(each)}


@cache
def _graph() -> grimp.ImportGraph:
    packages = sorted(path.parent.name for path in build.SOURCES.glob("*/__init__.py"))
    graph = grimp.build_graph(*packages, exclude_type_checking_imports=True)
    for routes in {name for names in MODULES.values() for name in names}:  # imported by name, when they are asked for
        graph.add_import(importer="console.app", imported=f"console.routes.{routes}")
    return graph


@cache
def _settings() -> dict[str, str]:
    """The functions of settings.py, with the variable that each reads."""
    tree = ast.parse((build.SOURCES / "shared" / "settings.py").read_text())
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    found = {node.name: re.findall(r"_required\('([A-Z_]+)'\)", ast.unparse(node)) for node in functions}
    return {name: variables[0] for name, variables in found.items() if variables}


@cache
def _settings_used_in(module: str) -> frozenset[str]:
    path = build.SOURCES / Path(*module.split("."))
    source = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    used = re.findall(r"\bsettings\.(\w+)\(", source.read_text())
    return frozenset(name for name in used if name in _settings())


def test_each_parameter_stands_in_one_group() -> None:
    groups = TEMPLATE["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    listed = [name for group in groups for name in group["Parameters"]]
    assert sorted(listed) == sorted(TEMPLATE["Parameters"])
