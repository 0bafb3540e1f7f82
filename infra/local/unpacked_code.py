"""The code of functions, unpacked once for all processes that run it."""

from __future__ import annotations

import hashlib
import os
import tempfile
import threading
import zipfile
from pathlib import Path

BadZipFile = zipfile.BadZipFile
_unpacked: dict[str, Path] = {}
_unpacking = threading.Lock()


class ZipFile(zipfile.ZipFile):
    """An archive that is unpacked into a link to the one unpacked copy of it, which nobody may change.

    MiniStack unpacks the code for each process that it starts, which takes about as long as the start itself. On AWS
    functions cannot write where their code is, either.
    """

    def extractall(self, path: str | os.PathLike[str] | None = None, *arguments: object, **options: object) -> None:
        """Replace the empty directory ``path`` by a link."""
        directory = Path(path or ".")
        directory.rmdir()
        directory.symlink_to(self._copy(), target_is_directory=True)

    def _copy(self) -> Path:
        content = hashlib.sha256(Path(str(self.filename)).read_bytes()).hexdigest()
        with _unpacking:
            if content not in _unpacked:
                copy = Path(tempfile.mkdtemp(prefix="code-"))
                super().extractall(copy)
                _unpacked[content] = copy
        return _unpacked[content]
