"""Tickets for live connections: one use, half a minute, for the page that asks."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from console.authorization import ADMINS
from storage import live_tickets
from storage.live_tickets import Ticket

if TYPE_CHECKING:
    from console.authorization import Agent

TICKET_SECONDS = 30


def issue(agent: Agent, origin: str, until: int, now: int) -> str:
    """Return a new ticket for a connection that lasts until a time at most; times in milliseconds."""
    ticket = secrets.token_urlsafe(32)
    kept = Ticket(agent.id, agent.name, agent.has(ADMINS), until, origin)
    live_tickets.put(live_tickets.digest_of(ticket), kept, now // 1000 + TICKET_SECONDS)
    return ticket
