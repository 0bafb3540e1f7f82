"""Customers, agents, platform, clock and faults, in any order, against the pure core: the invariants always hold.

What cannot break here, as no request and no log is made, is held elsewhere: 7 (nothing unauthentic is stored) and 8
(no text in a log) in tests/functional/test_stack_machine.py and test_webhook.py.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import fields, replace

import pytest
from hypothesis import event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from conversations import identity
from conversations.actions import State, Verb, is_undone
from conversations.business_hours import ALWAYS, Hours, Span, usual_hours, why_closed
from conversations.conversation import Conversation, Status, Target
from conversations.facts import Author, Fact, Kind, Visibility
from conversations.fold import fold, promises_of
from conversations.follow_ups import STANDING, next_call
from conversations.identity import Identity
from conversations.metrics import NAMES, time_of
from conversations.planning import Wish, month_of
from conversations.promise import FollowUpState, Outcome
from storage import attribute_values, keys, mapping
from tests.support.pure_house import (
    CHAT,
    COMMENT,
    DAY,
    HOLD,
    HOUR,
    JANA,
    KIM,
    MIRA,
    NO_MORE,
    OLE,
    PAGE,
    PLACES,
    POST,
    START,
    UPSET,
    PureHouse,
    Stale,
)
from tests.support.pure_services import Killed

WHO = {"chat": CHAT, "post": POST, "comment": COMMENT}
HOMES = {name: keys.id_of(who) for name, who in WHO.items()}
PLACE = st.sampled_from(list(WHO))
AGES = st.sampled_from([0, 0, 0, 90_000, 5 * HOUR])
LENGTHS = st.sampled_from([1000, 30_000, 20 * 60_000, 3 * HOUR, 23 * HOUR, 3 * DAY, 8 * DAY, 21 * DAY])
DELAYS = st.sampled_from([60_000, 2 * HOUR, 20 * HOUR, 2 * DAY, 7 * DAY, 40 * DAY])
RARELY = st.integers(0, 5)
"""What ends much happens when this is 0, or hardly anything would ever come to its end."""
LIVES = st.none() | st.integers(0, 14)
ANSWERS = st.sampled_from(
    ["takes", "takes", "takes", "lost", "swallowed", "refuses", "fault", "limit", "expired", "unreadable"]
)
NIGHTS = (Span(0, 8 * 60), Span(21 * 60, 24 * 60))
HOURS = st.sampled_from(
    [
        ALWAYS,
        usual_hours("Europe/Berlin"),
        Hours("Europe/Berlin", ((Span(540, 720), Span(780, 1080)),) * 5 + ((), ()), country="DE", subdivision="BE"),
        Hours("Etc/UTC", ALWAYS.week, quiet=NIGHTS, customer_zone="America/Los_Angeles"),
    ]
)
UNTOLD = ("version", "erased_at", "cursor")
"""What the fold does not tell; the cursor may lie before an echo of ours, which is matched and not folded."""
ASKED = (FollowUpState.ASKED, FollowUpState.FAILED)


class WholeHouse(RuleBasedStateMachine):
    """Everybody who can do something, and everything that can go wrong."""

    def __init__(self) -> None:
        super().__init__()
        self.house = PureHouse()
        self.told: list[Fact] = []
        self.looks: dict[str, frozenset[str]] = {}
        self.numbers = 0
        self.lost = False
        """Whether the scheduler forgot something."""

    @initialize(
        hours=HOURS, cap=st.sampled_from([0, 1, 2]), begins=st.sampled_from([JANA, JANA, OLE, PAGE]), late=st.booleans()
    )
    def opens(self, hours: Hours, cap: int, begins: Author, late: bool) -> None:
        """A chat, a visitor's post, and a comment below a post of the company: hers, a neighbour's or its own."""
        self.house.hours, self.house.cap = hours, cap
        for who, name, author in ((CHAT, "m1", JANA), (POST, "page_1", JANA), (COMMENT, "2_5", begins)):
            text = f"Hilfe {self._token()}"
            self._tell(_fact(who, START, name, author=author, own=author is PAGE, text=text))
        if not late:
            self.house.settle()

    # -- the customers ------------------------------------------------------------------------------------------------

    @rule(
        who=PLACE,
        author=st.sampled_from([JANA, JANA, JANA, OLE, Author()]),
        words=st.sampled_from(["Ja", "Nein", "Hm", UPSET]),
        age=AGES,
        prompt=st.booleans(),
    )
    def somebody_writes(self, who: str, author: Author, words: str, age: int, prompt: bool) -> None:
        at = max(START + 1, self.house.now - age)
        author = JANA if who == "chat" else author
        self._tell(_fact(WHO[who], at, self._name(WHO[who]), author=author, text=f"{words} {self._token()}"))
        if prompt:
            self.house.settle()

    @rule(who=PLACE, chance=RARELY)
    def the_customer_does_not_want_to_be_asked(self, who: str, chance: int) -> None:
        if chance:
            return
        self._tell(_fact(WHO[who], self.house.now, self._name(WHO[who]), text=NO_MORE))

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
        self._tell(replace(target, kind=kind, at=self.house.now, own=target.own and by is not JANA, **more))

    @rule(who=PLACE, reaction=st.sampled_from(["👍", "👎"]))
    def the_customer_reacts_to_the_question(self, who: str, reaction: str) -> None:
        head = self.house.head(HOMES[who])
        if head and head.follow_up and head.follow_up.asked_id in self.house.posted:
            target = f"p-{head.follow_up.asked_id}"
            self._tell(_fact(WHO[who], self.house.now, target, Kind.REACTION, payload=reaction))
            self.house.settle()

    @rule(who=PLACE)
    def the_company_answers_with_another_tool(self, who: str) -> None:
        text = f"Von woanders {self._token()}"
        self._tell(_fact(WHO[who], self.house.now, self._name(WHO[who]), author=PAGE, own=True, text=text))

    # -- the platform -------------------------------------------------------------------------------------------------

    @rule(data=st.data(), life=LIVES)
    def some_of_it_is_delivered(self, data: st.DataObject, life: int | None) -> None:
        chosen = data.draw(st.permutations(self.house.underway)) if self.house.underway else []
        self._live(life, lambda: self.house.webhook(chosen[:3]))

    @rule(index=st.integers(0, 40))
    def something_is_delivered_again(self, index: int) -> None:
        self.house.webhook([self.told[index % len(self.told)]])

    @rule(who=PLACE, answer=ANSWERS, life=LIVES)
    def reply_takes_a_message(self, who: str, answer: str, life: int | None) -> None:
        self._live(life, lambda: self.house.reply(HOMES[who], answer))

    @rule(expired=st.booleans(), length=LENGTHS)
    def the_connection_stops(self, expired: bool, length: int) -> None:
        self.house.paused_until, self.house.stopped = self.house.now + length, expired

    @rule()
    def the_connection_works_again(self) -> None:
        self.house.paused_until, self.house.stopped = 0, False

    # -- the agents ---------------------------------------------------------------------------------------------------

    @rule(who=PLACE)
    def an_agent_looks(self, who: str) -> None:
        self.looks[HOMES[who]] = self.house.look(HOMES[who])

    @rule(
        who=PLACE,
        looks=st.booleans(),
        delay=st.none() | DELAYS,
        resolve=st.booleans(),
        same=st.booleans(),
        prompt=st.booleans(),
    )
    def an_agent_answers(
        self, who: str, looks: bool, delay: int | None, resolve: bool, same: bool, prompt: bool
    ) -> None:
        text = "Gern geschehen" if same else f"Antwort {self._token()}"
        wish = None if delay is None else Wish(self.house.now + delay)
        self._act(HOMES[who], Verb.REPLY, looks, wish, text=text, resolve=resolve)
        if prompt:
            self.house.settle()

    @rule(who=PLACE, delay=st.none() | DELAYS, resolve=st.booleans(), prompt=st.booleans(), length=st.integers(0, 9000))
    def an_agent_answers_and_takes_it_back(
        self, who: str, delay: int | None, resolve: bool, prompt: bool, length: int
    ) -> None:
        """Before it leaves, and before anybody else does anything; what was promised with it goes, too."""
        if self.house.table.stream:
            self.house.dispatch()
        wish = None if delay is None else Wish(self.house.now + HOLD + delay)
        self._act(HOMES[who], Verb.REPLY, True, wish, text=f"Halt {self._token()}", resolve=resolve, not_before=1)
        if prompt:
            self.house.dispatch()
        self.house.now += length
        self.house.reply(HOMES[who])
        self.house.undo(HOMES[who])

    @rule(who=PLACE, resolve=st.booleans())
    def an_agent_answers_and_may_take_it_back(self, who: str, resolve: bool) -> None:
        text = f"Vielleicht {self._token()}"
        self._act(HOMES[who], Verb.REPLY, True, text=text, resolve=resolve, not_before=1)

    @rule(who=PLACE)
    def an_agent_takes_back_what_is_held(self, who: str) -> None:
        self.house.undo(HOMES[who])

    @rule(who=PLACE)
    def an_agent_sends_anew_what_failed(self, who: str) -> None:
        self.house.retry(HOMES[who])

    @rule(who=PLACE)
    def an_agent_ends_the_doubts(self, who: str) -> None:
        self.house.end_doubts(HOMES[who])

    @rule(who=PLACE, to=st.sampled_from([None, MIRA, KIM]), team=st.sampled_from(["", "sales", "service"]))
    def an_agent_hands_over(self, who: str, to: Author | None, team: str) -> None:
        self._act(HOMES[who], Verb.ASSIGN, False, assignee=to, team=team)

    @rule(
        who=PLACE,
        added=st.sets(st.sampled_from(["a", "b", "c"]), max_size=2),
        removed=st.sets(st.sampled_from(["a", "b"]), max_size=2),
    )
    def an_agent_marks(self, who: str, added: set[str], removed: set[str]) -> None:
        self._act(HOMES[who], Verb.TAG, False, added=tuple(sorted(added)), removed=tuple(sorted(removed - added)))

    @rule(who=PLACE, length=LENGTHS, looks=st.booleans())
    def an_agent_puts_aside(self, who: str, length: int, looks: bool) -> None:
        self._act(HOMES[who], Verb.SNOOZE, looks, until=self.house.now + length)

    @rule(who=PLACE)
    def an_agent_takes_up_what_was_put_aside(self, who: str) -> None:
        head = self.house.head(HOMES[who])
        if head and head.status == Status.SNOOZED:
            self._act(HOMES[who], Verb.WAKE, False)

    @rule(who=PLACE, life=LIVES)
    def the_clock_looks(self, who: str, life: int | None) -> None:
        self._live(life, lambda: self.house.watch(HOMES[who]))

    @rule(who=PLACE)
    def an_agent_mentions_a_colleague(self, who: str) -> None:
        self._act(HOMES[who], Verb.NOTE, False, text=f"Kim? {self._token()}", mentions=(str(KIM.id),))

    @rule(who=PLACE, delay=DELAYS, private=st.booleans())
    def an_agent_promises(self, who: str, delay: int, private: bool) -> None:
        visibility = Visibility.PRIVATE if private else None
        self._act(HOMES[who], Verb.PROMISE, False, Wish(self.house.now + delay, visibility))

    @rule(who=PLACE, verb=st.sampled_from([Verb.RESOLVE, Verb.REOPEN, Verb.NOTE]), looks=st.booleans())
    def an_agent_does_something_else(self, who: str, verb: Verb, looks: bool) -> None:
        self._act(HOMES[who], verb, looks, text=f"Notiz {self._token()}" if verb == Verb.NOTE else "")

    @rule(who=PLACE)
    def an_agent_takes_the_follow_up_back(self, who: str) -> None:
        self.house.release(HOMES[who])

    @rule(
        who=PLACE,
        outcome=st.sampled_from([Outcome.SOLVED, Outcome.STILL_BROKEN, Outcome.OTHER]),
        resolve=st.booleans(),
    )
    def an_agent_judges(self, who: str, outcome: Outcome, resolve: bool) -> None:
        home = HOMES[who]
        self.house.say(home, outcome, self.house.look(home), resolve)

    @rule(who=PLACE, delay=DELAYS)
    def two_agents_promise_at_once(self, who: str, delay: int) -> None:
        """The second finds the head changed, and decides anew."""
        wish = Wish(self.house.now + delay)
        self.house.meanwhile = lambda: self._act(HOMES[who], Verb.PROMISE, False, wish)
        self._act(HOMES[who], Verb.PROMISE, False, wish)
        self.house.meanwhile = None

    @rule(who=PLACE, chance=RARELY)
    def an_agent_erases_a_conversation(self, who: str, chance: int) -> None:
        if not chance:
            self.house.erase(HOMES[who])

    @rule(chance=RARELY)
    def an_agent_erases_the_customer(self, chance: int) -> None:
        """Invariant 11: of whatever she began nothing is left."""
        if chance:
            return
        self.house.settle()
        for home in self.house.remembered[str(JANA.id)]:
            self.house.erase(home)
        left = [self.house.head(home) for home in HOMES.values()]
        assert not [head for head in left if head and head.customer.id == JANA.id]

    @rule(declined=RARELY.map(lambda chance: not chance))
    def an_agent_notes_whether_the_customer_may_be_asked(self, declined: bool) -> None:
        if declined:
            self.house.decline(JANA.id)
        else:
            self.house.permit()

    @rule(hours=HOURS)
    def the_team_keeps_other_hours(self, hours: Hours) -> None:
        self.house.hours = hours

    # -- clock and faults ---------------------------------------------------------------------------------------------

    @rule(length=LENGTHS)
    def time_passes(self, length: int) -> None:
        self.house.now += length

    @rule(life=LIVES, size=st.none() | st.integers(1, 5))
    def dispatch_works(self, life: int | None, size: int | None) -> None:
        self._live(life, lambda: self.house.dispatch(size))

    @rule(count=st.integers(1, 12))
    def the_stream_repeats(self, count: int) -> None:
        self.house.carry_out(self.house.table.past[-count:])

    @rule()
    def all_is_done_that_can_be_done(self) -> None:
        self.house.settle()

    @rule(life=LIVES, race=st.booleans(), answer=ANSWERS)
    def the_next_promise_comes_due(self, life: int | None, race: bool, answer: str) -> None:
        """The clock goes to the next call; with ``race`` the customer writes between reading and asking."""
        self.house.dispatch()
        at = self.house.scheduler.next_at()
        if at is None:
            return
        self.house.now = max(self.house.now, at)
        self.house.scheduler.fire(self.house.now)
        if race and self.house.scheduler.calls:
            self._race(self.house.scheduler.calls[0][0])
        self._live(life, self.house.call)
        self.house.meanwhile = None
        self.house.dispatch()
        for home in HOMES.values():
            self.house.reply(home, answer)

    @rule(who=PLACE, words=st.sampled_from(["Ja", "Nein", "Hm", "👍", "👎"]), refused=st.booleans())
    def a_question_is_asked_and_answered(self, who: str, words: str, refused: bool) -> None:
        """The way it mostly goes, from the answer with a promise to what the customer says to the question."""
        home, house = HOMES[who], self.house
        house.settle()
        self._act(home, Verb.REPLY, True, Wish(house.now + 2 * HOUR), text=f"Antwort {self._token()}")
        house.settle()
        house.now = max(house.now, house.scheduler.schedules.get(home, ("", 0))[1])
        house.scheduler.fire(house.now)
        while house.scheduler.calls:
            house.call()
        house.dispatch()
        if _is(house.head(home), FollowUpState.TASK):
            self._act(home, Verb.REPLY, True, text=f"Nochmals {self._token()}")
            house.dispatch()
        house.reply(home, "refuses" if refused else "takes")
        house.now += HOUR
        house.dispatch()
        if words in ("👍", "👎"):
            self.the_customer_reacts_to_the_question(who, words)
        else:
            self.somebody_writes(who, JANA, words, 0, True)

    @rule(index=st.integers(0, 20))
    def the_scheduler_calls_once_more(self, index: int) -> None:
        if past := self.house.scheduler.past:
            self.house.keep(*past[index % len(past)])

    @rule(life=LIVES)
    def the_scheduler_calls(self, life: int | None) -> None:
        self.house.scheduler.fire(self.house.now)
        self._live(life, self.house.call)

    @rule(index=st.integers(0, 2), called=st.booleans())
    def the_scheduler_loses_something(self, index: int, called: bool) -> None:
        self.lost = True
        schedules, calls = self.house.scheduler.schedules, self.house.scheduler.calls
        if called and calls:
            calls.pop(index % len(calls))
        elif schedules:
            del schedules[sorted(schedules)[index % len(schedules)]]

    @rule(life=LIVES)
    def reconcile_works(self, life: int | None) -> None:
        self._live(life, self.house.reconcile)

    # -- what always holds --------------------------------------------------------------------------------------------

    @invariant()
    def invariant_1_what_was_answered_with_200_is_stored(self) -> None:
        for fact in self.house.accepted:
            home = keys.id_of(PLACES[fact.thread_id])
            key = mapping.fact_item("facebook", "demo", fact, 0)
            assert self.house.table.get((key["pk"], key["sk"])) or identity.clamp(fact.at) <= self.erased(home)

    @invariant()
    def invariant_2_a_head_is_the_fold_over_everything(self) -> None:
        if self.house.table.stream:
            return  # dispatch is behind
        for name, home in HOMES.items():
            who = WHO[name]
            head, complete = self.house.head(home), fold(who, *self.house.entries(home))
            if complete and head:
                assert (different := _differences(head, complete)) == {}, different
                wired = attribute_values.decode(attribute_values.encode(mapping.head_item(head, 1)))
                assert mapping.head_of(wired) == head
            else:
                assert head == complete

    @invariant()
    def invariant_3_a_message_stands_on_the_platform_once(self) -> None:
        times = Counter(post.action_id for post in self.house.platform.posts)
        assert not times or max(times.values()) == 1

    @invariant()
    def invariant_4_messages_go_out_in_the_order_they_were_written(self) -> None:
        for home in HOMES.values():
            posts = [post for post in self.house.platform.posts if post.conversation == home]
            sent = [post.action_id for post in posts if post.action_id not in self.house.retried]
            assert sent == sorted(sent)

    @invariant()
    def invariant_5_a_follow_up_is_asked_once_and_never_after_the_customer_wrote(self) -> None:
        for home, done in self.house.done.items():
            asked = [deed for deed in done.values() if deed.verb == Verb.ASK]
            roots = [self.root(home, deed.answers) for deed in asked]
            assert len(roots) == len(set(roots))
            for deed, root in zip(asked, roots, strict=True):
                if deed.id in self.house.posted:
                    posted, since = self.house.posted[deed.id], self.house.seen[root].moment
                    assert not self._who_wrote(home, posted.customer, since, posted.moment)

    @invariant()
    def invariant_5_nothing_is_planned_for_who_wrote_since_it_was_promised(self) -> None:
        if self.house.table.stream:
            return
        for home in HOMES.values():
            head = self.house.head(home)
            if head and head.follow_up and head.follow_up.state in STANDING:
                since = self.house.seen[self.root(home, head.follow_up.version)].moment
                assert not self._who_wrote(home, head.customer.id, since, self.house.deliveries)

    @invariant()
    def invariant_5_a_machine_asks_only_where_and_when_it_may(self) -> None:
        for done in self.house.done.values():
            for deed in done.values():
                if deed.verb == Verb.ASK:
                    seen = self.house.seen[deed.id]
                    assert seen.permitted
                    assert "" in (why_closed(seen.hours, deed.at), why_closed(seen.hours, deed.at + 1000))

    @invariant()
    def invariant_5_nobody_is_asked_more_often_a_month_than_the_team_wants(self) -> None:
        done = [deed for home in self.house.done.values() for deed in home.values()]
        asking = [deed for deed in done if deed.verb in (Verb.ASK, Verb.TASK)]
        hers = [deed for deed in asking if self.house.seen[deed.id].customer == JANA.id]
        months = Counter(month_of(deed.at) for deed in hers)
        assert not self.house.cap or not months or max(months.values()) <= self.house.cap

    @invariant()
    def invariant_6_there_is_no_schedule_that_nobody_wants(self) -> None:
        if not self.house.table.stream:
            assert set(self.house.scheduler.schedules) <= {home for home, _ in self._promises()}

    @invariant()
    def invariant_6_every_promise_has_its_schedule_unless_the_scheduler_lost_it(self) -> None:
        if self.house.table.stream or self.lost:
            return
        scheduler = self.house.scheduler
        for home, (version, at) in self._promises():
            is_called = (home, version) in scheduler.calls or at <= self.house.now
            assert is_called or scheduler.schedules.get(home, ("", 0))[0] == version

    @invariant()
    def a_question_that_did_not_get_through_was_not_asked(self) -> None:
        if self.house.table.stream:
            return
        for home in HOMES.values():
            head = self.house.head(home)
            if head and head.follow_up and _is(head, FollowUpState.ASKED):
                question = self.house.action(home, head.follow_up.asked_id)
                assert question and question.state not in (State.FAILED, State.CANCELLED)

    @invariant()
    def invariant_9_what_waits_for_the_connection_is_in_the_queue(self) -> None:
        if self.house.table.stream:
            return
        for home in HOMES.values():
            waiting = [deed.id for deed in self.house.entries(home)[1] if deed.state in (State.QUEUED, State.SENDING)]
            assert not self.house.head(home) or set(waiting) <= set(self.house.queue.groups[home])

    @invariant()
    def invariant_10_what_no_agent_saw_is_unread(self) -> None:
        for home in HOMES.values():
            found = self.house.current(home)
            if found is None or any(fact.own and fact.message_id[:2] != "p-" for fact in found.facts):
                continue
            inbound = {each.id for each in found.messages() if each.direction == "inbound"}
            deeds = [deed for deed in found.actions if not is_undone(deed) and deed.verb != Verb.SNOOZE]
            looks = [self.house.seen[deed.id].inbound for deed in deeds if deed.seen or _sees(deed.verb)]
            unseen = min((len(inbound - look) for look in looks), default=len(inbound))
            assert found.head.unread == unseen
            assert not unseen or found.head.status in (Status.OPEN, Status.SNOOZED)

    @invariant()
    def invariant_10_what_was_put_aside_is_back_when_somebody_writes(self) -> None:
        for home in HOMES.values():
            found = self.house.current(home)
            if found is None or found.head.status != Status.SNOOZED:
                continue
            inbound = {each.id for each in found.messages() if each.direction == "inbound"}
            naps = [deed for deed in found.actions if deed.verb == Verb.SNOOZE]
            assert len(inbound) == naps[-1].seen

    @invariant()
    def what_was_taken_back_never_leaves(self) -> None:
        assert not self.house.undone & self.house.posted.keys()

    @invariant()
    def invariant_11_what_was_erased_is_gone(self) -> None:
        if self.house.table.stream:
            return
        for name, home in HOMES.items():
            erased = self.erased(home)
            texts = [fact.text for fact in self.told if fact.thread_id == WHO[name].thread_id and fact.at <= erased]
            texts += [deed.text for deed in self.house.done[home].values() if deed.at <= erased]
            gone = {text for text in texts if text and text.endswith(".")}
            assert not gone or not [text for text in gone if text in self._everything()]

    @invariant()
    def invariant_12_a_target_is_noted_once_until_it_is_made_up_for(self) -> None:
        for home in HOMES.values():
            found = self.house.current(home)
            noted = [deed.target for deed in found.actions if deed.verb == Verb.MISS] if found else []
            assert noted.count(Target.RESOLUTION) <= 1
            assert found is None or set(found.head.missed) <= set(noted)

    @invariant()
    def the_figures_are_what_a_recount_of_all_heads_gives(self) -> None:
        if not self.house.table.stream:
            counted, recount = _compared(self.house.figures), _recount(self.house)
            assert counted == recount, (counted, recount)

    def teardown(self) -> None:
        """Invariants 6 and 12: when the clock has run out, everything has come to an end that somebody sees."""
        self.house.run_out()
        for home in HOMES.values():
            if found := self.house.current(home):
                for promise in promises_of(found.head, found.messages(), found.actions):
                    assert promise.state != FollowUpState.PLANNED
                    assert (
                        promise.state != FollowUpState.ASKED or promise.outcome or promise is not found.head.follow_up
                    )
                    event(f"{promise.state} {promise.outcome or promise.reason}")
        assert not self.house.scheduler.schedules
        self.invariant_1_what_was_answered_with_200_is_stored()
        self.invariant_2_a_head_is_the_fold_over_everything()
        self.invariant_3_a_message_stands_on_the_platform_once()
        self.invariant_5_a_follow_up_is_asked_once_and_never_after_the_customer_wrote()
        self.invariant_11_what_was_erased_is_gone()
        self.the_figures_are_what_a_recount_of_all_heads_gives()
        for name in self.house.reached:
            event(name)

    # -- helpers ------------------------------------------------------------------------------------------------------

    def erased(self, home: str) -> int:
        return self.house.erased_at(home)

    def root(self, home: str, version: str) -> str:
        """The action that made the promise of this version."""
        deed = self.house.done[home][version]
        return self.root(home, deed.answers) if deed.verb == Verb.MOVE else version

    def _who_wrote(self, home: str, customer: str | None, since: int, until: int) -> list[str]:
        """The customer's messages that were stored after one delivery and up to another."""
        return [
            name
            for name, (moment, author) in self.house.heard[home].items()
            if (home == HOMES["chat"] or author in (None, customer)) and since < moment <= until
        ]

    def _promises(self) -> list[tuple[str, tuple[str, int]]]:
        heads = {home: self.house.head(home) for home in HOMES.values()}
        return [(home, call) for home, head in heads.items() if head and (call := next_call(head.follow_up))]

    def _everything(self) -> str:
        return repr(self.house.table.wired)

    def _token(self) -> str:
        self.numbers += 1
        return f"w{self.numbers}."

    def _name(self, who: Identity) -> str:
        self.numbers += 1
        return f"{who.thread_id[-1]}_{self.numbers + 100}"

    def _tell(self, fact: Fact) -> None:
        self.told.append(fact)
        self.house.underway.append(fact)

    def _live(self, life: int | None, work: Callable[[], None]) -> None:
        self.house.fuse.left = life
        try:
            work()
        except Killed:
            self.house.reached.add("killed")
        finally:
            self.house.fuse.left = None

    def _act(self, home: str, verb: Verb, looks: bool, wish: Wish | None = None, **more: object) -> None:
        if looks:
            self.looks[home] = self.house.look(home)
        try:
            self.house.write(home, verb, self.looks.get(home, frozenset()), wish, **more)
        except Stale:
            self.house.reached.add("stale")
        except LookupError:
            self.house.reached.add("refused")

    def _race(self, home: str) -> None:
        who = next(WHO[name] for name in WHO if HOMES[name] == home)
        fact = _fact(who, self.house.now, self._name(who), text=f"Ach {self._token()}")
        self.told.append(fact)
        self.house.meanwhile = lambda: self.house.webhook([fact])


