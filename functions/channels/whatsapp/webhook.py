"""Reads what WhatsApp reports: proof of origin, and one fact for each thing that happened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from channels import _meta, _payload, _transport
from channels._meta_receiver import MetaReceiver, read_entries
from channels._payload import Events, UnreadableUpdate
from channels._transport import whole
from channels._values import as_id, as_millis, as_text, content_id
from channels.base import (
    Media,
    PermanentFailure,
    Reason,
    Request,
    json_list,
    json_object,
)
from channels.whatsapp.api import CODES, USER_ID, read_node
from channels.whatsapp.content import SYSTEM, TARGETS, is_forwarded, message_kind, read_content, referral_of
from conversations.facts import Alias, Attachment, Author, Fact, Kind, Unreadable, Visibility

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from channels.base import Credentials

TRACKER_LIMIT = 512
"""Characters of ``biz_opaque_callback_data``."""


class WhatsAppReceiver(MetaReceiver):
    """Reads what WhatsApp reports."""

    def parse(self, request: Request, credentials: Credentials) -> list[Fact | Unreadable]:
        payload = _payload.document(request)
        account = credentials.account_id
        return read_entries("whatsapp", "whatsapp_business_account", payload, _read_entry, account)

    def media(self, attachment: Attachment, credentials: Credentials) -> Media | None:
        """The address is good for five minutes, and asks for the token as well."""
        if not attachment.id or attachment.type not in _FILE_TYPES:
            return None
        found = read_node(_meta.node(attachment.id), credentials, {"phone_number_id": credentials.account_id})
        url = found.get("url")
        if not isinstance(url, str) or not url:
            raise PermanentFailure(Reason.GONE, "no_file")
        return Media(url, _transport.bearer(credentials))


_FILE_TYPES = {"image", "video", "audio", "voice", "file", "sticker"}


def _word(holder: dict[str, Any], key: str, missing: str = "") -> str:
    """A word of the platform's; ``missing`` where there is none, and one that is none is an unknown one."""
    value = holder.get(key)
    return missing if value is None else value if isinstance(value, str) else "?"


_FOR_A_PERSON = {
    "account_update",
    "account_alerts",
    "message_template_status_update",
    "message_template_quality_update",
    "template_category_update",
    "phone_number_quality_update",
    "group_lifecycle_update",
    "group_status_update",
}
"""Known, no part of a conversation, and worth a look."""
_NO_INTEREST = {
    "account_review_update",
    "account_settings_update",
    "business_capability_update",
    "business_status_update",
    "calls",
    "flows",
    "group_participants_update",
    "group_settings_update",
    "history",
    "message_template_components_update",
    "partner_solutions",
    "payment_configuration_update",
    "phone_number_name_update",
    "security",
    "smb_app_state_sync",
    "tracking_events",
}
"""Known, no part of a conversation: left out."""


def _read_entry(entry: dict[str, Any], account: str) -> Events:
    return _payload.read_list("whatsapp", entry, "changes", _read_change, account)


def _read_change(change: dict[str, Any], account: str) -> Events:
    field = _word(change, "field", "messages")
    if field in _NO_INTEREST:
        return []
    if field in _FOR_A_PERSON:
        return [_payload.unreadable(f"not_handled:{field}", change)]
    value = change.get("value")
    if not isinstance(value, dict):
        return [_payload.unreadable("malformed", change)]
    parts = _FIELDS.get(field)
    if parts is None:
        return [_payload.unreadable("unknown_field", change)]
    guide = _Guide.of(value, account)
    events: Events = []
    for part, read in parts.items():
        if part not in value:
            continue
        if guide.phone != account:
            read = _payload.of_other_account("whatsapp", guide.phone, read)
        events += _payload.read_list("whatsapp", value, part, read, guide, beside=("contacts",))
    return _payload.within(events, lambda value: {**change, "value": value})


class _Person(Struct, frozen=True):
    """A person by the id that is theirs for good, as far as that is told, and by their other ones."""

    id: str
    name: str | None = None
    others: tuple[str, ...] = ()
    handle: str | None = None
    """Their number and user name, as far as the id is neither."""

    @property
    def author(self) -> Author:
        return Author(self.id, self.name, self.handle)


