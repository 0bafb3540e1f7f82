"""The one transport: what every channel makes of an address, a connection or an answer that is not as it should be."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest

import channels
from channels import _http, _transport
from channels._transport import MAYBE_SENT, Answer, Call, CodeTable, Refusal
from channels.base import (
    Channel,
    ChannelError,
    Credentials,
    Outbound,
    PermanentFailure,
    Reason,
    TransientFailure,
    UnconfirmedSend,
    Way,
)
from shared import http_guard
from tests.unit.channels.answers import failed

NAMES = channels.names()
INSIDE = "https://10.0.0.7"
CALL = Call("POST", "https://platform.example/", {}, {})
DATE = "Mon, 21 Sep 2026 08:00:00 GMT"
CODES = CodeTable(
    {"GONE": Reason.GONE, "BUSY": Reason.RETRY, "TWICE": MAYBE_SENT}, {429: Reason.RATE}, {Reason.RATE: 60.0}
)


@pytest.fixture
def public() -> None:
    """The template's own choice."""
    http_guard.permit("public")


def connection(channel: Channel) -> Credentials:
    """A connection whose addresses lie in the company's own network."""
    names = (*channel.capabilities.secret_names, *channel.capabilities.optional_secrets)
    addresses = ("base_url", *(name for name in channel.capabilities.option_names if name.endswith("_url")))
    secrets = dict.fromkeys(names, "1") | {"access_jwt": "1.1.1", "reply_key": "key", "access_token": "token"}
    options = dict.fromkeys(addresses, INSIDE) | {"api_username": "us", "client_id": "1"}
    account = {"google": "accounts/1/locations/1", "email": "help@fair.example"}.get(channel.name, "1")
    return Credentials(account, secrets, options, "eu-central-1")


def outbound(way: Way, post: str) -> Outbound:
    return Outbound("1790000000000-1", way, "Hello", post, customer_id="mira@mail.example", reply_to_id=post)


@pytest.mark.parametrize("name", NAMES)
def test_refused_address_is_permanent_when_the_account_is_checked(name: str, public: None) -> None:
    channel = channels.get(name)
    with pytest.raises(PermanentFailure) as refused:
        channel.account.check(connection(channel))
    assert (refused.value.reason, refused.value.code) == (Reason.BAD, "address")


WAYS = {
    "email": Way.PRIVATE_MESSAGE,
    "whatsapp": Way.PRIVATE_MESSAGE,
    "telegram": Way.PRIVATE_MESSAGE,
    "x": Way.PRIVATE_MESSAGE,
}


@pytest.mark.parametrize("name", NAMES)
def test_refused_address_is_permanent_when_a_message_is_sent(name: str, public: None) -> None:
    channel = channels.get(name)
    with pytest.raises(PermanentFailure) as refused:
        channel.sender.try_send(outbound(WAYS.get(name, Way.PUBLIC_REPLY), "17"), connection(channel))
    assert (refused.value.reason, refused.value.code) == (Reason.BAD, "address")


@pytest.mark.parametrize("name", [name for name in NAMES if channels.get(name).capabilities.renews])
def test_refused_address_of_a_renewal_waits_for_a_person(name: str, public: None) -> None:
    channel = channels.get(name)
    with pytest.raises(TransientFailure) as refused:
        channel.account.renew(connection(channel), 1_790_000_000_000)
    assert (refused.value.reason, refused.value.code) == (Reason.AUTH, "address")


@pytest.mark.parametrize("name", [name for name in NAMES if channels.get(name).capabilities.poll_seconds])
def test_refused_address_is_permanent_when_the_platform_is_asked(name: str, public: None) -> None:
    channel = channels.get(name)
    cursors = {"facebook", "instagram", "threads"}
    with pytest.raises(PermanentFailure) as refused:
        channel.receiver.poll(
            "1790000000000" if name in cursors or name == "x" else "", connection(channel), 1_790_000_000_000
        )
    assert (refused.value.reason, refused.value.code) == (Reason.BAD, "address")


