"""Authorization of the API's callers by token, beyond the checks of API Gateway, and the permissions of roles.

Its authorizer knows the pool and the signature. It looks at neither the kind of a token nor the application it was
made for: without scopes on a method, it is documented to take a token for an id token, and some versions admit access
tokens, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aws import accounts
from console.errors import ApiError
from conversations.facts import Author
from shared import settings

if TYPE_CHECKING:
    from collections.abc import Mapping

AGENTS = frozenset({"agent", "lead", "admin"})
LEADS = frozenset({"lead", "admin"})
ADMINS = frozenset({"admin"})
EVERYBODY: frozenset[str] = frozenset()
"""Also accounts without a role, and, where the template asks for no sign-in, requests without an account."""
OF_ADMINS = "admins"
"""``RequireMfa``: administrators have a second step, and nobody else needs one."""


class Unauthorized(Exception):
    """The token is none for the inbox."""


@dataclass(frozen=True, slots=True)
class Agent:
    """The account that is signed in, as its token says."""

    id: str
    name: str
    email: str
    groups: tuple[str, ...]
    language: str

    @property
    def author(self) -> Author:
        """The agent as the author of a message."""
        return Author(self.id, self.name)

    def has(self, roles: frozenset[str]) -> bool:
        """Return whether the agent has one of these roles."""
        return not roles.isdisjoint(self.groups)


def admit(claims: Mapping[str, Any], roles: frozenset[str], language: str) -> Agent:
    """Return the agent of a token who has one of these roles (none: an account is enough).

    Raises ``Unauthorized``, and a 403 for an agent without these roles, or with one and not what the role needs.
    """
    if not _is_ours(claims):
        raise Unauthorized
    agent = _agent_of(claims, language)
    if roles and not agent.has(roles):
        raise _forbidden(roles)
    if roles == ADMINS and settings.require_mfa() == OF_ADMINS:
        _need_second_step(claims)
    return agent


def _is_ours(claims: Mapping[str, Any]) -> bool:
    """Return whether a token is an id token that was made for the inbox: none to ask Cognito with, which others may
    have been given, and none of another application in the same pool."""
    sign_in, audience = accounts.sign_in(), claims.get("aud")
    ours = {sign_in[name] for name in ("client_id", "directory_client_id") if sign_in.get(name)}
    return claims.get("token_use") == "id" and isinstance(audience, str) and audience in ours


def _agent_of(claims: Mapping[str, Any], language: str) -> Agent:
    email = claims.get("email", "")
    return Agent(
        id=claims["sub"],
        name=claims.get("name") or email.partition("@")[0] or claims["sub"],
        email=email,
        groups=_groups(claims.get("cognito:groups", "")),
        language=language,
    )


def _groups(claim: object) -> tuple[str, ...]:
    """Return the groups as they stand in a claim that can only be a string: ``admin,lead``, or ``[admin lead]``.

    Nothing else separates or encloses there: another bracket or white space belongs to a name, and so to none of ours.
    """
    if not isinstance(claim, str):
        return ()
    groups = claim[1:-1] if claim.startswith("[") and claim.endswith("]") else claim
    return tuple(filter(None, groups.replace(",", " ").split(" ")))


def _need_second_step(claims: Mapping[str, Any]) -> None:
    """Raise a 403 for an account without a second step at sign-in."""
    if not accounts.has_second_step(str(claims.get("cognito:username") or claims["sub"])):
        raise ApiError(403, "second_step")


def _forbidden(roles: frozenset[str]) -> ApiError:
    """Return the refusal of an agent who has none of these roles."""
    if roles == AGENTS:
        return ApiError(403, "no_role")
    if roles == ADMINS:
        return ApiError(403, "admins_only")
    return ApiError(403, "forbidden")
