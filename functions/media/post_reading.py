"""The posts that customers comment on, from the platform into the table: once each, beside all that must not wait."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import channels
from application.connections import session
from aws import secrets as secrets_module
from channels.base import PermanentFailure
from media.retry import Later, waiting_for_platform
from shared.telemetry import count, logger
from storage import own_posts

if TYPE_CHECKING:
    from conversations.message_context import Post

FRESH = 900_000
"""Milliseconds for which the numbers of a post are not read again."""


def take(task: dict[str, Any], receives: int, now: int) -> None:
    """Read a post unless that was done lately; raises ``Later``. One that cannot be read is noted as nothing.

    Its numbers grow with its comments, so it is read again as these come in. ``now`` in milliseconds.
    """
    channel, connection, thread_id = task["channel"], task["connection"], task["post"]
    known = own_posts.read(channel, connection, thread_id)
    if known is not None and _is_fresh(known, own_posts.read_at(channel, connection, thread_id), now):
        return
    try:
        post = _read(channel, connection, thread_id, now)
    except Later as later:
        wait = later.again(receives)
        if wait and known is None:
            raise wait from None
        logger.warning("Post not read", channel=channel, reason=later.reason)
        post = own_posts.NOTHING
    if post == own_posts.NOTHING and known is not None:
        post = known
    own_posts.put(channel, connection, thread_id, post, now)
    count("PostRead", channel=channel, outcome="nothing" if post == own_posts.NOTHING else "read")


def _is_fresh(post: Post, read_at: int, now: int) -> bool:
    """Return whether a post is not read again; one that could not be shown is asked for when its note has expired."""
    return post == own_posts.NOTHING or now < read_at + FRESH


def _read(channel: str, connection: str, thread_id: str, now: int) -> Post:
    try:
        with waiting_for_platform():
            credentials = session.fresh(channel, connection, now)
            return channels.get(channel).receiver.own_post(thread_id, credentials) or own_posts.NOTHING
    except PermanentFailure as failure:
        logger.info("Post cannot be read", channel=channel, reason=failure.reason)
    except secrets_module.UnknownConnection:
        pass
    return own_posts.NOTHING
