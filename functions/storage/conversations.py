"""Conversations in the table: facts, actions and heads. ``items`` and docs/data-model.md explain keys and names.

Times are handed in, in milliseconds. Whatever is written here may be written twice.
"""

from __future__ import annotations

import json
import re
import zlib
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from conversations import attachments, identity, inbox_order
from conversations.model import Action, Conversation, Fact, Identity, Kind, Nudge, Unreadable
from shared import settings
from storage import attribute_values, keys, mapping, table, writes
from storage.table import Conflict, NotStored

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from conversations.attachments import Attached
    from conversations.model import FollowUpState, Outcome, Status
    from storage.keys import Key
    from storage.writes import Write

__all__ = ["Conflict", "NotStored"]

LARGEST_TEXT = 87_500
"""Characters that surely make one item: the service takes 400 KB, and a character has up to four bytes."""
PIECE = 350_000
"""Bytes of a quarantined update per item."""
DAY = 86_400_000
STALE_AFTER = 30 * DAY
"""An event older than this has no plausible time; its expiry counts from the quarter in which it arrived."""
QUARTER = 91 * DAY
IDEMPOTENCY_KEPT = DAY
CLOCKS_APART = 60_000
"""Milliseconds by which the clock of a platform, or of another function, may be ahead of ours."""
_PLACE = ("isk", "pk", "sk")
_FOLLOW_UP_PLACE = ("fsk", "pk", "sk")
QUARANTINED = "quarantined#"
"""Beginning of the partitions that list, for people, what could not be read; then one of the three names below."""
UNREAD, FILTERED, HANDLED = "unread", "filtered", "handled"
FILTERED_FOR = ("spam", "virus", "not_handled")
"""How reasons begin of what is listed apart: what a filter found, and what has no meaning here."""
_HEAD = (re.compile(r"[a-z2-7]{26}"), re.compile(r"([a-z2-7]{13})?#~"))
"""The keys of a head."""
_PLACE_FORMS = (re.compile(r"a[0-9]{14}|[bcd][0-9]{13}"), *_HEAD)
_FOLLOW_UP_FORMS = (re.compile(r"[a-k][0-9]{13}([0-9]{13}[a-z2-7]{13})?"), *_HEAD)
NOBODY = "none"
"""In the place of an assignee: those whom nobody looks after."""
Event = Fact | Unreadable | Nudge
Place = list[str]
"""Where a conversation stands in its partition of an index: its order and its keys."""


@dataclass(frozen=True, slots=True)
class Repeated(Exception):
    """This request was carried out before; ``action_id`` is what it did and ``fingerprint`` what it asked for."""

    action_id: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which conversations of the inbox are wanted; what is empty leaves none out."""

    status: str = ""
    channel: str = ""
    assignee: str = ""
    """An agent's id, or ``NOBODY``."""
    tag: str = ""
    mentioned: str = ""
    """The id of an agent whom a note names."""
    unread: bool = False
    """Only those with messages nobody has dealt with."""

    def filters(self) -> tuple[list[str], dict[str, str]]:
        """What the index itself can leave out: conditions, and their values."""
        conditions = {
            "begins_with(c, :channel)": self.channel and f"{self.channel}/",
            "e = :assignee": self.assignee if self.assignee != NOBODY else "",
            "contains(tg, :tag)": self.tag,
            "contains(mn, :mentioned)": self.mentioned,
        }
        chosen = {condition: value for condition, value in conditions.items() if value}
        values = {condition.split(":")[1].rstrip(")"): value for condition, value in chosen.items()}
        nobody = ["attribute_not_exists(e)"] if self.assignee == NOBODY else []
        return [*chosen, *nobody], {f":{name}": value for name, value in values.items()}


@dataclass(frozen=True, slots=True)
class Thread:
    """What lies in the table for one conversation: its facts, its actions, and the heads found among them."""

    facts: list[Fact]
    actions: list[Action]
    heads: dict[str, Conversation]
    identity: Identity | None
    more: bool = False
    """Older entries were left out."""
    erased: dict[str, int] = field(default_factory=dict)
    """Conversations that were erased, and when (milliseconds)."""
    files: list[Attached] = field(default_factory=list)
    """What became of the files that came with messages, or go with answers."""


# -- what platforms reported ------------------------------------------------------------------------------------------


