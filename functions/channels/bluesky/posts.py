"""Posts, likes and the notifications of them, as facts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from channels._links import with_links
from channels._payload import UnreadableUpdate
from channels._values import as_id, as_millis
from channels.base import (
    json_list,
    json_object,
)
from channels.bluesky.api import record_key_of, repository_of, string
from conversations.facts import Attachment, Author, Fact, Kind, Visibility

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


SITE_URL = "https://bsky.app"
POST, LIKE, BLOCK, GATE = "app.bsky.feed.post", "app.bsky.feed.like", "app.bsky.graph.block", "app.bsky.feed.threadgate"
LINK = "app.bsky.richtext.facet#link"
TALK = ("mention", "reply", "quote")
LIKES = ("like", "like-via-repost")
"""Of a post of ours; and of one of somebody else that we passed on, who may be a customer."""
HEART = "❤"


class Reader(Struct, frozen=True):
    """Context of an update: our account, and the chats by their ids."""

    account: str
    cdn: str
    convos: Mapping[str, Any]


_NO_INTEREST = frozenset(
    {
        "repost",
        "follow",
        "starterpack-joined",
        "verified",
        "unverified",
        "repost-via-repost",
        "subscribed-post",
        "contact-match",
    }
)


def notification(item: dict[str, Any], reader: Reader) -> Fact | None:
    reason = string(item.get("reason"))
    if reason in TALK:
        return read_post(item, reader)
    if reason in LIKES:
        return _like(item)
    if reason in _NO_INTEREST:
        return None
    raise UnreadableUpdate("unknown_reason")


def read_post(item: dict[str, Any], reader: Reader) -> Fact:
    """Return a post, as a notification or a view of it shows it; raises ``UnreadableUpdate``."""
    uri, record = as_id(item.get("uri")), item.get("record")
    author = json_object(item.get("author"))
    did = as_id(author.get("did"))
    if not uri or not did or not isinstance(record, dict):
        raise UnreadableUpdate("malformed")
    reply = json_object(record.get("reply"))
    parent = as_id(json_object(reply.get("parent")).get("uri"))
    thread, branch, is_guess = _place(uri, as_id(json_object(reply.get("root")).get("uri")) or parent, reader.account)
    return Fact(
        Kind.MESSAGE,
        Visibility.PUBLIC,
        thread,
        as_millis(item.get("indexedAt")) or as_millis(record.get("createdAt")) or 0,
        uri,
        branch,
        author=Author(did, display_name(author), handle_of(author)),
        own=did == reader.account,
        text=words_of(record),
        attachments=tuple(_attachments(json_object(record.get("embed")), did, reader.cdn)),
        parent_id=parent,
        permalink=permalink(uri),
        thread_is_guess=is_guess,
    )


def words_of(record: dict[str, Any]) -> str | None:
    """Return the text of a post or a message with the whole addresses of its links, which its facets hold."""
    text = string(record.get("text"))
    links = [link for facet in json_list(record.get("facets")) for link in _links(json_object(facet))]
    return with_links(text.encode(), links, "utf-8") if text and links else text


def _links(facet: dict[str, Any]) -> Iterator[tuple[int, int, str]]:
    """Yield where a facet's link stands, in bytes of UTF-8, and its address."""
    index = json_object(facet.get("index"))
    start, end = index.get("byteStart"), index.get("byteEnd")
    for feature in map(json_object, json_list(facet.get("features"))):
        address = string(feature.get("uri"))
        if feature.get("$type") == LINK and address and type(start) is int and type(end) is int and start >= 0:
            yield start, end, address


def _place(uri: str, root: str | None, account: str) -> tuple[str, str, bool]:
    """The thread and branch of a post, and whether the message it answers may know better.

    A person who answers below what they began themselves is in that conversation. Everybody else has one of their own,
    unless they answer a message whose conversation is known.
    """
    if not root or root == uri:
        return uri, "", True
    is_own_thread = repository_of(root) == repository_of(uri) and repository_of(root) != account
    return (root, "", False) if is_own_thread else (root, uri, True)


def _like(item: dict[str, Any]) -> Fact | None:
    """A like says which post it means; the subject of its reason may be our repost of that."""
    subject = as_id(json_object(json_object(item.get("record")).get("subject")).get("uri"))
    liked, author = subject or as_id(item.get("reasonSubject")), json_object(item.get("author"))
    did = as_id(author.get("did"))
    if not liked or not did:
        raise UnreadableUpdate("malformed")
    if repository_of(liked) and f"/{POST}/" not in liked:
        return None  # a feed or a list of ours
    return Fact(
        Kind.REACTION,
        Visibility.PUBLIC,
        liked,
        as_millis(item.get("indexedAt")) or 0,
        liked,
        author=Author(did, display_name(author), handle_of(author)),
        payload=HEART,
        thread_is_guess=True,
    )


def _attachments(embed: dict[str, Any], did: str, cdn: str) -> Iterator[Attachment]:
    """Pictures, films, links and quoted posts, of every kind of embed; one of a new kind is left out."""
    if media := embed.get("media"):
        yield from _attachments({**json_object(media), "media": None}, did, cdn)
    for picture in map(json_object, [*json_list(embed.get("images")), *json_list(embed.get("items"))]):
        if cid := _cid(picture.get("image")):
            url = f"{cdn}/img/feed_fullsize/plain/{did}/{cid}@jpeg"
            yield Attachment("image", url, string(picture.get("alt")), cid)
    if cid := _cid(embed.get("video")):
        yield Attachment("video", title=string(embed.get("alt")), id=cid)
    external = json_object(embed.get("external"))
    if url := string(external.get("uri")):
        yield Attachment("link", url, string(external.get("title")))
    quoted = json_object(embed.get("record"))
    if uri := as_id(quoted.get("uri")) or as_id(json_object(quoted.get("record")).get("uri")):
        yield Attachment("share", permalink(uri), id=uri)


def _cid(blob: object) -> str | None:
    """The name of a blob; very old records have it in another place."""
    document = json_object(blob)
    return as_id(json_object(document.get("ref")).get("$link")) or as_id(document.get("cid"))


def display_name(profile: dict[str, Any]) -> str | None:
    return string(profile.get("displayName")) or handle_of(profile)


def handle_of(profile: dict[str, Any]) -> str | None:
    handle = string(profile.get("handle"))
    return handle if handle != "handle.invalid" else None


def permalink(uri: str) -> str | None:
    repo = repository_of(uri)
    return f"{SITE_URL}/profile/{repo}/post/{record_key_of(uri)}" if repo and f"/{POST}/" in uri else None
