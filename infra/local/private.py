"""What a stack writes on this machine is for its owner alone: secrets lie there in clear, and what customers wrote.

A directory of one's own may be anywhere, so only what a stack writes is touched, and a directory that was there before
and holds other things keeps its own mode.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

MASK = 0o077
"""What group and others may not: anything. The umask of all processes that are started."""
OWN = ("aws", "tmp", "lock", "deployed", "*.json", "*.json.draft", "*.log")
"""What a stack writes into its directory."""
MARK = "installation.json"


def make_directory(directory: Path) -> None:
    """Make a stack's directory, or put right what an earlier version left readable for others in it."""
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    if (directory / MARK).exists() or not any(directory.iterdir()):
        _close(directory)
    for name in OWN:
        for path in directory.glob(name):
            for each in (path, *_below(path)):
                _close(each)


def write(path: Path, content: str) -> None:
    """Write a file that its owner alone may read, from its first byte on."""
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text(content + "\n")


def _below(path: Path) -> Iterator[Path]:
    """Everything in a folder, links not followed."""
    if path.is_symlink():
        return
    for folder, folders, files in os.walk(path):
        yield from (Path(folder) / name for name in (*folders, *files))


def _close(path: Path) -> None:
    """Take from group and others whatever they may; a link has no mode of its own."""
    mode = path.lstat().st_mode
    if not stat.S_ISLNK(mode) and mode & MASK:
        path.chmod(stat.S_IMODE(mode) & ~MASK)
