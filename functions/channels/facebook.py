"""Facebook Pages: posts, comments and reviews in public, Messenger in private.

Sources: developers.facebook.com/docs/graph-api/webhooks/reference/page (feed, mention, ratings),
…/docs/messenger-platform/reference/webhook-events (messaging), …/docs/messenger-platform/reference/send-api,
…/docs/messenger-platform/policy/policy-overview (windows), …/docs/graph-api/reference/comment.

Secrets: ``app_secret``, ``previous_app_secret`` (while it is rotated), ``verify_token``, ``access_token`` (the Page's).
Options: ``base_url``, ``version`` of the Graph API.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from channels import _meta
from channels._values import as_id, as_millis, as_text, content_id, is_invented
from channels.base import (
    Channel,
    Credentials,
    MalformedPayload,
    Outbound,
    PermanentFailure,
    Reason,
    Request,
    Route,
    Situation,
    UnconfirmedSend,
    Way,
    json_list,
    json_object,
)
from conversations.model import Attachment, Author, Fact, Kind, Unreadable, Visibility

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HOUR = 3_600_000
STANDARD_WINDOW = 24 * HOUR
LATE_WINDOW = 7 * 24 * HOUR
"""For a person's late answer, and for the one private reply to a comment."""

COMMENT_LIMIT = 8000
MESSAGE_LIMIT = 1999
"""The document says "less than 2000 characters"."""
METADATA_LIMIT = 1000

USER_REF = "ref:"
"""Starts the id of a customer whom only a plugin's ``user_ref`` names, so that it is never taken for a person's id."""

CLOCK_SLACK = 2000
"""Comments carry whole seconds, and clocks differ a little."""
COMMENT_PAGES = 10


class Facebook(Channel):
    """A Facebook Page."""

    name = "facebook"
    secret_names = ("app_secret", "verify_token", "access_token")
    signing_secret = "app_secret"  # noqa: S105 - a name
    # Meta: "disclose that a person is interacting with an automated service" where the law asks for it, as in Germany.
    disclosed_ways = frozenset({Way.PRIVATE_MESSAGE, Way.PRIVATE_REPLY})

    def handshake(self, request: Request, credentials: Credentials) -> str:
        return _meta.handshake(request, credentials)

    def verify(self, request: Request, credentials: Credentials) -> None:
        _meta.verify(request, credentials)

    def parse(self, request: Request, credentials: Credentials) -> list[Fact | Unreadable]:
        try:
            payload = json.loads(request.body)
        except (ValueError, RecursionError):
            raise MalformedPayload from None
        if not isinstance(payload, dict):
            return []
        if payload.get("object") not in (None, "page"):
            return [Unreadable("unknown_object", payload)]
        found: list[Fact | Unreadable] = []
        for raw in _updates(payload, "entry", found):
            _read_entry(raw, credentials.account_id, found)
        return found

    def routes(self, situation: Situation, now: int) -> list[Route]:
        if situation.visibility is Visibility.PRIVATE:
            return _private_routes(situation, now)
        public = Route(Way.PUBLIC_REPLY, Visibility.PUBLIC, COMMENT_LIMIT)
        last = situation.last_customer_message_at
        if last is None or situation.private_reply_used or now >= last + LATE_WINDOW:
            return [public]
        return [public, Route(Way.PRIVATE_REPLY, Visibility.PRIVATE, MESSAGE_LIMIT, until=last + LATE_WINDOW)]

    def window_ends_at(self, situation: Situation) -> int | None:
        last = situation.last_customer_message_at
        return last + STANDARD_WINDOW if last is not None and situation.visibility is Visibility.PRIVATE else None

    def measure(self, text: str, way: Way) -> int:
        """Code points, which is what the document's "characters" come to for the UTF-8 text it asks for."""
        return len(text)

    def try_send(self, message: Outbound, credentials: Credentials) -> str:
        if message.way is Way.PUBLIC_REPLY:
            target = _answered(message) or message.branch_id or message.thread_id
            sent = _meta.post(_meta.node(target, "comments"), credentials, form={"message": _plain(message)})
            return _sent_id(sent.get("id"))
        path = _meta.node(credentials.account_id, "messages")
        return _sent_id(_meta.post(path, credentials, document=_letter(message)).get("message_id"))

    def find_sent(self, message: Outbound, credentials: Credentials) -> str | None:
        stand = _comments if message.way is Way.PUBLIC_REPLY else _messages
        found = [
            (at, message_id)
            for item in stand(message, credentials)
            if (at := as_millis(item.get("created_time"))) is not None
            and at >= message.attempted_at - CLOCK_SLACK
            and (message_id := as_id(item.get("id")))
            and message_id not in message.others
            and as_id(json_object(item.get("from")).get("id")) == credentials.account_id
            and _same(as_text(item.get("message")) or "", message.text)
        ]
        return min(found)[1] if found else None

    def profile_name(self, customer_id: str, credentials: Credentials) -> str | None:
        if customer_id.startswith(USER_REF):
            return None
        try:
            person = _meta.get(_meta.node(customer_id), credentials, {"fields": "first_name,last_name,name"})
        except PermanentFailure:
            return None
        names = (as_text(person.get("first_name")), as_text(person.get("last_name")))
        return " ".join(name for name in names if name) or as_text(person.get("name")) or None


