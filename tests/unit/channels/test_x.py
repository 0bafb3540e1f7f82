"""X: who may knock, what is understood, what may be sent when, and what an error means."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings

import channels
from channels import x as module
from channels._transport import MAYBE_SENT, PASSING, Answer
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
from conversations.facts import Attachment, Author, Fact, Kind, Unreadable, Visibility
from conversations.messages import Message
from tests.unit.channels.answers import failed
from tests.unit.channels.mangling import assert_read_in_linear_time, assert_understood, mutated
from tests.unit.channels.samples import ACCOUNT

x = channels.get("x")
DAY = 86_400_000
NOW = 1_790_000_000_000
EVA = "2201000000000000042"


def snowflake(at: int, number: int = 0) -> str:
    return str(((at - module.posts.EPOCH) << 22) + number)


def call(body: object) -> Request:
    return Request("POST", {}, {}, body if isinstance(body, bytes) else json.dumps(body).encode())


def parse(body: object) -> list[Fact | Unreadable]:
    return [each for each in x.receiver.parse(call(body), Credentials(ACCOUNT)) if isinstance(each, Fact | Unreadable)]


def fact(body: object) -> Fact:
    (found,) = parse(body)
    assert isinstance(found, Fact)
    return found


def event(kind: str, payload: object) -> dict[str, Any]:
    return {"data": {"event_type": kind, "filter": {"user_id": ACCOUNT}, "payload": payload}}


def post(**content: Any) -> dict[str, Any]:
    return {"id": snowflake(NOW), "text": "Hallo", "author_id": EVA, "conversation_id": snowflake(NOW), **content}


# -- who may knock ----------------------------------------------------------------------------------------------------


def test_signature_is_base64_over_the_very_bytes() -> None:
    body = b'{"data":{"event_type":"post.create"}}'
    header = {"x-twitter-webhooks-signature": "sha256=zpjaZsxO2BO5kGNjEyvSbe9ez258elebcBa3Q4cHZt8="}
    secrets = Credentials(ACCOUNT, {"consumer_secret": "testsecret"})
    x.receiver.verify(Request("POST", header, {}, body), secrets)
    with pytest.raises(InvalidSignature):
        x.receiver.verify(Request("POST", header, {}, body.replace(b":", b": ")), secrets)


def test_crc_is_answered_as_json() -> None:
    secrets = Credentials(ACCOUNT, {"consumer_secret": "testsecret"})
    answer = x.receiver.handshake(Request("GET", {}, {"crc_token": "challenge_string", "nonce": "1"}), secrets)
    assert json.loads(answer or "") == {"response_token": "sha256=zZsllgAS4PJrK8ykZjq7Iv2p5evxLKPf7MLpvNk3Klw="}


@pytest.mark.parametrize(("query", "secrets"), [({}, {"consumer_secret": "s"}), ({"crc_token": "c"}, {})])
def test_crc_needs_a_token_and_a_secret(query: dict[str, str], secrets: dict[str, str]) -> None:
    with pytest.raises(InvalidSignature):
        x.receiver.handshake(Request("GET", {}, query), Credentials(ACCOUNT, secrets))


def test_crc_tokens_as_the_platform_makes_them_are_answered() -> None:
    """Sixteen bytes in hex, a UUID in base64 (as it sends today), the document's own, and those with padding."""
    secrets = Credentials(ACCOUNT, {"consumer_secret": "testsecret"})
    for token in ("0f" * 16, "M2RkODJkZmMtYjlkYi00NmQ4LTk0MGUtM2JjYzkwM2Q4MjQ0", "a-b_c", "Zm9vYg==", "+/+/"):
        assert x.receiver.handshake(Request("GET", {}, {"crc_token": token}), secrets)


# -- what is understood -----------------------------------------------------------------------------------------------


