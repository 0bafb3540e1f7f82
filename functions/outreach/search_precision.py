"""Precision of a search: the share of what it found that was an ask for what the company makes. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from outreach.proposals import Dismissal

if TYPE_CHECKING:
    from collections.abc import Mapping

DISMISSED = "dismissed:"
"""Beginning of the names of figures that count dismissals, before the reason."""
RIGHT = ("offered", "fit")
"""Figures of what fits: something was offered, or a lead who tried the search marked it so."""
WRONG = (
    "unfit",
    *(f"{DISMISSED}{each}" for each in (Dismissal.WRONG_TOPIC, Dismissal.NOT_AN_ASK, Dismissal.COMPETITOR)),
    f"{DISMISSED}{Dismissal.SPAM}",
)
"""Figures of what does not. Too old, or tactless, says nothing of the search."""


def precision(figures: Mapping[str, int]) -> float | None:
    """Return the share of right ones among those of which people decided; None where there are none."""
    right, wrong = (sum(figures.get(name, 0) for name in names) for names in (RIGHT, WRONG))
    return right / (right + wrong) if right + wrong > 0 else None
