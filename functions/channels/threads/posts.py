"""Posts and answers of Threads as facts, however they became known."""

from __future__ import annotations

from typing import Any

from channels import _payload
from channels._messenger import as_string, word
from channels._payload import Events, UnreadableUpdate, as_object
from channels._values import as_id, as_millis, as_text
from channels.base import Credentials, json_object
from conversations.facts import Attachment, Author, Fact, Kind, Visibility

FIELDS = "id,username,text,permalink,timestamp,media_type,replied_to,root_post"


def read_webhook(change: dict[str, Any], sent_at: int | None, target: str | None, credentials: Credentials) -> Events:
    """An app has one address for all profiles: what is about another one is for that one's connection.

    Without that connection it is told here all the same: below a stranger's post it may be an answer to ours.
    """
    events = read_change(change, sent_at, credentials)
    value = json_object(change.get("value"))
    account = _account_of(word(change, "field"), value, target)
    root = json_object(value.get("root_post"))
    is_ours = _is_ours(root, credentials) or is_our_name(value.get("username"), credentials)
    if account in (None, credentials.account_id) or is_ours:
        return events
    return _payload.elsewhere(account, change, events, tuple(event for event in events if isinstance(event, Fact)))


def _account_of(field: str, value: dict[str, Any], target: str | None) -> str | None:
    """Return whose change it is, as far as it says so. That of a mention is undocumented: the target of the call."""
    if field == "mentions":
        return target
    owner = value.get("root_post") if field == "replies" else value.get("owner")
    return as_id(json_object(owner).get("owner_id"))


def read_change(change: dict[str, Any], sent_at: int | None, credentials: Credentials) -> Events:
    field = word(change, "field")
    if field == "publish":
        return []  # our own posts, without their text: polling tells of those that are answers
    if field not in ("replies", "mentions", "delete"):
        raise UnreadableUpdate("unknown_field")
    value = as_object(change.get("value"))
    return [_deleted(value, sent_at) if field == "delete" else read_post(value, sent_at, credentials)]


def read_post(value: dict[str, Any], sent_at: int | None, credentials: Credentials) -> Fact:
    """A post or an answer, the same by whichever way it became known."""
    message_id = as_id(value.get("id"))
    if message_id is None:
        raise UnreadableUpdate("no_id")
    root, parent_id = json_object(value.get("root_post")), as_id(json_object(value.get("replied_to")).get("id"))
    root_id, username = as_id(root.get("id")), as_string(value.get("username"))
    # Each answer directly below a post of ours is a conversation; otherwise what it answers says where it belongs. All
    # are guesses, so that their ids are remembered for those who answer them.
    is_top = parent_id is not None and parent_id == root_id and _is_ours(root, credentials)
    return Fact(
        Kind.MESSAGE,
        Visibility.PUBLIC,
        parent_id or message_id,
        as_millis(value.get("timestamp")) or sent_at or 0,
        message_id,
        message_id if is_top else "",
        author=Author(username, username),
        own=is_our_name(username, credentials),
        text=as_text(value.get("text")) or None,
        attachments=_files(value),
        parent_id=parent_id,
        permalink=as_string(value.get("permalink")),
        thread_is_guess=True,
    )


def _deleted(value: dict[str, Any], sent_at: int | None) -> Fact:
    """A post of ours was taken down."""
    message_id = as_id(value.get("id"))
    if message_id is None:
        raise UnreadableUpdate("no_id")
    at = as_millis(value.get("deleted_at")) or sent_at or 0
    return Fact(Kind.REMOVED, Visibility.PUBLIC, message_id, at, message_id, thread_is_guess=True)


def _is_ours(root: dict[str, Any], credentials: Credentials) -> bool:
    return as_id(root.get("owner_id")) == credentials.account_id or is_our_name(root.get("username"), credentials)


def is_our_name(username: object, credentials: Credentials) -> bool:
    ours = credentials.options.get("username", "")
    return isinstance(username, str) and bool(ours) and username.casefold() == ours.casefold()


_MEDIA = {"IMAGE": "image", "VIDEO": "video", "AUDIO": "audio", "CAROUSEL_ALBUM": "album"}


def _files(value: dict[str, Any]) -> tuple[Attachment, ...]:
    """Return what stands beside the text, by its kind; see ``media``. Links to it end soon and differ each time."""
    kind = _MEDIA.get(word(value, "media_type"))
    return (Attachment(kind, id=as_id(value.get("id"))),) if kind else ()
