"""Files that are kept with templates, and go along with the answers that are written from them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from console.actions import replies, reply_files
from console.errors import ApiError
from conversations import attachments, identity, mime
from conversations.attachments import Attached, Stage
from storage import files, templates
from storage.templates import TemplateFile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conversations.facts import Visibility

MOST = 4
"""Files of one template."""
LARGEST = 10_000_000
"""Bytes of one file: no platform that takes files takes less."""


def offer(team: str, name: str, declared_type: str, size: int, now: int) -> tuple[Attached, str]:
    """Expect an upload of this name, type and size (bytes); return it, and the address to put it to. Raises a 422."""
    home, kind = attachments.home_of_templates(replies.team(team)), mime.told(declared_type)
    if mime.is_dangerous(name, kind):
        raise ApiError(422, "file_dangerous")
    if size > LARGEST:
        raise ApiError(422, "file_large", f"{LARGEST / 1_000_000:g}", limit=LARGEST, length=size)
    return files.await_upload(home, identity.action_id(now, os.urandom(8)), name, kind, size, now)


def kept(team: str, ids: Sequence[str], known: Sequence[TemplateFile], now: int) -> tuple[TemplateFile, ...]:
    """Return the files of a template by their ids, and keep new ones; raises a 422 for one that is missing."""
    if len(ids) > MOST:
        raise ApiError(422, "files_many", limit=MOST, length=len(ids))
    before = {each.id: each for each in known}
    return tuple(before.get(each) or _arrived(team, each, now) for each in dict.fromkeys(ids))


def _arrived(team: str, file_id: str, now: int) -> TemplateFile:
    spot = attachments.spot_of_id(attachments.home_of_templates(team), file_id)
    try:
        file = files.uploaded(spot) if spot else None
    except files.NotThere:
        file = None
    if file is None:
        raise ApiError(422, "file_missing")
    if mime.is_dangerous(file.name, file.mime):
        raise ApiError(422, "file_dangerous")
    files.keep([file], now)
    return TemplateFile(file.spot.id, file.name, file.mime, file.size)


def attach(conversation_id: str, file_id: str, visibility: Visibility | None, now: int) -> Attached:
    """Copy a file of a template of the conversation's team, to go along with an answer.

    Raises a 404 for a file that is not there, and a 422 where an answer of this visibility takes no such file.
    """
    conversation = replies.find(conversation_id)
    team = conversation.head.identity.team
    written = templates.of_team(team, templates.Use.ANSWER).values()
    found = next((file for each in written for file in each.files if file.id == file_id), None)
    spot = attachments.spot_of_id(attachments.home_of_templates(team), file_id)
    if found is None or spot is None:
        raise ApiError(404, "no_file")
    rule = replies.open_way(conversation.head, visibility, now).files
    reply_files.permitted(rule, found.name, found.mime, found.size)
    file = Attached(spot, "", Stage.STORED, found.mime, found.size, found.name)
    try:
        return files.copy(file, conversation.id, identity.action_id(now, os.urandom(8)), now)
    except files.NotThere:
        raise ApiError(404, "no_file") from None