def test_thread_is_known_and_branch_is_a_guess_below_the_first_post() -> None:
    """The first post's thread is no guess: so no reference of it draws the answers of others into one conversation."""
    root, reply = snowflake(NOW - DAY), snowflake(NOW)
    referred = [{"type": "replied_to", "id": root}]
    found = fact(event("post.reply.create", post(conversation_id=root, referenced_tweets=referred)))
    assert (found.thread_id, found.branch_id, found.parent_id, found.thread_is_guess) == (root, reply, root, True)
    assert not fact(event("post.mention.create", post())).thread_is_guess


def test_webhook_and_page_tell_the_same() -> None:
    told = fact(event("post.mention.create", post(created_at="2026-09-21T14:13:20.000Z")))
    asked = fact({"data": [post(created_at="2026-09-21T14:13:20.000Z")], "meta": {"result_count": 1}})
    assert told == asked


def test_older_shape_has_the_same_time_and_id() -> None:
    old = {"id_str": snowflake(NOW + 5), "text": "Hallo", "user": {"id_str": EVA}, "timestamp_ms": str(NOW + 5)}
    new = post(id=snowflake(NOW + 5), created_at="2026-09-21T14:13:20.000Z")
    found = [fact({"for_user_id": ACCOUNT, "tweet_create_events": [old]}), fact(event("post.create", new))]
    assert found[0].at == found[1].at == NOW + 5
    assert found[0].message_id == found[1].message_id


def test_time_is_the_platforms_where_the_id_says_another() -> None:
    assert fact(event("post.create", post(created_at="2026-09-01T00:00:00.000Z"))).at == 1_788_220_800_000


@pytest.mark.parametrize("at", [None, "gestern", 7, "Mon Foo 19 14:01:46 +0000 2025"])
def test_older_time_that_is_none_leaves_the_ids(at: object) -> None:
    old = {"id_str": snowflake(NOW), "text": "Hallo", "user": {"id_str": EVA}, "created_at": at}
    assert fact({"tweet_create_events": [old]}).at == NOW


def test_older_time_is_read_in_english() -> None:
    old = {"id_str": "7", "text": "Hallo", "user": {"id_str": EVA}, "created_at": "Mon May 19 14:01:46 +0000 2025"}
    assert fact({"tweet_create_events": [old]}).at == 1_747_663_306_000


def test_chat_has_one_thread_for_both_writers() -> None:
    def message(sender: str, recipient: str) -> dict[str, Any]:
        created = {"sender_id": sender, "target": {"recipient_id": recipient}, "message_data": {"text": "?"}}
        return {"direct_message_events": [{"type": "message_create", "id": "9", "message_create": created}]}

    both = [fact(event("dm.received", message(*pair))) for pair in ((EVA, ACCOUNT), (ACCOUNT, EVA))]
    assert both[0].thread_id == both[1].thread_id == f"{ACCOUNT}-{EVA}"
    assert [each.own for each in both] == [False, True]
    assert {each.customer_id for each in both} == {EVA}


def test_encrypted_message_is_announced_by_whatever_names_its_sender() -> None:
    older = {"direct_message_events": [{"id": "77", "sender_id": EVA, "participant_ids": [EVA, ACCOUNT]}]}
    for payload in ({"sender_id": EVA, "message_id": "77"}, older):
        found = fact(event("chat.received", payload))
        assert (found.customer_id, found.message_id, found.unsupported) == (EVA, "77", True)
    assert parse(event("chat.received", {"encoded_event": "x"}))[0] == Unreadable(
        "no_customer", event("chat.received", {"encoded_event": "x"})["data"]
    )


def test_read_receipt_of_unknown_wrapping_is_read() -> None:
    mark = {"sender_id": EVA, "target": {"recipient_id": ACCOUNT}, "last_read_event_id": snowflake(NOW)}
    assert fact(event("dm.read", mark)).kind is Kind.READ


@pytest.mark.parametrize("body", [[], 7, "x", None, True])
def test_payload_that_is_no_object_has_no_events(body: object) -> None:
    assert parse(body) == []


REASONS = {"empty_event", "malformed", "no_customer", "no_id", "not_handled", "other_account", "unknown_event"}
"""Without ``broken_update``: what the tests come up with is understood, not caught."""


