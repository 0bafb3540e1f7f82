"""(f) as tables: what a promise costs at each step, and how long it takes to keep many of them."""

from __future__ import annotations

from typing import Any

from tests.performance.report import Row, Section

Json = dict[str, Any]
ASKING = {"scheduled": (1, 2, 2), "asked": (9, 14, 9), "no answer": (5, 9, 3)}
"""Requests to DynamoDB, write units and read units that each step of a promise may cost at most, on average: the last
write of each is its share of the pulse, which dispatch writes once a batch; one of asking is the search's index.

With ``FigureMetrics``, as in tests, each change that is counted is read first; and a process that began after a change
reads whether the release before counted it."""
SLACK = 0.5
"""Requests and read units that a run may take beside: rules and secrets that each process reads now and then."""
_STEPS = {
    "scheduled": "made: its call is scheduled, it is counted",
    "asked": "due: asked, sent, recorded, counted; the next call is scheduled",
    "no answer": "closed without an answer, counted",
}


def sections(found: Json) -> list[Section]:
    """Both tables of one run."""
    return [costs(found), drain(found)]


def costs(found: Json) -> Section:
    """Return what one promise takes."""
    rows: list[Row] = []
    missed: list[str] = []
    for name, step in found["steps"].items():
        total = per_promise(found, name)
        kept = keeps(found, name)
        budget = "{}, {}, {}: ".format(*ASKING[name]) + ("kept" if kept else "missed")
        missed += [] if kept else [name]
        rows.append([_STEPS[name], *_figures(total), *_asked(step["services"], found["promises"]), budget])
        for function, spent in step["functions"].items():
            rows.append([f"… in {function}", *_figures(_share(spent, found["promises"])), "", "", ""])
    head = ["", "requests", "WRU", "RRU", "ms of CPU", "of Scheduler", "of SQS", "budget: requests, WRU, RRU"]
    title = f"(f) One of {found['promises']:,} promises due within one minute, on average"
    return Section(title, head, rows, missed)


def drain(found: Json) -> Section:
    """Return how long all of them take, beside the same requests to DynamoDB with nothing around them."""
    count, cores = found["promises"], found["processes"]
    rows = [_pace(_STEPS[name], step["seconds"], count, cores) for name, step in found["steps"].items()]
    bare = found["floor"]
    rows.append(_pace("bare loop: the requests to DynamoDB of asking alone", bare["seconds"], bare["promises"], cores))
    head = ["", "promises", "seconds", "promises a second", "and core"]
    return Section(f"(f) The same {count:,}, in {cores} processes beside the embedded AWS", head, rows, [])


def keeps(found: Json, name: str) -> bool:
    """Return whether a step stays within what is counted."""
    total, (requests, writes, reads) = per_promise(found, name), ASKING[name]
    within = total["requests"] <= requests + SLACK and total["reads"] <= reads + SLACK
    return within and total["writes"] <= writes


def per_promise(found: Json, name: str) -> Json:
    """Return what a step costs per promise, over all functions."""
    shares = [_share(spent, found["promises"]) for spent in found["steps"][name]["functions"].values()]
    return {figure: sum(share[figure] for share in shares) for figure in ("requests", "writes", "reads", "cpu")}


def grown(few: Json, many: Json, most: float) -> dict[str, tuple[float, float]]:
    """Return the costs of one promise that are higher by more than the share ``most`` where there are more promises.

    Both were counted in rounds, so that the time that a run took changes none of them.
    """
    found: dict[str, tuple[float, float]] = {}
    for step in ASKING:
        before, after = per_promise(few, step), per_promise(many, step)
        for figure in ("requests", "writes", "reads"):
            if after[figure] > before[figure] * (1 + most):
                found[f"{step}: {figure}"] = before[figure], after[figure]
    return found


def _share(spent: Json, count: int) -> Json:
    return {figure: spent[figure] / count for figure in ("requests", "writes", "reads", "cpu")}


def _figures(share: Json) -> Row:
    return [
        *(f"{round(share[figure], 1):g}" for figure in ("requests", "writes", "reads")),
        f"{share['cpu'] * 1000:.1f}",
    ]


def _asked(services: Json, count: int) -> Row:
    scheduler = sum(times for name, times in services.items() if name.endswith("Schedule"))
    return [f"{round(each / count, 1):g}" for each in (scheduler, sum(services.values()) - scheduler)]


def _pace(label: str, seconds: float, count: int, cores: int) -> Row:
    return [label, f"{count:,}", f"{seconds:.1f}", f"{count / seconds:.0f}", f"{count / seconds / cores:.0f}"]
