"""Bluesky over real HTTP: our channel against the square, and the leading Python client against the same square."""

from __future__ import annotations

import json
import time
from functools import partial
from typing import Any

import pytest
from atproto import Client, models
from atproto.exceptions import AtProtocolError, BadRequestError
from msgspec.structs import replace

import channels
from channels._search import SearchRequest
from channels.base import (
    Credentials,
    File,
    Moderation,
    Outbound,
    PermanentFailure,
    Reason,
    TransientFailure,
    UnconfirmedSend,
    Way,
)
from channels.bluesky.records import record_key
from conversations.facts import Fact, Kind, Visibility
from infra.square.platforms.bluesky.platform import Bluesky
from outreach.searches import Query
from tests.support.searches import assert_accounts_above_are_told, assert_pages_and_news_are_found, found_by
from tests.support.square_platform import SquarePlatform

bluesky = channels.get("bluesky")
SECTION = Bluesky.invented(lambda: "an-invented-secret")
DID, HANDLE = SECTION["account_id"], SECTION["handle"]
OUR_ID = "1790000000000abcdefghijklm"
SENT_AT = 1_790_000_000_000


@pytest.fixture
def credentials(square: SquarePlatform) -> Credentials:
    """A connection as ``make run`` makes it, with its first session."""
    return renewed(Credentials.of(Bluesky.connection(SECTION, square.url)))


def renewed(credentials: Credentials) -> Credentials:
    secrets = {**credentials.secrets, **bluesky.account.renew(credentials, int(time.time() * 1000))}
    return replace(credentials, secrets=secrets)


def news(credentials: Credentials, cursor: str) -> tuple[list[Any], str]:
    """All that is new, and the cursor after it."""
    found: list[Any] = []
    while True:
        polled = bluesky.receiver.poll(cursor, credentials, int(time.time() * 1000))
        assert len(polled.cursor) <= 2000
        found, cursor = [*found, *polled.events], polled.cursor
        if not polled.more:
            return found, cursor


def start(credentials: Credentials) -> str:
    found, cursor = news(credentials, "")
    assert found == [], "what stands when a connection is made is no news"
    return cursor


def answer(fact: Fact, text: str = "Wir schauen nach.", **more: Any) -> Outbound:
    public = fact.visibility is Visibility.PUBLIC
    plain = Outbound(
        OUR_ID,
        Way.PUBLIC_REPLY if public else Way.PRIVATE_MESSAGE,
        text,
        fact.thread_id,
        fact.branch_id,
        fact.author.id,
        reply_to_id=fact.message_id,
        attempted_at=SENT_AT,
    )
    return replace(plain, **more)


# -- what customers say -----------------------------------------------------------------------------------------------


def test_post_is_heard_once(square: SquarePlatform, credentials: Credentials) -> None:
    square.post("Alt", "Das stand schon da")
    cursor = start(credentials)
    said = square.post("Mira Öztürk", "Kein WLAN mehr 😢")
    (fact,), cursor = news(credentials, cursor)
    assert (fact.kind, fact.text, fact.thread_id) == (Kind.MESSAGE, "Kein WLAN mehr 😢", said["message_id"])
    assert (fact.author.id, fact.author.name, fact.own) == (said["author_id"], "Mira Öztürk", False)
    assert fact.permalink == f"https://bsky.app/profile/{said['author_id']}/post/{fact.message_id.rpartition('/')[2]}"
    assert news(credentials, cursor)[0] == []


def test_asked_twice_with_one_cursor_the_same_is_told(square: SquarePlatform, credentials: Credentials) -> None:
    cursor = start(credentials)
    square.post("Mira", "Kein WLAN mehr")
    assert news(credentials, cursor) == news(credentials, cursor)


def test_answer_below_our_answer_is_in_the_same_thread(square: SquarePlatform, credentials: Credentials) -> None:
    cursor = start(credentials)
    square.post("Mira", "Kein WLAN mehr")
    (first,), cursor = news(credentials, cursor)
    ours = bluesky.sender.try_send(answer(first), credentials)
    square.post("Mira", "Geht wieder, danke!", to=ours)
    (second,), _ = news(credentials, cursor)
    assert (second.thread_id, second.branch_id, second.parent_id) == (first.message_id, "", ours)


