"""Records under real content ids and references to each other."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from infra.square.platforms.bluesky.account import letters

if TYPE_CHECKING:
    from infra.square.core.world import World

POST, LIKE, BLOCK, GATE = "app.bsky.feed.post", "app.bsky.feed.like", "app.bsky.graph.block", "app.bsky.feed.threadgate"


def cid_of(content: Any, raw: bool = False) -> str:
    """A content id (version 1, SHA-256) of a record or of a blob's bytes. Records are hashed as JSON, not as CBOR."""
    data = content if isinstance(content, bytes) else json.dumps(content, sort_keys=True).encode()
    return "b" + letters(bytes([1, 0x55 if raw else 0x71, 0x12, 0x20]) + hashlib.sha256(data).digest())


def reference(world: World, uri: str) -> dict[str, str]:
    """Return how a record refers to a post: by its address and content id."""
    post = world.posts.get(uri)
    return {"uri": uri, "cid": post.traits["cid"] if post else cid_of(uri)}
