"""Common parts of the routes: the caller, the request, and answers to refusals."""

from __future__ import annotations

import hashlib
import json
import time
from functools import wraps
from importlib import import_module
from threading import Lock
from typing import TYPE_CHECKING, Any

from chalice.app import Blueprint, Response, handle_extra_types

from application.commands import Request as CommandRequest
from aws import parameters
from console import authorization, sizes
from console.authorization import AGENTS, Agent
from console.bodies import conversations as conversation_bodies
from console.bodies import json_types
from console.bodies.generated import CHECKS
from console.bodies.json_types import Body
from console.errors import ApiError, Overtaken, malformed
from console.times import Reader, is_zone
from shared import texts
from storage import agents
from storage.table import Conflict, NotStored

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from chalice.app import Chalice, Request

    from conversations.messages import Message

    View = Callable[..., Response]
    Show = Callable[[Message, str], dict[str, Any]]

API = "/api/"
"""The beginning of the paths of all routes that need a token."""
AGENT = "agent"
"""The agent of a request, in its context."""
CONVERSATION = "conversation_id"
"""The parameter of a path that names a conversation: to those who do not see it, each route says it is not there."""
PAGE = 50
LARGEST_PAGE = 100
LONGEST_NAME = 100
MOST_VALUES = 20
"""Of a parameter that may stand in a query several times."""
LONGEST_PART = 200
"""Characters of a name or id in a path."""


class RoutesOnDemand:
    """The routes of an application, whose modules are imported with the first request for one of their paths.

    A request needs one of some forty modules, and with what they need these take longer to import than all else.
    """

    def __init__(self, app: Chalice, package: str, modules: Mapping[str, Sequence[str]]) -> None:
        self._app = app
        self._package = package
        self._modules = modules
        self._registered: set[str] = set()
        self._registering = Lock()

    def register(self, path: str) -> None:
        """Import the modules that answer a path, and register their routes, each once."""
        with self._registering:
            for name in self._modules.get(path, ()):
                if name not in self._registered:
                    self._app.register_blueprint(import_module(f"{self._package}.{name}").api)
                    self._registered.add(name)

    def answer(self, event: dict[str, Any], context: Any) -> dict[str, Any]:
        """Answer a request as API Gateway hands it on."""
        self.register(event.get("requestContext", {}).get("resourcePath", ""))
        return self._app(event, context)


class Api(Blueprint):
    """A part of the API: its routes answer an ``ApiError`` as JSON, with a sentence in the agent's language.

    ``show`` gives a message as the API shows it, for a refusal that says what was written meanwhile. ``paths`` are
    those of its routes.
    """

    def __init__(self, name: str, show: Show | None = None) -> None:
        super().__init__(name)
        self._show: Show = show or _hidden
        self.paths: set[str] = set()

    def at(self, path: str, method: str, roles: frozenset[str] = AGENTS) -> Callable[[View], View]:
        """Register a view for those who have one of these roles. To be signed in is not enough: with a company's own
        sign-in, everybody there is."""

        def register(view: View) -> View:
            @wraps(view)
            def explained(**path_parameters: str) -> Response:
                try:
                    self._admit(path, roles, path_parameters)
                    return _bounded(view(**path_parameters))
                except authorization.Unauthorized:
                    return Response({"message": "Unauthorized"}, status_code=401)
                except ApiError as error:
                    return self._refusal(error)
                except (Conflict, NotStored):
                    return self._refusal(ApiError(503, "busy"))
                except parameters.Unavailable:
                    return self._refusal(ApiError(503, "unavailable"))

            self.paths.add(path)
            return self.route(path, methods=[method], content_types=["*/*"])(explained)

        return register

    def _admit(self, path: str, roles: frozenset[str], path_parameters: Mapping[str, str]) -> None:
        """Let the caller in who has one of these roles and sees the conversation that the path names, if any."""
        if roles or path.startswith(API):
            self.request().context[AGENT] = authorization.admit(self._claims(), roles, self.language())
        _look_over(path_parameters)
        if CONVERSATION in path_parameters:
            authorization.guard(self.agent(), path_parameters[CONVERSATION])
        if AGENT in self.request().context and agents.is_gone(self.agent().id):
            raise authorization.Unauthorized  # a token outlives the account that was switched off

    def _refusal(self, error: ApiError) -> Response:
        body = error.body(self.language())
        if isinstance(error, Overtaken):
            body["messages"] = [self._show(each, self.language()) for each in error.messages]
        return Response(body, status_code=error.status)

    def request(self) -> Request:
        """The request that is being answered."""
        request = self.current_request
        assert request is not None
        return request

    def query(self, *names: str) -> dict[str, str]:
        """The query's parameters; raises a 400 for one that is none of ``names``."""
        query = dict(self.request().query_params or {})
        if unknown := query.keys() - set(names):
            raise malformed(f"unknown parameter {min(unknown)[:50]}")
        return query

    def switch(self, name: str) -> bool:
        """Return the query's only parameter, which is true or false; raises a 400."""
        value = self.query(name).get(name, "false")
        if value not in ("true", "false"):
            raise malformed(f"{name}: true, false")
        return value == "true"

    def several(self, name: str) -> tuple[str, ...]:
        """Return the values of a query's parameter that may stand there several times, each once; raises a 400."""
        query = self.request().query_params
        values = tuple(dict.fromkeys(query.getlist(name))) if query and name in query else ()
        if len(values) > MOST_VALUES or not all(0 < len(value) <= LONGEST_NAME for value in values):
            raise malformed(f"{name}: at most {MOST_VALUES} values of 1 to {LONGEST_NAME} characters")
        return values

    def body(self) -> Body:
        """Return the request's body, which has the form of the operation's schema; raises a 400."""
        request = self.request()
        return checked_body(request.method, request.context["resourcePath"], self._raw_body())

    def no_body(self) -> None:
        """Raise a 400 if a request that needs nothing says something."""
        self.body()

    def _raw_body(self) -> bytes:
        """Return the body's bytes; raises a 400 for one that is no bytes in any encoding."""
        try:
            raw = self.request().raw_body
            return raw.encode() if isinstance(raw, str) else raw
        except ValueError:
            raise malformed("the body cannot be read") from None

    def _claims(self) -> dict[str, Any]:
        """Return what the token says, as API Gateway found it good."""
        return self.request().context["authorizer"]["claims"]

    def agent(self) -> Agent:
        """Return the agent who is signed in; only in routes of the API."""
        return self.request().context[AGENT]

    def session_end(self) -> int:
        """Return when the agent's token ends, in milliseconds."""
        return authorization.session_end(self._claims(), now())

    def language(self) -> str:
        """Return the language that the agent wants to read."""
        return texts.language_of(self.request().headers.get("accept-language", ""))

    def reader(self) -> Reader:
        """Return who reads sentences with times in them; a time zone that does not exist is as good as none."""
        zone = self.request().headers.get("time-zone", "").strip()
        return Reader(self.language(), zone if is_zone(zone) else "")

    def unique(self, conversation_id: str) -> CommandRequest:
        """Return the identification of a request, by which a repetition is recognised."""
        request = self.request()
        key = conversation_bodies.idempotency_key(request.headers.get("idempotency-key"))
        further = sorted((request.uri_params or {}).items() - {("conversation_id", conversation_id)})
        path = " ".join(
            [request.method, request.context["resourcePath"], *(f"{name}={value}" for name, value in further)]
        )
        return request_of(self.agent(), conversation_id, key, path, self._raw_body())


