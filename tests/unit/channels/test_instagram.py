"""Instagram: who may knock, what is understood, what may be sent when, and how long a text is."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from msgspec.structs import replace

import channels
from channels.base import Credentials, InvalidSignature, Moderation, Request, Situation, Way
from conversations.facts import Author, Fact, Kind, Unreadable, Visibility
from conversations.messages import Message
from tests.unit.channels.mangling import JSON, assert_read_in_linear_time, assert_understood, mutated
from tests.unit.channels.samples import samples

instagram = channels.get("instagram")
ME = "17841400000000001"
NOW = 1_790_000_000_000
DAY = 86_400_000
OURS = Credentials(ME)


def parse(body: object, credentials: Credentials = OURS) -> list[Fact | Unreadable]:
    return list(instagram.receiver.parse(Request("POST", {}, {}, json.dumps(body).encode()), credentials))  # type: ignore[arg-type]


def fact(body: object, credentials: Credentials = OURS) -> Fact:
    (found,) = parse(body, credentials)
    assert isinstance(found, Fact)
    return found


def entry(**parts: Any) -> dict[str, Any]:
    return {"object": "instagram", "entry": [{"id": ME, "time": NOW // 1000, **parts}]}


def comment(**value: Any) -> dict[str, Any]:
    told = {"id": "179", "text": "Hallo", "from": {"id": "91", "username": "mira"}, "media": {"id": "180"}, **value}
    return entry(changes=[{"field": "comments", "value": told}])


def event(**content: Any) -> dict[str, Any]:
    return {"sender": {"id": "91"}, "recipient": {"id": ME}, "timestamp": NOW, **content}


# -- who may knock ----------------------------------------------------------------------------------------------------

ESCAPED = (rb'{"message":"Gr\u00fc\u00dfe"}', "233f72a080526710531f077c87d1739683f2483e6bc3e8e2a243ac2e518da68b")
PLAIN = ('{"message":"Grüße"}'.encode(), "32ea36b69eef0c4140a52fe3c4978fd05fc51125771150785fb11bd91f458d11")


def signed(body: bytes, digest: str) -> Request:
    return Request("POST", {"x-hub-signature-256": f"sha256={digest}"}, {}, body)


@pytest.mark.parametrize(("body", "digest"), [ESCAPED, PLAIN])
@pytest.mark.parametrize(
    "name", ["app_secret", "instagram_app_secret", "previous_app_secret", "previous_instagram_app_secret"]
)
def test_either_secret_may_have_signed_the_bytes(body: bytes, digest: str, name: str) -> None:
    """The documents do not say which of the two signs with Instagram Login: invariant 7 holds with both."""
    secrets = {"app_secret": "another", "instagram_app_secret": "one more", name: "testsecret"}
    instagram.receiver.verify(signed(body, digest), Credentials(ME, secrets))


@pytest.mark.parametrize("name", ["verify_token", "access_token", "expires_at", "previous_verify_token"])
def test_no_other_secret_signs(name: str) -> None:
    with pytest.raises(InvalidSignature):
        instagram.receiver.verify(signed(*PLAIN), Credentials(ME, {"app_secret": "another", name: "testsecret"}))


def test_the_same_text_in_other_bytes_has_another_signature() -> None:
    with pytest.raises(InvalidSignature):
        instagram.receiver.verify(signed(PLAIN[0], ESCAPED[1]), Credentials(ME, {"app_secret": "testsecret"}))


# -- what is understood (the samples say the rest) --------------------------------------------------------------------


@pytest.mark.parametrize("body", [[], [7, None], "text", 7, None, {}, {"entry": None}, {"object": "instagram"}])
def test_json_with_nothing_in_it_tells_nothing(body: object) -> None:
    assert parse(body) == []


@pytest.mark.parametrize(
    ("person", "username", "own"),
    [
        ({"id": ME, "username": "anybody"}, "", True),
        ({"id": "91", "username": "nordlicht"}, "Nordlicht", True),
        ({"id": "91", "username": "nordlicht"}, "", False),
        ({"id": "91", "username": ""}, "", False),
        ({}, "nordlicht", False),
        (None, "nordlicht", False),
    ],
)
def test_own_is_what_bears_the_accounts_id_or_name(person: Any, username: str, own: bool) -> None:
    assert fact(comment(**{"from": person}), Credentials(ME, {}, {"username": username})).own is own


def test_mention_and_comment_of_one_message_are_one_message() -> None:
    """Both webhooks come for a comment that names the account below its own post (invariant 2)."""
    told = fact(comment())
    announced = fact(entry(changes=[{"field": "mentions", "value": {"media_id": "180", "comment_id": "179"}}]))
    assert (told.thread_id, told.branch_id, told.message_id) == (
        announced.thread_id,
        announced.branch_id,
        announced.message_id,
    )


@pytest.mark.parametrize(
    ("number", "kind"), [(0, Kind.MESSAGE), ("0", Kind.MESSAGE), (1, Kind.EDITED), (None, Kind.EDITED)]
)
def test_edit_number_nought_is_a_new_message(number: object, kind: Kind) -> None:
    edit = {"mid": "m", "text": "Hallo", "num_edit": number}
    assert fact(entry(messaging=[event(message_edit=edit)])).kind is kind


def test_nothing_is_kept_of_what_was_unsent() -> None:
    message = {"mid": "m", "is_deleted": True, "text": "geheim", "attachments": [{"type": "image"}]}
    found = fact(entry(messaging=[event(message=message)]))
    assert (found.kind, found.text, found.attachments) == (Kind.REMOVED, None, ())


def test_unsent_without_an_id_is_kept_aside() -> None:
    assert [each.reason for each in parse(entry(messaging=[event(message={"is_deleted": True})]))] == ["no_id"]  # type: ignore[union-attr]


def test_samples_hold_each_kind_that_is_told_and_no_other() -> None:
    found = [
        one
        for each in samples("instagram")
        if not each.malformed
        for one in instagram.receiver.parse(each.request, each.credentials)
    ]
    assert {one.kind for one in found if isinstance(one, Fact)} == instagram.capabilities.reported_kinds


REASONS = {"empty_event", "malformed", "no_customer", "no_id", "not_handled", "unknown_event", "unknown_field"}
REASONS |= {"other_account", "unknown_object"}


@given(JSON)
def test_any_json_is_survived(body: object) -> None:
    for each in (body, [body], entry(messaging=body, changes=body), entry(messaging=[body], changes=[body])):
        assert_understood(instagram, OURS, each, REASONS)


@settings(max_examples=300)
@given(mutated("instagram"))
def test_any_change_of_a_real_shape_is_survived(body: object) -> None:
    assert_understood(instagram, OURS, body, REASONS)


def test_time_to_read_grows_with_the_messages() -> None:
    def body_of(count: int) -> object:
        values = [{"id": str(number), "text": "Hallo" * 50, "media": {"id": "180"}} for number in range(count)]
        return entry(changes=[{"field": "comments", "value": value} for value in values])

    assert_read_in_linear_time(instagram, OURS, body_of)


# -- what may be sent when --------------------------------------------------------------------------------------------


def ways(visibility: Visibility, age: int | None, used: bool = False) -> list[Any]:
    situation = Situation(visibility, None if age is None else NOW - age, "91", used)
    found = instagram.sender.send_options(situation, NOW)
    assert all(route.files is None for route in found)
    return [(route.way, route.person_only, route.until and route.until - NOW) for route in found]


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (0, [(Way.PRIVATE_MESSAGE, False, DAY)]),
        (DAY - 1, [(Way.PRIVATE_MESSAGE, False, 1)]),
        (DAY, [(Way.HUMAN_AGENT, True, 6 * DAY)]),
        (7 * DAY - 1, [(Way.HUMAN_AGENT, True, 1)]),
        (7 * DAY, []),
        (None, []),
    ],
)
def test_a_week_later_nothing_goes_out_in_private(age: int | None, expected: list[Any]) -> None:
    assert ways(Visibility.PRIVATE, age) == expected


@pytest.mark.parametrize(
    ("age", "used", "private"),
    [(0, False, 7 * DAY), (7 * DAY - 1, False, 1), (7 * DAY, False, None), (0, True, None), (None, False, None)],
)
def test_public_reply_is_open_a_week_later_and_ever(age: int | None, used: bool, private: int | None) -> None:
    expected = [(Way.PUBLIC_REPLY, False, None), *([(Way.PRIVATE_REPLY, False, private)] if private else [])]
    assert ways(Visibility.PUBLIC, age, used) == expected


def test_limits_are_characters_in_public_and_bytes_in_private() -> None:
    public, private = instagram.sender.send_options(Situation(Visibility.PUBLIC, NOW, "91"), NOW)
    assert [(each.limit, each.unit) for each in (public, private)] == [(2200, "characters"), (1000, "bytes")]
    assert instagram.sender.measure("Grüße 👩‍👩‍👧", Way.PUBLIC_REPLY) == 11
    assert instagram.sender.measure("Grüße 👩‍👩‍👧", Way.PRIVATE_MESSAGE) == 26
    assert instagram.sender.measure("ü" * 500, Way.HUMAN_AGENT) == 1000


def test_window_of_a_private_chat_ends_after_a_day() -> None:
    assert instagram.sender.window_ends_at(Situation(Visibility.PRIVATE, NOW, "91")) == NOW + DAY
    assert instagram.sender.window_ends_at(Situation(Visibility.PUBLIC, NOW, "91")) is None


# -- what may be done to messages -------------------------------------------------------------------------------------

COMMENT = Message("179", "inbound", Author("91", "mira"), "Werbung!", 1, "received", Visibility.PUBLIC, parent_id="180")
OWN = replace(COMMENT, direction="outbound", platform_id="179")


@pytest.mark.parametrize(
    ("message", "permitted"),
    [
        (COMMENT, (Moderation.HIDE, Moderation.DELETE)),
        (replace(COMMENT, hidden=True), (Moderation.SHOW, Moderation.DELETE)),
        (replace(COMMENT, parent_id=None), ()),
        (replace(COMMENT, deleted=True), ()),
        (replace(COMMENT, id="x-12"), ()),
        (replace(COMMENT, visibility=Visibility.PRIVATE), ()),
        (replace(COMMENT, direction="note"), ()),
        (OWN, (Moderation.DELETE,)),
        (replace(OWN, platform_id=None), ()),
        (replace(OWN, visibility=Visibility.PRIVATE), ()),
    ],
)
def test_each_message_permits_what_the_platform_does(message: Message, permitted: tuple[Moderation, ...]) -> None:
    assert instagram.sender.moderations(message) == permitted
