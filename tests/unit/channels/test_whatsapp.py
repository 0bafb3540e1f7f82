"""WhatsApp: who may knock, who is who, what may be sent when, and what an error means."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import channels
from channels import _meta
from channels import whatsapp as module
from channels._transport import Answer
from channels.base import (
    ChannelError,
    Credentials,
    InvalidSignature,
    Moderation,
    Outbound,
    PermanentFailure,
    Reason,
    Request,
    Situation,
    TransientFailure,
    UnconfirmedSend,
    Way,
)
from conversations.facts import Author, Fact, Kind, Unreadable, Visibility
from conversations.messages import Message
from tests.unit.channels.answers import failed
from tests.unit.channels.mangling import JSON, assert_read_in_linear_time, assert_understood, mutated
from tests.unit.channels.samples import ACCOUNT, samples

whatsapp = channels.get("whatsapp")
FUNCTIONS = Path(__file__).parents[3] / "functions"
TESTED = Credentials(ACCOUNT, {"app_secret": "testsecret"})
DAY = 86_400_000
NOW = 1_790_000_000_000
USER, NUMBER = "DE.7300000000000001", "491510000001"
OURS = "1790000000000abcdefghijklm"
REASONS = {
    "malformed",
    "no_customer",
    "other_account",
    "no_id",
    "not_handled",
    "unknown_field",
    "unknown_object",
    "unknown_preference",
    "unknown_status",
}
"""Without ``broken_update``: what the tests come up with is understood, not caught."""


def call(body: object, **headers: str) -> Request:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Request("POST", {name.replace("_", "-"): value for name, value in headers.items()}, {}, raw)


def parse(body: object) -> list[Fact | Unreadable]:
    return [one for one in whatsapp.receiver.parse(call(body), TESTED) if isinstance(one, Fact | Unreadable)]


def fact(body: object) -> Fact:
    (found,) = parse(body)
    assert isinstance(found, Fact)
    return found


def post(**value: Any) -> dict[str, Any]:
    value = {"messaging_product": "whatsapp", "metadata": {"phone_number_id": ACCOUNT}, **value}
    return {"object": "whatsapp_business_account", "entry": [{"changes": [{"field": "messages", "value": value}]}]}


def text(message_id: str = "wamid.1", **more: Any) -> dict[str, Any]:
    return {"id": message_id, "timestamp": str(NOW // 1000), "type": "text", "text": {"body": "Hallo"}, **more}


# -- who may knock ----------------------------------------------------------------------------------------------------

ESCAPED = (rb'{"message":"Gr\u00fc\u00dfe"}', "233f72a080526710531f077c87d1739683f2483e6bc3e8e2a243ac2e518da68b")
PLAIN = ('{"message":"Grüße"}'.encode(), "32ea36b69eef0c4140a52fe3c4978fd05fc51125771150785fb11bd91f458d11")


@pytest.mark.parametrize(("body", "digest"), [ESCAPED, PLAIN])
def test_signature_is_over_the_bytes_as_they_came(body: bytes, digest: str) -> None:
    whatsapp.receiver.verify(call(body, x_hub_signature_256=f"sha256={digest}"), TESTED)


def test_the_same_text_in_other_bytes_has_another_signature() -> None:
    with pytest.raises(InvalidSignature):
        whatsapp.receiver.verify(call(PLAIN[0], x_hub_signature_256=f"sha256={ESCAPED[1]}"), TESTED)


def test_handshake_returns_the_challenge_to_who_knows_the_token() -> None:
    asked = {"hub.mode": "subscribe", "hub.verify_token": "let me in", "hub.challenge": "1158"}
    keeper = Credentials(ACCOUNT, {"verify_token": "let me in"})
    assert whatsapp.receiver.handshake(Request("GET", {}, asked), keeper) == "1158"
    with pytest.raises(InvalidSignature):
        whatsapp.receiver.handshake(Request("GET", {}, asked | {"hub.verify_token": "guess"}), keeper)


# -- who is who -------------------------------------------------------------------------------------------------------


def test_samples_hold_each_kind_that_is_told_and_no_other() -> None:
    told = [one for sample in samples("whatsapp") if not sample.malformed for one in parse(json.loads(sample.raw))]
    assert {one.kind for one in told if isinstance(one, Fact)} == whatsapp.capabilities.reported_kinds


BOTH = {"wa_id": NUMBER, "user_id": USER}
SHAPES = [
    post(contacts=[BOTH], messages=[text(**{"from": NUMBER})]),
    post(contacts=[BOTH], messages=[text(**{"from": NUMBER, "from_user_id": USER})]),
    post(contacts=[{"user_id": USER}], messages=[text(from_user_id=USER)]),
    post(contacts=[{"user_id": USER}], messages=[text()]),
    post(messages=[text(**{"from": USER})]),
    post(messages=[text(**{"from": NUMBER, "from_user_id": USER})]),
    post(contacts=[BOTH], statuses=[{"id": "w", "status": "read", "recipient_id": NUMBER}]),
    post(statuses=[{"id": "w", "status": "read", "recipient_id": NUMBER, "recipient_user_id": USER}]),
    post(statuses=[{"id": "w", "status": "read", "biz_opaque_callback_data": f"{OURS}/{USER}"}]),
    post(statuses=[{"id": "w", "status": "sent", "recipient_id": "1", "biz_opaque_callback_data": f"{OURS}/{USER}"}]),
]


@pytest.mark.parametrize("body", SHAPES)
def test_one_person_is_one_thread_with_or_without_a_number(body: object) -> None:
    found = fact(body)
    assert (found.thread_id, found.customer_id) == (f"{ACCOUNT}:{USER}", USER)


def test_hidden_numbers_do_not_make_one_person_of_many() -> None:
    contacts = [{"user_id": f"DE.{number}"} for number in (1, 2)]
    found = parse(post(contacts=contacts, messages=[text(from_user_id=each["user_id"]) for each in contacts]))
    assert len({one.thread_id for one in found if isinstance(one, Fact)}) == 2
    (nobody,) = parse(post(contacts=contacts, messages=[text()]))
    assert isinstance(nobody, Unreadable) and nobody.reason == "no_customer"


def test_status_returns_the_correlation_data_that_was_sent() -> None:
    for customer in (USER, NUMBER):
        sent = Outbound(OURS, Way.PRIVATE_MESSAGE, "Hallo", f"{ACCOUNT}:{customer}", customer_id=customer)
        status = {"id": "wamid.9", "status": "delivered", "biz_opaque_callback_data": module.sending._tracker(sent)}
        found = fact(post(statuses=[status]))
        assert (found.thread_id, found.reference, found.customer_id) == (sent.thread_id, OURS, customer)


def test_status_without_an_id_is_no_watermark() -> None:
    """A receipt without an id would mark all that was ever sent as read."""
    (found,) = parse(post(statuses=[{"status": "read", "recipient_id": NUMBER}]))
    assert isinstance(found, Unreadable) and found.reason == "no_id"


def test_a_failure_names_the_reason_for_who_can_act_on_it() -> None:
    for code, reason in ((131047, "window"), (131026, "gone"), ("131049", "gone"), (131056, "rate"), (7, "bad")):
        status = {"id": "w", "status": "failed", "recipient_id": NUMBER, "errors": [{"code": code}]}
        found = fact(post(statuses=[status]))
        assert (found.kind, found.payload, found.own) == (Kind.FAILED, reason, True)


def test_one_broken_update_costs_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(update: dict[str, Any], _: object) -> list[Fact | Unreadable]:
        return update["no such key"]

    monkeypatch.setitem(module.webhook._FIELDS["messages"], "messages", breaks)
    status = {"id": "w", "status": "read", "recipient_id": NUMBER}
    broken, read = parse(post(messages=[text()], statuses=[status]))
    assert broken == Unreadable("broken_update", text())
    assert isinstance(read, Fact) and read.kind is Kind.READ


@given(JSON)
def test_any_json_is_survived(body: object) -> None:
    shapes = (body, {"entry": body}, {"entry": [{"changes": [{"field": "messages", "value": body}]}]})
    for shape in (*shapes, post(contacts=body, messages=[text(context=body)], statuses=body), post(messages=[body])):
        assert_understood(whatsapp, TESTED, shape, REASONS)


@settings(max_examples=300)
@given(mutated("whatsapp"))
def test_any_change_of_a_real_shape_is_survived(body: object) -> None:
    assert_understood(whatsapp, TESTED, body, REASONS)


def test_reading_is_linear_in_messages_and_contacts() -> None:
    def body(count: int) -> object:
        contacts = [{"wa_id": str(10**9 + number), "user_id": f"DE.{number}"} for number in range(count)]
        return post(contacts=contacts, messages=[text(f"w{n}", **{"from": str(10**9 + n)}) for n in range(count)])

    assert_read_in_linear_time(whatsapp, TESTED, body)


def test_receiving_does_not_import_what_only_sending_needs() -> None:
    program = (
        "import sys, channels; channels.get('whatsapp'), channels.get('telegram');"
        "print(sorted({'requests', 'urllib3', 'http.client', 'email'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env={"PYTHONPATH": str(FUNCTIONS)}, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


# -- what may be sent when --------------------------------------------------------------------------------------------

TEMPLATE = {"template_name": "nachfrage"}
FREE, FORM = Way.PRIVATE_MESSAGE, Way.TEMPLATE


@pytest.mark.parametrize(
    ("age", "options", "expected"),
    [
        (0, {}, [(FREE, DAY)]),
        (DAY - 1, {}, [(FREE, 1)]),
        (DAY, {}, []),
        (7 * DAY, {}, []),
        (None, {}, []),
        (0, TEMPLATE, [(FREE, DAY), (FORM, None)]),
        (DAY, TEMPLATE, [(FORM, None)]),
        (7 * DAY, TEMPLATE, [(FORM, None)]),
        (None, TEMPLATE, [(FORM, None)]),
    ],
)
def test_a_week_later_only_a_template_may_go_out(age: int | None, options: dict[str, str], expected: list[Any]) -> None:
    last = None if age is None else NOW - age
    found = whatsapp.sender.send_options(Situation(Visibility.PRIVATE, last, USER, options=options), NOW)
    assert [(each.way, each.until and each.until - NOW) for each in found] == expected
    assert not any(each.person_only for each in found)


def test_there_is_no_public_and_no_way_to_nobody() -> None:
    assert whatsapp.sender.send_options(Situation(Visibility.PUBLIC, NOW, USER, options=TEMPLATE), NOW) == []
    assert whatsapp.sender.send_options(Situation(Visibility.PRIVATE, NOW, None, options=TEMPLATE), NOW) == []


@given(st.text())
def test_parameter_of_a_template_is_one_line_without_gaps(words: str) -> None:
    """Meta refuses new lines, tabs and more than three spaces in a row (132012)."""
    fitted = module.sending._fitted(words)
    assert not any(gap in fitted for gap in ("\n", "\r", "\t", "    "))
    assert fitted.split() == words.split()
    assert module.sending._fitted(fitted) == fitted
    assert whatsapp.sender.measure(words, Way.TEMPLATE) == len(fitted) <= len(words)


def test_length_is_in_characters() -> None:
    assert [whatsapp.sender.measure(text, FREE) for text in ("", "Grüße", "🙂", "a\nb")] == [0, 5, 1, 3]


def message(**more: Any) -> Message:
    shared = {"id": "wamid.1", "direction": "inbound", "author": Author(USER), "text": "Hallo", "sent_at": NOW}
    return Message(**(shared | {"state": "", "visibility": Visibility.PRIVATE} | more))


BLOCKING = (Moderation.BLOCK, Moderation.UNBLOCK)


@pytest.mark.parametrize(
    ("about", "expected"),
    [
        (message(), (Moderation.LIKE, Moderation.UNLIKE, *BLOCKING)),
        (message(id="x-0123"), BLOCKING),
        (message(deleted=True), BLOCKING),
        (message(author=Author()), ()),
        (message(direction="outbound"), ()),
    ],
)
def test_moderations_of_a_message(about: Message, expected: tuple[Moderation, ...]) -> None:
    assert whatsapp.sender.moderations(about) == expected


# -- what an error means ----------------------------------------------------------------------------------------------

TABLE: dict[str, list[int]] = {
    "auth": [0, 102, 190],
    "permission": [3, 10, 200, 210, 299, 130403, 131005, 131030, 131037, 131045, 131063, 133006, 133010],
    "rate": [4, 613, 80007, 130429, 131048, 131056, 131064, 132069, 133016],
    "window": [131047],
    "gone": [33, 130472, 131020, 131026, 131041, 131049, 131050],
    "retry": [1, 2, 131000, 131016, 131057, 133000, 133004, 135000, 139102, 139103],
    "bad": [
        *(100, 131008, 131009, 131014, 131021, 131051, 131052, 131053, 131062, 137000, 139100, 139101, 424242),
        *(132000, 132001, 132005, 132007, 132008, 132012, 132015, 132016, 132068),
    ],
    "policy": [368, 130497, 131031, 131042],
}
CASES = [(meaning, code) for meaning, codes in TABLE.items() for code in codes]
WAITING = {"retry", "rate", "auth", "policy"}


def failure(code: object, status: int = 400, headers: dict[str, str] | None = None, **more: Any) -> ChannelError:
    error = {"message": "secret words", "type": "OAuthException", "code": code, **more}
    return failed(module.api.classify, Answer(status, headers or {}, {"error": error}))


@pytest.mark.parametrize(("meaning", "code"), CASES)
def test_error_code_means(meaning: str, code: int) -> None:
    found = failure(code)
    assert isinstance(found, TransientFailure if meaning in WAITING else PermanentFailure)
    assert (found.reason, found.code) == (Reason(meaning), str(code))
    assert "secret" not in str(found)


def test_every_code_of_the_table_is_tested() -> None:
    assert {code for code, _ in module.api.CODES.codes} <= {code for _, code in CASES}


def test_the_library_of_others_knows_no_code_of_sending_that_we_do_not() -> None:
    """pywa keeps the platform's list; calls, groups' membership and forms that are edited are not ours."""
    from pywa import errors

    theirs = (errors.AuthorizationError, errors.ThrottlingError, errors.IntegrityError, errors.SendMessageError)
    named = {code for group in theirs for each in group.__subclasses__() for code in each.__error_codes__ or ()}
    unknown = {code for code in named if _meta.meaning_of(module.api.CODES, code) is None}
    assert unknown <= {131044}  # of calls


@pytest.mark.parametrize(
    ("code", "headers", "seconds"),
    [
        (130429, {}, 60),
        (131056, {}, 6),
        (131048, {}, 3600),
        (80007, {"retry-after": "17"}, 17),
        (80007, {"retry-after": str(10**9)}, 86400),
        (80007, {"retry-after": "soon"}, 60),
        (368, {}, 1800),
        (131000, {}, None),
    ],
)
def test_waits_as_long_as_the_limit_wants(code: int, headers: dict[str, str], seconds: float | None) -> None:
    found = failure(code, headers=headers)
    assert isinstance(found, TransientFailure) and found.retry_after == seconds


@pytest.mark.parametrize(
    ("found", "kind", "reason"),
    [
        (failure(100, error_subcode=33), PermanentFailure, "gone"),
        (failure(100, error_subcode=7), PermanentFailure, "bad"),
        (failure(100, is_transient=True), TransientFailure, "retry"),
        (failure(None, 500), TransientFailure, "retry"),
        (failure([], 400), PermanentFailure, "bad"),
        (failure("190"), TransientFailure, "auth"),
        (failure(True, 503), TransientFailure, "retry"),
        (failed(module.api.classify, Answer(429, {}, None)), TransientFailure, "rate"),
        (failed(module.api.classify, Answer(401, {}, None)), TransientFailure, "auth"),
        (failed(module.api.classify, Answer(404, {}, None)), PermanentFailure, "gone"),
        (failed(module.api.classify, Answer(302, {}, None)), TransientFailure, "retry"),
        (failed(module.api.classify, Answer(418, {}, None)), PermanentFailure, "bad"),
    ],
)
def test_the_rest_is_decided_by_what_is_there(found: ChannelError, kind: type[ChannelError], reason: str) -> None:
    assert type(found) is kind
    assert found.reason == reason  # type: ignore[attr-defined]


@pytest.mark.parametrize("status", [200, 500, 502, 504])
def test_an_answer_that_says_nothing_leaves_it_open(status: int) -> None:
    assert type(failed(module.api.classify, Answer(status, {}, None))) is UnconfirmedSend
