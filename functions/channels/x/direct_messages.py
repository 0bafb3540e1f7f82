"""Direct messages of X as facts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from channels import _payload
from channels._payload import Events, UnreadableUpdate
from channels._values import as_id, as_millis, as_text, content_id
from channels.base import (
    json_list,
    json_object,
)
from channels.x.posts import Place, attachment_of, filled_object, moment_of, old_post, old_removal, rank, typed_text
from conversations.facts import Fact, Kind, Visibility

if TYPE_CHECKING:
    from collections.abc import Callable


MESSAGES_URL = "https://x.com/messages"


def messages(payload: dict[str, Any], place: Place) -> Events:
    """Direct messages in today's events, which carry them in the older shape."""
    found: Events = []
    for part in ("direct_message_events", "direct_message_mark_read_events"):
        read = PARTS[part]
        assert read is not None
        events = _payload.read_each("x", json_list(payload.get(part)), read, place)
        shell = _payload.without_lists(payload)
        found += _payload.within(events, lambda event, shell=shell, part=part: {**shell, part: [event]})
    if not found and "last_read_event_id" in payload:
        return _mark_read(payload, place)
    if not found:
        raise UnreadableUpdate("empty_event")
    return found


def _direct_message(event: dict[str, Any], place: Place) -> Events:
    if event.get("type") not in (None, "message_create"):
        raise UnreadableUpdate("unknown_event")
    created = filled_object(event.get("message_create"))
    data = json_object(created.get("message_data"))
    sender = as_id(created.get("sender_id"))
    recipient = as_id(json_object(created.get("target")).get("recipient_id"))
    attachment = json_object(data.get("attachment"))
    media = attachment.get("media")
    pictures = [json_object(each) for each in (media if isinstance(media, list) else [media]) if each]
    text = typed_text(as_text(data.get("text")) or "", {**data, "extended_entities": {"media": pictures}})
    answer = json_object(data.get("quick_reply_response"))
    files = tuple(attachment_of(each, as_id(each.get("id_str")) or content_id(each)) for each in pictures)
    message_id = as_id(event.get("id"))
    if not (message_id or text or files):
        raise UnreadableUpdate("empty_event")
    moment = moment_of(message_id, event.get("created_timestamp")) or 0
    return [
        _private(
            Kind.MESSAGE,
            (sender, recipient),
            moment,
            message_id or content_id(event),
            place,
            text=text or None,
            attachments=files,
            payload=as_text(answer.get("metadata")) or None,
        )
    ]


def _mark_read(event: dict[str, Any], place: Place) -> Events:
    """All that stood there when it was read; which message was the last, the time says as well."""
    parties = (as_id(event.get("sender_id")), as_id(json_object(event.get("target")).get("recipient_id")))
    last = as_id(event.get("last_read_event_id"))
    at = max(as_millis(event.get("created_timestamp")) or 0, moment_of(last, None) or 0)
    return [_private(Kind.READ, parties, at, "", place)]


def announced(payload: dict[str, Any], place: Place) -> Fact:
    """An encrypted message, the customer's or ours: that it came, when and from whom; only keys can read its words."""
    inner = next((json_object(each) for each in json_list(payload.get("direct_message_events"))), {}) or payload
    sender = as_id(inner.get("sender_id")) or as_id(json_object(inner.get("sender")).get("id"))
    parties = [each for each in map(as_id, json_list(inner.get("participant_ids"))) if each]
    parties = parties or [
        each for each in re.split("[:-]", as_id(inner.get("conversation_id")) or "") if each.isdecimal()
    ]
    other = as_id(inner.get("recipient_id")) or next((each for each in parties if each != sender), None)
    names = ("id", "message_id", "event_id", "sequence_id")
    message_id = next(filter(None, (as_id(inner.get(name)) for name in names)), None)
    times = ("created_at_msec", "created_timestamp", "created_at", "timestamp_ms")
    at = moment_of(message_id, next(filter(None, (inner.get(name) for name in times)), None))
    found = message_id or content_id(payload)
    recipient = other or next(iter(sorted(place.ours)), None)
    fact = _private(Kind.MESSAGE, (sender, recipient), at or 0, found, place, unsupported=True)
    return replace(fact, permalink=f"{MESSAGES_URL}/{fact.thread_id}")


def _private(
    kind: Kind, parties: tuple[str | None, str | None], at: int, message_id: str, place: Place, **fields: Any
) -> Fact:
    """A fact of a chat between two; the thread's id is made of both as the platform makes it."""
    sender, recipient = parties
    own = sender in place.ours
    customer = recipient if own else sender
    if sender is None or customer is None or customer in place.ours:
        raise UnreadableUpdate("no_customer")
    ours = sender if own else recipient or min(place.ours)
    thread = "-".join(sorted((customer, ours), key=rank))
    author = place.author(sender)
    return Fact(
        kind, Visibility.PRIVATE, thread, at, message_id, author=author, own=own, customer_id=customer, **fields
    )


PARTS: dict[str, Callable[[dict[str, Any], Place], Events] | None] = {
    "tweet_create_events": old_post,
    "tweet_delete_events": old_removal,
    "direct_message_events": _direct_message,
    "direct_message_mark_read_events": _mark_read,
    "direct_message_indicate_typing_events": None,
    "favorite_events": None,
    "follow_events": None,
    "unfollow_events": None,
    "block_events": None,
    "mute_events": None,
}
"""The lists of the older shape; None for what is no part of a conversation."""
