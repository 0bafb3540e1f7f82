"""Dispatch: facts become heads, and the difference of images becomes effects."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from aws import clients, schedules
from conversations.actions import Action, State, Verb
from conversations.conversation import Status
from conversations.effects import Unschedule
from conversations.facts import Author
from conversations.identity import action_id
from conversations.promise import FollowUpState, Promise
from conversations.send_options import Way
from dispatch import scheduled_calls
from reply import lookups, pausing, tasks
from storage import connections, conversations, inbox_index, keys, team_names
from tests.support import payloads
from tests.support.platform import PAGE
from tests.support.stack import CONNECTION, Stack

AGENT = Author("agent-1", "Mira")
NOW = payloads.START * 1000 + 600_000
FUTURE = 4_000_000_000_000


def act(stack: Stack, verb: Verb, **fields: object) -> Action:
    """Take an agent's action in the one conversation there is."""
    found = stack.only()
    number = len(found.actions)
    done = Action(action_id(NOW + number, bytes(8)), NOW + number, verb, AGENT, heard=found.head.heard)
    done = replace(done, **fields)  # type: ignore[arg-type]
    conversations.commit(found.id, done, found.after(done), NOW)
    return done


def test_a_post_and_its_comments_are_one_conversation(stack: Stack) -> None:
    stack.post(payloads.delivery(payloads.post()))
    stack.settle()
    stack.post(
        payloads.delivery(payloads.comment("1_5", author=payloads.NEIGHBOUR), payloads.comment("1_6", parent_id="1_5"))
    )
    stack.settle()
    found = stack.only()
    assert [each.id for each in found.messages()] == [f"{PAGE}_1", "1_5", "1_6"]
    assert (found.head.status, found.head.unread, found.head.customer.name) == (Status.OPEN, 3, "Jana")


def test_on_the_pages_own_post_each_comment_with_its_replies_is_a_conversation(stack: Stack) -> None:
    stack.post(payloads.delivery(payloads.post(author=PAGE)))
    stack.settle()
    stack.post(payloads.delivery(payloads.comment("1_5"), payloads.comment("1_6", author=payloads.NEIGHBOUR)))
    stack.settle()
    stack.post(
        payloads.delivery(payloads.comment("1_7", parent_id="1_5", author=payloads.NEIGHBOUR, at=payloads.START + 90))
    )
    stack.settle()
    shown = {head.customer.name: [each.id for each in stack.read(head).messages()] for head in stack.conversations()}
    assert shown == {"Jana": ["1_5", "1_7"], "Ole": ["1_6"]}


def test_comments_that_came_before_their_post_are_taken_up_into_its_conversation(stack: Stack) -> None:
    """Invariant 2."""
    stack.post(payloads.delivery(payloads.comment("1_5", author=payloads.NEIGHBOUR)))
    stack.settle()
    before = stack.only().id
    stack.post(payloads.delivery(payloads.post()))
    stack.settle()
    found = stack.only()
    assert [each.id for each in found.messages()] == [f"{PAGE}_1", "1_5"]
    assert found.head.customer.name == "Jana"
    assert stack.read(replace(found.head)).id != before
    assert conversations.head(before) == conversations.head(found.id)


