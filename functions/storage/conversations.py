"""Conversations in the table: what is stored of each, their heads, and what agents and rules do in them.

Times are handed in, in milliseconds. Whatever is written here may be written twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct, field
from msgspec.structs import replace

from conversations import identity
from conversations.actions import Action
from conversations.conversation import Conversation
from conversations.facts import Fact
from conversations.identity import Identity
from storage import connections, earlier_requests, file_items, forward_items, keys, mapping, table, writes
from storage.table import Conflict, NotStored
from storage.writes import expires_at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conversations.attachments import Attached
    from storage.attribute_values import Item, StoredItem
    from storage.connections import Connection
    from storage.writes import Write

__all__ = ["Conflict", "NotStored"]


class Thread(Struct, frozen=True):
    """The entries of one conversation in the table: its facts, its actions, and the heads found among them."""

    facts: list[Fact]
    actions: list[Action]
    heads: dict[str, Conversation]
    identity: Identity | None
    more: bool = False
    """Older entries were left out."""
    erased: dict[str, int] = field(default_factory=dict)
    """Conversations that were erased, and when (milliseconds)."""
    files: list[Attached] = field(default_factory=list)
    """The states of files that came with messages, or go with replies."""


# -- conversations ----------------------------------------------------------------------------------------------------


def head(conversation: str) -> Conversation | None:
    """The head of a conversation, as it is now. A comment taken up into its post's conversation is found there."""
    thread, branch = identity.split_id(conversation)
    item = table.get(*keys.head_key(conversation)) or (branch and table.get(thread, f"#{keys.HEAD}"))
    return mapping.head_of(item) if item and keys.is_head(item) else None


class ThreadHeads(Struct, frozen=True):
    """The conversations that a comment may belong to: that of the whole thread, or that of its own branch."""

    whole: Conversation | None
    own: Conversation | None
    erased_at: int = 0
    """The time before which everything was erased (milliseconds)."""


def thread_heads(thread: str, branches: Sequence[str]) -> dict[str, ThreadHeads]:
    """Return the heads of a whole thread and of some of its branches, perhaps a moment old, in one request."""
    head_keys = {branch: (thread, f"{branch}#{keys.HEAD}") for branch in ("", *branches)}
    items = table.get_many(list(head_keys.values()))
    images = {branch: items.get(key, {}) for branch, key in head_keys.items()}
    heads = {branch: mapping.head_of(item) for branch, item in images.items() if item and keys.is_head(item)}
    erased = {branch: _erased_at(item) for branch, item in images.items()}
    return {
        branch: ThreadHeads(heads.get(""), heads.get(branch), max(erased[""], erased[branch]))
        for branch in images
        if branch
    }


def whole(thread: str) -> tuple[Conversation | None, int]:
    """Return the head of a thread that is one conversation, as it is now, and until when the thread was erased."""
    item = table.get(*keys.head_key(thread)) or {}
    return mapping.head_of(item) if item and keys.is_head(item) else None, _erased_at(item)


def _erased_at(item: Item) -> int:
    gone = keys.erased_of(item) if item else None
    return gone[1] if gone else 0


def heads(conversations: Sequence[str]) -> dict[str, Conversation]:
    """The heads of several conversations, perhaps a moment old; those that are gone are left out."""
    ids = {keys.head_key(conversation): conversation for conversation in conversations}
    items = table.get_many(ids)
    return {ids[key]: mapping.head_of(item) for key, item in items.items() if keys.is_head(item)}


def read(conversation: str, newest: int | None = None) -> Thread:
    """All that is stored of a conversation, as it is now; with ``newest``, only so many of the last entries."""
    thread, branch = identity.split_id(conversation)
    begin = f"{branch}#" if branch else None
    return _thread(*_entries(thread, begin, newest))


def latest_entries(conversation: str) -> Thread:
    """The head and the newest entry of a conversation, in one read; ``more`` says whether there are others."""
    thread, branch = identity.split_id(conversation)
    return _thread(*_entries(thread, f"{branch}#", 2))


