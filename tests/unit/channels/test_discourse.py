"""Discourse: who may knock, what is understood, what may be sent when, and what an error means."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import channels
from channels import discourse as module
from channels._transport import Answer
from channels.base import (
    Credentials,
    InvalidSignature,
    Media,
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
from conversations.facts import Attachment, Author, Fact, Kind, Nudge, Visibility
from conversations.messages import Message
from tests.support.timing import assert_linear
from tests.unit.channels.answers import failed
from tests.unit.channels.mangling import JSON, assert_understood, mutated_calls

discourse = channels.get("discourse")
ACCOUNT = "7"
WEEK = 7 * 86_400_000
NOW = 1_790_000_000_000


def call(body: object, event: str = "post_created", kind: str = "post") -> Request:
    headers = {"x-discourse-event": event, "x-discourse-event-type": kind}
    return Request("POST", {name: value for name, value in headers.items() if value}, {}, json.dumps(body).encode())


def parse(body: object, event: str = "post_created", kind: str = "post", **options: str) -> list[Any]:
    return list(discourse.receiver.parse(call(body, event, kind), Credentials(ACCOUNT, options=options)))


def post(**more: Any) -> dict[str, Any]:
    plain = {"id": 5, "user_id": 31, "topic_id": 9, "topic_archetype": "regular", "raw": "Hallo", "post_number": 1}
    return {"post": {**plain, "created_at": "2026-09-21T08:00:00.000Z", "post_type": 1, "username": "mira", **more}}


def fact(body: object, event: str = "post_created") -> Fact:
    (found,) = parse(body, event)
    assert isinstance(found, Fact)
    return found


# -- who may knock ----------------------------------------------------------------------------------------------------

VECTOR = "sha256=32215f45302cb61f17b73f3b4cb5bc1c15c954e62b7c8ef2d9ecf20168dec18c"


def test_signature_is_that_of_the_platform() -> None:
    request = Request("POST", {"x-discourse-event-signature": VECTOR}, {}, b'{"ping":"OK"}')
    discourse.receiver.verify(request, Credentials(ACCOUNT, {"webhook_secret": "testsecret"}))


def test_one_blank_more_is_another_body() -> None:
    request = Request("POST", {"x-discourse-event-signature": VECTOR}, {}, b'{"ping": "OK"}')
    with pytest.raises(InvalidSignature):
        discourse.receiver.verify(request, Credentials(ACCOUNT, {"webhook_secret": "testsecret"}))


def test_both_secrets_hold_during_a_rotation() -> None:
    both = Credentials(ACCOUNT, {"webhook_secret": "new", "previous_webhook_secret": "old"})
    for secret, right in (("new", True), ("old", True), ("older", False), ("", False)):
        signature = hmac.new(secret.encode(), b"{}", hashlib.sha256).hexdigest()
        request = Request("POST", {"x-discourse-event-signature": f"sha256={signature}"}, {}, b"{}")
        if right:
            discourse.receiver.verify(request, both)
        else:
            with pytest.raises(InvalidSignature):
                discourse.receiver.verify(request, both)


# -- what is understood (the samples say the rest) --------------------------------------------------------------------


@pytest.mark.parametrize("body", [[], "text", 7, None, True])
def test_json_with_nothing_in_it_tells_nothing(body: object) -> None:
    assert parse(body) == []


@pytest.mark.parametrize(
    ("told", "visibility"),
    [
        ({"topic_archetype": "regular"}, Visibility.PUBLIC),
        ({"topic_archetype": "banner"}, Visibility.PUBLIC),
        ({"topic_archetype": "private_message"}, Visibility.PRIVATE),
        ({"topic_archetype": "private_message", "category_id": 4}, Visibility.PRIVATE),
        ({"topic_archetype": "", "category_id": 4}, Visibility.PUBLIC),
        ({"topic_archetype": "", "category_id": None}, Visibility.PRIVATE),
        ({"topic_archetype": None, "category_id": "null"}, Visibility.PRIVATE),
        ({"topic_archetype": "secret_club", "category_id": None}, Visibility.PRIVATE),
        ({"topic_archetype": ["regular"], "category_id": {}}, Visibility.PRIVATE),
    ],
    ids=str,
)
def test_personal_message_is_never_taken_for_a_public_one(told: dict[str, Any], visibility: Visibility) -> None:
    """Invariant: nothing private is shown as public; in doubt it is private."""
    assert fact(post(**told)).visibility is visibility


def test_topic_and_its_first_post_are_one_message() -> None:
    assert parse({"topic": {"id": 9, "title": "Router"}}, "topic_created", "topic") == []
    assert fact(post()).kind is Kind.MESSAGE


EVENTS = ["", "post_created", "post_edited", "post_destroyed", "post_recovered", "accepted_solution", "post_liked", "x"]


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize(
    ("told", "kinds"),
    [
        ({}, [Kind.MESSAGE]),
        ({"updated_at": "2026-09-21T08:00:01.000Z"}, [Kind.MESSAGE]),
        ({"updated_at": "2026-09-21T08:00:05.000Z"}, [Kind.MESSAGE, Kind.EDITED]),
        ({"updated_at": "2026-09-21T08:00:11.000Z"}, [Kind.EDITED]),
        ({"version": 2}, [Kind.EDITED]),
        ({"version": 2, "raw": None}, []),
        ({"user_deleted": True}, [Kind.REMOVED]),
        ({"deleted_at": "2026-09-21T09:00:00.000Z", "version": 3}, [Kind.REMOVED]),
    ],
    ids=str,
)
def test_signed_content_decides_and_not_the_event(event: str, told: dict[str, Any], kinds: list[Kind]) -> None:
    facts = [each for each in parse(post(**told), event) if isinstance(each, Fact)]
    assert [each.kind for each in facts if each.kind is not Kind.CLAIMED] == kinds


def test_event_that_the_body_does_not_prove_is_a_claim() -> None:
    for event, kind in (("post_destroyed", Kind.REMOVED), ("post_recovered", Kind.SHOWN)):
        message, claim = parse(post(), event)
        assert (message.kind, claim.kind, claim.payload, claim.message_id) == (Kind.MESSAGE, Kind.CLAIMED, kind, "5")
    for event, kind in (("accepted_solution", Kind.SOLVED), ("solved_unaccepted_solution", Kind.UNSOLVED)):
        (claim,) = parse({"solved": post()["post"]}, event, "solved")
        assert (claim.kind, claim.payload, claim.author) == (Kind.CLAIMED, kind, Author())
    assert [each.kind for each in parse(post(user_deleted=True), "post_destroyed")] == [Kind.REMOVED]
    accepted = {"solved": post(accepted_answer=True)["post"]}
    assert [each.kind for each in parse(accepted, "accepted_solution", "solved")] == [Kind.SOLVED]


def test_parent_is_named_by_topic_and_number() -> None:
    assert fact(post(reply_to_post_number=3)).parent_id == "9/3"
    for nothing in (None, "null", 0.5, [3], ""):
        assert fact(post(reply_to_post_number=nothing)).parent_id is None


def test_address_of_the_forum_is_the_connections_and_not_the_headers() -> None:
    request = call(post())
    headed = Request("POST", {**request.headers, "x-discourse-instance": "https://forum.example"}, {}, request.body)
    for options, link in (
        ({"base_url": "https://ours.example/forum/"}, "https://ours.example/forum/t/-/9/1"),
        ({}, None),
    ):
        (found,) = discourse.receiver.parse(headed, Credentials(ACCOUNT, options=options))
        assert isinstance(found, Fact) and found.permalink == link


@pytest.mark.parametrize(
    ("event", "kinds"),
    [
        ("post_created", [Nudge]),
        ("post_edited", [Nudge]),
        ("post_destroyed", [Nudge, Fact]),
        ("accepted_solution", [Nudge]),
    ],
)
def test_nothing_is_kept_of_what_strangers_write_to_each_other(event: str, kinds: list[type]) -> None:
    body = post(topic_archetype="private_message", raw="Unter uns", username="stranger")
    found = parse(body, event, personal_messages="ours")
    assert [type(each) for each in found] == kinds
    assert "Unter uns" not in repr(found) and "stranger" not in repr(found)


def test_our_own_personal_messages_and_likes_of_them_are_kept() -> None:
    ours = post(topic_archetype="private_message", user_id=7)
    assert [type(each) for each in parse(ours, personal_messages="ours")] == [Fact]
    like = {"like": {"post": ours["post"], "user": {"id": 31, "username": "mira"}}}
    (found,) = parse(like, "post_liked", "like", personal_messages="ours")
    assert (found.kind, found.customer_id) == (Kind.REACTION, "topic:9")


REASONS = {"malformed", "no_author", "no_id", "no_topic", "no_visibility", "unknown_event"}
"""Without ``broken_update``: what the tests come up with is understood, not caught."""


@settings(max_examples=300)
@given(mutated_calls("discourse", "null", -1, 3, 4))
def test_any_change_of_a_real_shape_is_survived(case: tuple[dict[str, str], Any]) -> None:
    headers, body = case
    assert_understood(discourse, Credentials(ACCOUNT), body, REASONS, headers)


@given(JSON, st.sampled_from(["post_created", "post_liked", "accepted_solution", "ping", ""]))
def test_any_json_is_survived(body: object, event: str) -> None:
    for one in (body, {"post": body}, {"like": body}, {"latest_posts": body}, {"private_posts": [body]}):
        parse(one, event)


@pytest.mark.parametrize("piece", ["<", "<img src='", '<a class="', "&amp", "<!--", "[](", '<img src="//[', "<p>x</p>"])
def test_a_long_text_is_read_in_linear_time(piece: str) -> None:
    assert_linear(lambda count: call(post(cooked=piece * count, raw=None)), _read, 10_000)


def _read(request: Request) -> None:
    discourse.receiver.parse(request, Credentials(ACCOUNT))


# -- what may be sent when --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("age", [0, WEEK, 52 * WEEK])
def test_no_window_closes(age: int) -> None:
    public = discourse.sender.send_options(Situation(Visibility.PUBLIC, NOW - age, "31"), NOW)
    assert [(each.way, each.visibility, each.until, each.person_only) for each in public] == [
        (Way.PUBLIC_REPLY, Visibility.PUBLIC, None, False),
        (Way.PRIVATE_REPLY, Visibility.PRIVATE, None, False),
    ]
    private = discourse.sender.send_options(Situation(Visibility.PRIVATE, NOW - age, "31"), NOW)
    assert [each.way for each in private] == [Way.PRIVATE_MESSAGE]


def test_one_private_reply_and_only_to_somebody() -> None:
    for situation in (
        Situation(Visibility.PUBLIC, NOW, "31", private_reply_used=True),
        Situation(Visibility.PUBLIC, NOW, None),
    ):
        assert [each.way for each in discourse.sender.send_options(situation, NOW)] == [Way.PUBLIC_REPLY]


@pytest.mark.parametrize(
    ("options", "limit", "size"),
    [
        ({}, 32_000, 4096 * 1024),
        ({"max_post_length": "5000", "max_image_kb": "100"}, 5000, 102_400),
        ({"max_post_length": "many", "max_image_kb": "-1"}, 32_000, 4096 * 1024),
    ],
)
def test_limits_are_the_forums(options: dict[str, str], limit: int, size: int) -> None:
    (route, *_) = discourse.sender.send_options(Situation(Visibility.PUBLIC, NOW, "31", options=options), NOW)
    assert (route.limit, route.unit) == (limit, "characters")
    assert route.files is not None and set(route.files.largest.values()) == {size}


def message(**more: Any) -> Message:
    plain: dict[str, Any] = {"author": Author("31"), "text": "x", "sent_at": 1, "state": "received", "platform_id": "5"}
    return Message("5", **{"direction": "inbound", "visibility": Visibility.PUBLIC, **plain, **more})


LIKES = (Moderation.LIKE, Moderation.UNLIKE)


@pytest.mark.parametrize(
    ("said", "may"),
    [
        (message(), (*LIKES, Moderation.ACCEPT, Moderation.DELETE)),
        (message(accepted=True), (*LIKES, Moderation.DELETE)),
        (message(visibility=Visibility.PRIVATE), LIKES),
        (message(direction="outbound"), (Moderation.ACCEPT, Moderation.EDIT, Moderation.DELETE)),
        (message(direction="outbound", platform_id=None), ()),
        (message(deleted=True), ()),
    ],
)
def test_moderations_of_a_post(said: Message, may: tuple[Moderation, ...]) -> None:
    assert discourse.sender.moderations(said) == may


def test_key_goes_along_to_protected_uploads_of_the_forum_and_nowhere_else() -> None:
    known = Credentials(ACCOUNT, {"api_key": "hush"}, {"base_url": "https://forum.example", "api_username": "nord"})
    for url, headed in (
        ("https://forum.example/secure-uploads/a.png", True),
        ("https://forum.example/uploads/a.png", False),
        ("https://forum.example.evil/secure-uploads/a.png", False),
    ):
        found = discourse.receiver.media(Attachment("image", url), known)
        assert found is not None and found.url == url
        assert ("Api-Key" in found.headers) is headed
        assert "hush" not in repr(found)
    assert discourse.receiver.media(Attachment("link", "https://x.example"), known) is None
    assert discourse.receiver.media(Attachment("image", "https://cdn.example/a.png"), known) == Media(
        "https://cdn.example/a.png"
    )


@pytest.mark.parametrize(
    ("secrets", "options"),
    [
        ({}, {"base_url": "https://forum.example"}),
        ({"api_key": "käy"}, {"base_url": "https://x"}),
        ({"api_key": "k"}, {}),
    ],
)
def test_connection_without_key_or_address_waits_for_one(secrets: dict[str, str], options: dict[str, str]) -> None:
    with pytest.raises(TransientFailure) as waiting:
        discourse.sender.try_send(Outbound("1", Way.PUBLIC_REPLY, "Hallo", "9"), Credentials(ACCOUNT, secrets, options))
    assert waiting.value.reason == Reason.AUTH


# -- what an error means ----------------------------------------------------------------------------------------------


def failure(status: int, kind: str = "", text: str = "secret words", **more: Any) -> Exception:
    body = {"errors": [text], **({"error_type": kind} if kind else {}), **more.pop("body", {})}
    return failed(module.api.classify, Answer(status, more.pop("headers", {}), body))


PASSING = {Reason.RETRY, Reason.RATE, Reason.AUTH}


@pytest.mark.parametrize(("status", "reason"), module.api.CODES.statuses.items())
def test_status_decides_where_nothing_else_is_said(status: int, reason: Reason) -> None:
    found = failure(status)
    assert isinstance(found, TransientFailure if reason in PASSING else PermanentFailure)
    assert (found.reason, found.code) == (reason, str(status))
    assert "secret" not in str(found)


@pytest.mark.parametrize(("kind", "reason"), module.api.CODES.codes.items())
def test_type_of_the_error_decides_whatever_the_status(kind: str, reason: Reason) -> None:
    for status in (400, 403, 422, 503):
        found = failure(status, kind)
        assert isinstance(found, TransientFailure if reason in PASSING else PermanentFailure)
        assert (found.reason, found.code) == (reason, f"{status}/{kind}")


def test_invalid_key_is_told_from_a_missing_permission_in_any_language() -> None:
    for text in ("The API username or key is invalid.", "Der API-Schlüssel ist ungültig.", "API 用户名或密钥无效"):
        found = failure(403, "invalid_access", text)
        assert isinstance(found, TransientFailure) and found.reason == Reason.AUTH


@pytest.mark.parametrize("status", [200, 500, 502, 504])
def test_no_clear_answer_may_mean_sent(status: int) -> None:
    assert isinstance(failed(module.api.classify, Answer(status, {}, None, text="<html>")), UnconfirmedSend)
    assert status == 200 or isinstance(failure(status), UnconfirmedSend)


def test_duplicate_may_be_our_own() -> None:
    for text in ("Body is too similar to what you recently posted", "Duplicate of a recent post"):
        assert isinstance(failure(422, text=text), UnconfirmedSend)


@pytest.mark.parametrize(
    ("headers", "body", "seconds"),
    [
        ({"retry-after": "7"}, {"extras": {"wait_seconds": 12}}, 7),
        ({}, {"extras": {"wait_seconds": 12}}, 12),
        ({}, {"extras": "soon"}, 30),
        ({"retry-after": "tomorrow"}, {}, 30),
        ({"retry-after": "999999999"}, {}, 86_400),
    ],
)
def test_limit_says_how_long_to_wait(headers: dict[str, str], body: dict[str, Any], seconds: float) -> None:
    found = failure(429, headers=headers, body=body)
    assert isinstance(found, TransientFailure) and found.retry_after == seconds


def test_limit_without_json_is_waited_for() -> None:
    found = failed(module.api.classify, Answer(429, {}, None, text="Slow down, too many requests from this IP"))
    assert isinstance(found, TransientFailure) and (found.reason, found.retry_after) == (Reason.RATE, 30)
