"""The routes of those who work here: for administrators, all accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalice.app import Response

from console.actions import agents
from console.authorization import ADMINS
from console.bodies import agents as agent_bodies
from console.http import Api, now
from console.paging import page_of

if TYPE_CHECKING:
    from console.actions.agents import Person

api = Api(__name__)


@api.at("/api/agents/accounts", "GET", ADMINS)
def list_accounts() -> Response:
    """Return all accounts, also those who never signed in or are switched off."""
    query = api.query("cursor")
    return Response(page_of("accounts", [_account(each) for each in agents.every()], query.get("cursor")))


@api.at("/api/agents", "POST", ADMINS)
def invite_agent() -> Response:
    """Invite somebody."""
    invitation = agent_bodies.invitation(api.body())
    return Response(_account(agents.invite(api.agent(), invitation, now())), status_code=201)


@api.at("/api/agents/{agent_id}/invitation", "POST", ADMINS)
def invite_again(agent_id: str) -> Response:
    """Send another first password."""
    api.no_body()
    return Response(_account(agents.invite_again(api.agent(), agent_id, now())))


@api.at("/api/agents/{agent_id}", "PATCH", ADMINS)
def change_agent(agent_id: str) -> Response:
    """Change roles and teams, or switch off and on."""
    wanted = agent_bodies.agent_change(api.body())
    return Response(_account(agents.change(api.agent(), agent_id, wanted, now())))


@api.at("/api/agents/{agent_id}", "DELETE", ADMINS)
def remove_agent(agent_id: str) -> Response:
    """Remove an account for good."""
    api.no_body()
    agents.remove(api.agent(), agent_id, now())
    return Response({"deleted": True})


def _account(person: Person) -> dict[str, Any]:
    account = person.account
    return {
        "id": account.id,
        "name": account.name,
        "email": account.email,
        "groups": list(account.roles),
        "teams": list(person.teams),
        "state": account.state,
        "directory": account.is_federated,
        "signed_in": person.has_signed_in,
    }
