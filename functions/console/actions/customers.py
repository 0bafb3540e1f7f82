"""Customers' cards: who somebody is on each platform, what is noted of them, and which identities are one person.

A card is there for an agent who sees a conversation of that identity; the same holds for each identity that is joined.
Joining changes nothing but cards: an answer goes to the identity that wrote.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from application import follow_ups, opt_outs, projection
from application.commands import new_id, repeat_on_conflict
from console import authorization
from console.authorization import LEADS
from console.errors import ApiError
from conversations import logged
from conversations.conversation import Status
from storage import audit, conversations, customer_cards, customers, keys, teams, writes
from storage.audit import AuditEvent
from storage.customer_cards import MOST_VIPS, Card, Note, Value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from console.authorization import Agent
    from console.bodies.customers import CardChange
    from conversations.conversation import Conversation
    from conversations.customer_fields import CustomerField
    from conversations.facts import Author
    from storage.writes import Write

_ID = re.compile(r"[0-9a-f]{32}")
LOOKED_AT = 100
"""Conversations of one identity that are looked at."""
MOST_IDENTITIES, MOST_NOTES, MOST_TAGS = 20, 50, 20
RENEWED_AFTER = 7 * 86_400


class Identity(Struct, frozen=True):
    """A customer on one connection, as far as an agent sees them."""

    card: Card
    customer: Author
    """As the newest conversation names them."""
    declined: bool
    heads: tuple[Conversation, ...]
    """The conversations that the agent sees, the latest first."""
    expires: int
    """Expiry of the card (seconds since 1970), also by conversations that the agent does not see."""


class Person(Struct, frozen=True):
    """A card as it is shown: the identity that was asked for, first, and those that are joined to it."""

    identities: tuple[Identity, ...]
    fields: tuple[tuple[str, CustomerField], ...]
    """The fields of the teams of these conversations, each with its team."""

    @property
    def heads(self) -> list[Conversation]:
        """Return the conversations of all identities, the latest first."""
        found = [head for each in self.identities for head in each.heads]
        return sorted(found, key=lambda head: head.last_message.at, reverse=True)

    def value(self, name: str) -> str:
        """Return a detail as it was last set on any of the identities; empty for none."""
        values = [value for each in self.identities if (value := each.card.details.get(name))]
        return max(values, key=lambda value: value.at).value if values else ""


def read(agent: Agent, card_id: str) -> Person:
    """Return a customer's card; raises a 404, also where the agent sees none of their conversations."""
    identities = _identities(agent, card_id)
    seen = {head.identity.team for each in identities for head in each.heads}
    fields = tuple((name, field) for name in sorted(seen) for field in teams.team(name).customer_fields)
    return Person(identities, fields)


def change(agent: Agent, card_id: str, wanted: CardChange, clock: Callable[[], int]) -> Person:
    """Change a card; what is taken away is taken from all joined identities. Raises a 403, 404 or 422.

    Leads alone take an opt-out back.
    """
    if wanted.opt_out is False and not agent.has(LEADS):
        read(agent, card_id)
        raise ApiError(403, "forbidden")
    now, person = clock(), read(agent, card_id)
    _check(person, wanted)
    entry = audit.entry(AuditEvent.CUSTOMER, agent.author, card_id, now, changed=wanted.names)
    for each in person.identities:
        _put(agent, person, each, wanted, now, entry)
    _set_opt_out(person.identities[0].card, wanted.opt_out, clock)
    if wanted.vip is not None:
        _set_priority(person, clock)
    return read(agent, card_id)


