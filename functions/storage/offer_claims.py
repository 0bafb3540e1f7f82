"""Claims of an offer: on person, thread, text and the pace of a connection, all in the proposal's transaction.

So of two agents, two searches or two findings of one person, one offers and the others are refused. Who the person is,
and whether the text is approved, is read here. Times are handed in, in milliseconds.
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from outreach import tact
from outreach.post_names import account_of, thread_name
from outreach.proposals import Status
from outreach.tact import FIRST_TEXTS, PAUSE, Pace
from storage import customers, offer_persons, proposals, searches, table, teams, writes
from storage.schema import Attribute, LeaveOut, Schema, json_texts, to_json

if TYPE_CHECKING:
    from collections.abc import Iterable

    from outreach.proposals import Offer, Proposal
    from storage.keys import Key
    from storage.writes import Write

THREAD_KEPT = 365 * writes.DAY
WRITERS = "offer-writers"
MINE = "attribute_not_exists(pk) OR pr = :proposal"


class NotApproved(Exception):
    """A second person has to approve the text, and nobody did."""


class OfferClaim(Struct, frozen=True):
    """The offer for which a person, a thread or a text is taken."""

    proposal: str
    at: int = 0
    """Milliseconds."""


class Writer(Struct, frozen=True):
    """An agent, and the number of offers that their texts became."""

    count: int = 0


def _times_of(stored: str) -> tuple[int, ...]:
    return tuple(json.loads(stored))


CLAIM = Schema(OfferClaim, leave_out=LeaveOut.NONE, proposal="pr", at="at")
WRITER = Schema(Writer, leave_out=LeaveOut.NONE, count="n")
PACE = Schema(
    Pace, times=Attribute("ti", write=to_json, read=_times_of, form="JSON"), digests=json_texts("dg"), version="v"
)


def offer(before: Proposal, after: Proposal, pace: Pace, now: int, *further: Write) -> Proposal:
    """Store an offer and all that it takes, or nothing; returns the proposal as it is stored.

    ``pace`` is that of the connection as the rules of tact saw it. Raises ``NotApproved``, and ``Conflict`` where
    somebody was faster, or the person was offered something within the pause, declined, or was joined with another
    meanwhile.
    """
    text, post = after.offer, before.post
    assert text is not None and after.status == Status.OFFERED
    if text.approved_by is None and needs_second(before, text.by.id or ""):
        raise NotApproved
    if text.approved_by is not None and text.approved_by.id == text.by.id:
        raise NotApproved
    person = offer_persons.author_of(post)
    offered = replace(after, claims=person.digests)
    claim, changed = OfferClaim(before.id, now), tact.with_offer(pace, text.text, now)
    table.transact(
        proposals.change_write(before, offered, now),
        *(write for digest in person.digests for write in _taken(digest, claim, now)),
        *person.unchanged(),
        _text_taken(text.text, claim, now),
        writes.put(CLAIM.item(_thread_key(before), claim, (now + THREAD_KEPT) // 1000), "attribute_not_exists(pk)"),
        writes.put(
            PACE.item(_pace_key(*account_of(post)), changed, (now + 2 * writes.DAY) // 1000),
            "v = :version" if pace.version else "attribute_not_exists(pk)",
            **({"version": pace.version} if pace.version else {}),
        ),
        _counted(text, now),
        *further,
    )
    return offered


def give_back(before: Proposal, after: Proposal, now: int, *further: Write) -> None:
    """Store that nothing was posted, and free the persons, the thread and the text; raises ``Conflict``.

    A person who was offered something else since, as the pause is over, stays taken by that.
    """
    text = before.offer.text if before.offer else ""
    keys = [*(_person_key(digest) for digest in before.claims), _thread_key(before), _text_key(text)]
    taken = table.get_many(keys, as_it_is=True)
    mine = [key for key, item in taken.items() if CLAIM.read(item).proposal == before.id]
    table.transact(
        proposals.change_write(before, after, now),
        *(writes.delete(key, MINE, proposal=before.id) for key in mine),
        *_without_text(before, text, now),
        *further,
    )


def needs_second(proposal: Proposal, writer: str) -> bool:
    """Return whether a second person approves an agent's text: where team or search want that, and for first ones.

    Of a proposal whose searches were removed, all searches of its team may want it.
    """
    found = [search for each in proposal.searches if (search := searches.read(each))]
    ruling = found or searches.of_team(proposal.team)
    is_wanted = teams.team_now(proposal.team).approve_offers or any(search.needs_approval for search in ruling)
    return tact.needs_second(offers_by(writer), is_wanted)


def offers_by(writer: str) -> int:
    """Return the number of offers that an agent's texts became, at least as far as it matters."""
    item = table.get(WRITERS, writer)
    return WRITER.read(item).count if item else 0


