"""Notes everything that is ever written to an in-memory table, and what was known then, for those who check it."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from msgspec.structs import replace

import channels
from conversations import identity
from conversations.actions import UNDONE, Action, State, Verb, is_undone
from conversations.business_hours import ALWAYS, Hours
from conversations.conversation import Conversation
from conversations.facts import Fact, Kind
from conversations.fold import fold, is_customers, situation
from conversations.follow_ups import PUNCTUAL, SYSTEM, person_asked
from conversations.message_fold import messages_of
from conversations.promise import FollowUp
from storage import attribute_values, customers, keys, mapping, reporting
from storage.connections import NEEDS_PERSON
from tests.support.in_memory_dynamodb import Key
from tests.support.in_memory_expressions import Wire

Items = Mapping[Key, Wire]
UNFOLDED = frozenset({"version", "erased_at"})
"""Fields of a head that the fold does not compute, since they belong to its item."""


@dataclass(frozen=True)
class Known:
    """State of things as an agent or a function knew them when it decided."""

    deliveries: int
    """Number of facts that had been stored when the conversation was read."""
    shown: frozenset[str]
    """The inbound messages that the agent had seen."""
    hours: Hours
    customer: str | None
    permitted: bool
    """A machine might use the way, the customer was willing, and it was time."""
    changes: frozenset[tuple[int, str]] = frozenset()
    """Each change of what others wrote that was stored, by its time and message."""


@dataclass(frozen=True)
class Look:
    """Messages of a conversation that an agent saw."""

    last: str | None = None
    """The mark of what was read; None of a conversation without messages."""
    shown: frozenset[str] = frozenset()
    """The inbound messages."""
    changes: frozenset[tuple[int, str]] = frozenset()
    """Each change of them, by its time and message."""
    answers: frozenset[str] = frozenset()
    """The company's messages."""


NO_LOOK = Look()


@dataclass
class Activity:
    """One function, or agent, at work."""

    look: Look
    reads: dict[str, tuple[int, Items]] = field(default_factory=dict)
    """By partition: how many facts had been stored when it was read last, and the table then."""


