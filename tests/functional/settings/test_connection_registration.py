"""Accounts are connected, changed, stopped and let go over the API; their secrets go in and never come out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import channels
from application.connections import health
from aws import secrets
from channels.base import Credentials, PermanentFailure, Reason
from console.actions import connections as connection_actions
from shared import http_guard, settings
from storage import connections as stored_connections
from storage import poll_cursors, renewal_locks
from tests.functional.console_api import Answer, Console, now
from tests.support.fake_oauth_platform import FakeOauthPlatform
from tests.support.fake_oauth_platform import fake_oauth_platform as running_platform

HOUR = 3_600_000
FAR = "4102441200000"
"""Milliseconds: a time that no token of these tests sees."""
PATTERN = "https://nachfrage.example/webhooks/{channel}/{connection}"
HOOK = "https://nachfrage.example/webhooks/fake_oauth/demo"
ONE = "/connections/fake_oauth/demo"
Json = dict[str, Any]


@pytest.fixture
def fake_oauth_platform(
    table: str, client: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> Iterator[FakeOauthPlatform]:
    """The platform, and where it is to call."""
    client("ssm").put_parameter(Name="/test/console/webhook", Type="String", Value=PATTERN, Overwrite=True)
    connection_actions.webhook_pattern.cache_clear()
    with running_platform(monkeypatch) as state:
        yield state


def wish(fake_oauth_platform: FakeOauthPlatform, **more: Any) -> Json:
    """Return the body with which an administrator connects the account."""
    secrets = {"token": "first-token", "webhook_secret": "hush-1", "expires_at": FAR}
    return {
        "channel": "fake_oauth",
        "name": "demo",
        "secrets": secrets,
        "options": {"base_url": fake_oauth_platform.url},
    } | more


@pytest.fixture
def connected(fake_oauth_platform: FakeOauthPlatform, admin: Console) -> Json:
    """Connect the account; return the answer's body."""
    answer = admin.post("/connections", wish(fake_oauth_platform))
    assert answer.status == 201, answer
    return answer.body


def patch(admin: Console, **body: Any) -> Answer:
    return admin.ask("PATCH", ONE, body, headers={})


def kept() -> Json:
    """Return the document that the functions read."""
    secrets.forget()
    return secrets.read("fake_oauth", "demo")


def secret_of(name: str) -> str | None:
    return kept()["secrets"].get(name)


# -- connecting -------------------------------------------------------------------------------------------------------


def test_an_account_is_connected_by_its_secrets_alone(fake_oauth_platform: FakeOauthPlatform, connected: Json) -> None:
    """The platform says whose they are, and calls from now on."""
    assert (connected["account_id"], connected["account_name"], connected["team"]) == (
        "account-1",
        "Obststand",
        "service",
    )
    assert connected["options"] == {"base_url": fake_oauth_platform.url, "motto": "Frisch!"}
    assert connected["webhook"] == {"url": HOOK, "standing": "yes"}
    assert connected["checked_at"]
    assert fake_oauth_platform.hook == {"url": HOOK, "secret": "hush-1"}
    assert kept() == {
        "account_id": "account-1",
        "secrets": {"token": "first-token", "webhook_secret": "hush-1", "expires_at": FAR},
        "options": {"base_url": fake_oauth_platform.url, "motto": "Frisch!"},
        "region": settings.region(),  # where the functions run, and not stored
    }
    assert stored_connections.options_of("fake_oauth", "demo")["motto"] == "Frisch!"


def test_secrets_are_kept_encrypted(connected: Json, client: Callable[[str], Any]) -> None:
    name = f"{kept_path()}/fake_oauth/demo"
    assert client("ssm").get_parameter(Name=name)["Parameter"]["Type"] == "SecureString"


def kept_path() -> str:
    return settings.connections_path()


