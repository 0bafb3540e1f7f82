"""WhatsApp Business Platform (Cloud API): messages with people, and what becomes of ours.

Sources: developers.facebook.com/documentation/business-messaging/whatsapp, there webhooks/reference/messages (kinds of
messages, statuses, echoes), webhooks/override (an address for each number), business-scoped-user-ids (``user_id``,
``recipient``), messages/send-messages (windows, limits, ``biz_opaque_callback_data``), templates (parameters),
business-phone-numbers/media, block-users, support/error-codes; …/docs/graph-api/webhooks/getting-started (signature,
handshake).

Secrets: ``app_secret``, ``previous_app_secret`` (while it is rotated), ``verify_token``, ``access_token`` (a system
user's). Options: ``waba_id`` (the business account, to subscribe the app to it), ``template_name`` and
``template_language`` (an approved template whose body has one parameter), ``base_url``, ``version`` of the Graph API.
``account_id`` is the id of the phone number, not the number.

Who is who: since April 2026 every message names its writer's ``user_id``, and not every one a phone number; the
number goes when a person takes a username, and comes back when they are saved as a contact. So a person is known by
the ``user_id``, and by the number only where nothing else is told. A thread is ``<phone number id>:<person>``; a status
names it itself, since what we send carries our own id and the person it went to.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from channels import _meta, _options, _payload, _transport
from channels._payload import Events, UnreadableUpdate
from channels._transport import Answer, Call, CodeTable, Refusal, whole
from channels._values import as_id, as_millis, as_text, content_id, is_invented
from channels.base import (
    Account,
    AccountManager,
    Capabilities,
    Channel,
    ChannelError,
    Files,
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

DAY = 86_400_000
TEXT_LIMIT, CAPTION_LIMIT, TEMPLATE_LIMIT, BUTTONS_LIMIT = 4096, 1024, 1024, 1024
BUTTONS, BUTTON_TITLE, BUTTON_ID = 3, 20, 256
TRACKER_LIMIT = 512
"""Characters of ``biz_opaque_callback_data``."""
MEGABYTE = 1_000_000
LIKED = "👍"
TEMPLATE_LANGUAGE = "de"
PAIR_PAUSE, RATE_PAUSE, LIMIT_PAUSE, POLICY_PAUSE = 6.0, 60.0, 3600.0, 1800.0
"""Seconds to wait: for one person, for a number, for a day's limit, and when the account is restricted."""
USER_ID = re.compile(r"[A-Z]{2}\.[A-Za-z0-9.]{1,128}")
"""A person as one business knows them: the country, and letters or digits."""
_RUNS = re.compile(r"\s*[\n\r\t\v\f\x1c-\x1e\x85\u2028\u2029]\s*| {4,}")
"""What a template's parameter must not hold: new lines, tabs, more than three spaces."""


class WhatsAppReceiver(Receiver):
    """What WhatsApp reports."""

    def handshake(self, request: Request, credentials: Credentials) -> str:
        return _meta.handshake(request, credentials)

    def verify(self, request: Request, credentials: Credentials) -> None:
        _meta.verify(request, credentials)

    def parse(self, request: Request, credentials: Credentials) -> list[Fact | Unreadable]:
        payload = _payload.document(request)
        if not isinstance(payload, dict):
            return []
        if payload.get("object") not in (None, "whatsapp_business_account"):
            return [Unreadable("unknown_object", payload)]
        return _payload.read_list("whatsapp", payload, "entry", _read_entry, credentials.account_id)

    def media(self, attachment: Attachment, credentials: Credentials) -> Media | None:
        """The address is good for five minutes, and asks for the token as well."""
        if not attachment.id or attachment.type not in _FILE_TYPES:
            return None
        found = _read(_meta.node(attachment.id), credentials, {"phone_number_id": credentials.account_id})
        url = found.get("url")
        if not isinstance(url, str) or not url:
            raise PermanentFailure(Reason.GONE, "no_file")
        return Media(url, _transport.bearer(credentials))