def test_more_than_one_call_may_read_is_read_by_the_next(square: SquarePlatform, credentials: Credentials) -> None:
    cursor = start(credentials)
    author = square.post("Mira", "Nummer 0")["author_id"]
    for number in range(1, 620):
        square.control("/bluesky/do", action="notify", author={"id": author}, reason="mention", uri=f"at://x/{number}")
    polled = bluesky.receiver.poll(cursor, credentials, int(time.time() * 1000))
    assert polled.more and len(polled.cursor) <= 2000
    found, cursor = news(credentials, cursor)
    assert len({each.message_id for each in found if isinstance(each, Fact)}) == 620
    assert len(news(credentials, cursor)[0]) <= 620 - 80, "what is told again within the overlap changes nothing"


def test_post_with_a_time_in_the_past_is_not_overlooked(square: SquarePlatform, credentials: Credentials) -> None:
    """The list is ordered by the time authors claim: what comes late stands below what was seen."""
    cursor = start(credentials)
    square.post("Jonas", "Ich bin pünktlich")
    _, cursor = news(credentials, cursor)
    square.control("/clock", advance_seconds=600)
    square.post("Mira", "Erst jetzt angekommen")
    _, cursor = news(credentials, cursor)
    square.post("Eva", "Meine Uhr geht nach", traits={"late_seconds": 300})
    (fact,), _ = news(credentials, cursor)
    assert fact.text == "Meine Uhr geht nach"


def test_like_of_our_answer_is_heard(square: SquarePlatform, credentials: Credentials) -> None:
    cursor = start(credentials)
    square.post("Mira", "Kein WLAN mehr")
    (fact,), cursor = news(credentials, cursor)
    ours = bluesky.sender.try_send(answer(fact), credentials)
    square.control("/bluesky/react", message_id=ours, author={"name": "Mira"}, reaction="❤")
    (like,), _ = news(credentials, cursor)
    assert (like.kind, like.message_id, like.payload) == (Kind.REACTION, ours, "❤")


def test_chat_is_heard_and_answered(square: SquarePlatform, credentials: Credentials) -> None:
    cursor = start(credentials)
    said = square.post("Mira", "Meine Kundennummer ist 77", private=True)
    (fact,), cursor = news(credentials, cursor)
    assert (fact.visibility, fact.thread_id) == (Visibility.PRIVATE, said["thread_id"])
    assert (fact.customer_id, fact.author.name) == (said["author_id"], "Mira")
    ours = bluesky.sender.try_send(answer(fact, "Danke, wir melden uns."), credentials)
    square.control("/bluesky/react", message_id=ours, author={"name": "Mira"}, reaction="👍")
    (echo, reaction), _ = news(credentials, cursor)
    assert (echo.message_id, echo.own, echo.customer_id) == (ours, True, said["author_id"])
    assert (reaction.kind, reaction.payload, reaction.message_id) == (Kind.REACTION, "👍", ours)


def test_without_leave_to_chat_the_public_part_goes_on(square: SquarePlatform, credentials: Credentials) -> None:
    cursor = start(credentials)
    square.do("app_password", chat=False)
    square.post("Mira", "Privat", private=True)
    square.post("Mira", "Öffentlich")
    assert [fact.text for fact in news(credentials, cursor)[0]] == ["Öffentlich"]
    with pytest.raises(PermanentFailure) as refused:
        bluesky.account.check(credentials)
    assert (refused.value.reason, refused.value.code) == (Reason.PERMISSION, "chat")


@pytest.mark.parametrize("what", [{"http": 502}, {"http": 429}, {"name": "InvalidRequest"}])
def test_chat_that_is_down_does_not_silence_the_public(
    square: SquarePlatform, credentials: Credentials, what: dict[str, Any]
) -> None:
    cursor = start(credentials)
    square.fault("chat.bsky", error=what, times=None)
    square.post("Mira", "Kein WLAN mehr")
    found, cursor = news(credentials, cursor)
    assert [fact.text for fact in found] == ["Kein WLAN mehr"]
    square.control("/faults", method="DELETE")
    _, cursor = news(credentials, cursor)
    square.post("Mira", "Hallo?", private=True)
    assert [fact.text for fact in news(credentials, cursor)[0]] == ["Hallo?"]


