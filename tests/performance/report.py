"""Tables of what was measured, and where they stand in docs/performance.md."""

from __future__ import annotations

import os
import platform
import re
import time
from dataclasses import dataclass
from pathlib import Path

from infra import build, marked_text

DOCUMENT = build.ROOT / "docs" / "performance.md"
END = "<!-- end -->"
Row = list[str]


@dataclass
class Section:
    """A table of the report, and what in it misses a budget: counted, and so an error, or timed."""

    title: str
    head: Row
    rows: list[Row]
    missed: list[str]

    def text(self) -> str:
        """The table in Markdown."""
        widths = [max(len(row[column]) for row in [self.head, *self.rows]) for column in range(len(self.head))]
        lines = [_line(self.head, widths), "|" + "|".join(_rule(n, width) for n, width in enumerate(widths)) + "|"]
        return "\n".join([f"### {self.title}", "", *lines, *(_line(row, widths) for row in self.rows)])


def _line(cells: Row, widths: list[int]) -> str:
    padded = [
        cells[0].ljust(widths[0]),
        *(cell.rjust(width) for cell, width in zip(cells[1:], widths[1:], strict=True)),
    ]
    return f"| {' | '.join(padded)} |"


def _rule(column: int, width: int) -> str:
    return "-" * (width + 2) if column == 0 else "-" * (width + 1) + ":"


def write(sections: list[Section], target: str) -> None:
    """Put the tables where the document has the marks of a target of make."""
    # More than its cores at a time means that others ran, too, and that times are longer than they are alone.
    load, python = f"load {os.getloadavg()[0]:.1f}", f"Python {platform.python_version()}"
    machine = f"{os.cpu_count()} cores ({_processor()}), {platform.system()}, {python}, {load}"
    size = f"The artifact has {build.ZIP.stat().st_size / 1e6:.2f} MB (budget {build.LARGEST_ZIP / 1e6:.1f} MB)."
    made = "\n\n".join([f"{time.strftime('%Y-%m-%d')}, {machine}. {size}", *(section.text() for section in sections)])
    begin = f"<!-- made by `make {target}` -->"
    text = DOCUMENT.read_text(encoding="utf-8")
    DOCUMENT.write_text(marked_text.replaced(text, begin, END, f"\n\n{made}\n\n"), encoding="utf-8")


def _processor() -> str:
    try:
        found = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    except OSError:
        found = None
    return found[1] if found else platform.machine()
