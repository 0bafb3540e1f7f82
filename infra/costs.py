"""``python -m infra.costs``: writes docs/costs.md, what a stack costs a month, from counted figures and list prices.

Counted figures are the units of DynamoDB in docs/performance.md (c) and those of ``IDLE_UNITS``, which tests count.
What the template brings (alarms, queues, clocks, memory) is read from it. Durations and the mix of a month are
assumptions, and the page says so.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from infra import build, marked_text, templates

PAGE = build.ROOT / "docs" / "costs.md"
MEASURED = build.ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- made by `python -m infra.costs` -->", "<!-- end -->"
REGION = "eu-central-1"
DATED = "2026-11-29"
MONTH_SECONDS = 30 * 86_400


class Price(NamedTuple):
    """A list price in USD, without free tiers and rebates for quantity."""

    usd: float
    per: str
    page: str
    how_sure: str


_PRICING = "https://aws.amazon.com/"
PRICE_LIST, FOUND = "price list", "found"
"""Of this region: quoted from AWS's price list of it, and found in pages of 2026. docs/costs.md names both."""
ELSEWHERE = "found for us-east-1"
"""Found in pages of 2026 that tell the price of another region; taken to be the same here."""
PRICES = {
    "Lambda, arm64": Price(0.0000133334, "GB-second", _PRICING + "lambda/pricing/", PRICE_LIST),
    "Lambda, calls": Price(0.20, "million", _PRICING + "lambda/pricing/", PRICE_LIST),
    "API Gateway, REST": Price(3.70, "million requests", _PRICING + "api-gateway/pricing/", FOUND),
    "API Gateway, WebSocket messages": Price(1.00, "million", _PRICING + "api-gateway/pricing/", ELSEWHERE),
    "API Gateway, WebSocket minutes": Price(0.25, "million", _PRICING + "api-gateway/pricing/", ELSEWHERE),
    "DynamoDB, writes": Price(0.7625, "million units", _PRICING + "dynamodb/pricing/on-demand/", PRICE_LIST),
    "DynamoDB, reads": Price(0.1525, "million units", _PRICING + "dynamodb/pricing/on-demand/", PRICE_LIST),
    "DynamoDB, stored": Price(0.306, "GB and month", _PRICING + "dynamodb/pricing/on-demand/", PRICE_LIST),
    "DynamoDB, recovery to a point in time": Price(
        0.2448, "GB and month", _PRICING + "dynamodb/pricing/on-demand/", PRICE_LIST
    ),
    "SQS": Price(0.40, "million requests", _PRICING + "sqs/pricing/", PRICE_LIST),
    "SQS, FIFO": Price(0.50, "million requests", _PRICING + "sqs/pricing/", ELSEWHERE),
    "EventBridge Scheduler": Price(1.00, "million calls", _PRICING + "eventbridge/pricing/", ELSEWHERE),
    "CloudWatch Logs, written": Price(0.63, "GB", _PRICING + "cloudwatch/pricing/", PRICE_LIST),
    "CloudWatch Logs, kept": Price(0.0324, "GB and month", _PRICING + "cloudwatch/pricing/", PRICE_LIST),
    "CloudWatch, metrics": Price(0.30, "metric and month", _PRICING + "cloudwatch/pricing/", ELSEWHERE),
    "CloudWatch, alarms": Price(0.10, "alarm and month", _PRICING + "cloudwatch/pricing/", PRICE_LIST),
    "Cognito, Essentials": Price(
        0.015, "active agent and month", _PRICING + "cognito/pricing/", "price list of eu-north-1"
    ),
    "Data out": Price(0.09, "GB", _PRICING + "ec2/pricing/on-demand/", ELSEWHERE),
}

IDLE_UNITS = {"watch": (12.0, 0.0), "listen": (5.5, 0.0), "reconcile": (8.0, 0.0)}
"""Read and write units of a call that finds nothing to do; tests/functional/test_idle.py counts them."""
IDLE_SECONDS = {"watch": 0.08, "listen": 0.08, "reconcile": 0.2}
"""The duration of such a call in seconds: assumed."""
CLOCKS = {"watch": "WatchRate", "listen": "CareRate", "reconcile": "ReconcileRate"}
SECONDS = {"webhook": 0.02, "dispatch": 0.06, "reply": 0.4, "follow_up": 0.1, "console": 0.03, "live": 0.025}
"""The duration of a function's call in seconds: assumed, with the platform's answer in that of reply."""
POLLS = MONTH_SECONDS / 20 * 5
"""Lambda asks each queue by five long polls of twenty seconds, whether there is something or not (docs/costs.md)."""
LOG_BYTES = 1_200
"""Bytes of log per call: three lines of the platform and one of ours (assumed)."""
ACCESS_LOG_BYTES = 300
ITEM_BYTES = 5_000
"""Bytes that a message leaves in table and indexes (assumed), kept for as long as ``RETENTION_MONTHS``."""
RETENTION_MONTHS = 13
ANSWER_BYTES = 3_000
"""Bytes of an average response of the API, compressed (assumed)."""