def test_known_notifications_are_not_read_again(square: SquarePlatform, credentials: Credentials) -> None:
    cursor = start(credentials)
    for text in ("Vorgestern", "Gestern", "Heute"):
        square.control("/clock", advance_seconds=86_400)
        square.post("Mira", text)
    fresh = renewed(credentials)
    found, cursor = news(fresh, cursor)
    assert [fact.text for fact in found] == ["Vorgestern", "Gestern", "Heute"], "oldest first"
    square.control("/clock", advance_seconds=3600)
    square.post("Mira", "Eben")
    assert [fact.text for fact in news(fresh, cursor)[0]] == ["Eben"]


def test_many_chat_messages_are_all_heard(square: SquarePlatform, credentials: Credentials) -> None:
    square.post("Mira", "Das stand schon da", private=True)
    cursor = start(credentials)
    for number in range(260):
        square.post("Mira", f"Nummer {number}", private=True)
    assert bluesky.receiver.poll(cursor, credentials, 0).more
    assert [fact.text for fact in news(credentials, cursor)[0]] == [f"Nummer {number}" for number in range(260)]


def test_chat_that_cannot_be_looked_up_is_heard_all_the_same(square: SquarePlatform, credentials: Credentials) -> None:
    cursor = start(credentials)
    said = square.post("Mira", "Hallo", private=True)
    square.fault("getConvo", error={"name": "InvalidConvo"})
    (fact,), _ = news(credentials, cursor)
    assert fact.customer_id == said["author_id"]


def test_name_of_a_person(square: SquarePlatform, credentials: Credentials) -> None:
    said = square.post("Mira Öztürk", "Hallo")
    assert bluesky.receiver.profile_name(said["author_id"], credentials) == "Mira Öztürk"
    assert bluesky.receiver.profile_name("did:plc:nobody", credentials) is None


def test_position_that_the_platform_forgot_begins_again(square: SquarePlatform, credentials: Credentials) -> None:
    cursor = start(credentials)
    square.post("Mira", "Kein WLAN mehr")
    told = json.loads(cursor)
    lost = json.dumps({**told, "p": "no-such-place"})
    assert [fact.text for fact in news(credentials, lost)[0]] == ["Kein WLAN mehr"]


def test_attached_picture_can_be_fetched(square: SquarePlatform, credentials: Credentials) -> None:
    cursor = start(credentials)
    square.post("Mira", "So sieht es aus", attachments=[{"type": "image", "url": "https://example.org/router.jpg"}])
    (fact,), _ = news(credentials, cursor)
    media = bluesky.receiver.media(fact.attachments[0], credentials)
    assert media and media.url.startswith(square.home)
    assert square.http.get(media.url).headers["location"] == "https://example.org/router.jpg"


# -- what we say ------------------------------------------------------------------------------------------------------


@pytest.fixture
def complaint(square: SquarePlatform, credentials: Credentials) -> Fact:
    cursor = start(credentials)
    square.post("Mira", "Kein WLAN mehr")
    (fact,), _ = news(credentials, cursor)
    return fact


def test_lost_answer_is_repeated_and_stands_once(
    square: SquarePlatform, credentials: Credentials, complaint: Fact
) -> None:
    """Our own id makes the record's key, so that the same message twice is the same post."""
    square.fault("createRecord", lost_answer=True)
    with pytest.raises(TransientFailure) as lost:
        bluesky.sender.try_send(answer(complaint), credentials)
    assert lost.value.reason is Reason.RETRY
    sent = bluesky.sender.try_send(replace(answer(complaint), attempted_at=SENT_AT + 60_000), credentials)
    assert [each["id"] for each in square.messages(own=True)] == [sent]
    assert sent == bluesky.sender.find_sent(answer(complaint), credentials)
    assert sent.endswith(record_key(OUR_ID))


