"""Handles: the names by which people address an account come along where a platform tells them."""

from __future__ import annotations

import pytest

from channels.bluesky import posts as bluesky
from channels.mastodon import statuses as mastodon
from channels.telegram import chats as telegram
from channels.x.posts import Place

X = Place(frozenset(), {"7": {"id": "7", "name": "Mira B.", "username": "mirab"}}, {})


@pytest.mark.parametrize(
    ("handle", "expected"),
    [
        (X.author("7").handle, "mirab"),
        (telegram.person_of({"id": 7, "first_name": "Mira", "username": "mirab"}).handle, "mirab"),
        (telegram.person_of({"id": 7, "first_name": "Mira"}).handle, None),
        (
            mastodon.author_of({"id": "7", "acct": "mira@far.example", "url": "https://far.example/@mira"}).handle,
            "mira@far.example",
        ),
        (
            mastodon.author_of({"id": "7", "acct": "mira", "url": "https://near.example/@mira"}).handle,
            "mira@near.example",
        ),
        (mastodon.author_of({"id": "7", "acct": "mira", "url": "https://[near"}).handle, "mira"),
        (bluesky.handle_of({"handle": "mira.example", "displayName": "Mira"}), "mira.example"),
        (bluesky.handle_of({"handle": "handle.invalid"}), None),
    ],
)
def test_handle_is_told(handle: str | None, expected: str | None) -> None:
    assert handle == expected