def _fact(who: Identity, at: int, message_id: str, kind: Kind = Kind.MESSAGE, **more: object) -> Fact:
    """What the platform tells; what is public comes with whole seconds."""
    private = who.visibility == Visibility.PRIVATE
    below = "" if private or message_id == POST.thread_id else message_id
    more = {"author": JANA, "customer_id": JANA.id if private else None} | more
    at = at if private else at - at % 1000
    return Fact(kind, who.visibility, who.thread_id, at, message_id, who.branch_id or below, **more)  # type: ignore[arg-type]


def _differences(head: Conversation, complete: Conversation) -> dict[str, object]:
    """What a stored head says otherwise than the fold over everything."""
    pairs = {each.name: (getattr(head, each.name), getattr(complete, each.name)) for each in fields(Conversation)}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1] and name not in UNTOLD}


def _is(head: Conversation | None, state: FollowUpState) -> bool:
    return head is not None and head.follow_up is not None and head.follow_up.state == state


def _sees(verb: Verb) -> bool:
    return verb in (Verb.REPLY, Verb.RESOLVE)


def _recount(house: PureHouse) -> Counter[str]:
    """The figures, out of all heads that ever were: each promise, and what it came to."""
    counted: Counter[str] = Counter()
    for heads in house.heads.values():
        heads = [head for head in heads if not (head.follow_up and head.follow_up.version in house.undone)]
        promises = {head.follow_up.made_at: head.follow_up for head in heads if head.follow_up}
        tasks = {f.made_at for head in heads if (f := head.follow_up) and f.state == FollowUpState.TASK}
        counted["promised"] += len(promises)
        counted["task"] += len(tasks)
        for last in promises.values():
            counted.update([str(name) for name in {last.state, last.outcome} if name in NAMES and name != "task"])
        for last in {head.erased_at: head for head in heads}.values():
            counted["inbound"] += last.inbound - last.unread
            counted["outbound"] += last.outbound
            counted["opened"] += bool(last.done_at or last.missed)
            counted["closed"] += last.done_verb == Verb.RESOLVE
            for name in ("first_responses", "first response times"):
                counted[name] += last.first_response_at is not None
            counted["resolution times"] += last.first_resolved_at is not None
    deeds = [deed for done in house.done.values() for deed in done.values()]
    counted.update(f"missed_{deed.target}" for deed in deeds if deed.verb == Verb.MISS)
    return +counted


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