def test_message_that_was_never_sent_is_not_found(credentials: Credentials, complaint: Fact) -> None:
    assert bluesky.sender.find_sent(answer(complaint), credentials) is None


def test_key_that_stands_for_another_text_is_not_taken_for_ours(credentials: Credentials, complaint: Fact) -> None:
    bluesky.sender.try_send(answer(complaint, "Etwas anderes"), credentials)
    with pytest.raises(PermanentFailure) as refused:
        bluesky.sender.try_send(answer(complaint), credentials)
    assert (refused.value.reason, refused.value.code) == (Reason.BAD, "key_taken")


def test_lost_chat_answer_is_looked_for(square: SquarePlatform, credentials: Credentials) -> None:
    cursor = start(credentials)
    square.post("Mira", "Hallo?", private=True)
    (fact,), _ = news(credentials, cursor)
    message = answer(fact, "Guten Tag")
    assert bluesky.sender.find_sent(message, credentials) is None
    square.fault("sendMessage", lost_answer=True)
    with pytest.raises(UnconfirmedSend):
        bluesky.sender.try_send(message, credentials)
    stood = bluesky.sender.find_sent(replace(message, attempted_at=0), credentials)
    assert [each["id"] for each in square.messages(own=True)] == [stood]
    assert (
        bluesky.sender.find_sent(replace(message, attempted_at=0, others=frozenset({str(stood)})), credentials) is None
    )


def test_answer_to_a_deleted_post_is_not_sent(
    square: SquarePlatform, credentials: Credentials, complaint: Fact
) -> None:
    square.control("/bluesky/remove", message_id=complaint.message_id)
    with pytest.raises(PermanentFailure) as gone:
        bluesky.sender.try_send(answer(complaint), credentials)
    assert gone.value.reason is Reason.GONE
    assert square.messages(own=True) == []


def test_reply_to_a_customer_who_blocked_us_fails_as_gone(
    square: SquarePlatform, credentials: Credentials, complaint: Fact
) -> None:
    square.do("block", author={"id": complaint.author.id})
    for message in (answer(complaint), answer(complaint, way=Way.PRIVATE_REPLY)):
        with pytest.raises(PermanentFailure) as gone:
            bluesky.sender.try_send(message, credentials)
        assert gone.value.reason is Reason.GONE


def test_where_answers_are_closed_nothing_is_sent(square: SquarePlatform, credentials: Credentials) -> None:
    cursor = start(credentials)
    square.post("Mira", "Nur für Freunde", traits={"closed": True})
    (fact,), _ = news(credentials, cursor)
    with pytest.raises(PermanentFailure) as closed:
        bluesky.sender.try_send(answer(fact), credentials)
    assert (closed.value.reason, closed.value.code) == (Reason.PERMISSION, "reply_disabled")


def test_server_that_breaks_before_the_post_stands_is_asked_again(
    square: SquarePlatform, credentials: Credentials, complaint: Fact
) -> None:
    """The same error is that of a key that exists: it is looked for, and is not there."""
    square.fault("createRecord", error={"http": 500})
    with pytest.raises(TransientFailure) as broken:
        bluesky.sender.try_send(answer(complaint), credentials)
    assert (broken.value.reason, broken.value.code) == (Reason.RETRY, "InternalServerError")
    assert square.messages(own=True) == []


def test_missing_account_is_not_mentioned(square: SquarePlatform, credentials: Credentials, complaint: Fact) -> None:
    bluesky.sender.try_send(answer(complaint, "Frag @nobody.test oder @mira.test"), credentials)
    (call,) = square.calls("createRecord")
    ((facet,),) = [call["params"]["record"]["facets"]]
    assert facet["features"] == [{"$type": "app.bsky.richtext.facet#mention", "did": complaint.author.id}]


def test_private_answer_to_a_public_post(square: SquarePlatform, credentials: Credentials, complaint: Fact) -> None:
    sent = bluesky.sender.try_send(answer(complaint, "Privat weiter?", way=Way.PRIVATE_REPLY), credentials)
    (ours,) = square.messages(own=True)
    assert (ours["id"], ours["text"], ours["parent_id"]) == (sent, "Privat weiter?", None)
    square.do("close_chat", author={"id": complaint.author.id})
    with pytest.raises(PermanentFailure) as closed:
        bluesky.sender.try_send(answer(complaint, way=Way.PRIVATE_REPLY), credentials)
    assert (closed.value.reason, closed.value.code) == (Reason.GONE, "MessagesDisabled")


