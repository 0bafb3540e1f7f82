"""An answer that is longer than the platform takes, as several messages in their order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import channels
from channels import _text
from conversations.send_options import Way

if TYPE_CHECKING:
    from conversations.conversation import Conversation
    from conversations.send_options import Route

MOST_PARTS = 10
ONCE = frozenset({Way.PRIVATE_REPLY, Way.TEMPLATE, Way.REPLACE})
"""Ways that are open for one message only, or in which the second would take the place of the first."""


def parts(head: Conversation, route: Route, text: str) -> list[str]:
    """The text as the messages it goes out as; as it is where it cannot be split, so that its length is refused."""
    if route.way in ONCE:
        return [text]
    channel = channels.get(head.identity.channel)
    try:
        found = _text.split(text, route.limit, lambda part: channel.sender.measure(part, route.way))
    except ValueError:
        return [text]
    return found if len(found) <= MOST_PARTS else [text]
