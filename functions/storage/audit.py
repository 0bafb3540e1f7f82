"""The audit log: who changed settings and customers' data, and when. It holds no words and no names of customers.

An entry is written in the transaction of the change that it records, or right after a change that has none. It lies
in the partition of its month and sorts by time.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from conversations import identity
from conversations.facts import Author
from shared import settings
from storage import table, writes
from storage.schema import Attribute, Schema, json_value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from storage.attribute_values import Item, StoredItem
    from storage.writes import Write

DAY = 86_400_000
KEPT = 3 * 366 * 86_400
"""Seconds: three years."""
READS = 1000
"""Entries looked at for one page. A filter that lets little through gives a shorter page, never a longer wait."""
CONTINUED_WITHIN = 3_600_000
"""Milliseconds within which pages are read that belong to one recorded reading."""
_LETTERS = 12
_EVENT = "deed"
"""The attribute that holds the kind of change."""
_ID = re.compile(r"[0-9]{13}#[!-~]{1,128}")
Detail = dict[str, Any]


class AuditEvent(StrEnum):
    """The kinds of changes that are recorded with their author."""

    SIGN_IN = "sign_in"
    """The first request of a day."""
    TEAM = "team"
    """Rules of a team were set."""
    TEAM_CREATED = "team_created"
    TEAM_DELETED = "team_deleted"
    MEMBERS = "members"
    ROUTING = "routing"
    NOTICES = "notices"
    CONNECTION = "connection"
    """A connection was given to another team."""
    CONNECTED = "connected"
    CONNECTION_CHANGED = "connection_changed"
    """It was given new secrets or settings; their names are noted, and nothing of what they are."""
    CONNECTION_HELD = "connection_held"
    CONNECTION_RESUMED = "connection_resumed"
    CONNECTION_REMOVED = "connection_removed"
    TEMPLATE = "template"
    TEMPLATE_DELETED = "template_deleted"
    MACRO = "macro"
    MACRO_DELETED = "macro_deleted"
    SEARCH = "search"
    """A search for people who look for advice was saved or changed."""
    SEARCH_DELETED = "search_deleted"
    ASSIGNED = "assigned"
    """A rule gave a conversation to an agent, or took it from one who is away; the detail says which rule."""
    BULK = "bulk"
    BULK_UNDONE = "bulk_undone"
    OPT_OUT = "opt_out"
    """A customer does not want to be asked, an agent says."""
    PERMIT = "permit"
    """A customer may be asked after all."""
    MODERATION = "moderation"
    FORWARDED = "forwarded"
    """A conversation, or a message of it, went to somebody without a seat; the detail says which, and not to whom."""
    ERASE_CONVERSATION = "erase_conversation"
    ERASE_CUSTOMER = "erase_customer"
    CUSTOMER = "customer"
    """A customer's card was changed; the detail names what, and says nothing of it."""
    CUSTOMER_JOINED = "customer_joined"
    CUSTOMER_PARTED = "customer_parted"
    CUSTOMER_EXPORTED = "customer_exported"
    LOGGED = "logged"
    """A call or visit was logged."""
    AGENT_INVITED = "agent_invited"
    AGENT_ROLES = "agent_roles"
    AGENT_SWITCHED_OFF = "agent_switched_off"
    AGENT_SWITCHED_ON = "agent_switched_on"
    AGENT_REMOVED = "agent_removed"
    UNREAD_HANDLED = "unread_handled"
    """Somebody dealt with a message that could not be read."""
    UNREAD_RETRIED = "unread_retried"
    """It was tried to read such a message again; the detail says what came of it."""
    OFFER_WRITTEN = "offer_written"
    """A text was written to be offered to a stranger; the detail has its digest."""
    OFFER_APPROVED = "offer_approved"
    """A second person approved exactly the text with this digest."""
    OFFER_RETURNED = "offer_returned"
    """A text that waited for approval was sent back; the detail has its digest."""
    OFFER_POSTED = "offer_posted"
    """An offer was posted by hand."""
    PROPOSAL_DISMISSED = "proposal_dismissed"
    """A proposal was dismissed; the detail has the reason."""


class Entry(Struct, frozen=True):
    """One recorded change: its author, its target, and its figures."""

    id: str
    at: int
    """Milliseconds."""
    by: Author
    event: AuditEvent | str
    """An entry of a later release, after a rollback, is of a kind that is not known here."""
    target: str = ""
    """A conversation, team, connection, template or the like, by its id or name."""
    detail: Detail = field(default_factory=dict)


def _event_of(stored: str) -> AuditEvent | str:
    return AuditEvent(stored) if stored in KNOWN else stored


