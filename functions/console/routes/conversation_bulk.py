"""The routes for one action on several conversations, as if the agent took it in each, and for the inbox's counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalice.app import Response

from console.actions import conversation_bulk
from console.bodies import collaboration as collaboration_bodies
from console.bodies.fields import unique
from console.http import Api, now

if TYPE_CHECKING:
    from console.actions.conversation_bulk import Command
    from console.bodies.json_types import Body

api = Api(__name__)


@api.at("/api/conversations/bulk", "POST")
def do_in_several() -> Response:
    """Take one action in several conversations."""
    body = api.body()
    command, requests = _command(body), {each: api.unique(each) for each in unique(body["ids"])}
    refusals = conversation_bulk.carry_out(api.agent(), body["action"], command, requests, now)
    refused = {each: error.body(api.language()) if error else None for each, error in refusals.items()}
    items = [
        {
            "id": each,
            "ok": refusal is None,
            "error": refusal["error"] if refusal else None,
            "message": refusal["message"] if refusal else None,
            **({"by": refusal["by"]} if refusal and "by" in refusal else {}),
        }
        for each, refusal in refused.items()
    ]
    return Response({"items": items})


@api.at("/api/conversations/counts", "GET")
def count() -> Response:
    """Count open conversations, as far as a bounded number of reads tells."""
    return Response(conversation_bulk.count(api.agent()))


def _command(body: Body) -> Command:
    """Return the command for each conversation; raises a 400 or 422 for fields that are not valid.

    ``unread`` is the number of unread messages that the list showed, by conversation: where there are more by now,
    nothing is done.
    """
    unread = body.get("unread") or {}
    if body["action"] == "assign":
        return conversation_bulk.assign(collaboration_bodies.hand_over(body))
    if body["action"] == "tag":
        return conversation_bulk.tag(collaboration_bodies.marks(body))
    if body["action"] == "snooze":
        return conversation_bulk.snooze(collaboration_bodies.nap(body), unread)
    if body["action"] == "resolve":
        return conversation_bulk.resolve(unread)
    return conversation_bulk.reopen()
