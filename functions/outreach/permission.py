"""Permission of the platforms to answer a stranger's post."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class Possibility(StrEnum):
    """The way in which a stranger's post can be answered."""

    ALLOWED = "allowed"
    BY_HAND = "by_hand"
    """Only by a person in the platform's own app."""
    IMPOSSIBLE = "impossible"


class Permission(Struct, frozen=True):
    """Answer to the question how a post may be answered, with the reason, and until when."""

    state: Possibility
    why: str
    """Key of the sentence that is shown."""
    until: int | None = None
    """Milliseconds: it is otherwise then; None where no end is known."""
    cost: int = 0
    """Price of an answer without a link, in millionths of a US dollar."""
