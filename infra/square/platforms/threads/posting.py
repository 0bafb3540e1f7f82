"""Posts of the company, published in two steps, hidden and taken down."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from infra.square.core.world import Post, Utterance
from infra.square.platforms._graph.errors import GraphError

if TYPE_CHECKING:
    from infra.square.core.world import World
    from infra.square.platforms._graph.call import Call
    from infra.square.platforms.threads.account import ThreadsAccount
    from infra.square.platforms.threads.events import ThreadsEvents

LONGEST_TEXT = 500
MOST_ANSWERS = 1000
EMOJI = re.compile("[\u200d\u20e3\ufe0f\u2600-\u27bf\u2b05-\u2b55\U0001f000-\U0001faff\U000e0020-\U000e007f]")

DAY_MS = 24 * 3600 * 1000


class Posting:
    """Publishes as the profile."""

    def __init__(self, account: ThreadsAccount, world: World, events: ThreadsEvents) -> None:
        self.account = account
        self.world = world
        self.events = events

    def make_container(self, call: Call) -> dict[str, Any]:
        text, target = call.text("text"), call.text("reply_to_id")
        if call.text("media_type") != "TEXT" or not text.strip():
            raise GraphError(100, message="(#100) This square takes texts only")
        if len(text) + sum(len(sign.encode()) - 1 for sign in EMOJI.findall(text)) > LONGEST_TEXT:
            raise GraphError(100, message=f"(#100) Param text must be at most {LONGEST_TEXT} characters long.")
        self._permit(target)
        container_id = self.account.new_id("post")
        made = {"text": text, "parent": target, "made": self.account.clock.now(), "status": "FINISHED"}
        self.account.containers[container_id] = made
        return {"id": container_id}

    def _permit(self, target: str) -> None:
        """Raise ``GraphError`` where an answer is not possible: below nothing, or as its author set."""
        if not target:
            return
        post = self.world.find(target)
        if post is None:
            raise GraphError(100, 33)
        if self.is_closed(post):
            raise GraphError(10)

    def is_closed(self, post: Post) -> bool:
        """Return whether the author of a post lets us not answer it, in the app as by the API."""
        author = self.world.people.get(post.author_id)
        return post.traits.get("reply_audience", "EVERYONE") != "EVERYONE" or bool(
            author and author.traits.get("blocks_us")
        )

    def state_of(self, made: dict[str, Any]) -> str:
        if made["status"] != "PUBLISHED" and self.account.clock.now() - made["made"] > DAY_MS:
            return "EXPIRED"
        return str(made["status"])

    def publish(self, call: Call) -> dict[str, Any]:
        """Once: a container that is published, has ended or is not ready is refused."""
        made = self.account.containers.get(call.text("creation_id"))
        state = self.state_of(made) if made else ""
        if made is None or state == "EXPIRED":
            raise GraphError(24, 2207006, "The requested resource does not exist")
        if state == "IN_PROGRESS":
            raise GraphError(9007, 2207027, "The media is not ready for publishing, please wait for a moment")
        if state != "FINISHED":
            raise GraphError(100, message=f"(#100) The container cannot be published: {state}")
        if self.quota()["reply_quota_usage"] >= MOST_ANSWERS:
            raise GraphError(9, 2207042, "You reached maximum number of posts that is allowed to be published")
        parent = self.world.find(made["parent"]) if made["parent"] else None
        if made["parent"] and parent is None:
            raise GraphError(100, 33)
        made["status"] = "PUBLISHED"
        return {"id": self.world.post(Utterance(None, made["text"], parent=parent, is_told=True)).id}

    def quota(self) -> dict[str, Any]:
        since = self.account.clock.now() - DAY_MS
        answers = sum(
            post.own and post.parent_id is not None and post.created > since for post in self.world.posts.values()
        )
        config = {"quota_total": MOST_ANSWERS, "quota_duration": DAY_MS // 1000}
        return {"reply_quota_usage": answers, "reply_config": config}

    def manage(self, call: Call, post: Post) -> dict[str, Any]:
        root = self.world.posts.get(post.thread_id)
        if root is None or not root.own or post.parent_id != root.id:
            raise GraphError(100, message="(#100) Only top-level replies to your own posts can be hidden")
        post.hidden = call.flag("hide")
        return {"success": True}

    def delete(self, post: Post) -> dict[str, Any]:
        if not post.own:
            raise GraphError(10, message="(#10) Application does not have permission for this action")
        self.events.take_down(post)
        return {"success": True, "deleted_id": post.id}
