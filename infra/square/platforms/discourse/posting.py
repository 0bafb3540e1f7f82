"""Posts of the company, and the checks that the forum makes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from infra.square.core.world import Person, Post, Thread, Utterance
from infra.square.platforms.discourse.answers import NOT_FOUND, Refused
from infra.square.platforms.discourse.views import raw_text

if TYPE_CHECKING:
    from infra.square.core.world import World
    from infra.square.platforms.discourse.account import DiscourseAccount
    from infra.square.platforms.discourse.events import DiscourseEvents
    from infra.square.platforms.discourse.views import Views

REMEMBERED = 120_000
"""Milliseconds for which the same call of the API gets the same answer."""
UNIQUE = 300_000
"""Milliseconds in which nobody but staff posts the same text again."""


class Posting:
    """Writes posts as the company's user."""

    def __init__(self, account: DiscourseAccount, world: World, views: Views, events: DiscourseEvents) -> None:
        self.account = account
        self.world = world
        self.views = views
        self.events = events

    def create(self, params: dict[str, Any]) -> dict[str, Any]:
        signature = json.dumps(params, sort_keys=True, default=str)
        at, answer = self.account.remembered.get(signature, (0, None))
        if answer and self.account.clock.now() - at < REMEMBERED:
            return answer
        self._judge(params)
        if self.account.settings["approve"]:
            self.account.pending.append({**params, "id": int(self.account.new_id("pending"))})
            answer = {"action": "enqueued", "success": True, "pending_count": len(self.account.pending)}
            answer["pending_post"] = {"id": self.account.pending[-1]["id"], "raw": params["raw"]}
        else:
            answer = self.views.post(self.write(params))
        self.account.remembered[signature] = self.account.clock.now(), answer
        return answer

    def _judge(self, params: dict[str, Any]) -> None:
        """Raise ``Refused`` for what the forum does not accept."""
        text, topic_id = str(params.get("raw") or "").strip(), str(params.get("topic_id") or "")
        least, most = self.account.settings["min"], self.account.settings["max"]
        why = self._not_there(topic_id) if topic_id else self._not_new(params)
        if len(text) < least:
            why = f"Body is too short (minimum is {least} characters)"
        if len(text) > most:
            why = f"Body is limited to {most} characters; you entered {len(text)}."
        recent = [
            post for post in self.world.posts.values() if post.own and self.account.clock.now() - post.created < UNIQUE
        ]
        if not self.account.settings["staff"] and any(raw_text(post) == text for post in recent):
            why = "Body is too similar to what you recently posted"
        if why:
            raise Refused(422, why, action="create_post")

    def _not_there(self, topic_id: str) -> str:
        if topic_id not in self.world.threads or not self.world.posts_in(topic_id):
            return "The topic you are replying to has been deleted."
        closed = self.world.threads[topic_id].traits.get("closed") and not self.account.settings["staff"]
        return "This topic is closed to new replies." if closed else ""

    def _not_new(self, params: dict[str, Any]) -> str:
        if not str(params.get("title") or "").strip():
            return "Title can't be blank"
        personal = params.get("archetype") == "private_message"
        return "You must select a valid user." if personal and self._recipient(params) is None else ""

    def _recipient(self, params: dict[str, Any]) -> Person | None:
        wanted = str(params.get("target_recipients") or "").lower()
        return next((each for each in self.world.people.values() if each.handle.lower() == wanted), None)

    def write(self, params: dict[str, Any]) -> Post:
        topic_id, number = str(params.get("topic_id") or ""), str(params.get("reply_to_post_number") or "")
        if topic_id:
            above = [post for post in self.world.posts_in(topic_id) if str(post.traits.get("number")) == number]
            return self.world.post(
                Utterance(None, params["raw"], thread=self.world.threads[topic_id], parent=above[0] if above else None)
            )
        person = self._recipient(params) if params.get("archetype") == "private_message" else None
        thread = Thread(
            self.account.new_id("thread"),
            str(params["title"]),
            public=person is None,
            person_id=person.id if person else None,
        )
        self.world.threads[thread.id] = thread
        return self.world.post(Utterance(None, params["raw"], thread=thread))

    def update(self, params: dict[str, Any], post_id: str) -> dict[str, Any]:
        post = self.visible(post_id)
        change = params.get("post")
        text = change.get("raw") if isinstance(change, dict) else params.get("post[raw]")
        if not isinstance(text, str) or len(text.strip()) < self.account.settings["min"]:
            raise Refused(422, "Body is too short", action="update_post")
        if text != post.text:
            before, post.text, post.edited = post.text, text, self.account.clock.now()
            self.events.edited(post, before)
        return {"post": self.views.post(post)}

    def visible(self, post_id: str, also_deleted: bool = False) -> Post:
        """A post that may be seen; staff see deleted ones, too."""
        post = self.world.posts.get(post_id)
        if post is None or (post.removed and not (also_deleted and self.account.settings["staff"])):
            raise NOT_FOUND
        return post
