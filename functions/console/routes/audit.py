"""The routes of those who look after the house: who did what, and who does not want to be asked."""

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
    """Who did what, the latest first."""
    query = api.query("from", "to", "agent", "kind", "limit", "cursor")
    kind = query.get("kind", "")
    if kind and kind not in list(audit.AuditEvent):
        raise malformed(f"kind: {', '.join(audit.AuditEvent)}")
    filters = {name: name_of(query, name) for name in ("from", "to", "agent", "kind")}
    period = _period(query)
    start = read_cursor("audit", query.get("cursor"), filters, lambda each: audit.id_of(each, period))

    def build(limit: int) -> dict[str, Any]:
        entries, after = audit.page(period, limit, agent=filters["agent"], deed=kind, after=start)
        return {"items": [_entry(each) for each in entries], "cursor": write_cursor("audit", after, filters)}

    return Response(sizes.within(build, limit_of(query.get("limit"))))


@api.at("/api/opt-outs", "GET", LEADS)
def list_opt_outs() -> Response:
    """Who does not want to be asked, the latest first."""
    query = api.query("limit", "cursor")
    limit = limit_of(query.get("limit"))
    found = customers.opt_outs(limit, read_cursor("opt-outs", query.get("cursor"), {}, customers.opt_out_of))
    kept = stored_conversations.heads([each.conversation for each in found if each.conversation])
    shown = [_opt_out(each, each.conversation in kept) for each in found]
    after = found[-1].id if len(found) == limit else None
    return Response({"items": shown, "cursor": write_cursor("opt-outs", after, {})})


@api.at("/api/opt-outs/{opt_out}", "DELETE", LEADS)
def lift_opt_out(opt_out: str) -> Response:
    """It was a mistake: this customer may be asked."""
    moment = now()
    entry = audit.entry(AuditEvent.PERMIT, api.agent().author, opt_out, moment)
    expires = writes.expires_at(moment, moment)
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
    """The days that are asked for, in UTC and both included; raises a 422 for a period that cannot be."""
    until = _day(query, "to", now() - now() % DAY) + DAY
    since = _day(query, "from", until - USUAL_DAYS * DAY)
    if not since < until <= since + audit.KEPT * 1000:
        raise ApiError(422, "dates")
    return audit.Period(since, until)


def _day(query: dict[str, str], name: str, usual: int) -> int:
    """When a day begins, in milliseconds; raises a 400 for what is no date, a 422 for a day that no calendar has."""
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
        "kind": entry.deed,
        "target": entry.target,
        "detail": entry.detail,
    }
