"""The newest part of a conversation, or the part before it, so that opening a chat of years reads what is shown of it.

Only what lies in the order of its times can be read from its end: a private chat, or a branch below a post. A visitor's
post with all its comments is read whole. Going back reads all from there to the end, since what is newer (an edit, a
removal, a reaction) says how a message looks now.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from application import loading
from application.loading import LoadedConversation
from conversations import identity
from conversations.facts import Kind, Visibility
from conversations.fold import receive
from conversations.message_fold import messages_of
from conversations.messages import order
from storage import conversations, teams

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conversations.conversation import Conversation
    from conversations.messages import Message

MARGIN = 20
"""Messages that are read beyond those that are shown: an echo among them may belong to one of ours."""
ENTRIES_PER_MESSAGE = 2
"""Entries read for each message that is wanted, as receipts, reactions and actions lie between messages."""


class Excerpt(Struct, frozen=True):
    """Some messages of a conversation, and all that is known of it where it was read."""

    conversation: LoadedConversation
    messages: list[Message]
    earlier: str | None
    """The end of the part before this one; None where there is nothing before."""


def read(conversation_id: str, limit: int, before: str | None = None) -> Excerpt | None:
    """The last messages of a conversation, or those before a place; None if there is no conversation of this id."""
    entries = ENTRIES_PER_MESSAGE * (limit + MARGIN)
    while True:
        stored = conversations.read(conversation_id, newest=entries)
        head = stored.heads.get(conversation_id)
        if head is None:
            # A comment that was taken up into its post's conversation, or the post with comments after it.
            return _whole(loading.load(conversation_id), limit, before)
        if not stored.more:
            return _whole(loading.from_entries(conversation_id, head, stored), limit, before)
        older = _before(_certain(head, stored), before)
        is_one_line = head.identity.visibility == Visibility.PRIVATE or bool(head.identity.branch_id)
        if is_one_line and len(older) >= limit + MARGIN:
            truth = _advanced(head, stored)
            found = LoadedConversation(conversation_id, truth, stored.facts, stored.actions, teams.team, stored.files)
            return Excerpt(found, older[-limit:], order(older[-limit]))
        entries *= 2


def _whole(conversation: LoadedConversation | None, limit: int, before: str | None) -> Excerpt | None:
    if conversation is None:
        return None
    older = _before(conversation.messages(), before)
    return Excerpt(conversation, older[-limit:], order(older[-limit]) if len(older) > limit else None)


def _before(messages: Sequence[Message], before: str | None) -> list[Message]:
    return [each for each in messages if before is None or order(each) < before]


def _certain(head: Conversation, stored: conversations.Thread) -> list[Message]:
    """The messages whose beginning was read, too; of others an edit may be all that is known here."""
    reported_ids = {fact.message_id for fact in stored.facts if fact.kind == Kind.MESSAGE}
    done = {action.id for action in stored.actions}
    messages = messages_of(head.identity, stored.facts, stored.actions)
    return [each for each in messages if each.id in reported_ids or each.id in done]


def _advanced(head: Conversation, stored: conversations.Thread) -> Conversation:
    """The head with what arrived since it was written, as far as that can be told without reading everything."""
    news = [fact for fact in stored.facts if fact.kind == Kind.MESSAGE and identity.position(fact) > head.cursor]
    after: Conversation | None = head
    for fact in sorted(news, key=identity.position):
        after = receive(after, fact) if after else None
    return replace(after, version=head.version) if after else head
