"""The tags that a team has used, in the table: suggestions for an agent who begins to type one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from conversations.actions import Verb
from shared import settings
from storage import table, writes
from storage.schema import Schema

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conversations.actions import Action
    from conversations.conversation import Conversation
    from storage.writes import Write

MOST = 500
"""Tags that are looked at for one list."""
DAY = 86_400


class Used(Struct, frozen=True):
    """A tag, how often it was put on, and when that was last (milliseconds)."""

    tag: str
    times: int
    at: int


TAG = Schema(Used, times="n", at="at")
"""The tag is the sort key. The item is written by an update that counts."""


def used(head: Conversation, actions: Sequence[Action]) -> list[Write]:
    """The parts of a transaction that count the tags which actions put on a conversation of a team."""
    put_on = [(tag, action.at) for action in actions if action.verb == Verb.TAG for tag in action.added]
    return [_counted(head.identity.team, tag, at) for tag, at in put_on]


def of_team(team: str) -> list[Used]:
    """The tags a team uses, the most used first; those nobody used for as long as all is kept are forgotten."""
    items = table.query("pk = :pk", limit=MOST, pk=f"tags#{team}")
    listed = [TAG.read(item, tag=item["sk"]) for item in items]
    return sorted(listed, key=lambda each: (-each.times, each.tag))


def _counted(team: str, tag: str, at: int) -> Write:
    return writes.update(
        (f"tags#{team}", tag),
        "ADD #n :one SET #at = :at, expires = :expires",
        names={"#n": "n", "#at": "at"},
        one=1,
        at=at,
        expires=at // 1000 + settings.retention_days() * DAY,
    )
