"""Public changes on a Page, as facts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from channels import _payload
from channels._messenger import Entry, as_string, emoji, read_event, read_part, word
from channels._payload import Events, UnreadableUpdate, as_object
from channels._values import as_id, as_millis, as_text
from channels.base import (
    json_list,
    json_object,
)
from conversations.facts import RATINGS, Attachment, Author, Fact, Kind, Visibility

if TYPE_CHECKING:
    from collections.abc import Callable


def read_entry(raw: dict[str, Any], account: str) -> Events:
    entry = Entry(as_id(raw.get("id")), as_millis(raw.get("time")), account)
    parts = (("messaging", read_event), ("standby", read_event), ("changes", _read_change))
    return [event for part, read in parts for event in read_part("facebook", raw, part, read, entry)]


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


def _read_change(change: dict[str, Any], entry: Entry) -> Events:
    field = word(change, "field")
    if field == "standby" or field.startswith("messag"):
        # The app dashboard's test button sends Messenger's events in this shape.
        events = read_event(as_object(change.get("value")), entry)
        return _payload.within(events, lambda value: {**change, "value": value})
    if field in _QUIET_FIELDS:
        return []
    items = _FIELDS.get(field)
    if items is None:
        raise UnreadableUpdate("unknown_field")
    value = as_object(change.get("value"))
    if _says_nothing(value):
        return []
    read = items.get(word(value, "item"))
    if read is None:
        raise UnreadableUpdate("unknown_item")
    return read(value, entry)


_QUIET_FIELDS = {"conversations", "live_videos", "name", "picture"}
"""Fields about the Page itself, or about messages of which others tell more."""
_QUIET_ITEMS = {
    "address",
    "connection",
    "experience",
    "follow",
    "interest",
    "page",
    "profile",
    "relationship-status",
    "tag",
    "timeline cover",
}
"""Items that are no message, nor part of one."""
_QUIET_VERBS = {"mute", "unmute", "follow"}
_ABOUT_A_FILE = {"block", "unblock", "update"}
"""Verbs of what the platform does to a video or picture of the Page, if no post is named."""


def _says_nothing(value: dict[str, Any]) -> bool:
    """Return whether a change is no part of any conversation: of the Page, or of a file of its own."""
    item, verb = word(value, "item"), word(value, "verb")
    if item in _QUIET_ITEMS or verb in _QUIET_VERBS:
        return True
    may_be_of_page = item in ("like", "reaction") and verb in _REACTION_VERBS
    may_be_of_file = item in _LINKED and verb in _ABOUT_A_FILE
    places = ("post_id", "comment_id", "album_id", "parent_id")
    return (may_be_of_page or may_be_of_file) and not any(as_id(value.get(name)) for name in places)


class _Spot(Struct, frozen=True):
    """The position of a message in a public thread."""

    thread_id: str
    message_id: str
    branch_id: str = ""
    parent_id: str | None = None


def _spot_of_comment(value: dict[str, Any]) -> _Spot:
    post_id, comment_id = as_id(value.get("post_id")), as_id(value.get("comment_id"))
    if not post_id or not comment_id:
        raise UnreadableUpdate("no_id")
    parent_id = as_id(value.get("parent_id"))
    is_top = parent_id is None or _last_part(parent_id) == _last_part(post_id)
    return _Spot(post_id, comment_id, comment_id if is_top else str(parent_id), parent_id or post_id)


def _spot_of_post(value: dict[str, Any], *names: str) -> _Spot:
    """The post itself, by the first of the ids that is there."""
    found = next(filter(None, (as_id(value.get(name)) for name in names)), None)
    if found is None:
        raise UnreadableUpdate("no_id")
    return _Spot(found, found)


def _last_part(full_id: str) -> str:
    """``<page>_<post>`` is also written ``<post>``."""
    return full_id.rpartition("_")[2]


def read_post(value: dict[str, Any], entry: Entry) -> Events:
    return _said(value, entry, _spot_of_post(value, "post_id", "album_id"))


def _rating(value: dict[str, Any], entry: Entry) -> Events:
    return _said(value, entry, _spot_of_post(value, "open_graph_story_id", "post_id"))


def _of_review(read: Callable[[dict[str, Any], Entry], Events]) -> Callable[[dict[str, Any], Entry], Events]:
    """Return a reader of what is about a review: only there the review's id has its author's in front of it."""

    def read_it(value: dict[str, Any], entry: Entry) -> Events:
        ids = {name: full_id for name in ("post_id", "open_graph_story_id") if (full_id := as_id(value.get(name)))}
        shorter = {name: _last_part(full_id) for name, full_id in ids.items()}
        parent_id = as_id(value.get("parent_id"))
        if parent_id and _last_part(parent_id) == shorter.get("post_id"):
            shorter["parent_id"] = shorter["post_id"]
        return read({**value, **shorter}, entry)

    return read_it


def read_comment(value: dict[str, Any], entry: Entry) -> Events:
    return _said(value, entry, _spot_of_comment(value))


def _mentioned_comment(value: dict[str, Any], entry: Entry) -> Events:
    """Of a foreign thread the Page is told nothing but this comment, so the comment is the branch."""
    spot = _spot_of_comment(value)
    return _said(value, entry, _Spot(spot.thread_id, spot.message_id, spot.message_id, spot.parent_id))


def _said(value: dict[str, Any], entry: Entry, spot: _Spot) -> Events:
    kind = _VERBS.get(word(value, "verb"))
    if kind is None:
        raise UnreadableUpdate("unknown_verb")
    return [
        _fact(
            kind,
            value,
            entry,
            spot,
            text=_words(kind, value),
            attachments=() if kind is Kind.REMOVED else _media(value),
            parent_id=spot.parent_id,
            permalink=_permalink(value, spot),
            # A review says more with this than with its text, which many do not have.
            rating=_rating_of(value),
        )
    ]


def _rating_of(value: dict[str, Any]) -> str | None:
    """Return a recommendation, which is also written in capitals, or the stars of an older review."""
    told = (value.get("recommendation_type"), value.get("rating"))
    return next((rating for each in told if (rating := (as_id(each) or "").lower()) in RATINGS), None)


def _fact(kind: Kind, value: dict[str, Any], entry: Entry, spot: _Spot, **content: Any) -> Fact:
    author, at = _author(value), _time(kind, value, entry)
    place = (spot.thread_id, at, spot.message_id, spot.branch_id)
    return Fact(kind, Visibility.PUBLIC, *place, author=author, own=entry.is_own(author.id), **content)


def _words(kind: Kind, value: dict[str, Any]) -> str | None:
    """Nothing of what was removed. In an edit, an empty text is one; otherwise it only means that there is none."""
    if kind is Kind.REMOVED:
        return None
    text = as_text(value.get("message") if "message" in value else value.get("review_text"))
    return text if kind is Kind.EDITED else text or None


def _time(kind: Kind, value: dict[str, Any], entry: Entry) -> int:
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
    media = [Attachment("image", url) for photo in photos if (url := as_string(photo))]
    media += [Attachment("image", id=photo) for item in json_list(value.get("photo_ids")) if (photo := as_id(item))]
    if url := as_string(value.get("video")):
        media.append(Attachment("video", url))
    item, link = word(value, "item"), as_string(value.get("link"))
    media_id = as_id(value.get(f"{item}_id")) if item in _LINKED else None
    if not media and (link or media_id):
        media.append(Attachment(_LINKED.get(item, "link"), link, id=media_id))
    return tuple(media)


_LINKED = {"photo": "image", "video": "video"}
"""Types of attachment that the ``link`` of a post may be instead of a link."""


def _permalink(value: dict[str, Any], spot: _Spot) -> str | None:
    url = as_string(json_object(value.get("post")).get("permalink_url")) or ""
    if not url.startswith(("https://", "http://")):
        return None
    if not spot.branch_id:
        return url
    return f"{url}{'&' if '?' in url else '?'}comment_id={_last_part(spot.message_id)}"


def _feed_reaction(value: dict[str, Any], entry: Entry) -> Events:
    """``edit`` is another reaction in place of the first, and no change of the content."""
    kind = _REACTION_VERBS.get(word(value, "verb"))
    if kind is None:
        raise UnreadableUpdate("unknown_verb")
    spot = _spot_of_comment(value) if as_id(value.get("comment_id")) else _spot_of_post(value, "post_id", "album_id")
    name = word(value, "reaction_type") or "like"
    return [_fact(kind, value, entry, spot, payload=emoji(name))]


_POSTS = ("post", "status", "photo", "video", "share", "album", "note", "link", "event")
_RARE_POSTS = ("photo-album", "question", "milestone", "offer", "coupon", "story", "platform-story")
_ITEMS: dict[str, Callable[[dict[str, Any], Entry], Events]] = {
    **dict.fromkeys(_POSTS + _RARE_POSTS, read_post),
    "rating": _rating,
    "comment": read_comment,
    "reaction": _feed_reaction,
    "like": _feed_reaction,
}
_FIELDS = {
    "feed": _ITEMS,
    "ratings": {item: _of_review(read) for item, read in _ITEMS.items()},
    "mention": {**_ITEMS, "comment": _mentioned_comment},
}