class _Guide(Struct, frozen=True):
    """Fields that the updates of one value share: our phone number, and the people by number and by user."""

    phone: str
    by_number: Mapping[str, dict[str, Any]]
    by_user: Mapping[str, dict[str, Any]]
    only: dict[str, Any]
    """The only contact, for updates that name nobody."""

    @classmethod
    def of(cls, value: dict[str, Any], account: str) -> _Guide:
        contacts = [json_object(each) for each in json_list(value.get("contacts"))]
        by_number = {number: each for each in contacts if (number := as_id(each.get("wa_id")))}
        by_user = {user: each for each in contacts if (user := _user(each.get("user_id")))}
        phone = as_id(json_object(value.get("metadata")).get("phone_number_id")) or account
        return cls(phone, by_number, by_user, contacts[0] if len(contacts) == 1 else {})

    def person(self, number: object, user: object) -> _Person:
        """The person of a phone number and a user id, either perhaps missing; raises where there is neither."""
        number, user = as_id(number), _user(user)
        if number and _is_user(number):
            number, user = None, user or number
        contact = self.by_user.get(user or "") or self.by_number.get(number or "") or self._of_nobody(number, user)
        ids = [each for each in (user or _user(contact.get("user_id")), number or as_id(contact.get("wa_id"))) if each]
        if not ids:
            raise UnreadableUpdate("no_customer")
        profile, others = json_object(contact.get("profile")), tuple(ids[1:])
        username = (as_text(profile.get("username")) or "").removeprefix("@")
        name = as_text(profile.get("name")) or username or None
        return _Person(ids[0], name, others, " ".join(filter(None, (*others, username))) or None)

    def _of_nobody(self, number: str | None, user: str | None) -> dict[str, Any]:
        """The only contact, unless it is certainly somebody else."""
        known, named = as_id(self.only.get("wa_id")), _user(self.only.get("user_id"))
        return {} if (number and known and known != number) or (user and named and named != user) else self.only

    def thread(self, other: str | None) -> str:
        return f"{self.phone}:{other}"

    def shared(self, person: _Person, group: str | None = None) -> dict[str, Any]:
        """Return what all facts about a person have in common; of a group's members none has a thread of their own."""
        ids = () if group else (person.id, *person.others)
        aliases = [Alias(each, self.thread(each), _is_user(each)) for each in ids]
        return {"customer_id": person.id, "aliases": tuple(aliases)}


def _user(value: object) -> str | None:
    found = as_id(value) if value is not None else None
    return found if found and _is_user(found) else None


def _is_user(person_id: str) -> bool:
    return not person_id.isdigit() and USER_ID.fullmatch(person_id) is not None


def _fact(kind: Kind, thread: str, at: int, message_id: str, author: Author, **more: Any) -> Fact:
    return Fact(kind, Visibility.PRIVATE, thread, at, message_id, author=author, **more)


def _time(update: dict[str, Any]) -> int:
    return as_millis(update.get("timestamp")) or 0


def _message(message: dict[str, Any], guide: _Guide) -> Events:
    if message_kind(message) == SYSTEM and not _names_sender(message):
        return []  # of whom it is, ``user_id_update`` tells
    person = guide.person(message.get("from"), message.get("from_user_id"))
    group = as_id(message.get("group_id"))
    return _said(message, guide.thread(group or person.id), person.author, guide.shared(person, group))


def _names_sender(message: dict[str, Any]) -> bool:
    return any(as_id(message.get(name)) for name in ("from", "from_user_id"))


def _echo(message: dict[str, Any], guide: _Guide) -> Events:
    """Return what a person of the company wrote in the app on their phone."""
    person = guide.person(message.get("to"), message.get("to_user_id"))
    return _said(message, guide.thread(person.id), Author(guide.phone), {**guide.shared(person), "own": True})


def _said(message: dict[str, Any], thread: str, author: Author, shared: dict[str, Any]) -> Events:
    at, message_id, kind = _time(message), as_id(message.get("id")), message_kind(message)
    if kind in _LEFT_OUT:
        return []
    if kind == SYSTEM:
        return _system(message, thread, author)
    if target := TARGETS.get(kind):
        about = as_id(json_object(message.get(kind)).get(target))
        if about is None:
            raise UnreadableUpdate("no_id")
        return [_changed(kind, message, thread, at, about, author, shared)]
    context = json_object(message.get("context"))
    content = read_content(message, kind)
    referral = referral_of(message, context) if context or "referral" in message else None
    return [
        Fact(
            Kind.MESSAGE,
            Visibility.PRIVATE,
            thread,
            at,
            message_id or content_id(message),
            author=author,
            text=content.text,
            attachments=content.attachments,
            parent_id=as_id(context.get("id")),
            payload=content.payload,
            unsupported=not (content or referral),
            referral=referral,
            forwarded=bool(context) and is_forwarded(context),
            place=content.place,
            by_arrival=True,  # times are whole seconds, and ids count nothing
            **shared,
        )
    ]


_LEFT_OUT = {"request_welcome", "ephemeral"}


def _changed(
    kind: str, message: dict[str, Any], thread: str, at: int, about: str, author: Author, shared: dict[str, Any]
) -> Fact:
    part = json_object(message.get(kind))
    if kind == "revoke":
        return _fact(Kind.REMOVED, thread, at, about, author, **shared)
    if kind == "reaction":
        emoji = as_text(part.get("emoji")) or None
        return _fact(Kind.REACTION if emoji else Kind.UNREACTION, thread, at, about, author, payload=emoji, **shared)
    new = json_object(part.get("message"))
    content = read_content(new, message_kind(new))
    # No text means that there is none any more.
    return _fact(
        Kind.EDITED, thread, at, about, author, text=content.text or "", attachments=content.attachments, **shared
    )


