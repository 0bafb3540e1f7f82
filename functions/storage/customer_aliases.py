"""Ids of customers on platforms that know people by several, such as a phone number and a user id.

All ids of a person lead to one private thread, that of the id which was known first. Each person is written once, and
read once by each process, so that what they write afterwards costs neither.

Times are handed in, in milliseconds. Everything here may be written twice.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from conversations import identity
from conversations.facts import Fact
from shared import settings
from storage import customers, keys, table
from storage.schema import LeaveOut, Schema
from storage.writes import expires_at

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from conversations.facts import Alias, Event
    from storage.attribute_values import Item, StoredItem
    from storage.keys import Key

KEPT, MOST_KEPT = 3600.0, 20_000
"""Seconds for which a process does not read a person again, and people that it keeps before it forgets all of them."""
RENEWED_AFTER = 30 * 86_400
"""Seconds after which an id that is still in use is written again, or it would expire before its conversation."""
RECORD = "#"
ALIASES = "alias#"
"""Beginning of the partitions of one id; the rest is a digest of it."""
ALIASES_OF = "aliases-of#"
"""Beginning of the partitions that list the other ids of a customer, for their erasure."""


class Known(Struct, frozen=True):
    """The customer and the thread that an id leads to."""

    thread_id: str
    customer_id: str
    other_id: str = ""
    """Of a customer's own id: the other one by which they are known, too."""
    moved_from: str = ""
    """The thread that the id had to itself until it became known whose it is."""


class Listed(Struct, frozen=True):
    """An id of a customer, by a digest, and the thread that it would have to itself."""

    thread: str


ALIAS = Schema(Known, leave_out=LeaveOut.DEFAULT, thread_id="h", customer_id="k", other_id="o", moved_from="m")
LISTED = Schema(Listed, leave_out=LeaveOut.NONE, thread="h")

_Aliases = tuple["Alias", ...]
_settled: dict[tuple[str, str, str, _Aliases], tuple[float, Known]] = {}
"""People of this process whose items are stored, until the time (``time.monotonic``) when they are read again."""


