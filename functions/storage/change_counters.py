"""Counters of changes, and the agents present, in as few bytes as possible: the page asks for them every few seconds.

One item counts changes: of each team's conversations, and of single conversations in as many buckets as a thread's key
has letters. The page reads a conversation again when another one of its bucket changes, which is rare and harmless.
Another item per conversation lists the agents who look at it. The stream leaves out both, by their sort key ``@``.

While nobody reads the counters, nothing is counted, so that a message that comes in at night costs no write for it. Who
reads them says so, half an hour ahead; who does so after a time in which nobody did counts a lapse, which is a part of
each counter: so what a page noted before that differs from all it reads after.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from conversations import identity
from conversations.facts import Author
from shared import settings
from storage import keys, table

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from storage.attribute_values import Item
    from storage.keys import Key

AWAY = 150_000
"""Milliseconds after which who was last seen in a conversation is taken to have left it.

A page with a live connection says so every two minutes, another one every twenty seconds. Who leaves by a live
connection is taken out at once.
"""
TYPING = 20_000
"""Milliseconds for which somebody who typed is taken to type still; a page says it again, and says when they stop."""
FRESH = 60_000
"""Milliseconds for which a presence is not written again."""
KEPT = 3600
"""Seconds after which nobody needs to know any more who was there."""
MARK = "@"
COUNTS = ("pulse", MARK)
"""The key of the counters."""
_TEAM, _BUCKET, _AGENT = "t.", "d.", "a."
"""Prefixes of the attributes' names."""
_LIVE = "live"
"""The attribute that says until when there may be live connections (seconds since 1970)."""


_WATCHED = "watched"
"""The attribute that says until when somebody may ask for the counters again (seconds since 1970)."""
_LAPSES = "lapses"
"""The attribute that counts how often somebody read the counters after a time without anybody."""
WATCH = 1800
"""Seconds for which the counters go on after they were read; noted again when half of that has passed."""
SKEW = 60
"""Seconds by which the clocks of two functions may differ."""
_ends: dict[str, int] = {}
"""Times until which somebody may ask for the counters, as far as this process read it, by table."""


class Present(Struct, frozen=True):
    """An agent who looks at a conversation, and when the page last said so (milliseconds)."""

    agent: Author
    typing: bool
    at: int


class Pulse(Struct, frozen=True):
    """The counters and agents of one request, perhaps a moment old."""

    teams: Mapping[str, int]
    version: int | None = None
    """Of the conversation's head; None where there is no such conversation."""
    changes: int = 0
    """Grows when anything in the conversation changes, and now and then when it does not."""
    present: Sequence[Present] = ()
    live_until: int = 0
    """Time until which there may be live connections (seconds since 1970)."""

    def is_live(self, now: int) -> bool:
        """Return whether there may be a live connection at a time (milliseconds)."""
        return self.live_until > now // 1000


class Counted(Struct, frozen=True):
    """The counters after a change, or as they were read."""

    item: Mapping[str, int]
    """The whole item of counters, so that the write tells what else would be read."""

    @property
    def teams(self) -> dict[str, int]:
        """Return the counters of all teams' lists."""
        lapses = self.item.get(_LAPSES, 0)
        return {name.removeprefix(_TEAM): n + lapses for name, n in self.item.items() if name.startswith(_TEAM)}

    def of_team(self, team: str) -> int:
        """Return the counter of a team's list."""
        return self.item.get(f"{_TEAM}{team}", 0) + self.item.get(_LAPSES, 0)

    def of_conversation(self, conversation: str) -> int:
        """Return the counter that a conversation shares with others."""
        return self.item.get(_bucket(conversation), 0) + self.item.get(_LAPSES, 0)

    def is_live(self, now: int) -> bool:
        """Return whether there may be a live connection at a time (milliseconds)."""
        return self.item.get(_LIVE, 0) > now // 1000


def bump(teams: Collection[str], conversations: Collection[str], now: int) -> Counted | None:
    """Note that something changed in conversations, and in the lists of teams, at a time (milliseconds).

    Returns all counters; None if none changed, or nobody asks for them. The table holds the change by now, so who asks
    for them from now on reads it.
    """
    names = sorted({f"{_TEAM}{team}" for team in teams} | {_bucket(each) for each in conversations})
    if not names:
        return None
    if _ends.get(settings.table_name(), 0) + SKEW <= now // 1000:
        item = table.get(*COUNTS) or {}
        # A counter that is not there could not show a lapse, and readers of an older release do not say that they read.
        if _note_end(item) + SKEW <= now // 1000 and all(name in item for name in [_WATCHED, *names]):
            return None
    placeholders = {f"#n{place}": name for place, name in enumerate(names)}
    additions = ", ".join(f"{each} :one" for each in placeholders)
    counted = Counted(table.change(COUNTS, f"ADD {additions}", names=placeholders, one=1))
    _note_end(counted.item)
    return counted


