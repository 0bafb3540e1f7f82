"""One command in several conversations, as if the agent gave it in each; and the number of those that need somebody."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from application.commands import Executed, Request
from console import authorization
from console.actions import collaboration, replies
from console.actions.seen import is_colleagues
from console.authorization import Agent
from console.errors import ApiError, Overtaken
from conversations import inbox_order
from conversations.actions import Verb
from conversations.conversation import Status
from storage import audit, conversations, inbox_index, team_names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from application.commands import Context
    from application.loading import LoadedConversation
    from console.bodies.collaboration import HandOver, Marks, Nap
    from conversations.actions import Action
    from conversations.conversation import Conversation
    from storage import index_places

Command = Callable[[Agent, str, Request, int], Executed]
"""A command for one conversation, by its id, with what makes a repeated request recognisable, and the time."""
WORKERS = 8
LOOKED_AT = 100
"""Heads per partition of the inbox that are looked at to count them."""


def carry_out(
    agent: Agent, name: str, command: Command, requests: Mapping[str, Request], clock: Callable[[], int]
) -> dict[str, ApiError | None]:
    """Carry out a command in several conversations; return for each what it was refused for, or None."""

    def one(conversation_id: str) -> ApiError | None:
        try:
            authorization.guard(agent, conversation_id)
            command(agent, conversation_id, requests[conversation_id], clock())
        except ApiError as error:
            return error
        except conversations.Conflict:
            return ApiError(503, "busy")
        return None

    with ThreadPoolExecutor(max_workers=WORKERS) as pool:
        refusals = dict(zip(requests, pool.map(one, requests), strict=True))
    done = sum(error is None for error in refusals.values())
    audit.put(audit.AuditEvent.BULK, agent.author, name, clock(), conversations=done)
    return refusals


def assign(to: HandOver) -> Command:
    """Return the command that hands a conversation over."""
    return lambda agent, conversation_id, request, now: collaboration.assign(agent, conversation_id, to, request, now)


def tag(marks: Marks) -> Command:
    """Return the command that changes the tags of a conversation."""
    return lambda agent, conversation_id, request, now: collaboration.tag(agent, conversation_id, marks, request, now)


def snooze(nap: Nap, unread: Mapping[str, int]) -> Command:
    """Return the command that puts a conversation aside, if no more is unread in it than the list showed."""
    return _seeing(unread, lambda conversation, agent, now: collaboration.snoozed(conversation, agent, nap, now))


def resolve(unread: Mapping[str, int]) -> Command:
    """Return the command that closes a conversation, if no more is unread in it than the list showed.

    It raises a 409 where a colleague answered what the list showed as unread.
    """

    def resolved(conversation: LoadedConversation, agent: Agent, now: int) -> Action:
        if conversation.head.unread < unread.get(conversation.id, 0):
            _must_be_own(conversation, agent)
        return replace(replies.new_action(conversation, agent, Verb.RESOLVE, now), seen=conversation.head.inbound)

    return _seeing(unread, resolved)


def reopen() -> Command:
    """Return the command that takes a conversation up again."""
    return replies.reopen


def _must_be_own(conversation: LoadedConversation, agent: Agent) -> None:
    """Raise a 409 where the last answer is a colleague's."""
    written = [each for each in conversation.messages() if each.direction == "outbound" and not each.automatic]
    if written and is_colleagues(written[-1], agent):
        raise Overtaken("answered", written[-1].author, written[-1:])


def _seeing(unread: Mapping[str, int], act: Callable[[LoadedConversation, Agent, int], Action]) -> Command:
    """Return a command over all that is there; it raises a 409 where more is unread than the list showed."""

    def command(agent: Agent, conversation_id: str, request: Request, now: int) -> Executed:
        def decide(conversation: LoadedConversation, context: Context) -> list[Action]:
            if conversation.head.unread > unread.get(conversation_id, conversation.head.unread):
                raise ApiError(409, "stale")
            return [act(conversation, agent, context.at)]

        return replies.execute(conversation_id, decide, now, request)

    return command


def count(agent: Agent) -> dict[str, Any]:
    """Return how many conversations need somebody, as far as a bounded look tells."""
    agent_id, teams = agent.id, authorization.visible(agent, team_names.names())
    partitions = [partition for team in teams for partition in inbox_order.partitions(team)]
    with ThreadPoolExecutor(max_workers=WORKERS) as pool:
        parts = list(
            pool.map(lambda partition: inbox_index.inbox_part(partition, LOOKED_AT, None, inbox_index.ALL), partitions)
        )
    heads = [head for found, _ in parts for _, head in found]
    opened = [head for head in heads if head.status == Status.OPEN]
    return {
        "open": len(opened),
        "unassigned": sum(head.assignee is None for head in opened),
        "mine": sum(_is_of(agent_id, head) for head in opened),
        "missed": sum(bool(head.service_level.missed) for head in opened),
        "mentions": sum(agent_id in head.mentioned for head in heads),
        "teams": [{"name": team, "open": sum(head.identity.team == team for head in opened)} for team in teams],
        "complete": all(_saw_all_open([head for _, head in found], more) for found, more in parts),
    }


def _is_of(agent: str, head: Conversation) -> bool:
    return head.assignee is not None and head.assignee.id == agent


def _saw_all_open(heads: list[Conversation], more: index_places.Place | None) -> bool:
    """Return whether the reads went beyond the open conversations, which come first."""
    return more is None or any(head.status != Status.OPEN for head in heads)
