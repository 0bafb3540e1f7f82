"""What the routes share: who asks, for what, and how a refusal is answered."""

from __future__ import annotations

import json
import time
from functools import wraps
from typing import TYPE_CHECKING, Any

from chalice.app import Blueprint, Response, handle_extra_types

from aws import parameters
from console import authorization, sizes
from console.actions import replies
from console.bodies import conversations as conversation_bodies
from console.errors import ApiError, malformed
from shared import texts
from storage import audit
from storage.table import Conflict, NotStored

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from chalice.app import Request

    View = Callable[..., Response]

API = "/api/"
"""What the paths of all routes begin with that ask who it is."""
PAGE = 50
LARGEST_PAGE = 100
LONGEST_NAME = 100
LONGEST_PART = 200
"""Characters of a name or id in a path."""
AGENTS = frozenset({"agent", "lead", "admin"})
LEADS = frozenset({"lead", "admin"})
ADMINS = frozenset({"admin"})
EVERYBODY: frozenset[str] = frozenset()
"""Also who signed in without having a role, and, where the template asks for no sign-in, who did not."""


class Api(Blueprint):
    """A part of the API: its routes answer an ``ApiError`` as JSON, with a sentence in the agent's language."""

    def at(self, path: str, method: str, roles: frozenset[str] = AGENTS) -> Callable[[View], View]:
        """Register a view for those who have one of these roles. To be signed in is not enough: with a company's own
        sign-in, everybody there is."""

        def register(view: View) -> View:
            @wraps(view)
            def explained(**path_parameters: str) -> Response:
                try:
                    if path.startswith(API) and not authorization.is_ours(self.claims()):
                        return Response({"message": "Unauthorized"}, status_code=401)
                    self._permit(roles)
                    _look_over(path_parameters)
                    return _bounded(view(**path_parameters))
                except ApiError as error:
                    return self._refusal(error)
                except (Conflict, NotStored):
                    return self._refusal(ApiError(503, "busy"))
                except parameters.Unavailable:
                    return self._refusal(ApiError(503, "unavailable"))

            return self.route(path, methods=[method], content_types=["*/*"])(explained)

        return register

    def _permit(self, roles: frozenset[str]) -> None:
        """Raise a 403 for who has none of these roles, or has one and not what the role needs."""
        if not roles:
            return
        groups = self.agent().groups
        if not roles.intersection(groups):
            raise _forbidden(roles)
        authorization.need_second_step(self.claims(), roles, groups)

    def _refusal(self, error: ApiError) -> Response:
        return Response(error.body(self.language()), status_code=error.status)

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

    def body(self) -> bytes:
        """The request's body; raises a 400 for one that is no bytes in any encoding."""
        try:
            raw = self.request().raw_body
            return raw.encode() if isinstance(raw, str) else raw
        except ValueError:
            raise malformed("the body cannot be read") from None

    def claims(self) -> dict[str, Any]:
        """What the token says, as API Gateway found it good."""
        return self.request().context["authorizer"]["claims"]

    def agent(self) -> replies.Agent:
        """Who is signed in."""
        claims = self.claims()
        email = claims.get("email", "")
        return replies.Agent(
            id=claims["sub"],
            name=claims.get("name") or email.partition("@")[0] or claims["sub"],
            email=email,
            groups=_groups(claims.get("cognito:groups", "")),
            language=self.language(),
        )

    def record(self, deed: audit.AuditEvent, target: str, **detail: Any) -> None:
        """Note for administrators that whoever is signed in did this; never a word of a customer."""
        audit.put(deed, self.agent().author, target, now(), **detail)

    def language(self) -> str:
        """What the agent wants to read."""
        return texts.language_of(self.request().headers.get("accept-language", ""))

    def unique(self, conversation_id: str) -> replies.Request:
        """What makes a repeated request recognisable."""
        request = self.request()
        key = conversation_bodies.idempotency_key(request.headers.get("idempotency-key"))
        further = sorted((request.uri_params or {}).items() - {("conversation_id", conversation_id)})
        path = " ".join(
            [request.method, request.context["resourcePath"], *(f"{name}={value}" for name, value in further)]
        )
        return replies.request_of(self.agent(), conversation_id, key, path, self.body())


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


def _forbidden(roles: frozenset[str]) -> ApiError:
    """What is said to whoever has none of these roles."""
    if roles == AGENTS:
        return ApiError(403, "no_role")
    if roles == ADMINS:
        return ApiError(403, "admins_only")
    return ApiError(403, "forbidden")


def now() -> int:
    """The time, in milliseconds."""
    return time.time_ns() // 1_000_000


def limit_of(value: str | None, usual: int = PAGE, largest: int = LARGEST_PAGE) -> int:
    """How many items a page has; raises a 400."""
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


def _groups(claim: object) -> tuple[str, ...]:
    """Return the groups as they stand in a claim that can only be a string: ``admin,lead``, or ``[admin lead]``.

    Nothing else separates or encloses there: another bracket or white space belongs to a name, and so to none of ours.
    """
    if not isinstance(claim, str):
        return ()
    groups = claim[1:-1] if claim.startswith("[") and claim.endswith("]") else claim
    return tuple(filter(None, groups.replace(",", " ").split(" ")))
