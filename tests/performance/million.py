"""(e) with a million conversations: ``make bench-million``; writes docs/performance.md, and takes 5 GB of memory."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from infra import build
from tests.performance import as_lambda, bench, report
from tests.performance.filled_aws import filled_aws
from tests.support.embedded_aws import embedded_aws

MILLION = 1_000_000
SECONDS = 240


def measure(count: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the costs with few conversations, and with so many."""
    build.build()
    with tempfile.TemporaryDirectory() as directory, embedded_aws(Path(directory)) as endpoint:
        few = as_lambda.measure("units", endpoint, bench.FEW)[bench.FEW]
    with tempfile.TemporaryDirectory() as directory, filled_aws(Path(directory), count) as endpoint:
        many = as_lambda.measure("units", endpoint, "0", seconds=SECONDS)["0"]
    return few, many


def main(count: int = MILLION) -> None:
    """Measure, print, write."""
    section = bench.growth(*measure(count), many=count)
    sys.stdout.write(f"\n{section.text()}\n")
    if count == MILLION:
        report.write([section], "bench-million")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