# Hypothesis takes up to five minutes to find the shortest way to a failure; without it nobody understands one.
TestWholeHouse = pytest.mark.timeout(600)(WholeHouse.TestCase)
TestWholeHouse.settings = settings(max_examples=150, stateful_step_count=30)


# -- that it gets there -----------------------------------------------------------------------------------------------


def _begun(**rules: object) -> tuple[WholeHouse, PureHouse]:
    machine = WholeHouse()
    fields = {"hours": ALWAYS, "cap": 2, "begins": JANA, "late": False} | rules
    machine.opens(**fields)  # type: ignore[arg-type]
    return machine, machine.house


def _promised(machine: WholeHouse, name: str, delay: int = 2 * HOUR) -> None:
    machine._act(HOMES[name], Verb.REPLY, True, Wish(machine.house.now + delay), text="Gern")
    machine.house.settle()


def _stands(house: PureHouse, name: str) -> tuple[str, str]:
    head = house.head(HOMES[name])
    assert head and head.follow_up
    return head.follow_up.state, head.follow_up.outcome or head.follow_up.reason


def _questions(house: PureHouse) -> list[str]:
    verbs = {deed.id: deed.verb for done in house.done.values() for deed in done.values()}
    return [post.conversation for post in house.platform.posts if verbs[post.action_id] == Verb.ASK]


