"""Records of Bluesky: posts as they stand, our own, and the keys that we give them."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

from channels.base import (
    Credentials,
    PermanentFailure,
    Reason,
    json_list,
    json_object,
)
from channels.bluesky.api import get


def standing_post(uri: str, credentials: Credentials) -> dict[str, Any]:
    """A post as it stands now; what is deleted, or hidden from us, is missing."""
    posts = json_list(get("app.bsky.feed.getPosts", credentials, {"uris": [uri]}).get("posts"))
    found = next((each for each in map(json_object, posts) if each.get("uri") == uri), None)
    if found is None:
        raise PermanentFailure(Reason.GONE, "post_gone")
    return found


def own_record(collection: str, key: str, credentials: Credentials) -> dict[str, Any] | None:
    params = {"repo": credentials.account_id, "collection": collection, "rkey": key}
    try:
        return get("com.atproto.repo.getRecord", credentials, params)
    except PermanentFailure as failure:
        if failure.reason is Reason.GONE:
            return None
        raise


_SORTABLE = "234567abcdefghijklmnopqrstuvwxyz"


def record_key(message_id: str) -> str:
    """A record's key out of nothing but our own id: 13 letters that sort by time, as atproto.com/specs/tid wants it.

    Our ids begin with their time in milliseconds; the microseconds and the clock's number are taken from the rest.
    """
    noise = int.from_bytes(blake2b(message_id.encode(), digest_size=8).digest())
    head = message_id[:13]
    millis = int(head) if head.isascii() and head.isdecimal() and len(head) == 13 else noise >> 24
    number = ((millis * 1000 + noise % 1000) & (2**53 - 1)) << 10 | (noise >> 10) % 1024
    return "".join(_SORTABLE[(number >> shift) & 31] for shift in range(60, -1, -5))
