"""Interpreters of other versions are found where they are, and tests say under which they did not run."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from infra import interpreters, other_pythons

OWN = f"{sys.version_info.major}.{sys.version_info.minor}"


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    interpreters.find.cache_clear()


def test_an_interpreter_is_found_by_its_version() -> None:
    assert interpreters.find(OWN) is not None
    assert interpreters.find("3.2") is None


def test_a_command_of_the_right_name_and_the_wrong_version_is_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in (("python3.98", "#!/bin/sh\nexit 127\n"), ("python3.99", "#!/bin/sh\necho 3.99\n")):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert interpreters.find("3.98") is None
    assert interpreters.find("3.99") == tmp_path / "python3.99"


def test_an_interpreter_in_no_usual_place_can_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "python").write_text("#!/bin/sh\necho 3.97\n")
    (tmp_path / "python").chmod(0o755)
    monkeypatch.setenv(interpreters.ELSEWHERE, str(tmp_path / "python"))
    assert interpreters.find("3.97") == tmp_path / "python"
    assert interpreters.find("3.96") is None


def test_the_pinned_version_and_the_oldest_are_tested_beside_the_own(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(interpreters, "find", Path)
    assert other_pythons.versions("3.12") == [interpreters.OLDEST, interpreters.pinned()]
    assert other_pythons.versions(interpreters.OLDEST) == [interpreters.pinned()]
    assert other_pythons.versions(interpreters.pinned()) == [interpreters.OLDEST]
    assert capsys.readouterr().out == ""


def test_a_version_that_is_not_there_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(interpreters, "find", lambda _version: None)
    assert other_pythons.versions(interpreters.OLDEST) == []
    assert f"Not tested under Python {interpreters.pinned()}" in capsys.readouterr().out