@pytest.mark.parametrize(
    ("words", "outcome"), [("Ja", "solved"), ("Nein", "still_broken"), ("Hm", "other"), ("👍", "solved")]
)
def test_a_question_gets_its_answer(words: str, outcome: str) -> None:
    machine, house = _begun()
    for name in ("chat", "post"):
        machine.a_question_is_asked_and_answered(name, words, refused=False)
        assert _stands(house, name) == ("asked", outcome)
    assert _questions(house) == [HOMES["chat"], HOMES["post"]]


def test_silence_is_noted_and_a_late_answer_counts_all_the_same() -> None:
    machine, house = _begun()
    _promised(machine, "post")
    house.run_out()
    assert _stands(house, "post") == ("asked", "no_answer")
    machine.somebody_writes("post", JANA, "Ja", 0, True)
    assert _stands(house, "post") == ("asked", "solved")


def test_a_question_that_is_refused_has_failed_and_so_has_that_of_a_person() -> None:
    machine, house = _begun()
    machine.a_question_is_asked_and_answered("post", "❤", refused=True)
    assert _stands(house, "post") == ("failed", "gone")
    _promised(machine, "chat", 3 * DAY)
    house.now += 3 * DAY
    house.settle()
    assert _stands(house, "chat") == ("task", "person_must_write")
    machine._act(HOMES["chat"], Verb.REPLY, True, text="Und?")
    house.dispatch()
    house.reply(HOMES["chat"], "refuses")
    house.settle()
    assert _stands(house, "chat") == ("failed", "gone")


