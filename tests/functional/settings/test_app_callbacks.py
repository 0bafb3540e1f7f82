"""The one address of an app: while one of its connections is removed or broken, the others are called without a gap."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

import channels
from application.connections import health, registration, webhooks
from aws import secrets
from channels.base import Credentials
from infra.square.platforms.instagram.platform import Instagram
from infra.square.platforms.threads.platform import Threads
from infra.square.platforms.x.platform import X
from storage import connections
from storage.connections import Connection
from tests.support.square import FACEBOOK, MIRA, PAGE, Square
from tests.support.square_platform import SquarePlatform
from tests.support.webhook_receiver import WebhookReceiver, receiving

facebook = channels.get("facebook")
SECOND = f"{PAGE}2"
APP_ID = FACEBOOK["app_id"]
Json = dict[str, Any]
pytestmark = pytest.mark.usefixtures("table")


@pytest.fixture
def receivers() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def now() -> int:
    return int(time.time() * 1000)


def connect(channel: str, name: str, document: Json, stack: ExitStack) -> WebhookReceiver:
    """Make a connection that receives calls at an address of its own, and have the platform told of it."""
    spoken, found = channels.get(channel), Credentials.of(document)
    receiver = stack.enter_context(receiving(spoken, found))
    secrets.put(channel, name, document)
    connections.put_connection(channel, name, document["account_id"], name, options=document["options"])
    webhooks.announce(spoken, name, found, receiver.url, now())
    return receiver


def page(square: Square, *, first: bool = True, names_app: bool = True, **more: str) -> Json:
    kept = {name: FACEBOOK[name] for name in ("app_secret", "verify_token")} | more
    kept["access_token"] = FACEBOOK["page_token"] + ("" if first else "2")
    named = {"app_id": APP_ID} if names_app else {"client_id": APP_ID}
    return {"account_id": PAGE if first else SECOND, "secrets": kept, "options": {"base_url": square.url, **named}}


def callback(square: Square) -> str:
    """Return the address at which the app is called."""
    app = {"authorization": f"Bearer {APP_ID}|{FACEBOOK['app_secret']}"}
    answer = square.http.get(f"{square.url}/v26.0/{APP_ID}/subscriptions", headers=app).json()
    return answer["data"][0]["callback_url"]


def stored(name: str, channel: str = "facebook") -> Connection:
    return connections.connection(channel, name)


def test_page_that_leaves_the_address_to_another_is_called_when_the_one_called_is_removed(
    square: Square, receivers: ExitStack
) -> None:
    """The documented way: the first Page enters the app's address, and further ones leave it to that."""
    ours = connect("facebook", "ours", page(square, names_app=False), receivers)
    connect("facebook", "first", page(square, first=False), receivers)
    registration.remove("facebook", "first", now())
    assert callback(square) == ours.url
    square.post("Kein Netz", MIRA)
    assert ours.next().text == "Kein Netz"
    assert (stored("ours").options["app_id"], stored("ours").hooked) == (APP_ID, "yes")
    assert secrets.fetch("facebook", "ours")["options"]["app_id"] == APP_ID


def test_page_that_is_called_stays_so_when_another_is_removed(square: Square, receivers: ExitStack) -> None:
    ours = connect("facebook", "ours", page(square), receivers)
    connect("facebook", "other", page(square, first=False, names_app=False), receivers)
    connect("facebook", "aside", page(square, first=False, names_app=False), receivers)
    registration.remove("facebook", "other", now())
    assert callback(square) == ours.url
    assert "app_id" not in stored("aside").options


def test_pages_that_both_name_the_app_do_not_take_its_address_from_each_other(
    square: Square, receivers: ExitStack
) -> None:
    connect("facebook", "ours", page(square), receivers)
    second = connect("facebook", "second", page(square, first=False), receivers)
    for name in ("ours", "second", "ours"):
        health.look_after(stored(name), now())
        assert stored(name).hooked == "yes"
    assert callback(square) == second.url


def test_stopped_connection_is_called_for_the_others(square: Square, receivers: ExitStack) -> None:
    connect("facebook", "ours", page(square), receivers)
    second = connect("facebook", "second", page(square, first=False), receivers)
    registration.hold("facebook", "second", held=True)
    health.look_after(stored("ours"), now())
    assert (callback(square), stored("ours").hooked) == (second.url, "yes")


@pytest.mark.parametrize("broken", ["lost", "another secret"])
def test_connection_whose_address_reads_calls_no_more_is_replaced_by_another(
    square: Square, receivers: ExitStack, broken: str
) -> None:
    ours = connect("facebook", "ours", page(square, names_app=False), receivers)
    connect("facebook", "first", page(square, first=False), receivers)
    if broken == "lost":
        secrets.drop("facebook", "first")
    else:
        secrets.put("facebook", "first", page(square, first=False, app_secret="reset-by-somebody"))
    health.look_after(stored("first"), now(), thoroughly=True)
    assert (callback(square), bool(stored("first").error)) == (ours.url, True)