def add_facts(channel: str, connection: str, events: Iterable[Fact | Unreadable | Nudge], now: int) -> list[str]:
    """Store what a platform reported; returns the reasons of what went into quarantine.

    One event is one PutItem; more are written in batches. Identical events are one item, so a redelivery changes
    nothing. Raises ``NotStored``.
    """
    new: dict[tuple[str, str], attribute_values.Item] = {}
    reasons: list[str] = []
    for event in _placed(channel, connection, list(events)):
        if isinstance(event, Nudge):
            new[keys.NUDGED, f"{channel}/{connection}"] = mapping.nudge_item(channel, connection, now)
            continue
        readable = _fitting(event)
        if isinstance(readable, Fact):
            written = [mapping.fact_item(channel, connection, readable, expires_at(readable.at, now))]
            if readable.thread_is_guess and readable.kind == Kind.MESSAGE:
                written.append(mapping.reference_item(channel, connection, readable, expires_at(readable.at, now)))
        else:
            reasons.append(readable.reason)
            written = _quarantined(channel, connection, readable, now)
        for item in written:
            new[item["pk"], item["sk"]] = item
    table.put_many(list(new.values()))
    return reasons


def store_reference(channel: str, connection: str, message_id: str, who: Identity, now: int) -> None:
    """Remember where a message of ours stands, on a channel whose answers name nothing else."""
    said = Fact(Kind.MESSAGE, who.visibility, who.thread_id, now, message_id, who.branch_id)
    table.put(mapping.reference_item(channel, connection, said, expires_at(now, now)))


def known_messages(channel: str, connection: str, threads: Iterable[str]) -> set[str]:
    """The platform's ids of all messages that are stored of some threads, ours included."""
    found: set[str] = set()
    for thread_id in dict.fromkeys(threads):
        stored = read(identity.thread_key(channel, connection, thread_id))
        found |= {fact.message_id for fact in stored.facts if fact.kind == Kind.MESSAGE}
        found |= {done.platform_id for done in stored.actions if done.platform_id}
    return found


def _placed(channel: str, connection: str, events: list[Event]) -> list[Event]:
    """The events with their threads; where a channel could only guess, what is known of the messages decides.

    What a message was taken for once, it stays: so a redelivery is the same, whatever has become known since.
    """
    guessed = [event for event in events if isinstance(event, Fact) and event.thread_is_guess]
    if not guessed:
        return events
    named = {each for fact in guessed for each in (fact.message_id, fact.parent_id) if each}
    ids = {keys.reference_key(channel, connection, each): each for each in named}
    known = {ids[key]: (item["h"], item.get("g", "")) for key, item in table.get_many(ids).items()}
    placed: list[Event] = []
    for event in events:
        if isinstance(event, Fact) and event.thread_is_guess:
            spot = known.get(event.message_id) or known.get(event.parent_id or "")
            thread, branch = spot or (event.thread_id, event.branch_id)
            if event.kind == Kind.MESSAGE:
                known[event.message_id] = (thread, branch)
            placed.append(replace(event, thread_id=thread, branch_id=branch))
        else:
            placed.append(event)
    return placed


def expires_at(at: int, now: int) -> int:
    """When an item with personal data expires, in seconds since 1970.

    It counts from the event's own time, so that a redelivery writes the same; an event whose time is implausibly
    old counts from the quarter of its arrival instead of expiring at once.
    """
    start = at if now - STALE_AFTER < at <= now + DAY else now - now % QUARTER
    return (start + settings.retention_days() * DAY) // 1000


def _fitting(event: Fact | Unreadable) -> Fact | Unreadable:
    """The event, or what to keep of one that is too large for an item."""
    if isinstance(event, Unreadable):
        return event
    size = len(event.text or "") + sum(len(item.url or "") for item in event.attachments)
    if size <= LARGEST_TEXT:
        return event
    return Unreadable("too_large", {"message_id": event.message_id, "thread_id": event.thread_id, "text": event.text})


