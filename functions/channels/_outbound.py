"""Values that go out: a message as a channel needs it, its buttons and its files."""

from __future__ import annotations

from msgspec import Struct, field

from conversations.actions import Envelope, Quotation
from conversations.send_options import Way
from shared.hidden import repr_without


class Choice(Struct, frozen=True):
    """A button below a message, where the platform has them: what it says, and what comes back when it is pressed."""

    title: str
    payload: str


class Outbound(Struct, frozen=True):
    """A message on its way out, as a channel needs it."""

    id: str
    """Our own id; handed to the platform where it takes a correlation value."""
    way: Way
    text: str
    thread_id: str
    branch_id: str = ""
    customer_id: str | None = None
    reply_to_id: str | None = None
    """The platform's id of the message that is answered, where it is not the branch or thread itself."""
    attempted_at: int = 0
    """The time when the last attempt began, in milliseconds: nothing older can be this message."""
    others: frozenset[str] = frozenset()
    """The platform's ids of other messages of ours in the conversation: those cannot be this one."""
    choices: tuple[Choice, ...] = ()
    """Answers to offer as buttons; a channel without buttons leaves them out."""
    files: tuple[File, ...] = ()
    """Files that go out with the text, as the route permitted it."""
    draft_id: str = ""
    """The draft that ``prepare`` made on the platform for this message, on a channel that prepares."""
    automatic: bool = False
    """Written by a machine: the follow-up, or a rule."""
    title: str = ""
    """The conversation's title on the platform: the subject of a mail, the title of a topic."""
    envelope: Envelope = field(default_factory=Envelope)
    """On a channel whose messages name to whom they go."""
    signature: str = ""
    """Words below the text of a mail."""
    quotation: Quotation | None = None
    """The mail that is answered, as it is quoted below the answer; of a forward, what is forwarded."""
    is_forward: bool = False
    """It hands on a conversation: ``thread_id`` names the forward, and its answers are no part of a thread."""


class File(Struct, frozen=True):
    """A picture or file that goes out: its name, its MIME type, and its bytes."""

    name: str
    mime: str
    content: bytes

    def __repr__(self) -> str:
        return repr_without(self, "content")
