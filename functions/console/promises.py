"""What agents do about follow-ups: look at the plan, promise, take back, and say what came of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from asking import deeds
from console import desk
from console.errors import ApiError
from console.planned import planned
from conversations import customers, follow_ups, projection, store
from conversations.model import FollowUpState, State, Verb

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.bodies import FollowUpWish, Judgement
    from console.planned import Planned
    from conversations.model import Action
    from conversations.projection import Current


def look(agent: desk.Agent, conversation: str, wish: FollowUpWish, now: int) -> Planned:
    """The plan for a wish, without promising anything."""
    found = desk.find(conversation)
    return planned(agent, found, wish, found.moment(now))


def promise(agent: desk.Agent, conversation: str, wish: FollowUpWish, request: desk.Request, now: int) -> desk.Done:
    """Set the follow-up, or set it anew."""

    def write(found: Current, now: int) -> Action:
        made = planned(agent, found, wish, now).promise()
        return replace(desk.plain(found, agent, Verb.PROMISE, now), promise=made)

    return desk.do(conversation, write, now, request)


def release(agent: desk.Agent, conversation: str, request: desk.Request, now: int, batch: str = "") -> desk.Done:
    """Cancel the follow-up, also one that came due and has not left; with ``batch``, only one of that bulk."""

    def write(found: Current, now: int) -> Action:
        follow_up = found.head.follow_up
        others = batch and follow_up and follow_up.promise.batch != batch
        if follow_up is None or follow_up.state not in follow_ups.STANDING or others:
            raise ApiError(404, "no_follow_up")
        return desk.plain(found, agent, Verb.RELEASE, now)

    return _taken_back(conversation, batch, now) or desk.do(conversation, write, now, request)


def _taken_back(conversation: str, batch: str, now: int) -> desk.Done | None:
    """Take back a question that came due and has not left yet; None if there is none."""
    found = desk.find(conversation)
    follow_up = found.head.follow_up
    if follow_up is None or follow_up.state != FollowUpState.ASKED or batch not in ("", follow_up.promise.batch):
        return None
    question = next((each for each in found.actions if each.id == follow_up.asked_id), None)
    if question is None or question.state != State.QUEUED:
        return None
    try:
        store.change_delivery(found.id, question, replace(question, state=State.CANCELLED, reason="agent"))
    except store.Conflict:
        return None  # it is on its way to the platform
    projection.refold(found.id, now)
    return desk.Done(question.id, desk.find(conversation))


def judge(agent: desk.Agent, conversation: str, said: Judgement, request: desk.Request, now: int) -> desk.Done:
    """Confirm or correct what the answer to the follow-up means."""

    def write(found: Current, now: int) -> Action:
        follow_up = found.head.follow_up
        if follow_up is None or follow_up.state != FollowUpState.ASKED:
            raise ApiError(404, "no_question")
        judged = follow_ups.judged(found.head, said.outcome, agent.author, now, desk.new_id(now))
        if not said.resolve:
            return judged
        return replace(judged, resolve=True, reason="", seen=desk.seen_by(found, said.seen))

    return desk.do(conversation, write, now, request)


def decline(conversation: str, clock: Callable[[], int]) -> bool:
    """The customer does not want to be asked, here or anywhere else; whether that is so now."""
    who, customer_id = _customer(conversation)
    customers.decline(*who, customer_id, clock(), conversation)
    for other in {conversation, *customers.conversations_of(*who, customer_id)}:
        deeds.reconsider(other, clock)
    return True


def permit(conversation: str, now: int) -> bool:
    """The customer may be asked after all; whether he declines still."""
    who, customer_id = _customer(conversation)
    customers.permit(*who, customer_id, store.expires_at(now, now))
    return False


def _customer(conversation: str) -> tuple[tuple[str, str], str]:
    head = desk.find(conversation).head
    if not head.customer.id:
        raise ApiError(404, "no_customer")
    return (head.identity.channel, head.identity.connection), head.customer.id