def _quarantined(channel: str, connection: str, event: Unreadable, now: int) -> list[attribute_values.Item]:
    """The items of an update that cannot be read: itself in pieces, and an entry of the list that people look at.

    Nothing of one that somebody dealt with, or that was erased with its customer: it was delivered once more.
    """
    raw = json.dumps(event.raw, sort_keys=True).encode()
    digest = blake2b(raw, digest_size=16).hexdigest()
    pk, mark = quarantine_key(channel, connection, digest)
    known = table.get_many([(pk, mark), (pk, f"{digest}#0")])
    if (pk, mark) in known:
        return []
    packed, told = zlib.compress(raw), event.raw if isinstance(event.raw, dict) else {}
    at = known.get((pk, f"{digest}#0"), {}).get("at") or _written_at(told, now)
    common = {"rs": event.reason, "at": at, "expires": expires_at(0, now)}
    pieces = [packed[start : start + PIECE] for start in range(0, len(packed), PIECE)]
    entry = {
        "pk": f"{QUARANTINED}{FILTERED if event.reason.startswith(FILTERED_FOR) else UNREAD}",
        "sk": f"{at:013d}#{digest}",
        "c": f"{channel}/{connection}",
    }
    shown = {name: str(told.get(field) or "")[:SHOWN] for name, field in _SHOWN_FIELDS.items()}
    updates = [{"pk": pk, "sk": f"{digest}#{number}", "raw": piece, **common} for number, piece in enumerate(pieces)]
    return [*updates, {**entry, **shown, **common}]


_SHOWN_FIELDS = {"from": "from", "sj": "subject", "key": "key"}
SHOWN = 300
"""Characters of each field that an entry of the list has; they are cut and cleaned where they are read."""


def _written_at(told: dict[str, Any], now: int) -> int:
    """When a mail came in, so that a redelivery is the same; for other updates, now."""
    try:
        return identity.clamp(int(datetime.fromisoformat(told["at"]).timestamp() * 1000))
    except (KeyError, TypeError, ValueError, OverflowError):
        return now


def quarantine_key(channel: str, connection: str, digest: str) -> Key:
    """Where it stands that somebody dealt with an update, or that it was erased; the partition is that of updates."""
    return f"quarantine#{channel}/{connection}", f"{digest}#!"


def quarantine(channel: str, connection: str) -> list[Unreadable]:
    """What could not be read of a connection's updates, for a person to look at."""
    found: dict[str, tuple[str, bytes]] = {}
    for item in table.query("pk = :pk", pk=quarantine_key(channel, connection, "")[0]):
        if "raw" not in item:
            continue
        digest = item["sk"].partition("#")[0]
        reason, packed = found.get(digest, (item["rs"], b""))
        found[digest] = (reason, packed + item["raw"])
    return [Unreadable(reason, json.loads(zlib.decompress(packed))) for reason, packed in found.values()]


# -- conversations ----------------------------------------------------------------------------------------------------


def head(conversation: str) -> Conversation | None:
    """The head of a conversation, as it is now. A comment taken up into its post's conversation is found there."""
    thread, branch = identity.split_id(conversation)
    found = table.get(*keys.head_key(conversation)) or (branch and table.get(thread, f"#{keys.HEAD}"))
    return mapping.head_of(found) if found and keys.is_head(found) else None


@dataclass(frozen=True, slots=True)
class ThreadHeads:
    """What a comment may belong to: the conversation of the whole thread, or that of its own branch."""

    whole: Conversation | None
    own: Conversation | None
    erased_at: int = 0
    """What is older was erased (milliseconds)."""


def thread_heads(thread: str, branches: Sequence[str]) -> dict[str, ThreadHeads]:
    """Return the heads of a whole thread and of some of its branches, perhaps a moment old, in one request."""
    head_keys = {branch: (thread, f"{branch}#{keys.HEAD}") for branch in ("", *branches)}
    found = table.get_many(list(head_keys.values()))
    images = {branch: found.get(key, {}) for branch, key in head_keys.items()}
    heads = {branch: mapping.head_of(item) for branch, item in images.items() if item and keys.is_head(item)}
    erased = {branch: _erased_at(item) for branch, item in images.items()}
    return {
        branch: ThreadHeads(heads.get(""), heads.get(branch), max(erased[""], erased[branch]))
        for branch in images
        if branch
    }


def whole(thread: str) -> tuple[Conversation | None, int]:
    """Return the head of a thread that is one conversation, as it is now, and until when the thread was erased."""
    found = table.get(*keys.head_key(thread)) or {}
    return mapping.head_of(found) if found and keys.is_head(found) else None, _erased_at(found)


def _erased_at(item: attribute_values.Item) -> int:
    gone = keys.erased_of(item) if item else None
    return gone[1] if gone else 0


def heads(conversations: Sequence[str]) -> dict[str, Conversation]:
    """The heads of several conversations, perhaps a moment old; those that are gone are left out."""
    ids = {keys.head_key(conversation): conversation for conversation in conversations}
    found = table.get_many(ids)
    return {ids[key]: mapping.head_of(item) for key, item in found.items() if keys.is_head(item)}


