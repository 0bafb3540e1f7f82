"""Messages that an agent had seen when they decided, and refusals where the customer or a colleague was faster."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from console.errors import ApiError, Overtaken
from conversations import seen_marks
from conversations.actions import State
from conversations.facts import Visibility
from conversations.follow_ups import SYSTEM
from conversations.messages import changes_of

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from application.loading import LoadedConversation
    from console.authorization import Agent
    from conversations.actions import Action
    from conversations.conversation import Conversation
    from conversations.facts import Author
    from conversations.messages import Message
    from conversations.seen_marks import SeenMark

NEWEST = 20
"""Messages that a refusal shows at most."""
_NOT_THERE = frozenset({State.FAILED, State.CANCELLED})


class Seen(NamedTuple):
    """Number of messages of others that an agent knew, and of changes of them."""

    messages: int
    edits: int

    def on(self, action: Action) -> Action:
        """Return an action of an agent who knew so much."""
        return replace(action, seen=self.messages, edits=self.edits)


def seen_by(
    conversation: LoadedConversation, last_seen: str | None, agent: Agent | None = None, person: Author | None = None
) -> Seen:
    """Return how much the agent has seen; without ``last_seen``, all. It is a message's id, or a mark of a reading.

    Raises a 409 ``stale`` where the customer, or the ``person`` who is answered, wrote or changed something since, and
    with ``agent`` a 409 ``answered`` where a colleague of that agent answered. An id does not tell of what arrived
    later and is older, or was changed.
    """
    head = conversation.head
    if last_seen is None:
        return Seen(head.inbound, head.edits)
    since, missed, changed, mark = _since(conversation, last_seen)
    ids = [each.id for each in [*changed, *missed]]
    if agent and (answers := [each for each in since if is_colleagues(each, agent)]):
        raise Overtaken("answered", answers[-1].author, _of_others(since, agent), missed=ids)
    wrote_late = mark is not None and head.heard > mark.heard
    theirs = {head.customer.id, person.id} if person else {head.customer.id}
    if wrote_late or any(_is_of(head, each, theirs) for each in [*changed, *missed]):
        raise Overtaken("stale", None, _of_others([*changed, *missed], agent), missed=ids)
    known = head.inbound - len(missed)
    return Seen(min(known, mark.inbound), mark.edits) if mark else Seen(known, head.edits)


def changed_message(conversation: LoadedConversation, message: Message, last_seen: str | None) -> bool:
    """Return whether a message came, or was changed, after the agent last looked."""
    if last_seen is None:
        return False
    _, missed, changed, _ = _since(conversation, last_seen)
    return any(each.id == message.id for each in [*missed, *changed])


def _since(
    conversation: LoadedConversation, last_seen: str
) -> tuple[list[Message], list[Message], list[Message], SeenMark | None]:
    """Return what came after a place, those of others, those before it that were changed, and the mark if any."""
    messages = conversation.messages()
    place, mark = _place(messages, last_seen)
    since = messages[place + 1 :]
    missed = [each for each in since if each.direction == "inbound"]
    changed = _changed(messages[: place + 1], conversation.head.edits - mark.edits) if mark else []
    return since, missed, changed, mark


def _place(messages: Sequence[Message], last_seen: str) -> tuple[int, SeenMark | None]:
    """Return the place of the last message that was seen, and the mark if it is one; raises a 422."""
    mark = seen_marks.read(last_seen)
    for name, found in ((last_seen, None), (mark.last_id if mark else last_seen, mark)):
        place = next((index for index, each in enumerate(messages) if name in (each.id, each.platform_id)), None)
        if place is not None:
            return place, found
    raise ApiError(422, "unknown_seen")


def _changed(messages: Sequence[Message], count: int) -> list[Message]:
    """Return the messages of the last changes, each once."""
    changes = changes_of(each for each in messages if each.direction == "inbound")
    return list({each.id: each for _, each in changes[max(0, len(changes) - count) :]}.values()) if count > 0 else []


def is_colleagues(message: Message, agent: Agent) -> bool:
    """Return whether a person of the company answered with a message, here or elsewhere, who is another."""
    answers = message.direction == "outbound" and not message.follow_up and not message.automatic
    return answers and message.author.id not in (agent.id, SYSTEM.id) and message.state not in _NOT_THERE


def _of_others(messages: Sequence[Message], agent: Agent | None) -> list[Message]:
    return [each for each in messages if agent is None or each.author.id != agent.id][-NEWEST:]


def _is_of(head: Conversation, message: Message, people: Collection[str | None]) -> bool:
    private = head.identity.visibility == Visibility.PRIVATE
    return private or message.author.id is None or message.author.id in people
