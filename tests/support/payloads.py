"""Payloads of webhooks as Facebook delivers them."""

from __future__ import annotations

from typing import Any

from tests.support.platform import PAGE

Json = dict[str, Any]
CUSTOMER = "7001"
NEIGHBOUR = "7002"
NAMES = {CUSTOMER: "Jana", NEIGHBOUR: "Ole", PAGE: "Telefunk"}
START = 1_790_000_000
"""Seconds: when it all began."""


def delivery(*updates: Json) -> Json:
    """One POST with these updates, each in an entry of its own."""
    return {"object": "page", "entry": [{"id": PAGE, "time": START} | update for update in updates]}


def message(mid: str, text: str = "Hallo", at: int = START * 1000, customer: str = CUSTOMER, **more: Any) -> Json:
    """A customer's private message; ``at`` in milliseconds."""
    return _private(customer, PAGE, at, message={"mid": mid, "text": text} | more)


def echo(mid: str, text: str, at: int, customer: str = CUSTOMER, **more: Any) -> Json:
    """A private message of the company's, as the platform tells of it."""
    return _private(PAGE, customer, at, message={"mid": mid, "text": text, "is_echo": True} | more)


def post(
    post_id: str = f"{PAGE}_1", text: str = "Mein WLAN ist kaputt", author: str = CUSTOMER, at: int = START
) -> Json:
    """A post on the Page; ``at`` in seconds."""
    return _change(
        item="status", verb="add", post_id=post_id, message=text, created_time=at, published=1, author=author
    )


def comment(
    comment_id: str,
    text: str = "Bei mir auch",
    author: str = CUSTOMER,
    at: int = START + 60,
    parent_id: str = f"{PAGE}_1",
    post_id: str = f"{PAGE}_1",
    verb: str = "add",
) -> Json:
    """A comment below a post or another comment; ``at`` in seconds."""
    return _change(
        item="comment",
        verb=verb,
        post_id=post_id,
        parent_id=parent_id,
        comment_id=comment_id,
        message=text,
        created_time=at,
        author=author,
    )


def _private(sender: str, recipient: str, at: int, **event: Any) -> Json:
    return {"messaging": [{"sender": {"id": sender}, "recipient": {"id": recipient}, "timestamp": at} | event]}


def _change(author: str, **value: Any) -> Json:
    value["from"] = {"id": author, "name": NAMES[author]}
    return {"changes": [{"field": "feed", "value": value}]}
