"""Google: who may knock, what may be sent when, what an error means, and that nothing odd costs the rest."""

from __future__ import annotations

import base64
import json
from email.utils import formatdate
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

import channels
from channels import google as module
from channels._transport import Answer
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
)
from conversations.actions import Moderation
from conversations.facts import Author, Fact, Kind, Nudge, Visibility
from conversations.messages import Message
from conversations.send_options import Way
from tests.unit.channels.answers import failed
from tests.unit.channels.mangling import assert_read_in_linear_time, assert_understood, mutated
from tests.unit.channels.samples import samples

google = channels.get("google")
DAY = 86_400_000
NOW = 1_790_000_000_000
LOCATION = "accounts/1/locations/2"
REVIEW = f"{LOCATION}/reviews/AbF"
YOUTUBE = {"service": "youtube"}


def situation(answered: bool = False, **options: str) -> Situation:
    return Situation(Visibility.PUBLIC, NOW - 7 * DAY, "AbF", answered=answered, options=options)


# -- who may knock ----------------------------------------------------------------------------------------------------

KEY = rsa.generate_private_key(65537, 2048)
OTHER_KEY = rsa.generate_private_key(65537, 2048)
CLAIMS = {
    "iss": "https://accounts.google.com",
    "aud": "ours",
    "email": "push@ours.example",
    "email_verified": True,
    "iat": 1_790_000_000,
    "exp": 1_790_003_600,
}


def packed(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def jwks(key: rsa.RSAPrivateKey = KEY, kid: str = "k1") -> str:
    numbers = key.public_key().public_numbers()
    return json.dumps({"keys": [{"kid": kid, "n": packed(numbers.n.to_bytes(256, "big")), "e": packed(b"\1\0\1")}]})


OPTIONS = {"push_audience": "ours", "push_email": "push@ours.example", "push_keys": jwks()}


def token(key: rsa.RSAPrivateKey = KEY, head: dict[str, Any] | None = None, **changes: Any) -> str:
    top = packed(json.dumps(head or {"alg": "RS256", "kid": "k1"}).encode())
    signed = f"{top}.{packed(json.dumps({**CLAIMS, **changes}).encode())}"
    return f"{signed}.{packed(key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def knock(bearer: str, now: float = 1_790_000_100, options: dict[str, str] = OPTIONS) -> None:
    request = Request("POST", {"authorization": f"Bearer {bearer}"}, {}, b"{}")
    module.push.verify_push(request, Credentials(LOCATION, {}, options), now)


def test_a_token_that_google_signed_for_us_is_accepted() -> None:
    def is_accepted(bearer: str) -> bool:
        try:
            knock(bearer)
        except InvalidSignature:
            return False
        return True

    issuers = ("https://accounts.google.com", "accounts.google.com", "accounts.google.example")
    assert is_accepted(token())
    assert [is_accepted(token(iss=issuer)) for issuer in issuers] == [True, True, False]


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://accounts.example"},
        {"aud": "theirs"},
        {"aud": ["ours"]},
        {"email": "push@theirs.example"},
        {"email_verified": False},
        {"email_verified": "true"},
        {"exp": 1_790_000_000},
        {"exp": None},
        {"exp": True},
        {"iat": 1_790_009_000},
    ],
    ids=str,
)
def test_a_token_for_somebody_else_or_another_time_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidSignature):
        knock(token(**changes))


@pytest.mark.parametrize(
    "bearer",
    [
        token(OTHER_KEY),
        token(head={"alg": "none", "kid": "k1"}),
        token(head={"alg": "HS256", "kid": "k1"}),
        token(head={"alg": "RS256", "kid": "k2"}),
        token(head={"alg": "RS256"}),
        token().rpartition(".")[0] + ".",
        token().rpartition(".")[0],
        "a.b.c",
        "..",
        "",
        token() + "=",
        "x" * 9000,
    ],
)
def test_a_token_that_is_not_rightly_signed_is_refused(bearer: str) -> None:
    with pytest.raises(InvalidSignature):
        knock(bearer)


@pytest.mark.parametrize("missing", ["push_audience", "push_email"])
def test_nobody_may_knock_before_it_is_said_who(missing: str) -> None:
    with pytest.raises(InvalidSignature):
        knock(token(), options={**OPTIONS, missing: ""})


@pytest.mark.parametrize(
    "keys", ["", "{", "[]", '{"keys":[{"kid":"k1"}]}', '{"keys":[{"kid":"k1","n":"AA","e":"AQAB"}]}']
)
def test_keys_that_are_none_open_nothing(keys: str) -> None:
    with pytest.raises(InvalidSignature):
        knock(token(), options={**OPTIONS, "push_keys": keys or "{}"})


