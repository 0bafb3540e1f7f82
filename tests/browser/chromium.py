"""The browser: Debian's own Chromium without windows, which is installed if it is missing, or else any Chromium.

The one without windows draws and runs pages with the same code, and takes a third of the processor time: it starts none
of what surrounds a page, which the other one does for each page, seen or not.
"""

from __future__ import annotations

import os
import shutil
import subprocess

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WITHOUT_WINDOWS = "chromium-headless-shell"
NAMES = (WITHOUT_WINDOWS, "chromium", "chromium-browser", "google-chrome")
WAIT_FOR_OTHERS = "DPkg::Lock::Timeout=300"
"""Several processes of tests may install at the same time."""


class NoBrowser(RuntimeError):
    """There is no Chromium on this machine, and it could not be installed."""


def executable() -> str:
    """Return the path of Chromium. Raises ``NoBrowser``."""
    if not shutil.which(WITHOUT_WINDOWS):
        _install(WITHOUT_WINDOWS)
    if not _found():
        _run("update")
        _install(WITHOUT_WINDOWS)
    if not _found():
        _install("chromium")
    if found := _found():
        return found
    raise NoBrowser("The browser tests need Chromium. On Debian and Ubuntu: sudo apt-get install chromium")


def _found() -> str | None:
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def _install(package: str) -> None:
    _run("install", "-y", "-o", WAIT_FOR_OTHERS, package)


def _run(*command: str) -> None:
    if os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "-qq", *command], check=False, env=quiet)
