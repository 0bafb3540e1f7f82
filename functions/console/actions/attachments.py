"""Files of a conversation: uploads that are to go along with an answer, and files that came with messages."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from msgspec.structs import replace

from aws import media_queue
from console.actions import replies, reply_files
from console.errors import ApiError
from conversations import attachments, identity
from conversations import mime as mime_module
from conversations.attachments import Attached, Spot, Stage
from storage import files

if TYPE_CHECKING:
    from application.loading import LoadedConversation
    from conversations.facts import Fact, Visibility


def offer(
    conversation_id: str, name: str, declared_type: str, size: int, visibility: Visibility | None, now: int
) -> tuple[Attached, str]:
    """Expect an upload of this name, type and size (bytes); return it, and the address to put it to.

    Raises a 422 where an answer of this visibility takes no such file.
    """
    conversation, mime = replies.find(conversation_id), mime_module.told(declared_type)
    reply_files.permitted(replies.open_way(conversation.head, visibility, now).files, name, mime, size)
    return files.await_upload(conversation.id, identity.action_id(now, os.urandom(8)), name, mime, size, now)


def find(conversation_id: str, file_id: str) -> Attached:
    """Return a file of a message that stands; raises a 404."""
    return _known(replies.find(conversation_id), file_id)


def retry(conversation_id: str, file_id: str, now: int) -> Attached:
    """Have a file fetched that did not come; return it as it stands now. Raises a 404."""
    conversation = replies.find(conversation_id)
    fact, spot = _fact(conversation, file_id)
    known = files.state(spot) or Attached(spot, fact.message_id, Stage.PENDING)
    if known.stage == Stage.STORED:
        return known
    waiting = replace(known, stage=Stage.PENDING, reason="")
    files.note(waiting, now)
    branch = identity.conversation_id(spot.thread, spot.branch)
    media_queue.ask(branch, f"{spot.branch}#{identity.position(fact)}", spot.id)
    return waiting


def _known(conversation: LoadedConversation, file_id: str) -> Attached:
    """A file of a message that stands; raises a 404."""
    known = next((each for each in conversation.files if each.spot.id == file_id and each.stage == Stage.STORED), None)
    if known is None or any(each.id == known.message_id and each.deleted for each in conversation.messages()):
        raise ApiError(404, "no_file")
    return known


def _fact(conversation: LoadedConversation, file_id: str) -> tuple[Fact, Spot]:
    """The message that a file came with; raises a 404."""
    spot = attachments.spot_of_id(conversation.id, file_id)
    standing = {each.id for each in conversation.messages() if not each.deleted}
    for fact in conversation.facts:
        if spot is None or fact.message_id not in standing or identity.branch_key(fact.branch_id) != spot.branch:
            continue
        spots = [
            attachments.spot(spot.thread, spot.branch, fact.at, fact.message_id, each) for each in attachments.of(fact)
        ]
        if spot in spots:
            return fact, spot
    raise ApiError(404, "no_file")
