"""``make bench``, ``make bench-page``, ``make load``: what it costs, beside the least it could; docs/performance.md.

With ``--check`` it ends with an error when a counted budget is missed. Times are shown and never an error: they are
medians of interleaved rounds, and still those of a machine that may do other things.
"""

from __future__ import annotations

import contextlib
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

from infra import build
from infra.local.processes import LOOPBACK, Child, reserve_port
from tests.performance import as_lambda, cold, inbox_page, promise_tables, report, search_costs
from tests.performance.report import Section
from tests.support.embedded_aws import embedded_aws

FEW, MANY = "100", "10000"
WARM_ROUNDS, COLD_ROUNDS, BULK_ROUNDS, PARSING_ROUNDS = "400", 12, "7", "50"
PROMISES, MANY_PROMISES, PROCESSES = "500", "10000", "2"
"""Due within one minute: in ``make bench`` and in ``make load``; and how many processes play environments of Lambda."""
LOAD_SECONDS = 3 * 3600
PAGE_ROUNDS = 8
AWAY, OF_SHARD = 10, "200"
"""Milliseconds that AWS takes to answer, and promises whose records come in one shard."""

WARM_BUDGETS = {"standard": 1.0, "bare": 1.1}
UNSTORED_BUDGET = 1.2
COLD_BUDGETS = {"webhook": 0.88, "reply": 1.0, "dispatch": 1.0, "console": 1.1}
MESSAGE_WRITES, MESSAGE_READS, WEBHOOK_REQUESTS = 5, 2.5, 1
REPLY_WRITES, REPLY_REQUESTS = 10, 8
PROMISE_WRITES, PROMISE_REQUESTS = 28, 19
UNPACKED_PROMISE_WRITES = 37
"""Of a reply, and of a promise from made to closed without an answer; rules of a team that are read again are more.

Of the last, the head is more than a kilobyte each time it is written: without ``PackHeads``."""
BULK_REQUESTS, BULK_BUDGET = 60, 1.5
GROWTH = 0.05
SHARD_PROMISES, SHARD_WAITS = 40, 0.8
"""Promises a second, and requests of each for which dispatch waits one after the other."""


def warm(found: dict[str, list[float]]) -> Section:
    """(a)"""
    labels = {
        "standard": "bare handler: HMAC and one PutItem of a standard client of boto3",
        "bare": "the same with our client",
        "webhook": "webhook",
        "least_stored": "the least that stores a message's item: HMAC, parsing, the item, one PutItem of our client",
        "least": "the same; nothing is stored",
        "unstored": "webhook; nothing is stored",
    }
    spent = {name: _low(found[name]) for name in labels}
    rows = []
    for name, label in labels.items():
        beside = [] if name in ("least", "unstored") else WARM_BUDGETS
        ratios = {bare: spent[name] / spent[bare] for bare in beside if bare != name}
        shown = [f"{ratios[bare]:.2f}" if bare in ratios else "" for bare in WARM_BUDGETS]
        kept = "; ".join(_budget(ratio, WARM_BUDGETS[bare]) for bare, ratio in ratios.items())
        rows.append([label, f"{spent[name] * 1000:.3f}", *shown, kept if name == "webhook" else ""])
    own = spent["unstored"] / spent["least"]
    rows[-1][4] = f"{own:.2f} times the least; {_budget(own, UNSTORED_BUDGET)}"
    rows[2][4] += f"; {spent['webhook'] / spent['least_stored']:.2f} times the least"
    head = ["", "ms per event", "times bare, standard", "times bare, ours", "budget"]
    return Section("(a) CPU of a warm webhook event", head, rows, [])


