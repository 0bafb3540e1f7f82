"""Finds Python interpreters of this machine: ``python -m infra.interpreters 3.13`` prints where one is, or nothing.

Nothing is downloaded. Looked at are the path, the folders in which pyenv and uv keep interpreters, and where
``PYTHON_OF_LAMBDA`` points to.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = ROOT / "template.yaml"
ELSEWHERE = "PYTHON_OF_LAMBDA"
"""The environment variable that names an interpreter which is in no usual place."""
OLDEST = "3.11"
"""The oldest version that the project supports."""


def main() -> None:
    """Print the interpreter of a version, or of the runtime that the template pins."""
    found = find(sys.argv[1] if len(sys.argv) > 1 else pinned())
    if found:
        print(found)


@cache
def pinned() -> str:
    """Return the version that the template pins for Lambda, such as ``3.13``."""
    match = re.search(r"^    Runtime: python(3\.\d+)$", TEMPLATE.read_text(), re.MULTILINE)
    if match is None:
        raise LookupError("template.yaml pins no runtime.")
    return match[1]


@cache
def find(version: str) -> Path | None:
    """Return an interpreter of a minor version such as ``3.13``, or None where this machine has none."""
    return next((path for path in _candidates(version) if _is(path, version)), None)


def _candidates(version: str) -> Iterator[Path]:
    """Yield where an interpreter may be: this process's own first."""
    yield Path(sys.executable)
    if named := os.environ.get(ELSEWHERE):
        yield Path(named)
    if on_path := shutil.which(f"python{version}"):
        yield Path(on_path)
    home = Path.home()
    folders = (
        (Path(os.environ.get("PYENV_ROOT", home / ".pyenv")) / "versions", f"{version}.*"),
        (Path(os.environ.get("UV_PYTHON_INSTALL_DIR", home / ".local/share/uv/python")), f"cpython-{version}.*"),
    )
    for folder, pattern in folders:
        for installed in sorted(folder.glob(pattern), reverse=True):
            yield installed / "bin" / f"python{version}"


def _is(path: Path, version: str) -> bool:
    """Ask an interpreter for its version. pyenv's shims are there for versions that are not switched on, and fail."""
    program = "import sys; print(f'{sys.version_info.major}.{sys.version_info.minor}')"
    try:
        done = subprocess.run([path, "-I", "-c", program], capture_output=True, text=True, check=False, timeout=30)
    except OSError:
        return False
    return done.returncode == 0 and done.stdout.strip() == version


if __name__ == "__main__":
    main()
