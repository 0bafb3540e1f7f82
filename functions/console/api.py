"""The routes of conversations; docs/openapi.yaml describes them."""

from __future__ import annotations

from chalice.app import Response

import channels
from console import bodies, desk, promises, views
from console.errors import malformed
from console.http import LEADS, Api, limit_of, name_of, now, read_cursor, write_cursor
from conversations import directory, inbox
from conversations.model import Status

api = Api(__name__)
_ONE = "/api/conversations/{conversation_id}"


@api.at("/api/me", "GET")
def me() -> Response:
    """Who is signed in."""
    agent = api.agent()
    return Response({"id": agent.id, "name": agent.name, "email": agent.email, "groups": list(agent.groups)})


@api.at("/api/conversations", "GET")
def list_conversations() -> Response:
    """A page of the inbox, most urgent first."""
    query = api.query("status", "team", "channel", "assignee", "limit", "cursor")
    filters = _filters(query)
    page, cursor = inbox.page(
        teams=[query["team"]] if "team" in query else directory.teams(),
        limit=limit_of(query.get("limit")),
        status=filters["status"],
        channel=filters["channel"],
        assignee=api.agent().id if filters["assignee"] == "me" else filters["assignee"],
        cursor=read_cursor(query.get("cursor"), filters),
    )
    shown = [views.conversation(head, api.language()) for head in page]
    return Response({"items": shown, "cursor": write_cursor(cursor, filters)})


@api.at(_ONE, "GET")
def read_conversation(conversation_id: str) -> Response:
    """A conversation with its messages and the ways to answer it."""
    found = desk.find(conversation_id)
    return Response(views.whole(found, desk.routes(found.head, now()), api.language()))


@api.at(_ONE + "/replies", "POST")
def reply(conversation_id: str) -> Response:
    """Answer, perhaps with a follow-up, perhaps resolving."""
    done = desk.reply(api.agent(), conversation_id, bodies.reply(api.body()), api.unique(conversation_id), now())
    return _message(done)


@api.at(_ONE + "/notes", "POST")
def note(conversation_id: str) -> Response:
    """Leave a note for the team."""
    return _message(
        desk.note(api.agent(), conversation_id, bodies.note(api.body()), api.unique(conversation_id), now())
    )


@api.at(_ONE + "/resolve", "POST")
def resolve(conversation_id: str) -> Response:
    """Close the conversation."""
    return _head(
        desk.resolve(api.agent(), conversation_id, bodies.seen(api.body()), api.unique(conversation_id), now())
    )


@api.at(_ONE + "/reopen", "POST")
def reopen(conversation_id: str) -> Response:
    """Take the conversation up again."""
    bodies.nothing(api.body())
    return _head(desk.reopen(api.agent(), conversation_id, api.unique(conversation_id), now()))


@api.at(_ONE + "/follow-up", "PUT")
def put_follow_up(conversation_id: str) -> Response:
    """Promise to ask back."""
    wish = bodies.follow_up(api.body())
    return _head(promises.promise(api.agent(), conversation_id, wish, api.unique(conversation_id), now()))


@api.at(_ONE + "/follow-up", "DELETE")
def delete_follow_up(conversation_id: str) -> Response:
    """Take the promise back."""
    bodies.nothing(api.body())
    return _head(promises.release(api.agent(), conversation_id, api.unique(conversation_id), now()))


@api.at(_ONE + "/follow-up/outcome", "PUT")
def put_outcome(conversation_id: str) -> Response:
    """Say what the customer's answer to the follow-up means."""
    said = bodies.outcome(api.body())
    return _head(promises.judge(api.agent(), conversation_id, said, api.unique(conversation_id), now()))


@api.at(_ONE + "/opt-out", "PUT")
def put_opt_out(conversation_id: str) -> Response:
    """The customer does not want to be asked."""
    bodies.nothing(api.body())
    return Response(views.opt_out(promises.decline(conversation_id, now)))


@api.at(_ONE + "/opt-out", "DELETE", LEADS)
def delete_opt_out(conversation_id: str) -> Response:
    """It was a mistake: the customer may be asked."""
    bodies.nothing(api.body())
    return Response(views.opt_out(promises.permit(conversation_id, now())))


@api.at(_ONE, "DELETE", LEADS)
def erase_conversation(conversation_id: str) -> Response:
    """Forget a conversation, for good."""
    bodies.nothing(api.body())
    return Response({"erased": desk.erase(conversation_id, now())})


@api.at(_ONE + "/customer", "DELETE", LEADS)
def erase_customer(conversation_id: str) -> Response:
    """Forget the customer: all conversations this person began, for good."""
    bodies.nothing(api.body())
    return Response({"erased": desk.erase_customer(conversation_id, now())})


def _filters(query: dict[str, str]) -> dict[str, str]:
    for name, choices in (("status", list(Status)), ("channel", channels.names())):
        if name in query and query[name] not in choices:
            raise malformed(f"{name}: {', '.join(choices)}")
    return {name: name_of(query, name) for name in ("status", "team", "channel", "assignee")}


def _message(done: desk.Done) -> Response:
    return Response(views.message(done.message(), api.language()), status_code=201)


def _head(done: desk.Done) -> Response:
    return Response(views.conversation(done.conversation.head, api.language()))
