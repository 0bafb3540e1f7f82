"""Reddit: what is understood, what may be sent when, how its place in a listing is kept, and what an error means."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

import channels
from channels import reddit as module
from channels._transport import Answer
from channels.base import (
    Credentials,
    InvalidSignature,
    MalformedPayload,
    Moderation,
    PermanentFailure,
    Reason,
    Request,
    Situation,
    TransientFailure,
    UnconfirmedSend,
    Way,
)
from channels.reddit.api import CODES, classify
from conversations.facts import Author, Fact, Visibility
from conversations.messages import Message
from tests.unit.channels.answers import failed
from tests.unit.channels.mangling import JSON, assert_read_in_linear_time, assert_understood, mutated, request

reddit = channels.get("reddit")
US = Credentials("nordlicht_netz")
NOW = 1_790_000_000_000
WEEK = 7 * 86_400_000


def comment(**more: Any) -> dict[str, Any]:
    plain = {"id": "a", "name": "t1_a", "author": "mira_o", "body": "Hallo", "created_utc": 1_790_000_000.0}
    return {"kind": "t1", "data": {**plain, "link_id": "t3_p", "parent_id": "t3_p", "link_author": "mira_o", **more}}


def listing(*items: object) -> dict[str, Any]:
    return {"kind": "Listing", "data": {"children": list(items)}}


# -- what may be sent when --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("later", [0, WEEK, 20 * WEEK])
def test_a_week_later_the_same_is_permitted_as_today(later: int) -> None:
    (public,) = reddit.sender.send_options(Situation(Visibility.PUBLIC, NOW, "t2_m"), NOW + later)
    assert (public.way, public.limit, public.unit, public.until) == (Way.PUBLIC_REPLY, 10_000, "characters", None)
    assert not public.person_only
    (private,) = reddit.sender.send_options(Situation(Visibility.PRIVATE, NOW, "t2_m"), NOW + later)
    assert private.way is Way.PRIVATE_MESSAGE
    assert private.person_only, "private messages want consent: a machine sends none"


def test_it_is_offered_on_request_alone() -> None:
    assert reddit.capabilities.on_request


def message(direction: str = "inbound", visibility: Visibility = Visibility.PUBLIC, **more: Any) -> Message:
    return Message("t1_a", direction, Author("t2_m"), "x", NOW, "sent", visibility, **more)


def test_moderations_of_a_message() -> None:
    assert reddit.sender.moderations(message()) == (Moderation.DELETE,)
    assert reddit.sender.moderations(message(deleted=True)) == (Moderation.SHOW,)
    assert reddit.sender.moderations(message("outbound", platform_id="t1_b")) == (Moderation.EDIT, Moderation.DELETE)
    assert reddit.sender.moderations(message("outbound")) == reddit.sender.moderations(message("note")) == ()
    assert reddit.sender.moderations(message(visibility=Visibility.PRIVATE)) == ()


def test_nobody_calls_us() -> None:
    with pytest.raises(InvalidSignature):
        reddit.receiver.verify(Request("POST", {}, {}, b"{}"), US)


# -- what is new ------------------------------------------------------------------------------------------------------


def test_place_is_kept_in_a_few_hundred_letters() -> None:
    names = tuple(f"t1_{'z' * 8}{number:02d}" for number in range(module.polling.KEPT))
    sources = module.polling.sources({"subreddits": "r/" + "a" * 21 + ", " + "b" * 21 + "," + "c" * 21 + ",d"})
    assert len(sources) == 8
    mark = module.polling.Mark(NOW, {source: module.polling._Place(NOW // 1000, names) for source in sources})
    assert len(mark.text()) <= 2000
    assert module.polling.Mark.of(mark.text()) == mark


def test_subreddits_name_no_other_address() -> None:
    assert module.polling.sources({"subreddits": "../api/v1/me?x="})[0] == "/r/..%2Fapi%2Fv1%2Fme%3Fx%3D/new"


def test_erased_post_is_reported_when_it_is_polled_again() -> None:
    known = {"listings": [], "rechecked": listing(comment(body="[removed]"), comment(id="b", name="t1_b"))}
    (gone,) = reddit.receiver.parse(request(known), US)
    assert isinstance(gone, Fact)
    assert (gone.kind.name, gone.message_id, gone.text) == ("REMOVED", "t1_a", None)


def test_edit_from_before_the_last_look_is_not_told_again() -> None:
    edited = listing(comment(edited=1_790_000_100.0))
    assert len(module.items.read({"listings": [], "rechecked": edited}, US, NOW)) == 1
    assert module.items.read({"listings": [], "rechecked": edited}, US, NOW + 200_000) == []


@pytest.mark.parametrize("edited", [True, False, None, "soon"])
def test_old_edits_carry_no_time_and_are_none(edited: object) -> None:
    assert module.items.read({"listings": [], "rechecked": listing(comment(edited=edited))}, US, 0) == []


# -- errors -----------------------------------------------------------------------------------------------------------

PASSING = {Reason.RETRY, Reason.RATE, Reason.AUTH, Reason.POLICY}


def answer(status: int, body: dict[str, Any] | None = None, **headers: str) -> Answer:
    return Answer(status, {name.replace("_", "-"): value for name, value in headers.items()}, body)


@pytest.mark.parametrize(("name", "reason"), CODES.codes.items())
def test_each_error_means_what_it_says(name: str, reason: Reason) -> None:
    """In an answer that is 200, and as the reason of one that is 400."""
    inside = failed(classify, answer(200, {"json": {"errors": [[name, "private words", "field"]]}}))
    outside = failed(classify, answer(400, {"reason": name, "explanation": "private words"}), repeatable=True)
    for found in (inside, outside):
        assert isinstance(found, TransientFailure if reason in PASSING else PermanentFailure)
        assert (found.reason, found.code) == (reason, name)
        assert "private" not in str(found)


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"json": {"errors": [["NEW_ERROR", "x"]]}}, "NEW_ERROR"),
        ({"json": {"errors": ["plain"]}}, "plain"),
        ({"json": {"errors": [[]]}}, "unnamed"),
        ({"json": {"errors": [["a text with words", "x"]]}}, "unnamed"),
        ({"json": {"errors": [{"a": 1}]}}, "unnamed"),
    ],
)
def test_error_that_nobody_knows_is_not_tried_again(told: dict[str, Any], code: str) -> None:
    found = failed(classify, answer(200, told))
    assert isinstance(found, PermanentFailure)
    assert (found.reason, found.code) == (Reason.BAD, code)


@pytest.mark.parametrize("told", [{}, {"json": {"errors": []}}, {"json": None}, {"json": {"errors": None}}])
def test_answer_without_errors_is_none(told: dict[str, Any]) -> None:
    assert classify(answer(200, told)) is None


@pytest.mark.parametrize(
    ("status", "reason"), [*CODES.statuses.items(), (418, Reason.BAD), (500, Reason.RETRY), (200, Reason.RETRY)]
)
def test_status_decides_where_nothing_is_named(status: int, reason: Reason) -> None:
    bodies = (None, {}, {"message": "private words", "error": status}, {"reason": 5})
    for body in bodies[:1] if status == 200 else bodies:
        found = failed(classify, answer(status, body), repeatable=True)
        assert isinstance(found, TransientFailure | PermanentFailure)
        assert (found.reason, found.code) == (reason, str(status))


@pytest.mark.parametrize("status", [301, 302, 307])
def test_redirect_is_an_endpoint_that_is_gone_and_not_a_wrong_token(status: int) -> None:
    found = failed(classify, answer(status, location="https://www.reddit.com/login"), repeatable=True)
    assert isinstance(found, PermanentFailure)
    assert found.code == "endpoint_gone" and found.reason is not Reason.AUTH


@pytest.mark.parametrize("status", [200, 500, 502, 503, 504, 520])
def test_comment_may_stand_there_after_a_broken_answer(status: int) -> None:
    assert isinstance(failed(classify, answer(status)), UnconfirmedSend)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("Take a break for 5 minutes before trying again.", 301),
        ("Take a break for 1 minute before trying again.", 61),
        ("Looks like you've been doing that a lot. Take a break for 42 seconds before trying again.", 43),
        ("Take a break for 300 milliseconds before trying again.", 1.3),
        ("Take a break for 9 hours", 3600),
        ("Take a break.", 300),
    ],
)
def test_break_is_as_long_as_it_says(said: str, seconds: float) -> None:
    found = failed(classify, answer(200, {"json": {"errors": [["RATELIMIT", said, "ratelimit"]]}}))
    assert isinstance(found, TransientFailure)
    assert (found.reason, found.retry_after) == (Reason.RATE, seconds)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [({"x_ratelimit_reset": "42"}, 42), ({"retry_after": "7"}, 7), ({"x_ratelimit_reset": "x"}, 300)],
)
def test_limit_says_in_seconds_when_it_ends(headers: dict[str, str], seconds: float) -> None:
    found = failed(classify, answer(429, None, **headers), repeatable=True)
    assert isinstance(found, TransientFailure)
    assert (found.reason, found.retry_after) == (Reason.RATE, seconds)


def test_nothing_secret_shows() -> None:
    options = {"base_url": "http://127.0.0.1:1", "auth_url": "http://127.0.0.1:1"}
    hidden = Credentials("us", {"client_secret": "hush", "refresh_token": "hush", "access_token": "hush"}, options)
    for call in (
        lambda: reddit.account.check(hidden),
        lambda: reddit.account.renew(hidden, 0),
        lambda: reddit.receiver.poll("", hidden, 0),
    ):
        with pytest.raises(TransientFailure) as failed:
            call()
        assert "hush" not in repr(failed.value) and failed.value.code == "not_reached"


# -- whatever comes ---------------------------------------------------------------------------------------------------

REASONS = {"malformed", "no_customer", "no_thread", "unknown_kind"}
"""Without ``broken_update``: what the tests come up with is understood, not caught."""


@given(JSON)
def test_any_json_is_survived(body: object) -> None:
    for shape in (body, {"data": body}, {"listings": body, "rechecked": body}, listing(body), {"listings": [body]}):
        assert_understood(reddit, US, shape, REASONS)
    post = {"kind": "t3", "data": {"id": "p", "media_metadata": body, "media": body, "is_video": True, "edited": body}}
    assert_understood(reddit, US, {"listings": [], "rechecked": listing(post)}, REASONS)


@settings(max_examples=300)
@given(mutated("reddit"))
def test_any_change_of_a_real_shape_is_survived(body: object) -> None:
    assert_understood(reddit, US, body, REASONS)


@given(st.text(max_size=300))
def test_any_context_is_survived(context: str) -> None:
    item = comment(link_id=None, parent_id="t1_x", context=f"/comments/{context}")
    assert_understood(reddit, US, listing(item), REASONS)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe\x00", b"[" * 100_000], ids=len)
def test_body_that_is_not_json_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedPayload):
        reddit.receiver.parse(request(body), US)


def test_a_thousand_take_a_thousand_times_as_long_as_one() -> None:
    def body(count: int) -> object:
        return listing(*(comment(id=f"{number}", name=f"t1_{number}") for number in range(count)))

    assert_read_in_linear_time(reddit, US, body)


def test_our_own_name_is_ours_in_any_case_of_letters() -> None:
    (found,) = reddit.receiver.parse(request(listing(comment(author="Nordlicht_Netz"))), US)
    assert isinstance(found, Fact) and found.own
    (other,) = reddit.receiver.parse(request(listing(comment(author="nordlicht_netz_"))), US)
    assert isinstance(other, Fact) and not other.own
    by_fullname = replace(US, account_id="t2_us")
    (known,) = reddit.receiver.parse(request(listing(comment(author_fullname="t2_us"))), by_fullname)
    assert isinstance(known, Fact) and known.own