def test_a_stopped_connection_and_closed_hours_move_a_promise() -> None:
    machine, house = _begun()
    _promised(machine, "post")
    machine.the_connection_stops(expired=True, length=DAY)
    machine.the_next_promise_comes_due(None, False, "takes")
    head = house.head(HOMES["post"])
    assert head and head.follow_up and [move.reason for move in head.follow_up.moves] == ["connection"]
    assert not _questions(house)
    house.run_out()
    assert _questions(house) == [HOMES["post"]]


def test_who_writes_while_the_question_is_fired_is_not_asked() -> None:
    """Invariant 5: the claim was made; what reply finds is stronger."""
    machine, house = _begun()
    _promised(machine, "post")
    machine.the_next_promise_comes_due(None, True, "takes")
    house.settle()
    assert _stands(house, "post") == ("cancelled", "customer_wrote")
    assert "cancelled while firing" in house.reached
    assert not _questions(house)


def test_who_turns_out_to_have_begun_the_conversation_is_not_asked_what_another_was_promised() -> None:
    """Invariant 5: his comment comes late, when a promise was made to who answered it."""
    machine, house = _begun(begins=OLE, late=True)
    first = [fact for fact in house.underway if fact.message_id == "2_5"]
    house.underway = [fact for fact in house.underway if fact not in first]
    machine.somebody_writes("comment", JANA, "Hm", 0, True)
    _promised(machine, "comment")
    assert _stands(house, "comment") == ("planned", "")
    house.underway += first
    house.settle()
    assert _stands(house, "comment") == ("cancelled", "customer_wrote")
    house.run_out()
    assert not _questions(house)


