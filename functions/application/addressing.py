"""The one message of others that an answer or a question in a public thread is about, and how it names its author."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

import channels

if TYPE_CHECKING:
    from conversations.actions import Action
    from conversations.conversation import Conversation
    from conversations.facts import Author
    from conversations.messages import Message
    from conversations.send_options import Placement


class Chosen(Struct, frozen=True):
    """A message of others, and how an answer to it shows whom it is for."""

    message: Message
    addressee: Author | None
    """Its author; None where that is the customer, or nobody says who it is."""
    placement: Placement
    mention: str | None
    """The words before the answer, where it does not stand below the message."""

    @property
    def id(self) -> str:
        """The id of the message."""
        return self.message.id

    def named(self, text: str) -> str:
        """Return an answer with the author's name before it, unless it is there or the place tells whom it is for."""
        if not self.mention or self.mention.casefold() in text.casefold():
            return text
        return f"{self.mention} {text}"

    def on(self, action: Action) -> Action:
        """Return an action as one about this message, as it reads now."""
        return replace(
            action,
            about=self.message.id,
            about_edits=len(self.message.changes),
            addressee=self.addressee,
            reply_to_id=self.message.platform_id,
        )


def chosen(head: Conversation, message: Message) -> Chosen:
    """Return a message with the place that an answer to it takes on its platform."""
    place = channels.get(head.identity.channel).sender.place_of_answer(message, head.identity.thread_id)
    is_other = message.author.id is not None and message.author.id != head.customer.id
    return Chosen(message, message.author if is_other else None, place.placement, place.mention)
