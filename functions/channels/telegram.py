"""Telegram bots: private chats, groups with their topics, channels, and chats of a business that the bot takes part in.

Sources: core.telegram.org/bots/api (updates, methods, limits; Bot API 10.0), core.telegram.org/bots/faq (rates),
core.telegram.org/bots/features#privacy-mode, github.com/tdlib/telegram-bot-api (errors, webhooks, migrated groups).

Secrets: ``bot_token`` (of @BotFather), ``secret_token`` (we make it up; it comes back in a header of each call) and
``previous_secret_token`` while it is changed. Options: ``base_url``. ``account_id`` is the bot's, the digits before
the colon of its token.

What names what: a message's id is ``<chat>:<message>``, because Telegram counts messages in each chat anew. In the
chats of a business (whose messages are counted beside the bot's own) the chat is ``<business connection>:<chat>``.
A private chat is a thread. In a group, a thread is a topic, or else the message that began a chain of answers; where
Telegram does not name that one, the message that is answered stands for it (``thread_is_guess``).
"""

from __future__ import annotations

import hmac
import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from channels import _payload, _transport
from channels._payload import Events, UnreadableUpdate
from channels._transport import Answer, Call, CodeTable, Refusal
from channels._values import as_id, as_millis, as_text, content_id, is_invented
from channels.base import (
    Account,
    AccountManager,
    Capabilities,
    Channel,
    Files,
    InvalidSignature,
    Media,
    Moderation,
    PermanentFailure,
    Reason,
    Receiver,
    Request,
    Route,
    Sender,
    Situation,
    TransientFailure,
    Way,
    json_list,
    json_object,
)
from conversations.model import Attachment, Author, Fact, Kind, Unreadable, Visibility

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from channels.base import Credentials, File, Outbound
    from conversations.model import Message

BASE_URL = "https://api.telegram.org"
TEXT_LIMIT, CAPTION_LIMIT = 4096, 1024
CHOICE_BYTES = 64
"""The most a button can carry back."""
PHOTO_BYTES, FILE_BYTES = 10_000_000, 50_000_000
BUSINESS_WINDOW = 24 * 3_600_000
"""Milliseconds after the customer's last message in which a bot may write in a chat of a business."""
RATE_PAUSE = 30.0
"""Seconds to wait when Telegram limits the rate and does not say for how long."""
SECRET_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,256}")
UPDATES = (
    "message",
    "edited_message",
    "channel_post",
    "edited_channel_post",
    "business_message",
    "edited_business_message",
    "deleted_business_messages",
    "message_reaction",
    "callback_query",
    "my_chat_member",
)
"""What Telegram is to report; reactions come only when they are named."""
LIKED = "👍"


class TelegramReceiver(Receiver):
    """What Telegram reports."""

    def verify(self, request: Request, credentials: Credentials) -> None:
        given = request.headers.get("x-telegram-bot-api-secret-token", "").encode("utf-8", "replace")
        for name in ("secret_token", "previous_secret_token"):
            secret = credentials.secrets.get(name)
            if secret and hmac.compare_digest(given, secret.encode()):
                return
        raise InvalidSignature

    def parse(self, request: Request, credentials: Credentials) -> list[Fact | Unreadable]:
        payload = _payload.document(request)
        # One update is posted at a time; several at once are an answer of getUpdates that somebody hands on.
        many = payload.get("result") if isinstance(payload, dict) and "update_id" not in payload else payload
        updates = many if isinstance(many, list) else [payload]
        return _payload.read_each("telegram", updates, _read_update, credentials.account_id)

    def acknowledge(self, request: Request, credentials: Credentials) -> str | None:
        """The body of our 200, which Telegram carries out as a method: a pressed button stops waiting."""
        if b'"callback_query"' not in request.body:
            return None
        query = as_id(json_object(json_object(_payload.document(request)).get("callback_query")).get("id"))
        return json.dumps({"method": "answerCallbackQuery", "callback_query_id": query}) if query else None

    def profile_name(self, customer_id: str, credentials: Credentials) -> str | None:
        try:
            chat = _call("getChat", {"chat_id": _number(customer_id)}, credentials)
        except PermanentFailure:
            return None
        return _name(json_object(chat))

    def media(self, attachment: Attachment, credentials: Credentials) -> Media | None:
        """The address holds the bot's token, and is good for an hour; files of more than 20 MB are not given."""
        if not attachment.id or attachment.type not in _FILE_TYPES:
            return None
        found = json_object(_call("getFile", {"file_id": attachment.id}, credentials))
        path = found.get("file_path")
        if not isinstance(path, str) or not path:
            raise PermanentFailure(Reason.GONE, "no_file")
        return Media(f"{_base(credentials)}/file/bot{_token(credentials)}/{path}")


