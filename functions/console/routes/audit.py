"""The routes for the audit log, and for customers who do not want to be asked."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from chalice.app import Response

from console import sizes
from console.actions import audit
from console.authorization import ADMINS, LEADS
from console.errors import ApiError, malformed
from console.http import Api, limit_of, name_of, now
from console.paging import read_cursor, write_cursor
from console.times import when
from console.views import conversations as conversation_views

if TYPE_CHECKING:
    from storage.audit import Entry, Period
    from storage.customers import OptOut

api = Api(__name__)
USUAL_DAYS = 92
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


@api.at("/api/audit", "GET", ADMINS)
def read_audit() -> Response:
    """Return entries of the audit log, the latest first."""
    query = api.query("from", "to", "agent", "kind", "limit", "cursor")
    kind = query.get("kind", "")
    if kind and kind not in audit.KINDS:
        raise malformed(f"kind: {', '.join(audit.KINDS)}")
    filters = {name: name_of(query, name) for name in ("from", "to", "agent", "kind")}
    period = _period(query)
    start = read_cursor("audit", query.get("cursor"), filters, lambda each: audit.place_of(each, period))

    def build(limit: int) -> dict[str, Any]:
        entries, after = audit.page(filters, period, limit, start)
        return {"items": [_entry(entry) for entry in entries], "cursor": write_cursor("audit", after, filters)}

    return Response(sizes.within(build, limit_of(query.get("limit"))))


@api.at("/api/opt-outs", "GET", LEADS)
def list_opt_outs() -> Response:
    """Return the customers who do not want to be asked, the latest first."""
    query = api.query("limit", "cursor")
    limit = limit_of(query.get("limit"))
    opt_outs = audit.opt_outs(api.agent(), limit, read_cursor("opt-outs", query.get("cursor"), {}, audit.opt_out_place))
    after = opt_outs[-1][0].id if len(opt_outs) == limit else None
    shown = [_opt_out(opt_out, is_kept) for opt_out, is_kept in opt_outs]
    return Response({"items": shown, "cursor": write_cursor("opt-outs", after, {})})


@api.at("/api/opt-outs/{opt_out}", "DELETE", LEADS)
def lift_opt_out(opt_out: str) -> Response:
    """Permit asking a customer again, whose opt-out was a mistake."""
    audit.lift_opt_out(api.agent(), opt_out, now())
    return Response(conversation_views.opt_out(False))


def _opt_out(opt_out: OptOut, is_kept: bool) -> dict[str, Any]:
    return {
        "id": opt_out.id,
        "channel": opt_out.channel,
        "connection": opt_out.connection,
        "declined_at": when(opt_out.declined_at),
        "conversation": opt_out.conversation if is_kept else None,
    }


def _period(query: dict[str, str]) -> Period:
    """Return the days that the query names, in UTC and both included; raises a 422 for a period that cannot be."""
    until = _day(query, "to", now() - now() % audit.DAY) + audit.DAY
    return audit.period(_day(query, "from", until - USUAL_DAYS * audit.DAY), until)


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


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "at": when(entry.at),
        "by": conversation_views.person(entry.by),
        "kind": entry.event,
        "target": entry.target,
        "detail": entry.detail,
    }
