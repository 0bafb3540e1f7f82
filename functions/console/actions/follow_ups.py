"""Actions of agents on follow-ups: plan, schedule, cancel, and set the outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from application import opt_outs, projection
from application.commands import Executed
from console import authorization
from console.actions import replies
from console.actions.follow_up_plan import planned
from console.actions.seen import seen_by
from console.errors import ApiError
from conversations import follow_ups
from conversations.actions import State, Verb
from conversations.promise import FollowUpState
from storage import audit, conversations, follow_up_index, team_names, writes

if TYPE_CHECKING:
    from collections.abc import Callable

    from application.commands import Context, Request
    from application.loading import LoadedConversation
    from console.actions.follow_up_plan import Planned
    from console.authorization import Agent
    from console.bodies.conversations import FollowUpWish, Judgement
    from conversations.actions import Action
    from conversations.conversation import Conversation
    from storage.follow_up_index import Cursor

STATES = tuple(follow_up_index.STATES)


class Listed(Struct, frozen=True):
    """The follow-ups in one state, of one team or of all."""

    teams: list[str]
    state: str
    now: int
    """Milliseconds: what is overdue depends on it."""
    agent: Agent

    @classmethod
    def of(cls, agent: Agent, team: str, state: str, now: int) -> Listed:
        """Return those of a team that an agent sees; an empty name is that of all teams."""
        return cls(authorization.visible(agent, [team] if team else team_names.names()), state, now, agent)

    def place_of(self, value: Any) -> Cursor | None:
        """Return a place in this list; None for anything else."""
        return follow_up_index.cursor_reader(self.state, self.now)(value)

    def page(self, limit: int, start: Cursor | None) -> tuple[list[Conversation], Cursor | None]:
        """Return the conversations from a place on, and where the next page begins."""
        heads, following = follow_up_index.page(self.teams, self.state, limit, self.now, start)
        return authorization.seen_by(self.agent, heads), following


def look(agent: Agent, conversation_id: str, wish: FollowUpWish, answer: str, now: int) -> Planned:
    """The plan for a wish, without promising anything; ``answer`` is the text that it is to go with."""
    authorization.guard(agent, conversation_id)
    conversation = replies.find(conversation_id)
    return planned(agent, conversation, wish, conversation.moment(now), answer=answer)


def promise(agent: Agent, conversation_id: str, wish: FollowUpWish, request: Request, now: int) -> Executed:
    """Schedule the follow-up, in place of an earlier one."""

    def decide(conversation: LoadedConversation, context: Context) -> list[Action]:
        made = replies.promise_of(planned(agent, conversation, wish, context.at))
        promised = replies.new_action(conversation, agent, Verb.PROMISE, context.at)
        return [replace(promised, promise=made, met=replies.met(conversation, made))]

    return replies.execute(conversation_id, decide, now, request)


def release(agent: Agent, conversation_id: str, request: Request, now: int, batch: str = "") -> Executed:
    """Cancel the follow-up, also one that came due and has not left; with ``batch``, only one of that bulk."""

    def decide(conversation: LoadedConversation, context: Context) -> list[Action]:
        follow_up = conversation.head.follow_up
        others = batch and follow_up and follow_up.promise.batch != batch
        if follow_up is None or follow_up.state not in follow_ups.STANDING or others:
            raise ApiError(404, "no_follow_up")
        return [replies.new_action(conversation, agent, Verb.RELEASE, context.at)]

    return _taken_back(conversation_id, batch, now) or replies.execute(conversation_id, decide, now, request)


def _taken_back(conversation_id: str, batch: str, now: int) -> Executed | None:
    """Take back a question that came due and has not left yet; None if there is none."""
    conversation = replies.find(conversation_id)
    follow_up = conversation.head.follow_up
    if follow_up is None or follow_up.state != FollowUpState.ASKED or batch not in ("", follow_up.promise.batch):
        return None
    question = next((each for each in conversation.actions if each.id == follow_up.asked_id), None)
    if question is None or question.state != State.QUEUED:
        return None
    try:
        conversations.change_delivery(
            conversation.id, question, replace(question, state=State.CANCELLED, reason="agent")
        )
    except conversations.Conflict:
        return None  # it is on its way to the platform
    projection.refold(conversation.id, now)
    return Executed(question.id, replies.find(conversation_id))


def judge(agent: Agent, conversation_id: str, judgement: Judgement, request: Request, now: int) -> Executed:
    """Confirm or correct what the answer to the follow-up means."""

    def decide(conversation: LoadedConversation, context: Context) -> list[Action]:
        follow_up = conversation.head.follow_up
        if follow_up is None or follow_up.state != FollowUpState.ASKED:
            raise ApiError(404, "no_question")
        outcome, at = judgement.outcome, context.at
        judged = follow_ups.judged(conversation.head, outcome, agent.author, at, context.action_id)
        if judgement.resolve:
            judged = seen_by(conversation, judgement.seen, agent).on(replace(judged, resolve=True, reason=""))
        return [judged]

    return replies.execute(conversation_id, decide, now, request)


def decline(agent: Agent, conversation_id: str, clock: Callable[[], int]) -> bool:
    """Note that the customer does not want to be asked, here or anywhere else; returns whether that is so now."""
    identity, customer_id = _customer(conversation_id)
    opt_outs.decline((*identity, customer_id), clock, conversation_id)
    audit.put(audit.AuditEvent.OPT_OUT, agent.author, conversation_id, clock())
    return True


def permit(agent: Agent, conversation_id: str, now: int) -> bool:
    """Let the customer be asked after all; returns whether they decline still."""
    identity, customer_id = _customer(conversation_id)
    opt_outs.permit((*identity, customer_id), writes.expires_at(now, now))
    audit.put(audit.AuditEvent.PERMIT, agent.author, conversation_id, now)
    return False


def _customer(conversation_id: str) -> tuple[tuple[str, str], str]:
    head = replies.find(conversation_id).head
    if not head.customer.id:
        raise ApiError(404, "no_customer")
    return (head.identity.channel, head.identity.connection), head.customer.id
