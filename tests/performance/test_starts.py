"""Tests that what the benchmark measures as the start of a function runs; how long it takes is no matter here."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from infra import build
from tests.performance import as_lambda, cold


@pytest.mark.parametrize("function", cold.READY)
def test_measured_start_of_a_function_runs(function: str) -> None:
    environment = as_lambda.environment("http://127.0.0.1:9", artifact=function != "bare")
    command = [as_lambda.PYTHON, "-c", cold.READY[function]]
    ended = subprocess.run(command, cwd=build.ROOT, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr


def test_benchmark_starts_without_the_code_of_the_functions() -> None:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [sys.executable, "-c", "import tests.performance.bench"]
    ended = subprocess.run(command, cwd=build.ROOT, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
