"""Teams: made and taken away by admins, with a label, members and targets."""

from __future__ import annotations

import pytest

from conversations import inbox_order
from storage import team_names
from tests.functional.console_api import Console, visitor_post
from tests.functional.follow_ups.agents_api import Json
from tests.support.stack import Stack


def names(console: Console) -> list[str]:
    """The teams, as the API lists them."""
    return [team["name"] for team in console.get("/teams").body["items"]]


def test_a_team_is_made_and_taken_away(console: Console, admin: Console) -> None:
    made = admin.post("/teams", {"name": "sales", "label": "Verkauf"})
    assert (made.status, made.body["name"], made.body["label"], made.body["members"]) == (201, "sales", "Verkauf", [])
    assert names(console) == ["sales", "service"]
    assert admin.delete("/teams/sales").body == {"deleted": True}
    assert names(console) == ["service"]
    assert console.get("/teams/sales").status == 404
    assert team_names.removed_lately() == ["sales"]


def test_members_targets_and_label_are_rules_like_the_others(console: Console, lead: Console) -> None:
    written = {
        "label": "Hilfe",
        "members": ["kim", "noa"],
        "targets": {"first_response": "PT4H", "resolution": "PT16H"},
    }
    saved = lead.put("/teams/service", written).body
    (listed,) = console.get("/teams").body["items"]
    assert listed == saved == saved | written


@pytest.mark.parametrize(
    ("document", "status", "error", "named"),
    [
        ({"label": "x" * 81}, 422, "rules", "label"),
        ({"label": "two\nlines"}, 422, "rules", "label"),
        ({"members": "kim"}, 400, "malformed", "members"),
        ({"members": [""]}, 400, "malformed", "members"),
        ({"members": [7]}, 400, "malformed", "members"),
        ({"targets": {"first_answer": "PT1H"}}, 400, "malformed", "first_answer"),
        ({"targets": {"resolution": "P1D"}}, 400, "malformed", "resolution"),
        ({"targets": {"first_response": "PT0S"}}, 422, "rules", "first_response"),
    ],
    ids=str,
)
def test_invalid_setting_of_a_team_is_named(lead: Console, document: Json, status: int, error: str, named: str) -> None:
    refused = lead.put("/teams/service", document)
    assert (refused.status, refused.body["error"]) == (status, error)
    assert named in refused.body["message"]


def test_a_team_that_something_points_to_stays(stack: Stack, admin: Console) -> None:
    admin.post("/teams", {"name": "sales"})
    refused = admin.delete("/teams/service")
    assert (refused.status, refused.body["error"], refused.body["used_by"]) == (409, "team_in_use", ["facebook/demo"])
    visitor_post()
    assert admin.delete("/teams/service").body["used_by"] == ["facebook/demo", "conversations"]


def test_the_last_team_stays(admin: Console) -> None:
    refused = admin.delete("/teams/service")
    assert (refused.status, refused.body["error"]) == (409, "last_team")


@pytest.mark.parametrize("name", ["", "Sales", "s p", "a" * 51, "-x"])
def test_a_name_that_is_none_is_refused(admin: Console, name: str) -> None:
    assert admin.post("/teams", {"name": name}).body["error"] == "rules"


def test_a_name_is_given_once(admin: Console) -> None:
    assert admin.post("/teams", {"name": "service"}).body["error"] == "team_exists"


def test_only_admins_make_and_take_away_teams(console: Console, lead: Console) -> None:
    for refused in (lead.post("/teams", {"name": "sales"}), console.delete("/teams/service")):
        assert (refused.status, refused.body["error"]) == (403, "admins_only")


def test_a_team_has_its_own_partitions() -> None:
    assert set(inbox_order.partitions("sales")).isdisjoint(inbox_order.partitions("service"))
