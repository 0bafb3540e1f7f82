"""Common parts of Messenger and Instagram: the envelope of a webhook call, private messages, and their windows.

Sources: developers.facebook.com/docs/messenger-platform/reference/webhook-events (messaging),
…/documentation/instagram-platform/webhooks/examples (the same on Instagram: unsent messages, ``read`` with a ``mid``,
``message_edit`` that may announce a new message).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from msgspec.structs import replace

from channels import _payload
from channels._meta_context import place_of, referral_of
from channels._payload import Events, UnreadableUpdate, as_object, unreadable
from channels._values import as_id, as_millis, as_text, content_id
from channels.base import json_list, json_object
from conversations.facts import Attachment, Author, Fact, Kind, Visibility

if TYPE_CHECKING:
    from collections.abc import Callable

    from conversations.message_context import Place

    Names = tuple[str, str]
    IsOwn = Callable[[dict[str, Any]], bool]

METADATA_LIMIT = 1000
NO_ACCOUNT = "0"
"""The id of the entries that the app dashboard's test button sends."""

USER_REF = "ref:"
"""Starts the id of a customer whom only a plugin's ``user_ref`` names, so that it is never taken for a person's id."""


# What a POST holds ---------------------------------------------------------------------------------------------------


class Entry(NamedTuple):
    """Fields that the updates of one entry share. One POST may hold the entries of several Pages."""

    page: str | None
    at: int | None
    account: str
    linked: str = ""
    """The Page that the account is reached through."""

    def is_own(self, author_id: str | None) -> bool:
        return author_id is not None and author_id in (self.page, self.account)

    @property
    def other_account(self) -> str:
        """The account that it belongs to; empty where that is this one, or the dashboard's test button sent it."""
        return self.page if self.page and self.page not in (self.account, self.linked, NO_ACCOUNT) else ""


def as_string(value: object) -> str | None:
    """A text that must not be made out of a number: an address, an emoji."""
    return as_text(value) or None if isinstance(value, str) else None


def word(holder: dict[str, Any], key: str) -> str:
    value = holder.get(key)
    return (as_text(value) or "") if isinstance(value, str) else ""


def read_part(
    channel: str, raw: dict[str, Any], part: str, read: Callable[..., Events], entry: Entry, *more: Any
) -> Events:
    """Return what a list of an entry reports; of another account's it is that account's connection that reads it."""
    if raw.get(part) is None:
        return []
    if entry.other_account:
        read = _payload.of_other_account(channel, entry.other_account, read)
    return _payload.read_list(channel, raw, part, read, entry, *more)


# In private: messaging -----------------------------------------------------------------------------------------------

_ENVELOPE = {"sender", "recipient", "timestamp"}

_FOR_A_PERSON = {
    "policy_enforcement": "not_handled:policy_enforcement",
    "policy-enforcement": "not_handled:policy_enforcement",
    "pass_thread_control": "not_handled:pass_thread_control",
    "take_thread_control": "not_handled:take_thread_control",
    "request_thread_control": "not_handled:request_thread_control",
    "app_roles": "not_handled:app_roles",
    "optin": "not_handled:optin",
    "messaging_feedback": "not_handled:messaging_feedback",
}
"""Known, no part of a conversation, and worth a look."""

_NO_INTEREST = {
    "referral",
    "account_linking",
    "checkout_update",
    "pre_checkout",
    "payment",
    "message_request",
    "game_play",
    "response_feedback",
    "hop_context",
}
"""Known, no part of a conversation: left out."""


def read_event(event: dict[str, Any], entry: Entry) -> Events:
    """One object of ``messaging`` or ``standby``: what happened is told by the name of a key."""
    kinds = [key for key, value in event.items() if key not in _ENVELOPE and value is not None]
    if not kinds:
        raise UnreadableUpdate("empty_event")
    events: Events = []
    is_known = False
    for kind in kinds:
        read, reason = _EVENTS.get(kind), _FOR_A_PERSON.get(kind)
        is_known = is_known or bool(read or reason) or kind in _NO_INTEREST
        if read:
            events += read(event, entry)
        elif reason:
            events.append(unreadable(reason, event))
    if not is_known:
        raise UnreadableUpdate("unknown_event")
    return events


class _Chat(NamedTuple):
    """Between whom an event happened, and when."""

    thread_id: str
    customer_id: str
    author: Author
    own: bool
    at: int


