"""Stored form of forwards: to a version of the code that does not know them, each is a note that is not sent.

Such a version finds no delivery's state, so it neither sends the mail as an answer nor fails at reading it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from conversations.actions import Action, Verb

if TYPE_CHECKING:
    from storage.attribute_values import Item

STATE = "st"
"""The attribute of a delivery's state."""
FORWARDED = "fst"
"""The attribute of that of a forward."""


def stored_verb(verb: Verb) -> str:
    """Return how a verb is stored: one that an earlier version does not know is one that changes nothing there."""
    return {Verb.ATTEND: Verb.TAG, Verb.FORWARD: Verb.NOTE}.get(verb, verb)


def state_attribute(action: Action) -> str:
    """Return the attribute that holds the state of an action's delivery."""
    return FORWARDED if action.verb == Verb.FORWARD else STATE


def masked(action: Action) -> tuple[Action, Item]:
    """Return an action as its item shows it, and the attributes beside it."""
    if action.verb != Verb.FORWARD:
        return action, {}
    return replace(action, state=None), {FORWARDED: action.state}


def fields_of(item: Item) -> Item:
    """Return the attributes of an action's item as those of other actions are called."""
    return {**item, STATE: item[FORWARDED]} if FORWARDED in item else item


def is_forward(item: Item) -> bool:
    """Return whether an action's item is that of a forward."""
    return FORWARDED in item