def read(conversation: str, newest: int | None = None) -> Thread:
    """All that is stored of a conversation, as it is now; with ``newest``, only so many of the last entries."""
    thread, branch = identity.split_id(conversation)
    begin = f"{branch}#" if branch else None
    return _thread(*_entries(thread, begin, newest))


def latest_entries(conversation: str) -> Thread:
    """The head and the newest entry of a conversation, in one read; ``more`` says whether there are others."""
    thread, branch = identity.split_id(conversation)
    return _thread(*_entries(thread, f"{branch}#", 2))


def first_entries(thread: str) -> Thread:
    """The first two entries of a thread and all its branches: enough to see that a post is new."""
    found = list(table.query("pk = :pk", limit=2, pk=thread))
    return _thread(found, len(found) == 2)


def opening_entries(conversation: str) -> Thread:
    """The first entries of a conversation: enough to see how it began."""
    thread, branch = identity.split_id(conversation)
    condition, values = _range(thread, f"{branch}#")
    return _thread(list(table.query(condition, limit=10, **values)), True)


def _entries(thread: str, begin: str | None, newest: int | None) -> tuple[list[attribute_values.Item], bool]:
    condition, values = _range(thread, begin)
    found = list(table.query(condition, limit=newest, newest_first=newest is not None, **values))
    return found, newest is not None and len(found) >= newest


def _range(thread: str, begin: str | None) -> tuple[str, dict[str, Any]]:
    if begin is None:
        return "pk = :pk", {"pk": thread}
    return "pk = :pk AND begins_with(sk, :sk)", {"pk": thread, "sk": begin}


def _thread(found: Sequence[attribute_values.Item], more: bool) -> Thread:
    erased = dict(gone for item in found if (gone := keys.erased_of(item)))
    kept = [item for item in found if not _is_erased(item, erased)]
    facts = [item for item in kept if keys.is_fact(item)]
    heads = {keys.id_of((head := mapping.head_of(item)).identity): head for item in found if keys.is_head(item)}
    return Thread(
        facts=[mapping.fact_of(item) for item in facts],
        actions=[mapping.action_of(item) for item in kept if keys.is_action(item)],
        heads=heads,
        identity=keys.identity_of(facts[0], "") if facts else None,
        more=more,
        erased=erased,
        files=[attachments.of_item(item) for item in kept if attachments.is_item(item)],
    )


def _is_erased(item: attribute_values.Item, erased: dict[str, int]) -> bool:
    """Whether an entry is of before its conversation, or that of its whole thread, was erased."""
    if not erased:
        return False
    own = identity.conversation_id(item["pk"], item["sk"].partition("#")[0])
    return keys.said_at(item) <= max(erased.get(own, 0), erased.get(item["pk"], 0))


def put_head(new: Conversation, now: int) -> None:
    """Replace a head that has not changed since it was read; raises ``Conflict`` otherwise."""
    table.put(*_head_put(new, now), **_head_values(new))


def create_head(new: Conversation, placed: Sequence[Action], now: int) -> None:
    """Write a conversation's first head, and what was decided when it began; raises ``Conflict`` if there is one."""
    if not placed:
        return put_head(new, now)
    conversation = keys.id_of(new.identity)
    entries = [mapping.action_item(conversation, each, expires_at(each.at, now)) for each in placed]
    return table.transact(
        writes.put(*_head_put(new, now), **_head_values(new)),
        *(writes.put(entry) for entry in entries),
    )


def drop_head(conversation: str) -> None:
    """Remove a head whose entries now belong to the conversation of the whole thread."""
    table.delete(keys.head_key(conversation))


def _head_put(new: Conversation, now: int) -> tuple[attribute_values.Item, str]:
    item = mapping.head_item(replace(new, version=new.version + 1), expires_at(new.last_message_at, now))
    # What was erased left a trace without a version; who writes anew begins anew, beside that trace.
    return item, "v = :v" if new.version else "attribute_not_exists(v)"


def _head_values(new: Conversation) -> dict[str, int]:
    return {"v": new.version} if new.version else {}


# -- what is forgotten ------------------------------------------------------------------------------------------------


def erase(conversation: str, now: int) -> None:
    """Put a trace without personal data in the place of a head: what is older than it is gone, and stays gone.

    From this moment nobody finds the conversation; dispatch sees the trace and has the rest removed (``purge``).
    """
    table.put(mapping.erased_item(conversation, _last_said(conversation, now), expires_at(now, now)))


