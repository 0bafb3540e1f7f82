"""The routes of conversations; docs/openapi.yaml describes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalice.app import Response

import channels
from console import sizes
from console.actions import conversations, deliveries, follow_ups, replies
from console.authorization import EVERYBODY, LEADS
from console.bodies import conversations as conversation_bodies
from console.bodies import list_filters
from console.http import Api, limit_of, name_of, now
from console.paging import read_cursor, write_cursor
from console.views import attachments as attachment_views
from console.views import conversations as conversation_views
from console.views import reading as reading_views
from shared import texts

if TYPE_CHECKING:
    from application.commands import Executed
    from conversations.conversation import Conversation
    from conversations.team_settings import Team

api = Api(__name__, conversation_views.message)
UNDO_SECONDS = 5
"""Seconds for which the page holds a reply back, so that its author can undo it."""
POLL_SECONDS = 20
"""Seconds between the page's requests for changes where it has no live connection."""
_ONE = "/api/conversations/{conversation_id}"


@api.at("/api/me", "GET", EVERYBODY)
def me() -> Response:
    """Return the signed-in agent, and the page's settings. From now on colleagues find this agent."""
    agent = api.agent()
    conversations.arrive(agent, now())
    return Response(
        {
            "id": agent.id,
            "name": agent.name,
            "email": agent.email,
            "groups": list(agent.groups),
            "roles": {"lead": agent.has(LEADS), "admin": "admin" in agent.groups},
            "language": agent.language,
            "languages": list(texts.LANGUAGES),
            "teams": [_team(rules, agent.id) for rules in conversations.teams()],
            "connected": conversations.is_connected(),
            "channels": [{"name": name, "label": channels.get(name).label} for name in channels.names()],
            "settings": {"undo_seconds": UNDO_SECONDS, "poll_seconds": POLL_SECONDS},
        }
    )


@api.at("/api/conversations", "GET")
def list_conversations() -> Response:
    """A page of the inbox, most urgent first unless another order is asked for."""
    query = api.query(*list_filters.PARAMETERS, "team", "limit", "cursor")
    filters = list_filters.read(query, api.several)
    listed = conversations.Listed.of(api.agent(), query.get("team"), filters, now())
    fingerprint = list_filters.fingerprint(filters, name_of(query, "team"))
    start = read_cursor("conversations", query.get("cursor"), fingerprint, listed.place_of)

    def build(limit: int) -> dict[str, Any]:
        page, cursor = listed.page(limit, start)
        return {
            "items": [_listed(head, listed) for head in page],
            "cursor": write_cursor("conversations", cursor, fingerprint),
            "pulse": dict(listed.changes),
        }

    return Response(sizes.within(build, limit_of(query.get("limit"))))


def _listed(head: Conversation, listed: conversations.Listed) -> dict[str, Any]:
    shown = conversation_views.conversation(head, api.language())
    return shown | reading_views.read_state(listed.states(head))


@api.at(_ONE + "/replies", "POST")
def reply(conversation_id: str) -> Response:
    """Answer, perhaps with a follow-up, perhaps resolving."""
    done = replies.reply(
        api.agent(), conversation_id, conversation_bodies.reply(api.body()), api.unique(conversation_id), now()
    )
    return _message(done, 201)


@api.at(_ONE + "/replies/{message_id}", "DELETE")
def undo_reply(conversation_id: str, message_id: str) -> Response:
    """Take an answer back that has not left."""
    api.no_body()
    return _message(deliveries.undo(conversation_id, message_id, now()))


@api.at(_ONE + "/replies/{message_id}/retry", "POST")
def retry_reply(conversation_id: str, message_id: str) -> Response:
    """Send a message again that the platform refused."""
    return _message(deliveries.retry(conversation_id, message_id, api.body().get("seen"), now(), api.agent()))


@api.at(_ONE + "/replies/{message_id}/settle", "POST")
def settle_reply(conversation_id: str, message_id: str) -> Response:
    """Say whether a message arrived whose answer was lost."""
    return _message(deliveries.settle(conversation_id, message_id, api.body()["arrived"], now()))


@api.at(_ONE + "/resolve", "POST")
def resolve(conversation_id: str) -> Response:
    """Close the conversation."""
    return _head(
        replies.resolve(api.agent(), conversation_id, api.body().get("seen"), api.unique(conversation_id), now())
    )


@api.at(_ONE + "/reopen", "POST")
def reopen(conversation_id: str) -> Response:
    """Take the conversation up again."""
    api.no_body()
    return _head(replies.reopen(api.agent(), conversation_id, api.unique(conversation_id), now()))


@api.at(_ONE + "/follow-up", "PUT")
def put_follow_up(conversation_id: str) -> Response:
    """Promise to ask back."""
    wish = conversation_bodies.follow_up(api.body())
    return _head(follow_ups.promise(api.agent(), conversation_id, wish, api.unique(conversation_id), now()))


@api.at(_ONE + "/follow-up", "DELETE")
def delete_follow_up(conversation_id: str) -> Response:
    """Take the promise back."""
    api.no_body()
    return _head(follow_ups.release(api.agent(), conversation_id, api.unique(conversation_id), now()))


@api.at(_ONE + "/follow-up/outcome", "PUT")
def put_outcome(conversation_id: str) -> Response:
    """Say what the customer's answer to the follow-up means."""
    judgement = conversation_bodies.outcome(api.body())
    return _head(follow_ups.judge(api.agent(), conversation_id, judgement, api.unique(conversation_id), now()))


@api.at(_ONE + "/opt-out", "PUT")
def put_opt_out(conversation_id: str) -> Response:
    """The customer does not want to be asked."""
    api.no_body()
    return Response(conversation_views.opt_out(follow_ups.decline(api.agent(), conversation_id, now)))


@api.at(_ONE + "/opt-out", "DELETE", LEADS)
def delete_opt_out(conversation_id: str) -> Response:
    """It was a mistake: the customer may be asked."""
    api.no_body()
    return Response(conversation_views.opt_out(follow_ups.permit(api.agent(), conversation_id, now())))


@api.at(_ONE, "DELETE", LEADS)
def erase_conversation(conversation_id: str) -> Response:
    """Forget a conversation, for good."""
    api.no_body()
    return Response({"erased": conversations.erase(api.agent(), conversation_id, now())})


@api.at(_ONE + "/customer", "DELETE", LEADS)
def erase_customer(conversation_id: str) -> Response:
    """Forget the customer: all conversations this person began, for good."""
    api.no_body()
    keep_out = api.switch("keep_out")
    return Response({"erased": conversations.erase_customer(api.agent(), conversation_id, now, keep_out=keep_out)})


def _message(done: Executed, status: int = 200) -> Response:
    language, beside = api.language(), done.beside()
    shown = attachment_views.Shown(done.conversation, language)
    also = conversation_views.message(beside, language, shown) if beside else None
    answer = conversation_views.message(done.message(), language, shown) | {"also": also}
    if parts := done.parts():
        answer["parts"] = [conversation_views.message(each, language, shown) for each in parts]
    return Response(answer, status_code=status)


def _team(team: Team, agent: str) -> dict[str, Any]:
    return {"name": team.name, "label": team.label or team.name, "member": agent in team.members}


def _head(done: Executed) -> Response:
    return Response(conversation_views.conversation(done.conversation.head, api.language()))
