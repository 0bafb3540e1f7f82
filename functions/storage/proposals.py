"""Proposals in the table: one item each, listed by team and status in partitions of their own of the inbox's index.

Times are handed in, in milliseconds. A post is stored once, however many searches find it, and however often.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from conversations import identity
from conversations.facts import Author
from outreach import elsewhere, post_names, proposals
from outreach.proposals import KEPT, Dismissal, Draft, Offer, Outcome, Proposal, Status
from storage import customers, offer_persons, table, writes
from storage.found_post_items import FOUND_POST
from storage.schema import (
    Attribute,
    Schema,
    chosen,
    flag,
    json_object,
    json_text,
    json_texts,
    marker,
    pair,
    text_set,
    to_json,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from outreach.found_posts import FoundPost
    from storage.attribute_values import Item, StoredItem
    from storage.keys import Key
    from storage.writes import Write

LETTERS = {
    Status.NEW: "a",
    Status.CLAIMED: "b",
    Status.OFFERED: "c",
    Status.POSTED: "d",
    Status.DISMISSED: "e",
    Status.EXPIRED: "f",
}
"""Beginnings of the sort keys in the index."""
ATTEMPTS = 5
PAGE = 100
"""Proposals of one reading."""
READS = 5
"""Requests for a page: a filter that lets little through gives a shorter page, never a longer wait."""
ID = re.compile(r"[a-z2-7]{26}")
_BETWEEN = "ipk = :ipk AND isk BETWEEN :first AND :last"
_PLACE = re.compile(r"[a-f][0-9]{13}")

AGENT = Schema(Author, id="id", name="n")
OFFER = Schema(
    Offer,
    text="text",
    by=pair("by", Author),
    at="at",
    needs_approval=flag("needs"),
    approved_by=pair("approved_by", Author),
    approved_at="approved_at",
    by_hand=flag("hand"),
    rules_confirmed=flag("rules"),
)
DRAFT = Schema(Draft, text="text", by=pair("by", Author), at="at")


def _outcomes_of(stored: str) -> tuple[Outcome, ...]:
    return tuple(map(Outcome, json.loads(stored)))


PROPOSAL = Schema(
    Proposal,
    team="tm",
    post=json_object("po", FOUND_POST),
    searches=text_set("tg"),
    intent="it",
    found_at="fa",
    language="la",
    status=chosen("st", Status),
    version="v",
    claimed_by=json_object("cb", AGENT),
    claimed_at="ca",
    dismissal=chosen("dm", Dismissal),
    closed_at="xa",
    offer=json_object("of", OFFER),
    conversation="cv",
    action_id="i",
    posted_url="l",
    posted_at="pa",
    failure="rs",
    claims=json_texts("cl"),
    draft=json_object("dr", DRAFT),
    outcomes=Attribute("oc", write=to_json, read=_outcomes_of, form="JSON, list of `Outcome`"),
    elsewhere=json_text("ot", FOUND_POST),
)
"""The id stands in the key; the index has ``ipk`` and ``isk``, which follow from team, status and time."""


class Page(Struct, frozen=True):
    """Some proposals of a list, and the place after which it goes on."""

    proposals: list[Proposal]
    after: list[str] | None


def add(
    post: FoundPost, search: str, intent: str, *, team: str, now: int, language: str = ""
) -> tuple[Proposal, bool] | None:
    """Store a found post as a proposal, or one more search that found it; returns it, and whether it is new.

    None for somebody who opted out: nothing of them is kept.
    """
    if customers.declined(offer_persons.names_of(post)):
        return None
    new = Proposal(post_names.id_for(post), team, post, (search,), intent, now, language)
    for _attempt in range(ATTEMPTS):
        if (known := _known(post)) is not None:
            if post.author.id and post.connection != known.post.connection:
                table.put(_of_person(post, known.id))  # the author has another id there, and is erased by either
            again = proposals.found_again(known, search) or known
            again = elsewhere.found_elsewhere(again, post) or again
            after = replace(again, version=known.version + 1)
            try:
                return (change(known, after, now) if again is not known else known), False
            except table.Conflict:
                continue
        try:
            table.transact(
                writes.put(_item(new, now), "attribute_not_exists(pk)"),
                *([writes.put(_of_person(post, new.id))] if post.author.id else []),
            )
        except table.Conflict:
            continue
        return new, True
    raise table.Busy


def _known(post: FoundPost) -> Proposal | None:
    """Return the proposal of a post, also by the id that it had before a post had its name on all servers."""
    known = read(post_names.id_for(post))
    if known or not post.uri:
        return known
    earlier = read(post_names.earlier_id_for(post))
    return earlier if earlier and earlier.post.url == post.url else None


def read(proposal: str) -> Proposal | None:
    """Return a proposal; None where there is none, or no more."""
    item = table.get(*_key(proposal)) if ID.fullmatch(proposal) else None
    return _proposal_of(item) if item else None


def change(before: Proposal, after: Proposal, now: int, *further: Write) -> Proposal:
    """Store the next version with other writes, or nothing; raises ``Conflict`` where somebody was faster."""
    table.transact(change_write(before, after, now), *further)
    return after


def change_write(before: Proposal, after: Proposal, now: int) -> Write:
    """Return the same as a part of a transaction."""
    return writes.put(_item(after, now), "v = :version", version=before.version)


def unchanged(proposal: Proposal) -> Write:
    """Return the condition of a transaction that fails where a proposal is not as it was read."""
    return writes.check(_key(proposal.id), "v = :version", version=proposal.version)


def page(
    team: str, status: Status, limit: int, now: int, *, search: str = "", after: Sequence[str] | None = None
) -> Page:
    """Return proposals of a team in one status, the newest found first, and the place where the next page begins.

    Those whose claim ran out stand behind the new ones, and not among the claimed ones.
    """
    values: dict[str, Any] = {":ipk": _partition(team), ":first": LETTERS[status], ":last": f"{LETTERS[status]}~"}
    filters = []
    if search:
        filters, values[":search"] = ["contains(tg, :search)"], search
    if status == Status.NEW:
        values[":last"] = f"{LETTERS[Status.CLAIMED]}~"
    found: list[Proposal] = []
    begin = _begin(team, after) if after else None
    for _request in range(READS):
        items, begin = table.query_index("inbox", _BETWEEN, values, limit - len(found), begin, filters)
        found += [each for each in map(_proposal_of, items) if proposals.shown_status(each, now) == status]
        if begin is None or len(found) >= limit:
            break
    place = [begin["isk"], begin["pk"].partition("#")[2]] if begin else None
    return Page(found, place)


def unfinished(team: str) -> Iterator[Proposal]:
    """Yield what is new, claimed or offered, as it is stored: by one query, since they stand beside each other."""
    values = {":ipk": _partition(team), ":first": LETTERS[Status.NEW], ":last": f"{LETTERS[Status.OFFERED]}~"}
    begin: Item | None = None
    while True:
        items, begin = table.query_index("inbox", _BETWEEN, values, PAGE, begin)
        yield from map(_proposal_of, items)
        if begin is None:
            return


def place_of(value: Any, status: Status) -> Sequence[str] | None:
    """Return a place in the list of a status; None for what has not the form of one."""
    if not isinstance(value, list) or len(value) != 2 or not all(isinstance(each, str) for each in value):
        return None
    order, proposal = value
    letters = {LETTERS[status], LETTERS[Status.CLAIMED]} if status == Status.NEW else {LETTERS[status]}
    return value if _PLACE.fullmatch(order) and order[0] in letters and ID.fullmatch(proposal) else None


def of_person(channel: str, connection: str, customer_id: str) -> Sequence[Proposal]:
    """Return what is kept of the posts of one person."""
    return of_digest(customers.digest(channel, connection, customer_id))


def of_digest(digest: str) -> Sequence[Proposal]:
    """Return the same for the digest of a customer."""
    found = (read(item["sk"]) for item in table.query("pk = :pk", pk=f"proposals-of#{digest}"))
    return [each for each in found if each is not None]


def remove(proposal: str) -> None:
    """Remove a proposal."""
    table.delete(_key(proposal))


def purge_customer(digest: str) -> None:
    """Remove what is kept of the posts of a person who was erased."""
    ids = [item["sk"] for item in table.query("pk = :pk", pk=f"proposals-of#{digest}")]
    table.remove([*(_key(each) for each in ids), *((f"proposals-of#{digest}", each) for each in ids)])


def purge_team(team: str, now: int) -> None:
    """Remove what a team that is removed has and of which nothing was offered; the rest belongs to conversations."""
    for status in (Status.NEW, Status.CLAIMED, Status.DISMISSED, Status.EXPIRED):
        after: Sequence[str] | None = ()
        while after is not None:
            read = page(team, status, PAGE, now, after=after)
            found, after = read.proposals, read.after
            people = [_of_person(each.post, each.id) for each in found if each.post.author.id]
            table.remove([*(_key(each.id) for each in found), *((item["pk"], item["sk"]) for item in people)])


def is_item(item: Item) -> bool:
    """Return whether an item is a proposal."""
    return item["pk"].startswith("proposal#")


def of_item(item: Item) -> Proposal | None:
    """Return the proposal that an item holds; None for any other item."""
    return _proposal_of(item) if is_item(item) else None


def _proposal_of(item: Item) -> Proposal:
    return PROPOSAL.read(item, id=item["pk"].partition("#")[2])


def _item(proposal: Proposal, now: int) -> StoredItem:
    kept = proposal.status in (Status.OFFERED, Status.POSTED)
    expires = writes.expires_at(proposal.closed_at, now) if kept else (proposal.found_at + KEPT) // 1000
    place = f"{LETTERS[proposal.status]}{identity.LATEST - identity.clamp(proposal.found_at):013d}"
    return PROPOSAL.item(_key(proposal.id), proposal, expires, ipk=_partition(proposal.team), isk=place)


def _of_person(post: FoundPost, proposal: str) -> StoredItem:
    digest = customers.digest(post.channel, post.connection, post.author.id or "")
    return marker((f"proposals-of#{digest}", proposal), (post.sent_at + 400 * writes.DAY) // 1000)


def _partition(team: str) -> str:
    """Return the partition of a team; those of its conversations end with a number."""
    return f"proposals#{team}#p"


def _begin(team: str, place: Sequence[str]) -> dict[str, str]:
    pk, sk = _key(place[1])
    return {"ipk": _partition(team), "isk": place[0], "pk": pk, "sk": sk}


def _key(proposal: str) -> Key:
    return f"proposal#{proposal}", "#"
