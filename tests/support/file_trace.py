"""Traces which files of functions/ the real code enters, in which order."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

GENERATED = "console/bodies/generated.py"
FUNCTIONS = str(Path(__file__).parents[2] / "functions") + "/"


@dataclass
class FileTrace:
    """The files of functions/ that were entered.

    A *step* is an entry from the function's own package or from application/: the files that somebody opens who follows
    the path. The files behind such an entry (the schemas behind ``storage/conversations``, the transport behind a
    channel) are its interior, and ``shared`` (settings, texts, telemetry) is everybody's: both count as files only.
    So do the generated checks of request bodies, since a person reads the API's description.
    """

    package: str
    """The package of the Lambda function that is traced."""
    files: list[str] = field(default_factory=list)
    """Each file once, when it was entered first."""
    steps: list[str] = field(default_factory=list)
    """Each step once, when it was made first."""
    returns: list[str] = field(default_factory=list)
    """Steps into a file that had been left for another step, and is not on the stack any more."""
    _last: str = ""

    def note(self, frame: FrameType) -> None:
        """Note a call, unless it stays in its file."""
        file = _file(frame)
        callers = [name for name in _files_above(frame) if name]
        if not file or (callers and callers[0] == file):
            return
        if file not in self.files:
            self.files.append(file)
        if GENERATED in (file, *callers[:1]):
            return
        if _package(file) == "shared" or self._caller(callers) not in (self.package, "application"):
            return
        if file not in self.steps:
            self.steps.append(file)
        elif file not in callers and self._last != file:
            self.returns.append(file)
        self._last = file

    def _caller(self, callers: list[str]) -> str:
        """Return the package a call comes from; what everybody shares only passes it on."""
        return next((_package(name) for name in callers if _package(name) != "shared"), self.package)


@contextmanager
def traced(package: str) -> Iterator[FileTrace]:
    """Trace the calls of this thread; modules that are imported meanwhile do not count."""
    trace = FileTrace(package)

    def profile(frame: FrameType, event: str, _argument: object) -> None:
        if event == "call" and frame.f_code.co_name != "<module>":
            trace.note(frame)

    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        yield trace
    finally:
        sys.setprofile(before)


def _file(frame: FrameType) -> str:
    name = frame.f_code.co_filename
    return name.removeprefix(FUNCTIONS) if name.startswith(FUNCTIONS) else ""


def _files_above(frame: FrameType) -> Iterator[str]:
    above = frame.f_back
    while above is not None:
        yield _file(above)
        above = above.f_back


def _package(file: str) -> str:
    return file.partition("/")[0]
