"""Reply: what stands in the outbox is sent at most once, whatever the platform answers and wherever we die."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import replace

import reply.app
from aws import queues
from conversations import identity
from conversations.actions import Action, State, Verb
from conversations.conversation import Status
from conversations.facts import Author
from conversations.promise import FollowUpState, Promise
from conversations.send_options import Way
from listen import poll_schedules
from reply import delivery, lookups, pausing, tasks
from storage import connections, conversations
from tests.support import payloads
from tests.support.between import Between, Json, before
from tests.support.context import Context
from tests.support.platform import PAGE
from tests.support.stack import CONNECTION, Stack

AGENT = Author("agent-1", "Mira")
NOW = payloads.START * 1000 + 600_000
SENT = {"id": "1_9"}


@pytest.fixture
def answered(stack: Stack) -> tuple[Stack, str]:
    """A post with one answer in the outbox, which has not left yet."""
    stack.post(payloads.delivery(payloads.post()))
    stack.dispatch()
    return stack, write(stack, "Bitte neu starten")


def write(stack: Stack, text: str, verb: Verb = Verb.REPLY, at: int = NOW, **fields: object) -> str:
    """Put a message into the outbox of the one conversation there is; its id."""
    found = stack.only()
    name = identity.action_id(at, len(found.actions).to_bytes(8, "big"))
    plain = Action(name, at, verb, AGENT, seen=found.head.inbound, heard=found.head.heard, text=text)
    usual = {"way": Way.PUBLIC_REPLY, "state": State.QUEUED}
    written = replace(plain, **usual | fields)  # type: ignore[arg-type]
    conversations.commit(found.id, written, found.after(written), NOW)
    return name


def carry_out(stack: Stack, action_id: str, receives: int = 1, now: int = NOW) -> None:
    """One receipt of the message by the reply function, at a time of the test's choosing."""
    tasks.carry_out({"conversation": stack.only().id, "action": action_id}, receives, now)


def state(stack: Stack, action_id: str) -> tuple[State | None, str]:
    """Return the state of the message, and its reason."""
    action = conversations.action(stack.only().id, action_id)
    assert action is not None
    return action.state, action.reason


def sends(stack: Stack) -> list[str]:
    """The texts of all messages that reached the platform."""
    return [asked["body"]["message"] for asked in stack.platform.asked if asked["call"].startswith("POST")]


def test_a_message_is_sent_and_recorded(answered: tuple[Stack, str]) -> None:
    stack, message = answered
    stack.platform.says(SENT)
    stack.settle()
    assert state(stack, message) == (State.SENT, "")
    assert (stack.only().head.status, sends(stack)) == (Status.WAITING, ["Bitte neu starten"])


def test_a_message_taken_twice_from_the_queue_is_sent_once(answered: tuple[Stack, str]) -> None:
    """Invariant 3."""
    stack, message = answered
    stack.platform.says(SENT)
    carry_out(stack, message)
    carry_out(stack, message)
    assert sends(stack) == ["Bitte neu starten"]


def test_a_refusal_is_shown_and_brings_the_conversation_back(answered: tuple[Stack, str]) -> None:
    stack, message = answered
    stack.platform.fails(100, 33)
    stack.settle()
    assert state(stack, message) == (State.FAILED, "gone")
    assert (stack.only().head.status, stack.only().head.undelivered) == (Status.OPEN, "failed")


def test_a_passing_fault_waits_and_is_tried_again(answered: tuple[Stack, str]) -> None:
    stack, message = answered
    stack.platform.fails(2, status=503)
    with pytest.raises(pausing.RetryLater):
        carry_out(stack, message)
    assert state(stack, message) == (State.QUEUED, "retry")
    stack.platform.says(SENT)
    carry_out(stack, message, receives=2)
    assert state(stack, message) == (State.SENT, "")


def test_after_the_last_attempt_the_message_is_failed_and_the_group_moves_on(answered: tuple[Stack, str]) -> None:
    stack, message = answered
    for attempt in range(1, delivery.ATTEMPTS + 1):
        stack.platform.fails(2, status=503)
        if attempt < delivery.ATTEMPTS:
            with pytest.raises(pausing.RetryLater):
                carry_out(stack, message, attempt)
        else:
            carry_out(stack, message, attempt)
    assert state(stack, message) == (State.FAILED, "retry")


