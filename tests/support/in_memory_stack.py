"""The functions as they are, over clients in memory: a day takes milliseconds, and a function can die at each write.

Between any two of its calls others can act. The same functions over real servers are in ``tests/support/stack.py``.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pytest

import dispatch.app
import follow_up.app
import reconcile.app
import reply.app
from aws import clients, schedules, secrets
from conversations import identity
from conversations.actions import Action, State
from conversations.business_hours import ALWAYS, Hours
from conversations.conversation import Conversation
from conversations.facts import Author, Fact, Kind, Visibility
from conversations.identity import Identity
from conversations.send_options import Way
from conversations.team_settings import Team
from listen import poll_schedules
from reconcile import repair
from reconcile.differences import GRACE
from shared import telemetry
from storage import agents, attribute_values, connections, keys, received_facts, team_names, teams
from tests.support import in_memory_journal
from tests.support.context import Context
from tests.support.embedded_aws import SCHEDULE_SETTINGS, function_settings
from tests.support.in_memory_aws import InMemoryAws, Interruption, Json, Killed, Queued, at_of, input_of
from tests.support.in_memory_journal import Journal
from tests.support.in_memory_page import ACCOUNT, CUSTOMER, Handler, InMemoryPage, Post
from tests.support.serving import serving
from tests.support.unused_names import unused
from watch import due_scan, recompute_due

HOUR = 3_600_000
DAY = 24 * HOUR
START = 1_790_000_000_000
"""Milliseconds: a Monday afternoon in September."""
PAGE, JANA, OLE = Author(ACCOUNT), Author(CUSTOMER, "Jana"), Author("7002", "Ole")
MIRA, KIM = Author("agent-1", "Mira"), Author("agent-2", "Kim")
CHANNEL, CONNECTION, TEAM = "facebook", "demo", "service"
CHAT = Identity(CHANNEL, CONNECTION, Visibility.PRIVATE, f"page:{CUSTOMER}", team=TEAM)
POST = Identity(CHANNEL, CONNECTION, Visibility.PUBLIC, "104_1", team=TEAM)
COMMENT = Identity(CHANNEL, CONNECTION, Visibility.PUBLIC, "104_2", "2_5", team=TEAM)
PLACES = {each.thread_id: each for each in (CHAT, POST, COMMENT)}
PARTITIONS = {identity.split_id(keys.id_of(each))[0]: keys.id_of(each) for each in PLACES.values()}
UPSET = "Eine Frechheit"
TEAMS = (TEAM, "sales")
TARGETS = {"first_response": "PT1H", "next_response": "PT2H", "resolution": "PT8H"}
QUEUE = "https://queues.example/send.fifo"
TIME_LEFT = 600_000
"""Milliseconds that a function has."""
LONGEST_END = 400
"""Steps in which everything must have come to its end once nothing happens any more."""
T = TypeVar("T")


@dataclass
class InMemoryStack:
    """Table with stream, queue, scheduler and platform, the functions between them, and a journal of what they did."""

    page: InMemoryPage
    now: int = START + 60_000
    underway: list[Fact] = field(default_factory=list)
    """Facts that the platform does not know to be stored."""
    accepted: list[Fact] = field(default_factory=list)
    """Facts that were answered with 200."""
    posted: dict[str, int] = field(default_factory=dict)
    """By action: how many facts were stored when it was leased before the platform was called."""
    dispatched: int = 0
    """Number of records of the stream that were dealt with."""

    def __post_init__(self) -> None:
        self.name = unused("table")
        self.aws = InMemoryAws(lambda: self.now)
        self.table, self.queues, self.scheduler = self.aws.table, self.aws.queues, self.aws.scheduler
        self.journal = Journal(PARTITIONS, self.table.items, lambda: self.now, UPSET)
        self.rounds = due_scan.Rounds()
        self._computed: dict[tuple[str, str], Any] = {}
        self._computed_for = -1
        self.page.clock, self.page.sending = (lambda: self.now), self._sending
        self.page.survives, self.page.posted, self.page.posts = self._survives, self._note_post, []

    def set_up(self, hours: Hours = ALWAYS, cap: int = 2) -> None:
        """Make the connection, two teams and two agents; what follows from that is over."""
        path = f"{os.environ['CONNECTIONS_PATH']}/{CHANNEL}/{CONNECTION}"
        self.aws.parameters.values[path] = json.dumps(self.page.document)
        connections.put_connection(CHANNEL, CONNECTION, ACCOUNT, "Telefunk", TEAM)
        team_names.add(TEAMS[1])
        for agent in (MIRA, KIM):
            agents.note(agents.Known(str(agent.id), str(agent.name)), self.now)
        self.set_rules(hours, cap)
        self.dispatched = len(self.table.stream)
        self.table.written, self.table.read = self.journal.written, self.journal.read

    def set_rules(self, hours: Hours, cap: int) -> None:
        """Give the teams hours, and a limit to their questions per customer and month."""
        for name in TEAMS:
            teams.put_team(Team(name, hours=hours, cap=cap, targets=TARGETS), self.now)
        self.journal.hours, self.cap = hours, cap

    # -- what is there ------------------------------------------------------------------------------------------------

    def head(self, conversation: str) -> Conversation | None:
        """Return the stored head of a conversation."""
        return self.once(("head", conversation), lambda: in_memory_journal.head_of(self.table.items, conversation))

    def erased_at(self, conversation: str) -> int:
        """Return until when a conversation was erased."""
        return self.once(("erased", conversation), lambda: in_memory_journal.erased_at(self.table.items, conversation))

    def entries(self, conversation: str) -> tuple[list[Fact], list[Action]]:
        """Return the facts and actions of a conversation."""
        return self.once(("entries", conversation), lambda: in_memory_journal.entries(self.table.items, conversation))

    def once(self, name: tuple[str, str], compute: Callable[[], T]) -> T:
        """Return what is computed from the table, which is done once for each of its states."""
        changes = len(self.table.stream)
        if self._computed_for != changes:
            self._computed, self._computed_for = {}, changes
        if name not in self._computed:
            self._computed[name] = compute()
        return self._computed[name]

    def action(self, conversation: str, action_id: str) -> Action | None:
        """Return an action as it is now."""
        return next((each for each in self.entries(conversation)[1] if each.id == action_id), None)

    @property
    def is_behind(self) -> bool:
        """Tell if records of the stream wait for dispatch."""
        return self.dispatched < len(self.table.stream)

    def schedules(self) -> list[tuple[str, str, Json]]:
        """Return the schedules of follow-ups: conversation, version, and the schedule."""
        found = [each for name, each in self.scheduler.schedules.items() if name.startswith(schedules.PREFIX)]
        return [(event["conversation"], event["version"], each) for each in found if (event := input_of(each))]

    def next_call(self) -> int | None:
        """Return when the next follow-up comes due."""
        return min((at_of(each) for _, _, each in self.schedules()), default=None)

    def waiting(self, conversation: str) -> set[str]:
        """Return the messages of a conversation that are in the queue, or held back beside it."""
        queued = {each.body.get("action", "") for each in self.queues.groups[conversation]}
        return queued | in_memory_journal.held_back(self.table.items)

    # -- the functions ------------------------------------------------------------------------------------------------

    def live(self, lives: int | None, work: Callable[[], object], interruption: Interruption | None = None) -> bool:
        """Let something run that survives so many writes; returns whether it came to its end."""
        calls = self.aws.calls
        calls.lives, calls.interruption = lives, interruption
        try:
            work()
        except Killed:
            self.journal.reached.add("killed")
            return False
        finally:
            calls.lives, calls.interruption, calls.is_dead = None, None, False
        return True

    def webhook(self, facts: Sequence[Fact]) -> None:
        """Store a delivery; if it dies before its end it has not answered, and the platform delivers again."""
        with self.journal.activity():
            received_facts.add(CHANNEL, CONNECTION, facts, self.now)
        self.aws.calls.note(True)
        self.accepted += facts
        self.underway = [each for each in self.underway if each not in facts]

    def dispatch(self, size: int | None = None) -> None:
        """Hand the next records of the stream to dispatch; if it dies, the same ones come again."""
        end = len(self.table.stream) if size is None else min(self.dispatched + size, len(self.table.stream))
        if end > self.dispatched:
            self.hand_over(self.table.stream[self.dispatched : end])
        self.dispatched = end

    def repeat(self, count: int) -> None:
        """Hand the last records to dispatch once more."""
        if past := self.table.stream[max(0, self.dispatched - count) : self.dispatched]:
            self.hand_over(past)

    def hand_over(self, records: Sequence[Json]) -> None:
        """Hand records to dispatch, which must not fail for any of them."""
        with self.journal.activity():
            answer = dispatch.app.lambda_handler({"Records": list(records)}, Context())
        assert answer["batchItemFailures"] == []

    def reply(self, group: str, mood: str = "takes", size: int = 1, is_early: bool = True) -> bool:
        """Hand the first messages of a group to reply; returns whether there were any."""
        received = self.queues.receive(group, size, is_early)
        if not received:
            return False
        self.page.mood = mood
        try:
            with self.journal.activity():
                answer = reply.app.lambda_handler({"Records": list(map(_record, received))}, Context())
        finally:
            self.page.mood = "takes"
        failed = {each["itemIdentifier"] for each in answer["batchItemFailures"]}
        for each in received:
            if each.id not in failed:
                self.aws.calls.note(True)
                self.queues.delete(each)
        return True

    def call(self) -> None:
        """Carry out the first call of the scheduler; if the function dies, it is called again."""
        if self.scheduler.due:
            self.carry_out(self.scheduler.due[0])
            self.scheduler.past.append(self.scheduler.due.pop(0))

    def carry_out(self, event: Json) -> None:
        """Carry out a call for a follow-up, or for what waits for a connection."""
        with self.journal.activity():
            if "version" in event:
                follow_up.app.lambda_handler(event, Context())
            else:
                poll_schedules.let_try(self.now)

    def reconcile(self) -> None:
        """Compare promises and schedules."""
        with self.journal.activity():
            found = reconcile.app.lambda_handler({}, Context())
        assert found["failed"] == 0

    def watch(self) -> None:
        """Do what the clock brings: wake, note what was missed, bring due times up to date, try connections again."""
        with self.journal.activity():
            done = self.rounds.walk(lambda: self.now, lambda: TIME_LEFT)
            done.update(recompute_due.Updates().keep_up(lambda: self.now, lambda: TIME_LEFT))
            poll_schedules.let_try(self.now)
        assert done["failed"] == 0
        self.journal.reached |= {name for name in ("woken", "missed") if done[name]}

    def stop_connection(self, problem: str, length: int) -> None:
        """Have the connection not work for a time in milliseconds."""
        connections.pause_connection(CHANNEL, CONNECTION, problem, self.now + length, length // 1000)

    def mend_connection(self) -> None:
        """Have the connection tried again at once."""
        self.now += 1  # the queue takes a message that waited once for each millisecond
        connection = connections.connection(CHANNEL, CONNECTION)
        if connection.problem:
            connections.lift_pause(connection)

    # -- all of it ----------------------------------------------------------------------------------------------------

    def settle(self) -> None:
        """Do all that can be done at once, with a platform that takes everything."""
        for _ in range(50):
            before = self._progress()
            self.webhook(list(self.underway))
            self.dispatch()
            self.scheduler.fire()
            while self.scheduler.due:
                self.call()
            for group in list(self.queues.groups):
                self.reply(group, is_early=False)
            if self._progress() == before:
                return
        raise AssertionError("the stack does not come to rest")

    def run_out(self) -> None:
        """Let time pass until nothing is left to be done by itself; all that was lost is found again."""
        self.mend_connection()
        is_quiet = False
        for _ in range(LONGEST_END):
            self.settle()
            self.reconcile()
            moments = [at for at in (self.scheduler.next_at(), self.queues.next_at()) if at is not None]
            if is_quiet and not moments and not self.is_behind:
                return
            is_quiet = not moments
            # What is younger is left to dispatch by reconcile, so that it is certain only then that nothing was lost.
            self.now = max(self.now, min(moments)) if moments else self.now + 2 * GRACE
        raise AssertionError(f"invariant 12: there is always something left to do: {self.schedules()}")

    def _progress(self) -> tuple[int, int, str]:
        return self.dispatched, len(self.scheduler.past), repr(self.queues.groups)

    # -- the platform -------------------------------------------------------------------------------------------------

    def _sending(self, place: str, text: str) -> tuple[str, str]:
        """Return whose message is on its way to a place: the one of this text that was leased last."""
        leased = [
            (attribute_values.decode(item).get("ta", 0), item)
            for item in self.table.items.values()
            if item.get("st") == {"S": State.SENDING} and item.get("x") == {"S": text}
        ]
        found = [(at, item) for at, item in leased if place in _places(attribute_values.decode(item))]
        if not found:
            self.journal.violations.append(f"invariant 3: a message leaves that was not leased: {text}")
            return "", ""
        item = attribute_values.decode(max(found, key=_first)[1])
        return keys.conversation_of(item), str(keys.action_id_of(item))

    def _survives(self) -> bool:
        """Return whether the function lives long enough to post; runs in the thread of the platform's server."""
        calls = self.aws.calls
        interruption, calls.interruption = calls.interruption, None
        try:
            calls.note(True)
        except Killed:
            return False
        finally:
            calls.interruption = interruption
        return True

    def _note_post(self, post: Post) -> None:
        if not post.action_id:
            return
        self.posted[post.action_id] = self.journal.leased.get(post.action_id, self.journal.facts)
        action = self.action(post.conversation, post.action_id)
        who = next(each for each in PLACES.values() if keys.id_of(each) == post.conversation)
        assert action is not None
        self.underway.append(_echo(who, post, action))


