"""The chat service behind the ``atproto-proxy`` header."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infra.square.core.world import Thread, Utterance
from infra.square.platforms.bluesky.call import Refused
from infra.square.platforms.bluesky.texts import CHAT_LIMITS, check_facets, check_length

if TYPE_CHECKING:
    from infra.square.core.world import World
    from infra.square.platforms.bluesky.account import BlueskyAccount
    from infra.square.platforms.bluesky.views import Views


class Chat:
    """Answers the calls of ``chat.bsky``."""

    def __init__(self, account: BlueskyAccount, world: World, views: Views) -> None:
        self.account = account
        self.world = world
        self.views = views

    def thread(self, params: dict[str, Any]) -> Thread:
        thread = self.world.threads.get(str(params.get("convoId")))
        if thread is None or thread.public:
            raise Refused("InvalidConvo", "Invalid convo")
        return thread

    def convo_for(self, params: dict[str, Any]) -> dict[str, Any]:
        others = [each for each in params.get("members", []) if each != self.account.id]
        person = self.world.people.get(others[0]) if len(others) == 1 else None
        if person is None:
            raise Refused("RecipientNotFound", "recipient not found")
        if person.traits.get("blocks_us"):
            raise Refused("BlockedActor", "block between recipient and sender")
        if person.traits.get("no_chat"):
            raise Refused("MessagesDisabled", "recipient has disabled incoming messages")
        return {"convo": self.views.convo(self.world.chat_with(person))}

    def messages(self, params: dict[str, Any]) -> dict[str, Any]:
        views = [self.views.message_view(post) for post in self.world.posts_in(self.thread(params).id)]
        return {"messages": views[::-1][: int(params.get("limit", 50))]}

    def send(self, params: dict[str, Any]) -> dict[str, Any]:
        thread, letter = self.thread(params), params.get("message") or {}
        if self.world.people[thread.person_id or ""].traits.get("blocks_us"):
            raise Refused("BlockedActor", "block between recipient and sender")
        check_length(str(letter.get("text", "")), CHAT_LIMITS, "Input/message/text")
        check_facets(letter, letter["text"])
        parent = self.world.posts.get((letter.get("replyTo") or {}).get("messageId", ""))
        if "replyTo" in letter and (parent is None or parent.thread_id != thread.id):
            raise Refused("ReplyTargetNotFound", "reply target not found")
        post = self.world.post(Utterance(None, letter["text"], thread=thread, parent=parent, is_told=True))
        return self.views.message_view(post)

    def logs(self, params: dict[str, Any]) -> dict[str, Any]:
        """Without a cursor the newest, as the official app begins; with one, what came after it, oldest first."""
        since = params.get("cursor", "")
        logs = [each for each in self.account.log if each["rev"] > since][: 50 if since else None]
        last = logs[-1]["rev"] if logs else since or "2222222222222"
        return {"logs": logs if since else logs[-50:], "cursor": last}
