"""WhatsApp on the square: one phone number of the Cloud API, and the people who write to it.

After developers.facebook.com/documentation/business-messaging/whatsapp. What is accepted is only accepted: what becomes
of a message, a status tells. Nobody hears of one that was sent too late, or to who has blocked the company. A user id
in ``to`` is taken, and the message is lost, as on the real one. Files are kept by name alone.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from base64 import b64decode, b64encode
from email import message_from_bytes
from email.policy import HTTP
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import httpx
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from infra.square.core.deliveries import reachable
from infra.square.core.stall import Person, Post, Stall, Thread
from infra.square.core.web import BadInput, Fields, parse_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from starlette.requests import Request

    from infra.square.core.square import Square

DAY = 86_400_000
TEXT_LIMIT, CAPTION_LIMIT, TRACKER_LIMIT = 4096, 1024, 512
HERE = ("127.0.0.1", "localhost", "::1")
USER_ID = re.compile(r"[A-Z]{2}\.[A-Za-z0-9.]{1,128}")
GAPS = re.compile(r"[\n\t]| {4}")
KINDS = {"image": "image", "video": "video", "audio": "audio", "document": "document"}
PICTURE = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
WORDS = {
    4: "Application request limit reached",
    100: "Invalid parameter",
    190: "Error validating access token: Session has expired",
    130429: "(#130429) Rate limit hit",
    131000: "(#131000) Something went wrong",
    131009: "(#131009) Parameter value is not valid",
    131026: "Message undeliverable",
    131047: "Re-engagement message",
    131051: "Unsupported message type",
    131056: "(#131056) (Business Account, Consumer Account) pair rate limit hit",
    132000: "(#132000) Number of parameters does not match the expected number of params",
    132001: "(#132001) Template name does not exist in the translation",
    132012: "(#132012) Parameter format does not match format in the created template",
}


class Refused(Exception):
    """An error of the platform."""

    def __init__(self, code: int, details: str = "", subcode: int | None = None, status: int | None = None) -> None:
        super().__init__(details)
        self.code, self.details, self.subcode = code, details, subcode
        self.status = status or {190: 401, 132001: 404}.get(code, 400)


class WhatsApp(Stall):
    """One phone number of the company."""

    name = "whatsapp"
    label = "WhatsApp"
    can = frozenset({"private", "edit", "remove", "react", "read"})
    batches = True

    def __init__(self, square: Square, section: dict[str, Any]) -> None:
        super().__init__(square, section)
        self.config = section
        self.phone = str(section["account_id"])
        self.extra_restore({})

    @staticmethod
    def invented(secret: Callable[[], str]) -> dict[str, Any]:
        return {
            "account_id": "104200000000001",
            "account_name": "Nordlicht Netz",
            "display_phone_number": "49421000000",
            "waba_id": "330000000000009",
            "app_id": "900100200300",
            "app_secret": secret(),
            "access_token": secret(),
            "verify_token": secret(),
            "templates": {"nachfrage": "de"},
        }

    @staticmethod
    def connection(section: dict[str, Any], square_url: str) -> dict[str, Any]:
        name, language = next(iter(section["templates"].items()))
        return {
            "account_id": section["account_id"],
            "account_name": section["account_name"],
            "secrets": {each: section[each] for each in ("app_secret", "access_token", "verify_token")},
            "options": {
                "base_url": f"{square_url}/whatsapp",
                "waba_id": section["waba_id"],
                "template_name": name,
                "template_language": language,
            },
        }

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/files/{name}", self._file, methods=["GET"]),
            Route("/{version:str}/{node}/{edge}", self._handle, methods=["GET", "POST", "DELETE"]),
            Route("/{version:str}/{node}/", self._handle, methods=["GET", "POST"]),
            Route("/{version:str}/{node}", self._handle, methods=["GET", "POST"]),
        ]

    def extra_snapshot(self) -> dict[str, Any]:
        return dict(self.extra)

    def extra_restore(self, stored: dict[str, Any]) -> None:
        self.extra: dict[str, Any] = {"uploads": {}, "blocked": [], "subscribed": False, **stored}

    def new_id(self, kind: str) -> str:
        if kind == "person":
            return f"DE.73{secrets.randbelow(10**14):014d}"
        if kind == "thread":
            return secrets.token_hex(8)
        return "wamid." + b64encode(secrets.token_bytes(24)).decode()

    # -- deliveries ---------------------------------------------------------------------------------------------------

    def compose(self, updates: list[dict[str, Any]]) -> bytes:
        """Slashes are escaped and letters beyond ASCII are, too; each update is a change."""
        body = {"object": "whatsapp_business_account", "entry": [{"id": self.config["waba_id"], "changes": updates}]}
        return json.dumps(body, separators=(",", ":")).replace("/", "\\/").encode()

    def sign(self, body: bytes) -> dict[str, str]:
        key = self.config["app_secret"].encode()
        return {"X-Hub-Signature-256": "sha256=" + hmac.new(key, body, hashlib.sha256).hexdigest()}

    def _tell(self, person: Person | None, field: str = "messages", **what: Any) -> None:
        numbers = {"display_phone_number": self.config["display_phone_number"], "phone_number_id": self.phone}
        value: dict[str, Any] = {"messaging_product": "whatsapp", "metadata": numbers}
        if person:
            contact: dict[str, Any] = {"profile": {"name": person.name}, "user_id": person.id}
            if person.traits.get("hidden"):
                contact["profile"]["username"] = f"@{person.handle}"
            else:
                contact["wa_id"] = _number(person)
            value["contacts"] = [contact]
        self.deliver({"field": field, "value": {**value, **what}})

    def _head(self, person: Person, mid: str | None = None) -> dict[str, Any]:
        """What each message begins with."""
        head = {"id": mid or self.new_id("post"), "timestamp": str(self.clock.now() // 1000), "from_user_id": person.id}
        return head if person.traits.get("hidden") else {"from": _number(person), **head}

    # -- what customers do --------------------------------------------------------------------------------------------

    def _begin(self, person: Person | None, public: bool, title: str) -> Thread:
        """A chat has the id of its person; there is nothing in public."""
        if person is None:
            raise BadInput("a chat is with somebody")
        return self.threads.setdefault(person.id, Thread(person.id, "", False, person.id))

    def say(
        self,
        author: Person | None,
        text: str,
        *,
        thread: Thread | None = None,
        parent: Post | None = None,
        public: bool = False,
        title: str = "",
        attachments: Iterable[dict[str, Any]] = (),
        post_id: str | None = None,
        echo: bool = False,
        **traits: Any,
    ) -> Post:
        """Everything is private; who is blocked by the company is heard by nobody."""
        thread = thread or (self.threads[parent.thread_id] if parent else self._begin(author, False, ""))
        return super().say(
            author,
            text,
            thread=thread,
            parent=parent,
            public=False,
            attachments=attachments,
            post_id=post_id,
            echo=echo,
            **traits,
        )

    def said(self, post: Post) -> None:
        person = self.people[post.author_id]
        if person.id in self.extra["blocked"]:
            return
        message = {**self._head(person, post.id), **self._content_of(post)}
        if post.parent_id:
            message["context"] = {"from": self.config["display_phone_number"], "id": post.parent_id}
        self._tell(person, messages=[message])

    def _content_of(self, post: Post) -> dict[str, Any]:
        if button := post.traits.get("button"):
            chosen = {"type": "button_reply", "button_reply": {"id": button, "title": post.text}}
            return {"type": "interactive", "interactive": chosen}
        if not post.attachments:
            return {"type": "text", "text": {"body": post.text}}
        each = post.attachments[0]
        kind = KINDS.get(each.get("type", ""), "document")
        part = {"id": f"media-{hashlib.sha256(post.id.encode()).hexdigest()[:15]}", "mime_type": "image/png"}
        named = {"filename": each.get("name", "Datei")} if kind == "document" else {}
        return {"type": kind, kind: {**part, **named, **({"caption": post.text} if post.text else {})}}

    def edited(self, post: Post, before: str) -> None:
        person = self.people[post.author_id]
        edit = {"original_message_id": post.id, "message": self._content_of(post)}
        self._tell(person, messages=[{**self._head(person), "type": "edit", "edit": edit}])

    def removed(self, post: Post) -> None:
        if post.own:
            return
        person = self.people[post.author_id]
        revoke = {"original_message_id": post.id}
        self._tell(person, messages=[{**self._head(person), "type": "revoke", "revoke": revoke}])

    def reacted(self, post: Post, person: Person, reaction: str | None) -> None:
        told = {"message_id": post.id, **({"emoji": reaction} if reaction else {})}
        self._tell(person, messages=[{**self._head(person), "type": "reaction", "reaction": told}])

    def read(self, thread: Thread, person: Person) -> None:
        for post in self.in_thread(thread.id):
            if post.own and not post.traits.get("told_read"):
                post.traits["told_read"] = True
                self._status(person, post.id, "read", post.traits.get("tracker"))

    def acted(self, action: str, asked: Fields) -> dict[str, Any]:
        actions: dict[str, Callable[[Fields], dict[str, Any]]] = {
            "block": lambda asked: self._mark(asked, "blocked", True),
            "unblock": lambda asked: self._mark(asked, "blocked", False),
            "hide_number": lambda asked: self._mark(asked, "hidden", True),
            "switch_off": lambda asked: self._mark(asked, "offline", True),
            "press": self._press,
            "stop": lambda asked: self._prefer(asked, "stop"),
            "resume": lambda asked: self._prefer(asked, "resume"),
            "change_number": self._change_number,
            "echo": self._echo,
            "fail": self._fail,
        }
        if action not in actions:
            raise BadInput(f"action must be one of {', '.join(actions)}")
        return actions[action](asked)

    def _mark(self, asked: Fields, trait: str, value: bool) -> dict[str, Any]:
        person = self.who(asked.object("author"))
        person.traits[trait] = value
        return {"author_id": person.id}

    def _press(self, asked: Fields) -> dict[str, Any]:
        """Somebody presses a button below a message of the company."""
        person, button = self.who(asked.object("author")), asked.text("id")
        post = self._standing(asked.text("message_id"))
        title = dict(post.traits.get("buttons", [])).get(button)
        if title is None:
            raise BadInput("there is no such button")
        answer = self.say(person, title, parent=post, button=button)
        return {"message_id": answer.id}

    def _prefer(self, asked: Fields, value: str) -> dict[str, Any]:
        """Somebody wants no (more) marketing."""
        person = self.who(asked.object("author"))
        at = self.clock.now() // 1000
        told = {"user_id": person.id, "category": "marketing_messages", "value": value, "detail": "…", "timestamp": at}
        self._tell(person, "user_preferences", user_preferences=[told])
        return {"author_id": person.id}

    def _change_number(self, asked: Fields) -> dict[str, Any]:
        """Somebody has another number, and with it another user id: to the platform it is somebody new."""
        person = self.who(asked.object("author"))
        old = self._head(person)
        new = Person(self.new_id("person"), person.name, person.handle)
        self.people[new.id] = new
        person.name = f"{person.name} (alte Nummer)"
        system = {"body": "…", "wa_id": _number(new), "type": "user_changed_number"}
        self._tell(None, messages=[{**old, "type": "system", "system": system}])
        return {"author_id": new.id}

    def _echo(self, asked: Fields) -> dict[str, Any]:
        """A colleague writes in the app on the phone that shares the number."""
        person, text = self.who(asked.object("author")), asked.text("text")
        post = self.say(None, text, thread=self.chat_with(person))
        told = {"from": self.config["display_phone_number"], "to": _number(person), "to_user_id": person.id}
        head = {"id": post.id, "timestamp": str(post.created // 1000), "type": "text", "text": {"body": text}}
        self._tell(person, "smb_message_echoes", message_echoes=[{**told, **head}])
        return {"message_id": post.id}

    def _fail(self, asked: Fields) -> dict[str, Any]:
        """A message of the company that was accepted does not arrive after all."""
        post, code = self._standing(asked.text("message_id")), asked.whole("code", 131026)
        post.removed = True
        person = self.people[self.thread_of(post).person_id or ""]
        self._status(person, post.id, "failed", post.traits.get("tracker"), code)
        return {"ok": True}

    def _status(self, person: Person, mid: str, status: str, tracker: str | None, code: int | None = None) -> None:
        told: dict[str, Any] = {"id": mid, "status": status, "timestamp": str(self.clock.now() // 1000)}
        told["recipient_user_id"] = person.id
        if not person.traits.get("hidden"):
            told["recipient_id"] = _number(person)
        if tracker:
            told["biz_opaque_callback_data"] = tracker
        if code is not None:
            told["errors"] = [{"code": code, "title": WORDS.get(code, "?"), "message": WORDS.get(code, "?")}]
        self._tell(person, statuses=[told])

    # -- the Cloud API ------------------------------------------------------------------------------------------------

    async def _handle(self, request: Request) -> Response:
        node, edge = request.path_params["node"], request.path_params.get("edge", "")
        params = await _params(request)
        self.note(request, params)
        is_send = edge == "messages" and params.get("status") != "read"

        async def handler() -> Response:
            try:
                self._permit(request, params)
                return JSONResponse(await self._run(request, node, edge, params))
            except Refused as refused:
                return _error(refused)

        return await self.answer(request, "send" if is_send else "read", handler, _asked_for)

    def _permit(self, request: Request, params: dict[str, Any]) -> None:
        token = request.headers.get("authorization", "").removeprefix("Bearer ") or params.get("access_token", "")
        if self.expired or token != self.config["access_token"]:
            raise Refused(190, subcode=463)
        proof = request.query_params.get("appsecret_proof")
        if proof and proof != hmac.new(self.config["app_secret"].encode(), token.encode(), hashlib.sha256).hexdigest():
            raise Refused(100, "Invalid appsecret_proof provided in the API argument")

    async def _run(self, request: Request, node: str, edge: str, params: dict[str, Any]) -> dict[str, Any]:
        method = request.method
        if node == self.config["waba_id"] and edge == "subscribed_apps":
            return self._subscribe(method)
        if node != self.phone:
            return self._media(node, edge, f"{request.url.scheme}://{request.url.netloc}/{self.name}/")
        if edge == "messages":
            return self._take(params)
        if edge == "media":
            return self._upload(params)
        if edge == "block_users":
            return self._block(method, params)
        if not edge and method == "POST":
            return await self._configure(params)
        return self._shown_number(params)

    def _subscribe(self, method: str) -> dict[str, Any]:
        if method == "GET":
            app = {"id": self.config["app_id"], "name": "Nachfrage", "link": "https://www.facebook.com/games/?app_id="}
            return {"data": [{"whatsapp_business_api_data": app}] if self.extra["subscribed"] else []}
        self.extra["subscribed"] = method == "POST"
        return {"success": True}

    async def _configure(self, params: dict[str, Any]) -> dict[str, Any]:
        """Where this number's events go; the address is asked for the challenge first."""
        hook = params.get("webhook_configuration") or {}
        url, token = str(hook.get("override_callback_uri", "")), str(hook.get("verify_token", ""))
        if url:
            await _shake_hands(url, token)
        self.hook = {"url": url} if url else {}
        return {"success": True}

    def callback_url(self) -> str | None:
        return self.hook.get("url") if self.extra["subscribed"] else None

    def _shown_number(self, params: dict[str, Any]) -> dict[str, Any]:
        whole = {
            "display_phone_number": self.config["display_phone_number"],
            "verified_name": self.config["account_name"],
            "quality_rating": "GREEN",
            "webhook_configuration": {"phone_number": self.hook["url"]} if self.hook else {},
        }
        named = str(params.get("fields") or "display_phone_number,verified_name,quality_rating").split(",")
        return {**{name: whole[name] for name in named if name in whole}, "id": self.phone}

    def _media(self, node: str, edge: str, here: str) -> dict[str, Any]:
        if edge or not (node.startswith("media-") or node in self.extra["uploads"]):
            raise Refused(100, "Unsupported get request. Object does not exist", subcode=33)
        kind = self.extra["uploads"].get(node, {}).get("type", "image/png")
        shown = {"url": f"{here}files/{node}", "mime_type": kind, "sha256": "0", "file_size": len(PICTURE), "id": node}
        return {"messaging_product": "whatsapp", **shown}

    async def _file(self, request: Request) -> Response:
        if request.headers.get("authorization") != f"Bearer {self.config['access_token']}" or self.expired:
            return Response(status_code=401)
        return Response(PICTURE, media_type="image/png")

    def _upload(self, params: dict[str, Any]) -> dict[str, Any]:
        file = params.get("file")
        if params.get("messaging_product") != "whatsapp" or not isinstance(file, dict):
            raise Refused(100, "(#100) Param file must be a file")
        media_id = str(10**15 + secrets.randbelow(10**15))
        self.extra["uploads"][media_id] = file
        return {"id": media_id}

    def _block(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        done, blocked = [], set(self.extra["blocked"])
        for each in params.get("block_users") or []:
            person = self._find(str(each.get("user_id") or each.get("user")))
            if person is None:
                raise Refused(139100, "Failed to block/unblock some users")
            blocked = blocked | {person.id} if method == "POST" else blocked - {person.id}
            done.append({"input": each.get("user_id") or each.get("user"), "user_id": person.id})
        self.extra["blocked"] = sorted(blocked)
        return {
            "messaging_product": "whatsapp",
            "block_users": {"added_users" if method == "POST" else "removed_users": done},
        }

    def _find(self, named: str) -> Person | None:
        digits = named.lstrip("+")
        return self.people.get(named) or next((each for each in self.people.values() if _number(each) == digits), None)

    # -- sending ------------------------------------------------------------------------------------------------------

    def _take(self, params: dict[str, Any]) -> dict[str, Any]:
        if params.get("messaging_product") != "whatsapp":
            raise Refused(100, "(#100) The parameter messaging_product is required.")
        if params.get("status") == "read":
            return self._mark_read(str(params.get("message_id")))
        to, recipient = params.get("to"), params.get("recipient")
        if not to and not recipient:
            raise Refused(100, "The parameter to is required.")
        tracker = str(params.get("biz_opaque_callback_data") or "")
        if len(tracker) > TRACKER_LIMIT:
            raise Refused(131009, "biz_opaque_callback_data is too long")
        kind = str(params.get("type", "text"))
        if kind == "reaction":
            return self._take_reaction(params["reaction"], str(to or recipient))
        text, files, kept = self._content(kind, params.get(kind) or {})
        mid = self.new_id("post")
        # The number comes first; a user id in its place is a number that nobody has.
        person = (
            self._find(str(to)) if to and not USER_ID.fullmatch(str(to)) else None if to else self._find(str(recipient))
        )
        contact = {"input": to or recipient, **({"wa_id": _number(person)} if person else {"wa_id": str(to)[3:]})}
        if person:
            self._carry_out(person, mid, text, files, {**kept, "tracker": tracker}, is_template=kind == "template")
        return {"messaging_product": "whatsapp", "contacts": [contact], "messages": [{"id": mid}]}

    def _carry_out(
        self,
        person: Person,
        mid: str,
        text: str,
        files: list[dict[str, Any]],
        kept: dict[str, Any],
        is_template: bool,
    ) -> None:
        """What becomes of an accepted message, which its statuses tell."""
        thread, tracker = self.chat_with(person), kept["tracker"]
        last = max((each.created for each in self.in_thread(thread.id) if not each.own), default=0)
        if not is_template and self.clock.now() >= last + DAY:
            self._status(person, mid, "failed", tracker, 131047)
            return
        if person.traits.get("blocked"):
            self._status(person, mid, "failed", tracker, 131026)
            return
        self.say(None, text, thread=thread, attachments=files, post_id=mid, **kept)
        self._status(person, mid, "sent", tracker)
        if not person.traits.get("offline"):
            self._status(person, mid, "delivered", tracker)

    def _mark_read(self, message_id: str) -> dict[str, Any]:
        post = self.standing(message_id)
        if post is None or post.own:
            raise Refused(100, "Invalid message_id")
        for each in self.in_thread(post.thread_id):
            each.read = each.read or (not each.own and each.created <= post.created)
        return {"success": True}

    def _take_reaction(self, reaction: dict[str, Any], to: str) -> dict[str, Any]:
        post = self.standing(str(reaction.get("message_id")))
        if post is None:
            raise Refused(131009, "Message to react to not found")
        if reaction.get("emoji"):
            post.reactions[self.phone] = reaction["emoji"]
        else:
            post.reactions.pop(self.phone, None)
        sent = {"contacts": [{"input": to, "wa_id": to}], "messages": [{"id": self.new_id("post")}]}
        return {"messaging_product": "whatsapp", **sent}

    def _content(self, kind: str, part: dict[str, Any]) -> tuple[str, list[dict[str, Any]], dict[str, Any]]:
        """The words, the files and the rest of a message; raises what the real one refuses at once."""
        if kind == "template":
            return self._template(part), [], {"template": part.get("name")}
        if kind == "interactive":
            buttons = [each["reply"] for each in part.get("action", {}).get("buttons", [])]
            if not 0 < len(buttons) <= 3 or any(len(each["title"]) > 20 for each in buttons):
                raise Refused(131009, "Button title length invalid. Min length: 1, Max length: 20")
            kept = {"buttons": [(each["id"], each["title"]) for each in buttons]}
            return _fitting(str(part.get("body", {}).get("text", "")), CAPTION_LIMIT), [], kept
        if kind == "text":
            return _fitting(str(part.get("body", "")), TEXT_LIMIT), [], {}
        if kind not in KINDS:
            raise Refused(131051)
        file = self.extra["uploads"].get(str(part.get("id")))
        if file is None and not part.get("link"):
            raise Refused(131009, "Media id is not valid")
        named = {"url": part.get("link", ""), "name": part.get("filename") or (file or {}).get("name", "")}
        caption = str(part.get("caption", ""))
        if len(caption) > CAPTION_LIMIT:
            raise Refused(131009, "Caption is too long")
        return caption, [{"type": kind, **named, "size": (file or {}).get("size", 0)}], {}

    def _template(self, part: dict[str, Any]) -> str:
        """What stands around the parameter is not shown."""
        language = self.config["templates"].get(part.get("name"))
        if language is None or part.get("language", {}).get("code") != language:
            raise Refused(132001, "template name does not exist in the language")
        bodies = [each for each in part.get("components", []) if str(each.get("type")).lower() == "body"]
        parameters = [each for body in bodies for each in body.get("parameters", [])]
        if len(parameters) != 1:
            raise Refused(132000, "body: number of localizable_params does not match the expected number of params (1)")
        text = str(parameters[0].get("text", ""))
        if not text or GAPS.search(text):
            raise Refused(132012, "Param text cannot have new-line/tab characters or more than 4 consecutive spaces")
        return _fitting(text, CAPTION_LIMIT)


def _number(person: Person) -> str:
    """A phone number that is always the same one's."""
    return "4915" + str(int(hashlib.sha256(person.id.encode()).hexdigest(), 16))[-9:]


def _fitting(text: str, limit: int) -> str:
    if not 0 < len(text) <= limit:
        raise Refused(100, f"Param text must be at most {limit} characters long")
    return text


def _error(refused: Refused) -> Response:
    words = WORDS.get(refused.code, "An error")
    error: dict[str, Any] = {"message": words, "type": "OAuthException", "code": refused.code, "fbtrace_id": "Asquare"}
    if refused.subcode:
        error["error_subcode"] = refused.subcode
    if refused.details:
        error["error_data"] = {"messaging_product": "whatsapp", "details": refused.details}
    return JSONResponse({"error": error}, status_code=refused.status)


def _asked_for(error: dict[str, Any]) -> Response:
    """An error that a test asked for."""
    answer = _error(Refused(error["code"], error["message"] or "", error["subcode"], error["http"]))
    answer.headers.update(error["headers"])
    return answer


async def _shake_hands(url: str, verify_token: str) -> None:
    """Ask the callback for the challenge, as Meta does before it believes in an address."""
    challenge = str(secrets.randbelow(10**10))
    query = {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": verify_token}
    try:
        address, host = reachable(url)
        if address.host not in HERE:
            raise Refused(2200, "the callback must be on this machine: the square never calls out")
        async with httpx.AsyncClient(timeout=20, trust_env=False) as client:
            answer = await client.get(address.copy_merge_params(query), headers={"Host": host})
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Refused(2200, f"Callback verification failed: {type(error).__name__}") from error
    if answer.status_code != 200 or answer.text != challenge:
        raise Refused(2200, f"Callback verification failed: HTTP {answer.status_code}")


async def _params(request: Request) -> dict[str, Any]:
    found: dict[str, Any] = dict(request.query_params)
    kind, body = request.headers.get("content-type", ""), await request.body()
    if kind.startswith("multipart/form-data"):
        return {**found, **_parts(kind, body)}
    if kind.startswith("application/x-www-form-urlencoded"):
        return {**found, **dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))}
    try:
        told = parse_json(body or b"{}")
    except ValueError:
        told = {}
    return {**found, **(told if isinstance(told, dict) else {})}


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
