"""Outcomes of checks as the API shows them, each with its next step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from application.doctor import explanations

if TYPE_CHECKING:
    from application.doctor.outcomes import Outcome


def check(outcome: Outcome, language: str) -> dict[str, Any]:
    """Return one outcome."""
    return {
        "check": outcome.check,
        "title": explanations.title(outcome.check, language),
        "state": outcome.state,
        "severity": outcome.severity,
        "text": explanations.sentence(outcome, language),
        "next": explanations.next_step(outcome, language) or None,
    }
