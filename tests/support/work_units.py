"""Shares tests/integration between processes: file by file, or test by test where those of a file are independent."""

from __future__ import annotations

from pathlib import PurePath

from xdist.scheduler import LoadFileScheduling

LONGEST = (
    "test_faults",
    "test_story",
    "test_ports",
    "test_reconcile",
    "test_crash",
    "test_channels",
    "test_active_dialogue",
    "test_searches",
    "test_exactly_once",
    "test_follow_up_races",
    "test_follow_up",
)
"""Modules that take more than a minute; those with the longest tests first."""
INDEPENDENT = frozenset(
    {"test_api_contract", "test_channels", "test_crash", "test_exactly_once", "test_ports", "test_reconcile"}
)
"""Modules whose tests may run in any order and on several stacks, so that processes share them test by test."""
LAST = "test_api_contract"
"""Its tests are many and short, so that all processes end at about the same time."""


def rank(module: str) -> int:
    """Return the place of a module among the others."""
    return LONGEST.index(module) if module in LONGEST else len(LONGEST) + (module == LAST)


def unit_of(nodeid: str) -> str:
    """Return what a process gets as a whole: the test, if those of its file are independent, else the file."""
    file = nodeid.partition("::")[0]
    return nodeid if PurePath(file).stem in INDEPENDENT else file


class FilesAndTests(LoadFileScheduling):
    """Shares files, so that tests that wait for a clock wait in as many processes as there are."""

    def _split_scope(self, nodeid: str) -> str:
        return unit_of(nodeid)
