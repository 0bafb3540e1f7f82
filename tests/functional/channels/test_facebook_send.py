"""Facebook, outbound: over a real connection to a small server on this machine, which answers as it is told."""

from __future__ import annotations

import hashlib
import hmac
import logging
import socket
import traceback
from typing import Any

import pytest
from msgspec.structs import replace

import channels
from channels import _http
from channels.base import (
    Choice,
    Outbound,
    PermanentFailure,
    Reason,
    TransientFailure,
    UnconfirmedSend,
    Way,
)
from tests.support.platform import PAGE, TOKEN, Platform

facebook = channels.get("facebook")
NOW = 1_790_000_000_000
DAY = 86_400_000
POST, COMMENT, REPLY = f"{PAGE}_7", "7_8", "7_9"


def outbound(way: Way = Way.PUBLIC_REPLY, **more: Any) -> Outbound:
    plain = Outbound("our-id-1", way, "Grüße 🙂 & mehr", POST, COMMENT, "81", attempted_at=NOW)
    return replace(plain, **more)


# -- what is sent -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "target"),
    [
        (outbound(), COMMENT),
        (outbound(branch_id=""), POST),
        (outbound(reply_to_id=REPLY), REPLY),
        (outbound(reply_to_id="x-0123"), COMMENT),
    ],
)
def test_public_reply_is_a_comment(platform: Platform, message: Outbound, target: str) -> None:
    platform.says({"id": "7_10"})
    assert facebook.sender.try_send(message, platform.credentials) == "7_10"
    (asked,) = platform.asked
    assert asked["call"] == f"POST /v99.0/{target}/comments"
    assert asked["body"] == {"message": "Grüße 🙂 & mehr"}


MESSAGE = {"text": "Grüße 🙂 & mehr", "metadata": "our-id-1"}


@pytest.mark.parametrize(
    ("message", "body"),
    [
        (outbound(Way.PRIVATE_MESSAGE), {"recipient": {"id": "81"}, "messaging_type": "RESPONSE"}),
        (
            outbound(Way.PRIVATE_MESSAGE, reply_to_id="m_1"),
            {"recipient": {"id": "81"}, "messaging_type": "RESPONSE", "reply_to": {"mid": "m_1"}},
        ),
        (
            outbound(Way.PRIVATE_MESSAGE, customer_id="ref:77"),
            {"recipient": {"user_ref": "77"}, "messaging_type": "RESPONSE"},
        ),
        (
            outbound(Way.HUMAN_AGENT),
            {"recipient": {"id": "81"}, "messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"},
        ),
        (outbound(Way.PRIVATE_REPLY), {"recipient": {"comment_id": COMMENT}}),
        (outbound(Way.PRIVATE_REPLY, reply_to_id=REPLY), {"recipient": {"comment_id": REPLY}}),
        (outbound(Way.PRIVATE_REPLY, branch_id=""), {"recipient": {"post_id": POST}}),
    ],
)
def test_private_ways_use_the_send_api(platform: Platform, message: Outbound, body: dict[str, Any]) -> None:
    platform.says({"recipient_id": "81", "message_id": "m_99"})
    assert facebook.sender.try_send(message, platform.credentials) == "m_99"
    (asked,) = platform.asked
    assert asked["call"] == f"POST /v99.0/{PAGE}/messages"
    assert asked["body"] == {**body, "message": MESSAGE}


def test_choices_are_buttons_in_messenger_and_nothing_in_public(platform: Platform) -> None:
    choices = (Choice("Ja, läuft wieder", "solved"), Choice("Noch kaputt", "broken"))
    platform.says({"recipient_id": "81", "message_id": "m_99"})
    facebook.sender.try_send(outbound(Way.PRIVATE_MESSAGE, choices=choices), platform.credentials)
    platform.says({"id": "7_10"})
    facebook.sender.try_send(outbound(choices=choices), platform.credentials)
    private, public = platform.asked
    assert private["body"]["message"]["quick_replies"] == [
        {"content_type": "text", "title": "Ja, läuft wieder", "payload": "solved"},
        {"content_type": "text", "title": "Noch kaputt", "payload": "broken"},
    ]
    assert public["body"] == {"message": "Grüße 🙂 & mehr"}


