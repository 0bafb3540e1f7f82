"""A conversation opened: its messages from the end, what may be done, and the customer's other conversations."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from msgspec import Struct

import channels
from application import answers_by_hand, excerpt
from console import authorization
from console.actions import reading, replies
from console.errors import ApiError
from conversations.facts import Visibility
from storage import conversations, customers, keys, own_posts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from application.answers_by_hand import AnswerByHand
    from application.excerpt import Excerpt
    from console.authorization import Agent
    from conversations.conversation import Conversation
    from conversations.message_context import Post
    from conversations.messages import Message
    from conversations.send_options import Route

OTHERS = 10
"""Other conversations of the customer that are shown."""
LOOKED_AT = 100
"""Of so many the latest are shown."""


class Detail(Struct, frozen=True):
    """A part of a conversation, and what is known beside it."""

    part: Excerpt
    routes: list[Route]
    """The ways to answer it now."""
    declined: bool
    """The customer does not want to be asked."""
    others: list[Conversation]
    """The customer's other conversations, the latest first."""
    read_state: reading.ReadState
    """The read state of the agent."""
    post: Post | None = None
    """The company's post that it stands below."""
    continued_in: str = ""
    """Of a public conversation that was continued privately, the private one, if the agent sees it."""
    by_hand: AnswerByHand | None = None
    """Reason and place of an answer in the platform's own app, where there are no ways to answer here."""
    came_from: tuple[str, ...] = ()
    """Of a private conversation, the public ones that were continued here, the latest first."""


class Beside(Struct, frozen=True):
    """Counter and read state that are read before a conversation, to be shown beside it."""

    changes: int
    """Number of times that it changed."""
    state_of: Callable[[Conversation], reading.ReadState]
    """Tells whether the agent has read a conversation."""


def beside(agent: Agent, conversation_id: str, now: int) -> Beside:
    """Return what is shown beside a conversation, at a time (milliseconds); raises a 404 for an id that is none."""
    if not replies.is_id(conversation_id):
        raise ApiError(404, "not_found")
    counted, state_of = reading.counters_and_states(agent, now)
    return Beside(counted.of_conversation(conversation_id), state_of)


def read(agent: Agent, conversation_id: str, most: int, before: str | None, beside: Beside, now: int) -> Detail:
    """Return the newest messages of a conversation, or those before a place; raises a 404.

    What does not depend on each other is read at the same time: somebody waits for it.
    """
    part = replies.existing(excerpt.read(conversation_id, most, before))
    head = part.conversation.head
    with ThreadPoolExecutor(max_workers=1) as pool:
        post = pool.submit(_post, head)
        declined, others = _customer(agent, head, part.conversation.id)
        routes = replies.routes(head, now)
        by_hand = None if routes else answers_by_hand.answer_by_hand(head, part.messages, now)
        trail = _continued_in(head, others), by_hand, _came_from(head, others)
        return Detail(part, routes, declined, others[:OTHERS], beside.state_of(head), post.result(), *trail)


def _continued_in(head: Conversation, others: Iterable[Conversation]) -> str:
    """Return the private conversation in which a public one goes on; nothing where none is known."""
    if not head.window.private_reply_used:
        return ""
    return next((keys.id_of(each.identity) for each in others if each.identity.visibility == Visibility.PRIVATE), "")


def _came_from(head: Conversation, others: Iterable[Conversation]) -> tuple[str, ...]:
    """Return the public conversations of a customer that were answered privately."""
    if head.identity.visibility == Visibility.PUBLIC:
        return ()
    return tuple(keys.id_of(each.identity) for each in others if each.window.private_reply_used)[:OTHERS]


def _post(head: Conversation) -> Post | None:
    """Return the company's post above the comments; None where there is none, or it was not read yet."""
    identity = head.identity
    if (
        identity.visibility != Visibility.PUBLIC
        or not identity.branch_id
        or not channels.get(identity.channel).has_posts
    ):
        return None
    found = own_posts.read(identity.channel, identity.connection, identity.thread_id)
    return found if found != own_posts.NOTHING else None


def message(conversation_id: str, message_id: str) -> Message:
    """Return a message; raises a 404."""
    messages = replies.find(conversation_id).messages()
    message = next((each for each in messages if each.id == message_id), None)
    if message is None:
        raise ApiError(404, "no_message")
    return message


def _customer(agent: Agent, head: Conversation, conversation_id: str) -> tuple[bool, list[Conversation]]:
    identity = head.identity
    known, ids = customers.overview(identity.channel, identity.connection, head.customer.id, LOOKED_AT)
    if head.unproven:
        ids = []  # those of the customer whose name this one uses: they say nothing of who wrote here
    heads = authorization.seen_by(
        agent, conversations.heads([each for each in ids if each != conversation_id]).values()
    )
    return known.declined_at > 0, sorted(heads, key=lambda other: other.last_message.at, reverse=True)
