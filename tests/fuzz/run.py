"""Fuzz the targets for a bounded time: ``python -m tests.fuzz.run [--seconds N] [TARGET …]``.

What fails becomes a file in ``findings/<target>``, which the tests replay.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from infra import build
from tests.fuzz import targets

FOLDER = Path(__file__).resolve().parent
FINDINGS = FOLDER / "findings"
CORPUS = build.ROOT / "build" / "fuzz"
"""Inputs that reached something new, kept between runs on this machine."""
PAGE = "page"
"""The functions of the page, which run in Node.js: tests/fuzz/page.mjs."""
PAGE_SHARE = 0.2
"""Share of the time for the page, beside the other targets."""
STARTING = 60
"""Seconds that a process may need beside its share."""
SHOWN = 3000
"""Characters of what a target said that are shown when it failed."""


def names() -> list[str]:
    """All targets."""
    return [*targets.TARGETS, PAGE]


def fuzz(chosen: Sequence[str], seconds: float, corpus: Path = CORPUS) -> list[Path]:
    """Fuzz targets in so many seconds altogether; returns the new findings."""
    selected = [name for name in chosen if name != PAGE]
    share = PAGE_SHARE * seconds if selected and PAGE in chosen else seconds
    found: list[Path] = []
    if selected:
        folder = corpus / (selected[0] if len(selected) == 1 else f"all-{len(selected)}")
        length = max(1, int(seconds - share if PAGE in chosen else seconds))
        command = [sys.executable, "-m", "tests.fuzz.one", ",".join(selected), str(length), str(folder)]
        found += [_keep_from(selected, data) for data in _failing(command, length)]
    if PAGE in chosen:
        found += [keep(PAGE, data) for data in _failing(["node", str(FOLDER / "page.mjs"), str(share)], share)]
    return found


def _keep_from(selected: Sequence[str], data: bytes) -> Path:
    """Keep an input whose first byte says for which target it is."""
    return keep(selected[data[0] % len(selected)], data[1:]) if data else keep(selected[0], data)


def _failing(command: Sequence[str], seconds: float) -> list[bytes]:
    """The inputs that failed while a command ran, which gets a folder for them as its last argument."""
    with tempfile.TemporaryDirectory() as artifacts:
        said, code = _watched([*command, artifacts], seconds + STARTING)
        found = [path.read_bytes() for path in sorted(Path(artifacts).iterdir())]
    if code and not found:
        raise SystemExit(f"It failed: {said[-SHOWN:]}")
    print(said[-SHOWN:] if found else f"nothing found in {seconds:.0f} s", flush=True)
    return found


def _watched(command: Sequence[str], seconds: float) -> tuple[str, int]:
    """Return what a process says, and how it ends. One that does not end in time is ended: what it did last is a
    finding.
    """
    try:
        done = subprocess.run(
            command,
            cwd=build.ROOT,
            env=_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as expired:
        return (expired.output or b"").decode("utf-8", "replace"), 1
    return done.stdout.decode("utf-8", "replace"), done.returncode


def _environment() -> dict[str, str]:
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    return {**inherited, "PYTHONPATH": f"{build.ROOT / 'functions'}:{build.ROOT}"}


def keep(target: str, data: bytes, findings: Path = FINDINGS) -> Path:
    """Keep an input that failed, to be replayed by the tests from now on."""
    folder = findings / target
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / targets.finding_name(data)
    path.write_bytes(data)
    return path


def main(arguments: list[str]) -> int:
    """Fuzz what is asked for; 1 if something was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=180, help="for all targets together")
    parser.add_argument("target", nargs="*", help=f"all of them, if none is named: {', '.join(names())}")
    asked = parser.parse_args(arguments)
    if unknown := set(asked.target) - set(names()):
        parser.error(f"no such target: {', '.join(sorted(unknown))}")
    return 1 if fuzz(asked.target or names(), asked.seconds) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
