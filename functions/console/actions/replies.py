"""What agents do at their desk: each is one action, written together with the head it leads to."""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import channels
from application import projection
from application.planning_context import message_answered
from console.actions import attachments
from console.actions.follow_up_plan import fits, planned
from console.actions.split_text import parts
from console.errors import ApiError
from conversations.fold import situation
from conversations.identity import action_id
from conversations.messages import written
from conversations.model import Action, Author, Route, State, Verb, Visibility, proven_customer
from storage import connections, conversations, customers, tags

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from application.projection import LoadedConversation
    from console.bodies.conversations import NewReply
    from conversations.model import Conversation, Message
    from storage.writes import Write

ATTEMPTS = 5
_ID = re.compile(r"[a-z2-7]{26}(-[a-z2-7]{13})?")


@dataclass(frozen=True, slots=True)
class Agent:
    """Who works here, as the sign-in says."""

    id: str
    name: str
    email: str
    groups: tuple[str, ...]
    language: str

    @property
    def author(self) -> Author:
        """The agent as the author of a message."""
        return Author(self.id, self.name)


@dataclass(frozen=True, slots=True)
class Executed:
    """What an action led to."""

    action_id: str
    conversation: LoadedConversation

    def message(self) -> Message:
        """The message that was written, also where it was taken back since."""
        shown = {each.id: each for each in self.conversation.messages()}
        return shown.get(self.action_id) or written(self.conversation.head.identity, self._action(self.action_id))

    def beside(self) -> Message | None:
        """The private message that was written in one go with this one."""
        second = next((each for each in self._with() if each.way != self._action(self.action_id).way), None)
        return Executed(second.id, self.conversation).message() if second else None

    def parts(self) -> list[Message]:
        """The messages that follow this one, where the answer was split, without the private one that is ``beside``."""
        beside = self.beside()
        further = [each for each in self._with() if beside is None or each.id != beside.id]
        return [Executed(each.id, self.conversation).message() for each in further]

    def _with(self) -> list[Action]:
        """What was written in one go with this one, in its order."""
        found = [each for each in self.conversation.actions if self.action_id and each.beside == self.action_id]
        return sorted(found, key=lambda each: each.at)

    def _action(self, action_id: str) -> Action:
        return next(each for each in self.conversation.actions if each.id == action_id)


@dataclass(frozen=True, slots=True)
class Request:
    """What makes a repeated request recognisable: the agent's key, and what was asked for."""

    key: str
    fingerprint: str

    @classmethod
    def of(cls, agent: Agent, conversation_id: str, key: str, path: str, body: bytes) -> Request:
        """Keys of different agents and conversations do not meet."""
        unique = hashlib.sha256(f"{agent.id}\0{conversation_id}\0{key}".encode()).hexdigest() if key else ""
        return cls(unique, hashlib.sha256(path.encode() + b"\0" + body).hexdigest())


def is_id(conversation_id: str) -> bool:
    """Whether something could be a conversation's id."""
    return _ID.fullmatch(conversation_id) is not None


def find(conversation_id: str) -> LoadedConversation:
    """A conversation; raises a 404."""
    conversation = projection.load(conversation_id) if is_id(conversation_id) else None
    if conversation is None:
        raise ApiError(404, "not_found")
    return conversation


def team(name: str) -> str:
    """The name of a team that there is; raises a 404."""
    if not connections.has_team(name):
        raise ApiError(404, "no_team")
    return name


def routes(head: Conversation, now: int) -> list[Route]:
    """The ways in which a conversation can be answered now."""
    who = head.identity
    if head.unreachable:
        return []
    options = connections.options_of(who.channel, who.connection)
    return channels.get(who.channel).sender.send_options(situation(head, options), now)


def reply(agent: Agent, conversation_id: str, new: NewReply, request: Request, now: int) -> Executed:
    """Write an answer, perhaps with the promise to ask back; it leaves through the outbox.

    With a private message beside it both are written, or neither.
    """
    return execute(conversation_id, lambda conversation, now: answered(agent, conversation, new, now), now, request)


def answered(agent: Agent, conversation: LoadedConversation, new: NewReply, now: int) -> list[Action]:
    """The answer, in parts if it is to be split, and the private message beside it, if any.

    The promise hangs on the last part: from then on the customer's answer is waited for.
    """
    wanted = Visibility.PUBLIC if new.private else new.visibility
    promise = planned(agent, conversation, new.follow_up, now).promise() if new.follow_up else None
    said = _in_parts(agent, conversation, new, new.text, wanted, now)
    if new.files:
        way = open_way(conversation.head, wanted, now)
        said[0] = replace(said[0], files=attachments.checked(conversation, way, new.files, said[0].text, now))
    said[-1] = replace(said[-1], promise=promise)
    if new.private:
        said += _in_parts(agent, conversation, new, new.private, Visibility.PRIVATE, now + len(said))
    said[-1] = replace(said[-1], resolve=new.resolve)
    return [said[0], *(replace(each, beside=said[0].id) for each in said[1:])]


def _in_parts(
    agent: Agent, conversation: LoadedConversation, new: NewReply, text: str, wanted: Visibility | None, now: int
) -> list[Action]:
    """The messages a text goes out as, a millisecond apart, so that they stay in their order."""
    texts = parts(conversation.head, open_way(conversation.head, wanted, now), text) if new.split else [text]
    return [_message(agent, conversation, new, each, wanted, now + place) for place, each in enumerate(texts)]


