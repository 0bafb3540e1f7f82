"""The page's requests every few seconds: for changes, and for the agents present."""

from __future__ import annotations

import time

import pytest

from conversations.facts import Author
from storage import change_counters
from tests.functional.console_api import Answer, Console, now, private_message, visitor_post
from tests.performance.meter import metered
from tests.support import payloads
from tests.support.stack import Stack

ALEX = "b0356e29-883d-4d25-88f2-5a68a69cfd7b"


def changed(answer: Answer) -> tuple[int, int]:
    """Return the counters of the conversation in an answer."""
    told = answer.body["conversation"]
    return told["version"], told["changes"]


def test_nothing_new_is_told_in_no_words(console: Console) -> None:
    first = console.get("/pulse")
    again = console.get("/pulse", If_None_Match=first.headers["ETag"])
    assert (first.status, again.status, again.body) == (200, 304, None)


def test_a_message_that_comes_in_moves_the_teams_number(stack: Stack, console: Console) -> None:
    before = console.get("/pulse")
    stack.platform.says({"first_name": "Jana"})
    stack.post(payloads.delivery(payloads.message("m_1", at=now())))
    stack.settle()
    after = console.get("/pulse", If_None_Match=before.headers["ETag"])
    assert after.status == 200
    assert after.body["teams"]["service"] > before.body["teams"].get("service", 0)
    assert console.get("/conversations").body["pulse"] == after.body["teams"]


def _answered(stack: Stack, console: Console) -> str:
    """Return the id of a conversation with an answer that is to be sent."""
    stack.platform.says({"first_name": "Jana"})
    stack.post(payloads.delivery(payloads.message("m_1", at=now())))
    stack.settle()
    post = stack.only().id
    console.post(f"/conversations/{post}/replies", {"text": "Gern."})
    stack.dispatch()
    return post


def test_a_message_that_leaves_moves_the_conversations_number(stack: Stack, console: Console) -> None:
    """The head is the same before and after: only the state of the message is another."""
    post = _answered(stack, console)
    whole = console.get(f"/conversations/{post}").body
    stack.platform.says({"message_id": "m_2"})
    stack.settle()
    version, changes = changed(console.get("/pulse", {"conversation": post}))
    assert version == whole["version"]
    assert changes > whole["changes"]


def test_message_that_is_leased_is_told_with_what_becomes_of_it(stack: Stack, console: Console) -> None:
    """It costs neither a write of the counters nor a push, after which the page would read the conversation again."""
    post = _answered(stack, console)
    stack.platform.says({"message_id": "m_2"})
    stack.send()
    by_state = {record["dynamodb"]["NewImage"].get("st", {}).get("S"): record for record in stack.changes()}
    leased, sent = by_state["sending"], by_state["sent"]
    _, before = changed(console.get("/pulse", {"conversation": post}))
    with metered(change_counters.table.client()) as meter:
        assert stack.hand_over([leased]) == []
    assert meter.take().requests == 0
    assert changed(console.get("/pulse", {"conversation": post}))[1] == before
    assert stack.hand_over([sent]) == []
    assert changed(console.get("/pulse", {"conversation": post}))[1] > before


def test_a_conversation_and_its_pulse_say_the_same_while_nothing_happens(console: Console) -> None:
    post = visitor_post()
    whole = console.get(f"/conversations/{post}").body
    told = console.get("/pulse", {"conversation": post}).body["conversation"]
    assert told == {"id": post, "version": whole["version"], "changes": whole["changes"]}


def test_colleagues_see_who_looks_and_who_writes(console: Console, colleague: Console) -> None:
    post = visitor_post()
    assert console.get("/pulse", {"conversation": post, "typing": "1"}).body["present"] == []
    (other,) = colleague.get("/pulse", {"conversation": post}).body["present"]
    assert (other["agent"], other["typing"]) == ({"id": ALEX, "name": "Alex Beispiel"}, True)
    (kim,) = console.get("/pulse", {"conversation": post}).body["present"]
    assert (kim["agent"]["name"], kim["typing"]) == ("Kim", False)


def test_agent_in_another_conversation_is_not_present(console: Console, colleague: Console) -> None:
    post, chat = visitor_post(), private_message()
    console.get("/pulse", {"conversation": post})
    assert colleague.get("/pulse", {"conversation": chat}).body["present"] == []


def test_agent_who_has_not_polled_for_a_while_has_left(console: Console, colleague: Console) -> None:
    post = visitor_post()
    change_counters.mark_present(post, Author(ALEX, "Alex Beispiel"), True, [], now() - change_counters.TYPING)
    (still,) = colleague.get("/pulse", {"conversation": post}).body["present"]
    assert still["typing"] is False
    change_counters.mark_present(post, Author(ALEX, "Alex Beispiel"), True, [], now() - change_counters.AWAY)
    assert colleague.get("/pulse", {"conversation": post}).body["present"] == []


