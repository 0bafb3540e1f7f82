"""Forwards by the reference that their mails carry, so that an answer finds its conversation.

Times are handed in, in milliseconds. Whatever is written here may be written twice.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

from msgspec import Struct

from conversations import identity
from storage import table, writes
from storage.schema import Schema
from storage.writes import expires_at

if TYPE_CHECKING:
    from storage.keys import Key
    from storage.writes import Write


class Forwarded(Struct, frozen=True):
    """The action that a forward is, and its conversation."""

    conversation: str
    action_id: str


FORWARDED = Schema(Forwarded, conversation="cv", action_id="i")


def reference_of(conversation: str, action_id: str) -> str:
    """Return the reference of a forward: 20 letters, which fit into an address."""
    return identity.base32(blake2b(f"{conversation}\0{action_id}".encode(), digest_size=12).digest())


def put_write(forwarded: Forwarded, now: int) -> Write:
    """Return the write of a forward's reference; it expires with the forward, and holds no personal data."""
    key = _key(reference_of(forwarded.conversation, forwarded.action_id))
    return writes.put(FORWARDED.item(key, forwarded, expires_at(int(forwarded.action_id[:13]), now)))


def find(reference: str) -> Forwarded | None:
    """Return the forward with a reference, which may be erased since."""
    item = table.get(*_key(reference))
    return FORWARDED.read(item) if item else None


def _key(reference: str) -> Key:
    return f"forward#{reference}", "#"
