"""Posts as the Graph API and the webhook show them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infra.square.core.clock import iso
from infra.square.core.world import Post

if TYPE_CHECKING:
    from collections.abc import Callable

    from infra.square.core.world import World
    from infra.square.platforms._graph.fields import Wanted
    from infra.square.platforms.threads.account import ThreadsAccount

KINDS = {"image": "IMAGE", "video": "VIDEO", "audio": "AUDIO"}


class Views:
    """Renders what stands in the world."""

    def __init__(self, account: ThreadsAccount, world: World) -> None:
        self.account = account
        self.world = world

    def webhook_value(self, post: Post) -> dict[str, Any]:
        """A post as a webhook tells it; what is not there is left out."""
        names = ("username", "text", "media_type", "permalink", "replied_to", "root_post", "shortcode", "timestamp")
        makers = self.makers(post)
        values = {name: makers[name](None) for name in names}
        return {"id": post.id} | {name: value for name, value in values.items() if value is not None}

    def makers(self, post: Post) -> dict[str, Callable[[Wanted | None], Any]]:
        root = self.world.posts.get(post.thread_id)
        is_answer = post.parent_id is not None
        link = self.account.address() + self.path_of(post)
        url = post.attachments[0].get("url") if post.attachments else None
        return {
            "username": lambda _: self._name(post),
            "text": lambda _: post.text or None,
            "timestamp": lambda _: iso(post.created),
            "permalink": lambda _: link,
            "shortcode": lambda _: post.id[-8:],
            "media_type": lambda _: KINDS.get(post.attachments[0].get("type", ""), "IMAGE") if url else "TEXT_POST",
            "media_url": lambda _: url,
            "thumbnail_url": lambda _: None,
            "replied_to": lambda _: {"id": post.parent_id} if is_answer else None,
            "root_post": lambda _: self._root(root) if root and is_answer else None,
            "is_reply": lambda _: is_answer,
            "is_reply_owned_by_me": lambda _: post.own,
            "has_replies": lambda _: any(each.parent_id == post.id for each in self.world.posts.values()),
            "reply_audience": lambda _: str(post.traits.get("reply_audience", "EVERYONE")),
            "hide_status": lambda _: "HIDDEN" if post.hidden else "NOT_HUSHED",
        }

    def path_of(self, post: Post) -> str:
        """Return where a post stands, below the platform's address."""
        return f"/@{self._name(post)}/post/{post.id[-8:]}"

    def _root(self, root: Post) -> dict[str, str]:
        return {"id": root.id, "owner_id": root.author_id, "username": self._name(root)}

    def _name(self, post: Post) -> str:
        return self.account.name if post.own else self.world.people[post.author_id].handle
