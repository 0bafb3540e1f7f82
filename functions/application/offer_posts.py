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


def own_id(post: FoundPost, url: str, now: int) -> str | None:
    """Return the platform's id of our answer to a post, by its address; the address itself where there are no ids.

    Empty where the id cannot be learnt now. None for what can be no address of it, and for the post's own.
    """
    searcher = channels.get(post.channel).searcher if post.channel in channels.names() else None
    if url == post.url or not _host(url):
        return None
    if searcher is None:
        return url if _is_beside(post, url) else None
    try:
        own = searcher.own_post_id(url, _credentials(post, now))
    except ChannelError:  # the platform has to be asked, and cannot be just now
        return "" if _is_beside(post, url) else None
    return own if own != post.id else None


def _is_beside(post: FoundPost, url: str) -> bool:
    return _host(url) != "" and _host(url) == _host(post.url)


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
