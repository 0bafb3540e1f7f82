"""The inbox: heads in the order of their index, read partition by partition and merged, most urgent first."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from conversations import identity, inbox_order
from conversations.conversation import Status
from conversations.facts import Visibility
from storage import mapping, table
from storage.index_places import INBOX_PLACE, checked_inbox_place, inbox_place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from conversations.conversation import Conversation
    from storage.attribute_values import Item
    from storage.index_places import Place

PART = 500
"""Heads that one request of a report reads."""
NOBODY = "none"
"""In the place of an assignee: those whom nobody looks after."""


class Wanted(Struct, frozen=True):
    """Filters of the inbox; an empty field leaves no conversation out."""

    status: str = ""
    channels: tuple[str, ...] = ()
    """Any of these."""
    assignee: str = ""
    """An agent's id, or ``NOBODY``."""
    tags: tuple[str, ...] = ()
    """Each of these."""
    mentioned: str = ""
    """The id of an agent whom a note names."""
    unread: bool = False
    """Only those with messages nobody has dealt with."""
    visibility: str = ""
    since: int = 0
    """Only those whose last message is not older (milliseconds)."""
    until: int = 0
    """Only those whose last message is older (milliseconds); 0 for any."""
    is_accepted: Callable[[Conversation], bool] | None = None
    """A condition of the reader's own."""

    def filters(self) -> tuple[list[str], dict[str, str]]:
        """Return the conditions that the index itself can check, and their values."""
        channels = {f":channel{number}": f"{name}/" for number, name in enumerate(self.channels)}
        tags = {f":tag{number}": tag for number, tag in enumerate(self.tags)}
        conditions = [f"contains(tg, {name})" for name in tags]
        if channels:
            conditions.append(f"({' OR '.join(f'begins_with(c, {name})' for name in channels)})")
        values = channels | tags
        if self.assignee == NOBODY:
            conditions.append("attribute_not_exists(e)")
        elif self.assignee:
            conditions.append("e = :assignee")
            values[":assignee"] = self.assignee
        if self.mentioned:
            conditions.append("contains(mn, :mentioned)")
            values[":mentioned"] = self.mentioned
        if self.visibility:
            exists = "exists" if self.visibility == Visibility.PRIVATE else "not_exists"
            conditions.append(f"attribute_{exists}(w)")
        return conditions, values

    def matches(self, head: Conversation) -> bool:
        """Return whether a head that was read without these filters passes all of them."""
        holder = head.assignee.id if head.assignee else NOBODY
        checks = (
            self.status in ("", head.status),
            not self.channels or head.identity.channel in self.channels,
            self.assignee in ("", holder),
            set(self.tags) <= set(head.tags),
            not self.mentioned or self.mentioned in head.mentioned,
            self.visibility in ("", head.identity.visibility),
        )
        return all(checks) and self.admits(head)

    def admits(self, head: Conversation) -> bool:
        """Return whether a head passes the conditions that the index cannot check."""
        if (self.unread and not head.unread) or head.last_message.at < self.since:
            return False
        if self.until and head.last_message.at >= self.until:
            return False
        return self.is_accepted is None or self.is_accepted(head)


Cursor = dict[str, "Place | None"]
"""Per partition the place of the last conversation shown, empty at its beginning; None where it is read to its end."""
MARGIN = 5
"""Heads read beyond a partition's share, so that an uneven page is still one round trip."""
ALL = Wanted()
READS = 10
"""Requests per partition and page. A filter that lets little through gives a shorter page, never a longer wait."""


def page(
    teams: Sequence[str],
    limit: int,
    wanted: Wanted = ALL,
    cursor: Cursor | None = None,
) -> tuple[list[Conversation], Cursor | None]:
    """The next heads, most urgent first, and where the page after them begins; None when there is none."""
    names = [name for team in teams for name in inbox_order.partitions(team)]
    if not names:
        return [], None
    share = limit // len(names) + MARGIN
    parts = [_Part(name, share, wanted, (cursor or {}).get(name, [])) for name in names]
    with ThreadPoolExecutor(max_workers=min(len(parts), 8)) as pool:
        list(pool.map(_Part.fill, parts))
    shown: list[Conversation] = []
    while len(shown) < limit:
        for part in parts:
            part.fill()
        waiting = [part for part in parts if part.found]
        if not waiting or any(part.is_interrupted for part in parts):
            break
        shown.append(min(waiting, key=lambda part: part.found[0][0]).take())
    places = {part.name: part.place() for part in parts}
    return shown, places if any(place is not None for place in places.values()) else None


