"""The routes of files: uploads for a reply, downloads that are tried again, and fresh links."""

from __future__ import annotations

import os
from dataclasses import replace

from chalice.app import Response

from application.loading import LoadedConversation
from aws import media_queue
from console.actions import attachments as attachment_actions
from console.actions import replies
from console.bodies import fields
from console.errors import ApiError
from console.http import Api, now
from console.views import attachments as attachment_views
from conversations import attachments as attachments_module
from conversations import identity
from conversations import mime as mime_module
from conversations.attachments import Attached, Spot, Stage
from conversations.facts import Fact
from storage import files

api = Api(__name__)
_ONE = "/api/conversations/{conversation_id}/files"


@api.at(_ONE, "POST")
def offer(conversation_id: str) -> Response:
    """Ask where to upload a file that is to go along with an answer."""
    body = api.body()
    name = "".join(letter if letter.isprintable() else "_" for letter in body["name"]).strip() or "_"
    size = body["size"]
    if size < 1:
        raise ApiError(422, "file_empty")
    found, at, mime = replies.find(conversation_id), now(), mime_module.told(body["type"])
    attachment_actions.permitted(replies.open_way(found.head, fields.visibility_of(body), at).files, mime, size)
    upload = identity.action_id(at, os.urandom(8))
    file, address = files.await_upload(found.id, upload, name, mime, size, at)
    return Response(
        {
            "id": file.spot.id,
            "upload": {
                "method": "PUT",
                "url": address,
                "headers": {"Content-Type": mime, "x-amz-tagging": files.DRAFT},
                "seconds": files.UPLOAD_SECONDS,
            },
        },
        status_code=201,
    )


@api.at(_ONE + "/{file_id}", "GET")
def read(conversation_id: str, file_id: str) -> Response:
    """A file, with a link that is fresh."""
    return Response(attachment_views.one(_known(replies.find(conversation_id), file_id), api.language()))


@api.at(_ONE + "/{file_id}/retry", "POST")
def retry(conversation_id: str, file_id: str) -> Response:
    """Have a file downloaded again that failed."""
    api.no_body()
    conversation = replies.find(conversation_id)
    said, spot = _fact(conversation, file_id)
    known = files.state(spot) or Attached(spot, said.message_id, Stage.PENDING)
    if known.stage == Stage.STORED:
        return Response(attachment_views.one(known, api.language()))
    waiting = replace(known, stage=Stage.PENDING, reason="")
    files.note(waiting, now())
    branch = identity.conversation_id(spot.thread, spot.branch)
    media_queue.ask(branch, f"{spot.branch}#{identity.position(said)}", spot.id)
    return Response(attachment_views.one(waiting, api.language()))


def _known(conversation: LoadedConversation, file_id: str) -> Attached:
    """A file of a message that stands; raises a 404."""
    known = next((each for each in conversation.files if each.spot.id == file_id and each.stage == Stage.STORED), None)
    if known is None or any(each.id == known.message_id and each.deleted for each in conversation.messages()):
        raise ApiError(404, "no_file")
    return known


def _fact(conversation: LoadedConversation, file_id: str) -> tuple[Fact, Spot]:
    """The message that a file came with; raises a 404."""
    spot = attachments_module.spot_of_id(conversation.id, file_id)
    standing = {each.id for each in conversation.messages() if not each.deleted}
    for fact in conversation.facts:
        if spot is None or fact.message_id not in standing or identity.branch_key(fact.branch_id) != spot.branch:
            continue
        spots = [
            attachments_module.spot(spot.thread, spot.branch, fact.at, fact.message_id, each)
            for each in attachments_module.of(fact)
        ]
        if spot in spots:
            return fact, spot
    raise ApiError(404, "no_file")
