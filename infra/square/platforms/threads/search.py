"""Search of public posts by words or topics, with the platform's limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infra.square.core.search import found_by
from infra.square.platforms._graph.errors import GraphError
from infra.square.platforms._graph.nodes import list_nodes, show_node, wanted_fields
from infra.square.platforms._graph.paging import read_time

if TYPE_CHECKING:
    from infra.square.core.world import Post, World
    from infra.square.platforms._graph.call import Call
    from infra.square.platforms.threads.account import ThreadsAccount
    from infra.square.platforms.threads.views import Views

DAY_MS = 24 * 3600 * 1000
MOST_SEARCHES = 2_200
"""Searches in a day that find something."""
FIRST_DAY_MS = 1_688_540_400_000


class Search:
    """Answers ``GET /keyword_search``."""

    def __init__(self, account: ThreadsAccount, world: World, views: Views) -> None:
        self.account = account
        self.world = world
        self.views = views

    def answer(self, call: Call) -> dict[str, Any]:
        """Return what has all words, or the topic, the newest or the most popular first; raises ``GraphError``."""
        query, since = call.text("q").strip(), read_time("since", call.params.get("since"))
        by_topic = self._choice(call, "search_mode", ("KEYWORD", "TAG")) == "TAG"
        is_recent = self._choice(call, "search_type", ("TOP", "RECENT")) == "RECENT"
        if not query:
            raise GraphError(100, message="(#100) The parameter q is required.")
        if since is not None and since < FIRST_DAY_MS:
            raise GraphError(100, message="(#100) Param since must be greater than or equal to 1688540400")
        now = self.account.clock.now()
        self.account.searches = [at for at in self.account.searches if at > now - DAY_MS]
        if len(self.account.searches) >= MOST_SEARCHES:
            raise GraphError(4)
        wanted = f"#{query}" if by_topic else query
        posts = [
            post for post in self.world.posts.values() if self._may_be_found(post) and post.created >= (since or 0)
        ]
        found = [post for post in posts if found_by(wanted, post.text)]
        found.sort(key=lambda post: post.created if is_recent else len(post.reactions), reverse=True)
        if found:
            self.account.searches.append(now)
        fields = wanted_fields(call, "id")
        return list_nodes(found, lambda post: show_node(post.id, self.views.makers(post), fields), call)

    def _choice(self, call: Call, name: str, choices: tuple[str, str]) -> str:
        value = call.text(name, choices[0]) or choices[0]
        if value not in choices:
            raise GraphError(100, message=f"(#100) Param {name} must be one of {{{', '.join(choices)}}}")
        return value

    def _may_be_found(self, post: Post) -> bool:
        return not post.removed and self.world.thread_of(post).public and (self.account.approved or post.own)
