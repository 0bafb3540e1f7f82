"""Customers, agents, platform, clock and faults, in any order, against the functions as they are: the invariants always
hold.

The functions work on clients in memory (tests/support/in_memory_stack.py). Requests to the webhook, and the log, are
not part of it: invariants 7 (nothing unauthentic is stored) and 8 (no text in a log) are held in
tests/functional/test_stack_machine.py and test_webhook.py. ``STATE_MACHINE_EXAMPLES=5000`` tries more examples.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from hypothesis import event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from msgspec.structs import replace

from application import loading
from console.actions import attention, collaboration, deliveries, erasure, follow_ups, replies
from console.authorization import Agent
from console.bodies.attention import Statement
from console.bodies.collaboration import HandOver, Marks, Nap
from console.bodies.conversations import FollowUpWish, Judgement, NewReply
from console.errors import ApiError
from console.http import request_of
from conversations import identity, seen_marks
from conversations.actions import UNDONE, Action, Attention, State, Verb, is_lost, is_undone
from conversations.business_hours import ALWAYS, Hours, Span, usual_hours, why_closed
from conversations.conversation import Conversation, Status, Target
from conversations.facts import Author, Fact, Kind, Visibility
from conversations.fold import fold, promises_of
from conversations.follow_ups import STANDING, SYSTEM, next_call, person_asked
from conversations.identity import Identity
from conversations.metrics import NAMES, time_of
from conversations.planning import month_of
from conversations.promise import FollowUp, FollowUpState, Outcome
from conversations.send_options import Way
from reconcile.differences import GRACE
from storage import attribute_values, keys, mapping
from tests.support import in_memory_journal
from tests.support.in_memory_aws import Interruption, at_of
from tests.support.in_memory_journal import NO_LOOK, Look
from tests.support.in_memory_stack import (
    CHAT,
    COMMENT,
    DAY,
    HOUR,
    JANA,
    KIM,
    MIRA,
    OLE,
    PAGE,
    PLACES,
    POST,
    START,
    UPSET,
    InMemoryStack,
    in_memory_stacks,
)

WHO = {"chat": CHAT, "post": POST, "comment": COMMENT}
IDS = {name: keys.id_of(who) for name, who in WHO.items()}
PLACE = st.sampled_from(list(WHO))
AGES = st.sampled_from([0, 0, 0, 90_000, 5 * HOUR])
LENGTHS = st.sampled_from([1000, 30_000, 20 * 60_000, 3 * HOUR, 23 * HOUR, 3 * DAY, 8 * DAY, 21 * DAY])
DELAYS = st.sampled_from([60_000, 2 * HOUR, 20 * HOUR, 2 * DAY, 7 * DAY, 40 * DAY])
RARELY = st.integers(0, 5)
"""Rules that end much act when this is 0, or hardly anything would ever come to its end."""
LIVES = st.none() | st.integers(0, 14)
"""Number of writes that a function survives."""
MOODS = st.sampled_from(
    ["takes", "takes", "takes", "lost", "swallowed", "refuses", "fault", "limit", "expired", "unreadable"]
)
RACES = st.none() | st.none() | st.integers(0, 12)
"""Number of calls of a function after which somebody else acts."""
NIGHTS = (Span(0, 8 * 60), Span(21 * 60, 24 * 60))
HOURS = st.sampled_from(
    [
        ALWAYS,
        usual_hours("Europe/Berlin"),
        Hours("Europe/Berlin", ((Span(540, 720), Span(780, 1080)),) * 5 + ((), ()), country="DE", subdivision="BE"),
        Hours("Etc/UTC", ALWAYS.week, quiet=NIGHTS, customer_zone="America/Los_Angeles"),
    ]
)
NO_MORE = "Bitte keine Nachfragen mehr"
HOLD = 10_000
"""Milliseconds for which an answer is held back, if the agent wants it so."""
SOON = 11_000
"""Milliseconds within which a schedule calls that was asked for at once; it is not taken back."""
SAME = "Gern geschehen"
AGENT = Agent(str(MIRA.id), str(MIRA.name), "mira@example.com", (), "en")
COLLEAGUE = Agent(str(KIM.id), str(KIM.name), "kim@example.com", (), "en")
NO_KEY = replies.Request()
UNFOLDED = in_memory_journal.UNFOLDED | {"cursor"}
"""The cursor may lie before an echo of ours, which is matched and not folded."""
TOKEN = re.compile(r"[wf][0-9]+\.")
USUAL = 200
"""Examples that take about half a minute of one core."""
EXAMPLES = int(os.environ.get("STATE_MACHINE_EXAMPLES", str(USUAL)))


class Everybody(RuleBasedStateMachine):
    """Everybody who can do something, and everything that can go wrong."""

    def __init__(self, stack: InMemoryStack) -> None:
        super().__init__()
        self.stack, self.journal = stack, stack.journal
        self.told: list[Fact] = []
        self.looks: dict[str, Look] = {}
        self.colleagues_looks: dict[str, Look] = {}
        self.numbers = 0
        self.repeated: Callable[[], replies.Executed] | None = None
        """The last request of an agent who sends a key with it."""
        self.is_lost = False
        """The scheduler forgot something."""

    @initialize(
        hours=HOURS, cap=st.sampled_from([0, 1, 2]), begins=st.sampled_from([JANA, JANA, OLE, PAGE]), late=st.booleans()
    )
    def opens(self, hours: Hours, cap: int, begins: Author, late: bool) -> None:
        """A chat, a visitor's post, and a comment below a post of the company: the customer's, another's or its own."""
        self.stack.set_up(hours, cap)
        for who, name, author in ((CHAT, "m1", JANA), (POST, "104_1", JANA), (COMMENT, "2_5", begins)):
            text = f"Hilfe {self._token()}"
            self._tell(_fact(who, START, name, author=author, own=author is PAGE, text=text))
        if not late:
            self.stack.settle()

    # -- the customers ------------------------------------------------------------------------------------------------

    @rule(
        who=PLACE,
        author=st.sampled_from([JANA, JANA, JANA, OLE, Author()]),
        words=st.sampled_from(["Ja", "Nein", "Hm", UPSET]),
        age=AGES,
        prompt=st.booleans(),
    )
    def somebody_writes(self, who: str, author: Author, words: str, age: int, prompt: bool) -> None:
        at = max(START + 1, self.stack.now - age)
        author = JANA if who == "chat" else author
        self._tell(_fact(WHO[who], at, self._name(WHO[who]), author=author, text=f"{words} {self._token()}"))
        if prompt:
            self.stack.settle()

    @rule(who=PLACE, chance=RARELY)
    def the_customer_does_not_want_to_be_asked(self, who: str, chance: int) -> None:
        if chance:
            return
        self._tell(_fact(WHO[who], self.stack.now, self._name(WHO[who]), text=NO_MORE))

    @rule(
        index=st.integers(0, 40),
        kind=st.sampled_from([Kind.EDITED, Kind.REMOVED, Kind.HIDDEN, Kind.SHOWN, Kind.REACTION, Kind.UNREACTION]),
        reaction=st.sampled_from(["👍", "👎", "❤"]),
    )
    def something_happens_to_a_message(self, index: int, kind: Kind, reaction: str) -> None:
        messages = [fact for fact in self.told if fact.kind == Kind.MESSAGE]
        target = messages[-1 - index % len(messages)]
        by = JANA if kind in (Kind.REACTION, Kind.UNREACTION) else target.author
        text = f"Hm {self._token()}" if kind == Kind.EDITED else None
        payload = reaction if kind == Kind.REACTION else None
        more = {"author": by, "text": text, "payload": payload, "parent_id": None, "reference": None}
        self._tell(replace(target, kind=kind, at=self.stack.now, own=target.own and by is not JANA, **more))

    @rule(who=PLACE, reaction=st.sampled_from(["👍", "👎"]))
    def the_customer_reacts_to_the_question(self, who: str, reaction: str) -> None:
        head = self.stack.head(IDS[who])
        posts = {post.action_id: post.platform_id for post in self.stack.page.posts}
        if head and head.follow_up and head.follow_up.asked_id in posts:
            target = posts[head.follow_up.asked_id]
            self._tell(_fact(WHO[who], self.stack.now, target, Kind.REACTION, payload=reaction))
            self.stack.settle()

    @rule(who=PLACE)
    def the_company_answers_with_another_tool(self, who: str) -> None:
        text = f"Von woanders {self._token()}"
        self._tell(_fact(WHO[who], self.stack.now, self._name(WHO[who]), author=PAGE, own=True, text=text))

    # -- the platform -------------------------------------------------------------------------------------------------

    @rule(data=st.data(), life=LIVES)
    def some_of_it_is_delivered(self, data: st.DataObject, life: int | None) -> None:
        chosen = data.draw(st.permutations(self.stack.underway)) if self.stack.underway else []
        self.stack.live(life, lambda: self.stack.webhook(chosen[:3]))

    @rule(index=st.integers(0, 40))
    def something_is_delivered_again(self, index: int) -> None:
        self.stack.webhook([self.told[index % len(self.told)]])

    @rule(who=PLACE, mood=MOODS, life=LIVES, size=st.integers(1, 3), race=RACES)
    def reply_takes_messages(self, who: str, mood: str, life: int | None, size: int, race: int | None) -> None:
        self.stack.live(life, lambda: self.stack.reply(IDS[who], mood, size), self._race(IDS[who], race))

    @rule(who=PLACE, mood=MOODS, calls=st.integers(0, 8))
    def two_runs_of_reply_take_the_same_message(self, who: str, mood: str, calls: int) -> None:
        """The second runs to its end between two calls of the first."""
        second = Interruption(lambda: self.stack.reply(IDS[who], mood), calls)
        self.stack.live(None, lambda: self.stack.reply(IDS[who]), second)

    @rule(expired=st.booleans(), length=LENGTHS)
    def the_connection_stops(self, expired: bool, length: int) -> None:
        self.stack.stop_connection("auth" if expired else "rate", length)

    @rule()
    def the_connection_works_again(self) -> None:
        self.stack.mend_connection()

    # -- the agents ---------------------------------------------------------------------------------------------------

    @rule(who=PLACE)
    def an_agent_looks(self, who: str) -> None:
        self._look(IDS[who])

    @rule(
        who=PLACE,
        looks=st.booleans(),
        delay=st.none() | DELAYS,
        resolve=st.booleans(),
        same=st.booleans(),
        prompt=st.booleans(),
        life=LIVES,
        race=RACES,
    )
    def an_agent_answers(
        self,
        who: str,
        looks: bool,
        delay: int | None,
        resolve: bool,
        same: bool,
        prompt: bool,
        life: int | None = None,
        race: int | None = None,
    ) -> None:
        """Without an answer, the page sends the same request again."""
        text = SAME if same else f"Antwort {self._token()}"
        wish = None if delay is None else self._wish(self.stack.now + delay)
        request = request_of(AGENT, IDS[who], f"key-{self.numbers}", "/replies", text.encode())
        self._answer(IDS[who], looks, text, wish, resolve, life=life, race=race, request=request)
        if prompt:
            self.stack.settle()

    @rule(who=PLACE, looks=st.booleans())
    def a_colleague_answers(self, who: str, looks: bool) -> None:
        """Invariant 14: one of two who answer without having seen the other's answer is refused."""
        look = self.colleagues_looks.get(IDS[who])
        if looks or look is None:
            look = self.colleagues_looks[IDS[who]] = self._view(IDS[who])
        if look.last is not None:
            new = NewReply(f"Von Kim {self._token()}", None, None, False, look.last)
            self._act(lambda: replies.reply(COLLEAGUE, IDS[who], new, NO_KEY, self.stack.now), look)

    @rule(who=PLACE, index=st.integers(0, 5), state=st.sampled_from(Attention), looks=st.booleans())
    def an_agent_says_what_a_comment_needs(self, who: str, index: int, state: Attention, looks: bool) -> None:
        """Invariants 10 and 16: what was changed since is refused, or open again."""
        look = self._looked(IDS[who], looks)
        if message := self._one_of(IDS[who], index):
            statement = Statement(state, f"r{index}", look.last)
            self._do(IDS[who], lambda request: attention.state(AGENT, IDS[who], message, statement, *request), look)

    @rule(who=PLACE, index=st.integers(0, 5), delay=st.none() | DELAYS, looks=st.booleans(), prompt=st.booleans())
    def an_agent_answers_one(self, who: str, index: int, delay: int | None, looks: bool, prompt: bool) -> None:
        """The others stay as they are, and what is promised is for who wrote that comment."""
        look, message = self._looked(IDS[who], looks), self._one_of(IDS[who], index)
        if message and look.last is not None:
            wish = None if delay is None else replace(self._wish(self.stack.now + delay), reply_to=message)
            new = NewReply(f"Dazu {self._token()}", None, wish, False, look.last, reply_to=message)
            self._do(IDS[who], lambda request: replies.reply(AGENT, IDS[who], new, *request), look)
        if prompt:
            self.stack.settle()

    @rule()
    def an_agent_repeats_a_request(self) -> None:
        """A request that was carried out before is not carried out again."""
        if self.repeated is None:
            return
        before = sum(map(len, self.journal.done.values()))
        repeated, self.repeated = self.repeated, None
        try:
            repeated()
        except ApiError as refused:
            assert refused.status == 404  # erased meanwhile
        assert sum(map(len, self.journal.done.values())) == before

    @rule(who=PLACE, delay=st.none() | DELAYS, resolve=st.booleans(), prompt=st.booleans(), length=st.integers(0, 9000))
    def an_agent_answers_and_takes_it_back(
        self, who: str, delay: int | None, resolve: bool, prompt: bool, length: int
    ) -> None:
        """Before it leaves, and before anybody else does anything; what was promised with it goes, too."""
        if self.stack.is_behind:
            self.stack.dispatch()
        wish = None if delay is None else self._wish(self.stack.now + HOLD + delay)
        self._answer(IDS[who], True, f"Halt {self._token()}", wish, resolve, hold=HOLD)
        if prompt:
            self.stack.dispatch()
        self.stack.now += length
        self.stack.reply(IDS[who])
        self._undo(IDS[who])

    @rule(who=PLACE, resolve=st.booleans())
    def an_agent_answers_and_may_take_it_back(self, who: str, resolve: bool) -> None:
        self._answer(IDS[who], False, f"Vielleicht {self._token()}", None, resolve, hold=HOLD)

    @rule(who=PLACE)
    def an_agent_takes_back_what_is_held(self, who: str) -> None:
        self._undo(IDS[who])

    @rule(who=PLACE)
    def an_agent_sends_again_what_failed(self, who: str) -> None:
        """If the way is open, and the agent has seen what the customer wrote."""
        look = self._look(IDS[who])
        for failed in self.stack.entries(IDS[who])[1]:
            if failed.state == State.FAILED:
                self._act(lambda failed=failed: deliveries.retry(IDS[who], failed.id, look.last, self.stack.now), look)
                if failed.id in self.journal.retried:
                    self.journal.reached.add("retried")

    @rule(who=PLACE)
    def an_agent_ends_the_doubts(self, who: str) -> None:
        """An agent looks at the platform, and says of each message in doubt whether it stands there."""
        posted = {post.action_id for post in self.stack.page.posts}
        for doubtful in self.stack.entries(IDS[who])[1]:
            if doubtful.state == State.UNCONFIRMED:
                arrived, name = doubtful.id in posted, doubtful.id
                self._act(lambda name=name, arrived=arrived: self._settle(IDS[who], name, arrived))
                self.journal.reached.add("settled")

    @rule(who=PLACE, to=st.sampled_from(["", "me", str(KIM.id)]), team=st.sampled_from(["", "sales", "service"]))
    def an_agent_hands_over(self, who: str, to: str, team: str) -> None:
        self._do(IDS[who], lambda request: collaboration.assign(AGENT, IDS[who], HandOver(to, team), *request))

    @rule(
        who=PLACE,
        added=st.sets(st.sampled_from(["a", "b", "c"]), max_size=2),
        removed=st.sets(st.sampled_from(["a", "b"]), max_size=2),
    )
    def an_agent_marks(self, who: str, added: set[str], removed: set[str]) -> None:
        marks = Marks(tuple(sorted(added)), tuple(sorted(removed - added)))
        self._do(IDS[who], lambda request: collaboration.tag(AGENT, IDS[who], marks, *request))

    @rule(who=PLACE, length=LENGTHS, looks=st.booleans())
    def an_agent_puts_aside(self, who: str, length: int, looks: bool) -> None:
        look = self._looked(IDS[who], looks)
        nap = Nap(until=self.stack.now + length, seen=look.last)
        self._do(IDS[who], lambda request: collaboration.snooze(AGENT, IDS[who], nap, *request), look)

    @rule(who=PLACE)
    def an_agent_takes_up_what_was_put_aside(self, who: str) -> None:
        self._do(IDS[who], lambda request: collaboration.wake(AGENT, IDS[who], *request))

    @rule(life=LIVES, race=RACES, who=PLACE)
    def the_clock_looks(self, life: int | None, race: int | None, who: str) -> None:
        self.stack.live(life, self.stack.watch, self._race(IDS[who], race))

    @rule(who=PLACE)
    def an_agent_mentions_a_colleague(self, who: str) -> None:
        text = f"Kim? {self._token()}"
        self._do(IDS[who], lambda request: collaboration.note(AGENT, IDS[who], text, (str(KIM.id),), *request))

    @rule(who=PLACE, delay=DELAYS, private=st.booleans(), life=LIVES, race=RACES)
    def an_agent_promises(self, who: str, delay: int, private: bool, life: int | None, race: int | None) -> None:
        wish = self._wish(self.stack.now + delay, Visibility.PRIVATE if private else None)

        def work() -> None:
            self._do(IDS[who], lambda request: follow_ups.promise(AGENT, IDS[who], wish, *request))

        self.stack.live(life, work, self._race(IDS[who], race))

    @rule(who=PLACE, verb=st.sampled_from([Verb.RESOLVE, Verb.REOPEN, Verb.NOTE]), looks=st.booleans())
    def an_agent_does_something_else(self, who: str, verb: Verb, looks: bool) -> None:
        if verb == Verb.RESOLVE:
            look = self._looked(IDS[who], looks)
            self._do(IDS[who], lambda request: replies.resolve(AGENT, IDS[who], look.last, *request), look)
        elif verb == Verb.REOPEN:
            self._do(IDS[who], lambda request: replies.reopen(AGENT, IDS[who], *request))
        else:
            text = f"Notiz {self._token()}"
            self._do(IDS[who], lambda request: collaboration.note(AGENT, IDS[who], text, (), *request))

    @rule(who=PLACE, life=LIVES, race=RACES)
    def an_agent_takes_the_follow_up_back(self, who: str, life: int | None, race: int | None) -> None:
        def work() -> None:
            self._do(IDS[who], lambda request: follow_ups.release(AGENT, IDS[who], *request))

        self.stack.live(life, work, self._race(IDS[who], race))

    @rule(
        who=PLACE,
        outcome=st.sampled_from([Outcome.SOLVED, Outcome.STILL_BROKEN, Outcome.OTHER]),
        resolve=st.booleans(),
    )
    def an_agent_judges(self, who: str, outcome: Outcome, resolve: bool) -> None:
        look = self._look(IDS[who])
        judgement = Judgement(outcome, resolve, look.last)
        self._do(IDS[who], lambda request: follow_ups.judge(AGENT, IDS[who], judgement, *request), look)

    @rule(who=PLACE, delay=DELAYS)
    def two_agents_promise_at_once(self, who: str, delay: int) -> None:
        """The second finds the head changed, and decides again."""

        def promise() -> None:
            wish = self._wish(self.stack.now + delay)
            self._do(IDS[who], lambda request: follow_ups.promise(AGENT, IDS[who], wish, *request))

        before = len(self.journal.done[IDS[who]])
        self.stack.live(None, promise, Interruption(promise, only_writes=True))
        if len(self.journal.done[IDS[who]]) == before + 2:
            self.journal.reached.add("conflict")

    @rule(who=PLACE, chance=RARELY, life=LIVES)
    def an_agent_erases_a_conversation(self, who: str, chance: int, life: int | None) -> None:
        if not chance:
            self.stack.live(life, lambda: self._act(lambda: erasure.erase(IDS[who], self.stack.now)))
            if self.stack.erased_at(IDS[who]):
                self.journal.reached.add("erased")

    @rule(chance=RARELY)
    def an_agent_erases_the_customer(self, chance: int) -> None:
        """Invariant 11: of what the customer began nothing is left."""
        if chance:
            return
        self.stack.settle()
        begun = [each for each in IDS.values() if (head := self.stack.head(each)) and head.customer.id == JANA.id]
        if begun:
            self._act(lambda: erasure.erase_customer(begun[0], lambda: self.stack.now))
        left = [self.stack.head(each) for each in IDS.values()]
        assert not [head for head in left if head and head.customer.id == JANA.id]

    @rule(declined=RARELY.map(lambda chance: not chance), life=LIVES, race=RACES)
    def an_agent_notes_whether_the_customer_may_be_asked(
        self, declined: bool, life: int | None, race: int | None
    ) -> None:
        work = (
            (lambda: follow_ups.decline(AGENT, IDS["chat"], lambda: self.stack.now))
            if declined
            else (lambda: follow_ups.permit(AGENT, IDS["chat"], self.stack.now))
        )
        self.stack.live(life, lambda: self._act(work), self._race(IDS["chat"], race))

    @rule(hours=HOURS)
    def the_team_keeps_other_hours(self, hours: Hours) -> None:
        self.stack.set_rules(hours, self.stack.cap)

    # -- clock and faults ---------------------------------------------------------------------------------------------

    @rule(length=LENGTHS)
    def time_passes(self, length: int) -> None:
        self.stack.now += length

    @rule(life=LIVES, size=st.none() | st.integers(1, 5), race=RACES, who=PLACE)
    def dispatch_works(self, life: int | None, size: int | None, race: int | None, who: str) -> None:
        self.stack.live(life, lambda: self.stack.dispatch(size), self._race(IDS[who], race))

    @rule(count=st.integers(1, 12))
    def the_stream_repeats(self, count: int) -> None:
        self.stack.repeat(count)

    @rule()
    def all_is_done_that_can_be_done(self) -> None:
        self.stack.settle()

    @rule(life=LIVES, race=st.booleans(), mood=MOODS)
    def the_next_promise_comes_due(self, life: int | None, race: bool, mood: str) -> None:
        """The clock goes to the next call; with ``race`` the customer writes between reading and asking."""
        self.stack.dispatch()
        at = self.stack.next_call()
        if at is None:
            return
        self.stack.now = max(self.stack.now, at)
        self.stack.scheduler.fire()
        due = [event for event in self.stack.scheduler.due if "version" in event]
        interruption = Interruption(self._write_at_once(due[0]["conversation"]), only_writes=True) if race else None
        while self.stack.scheduler.due:
            if not self.stack.live(life, self.stack.call, interruption):
                break
        self.stack.dispatch()
        for conversation in IDS.values():
            self.stack.reply(conversation, mood)

    @rule(who=PLACE, words=st.sampled_from(["Ja", "Nein", "Hm", "👍", "👎"]), refused=st.booleans())
    def a_question_is_asked_and_answered(self, who: str, words: str, refused: bool) -> None:
        """The way it mostly goes, from the answer with a promise to what the customer says to the question."""
        conversation, stack = IDS[who], self.stack
        stack.settle()
        self._answer(conversation, True, f"Antwort {self._token()}", self._wish(stack.now + 2 * HOUR), False)
        stack.settle()
        calls = [at_of(each) for promised, _, each in stack.schedules() if promised == conversation]
        stack.now = max([stack.now, *calls])
        stack.scheduler.fire()
        while stack.scheduler.due:
            stack.call()
        stack.dispatch()
        if _is(stack.head(conversation), FollowUpState.TASK):
            self._answer(conversation, True, f"Nochmals {self._token()}", None, False)
            stack.dispatch()
        stack.reply(conversation, "refuses" if refused else "takes")
        stack.now += HOUR
        stack.dispatch()
        if words in ("👍", "👎"):
            self.the_customer_reacts_to_the_question(who, words)
        else:
            self.somebody_writes(who, JANA, words, 0, True)

    @rule(index=st.integers(0, 20))
    def the_scheduler_calls_once_more(self, index: int) -> None:
        if past := self.stack.scheduler.past:
            self.stack.carry_out(past[index % len(past)])

    @rule(life=LIVES, race=RACES, who=PLACE)
    def the_scheduler_calls(self, life: int | None, race: int | None, who: str) -> None:
        self.stack.scheduler.fire()
        self.stack.live(life, self.stack.call, self._race(IDS[who], race))

    @rule(index=st.integers(0, 2), called=st.booleans())
    def the_scheduler_loses_something(self, index: int, called: bool) -> None:
        self.is_lost = True
        schedules, due = self.stack.scheduler.schedules, self.stack.scheduler.due
        if called and due:
            due.pop(index % len(due))
        elif schedules:
            del schedules[list(schedules)[index % len(schedules)]]

    @rule(life=LIVES, race=RACES, who=PLACE)
    def reconcile_works(self, life: int | None, race: int | None, who: str) -> None:
        self.stack.live(life, self.stack.reconcile, self._race(IDS[who], race))

    # -- what always holds --------------------------------------------------------------------------------------------

    @invariant()
    def invariant_1_what_was_answered_with_200_is_stored(self) -> None:
        for fact in self.stack.accepted:
            key = mapping.fact_item("facebook", "demo", fact, 0)
            erased = self.stack.erased_at(keys.id_of(PLACES[fact.thread_id]))
            assert (key["pk"], key["sk"]) in self.stack.table.items or identity.clamp(fact.at) <= erased

    @invariant()
    def invariant_2_a_head_is_the_fold_over_everything(self) -> None:
        assert self.journal.violations == []
        if self.stack.is_behind:
            return
        for name, conversation in IDS.items():
            head, entries = self.stack.head(conversation), self.stack.entries(conversation)
            complete = self.stack.once(("folded", name), lambda name=name, entries=entries: fold(WHO[name], *entries))
            if complete and head:
                assert (different := in_memory_journal.differences(head, complete, UNFOLDED)) == {}, different
                wired = attribute_values.decode(attribute_values.encode(mapping.head_item(head, 1)))
                assert mapping.head_of(wired) == head
            else:
                assert head == complete

    @invariant()
    def invariant_3_a_message_stands_on_the_platform_once(self) -> None:
        times = Counter(post.action_id for post in self.stack.page.posts)
        assert not times or max(times.values()) == 1
        written = Counter(post.text for post in self.stack.page.posts if post.text != SAME)
        assert not written or max(written.values()) == 1

    @invariant()
    def invariant_4_messages_go_out_in_the_order_they_were_written(self) -> None:
        for conversation in IDS.values():
            posts = [post for post in self.stack.page.posts if post.conversation == conversation]
            sent = [post.action_id for post in posts if post.action_id not in self.journal.retried]
            assert sent == sorted(sent)

    @invariant()
    def invariant_5_a_follow_up_is_asked_once_and_never_after_the_customer_wrote(self) -> None:
        for conversation, done in self.journal.done.items():
            asked = [action for action in done.values() if action.verb == Verb.ASK]
            roots = [self.root(conversation, action.answers) for action in asked]
            assert len(roots) == len(set(roots))
            for action, root in zip(asked, roots, strict=True):
                if action.id in self.stack.posted:
                    customer, since = self.journal.known[action.id].customer, self.journal.known[root].deliveries
                    assert not self._who_wrote(conversation, customer, since, self.stack.posted[action.id])

    @invariant()
    def invariant_5_nothing_is_planned_for_who_wrote_since_it_was_promised(self) -> None:
        if self.stack.is_behind:
            return
        for conversation in IDS.values():
            head = self.stack.head(conversation)
            if head and head.follow_up and head.follow_up.state in STANDING:
                since = self.journal.known[self.root(conversation, head.follow_up.version)].deliveries
                customer = person_asked(head.follow_up, head.customer.id)
                assert not self._who_wrote(conversation, customer, since, self.journal.facts)

    @invariant()
    def invariant_5_a_machine_asks_only_where_and_when_it_may(self) -> None:
        for done in self.journal.done.values():
            for action in done.values():
                if action.verb == Verb.ASK:
                    known = self.journal.known[action.id]
                    assert known.permitted
                    assert "" in (why_closed(known.hours, action.at), why_closed(known.hours, action.at + 1000))

    @invariant()
    def invariant_5_nobody_is_asked_more_often_a_month_than_the_team_wants(self) -> None:
        done = [action for actions in self.journal.done.values() for action in actions.values()]
        asking = [action for action in done if action.verb in (Verb.ASK, Verb.TASK)]
        by_customer = [action for action in asking if self.journal.known[action.id].customer == JANA.id]
        months = Counter(month_of(action.at) for action in by_customer)
        assert not self.stack.cap or not months or max(months.values()) <= self.stack.cap

    @invariant()
    def invariant_6_there_is_no_schedule_that_nobody_wants(self) -> None:
        """One that was asked for at once calls within seconds, and in vain if nobody wants it any more."""
        if self.stack.is_behind:
            return
        promised = {conversation for conversation, _ in self._promises()}
        kept = [each for each in self.stack.schedules() if at_of(each[2]) > each[2]["LastModificationDate"] + SOON]
        assert {conversation for conversation, _, _ in kept} <= promised

    @invariant()
    def invariant_6_every_promise_has_its_schedule_unless_the_scheduler_lost_it(self) -> None:
        if self.stack.is_behind or self.is_lost:
            return
        scheduled = {(conversation, version) for conversation, version, _ in self.stack.schedules()}
        called = {(event.get("conversation"), event.get("version")) for event in self.stack.scheduler.due}
        for conversation, (version, at) in self._promises():
            is_called = (conversation, version) in called or at <= self.stack.now
            assert is_called or (conversation, version) in scheduled

    @invariant()
    def a_question_that_did_not_get_through_was_not_asked(self) -> None:
        if self.stack.is_behind:
            return
        for conversation in IDS.values():
            head = self.stack.head(conversation)
            if head and head.follow_up and _is(head, FollowUpState.ASKED):
                question = self.stack.action(conversation, head.follow_up.asked_id)
                assert question and question.state not in (State.FAILED, State.CANCELLED)

    @invariant()
    def invariant_9_what_waits_for_the_connection_is_in_the_queue(self) -> None:
        """Or beside it, where a person has to put the connection right."""
        if self.stack.is_behind:
            return
        for conversation in IDS.values():
            actions = self.stack.entries(conversation)[1]
            waiting = {action.id for action in actions if action.state in (State.QUEUED, State.SENDING)}
            assert not self.stack.head(conversation) or waiting <= self.stack.waiting(conversation)

    @invariant()
    def invariant_10_what_no_agent_saw_is_unread(self) -> None:
        for conversation in IDS.values():
            found = self._load(conversation)
            if found is None or _has_foreign_answers(found):
                continue
            inbound = {each.id for each in found.messages() if each.direction == "inbound"}
            actions = [each for each in found.actions if not is_undone(each) and each.verb != Verb.SNOOZE]
            about = [each for each in actions if each.about and each.verb in (Verb.REPLY, Verb.ATTEND)]
            general = [each for each in actions if each not in about or each.resolve]
            seeing = [each for each in general if (each.seen or _sees(each.verb)) and not is_lost(each)]
            unseen = min((inbound - self.journal.known[each.id].shown for each in seeing), key=len, default=inbound)
            unseen |= min((self._changed(found, each) for each in seeing if each.seen), key=len, default=set())
            if found.head.identity.visibility == Visibility.PUBLIC:
                unseen = self._open(found, unseen, about, seeing)
            assert found.head.unread == len(unseen)
            assert not unseen or found.head.status in (Status.OPEN, Status.SNOOZED)

    @invariant()
    def invariant_10_what_was_put_aside_is_back_when_somebody_writes(self) -> None:
        for conversation in IDS.values():
            found = self._load(conversation)
            if found is None or found.head.status != Status.SNOOZED:
                continue
            inbound = {each.id for each in found.messages() if each.direction == "inbound"}
            naps = [action for action in found.actions if action.verb == Verb.SNOOZE]
            assert len(inbound) == naps[-1].seen
            assert not self._changed(found, naps[-1])

    @invariant()
    def what_was_taken_back_never_leaves(self) -> None:
        assert not self.journal.undone & self.stack.posted.keys()

    @invariant()
    def invariant_11_what_was_erased_is_gone(self) -> None:
        if self.stack.is_behind:
            return
        for name, conversation in IDS.items():
            erased = self.stack.erased_at(conversation)
            texts = [fact.text for fact in self.told if fact.thread_id == WHO[name].thread_id and fact.at <= erased]
            # A private answer to a comment stands in the chat as well.
            texts += [
                action.text
                for action in self.journal.done[conversation].values()
                if action.at <= erased and action.way != Way.PRIVATE_REPLY
            ]
            gone = {token for text in texts if text for token in TOKEN.findall(text)}
            if gone:
                items = self.stack.table.items
                everything = self.stack.once(("everything", ""), lambda items=items: in_memory_journal.text_of(items))
                assert not [token for token in gone if f" {token}" in everything]

    @invariant()
    def invariant_12_a_target_is_noted_once_until_it_is_made_up_for(self) -> None:
        for conversation in IDS.values():
            found = self._load(conversation)
            noted = [action.target for action in found.actions if action.verb == Verb.MISS] if found else []
            assert noted.count(Target.RESOLUTION) <= 1
            assert found is None or set(found.head.service_level.missed) <= set(noted)

    @invariant()
    def the_figures_are_what_a_recount_of_all_heads_gives(self) -> None:
        if not self.stack.is_behind:
            counted, recount = self.stack.once(("figures", ""), lambda: _figures(self.stack))
            assert counted == recount, (counted, recount)

    def teardown(self) -> None:
        """Invariants 6 and 12: when the clock has run out, everything has come to an end that somebody sees."""
        self.stack.run_out()
        for conversation in IDS.values():
            if found := self._load(conversation):
                for promise in promises_of(found.head, found.messages(), found.actions):
                    assert promise.state != FollowUpState.PLANNED
                    assert (
                        promise.state != FollowUpState.ASKED or promise.outcome or promise is not found.head.follow_up
                    )
                    event(f"{promise.state} {promise.outcome or promise.reason}")
                assert not {State.QUEUED, State.SENDING} & {action.state for action in found.actions}
        assert not self.stack.schedules()
        self.invariant_1_what_was_answered_with_200_is_stored()
        self.invariant_2_a_head_is_the_fold_over_everything()
        self.invariant_3_a_message_stands_on_the_platform_once()
        self.invariant_5_a_follow_up_is_asked_once_and_never_after_the_customer_wrote()
        self.invariant_11_what_was_erased_is_gone()
        self.the_figures_are_what_a_recount_of_all_heads_gives()
        for name in self.journal.reached:
            event(name)

    # -- helpers ------------------------------------------------------------------------------------------------------

    def _changed(self, found: loading.LoadedConversation, action: Action) -> set[str]:
        """Return the messages that say something else than what was known when something was done.

        An action that knew of no change counts none: what is from before the newest message it knew passes for known.
        """
        known = self.journal.known[action.id].changes
        changes = {(at, each.id) for each in found.messages() if each.direction == "inbound" for at in each.changes}
        return {name for at, name in changes - known if known or at > (action.upto or 0)}

    def _open(
        self, found: loading.LoadedConversation, unseen: set[str], about: Sequence[Action], seeing: Sequence[Action]
    ) -> set[str]:
        """Return the comments that are open: those that nobody saw, but for what was done about each of them last."""
        opened = set(unseen)
        for message in found.messages():
            done = [each for each in about if each.about == message.id and not is_lost(each)]
            last = max(done, key=_moment, default=None)
            if last is None:
                continue
            known = {at for at, name in self.journal.known[last.id].changes if name == message.id}
            later = [each for each in seeing if _moment(each) > _moment(last)]
            saw = any(
                message.id in self.journal.known[each.id].shown and message.id not in self._changed(found, each)
                for each in later
            )
            if last.attention == Attention.OPEN:
                opened = opened - {message.id} if saw else opened | {message.id}
            elif not set(message.changes) - known:
                opened.discard(message.id)
        return opened - {each.id for each in found.messages() if each.deleted}

    def root(self, conversation: str, version: str) -> str:
        """The action that made the promise of this version."""
        action = self.journal.done[conversation][version]
        return self.root(conversation, action.answers) if action.verb == Verb.MOVE else version

    def _who_wrote(self, conversation: str, customer: str | None, since: int, until: int) -> list[str]:
        """The customer's messages that were stored after one fact and up to another."""
        return [
            name
            for name, (number, author) in self.journal.heard[conversation].items()
            if (conversation == IDS["chat"] or author in (None, customer)) and since < number <= until
        ]

    def _promises(self) -> list[tuple[str, tuple[str, int]]]:
        heads = {each: self.stack.head(each) for each in IDS.values()}
        return [(each, call) for each, head in heads.items() if head and (call := next_call(head.follow_up))]

    def _load(self, conversation: str) -> loading.LoadedConversation | None:
        """A conversation as it truly is."""
        return self.stack.once(("loaded", conversation), lambda: self._loaded(conversation))

    def _loaded(self, conversation: str) -> loading.LoadedConversation | None:
        head, (facts, actions) = self.stack.head(conversation), self.stack.entries(conversation)
        complete = fold(head.identity, facts, actions) if head else None
        return loading.LoadedConversation(conversation, complete, facts, actions) if complete else None

    def _token(self) -> str:
        self.numbers += 1
        return f"w{self.numbers}."

    def _name(self, who: Identity) -> str:
        self.numbers += 1
        return f"{who.thread_id[-1]}_{self.numbers + 100}"

    def _wish(self, at: int, visibility: Visibility | None = None) -> FollowUpWish:
        self.numbers += 1
        return FollowUpWish(at=at, text=f"Läuft es? f{self.numbers}.", visibility=visibility)

    def _tell(self, fact: Fact) -> None:
        self.told.append(fact)
        self.stack.underway.append(fact)

    def _one_of(self, conversation: str, index: int) -> str:
        """Return the id of one message of others, as far as there is one."""
        found = self._load(conversation)
        inbound = [each.id for each in found.messages() if each.direction == "inbound"] if found else []
        return inbound[index % len(inbound)] if inbound else ""

    def _look(self, conversation: str) -> Look:
        self.looks[conversation] = self._view(conversation)
        return self.looks[conversation]

    def _view(self, conversation: str) -> Look:
        found = self._load(conversation)
        messages = found.messages() if found else []
        inbound = frozenset(each.id for each in messages if each.direction == "inbound")
        changes = frozenset((at, each.id) for each in messages if each.id in inbound for at in each.changes)
        mark = seen_marks.write(found.head, messages[-1].id) if found and messages else None
        return Look(mark, inbound, changes, frozenset(each.id for each in messages if each.direction == "outbound"))

    def _looked(self, conversation: str, looks: bool) -> Look:
        """Return what the agent saw, now or the last time."""
        known = self.looks.get(conversation)
        return self._look(conversation) if looks or known is None or known.last is None else known

    def _answer(
        self,
        conversation: str,
        looks: bool,
        text: str,
        wish: FollowUpWish | None,
        resolve: bool,
        hold: int = 0,
        life: int | None = None,
        race: int | None = None,
        request: replies.Request = NO_KEY,
    ) -> None:
        look = self._looked(conversation, looks)
        if look.last is None:
            return
        new, now = NewReply(text, None, wish, resolve, look.last, hold), self.stack.now

        def write() -> replies.Executed:
            with self.journal.activity(look):
                return replies.reply(AGENT, conversation, new, request, now)

        if not self.stack.live(life, lambda: self._act(write), self._race(conversation, race)):
            self._act(write)
        self.repeated = write if request.key and self._is_written(conversation, text) else self.repeated

    def _is_written(self, conversation: str, text: str) -> bool:
        return text != SAME and any(each.text == text for each in self.journal.done[conversation].values())

    def _do(
        self,
        conversation: str,
        command: Callable[[tuple[replies.Request, int]], replies.Executed],
        look: Look = NO_LOOK,
    ) -> None:
        self._act(lambda: command((NO_KEY, self.stack.now)), look)

    def _act(self, command: Callable[[], object], look: Look = NO_LOOK) -> None:
        """Let an agent do something, which may be refused."""
        try:
            with self.journal.activity(look):
                command()
        except ApiError as refused:
            assert refused.status in (404, 409, 422), refused.code
            self.journal.reached.add(refused.code if refused.code in ("stale", "answered", "taken") else "refused")

    def _undo(self, conversation: str) -> None:
        for held in self.stack.entries(conversation)[1]:
            if held.state == State.QUEUED and held.not_before > self.stack.now:
                self._act(lambda held=held: deliveries.undo(conversation, held.id, self.stack.now))

    def _settle(self, conversation: str, message: str, arrived: bool) -> replies.Executed:
        return deliveries.settle(conversation, message, arrived, self.stack.now)

    def _race(self, conversation: str, calls: int | None) -> Interruption | None:
        """Let the customer write after so many calls of what runs."""
        return None if calls is None else Interruption(self._write_at_once(conversation), calls)

    def _write_at_once(self, conversation: str) -> Callable[[], None]:
        who = next(WHO[name] for name in WHO if IDS[name] == conversation)
        fact = _fact(who, self.stack.now, self._name(who), text=f"Ach {self._token()}")

        def write() -> None:
            self.told.append(fact)
            self.stack.webhook([fact])
            self.journal.reached.add("raced")

        return write


