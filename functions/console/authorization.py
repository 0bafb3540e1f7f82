"""Authorization of the API's callers: by token, beyond the checks of API Gateway, by role, by team.

Its authorizer knows the pool and the signature. It looks at neither the kind of a token nor the application it was
made for: without scopes on a method, it is documented to take a token for an id token, and some versions admit access
tokens, too.

The conversations of a team that is for its members only are read and answered by them and by administrators. For
everybody else they do not exist: lists and counts leave them out, and what names one of them answers 404.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from aws import accounts
from console.errors import ApiError
from conversations import identity
from conversations.facts import Author
from shared import settings
from storage import agents, conversations, team_names, teams

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from conversations.conversation import Conversation

AGENTS = frozenset({"agent", "lead", "admin"})
LEADS = frozenset({"lead", "admin"})
ADMINS = frozenset({"admin"})
EVERYBODY: frozenset[str] = frozenset()
"""Also accounts without a role, and, where the template asks for no sign-in, requests without an account."""
OF_ADMINS = "admins"
"""``RequireMfa``: administrators have a second step, and nobody else needs one."""


END_FORM = "%a %b %d %H:%M:%S UTC %Y"
UNKNOWN_END, LONGEST_SESSION = 15 * 60_000, 60 * 60_000


class Unauthorized(Exception):
    """The token is none for the inbox."""


class Agent(Struct, frozen=True):
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


def session_end(claims: Mapping[str, Any], now: int) -> int:
    """Return when a token ends, in milliseconds, an hour from now at the latest.

    API Gateway hands the time on as ``Sun Nov 29 21:00:00 UTC 2026`` or as seconds since 1970. What is neither is taken
    to end soon.
    """
    written = str(claims.get("exp", ""))
    if written.isascii() and written.isdigit():
        ends = int(written[:10]) * 1000
    else:
        try:
            ends = int(datetime.strptime(written, END_FORM).replace(tzinfo=UTC).timestamp()) * 1000
        except ValueError:
            ends = now + UNKNOWN_END
    return min(ends, now + LONGEST_SESSION)


def closed_to(agent: Agent) -> frozenset[str]:
    """Return the names of the teams whose conversations an agent does not see."""
    return teams.closed_to(agent.id, agent.has(ADMINS))


def visible(agent: Agent, names: Iterable[str]) -> list[str]:
    """Return those of some teams whose conversations an agent sees, in their order."""
    closed = closed_to(agent)
    return [name for name in names if name not in closed]


def own_teams(agent: Agent) -> list[str]:
    """Return the teams that are an agent's business: their own, those without members, and for leads all they see."""
    names = visible(agent, team_names.names())
    if agent.has(LEADS):
        return names
    return [name for name in names if not (members := teams.team(name).members) or agent.id in members]


def seen_by(agent: Agent, heads: Iterable[Conversation]) -> list[Conversation]:
    """Return those of some conversations that an agent sees, in their order."""
    closed = closed_to(agent)
    return [head for head in heads if head.identity.team not in closed]


def is_hidden(agent: Agent, conversation_id: str) -> bool:
    """Return whether a conversation is there and not for an agent; nothing is read where no team is closed to them."""
    closed = closed_to(agent)
    if not closed or not identity.CONVERSATION_ID.fullmatch(conversation_id):
        return False
    head = conversations.head(conversation_id)
    return head is not None and head.identity.team in closed


def guard(agent: Agent, conversation_id: str) -> None:
    """Raise the 404 of a conversation that is not there, for an agent to whom it is not."""
    if is_hidden(agent, conversation_id):
        raise ApiError(404, "not_found")


def must_admit(agent: Agent, team: str, ids: Iterable[str]) -> None:
    """Raise a 422 for one whom an agent would give, or point to, a conversation of a team, and who could not see it."""
    members = teams.members_only().get(team)
    is_admin = agent.has(ADMINS)
    others = [
        each for each in ids if members is not None and each not in members and not (is_admin and each == agent.id)
    ]
    known = agents.known(others) if others else {}
    for each in others:
        if each not in known or ADMINS.isdisjoint(known[each].groups):
            raise ApiError(422, "not_a_member", detail=known[each].name if each in known else each)


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
