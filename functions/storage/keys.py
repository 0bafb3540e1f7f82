"""The keys of a conversation's items, and what an item is by its key. docs/data-model.md describes them."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from conversations import identity
from conversations.facts import Visibility
from conversations.identity import Identity

if TYPE_CHECKING:
    from storage.attribute_values import Item

DAY = 86_400_000
"""Milliseconds."""
HEAD = "~"
ACTION = "a"
SAID_SHARDS = 4
"""Partitions of what was said in one month, and of the customers' names."""
REFERENCE = "ref"
ARRIVAL = "arrival"
NUDGED = "nudged"
RESTORED = "rst"
"""Attribute that marks a head while a restore puts it back."""
_POSITION_KIND = 14
"""Index of the kind's letter in a position: thirteen digits and ``#`` stand before it."""
Key = tuple[str, str]
"""``pk`` and ``sk``."""


# -- conversations ----------------------------------------------------------------------------------------------------


def id_of(conversation_identity: Identity) -> str:
    """Return the id of the conversation with an identity."""
    thread = identity.thread_key(
        conversation_identity.channel, conversation_identity.connection, conversation_identity.thread_id
    )
    return identity.conversation_id(thread, identity.branch_key(conversation_identity.branch_id))


def head_key(conversation: str) -> Key:
    """Return the key of a conversation's head, which is also that of its trace when it was erased."""
    thread, branch = identity.split_id(conversation)
    return thread, f"{branch}#{HEAD}"


def action_key(conversation: str, action_id: str) -> Key:
    """Return the key of an action."""
    thread, branch = identity.split_id(conversation)
    return thread, f"{branch}#{identity.action_position(action_id)}"


def conversation_of(item: Item) -> str:
    """Return the id of the conversation whose entry an item is."""
    return identity.conversation_id(*thread_and_branch(item))


def thread_and_branch(item: Item) -> Key:
    """Return the thread's key and the branch's of an entry."""
    return item["pk"], item["sk"].partition("#")[0]


def entry_of(item: Item) -> str:
    """Return the name of an entry within its thread."""
    return item["sk"]


def thread_of(item: Item) -> str:
    """Return the key of the thread an entry belongs to."""
    return item["pk"]


def position_of(item: Item) -> str:
    """Return where an entry stands in its conversation: time, ``#``, kind and digest; ``HEAD`` for a head."""
    return item["sk"].partition("#")[2]


def identity_of(item: Item, team: str) -> Identity:
    """Return the conversation a fact or head belongs to, as far as its own item tells."""
    channel, connection = connection_named_in(item)
    visibility = Visibility.PRIVATE if "w" in item else Visibility.PUBLIC
    return Identity(channel, connection, visibility, item["h"], item.get("g", ""), team)


def connection_named_in(item: Item) -> Key:
    """Return channel and name of the connection that an item names beside its key."""
    channel, _, connection = item["c"].partition("/")
    return channel, connection


def team_of(item: Item) -> str:
    """Return the team of a head."""
    return item["ipk"].rpartition("#")[0]


# -- kinds of items ---------------------------------------------------------------------------------------------------


def is_fact(item: Item) -> bool:
    """Return whether an item is something a platform reported."""
    position = position_of(item)
    return "h" in item and len(position) > _POSITION_KIND and position[_POSITION_KIND] != ACTION


def is_action(item: Item) -> bool:
    """Return whether an item is something that was done here."""
    return "b" in item and action_id_of(item) is not None


def is_head(item: Item) -> bool:
    """Return whether an item is the head of a conversation."""
    return "v" in item and position_of(item) == HEAD


def is_restored(item: Item) -> bool:
    """Return whether an item is a head that a restore put back, or folds again: the reports have all that it says."""
    return RESTORED in item


def is_nudge(item: Item) -> bool:
    """Return whether an item says that a platform has something new."""
    return item["pk"] == NUDGED


def connection_of(item: Item) -> Key:
    """Return channel and name of the connection of an item whose sort key is a connection."""
    channel, _, name = item["sk"].partition("/")
    return channel, name


def erased_of(item: Item) -> tuple[str, int] | None:
    """Return the erased conversation and the time; None for any other item, also if the conversation began again."""
    if "t" not in item or position_of(item) != HEAD:
        return None
    return conversation_of(item), item["t"]


def kind_of(item: Item) -> str:
    """Return the letter of a fact's kind."""
    return position_of(item)[_POSITION_KIND]


def said_at(item: Item) -> int:
    """Return when the fact or action of an item was, in milliseconds; a head is never old."""
    position = position_of(item)
    return int(position[:13]) if position != HEAD else identity.LATEST


def action_id_of(item: Item) -> str | None:
    """Return the id of the action an item is; None for any other."""
    position = position_of(item)
    if not _is_position(position) or position[_POSITION_KIND] != ACTION:
        return None
    return position[:13] + position[_POSITION_KIND + 1 :]


def _is_position(text: str) -> bool:
    """Return whether a text begins as the place of an entry does: what else has a ``#`` in its key is none."""
    return len(text) > _POSITION_KIND and text[:13].isdigit() and text[13] == "#"


# -- what can be searched ---------------------------------------------------------------------------------------------


def said_in(at: int, shard: int) -> str:
    """Return the partition of what was said in the month (UTC) of a time in milliseconds."""
    return f"{_month(at // DAY)}#{shard}"


@lru_cache(maxsize=64)  # nearly all that comes in is of today
def _month(day: int) -> str:
    return f"{datetime.fromtimestamp(day * DAY / 1000, UTC):%Y-%m}"


def named_in(shard: int) -> str:
    """Return a partition of the customers' names."""
    return f"names#{shard}"


def removed_as(thread: str, message_id: str) -> str:
    """Return the partition that says that a message was taken down: found at once, however long ago that was."""
    return f"removed#{thread}#{identity.branch_key(message_id)}"


def shard_of(thread: str) -> int:
    """Return the shard of what is said in a thread."""
    return ord(thread[0]) % SAID_SHARDS


def sort_time(at: int) -> str:
    """Return a time (milliseconds) as a text that sorts like it."""
    return f"{identity.clamp(at):013d}"


# -- other items ------------------------------------------------------------------------------------------------------


def reference_key(channel: str, connection: str, message_id: str) -> Key:
    """Return where the thread of a message is noted: a partition of its own, so that none gets hot."""
    return identity.thread_key(channel, connection, f"ref\0{message_id}"), REFERENCE