def _fact(who: Identity, at: int, message_id: str, kind: Kind = Kind.MESSAGE, **more: object) -> Fact:
    """Return what the platform tells; what is public comes with whole seconds."""
    private = who.visibility == Visibility.PRIVATE
    below = "" if private or message_id == POST.thread_id else message_id
    more = {"author": JANA, "customer_id": JANA.id if private else None} | more
    at = at if private else at - at % 1000
    return Fact(kind, who.visibility, who.thread_id, at, message_id, who.branch_id or below, **more)  # type: ignore[arg-type]


def _has_foreign_answers(found: loading.LoadedConversation) -> bool:
    """Return whether the company answered with another tool."""
    ours = {name for action in found.actions for name in (action.id, action.platform_id)}
    return any(fact.own and not {fact.message_id, fact.reference} & ours for fact in found.facts)


def _is(head: Conversation | None, state: FollowUpState) -> bool:
    return head is not None and head.follow_up is not None and head.follow_up.state == state


def _moment(action: Action) -> tuple[int, str]:
    return action.at, action.id


def _sees(verb: Verb) -> bool:
    return verb in (Verb.REPLY, Verb.RESOLVE)


def _figures(stack: InMemoryStack) -> tuple[Counter[str], Counter[str]]:
    return _compared(in_memory_journal.figures_of(stack.table.items)), _recount(stack)


