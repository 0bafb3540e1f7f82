"""Each platform's own sign-in, over the API and against its simulation: the page, the code, the token, the account."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from aws import accounts, secrets
from console.actions import connections as connection_actions
from infra.square.core import registry
from storage import connections as stored_connections
from tests.functional.console_api import Answer, Console
from tests.support import embedded_aws
from tests.support.square_platform import SquarePlatform

Json = dict[str, Any]


@dataclass
class Platform:
    """A simulated platform, and what an administrator enters to sign in there."""

    square: SquarePlatform
    section: Json
    channel: str
    secrets: Json
    options: Json

    def wish(self, **more: Any) -> Json:
        return {"channel": self.channel, "name": "demo", "secrets": self.secrets, "options": self.options} | more


def _of(section: Json, *names: str) -> Json:
    return {name: section[name] for name in names}


def facebook(section: Json, square: SquarePlatform) -> tuple[Json, Json]:
    return _of(section, "app_secret"), {"app_id": section["app_id"], "base_url": square.home}


def instagram_itself(section: Json, square: SquarePlatform) -> tuple[Json, Json]:
    options = _of(section, "app_id", "instagram_app_id") | {"base_url": square.home}
    return _of(section, "app_secret", "instagram_app_secret"), options


def x(section: Json, square: SquarePlatform) -> tuple[Json, Json]:
    return _of(section, "consumer_secret", "client_secret"), _of(section, "client_id") | {"base_url": square.home}


def reddit(section: Json, square: SquarePlatform) -> tuple[Json, Json]:
    here = {"base_url": square.home, "auth_url": square.home}
    return _of(section, "client_id", "client_secret"), here | {"subreddits": section["subreddit"]}


def google(section: Json, square: SquarePlatform) -> tuple[Json, Json]:
    options = registry.load("google").connection(section, square.url)["options"]
    kept = {name: value for name, value in options.items() if name.endswith("_url")}
    return _of(section, "client_id", "client_secret"), kept | {"service": "reviews"}


ENTERED = {
    "facebook": facebook,
    "instagram": facebook,
    "instagram itself": instagram_itself,
    "threads": facebook,
    "x": x,
    "reddit": reddit,
    "google": google,
}


@pytest.fixture(scope="module", params=sorted(ENTERED))
def any_platform(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    yield from _running(request.param, tmp_path_factory.mktemp("square"))


@pytest.fixture(scope="module")
def two_pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    yield from _running("facebook", tmp_path_factory.mktemp("square"))


def _running(entered: str, folder: Path) -> Iterator[Platform]:
    name = entered.partition(" ")[0]
    section = registry.load(name).invented(lambda: "an-invented-secret")
    with closing(SquarePlatform(folder, name, section)) as square:
        given, options = ENTERED[entered](section, square)
        yield Platform(square, section, name, given, options)


@pytest.fixture
def ready(table: str, client: Callable[[str], Any]) -> None:
    """Write what a deployment tells the functions."""
    embedded_aws.put_console_parameters(client("ssm"))
    accounts.sign_in.cache_clear()
    connection_actions.webhook_pattern.cache_clear()


@pytest.fixture
def platform(any_platform: Platform, ready: None) -> Platform:
    any_platform.square.reset()
    return any_platform


@pytest.fixture
def facebook_pages(two_pages: Platform, ready: None) -> Platform:
    two_pages.square.reset()
    return two_pages


def begin(admin: Console, body: Json) -> str:
    answer = admin.post("/connections/sign-in", body)
    assert answer.status == 201, answer
    return answer.body["address"]


def decide(address: str, decision: str = "allow") -> dict[str, str]:
    """Decide on the platform's page as a person; return what the platform sends back."""
    assert httpx.get(address, trust_env=False).status_code == 200
    where = httpx.post(address, data={"decision": decision}, trust_env=False).headers["location"]
    return {name: values[0] for name, values in parse_qs(urlsplit(where).query).items()}


def finish(admin: Console, told: dict[str, str]) -> Answer:
    return admin.post(f"/connections/sign-in/{told['state']}", {"code": told["code"]})


def choose(admin: Console, told: dict[str, str], account_id: str) -> Answer:
    return admin.post(f"/connections/sign-in/{told['state']}/account", {"account_id": account_id})


def connected(admin: Console, platform: Platform, **more: Any) -> Json:
    """Sign in, and choose the company's own account where there are several; return the connection."""
    told = decide(begin(admin, platform.wish(**more)))
    answer = finish(admin, told)
    assert answer.status == 200, answer
    if answer.body["connection"] is None:
        answer = choose(admin, told, answer.body["accounts"][0]["id"])
        assert answer.status == 200, answer
    return answer.body["connection"]


def account_of(platform: Platform) -> str:
    return str(platform.section.get("account_id") or platform.section["page_id"])


def test_account_is_connected_and_works(platform: Platform, admin: Console) -> None:
    made = connected(admin, platform)
    assert made["account_id"] == account_of(platform)
    assert made["checked_at"]
    checked = admin.post(f"/connections/{platform.channel}/demo/check", {})
    assert checked.body["problem"] is None
    document = secrets.fetch(platform.channel, "demo")
    assert platform.secrets.items() <= document["secrets"].items()
    assert not {"user_token", "verifier"} & document["secrets"].keys()


def test_denial_is_told_and_connects_nothing(platform: Platform, admin: Console) -> None:
    told = decide(begin(admin, platform.wish()), "deny")
    answer = admin.post(f"/connections/sign-in/{told['state']}", {"error": told["error"]})
    assert (answer.status, answer.body["error"]) == (422, "sign_in_denied")
    assert not stored_connections.connection(platform.channel, "demo").account_id