def expect_live(until: int, now: int) -> None:
    """Note until when there may be live connections (seconds since 1970), at a time (milliseconds)."""
    _watch(table.get(*COUNTS) or {}, _LIVE, until, now)


def _watch(item: Item, name: str, until: int, now: int) -> Item:
    """Note until when somebody may ask for the counters; returns the item after that."""
    if _end(item) > now // 1000:
        return table.change(COUNTS, "SET #name = :until", names={"#name": name}, until=until)
    names = {"#name": name, "#lapses": _LAPSES}
    return table.change(COUNTS, "SET #name = :until ADD #lapses :one", names=names, until=until, one=1)


def _end(item: Mapping[str, int]) -> int:
    return max(item.get(_LIVE, 0), item.get(_WATCHED, 0))


def _note_end(item: Mapping[str, int]) -> int:
    _ends[settings.table_name()] = end = _end(item)
    return end


def read(conversation: str, now: int, as_it_is: bool = False) -> Pulse:
    """Return the counters, perhaps a moment old; for one conversation also the agents present at a time (milliseconds).

    ``as_it_is`` reads them as they are now, for twice as many units. From now on changes are counted for a while, so
    what is shown beside the counters is to be read after them.
    """
    thread, branch = identity.split_id(conversation)
    head, presence = (thread, f"{branch}#{keys.HEAD}"), _presence(conversation)
    items = table.get_many([COUNTS, head, presence] if conversation else [COUNTS], as_it_is)
    counted = watched(items.get(COUNTS, {}), now)
    live_until = counted.item.get(_LIVE, 0)
    if not conversation or not keys.is_head(items.get(head, {"sk": ""})):
        return Pulse(counted.teams, live_until=live_until)
    there = [_present(name, value, now) for name, value in items.get(presence, {}).items() if name.startswith(_AGENT)]
    there.sort(key=lambda each: each.at)
    return Pulse(counted.teams, items[head]["v"], counted.of_conversation(conversation), there, live_until)


def watched(item: Item, now: int) -> Counted:
    """Return the counters of an item that was read at a time (milliseconds).

    From now on changes are counted for a while, so what is shown beside the counters is to be read after them.
    """
    if _end(item) < now // 1000 + WATCH // 2:
        item = _watch(item, _WATCHED, now // 1000 + WATCH, now)
    return Counted(item)


def mark_present(conversation: str, agent: Author, typing: bool, seen: Sequence[Present], now: int) -> None:
    """Say that an agent looks at a conversation, unless that was just said; ``seen`` is what was read."""
    mine = next((each for each in seen if each.agent.id == agent.id), None)
    fresh = FRESH if not typing else TYPING // 3
    if mine and mine.typing == typing and now - mine.at < fresh:
        return
    left = [each.agent.id for each in seen if now - each.at >= AWAY and each.agent.id != agent.id]
    gone = {f"#g{place}": f"{_AGENT}{name}" for place, name in enumerate(left)}
    table.update(
        _presence(conversation),
        "SET #me = :me, expires = :expires" + (f" REMOVE {', '.join(gone)}" if gone else ""),
        names={"#me": f"{_AGENT}{agent.id}"} | gone,
        me=f"{now}#{int(typing)}#{agent.name}",
        expires=now // 1000 + KEPT,
    )


def mark_absent(conversation: str, agent_id: str) -> None:
    """Say that an agent does not look at a conversation any more."""
    table.update(_presence(conversation), "REMOVE #me", names={"#me": f"{_AGENT}{agent_id}"})


def _present(name: str, value: str, now: int) -> Present:
    at, typing, agent = value.split("#", 2)
    is_typing = typing == "1" and now - int(at) < TYPING
    return Present(Author(name.removeprefix(_AGENT), agent), is_typing, int(at))


def _bucket(conversation: str) -> str:
    """Return the counter of a conversation; the first letter of its key is that of its partition of the inbox."""
    return f"{_BUCKET}{conversation[1]}"


def _presence(conversation: str) -> Key:
    return f"presence#{conversation}", MARK