def _system(message: dict[str, Any], thread: str, author: Author) -> Events:
    """Return the loss of contact after a changed number, under which somebody else may be reached."""
    if _word(json_object(message.get("system")), "type") not in ("user_changed_number", "user_changed_user_id"):
        return []
    return [_fact(Kind.GONE, thread, _time(message), "", author, customer_id=author.id)]


_STATUSES = {"delivered": Kind.DELIVERED, "read": Kind.READ, "played": Kind.READ, "failed": Kind.FAILED}
_QUIET_STATUSES = {"deleted", "warning", "pending", "captured", "canceled"}
"""Of an older interface, and of payments."""


def _status(status: dict[str, Any], guide: _Guide) -> Events:
    """``sent`` is an echo of what we sent: it confirms a send whose answer was lost, and says nothing else."""
    status_name = _word(status, "status")
    if status_name in _QUIET_STATUSES:
        return []
    message_id, (reference, person_id) = as_id(status.get("id")), _tracked(status.get("biz_opaque_callback_data"))
    kind = _STATUSES.get(status_name)
    if kind is None and status_name != "sent":
        raise UnreadableUpdate("unknown_status")
    if message_id is None:
        raise UnreadableUpdate("no_id")
    group = as_id(status.get("recipient_id")) if status.get("recipient_type") == "group" else None
    person = _Person(person_id) if person_id else _recipient(status, guide, group)
    thread = guide.thread(group or person.id)
    # We sent it under the id by which the thread is known.
    shared = {"customer_id": person.id} if person_id else guide.shared(person, group)
    if kind is None:
        echo = {**shared, "own": True, "reference": reference}
        sent = _fact(Kind.MESSAGE, thread, _time(status), message_id, Author(guide.phone), **echo)
        return [sent] if reference and person_id else []
    payload = str(_why(status)) if kind is Kind.FAILED else None
    author = Author(guide.phone) if kind is Kind.FAILED else person.author
    more = {**shared, "payload": payload, "reference": reference}
    return [_fact(kind, thread, _time(status), message_id, author, own=kind is Kind.FAILED, **more)]


def _recipient(status: dict[str, Any], guide: _Guide, group: str | None) -> _Person:
    """In a group, the member whom the status is about."""
    part = "recipient_participant" if group else "recipient"
    return guide.person(status.get(f"{part}_id"), status.get(f"{part}_user_id"))


def _tracked(value: object) -> tuple[str | None, str | None]:
    """Our own id and the person, as ``_tracker`` wrote them; of other tools whatever they wrote."""
    tracker = as_text(value) if isinstance(value, str) and 0 < len(value) <= TRACKER_LIMIT else None
    if tracker is None:
        return None, None
    reference, slash, person = tracker.partition("/")
    is_ours = bool(slash) and (USER_ID.fullmatch(person) or (person.isascii() and person.isdigit()))
    return (reference, person) if is_ours else (tracker, None)


def _why(status: dict[str, Any]) -> Reason:
    errors = [json_object(each) for each in json_list(status.get("errors"))]
    code = whole(errors[0].get("code")) if errors else None
    return Reason(_meta.meaning_of(CODES, code) or Reason.BAD)


def _preference(update: dict[str, Any], guide: _Guide) -> Events:
    """The person wants no (more) marketing; a question that nobody waits for is that to them, too."""
    kind = {"stop": Kind.GONE, "resume": Kind.BACK}.get(_word(update, "value"))
    if kind is None:
        raise UnreadableUpdate("unknown_preference")
    person = guide.person(update.get("wa_id"), update.get("user_id"))
    payload = "declined" if kind is Kind.GONE else None
    thread = guide.thread(person.id)
    return [_fact(kind, thread, _time(update), "", person.author, payload=payload, **guide.shared(person))]


def _renamed(update: dict[str, Any], guide: _Guide) -> Events:
    """A person has another ``user_id`` from now on: what they write next is another thread, this one is over."""
    before = _user(json_object(update.get("user_id")).get("previous"))
    gone = {"customer_id": before}
    return [_fact(Kind.GONE, guide.thread(before), _time(update), "", Author(before), **gone)] if before else []


def _trouble(error: dict[str, Any], guide: _Guide) -> Events:
    """An error of the whole account."""
    raise UnreadableUpdate("not_handled:errors")


_FIELDS: dict[str, dict[str, Callable[[dict[str, Any], _Guide], Events]]] = {
    "messages": {"messages": _message, "statuses": _status, "errors": _trouble},
    "smb_message_echoes": {"message_echoes": _echo},
    "user_preferences": {"user_preferences": _preference},
    "user_id_update": {"user_id_update": _renamed},
}