@pytest.mark.parametrize("seed", range(6))
def test_any_order_any_repetition_any_batching_gives_the_same_conversations(stack: Stack, seed: int) -> None:
    """Invariant 2, through the functions and the table."""
    chance = random.Random(seed)
    updates = [
        payloads.post(),
        payloads.comment("1_5", author=payloads.NEIGHBOUR, at=payloads.START + 10),
        payloads.comment("1_6", parent_id="1_5", at=payloads.START + 20),
        payloads.comment("1_6", "besser gesagt", parent_id="1_5", at=payloads.START + 30, verb="edited"),
        payloads.comment("1_5", "", author=payloads.NEIGHBOUR, at=payloads.START + 40, verb="remove"),
        payloads.comment("1_8", "Von uns", author=PAGE, at=payloads.START + 50),
        payloads.message("m1", "Hallo", payloads.START * 1000 + 1),
        payloads.message("m2", "Noch da?", payloads.START * 1000 + 2),
        payloads.echo("m3", "Ja!", payloads.START * 1000 + 3),
    ]
    for update in updates:
        stack.post(payloads.delivery(update))
        stack.settle()
    expected = [(replace(head, version=0), stack.read(head).messages()) for head in stack.conversations()]
    shuffled = updates * 2
    chance.shuffle(shuffled)
    _empty(stack)
    while shuffled:
        size = chance.randint(1, 4)
        stack.post(payloads.delivery(*shuffled[:size]))
        shuffled = shuffled[size:]
        if chance.random() < 0.6:
            stack.settle()
    stack.settle()
    shown = [(replace(head, version=0), stack.read(head).messages()) for head in stack.conversations()]
    assert shown == expected


def _empty(stack: Stack) -> None:
    for item in stack.items():
        stack.client("dynamodb").delete_item(TableName=stack.table, Key={"pk": item["pk"], "sk": item["sk"]})
    stack.changes()


def test_records_delivered_again_change_nothing(stack: Stack) -> None:
    """Invariant 12: a crash anywhere repeats the effects and harms nothing."""
    stack.post(payloads.delivery(payloads.message("m1"), payloads.message("m2", at=payloads.START * 1000 + 1)))
    stack.settle()
    act(stack, Verb.REPLY, text="Hallo", seen=2, state=State.SENT, platform_id="p1", promise=Promise(NOW + 9000, "?"))
    stack.settle()
    before = sorted(stack.items(), key=repr)
    assert stack.hand_over(stack.records) == []
    stack.changes()
    assert sorted(stack.items(), key=repr) == before


def test_a_removed_message_loses_its_text_and_the_window_reopens_with_a_reaction(stack: Stack) -> None:
    stack.post(payloads.delivery(payloads.message("m1")))
    stack.settle()
    reaction = {"action": "react", "reaction": "like", "emoji": "👍", "mid": "m1"}
    later = payloads.START * 1000 + 50_000
    update = payloads.message("", at=later)
    update["messaging"][0].pop("message")
    update["messaging"][0]["reaction"] = reaction
    stack.post(payloads.delivery(update))
    stack.settle()
    found = stack.only()
    assert found.head.window.last_customer_at == later
    assert found.messages()[0].reactions == ((payloads.CUSTOMER, "👍"),)


def test_a_customers_name_is_looked_up_once_beside_the_hot_path(stack: Stack) -> None:
    stack.platform.says({"first_name": "Jana", "last_name": "Beispiel", "id": payloads.CUSTOMER})
    stack.post(payloads.delivery(payloads.message("m1")))
    stack.settle()
    assert stack.only().head.customer.name == "Jana Beispiel"
    assert len(stack.platform.asked) == 1


def test_a_hidden_profile_is_normal(stack: Stack) -> None:
    stack.platform.fails(100, 2018218)
    stack.post(payloads.delivery(payloads.message("m1")))
    stack.settle()
    assert (stack.only().head.customer.id, stack.only().head.customer.name) == (payloads.CUSTOMER, None)


def test_a_name_that_cannot_be_looked_up_is_given_up_in_the_end(stack: Stack) -> None:
    stack.post(payloads.delivery(payloads.message("m1")))
    stack.dispatch()
    task = {"conversation": stack.only().id, "customer": payloads.CUSTOMER}
    stack.platform.fails(2, status=503)
    with pytest.raises(pausing.RetryLater):
        tasks.carry_out(task, lookups.LOOKS - 1, NOW)
    stack.platform.fails(2, status=503)
    tasks.carry_out(task, lookups.LOOKS, NOW)
    assert stack.only().head.customer.name is None