def _recount(stack: InMemoryStack) -> Counter[str]:
    """The figures, out of all heads that ever were: each promise, and what it came to."""
    counted: Counter[str] = Counter()
    for conversation, heads in stack.journal.heads.items():
        heads = [head for head in heads if not (head.follow_up and head.follow_up.version in stack.journal.undone)]
        promises = in_memory_journal.promised_of(heads)
        tasks = {f.made_at for head in heads if (f := head.follow_up) and f.state == FollowUpState.TASK}
        counted["promised"] += len(promises)
        counted["task"] += len(tasks)
        for last in promises.values():
            counted.update([str(name) for name in {last.state, _result(last)} if name in NAMES and name != "task"])
        for last in {head.erased_at: head for head in heads}.values():
            # What nobody dealt with is counted in the end: when it is erased.
            has_ended = stack.erased_at(conversation) > last.erased_at
            counted["inbound"] += last.inbound - (0 if has_ended else last.unread)
            counted["outbound"] += last.outbound
            counted["opened"] += has_ended or bool(last.decision.at or last.service_level.missed)
            counted["closed"] += last.decision.verb == Verb.RESOLVE
            for name in ("first_responses", "first response times"):
                counted[name] += last.service_level.first_response_at is not None
            counted["resolution times"] += last.service_level.first_resolved_at is not None
    actions = [action for done in stack.journal.done.values() for action in done.values()]
    counted.update(f"missed_{action.target}" for action in actions if action.verb == Verb.MISS)
    return +counted


