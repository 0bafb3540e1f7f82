"""Posts of the company's with open comments, and the conversations below one of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from console import authorization
from console.errors import ApiError
from conversations import identity
from conversations.message_context import Post
from conversations.post_comments import open_comments
from storage import conversations, own_posts, team_names
from storage import open_comments as stored_comments

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.authorization import Agent
    from conversations.conversation import Conversation
    from conversations.post_comments import OpenComments

MOST = 100
"""Posts of one answer."""
_ID = re.compile(r"[a-z2-7]{26}")


class CommentedPost(Struct):
    """A post with open comments."""

    id: str
    channel: str
    connection: str
    thread_id: str
    entries: list[OpenComments] = field(default_factory=list)
    post: Post = own_posts.NOTHING

    @property
    def count(self) -> int:
        """Number of open comments."""
        return sum(each.count for each in self.entries)

    @property
    def since(self) -> int:
        """Time since which the first of them waits (milliseconds)."""
        return min(each.since for each in self.entries)


def listed(agent: Agent, team: str, channel: str, now: int) -> tuple[list[CommentedPost], int]:
    """Return the posts with open comments of the teams that an agent sees, and how many more there are.

    The one whose first comment waits longest comes first.
    """
    names = authorization.visible(agent, [team] if team else team_names.names())
    entries = [each for each in stored_comments.of_teams(names, now) if channel in ("", each.channel)]
    posts = sorted(_by_post(entries), key=lambda each: (each.since, each.id))
    _read(posts[:MOST])
    return posts[:MOST], max(0, len(posts) - MOST)


def conversations_below(
    agent: Agent, post_id: str, limit: int, start: tuple[int, str] | None, now: int
) -> tuple[CommentedPost | None, list[Conversation], list[Any] | None]:
    """Return a post, its conversations with open comments from a place on, and the place where the next page begins.

    Who waits longest comes first. Raises a 404 for what is no id of a post; a post without open comments is None.
    """
    if not _ID.fullmatch(post_id):
        raise ApiError(404, "no_post")
    names = authorization.visible(agent, team_names.names())
    entries = stored_comments.of_post(names, post_id)
    if not entries:
        return None, [], None
    (post,) = _by_post(entries)
    _read([post])
    places = sorted(((each.since, _id(each)), each) for each in entries)
    further = [(place, each) for place, each in places if start is None or place > start]
    heads = conversations.heads([conversation for (_, conversation), _ in further[:limit]])
    shown = []
    for (_, conversation), entry in further[:limit]:
        head = heads.get(conversation)
        current = open_comments(head)
        if current != entry:
            stored_comments.change(entry, current, now)
        if head and current and head.identity.team in names:
            shown.append(head)
    following = list(further[limit - 1][0]) if len(further) > limit else None
    return post, shown, following


def place_of(value: Any) -> tuple[int, str] | None:
    """Return a place among the conversations below a post; None for what has not the form of one."""
    if not isinstance(value, list) or len(value) != 2 or not isinstance(value[0], int) or isinstance(value[0], bool):
        return None
    is_id = isinstance(value[1], str) and identity.CONVERSATION_ID.fullmatch(value[1])
    return (value[0], value[1]) if is_id else None


def _by_post(entries: Sequence[OpenComments]) -> list[CommentedPost]:
    posts: dict[str, CommentedPost] = {}
    for each in entries:
        thread = identity.thread_key(each.channel, each.connection, each.thread_id)
        post = posts.setdefault(thread, CommentedPost(thread, each.channel, each.connection, each.thread_id))
        post.entries.append(each)
    return list(posts.values())


def _read(posts: Sequence[CommentedPost]) -> None:
    """Add what the posts say, as far as it was read from the platform."""
    found = own_posts.read_many([(each.channel, each.connection, each.thread_id) for each in posts])
    for each in posts:
        each.post = found.get((each.channel, each.connection, each.thread_id), own_posts.NOTHING)


def _id(entry: OpenComments) -> str:
    thread = identity.thread_key(entry.channel, entry.connection, entry.thread_id)
    return identity.conversation_id(thread, identity.branch_key(entry.branch_id))
