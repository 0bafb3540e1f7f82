"""The page of costs is what its script makes of the counted figures, and idleness is cheap."""

from __future__ import annotations

from typing import Any

import pytest

from infra import costs, live_costs, templates

IDLE_BUDGET = 1.00
"""USD a month without alarms and free tiers."""
MILLION_BUDGET = 250
"""USD for a month of a million messages with 300 agents, alarms included."""
LIVE_BUDGET = 0.10
"""USD a month for an agent's live connection."""


def test_the_page_is_what_the_script_writes() -> None:
    """After a change: python -m infra.costs."""
    page = costs.PAGE.read_text(encoding="utf-8")
    assert costs.written(page) == page


def test_a_stack_that_stands_idle_costs_less_than_a_dollar_beside_its_alarms() -> None:
    lines = list(costs.idle())
    assert {line.what for line in lines} == {"clocks", "Lambda asks SendQueue", "Lambda asks MediaQueue"}
    assert 0 < costs.total(lines) < IDLE_BUDGET


def test_every_alarm_is_named_on_the_page_with_its_price() -> None:
    page = costs.PAGE.read_text(encoding="utf-8")
    assert costs.alarms()
    assert all(page.count(f"`{name}`") == 1 for name in costs.alarms())


def test_nothing_that_is_paid_for_while_idle_is_in_the_template_without_a_line() -> None:
    """Resources with a price while idle, unless they are optional; a new one gets a line on the page."""
    kinds = {
        "AWS::CloudWatch::Dashboard": "HasDashboard",
        "AWS::KMS::Key": None,
        "AWS::SecretsManager::Secret": None,
        "AWS::EC2::NatGateway": None,
        "AWS::EC2::VPCEndpoint": None,
        "AWS::WAFv2::WebACL": None,
        "AWS::Logs::MetricFilter": "IsGradual",
    }
    resources: dict[str, Any] = templates.template()["Resources"]
    for resource in resources.values():
        if resource["Type"] in kinds:
            assert resource.get("Condition") is not None
            assert resource.get("Condition") == kinds[resource["Type"]]
    defaults = {name: parameter.get("Default") for name, parameter in templates.template()["Parameters"].items()}
    assert (defaults["FigureMetrics"], defaults["Dashboard"], defaults["TraceRate"]) == ("false", "false", 0)
    assert "SSESpecification" not in resources["ConversationTable"]["Properties"]
    settings = resources["Api"]["Properties"]["MethodSettings"]
    assert settings
    assert not any(each["MetricsEnabled"] for each in settings)


def test_every_log_group_has_an_end_and_the_apis_own_is_made_before_its_stage() -> None:
    resources: dict[str, Any] = templates.template()["Resources"]
    groups = {name: each["Properties"] for name, each in resources.items() if each["Type"] == "AWS::Logs::LogGroup"}
    assert all(each["RetentionInDays"] == {"Ref": "LogRetentionDays"} for each in groups.values())
    assert groups["ApiExecutionLogGroup"]["LogGroupName"] == {"Fn::Sub": "API-Gateway-Execution-Logs_${Api}/live"}
    assert resources["ApiLogGroup"]["DependsOn"] == "ApiExecutionLogGroup"
    access_log = resources["Api"]["Properties"]["AccessLogSetting"]["DestinationArn"]
    assert access_log == {"Fn::GetAtt": ["ApiLogGroup", "Arn"]}


def test_more_messages_cost_more_and_none_costs_as_much_as_a_cent() -> None:
    few, many = (costs.total(list(costs.month(messages))) for messages in (10_000, 1_000_000))
    assert few < many
    assert many / 1_000_000 < 0.01


def test_a_million_messages_with_300_agents_stay_within_their_budget() -> None:
    month = costs.total([*costs.idle(), *costs.month(1_000_000, costs.MANY_AGENTS)])
    watched = len(costs.alarms()) * costs.PRICES["CloudWatch, alarms"].usd
    assert month + watched <= MILLION_BUDGET
    assert (
        costs.total([*costs.idle(), *costs.month(1_000_000)]) < month
    )  # so many agents are more than the answers need


def test_a_row_that_is_not_counted_is_no_price() -> None:
    with pytest.raises(LookupError):
        costs.units_of("what nobody counted")


def test_part_of_live_connections_is_what_its_script_writes() -> None:
    """After a change: python -m infra.live_costs."""
    page = costs.PAGE.read_text(encoding="utf-8")
    assert live_costs.written(page) == page


def test_live_connection_costs_a_tenth_of_polling_every_two_seconds() -> None:
    found = {name: costs.total(lines) for name, lines in live_costs.bills().items()}
    assert round(found["live"], 2) <= LIVE_BUDGET
    assert found["live"] < found["polled every 2 s"] / 10


def test_pings_are_fewer_the_more_is_looked_at() -> None:
    assert live_costs.pings(0) == 30
    assert 30 > live_costs.pings(5) > live_costs.pings(40) > live_costs.pings(400) >= 0