class TelegramSender(Sender):
    """What goes out to Telegram."""

    def send_options(self, situation: Situation, now: int) -> list[Route]:
        if situation.visibility is Visibility.PUBLIC:
            return [Route(Way.PUBLIC_REPLY, Visibility.PUBLIC, TEXT_LIMIT, "utf16", files=_FILES)]
        end = self.window_ends_at(situation)
        if not situation.customer_id or (end is not None and now >= end):
            return []
        return [Route(Way.PRIVATE_MESSAGE, Visibility.PRIVATE, TEXT_LIMIT, "utf16", until=end, files=_FILES)]

    def window_ends_at(self, situation: Situation) -> int | None:
        """The bot's own chats have no window; those of a business have one of a day."""
        if situation.visibility is Visibility.PUBLIC or ":" not in situation.thread_id:
            return None
        return (situation.last_customer_message_at or 0) + BUSINESS_WINDOW

    def measure(self, text: str, way: Way) -> int:
        """UTF-16 units, in which Telegram counts: never fewer than characters."""
        return len(text.encode("utf-16-le", "surrogatepass")) // 2

    def try_send(self, message: Outbound, credentials: Credentials) -> str:
        chat = _chat_of(message)
        method, fields, files = _letter(message, chat)
        try:
            sent = _call(method, fields, credentials, files, repeatable=False)
        except _Migrated as moved:
            # The group became a supergroup, in which the old messages cannot be answered.
            chat = _Place(moved.chat_id, "")
            fields = {name: value for name, value in fields.items() if name != "reply_parameters"}
            sent = _call(method, {**fields, "chat_id": moved.chat_id}, credentials, files, repeatable=False)
        return f"{chat.key}:{_transport.sent_id(json_object(sent).get('message_id'))}"

    def find_sent(self, message: Outbound, credentials: Credentials) -> str | None:
        """A bot cannot read what it wrote."""
        raise PermanentFailure(Reason.BAD, "cannot_look")

    def moderations(self, message: Message) -> tuple[Moderation, ...]:
        if message.direction == "outbound":
            return (Moderation.EDIT, Moderation.DELETE) if message.platform_id and not message.deleted else ()
        place = _place_of(message.id)
        if message.direction != "inbound" or message.deleted or place is None or place.business:
            return ()
        liking = (Moderation.LIKE, Moderation.UNLIKE)
        return liking if message.visibility is Visibility.PRIVATE else (*liking, Moderation.DELETE)

    def try_moderate(
        self,
        moderation: Moderation,
        target: str,
        credentials: Credentials,
        text: str = "",
        customer_id: str | None = None,
    ) -> None:
        place = _place_of(target)
        if place is None:
            raise PermanentFailure(Reason.BAD, "no_id")
        spot = {**place.fields(), "message_id": _number(target.rpartition(":")[2])}
        if moderation is Moderation.EDIT:
            _edit(spot, text, credentials)
        elif moderation is Moderation.DELETE and place.business:
            spot["message_ids"] = [spot.pop("message_id")]
            del spot["chat_id"]
            _call("deleteBusinessMessages", spot, credentials)
        elif moderation is Moderation.DELETE:
            _call("deleteMessage", spot, credentials)
        elif moderation in (Moderation.LIKE, Moderation.UNLIKE):
            spot["reaction"] = [{"type": "emoji", "emoji": LIKED}] if moderation is Moderation.LIKE else []
            _call("setMessageReaction", spot, credentials)
        else:
            raise PermanentFailure(Reason.BAD, "no_moderation")


class TelegramAccount(AccountManager):
    """The account on Telegram."""

    def check(self, credentials: Credentials) -> Account:
        bot = json_object(_call("getMe", {}, credentials))
        found, handle = as_id(bot.get("id")), as_text(bot.get("username"))
        if found is None:
            raise TransientFailure(Reason.RETRY, "no_account")
        return Account(found, _name(bot) or handle or found, {"username": handle} if handle else {})

    def register(self, credentials: Credentials, url: str) -> None:
        secret = credentials.secrets.get("secret_token", "")
        if not SECRET_TOKEN.fullmatch(secret):
            raise PermanentFailure(Reason.BAD, "secret_token")
        hook = {"url": url, "secret_token": secret, "allowed_updates": list(UPDATES)}
        _call("setWebhook", hook, credentials)

    def unregister(self, credentials: Credentials, url: str) -> None:
        if _hook(credentials).get("url") == url:  # a bot has one: it may be another's by now
            _call("deleteWebhook", {}, credentials)

    def registered(self, credentials: Credentials, url: str) -> bool | None:
        hook = _hook(credentials)
        return hook.get("url") == url and set(UPDATES) <= set(map(str, json_list(hook.get("allowed_updates"))))


