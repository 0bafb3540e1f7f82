"""Facebook: what may be done about which message, and how a refusal is told apart."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

import channels
from channels.base import Moderation, PermanentFailure, Reason, TransientFailure, UnconfirmedSend
from conversations.facts import Author, Visibility
from conversations.messages import Message
from tests.support.platform import Platform

facebook = channels.get("facebook")
COMMENT = Message(
    id="7_8",
    direction="inbound",
    author=Author("5511", "Ole"),
    text="Werbung!",
    sent_at=1,
    state="received",
    visibility=Visibility.PUBLIC,
    parent_id="104_7",
)
OF_AUTHORS = (Moderation.BLOCK, Moderation.UNBLOCK)
LIKING = (Moderation.LIKE, Moderation.UNLIKE)
OWN = replace(COMMENT, direction="outbound", platform_id="7_9")


@pytest.mark.parametrize(
    ("message", "permitted"),
    [
        (COMMENT, (*LIKING, Moderation.HIDE, Moderation.DELETE, *OF_AUTHORS)),
        (replace(COMMENT, hidden=True), (*LIKING, Moderation.SHOW, Moderation.DELETE, *OF_AUTHORS)),
        (replace(COMMENT, parent_id=None), (*LIKING, Moderation.DELETE, *OF_AUTHORS)),
        (replace(COMMENT, author=Author(None, None)), (*LIKING, Moderation.HIDE, Moderation.DELETE)),
        (replace(COMMENT, author=Author("ref:77", None)), (*LIKING, Moderation.HIDE, Moderation.DELETE)),
        (replace(COMMENT, deleted=True), OF_AUTHORS),
        (replace(COMMENT, visibility=Visibility.PRIVATE), OF_AUTHORS),
        (OWN, (Moderation.EDIT, Moderation.DELETE)),
        (replace(OWN, deleted=True), ()),
        (replace(OWN, platform_id=None), ()),
        (replace(OWN, visibility=Visibility.PRIVATE), ()),
        (replace(COMMENT, direction="note"), ()),
    ],
)
def test_each_message_permits_what_the_platform_does(message: Message, permitted: tuple[Moderation, ...]) -> None:
    assert facebook.sender.moderations(message) == permitted


@pytest.mark.parametrize(("code", "subcode", "reason"), [(100, 33, Reason.GONE), (200, None, Reason.PERMISSION)])
def test_a_refusal_is_told_apart(platform: Platform, code: int, subcode: int | None, reason: Reason) -> None:
    platform.fails(code, subcode)
    with pytest.raises(PermanentFailure) as refused:
        facebook.sender.try_moderate(Moderation.HIDE, "7_8", platform.credentials)
    assert refused.value.reason == reason


def test_an_expired_token_waits(platform: Platform) -> None:
    platform.fails(190, 463)
    with pytest.raises(TransientFailure) as refused:
        facebook.sender.try_moderate(Moderation.DELETE, "7_8", platform.credentials)
    assert refused.value.reason == Reason.AUTH


def test_a_lost_answer_is_no_success(platform: Platform) -> None:
    platform.answers.append("reset")
    with pytest.raises(UnconfirmedSend):
        facebook.sender.try_moderate(Moderation.BLOCK, "5511", platform.credentials)


@pytest.mark.parametrize(
    ("moderation", "call", "body"),
    [
        (Moderation.HIDE, "POST /v99.0/7_8", {"is_hidden": "true"}),
        (Moderation.SHOW, "POST /v99.0/7_8", {"is_hidden": "false"}),
        (Moderation.LIKE, "POST /v99.0/7_8/likes", {}),
        (Moderation.UNLIKE, "DELETE /v99.0/7_8/likes", {}),
        (Moderation.DELETE, "DELETE /v99.0/7_8", {}),
        (Moderation.EDIT, "POST /v99.0/7_8", {"message": "Besser so: Grüße"}),
    ],
)
def test_each_moderation_is_one_call(
    platform: Platform, moderation: Moderation, call: str, body: dict[str, str]
) -> None:
    platform.says({"success": True})
    facebook.sender.try_moderate(moderation, "7_8", platform.credentials, "Besser so: Grüße")
    (asked,) = platform.asked
    assert (asked["call"], asked["body"]) == (call, body)


def test_moderation_that_the_platform_lacks_is_refused_without_a_call(platform: Platform) -> None:
    with pytest.raises(PermanentFailure):
        facebook.sender.try_moderate(Moderation.ACCEPT, "7_8", platform.credentials)
    assert platform.asked == []


@pytest.mark.parametrize("moderation", [each for each in Moderation if each is not Moderation.ACCEPT])
def test_moderation_that_was_not_carried_out_fails(platform: Platform, moderation: Moderation) -> None:
    platform.says({"success": False})
    with pytest.raises(PermanentFailure) as refused:
        facebook.sender.try_moderate(moderation, "5511", platform.credentials)
    assert refused.value.reason == Reason.BAD