class WhatsAppSender(Sender):
    """What goes out to WhatsApp."""

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
        sent = _write(phone, "messages", credentials, {**_PRODUCT, **address, **content, **tracked})
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
            _again(phone, "messages", credentials, {**_PRODUCT, **_person_address(customer_id), **reaction})
        elif moderation in (Moderation.BLOCK, Moderation.UNBLOCK):
            method = "POST" if moderation is Moderation.BLOCK else "DELETE"
            named = {"user_id": target} if USER_ID.fullmatch(target) else {"user": target}
            body = {"messaging_product": "whatsapp", "block_users": [named]}
            done = json_object(_again(phone, "block_users", credentials, body, method).get("block_users"))
            if json_list(done.get("failed_users")):
                raise PermanentFailure(Reason.BAD, "refused")
        else:
            raise PermanentFailure(Reason.BAD, "no_moderation")


class WhatsAppAccount(AccountManager):
    """The account on WhatsApp."""

    def check(self, credentials: Credentials) -> Account:
        fields = {"fields": "id,display_phone_number,verified_name"}
        number = _read(_meta.node(credentials.account_id), credentials, fields)
        found, shown = as_id(number.get("id")), as_text(number.get("display_phone_number"))
        if found is None:
            raise TransientFailure(Reason.RETRY, "no_account")
        name = as_text(number.get("verified_name")) or shown or found
        return Account(found, name, {"display_phone_number": shown} if shown else {})

    def register(self, credentials: Credentials, url: str) -> None:
        """Subscribe our app to the business account, where that is named, and have this number's events come here."""
        if waba := credentials.options.get("waba_id"):
            _again(waba, "subscribed_apps", credentials, None)
        hook = {"override_callback_uri": url, "verify_token": credentials.secrets.get("verify_token", "")}
        _again(credentials.account_id, "", credentials, {"webhook_configuration": hook})

    def unregister(self, credentials: Credentials, url: str) -> None:
        if self.registered(credentials, url):  # it may be another's by now
            _again(credentials.account_id, "", credentials, {"webhook_configuration": {"override_callback_uri": ""}})

    def registered(self, credentials: Credentials, url: str) -> bool | None:
        """Numbers of a business account may each have an address; where this one has none, the app's own counts."""
        number = _read(_meta.node(credentials.account_id), credentials, {"fields": "webhook_configuration"})
        places = json_object(number.get("webhook_configuration"))
        order = ("phone_number", "whatsapp_business_account", "application")
        return next((places[place] for place in order if places.get(place)), None) == url


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
_FILE_TYPES = {"image", "video", "audio", "voice", "file", "sticker"}


# What a POST holds ---------------------------------------------------------------------------------------------------


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
        return [Unreadable(f"not_handled:{field}", change)]
    value = change.get("value")
    if not isinstance(value, dict):
        return [Unreadable("malformed", change)]
    parts = _FIELDS.get(field)
    if parts is None:
        return [Unreadable("unknown_field", change)]
    guide = _Guide.of(value, account)
    return [event for part, read in parts.items() for event in _payload.read_list("whatsapp", value, part, read, guide)]


class _Guide(NamedTuple):
    """What the updates of one value share: the phone number of ours, and who is who."""

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

    def person(self, number: object, user: object) -> Author:
        """The person of a phone number and a user id, either perhaps missing; raises where there is neither."""
        number, user = as_id(number), _user(user)
        if number and USER_ID.fullmatch(number):
            number, user = None, user or number
        contact = self.by_user.get(user or "") or self.by_number.get(number or "") or self._of_nobody(number, user)
        found = user or _user(contact.get("user_id")) or number or as_id(contact.get("wa_id"))
        if found is None:
            raise UnreadableUpdate("no_customer")
        return Author(found, as_text(json_object(contact.get("profile")).get("name")) or None)

    def _of_nobody(self, number: str | None, user: str | None) -> dict[str, Any]:
        """The only contact, unless it is certainly somebody else."""
        known, named = as_id(self.only.get("wa_id")), _user(self.only.get("user_id"))
        return {} if (number and known and known != number) or (user and named and named != user) else self.only

    def thread(self, other: str | None) -> str:
        return f"{self.phone}:{other}"


def _user(value: object) -> str | None:
    found = as_id(value)
    return found if found and USER_ID.fullmatch(found) else None


def _fact(kind: Kind, thread: str, at: int, message_id: str, author: Author, **more: Any) -> Fact:
    more = {"customer_id": author.id, **more}
    return Fact(kind, Visibility.PRIVATE, thread, at, message_id, author=author, **more)


def _time(update: dict[str, Any]) -> int:
    return as_millis(update.get("timestamp")) or 0


# Messages ------------------------------------------------------------------------------------------------------------