def test_connection_with_a_dead_token_is_called_for_the_others(square: Square, receivers: ExitStack) -> None:
    ours = connect("facebook", "ours", page(square), receivers)
    connect("facebook", "second", page(square, first=False, names_app=False), receivers)
    square.control("/token", expired=True)
    health.look_after(stored("ours"), now(), thoroughly=True)
    assert (callback(square), stored("ours").problem) == (ours.url, "auth")


def test_next_connection_is_called_when_one_is_refused(square: Square, receivers: ExitStack) -> None:
    ours = connect("facebook", "ours", page(square, names_app=False), receivers)
    connect("facebook", "first", page(square, first=False), receivers)
    connect("facebook", "aside", page(square, first=False, names_app=False, verify_token="wrong"), receivers)
    secrets.put("facebook", "aside", page(square, first=False, names_app=False, verify_token="another"))
    registration.remove("facebook", "first", now())
    assert callback(square) == ours.url
    assert stored("aside").error


@pytest.mark.parametrize(("name", "platform"), [("instagram", Instagram), ("threads", Threads)])
def test_app_of_instagram_and_threads_is_called_at_the_address_that_is_left(
    name: str, platform: Any, table: str, tmp_path: Path, receivers: ExitStack
) -> None:
    section = platform.invented(lambda: "an-invented-secret") | {"access_token": "an-invented-token"}
    square = SquarePlatform(tmp_path, name, section)
    receivers.callback(square.close)
    made = platform.connection(section, square.url)
    others = {key: value for key, value in made["options"].items() if key != "app_id"}
    document = {"account_id": made["account_id"], "secrets": made["secrets"], "options": made["options"]}
    left = connect(name, "left", document | {"options": others}, receivers)
    connect(name, "first", document, receivers)
    registration.remove(name, "first", now())
    spoken = channels.get(name)
    assert spoken.account.registered(Credentials.of(secrets.fetch(name, "left")), left.url) is True


def test_account_that_had_no_webhook_gets_the_one_that_x_permits(
    table: str, tmp_path: Path, receivers: ExitStack
) -> None:
    section = X.invented(lambda: "an-invented-secret") | {"bearer_token": "an-invented-bearer-token"}
    section |= {"access_token": "an-invented-access-token", "refresh_token": "r", "consumer_secret": "hush"}
    square = SquarePlatform(tmp_path, "x", section)
    receivers.callback(square.close)
    made = X.connection(section, square.url)
    document = {"account_id": made["account_id"], "secrets": made["secrets"], "options": made["options"]}
    connect("x", "first", document, receivers)
    left = connect("x", "second", document, receivers)
    assert stored("second", "x").hooked == "no"
    registration.remove("x", "first", now())
    assert stored("second", "x").hooked == "yes"
    assert channels.get("x").account.registered(Credentials.of(document), left.url) is True


def test_page_that_instagram_needs_stays_subscribed_for_facebook(square: Square, receivers: ExitStack) -> None:
    ours = connect("facebook", "ours", page(square), receivers)
    options = {"base_url": square.url, "flavour": "facebook", "page_id": PAGE}
    document = page(square) | {"account_id": "178414", "options": options}
    secrets.put("instagram", "photos", document)
    connections.put_connection("instagram", "photos", "178414", "photos", options=options)
    connections.note_connection("instagram", "photos", webhook="https://a.example/webhooks/instagram/photos")
    assert registration.remove("instagram", "photos", now()) is True
    square.post("Noch da?", MIRA)
    assert ours.next().text == "Noch da?"


def test_subscription_of_a_page_keeps_its_fields_when_instagram_is_connected(
    square: Square, receivers: ExitStack
) -> None:
    connect("facebook", "ours", page(square), receivers)
    before = square.graph("GET", f"/{PAGE}/subscribed_apps").json()
    options = {"base_url": square.url, "flavour": "facebook", "page_id": PAGE}
    instagram, url = channels.get("instagram").account, "https://a.example/webhooks/instagram/photos"
    instagram.register(Credentials.of(page(square) | {"options": options | {"client_id": APP_ID}}), url)
    assert square.graph("GET", f"/{PAGE}/subscribed_apps").json() == before
    instagram.register(Credentials.of(page(square) | {"options": options | {"client_id": "of another app"}}), url)
    assert square.graph("GET", f"/{PAGE}/subscribed_apps").json() != before, "another app has its own subscription"


def test_locations_of_an_account_of_google_share_what_announces_reviews() -> None:
    account, topic = channels.get("google").account, {"topic": "projects/p/topics/t"}
    one, other = (account.subscription(Credentials(f"accounts/1/locations/{each}", {}, topic)) for each in "23")
    assert one == other != ""
    assert account.subscription(Credentials("accounts/9/locations/2", {}, topic)) != one
    assert account.subscription(Credentials("accounts/1/locations/2")) == ""