class People:
    """The people of one call, as far as they are known."""

    def __init__(self, channel: str, connection: str, now: int) -> None:
        self.channel = channel
        self.connection = connection
        self.now = now
        self.new: dict[Alias, Known] = {}
        self.known: dict[str, Known] = {}
        self.targets: dict[_Aliases, Known] = {}

    def place(self, events: Sequence[Event]) -> list[Event]:
        """Return events with the threads of the customers whose they are. Raises ``NotStored``."""
        people = {event.aliases for event in events if isinstance(event, Fact) and event.aliases}
        self._read(people)
        # Who is named by two ids first: then the others of the same call are known.
        for aliases in sorted(people, key=lambda aliases: (-len(aliases), aliases)):
            self._find(aliases)
        return [self._placed(event) if isinstance(event, Fact) and event.aliases else event for event in events]

    def _read(self, people: Collection[_Aliases]) -> None:
        """Read those whom this process has not met: where each id leads, or else if it has a conversation by itself."""
        for aliases in people:
            until, target = _settled.get(self._name(aliases), (0.0, None))
            if target and until > time.monotonic():
                self.targets[aliases] = target
        strangers = {alias for aliases in people if aliases not in self.targets for alias in aliases}
        if not strangers:
            return
        items = table.get_many([key for alias in strangers for key in (self._key(alias), self._head_key(alias))])
        for alias in strangers:
            if item := items.get(self._key(alias)):
                self.known[alias.customer_id] = ALIAS.read(item)
                if _expires_early(item, self.now):
                    self.new[alias] = self.known[alias.customer_id]
            elif (head := items.get(self._head_key(alias))) and keys.is_head(head):
                # It began before ids were noted.
                self.known[alias.customer_id] = Known(alias.thread_id, alias.customer_id)
                self.new[alias] = self.known[alias.customer_id]

    def _find(self, aliases: _Aliases) -> None:
        """Find out where a person's messages stand, and note it for each of their ids."""
        if aliases in self.targets:
            return
        own, *others = aliases
        target = self.known.get(own.customer_id)
        if target is None:
            target = next((known for other in others if (known := self._begun_as(other, own))), None)
        target = Known(target.thread_id, target.customer_id) if target else Known(own.thread_id, own.customer_id)
        for alias in aliases:
            self._note(alias, target, aliases)
        self.targets[aliases] = target

    def _begun_as(self, other: Alias, own: Alias) -> Known | None:
        """Return the thread that a person began under another id, unless that id was somebody else's by then."""
        known = self.known.get(other.customer_id)
        is_free = known and known.customer_id == other.customer_id and known.other_id in ("", own.customer_id)
        return known if is_free else None

    def _note(self, alias: Alias, target: Known, aliases: _Aliases) -> None:
        before = self.known.get(alias.customer_id)
        if alias.customer_id == target.customer_id:
            other_id = next((each.customer_id for each in aliases if each != alias), before.other_id if before else "")
            after = replace(target, other_id=other_id)
        else:
            was_alone = before and before.customer_id == alias.customer_id and not before.other_id
            moved_from = alias.thread_id if was_alone else before.moved_from if before else ""
            after = replace(target, moved_from=moved_from)
        if before != after:
            self.new[alias] = self.known[alias.customer_id] = after

    def _placed(self, fact: Fact) -> Fact:
        """Return a fact in its customer's thread, under the id by which that customer is known."""
        target, own = self.targets[fact.aliases], fact.aliases[0].customer_id
        if target.customer_id == own:
            return replace(fact, aliases=())
        author = replace(fact.author, id=target.customer_id) if fact.author.id == own else fact.author
        named = {"thread_id": target.thread_id, "customer_id": target.customer_id}
        return replace(fact, author=author, aliases=(), **named)

    def items(self) -> list[StoredItem]:
        """Return the items of what is new; those of a customer's other ids are listed, to be found for an erasure."""
        expires = expires_at(self.now, self.now)
        items: list[StoredItem] = []
        for alias, known in self.new.items():
            items.append(ALIAS.item(self._key(alias), known, expires, c=f"{self.channel}/{self.connection}"))
            if known.customer_id != alias.customer_id:
                pk = f"{ALIASES_OF}{self._digest(known.customer_id)}"
                listed = Listed(identity.thread_key(self.channel, self.connection, alias.thread_id))
                items.append(LISTED.item((pk, self._digest(alias.customer_id)), listed, expires))
        return items

    def keep(self) -> None:
        """Remember, once the items are stored, the people whose own id stays theirs."""
        if len(_settled) >= MOST_KEPT:
            _settled.clear()
        for aliases, target in self.targets.items():
            if aliases[0].lasts:
                _settled[self._name(aliases)] = time.monotonic() + KEPT, target

    def _name(self, aliases: _Aliases) -> tuple[str, str, str, _Aliases]:
        return settings.table_name(), self.channel, self.connection, aliases

    def _digest(self, customer_id: str) -> str:
        return customers.digest(self.channel, self.connection, customer_id)

    def _key(self, alias: Alias) -> Key:
        return f"{ALIASES}{self._digest(alias.customer_id)}", RECORD

    def _head_key(self, alias: Alias) -> Key:
        return keys.head_key(identity.thread_key(self.channel, self.connection, alias.thread_id))


# -- what follows ------------------------------------------------------------------------------------------------------


def _expires_early(item: Item, now: int) -> bool:
    return item["expires"] < expires_at(now, now) - RENEWED_AFTER


def moved_of(item: Item) -> tuple[str, str, Known] | None:
    """Return channel, connection and target of an id whose thread turned out to be another's; None for other items."""
    if not item["pk"].startswith(ALIASES):
        return None
    known = ALIAS.read(item)
    return (*keys.connection_named_in(item), known) if known.moved_from else None


def purge(digest: str) -> list[str]:
    """Remove the ids of a customer who was erased; returns the keys of the threads of the other ones."""
    items = list(table.query("pk = :pk", pk=f"{ALIASES_OF}{digest}"))
    table.remove([(item["pk"], item["sk"]) for item in items])
    table.remove([(f"{ALIASES}{each}", RECORD) for each in (digest, *(item["sk"] for item in items))])
    return [LISTED.read(item).thread for item in items]