def _hidden(message: Message, language: str) -> dict[str, Any]:
    """Return nothing of a message, for routes whose refusals have none."""
    return {}


def request_of(agent: Agent, conversation_id: str, key: str, path: str, body: bytes) -> CommandRequest:
    """Return what makes a repeated request recognisable. Keys of different agents and conversations do not meet."""
    unique = hashlib.sha256(f"{agent.id}\0{conversation_id}\0{key}".encode()).hexdigest() if key else ""
    return CommandRequest(unique, hashlib.sha256(path.encode() + b"\0" + body).hexdigest())


def checked_body(method: str, path: str, raw: bytes) -> Body:
    """Return a body that has the form of an operation's schema; raises a 400 that names the field that is wrong.

    ``path`` is that of the route, with the names of its parameters. An operation without a schema takes no field.
    """
    check, is_required = CHECKS.get((method, path), (_no_fields, False))
    try:
        body = json.loads(raw if raw or is_required else b"{}", parse_float=_number)
        # Half a surrogate pair is no text that could be kept or sent.
        json.dumps(body, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise malformed("the body is not JSON") from None
    check(body, "")
    return body


def _no_fields(body: Any, path: str) -> None:
    json_types.fields(body, path, set())


def _number(written: str) -> int | float:
    """Return a number; one that is written as 5.0 is as whole as 5."""
    number = float(written)
    return int(number) if number.is_integer() else number


def _bounded(answer: Response) -> Response:
    """Return an answer with its body written; raises a 500 for one that Lambda would not give back.

    Routes bound what they answer. This says what went wrong where one does not; Lambda would say nothing.
    """
    if isinstance(answer.body, str | bytes):
        return answer
    body = json.dumps(answer.body, separators=(",", ":"), default=handle_extra_types)
    if sizes.weight_of(body) > sizes.LAMBDA_LIMIT:
        raise ApiError(500, "answer_too_large")
    return Response(body, {"Content-Type": "application/json"} | dict(answer.headers), answer.status_code)


def _look_over(path_parameters: Mapping[str, str]) -> None:
    """Raise a 404 for what can be no name or id: too long for a key of the table, or with what cannot be seen."""
    for value in path_parameters.values():
        if not 0 < len(value) <= LONGEST_PART or not value.isprintable():
            raise ApiError(404, "no_such_address")


def now() -> int:
    """The time, in milliseconds."""
    return time.time_ns() // 1_000_000


def limit_of(value: str | None, usual: int = PAGE, largest: int = LARGEST_PAGE) -> int:
    """Return the number of items on a page; raises a 400."""
    if value is None:
        return usual
    if not value.isascii() or not value.isdigit() or not 1 <= int(value[:9]) <= largest:
        raise malformed(f"limit: 1 to {largest}")
    return int(value)


def name_of(query: dict[str, str], name: str) -> str:
    """A parameter that is a name, or nothing; raises a 400."""
    if name in query and not 0 < len(query[name]) <= LONGEST_NAME:
        raise malformed(f"{name}: 1 to {LONGEST_NAME} characters")
    return query.get(name, "")
