"""Telegram on the square: the Bot API with one bot, private chats, groups with answers and topics, and business chats.

After core.telegram.org/bots/api (10.0) and the server's source (github.com/tdlib/telegram-bot-api), from which the
words of the errors are. A thread of the square is a chat; what is written in public goes to the group of that title,
or to the first one. The bot is an administrator there and sees everything. Files are kept by name alone.
"""

from __future__ import annotations

import json
import secrets
from base64 import b64decode
from collections import deque
from email import message_from_bytes
from email.policy import HTTP
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from infra.square.core.stall import Person, Post, Stall, Thread
from infra.square.core.web import BadInput, Fields, parse_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from starlette.requests import Request

    from infra.square.core.square import Square

TEXT_LIMIT, CAPTION_LIMIT, BUTTON_LIMIT = 4096, 1024, 64
DAY = 86_400_000
SENDS_PER_SECOND = 30
GROUP = "Nordlicht Netz: Kunden helfen Kunden"
TOLD_BY_DEFAULT = {
    "message",
    "edited_message",
    "channel_post",
    "edited_channel_post",
    "callback_query",
    "my_chat_member",
    "business_message",
    "edited_business_message",
    "deleted_business_messages",
    "business_connection",
}
"""Without ``message_reaction`` and ``chat_member``, which must be asked for."""
FILE_METHODS = {"sendPhoto": "photo", "sendVideo": "video", "sendAudio": "audio", "sendDocument": "document"}
FILE_PARTS = {"image": "photo", "file": "document"}
PICTURE = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
WORDS = {
    400: "Bad Request: chat not found",
    401: "Unauthorized",
    403: "Forbidden: bot was blocked by the user",
    404: "Not Found",
    409: "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
    429: "Too Many Requests: retry after 5",
    500: "Internal Server Error",
}


class Refused(Exception):
    """An error as the Bot API tells it."""

    def __init__(self, code: int, description: str = "", **parameters: Any) -> None:
        super().__init__(description)
        self.code, self.parameters = code, parameters
        self.description = description or WORDS.get(code, "Bad Request")


