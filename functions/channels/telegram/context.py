"""Content that a message of Telegram refers to: where it was forwarded from, what it quotes, and a place."""

from __future__ import annotations

from typing import Any

from channels._values import as_id, as_number, as_text
from channels.base import (
    json_object,
)
from channels.telegram.chats import Chat, display_name
from channels.telegram.content import text_of
from conversations.message_context import Place, Quote, Referral


def context_of(message: dict[str, Any], chat: Chat) -> dict[str, Any]:
    """Return the fields of a fact that say what a message refers to."""
    is_forwarded = _is_forwarded(message)
    return {
        "forwarded": is_forwarded,
        "forwarded_from": _forwarded_from(message) if is_forwarded else None,
        "quoted": _quoted(message, chat),
        "referral": _story(message),
        "place": _place(message),
    }


_MARKS = ("forward_origin", "forward_from", "forward_from_chat", "forward_sender_name", "forward_date")


def _is_forwarded(message: dict[str, Any]) -> bool:
    """Tell if its author hands it on; a channel's posts come into its group by themselves."""
    return any(map(message.get, _MARKS)) and message.get("is_automatic_forward") is not True


def _forwarded_from(message: dict[str, Any]) -> str | None:
    """Return who wrote it first; the older fields say it where the newer one does not."""
    origin = json_object(message.get("forward_origin"))
    older = {
        "sender_user": message.get("forward_from"),
        "sender_user_name": message.get("forward_sender_name"),
        "chat": message.get("forward_from_chat"),
        "author_signature": message.get("forward_signature"),
    }
    return _name_of_origin(origin) or _name_of_origin(older)


def _name_of_origin(origin: dict[str, Any]) -> str | None:
    """Return who wrote a message of any origin: a person, one who hides their account, a chat, or a channel."""
    person = display_name(json_object(origin.get("sender_user"))) or _words(origin.get("sender_user_name"))
    chat = display_name(json_object(origin.get("sender_chat"))) or display_name(json_object(origin.get("chat")))
    return ", ".join(filter(None, (person, chat, _words(origin.get("author_signature"))))) or None


def _quoted(message: dict[str, Any], chat: Chat) -> Quote | None:
    """Return the part of a message that was picked, or what stands in another chat, which nobody here can look up."""
    part = _words(json_object(message.get("quote")).get("text"))
    elsewhere = json_object(message.get("external_reply"))
    answered = json_object(message.get("reply_to_message"))
    if elsewhere:
        origin = json_object(elsewhere.get("origin"))
        author = _name_of_origin(origin) or display_name(json_object(elsewhere.get("chat")))
        text = part or text_of(elsewhere)
        return Quote(text, author) if text or author else None
    home = as_id(json_object(answered.get("chat")).get("id"))
    is_foreign = home is not None and home != chat.place.chat_id
    if not part and not is_foreign:
        return None
    author = display_name(json_object(answered.get("sender_chat"))) or display_name(json_object(answered.get("from")))
    text = part or text_of(answered)
    return Quote(text, author) if text or author else None


def _story(message: dict[str, Any]) -> Referral | None:
    story = json_object(message.get("reply_to_story"))
    return Referral("story", display_name(json_object(story.get("chat")))) if story else None


def _place(message: dict[str, Any]) -> Place | None:
    venue = json_object(message.get("venue"))
    position = json_object(venue.get("location")) or json_object(message.get("location"))
    if not position:
        return None
    latitude, longitude = as_number(position.get("latitude"), 90), as_number(position.get("longitude"), 180)
    if latitude is None or longitude is None:
        return None
    return Place(latitude, longitude, _words(venue.get("title")), _words(venue.get("address")))


def _words(value: object) -> str | None:
    return as_text(value) or None if isinstance(value, str) else None
