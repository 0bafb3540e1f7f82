"""Place of an answer to one comment, on platforms that show two levels of comments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conversations.send_options import Place, Placement

if TYPE_CHECKING:
    from conversations.messages import Message


def on_two_levels(message: Message, thread_id: str, sign: str = "") -> Place:
    """Return the place of an answer: an answer to an answer joins the level above, and names whom it is for.

    ``sign`` stands before the name where that has its owner told.
    """
    if message.parent_id in (None, thread_id):
        return Place()
    if not message.author.name:
        return Place(Placement.THREAD)
    return Place(Placement.MENTION, f"{sign}{message.author.name}")
