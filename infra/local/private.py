"""Files for their owner alone: a stack writes secrets and customers' messages unencrypted.

A directory of one's own may be anywhere, so only what a stack writes is touched, and a directory that was there before
and holds other things keeps its own mode.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

MASK = 0o077
"""The umask of all started processes: group and others may do nothing."""
OTHERS_WRITE = 0o022
OWN = ("aws", "tmp", "lock", "deployed", "*.json", "*.json.draft", "*.new", "*.log")
"""Files that a stack writes into its directory."""
MARK = "installation.json"


class NotPrivate(Exception):
    """Others may write in the directory, or have written there: what is kept in it would be theirs to change."""


def make_directory(directory: Path) -> None:
    """Make a stack's directory, or put right what an earlier version left readable for others in it.

    Raises ``NotPrivate``.
    """
    _make(directory)
    if (directory / MARK).exists() or not any(directory.iterdir()):
        _close(directory)
    _refuse_others(directory)
    for path in _own(directory):
        for each in (path, *_below(path)):
            _close(each)


def write(path: Path, content: str) -> None:
    """Write a file that its owner alone may read, from its first byte on; a link in its place is replaced."""
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(content + "\n")
    draft.replace(path)


def _make(directory: Path) -> None:
    """Make a directory and those above it that are missing; with a permissive umask, these would be open, too."""
    for missing in reversed([each for each in (directory, *directory.parents) if not each.exists()]):
        missing.mkdir(exist_ok=True, mode=0o700)
    directory.mkdir(exist_ok=True)


def _refuse_others(directory: Path) -> None:
    """Raise ``NotPrivate`` where another user may replace what a stack writes, or has put something in its place.

    Root works for the directory's owner, as in a container with somebody's files.
    """
    found = directory.stat()
    if found.st_mode & OTHERS_WRITE:
        raise NotPrivate(f"Others may write in {directory}: take that from them (chmod go-w), or choose another one.")
    us = os.geteuid()
    for path in (directory.resolve(), *_own(directory)):
        if path.lstat().st_uid not in {us, found.st_uid if us == 0 else us}:
            raise NotPrivate(f"{path} belongs to another user: remove it, or choose another directory.")


def _own(directory: Path) -> list[Path]:
    """Return what is in a directory under a name that a stack writes."""
    return [path for name in OWN for path in directory.glob(name)]


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
