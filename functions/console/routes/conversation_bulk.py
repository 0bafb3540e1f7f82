"""The routes for one action on several conversations, as if the agent took it in each, and for the inbox's counts."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

from chalice.app import Response

from application.commands import Context
from application.loading import LoadedConversation
from console.actions import collaboration as collaboration_actions
from console.actions import replies
from console.authorization import Agent
from console.bodies import collaboration as collaboration_bodies
from console.bodies.fields import unique
from console.bodies.json_types import Body
from console.errors import ApiError
from console.http import Api, now
from conversations import inbox_order
from conversations.actions import Action, Verb
from conversations.conversation import Conversation, Status
from storage import conversations, inbox_index, index_places, team_names
from storage.audit import AuditEvent

api = Api(__name__)
HANDS = 8
LOOKED_AT = 100
"""Heads per partition of the inbox that are looked at to count them."""


@dataclass(frozen=True, slots=True)
class BulkRequest:
    """An action, and the conversations that it is for."""

    ids: tuple[str, ...]
    action: str
    fields: Body = field(default_factory=dict)
    unread: dict[str, int] = field(default_factory=dict)
    """Number of unread messages that the list showed, by conversation: where there are more by now, nothing is done."""


@api.at("/api/conversations/bulk", "POST")
def do_in_several() -> Response:
    """Take one action in several conversations."""
    wanted = _read(api.body())
    act = _action_of(wanted)
    agent, language = api.agent(), api.language()
    requests = {each: api.unique(each) for each in wanted.ids}

    def one(conversation_id: str) -> dict[str, Any]:
        try:
            act(agent, conversation_id, requests[conversation_id], now())
        except (ApiError, conversations.Conflict) as error:
            body = (error if isinstance(error, ApiError) else ApiError(503, "busy")).body(language)
            return {"id": conversation_id, "ok": False, "error": body["error"], "message": body["message"]}
        return {"id": conversation_id, "ok": True, "error": None, "message": None}

    with ThreadPoolExecutor(max_workers=HANDS) as pool:
        done = list(pool.map(one, wanted.ids))
    count = sum(each["ok"] for each in done)
    api.record(AuditEvent.BULK, wanted.action, conversations=count)
    return Response({"items": done})


@api.at("/api/conversations/counts", "GET")
def count() -> Response:
    """Count open conversations, as far as a bounded number of reads tells."""
    agent = api.agent().id
    teams = team_names.names()
    partitions = [(team, partition) for team in teams for partition in inbox_order.partitions(team)]
    with ThreadPoolExecutor(max_workers=HANDS) as pool:
        parts = list(
            pool.map(lambda each: inbox_index.inbox_part(each[1], LOOKED_AT, None, inbox_index.ALL), partitions)
        )
    heads = [head for found, _ in parts for _, head in found]
    opened = [head for head in heads if head.status == Status.OPEN]
    return Response(
        {
            "open": len(opened),
            "unassigned": sum(head.assignee is None for head in opened),
            "mine": sum(_is_of(agent, head) for head in opened),
            "missed": sum(bool(head.missed) for head in opened),
            "mentions": sum(agent in head.mentioned for head in heads),
            "teams": [{"name": team, "open": sum(head.identity.team == team for head in opened)} for team in teams],
            "complete": all(_saw_all_open([head for _, head in found], more) for found, more in parts),
        }
    )


def _read(body: Body) -> BulkRequest:
    return BulkRequest(unique(body["ids"]), body["action"], body, body.get("unread") or {})


def _action_of(wanted: BulkRequest) -> Callable[[Agent, str, replies.Request, int], replies.Executed]:
    """Return the function that acts on one conversation; raises a 400 or 422 for fields that are not valid."""
    if wanted.action == "assign":
        to = collaboration_bodies.hand_over(wanted.fields)
        return lambda agent, each, request, at: collaboration_actions.assign(agent, each, to, request, at)
    if wanted.action == "tag":
        marks = collaboration_bodies.marks(wanted.fields)
        return lambda agent, each, request, at: collaboration_actions.tag(agent, each, marks, request, at)
    if wanted.action == "snooze":
        nap = collaboration_bodies.nap(wanted.fields)
        return _seeing(wanted, lambda found, agent, at: collaboration_actions.snoozed(found, agent, nap, at))
    if wanted.action == "resolve":
        return _seeing(wanted, _resolved)
    return replies.reopen


def _resolved(conversation: LoadedConversation, agent: Agent, now: int) -> Action:
    return replace(replies.new_action(conversation, agent, Verb.RESOLVE, now), seen=conversation.head.inbound)


def _seeing(
    wanted: BulkRequest, new_action: Callable[[LoadedConversation, Agent, int], Action]
) -> Callable[[Agent, str, replies.Request, int], replies.Executed]:
    """Wrap an action that needs everything read; it raises a 409 where more is unread than the list showed."""

    def act(agent: Agent, conversation_id: str, request: replies.Request, now: int) -> replies.Executed:
        def decide(conversation: LoadedConversation, context: Context) -> list[Action]:
            if conversation.head.unread > wanted.unread.get(conversation_id, conversation.head.unread):
                raise ApiError(409, "stale")
            return [new_action(conversation, agent, context.at)]

        return replies.execute(conversation_id, decide, now, request)

    return act


def _is_of(agent: str, head: Conversation) -> bool:
    return head.assignee is not None and head.assignee.id == agent


def _saw_all_open(heads: list[Conversation], more: index_places.Place | None) -> bool:
    """Return whether the reads went beyond the open conversations, which come first."""
    return more is None or any(head.status != Status.OPEN for head in heads)