# What a POST holds ---------------------------------------------------------------------------------------------------


class _Odd(Exception):
    """An update that no fact can be made of; the text is the reason."""


class _Entry(NamedTuple):
    """What the updates of one entry share. One POST may hold the entries of several Pages."""

    page: str | None
    at: int | None
    account: str

    def is_own(self, author_id: str | None) -> bool:
        return author_id is not None and author_id in (self.page, self.account)


_Found = list[Fact | Unreadable]


def _read_entry(raw: dict[str, Any], account: str, found: _Found) -> None:
    entry = _Entry(as_id(raw.get("id")), as_millis(raw.get("time")), account)
    for part, read in (("messaging", _read_event), ("standby", _read_event), ("changes", _read_change)):
        for update in _updates(raw, part, found):
            found.extend(_read_update(read, update, entry))


def _updates(holder: dict[str, Any], part: str, found: _Found) -> Iterator[dict[str, Any]]:
    """The objects in a part; what should be a list of objects and is not goes to ``found``."""
    items = holder.get(part)
    if items is not None and not isinstance(items, list):
        found.append(Unreadable("malformed", holder))
    for item in json_list(items):
        if isinstance(item, dict):
            yield item
        else:
            found.append(Unreadable("malformed", item))


def _read_update(read: Callable[[dict[str, Any], _Entry], _Found], update: dict[str, Any], entry: _Entry) -> _Found:
    try:
        return read(update, entry)
    except _Odd as odd:
        return [Unreadable(str(odd), update)]
    except Exception:
        # Whatever the platform comes up with, one update must not cost the others: it is kept and looked at.
        return [Unreadable("broken_update", update)]


def _object(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _Odd("malformed")
    return value


def _string(value: object) -> str | None:
    """A text that must not be made out of a number: an address, an emoji."""
    return as_text(value) or None if isinstance(value, str) else None


def _word(holder: dict[str, Any], key: str) -> str:
    value = holder.get(key)
    return value if isinstance(value, str) else ""


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


def _read_event(event: dict[str, Any], entry: _Entry) -> _Found:
    """One object of ``messaging`` or ``standby``: what happened is told by the name of a key."""
    kinds = [key for key, value in event.items() if key not in _ENVELOPE and value is not None]
    if not kinds:
        raise _Odd("empty_event")
    found: _Found = []
    is_known = False
    for kind in kinds:
        read, reason = _EVENTS.get(kind), _FOR_A_PERSON.get(kind)
        is_known = is_known or bool(read or reason) or kind in _NO_INTEREST
        if read:
            found += read(event, entry)
        elif reason:
            found.append(Unreadable(reason, event))
    if not is_known:
        raise _Odd("unknown_event")
    return found


class _Chat(NamedTuple):
    """Between whom an event happened, and when."""

    thread_id: str
    customer_id: str
    author: Author
    own: bool
    at: int


def _chat(event: dict[str, Any], entry: _Entry, is_echo: bool = False) -> _Chat:
    """``is_echo`` decides first: documented echoes name the customer as the sender, real ones the Page."""
    sender, recipient = _party(event.get("sender")), _party(event.get("recipient"))
    page = entry.page or _page(sender, recipient, entry.account, is_echo)
    ours = {page, entry.account}
    has_other = recipient is not None and recipient not in ours
    own = is_echo or (sender in ours and has_other)
    customer = recipient if own and has_other else sender
    if not page or not customer or (own and customer in ours):
        raise _Odd("no_customer")
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


def _message(event: dict[str, Any], entry: _Entry) -> _Found:
    message = _object(event["message"])
    is_echo = message.get("is_echo") is True
    chat = _chat(event, entry, is_echo)
    message_id, text, files = as_id(message.get("mid")), as_text(message.get("text")), _files(message)
    if not (message_id or text or files or message.get("is_unsupported")):
        raise _Odd("empty_event")
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
        )
    ]


