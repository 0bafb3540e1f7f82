"""Admission of a live connection: a ticket that was not used before, presented by the page that requested it.

The address holds the ticket, and nothing that is worth anything a second time: a browser can send no header with a
WebSocket's request. https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html
"""

from __future__ import annotations

import re
from typing import Any

from aws import live_pushes
from shared.telemetry import count, logger
from storage import change_counters, live_connections, live_tickets
from storage.live_connections import Connection

FORM = re.compile(r"[A-Za-z0-9_-]{43}")
"""A ticket: 32 random bytes in base64."""
LONGEST_LIFE = 2 * 3600
"""Seconds that API Gateway keeps a connection:
https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html"""
MOST = 10
"""Connections of one agent; of more, the one that ends first is closed."""


def policy_for(event: dict[str, Any], now: int) -> dict[str, Any]:
    """Return the policy that lets a connection open, or refuses it."""
    ticket = (event.get("queryStringParameters") or {}).get("ticket", "")
    origin = {name.lower(): value for name, value in (event.get("headers") or {}).items()}.get("origin", "")
    digest = live_tickets.digest_of(ticket)
    redeemed = live_tickets.redeem(digest, origin, now) if FORM.fullmatch(ticket) else None
    if redeemed is None:
        logger.info("Live connection refused")
        count("LiveRefused")
    statement = {
        "Action": "execute-api:Invoke",
        "Effect": "Allow" if redeemed else "Deny",
        "Resource": event["methodArn"],
    }
    return {
        "principalId": redeemed.agent if redeemed else "nobody",
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": {"ticket": digest},
    }


def open_connection(connection_id: str, digest: str, now: int) -> None:
    """Keep a connection whose ticket was redeemed; raises ``LookupError`` for one without, so that it does not open."""
    ticket = live_tickets.used(digest)
    if ticket is None:
        raise LookupError("the connection has no ticket")
    own = sorted((each for each in live_connections.everyone(now) if each.agent == ticket.agent), key=_end)
    surplus = [each.id for each in own[: max(0, len(own) - MOST + 1)]]
    for each in surplus:
        live_pushes.close(each)
    live_connections.forget(surplus)
    # First this: dispatch looks for connections only while there may be one.
    change_counters.expect_live(now // 1000 + LONGEST_LIFE, now)
    live_connections.put(Connection(connection_id, ticket.agent, ticket.name, ticket.is_admin, ticket.until))


def _end(connection: Connection) -> int:
    return connection.until
