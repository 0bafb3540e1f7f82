"""One-time tickets with which the page opens its live connection, as digests: the table alone opens none.

The stream leaves them out, by their sort key ``@``.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from msgspec import Struct

from storage import table
from storage.schema import Schema, flag

if TYPE_CHECKING:
    from storage.keys import Key

MARK = "@"


class Ticket(Struct, frozen=True):
    """The agent for whom a live connection may be opened, and until when it may last."""

    agent: str
    name: str = ""
    is_admin: bool = False
    until: int = 0
    """Time (milliseconds) at which the connection ends: that of the token with which the ticket was requested."""
    origin: str = ""
    """Origin of the page that requested it; empty where no browser did."""


TICKET = Schema(Ticket, agent="a", name="n", is_admin=flag("ad"), until="u", origin="o")


def digest_of(ticket: str) -> str:
    """Return the digest under which a ticket is kept."""
    return sha256(ticket.encode()).hexdigest()


def put(digest: str, ticket: Ticket, ends: int) -> None:
    """Keep a ticket until a time, in seconds since 1970."""
    table.put(TICKET.item(_key(digest), ticket, ends))


def redeem(digest: str, origin: str, now: int) -> Ticket | None:
    """Return a ticket that was not used before, has not ended and is of this origin, and mark it as used; else None.

    ``now`` is in milliseconds.
    """
    own_page = "o = :origin" if origin else "attribute_not_exists(o)"
    try:
        item = table.change(
            _key(digest),
            "SET used = :now",
            f"attribute_exists(pk) AND attribute_not_exists(used) AND expires > :second AND {own_page}",
            None,
            now=now,
            second=now // 1000,
            **({"origin": origin} if origin else {}),
        )
    except table.Conflict:
        return None
    return TICKET.read(item)


def used(digest: str) -> Ticket | None:
    """Return a ticket that was used to open a connection."""
    item = table.get(*_key(digest))
    return TICKET.read(item) if item and "used" in item else None


def _key(digest: str) -> Key:
    return f"ticket#{digest}", MARK