def purge_customer(digest: str) -> None:
    """Remove what says that something was offered to a person who was erased, and in which threads of theirs.

    The pace of a connection names nobody. To be called while their proposals are there.
    """
    for proposal in proposals.of_digest(digest):
        with suppress(table.Conflict):
            table.delete(_thread_key(proposal), MINE, proposal=proposal.id)
    table.remove([_person_key(digest)])


def pace_of(channel: str, connection: str) -> Pace:
    """Return the pace of a connection, or of the forum that is read by its feed, see ``post_names.account_of``."""
    item = table.get(*_pace_key(channel, connection))
    return PACE.read(item) if item else Pace()


def offered_at(digests: Iterable[str]) -> int:
    """Return when one of some identities was last offered something; 0 for never, or before the pause."""
    items = table.get_many([_person_key(digest) for digest in digests], as_it_is=True)
    return max((CLAIM.read(item).at for item in items.values()), default=0)


def is_thread_taken(proposal: Proposal) -> bool:
    """Return whether something was offered in the thread of a proposal."""
    return table.get(*_thread_key(proposal)) is not None


def is_text_taken(proposal: Proposal, text: str, now: int) -> bool:
    """Return whether the same words were offered within a day, by any account and to anybody else."""
    found = table.get(*_text_key(text))
    claim = CLAIM.read(found) if found else None
    return claim is not None and claim.proposal != proposal.id and now - claim.at < writes.DAY


def _text_taken(text: str, claim: OfferClaim, now: int) -> Write:
    """Return the write that takes a text for a day."""
    free = f"{MINE} OR #at < :before"
    item = CLAIM.item(_text_key(text), claim, (now + writes.DAY) // 1000)
    values = {"before": now - writes.DAY + 1, "proposal": claim.proposal}
    return writes.Write("Put", item, "", free, {"#at": "at"}, values)


def _without_text(proposal: Proposal, text: str, now: int) -> list[Write]:
    """Return the write by which an account's pace forgets a text that was not posted; its time still counts."""
    account = account_of(proposal.post)
    key, pace, digest = _pace_key(*account), pace_of(*account), tact.words_digest(text)
    if digest not in pace.digests:
        return []
    digests = tuple("" if each == digest else each for each in pace.digests)
    item = PACE.item(key, replace(pace, digests=digests, version=pace.version + 1), (now + 2 * writes.DAY) // 1000)
    return [writes.put(item, "v = :version", version=pace.version)]


def _taken(digest: str, claim: OfferClaim, now: int) -> list[Write]:
    """Return the writes that take a person: not within the pause, and not one who declined."""
    free = "attribute_not_exists(pk) OR #at < :before"
    item = CLAIM.item(_person_key(digest), claim, (now + PAUSE) // 1000)
    return [
        writes.Write("Put", item, "", free, {"#at": "at"}, {"before": now - PAUSE + 1}),
        customers.not_declined(digest),
    ]


def _counted(text: Offer, now: int) -> Write:
    """Return the write that counts an agent's text; it fails where theirs need approval and this one has none."""
    key, expires = (WRITERS, text.by.id or ""), (now + 2 * THREAD_KEPT) // 1000
    expression = "SET expires = :expires ADD n :one"
    if text.approved_by is not None:
        return writes.update(key, expression, one=1, expires=expires)
    return writes.update(key, expression, "n >= :first", one=1, expires=expires, first=FIRST_TEXTS)


def _person_key(digest: str) -> Key:
    return f"offered#{digest}", "#"


def _thread_key(proposal: Proposal) -> Key:
    return f"offer-thread#{thread_name(proposal.post)}", "#"


def _text_key(text: str) -> Key:
    return f"offer-text#{tact.words_digest(text)}", "#"


def _pace_key(channel: str, connection: str) -> Key:
    return f"offer-pace#{channel}/{connection}", "#"