def starts(found: dict[str, list[float]]) -> Section:
    """(b)"""
    rows = []
    for name, spent in found.items():
        ratio = _low(spent) / _low(found["bare"])
        budget = _budget(ratio, COLD_BUDGETS[name]) if name in COLD_BUDGETS else ""
        label = "bare process: boto3 and a DynamoDB client" if name == "bare" else name
        rows.append([label, f"{_low(spent) * 1000:.0f}", "" if name == "bare" else f"{ratio:.2f}", budget])
    head = ["", "ms of CPU", "times bare", "budget"]
    return Section("(b) From process start to ready handler", head, rows, [])


def units(costs: list[dict[str, Any]]) -> Section:
    """(c)"""
    rows, missed = [], []
    for cost in costs:
        keeps = (
            cost["writes"] <= MESSAGE_WRITES and cost["reads"] <= MESSAGE_READS and cost["webhook"] <= WEBHOOK_REQUESTS
        )
        budget = ""
        if cost["budget"]:
            budget = f"{MESSAGE_WRITES} WRU, {MESSAGE_READS} RRU: {'kept' if keeps else 'missed'}"
            missed += [] if keeps else [cost["name"]]
        in_webhook = str(cost["webhook"]) if cost["webhook"] else ""
        figures = [in_webhook, str(cost["requests"]), f"{cost['writes']:g}", f"{cost['reads']:g}"]
        rows.append([cost["name"], *figures, budget])
    head = ["", "requests in the webhook", "requests", "WRU", "RRU", "budget"]
    return Section("(c) Requests and units of DynamoDB", head, rows, missed)


def bulk(found: dict[str, dict[str, list[float]]]) -> Section:
    """(d)"""
    requests = int(max(found["webhook"]["requests"]))
    labels = {
        "serial": "bare loop: BatchWriteItem, one after the other",
        "pooled": "the same with eight connections",
        "webhook": "webhook: signature, parsing, storing",
    }
    rows = []
    for name, label in labels.items():
        spent = found[name]
        ratio = _ratio(spent["seconds"], found["serial"]["seconds"])
        budget = f"{_budget(ratio, BULK_BUDGET)}; {BULK_REQUESTS} requests: {_kept(requests, BULK_REQUESTS)}"
        figures = [f"{median(spent['seconds']):.2f}", f"{median(spent['cpu']):.2f}", f"{median(spent['requests']):.0f}"]
        rows.append([label, *figures, f"{ratio:.2f}", budget if name == "webhook" else ""])
    head = ["", "seconds", "seconds of CPU", "requests", "times the serial loop", "budget"]
    missed = [] if requests <= BULK_REQUESTS else ["requests of a thousand messages"]
    return Section("(d) A POST of a thousand messages", head, rows, missed)


def growth(few: list[dict[str, Any]], more: list[dict[str, Any]], many: int = int(MANY)) -> Section:
    """(e)"""
    rows, missed = [], []
    for before, after in zip(few, more, strict=True):
        small, large = before["writes"] + before["reads"], after["writes"] + after["reads"]
        change = max((_change(before[kind], after[kind]) for kind in ("writes", "reads")), key=abs)
        if abs(change) > GROWTH:
            missed.append(before["name"])
        kept = f"± {GROWTH:.0%}: {'kept' if abs(change) <= GROWTH else 'missed'}"
        rows.append([before["name"], f"{small:g}", f"{large:g}", f"{change:+.0%}", kept])
    head = ["", f"units with {int(FEW):,}", f"with {many:,} conversations", "change", "budget"]
    return Section("(e) The same with more conversations in the table", head, rows, missed)


def parsing(found: dict[str, dict[str, Any]]) -> Section:
    """(g)"""
    rows = []
    for name, spent in found.items():
        per_event = median(spent["parse"]) / spent["events"]
        figures = [str(spent["events"]), f"{spent['bytes'] / spent['events']:.0f}", f"{per_event * 1e6:.0f}"]
        rows.append([name, *figures, f"{_ratio(spent['parse'], spent['bare']):.1f}"])
    head = ["", "facts in its samples", "bytes each", "µs of CPU each", "times reading the JSON"]
    return Section("(g) CPU per parsed event, by channel", head, rows, [])