_FILES = Files(
    1,
    {
        "image/jpeg": PHOTO_BYTES,
        "image/png": PHOTO_BYTES,
        "image/*": FILE_BYTES,
        "video/*": FILE_BYTES,
        "audio/*": FILE_BYTES,
        "text/*": FILE_BYTES,
        "application/*": FILE_BYTES,
    },
    limit=CAPTION_LIMIT,
)
_FILE_TYPES = {"image", "video", "audio", "voice", "file", "sticker", "animation"}


# What an update holds ------------------------------------------------------------------------------------------------


def _read_update(update: dict[str, Any], account: str) -> Events:
    kinds = [kind for kind, value in update.items() if kind in _READERS and value is not None]
    if len(kinds) > 1:  # never seen, and so each is kept from costing the others
        return _payload.read_each("telegram", [{kind: update[kind]} for kind in kinds], _read_update, account)
    if kinds:
        return _READERS[kinds[0]](_object(update[kinds[0]]), account, kinds[0])
    named = [key for key, value in update.items() if value is not None and isinstance(value, dict)]
    if handled := next((key for key in named if key in _FOR_A_PERSON), None):
        raise UnreadableUpdate(f"not_handled:{handled}")
    if any(key not in _NO_INTEREST for key in named):
        raise UnreadableUpdate("unknown_update")
    return []


_NO_INTEREST = {
    "inline_query",
    "chosen_inline_result",
    "shipping_query",
    "pre_checkout_query",
    "poll",
    "poll_answer",
    "chat_member",
    "chat_join_request",
    "chat_boost",
    "removed_chat_boost",
    "message_reaction_count",
    "business_connection",
    "purchased_paid_media",
    "managed_bot",
}
"""Known, no part of a conversation: left out."""
_FOR_A_PERSON = {"guest_message"}
"""Known, not built, and worth a look."""


