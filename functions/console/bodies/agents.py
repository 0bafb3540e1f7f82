"""Bodies about the accounts of agents, read into values."""

from __future__ import annotations

import re

from msgspec import Struct

from console.bodies.fields import unique
from console.bodies.json_types import Body
from console.errors import ApiError

_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")


class Invitation(Struct, frozen=True):
    """Somebody who is to work here."""

    email: str
    name: str
    roles: tuple[str, ...]
    teams: tuple[str, ...] = ()


class AgentChange(Struct, frozen=True):
    """The roles, the teams and the state that an account is to have; None for what stays as it is."""

    roles: tuple[str, ...] | None = None
    teams: tuple[str, ...] | None = None
    is_active: bool | None = None


def invitation(body: Body) -> Invitation:
    """The body of ``POST /agents``; raises a 422 for a name that cannot be shown, or no address."""
    name = body["name"].strip()
    if not name or not name.isprintable():
        raise ApiError(422, "agent_name")
    email = body["email"].strip()
    if not _ADDRESS.fullmatch(email) or not email.isprintable():
        raise ApiError(422, "agent_address")
    return Invitation(email, name, unique(body["groups"]), unique(body.get("teams")))


def agent_change(body: Body) -> AgentChange:
    """The body of ``PATCH /agents/{agent_id}``."""
    roles, teams = body.get("groups"), body.get("teams")
    return AgentChange(
        None if roles is None else unique(roles), None if teams is None else unique(teams), body.get("active")
    )
