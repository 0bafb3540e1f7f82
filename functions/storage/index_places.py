"""Places in the indexes of heads: where a page of a list ended, and what has the form of one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from conversations import inbox_order

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conversations.promise import FollowUpState, Outcome
    from storage.attribute_values import Item

Place = list[str]
"""The position of a conversation in its partition of an index: its order and its keys."""
INBOX_PLACE = ("isk", "pk", "sk")
FOLLOW_UP_PLACE = ("fsk", "pk", "sk")
_HEAD = (re.compile(r"[a-z2-7]{26}"), re.compile(r"([a-z2-7]{13})?#~"))
"""The keys of a head."""
_PLACE_FORMS = (re.compile(r"a[0-9]{14}|[bcd][0-9]{13}"), *_HEAD)
_FOLLOW_UP_FORMS = (re.compile(r"[a-k][0-9]{13}([0-9]{13}[a-z2-7]{13})?"), *_HEAD)


def inbox_place(item: Item) -> Place:
    """Return the place of a head in the inbox."""
    return [item[name] for name in INBOX_PLACE]


def checked_inbox_place(value: Any, status: str) -> Place | None:
    """Return a place in the inbox among heads of one status or of any; None for what has not the form of one."""
    place = _formed(value, _PLACE_FORMS)
    letter = next((letter for name, letter in inbox_order.LETTERS.items() if name == status), "")
    return place if place and place[0].startswith(letter) else None


def checked_follow_up_place(value: Any, state: FollowUpState | Outcome, until: int | None) -> Place | None:
    """Return a place among the follow-ups of one state; None for what has not the form of one.

    With ``until`` (milliseconds), also None for what is due later.
    """
    place = _formed(value, _FOLLOW_UP_FORMS)
    if not place or place[0][0] != inbox_order.FOLLOW_UP_LETTERS[state]:
        return None
    return place if until is None or int(place[0][1:14]) <= until else None


def _formed(value: Any, forms: Sequence[re.Pattern[str]]) -> Place | None:
    """Return a list of strings, each of its form, or None."""
    if not isinstance(value, list) or len(value) != len(forms):
        return None
    fits = all(isinstance(each, str) and form.fullmatch(each) for each, form in zip(value, forms, strict=True))
    return value if fits else None