def _result(follow_up: FollowUp) -> str | None:
    """The outcome that an agent confirmed, or what a machine proposed."""
    is_proposed = follow_up.judged_by in (None, SYSTEM) and follow_up.outcome != Outcome.NO_ANSWER
    return f"proposed_{follow_up.outcome}" if is_proposed else follow_up.outcome


def _compared(figures: Counter[str]) -> Counter[str]:
    """The figures as heads can confirm them: closed is what was resolved and not taken up again, times are numbers."""
    compared: Counter[str] = Counter()
    for name, amount in figures.items():
        if time := time_of(name):
            compared[f"{time[0].replace('_', ' ')} times"] += amount
        elif name in ("resolved", "reopened"):
            compared["closed"] += amount if name == "resolved" else -amount
        else:
            compared[name] += amount
    return +compared


@pytest.fixture(scope="module")
def stacks() -> Iterator[Callable[[], InMemoryStack]]:
    """Makes empty stacks, one after the other."""
    with in_memory_stacks() as made:
        yield made


# Hypothesis takes up to five minutes to find the shortest way to a failure; without it nobody understands one.
@pytest.mark.timeout(0 if EXAMPLES > USUAL else 600)
@pytest.mark.invariant(1)
@pytest.mark.invariant(2)
@pytest.mark.invariant(3)
@pytest.mark.invariant(4)
@pytest.mark.invariant(5)
@pytest.mark.invariant(6)
@pytest.mark.invariant(9)
@pytest.mark.invariant(10)
@pytest.mark.invariant(11)
@pytest.mark.invariant(12)
@pytest.mark.invariant(14)
@pytest.mark.invariant(16)
def test_invariants_hold_in_any_order_of_events(stacks: Callable[[], InMemoryStack]) -> None:
    # Without more examples than usual these are the same each time, so that only a change of the code makes it fail.
    wanted = settings(max_examples=EXAMPLES, stateful_step_count=30, derandomize=EXAMPLES == USUAL)
    run_state_machine_as_test(lambda: Everybody(stacks()), settings=wanted)


