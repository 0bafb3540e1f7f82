"""Names of customers that were looked up on the platform, and look-ups that found none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage import table

if TYPE_CHECKING:
    from conversations.facts import Author
    from storage.keys import Key


def read(channel: str, name: str, author_id: str) -> tuple[bool, str | None]:
    """Return whether a person's profile was looked up lately, and the name that was found, if any."""
    found = table.get(*_key(channel, name, author_id))
    return found is not None, (found or {}).get("n")


def put(channel: str, name: str, author: Author, expires: int) -> None:
    """Remember a profile look-up, also one that found nothing; ``expires`` in seconds since 1970."""
    item = {"pk": f"profile#{channel}/{name}", "sk": author.id, "n": author.name, "expires": expires}
    table.put(item)


def forget(channel: str, name: str, author_id: str) -> None:
    """Forget the name of a person who was erased."""
    table.delete(_key(channel, name, author_id))


def _key(channel: str, name: str, author_id: str) -> Key:
    return f"profile#{channel}/{name}", author_id