def _chat(event: dict[str, Any], entry: Entry, is_echo: bool = False) -> _Chat:
    """``is_echo`` decides first: documented echoes name the customer as the sender, real ones the Page."""
    sender, recipient = _party(event.get("sender")), _party(event.get("recipient"))
    page = entry.page or _page(sender, recipient, entry.account, is_echo)
    ours = {page, entry.account}
    has_other = recipient is not None and recipient not in ours
    own = is_echo or (sender in ours and has_other)
    customer = recipient if own and has_other else sender
    if not page or not customer or (own and customer in ours):
        raise UnreadableUpdate("no_customer")
    at = as_millis(event.get("timestamp")) or entry.at or 0
    return _Chat(f"{page}:{customer}", customer, Author(page if own else customer), own, at)


def _party(value: object) -> str | None:
    """The id of a sender or recipient; guests of a plugin have only a ``user_ref``."""
    party = json_object(value)
    found = as_id(party.get("id"))
    if found is None and (reference := as_id(party.get("user_ref"))):
        return USER_REF + reference
    return found


def _page(sender: str | None, recipient: str | None, account: str, is_echo: bool) -> str | None:
    if account in (sender, recipient):
        return account
    return (sender if is_echo else recipient) or account


def _message(event: dict[str, Any], entry: Entry) -> Events:
    message = as_object(event["message"])
    is_echo = message.get("is_echo") is True
    chat = _chat(event, entry, is_echo)
    message_id, text, files = as_id(message.get("mid")), as_text(message.get("text")), _files(message)
    if message.get("is_deleted") is True:
        return _unsent(chat, message_id)
    if not (message_id or text or files or message.get("is_unsupported")):
        raise UnreadableUpdate("empty_event")
    return [
        Fact(
            Kind.MESSAGE,
            Visibility.PRIVATE,
            chat.thread_id,
            chat.at,
            message_id or content_id(event),
            author=chat.author,
            own=chat.own,
            text=text or None,
            attachments=files,
            parent_id=as_id(json_object(message.get("reply_to")).get("mid")),
            payload=as_text(json_object(message.get("quick_reply")).get("payload")),
            customer_id=chat.customer_id,
            reference=_reference(message) if is_echo else None,
            unsupported=message.get("is_unsupported") is True,
            referral=referral_of(message.get("referral") or event.get("referral")),
            place=_place_in(message),
        )
    ]


def _unsent(chat: _Chat, message_id: str | None) -> Events:
    """Taken back by who wrote it, on Instagram; nothing of it is kept."""
    if message_id is None:
        raise UnreadableUpdate("no_id")
    return [_private(Kind.REMOVED, chat, message_id)]


def _reference(message: dict[str, Any]) -> str | None:
    """Our own message id comes back as ``metadata``; other tools put other things there."""
    metadata = message.get("metadata")
    return as_text(metadata) if isinstance(metadata, str) and 0 < len(metadata) <= METADATA_LIMIT else None


def _files(message: dict[str, Any]) -> tuple[Attachment, ...]:
    items = json_list(message.get("attachments"))
    story = _story(message)
    if not items:
        sticker = as_id(message.get("sticker_id"))
        return story or ((Attachment("sticker", id=sticker),) if sticker else ())
    found = [_file(item) for item in items if isinstance(item, dict)]
    # Until August 2026 a sticker came as a sticker and once more as its picture.
    stickers = {file.id for file in found if file.type == "sticker" and file.id}
    return (*story, *(file for file in found if file.type != "image" or file.id not in stickers))


def _story(message: dict[str, Any]) -> tuple[Attachment, ...]:
    """The story of ours that a message answers, on Instagram."""
    story = json_object(json_object(message.get("reply_to")).get("story"))
    if not story:
        return ()
    url, story_id = as_string(story.get("url")), as_id(story.get("id"))
    return (Attachment("story_reply", url, id=story_id),) if url or story_id else ()


def _file(item: dict[str, Any]) -> Attachment:
    payload = json_object(item.get("payload"))
    shown = _product(payload)
    return Attachment(
        word(item, "type") or "unknown",
        as_string(payload.get("url")) or as_string(item.get("url")) or as_string(shown.get("image_url")),
        as_text(payload.get("title")) or as_text(item.get("title")) or as_text(shown.get("title")) or _place(payload),
        as_id(payload.get("sticker_id")) or as_id(payload.get("id")) or as_id(shown.get("id")),
    )


