"""(g) What reading costs each channel in CPU: its sample events, parsed again and again, beside reading bare JSON.

``python -m tests.performance.parsing RESULT ROUNDS``
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import channels
from channels.base import MalformedPayload
from conversations.facts import Fact
from tests.unit.channels.samples import Sample, samples

BLOCK = 5


def main(result: str, rounds: str) -> None:
    """For each channel the seconds of each round, of all its samples: parsed, and only read as JSON."""
    found: dict[str, dict[str, Any]] = {}
    for name in channels.names():
        chosen = [sample for sample in samples(name) if not sample.malformed]
        found[name] = {
            "events": sum(len(_parse(sample)) for sample in chosen),
            "bytes": sum(len(sample.raw) for sample in chosen),
            "parse": [],
            "bare": [],
        }
        for number in range(BLOCK + int(rounds)):
            spent = {"parse": _seconds(chosen, _parse), "bare": _seconds(chosen, _bare)}
            if number >= BLOCK:  # the first rounds are for warming up
                for way, seconds in spent.items():
                    found[name][way].append(seconds)
    Path(result).write_text(json.dumps(found), encoding="utf-8")


def _seconds(chosen: list[Sample], read: Any) -> float:
    began = time.process_time()
    for _ in range(BLOCK):
        for sample in chosen:
            read(sample)
    return (time.process_time() - began) / BLOCK


def _parse(sample: Sample) -> list[Fact]:
    try:
        found = channels.get(sample.channel).receiver.parse(sample.request, sample.credentials)
    except MalformedPayload:
        return []
    return [one for one in found if isinstance(one, Fact)]


def _bare(sample: Sample) -> Any:
    try:
        return json.loads(sample.raw)
    except ValueError:
        return None


if __name__ == "__main__":
    main(*sys.argv[1:])
