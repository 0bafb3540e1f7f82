"""Facebook: who may knock, what is understood, what may be sent when, and what an error means."""

from __future__ import annotations

import hashlib
import hmac
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import channels
from channels import _messenger, _meta, _payload
from channels._transport import Answer
from channels._values import as_id, as_millis, as_text, content_id
from channels.base import (
    ChannelError,
    Credentials,
    InvalidSignature,
    PermanentFailure,
    Reason,
    Request,
    Situation,
    TransientFailure,
    UnconfirmedSend,
    Way,
)
from conversations.facts import Fact, Unreadable, Visibility
from tests.unit.channels.answers import failed
from tests.unit.channels.mangling import JSON, assert_read_in_linear_time, assert_understood, mutated
from tests.unit.channels.samples import ACCOUNT, samples

facebook = channels.get("facebook")
FUNCTIONS = Path(__file__).parents[3] / "functions"
HOUR = 3_600_000
DAY = 24 * HOUR
NOW = 1_790_000_000_000
OURS = Credentials(ACCOUNT)


def signed(secret: str, body: bytes, algorithm: str = "sha256") -> str:
    return f"{algorithm}={hmac.new(secret.encode(), body, getattr(hashlib, algorithm)).hexdigest()}"


def call(body: object, **headers: str) -> Request:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Request("POST", {name.replace("_", "-"): value for name, value in headers.items()}, {}, raw)


def parse(body: object) -> list[Fact | Unreadable]:
    return facebook.receiver.parse(call(body), Credentials(ACCOUNT))


def fact(body: object) -> Fact:
    (found,) = parse(body)
    assert isinstance(found, Fact)
    return found


def entry(**parts: Any) -> dict[str, Any]:
    return {"object": "page", "entry": [{"id": ACCOUNT, "time": 1_790_000_001, **parts}]}


def event(**content: Any) -> dict[str, Any]:
    return {"sender": {"id": "81"}, "recipient": {"id": ACCOUNT}, "timestamp": NOW, **content}


def comment(**content: Any) -> dict[str, Any]:
    value = {"item": "comment", "verb": "add", "post_id": "1_7", "comment_id": "7_8", "parent_id": "1_7", **content}
    return entry(changes=[{"field": "feed", "value": value}])


# -- who may knock ----------------------------------------------------------------------------------------------------

ESCAPED = (rb'{"message":"Gr\u00fc\u00dfe"}', "233f72a080526710531f077c87d1739683f2483e6bc3e8e2a243ac2e518da68b")
PLAIN = ('{"message":"Grüße"}'.encode(), "32ea36b69eef0c4140a52fe3c4978fd05fc51125771150785fb11bd91f458d11")
TESTED = Credentials(ACCOUNT, {"app_secret": "testsecret"})


@pytest.mark.parametrize(("body", "digest"), [ESCAPED, PLAIN])
def test_signature_is_over_the_bytes_as_they_came(body: bytes, digest: str) -> None:
    facebook.receiver.verify(call(body, x_hub_signature_256=f"sha256={digest}"), TESTED)


def test_the_same_text_in_other_bytes_has_another_signature() -> None:
    with pytest.raises(InvalidSignature):
        facebook.receiver.verify(call(PLAIN[0], x_hub_signature_256=f"sha256={ESCAPED[1]}"), TESTED)


@pytest.mark.parametrize("newer", [{}, {"x_hub_signature_256": ""}, {"x_hub_signature_256": "sha256=00"}], ids=str)
def test_the_older_header_with_sha1_proves_nothing(newer: dict[str, str]) -> None:
    with pytest.raises(InvalidSignature):
        facebook.receiver.verify(call(b"{}", **newer, x_hub_signature=signed("testsecret", b"{}", "sha1")), TESTED)


def test_older_algorithm_in_the_newer_header_is_refused() -> None:
    with pytest.raises(InvalidSignature):
        facebook.receiver.verify(call(b"{}", x_hub_signature_256=signed("testsecret", b"{}", "sha1")), TESTED)


def test_both_secrets_hold_during_a_rotation() -> None:
    both = Credentials(ACCOUNT, {"app_secret": "new", "previous_app_secret": "old"})
    for secret in ("new", "old"):
        facebook.receiver.verify(call(b"{}", x_hub_signature_256=signed(secret, b"{}")), both)
    with pytest.raises(InvalidSignature):
        facebook.receiver.verify(call(b"{}", x_hub_signature_256=signed("older", b"{}")), both)


