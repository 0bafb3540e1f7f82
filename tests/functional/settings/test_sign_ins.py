"""Accounts are connected by the platforms' own sign-in: over the API, against the market square."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from aws import accounts, clients, parameters, secrets
from channels._sign_in import challenge_of
from console.actions import connections as connection_actions
from infra.square.platforms.mastodon.platform import Mastodon
from shared import settings
from storage import connections as stored_connections
from storage import sign_ins, table
from tests.functional.console_api import Answer, Console
from tests.support import embedded_aws
from tests.support.square_platform import SquarePlatform

RETURN = f"{embedded_aws.PAGE_URL}connected"
SECTION = Mastodon.invented(lambda: "an-invented-token")
MINUTE = 60
Json = dict[str, Any]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SquarePlatform]:
    square_platform = SquarePlatform(tmp_path_factory.mktemp("square"), "mastodon", SECTION)
    yield square_platform
    square_platform.close()


@pytest.fixture
def server(running: SquarePlatform, table: str, client: Callable[[str], Any]) -> SquarePlatform:
    """A Mastodon server, and what a deployment tells the functions."""
    running.reset()
    embedded_aws.put_console_parameters(client("ssm"))
    accounts.sign_in.cache_clear()
    connection_actions.webhook_pattern.cache_clear()
    return running


def wish(server: SquarePlatform, **more: Any) -> Json:
    return {"channel": "mastodon", "name": "demo", "options": {"base_url": server.home}} | more


def begin(admin: Console, body: Json) -> str:
    """Begin a sign-in; return the address of the platform's page."""
    answer = admin.post("/connections/sign-in", body)
    assert answer.status == 201, answer
    return answer.body["address"]


def decide(address: str, decision: str = "allow") -> dict[str, str]:
    """Decide on the platform's page as a person; return what the platform sends back."""
    page = httpx.get(address, trust_env=False)
    assert page.status_code == 200, page.text
    answer = httpx.post(address, data={"decision": decision}, trust_env=False)
    where = answer.headers["location"]
    assert where.startswith(f"{RETURN}?")
    return {name: values[0] for name, values in parse_qs(urlsplit(where).query).items()}


def finish(admin: Console, told: dict[str, str]) -> Answer:
    return admin.post(f"/connections/sign-in/{told['state']}", {"code": told["code"]})


