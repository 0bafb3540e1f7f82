"""The routes for the audit log, and for customers who do not want to be asked."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from chalice.app import Response

from console import sizes
from console.authorization import ADMINS, LEADS
from console.errors import ApiError, malformed
from console.http import Api, limit_of, name_of, now
from console.paging import read_cursor, write_cursor
from console.views import conversations as conversation_views
from storage import audit, customers, writes
from storage import conversations as stored_conversations
from storage.audit import AuditEvent

api = Api(__name__)
DAY = 86_400_000
USUAL_DAYS = 92
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


@api.at("/api/audit", "GET", ADMINS)
def read_audit() -> Response:
    """Return entries of the audit log, the latest first."""
    query = api.query("from", "to", "agent", "kind", "limit", "cursor")
    kind = query.get("kind", "")
    if kind and kind not in list(audit.AuditEvent):
        raise malformed(f"kind: {', '.join(audit.AuditEvent)}")
    filters = {name: name_of(query, name) for name in ("from", "to", "agent", "kind")}
    period = _period(query)
    start = read_cursor("audit", query.get("cursor"), filters, lambda each: audit.id_of(each, period))

    def build(limit: int) -> dict[str, Any]:
        entries, after = audit.page(period, limit, agent=filters["agent"], event=kind, after=start)
        return {"items": [_entry(entry) for entry in entries], "cursor": write_cursor("audit", after, filters)}

    return Response(sizes.within(build, limit_of(query.get("limit"))))


@api.at("/api/opt-outs", "GET", LEADS)
def list_opt_outs() -> Response:
    """Return the customers who do not want to be asked, the latest first."""
    query = api.query("limit", "cursor")
    limit = limit_of(query.get("limit"))
    opt_outs = customers.opt_outs(limit, read_cursor("opt-outs", query.get("cursor"), {}, customers.opt_out_of))
    heads = stored_conversations.heads([opt_out.conversation for opt_out in opt_outs if opt_out.conversation])
    items = [_opt_out(opt_out, opt_out.conversation in heads) for opt_out in opt_outs]
    after = opt_outs[-1].id if len(opt_outs) == limit else None
    return Response({"items": items, "cursor": write_cursor("opt-outs", after, {})})


@api.at("/api/opt-outs/{opt_out}", "DELETE", LEADS)
def lift_opt_out(opt_out: str) -> Response:
    """Permit asking a customer again, whose opt-out was a mistake."""
    permitted_at = now()
    entry = audit.entry(AuditEvent.PERMIT, api.agent().author, opt_out, permitted_at)
    expires = writes.expires_at(permitted_at, permitted_at)
    if not customers.opt_out_of(opt_out) or not customers.permit_listed(opt_out, expires, [entry]):
        raise ApiError(404, "no_opt_out")
    return Response(conversation_views.opt_out(False))


def _opt_out(opt_out: customers.OptOut, is_kept: bool) -> dict[str, Any]:
    return {
        "id": opt_out.id,
        "channel": opt_out.channel,
        "connection": opt_out.connection,
        "declined_at": conversation_views.when(opt_out.declined_at),
        "conversation": opt_out.conversation if is_kept else None,
    }


def _period(query: dict[str, str]) -> audit.Period:
    """Return the days that the query names, in UTC and both included; raises a 422 for a period that cannot be."""
    until = _day(query, "to", now() - now() % DAY) + DAY
    since = _day(query, "from", until - USUAL_DAYS * DAY)
    if not since < until <= since + audit.KEPT * 1000:
        raise ApiError(422, "dates")
    return audit.Period(since, until)


def _day(query: dict[str, str], name: str, usual: int) -> int:
    """Return a day's beginning in milliseconds; raises a 400 for what is no date, a 422 for a day no calendar has."""
    if name not in query:
        return usual
    if not _DATE.fullmatch(query[name]):
        raise malformed(f"{name}: a date like 2026-11-23")
    try:
        return max(0, int(datetime.fromisoformat(query[name]).replace(tzinfo=UTC).timestamp() * 1000))
    except ValueError:
        raise ApiError(422, "dates") from None


def _entry(entry: audit.Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "at": conversation_views.when(entry.at),
        "by": conversation_views.person(entry.by),
        "kind": entry.event,
        "target": entry.target,
        "detail": entry.detail,
    }
