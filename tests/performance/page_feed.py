"""Webhooks of a Facebook Page: what visitors write on it. It needs nothing of the functions."""

from __future__ import annotations

import json
from typing import Any

BEGAN_AT = 1_790_000_000_000


def visitor_post(post_id: str, author: int, name: str, text: str, at: int) -> dict[str, Any]:
    """One post of a visitor, as a change of the Page."""
    value = {
        "from": {"id": str(6_000_000_000_000_000 + author), "name": name},
        "item": "post",
        "verb": "add",
        "post_id": post_id,
        "created_time": at // 1000,
        "message": text,
    }
    return {"field": "feed", "value": value}


def body(page: str, **content: Any) -> bytes:
    """The body of a webhook: ``changes`` of the Page, or events of its ``messaging``."""
    entry = {"id": page, "time": BEGAN_AT, **content}
    return json.dumps({"object": "page", "entry": [entry]}, separators=(",", ":")).encode()
