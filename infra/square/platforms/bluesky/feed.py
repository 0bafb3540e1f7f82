"""The app view: people, posts and notifications."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infra.square.core.search import found_by
from infra.square.core.world import Post
from infra.square.platforms.bluesky.account import iso
from infra.square.platforms.bluesky.call import Refused
from infra.square.platforms.bluesky.records import cid_of

if TYPE_CHECKING:
    from infra.square.core.world import World
    from infra.square.platforms.bluesky.account import BlueskyAccount
    from infra.square.platforms.bluesky.views import Views


class Feed:
    """Answers the calls of ``app.bsky``."""

    def __init__(self, account: BlueskyAccount, world: World, views: Views) -> None:
        self.account = account
        self.world = world
        self.views = views

    def person_id(self, actor: str) -> str:
        if actor in (self.account.id, self.account.config["handle"]):
            return self.account.id
        found = self.world.people.get(actor) or next(
            (each for each in self.world.people.values() if each.handle == actor), None
        )
        if found is None:
            raise Refused("InvalidRequest", "Profile not found")
        return found.id

    def profiles(self, params: dict[str, Any]) -> dict[str, Any]:
        """Show several people; those whom nobody knows are left out."""
        actors = params.get("actors", [])
        if len(actors) > 25:
            raise Refused("InvalidRequest", "Error: actors must not have more than 25 elements")
        known = [each for each in actors if each in self.world.people or each == self.account.id]
        return {"profiles": [self.views.profile(each) for each in known]}

    def resolve(self, params: dict[str, Any]) -> dict[str, Any]:
        try:
            return {"did": self.person_id(params.get("handle", ""))}
        except Refused:
            raise Refused("InvalidRequest", "Unable to resolve handle") from None

    def posts(self, params: dict[str, Any]) -> dict[str, Any]:
        uris = params.get("uris", [])
        if len(uris) > 25:
            raise Refused("InvalidRequest", "Error: uris must not have more than 25 elements")
        return {
            "posts": [
                self.views.post_view(post) for uri in uris if (post := self.world.find(uri)) and self._is_seen(post)
            ]
        }

    def _is_seen(self, post: Post) -> bool:
        author = self.world.people.get(post.author_id)
        return self.world.thread_of(post).public and not (author and author.traits.get("blocks_us"))

    def search(self, params: dict[str, Any]) -> dict[str, Any]:
        """Posts that have all words, newest first; the cursor is a number of posts."""
        limit, begin = int(params.get("limit", 25)), params.get("cursor", "0")
        if not 1 <= limit <= 100:
            raise Refused("InvalidRequest", "Error: limit can not be greater than 100")
        if not begin.isdecimal():
            raise Refused("BadQueryString", "Invalid cursor")
        query, since, language = params.get("q", ""), params.get("since", ""), params.get("lang", "")
        seen = [post for post in self.world.posts.values() if not post.removed and self._is_seen(post)]
        seen = [post for post in seen if not language or language in post.traits["record"].get("langs", [])]
        found = [post for post in reversed(seen) if iso(post.created) >= since and found_by(query, post.text)]
        page = found[int(begin) : int(begin) + limit]
        end = int(begin) + limit
        onward = {"cursor": str(end)} if end < len(found) else {}
        return {"posts": [self.views.post_view(post) for post in page], "hitsTotal": len(found), **onward}

    def thread(self, params: dict[str, Any]) -> dict[str, Any]:
        post = self.world.find(params.get("uri", ""))
        if post is None or not self._is_seen(post):
            raise Refused("NotFound", f"Post not found: {params.get('uri')}")
        above = self._above(post, int(params.get("parentHeight", 80)))
        return {"thread": self._thread(post, int(params.get("depth", 6))) | above}

    def _above(self, post: Post, height: int) -> dict[str, Any]:
        """Return the post above another, with those above it, as the field of a thread."""
        parent = self.world.find(post.parent_id or "") if height > 0 else None
        if parent is None:
            return {}
        kind = "app.bsky.feed.defs#threadViewPost"
        return {"parent": {"$type": kind, "post": self.views.post_view(parent)} | self._above(parent, height - 1)}

    def _thread(self, post: Post, depth: int) -> dict[str, Any]:
        below = [each for each in self.world.posts_in(post.thread_id) if each.parent_id == post.id] if depth else []
        kind = "app.bsky.feed.defs#threadViewPost"
        replies = [self._thread(each, depth - 1) for each in below if self._is_seen(each)]
        return {"$type": kind, "post": self.views.post_view(post), "replies": replies}

    def notifications(self, params: dict[str, Any]) -> dict[str, Any]:
        limit, reasons = int(params.get("limit", 50)), params.get("reasons", [])
        if not 1 <= limit <= 100:
            raise Refused("InvalidRequest", "Error: limit can not be greater than 100")
        wanted = [note for note in self.account.notes if not reasons or note.reason in reasons]
        ordered = sorted(
            ((note.at, cid_of(note.uri), note) for note in wanted), reverse=True, key=lambda each: each[:2]
        )
        if cursor := params.get("cursor"):
            at, _, cid = cursor.partition("::")
            if not at.isdecimal():
                raise Refused("InvalidRequest", "Malformed cursor")
            ordered = [each for each in ordered if each[:2] < (int(at), cid)]
        page = ordered[:limit]
        shown = [self.views.notification(note) for _, _, note in page]
        return {"notifications": shown, **({"cursor": f"{page[-1][0]}::{page[-1][1]}"} if page else {})}
