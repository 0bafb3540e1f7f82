"""Posts of X, of today's and of the older shape, as facts."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from channels._payload import Events, UnreadableUpdate
from channels._values import as_id, as_millis, as_text, content_id
from channels.base import (
    json_list,
    json_object,
)
from conversations.facts import Attachment, Author, Fact, Kind, Visibility
from conversations.message_context import Quote

if TYPE_CHECKING:
    from collections.abc import Mapping


EPOCH = 1_288_834_974_657
"""Milliseconds; an id counts from there, in its upper bits."""
FIRST_SNOWFLAKE = 10**15
"""Smaller ids carry no time."""


class Place(NamedTuple):
    """Context that the updates of one call share: our accounts, and the people and media included in it."""

    ours: frozenset[str]
    people: Mapping[str, dict[str, Any]]
    media: Mapping[str, dict[str, Any]]
    posts: Mapping[str, dict[str, Any]] = MappingProxyType({})

    def author(self, author_id: str | None, told: object = None) -> Author:
        person = json_object(told) or self.people.get(author_id or "", {})
        handle = self.handle(author_id, told)
        return Author(author_id, as_text(person.get("name")) or handle, handle)

    def handle(self, author_id: str | None, told: object = None) -> str | None:
        person = json_object(told) or self.people.get(author_id or "", {})
        return as_text(person.get("username")) or as_text(person.get("screen_name")) or None


def filled_object(value: object) -> dict[str, Any]:
    if not isinstance(value, dict) or not value:
        raise UnreadableUpdate("malformed")
    return value


def post_fact(post: dict[str, Any], place: Place) -> Events:
    """A post of today's shape; an edited one has a new id, and names all it had."""
    newest = as_id(post.get("id"))
    if newest is None:
        raise UnreadableUpdate("no_id")
    referred = [json_object(each) for each in json_list(post.get("referenced_tweets"))]
    if any(each.get("type") == "retweeted" for each in referred):
        return []
    history = [each for each in map(as_id, json_list(post.get("edit_history_tweet_ids"))) if each] or [newest]
    first = min(history, key=rank)
    parent = next((as_id(each.get("id")) for each in referred if each.get("type") == "replied_to"), None)
    quoted = next((as_id(each.get("id")) for each in referred if each.get("type") == "quoted"), None)
    thread = as_id(post.get("conversation_id")) or parent
    is_root = parent is None or first == thread
    author_id = as_id(post.get("author_id"))
    text = as_text(json_object(post.get("note_tweet")).get("text")) or as_text(post.get("text")) or ""
    keys = [key for key in map(as_id, json_list(json_object(post.get("attachments")).get("media_keys"))) if key]
    files = tuple(attachment_of(place.media.get(key, {}), key) for key in dict.fromkeys(keys))
    return [
        Fact(
            Kind.EDITED if newest != first else Kind.MESSAGE,
            Visibility.PUBLIC,
            first if is_root else thread or first,
            moment_of(newest, post.get("created_at")) or 0,
            first,
            "" if is_root else first,
            author=place.author(author_id),
            own=author_id in place.ours,
            text=typed_text(text, post) or None,
            attachments=(*files, *_shared(quoted)),
            quoted=_quote(place.posts.get(quoted or "", {}), place),
            parent_id=None if is_root else parent,
            permalink=_permalink(place.handle(author_id), newest),
            thread_is_guess=not is_root,
        )
    ]


def old_post(post: dict[str, Any], place: Place) -> Events:
    """A post of the older shape, which never names its thread; the full text may stand elsewhere."""
    post_id = as_id(post.get("id_str")) or as_id(post.get("id"))
    if post_id is None:
        raise UnreadableUpdate("no_id")
    if isinstance(post.get("retweeted_status"), dict):
        return []
    person = json_object(post.get("user"))
    author_id = as_id(person.get("id_str")) or as_id(person.get("id"))
    whole = json_object(post.get("extended_tweet"))
    text = as_text(whole.get("full_text")) or as_text(post.get("full_text")) or as_text(post.get("text")) or ""
    parent = as_id(post.get("in_reply_to_status_id_str"))
    quoted = as_id(post.get("quoted_status_id_str")) or as_id(json_object(post.get("quoted_status")).get("id_str"))
    source = whole if whole.get("full_text") else post
    return [
        Fact(
            Kind.MESSAGE,
            Visibility.PUBLIC,
            parent or post_id,
            moment_of(post_id, post.get("timestamp_ms") or _old_time(post.get("created_at"))) or 0,
            post_id,
            post_id if parent else "",
            author=place.author(author_id, person),
            own=author_id in place.ours,
            text=typed_text(text, source) or None,
            attachments=(*_old_files(source), *_shared(quoted)),
            quoted=_old_quote(json_object(post.get("quoted_status")), place),
            parent_id=parent,
            permalink=_permalink(place.handle(author_id, person), post_id),
            thread_is_guess=parent is not None,
        )
    ]


def removed(post_id: object, author_id: object, told_at: object, place: Place) -> Events:
    """That a post was deleted. When, is not told or told wrongly: not before it was written, at least."""
    found, author = as_id(post_id), as_id(author_id)
    if found is None:
        raise UnreadableUpdate("no_id")
    at = max(moment_of(found, None) or 0, as_millis(told_at) or 0)
    own = author in place.ours
    return [
        Fact(
            Kind.REMOVED,
            Visibility.PUBLIC,
            found,
            at,
            found,
            author=place.author(author),
            own=own,
            thread_is_guess=True,
        )
    ]


