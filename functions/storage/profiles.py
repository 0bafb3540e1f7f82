"""Names of customers that were looked up on the platform, and look-ups that found none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conversations.facts import Author
from storage import table
from storage.schema import Schema

if TYPE_CHECKING:
    from storage.keys import Key

PROFILE = Schema(Author, name="n", handle="ah")
"""The id stands in the key; a look-up that found no name has none."""


def read(channel: str, name: str, author_id: str) -> Author | None:
    """Return a person whose profile was looked up lately, without a name where none was found; None for any other."""
    item = table.get(*_key(channel, name, author_id))
    return PROFILE.read(item, id=author_id) if item is not None else None


def put(channel: str, name: str, author: Author, expires: int) -> None:
    """Remember a profile look-up, also one that found nothing; ``expires`` in seconds since 1970."""
    table.put(PROFILE.item(_key(channel, name, str(author.id)), author, expires))


def forget(channel: str, name: str, author_id: str) -> None:
    """Forget the name of a person who was erased."""
    table.delete(_key(channel, name, author_id))


def _key(channel: str, name: str, author_id: str) -> Key:
    return f"profile#{channel}/{name}", author_id
