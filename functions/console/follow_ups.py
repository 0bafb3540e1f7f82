"""The routes of follow-ups across conversations: what is due, plans, bulk, figures."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from chalice.app import Response

import channels
from console import bodies, bulk, plans, promises, views
from console.errors import ApiError, malformed
from console.http import LEADS, Api, limit_of, name_of, now, read_cursor, write_cursor
from conversations import directory, figures, ledger, promised
from conversations.figures import week_of

if TYPE_CHECKING:
    from conversations.ledger import Row

api = Api(__name__)
WEEK = 7 * 86_400_000
USUAL_WEEKS = 12
MOST_WEEKS = 106
"""Weeks of one report: two years."""
_WEEK = re.compile(r"[1-9]\d{3}-W(0[1-9]|[1-4]\d|5[0-3])", re.ASCII)


@api.at("/api/follow-ups", "GET")
def list_follow_ups() -> Response:
    """A page of the follow-ups in one state."""
    query = api.query("state", "team", "limit", "cursor")
    state = query.get("state", "planned")
    if state not in promised.STATES:
        raise malformed(f"state: {', '.join(promised.STATES)}")
    team = name_of(query, "team")
    filters = {"state": state, "team": team}
    page, cursor = promised.page(
        teams=[team] if team else directory.teams(),
        state=state,
        limit=limit_of(query.get("limit")),
        now=now(),
        cursor=read_cursor(query.get("cursor"), filters),
    )
    shown = [views.conversation(head, api.language()) for head in page]
    return Response({"items": shown, "cursor": write_cursor(cursor, filters)})


@api.at("/api/follow-ups/plan", "POST")
def plan() -> Response:
    """How a wish to ask back would be kept."""
    conversation, wish = bodies.plan(api.body())
    return Response(plans.plan(promises.look(api.agent(), conversation, wish, now()), api.language()))


@api.at("/api/follow-ups/bulk/preview", "POST", LEADS)
def preview_bulk() -> Response:
    """Who would be asked, when and how."""
    chosen, wish, per_hour = bodies.selection(api.body())
    if chosen.team and chosen.team not in directory.teams():
        raise malformed("team: " + ", ".join(directory.teams()))
    if chosen.channel and chosen.channel not in channels.names():
        raise malformed("channel: " + ", ".join(channels.names()))
    return _entries(bulk.preview(api.agent(), chosen, wish, per_hour, now()))


@api.at("/api/follow-ups/bulk", "POST", LEADS)
def make_bulk() -> Response:
    """Promise to ask many."""
    return _entries(bulk.make(api.agent(), bodies.bulk(api.body()), now()))


@api.at("/api/follow-ups/bulk/{batch}", "DELETE", LEADS)
def undo_bulk(batch: str) -> Response:
    """Take a bulk back, as far as nobody was asked yet."""
    query = api.query("after")
    released, after = bulk.undo(api.agent(), bodies.batch(batch), name_of(query, "after"), now())
    return Response({"released": released, "after": after})


@api.at("/api/reports/follow-ups", "GET")
def report() -> Response:
    """What came of follow-ups, by week, channel and place."""
    query = api.query("team", "from", "to")
    moment = now()
    first = _week(query, "from", week_of(moment - (USUAL_WEEKS - 1) * WEEK))
    last = _week(query, "to", week_of(moment))
    if not 0 <= _begin_of(last) - _begin_of(first) < MOST_WEEKS * WEEK:
        raise ApiError(422, "period")
    team = name_of(query, "team")
    rows = [
        {"team": each} | row
        for each in ([team] if team else directory.teams())
        for row in ledger.rows(each, first, last)
    ]
    return Response({"from": first, "to": last, "rows": rows, "totals": _totals(rows)})


def _entries(entries: list[bulk.Entry]) -> Response:
    return Response(plans.entries(entries, api.language()))


def _week(query: dict[str, str], name: str, usual: str) -> str:
    week = query.get(name, usual)
    if not _WEEK.fullmatch(week):
        raise malformed(f"{name}: an ISO week like 2026-W48")
    return week


def _begin_of(week: str) -> int:
    """When an ISO week begins, in milliseconds; raises a 422 for the 53rd week of a year that has none."""
    try:
        monday = datetime.fromisocalendar(int(week[:4]), int(week[6:]), 1)
    except ValueError:
        raise ApiError(422, "period") from None
    return int(monday.replace(tzinfo=UTC).timestamp() * 1000)


def _totals(rows: list[Row]) -> dict[str, Any]:
    totals = {name: sum(row[name] for row in rows) for name in figures.NAMES}
    public = sum(row["solved"] for row in rows if row["visibility"] == "public")
    return totals | {"solved_in_public": public}