def test_when_the_answer_is_lost_the_message_is_found_and_not_sent_again(answered: tuple[Stack, str]) -> None:
    """Invariant 3."""
    stack, message = answered
    stack.platform.answers.append("reset")
    with pytest.raises(pausing.RetryLater):
        carry_out(stack, message)
    assert state(stack, message) == (State.UNCONFIRMED, "unconfirmed")
    posted = {"id": "1_9", "from": {"id": PAGE}, "message": "Bitte neu starten"}
    stack.platform.says({"data": [posted | {"created_time": _iso(NOW)}]})
    carry_out(stack, message, 2, NOW + 5000)
    assert state(stack, message) == (State.SENT, "")
    assert sends(stack) == ["Bitte neu starten"]


def test_an_earlier_message_of_the_same_words_is_not_taken_for_the_lost_one(answered: tuple[Stack, str]) -> None:
    """Invariant 3: each stands there once, and neither is missing."""
    stack, first = answered
    stack.platform.says(SENT)
    carry_out(stack, first)
    second = write(stack, "Bitte neu starten", at=NOW + 10)
    stack.platform.answers.append("reset")
    with pytest.raises(pausing.RetryLater):
        carry_out(stack, second, now=NOW + 10)
    posted = {"id": "1_9", "from": {"id": PAGE}, "message": "Bitte neu starten", "created_time": _iso(NOW)}
    stack.platform.says({"data": [posted]})
    stack.platform.says({"id": "1_10"})
    carry_out(stack, second, 2, NOW + 10 + lookups.SETTLING)
    assert state(stack, second) == (State.SENT, "")
    assert [each.platform_id for each in stack.messages() if each.direction == "outbound"] == ["1_9", "1_10"]


def test_message_that_cannot_be_looked_for_is_left_to_an_agent_in_the_end(answered: tuple[Stack, str]) -> None:
    stack, message = answered
    stack.platform.answers.append("reset")
    with pytest.raises(pausing.RetryLater):
        carry_out(stack, message)
    for receives in (lookups.LOOKS - 1, lookups.LOOKS):
        stack.platform.fails(2, status=503)
        if receives < lookups.LOOKS:
            with pytest.raises(pausing.RetryLater):
                carry_out(stack, message, receives, NOW + 60_000)
        else:
            carry_out(stack, message, receives, NOW + 60_000)
    assert state(stack, message)[0] == State.UNCONFIRMED
    assert len(sends(stack)) == 1


def test_message_missing_on_the_platform_is_looked_for_again_and_then_sent(answered: tuple[Stack, str]) -> None:
    """Invariant 3: it is looked for first, and its absence believed only when things have settled."""
    stack, message = answered
    stack.platform.answers.append("reset")
    with pytest.raises(pausing.RetryLater):
        carry_out(stack, message)
    stack.platform.says({"data": []})
    with pytest.raises(pausing.RetryLater) as early:
        carry_out(stack, message, 2, NOW + 5000)
    assert 0 < early.value.seconds <= lookups.SETTLING / 1000
    stack.platform.says({"data": []})
    stack.platform.says(SENT)
    carry_out(stack, message, 3, NOW + lookups.SETTLING)
    assert state(stack, message) == (State.SENT, "")


def test_unclear_message_that_cannot_be_found_is_shown_to_an_agent_and_never_sent_again(
    answered: tuple[Stack, str],
) -> None:
    """Invariant 3."""
    stack, message = answered
    stack.platform.answers.append("reset")
    with pytest.raises(pausing.RetryLater):
        carry_out(stack, message)
    stack.platform.fails(10)
    carry_out(stack, message, 2, NOW + 60_000)
    stack.dispatch()
    assert state(stack, message)[0] == State.UNCONFIRMED
    assert (stack.only().head.status, stack.only().head.undelivered) == (Status.OPEN, "unconfirmed")
    assert len(sends(stack)) == 1


