"""Facebook over real HTTP: being connected, files, gaps that are closed, and moderation of comments."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from facebook_business.adobjects.comment import Comment
from facebook_business.adobjects.pagepost import PagePost
from facebook_business.api import FacebookAdsApi
from facebook_business.session import FacebookSession
from msgspec.structs import replace

import channels
from channels.base import Credentials, File, Moderation, Outbound, PermanentFailure, Reason, TransientFailure, Way
from conversations.facts import Fact
from tests.support.square import FACEBOOK, MIRA, PAGE, Square
from tests.support.webhook_receiver import WebhookReceiver, receiving

facebook = channels.get("facebook")
PICTURE = File("störung.png", "image/png", b"\x89PNG\r\n\x1a\n" + bytes(range(256)))


@pytest.fixture
def credentials(square: Square) -> Credentials:
    names = ("app_secret", "verify_token")
    secrets = {name: FACEBOOK[name] for name in names} | {"access_token": FACEBOOK["page_token"]}
    return Credentials(PAGE, secrets, {"base_url": square.url, "app_id": FACEBOOK["app_id"]})


@pytest.fixture
def receiver(credentials: Credentials) -> Iterator[WebhookReceiver]:
    with receiving(facebook, credentials) as found:
        facebook.account.register(credentials, found.url)
        yield found


def now() -> int:
    return int(time.time() * 1000)


def outbound(way: Way, text: str, thread_id: str, **more: Any) -> Outbound:
    return Outbound("our-id-1", way, text, thread_id, attempted_at=now(), **more)


# -- connecting -------------------------------------------------------------------------------------------------------


def test_the_platform_says_whose_the_token_is(square: Square, credentials: Credentials) -> None:
    found = facebook.account.check(credentials)
    assert (found.id, found.name, found.options) == (PAGE, FACEBOOK["page_name"], {})
    square.control("/token", expired=True)
    with pytest.raises(TransientFailure) as dead:
        facebook.account.check(credentials)
    assert dead.value.reason is Reason.AUTH


def test_page_is_subscribed_once_and_taken_back(credentials: Credentials, receiver: WebhookReceiver) -> None:
    facebook.account.register(credentials, receiver.url)
    assert facebook.account.registered(credentials, receiver.url) is True
    assert facebook.account.registered(credentials, f"{receiver.url}/elsewhere") is False
    facebook.account.unregister(credentials, receiver.url)
    assert facebook.account.registered(credentials, receiver.url) is False


def test_without_the_apps_id_only_the_page_is_subscribed(square: Square, credentials: Credentials) -> None:
    """Then a person enters the address in the app's dashboard."""
    nameless = replace(credentials, options={"base_url": square.url})
    facebook.account.register(nameless, "https://ours.example")
    assert facebook.account.registered(nameless, "https://ours.example") is True
    assert facebook.account.registered(credentials, "https://ours.example") is False


def test_app_without_all_permissions_is_told_of_comments(
    square: Square, credentials: Credentials, receiver: WebhookReceiver
) -> None:
    facebook.account.unregister(credentials, receiver.url)
    square.control("/faults", on="subscribed_apps", error={"code": 200})
    facebook.account.register(credentials, receiver.url)
    assert facebook.account.registered(credentials, receiver.url) is True
    square.post("Kein Netz")
    assert receiver.next().text == "Kein Netz"


def test_address_that_does_not_answer_the_handshake_is_no_webhook(
    receiver: WebhookReceiver, credentials: Credentials
) -> None:
    receiver.credentials = replace(credentials, secrets={**credentials.secrets, "verify_token": "another"})
    with pytest.raises(PermanentFailure):
        facebook.account.register(credentials, receiver.url)


# -- gaps that are closed ---------------------------------------------------------------------------------------------


def test_polling_tells_the_very_facts_that_the_webhooks_told(square: Square, receiver: WebhookReceiver) -> None:
    """Invariant 2: what was stored is stored again under the same key."""
    cursor = facebook.receiver.poll("", receiver.credentials, now())
    assert list(cursor.events) == []
    post = square.post("Kein Netz mehr 😢")
    comment = square.comment(post, "Hier auch", {"name": "Jonas"})
    square.comment(comment, "Und hier", {"name": "Clara"})
    square.graph("POST", f"/{comment}/comments", message="Wir schauen nach.")
    told = [receiver.next() for _ in range(4)]
    polled = facebook.receiver.poll(cursor.cursor, receiver.credentials, now())
    assert sorted(map(_place, polled.events)) == sorted(map(_place, told))
    assert {each.own for each in told} == {True, False}
    assert list(facebook.receiver.poll(cursor.cursor, receiver.credentials, now()).events) == list(polled.events)
    assert list(facebook.receiver.poll(str(now() + 3_600_000), receiver.credentials, now()).events) == []


def _place(fact: Any) -> tuple[Any, ...]:
    """Return the fields that decide under which key a fact is stored."""
    assert isinstance(fact, Fact)
    key = (fact.at, fact.message_id, fact.author.id, fact.author.name, fact.text, fact.payload or "", fact.own)
    return (fact.thread_id, fact.branch_id, fact.parent_id or "", fact.attachments, *key)