def _first(entry: tuple[int, Any]) -> int:
    return entry[0]


def _places(item: attribute_values.Item) -> set[str]:
    """Return where a message of a conversation may stand."""
    who = next(each for each in PLACES.values() if keys.id_of(each) == keys.conversation_of(item))
    answered = json.loads(item["b"]).get("reply_to")
    return {CUSTOMER, who.branch_id or who.thread_id, *([answered] if answered else [])}


def _echo(who: Identity, post: Post, action: Action) -> Fact:
    """Return what the platform tells of a message of ours: a private answer to a comment stands in the chat."""
    who = CHAT if action.way == Way.PRIVATE_REPLY else who
    private = who.visibility == Visibility.PRIVATE
    return Fact(
        Kind.MESSAGE,
        who.visibility,
        who.thread_id,
        post.at if private else post.at - post.at % 1000,
        post.platform_id,
        branch_id=who.branch_id or ("" if private else post.platform_id),
        author=PAGE,
        own=True,
        text=action.text,
        customer_id=JANA.id if private else None,
        reference=action.id if private else None,
    )


def _record(received: Queued) -> Json:
    """Return a message as Lambda hands it on."""
    return {
        "messageId": received.id,
        "receiptHandle": received.id,
        "body": json.dumps(received.body),
        "attributes": {"MessageGroupId": received.group, "ApproximateReceiveCount": str(received.receives)},
        "messageAttributes": {},
        "eventSource": "aws:sqs",
    }


