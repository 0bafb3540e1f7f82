"""Claims of an offer: on the person, the thread and the pace of a connection, all in the proposal's transaction.

So of two agents, two searches or two findings of one person, one offers and the others are refused. Times are handed
in, in milliseconds.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from msgspec import Struct

from outreach import tact
from outreach.proposals import thread_name
from outreach.tact import PAUSE, Pace
from storage import customers, proposals, table, writes
from storage.schema import Attribute, LeaveOut, Schema, json_texts, to_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from outreach.proposals import Proposal
    from storage.keys import Key
    from storage.writes import Write

Person = tuple[str, str, str]
"""Channel, connection and the person's id there."""
THREAD_KEPT = 365 * writes.DAY


class OfferClaim(Struct, frozen=True):
    """The offer for which a person or a thread is taken."""

    proposal: str
    at: int = 0
    """Milliseconds."""


def _times_of(stored: str) -> tuple[int, ...]:
    return tuple(json.loads(stored))


CLAIM = Schema(OfferClaim, leave_out=LeaveOut.NONE, proposal="pr", at="at")
PACE = Schema(
    Pace, times=Attribute("ti", write=to_json, read=_times_of, form="JSON"), digests=json_texts("dg"), version="v"
)


def offer(before: Proposal, after: Proposal, persons: Sequence[Person], pace: Pace, now: int, *further: Write) -> None:
    """Store an offer and all that it takes, or nothing.

    ``pace`` is that of the connection as it was read. Raises ``Conflict`` where somebody was faster, or a person was
    offered something within the pause or declined meanwhile.
    """
    assert after.offer is not None
    post = before.post
    claim = OfferClaim(before.id, now)
    changed = tact.with_offer(pace, after.offer.digest, now)
    table.transact(
        proposals.change_write(before, after, now),
        *(write for person in persons for write in _taken(person, claim, now)),
        writes.put(CLAIM.item(_thread_key(before), claim, (now + THREAD_KEPT) // 1000), "attribute_not_exists(pk)"),
        writes.put(
            PACE.item(_pace_key(post.channel, post.connection), changed, (now + 2 * writes.DAY) // 1000),
            "v = :version" if pace.version else "attribute_not_exists(pk)",
            **({"version": pace.version} if pace.version else {}),
        ),
        *further,
    )


def give_back(before: Proposal, after: Proposal, persons: Sequence[Person], now: int) -> None:
    """Store that nothing was posted, and free the persons and the thread; raises ``Conflict``."""
    mine = "attribute_not_exists(pk) OR pr = :proposal"
    keys = [*(_person_key(person) for person in persons), _thread_key(before)]
    table.transact(
        proposals.change_write(before, after, now), *(writes.delete(key, mine, proposal=before.id) for key in keys)
    )


def pace_of(channel: str, connection: str) -> Pace:
    """Return the pace of a connection."""
    found = table.get(*_pace_key(channel, connection))
    return PACE.read(found) if found else Pace()


def offered_at(persons: Sequence[Person]) -> int:
    """Return when one of some identities was last offered something; 0 for never, or before the pause."""
    found = table.get_many([_person_key(person) for person in persons], as_it_is=True)
    return max((CLAIM.read(item).at for item in found.values()), default=0)


def is_thread_taken(proposal: Proposal) -> bool:
    """Return whether something was offered in the thread of a proposal."""
    return table.get(*_thread_key(proposal)) is not None


def _taken(person: Person, claim: OfferClaim, now: int) -> list[Write]:
    """Return the writes that take a person: not within the pause, and not one who declined."""
    free = "attribute_not_exists(pk) OR #at < :before"
    item = CLAIM.item(_person_key(person), claim, (now + PAUSE) // 1000)
    return [
        writes.Write("Put", item, "", free, {"#at": "at"}, {"before": now - PAUSE + 1}),
        customers.not_declined(*person),
    ]


def _person_key(person: Person) -> Key:
    return f"offered#{customers.digest(*person)}", "#"


def _thread_key(proposal: Proposal) -> Key:
    return f"offer-thread#{thread_name(proposal.post)}", "#"


def _pace_key(channel: str, connection: str) -> Key:
    return f"offer-pace#{channel}/{connection}", "#"
