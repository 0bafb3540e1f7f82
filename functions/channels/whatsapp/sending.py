"""Sends to WhatsApp: permitted ways, sending, and what may be done about messages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from channels import _meta, _transport
from channels._values import as_id, as_text, is_invented
from channels.base import (
    ChannelError,
    Files,
    Moderation,
    PermanentFailure,
    Reason,
    Route,
    Sender,
    Situation,
    TransientFailure,
    Way,
    json_list,
    json_object,
)
from channels.whatsapp.api import USER_ID, again, call, write
from channels.whatsapp.webhook import TRACKER_LIMIT
from conversations.facts import Visibility

if TYPE_CHECKING:
    from collections.abc import Callable

    from channels.base import Credentials, File, Outbound
    from conversations.messages import Message

DAY = 86_400_000
TEXT_LIMIT, CAPTION_LIMIT, TEMPLATE_LIMIT, BUTTONS_LIMIT = 4096, 1024, 1024, 1024
BUTTONS, BUTTON_TITLE, BUTTON_ID = 3, 20, 256
MEGABYTE = 1_000_000
LIKED = "👍"
TEMPLATE_LANGUAGE = "de"
_RUNS = re.compile(r"\s*[\n\r\t\v\f\x1c-\x1e\x85\u2028\u2029]\s*| {4,}")
"""Characters that a template's parameter must not hold: new lines, tabs, more than three spaces."""


class WhatsAppSender(Sender):
    """Sends to WhatsApp."""

    def send_options(self, situation: Situation, now: int) -> list[Route]:
        if situation.visibility is Visibility.PUBLIC or not situation.customer_id:
            return []
        found, end = [], self.window_ends_at(situation)
        if end is not None and now < end:
            found.append(Route(Way.PRIVATE_MESSAGE, Visibility.PRIVATE, TEXT_LIMIT, until=end, files=_FILES))
        if situation.options.get("template_name"):
            found.append(Route(Way.TEMPLATE, Visibility.PRIVATE, TEMPLATE_LIMIT))
        return found

    def window_ends_at(self, situation: Situation) -> int | None:
        last = situation.last_customer_message_at
        return last + DAY if last is not None and situation.visibility is Visibility.PRIVATE else None

    def measure(self, text: str, way: Way) -> int:
        """Characters; in a template, of the text as it fits into one."""
        return len(_fitted(text)) if way is Way.TEMPLATE else len(text)

    def try_send(self, message: Outbound, credentials: Credentials) -> str:
        phone, address = _address(message, credentials)
        content = _content(message, credentials, lambda file: _upload(file, phone, credentials))
        if message.way is Way.PRIVATE_MESSAGE and not message.automatic:
            _mark_read(message.reply_to_id, phone, credentials)
        tracked = {"biz_opaque_callback_data": _tracker(message)}
        sent = write(phone, "messages", credentials, {**_PRODUCT, **address, **content, **tracked})
        return _transport.sent_id(json_object(next(iter(json_list(sent.get("messages"))), None)).get("id"))

    def find_sent(self, message: Outbound, credentials: Credentials) -> str | None:
        """Messages cannot be read back; the status that comes of one that was sent carries our id."""
        raise PermanentFailure(Reason.BAD, "cannot_look")

    def moderations(self, message: Message) -> tuple[Moderation, ...]:
        if message.direction != "inbound" or not message.author.id:
            return ()
        author = (Moderation.BLOCK, Moderation.UNBLOCK)
        return author if message.deleted or is_invented(message.id) else (Moderation.LIKE, Moderation.UNLIKE, *author)

    def try_moderate(
        self,
        moderation: Moderation,
        target: str,
        credentials: Credentials,
        text: str = "",
        customer_id: str | None = None,
    ) -> None:
        phone = credentials.account_id
        if moderation in (Moderation.LIKE, Moderation.UNLIKE):
            if not customer_id:
                raise PermanentFailure(Reason.BAD, "no_customer")
            emoji = LIKED if moderation is Moderation.LIKE else ""
            reaction = {"type": "reaction", "reaction": {"message_id": target, "emoji": emoji}}
            again(phone, "messages", credentials, {**_PRODUCT, **_person_address(customer_id), **reaction})
        elif moderation in (Moderation.BLOCK, Moderation.UNBLOCK):
            method = "POST" if moderation is Moderation.BLOCK else "DELETE"
            named = {"user_id": target} if USER_ID.fullmatch(target) else {"user": target}
            body = {"messaging_product": "whatsapp", "block_users": [named]}
            done = json_object(again(phone, "block_users", credentials, body, method).get("block_users"))
            if json_list(done.get("failed_users")):
                raise PermanentFailure(Reason.BAD, "refused")
        else:
            raise PermanentFailure(Reason.BAD, "no_moderation")


