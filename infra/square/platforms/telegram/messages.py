"""The methods of the Bot API that send and change messages."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from infra.square.core.world import Post, Thread, Utterance
from infra.square.platforms.telegram.answers import Refused

if TYPE_CHECKING:
    from infra.square.core.world import World
    from infra.square.platforms.telegram.account import TelegramAccount
    from infra.square.platforms.telegram.views import Views

TEXT_LIMIT, CAPTION_LIMIT, BUTTON_LIMIT = 4096, 1024, 64
DAY = 86_400_000
SENDS_PER_SECOND = 30


class Messages:
    """Answers them for one bot."""

    def __init__(self, account: TelegramAccount, world: World, views: Views) -> None:
        self.account = account
        self.world = world
        self.views = views
        self._sent_at: deque[int] = deque()

    def thread(self, params: dict[str, Any]) -> Thread:
        chat_id = str(params.get("chat_id", ""))
        if moved := self.account.extra["migrated"].get(chat_id):
            words = "Bad Request: group chat was upgraded to a supergroup chat"
            raise Refused(400, words, migrate_to_chat_id=int(moved))
        if business := params.get("business_connection_id"):
            thread = self.world.threads.get(f"{business}:{chat_id}")
            if business != self.account.extra.get("business"):
                raise Refused(400, "Bad Request: business connection not found")
            return self._open(thread)
        thread, person = self.world.threads.get(chat_id), self.world.people.get(chat_id)
        if person and person.traits.get("blocked"):
            raise Refused(403, "Forbidden: bot was blocked by the user")
        if person and not any(post.author_id == person.id for post in self.world.posts_in(person.id)):
            raise Refused(403, "Forbidden: bot can't initiate conversation with a user")
        if thread is None:
            raise Refused(400, "Bad Request: chat not found")
        return thread

    def _open(self, thread: Thread | None) -> Thread:
        """A business chat is open to the bot for a day after the customer's last message."""
        if thread is None:
            raise Refused(400, "Bad Request: chat not found")
        last = max((post.created for post in self.world.posts_in(thread.id) if not post.own), default=0)
        if self.account.clock.now() >= last + DAY:
            raise Refused(400, "Bad Request: BUSINESS_PEER_USAGE_MISSING")
        return thread

    def _post(self, params: dict[str, Any], words: str) -> Post:
        place = params.get("business_connection_id")
        chat = f"{place}:{params.get('chat_id')}" if place else str(params.get("chat_id"))
        post = self.world.find(f"{chat}:{params.get('message_id')}")
        if post is None:
            self.thread(params)
            raise Refused(400, f"Bad Request: message to {words} not found")
        return post

    def send(self, params: dict[str, Any], field: str, limit: int, part: str | None = None) -> dict[str, Any]:
        self._pace()
        thread, text = self.thread(params), str(params.get(field, ""))
        _must_fit(text, limit, field)
        answer = params.get("reply_parameters") or {}
        number = answer.get("message_id") or params.get("reply_to_message_id")
        parent = self.world.find(f"{thread.id}:{number}") if number else None
        if number and parent is None and not answer.get("allow_sending_without_reply"):
            raise Refused(400, "Bad Request: message to be replied not found")
        traits: dict[str, Any] = {}
        if topic := params.get("message_thread_id"):
            if self.world.find(f"{thread.id}:{topic}") is None:
                raise Refused(400, "Bad Request: message thread not found")
            traits = {"root": topic, "topic": thread.traits.get("forum", False)}
        if keyboard := (params.get("reply_markup") or {}).get("inline_keyboard"):
            traits["keyboard"] = _checked(keyboard)
        files = [_attached(params, part)] if part else []
        return self.views.message(
            self.world.post(Utterance(None, text, thread=thread, parent=parent, attachments=files, traits=traits))
        )

    def _pace(self) -> None:
        now = self.account.clock.now()
        while self._sent_at and self._sent_at[0] <= now - 1000:
            self._sent_at.popleft()
        if len(self._sent_at) >= SENDS_PER_SECOND:
            raise Refused(429, "Too Many Requests: retry after 1", retry_after=1)
        self._sent_at.append(now)

    def edit(self, params: dict[str, Any], field: str, limit: int) -> dict[str, Any]:
        post, text = self._post(params, "edit"), str(params.get(field, ""))
        if not post.own:
            raise Refused(400, "Bad Request: message can't be edited")
        if field == "text" and post.attachments:
            raise Refused(400, "Bad Request: there is no text in the message to edit")
        _must_fit(text, limit, field)
        if text == post.text:
            words = "specified new message content and reply markup are exactly the same as a current content and reply"
            raise Refused(400, f"Bad Request: message is not modified: {words} markup of the message")
        post.text, post.edited = text, self.account.clock.now()
        post.traits.pop("keyboard", None)
        return self.views.message(post)

    def delete(self, params: dict[str, Any]) -> bool:
        post = self._post(params, "delete")
        is_ours = post.own or self.world.thread_of(post).public
        if not is_ours or self.account.clock.now() > post.created + 2 * DAY:
            raise Refused(400, "Bad Request: message can't be deleted for everyone")
        post.removed = True
        return True

    def delete_business(self, params: dict[str, Any]) -> bool:
        business = f"{params.get('business_connection_id')}:"
        named = [f":{number}" for number in params.get("message_ids") or []]
        for post in self.world.posts.values():
            if post.id.startswith(business) and post.id.endswith(tuple(named)):
                post.removed = True
        return True

    def set_reaction(self, params: dict[str, Any]) -> bool:
        post, chosen = self._post(params, "react"), params.get("reaction") or []
        if chosen:
            post.reactions[self.account.config["account_id"]] = chosen[0]["emoji"]
        else:
            post.reactions.pop(self.account.config["account_id"], None)
        return True


def _must_fit(text: str, limit: int, field: str) -> None:
    if field == "text" and not text.strip():
        raise Refused(400, "Bad Request: message text is empty")
    if len(text.encode("utf-16-le")) // 2 > limit:
        raise Refused(400, f"Bad Request: message {'' if field == 'text' else 'caption '}is too long")


def _checked(keyboard: Any) -> list[list[dict[str, str]]]:
    rows = [[dict(button) for button in row] for row in keyboard]
    for button in (button for row in rows for button in row):
        if not 0 < len(str(button.get("callback_data", "")).encode()) <= BUTTON_LIMIT:
            raise Refused(400, "Bad Request: BUTTON_DATA_INVALID")
    return rows


def _attached(params: dict[str, Any], part: str) -> dict[str, Any]:
    file = params.get(part)
    if isinstance(file, str) and file.startswith("attach://"):
        file = params.get(file.removeprefix("attach://"))
    if not file:
        raise Refused(400, f"Bad Request: there is no {part} in the request")
    if isinstance(file, dict):
        return {"type": "image" if part == "photo" else part, "url": "", "name": file["name"], "size": file["size"]}
    return {"type": "image" if part == "photo" else part, "url": str(file)}
