"""Cards of customers: what agents note of an identity on a platform, and which identities are one person.

Each identity has a card of its own; a person is no more than a list of identities, so that joining is taken back
without a trace. A card lies beside the customer's record, under the same digest.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from conversations import identity, logged
from conversations.conversation import proven_customer
from shared import settings
from storage import customers, table, writes
from storage.schema import Attribute, LeaveOut, Schema, flag, json_text, marker, text_set, to_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conversations.conversation import Conversation
    from storage.attribute_values import Item
    from storage.keys import Key
    from storage.writes import Write

CARD = customers.CARD
VIPS = "vips"
MOST_VIPS = 1000
WEEK = 7 * 86_400
KEPT = 30.0
"""Seconds for which the list of important customers is not read again."""
_vips: dict[str, tuple[float, frozenset[str]]] = {}


class Note(Struct, frozen=True):
    """A note of an agent about a customer."""

    id: str
    text: str
    by_id: str
    by_name: str
    at: int
    """Milliseconds."""


class Value(Struct, frozen=True):
    """A field's value, and when it was set (milliseconds)."""

    value: str
    at: int


class Card(Struct, frozen=True):
    """The card of one identity."""

    digest: str
    channel: str = ""
    connection: str = ""
    customer_id: str = ""
    details: Mapping[str, Value] = field(default_factory=dict)
    """Name, number, address and language, as far as an agent entered them, and fields of teams as ``team/name``."""
    tags: tuple[str, ...] = ()
    vip: bool = False
    notes: tuple[Note, ...] = ()
    person: str = ""
    """The person that the identity is joined to; empty for one that is alone."""
    version: int = 0


NOTE = Schema(Note, leave_out=LeaveOut.DEFAULT, id="i", text="x", by_id="a", by_name="n", at="t")


def _details_to_json(details: Mapping[str, Value]) -> str:
    return to_json({name: [each.value, each.at] for name, each in details.items()})


def _details_from_json(stored: str) -> dict[str, Value]:
    return {name: Value(*pair) for name, pair in json.loads(stored).items()}


CARD_ITEM = Schema(
    Card,
    channel="ch",
    connection="co",
    customer_id="k",
    details=Attribute("d", write=_details_to_json, read=_details_from_json, form="JSON, object: `[value, at]` by name"),
    tags=text_set("g"),
    vip=flag("vip"),
    notes=json_text("no", NOTE),
    person="p",
    version="v",
)
"""The digest stands in the key."""


class Known(Struct, frozen=True):
    """An identity as it is stored: its card, its opt-out, and the conversations that it began."""

    card: Card
    declined_at: int
    conversations: tuple[str, ...]
    expires: int = 0
    """The time at which the card expires, in seconds since 1970; 0 without a card."""


def read(digest: str, most: int) -> Known:
    """Return an identity, with some of its conversations, in one request; an empty card where nobody wrote one."""
    items = list(table.query("pk = :pk", limit=most + 2, pk=_partition(digest)))
    item = next((each for each in items if each["sk"] == CARD), None)
    names = tuple(each["sk"] for each in items if not each["sk"].startswith("#"))
    record = next((each for each in items if each["sk"] == customers.RECORD), {})
    card = _card_of(digest, item) if item else Card(digest)
    return Known(card, customers.declined_in(record), names, item["expires"] if item else 0)


def card(digest: str) -> Card:
    """Return the card of an identity; an empty one where nobody wrote one."""
    item = table.get(_partition(digest), CARD)
    return _card_of(digest, item) if item else Card(digest)


def existing(digest: str) -> Card:
    """Return a card that was there a moment ago; raises ``Conflict`` where it is gone, as its customer was erased."""
    found = card(digest)
    if not found.version:
        raise table.Conflict
    return found


def owner(channel: str, connection: str, customer_id: str) -> tuple[str, str, str]:
    """Return channel, connection and id of a customer on their platform, also of one whose call was logged."""
    named = logged.card_of(channel, customer_id)
    found = card(named) if named else None
    return (
        (found.channel, found.connection, found.customer_id)
        if found and found.channel
        else (channel, connection, customer_id)
    )


def members(person: str) -> list[str]:
    """Return the digests of the identities of a person."""
    return [item["sk"] for item in table.query("pk = :pk", pk=_person(person))] if person else []


def joined_with(digest: str) -> list[Card]:
    """Return the cards of the other identities of the same person."""
    others = [each for each in members(card(digest).person) if each != digest]
    items = table.get_many([(_partition(each), CARD) for each in others])
    return [_card_of(key[0].partition("#")[2], item) for key, item in items.items()]