def cursor_reader(status: str) -> Callable[[Any], Cursor | None]:
    """Return a function that reads the cursor of a list of one status, or of any, from its JSON value, with None for
    anything that no page gives out."""
    return lambda value: inbox_order.places_of(value, lambda each: checked_inbox_place(each, status))


def is_empty(team: str) -> bool:
    """Return whether a team has no conversation at all."""
    return not any(standing(partition, "a", "e", 1)[0] for partition in inbox_order.partitions(team))


class _Part:
    """One partition, read in order, a few heads at a time."""

    def __init__(self, name: str, share: int, wanted: Wanted, start: Place | None) -> None:
        self.name = name
        self.found: list[tuple[Place, Conversation]] = []
        self._share = share
        self._wanted = wanted
        self._shown = start or []
        self._next: Place | None = start
        self._reads = 0

    @property
    def is_interrupted(self) -> bool:
        """Return whether there may be more here than was looked at, so that nobody knows what comes next."""
        return not self.found and self._next is not None

    def fill(self) -> None:
        """Read until there is something to show, the partition ends, or it has been enough."""
        while self.is_interrupted and self._reads < READS:
            self._reads += 1
            self.found, self._next = inbox_part(self.name, self._share, self._next or None, self._wanted)
            if not self.found and self._next:
                self._shown = self._next

    def take(self) -> Conversation:
        """The next head, which is shown."""
        self._shown, head = self.found.pop(0)
        return head

    def place(self) -> Place | None:
        """Return the position where the next page continues."""
        return self._shown if self.found or self._next is not None else None


# -- partitions -------------------------------------------------------------------------------------------------------


def inbox_part(
    partition: str, share: int, start: Place | None, wanted: Wanted
) -> tuple[list[tuple[Place, Conversation]], Place | None]:
    """The next heads of one partition of the inbox, in their order, and where to go on; None at its end.

    ``share`` heads are looked at; those that a filter leaves out are not returned.
    """
    filters, values = wanted.filters()
    condition, values = "ipk = :ipk", {":ipk": partition} | values
    if wanted.status:
        condition += " AND begins_with(isk, :status)"
        values[":status"] = next(letter for name, letter in inbox_order.LETTERS.items() if name == wanted.status)
    begin = {"ipk": partition} | dict(zip(INBOX_PLACE, start, strict=True)) if start else None
    found, last = table.query_index("inbox", condition, values, share, begin, filters)
    heads = [(inbox_place(item), mapping.head_of(item)) for item in found]
    return [each for each in heads if wanted.admits(each[1])], inbox_place(last) if last else None


def standing(
    partition: str, first: str, last: str, limit: int, start: Place | None = None
) -> tuple[list[tuple[Place, Conversation]], Place | None]:
    """The heads of one partition of the inbox whose order lies between two, and where to go on; None at the end."""
    values = {":ipk": partition, ":first": first, ":last": last}
    begin = {"ipk": partition} | dict(zip(INBOX_PLACE, start, strict=True)) if start else None
    condition = "ipk = :ipk AND isk BETWEEN :first AND :last"
    found, last_key = table.query_index("inbox", condition, values, limit, begin)
    return [(inbox_place(item), mapping.head_of(item)) for item in found], inbox_place(last_key) if last_key else None


def unanswered(partition: str) -> Iterator[Conversation]:
    """Yield the heads of a partition in which something may wait for the team: open ones, and those put aside."""
    for status in (Status.OPEN, Status.SNOOZED):
        letter = inbox_order.LETTERS[status]
        start: Place | None = None
        while True:
            found, start = standing(partition, letter, f"{letter}~", PART, start)
            yield from (head for _, head in found)
            if start is None:
                break


def answered(partition: str, status: Status, since: int, until: int, channel: str, most: int) -> list[Conversation]:
    """Return heads of a partition and status whose deciding action was in a period (milliseconds), the newest first."""
    letter = inbox_order.LETTERS[status]
    values = {
        ":ipk": partition,
        ":newest": f"{letter}{identity.LATEST - identity.clamp(until):013d}",
        ":oldest": f"{letter}{identity.LATEST - identity.clamp(since):013d}",
    }
    filters = ["begins_with(c, :channel)"] if channel else []
    items: list[Item] = []
    start = None
    while len(items) < most:
        page, start = table.query_index(
            "inbox",
            "ipk = :ipk AND isk BETWEEN :newest AND :oldest",
            values | ({":channel": f"{channel}/"} if channel else {}),
            start=start,
            filters=filters,
        )
        items += page
        if start is None:
            break
    return [mapping.head_of(item) for item in items[:most]]
