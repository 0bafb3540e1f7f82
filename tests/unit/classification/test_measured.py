"""Quality of the classification, measured on labelled sentences.

``labelled.json`` has answers to a follow-up, the other files have messages of all kinds. The part ``development`` was
used to write the rules; ``held_out`` was only ever measured, and its numbers are what to expect.
Two thirds of the answers were written before the rules. The category ``indirect`` came after them, from other lines of
business and in words that avoid the usual ones; ``irony`` says what it does not mean. Both are hard on purpose. Who
wrote the rules wrote the sentences, too: expect of real customers less than the plain ones show, and more than these.

``pytest -s`` shows the numbers.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from classification import Hardship, Meaning, declines, hardship, is_angry, language_of, meaning

HERE = Path(__file__).parent
Row = dict[str, Any]

FLOORS = {
    # Precision and recall. What is not understood is ``other``: better to leave an answer to a person than to guess.
    "held_out": {"solved": (0.90, 0.77), "still_broken": (0.90, 0.76), "other": (0.71, 0.92)},
    "all": {"solved": (0.93, 0.86), "still_broken": (0.93, 0.83), "other": (0.81, 0.95)},
}
MOST_OPPOSITES = {"held_out": 0.04, "all": 0.03}
"""The share of answers taken for their opposite: the error that would mislead an agent."""
FLOORS_OF_OTHERS = {"angry": (0.95, 0.95), "declines": (0.99, 0.88)}
"""Precision and recall, held out."""
FLOORS_OF_HARDSHIP = {"held_out": (0.97, 0.95), "all": (0.97, 0.92)}
"""Precision and recall of each kind. The last 86 sentences were measured before the rules were mended by them: of 47
that were taken for hardship 45 were, and of 56 that were 45 were found."""
JUDGES: dict[str, Callable[[str], bool]] = {"angry": is_angry, "declines": declines}


def _rows(name: str, part: str = "all") -> list[Row]:
    rows = json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))
    return [row for row in rows if part in ("all", row["part"])]


def _matrix(rows: list[Row], judge: Callable[[str], str]) -> Counter[tuple[str, str]]:
    """Return how often a label (first) was classified as another (second)."""
    return Counter((row["label"], judge(row["text"])) for row in rows)


def _precision_and_recall(matrix: Counter[tuple[str, str]], label: str) -> tuple[float, float]:
    right = matrix[label, label]
    taken = sum(count for (_, said), count in matrix.items() if said == label)
    meant = sum(count for (is_, _), count in matrix.items() if is_ == label)
    return right / max(taken, 1), right / max(meant, 1)


def _show(title: str, matrix: Counter[tuple[str, str]]) -> None:
    labels = sorted({label for pair in matrix for label in pair})
    lines = [f"\n{title}: {matrix.total()}", " " * 14 + "".join(f"{label:>14}" for label in labels)]
    for label in labels:
        numbers = "".join(f"{matrix[label, said]:14}" for said in labels)
        precision, recall = _precision_and_recall(matrix, label)
        lines.append(f"{label:>14}{numbers}   precision {precision:.3f}, recall {recall:.3f}")
    sys.stdout.write("\n".join(lines) + "\n")


@pytest.mark.parametrize("part", ["held_out", "all"])
def test_answers_are_read_as_well_as_is_said(part: str) -> None:
    matrix = _matrix(_rows("labelled", part), meaning)
    _show(f"Answers, {part}", matrix)
    for label, floors in FLOORS[part].items():
        precision, recall = _precision_and_recall(matrix, label)
        assert precision >= floors[0], f"{label}: precision {precision:.3f}"
        assert recall >= floors[1], f"{label}: recall {recall:.3f}"
    opposites = matrix["solved", "still_broken"] + matrix["still_broken", "solved"]
    assert opposites <= MOST_OPPOSITES[part] * matrix.total()


@pytest.mark.parametrize("category", [None, "indirect", "irony"])
def test_plain_statements_are_classified_and_hard_ones_are_known(category: str | None) -> None:
    rows = [row for row in _rows("labelled", "held_out") if row.get("category") == category]
    matrix = _matrix(rows, meaning)
    _show(f"Answers, held out, {category or 'plain'}", matrix)
    right = sum(matrix[label, label] for label in Meaning)
    assert right >= {None: 0.95, "indirect": 0.62, "irony": 0.60}[category] * len(rows)


@pytest.mark.parametrize("name", JUDGES)
def test_anger_and_refusals_are_read_as_well_as_is_said(name: str) -> None:
    other = {"angry": "calm", "declines": "stays"}[name]
    matrix = _matrix(_rows(name, "held_out"), lambda text: name if JUDGES[name](text) else other)
    _show(f"{name}, held out", matrix)
    precision, recall = _precision_and_recall(matrix, name)
    assert precision >= FLOORS_OF_OTHERS[name][0], f"precision {precision:.3f}"
    assert recall >= FLOORS_OF_OTHERS[name][1], f"recall {recall:.3f}"


@pytest.mark.parametrize("part", ["held_out", "all"])
def test_hardship_is_recognised_as_well_as_is_said(part: str) -> None:
    matrix = _matrix(_rows("hardship", part), lambda text: hardship(text) or "none")
    _show(f"hardship, {part}", matrix)
    for kind in Hardship:
        precision, recall = _precision_and_recall(matrix, kind)
        assert precision >= FLOORS_OF_HARDSHIP[part][0], f"{kind}: precision {precision:.3f}"
        assert recall >= FLOORS_OF_HARDSHIP[part][1], f"{kind}: recall {recall:.3f}"


@pytest.mark.parametrize("name", ["labelled", "angry", "declines"])
def test_no_hardship_is_read_into_other_messages(name: str) -> None:
    assert [row["text"] for row in _rows(name) if hardship(row["text"])] == []


def test_a_language_is_right_or_not_said() -> None:
    said = Counter((row["language"], language_of(row["text"])) for row in _rows("labelled"))
    assert said["de", "en"] + said["en", "de"] == 0
    assert said["de", "de"] + said["en", "en"] >= 0.6 * said.total()


@pytest.mark.parametrize(("name", "least"), [("labelled", 300), ("angry", 60), ("declines", 60)])
def test_the_labelled_sentences_are_many_and_balanced_and_mostly_held_out(name: str, least: int) -> None:
    rows = _rows(name)
    assert len({(row["text"], row["language"]) for row in rows}) == len(rows) >= least
    cells = Counter((row["language"], row["label"]) for row in rows)
    assert max(cells.values()) <= 1.1 * min(cells.values())
    assert 2 * len(_rows(name, "held_out")) >= len(rows)


def test_sentences_about_hardship_are_many_and_half_of_the_first_set_is_held_out() -> None:
    rows = _rows("hardship")
    assert len({(row["text"], row["language"]) for row in rows}) == len(rows) >= 200
    cells = Counter((row["language"], row["label"]) for row in _rows("hardship", "held_out"))
    assert set(cells) == {(language, label) for language in ("de", "en") for label in [*Hardship, "none"]}
    assert min(cells.values()) >= 11
