"""Settings of the template where AWS and the embedded stack differ: limits, sign-in pages, incoming mails, traces."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from infra import build, templates
from tests.support.deployed_template import transform

TEMPLATE: dict[str, Any] = templates.template()
RESOURCES: dict[str, Any] = TEMPLATE["Resources"]
PAGE = build.SOURCES / "console" / "page"
AGENTS = 1_000
"""Number of agents who may look at the page at the same time with the default limits (docs/operations.md)."""
ACCOUNT_RATE, ACCOUNT_BURST = 10_000, 5_000
"""https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html"""
POLLED = {
    "/api/pulse",
    "/api/conversations",
    "/api/conversations/counts",
    "/api/conversations/{conversation_id}",
}


def test_a_thousand_agents_may_look_at_the_page_at_the_same_time() -> None:
    visible = re.search(r"VISIBLE_MS = ([\d_]+);", (PAGE / "state" / "poll.js").read_text())
    assert visible
    parameters = TEMPLATE["Parameters"]
    assert parameters["PollRate"]["Default"] * int(visible[1]) / 1000 >= AGENTS
    assert AGENTS <= parameters["PollBurst"]["Default"] <= ACCOUNT_BURST
    assert parameters["PollRate"]["MaxValue"] <= ACCOUNT_RATE
    assert parameters["PollBurst"]["MaxValue"] <= ACCOUNT_BURST


def test_requests_of_every_open_page_have_a_limit_of_their_own() -> None:
    everything, *single = RESOURCES["Api"]["Properties"]["MethodSettings"]
    assert (everything["ResourcePath"], everything["HttpMethod"]) == ("/*", "*")
    assert everything["ThrottlingRateLimit"] == {"Ref": "ThrottlingRate"}
    assert {each["ResourcePath"].removeprefix("/").replace("~1", "/") for each in single} == POLLED
    paths = RESOURCES["Api"]["Properties"]["DefinitionBody"]["paths"]
    for each in single:
        assert each["HttpMethod"].lower() in paths[each["ResourcePath"].removeprefix("/").replace("~1", "/")]
        assert (each["ThrottlingRateLimit"], each["ThrottlingBurstLimit"]) == (
            {"Ref": "PollRate"},
            {"Ref": "PollBurst"},
        )
        # A single method inherits nothing from the settings of all.
        assert each.keys() == everything.keys()


def test_sign_in_pages_speak_the_language_of_the_page() -> None:
    """Managed login does, which needs the plan Essentials and a style:
    https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-managed-login.html"""
    assert TEMPLATE["Parameters"]["UserPoolTier"]["Default"] == "ESSENTIALS"
    assert TEMPLATE["Conditions"]["HasManagedLogin"] == {"Fn::Equals": [{"Ref": "UserPoolTier"}, "ESSENTIALS"]}
    assert RESOURCES["SignInPages"]["Properties"]["ManagedLoginVersion"] == {"Fn::If": ["HasManagedLogin", 2, 1]}
    style = RESOURCES["SignInStyle"]
    assert (style["Type"], style["Condition"]) == ("AWS::Cognito::ManagedLoginBranding", "HasManagedLogin")
    assert style["Properties"]["ClientId"] == {"Ref": "UserPoolClient"}
    authorize = (PAGE / "lib" / "session.js").read_text().split("/oauth2/authorize")[0]
    assert "lang: document.documentElement.lang" in authorize


@pytest.mark.parametrize("resource", ["MailBucketPolicy", "MailTopicPolicy"])
def test_mails_are_put_there_by_the_stacks_rule_alone_in_whichever_rule_set_it_stands(resource: str) -> None:
    text = json.dumps(RESOURCES[resource])
    assert ":receipt-rule-set/${RuleSet}:receipt-rule/${AWS::StackName}" in text
    assert (
        '{"RuleSet": {"Fn::If": ["HasOwnMailRuleSet", {"Ref": "AWS::StackName"}, {"Ref": "MailRuleSetName"}]}}' in text
    )


def test_stacks_that_share_a_rule_set_have_rules_of_different_names() -> None:
    rule = RESOURCES["MailRule"]["Properties"]
    assert rule["Rule"]["Name"] == {"Ref": "AWS::StackName"}
    assert rule["RuleSetName"]["Fn::If"][0] == "HasOwnMailRuleSet"


def test_a_rule_set_that_may_be_active_does_not_keep_a_stack_from_being_deleted() -> None:
    """SES refuses to delete the active one; the first creation, which activates nothing, can be rolled back."""
    own = RESOURCES["MailRuleSet"]
    assert own["Condition"] == "HasOwnMailRuleSet"
    assert (own["DeletionPolicy"], own["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain")


def test_the_stage_waits_for_the_log_group_that_api_gateway_would_make_itself() -> None:
    resources = transform(TEMPLATE)["Resources"]
    stage = resources["ApiliveStage"]["Properties"]
    assert stage["AccessLogSetting"]["DestinationArn"] == {"Fn::GetAtt": ["ApiLogGroup", "Arn"]}
    assert resources["ApiLogGroup"]["DependsOn"] == "ApiExecutionLogGroup"


def test_nothing_is_traced_unless_somebody_asks_for_it_and_then_by_the_stacks_own_rule() -> None:
    """X-Ray's own rule traces a request a second and five of a hundred others."""
    resources = transform(TEMPLATE)["Resources"]
    functions = [each["Properties"] for each in resources.values() if each["Type"] == "AWS::Lambda::Function"]
    assert functions
    for function in functions:
        assert function["TracingConfig"] == {"Mode": {"Fn::If": ["Traces", "Active", "PassThrough"]}}
    assert resources["ApiliveStage"]["Properties"]["TracingEnabled"] == {"Fn::If": ["Traces", True, False]}
    rule = resources["TraceSampling"]
    assert rule["Condition"] == "Traces"
    assert rule["Properties"]["SamplingRule"]["ReservoirSize"] == 0
    assert rule["Properties"]["SamplingRule"]["FixedRate"] == {"Ref": "TraceRate"}


def test_a_queue_of_mails_is_asked_only_where_mails_come() -> None:
    event = RESOURCES["MailFunction"]["Properties"]["Events"]["Told"]["Properties"]
    assert event["Enabled"] == {"Fn::If": ["ReadsMails", True, False]}
    assert TEMPLATE["Conditions"]["ReadsMails"]["Fn::Or"][0] == {"Condition": "HasMailDomain"}


def test_a_firewall_looks_at_the_stage_if_there_is_one() -> None:
    association = RESOURCES["ApiWebAcl"]
    assert association["Condition"] == "HasWebAcl"
    resource = association["Properties"]["ResourceArn"]["Fn::Sub"]
    assert resource.endswith("::/restapis/${Api}/stages/${Api.Stage}")


def test_roles_may_write_traces_only_where_there_are_any() -> None:
    roles = [each["Properties"] for each in RESOURCES.values() if each["Type"] == "AWS::IAM::Role"]
    statements = [
        statement
        for role in roles
        for policy in role.get("Policies", [])
        for statement in policy["PolicyDocument"]["Statement"]
        if "xray:" in json.dumps(statement)
    ]
    assert len(statements) == sum(each["Type"] == "AWS::Serverless::Function" for each in RESOURCES.values())
    assert all(statement["Fn::If"][0] == "Traces" for statement in statements)
