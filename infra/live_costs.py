"""``python -m infra.live_costs``: writes into docs/costs.md what a live connection costs, beside the poll.

What each event costs is counted: table (i) of docs/performance.md. How often it happens in an hour is assumed below.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from typing import NamedTuple

from infra import build, marked_text, templates
from infra.costs import (
    ACCESS_LOG_BYTES,
    ANSWERS_AN_HOUR,
    LOG_BYTES,
    LOOKS_OF_AN_ANSWER,
    MEASURED,
    PAGE,
    PUSH_BYTES,
    SECONDS,
    TICKETS_AN_HOUR,
    Line,
    total,
)

BEGIN, END = "<!-- made by `python -m infra.live_costs` -->", "<!-- end of infra.live_costs -->"
HOURS = 168
"""Hours a month with the page open: eight on 21 days."""
TEAM = 3
"""Agents whose list is the same, each with as many answers."""
MESSAGES_OF_AN_ANSWER = 1 / 0.6
"""Messages of customers for each answer: of a hundred, sixty are answered, as on the rest of the page."""
SHARED, TYPED = 0.1, 5
"""Share of answers that are written beside a colleague, and how often typing is told then: at the beginning, each
fifteen seconds of a minute, and at the end."""
OF_OTHERS = {
    "answer, pushed to a page with the list": 1.0,
    "customer's message, pushed to a page with the list": (TEAM - 1) / TEAM,
}
"""Shares of the pushes for which dispatch read the connections on account of colleagues: once for the pages of all."""
PING_SECONDS, POLL_SECONDS, NOTED_SECONDS, SLOW_POLL_SECONDS = 120, 2, 60, 20
"""A page pings when nothing was answered for two minutes. It polled each two seconds before, and noted presence once a
minute; without a live connection it polls every twenty."""


class Event(NamedTuple):
    """Cost of one event, as counted."""

    writes: float
    reads: float
    calls: float
    requests: float
    messages: float


def counted() -> dict[str, Event]:
    """Return the rows of table (i) of docs/performance.md."""
    table = MEASURED.read_text(encoding="utf-8").split("### (i)")[1].split("<!-- end")[0]
    rows = [[cell.strip() for cell in row.strip("|").split("|")] for row in table.splitlines() if row.startswith("|")]
    return {row[0].removeprefix("… "): Event(*(float(cell) for cell in row[1:])) for row in rows[2:]}


def pings(looks: float) -> float:
    """Return the pings of an hour with so many looks at any times: each is answered, which puts the next ping off."""
    return looks / (math.exp(PING_SECONDS * looks / 3600) - 1) if looks else 3600 / PING_SECONDS


def hour() -> dict[str, float]:
    """Return how often what happens in an hour of an agent with a live connection."""
    answers, looks = ANSWERS_AN_HOUR, ANSWERS_AN_HOUR * LOOKS_OF_AN_ANSWER
    return {
        "connection opened: ticket, admission, what is shown": TICKETS_AN_HOUR,
        "connection closed": TICKETS_AN_HOUR,
        "another one after it": looks,
        "ping, with a conversation open": pings(looks),
        "typing begins or ends, beside a colleague": answers * SHARED * TYPED,
        "to the page of the agent who answers": answers,
        "answer, pushed to a page with the list": answers * (TEAM - 1),
        "customer's message, pushed to a page with the list": answers * TEAM * MESSAGES_OF_AN_ANSWER,
    }


def hour_of_polling(seconds: float) -> dict[str, float]:
    """Return how often what happens in an hour of a page that polls."""
    noted = 3600 / NOTED_SECONDS
    return {
        "poll, with a conversation open": 3600 / seconds - noted,
        "that notes the agent's presence, once a minute": noted,
    }


def bill(events: dict[str, float], minutes: float) -> Iterator[Line]:
    """Yield the lines of a month in which an hour is as given, with so many minutes of connections in it."""
    found = counted()
    memory = templates.template()["Globals"]["Function"]["MemorySize"] / 1024
    of: dict[str, float] = {
        kind: sum(getattr(found[name], kind) * HOURS * often for name, often in events.items())
        for kind in Event._fields
    }
    of["reads"] -= sum(found[name].reads * HOURS * events.get(name, 0) * share for name, share in OF_OTHERS.items())
    calls = of["calls"] + of["requests"]
    seconds = of["calls"] * SECONDS["live"] + of["requests"] * SECONDS["console"]
    logged = calls * LOG_BYTES + (of["requests"] + of["calls"]) * ACCESS_LOG_BYTES
    yield Line(f"{of['requests']:,.0f} requests", "API Gateway, REST", of["requests"] / 1e6)
    yield Line(f"{of['messages']:,.0f} messages", "API Gateway, WebSocket messages", of["messages"] / 1e6)
    yield Line(f"{minutes * HOURS:,.0f} minutes", "API Gateway, WebSocket minutes", minutes * HOURS / 1e6)
    yield Line(f"{calls:,.0f} calls", "Lambda, calls", calls / 1e6)
    yield Line(f"{seconds:,.0f} seconds (assumed)", "Lambda, arm64", seconds * memory)
    yield Line(f"{of['writes']:,.0f} WRU", "DynamoDB, writes", of["writes"] / 1e6)
    yield Line(f"{of['reads']:,.0f} RRU", "DynamoDB, reads", of["reads"] / 1e6)
    yield Line(f"{logged / 1e6:,.1f} MB (assumed)", "CloudWatch Logs, written", logged / 1e9)
    sent = (of["messages"] + of["requests"]) * PUSH_BYTES
    yield Line(f"{sent / 1e6:,.1f} MB (assumed)", "Data out", sent / 1e9)


def bills() -> dict[str, list[Line]]:
    """Return the month of each way to hear of changes."""
    return {
        "polled every 2 s": list(bill(hour_of_polling(POLL_SECONDS), 0)),
        "polled every 20 s": list(bill(hour_of_polling(SLOW_POLL_SECONDS), 0)),
        "live": list(bill(hour(), 60)),
    }


def table() -> str:
    """Return the part of the page that is made by this module."""
    found = bills()
    rows = [["by which price", *(cell for name in found for cell in (name, "USD"))]]
    rows.append(["---", *("--:" for _ in found for _ in (0, 1))])
    for lines in zip(*found.values(), strict=True):
        rows.append([lines[0].price, *(cell for line in lines for cell in _cells(line))])
    rows.append(["**all**", *(cell for lines in found.values() for cell in ("", f"**{total(lines):.2f}**"))])
    events = [["in an hour", "times", "WRU", "RRU", "calls", "messages"], ["---", *(["--:"] * 5)]]
    for name, often in hour().items():
        each = counted()[name]
        events.append([name, f"{often:.1f}", *(f"{n:g}" for n in (each.writes, each.reads, each.calls, each.messages))])
    further = total(list(bill(hour() | _further(), 60))) - total(found["live"])
    return "\n\n".join(
        [
            "\n".join(f"| {' | '.join(row)} |" for row in rows),
            "\n".join(f"| {' | '.join(row)} |" for row in events),
            f"Each further agent of the team, whose answers and customers are pushed to this page as well, costs"
            f" {further:.3f} USD a month.",
        ]
    )


def _further() -> dict[str, float]:
    """Return the events that are more with one more agent in the team."""
    usual, answers = hour(), ANSWERS_AN_HOUR
    pushed, written = "answer, pushed to a page with the list", "customer's message, pushed to a page with the list"
    return {pushed: usual[pushed] + answers, written: usual[written] + answers * MESSAGES_OF_AN_ANSWER}


def _cells(line: Line) -> tuple[str, str]:
    return (line.what, f"{line.usd:.4f}") if line.amount else ("", "")


def written(page: str) -> str:
    """Return the page with its table computed again."""
    return marked_text.replaced(page, BEGIN, END, f"\n\n{table()}\n\n")


def main() -> None:
    """Write the page."""
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    sys.stderr.write(f"{PAGE.relative_to(build.ROOT)} is written.\n")


if __name__ == "__main__":
    main()
