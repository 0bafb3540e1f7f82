"""Lists of posts with open comments: one small item per conversation that has some, beside others of its team.

An item is there while its conversation has open comments, so that a list costs what is open, however many conversations
there are. dispatch writes it from the head. The first list of a day compares it with the inbox, which also makes the
items of conversations of an earlier version.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TYPE_CHECKING

from conversations import identity, inbox_order
from conversations.post_comments import OpenComments, open_comments
from storage import inbox_index, table
from storage.schema import Schema, marker
from storage.writes import DAY, expires_at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from storage.keys import Key

MOST = 5_000
"""Conversations of a partition that are read at most."""
WORKERS = 8
CHECKED = "#"
"""Sort key of the item that says that a partition was compared with the inbox; it expires after a day."""
ENTRY = Schema(
    OpenComments,
    channel="ch",
    connection="cn",
    thread_id="h",
    branch_id="g",
    count="n",
    since="s",
)
"""The team stands in the key."""


def change(before: OpenComments | None, after: OpenComments | None, now: int) -> None:
    """Write what a conversation has open now, in the place of what it had; ``now`` in milliseconds."""
    if before and (after is None or _key(before) != _key(after)):
        table.delete(_key(before))
    if after:
        table.put(ENTRY.item(_key(after), after, expires_at(after.since, now)))


def of_teams(teams: Sequence[str], now: int) -> list[OpenComments]:
    """Return the open comments of teams; ``now`` in milliseconds."""
    names = [name for team in teams for name in inbox_order.partitions(team)]
    with ThreadPoolExecutor(max_workers=WORKERS) as pool:
        return [each for found in pool.map(lambda name: _partition(name, now), names) for each in found]


def of_post(teams: Sequence[str], thread: str) -> list[OpenComments]:
    """Return the open comments of teams below one post, by the key of its thread."""

    def read(team: str) -> list[OpenComments]:
        pk = f"below#{inbox_order.partition(team, thread)}"
        condition = "pk = :pk AND begins_with(sk, :sk)"
        found = islice(table.query(condition, pk=pk, sk=f"{thread}#"), MOST)
        return [ENTRY.read(item, team=team) for item in found]

    with ThreadPoolExecutor(max_workers=WORKERS) as pool:
        return [each for found in pool.map(read, teams) for each in found]


def _partition(name: str, now: int) -> list[OpenComments]:
    team = name.rpartition("#")[0]
    items = list(islice(table.query("pk = :pk", pk=f"below#{name}"), MOST))
    found = [ENTRY.read(item, team=team) for item in items if item["sk"] != CHECKED]
    is_checked = any(item["sk"] == CHECKED and item["expires"] * 1000 > now for item in items)
    return found if is_checked else _checked(name, found, now)


def _checked(name: str, found: Sequence[OpenComments], now: int) -> list[OpenComments]:
    """Make a partition equal to the inbox, as it is there; returns what it holds then."""
    listed = {_key(each): each for each in found}
    wanted = {_key(each): each for head in inbox_index.unanswered(name) if (each := open_comments(head))}
    for key in listed.keys() - wanted.keys():
        change(listed[key], None, now)
    for key, each in wanted.items():
        if listed.get(key) != each:
            change(listed.get(key), each, now)
    table.put(marker((f"below#{name}", CHECKED), (now + DAY) // 1000))
    return list(wanted.values())


def _key(entry: OpenComments) -> Key:
    thread = identity.thread_key(entry.channel, entry.connection, entry.thread_id)
    partition = inbox_order.partition(entry.team, thread)
    return f"below#{partition}", f"{thread}#{identity.branch_key(entry.branch_id)}"
