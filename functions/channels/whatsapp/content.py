"""The content of a message of WhatsApp: its text, files and buttons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from channels._values import as_id, as_text
from channels.base import (
    json_list,
    json_object,
)
from conversations.facts import Attachment

if TYPE_CHECKING:
    from collections.abc import Callable


class _Content(NamedTuple):
    """The content of a message."""

    text: str | None = None
    attachments: tuple[Attachment, ...] = ()
    payload: str | None = None

    def __bool__(self) -> bool:
        return bool(self.text or self.attachments or self.payload)


SYSTEM = "system"
TARGETS = {"reaction": "message_id", "edit": "original_message_id", "revoke": "original_message_id"}
"""Kinds that speak of another message, and where they name it."""


def message_kind(message: dict[str, Any]) -> str:
    """Some say their kind only by what they hold."""
    told = message.get("type")
    if isinstance(told, str) and told:
        return told
    return next((kind for kind in (*TARGETS, *_CONTENT, SYSTEM) if kind in message), "unknown")


def read_content(message: dict[str, Any], kind: str) -> _Content:
    read = _CONTENT.get(kind)
    return read(message.get(kind)) if read else _Content()


def _text(value: object) -> _Content:
    return _Content(as_text(json_object(value).get("body")) or None)


def _file(kind: str) -> Callable[[object], _Content]:
    def read(value: object) -> _Content:
        file = json_object(value)
        shown = "voice" if kind == "audio" and file.get("voice") is True else kind
        name = as_text(file.get("filename")) or None
        return _Content(
            as_text(file.get("caption")) or None, (Attachment(shown, title=name, id=as_id(file.get("id"))),)
        )

    return read


def _location(value: object) -> _Content:
    place = json_object(value)
    told = [as_text(place.get(part)) for part in ("name", "address")]
    if not any(told):
        told = [as_text(place.get(part)) for part in ("latitude", "longitude")]
    title, url = ", ".join(filter(None, told)), place.get("url")
    link = url if isinstance(url, str) and url.startswith(("https://", "http://")) else None
    return (
        _Content(attachments=(Attachment("location", as_text(link), title or None),)) if title or link else _Content()
    )


def _contacts(value: object) -> _Content:
    return _Content(attachments=tuple(_card(json_object(each)) for each in json_list(value)))


def _card(contact: dict[str, Any]) -> Attachment:
    name = json_object(contact.get("name"))
    phones = [as_text(json_object(each).get("phone")) for each in json_list(contact.get("phones"))]
    shown = [as_text(name.get("formatted_name")) or as_text(name.get("first_name")), *phones]
    return Attachment("contact", title=", ".join(filter(None, shown)) or None)


def _order(value: object) -> _Content:
    order = json_object(value)
    items = [json_object(each) for each in json_list(order.get("product_items"))]
    lines = [f"{as_text(each.get('quantity')) or 1}x {as_text(each.get('product_retailer_id'))}" for each in items]
    listed = (Attachment("order", title=", ".join(lines), id=as_id(order.get("catalog_id"))),) if lines else ()
    return _Content(as_text(order.get("text")) or None, listed)


def _interactive(value: object) -> _Content:
    answer = json_object(value)
    for kind in ("button_reply", "list_reply"):
        if chosen := json_object(answer.get(kind)):
            return _Content(as_text(chosen.get("title")) or None, payload=as_text(chosen.get("id")))
    form = json_object(answer.get("nfm_reply"))
    return _Content(as_text(form.get("body")) or None, payload=as_text(form.get("response_json")))


def _button(value: object) -> _Content:
    button = json_object(value)
    return _Content(as_text(button.get("text")) or None, payload=as_text(button.get("payload")))


_CONTENT: dict[str, Callable[[object], _Content]] = {
    "text": _text,
    "image": _file("image"),
    "video": _file("video"),
    "audio": _file("audio"),
    "voice": _file("voice"),
    "document": _file("file"),
    "sticker": _file("sticker"),
    "location": _location,
    "contacts": _contacts,
    "order": _order,
    "interactive": _interactive,
    "button": _button,
}
