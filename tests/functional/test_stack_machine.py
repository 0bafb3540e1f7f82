"""Customers, an agent, the platform, the clock and deaths, in any order, against the functions as they are.

A death is a request to AWS that does not come back: nothing of the function runs after it. Then Lambda, the queue, the
stream, the scheduler, the platform and the agent repeat what they began, as they would, and the invariants hold.
"""

from __future__ import annotations

import io
import itertools
import json
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from msgspec.structs import replace

from application import follow_ups, loading
from aws import clients, schedules
from console.actions import erasure, replies
from console.authorization import Agent
from console.bodies.conversations import FollowUpWish, NewReply
from console.errors import ApiError
from console.http import request_of
from conversations.actions import State
from conversations.facts import Visibility
from conversations.fold import fold
from conversations.follow_ups import next_call
from conversations.identity import Identity
from conversations.promise import FollowUpState
from reconcile.repair import reconcile
from reply import pausing, tasks
from shared.telemetry import logger
from storage import connections, conversations, keys
from tests.support import payloads
from tests.support.platform import PAGE, SECRET, TOKEN, Platform
from tests.support.stack import Stack

HOUR = 3_600_000
DAY = 24 * HOUR
AGENT = Agent("agent-1", "Mira Musterfrau", "mira@example.com", (), "en")
SERVICES = ("dynamodb", "sqs", "scheduler")
MOMENTS = ("before-send", "response-received")
LIVES = st.none() | st.tuples(st.integers(0, 9), st.sampled_from(MOMENTS))
MOODS = st.sampled_from(["takes", "takes", "takes", "lost", "swallowed", "refuses", "expired"])
WORDS = ("Ja, danke", "Nein, immer noch kaputt", "Hm")
_numbers = itertools.count(1)


class Killed(BaseException):
    """The function dies: nothing of it runs any more, no handler of errors either."""


class Fate:
    """A fault at the n-th request to AWS of the code that runs next; a handler of the clients' own events."""

    def __init__(self) -> None:
        self.left: int | None = None
        self.moment = MOMENTS[0]
        self.happens: Callable[[], None] | None = None

    def strike(self, event_name: str = "", **_: Any) -> None:
        if self.left is None or not event_name.startswith(self.moment):
            return
        self.left -= 1
        if self.left < 0 and (happens := self.happens):
            self.left = None
            happens()

    @contextmanager
    def awaits(self, left: int, moment: str, happens: Callable[[], None]) -> Iterator[None]:
        """For as long as the block lasts."""
        self.left, self.moment, self.happens = left, moment, happens
        try:
            yield
        finally:
            self.left = None


def _die() -> None:
    raise Killed


class Thread(list[Any]):
    """The platform's answers: what we posted in a thread stands there, and can be read, whatever we were answered."""

    def __init__(self, platform: Platform, now: Callable[[], int]) -> None:
        super().__init__()
        self.platform, self.now = platform, now
        self.mood = "takes"
        self.posts: list[tuple[str, str, int]] = []
        self.posted: Callable[[str], None] = lambda text: None

    def pop(self, index: Any = 0) -> Any:
        """The answer to what was asked last."""
        asked = self.platform.asked[-1]
        if asked["call"].startswith("GET"):
            return 200, json.dumps({"data": [_comment(*post) for post in reversed(self.posts)]}).encode(), {}
        if self.mood in ("refuses", "expired"):
            code, status = (100, 400) if self.mood == "refuses" else (190, 401)
            return status, json.dumps({"error": {"code": code, "error_subcode": 33, "message": "no"}}).encode(), {}
        if self.mood == "swallowed":
            return "reset"
        text = asked["body"]["message"]
        self.posts.append((f"90_{next(_numbers)}", text, self.now()))
        self.posted(text)
        return "reset" if self.mood == "lost" else (200, json.dumps({"id": self.posts[-1][0]}).encode(), {})


def _comment(post_id: str, text: str, at: int) -> dict[str, Any]:
    moment = datetime.fromtimestamp(at / 1000, UTC)
    return {"id": post_id, "message": text, "from": {"id": PAGE}, "created_time": f"{moment:%Y-%m-%dT%H:%M:%S+0000}"}


