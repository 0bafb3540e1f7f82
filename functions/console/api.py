"""The routes of the JSON API; docs/openapi.yaml describes them."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from functools import wraps
from typing import TYPE_CHECKING, Any

from chalice.app import Blueprint, Response

import channels
from console import bodies, desk, views
from console.errors import ApiError, malformed
from conversations import inbox, store
from conversations.model import Status
from shared import texts

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalice.app import Request

    View = Callable[..., Response]

api = Blueprint(__name__)
PAGE = 50
LARGEST_PAGE = 100
LONGEST_NAME = 100
_ONE = "/api/conversations/{conversation_id}"


def _route(path: str, method: str) -> Callable[[View], View]:
    """A route of the API, which answers an ``ApiError`` as JSON, with a sentence in the agent's language."""

    def register(view: View) -> View:
        @wraps(view)
        def explained(**path_parameters: str) -> Response:
            try:
                return view(**path_parameters)
            except ApiError as error:
                return Response(error.body(_language()), status_code=error.status)

        return api.route(path, methods=[method], content_types=["*/*"])(explained)

    return register


@_route("/api/me", "GET")
def me() -> Response:
    """Who is signed in."""
    agent = _agent()
    return Response({"id": agent.id, "name": agent.name, "email": agent.email, "groups": list(agent.groups)})


@_route("/api/conversations", "GET")
def list_conversations() -> Response:
    """A page of the inbox, most urgent first."""
    query = dict(_request().query_params or {})
    _known(query, {"status", "team", "channel", "assignee", "limit", "cursor"})
    filters = _filters(query)
    page, cursor = inbox.page(
        teams=[query["team"]] if "team" in query else store.teams(),
        limit=_limit(query.get("limit")),
        status=filters["status"],
        channel=filters["channel"],
        assignee=_agent().id if filters["assignee"] == "me" else filters["assignee"],
        cursor=_read_cursor(query.get("cursor"), filters),
    )
    shown = [views.conversation(head, _language()) for head in page]
    return Response({"items": shown, "cursor": _write_cursor(cursor, filters)})


@_route(_ONE, "GET")
def read_conversation(conversation_id: str) -> Response:
    """A conversation with its messages and the ways to answer it."""
    found = desk.find(conversation_id)
    ways = desk.routes(found.head, _now())
    return Response(views.whole(found.head, found.messages(), ways, _language()))


@_route(_ONE + "/replies", "POST")
def reply(conversation_id: str) -> Response:
    """Answer, perhaps with a follow-up, perhaps resolving."""
    done = desk.reply(_agent(), conversation_id, bodies.reply(_body()), _unique(conversation_id), _now())
    return _message(done)


@_route(_ONE + "/notes", "POST")
def note(conversation_id: str) -> Response:
    """Leave a note for the team."""
    return _message(desk.note(_agent(), conversation_id, bodies.note(_body()), _unique(conversation_id), _now()))


@_route(_ONE + "/resolve", "POST")
def resolve(conversation_id: str) -> Response:
    """Close the conversation."""
    return _head(desk.resolve(_agent(), conversation_id, bodies.seen(_body()), _unique(conversation_id), _now()))


@_route(_ONE + "/reopen", "POST")
def reopen(conversation_id: str) -> Response:
    """Take the conversation up again."""
    bodies.nothing(_body())
    return _head(desk.reopen(_agent(), conversation_id, _unique(conversation_id), _now()))


@_route(_ONE + "/follow-up", "PUT")
def put_follow_up(conversation_id: str) -> Response:
    """Promise to ask back."""
    wish = bodies.follow_up(_body())
    return _head(desk.promise(_agent(), conversation_id, wish, _unique(conversation_id), _now()))


@_route(_ONE + "/follow-up", "DELETE")
def delete_follow_up(conversation_id: str) -> Response:
    """Take the promise back."""
    return _head(desk.release(_agent(), conversation_id, _unique(conversation_id), _now()))


def _request() -> Request:
    request = api.current_request
    assert request is not None
    return request


def _agent() -> desk.Agent:
    request = _request()
    claims = request.context["authorizer"]["claims"]
    email = claims.get("email", "")
    return desk.Agent(
        id=claims["sub"],
        name=claims.get("name") or email.partition("@")[0] or claims["sub"],
        email=email,
        groups=_groups(claims.get("cognito:groups", "")),
        language=_language(),
    )


def _language() -> str:
    return texts.language_of(_request().headers.get("accept-language", ""))


def _groups(claim: str) -> tuple[str, ...]:
    """A list as it stands in a claim that can only be a string: ``admin,lead``, or ``[admin lead]``."""
    return tuple(claim.strip("[]").replace(",", " ").split())


def _body() -> bytes:
    raw = _request().raw_body
    return raw.encode() if isinstance(raw, str) else raw


def _unique(conversation: str) -> desk.Request:
    request = _request()
    key = bodies.idempotency_key(request.headers.get("idempotency-key"))
    path = f"{request.method} {request.context['resourcePath']}"
    return desk.Request.of(_agent(), conversation, key, path, _body())


def _message(done: desk.Done) -> Response:
    return Response(views.message(done.message(), _language()), status_code=201)


def _head(done: desk.Done) -> Response:
    return Response(views.conversation(done.conversation.head, _language()))


def _known(query: dict[str, str], names: set[str]) -> None:
    if unknown := query.keys() - names:
        raise malformed(f"unknown parameter {min(unknown)[:50]}")


def _filters(query: dict[str, str]) -> dict[str, str]:
    for name, choices in (("status", list(Status)), ("channel", channels.names())):
        if name in query and query[name] not in choices:
            raise malformed(f"{name}: {', '.join(choices)}")
    for name in ("team", "assignee"):
        if name in query and not 0 < len(query[name]) <= LONGEST_NAME:
            raise malformed(f"{name}: 1 to {LONGEST_NAME} characters")
    return {name: query.get(name, "") for name in ("status", "team", "channel", "assignee")}


def _limit(value: str | None) -> int:
    if value is None:
        return PAGE
    if not value.isascii() or not value.isdigit() or not 1 <= int(value[:9]) <= LARGEST_PAGE:
        raise malformed(f"limit: 1 to {LARGEST_PAGE}")
    return int(value)


def _write_cursor(cursor: inbox.Cursor | None, filters: dict[str, str]) -> str | None:
    if cursor is None:
        return None
    content = json.dumps([_print_of(cursor, filters), cursor], separators=(",", ":"))
    return base64.urlsafe_b64encode(content.encode()).decode()


def _read_cursor(value: str | None, filters: dict[str, str]) -> inbox.Cursor | None:
    """The place in the list where the next page begins; raises a 422 if it is one of a list with other filters."""
    if value is None:
        return None
    try:
        fingerprint, cursor = json.loads(base64.urlsafe_b64decode(value))
    except (ValueError, TypeError, RecursionError):
        raise ApiError(422, "cursor") from None
    if fingerprint != _print_of(cursor, filters):
        raise ApiError(422, "cursor")
    return cursor


def _print_of(cursor: Any, filters: dict[str, str]) -> str:
    """What shows that a cursor was given out here, for a list with these filters. No secret: it holds no right."""
    return hashlib.sha256(json.dumps([cursor, filters], sort_keys=True).encode()).hexdigest()[:16]


def _now() -> int:
    return time.time_ns() // 1_000_000
