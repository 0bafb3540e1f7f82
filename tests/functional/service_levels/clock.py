"""The clock, and what it brings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from application import loading
from conversations.actions import Action, Verb
from conversations.conversation import Conversation, Status
from storage import conversations
from tests.functional.console_api import Console
from tests.support.context import Context
from watch import app, due_scan, notification_delivery, recompute_due

HOUR = 3_600_000


def plenty() -> int:
    """The time that is left of a call, in milliseconds: always enough."""
    return 55_000


def watch(at: int, time_left: Callable[[], int] = plenty) -> dict[str, int]:
    """One call of the clock, at a time in milliseconds."""
    done = due_scan.Rounds().walk(lambda: at, time_left)
    done.update(notification_delivery.tell_all(lambda: at, time_left))
    done.update(recompute_due.Updates().keep_up(lambda: at, time_left))
    return dict(done)


def call() -> dict[str, Any]:
    """The function as the clock calls it, now."""
    return app.lambda_handler({}, Context())


def aims(lead: Console, **targets: str) -> None:
    """Say what the team aims at."""
    saved = lead.put("/teams/service", {"targets": targets})
    assert saved.status == 200, saved


def actions_of(conversation: str, verb: Verb) -> list[Action]:
    """Return the actions of one kind in a conversation."""
    found = loading.load(conversation)
    assert found is not None
    return [action for action in found.actions if action.verb == verb]


def head(conversation: str) -> Conversation:
    """The head as it lies in the table."""
    found = conversations.head(conversation)
    assert found is not None
    return found


def is_open(conversation: str) -> bool:
    """Return whether it is in the list of what needs attention."""
    return head(conversation).status == Status.OPEN
