"""Precision of a search: the share of what it found that was an ask for what the company makes. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

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


class Precision(Struct, frozen=True):
    """Number of posts that fit among those of which people decided."""

    fit: int = 0
    judged: int = 0

    @property
    def share(self) -> float | None:
        """Return the share of those that fit; None where nobody judged one."""
        return self.fit / self.judged if self.judged > 0 else None


def precision(figures: Mapping[str, int]) -> Precision:
    """Return the precision that follows from figures."""
    right, wrong = (sum(figures.get(name, 0) for name in names) for names in (RIGHT, WRONG))
    return Precision(right, right + wrong)
