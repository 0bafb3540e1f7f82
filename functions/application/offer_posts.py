"""Posts of ours that a person wrote by hand, by their addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import channels
from application.connections import session
from aws import secrets
from channels.base import ChannelError
from shared import http_guard, settings

if TYPE_CHECKING:
    from channels.base import Credentials
    from outreach.found_posts import FoundPost


def is_ours(post: FoundPost, url: str, now: int) -> bool:
    """Return whether an address can be that of our answer to a post, and is not the post's own."""
    searcher = channels.get(post.channel).searcher if post.channel in channels.names() else None
    if url == post.url:
        return False
    if searcher is None:
        return _host(url) != "" and _host(url) == _host(post.url)
    try:
        own = searcher.own_post_id(url, _credentials(post, now))
    except ChannelError:  # the platform has to be asked, and cannot be just now
        return _host(url) != "" and _host(url) == _host(post.url)
    return own is not None and own != post.id


def _credentials(post: FoundPost, now: int) -> Credentials | None:
    http_guard.permit(settings.network())
    try:
        return session.fresh(post.channel, post.connection, now)
    except (ChannelError, secrets.UnknownConnection):
        return None


def _host(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return parts.hostname or "" if parts.scheme in ("http", "https") else ""
