"""The picture of a found post: fetched when an agent asks for it, and stored nowhere.

It is a stranger's, so no copy of it outlives the answer; and its server learns of a look only when somebody wants one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from channels import _http
from channels.base import Media
from conversations import mime
from shared import http_guard, settings

if TYPE_CHECKING:
    from outreach.found_posts import FoundPost

LARGEST = 2_000_000
"""Bytes."""
SECONDS = 8


class Picture(Struct, frozen=True):
    """A picture that a page may show."""

    mime: str
    content: bytes


def fetch(post: FoundPost) -> Picture | None:
    """Return the first picture of a post; None where it has none, or where it cannot be had or shown."""
    address = next((each.url for each in post.attachments if each.type == "image" and each.url), None)
    if address is None:
        return None
    http_guard.permit(settings.network())
    try:
        content = _http.download(Media(address), LARGEST, seconds=SECONDS).content
    except (_http.NoAnswer, _http.NotGiven):
        return None
    mime_type = mime.type_of(content, "")
    return Picture(mime_type, content) if mime_type in mime.SHOWN and mime_type.startswith("image/") else None