def asked(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def pending(client: Callable[[str], Any]) -> list[str]:
    """Return the names of the parameters that hold secrets of a sign-in."""
    path = f"{settings.connections_path()}/sign-in"
    return [each["Name"] for each in client("ssm").get_parameters_by_path(Path=path)["Parameters"]]


def test_account_is_connected_when_the_platform_sends_a_code_back(
    server: SquarePlatform, admin: Console, client: Callable[[str], Any]
) -> None:
    told = decide(begin(admin, wish(server)))
    answer = finish(admin, told)
    assert answer.status == 200, answer
    made = answer.body["connection"]
    assert (made["account_id"], made["account_name"]) == (SECTION["account_id"], SECTION["account_name"])
    assert made["options"]["base_url"] == server.home
    assert made["checked_at"]
    assert secrets.fetch("mastodon", "demo")["secrets"] == {"access_token": SECTION["access_token"]}
    assert answer.body["accounts"] == []
    assert pending(client) == []


def test_page_is_asked_with_state_and_a_challenge_whose_verifier_stays_here(
    server: SquarePlatform, admin: Console, client: Callable[[str], Any]
) -> None:
    address = begin(admin, wish(server))
    question = asked(address)
    assert address.startswith(f"{server.home}/oauth/authorize?")
    assert (question["response_type"], question["redirect_uri"]) == ("code", RETURN)
    assert question["code_challenge_method"] == "S256"
    (name,) = pending(client)
    parameter = client("ssm").get_parameter(Name=name, WithDecryption=True)["Parameter"]
    assert parameter["Type"] == "SecureString"
    verifier = json.loads(parameter["Value"])["verifier"]
    assert challenge_of(verifier) == question["code_challenge"]
    assert verifier not in address
    assert len(question["state"]) >= 43


def test_table_keeps_no_secret_and_no_state(server: SquarePlatform, admin: Console) -> None:
    state = asked(begin(admin, wish(server)))["state"]
    item = table.get(f"sign-in#{sign_ins.digest_of(state)}", "@")
    assert item is not None
    assert set(item) == {"pk", "sk", "a", "ch", "n", "t", "expires"}
    assert state not in str(item)


def test_state_is_refused_when_it_was_used(server: SquarePlatform, admin: Console) -> None:
    told = decide(begin(admin, wish(server)))
    assert finish(admin, told).status == 200
    again = finish(admin, told)
    assert (again.status, again.body["error"]) == (404, "no_sign_in")


def test_state_of_another_administrator_is_refused_and_stays_good(server: SquarePlatform, admin: Console) -> None:
    told = decide(begin(admin, wish(server)))
    other = Console(admin.context, admin.claims | {"sub": "another-administrator"})
    refused = finish(other, told)
    assert (refused.status, refused.body["error"]) == (404, "no_sign_in")
    assert finish(admin, told).status == 200


def test_state_is_refused_after_ten_minutes(
    server: SquarePlatform, admin: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    from console.routes import sign_ins as routes

    told = decide(begin(admin, wish(server)))
    later = routes.now() + 10 * MINUTE * 1000
    monkeypatch.setattr(routes, "now", lambda: later)
    assert finish(admin, told).status == 404


def test_invented_state_is_refused(server: SquarePlatform, admin: Console) -> None:
    assert finish(admin, {"state": "invented", "code": "stolen"}).status == 404


def test_denial_is_said_in_words_and_ends_the_sign_in(
    server: SquarePlatform, admin: Console, client: Callable[[str], Any]
) -> None:
    told = decide(begin(admin, wish(server)), "deny")
    assert told["error"] == "access_denied"
    answer = admin.post(f"/connections/sign-in/{told['state']}", {"error": told["error"]})
    assert (answer.status, answer.body["error"]) == (422, "sign_in_denied")
    assert "not allowed" in answer.body["message"]
    assert pending(client) == []
    assert admin.post(f"/connections/sign-in/{told['state']}", {"code": "late"}).status == 404


@pytest.mark.parametrize("body", [{}, {"code": "one", "error": "access_denied"}, {"code": None, "error": ""}])
def test_answer_with_neither_or_both_is_refused(server: SquarePlatform, admin: Console, body: Json) -> None:
    state = asked(begin(admin, wish(server)))["state"]
    assert admin.post(f"/connections/sign-in/{state}", body).status == 422


def test_code_of_another_sign_in_is_refused_by_the_platform(server: SquarePlatform, admin: Console) -> None:
    """A code that an attacker got for their own account is worth nothing with a state of ours: another app, another
    verifier."""
    stolen = decide(begin(admin, wish(server, name="other")))
    told = decide(begin(admin, wish(server)))
    answer = finish(admin, {"state": told["state"], "code": stolen["code"]})
    assert (answer.status, answer.body["reason"], answer.body["platform_code"]) == (422, "auth", "invalid_grant")
    assert not stored_connections.connection("mastodon", "demo").account_id


@pytest.mark.parametrize(
    ("changed", "status", "error"),
    [
        ({"channel": "telegram"}, 404, "no_channel"),
        ({"channel": "nowhere"}, 404, "no_channel"),
        ({"name": "Not A Name"}, 422, "connection_name"),
        ({"options": {}}, 422, "connection_missing"),
        ({"options": {"base_url": "javascript:alert(1)"}}, 422, "connection_address"),
        ({"options": {"base_url": "https://user:password@nord.example"}}, 422, "connection_address"),
        ({"secrets": {"shoe_size": "44"}}, 422, "connection_unknown"),
        ({"team": "nobody"}, 404, "no_team"),
        ({"renews": True}, 404, "no_connection"),
    ],
)
def test_sign_in_that_cannot_be_is_refused(
    server: SquarePlatform, admin: Console, changed: Json, status: int, error: str
) -> None:
    answer = admin.post("/connections/sign-in", wish(server) | changed)
    assert (answer.status, answer.body["error"]) == (status, error)


def test_address_in_a_private_network_is_refused(
    server: SquarePlatform, admin: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NETWORK", "public")
    answer = admin.post("/connections/sign-in", wish(server, options={"base_url": "https://127.0.0.1"}))
    assert (answer.status, answer.body["error"]) == (422, "connection_address")


def test_leads_may_not_sign_in(server: SquarePlatform, lead: Console) -> None:
    assert lead.post("/connections/sign-in", wish(server)).status == 403
    assert lead.post("/connections/sign-in/state", {"code": "code"}).status == 403
    assert lead.post("/connections/sign-in/state/account", {"account_id": "1"}).status == 403


def test_refused_connection_works_again_after_signing_in_again(server: SquarePlatform, admin: Console) -> None:
    assert finish(admin, decide(begin(admin, wish(server)))).status == 200
    server.expire()
    admin.post("/connections/mastodon/demo/check", {})
    assert stored_connections.connection("mastodon", "demo").problem == "auth"
    told = decide(begin(admin, {"channel": "mastodon", "name": "demo", "renews": True}))
    answer = finish(admin, told)
    assert answer.status == 200, answer
    assert answer.body["connection"]["problem"] is None
    assert admin.post("/connections/mastodon/demo/check", {}).body["problem"] is None


def test_check_tries_the_secrets_that_another_environment_stored(server: SquarePlatform, admin: Console) -> None:
    assert finish(admin, decide(begin(admin, wish(server)))).status == 200
    stored = secrets.fetch("mastodon", "demo")
    revoked = stored | {"secrets": stored["secrets"] | {"access_token": "revoked"}}
    secrets.put("mastodon", "demo", revoked)  # and kept in this environment for minutes
    parameters.put(parameters.name(settings.connections_path(), "mastodon", "demo"), json.dumps(stored))
    assert admin.post("/connections/mastodon/demo/check", {}).body["problem"] is None


def test_renewal_takes_no_other_address(server: SquarePlatform, admin: Console) -> None:
    """Secrets of a connection go to its own platform, whatever the request says."""
    assert finish(admin, decide(begin(admin, wish(server)))).status == 200
    elsewhere = wish(server, renews=True, options={"base_url": "http://127.0.0.1:9"})
    assert begin(admin, elsewhere).startswith(f"{server.home}/oauth/authorize?")


def test_no_secret_is_answered_or_logged(
    server: SquarePlatform, admin: Console, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.DEBUG, logger="nachfrage"):
        told = decide(begin(admin, wish(server)))
        answer = finish(admin, told)
    written = f"{capsys.readouterr()}{caplog.text}{answer.body}{admin.get('/audit').body}"
    for secret in (told["code"], told["state"], SECTION["access_token"]):
        assert secret not in written


def test_secrets_of_a_sign_in_that_is_given_up_expire_by_themselves(server: SquarePlatform, admin: Console) -> None:
    """SSM deletes an advanced parameter at the time of its policy; the emulators keep it."""
    asked: list[Json] = []
    events = clients.client("ssm").meta.events
    name = "before-parameter-build.ssm.PutParameter"
    events.register(name, lambda params, **_: asked.append(dict(params)), unique_id="sign-in")
    try:
        until = admin.post("/connections/sign-in", wish(server)).body["until"]
    finally:
        events.unregister(name, unique_id="sign-in")
    (put,) = asked
    ends = f"{datetime.fromisoformat(until).astimezone(UTC):%Y-%m-%dT%H:%M:%S}.000Z"
    assert (put["Type"], put["Tier"]) == ("SecureString", "Advanced")
    policies = json.loads(put["Policies"])
    assert policies == [{"Type": "Expiration", "Version": "1.0", "Attributes": {"Timestamp": ends}}]