def test_token_travels_in_the_header_with_its_proof(platform: Platform) -> None:
    platform.says({"id": "1"})
    facebook.sender.try_send(outbound(), platform.credentials)
    (asked,) = platform.asked
    assert asked["headers"]["authorization"] == f"Bearer {TOKEN}"
    assert asked["query"] == {"appsecret_proof": hmac.new(b"testsecret", TOKEN.encode(), hashlib.sha256).hexdigest()}
    assert TOKEN not in asked["path"]


def test_without_an_app_secret_there_is_no_proof(platform: Platform) -> None:
    platform.says({"id": "1"})
    facebook.sender.try_send(outbound(), replace(platform.credentials, secrets={"access_token": f" {TOKEN}\n"}))
    (asked,) = platform.asked
    assert (asked["query"], asked["headers"]["authorization"]) == ({}, f"Bearer {TOKEN}")


@pytest.mark.parametrize("token", [{}, {"access_token": ""}, {"access_token": "tökén"}])
def test_connection_without_a_token_waits_for_one(platform: Platform, token: dict[str, str]) -> None:
    with pytest.raises(TransientFailure) as caught:
        facebook.sender.try_send(outbound(), replace(platform.credentials, secrets=token))
    assert caught.value.reason == Reason.AUTH
    assert platform.asked == []


def test_private_message_to_nobody_fails(platform: Platform) -> None:
    with pytest.raises(PermanentFailure):
        facebook.sender.try_send(outbound(Way.PRIVATE_MESSAGE, customer_id=None), platform.credentials)


# -- what comes back --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "subcode", "failure", "reason"),
    [
        (190, 463, TransientFailure, Reason.AUTH),
        (10, 2018278, PermanentFailure, Reason.WINDOW),
        (100, 33, PermanentFailure, Reason.GONE),
        (2, None, TransientFailure, Reason.RETRY),
        (10, 1893063, TransientFailure, Reason.POLICY),
    ],
)
def test_error_of_the_platform_decides_whatever_the_status(
    platform: Platform, code: int, subcode: int | None, failure: type[Exception], reason: Reason
) -> None:
    for status in (200, 400, 500):
        platform.fails(code, subcode, status)
        with pytest.raises(failure) as caught:
            facebook.sender.try_send(outbound(), platform.credentials)
        assert getattr(caught.value, "reason", None) == reason


@pytest.mark.parametrize(("code", "subcode"), [(506, None), (10900, None), (1, 1357046)])
def test_message_is_unconfirmed_when_an_earlier_attempt_may_have_succeeded(
    platform: Platform, code: int, subcode: int | None
) -> None:
    platform.fails(code, subcode)
    with pytest.raises(UnconfirmedSend):
        facebook.sender.try_send(outbound(), platform.credentials)


def test_rate_limit_tells_how_long_to_wait(platform: Platform) -> None:
    platform.fails(80001, status=403, X_Business_Use_Case_Usage='{"1":[{"estimated_time_to_regain_access":5}]}')
    platform.says(b"slow down", 429, Retry_After="7")
    for seconds in (300, 7):
        with pytest.raises(TransientFailure) as caught:
            facebook.sender.try_send(outbound(), platform.credentials)
        assert (caught.value.reason, caught.value.retry_after) == (Reason.RATE, seconds)


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"<html>", 502), (b"", 500), (b"", 200), (b"<html>", 200), (b"[]", 200), (b"{}", 200), (b'{"id":true}', 200)],
)
def test_unclear_answer_is_no_failure_and_no_success(platform: Platform, body: bytes, status: int) -> None:
    platform.says(body, status)
    with pytest.raises(UnconfirmedSend):
        facebook.sender.try_send(outbound(), platform.credentials)


@pytest.mark.parametrize(
    ("status", "failure", "reason"),
    [
        (302, TransientFailure, Reason.RETRY),
        (400, PermanentFailure, Reason.BAD),
        (401, TransientFailure, Reason.AUTH),
        (403, PermanentFailure, Reason.PERMISSION),
        (404, PermanentFailure, Reason.GONE),
        (408, TransientFailure, Reason.RETRY),
    ],
)
def test_plain_refusal_is_read_by_its_status(
    platform: Platform, status: int, failure: type[Exception], reason: Reason
) -> None:
    platform.says(b"no", status, Location=f"http://127.0.0.1:{platform.port}/elsewhere")
    with pytest.raises(failure) as caught:
        facebook.sender.try_send(outbound(), platform.credentials)
    assert getattr(caught.value, "reason", None) == reason
    assert len(platform.asked) == 1


# -- when the line breaks ---------------------------------------------------------------------------------------------


