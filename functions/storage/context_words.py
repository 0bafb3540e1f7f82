"""Words beside a message's own text, for the search: what it quotes or refers to, a place, and the cards with it.

They lie in an item of their own beside the fact, which nothing but the index ``said`` reads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from conversations import attachments, identity
from conversations.facts import Author, Fact, Kind
from storage import mapping
from storage.schema import Schema, flag

if TYPE_CHECKING:
    from storage.attribute_values import StoredItem

LONGEST = 5_000
"""Characters that are searched."""
WORDS = Schema(
    Fact,
    parts={"author": Author},
    message_id="i",
    author__id="a",
    author__name="n",
    own=flag("o"),
    text="x",
)


def item_of(channel: str, connection: str, fact: Fact, expires: int) -> StoredItem | None:
    """Return the item that has a message found by such words; None where it has none."""
    words = words_of(fact)
    if fact.kind not in (Kind.MESSAGE, Kind.EDITED) or not words:
        return None
    thread, entry = mapping.fact_key(channel, connection, fact)
    place = mapping.searchable_at(thread, fact.at)
    return WORDS.item((thread, f"{entry}w"), replace(fact, text=words), expires, **place)


def words_of(fact: Fact) -> str:
    """Return the words that belong to a message, and are not its text."""
    parts: list[str | None] = [fact.forwarded_from]
    if fact.quoted:
        parts += [fact.quoted.author, fact.quoted.text]
    if fact.referral:
        parts += [fact.referral.title, fact.referral.text]
    if fact.place:
        parts += [fact.place.name, fact.place.address]
    parts += [each.title for each in fact.attachments if not attachments.is_file(each)]
    ours = fact.own and fact.reference is not None and identity.is_action_id(fact.reference)
    return "" if ours else "\n".join(dict.fromkeys(filter(None, parts)))[:LONGEST]