class Wire:
    """Takes the place of the network: raises or answers."""

    def __init__(self, result: Answer | type[Exception]) -> None:
        self.result = result

    def send(self, call: Call) -> Answer:
        if isinstance(self.result, Answer):
            return self.result
        raise self.result


def classify(answer: Answer) -> Refusal | None:
    body = answer.body or {}
    return None if answer.has_result else CODES.refusal(answer, str(answer.status), CODES.meaning(body.get("code")))


@pytest.mark.parametrize(
    ("broken", "repeatable", "failure", "code"),
    [
        (_http.Refused, True, PermanentFailure, "address"),
        (_http.Refused, False, PermanentFailure, "address"),
        (_http.NotReached, True, TransientFailure, "not_reached"),
        (_http.NotReached, False, TransientFailure, "not_reached"),
        (_http.AnswerLost, True, TransientFailure, "answer_lost"),
        (_http.AnswerLost, False, UnconfirmedSend, ""),
    ],
)
def test_broken_connection(
    broken: type[Exception],
    repeatable: bool,
    failure: type[Exception],
    code: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(_http, "send", Wire(broken).send)
    with pytest.raises(failure) as raised:
        _transport.call(CALL, channel="test", repeatable=repeatable, classify=classify)
    assert type(raised.value) is failure and getattr(raised.value, "code", "") == code


@pytest.mark.parametrize(
    ("answer", "repeatable", "failure"),
    [
        (Answer(400, {}, {"code": "GONE"}), True, PermanentFailure),
        (Answer(500, {}, {"code": "BUSY"}), False, TransientFailure),
        (Answer(400, {}, {"code": "TWICE"}), False, UnconfirmedSend),
        (Answer(400, {}, {"code": "TWICE"}), True, TransientFailure),
        (Answer(502, {}, None), False, UnconfirmedSend),
        (Answer(502, {}, None), True, TransientFailure),
        (Answer(408, {}, None), False, TransientFailure),
        (Answer(302, {}, None), False, TransientFailure),
        (Answer(418, {}, None), True, PermanentFailure),
        (Answer(200, {}, None, text="<html>"), False, UnconfirmedSend),
    ],
)
def test_answer_is_the_failure_that_its_code_or_else_its_status_means(
    answer: Answer, repeatable: bool, failure: type[Exception]
) -> None:
    assert type(failed(classify, answer, repeatable=repeatable)) is failure


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "17"}, 17),
        ({"retry-after": " 17 "}, 17),
        ({"retry-after": "0"}, 60),
        ({"retry-after": "-5"}, 60),
        ({"retry-after": "9" * 5000}, 86_400),
        ({"retry-after": "Mon, 21 Sep 2026 08:01:30 GMT", "date": DATE}, 90),
        ({"retry-after": "Mon, 21 Sep 2026 07:00:00 GMT", "date": DATE}, 1),
        ({"retry-after": "Mon, 21 Sep 2026 08:01:30 GMT"}, 60),
        ({"retry-after": "soon", "date": DATE}, 60),
        ({}, 60),
    ],
)
def test_pause_is_what_the_header_says_in_seconds_or_as_a_date(headers: dict[str, str], seconds: float) -> None:
    failure = failed(classify, Answer(429, headers, None))
    assert isinstance(failure, TransientFailure)
    assert (failure.reason, failure.retry_after) == (Reason.RATE, seconds)


@pytest.mark.parametrize(
    ("result", "outcome"),
    [
        (Answer(200, {}, {}), "ok"),
        (Answer(429, {}, None), "rate"),
        (Answer(502, {}, None), "unclear"),
        (_http.Refused, "bad"),
    ],
)
def test_duration_and_outcome_are_a_metric_without_any_address(
    result: Any, outcome: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Nachfrage")
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "test")
    monkeypatch.setattr(_http, "send", Wire(result).send)
    with contextlib.suppress(ChannelError):
        _transport.call(CALL, channel="mastodon", repeatable=False, classify=classify)
    (line,) = capsys.readouterr().out.splitlines()
    written = json.loads(line)
    assert (written["channel"], written["outcome"]) == ("mastodon", outcome)
    assert written["PlatformSeconds"][0] >= 0 and "platform.example" not in line