def test_a_sender_that_died_in_the_middle_is_waited_for_and_then_looked_after(answered: tuple[Stack, str]) -> None:
    """Invariants 3 and 12: killed between sending and recording."""
    stack, message = answered
    conversation = stack.only().id
    before = conversations.action(conversation, message)
    assert before is not None
    died = replace(before, state=State.SENDING, attempts=1, attempted_at=NOW, lease_until=NOW + delivery.LEASE)
    conversations.change_delivery(conversation, before, died)
    with pytest.raises(pausing.RetryLater) as leased:
        carry_out(stack, message, 2, NOW + 1000)
    assert leased.value.reason == "leased"
    posted = {"id": "1_9", "from": {"id": PAGE}, "message": "Bitte neu starten", "created_time": _iso(NOW)}
    stack.platform.says({"data": [posted]})
    carry_out(stack, message, 3, NOW + delivery.LEASE)
    assert state(stack, message) == (State.SENT, "")
    assert sends(stack) == []


def test_two_runs_at_once_send_once(answered: tuple[Stack, str]) -> None:
    """Invariant 3: the lease is a conditional write."""
    stack, message = answered
    conversation = stack.only().id
    before = conversations.action(conversation, message)
    assert before is not None
    conversations.change_delivery(conversation, before, replace(before, state=State.SENDING, lease_until=NOW + 1))
    with pytest.raises(conversations.Conflict):
        conversations.change_delivery(conversation, before, replace(before, state=State.SENDING, lease_until=NOW + 2))


def test_an_expired_token_stops_the_connection_visibly_and_loses_nothing(answered: tuple[Stack, str]) -> None:
    """Invariant 9."""
    stack, message = answered
    stack.platform.fails(190, 463, status=401)
    with pytest.raises(pausing.RetryLater):
        carry_out(stack, message)
    assert state(stack, message) == (State.QUEUED, "auth")
    assert connections.connection("facebook", CONNECTION).problem == "auth"
    with pytest.raises(pausing.RetryLater) as waiting:
        carry_out(stack, message, 2, NOW + 1)
    assert waiting.value.reason == "auth"
    assert len(stack.platform.asked) == 1
    stack.connect()
    stack.platform.says(SENT)
    carry_out(stack, message, 3, NOW + 2)
    assert state(stack, message) == (State.SENT, "")


@pytest.mark.parametrize(
    ("code", "subcode", "status", "problem"), [(190, 463, 401, "auth"), (368, None, 400, "policy")]
)
def test_answer_that_waits_for_its_connection_is_shown_until_it_left(
    answered: tuple[Stack, str], code: int, subcode: int | None, status: int, problem: str
) -> None:
    stack, message = answered
    stack.platform.fails(code, subcode, status=status)
    with pytest.raises(pausing.RetryLater):
        carry_out(stack, message)
    stack.dispatch()
    (head,) = stack.conversations()
    assert (head.undelivered, head.status) == ("waiting", Status.OPEN)
    assert connections.connection("facebook", CONNECTION).reported_by == connections.BY_SEND
    stack.connect()
    stack.platform.says(SENT)
    carry_out(stack, message, 3, NOW + 2)
    stack.dispatch()
    (head,) = stack.conversations()
    assert (head.undelivered, head.status) == ("", Status.WAITING)
    assert state(stack, message) == (State.SENT, "")


def test_answer_written_while_the_account_is_restricted_is_shown_as_waiting(answered: tuple[Stack, str]) -> None:
    """It never came to the platform, which was found restricted by another message."""
    stack, message = answered
    connections.pause_connection("facebook", CONNECTION, "policy", NOW + 3_600_000, 3600, connections.BY_SEND)
    with pytest.raises(pausing.RetryLater):
        carry_out(stack, message)
    stack.dispatch()
    assert [head.undelivered for head in stack.conversations()] == ["waiting"]
    assert stack.platform.asked == []


def test_a_connection_rests_by_its_own_patience_not_by_that_of_an_old_message(answered: tuple[Stack, str]) -> None:
    """Invariant 9: a message that waited for long does not keep all others waiting as long."""
    stack, message = answered
    now = NOW
    for expected in (2, 4, 8):
        stack.platform.fails(190, 463, status=401)
        with pytest.raises(pausing.RetryLater):
            carry_out(stack, message, receives=50, now=now)
        connection = connections.connection("facebook", CONNECTION)
        assert connection.paused_until == now + expected * 1000
        now = connection.paused_until
    stack.platform.says(SENT)
    carry_out(stack, message, receives=51, now=now)
    connection = connections.connection("facebook", CONNECTION)
    assert (connection.problem, connection.pause) == ("", 0)


