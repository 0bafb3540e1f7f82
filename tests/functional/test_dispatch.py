"""Dispatch: facts become heads, and the difference of images becomes effects."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from conversations import directory, inbox, items, schedules, store
from conversations.identity import action_id
from conversations.model import Action, Author, FollowUpState, Promise, State, Status, Verb, Way
from reply import deliver
from shared import aws
from tests.support import said
from tests.support.house import CONNECTION, House
from tests.support.platform import PAGE

AGENT = Author("agent-1", "Mira")
NOW = said.START * 1000 + 600_000
FUTURE = 4_000_000_000_000


def act(house: House, verb: Verb, **fields: object) -> Action:
    """What an agent does in the one conversation there is."""
    found = house.only()
    number = len(found.actions)
    done = Action(action_id(NOW + number, bytes(8)), NOW + number, verb, AGENT, heard=found.head.heard)
    done = replace(done, **fields)  # type: ignore[arg-type]
    store.commit(found.id, done, found.after(done), NOW)
    return done


def test_a_post_and_its_comments_are_one_conversation(house: House) -> None:
    house.post(said.delivery(said.post()))
    house.settle()
    house.post(said.delivery(said.comment("1_5", author=said.NEIGHBOUR), said.comment("1_6", parent_id="1_5")))
    house.settle()
    found = house.only()
    assert [each.id for each in found.messages()] == [f"{PAGE}_1", "1_5", "1_6"]
    assert (found.head.status, found.head.unread, found.head.customer.name) == (Status.OPEN, 3, "Jana")


def test_on_the_pages_own_post_each_comment_with_its_replies_is_a_conversation(house: House) -> None:
    house.post(said.delivery(said.post(author=PAGE)))
    house.settle()
    house.post(said.delivery(said.comment("1_5"), said.comment("1_6", author=said.NEIGHBOUR)))
    house.settle()
    house.post(said.delivery(said.comment("1_7", parent_id="1_5", author=said.NEIGHBOUR, at=said.START + 90)))
    house.settle()
    shown = {head.customer.name: [each.id for each in house.read(head).messages()] for head in house.conversations()}
    assert shown == {"Jana": ["1_5", "1_7"], "Ole": ["1_6"]}


def test_comments_that_came_before_their_post_are_taken_up_into_its_conversation(house: House) -> None:
    """Invariant 2."""
    house.post(said.delivery(said.comment("1_5", author=said.NEIGHBOUR)))
    house.settle()
    before = house.only().id
    house.post(said.delivery(said.post()))
    house.settle()
    found = house.only()
    assert [each.id for each in found.messages()] == [f"{PAGE}_1", "1_5"]
    assert found.head.customer.name == "Jana"
    assert house.read(replace(found.head)).id != before
    assert store.head(before) == store.head(found.id)


@pytest.mark.parametrize("seed", range(6))
def test_any_order_any_repetition_any_batching_gives_the_same_conversations(house: House, seed: int) -> None:
    """Invariant 2, through the functions and the table."""
    chance = random.Random(seed)
    updates = [
        said.post(),
        said.comment("1_5", author=said.NEIGHBOUR, at=said.START + 10),
        said.comment("1_6", parent_id="1_5", at=said.START + 20),
        said.comment("1_6", "besser gesagt", parent_id="1_5", at=said.START + 30, verb="edited"),
        said.comment("1_5", "", author=said.NEIGHBOUR, at=said.START + 40, verb="remove"),
        said.comment("1_8", "Von uns", author=PAGE, at=said.START + 50),
        said.message("m1", "Hallo", said.START * 1000 + 1),
        said.message("m2", "Noch da?", said.START * 1000 + 2),
        said.echo("m3", "Ja!", said.START * 1000 + 3),
    ]
    for update in updates:
        house.post(said.delivery(update))
        house.settle()
    expected = [(replace(head, version=0), house.read(head).messages()) for head in house.conversations()]
    shuffled = updates * 2
    chance.shuffle(shuffled)
    _empty(house)
    while shuffled:
        size = chance.randint(1, 4)
        house.post(said.delivery(*shuffled[:size]))
        shuffled = shuffled[size:]
        if chance.random() < 0.6:
            house.settle()
    house.settle()
    shown = [(replace(head, version=0), house.read(head).messages()) for head in house.conversations()]
    assert shown == expected


def _empty(house: House) -> None:
    for item in house.items():
        house.client("dynamodb").delete_item(TableName=house.table, Key={"pk": item["pk"], "sk": item["sk"]})
    house.changes()


def test_records_delivered_again_change_nothing(house: House) -> None:
    """Invariant 12: a crash anywhere repeats the effects and harms nothing."""
    house.post(said.delivery(said.message("m1"), said.message("m2", at=said.START * 1000 + 1)))
    house.settle()
    act(house, Verb.REPLY, text="Hallo", seen=2, state=State.SENT, platform_id="p1", promise=Promise(NOW + 9000, "?"))
    house.settle()
    before = sorted(house.items(), key=repr)
    assert house.hand_over(house.records) == []
    house.changes()
    assert sorted(house.items(), key=repr) == before


def test_a_removed_message_loses_its_text_and_the_window_reopens_with_a_reaction(house: House) -> None:
    house.post(said.delivery(said.message("m1")))
    house.settle()
    reaction = {"action": "react", "reaction": "like", "emoji": "👍", "mid": "m1"}
    later = said.START * 1000 + 50_000
    update = said.message("", at=later)
    update["messaging"][0].pop("message")
    update["messaging"][0]["reaction"] = reaction
    house.post(said.delivery(update))
    house.settle()
    found = house.only()
    assert found.head.last_customer_at == later
    assert found.messages()[0].reactions == ((said.CUSTOMER, "👍"),)


def test_a_customers_name_is_looked_up_once_beside_the_hot_path(house: House) -> None:
    house.platform.says({"first_name": "Jana", "last_name": "Beispiel", "id": said.CUSTOMER})
    house.post(said.delivery(said.message("m1")))
    house.settle()
    assert house.only().head.customer.name == "Jana Beispiel"
    assert len(house.platform.asked) == 1


def test_a_hidden_profile_is_normal(house: House) -> None:
    house.platform.fails(100, 2018218)
    house.post(said.delivery(said.message("m1")))
    house.settle()
    assert (house.only().head.customer.id, house.only().head.customer.name) == (said.CUSTOMER, None)


def test_a_name_that_cannot_be_looked_up_is_given_up_in_the_end(house: House) -> None:
    house.post(said.delivery(said.message("m1")))
    house.dispatch()
    task = {"conversation": house.only().id, "customer": said.CUSTOMER}
    house.platform.fails(2, status=503)
    with pytest.raises(deliver.Wait):
        deliver.carry_out(task, deliver.LOOKS - 1, NOW)
    house.platform.fails(2, status=503)
    deliver.carry_out(task, deliver.LOOKS, NOW)
    assert house.only().head.customer.name is None


def test_the_schedule_follows_the_promise(house: House, schedule_group: str) -> None:
    """Invariant 6."""
    house.post(said.delivery(said.post()))
    house.settle()
    conversation = house.only().id
    act(house, Verb.PROMISE, promise=Promise(FUTURE, "Und?"))
    house.settle()
    scheduler = house.client("scheduler")
    (set_first,) = scheduled(scheduler, schedule_group)
    assert set_first["ActionAfterCompletion"] == "DELETE"
    assert schedules.conversation_of(set_first["Name"]) == conversation
    act(house, Verb.PROMISE, promise=Promise(FUTURE + 3_600_000, "Und nun?"))
    house.settle()
    (moved,) = scheduled(scheduler, schedule_group)
    assert moved["ScheduleExpression"] > set_first["ScheduleExpression"]
    assert moved["Name"] != set_first["Name"]
    house.post(said.delivery(said.comment("1_5", at=said.START + 900)))
    house.settle()
    assert scheduled(scheduler, schedule_group) == []
    follow_up = house.only().head.follow_up
    assert follow_up is not None
    assert (follow_up.state, follow_up.reason) == (FollowUpState.CANCELLED, "customer_wrote")


@pytest.mark.invariant(6)
def test_schedule_that_calls_takes_no_newer_one_along(house: House, schedule_group: str) -> None:
    """Scheduler deletes what has called some time after: by then the same conversation may have promised again."""
    house.post(said.delivery(said.post()))
    house.settle()
    act(house, Verb.PROMISE, promise=Promise(FUTURE, "Und?"))
    house.settle()
    scheduler = house.client("scheduler")
    (fired,) = scheduled(scheduler, schedule_group)
    act(house, Verb.PROMISE, promise=Promise(FUTURE + 3_600_000, "Und nun?"))
    house.settle()
    with suppress(scheduler.exceptions.ResourceNotFoundException):
        scheduler.delete_schedule(GroupName=schedule_group, Name=fired["Name"])
    (stands,) = scheduled(scheduler, schedule_group)
    assert json.loads(stands["Target"]["Input"])["version"] != json.loads(fired["Target"]["Input"])["version"]


@pytest.mark.parametrize("at", [0, FUTURE - 1, FUTURE, FUTURE + 1, FUTURE + 9_999, FUTURE + 10_000])
def test_schedule_is_never_set_within_ten_seconds(house: House, schedule_group: str, at: int) -> None:
    schedules.put("a" * 26, "1", at, FUTURE)
    (found,) = scheduled(house.client("scheduler"), schedule_group)
    moment = datetime.strptime(found["ScheduleExpression"], "at(%Y-%m-%dT%H:%M:%S)").replace(tzinfo=UTC)
    assert moment.timestamp() * 1000 >= max(at, FUTURE + 10_000)


def test_call_that_is_late_has_a_schedule_of_another_name_than_the_one_that_fired(
    house: House, schedule_group: str
) -> None:
    schedules.put("a" * 26, "1", FUTURE, FUTURE - 60_000)
    schedules.put("a" * 26, "1", FUTURE, FUTURE + 60_000)
    assert len(scheduled(house.client("scheduler"), schedule_group)) == 2


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


def test_a_third_partys_comment_leaves_the_promise(house: House, schedule_group: str) -> None:
    house.post(said.delivery(said.post()))
    house.settle()
    act(house, Verb.PROMISE, promise=Promise(FUTURE, "Und?"))
    house.settle()
    house.post(said.delivery(said.comment("1_5", author=said.NEIGHBOUR)))
    house.settle()
    found = house.client("scheduler").list_schedules(GroupName=schedule_group, NamePrefix=schedules.PREFIX)["Schedules"]
    assert len(found) == 1


def test_a_message_goes_into_the_outbox_of_its_conversation_once(house: House) -> None:
    house.post(said.delivery(said.post()))
    house.settle()
    reply = act(house, Verb.REPLY, text="Hallo", seen=1, way=Way.PUBLIC_REPLY, state=State.QUEUED)
    new = house.changes()
    house.hand_over(new)
    house.hand_over(new)
    (queued,) = house.receive()
    assert queued["attributes"]["MessageGroupId"] == house.only().id
    assert reply.id in queued["body"]
    assert "Hallo" not in queued["body"]


def test_only_what_failed_is_reported(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.post(said.delivery(said.post()))
    house.settle()
    act(house, Verb.REPLY, text="Hallo", seen=1, way=Way.PUBLIC_REPLY, state=State.QUEUED)
    house.post(said.delivery(said.post(f"{PAGE}_2", author=said.NEIGHBOUR)))
    new = house.changes()
    with monkeypatch.context() as broken:
        broken.setenv("SEND_QUEUE_URL", house.queue.replace("send-", "gone-"))
        failed = house.hand_over(new)
    (sent,) = [each for each in new if "#a" in each["dynamodb"]["Keys"]["sk"]["S"]]
    assert failed == [sent["dynamodb"]["SequenceNumber"]]
    assert len(house.conversations()) == 2
    assert house.hand_over(new) == []
    assert len(house.receive()) == 1


def test_what_follows_an_answer_that_could_not_be_queued_waits_for_it(house: House) -> None:
    """Invariant 4: a batch goes on after a failure, and an answer would be queued before the one it follows."""
    house.post(said.delivery(said.post()))
    house.settle()
    answers = [act(house, Verb.REPLY, text=text, seen=1, way=Way.PUBLIC_REPLY, state=State.QUEUED) for text in "ab"]
    new = house.changes()
    with refused(times=1):
        failed = house.hand_over(new)
    assert failed
    assert house.receive() == []
    assert house.hand_over([each for each in new if each["dynamodb"]["SequenceNumber"] >= failed[0]]) == []
    assert [json.loads(each["body"])["action"] for each in house.receive()] == [each.id for each in answers]


@contextmanager
def refused(times: int) -> Iterator[None]:
    """The queue does not take the next task, or the next few, nor when that is tried again."""
    left = [times]

    def refuse(**_: Any) -> None:
        if left[0]:
            left[0] -= 1
            raise ConnectionError

    events, moment = aws.client("sqs").meta.events, "before-parameter-build.sqs.SendMessage"
    events.register(moment, refuse)
    try:
        yield
    finally:
        events.unregister(moment, refuse)


def test_an_echo_confirms_a_message_whose_answer_was_lost(house: House) -> None:
    """Invariant 3."""
    house.post(said.delivery(said.post()))
    house.settle()
    lost = {"way": Way.PUBLIC_REPLY, "state": State.UNCONFIRMED, "attempted_at": NOW, "attempts": 1}
    act(house, Verb.REPLY, text="Bitte neu starten", seen=1, **lost)
    house.dispatch()
    house.post(said.delivery(said.comment("1_9", "Bitte neu starten", author=PAGE, at=NOW // 1000 + 1)))
    house.dispatch()
    house.dispatch()
    messages = house.messages()
    assert [(each.direction, each.state) for each in messages] == [("inbound", "received"), ("outbound", "sent")]
    assert messages[1].platform_id == "1_9"


def test_an_echo_is_known_by_our_id_in_private(house: House) -> None:
    """Invariant 3."""
    house.post(said.delivery(said.message("m1")))
    house.dispatch()
    lost = {"way": Way.PRIVATE_MESSAGE, "state": State.SENDING, "attempted_at": NOW, "attempts": 1}
    reply = act(house, Verb.REPLY, text="Hallo", seen=1, **lost)
    house.dispatch()
    house.post(said.delivery(said.echo("m2", "Hallo!!", NOW + 1, metadata=reply.id, app_id=1)))
    house.dispatch()
    assert [(each.id, each.state) for each in house.messages()] == [("m1", "received"), (reply.id, "sent")]


def test_the_most_urgent_stand_on_top_page_by_page(house: House) -> None:
    for number in range(23):
        house.post(said.delivery(said.post(f"{PAGE}_{number}", at=said.START + (number * 7) % 23)))
    house.settle()
    pages, cursor = [], None
    while True:
        page, cursor = inbox.page(directory.teams(), 5, cursor=cursor)
        pages.append(page)
        if cursor is None:
            break
    waiting = [head.waiting_since for page in pages for head in page]
    assert waiting == sorted(waiting)
    assert len({items.id_of(head.identity) for page in pages for head in page}) == 23
    assert inbox.page(directory.teams(), 50, store.Wanted(status="resolved")) == ([], None)


def test_a_connection_decides_the_team(house: House) -> None:
    directory.put_connection("facebook", CONNECTION, PAGE, "Telefunk", team="sales")
    house.post(said.delivery(said.post()))
    house.settle()
    assert [head.identity.team for head in inbox.page(["sales"], 10)[0]] == ["sales"]
    assert inbox.page(["service"], 10)[0] == []


def test_a_filter_that_lets_little_through_gives_short_pages_and_misses_nobody(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No request reads on and on: a page ends where enough was looked at, and the next one goes on from there."""
    monkeypatch.setattr(inbox, "READS", 1)
    for number in range(30):
        house.post(said.delivery(said.post(f"{PAGE}_{number}", at=said.START + number)))
    house.settle()
    (wanted,) = [head for head in house.conversations() if head.identity.thread_id == f"{PAGE}_29"]
    found = house.read(wanted)
    done = Action(action_id(NOW, bytes(8)), NOW, Verb.REOPEN, AGENT, heard=1)
    store.commit(found.id, done, replace(found.after(done), assignee=AGENT), NOW)
    shown, cursor, pages = [], None, 0
    while pages == 0 or cursor:
        page, cursor = inbox.page(directory.teams(), 1, store.Wanted(assignee="agent-1"), cursor=cursor)
        shown += page
        pages += 1
        assert pages < 40
    assert [head.identity.thread_id for head in shown] == [f"{PAGE}_29"]
