"""Makes the page's files: installs what they are made with, and bundles, each only if something changed."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parent.parent
SOURCES = ROOT / "functions" / "console" / "page"
LIBRARIES = FOLDER / "node_modules"
DOCS = ROOT / "docs"
GUIDES = ("channels/*.md", "inbox*.md", "follow-ups*.md", "active-dialogue*.md", "operations.md")
"""Documents that are part of the page."""
NOT_FOR_BROWSERS = {".md"}
INSTALL = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]


class NoNode(RuntimeError):
    """Node.js, which bundles the page, is not on this machine."""


def sources() -> list[Path]:
    """Return the page's sources, and the files of its build."""
    page = [path for path in SOURCES.rglob("*") if path.is_file() and path.suffix not in NOT_FOR_BROWSERS]
    return sorted([*page, *guides(), *FOLDER.glob("*.mjs"), FOLDER / "package-lock.json"])


def guides() -> list[Path]:
    """Return the documents that the page shows."""
    return sorted(path for pattern in GUIDES for path in DOCS.glob(pattern))


def make(build: Path) -> Path:
    """The folder with the page's files, below ``build``. Raises ``NoNode``."""
    made = build / f"page-{_fingerprint()}"
    with (build / "page.lock").open("w") as lock:
        # Tests that run side by side may want the page at the same moment.
        fcntl.flock(lock, fcntl.LOCK_EX)
        return made if made.exists() else _make(build, made)


def _make(build: Path, made: Path) -> Path:
    install()
    unfinished = build / "page.unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir()
    shutil.copyfile(SOURCES / "index.html", unfinished / "index.html")
    subprocess.run(["node", FOLDER / "bundle.mjs", SOURCES, unfinished, DOCS, *guides()], check=True)
    for outdated in build.glob("page-*"):
        shutil.rmtree(outdated)
    return unfinished.rename(made)


def install(*, tools: bool = False) -> None:
    """The libraries that package-lock.json pins; with ``tools``, also what the checks need. Raises ``NoNode``."""
    if not shutil.which("node") or not shutil.which("npm"):
        raise NoNode("The page is bundled with Node.js 20 or newer. On Debian and Ubuntu: sudo apt-get install npm")
    lock = hashlib.sha256((FOLDER / "package-lock.json").read_bytes()).hexdigest()
    stamp = LIBRARIES / ".installed"
    installed = stamp.read_text().split() if stamp.exists() else []
    # A checkout with the tools keeps them: another lock does not take them away.
    tools = tools or "tools" in installed
    if installed[:1] == [lock] and (not tools or "tools" in installed):
        return
    print("Installing what the page is made with …", flush=True)
    subprocess.run([*INSTALL, *([] if tools else ["--omit=dev"])], cwd=FOLDER, check=True)
    stamp.write_text(f"{lock} {'tools' if tools else ''}")


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for path in sources():
        digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


if __name__ == "__main__":
    install(tools=True)
