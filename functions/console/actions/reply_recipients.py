"""The recipients and the subject of an answer, on channels whose messages name them, as mails do."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from msgspec.structs import replace

import channels
from application.signatures import signature_of
from console.errors import ApiError
from conversations import recipients
from conversations.actions import Envelope
from conversations.normalization import single_line
from storage import connections

if TYPE_CHECKING:
    from collections.abc import Sequence

    from application.loading import LoadedConversation
    from console.bodies.conversations import NewReply
    from conversations.actions import Action

MOST_TO, MOST_CC = 10, 20
LONGEST_SUBJECT = 200
SHOWN = 100
"""Characters of an address that is refused, which are repeated."""


def envelope(conversation: LoadedConversation, new: NewReply) -> Envelope:
    """Return the recipients and the subject of an answer: those that were chosen, else who wrote last alone.

    Raises a 422 for what is no address, an address of ours, or a person who cannot be reached; and where the channel's
    messages name no recipients.
    """
    if not conversation.names_recipients:
        if new.to is not None or new.cc is not None or new.subject is not None:
            raise ApiError(422, "not_addressed")
        return Envelope()
    writer = recipients.writer_answered(conversation.head, conversation.messages())
    if new.to is None:
        to = (writer.id,) if writer.id else ()
    else:
        to = _checked(conversation, new.to, MOST_TO)
        if not to:
            raise ApiError(422, "no_recipient")
    copies = _checked(conversation, new.cc or (), MOST_CC)
    return Envelope(to, tuple(each for each in copies if each not in to), _subject(conversation, new))


def addressed(conversation: LoadedConversation, actions: Sequence[Action], chosen: Envelope) -> list[Action]:
    """Return an answer with its recipients and subject; the team's signature stands below the last of its parts."""
    signature = signature_of(conversation)
    fields = {"to": chosen.to, "cc": chosen.cc, "subject": chosen.subject}
    written = [replace(action, **fields, language=signature.language) for action in actions]
    return [*written[:-1], replace(written[-1], signature=signature.text)]


def _checked(conversation: LoadedConversation, given: tuple[str, ...], most: int) -> tuple[str, ...]:
    """Return addresses as they are stored, each once; raises a 422."""
    sender = channels.get(conversation.head.identity.channel).sender
    found: list[str] = []
    for each in given[: most + 1]:
        address = sender.recipient(each)
        if address is None:
            raise ApiError(422, "recipient", detail=single_line(each)[:SHOWN])
        found.append(address)
    if len(given) > most:
        raise ApiError(422, "recipients_many", limit=most, length=len(given))
    if found:
        _refuse_unsuitable(conversation, found)
    return tuple(dict.fromkeys(found))


def _refuse_unsuitable(conversation: LoadedConversation, addresses: list[str]) -> None:
    """Raise a 422 for an address of ours, to which the mail would come back, and for people who cannot be reached."""
    channel = conversation.head.identity.channel
    accounts = connections.account_ids(channel)
    sender, gone = channels.get(channel).sender, recipients.unreachable(conversation.facts)
    for each in addresses:
        if sender.is_account(each, accounts):
            raise ApiError(422, "own_address", detail=each[:SHOWN])
        if each in gone:
            raise ApiError(422, "recipient_gone", detail=each[:SHOWN])


def _subject(conversation: LoadedConversation, new: NewReply) -> str:
    """Return the subject, one line of visible text; raises a 422 for one with ends of lines or other controls."""
    if new.subject is None:
        return recipients.subject_of(conversation.head)
    subject = new.subject.strip()
    has_controls = any(unicodedata.category(letter) in ("Cc", "Zl", "Zp", "Cs") for letter in subject)
    if not single_line(subject) or has_controls or len(subject) > LONGEST_SUBJECT:
        raise ApiError(422, "subject", limit=LONGEST_SUBJECT)
    return subject
