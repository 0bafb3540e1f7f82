"""The routes of files: uploads for a reply, downloads that are tried again, and fresh links."""

from __future__ import annotations

from chalice.app import Response

from console.actions import attachments
from console.bodies import fields
from console.errors import ApiError
from console.http import Api, now
from console.views import attachments as attachment_views

api = Api(__name__)
_ONE = "/api/conversations/{conversation_id}/files"


@api.at(_ONE, "POST")
def offer(conversation_id: str) -> Response:
    """Ask where to upload a file that is to go along with an answer."""
    body = api.body()
    name, size = fields.file_name(body["name"]), body["size"]
    if size < 1:
        raise ApiError(422, "file_empty")
    file, address = attachments.offer(conversation_id, name, body["type"], size, fields.visibility_of(body), now())
    return Response(attachment_views.upload(file, address), status_code=201)


@api.at(_ONE + "/{file_id}", "GET")
def read(conversation_id: str, file_id: str) -> Response:
    """A file, with a link that is fresh."""
    return Response(attachment_views.one(attachments.find(conversation_id, file_id), api.language()))


@api.at(_ONE + "/{file_id}/retry", "POST")
def retry(conversation_id: str, file_id: str) -> Response:
    """Have a file downloaded again that failed."""
    api.no_body()
    return Response(attachment_views.one(attachments.retry(conversation_id, file_id, now()), api.language()))
