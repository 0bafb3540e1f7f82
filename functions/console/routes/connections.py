"""The routes of the company's accounts: their state, and connecting, changing, pausing and removing them.

Secrets come in and never go out: no answer, no entry of the audit log and no line of the log holds one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalice.app import Response

import channels
from console.actions import connections
from console.authorization import ADMINS, LEADS
from console.bodies import connections as connection_bodies
from console.http import Api, now
from console.paging import page_of
from console.views import connections as connection_views

if TYPE_CHECKING:
    from storage.connections import Connection

api = Api(__name__)
_ALL = "/api/connections"
_ONE = _ALL + "/{channel}/{connection}"


@api.at("/api/channels", "GET", LEADS)
def list_channels() -> Response:
    """Return the channels that can be connected, and the fields that each needs."""
    pattern, language = connections.webhook_pattern(), api.language()
    return Response(
        {"items": [connection_views.channel(channels.get(name), pattern, language) for name in channels.names()]}
    )


@api.at(_ALL, "GET", LEADS)
def list_connections() -> Response:
    """Return the accounts of the company, and their state."""
    query = api.query("cursor")
    every = connections.every()
    budgets = connections.budgets(every, now())
    shown = [connection_views.connection(each, api.language(), budgets[each.channel, each.name]) for each in every]
    return Response(page_of("connections", shown, query.get("cursor")))


@api.at(_ALL, "POST", ADMINS)
def connect() -> Response:
    """Connect an account: try its secrets, store them, and register the webhook."""
    made = connections.connect(api.agent(), connection_bodies.new(api.body()), now())
    return Response(_shown(made), status_code=201)


@api.at(_ONE, "PATCH", ADMINS)
def change_connection(channel: str, connection: str) -> Response:
    """Change a connection: its team, a pause, its secrets or its settings."""
    changed = connections.change(api.agent(), channel, connection, connection_bodies.change(api.body()), now)
    return Response(_shown(changed))


@api.at(_ONE, "DELETE", ADMINS)
def remove_connection(channel: str, connection: str) -> Response:
    """Remove a connection. Its conversations stay."""
    return Response({"removed": True, "unregistered": connections.remove(api.agent(), channel, connection, now)})


@api.at(_ONE + "/check", "POST", ADMINS)
def check_connection(channel: str, connection: str) -> Response:
    """Check now whether a connection works, and register the webhook again if it does not."""
    return Response(_shown(connections.check(channel, connection, now())))


def _shown(connection: Connection) -> dict[str, Any]:
    budget = connections.budgets([connection], now())[connection.channel, connection.name]
    return connection_views.connection(connection, api.language(), budget)
