"""Changes in active dialogue that people have to see: a text that waits for approval, a search that pauses itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from outreach.proposals import waits_for_approval
from outreach.searches import paused_itself
from storage import proposals, searches

if TYPE_CHECKING:
    from collections.abc import Callable

    from storage.attribute_values import Item


def team_that_is_asked(old: Item | None, new: Item | None) -> str:
    """Return the team in which otherwise many texts or searches wait for people after a change; empty for none."""
    image = new or old
    if image is None:
        return ""
    if proposals.is_item(image):
        return _team_if_otherwise(old, new, proposals.of_item, waits_for_approval)
    return _team_if_otherwise(old, new, searches.of_item, paused_itself) if searches.is_item(image) else ""


def _team_if_otherwise(
    old: Item | None, new: Item | None, read: Callable[[Item], Any], waits: Callable[[Any], bool]
) -> str:
    """Return the team of what waits for people now and did not before, or the other way round; empty for none."""
    before, after = (read(image) if image else None for image in (old, new))
    waited, waits_now = (each is not None and waits(each) for each in (before, after))
    found = after or before
    return found.team if found and waited != waits_now else ""