@settings(max_examples=400)
@given(mutated("x", "", "0", "-1", "\ud800", "9" * 40, "https://t.co/", "é" * 600))
def test_any_change_of_a_real_shape_is_survived(body: object) -> None:
    assert_understood(x, Credentials(ACCOUNT), body, REASONS)


def test_a_thousand_posts_take_a_thousand_times_as_long_as_one() -> None:
    def body(count: int) -> object:
        user, entities = {"id_str": EVA}, {"urls": [{}]}
        told = [
            {"id_str": str(10**18 + number), "text": "x" * 40, "user": user, "entities": entities}
            for number in range(count)
        ]
        return {"for_user_id": ACCOUNT, "tweet_create_events": told}

    assert_read_in_linear_time(x, Credentials(ACCOUNT), body, 1000)


# -- what may be sent when --------------------------------------------------------------------------------------------


def situation(visibility: Visibility, last: int | None = NOW, **options: str) -> Situation:
    return Situation(visibility, last, EVA, options=options)


def test_public_answer_has_no_window_also_a_week_later() -> None:
    for now in (NOW, NOW + 7 * DAY, NOW + 400 * DAY):
        (route,) = x.sender.send_options(situation(Visibility.PUBLIC), now)
        assert (route.way, route.limit, route.unit, route.until) == (Way.PUBLIC_REPLY, 280, "weighted", None)
        assert route.files is not None and route.files.most == 4
        assert not route.person_only


def test_private_answer_has_no_window_also_a_week_later() -> None:
    (route,) = x.sender.send_options(situation(Visibility.PRIVATE), NOW + 7 * DAY)
    assert (route.way, route.limit, route.unit, route.until) == (Way.PRIVATE_MESSAGE, 10_000, "characters", None)
    assert route.files is not None and route.files.most == 1


def test_nobody_is_answered_in_public_who_did_not_speak_to_us() -> None:
    assert x.sender.send_options(situation(Visibility.PUBLIC, None), NOW) == []
    assert x.sender.send_options(situation(Visibility.PUBLIC, None, access="enterprise"), NOW)


@pytest.mark.parametrize(
    ("option", "limit"), [("25000", 25_000), ("4000", 4000), ("9", 280), ("", 280), ("many", 280), ("999999", 25_000)]
)
def test_premium_accounts_write_longer_posts(option: str, limit: int) -> None:
    (route,) = x.sender.send_options(situation(Visibility.PUBLIC, text_limit=option), NOW)
    assert route.limit == limit


def test_posts_are_weighed_and_messages_counted() -> None:
    assert x.sender.measure("Grüße 👨‍👩‍👧 https://example.org/ein/sehr/langer/weg", Way.PUBLIC_REPLY) == 6 + 2 + 1 + 23
    assert x.sender.measure("Grüße 👨‍👩‍👧", Way.PRIVATE_MESSAGE) == 11


def message(**fields: Any) -> Message:
    return Message(**{
        "id": "1", "direction": "inbound", "author": Author(EVA), "text": "?", "sent_at": NOW, "state": "received",
        "visibility": Visibility.PUBLIC, **fields,
    })  # fmt: skip


def test_moderations_of_a_post_on_x() -> None:
    assert x.sender.moderations(message()) == ()
    assert x.sender.moderations(message(parent_id="2")) == (Moderation.HIDE,)
    assert x.sender.moderations(message(parent_id="2", hidden=True)) == (Moderation.SHOW,)
    assert x.sender.moderations(message(direction="outbound", platform_id="3")) == (Moderation.DELETE,)
    assert x.sender.moderations(message(direction="outbound")) == ()
    assert x.sender.moderations(message(direction="outbound", platform_id="3", deleted=True)) == ()
    assert x.sender.moderations(message(visibility=Visibility.PRIVATE, parent_id="2")) == ()


