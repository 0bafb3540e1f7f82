"""Instagram over real HTTP: our channel against the square, and Meta's own client library against the same square."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from facebook_business.adobjects.igcomment import IGComment
from facebook_business.adobjects.igmedia import IGMedia
from facebook_business.adobjects.iguser import IGUser
from facebook_business.api import FacebookAdsApi
from facebook_business.exceptions import FacebookRequestError
from facebook_business.session import FacebookSession
from msgspec.structs import replace

import channels
from channels.base import (
    Choice,
    Credentials,
    Moderation,
    Outbound,
    PermanentFailure,
    Reason,
    TransientFailure,
    UnconfirmedSend,
    Way,
)
from conversations.facts import Author, Fact, Kind, Visibility
from conversations.messages import Message
from infra.local.players import wait_for
from infra.square.platforms.instagram.platform import Instagram
from tests.support.square_platform import SquarePlatform
from tests.support.webhook_receiver import WebhookReceiver, receiving

instagram = channels.get("instagram")
SECTION = Instagram.invented(lambda: "an-invented-secret") | {"access_token": "an-invented-token"}
BY_PAGE = SECTION | {"flavour": "facebook", "page_id": "104200000000009"}
ME = SECTION["account_id"]
HOUR = 3600
DAY = 24 * HOUR


@pytest.fixture
def credentials(square: SquarePlatform) -> Credentials:
    """A connection as ``make run`` makes it, with the name that ``check`` finds."""
    made = Credentials.of(Instagram.connection(SECTION, square.url))
    return replace(made, options={**made.options, **instagram.account.check(made).options})


@pytest.fixture
def receiver(credentials: Credentials) -> Iterator[WebhookReceiver]:
    with receiving(instagram, credentials) as found:
        instagram.account.register(credentials, found.url)
        yield found


def now() -> int:
    return int(time.time() * 1000)


def answer(fact: Fact, text: str = "Wir schauen nach.", way: Way | None = None, **more: Any) -> Outbound:
    public = fact.visibility is Visibility.PUBLIC
    natural = Way.PUBLIC_REPLY if public else Way.PRIVATE_MESSAGE
    place = (fact.thread_id, fact.branch_id, fact.customer_id)
    return Outbound("our-id-1", way or natural, text, *place, attempted_at=now(), **more)


def comments(square: SquarePlatform) -> list[str]:
    return [each["text"] for each in square.messages(own=True)]


# -- connecting -------------------------------------------------------------------------------------------------------


def test_the_platform_says_whose_the_token_is(credentials: Credentials) -> None:
    found = instagram.account.check(credentials)
    assert (found.id, found.name, found.options) == (ME, "nordlicht.netz", {"username": "nordlicht.netz"})


def test_webhook_is_registered_once_and_taken_back(credentials: Credentials, receiver: WebhookReceiver) -> None:
    instagram.account.register(credentials, receiver.url)
    assert instagram.account.registered(credentials, receiver.url) is True
    assert instagram.account.registered(credentials, f"{receiver.url}/elsewhere") is False
    instagram.account.unregister(credentials, receiver.url)
    assert instagram.account.registered(credentials, receiver.url) is False


def test_token_is_renewed_and_the_old_one_is_dead(square: SquarePlatform, credentials: Credentials) -> None:
    secrets = instagram.account.renew(credentials, 1_790_000_000_000)
    assert int(secrets["expires_at"]) == 1_790_000_000_000 + 60 * DAY * 1000
    with pytest.raises(TransientFailure) as dead:
        instagram.account.check(credentials)
    assert dead.value.reason is Reason.AUTH
    fresh = replace(credentials, secrets={**credentials.secrets, **secrets})
    assert instagram.account.check(fresh).id == ME
    assert instagram.account.expires_at(fresh) == int(secrets["expires_at"])


def test_token_that_is_dead_cannot_be_renewed(square: SquarePlatform, credentials: Credentials) -> None:
    square.expire()
    with pytest.raises(TransientFailure) as dead:
        instagram.account.renew(credentials, 0)
    assert dead.value.reason is Reason.AUTH


# -- what is heard ----------------------------------------------------------------------------------------------------


def test_comment_is_heard_and_answered_and_the_answer_comes_back_as_ours(
    square: SquarePlatform, receiver: WebhookReceiver
) -> None:
    said = square.post("Mira Öztürk", "Seit gestern kein Netz 😢")
    fact = receiver.next()
    assert (fact.message_id, fact.thread_id, fact.text) == (
        said["message_id"],
        said["thread_id"],
        "Seit gestern kein Netz 😢",
    )
    sent = instagram.sender.try_send(answer(fact), receiver.credentials)
    echo = receiver.next()
    assert (echo.message_id, echo.own, echo.branch_id) == (sent, True, fact.branch_id)
    assert comments(square) == ["Wir schauen nach."]


def test_answer_to_an_answer_stands_in_the_same_conversation(square: SquarePlatform, receiver: WebhookReceiver) -> None:
    top = square.post("Mira", "Kein Netz")["message_id"]
    first = receiver.next()
    answer_id = instagram.sender.try_send(answer(first), receiver.credentials)
    receiver.next()
    square.post("Mira", "Immer noch nicht", to=answer_id)
    fact = receiver.next()
    assert (fact.thread_id, fact.branch_id, fact.parent_id) == (first.thread_id, top, top)


def test_private_talk_with_everything_that_happens_in_it(square: SquarePlatform, receiver: WebhookReceiver) -> None:
    said = square.post("Mira", "Hallo", private=True)
    fact = receiver.next()
    assert (fact.visibility, fact.customer_id) == (Visibility.PRIVATE, said["author_id"])
    choices = (Choice("Läuft", "solved"),)
    sent = instagram.sender.try_send(answer(fact, choices=choices), receiver.credentials)
    echo = receiver.next()
    assert (echo.own, echo.message_id, echo.thread_id) == (True, sent, fact.thread_id)
    square.control("/instagram/read", author={"name": "Mira"})
    read = receiver.next()
    assert (read.kind, read.message_id) == (Kind.READ, sent)
    square.control("/instagram/react", message_id=sent, author={"name": "Mira"}, reaction="love")
    reaction = receiver.next()
    assert (reaction.kind, reaction.payload, reaction.message_id) == (Kind.REACTION, "❤", sent)
    square.do("press", author={"name": "Mira"}, title="Läuft", payload="solved")
    assert receiver.next().payload == "solved"
    square.control("/instagram/edit", message_id=said["message_id"], text="Guten Tag")
    edited = receiver.next()
    assert (edited.kind, edited.text) == (Kind.EDITED, "Guten Tag")
    square.control("/instagram/remove", message_id=said["message_id"])
    unsent = receiver.next()
    assert (unsent.kind, unsent.message_id, unsent.text) == (Kind.REMOVED, said["message_id"], None)


def test_forged_deliveries_are_refused_and_come_again(square: SquarePlatform, receiver: WebhookReceiver) -> None:
    """Invariant 7."""
    square.http.put("/_square/deliveries", json={"corrupt": "body"})
    square.post("Mira", "Kein Netz")
    wait_for("the refusal", lambda: receiver.refused)
    assert receiver.receives_nothing()
    square.http.put("/_square/deliveries", json={"corrupt": None})
    square.control("/deliveries/flush")
    assert receiver.next().text == "Kein Netz"


def test_mention_is_completed_by_a_look_and_answered_where_it_stands(
    square: SquarePlatform, receiver: WebhookReceiver
) -> None:
    said = square.do("mention", author={"name": "Jonas"}, text="Frag @nordlicht.netz")
    fact = receiver.next()
    assert (fact.text, fact.author) == (None, Author())
    whole = instagram.receiver.complete(fact, receiver.credentials)
    assert whole is not None
    assert (whole.message_id, whole.thread_id, whole.branch_id) == (
        said["message_id"],
        said["thread_id"],
        fact.branch_id,
    )
    assert (whole.text, whole.author.name) == ("Frag @nordlicht.netz", "jonas")
    instagram.sender.try_send(answer(fact, "Gern, schreiben Sie uns."), receiver.credentials)
    assert [each["parent_id"] for each in square.messages(own=True)] == [said["message_id"]]


def test_answer_that_a_person_posts_by_hand_is_told_as_ours(square: SquarePlatform, receiver: WebhookReceiver) -> None:
    said = square.do("mention", author={"name": "Jonas"}, text="Frag @nordlicht.netz")
    receiver.next()
    page = f"{square.home}/p/{said['message_id']}"
    posted = square.http.post(page, data={"text": "Gern!"}, headers={"Origin": square.url})
    assert "Gern!" in square.http.get(posted.headers["location"]).text
    assert comments(square) == ["Gern!"]


def test_mention_in_a_caption_is_answered_below_it(square: SquarePlatform, receiver: WebhookReceiver) -> None:
    square.do("mention", author={"name": "Jonas"}, text="Danke @nordlicht.netz", caption=True)
    fact = receiver.next()
    whole = instagram.receiver.complete(fact, receiver.credentials)
    assert whole is not None and whole.text == "Danke @nordlicht.netz" and whole.permalink
    instagram.sender.try_send(answer(fact, "Gern!"), receiver.credentials)
    assert comments(square) == ["Gern!"]


def test_new_message_that_is_only_announced_is_completed(square: SquarePlatform, receiver: WebhookReceiver) -> None:
    said = square.post("Mira", "Hallo?", private=True)
    whole = receiver.next()
    event = {"sender": {"id": said["author_id"]}, "recipient": {"id": ME}, "timestamp": whole.at}
    announced = {**event, "message_edit": {"mid": said["message_id"], "num_edit": 0}}
    square.control("/instagram/raw", update={"id": ME, "time": whole.at, "messaging": [announced]})
    fact = receiver.next()
    assert (fact.kind, fact.text, fact.message_id) == (Kind.MESSAGE, None, whole.message_id)
    found = instagram.receiver.complete(fact, receiver.credentials)
    assert found is not None
    assert (found.text, found.thread_id, found.customer_id) == ("Hallo?", whole.thread_id, whole.customer_id)


def test_nothing_is_completed_that_is_whole_or_gone(square: SquarePlatform, receiver: WebhookReceiver) -> None:
    square.post("Mira", "Kein Netz")
    assert instagram.receiver.complete(receiver.next(), receiver.credentials) is None
    said = square.do("mention", author={"name": "Jonas"}, text="Frag @nordlicht.netz")
    fact = receiver.next()
    square.control("/instagram/remove", message_id=said["message_id"])
    assert instagram.receiver.complete(fact, receiver.credentials) is None


# -- asking -----------------------------------------------------------------------------------------------------------


def test_polling_finds_what_no_webhook_told_under_the_same_ids(
    square: SquarePlatform, credentials: Credentials
) -> None:
    cursor = instagram.receiver.poll("", credentials, now())
    assert (list(cursor.events), cursor.more) == ([], False)
    said = square.post("Mira", "Kein Netz")
    deeper = square.post("Jonas", "Hier auch", to=said["message_id"])
    found = instagram.receiver.poll(cursor.cursor, credentials, now())
    facts = [(each.message_id, each.branch_id, each.parent_id, each.thread_id) for each in found.events]  # type: ignore[union-attr]
    thread = said["thread_id"]
    assert facts == [
        (said["message_id"], said["message_id"], thread, thread),
        (deeper["message_id"], said["message_id"], said["message_id"], thread),
    ]
    assert list(instagram.receiver.poll(cursor.cursor, credentials, now()).events) == list(found.events)
    later = instagram.receiver.poll(str(now() + HOUR * 1000), credentials, now())
    assert list(later.events) == []


def test_name_of_a_customer(square: SquarePlatform, credentials: Credentials) -> None:
    said = square.post("Mira Öztürk", "Hallo", private=True)
    assert instagram.receiver.profile_name(said["author_id"], credentials) == "Mira Öztürk"
    assert instagram.receiver.profile_name("9199999999999999", credentials) is None


# -- refusals ---------------------------------------------------------------------------------------------------------


def private_fact(square: SquarePlatform, receiver: WebhookReceiver) -> Fact:
    square.post("Mira", "Hallo", private=True)
    return receiver.next()


def refused(send: Callable[[], Any]) -> tuple[Reason, str]:
    with pytest.raises(PermanentFailure) as failed:
        send()
    return failed.value.reason, failed.value.code


def test_a_week_later_only_the_public_way_is_open(square: SquarePlatform, receiver: WebhookReceiver) -> None:
    public = square.post("Mira", "Kein Netz")
    comment, private = receiver.next(), private_fact(square, receiver)
    square.control("/clock", advance_seconds=DAY + 60)
    assert refused(lambda: instagram.sender.try_send(answer(private), receiver.credentials)) == (
        Reason.WINDOW,
        "10/2534022",
    )
    assert instagram.sender.try_send(answer(private, way=Way.HUMAN_AGENT), receiver.credentials)
    square.control("/clock", advance_seconds=6 * DAY)
    late = answer(private, way=Way.HUMAN_AGENT)
    assert refused(lambda: instagram.sender.try_send(late, receiver.credentials)) == (Reason.WINDOW, "10/2534022")
    reply = answer(comment, way=Way.PRIVATE_REPLY)
    assert refused(lambda: instagram.sender.try_send(reply, receiver.credentials)) == (Reason.GONE, "10903")
    assert instagram.sender.try_send(answer(comment), receiver.credentials)
    assert public["message_id"] == comment.message_id


def test_private_reply_goes_out_once(square: SquarePlatform, receiver: WebhookReceiver) -> None:
    square.post("Mira", "Kein Netz")
    comment = receiver.next()
    assert instagram.sender.try_send(answer(comment, way=Way.PRIVATE_REPLY), receiver.credentials)
    with pytest.raises(UnconfirmedSend):
        instagram.sender.try_send(answer(comment, way=Way.PRIVATE_REPLY), receiver.credentials)


def test_text_too_long_for_the_route_is_refused_by_the_platform(
    square: SquarePlatform, receiver: WebhookReceiver
) -> None:
    private = private_fact(square, receiver)
    assert instagram.sender.try_send(answer(private, "ü" * 500), receiver.credentials)
    assert (
        refused(lambda: instagram.sender.try_send(answer(private, "ü" * 500 + "x"), receiver.credentials))[0]
        is Reason.BAD
    )


def test_answer_to_a_comment_that_is_gone_is_refused_as_that(square: SquarePlatform, receiver: WebhookReceiver) -> None:
    said = square.post("Mira", "Kein Netz")
    comment = receiver.next()
    square.control("/instagram/remove", message_id=said["message_id"])
    assert refused(lambda: instagram.sender.try_send(answer(comment), receiver.credentials)) == (Reason.GONE, "100/33")


def test_reply_to_a_customer_who_blocked_us_fails_as_gone(square: SquarePlatform, receiver: WebhookReceiver) -> None:
    private = private_fact(square, receiver)
    square.do("block", author={"name": "Mira"})
    assert refused(lambda: instagram.sender.try_send(answer(private), receiver.credentials))[0] is Reason.GONE


def test_expired_token_and_rate_limit_wait(square: SquarePlatform, receiver: WebhookReceiver) -> None:
    """Invariant 9."""
    private = private_fact(square, receiver)
    square.expire()
    with pytest.raises(TransientFailure) as dead:
        instagram.sender.try_send(answer(private), receiver.credentials)
    assert (dead.value.reason, dead.value.code) == (Reason.AUTH, "190/463")
    square.expire(False)
    square.fault("send", error={"code": 80002})
    with pytest.raises(TransientFailure) as limited:
        instagram.sender.try_send(answer(private), receiver.credentials)
    assert (limited.value.reason, limited.value.retry_after) == (Reason.RATE, 60)
    assert comments(square) == []


@pytest.mark.parametrize("private", [True, False])
def test_message_whose_answer_was_lost_is_found_once(
    square: SquarePlatform, receiver: WebhookReceiver, private: bool
) -> None:
    """Invariant 3."""
    square.post("Mira", "Hallo", private=private)
    fact = receiver.next()
    message = answer(fact)
    assert instagram.sender.find_sent(message, receiver.credentials) is None
    square.fault("send", lost_answer=True)
    with pytest.raises(UnconfirmedSend):
        instagram.sender.try_send(message, receiver.credentials)
    (stands,) = square.messages(own=True)
    assert instagram.sender.find_sent(message, receiver.credentials) == stands["id"]
    assert instagram.sender.find_sent(replace(message, others=frozenset({stands["id"]})), receiver.credentials) is None
    assert instagram.sender.find_sent(replace(message, text="Etwas anderes"), receiver.credentials) is None


def test_answer_in_a_foreign_place_cannot_be_looked_for(square: SquarePlatform, receiver: WebhookReceiver) -> None:
    for caption in (True, False):
        square.do("mention", author={"name": "Jonas"}, text="Danke @nordlicht.netz", caption=caption)
        message = answer(receiver.next())
        assert refused(lambda sent=message: instagram.sender.find_sent(sent, receiver.credentials)) == (
            Reason.BAD,
            "cannot_look",
        )


# -- what is done to comments -----------------------------------------------------------------------------------------


def test_comments_are_hidden_shown_and_deleted(square: SquarePlatform, credentials: Credentials) -> None:
    spam = square.post("Spam", "Werbung!")["message_id"]
    for moderation, hidden in ((Moderation.HIDE, True), (Moderation.SHOW, False)):
        for _ in range(2):
            instagram.sender.try_moderate(moderation, spam, credentials)
        assert [each["hidden"] for each in square.messages()] == [hidden]
    instagram.sender.try_moderate(Moderation.DELETE, spam, credentials)
    assert square.messages() == []
    assert refused(lambda: instagram.sender.try_moderate(Moderation.DELETE, spam, credentials))[0] is Reason.GONE


@pytest.mark.parametrize("moderation", [Moderation.LIKE, Moderation.EDIT, Moderation.BLOCK, Moderation.ACCEPT])
def test_moderation_that_the_platform_lacks_is_refused_without_a_call(
    square: SquarePlatform, credentials: Credentials, moderation: Moderation
) -> None:
    before = len(square.calls())
    assert refused(lambda: instagram.sender.try_moderate(moderation, "179", credentials))[0] is Reason.BAD
    assert len(square.calls()) == before


# -- the other flavour ------------------------------------------------------------------------------------------------


def test_with_facebook_login_the_page_writes(tmp_path: Any) -> None:
    square_platform = SquarePlatform(tmp_path, "instagram", BY_PAGE)
    try:
        made = Credentials.of(Instagram.connection(BY_PAGE, square_platform.url))
        account = instagram.account.check(made)
        assert (account.id, account.options["page_id"]) == (ME, BY_PAGE["page_id"])
        credentials = replace(made, options={**made.options, **account.options})
        assert instagram.account.renew(credentials, 0) == {}
        with receiving(instagram, credentials) as receiver:
            instagram.account.register(credentials, receiver.url)
            assert instagram.account.registered(credentials, receiver.url) is True
            square_platform.post("Mira", "Hallo", private=True)
            sent = instagram.sender.try_send(answer(receiver.next()), credentials)
            assert receiver.next().message_id == sent
            square_platform.post("Mira", "Kein Netz")
            instagram.sender.try_send(answer(receiver.next()), credentials)
        calls = [each["path"] for each in square_platform.calls() if each["method"] == "POST"]
        page = BY_PAGE["page_id"]
        assert [path for path in calls if path.endswith(("messages", "subscribed_apps"))] == [
            f"/instagram/v26.0/{page}/subscribed_apps",
            f"/instagram/v26.0/{page}/messages",
        ]
    finally:
        square_platform.close()


# -- the oracle: Meta's own client library ----------------------------------------------------------------------------


@pytest.fixture
def api(square: SquarePlatform) -> FacebookAdsApi:
    """The library takes its address from its session: one attribute, and every call goes to the square."""
    session = FacebookSession(SECTION["app_id"], SECTION["app_secret"], SECTION["access_token"])
    session.GRAPH = square.home
    session.requests.trust_env = False
    return FacebookAdsApi(session)


def call(square: SquarePlatform) -> tuple[str, str, dict[str, Any]]:
    """The last call that reached the square: its method, its path without the version, and what it says."""
    last = square.calls()[-1]
    path = "/".join(part for part in last["path"].rstrip("/").split("/")[2:] if not part.startswith("v2"))
    said = {name: _plain(value) for name, value in last["params"].items()}
    return last["method"], path, {name: value for name, value in said.items() if value is not None}


def _plain(value: Any) -> Any:
    """Forms carry objects as JSON texts and flags as words."""
    try:
        return json.loads(value) if isinstance(value, str) and not value.isdecimal() else value
    except ValueError:
        return value


def test_library_and_channel_answer_a_comment_alike(square: SquarePlatform, credentials: Credentials, api: Any) -> None:
    said = square.post("Mira", "Kein Netz")
    reply = IGComment(said["message_id"], api=api).create_reply(params={"message": "Wir schauen nach."})
    theirs = call(square)
    fact = Fact(Kind.MESSAGE, Visibility.PUBLIC, said["thread_id"], 0, said["message_id"], said["message_id"])
    ours_id = instagram.sender.try_send(answer(fact), credentials)
    assert call(square) == theirs
    assert comments(square) == ["Wir schauen nach."] * 2
    shown = IGComment(said["message_id"], api=api).get_replies(fields=["text", "from", "timestamp", "parent_id"])
    assert [each["id"] for each in shown] == [reply["id"], ours_id]


def test_library_and_channel_hide_and_delete_alike(square: SquarePlatform, credentials: Credentials, api: Any) -> None:
    spam = square.post("Spam", "Werbung!")["message_id"]
    IGComment(spam, api=api).api_update(params={"hide": True})
    theirs = call(square)
    instagram.sender.try_moderate(Moderation.HIDE, spam, credentials)
    assert call(square) == theirs
    assert IGComment(spam, api=api).api_get(fields=["hidden"])["hidden"] is True
    other = square.post("Spam", "Werbung!")["message_id"]
    IGComment(spam, api=api).api_delete()
    method, path, _ = call(square)
    instagram.sender.try_moderate(Moderation.DELETE, other, credentials)
    assert call(square)[:2] == (method, path.replace(spam, other))
    with pytest.raises(FacebookRequestError) as gone:
        IGComment(spam, api=api).api_get()
    assert (gone.value.api_error_code(), gone.value.api_error_subcode()) == (100, 33)


def test_library_and_channel_write_in_private_alike(square: SquarePlatform, credentials: Credentials, api: Any) -> None:
    said = square.post("Mira", "Hallo", private=True)
    params = {"recipient": {"id": said["author_id"]}, "messaging_type": "RESPONSE", "message": {"text": "Guten Tag"}}
    IGUser(ME, api=api).create_message(params=params)
    theirs = call(square)
    fact = Fact(Kind.MESSAGE, Visibility.PRIVATE, f"{ME}:1", 0, "m", customer_id=said["author_id"])
    instagram.sender.try_send(answer(fact, "Guten Tag"), credentials)
    assert call(square) == theirs


def test_library_and_channel_answer_a_mention_alike(square: SquarePlatform, credentials: Credentials, api: Any) -> None:
    said = square.do("mention", author={"name": "Jonas"}, text="Frag @nordlicht.netz")
    params = {"media_id": said["thread_id"], "comment_id": said["message_id"], "message": "Gern!"}
    IGUser(ME, api=api).create_mention(params=params)
    theirs = call(square)
    fact = Fact(Kind.MESSAGE, Visibility.PUBLIC, said["thread_id"], 0, said["message_id"], said["message_id"])
    instagram.sender.try_send(answer(fact, "Gern!"), credentials)
    assert call(square) == theirs


def test_library_reads_posts_comments_and_conversations(square: SquarePlatform, api: Any) -> None:
    said = square.post("Mira", "Kein Netz")
    square.post("Mira", "Hallo", private=True)
    (media,) = IGUser(ME, api=api).get_media(
        fields=["id", "caption", "permalink", "comments{id,text,replies{id,text}}"]
    )
    assert (media["id"], media["comments"]["data"][0]["id"]) == (said["thread_id"], said["message_id"])
    (comment,) = IGMedia(media["id"], api=api).get_comments(fields=["text", "username", "from"])
    assert comment["username"] == "mira"
    (chat,) = IGUser(ME, api=api).get_conversations(params={"platform": "instagram", "fields": "messages{id,message}"})
    assert [each["message"] for each in chat["messages"]["data"]] == ["Hallo"]


def test_library_subscribes_the_account(square: SquarePlatform, credentials: Credentials, api: Any) -> None:
    IGUser(ME, api=api).create_subscribed_app(params={"subscribed_fields": ["comments", "messages"]})
    method, path, _ = call(square)
    instagram.account.register(
        replace(credentials, options={**credentials.options, "app_id": ""}), "https://ours.example"
    )
    assert call(square)[:2] == (method, path)
    assert [each["id"] for each in IGUser(ME, api=api).get_subscribed_apps()] == [SECTION["app_id"]]


def test_author_on_the_platform_is_no_reason_to_moderate_another_message() -> None:
    message = Message("179", "inbound", Author(None, "jonas"), "Frag @…", 1, "received", Visibility.PUBLIC)
    assert instagram.sender.moderations(message) == ()


def test_own_post_is_read_and_a_foreign_one_is_not(square: SquarePlatform, credentials: Credentials) -> None:
    media = square.do("publish", text="Heute im Laden")["thread_id"]
    found = instagram.receiver.own_post(media, credentials)
    assert found is not None
    assert (found.text, found.url) == ("Heute im Laden", f"https://www.instagram.com/p/{media[-6:]}/")
    assert (found.likes, found.comments, found.shares) == (0, 0, None)
    stranger = replace(credentials, options={**credentials.options, "username": "somebody.else"})
    assert instagram.receiver.own_post(media, stranger) is None
    assert refused(lambda: instagram.receiver.own_post("404", credentials))[0] is Reason.GONE
