"""Search of public topics: one post of each, the newest first, by words, categories and tags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infra.square.core.search import found_by
from infra.square.platforms.discourse.account import iso
from infra.square.platforms.discourse.answers import Refused

if TYPE_CHECKING:
    from infra.square.core.world import Post, Thread, World
    from infra.square.platforms.discourse.views import Views

PAGE, LAST_PAGE = 50, 10
SHORTEST = 3
BLURB = 300


class Search:
    """Answers ``GET /search.json``."""

    def __init__(self, world: World, views: Views) -> None:
        self.world = world
        self.views = views

    def answer(self, params: dict[str, Any]) -> dict[str, Any]:
        """Return a page of what was found: posts with the beginning of their text, and their topics."""
        query, page = str(params.get("q") or ""), str(params.get("page") or "1")
        if len(query) < SHORTEST or not page.isdecimal() or int(page) > LAST_PAGE:
            raise Refused(400, "You supplied invalid parameters to the request", "invalid_parameters")
        found = self._found(query)
        begin = (max(int(page), 1) - 1) * PAGE
        shown = found[begin : begin + PAGE]
        more = {"more_full_page_results": True if begin + PAGE < len(found) else None}
        return {
            "posts": [self._post(post) for post in shown],
            "topics": [self._topic(self.world.thread_of(post)) for post in shown],
            "grouped_search_result": {"term": query, "post_ids": [int(post.id) for post in shown], **more},
        }

    def _found(self, query: str) -> list[Post]:
        words, places = _split(query)
        newest: dict[str, Post] = {}
        for post in sorted(self.world.posts.values(), key=lambda each: each.created):
            thread = self.world.thread_of(post)
            text = f"{thread.title} {post.text}"
            if _may_be_found(post, thread, places) and found_by(words, text, iso(post.created)):
                newest[thread.id] = post
        return sorted(newest.values(), key=lambda each: -each.created)

    def _post(self, post: Post) -> dict[str, Any]:
        whole = self.views.post(post)
        names = ("id", "name", "username", "avatar_template", "created_at", "post_number", "topic_id")
        text = post.text if len(post.text) <= BLURB else f"{post.text[:BLURB]}..."
        return {**{name: whole[name] for name in names}, "like_count": len(post.reactions), "blurb": text}

    def _topic(self, thread: Thread) -> dict[str, Any]:
        about = {"id": int(thread.id), "title": thread.title, "slug": "thema", "archetype": "regular"}
        marks = {"closed": bool(thread.traits.get("closed")), "archived": False}
        return {**about, **marks, "posts_count": len(self.world.posts_in(thread.id)), "category_id": 4}


def _split(query: str) -> tuple[str, list[str]]:
    """Return the words and operators of a query, and the places that it names."""
    places = [term for term in query.split() if term.startswith(("#", "tags:"))]
    return " ".join(term for term in query.split() if term not in places), places


def _may_be_found(post: Post, thread: Thread, places: list[str]) -> bool:
    if post.removed or not thread.public or post.traits.get("type", 1) != 1:
        return False
    names = {f"#{thread.traits.get('category', 'fragen')}", *(f"tags:{tag}" for tag in thread.traits.get("tags", []))}
    return names.issuperset(places)