def test_a_rate_limit_waits_as_long_as_the_platform_says(answered: tuple[Stack, str]) -> None:
    """Invariant 9."""
    stack, message = answered
    stack.platform.fails(613, status=400, retry_after="77")
    with pytest.raises(pausing.RetryLater) as limit:
        carry_out(stack, message)
    assert limit.value.seconds == 77
    assert connections.connection("facebook", CONNECTION).paused_until == NOW + 77_000


def test_messages_of_one_conversation_go_out_in_order_and_a_stuck_one_holds_up_no_other(stack: Stack) -> None:
    """Invariant 4."""
    stack.post(payloads.delivery(payloads.post()))
    stack.dispatch()
    for number in range(3):
        write(stack, f"Nummer {number}", at=NOW + number)
    stack.post(payloads.delivery(payloads.post(f"{PAGE}_2", author=payloads.NEIGHBOUR)))
    stack.dispatch()
    (other,) = [head for head in stack.conversations() if head.customer.name == "Ole"]
    found = stack.read(other)
    free = Action(identity.action_id(NOW, b"12345678"), NOW, Verb.REPLY, AGENT, seen=1, heard=1, text="Frei")
    free = replace(free, way=Way.PUBLIC_REPLY, state=State.QUEUED)
    conversations.commit(found.id, free, found.after(free), NOW)
    stack.dispatch()
    batch = sorted(stack.receive(), key=lambda record: "Frei" in record["body"] or record["body"].count(free.id))
    assert len(batch) == 4
    stack.platform.fails(2, status=503)
    stack.platform.says({"id": "2_1"})
    failed = stack.reply(batch)
    assert sends(stack) == ["Nummer 0", "Frei"]
    assert len(failed) == 3
    for record in batch:
        if record["messageId"] in failed:
            queues.wait(stack.queue, record["receiptHandle"], 0)
        else:
            stack.client("sqs").delete_message(QueueUrl=stack.queue, ReceiptHandle=record["receiptHandle"])
    for number in range(3):
        stack.platform.says({"id": f"1_{number}"})
    while stack.send():
        pass
    assert sends(stack)[2:] == ["Nummer 0", "Nummer 1", "Nummer 2"]


def test_a_question_is_taken_back_when_the_customer_writes_while_it_fires(stack: Stack) -> None:
    """Invariant 5."""
    stack.post(payloads.delivery(payloads.post()))
    stack.dispatch()
    promise = write(stack, "Hallo", promise=Promise(NOW + 1000, "Und?"), state=State.SENT, platform_id="1_2")
    question = write(stack, "Und?", Verb.ASK, NOW + 1000, answers=promise)
    stack.post(payloads.delivery(payloads.comment("1_5", "Immer noch kaputt")))
    carry_out(stack, question, now=NOW + 2000)
    assert state(stack, question) == (State.CANCELLED, "customer_wrote")
    stack.dispatch()
    stack.dispatch()
    head = stack.only().head
    assert head.follow_up is not None
    assert (head.follow_up.state, head.follow_up.outcome, head.status) == (FollowUpState.CANCELLED, None, Status.OPEN)
    assert sends(stack) == []


def test_a_message_of_a_conversation_that_is_gone_is_dropped(stack: Stack) -> None:
    assert tasks.carry_out({"conversation": "a" * 26, "action": "1"}, 1, NOW) is None


def _iso(at: int) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")


# -- pauses that are longer than a queue's, and functions that die ----------------------------------------------------


@pytest.fixture
def sqs(environment: None, aws_endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Between]:
    """Put a ``Between`` between the functions and SQS."""
    with before("SQS", aws_endpoint, monkeypatch) as running:
        yield running


