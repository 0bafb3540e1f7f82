"""Requests by which a channel asks who blocks us, and what odd answers mean."""

from __future__ import annotations

from typing import Any

import pytest

import channels
from channels.base import Credentials, PermanentFailure
from channels.bluesky import searching as bluesky
from channels.mastodon import searching as mastodon

OURS = Credentials("1", {"access_token": "t"}, {"base_url": "https://nord.example"})


def test_mastodon_is_asked_for_relationships_of_all_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    told = [{"id": "7", "blocked_by": True}, {"id": "8", "blocked_by": False}, {"id": "9", "blocked_by": "true"}, 5, {}]

    def call(method: str, path: str, _credentials: Credentials, params: object) -> object:
        asked.append((method, path, params))
        return told

    monkeypatch.setattr(mastodon, "call", call)
    assert mastodon.MastodonSearcher().blocked_by(("7", "8", "9"), OURS) == {"7"}
    assert asked == [("GET", "v1/accounts/relationships", {"id[]": ["7", "8", "9"]})]


def test_bluesky_is_asked_for_profiles_of_all_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    states = [("did:plc:a", {"blockedBy": True}), ("did:plc:b", {"blockedBy": False}), ("did:plc:c", None)]
    told = [{"did": did, "viewer": viewer} for did, viewer in states]

    def get(nsid: str, _credentials: Credentials, params: object) -> object:
        asked.append((nsid, params))
        return {"profiles": [*told, {"viewer": {"blockedBy": True}}, 5]}

    monkeypatch.setattr(bluesky, "get", get)
    assert bluesky.BlueskySearcher().blocked_by(("did:plc:a", "did:plc:b"), OURS) == {"did:plc:a"}
    assert asked == [("app.bsky.actor.getProfiles", {"actors": ["did:plc:a", "did:plc:b"]})]


@pytest.mark.parametrize("name", channels.names())
def test_channel_that_tells_no_blocks_is_not_to_be_asked(name: str) -> None:
    searcher = channels.get(name).searcher
    assert bool(searcher and searcher.tells_blocks) == (name in {"bluesky", "mastodon"})
    if searcher and not searcher.tells_blocks:
        with pytest.raises(PermanentFailure):
            searcher.blocked_by(("7",), OURS)
