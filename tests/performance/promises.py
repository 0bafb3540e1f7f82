"""Promises written into the table as items: half below public posts, half in private chats that are still open."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from conversations import identity
from conversations.actions import Action, State, Verb
from conversations.conversation import Conversation
from conversations.facts import Author, Fact, Kind, Visibility
from conversations.fold import fold
from conversations.identity import Identity
from conversations.local_time import week_of
from conversations.promise import Promise
from conversations.send_options import Way
from storage import attribute_values, mapping, table, writes
from tests.performance import events

FILL_WITH = 4
"""Connections with which a table is filled: the embedded service takes no more at once."""
MINUTE, HOUR = 60_000, 3_600_000
PATIENCE = 1000
"""Milliseconds after the question at which "no answer" may be noted: short, because nobody waits here for a week."""
TEAM = "service"
AGENT = Author("5f0e1d2c-3b4a-5968-7786-95a4b3c2d1e0", "Alex Beispiel")
Put = dict[str, Any]


@dataclass(frozen=True)
class Promised:
    """One conversation: what the customer wrote two hours ago, or later if the week is younger, and the answer in which
    an agent promised to ask.
    """

    who: Identity
    place: str
    """The target of messages on the platform: the post, or the customer of a chat."""
    fact: Fact
    answer: Action

    @property
    def id(self) -> str:
        return identity.thread_key(self.who.channel, self.who.connection, self.who.thread_id)

    def before(self) -> list[Put]:
        """The items before the promise."""
        expires = writes.expires_at(self.fact.at, self.fact.at)
        fact = mapping.fact_item(self.who.channel, self.who.connection, self.fact, expires)
        return [_put(fact), _put(mapping.head_item(replace(self._head([]), version=1), expires))]

    def after(self) -> list[Put]:
        """The items with which it is made, as the console writes them in one transaction."""
        expires = writes.expires_at(self.answer.at, self.answer.at)
        action = mapping.action_item(self.id, self.answer, expires)
        return [_put(mapping.head_item(replace(self._head([self.answer]), version=2), expires)), _put(action)]

    def _head(self, actions: list[Action]) -> Conversation:
        head = fold(self.who, [self.fact], actions)
        assert head is not None
        return head


def promised(number: int, of: int, now: int, waiting: bool = False) -> Promised:
    """Number ``number`` of ``of`` promises, due within the last minute (milliseconds).

    With ``waiting`` the agent's answer stands in the outbox, and the question must come after it.
    """
    private, at = number % 2 == 1, now - 2 * _gap(now) + number
    customer = str(5_000_000_000_000_000 + number)
    place = customer if private else f"{events.PAGE}_{900_000_000 + number}"
    fact = Fact(
        Kind.MESSAGE,
        Visibility.PRIVATE if private else Visibility.PUBLIC,
        f"{events.PAGE}:{customer}" if private else place,
        at,
        events.message_id(-number) if private else place,
        author=Author(customer, f"Kim Beispiel {number}"),
        text=events.words(200),
        customer_id=customer if private else None,
    )
    who = Identity("facebook", events.CONNECTION, fact.visibility, fact.thread_id, team=TEAM)
    due = now - MINUTE + number * MINUTE // of
    return Promised(who, place, fact, _answer(number, fact, fact.at + _gap(now), due, waiting))


def _gap(now: int) -> int:
    """Milliseconds between what the customer wrote, the answer, and now: within one week, as each week is a figure."""
    week = week_of(now)
    return next((gap for gap in (HOUR, 10 * MINUTE, MINUTE) if week_of(now - 2 * gap) == week), 0)


def _answer(number: int, fact: Fact, at: int, due: int, waiting: bool) -> Action:
    return Action(
        identity.action_id(at, number.to_bytes(8, "big")),
        at,
        Verb.REPLY,
        AGENT,
        seen=1,
        heard=1,
        upto=fact.at,
        text=events.words(300),
        resolve=True,
        promise=Promise(due, events.words(100), patience=PATIENCE),
        way=Way.PRIVATE_MESSAGE if fact.visibility == Visibility.PRIVATE else Way.PUBLIC_REPLY,
        state=State.QUEUED if waiting else State.SENT,
        platform_id="" if waiting else events.message_id(10**9 + number),
    )


def write(client: Callable[[str], Any], puts: Iterable[Put]) -> None:
    """Write items in batches, with a few connections at once."""
    waiting, name = list(puts), os.environ["TABLE_NAME"]

    def batch(start: int) -> None:
        answer = client("dynamodb").batch_write_item(RequestItems={name: waiting[start : start + table.BATCH]})
        assert not answer["UnprocessedItems"]

    with ThreadPoolExecutor(FILL_WITH) as pool:
        list(pool.map(batch, range(0, len(waiting), table.BATCH)))


def each(made: Iterable[Promised], items_of: Callable[[Promised], list[Put]]) -> Iterator[Put]:
    """The items of many."""
    return (put for one in made for put in items_of(one))


def _put(item: attribute_values.Item) -> Put:
    return {"PutRequest": {"Item": attribute_values.encode(item)}}