@dataclass
class Journal:
    """Observes the table; ``homes`` are the conversations by the partition of their thread."""

    homes: Mapping[str, str]
    items: Items
    clock: Callable[[], int]
    upset: str
    """Words with which the messages of an angry customer begin."""
    hours: Hours = ALWAYS
    facts: int = 0
    """Number of facts that were stored."""
    heard: dict[str, dict[str, tuple[int, str | None]]] = field(default_factory=lambda: defaultdict(dict))
    """By conversation and message: the number of the fact that told of it first, and who wrote it."""
    known: dict[str, Known] = field(default_factory=dict)
    """By action."""
    done: dict[str, dict[str, Action]] = field(default_factory=lambda: defaultdict(dict))
    """By conversation: all actions as they were when they were written."""
    heads: dict[str, list[Conversation]] = field(default_factory=lambda: defaultdict(list))
    """By conversation: all heads that were ever written."""
    leased: dict[str, int] = field(default_factory=dict)
    """By message: how many facts had been stored when it was leased last."""
    undone: set[str] = field(default_factory=set)
    """Answers that were taken back."""
    retried: set[str] = field(default_factory=set)
    """Messages that an agent had sent again: they leave later than those that were written after them."""
    violations: list[str] = field(default_factory=list)
    reached: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._activities = [Activity(NO_LOOK)]

    @contextmanager
    def activity(self, look: Look = NO_LOOK) -> Iterator[None]:
        """Let a function, or an agent who has seen some messages, work for as long as the block lasts."""
        self._activities.append(Activity(look))
        try:
            yield
        finally:
            self._activities.pop()

    # -- observed -----------------------------------------------------------------------------------------------------

    def read(self, partition: str) -> None:
        """Note that a partition was read."""
        if partition in self.homes:
            self._activities[-1].reads[partition] = self.facts, dict(self.items)

    def written(self, key: Key, old: Wire | None, new: Wire | None) -> None:
        """Note a write."""
        if new is None or key[0] not in self.homes:
            return
        item, before = attribute_values.decode(new), attribute_values.decode(old or {})
        if keys.is_head(item):
            self.heads[keys.conversation_of(item)].append(mapping.head_of(item))
        elif keys.is_fact(item) and old != new:
            self._note_fact(mapping.fact_of(item), self.homes[key[0]])
        elif keys.is_action(item):
            self._note_action(keys.conversation_of(item), mapping.action_of(item), before)

    def _note_fact(self, fact: Fact, conversation: str) -> None:
        self.facts += 1
        if fact.kind == Kind.MESSAGE and not fact.own:
            self.heard[conversation].setdefault(fact.message_id, (self.facts, fact.author.id))

    def _note_action(self, conversation: str, action: Action, before: attribute_values.Item) -> None:
        if not before:
            self.done[conversation][action.id] = action
            self.known[action.id] = self._known(conversation, action)
            if action.verb == Verb.REPLY and self._activities[-1].look.last:
                self._note_missed_answers(conversation, action)
            self._compare(conversation)
            return
        earlier = mapping.action_of(before)
        if action.state == State.SENDING and earlier.state != State.SENDING:
            self.leased[action.id] = self.facts
        if is_undone(action):
            self.undone.add(action.id)
            self.reached.add(UNDONE)
        if action.retries > earlier.retries:
            self.retried.add(action.id)
        self._note_turn(earlier, action)

    def _note_missed_answers(self, conversation: str, action: Action) -> None:
        """Note a violation of invariant 14: an answer beside that of a colleague, which its author had not seen."""
        _, items = self._activities[-1].reads.get(identity.split_id(conversation)[0], (0, self.items))
        for other in entries(items, conversation)[1]:
            is_answer = other.verb == Verb.REPLY and other.state not in (State.FAILED, State.CANCELLED)
            is_colleagues = other.by.id not in (action.by.id, SYSTEM.id)
            if is_answer and is_colleagues and other.id not in self._activities[-1].look.answers:
                self.violations.append(f"invariant 14: {action.id} was written past {other.id}")

    def _note_turn(self, before: Action, after: Action) -> None:
        turn = before.state, after.state
        if turn == (State.UNCONFIRMED, State.SENT):
            self.reached.add("found")
        if after.state == State.UNCONFIRMED:
            self.reached.add("unconfirmed" if after.reason else "lease over")
        if after.state == State.CANCELLED and before.state == State.SENDING:
            self.reached.add("cancelled while firing")

    # -- what was known -----------------------------------------------------------------------------------------------

    def _known(self, conversation: str, action: Action) -> Known:
        partition = identity.split_id(conversation)[0]
        facts, items = self._activities[-1].reads.get(partition, (self.facts, self.items))
        head = self.heads[conversation][-1] if self.heads[conversation] else None
        permitted = action.verb != Verb.ASK or self._permitted(conversation, action, items)
        customer = head.customer.id if head else None
        if head and head.follow_up and action.verb in (Verb.ASK, Verb.TASK):
            customer = person_asked(head.follow_up, customer)
        look = self._activities[-1].look
        changes = look.changes if look.last else changes_of(conversation, items)
        return Known(facts, look.shown, self.hours, customer, permitted, changes)

    def _permitted(self, conversation: str, action: Action, items: Items) -> bool:
        facts, actions = entries(items, conversation)
        before = head_of(items, conversation)
        head = fold(before.identity, facts, actions) if before else None
        if head is None or head.follow_up is None or before is None:
            return False
        messages = messages_of(head.identity, facts, actions)
        promise = head.follow_up.promise
        about = next((each for each in messages if each.id == promise.about), None)
        if about:
            head = replace(head, customer=promise.person or head.customer, removed=about.deleted)
        written = [each for each in messages if is_customers(head, each)]
        is_angry = bool(written) and (written[-1].text or "").startswith(self.upset)
        routes = channels.get(head.identity.channel).sender.send_options(situation(head), action.at)
        ways = {route.way for route in routes if not route.person_only}
        is_due = action.at + PUNCTUAL >= promise.at
        is_willing = not is_angry and not head.removed and not self._is_stopped(items) and not self._has_declined(head)
        return is_willing and is_due and action.way in ways

    def _is_stopped(self, items: Items) -> bool:
        found = attribute_values.decode(items.get(("connections", "facebook/demo"), {}))
        return found.get("problem") in NEEDS_PERSON and found.get("until", 0) > self.clock()

    def _has_declined(self, head: Conversation) -> bool:
        """Return whether the customer minds now: it is checked in the question's own transaction."""
        digest = customers.digest(head.identity.channel, head.identity.connection, head.customer.id or "")
        return "declined" in self.items.get((f"customer#{digest}", customers.RECORD), {})

    def _compare(self, conversation: str) -> None:
        """Note a violation of invariant 2: a head that is not the fold over all that was read and done."""
        partition = identity.split_id(conversation)[0]
        _, items = self._activities[-1].reads.get(partition, (0, self.items))
        facts, actions = entries(items, conversation)
        now = {action.id: action for action in entries(self.items, conversation)[1]}
        new = [action for name, action in now.items() if name not in {each.id for each in actions}]
        head = head_of(self.items, conversation)
        complete = fold(head.identity, facts, [*actions, *new]) if head else None
        if head is None or complete is None:
            return
        if different := differences(head, complete):
            self.violations.append(f"invariant 2: {different}")


