"""Effects on the files of messages: downloaded, removed with their message, and restored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws import media_queue
from conversations import effects
from storage import files

if TYPE_CHECKING:
    from collections.abc import Callable


def fetch(conversation_id: str, effect: effects.Fetch, _clock: Callable[[], int]) -> None:
    """Queue the download of a message's files."""
    media_queue.ask(conversation_id, effect.entry)


def forget(conversation_id: str, effect: effects.Forget, clock: Callable[[], int]) -> None:
    """Remove the files of a message that was removed."""
    files.forget(conversation_id, effect.message_id, effect.at, clock())


def restore(conversation_id: str, effect: effects.Restore, _clock: Callable[[], int]) -> None:
    """Restore the files of a message that is shown again."""
    files.restore(conversation_id, effect.message_id, effect.at)


HANDLERS = {effects.Fetch: fetch, effects.Forget: forget, effects.Restore: restore}