def shard(found: dict[str, float]) -> Section:
    """(k)"""
    waits, cpu = (found[name] / found["promises"] for name in ("waits", "cpu"))
    rate = 1 / (waits * AWAY / 1000 + cpu)
    budget = f"{SHARD_WAITS:g} requests: {_kept(waits, SHARD_WAITS)}; "
    budget += f"{SHARD_PROMISES} a second: {'kept' if rate >= SHARD_PROMISES else 'missed'}"
    figures = [f"{waits:.2f}", f"{cpu * 1000:.1f}", f"{rate:.0f}", f"{found['promises'] / found['seconds']:.0f}"]
    rows = [["made, asked, sent, closed without an answer", *figures, budget]]
    title = f"(k) Promises in one shard of the stream, with {AWAY} ms for each request to AWS"
    head = ["", "requests one after the other, each", "ms of CPU each", "a second, of both", "a second, measured"]
    missed = [] if waits <= SHARD_WAITS else ["requests that a shard waits for"]
    return Section(title, [*head, "budget"], rows, missed)


def live_hour(counted: list[dict[str, Any]]) -> Section:
    """(i)"""
    rows = [
        [each["name"], *(f"{each[kind]:g}" for kind in ("writes", "reads", "live_calls", "requests", "messages"))]
        for each in counted
    ]
    head = ["", "WRU", "RRU", "calls of live", "requests to the console", "messages over the connection"]
    return Section("(i) What a live connection costs, and a poll", head, rows, [])


def thousand_posts(found: dict[str, Any]) -> Section:
    """(j)"""
    looked = search_costs.Looked(**found)
    spent = search_costs.usd(looked)
    amounts = {
        "DynamoDB, writes": f"{looked.writes:g} WRU",
        "DynamoDB, reads": f"{looked.reads:g} RRU",
        "Lambda, arm64": f"{looked.cpu:.1f} s of CPU, {looked.pages} answers of {search_costs.ANSWER_SECONDS} s",
        "Lambda, calls": f"{2 * looked.runs}",
        "EventBridge Scheduler": f"{looked.runs}",
        "CloudWatch Logs, written": "",
    }
    total = sum(spent.values())
    asked = f"{looked.requests} requests to DynamoDB, {looked.proposals} proposals"
    rows = [[name, amounts[name], f"{usd:.6f}", ""] for name, usd in spent.items()]
    rows.append(["all", asked, f"{total:.6f}", f"{search_costs.BUDGET} USD: {_kept(total, search_costs.BUDGET)}"])
    missed = [] if total <= search_costs.BUDGET else ["a thousand posts"]
    return Section("(j) A thousand posts of strangers in an hour", ["", "amount", "USD", "budget"], rows, missed)


def _change(before: float, after: float) -> float:
    return after / before - 1 if before else float(after > 0)


def _ratio(ours: list[float], theirs: list[float]) -> float:
    return median(ours) / median(theirs)


