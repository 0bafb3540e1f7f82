"""Posts, comments and private messages as Reddit shows them, and what stands in the inbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infra.square.core.world import Post, Thread

if TYPE_CHECKING:
    from infra.square.core.world import World
    from infra.square.platforms.reddit.account import RedditAccount


class Views:
    """Renders what stands in the world."""

    def __init__(self, account: RedditAccount, world: World) -> None:
        self.account = account
        self.world = world

    def subreddit_of(self, thread: Thread) -> str:
        begun = self.world.posts.get(thread.id)
        return "elsewhere" if begun and begun.traits.get("elsewhere") else self.account.config["subreddit"]

    def inbox_type(self, post: Post) -> str:
        if self.is_private(post):
            return "unknown"
        above = self.world.posts.get(post.parent_id or "")
        if above and above.own:
            return "comment_reply" if self.is_comment(above) else "post_reply"
        return "username_mention" if f"u/{self.account.id}" in post.text and self.is_comment(post) else ""

    def is_private(self, post: Post) -> bool:
        return not self.world.thread_of(post).public

    def is_comment(self, post: Post) -> bool:
        return post.id.startswith("t1_")

    def item(self, post: Post) -> dict[str, Any]:
        kind = post.id[:2]
        return {"kind": kind, "data": self._private_message(post) if kind == "t4" else self._shown_data(post)}

    def _shown_data(self, post: Post) -> dict[str, Any]:
        thread = self.world.thread_of(post)
        place, short = self.subreddit_of(thread), thread.id[3:]
        path = f"/r/{place}/comments/{short}/{'_'.join(thread.title.lower().split()[:3])}/"
        data = {
            "id": post.id[3:],
            "name": post.id,
            "subreddit": place,
            "created_utc": post.created / 1000 // 1,
            "edited": post.edited / 1000 // 1 if post.edited else False,
            "permalink": path if post.id == thread.id else f"{path}{post.id[3:]}/",
            "locked": bool(thread.traits.get("locked")),
            "archived": False,
            **self._by(post),
        }
        if post.id == thread.id:
            text = "[deleted]" if post.removed else post.text
            return {**data, "title": thread.title, "selftext": text, "is_self": True, "num_comments": 0, "url": path}
        begun = self.world.posts.get(thread.id)
        return {
            **data,
            "body": "[deleted]" if post.removed else post.text,
            "link_id": thread.id,
            "link_title": thread.title,
            "link_author": self._by(begun)["author"] if begun else None,
            "parent_id": post.parent_id,
            "replies": "",
        }

    def _by(self, post: Post) -> dict[str, Any]:
        if post.removed:
            return {"author": "[deleted]"}
        if post.own:
            return {"author": self.account.id, "author_fullname": "t2_nordlicht"}
        return {"author": self.world.people[post.author_id].handle, "author_fullname": post.author_id}

    def _private_message(self, post: Post) -> dict[str, Any]:
        thread = self.world.thread_of(post)
        person = self.world.people[thread.person_id or ""]
        return {
            "id": post.id[3:],
            "name": post.id,
            **self._by(post),
            "dest": person.handle if post.own else self.account.id,
            "subject": thread.title or "Nachricht",
            "body": post.text,
            "was_comment": False,
            "first_message_name": None if post.id == thread.id else thread.id,
            "parent_id": post.parent_id,
            "created_utc": post.created / 1000 // 1,
            "context": "",
            "distinguished": None,
            "new": True,
            "replies": "",
        }

    def inbox_item(self, post: Post) -> dict[str, Any]:
        """In the inbox, a comment says less than elsewhere, and has its place in a path."""
        if self.is_private(post):
            return self.item(post)
        data = self._shown_data(post)
        kept = (
            "id",
            "name",
            "author",
            "author_fullname",
            "body",
            "subreddit",
            "created_utc",
            "parent_id",
            "link_title",
        )
        more = {
            "was_comment": True,
            "type": self.inbox_type(post),
            "context": f"{data['permalink']}?context=3",
            "new": True,
        }
        return {"kind": "t1", "data": {name: data.get(name) for name in kept} | more}