def test_the_schedule_follows_the_promise(stack: Stack, schedule_group: str) -> None:
    """Invariant 6."""
    stack.post(payloads.delivery(payloads.post()))
    stack.settle()
    conversation = stack.only().id
    act(stack, Verb.PROMISE, promise=Promise(FUTURE, "Und?"))
    stack.settle()
    scheduler = stack.client("scheduler")
    (set_first,) = scheduled(scheduler, schedule_group)
    assert set_first["ActionAfterCompletion"] == "DELETE"
    assert schedules.conversation_of(set_first["Name"]) == conversation
    act(stack, Verb.PROMISE, promise=Promise(FUTURE + 3_600_000, "Und nun?"))
    stack.settle()
    (moved,) = scheduled(scheduler, schedule_group)
    assert moved["ScheduleExpression"] > set_first["ScheduleExpression"]
    assert moved["Name"] != set_first["Name"]
    stack.post(payloads.delivery(payloads.comment("1_5", at=payloads.START + 900)))
    stack.settle()
    assert scheduled(scheduler, schedule_group) == []
    follow_up = stack.only().head.follow_up
    assert follow_up is not None
    assert (follow_up.state, follow_up.reason) == (FollowUpState.CANCELLED, "customer_wrote")


@pytest.mark.invariant(6)
def test_schedule_that_calls_takes_no_newer_one_along(stack: Stack, schedule_group: str) -> None:
    """Scheduler deletes what has called some time after: by then the same conversation may have promised again."""
    stack.post(payloads.delivery(payloads.post()))
    stack.settle()
    act(stack, Verb.PROMISE, promise=Promise(FUTURE, "Und?"))
    stack.settle()
    scheduler = stack.client("scheduler")
    (fired,) = scheduled(scheduler, schedule_group)
    act(stack, Verb.PROMISE, promise=Promise(FUTURE + 3_600_000, "Und nun?"))
    stack.settle()
    with suppress(scheduler.exceptions.ResourceNotFoundException):
        scheduler.delete_schedule(GroupName=schedule_group, Name=fired["Name"])
    (stands,) = scheduled(scheduler, schedule_group)
    assert json.loads(stands["Target"]["Input"])["version"] != json.loads(fired["Target"]["Input"])["version"]


@pytest.mark.parametrize(("now", "left"), [(FUTURE - 1, 0), (FUTURE, 1), (FUTURE + 1, 1)])
def test_schedule_whose_time_has_passed_is_left_to_scheduler(
    stack: Stack, schedule_group: str, now: int, left: int
) -> None:
    """It deletes what has called; a request less for each question, and for each that nobody answered."""
    schedules.put("a" * 26, "1", FUTURE, FUTURE - 60_000)
    scheduled_calls.unschedule("a" * 26, Unschedule("1", FUTURE), lambda: now)
    assert len(scheduled(stack.client("scheduler"), schedule_group)) == left


@pytest.mark.parametrize("at", [0, FUTURE - 1, FUTURE, FUTURE + 1, FUTURE + 9_999, FUTURE + 10_000])
def test_schedule_is_never_set_within_ten_seconds(stack: Stack, schedule_group: str, at: int) -> None:
    schedules.put("a" * 26, "1", at, FUTURE)
    (found,) = scheduled(stack.client("scheduler"), schedule_group)
    moment = datetime.strptime(found["ScheduleExpression"], "at(%Y-%m-%dT%H:%M:%S)").replace(tzinfo=UTC)
    assert moment.timestamp() * 1000 >= max(at, FUTURE + 10_000)


def test_call_that_is_late_has_a_schedule_of_another_name_than_the_one_that_fired(
    stack: Stack, schedule_group: str
) -> None:
    schedules.put("a" * 26, "1", FUTURE, FUTURE - 60_000)
    schedules.put("a" * 26, "1", FUTURE, FUTURE + 60_000)
    assert len(scheduled(stack.client("scheduler"), schedule_group)) == 2


