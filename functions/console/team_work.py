"""The routes of working together: who has what, when it comes back, how it is marked."""

from __future__ import annotations

from chalice.app import Response

from console import bodies, bodies_team, desk, handling, views
from console.http import Api, now
from conversations import agents, directory, tags, team_rules

api = Api(__name__)
_ONE = "/api/conversations/{conversation_id}"


@api.at("/api/agents", "GET")
def list_agents() -> Response:
    """All agents who signed in at some time, and their teams."""
    teams = {name: team_rules.team(name).members for name in directory.teams()}
    shown = [
        {
            "id": each.id,
            "name": each.name,
            "email": each.email,
            "groups": list(each.groups),
            "teams": [name for name, members in teams.items() if each.id in members],
        }
        for each in agents.everybody()
    ]
    return Response({"items": shown})


@api.at("/api/teams/{team}/tags", "GET")
def list_tags(team: str) -> Response:
    """The tags a team has used, the most used first."""
    desk.team(team)
    shown = [{"tag": each.tag, "used": each.times, "last_used_at": views.when(each.at)} for each in tags.of_team(team)]
    return Response({"items": shown})


@api.at(_ONE + "/notes", "POST")
def note(conversation_id: str) -> Response:
    """Leave a note for the team."""
    text, mentions = bodies_team.note(api.body())
    done = handling.note(api.agent(), conversation_id, text, mentions, api.unique(conversation_id), now())
    return Response(views.message(done.message(), api.language()), status_code=201)


@api.at(_ONE + "/assign", "POST")
def assign(conversation_id: str) -> Response:
    """Hand the conversation over."""
    to = bodies_team.hand_over(api.body())
    return _head(handling.assign(api.agent(), conversation_id, to, api.unique(conversation_id), now()))


@api.at(_ONE + "/snooze", "POST")
def snooze(conversation_id: str) -> Response:
    """Put the conversation aside."""
    nap = bodies_team.nap(api.body())
    return _head(handling.snooze(api.agent(), conversation_id, nap, api.unique(conversation_id), now()))


@api.at(_ONE + "/wake", "POST")
def wake(conversation_id: str) -> Response:
    """Take up the conversation before its time."""
    bodies.nothing(api.body())
    return _head(handling.wake(api.agent(), conversation_id, api.unique(conversation_id), now()))


@api.at(_ONE + "/tags", "PUT")
def put_tags(conversation_id: str) -> Response:
    """Put tags on the conversation, and take tags off it."""
    marks = bodies_team.marks(api.body())
    return _head(handling.tag(api.agent(), conversation_id, marks, api.unique(conversation_id), now()))


def _head(done: desk.Done) -> Response:
    return Response(views.conversation(done.conversation.head, api.language()))