def test_code_that_was_not_issued_is_refused_in_words(platform: Platform, admin: Console) -> None:
    told = decide(begin(admin, platform.wish()))
    answer = finish(admin, told | {"code": "invented"})
    assert (answer.status, answer.body["error"]) == (422, "connection_refused")
    assert answer.body["reason"] in ("auth", "bad")


def test_wrong_secret_of_the_app_is_refused_in_words(platform: Platform, admin: Console) -> None:
    wrong = {name: "wrong" for name in platform.secrets if name.endswith(("app_secret", "client_secret"))}
    told = decide(begin(admin, platform.wish(secrets=platform.secrets | wrong)))
    answer = finish(admin, told)
    assert (answer.status, answer.body["error"], answer.body["reason"]) == (422, "connection_refused", "auth")


def test_app_is_asked_for(platform: Platform, admin: Console) -> None:
    answer = admin.post("/connections/sign-in", platform.wish(secrets={}))
    assert (answer.status, answer.body["error"]) == (422, "connection_missing")
    assert all(name in answer.body["message"] for name in platform.secrets.keys() - {"instagram_app_secret"})


def test_connection_gets_a_new_token_when_one_signs_in_again(platform: Platform, admin: Console) -> None:
    connected(admin, platform)
    before = secrets.fetch(platform.channel, "demo")
    told = decide(begin(admin, {"channel": platform.channel, "name": "demo", "renews": True}))
    answer = finish(admin, told)
    assert answer.status == 200, answer
    assert answer.body["connection"]["account_id"] == account_of(platform)
    after = secrets.fetch(platform.channel, "demo")
    assert platform.secrets.items() <= after["secrets"].items()
    assert after["secrets"].keys() == before["secrets"].keys()
    assert after["options"] == before["options"]


def test_all_pages_are_offered_and_one_is_connected_once(facebook_pages: Platform, admin: Console) -> None:
    told = decide(begin(admin, facebook_pages.wish()))
    offered = finish(admin, told).body["accounts"]
    assert [each["name"] for each in offered] == ["Nordlicht Netz", "Nordlicht Technik"]
    assert not any(each["connected"] for each in offered)
    other = Console(admin.context, admin.claims | {"sub": "another-administrator"})
    assert choose(other, told, offered[1]["id"]).status == 404
    made = choose(admin, told, offered[1]["id"]).body["connection"]
    assert (made["account_id"], made["account_name"]) == (offered[1]["id"], "Nordlicht Technik")
    again = choose(admin, told, offered[0]["id"])
    assert (again.status, again.body["error"]) == (404, "no_sign_in")


def test_account_that_was_not_offered_is_refused(facebook_pages: Platform, admin: Console) -> None:
    told = decide(begin(admin, facebook_pages.wish()))
    finish(admin, told)
    answer = choose(admin, told, "1")
    assert (answer.status, answer.body["error"]) == (422, "sign_in_no_account")


def test_second_page_of_an_app_leaves_its_webhook_to_the_first(facebook_pages: Platform, admin: Console) -> None:
    """An app has one webhook: two connections that each register their own address would take it from each other."""
    connected(admin, facebook_pages)
    told = decide(begin(admin, facebook_pages.wish(name="second")))
    offered = finish(admin, told).body["accounts"]
    assert [each["connected"] for each in offered] == [True, False]
    made = choose(admin, told, offered[1]["id"]).body["connection"]
    assert "app_id" not in made["options"]
    assert made["options"]["client_id"] == facebook_pages.section["app_id"]
    told = decide(begin(admin, {"channel": "facebook", "name": "second", "renews": True}))
    assert finish(admin, told).body["connection"]["name"] == "second"


def test_connection_without_the_apps_id_is_asked_for_it(facebook_pages: Platform, admin: Console) -> None:
    """One that was made with a token alone may not know its app."""
    section = facebook_pages.section
    given = {"access_token": section["page_token"], "verify_token": "v", **facebook_pages.secrets}
    options = {"base_url": facebook_pages.square.home}
    body = {"channel": "facebook", "name": "demo", "secrets": given, "options": options}
    assert admin.post("/connections", body).status == 201
    answer = admin.post("/connections/sign-in", {"channel": "facebook", "name": "demo", "renews": True})
    assert (answer.status, answer.body["error"]) == (422, "connection_missing")
    assert "app_id" in answer.body["message"]


def test_account_that_is_connected_already_is_refused(facebook_pages: Platform, admin: Console) -> None:
    made = connected(admin, facebook_pages)
    told = decide(begin(admin, facebook_pages.wish(name="twice")))
    finish(admin, told)
    answer = choose(admin, told, made["account_id"])
    assert (answer.status, answer.body["error"]) == (409, "connection_connected")


@pytest.fixture
def instagram(tmp_path: Path, ready: None) -> Iterator[Platform]:
    yield from _running("instagram itself", tmp_path)


def test_instagrams_own_sign_in_names_what_it_needs_and_asks_for_no_page(instagram: Platform, admin: Console) -> None:
    less = {name: value for name, value in instagram.secrets.items() if name != "instagram_app_secret"}
    answer = admin.post("/connections/sign-in", instagram.wish(secrets=less))
    assert (answer.status, answer.body["error"]) == (422, "connection_missing")
    assert "instagram_app_secret" in answer.body["message"]
    made = connected(admin, instagram)
    assert made["options"]["flavour"] == "instagram"
    assert "page_id" not in made["options"]
