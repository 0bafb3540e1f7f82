"""Words for the outcomes of checks, in English and German."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from application.doctor.outcomes import CHECKS, State, Unneeded, Unseen
from shared import texts

if TYPE_CHECKING:
    from application.doctor.outcomes import Outcome


def title(check: str, language: str) -> str:
    """Return what a check is called."""
    return texts.text(f"doctor.{check}", language)


def sentence(outcome: Outcome, language: str) -> str:
    """Return what came out."""
    if outcome.state == State.OK:
        return texts.text("doctor.ok", language)
    if outcome.state == State.FINDING:
        return texts.text(f"doctor.{outcome.check}.{outcome.code}", language, **outcome.fields)
    return texts.text(f"doctor.{outcome.state}.{outcome.code}", language, **outcome.fields)


def next_step(outcome: Outcome, language: str) -> str:
    """Return the one thing to do about a finding; empty for everything else."""
    if outcome.state != State.FINDING:
        return ""
    return texts.text(f"doctor.{outcome.check}.{outcome.code}.next", language, **outcome.fields)


def summary(outcomes: Sequence[Outcome], language: str) -> str:
    """Return how many findings there are, and how much was not looked at."""
    findings, blind = (sum(each.state == state for each in outcomes) for state in (State.FINDING, State.UNSEEN))
    if not findings and not blind:
        return texts.text("doctor.summary.ok", language)
    return texts.text("doctor.summary", language, findings=findings, unseen=blind)


def could_not_look(detail: str, language: str) -> str:
    """Return that nothing could be looked at, and why."""
    return texts.text("doctor.could_not_look", language, detail=detail)


def keys() -> set[str]:
    """Return the keys of all texts of this module."""
    findings = {f"doctor.{check}.{code}" for check, codes in CHECKS.items() for code in codes}
    others = {f"doctor.{State.UNSEEN}.{each}" for each in Unseen} | {
        f"doctor.{State.UNNEEDED}.{each}" for each in Unneeded
    }
    steps = {f"{each}.next" for each in findings}
    return {f"doctor.{each}" for each in (*CHECKS, "ok", "summary", "summary.ok")} | findings | steps | others
