"""Posts, comments and messages as the Graph API and the webhook show them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infra.square.core.clock import iso
from infra.square.core.world import Post, Thread
from infra.square.platforms._graph.nodes import show_node

if TYPE_CHECKING:
    from collections.abc import Callable

    from infra.square.core.world import World
    from infra.square.platforms._graph.fields import Wanted
    from infra.square.platforms.instagram.account import InstagramAccount


class Views:
    """Renders what stands in the world."""

    def __init__(self, account: InstagramAccount, world: World) -> None:
        self.account = account
        self.world = world

    def author(self, post: Post) -> dict[str, str]:
        person = self.world.people.get(post.author_id)
        account_id, username = (self.account.id, self.account.name)
        return {"id": person.id, "username": person.handle} if person else {"id": account_id, "username": username}

    def comment_value(self, post: Post) -> dict[str, Any]:
        media = {"id": post.thread_id, "media_product_type": "FEED"}
        value: dict[str, Any] = {"id": post.id, "text": post.text, "from": self.author(post), "media": media}
        if post.parent_id:
            value["parent_id"] = post.parent_id
        return value

    def message_content(self, post: Post) -> dict[str, Any]:
        content: dict[str, Any] = {"mid": post.id}
        if post.text:
            content["text"] = post.text
        if post.attachments:
            shown = [
                {"type": each.get("type", "image"), "payload": {"url": each.get("url")}} for each in post.attachments
            ]
            content["attachments"] = shown
        if post.own:
            content["is_echo"] = True
        if post.traits.get("quick_reply") is not None:
            content["quick_reply"] = {"payload": post.traits["quick_reply"]}
        if post.parent_id:
            content["reply_to"] = {"mid": post.parent_id}
        return content

    def media_makers(self, thread: Thread) -> dict[str, Callable[[Wanted], Any]]:
        top = [post for post in self.world.posts_in(thread.id) if post.parent_id is None]
        return {
            "caption": lambda _: thread.title,
            "permalink": lambda _: f"https://www.instagram.com/p/{thread.id[-6:]}/",
            "timestamp": lambda _: iso(thread.traits.get("created", 0)),
            "username": lambda _: thread.traits.get("foreign") or self.account.name,
            "media_type": lambda _: "IMAGE",
            "media_url": lambda _: thread.traits.get("picture"),
            "thumbnail_url": lambda _: None,
            "like_count": lambda _: thread.traits.get("likes", 0),
            "comments_count": lambda _: len(self.world.posts_in(thread.id)),
            "comments": lambda wanted: self._below(top[::-1], wanted),
        }

    def comment_makers(self, post: Post) -> dict[str, Callable[[Wanted], Any]]:
        below = [each for each in self.world.posts_in(post.thread_id) if each.parent_id == post.id]
        return {
            "text": lambda _: post.text,
            "timestamp": lambda _: iso(post.created),
            "from": lambda _: self.author(post),
            "username": lambda _: self.author(post)["username"],
            "parent_id": lambda _: post.parent_id,
            "hidden": lambda _: post.hidden,
            "like_count": lambda _: len(post.reactions),
            "media": lambda _: {"id": post.thread_id},
            "replies": lambda wanted: self._below(below, wanted),
        }

    def message_makers(self, post: Post) -> dict[str, Callable[[Wanted], Any]]:
        return {
            "message": lambda _: post.text,
            "created_time": lambda _: iso(post.created),
            "from": lambda _: self.author(post),
        }

    def _below(self, posts: list[Post], wanted: Wanted) -> dict[str, Any] | None:
        """A list inside an object; left out where nothing is in it, as Graph does."""
        nodes = [show_node(post.id, self.comment_makers(post), wanted.below) for post in posts]
        return {"data": nodes} if nodes else None

    def is_foreign(self, post: Post) -> bool:
        return bool(self.world.thread_of(post).traits.get("foreign"))
