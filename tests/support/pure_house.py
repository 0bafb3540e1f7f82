"""The house in memory: what the functions do between the services, in few lines, around the real pure core.

A day of it takes milliseconds, every operation can be the last of a function, and anything can happen between what a
function reads and what it writes. The functions as they are stand in ``tests/support/stack.py``.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import channels
from application.loading import LoadedConversation
from application.planning_context import REST
from conversations import effects, follow_ups, identity, sla
from conversations.actions import OUTBOX, UNDONE, Action, State, Verb, is_unnamed
from conversations.business_hours import ALWAYS, Hours
from conversations.conversation import Conversation, Status
from conversations.customer import is_customers
from conversations.facts import Author, Fact, Kind, Visibility
from conversations.fold import customer_wrote_since, fold, receive, situation
from conversations.follow_ups import PUNCTUAL
from conversations.identity import Identity
from conversations.message_fold import echoed
from conversations.planning import Case, Wish, month_of, plan, spread
from conversations.promise import FollowUpState, Outcome, Promise
from conversations.team_settings import Team
from dispatch.changes import Batch, Change
from reply.delivery import LEASE
from reply.lookups import ATTEMPTS, SETTLING
from storage import attribute_values, keys, mapping
from storage.erased_conversations import CLOCKS_APART, erased_item
from tests.support.pure_services import Conflict, Fuse, Platform, Queue, Scheduler, Table, Write

HOUR = 3_600_000
DAY = 24 * HOUR
START = 1_790_000_000_000
"""Milliseconds: a Monday afternoon in September."""
PAGE, JANA, OLE, MIRA = Author("page"), Author("7001", "Jana"), Author("7002", "Ole"), Author("agent-1", "Mira")
KIM = Author("agent-2", "Kim")
HOLD = 10_000
"""Milliseconds for which an answer is held back, if the agent wants it so."""
CHAT = Identity("facebook", "demo", Visibility.PRIVATE, "page:7001", team="service")
POST = Identity("facebook", "demo", Visibility.PUBLIC, "page_1", team="service")
COMMENT = Identity("facebook", "demo", Visibility.PUBLIC, "page_2", "2_5", team="service")
PLACES = {who.thread_id: who for who in (CHAT, POST, COMMENT)}
NO_MORE = "Bitte keine Nachfragen mehr"
UPSET = "Eine Frechheit"
MEANINGS = {"Ja": Outcome.SOLVED, "👍": Outcome.SOLVED, "Nein": Outcome.STILL_BROKEN, "👎": Outcome.STILL_BROKEN}
CUSTOMER = (f"customer#{JANA.id}", "#")
CHANNEL = channels.get("facebook")


class Stale(Exception):
    """The customer wrote what the agent has not seen."""


AIMING = Team("service", targets={"first_response": "PT1H", "next_response": "PT2H", "resolution": "PT8H"})
"""A team with targets."""


@dataclass
class Seen:
    """What an agent, or a function, knew when it decided: for those who judge it afterwards."""

    moment: int
    """How many deliveries had been stored."""
    inbound: frozenset[str] = frozenset()
    hours: Hours = ALWAYS
    customer: str | None = None
    permitted: bool = True
    """Whether a machine might use the way, the customer was willing, and it was time."""


@dataclass
class PureHouse:
    """Table, stream, queue, scheduler, platform; and beside them what only those who judge the house know."""

    hours: Hours = ALWAYS
    cap: int = 2
    now: int = START + 60_000
    paused_until: int = 0
    stopped: bool = False
    fuse: Fuse = field(default_factory=Fuse)
    underway: list[Fact] = field(default_factory=list)
    """What the platform has not been told was stored."""
    meanwhile: Callable[[], None] | None = None
    """What happens between the next reading and the writing that rests on it, once."""
    figures: Counter[str] = field(default_factory=Counter)
    counted: set[tuple[str, str]] = field(default_factory=set)
    remembered: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    # -- for those who judge ------------------------------------------------------------------------------------------
    accepted: list[Fact] = field(default_factory=list)
    """What was answered with 200."""
    heard: dict[str, dict[str, tuple[int, str | None]]] = field(default_factory=lambda: defaultdict(dict))
    """By conversation and message, the delivery that first stored it, and who wrote it."""
    deliveries: int = 0
    seen: dict[str, Seen] = field(default_factory=dict)
    """By action."""
    done: dict[str, dict[str, Action]] = field(default_factory=lambda: defaultdict(dict))
    """All that was ever done, as it was when it was done."""
    heads: dict[str, list[Conversation]] = field(default_factory=lambda: defaultdict(list))
    """All heads that were ever written."""
    posted: dict[str, Seen] = field(default_factory=dict)
    """By action: what was known when the platform was called."""
    reached: set[str] = field(default_factory=set)
    undone: set[str] = field(default_factory=set)
    """Answers that were taken back."""
    retried: set[str] = field(default_factory=set)
    """Messages that an agent had sent anew: they leave later than what was written after them."""

    def __post_init__(self) -> None:
        self.table = Table(self.fuse)
        self.queue = Queue(self.fuse)
        self.scheduler = Scheduler(self.fuse)
        self.platform = Platform(self.fuse)

    # -- what is there ------------------------------------------------------------------------------------------------

    def head(self, conversation: str) -> Conversation | None:
        thread, branch = identity.split_id(conversation)
        found = self.table.get((thread, f"{branch}#{keys.HEAD}"))
        return mapping.head_of(found) if found and keys.is_head(found) else None

    def erased_at(self, conversation: str) -> int:
        thread, branch = identity.split_id(conversation)
        return (self.table.get((thread, f"{branch}#{keys.HEAD}")) or {}).get("t", 0)

    def entries(self, conversation: str) -> tuple[list[Fact], list[Action]]:
        """Facts and actions, without what was erased and still lies there."""
        erased = self.erased_at(conversation)
        found = [item for item in self._range(conversation) if keys.said_at(item) > erased]
        facts = [mapping.fact_of(item) for item in found if keys.is_fact(item)]
        return facts, [mapping.action_of(item) for item in found if keys.is_action(item)]

    def current(self, conversation: str) -> LoadedConversation | None:
        before = self.head(conversation)
        facts, actions = self.entries(conversation)
        truth = fold(before.identity, facts, actions) if before else None
        if before is None or truth is None:
            return None
        truth = replace(truth, version=before.version, erased_at=before.erased_at)
        return LoadedConversation(conversation, truth, facts, actions)

    def action(self, conversation: str, action_id: str) -> Action | None:
        found = self.table.get(keys.action_key(conversation, action_id))
        return mapping.action_of(found) if found else None

    def look(self, conversation: str) -> frozenset[str]:
        """Return what an agent sees: the inbound messages."""
        found = self.current(conversation)
        return frozenset(each.id for each in found.messages() if each.direction == "inbound") if found else frozenset()

    def _range(self, conversation: str) -> list[attribute_values.Item]:
        thread, branch = identity.split_id(conversation)
        return list(self.table.range(thread, f"{branch}#" if branch else ""))

    # -- webhook ------------------------------------------------------------------------------------------------------

    def webhook(self, facts: Sequence[Fact]) -> None:
        """Store a delivery; who is killed before its end has not answered, and the platform delivers again."""
        for fact in facts:
            self.table.transact(Write(mapping.fact_item("facebook", "demo", fact, fact.at // 1000 + 400 * 86_400)))
            self.deliveries += 1
            if fact.kind == Kind.MESSAGE and not fact.own:
                home = keys.id_of(PLACES[fact.thread_id])
                self.heard[home].setdefault(fact.message_id, (self.deliveries, fact.author.id))
        self.fuse.burn()
        self.accepted += facts
        self.underway = [each for each in self.underway if each not in facts]

    # -- dispatch -----------------------------------------------------------------------------------------------------

    def dispatch(self, size: int | None = None) -> None:
        """Take the next records of the stream; who is killed gets the same again."""
        records = self.table.stream[:size]
        self.carry_out(records)
        del self.table.stream[: len(records)]
        self.table.past += records

    def carry_out(self, records: Sequence[dict[str, object]]) -> None:
        """What follows from some records, perhaps not for the first time."""
        batch, taken = Batch.of(list(records)), set[str]()
        for record in records:
            change = Change.of(record)
            home = change.conversation
            if change.new and keys.is_fact(change.new):
                if home not in taken:
                    self._take_in(PLACES[change.new["h"]], batch.facts[home])
                    taken.add(home)
            elif change.new and (gone := keys.erased_of(change.new)):
                self._purge(*gone)
            for effect in _effects(change):
                self._bring_about(home, effect)

    def _take_in(self, who: Identity, facts: Sequence[Fact]) -> None:
        home = keys.id_of(who)
        foreign = [fact for fact in facts if not (fact.own and fact.kind == Kind.MESSAGE and self._confirm(home, fact))]
        recent = [fact for fact in foreign if identity.clamp(fact.at) > self.erased_at(home)]
        if len(recent) < len(foreign):
            self._purge(home, self.erased_at(home))
        before = after = self.head(home)
        for fact in sorted(recent, key=identity.position):
            after = receive(after, fact) if after else None
        if recent and after is None:
            self.refold(who)
        elif after is not None and after != before:
            self._put_head(after)
        self._obey(home, facts)

    def refold(self, who: Identity) -> None:
        """Fold a conversation from its beginning."""
        home = keys.id_of(who)
        before, after = self.head(home), fold(who, *self.entries(home))
        if after is None:
            return
        after = replace(after, version=before.version if before else 0, erased_at=self.erased_at(home))
        if after != before:
            self._put_head(after)

    def _put_head(self, head: Conversation) -> None:
        self.table.transact(_head_write(head))
        self.heads[keys.id_of(head.identity)].append(head)

    def _confirm(self, home: str, fact: Fact) -> bool:
        _, actions = self.entries(home)
        waiting = [action for action in actions if is_unnamed(action)]
        named = next((action for action in actions if fact.reference == action.id), None)
        known = next((action for action in actions if action.platform_id == fact.message_id), None)
        found = named or known or (None if fact.reference else echoed(fact, waiting))
        if found and is_unnamed(found):
            self._change(home, found, state=State.SENT, platform_id=fact.message_id, reason="", lease_until=0)
        return found is not None

    def _obey(self, home: str, facts: Sequence[Fact]) -> None:
        head = self.head(home)
        minds = {fact.author.id for fact in facts if fact.kind == Kind.MESSAGE and fact.text == NO_MORE}
        if head and head.customer.id in minds - {None}:
            self.decline(head.customer.id)

    def _purge(self, home: str, before: int) -> None:
        for item in self._range(home):
            if keys.said_at(item) <= before:
                self.table.remove((item["pk"], item["sk"]))

    def _bring_about(self, home: str, effect: effects.Effect) -> None:
        match effect:
            case effects.Send(action_id):
                self.queue.put(home, action_id)
            case effects.Schedule(version, at):
                self.scheduler.put(home, version, at, self.now)
            case effects.Unschedule(version, at):
                self.scheduler.delete(home, version, at)
            case effects.Remember(_, _, customer_id, _):
                self.fuse.burn()
                self.remembered[customer_id].add(home)
            case effects.Count():
                self._count(home, effect)
            case _:
                self._decide_anew(home, effect)

    def _decide_anew(self, home: str, effect: effects.Effect) -> None:
        match effect:
            case effects.Refold():
                if head := self.head(home):
                    self.refold(head.identity)
            case effects.Reconsider():
                self.reconsider(home)
            case effects.Judge(version):
                self.judge(home, version)

    def _count(self, home: str, effect: effects.Count) -> None:
        self.fuse.burn()
        if (home, effect.head_version) not in self.counted:
            self.counted.add((home, effect.head_version))
            self.figures.update(dict(effect.changes))

    # -- follow-ups ---------------------------------------------------------------------------------------------------

    def keep(self, home: str, version: str) -> Action | None:
        """Return what the scheduler's call leads to."""

        def decide(found: LoadedConversation, moment: int, name: str) -> Action | None:
            follow_up = found.head.follow_up
            if follow_up is None or follow_up.version != version:
                return None
            if follow_up.state != FollowUpState.PLANNED:
                return follow_ups.unanswered(found.head, version, moment, name)
            planned = plan(self.case(found), Wish(moment, follow_up.promise.visibility), moment)
            return follow_ups.due(found.head, version, planned, follow_up.promise.text, moment, name)

        action = self.do(home, decide)
        head = self.head(home)
        if action is None and head:
            self.refold(head.identity)
        return action

    def reconsider(self, home: str) -> Action | None:
        """Plan anew."""

        def decide(found: LoadedConversation, moment: int, name: str) -> Action | None:
            follow_up = found.head.follow_up
            if follow_up is None or follow_up.state not in follow_ups.STANDING:
                return None
            promise = follow_up.promise
            wish = Wish(promise.at if promise.wished is None else promise.wished, promise.visibility)
            planned = plan(self.case(found), wish, moment)
            return follow_ups.reconsidered(found.head, planned, promise.text, moment, name)

        return self.do(home, decide)

    def judge(self, home: str, version: str) -> Action | None:
        """Read the answer to the question."""

        def decide(found: LoadedConversation, moment: int, name: str) -> Action | None:
            follow_up = found.head.follow_up
            if follow_up is None or follow_up.version != version or follow_up.outcome != Outcome.ANSWERED:
                return None
            texts = {each.id: each.text for each in found.messages()}
            said = follow_up.reaction or texts.get(follow_up.outcome_message_id or "") or ""
            meaning = MEANINGS.get(said.split(" ")[0], Outcome.OTHER)
            return follow_ups.judged(found.head, meaning, follow_ups.SYSTEM, moment, name)

        return self.do(home, decide)

    def decline(self, customer_id: str | None) -> None:
        """The customer does not want to be asked; all that was promised is planned anew."""
        known = self.table.get(CUSTOMER) or {"pk": CUSTOMER[0], "sk": CUSTOMER[1]}
        self.table.transact(Write({"declined": self.now} | known))
        for home in sorted(self.remembered[customer_id or ""]):
            self.reconsider(home)

    def permit(self) -> None:
        """The customer may be asked after all."""
        if known := self.table.get(CUSTOMER):
            self.table.transact(Write({name: value for name, value in known.items() if name != "declined"}))

    def case(self, found: LoadedConversation) -> Case:
        """Return what a plan is made from."""
        theirs = [each for each in found.messages() if is_customers(found.head, each)]
        known = (self.table.get(CUSTOMER) if found.head.customer.id == JANA.id else None) or {}
        held = self.stopped and self.paused_until > self.now
        return Case(
            head=found.head,
            routes=lambda at: CHANNEL.sender.send_options(situation(found.head), at),
            hours=self.hours,
            angry=bool(theirs) and (theirs[-1].text or "").startswith(UPSET),
            declined="declined" in known,
            asked={name[1:]: count for name, count in known.items() if name[0] == "m"},
            cap=self.cap,
            held_until=max(self.paused_until, self.now + REST) if held else 0,
            spread=spread(found.id, HOUR // 2),
        )

    # -- watch --------------------------------------------------------------------------------------------------------

    def watch(self, home: str) -> None:
        """The clock wakes what was put aside until now, and notes what a team with targets has missed."""

        def wake(found: LoadedConversation, moment: int, name: str) -> Action | None:
            asleep = found.head.snoozed_until
            due = found.head.status == Status.SNOOZED and asleep is not None and asleep <= self.now
            return Action(name, moment, Verb.WAKE, follow_ups.SYSTEM) if due else None

        def miss(found: LoadedConversation, moment: int, name: str) -> Action | None:
            missed = sla.newly_missed(found.head, AIMING, self.now)
            return Action(name, moment, Verb.MISS, follow_ups.SYSTEM, target=missed[0]) if missed else None

        for decide in (wake, *[miss] * len(sla.ALL)):
            if action := self.do(home, decide):
                self.reached.add(str(action.verb))

    # -- the desk -----------------------------------------------------------------------------------------------------

    def write(self, home: str, verb: Verb, looked: frozenset[str], wish: Wish | None = None, **more: object) -> Action:
        """An agent's deed; raises ``Stale`` if it would be done blind, and ``LookupError`` where it makes no sense."""

        def decide(found: LoadedConversation, moment: int, name: str) -> Action:
            inbound = [each for each in found.messages() if each.direction == "inbound"]
            sees = verb in (Verb.REPLY, Verb.RESOLVE, Verb.SNOOZE) or bool(more.get("resolve"))
            if sees and any(is_customers(found.head, each) and each.id not in looked for each in inbound):
                raise Stale
            plain = Action(name, moment, verb, MIRA, heard=found.head.heard, upto=found.head.last_inbound_at)
            seen = sum(each.id in looked for each in inbound) if sees else 0
            deed = replace(plain, seen=seen, promise=self._promised(found, wish, moment), **more)  # type: ignore[arg-type]
            return self._sendable(found, deed, moment) if verb == Verb.REPLY else deed

        action = self.do(home, decide, looked)
        if action is None:
            raise LookupError
        return action

    def _sendable(self, found: LoadedConversation, deed: Action, now: int) -> Action:
        ways = self.case(found).routes(now)
        if not ways:
            raise LookupError
        held = deed.not_before and now + HOLD
        return replace(deed, way=ways[0].way, state=State.QUEUED, not_before=held)

    def _promised(self, found: LoadedConversation, wish: Wish | None, now: int) -> Promise | None:
        if wish is None:
            return None
        made = plan(self.case(found), wish, now)
        if made.at is None or made.doer is None:
            raise LookupError
        wished = wish.at if wish.at != made.at else None
        text, whom = f"Läuft es? f{len(self.seen)}.", found.head.customer.id or ""
        return Promise(made.at, text, made.doer, wish.visibility, wished, made.latest, made.reason, customer=whom)

    def release(self, home: str) -> None:
        """Take a follow-up back, also a question that has not left."""
        found = self.current(home)
        follow_up = found.head.follow_up if found else None
        question = self.action(home, follow_up.asked_id) if follow_up and follow_up.asked_id else None
        if found and question and question.state == State.QUEUED:
            self._change(home, question, state=State.CANCELLED, reason="agent")
            self.refold(found.head.identity)
        elif follow_up and follow_up.state in (FollowUpState.PLANNED, FollowUpState.TASK):
            self.write(home, Verb.RELEASE, frozenset())

    def say(self, home: str, outcome: Outcome, looked: frozenset[str], resolve: bool) -> None:
        """An agent says what the answer means."""
        found = self.current(home)
        if found is None or found.head.follow_up is None or found.head.follow_up.state != FollowUpState.ASKED:
            return
        judged = follow_ups.judged(found.head, outcome, MIRA, self.now, "")
        reason = "" if resolve else judged.reason
        self.write(
            home,
            Verb.JUDGE,
            looked,
            answers=judged.answers,
            outcome=outcome,
            text=judged.text,
            resolve=resolve,
            reason=reason,
        )

    def undo(self, home: str) -> None:
        """Take back the answers that are still held."""
        for held in self.entries(home)[1]:
            if held.state == State.QUEUED and held.not_before > self.now:
                self._change(home, held, state=State.CANCELLED, reason=UNDONE)
                self.undone.add(held.id)
                self.reached.add("undone")
        if head := self.head(home):
            self.refold(head.identity)

    def retry(self, home: str) -> None:
        """Send anew what the platform refused, if its way is open."""
        found = self.current(home)
        ways = {route.way for route in self.case(found).routes(self.now)} if found else set()
        for failed in found.actions if found else ():
            if failed.state == State.FAILED and failed.way in ways:
                self._anew(home, failed)
                self.reached.add("retried")

    def end_doubts(self, home: str) -> None:
        """Look at the platform, and say of each message in doubt whether it stands there."""
        posted = {post.action_id for post in self.platform.posts}
        for doubtful in self.entries(home)[1]:
            if doubtful.state == State.UNCONFIRMED and doubtful.id in posted:
                self._change(home, doubtful, state=State.SENT, reason="", lease_until=0)
                self.reached.add("settled")
            elif doubtful.state == State.UNCONFIRMED:
                self._anew(home, doubtful)

    def _anew(self, home: str, action: Action) -> None:
        fields = {"reason": "", "attempts": 0, "retries": action.retries + 1, "lease_until": 0, "not_before": 0}
        self._change(home, action, state=State.QUEUED, **fields)
        self.retried.add(action.id)

    def erase(self, home: str) -> None:
        """Forget a conversation."""
        if self.head(home):
            said = [keys.said_at(item) for item in self._range(home)]
            at = max([self.now, *(at for at in said if at <= self.now + CLOCKS_APART)])
            self.table.transact(Write(erased_item(home, at, 0)))
            self.reached.add("erased")

    # -- deciding and writing -----------------------------------------------------------------------------------------

    def do(
        self,
        home: str,
        decide: Callable[[LoadedConversation, int, str], Action | None],
        looked: frozenset[str] = frozenset(),
    ) -> Action | None:
        """Decide over everything, and write it if nothing changed meanwhile; else decide anew."""
        for _ in range(5):
            known, found = self.deliveries, self.current(home)
            if found is None:
                return None
            moment = found.moment(self.now)
            name = identity.action_id(moment, len(self.seen).to_bytes(8, "big"))
            action = decide(found, moment, name)
            between, self.meanwhile = self.meanwhile, None
            if between:
                between()
            if action is None:
                return None
            self.seen[name] = self._known(found, action, known, looked)
            try:
                self._commit(found, action)
                return action
            except Conflict:
                self.reached.add("conflict")
        raise Conflict

    def _known(self, found: LoadedConversation, action: Action, deliveries: int, looked: frozenset[str]) -> Seen:
        case = self.case(found)
        ways = {route.way for route in case.routes(action.at) if not route.person_only}
        willing = not case.declined and not case.angry and not case.head.removed and not case.held_until
        due = found.head.follow_up is not None and action.at + PUNCTUAL >= found.head.follow_up.promise.at
        return Seen(deliveries, looked, self.hours, found.head.customer.id, willing and due and action.way in ways)

    def _commit(self, found: LoadedConversation, action: Action) -> None:
        after = found.after(action)
        complete = fold(found.head.identity, found.facts, [*found.actions, action])
        assert complete is not None
        assert after == replace(complete, version=after.version, erased_at=after.erased_at), "invariant 2"
        entry = Write(mapping.action_item(found.id, action, 1), lambda there: there is None)
        claims = [self._claim()] if action.verb in (Verb.ASK, Verb.TASK) and after.customer.id == JANA.id else []
        self.table.transact(_head_write(after), entry, *claims)
        self.done[found.id][action.id] = action
        self.heads[found.id].append(after)
        if action.verb == Verb.MISS:  # in the same transaction
            self.figures[f"missed_{action.target}"] += 1

    def _claim(self) -> Write:
        known = self.table.get(CUSTOMER) or {"pk": CUSTOMER[0], "sk": CUSTOMER[1]}
        month = f"m{month_of(self.now)}"
        count = known.get(month, 0)
        permitted = "declined" not in known and (not self.cap or count < self.cap)
        return Write(known | {month: count + 1}, lambda there: permitted)

    # -- reply --------------------------------------------------------------------------------------------------------

    def reply(self, home: str, answer: str = "takes") -> None:
        """Take the first message of a conversation; ``answer`` says how the platform takes it."""
        name = self.queue.first(home)
        if name is None or (self.paused_until > self.now):
            return
        action, head = self.action(home, name), self.head(home)
        if action and action.state == State.QUEUED and action.not_before > self.now:
            return
        if head is None or action is None or action.state not in OUTBOX or self._is_through(home, action, answer):
            self.queue.done(home)

    def _is_through(self, home: str, action: Action, answer: str) -> bool:
        """Return whether the queue has to show this message no more."""
        if action.state == State.SENDING:
            if action.lease_until > self.now:
                return False
            self.reached.add("lease over")
            action = self._change(home, action, state=State.UNCONFIRMED, lease_until=0)
        if action.state == State.UNCONFIRMED:
            if answer == "unreadable":
                return True
            _, actions = self.entries(home)
            others = frozenset(each.platform_id for each in actions if each.platform_id and each.id != action.id)
            found = self.platform.find(home, action.text, action.attempted_at - 2000, others, self.now)
            if found:
                self.reached.add("found")
                self._change(home, action, state=State.SENT, platform_id=found, lease_until=0)
                return True
            if action.attempted_at + SETTLING > self.now:
                return False
            if action.attempts >= ATTEMPTS:
                self._change(home, action, state=State.FAILED, reason="retry")
                return True
            action = self._change(home, action, state=State.QUEUED, reason="")
        return self._send(home, action, answer)

    def _send(self, home: str, action: Action, answer: str) -> bool:
        leased = self._change(
            home,
            action,
            state=State.SENDING,
            attempts=action.attempts + 1,
            attempted_at=self.now,
            lease_until=self.now + LEASE,
            reason="",
        )
        if action.verb == Verb.ASK and self._wrote_since(home, action):
            self.reached.add("cancelled while firing")
            self._change(home, leased, state=State.CANCELLED, reason="customer_wrote", lease_until=0)
            return True
        if answer in ("takes", "lost"):
            seen = Seen(self.deliveries, hours=self.hours, customer=self.heads[home][-1].customer.id)
            delay = SETTLING - 1 if answer == "lost" else 0
            post = self.platform.post(action.id, home, action.text, self.now, self.now + delay)
            self.posted[action.id] = seen
            self.underway.append(_echo(self.head(home), post.platform_id, action, self.now))
            self.fuse.burn()
            if answer == "takes":
                self._change(home, leased, state=State.SENT, platform_id=post.platform_id, lease_until=0)
                self.paused_until, self.stopped = 0, False
                return True
        return self._not_taken(home, leased, answer)

    def _not_taken(self, home: str, leased: Action, answer: str) -> bool:
        if answer in ("lost", "swallowed"):
            self.reached.add("unconfirmed")
            self._change(home, leased, state=State.UNCONFIRMED, reason="unconfirmed", lease_until=0)
            return False
        if answer == "refuses" or (answer == "fault" and leased.attempts >= ATTEMPTS):
            self._change(home, leased, state=State.FAILED, reason="gone", lease_until=0)
            return True
        if answer in ("limit", "expired"):
            self.paused_until, self.stopped = self.now + 15 * 60_000, answer == "expired"
        self._change(home, leased, state=State.QUEUED, reason=answer, lease_until=0)
        return False

    def _wrote_since(self, home: str, action: Action) -> bool:
        head = self.head(home)
        assert head is not None
        return customer_wrote_since(action, head.identity, *self.entries(home))

    def _change(self, home: str, before: Action, **fields: object) -> Action:
        after = replace(before, **fields)  # type: ignore[arg-type]
        was = str(before.state), before.lease_until
        self.table.transact(
            Write(
                mapping.action_item(home, after, 1),
                lambda there: there is not None and (there["st"], there.get("le", 0)) == was,
            )
        )
        return after

    # -- what runs by itself ------------------------------------------------------------------------------------------

    def reconcile(self) -> None:
        """Compare the promises of the index with the schedules, and make good what is missing."""
        wanted: dict[str, tuple[str, int]] = {}
        for item in [attribute_values.decode(wired) for wired in self.table.wired.values() if "fsk" in wired]:
            if item["fsk"][0] in "ac":
                home = identity.conversation_id(item["pk"], item["sk"].partition("#")[0])
                wanted[home] = item["fsk"][14:], int(item["fsk"][1:14])
        for home, (version, at) in wanted.items():
            if (
                self.scheduler.schedules.get(home, ("", 0))[0] != version
                and (home, version) not in self.scheduler.calls
            ):
                self.scheduler.put(home, version, at, self.now)
        for home in self.scheduler.schedules.keys() - wanted.keys():
            self.scheduler.delete(home, *self.scheduler.named[home])

    def call(self) -> None:
        """Let the first call of the scheduler have its way; who is killed is called again."""
        if self.scheduler.calls:
            home, version = self.scheduler.calls[0]
            self.keep(home, version)
            self.scheduler.past.append(self.scheduler.calls.pop(0))

    def settle(self) -> None:
        """All that can be done at once, with a platform that takes everything."""
        for _ in range(50):
            before = len(self.table.past), len(self.scheduler.past), str(self.queue.groups)
            self.webhook(list(self.underway))
            self.dispatch()
            self.scheduler.fire(self.now)
            while self.scheduler.calls:
                self.call()
            for who in PLACES.values():
                self.reply(keys.id_of(who))
            if (len(self.table.past), len(self.scheduler.past), str(self.queue.groups)) == before:
                return
        raise AssertionError("the house does not come to rest")

    def run_out(self) -> None:
        """Let time pass until nothing is left to be done by itself; all that was lost is found again."""
        self.fuse.left, self.meanwhile = None, None
        self.paused_until, self.stopped = 0, False
        for _ in range(200):
            self.settle()
            self.reconcile()
            at = self.scheduler.next_at()
            if at is None and self.queue.is_empty():
                return
            self.now = max(self.now, at or 0) if self.queue.is_empty() else self.now + LEASE
        left = self.scheduler.schedules, dict(self.queue.groups)
        raise AssertionError(f"invariant 12: there is always something left to do: {left}")


def _head_write(head: Conversation) -> Write:
    return Write(
        mapping.head_item(replace(head, version=head.version + 1), 1),
        lambda there: (there or {}).get("v", 0) == head.version,
    )


def _effects(change: Change) -> list[effects.Effect]:
    images = (change.old, change.new)
    if any(image and keys.is_head(image) for image in images):
        old, new = (mapping.head_of(image) if image and keys.is_head(image) else None for image in images)
        return effects.effects_of_head(old, new)
    if keys.is_action(change.item):
        old, new = (mapping.action_of(image) if image else None for image in images)
        return effects.effects_of_action(old, new)
    return []


def _echo(head: Conversation | None, platform_id: str, action: Action, now: int) -> Fact:
    """Return what the platform tells of a message of ours."""
    assert head is not None
    who = head.identity
    private = who.visibility == Visibility.PRIVATE
    return Fact(
        Kind.MESSAGE,
        who.visibility,
        who.thread_id,
        now if private else now - now % 1000,
        platform_id,
        branch_id=who.branch_id or ("" if private else platform_id),
        author=PAGE,
        own=True,
        text=action.text,
        customer_id=JANA.id if private else None,
        reference=action.id if private else None,
    )
