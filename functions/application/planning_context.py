"""The input of a follow-up's plan: the conversation, its team's rules, the customer, and the connection."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

import channels
import classification
from conversations.conversation import counted_customer
from conversations.customer import is_customers
from conversations.facts import Visibility
from conversations.fold import situation
from conversations.planning import Case, spread
from conversations.recipients import goes_elsewhere, unreachable
from conversations.team_settings import length_of
from storage import connections, read_together, teams

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from application.loading import LoadedConversation
    from channels.base import Channel
    from conversations.conversation import Conversation
    from conversations.facts import Author
    from conversations.messages import Message
    from conversations.send_options import Route, Situation
    from conversations.team_settings import Team
    from storage.connections import Connection

REST = 6 * 3_600_000
"""Milliseconds until the plan looks again whether a stopped connection works; a follow-up can wait that long."""


class Circumstances(Struct, frozen=True):
    """A conversation, and everything that the plan of a follow-up in it depends on."""

    conversation: LoadedConversation
    team: Team
    case: Case
    options: Mapping[str, str]
    """The connection's settings."""
    about: Message | None
    """The message that the follow-up is about, in a public thread; None for the conversation."""
    person: Author | None
    """The author of that message, where it is not the customer."""
    language: str
    """Language of the last words of the customer or an agent of which that can be told; else the team's."""

    def in_language(self, language: str | None) -> Circumstances:
        """Return the same with questions in a chosen language; unchanged for none."""
        return replace(self, language=language) if language else self

    @property
    def asked(self) -> Author:
        """The person who is asked."""
        return self.person or self.conversation.head.customer

    @property
    def channel(self) -> Channel:
        """The platform."""
        return channels.get(self.conversation.head.identity.channel)


def circumstances(
    conversation: LoadedConversation, now: int, to: Sequence[str] = (), answer: str = "", about_id: str = ""
) -> Circumstances:
    """Read everything that the plan of a follow-up depends on.

    ``to`` are the addresses of the answer that the promise goes with, and ``answer`` is its text. ``about_id`` is the
    message that it is about: then its author is asked, in public.
    """
    about = next((each for each in conversation.messages() if about_id and each.id == about_id), None)
    person = _person(conversation, about)
    head = _as_asked(conversation, about_id, about, person)
    identity = head.identity
    team = teams.team(identity.team)
    connection, (customer, counted) = read_together.connection_and_customers(
        identity.channel, identity.connection, head.customer.id, counted_customer(head)
    )
    channel = channels.get(identity.channel)
    theirs = [message for message in conversation.messages() if is_customers(head, message)]
    case = Case(
        head=head,
        routes=cache(lambda at: _routes(channel, situation(head, connection.options), at, about is not None)),
        hours=team.hours,
        angry=bool(theirs) and classification.is_angry(theirs[-1].text),
        elsewhere=conversation.names_recipients and goes_elsewhere(head, conversation.messages(), to),
        hardship=_hardship(theirs),
        declined=customer.declined_at > 0,
        asked=counted.asked,
        cap=team.cap,
        held_until=_held_until(connection, now),
        spread=spread(conversation.id, max(1, length_of(team.spread, team.hours.zone))),
    )
    language = language_spoken(head, conversation.messages(), answer) or team.language
    return Circumstances(conversation, team, case, connection.options, about, person, language)


def _person(conversation: LoadedConversation, about: Message | None) -> Author | None:
    """Return the author of a message, where that is known and not the customer."""
    author = about.author if about else None
    return author if author and author.id and author.id != conversation.head.customer.id else None


def _as_asked(
    conversation: LoadedConversation, about_id: str, about: Message | None, person: Author | None
) -> Conversation:
    """Return the head as it is for the person who is asked, below the message that the question is about."""
    head = conversation.head
    if about is None:
        return replace(head, removed=True) if about_id else head
    if person is None:
        return replace(head, removed=about.deleted)
    gone = person.id in unreachable(conversation.facts)
    return replace(head, customer=person, removed=about.deleted, unreachable=gone, unproven=False)


def _routes(channel: Channel, situation: Situation, at: int, is_public: bool) -> list[Route]:
    """Return the permitted ways; below a message of a public thread the public ones alone."""
    routes = channel.sender.send_options(situation, at)
    return [each for each in routes if each.visibility == Visibility.PUBLIC] if is_public else routes


def _held_until(connection: Connection, now: int) -> int:
    if connection.held:
        return now + REST
    stopped = connection.problem in connections.NEEDS_PERSON and connection.paused_until > now
    return max(connection.paused_until, now + REST) if stopped else 0


def _hardship(theirs: Sequence[Message]) -> str:
    """Return the last hardship of which the customer wrote, in any message; empty for none."""
    found = (classification.hardship(message.text) for message in reversed(theirs))
    return next((str(hardship) for hardship in found if hardship), "")


def language_spoken(head: Conversation, messages: Sequence[Message], answer: str = "") -> str | None:
    """Return the language of the last words of which it can be told: the customer's, or an agent's answer to them.

    Short or mixed texts tell none; then the words before them count.
    """
    customer_texts = [message.text for message in messages if is_customers(head, message) or _is_answer(message)]
    languages = (classification.language_of(text) for text in [answer, *reversed(customer_texts)])
    return next((language for language in languages if language), None)


def _is_answer(message: Message) -> bool:
    return message.direction == "outbound" and not message.follow_up
