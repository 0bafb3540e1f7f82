"""Routes of posts of the company's with open comments."""

from __future__ import annotations

from chalice.app import Response

import channels
from console.actions import posts
from console.errors import malformed
from console.http import Api, limit_of, name_of, now
from console.paging import read_cursor, write_cursor
from console.views import conversations as conversation_views
from console.views import posts as post_views

api = Api(__name__)


@api.at("/api/posts", "GET")
def list_posts() -> Response:
    """Return the posts with open comments, the one first that waits longest."""
    query = api.query("team", "channel")
    team, channel = (name_of(query, name) for name in ("team", "channel"))
    if channel and channel not in channels.names():
        raise malformed(f"channel: {', '.join(channels.names())}")
    found, more = posts.listed(api.agent(), team, channel, now())
    items = [post_views.post(each.id, each.post, each.entries) for each in found]
    return Response({"items": items, "more": more})


@api.at("/api/posts/{post_id}/conversations", "GET")
def list_conversations_of_post(post_id: str) -> Response:
    """Return the conversations with open comments below a post."""
    query = api.query("limit", "cursor")
    filters = {"post": post_id}
    start = read_cursor("posts", query.get("cursor"), filters, posts.place_of)
    found, heads, following = posts.conversations_below(
        api.agent(), post_id, limit_of(query.get("limit")), start, now()
    )
    return Response(
        {
            "post": post_views.post(found.id, found.post, found.entries) if found else None,
            "items": [conversation_views.conversation(head, api.language()) for head in heads],
            "cursor": write_cursor("posts", following, filters),
        }
    )
