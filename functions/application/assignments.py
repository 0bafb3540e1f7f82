"""Hand-overs that a rule or a request decides: each carried out only if the conversation still stands so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from application.commands import execute
from conversations.actions import Action, Verb
from conversations.conversation import Status
from conversations.fold import with_known
from conversations.follow_ups import SYSTEM
from storage import audit, availability

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from application.commands import Context
    from application.loading import LoadedConversation
    from conversations.conversation import Conversation
    from conversations.facts import Author
    from storage.writes import Write

ROUND_ROBIN, AWAY = "round_robin", "agent_away"
"""Rules, as the audit log names them."""


def is_free(head: Conversation) -> bool:
    """Return whether a conversation waits for somebody to take it."""
    return head.status == Status.OPEN and head.assignee is None


def claim(conversation_id: str, agent: Author, request_key: str, clock: Callable[[], int]) -> LoadedConversation | None:
    """Give a conversation to the agent who asks for the next one; None where somebody else was faster.

    Raises ``Conflict`` where the same request was given another one.
    """

    def decide(conversation: LoadedConversation, context: Context) -> list[Action]:
        return [_given(conversation, context, agent, agent)] if is_free(conversation.head) else []

    def note(_conversation: LoadedConversation, _actions: Sequence[Action], now: int) -> list[Write]:
        return availability.claim(request_key, conversation_id, now)

    done = execute(conversation_id, decide, clock, extra_writes=note)
    return done.conversation if done and done.action else None


def assign_in_turn(conversation_id: str, team: str, agent: Author, clock: Callable[[], int]) -> bool:
    """Give a conversation of a team to the agent whose turn it is, if it is still nobody's; return whether it was."""

    def decide(conversation: LoadedConversation, context: Context) -> list[Action]:
        is_wanted = is_free(conversation.head) and conversation.head.identity.team == team
        return [replace(_given(conversation, context, SYSTEM, agent), reason="round_robin")] if is_wanted else []

    def note(_conversation: LoadedConversation, _actions: Sequence[Action], now: int) -> list[Write]:
        detail = {"rule": ROUND_ROBIN, "agent": str(agent.id), "team": team}
        recorded = audit.entry(audit.AuditEvent.ASSIGNED, SYSTEM, conversation_id, now, **detail)
        return [recorded, availability.turn(team, str(agent.id))]

    done = execute(conversation_id, decide, clock, extra_writes=note)
    return done is not None and done.action is not None


def release(conversation_id: str, team: str, agent_id: str, clock: Callable[[], int]) -> bool:
    """Take an open conversation from an agent who is away, if they hold it still; return whether they did."""

    def decide(conversation: LoadedConversation, context: Context) -> list[Action]:
        head = conversation.head
        is_held = head.status == Status.OPEN and head.assignee is not None and head.assignee.id == agent_id
        return [replace(_given(conversation, context, SYSTEM, None), reason="agent_away")] if is_held else []

    def note(_conversation: LoadedConversation, _actions: Sequence[Action], now: int) -> list[Write]:
        detail = {"rule": AWAY, "agent": agent_id, "team": team}
        return [audit.entry(audit.AuditEvent.ASSIGNED, SYSTEM, conversation_id, now, **detail)]

    done = execute(conversation_id, decide, clock, extra_writes=note)
    return done is not None and done.action is not None


def _given(conversation: LoadedConversation, context: Context, by: Author, to: Author | None) -> Action:
    return with_known(conversation.head, Action(context.action_id, context.at, Verb.ASSIGN, by, assignee=to))
