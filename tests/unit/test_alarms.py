"""The alarms: their recipients, and the page that says what to do."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from infra import build, templates
from tests.support.deployed_template import DeployedTemplate

TEMPLATE: dict[str, Any] = templates.template()
RESOURCES: dict[str, Any] = TEMPLATE["Resources"]
ALARMS = {
    name: resource["Properties"] for name, resource in RESOURCES.items() if resource["Type"] == "AWS::CloudWatch::Alarm"
}
FUNCTIONS = [name for name, resource in RESOURCES.items() if resource["Type"] == "AWS::Serverless::Function"]
OPERATIONS = (build.ROOT / "docs" / "operations.md").read_text()
KINDS_OF_DATA = {"breaching", "notBreaching", "ignore"}


def test_each_alarm_stands_once_in_the_table_of_alarms() -> None:
    """And no alarm stands there that is none."""
    section = OPERATIONS.split("\n## Alarms\n")[1].split("\n## ")[0]
    named = [name for row in section.splitlines() if row.startswith("| `") for name in _named(row)]
    assert sorted(named) == sorted(ALARMS)


@pytest.mark.parametrize("metric", ["Errors", "Throttles"])
@pytest.mark.parametrize("function", FUNCTIONS)
def test_somebody_hears_when_a_function_fails_or_is_refused(function: str, metric: str) -> None:
    heard = [
        each
        for each in ALARMS.values()
        if (each["Namespace"], each["MetricName"]) == ("AWS/Lambda", metric)
        and {"Name": "FunctionName", "Value": {"Ref": function}} in each["Dimensions"]
        # Those of a new version are there while it is deployed.
        and _dimension(each["Dimensions"], "ExecutedVersion") is None
    ]
    assert len(heard) == 1


@pytest.mark.parametrize("metric", ["ReadThrottleEvents", "WriteThrottleEvents"])
def test_somebody_hears_when_the_table_or_an_index_refuses(metric: str) -> None:
    names = {index["IndexName"] for index in RESOURCES["ConversationTable"]["Properties"]["GlobalSecondaryIndexes"]}
    heard = [each["Dimensions"] for each in ALARMS.values() if each["MetricName"] == metric]
    table = {"Name": "TableName", "Value": {"Ref": "ConversationTable"}}
    assert all(table in dimensions for dimensions in heard)
    indexes = [_dimension(dimensions, "GlobalSecondaryIndexName") for dimensions in heard]
    assert sorted(map(str, indexes)) == sorted([*names, "None"])


def test_calls_dropped_by_scheduler_raise_an_alarm() -> None:
    heard = {each["MetricName"] for each in ALARMS.values() if each["Namespace"] == "AWS/Scheduler"}
    assert heard == {"InvocationDroppedCount", "InvocationsFailedToBeSentToDeadLetterCount"}


def test_bounces_and_complaints_are_heard_where_ses_looks_at_an_account() -> None:
    """https://docs.aws.amazon.com/ses/latest/dg/reputationdashboardmessages.html: 5 % and 0.1 %."""
    heard = {each["MetricName"]: each["Threshold"] for each in ALARMS.values() if each["Namespace"] == "AWS/SES"}
    assert heard == {"Reputation.BounceRate": 0.05, "Reputation.ComplaintRate": 0.001}


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_tells_a_topic_and_says_what_it_means(name: str) -> None:
    (condition, topics, _) = ALARMS[name]["AlarmActions"]["Fn::If"]
    assert condition == "HasAlarmTopic"
    assert topics == [{"Fn::If": ["HasOwnAlarmTopic", {"Ref": "AlarmTopic"}, {"Ref": "AlarmTopicArn"}]}]
    assert ALARMS[name]["AlarmDescription"]
    # Missing data is nothing that happened. An alarm that did not say so would be neither on nor off at night.
    assert ALARMS[name]["TreatMissingData"] in KINDS_OF_DATA


def test_the_dashboard_shows_what_is_there() -> None:
    (board,) = DeployedTemplate(TEMPLATE).of_type("AWS::CloudWatch::Dashboard").values()
    body = json.loads(board["DashboardBody"])
    shown = [widget["properties"] for widget in body["widgets"]]
    assert len(shown) <= 12
    assert all(each["title"] and each["metrics"] for each in shown)
    # Twenty-four columns, and nothing lies on something else.
    places = [(each["x"] + x, each["y"]) for each in body["widgets"] for x in range(each["width"])]
    assert len(set(places)) == len(places)
    assert {x for x, _ in places} == set(range(24))


def _dimension(dimensions: list[dict[str, Any]], name: str) -> Any:
    return next((each["Value"] for each in dimensions if each["Name"] == name), None)


def _named(row: str) -> list[str]:
    return re.findall(r"`(\w+Alarm)`", row.split("|")[1])
