"""The report for a terminal: one line per check, and below a finding its next step."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from application.doctor import explanations
from application.doctor.outcomes import Outcome, State

MARKS = {State.OK: "ok", State.FINDING: "!!", State.UNSEEN: "??", State.UNNEEDED: "--"}


def written(outcomes: Sequence[Outcome], language: str) -> str:
    """Return the whole report."""
    lines = []
    for check, found in groupby(outcomes, key=lambda each: each.check):
        lines += [_line(check, each, language) for each in found]
    return "\n".join([*lines, "", explanations.summary(outcomes, language)])


def _line(check: str, outcome: Outcome, language: str) -> str:
    line = f"{MARKS[outcome.state]}  {explanations.title(check, language)}: {explanations.sentence(outcome, language)}"
    return f"{line}\n      → {explanations.next_step(outcome, language)}" if outcome.state == State.FINDING else line