def test_a_lost_answer_is_found_and_a_swallowed_question_is_sent_again() -> None:
    """Invariant 3."""
    machine, house = _begun()
    for answer, name in (("lost", "post"), ("swallowed", "comment")):
        _promised(machine, name)
        machine.the_next_promise_comes_due(None, False, answer)
        house.underway.clear()
        assert "unconfirmed" in house.reached
        house.now += 60_000
        house.settle()
    assert "found" in house.reached
    assert _questions(house) == [HOMES["post"], HOMES["comment"]]


def test_a_function_may_die_at_every_moment_and_the_question_is_asked_once() -> None:
    """Invariants 5 and 12."""
    for life in range(12):
        machine, house = _begun()
        _promised(machine, "post")
        machine.the_next_promise_comes_due(life, False, "takes")
        machine._live(life, lambda house=house: house.dispatch())
        machine._live(life, lambda house=house: house.reply(HOMES["post"]))
        house.run_out()
        assert _questions(house) == [HOMES["post"]]
        assert _stands(house, "post") == ("asked", "no_answer")


@pytest.mark.parametrize(("reason", "cap"), [("declined", 2), ("gone", 2), ("cap", 1)])
def test_who_must_not_be_asked_is_skipped(reason: str, cap: int) -> None:
    machine, house = _begun(cap=cap)
    _promised(machine, "post", DAY)
    if reason == "declined":
        machine._tell(_fact(CHAT, house.now, "c_1", text=NO_MORE))
    elif reason == "gone":
        first = next(fact for fact in machine.told if fact.message_id == "page_1")
        machine._tell(replace(first, kind=Kind.REMOVED, at=house.now, text=None))
    else:
        machine.a_question_is_asked_and_answered("comment", "Ja", refused=False)
    house.run_out()
    assert _stands(house, "post") == ("skipped", reason)