def _message(message: dict[str, Any], guide: _Guide) -> Events:
    person = guide.person(message.get("from"), message.get("from_user_id"))
    group = as_id(message.get("group_id"))
    return _said(message, guide.thread(group or person.id), person, person)


def _echo(message: dict[str, Any], guide: _Guide) -> Events:
    """What a person of the company wrote in the app on their phone."""
    person = guide.person(message.get("to"), message.get("to_user_id"))
    return _said(message, guide.thread(person.id), person, Author(guide.phone))


class _Content(NamedTuple):
    """What a message says."""

    text: str | None = None
    attachments: tuple[Attachment, ...] = ()
    payload: str | None = None

    def __bool__(self) -> bool:
        return bool(self.text or self.attachments or self.payload)


def _said(message: dict[str, Any], thread: str, person: Author, author: Author) -> Events:
    at, message_id, kind = _time(message), as_id(message.get("id")), _kind(message)
    shared: dict[str, Any] = {"customer_id": person.id, "own": author is not person}
    if kind in _LEFT_OUT:
        return []
    if kind == "system":
        return _system(message, thread, person)
    if target := _TARGETS.get(kind):
        about = as_id(json_object(message.get(kind)).get(target))
        if about is None:
            raise UnreadableUpdate("no_id")
        return [_changed(kind, message, thread, at, about, author, shared)]
    content = _read_content(message, kind)
    context = json_object(message.get("context"))
    return [
        _fact(
            Kind.MESSAGE,
            thread,
            at,
            message_id or content_id(message),
            author,
            text=content.text,
            attachments=content.attachments,
            parent_id=as_id(context.get("id")),
            payload=content.payload,
            unsupported=not content,
            **shared,
        )
    ]


_LEFT_OUT = {"request_welcome", "ephemeral"}
_TARGETS = {"reaction": "message_id", "edit": "original_message_id", "revoke": "original_message_id"}
"""Kinds that speak of another message, and where they name it."""


def _kind(message: dict[str, Any]) -> str:
    """Some say their kind only by what they hold."""
    told = message.get("type")
    if isinstance(told, str) and told:
        return told
    return next((kind for kind in (*_TARGETS, *_CONTENT) if kind in message), "unknown")


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
    content = _read_content(new, _kind(new))
    # No text means that there is none any more.
    return _fact(
        Kind.EDITED, thread, at, about, author, text=content.text or "", attachments=content.attachments, **shared
    )


def _system(message: dict[str, Any], thread: str, person: Author) -> Events:
    """Who changes their number is a new person to the platform: under the old one somebody else may be reached."""
    if _word(json_object(message.get("system")), "type") not in ("user_changed_number", "user_changed_user_id"):
        return []
    return [_fact(Kind.GONE, thread, _time(message), "", person)]


def _read_content(message: dict[str, Any], kind: str) -> _Content:
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


# What becomes of ours ------------------------------------------------------------------------------------------------

_STATUSES = {"delivered": Kind.DELIVERED, "read": Kind.READ, "played": Kind.READ, "failed": Kind.FAILED}
_QUIET_STATUSES = {"deleted", "warning", "pending", "captured", "canceled"}
"""Of an older interface, and of payments."""


def _status(status: dict[str, Any], guide: _Guide) -> Events:
    """``sent`` is an echo of what we sent: it confirms a send whose answer was lost, and says nothing else."""
    told = _word(status, "status")
    if told in _QUIET_STATUSES:
        return []
    message_id, (reference, person_id) = as_id(status.get("id")), _tracked(status.get("biz_opaque_callback_data"))
    kind = _STATUSES.get(told)
    if kind is None and told != "sent":
        raise UnreadableUpdate("unknown_status")
    if message_id is None:
        raise UnreadableUpdate("no_id")
    group = as_id(status.get("recipient_id")) if status.get("recipient_type") == "group" else None
    person = Author(person_id) if person_id else _recipient(status, guide, group)
    thread = guide.thread(group or person.id)
    if kind is None:
        echo = {"own": True, "customer_id": person.id, "reference": reference}
        sent = _fact(Kind.MESSAGE, thread, _time(status), message_id, Author(guide.phone), **echo)
        return [sent] if reference and person_id else []
    payload = str(_why(status)) if kind is Kind.FAILED else None
    author = Author(guide.phone) if kind is Kind.FAILED else person
    more = {"payload": payload, "customer_id": person.id, "reference": reference}
    return [_fact(kind, thread, _time(status), message_id, author, own=kind is Kind.FAILED, **more)]


