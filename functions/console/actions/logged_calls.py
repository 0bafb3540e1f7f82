"""Phone calls and visits that agents log, as conversations of their own. Nothing is ever sent there."""

from __future__ import annotations

import os
from hashlib import blake2b
from typing import TYPE_CHECKING

from msgspec.structs import replace

from application.commands import new_id
from application.loading import with_due
from console import authorization
from console.actions import customers, replies
from console.errors import ApiError
from conversations import logged
from conversations.actions import Action, Verb
from conversations.facts import Author, Fact, Kind, Visibility
from conversations.fold import fold
from conversations.identity import Identity, base32
from storage import audit, conversations, customer_cards, keys, logged_calls
from storage.audit import AuditEvent

if TYPE_CHECKING:
    from console.authorization import Agent
    from console.bodies.customers import NewCall
    from conversations.conversation import Conversation
    from storage.writes import Write

YEAR = 366 * 86_400_000


def log(agent: Agent, call: NewCall, request_key: str, now: int) -> Conversation:
    """Log a call or visit in a team that the agent sees, as theirs; logged twice with one key, it is one.

    Raises a 404 for a team or a customer that is not there for the agent, and a 422 for a time that cannot be.
    """
    at = now if call.at is None else call.at
    if not now - YEAR < at <= now:
        raise ApiError(422, "call_time")
    if call.team in authorization.closed_to(agent):
        raise ApiError(404, "no_team")
    identity = Identity(
        call.kind, logged.CONNECTION, Visibility.PRIVATE, _thread_of(agent, request_key), "", replies.team(call.team)
    )
    known = customers.identity_of(agent, call.customer) if call.customer else None
    author = _author_of(call, known, identity.thread_id)
    fact = Fact(
        Kind.MESSAGE,
        Visibility.PRIVATE,
        identity.thread_id,
        at,
        "log",
        author=author,
        text=call.summary,
        customer_id=author.id,
    )
    actions = _actions(agent, call, now)
    head = fold(identity, [fact], actions)
    assert head is not None
    head = with_due(customer_cards.with_vip(head))
    further = [
        audit.entry(AuditEvent.LOGGED, agent.author, keys.id_of(identity), now, kind=call.kind),
        *_with_card(known, now),
    ]
    try:
        logged_calls.put(head, fact, actions, now, *further)
    except conversations.Conflict:
        return _logged_before(keys.id_of(identity))
    return replace(head, version=1)


def _thread_of(agent: Agent, request_key: str) -> str:
    """Return an id that is the same for a repeated request, and that nobody else can give."""
    if not request_key:
        return base32(os.urandom(16))
    return base32(blake2b(f"{agent.id}\0{request_key}".encode(), digest_size=16).digest())


def _author_of(call: NewCall, known: customers.Identity | None, thread_id: str) -> Author:
    """Return who called: the customer of a card, or a person known by this call alone."""
    if known is None:
        return Author(thread_id, call.name or call.number, call.number or None)
    name = call.name or known.customer.name or known.customer.handle or call.number
    return Author(
        logged.customer_id_of(known.card.digest), name or known.customer.id, call.number or known.customer.handle
    )


def _actions(agent: Agent, call: NewCall, now: int) -> list[Action]:
    """Return what follows at once: it is the agent's, and resolved if nothing is left to do."""
    taken = Action(new_id(now + 1), now + 1, Verb.ASSIGN, agent.author, assignee=agent.author, heard=1, upto=now)
    resolved = Action(new_id(now + 2), now + 2, Verb.RESOLVE, agent.author, heard=1, upto=now)
    return [taken, replace(resolved, seen=1)] if call.resolve else [taken]


def _with_card(known: customers.Identity | None, now: int) -> list[Write]:
    """Return the write of a card that nobody wrote yet: from it, the call's customer is known by their own id."""
    if known is None or known.card.version:
        return []
    return customer_cards.put_writes(known.card, known.expires, now)


def _logged_before(conversation_id: str) -> Conversation:
    head = conversations.head(conversation_id)
    if head is None:
        raise ApiError(503, "busy")
    return head
