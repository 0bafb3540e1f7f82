"""The routes of reports: what was counted, by week, channel and place, also as a file for a spreadsheet."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from chalice.app import Response

import channels
from console import sizes
from console.errors import ApiError, malformed
from console.http import Api, name_of, now
from console.paging import page_of
from conversations import metrics
from conversations.facts import Visibility
from conversations.metrics import week_of
from conversations.normalization import normalize
from storage import reporting, team_names

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from storage.reporting import Row

api = Api(__name__)
Json = dict[str, Any]
WEEK = 7 * 86_400_000
USUAL_WEEKS = 12
MOST_WEEKS = 106
"""Weeks of one report: two years."""
SHARES = {"median": 0.5, "p90": 0.9}
_WEEK = re.compile(r"[1-9]\d{3}-W(0[1-9]|[1-4]\d|5[0-3])", re.ASCII)
_FORMULA = ("=", "+", "-", "@", "|", "%")
"""Characters that begin a formula in a spreadsheet, also in full width and after invisible characters."""


@api.at("/api/reports/follow-ups", "GET")
def follow_ups() -> Response:
    """Return the outcomes of follow-ups, by week, channel and visibility."""
    query = api.query("team", "from", "to", "cursor")
    first, last = _period(query)
    counted = [(row, {name: row.figures.get(name, 0) for name in metrics.NAMES}) for row in _rows(query, first, last)]
    rows = [_place(row) | numbers for row, numbers in counted if any(numbers.values())]
    return Response({"from": first, "to": last, "totals": _totals(rows)} | _page("follow-ups", rows, query))


@api.at("/api/reports/overview", "GET")
def overview() -> Response:
    """Everything that is counted, by week, team, channel and place."""
    query = api.query("team", "channel", "visibility", "from", "to", "format", "cursor")
    if query.get("format", "json") not in ("json", "csv"):
        raise malformed("format: json, csv")
    if "channel" in query and query["channel"] not in channels.names():
        raise malformed("channel: " + ", ".join(channels.names()))
    if "visibility" in query and query["visibility"] not in set(Visibility):
        raise malformed("visibility: public or private")
    first, last = _period(query)
    found = [row for row in _rows(query, first, last) if _is_meant(row, query)]
    rows = [_place(row) | numbers(row.figures) for row in found]
    if _wants_csv(query):
        return _file(rows, f"{first}_{last}.csv")
    counted = {"from": first, "to": last, "weeks": _weeks(found), "totals": _together(found)}
    return Response(counted | _page("overview", rows, query))


def _page(report: str, rows: Sequence[Json], query: dict[str, str]) -> Json:
    """Return the rows of a report, as many as one answer holds; what is summed up is of all."""
    filters = {name: value for name, value in query.items() if name not in {"cursor", "format"}}
    return page_of(f"report-{report}", rows, query.get("cursor"), filters, key="rows")


def numbers(counted: Mapping[str, int]) -> Json:
    """The figures as they are reported: sums, and times in seconds of the team's work."""
    shown: Json = {name: counted.get(name, 0) for name in (*metrics.VOLUMES, *metrics.MISSED, *metrics.NAMES)}
    for time in metrics.TIMES:
        counts = metrics.buckets(time, counted)
        shown |= {f"{time}_{name}_s": metrics.quantile(counts, share) for name, share in SHARES.items()}
    return shown


def _rows(query: dict[str, str], first: str, last: str) -> list[Row]:
    team = name_of(query, "team")
    return [row for each in ([team] if team else team_names.names()) for row in reporting.rows(each, first, last)]


def _is_meant(row: Row, query: dict[str, str]) -> bool:
    return all(getattr(row, name) == query.get(name, getattr(row, name)) for name in ("channel", "visibility"))


def _weeks(rows: Sequence[Row]) -> list[Json]:
    """Each week with all that was counted in it; medians of parts do not make the median of the whole."""
    weeks = sorted({row.week for row in rows})
    return [{"week": week} | _together([row for row in rows if row.week == week]) for week in weeks]


def _together(rows: Sequence[Row]) -> Json:
    return numbers(metrics.add_up(row.figures for row in rows))


def _place(row: Row) -> Json:
    return {"week": row.week, "team": row.team, "channel": row.channel, "visibility": row.visibility}


def _totals(rows: Sequence[Json]) -> Json:
    totals = {name: sum(row[name] for row in rows) for name in metrics.NAMES}
    public = sum(row["solved"] for row in rows if row["visibility"] == "public")
    return totals | {"solved_in_public": public}


# -- the file ---------------------------------------------------------------------------------------------------------


def _wants_csv(query: dict[str, str]) -> bool:
    accepted = api.request().headers.get("accept", "").partition(",")[0].partition(";")[0].strip().lower()
    return query.get("format", "csv" if accepted == "text/csv" else "json") == "csv"


def _file(rows: Sequence[Json], name: str) -> Response:
    headers: dict[str, str | list[str]] = {
        "Content-Type": "text/csv; charset=utf-8; header=present",
        "Content-Disposition": f'attachment; filename="nachfrage_{name}"',
    }
    written = csv_of(rows)
    if sizes.weight(written) > sizes.LARGEST:
        raise ApiError(422, "file_too_long")
    return Response(written, headers=headers)


def csv_of(rows: Sequence[Json]) -> str:
    """The rows as RFC 4180 has them, and so that no spreadsheet takes a name for a formula."""
    written = io.StringIO()
    writer = csv.writer(written)
    columns = ["week", "team", "channel", "visibility", *numbers({})]
    writer.writerow(columns)
    writer.writerows([[_cell(row[column]) for column in columns] for row in rows])
    return written.getvalue()


def _cell(value: Any) -> Any:
    if not isinstance(value, str):
        return "" if value is None else value
    shown = "".join(letter if letter.isprintable() else " " for letter in value)
    # A mark may become one with the sign before it in compatibility form: so the text is looked at as it stands, too.
    begins = any(each.lstrip().startswith(_FORMULA) for each in (shown, normalize("NFKC", shown)))
    return f"'{shown}" if begins else shown


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
