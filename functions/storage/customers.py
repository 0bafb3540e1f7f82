"""Customers in the table, as far as asking them is concerned: how often they were asked, and whether they mind.

A customer is an identity on one connection. The key is a digest, so what stays after an erasure (that somebody does not
want to be asked) says nothing of who it is.
"""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from conversations import logged
from storage import keys, table, writes
from storage.schema import LeaveOut, Schema, marker

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from storage.attribute_values import Item, StoredItem
    from storage.keys import Key
    from storage.writes import Write

RECORD = "#"
CARD = "#card"
"""The sort key of what ``customer_cards`` keeps beside the record; conversations have ids that begin with no ``#``."""
LIST = "opt-outs"
_OPT_OUT = re.compile(r"[0-9]{13}-[0-9a-f]{32}")
_MONTH = "m"
"""Prefix of the attributes that count a month."""


class Customer(Struct, frozen=True):
    """A customer's opt-out, and the follow-ups that they got."""

    declined_at: int = 0
    """Time since which the customer does not want to be asked (milliseconds); 0 for one who did not say so."""
    asked: Mapping[str, int] = field(default_factory=dict)
    """Number of follow-ups sent to the customer, by month."""


CUSTOMER = Schema(Customer, declined_at="declined")
"""Counts are attributes of their own, ``m`` and the month; updates write them."""


def read(channel: str, connection: str, customer_id: str | None) -> Customer:
    """Return the record of a customer; an empty one for a customer whom the platform does not name."""
    return of_item(table.get(*record_key(channel, connection, customer_id)) if customer_id else None)


def record_key(channel: str, connection: str, customer_id: str) -> Key:
    """Return the key of a customer's record."""
    return _key(channel, connection, customer_id), RECORD


def of_item(item: Item | None) -> Customer:
    """Return the record of a customer from its item; an empty one for None."""
    return _customer_of(item) if item else Customer()


def overview(channel: str, connection: str, customer_id: str | None, most: int) -> tuple[Customer, list[str]]:
    """Return the record of a customer, and some of the conversations that they began, in one request."""
    if not customer_id:
        return Customer(), []
    items = list(table.query("pk = :pk", limit=most + 2, pk=_key(channel, connection, customer_id)))
    record = next((item for item in items if item["sk"] == RECORD), None)
    return _customer_of(record) if record else Customer(), _conversations_in(items)


def _conversations_in(items: Iterable[Item]) -> list[str]:
    return [item["sk"] for item in items if not item["sk"].startswith("#")]


def declined_in(record: Item) -> int:
    """Return since when the customer of a record does not want to be asked (milliseconds); 0 for one who may be."""
    return CUSTOMER.read(record, asked={}).declined_at if record else 0


def _customer_of(item: Item) -> Customer:
    months = {name[1:]: count for name, count in item.items() if name.startswith(_MONTH)}
    return CUSTOMER.read(item, asked=months)


def declined(persons: Iterable[tuple[str, str, str]]) -> set[tuple[str, str, str]]:
    """Return those of some people, each by channel, connection and id, who do not want to be approached."""
    records = {(_key(*person), RECORD): person for person in persons}
    items = table.get_many(records)
    return {records[key] for key, item in items.items() if declined_in(item)}


def claim(channel: str, connection: str, customer_id: str | None, month: str, cap: int, expires: int) -> list[Write]:
    """The part of a transaction that counts a question, and fails for who was asked enough or does not want it."""
    if not customer_id:
        return []
    condition = "attribute_not_exists(declined)"
    values: dict[str, Any] = {"one": 1, "expires": expires}
    if cap:
        condition += " AND (attribute_not_exists(#month) OR #month < :cap)"
        values["cap"] = cap
    key = (_key(channel, connection, customer_id), RECORD)
    expression = "SET expires = :expires ADD #month :one"
    return [writes.update(key, expression, condition, {"#month": _MONTH + month}, **values)]


def not_declined(digest: str) -> Write:
    """Return the condition of a transaction that fails for somebody who does not want to be asked, by their digest."""
    return writes.check((f"customer#{digest}", RECORD), "attribute_not_exists(declined)")


def decline(channel: str, connection: str, customer_id: str, at: int, conversation: str = "") -> None:
    """The customer does not want to be asked, from now on (milliseconds) and for good; said in a conversation."""
    pk = _key(channel, connection, customer_id)
    place = _place(at, pk)
    listed = OptOut(_opt_out_id(place), channel, connection, at, conversation)
    try:
        table.transact(
            writes.update((pk, RECORD), *_DECLINE, at=at),
            writes.put(OPT_OUT.item((LIST, place), listed, c=f"{channel}/{connection}")),
        )
    except table.Conflict:
        known = table.get(pk, RECORD)
        if known is None or "declined" not in known:
            raise


_DECLINE = ("SET declined = :at REMOVE expires", "attribute_not_exists(declined)")


def permit(channel: str, connection: str, customer_id: str, expires: int) -> None:
    """It was a mistake: the customer may be asked after all; ``expires`` in seconds since 1970."""
    pk = _key(channel, connection, customer_id)
    known = table.get(pk, RECORD)
    if known and "declined" in known:
        table.transact(*_permitted(pk, _customer_of(known).declined_at, expires))


def permit_listed(opt_out: str, expires: int, extra_writes: Sequence[Write]) -> bool:
    """The same for one of the list, together with other parts of a transaction; whether it was there."""
    at, _, digest = opt_out.partition("-")
    pk = f"customer#{digest}"
    known = table.get(pk, RECORD)
    if known is None or _customer_of(known).declined_at != int(at):
        return False
    table.transact(*_permitted(pk, int(at), expires), *extra_writes)
    return True