def _recipient(status: dict[str, Any], guide: _Guide, group: str | None) -> Author:
    """In a group, the member whom the status is about."""
    part = "recipient_participant" if group else "recipient"
    return guide.person(status.get(f"{part}_id"), status.get(f"{part}_user_id"))


def _tracked(value: object) -> tuple[str | None, str | None]:
    """Our own id and the person, as ``_tracker`` wrote them; of other tools whatever they wrote."""
    told = as_text(value) if isinstance(value, str) and 0 < len(value) <= TRACKER_LIMIT else None
    if told is None:
        return None, None
    reference, slash, person = told.partition("/")
    is_ours = bool(slash) and (USER_ID.fullmatch(person) or (person.isascii() and person.isdigit()))
    return (reference, person) if is_ours else (told, None)


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
    return [_fact(kind, guide.thread(person.id), _time(update), "", person, payload=payload)]


def _renamed(update: dict[str, Any], guide: _Guide) -> Events:
    """A person has another ``user_id`` from now on: what they write next is another thread, this one is over."""
    before = _user(json_object(update.get("user_id")).get("previous"))
    return [_fact(Kind.GONE, guide.thread(before), _time(update), "", Author(before))] if before else []


def _trouble(error: dict[str, Any], guide: _Guide) -> Events:
    """An error of the whole account."""
    raise UnreadableUpdate("not_handled:errors")


_FIELDS: dict[str, dict[str, Callable[[dict[str, Any], _Guide], Events]]] = {
    "messages": {"messages": _message, "statuses": _status, "errors": _trouble},
    "smb_message_echoes": {"message_echoes": _echo},
    "user_preferences": {"user_preferences": _preference},
    "user_id_update": {"user_id_update": _renamed},
}


# Outbound ------------------------------------------------------------------------------------------------------------

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
    found = as_id(_call("POST", _meta.node(phone, "media"), credentials, repeatable=True, **body).get("id"))
    if found is None:
        raise TransientFailure(Reason.RETRY, "upload")
    return found


def _mark_read(message_id: str | None, phone: str, credentials: Credentials) -> None:
    """Who answers has read. A kindness: whatever comes of it, the answer goes out."""
    if not message_id or is_invented(message_id):
        return
    try:
        _write(phone, "messages", credentials, {**_PRODUCT, "status": "read", "message_id": message_id})
    except ChannelError:
        return


def _write(node: str, edge: str, credentials: Credentials, document: Mapping[str, Any]) -> dict[str, Any]:
    return _call("POST", _meta.node(node, edge), credentials, json=document)


def _again(
    node: str, edge: str, credentials: Credentials, document: Mapping[str, Any] | None, method: str = "POST"
) -> dict[str, Any]:
    """Write what does no harm when it is written twice."""
    return _call(method, _meta.node(node, edge), credentials, repeatable=True, json=document)


def _read(path: str, credentials: Credentials, params: Mapping[str, str]) -> dict[str, Any]:
    return _call("GET", path, credentials, params, repeatable=True)


def _call(
    method: str,
    path: str,
    credentials: Credentials,
    params: Mapping[str, str] | None = None,
    *,
    repeatable: bool = False,
    **body: Any,
) -> dict[str, Any]:
    options, graph = credentials.options, _meta.FACEBOOK
    base = options.get("base_url") or graph.base_url
    url = f"{base.rstrip('/')}/{_options.part(options, 'version', graph.version)}/{path}"
    signed = {**(params or {}), **_meta.proof(credentials)}
    request = Call(method, url, _transport.bearer(credentials), signed, **body)
    return _transport.call(request, channel="whatsapp", repeatable=repeatable, classify=classify).body or {}


# Errors --------------------------------------------------------------------------------------------------------------