def join(agent: Agent, card_id: str, other_id: str, clock: Callable[[], int]) -> Person:
    """Say that two customers are one person, with all that they are joined to already; raises a 404 or 422.

    If one of them declined to be asked, they are asked on none of their identities.
    """
    now = clock()
    mine, others = _identities(agent, card_id), _identities(agent, other_id)
    cards = {each.card.digest: each.card for each in (*mine, *others)}
    _must_be_complete(cards)
    if len(cards) > MOST_IDENTITIES:
        raise ApiError(422, "too_many_identities", limit=MOST_IDENTITIES)
    if card_id == other_id:
        raise ApiError(422, "same_customer")
    _share_opt_out((*mine, *others), clock)
    person = mine[0].card.person or others[0].card.person or customer_cards.new_person()
    entry = audit.entry(AuditEvent.CUSTOMER_JOINED, agent.author, card_id, now, other=other_id)
    expires = max(each.expires for each in (*mine, *others))
    customer_cards.join(list(cards.values()), person, expires, now, entry)
    return read(agent, card_id)


def part(agent: Agent, card_id: str, identity_id: str, now: int) -> Person:
    """Take an identity out of a person again, with all that was noted of it; raises a 404."""
    found = _identities(agent, card_id)
    left = next((each for each in found if each.card.digest == identity_id and each.card.person), None)
    if left is None:
        raise ApiError(404, "no_card")
    entry = audit.entry(AuditEvent.CUSTOMER_PARTED, agent.author, card_id, now, other=identity_id)
    customer_cards.part(left.card, left.expires, now, entry)
    return read(agent, card_id)


def identity_of(agent: Agent, card_id: str) -> Identity:
    """Return one identity, as far as an agent sees it; raises a 404."""
    if found := _identity(agent, card_id):
        return found
    raise ApiError(404, "no_card")


# -- what an agent sees -----------------------------------------------------------------------------------------------


def _identities(agent: Agent, card_id: str) -> tuple[Identity, ...]:
    first = identity_of(agent, card_id)
    others = [each for each in customer_cards.members(first.card.person) if each != card_id]
    return (first, *(each for name in others if (each := _identity(agent, name))))


def _identity(agent: Agent, card_id: str) -> Identity | None:
    if not _ID.fullmatch(card_id):
        return None
    known = customer_cards.read(card_id, LOOKED_AT)
    found = conversations.heads(known.conversations)
    heads = authorization.seen_by(agent, [head for head in found.values() if not head.unproven])
    if not heads:
        return None
    heads.sort(key=lambda head: head.last_message.at, reverse=True)
    card = known.card if known.card.channel else _named(known.card, found.values())
    names = [head.customer for head in heads if head.customer.name and not _is_logged_for(head)]
    expires = max(known.expires, expiry_of(found.values()))
    if known.expires and known.expires + RENEWED_AFTER < expires:
        customer_cards.renew(card_id, expires)
    return Identity(card, (names or [heads[0].customer])[0], known.declined_at > 0, tuple(heads), expires)


def _named(card: Card, heads: Iterable[Conversation]) -> Card:
    """Return a card that nobody wrote yet, with whose it is."""
    own = next((head for head in heads if not _is_logged_for(head)), None)
    if own is None:
        return card
    identity = own.identity
    return replace(card, channel=identity.channel, connection=identity.connection, customer_id=own.customer.id or "")


def _is_logged_for(head: Conversation) -> bool:
    return logged.card_of(head.identity.channel, head.customer.id or "") is not None


def expiry_of(heads: Iterable[Conversation]) -> int:
    """Return when a card expires (seconds since 1970): with the newest of its conversations."""
    newest = max(head.last_message.at for head in heads)
    return customer_cards.expires_at(newest)


# -- changes ----------------------------------------------------------------------------------------------------------


def _check(person: Person, wanted: CardChange) -> None:
    """Raise a 422 for what a card does not take."""
    known = {(team, field.name): field for team, field in person.fields}
    for team, name, value in wanted.fields:
        field = known.get((team, name))
        if field is None or (value is not None and not field.holds(value)):
            raise ApiError(422, "customer_field", detail=f"{team}: {name}")
    if wanted.vip and len(customer_cards.vips()) >= MOST_VIPS:
        raise ApiError(422, "too_many_vips", limit=MOST_VIPS)
    if wanted.note and len(person.identities[0].card.notes) >= MOST_NOTES:
        raise ApiError(422, "too_many_customer_notes", limit=MOST_NOTES)
    if wanted.tags is not None and len(wanted.tags) > MOST_TAGS:
        raise ApiError(422, "too_many_tags", limit=MOST_TAGS)