# -- that it gets there -----------------------------------------------------------------------------------------------


Made = Callable[[], InMemoryStack]


def _begun(stacks: Made, **rules: object) -> tuple[Everybody, InMemoryStack]:
    machine = Everybody(stacks())
    fields = {"hours": ALWAYS, "cap": 2, "begins": JANA, "late": False} | rules
    machine.opens(**fields)  # type: ignore[arg-type]
    return machine, machine.stack


def _promised(machine: Everybody, name: str, delay: int = 2 * HOUR) -> None:
    machine._answer(IDS[name], True, "Gern", machine._wish(machine.stack.now + delay), False)
    machine.stack.settle()


def _stands(stack: InMemoryStack, name: str) -> tuple[str, str]:
    head = stack.head(IDS[name])
    assert head and head.follow_up
    return head.follow_up.state, head.follow_up.outcome or head.follow_up.reason


def _questions(stack: InMemoryStack) -> list[str]:
    verbs = {action.id: action.verb for done in stack.journal.done.values() for action in done.values()}
    return [post.conversation for post in stack.page.posts if verbs[post.action_id] == Verb.ASK]


@pytest.mark.parametrize(
    ("words", "outcome"), [("Ja", "solved"), ("Nein", "still_broken"), ("Hm", "other"), ("👍", "solved")]
)
def test_a_question_gets_its_answer(stacks: Made, words: str, outcome: str) -> None:
    machine, stack = _begun(stacks)
    for name in ("chat", "post"):
        machine.a_question_is_asked_and_answered(name, words, refused=False)
        assert _stands(stack, name) == ("asked", outcome)
    assert _questions(stack) == [IDS["chat"], IDS["post"]]


