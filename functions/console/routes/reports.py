"""The routes of reports: what was counted, by week, channel and place, also as a file for a spreadsheet."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from chalice.app import Response

import channels
from console import sizes
from console.actions import reports
from console.errors import ApiError, malformed
from console.http import Api, name_of, now
from console.paging import page_of
from console.views import reports as report_views
from conversations.facts import Visibility
from conversations.metrics import week_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conversations.identity import Identity
    from storage.reporting import Row

api = Api(__name__)
Json = dict[str, Any]
WEEK = 7 * 86_400_000
USUAL_WEEKS = 12
MOST_WEEKS = 106
"""Weeks of one report: two years."""
_WEEK = re.compile(r"[1-9]\d{3}-W(0[1-9]|[1-4]\d|5[0-3])", re.ASCII)


@api.at("/api/reports/follow-ups", "GET")
def follow_ups() -> Response:
    """Return the outcomes of follow-ups, by week, channel and visibility."""
    query = api.query("team", "from", "to", "cursor")
    first, last = _period(query)
    rows = report_views.follow_up_rows(reports.rows(api.agent(), name_of(query, "team"), first, last))
    totals = report_views.follow_up_totals(rows)
    return Response({"from": first, "to": last, "totals": totals} | _page("follow-ups", rows, query))


@api.at("/api/reports/overview", "GET")
def overview() -> Response:
    """Everything that is counted, by week, team, channel and place."""
    query = api.query("team", "channel", "visibility", "from", "to", "format", "cursor")
    if query.get("format", "json") not in ("json", "csv"):
        raise malformed("format: json, csv")
    _check_place(query)
    first, last = _period(query)
    team = name_of(query, "team")
    waiting = [head for head in reports.unanswered(api.agent(), team) if _is_of(head.identity, query)]
    counted = [row for row in reports.rows(api.agent(), team, first, last) if _is_of(row, query)]
    found = reports.with_arrivals(counted, waiting, first, last)
    rows = report_views.overview_rows(found)
    if _wants_csv(query):
        return _file(rows, f"{first}_{last}.csv")
    sums = {"weeks": report_views.weeks(found), "totals": report_views.together(found)}
    now_waiting = {"unanswered": report_views.unanswered(waiting)}
    return Response({"from": first, "to": last} | sums | now_waiting | _page("overview", rows, query))


@api.at("/api/reports/outreach", "GET")
def outreach() -> Response:
    """Return what became of the posts that searches found, by search and channel."""
    query = api.query("team", "from", "to", "cursor")
    first, last = _period(query)
    found = reports.outreach(api.agent(), name_of(query, "team"), first, last)
    rows = [report_views.outreach_row(*each) for each in found]
    totals = report_views.outreach_figures([figures for _, _, figures in found])
    return Response({"from": first, "to": last, "totals": totals} | _page("outreach", rows, query))


@api.at("/api/reports/breakdown", "GET")
def breakdown() -> Response:
    """Return the outcomes of a period's conversations by agent and tag, and when they began."""
    query = api.query("team", "channel", "visibility", "from", "to")
    _check_place(query)
    first, last = _period(query)
    channel = query.get("channel", "")
    found = reports.dealt_with(
        api.agent(), name_of(query, "team"), _begin_of(first), _begin_of(last) + WEEK - 1, channel
    )
    heads = [head for head in found.heads if _is_of(head.identity, query)]
    zone = api.reader().zone or "UTC"
    shown = report_views.breakdown(heads, zone)
    return Response({"from": first, "to": last, "zone": zone, "complete": found.is_complete} | shown)


@api.at("/api/reports/board", "GET")
def board() -> Response:
    """Return what is open and waits for an answer now, by team, for a screen on the wall."""
    team = name_of(api.query("team"), "team")
    heads = reports.unanswered(api.agent(), team)
    return Response(report_views.board(heads, reports.teams(api.agent(), team), now()))


def _check_place(query: dict[str, str]) -> None:
    """Check the filters by channel and visibility; raises a 400 for what is neither."""
    if "channel" in query and query["channel"] not in channels.names():
        raise malformed("channel: " + ", ".join(channels.names()))
    if "visibility" in query and query["visibility"] not in set(Visibility):
        raise malformed("visibility: public or private")


def _page(report: str, rows: Sequence[Json], query: dict[str, str]) -> Json:
    """Return the rows of a report, as many as one answer holds; what is summed up is of all."""
    filters = {name: value for name, value in query.items() if name not in {"cursor", "format"}}
    return page_of(f"report-{report}", rows, query.get("cursor"), filters, key="rows")


def _is_of(place: Row | Identity, query: dict[str, str]) -> bool:
    return all(getattr(place, name) == query.get(name, getattr(place, name)) for name in ("channel", "visibility"))


# -- the file ---------------------------------------------------------------------------------------------------------


def _wants_csv(query: dict[str, str]) -> bool:
    accepted = api.request().headers.get("accept", "").partition(",")[0].partition(";")[0].strip().lower()
    return query.get("format", "csv" if accepted == "text/csv" else "json") == "csv"


def _file(rows: Sequence[Json], name: str) -> Response:
    headers: dict[str, str | list[str]] = {
        "Content-Type": "text/csv; charset=utf-8; header=present",
        "Content-Disposition": f'attachment; filename="nachfrage_{name}"',
    }
    written = report_views.csv_of(rows)
    if sizes.weight(written) > sizes.LARGEST:
        raise ApiError(422, "file_too_long")
    return Response(written, headers=headers)


# -- weeks ------------------------------------------------------------------------------------------------------------


def _period(query: dict[str, str]) -> tuple[str, str]:
    """The first and the last week; raises a 422 where they make no period."""
    moment = now()
    first = _week(query, "from", week_of(moment - (USUAL_WEEKS - 1) * WEEK))
    last = _week(query, "to", week_of(moment))
    if not 0 <= _begin_of(last) - _begin_of(first) < MOST_WEEKS * WEEK:
        raise ApiError(422, "period")
    return first, last


def _week(query: dict[str, str], name: str, usual: str) -> str:
    week = query.get(name, usual)
    if not _WEEK.fullmatch(week):
        raise malformed(f"{name}: an ISO week like 2026-W48")
    return week


def _begin_of(week: str) -> int:
    """Return the beginning of an ISO week in milliseconds; raises a 422 for the 53rd week of a year that has none."""
    try:
        monday = datetime.fromisocalendar(int(week[:4]), int(week[6:]), 1)
    except ValueError:
        raise ApiError(422, "period") from None
    return int(monday.replace(tzinfo=UTC).timestamp() * 1000)
