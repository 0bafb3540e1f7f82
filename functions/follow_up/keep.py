"""Reads everything anew, decides, and claims the question in one conditional write."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import channels
from conversations import follow_ups, projection, store
from conversations.fold import situation
from conversations.identity import action_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from conversations.model import Action

ATTEMPTS = 5


def keep(conversation: str, version: str, clock: Callable[[], int]) -> Action | None:
    """What was done about a promise that came due; None when there was nothing to do.

    The write is conditional on the head as it was read: if the customer's message, an agent's cancellation or a second
    call of the schedule changes it in between, everything is read and decided again. Raises ``store.Conflict`` when
    that happens again and again; Scheduler then calls anew.
    """
    for attempt in range(ATTEMPTS):
        try:
            return _keep(conversation, version, clock())
        except store.Conflict:
            if attempt == ATTEMPTS - 1:
                raise
    return None


def _keep(conversation: str, version: str, now: int) -> Action | None:
    found = projection.current(conversation)
    if found is None:
        return None
    routes = channels.get(found.head.identity.channel).routes(situation(found.head), now)
    theirs = [message for message in found.messages() if message.direction == "inbound"]
    # Once the message that began it all is taken down, nobody is left who could be asked there.
    removed = bool(theirs) and theirs[0].deleted
    moment = found.moment(now)
    action = follow_ups.due(found.head, version, removed, routes, moment, action_id(moment, os.urandom(8)))
    if action:
        store.commit(found.id, action, found.after(action), now)
    return action