def test_empty_secret_signs_nothing() -> None:
    for secrets in ({}, {"app_secret": ""}, {"app_secret": "", "previous_app_secret": ""}):
        with pytest.raises(InvalidSignature):
            facebook.receiver.verify(call(b"{}", x_hub_signature_256=signed("", b"{}")), Credentials(ACCOUNT, secrets))


@given(st.text() | st.from_regex(r"sha(1|256)=[0-9a-fA-F]*", fullmatch=True), st.booleans())
def test_odd_header_is_refused_and_nothing_else(header: str, newer: bool) -> None:
    name = "x_hub_signature_256" if newer else "x_hub_signature"
    with pytest.raises(InvalidSignature):
        facebook.receiver.verify(call(b"{}", **{name: header}), TESTED)


SUBSCRIBE = {"hub.mode": "subscribe", "hub.verify_token": "let me ä in", "hub.challenge": "1158201444"}
KEEPER = Credentials(ACCOUNT, {"verify_token": "let me ä in"})


def test_handshake_returns_the_challenge() -> None:
    assert facebook.receiver.handshake(Request("GET", {}, SUBSCRIBE), KEEPER) == "1158201444"


@pytest.mark.parametrize(
    "change",
    [
        {"hub.verify_token": "guess"},
        {"hub.verify_token": ""},
        {"hub.verify_token": "\udcff"},
        {"hub.mode": "unsubscribe"},
        {"hub.mode": None},
        {"hub.challenge": None},
    ],
    ids=str,
)
def test_handshake_of_a_stranger_is_refused(change: dict[str, str | None]) -> None:
    query = {name: value for name, value in {**SUBSCRIBE, **change}.items() if value is not None}
    with pytest.raises(InvalidSignature):
        facebook.receiver.handshake(Request("GET", {}, query), KEEPER)


def test_handshake_without_a_token_of_ours_is_refused() -> None:
    for secrets in ({}, {"verify_token": ""}):
        with pytest.raises(InvalidSignature):
            facebook.receiver.handshake(
                Request("GET", {}, {**SUBSCRIBE, "hub.verify_token": ""}), Credentials(ACCOUNT, secrets)
            )


# -- what is understood (the samples say the rest) --------------------------------------------------------------------


@pytest.mark.parametrize("body", [[], "text", 7, None, True, {}, {"entry": None}, {"object": "page", "entry": []}])
def test_json_with_nothing_in_it_tells_nothing(body: object) -> None:
    assert parse(body) == []


@pytest.mark.parametrize(
    ("value", "text"), [("", None), (None, None), (12, "12"), (1.5, "1.5"), (True, None), (["a"], None), ({}, None)]
)
def test_text_is_text_or_nothing(value: object, text: str | None) -> None:
    assert fact(comment(message=value)).text == text


def test_nothing_is_kept_of_what_was_removed() -> None:
    found = fact(comment(verb="remove", message="Bitte löschen", photo="https://cdn.example/a.jpg"))
    assert (found.text, found.attachments) == (None, ())


def test_edit_to_nothing_is_not_an_edit_without_text() -> None:
    assert fact(comment(verb="edited", message="")).text == ""
    assert fact(comment(verb="edited")).text is None


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("a", "a"),
        (9_007_199_254_740_993, "9007199254740993"),
        (5e3, "5000"),
        (-1, "-1"),
        (0, "0"),
        (1.5, None),
        (float("inf"), None),
        (float("nan"), None),
        (True, None),
        (None, None),
        ("", None),
        ({"id": 1}, None),
        ("x" * 501, None),
        ("ü" * 251, None),
        (10**600, None),
    ],
)
def test_id_is_a_string_or_missing(value: object, found: str | None) -> None:
    assert as_id(value) == found


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (1_700_000_000, 1_700_000_000_000),
        (1_700_000_000_123, 1_700_000_000_123),
        ("1700000000", 1_700_000_000_000),
        (1_700_000_000.5, 1_700_000_000_500),
        ("2026-01-01T00:00:00+0000", 1_767_225_600_000),
        ("2026-01-01T01:00:00+01:00", 1_767_225_600_000),
        ("2026-01-01T00:00:00", 1_767_225_600_000),
        ("TIMESTAMP", None),
        ("9" * 5000, None),
        ("0001-01-01T00:00:00+23:59", None),
        (0, None),
        (1, None),
        (-5, None),
        (10**13, None),
        (10**10, None),
        (9_999_999_999.9999, 9_999_999_999_999),
        (float("nan"), None),
        (float("inf"), None),
        (10**400, None),
        (True, None),
        (None, None),
        ([], None),
    ],
)
def test_time_is_milliseconds_or_missing(value: object, found: int | None) -> None:
    assert as_millis(value) == found