# -- what is in a table -----------------------------------------------------------------------------------------------


def head_of(items: Items, conversation: str) -> Conversation | None:
    """Return the head of a conversation as it is stored."""
    item = attribute_values.decode(items.get(keys.head_key(conversation), {}))
    return mapping.head_of(item) if item and keys.is_head(item) else None


def erased_at(items: Items, conversation: str) -> int:
    """Return until when a conversation was erased; 0 for never."""
    return attribute_values.decode(items.get(keys.head_key(conversation), {})).get("t", 0)


def changes_of(conversation: str, items: Items) -> frozenset[tuple[int, str]]:
    """Return each change of what others wrote, by its time and message."""
    before = head_of(items, conversation)
    messages = messages_of(before.identity, *entries(items, conversation)) if before else []
    return frozenset((at, each.id) for each in messages if each.direction == "inbound" for at in each.changes)


def entries(items: Items, conversation: str) -> tuple[list[Fact], list[Action]]:
    """Return facts and actions, without what was erased and is not removed yet."""
    erased = erased_at(items, conversation)
    thread, branch = identity.split_id(conversation)
    start = f"{branch}#" if branch else ""
    found = [
        attribute_values.decode(item)
        for (pk, sk), item in sorted(items.items(), key=_key)
        if pk == thread and sk.startswith(start)
    ]
    kept = [item for item in found if keys.said_at(item) > erased]
    facts = [mapping.fact_of(item) for item in kept if keys.is_fact(item)]
    return facts, [mapping.action_of(item) for item in kept if keys.is_action(item)]


def _key(entry: tuple[Key, Wire]) -> Key:
    return entry[0]


def differences(head: Conversation, complete: Conversation, left_out: frozenset[str] = UNFOLDED) -> dict[str, object]:
    """Return the fields in which a stored head differs from the fold over everything."""
    names = [name for name in Conversation.__struct_fields__ if name not in left_out]
    stored, folded = _without_due(head), _without_due(complete)
    pairs = {name: (getattr(stored, name), getattr(folded, name)) for name in names}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _without_due(head: Conversation) -> Conversation:
    """Return a head without what its team's targets make of it, which the fold does not compute."""
    return replace(head, service_level=replace(head.service_level, due_at=None, due_for=""))


def figures_of(items: Items) -> Counter[str]:
    """Return the sums of all counters of all teams."""
    counted: Counter[str] = Counter()
    for (pk, _), item in items.items():
        if pk.startswith("figures#"):
            row = attribute_values.decode(item)
            counted.update({name: amount for name, amount in row.items() if name not in ("pk", "sk", "expires")})
        elif pk.startswith("figure-log#"):
            for _week, name, amount in reporting.ENTRY.read(attribute_values.decode(item)).figures:
                counted[name] += amount
    return counted


def promised_of(heads: Sequence[Conversation]) -> dict[int, FollowUp]:
    """Return the last state of each promise that some heads name, by its time."""
    return {head.follow_up.made_at: head.follow_up for head in heads if head.follow_up}


def held_back(items: Items) -> set[str]:
    """Return the messages that wait for their connection beside the queue."""
    return {sk.partition("#")[0] for (pk, sk) in items if pk.startswith("parked#")}


def text_of(items: Items) -> str:
    """Return everything that is stored, as one text."""
    return json.dumps(list(items.values()), ensure_ascii=False, default=str)