@given(st.text(max_size=200))
def test_odd_header_is_refused_and_nothing_else(header: str) -> None:
    with pytest.raises(InvalidSignature):
        google.receiver.verify(
            Request("POST", {"authorization": header}, {}, b"{}"), Credentials(LOCATION, {}, OPTIONS)
        )


def test_a_push_is_a_nudge_and_tells_no_fact() -> None:
    data = packed(json.dumps({"review_name": REVIEW}).encode())
    found = google.receiver.parse(
        Request("POST", {}, {}, json.dumps({"message": {"data": data}}).encode()), Credentials(LOCATION)
    )
    assert found == [Nudge()]


# -- what is understood (the samples say the rest) --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Gut.", "Gut."),
        ("", ""),
        ("(Translated by Google) Good.\n\n(Original)\nGut.", "Gut."),
        ("Gut.\n\n(Translated by Google)\nGood.", "Gut."),
        ("(Translated by Google) Good.", "Good."),
    ],
)
def test_the_customers_own_words_are_kept(text: str, found: str) -> None:
    assert module.reviews.original(text) == found


def test_the_same_answer_has_the_same_id_whatever_google_does_to_its_blanks() -> None:
    assert module.reviews.reply_id(REVIEW, "Danke,  wir\nsehen nach. ") == module.reviews.reply_id(
        REVIEW, "Danke, wir sehen nach."
    )
    assert module.reviews.reply_id(REVIEW, "Danke") != module.reviews.reply_id(REVIEW, "Bitte")
    assert module.reviews.reply_id(REVIEW, "Danke").startswith(REVIEW)


REASONS = {"malformed", "no_id", "no_time", "unknown_push"}
"""Without ``broken_update``: what the tests come up with is understood, not caught."""


@settings(max_examples=400)
@given(mutated("google"), st.sampled_from([{}, YOUTUBE]))
def test_any_change_of_a_real_shape_is_survived(body: object, options: dict[str, str]) -> None:
    assert_understood(google, Credentials(LOCATION, {}, options), body, REASONS)


def test_a_thousand_reviews_take_a_thousand_times_as_long_as_one() -> None:
    def body(count: int) -> object:
        text = "(Translated by Google) " * 50
        return {"reviews": [{"name": REVIEW, "createTime": "2026-09-21T14:13:20Z", "comment": text}] * count}

    assert_read_in_linear_time(google, Credentials(LOCATION), body, 1000)


# -- what may be sent -------------------------------------------------------------------------------------------------


def test_a_review_is_answered_once_and_a_week_later_the_answer_is_replaced() -> None:
    (first,) = google.sender.send_options(situation(), NOW)
    (later,) = google.sender.send_options(situation(answered=True), NOW + 365 * DAY)
    assert (first.way, first.limit, first.unit, first.until) == (Way.PUBLIC_REPLY, 4096, "bytes", None)
    assert (later.way, later.limit, later.unit, later.person_only) == (Way.REPLACE, 4096, "bytes", False)


def test_a_comment_is_answered_in_public_however_late() -> None:
    (route,) = google.sender.send_options(situation(answered=True, **YOUTUBE), NOW + 365 * DAY)
    assert (route.way, route.visibility, route.limit, route.until) == (
        Way.PUBLIC_REPLY,
        Visibility.PUBLIC,
        10_000,
        None,
    )


def test_nothing_goes_out_in_private() -> None:
    assert google.sender.send_options(Situation(Visibility.PRIVATE, NOW, "1"), NOW) == []


def test_length_is_counted_in_bytes() -> None:
    assert google.sender.measure("Grüße 🙂", Way.PUBLIC_REPLY) == 12


def test_moderations_by_service() -> None:
    theirs = Message("Ugx", "inbound", Author("a"), "Hm", NOW, "received", Visibility.PUBLIC)
    ours = Message("a1", "outbound", Author("b"), "Hm", NOW, "sent", Visibility.PUBLIC, platform_id="Ugx.1")
    review = Message(REVIEW, "inbound", Author("a"), "Hm", NOW, "received", Visibility.PUBLIC)
    assert google.sender.moderations(theirs) == (Moderation.HIDE, Moderation.DELETE)
    assert google.sender.moderations(ours) == (Moderation.EDIT, Moderation.DELETE)
    assert google.sender.moderations(review) == ()
    reply = replace(ours, platform_id=module.reviews.reply_id(REVIEW, "Hm"))
    assert google.sender.moderations(reply) == (Moderation.DELETE,)
    assert google.sender.moderations(replace(reply, deleted=True)) == ()


