"""The report: what arrived, what was done and what is unanswered, in sums, times and as a file."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from console.app import lambda_handler
from console.views.conversations import when
from console.views.reports import csv_of, numbers
from conversations.metrics import week_of
from storage import keys, reporting, table
from tests.functional.console_api import DAY, MINUTE, Console, head, now, private_message, sample, visitor_post
from tests.functional.follow_ups.agents_api import answer as reply_of_customer
from tests.functional.follow_ups.agents_api import asked, outcome
from tests.support.stack import Stack

Json = dict[str, Any]
HOUR = 60 * MINUTE


@pytest.fixture
def console(table: str, lambda_context: object) -> Console:
    """An agent."""
    return Console(lambda_context)


def report(console: Console, **query: str) -> Json:
    """The report of some weeks."""
    found = console.get("/reports/overview", query)
    assert found.status == 200, found
    return found.body


def counted(figures: Json) -> Json:
    """The figures that say something."""
    return {name: value for name, value in figures.items() if value}


def answer(console: Console, conversation: str, **more: Any) -> None:
    done = console.post(f"/conversations/{conversation}/replies", {"text": "Bitte neu starten."} | more)
    assert done.status == 201, done


def test_messages_count_before_anybody_deals_with_them(console: Console, stack: Stack) -> None:
    for number in range(3):
        private_message(f"m_{number}", at=now() - HOUR + number)
    stack.settle()
    told = report(console)
    (row,) = told["rows"]
    assert (row["week"], row["team"], row["channel"], row["visibility"]) == (
        week_of(now() - HOUR),
        "service",
        "facebook",
        "private",
    )
    assert counted(told["totals"]) == {"opened": 1, "inbound": 3}


def test_a_report_counts_what_arrived_and_not_only_what_somebody_dealt_with(console: Console, stack: Stack) -> None:
    """Of thirteen conversations with ten messages each some are answered, some closed, some put aside."""
    chats = [
        [private_message(f"m_{chat}_{number}", thread=f"t_{chat}", at=now() - HOUR + number) for number in range(10)][
            -1
        ]
        for chat in range(13)
    ]
    for chat in chats[:5]:
        answer(console, chat)
    answer(console, chats[5], resolve=True)
    console.post(f"/conversations/{chats[6]}/snooze", {"after": "P1D"})
    stack.settle()
    told = report(console)
    assert (told["totals"]["opened"], told["totals"]["inbound"]) == (13, 130)
    assert told["unanswered"] | {"oldest": None} == {"open": 6, "waiting": 7, "messages": 70, "oldest": None}


def test_a_report_says_since_when_the_oldest_waits(console: Console, stack: Stack) -> None:
    assert report(console)["unanswered"] == {"open": 0, "waiting": 0, "messages": 0, "oldest": None}
    first = now() - 9 * DAY
    private_message("m_1", thread="t_1", at=first)
    private_message("m_2", thread="t_2", at=now() - HOUR)
    visitor_post(at=now() - 3 * DAY)
    stack.settle()
    assert report(console)["unanswered"] == {"open": 3, "waiting": 3, "messages": 3, "oldest": when(first)}
    assert report(console, visibility="public")["unanswered"]["oldest"] == when(head(visitor_post()).waiting_since)
    assert report(console, channel="x")["unanswered"]["open"] == 0
    assert report(console, team="sales")["unanswered"]["open"] == 0


def test_messages_count_in_the_week_in_which_they_arrived_before_and_after_the_answer(
    console: Console, stack: Stack
) -> None:
    times = [now() - 15 * DAY, now() - 8 * DAY, now() - 8 * DAY + 1, now() - MINUTE]
    *_, chat = [private_message(f"m_{number}", at=at) for number, at in enumerate(times)]
    weeks = {week: sum(week_of(at) == week for at in times) for week in {week_of(at) for at in times}}

    def inbound() -> dict[str, int]:
        return {week["week"]: week["inbound"] for week in report(console)["weeks"] if week["inbound"]}

    stack.settle()
    assert inbound() == weeks
    answer(console, chat)
    stack.settle()
    assert inbound() == weeks
    assert {week["week"]: week["opened"] for week in report(console)["weeks"] if week["opened"]} == {
        week_of(times[0]): 1
    }


def test_arrivals_are_counted_once_however_often_and_in_whatever_order_records_come(
    console: Console, stack: Stack
) -> None:
    chat = private_message("m_1", at=now() - 8 * DAY)
    private_message("m_2", at=now() - HOUR)
    answer(console, chat)
    private_message("m_3", at=now() + MINUTE)
    stack.settle()
    before = report(console)
    assert before["totals"]["inbound"] == 3
    for records in (stack.records, stack.records[::-1]):
        assert stack.hand_over(records) == []
        stack.settle()
        assert report(console) == before


def test_unanswered_message_stays_counted_when_it_is_erased(console: Console, lead: Console, stack: Stack) -> None:
    chat = private_message("m_1", at=now() - 8 * DAY)
    stack.settle()
    before = report(console)["totals"]
    assert lead.delete(f"/conversations/{chat}").status in (200, 204)
    for _ in range(2):
        stack.settle()
        told = report(console)
        assert (told["totals"], told["unanswered"]["open"]) == (before, 0)
        assert stack.hand_over(stack.records) == []


def test_unanswered_message_stays_counted_when_it_expires(console: Console, stack: Stack) -> None:
    chat = private_message("m_1", at=now() - 8 * DAY)
    stack.settle()
    before = report(console)["totals"]
    table.delete(keys.head_key(chat))
    removals = stack.changes()
    removals[-1]["userIdentity"] = {"type": "Service", "principalId": "dynamodb.amazonaws.com"}
    for _ in range(2):
        assert stack.hand_over(removals) == []
        told = report(console)
        assert (told["totals"], told["unanswered"]["open"]) == (before, 0)


def test_a_machines_reading_is_no_result_until_an_agent_confirms_it(console: Console, stack: Stack) -> None:
    post = asked(console)
    reply_of_customer(1, "Ja, es geht wieder, danke!")
    stack.settle()
    told = report(console)["totals"]
    assert (told["solved"], told["proposed"], told["proposed_solved"]) == (0, 1, 1)
    outcome(console, post, "solved")
    stack.settle()
    told = report(console)["totals"]
    assert (told["solved"], told["proposed"], told["proposed_solved"]) == (1, 0, 0)
    outcome(console, post, "still_broken")
    stack.settle()
    told = report(console)["totals"]
    assert (told["solved"], told["still_broken"], told["proposed"]) == (0, 1, 0)


def test_an_answer_counts_all_that_it_answers(console: Console, stack: Stack) -> None:
    *_, chat = [private_message(f"m_{number}", at=now() - HOUR + number) for number in range(3)]
    answer(console, chat)
    stack.dispatch()
    found = report(console)
    assert {(row["week"], row["team"], row["channel"], row["visibility"]) for row in found["rows"]} == {
        (week, "service", "facebook", "private") for week in {week_of(now() - HOUR), week_of(now())}
    }
    told = counted(found["totals"])
    assert told.pop("first_response_median_s") == pytest.approx(3600, rel=0.07)
    assert told.pop("first_response_p90_s") == pytest.approx(3600, rel=0.07)
    assert told == {"opened": 1, "inbound": 3, "outbound": 1, "first_responses": 1}


def test_closing_and_taking_up_again_are_counted_each_time(console: Console, stack: Stack) -> None:
    chat = private_message("m_1", at=now() - 2 * HOUR)
    answer(console, chat, resolve=True)
    stack.dispatch()
    private_message("m_2", at=now() + MINUTE)
    stack.dispatch()
    assert counted(report(console)["totals"]).get("reopened") is None
    answer(console, chat, resolve=True)
    stack.dispatch()
    told = counted(report(console)["totals"])
    assert told.pop("resolution_median_s") == pytest.approx(7200, rel=0.07)
    assert {
        name: told[name] for name in ("opened", "inbound", "outbound", "resolved", "reopened", "first_responses")
    } == {
        "opened": 1,
        "inbound": 2,
        "outbound": 2,
        "resolved": 2,
        "reopened": 1,
        "first_responses": 1,
    }


def test_repeated_stream_record_is_counted_once(console: Console, stack: Stack) -> None:
    answer(console, visitor_post())
    stack.dispatch()
    before = report(console)
    assert stack.hand_over(stack.records[::-1]) == []
    assert report(console) == before


def test_figures_of_teams_and_channels_are_told_apart_and_together(console: Console, table: str) -> None:
    for team, channel, bucket in (
        ("sales", "facebook", "f10"),
        ("service", "facebook", "f30"),
        ("service", "x", "f50"),
    ):
        reporting.count(team + channel, "1", (team, channel, "public"), [("first_responses", 1), (bucket, 1)], now())
    assert [row["channel"] for row in report(console, team="service")["rows"]] == ["facebook", "x"]
    together = report(console, team="service")["totals"]
    assert together["first_responses"] == 2
    assert together["first_response_median_s"] < together["first_response_p90_s"]
    assert len(report(console, team="service", channel="facebook")["rows"]) == 1


def test_a_week_is_told_as_a_whole(console: Console, table: str) -> None:
    for number, (visibility, bucket) in enumerate([("public", "f10"), ("public", "f10"), ("private", "f50")]):
        changes = [("first_responses", 1), (bucket, 1)]
        reporting.count(str(number), "1", ("service", "facebook", visibility), changes, now())
    told = report(console)
    (week,) = told["weeks"]
    assert week == {"week": week_of(now())} | told["totals"]
    assert week["first_responses"] == 3
    (public,) = report(console, visibility="public")["weeks"]
    assert public["first_responses"] == 2
    assert public["first_response_median_s"] == public["first_response_p90_s"] < week["first_response_p90_s"]


@pytest.mark.parametrize(
    "query",
    [{"format": "xml"}, {"channel": "fax"}, {"visibility": "secret"}, {"from": "2026-48"}, {"colour": "red"}],
    ids=str,
)
def test_a_report_nobody_can_mean_is_refused(console: Console, query: dict[str, str]) -> None:
    refused = console.get("/reports/overview", query)
    assert (refused.status, refused.body["error"]) == (400, "malformed")


@pytest.mark.parametrize(
    ("query", "accept"), [({"format": ["csv"]}, "*/*"), (None, "text/csv, */*")], ids=["asked for", "accepted"]
)
def test_the_rows_come_as_a_file(console: Console, lambda_context: object, query: Any, accept: str) -> None:
    reporting.count("a", "1", ("service", "facebook", "public"), [("opened", 2), ("f10", 1)], now())
    event = sample("reply")
    event["requestContext"] |= {"httpMethod": "GET", "resourcePath": "/api/reports/overview"}
    event |= {"httpMethod": "GET", "pathParameters": None, "multiValueQueryStringParameters": query, "body": None}
    event["headers"] = {"accept": accept}
    answer = lambda_handler(event, lambda_context)
    headers = {name.lower(): value[0] for name, value in answer["multiValueHeaders"].items()} | {
        name.lower(): value for name, value in answer["headers"].items()
    }
    assert headers["content-type"].startswith("text/csv")
    assert "attachment" in headers["content-disposition"]
    (row,) = csv.DictReader(io.StringIO(answer["body"]))
    (same,) = report(console)["rows"]
    assert row == {name: "" if value is None else str(value) for name, value in same.items()}


def test_no_name_is_a_formula() -> None:
    place = {"week": "2026-W48", "team": '=HYPERLINK("x")', "channel": "a,b", "visibility": "public"}
    (row,) = csv.DictReader(io.StringIO(csv_of([place | numbers({})])))
    assert (row["team"], row["channel"]) == ('\'=HYPERLINK("x")', "a,b")


def test_the_figures_are_metrics_as_well(console: Console, stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    answer(console, private_message("m_1", at=now() - HOUR))
    stack.dispatch()
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"_aws"' in line]
    told = {name: line[name] for line in lines if line.get("team") == "service" for name in line if name[0].isupper()}
    assert set(told) >= {"Opened", "Inbound", "Outbound", "FirstResponses", "FirstResponseTime"}
    assert told["FirstResponseTime"] == [pytest.approx(3600, rel=0.07)]
    assert {line["channel"] for line in lines if "Opened" in line} == {"facebook"}


def test_breakdown_shows_conversations_by_agent_tag_and_hour_of_the_week(console: Console, stack: Stack) -> None:
    began = now() - HOUR
    conversation = visitor_post("one", at=began)
    visitor_post("two", at=began)
    stack.settle()
    assert console.put(f"/conversations/{conversation}/tags", {"add": ["router", "wlan"]}).status == 200
    answer(console, conversation, resolve=True)
    stack.settle()
    told = console.get("/reports/breakdown", {"team": "service"}).body
    assert (told["conversations"], told["complete"], told["zone"]) == (1, True, "UTC")
    (agent,) = told["agents"]
    assert (agent["conversations"], agent["resolved"], agent["missed"], agent["solved"]) == (1, 1, 0, 0)
    assert [tag["id"] for tag in told["tags"]] == ["router", "wlan"]
    at = datetime.fromtimestamp(began / 1000, UTC)
    assert {hour: count for hour, count in enumerate(told["hours"]) if count} == {at.weekday() * 24 + at.hour: 1}


@pytest.mark.invariant(2)
def test_breakdown_is_the_same_when_everything_is_folded_again(console: Console, stack: Stack) -> None:
    began = now() - HOUR
    conversation = visitor_post("one", at=began)
    stack.settle()
    assert console.post(f"/conversations/{conversation}/resolve").status == 200
    stack.settle()
    before = console.get("/reports/breakdown").body
    visitor_post("one", at=began)
    stack.settle()
    assert console.get("/reports/breakdown").body == before


@pytest.mark.parametrize("query", [{"from": "2026-W20", "to": "2026-W10"}, {"from": "2025-W53"}])
def test_breakdown_of_no_period_is_refused(console: Console, query: dict[str, str]) -> None:
    refused = console.get("/reports/breakdown", query)
    assert (refused.status, refused.body["error"]) == (422, "period")


def test_board_shows_what_waits_now_in_all_and_by_team(console: Console, stack: Stack) -> None:
    since = now() - HOUR
    visitor_post("one", at=since)
    visitor_post("two", at=since + MINUTE)
    stack.settle()
    told = console.get("/reports/board").body
    expected = {"open": 2, "waiting": 2, "messages": 2, "oldest": when(since), "late": told["totals"]["late"]}
    assert told["totals"] == expected
    (row,) = [team for team in told["teams"] if team["team"] == "service"]
    assert row == {"team": "service"} | expected
    assert told["agents"] == []
