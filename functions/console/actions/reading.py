"""Read state per agent: what an agent has read, which is nobody else's business and no answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from console.actions import replies
from console.errors import ApiError
from conversations import read_state, seen_marks
from conversations.read_state import ReadMark
from storage import conversations, keys, read_marks, read_together

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.authorization import Agent
    from conversations.conversation import Conversation
    from storage.change_counters import Counted
    from storage.read_marks import Marks


class ReadState(Struct, frozen=True):
    """The read state of a conversation for one agent; ``at`` is when they last read it (milliseconds)."""

    is_read: bool
    at: int | None


def marks_of(agent: Agent, now: int) -> Callable[[Conversation], ReadState]:
    """Return a function that tells the read state of conversations for an agent."""
    return _states(read_marks.read(agent.id, now), now)


def counters_and_states(agent: Agent, now: int) -> tuple[Counted, Callable[[Conversation], ReadState]]:
    """Return the counters of changes, and a function that tells the read state of conversations, in one request.

    What is shown beside the counters is to be read after them: what changes meanwhile then differs from them.
    """
    counted, marks = read_together.counters_and_marks(agent.id, now)
    return counted, _states(marks, now)


def _states(marks: Marks, now: int) -> Callable[[Conversation], ReadState]:
    return lambda head: _state(head, marks, now)


def mark(agent: Agent, conversation_id: str, seen: str | None, now: int) -> ReadState:
    """Note that an agent has read a conversation, up to a mark of a reading or all of it; raises a 404 or 422."""
    head = _existing(conversation_id)
    read_up_to = seen_marks.read(seen) if seen is not None else None
    if seen is not None and read_up_to is None:
        raise ApiError(422, "unknown_seen")
    known = read_state.count_of(head.inbound, head.edits)
    count = min(known, read_state.count_of(read_up_to.inbound, read_up_to.edits)) if read_up_to else known
    read_mark = ReadMark(max(1, count), now)
    read_marks.put(agent.id, keys.id_of(head.identity), read_mark)
    return ReadState(read_state.is_read(head, read_mark, now), now)


def unmark(agent: Agent, conversation_id: str, now: int) -> ReadState:
    """Note that an agent wants to have a conversation shown as unread; raises a 404."""
    head = _existing(conversation_id)
    read_marks.put(agent.id, keys.id_of(head.identity), ReadMark(0, now))
    return ReadState(False, None)


def _existing(conversation_id: str) -> Conversation:
    return replies.existing(conversations.head(conversation_id) if replies.is_id(conversation_id) else None)


def _state(head: Conversation, marks: Marks, now: int) -> ReadState:
    read_mark = marks.of(keys.id_of(head.identity))
    at = read_mark.at if read_mark and read_mark.count else None
    return ReadState(read_state.is_read(head, read_mark, now), at)