def _object(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise UnreadableUpdate("malformed")
    return value


class _Place(NamedTuple):
    """A chat: its id, and the business connection through which the bot takes part in it, if it does."""

    chat_id: str
    business: str

    @property
    def key(self) -> str:
        """What the ids of its messages begin with."""
        return f"{self.business}:{self.chat_id}" if self.business else self.chat_id

    def fields(self) -> dict[str, Any]:
        """How a method names it."""
        named: dict[str, Any] = {"chat_id": _number(self.chat_id)}
        return {**named, "business_connection_id": self.business} if self.business else named


class _Chat(NamedTuple):
    """Where an update happened."""

    place: _Place
    kind: str
    username: str | None
    names: dict[str, Any]

    @property
    def is_private(self) -> bool:
        return self.kind == "private"

    @property
    def customer_id(self) -> str | None:
        """A private chat has the id of the person."""
        return self.place.chat_id if self.is_private else None

    def message(self, number: object) -> str | None:
        found = as_id(number)
        return f"{self.place.key}:{found}" if found else None


def _chat(update: dict[str, Any], usual: str | None = None) -> _Chat:
    """``usual`` is the kind of chat of such updates, where the chat does not say its kind."""
    chat = json_object(update.get("chat"))
    chat_id = as_id(chat.get("id"))
    if chat_id is None:
        raise UnreadableUpdate("no_chat")
    if chat.get("is_direct_messages") is True:
        raise UnreadableUpdate("not_handled:direct_messages")
    kind, business = chat.get("type") or usual, as_id(update.get("business_connection_id"))
    if not isinstance(kind, str) or kind not in _PUBLIC:
        # A kind that is new or missing is read as private rather than shown to everybody.
        kind = "group" if kind is None and (chat_id.startswith("-") or chat.get("title")) else "private"
    return _Chat(_Place(chat_id, business or ""), kind, as_id(chat.get("username")), chat)


_PUBLIC = {"group", "supergroup", "channel"}


def _person(person: dict[str, Any]) -> Author:
    return Author(as_id(person.get("id")), _name(person))


def _name(person: dict[str, Any]) -> str | None:
    names = [name for part in ("first_name", "last_name") if (name := as_text(person.get(part)))]
    return " ".join(names) or as_text(person.get("title")) or as_text(person.get("username")) or None


class _Spot(NamedTuple):
    """Where in a chat a message stands."""

    thread_id: str
    message_id: str
    parent_id: str | None


def _spot(message: dict[str, Any], chat: _Chat) -> _Spot:
    message_id = chat.message(message.get("message_id")) or content_id(message)
    topic = chat.message(message.get("message_thread_id"))
    parent = _parent(message, chat)
    if parent == topic and message.get("is_topic_message") is True:
        parent = None  # what was not answered in a topic answers the message that opened it
    if chat.is_private:
        return _Spot(chat.place.key, message_id, parent)
    if message.get("is_automatic_forward") is True or message_id.startswith("x-"):
        return _Spot(message_id, message_id, None)
    return _Spot(topic or parent or message_id, message_id, parent)


def _parent(message: dict[str, Any], chat: _Chat) -> str | None:
    answered = json_object(message.get("reply_to_message"))
    elsewhere = as_id(json_object(answered.get("chat")).get("id"))
    if elsewhere and elsewhere != chat.place.chat_id:
        return None
    return chat.message(answered.get("message_id"))


def _author(message: dict[str, Any], chat: _Chat) -> Author:
    """A channel or an anonymous administrator writes as a chat; in old private chats the chat is the person."""
    for part in ("sender_chat", "from"):
        if as_id(json_object(message.get(part)).get("id")):
            return _person(json_object(message.get(part)))
    return _person(chat.names) if chat.kind in ("private", "channel") else Author()


def _is_own(message: dict[str, Any], author: Author, chat: _Chat, account: str, kind: str) -> bool:
    """Channels are the company's: only their owners can let a bot in. In a business chat, all but the customer is."""
    if "channel_post" in kind or message.get("is_automatic_forward") is True:
        return True
    if chat.place.business:
        return author.id != chat.customer_id
    return author.id == account


def _message(message: dict[str, Any], account: str, kind: str) -> Events:
    chat = _chat(message, "channel" if "channel_post" in kind else None)
    if any(key in _SERVICE and message[key] for key in message):
        return []
    edited = kind.startswith("edited_")
    spot, author, text, files = _spot(message, chat), _author(message, chat), _text(message), _attachments(message)
    if edited and not text and "location" in message:
        return []  # somebody's live position
    if not edited and not author.id and not text and not files:
        raise UnreadableUpdate("empty_message")
    button = json_object(message.get("web_app_data"))
    return [
        Fact(
            Kind.EDITED if edited else Kind.MESSAGE,
            Visibility.PRIVATE if chat.is_private else Visibility.PUBLIC,
            spot.thread_id,
            (as_millis(message.get("edit_date")) if edited else None) or as_millis(message.get("date")) or 0,
            spot.message_id,
            author=author,
            own=_is_own(message, author, chat, account, kind),
            # In an edit, no text means that there is none any more.
            text=(text or "") if edited else text,
            attachments=files,
            parent_id=spot.parent_id,
            permalink=_permalink(message, chat),
            payload=as_text(button.get("data")),
            customer_id=chat.customer_id,
            title=as_text(chat.names.get("title")) if not chat.is_private else None,
            unsupported=not edited and not text and not files,
            thread_is_guess=not chat.is_private,
        )
    ]


_SERVICE = {
    "new_chat_members",
    "new_chat_member",
    "new_chat_participant",
    "left_chat_member",
    "new_chat_title",
    "new_chat_photo",
    "delete_chat_photo",
    "group_chat_created",
    "supergroup_chat_created",
    "channel_chat_created",
    "message_auto_delete_timer_changed",
    "migrate_to_chat_id",
    "migrate_from_chat_id",
    "pinned_message",
    "connected_website",
    "write_access_allowed",
    "passport_data",
    "proximity_alert_triggered",
    "boost_added",
    "chat_background_set",
    "chat_owner_changed",
    "chat_owner_left",
    "forum_topic_created",
    "forum_topic_edited",
    "forum_topic_closed",
    "forum_topic_reopened",
    "general_forum_topic_hidden",
    "general_forum_topic_unhidden",
    "giveaway_created",
    "giveaway_completed",
    "checklist_tasks_done",
    "checklist_tasks_added",
    "direct_message_price_changed",
    "paid_message_price_changed",
    "suggested_post_approved",
    "suggested_post_approval_failed",
    "suggested_post_declined",
    "suggested_post_paid",
    "suggested_post_refunded",
    "video_chat_scheduled",
    "video_chat_started",
    "video_chat_ended",
    "video_chat_participants_invited",
    "voice_chat_scheduled",
    "voice_chat_started",
    "voice_chat_ended",
    "voice_chat_participants_invited",
    "successful_payment",
    "refunded_payment",
    "managed_bot_created",
    "poll_option_added",
    "poll_option_deleted",
}
"""What a message says of its chat, and nobody says to us."""


def _text(message: dict[str, Any]) -> str | None:
    for part, marked in (("text", "entities"), ("caption", "caption_entities")):
        if isinstance(message.get(part), str) and message[part]:
            return _with_links(as_text(message[part]) or "", message.get(marked))
    dice = json_object(message.get("dice"))
    spoken = (
        json_object(message.get("web_app_data")).get("button_text"),
        json_object(message.get("poll")).get("question"),
        json_object(message.get("checklist")).get("title"),
        f"{as_text(dice.get('emoji')) or ''} {as_text(dice.get('value')) or ''}".strip(),
    )
    return next((as_text(words) for words in spoken if isinstance(words, str) and words), None)


def _with_links(text: str, entities: object) -> str:
    """The text with the addresses that lie behind its words. Offsets are in UTF-16 units, two bytes each."""
    links = sorted(filter(None, map(_link, json_list(entities))))
    if not links:
        return text
    raw, at, parts = text.encode("utf-16-le"), 0, []
    for start, end, url in links:
        end = min(end, len(raw))
        if start < at or start >= end:
            continue  # they do not overlap, and one that does is not worth a wrong text
        parts.append(raw[at:end])
        at = end
        if raw[start:end] != url.encode("utf-16-le"):
            parts.append(f" ({url})".encode("utf-16-le"))
    return b"".join([*parts, raw[at:]]).decode("utf-16-le", "replace")


def _link(entity: object) -> tuple[int, int, str] | None:
    mark = json_object(entity)
    start, length, url = mark.get("offset"), mark.get("length"), mark.get("url")
    if mark.get("type") != "text_link" or not isinstance(url, str) or type(start) is not int or type(length) is not int:
        return None
    return (2 * start, 2 * (start + length), as_text(url) or "") if start >= 0 and length > 0 else None


_FILE_PARTS = {
    "animation": "animation",
    "video": "video",
    "video_note": "video",
    "audio": "audio",
    "voice": "voice",
    "sticker": "sticker",
    "document": "file",
}


def _attachments(message: dict[str, Any]) -> tuple[Attachment, ...]:
    found: list[Attachment] = []
    # The sizes of one picture; the last is the largest.
    if sizes := [size for each in json_list(message.get("photo")) if (size := as_id(json_object(each).get("file_id")))]:
        found.append(Attachment("image", id=sizes[-1]))
    for part, kind in _FILE_PARTS.items():
        file = json_object(message.get(part))
        # An animation comes a second time as a document, for old programs.
        if (file_id := as_id(file.get("file_id"))) and not (part == "document" and "animation" in message):
            name = file.get("file_name") or file.get("title") or file.get("emoji")
            found.append(Attachment(kind, title=as_text(name) if isinstance(name, str) else None, id=file_id))
    found += _places(message)
    contact = json_object(message.get("contact"))
    if contact:
        told = (_name(contact), as_text(contact.get("phone_number")))
        found.append(Attachment("contact", title=", ".join(filter(None, told)) or None))
    return tuple(found)


def _places(message: dict[str, Any]) -> list[Attachment]:
    """A venue comes with its location, and is one thing."""
    venue = json_object(message.get("venue"))
    position = json_object(message.get("location")) or json_object(venue.get("location"))
    told = [as_text(venue.get(part)) for part in ("title", "address")]
    if not any(told):
        told = [as_text(position.get(part)) for part in ("latitude", "longitude")]
    title = ", ".join(filter(None, told))
    return [Attachment("location", title=title)] if title else []


def _permalink(message: dict[str, Any], chat: _Chat) -> str | None:
    number, internal = as_id(message.get("message_id")), chat.place.chat_id
    if number is None or chat.kind not in ("supergroup", "channel"):
        return None
    if chat.username:
        return f"https://t.me/{chat.username}/{number}"
    return f"https://t.me/c/{internal[4:]}/{number}" if internal.startswith("-100") else None


def _callback(query: dict[str, Any], account: str, kind: str) -> Events:
    """A button below a message of ours was pressed: what stands on it is what the customer says.

    Telegram does not say when: it is told as of the second after the message with the buttons.
    """
    asked = json_object(query.get("message"))
    chat, presser = _chat(asked), json_object(query.get("from"))
    query_id, author, data = as_id(query.get("id")), _person(presser), as_text(query.get("data"))
    spot = _spot(asked, chat)
    return [
        Fact(
            Kind.MESSAGE,
            Visibility.PRIVATE if chat.is_private else Visibility.PUBLIC,
            spot.thread_id,
            (as_millis(asked.get("date")) or -1000) + 1000,
            f"x-{query_id}" if query_id else content_id(query),
            author=author,
            own=author.id == account,
            text=_label(asked, data),
            parent_id=spot.message_id,
            payload=data,
            customer_id=chat.customer_id,
            thread_is_guess=not chat.is_private,
        )
    ]


def _label(asked: dict[str, Any], data: str | None) -> str | None:
    rows = json_list(json_object(asked.get("reply_markup")).get("inline_keyboard"))
    buttons = [json_object(button) for row in rows for button in json_list(row)]
    pressed = next((each for each in buttons if data is not None and each.get("callback_data") == data), {})
    return as_text(pressed.get("text")) or None


def _reaction(update: dict[str, Any], account: str, kind: str) -> Events:
    """The reactions of one person to one message, all that there are now; the platform keeps them as one."""
    chat = _chat(update)
    message_id = chat.message(update.get("message_id"))
    if message_id is None:
        raise UnreadableUpdate("no_id")
    now, before = _emoji(update.get("new_reaction")), _emoji(update.get("old_reaction"))
    author = _person(json_object(update.get("user")) or json_object(update.get("actor_chat")))
    return [
        Fact(
            Kind.REACTION if json_list(update.get("new_reaction")) else Kind.UNREACTION,
            Visibility.PRIVATE if chat.is_private else Visibility.PUBLIC,
            chat.place.key if chat.is_private else message_id,
            as_millis(update.get("date")) or 0,
            message_id,
            author=author,
            own=author.id == account,
            payload=now or before or None,
            customer_id=chat.customer_id,
            thread_is_guess=not chat.is_private,
        )
    ]


def _emoji(reactions: object) -> str:
    """Pictures of one's own have no emoji; a star is paid for."""
    found = (json_object(each) for each in json_list(reactions))
    return "".join("⭐" if each.get("type") == "paid" else as_text(each.get("emoji")) or "" for each in found)


def _deleted(update: dict[str, Any], account: str, kind: str) -> Events:
    """Messages taken down in a business chat; when, and by whom, Telegram does not say."""
    chat = _chat(update)
    named = [found for each in json_list(update.get("message_ids")) if (found := chat.message(each))]
    if not named:
        raise UnreadableUpdate("no_id")
    visibility = Visibility.PRIVATE if chat.is_private else Visibility.PUBLIC
    return [
        Fact(
            Kind.REMOVED,
            visibility,
            chat.place.key if chat.is_private else each,
            0,
            each,
            customer_id=chat.customer_id,
            thread_is_guess=not chat.is_private,
        )
        for each in dict.fromkeys(named)
    ]


def _membership(update: dict[str, Any], account: str, kind: str) -> Events:
    """A person blocked the bot, or lets it in again. Of groups there is nothing to tell: a thread is not a group."""
    chat, status = _chat(update), json_object(update.get("new_chat_member")).get("status")
    told = {"kicked": Kind.GONE, "left": Kind.GONE, "member": Kind.BACK}.get(str(status))
    if told is None or not chat.is_private:
        return []
    person = _person(json_object(update.get("from")) or chat.names)
    at = as_millis(update.get("date")) or 0
    return [
        Fact(told, Visibility.PRIVATE, chat.place.key, at, author=person, customer_id=chat.customer_id),
    ]


_READERS: dict[str, Callable[[dict[str, Any], str, str], Events]] = {
    "message": _message,
    "edited_message": _message,
    "channel_post": _message,
    "edited_channel_post": _message,
    "business_message": _message,
    "edited_business_message": _message,
    "deleted_business_messages": _deleted,
    "message_reaction": _reaction,
    "callback_query": _callback,
    "my_chat_member": _membership,
}


# Outbound ------------------------------------------------------------------------------------------------------------


def _number(value: str) -> int | str:
    """Ids are numbers to Telegram, where they are some."""
    digits = value.removeprefix("-")
    return int(value) if digits.isascii() and digits.isdecimal() and len(digits) < 20 else value


def _place_of(message_id: str) -> _Place | None:
    """The chat of a message; None for an id that is not Telegram's."""
    chat, colon, number = message_id.rpartition(":")
    if not colon or is_invented(message_id) or not number.isdecimal():
        return None
    business, _, chat_id = chat.rpartition(":")
    return _Place(chat_id, business)


def _chat_of(message: Outbound) -> _Place:
    """A private thread is a chat; a public one begins with a message of it."""
    if message.way is Way.PUBLIC_REPLY:
        place = _place_of(message.thread_id) or _place_of(message.reply_to_id or "")
        if place is None:
            raise PermanentFailure(Reason.BAD, "no_chat")
        return place
    business, _, chat_id = message.thread_id.rpartition(":")
    return _Place(chat_id, business)


def _letter(message: Outbound, chat: _Place) -> tuple[str, dict[str, Any], dict[str, tuple[str, bytes, str]] | None]:
    """The method, its fields, and the file that goes along."""
    fields, text = chat.fields(), as_text(message.text) or ""
    if answered := _answered(message, chat):
        # In a topic, an answer stands where the answered message does; to what was deleted there is no answer.
        fields["reply_parameters"] = {"message_id": answered}
    buttons = [
        [{"text": each.title, "callback_data": each.payload}]
        for each in message.choices
        if 0 < len(each.payload.encode()) <= CHOICE_BYTES
    ]
    if buttons:
        fields["reply_markup"] = {"inline_keyboard": buttons}
    if not message.files:
        return "sendMessage", {**fields, "text": text}, None
    file, *more = message.files
    if more:
        raise PermanentFailure(Reason.BAD, "too_many_files")
    if len(text.encode("utf-16-le")) // 2 > CAPTION_LIMIT:
        raise PermanentFailure(Reason.BAD, "caption_too_long")
    method, part = _method(file)
    return method, {**fields, **({"caption": text} if text else {})}, {part: (file.name, file.content, file.mime)}


def _answered(message: Outbound, chat: _Place) -> int | str | None:
    """In a group the message that is answered, or else the one that began the thread; in private it is plain without.

    Another chat's message cannot be answered here: the group was migrated meanwhile.
    """
    if message.way is not Way.PUBLIC_REPLY:
        return None
    candidates = (message.reply_to_id, message.branch_id, message.thread_id)
    named = next((each for each in candidates if each and _place_of(each) == chat), None)
    return _number(named.rpartition(":")[2]) if named else None


def _method(file: File) -> tuple[str, str]:
    if file.mime in ("image/jpeg", "image/png") and len(file.content) <= PHOTO_BYTES:
        return "sendPhoto", "photo"
    if file.mime == "video/mp4":
        return "sendVideo", "video"
    if file.mime in ("audio/mpeg", "audio/mp4"):
        return "sendAudio", "audio"
    return "sendDocument", "document"


def _edit(spot: dict[str, Any], text: str, credentials: Credentials) -> None:
    words = as_text(text) or ""
    try:
        _call("editMessageText", {**spot, "text": words}, credentials)
    except PermanentFailure as failure:
        if failure.code == "400:no_text":  # it is a file, and what it says is its caption
            _edit_caption(spot, words, credentials)
        elif failure.code != NOT_MODIFIED:
            raise


def _edit_caption(spot: dict[str, Any], text: str, credentials: Credentials) -> None:
    try:
        _call("editMessageCaption", {**spot, "caption": text}, credentials)
    except PermanentFailure as failure:
        if failure.code != NOT_MODIFIED:
            raise


def _hook(credentials: Credentials) -> dict[str, Any]:
    return json_object(_call("getWebhookInfo", {}, credentials))


def _base(credentials: Credentials) -> str:
    return (credentials.options.get("base_url") or BASE_URL).rstrip("/")


def _token(credentials: Credentials) -> str:
    token = credentials.secrets.get("bot_token", "").strip()
    if not re.fullmatch(r"[A-Za-z0-9:_-]+", token):
        raise TransientFailure(Reason.AUTH, "no_token")
    return token


def _call(
    method: str,
    fields: Mapping[str, Any],
    credentials: Credentials,
    files: Mapping[str, tuple[str, bytes, str]] | None = None,
    *,
    repeatable: bool = True,
) -> Any:
    """The result of a method. Raises ``_Migrated`` where a group has another id by now."""
    url = f"{_base(credentials)}/bot{_token(credentials)}/{method}"
    if files:
        form = {name: value if isinstance(value, str) else json.dumps(value) for name, value in fields.items()}
        request = Call("POST", url, {}, {}, form=form, files=files)
    else:
        request = Call("POST", url, {}, {}, json=dict(fields))
    answer = _transport.call(request, channel="telegram", repeatable=repeatable, classify=classify)
    if moved := _moved_to(answer):
        raise _Migrated(moved)
    return (answer.body or {}).get("result")


# Errors --------------------------------------------------------------------------------------------------------------


class _Migrated(PermanentFailure):
    """A group that became a supergroup, and the id it has now."""

    def __init__(self, chat_id: str) -> None:
        super().__init__(Reason.GONE, "400:migrated")
        self.chat_id = chat_id


NOT_MODIFIED = "400:not_modified"

PHRASES: tuple[tuple[int, str, str], ...] = (
    (400, "message is not modified", "not_modified"),
    (400, "there is no text in the message to edit", "no_text"),
    (400, "business_peer_usage_missing", "business_peer"),
    (400, "message can't be deleted", "cannot_be_deleted"),  # two days old, or another's
    (400, "message can't be edited", "cannot_be_edited"),
    (400, "chat not found", "chat_not_found"),
    (400, "user not found", "user_not_found"),
    (400, "peer_id_invalid", "peer_id_invalid"),
    (400, "to be replied not found", "replied_not_found"),  # "message …", or "reply message not found"
    (400, "reply message not found", "replied_not_found"),
    (400, "message to delete not found", "message_not_found"),
    (400, "message to edit not found", "message_not_found"),
    (400, "message to react not found", "message_not_found"),
    (400, "message_id_invalid", "message_not_found"),
    (400, "message thread not found", "thread_not_found"),
    (400, "topic_deleted", "topic_deleted"),
    (400, "topic_closed", "topic_closed"),
    (400, "input_user_deactivated", "user_deactivated"),
    (400, "business connection not found", "no_business_connection"),
    (400, "business_connection_invalid", "no_business_connection"),
    (400, "not enough rights", "no_rights"),
    (400, "have no rights to send", "no_rights"),
    (400, "need administrator rights", "no_rights"),
    (400, "chat_write_forbidden", "no_rights"),
    (400, "chat_send_", "no_rights"),  # …_photos_forbidden and the like
    (400, "chat_admin_required", "no_rights"),
    (400, "message is too long", "too_long"),
    (400, "caption is too long", "too_long"),
    (400, "message text is empty", "empty"),
    (400, "can't parse entities", "entities"),
    (400, "query is too old", "query_too_old"),
    (400, "file is too big", "file_too_big"),
    (400, "button_data_invalid", "button"),
    (400, "secret token", "secret_token"),
    (400, "bad webhook", "webhook"),
    (403, "not enough rights", "no_rights"),
    (403, "can't send messages to bots", "to_a_bot"),
    (403, "blocked by the user", "blocked"),
    (403, "user is deactivated", "user_deactivated"),
    (403, "was kicked", "kicked"),
    (403, "not a member", "not_a_member"),
    (403, "can't initiate conversation", "not_started"),
    (403, "group chat was deleted", "group_deleted"),
)
"""Status, a part of the description in lower case, and our name for it: Telegram has no other codes."""

CODES = CodeTable(
    codes={
        "400:not_modified": Reason.BAD,
        "400:no_text": Reason.BAD,
        "400:business_peer": Reason.WINDOW,
        "400:cannot_be_deleted": Reason.WINDOW,
        "400:cannot_be_edited": Reason.WINDOW,
        "400:chat_not_found": Reason.GONE,
        "400:user_not_found": Reason.GONE,
        "400:peer_id_invalid": Reason.GONE,
        "400:replied_not_found": Reason.GONE,
        "400:message_not_found": Reason.GONE,
        "400:thread_not_found": Reason.GONE,
        "400:topic_deleted": Reason.GONE,
        "400:topic_closed": Reason.GONE,
        "400:user_deactivated": Reason.GONE,
        "400:no_business_connection": Reason.GONE,
        "400:no_rights": Reason.PERMISSION,
        "400:too_long": Reason.BAD,
        "400:empty": Reason.BAD,
        "400:entities": Reason.BAD,
        "400:query_too_old": Reason.BAD,
        "400:file_too_big": Reason.BAD,
        "400:button": Reason.BAD,
        "400:secret_token": Reason.BAD,
        "400:webhook": Reason.BAD,
        "403:no_rights": Reason.PERMISSION,
        "403:to_a_bot": Reason.BAD,
        "403:blocked": Reason.GONE,
        "403:user_deactivated": Reason.GONE,
        "403:kicked": Reason.GONE,
        "403:not_a_member": Reason.GONE,
        "403:not_started": Reason.GONE,
        "403:group_deleted": Reason.GONE,
    },
    statuses={
        400: Reason.BAD,
        401: Reason.AUTH,
        403: Reason.GONE,
        404: Reason.AUTH,  # of a method that exists, it is the token that is not found
        409: Reason.PERMISSION,  # somebody else asks by getUpdates
        413: Reason.BAD,
        429: Reason.RATE,
    },
    pauses={Reason.RATE: RATE_PAUSE},
)
"""By our names for descriptions; by the status where none is known."""


def classify(answer: Answer) -> Refusal | None:
    """Return what Telegram's ``{"ok": false}`` means; None for a result, or for a group's new id."""
    body = answer.body or {}
    if (body.get("ok") is True and "result" in body) or _moved_to(answer):
        return None
    if body.get("ok") is not False and not 400 <= answer.status < 500:
        return Refusal(None, str(answer.status))  # not Telegram's own answer, but of something on the way
    told, words = body.get("error_code"), str(body.get("description", "")).lower()
    code = told if type(told) is int else answer.status
    name = next((name for status, part, name in PHRASES if status == code and part in words), "")
    full_name = f"{code}:{name}" if name else str(code)
    meaning = CODES.meaning(full_name) or CODES.statuses.get(code) or (Reason.RETRY if code >= 500 else Reason.BAD)
    return CODES.refusal(answer, full_name, meaning, _wait(json_object(body.get("parameters"))))


def _moved_to(answer: Answer) -> str | None:
    """Return the new id of a group that became a supergroup."""
    body = answer.body or {}
    return as_id(json_object(body.get("parameters")).get("migrate_to_chat_id")) if body.get("ok") is not True else None


def _wait(parameters: Mapping[str, Any]) -> float | None:
    seconds = parameters.get("retry_after")
    is_number = isinstance(seconds, int | float) and not isinstance(seconds, bool)
    return float(seconds or 0) or None if is_number else None


channel = Channel(
    name="telegram",
    label="Telegram",
    capabilities=Capabilities(
        secret_names=("bot_token", "secret_token"),
        chosen_secrets=("secret_token",),
        signing_secret="secret_token",  # noqa: S106 - a name
        authenticates_body=False,
        reported_kinds=frozenset(
            {Kind.MESSAGE, Kind.EDITED, Kind.REMOVED, Kind.REACTION, Kind.UNREACTION, Kind.GONE, Kind.BACK},
        ),
        thread_is_guess=True,
        replies_to_latest=True,
    ),
    receiver=TelegramReceiver(),
    sender=TelegramSender(),
    account=TelegramAccount(),
)
"""A Telegram bot."""