def test_silence_is_noted_and_a_late_answer_counts_all_the_same(stacks: Made) -> None:
    machine, stack = _begun(stacks)
    _promised(machine, "post")
    stack.run_out()
    assert _stands(stack, "post") == ("asked", "no_answer")
    machine.somebody_writes("post", JANA, "Ja", 0, True)
    assert _stands(stack, "post") == ("asked", "solved")


def test_a_question_that_is_refused_has_failed_and_so_has_that_of_a_person(stacks: Made) -> None:
    machine, stack = _begun(stacks)
    machine.a_question_is_asked_and_answered("post", "❤", refused=True)
    assert _stands(stack, "post") == ("failed", "gone")
    _promised(machine, "chat", 3 * DAY)
    stack.now += 3 * DAY
    stack.settle()
    assert _stands(stack, "chat") == ("task", "person_must_write")
    machine._answer(IDS["chat"], True, "Und?", None, False)
    stack.dispatch()
    stack.reply(IDS["chat"], "refuses")
    stack.settle()
    assert _stands(stack, "chat") == ("failed", "gone")


def test_a_stopped_connection_and_closed_hours_move_a_promise(stacks: Made) -> None:
    machine, stack = _begun(stacks)
    _promised(machine, "post")
    machine.the_connection_stops(expired=True, length=DAY)
    machine.the_next_promise_comes_due(None, False, "takes")
    head = stack.head(IDS["post"])
    assert head and head.follow_up and [move.reason for move in head.follow_up.moves] == ["connection"]
    assert not _questions(stack)
    stack.run_out()
    assert _questions(stack) == [IDS["post"]]