def test_pictures_go_along(square: SquarePlatform, credentials: Credentials, complaint: Fact) -> None:
    file = File("Router von hinten.png", "image/png", b"\x89PNG invented")
    bluesky.sender.try_send(answer(complaint, files=(file,)), credentials)
    (ours,) = square.messages(own=True)
    (shown,) = ours["attachments"]
    assert shown["name"] == "Router von hinten"
    fetched = square.http.get(shown["url"])
    assert (fetched.content, fetched.headers["content-type"]) == (file.content, "image/png")


@pytest.mark.parametrize(("text", "is_taken"), [("🙂" * 300, True), ("a" * 300, True), ("a" * 301, False)])
def test_measure_says_what_the_platform_takes(
    credentials: Credentials, complaint: Fact, text: str, is_taken: bool
) -> None:
    (public, *_) = bluesky.sender.send_options(situation(complaint), 0)
    assert (bluesky.sender.measure(text, Way.PUBLIC_REPLY) <= public.limit) is is_taken
    if is_taken:
        assert bluesky.sender.try_send(answer(complaint, text), credentials)
        return
    with pytest.raises(PermanentFailure) as refused:
        bluesky.sender.try_send(answer(complaint, text), credentials)
    assert refused.value.reason is Reason.BAD


def situation(fact: Fact) -> Any:
    from channels.base import Situation

    return Situation(fact.visibility, fact.at, fact.author.id)


# -- when something is wrong ------------------------------------------------------------------------------------------


def test_ended_session_stops_until_it_is_renewed(
    square: SquarePlatform, credentials: Credentials, complaint: Fact
) -> None:
    square.expire()
    for call in (
        lambda: bluesky.sender.try_send(answer(complaint), credentials),
        lambda: bluesky.receiver.poll("", credentials, 0),
        lambda: bluesky.account.check(credentials),
    ):
        with pytest.raises(TransientFailure) as ended:
            call()
        assert (ended.value.reason, ended.value.code) == (Reason.AUTH, "ExpiredToken")
    assert bluesky.sender.try_send(answer(complaint), renewed(credentials))


def test_session_is_refreshed_and_signed_in_for_only_where_that_is_refused(
    square: SquarePlatform, credentials: Credentials
) -> None:
    before = len(square.calls("createSession"))
    again = renewed(credentials)
    assert len(square.calls("createSession")) == before
    assert (bluesky.account.expires_at(again) or 0) > time.time() * 1000
    broken = replace(again, secrets={**again.secrets, "refresh_jwt": "not.a.token"})
    assert renewed(broken).secrets["access_jwt"] != again.secrets["access_jwt"]
    assert len(square.calls("createSession")) == before + 1


def test_wrong_app_password_needs_a_person(credentials: Credentials) -> None:
    wrong = replace(credentials, secrets={"identifier": HANDLE, "app_password": "wrong"})
    for call in (lambda: bluesky.account.renew(wrong, 0), lambda: bluesky.account.check(wrong)):
        with pytest.raises(TransientFailure) as refused:
            call()
        assert (refused.value.reason, refused.value.code) == (Reason.AUTH, "AuthenticationRequired")


def test_session_of_another_account_is_not_taken(credentials: Credentials) -> None:
    with pytest.raises(TransientFailure) as other:
        bluesky.account.renew(replace(credentials, account_id="did:plc:somebody"), 0)
    assert (other.value.reason, other.value.code) == (Reason.AUTH, "other_account")


def test_check_says_who_and_where(square: SquarePlatform, credentials: Credentials) -> None:
    for known in (
        credentials,
        replace(credentials, secrets={"identifier": HANDLE, "app_password": "an-invented-secret"}),
    ):
        account = bluesky.account.check(known)
        assert (account.id, account.name) == (DID, HANDLE)
        assert account.options == {"handle": HANDLE, "pds_url": square.home}