def test_time_falls_back_to_the_entry_and_then_to_zero() -> None:
    for odd in ("TIMESTAMP", 0, 1, None):
        assert fact(comment(created_time=odd)).at == 1_790_000_001_000
    assert fact({"entry": [{"messaging": [event(message={"mid": "m"}, timestamp=1)]}]}).at == 0


def test_halves_of_surrogate_pairs_become_storable() -> None:
    assert as_text("a\ud83d") == "a\ufffd"
    assert as_text("\ud83d\ude42") == "🙂"
    assert (
        fact(b'{"entry":[{"messaging":[{"sender":{"id":"8"},"message":{"mid":"m","text":"\\ud83d"}}]}]}').text
        == "\ufffd"
    )


def test_message_without_id_is_known_again_and_never_mixed_up() -> None:
    first, again, other = (fact(entry(messaging=[event(message={"text": text})])) for text in ("a", "a", "b"))
    assert first.message_id == again.message_id != other.message_id
    assert first.message_id.startswith("x-")
    assert content_id({"a": 1, "b": 2}) == content_id({"b": 2, "a": 1})


def test_one_broken_update_costs_no_other() -> None:
    def breaks(update: dict[str, Any], _: object) -> list[Fact | Unreadable]:
        return update["no such key"]

    update = event(message={"mid": "m"})
    entry = _messenger.Entry(None, None, ACCOUNT)
    assert _payload.read_each("facebook", [update], breaks, entry) == [Unreadable("broken_update", update)]


def test_page_without_entry_id_is_the_one_of_the_connection() -> None:
    echo = {"message": {"is_echo": True, "mid": "m"}}
    for sender, recipient in ((ACCOUNT, "81"), ("81", ACCOUNT)):
        found = fact({"entry": [{"messaging": [{"sender": {"id": sender}, "recipient": {"id": recipient}, **echo}]}]})
        assert (found.thread_id, found.own, found.customer_id) == (f"{ACCOUNT}:81", True, "81")


def test_message_of_the_page_is_own_even_without_the_mark_of_an_echo() -> None:
    found = fact(entry(messaging=[{"sender": {"id": ACCOUNT}, "recipient": {"id": "81"}, "message": {"mid": "m"}}]))
    assert found.own and found.thread_id == f"{ACCOUNT}:81"


def test_echo_without_a_customer_is_kept_aside() -> None:
    assert parse(entry(messaging=[{"sender": {"id": ACCOUNT}, "message": {"mid": "m", "is_echo": True}}])) == [
        Unreadable("no_customer", {"sender": {"id": ACCOUNT}, "message": {"mid": "m", "is_echo": True}})
    ]


@pytest.mark.parametrize(("metadata", "reference"), [("ours", "ours"), ("x" * 1001, None), ("", None), (5, None)])
def test_reference_is_what_could_be_ours(metadata: object, reference: str | None) -> None:
    message = {"mid": "m", "is_echo": True, "metadata": metadata}
    assert fact(entry(messaging=[event(message=message)])).reference == reference


def test_only_echoes_carry_our_reference() -> None:
    assert fact(entry(messaging=[event(message={"mid": "m", "metadata": "forged"})])).reference is None


REASONS = {
    "other_account",
    "empty_event",
    "malformed",
    "no_customer",
    "no_id",
    "not_handled",
    "unknown_event",
    "unknown_field",
    "unknown_item",
    "unknown_object",
    "unknown_verb",
}
"""Without ``broken_update``: what the tests come up with is understood, not caught."""


