"""Posts of the company, and the checks that the server makes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wcwidth import iter_graphemes

from infra.square.core.world import Post, Thread, Utterance
from infra.square.platforms.mastodon.answers import Refused
from infra.square.platforms.mastodon.views import ADDRESS, NAME

if TYPE_CHECKING:
    from collections.abc import Sequence

    from infra.square.core.world import World
    from infra.square.platforms.mastodon.account import MastodonAccount
    from infra.square.platforms.mastodon.views import Views

PUBLIC = ("public", "unlisted")


class Posting:
    """Publishes as the company's account."""

    def __init__(self, account: MastodonAccount, world: World, views: Views) -> None:
        self.account = account
        self.world = world
        self.views = views

    def publish(self, text: str, to: str, visibility: str, media: Sequence[dict[str, Any]] = ()) -> Post:
        """The company's post, in the thread of what it answers; what is not public goes into a chat."""
        parent = self.visible(to) if to else None
        named = self.views.named(text)
        thread = self.world.thread_of(parent) if parent else None
        if visibility not in PUBLIC:
            person = next(iter(named), None)
            thread = self.world.chat_with(person) if person else Thread(self.account.new_id("thread"), public=False)
            self.world.threads.setdefault(thread.id, thread)
        return self.world.post(
            Utterance(None, text, thread=thread, parent=parent, attachments=media, traits={"visibility": visibility})
        )

    def check(self, text: str, warning: str, media: Sequence[dict[str, Any]]) -> None:
        if not text.strip() and not media:
            raise Refused(422, "Validation failed: Text can't be blank")
        counted = NAME.sub(lambda match: f"@{match[1]}", ADDRESS.sub("x" * 23, text))
        if sum(1 for _ in iter_graphemes(warning + counted)) > self.account.settings["max"]:
            raise Refused(422, f"Validation failed: Text character limit of {self.account.settings['max']} exceeded")

    def visible(self, post_id: str) -> Post:
        post = self.world.find(post_id)
        author = self.world.people.get(post.author_id) if post else None
        if post is None or (author and author.traits.get("blocks")):
            raise Refused(404, "Record not found")
        return post