@pytest.mark.parametrize("conversation", ["a" * 26, f"{'a' * 26}-{'b' * 13}"])
def test_name_of_a_schedule_fits(conversation: str) -> None:
    name = schedules.name(conversation, f"{FUTURE}{'z' * 13}", FUTURE)
    assert re.fullmatch(r"[0-9a-zA-Z\-_.]{1,64}", name)
    assert schedules.conversation_of(name) == conversation
    assert not schedules.is_of_old_release(name)


def scheduled(scheduler: Any, group: str) -> list[dict[str, Any]]:
    """All schedules of promises, whole."""
    listed = scheduler.list_schedules(GroupName=group, NamePrefix=schedules.PREFIX)["Schedules"]
    return [scheduler.get_schedule(GroupName=group, Name=each["Name"]) for each in listed]


def test_a_third_partys_comment_leaves_the_promise(stack: Stack, schedule_group: str) -> None:
    stack.post(payloads.delivery(payloads.post()))
    stack.settle()
    act(stack, Verb.PROMISE, promise=Promise(FUTURE, "Und?"))
    stack.settle()
    stack.post(payloads.delivery(payloads.comment("1_5", author=payloads.NEIGHBOUR)))
    stack.settle()
    found = stack.client("scheduler").list_schedules(GroupName=schedule_group, NamePrefix=schedules.PREFIX)["Schedules"]
    assert len(found) == 1


def test_a_message_goes_into_the_outbox_of_its_conversation_once(stack: Stack) -> None:
    stack.post(payloads.delivery(payloads.post()))
    stack.settle()
    reply = act(stack, Verb.REPLY, text="Hallo", seen=1, way=Way.PUBLIC_REPLY, state=State.QUEUED)
    new = stack.changes()
    stack.hand_over(new)
    stack.hand_over(new)
    (queued,) = stack.receive()
    assert queued["attributes"]["MessageGroupId"] == stack.only().id
    assert reply.id in queued["body"]
    assert "Hallo" not in queued["body"]