class StackMachine(RuleBasedStateMachine):
    """One visitor's post per run, in a stack that many runs share."""

    def __init__(self, stack: Stack, fate: Fate) -> None:
        super().__init__()
        self.stack, self.fate = stack, fate
        connections.put_connection("facebook", "demo", PAGE, "Telefunk")  # none is paused that is not known
        self.number = next(_numbers)
        self.now = time.time_ns() // 1_000_000
        self.thread = Thread(stack.platform, lambda: self.now)
        self.thread.posted = self._assert_may_be_posted
        stack.platform.answers = self.thread
        self.post_id = f"{PAGE}_{self.number}"
        who = Identity("facebook", "demo", Visibility.PUBLIC, self.post_id, team="service")
        self.conversation = keys.id_of(who)
        self.records: list[dict[str, Any]] = []
        self.past: list[dict[str, Any]] = []
        self.told: list[dict[str, Any]] = []
        self.underway: list[dict[str, Any]] = []
        self.accepted: set[str] = set()
        self.deliveries = 0
        self.wrote_at = 0
        self.promised_at: dict[str, int] = {}
        self.texts: list[str] = []
        self.look: str | None = None
        self.begun = 0
        self.gone: list[str] = []
        self.erased = False

    # -- what comes in ------------------------------------------------------------------------------------------------

    @initialize(life=LIVES, late=st.booleans())
    def a_visitor_posts(self, life: tuple[int, str] | None, late: bool) -> None:
        self._tell(self._from_the_customer(payloads.post(self.post_id, self._text("Kaputt"), at=self.now // 1000)))
        self._deliver(life)
        if not late:
            self._deliver(None)
            self._come_to_rest()

    @rule(words=st.sampled_from(WORDS), life=LIVES, prompt=st.booleans())
    def the_customer_comments(self, words: str, life: tuple[int, str] | None, prompt: bool) -> None:
        self._tell(self._comment_of_the_customer(words))
        if prompt:
            self._deliver(life)
            self._take_records()
            self._hand_over()

    @rule(life=LIVES)
    def what_is_underway_is_delivered(self, life: tuple[int, str] | None) -> None:
        self._deliver(life)

    @rule(index=st.integers(0, 9))
    def something_is_delivered_again(self, index: int) -> None:
        assert self.stack.post(payloads.delivery(self.told[index % len(self.told)]))["statusCode"] == 200

    @rule()
    def somebody_else_posts_without_a_signature(self) -> None:
        """Invariant 7."""
        before = self._items()
        answer = self.stack.post(
            payloads.delivery(self._comment_of_the_customer("Hm")), **{"x-hub-signature-256": "sha256=00"}
        )
        assert answer["statusCode"] == 401
        assert self._items() == before

    # -- what the stack does ------------------------------------------------------------------------------------------

    @rule(life=LIVES)
    def dispatch_works(self, life: tuple[int, str] | None) -> None:
        self._take_records()
        self._live(life, self._hand_over)

    @rule(count=st.integers(1, 8))
    def the_stream_repeats(self, count: int) -> None:
        if self.past:
            assert self.stack.hand_over(self.past[-count:]) == []

    @rule(mood=MOODS, life=LIVES)
    def reply_works(self, mood: str, life: tuple[int, str] | None) -> None:
        self.thread.mood = mood
        self._live(life, self._reply)
        self.thread.mood = "takes"

    @rule(life=LIVES, race=st.booleans(), mood=MOODS)
    def the_promise_comes_due(self, life: tuple[int, str] | None, race: bool, mood: str) -> None:
        """The scheduler calls, and calls again if nobody answers; with ``race`` the customer writes meanwhile."""
        head = conversations.head(self.conversation)
        call = next_call(head.follow_up) if head else None
        if call is None:
            return
        self.now = max(self.now, call[1])
        left, moment = life or (0, MOMENTS[0])
        happens = self._write_at_once if race else _die
        if race or life:
            with self.fate.awaits(left, moment, happens):
                self._until_killed(lambda: follow_ups.run_due(self.conversation, call[0], lambda: self.now))
        follow_ups.run_due(self.conversation, call[0], lambda: self.now)
        self._take_records()
        self._live(life, self._hand_over)
        self.reply_works(mood, life)

    @rule()
    def the_schedule_is_lost(self) -> None:
        scheduler = self.stack.client("scheduler")
        for name in self._names():
            scheduler.delete_schedule(GroupName=self._group(), Name=name)

    @rule(life=LIVES)
    def reconcile_works(self, life: tuple[int, str] | None) -> None:
        self._live(life, lambda: reconcile(lambda: self.now + HOUR, lambda: 600_000))

    @rule(length=st.sampled_from([5_000, 80_000, 2 * HOUR, 3 * DAY]))
    def time_passes(self, length: int) -> None:
        self.now += length

    # -- the agent ----------------------------------------------------------------------------------------------------

    @rule()
    def the_agent_looks(self) -> None:
        found = loading.load(self.conversation)
        self.look = found.messages()[-1].id if found else None

    @rule(
        promises=st.sampled_from([True, True, False]),
        looks=st.sampled_from([True, True, False]),
        resolve=st.booleans(),
        life=LIVES,
    )
    def the_agent_answers(self, promises: bool, looks: bool, resolve: bool, life: tuple[int, str] | None) -> None:
        """Send a reply as an agent, who repeats a request without an answer, with the same key."""
        if looks or self.look is None:
            self.the_agent_looks()
        if self.look is None:
            return
        wish = FollowUpWish(after="PT3H", text=self._text("Geht es wieder")) if promises else None
        new = NewReply(self._text("Bitte neu starten"), None, wish, resolve, self.look)
        key, body = str(len(self.texts)), new.text.encode()
        request = request_of(AGENT, self.conversation, key, "/replies", body)
        known = self.deliveries
        written: list[replies.Executed] = []

        def write() -> None:
            written.append(replies.reply(AGENT, self.conversation, new, request, self.now))

        try:
            if not self._live(life, write):
                write()
        except ApiError as refused:
            assert refused.status in (404, 409, 422)
            event(f"refused {refused.status}")
            return
        if wish and wish.text:
            self.promised_at[wish.text] = known
        self._take_records()
        self._live(life, self._hand_over)
        assert new.text in [message.text for message in written[-1].conversation.messages()]

    @rule(life=LIVES, later=LIVES, race=st.booleans(), mood=MOODS, words=st.sampled_from(["", *WORDS]))
    def a_question_is_asked_and_answered(
        self, life: tuple[int, str] | None, later: tuple[int, str] | None, race: bool, mood: str, words: str
    ) -> None:
        """The way it mostly goes, with a death here and there."""
        self._deliver(None)
        self._come_to_rest()
        self.the_agent_answers(True, True, False, life)
        self._come_to_rest()
        self.the_promise_comes_due(later, race, mood)
        self._come_to_rest()
        if words:
            self.the_customer_comments(words, life, True)

    @rule(chance=st.integers(0, 4), life=LIVES)
    def the_agent_erases_the_conversation(self, chance: int, life: tuple[int, str] | None) -> None:
        if chance or conversations.head(self.conversation) is None:
            return
        self.erased, self.gone = True, self.texts[self.begun :]
        if not self._live(life, lambda: erasure.erase(self.conversation, self.now)) and conversations.head(
            self.conversation
        ):
            erasure.erase(self.conversation, self.now)
        self.now += 120_000
        event("erased")

    # -- what always holds --------------------------------------------------------------------------------------------

    @invariant()
    def invariant_1_what_was_answered_with_200_is_stored(self) -> None:
        if not self.erased:
            stored = {fact.message_id for fact in conversations.read(self.conversation).facts}
            assert self.accepted <= stored

    @invariant()
    def invariants_3_and_4_everything_stands_on_the_platform_once_and_in_its_order(self) -> None:
        texts = [text for _, text, _ in self.thread.posts]
        assert max(Counter(texts).values(), default=1) == 1
        actions = sorted(conversations.read(self.conversation).actions, key=lambda action: action.id)
        made = [action.text for action in actions]
        assert [text for text in made if text in texts] == [text for text in texts if text in made]

    def teardown(self) -> None:
        """Invariants 2, 6, 9, 11 and 12: whatever died, what runs next comes to the end of it."""
        self.fate.left, self.thread.mood = None, "takes"
        self._deliver(None)
        for _ in range(12):
            self._come_to_rest()
            self._assert_head_is_fold()
            assert self._scheduled() == self._wanted()
            head = conversations.head(self.conversation)
            call = next_call(head.follow_up) if head else None
            if call is None:
                break
            self.now = max(self.now, call[1])
            follow_ups.run_due(self.conversation, call[0], lambda: self.now)
        self._assert_all_is_done()

    def _come_to_rest(self) -> None:
        for _ in range(30):
            self._take_records()
            self._hand_over()
            busy = self._reply()
            self.now += 80_000 if busy else 0
            if not busy and not self._take_records():
                reconcile(lambda: self.now + HOUR, lambda: 600_000)
                return
        raise AssertionError("the stack does not come to rest")

    def _assert_head_is_fold(self) -> None:
        found, head = conversations.read(self.conversation), conversations.head(self.conversation)
        complete = fold(head.identity, found.facts, found.actions) if head else None
        if head and complete:
            assert head == replace(complete, version=head.version, erased_at=head.erased_at, cursor=head.cursor)

    def _assert_all_is_done(self) -> None:
        found, head = conversations.read(self.conversation), conversations.head(self.conversation)
        assert not [action for action in found.actions if action.state in (State.QUEUED, State.SENDING)]
        if head and head.follow_up:
            assert head.follow_up.state != FollowUpState.PLANNED
            assert head.follow_up.state != FollowUpState.ASKED or head.follow_up.outcome
            event(f"{head.follow_up.state} {head.follow_up.outcome or head.follow_up.reason}")
        everything = repr(self._items()) if self.gone else ""
        assert not [text for text in self.gone if text in everything]

    # -- helpers ------------------------------------------------------------------------------------------------------

    def _live(self, life: tuple[int, str] | None, work: Callable[[], object]) -> bool:
        """Let something run, perhaps not to its end; whether it came there."""
        if life is None:
            work()
            return True
        with self.fate.awaits(*life, _die):
            return self._until_killed(work)

    def _until_killed(self, work: Callable[[], object]) -> bool:
        try:
            work()
        except Killed:
            event("killed")
            return False
        return True

    def _deliver(self, life: tuple[int, str] | None) -> None:
        if not self.underway:
            return
        before = conversations.read(self.conversation).facts
        known = {fact.message_id for fact in before}

        def post() -> None:
            answer = self.stack.post(payloads.delivery(*self.underway))
            assert answer["statusCode"] == 200
            self.accepted |= {_id(update) for update in self.underway}
            self.underway.clear()

        self._live(life, post)
        new = {fact.message_id for fact in conversations.read(self.conversation).facts if not fact.own} - known
        if new:
            self.deliveries += 1
            self.wrote_at = self.deliveries

    def _write_at_once(self) -> None:
        self.underway.append(self._comment_of_the_customer("Moment noch"))
        self.told.append(self.underway[-1])
        self._deliver(None)
        event("raced")

    def _take_records(self) -> int:
        new = self.stack.changes()
        self.records += new
        return len(self.records)

    def _hand_over(self) -> None:
        if self.records:
            assert self.stack.hand_over(self.records) == []
            self.past, self.records = self.records, []

    def _reply(self) -> int:
        """Take what the queue shows, one after the other, as long as nothing has to wait; how many there were."""
        sqs, batch = self.stack.client("sqs"), self.stack.receive()
        waits = False
        try:
            for record in batch:
                if not waits and not (waits := self._waits(record)):
                    sqs.delete_message(QueueUrl=self.stack.queue, ReceiptHandle=record["receiptHandle"])
                    batch = [each for each in batch if each is not record]
        finally:
            for record in batch:
                sqs.change_message_visibility(
                    QueueUrl=self.stack.queue, ReceiptHandle=record["receiptHandle"], VisibilityTimeout=0
                )
        return len(batch) + (not waits and bool(batch))

    def _waits(self, record: dict[str, Any]) -> bool:
        try:
            tasks.carry_out(json.loads(record["body"]), 1, self.now)
        except pausing.RetryLater as wait:
            stopped = connections.connection("facebook", "demo").problem
            event(f"waits {wait.reason}")
            assert (wait.reason == "auth") <= bool(stopped)
            return True
        return False

    def _assert_may_be_posted(self, text: str) -> None:
        """Invariant 5: nobody is asked who wrote since the promise."""
        asked = next((words for words in self.promised_at if words in text), None)
        assert asked is None or self.wrote_at <= self.promised_at[asked]

    def _tell(self, update: dict[str, Any]) -> None:
        self.told.append(update)
        self.underway.append(update)

    def _comment_of_the_customer(self, words: str) -> dict[str, Any]:
        self.now += 1000
        name = f"{self.number}_{next(_numbers)}"
        at = self.now // 1000
        update = payloads.comment(name, self._text(words), at=at, parent_id=self.post_id, post_id=self.post_id)
        return self._from_the_customer(update)

    def _from_the_customer(self, update: dict[str, Any]) -> dict[str, Any]:
        """Return the update from a customer of this run alone, as a customer is asked only so often in a month."""
        update["changes"][0]["value"]["from"] = {"id": f"70{self.number}", "name": "Jana Beispiel"}
        return update

    def _text(self, words: str) -> str:
        self.texts.append(f"{words} q{next(_numbers)}q")
        return self.texts[-1]

    def _items(self) -> list[dict[str, Any]]:
        return sorted(self.stack.items(), key=repr)

    def _group(self) -> str:
        from shared import settings as function_settings

        return function_settings.schedule_group()

    def _scheduled(self) -> set[str]:
        return {schedules.conversation_of(name) for name in self._names()}

    def _names(self) -> list[str]:
        """The names of the conversation's schedules."""
        found = self.stack.client("scheduler").list_schedules(GroupName=self._group())["Schedules"]
        return [each["Name"] for each in found if schedules.conversation_of(each["Name"]) == self.conversation]

    def _wanted(self) -> set[str]:
        head = conversations.head(self.conversation)
        return {self.conversation} if head and next_call(head.follow_up) else set()


def _id(update: dict[str, Any]) -> str:
    value = update["changes"][0]["value"]
    return value.get("comment_id") or value["post_id"]


@pytest.fixture
def fate(stack: Stack) -> Iterator[Fate]:
    """Install the faults that can happen at any request of the functions."""
    made = Fate()
    handles = [(clients.client(service).meta.events, moment) for service in SERVICES for moment in MOMENTS]
    for events, moment in handles:
        events.register(moment, made.strike)
    yield made
    for events, moment in handles:
        events.unregister(moment, made.strike)


@pytest.fixture
def logs() -> Iterator[io.StringIO]:
    """All that the functions log."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logger.registered_handler.formatter)
    logger.addHandler(handler)
    yield stream
    logger.handlers.remove(handler)


@pytest.mark.timeout(600)  # to find the shortest way to a failure takes up to five minutes
def test_invariants_hold_in_any_order_of_events_and_faults(stack: Stack, fate: Fate, logs: io.StringIO) -> None:
    """All twelve invariants; 8 at the end, over everything that was logged."""
    texts: list[str] = []

    class Begun(StackMachine):
        def __init__(self) -> None:
            super().__init__(stack, fate)
            self.texts, self.begun = texts, len(texts)

    run_state_machine_as_test(Begun, settings=settings(max_examples=20, stateful_step_count=12))
    logged = logs.getvalue()
    assert "Facts folded" in logged
    assert not [each for each in (TOKEN, SECRET, AGENT.name, "Jana", *texts) if each in logged]


def test_message_with_a_time_ahead_of_ours_is_erased_as_well(stack: Stack) -> None:
    """Invariant 11."""
    now = payloads.START * 1000
    stack.post(payloads.delivery(payloads.message("m1", at=now + 20_000)))
    stack.settle()
    conversation = stack.only().id
    erasure.erase(conversation, now)
    stack.settle()
    assert [item["sk"]["S"] for item in stack.items() if item["pk"]["S"] == conversation] == ["#~"]
