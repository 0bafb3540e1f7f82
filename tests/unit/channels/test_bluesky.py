"""Bluesky: what is understood, what may be sent when, how long it may be, and what an error means."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

import channels
from channels import bluesky as module
from channels._transport import Answer
from channels.base import (
    Account,
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
from channels.bluesky.api import CODES, classify
from channels.bluesky.facets import links_and_tags
from channels.bluesky.records import record_key
from conversations.facts import Author, Fact, Visibility
from conversations.messages import Message
from tests.unit.channels.answers import failed
from tests.unit.channels.mangling import JSON, assert_read_in_linear_time, assert_understood, mutated, request

bluesky = channels.get("bluesky")
FUNCTIONS = Path(__file__).parents[3] / "functions"
DID = "did:plc:nordlichtnetz2222222222"
US = Credentials(DID)
NOW = 1_790_000_000_000
WEEK = 7 * 86_400_000


def note(**more: Any) -> dict[str, Any]:
    plain = {
        "uri": "at://did:plc:mira/app.bsky.feed.post/3m6aaaaaaaa2a",
        "author": {"did": "did:plc:mira", "handle": "mira.test"},
        "reason": "mention",
        "record": {"text": "Hallo"},
        "indexedAt": "2026-11-20T09:15:00Z",
    }
    return {**plain, **more}


# -- what may be sent when --------------------------------------------------------------------------------------------


def situation(visibility: Visibility, chat: str = "yes") -> Situation:
    return Situation(visibility, NOW, "did:plc:mira", options={"chat": chat} if chat else {})


@pytest.mark.parametrize("later", [0, WEEK, 52 * WEEK])
def test_a_week_later_the_same_is_permitted_as_today(later: int) -> None:
    public = bluesky.sender.send_options(situation(Visibility.PUBLIC), NOW + later)
    assert [(route.way, route.limit, route.unit, route.until, route.person_only) for route in public] == [
        (Way.PUBLIC_REPLY, 300, "graphemes", None, False),
        (Way.PRIVATE_REPLY, 1000, "graphemes", None, False),
    ]
    (private,) = bluesky.sender.send_options(situation(Visibility.PRIVATE), NOW + later)
    assert (private.way, private.limit, private.until) == (Way.PRIVATE_MESSAGE, 1000, None)


@pytest.mark.parametrize("chat", ["", "no", "true"])
def test_without_the_chat_there_is_no_private_way(chat: str) -> None:
    assert [route.way for route in bluesky.sender.send_options(situation(Visibility.PUBLIC, chat), NOW)] == [
        Way.PUBLIC_REPLY
    ]
    assert bluesky.sender.send_options(situation(Visibility.PRIVATE, chat), NOW) == []


def test_nobody_is_written_to_in_private_who_is_not_known() -> None:
    nobody = replace(situation(Visibility.PUBLIC), customer_id=None)
    assert [route.way for route in bluesky.sender.send_options(nobody, NOW)] == [Way.PUBLIC_REPLY]


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("Hallo", 5),
        ("Grüße", 5),
        ("👩‍👩‍👧‍👦", 3),  # one grapheme, but 25 bytes
        ("👩‍👩‍👧‍👦" * 120, 300),
        ("a" * 10, 10),
        ("🇩🇪" * 300, 300),
    ],
)
def test_length_is_graphemes_unless_the_bytes_are_too_many(text: str, length: int) -> None:
    assert bluesky.sender.measure(text, Way.PUBLIC_REPLY) == length


@given(st.text(max_size=80))
def test_text_measured_to_fit_fits_both_limits(text: str) -> None:
    measured = bluesky.sender.measure(text, Way.PUBLIC_REPLY)
    assert len(text.encode()) <= 10 * measured


def message(direction: str = "inbound", visibility: Visibility = Visibility.PUBLIC, **more: Any) -> Message:
    return Message("at://a/b/c", direction, Author("did:plc:mira"), "x", NOW, "sent", visibility, **more)


def test_moderations_of_a_message() -> None:
    both = {Moderation.LIKE, Moderation.UNLIKE, Moderation.BLOCK, Moderation.UNBLOCK}
    assert set(bluesky.sender.moderations(message())) == both
    assert set(bluesky.sender.moderations(message(parent_id="at://p"))) == both | {Moderation.HIDE}
    assert set(bluesky.sender.moderations(message(parent_id="at://p", hidden=True))) == both | {Moderation.SHOW}
    assert bluesky.sender.moderations(message("outbound", platform_id="at://o")) == (Moderation.DELETE,)
    assert bluesky.sender.moderations(message("outbound")) == bluesky.sender.moderations(message("note")) == ()
    assert bluesky.sender.moderations(message(visibility=Visibility.PRIVATE)) == ()
    assert bluesky.sender.moderations(message(deleted=True)) == ()


def test_moderation_that_the_platform_lacks_is_refused() -> None:
    with pytest.raises(PermanentFailure) as no_such:
        bluesky.sender.try_moderate(Moderation.EDIT, "at://a/b/c", US, "x")
    assert (no_such.value.reason, no_such.value.code) == (Reason.BAD, "no_moderation")


def test_nobody_calls_us() -> None:
    with pytest.raises(InvalidSignature):
        bluesky.receiver.verify(Request("POST", {}, {}, b"{}"), US)


# -- keys, links and tags ---------------------------------------------------------------------------------------------

TID = re.compile("[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}")


@given(st.text(max_size=40))
def test_key_is_made_of_our_id_alone(our_id: str) -> None:
    assert TID.fullmatch(record_key(our_id))
    assert record_key(our_id) == record_key(our_id)


def test_keys_differ_and_sort_by_time() -> None:
    keys = [record_key(f"{NOW + number:013d}{number:013d}") for number in range(5000)]
    assert sorted(set(keys)) == keys
    assert record_key(f"{NOW}a") != record_key(f"{NOW}b")


def test_key_holds_the_time_of_our_id() -> None:
    letters = "234567abcdefghijklmnopqrstuvwxyz"
    number = 0
    for letter in record_key(f"{NOW}abcdefghijklm"):
        number = number * 32 + letters.index(letter)
    assert (number >> 10) // 1000 == NOW


def marked(text: str) -> list[tuple[str, str]]:
    """Return the text of each facet, and its target."""
    content, found = text.encode(), []
    for facet in links_and_tags(text):
        (feature,) = facet["features"]
        inside = content[facet["index"]["byteStart"] : facet["index"]["byteEnd"]].decode()
        found.append((inside, feature.get("uri") or feature["tag"]))
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Grüße 🙂 https://example.org/hilfe.", [("https://example.org/hilfe", "https://example.org/hilfe")]),
        ("(siehe https://example.org/a)", [("https://example.org/a", "https://example.org/a")]),
        ("https://example.org/a_(b)", [("https://example.org/a_(b)", "https://example.org/a_(b)")]),
        ("xhttps://example.org", []),
        ("#Störung, #5G! #2026 #", [("#Störung", "Störung"), ("#5G", "5G")]),
        ("a#b \uff03Kiel", [("\uff03Kiel", "Kiel")]),
        ("#" + "x" * 64, [("#" + "x" * 64, "x" * 64)]),
        ("#" + "x" * 65, []),
    ],
)
def test_links_and_tags_stand_on_bytes(text: str, expected: list[tuple[str, str]]) -> None:
    assert marked(text) == expected


@given(st.text(max_size=60).map(lambda text: f"🙂 {text} https://a.b #c{text}"))
def test_facets_never_cut_a_letter(text: str) -> None:
    assert all(inside in text for inside, _ in marked(text))


# -- errors -----------------------------------------------------------------------------------------------------------

PASSING = {Reason.RETRY, Reason.RATE, Reason.AUTH, Reason.POLICY}


def answer(status: int, body: dict[str, Any] | None = None, **headers: str) -> Answer:
    return Answer(status, {name.replace("_", "-"): value for name, value in headers.items()}, body)


@pytest.mark.parametrize(("name", "reason"), CODES.codes.items())
def test_each_error_means_what_it_says(name: str, reason: Reason) -> None:
    found = failed(
        classify,
        answer(500 if reason is Reason.RETRY else 400, {"error": name, "message": "private words"}),
        repeatable=True,
    )
    assert isinstance(found, TransientFailure if reason in PASSING else PermanentFailure)
    assert (found.reason, found.code) == (reason, name)
    assert "private" not in str(found)


@pytest.mark.parametrize(
    ("status", "reason"), [*CODES.statuses.items(), (418, Reason.BAD), (500, Reason.RETRY), (302, Reason.RETRY)]
)
def test_without_a_known_name_the_status_decides(status: int, reason: Reason) -> None:
    for body in (None, {}, {"error": 5}, {"error": "a text with\nprivate words"}):
        found = failed(classify, answer(status, body), repeatable=True)
        assert isinstance(found, TransientFailure | PermanentFailure)
        assert (found.reason, found.code) == (reason, str(status))


@pytest.mark.parametrize("status", [200, 500, 502, 503, 504])
def test_message_that_must_not_be_sent_twice_may_exist_already(status: int) -> None:
    assert isinstance(failed(classify, Answer(status, {}, None, text="<html>")), UnconfirmedSend)
    assert isinstance(failed(classify, answer(502, {"error": "UpstreamFailure"})), UnconfirmedSend)
    assert isinstance(failed(classify, answer(400, {"error": "InvalidRequest"})), PermanentFailure)


@pytest.mark.parametrize("said", ["Bad token method", "Bad token scope"])
def test_app_password_without_the_chat_does_not_stop_the_account(said: str) -> None:
    found = failed(classify, answer(400, {"error": "InvalidToken", "message": said}))
    assert isinstance(found, PermanentFailure)
    assert (found.reason, found.code) == (Reason.PERMISSION, "token_scope")


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry_after": "7"}, 7),
        ({"ratelimit_reset": "1795166160", "date": "Fri, 20 Nov 2026 09:15:00 GMT"}, 60),
        ({"ratelimit_reset": "1795166000", "date": "Fri, 20 Nov 2026 09:15:00 GMT"}, 1),
        ({"ratelimit_reset": "1795166160"}, 300),
        ({"ratelimit_reset": "soon", "date": "today"}, 300),
        ({}, 300),
    ],
)
def test_limit_ends_by_the_platforms_own_clock(headers: dict[str, str], seconds: float) -> None:
    found = failed(classify, answer(429, {"error": "RateLimitExceeded"}, **headers), repeatable=True)
    assert isinstance(found, TransientFailure)
    assert (found.reason, found.retry_after) == (Reason.RATE, seconds)


def test_nothing_secret_shows() -> None:
    hidden = Credentials(DID, {"app_password": "hush", "access_jwt": "hush"}, {"base_url": "http://127.0.0.1:1"})
    for call in (
        lambda: bluesky.account.check(hidden),
        lambda: bluesky.account.renew(hidden, 0),
        lambda: bluesky.receiver.poll("", hidden, 0),
    ):
        with pytest.raises(TransientFailure) as failed:
            call()
        assert "hush" not in repr(failed.value) and failed.value.code == "not_reached"
        assert failed.value.__context__ is None or "hush" not in repr(failed.value.__context__)


def test_without_a_session_it_has_ended_already() -> None:
    assert bluesky.account.expires_at(US) == 0
    assert bluesky.account.expires_at(Credentials(DID, {"access_jwt": "a.b.c", "expires_at": "1790000000000"})) == NOW
    with pytest.raises(TransientFailure) as ended:
        bluesky.receiver.poll("", US, NOW)
    assert (ended.value.reason, ended.value.code) == (Reason.AUTH, "no_session")


def test_account_lives_where_its_document_says() -> None:
    service = {"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": "https://pds.example.org/"}
    assert module.account._home({"didDoc": {"service": [{"id": "#x"}, service]}}) == "https://pds.example.org"
    for odd in ({}, {"didDoc": None}, {"didDoc": {"service": [{**service, "serviceEndpoint": {"a": 1}}]}}):
        assert module.account._home(odd) is None
    assert Account("a", "b").options == {}


# -- whatever comes ---------------------------------------------------------------------------------------------------

REASONS = {"malformed", "no_customer", "not_handled", "unknown_event", "unknown_reason"}
"""Without ``broken_update``: what the tests come up with is understood, not caught."""


@given(JSON)
def test_any_json_is_survived(body: object) -> None:
    for shape in (
        body,
        {"notifications": body},
        {"logs": body, "convos": body},
        {"notifications": [note(record=body)]},
    ):
        assert_understood(bluesky, US, shape, REASONS)
    assert_understood(bluesky, US, {"notifications": [note(record={"embed": body, "reply": body})]}, REASONS)


@settings(max_examples=300)
@given(mutated("bluesky"))
def test_any_change_of_a_real_shape_is_survived(body: object) -> None:
    assert_understood(bluesky, US, body, REASONS)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe\x00", b"[" * 100_000], ids=len)
def test_body_that_is_not_json_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedPayload):
        bluesky.receiver.parse(request(body), US)


def test_a_thousand_take_a_thousand_times_as_long_as_one() -> None:
    def body(count: int) -> object:
        return {"notifications": [note(uri=f"at://x/{number}") for number in range(count)]}

    assert_read_in_linear_time(bluesky, US, body)


def test_text_that_is_all_tags_and_links_is_read_in_time() -> None:
    for text in ("#" * 3000, "https://" * 400, "@a." * 1000, "#a" * 1500, "(" * 3000):
        assert len(list(links_and_tags(text))) < 3000


def test_author_of_the_thread_stays_in_one_conversation() -> None:
    """An author who answers below their own post is in that conversation; others have one of their own."""
    root, mine = "at://did:plc:mira/app.bsky.feed.post/a", "at://did:plc:mira/app.bsky.feed.post/b"
    reply = {"reply": {"root": {"uri": root}, "parent": {"uri": root}}}
    for uri, branch, loose in ((mine, "", False), ("at://did:plc:eva/app.bsky.feed.post/c", None, True)):
        (found,) = bluesky.receiver.parse(request({"notifications": [note(uri=uri, record=reply)]}), US)
        assert isinstance(found, Fact)
        assert (found.thread_id, found.branch_id, found.thread_is_guess) == (
            root,
            uri if branch is None else branch,
            loose,
        )


def test_receiving_does_not_import_what_only_sending_needs() -> None:
    program = (
        "import sys, channels; channels.get('bluesky');"
        "print(sorted({'requests', 'urllib3', 'http.client', 'email'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env={"PYTHONPATH": str(FUNCTIONS)}, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
