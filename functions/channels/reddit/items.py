"""Comments, posts and messages of Reddit as facts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from channels import _payload
from channels._payload import Events, UnreadableUpdate
from channels._values import as_id, as_millis, as_text
from channels.base import (
    Credentials,
    json_list,
    json_object,
)
from conversations.facts import Attachment, Author, Fact, Kind, Source, Unreadable, Visibility

if TYPE_CHECKING:
    from collections.abc import Iterator


SITE_URL = "https://www.reddit.com"
COMMENT, POST, LETTER = "t1", "t3", "t4"
ERASED = ("[deleted]", "[removed]")


def read(document: dict[str, Any], credentials: Credentials, since: int) -> Events:
    """The facts, oldest first, so that a message is known before its answers are.

    Of what was known before, only what was edited ``since`` (milliseconds) or erased is told.
    """
    events: Events = []
    new: list[dict[str, Any]] = []
    names: set[str] = set()
    listings = document.get("listings", [document])
    for listing in json_list(listings):
        # The platform puts the newest first, and counts whole seconds.
        for item in reversed(list(items_of(listing, events))):
            # What stands in two listings is told once.
            name = fullname(item)
            if name is None or name not in names:
                new.append(item)
                names.add(name or "")
    events += _payload.within(_payload.read_each("reddit", new, _read_item, credentials, None), _listing)
    events.sort(key=lambda each: each.at if isinstance(each, Fact) else 0)
    known: Events = []
    rechecked = list(items_of(document.get("rechecked"), known))
    known += _payload.within(_payload.read_each("reddit", rechecked, _read_item, credentials, since), _listing)
    return events + _payload.within(known, lambda listing: {"listings": [], "rechecked": listing})


def _listing(item: Any) -> dict[str, Any]:
    """Return a listing of one item."""
    return {"data": {"children": [item]}}


def items_of(listing: object, odd: Events | None = None) -> Iterator[dict[str, Any]]:
    """The objects in a listing; what should be one and is not goes to ``odd``."""
    children = json_object(json_object(listing).get("data")).get("children")
    if odd is not None and children is not None and not isinstance(children, list):
        odd.append(_payload.unreadable("malformed", listing))
    for item in json_list(children):
        if isinstance(item, dict):
            yield item
        elif odd is not None:
            odd.append(Unreadable("malformed", item, Source(_listing(item))))


def _read_item(item: dict[str, Any], credentials: Credentials, since: int | None) -> Events:
    fact = message(item, credentials)
    if fact is None:
        return []
    return [fact] if since is None else _changes(fact, data_of(item), since)


def _changes(fact: Fact, data: dict[str, Any], since: int) -> Events:
    """Return what became of an item that was told before."""
    if fact.kind is Kind.REMOVED:
        return [fact]
    edited = data.get("edited")
    at = as_millis(edited) if not isinstance(edited, bool) else None
    if at is None or at < since or fact.visibility is Visibility.PRIVATE:
        return []
    return [replace(fact, kind=Kind.EDITED, at=at, attachments=())]


def message(item: dict[str, Any], credentials: Credentials) -> Fact | None:
    """Return what an item of a listing says; None for our own post. Raises ``UnreadableUpdate``."""
    kind, data = item.get("kind"), data_of(item)
    if kind == "more":
        return None
    if kind not in (COMMENT, POST, LETTER):
        raise UnreadableUpdate("unknown_kind")
    name = fullname(item)
    if not name or not data:
        raise UnreadableUpdate("malformed")
    if kind == LETTER:
        return _letter(name, data, credentials)
    fact = _post(name, data, credentials) if kind == POST else _comment(name, data, credentials)
    if fact is None or not is_erased(item):
        return fact
    return replace(fact, kind=Kind.REMOVED, text=None, title=None, attachments=(), author=Author())


def _post(name: str, data: dict[str, Any], credentials: Credentials) -> Fact | None:
    """A post of somebody else; our own is what people comment on, and no conversation."""
    own = is_own(data, credentials)
    if own:
        return None
    title = _string(data.get("title"))
    return Fact(
        Kind.MESSAGE,
        Visibility.PUBLIC,
        name,
        as_millis(data.get("created_utc")) or 0,
        name,
        author=_author(data),
        text=_string(data.get("selftext")) or title,
        attachments=tuple(_attachments(data)),
        permalink=_permalink(data),
        title=title,
        thread_is_guess=True,
    )


def _comment(name: str, data: dict[str, Any], credentials: Credentials) -> Fact:
    """A comment, from a listing or from the inbox, which says less."""
    parent, link = as_id(data.get("parent_id")), as_id(data.get("link_id")) or _link_in(data)
    if not link:
        link = parent if parent and parent.startswith(f"{POST}_") else None
    if not link:
        raise UnreadableUpdate("no_thread")
    begun_by = as_text(data.get("link_author"))
    # In the inbox nobody says who began it; there it is ours, or in another place.
    is_theirs = bool(begun_by) and not _is_us(begun_by, credentials)
    return Fact(
        Kind.MESSAGE,
        Visibility.PUBLIC,
        link,
        as_millis(data.get("created_utc")) or 0,
        name,
        "" if is_theirs else name,
        author=_author(data),
        own=is_own(data, credentials),
        text=_string(data.get("body")),
        parent_id=parent,
        permalink=_permalink(data),
        title=_string(data.get("link_title")),
        thread_is_guess=True,
    )


def _letter(name: str, data: dict[str, Any], credentials: Credentials) -> Fact | None:
    """A private message; some come from the platform itself, or from a subreddit's moderators, and from nobody."""
    if data.get("distinguished") in ("admin", "gold-auto"):
        return None
    own, author = is_own(data, credentials), _author(data)
    customer = as_id(data.get("dest")) if own else author.id
    if not customer:
        raise UnreadableUpdate("no_customer")
    return Fact(
        Kind.MESSAGE,
        Visibility.PRIVATE,
        as_id(data.get("first_message_name")) or name,
        as_millis(data.get("created_utc")) or 0,
        name,
        author=author,
        own=own,
        text=_string(data.get("body")),
        parent_id=as_id(data.get("parent_id")),
        title=_string(data.get("subject")),
        customer_id=customer,
    )