def _product(payload: dict[str, Any]) -> dict[str, Any]:
    """The first element of a template or a product that was shared."""
    elements = json_list(payload.get("elements") or json_object(payload.get("product")).get("elements"))
    return json_object(elements[0]) if elements else {}


def _place(payload: dict[str, Any]) -> str | None:
    coordinates = json_object(payload.get("coordinates"))
    latitude, longitude = as_text(coordinates.get("lat")), as_text(coordinates.get("long"))
    return f"{latitude}, {longitude}" if latitude and longitude else None


def _place_in(message: dict[str, Any]) -> Place | None:
    """Return the place that a message shares, if any of its parts is one."""
    for item in map(json_object, json_list(message.get("attachments"))):
        payload = json_object(item.get("payload"))
        place = place_of(json_object(payload.get("coordinates")), "lat", "long", as_string(item.get("title")))
        if place:
            return place
    return None


def _postback(event: dict[str, Any], entry: Entry) -> Events:
    """A button the customer pressed: what stands on it is what the customer says."""
    postback = as_object(event["postback"])
    message_id = as_id(postback.get("mid")) or content_id(event)
    title, payload = as_text(postback.get("title")) or None, as_text(postback.get("payload"))
    pressed = _private(Kind.MESSAGE, _chat(event, entry), message_id, title, payload)
    return [replace(pressed, referral=referral_of(postback.get("referral")))]


def _message_edit(event: dict[str, Any], entry: Entry) -> Events:
    """Instagram announces some new messages as their edit number 0."""
    edit = as_object(event["message_edit"])
    chat, target = _chat(event, entry), as_id(edit.get("mid"))
    if target is None:
        raise UnreadableUpdate("no_id")
    is_new = edit.get("num_edit") in (0, "0") and edit.get("num_edit") is not False
    return [_private(Kind.MESSAGE if is_new else Kind.EDITED, chat, target, text=as_text(edit.get("text")))]


def _message_reaction(event: dict[str, Any], entry: Entry) -> Events:
    reaction = as_object(event["reaction"])
    kind = Kind.UNREACTION if reaction.get("action") == "unreact" else Kind.REACTION
    name = word(reaction, "reaction")
    sign = as_string(reaction.get("emoji")) or emoji(name)
    return [_private(kind, _chat(event, entry), as_id(reaction.get("mid")) or "", payload=sign)]


def _delivery(event: dict[str, Any], entry: Entry) -> Events:
    return _receipts(Kind.DELIVERED, as_object(event["delivery"]), _chat(event, entry))


def _read(event: dict[str, Any], entry: Entry) -> Events:
    return _receipts(Kind.READ, as_object(event["read"]), _chat(event, entry))


def _receipts(kind: Kind, receipt: dict[str, Any], chat: _Chat) -> Events:
    """One fact for each message that is named; otherwise one for all up to the watermark."""
    chat = chat._replace(at=as_millis(receipt.get("watermark")) or chat.at)
    named = dict.fromkeys(filter(None, map(as_id, [*json_list(receipt.get("mids")), receipt.get("mid")])))
    return [_private(kind, chat, message_id) for message_id in named or [""]]


def _private(kind: Kind, chat: _Chat, message_id: str, text: str | None = None, payload: str | None = None) -> Fact:
    return Fact(
        kind,
        Visibility.PRIVATE,
        chat.thread_id,
        chat.at,
        message_id,
        author=chat.author,
        own=chat.own,
        text=text,
        payload=payload,
        customer_id=chat.customer_id,
    )


_EVENTS: dict[str, Callable[[dict[str, Any], Entry], Events]] = {
    "message": _message,
    "message_edit": _message_edit,
    "reaction": _message_reaction,
    "delivery": _delivery,
    "read": _read,
    "postback": _postback,
}

_EMOJI = {
    "like": "👍",
    "love": "❤️",
    "care": "🤗",
    "haha": "😆",
    "smile": "😆",
    "wow": "😮",
    "sad": "😢",
    "angry": "😡",
    "dislike": "👎",
    "thankful": "🙏",
    "pride": "🏳️‍🌈",
    "other": "",
}


def emoji(name: str) -> str | None:
    """The reaction's sign for its name; a name that is new stands for itself."""
    return _EMOJI.get(name, name) or None
