"""Forwards of conversations to people without a seat, by a mail connection of the team."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

import channels
from application import commands
from application.forwards import forwarded_messages
from console.actions import replies
from console.errors import ApiError
from conversations import recipients
from conversations.actions import Action, State, Verb
from conversations.attachments import Stage
from conversations.normalization import single_line
from shared import texts
from storage import audit, connections, forwards
from storage.audit import AuditEvent
from storage.forwards import Forwarded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from application.commands import Context, Executed, Request
    from application.loading import LoadedConversation
    from console.authorization import Agent
    from console.bodies.forwards import NewForward
    from conversations.messages import Message
    from storage.connections import Connection
    from storage.writes import Write

CHANNEL = "email"
SHOWN = 100
"""Characters of an address that is refused, which are repeated."""
LONGEST_TITLE = 150
MOST_FILES = 5
LARGEST_FILES = 5_000_000
"""Bytes of one file that goes along, and no more than SES takes of five of them."""


def forward(agent: Agent, conversation_id: str, new: NewForward, request: Request, now: int) -> Executed:
    """Forward a conversation, or one message of it; it leaves through the outbox, and the customer sees nothing of it.

    Raises a 404 for a message that is not there, and a 422 for an address that cannot be written to, or where the team
    has no mail connection.
    """

    def decide(conversation: LoadedConversation, context: Context) -> list[Action]:
        return [_forwarded(agent, conversation, new, context)]

    with replies.refusing(conversation_id):
        return replies.existing(commands.execute(conversation_id, decide, lambda: now, request, _further_writes))


def _further_writes(conversation: LoadedConversation, actions: Sequence[Action], now: int) -> list[Write]:
    """Return the reference by which an answer is found, and the entry of the audit log, which names no address."""
    forward = actions[0]
    kind = "message" if forward.target else "conversation"
    return [
        forwards.put_write(Forwarded(conversation.id, forward.id), now),
        audit.entry(AuditEvent.FORWARDED, forward.by, conversation.id, now, what=kind, connection=forward.connection),
    ]


def _forwarded(agent: Agent, conversation: LoadedConversation, new: NewForward, context: Context) -> Action:
    replies.fits(conversation.head, None, new.text)
    messages = forwarded_messages(conversation, new.message)
    if new.message and not messages:
        raise ApiError(404, "no_message")
    if not messages:
        raise ApiError(422, "nothing_to_forward")
    connection = _connection(conversation, new.connection)
    team = conversation.rules(conversation.head.identity.team)
    return replace(
        replies.new_action(conversation, agent, Verb.FORWARD, context.at),
        text=new.text,
        to=(_recipient(conversation, new.to),),
        subject=_subject(conversation, team.language),
        signature=team.signature.get(team.language) or next(iter(team.signature.values()), ""),
        language=team.language,
        target=new.message,
        connection=connection.name,
        files=_files(conversation, messages) if new.files else (),
        not_before=context.now + new.hold if new.hold else 0,
        state=State.QUEUED,
    )


def _connection(conversation: LoadedConversation, wanted: str) -> Connection:
    """Return the mail connection that sends it; raises a 422 where there is none of this name, or none at all."""
    identity = conversation.head.identity
    ours = sorted(
        (each for each in connections.connections() if each.channel == CHANNEL and _team(each) == identity.team),
        key=lambda each: (not (identity.channel == CHANNEL and each.name == identity.connection), each.name),
    )
    own = [
        each
        for each in connections.connections()
        if (each.channel, each.name) == (identity.channel, identity.connection)
    ]
    found = ours + [each for each in own if each.channel == CHANNEL and each not in ours]
    chosen = next((each for each in found if wanted in ("", each.name)), None)
    if chosen is None:
        raise ApiError(422, "no_mail_connection")
    return chosen


def _team(connection: Connection) -> str:
    return connections.team_of(connection.channel, connection.name)


def _recipient(conversation: LoadedConversation, given: str) -> str:
    """Return an address as it is stored; raises a 422 for what is none, for ours, and for the customer's."""
    sender = channels.get(CHANNEL).sender
    address, shown = sender.recipient(given), single_line(given)[:SHOWN]
    if address is None:
        raise ApiError(422, "recipient", detail=shown)
    accounts = connections.account_ids(CHANNEL)
    if sender.is_account(address, accounts):
        raise ApiError(422, "own_address", detail=shown)
    authors = {each.author.id for each in conversation.messages() if each.direction == "inbound"}
    if address in {each.lower() for each in (*authors, conversation.head.customer.id) if each}:
        raise ApiError(422, "forward_to_customer", detail=shown)
    if conversation.names_recipients and address in recipients.unreachable(conversation.facts):
        raise ApiError(422, "recipient_gone", detail=shown)
    return address


def _subject(conversation: LoadedConversation, language: str) -> str:
    known = language if language in texts.LANGUAGES else texts.LANGUAGES[0]
    title = single_line(conversation.head.title)[:LONGEST_TITLE]
    return texts.text("forward.subject", known, title=title or texts.text("forward.no_title", known))


def _files(conversation: LoadedConversation, messages: Sequence[Message]) -> tuple[str, ...]:
    """Return the ids of the files that came with messages, the newest ones, as far as a mail takes them."""
    ids = {one for each in messages for one in (each.id, each.platform_id) if one}
    there = [
        each
        for each in conversation.files
        if each.message_id in ids and each.stage == Stage.STORED and each.size <= LARGEST_FILES
    ]
    there.sort(key=lambda each: each.spot.at)
    return tuple(each.spot.id for each in there[-MOST_FILES:])
