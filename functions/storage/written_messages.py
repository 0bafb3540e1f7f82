"""Messages with their texts by what names them in their conversation: what came, and what was sent from here."""

from __future__ import annotations

from msgspec import Struct

from conversations import identity
from storage import conversations, files, keys


class Written(Struct, frozen=True):
    """A message that is stored, and where it stands."""

    conversation: str
    entry: str
    """Its sort key."""
    message_id: str
    at: int
    """Milliseconds."""
    text: str

    @property
    def thread(self) -> str:
        """The key of its thread."""
        return identity.split_id(self.conversation)[0]

    @property
    def branch(self) -> str:
        """The key of its branch."""
        return identity.split_id(self.conversation)[1]


def read(conversation: str, name: str) -> Written | None:
    """Return a message by its sort key, or one of ours by its action's id; None where it was erased."""
    if identity.is_action_id(name):
        action = conversations.action(conversation, name)
        entry = keys.action_key(conversation, name)[1]
        return Written(conversation, entry, name, action.at, action.text or "") if action else None
    message = files.message(conversation, name)
    return Written(conversation, name, message[1].message_id, message[1].at, message[1].text or "") if message else None