@pytest.mark.invariant(9)
def test_message_waits_beside_the_queue_when_the_platform_names_a_pause_that_no_queue_waits(
    answered: tuple[Stack, str],
) -> None:
    stack, message = answered
    second = write(stack, "Und dann neu laden", at=NOW + 10)
    stack.platform.fails(613, status=400, retry_after="86400")
    carry_out(stack, message)
    carry_out(stack, second, now=NOW + 10)
    assert len(stack.platform.asked) == 1
    assert (state(stack, message), state(stack, second)) == ((State.QUEUED, "rate"), (State.QUEUED, ""))
    assert connections.connection("facebook", CONNECTION).paused_until == NOW + 86_400_000
    poll_schedules.let_try(NOW + 86_400_000)
    stack.platform.says({"id": "1_9"})
    stack.platform.says({"id": "1_10"})
    stack.settle()
    assert sends(stack)[1:] == ["Bitte neu starten", "Und dann neu laden"]


@pytest.mark.invariant(9)
@pytest.mark.parametrize(
    ("problem", "receives", "left", "waits_in_queue"),
    [
        ("rate", 1, 42_000, True),
        ("rate", 1, 42_001, False),
        ("rate", pausing.PARK_AFTER + 1, 3600, True),
        ("rate", pausing.PARK_AFTER + 1, 3601, False),
        ("auth", 1, 43_000, False),
    ],
)
def test_pause_is_waited_for_in_the_queue_only_for_as_long_as_the_queue_keeps_messages(
    answered: tuple[Stack, str], problem: str, receives: int, left: int, waits_in_queue: bool
) -> None:
    stack, message = answered
    connections.pause_connection("facebook", CONNECTION, problem, NOW + left * 1000, left)
    try:
        carry_out(stack, message, receives)
    except pausing.RetryLater:
        waited = True
    else:
        waited = False
    assert waited == waits_in_queue
    assert connections.connection("facebook", CONNECTION).parked != waits_in_queue


@pytest.mark.invariant(3)
def test_visibility_that_is_refused_fails_one_message_and_takes_no_sent_one_with_it(
    answered: tuple[Stack, str], sqs: Between
) -> None:
    stack, _ = answered
    write(stack, "Später", at=NOW + 10)
    stack.dispatch()
    batch = stack.receive()
    assert len(batch) == 2
    stack.platform.says(SENT)
    stack.platform.fails(613, status=400, retry_after="40000")
    sqs.refuse("ChangeMessageVisibility", "InvalidParameterValue", times=1)
    failed = stack.reply(batch)
    assert sqs.asked["ChangeMessageVisibility"] == 1
    assert set(failed) == {batch[1]["messageId"]}


def test_batch_is_claimed_for_less_than_a_minute_before_anything_is_sent(
    answered: tuple[Stack, str], sqs: Between
) -> None:
    """A function that dies in the middle leaves a batch that is shown again soon, whatever the queue's own time is."""
    stack, message = answered
    stack.dispatch()
    batch = stack.receive()
    claims: list[Json] = []

    def note(operation: str, body: Json, _answer: Json) -> None:
        if operation == "ChangeMessageVisibilityBatch":
            claims.append({"body": body, "sent": len(sends(stack))})

    sqs.seen = note
    stack.platform.says(SENT)
    stack.reply(batch)
    (claim,) = claims
    assert claim["sent"] == 0
    assert [(each["ReceiptHandle"], each["VisibilityTimeout"]) for each in claim["body"]["Entries"]] == [
        (batch[0]["receiptHandle"], reply.app.CLAIM)
    ]
    assert state(stack, message) == (State.SENT, "")


def test_message_is_left_to_the_next_call_when_too_little_time_is_left(answered: tuple[Stack, str]) -> None:
    stack, message = answered
    stack.dispatch()
    batch = stack.receive()
    context: Any = LateContext()
    failed = reply.app.lambda_handler({"Records": batch}, context)["batchItemFailures"]
    assert failed == [{"itemIdentifier": batch[0]["messageId"]}]
    assert (state(stack, message), sends(stack)) == ((State.QUEUED, ""), [])
    assert len(stack.receive()) == 1


class LateContext(Context):
    def get_remaining_time_in_millis(self) -> int:
        return reply.app.ENOUGH - 1