@given(JSON)
def test_any_json_is_survived(body: object) -> None:
    for each in (body, {"object": "page", "entry": body}):
        assert_understood(facebook, OURS, each, REASONS)
    for each in (entry(messaging=body, changes=body), entry(messaging=[body], changes=[body])):
        assert_understood(facebook, OURS, each, REASONS)


@settings(max_examples=300)
@given(mutated("facebook"))
def test_any_change_of_a_real_shape_is_survived(body: object) -> None:
    assert_understood(facebook, OURS, body, REASONS)


def test_a_thousand_messages_take_a_thousand_times_as_long_as_one() -> None:
    def body_of(count: int) -> object:
        messages = [event(message={"mid": f"m{number}", "text": "Hallo" * 50}) for number in range(count)]
        return {"entry": [{"id": ACCOUNT, "messaging": [each]} for each in messages]}

    assert_read_in_linear_time(facebook, OURS, body_of)


def test_samples_hold_each_kind_that_is_told_and_no_other() -> None:
    readable = [each for each in samples("facebook") if not each.malformed]
    found = [one for each in readable for one in facebook.receiver.parse(each.request, each.credentials)]
    assert {one.kind for one in found if isinstance(one, Fact)} == facebook.capabilities.reported_kinds


def test_receiving_does_not_import_what_only_sending_needs() -> None:
    program = (
        "import sys, channels; channels.get('facebook');"
        "print(sorted({'requests', 'urllib3', 'http.client', 'email'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env={"PYTHONPATH": str(FUNCTIONS)}, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


# -- what may be sent when --------------------------------------------------------------------------------------------


def ways(visibility: Visibility, age: int | None, customer: str | None = "81", used: bool = False) -> list[Any]:
    last = None if age is None else NOW - age
    situation = Situation(visibility, last, customer, used)
    return [
        (route.way, route.person_only, route.until and route.until - NOW)
        for route in facebook.sender.send_options(situation, NOW)
    ]


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (0, [(Way.PRIVATE_MESSAGE, False, DAY)]),
        (DAY - 1, [(Way.PRIVATE_MESSAGE, False, 1)]),
        (DAY, [(Way.HUMAN_AGENT, True, 6 * DAY)]),
        (7 * DAY - 1, [(Way.HUMAN_AGENT, True, 1)]),
        (7 * DAY, []),
        (-5000, [(Way.PRIVATE_MESSAGE, False, DAY + 5000)]),
        (None, []),
    ],
)
def test_private_answer_is_free_for_a_day_and_a_persons_for_a_week(age: int | None, expected: list[Any]) -> None:
    assert ways(Visibility.PRIVATE, age) == expected


@pytest.mark.parametrize(
    ("age", "used", "private"),
    [(0, False, 7 * DAY), (7 * DAY - 1, False, 1), (7 * DAY, False, None), (0, True, None), (None, False, None)],
)
def test_public_reply_is_always_open_and_one_private_reply_for_a_week(
    age: int | None, used: bool, private: int | None
) -> None:
    expected = [(Way.PUBLIC_REPLY, False, None)]
    if private:
        expected.append((Way.PRIVATE_REPLY, False, private))
    assert ways(Visibility.PUBLIC, age, used=used) == expected


def test_limits_are_those_of_comments_and_of_messenger() -> None:
    public, private = facebook.sender.send_options(Situation(Visibility.PUBLIC, NOW, "81"), NOW)
    assert (public.limit, public.unit, private.limit, private.visibility) == (
        8000,
        "characters",
        1999,
        Visibility.PRIVATE,
    )


def test_window_of_a_private_chat_ends_after_a_day() -> None:
    assert facebook.sender.window_ends_at(Situation(Visibility.PRIVATE, NOW, "81")) == NOW + DAY
    assert facebook.sender.window_ends_at(Situation(Visibility.PRIVATE, None, "81")) is None
    assert facebook.sender.window_ends_at(Situation(Visibility.PUBLIC, NOW, "81")) is None


def test_length_is_in_characters() -> None:
    assert facebook.sender.measure("Grüße 👩‍👩‍👧", Way.PRIVATE_MESSAGE) == 11


# -- what an error means ----------------------------------------------------------------------------------------------

