"""Asking many customers about one thing: who they are, what would happen, and taking it back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

import channels
from application import loading
from console import authorization
from console.actions import follow_ups, replies
from console.actions.bulk_pace import Pace
from console.actions.follow_up_plan import Planned, planned
from console.errors import ApiError, malformed
from conversations import inbox_order
from conversations.actions import Verb
from conversations.conversation import Status
from conversations.customer import is_customers
from conversations.follow_ups import STANDING
from storage import audit, inbox_index, keys, reporting, team_names, teams, writes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from application.commands import Context
    from application.loading import LoadedConversation
    from console.authorization import Agent
    from console.bodies.conversations import Bulk, FollowUpWish, Selection
    from conversations.actions import Action
    from conversations.conversation import Conversation
    from conversations.facts import Author
    from conversations.team_settings import Team

LARGEST = 1000
"""Conversations one selection may find; more are to be narrowed down by time or words."""
WORKERS = 8
_ANSWERED = (Status.WAITING, Status.RESOLVED)


class Entry(Struct, frozen=True):
    """One conversation of a bulk: its plan, or why it is left out."""

    conversation: str
    planned: Planned | None = None
    left_out: ApiError | None = None
    customer: Author | None = None
    """The customer, as far as known without reading the conversation."""


def preview(agent: Agent, chosen: Selection, wish: FollowUpWish, per_hour: int, now: int) -> list[Entry]:
    """Return the entries of a bulk, in the order in which it would ask; raises a 422 if the selection is too large."""
    if chosen.team and not (team_names.exists(chosen.team) and authorization.visible(agent, [chosen.team])):
        raise ApiError(422, "no_team")
    if chosen.channel and chosen.channel not in channels.names():
        raise malformed("channel: " + ", ".join(channels.names()))
    pace = Pace(wish, per_hour, now)

    def look(conversation_id: str, position: int) -> Planned:
        conversation = replies.find(conversation_id)
        _permits(conversation, "")
        chosen = planned(agent, conversation, pace.timed(_team_of(conversation), position), conversation.moment(now))
        replies.promise_of(chosen)
        return chosen

    heads = _matching(agent, chosen)
    entries = _each([_name(head) for head in heads], 0, look)
    return [replace(entry, customer=head.customer) for entry, head in zip(entries, heads, strict=True)]


def make(agent: Agent, bulk: Bulk, now: int) -> list[Entry]:
    """Promise for each of these conversations, those left out excepted. Done twice, it is done once."""

    pace = Pace(bulk.wish, bulk.per_hour, now)

    def promise(conversation_id: str, position: int) -> Planned:
        authorization.guard(agent, conversation_id)
        return _promise(agent, conversation_id, lambda team: pace.timed(team, position), bulk.batch, now)

    entries = _each(bulk.conversations, bulk.position, promise)
    promised = sum(entry.planned is not None for entry in entries)
    audit.put(audit.AuditEvent.BULK, agent.author, bulk.batch, now, promised=promised, position=bulk.position)
    return entries


def undo(agent: Agent, batch: str, after: str, now: int) -> tuple[int, str | None]:
    """Take back what a bulk promised and was not asked yet; how many, and where to go on (None: that was all)."""
    members = reporting.batch(batch, after, LARGEST // 10)

    def one(conversation_id: str) -> bool:
        try:
            authorization.guard(agent, conversation_id)
            follow_ups.release(agent, conversation_id, replies.Request("", ""), now, batch)
        except ApiError as refused:
            if refused.code == "busy":
                raise
            return False  # asked already, taken back already, or gone: there is nothing to undo
        return True

    with ThreadPoolExecutor(max_workers=WORKERS) as pool:
        released = sum(pool.map(one, members))
    audit.put(audit.AuditEvent.BULK_UNDONE, agent.author, batch, now, released=released)
    return released, members[-1] if len(members) == LARGEST // 10 else None


def _matching(agent: Agent, chosen: Selection) -> list[Conversation]:
    """The conversations that were answered in that time, the first answered first."""
    heads = [
        head
        for team in authorization.visible(agent, [chosen.team] if chosen.team else team_names.names())
        for partition in inbox_order.partitions(team)
        for status in _ANSWERED
        for head in inbox_index.answered(partition, status, chosen.since, chosen.until, chosen.channel, LARGEST + 1)
    ]
    if len(heads) > LARGEST:
        raise ApiError(422, "too_many", limit=LARGEST)
    heads.sort(key=lambda head: head.decision.at)
    if not chosen.words:
        return heads
    with ThreadPoolExecutor(max_workers=WORKERS) as pool:
        matches = list(pool.map(lambda head: _speaks_of(_name(head), chosen.words), heads))
    return [head for head, speaks in zip(heads, matches, strict=True) if speaks]


def _name(head: Conversation) -> str:
    return keys.id_of(head.identity)


def _speaks_of(conversation_id: str, words: tuple[str, ...]) -> bool:
    conversation = loading.load(conversation_id)
    if conversation is None:
        return False
    theirs = [message.text or "" for message in conversation.messages() if is_customers(conversation.head, message)]
    text = " ".join(theirs).casefold()
    return any(word.casefold() in text for word in words)


def _each(conversations: Sequence[str], first: int, deal_with: Callable[[str, int], Planned]) -> list[Entry]:
    """Deal with several at once; what is refused for one is left out, and says why."""

    def one(place: tuple[int, str]) -> Entry:
        position, conversation = place
        try:
            done = deal_with(conversation, position)
            return Entry(conversation, done, customer=done.around.conversation.head.customer)
        except ApiError as refused:
            return Entry(conversation, left_out=refused)

    with ThreadPoolExecutor(max_workers=WORKERS) as pool:
        return list(pool.map(one, enumerate(conversations, first)))


def _promise(agent: Agent, conversation_id: str, wish: Callable[[Team], FollowUpWish], batch: str, now: int) -> Planned:
    made: list[Planned] = []

    def decide(conversation: LoadedConversation, context: Context) -> list[Action]:
        _permits(conversation, batch)
        made[:] = [planned(agent, conversation, wish(_team_of(conversation)), context.at)]
        promise = replace(replies.promise_of(made[0]), batch=batch)
        return [replace(replies.new_action(conversation, agent, Verb.PROMISE, context.at), promise=promise)]

    part = reporting.in_batch(batch, conversation_id, writes.expires_at(now, now))
    replies.execute(conversation_id, decide, now, replies.Request("", ""), [part])
    return made[0]


def _team_of(conversation: LoadedConversation) -> Team:
    return teams.team(conversation.head.identity.team)


def _permits(conversation: LoadedConversation, batch: str) -> None:
    """Raise for a conversation that is not to be part of a bulk: a promise stands there, or it waits for an answer."""
    follow_up = conversation.head.follow_up
    if follow_up and follow_up.promise.batch == batch != "":
        raise ApiError(422, "bulk_left_out", reason="in_batch")
    if follow_up and follow_up.state in STANDING:
        raise ApiError(422, "bulk_left_out", reason="promised")
    if conversation.head.status not in _ANSWERED:
        raise ApiError(422, "bulk_left_out", reason="unanswered")
