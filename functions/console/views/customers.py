"""Customers' cards as the API shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from console.times import when
from console.views import conversations as conversation_views
from conversations.identity import address_in
from storage import keys

if TYPE_CHECKING:
    from console.actions.customers import Identity, Person
    from console.actions.found_people import Known
    from conversations.facts import Author
    from outreach.proposals import Proposal

Json = dict[str, Any]
MOST_SHOWN = 50


def card(person: Person, language: str) -> Json:
    """Return a customer's card, with that of all identities that are joined."""
    first, heads = person.identities[0], person.heads
    cards = [each.card for each in person.identities]
    notes = sorted((note for each in cards for note in each.notes), key=lambda note: note.at, reverse=True)
    return {
        "id": first.card.digest,
        "name": person.value("name") or first.customer.name or None,
        "number": person.value("number") or None,
        "address": person.value("address") or None,
        "language": person.value("language") or None,
        "vip": any(each.vip for each in cards),
        "tags": sorted({tag for each in cards for tag in each.tags}),
        "fields": [
            {
                "team": team,
                "name": field.name,
                "label": field.label,
                "type": field.type,
                "choices": list(field.choices),
                "value": person.value(f"{team}/{field.name}") or None,
            }
            for team, field in person.fields
        ],
        "notes": [
            {"id": note.id, "text": note.text, "by": {"id": note.by_id, "name": note.by_name}, "at": when(note.at)}
            for note in notes
        ],
        "opt_out": any(each.declined for each in person.identities),
        "identities": [_identity(each) for each in person.identities],
        "conversations": [conversation_views.conversation(head, language) for head in heads[:MOST_SHOWN]],
        "follow_ups": [
            {
                "conversation": keys.id_of(head.identity),
                "follow_up": conversation_views.follow_up(head.follow_up, language),
            }
            for head in heads
            if head.follow_up
        ][:MOST_SHOWN],
    }


def proposal(found: Proposal) -> Json:
    """Return all that is kept of a post that a search found, and of what was offered, for an export."""
    post, offer = found.post, found.offer
    return {
        "proposal": found.id,
        "team": found.team,
        "status": found.status,
        "intent": found.intent,
        "language": found.language or None,
        "found_at": when(found.found_at),
        "dismissal": found.dismissal,
        "post": {
            "channel": post.channel,
            "connection": post.connection or None,
            "url": post.url,
            "sent_at": when(post.sent_at),
            "author": {"id": post.author.id, "name": post.author.name, "handle": post.author.handle},
            "title": post.title or None,
            "text": post.text,
            "place": post.place or None,
            "attachments": [{"type": each.type, "url": each.url} for each in post.attachments],
        },
        "offer": {
            "text": offer.text,
            "at": when(offer.at),
            "by": _agent(offer.by),
            "approved_by": _agent(offer.approved_by),
        }
        if offer
        else None,
        "posted": {"url": found.posted_url, "at": when(found.posted_at)} if found.posted_url else None,
    }


def found_person(known: Known) -> Json:
    """Return what is known of the author of a found post, beside their posts."""
    channel, connection, _ = known.proposal.person
    author = known.proposal.post.author
    return {
        "person": {
            "channel": channel,
            "connection": connection or None,
            "id": author.id,
            "name": author.name,
            "handle": author.handle,
        },
        "declined": known.declined,
        "offered_at": when(known.offered_at or None),
    }


def sorted_export(page: Json) -> Json:
    """Return a page of an export with conversations and proposals apart."""
    items = page["items"]
    return page | {
        "items": [each for each in items if "proposal" not in each],
        "proposals": [each for each in items if "proposal" in each],
    }


def _agent(author: Author | None) -> Json | None:
    return {"id": author.id, "name": author.name} if author else None


def _identity(shown: Identity) -> Json:
    customer = shown.customer
    return {
        "id": shown.card.digest,
        "channel": shown.card.channel or shown.heads[0].identity.channel,
        "connection": shown.card.connection or shown.heads[0].identity.connection,
        "name": customer.name or None,
        "handle": address_in(customer),
        "opt_out": shown.declined,
        "joined": bool(shown.card.person),
        "conversations": len(shown.heads),
    }
