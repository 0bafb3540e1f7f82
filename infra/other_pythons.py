"""Runs unit and functional tests under the Python of Lambda and under the oldest: ``python -m infra.other_pythons``.

With ``--readers``, only those of what reads mails, payloads, texts and times, which is where versions of Python differ.

Versions of Python read mails and addresses differently, so what holds on a developer's machine need not hold
on Lambda. Tested is what this machine has, beside the version that runs this; what it has not is said. Nothing of
Python is downloaded; the packages are those of requirements/dev.txt, in an environment for each version.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from infra import interpreters

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = interpreters.ROOT
REQUIREMENTS = Path("requirements") / "dev.txt"
TESTS = ("tests/unit", "tests/functional")
SAME_ANYWHERE = (
    "alarms",
    "architecture",
    "assertions",
    "build",
    "costs",
    "delivery",
    "documents",
    "language",
    "own_addresses",
    "page",
    "page_texts",
    "pipeline_permissions",
    "push_layer",
    "quotas",
    "stack_settings",
    "template",
    "texts",
)
"""Modules of tests/unit whose results no version of Python changes: they read the template, documents, texts, the page
and syntax trees of the code, and run none of it. Those that test the artifact run it in each version by themselves."""
READERS = (
    "tests/unit/channels",
    "tests/unit/classification",
    "tests/unit/conversations",
    "tests/functional/test_mail.py",
    "tests/functional/test_mail_recipients.py",
    "tests/functional/test_webhook.py",
    "tests/security/test_mail_raw.py",
    "tests/security/test_mail_sender.py",
)
"""Tests of what reads mails, payloads, texts and times, and of what is stored of them."""
SAME_FOLD = tuple(f"tests/unit/conversations/test_{name}.py" for name in ("attention", "fold", "state_machine"))
"""The longest tests of the readers' folders; what they test reads nothing, it folds facts that were read."""


def main() -> None:
    """Run the tests under each version, and leave with 1 if any fails."""
    tests = (*READERS, *(f"--ignore={path}" for path in SAME_FOLD)) if sys.argv[1:] == ["--readers"] else TESTS
    failed = [version for version in versions() if not _passes(version, tests)]
    if failed:
        sys.exit(f"The tests fail under Python {' and '.join(failed)}.")


def versions(own: str = f"{sys.version_info.major}.{sys.version_info.minor}") -> list[str]:
    """Return the versions to test beside ``own``, and say which of them this machine does not have."""
    wanted = [version for version in dict.fromkeys((interpreters.OLDEST, interpreters.pinned())) if version != own]
    for version in wanted:
        if interpreters.find(version) is None:
            print(f"Not tested under Python {version}, which is not here; {interpreters.ELSEWHERE}=… names one.")
    return [version for version in wanted if interpreters.find(version)]


def _passes(version: str, tests: Sequence[str]) -> bool:
    """Run tests under a version; its environment is made if its list is newer."""
    folder = ROOT / f".venv-{version}"
    ready = folder / ".ready"
    if not ready.exists() or ready.stat().st_mtime < (ROOT / REQUIREMENTS).stat().st_mtime:
        environment = {**os.environ, "PYTHON": str(interpreters.find(version))}
        subprocess.run(["infra/environment", folder.name, str(REQUIREMENTS)], cwd=ROOT, env=environment, check=True)
    print(f"Under Python {version}:", flush=True)
    side_by_side = ["--numprocesses=auto", "--dist=worksteal"]
    pytest = [folder / "bin" / "python", "-m", "pytest", "-q", "--no-cov", "-p", "no:cacheprovider", *side_by_side]
    ignored = [f"--ignore=tests/unit/test_{name}.py" for name in SAME_ANYWHERE]
    return subprocess.run([*pytest, *ignored, *tests], cwd=ROOT, check=False).returncode == 0


if __name__ == "__main__":
    main()