@pytest.mark.invariant(5)
def test_customer_who_writes_while_the_schedule_fires_is_not_asked(stacks: Made) -> None:
    """The claim was made; what reply finds is stronger."""
    machine, stack = _begun(stacks)
    _promised(machine, "post")
    machine.the_next_promise_comes_due(None, True, "takes")
    stack.settle()
    assert _stands(stack, "post") == ("cancelled", "customer_wrote")
    assert "cancelled while firing" in stack.journal.reached
    assert not _questions(stack)


@pytest.mark.invariant(5)
def test_late_first_author_is_not_asked_what_another_was_promised(stacks: Made) -> None:
    """The first comment comes late, when a promise was made to the author of an answer to it."""
    machine, stack = _begun(stacks, begins=OLE, late=True)
    first = [fact for fact in stack.underway if fact.message_id == "2_5"]
    stack.underway = [fact for fact in stack.underway if fact not in first]
    machine.somebody_writes("comment", JANA, "Hm", 0, True)
    _promised(machine, "comment")
    assert _stands(stack, "comment") == ("planned", "")
    stack.underway += first
    stack.settle()
    assert _stands(stack, "comment") == ("cancelled", "customer_wrote")
    stack.run_out()
    assert not _questions(stack)


@pytest.mark.invariant(3)
def test_a_lost_answer_is_found_and_a_swallowed_question_is_sent_again(stacks: Made) -> None:
    machine, stack = _begun(stacks)
    for mood, name in (("lost", "post"), ("swallowed", "comment")):
        _promised(machine, name)
        machine.the_next_promise_comes_due(None, False, mood)
        stack.underway.clear()
        assert "unconfirmed" in stack.journal.reached
        stack.now += 60_000
        stack.settle()
    assert "found" in stack.journal.reached
    assert _questions(stack) == [IDS["post"], IDS["comment"]]


@pytest.mark.invariant(5)
@pytest.mark.invariant(12)
def test_a_function_may_die_at_every_moment_and_the_question_is_asked_once(stacks: Made) -> None:
    for life in range(12):
        machine, stack = _begun(stacks)
        _promised(machine, "post")
        machine.the_next_promise_comes_due(life, False, "takes")
        stack.live(life, stack.dispatch)
        stack.live(life, lambda stack=stack: stack.reply(IDS["post"]))
        stack.run_out()
        assert _questions(stack) == [IDS["post"]]
        assert _stands(stack, "post") == ("asked", "no_answer")


