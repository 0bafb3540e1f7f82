"""Mails with their formatting: read from the original when somebody wants to see it, and stored nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from channels import email
from console.actions import replies
from console.errors import ApiError
from conversations import attachments
from conversations.attachments import Stage
from conversations.facts import Kind
from conversations.identity import branch_key, split_id, thread_key
from storage import raw_mails

if TYPE_CHECKING:
    from collections.abc import Mapping

    from application.loading import LoadedConversation
    from conversations.attachments import Attached
    from conversations.facts import Fact

WHOLE = 10_000_000
"""Bytes up to which a mail is read as a whole."""
BEGINNING = 2_000_000
"""Bytes that are read of a larger one: the page stands before the files."""


class RichText(Struct, frozen=True):
    """The page of a mail as it came, and the stored pictures in it by their ``Content-ID``."""

    html: str
    pictures: Mapping[str, Attached]


def read(conversation_id: str, message_id: str) -> RichText:
    """Return the page of a mail; raises a 404 where the message has none, or its original is not kept any more."""
    conversation = replies.find(conversation_id)
    fact = _fact(conversation, message_id)
    identity = conversation.head.identity
    thread = thread_key(identity.channel, identity.connection, fact.thread_id)
    for key in raw_mails.keys_of(thread, (identity.channel, identity.connection, fact.author.id or ""), fact.at):
        page = _page(key, fact)
        if page:
            return RichText(page.html, _pictures(conversation, fact, key, page))
    raise ApiError(404, "no_rich_text")


def _fact(conversation: LoadedConversation, message_id: str) -> Fact:
    """Return the mail that a message is; raises a 404 for any other message, and for one that was removed."""
    message = next((each for each in conversation.messages() if each.id == message_id and not each.deleted), None)
    if message is None:
        raise ApiError(404, "no_message")
    told_as = message.platform_id or message.id
    for fact in conversation.facts:
        if (
            fact.kind == Kind.MESSAGE
            and fact.rich
            and (fact.message_id, fact.author.id) == (told_as, message.author.id)
        ):
            return fact
    raise ApiError(404, "no_rich_text")


def _page(key: str, fact: Fact) -> email.Page | None:
    """Return the page of an original, if it is that of this mail."""
    try:
        raw, _ = raw_mails.load(key, WHOLE, BEGINNING)
    except raw_mails.NotThere:
        return None
    page = email.page_of(raw)
    return page if page and page.message_id == fact.message_id else None


def _pictures(conversation: LoadedConversation, fact: Fact, key: str, page: email.Page) -> dict[str, Attached]:
    branch = branch_key(fact.branch_id)
    thread, _ = split_id(conversation.id)
    stored = {each.spot: each for each in conversation.files if each.stage == Stage.STORED}
    spots = {
        each.id: attachments.spot(thread, branch, fact.at, fact.message_id, each)
        for each in fact.attachments
        if attachments.is_file(each)
    }
    places = {content_id: spots.get(f"{key}#{number}") for content_id, number in page.pictures.items()}
    return {content_id: stored[spot] for content_id, spot in places.items() if spot in stored}