def test_limit_names_its_time(square: SquarePlatform, credentials: Credentials, complaint: Fact) -> None:
    reset = str(int(time.time()) + 120)
    square.fault("createRecord", error={"http": 429, "headers": {"RateLimit-Reset": reset}})
    with pytest.raises(TransientFailure) as limited:
        bluesky.sender.try_send(answer(complaint), credentials)
    assert limited.value.reason is Reason.RATE
    assert 110 <= (limited.value.retry_after or 0) <= 121


@pytest.mark.parametrize("what", [{"refused": True}, {"error": {"http": 502}}, {"lost_answer": True}])
def test_reading_that_fails_is_tried_again(
    square: SquarePlatform, credentials: Credentials, what: dict[str, Any]
) -> None:
    square.fault("listNotifications", **what)
    with pytest.raises(TransientFailure) as failed:
        bluesky.receiver.poll("", credentials, 0)
    assert failed.value.reason is Reason.RETRY


# -- moderation -------------------------------------------------------------------------------------------------------


def test_like_block_and_delete_are_done_once(square: SquarePlatform, credentials: Credentials, complaint: Fact) -> None:
    for _ in range(2):
        bluesky.sender.try_moderate(Moderation.LIKE, complaint.message_id, credentials)
    assert square.messages(own=False)[0]["reactions"] == {DID: "❤"}
    for _ in range(2):
        bluesky.sender.try_moderate(Moderation.UNLIKE, complaint.message_id, credentials)
    assert square.messages(own=False)[0]["reactions"] == {}
    author = str(complaint.author.id)
    for moderation, blocked in ((Moderation.BLOCK, True), (Moderation.UNBLOCK, False)):
        for _ in range(2):
            bluesky.sender.try_moderate(moderation, author, credentials)
        profile = client(square).app.bsky.actor.get_profile({"actor": author})
        assert bool(profile.viewer and profile.viewer.blocking) is blocked
    ours = bluesky.sender.try_send(answer(complaint), credentials)
    for _ in range(2):
        bluesky.sender.try_moderate(Moderation.DELETE, ours, credentials)
    assert square.messages(own=True) == []
    with pytest.raises(PermanentFailure) as refused:
        bluesky.sender.try_moderate(Moderation.DELETE, complaint.message_id, credentials)
    assert refused.value.reason is Reason.PERMISSION


def test_answer_below_our_own_post_is_hidden_and_shown(square: SquarePlatform, credentials: Credentials) -> None:
    cursor = start(credentials)
    post = client(square).send_post("Heute wird gewartet.", DID)
    square.post("Spam", "Werbung!", to=post.uri)
    square.post("Eva", "Danke für die Ankündigung", to=post.uri)
    (spam, praise), _ = news(credentials, cursor)
    assert (spam.thread_id, spam.branch_id, spam.thread_is_guess) == (post.uri, spam.message_id, True)
    for moderation, hidden in ((Moderation.HIDE, True), (Moderation.SHOW, False)):
        for _ in range(2):
            bluesky.sender.try_moderate(moderation, spam.message_id, credentials)
        shown = {each["id"]: each["hidden"] for each in square.messages(own=False)}
        assert shown == {spam.message_id: hidden, praise.message_id: False}


def test_below_somebody_elses_post_nothing_is_hidden(credentials: Credentials, complaint: Fact) -> None:
    with pytest.raises(PermanentFailure) as refused:
        bluesky.sender.try_moderate(Moderation.HIDE, complaint.message_id, credentials)
    assert (refused.value.reason, refused.value.code) == (Reason.PERMISSION, "not_our_thread")


# -- the official client ----------------------------------------------------------------------------------------------


def client(square: SquarePlatform) -> Client:
    made = Client(base_url=square.home)
    made.login(HANDLE, "an-invented-secret")
    return made


