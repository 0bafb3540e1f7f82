"""Notifications of teams: their targets, and pending notices. Addresses are not here: they are secrets.

::

    it happens ──▶ pinned (once, by its marker) ──▶ claimed ──▶ told ──▶ gone
                        ▲                              │
                        └── not now, try again ────────┤
                                                       └── refused, or nobody knows ──▶ gone, and counted

What waits in active dialogue is pinned in a partition of its own, which a release that cannot tell it does not read.
A target that wants to hear of it says so in a field of its own, for the same reason.

Who is killed between claiming and telling leaves a notice of which nobody knows whether it was told. It is counted and
not told again: a notice is told at most once.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from storage import table, writes
from storage.schema import LeaveOut, Schema, json_object, json_text, listed, marker, to_escaped_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from storage.attribute_values import Item, StoredItem
    from storage.keys import Key
    from storage.writes import Write

MISSED, STILL_BROKEN, FAILED, TEST = "missed", "still_broken", "failed", "test"
EVENTS = (MISSED, STILL_BROKEN, FAILED)
APPROVAL, SEARCH_PAUSED = "approval", "search_paused"
OF_OUTREACH = (APPROVAL, SEARCH_PAUSED)
"""Events of active dialogue: a text that waits for a second person, and a search that paused itself."""
AGENT_GONE = "agent_gone"
"""Told to all targets of a team: it is seldom, and concerns everybody's list."""
KINDS = ("slack", "teams", "email")
MOST = 10
"""Addresses of one team."""
PAUSES = (60_000, 300_000, 900_000, 3_600_000)
"""Milliseconds until a notice is tried again that could not be told; after the last it is given up."""
LEASE = 120_000
"""Milliseconds after which the claim of a notice ends, as its holder is gone."""
MARKER_KEPT = 90 * 86_400
PIN_KEPT = 7 * 86_400
_PINNED, _PINNED_OF_OUTREACH = "notices", "notices-outreach"


class Target(Struct, frozen=True):
    """A target of a team's notifications: its address is stored under team and ``id``."""

    id: str
    kind: str
    on: tuple[str, ...]
    hint: str = ""
    """The last characters of the address, so that a person knows it again."""
    of_outreach: tuple[str, ...] | None = None
    """Events of active dialogue, which ``on`` has none of."""

    @property
    def events(self) -> tuple[str, ...]:
        """Return all that is told there."""
        return (*self.on, *(self.of_outreach or ()))


class TeamTargets(Struct, frozen=True):
    """Targets of a team."""

    targets: tuple[Target, ...]


class Notice(Struct, frozen=True):
    """An event that a team is notified of. Nothing here is a customer's."""

    event: str
    team: str
    channel: str = ""
    conversation: str = ""
    """Its id; in active dialogue that of the proposal or the search."""
    target: str = ""
    """For a missed target: which."""
    since: int = 0
    """Time since which the customer waits, in milliseconds."""
    at: int = 0
    """The time of the event."""


class PendingNotice(Struct, frozen=True):
    """A notice for one target, and how often it was tried."""

    place: str
    target_id: str
    kind: str
    notice: Notice
    tries: int = 0
    not_before: int = 0
    claimed_at: int = 0
    """Milliseconds; 0 while nobody is telling it."""

    @property
    def key(self) -> Key:
        """Return where it is pinned."""
        return _partition(self.notice.event), self.place


def _partition(event: str) -> str:
    return _PINNED_OF_OUTREACH if event in OF_OUTREACH else _PINNED


TARGET = Schema(
    Target, leave_out=LeaveOut.NONE, id="id", kind="kind", on=listed("on"), hint="hint", of_outreach=listed("outreach")
)
NOTICE = Schema(
    Notice,
    leave_out=LeaveOut.NONE,
    event="event",
    team="team",
    channel="channel",
    conversation="conversation",
    target="target",
    since="since",
    at="at",
)
TEAM_TARGETS = Schema(TeamTargets, leave_out=LeaveOut.NONE, targets=json_text("b", TARGET, to_escaped_json))
PENDING_NOTICE = Schema(
    PendingNotice,
    leave_out=LeaveOut.NONE,
    target_id="i",
    kind="k",
    notice=json_object("b", NOTICE, to_escaped_json),
    tries="tries",
    not_before="later",
    claimed_at="claimed",
)
"""The place is the sort key."""


# -- what teams want to hear of ---------------------------------------------------------------------------------------


def targets(team: str) -> list[Target]:
    """Return a team's targets, as they are now."""
    item = table.get("teams", f"notices#{team}")
    return list(TEAM_TARGETS.read(item).targets) if item else []


def put_targets(team: str, new: Sequence[Target]) -> None:
    """Keep where a team hears of things."""
    table.put(TEAM_TARGETS.item(("teams", f"notices#{team}"), TeamTargets(tuple(new))))


# -- what is to be told -----------------------------------------------------------------------------------------------


def pins(notice: Notice) -> list[Write]:
    """Return the parts of a transaction that send a notice to the targets that want its event."""
    wanted = [target for target in targets(notice.team) if notice.event in (*target.events, AGENT_GONE)]
    return [writes.put(_item(notice, target)) for target in wanted]


def enqueue(notice: Notice, version: str, now: int) -> None:
    """Have a notice told, once for one version of the head it is of; ``now`` in milliseconds."""
    parts = pins(notice)
    if not parts:
        return
    key = (f"noticed#{notice.conversation}", f"{version}#{notice.event}")
    marked = writes.put(marker(key, now // 1000 + MARKER_KEPT), "attribute_not_exists(pk)")
    try:
        table.transact(marked, *parts)
    except table.Conflict:
        if not table.get(*key):
            raise


def pinned(limit: int) -> list[PendingNotice]:
    """Return pending notices, the oldest first, those of active dialogue last."""
    partitions = (_PINNED, _PINNED_OF_OUTREACH)
    return [_pinned(item) for each in partitions for item in table.query("pk = :pk", limit=limit, pk=each)]


def claim(pending: PendingNotice, now: int) -> PendingNotice:
    """Take a notice for oneself; raises ``table.Conflict`` if others have it, or had it."""
    table.update(
        pending.key,
        "SET tries = :tries, claimed = :now",
        "tries = :before AND claimed = :free",
        tries=pending.tries + 1,
        before=pending.tries,
        free=0,
        now=now,
    )
    return replace(pending, tries=pending.tries + 1, claimed_at=now)


def release(pending: PendingNotice, not_before: int) -> None:
    """It was certainly not told: have it tried again, not before a time in milliseconds, unless it was given up."""
    with suppress(table.Conflict):
        table.update(
            pending.key, "SET claimed = :free, later = :later", "attribute_exists(pk)", free=0, later=not_before
        )


def complete(pending: PendingNotice) -> None:
    """It was told, or given up."""
    table.delete(pending.key)


def _item(notice: Notice, target: Target) -> StoredItem:
    what = f"{notice.event}.{notice.target}" if notice.target else notice.event
    place = f"{notice.at:013d}#{notice.conversation}#{what}#{target.id}"
    pending = PendingNotice(place, target.id, target.kind, notice)
    return PENDING_NOTICE.item(pending.key, pending, notice.at // 1000 + PIN_KEPT)


def _pinned(item: Item) -> PendingNotice:
    return PENDING_NOTICE.read(item, place=item["sk"])
