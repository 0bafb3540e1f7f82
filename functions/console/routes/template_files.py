"""The routes of files that are kept with templates."""

from __future__ import annotations

from chalice.app import Response

from console.actions import template_files
from console.authorization import LEADS
from console.bodies import fields
from console.errors import ApiError
from console.http import Api, now
from console.views import attachments as attachment_views

api = Api(__name__)


@api.at("/api/teams/{team}/template-files", "POST", LEADS)
def offer(team: str) -> Response:
    """Ask where to upload a file that is to be kept with a template."""
    body = api.body()
    if body["size"] < 1:
        raise ApiError(422, "file_empty")
    file, address = template_files.offer(team, fields.file_name(body["name"]), body["type"], body["size"], now())
    return Response(attachment_views.upload(file, address), status_code=201)


@api.at("/api/conversations/{conversation_id}/template-files/{file_id}", "POST")
def attach(conversation_id: str, file_id: str) -> Response:
    """Copy a template's file, to go along with an answer."""
    file = template_files.attach(conversation_id, file_id, fields.visibility_of(api.body()), now())
    shown = {"id": file.spot.id, "name": file.name, "type": file.mime, "size": file.size}
    return Response(shown, status_code=201)
