"""The routes that open a conversation: its messages from the end, and what a message said before it was edited."""

from __future__ import annotations

from typing import Any

from chalice.app import Response

from console import sizes
from console.actions import conversation_detail
from console.errors import malformed
from console.http import Api, now
from console.paging import page_of, read_cursor, write_cursor
from console.views import conversation_detail as detail_views
from console.views import conversations as conversation_views
from console.views import reading as reading_views
from conversations.messages import order_of

api = Api(__name__)
MESSAGES = 200
"""Shown unless fewer are asked for."""


@api.at("/api/conversations/{conversation_id}", "GET")
def read_conversation(conversation_id: str) -> Response:
    """A conversation with its newest messages, or those before, and the ways to answer it."""
    query = api.query("messages", "before")
    filters = {"conversation": conversation_id}
    limit = _limit(query.get("messages"))
    before = read_cursor("messages", query.get("before"), filters, order_of)
    beside = conversation_detail.beside(api.agent(), conversation_id, now())

    def build(most: int) -> dict[str, Any]:
        detail = conversation_detail.read(api.agent(), conversation_id, most, before, beside, now())
        earlier = write_cursor("messages", detail.part.earlier, filters)
        shown = detail_views.detail(detail, before, api.language(), now()) | reading_views.read_state(detail.read_state)
        return shown | {"earlier": earlier, "changes": beside.changes}

    return Response(detail_views.bearable(sizes.within(build, limit)))


@api.at("/api/conversations/{conversation_id}/versions", "GET")
def list_versions(conversation_id: str) -> Response:
    """Return what a message said before it was edited, the oldest first."""
    query = api.query("message", "cursor")
    message_id = query.get("message", "")
    if not message_id:
        raise malformed("message is missing")
    message = conversation_detail.message(conversation_id, message_id)
    filters = {"conversation": conversation_id, "message": message_id}
    return Response(page_of("versions", conversation_views.versions(message), query.get("cursor"), filters))


def _limit(value: str | None) -> int:
    if value is None:
        return MESSAGES
    if not value.isascii() or not value.isdigit() or not 1 <= int(value[:9]) <= MESSAGES:
        raise malformed(f"messages: 1 to {MESSAGES}")
    return int(value)
