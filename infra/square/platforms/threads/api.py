"""The Graph API of Threads: what a path means, and its answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infra.square.core.world import Post
from infra.square.platforms._graph.errors import GraphError
from infra.square.platforms._graph.nodes import list_nodes, run_edge, show_node, wanted_fields
from infra.square.platforms._graph.paging import read_time

if TYPE_CHECKING:
    from collections.abc import Iterable

    from infra.square.core.world import World
    from infra.square.platforms._graph.call import Call
    from infra.square.platforms.threads.account import ThreadsAccount
    from infra.square.platforms.threads.posting import Posting
    from infra.square.platforms.threads.search import Search
    from infra.square.platforms.threads.views import Views


class Api:
    """Answers calls with the profile's token."""

    object_name = "threads"
    grant = "th_refresh_token"

    def __init__(self, account: ThreadsAccount, world: World, views: Views, posting: Posting, search: Search) -> None:
        self.account = account
        self.world = world
        self.views = views
        self.posting = posting
        self.search = search

    def kind(self, call: Call) -> str:
        return "send" if call.method != "GET" else "read"

    def answer(self, call: Call) -> dict[str, Any]:
        if not call.path or len(call.path) > 2:
            raise GraphError(2500, message=f"Unknown path components: /{'/'.join(call.path[1:])}")
        if call.path == ["keyword_search"] and call.method == "GET":
            return self.search.answer(call)
        node, edge = call.path[0], call.path[1] if len(call.path) == 2 else ""
        if node in ("me", self.account.id):
            return run_edge(self._of_account(), call, edge)
        if node in self.account.containers and not edge and call.method == "GET":
            made = self.account.containers[node]
            makers = {"status": lambda _: self.posting.state_of(made), "error_message": lambda _: made.get("error")}
            return show_node(node, makers, wanted_fields(call, "id,status"))
        post = self.world.find(node)
        if post is None:
            raise GraphError(100, 33)
        return run_edge(self._of_post(post), call, edge)

    def _of_account(self) -> dict[tuple[str, str], Any]:
        account_id, username = (self.account.id, self.account.name)
        makers = {"username": lambda _: username, "name": lambda _: username}
        posts = self.world.posts.values()
        handle = f"@{username}"
        return {
            ("GET", ""): lambda call: show_node(account_id, makers, wanted_fields(call, "id")),
            ("GET", "threads"): lambda call: self._listed(call, (p for p in posts if p.own and not p.parent_id)),
            ("GET", "replies"): lambda call: self._listed(call, (p for p in posts if p.own and p.parent_id)),
            ("GET", "mentions"): lambda call: self._listed(call, (p for p in posts if not p.own and handle in p.text)),
            ("GET", "threads_publishing_limit"): lambda _: {"data": [self.posting.quota()]},
            ("POST", "threads"): self.posting.make_container,
            ("POST", "threads_publish"): self.posting.publish,
        }

    def _of_post(self, post: Post) -> dict[tuple[str, str], Any]:
        below = [each for each in self.world.posts.values() if each.parent_id == post.id]
        whole = [each for each in self.world.posts.values() if each.thread_id == post.thread_id and each.id != post.id]
        return {
            ("GET", ""): lambda call: show_node(post.id, self.views.makers(post), wanted_fields(call, "id")),
            ("GET", "replies"): lambda call: self._listed(call, below),
            ("GET", "conversation"): lambda call: self._listed(call, whole),
            ("POST", "manage_reply"): lambda call: self.posting.manage(call, post),
            ("DELETE", ""): lambda _: self.posting.delete(post),
        }

    def _listed(self, call: Call, posts: Iterable[Post]) -> dict[str, Any]:
        """The newest first, and no older than ``since``."""
        wanted, since = wanted_fields(call, "id"), read_time("since", call.params.get("since")) or 0
        standing = [post for post in posts if not post.removed and post.created >= since // 1000 * 1000]
        return list_nodes(standing[::-1], lambda post: show_node(post.id, self.views.makers(post), wanted), call)
