"""Commands of agents: each is one action or several, written together with the head they lead to."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from msgspec.structs import replace

import channels
from application import commands, loading
from application.commands import Executed, Request
from console.actions import chosen_message, reply_files, reply_recipients
from console.actions.follow_up_plan import planned
from console.actions.seen import seen_by
from console.actions.split_text import parts
from console.errors import ApiError
from conversations import fold
from conversations.actions import Envelope, State, Verb
from conversations.facts import Visibility
from conversations.identity import CONVERSATION_ID
from conversations.promise import Promise
from conversations.send_options import Route
from conversations.team_settings import length_of
from storage import (
    connections,
    conversations,
    team_names,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from application.addressing import Chosen
    from application.commands import Context, Decide
    from application.loading import LoadedConversation
    from console.actions.follow_up_plan import Planned
    from console.authorization import Agent
    from console.bodies.conversations import NewReply
    from conversations.actions import Action
    from conversations.conversation import Conversation
    from storage.writes import Write

Found = TypeVar("Found")
LONGEST_TEXT = 50_000
"""Characters of a text that no platform limits, such as a note; with all of them escaped it still is one item."""


def is_id(conversation_id: str) -> bool:
    """Return whether something could be a conversation's id."""
    return CONVERSATION_ID.fullmatch(conversation_id) is not None


def find(conversation_id: str) -> LoadedConversation:
    """A conversation; raises a 404."""
    return existing(loading.load(conversation_id) if is_id(conversation_id) else None)


def team(name: str) -> str:
    """The name of a team that there is; raises a 404."""
    if not team_names.exists(name):
        raise ApiError(404, "no_team")
    return name


def routes(head: Conversation, now: int) -> list[Route]:
    """The ways in which a conversation can be answered now."""
    identity = head.identity
    if head.unreachable:
        return []
    options = connections.options_of(identity.channel, identity.connection)
    return channels.get(identity.channel).sender.send_options(fold.situation(head, options), now)


def reply(agent: Agent, conversation_id: str, new: NewReply, request: Request, now: int) -> Executed:
    """Write an answer, perhaps with the promise to ask back; it leaves through the outbox.

    With a private message beside it both are written, or neither.
    """

    def decide(conversation: LoadedConversation, context: Context) -> list[Action]:
        return answered(agent, conversation, new, context.at)

    return execute(conversation_id, decide, now, request)


def answered(agent: Agent, conversation: LoadedConversation, new: NewReply, now: int) -> list[Action]:
    """Return the answer, in parts if it is to be split, and the private message beside it, if any.

    The follow-up belongs to the last part: from then on the customer's answer is waited for. Raises a 422 where the
    platform does not take it, and a 409 where the customer wrote, or a colleague answered, what the agent has not seen.
    """
    names_recipients = conversation.names_recipients or new.names_recipients
    envelope = reply_recipients.envelope(conversation, new) if names_recipients else Envelope()
    chosen = _chosen(agent, conversation, new)
    plan = planned(agent, conversation, new.follow_up, now, envelope.to, new.text) if new.follow_up else None
    promise = promise_of(plan) if plan else None  # none where the customer cannot be reached
    options = plan.around.case.routes(now) if plan else routes(conversation.head, now)
    option = chosen_option(conversation.head, options, Visibility.PUBLIC if new.private else new.visibility)
    text = chosen.named(new.text) if chosen else new.text
    actions = _in_parts(agent, conversation, new, text, option, now, envelope.to)
    if chosen:
        actions = [chosen.on(action) for action in actions]
    if conversation.names_recipients:
        actions = reply_recipients.addressed(conversation, actions, envelope)
    if new.files:
        actions = reply_files.along(conversation, option, new.files, actions, now)
    actions[-1] = replace(actions[-1], promise=promise, met=met(conversation, promise))
    if new.private:
        option = chosen_option(conversation.head, options, Visibility.PRIVATE)
        actions += _in_parts(agent, conversation, new, new.private, option, now + len(actions))
    actions[-1] = replace(actions[-1], resolve=new.resolve)
    return [actions[0], *(replace(action, beside=actions[0].id) for action in actions[1:])]


def _chosen(agent: Agent, conversation: LoadedConversation, new: NewReply) -> Chosen | None:
    """Return the message that is answered; None for all that was seen. Raises a 404 or 422, and a 409 where its author
    wrote what the agent has not seen."""
    if new.reply_to is None:
        return None
    visibility = Visibility.PRIVATE if new.private else new.visibility
    chosen = chosen_message.answered(conversation, new.reply_to, visibility)
    seen_by(conversation, new.seen, agent, chosen.message.author)
    return chosen


def met(conversation: LoadedConversation, promise: Promise | None) -> int:
    """Return how many messages are known of the person whom a promise is for, where that is not the customer."""
    if promise is None or promise.person is None:
        return conversation.head.follow_up.met if conversation.head.follow_up else 0
    messages = conversation.messages()
    return sum(1 for each in messages if each.direction == "inbound" and each.author.id == promise.person.id)


def _in_parts(
    agent: Agent,
    conversation: LoadedConversation,
    new: NewReply,
    text: str,
    option: Route,
    now: int,
    to: Sequence[str] = (),
) -> list[Action]:
    """Return the messages a text goes out as, a millisecond apart, so that they stay in their order."""
    texts = parts(conversation.head, option, text) if new.split else [text]
    messages = [_message(agent, conversation, new, part, option, now + index) for index, part in enumerate(texts)]
    answered = conversation.message_answered(option.way, to)
    return [replace(message, reply_to_id=answered) for message in messages]


