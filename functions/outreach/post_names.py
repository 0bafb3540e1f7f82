"""Names of found posts and their threads: the same post has one, however many searches find it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from conversations import identity
from outreach.found_posts import FEED

if TYPE_CHECKING:
    from outreach.found_posts import FoundPost

NUMBERED = frozenset({"discourse"})
"""Channels whose posts have numbers of their server."""


def proposal_id(channel: str, post_id: str, connection: str = "") -> str:
    """Return the id of the proposal for a post, however many searches find it, and through whatever connection.

    Where posts are numbered by each server, it is one of the connection, or posts of two servers would be one.
    """
    name = f"{connection}\0{post_id}" if channel in NUMBERED and connection else post_id
    return identity.digest(f"{channel}\0{name}")


def id_for(post: FoundPost) -> str:
    """Return the id of the proposal for a post: the same through connections to different servers of one platform.

    That of a feed's entry is its address, where it has one.
    """
    return proposal_id(post.channel, post.uri, post.connection) if post.uri else earlier_id_for(post)


def earlier_id_for(post: FoundPost) -> str:
    """Return the id of the proposal as it was before a post had its name on all servers."""
    return proposal_id(post.channel, (post.channel == FEED and post.url) or post.id, post.connection)


def account_of(post: FoundPost) -> tuple[str, str]:
    """Return whose pace an answer to a post counts for: channel and connection, or of a feed the forum's host."""
    return post.channel, (urlsplit(post.url).hostname or "") if post.channel == FEED else post.connection


def thread_name(post: FoundPost) -> str:
    """Return the name of the thread in which nothing more is offered.

    It is one of the server, which calls the post above by its own id alone; the post itself has one proposal anyway.
    """
    return proposal_id(post.channel, f"thread\0{post.thread_id or post.id}", post.connection)
