"""What to do with a promise that has come due: pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conversations.model import Action, Author, FollowUpState, Route, State, Verb, Visibility

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conversations.model import Conversation

HOUSE = Author("nachfrage", None)
"""Who acts when a promise is kept: nobody in particular, in the team's name."""


def due(
    head: Conversation, version: str, customers_message_removed: bool, routes: Sequence[Route], now: int, action_id: str
) -> Action | None:
    """What is to be done now; None when this call is for nothing: dealt with, cancelled, or of an old version.

    ``head`` must be the fold over everything stored, or the customer may be asked though he just wrote.
    """
    follow_up = head.follow_up
    if follow_up is None or follow_up.version != version or follow_up.state != FollowUpState.PLANNED:
        return None
    verb, reason, route = _decision(head, customers_message_removed, routes)
    return Action(
        id=action_id,
        at=now,
        verb=verb,
        by=follow_up.by if verb == Verb.ASK else HOUSE,
        heard=head.heard,
        upto=head.last_inbound_at,
        text=follow_up.text,
        reason=reason,
        answers=follow_up.version,
        way=route.way if route and verb == Verb.ASK else None,
        state=State.QUEUED if verb == Verb.ASK else None,
    )


def _decision(
    head: Conversation, customers_message_removed: bool, routes: Sequence[Route]
) -> tuple[Verb, str, Route | None]:
    if customers_message_removed:
        return Verb.SKIP, "gone", None
    same = [route for route in routes if route.visibility == head.identity.visibility]
    alone = next((route for route in same if not route.person_only), None)
    if alone:
        return Verb.ASK, "", alone
    private = head.identity.visibility == Visibility.PRIVATE
    return Verb.TASK, "person_must_write" if same else "window" if private else "no_route", None
