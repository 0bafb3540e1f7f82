"""The team's rules: what a team has set, what the stack sets otherwise, and which rules are refused."""

from __future__ import annotations

import pytest

from tests.functional.console_api import DAY, MINUTE, Console, now, visitor_post
from tests.functional.follow_ups.agents_api import Json, promise, read, rules


def test_a_team_that_has_said_nothing_asks_as_the_stack_has_it(console: Console) -> None:
    assert console.get("/teams/service").body == {
        "name": "service",
        "hours": {
            "zone": "Etc/UTC",
            "week": {day: ["00:00-24:00"] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")},
            "country": "",
            "subdivision": "",
            "closed": [],
            "open": [],
            "quiet": [],
            "customer_zone": "",
        },
        "after": "P7D",
        "patience": "P7D",
        "spread": "PT30M",
        "cap": 2,
        "disclose": False,
        "template": "usual",
        "language": "en",
        "targets": {},
        "label": "",
        "members": [],
        "members_only": False,
        "approve_offers": False,
        "customer_fields": [],
    }


HOURS = {
    "zone": "Europe/Berlin",
    "week": {"mon": ["09:00-12:30", "13:30-18:00"], "fri": ["22:00-24:00"], "sat": ["00:00-02:00"]},
    "country": "DE",
    "subdivision": "BY",
    "closed": ["2026-12-24"],
    "open": ["2026-11-01"],
    "quiet": ["00:00-08:00", "21:00-24:00"],
    "customer_zone": "America/New_York",
}


def test_the_rules_are_read_as_they_were_written(console: Console, lead: Console) -> None:
    written = {"hours": HOURS, "after": "P3D", "patience": "P10D", "spread": "PT1H", "cap": 0, "disclose": True}
    written |= {"template": "by_name", "language": "de", "targets": {"next_response": "PT2H"}}
    written |= {"label": "Kundendienst", "members": ["kim"], "members_only": False, "approve_offers": True}
    written |= {"customer_fields": [{"name": "since", "label": "Kunde seit", "type": "date", "choices": []}]}
    saved = lead.put("/teams/service", written)
    assert (saved.status, saved.body) == (200, {"name": "service"} | written)
    assert console.get("/teams/service").body == saved.body
    assert lead.put("/teams/service", saved.body).body == saved.body


def test_times_over_midnight_belong_to_two_days(lead: Console) -> None:
    hours = {"week": {"fri": ["22:00-02:00"]}, "quiet": ["21:00-08:00"]}
    shown = lead.put("/teams/service", {"hours": hours}).body["hours"]
    assert shown["week"] == {"fri": ["22:00-24:00"], "sat": ["00:00-02:00"]}
    assert shown["quiet"] == ["00:00-08:00", "21:00-24:00"]


def test_omitted_or_null_setting_is_the_stacks(lead: Console) -> None:
    lead.put("/teams/service", {"after": "P3D", "cap": 5})
    again = lead.put("/teams/service", {"after": None, "language": "de"}).body
    assert (again["after"], again["cap"], again["language"]) == ("P7D", 2, "de")


def test_the_delay_of_the_team_is_the_usual_one(console: Console, lead: Console) -> None:
    rules(lead, after="P3D")
    made = promise(console, visitor_post())
    assert abs(read(made["at"]) - now() - 3 * DAY) < MINUTE


@pytest.mark.parametrize(
    ("document", "named"),
    [
        ({"name": "sales"}, "name"),
        ({"after": "7D"}, "after"),
        ({"patience": "soon"}, "patience"),
        ({"spread": ""}, "spread"),
        ({"hours": {"zone": "Europe/Atlantis"}}, "zone"),
        ({"hours": {"week": {}}}, "week"),
        ({"hours": {"week": {"tue": ["09:00-12:00", "11:00-18:00"]}}}, "week.tue"),
        ({"hours": {"country": "XX"}}, "country"),
        ({"hours": {"country": "DE", "subdivision": "XX"}}, "subdivision"),
        ({"hours": {"closed": ["Christmas"]}}, "closed"),
        ({"hours": {"open": ["2026-11-01"], "closed": ["2026-11-01"]}}, "open"),
        ({"hours": {"customer_zone": "Mars"}}, "customer_zone"),
    ],
    ids=str,
)
def test_each_rule_that_is_wrong_is_named(lead: Console, document: Json, named: str) -> None:
    assert_refused(lead, document, 422, "rules", named)


@pytest.mark.parametrize(
    ("document", "named"),
    [
        ({"colour": "red"}, "colour"),
        ({"after": 7}, "after"),
        ({"cap": -1}, "cap"),
        ({"cap": 1001}, "cap"),
        ({"cap": True}, "cap"),
        ({"cap": "2"}, "cap"),
        ({"disclose": "yes"}, "disclose"),
        ({"template": "No Name"}, "template"),
        ({"language": "fr"}, "language"),
        ({"hours": []}, "hours"),
        ({"hours": {"days": {}}}, "days"),
        ({"hours": {"week": {"mon": ["9-18"]}}}, "week.mon"),
        ({"hours": {"week": {"funday": []}}}, "funday"),
        ({"hours": {"quiet": ["21-8"]}}, "quiet"),
    ],
    ids=str,
)
def test_rules_of_another_form_are_refused_by_name(lead: Console, document: Json, named: str) -> None:
    assert_refused(lead, document, 400, "malformed", named)


def assert_refused(lead: Console, document: Json, status: int, error: str, named: str) -> None:
    """Assert that rules are refused with a message that names the field, and that nothing changes."""
    before = lead.get("/teams/service").body
    refused = lead.put("/teams/service", document)
    assert (refused.status, refused.body["error"]) == (status, error)
    assert named in refused.body["message"]
    assert lead.get("/teams/service").body == before


def test_a_team_without_a_connection_is_none(lead: Console) -> None:
    for refused in (lead.get("/teams/nobody"), lead.put("/teams/nobody", {}), lead.get("/teams/nobody/templates")):
        assert (refused.status, refused.body["error"]) == (404, "no_team")
