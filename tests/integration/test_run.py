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


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Run]:
    """A stack that runs, with its addresses told."""
    run = start(tmp_path)
    try:
        wait_for("the addresses", lambda: (tmp_path / "stack.json").exists() or run.poll() is not None, PATIENCE)
        yield run
    finally:
        if run.poll() is None:
            os.killpg(run.pid, signal.SIGKILL)
            run.wait()


def is_alive(pid: int) -> bool:
    """Return whether a process runs; one that ended and was not fetched yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_everything_that_was_started(running: Run, tmp_path: Path, number: int) -> None:
    pids = json.loads((tmp_path / "stack.json").read_text())["pids"]
    assert all(is_alive(pid) for pid in pids.values())
    running.send_signal(number)
    said, _ = running.communicate(timeout=PATIENCE)
    assert running.returncode == 0
    assert "the state is kept" in said
    wait_for("the children to end", lambda: not any(is_alive(pid) for pid in pids.values()))


def test_a_second_run_says_that_one_is_running(running: Run, tmp_path: Path) -> None:
    second = start(tmp_path)
    said, _ = second.communicate(timeout=PATIENCE)
    assert second.returncode != 0
    assert f"running already, as process {running.pid}" in said
    assert running.poll() is None
