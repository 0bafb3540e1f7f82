"""Storage of platforms' reports: facts with their threads, and updates that could not be read.

Times are handed in, in milliseconds. Everything here may be written twice.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from conversations.facts import Event, Fact, Kind, Nudge, Unreadable
from conversations.identity import Identity, thread_key
from storage import (
    arrivals,
    context_words,
    conversations,
    customer_aliases,
    customers,
    keys,
    mapping,
    moves,
    table,
    writes,
)
from storage.references import AWAITED, REFERENCE, Reference
from storage.schema import LeaveOut, Schema
from storage.writes import expires_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from storage.attribute_values import StoredItem
    from storage.writes import Write

LARGEST_TEXT = 87_500
"""Characters that surely make one item: the service takes 400 KB, and a character has up to four bytes."""
MOST_AWAITED = 5
"""Number of unknown earlier mails that one mail makes known."""


class Nudged(Struct, frozen=True):
    """A connection whose platform has something new."""

    at: int
    """Time at which the platform said so (milliseconds)."""


NUDGED = Schema(Nudged, leave_out=LeaveOut.NONE, at="at")


def add(channel: str, connection: str, events: Iterable[Event], now: int) -> list[str]:
    """Store what a platform reported; returns the reasons of what went into quarantine.

    One event is one PutItem; more are written in batches. Identical events are one item, so a redelivery changes
    nothing. Raises ``NotStored``.
    """
    reported = list(events)
    if len(reported) == 1 and isinstance(fact := reported[0], Fact) and _says_all(fact, now):
        table.put_many(_items_of(channel, connection, fact, expires_at(fact.at, now)))
        return []
    return _add(channel, connection, reported, now)


def _says_all(fact: Fact, now: int) -> bool:
    """Return whether a fact becomes its items as it is: nothing else is to be read or written, as of nearly all."""
    looks_up = fact.thread_is_guess or fact.is_open or fact.aliases or fact.arrival
    return not looks_up and not _depends_on_arrival(fact, now) and fitting(fact) is fact


def _add(channel: str, connection: str, events: list[Event], now: int) -> list[str]:
    new: dict[tuple[str, str], StoredItem] = {}
    reasons: list[str] = []
    placed, people = _with_people(channel, connection, _placed(channel, connection, events), now)
    ordered, notes = _in_order(channel, connection, placed, now)
    for item in (*notes, *(people.items() if people else ())):
        new[item["pk"], item["sk"]] = item
    for event in ordered:
        if isinstance(event, Nudge):
            new[keys.NUDGED, f"{channel}/{connection}"] = _nudge_item(channel, connection, now)
            continue
        readable = fitting(event)
        if isinstance(readable, Fact):
            written = _items_of(channel, connection, readable, expires_at(readable.at, now))
        else:
            from storage import quarantine  # only what cannot be read needs it

            reasons.append(readable.reason)
            written = quarantine.items_of(channel, connection, readable, now)
        for item in written:
            new[item["pk"], item["sk"]] = item
    if any(isinstance(event, Fact) and event.arrival for event in ordered):
        arrivals.put(new)
    else:
        table.put_many(list(new.values()))
    _await_earlier(channel, connection, ordered, now)
    if people:
        people.keep()
    return reasons


def _in_order(channel: str, connection: str, events: list[Event], now: int) -> tuple[list[Event], list[StoredItem]]:
    """Return events with the places in time and among threads that only their arrival tells, and the notes of these."""
    if not any(isinstance(event, Fact) and _depends_on_arrival(event, now) for event in events):
        return events, []
    moved, places = moves.follow(channel, connection, events, now)
    moved, times = arrivals.dated(channel, connection, moved, now)
    return arrivals.numbered(moved, now), [*places, *times]


def _depends_on_arrival(fact: Fact, now: int) -> bool:
    return fact.may_move or fact.by_arrival or fact.is_undated or fact.at > now


def _items_of(channel: str, connection: str, fact: Fact, expires: int) -> list[StoredItem]:
    """Return a fact's item, and those by which its message is found."""
    written = [mapping.fact_item(channel, connection, fact, expires)]
    has_context = fact.attachments or fact.quoted or fact.referral or fact.place or fact.forwarded_from
    if has_context and (words := context_words.item_of(channel, connection, fact, expires)):
        written.append(words)
    if _is_referenced(fact):
        written.append(_reference_item(channel, connection, fact, expires))
    return written


def _with_people(
    channel: str, connection: str, events: list[Event], now: int
) -> tuple[list[Event], customer_aliases.People | None]:
    """Return events with the threads of the customers whose they are, and those customers if there are any."""
    if not any(isinstance(event, Fact) and event.aliases for event in events):
        return events, None
    people = customer_aliases.People(channel, connection, now)
    return people.place(events), people


def store_reference(channel: str, connection: str, message_id: str, identity: Identity, now: int) -> None:
    """Remember where a message of ours stands, on a channel whose answers name nothing else."""
    table.put(reference_item(channel, connection, message_id, identity, now))


def prepared(channel: str, connection: str, fact: Fact, now: int) -> tuple[Fact, list[StoredItem]]:
    """Return a message with the thread, time and place with which it is stored, and the items to be written for it."""
    told, notes = _in_order(channel, connection, _placed(channel, connection, [fact]), now)
    placed_fact = told[0]
    assert isinstance(placed_fact, Fact)
    return placed_fact, [*notes, *_items_of(channel, connection, placed_fact, expires_at(placed_fact.at, now))]