def first_entries(thread: str) -> Thread:
    """The first two entries of a thread and all its branches: enough to see that a post is new."""
    items = list(table.query("pk = :pk", limit=2, pk=thread))
    return _thread(items, len(items) == 2)


def opening_entries(conversation: str) -> Thread:
    """The first entries of a conversation: enough to see how it began."""
    thread, branch = identity.split_id(conversation)
    condition, values = range_of(thread, f"{branch}#")
    return _thread(list(table.query(condition, limit=10, **values)), True)


def _entries(thread: str, begin: str | None, newest: int | None) -> tuple[list[Item], bool]:
    condition, values = range_of(thread, begin)
    items = list(table.query(condition, limit=newest, newest_first=newest is not None, **values))
    return items, newest is not None and len(items) >= newest


def range_of(thread: str, begin: str | None) -> tuple[str, dict[str, Any]]:
    if begin is None:
        return "pk = :pk", {"pk": thread}
    return "pk = :pk AND begins_with(sk, :sk)", {"pk": thread, "sk": begin}


def _thread(items: Sequence[Item], more: bool) -> Thread:
    erased = dict(gone for item in items if (gone := keys.erased_of(item)))
    kept = [item for item in items if not _is_erased(item, erased)]
    facts = [item for item in kept if keys.is_fact(item)]
    heads = {keys.id_of((head := mapping.head_of(item)).identity): head for item in items if keys.is_head(item)}
    return Thread(
        facts=[mapping.fact_of(item) for item in facts],
        actions=[mapping.action_of(item) for item in kept if keys.is_action(item)],
        heads=heads,
        identity=keys.identity_of(facts[0], "") if facts else None,
        more=more,
        erased=erased,
        files=[file_items.of_item(item) for item in kept if file_items.is_item(item)],
    )


def _is_erased(item: Item, erased: dict[str, int]) -> bool:
    """Return whether an entry is from before its conversation, or that of its whole thread, was erased."""
    if not erased:
        return False
    own = identity.conversation_id(item["pk"], item["sk"].partition("#")[0])
    return keys.said_at(item) <= max(erased.get(own, 0), erased.get(item["pk"], 0))


def put_head(new: Conversation, now: int) -> None:
    """Replace a head that has not changed since it was read; raises ``Conflict`` otherwise."""
    table.put(*_head_put(new, now), **_head_values(new))


def create_head(new: Conversation, placed: Sequence[Action], now: int) -> None:
    """Write a conversation's first head, and what was decided when it began; raises ``Conflict`` if there is one."""
    if not placed:
        return put_head(new, now)
    conversation = keys.id_of(new.identity)
    entries = [mapping.action_item(conversation, each, expires_at(each.at, now)) for each in placed]
    return table.transact(
        writes.put(*_head_put(new, now), **_head_values(new)),
        *(writes.put(entry) for entry in entries),
    )


def drop_head(conversation: str) -> None:
    """Remove a head whose entries now belong to the conversation of the whole thread."""
    table.delete(keys.head_key(conversation))


def drop_entries(conversation: str, found: Thread) -> None:
    """Remove entries of a private conversation that stand elsewhere now, and its head."""
    thread, branch = identity.split_id(conversation)
    facts = [(thread, f"{branch}#{identity.position(fact)}") for fact in found.facts]
    table.remove([*facts, *(keys.action_key(conversation, action.id) for action in found.actions)])
    if found.heads:
        drop_head(conversation)


def removal_writes(found: Thread, conversation: str) -> list[Write]:
    """Return the writes that remove a conversation of few entries whole, if its head is as it was read."""
    thread, branch = identity.split_id(conversation)
    facts = [(thread, f"{branch}#{identity.position(fact)}") for fact in found.facts]
    entries = [*facts, *(keys.action_key(conversation, action.id) for action in found.actions)]
    head = found.heads.get(conversation)
    is_same = writes.delete(keys.head_key(conversation), "v = :version", version=head.version) if head else None
    return [*map(writes.delete, entries), *([is_same] if is_same else [])]


