"""Thread of a message by its id, for platforms whose answers name only the message, or that move messages."""

from __future__ import annotations

from msgspec import Struct

from storage.schema import Schema


class Reference(Struct, frozen=True):
    """Thread and branch of a message."""

    thread_id: str = ""
    branch_id: str = ""
    author: str = ""
    """Digest of its author, where anybody writes the ids of messages; ``AWAITED`` of one that is not here."""
    at: int = 0
    """Of a message that may be moved, the time since which it is there (milliseconds)."""


AWAITED = "~"
REFERENCE = Schema(Reference, thread_id="h", branch_id="g", author="by", at="at")