NEW, NAME = "message of 1 KB, new conversation", "its customer's name"
OPEN = "message of 1 KB, on an open conversation, while a page is open"
COUNTER = "message of 1 KB, on an open conversation"
"""The same message while nobody looks: the difference is the write of the change counters, which a new one has, too."""
REPLY = "reply: written, sent, recorded"
PROMISE = ("promise: made by an agent", "promise: scheduled, counted", "promise: due, asked", "promise: closed without")
BEGINS, ANSWERED, PROMISED = 0.4, 0.6, 0.2
"""Of all messages: those that begin a conversation, that are answered, and whose answer has a promise (assumed)."""
ANSWERS_AN_HOUR = 20
HOURS_OF_AN_AGENT = 120
"""Hours a month in which an agent looks at the page."""
MANY_AGENTS, OPEN_HOURS = 300, 168
"""Agents of one more column, and the hours a month for which each has the page open: eight on 21 days."""
REQUESTS_OF_AN_ANSWER = 8
"""Requests of the API in which what is around one answer is opened, read and written (assumed)."""
PINGS_AN_HOUR, TICKETS_AN_HOUR = 30, 1.05
"""Of a page with a live connection, which asks every two minutes and opens again each hour (docs/scaling.md)."""
LOOKS_OF_AN_ANSWER, PUSHES_OF_AN_ANSWER, PAGES, PAGES_OF_MANY = 2, 4, 5, 10
"""Conversations opened and changes pushed around one answer, and the pages that show the same team's list (assumed)."""
PAGES_PER_READ_UNIT = 20
"""Live connections that dispatch reads with one unit, before it pushes (docs/scaling.md)."""
BATCHES = 4 * 5 * OPEN_HOURS * 3600
"""Batches of the stream a month at most: five a second from each of four shards, in working hours."""
REQUESTS_OF_A_SEND = 4
"""Of the queue for a message that comes alone: sent, received, claimed by reply, deleted."""
PING_UNITS, LOOK_UNITS = (2.5, 2.0), (4.5, 3.0)
"""Read and write units of one message of a page with a conversation open (docs/scaling.md)."""
PUSH_BYTES = 200


@dataclass(frozen=True)
class Units:
    """Write and read units of DynamoDB."""

    writes: float = 0
    reads: float = 0

    def __add__(self, other: Units) -> Units:
        return Units(self.writes + other.writes, self.reads + other.reads)

    def __mul__(self, times: float) -> Units:
        return Units(self.writes * times, self.reads * times)


class Line(NamedTuple):
    """One line of a month's bill: what, by which price, how much of it (in the price's unit)."""

    what: str
    price: str
    amount: float

    @property
    def usd(self) -> float:
        return self.amount * PRICES[self.price].usd


def counted() -> dict[str, Units]:
    """Return the units of each row of table (c) of docs/performance.md."""
    table = MEASURED.read_text(encoding="utf-8").split("### (c)")[1].split("### (d)")[0]
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines() if line.startswith("|")
    ]
    return {row[0].removeprefix("… "): Units(float(row[3]), float(row[4])) for row in rows[2:]}


def units_of(name: str) -> Units:
    """Return the units of the row that begins with a name. Raises ``LookupError`` unless there is just one."""
    rows = counted()
    found = [rows[name]] if name in rows else [units for row, units in rows.items() if row.startswith(name)]
    if len(found) != 1:
        raise LookupError(f"{MEASURED.name} has {len(found)} rows that begin with {name!r}")
    return found[0]


def alarms() -> dict[str, str | None]:
    """Return the alarms with the condition under which each exists."""
    resources = templates.template()["Resources"]
    return {n: r.get("Condition") for n, r in resources.items() if r["Type"] == "AWS::CloudWatch::Alarm"}


def calls_a_month(clock: str) -> float:
    """Return how often a month a clock calls by default. Raises ``ValueError`` for a cron expression."""
    rate = templates.template()["Parameters"][clock]["Default"]
    found = re.fullmatch(r"rate\((\d+) (minute|hour)s?\)", rate)
    if found is None:
        raise ValueError(f"{clock} is no rate: {rate}")
    return MONTH_SECONDS / (int(found[1]) * {"minute": 60, "hour": 3600}[found[2]])


