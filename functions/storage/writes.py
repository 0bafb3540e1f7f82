"""Writes as values: modules say what is to be written, and ``table`` writes it, alone or in a transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct, field

from shared import settings
from storage.attribute_values import encode, encode_value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from storage.attribute_values import Item, StoredItem
    from storage.keys import Key


DAY = 86_400_000
STALE_AFTER = 30 * DAY
"""An event older than this has no plausible time; its expiry counts from the quarter in which it arrived."""
QUARTER = 91 * DAY


class Write(Struct, frozen=True):
    """One write of an item, with the condition on which it depends; plain values throughout.

    A check writes nothing: within a transaction, its condition holds, or nothing is written.
    """

    operation: Literal["Put", "Update", "Delete", "ConditionCheck"]
    target: Item
    """The item of a put; only the key of an update or a removal."""
    expression: str = ""
    """The update expression."""
    condition: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    """Placeholders of attributes whose names are reserved words."""
    values: Mapping[str, Any] = field(default_factory=dict)
    """Values of the expressions, by their placeholders without the colon."""

    def request(self, table_name: str) -> dict[str, Any]:
        """Return the arguments of PutItem, UpdateItem or DeleteItem, which are also those within a transaction."""
        optional = {
            "UpdateExpression": self.expression,
            "ConditionExpression": self.condition,
            "ExpressionAttributeNames": dict(self.names),
            "ExpressionAttributeValues": {f":{name}": encode_value(value) for name, value in self.values.items()},
        }
        target = "Item" if self.operation == "Put" else "Key"
        given = {name: value for name, value in optional.items() if value}
        return {"TableName": table_name, target: encode(self.target)} | given


def put(item: StoredItem, condition: str = "", **values: Any) -> Write:
    """Return the write of an item in the place of the one that has its key."""
    return Write("Put", item, "", condition, {}, values)


def update(
    key: Key, expression: str, condition: str = "", names: Mapping[str, str] | None = None, **values: Any
) -> Write:
    """Return the change of an item, which is made where there is none."""
    return Write("Update", key_item(key), expression, condition, names or {}, values)


def delete(key: Key, condition: str = "", names: Mapping[str, str] | None = None, **values: Any) -> Write:
    """Return the removal of an item; without a condition, one that is not there is removed already."""
    return Write("Delete", key_item(key), "", condition, names or {}, values)


def check(key: Key, condition: str, names: Mapping[str, str] | None = None, **values: Any) -> Write:
    """Return a condition on an item that a transaction does not change."""
    return Write("ConditionCheck", key_item(key), "", condition, names or {}, values)


def key_item(key: Key) -> Item:
    """Return a key as the beginning of an item."""
    return {"pk": key[0], "sk": key[1]}


def expires_at(at: int, now: int) -> int:
    """Return when an item with personal data expires, in seconds since 1970.

    It counts from the event's own time, so that a redelivery writes the same; an event whose time is implausibly
    old counts from the quarter of its arrival instead of expiring at once.
    """
    start = at if now - STALE_AFTER < at <= now + DAY else now - now % QUARTER
    return (start + settings.retention_days() * DAY) // 1000