def _put(agent: Agent, person: Person, of: Identity, wanted: CardChange, now: int, entry: Write) -> None:
    """Write what a change makes of one card, as it is after the changes of others; with the first, an audit entry."""
    known, is_first = iter([of.card]), of is person.identities[0]

    def attempt() -> None:
        card = next(known, None) or customer_cards.existing(of.card.digest)
        changed = _changed(agent, person, card, wanted, is_first, now)
        if changed != card or is_first:
            customer_cards.put(changed, of.expires, now, *([entry] if is_first else []))

    repeat_on_conflict(attempt)


def _changed(agent: Agent, person: Person, card: Card, wanted: CardChange, is_first: bool, now: int) -> Card:
    """Return a card after a change: what is new stands on the first one, what is taken away on none."""
    vip = card.vip if wanted.vip is None else wanted.vip and (is_first or card.vip)
    notes = tuple(each for each in card.notes if each.id != wanted.remove_note)
    if wanted.note and is_first:
        notes = (*notes, Note(new_id(now), wanted.note, str(agent.id), agent.name, now))
    return replace(
        card,
        details=_details(card, wanted, is_first, now),
        tags=_tags(person, card, wanted, is_first),
        vip=vip,
        notes=notes,
    )


def _details(card: Card, wanted: CardChange, is_first: bool, now: int) -> dict[str, Value]:
    details = dict(card.details)
    given = {**wanted.details, **{f"{team}/{name}": value for team, name, value in wanted.fields}}
    for name, value in given.items():
        if not value:
            details.pop(name, None)
        elif is_first:
            details[name] = Value(value, now)
    return details


def _tags(person: Person, card: Card, wanted: CardChange, is_first: bool) -> tuple[str, ...]:
    if wanted.tags is None:
        return card.tags
    elsewhere = {tag for each in person.identities if each.card.digest != card.digest for tag in each.card.tags}
    new = set(wanted.tags) - elsewhere if is_first else set()
    return tuple(sorted(set(card.tags) & set(wanted.tags) | new))


def _set_opt_out(card: Card, declined: bool | None, clock: Callable[[], int]) -> None:
    customer = (card.channel, card.connection, card.customer_id)
    if declined is True:
        opt_outs.decline(customer, clock)
    elif declined is False:
        now = clock()
        opt_outs.permit(customer, writes.expires_at(now, now))


def _set_priority(person: Person, clock: Callable[[], int]) -> None:
    """Have open conversations due sooner, or as others: at once, and again once nobody works with the former list."""
    waiting = [head for head in person.heads if head.status != Status.RESOLVED]
    for team in sorted({head.identity.team for head in waiting}):
        teams.mark_outdated(team, clock())
    for head in waiting:
        with suppress(conversations.Conflict):
            projection.refold(keys.id_of(head.identity), clock())


def _share_opt_out(identities: tuple[Identity, ...], clock: Callable[[], int]) -> None:
    """Let an opt-out of one hold for all, before they are joined: an interrupted join then asks too few."""
    if not any(each.declined for each in identities):
        return
    for each in identities:
        if not each.declined:
            customers.decline(each.card.channel, each.card.connection, each.card.customer_id, clock())
            for head in each.heads:
                follow_ups.replan(keys.id_of(head.identity), clock)


def _must_be_complete(cards: dict[str, Card]) -> None:
    """Raise a 404 where nothing tells whose a card is: then it is that of a logged call whose customer is gone."""
    if not all(card.channel for card in cards.values()):
        raise ApiError(404, "no_card")