def put(changed: Card, expires: int, now: int, *further: Write) -> None:
    """Write a card that was not changed since it was read, with other writes; raises ``Conflict``.

    Nothing is written of a customer who was erased meanwhile. ``expires`` in seconds since 1970, ``now`` is when the
    request began, in milliseconds.
    """
    table.transact(*put_writes(changed, expires, now), *further)
    _vips.pop(settings.table_name(), None)


def join(cards: Sequence[Card], person: str, expires: int, now: int, *further: Write) -> None:
    """Make identities one person, all or none; raises ``Conflict``."""
    parts: list[Write] = []
    for each in cards:
        if each.person and each.person != person:
            parts.append(writes.delete((_person(each.person), each.digest)))
        parts += put_writes(replace(each, person=person), expires, now)
        parts.append(writes.put(marker((_person(person), each.digest), expires)))
    table.transact(*parts, *further)


def part(left: Card, expires: int, now: int, *further: Write) -> None:
    """Take an identity out of its person; raises ``Conflict``."""
    gone = writes.delete((_person(left.person), left.digest))
    table.transact(*put_writes(replace(left, person=""), expires, now), gone, *further)


def renew(digest: str, expires: int) -> None:
    """Keep a card, and its places in lists, at least until a time (seconds since 1970); what is gone stays gone."""
    key = (_partition(digest), CARD)
    # Hardly anybody has a card, and a look costs half a read where a refused write costs a whole one.
    if table.get_many([key]).get(key, {}).get("expires", expires) >= expires or not _renew(key, expires):
        return
    found = card(digest)
    for key in [(VIPS, digest)] * found.vip + [(_person(found.person), digest)] * bool(found.person):
        _renew(key, expires)


def _renew(key: Key, expires: int) -> bool:
    """Return whether an item is there that expired earlier."""
    try:
        table.update(key, "SET expires = :expires", "attribute_exists(pk) AND expires < :expires", expires=expires)
    except table.Conflict:
        return False
    return True


def expires_at(newest: int) -> int:
    """Return when a card expires (seconds since 1970), by the time of its customer's newest message (milliseconds).

    It is renewed once a week, so that it outlasts all messages of the week.
    """
    return writes.expires_at(newest, newest) + WEEK


def new_person() -> str:
    """Return the id of a new person."""
    return identity.base32(os.urandom(10))


def purge(digest: str) -> None:
    """Remove the card of a customer who was erased, and their place in a person and in the list of important ones."""
    found = card(digest)
    keys = [(_partition(digest), CARD), (VIPS, digest)]
    table.remove([*keys, (_person(found.person), digest)] if found.person else keys)


def vips() -> frozenset[str]:
    """Return the digests of important customers, perhaps as they were half a minute ago."""
    key, now = settings.table_name(), time.monotonic()
    kept_until, kept = _vips.get(key, (0.0, frozenset()))
    if kept_until <= now:
        kept = frozenset(item["sk"] for item in table.query("pk = :pk", limit=MOST_VIPS, pk=VIPS))
        _vips[key] = (now + KEPT, kept)
    return kept


def with_vip(head: Conversation) -> Conversation:
    """Return a head that says whether its customer is important, perhaps as it was half a minute ago."""
    known = proven_customer(head)
    is_vip = bool(known) and customers.digest(head.identity.channel, head.identity.connection, known) in vips()
    return replace(head, vip=is_vip)


def put_writes(changed: Card, expires: int, now: int) -> list[Write]:
    """Return the writes of a card: on the condition that it is as it was read, and that its customer is not erased."""
    item = CARD_ITEM.item((_partition(changed.digest), CARD), replace(changed, version=changed.version + 1), expires)
    is_same = "v = :v" if changed.version else "attribute_not_exists(v)"
    values = {"v": changed.version} if changed.version else {}
    listed = (VIPS, changed.digest)
    vip = writes.put(marker(listed, expires)) if changed.vip else writes.delete(listed)
    erased = customers.erased_key(changed.channel, changed.connection, changed.digest)
    not_erased = writes.check(erased, "attribute_not_exists(pk) OR #at < :now", {"#at": "at"}, now=now)
    return [writes.put(item, is_same, **values), vip, not_erased]


def _card_of(digest: str, item: Item) -> Card:
    return CARD_ITEM.read(item, digest=digest)


def _partition(digest: str) -> str:
    return f"customer#{digest}"


def _person(person: str) -> str:
    return f"person#{person}"