def old_removal(event: dict[str, Any], place: Place) -> Events:
    status = filled_object(event.get("status"))
    user_id = status.get("user_id_str") or status.get("user_id")
    return removed(status.get("id_str") or status.get("id"), user_id, event.get("timestamp_ms"), place)


def _shared(quoted: str | None) -> tuple[Attachment, ...]:
    return (Attachment("share", _permalink(None, quoted), id=quoted),) if quoted else ()


def _quote(post: dict[str, Any], place: Place) -> Quote | None:
    """Return the words of a post that another one quotes, where the platform tells them."""
    text = as_text(json_object(post.get("note_tweet")).get("text")) or as_text(post.get("text"))
    return Quote(typed_text(text, post) or None, place.author(as_id(post.get("author_id"))).name) if text else None


def _old_quote(post: dict[str, Any], place: Place) -> Quote | None:
    whole, person = json_object(post.get("extended_tweet")), json_object(post.get("user"))
    text = as_text(whole.get("full_text")) or as_text(post.get("full_text")) or as_text(post.get("text"))
    source = whole if whole.get("full_text") else post
    return Quote(typed_text(text, source) or None, place.author(None, person).name) if text else None


def _permalink(handle: str | None, post_id: str) -> str:
    """``i/web`` finds a post of any author."""
    is_plain = handle is not None and re.fullmatch(r"\w{1,50}", handle, re.ASCII)
    return f"https://x.com/{handle if is_plain else 'i/web'}/status/{quote(post_id, safe='')}"


def typed_text(text: str, post: dict[str, Any]) -> str:
    """The text as it was typed: the platform shortens links, adds one for each picture, and escapes three signs."""
    whole = post.get("note_tweet")
    entities = json_object(json_object(whole).get("entities") or post.get("entities"))
    media = [json_object(each) for each in _listed(post, "media")]
    links = [json_object(each) for each in json_list(entities.get("urls"))]
    # A picture's link stands in both lists at times, so it goes before the others are written out.
    for short in [each.get("url") for each in (*media, *(link for link in links if link.get("media_key")))]:
        if isinstance(short, str) and short.startswith(("https://t.co/", "http://t.co/")):
            text = text.replace(short, "", 1)
    for link in links:
        short, long = link.get("url"), as_text(link.get("expanded_url"))
        if isinstance(short, str) and short and long and not link.get("media_key"):
            text = text.replace(short, long, 1)
    return _unescaped(text).strip()


def _unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _listed(post: dict[str, Any], part: str) -> list[Any]:
    """Return what both lists of the older shape name; where they differ, the extended one is right."""
    extended = json_list(json_object(post.get("extended_entities")).get(part))
    return [*(extended or json_list(json_object(post.get("entities")).get(part)))]


def _old_files(post: dict[str, Any]) -> tuple[Attachment, ...]:
    found = {as_id(each.get("id_str")) or content_id(each): each for each in map(json_object, _listed(post, "media"))}
    return tuple(attachment_of(each, key) for key, each in found.items() if each)


_TYPES = {"photo": "image", "animated_gif": "animation", "video": "video"}


def attachment_of(item: dict[str, Any], key: str) -> Attachment:
    kind = item.get("type")
    links = (item.get("url") if item.get("media_key") else None, item.get("media_url_https"), item.get("media_url"))
    link = next((each for each in (*links, item.get("preview_image_url")) if isinstance(each, str) and each), None)
    shown = _TYPES.get(kind, "unknown") if isinstance(kind, str) else "unknown"
    return Attachment(shown, as_text(link) if link else None, as_text(item.get("alt_text")) or None, key)


def rank(number: str) -> tuple[int, str]:
    """Sorts ids, which are numbers in strings, as numbers."""
    return len(number), number


def moment_of(message_id: str | None, told: object) -> int | None:
    """Return the time of writing in milliseconds, by the id; other fields often have only seconds."""
    at = as_millis(told)
    number = int(message_id) if message_id and message_id.isascii() and message_id.isdecimal() else 0
    exact = (number >> 22) + EPOCH if FIRST_SNOWFLAKE < number < 1 << 63 else None
    is_rounded = at is not None and at % 1000 == 0 and exact is not None and abs(exact - at) < 1000
    return exact if at is None or is_rounded else at


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_OLD_TIME = re.compile(r"\w{3} (\w{3}) (\d{2}) (\d{2}):(\d{2}):(\d{2}) \+0000 (\d{4})", re.ASCII)


def _old_time(value: object) -> int | None:
    """``Mon May 19 14:01:46 +0000 2025``, always UTC and in English."""
    match = _OLD_TIME.fullmatch(value) if isinstance(value, str) else None
    if match is None or match[1] not in _MONTHS:
        return None
    year, month = int(match[6]), _MONTHS.index(match[1]) + 1
    day, hour, minute, second = (int(match[place]) for place in range(2, 6))
    return int(datetime(year, month, day, hour, minute, second, tzinfo=UTC).timestamp() * 1000)