def test_a_lost_schedule_is_made_again() -> None:
    """Invariant 6."""
    machine, house = _begun()
    _promised(machine, "post")
    machine.the_scheduler_loses_something(0, called=False)
    assert not house.scheduler.schedules
    house.reconcile()
    house.now += 2 * HOUR
    house.settle()
    assert _questions(house) == [HOMES["post"]]


def test_what_was_erased_stays_away_when_it_is_delivered_again() -> None:
    """Invariant 11."""
    machine, house = _begun()
    _promised(machine, "post")
    machine.an_agent_erases_the_customer(0)
    for index in range(len(machine.told)):
        machine.something_is_delivered_again(index)
    house.run_out()
    machine.invariant_11_what_was_erased_is_gone()
    assert not any(house.head(home) for home in HOMES.values())
    assert not _questions(house)


def test_of_two_agents_who_promise_at_once_the_second_decides_anew() -> None:
    machine, house = _begun()
    machine.two_agents_promise_at_once("post", HOUR)
    assert "conflict" in house.reached
    house.run_out()
    assert len(_questions(house)) == 1


def test_what_is_taken_back_in_time_leaves_nothing_behind() -> None:
    machine, house = _begun()
    before = house.head(HOMES["chat"])
    machine.an_agent_answers_and_takes_it_back("chat", 2 * HOUR, resolve=True, prompt=True, length=4000)
    house.settle()
    after = house.head(HOMES["chat"])
    assert before and after and replace(after, version=0) == replace(before, version=0)
    assert (house.platform.posts, house.scheduler.schedules, +_compared(house.figures)) == ([], {}, _recount(house))
    assert "undone" in house.reached