def _reference(message: dict[str, Any]) -> str | None:
    """Our own message id comes back as ``metadata``; other tools put other things there."""
    metadata = message.get("metadata")
    return as_text(metadata) if isinstance(metadata, str) and 0 < len(metadata) <= METADATA_LIMIT else None


def _files(message: dict[str, Any]) -> tuple[Attachment, ...]:
    items = json_list(message.get("attachments"))
    if not items:
        sticker = as_id(message.get("sticker_id"))
        return (Attachment("sticker", id=sticker),) if sticker else ()
    found = [_file(item) for item in items if isinstance(item, dict)]
    # Until August 2026 a sticker came as a sticker and once more as its picture.
    stickers = {file.id for file in found if file.type == "sticker" and file.id}
    return tuple(file for file in found if file.type != "image" or file.id not in stickers)


def _file(item: dict[str, Any]) -> Attachment:
    payload = json_object(item.get("payload"))
    shown = _product(payload)
    return Attachment(
        _word(item, "type") or "unknown",
        _string(payload.get("url")) or _string(item.get("url")) or _string(shown.get("image_url")),
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


def _postback(event: dict[str, Any], entry: _Entry) -> _Found:
    """A button the customer pressed: what stands on it is what the customer says."""
    postback = _object(event["postback"])
    message_id = as_id(postback.get("mid")) or content_id(event)
    title, payload = as_text(postback.get("title")) or None, as_text(postback.get("payload"))
    return [_private(Kind.MESSAGE, _chat(event, entry), message_id, title, payload)]


def _message_edit(event: dict[str, Any], entry: _Entry) -> _Found:
    edit = _object(event["message_edit"])
    target = as_id(edit.get("mid"))
    if target is None:
        raise _Odd("no_id")
    return [_private(Kind.EDITED, _chat(event, entry), target, text=as_text(edit.get("text")))]


def _message_reaction(event: dict[str, Any], entry: _Entry) -> _Found:
    reaction = _object(event["reaction"])
    kind = Kind.UNREACTION if reaction.get("action") == "unreact" else Kind.REACTION
    name = _word(reaction, "reaction")
    emoji = _string(reaction.get("emoji")) or _EMOJI.get(name, name) or None
    return [_private(kind, _chat(event, entry), as_id(reaction.get("mid")) or "", payload=emoji)]


def _delivery(event: dict[str, Any], entry: _Entry) -> _Found:
    return _receipts(Kind.DELIVERED, _object(event["delivery"]), _chat(event, entry))


def _read(event: dict[str, Any], entry: _Entry) -> _Found:
    return _receipts(Kind.READ, _object(event["read"]), _chat(event, entry))


def _receipts(kind: Kind, receipt: dict[str, Any], chat: _Chat) -> _Found:
    """One fact for each message that is named; otherwise one for all up to the watermark."""
    chat = chat._replace(at=as_millis(receipt.get("watermark")) or chat.at)
    named = dict.fromkeys(filter(None, map(as_id, json_list(receipt.get("mids")))))
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


_EVENTS: dict[str, Callable[[dict[str, Any], _Entry], _Found]] = {
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


# In public: changes --------------------------------------------------------------------------------------------------

_VERBS = {
    "add": Kind.MESSAGE,
    "edit": Kind.EDITED,
    "edited": Kind.EDITED,
    "update": Kind.EDITED,
    "remove": Kind.REMOVED,
    "delete": Kind.REMOVED,
    "hide": Kind.HIDDEN,
    "unhide": Kind.SHOWN,
    "block": Kind.HIDDEN,
    "unblock": Kind.SHOWN,
}
_REACTION_VERBS = {
    "add": Kind.REACTION,
    "edit": Kind.REACTION,
    "edited": Kind.REACTION,
    "update": Kind.REACTION,
    "remove": Kind.UNREACTION,
    "delete": Kind.UNREACTION,
}


def _read_change(change: dict[str, Any], entry: _Entry) -> _Found:
    field = _word(change, "field")
    if field == "standby" or field.startswith("messag"):
        # The app dashboard's test button sends Messenger's events in this shape.
        return _read_event(_object(change.get("value")), entry)
    items = _FIELDS.get(field)
    if items is None:
        raise _Odd("unknown_field")
    value = _object(change.get("value"))
    read = items.get(_word(value, "item"))
    if read is None:
        raise _Odd("unknown_item")
    return read(value, entry)


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where in a public thread something stands."""

    thread_id: str
    message_id: str
    branch_id: str = ""
    parent_id: str | None = None


def _spot_of_comment(value: dict[str, Any]) -> _Spot:
    post_id, comment_id = as_id(value.get("post_id")), as_id(value.get("comment_id"))
    if not post_id or not comment_id:
        raise _Odd("no_id")
    parent_id = as_id(value.get("parent_id"))
    is_top = parent_id is None or _last_part(parent_id) == _last_part(post_id)
    return _Spot(post_id, comment_id, comment_id if is_top else str(parent_id), parent_id or post_id)


def _spot_of_post(value: dict[str, Any], *names: str) -> _Spot:
    """The post itself, by the first of the ids that is there."""
    found = next(filter(None, (as_id(value.get(name)) for name in names)), None)
    if found is None:
        raise _Odd("no_id")
    return _Spot(found, found)


def _last_part(full_id: str) -> str:
    """``<page>_<post>`` is also written ``<post>``."""
    return full_id.rpartition("_")[2]


def _post(value: dict[str, Any], entry: _Entry) -> _Found:
    return _said(value, entry, _spot_of_post(value, "post_id", "album_id"))


def _rating(value: dict[str, Any], entry: _Entry) -> _Found:
    return _said(value, entry, _spot_of_post(value, "open_graph_story_id", "post_id"))


def _comment(value: dict[str, Any], entry: _Entry) -> _Found:
    return _said(value, entry, _spot_of_comment(value))


def _mentioned_comment(value: dict[str, Any], entry: _Entry) -> _Found:
    """Of a foreign thread the Page is told nothing but this comment, so the comment is the branch."""
    spot = _spot_of_comment(value)
    return _said(value, entry, _Spot(spot.thread_id, spot.message_id, spot.message_id, spot.parent_id))


def _said(value: dict[str, Any], entry: _Entry, spot: _Spot) -> _Found:
    kind = _VERBS.get(_word(value, "verb"))
    if kind is None:
        raise _Odd("unknown_verb")
    author = _author(value)
    return [
        Fact(
            kind,
            Visibility.PUBLIC,
            spot.thread_id,
            _time(kind, value, entry),
            spot.message_id,
            spot.branch_id,
            author=author,
            own=entry.is_own(author.id),
            text=_words(kind, value),
            attachments=() if kind is Kind.REMOVED else _media(value),
            parent_id=spot.parent_id,
            permalink=_permalink(value, spot),
            # A review says more with this than with its text, which many do not have.
            payload=as_text(value.get("recommendation_type") or value.get("rating")),
        )
    ]


def _words(kind: Kind, value: dict[str, Any]) -> str | None:
    """Nothing of what was removed. In an edit, an empty text is one; otherwise it only means that there is none."""
    if kind is Kind.REMOVED:
        return None
    text = as_text(value.get("message") if "message" in value else value.get("review_text"))
    return text if kind is Kind.EDITED else text or None


def _time(kind: Kind, value: dict[str, Any], entry: _Entry) -> int:
    created = as_millis(value.get("created_time"))
    if kind in (Kind.HIDDEN, Kind.SHOWN):
        # Both may repeat the comment's own time, and the later one must win.
        return max(created or 0, entry.at or 0)
    return created or entry.at or 0


def _author(value: dict[str, Any]) -> Author:
    """``from`` today, ``sender_…`` in old versions, ``reviewer_…`` in reviews; nothing when privacy forbids it."""
    person = json_object(value.get("from"))
    names = (person.get("name"), value.get("sender_name"), value.get("reviewer_name"))
    ids = (person.get("id"), value.get("sender_id"), value.get("reviewer_id"))
    return Author(
        next(filter(None, map(as_id, ids)), None),
        next((as_text(name) for name in names if name and isinstance(name, str)), None),
    )


def _media(value: dict[str, Any]) -> tuple[Attachment, ...]:
    """Pictures, films and shares. A ``link`` beside them leads to the same thing once more."""
    photos = [*json_list(value.get("photos")), value.get("photo")]
    found = [Attachment("image", url) for photo in photos if (url := _string(photo))]
    found += [Attachment("image", id=photo) for item in json_list(value.get("photo_ids")) if (photo := as_id(item))]
    if url := _string(value.get("video")):
        found.append(Attachment("video", url))
    item, link = _word(value, "item"), _string(value.get("link"))
    media_id = as_id(value.get(f"{item}_id")) if item in _LINKED else None
    if not found and (link or media_id):
        found.append(Attachment(_LINKED.get(item, "link"), link, id=media_id))
    return tuple(found)


_LINKED = {"photo": "image", "video": "video"}
"""What the ``link`` of a post is, where it is not a link."""


def _permalink(value: dict[str, Any], spot: _Spot) -> str | None:
    url = _string(json_object(value.get("post")).get("permalink_url")) or ""
    if not url.startswith(("https://", "http://")):
        return None
    if not spot.branch_id:
        return url
    return f"{url}{'&' if '?' in url else '?'}comment_id={_last_part(spot.message_id)}"


def _feed_reaction(value: dict[str, Any], entry: _Entry) -> _Found:
    """``edit`` is another reaction in place of the first, and no change of the content."""
    kind = _REACTION_VERBS.get(_word(value, "verb"))
    if kind is None:
        raise _Odd("unknown_verb")
    spot = _spot_of_comment(value) if as_id(value.get("comment_id")) else _spot_of_post(value, "post_id", "album_id")
    author, name = _author(value), _word(value, "reaction_type") or "like"
    return [
        Fact(
            kind,
            Visibility.PUBLIC,
            spot.thread_id,
            _time(kind, value, entry),
            spot.message_id,
            spot.branch_id,
            author=author,
            own=entry.is_own(author.id),
            payload=_EMOJI.get(name, name) or None,
        )
    ]


_POSTS = ("post", "status", "photo", "video", "share", "album", "note", "link", "event")
_RARE_POSTS = ("photo-album", "question", "milestone", "offer", "coupon", "story", "platform-story")
_ITEMS: dict[str, Callable[[dict[str, Any], _Entry], _Found]] = {
    **dict.fromkeys(_POSTS + _RARE_POSTS, _post),
    "rating": _rating,
    "comment": _comment,
    "reaction": _feed_reaction,
    "like": _feed_reaction,
}
_FIELDS = {
    "feed": _ITEMS,
    "ratings": _ITEMS,
    "mention": {**_ITEMS, "comment": _mentioned_comment},
}


# Outbound ------------------------------------------------------------------------------------------------------------


def _private_routes(situation: Situation, now: int) -> list[Route]:
    last = situation.last_customer_message_at
    if last is None or now >= last + LATE_WINDOW:
        return []
    if now < last + STANDARD_WINDOW:
        way, until = Way.PRIVATE_MESSAGE, last + STANDARD_WINDOW
    else:
        way, until = Way.HUMAN_AGENT, last + LATE_WINDOW
    is_late = way is Way.HUMAN_AGENT
    return [Route(way, Visibility.PRIVATE, MESSAGE_LIMIT, person_only=is_late, until=until)]


def _answered(message: Outbound) -> str | None:
    """The platform's id of the message that is answered; an id that we made up is none."""
    found = message.reply_to_id
    return found if found and not is_invented(found) else None


def _plain(message: Outbound) -> str:
    return as_text(message.text) or ""


def _letter(message: Outbound) -> dict[str, Any]:
    """The body of a call to the Send API."""
    letter: dict[str, Any] = {
        "recipient": _recipient(message),
        "message": {"text": _plain(message), "metadata": message.id[:METADATA_LIMIT]},
    }
    if message.way is Way.PRIVATE_REPLY:
        return letter
    if message.choices:
        letter["message"]["quick_replies"] = [
            {"content_type": "text", "title": each.title, "payload": each.payload} for each in message.choices
        ]
    if answered := _answered(message):
        letter["reply_to"] = {"mid": answered}
    if message.way is Way.HUMAN_AGENT:
        return {**letter, "messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
    return {**letter, "messaging_type": "RESPONSE"}


def _recipient(message: Outbound) -> dict[str, str]:
    if message.way is Way.PRIVATE_REPLY:
        comment_id = _answered(message) or message.branch_id
        return {"comment_id": comment_id} if comment_id else {"post_id": message.thread_id}
    customer = _customer(message)
    if customer.startswith(USER_REF):
        return {"user_ref": customer.removeprefix(USER_REF)}
    return {"id": customer}


def _customer(message: Outbound) -> str:
    if not message.customer_id:
        raise PermanentFailure(Reason.BAD, "no_customer")
    return message.customer_id


def _sent_id(value: object) -> str:
    found = as_id(value)
    if found is None:
        raise UnconfirmedSend
    return found


# Looking for what was sent -------------------------------------------------------------------------------------------


def _comments(message: Outbound, credentials: Credentials) -> Iterator[dict[str, Any]]:
    """What stands under the comment that was answered, and in its branch or thread."""
    params = {
        "fields": "id,from,message,created_time",
        "order": "reverse_chronological",
        "filter": "stream",  # replies as well, not only the top level
        "limit": "100",
    }
    places = filter(None, (_answered(message), message.branch_id or message.thread_id))
    for place in dict.fromkeys(places):
        for page in _meta.pages(_meta.node(place, "comments"), credentials, params, COMMENT_PAGES):
            yield from page
            if _is_past(page, message.attempted_at - CLOCK_SLACK):
                break


def _is_past(page: list[dict[str, Any]], earliest: int) -> bool:
    """Whether a page reaches back before ``earliest`` and really runs from new to old."""
    times = [as_millis(item.get("created_time")) or 0 for item in page]
    return bool(times) and times[-1] < earliest and times == sorted(times, reverse=True)


def _messages(message: Outbound, credentials: Credentials) -> Iterator[dict[str, Any]]:
    """The latest messages of the chat with the customer."""
    params = {
        "platform": "messenger",
        "user_id": _customer(message),
        "fields": "messages.limit(25){id,from,message,created_time}",
    }
    body = _meta.get(_meta.node(credentials.account_id, "conversations"), credentials, params)
    for conversation in json_list(body.get("data")):
        messages = json_object(json_object(conversation).get("messages"))
        yield from (json_object(item) for item in json_list(messages.get("data")))


def _same(one: str, other: str) -> bool:
    return _normal(one) == _normal(other)


def _normal(text: str) -> str:
    """Without what platforms change on the way: line endings, and space at the ends of lines."""
    return "\n".join(line.strip() for line in (as_text(text) or "").splitlines()).strip()


channel = Facebook()