def _message(
    agent: Agent, conversation: LoadedConversation, new: NewReply, text: str, option: Route, now: int
) -> Action:
    """Return one message that leaves; raises a 422 for one that is too long, and a 409 as ``seen_by`` does."""
    fits(conversation.head, option, text)
    written = replace(
        new_action(conversation, agent, Verb.REPLY, now),
        text=text,
        way=option.way,
        not_before=now + new.hold if new.hold else 0,
        state=State.QUEUED,
    )
    return seen_by(conversation, new.seen, agent).on(written)


def promise_of(prepared: Planned) -> Promise:
    """Return the promise that a plan leads to; raises a 422 for one that cannot be kept, or whose text is too long."""
    plan, head, team = prepared.plan, prepared.around.conversation.head, prepared.around.team
    if plan.at is None or plan.doer is None:
        raise ApiError(422, "follow_up_refused", detail_key=f"reason.{plan.reason}", reason=plan.reason)
    options = prepared.around.case.routes(plan.at)
    fits(head, next((option for option in options if option.way == plan.way), None), prepared.as_sent())
    return Promise(
        at=plan.at,
        text=prepared.text,
        doer=plan.doer,
        visibility=prepared.wish.visibility,
        wished=prepared.wished if prepared.wished != plan.at else None,
        latest=plan.latest,
        reason=plan.reason,
        wording=prepared.wording,
        topic=prepared.wish.topic or "",
        patience=length_of(team.patience, team.hours.zone),
        language=prepared.wish.language or "",
        customer=head.customer.id or "",
        about=prepared.around.about.id if prepared.around.about else "",
        person=prepared.around.person,
    )


def fits(head: Conversation, route: Route | None, text: str) -> None:
    """Raise a 422 unless the platform takes the text; where no way leads to it, unless the table does."""
    limit, unit, length = LONGEST_TEXT, "characters", len(text)
    if route:
        length = channels.get(head.identity.channel).sender.measure(text, route.way)
        limit, unit = route.limit, route.unit
    if length > limit:
        raise ApiError(422, "text_too_long", limit=limit, length=length, unit=unit)


def resolve(agent: Agent, conversation_id: str, seen: str | None, request: Request, now: int) -> Executed:
    """Close the conversation, until somebody writes."""

    def decide(conversation: LoadedConversation, context: Context) -> list[Action]:
        resolved = new_action(conversation, agent, Verb.RESOLVE, context.at)
        return [seen_by(conversation, seen, agent).on(resolved)]

    return execute(conversation_id, decide, now, request)


def reopen(agent: Agent, conversation_id: str, request: Request, now: int) -> Executed:
    """Take the conversation up again."""

    def decide(conversation: LoadedConversation, context: Context) -> list[Action]:
        return [new_action(conversation, agent, Verb.REOPEN, context.at)]

    return execute(conversation_id, decide, now, request)


def execute(
    conversation_id: str, decide: Decide, now: int, request: Request, extra_writes: Sequence[Write] = ()
) -> Executed:
    """Carry out a command of an agent, once only for one idempotency key; ``extra_writes`` is written with it.

    Raises a 404 where there is no such conversation, a 422 for a key that was used for something else, and a 503 where
    others change the conversation again and again.
    """

    with refusing(conversation_id):
        return existing(commands.execute(conversation_id, decide, lambda: now, request, lambda *_decided: extra_writes))


@contextmanager
def refusing(conversation_id: str) -> Iterator[None]:
    """Translate the errors of commands into answers; raises a 404 for an id that is none."""
    if not is_id(conversation_id):
        raise ApiError(404, "not_found")
    try:
        yield
    except commands.RequestDiffers:
        raise ApiError(422, "idempotency_mismatch") from None
    except conversations.Conflict:
        raise ApiError(503, "busy") from None


def existing(found: Found | None) -> Found:
    """Return what was found; raises a 404 where there is nothing."""
    if found is None:
        raise ApiError(404, "not_found")
    return found


def new_action(conversation: LoadedConversation, agent: Agent, verb: Verb, now: int) -> Action:
    """Return an action that says nothing but what was done, and over what."""
    return fold.new_action(conversation.head, verb, agent.author, now, os.urandom(8))


def open_way(head: Conversation, wanted: Visibility | None, now: int) -> Route:
    """Return the way an answer takes now; raises a 422 that says why there is none."""
    return chosen_option(head, routes(head, now), wanted)


def chosen_option(head: Conversation, options: Sequence[Route], wanted: Visibility | None) -> Route:
    """Return the first option of a visibility, by itself that of the conversation; raises a 422 that says why not."""
    visibility = wanted or head.identity.visibility
    option = next((option for option in options if option.visibility == visibility), None)
    if option:
        return option
    if head.identity.visibility == Visibility.PRIVATE:
        closed = "private_only" if visibility == Visibility.PUBLIC else "window"
    elif visibility == Visibility.PUBLIC:
        closed = "no_public"
    else:
        closed = "private_reply_used"
    raise ApiError(422, "route_closed", detail_key=f"route.{closed}", reason=closed)