def test_reset_after_the_request_is_unconfirmed(platform: Platform) -> None:
    platform.answers.append("reset")
    with pytest.raises(UnconfirmedSend):
        facebook.sender.try_send(outbound(), platform.credentials)
    assert len(platform.asked) == 1


def test_silence_is_unconfirmed(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_http, "READ_SECONDS", 0.2)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        platform.port = silent.getsockname()[1]
        with pytest.raises(UnconfirmedSend):
            facebook.sender.try_send(outbound(), platform.credentials)


@pytest.mark.parametrize(
    "base", ["http://127.0.0.1:1", "http://no-such-host.invalid", "no address", "http://", "http://[::1", "ftp://x"]
)
def test_request_that_never_left_can_be_sent_again(platform: Platform, base: str) -> None:
    with pytest.raises(TransientFailure) as caught:
        facebook.sender.try_send(outbound(), replace(platform.credentials, options={"base_url": base}))
    assert caught.value.reason == Reason.RETRY


def test_connection_to_another_kind_of_server_never_got_through(platform: Platform) -> None:
    base = f"https://127.0.0.1:{platform.port}"
    with pytest.raises((TransientFailure, UnconfirmedSend)):
        facebook.sender.try_send(outbound(), replace(platform.credentials, options={"base_url": base}))
    assert platform.asked == []


