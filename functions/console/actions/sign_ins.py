"""Connecting accounts by the platforms' own sign-in: it begins here, is allowed there, and is finished here.

Codes and tokens go in and never out. The connection is made, or gets its new token, as by the form.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from application.connections import sign_ins
from aws import accounts
from console.actions import connections as connection_actions
from console.actions import replies
from console.bodies.connections import Wanted as WantedChange
from console.errors import ApiError
from storage import connections

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from application.connections.sign_ins import Allowed, Page, Wanted
    from channels._sign_in import Candidate
    from console.authorization import Agent
    from console.bodies.sign_ins import Answer
    from storage.connections import Connection

RETURN = "connected"
"""Path of the page to which platforms send people back, below the page's own address."""


class Finished(Struct, frozen=True):
    """The connection that was made, or the accounts of which one is to be chosen."""

    connection: Connection | None = None
    candidates: Sequence[Candidate] = ()
    connected: frozenset[str] = frozenset()
    """The ids of those that are connected already."""


def begin(agent: Agent, wanted: Wanted, now: int) -> Page:
    """Return the platform's page on which an administrator allows the app."""
    if not wanted.renews:
        replies.team(wanted.team)
    return connection_actions.asking(lambda: sign_ins.begin(wanted, agent.id, redirect_uri(), now))


def finish(agent: Agent, state: str, answer: Answer, clock: Callable[[], int]) -> Finished:
    """Take what the platform sent back, once: a code, or that it was not allowed."""
    if answer.error:
        connection_actions.asking(lambda: sign_ins.cancel(state, agent.id, clock()))
        if answer.error == "access_denied":
            raise ApiError(422, "sign_in_denied", platform_code=answer.error)
        raise ApiError(422, "sign_in_failed", platform_code=answer.error)
    allowed = connection_actions.asking(lambda: sign_ins.redeem(state, agent.id, answer.code, clock()))
    if len(allowed.candidates) == 1:
        return Finished(_connected(agent, allowed, clock))
    others = [each.account_id for each in connections.connections() if each.channel == allowed.begun.channel]
    return Finished(None, allowed.candidates, frozenset(others))


def choose(agent: Agent, state: str, account_id: str, clock: Callable[[], int]) -> Finished:
    """Connect one of the accounts that were offered, once."""
    allowed = connection_actions.asking(lambda: sign_ins.choose(state, agent.id, account_id, clock()))
    if not allowed.candidates:
        raise ApiError(422, "sign_in_no_account")
    return Finished(_connected(agent, allowed, clock))


def redirect_uri() -> str:
    """Return the one address to which platforms send people back; raises a 503 while no deployment has told it."""
    page = accounts.page_url()
    if not page:
        raise ApiError(503, "unavailable")
    return page + RETURN


def _connected(agent: Agent, allowed: Allowed, clock: Callable[[], int]) -> Connection:
    if not allowed.begun.renews:
        return connection_actions.connect(agent, sign_ins.new(allowed), clock())
    wanted = WantedChange(sign_ins.change(allowed), "", None)
    return connection_actions.change(agent, allowed.begun.channel, allowed.begun.name, wanted, clock)