def _permitted(pk: str, declined: int, expires: int) -> list[Write]:
    condition = "declined = :declined"
    changed = writes.update(
        (pk, RECORD), "SET expires = :expires REMOVE declined", condition, expires=expires, declined=declined
    )
    return [changed, writes.delete((LIST, _place(declined, pk)))]


class OptOut(Struct, frozen=True):
    """Somebody who does not want to be asked; nothing here says who that is."""

    id: str
    channel: str
    connection: str
    declined_at: int
    """Milliseconds."""
    conversation: str = ""
    """The conversation in which they said it, as long as that is kept."""


OPT_OUT = Schema(OptOut, conversation="said")
"""The id and the time stand in the key, channel and connection in ``c``."""


def opt_out_of(value: Any) -> str | None:
    """The id of somebody in the list, as far as its form tells; None for anything else."""
    return value if isinstance(value, str) and _OPT_OUT.fullmatch(value) else None


def digest_of(opt_out: str) -> str:
    """Return the digest of the customer in an entry of the list."""
    return opt_out.partition("-")[2]


def opt_outs(limit: int, before: str | None = None) -> list[OptOut]:
    """Return opt-outs, the latest first; ``before`` is the id of the last that was shown."""
    last = before.replace("-", "#") if before else "~"
    items = table.query("pk = :pk AND sk < :last", limit=limit, newest_first=True, pk=LIST, last=last)
    return [_opt_out_of(item) for item in items]


def _opt_out_of(item: dict[str, Any]) -> OptOut:
    channel, connection = keys.connection_named_in(item)
    place = item["sk"]
    given = {"id": _opt_out_id(place), "channel": channel, "connection": connection, "declined_at": int(place[:13])}
    return OPT_OUT.read(item, **given)


def _opt_out_id(place: str) -> str:
    return place.replace("#", "-")


def _place(at: int, pk: str) -> str:
    return f"{at:013d}#{pk.partition('#')[2]}"


def remember(channel: str, connection: str, customer_id: str, conversation: str, expires: int) -> None:
    """Note that a conversation is a customer's; ``expires`` in seconds since 1970."""
    table.put(marker((_key(channel, connection, customer_id), conversation), expires))


def remembered(channel: str, connection: str, customer_id: str, conversation: str, expires: int) -> Write:
    """The same as a part of a transaction."""
    return writes.put(remembered_item(channel, connection, customer_id, conversation, expires))


def remembered_item(channel: str, connection: str, customer_id: str, conversation: str, expires: int) -> StoredItem:
    """Return the item that says that a conversation is a customer's."""
    return marker((_key(channel, connection, customer_id), conversation), expires)


def conversations_of(channel: str, connection: str, customer_id: str) -> list[str]:
    """The conversations a customer began."""
    return _conversations_in(table.query("pk = :pk", pk=_key(channel, connection, customer_id)))


def conversations_of_digest(digest: str) -> list[str]:
    """Return the same for the digest of a customer."""
    return _conversations_in(table.query("pk = :pk", pk=f"customer#{digest}"))


# -- what is forgotten ------------------------------------------------------------------------------------------------

ERASED = "erased-customers#"
"""Beginning of the partitions with the customers of a connection who were erased; a digest, and when that was."""


def erase(channel: str, connection: str, customer_id: str, now: int, expires: int) -> None:
    """Note that a customer was erased, by a digest alone; dispatch sees it and removes what else is of that customer.

    ``now`` in milliseconds, ``expires`` in seconds since 1970.
    """
    erased = ErasedCustomer(channel, connection, digest(channel, connection, customer_id), now)
    table.put(ERASED_CUSTOMER.item((f"{ERASED}{channel}/{connection}", erased.digest), erased, expires))


class ErasedCustomer(Struct, frozen=True):
    """A customer of a connection who was erased, by a digest, and when that was (milliseconds)."""

    channel: str
    connection: str
    digest: str
    at: int


ERASED_CUSTOMER = Schema(ErasedCustomer, leave_out=LeaveOut.NONE, at="at")
"""The other fields stand in the key."""


def erased_key(channel: str, connection: str, customer: str) -> Key:
    """Return the key of the trace that a customer leaves who is erased; ``customer`` is the digest."""
    return f"{ERASED}{channel}/{connection}", customer


def erased_of(item: Item) -> ErasedCustomer | None:
    """Return the customer whose erasure an item notes; None for any other item."""
    if not item["pk"].startswith(ERASED):
        return None
    channel, _, connection = item["pk"].removeprefix(ERASED).partition("/")
    return ERASED_CUSTOMER.read(item, channel=channel, connection=connection, digest=item["sk"])


def erased_at(channel: str, connection: str, customer_id: str) -> int:
    """Return when a customer was erased (milliseconds); 0 for one who was not."""
    item = table.get(f"{ERASED}{channel}/{connection}", digest(channel, connection, customer_id))
    erased = erased_of(item) if item else None
    return erased.at if erased else 0


def digest(channel: str, connection: str, customer_id: str) -> str:
    """Return what stands for a customer where the id itself must not.

    A logged call or visit with a customer of a platform has that customer's.
    """
    if card := logged.card_of(channel, customer_id):
        return card
    name = f"{channel}\0{connection}\0{customer_id}"
    return blake2b(name.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _key(channel: str, connection: str, customer_id: str) -> str:
    return f"customer#{digest(channel, connection, customer_id)}"
