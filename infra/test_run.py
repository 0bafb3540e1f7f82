"""Run all tests, in three lanes at the same time: ``python -m infra.test_run``.

One lane keeps the processors busy: tests of modules and functions, on one emulator of AWS and on the other, and under
the other versions of Python. The two others, tests on whole stacks and in browsers, mostly wait, for queues and clocks.
They come first wherever they have something to do, so the busy lane takes what they leave, and the run takes about as
long as the work of all lanes. The output of a part goes to ``build/test-run/``, and to the terminal when the part ends.

Tests wait for real servers, queues, clocks and browsers, and a busy machine can make one of them too slow. So up to
five of a part that failed are run once more when all lanes have ended, alone and with the same options; those that pass
then are named at the end, after what both tries said. A failure of fuzzing stands: a second try has other input.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from infra import build

LOGS = build.BUILD / "test-run"
PYTEST = (sys.executable, "-m", "pytest", "-q", "--no-cov", "--durations=20")
SHARED_BY_TEST = ("--dist=worksteal", "--numprocesses=auto")
ONE_MORE = f"--numprocesses={(os.cpu_count() or 1) + 1}"
"""Of tests of modules, some wait for servers and commands of their own: one process more than processors uses that."""
SHARED_BY_FILE = ("--dist=loadfile", "--no-loadscope-reorder")
"""Each process has a stack of its own. Tests of one file use what its fixtures prepared, in the order of the file;
tests of ``tests/integration`` that need nothing of each other are shared one by one (tests/support/work_units.py)."""
IN_ONE_PROCESS = ("unit", "functional", "security", "fuzz", "performance")
"""Folders of ``tests`` whose tests start no whole stack."""
ON_A_STACK = ("integration", "browser")
YIELDING = ("nice", "-n", "10")
"""Before the commands of the busy lane: they leave the processors to what waits for a clock."""
MOST_TRIED_AGAIN = 5
"""If more tests of a part fail, the machine is not the cause."""
BY_CHANCE = "tests/fuzz/"
"""Tests whose input is random and not repeated, so that a second try that passes would hide what the first one found.
Hypothesis, too, makes random input, but begins a second try with what failed in the first."""
ON_MOTO = "--aws=moto"
ALSO_ON_MOTO = (
    "dispatch",
    "follow_up",
    "media",
    "pages",
    "quarantine",
    "queues",
    "reconcile",
    "reply",
    "routing",
    "search",
    "stored_connections",
    "table",
    "webhook",
)
"""Modules of ``tests/functional`` that run a second time: those that use AWS in the most ways."""


@dataclass
class Part:
    """A command, and its result: exit status, duration, and processor time in seconds, as far as it can be known."""

    name: str
    command: Sequence[str]
    tried_again: bool = False
    """True if tests that fail are run once more."""
    options: Sequence[str] = ()
    """Options of pytest that these tests need at a second try, too."""
    passed_at_second_try: tuple[str, ...] = ()
    """Ids of tests."""
    directory: Path = build.ROOT
    """The working directory of the command."""
    status: int | None = None
    seconds: float = 0.0
    processor_seconds: float = 0.0

    def run(self) -> None:
        """Run the command, then print its output."""
        shutil.rmtree(self._cache, ignore_errors=True)
        self._run(self.name, [*self.command, *self._cached()])

    def try_again(self) -> None:
        """Run the tests that failed once more, in one process, if they are few."""
        failed = self._failed()
        if not (self.tried_again and self.status and 0 < len(failed) <= MOST_TRIED_AGAIN):
            return
        if any(test.startswith(BY_CHANCE) for test in failed):
            return
        self._run(f"{self.name}, second try", [*PYTEST, *self.options, *self._cached(), *failed])
        if self.status == 0:
            self.passed_at_second_try = failed

    def __str__(self) -> str:
        result = {None: "not run", 0: "passed"}.get(self.status, f"failed ({self.status})")
        line = f"{self.name:12} {result:12} {self.seconds:6.0f} s, processor time {self.processor_seconds:6.0f} s"
        return "\n".join([line, *(f"    passed at the second try: {test}" for test in self.passed_at_second_try)])

    @property
    def _cache(self) -> Path:
        return LOGS / f"{self.name}-cache"

    def _cached(self) -> list[str]:
        return ["-o", f"cache_dir={self._cache}"] if self.tried_again else []

    def _failed(self) -> tuple[str, ...]:
        """Return the tests that failed, as pytest remembers them for ``--last-failed``."""
        try:
            return tuple(json.loads((self._cache / "v" / "cache" / "lastfailed").read_text()))
        except FileNotFoundError:
            return ()

    def _run(self, title: str, command: Sequence[str]) -> None:
        log = LOGS / f"{title}.log"
        began = time.monotonic()
        with log.open("wb") as output:
            process = subprocess.Popen(command, cwd=self.directory, stdout=output, stderr=subprocess.STDOUT)
            _, status, used = os.wait4(process.pid, 0)
        self.status = process.returncode = os.waitstatus_to_exitcode(status)
        self.seconds += time.monotonic() - began
        self.processor_seconds += used.ru_utime + used.ru_stime
        print(f"\n== {title}\n{log.read_text(errors='replace')}", flush=True)


def busy_lane() -> list[Part]:
    """Return the parts that keep the processors busy, which take what the others leave of them."""
    modules = [f"tests/{folder}" for folder in IN_ONE_PROCESS]
    moto = [f"tests/functional/test_{name}.py" for name in ALSO_ON_MOTO]
    shared = [*YIELDING, *PYTEST, *SHARED_BY_TEST]
    return [
        Part("modules", [*shared, ONE_MORE, *modules], tried_again=True),
        Part("moto", [*shared, ON_MOTO, *moto], tried_again=True, options=[ON_MOTO]),
        Part("pythons", [*YIELDING, sys.executable, "-m", "infra.other_pythons", "--readers"]),
    ]


def waiting_lanes() -> list[list[Part]]:
    """Return the parts that mostly wait, each in a lane of its own; each of their processes runs a stack of its own."""
    return [
        [Part("integration", [*PYTEST, "--numprocesses=3", *SHARED_BY_FILE, "tests/integration"], tried_again=True)],
        [Part("browser", [*PYTEST, "--numprocesses=2", *SHARED_BY_FILE, "tests/browser"], tried_again=True)],
    ]


def compile_imports() -> None:
    """Import what all tests do: else, in a new environment, each of a dozen processes would compile it at its start."""
    subprocess.run([*PYTEST, "-qq", "--collect-only", "tests/browser"], cwd=build.ROOT, stdout=subprocess.DEVNULL)


def main() -> None:
    """Run all lanes, and leave with 1 if any part fails."""
    LOGS.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    compile_imports()
    lanes = [busy_lane(), *waiting_lanes()]
    # A thread that waits keeps nobody from ending the run with Ctrl-C, which the commands get as well.
    threads = [threading.Thread(target=_run, args=(lane,), daemon=True) for lane in lanes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    parts = [part for lane in lanes for part in lane]
    for part in parts:
        part.try_again()
    print("\n".join(["", *map(str, parts), f"All together: {time.monotonic() - began:.0f} s"]))
    if any(part.status != 0 for part in parts):
        sys.exit("Tests failed.")


def _run(lane: list[Part]) -> None:
    for part in lane:
        part.run()


if __name__ == "__main__":
    main()
