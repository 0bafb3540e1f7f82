"""Speakers of messages as the API shows them: as an agent said, else as the rules tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import classification
from classification import Said, Speaker
from conversations.customer import is_customers
from conversations.facts import Visibility

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conversations.conversation import Conversation
    from conversations.messages import Message

Json = dict[str, Any]


def of_messages(head: Conversation, messages: Sequence[Message]) -> list[Json]:
    """Return for each message who speaks, who corrected that, and whether there were thanks; nothing for notes."""
    if head.identity.visibility == Visibility.PRIVATE:
        return [_shown(head, each, _known(head, each) or Speaker.BYSTANDER) for each in messages]
    said = [Said(each.author.id, each.text or "", _known(head, each)) for each in messages]
    proposed = classification.speakers(said)
    return [_shown(head, message, speaker) for message, speaker in zip(messages, proposed, strict=True)]


def of_one(head: Conversation, message: Message, messages: Sequence[Message]) -> Json:
    """Return the speaker of one message among all."""
    shown = of_messages(head, messages)
    return next(found for each, found in zip(messages, shown, strict=True) if each.id == message.id)


def _known(head: Conversation, message: Message) -> Speaker | None:
    if message.direction != "inbound":
        return Speaker.COMPANY
    if message.speaker in set(Speaker):
        return Speaker(message.speaker)
    return Speaker.CUSTOMER if is_customers(head, message) else None


def _shown(head: Conversation, message: Message, speaker: Speaker) -> Json:
    if message.direction == "note":
        return {}
    by = message.speaker_by
    return {
        "speaker": speaker,
        "speaker_by": {"id": by.id, "name": by.name} if by else None,
        "thanked": message.thanked,
    }
