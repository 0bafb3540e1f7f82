"""Listen: platforms that do not call are asked, each from where it stopped; what goes wrong with one stays with it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

import channels
import listen.app
from application.connections import session
from aws import schedules
from aws import secrets as secrets_module
from channels.base import Reason, TransientFailure, UnconfirmedSend
from conversations import identity, prices
from conversations.actions import Action, State, Verb
from conversations.conversation import Status
from conversations.facts import Author, Fact, Kind, Nudge, Unreadable, Visibility
from conversations.prices import Rate
from conversations.send_options import Way
from listen import poll_schedules, polling
from reply import pausing, tasks
from storage import connections, keys, outreach_budgets, poll_cursors, quarantine, received_facts, renewal_locks
from storage import conversations as stored_conversations
from tests.support import fake_poll_channels
from tests.support.context import Context
from tests.support.stack import Stack

HERE = ("fake_poll", "demo")
NOW = 1_790_000_000_000
MINA, OLE = Author("mina", "Mina"), Author("ole", "Ole")


@pytest.fixture
def fake_poll_platform(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The platform's channel among the others."""
    folder = str(Path(fake_poll_channels.__path__[0]))
    monkeypatch.setattr(channels, "__path__", [*channels.__path__, folder])
    channels.names.cache_clear()
    platform = channels.get("fake_poll").receiver
    platform.reset()  # type: ignore[attr-defined]
    yield platform
    channels.names.cache_clear()


@pytest.fixture
def polled_stack(stack: Stack, fake_poll_platform: Any) -> Stack:
    """Connect the platform to the stack."""
    keep(token="good", expires_at=str(now() + 7_200_000))
    connections.put_connection(*HERE, "us", "Wir")
    stack.changes()
    return stack


def keep(**secrets: str) -> None:
    secrets_module.put(*HERE, {"account_id": "us", "secrets": secrets, "options": {}})


def now() -> int:
    return time.time_ns() // 1_000_000


def ask(clock: int = 0) -> int:
    """Run once for the connection."""
    return polling.ask(*HERE, lambda: clock or now(), lambda: 60_000)


def said(message_id: str, author: Author = MINA, answers: str | None = None, at: int = 0, **more: Any) -> Fact:
    """Return the fact of a public message; its thread is a guess."""
    begin = Fact(Kind.MESSAGE, Visibility.PUBLIC, answers or message_id, NOW + at, message_id, author=author)
    return replace(begin, text=f"Text {message_id}", parent_id=answers, thread_is_guess=True, **more)


def conversations(stack: Stack) -> list[list[str]]:
    """The ids of the messages of each conversation, the oldest conversation first."""
    stack.dispatch()
    heads = sorted(stack.conversations(), key=lambda head: head.opened_at)
    return [[each.platform_id or each.id for each in stack.read(head).messages()] for head in heads]


# -- asking -----------------------------------------------------------------------------------------------------------


def test_new_events_are_stored_page_after_page(polled_stack: Stack, fake_poll_platform: Any) -> None:
    fake_poll_platform.pages = [[said("1")], [said("2", at=1)], [said("3", at=2)]]
    assert ask() == 3
    assert conversations(polled_stack) == [["1"], ["2"], ["3"]]
    assert poll_cursors.read(*HERE).value == "3"
    assert ask() == 0


def test_two_runs_that_overlap_store_the_same_once(polled_stack: Stack, fake_poll_platform: Any) -> None:
    """Invariant 2."""
    fake_poll_platform.pages = [[said("1")]]
    before = poll_cursors.read(*HERE)
    assert ask() == 1
    stored = len(polled_stack.items())
    with pytest.raises(stored_conversations.Conflict):
        poll_cursors.advance(*HERE, before, "elsewhere")
    received_facts.add(*HERE, [said("1")], now())
    assert len(polled_stack.items()) == stored
    assert poll_cursors.read(*HERE).value == "1"


