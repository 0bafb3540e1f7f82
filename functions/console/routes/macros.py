"""The routes of macros: several steps under one name, taken all at once or not at all."""

from __future__ import annotations

from chalice.app import Response

from console.actions import deliveries, macros
from console.authorization import LEADS
from console.bodies import macros as macro_bodies
from console.errors import malformed
from console.http import Api, now
from console.paging import page_of
from console.views import conversations as conversation_views
from console.views import macros as macro_views
from conversations.actions import Verb
from conversations.team_settings import template_name

api = Api(__name__, conversation_views.message)
_TEAM = "/api/teams/{team}/macros"


@api.at(_TEAM, "GET")
def list_macros(team: str) -> Response:
    """A team's macros."""
    query = api.query("cursor")
    return Response(page_of("macros", macros.of_team(team), query.get("cursor"), {"team": team}))


@api.at(_TEAM + "/{macro}", "PUT", LEADS)
def put_macro(team: str, macro: str) -> Response:
    """Write a macro; what it could not do is refused here, not found out at work."""
    _named(macro)
    meant, document = macro_bodies.macro(api.body())
    macros.put(api.agent(), team, macro, meant, document, now())
    return Response({"name": macro} | document)


@api.at(_TEAM + "/{macro}", "DELETE", LEADS)
def delete_macro(team: str, macro: str) -> Response:
    """Take a team's macro away."""
    macros.delete(api.agent(), team, macro, now())
    return Response({"deleted": True})


@api.at("/api/conversations/{conversation_id}/macros/{macro}", "POST")
def use_macro(conversation_id: str, macro: str) -> Response:
    """Do what a macro of the conversation's team says."""
    seen, hold = macro_bodies.use(api.body())
    override = api.body().get("override") or False
    done = macros.use(api.agent(), conversation_id, macro, seen, hold, api.unique(conversation_id), now(), override)
    answered = done.action is not None and done.action.verb == Verb.REPLY
    shown = conversation_views.conversation(done.conversation.head, api.language())
    message = conversation_views.message(done.message(), api.language()) if answered else None
    return Response({"conversation": shown, "message": message, "use": done.action_id or None})


@api.at("/api/conversations/{conversation_id}/macros/{macro}", "GET")
def preview_macro(conversation_id: str, macro: str) -> Response:
    """Show what a macro would do in a conversation now."""
    shown = macros.preview(api.agent(), conversation_id, macro, now())
    return Response(macro_views.preview(shown, api.reader()))


@api.at("/api/conversations/{conversation_id}/macro-uses/{use}", "DELETE")
def undo_macro(conversation_id: str, use: str) -> Response:
    """Take back all that a macro did."""
    conversation = deliveries.undo_macro(api.agent(), conversation_id, use, now())
    return Response({"conversation": conversation_views.conversation(conversation.head, api.language())})


def _named(macro: str) -> None:
    try:
        template_name(macro)
    except ValueError:
        raise malformed("macro: 1 to 50 of a-z, 0-9, - and _") from None