def test_absent_agents_are_removed_when_somebody_comes(console: Console) -> None:
    post, moment = visitor_post(), now()
    change_counters.mark_present(post, Author("gone", "Gone"), False, [], moment - change_counters.AWAY)
    console.get("/pulse", {"conversation": post})
    assert [each.agent.id for each in change_counters.read(post, moment).present] == [ALEX]


def test_being_there_is_written_once_in_a_while(console: Console) -> None:
    post = visitor_post()
    console.get("/pulse", {"conversation": post})
    (before,) = change_counters.read(post, now()).present
    time.sleep(0.002)
    console.get("/pulse", {"conversation": post})
    assert change_counters.read(post, now()).present == [before]
    console.get("/pulse", {"conversation": post, "typing": "1"})
    assert change_counters.read(post, now()).present[0].typing


def test_a_conversation_that_is_not_there_has_no_visitors(console: Console) -> None:
    nowhere = "a" * 26
    assert console.get("/pulse", {"conversation": nowhere}).body["conversation"] is None
    assert change_counters.read(nowhere, now()).present == ()


@pytest.mark.parametrize(
    "query", [{"conversation": "connections"}, {"conversation": ""}, {"conversation": "a", "typing": "2"}, {"x": "1"}]
)
def test_a_pulse_nobody_can_mean_is_refused(console: Console, query: dict[str, str]) -> None:
    assert console.get("/pulse", query).status == 400


def test_the_pulse_asks_the_table_once(console: Console) -> None:
    """The request of every agent every few seconds is one read, and a write every few seconds."""
    post = visitor_post()
    console.get("/pulse", {"conversation": post})
    asked: list[str] = []
    client = change_counters.table.client()
    client.meta.events.register("before-call.dynamodb.*", lambda model, **_: asked.append(model.name), unique_id="b1")
    try:
        console.get("/pulse", {"conversation": post})
    finally:
        client.meta.events.unregister("before-call.dynamodb.*", unique_id="b1")
    assert asked == ["BatchGetItem"]


TEAMS, CHATS = ("service",), ("abc",)
SECOND = 1000


def counted(at: int) -> bool:
    """Return whether a change at a time (milliseconds) is counted."""
    return change_counters.bump(TEAMS, CHATS, at) is not None


@pytest.mark.usefixtures("table")
def test_changes_are_counted_only_while_somebody_asks_for_them() -> None:
    start = now()
    assert counted(start)  # a counter that is not there yet
    change_counters.read("", start - 3600 * SECOND)
    assert not counted(start)
    change_counters.read("", start)
    assert counted(start)
    end = start + change_counters.WATCH * SECOND
    change_counters.read("", start + 1000 * SECOND)  # half of it has passed
    assert counted(end + change_counters.SKEW * SECOND)
    assert not counted(end + 1000 * SECOND + change_counters.SKEW * SECOND)


@pytest.mark.usefixtures("table")
def test_counters_outlast_the_clock_of_a_reader_by_a_minute() -> None:
    start = now()
    counted(start)
    change_counters.read("", start)
    end = start + change_counters.WATCH * SECOND
    assert counted(end + (change_counters.SKEW - 1) * SECOND)


@pytest.mark.usefixtures("table")
def test_changes_are_counted_for_pages_of_a_release_that_does_not_say_that_it_reads() -> None:
    assert counted(now())
    assert counted(now())


@pytest.mark.usefixtures("table")
def test_page_that_slept_sees_other_counters_than_before() -> None:
    start = now()
    counted(start)
    before = change_counters.read("", start).teams
    assert not counted(start + 3600 * SECOND)
    after = change_counters.read("", start + 3601 * SECOND)
    assert after.teams["service"] > before["service"]
    assert change_counters.read("", start + 3602 * SECOND).teams == after.teams


@pytest.mark.usefixtures("table")
def test_page_that_connects_after_a_sleep_sees_other_counters_than_before() -> None:
    start = now()
    counted(start)
    before = change_counters.read("", start).teams
    later = start + 3600 * SECOND
    assert not counted(later)
    change_counters.expect_live(later // 1000 + 7200, later)
    assert change_counters.read("", later).teams["service"] > before["service"]
    change_counters.expect_live(later // 1000 + 7300, later)
    pushed = change_counters.bump(TEAMS, CHATS, later)
    assert pushed is not None
    assert pushed.of_team("service") == change_counters.read("", later).teams["service"]


def test_message_is_counted_without_a_write_while_nobody_asks(stack: Stack) -> None:
    stack.platform.says({"first_name": "Jana"})
    stack.post(payloads.delivery(payloads.message("m_1", at=now() - 1000)))
    stack.settle()
    change_counters.read("", now() - 3600 * SECOND)
    stack.post(payloads.delivery(payloads.message("m_2", at=now())))
    with metered(change_counters.table.client()) as meter:
        stack.dispatch()
        stack.dispatch()
    assert "UpdateItem" not in meter.take().operations
