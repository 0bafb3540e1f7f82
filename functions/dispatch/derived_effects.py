"""Derives the effects of a change of the table from its old and new image."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conversations import effects
from outreach import leaving
from storage import attribute_values, keys, mapping, proposals, teams

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conversations.business_hours import Hours
    from conversations.conversation import Conversation
    from dispatch.stream_changes import Change


def of_change(change: Change) -> Sequence[effects.Effect | leaving.Effect]:
    """Return the effects of the difference between the old and the new image."""
    if any(image and keys.is_head(image) for image in (change.old, change.new)):
        old, new = (_head(image) for image in (change.old, change.new))
        ended = effects.effects_of_end(old) if old and new is None and _has_ended(change) else []
        found = [*ended, *effects.effects_of_head(old, new, _hours), *leaving.effects_of_head(old, new)]
        is_counted = any(image and keys.is_restored(image) for image in (change.old, change.new))
        return [each for each in found if not (is_counted and isinstance(each, effects.Count))]
    if change.fact:
        return effects.effects_of_fact(change.fact, keys.entry_of(change.item))
    if keys.is_action(change.item):
        before, after = (mapping.action_of(image) if image else None for image in (change.old, change.new))
        # What became of an offer comes first: with one that did not leave its conversation goes.
        return [*leaving.effects_of_delivery(before, after), *effects.effects_of_action(before, after)]
    found, becomes = (proposals.of_item(image) if image else None for image in (change.old, change.new))
    return leaving.effects_of_proposal(found, becomes)


def _has_ended(change: Change) -> bool:
    """Return whether a conversation expired or was erased; one that another took up goes on there."""
    return change.is_expired or bool(change.new and keys.erased_of(change.new))


def _head(image: attribute_values.Item | None) -> Conversation | None:
    return mapping.head_of(image) if image and keys.is_head(image) else None


def _hours(team: str) -> Hours:
    return teams.team(team).hours