_FILES = Files(
    1,
    {
        "image/jpeg": 5 * MEGABYTE,
        "image/png": 5 * MEGABYTE,
        "video/mp4": 16 * MEGABYTE,
        "video/3gpp": 16 * MEGABYTE,
        "audio/*": 16 * MEGABYTE,
        "text/plain": 100 * MEGABYTE,
        "application/*": 100 * MEGABYTE,
    },
    limit=CAPTION_LIMIT,
)
_PRODUCT = {"messaging_product": "whatsapp"}


def _address(message: Outbound, credentials: Credentials) -> tuple[str, dict[str, str]]:
    """The number it goes out from, which the thread names, and whom it goes to."""
    phone, _, other = message.thread_id.partition(":")
    if not message.customer_id:
        raise PermanentFailure(Reason.BAD, "no_customer")
    if other and other != message.customer_id:
        return phone, {"recipient_type": "group", "to": other}
    return phone if other else credentials.account_id, _person_address(message.customer_id)


def _person_address(customer: str) -> dict[str, str]:
    """In ``to``, a user id would be taken for a number, accepted, and lost."""
    return {"recipient_type": "individual", "recipient" if USER_ID.fullmatch(customer) else "to": customer}


def _tracker(message: Outbound) -> str:
    """Comes back with each status, so that it names our message and its thread whatever else it names."""
    return f"{message.id}/{message.customer_id}"[:TRACKER_LIMIT]


def _content(message: Outbound, credentials: Credentials, upload: Callable[[File], str]) -> dict[str, Any]:
    text = as_text(message.text) or ""
    if message.way is Way.TEMPLATE:
        return _template(text, credentials)
    if message.files:
        return _with_file(message, text, upload)
    buttons = [{"type": "reply", "reply": {"id": each.payload, "title": each.title}} for each in message.choices]
    fits = all(len(each.title) <= BUTTON_TITLE and 0 < len(each.payload) <= BUTTON_ID for each in message.choices)
    if 0 < len(buttons) <= BUTTONS and fits and len(text) <= BUTTONS_LIMIT:
        return {
            "type": "interactive",
            "interactive": {"type": "button", "body": {"text": text}, "action": {"buttons": buttons}},
        }
    return {"type": "text", "text": {"body": text, "preview_url": False}}


def _template(text: str, credentials: Credentials) -> dict[str, Any]:
    """The approved form of words, with the text as the one parameter of its body."""
    name = credentials.options.get("template_name")
    if not name:
        raise PermanentFailure(Reason.WINDOW, "no_template")
    language = credentials.options.get("template_language") or TEMPLATE_LANGUAGE
    parameters = [{"type": "text", "text": _fitted(text)}]
    return {
        "type": "template",
        "template": {
            "name": name,
            "language": {"code": language},
            "components": [{"type": "body", "parameters": parameters}],
        },
    }


def _fitted(text: str) -> str:
    """The text in one line, as a template's parameter must be."""
    return _RUNS.sub(" ", text.strip())


def _with_file(message: Outbound, text: str, upload: Callable[[File], str]) -> dict[str, Any]:
    file, *more = message.files
    kind = file.mime.partition("/")[0]
    kind = kind if kind in ("image", "video", "audio") else "document"
    if more:
        raise PermanentFailure(Reason.BAD, "too_many_files")
    if text and kind == "audio":
        kind = "document"  # a recording takes no words; as a document it does
    if len(text) > CAPTION_LIMIT:
        raise PermanentFailure(Reason.BAD, "caption_too_long")
    part = {"id": upload(file)}
    if text:
        part["caption"] = text
    if kind == "document":
        part["filename"] = file.name
    return {"type": kind, kind: part}


def _upload(file: File, phone: str, credentials: Credentials) -> str:
    """Files are kept by the platform for thirty days; sent or not, nobody sees one that is not named in a message."""
    form = {"messaging_product": "whatsapp", "type": file.mime}
    body = {"form": form, "files": {"file": (file.name, file.content, file.mime)}}
    upload = as_id(call("POST", _meta.node(phone, "media"), credentials, repeatable=True, **body).get("id"))
    if upload is None:
        raise TransientFailure(Reason.RETRY, "upload")
    return upload


def _mark_read(message_id: str | None, phone: str, credentials: Credentials) -> None:
    """Mark the customer's message as read. The reply is sent whether or not this works."""
    if not message_id or is_invented(message_id):
        return
    try:
        write(phone, "messages", credentials, {**_PRODUCT, "status": "read", "message_id": message_id})
    except ChannelError:
        return
