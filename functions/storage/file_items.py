"""Files in the table: an item for each, between the facts of its conversation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from conversations.attachments import Attached, Spot, Stage
from storage import keys
from storage.schema import Schema, chosen

if TYPE_CHECKING:
    from storage.attribute_values import Item, StoredItem
    from storage.keys import Key

LETTER = "F"
"""Stands in the position of a file: before every fact of its moment."""
LONGEST_NAME = 200
FILE = Schema(
    Attached, message_id="i", stage=chosen("st", Stage), reason="rs", mime="mt", size="sz", name="nm", link="lk"
)
"""The spot stands in the key."""


def key(spot: Spot) -> Key:
    """Return the key of a file."""
    return spot.thread, f"{spot.branch}#{spot.at:013d}#{LETTER}{spot.message}{spot.file}"


def item(file: Attached, expires: int) -> StoredItem:
    """Return the item of a file."""
    return FILE.item(key(file.spot), replace(file, name=file.name[:LONGEST_NAME]), expires)


def is_item(item: Item) -> bool:
    """Return whether an item is that of a file."""
    position = keys.position_of(item)
    return len(position) == 41 and position[14] == LETTER and "st" in item


def of_item(item: Item) -> Attached:
    """Return the file that an item describes."""
    thread, branch = keys.thread_and_branch(item)
    position = keys.position_of(item)
    return FILE.read(item, spot=Spot(thread, branch, int(position[:13]), position[15:28], position[28:41]))