def test_client_understands_the_square(square: SquarePlatform) -> None:
    said = square.post("Mira Öztürk", "Kein WLAN mehr")
    official = client(square)
    assert official.me and official.me.did == DID
    (note,) = official.app.bsky.notification.list_notifications({"limit": 10}).notifications
    assert (note.uri, note.reason, note.record.text) == (said["message_id"], "mention", "Kein WLAN mehr")
    assert note.author.display_name == "Mira Öztürk"
    (post,) = official.get_posts([said["message_id"]]).posts
    assert post.cid == note.cid
    like = official.like(post.uri, post.cid)
    assert square.messages(own=False)[0]["reactions"] == {DID: "❤"}
    assert official.delete_like(like.uri)
    assert official.resolve_handle("miraztrk.test").did == said["author_id"]
    with pytest.raises(BadRequestError):
        official.resolve_handle("nobody.test")


def test_client_chats_on_the_square(square: SquarePlatform) -> None:
    said = square.post("Mira", "Hallo", private=True)
    chat = client(square).with_bsky_chat_proxy().chat.bsky.convo
    convo = chat.get_convo_for_members({"members": [said["author_id"]]}).convo
    assert convo.id == said["thread_id"]
    sent = chat.send_message({"convo_id": convo.id, "message": {"text": "Guten Tag"}})
    messages = chat.get_messages({"convo_id": convo.id}).messages
    assert [each.text for each in messages] == ["Guten Tag", "Hallo"]
    assert sent.sender.did == DID
    logs = chat.get_log({"cursor": "2222222222222"}).logs
    assert [each.message.text for each in logs] == ["Hallo", "Guten Tag"]
    with pytest.raises(AtProtocolError):
        client(square).chat.bsky.convo.get_log({})


def test_our_answer_is_the_clients_answer(square: SquarePlatform, credentials: Credentials, complaint: Fact) -> None:
    """Method, path, parameters, and what the record says; but our key is our own, and so is the time."""
    text = "Grüße 🙂 an @mira.test: https://example.org/hilfe. #Störung"
    official = client(square)
    (post,) = official.get_posts([complaint.message_id]).posts
    ref = models.ComAtprotoRepoStrongRef.Main(uri=post.uri, cid=post.cid)
    reply = models.AppBskyFeedPost.ReplyRef(root=ref, parent=ref)
    official.send_post(text, DID, reply_to=reply, langs=["de"], facets=official.detect_facets(text))
    german = replace(credentials, options={**credentials.options, "langs": "de"})
    bluesky.sender.try_send(answer(complaint, text), german)
    theirs, ours = square.calls("createRecord")
    assert (ours["method"], ours["path"]) == (theirs["method"], theirs["path"])
    assert ours["params"].keys() - theirs["params"].keys() == {"rkey"}
    for call in (theirs, ours):
        call["params"]["record"].pop("createdAt")
        call["params"].pop("rkey", None)
        call["params"].pop("validate", None)  # without it, the server validates what it knows
    assert comparable(ours["params"]) == comparable(theirs["params"])


def comparable(value: Any) -> Any:
    """Without what the client spells out and the server assumes."""
    if isinstance(value, dict):
        spelled = (
            {"$type"} if value.get("$type", "").endswith(("#byteSlice", "strongRef", "#replyRef", "facet")) else set()
        )
        return {key: comparable(each) for key, each in value.items() if key not in spelled and each is not None}
    return [comparable(each) for each in value] if isinstance(value, list) else value


def test_our_chat_message_is_the_clients(square: SquarePlatform, credentials: Credentials) -> None:
    said = square.post("Mira", "Hallo", private=True)
    chat = client(square).with_bsky_chat_proxy().chat.bsky.convo
    chat.send_message({"convo_id": said["thread_id"], "message": {"text": "Guten Tag"}})
    message = Outbound(OUR_ID, Way.PRIVATE_MESSAGE, "Guten Tag", said["thread_id"], attempted_at=SENT_AT)
    bluesky.sender.try_send(message, credentials)
    theirs, ours = (
        {key: comparable_letter(call[key]) for key in ("method", "path", "params")}
        for call in square.calls("sendMessage")
    )
    assert ours == theirs


def comparable_letter(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: comparable_letter(each) for key, each in value.items() if key != "$type"}
    return value


# -- searching --------------------------------------------------------------------------------------------------------


