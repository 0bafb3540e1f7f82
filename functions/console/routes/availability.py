"""The routes of who is here, and of the next conversation."""

from __future__ import annotations

from chalice.app import Response

from console.actions import availability
from console.errors import malformed
from console.http import Api, now
from console.paging import page_of
from console.views import availability as availability_views
from console.views import conversations as conversation_views
from conversations.availability import Presence

api = Api(__name__)
FLAGS = ("true", "false")


@api.at("/api/me/status", "GET")
def read_status() -> Response:
    """The status of this agent."""
    api.query()
    return Response(availability_views.agent_status(availability.own(api.agent(), now())))


@api.at("/api/me/status", "PUT")
def put_status() -> Response:
    """Set the status of this agent."""
    body = api.body()
    status = availability.put(api.agent(), Presence(body["status"]), body.get("capacity"), now())
    return Response(availability_views.agent_status(status))


@api.at("/api/statuses", "GET")
def list_statuses() -> Response:
    """The status of all agents, with how much they hold where that is asked for."""
    query = api.query("cursor", "held")
    if query.get("held", "true") not in FLAGS:
        raise malformed("held: true, false")
    statuses = availability.every(now())
    if query.get("held") == "true":
        statuses = availability.with_load(statuses)
    shown = [availability_views.agent_status(each) for each in statuses]
    return Response(page_of("statuses", shown, query.get("cursor")))


@api.at("/api/conversations/next", "POST")
def claim_next() -> Response:
    """Give this agent the most urgent conversation that nobody has."""
    team = api.body().get("team")
    head = availability.claim_next(api.agent(), team, api.unique("next"), now())
    return Response(conversation_views.conversation(head, api.language()))
