"""Fuzz targets in this process, guided by coverage: ``python -m tests.fuzz.one TARGET,… SECONDS CORPUS ARTIFACTS``.

libFuzzer ends the process: with what failed as a file among the artifacts, or when the time is over.
"""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(
    include=["channels", "conversations", "email", "html", "json", "mail", "shared", "console"]
):
    from tests.fuzz import mutation, targets

HANGS = 20
"""Seconds after which an input that does not end is a finding."""


def main(names: str, seconds: str, corpus: str, artifacts: str) -> None:
    """Start libFuzzer with the targets' seeds."""
    os.environ.update(targets.SETTINGS)
    chosen = [targets.TARGETS[name] for name in names.split(",")]
    folder = Path(corpus)
    folder.mkdir(parents=True, exist_ok=True)
    for number, target in enumerate(chosen):
        for seed in target.seeds():
            (folder / f"{target.name}-{targets.finding_name(seed)}").write_bytes(bytes([number]) + seed)

    def check(data: bytes) -> None:
        if data:
            chosen[data[0] % len(chosen)].check(data[1:])

    def mutate(data: bytes, most: int, seed: int) -> bytes:
        chance = random.Random(seed)
        first, rest = data[:1] or b"\0", data[1:]
        if chance.random() < 0.1:
            return first + atheris.Mutate(rest, most - 1)
        return (first + chosen[first[0] % len(chosen)].mutate(rest, chance))[:most]

    options = [
        f"-max_total_time={seconds}",
        f"-timeout={HANGS}",
        "-rss_limit_mb=1500",
        f"-max_len={mutation.LARGEST + 1}",
        "-print_final_stats=1",
        "-close_fd_mask=0",
        f"-artifact_prefix={artifacts}/",
    ]
    atheris.Setup(["fuzz", *options, corpus], check, custom_mutator=mutate)
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