def test_token_goes_to_the_platforms_guarded_hosts_only() -> None:
    secrets = Credentials(ACCOUNT, {"access_token": "hush"})
    guarded = x.receiver.media(Attachment("image", "https://ton.twitter.com/1.1/x.jpg"), secrets)
    assert guarded is not None and guarded.headers == {"Authorization": "Bearer hush"}
    for url in (
        "https://pbs.twimg.com/x.jpg",
        "http://ton.twitter.com/x.jpg",
        "https://ton.twitter.com.evil.example/x",
        "https://ton.twitter.com@evil.example/x",
    ):
        found = x.receiver.media(Attachment("image", url), secrets)
        assert found is not None and not found.headers
    assert x.receiver.media(Attachment("share", "https://x.com/i/web/status/1"), secrets) is None


# -- what an error means ----------------------------------------------------------------------------------------------


def answer(status: int, body: object = None, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, named, body if isinstance(body, dict) else None)


def meant(error: ChannelError) -> str:
    if isinstance(error, UnconfirmedSend):
        return MAYBE_SENT
    assert isinstance(error, PermanentFailure | TransientFailure)
    assert isinstance(error, TransientFailure) == (error.reason in PASSING)
    return str(error.reason)


@pytest.mark.parametrize(
    ("code", "meaning"), [each for each in module.api.CODES.codes.items() if isinstance(each[0], int)]
)
def test_codes(code: int, meaning: str) -> None:
    error = failed(module.api.classify, answer(403, {"errors": [{"code": code, "message": "?"}]}))
    assert meant(error) == str(meaning)


@pytest.mark.parametrize(
    ("kind", "meaning"), [each for each in module.api.CODES.codes.items() if isinstance(each[0], str)]
)
@pytest.mark.parametrize("host", ["https://api.twitter.com/2/problems/", "https://api.x.com/2/problems/"])
def test_types(kind: str, meaning: str, host: str) -> None:
    assert meant(failed(module.api.classify, answer(403, {"type": host + kind, "title": "?", "status": 403}))) == str(
        meaning
    )


@pytest.mark.parametrize(("status", "meaning"), module.api.CODES.statuses.items())
def test_statuses(status: int, meaning: str) -> None:
    assert meant(
        failed(module.api.classify, answer(status, {"type": "about:blank", "title": "?", "detail": "?"}))
    ) == str(meaning)
    assert meant(failed(module.api.classify, answer(status))) == str(meaning)


@pytest.mark.parametrize(
    ("detail", "meaning"),
    [
        ("You are not allowed to create a Tweet with duplicate content.", MAYBE_SENT),
        (
            "Reply to this conversation is not allowed because you have not been mentioned or otherwise engaged by the "
            "author of the post you are replying to.",
            Reason.PERMISSION,
        ),
        ("You attempted to reply to a Tweet that is deleted or not visible to you.", Reason.GONE),
        ("You cannot send messages to this user.", Reason.GONE),
        ("To protect our users, this account is temporarily locked.", Reason.POLICY),
        ("You are not permitted to perform this action.", Reason.PERMISSION),
    ],
)
def test_refusals_that_only_words_tell_apart(detail: str, meaning: str) -> None:
    problem = {"type": "about:blank", "title": "Forbidden", "status": 403, "detail": detail}
    assert meant(failed(module.api.classify, answer(403, problem))) == str(meaning)
    nested = {"errors": [{"message": detail}], "title": "Forbidden"}
    assert meant(failed(module.api.classify, answer(403, nested))) == str(meaning)


def test_used_up_credits_stop_the_connection() -> None:
    problem = {"title": "CreditsDepleted", "detail": "Your enrolled account does not have any credits."}
    for status in (402, 403):
        error = failed(module.api.classify, answer(status, problem))
        assert isinstance(error, TransientFailure)
        assert (error.reason, error.retry_after) == (Reason.POLICY, 3600)


def test_fault_of_the_platform_may_have_sent() -> None:
    for status in (500, 502, 504):
        assert isinstance(failed(module.api.classify, answer(status)), UnconfirmedSend)
    assert isinstance(failed(module.api.classify, Answer(200, {}, None, text="<html>")), UnconfirmedSend)
    assert meant(failed(module.api.classify, answer(503))) == Reason.RETRY
    assert meant(failed(module.api.classify, answer(302))) == Reason.RETRY
    assert meant(failed(module.api.classify, answer(418))) == Reason.BAD


