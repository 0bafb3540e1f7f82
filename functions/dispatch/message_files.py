"""Effects on the files of messages (downloaded, removed with their message, and restored), and on commented posts."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import channels
from aws import media_queue
from conversations import effects, link_previews
from shared import settings
from storage import files, open_comments

if TYPE_CHECKING:
    from collections.abc import Callable


KEPT, MOST_KEPT = 600.0, 10_000
"""Seconds for which a process does not ask again for a post, and posts that it knows before it forgets them all."""

_asked: dict[tuple[str, effects.ShowPost], float] = {}


def fetch(conversation_id: str, effect: effects.Fetch, _clock: Callable[[], int]) -> None:
    """Queue the download of a message's files."""
    media_queue.ask(conversation_id, effect.entry)


def forget(conversation_id: str, effect: effects.Forget, clock: Callable[[], int]) -> None:
    """Remove the files of a message that was removed."""
    files.forget(conversation_id, effect.message_id, effect.at, clock())


def restore(conversation_id: str, effect: effects.Restore, _clock: Callable[[], int]) -> None:
    """Restore the files of a message that is shown again."""
    files.restore(conversation_id, effect.message_id, effect.at)


def show(_conversation_id: str, effect: effects.ShowPost, _clock: Callable[[], int]) -> None:
    """Queue the reading of a post, on a channel that has posts of the company's."""
    key = settings.table_name(), effect
    is_wanted = channels.get(effect.channel).has_posts and settings.has_media_queue()
    if not is_wanted or _asked.get(key, 0) > time.monotonic():
        return
    media_queue.ask_for_post(effect.channel, effect.connection, effect.thread_id)
    if len(_asked) >= MOST_KEPT:
        _asked.clear()
    _asked[key] = time.monotonic() + KEPT


def preview(conversation_id: str, effect: link_previews.PreviewLink, _clock: Callable[[], int]) -> None:
    """Queue the look at the page that a message links to, where the company wants that."""
    if settings.has_media_queue() and settings.link_previews():
        media_queue.ask_for_preview(conversation_id, effect.entry, effect.action_id)


def list_comments(_conversation_id: str, effect: effects.ListComments, clock: Callable[[], int]) -> None:
    """Write what a conversation has open below its post."""
    open_comments.change(effect.before, effect.after, clock())


HANDLERS = {
    effects.Fetch: fetch,
    link_previews.PreviewLink: preview,
    effects.Forget: forget,
    effects.Restore: restore,
    effects.ShowPost: show,
    effects.ListComments: list_comments,
}