def _attachments(data: dict[str, Any]) -> Iterator[Attachment]:
    """Pictures of a gallery, one picture, a film, or what a post links to."""
    for number, picture in json_object(data.get("media_metadata")).items():
        if url := _string(json_object(json_object(picture).get("s")).get("u")):
            yield Attachment("image", url, id=as_id(number))
    url = _string(data.get("url_overridden_by_dest"))
    if not url or data.get("is_gallery") is True:
        return
    if data.get("is_video") is True:
        video = json_object(json_object(data.get("media")).get("reddit_video"))
        yield Attachment("video", _string(video.get("fallback_url")) or url)
    else:
        yield Attachment("image" if data.get("post_hint") == "image" else "link", url)


def data_of(item: dict[str, Any]) -> dict[str, Any]:
    return json_object(item.get("data"))


def fullname(item: dict[str, Any]) -> str | None:
    data = data_of(item)
    plain = as_id(data.get("id"))
    return as_id(data.get("name")) or (f"{item.get('kind')}_{plain}" if plain else None)


def is_erased(item: dict[str, Any]) -> bool:
    """Deleted by who wrote it, or removed by a moderator. Somebody whose account is deleted has still said it."""
    data = data_of(item)
    if item.get("kind") == POST:
        return data.get("selftext") in ERASED or bool(data.get("removed_by_category"))
    return data.get("body") in ERASED


def _author(data: dict[str, Any]) -> Author:
    name = _string(data.get("author"))
    if not name or name in ERASED:
        return Author()
    return Author(as_id(data.get("author_fullname")) or as_id(name), name)


def is_own(data: dict[str, Any], credentials: Credentials) -> bool:
    return _is_us(data.get("author"), credentials) or _is_us(data.get("author_fullname"), credentials)


def _is_us(name: object, credentials: Credentials) -> bool:
    return isinstance(name, str) and name.lower() == credentials.account_id.lower()


_CONTEXT = re.compile(r"/comments/([a-z0-9]{1,20})(?:/|$)")


def _link_in(data: dict[str, Any]) -> str | None:
    """The post in the path that an item of the inbox has as its context."""
    match = _CONTEXT.search(_string(data.get("context")) or "")
    return f"{POST}_{match[1]}" if match else None


def _permalink(data: dict[str, Any]) -> str | None:
    """The same from a listing and from the inbox, where it has a query."""
    path = (_string(data.get("permalink")) or _string(data.get("context")) or "").partition("?")[0]
    return f"{SITE_URL}{path}" if path.startswith("/") else None


def _string(value: object) -> str | None:
    return as_text(value) or None if isinstance(value, str) else None
