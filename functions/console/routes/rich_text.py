"""The route of mails with their formatting."""

from __future__ import annotations

from chalice.app import Response

from console.actions import rich_text
from console.errors import malformed
from console.http import Api
from console.views import rich_text as rich_text_views

api = Api(__name__)


@api.at("/api/conversations/{conversation_id}/rich-text", "GET")
def read_rich_text(conversation_id: str) -> Response:
    """Return the page of a mail as it came, which nobody has made harmless, and links to the pictures in it."""
    message_id = api.query("message").get("message", "")
    if not message_id:
        raise malformed("message is missing")
    return Response(rich_text_views.page(rich_text.read(conversation_id, message_id)))
