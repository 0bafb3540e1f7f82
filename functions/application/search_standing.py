"""Standing of a search: its precision, as people judged what it found, and whether its offers are refused too often."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from conversations.follow_ups import SYSTEM
from outreach import search_precision
from outreach import searches as rules
from shared.telemetry import count, logger
from storage import audit, outreach_figures, searches
from storage.audit import AuditEvent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from outreach.search_precision import Precision
    from outreach.searches import Search

MARKS = (outreach_figures.FIT, outreach_figures.UNFIT)


def precision(search: Search) -> Precision:
    """Return the precision of a search, by what became of its proposals and by the marks that stand now."""
    fit = sum(mark.fit for mark in search.marks)
    marks = {outreach_figures.FIT: fit, outreach_figures.UNFIT: len(search.marks) - fit}
    return search_precision.precision({**outreach_figures.totals(search.id), **marks})


def count_marks(before: Search, after: Search, now: int) -> None:
    """Count marks that are new for the reports; ``now`` in milliseconds."""
    known = {mark.post: mark.fit for mark in before.marks}
    for mark in after.marks:
        if known.get(mark.post) != mark.fit:
            name = MARKS[0] if mark.fit else MARKS[1]
            outreach_figures.count(after.id, mark.channel, name, now, key=mark.post)


def let_go_on(search: Search) -> Search:
    """Return a search that a person lets go on: what was refused until then counts no more."""
    totals = outreach_figures.totals(search.id)
    offered, refused = _offers(totals)
    return replace(search, paused=False, pause_reason="", offered_before=offered, refused_before=refused)


def pause_if_refused(search: Search, now: int) -> bool:
    """Pause a search of whose offers too many are refused; returns whether it is paused. Raises ``Conflict``.

    The audit log, and the search itself, say so; ``now`` in milliseconds.
    """
    offered, refused = _offers(outreach_figures.totals(search.id))
    if not rules.refuses_too_often(offered - search.offered_before, refused - search.refused_before):
        return False
    searches.change(search, replace(search, paused=True, pause_reason=rules.REFUSALS))
    audit.put(AuditEvent.SEARCH, SYSTEM, search.id, now, reason=rules.REFUSALS, offered=offered, refused=refused)
    logger.warning("Search paused itself", search=search.id, offered=offered, refused=refused)
    count("SearchPaused")
    return True


def _offers(totals: Mapping[str, int]) -> tuple[int, int]:
    """Return the numbers of offers, and of refusals: a no, or a block."""
    refused = totals.get(outreach_figures.REFUSED, 0) + totals.get(outreach_figures.BLOCKED, 0)
    return totals.get(outreach_figures.OFFERED, 0), refused
