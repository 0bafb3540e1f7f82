"""Placement of texts on Google: a review in a thread of its own, a comment below its video, a reply below a comment."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from infra.square.core.web import BadInput
from infra.square.core.world import STRANGER, Person, Places, Thread, Utterance, World
from infra.square.platforms.google.account import OF_OTHERS, is_review

if TYPE_CHECKING:
    from infra.square.platforms.google.account import GoogleAccount


class GooglePlaces(Places):
    """Each text has the kind of id that the platform gives it."""

    def __init__(self, account: GoogleAccount) -> None:
        super().__init__(account.new_id)
        self.account = account

    def takes_answers(self, thread: Thread) -> bool:
        return "/reviews/" not in thread.id

    def place(self, world: World, utterance: Utterance) -> Utterance:
        author, thread, parent, traits = utterance.author, utterance.thread, utterance.parent, utterance.traits
        if author and thread and not self.takes_answers(thread):
            raise BadInput("a review is answered by the company alone, and changed by who wrote it")
        if parent and not is_review(parent):
            top = world.posts[parent.parent_id] if parent.parent_id else parent
            return replace(utterance, parent=top, thread=None, post_id=f"{top.id}.{secrets.token_urlsafe(12)}")
        if parent is None and traits.get("video"):
            video = str(traits["video"])
            of_others = {OF_OTHERS: True} if traits.get(STRANGER) else {}
            return replace(utterance, thread=world.add(Thread(video, "Video", public=True, traits=of_others)))
        if traits.get(STRANGER) and parent is None:
            raise BadInput("say below which video, by traits.video: strangers are found among comments alone")
        if parent is None and thread is None and author:
            return self._review(world, utterance, author)
        return utterance

    def _review(self, world: World, utterance: Utterance, author: Person) -> Utterance:
        """Return a review with a thread of its own, of the same name; everybody has one."""
        traits: dict[str, Any] = {"stars": 3, **utterance.traits}
        if any(is_review(post) and post.author_id == author.id for post in world.posts.values() if not post.removed):
            raise BadInput("who has written a review changes it")
        if traits["stars"] not in range(1, 6):
            raise BadInput("stars must be 1 to 5")
        review_id = f"{self.account.location}/reviews/{secrets.token_urlsafe(24)}"
        thread = world.threads[review_id] = Thread(review_id, "", public=True)
        return replace(utterance, thread=thread, post_id=review_id, traits=traits)
