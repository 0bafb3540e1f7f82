"""Has files of messages, and posts, fetched: the queue before the media function. It carries keys and no addresses."""

from __future__ import annotations

from aws import queues
from shared import settings


def ask(conversation: str, entry: str, file_id: str = "") -> None:
    """Have the files of a fact fetched (``entry`` is its sort key), or one of them; asked twice, it is done once."""
    task = {"conversation": conversation, "entry": entry} | ({"file": file_id} if file_id else {})
    queues.send(settings.media_queue_url(), task)


def ask_for_preview(conversation: str, entry: str, action_id: str) -> None:
    """Have the page looked at that a message links to: a fact (its sort key) or an action (its id)."""
    queues.send(settings.media_queue_url(), {"conversation": conversation, "link_of": action_id or entry})


def ask_for_post(channel: str, connection: str, thread_id: str) -> None:
    """Have the post read that a thread of comments stands below; asked twice, it is done once."""
    queues.send(settings.media_queue_url(), {"channel": channel, "connection": connection, "post": thread_id})