def _last_said(conversation: str, now: int) -> int:
    """Now, or when the newest entry is said to be of, where whoever wrote it has a clock that is a little ahead."""
    thread, branch = identity.split_id(conversation)
    condition, values = _range(thread, f"{branch}#" if branch else None)
    said = [keys.said_at(item) for item in table.query(condition, **values)]
    return max([now, *(at for at in said if at <= now + CLOCKS_APART)])


def purge(conversation: str, before: int) -> int:
    """Remove all of an erased conversation that was said up to a time; returns how many items that were."""
    thread, branch = identity.split_id(conversation)
    condition, values = _range(thread, f"{branch}#" if branch else None)
    found = [(item["pk"], item["sk"]) for item in table.query(condition, **values) if keys.said_at(item) <= before]
    table.remove(found)
    return len(found)


# -- what was done ----------------------------------------------------------------------------------------------------


def commit(
    conversation: str,
    done: Action | Sequence[Action],
    new: Conversation,
    now: int,
    request: tuple[str, str] = ("", ""),
    extra_writes: Sequence[Write] = (),
) -> None:
    """Store one action, or several, with the head they lead to, and what ``extra_writes`` adds to them: all or nothing.

    ``request`` is an idempotency key (made unique per agent and conversation by the caller) and a fingerprint of what
    was asked for. Raises ``Conflict``, or ``Repeated`` when the key was used before.
    """
    actions = [done] if isinstance(done, Action) else done
    written = [mapping.action_item(conversation, action, expires_at(action.at, now)) for action in actions]
    parts = [
        writes.put(*_head_put(new, now), **_head_values(new)),
        *(writes.put(item, "attribute_not_exists(pk)") for item in written),
        *extra_writes,
    ]
    if request[0]:
        parts.append(_request_put(request, actions[0].id, now))
    try:
        table.transact(*parts)
    except Conflict:
        if request[0] and (earlier := earlier_request(request[0])):
            raise earlier from None
        raise


def _request_put(request: tuple[str, str], action: str, now: int) -> Write:
    item = {
        "pk": f"request#{request[0]}",
        "sk": "#",
        "i": action,
        "fp": request[1],
        "expires": (now + IDEMPOTENCY_KEPT) // 1000,
    }
    return writes.put(item, "attribute_not_exists(pk)")


def earlier_request(key: str) -> Repeated | None:
    """What a request with this idempotency key did, if there was one."""
    earlier = table.get(f"request#{key}", "#")
    return Repeated(earlier["i"], earlier["fp"]) if earlier else None


def action(conversation: str, action_id: str) -> Action | None:
    """One action of a conversation, as it is now."""
    found = table.get(*keys.action_key(conversation, action_id))
    return mapping.action_of(found) if found else None


def change_delivery(conversation: str, before: Action, after: Action) -> None:
    """Write the delivery's state of a message, if it still stands as ``before``; raises ``Conflict`` otherwise."""
    table.write(_delivery(conversation, before, after))


def change_deliveries(conversation: str, changes: Sequence[tuple[Action, Action]]) -> None:
    """Write the states of several messages, each before and after: all, or none and ``Conflict``."""
    if len(changes) == 1:
        return change_delivery(conversation, *changes[0])
    if changes:
        table.transact(*(_delivery(conversation, *change) for change in changes))
    return None


def _delivery(conversation: str, before: Action, after: Action) -> Write:
    """Return the write of a delivery's state."""
    condition = "#st = :was AND " + (
        "#le = :had" if before.lease_until else "(attribute_not_exists(#le) OR #le = :had)"
    )
    values = {
        "st": str(after.state),
        "pid": after.platform_id,
        "rs": after.reason,
        "at": after.attempts,
        "ta": after.attempted_at,
        "le": after.lease_until,
        "rt": after.retries,
        "nb": after.not_before,
        "dr": after.draft,
        "was": str(before.state),
        "had": before.lease_until,
    }
    return writes.update(
        keys.action_key(conversation, before.id),
        "SET #st = :st, pid = :pid, rs = :rs, #at = :at, ta = :ta, #le = :le, rt = :rt, nb = :nb, dr = :dr",
        condition,
        {"#st": "st", "#at": "at", "#le": "le"},
        **values,
    )


# -- the inbox --------------------------------------------------------------------------------------------------------


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
    begin = {"ipk": partition} | dict(zip(_PLACE, start, strict=True)) if start else None
    found, last = table.query_index("inbox", condition, values, share, begin, filters)
    heads = [(_place(item), mapping.head_of(item)) for item in found]
    return [each for each in heads if each[1].unread or not wanted.unread], _place(last) if last else None