class Telegram(Stall):
    """One bot of the company."""

    name = "telegram"
    label = "Telegram"
    can = frozenset({"private", "public", "edit", "remove", "react"})

    def __init__(self, square: Square, section: dict[str, Any]) -> None:
        super().__init__(square, section)
        self.config = section
        self.sent_at: deque[int] = deque()
        self.extra_restore({})

    @staticmethod
    def invented(secret: Callable[[], str]) -> dict[str, Any]:
        return {
            "account_id": "7100200300",
            "account_name": "Nordlicht Hilfe",
            "username": "nordlicht_hilfe_bot",
            "bot_token": f"7100200300:{secret()}",
            "secret_token": secret(),
        }

    @staticmethod
    def connection(section: dict[str, Any], square_url: str) -> dict[str, Any]:
        return {
            "account_id": section["account_id"],
            "account_name": section["account_name"],
            "secrets": {"bot_token": section["bot_token"], "secret_token": section["secret_token"]},
            "options": {"base_url": f"{square_url}/telegram"},
        }

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/bot{token}/{method}", self._handle, methods=["GET", "POST"]),
            Route("/file/bot{token}/{path:path}", self._file, methods=["GET"]),
        ]

    def extra_snapshot(self) -> dict[str, Any]:
        return dict(self.extra)

    def extra_restore(self, stored: dict[str, Any]) -> None:
        self.extra: dict[str, Any] = {"update_id": 881000, "migrated": {}, "answered": [], **stored}

    def new_id(self, kind: str) -> str:
        return str(5_000_000_000 + secrets.randbelow(10**9))

    # -- deliveries ---------------------------------------------------------------------------------------------------

    def compose(self, updates: list[dict[str, Any]]) -> bytes:
        """One update in each call."""
        return json.dumps(updates[0], ensure_ascii=True, separators=(",", ":")).encode()

    def sign(self, body: bytes) -> dict[str, str]:
        token = self.hook.get("secret_token")
        return {"X-Telegram-Bot-Api-Secret-Token": token} if token else {}

    def _tell(self, kind: str, what: dict[str, Any]) -> None:
        if self.hook and kind not in (self.hook.get("allowed_updates") or TOLD_BY_DEFAULT):
            return
        self.extra["update_id"] += 1
        self.deliver({"update_id": self.extra["update_id"], kind: what})

    # -- what customers do --------------------------------------------------------------------------------------------

    def _begin(self, person: Person | None, public: bool, title: str) -> Thread:
        """A private chat has its person's id; a group is found again by its title."""
        if not public and person:
            thread = Thread(person.id, "", False, person.id, {"kind": "private", "number": 0})
        else:
            title = title or GROUP
            found = next((each for each in self.threads.values() if each.public and each.title == title), None)
            thread = found or Thread(f"-100{self.new_id('thread')}", title, traits={"kind": "supergroup", "number": 0})
        return self.threads.setdefault(thread.id, thread)

    def say(
        self,
        author: Person | None,
        text: str,
        *,
        thread: Thread | None = None,
        parent: Post | None = None,
        public: bool = True,
        title: str = "",
        attachments: Iterable[dict[str, Any]] = (),
        post_id: str | None = None,
        echo: bool = False,
        **traits: Any,
    ) -> Post:
        thread = thread or (self.threads[parent.thread_id] if parent else self._begin(author, public, title))
        if author and thread.id == author.id and author.traits.get("blocked"):
            raise BadInput("this person has blocked the bot: do unblock first")
        thread.traits["number"] += 1
        number = thread.traits["number"]
        root = (parent.traits.get("root") or parent.traits["number"]) if parent else None
        traits = {"number": number, "root": root, "topic": False, **(_of_topic(parent) if parent else {}), **traits}
        return super().say(
            author,
            text,
            thread=thread,
            parent=parent,
            attachments=attachments,
            post_id=f"{thread.id}:{number}",
            echo=echo,
            **traits,
        )

    def said(self, post: Post) -> None:
        thread = self.thread_of(post)
        self._tell("business_message" if thread.traits.get("business") else "message", self._message_of(post))

    def edited(self, post: Post, before: str) -> None:
        business = self.thread_of(post).traits.get("business")
        self._tell("edited_business_message" if business else "edited_message", self._message_of(post))

    def removed(self, post: Post) -> None:
        """Only of business chats a bot is told."""
        thread = self.thread_of(post)
        if business := thread.traits.get("business"):
            numbers = {"business_connection_id": business, "message_ids": [post.traits["number"]]}
            self._tell("deleted_business_messages", {"chat": self._chat(thread), **numbers})

    def reacted(self, post: Post, person: Person, reaction: str | None) -> None:
        told = [{"type": "emoji", "emoji": reaction}] if reaction else []
        spot = {"chat": self._chat(self.thread_of(post)), "message_id": post.traits["number"]}
        change = {"user": _user(person), "date": self.clock.now() // 1000, "old_reaction": [], "new_reaction": told}
        self._tell("message_reaction", {**spot, **change})

    def acted(self, action: str, asked: Fields) -> dict[str, Any]:
        actions: dict[str, Callable[[Fields], dict[str, Any]]] = {
            "block": lambda asked: self._block(asked, blocked=True),
            "unblock": lambda asked: self._block(asked, blocked=False),
            "press": self._press,
            "group": self._group,
            "topic": self._topic,
            "migrate": self._migrate,
            "business": self._business,
        }
        if action not in actions:
            raise BadInput(f"action must be one of {', '.join(actions)}")
        return actions[action](asked)

    def _block(self, asked: Fields, *, blocked: bool) -> dict[str, Any]:
        """Somebody blocks the bot, or lets it in again."""
        person = self.who(asked.object("author"))
        person.traits["blocked"] = blocked
        thread, bot = self.chat_with(person), self._bot()
        before, after = ("member", "kicked") if blocked else ("kicked", "member")
        members = {
            "old_chat_member": {"user": bot, "status": before},
            "new_chat_member": {"user": bot, "status": after},
        }
        told = {"chat": self._chat(thread), "from": _user(person), "date": self.clock.now() // 1000, **members}
        self._tell("my_chat_member", told)
        return {"author_id": person.id}

    def _press(self, asked: Fields) -> dict[str, Any]:
        """Somebody presses a button below a message of the bot."""
        person, post, data = (
            self.who(asked.object("author")),
            self._standing(asked.text("message_id")),
            asked.text("data"),
        )
        if data not in [button["callback_data"] for row in post.traits.get("keyboard", []) for button in row]:
            raise BadInput("there is no such button")
        query_id = str(secrets.randbelow(2**62))
        query = {"id": query_id, "from": _user(person), "chat_instance": "-1", "data": data}
        self._tell("callback_query", {**query, "message": self._message_of(post)})
        return {"callback_query_id": query_id}

    def _group(self, asked: Fields) -> dict[str, Any]:
        """Make a group: ``group``, ``supergroup`` or ``channel``."""
        kind, title = asked.choice("kind", ["group", "supergroup", "channel"]), asked.text("title")
        thread = Thread(f"-{self.new_id('thread')}" if kind == "group" else f"-100{self.new_id('thread')}", title)
        thread.traits = {"kind": kind, "number": 0, "username": asked.text("username", None)}
        self.threads[thread.id] = thread
        return {"thread_id": thread.id}

    def _topic(self, asked: Fields) -> dict[str, Any]:
        """Open a topic in a group, which is a forum from then on."""
        person, thread = self.who(asked.object("author")), self.threads.get(asked.text("thread_id"))
        if thread is None or thread.traits["kind"] != "supergroup":
            raise BadInput("there is no such supergroup")
        thread.traits["forum"] = True
        number = thread.traits["number"] + 1
        opened = {"name": asked.text("name"), "icon_color": 7322096}
        post = self.say(person, "", thread=thread, root=number, topic=True, service={"forum_topic_created": opened})
        return {"message_id": post.id}

    def _migrate(self, asked: Fields) -> dict[str, Any]:
        """A group becomes a supergroup, with a new id; what was said stays under the old one."""
        old = self.threads.get(asked.text("thread_id"))
        if old is None or old.traits["kind"] != "group":
            raise BadInput("there is no such group")
        new = Thread(f"-100{self.new_id('thread')}", old.title, traits={"kind": "supergroup", "number": 0})
        self.threads[new.id] = new
        self.extra["migrated"][old.id] = new.id
        sender = next(iter(self.people.values()), None)
        told = {"from": _user(sender)} if sender else {}
        number = {"message_id": old.traits["number"] + 1, "date": self.clock.now() // 1000}
        self._tell("message", {**number, **told, "chat": self._chat(old), "migrate_to_chat_id": int(new.id)})
        return {"thread_id": new.id}

    def _business(self, asked: Fields) -> dict[str, Any]:
        """Somebody writes to the company's own Telegram Business account, in which the bot takes part."""
        person, text = self.who(asked.object("author")), asked.text("text")
        connection = self.extra.setdefault("business", f"Bc{secrets.token_hex(8)}")
        thread_id = f"{connection}:{person.id}"
        kept = {"kind": "private", "number": 0, "business": connection}
        thread = self.threads.setdefault(thread_id, Thread(thread_id, "", False, person.id, kept))
        post = self.say(person, text, thread=thread)
        return {"message_id": post.id, "thread_id": thread_id, "author_id": person.id}

    def chat_with(self, person: Person) -> Thread:
        return self.threads.get(person.id) or self._begin(person, False, "")

    # -- how things look to a bot -------------------------------------------------------------------------------------

    def _bot(self) -> dict[str, Any]:
        shown = {"first_name": self.config["account_name"], "username": self.config["username"]}
        return {"id": int(self.config["account_id"]), "is_bot": True, **shown}

    def _chat(self, thread: Thread) -> dict[str, Any]:
        person = self.people.get(thread.person_id or "")
        if person:
            return {**_user(person, person_only=True), "type": "private"}
        shown = {"id": int(thread.id), "type": thread.traits["kind"], "title": thread.title}
        extra = {"username": thread.traits.get("username"), "is_forum": thread.traits.get("forum")}
        return {**shown, **{name: value for name, value in extra.items() if value}}

    def _message_of(self, post: Post, deep: bool = True) -> dict[str, Any]:
        thread, kept = self.thread_of(post), post.traits
        sender = self._bot() if post.own else _user(self.people[post.author_id])
        message = {
            "message_id": kept["number"],
            "from": sender,
            "chat": self._chat(thread),
            "date": post.created // 1000,
        }
        if business := thread.traits.get("business"):
            message["business_connection_id"] = business
        if kept.get("root") and (kept["topic"] or thread.traits["kind"] == "supergroup"):
            message["message_thread_id"] = kept["root"]
        if kept["topic"]:
            message["is_topic_message"] = True
        if deep and (answered := self._answered(post, thread)):
            message["reply_to_message"] = self._message_of(answered, deep=False)
        if post.edited:
            message["edit_date"] = post.edited // 1000
        message |= self._files_of(post)
        if post.text:
            message["caption" if post.attachments else "text"] = post.text
        if kept.get("keyboard"):
            message["reply_markup"] = {"inline_keyboard": kept["keyboard"]}
        return {**message, **kept.get("service", {})}

    def _answered(self, post: Post, thread: Thread) -> Post | None:
        """In a topic, what answers nobody answers the message that opened it."""
        if post.parent_id:
            return self.posts.get(post.parent_id)
        opened = f"{thread.id}:{post.traits['root']}" if post.traits["topic"] else ""
        return self.posts.get(opened) if opened != post.id else None

    def _files_of(self, post: Post) -> dict[str, Any]:
        parts: dict[str, Any] = {}
        for position, each in enumerate(post.attachments):
            kind = each.get("type", "file")
            file = {"file_id": f"AgAC_{post.id.replace(':', '_')}_{position}", "file_unique_id": f"u{position}"}
            if kind == "image":
                sizes = ("small", 90), ("large", 1280)
                parts["photo"] = [
                    {**file, "file_id": f"{file['file_id']}_{name}", "width": w, "height": w} for name, w in sizes
                ]
            else:
                parts[FILE_PARTS.get(kind) or str(kind)] = {**file, "file_name": each.get("name", "Datei")}
        return parts

    # -- the Bot API --------------------------------------------------------------------------------------------------

    async def _handle(self, request: Request) -> Response:
        method = request.path_params["method"]
        params = await _params(request)
        # The address holds the token.
        self.square.note_call(self.name, request.method, f"/telegram/bot/{method}", _shown(params))
        kind = "send" if method.startswith("send") and method != "sendChatAction" else "read"

        async def handler() -> Response:
            try:
                self._permit(request.path_params["token"])
                return JSONResponse({"ok": True, "result": self._run(method, params)})
            except Refused as refused:
                return _error(refused)

        return await self.answer(request, "profile" if method == "getChat" else kind, handler, _asked_for)

    def _permit(self, token: str) -> None:
        if ":" not in token:
            raise Refused(404)
        if self.expired or token != self.config["bot_token"]:
            raise Refused(401)

    def _run(self, method: str, params: dict[str, Any]) -> Any:
        run = {
            "getme": lambda _: {**self._bot(), "can_join_groups": True, "can_read_all_group_messages": True},
            "setwebhook": self._set_webhook,
            "deletewebhook": self._delete_webhook,
            "getwebhookinfo": lambda _: self._webhook_info(),
            "getupdates": self._get_updates,
            "sendmessage": lambda params: self._send(params, "text", TEXT_LIMIT),
            "editmessagetext": lambda params: self._edit_message(params, "text", TEXT_LIMIT),
            "editmessagecaption": lambda params: self._edit_message(params, "caption", CAPTION_LIMIT),
            "deletemessage": self._delete,
            "deletebusinessmessages": self._delete_business,
            "setmessagereaction": self._set_reaction,
            "answercallbackquery": self._answer_callback,
            "getchat": self._get_chat,
            "getfile": self._get_file,
            "sendchataction": lambda params: bool(self._thread(params)),
            **{name.lower(): self._sender_of(part) for name, part in FILE_METHODS.items()},
        }.get(method.lower())
        if run is None:
            raise Refused(404)
        return run(params)

    def _sender_of(self, part: str) -> Callable[[dict[str, Any]], Any]:
        return lambda params: self._send(params, "caption", CAPTION_LIMIT, part)

    def _set_webhook(self, params: dict[str, Any]) -> bool:
        url, secret = str(params.get("url", "")), str(params.get("secret_token", ""))
        if len(secret) > 256 or any(not (each.isalnum() and each.isascii()) and each not in "_-" for each in secret):
            raise Refused(400, "Bad Request: secret token contains unallowed characters")
        # The real one wants HTTPS; on one machine there is none.
        if url and not url.startswith(("https://", "http://")):
            raise Refused(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
        allowed = params.get("allowed_updates") or []
        self.hook = {"url": url, "secret_token": secret, "allowed_updates": allowed} if url else {}
        return True

    def _delete_webhook(self, _params: dict[str, Any]) -> bool:
        self.hook = {}
        return True

    def _webhook_info(self) -> dict[str, Any]:
        kept = {"url": self.hook.get("url", ""), "has_custom_certificate": False, "pending_update_count": 0}
        allowed = self.hook.get("allowed_updates")
        return {**kept, **({"allowed_updates": allowed} if allowed else {}), "max_connections": 40}

    def _get_updates(self, _params: dict[str, Any]) -> list[Any]:
        if self.hook:
            raise Refused(409)
        return []

    def _thread(self, params: dict[str, Any]) -> Thread:
        chat_id = str(params.get("chat_id", ""))
        if moved := self.extra["migrated"].get(chat_id):
            words = "Bad Request: group chat was upgraded to a supergroup chat"
            raise Refused(400, words, migrate_to_chat_id=int(moved))
        if business := params.get("business_connection_id"):
            thread = self.threads.get(f"{business}:{chat_id}")
            if business != self.extra.get("business"):
                raise Refused(400, "Bad Request: business connection not found")
            return self._open(thread)
        thread, person = self.threads.get(chat_id), self.people.get(chat_id)
        if person and person.traits.get("blocked"):
            raise Refused(403, "Forbidden: bot was blocked by the user")
        if person and not any(post.author_id == person.id for post in self.in_thread(person.id)):
            raise Refused(403, "Forbidden: bot can't initiate conversation with a user")
        if thread is None:
            raise Refused(400, "Bad Request: chat not found")
        return thread

    def _open(self, thread: Thread | None) -> Thread:
        """A business chat is open to the bot for a day after the customer's last message."""
        if thread is None:
            raise Refused(400, "Bad Request: chat not found")
        last = max((post.created for post in self.in_thread(thread.id) if not post.own), default=0)
        if self.clock.now() >= last + DAY:
            raise Refused(400, "Bad Request: BUSINESS_PEER_USAGE_MISSING")
        return thread

    def _post(self, params: dict[str, Any], words: str) -> Post:
        place = params.get("business_connection_id")
        chat = f"{place}:{params.get('chat_id')}" if place else str(params.get("chat_id"))
        found = self.standing(f"{chat}:{params.get('message_id')}")
        if found is None:
            self._thread(params)
            raise Refused(400, f"Bad Request: message to {words} not found")
        return found

    def _send(self, params: dict[str, Any], field: str, limit: int, part: str | None = None) -> dict[str, Any]:
        self._pace()
        thread, text = self._thread(params), str(params.get(field, ""))
        _must_fit(text, limit, field)
        answer = params.get("reply_parameters") or {}
        number = answer.get("message_id") or params.get("reply_to_message_id")
        parent = self.standing(f"{thread.id}:{number}") if number else None
        if number and parent is None and not answer.get("allow_sending_without_reply"):
            raise Refused(400, "Bad Request: message to be replied not found")
        kept: dict[str, Any] = {}
        if topic := params.get("message_thread_id"):
            if self.standing(f"{thread.id}:{topic}") is None:
                raise Refused(400, "Bad Request: message thread not found")
            kept = {"root": topic, "topic": thread.traits.get("forum", False)}
        if keyboard := (params.get("reply_markup") or {}).get("inline_keyboard"):
            kept["keyboard"] = _checked(keyboard)
        files = [_attached(params, part)] if part else []
        return self._message_of(self.say(None, text, thread=thread, parent=parent, attachments=files, **kept))

    def _pace(self) -> None:
        now = self.clock.now()
        while self.sent_at and self.sent_at[0] <= now - 1000:
            self.sent_at.popleft()
        if len(self.sent_at) >= SENDS_PER_SECOND:
            raise Refused(429, "Too Many Requests: retry after 1", retry_after=1)
        self.sent_at.append(now)

    def _edit_message(self, params: dict[str, Any], field: str, limit: int) -> dict[str, Any]:
        post, text = self._post(params, "edit"), str(params.get(field, ""))
        if not post.own:
            raise Refused(400, "Bad Request: message can't be edited")
        if field == "text" and post.attachments:
            raise Refused(400, "Bad Request: there is no text in the message to edit")
        _must_fit(text, limit, field)
        if text == post.text:
            words = "specified new message content and reply markup are exactly the same as a current content and reply"
            raise Refused(400, f"Bad Request: message is not modified: {words} markup of the message")
        post.text, post.edited = text, self.clock.now()
        post.traits.pop("keyboard", None)
        return self._message_of(post)

    def _delete(self, params: dict[str, Any]) -> bool:
        post = self._post(params, "delete")
        is_ours = post.own or self.thread_of(post).public
        if not is_ours or self.clock.now() > post.created + 2 * DAY:
            raise Refused(400, "Bad Request: message can't be deleted for everyone")
        post.removed = True
        return True

    def _delete_business(self, params: dict[str, Any]) -> bool:
        business = f"{params.get('business_connection_id')}:"
        named = [f":{number}" for number in params.get("message_ids") or []]
        for post in self.posts.values():
            if post.id.startswith(business) and post.id.endswith(tuple(named)):
                post.removed = True
        return True

    def _set_reaction(self, params: dict[str, Any]) -> bool:
        post, chosen = self._post(params, "react"), params.get("reaction") or []
        if chosen:
            post.reactions[self.config["account_id"]] = chosen[0]["emoji"]
        else:
            post.reactions.pop(self.config["account_id"], None)
        return True

    def _answer_callback(self, params: dict[str, Any]) -> bool:
        self.extra["answered"].append(str(params.get("callback_query_id")))
        return True

    def _get_chat(self, params: dict[str, Any]) -> dict[str, Any]:
        thread = self.threads.get(str(params.get("chat_id")))
        if thread is None:
            raise Refused(400, "Bad Request: chat not found")
        return {**self._chat(thread), "accent_color_id": 1, "max_reaction_count": 11}

    def _get_file(self, params: dict[str, Any]) -> dict[str, Any]:
        file_id = str(params.get("file_id", ""))
        if not file_id.startswith("AgAC_"):
            raise Refused(400, "Bad Request: invalid file_id")
        return {"file_id": file_id, "file_unique_id": "u", "file_size": len(PICTURE), "file_path": f"files/{file_id}"}

    async def _file(self, request: Request) -> Response:
        try:
            self._permit(request.path_params["token"])
        except Refused as refused:
            return _error(refused)
        return Response(PICTURE, media_type="application/octet-stream")

    def view(self) -> dict[str, Any]:
        return {**super().view(), "hook": {"url": self.hook.get("url")}, "answered": self.extra["answered"]}


def _of_topic(parent: Post) -> dict[str, Any]:
    return {"topic": True} if parent.traits.get("topic") else {}


def _user(person: Person, person_only: bool = False) -> dict[str, Any]:
    first, _, last = person.name.partition(" ")
    named = {"id": int(person.id), "first_name": first, "username": person.handle}
    if last:
        named["last_name"] = last
    return named if person_only else {**named, "is_bot": False, "language_code": person.traits.get("language", "de")}


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


def _error(refused: Refused) -> Response:
    body: dict[str, Any] = {"ok": False, "error_code": refused.code, "description": refused.description}
    if refused.parameters:
        body["parameters"] = refused.parameters
    return JSONResponse(body, status_code=refused.code)


def _asked_for(error: dict[str, Any]) -> Response:
    """An error that a test asked for: its code is the status."""
    code = error["code"] if 400 <= error["code"] < 600 else error["http"] or 400
    more = {}
    if code == 429:
        pause = {name.lower(): value for name, value in error["headers"].items()}.get("retry-after", "5")
        more = {"retry_after": int(pause)}
    return _error(Refused(code, error["message"] or "", **more))


async def _params(request: Request) -> dict[str, Any]:
    """From the address, a form, a multipart form or JSON; values that are JSON in a text are read."""
    found: dict[str, Any] = dict(parse_qsl(request.url.query, keep_blank_values=True))
    kind, body = request.headers.get("content-type", ""), await request.body()
    if kind.startswith("application/json"):
        try:
            told = parse_json(body or b"{}")
        except ValueError:
            told = {}
        return {**found, **(told if isinstance(told, dict) else {})}
    if kind.startswith("multipart/form-data"):
        found |= _parts(kind, body)
    elif kind.startswith("application/x-www-form-urlencoded"):
        found |= dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    return {name: _unpacked(name, value) for name, value in found.items()}


_JSON_FIELDS = {"reply_parameters", "reply_markup", "allowed_updates", "reaction", "message_ids"}


def _unpacked(name: str, value: Any) -> Any:
    if not isinstance(value, str) or name not in _JSON_FIELDS:
        return value
    try:
        return parse_json(value)
    except ValueError:
        return value


def _parts(content_type: str, body: bytes) -> dict[str, Any]:
    """The fields of a multipart form; a file becomes its name, type and size."""
    form = message_from_bytes(f"Content-Type: {content_type}\r\n\r\n".encode() + body, policy=HTTP)
    fields: dict[str, Any] = {}
    for part in form.iter_parts():
        content = part.get_payload(decode=True)
        content = content if isinstance(content, bytes) else b""
        name = str(part.get_param("name", header="content-disposition"))
        if file_name := part.get_filename():
            fields[name] = {"name": file_name, "type": part.get_content_type(), "size": len(content)}
        else:
            fields[name] = content.decode("utf-8", "replace")
    return fields


def _shown(params: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in params.items() if "token" not in name}
