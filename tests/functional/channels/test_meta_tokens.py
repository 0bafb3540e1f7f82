"""Tokens of Instagram and Threads: renewed in time, by a header where that is taken, and never shown."""

from __future__ import annotations

import logging
import traceback

import pytest
from msgspec.structs import replace

import channels
from channels.base import Credentials, PermanentFailure, Reason, TransientFailure
from shared import http_guard
from tests.support.platform import TOKEN, Platform

NOW = 1_790_000_000_000
GRANTS = [("instagram", "ig_refresh_token"), ("threads", "th_refresh_token")]
NEW = {"access_token": "new-and-hushed", "token_type": "bearer", "expires_in": 5_183_944}


@pytest.mark.parametrize(("name", "grant"), GRANTS)
def test_new_token_and_its_end_come_in_the_place_of_the_old(platform: Platform, name: str, grant: str) -> None:
    platform.says(NEW)
    renewed = channels.get(name).account.renew(platform.credentials, NOW)
    assert renewed == {"access_token": "new-and-hushed", "expires_at": str(NOW + 5_183_944_000)}
    (asked,) = platform.asked
    assert (asked["call"], asked["query"]) == ("GET /refresh_access_token", {"grant_type": grant})
    assert asked["headers"]["authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize(("name", "grant"), GRANTS)
def test_token_goes_into_the_address_only_where_no_header_is_taken(platform: Platform, name: str, grant: str) -> None:
    platform.fails(190)
    platform.says(NEW)
    assert channels.get(name).account.renew(platform.credentials, NOW)["access_token"] == "new-and-hushed"
    assert platform.asked[-1]["query"] == {"grant_type": grant, "access_token": TOKEN}


@pytest.mark.parametrize("name", ["instagram", "threads"])
@pytest.mark.parametrize("code", [190, 100, 10, 200])
def test_token_that_is_refused_waits_for_a_person(platform: Platform, name: str, code: int) -> None:
    for _ in range(2):
        platform.fails(code)
    with pytest.raises(TransientFailure) as refused:
        channels.get(name).account.renew(platform.credentials, NOW)
    assert refused.value.reason is Reason.AUTH


@pytest.mark.parametrize("name", ["instagram", "threads"])
@pytest.mark.parametrize(
    "body", [{}, {"access_token": ""}, {"access_token": "t"}, {"access_token": "t", "expires_in": 0}]
)
def test_answer_without_a_token_or_its_end_is_asked_for_again(platform: Platform, name: str, body: object) -> None:
    platform.says(body)
    with pytest.raises(TransientFailure) as failed:
        channels.get(name).account.renew(platform.credentials, NOW)
    assert failed.value.reason is Reason.RETRY


@pytest.mark.parametrize("name", ["instagram", "threads"])
def test_lost_answer_is_asked_for_again_and_shows_no_token(
    platform: Platform, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Invariant 8."""
    caplog.set_level(logging.DEBUG)
    platform.answers.append("reset")
    with pytest.raises(TransientFailure) as failed:
        channels.get(name).account.renew(platform.credentials, NOW)
    assert failed.value.reason is Reason.RETRY
    told = "".join(traceback.format_exception(failed.value)) + caplog.text + repr(platform.credentials)
    assert TOKEN not in told and "testsecret" not in told


def test_page_has_no_token_that_ends(platform: Platform) -> None:
    by_page = replace(platform.credentials, options={**platform.credentials.options, "flavour": "facebook"})
    instagram = channels.get("instagram")
    assert instagram.account.renew(by_page, NOW) == {}
    assert instagram.account.expires_at(by_page) is None
    assert platform.asked == []


@pytest.mark.parametrize("name", ["instagram", "threads"])
def test_proof_of_the_apps_secret_is_for_facebook_alone(platform: Platform, name: str) -> None:
    """It is documented there only; the others would have to be asked with another app's secret."""
    platform.says({"id": "1", "user_id": "1", "username": "nordlicht"})
    channels.get(name).account.check(platform.credentials)
    assert "appsecret_proof" not in platform.asked[0]["query"]


def test_token_ends_when_the_connection_says_so() -> None:
    for name in ("instagram", "threads"):
        channel = channels.get(name)
        assert channel.capabilities.renews and channel.capabilities.renew_before == 7 * 86_400_000
        assert channel.account.expires_at(Credentials("1", {"expires_at": str(NOW)})) == NOW


@pytest.mark.parametrize("name", ["facebook", "instagram", "threads"])
def test_nothing_is_sent_into_a_private_network(name: str) -> None:
    """An address that a person typed is refused for good where only the public network is permitted."""
    http_guard.permit("public")
    try:
        with pytest.raises(PermanentFailure) as refused:
            channels.get(name).account.check(
                Credentials("1", {"access_token": TOKEN}, {"base_url": "https://169.254.169.254"})
            )
    finally:
        http_guard.permit("any")
    assert (refused.value.reason, refused.value.code) == (Reason.BAD, "address")
