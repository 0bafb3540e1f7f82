"""Figures of reports as the API shows them: by place and week, summed up, and as a file for a spreadsheet."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from msgspec.structs import asdict

from console.times import when
from conversations import breakdown as breakdowns
from conversations import metrics, prices
from conversations.conversation import Status
from conversations.normalization import normalize
from outreach.proposals import Dismissal
from outreach.search_precision import DISMISSED, precision

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from conversations.conversation import Conversation
    from outreach.searches import Search
    from storage.reporting import Row

Json = dict[str, Any]
MOST_LINES = 50
"""Agents, and tags, that a breakdown shows."""
SHARES = {"median": 0.5, "p90": 0.9}
OUTREACH = ("found", "proposed", "offered", "posted", "answered", "thanked", "refused", "blocked")
"""Figures of active dialogue."""
_FORMULA = ("=", "+", "-", "@", "|", "%")
"""Characters that begin a formula in a spreadsheet, also in full width and after invisible characters."""


def follow_up_rows(rows: Sequence[Row]) -> list[Json]:
    """Return the figures of follow-ups by place, without places where there were none."""
    counted = [(row, {name: row.figures.get(name, 0) for name in metrics.NAMES}) for row in rows]
    return [
        _place(row) | figures | {"proposed": _proposed(figures)} for row, figures in counted if any(figures.values())
    ]


def overview_rows(rows: Sequence[Row]) -> list[Json]:
    """Return all figures by place."""
    return [_place(row) | numbers(row.figures) for row in rows]


def numbers(counted: Mapping[str, int]) -> Json:
    """The figures as they are reported: sums, and times in seconds of the team's work."""
    shown: Json = {name: counted.get(name, 0) for name in (*metrics.VOLUMES, *metrics.MISSED, *metrics.NAMES)}
    shown["proposed"] = _proposed(shown)
    for time in metrics.TIMES:
        counts = metrics.buckets(time, counted)
        shown |= {f"{time}_{name}_s": metrics.quantile(counts, share) for name, share in SHARES.items()}
    return shown


def _proposed(figures: Mapping[str, int]) -> int:
    """Return the number of outcomes that a machine read and no agent has confirmed."""
    return sum(figures[name] for name in metrics.PROPOSED.values())


def unanswered(heads: Sequence[Conversation]) -> Json:
    """Return what waits for an answer now: conversations and messages, and since when the first one does."""
    waiting = [head for head in heads if head.unread]
    return {
        "open": sum(head.status == Status.OPEN for head in heads),
        "waiting": len(waiting),
        "messages": sum(head.unread for head in waiting),
        "oldest": when(min((head.waiting_since for head in waiting if head.waiting_since), default=None)),
    }


def board(heads: Sequence[Conversation], teams: Sequence[str], now: int) -> Json:
    """Return what waits now: in all, by team, and how many open conversations each agent has."""
    of_team = {team: [head for head in heads if head.identity.team == team] for team in teams}
    holders = breakdowns.by_agent(head for head in heads if head.status == Status.OPEN)
    return {
        "at": when(now),
        "totals": _standing(heads, now),
        "teams": [{"team": team} | _standing(found, now) for team, found in sorted(of_team.items())],
        "agents": [{"id": line.id, "name": line.name, "open": line.conversations} for line in holders[:MOST_LINES]],
    }


def _standing(heads: Sequence[Conversation], now: int) -> Json:
    late = [head for head in heads if head.status == Status.OPEN and (head.service_level.due_at or now) < now]
    return unanswered(heads) | {"late": len(late)}


def breakdown(heads: Sequence[Conversation], zone: str) -> Json:
    """Return the outcomes of conversations by agent and tag, and when they began by a zone's clock."""
    return {
        "conversations": len(heads),
        "agents": [asdict(line) for line in breakdowns.by_agent(heads)[:MOST_LINES]],
        "tags": [asdict(line) for line in breakdowns.by_tag(heads)[:MOST_LINES]],
        "hours": breakdowns.by_hour(heads, zone),
    }


def weeks(rows: Sequence[Row]) -> list[Json]:
    """Each week with all that was counted in it; medians of parts do not make the median of the whole."""
    names = sorted({row.week for row in rows})
    return [{"week": week} | together([row for row in rows if row.week == week]) for week in names]


def together(rows: Sequence[Row]) -> Json:
    """Return the figures of all these places."""
    return numbers(metrics.add_up(row.figures for row in rows))


def outreach_row(search: Search, channel: str, figures: Mapping[str, int]) -> Json:
    """Return what became of the posts that a search found on a channel."""
    named = {"id": search.id, "name": search.name, "team": search.team, "paused": search.paused}
    return {"search": named, "channel": channel} | outreach_figures([figures])


def outreach_figures(rows: Sequence[Mapping[str, int]]) -> Json:
    """Return sums of figures of active dialogue, with the precision that follows from them, and the cost in dollars."""
    counted = metrics.add_up(rows)
    return {
        **{name: counted.get(name, 0) for name in OUTREACH},
        "dismissed": {str(reason): counted.get(f"{DISMISSED}{reason}", 0) for reason in Dismissal},
        "precision": precision(counted).share,
        "cost": prices.dollars(counted.get("cost", 0)),
    }


def _place(row: Row) -> Json:
    return {"week": row.week, "team": row.team, "channel": row.channel, "visibility": row.visibility}


def follow_up_totals(rows: Sequence[Json]) -> Json:
    """Return the sums of the figures of follow-ups."""
    totals = {name: sum(row[name] for row in rows) for name in metrics.NAMES}
    public = sum(row["solved"] for row in rows if row["visibility"] == "public")
    return totals | {"proposed": sum(row["proposed"] for row in rows), "solved_in_public": public}


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
