"""Telegram: who may knock, what is understood, what may be sent when, and what an error means."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import channels
from channels import telegram as module
from channels._transport import Answer
from channels.base import (
    ChannelError,
    Credentials,
    InvalidSignature,
    Moderation,
    PermanentFailure,
    Reason,
    Request,
    Situation,
    TransientFailure,
    Way,
)
from conversations.facts import Author, Fact, Kind, Unreadable, Visibility
from conversations.messages import Message
from tests.unit.channels.answers import failed
from tests.unit.channels.mangling import JSON, assert_read_in_linear_time, assert_understood, mutated
from tests.unit.channels.samples import samples

telegram = channels.get("telegram")
BOT = "7100200300"
TESTED = Credentials(BOT)
DAY = 86_400_000
NOW = 1_790_000_000_000
REASONS = {
    "empty_message",
    "malformed",
    "no_chat",
    "no_id",
    "not_handled",
    "unknown_update",
}
"""Without ``broken_update``: what the tests come up with is understood, not caught."""


def call(body: object, token: str = "") -> Request:
    return Request("POST", {"x-telegram-bot-api-secret-token": token} if token else {}, {}, json.dumps(body).encode())


def parse(body: object) -> list[Fact | Unreadable]:
    return [one for one in telegram.receiver.parse(call(body), TESTED) if isinstance(one, Fact | Unreadable)]


def fact(body: object) -> Fact:
    (found,) = parse(body)
    assert isinstance(found, Fact)
    return found


def private(**content: Any) -> dict[str, Any]:
    chat = {"id": 81, "type": "private", "first_name": "Mira"}
    return {"update_id": 1, "message": {"message_id": 5, "date": NOW // 1000, "chat": chat, "from": chat, **content}}


def group(number: int, **content: Any) -> dict[str, Any]:
    chat = {"id": -100500, "type": "supergroup", "title": "Hof"}
    message = {"message_id": number, "date": NOW // 1000, "chat": chat, "from": {"id": 81, "first_name": "Mira"}}
    return {"update_id": 1, "message": {**message, **content}}


# -- who may knock ----------------------------------------------------------------------------------------------------


def test_the_token_of_the_header_decides_and_both_hold_while_it_is_changed() -> None:
    both = Credentials(BOT, {"secret_token": "new", "previous_secret_token": "old"})
    for token in ("new", "old"):
        telegram.receiver.verify(call({}, token), both)
    for token in ("older", "New", "", "new "):
        with pytest.raises(InvalidSignature):
            telegram.receiver.verify(call({}, token), both)


def test_empty_secret_lets_nobody_in() -> None:
    for secrets in ({}, {"secret_token": ""}, {"secret_token": "", "previous_secret_token": ""}):
        with pytest.raises(InvalidSignature):
            telegram.receiver.verify(
                Request("POST", {"x-telegram-bot-api-secret-token": ""}, {}), Credentials(BOT, secrets)
            )


@given(st.text())
def test_odd_header_is_refused_and_nothing_else(header: str) -> None:
    with pytest.raises(InvalidSignature):
        telegram.receiver.verify(
            Request("POST", {"x-telegram-bot-api-secret-token": header}, {}), Credentials(BOT, {"secret_token": "1\n2"})
        )


# -- what is understood -----------------------------------------------------------------------------------------------


def test_samples_hold_each_kind_that_is_told_and_no_other() -> None:
    told = [one for sample in samples("telegram") if not sample.malformed for one in parse(json.loads(sample.raw))]
    assert {one.kind for one in told if isinstance(one, Fact)} == telegram.capabilities.reported_kinds


def test_the_same_number_in_two_chats_is_two_messages() -> None:
    assert fact(private()).message_id != fact(group(5)).message_id
    business = fact({"business_message": private()["message"] | {"business_connection_id": "B"}})
    assert len({business.message_id, fact(private()).message_id}) == 2
    assert len({business.thread_id, fact(private()).thread_id}) == 2


@pytest.mark.parametrize(
    ("entities", "text"),
    [
        ([("text_link", 0, 2, "https://a.example")], "🙂 (https://a.example) hier und dort"),
        ([("text_link", 3, 4, "https://a.example")], "🙂 hier (https://a.example) und dort"),
        ([("text_link", 12, 99, "https://a.example")], "🙂 hier und dort (https://a.example)"),
        (
            [("text_link", 12, 4, "https://b.example"), ("text_link", 3, 4, "https://a.example")],
            "🙂 hier (https://a.example) und dort (https://b.example)",
        ),
        ([("text_link", 3, 4, "https://a.example"), ("text_link", 4, 4, "https://b.example")], None),
        ([("text_link", 3, 4, "hier")], "🙂 hier und dort"),
        ([("text_link", 99, 4, "https://a.example")], "🙂 hier und dort"),
        ([("text_link", -3, 4, "https://a.example"), ("bold", 3, 4, "x")], "🙂 hier und dort"),
        ([("text_link", 3, 0, "https://a.example"), ("text_link", 3, "4", "x"), ("text_link", 3, 4, 5)], None),
    ],
)
def test_links_behind_words_are_shown_where_they_are(entities: list[Any], text: str | None) -> None:
    marks = [dict(zip(("type", "offset", "length", "url"), each, strict=True)) for each in entities]
    found = fact(private(text="🙂 hier und dort", entities=marks)).text or ""
    if text is None:
        assert found.replace(" (https://a.example)", "") == "🙂 hier und dort"
    else:
        assert found == text


WORDS = st.text(st.characters(max_codepoint=0xD7FF, exclude_characters="()"), max_size=20)
MARKS = st.lists(st.tuples(st.integers(-2, 25), st.integers(-2, 25)), max_size=5)


@given(WORDS, MARKS)
def test_no_mark_costs_a_word(text: str, marks: list[tuple[int, int]]) -> None:
    links = [{"type": "text_link", "offset": start, "length": length, "url": "()"} for start, length in marks]
    assert (fact(private(text=text, entities=links)).text or "").replace(" (())", "") == text


def test_parts_of_an_album_are_messages_in_any_order_and_any_number() -> None:
    """Invariant 2: what is delivered twice, or in another order, is the same conversation."""
    parts = [private(message_id=number, media_group_id="7", photo=[{"file_id": f"p{number}"}]) for number in (5, 6)]
    assert {fact(part) for part in parts} == {fact(part) for part in [*reversed(parts), parts[0]]}


def test_private_requests_to_a_channel_are_never_public() -> None:
    chat = {"id": -100501, "type": "supergroup", "is_direct_messages": True}
    (found,) = parse(group(7, text="nur für euch", chat=chat))
    assert isinstance(found, Unreadable) and found.reason == "not_handled:direct_messages"


@pytest.mark.parametrize("kind", [None, "sender", "bot", 7])
def test_a_chat_of_an_unknown_kind_is_private(kind: object) -> None:
    found = fact(private(chat={"id": 81, "type": kind}, text="geheim"))
    assert (found.visibility, found.customer_id) == (Visibility.PRIVATE, "81")


def test_one_broken_update_costs_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(update: dict[str, Any], *_: str) -> list[Fact | Unreadable]:
        return update["no such key"]

    monkeypatch.setitem(module.webhook._READERS, "message", breaks)
    both = {"update_id": 1, **private(), "my_chat_member": {"chat": {"id": 81, "type": "private"}, "date": 1,
            "new_chat_member": {"status": "kicked"}}}  # fmt: skip
    broken, gone = parse(both)
    assert isinstance(broken, Unreadable) and broken.reason == "broken_update"
    assert isinstance(gone, Fact) and gone.kind is Kind.GONE


def test_a_pressed_button_is_told_after_the_question() -> None:
    """Invariant 5 hangs on it: an answer must not lie before what it answers."""
    message = {"message_id": 5, "date": NOW // 1000, "chat": {"id": 81, "type": "private"}}
    pressed = fact({"callback_query": {"id": "77", "from": {"id": 81}, "data": "ja", "message": message}})
    assert pressed.at == NOW + 1000
    assert pressed.author.id == pressed.customer_id == "81"


def test_a_pressed_button_stops_waiting_by_our_answer() -> None:
    query = {"callback_query": {"id": 77, "from": {"id": 81}, "data": "ja"}}
    answer = telegram.receiver.acknowledge(call(query), TESTED)
    assert json.loads(answer or "") == {"method": "answerCallbackQuery", "callback_query_id": "77"}
    assert telegram.receiver.acknowledge(call(private(text='"callback_query"')), TESTED) is None


@given(JSON)
def test_any_json_is_survived(body: object) -> None:
    for shape in (body, {"update_id": 1, "message": body}, {"result": [body]}, private(text=body, entities=body)):
        assert_understood(telegram, TESTED, shape, REASONS)


@settings(max_examples=300)
@given(mutated("telegram"))
def test_any_change_of_a_real_shape_is_survived(body: object) -> None:
    assert_understood(telegram, TESTED, body, REASONS)


def test_reading_is_linear_in_updates_and_in_links() -> None:
    def many(count: int) -> object:
        return {"ok": True, "result": [private(message_id=number, text="Hallo" * 50) for number in range(count)]}

    def links(count: int) -> object:
        marks = [{"type": "text_link", "offset": 2 * n, "length": 1, "url": "https://a.example"} for n in range(50)]
        nested = [{"type": "text_link", "offset": 0, "length": 10**9, "url": "https://a.example"} for _ in range(50)]
        return {"ok": True, "result": [private(text="a " * 50, entities=marks + nested) for _ in range(count)]}

    for body in (many, links):
        assert_read_in_linear_time(telegram, TESTED, body)


# -- what may be sent when --------------------------------------------------------------------------------------------


def ways(visibility: Visibility, age: int | None, thread: str, customer: str | None = "81") -> list[Any]:
    last = None if age is None else NOW - age
    situation = Situation(visibility, last, customer, thread_id=thread)
    return [
        (each.way, each.until and each.until - NOW, each.person_only)
        for each in telegram.sender.send_options(situation, NOW)
    ]


@pytest.mark.parametrize("age", [0, DAY, 7 * DAY, 700 * DAY, None])
def test_a_week_later_the_bot_may_still_write(age: int | None) -> None:
    assert ways(Visibility.PRIVATE, age, "81") == [(Way.PRIVATE_MESSAGE, None, False)]
    assert ways(Visibility.PUBLIC, age, "-100500:7", None) == [(Way.PUBLIC_REPLY, None, False)]


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (0, [(Way.PRIVATE_MESSAGE, DAY, False)]),
        (DAY - 1, [(Way.PRIVATE_MESSAGE, 1, False)]),
        (DAY, []),
        (7 * DAY, []),
        (None, []),
    ],
)
def test_in_the_chat_of_a_business_there_is_a_day(age: int | None, expected: list[Any]) -> None:
    assert ways(Visibility.PRIVATE, age, "Bc-7:81") == expected


def test_nobody_is_written_to_in_private_without_a_name() -> None:
    assert ways(Visibility.PRIVATE, 0, "81", None) == []


def test_length_is_in_utf16_units() -> None:
    assert [telegram.sender.measure(text, Way.PUBLIC_REPLY) for text in ("", "Grüße", "🙂", "🇩🇪", "\ud83d")] == [
        0,
        5,
        2,
        4,
        1,
    ]


def message(**more: Any) -> Message:
    shared = {"id": "-100500:7", "direction": "inbound", "author": Author("81"), "text": "Hallo", "sent_at": NOW}
    return Message(**(shared | {"state": "", "visibility": Visibility.PUBLIC} | more))


@pytest.mark.parametrize(
    ("about", "expected"),
    [
        (message(), (Moderation.LIKE, Moderation.UNLIKE, Moderation.DELETE)),
        (message(id="81:5", visibility=Visibility.PRIVATE), (Moderation.LIKE, Moderation.UNLIKE)),
        (message(id="Bc-7:81:5", visibility=Visibility.PRIVATE), ()),
        (message(id="x-0123"), ()),
        (message(deleted=True), ()),
        (message(direction="outbound", id="our-id", platform_id="81:6"), (Moderation.EDIT, Moderation.DELETE)),
        (message(direction="outbound", id="our-id"), ()),
        (message(direction="note"), ()),
    ],
)
def test_moderations_of_a_message(about: Message, expected: tuple[Moderation, ...]) -> None:
    assert telegram.sender.moderations(about) == expected


# -- what an error means ----------------------------------------------------------------------------------------------

TABLE: dict[str, list[tuple[int, str]]] = {
    "rate": [(429, "Too Many Requests: retry after 5")],
    "auth": [(401, "Unauthorized"), (404, "Not Found")],
    "permission": [
        (409, "Conflict: can't use getUpdates method while webhook is active"),
        (400, "Bad Request: not enough rights to send text messages to the chat"),
        (400, "Bad Request: have no rights to send a message"),
        (400, "Bad Request: need administrator rights in the channel chat"),
        (400, "Bad Request: CHAT_WRITE_FORBIDDEN"),
        (400, "Bad Request: CHAT_SEND_PHOTOS_FORBIDDEN"),
        (400, "Bad Request: CHAT_ADMIN_REQUIRED"),
        (403, "Forbidden: not enough rights"),
    ],
    "window": [
        (400, "Bad Request: BUSINESS_PEER_USAGE_MISSING"),
        (400, "Bad Request: message can't be deleted for everyone"),
        (400, "Bad Request: message can't be edited"),
    ],
    "gone": [
        (403, "Forbidden: bot was blocked by the user"),
        (403, "Forbidden: user is deactivated"),
        (403, "Forbidden: bot was kicked from the supergroup chat"),
        (403, "Forbidden: bot is not a member of the channel chat"),
        (403, "Forbidden: bot can't initiate conversation with a user"),
        (403, "Forbidden: the group chat was deleted"),
        (403, "Forbidden: something new"),
        (400, "Bad Request: chat not found"),
        (400, "Bad Request: user not found"),
        (400, "Bad Request: PEER_ID_INVALID"),
        (400, "Bad Request: message to be replied not found"),
        (400, "Bad Request: reply message not found"),
        (400, "Bad Request: message to delete not found"),
        (400, "Bad Request: message to edit not found"),
        (400, "Bad Request: message to react not found"),
        (400, "Bad Request: MESSAGE_ID_INVALID"),
        (400, "Bad Request: message thread not found"),
        (400, "Bad Request: TOPIC_DELETED"),
        (400, "Bad Request: TOPIC_CLOSED"),
        (400, "Bad Request: INPUT_USER_DEACTIVATED"),
        (400, "Bad Request: business connection not found"),
        (400, "Bad Request: BUSINESS_CONNECTION_INVALID"),
    ],
    "bad": [
        (400, "Bad Request: message is not modified: specified new message content is the same"),
        (400, "Bad Request: there is no text in the message to edit"),
        (400, "Bad Request: message is too long"),
        (400, "Bad Request: message caption is too long"),
        (400, "Bad Request: message text is empty"),
        (400, "Bad Request: can't parse entities: unclosed tag"),
        (400, "Bad Request: query is too old and response timeout expired"),
        (400, "Bad Request: file is too big"),
        (400, "Bad Request: BUTTON_DATA_INVALID"),
        (400, "Bad Request: secret token contains unallowed characters"),
        (400, "Bad Request: bad webhook: HTTPS url must be provided"),
        (400, "Bad Request: something new"),
        (403, "Forbidden: bot can't send messages to bots"),
        (413, "Request Entity Too Large"),
        (418, "I'm a teapot"),
    ],
    "retry": [(500, "Internal Server Error"), (502, "Bad Gateway")],
}
CASES = [(meaning, code, words) for meaning, rows in TABLE.items() for code, words in rows]
WAITING = {"retry", "rate", "auth"}


def failure(code: int, words: str, **parameters: Any) -> ChannelError:
    body = {"ok": False, "error_code": code, "description": words, "parameters": parameters}
    return failed(module.api.classify, Answer(code, {}, body))


@pytest.mark.parametrize(("meaning", "code", "words"), CASES)
def test_error_means(meaning: str, code: int, words: str) -> None:
    found = failure(code, words)
    assert isinstance(found, TransientFailure if meaning in WAITING else PermanentFailure)
    assert found.reason == Reason(meaning)
    assert found.code.partition(":")[0] == str(code)
    assert words not in str(found)


def test_every_row_of_the_table_is_tested() -> None:
    for code, part, name in module.api.PHRASES:
        assert any(code == told and part in words.lower() for _, told, words in CASES), name
    assert {code for _, code, _ in CASES} >= set(module.api.CODES.statuses)


@pytest.mark.parametrize(
    ("told", "waits"), [(5, 5.0), (10**9, 86400.0), ("5", 30.0), (None, 30.0), (0, 30.0), (True, 30.0)]
)
def test_rate_limit_waits_as_long_as_the_platform_says(told: object, waits: float) -> None:
    found = failure(429, "Too Many Requests", retry_after=told)
    assert isinstance(found, TransientFailure) and found.retry_after == waits


def test_a_group_that_moved_says_where_it_is_now() -> None:
    words = "Bad Request: group chat was upgraded to a supergroup chat"
    moved = {"ok": False, "error_code": 400, "description": words, "parameters": {"migrate_to_chat_id": -100500}}
    answer = Answer(400, {}, moved)
    assert module.api.classify(answer) is None
    found = module.api.Migrated(str(module.api._moved_to(answer)))
    assert found.chat_id == "-100500"
    assert isinstance(found, PermanentFailure) and found.reason is Reason.GONE


@pytest.mark.parametrize("flag", [True, False, None])
def test_note_of_absence_of_a_business_is_automatic(flag: bool | None) -> None:
    mine = {"from": {"id": 5550, "is_bot": False, "first_name": "Nordlicht"}, "business_connection_id": "B"}
    more = {} if flag is None else {"is_from_offline": flag}
    found = fact({"business_message": private()["message"] | mine | more})
    assert (found.own, found.automatic) == (True, flag is True)
