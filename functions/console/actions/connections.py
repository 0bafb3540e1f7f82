"""The company's accounts: connecting, changing, stopping and removing them, and looking whether they work.

Secrets come in and never go out: no answer, no entry of the audit log and no line of the log holds one.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, TypeVar

from application.connections import health, registration
from application.connections.refusal import Refused, Why
from aws import parameters
from console.actions import replies
from console.errors import ApiError
from conversations.prices import DOLLAR
from shared import http_guard, settings
from storage import audit, connections, outreach_budgets, table
from storage.audit import AuditEvent

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from application.connections.registration import New
    from console.authorization import Agent
    from console.bodies.connections import Wanted
    from storage.connections import Connection
    from storage.outreach_budgets import Budget

T = TypeVar("T")


def every() -> list[Connection]:
    """Return all connections."""
    return connections.connections()


def budgets(every: Sequence[Connection], now: int) -> dict[tuple[str, str], Budget]:
    """Return the budgets of connections in the month of a time (milliseconds), by channel and name."""
    return outreach_budgets.read_all([(each.channel, each.name) for each in every], now)


def connect(agent: Agent, new: New, now: int) -> Connection:
    """Connect an account: its secrets are tried and kept, and the platform is told to call."""
    replies.team(new.team)
    made = asking(lambda: registration.connect(new, webhook_pattern(), now))
    used = {"team": made.team, "secrets": sorted(new.secrets), "options": sorted(new.options)}
    audit.put(AuditEvent.CONNECTED, agent.author, f"{made.channel}/{made.name}", now, **used)
    return made


def change(agent: Agent, channel: str, name: str, wanted: Wanted, clock: Callable[[], int]) -> Connection:
    """Give a connection to a team, stop it or let it go on, give it new secrets or settings."""
    target = f"{channel}/{name}"
    asking(lambda: registration.found(channel, name))
    if wanted.team:
        replies.team(wanted.team)
    if wanted.is_changed:
        asking(lambda: registration.change(channel, name, wanted.change, webhook_pattern(), clock()))
        _record_change(agent, target, wanted, clock())
    if wanted.held is not None:
        asking(lambda: registration.hold(channel, name, bool(wanted.held)))
        event = AuditEvent.CONNECTION_HELD if wanted.held else AuditEvent.CONNECTION_RESUMED
        audit.put(event, agent.author, target, clock())
    if wanted.budget is not None:
        outreach_budgets.set_limit(channel, name, wanted.budget)
        _record_budget(agent, target, wanted.budget, clock())
    if wanted.team:
        _give(agent, channel, name, wanted.team, clock())
    return connections.connection(channel, name)


def remove(agent: Agent, channel: str, name: str, clock: Callable[[], int]) -> bool:
    """Let an account go; returns whether the platform was told. What was said over it stays."""
    is_unregistered = asking(lambda: registration.remove(channel, name, clock()))
    audit.put(AuditEvent.CONNECTION_REMOVED, agent.author, f"{channel}/{name}", clock())
    return is_unregistered


def check(channel: str, name: str, now: int) -> Connection:
    """See now whether a connection works, and have the platform call again if it does not."""
    connection = asking(lambda: registration.found(channel, name))
    asking(lambda: health.look_after(connection, now, webhook_pattern(), thoroughly=True))
    return connections.connection(channel, name)


@cache
def webhook_pattern() -> str:
    """Return where platforms call us, with places for channel and connection."""
    return parameters.read(settings.webhook_parameter())


def _give(agent: Agent, channel: str, name: str, team: str, now: int) -> None:
    """Give new conversations of a connection to a team."""
    entry = audit.entry(AuditEvent.CONNECTION, agent.author, f"{channel}/{name}", now, team=team)
    try:
        table.transact(connections.give_connection(channel, name, team), entry)
    except table.Busy:
        raise
    except table.Conflict:
        raise ApiError(404, "no_connection") from None


def _record_change(agent: Agent, target: str, wanted: Wanted, now: int) -> None:
    change = wanted.change
    parts = {"secrets": sorted(change.secrets), "options": sorted(change.options), "rotation": change.rotation}
    used = {name: value for name, value in parts.items() if value}
    audit.put(AuditEvent.CONNECTION_CHANGED, agent.author, target, now, **used)


def _record_budget(agent: Agent, target: str, budget: int, now: int) -> None:
    audit.put(AuditEvent.CONNECTION_CHANGED, agent.author, target, now, budget=budget // DOLLAR)


def asking(do: Callable[[], T]) -> T:
    """Do what may ask the platform; what is refused is said in words."""
    http_guard.permit(settings.network())
    try:
        return do()
    except Refused as refused:
        raise _refusal(refused) from None


def _refusal(refused: Refused) -> ApiError:
    if refused.why is Why.REFUSED:
        fields = {"reason": refused.reason, "platform_code": refused.code}
        return ApiError(422, "connection_refused", detail_key=f"connect.refused.{refused.reason}", **fields)
    refusals = {
        Why.NO_CHANNEL: ApiError(404, "no_channel"),
        Why.NO_CONNECTION: ApiError(404, "no_connection"),
        Why.NAME: ApiError(422, "connection_name"),
        Why.EXISTS: ApiError(409, "connection_exists"),
        Why.CONNECTED: ApiError(409, "connection_connected", detail=refused.detail),
        Why.OTHER_ACCOUNT: ApiError(409, "other_account"),
        Why.UNKNOWN: ApiError(422, "connection_unknown", detail=refused.detail),
        Why.MISSING: ApiError(422, "connection_missing", detail=refused.detail),
        Why.ADDRESS: ApiError(422, "connection_address", detail=refused.detail),
        Why.TOO_LARGE: ApiError(422, "connection_too_large"),
        Why.BUSY: ApiError(503, "connection_busy"),
        Why.NO_SIGN_IN: ApiError(404, "no_sign_in"),
        Why.NO_ACCOUNT: ApiError(422, "sign_in_no_account"),
    }
    return refusals[refused.why]
