"""Mastodon: what is understood, what may be sent when, how long a text is, and what an error means."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings

import channels
from channels import mastodon as module
from channels._transport import Answer
from channels.base import (
    Credentials,
    InvalidSignature,
    Moderation,
    Outbound,
    PermanentFailure,
    Reason,
    Request,
    Situation,
    TransientFailure,
    Way,
)
from conversations.facts import Author, Fact, Visibility
from conversations.messages import Message
from tests.support.timing import assert_linear
from tests.unit.channels.answers import failed
from tests.unit.channels.mangling import JSON, assert_understood, mutated

mastodon = channels.get("mastodon")
ACCOUNT = "109300000000000001"
WEEK = 7 * 86_400_000
NOW = 1_790_000_000_000
OURS = Credentials(ACCOUNT)


def parse(body: object) -> list[Any]:
    return list(mastodon.receiver.parse(Request("POST", {}, {}, json.dumps(body).encode()), Credentials(ACCOUNT)))


def status(**more: Any) -> dict[str, Any]:
    plain = {"id": "501", "visibility": "public", "account": {"id": "31", "acct": "mira"}, "content": "<p>Hallo</p>"}
    return {**plain, "created_at": "2026-09-21T08:00:00.000Z", **more}


def fact(**more: Any) -> Fact:
    (found,) = parse([{"id": "1", "type": "mention", "status": status(**more)}])
    assert isinstance(found, Fact)
    return found


def test_found_post_has_the_accounts_that_it_names_by_their_names_on_all_servers() -> None:
    ours = Credentials(ACCOUNT, options={"handle": "@us@Nord.example"})
    mentions = [{"id": "7", "acct": "Ole"}, {"id": "8", "acct": "Shop@South.example"}, {}, "none"]
    quoted = {"quoted_status": {"account": {"id": "9", "acct": "Us"}}}
    found = module.searching._posts([status(mentions=mentions, quote=quoted), status()], ours)
    names = {"ole@nord.example", "shop@south.example", "us@nord.example"}
    assert [post.named for post in found] == [names, frozenset()]


# -- what is understood (the samples say the rest) --------------------------------------------------------------------


def test_nobody_knocks_here() -> None:
    for headers in ({}, {"x-hub-signature": "sha256=00"}):
        with pytest.raises(InvalidSignature):
            mastodon.receiver.verify(Request("POST", headers, {}, b"{}"), Credentials(ACCOUNT, {"access_token": "x"}))


@pytest.mark.parametrize("body", ["text", 7, None, True, {}, []])
def test_json_with_nothing_in_it_tells_nothing(body: object) -> None:
    assert parse(body) == []


@pytest.mark.parametrize(
    ("visibility", "private"),
    [("public", False), ("unlisted", False), ("private", True), ("direct", True), ("local", True), ("Public", True)],
)
def test_post_that_is_not_certainly_public_is_private(visibility: str, private: bool) -> None:
    """Invariant: nothing private is shown as public; in doubt it is private."""
    found = fact(visibility=visibility)
    assert (found.visibility is Visibility.PRIVATE) is private
    assert found.thread_id == ("direct:31" if private else "501")
    assert found.thread_is_guess is not private


def test_chat_goes_on_when_a_post_in_between_is_deleted() -> None:
    first = fact(visibility="direct", in_reply_to_id="77")
    later = fact(visibility="direct", id="600", in_reply_to_id=None)
    assert first.thread_id == later.thread_id


def test_newest_is_told_by_length_first() -> None:
    assert module.polling.newest("99", [{"id": "100"}, {"id": "98"}, {"id": 7}]) == "100"
    assert module.polling.newest("0", []) == "0"


@pytest.mark.parametrize("cursor", ["[]", "{", "null", '{"seen":1}', '{"seen":"1","own":"2","watched":3,"reread":0}'])
def test_cursor_that_is_not_ours_counts_as_none(cursor: str) -> None:
    assert module.polling.Cursor.of(cursor) is None


def test_cursor_is_short_however_much_is_watched() -> None:
    watched = tuple(
        module.polling._Watched(str(10**18 + n), 1_790_000_000_000, str(10**18)) for n in range(module.polling.WATCHED)
    )
    text = module.polling.Cursor("9" * 19, "9" * 19, watched, NOW).text()
    assert len(text) < 2000
    assert module.polling.Cursor.of(text) == module.polling.Cursor("9" * 19, "9" * 19, watched, NOW)


REASONS = {"malformed", "no_author", "no_id", "no_visibility", "unknown_type"}
"""Without ``broken_update``: what the tests come up with is understood, not caught."""


@settings(max_examples=300)
@given(mutated("mastodon", ACCOUNT))
def test_any_change_of_a_real_shape_is_survived(body: object) -> None:
    assert_understood(mastodon, OURS, body, REASONS)


@given(JSON)
def test_any_json_is_survived(body: object) -> None:
    for part in ("notifications", "own", "edited", "removed"):
        assert_understood(mastodon, OURS, {part: body}, REASONS)
        assert_understood(mastodon, OURS, {part: [body]}, REASONS)
    assert_understood(mastodon, OURS, [{"type": "mention", "status": body}], REASONS)


@pytest.mark.parametrize("piece", ["<", "<a href='", "@a@b.", "http://a.", "&#", "<p>x</p>", "@", "a.b@"])
def test_a_long_text_is_read_and_measured_in_linear_time(piece: str) -> None:
    def read(content: str) -> None:
        fact(content=content)
        mastodon.sender.measure(content, Way.PUBLIC_REPLY)

    assert_linear(lambda count: piece * count, read, 10_000)


# -- what may be sent when, and how long it is ------------------------------------------------------------------------


@pytest.mark.parametrize("age", [0, WEEK, 52 * WEEK])
def test_no_window_closes(age: int) -> None:
    public = mastodon.sender.send_options(Situation(Visibility.PUBLIC, NOW - age, "31"), NOW)
    assert [(each.way, each.until, each.person_only) for each in public] == [
        (Way.PUBLIC_REPLY, None, False),
        (Way.PRIVATE_REPLY, None, False),
    ]
    private = mastodon.sender.send_options(Situation(Visibility.PRIVATE, NOW - age, "31"), NOW)
    assert [(each.way, each.visibility) for each in private] == [(Way.PRIVATE_MESSAGE, Visibility.PRIVATE)]
    used = Situation(Visibility.PUBLIC, NOW, "31", private_reply_used=True)
    assert [each.way for each in mastodon.sender.send_options(used, NOW)] == [Way.PUBLIC_REPLY]


@pytest.mark.parametrize(
    ("options", "limit"), [({}, 468), ({"max_characters": "5000"}, 4968), ({"max_characters": "x"}, 468)]
)
def test_limit_is_the_servers_with_room_for_the_customers_name(options: dict[str, str], limit: int) -> None:
    (route, *_) = mastodon.sender.send_options(Situation(Visibility.PUBLIC, NOW, "31", options=options), NOW)
    assert (route.limit, route.unit) == (limit, "graphemes")


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("Grüße 👩‍👩‍👧", 7),
        ("https://a.de", 23),
        ("https://example.com/" + "x" * 200, 23),
        ("Siehe https://example.com/hilfe.", 6 + 23 + 1),
        ("(http://a.de/b?c=d#e)", 25),
        ("https://localhost/x", 19),
        ("@mira", 5),
        ("@mira@social.example", 5),
        ("@mira@social.example @ole@x.example!", 5 + 1 + 4 + 1),
        ("post@mail.example", 17),
    ],
)
def test_length_is_counted_as_the_server_does(text: str, length: int) -> None:
    assert mastodon.sender.measure(text, Way.PUBLIC_REPLY) == length


def message(**more: Any) -> Message:
    plain: dict[str, Any] = {"author": Author("31"), "text": "x", "sent_at": 1, "state": "received", "platform_id": "5"}
    return Message("5", **{"direction": "inbound", "visibility": Visibility.PUBLIC, **plain, **more})


BLOCKS = (Moderation.BLOCK, Moderation.UNBLOCK)


@pytest.mark.parametrize(
    ("said", "may"),
    [
        (message(), (Moderation.LIKE, Moderation.UNLIKE, *BLOCKS)),
        (message(deleted=True), BLOCKS),
        (message(deleted=True, author=Author()), ()),
        (message(direction="outbound"), (Moderation.EDIT, Moderation.DELETE)),
        (message(direction="outbound", platform_id=None), ()),
        (message(direction="outbound", deleted=True), ()),
    ],
)
def test_possible_moderations(said: Message, may: tuple[Moderation, ...]) -> None:
    assert mastodon.sender.moderations(said) == may


@pytest.mark.parametrize(
    ("text", "handle", "named"),
    [
        ("@mira Hallo", "mira", True),
        ("Hallo @Mira!", "mira", True),
        ("@miranda Hallo", "mira", False),
        ("@mira@social.example", "mira", False),
        ("post@mira", "mira", False),
        ("@mira@social.example", "mira@social.example", True),
    ],
)
def test_person_with_a_name_is_not_looked_up(text: str, handle: str, named: bool) -> None:
    assert module.sending._mentions(text, handle) is named


@pytest.mark.parametrize(
    ("secrets", "options"),
    [
        ({}, {"base_url": "https://x"}),
        ({"access_token": "tökén"}, {"base_url": "https://x"}),
        ({"access_token": "t"}, {}),
    ],
)
def test_connection_without_token_or_address_waits_for_one(secrets: dict[str, str], options: dict[str, str]) -> None:
    with pytest.raises(TransientFailure) as waiting:
        mastodon.sender.try_send(Outbound("1", Way.PUBLIC_REPLY, "Hallo", "9"), Credentials(ACCOUNT, secrets, options))
    assert waiting.value.reason == Reason.AUTH


# -- what an error means ----------------------------------------------------------------------------------------------

PASSING = {Reason.RETRY, Reason.RATE, Reason.AUTH}


@pytest.mark.parametrize(("code", "reason"), [*module.api.CODES.statuses.items(), (418, Reason.BAD)])
def test_status_says_what_an_error_means(code: int, reason: Reason) -> None:
    found = failed(module.api.classify, Answer(code, {}, {"error": "secret words"}), repeatable=True)
    assert isinstance(found, TransientFailure if reason in PASSING else PermanentFailure)
    assert (found.reason, found.code) == (reason, str(code))
    assert "secret" not in str(found)


@pytest.mark.parametrize("code", [200, 202, 500, 502, 503, 504, 520])
def test_no_clear_answer_is_asked_for_again(code: int) -> None:
    found = failed(module.api.classify, Answer(code, {"retry-after": "9"}, None), repeatable=True)
    assert isinstance(found, TransientFailure) and (found.reason, found.retry_after) == (Reason.RETRY, 9)


DATE = "Mon, 21 Sep 2026 08:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"x-ratelimit-reset": "2026-09-21T08:01:30.500Z", "date": DATE}, 90.5),
        ({"x-ratelimit-reset": "1789977690", "date": DATE}, 90),
        ({"x-ratelimit-reset": "2026-09-21T07:00:00.000Z", "date": DATE}, 1),
        ({"x-ratelimit-reset": "2027-09-21T07:00:00.000Z", "date": DATE}, 86_400),
        ({"x-ratelimit-reset": "2026-09-21T08:01:30.500Z"}, 300),
        ({"x-ratelimit-reset": "soon", "date": "today"}, 300),
        ({"retry-after": "12"}, 12),
        ({}, 300),
    ],
)
def test_limit_says_how_long_to_wait(headers: dict[str, str], seconds: float) -> None:
    found = failed(module.api.classify, Answer(429, headers, {"error": "Too many requests"}))
    assert isinstance(found, TransientFailure) and (found.reason, found.retry_after) == (Reason.RATE, seconds)
