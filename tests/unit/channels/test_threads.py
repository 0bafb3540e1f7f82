"""Threads: who may knock, what belongs where, what may be sent when, and how long a text is."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

import channels
from channels.base import Credentials, InvalidSignature, Moderation, Request, Situation, Way
from conversations.facts import Author, Fact, Unreadable, Visibility
from conversations.messages import Message
from tests.unit.channels.mangling import JSON, assert_read_in_linear_time, assert_understood, mutated
from tests.unit.channels.samples import samples

threads = channels.get("threads")
ME = "26100000000000001"
NOW = 1_790_000_000_000
DAY = 86_400_000
OURS = Credentials(ME, {}, {"username": "nordlicht"})
ROOT = {"id": "181", "owner_id": ME, "username": "nordlicht"}
FOREIGN = {"id": "183", "owner_id": "26100000000000555", "username": "clara"}


def parse(body: object, credentials: Credentials = OURS) -> list[Fact | Unreadable]:
    return list(threads.receiver.parse(Request("POST", {}, {}, json.dumps(body).encode()), credentials))  # type: ignore[arg-type]


def fact(value: dict[str, Any], field: str = "replies", credentials: Credentials = OURS) -> Fact:
    """Return the fact of a change, as it is where no connection has the account of a stranger's first post."""
    (event,) = parse({"time": NOW // 1000, "values": {"field": field, "value": value}}, credentials)
    (found,) = event.kept if isinstance(event, Unreadable) else [event]
    return found


def reply(**value: Any) -> dict[str, Any]:
    return {"id": "182", "username": "mira", "text": "Hallo", "timestamp": "2026-09-21T14:13:20+0000", **value}


# -- who may knock ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "digest"),
    [
        (rb'{"message":"Gr\u00fc\u00dfe"}', "233f72a080526710531f077c87d1739683f2483e6bc3e8e2a243ac2e518da68b"),
        ('{"message":"Grüße"}'.encode(), "32ea36b69eef0c4140a52fe3c4978fd05fc51125771150785fb11bd91f458d11"),
    ],
)
def test_signature_is_over_the_bytes_as_they_came(body: bytes, digest: str) -> None:
    request = Request("POST", {"x-hub-signature-256": f"sha256={digest}"}, {}, body)
    threads.receiver.verify(request, Credentials(ME, {"app_secret": "testsecret"}))
    with pytest.raises(InvalidSignature):
        threads.receiver.verify(request, Credentials(ME, {"instagram_app_secret": "testsecret"}))


def test_handshake_returns_the_challenge_to_who_knows_our_token() -> None:
    query = {"hub.mode": "subscribe", "hub.verify_token": "sesame", "hub.challenge": "115"}
    assert threads.receiver.handshake(Request("GET", {}, query), Credentials(ME, {"verify_token": "sesame"})) == "115"
    with pytest.raises(InvalidSignature):
        threads.receiver.handshake(Request("GET", {}, query), Credentials(ME, {"verify_token": "another"}))


# -- what belongs where -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ({"replied_to": {"id": "181"}, "root_post": ROOT}, ("181", "182", "181")),
        ({"replied_to": {"id": "190"}, "root_post": ROOT}, ("190", "", "190")),
        ({"replied_to": {"id": "183"}, "root_post": FOREIGN}, ("183", "", "183")),
        ({"replied_to": {"id": "190"}, "root_post": None}, ("190", "", "190")),
        ({"root_post": ROOT}, ("182", "", None)),
        ({}, ("182", "", None)),
    ],
)
@pytest.mark.parametrize("field", ["replies", "mentions"])
def test_place_is_known_below_our_own_post_and_a_guess_elsewhere(
    place: dict[str, Any], expected: tuple[Any, ...], field: str
) -> None:
    """The same by both webhooks, so that what came twice is stored once (invariant 2)."""
    found = fact(reply(**place), field)
    assert (found.thread_id, found.branch_id, found.parent_id) == expected
    assert found.thread_is_guess, "its id is remembered, and what is known of what it answers decides"


@pytest.mark.parametrize(("owner", "username"), [(ME, None), ("1", "NordLicht"), (None, "nordlicht")])
def test_our_own_root_is_known_by_its_owner_or_our_name(owner: str | None, username: str | None) -> None:
    root = {"id": "181", "owner_id": owner, "username": username}
    assert fact(reply(replied_to={"id": "181"}, root_post=root)).branch_id == "182"


