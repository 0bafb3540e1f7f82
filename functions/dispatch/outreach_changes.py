"""Changes in active dialogue that people have to see: a text that waits for approval, a search that pauses itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from outreach.proposals import waits_for_approval
from outreach.searches import paused_itself
from storage import proposals, searches

if TYPE_CHECKING:
    from storage.attribute_values import Item


def team_that_is_asked(old: Item | None, new: Item | None) -> str:
    """Return the team in which otherwise many texts or searches wait for people after a change; empty for none."""
    image = new or old
    if image is None:
        return ""
    if proposals.is_item(image):
        return _team_of_text(old, new)
    return _team_of_search(old, new) if searches.is_item(image) else ""


def _team_of_text(old: Item | None, new: Item | None) -> str:
    before, after = (proposals.of_item(image) if image else None for image in (old, new))
    waited, waits = (each is not None and waits_for_approval(each) for each in (before, after))
    found = after or before
    return found.team if found and waited != waits else ""


def _team_of_search(old: Item | None, new: Item | None) -> str:
    before, after = (searches.of_item(image) if image else None for image in (old, new))
    waited, waits = (each is not None and paused_itself(each) for each in (before, after))
    found = after or before
    return found.team if found and waited != waits else ""
