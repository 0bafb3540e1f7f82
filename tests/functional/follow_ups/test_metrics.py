"""The figures: what came of asking back, by team, channel and week, counted once."""

from __future__ import annotations

import pytest

from conversations.metrics import NAMES, week_of
from tests.functional.console_api import DAY, Console, now, private_message
from tests.functional.follow_ups.agents_api import Json, answer, asked, come_due, outcome, promise
from tests.support.stack import Stack


def report(console: Console, **query: str) -> Json:
    """The report of some weeks."""
    found = console.get("/reports/follow-ups", query)
    assert found.status == 200, found
    return found.body


def counted(figures: Json) -> Json:
    """The figures that are not zero."""
    return {name: figures[name] for name in (*NAMES, "solved_in_public") if figures.get(name)}


def test_figures_tell_what_came_of_asking_back(console: Console, stack: Stack) -> None:
    post = asked(console)
    answer(1, "Ja, es geht wieder, danke!")
    chat = private_message()
    promise(console, chat, after="P7D")
    come_due(chat)
    stack.settle()
    told = report(console)
    rows = {row["visibility"]: counted(row) for row in told["rows"]}
    assert rows == {"public": {"promised": 1, "asked": 1, "proposed_solved": 1}, "private": {"promised": 1, "task": 1}}
    assert {(row["team"], row["channel"], row["week"]) for row in told["rows"]} == {
        ("service", "facebook", week_of(now()))
    }
    assert counted(told["totals"]) == {"promised": 2, "asked": 1, "task": 1, "proposed_solved": 1}
    assert told["totals"]["proposed"] == 1
    outcome(console, post, "still_broken")
    stack.settle()
    assert counted(report(console)["totals"]) == {"promised": 2, "asked": 1, "task": 1, "still_broken": 1}


def test_repeated_stream_record_is_counted_once(console: Console, stack: Stack) -> None:
    asked(console)
    answer(1, "Ja, es geht wieder, danke!")
    stack.settle()
    before = report(console)
    assert stack.hand_over(stack.records) == []
    stack.settle()
    assert stack.hand_over(stack.records[::-1]) == []
    stack.settle()
    assert report(console) == before
    assert counted(before["totals"]) == {"promised": 1, "asked": 1, "proposed_solved": 1}


def test_a_report_is_of_a_team_and_of_weeks(console: Console, stack: Stack) -> None:
    asked(console)
    stack.settle()
    this, last = week_of(now()), week_of(now() - 7 * DAY)
    assert report(console)["from"] == week_of(now() - 77 * DAY)
    assert len(report(console, **{"from": this, "to": this, "team": "service"})["rows"]) == 1
    assert report(console, team="sales")["rows"] == []
    assert counted(report(console, **{"from": last, "to": last})["totals"]) == {}


@pytest.mark.parametrize(
    "query",
    [
        {"from": "2026-48"},
        {"from": "2026-W54"},
        {"to": "2026-W00"},
        {"to": "0000-W01"},
        {"team": ""},
        {"week": "2026-W10"},
    ],
    ids=str,
)
def test_a_report_nobody_can_mean_is_refused(console: Console, query: dict[str, str]) -> None:
    refused = console.get("/reports/follow-ups", query)
    assert (refused.status, refused.body["error"]) == (400, "malformed")


@pytest.mark.parametrize(
    ("first", "last"),
    [("2026-W10", "2026-W09"), ("2020-W01", "2026-W09"), ("2025-W53", "2026-W09")],
    ids=["backwards", "six years", "a week that is not"],
)
def test_a_period_that_is_none_is_refused(console: Console, first: str, last: str) -> None:
    refused = console.get("/reports/follow-ups", {"from": first, "to": last})
    assert (refused.status, refused.body["error"]) == (422, "period")
