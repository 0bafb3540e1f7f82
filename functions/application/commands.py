"""What the house does by itself: decided over all that is stored, and written on the condition that nothing changed.

What agents do is written alike, in ``console.actions.replies``, but answers a request: once for its idempotency key,
several actions in one go, and a refusal that says why.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from application import projection
from conversations.identity import action_id
from storage import conversations, keys

if TYPE_CHECKING:
    from collections.abc import Callable

    from application.projection import LoadedConversation
    from conversations.model import Action
    from storage.writes import Write

    Decide = Callable[[LoadedConversation, int, int, str], Action | None]
    Also = Callable[[LoadedConversation, Action, int], list[Write]]
    Afterwards = Callable[[LoadedConversation, Action], None]

ATTEMPTS = 5


def act(
    conversation_id: str,
    clock: Callable[[], int],
    decide: Decide,
    also: Also | None = None,
    afterwards: Afterwards | None = None,
) -> Action | None:
    """What was done; None when there was nothing to do.

    ``decide`` gets the time, the moment of the action and its id; ``also`` says what is written together with it. Both
    are asked anew when the conversation changed in between. ``afterwards`` is called once, when all is written. Raises
    ``store.Conflict`` when others change the conversation again and again; whoever called then calls anew.
    """
    for attempt in range(ATTEMPTS):
        now = clock()
        conversation = projection.load(conversation_id)
        if conversation is None:
            return None
        moment = conversation.moment(now)
        action = decide(conversation, now, moment, action_id(moment, os.urandom(8)))
        if action is None:
            return None
        parts = also(conversation, action, now) if also else []
        try:
            conversations.commit(conversation.id, action, conversation.after(action), now, extra_writes=parts)
        except conversations.Conflict:
            if attempt == ATTEMPTS - 1:
                raise
            continue
        if afterwards:
            afterwards(conversation, action)
        return action
    return None


def catch_up(conversation_id: str, now: int) -> None:
    """A head that says other than what is stored would have whoever found nothing to do called again and again."""
    if head := conversations.head(conversation_id):
        projection.refold(keys.id_of(head.identity), now)
