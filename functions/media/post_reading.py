"""The posts that customers comment on, from the platform into the table: once each, beside all that must not wait."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import channels
from application.connections import session
from aws import secrets as secrets_module
from channels.base import PermanentFailure, Reason, TransientFailure, UnconfirmedSend
from media.fetch import LONGEST_BACKOFF, PATIENCE, Later
from shared.telemetry import count, logger
from storage import own_posts

if TYPE_CHECKING:
    from conversations.message_context import Post


def take(task: dict[str, Any], receives: int, now: int) -> None:
    """Read a post unless that was done; raises ``Later``. One that cannot be read is noted as nothing.

    ``now`` in milliseconds.
    """
    channel, connection, thread_id = task["channel"], task["connection"], task["post"]
    if own_posts.read(channel, connection, thread_id) is not None:
        return
    try:
        post = _read(channel, connection, thread_id, now)
    except Later as later:
        if receives < PATIENCE:
            raise Later(later.seconds or min(2.0**receives, LONGEST_BACKOFF), later.reason) from None
        logger.warning("Post not read", channel=channel, reason=later.reason)
        post = own_posts.NOTHING
    own_posts.put(channel, connection, thread_id, post, now)
    count("PostRead", channel=channel, outcome="nothing" if post == own_posts.NOTHING else "read")


def _read(channel: str, connection: str, thread_id: str, now: int) -> Post:
    try:
        credentials = session.fresh(channel, connection, now)
        return channels.get(channel).receiver.own_post(thread_id, credentials) or own_posts.NOTHING
    except PermanentFailure as failure:
        logger.info("Post cannot be read", channel=channel, reason=failure.reason)
    except TransientFailure as failure:
        raise Later(failure.retry_after or 0, failure.reason) from None
    except UnconfirmedSend:
        raise Later(0, Reason.RETRY) from None
    except secrets_module.UnknownConnection:
        pass
    return own_posts.NOTHING