def test_what_is_taken_back_too_late_has_left() -> None:
    machine, house = _begun()
    machine.an_agent_answers_and_may_take_it_back("chat", resolve=False)
    house.dispatch()
    house.now += HOLD
    house.reply(HOMES["chat"])
    machine.an_agent_takes_back_what_is_held("chat")
    assert (len(house.platform.posts), house.undone) == (1, set())


def test_what_failed_leaves_when_it_is_sent_anew_and_a_doubt_ends_with_whoever_looks() -> None:
    machine, house = _begun()
    machine.an_agent_answers("post", True, None, False, same=False, prompt=False)
    house.dispatch()
    house.reply(HOMES["post"], "refuses")
    machine.an_agent_sends_anew_what_failed("post")
    house.dispatch()
    house.reply(HOMES["post"], "lost")
    machine.an_agent_ends_the_doubts("post")
    house.settle()
    assert len(house.platform.posts) == 1
    assert {"retried", "settled"} <= house.reached
    head = house.head(HOMES["post"])
    assert head and not head.undelivered


def test_what_is_put_aside_comes_back_with_the_customer() -> None:
    machine, house = _begun()
    machine.an_agent_puts_aside("chat", 3 * HOUR, looks=True)
    head = house.head(HOMES["chat"])
    assert head and head.status == Status.SNOOZED
    machine.somebody_writes("chat", JANA, "Hm", 0, True)
    head = house.head(HOMES["chat"])
    assert head and (head.status, head.snoozed_until) == (Status.OPEN, None)
