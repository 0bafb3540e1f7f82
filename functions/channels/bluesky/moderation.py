"""Moderation of messages on Bluesky and of their authors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from channels._values import as_id
from channels.base import (
    Credentials,
    Moderation,
    PermanentFailure,
    Reason,
    json_list,
    json_object,
)
from channels.bluesky.api import answered_at, call, get, record_key_of, repository_of
from channels.bluesky.posts import BLOCK, GATE, LIKE
from channels.bluesky.records import own_record, standing_post

if TYPE_CHECKING:
    from collections.abc import Callable


def _like_it(moderation: Moderation, target: str, credentials: Credentials) -> None:
    post = standing_post(target, credentials)
    mine = as_id(json_object(post.get("viewer")).get("like"))
    if moderation is Moderation.UNLIKE:
        _delete(mine, credentials)
    elif not mine:
        _create(LIKE, {"subject": {"uri": target, "cid": post.get("cid")}}, credentials)


def _block(moderation: Moderation, target: str, credentials: Credentials) -> None:
    profile = get("app.bsky.actor.getProfile", credentials, {"actor": target})
    standing = as_id(json_object(profile.get("viewer")).get("blocking"))
    if moderation is Moderation.UNBLOCK:
        _delete(standing, credentials)
    elif not standing:
        _create(BLOCK, {"subject": target}, credentials)


def _take_down(_moderation: Moderation, target: str, credentials: Credentials) -> None:
    """Only our own: what others wrote can be hidden below our posts, and is theirs."""
    if repository_of(target) != credentials.account_id:
        raise PermanentFailure(Reason.PERMISSION, "not_ours")
    _delete(target, credentials)


def _hide(moderation: Moderation, target: str, credentials: Credentials) -> None:
    """Below a thread that we began, an answer is hidden for everybody by the gate of the thread, which lists those."""
    post = standing_post(target, credentials)
    root = as_id(json_object(json_object(json_object(post.get("record")).get("reply")).get("root")).get("uri")) or ""
    if repository_of(root) != credentials.account_id:
        raise PermanentFailure(Reason.PERMISSION, "not_our_thread")
    gate = own_record(GATE, record_key_of(root), credentials)
    value = json_object(gate.get("value")) if gate else {"$type": GATE, "post": root, "createdAt": answered_at(post)}
    hidden = [each for each in json_list(value.get("hiddenReplies")) if each != target]
    wanted = [*hidden, target] if moderation is Moderation.HIDE else hidden
    document = {
        "repo": credentials.account_id,
        "collection": GATE,
        "rkey": record_key_of(root),
        "record": {**value, "hiddenReplies": wanted},
        # A change made in between must not be lost: then it is done again.
        "swapRecord": gate.get("cid") if gate else None,
    }
    call("POST", "com.atproto.repo.putRecord", credentials, document=document)


MODERATIONS: dict[Moderation, Callable[[Moderation, str, Credentials], None]] = {
    Moderation.LIKE: _like_it,
    Moderation.UNLIKE: _like_it,
    Moderation.BLOCK: _block,
    Moderation.UNBLOCK: _block,
    Moderation.DELETE: _take_down,
    Moderation.HIDE: _hide,
    Moderation.SHOW: _hide,
}


def _create(collection: str, record: dict[str, Any], credentials: Credentials) -> None:
    """A small record of ours. The server keeps one like and one block per subject, however often it is asked."""
    session = get("com.atproto.server.getSession", credentials)
    record = {"$type": collection, **record, "createdAt": answered_at(session)}
    document = {"repo": credentials.account_id, "collection": collection, "record": record}
    call("POST", "com.atproto.repo.createRecord", credentials, document=document)


def _delete(uri: str | None, credentials: Credentials) -> None:
    """Take a record of ours away; one that is not there is no error."""
    if uri:
        collection, _, key = uri.removeprefix("at://").partition("/")[2].partition("/")
        document = {"repo": credentials.account_id, "collection": collection, "rkey": key}
        call("POST", "com.atproto.repo.deleteRecord", credentials, document=document)
