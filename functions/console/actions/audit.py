"""The audit log, and the customers who do not want to be asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from console import authorization
from console.errors import ApiError
from storage import audit, conversations, customer_cards, customers, writes
from storage.audit import AuditEvent, Entry, Period

if TYPE_CHECKING:
    from console.authorization import Agent
    from storage.customers import OptOut

DAY = 86_400_000
KINDS = tuple(map(str, AuditEvent))


def page(filters: dict[str, str], period: Period, limit: int, after: str | None) -> tuple[list[Entry], str | None]:
    """Return entries of a period, the latest first, and where the next page begins; filters are agent and kind."""
    return audit.page(period, limit, agent=filters["agent"], event=filters["kind"], after=after)


def period(since: int, until: int) -> Period:
    """Return the time between two moments (milliseconds); raises a 422 for one in which nothing can be kept."""
    if not since < until <= since + audit.KEPT * 1000:
        raise ApiError(422, "dates")
    return Period(since, until)


def place_of(value: Any, period: Period) -> str | None:
    """Return the place of an entry of a period; None for anything else."""
    return audit.id_of(value, period)


def opt_outs(agent: Agent, limit: int, before: str | None) -> list[tuple[OptOut, bool]]:
    """Return customers who do not want to be asked, latest first, and whether an agent sees their conversation."""
    found = customers.opt_outs(limit, before)
    heads = conversations.heads([each.conversation for each in found if each.conversation])
    closed = authorization.closed_to(agent)
    kept = {name for name, head in heads.items() if head.identity.team not in closed}
    return [(each, each.conversation in kept) for each in found]


def opt_out_place(value: Any) -> str | None:
    """Return the place of an opt-out; None for anything else."""
    return customers.opt_out_of(value)


def lift_opt_out(agent: Agent, opt_out: str, now: int) -> None:
    """Let a customer be asked again; raises a 404."""
    entry = audit.entry(AuditEvent.PERMIT, agent.author, opt_out, now)
    expires = writes.expires_at(now, now)
    if not customers.opt_out_of(opt_out) or not customers.permit_listed(opt_out, expires, [entry]):
        raise ApiError(404, "no_opt_out")
    for card in customer_cards.joined_with(customers.digest_of(opt_out)):
        customers.permit(card.channel, card.connection, card.customer_id, expires)
