"""Messages that a machine of the platform, or of another tool, wrote in the company's name: they answer nobody. Pure.

Some platforms say so. Of others the time tells, since nobody reads, thinks and types within seconds, or the words, when
one text stands word by word below several messages. Only one conversation is looked at: what a machine writes once to
each customer, and not at once, is taken for a person's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from conversations.normalization import normalize

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from conversations.messages import Message

AT_ONCE = 5_000
"""Milliseconds after the first message that waits: within them nobody answers it."""
BESIDE_ANOTHER = 2_000
"""Milliseconds after a further message: within them a person may be done with the answer to one before."""
LONG = 20
"""Characters of a text that nobody types twice; people repeat "You are welcome!"."""


def marked(messages: Sequence[Message], ours: Collection[str]) -> list[Message]:
    """Return messages in their order, with those marked that a machine wrote in the company's name.

    ``ours`` are the ids of what was sent from here: who wrote it is known.
    """
    if not any(_is_foreign(each, ours) for each in messages):
        return list(messages)
    repeated = _repeated(messages, ours)
    found: list[Message] = []
    texts: set[str] = set()
    waiting: list[int] = []
    for message in messages:
        if message.direction == "inbound":
            waiting.append(message.sent_at)
        elif _is_foreign(message, ours) and (
            message.automatic or message.id in repeated or _plain(message) in texts or _is_at_once(message, waiting)
        ):
            texts.add(_plain(message))
            found.append(replace(message, automatic=True))
            continue
        elif message.direction == "outbound" and not message.follow_up:
            waiting.clear()
        found.append(message)
    return found


def _is_foreign(message: Message, ours: Collection[str]) -> bool:
    return message.direction == "outbound" and message.id not in ours


def _is_at_once(message: Message, waiting: Sequence[int]) -> bool:
    if not waiting:
        return False
    return message.sent_at - waiting[0] <= AT_ONCE or message.sent_at - waiting[-1] <= BESIDE_ANOTHER


def _repeated(messages: Sequence[Message], ours: Collection[str]) -> set[str]:
    """Return the ids of messages whose text stands word by word below several messages of others."""
    inbound, told, repeated = 0, dict[str, dict[int, list[str]]](), set[str]()
    for message in messages:
        inbound += message.direction == "inbound"
        text = _plain(message)
        if len(text) >= LONG and _is_foreign(message, ours):
            below = told.setdefault(text, {})
            below.setdefault(inbound, []).append(message.id)
            if len(below) > 1:
                repeated.update(each for some in below.values() for each in some)
    return repeated


def _plain(message: Message) -> str:
    return " ".join(normalize("NFC", message.text or "").split())