@pytest.mark.parametrize("break_it", ["reset", "refuse", "error", "header"])
def test_no_secret_is_in_any_trace_of_a_failure(
    platform: Platform, break_it: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    credentials = platform.credentials
    platform.answers.append("reset")
    if break_it == "refuse":
        credentials = replace(credentials, options={"base_url": "http://127.0.0.1:1"})
    elif break_it == "error":
        platform.answers.clear()
        platform.fails(190)
    elif break_it == "header":
        credentials = replace(credentials, secrets={"access_token": f"{TOKEN}\r\nx: y"})
    with pytest.raises((TransientFailure, UnconfirmedSend)) as caught:
        facebook.sender.try_send(outbound(), credentials)
    told = "".join(traceback.format_exception(caught.value)) + caplog.text + repr(caught.value.__context__)
    for secret in (TOKEN, "testsecret", "private words", "Grüße"):
        assert secret not in told


def test_connections_are_not_used_again_after_a_pause(platform: Platform) -> None:
    line = _http._line()
    for _ in range(2):
        platform.says({"id": "1"})
        facebook.sender.try_send(outbound(), platform.credentials)
    line._used_at -= 60
    platform.says({"id": "2"})
    assert facebook.sender.try_send(outbound(), platform.credentials) == "2"


# -- looking for what was sent ----------------------------------------------------------------------------------------


def standing(number: int, at: int = NOW, text: str = "Grüße 🙂 & mehr", author: str = PAGE) -> dict[str, Any]:
    return {"id": f"7_{number}", "message": text, "created_time": at // 1000, "from": {"id": author, "name": "x"}}


def edge(*items: object, after: str | None = None) -> dict[str, Any]:
    paging = {"cursors": {"after": after or "end"}, **({"next": "https://x/?access_token=y"} if after else {})}
    return {"data": list(items), "paging": paging}


@pytest.mark.parametrize(
    ("items", "found"),
    [
        ([], None),
        ([standing(1)], "7_1"),
        ([standing(1, author="81")], None),
        ([standing(1, text="Grüße")], None),
        ([standing(1, text=" Grüße 🙂 & mehr \r\n")], "7_1"),
        ([standing(1, at=NOW - 3000)], None),
        ([standing(1, at=NOW - 1000)], "7_1"),
        ([standing(3, at=NOW + 9000), standing(2, at=NOW + 1000), standing(1, at=NOW - 9000)], "7_2"),
        ([{"id": "7_1"}, 7, None, {"id": "7_2", "from": None, "message": None, "created_time": "x"}], None),
    ],
)
def test_comment_is_found_by_author_text_and_time(platform: Platform, items: list[Any], found: str | None) -> None:
    platform.says(edge(*items))
    assert facebook.sender.find_sent(outbound(), platform.credentials) == found
    (asked,) = platform.asked
    assert asked["call"] == f"GET /v99.0/{COMMENT}/comments"
    assert asked["query"]["fields"] == "id,from,message,created_time"
    assert asked["query"]["order"] == "reverse_chronological"


def test_times_of_the_platform_are_iso(platform: Platform) -> None:
    platform.says(edge({**standing(1), "created_time": "2026-09-21T13:33:20+0000"}))
    assert facebook.sender.find_sent(outbound(attempted_at=1_789_997_600_000), platform.credentials) == "7_1"


def test_pages_are_turned_while_they_are_recent(platform: Platform) -> None:
    platform.says(edge(standing(9, text="andere"), after="p2"))
    platform.says(edge(after="p3"))
    platform.says(edge(standing(5), standing(4, at=NOW - DAY), after="p4"))
    assert facebook.sender.find_sent(outbound(), platform.credentials) == "7_5"
    assert [asked["query"].get("after") for asked in platform.asked] == [None, "p2", "p3"]


def test_pages_in_another_order_are_read_to_the_end(platform: Platform) -> None:
    platform.says(edge(standing(1, at=NOW - 2 * DAY), standing(2, at=NOW - DAY), after="p2"))
    platform.says(edge(standing(3)))
    assert facebook.sender.find_sent(outbound(), platform.credentials) == "7_3"


def test_endless_thread_is_not_taken_for_an_empty_one(platform: Platform) -> None:
    for _ in range(10):
        platform.says(edge(standing(1, text="andere"), after="more"))
    with pytest.raises(TransientFailure):
        facebook.sender.find_sent(outbound(), platform.credentials)


def test_answer_to_a_reply_is_looked_for_below_it_and_in_its_branch(platform: Platform) -> None:
    platform.says(edge())
    platform.says(edge(standing(1)))
    assert facebook.sender.find_sent(outbound(reply_to_id=REPLY), platform.credentials) == "7_1"
    assert [asked["call"].split("/")[2] for asked in platform.asked] == [REPLY, COMMENT]


@pytest.mark.parametrize("way", [Way.PRIVATE_MESSAGE, Way.HUMAN_AGENT, Way.PRIVATE_REPLY])
def test_private_message_is_found_in_the_chat(platform: Platform, way: Way) -> None:
    messages = {"data": [standing(3, author="81"), standing(2), standing(1, at=NOW - DAY)]}
    platform.says({"data": [{"id": "t_1", "messages": messages}]})
    assert facebook.sender.find_sent(outbound(way), platform.credentials) == "7_2"
    (asked,) = platform.asked
    assert asked["call"] == f"GET /v99.0/{PAGE}/conversations"
    assert asked["query"]["user_id"] == "81"


def test_chat_without_messages_has_none_of_ours(platform: Platform) -> None:
    for body in ({"data": []}, {}, {"data": [{"id": "t_1"}]}):
        platform.says(body)
        assert facebook.sender.find_sent(outbound(Way.PRIVATE_MESSAGE), platform.credentials) is None


def test_thread_that_cannot_be_read_is_not_an_empty_thread(platform: Platform) -> None:
    platform.fails(190)
    platform.says(b"<html>", 502)
    platform.answers.append("reset")
    for reason in (Reason.AUTH, Reason.RETRY, Reason.RETRY):
        with pytest.raises(TransientFailure) as caught:
            facebook.sender.find_sent(outbound(), platform.credentials)
        assert caught.value.reason == reason
    platform.fails(100, 33)
    with pytest.raises(PermanentFailure):
        facebook.sender.find_sent(outbound(), platform.credentials)


# -- names ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ({"first_name": "Anneliese", "last_name": "Öztürk", "id": "81"}, "Anneliese Öztürk"),
        ({"first_name": "Anneliese"}, "Anneliese"),
        ({"name": "Bogdan Kühn"}, "Bogdan Kühn"),
        ({}, None),
        ({"first_name": None, "name": ""}, None),
    ],
)
def test_name_of_a_customer_may_be_missing(platform: Platform, body: dict[str, Any], name: str | None) -> None:
    platform.says(body)
    assert facebook.receiver.profile_name("81", platform.credentials) == name
    assert platform.asked[0]["call"] == "GET /v99.0/81"


def test_name_that_is_not_ours_to_see_is_no_error(platform: Platform) -> None:
    for code, subcode in ((100, 2018218), (2018218, None), (100, 33), (10, None)):
        platform.fails(code, subcode)
        assert facebook.receiver.profile_name("81", platform.credentials) is None
    assert facebook.receiver.profile_name("ref:77", platform.credentials) is None


def test_name_is_asked_for_again_when_the_platform_was_busy(platform: Platform) -> None:
    platform.fails(4)
    with pytest.raises(TransientFailure):
        facebook.receiver.profile_name("81", platform.credentials)
