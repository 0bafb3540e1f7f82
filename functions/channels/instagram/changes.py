"""Changes on an account, as facts."""

from __future__ import annotations

from typing import Any

from channels import _payload
from channels._messenger import Entry, as_string, read_event, read_part, word
from channels._meta_context import referral
from channels._meta_receiver import read_entries
from channels._payload import Events, UnreadableUpdate, as_object
from channels._values import as_id, as_millis, as_text
from channels.base import (
    Credentials,
    json_object,
)
from channels.instagram.flavours import is_ours
from conversations.facts import Author, Fact, Kind, Visibility


def read_payload(payload: object, credentials: Credentials) -> Events:
    return read_entries("instagram", "instagram", payload, _read_entry, credentials)


def _read_entry(raw: dict[str, Any], credentials: Credentials) -> Events:
    page = credentials.options.get("page_id", "")
    entry = Entry(as_id(raw.get("id")), as_millis(raw.get("time")), credentials.account_id, page)
    events: Events = []
    for part in ("messaging", "standby"):
        events += read_part("instagram", raw, part, read_event, entry)
    events += read_part("instagram", raw, "changes", _read_change, entry, credentials)
    if "field" in raw:
        # With Instagram Login, the documents show a change without the list around it.
        change = {"field": raw.get("field"), "value": raw.get("value")}
        changes = read_part("instagram", {"changes": [change]}, "changes", _read_change, entry, credentials)
        events += _payload.within(changes, lambda change: {"id": raw.get("id"), "time": raw.get("time"), **change})
    return events


_NO_INTEREST = {"story_insights", "messaging_handover", "story_reactions", "share_to_story", "delta"}
"""Fields that are known and no part of a conversation."""


def _read_change(change: dict[str, Any], entry: Entry, credentials: Credentials) -> Events:
    field = word(change, "field")
    if field in _NO_INTEREST:
        return []
    if field == "standby" or field.startswith("messag"):
        # The app dashboard's test button sends private messages in this shape.
        events = read_event(as_object(change.get("value")), entry)
        return _payload.within(events, lambda value: {**change, "value": value})
    if field in ("comments", "live_comments"):
        return read_comment(as_object(change.get("value")), entry, credentials)
    if field == "mentions":
        return _mention(as_object(change.get("value")), entry)
    raise UnreadableUpdate("unknown_field")


def read_comment(value: dict[str, Any], entry: Entry, credentials: Credentials) -> Events:
    """A comment, or an answer to one: Instagram shows two levels. Its own time is not told, only the webhook's."""
    comment_id, media_id = as_id(value.get("id")), as_id(json_object(value.get("media")).get("id"))
    if comment_id is None:
        raise UnreadableUpdate("no_id")
    person, parent_id = json_object(value.get("from")), as_id(value.get("parent_id"))
    author_id = as_id(person.get("id"))
    return [
        Fact(
            Kind.MESSAGE,
            Visibility.PUBLIC,
            media_id or parent_id or comment_id,
            as_millis(value.get("timestamp")) or entry.at or 0,
            comment_id,
            parent_id or comment_id,
            author=Author(author_id, as_string(person.get("username")) or as_string(value.get("username"))),
            own=entry.is_own(author_id) or is_ours(person, credentials),
            text=as_text(value.get("text")) or None,
            parent_id=parent_id or media_id,
            permalink=as_string(value.get("permalink")),
            referral=referral("ad", title=as_string(json_object(value.get("media")).get("ad_title"))),
        )
    ]


def _mention(value: dict[str, Any], entry: Entry) -> Events:
    """Somebody names the account in a comment or a caption: all that is told are ids; see ``complete``."""
    media_id, comment_id = as_id(value.get("media_id")), as_id(value.get("comment_id"))
    if media_id is None:
        raise UnreadableUpdate("no_id")
    message_id, branch_id = comment_id or media_id, comment_id or ""
    return [Fact(Kind.MESSAGE, Visibility.PUBLIC, media_id, entry.at or 0, message_id, branch_id)]