@pytest.mark.parametrize(("reason", "cap"), [("declined", 2), ("gone", 2), ("cap", 1)])
def test_follow_up_of_a_customer_who_must_not_be_asked_is_skipped(stacks: Made, reason: str, cap: int) -> None:
    machine, stack = _begun(stacks, cap=cap)
    _promised(machine, "post", DAY)
    if reason == "declined":
        machine._tell(_fact(CHAT, stack.now, "c_1", text=NO_MORE))
    elif reason == "gone":
        first = next(fact for fact in machine.told if fact.message_id == "104_1")
        machine._tell(replace(first, kind=Kind.REMOVED, at=stack.now, text=None))
    else:
        machine.a_question_is_asked_and_answered("comment", "Ja", refused=False)
    stack.run_out()
    assert _stands(stack, "post") == ("skipped", reason)


@pytest.mark.invariant(6)
def test_a_lost_schedule_is_made_again(stacks: Made) -> None:
    machine, stack = _begun(stacks)
    _promised(machine, "post")
    machine.the_scheduler_loses_something(0, called=False)
    assert not stack.schedules()
    stack.now += GRACE
    stack.reconcile()
    stack.now += 2 * HOUR
    stack.settle()
    assert _questions(stack) == [IDS["post"]]


@pytest.mark.invariant(11)
def test_erased_conversation_stays_erased_on_redelivery(stacks: Made) -> None:
    machine, stack = _begun(stacks)
    _promised(machine, "post")
    machine.an_agent_erases_the_customer(0)
    for index in range(len(machine.told)):
        machine.something_is_delivered_again(index)
    stack.run_out()
    machine.invariant_11_what_was_erased_is_gone()
    assert not any(stack.head(conversation) for conversation in IDS.values())
    assert not _questions(stack)


@pytest.mark.invariant(11)
def test_erased_conversation_stays_erased_when_an_edit_comes_with_the_redelivery(stacks: Made) -> None:
    machine, _ = _begun(stacks, late=True)
    machine.an_agent_erases_the_customer(0)
    machine.all_is_done_that_can_be_done()
    machine.something_is_delivered_again(1)
    machine.something_happens_to_a_message(1, Kind.EDITED, "👍")
    machine.all_is_done_that_can_be_done()
    machine.invariant_11_what_was_erased_is_gone()


@pytest.mark.invariant(2)
def test_message_from_before_an_answer_does_not_hide_a_missed_target(stacks: Made) -> None:
    machine, stack = _begun(stacks)
    machine.time_passes(21 * DAY)
    machine.the_clock_looks(life=None, race=None, who="chat")
    answer: dict[str, Any] = {"delay": None, "life": None, "race": None}
    machine.an_agent_answers(who="comment", looks=False, prompt=False, resolve=False, same=False, **answer)
    machine.somebody_writes(who="comment", author=JANA, words="Ja", age=0, prompt=False)
    stack.run_out()
    machine.invariant_2_a_head_is_the_fold_over_everything()


def test_of_two_agents_who_promise_at_once_the_second_decides_again(stacks: Made) -> None:
    machine, stack = _begun(stacks)
    machine.two_agents_promise_at_once("post", HOUR)
    assert "conflict" in stack.journal.reached
    stack.run_out()
    assert len(_questions(stack)) == 1


def test_reply_undone_in_time_leaves_nothing_behind(stacks: Made) -> None:
    machine, stack = _begun(stacks)
    before = stack.head(IDS["chat"])
    machine.an_agent_answers_and_takes_it_back("chat", 2 * HOUR, resolve=True, prompt=True, length=4000)
    stack.settle()
    after = stack.head(IDS["chat"])
    assert before and after and replace(after, version=0) == replace(before, version=0)
    figures = in_memory_journal.figures_of(stack.table.items)
    assert (stack.page.posts, stack.schedules(), +_compared(figures)) == ([], [], _recount(stack))
    assert UNDONE in stack.journal.reached


def test_reply_undone_too_late_is_sent(stacks: Made) -> None:
    machine, stack = _begun(stacks)
    machine.an_agent_answers_and_may_take_it_back("chat", resolve=False)
    stack.dispatch()
    stack.now += HOLD
    stack.reply(IDS["chat"])
    machine.an_agent_takes_back_what_is_held("chat")
    assert (len(stack.page.posts), stack.journal.undone) == (1, set())


def test_failed_reply_is_sent_again_and_an_unclear_one_is_settled_by_an_agent(stacks: Made) -> None:
    machine, stack = _begun(stacks)
    machine.an_agent_answers("post", True, None, False, same=False, prompt=False)
    stack.dispatch()
    stack.reply(IDS["post"], "refuses")
    machine.an_agent_sends_again_what_failed("post")
    stack.dispatch()
    stack.reply(IDS["post"], "lost")
    machine.an_agent_ends_the_doubts("post")
    stack.settle()
    assert len(stack.page.posts) == 1
    assert {"retried", "settled"} <= stack.journal.reached
    head = stack.head(IDS["post"])
    assert head and not head.undelivered


def test_snoozed_conversation_comes_back_when_the_customer_writes(stacks: Made) -> None:
    machine, stack = _begun(stacks)
    machine.an_agent_puts_aside("chat", 3 * HOUR, looks=True)
    head = stack.head(IDS["chat"])
    assert head and head.status == Status.SNOOZED
    machine.somebody_writes("chat", JANA, "Hm", 0, True)
    head = stack.head(IDS["chat"])
    assert head and (head.status, head.snoozed_until) == (Status.OPEN, None)


def test_a_request_that_is_repeated_is_carried_out_once(stacks: Made) -> None:
    """The function dies after its write, so that the page sends the request again."""
    machine, stack = _begun(stacks)
    machine.an_agent_answers("post", True, 2 * HOUR, False, same=False, prompt=True, life=1)
    machine.an_agent_repeats_a_request()
    assert [action.verb for action in stack.journal.done[IDS["post"]].values()] == [Verb.REPLY]


@pytest.mark.invariant(4)
def test_message_in_the_queue_does_not_overtake_one_that_waited_for_the_connection(stacks: Made) -> None:
    machine, stack = _begun(stacks)
    machine.the_connection_stops(expired=True, length=21 * DAY)
    for text in ("Erstens", "Zweitens"):
        machine._answer(IDS["post"], True, text, None, False)
        stack.dispatch()
        if text == "Erstens":
            stack.reply(IDS["post"])
            assert not stack.queues.groups[IDS["post"]]
    machine.the_connection_works_again()
    stack.settle()
    assert [post.text for post in stack.page.posts] == ["Erstens", "Zweitens"]


@pytest.mark.invariant(3)
def test_message_that_two_runs_of_reply_take_at_once_is_posted_once(stacks: Made) -> None:
    for calls in range(9):
        machine, stack = _begun(stacks)
        machine._answer(IDS["post"], True, "Gern", None, False)
        stack.dispatch()
        machine.two_runs_of_reply_take_the_same_message("post", "takes", calls)
        stack.run_out()
        assert len(stack.page.posts) == 1


@pytest.mark.invariant(14)
def test_agent_who_has_not_seen_the_answer_of_a_colleague_is_refused(stacks: Made) -> None:
    machine, stack = _begun(stacks)
    machine.an_agent_looks("chat")
    machine.a_colleague_answers("chat", looks=True)
    machine._answer(IDS["chat"], False, "Gern", None, False)
    assert "answered" in stack.journal.reached
    assert stack.journal.violations == []
    assert [action.by.id for action in stack.journal.done[IDS["chat"]].values()] == [KIM.id]
