"""Limit for the size of answers: a page that is too large is built again with fewer items, and a cursor behind them.

Lambda answers with six megabytes at most, and the body of an answer is a string of JSON within JSON, so every quotation
mark and every escape in it counts twice: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

LAMBDA_LIMIT = 6 * 1024 * 1024 - 65_536
"""Bytes of a body, as Lambda counts it, that it gives back; the rest is for headers."""
LARGEST = 4_000_000
"""Bytes of an answer's body as Lambda counts it; what headers and API Gateway add has room enough."""
MARGIN = 0.9
"""The part of what is left by the next, smaller page, as items are not equally large."""


def weight(answer: Any) -> int:
    """Return the bytes that an answer has within the answer of the function."""
    return weight_of(json.dumps(answer, separators=(",", ":"), default=str))


def weight_of(body: str) -> int:
    """Return the bytes that a body of ASCII has within the answer of the function."""
    return len(body) + body.count('"') + body.count("\\")


def within(build: Callable[[int], dict[str, Any]], limit: int) -> dict[str, Any]:
    """Return what ``build`` makes of at most ``limit`` items, or of fewer, until it is small enough or has one item."""
    while True:
        answer = build(limit)
        size = weight(answer)
        if size <= LARGEST or limit <= 1:
            return answer
        limit = max(1, min(limit - 1, int(limit * MARGIN * LARGEST / size)))
