"""Starts processes as Lambda starts them: with the artifact on the path, as byte code of this interpreter.

Where nothing of the artifact is wanted, the boto3 of this environment stands for the runtime's."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

from infra import build
from tests.support.embedded_aws import function_settings

RUNTIME = sysconfig.get_path("purelib")
"""Stands for the runtime's boto3. As a part of PYTHONPATH its ``.pth`` files are not read, as on Lambda."""
PYTHON = str(Path(sys.executable).resolve())
"""The interpreter itself, not the virtual environment's: that one would read the ``.pth`` files."""


def environment(endpoint: str, artifact: bool = True) -> dict[str, str]:
    """Return what a function's process finds in its environment."""
    parts = [str(build.LOCAL), RUNTIME] if artifact else [RUNTIME]
    template = {"TABLE_NAME": "conversations", "CONNECTIONS_PATH": "/nachfrage/connections"}
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join([*parts, str(build.ROOT)]),
        **function_settings(endpoint),
        **template,
        "CHECK_AWS_PARAMETERS": "false",  # as on AWS
        "FIGURE_METRICS": "false",  # as the template has it
    }


def measure(module: str, endpoint: str, *arguments: str, seconds: float = 240) -> Any:
    """Run a module of the benchmark in such a process, so long at most; what it returns. Its log lines go nowhere."""
    with tempfile.NamedTemporaryFile("r", suffix=".json") as result:
        command = [PYTHON, "-m", f"tests.performance.{module}", result.name, *arguments]
        subprocess.run(
            command, check=True, cwd=build.ROOT, env=environment(endpoint), stdout=subprocess.DEVNULL, timeout=seconds
        )
        return json.load(result)