def test_without_our_name_nothing_is_taken_for_ours() -> None:
    for options in ({}, {"username": ""}):
        assert fact(reply(username=""), credentials=Credentials(ME, {}, options)).own is False
    assert fact(reply(username="NORDLICHT")).own is True


@pytest.mark.parametrize("body", [[], [7, None], "text", 7, None, {}, {"values": None}, {"values": []}])
def test_json_with_nothing_in_it_tells_nothing(body: object) -> None:
    assert parse(body) == []


def test_samples_hold_each_kind_that_is_told_and_no_other() -> None:
    found = [
        one
        for each in samples("threads")
        if not each.malformed
        for one in threads.receiver.parse(each.request, each.credentials)
    ]
    assert {one.kind for one in found if isinstance(one, Fact)} == threads.capabilities.reported_kinds


REASONS = {"malformed", "no_id", "other_account", "unknown_field"}


@given(JSON)
def test_any_json_is_survived(body: object) -> None:
    for each in (body, [body], {"values": body}, {"values": {"field": "replies", "value": body}, "time": body}):
        assert_understood(threads, OURS, each, REASONS)


@settings(max_examples=300)
@given(mutated("threads"))
def test_any_change_of_a_real_shape_is_survived(body: object) -> None:
    assert_understood(threads, OURS, body, REASONS)


def test_time_to_read_grows_with_the_messages() -> None:
    def body_of(count: int) -> object:
        return {"values": [{"field": "replies", "value": reply(id=str(n), text="Hallo" * 50)} for n in range(count)]}

    assert_read_in_linear_time(threads, OURS, body_of)


# -- what may be sent when --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("age", [0, DAY, 7 * DAY, 400 * DAY, None])
def test_public_reply_is_open_a_week_later_and_ever(age: int | None) -> None:
    (route,) = threads.sender.send_options(
        Situation(Visibility.PUBLIC, None if age is None else NOW - age, "mira"), NOW
    )
    assert (route.way, route.limit, route.until, route.person_only, route.files) == (
        Way.PUBLIC_REPLY,
        500,
        None,
        False,
        None,
    )


def test_there_are_no_private_messages() -> None:
    assert threads.sender.send_options(Situation(Visibility.PRIVATE, NOW, "mira"), NOW) == []
    assert threads.sender.window_ends_at(Situation(Visibility.PRIVATE, NOW, "mira")) is None


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("Grüße", 5),
        ("Grüße 🙂", 10),
        ("👍🏽", 8),
        ("👩‍👩‍👧", 18),
        ("❤️", 6),
        ("🇩🇪", 8),
        ("日本語", 3),
        ("„Anführung“, so …", 17),
        ("€ 5 → 10", 8),
    ],
)
def test_emoji_count_as_their_bytes_and_all_else_as_characters(text: str, length: int) -> None:
    assert threads.sender.measure(text, Way.PUBLIC_REPLY) == length


@given(st.text())
def test_length_lies_between_characters_and_bytes(text: str) -> None:
    assert len(text) <= threads.sender.measure(text, Way.PUBLIC_REPLY) <= len(text.encode("utf-8", "replace"))


# -- what may be done to messages -------------------------------------------------------------------------------------

REPLY = Message("182", "inbound", Author("mira", "mira"), "Werbung!", 1, "received", Visibility.PUBLIC, parent_id="181")
OWN = replace(REPLY, direction="outbound", platform_id="182")


@pytest.mark.parametrize(
    ("message", "permitted"),
    [
        (REPLY, (Moderation.HIDE,)),
        (replace(REPLY, hidden=True), (Moderation.SHOW,)),
        (replace(REPLY, parent_id=None), ()),
        (replace(REPLY, deleted=True), ()),
        (replace(REPLY, id="x-12"), ()),
        (replace(REPLY, direction="note"), ()),
        (OWN, (Moderation.DELETE,)),
        (replace(OWN, platform_id=None), ()),
    ],
)
def test_each_message_permits_what_the_platform_does(message: Message, permitted: tuple[Moderation, ...]) -> None:
    assert threads.sender.moderations(message) == permitted