def test_only_what_failed_is_reported(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    stack.post(payloads.delivery(payloads.post()))
    stack.settle()
    act(stack, Verb.REPLY, text="Hallo", seen=1, way=Way.PUBLIC_REPLY, state=State.QUEUED)
    stack.post(payloads.delivery(payloads.post(f"{PAGE}_2", author=payloads.NEIGHBOUR)))
    new = stack.changes()
    with monkeypatch.context() as broken:
        broken.setenv("SEND_QUEUE_URL", stack.queue.replace("send-", "gone-"))
        failed = stack.hand_over(new)
    (sent,) = [each for each in new if "#a" in each["dynamodb"]["Keys"]["sk"]["S"]]
    assert failed == [sent["dynamodb"]["SequenceNumber"]]
    assert len(stack.conversations()) == 2
    assert stack.hand_over(new) == []
    assert len(stack.receive()) == 1


def test_later_replies_wait_for_one_that_could_not_be_queued(stack: Stack) -> None:
    """Invariant 4: a batch goes on after a failure, and an answer would be queued before the one it follows."""
    stack.post(payloads.delivery(payloads.post()))
    stack.settle()
    answers = [act(stack, Verb.REPLY, text=text, seen=1, way=Way.PUBLIC_REPLY, state=State.QUEUED) for text in "ab"]
    new = stack.changes()
    with refused(times=1):
        failed = stack.hand_over(new)
    assert failed
    assert stack.receive() == []
    assert stack.hand_over([each for each in new if each["dynamodb"]["SequenceNumber"] >= failed[0]]) == []
    assert [json.loads(each["body"])["action"] for each in stack.receive()] == [each.id for each in answers]


@contextmanager
def refused(times: int) -> Iterator[None]:
    """The queue does not take the next task, or the next few, nor when that is tried again."""
    left = [times]

    def refuse(**_: Any) -> None:
        if left[0]:
            left[0] -= 1
            raise ConnectionError

    events, moment = clients.client("sqs").meta.events, "before-parameter-build.sqs.SendMessage"
    events.register(moment, refuse)
    try:
        yield
    finally:
        events.unregister(moment, refuse)


def test_an_echo_confirms_a_message_whose_answer_was_lost(stack: Stack) -> None:
    """Invariant 3."""
    stack.post(payloads.delivery(payloads.post()))
    stack.settle()
    lost = {"way": Way.PUBLIC_REPLY, "state": State.UNCONFIRMED, "attempted_at": NOW, "attempts": 1}
    act(stack, Verb.REPLY, text="Bitte neu starten", seen=1, **lost)
    stack.dispatch()
    stack.post(payloads.delivery(payloads.comment("1_9", "Bitte neu starten", author=PAGE, at=NOW // 1000 + 1)))
    stack.dispatch()
    stack.dispatch()
    messages = stack.messages()
    assert [(each.direction, each.state) for each in messages] == [("inbound", "received"), ("outbound", "sent")]
    assert messages[1].platform_id == "1_9"


def test_an_echo_is_known_by_our_id_in_private(stack: Stack) -> None:
    """Invariant 3."""
    stack.post(payloads.delivery(payloads.message("m1")))
    stack.dispatch()
    lost = {"way": Way.PRIVATE_MESSAGE, "state": State.SENDING, "attempted_at": NOW, "attempts": 1}
    reply = act(stack, Verb.REPLY, text="Hallo", seen=1, **lost)
    stack.dispatch()
    stack.post(payloads.delivery(payloads.echo("m2", "Hallo!!", NOW + 1, metadata=reply.id, app_id=1)))
    stack.dispatch()
    assert [(each.id, each.state) for each in stack.messages()] == [("m1", "received"), (reply.id, "sent")]


def test_the_most_urgent_stand_on_top_page_by_page(stack: Stack) -> None:
    for number in range(23):
        stack.post(payloads.delivery(payloads.post(f"{PAGE}_{number}", at=payloads.START + (number * 7) % 23)))
    stack.settle()
    pages, cursor = [], None
    while True:
        page, cursor = inbox_index.page(team_names.names(), 5, cursor=cursor)
        pages.append(page)
        if cursor is None:
            break
    waiting = [head.waiting_since for page in pages for head in page]
    assert waiting == sorted(waiting)
    assert len({keys.id_of(head.identity) for page in pages for head in page}) == 23
    assert inbox_index.page(team_names.names(), 50, inbox_index.Wanted(status="resolved")) == ([], None)


def test_a_connection_decides_the_team(stack: Stack) -> None:
    connections.put_connection("facebook", CONNECTION, PAGE, "Telefunk", team="sales")
    stack.post(payloads.delivery(payloads.post()))
    stack.settle()
    assert [head.identity.team for head in inbox_index.page(["sales"], 10)[0]] == ["sales"]
    assert inbox_index.page(["service"], 10)[0] == []


def test_a_filter_that_lets_little_through_gives_short_pages_and_misses_nobody(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No request reads on and on: a page ends where enough was looked at, and the next one goes on from there."""
    monkeypatch.setattr(inbox_index, "READS", 1)
    for number in range(30):
        stack.post(payloads.delivery(payloads.post(f"{PAGE}_{number}", at=payloads.START + number)))
    stack.settle()
    (wanted,) = [head for head in stack.conversations() if head.identity.thread_id == f"{PAGE}_29"]
    found = stack.read(wanted)
    done = Action(action_id(NOW, bytes(8)), NOW, Verb.REOPEN, AGENT, heard=1)
    conversations.commit(found.id, done, replace(found.after(done), assignee=AGENT), NOW)
    shown, cursor, pages = [], None, 0
    while pages == 0 or cursor:
        page, cursor = inbox_index.page(team_names.names(), 1, inbox_index.Wanted(assignee="agent-1"), cursor=cursor)
        shown += page
        pages += 1
        assert pages < 40
    assert [head.identity.thread_id for head in shown] == [f"{PAGE}_29"]