def say(square: SquarePlatform, author: str, text: str, **more: Any) -> dict[str, Any]:
    return square.control("/bluesky/say", author={"name": author}, text=text, trait="public", **more)


found = partial(found_by, bluesky)
HEADPHONES = SearchRequest(Query(all=("suche",), any=("Kopfhörer", "Headset")), ("de",), since=1)


def test_stranger_who_asks_in_public_is_found_and_nobody_was_notified(
    square: SquarePlatform, credentials: Credentials
) -> None:
    cursor = start(credentials)
    said = say(square, "Runa", "Ich suche Kopfhörer für Sport")
    posts, _ = found(credentials, HEADPHONES)
    assert [post.id for post in posts] == [said["message_id"]]
    assert (posts[0].language, posts[0].mentions_us, posts[0].may_reply) == ("de", False, True)
    assert news(credentials, cursor)[0] == []


def test_search_of_many_pages_finds_all_and_then_what_is_new(square: SquarePlatform, credentials: Credentials) -> None:
    assert_pages_and_news_are_found(partial(say, square, "Runa"), partial(found, credentials, HEADPHONES), posts=130)


def test_accounts_above_a_found_post_are_told_by_search_and_thread(
    square: SquarePlatform, credentials: Credentials
) -> None:
    assert_accounts_above_are_told(bluesky, credentials, HEADPHONES, partial(say, square))


def test_answer_of_a_stranger_comes_into_the_thread_of_their_post(
    square: SquarePlatform, credentials: Credentials
) -> None:
    assert bluesky.searcher
    cursor = start(credentials)
    say(square, "Runa", "Ich suche Kopfhörer", answers="no")
    (post,), _ = found(credentials, HEADPHONES)
    fact = bluesky.searcher.fact(post)
    message = Outbound(OUR_ID, Way.PUBLIC_REPLY, "Wir helfen.", fact.thread_id, "", post.author.id, reply_to_id=post.id)
    ours = bluesky.sender.try_send(message, credentials)
    refusal = next(each for each in news(credentials, cursor)[0] if not each.own)
    assert (refusal.parent_id, refusal.author.id) == (ours, fact.author.id)
    assert (refusal.thread_id, refusal.branch_id) == (fact.thread_id, fact.branch_id)
    assert [each.id for each in bluesky.searcher.answers(post, credentials)] == [ours, refusal.message_id]


def test_address_of_our_post_names_it_by_handle_and_by_id(credentials: Credentials) -> None:
    assert bluesky.searcher
    for name in (HANDLE, DID):
        url = f"https://bsky.app/profile/{name}/post/3kabc"
        assert bluesky.searcher.own_post_id(url, credentials) == f"at://{DID}/app.bsky.feed.post/3kabc"
    assert bluesky.searcher.own_post_id("https://bsky.app/profile/runa.test/post/3kabc", credentials) is None


def test_stranger_who_blocks_us_after_an_offer_is_told_when_asked(
    square: SquarePlatform, credentials: Credentials
) -> None:
    assert bluesky.searcher
    for name, way in (("Runa", "block"), ("Ole", "silence")):
        say(square, name, "Ich suche Kopfhörer", answers=way)
    posts, _ = found(credentials, HEADPHONES)
    people = [post.author.id or "" for post in posts]
    assert bluesky.searcher.blocked_by(people, credentials) == set()
    for number, post in enumerate(posts):
        message = answer(bluesky.searcher.fact(post), id=f"179000000000{number}abcdefghijklm")
        bluesky.sender.try_send(message, credentials)
    blocking = {post.author.id for post in posts if post.author.name == "Runa"}
    assert bluesky.searcher.blocked_by([*people, "did:plc:nobody"], credentials) == blocking


def test_search_waits_as_long_as_the_server_wants(square: SquarePlatform, credentials: Credentials) -> None:
    square.fault("searchPosts", error={"code": 0, "http": 429, "headers": {"Retry-After": "120"}})
    with pytest.raises(TransientFailure) as failure:
        found(credentials, HEADPHONES)
    assert (failure.value.reason, failure.value.retry_after) == (Reason.RATE, 120)