def months_of_logs() -> float:
    """Return how many months logs are kept, by the parameter's default."""
    return templates.template()["Parameters"]["LogRetentionDays"]["Default"] / 30


def queues() -> dict[str, bool]:
    """Return the queues that functions read without e-mail, with whether each is FIFO."""
    resources = templates.template()["Resources"]
    found: dict[str, bool] = {}
    for function in resources.values():
        for event in function.get("Properties", {}).get("Events", {}).values():
            if event["Type"] == "SQS" and "Enabled" not in event["Properties"]:
                queue = event["Properties"]["Queue"]["Fn::GetAtt"][0]
                found[queue] = bool(resources[queue]["Properties"].get("FifoQueue"))
    return found


def idle() -> Iterator[Line]:
    """Yield what a month costs in which nobody writes: clocks, and Lambda's questions to the queues."""
    memory = templates.template()["Globals"]["Function"]["MemorySize"] / 1024
    calls = {name: calls_a_month(clock) for name, clock in CLOCKS.items()}
    all_calls = sum(calls.values())
    yield Line("clocks", "Lambda, calls", all_calls / 1e6)
    yield Line("clocks", "Lambda, arm64", sum(calls[name] * IDLE_SECONDS[name] for name in calls) * memory)
    yield Line("clocks", "DynamoDB, reads", sum(calls[name] * IDLE_UNITS[name][0] for name in calls) / 1e6)
    yield Line("clocks", "DynamoDB, writes", sum(calls[name] * IDLE_UNITS[name][1] for name in calls) / 1e6)
    yield Line("clocks", "CloudWatch Logs, written", all_calls * LOG_BYTES / 1e9)
    yield Line("clocks", "CloudWatch Logs, kept", all_calls * LOG_BYTES / 1e9 * months_of_logs())
    for name, is_fifo in queues().items():
        yield Line(f"Lambda asks {name}", "SQS, FIFO" if is_fifo else "SQS", POLLS / 1e6)


