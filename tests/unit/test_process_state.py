"""Tests of one process share nothing: neither changed channels, nor what is kept by a table's name."""

from __future__ import annotations

import pytest

import channels
from aws import clients
from tests.support.fake_searcher import FakeSearcher, fake_searcher
from tests.support.in_memory_stack import in_memory_stacks
from tests.support.process_state import (
    LeftBehind,
    channels_as_they_were,
    clients_of_their_own,
    credentials_as_they_were,
)
from tests.support.unused_names import unused


def test_part_of_a_channel_that_is_not_put_back_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    channel = channels.get("mastodon")
    assert channel.searcher
    with pytest.raises(LeftBehind, match=r"^not put back: searcher of mastodon$"), channels_as_they_were():
        monkeypatch.setattr(channel, "searcher", FakeSearcher(channel.searcher))


def test_channel_searches_again_after_a_fake_of_its_searcher() -> None:
    real = channels.get("mastodon").searcher
    with channels_as_they_were(), fake_searcher("mastodon") as fake:
        assert channels.get("mastodon").searcher is fake
    assert channels.get("mastodon").searcher is real


def test_clients_that_sign_with_other_credentials_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The embedded AWS takes any signature, but that of a link: which test failed would depend on the order."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "none")
    with clients_of_their_own():
        with pytest.raises(LeftBehind, match=r"^not put back: credentials of AWS$"), credentials_as_they_were():
            clients._session().get_credentials()
        with credentials_as_they_were(), clients_of_their_own():
            clients._session().get_credentials()


def test_stack_in_memory_has_a_table_that_no_other_test_has() -> None:
    with in_memory_stacks() as made:
        names = [made().name for _ in range(3)] + [unused("table") for _ in range(3)]
    assert len(set(names)) == len(names)