# -- for tests --------------------------------------------------------------------------------------------------------


@contextmanager
def in_memory_stacks(kind: type[InMemoryStack] = InMemoryStack) -> Iterator[Callable[[], InMemoryStack]]:
    """Yield what makes an empty stack of a kind, which the functions work on until the next one is made.

    Clock and clients are replaced; threads of a pool work one after the other, or nothing could be repeated.
    """
    page = InMemoryPage()
    stacks: list[InMemoryStack] = []
    settings = function_settings("http://127.0.0.1:9") | SCHEDULE_SETTINGS
    settings |= {"CONNECTIONS_PATH": "/in-memory", "SEND_QUEUE_URL": QUEUE, "SCHEDULE_GROUP": "follow-ups"}
    settings |= {"MEDIA_BUCKET": "files", "MAIL_BUCKET": "mails", "MEDIA_QUEUE_URL": "https://queues.example/media"}

    def made() -> InMemoryStack:
        stacks[:] = [kind(page)]
        os.environ["TABLE_NAME"] = stacks[0].name
        return stacks[0]

    with serving(Handler, page=page) as page.port, pytest.MonkeyPatch.context() as patch:
        for name, value in settings.items():
            patch.setenv(name, value)
        patch.setenv("TABLE_NAME", "")
        patch.delenv("POWERTOOLS_METRICS_NAMESPACE", raising=False)
        patch.setattr(clients, "client", lambda service: stacks[0].aws.client(service))
        patch.setattr(time, "time_ns", lambda: stacks[0].now * 1_000_000)
        patch.setattr(repair, "WORKERS", 1)
        patch.setattr(due_scan, "WORKERS", 1)
        patch.setattr(recompute_due, "WORKERS", 1)
        level = telemetry.logger.log_level
        telemetry.logger.setLevel("CRITICAL")
        secrets.forget()
        try:
            yield made
        finally:
            telemetry.logger.setLevel(level)
            secrets.forget()
