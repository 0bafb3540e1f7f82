"""Reads what Telegram reports: proof of origin, and one fact for each thing that happened."""

from __future__ import annotations

import hmac
import json
from typing import TYPE_CHECKING, Any

from channels import _payload
from channels._payload import Events, UnreadableUpdate
from channels._values import as_id, as_millis, as_text, content_id
from channels.base import (
    InvalidSignature,
    Media,
    PermanentFailure,
    Reason,
    Receiver,
    Request,
    json_list,
    json_object,
)
from channels.telegram.api import base, bot_token, call
from channels.telegram.chats import author_of, chat_of, display_name, is_own, number_or_text, person_of, spot_of
from channels.telegram.content import attachments, permalink, text_of
from channels.telegram.context import context_of
from conversations.facts import Attachment, Fact, Kind, Unreadable, Visibility

if TYPE_CHECKING:
    from collections.abc import Callable

    from channels.base import Credentials


class TelegramReceiver(Receiver):
    """Reads what Telegram reports."""

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
        events = _payload.read_each("telegram", updates, _read_update, credentials.account_id)
        return _payload.within(events, lambda update: [update])

    def acknowledge(self, request: Request, credentials: Credentials) -> str | None:
        """The body of our 200, which Telegram carries out as a method: a pressed button stops waiting."""
        if b'"callback_query"' not in request.body:
            return None
        query = as_id(json_object(json_object(_payload.document(request)).get("callback_query")).get("id"))
        return json.dumps({"method": "answerCallbackQuery", "callback_query_id": query}) if query else None

    def profile_name(self, customer_id: str, credentials: Credentials) -> str | None:
        try:
            chat = call("getChat", {"chat_id": number_or_text(customer_id)}, credentials)
        except PermanentFailure:
            return None
        return display_name(json_object(chat))

    def media(self, attachment: Attachment, credentials: Credentials) -> Media | None:
        """The address holds the bot's token, and is good for an hour; files of more than 20 MB are not given."""
        if not attachment.id or attachment.type not in _FILE_TYPES:
            return None
        document = json_object(call("getFile", {"file_id": attachment.id}, credentials))
        path = document.get("file_path")
        if not isinstance(path, str) or not path:
            raise PermanentFailure(Reason.GONE, "no_file")
        return Media(f"{base(credentials)}/file/bot{bot_token(credentials)}/{path}")


_FILE_TYPES = {"image", "video", "audio", "voice", "file", "sticker", "animation"}


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


def _message(message: dict[str, Any], account: str, kind: str) -> Events:
    chat = chat_of(message, "channel" if "channel_post" in kind else None)
    # Some of them are empty objects.
    if any(message[key] not in (None, False) for key in message.keys() & _SERVICE):
        return []
    edited = kind.startswith("edited_")
    spot, author, text, files = spot_of(message, chat), author_of(message, chat), text_of(message), attachments(message)
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
            own=is_own(message, author, chat, account, kind),
            # In an edit, no text means that there is none any more.
            text=(text or "") if edited else text,
            attachments=files,
            parent_id=spot.parent_id,
            permalink=permalink(message, chat),
            payload=as_text(button.get("data")),
            customer_id=chat.customer_id,
            title=as_text(chat.names.get("title")) if not chat.is_private else None,
            unsupported=not edited and not text and not files,
            **context_of(message, chat),
            automatic=message.get("is_from_offline") is True,
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
"""Messages about the chat itself, which nobody wrote to us."""


def _callback(query: dict[str, Any], account: str, kind: str) -> Events:
    """A button below a message of ours was pressed: what stands on it is what the customer says.

    Telegram does not say when: it is dated by its arrival, and named by the second after the message with the buttons.
    """
    question = json_object(query.get("message"))
    chat, presser = chat_of(question), json_object(query.get("from"))
    query_id, author, data = as_id(query.get("id")), person_of(presser), as_text(query.get("data"))
    spot = spot_of(question, chat)
    return [
        Fact(
            Kind.MESSAGE,
            Visibility.PRIVATE if chat.is_private else Visibility.PUBLIC,
            spot.thread_id,
            (as_millis(question.get("date")) or -1000) + 1000,
            f"x-{query_id}" if query_id else content_id(query),
            author=author,
            own=author.id == account,
            text=_label(question, data),
            parent_id=spot.message_id,
            payload=data,
            customer_id=chat.customer_id,
            is_undated=True,
            thread_is_guess=not chat.is_private,
        )
    ]


def _label(request: dict[str, Any], data: str | None) -> str | None:
    rows = json_list(json_object(request.get("reply_markup")).get("inline_keyboard"))
    buttons = [json_object(button) for row in rows for button in json_list(row)]
    pressed = next((each for each in buttons if data is not None and each.get("callback_data") == data), {})
    return as_text(pressed.get("text")) or None


def _reaction(update: dict[str, Any], account: str, kind: str) -> Events:
    """The reactions of one person to one message, all that there are now; the platform keeps them as one."""
    chat = chat_of(update)
    message_id = chat.message(update.get("message_id"))
    if message_id is None:
        raise UnreadableUpdate("no_id")
    now, before = _emoji(update.get("new_reaction")), _emoji(update.get("old_reaction"))
    author = person_of(json_object(update.get("user")) or json_object(update.get("actor_chat")))
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
    chat = chat_of(update)
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
    chat, status = chat_of(update), json_object(update.get("new_chat_member")).get("status")
    told = {"kicked": Kind.GONE, "left": Kind.GONE, "member": Kind.BACK}.get(str(status))
    if told is None or not chat.is_private:
        return []
    person = person_of(json_object(update.get("from")) or chat.names)
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
