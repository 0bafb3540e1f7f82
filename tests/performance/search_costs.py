"""Costs of a saved search, from what was counted; needs no code of the functions, which `make bench` does not have."""

from __future__ import annotations

from dataclasses import dataclass

from infra import costs, templates

ANSWER_SECONDS = 0.5
"""The duration of a platform's answer: assumed."""
BUDGET = 0.05
"""USD of AWS for a thousand posts in an hour."""


@dataclass(frozen=True)
class Looked:
    """Costs of looking at the posts."""

    runs: int
    pages: int
    proposals: int
    requests: int
    writes: float
    reads: float
    cpu: float
    """Seconds of listen and of dispatch."""


def usd(looked: Looked) -> dict[str, float]:
    """Return the USD that it costs by the list prices, by what they are for."""
    memory = templates.template()["Globals"]["Function"]["MemorySize"] / 1024
    seconds = looked.cpu + looked.pages * ANSWER_SECONDS
    calls = 2 * looked.runs  # of listen, and of dispatch for what it stored
    return {
        "DynamoDB, writes": looked.writes / 1e6 * costs.PRICES["DynamoDB, writes"].usd,
        "DynamoDB, reads": looked.reads / 1e6 * costs.PRICES["DynamoDB, reads"].usd,
        "Lambda, arm64": seconds * memory * costs.PRICES["Lambda, arm64"].usd,
        "Lambda, calls": calls / 1e6 * costs.PRICES["Lambda, calls"].usd,
        "EventBridge Scheduler": looked.runs / 1e6 * costs.PRICES["EventBridge Scheduler"].usd,
        "CloudWatch Logs, written": calls * costs.LOG_BYTES / 1e9 * costs.PRICES["CloudWatch Logs, written"].usd,
    }
