"""``make run``, as a person starts and ends it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra import build
from infra.local.stack import STACK_PYTHON
from tests.integration.driver import PATIENCE, wait_for

Run = subprocess.Popen[str]


def start(directory: Path) -> Run:
    """The command, as a shell starts it in the background: with Ctrl-C ignored."""
    command = [str(STACK_PYTHON), "-m", "infra.local", "run", "--directory", str(directory)]
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        return subprocess.Popen(
            command, cwd=build.ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
        )
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of all runs: one goes on with what the one before left."""
    return tmp_path_factory.mktemp("run")


@pytest.fixture(scope="module")
def runs() -> Iterator[list[Run]]:
    """All runs, the present one last."""
    started: list[Run] = []
    yield started
    for run in started:
        if run.poll() is None:
            os.killpg(run.pid, signal.SIGKILL)
            run.wait()


@pytest.fixture
def running(directory: Path, runs: list[Run]) -> Run:
    """A stack that runs, with its addresses told: that of the test before, unless it was ended."""
    if not runs or runs[-1].poll() is not None:
        runs.append(start(directory))
    run = runs[-1]
    wait_for("the addresses", lambda: run.pid in pids(directory).values() or run.poll() is not None, PATIENCE)
    return run


def pids(directory: Path) -> dict[str, int]:
    """Return the processes of the stack that last told its addresses."""
    try:
        return json.loads((directory / "stack.json").read_text())["pids"]
    except FileNotFoundError:
        return {}


def is_alive(pid: int) -> bool:
    """Return whether a process runs; one that ended and was not fetched yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_second_run_says_that_one_is_running(running: Run, directory: Path) -> None:
    second = start(directory)
    said, _ = second.communicate(timeout=PATIENCE)
    assert second.returncode != 0
    assert f"running already, as process {running.pid}" in said
    assert running.poll() is None


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_everything_that_was_started(running: Run, directory: Path, number: int) -> None:
    started = pids(directory).values()
    assert all(is_alive(pid) for pid in started)
    running.send_signal(number)
    said, _ = running.communicate(timeout=PATIENCE)
    assert running.returncode == 0
    assert "the state is kept" in said
    wait_for("the children to end", lambda: not any(is_alive(pid) for pid in started))
