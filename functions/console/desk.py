"""What agents do at their desk: each is one action, written together with the head it leads to."""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import channels
from console.errors import ApiError
from console.planned import fits, planned
from conversations import customers, directory, projection, store
from conversations.fold import situation
from conversations.identity import action_id
from conversations.model import Action, Author, Route, State, Verb, Visibility, Way

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from console.bodies import NewReply
    from conversations.model import Conversation, Message
    from conversations.projection import Current

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
class Done:
    """What an action led to."""

    action_id: str
    conversation: Current

    def message(self) -> Message:
        """The message that was written."""
        return next(each for each in self.conversation.messages() if each.id == self.action_id)


@dataclass(frozen=True, slots=True)
class Request:
    """What makes a repeated request recognisable: the agent's key, and what was asked for."""

    key: str
    fingerprint: str

    @classmethod
    def of(cls, agent: Agent, conversation: str, key: str, path: str, body: bytes) -> Request:
        """Keys of different agents and conversations do not meet."""
        unique = hashlib.sha256(f"{agent.id}\0{conversation}\0{key}".encode()).hexdigest() if key else ""
        return cls(unique, hashlib.sha256(path.encode() + b"\0" + body).hexdigest())


def find(conversation: str) -> Current:
    """A conversation; raises a 404."""
    found = projection.current(conversation) if _ID.fullmatch(conversation) else None
    if found is None:
        raise ApiError(404, "not_found")
    return found


def routes(head: Conversation, now: int) -> list[Route]:
    """The ways in which a conversation can be answered now."""
    return channels.get(head.identity.channel).routes(situation(head), now)


def reply(agent: Agent, conversation: str, new: NewReply, request: Request, now: int) -> Done:
    """Write an answer, perhaps with the promise to ask back; it leaves through the outbox."""

    def write(found: Current, now: int) -> Action:
        route = _route(found.head, new.visibility, now)
        fits(found.head, route, new.text)
        promise = planned(agent, found, new.follow_up, now).promise() if new.follow_up else None
        return Action(
            id=new_id(now),
            at=now,
            verb=Verb.REPLY,
            by=agent.author,
            seen=seen_by(found, new.seen),
            heard=found.head.heard,
            upto=found.head.last_inbound_at,
            text=new.text,
            resolve=new.resolve,
            promise=promise,
            way=route.way,
            reply_to_id=_answered(found) if route.way == Way.PRIVATE_REPLY else None,
            state=State.QUEUED,
        )

    return do(conversation, write, now, request)


def note(agent: Agent, conversation: str, text: str, request: Request, now: int) -> Done:
    """Leave a note for the team; it never leaves the house."""

    def write(found: Current, now: int) -> Action:
        fits(found.head, None, text)
        return replace(plain(found, agent, Verb.NOTE, now), text=text)

    return do(conversation, write, now, request)


def resolve(agent: Agent, conversation: str, seen: str | None, request: Request, now: int) -> Done:
    """Close the conversation, until somebody writes."""
    return do(
        conversation,
        lambda found, now: replace(plain(found, agent, Verb.RESOLVE, now), seen=seen_by(found, seen)),
        now,
        request,
    )


def reopen(agent: Agent, conversation: str, request: Request, now: int) -> Done:
    """Take the conversation up again."""
    return do(conversation, lambda found, now: plain(found, agent, Verb.REOPEN, now), now, request)


def erase(conversation: str, now: int) -> int:
    """Forget a conversation; how many were forgotten."""
    found = find(conversation)
    who, customer_id = found.head.identity, found.head.customer.id
    store.erase(found.id, now)
    if customer_id:
        directory.forget_profile(who.channel, who.connection, customer_id)
    return 1


def erase_customer(conversation: str, now: int) -> int:
    """Forget all conversations that the customer of this one began; how many were forgotten."""
    found = find(conversation)
    who, customer_id = found.head.identity, found.head.customer.id
    theirs = customers.conversations_of(who.channel, who.connection, customer_id) if customer_id else []
    known = store.heads([each for each in theirs if each != found.id])
    for other in known:
        store.erase(other, now)
    return erase(found.id, now) + len(known)


def do(
    conversation: str,
    write: Callable[[Current, int], Action],
    now: int,
    request: Request,
    also: Sequence[dict[str, Any]] = (),
) -> Done:
    """Read, decide, write; again when the conversation changed in between, and once only for one idempotency key."""
    if request.key and (earlier := store.earlier_request(request.key)):
        return _repeated(conversation, earlier, request)
    for _ in range(ATTEMPTS):
        found = find(conversation)
        action = write(found, found.moment(now))
        after = found.after(action)
        try:
            store.commit(found.id, action, after, now, (request.key, request.fingerprint), also)
        except store.Conflict:
            continue
        except store.Repeated as earlier:
            return _repeated(conversation, earlier, request)
        head = replace(after, version=after.version + 1)
        return Done(action.id, replace(found, head=head, actions=[*found.actions, action]))
    raise ApiError(503, "busy")


def _repeated(conversation: str, earlier: store.Repeated, request: Request) -> Done:
    if earlier.fingerprint != request.fingerprint:
        raise ApiError(422, "idempotency_mismatch")
    return Done(earlier.action_id, find(conversation))


def new_id(now: int) -> str:
    """The id of an action that is done now (milliseconds)."""
    return action_id(now, os.urandom(8))


def plain(found: Current, agent: Agent, verb: Verb, now: int) -> Action:
    """An action that says nothing but what was done, and over what."""
    return Action(new_id(now), now, verb, agent.author, heard=found.head.heard, upto=found.head.last_inbound_at)


def _route(head: Conversation, wanted: Visibility | None, now: int) -> Route:
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


def seen_by(found: Current, last_seen: str | None) -> int:
    """How many inbound messages the agent has seen; raises a 409 if the customer wrote after the last of them."""
    if last_seen is None:
        return found.head.inbound
    messages = found.messages()
    place = next((index for index, each in enumerate(messages) if last_seen in (each.id, each.platform_id)), None)
    if place is None:
        raise ApiError(422, "unknown_seen")
    missed = [each for each in messages[place + 1 :] if each.direction == "inbound"]
    if any(_is_customers(found.head, each) for each in missed):
        raise ApiError(409, "stale", missed=[each.id for each in missed])
    return found.head.inbound - len(missed)


def _is_customers(head: Conversation, message: Message) -> bool:
    private = head.identity.visibility == Visibility.PRIVATE
    return private or message.author.id in (None, head.customer.id)


def _answered(found: Current) -> str | None:
    """The customer's last public message: a private reply hangs on one message."""
    theirs = [each for each in found.messages() if each.direction == "inbound" and _is_customers(found.head, each)]
    return theirs[-1].id if theirs else None