def carry_out(changes: Sequence[Write]) -> None:
    """Carry out writes of a conversation, all or none; raises ``Conflict``."""
    table.transact(*changes)


def _head_put(new: Conversation, now: int) -> tuple[StoredItem, str]:
    item = mapping.head_item(replace(new, version=new.version + 1), expires_at(new.last_message.at, now))
    # An erased conversation left a trace without a version; one that begins again is written over that trace.
    return item, "v = :v" if new.version else "attribute_not_exists(v)"


def _head_values(new: Conversation) -> dict[str, int]:
    return {"v": new.version} if new.version else {}


# -- what was done ----------------------------------------------------------------------------------------------------


def commit(
    conversation: str,
    done: Action | Sequence[Action],
    new: Conversation,
    now: int,
    request: tuple[str, str] = ("", ""),
    extra_writes: Sequence[Write] = (),
) -> None:
    """Store one action, or several, with the head they lead to, and what ``extra_writes`` adds to them: all or nothing.

    ``request`` is an idempotency key (made unique per agent and conversation by the caller) and a fingerprint of what
    was asked for. Raises ``Conflict``, or ``Repeated`` when the key was used before.
    """
    actions = [done] if isinstance(done, Action) else done
    written = [mapping.action_item(conversation, action, expires_at(action.at, now)) for action in actions]
    parts = [
        writes.put(*_head_put(new, now), **_head_values(new)),
        *(writes.put(item, "attribute_not_exists(pk)") for item in written),
        *extra_writes,
    ]
    if request[0]:
        parts.append(earlier_requests.put_write(request, actions[0].id, now))
    try:
        table.transact(*parts)
    except Conflict:
        if request[0] and (earlier := earlier_requests.find(request[0])):
            raise earlier_requests.Repeated(earlier) from None
        raise


def action(conversation: str, action_id: str) -> Action | None:
    """One action of a conversation, as it is now."""
    item = table.get(*keys.action_key(conversation, action_id))
    return mapping.action_of(item) if item else None


def outgoing(
    conversation: str, action_id: str, sender: tuple[str, str] | None
) -> tuple[Conversation | None, Action | None, Connection | None]:
    """The head, an action, and the connection if ``sender`` names the head's own, each as it is now: one request."""
    places = [keys.head_key(conversation), keys.action_key(conversation, action_id)]
    items = table.get_many([*places, *([connections.key_of(*sender)] if sender else [])], as_it_is=True)
    item, done = (items.get(place) for place in places)
    current = mapping.head_of(item) if item and keys.is_head(item) else head(conversation)
    is_own = current is not None and sender == (current.identity.channel, current.identity.connection)
    known = connections.of_item(*sender, items.get(connections.key_of(*sender))) if sender and is_own else None
    return current, mapping.action_of(done) if done else None, known


def change_delivery(conversation: str, before: Action, after: Action) -> None:
    """Write the delivery's state of a message, if it still stands as ``before``; raises ``Conflict`` otherwise."""
    table.write(delivery_write(conversation, before, after))


def change_deliveries(conversation: str, changes: Sequence[tuple[Action, Action]]) -> None:
    """Write the states of several messages, each before and after: all, or none and ``Conflict``."""
    if len(changes) == 1:
        return change_delivery(conversation, *changes[0])
    if changes:
        table.transact(*(delivery_write(conversation, *change) for change in changes))
    return None


def delivery_write(conversation: str, before: Action, after: Action) -> Write:
    """Return the write of a delivery's state."""
    state = f"#{forward_items.state_attribute(after)}"
    condition = (f"{state} = :was AND " if before.state else f"attribute_not_exists({state}) AND ") + (
        "#le = :had" if before.lease_until else "(attribute_not_exists(#le) OR #le = :had)"
    )
    new = mapping.delivery_of(after)
    return writes.update(
        keys.action_key(conversation, before.id),
        "SET " + ", ".join(f"#{name} = :{name}" for name in new),
        condition,
        {f"#{name}": name for name in new},
        **new,
        **({"was": str(before.state)} if before.state else {}),
        had=before.lease_until,
    )