def test_a_run_whose_cursor_was_moved_stops_quietly(
    polled_stack: Stack, fake_poll_platform: Any, monkeypatch: Any
) -> None:
    fake_poll_platform.pages = [[said("1")]]
    poll = fake_poll_platform.poll

    def overtaken(*arguments: Any) -> Any:
        answer = poll(*arguments)
        poll_cursors.advance(*HERE, poll_cursors.read(*HERE), "1")
        return answer

    monkeypatch.setattr(fake_poll_platform, "poll", overtaken)
    assert ask() == 0
    assert poll_cursors.read(*HERE).value == "1"
    assert conversations(polled_stack) == [["1"]]


def test_a_limit_holds_back_this_connection_until_its_time(polled_stack: Stack, fake_poll_platform: Any) -> None:
    """Invariant 9."""
    fake_poll_platform.pages = [TransientFailure(Reason.RATE, "429", retry_after=120)]
    started = now()
    assert ask() == 0
    assert poll_cursors.read(*HERE).not_before >= started + 120_000
    assert connections.connection(*HERE).error == "rate 429"
    assert ask() == 0
    assert len(fake_poll_platform.asked) == 1
    fake_poll_platform.pages = [[said("1")]]
    assert ask(started + 130_000) == 1


def test_a_fault_is_tried_again_later_and_later(polled_stack: Stack, fake_poll_platform: Any) -> None:
    fake_poll_platform.pages = [TransientFailure(Reason.RETRY, "503")]
    waits, clock = [], now()
    for _ in range(4):
        ask(clock)
        found = poll_cursors.read(*HERE)
        waits.append((found.not_before - clock) // 1000)
        clock = found.not_before + 1
    assert waits == [30, 60, 120, 240]


def test_a_held_connection_is_not_asked(polled_stack: Stack, fake_poll_platform: Any) -> None:
    connections.note_connection(*HERE, held=1)
    fake_poll_platform.pages = [[said("1")]]
    assert ask() == 0
    assert fake_poll_platform.asked == []


@pytest.mark.parametrize(("used", "waits"), [(0, 1), (79, 1), (80, 2), (100, 8)])
def test_connection_whose_budget_is_nearly_used_is_asked_less_often(
    polled_stack: Stack, fake_poll_platform: Any, monkeypatch: Any, used: int, waits: int
) -> None:
    rate = Rate("fake_poll", prices.READ, prices.Price(1, 1), "2020-01-01", "")
    monkeypatch.setattr(prices, "TABLE", (*prices.TABLE, rate))
    monkeypatch.setattr(outreach_budgets, "_month", lambda _: "2026-11")  # also where a month ends meanwhile
    begin, minute = now(), 60_000
    outreach_budgets.set_limit(*HERE, 100)
    outreach_budgets.charge(*HERE, used, begin)
    for rounds in range(17):
        ask(begin + rounds * minute)
    assert len(fake_poll_platform.asked) == 1 + 16 // waits


def test_budget_does_not_slow_down_a_connection_that_costs_nothing(
    polled_stack: Stack, fake_poll_platform: Any
) -> None:
    begin = now()
    outreach_budgets.set_limit(*HERE, 100)
    outreach_budgets.charge(*HERE, 200, begin)
    for rounds in range(4):
        ask(begin + rounds * 60_000)
    assert len(fake_poll_platform.asked) == 4


def test_unreadable_update_is_kept_beside_the_rest(polled_stack: Stack, fake_poll_platform: Any) -> None:
    fake_poll_platform.pages = [[Unreadable("odd", {"a": 1}), said("1")]]
    ask()
    assert quarantine.updates(*HERE) == [Unreadable("odd", {"a": 1})]
    assert conversations(polled_stack) == [["1"]]


# -- tokens -----------------------------------------------------------------------------------------------------------


def test_a_token_that_ends_soon_is_renewed_once_before_it_is_used(polled_stack: Stack, fake_poll_platform: Any) -> None:
    keep(token="old", expires_at=str(now() + 1000))
    ask()
    ask()
    assert (fake_poll_platform.renewed, fake_poll_platform.asked) == (1, ["good", "good"])
    secrets_module.forget()
    assert secrets_module.read(*HERE)["secrets"]["token"] == "good"
    assert connections.connection(*HERE).token_until > now()


def test_a_token_that_is_refused_before_its_time_is_renewed(polled_stack: Stack, fake_poll_platform: Any) -> None:
    keep(token="revoked", expires_at=str(now() + 7_200_000))
    fake_poll_platform.pages = [[said("1")]]
    assert ask() == 1
    assert fake_poll_platform.asked == ["revoked", "good"]


def test_while_one_renews_no_other_does(polled_stack: Stack, fake_poll_platform: Any) -> None:
    """A refresh token may be good for one renewal only."""
    keep(token="old", expires_at=str(now() + 1000))
    until = now() + 30_000
    assert renewal_locks.acquire(*HERE, now(), until)
    with pytest.raises(TransientFailure) as failure:
        session.fresh(*HERE, now())
    assert (failure.value.reason, fake_poll_platform.renewed) == (Reason.RETRY, 0)
    renewal_locks.release(*HERE, until)
    session.fresh(*HERE, now())
    assert fake_poll_platform.renewed == 1


def test_a_renewal_that_died_blocks_nobody_for_long(polled_stack: Stack, fake_poll_platform: Any) -> None:
    """Invariant 12."""
    keep(token="old", expires_at=str(now() + 1000))
    renewal_locks.acquire(*HERE, now() - 40_000, now() - 10_000)
    session.fresh(*HERE, now())
    assert fake_poll_platform.renewed == 1


def test_renewal_that_took_too_long_does_not_release_the_lock_of_another(polled_stack: Stack) -> None:
    begin = now()
    assert renewal_locks.acquire(*HERE, begin, begin + session.LOCKED)
    later = begin + session.LOCKED + 1
    assert renewal_locks.acquire(*HERE, later, later + session.LOCKED)
    renewal_locks.release(*HERE, begin + session.LOCKED)
    assert not renewal_locks.acquire(*HERE, later + 1, later + 1 + session.LOCKED)
    renewal_locks.release(*HERE, later + session.LOCKED)
    assert renewal_locks.acquire(*HERE, later + 1, later + 1 + session.LOCKED)


def test_a_token_that_cannot_be_renewed_is_used_as_long_as_it_holds(
    polled_stack: Stack, fake_poll_platform: Any
) -> None:
    keep(token="good", expires_at=str(now() + 120_000))
    fake_poll_platform.renewal_failure = TransientFailure(Reason.RETRY, "503")
    assert session.fresh(*HERE, now()).secrets["token"] == "good"
    keep(token="good")
    assert session.fresh(*HERE, now()).secrets["token"] == "good"
    assert session.fresh(*HERE, now()).secrets["expires_at"]


def test_a_dead_token_stops_the_connection_visibly(polled_stack: Stack, fake_poll_platform: Any) -> None:
    """Invariant 9."""
    keep(token="revoked", expires_at=str(now() + 7_200_000))
    fake_poll_platform.renewal_failure = TransientFailure(Reason.AUTH, "invalid_grant")
    assert ask() == 0
    found = connections.connection(*HERE)
    assert (found.problem, found.error) == ("auth", "auth invalid_grant")
    fake_poll_platform.renewal_failure = None
    later = poll_cursors.read(*HERE).not_before + 1
    assert ask(later) == 0
    assert connections.connection(*HERE).problem == ""


@pytest.mark.invariant(9)
def test_pause_that_a_message_meets_while_the_platform_is_asked_stays(
    polled_stack: Stack, fake_poll_platform: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(token="good", expires_at=str(now() + 7_200_000))
    connections.pause_connection(*HERE, "auth", now() - 1, 900)
    until, asked = now() + 3_600_000, fake_poll_platform.poll

    def poll(*arguments: Any) -> Any:
        connections.pause_connection(*HERE, "policy", until, 3600, connections.BY_SEND)
        return asked(*arguments)

    monkeypatch.setattr(fake_poll_platform, "poll", poll)
    ask()
    found = connections.connection(*HERE)
    assert (found.problem, found.paused_until, found.reported_by) == ("policy", until, connections.BY_SEND)


# -- where answers belong ---------------------------------------------------------------------------------------------


def test_an_answer_finds_its_thread_by_what_it_answers(polled_stack: Stack) -> None:
    received_facts.add(*HERE, [said("1")], now())
    received_facts.add(*HERE, [said("2", OLE, answers="1", at=1)], now())
    received_facts.add(*HERE, [said("3", MINA, answers="2", at=2)], now())
    assert conversations(polled_stack) == [["1", "2", "3"]]


def test_a_redelivery_stays_where_it_was_though_more_is_known(polled_stack: Stack) -> None:
    """Invariant 2."""
    received_facts.add(*HERE, [said("2", OLE, answers="1", at=1)], now())
    received_facts.add(*HERE, [said("1")], now())
    stored = sorted(json.dumps(item, sort_keys=True) for item in polled_stack.items())
    received_facts.add(*HERE, [said("2", OLE, answers="1", at=1), said("1")], now())
    assert sorted(json.dumps(item, sort_keys=True) for item in polled_stack.items()) == stored
    assert conversations(polled_stack) == [["1", "2"]]


def test_one_delivery_may_hold_the_whole_thread(polled_stack: Stack) -> None:
    received_facts.add(*HERE, [said("1"), said("2", OLE, answers="1", at=1), said("3", answers="2", at=2)], now())
    assert conversations(polled_stack) == [["1", "2", "3"]]


def test_an_answer_to_ours_finds_the_thread(polled_stack: Stack, fake_poll_platform: Any) -> None:
    received_facts.add(*HERE, [said("1")], now())
    polled_stack.dispatch()
    message = write(polled_stack, "Gern!")
    tasks.carry_out({"conversation": polled_stack.only().id, "action": message}, 1, now())
    (sent,) = fake_poll_platform.sent
    assert (sent.reply_to_id, sent.draft_id) == ("1", "draft-1")
    received_facts.add(*HERE, [said("9", answers="p-1", at=90)], now())
    assert conversations(polled_stack) == [["1", "9", "p-1"]]  # by their times


def test_prepared_message_is_not_prepared_again(polled_stack: Stack, fake_poll_platform: Any) -> None:
    """Invariant 3: publishing the same draft twice is publishing it once."""
    fake_poll_platform.send_failures = [TransientFailure(Reason.RETRY, "503")]
    received_facts.add(*HERE, [said("1")], now())
    polled_stack.dispatch()
    task = {"conversation": polled_stack.only().id, "action": write(polled_stack, "Gern!")}
    with pytest.raises(pausing.RetryLater):
        tasks.carry_out(task, 1, now())
    tasks.carry_out(task, 2, now())
    assert [each.draft_id for each in fake_poll_platform.sent] == ["draft-1", "draft-1"]
    assert len(fake_poll_platform.prepared) == 1


def test_message_whose_id_the_platform_forgot_is_looked_for_before_it_is_sent_again(
    polled_stack: Stack, fake_poll_platform: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Invariant 3."""
    channel = channels.get("fake_poll")
    monkeypatch.setattr(channel, "capabilities", replace(channel.capabilities, repeatable=3_600_000))
    fake_poll_platform.send_failures = [TransientFailure(Reason.RETRY, "503")]
    received_facts.add(*HERE, [said("1")], now())
    polled_stack.dispatch()
    task = {"conversation": polled_stack.only().id, "action": write(polled_stack, "Gern!")}
    with pytest.raises(pausing.RetryLater):
        tasks.carry_out(task, 1, now())
    fake_poll_platform.found_message_id = "p-7"
    tasks.carry_out(task, 2, now() + 3_700_000)
    found = stored_conversations.action(task["conversation"], task["action"])
    assert found and (found.state, found.platform_id, len(fake_poll_platform.sent)) == (State.SENT, "p-7", 1)


def test_a_connection_that_is_gone_fails_what_still_waits(polled_stack: Stack, fake_poll_platform: Any) -> None:
    received_facts.add(*HERE, [said("1")], now())
    polled_stack.dispatch()
    task = {"conversation": polled_stack.only().id, "action": write(polled_stack, "Gern!")}
    secrets_module.drop(*HERE)
    tasks.carry_out(task, 1, now())
    found = stored_conversations.action(task["conversation"], task["action"])
    assert found and (found.state, found.reason) == (State.FAILED, "connection")


def write(stack: Stack, text: str) -> str:
    """Put a message into the outbox of the one conversation there is; its id."""
    found = stack.only()
    moment = now()
    name = identity.action_id(moment, b"12345678")
    plain = Action(name, moment, Verb.REPLY, Author("agent", "Kim"), seen=1, heard=1, text=text)
    written = replace(plain, way=Way.PUBLIC_REPLY, state=State.QUEUED, reply_to_id=found.messages()[-1].id)
    stored_conversations.commit(found.id, written, found.after(written), moment)
    return name


# -- what platforms may say besides -----------------------------------------------------------------------------------


def sent_answer(stack: Stack, fake_poll_platform: Any) -> str:
    """A conversation with an answer of ours that the platform took as ``p-1``; the answer's id."""
    received_facts.add(*HERE, [said("1")], now())
    stack.dispatch()
    message = write(stack, "Bitte neu starten.")
    tasks.carry_out({"conversation": stack.only().id, "action": message}, 1, now())
    stack.dispatch()
    return message


def about(kind: Kind, message_id: str, author: Author = MINA, at: int = 0, **more: Any) -> Fact:
    """Return a fact that the platform reports about a message."""
    return Fact(kind, Visibility.PUBLIC, "1", at or now(), message_id, author=author, **more)


def test_an_answer_that_does_not_arrive_after_all_is_shown_failed(polled_stack: Stack, fake_poll_platform: Any) -> None:
    message = sent_answer(polled_stack, fake_poll_platform)
    received_facts.add(*HERE, [about(Kind.FAILED, "p-1", payload="gone")], now())
    polled_stack.settle()
    found = stored_conversations.action(polled_stack.only().id, message)
    assert found and (found.state, found.reason) == (State.FAILED, "gone")
    assert polled_stack.only().head.undelivered == "failed"
    received_facts.add(*HERE, [about(Kind.FAILED, "p-1", payload="gone")], now())
    polled_stack.settle()


def test_an_accepted_answer_resolves_and_its_giver_is_thanked_once(
    polled_stack: Stack, fake_poll_platform: Any
) -> None:
    received_facts.add(*HERE, [said("1"), said("2", OLE, answers="1", at=1)], now())
    polled_stack.dispatch()
    solved = about(Kind.SOLVED, "2", at=NOW + 60_000)
    received_facts.add(*HERE, [solved], now())
    polled_stack.settle()
    head = polled_stack.only().head
    assert (head.status, head.unread, head.service_level.first_response_at) == (Status.RESOLVED, 0, None)
    assert [each.accepted for each in polled_stack.messages()] == [False, True, False]
    (thanks,) = fake_poll_platform.sent
    assert thanks.text == "Thank you, Ole, for helping out!"
    received_facts.add(*HERE, [solved, replace(solved, at=solved.at + 1)], now())
    polled_stack.settle()
    assert len(fake_poll_platform.sent) == 1


def test_the_solution_taken_back_opens_again(polled_stack: Stack, fake_poll_platform: Any) -> None:
    received_facts.add(*HERE, [said("1"), said("2", OLE, answers="1", at=1)], now())
    received_facts.add(*HERE, [about(Kind.SOLVED, "2", at=NOW + 60_000)], now())
    polled_stack.dispatch()
    unsolved = about(Kind.UNSOLVED, "2", at=now() + 60_000)
    received_facts.add(*HERE, [unsolved], now())
    polled_stack.dispatch()
    assert polled_stack.only().head.status == Status.OPEN


def test_our_own_answer_or_the_customers_is_thanked_by_nobody(polled_stack: Stack, fake_poll_platform: Any) -> None:
    received_facts.add(*HERE, [said("1"), said("2", MINA, answers="1", at=1)], now())
    received_facts.add(*HERE, [about(Kind.SOLVED, "2", at=NOW + 60_000)], now())
    polled_stack.settle()
    assert polled_stack.only().head.status == Status.RESOLVED
    assert fake_poll_platform.sent == []


def test_customer_who_is_gone_is_not_asked_until_they_are_back(polled_stack: Stack, fake_poll_platform: Any) -> None:
    sent_answer(polled_stack, fake_poll_platform)
    received_facts.add(*HERE, [about(Kind.GONE, "", at=NOW + 100)], now())
    polled_stack.dispatch()
    assert polled_stack.only().head.unreachable
    received_facts.add(*HERE, [about(Kind.BACK, "", at=NOW + 200)], now())
    polled_stack.dispatch()
    assert not polled_stack.only().head.unreachable


def test_hidden_message_can_be_shown_again_and_ours_can_be_edited(polled_stack: Stack, fake_poll_platform: Any) -> None:
    sent_answer(polled_stack, fake_poll_platform)
    received_facts.add(*HERE, [about(Kind.REMOVED, "1", at=NOW + 10)], now())
    polled_stack.dispatch()
    assert polled_stack.messages()[0].deleted
    edited = about(Kind.EDITED, "p-1", Author("us"), at=now() + 50, own=True, text="Bitte zweimal neu starten.")
    received_facts.add(*HERE, [about(Kind.SHOWN, "1", at=NOW + 20), edited], now())
    polled_stack.dispatch()
    first, ours = polled_stack.messages()
    assert (first.deleted, first.text) == (False, "Text 1")
    assert ours.text == "Bitte zweimal neu starten."
    assert [before.text for before in ours.earlier] == ["Bitte neu starten."]


def test_nudge_is_fetched_once(polled_stack: Stack, fake_poll_platform: Any) -> None:
    fake_poll_platform.complete_facts = {"1": said("1")}
    announced = replace(said("1", Author(), at=5), text=None)
    received_facts.add(*HERE, [announced], now())
    polled_stack.settle()
    (message,) = polled_stack.messages()
    assert (message.text, message.author, polled_stack.only().head.inbound) == ("Text 1", MINA, 1)
    assert polled_stack.only().head.customer == MINA
    received_facts.add(*HERE, [announced], now())
    polled_stack.settle()
    assert len(polled_stack.messages()) == 1


# -- clocks -----------------------------------------------------------------------------------------------------------

TARGET = "arn:aws:lambda:eu-central-1:000000000000:function:listen:live"


def test_each_connection_that_is_asked_has_a_clock_and_no_other(polled_stack: Stack, schedule_group: str) -> None:
    poll_schedules.keep_up(TARGET)
    poll_schedules.keep_up(TARGET)
    assert schedules.listening() == {schedules.listen_name(*HERE), schedules.listen_name("facebook", "demo")}
    connections.note_connection(*HERE, held=1)
    poll_schedules.keep_up(TARGET)
    assert schedules.listening() == {schedules.listen_name("facebook", "demo")}
    connections.drop_connection("facebook", "demo")
    poll_schedules.keep_up(TARGET)
    assert schedules.listening() == set()


def test_a_nudge_and_a_new_connection_are_heeded_at_once(polled_stack: Stack, schedule_group: str, client: Any) -> None:
    received_facts.add(*HERE, [Nudge()], now())
    polled_stack.dispatch()
    connections.put_connection("fake_poll", "second", "other", "Andere")
    polled_stack.dispatch()
    found = client("scheduler").list_schedules(GroupName=schedule_group, NamePrefix=schedules.SOON_PREFIX)["Schedules"]
    inputs = [
        json.loads(client("scheduler").get_schedule(GroupName=schedule_group, Name=each["Name"])["Target"]["Input"])
        for each in found
    ]
    assert sorted(inputs, key=str) == sorted([{"channel": "fake_poll", "connection": "demo"}, {}], key=str)
    assert not keys.NUDGED.startswith("conn")


def _context() -> Any:
    return Context()


def test_the_clock_asks_one_and_looks_after_all(polled_stack: Stack, fake_poll_platform: Any) -> None:
    fake_poll_platform.pages = [[said("1")]]
    assert listen.app.lambda_handler({"channel": "fake_poll", "connection": "demo"}, _context()) == {"facts": 1}
    assert "looked" in listen.app.lambda_handler({}, _context())


def test_a_lost_answer_of_a_platform_that_cannot_be_searched_is_sent_again_only_when_it_is_not_there(
    polled_stack: Stack, fake_poll_platform: Any
) -> None:
    """Invariant 3."""
    fake_poll_platform.send_failures = [UnconfirmedSend()]
    received_facts.add(*HERE, [said("1")], now())
    polled_stack.dispatch()
    task = {"conversation": polled_stack.only().id, "action": write(polled_stack, "Gern!")}
    with pytest.raises(pausing.RetryLater):
        tasks.carry_out(task, 1, now())
    with pytest.raises(pausing.RetryLater):
        tasks.carry_out(task, 2, now())
    assert len(fake_poll_platform.sent) == 1
    tasks.carry_out(task, 3, now() + 60_000)
    assert len(fake_poll_platform.sent) == 2


# -- waiting for a connection -----------------------------------------------------------------------------------------


def three_answers(stack: Stack) -> list[str]:
    """One conversation, and three answers in its outbox."""
    received_facts.add(*HERE, [said("1")], now())
    stack.dispatch()
    return [write(stack, text) for text in ("eins", "zwei", "drei")]


def test_replies_of_a_paused_connection_wait_outside_the_queue_and_are_sent_in_order(
    polled_stack: Stack, fake_poll_platform: Any
) -> None:
    """Invariants 4 and 9: also when that takes days, for which no queue would wait."""
    connections.note_connection(*HERE, held=1)
    three_answers(polled_stack)
    polled_stack.settle()
    assert fake_poll_platform.sent == []
    assert connections.connection(*HERE).parked
    connections.note_connection(*HERE, held=0)
    polled_stack.settle()
    assert [each.text for each in fake_poll_platform.sent] == ["eins", "zwei", "drei"]
    assert not connections.connection(*HERE).parked


def test_reply_written_while_others_wait_does_not_overtake_them(polled_stack: Stack, fake_poll_platform: Any) -> None:
    """Invariant 4."""
    connections.note_connection(*HERE, held=1)
    first, second, _ = three_answers(polled_stack)
    conversation = polled_stack.only().id
    tasks.carry_out({"conversation": conversation, "action": first}, 1, now())
    connections.note_connection(*HERE, held=0)
    tasks.carry_out({"conversation": conversation, "action": second}, 1, now())
    assert fake_poll_platform.sent == []
    polled_stack.settle()
    assert [each.text for each in fake_poll_platform.sent] == ["eins", "zwei", "drei"]


def test_a_dead_token_lets_messages_wait_until_a_new_one_is_there(polled_stack: Stack, fake_poll_platform: Any) -> None:
    """Invariant 9."""
    first, *_ = three_answers(polled_stack)
    task = {"conversation": polled_stack.only().id, "action": first}
    connections.pause_connection(*HERE, "auth", now() + 900_000, 900)
    with pytest.raises(pausing.RetryLater):
        tasks.carry_out(task, 1, now())
    tasks.carry_out(task, pausing.PARK_AFTER + 1, now())
    found = stored_conversations.action(task["conversation"], first)
    assert found and found.state == State.QUEUED
    connections.put_connection(*HERE, "us", "Wir")
    polled_stack.settle()
    assert [each.text for each in fake_poll_platform.sent] == ["eins", "zwei", "drei"]


def test_waiting_messages_are_sent_once_the_pause_is_over(polled_stack: Stack, fake_poll_platform: Any) -> None:
    first, *_ = three_answers(polled_stack)
    connections.pause_connection(*HERE, "auth", now() + 900_000, 900)
    tasks.carry_out({"conversation": polled_stack.only().id, "action": first}, pausing.PARK_AFTER + 1, now())
    poll_schedules.let_try(now())
    assert connections.connection(*HERE).problem == "auth"
    poll_schedules.let_try(now() + 900_001)
    polled_stack.settle()
    assert [each.text for each in fake_poll_platform.sent] == ["eins", "zwei", "drei"]


def test_replies_waiting_for_a_removed_connection_are_shown_as_failed(
    polled_stack: Stack, fake_poll_platform: Any
) -> None:
    connections.note_connection(*HERE, held=1)
    first, *_ = three_answers(polled_stack)
    polled_stack.settle()
    secrets_module.drop(*HERE)
    connections.drop_connection(*HERE)
    polled_stack.settle()
    found = stored_conversations.action(polled_stack.only().id, first)
    assert found and (found.state, found.reason) == (State.FAILED, "connection")
