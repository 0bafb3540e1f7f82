"""The routes of working together: who has what, when it comes back, how it is marked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalice.app import Response

from console.actions import collaboration as collaboration_actions
from console.bodies import collaboration as collaboration_bodies
from console.http import Api, now
from console.paging import page_of
from console.times import when
from console.views import conversations as conversation_views

if TYPE_CHECKING:
    from application.commands import Executed

api = Api(__name__, conversation_views.message)
_ONE = "/api/conversations/{conversation_id}"


@api.at("/api/agents", "GET")
def list_agents() -> Response:
    """All agents who signed in at some time, and their teams."""
    query = api.query("cursor")
    shown = [
        {"id": each.id, "name": each.name, "email": each.email, "groups": list(each.groups), "teams": teams}
        for each, teams in collaboration_actions.colleagues()
    ]
    return Response(page_of("agents", shown, query.get("cursor")))


@api.at("/api/teams/{team}/tags", "GET")
def list_tags(team: str) -> Response:
    """The tags a team has used, the most used first."""
    shown = [
        {"tag": each.tag, "used": each.times, "last_used_at": when(each.at)}
        for each in collaboration_actions.tags_of(api.agent(), team)
    ]
    return Response({"items": shown})


@api.at(_ONE + "/notes", "POST")
def note(conversation_id: str) -> Response:
    """Leave a note for the team."""
    text, mentions = collaboration_bodies.note(api.body())
    done = collaboration_actions.note(api.agent(), conversation_id, text, mentions, api.unique(conversation_id), now())
    return Response(conversation_views.message(done.message(), api.language()), status_code=201)


@api.at(_ONE + "/assign", "POST")
def assign(conversation_id: str) -> Response:
    """Hand the conversation over."""
    to = collaboration_bodies.hand_over(api.body())
    return _head(collaboration_actions.assign(api.agent(), conversation_id, to, api.unique(conversation_id), now()))


@api.at(_ONE + "/snooze", "POST")
def snooze(conversation_id: str) -> Response:
    """Put the conversation aside."""
    nap = collaboration_bodies.nap(api.body())
    return _head(collaboration_actions.snooze(api.agent(), conversation_id, nap, api.unique(conversation_id), now()))


@api.at(_ONE + "/wake", "POST")
def wake(conversation_id: str) -> Response:
    """Take up the conversation before its time."""
    api.no_body()
    return _head(collaboration_actions.wake(api.agent(), conversation_id, api.unique(conversation_id), now()))


@api.at(_ONE + "/tags", "PUT")
def put_tags(conversation_id: str) -> Response:
    """Put tags on the conversation, and take tags off it."""
    marks = collaboration_bodies.marks(api.body())
    return _head(collaboration_actions.tag(api.agent(), conversation_id, marks, api.unique(conversation_id), now()))


def _head(done: Executed) -> Response:
    return Response(conversation_views.conversation(done.conversation.head, api.language()))
