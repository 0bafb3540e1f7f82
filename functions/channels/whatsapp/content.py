"""The content of a message of WhatsApp: its text, files and buttons."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from channels._meta_context import as_address, place_of, referral
from channels._values import as_id, as_text, as_words
from channels.base import json_list, json_object
from conversations.facts import Attachment

if TYPE_CHECKING:
    from collections.abc import Callable

    from conversations.message_context import Place, Referral


class _Content(Struct, frozen=True):
    """The content of a message."""

    text: str | None = None
    attachments: tuple[Attachment, ...] = ()
    payload: str | None = None
    place: Place | None = None

    def __bool__(self) -> bool:
        return bool(self.text or self.attachments or self.payload)


SYSTEM = "system"
TARGETS = {"reaction": "message_id", "edit": "original_message_id", "revoke": "original_message_id"}
"""Kinds that speak of another message, and where they name it."""


def message_kind(message: dict[str, Any]) -> str:
    """Return the kind of a message; some say it only by what they hold."""
    told = message.get("type")
    if isinstance(told, str) and told:
        return told
    return next((kind for kind in (*TARGETS, *_CONTENT, SYSTEM) if kind in message), "unknown")


def read_content(message: dict[str, Any], kind: str) -> _Content:
    read = _CONTENT.get(kind)
    return read(message.get(kind)) if read else _Content()


def referral_of(message: dict[str, Any], context: dict[str, Any]) -> Referral | None:
    """Return the advertisement or post that led to a message, or the product of the catalogue that it is about."""
    source = json_object(message.get("referral"))
    if source:
        return referral(
            as_text(source.get("source_type")) or "ad",
            title=as_words(source.get("headline")),
            text=as_words(source.get("body")),
            url=as_address(source.get("source_url")),
            picture=as_address(source.get("image_url")) or as_address(source.get("thumbnail_url")),
        )
    product = json_object(context.get("referred_product"))
    if not product:
        return None
    return referral("product", title=as_id(product.get("product_retailer_id")) or as_id(product.get("catalog_id")))


def is_forwarded(context: dict[str, Any]) -> bool:
    return context.get("forwarded") is True or context.get("frequently_forwarded") is True


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
    spot = json_object(value)
    address_lines = [as_text(spot.get(part)) for part in ("name", "address")]
    place = place_of(spot, "latitude", "longitude", *address_lines)
    if not any(address_lines):
        address_lines = [as_text(spot.get(part)) for part in ("latitude", "longitude")]
    title, link = ", ".join(filter(None, address_lines)), as_address(spot.get("url"))
    listed = (Attachment("location", link, title or None),) if title or link else ()
    return _Content(attachments=listed, place=place)


def _contacts(value: object) -> _Content:
    return _Content(attachments=tuple(_card(json_object(each)) for each in json_list(value)))


def _card(contact: dict[str, Any]) -> Attachment:
    """A card of a person with all that is on it, as one line."""
    name, company = json_object(contact.get("name")), json_object(contact.get("org"))
    shown = [as_text(name.get("formatted_name")) or as_text(name.get("first_name"))]
    shown += [as_text(company.get(part)) for part in ("company", "department", "title")]
    for part, words in _ON_A_CARD.items():
        lines = (json_object(each) for each in json_list(contact.get(part)))
        shown += [" ".join(filter(None, (as_text(line.get(word)) for word in words))) for line in lines]
    shown.append(as_text(contact.get("birthday")))
    return Attachment("contact", title=", ".join(dict.fromkeys(filter(None, shown))) or None)


_ON_A_CARD = {
    "phones": ("phone",),
    "emails": ("email",),
    "addresses": ("street", "zip", "city", "state", "country"),
    "urls": ("url",),
}
"""Lists of a card, and the words of each of their lines that are shown."""


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
            lines = (as_text(chosen.get(part)) for part in ("title", "description"))
            return _Content("\n".join(filter(None, lines)) or None, payload=as_text(chosen.get("id")))
    form = json_object(answer.get("nfm_reply"))
    payload = as_text(form.get("response_json"))
    text = "\n".join(filter(None, (as_text(form.get("body")), *_answers(payload))))
    return _Content(text or None, payload=payload)


def _answers(response: str | None) -> list[str]:
    """Return the answers of a form, a line each with the field's name; the platform's own fields are left out."""
    try:
        fields = json_object(json.loads(response or ""))
    except (ValueError, RecursionError):
        return []
    shown = {str(as_text(name)): _answer(value) for name, value in fields.items() if name not in _OWN_FIELDS}
    return [f"{name}: {value}" for name, value in shown.items() if value]


_OWN_FIELDS = {"flow_token", "wa_flow_response_params"}


def _answer(value: object, depth: int = 3) -> str:
    """Return an answer as text: of several choices, or of a part of the form, all of them."""
    if isinstance(value, bool):
        return "✓" if value else "✗"
    if not depth or not isinstance(value, list | dict):
        return as_text(value) or ""
    inner = value.items() if isinstance(value, dict) else (("", each) for each in value)
    parts = ((as_text(name), _answer(each, depth - 1)) for name, each in inner if name not in _OWN_FIELDS)
    return ", ".join(f"{name}: {part}" if name else part for name, part in parts if part)


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