def test_codes_name_no_text() -> None:
    error = failed(
        module.api.classify, answer(403, {"detail": "Eva Sommer hush", "errors": [{"code": 349, "message": "hush"}]})
    )
    assert str(error) == "gone 403/349"


def test_limit_is_waited_for_by_the_platforms_clock() -> None:
    date = "Mon, 21 Sep 2026 14:13:20 GMT"
    error = failed(module.api.classify, answer(429, date=date, x_rate_limit_reset="1790000300"))
    assert isinstance(error, TransientFailure) and error.retry_after == 301
    day = answer(
        429,
        date=date,
        x_rate_limit_remaining="3",
        x_rate_limit_reset="1790000300",
        x_user_limit_24hour_remaining="0",
        x_user_limit_24hour_reset="1790040000",
    )
    error = failed(module.api.classify, day)
    assert isinstance(error, TransientFailure) and error.retry_after == 40_001


@pytest.mark.parametrize(
    "headers", [{}, {"date": "heute"}, {"x_rate_limit_reset": "morgen"}, {"date": "Mon, 21 Sep 2026 14:13:20 GMT"}]
)
def test_limit_without_a_moment_is_a_quarter_of_an_hour(headers: dict[str, str]) -> None:
    error = failed(module.api.classify, answer(429, **headers))
    assert isinstance(error, TransientFailure) and error.retry_after == 900


@pytest.mark.parametrize(
    ("found", "sent"),
    [
        ("@evasommer Wir schauen nach.", "Wir schauen nach."),
        ("@evasommer @tomreed Wir  schauen\nnach.", "Wir schauen nach."),
        ("@tomreed ist zuständig", "@tomreed ist zuständig"),
        ("@evasommer @tomreed ist zuständig", "@tomreed ist zuständig"),
        ("Siehe https://example.org/ dort", "Siehe example.org dort"),
    ],
)
def test_own_text_is_known_again_as_the_platform_shows_it(found: str, sent: str) -> None:
    assert module.sending._same(found, sent)


def test_other_text_is_not_taken_for_ours() -> None:
    assert not module.sending._same("@evasommer Wir schauen nach!", "Wir schauen nach.")


def test_sending_without_a_token_asks_for_one() -> None:
    outbound = Outbound("1", Way.PUBLIC_REPLY, "Hallo", "7")
    for secrets in ({}, {"access_token": "ü"}):
        with pytest.raises(TransientFailure) as failed:
            x.sender.try_send(outbound, Credentials(ACCOUNT, secrets))
        assert failed.value.reason is Reason.AUTH


def test_renewal_needs_what_it_is_made_of() -> None:
    for secrets, options in (({}, {"client_id": "c"}), ({"refresh_token": "r"}, {})):
        with pytest.raises(TransientFailure) as failed:
            x.account.renew(Credentials(ACCOUNT, secrets, options), NOW)
        assert failed.value.reason is Reason.AUTH


def test_first_poll_begins_now() -> None:
    polled = x.receiver.poll("", Credentials(ACCOUNT), NOW)
    assert polled.events == () and polled.cursor == snowflake(NOW)


# -- other accounts of the same app -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["dm.received", "post.mention.create", "chat.received"])
def test_event_of_another_account_is_no_conversation_of_this_one(kind: str) -> None:
    body = event(kind, {"id": snowflake(NOW), "author_id": EVA, "sender_id": EVA, "text": "Hallo"})
    body["data"]["filter"] = {"user_id": "4711"}
    (found,) = parse(body)
    assert isinstance(found, Unreadable)
    assert found.account == "4711"


def test_older_event_of_another_account_is_no_conversation_of_this_one() -> None:
    post = {"id_str": snowflake(NOW), "text": "Hallo", "user": {"id_str": EVA, "screen_name": "eva"}}
    (found,) = parse({"for_user_id": "4711", "tweet_create_events": [post]})
    assert isinstance(found, Unreadable)
    assert (found.reason, found.account) == ("other_account", "4711")