def _low(spent: list[float]) -> float:
    """Return the tenth percentile: whatever else the machine does only adds to what a thing takes."""
    return sorted(spent)[len(spent) // 10]


def _budget(ratio: float, budget: float) -> str:
    return f"{budget:g} times: {_kept(round(ratio, 2), budget)}"


def _kept(figure: float, budget: float) -> str:
    return "kept" if figure <= budget else "missed"


def run(say: Callable[[str], None]) -> list[Section]:
    """Measure everything; a step at a time, so that nothing of ours disturbs what is measured."""
    build.build()
    with tempfile.TemporaryDirectory() as directory:
        say("(a) warm events …")
        with null_server(Path(directory)) as endpoint:
            warm_found = as_lambda.measure("warm", endpoint, WARM_ROUNDS)
            say("(b) starts …")
            cold_found = cold.measure(COLD_ROUNDS, endpoint)
        with null_server(Path(directory), AWAY) as endpoint:
            say("(k) promises in one shard …")
            shard_found = as_lambda.measure("shard", endpoint, OF_SHARD)
        with embedded_aws(Path(directory)) as endpoint:
            say(f"(c) units, (e) with {int(FEW):,} and with {int(MANY):,} conversations …")
            costs = as_lambda.measure("units", endpoint, FEW, MANY)
            say("(d) a thousand messages …")
            bulk_found = as_lambda.measure("bulk", endpoint, BULK_ROUNDS)
            say("(g) parsing …")
            parsing_found = as_lambda.measure("parsing", endpoint, PARSING_ROUNDS)
            say("(j) a thousand posts of strangers …")
            looked = as_lambda.measure("thousand_posts", endpoint)
            say("(f) promises …")
            load_found = as_lambda.measure("load", endpoint, PROMISES, PROCESSES)
    counted = [warm(warm_found), starts(cold_found), units(costs[FEW]), bulk(bulk_found)]
    growing, kept = growth(costs[FEW], costs[MANY]), promise_tables.sections(load_found)
    posts = [parsing(parsing_found), thousand_posts(looked), shard(shard_found)]
    return [*counted, growing, *kept, *posts]


def page(say: Callable[[str], None]) -> list[Section]:
    """(h) and (i): what agents wait for, and what their live connections cost."""
    build.build()
    with tempfile.TemporaryDirectory() as directory:
        with embedded_aws(Path(directory)) as endpoint:
            say("(i) live connections …")
            counted = as_lambda.measure("live_hour", endpoint)
        say("(h) the page …")
        found = inbox_page.measure(Path(directory) / "stack", PAGE_ROUNDS, say)
    return [inbox_page.section(found), live_hour(counted)]


def load(say: Callable[[str], None]) -> list[Section]:
    """(f) alone, with many promises."""
    build.build()
    with tempfile.TemporaryDirectory() as directory, embedded_aws(Path(directory)) as endpoint:
        say(f"(f) {int(MANY_PROMISES):,} promises …")
        return promise_tables.sections(
            as_lambda.measure("load", endpoint, MANY_PROMISES, PROCESSES, seconds=LOAD_SECONDS)
        )


@contextlib.contextmanager
def null_server(directory: Path, milliseconds: int = 0) -> Iterator[str]:
    """The address of a server that answers at once, or later, for as long as the block lasts."""
    with reserve_port() as reserved:
        yield from _null_server(directory, reserved.getsockname()[1], milliseconds)


def _null_server(directory: Path, port: int, milliseconds: int) -> Iterator[str]:
    endpoint = f"http://{LOOPBACK}:{port}"
    arguments = ["infra.local.tether", "tests.performance.null_server", str(port), str(milliseconds)]
    command = [as_lambda.PYTHON, "-m", *arguments]
    server = Child("The null server", command, directory / "null.log", as_lambda.environment(endpoint), build.ROOT)
    try:
        server.await_answer(endpoint)
        yield endpoint
    finally:
        server.kill()


def main() -> None:
    """Measure, print, write."""
    began = time.monotonic()

    def say(line: str) -> None:
        sys.stdout.write(f"{time.monotonic() - began:5.1f} s  {line}\n")
        sys.stdout.flush()

    parts = {"bench": run, "bench-page": page, "load": load}
    targets = [each for each in ("load", "bench-page") if f"--{each}" in sys.argv] or ["bench", "bench-page"]
    sections = []
    for target in targets:
        made = parts[target](say)
        for section in made:
            sys.stdout.write(f"\n{section.text()}\n")
        report.write(made, target)
        sections += made
    say(f"{report.DOCUMENT.relative_to(build.ROOT)} is written.")
    missed = [f"{section.title}: {name}" for section in sections for name in section.missed]
    if missed and "--check" in sys.argv:
        sys.exit("Over budget:\n" + "\n".join(missed))


if __name__ == "__main__":
    main()
