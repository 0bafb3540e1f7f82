"""The content of a message of Telegram: its text, files and links."""

from __future__ import annotations

from typing import Any

from channels._links import with_links
from channels._values import as_id, as_text
from channels._vcard import fields_of
from channels.base import (
    json_list,
    json_object,
)
from channels.telegram.chats import Chat, display_name
from conversations.facts import Attachment


def text_of(message: dict[str, Any]) -> str | None:
    for part, marked in (("text", "entities"), ("caption", "caption_entities")):
        if isinstance(message.get(part), str) and message[part]:
            return _with_links(as_text(message[part]) or "", message.get(marked))
    dice = json_object(message.get("dice"))
    spoken = (
        json_object(message.get("web_app_data")).get("button_text"),
        _listed(message.get("poll"), "question", "options"),
        _listed(message.get("checklist"), "title", "tasks"),
        f"{as_text(dice.get('emoji')) or ''} {as_text(dice.get('value')) or ''}".strip(),
    )
    return next((as_text(words) for words in spoken if isinstance(words, str) and words), None)


def _listed(value: object, heading: str, entries: str) -> str:
    """Return a question with its answers, or a list with its tasks, one a line."""
    body = json_object(value)
    lines = [body.get(heading), *(json_object(each).get("text") for each in json_list(body.get(entries)))]
    told = [as_text(line) or "" for line in lines if isinstance(line, str) and line]
    return "\n• ".join(told)


def _with_links(text: str, entities: object) -> str:
    """The text with the addresses that lie behind its words. Offsets are in UTF-16 units, two bytes each."""
    links = list(filter(None, map(_link, json_list(entities))))
    return with_links(text.encode("utf-16-le"), links, "utf-16-le") if links else text


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


def attachments(message: dict[str, Any]) -> tuple[Attachment, ...]:
    found: list[Attachment] = []
    # The sizes of one picture; the last is the largest.
    if sizes := [size for each in json_list(message.get("photo")) if (size := as_id(json_object(each).get("file_id")))]:
        found.append(Attachment("image", id=sizes[-1]))
    for part, kind in _FILE_PARTS.items():
        if part not in message:
            continue
        file = json_object(message[part])
        # An animation comes a second time as a document, for old programs.
        if (file_id := as_id(file.get("file_id"))) and not (part == "document" and "animation" in message):
            name = file.get("file_name") or file.get("title") or file.get("emoji")
            found.append(Attachment(kind, title=as_text(name) if isinstance(name, str) else None, id=file_id))
    found += _places(message)
    contact = json_object(message.get("contact"))
    if contact:
        card = contact.get("vcard")
        told = (display_name(contact), as_text(contact.get("phone_number")))
        every = dict.fromkeys(filter(None, (*told, *(fields_of(card) if isinstance(card, str) else ()))))
        found.append(Attachment("contact", title=", ".join(every) or None))
    return tuple(found)


def _places(message: dict[str, Any]) -> list[Attachment]:
    """A venue comes with its location, and is one thing."""
    venue = json_object(message.get("venue"))
    position = json_object(message.get("location")) or json_object(venue.get("location"))
    if not venue and not position:
        return []
    told = [as_text(venue.get(part)) for part in ("title", "address")]
    if not any(told):
        told = [as_text(position.get(part)) for part in ("latitude", "longitude")]
    title = ", ".join(filter(None, told))
    return [Attachment("location", title=title)] if title else []


def permalink(message: dict[str, Any], chat: Chat) -> str | None:
    number, internal = as_id(message.get("message_id")), chat.place.chat_id
    if number is None or chat.kind not in ("supergroup", "channel"):
        return None
    if chat.username:
        return f"https://t.me/{chat.username}/{number}"
    return f"https://t.me/c/{internal[4:]}/{number}" if internal.startswith("-100") else None