def _message(
    agent: Agent, conversation: LoadedConversation, new: NewReply, text: str, wanted: Visibility | None, now: int
) -> Action:
    """One message that leaves; raises a 422 where no way is open, and a 409 for one who is blind."""
    route = open_way(conversation.head, wanted, now)
    fits(conversation.head, route, text)
    return Action(
        id=new_id(now),
        at=now,
        verb=Verb.REPLY,
        by=agent.author,
        seen=seen_by(conversation, new.seen),
        heard=conversation.head.heard,
        upto=conversation.head.last_inbound_at,
        text=text,
        way=route.way,
        reply_to_id=message_answered(conversation, route.way),
        not_before=now + new.hold if new.hold else 0,
        state=State.QUEUED,
    )


def resolve(agent: Agent, conversation_id: str, seen: str | None, request: Request, now: int) -> Executed:
    """Close the conversation, until somebody writes."""
    return execute(
        conversation_id,
        lambda conversation, now: replace(
            new_action(conversation, agent, Verb.RESOLVE, now), seen=seen_by(conversation, seen)
        ),
        now,
        request,
    )


def reopen(agent: Agent, conversation_id: str, request: Request, now: int) -> Executed:
    """Take the conversation up again."""
    return execute(
        conversation_id, lambda conversation, now: new_action(conversation, agent, Verb.REOPEN, now), now, request
    )


def erase(conversation_id: str, now: int) -> int:
    """Forget a conversation; how many were forgotten."""
    conversation = find(conversation_id)
    who, customer_id = conversation.head.identity, proven_customer(conversation.head)
    conversations.erase(conversation.id, now)
    if customer_id:
        connections.forget_profile(who.channel, who.connection, customer_id)
    return 1


def erase_customer(conversation_id: str, now: int) -> int:
    """Forget all conversations that the customer of this one began; how many were forgotten.

    Where nobody vouches for the customer it is this one alone: the others are those of somebody else, or may be.
    """
    conversation = find(conversation_id)
    who, customer_id = conversation.head.identity, proven_customer(conversation.head)
    theirs = customers.conversations_of(who.channel, who.connection, customer_id) if customer_id else []
    known = conversations.heads([each for each in theirs if each != conversation.id])
    for other in known:
        conversations.erase(other, now)
    if customer_id:
        customers.erase(who.channel, who.connection, customer_id, now, conversations.expires_at(now, now))
    return erase(conversation.id, now) + len(known)


def execute(
    conversation_id: str,
    write: Callable[[LoadedConversation, int], Action | Sequence[Action]],
    now: int,
    request: Request,
    also: Sequence[Write] = (),
) -> Executed:
    """Read, decide, write; again when the conversation changed in between, and once only for one idempotency key.

    What is decided may be several actions, in the order of their times: they are written together or not at all. It may
    be none: then nothing is written. ``also`` is written with them.
    """
    if request.key and (earlier := conversations.earlier_request(request.key)):
        return _repeated(conversation_id, earlier, request)
    for _ in range(ATTEMPTS):
        conversation = find(conversation_id)
        decided = write(conversation, conversation.moment(now))
        actions = [decided] if isinstance(decided, Action) else decided
        if not actions:
            return Executed("", conversation)
        after = conversation.after(*actions)
        parts = [*also, *tags.used(after, actions)]
        try:
            conversations.commit(conversation.id, actions, after, now, (request.key, request.fingerprint), parts)
        except conversations.Conflict:
            continue
        except conversations.Repeated as earlier:
            return _repeated(conversation_id, earlier, request)
        head = replace(after, version=after.version + 1)
        return Executed(actions[0].id, replace(conversation, head=head, actions=[*conversation.actions, *actions]))
    raise ApiError(503, "busy")


def _repeated(conversation_id: str, earlier: conversations.Repeated, request: Request) -> Executed:
    if earlier.fingerprint != request.fingerprint:
        raise ApiError(422, "idempotency_mismatch")
    return Executed(earlier.action_id, find(conversation_id))


def new_id(now: int) -> str:
    """The id of an action that is done now (milliseconds)."""
    return action_id(now, os.urandom(8))


def new_action(conversation: LoadedConversation, agent: Agent, verb: Verb, now: int) -> Action:
    """An action that says nothing but what was done, and over what."""
    return Action(
        new_id(now), now, verb, agent.author, heard=conversation.head.heard, upto=conversation.head.last_inbound_at
    )


def open_way(head: Conversation, wanted: Visibility | None, now: int) -> Route:
    """The way an answer takes; raises a 422 that says why there is none."""
    visibility = wanted or head.identity.visibility
    route = next((each for each in routes(head, now) if each.visibility == visibility), None)
    if route:
        return route
    if head.identity.visibility == Visibility.PRIVATE:
        closed = "private_only" if visibility == Visibility.PUBLIC else "window"
    else:
        closed = "private_reply_used"
    raise ApiError(422, "route_closed", detail_key=f"route.{closed}", reason=closed)


def seen_by(conversation: LoadedConversation, last_seen: str | None) -> int:
    """How many inbound messages the agent has seen; raises a 409 if the customer wrote after the last of them."""
    if last_seen is None:
        return conversation.head.inbound
    messages = conversation.messages()
    place = next((index for index, each in enumerate(messages) if last_seen in (each.id, each.platform_id)), None)
    if place is None:
        raise ApiError(422, "unknown_seen")
    missed = [each for each in messages[place + 1 :] if each.direction == "inbound"]
    if any(_is_customers(conversation.head, each) for each in missed):
        raise ApiError(409, "stale", missed=[each.id for each in missed])
    return conversation.head.inbound - len(missed)


def _is_customers(head: Conversation, message: Message) -> bool:
    private = head.identity.visibility == Visibility.PRIVATE
    return private or message.author.id in (None, head.customer.id)