def reference_item(channel: str, connection: str, message_id: str, identity: Identity, now: int) -> StoredItem:
    """Return what notes where a message of ours stands; see ``store_reference``."""
    said = Fact(
        Kind.MESSAGE,
        identity.visibility,
        identity.thread_id,
        now,
        message_id,
        identity.branch_id,
    )
    return _reference_item(channel, connection, said, expires_at(now, now))


def reference_removal(channel: str, connection: str, message_id: str) -> Write:
    """Return the write that forgets where a message of ours stands."""
    return writes.delete(keys.reference_key(channel, connection, message_id))


def known_messages(channel: str, connection: str, threads: Iterable[str]) -> set[str]:
    """The platform's ids of all messages that are stored of some threads, ours included."""
    found: set[str] = set()
    for thread_id in dict.fromkeys(threads):
        stored = conversations.read(thread_key(channel, connection, thread_id))
        found |= {fact.message_id for fact in stored.facts if fact.kind == Kind.MESSAGE}
        found |= {done.platform_id for done in stored.actions if done.platform_id}
    return found


def placed(channel: str, connection: str, events: Iterable[Event], now: int) -> list[Event]:
    """Return events with the threads and times that they will be stored with; storing them changes these no more."""
    told, notes = arrivals.dated(channel, connection, _placed(channel, connection, list(events)), now)
    if notes:
        table.put_many(notes)
    return [replace(event, thread_is_guess=False) if isinstance(event, Fact) else event for event in told]


def _is_referenced(fact: Fact) -> bool:
    """Tell if later messages find the thread by this one's id. Of two authors with one id, it is the first's."""
    is_by_id = fact.thread_is_guess or (fact.is_open and not fact.unproven)
    return fact.kind == Kind.MESSAGE and is_by_id and fact.thread_id != fact.other_thread_id


def _placed(channel: str, connection: str, events: list[Event]) -> list[Event]:
    """The events with their threads; where a channel could only guess, what is known of the messages decides.

    What a message was taken for once, it stays: so a redelivery is the same, whatever has become known since.
    """
    guessed = [event for event in events if isinstance(event, Fact) and event.thread_is_guess]
    if not guessed:
        return events
    named = {each for fact in guessed for each in (fact.message_id, fact.parent_id, *fact.references) if each}
    ids = {keys.reference_key(channel, connection, each): each for each in named}
    known = {ids[key]: REFERENCE.read(item) for key, item in table.get_many(ids).items()}
    result: list[Event] = []
    for event in events:
        if isinstance(event, Fact) and event.thread_is_guess:
            author = _author(channel, connection, event)
            reference = _reference(event, author, known)
            unknown = tuple(each for each in event.references if each not in known)[:MOST_AWAITED]
            if event.kind == Kind.MESSAGE:
                if event.message_id not in known or known[event.message_id].author == AWAITED:
                    known[event.message_id] = replace(reference, author=author)
                known |= {each: replace(reference, author=AWAITED) for each in unknown}
            where = {"thread_id": reference.thread_id, "branch_id": reference.branch_id, "references": unknown}
            result.append(replace(event, **where))
        else:
            result.append(event)
    return result


def _reference(fact: Fact, author: str, known: Mapping[str, Reference]) -> Reference:
    """Find where a message of a guessed thread stands: where it was taken for before, or below an earlier one."""
    own = known.get(fact.message_id)
    if own and own.author in ("", author):
        return own
    for earlier in (fact.parent_id, *fact.references):
        if earlier and earlier in known:
            return known[earlier]
    if own and own.author == AWAITED:
        return own
    if own and fact.other_thread_id:
        return Reference(fact.other_thread_id)
    return Reference(fact.thread_id, fact.branch_id)


def _await_earlier(channel: str, connection: str, events: Iterable[Event], now: int) -> None:
    """Note that earlier mails, which a mail names and which are not here yet, belong to its thread.

    One that came in meanwhile keeps its own thread.
    """
    mails = (event for event in events if isinstance(event, Fact) and event.is_open and _is_referenced(event))
    for mail in mails:
        reference = Reference(mail.thread_id, mail.branch_id, AWAITED)
        for earlier in mail.references if not mail.thread_is_guess else ():
            key = keys.reference_key(channel, connection, earlier)
            with suppress(table.Conflict):
                table.put(REFERENCE.item(key, reference, expires_at(mail.at, now)), "attribute_not_exists(pk)")


def _author(channel: str, connection: str, fact: Fact) -> str:
    """Return the digest of an author, where others than the platform write the ids of messages; else nothing."""
    return customers.digest(channel, connection, fact.author.id) if fact.is_open and fact.author.id else ""


def fitting(event: Fact | Unreadable) -> Fact | Unreadable:
    """The event, or what to keep of one that is too large for an item."""
    if isinstance(event, Unreadable):
        return event
    size = len(event.text or "") + len(event.folded or "")
    if event.attachments:
        size += sum(len(item.url or "") for item in event.attachments)
    if event.quoted or event.referral or event.place:
        size += sum(len(str(beside)) for beside in (event.quoted, event.referral, event.place) if beside)
    if size <= LARGEST_TEXT:
        return event
    return Unreadable("too_large", {"message_id": event.message_id, "thread_id": event.thread_id, "text": event.text})


def _reference_item(channel: str, connection: str, fact: Fact, expires: int) -> StoredItem:
    """Return the item with thread and branch of a message, by its id on the platform."""
    reference = Reference(fact.thread_id, fact.branch_id, _author(channel, connection, fact))
    return REFERENCE.item(keys.reference_key(channel, connection, fact.message_id), reference, expires)


def _nudge_item(channel: str, connection: str, now: int) -> StoredItem:
    """Return the item that says that a platform has something new since a time (milliseconds)."""
    return NUDGED.item((keys.NUDGED, f"{channel}/{connection}"), Nudged(now))
