"""Chats, places in them, and who wrote there."""

from __future__ import annotations

from typing import Any, NamedTuple

from channels._payload import UnreadableUpdate
from channels._values import as_id, as_text, content_id, is_invented
from channels.base import (
    json_object,
)
from conversations.facts import Author


class Place(NamedTuple):
    """A chat: its id, and the business connection through which the bot takes part in it, if it does."""

    chat_id: str
    business: str

    @property
    def key(self) -> str:
        """Return what the ids of its messages begin with."""
        return f"{self.business}:{self.chat_id}" if self.business else self.chat_id

    def fields(self) -> dict[str, Any]:
        """Return how a method names it."""
        named: dict[str, Any] = {"chat_id": number_or_text(self.chat_id)}
        return {**named, "business_connection_id": self.business} if self.business else named


class Chat(NamedTuple):
    """The chat of an update."""

    place: Place
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


def chat_of(update: dict[str, Any], usual: str | None = None) -> Chat:
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
    return Chat(Place(chat_id, business or ""), kind, as_id(chat.get("username")), chat)


_PUBLIC = {"group", "supergroup", "channel"}


def person_of(person: dict[str, Any]) -> Author:
    return Author(as_id(person.get("id")), display_name(person), as_text(person.get("username")) or None)


def display_name(person: dict[str, Any]) -> str | None:
    names = [name for part in ("first_name", "last_name") if (name := as_text(person.get(part)))]
    return " ".join(names) or as_text(person.get("title")) or as_text(person.get("username")) or None


class _Spot(NamedTuple):
    """The position of a message in a chat."""

    thread_id: str
    message_id: str
    parent_id: str | None


def spot_of(message: dict[str, Any], chat: Chat) -> _Spot:
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


def _parent(message: dict[str, Any], chat: Chat) -> str | None:
    answered = json_object(message.get("reply_to_message"))
    elsewhere = as_id(json_object(answered.get("chat")).get("id"))
    if elsewhere and elsewhere != chat.place.chat_id:
        return None
    return chat.message(answered.get("message_id"))


def author_of(message: dict[str, Any], chat: Chat) -> Author:
    """A channel or an anonymous administrator writes as a chat; in old private chats the chat is the person."""
    for part in ("sender_chat", "from"):
        if as_id(json_object(message.get(part)).get("id")):
            return person_of(json_object(message.get(part)))
    return person_of(chat.names) if chat.kind in ("private", "channel") else Author()


def is_own(message: dict[str, Any], author: Author, chat: Chat, account: str, kind: str) -> bool:
    """Channels are the company's: only their owners can let a bot in. In a business chat, all but the customer is."""
    if "channel_post" in kind or message.get("is_automatic_forward") is True:
        return True
    if chat.place.business:
        return author.id != chat.customer_id
    return author.id == account


def number_or_text(value: str) -> int | str:
    """Ids are numbers to Telegram, where they are some."""
    digits = value.removeprefix("-")
    return int(value) if digits.isascii() and digits.isdecimal() and len(digits) < 20 else value


def place_of(message_id: str) -> Place | None:
    """The chat of a message; None for an id that is not Telegram's."""
    chat, colon, number = message_id.rpartition(":")
    if not colon or is_invented(message_id) or not number.isdecimal():
        return None
    business, _, chat_id = chat.rpartition(":")
    return Place(chat_id, business)
