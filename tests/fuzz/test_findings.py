"""Regression tests of fuzzing's findings, and a short run, which finds what is new and easy to find."""

from __future__ import annotations

import importlib.util
import subprocess
from pathlib import Path

import pytest

from tests.fuzz import run, targets

SECONDS = 30
FOUND = sorted(path for path in run.FINDINGS.glob("*/*") if path.is_file())


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set what the functions' environment holds."""
    for name, value in targets.SETTINGS.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize("path", FOUND, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_input_that_failed_once_is_taken(path: Path) -> None:
    if path.parent.name == run.PAGE:
        command = ["node", str(run.FOLDER / "page.mjs"), "--replay", str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    else:
        targets.TARGETS[path.parent.name].check(path.read_bytes())


@pytest.mark.parametrize("name", targets.TARGETS)
def test_samples_are_taken(name: str) -> None:
    target = targets.TARGETS[name]
    assert target.seeds()
    for seed in target.seeds():
        target.check(seed)


@pytest.mark.skipif(not importlib.util.find_spec("atheris"), reason="there is no Atheris for this machine")
def test_short_run_finds_nothing(tmp_path: Path) -> None:
    found = run.fuzz(run.names(), SECONDS, corpus=tmp_path)
    assert not found, f"replay them with pytest {Path(__file__).name}: {', '.join(map(str, found))}"


def test_target_that_fails_leaves_a_finding(tmp_path: Path) -> None:
    path = run.keep("webhook-x", b"\0{}", tmp_path)
    assert path.parent == tmp_path / "webhook-x" and path.read_bytes() == b"\0{}"
    assert run.keep("webhook-x", b"\0{}", tmp_path) == path
