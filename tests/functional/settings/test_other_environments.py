"""Functions keep teams and rules for half a minute. What another environment wrote meanwhile is not overlooked."""

from __future__ import annotations

import json

import pytest

from storage import routing_rules, table, team_names, teams
from tests.functional.console_api import Console

RULE = {"name": "Invoices", "team": "service"}


@pytest.fixture
def console(table: str, lambda_context: object) -> Console:
    """An agent, after the teams and rules were read."""
    team_names.names()
    teams.team("service")
    routing_rules.rules()
    return Console(lambda_context)


def make_elsewhere(team: str) -> None:
    """Create a team as another environment does."""
    table.update(("teams", "#"), "ADD #names :teams", names={"#names": "names"}, teams={team, "service"})


def test_a_team_that_was_just_made_is_there(console: Console) -> None:
    make_elsewhere("sales")
    assert console.get("/teams/sales").status == 200
    assert "sales" in [team["name"] for team in console.get("/teams").body["items"]]


def test_the_list_of_teams_has_one_that_was_just_made(console: Console) -> None:
    make_elsewhere("sales")
    assert [team["name"] for team in console.get("/teams").body["items"]] == ["sales", "service"]


def test_a_teams_rules_are_told_as_they_are_now(console: Console) -> None:
    table.put({"pk": "teams", "sk": "team#service", "b": json.dumps({"cap": 7})})
    assert console.get("/teams/service").body["cap"] == 7


def test_routing_rules_are_told_as_they_are_now(console: Console) -> None:
    table.put({"pk": "teams", "sk": "routing", "b": json.dumps([RULE])})
    assert [rule["name"] for rule in console.get("/routing").body["rules"]] == ["Invoices"]
