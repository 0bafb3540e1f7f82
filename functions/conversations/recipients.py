"""The recipients of answers, on channels whose messages name them, as mails do. Pure.

By itself an answer goes to the author of the newest message that somebody vouches for, and to nobody else: a person in
Cc who asks for an answer of their own gets one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from conversations.actions import State
from conversations.facts import Author, Kind, Recipients

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from conversations.actions import Action
    from conversations.conversation import Conversation
    from conversations.facts import Fact
    from conversations.messages import Message

ANSWERS = "Re: "
"""The beginning of an answer's subject."""


def recipients_of(action: Action) -> Recipients | None:
    """Return to whom a message of ours goes, as far as that was stored with it."""
    if not (action.to or action.cc):
        return None
    return Recipients(tuple(Author(each) for each in action.to), tuple(Author(each) for each in action.cc))


def subject_of(head: Conversation) -> str:
    """Return the subject of an answer; empty where the conversation has none."""
    return f"{ANSWERS}{head.title}" if head.title else ""


def writer_answered(head: Conversation, messages: Sequence[Message]) -> Author:
    """Return the person to whom an answer goes: the author of the last message; else the customer."""
    message = next(_answerable(head, messages), None)
    return message.author if message else head.customer


def message_answered(head: Conversation, messages: Sequence[Message], to: Sequence[str]) -> Message | None:
    """Return the message below which an answer to these addresses stands: their last one, else the last of all."""
    found = list(_answerable(head, messages))
    return next((each for each in found if each.author.id in to), found[0] if found else None)


def goes_elsewhere(head: Conversation, messages: Sequence[Message], to: Sequence[str] = ()) -> bool:
    """Return whether it is not the customer with whom one is talking: another person wrote last, or was answered.

    ``to`` are the addresses of an answer that is being written. A machine that asked the customer then would tell them
    of an answer that another person got.
    """
    if writer_answered(head, messages).id != head.customer.id:
        return True
    answered = to or next(
        (_ids(each.recipients.to) for each in reversed(messages) if each.recipients and _is_ours(each)), ()
    )
    return bool(answered) and head.customer.id not in answered


def unreachable(facts: Iterable[Fact]) -> set[str]:
    """Return the ids of the people who cannot be reached, as far as the platform said so last."""
    found: set[str] = set()
    for fact in sorted((fact for fact in facts if fact.kind in (Kind.GONE, Kind.BACK)), key=lambda fact: fact.at):
        if fact.author.id and fact.kind == Kind.GONE:
            found.add(fact.author.id)
        elif fact.author.id:
            found.discard(fact.author.id)
    return found


def can_reach_writer(head: Conversation, facts: Iterable[Fact], inbound: Sequence[Message]) -> bool:
    """Return whether somebody else than the customer wrote last and can be reached, where others may write."""
    writer = writer_answered(head, [message for message in inbound if message.is_open]).id
    return writer != head.customer.id and writer not in unreachable(facts)


def people(head: Conversation, messages: Iterable[Message]) -> dict[str, str | None]:
    """Return the addresses that the messages name, each with its name, as far as that is known; the customer first."""
    found: dict[str, str | None] = {}
    for author in _named(head, messages):
        if author.id:
            found[author.id] = found.get(author.id) or author.name
    return found


def _named(head: Conversation, messages: Iterable[Message]) -> Iterator[Author]:
    yield head.customer
    for message in messages:
        if message.direction == "inbound" and not message.deleted:
            yield message.author
        if message.recipients and not message.deleted:
            yield from (*message.recipients.to, *message.recipients.cc)


def _answerable(head: Conversation, messages: Sequence[Message]) -> Iterator[Message]:
    """Yield the messages that may be answered, the newest first.

    What nobody vouches for is answered only where that holds for all that the customer wrote.
    """
    for message in reversed(messages):
        is_theirs = message.direction == "inbound" and not message.deleted and message.author.id
        if is_theirs and (head.unproven or not message.unproven):
            yield message


def _is_ours(message: Message) -> bool:
    return message.direction == "outbound" and message.state != State.CANCELLED


def _ids(authors: Iterable[Author]) -> tuple[str, ...]:
    return tuple(each.id for each in authors if each.id)