def test_pictures_and_films_that_were_missed_are_told(square: Square, credentials: Credentials) -> None:
    cursor = facebook.receiver.poll("", credentials, now()).cursor
    post = square.post("", photos=["https://scontent.example/1.jpg"])
    square.comment(post, "", photo="https://scontent.example/2.jpg")
    square.comment(post, "Seht selbst", video="https://video.example/3.mp4")
    found = [each for each in facebook.receiver.poll(cursor, credentials, now()).events if isinstance(each, Fact)]
    shown = {(file.type, file.url) for each in found for file in each.attachments}
    assert shown == {
        ("image", "https://scontent.example/1.jpg"),
        ("image", "https://scontent.example/2.jpg"),
        ("video", "https://video.example/3.mp4"),
    }
    assert not any(each.unsupported for each in found)


def test_polling_waits_where_the_platform_limits_it(square: Square, credentials: Credentials) -> None:
    square.control("/faults", on="read", error={"code": 80001})
    with pytest.raises(TransientFailure) as limited:
        facebook.receiver.poll(str(now()), credentials, now())
    assert limited.value.reason is Reason.RATE


# -- files ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["So sieht es aus: Grüße", ""])
def test_picture_goes_out_with_a_comment_in_one_call(square: Square, credentials: Credentials, text: str) -> None:
    post = square.post("Kein Netz mehr")
    sent = facebook.sender.try_send(outbound(Way.PUBLIC_REPLY, text, post, files=(PICTURE,)), credentials)
    (stands,) = square.comments()
    assert (stands["id"], stands["text"]) == (sent, text)
    assert [each["url"] for each in stands["attachments"]] == [
        f"https://scontent.xx.fbcdn.net/{PICTURE.name}?size={len(PICTURE.content)}"
    ]


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        (PICTURE, "image"),
        (File("plan.pdf", "application/pdf", b"%PDF-1.7"), "file"),
        (File("a.mp3", "audio/mpeg", b"x"), "audio"),
    ],
)
def test_file_goes_out_in_private_by_itself(square: Square, credentials: Credentials, file: File, kind: str) -> None:
    psid = square.write("Hallo", MIRA)["author_id"]
    message = outbound(Way.PRIVATE_MESSAGE, "", f"{PAGE}:{psid}", customer_id=psid, files=(file,))
    sent = facebook.sender.try_send(message, credentials)
    stands = square.threads(public=False)[0][-1]
    found = (stands["id"], stands["traits"]["metadata"], stands["attachments"][0]["type"])
    assert found == (sent, "our-id-1", kind)
    assert stands["attachments"][0]["payload"]["url"].startswith(f"https://scontent.xx.fbcdn.net/{file.name}")


def test_messenger_takes_no_text_beside_a_file(square: Square, credentials: Credentials) -> None:
    psid = square.write("Hallo", MIRA)["author_id"]
    message = outbound(Way.PRIVATE_MESSAGE, "Bitte", f"{PAGE}:{psid}", customer_id=psid, files=(PICTURE,))
    with pytest.raises(PermanentFailure) as refused:
        facebook.sender.try_send(message, credentials)
    assert (refused.value.reason, refused.value.code) == (Reason.BAD, "text_with_file")


# -- what is done to comments, as Meta's own library does it ----------------------------------------------------------


@pytest.fixture
def api(square: Square) -> FacebookAdsApi:
    session = FacebookSession(FACEBOOK["app_id"], FACEBOOK["app_secret"], FACEBOOK["page_token"])
    session.GRAPH = square.url
    session.requests.trust_env = False
    return FacebookAdsApi(session)


def last_call(square: Square) -> tuple[str, str, dict[str, Any]]:
    last = square.http.get("/_square/requests").json()["requests"][-1]
    return last["method"], last["path"].rstrip("/"), last["params"]


def test_library_and_channel_like_edit_and_delete_alike(square: Square, credentials: Credentials, api: Any) -> None:
    post = square.post("Danke für die schnelle Hilfe!")
    PagePost(post, api=api).create_like()
    theirs = last_call(square)
    facebook.sender.try_moderate(Moderation.LIKE, post, credentials)
    assert last_call(square) == theirs
    PagePost(post, api=api).delete_likes()
    theirs = last_call(square)
    facebook.sender.try_moderate(Moderation.UNLIKE, post, credentials)
    assert last_call(square) == theirs
    own = facebook.sender.try_send(outbound(Way.PUBLIC_REPLY, "Gren", post), credentials)
    Comment(own, api=api).api_update(params={"message": "Gern!"})
    theirs = last_call(square)
    facebook.sender.try_moderate(Moderation.EDIT, own, credentials, "Gern!")
    assert last_call(square) == theirs
    assert square.comments()[0]["text"] == "Gern!"
    facebook.sender.try_moderate(Moderation.DELETE, own, credentials)
    assert square.comments() == []


def test_own_post_is_read_and_a_visitors_is_not(square: Square, credentials: Credentials) -> None:
    own = square.control("/facebook/do", action="by_hand", text="Heute wird gewartet.")["message_id"]
    found = facebook.receiver.own_post(own, credentials)
    assert found is not None
    assert (found.text, found.picture) == ("Heute wird gewartet.", None)
    assert (found.likes, found.comments, found.shares) == (0, 0, None)
    assert found.url is not None
    assert found.url.startswith("https://www.facebook.com/")
    assert facebook.receiver.own_post(square.post("Kein Netz"), credentials) is None
    assert facebook.receiver.own_post("999_1", credentials) is None