TABLE: dict[str, list[str]] = {
    "retry": ["1", "1/99", "2", "1200", "100/2018008", "100/2018294", "9007", "9007/2207027"],
    "rate": [
        "4",
        "4/2018022",
        "9/2207042",
        "17",
        "32",
        "341",
        "613",
        "613/2534040",
        "80001",
        "80002",
        "80006",
        "80007",
        "80008",
    ],
    "auth": ["102", "190", *(f"190/{sub}" for sub in (458, 459, 460, 463, 464, 467, 492, 1))],
    "policy": ["4/2207051", "10/1893063", "100/2534029", "368"],
    "permission": ["2/2018344", "3", "10", "10/5", "200", "200/2018028", "200/2534041", "210", "299"],
    "window": ["10/2018278", "10/2534022", "10/2018065"],
    "gone": [
        "10/2018108",
        "100/33",
        "100/2018001",
        "100/2534014",
        "200/1545041",
        "230",
        "551",
        "551/1545041",
        "803",
        "9009",
        "10903",
        "24",
        "24/2207006",
    ],
    "bad": ["100", "100/2018109", "100/2018047", "100/2018074", "100/77", "300", "199", "424242"],
    "unconfirmed": ["1/1357046", "506", "10900"],
}
CASES = [(meaning, *name.partition("/")[::2]) for meaning, names in TABLE.items() for name in names]
WAITING = {"retry", "rate", "auth", "policy"}


def failure(
    code: object, subcode: object = None, status: int = 400, headers: dict[str, str] | None = None, **more: Any
) -> ChannelError:
    error = {"message": "secret words", "type": "OAuthException", "code": code, "error_subcode": subcode, **more}
    return failed(_meta.classify, Answer(status, headers or {}, {"error": error}))


@pytest.mark.parametrize(("meaning", "code", "subcode"), CASES)
def test_error_code_means(meaning: str, code: str, subcode: str) -> None:
    found = failure(int(code), int(subcode) if subcode else None)
    if meaning == "unconfirmed":
        assert type(found) is UnconfirmedSend
        return
    assert type(found) is (TransientFailure if meaning in WAITING else PermanentFailure)
    assert (found.reason, found.code) == (Reason(meaning), f"{code}/{subcode}" if subcode else code)
    assert "secret" not in str(found)


def test_every_code_of_the_table_is_tested() -> None:
    named = {(int(code), int(subcode) if subcode else None) for _, code, subcode in CASES}
    assert set(_meta.CODES.codes) <= named


@pytest.mark.parametrize(("meaning", "code", "subcode"), CASES)
def test_transient_error_is_tried_again_unless_more_is_known(meaning: str, code: str, subcode: str) -> None:
    found = failure(int(code), int(subcode) if subcode else None, is_transient=True)
    if meaning == "unconfirmed":
        assert type(found) is UnconfirmedSend
    else:
        assert isinstance(found, TransientFailure)
        assert found.reason == (meaning if meaning in WAITING else "retry")


def usage(minutes: object) -> dict[str, str]:
    row = {"type": "pages", "call_count": 100, "estimated_time_to_regain_access": minutes}
    return {"x-business-use-case-usage": json.dumps({ACCOUNT: [{"type": "messenger"}, row]})}


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 60),
        ({"retry-after": "17"}, 17),
        ({"retry-after": "17", **usage(3)}, 17),
        (usage(3), 180),
        (usage(0), 60),
        (usage("x"), 60),
        (usage(10**9), 86400),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}, 60),
        ({"x-business-use-case-usage": "["}, 60),
        ({"x-business-use-case-usage": "[1]"}, 60),
    ],
)
def test_rate_limit_waits_as_long_as_the_platform_says(headers: dict[str, str], seconds: float) -> None:
    found = failure(80006, headers=headers)
    assert isinstance(found, TransientFailure)
    assert found.retry_after == seconds


def test_restricted_page_rests_for_half_an_hour() -> None:
    found = failure(10, 1893063)
    assert isinstance(found, TransientFailure)
    assert (found.reason, found.retry_after) == (Reason.POLICY, 1800)


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        (None, 500, TransientFailure),
        (None, 400, PermanentFailure),
        (9999, 503, TransientFailure),
        ("190", 400, TransientFailure),
        ([], 400, PermanentFailure),
        (True, 400, PermanentFailure),
    ],
)
def test_unknown_error_is_decided_by_its_status(code: object, status: int, kind: type[ChannelError]) -> None:
    assert type(failure(code, status=status)) is kind