def month(messages: int, agents: int = 0) -> Iterator[Line]:
    """Yield what comes on top in a month with that many messages of customers.

    Without a number of agents there are as many as the answers need; else each has the page open for ``OPEN_HOURS``.
    """
    memory = templates.template()["Globals"]["Function"]["MemorySize"] / 1024
    begun, answers, promises = messages * BEGINS, messages * ANSWERED, messages * PROMISED
    hours = agents * OPEN_HOURS or answers / ANSWERS_AN_HOUR
    pings, looks, asked = hours * PINGS_AN_HOUR, answers * LOOKS_OF_AN_ANSWER, answers * REQUESTS_OF_AN_ANSWER
    asked += hours * TICKETS_AN_HOUR
    changes = answers * PUSHES_OF_AN_ANSWER
    pushes = changes * (PAGES_OF_MANY if agents else PAGES)
    names = units_of(NAME)
    watched = units_of(OPEN) + units_of(COUNTER) * -1  # somebody looks at most times at which messages come
    taken = (units_of(NEW) + watched) * begun + names * begun + units_of(OPEN) * (messages - begun)
    kept = taken + units_of(REPLY) * answers
    for row in PROMISE:
        kept += units_of(row) * promises
    page = units_of("conversation of fifty messages") * answers + units_of("inbox, a page of fifty") * answers
    looked = page + Units(pings * PING_UNITS[1], pings * PING_UNITS[0])
    looked += Units(looks * LOOK_UNITS[1], looks * LOOK_UNITS[0])
    looked += Units(0, min(changes, BATCHES) * -(-hours // (OPEN_HOURS * PAGES_PER_READ_UNIT)))
    calls = {
        "webhook": messages,
        # One batch for what came in, one for what was written, one for what was sent, and those of promises.
        "dispatch": messages + 2 * answers + 3 * promises,
        "reply": answers + promises,
        "follow_up": 2 * promises,
        "console": asked,
        "live": pings + looks + 3 * hours * TICKETS_AN_HOUR,
    }
    yield Line("messages, answers, promises", "DynamoDB, writes", kept.writes / 1e6)
    yield Line("messages, answers, promises", "DynamoDB, reads", kept.reads / 1e6)
    yield Line("agents' pages", "DynamoDB, writes", looked.writes / 1e6)
    yield Line("agents' pages", "DynamoDB, reads", looked.reads / 1e6)
    yield Line("webhooks", "API Gateway, REST", messages / 1e6)
    yield Line("agents' pages", "API Gateway, REST", asked / 1e6)
    yield Line("agents' pages", "API Gateway, WebSocket messages", (2 * (pings + looks) + pushes) / 1e6)
    yield Line("agents' pages", "API Gateway, WebSocket minutes", hours * 60 / 1e6)
    yield Line("all functions", "Lambda, calls", sum(calls.values()) / 1e6)
    yield Line("all functions", "Lambda, arm64", sum(calls[name] * SECONDS[name] for name in calls) * memory)
    yield Line("answers, questions", "SQS, FIFO", REQUESTS_OF_A_SEND * (answers + promises) / 1e6)
    yield Line("promises", "EventBridge Scheduler", 2 * promises / 1e6)
    logged = sum(calls.values()) * LOG_BYTES + (messages + asked + pings + looks) * ACCESS_LOG_BYTES
    yield Line("all functions, the API", "CloudWatch Logs, written", logged / 1e9)
    yield Line("all functions, the API", "CloudWatch Logs, kept", logged / 1e9 * months_of_logs())
    stored = messages * ITEM_BYTES * RETENTION_MONTHS / 1e9
    yield Line("what is kept", "DynamoDB, stored", stored)
    yield Line("what is kept", "DynamoDB, recovery to a point in time", stored)
    yield Line("agents' pages", "Data out", ((pings + looks + pushes) * PUSH_BYTES + asked * ANSWER_BYTES) / 1e9)
    yield Line("agents", "Cognito, Essentials", agents or -(-hours // HOURS_OF_AN_AGENT))


def total(lines: list[Line]) -> float:
    """Return the sum of a bill in USD."""
    return sum(line.usd for line in lines)


def table() -> str:
    """Return the part of the page that is made by this module."""
    months = {"idle": list(idle())}
    for messages in (10_000, 1_000_000, 30_000_000):
        months[f"{messages:,} messages"] = [*months["idle"], *month(messages)]
    most = 1_000_000
    lines = months[f"{most:,} messages, {MANY_AGENTS} agents"] = [*months["idle"], *month(most, MANY_AGENTS)]
    keys = list(dict.fromkeys((line.what, line.price) for bill in months.values() for line in bill))
    rows = [["what", "by which price", *months], ["---", "---", *("--:" for _ in months)]]
    for what, price in keys:
        cells = [sum(line.usd for line in bill if (line.what, line.price) == (what, price)) for bill in months.values()]
        rows.append([what, price, *(f"{usd:,.2f}" if usd >= 0.005 else f"{usd:.4f}" if usd else "" for usd in cells)])
    rows.append(["**all, without alarms**", "", *(f"**{total(bill):,.2f}**" for bill in months.values())])
    always = sorted(name for name, condition in alarms().items() if condition is None)
    some: dict[str, list[str]] = {}
    for name, condition in alarms().items():
        if condition:
            some.setdefault(condition, []).append(name)
    each = PRICES["CloudWatch, alarms"].usd
    parts = [
        f"USD a month, list prices of {REGION} of {DATED}, without free tiers.",
        _rows(rows),
        f"**A million messages with {MANY_AGENTS} agents: {total(lines) + len(always) * each:,.0f} USD a month**, "
        "with the alarms.",
        f"Alarms: {len(always)} at {each:.2f} USD are {len(always) * each:.2f} USD a month, used or not: "
        + ", ".join(f"`{name}`" for name in always)
        + ".",
        *(
            f"With the condition `{condition}` {len(names) * each:.2f} USD more: "
            + ", ".join(f"`{name}`" for name in sorted(names))
            + "."
            for condition, names in sorted(some.items())
        ),
        "The prices:",
        _rows(
            [
                ["", "USD", "for one", "page", "how sure"],
                ["---", "--:", "---", "---", "---"],
                *(
                    [
                        name,
                        f"{price.usd:.10f}".rstrip("0").rstrip("."),
                        price.per,
                        f"[{_short(price.page)}]({price.page})",
                        price.how_sure,
                    ]
                    for name, price in PRICES.items()
                ),
            ]
        ),
    ]
    return "\n\n".join(parts)


def _rows(rows: list[list[str]]) -> str:
    return "\n".join(f"| {' | '.join(cells)} |" for cells in rows)


def _short(page: str) -> str:
    return page.removeprefix(_PRICING).strip("/")


def written(page: str) -> str:
    """Return the page with its tables computed again."""
    return marked_text.replaced(page, BEGIN, END, f"\n\n{table()}\n\n")


def main() -> None:
    """Write the page."""
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    print(f"{PAGE.relative_to(build.ROOT)} is written.", file=sys.stderr)


if __name__ == "__main__":
    main()
