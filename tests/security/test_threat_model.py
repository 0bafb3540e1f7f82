"""The page that says which attack is stopped by what names tests that exist, and leaves out no file of attacks."""

from __future__ import annotations

import re
from pathlib import Path

ATTACKS = Path(__file__).parent
ROOT = ATTACKS.parents[1]
PAGE = ROOT / "docs" / "threat-model.md"
NAMED = set(re.findall(r"\]\(\.\./(tests/[^)#]+)\)", PAGE.read_text(encoding="utf-8")))


def test_every_test_that_the_threat_model_names_exists() -> None:
    assert NAMED
    assert [path for path in NAMED if not (ROOT / path).is_file()] == []


def test_no_file_of_attacks_is_missing_in_the_threat_model() -> None:
    attacks = {path.relative_to(ROOT).as_posix() for path in ATTACKS.glob("test_*.py")} - {
        Path(__file__).relative_to(ROOT).as_posix()
    }
    assert attacks - NAMED == set(), "add a row to docs/threat-model.md"


def test_every_threat_has_a_test() -> None:
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")][1:]
    assert len(rows) > 10
    assert [row for row in rows if "](../tests/" not in row.split("|")[5]] == []