def test_cursor_between_two_polls_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    """However much there is: 100 threads, in all of which we wrote, and 50 reviews a page."""
    at = "2026-09-21T14:13:20.123Z"

    def comment(own: bool, number: int) -> dict[str, Any]:
        snippet = {
            "publishedAt": at,
            "updatedAt": at,
            "videoId": "v",
            "authorChannelId": {"value": "UC" if own else "x"},
        }
        return {"id": f"Ugx{number:023d}", "snippet": snippet}

    def answered(path: str, *_: Any) -> dict[str, Any]:
        if path == "commentThreads":
            tops = [(comment(False, n), comment(True, n)) for n in range(100)]
            return {
                "items": [
                    {"snippet": {"topLevelComment": top, "totalReplyCount": 1}, "replies": {"comments": [own]}}
                    for top, own in tops
                ]
            }
        return {
            "reviews": [{"name": f"{REVIEW}{n:040d}", "createTime": at, "updateTime": at} for n in range(50)],
            "nextPageToken": "1",
        }

    for part in (module.reviews, module.youtube):
        monkeypatch.setattr(part, "get", answered)
    for options in ({}, YOUTUBE):
        cursor = ""
        for _ in range(3):
            polled = google.receiver.poll(cursor, Credentials(LOCATION, {}, options), NOW)
            cursor = polled.cursor
            assert len(cursor) <= 2000


# -- errors -----------------------------------------------------------------------------------------------------------


def failure(status: int, body: dict[str, Any] | None = None, **headers: str) -> ChannelError:
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    return failed(module.api.classify, Answer(status, told | {"date": formatdate(NOW / 1000, usegmt=True)}, body))


PASSING = {Reason.RETRY, Reason.RATE, Reason.AUTH}


@pytest.mark.parametrize(("code", "reason"), module.api.CODES.codes.items())
@pytest.mark.parametrize("place", ["errors", "status", "details"])
def test_each_error_has_its_meaning(code: str, reason: Reason, place: str) -> None:
    error: dict[str, Any] = {"code": 400, "message": "secret words"}
    error |= {"status": code} if place == "status" else {place: [{"reason": code, "domain": "x"}]}
    found = failure(400, {"error": error})
    assert isinstance(found, TransientFailure if reason in PASSING else PermanentFailure)
    assert (found.reason, found.code) == (reason, code)
    assert "secret" not in str(found)


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (400, Reason.BAD),
        (401, Reason.AUTH),
        (403, Reason.PERMISSION),
        (404, Reason.GONE),
        (410, Reason.GONE),
        (302, Reason.RETRY),
        (429, Reason.RATE),
    ],
)
def test_without_a_known_word_the_status_decides(status: int, reason: Reason) -> None:
    found = failure(status, {"error": {"code": status, "errors": [{"reason": "new"}], "status": "NEW"}})
    assert isinstance(found, PermanentFailure | TransientFailure)
    assert found.reason == reason


@pytest.mark.parametrize("status", [200, 500, 502, 503])
def test_unclear_answer_leaves_the_delivery_open(status: int) -> None:
    assert isinstance(failure(status), UnconfirmedSend)


def test_the_days_quota_comes_back_at_midnight_in_california() -> None:
    found = failure(403, {"error": {"errors": [{"reason": "quotaExceeded"}]}})
    assert isinstance(found, TransientFailure)
    # NOW is 2026-09-21 07:13:20 there.
    assert found.retry_after == (24 - 7) * 3600 - 13 * 60 - 20 + 60


def test_a_limit_waits_as_long_as_google_says() -> None:
    limited = {"error": {"status": "RESOURCE_EXHAUSTED"}}
    for headers, seconds in (({"retry_after": "7"}, 7), ({"retry_after": "soon"}, 60), ({}, 60)):
        found = failure(429, limited, **headers)
        assert isinstance(found, TransientFailure)
        assert found.retry_after == seconds


def test_without_a_token_it_is_renewed_at_once() -> None:
    assert google.account.expires_at(Credentials(LOCATION)) == 0
    assert google.account.expires_at(Credentials(LOCATION, {"access_token": "t", "expires_at": "1790000000000"})) == NOW
    with pytest.raises(TransientFailure) as refused:
        google.receiver.poll("", Credentials(LOCATION), NOW)
    assert refused.value.reason == Reason.AUTH


def test_kinds_of_both_services_are_told() -> None:
    kinds = {
        fact.kind
        for sample in samples("google")
        if not sample.malformed
        for fact in google.receiver.parse(sample.request, sample.credentials)
        if isinstance(fact, Fact)
    }
    assert kinds == google.capabilities.reported_kinds == {Kind.MESSAGE, Kind.EDITED, Kind.FAILED}