def test_no_secret_comes_out_again(
    fake_oauth_platform: FakeOauthPlatform,
    connected: Json,
    admin: Console,
    lead: Console,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Invariant 8: not in an answer, not in the audit, not in a log, also where the platform refuses."""
    answers = [lead.get("/connections"), lead.get("/channels"), admin.get("/audit")]
    answers.append(patch(admin, secrets={"token": "forged-token"}))
    answers.append(patch(admin, secrets={"webhook_secret": "hush-2"}, rotation="begin"))
    answers += [admin.post(ONE + "/check"), admin.get("/audit"), admin.delete(ONE)]
    output = capsys.readouterr()
    said = json.dumps([answer.body for answer in answers]) + output.out + output.err
    for secret in ("first-token", "forged-token", "hush-1", "hush-2"):
        assert secret not in said


def test_the_audit_says_who_connected_what(connected: Json, admin: Console) -> None:
    patch(admin, secrets={"token": "second-token", "expires_at": FAR}, options={"shelf": "3"})
    patch(admin, held=True)
    patch(admin, held=False)
    admin.delete(ONE)
    entries = admin.get("/audit").body["items"]
    assert [each["kind"] for each in reversed(entries)] == [
        "connected",
        "connection_changed",
        "connection_held",
        "connection_resumed",
        "connection_removed",
    ]
    assert entries[-2]["detail"] == {"secrets": ["expires_at", "token"], "options": ["shelf"]}
    assert {each["target"] for each in entries} == {"fake_oauth/demo"}


@pytest.mark.parametrize(
    ("change", "status", "error"),
    [
        ({"channel": "nowhere"}, 404, "no_channel"),
        ({"team": "nobody"}, 404, "no_team"),
        ({"name": "Not a name"}, 422, "connection_name"),
        ({"secrets": {"token": "first-token"}}, 422, "connection_missing"),
        ({"secrets": {"token": "a", "webhook_secret": "b", "tokn": "c"}}, 422, "connection_unknown"),
        ({"secrets": {"token": "forged", "webhook_secret": "b"}}, 422, "connection_refused"),
        ({"secrets": {"token": 1}}, 400, "malformed"),
        ({"options": {"colour": "red"}}, 422, "connection_unknown"),
        ({"options": {"base_url": "ftp://127.0.0.1"}}, 422, "connection_address"),
        ({"secret": {}}, 400, "malformed"),
    ],
)
def test_invalid_connection_is_refused_without_a_trace(
    fake_oauth_platform: FakeOauthPlatform, admin: Console, change: Json, status: int, error: str
) -> None:
    answer = admin.post("/connections", wish(fake_oauth_platform) | change)
    assert (answer.status, answer.body["error"]) == (status, error)
    assert stored_connections.connections() == []
    with pytest.raises(secrets.UnknownConnection):
        kept()
    assert fake_oauth_platform.hook == {}
    assert admin.get("/audit").body["items"] == []


def test_a_refusal_is_said_in_words(fake_oauth_platform: FakeOauthPlatform, admin: Console) -> None:
    secrets = {"token": "forged", "webhook_secret": "b"}
    answer = admin.post("/connections", wish(fake_oauth_platform, secrets=secrets), Accept_Language="de")
    assert answer.body["message"].startswith("Die Plattform nimmt das nicht an: Sie verweigert den Zugang.")
    assert (answer.body["reason"], answer.body["platform_code"]) == ("auth", "401")


def test_an_address_leads_into_no_private_network(
    fake_oauth_platform: FakeOauthPlatform, admin: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The function would request an address that a person typed from inside the company's account."""
    monkeypatch.setenv("NETWORK", "public")
    for address in (
        fake_oauth_platform.url,
        "https://127.0.0.1",
        "https://169.254.169.254/latest",
        "https://[::ffff:10.0.0.1]",
    ):
        answer = admin.post("/connections", wish(fake_oauth_platform, options={"base_url": address}))
        assert (answer.status, answer.body["error"]) == (422, "connection_address")
    assert fake_oauth_platform.asked == []


def test_an_account_is_connected_once(fake_oauth_platform: FakeOauthPlatform, connected: Json, admin: Console) -> None:
    """Under two names, all that is said would be there twice."""
    again = admin.post("/connections", wish(fake_oauth_platform))
    assert (again.status, again.body["error"]) == (409, "connection_exists")
    other = admin.post("/connections", wish(fake_oauth_platform, name="other"))
    assert (other.status, other.body["error"]) == (409, "connection_connected")
    assert "demo" in other.body["message"]


def test_refused_registration_of_the_webhook_can_be_tried_again(
    fake_oauth_platform: FakeOauthPlatform, admin: Console
) -> None:
    fake_oauth_platform.broken["PUT /hook"] = 503
    made = admin.post("/connections", wish(fake_oauth_platform)).body
    assert made["webhook"] == {"url": HOOK, "standing": "no"}
    assert (made["last_error"]["reason"], made["last_error"]["code"]) == ("retry", "503")
    fake_oauth_platform.broken.clear()
    again = admin.post(ONE + "/check").body
    assert again["webhook"]["standing"] == "yes"
    assert fake_oauth_platform.hook["url"] == HOOK


def test_a_token_that_has_ended_is_renewed_before_it_is_refused(
    fake_oauth_platform: FakeOauthPlatform, admin: Console
) -> None:
    fake_oauth_platform.refresh["refresh-1"] = "third-token"
    secrets = {"token": "long-ended", "refresh_token": "refresh-1", "webhook_secret": "hush"}
    assert admin.post("/connections", wish(fake_oauth_platform, secrets=secrets)).status == 201
    assert (secret_of("token"), secret_of("refresh_token")) == ("third-token", "refresh-1-again")
    assert stored_connections.connection("fake_oauth", "demo").token_until > now()


def test_a_token_whose_end_nobody_knows_is_renewed_at_once(
    fake_oauth_platform: FakeOauthPlatform, admin: Console
) -> None:
    """So the administrator who connects learns at once that it does not work, and not the team in an hour."""
    secrets = {"token": "first-token", "refresh_token": "refresh-1", "webhook_secret": "hush"}
    answer = admin.post("/connections", wish(fake_oauth_platform, secrets=secrets))
    assert (answer.status, answer.body["reason"]) == (422, "auth")
    fake_oauth_platform.refresh["refresh-1"] = "third-token"
    assert admin.post("/connections", wish(fake_oauth_platform, secrets=secrets)).status == 201
    assert secret_of("token") == "third-token"


# -- changing ---------------------------------------------------------------------------------------------------------


def test_a_signing_secret_is_rotated_without_loss(
    fake_oauth_platform: FakeOauthPlatform, connected: Json, admin: Console
) -> None:
    begun = patch(admin, secrets={"webhook_secret": "hush-2"}, rotation="begin")
    assert (begun.status, begun.body["rotating"]) == (200, True)
    assert (secret_of("webhook_secret"), secret_of("previous_webhook_secret")) == ("hush-2", "hush-1")
    assert fake_oauth_platform.hook["secret"] == "hush-2"
    assert patch(admin, secrets={"token": "second-token", "expires_at": FAR}).body["rotating"] is True
    assert patch(admin, rotation="end").body["rotating"] is False
    assert secret_of("previous_webhook_secret") is None


def test_a_new_token_lifts_what_stopped_the_connection(
    fake_oauth_platform: FakeOauthPlatform, connected: Json, admin: Console
) -> None:
    """Invariant 9: what waited goes on where it stood."""
    stored_connections.pause_connection("fake_oauth", "demo", "auth", now() + HOUR, 3600)
    fake_oauth_platform.tokens.pop("first-token")
    assert patch(admin, secrets={"token": "forged"}).body["error"] == "connection_refused"
    assert stored_connections.connection("fake_oauth", "demo").problem == "auth"
    changed = patch(admin, secrets={"token": "second-token", "expires_at": FAR}).body
    assert (changed["problem"], changed["paused_until"]) == (None, None)
    assert stored_connections.connection("fake_oauth", "demo").pause == 0
    assert secret_of("webhook_secret") == "hush-1"


def test_a_platform_that_refused_to_tell_is_asked_at_once(
    fake_oauth_platform: FakeOauthPlatform, connected: Json, admin: Console
) -> None:
    poll_cursors.hold_back("fake_oauth", "demo", poll_cursors.Cursor(), now() + HOUR)
    patch(admin, secrets={"token": "second-token", "expires_at": FAR})
    assert poll_cursors.read("fake_oauth", "demo").not_before == 0


def test_secrets_of_another_account_are_refused(
    fake_oauth_platform: FakeOauthPlatform, connected: Json, admin: Console
) -> None:
    fake_oauth_platform.tokens["theirs"] = "account-2"
    answer = patch(admin, secrets={"token": "theirs", "expires_at": FAR})
    assert (answer.status, answer.body["error"]) == (409, "other_account")
    assert secret_of("token") == "first-token"


def test_settings_change_and_go(fake_oauth_platform: FakeOauthPlatform, connected: Json, admin: Console) -> None:
    assert patch(admin, options={"shelf": "3"}).body["options"]["shelf"] == "3"
    assert "shelf" not in patch(admin, options={"shelf": ""}).body["options"]
    assert kept()["options"] == {"base_url": fake_oauth_platform.url, "motto": "Frisch!"}


def test_kept_secrets_are_sent_to_no_other_address(
    fake_oauth_platform: FakeOauthPlatform, connected: Json, admin: Console
) -> None:
    """Else a person who may change an address could read secrets that nobody is shown."""
    fake_oauth_platform.asked.clear()
    for elsewhere in (
        {"base_url": f"http://localhost:{fake_oauth_platform.port}"},
        {"token_url": fake_oauth_platform.url},
        {"base_url": ""},
    ):
        assert patch(admin, options=elsewhere).body["error"] == "connection_missing"
    assert fake_oauth_platform.asked == []
    secrets = {"token": "second-token", "webhook_secret": "hush-2", "expires_at": FAR}
    moved = patch(admin, options={"base_url": f"http://localhost:{fake_oauth_platform.port}"}, secrets=secrets)
    assert moved.status == 200
    assert kept()["secrets"] == secrets


def test_a_change_waits_for_a_renewal(fake_oauth_platform: FakeOauthPlatform, connected: Json, admin: Console) -> None:
    """The last write of the secrets would win, and a refresh token is valid once."""
    until = now() + 30_000
    assert renewal_locks.acquire("fake_oauth", "demo", now(), until)
    answer = patch(admin, secrets={"token": "second-token", "expires_at": FAR})
    assert (answer.status, answer.body["error"]) == (503, "connection_busy")
    renewal_locks.release("fake_oauth", "demo", until)
    assert patch(admin, secrets={"token": "second-token", "expires_at": FAR}).status == 200


def test_a_person_stops_a_connection_and_lets_it_go_on(connected: Json, admin: Console, lead: Console) -> None:
    assert patch(admin, held=True).body["held"] is True
    assert lead.get("/connections").body["items"][0]["polling"]["next_at"] is None
    assert stored_connections.connection("fake_oauth", "demo").held
    assert patch(admin, secrets={"token": "second-token", "expires_at": FAR}).body["held"] is True
    assert patch(admin, held=False).body["held"] is False


def test_an_account_is_let_go(fake_oauth_platform: FakeOauthPlatform, connected: Json, admin: Console) -> None:
    poll_cursors.advance("fake_oauth", "demo", poll_cursors.Cursor(), "page-7")
    assert admin.delete(ONE).body == {"removed": True, "unregistered": True}
    assert fake_oauth_platform.hook == {}
    assert poll_cursors.read("fake_oauth", "demo") == poll_cursors.Cursor()
    assert stored_connections.connections() == []
    with pytest.raises(secrets.UnknownConnection):
        kept()
    assert admin.delete(ONE).status == 404
    assert admin.post("/connections", wish(fake_oauth_platform)).status == 201


def test_an_account_is_let_go_though_its_token_is_dead(
    fake_oauth_platform: FakeOauthPlatform, connected: Json, admin: Console
) -> None:
    fake_oauth_platform.tokens.clear()
    assert admin.delete(ONE).body == {"removed": True, "unregistered": False}
    assert stored_connections.connections() == []


@pytest.mark.parametrize(("method", "path"), [("PATCH", ONE), ("DELETE", ONE), ("POST", ONE + "/check")])
def test_change_of_a_missing_connection_is_not_found(
    fake_oauth_platform: FakeOauthPlatform, admin: Console, method: str, path: str
) -> None:
    body = {"held": True} if method == "PATCH" else None
    answer = admin.ask(method, path, body, headers={})
    assert (answer.status, answer.body["error"]) == (404, "no_connection")


def test_leads_look_and_administrators_do(
    fake_oauth_platform: FakeOauthPlatform, connected: Json, lead: Console, console: Console
) -> None:
    assert lead.get("/connections").status == lead.get("/channels").status == 200
    assert lead.post("/connections", wish(fake_oauth_platform, name="other")).body["error"] == "admins_only"
    assert lead.delete(ONE).body["error"] == "admins_only"
    assert lead.post(ONE + "/check").body["error"] == "admins_only"
    assert console.get("/channels").body["error"] == "forbidden"


# -- what a form is built from ----------------------------------------------------------------------------------------


def test_a_channel_says_what_it_asks_for(fake_oauth_platform: FakeOauthPlatform, lead: Console) -> None:
    items = {each["name"]: each for each in lead.get("/channels", Accept_Language="de").body["items"]}
    connected = items["fake_oauth"]
    assert [(each["name"], each["required"]) for each in connected["secrets"]] == [
        ("token", True),
        ("webhook_secret", True),
        ("refresh_token", False),
    ]
    assert connected["webhook"] == {"pattern": PATTERN.replace("{channel}", "fake_oauth"), "by_hand": False}
    assert connected["document"] == "docs/channels/fake_oauth.md"
    assert "facebook" in items


def test_a_channel_says_whether_it_can_be_searched_and_what_is_read_costs(lead: Console) -> None:
    searched = {each["name"]: each["search"] for each in lead.get("/channels").body["items"]}
    assert (searched["mastodon"], searched["x"]) == ({"metered": False}, {"metered": True})
    assert searched["facebook"] is None


# -- health -----------------------------------------------------------------------------------------------------------


def looked_at() -> stored_connections.Connection:
    return stored_connections.connection("fake_oauth", "demo")


def test_a_lost_webhook_is_registered_again(fake_oauth_platform: FakeOauthPlatform, connected: Json) -> None:
    fake_oauth_platform.hook = {}
    assert health.care(now())["looked"] == 1
    assert fake_oauth_platform.hook == {"url": HOOK, "secret": "hush-1"}
    assert looked_at().hooked == "yes"


MOVED = "https://localhost/webhooks/{channel}/{connection}"


def test_connection_moves_with_the_stack_to_a_domain_of_its_own(
    fake_oauth_platform: FakeOauthPlatform, connected: Json
) -> None:
    health.care(now(), MOVED)
    assert fake_oauth_platform.hook == {"url": "https://localhost/webhooks/fake_oauth/demo", "secret": "hush-1"}
    assert (looked_at().webhook, looked_at().hooked) == (fake_oauth_platform.hook["url"], "yes")


def test_connection_that_could_not_move_yet_moves_later(
    fake_oauth_platform: FakeOauthPlatform, connected: Json
) -> None:
    fake_oauth_platform.tokens.clear()
    health.care(now(), MOVED)
    assert fake_oauth_platform.hook["url"] == HOOK
    fake_oauth_platform.tokens["first-token"] = "account-1"
    health.care(now() + HOUR, MOVED)
    assert fake_oauth_platform.hook["url"] == "https://localhost/webhooks/fake_oauth/demo"


def test_connection_keeps_its_address_where_the_platform_does_not_take_the_new_one(
    fake_oauth_platform: FakeOauthPlatform, connected: Json, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = channels.get("fake_oauth").account
    register = account.register

    def only_the_old(found: Credentials, url: str) -> None:
        if url != HOOK:
            raise PermanentFailure(Reason.BAD, "callback_not_verified")
        register(found, url)

    monkeypatch.setattr(account, "register", only_the_old)
    health.care(now(), MOVED)
    assert (fake_oauth_platform.hook["url"], looked_at().webhook) == (HOOK, HOOK)
    assert looked_at().error == "bad callback_not_verified"


def test_connection_does_not_move_to_a_name_without_records(
    fake_oauth_platform: FakeOauthPlatform, connected: Json, monkeypatch: pytest.MonkeyPatch
) -> None:
    def without_records(address: str) -> None:
        raise ValueError(f"{address} has no address.")

    monkeypatch.setattr(http_guard, "check", without_records)
    health.care(now(), MOVED)
    assert (fake_oauth_platform.hook["url"], looked_at().webhook) == (HOOK, HOOK)


def test_connection_that_nobody_calls_gets_no_address_by_a_move(
    fake_oauth_platform: FakeOauthPlatform, connected: Json
) -> None:
    stored_connections.note_connection("fake_oauth", "demo", webhook="")
    health.care(now(), MOVED)
    assert (fake_oauth_platform.hook["url"], looked_at().webhook) == (HOOK, "")


def test_check_of_an_administrator_moves_a_connection(
    fake_oauth_platform: FakeOauthPlatform, connected: Json, admin: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_guard, "check", lambda address: None)
    stored_connections.note_connection(
        "fake_oauth", "demo", webhook="https://abc.execute-api.example/live/webhooks/fake_oauth/demo"
    )
    fake_oauth_platform.hook["url"] = looked_at().webhook
    assert admin.post(ONE + "/check").body["webhook"] == {"url": HOOK, "standing": "yes"}
    assert fake_oauth_platform.hook["url"] == HOOK


def test_a_dead_token_stops_the_connection_and_counts_it(
    fake_oauth_platform: FakeOauthPlatform, connected: Json, capsys: pytest.CaptureFixture[str]
) -> None:
    """Invariant 9: visibly. The counter has no dimension but the service, as an alarm cannot add up others."""
    fake_oauth_platform.tokens.clear()
    done = health.care(now() + 7 * HOUR)
    assert done["down"] == 1
    assert (looked_at().problem, looked_at().error) == ("auth", "auth 401")
    metrics = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "ConnectionsDown" in line]
    assert metrics[-1]["ConnectionsDown"] == [1.0]
    assert metrics[-1]["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [["service"]]


def test_a_token_that_works_again_lets_the_connection_go_on(
    fake_oauth_platform: FakeOauthPlatform, connected: Json
) -> None:
    stored_connections.pause_connection("fake_oauth", "demo", "auth", now() + HOUR, 3600)
    assert health.care(now())["down"] == 0
    assert looked_at().problem == ""
    assert looked_at().error == "auth"


def test_a_restricted_account_stays_stopped(fake_oauth_platform: FakeOauthPlatform, connected: Json) -> None:
    stored_connections.pause_connection("fake_oauth", "demo", "policy", now() + HOUR, 3600)
    assert health.care(now())["down"] == 1
    assert looked_at().problem == "policy"


def test_paused_connection_is_not_down(fake_oauth_platform: FakeOauthPlatform, connected: Json, admin: Console) -> None:
    patch(admin, held=True)
    fake_oauth_platform.tokens.clear()
    assert health.care(now() + 7 * HOUR)["down"] == 0


def test_secrets_that_work_are_tried_a_few_times_a_day(fake_oauth_platform: FakeOauthPlatform, connected: Json) -> None:
    fake_oauth_platform.asked.clear()
    for hours in (1, 2, 7, 8):
        health.care(now() + hours * HOUR)
    assert fake_oauth_platform.asked.count("GET /me") == 1


def test_those_that_waited_longest_are_looked_after_first(
    fake_oauth_platform: FakeOauthPlatform, connected: Json, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "MOST", 1)
    stored_connections.put_connection("nowhere", "gone", "7", "Gone")
    moment = now()
    health.care(moment)
    health.care(moment + 1)
    assert sorted(each.looked_at for each in stored_connections.connections()) == [moment, moment + 1]


def test_one_broken_connection_costs_no_other(fake_oauth_platform: FakeOauthPlatform, connected: Json) -> None:
    stored_connections.put_connection("fake_oauth", "lost", "account-9", "Lost")  # its secrets are not there
    done = health.care(now())
    assert (done["looked"], done["failed"]) == (2, 0)
    assert stored_connections.connection("fake_oauth", "lost").problem == "auth"


def test_lost_secrets_are_entered_again(
    fake_oauth_platform: FakeOauthPlatform, connected: Json, admin: Console
) -> None:
    secrets.drop("fake_oauth", "demo")
    health.care(now())
    assert patch(admin, secrets={"token": "second-token", "expires_at": FAR}).body["error"] == "connection_missing"
    assert (
        patch(admin, secrets={"token": "second-token", "expires_at": FAR, "webhook_secret": "hush-3"}).body["problem"]
        is None
    )