def standing(
    partition: str, first: str, last: str, limit: int, start: Place | None = None
) -> tuple[list[tuple[Place, Conversation]], Place | None]:
    """The heads of one partition of the inbox whose order lies between two, and where to go on; None at the end."""
    values = {":ipk": partition, ":first": first, ":last": last}
    begin = {"ipk": partition} | dict(zip(_PLACE, start, strict=True)) if start else None
    condition = "ipk = :ipk AND isk BETWEEN :first AND :last"
    found, last_key = table.query_index("inbox", condition, values, limit, begin)
    return [(_place(item), mapping.head_of(item)) for item in found], _place(last_key) if last_key else None


def answered(partition: str, status: Status, since: int, until: int, channel: str, most: int) -> list[Conversation]:
    """The heads of one partition and status whose last deed was in a time (milliseconds), the newest first."""
    letter = inbox_order.LETTERS[status]
    values = {
        ":ipk": partition,
        ":newest": f"{letter}{identity.LATEST - identity.clamp(until):013d}",
        ":oldest": f"{letter}{identity.LATEST - identity.clamp(since):013d}",
    }
    filters = ["begins_with(c, :channel)"] if channel else []
    found: list[attribute_values.Item] = []
    start = None
    while len(found) < most:
        page, start = table.query_index(
            "inbox",
            "ipk = :ipk AND isk BETWEEN :newest AND :oldest",
            values | ({":channel": f"{channel}/"} if channel else {}),
            start=start,
            filters=filters,
        )
        found += page
        if start is None:
            break
    return [mapping.head_of(item) for item in found[:most]]


def _place(item: attribute_values.Item) -> Place:
    return [item[name] for name in _PLACE]


def place_of(value: Any, status: str) -> Place | None:
    """A place in a partition of the inbox, of heads of one status or of any; None for what has not the form of one."""
    place = _formed(value, _PLACE_FORMS)
    letter = next((letter for name, letter in inbox_order.LETTERS.items() if name == status), "")
    return place if place and place[0].startswith(letter) else None


def follow_up_place_of(value: Any, state: FollowUpState | Outcome, until: int | None) -> Place | None:
    """A place among the follow-ups of one state, due until a time (milliseconds) where one is given; None for what has
    not the form of one."""
    place = _formed(value, _FOLLOW_UP_FORMS)
    if not place or place[0][0] != inbox_order.FOLLOW_UP_LETTERS[state]:
        return None
    return place if until is None or int(place[0][1:14]) <= until else None


def _formed(value: Any, forms: Sequence[re.Pattern[str]]) -> Place | None:
    """A list of strings, each of its form, or None."""
    if not isinstance(value, list) or len(value) != len(forms):
        return None
    fits = all(isinstance(each, str) and form.fullmatch(each) for each, form in zip(value, forms, strict=True))
    return value if fits else None


# -- the follow-ups ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Listed:
    """A follow-up as the index shows it."""

    conversation: str
    place: Place

    @property
    def call(self) -> tuple[str, int]:
        """The version, and the time of the call that is to come (milliseconds), of one that is planned or asked."""
        return self.place[0][14:], int(self.place[0][1:14])


def follow_ups_part(
    partition: str,
    state: FollowUpState | Outcome,
    limit: int | None = None,
    start: Place | None = None,
    until: int | None = None,
) -> tuple[list[Listed], Place | None]:
    """The next follow-ups of one state in one partition, in their order, and where to go on; None at the end.

    ``until`` (milliseconds) leaves out what comes due later.
    """
    letter = inbox_order.FOLLOW_UP_LETTERS[state]
    condition, values = "fpk = :fpk AND begins_with(fsk, :fsk)", {":fpk": partition, ":fsk": letter}
    if until is not None:
        condition = "fpk = :fpk AND fsk BETWEEN :fsk AND :until"
        values[":until"] = f"{letter}{identity.clamp(until):013d}~"
    begin = {"fpk": partition} | dict(zip(_FOLLOW_UP_PLACE, start, strict=True)) if start else None
    found, last = table.query_index("follow-ups", condition, values, limit, begin)
    listed = [
        Listed(identity.conversation_id(item["pk"], item["sk"].partition("#")[0]), [item[n] for n in _FOLLOW_UP_PLACE])
        for item in found
    ]
    return listed, [last[name] for name in _FOLLOW_UP_PLACE] if last else None