KNOWN = frozenset(map(str, AuditEvent))
ENTRY = Schema(
    Entry,
    parts={"by": Author},
    by__id="a",
    by__name="n",
    event=Attribute(_EVENT, read=_event_of, form="`AuditEvent`, or a kind of a later release"),
    target="target",
    detail=json_value("detail"),
)
"""The id is the sort key and begins with the time; ``at`` is the time of a sign-in, whose key has that of its day."""


class Period(Struct, frozen=True):
    """The time of which entries are read, in milliseconds, its end excluded."""

    since: int
    until: int


def entry(event: AuditEvent, by: Author, target: str, now: int, **detail: Any) -> Write:
    """Return the part of a transaction that records a change; ``now`` in milliseconds.

    ``detail`` is what JSON can say, small, and never a customer's words, anybody's secret, or a customer's name.
    """
    return writes.put(_item(_entry(event, by, target, now, _random(), detail)))


def put(event: AuditEvent, by: Author, target: str, now: int, **detail: Any) -> None:
    """Record a change that is no part of a transaction; ``now`` in milliseconds."""
    table.put(_item(_entry(event, by, target, now, _random(), detail)))


def put_of_pages(event: AuditEvent, by: Author, target: str, now: int, *, is_continued: bool) -> None:
    """Record once what is read in several requests; one that goes on, only where the last hour has no record of it."""
    recorded = page(Period(now - CONTINUED_WITHIN, now + 1), READS, str(by.id), event)[0] if is_continued else []
    if all(each.target != target for each in recorded):
        put(event, by, target, now)


def signed_in(by: Author, now: int) -> None:
    """Record an agent's first request of a day; the entry's key consists of the day's beginning and the agent's id."""
    begin = now - now % DAY
    key = (settings.table_name(), now // DAY, str(by.id))
    if key in _here:
        return
    sign_in = _entry(AuditEvent.SIGN_IN, by, str(by.id), begin, str(by.id), {})
    with suppress(table.Conflict):  # it was recorded before
        table.put(_item(sign_in, at=now), "attribute_not_exists(pk)")
    _here.add(key)


_here: set[tuple[str, int, str]] = set()


def page(
    period: Period, limit: int, agent: str = "", event: str = "", after: str | None = None
) -> tuple[list[Entry], str | None]:
    """Return entries of a period, the newest first, and the id after which the next page begins, None without a next.

    ``after`` is the id of an entry that was shown or looked at.
    """
    shown: list[Entry] = []
    looked = 0
    last = after
    for item in _newest_first(period, after):
        if len(shown) == limit or looked == READS:
            return shown, last
        entry = _entry_of(item)
        looked, last = looked + 1, entry.id
        if agent in ("", entry.by.id) and event in ("", entry.event):
            shown.append(entry)
    return shown, None


def id_of(value: Any, period: Period) -> str | None:
    """Return ``value`` if it has the form of an entry's id in this period, else None."""
    is_id = isinstance(value, str) and _ID.fullmatch(value) is not None
    return value if is_id and period.since <= int(value[:13]) < period.until else None


def _newest_first(period: Period, after: str | None) -> Iterator[Item]:
    first = f"{identity.clamp(period.since):013d}"
    last = after or f"{identity.clamp(period.until - 1):013d}~"
    for month in _months(int(first), int(last[:13])):
        condition = "pk = :pk AND sk BETWEEN :first AND :last"
        items = table.query(condition, READS + 2, newest_first=True, pk=f"audit#{month}", first=first, last=last)
        yield from (item for item in items if item["sk"] != after)


def _months(since: int, until: int) -> Iterator[str]:
    """Yield the months of a period, the newest first."""
    month = _month(until)
    while month >= _month(since):
        yield month
        year, number = int(month[:4]), int(month[5:])
        month = f"{year}-{number - 1:02d}" if number > 1 else f"{year - 1:04d}-12"


def _month(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m")


def _entry(event: AuditEvent, by: Author, target: str, at: int, unique: str, detail: Detail) -> Entry:
    return Entry(f"{identity.clamp(at):013d}#{unique}", at, by, event, target, detail)


def _item(entry: Entry, **derived: int) -> StoredItem:
    return ENTRY.item((f"audit#{_month(entry.at)}", entry.id), entry, entry.at // 1000 + KEPT, **derived)


def _entry_of(item: Item) -> Entry:
    return ENTRY.read(item, id=item["sk"], at=item.get("at") or int(item["sk"][:13]))


def _random() -> str:
    return identity.base32(os.urandom(8))[:_LETTERS]
