"""An app's one address has one owner at a time, and what people change during a call to the platform stays."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from application.connections import health, registration
from application.connections.registration import Change
from aws import secrets
from storage import connections, table
from storage.connections import Connection
from tests.support.fake_oauth_platform import FakeOauthPlatform, fake_oauth_platform

CHANNEL = "fake_oauth"
PATTERN = "https://nachfrage.example/webhooks/{channel}/{connection}"


@pytest.fixture
def platform(table: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeOauthPlatform]:
    """A platform that takes calls with any of its tokens, and calls one address."""
    with fake_oauth_platform(monkeypatch) as state:
        state.tokens = {"token-of-ours": "1", "token-of-other": "2", "token-of-third": "3"}
        yield state


def now() -> int:
    return int(time.time() * 1000)


def url(name: str) -> str:
    return f"https://nachfrage.example/webhooks/{CHANNEL}/{name}"


def connect(platform: FakeOauthPlatform, name: str, secret: str) -> None:
    """Make a connection of the app, whose calls are signed with a secret of this connection's own."""
    account_id = platform.tokens[f"token-of-{name}"]
    options = {"base_url": platform.url, "app_id": "app"}
    kept = {"token": f"token-of-{name}", "webhook_secret": secret, "expires_at": "4102441200000"}
    secrets.put(CHANNEL, name, {"account_id": account_id, "secrets": kept, "options": options})
    connections.put_connection(CHANNEL, name, account_id, name, "fruit", options)
    connections.note_connection(CHANNEL, name, webhook=url(name), hooked="yes")


def called(platform: FakeOauthPlatform, name: str) -> None:
    platform.hook = {"url": url(name)}


def stored(name: str) -> Connection:
    return connections.connection(CHANNEL, name)


# -- the owner --------------------------------------------------------------------------------------------------------


def test_address_stays_with_one_of_two_connections_that_read_each_others_calls_not(platform: FakeOauthPlatform) -> None:
    connect(platform, "ours", "one")
    connect(platform, "other", "another")
    called(platform, "other")
    for name in ("ours", "other", "ours", "other"):
        health.look_after(stored(name), now())
        assert platform.hook["url"] == url("other")
    assert (stored("ours").hooked, stored("ours").error) == ("no", "other_secret")
    assert (stored("other").hooked, stored("other").error) == ("yes", "")


def test_connection_takes_the_address_of_one_whose_access_is_refused(platform: FakeOauthPlatform) -> None:
    connect(platform, "ours", "one")
    connect(platform, "other", "another")
    called(platform, "other")
    connections.pause_connection(CHANNEL, "other", "auth", now(), 900)
    health.look_after(stored("ours"), now())
    assert (platform.hook["url"], stored("ours").hooked) == (url("ours"), "yes")


def test_address_stays_while_the_platform_does_not_answer(platform: FakeOauthPlatform) -> None:
    connect(platform, "ours", "one")
    connect(platform, "other", "another")
    called(platform, "ours")
    platform.broken["GET /me"] = 503
    health.look_after(stored("ours"), now(), thoroughly=True)
    assert stored("ours").error.startswith("retry")
    assert platform.hook["url"] == url("ours")


def test_address_of_one_that_works_is_not_taken_when_another_is_refused(platform: FakeOauthPlatform) -> None:
    connect(platform, "ours", "one")
    connect(platform, "third", "one")
    connect(platform, "other", "another")
    called(platform, "third")
    del platform.tokens["token-of-ours"]
    health.look_after(stored("ours"), now(), thoroughly=True)
    assert stored("ours").problem == "auth"
    assert platform.hook["url"] == url("third")


# -- changes during a call --------------------------------------------------------------------------------------------


def test_options_that_are_changed_while_the_address_is_passed_on_stay(platform: FakeOauthPlatform) -> None:
    connect(platform, "ours", "one")
    connect(platform, "other", "another")
    called(platform, "ours")
    platform.meanwhile["PUT /hook"] = lambda: connections.change_options(CHANNEL, "other", {"shelf": "3"})
    registration.remove(CHANNEL, "ours", now())
    assert platform.hook["url"] == url("other")
    assert stored("other").options == {"base_url": platform.url, "app_id": "app", "shelf": "3"}


def test_options_that_are_changed_during_a_check_stay(platform: FakeOauthPlatform) -> None:
    connect(platform, "ours", "one")
    called(platform, "ours")
    platform.meanwhile["GET /me"] = lambda: connections.change_options(CHANNEL, "ours", {"shelf": "3"})
    health.look_after(stored("ours"), now(), thoroughly=True)
    assert stored("ours").options == {"base_url": platform.url, "app_id": "app", "shelf": "3", "motto": "Frisch!"}


def test_team_that_is_changed_while_new_secrets_are_tried_stays(platform: FakeOauthPlatform) -> None:
    connect(platform, "ours", "one")
    called(platform, "ours")
    platform.meanwhile["GET /me"] = lambda: table.transact(connections.give_connection(CHANNEL, "ours", "greens"))
    registration.change(CHANNEL, "ours", Change(options={"shelf": "2"}), PATTERN, now())
    assert stored("ours").team == "greens"
