"""Lengths of texts and places of facets, as the server checks them."""

from __future__ import annotations

from typing import Any

from wcwidth import iter_graphemes

from infra.square.platforms.bluesky.call import Refused

POST_LIMITS, CHAT_LIMITS = (300, 3000), (1000, 10_000)


def check_length(text: str, limits: tuple[int, int], what: str) -> None:
    if len(text.encode()) > limits[1]:
        raise Refused("InvalidRequest", f"{what} must not be longer than {limits[1]} characters")
    if sum(1 for _ in iter_graphemes(text)) > limits[0]:
        raise Refused("InvalidRequest", f"{what} must not be longer than {limits[0]} graphemes")


def check_facets(holder: dict[str, Any], text: str) -> None:
    """Their places are bytes; one in the middle of a letter is refused here, where the platform shows nonsense."""
    content = text.encode()
    for facet in holder.get("facets", []):
        start, end = facet["index"]["byteStart"], facet["index"]["byteEnd"]
        try:
            content[start:end].decode()
        except UnicodeDecodeError:
            end = -1
        if not 0 <= start < end <= len(content):
            raise Refused("InvalidRequest", "a facet does not stand on whole letters")