CODES = CodeTable(
    codes={
        (0, None): Reason.AUTH,
        (1, None): Reason.RETRY,
        (2, None): Reason.RETRY,
        (3, None): Reason.PERMISSION,
        (4, None): Reason.RATE,
        (10, None): Reason.PERMISSION,
        (33, None): Reason.GONE,  # the phone number was deleted
        (100, None): Reason.BAD,
        (100, 33): Reason.GONE,  # deleted, or never ours to see
        (102, None): Reason.AUTH,
        (190, None): Reason.AUTH,
        (368, None): Reason.POLICY,
        (613, None): Reason.RATE,
        (80007, None): Reason.RATE,
        (130403, None): Reason.PERMISSION,
        (130429, None): Reason.RATE,
        (130472, None): Reason.GONE,  # part of an experiment: not within a day
        (130497, None): Reason.POLICY,  # not to this country
        (131000, None): Reason.RETRY,
        (131005, None): Reason.PERMISSION,
        (131008, None): Reason.BAD,
        (131009, None): Reason.BAD,
        (131014, None): Reason.BAD,  # a link to a file that nobody could fetch
        (131016, None): Reason.RETRY,
        (131020, None): Reason.GONE,  # a group with one member
        (131021, None): Reason.BAD,  # to oneself
        (131026, None): Reason.GONE,  # not on WhatsApp, blocked us, an old program
        (131030, None): Reason.PERMISSION,  # a test number writes to its list alone
        (131031, None): Reason.POLICY,
        (131037, None): Reason.PERMISSION,  # the display name is not approved
        (131041, None): Reason.GONE,  # no such group
        (131042, None): Reason.POLICY,  # payment
        (131045, None): Reason.PERMISSION,
        (131047, None): Reason.WINDOW,
        (131048, None): Reason.RATE,  # too many were reported as spam
        (131049, None): Reason.GONE,  # not delivered for the ecosystem's health: not within a day
        (131050, None): Reason.GONE,  # wants no marketing
        (131051, None): Reason.BAD,
        (131052, None): Reason.BAD,
        (131053, None): Reason.BAD,
        (131056, None): Reason.RATE,  # too many to one person
        (131057, None): Reason.RETRY,
        (131062, None): Reason.BAD,  # such messages need a phone number
        (131063, None): Reason.PERMISSION,
        (131064, None): Reason.RATE,
        (132000, None): Reason.BAD,
        (132001, None): Reason.BAD,
        (132005, None): Reason.BAD,
        (132007, None): Reason.BAD,
        (132008, None): Reason.BAD,
        (132012, None): Reason.BAD,
        (132015, None): Reason.BAD,
        (132016, None): Reason.BAD,
        (132068, None): Reason.BAD,
        (132069, None): Reason.RATE,
        (133000, None): Reason.RETRY,
        (133004, None): Reason.RETRY,
        (133006, None): Reason.PERMISSION,
        (133010, None): Reason.PERMISSION,  # the number is not registered
        (133016, None): Reason.RATE,
        (135000, None): Reason.RETRY,
        (137000, None): Reason.BAD,
        (139100, None): Reason.BAD,
        (139101, None): Reason.BAD,  # the list of the blocked is full
        (139102, None): Reason.RETRY,
        (139103, None): Reason.RETRY,
    },
    statuses={
        401: Reason.AUTH,
        403: Reason.PERMISSION,
        404: Reason.GONE,
        410: Reason.GONE,
        429: Reason.RATE,
    },
    pauses={Reason.RATE: RATE_PAUSE, Reason.POLICY: POLICY_PAUSE},
)
_PAUSES = {
    131048: LIMIT_PAUSE,
    131056: PAIR_PAUSE,
    131064: LIMIT_PAUSE,
    133016: LIMIT_PAUSE,
}


def classify(answer: Answer) -> Refusal | None:
    """Return why the platform's answer is no result."""
    return _meta.refusal(answer, CODES, _PAUSES)


channel = Channel(
    name="whatsapp",
    label="WhatsApp",
    capabilities=Capabilities(
        secret_names=("app_secret", "verify_token", "access_token"),
        chosen_secrets=("verify_token",),
        signing_secret="app_secret",  # noqa: S106 - a name
        needs_account=True,
        option_names=("waba_id", "template_name", "template_language", "version"),
        reported_kinds=frozenset(
            {
                Kind.MESSAGE,
                Kind.EDITED,
                Kind.REMOVED,
                Kind.REACTION,
                Kind.UNREACTION,
                Kind.DELIVERED,
                Kind.READ,
                Kind.FAILED,
                Kind.GONE,
                Kind.BACK,
            }
        ),
        replies_to_latest=True,  # what is answered is marked as read
    ),
    receiver=WhatsAppReceiver(),
    sender=WhatsAppSender(),
    account=WhatsAppAccount(),
)
"""A phone number of the WhatsApp Business Platform."""
