"""The log of a stack in the report of a failed test."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.support.stack_log import SHOWN, add_log, end_of_log, noting_log


def test_report_of_a_failed_test_has_faults_and_the_last_lines(tmp_path: Path) -> None:
    quiet = [f"line {number}" for number in range(3 * SHOWN)]
    (tmp_path / "aws.log").write_text("\n".join(["2026 ERROR the shard is stuck", *quiet]))
    report = SimpleNamespace(failed=True, sections=[])
    add_log(report, SimpleNamespace(funcargs={"stack": SimpleNamespace(directory=tmp_path)}))
    ((title, text),) = report.sections
    assert title == "log of the stack"
    assert "ERROR the shard is stuck" in text
    assert text.endswith(quiet[-1])
    assert quiet[0] not in text.splitlines()


def test_report_of_a_test_without_a_stack_stays_as_it_is(tmp_path: Path) -> None:
    report = SimpleNamespace(failed=True, sections=[])
    add_log(report, SimpleNamespace(funcargs={}))
    assert report.sections == []
    assert end_of_log(tmp_path / "aws.log") == ""


def test_error_of_a_fixture_that_has_a_stack_bears_the_end_of_its_log(tmp_path: Path) -> None:
    (tmp_path / "aws.log").write_text("2026 ERROR the shard is stuck")
    with pytest.raises(pytest.fail.Exception) as failure, noting_log(tmp_path / "aws.log"):
        pytest.fail("it took too long")
    assert "ERROR the shard is stuck" in failure.value.__notes__[0]
