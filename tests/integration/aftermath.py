"""The state after a run with faults: the table's entries, the messages on the platform, and the comparison of both."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from conversations.actions import OUTBOX, Action, State
from conversations.conversation import Conversation
from conversations.facts import Fact
from conversations.follow_ups import history
from conversations.message_fold import messages_of
from conversations.messages import Message
from conversations.promise import FollowUp, FollowUpState
from infra.local.stack import Stack
from storage import attribute_values, keys, mapping
from tests.integration.crowd import Dialogue
from tests.integration.driver import Json
from tests.integration.faults import SERVICES, Kind

VISIBLE = frozenset({State.FAILED, State.UNCONFIRMED})
"""States in which an agent sees that a message did not certainly arrive."""
KEPT, LOST, TWICE, THOUGH_OFF = "asked", "lost", "asked twice", "asked though off"
NEVER = (TWICE, THOUGH_OFF, LOST)


@dataclass
class Stored:
    """The table's entries of one conversation."""

    head: Conversation | None = None
    facts: list[Fact] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)

    def is_at_rest(self) -> bool:
        """Return whether nothing is on its way and no promise waits."""
        follow_up = self.head.follow_up if self.head else None
        planned = follow_up is not None and follow_up.state == FollowUpState.PLANNED
        return not planned and not any(action.state in OUTBOX for action in self.actions)

    def messages(self) -> list[Message]:
        """Return what was said."""
        return messages_of(self.head.identity, self.facts, self.actions) if self.head else []

    def promises(self) -> list[FollowUp]:
        """Return what became of each promise, in the order in which they were made."""
        inbound = [message for message in self.messages() if message.direction == "inbound"]
        return history(sorted(self.actions, key=lambda action: (action.at, action.id)), inbound, inbound)

    def action(self, name: str) -> Action:
        """One of the actions, by its id."""
        return next(action for action in self.actions if action.id == name)


@dataclass
class Aftermath:
    """The result of a run with faults."""

    stack: Stack
    dialogues: list[Dialogue]
    refusals: Counter[str]
    """Errors that agents got instead of an answer, before they repeated the request."""
    injected: Counter[tuple[str, Kind]]
    requests: int
    """Those that the functions made of AWS."""
    seconds: dict[str, float]
    """Seconds from the first fault until the faults ended, all was played, and the stack had come to rest."""
    restored: int
    """Number of schedules that reconcile made again."""
    stored: dict[str, Stored]
    on_square: dict[str, list[str]]
    """The company's messages, by place."""

    def each(self) -> Iterator[tuple[Dialogue, Stored, list[str]]]:
        """Every dialogue, what is stored of it, and what the company wrote as it stands on the platform."""
        for dialogue in self.dialogues:
            yield dialogue, self.stored[dialogue.conversation], self.on_square.get(dialogue.place, [])

    def fates(self) -> Counter[str]:
        """Return what became of the promises."""
        return Counter(
            _fate(text, promise, stored, said)
            for dialogue, stored, said in self.each()
            for text, promise in zip(dialogue.promises, stored.promises(), strict=True)
        )

    def table(self) -> Iterator[str]:
        """The figures, for people."""
        yield f"{'faults':12}" + "".join(f"{kind:>18}" for kind in Kind)
        for service in SERVICES:
            yield f"{service:12}" + "".join(f"{self.injected[service, kind]:18}" for kind in Kind)
        yield f"{self.injected.total()} faults in {self.requests} requests"
        yield "seconds: " + ", ".join(f"{at:.0f} {what}" for what, at in self.seconds.items())
        yield f"requests of agents that were not answered, and repeated: {dict(self.refusals)}"
        yield f"schedules that reconcile restored: {self.restored}"
        fates = self.fates()
        yield f"{fates.total()} promises: " + ", ".join(f"{count} {fate}" for fate, count in fates.most_common())
        yield ", ".join(f"{fates[fate]} {fate}" for fate in NEVER)


def _fate(text: str, promise: FollowUp, stored: Stored, said: list[str]) -> str:
    asked = sum(text in message for message in said)
    if asked > 1:
        return TWICE
    if promise.state == FollowUpState.ASKED:
        return KEPT if asked else _unasked(stored.action(promise.asked_id))
    if asked:
        return THOUGH_OFF
    if promise.state == FollowUpState.PLANNED:
        return LOST
    return f"{promise.state} ({promise.reason})" if promise.reason else str(promise.state)


def _unasked(question: Action) -> str:
    return f"{question.state} ({question.reason})" if question.state in VISIBLE and question.reason else LOST


def everything(stack: Stack) -> Iterator[attribute_values.Item]:
    """All items of the table, as plain values."""
    pages = stack.client("dynamodb").get_paginator("scan").paginate(TableName=stack["table_name"], ConsistentRead=True)
    yield from (attribute_values.decode(item) for page in pages for item in page["Items"])


def conversations(stack: Stack) -> dict[str, Stored]:
    """Return what is stored, where each conversation is the whole of its thread."""
    found: dict[str, Stored] = defaultdict(Stored)
    for item in everything(stack):
        if keys.is_head(item):
            found[item["pk"]].head = mapping.head_of(item)
        elif keys.is_fact(item):
            found[item["pk"]].facts.append(mapping.fact_of(item))
        elif keys.is_action(item):
            found[item["pk"]].actions.append(mapping.action_of(item))
    return found


def ours(view: Json) -> dict[str, list[str]]:
    """Return what the company wrote as it stands on the square, by post or by the person of a chat."""
    places = {(each["person"] or each)["id"]: each["messages"] for each in view["threads"]}
    return {
        place: [message["text"] for message in messages if message["author"]["own"] and not message["removed"]]
        for place, messages in places.items()
    }
