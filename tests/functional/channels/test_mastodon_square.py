"""Mastodon over real HTTP: our channel against the square, and the leading Python client against the same square."""

from __future__ import annotations

import io
import time
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from mastodon import Mastodon as Client
from mastodon.errors import (
    MastodonAPIError,
    MastodonIllegalArgumentError,
    MastodonNotFoundError,
    MastodonUnauthorizedError,
)
from msgspec.structs import replace

import channels
from channels import _feed
from channels._search import SearchRequest
from channels.base import (
    Account,
    Credentials,
    File,
    Moderation,
    Outbound,
    PermanentFailure,
    Reason,
    TransientFailure,
    Way,
)
from channels.mastodon.webhook import REREAD
from conversations.facts import Fact, Kind, Visibility
from infra.square.platforms.mastodon.platform import Mastodon
from outreach.found_posts import FoundPost
from outreach.searches import Query
from tests.support.searches import assert_accounts_above_are_told, assert_pages_and_news_are_found, found_by
from tests.support.square_platform import SquarePlatform

mastodon = channels.get("mastodon")
SECTION = Mastodon.invented(lambda: "an-invented-token")
ACCOUNT = SECTION["account_id"]
OUR_ID = "1790000000000abcdefghijklm"
WEEK = 7 * 24 * 3600


@pytest.fixture
def credentials(square: SquarePlatform) -> Credentials:
    return Credentials.of(Mastodon.connection(SECTION, square.url))


def now() -> int:
    return int(time.time() * 1000)


def news(credentials: Credentials, cursor: str, at: int | None = None) -> tuple[list[Any], str]:
    """All that is new, and the cursor after it."""
    found: list[Any] = []
    while True:
        polled = mastodon.receiver.poll(cursor, credentials, at or now())
        assert len(polled.cursor) <= 2000
        found, cursor = [*found, *polled.events], polled.cursor
        if not polled.more:
            return found, cursor


def start(credentials: Credentials) -> str:
    found, cursor = news(credentials, "")
    assert found == [], "what stands when a connection is made is no news"
    return cursor


def answer(said: dict[str, Any], text: str = "Wir schauen nach.", **more: Any) -> Outbound:
    plain = Outbound(
        OUR_ID,
        Way.PUBLIC_REPLY,
        text,
        said["message_id"],
        "",
        said["author_id"],
        reply_to_id=said["message_id"],
        attempted_at=1,
    )
    return replace(plain, **more)


def ours(square: SquarePlatform) -> list[dict[str, Any]]:
    return square.messages(own=True)


# -- what is told -----------------------------------------------------------------------------------------------------


def test_mention_is_heard_once(square: SquarePlatform, credentials: Credentials) -> None:
    square.post("Alt", "Das stand schon da")
    cursor = start(credentials)
    said = square.post("Mira Öztürk", "Kein WLAN mehr 😢")
    (fact,), cursor = news(credentials, cursor)
    assert (fact.kind, fact.text, fact.thread_id, fact.thread_is_guess) == (
        Kind.MESSAGE,
        "Kein WLAN mehr 😢",
        said["message_id"],
        True,
    )
    assert (fact.author.id, fact.author.name, fact.own) == (said["author_id"], "Mira Öztürk", False)
    assert news(credentials, cursor)[0] == []


def test_asked_twice_with_one_cursor_the_same_is_told(square: SquarePlatform, credentials: Credentials) -> None:
    cursor = start(credentials)
    square.post("Mira", "Kein WLAN mehr")
    assert mastodon.receiver.poll(cursor, credentials, 1) == mastodon.receiver.poll(cursor, credentials, 1)


def test_more_than_one_call_may_read_is_read_by_the_next(square: SquarePlatform, credentials: Credentials) -> None:
    cursor = start(credentials)
    for number in range(250):
        square.post("Mira", f"Nummer {number}")
    first = mastodon.receiver.poll(cursor, credentials, now())
    assert first.more and len(first.events) == 240
    found, cursor = news(credentials, cursor)
    assert [each.text for each in found] == [f"Nummer {number}" for number in range(250)]
    assert news(credentials, cursor)[0] == []


def test_direct_post_is_private_and_in_the_chat_with_its_author(
    square: SquarePlatform, credentials: Credentials
) -> None:
    cursor = start(credentials)
    said = square.post("Mira", "Meine Kundennummer ist 4711", private=True)
    (fact,), _ = news(credentials, cursor)
    assert (fact.visibility, fact.thread_id, fact.customer_id) == (
        Visibility.PRIVATE,
        f"direct:{said['author_id']}",
        said["author_id"],
    )


def test_followers_only_post_is_not_public(square: SquarePlatform, credentials: Credentials) -> None:
    cursor = start(credentials)
    square.post("Mira", "Nur für meine Leute", traits={"visibility": "private"})
    (fact,), _ = news(credentials, cursor)
    assert fact.visibility is Visibility.PRIVATE


def test_answer_below_ours_names_it_as_its_parent(square: SquarePlatform, credentials: Credentials) -> None:
    cursor = start(credentials)
    said = square.post("Mira", "Kein WLAN mehr")
    _, cursor = news(credentials, cursor)
    sent = mastodon.sender.try_send(answer(said), credentials)
    square.post("Mira", "Geht wieder, danke!", to=sent)
    found, _ = news(credentials, cursor)
    assert {(each.text, each.own, each.parent_id) for each in found} == {
        ("Geht wieder, danke!", False, sent),
        ("@mira Wir schauen nach.", True, said["message_id"]),
    }


def test_answer_from_the_app_is_told_too(square: SquarePlatform, credentials: Credentials) -> None:
    said = square.post("Mira", "Kein WLAN mehr")
    cursor = start(credentials)
    square.do("own", text="@mira Privat, bitte.", to=said["message_id"], visibility="direct")
    (fact,), _ = news(credentials, cursor)
    assert (fact.own, fact.visibility, fact.customer_id) == (True, Visibility.PRIVATE, said["author_id"])


def test_favourite_of_our_answer_is_a_reaction(square: SquarePlatform, credentials: Credentials) -> None:
    said = square.post("Mira", "Kein WLAN mehr")
    sent = mastodon.sender.try_send(answer(said), credentials)
    cursor = start(credentials)
    square.control("/mastodon/react", message_id=sent, author={"id": said["author_id"]}, reaction="⭐")
    (fact,), _ = news(credentials, cursor)
    assert (fact.kind, fact.message_id, fact.payload) == (Kind.REACTION, sent, "⭐")


def test_posts_that_do_not_address_us_are_left_out(square: SquarePlatform, credentials: Credentials) -> None:
    cursor = start(credentials)
    for kind in ("follow", "moderation_warning", "admin.report"):
        square.do("notify", author={"name": "Mira"}, type=kind)
    assert news(credentials, cursor)[0] == []


def test_edits_and_deletions_are_found_by_reading_again(square: SquarePlatform, credentials: Credentials) -> None:
    cursor = start(credentials)
    edited = square.post("Mira", "Kein WLAN mer")
    deleted = square.post("Jonas", "Hier auch nicht")
    private = square.post("Ole", "Privat", private=True)
    _, cursor = news(credentials, cursor)
    square.control("/mastodon/edit", message_id=edited["message_id"], text="Kein WLAN mehr")
    for said in (deleted, private):
        square.control("/mastodon/remove", message_id=said["message_id"])
    later = now() + REREAD
    found, cursor = news(credentials, cursor, later)
    assert [(each.kind, each.message_id, each.text) for each in found[:1]] == [
        (Kind.EDITED, edited["message_id"], "Kein WLAN mehr")
    ]
    assert {(each.kind, each.message_id, each.visibility, each.at) for each in found[1:]} == {
        (Kind.REMOVED, deleted["message_id"], Visibility.PUBLIC, later),
        (Kind.REMOVED, private["message_id"], Visibility.PRIVATE, later),
    }
    assert news(credentials, cursor, later + REREAD)[0] == []


def test_reading_again_is_rare(square: SquarePlatform, credentials: Credentials) -> None:
    cursor = start(credentials)
    square.post("Mira", "Kein WLAN mehr")
    _, cursor = news(credentials, cursor)
    for _ in range(3):
        _, cursor = news(credentials, cursor)
    assert square.calls("v1/statuses") == []


def test_older_server_gives_single_posts_alone(square: SquarePlatform, credentials: Credentials) -> None:
    square.do("settings", several=False)
    cursor = start(credentials)
    said = square.post("Mira", "Kein WLAN mehr")
    _, cursor = news(credentials, cursor)
    square.control("/mastodon/remove", message_id=said["message_id"])
    assert news(credentials, cursor, now() + REREAD)[0] == []


# -- what is sent -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("visibility", ["public", "unlisted"])
def test_reply_is_as_visible_as_what_it_answers(
    square: SquarePlatform, credentials: Credentials, visibility: str
) -> None:
    said = square.post("Mira", "Kein WLAN mehr", traits={"visibility": visibility})
    sent = mastodon.sender.try_send(answer(said), credentials)
    (message,) = ours(square)
    assert (message["id"], message["text"], message["parent_id"]) == (
        sent,
        "@mira Wir schauen nach.",
        said["message_id"],
    )
    assert message["traits"]["visibility"] == visibility


def test_answer_to_a_direct_post_goes_to_its_author_alone(square: SquarePlatform, credentials: Credentials) -> None:
    said = square.post("Mira", "Privat gefragt", private=True)
    square.do("abroad", author={"id": said["author_id"]}, domain="social.example")
    thread = f"direct:{said['author_id']}"
    mastodon.sender.try_send(answer(said, way=Way.PRIVATE_MESSAGE, thread_id=thread), credentials)
    (message,) = ours(square)
    assert (message["traits"]["visibility"], message["text"]) == ("direct", "@mira@social.example Wir schauen nach.")


def test_chat_of_which_no_post_is_known_is_gone_on_with_by_name(
    square: SquarePlatform, credentials: Credentials
) -> None:
    said = square.post("Mira", "Privat gefragt", private=True)
    thread = f"direct:{said['author_id']}"
    mastodon.sender.try_send(answer(said, way=Way.PRIVATE_MESSAGE, thread_id=thread, reply_to_id=None), credentials)
    (message,) = ours(square)
    assert (message["traits"]["visibility"], message["parent_id"], message["text"]) == (
        "direct",
        None,
        "@mira Wir schauen nach.",
    )


def test_private_reply_to_a_public_post_is_direct(square: SquarePlatform, credentials: Credentials) -> None:
    said = square.post("Mira", "Kein WLAN mehr")
    mastodon.sender.try_send(answer(said, "Ihre Kundennummer?", way=Way.PRIVATE_REPLY), credentials)
    assert ours(square)[0]["traits"]["visibility"] == "direct"


def test_public_reply_is_never_more_visible_than_what_it_answers(
    square: SquarePlatform, credentials: Credentials
) -> None:
    said = square.post("Mira", "Privat gefragt", private=True)
    mastodon.sender.try_send(answer(said), credentials)
    assert ours(square)[0]["traits"]["visibility"] == "direct"


def test_customer_below_a_strangers_post_is_answered_and_not_the_stranger(
    square: SquarePlatform, credentials: Credentials
) -> None:
    stranger = square.post("Zoe", "Kennt ihr einen guten Anbieter?")
    said = square.post("Mira", "Frag doch da!", to=stranger["message_id"])
    message = answer(said, thread_id=stranger["message_id"], reply_to_id=None)
    mastodon.sender.try_send(message, credentials)
    (sent,) = ours(square)
    assert (sent["parent_id"], sent["text"]) == (said["message_id"], "@mira Wir schauen nach.")


def test_follow_up_a_week_later_goes_out(square: SquarePlatform, credentials: Credentials) -> None:
    said = square.post("Mira", "Kein WLAN mehr")
    square.control("/clock", advance_seconds=WEEK)
    assert mastodon.sender.try_send(answer(said, "@mira Läuft alles wieder?"), credentials)
    assert ours(square)[0]["text"] == "@mira Läuft alles wieder?", "who is named already is not named twice"


def test_deleted_post_is_not_answered(square: SquarePlatform, credentials: Credentials) -> None:
    said = square.post("Mira", "Kein WLAN mehr")
    square.control("/mastodon/remove", message_id=said["message_id"])
    with pytest.raises(PermanentFailure) as gone:
        mastodon.sender.try_send(answer(said), credentials)
    assert (gone.value.reason, gone.value.code) == (Reason.GONE, "404")
    assert ours(square) == []


def test_reply_to_a_customer_who_blocked_us_fails_as_gone(square: SquarePlatform, credentials: Credentials) -> None:
    said = square.post("Mira", "Kein WLAN mehr")
    square.do("block", author={"id": said["author_id"]})
    with pytest.raises(PermanentFailure) as gone:
        mastodon.sender.try_send(answer(said), credentials)
    assert gone.value.reason == Reason.GONE


def test_lost_answer_is_simply_asked_for_again(square: SquarePlatform, credentials: Credentials) -> None:
    """Invariant: a message stands on the platform once, whatever happens."""
    said = square.post("Mira", "Kein WLAN mehr")
    square.fault("send", lost_answer=True)
    with pytest.raises(TransientFailure) as lost:
        mastodon.sender.try_send(answer(said), credentials)
    assert lost.value.reason == Reason.RETRY
    sent = mastodon.sender.try_send(answer(said), credentials)
    assert [each["id"] for each in ours(square)] == [sent]


def test_message_sent_before_the_function_died_is_found(square: SquarePlatform, credentials: Credentials) -> None:
    said = square.post("Mira", "Kein WLAN mehr")
    square.do("abroad", author={"id": said["author_id"]}, domain="social.example")
    message = answer(said, "Mehr unter https://nord.example/hilfe/wlan-und-netz-im-haus\n\nGrüße")
    assert mastodon.sender.find_sent(message, credentials) is None
    sent = mastodon.sender.try_send(message, credentials)
    assert mastodon.sender.find_sent(message, credentials) == sent
    assert mastodon.sender.find_sent(replace(message, others=frozenset({sent})), credentials) is None
    assert mastodon.sender.find_sent(replace(message, attempted_at=now() + 60_000), credentials) is None


def test_pictures_go_along(square: SquarePlatform, credentials: Credentials) -> None:
    said = square.post("Mira", "Wie setze ich zurück?")
    picture = File("anleitung.png", "image/png", b"\x89PNG")
    mastodon.sender.try_send(answer(said, files=(picture, picture)), credentials)
    assert len(ours(square)[0]["attachments"]) == 2


def test_longest_text_a_route_permits_is_taken(square: SquarePlatform, credentials: Credentials) -> None:
    said = square.post("Bartholomäus von und zu Hohenlohe", "Kein WLAN mehr")
    limit = 500 - 32
    text = "https://nord.example/" + "x" * 200 + " " + "👩‍👩‍👧" * (limit - 24)
    assert mastodon.sender.measure(text, Way.PUBLIC_REPLY) == limit
    assert mastodon.sender.try_send(answer(said, text), credentials)
    with pytest.raises(PermanentFailure) as refused:
        mastodon.sender.try_send(answer(said, text + "x" * 40, id="another"), credentials)
    assert refused.value.reason == Reason.BAD


def test_expired_token_stops_the_connection(square: SquarePlatform, credentials: Credentials) -> None:
    said = square.post("Mira", "Kein WLAN mehr")
    square.expire()
    for call in (
        lambda: mastodon.sender.try_send(answer(said), credentials),
        lambda: mastodon.receiver.poll("", credentials, now()),
        lambda: mastodon.account.check(credentials),
    ):
        with pytest.raises(TransientFailure) as refused:
            call()
        assert refused.value.reason == Reason.AUTH
    square.expire(False)
    assert mastodon.sender.try_send(answer(said), credentials)


def test_limit_of_calls_says_how_long_to_wait(square: SquarePlatform, credentials: Credentials) -> None:
    said = square.post("Mira", "Kein WLAN mehr")
    in_a_minute = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(time.time() + 60))
    for reset in (in_a_minute, str(int(time.time()) + 60)):
        square.fault("send", error={"code": 429, "headers": {"X-RateLimit-Reset": reset}})
        with pytest.raises(TransientFailure) as limited:
            mastodon.sender.try_send(answer(said), credentials)
        assert limited.value.reason == Reason.RATE
        assert limited.value.retry_after is not None and 50 < limited.value.retry_after <= 61


def test_server_under_maintenance_is_waited_for(square: SquarePlatform, credentials: Credentials) -> None:
    said = square.post("Mira", "Kein WLAN mehr")
    for status in (500, 503):
        square.fault("send", error={"code": status})
        with pytest.raises(TransientFailure) as waiting:
            mastodon.sender.try_send(answer(said), credentials)
        assert waiting.value.reason == Reason.RETRY


# -- what is done to posts and people ---------------------------------------------------------------------------------


def test_repeated_moderation_is_done_once(square: SquarePlatform, credentials: Credentials) -> None:
    said = square.post("Mira", "Danke!")
    sent = mastodon.sender.try_send(answer(said, files=(File("a.png", "image/png", b"1"),)), credentials)
    for _ in range(2):
        mastodon.sender.try_moderate(Moderation.LIKE, said["message_id"], credentials)
        mastodon.sender.try_moderate(Moderation.EDIT, sent, credentials, "Wir haben nachgesehen.")
    theirs, mine = square.messages()
    assert list(theirs["reactions"]) == [ACCOUNT]
    assert (mine["text"], len(mine["attachments"])) == ("@mira Wir haben nachgesehen.", 1)
    for _ in range(2):
        mastodon.sender.try_moderate(Moderation.UNLIKE, said["message_id"], credentials)
    mastodon.sender.try_moderate(Moderation.DELETE, sent, credentials)
    with pytest.raises(PermanentFailure) as gone:
        mastodon.sender.try_moderate(Moderation.DELETE, sent, credentials)
    assert gone.value.reason == Reason.GONE
    assert [each["reactions"] for each in square.messages()] == [{}]


def test_author_is_blocked_and_admitted(square: SquarePlatform, credentials: Credentials) -> None:
    cursor = start(credentials)
    author = square.post("Spam", "Werbung!")["author_id"]
    mastodon.sender.try_moderate(Moderation.BLOCK, author, credentials)
    assert news(credentials, cursor)[0] == []
    mastodon.sender.try_moderate(Moderation.UNBLOCK, author, credentials)
    assert len(news(credentials, cursor)[0]) == 1


# -- the connection ---------------------------------------------------------------------------------------------------


def test_check_says_who_we_are_and_what_the_server_allows(square: SquarePlatform, credentials: Credentials) -> None:
    square.do("settings", max=1000)
    assert mastodon.account.check(credentials) == Account(
        ACCOUNT,
        "Nordlicht Netz",
        {"handle": "@nordlicht@nord.example", "max_characters": "1000", "reserved_per_url": "23"},
    )
    square.fault("v2/instance", error={"code": 404})
    assert mastodon.account.check(credentials).options["max_characters"] == "1000"


def test_name_of_a_customer_is_looked_up(square: SquarePlatform, credentials: Credentials) -> None:
    assert (
        mastodon.receiver.profile_name(square.post("Mira Öztürk", "Hallo")["author_id"], credentials) == "Mira Öztürk"
    )
    assert mastodon.receiver.profile_name("1", credentials) is None


# -- the leading client against the same square -----------------------------------------------------------------------


@pytest.fixture
def client(square: SquarePlatform) -> Client:
    return Client(
        access_token=SECTION["access_token"],
        api_base_url=square.home,
        version_check_mode="none",
        ratelimit_method="throw",
    )


def test_client_reads_and_writes_the_square(square: SquarePlatform, client: Client) -> None:
    said = square.post("Mira", "Kein WLAN mehr")
    (note,) = client.notifications(types=["mention"], min_id="0")
    assert (note.type, note.status.id, note.status.content) == ("mention", said["message_id"], "<p>Kein WLAN mehr</p>")
    media = client.media_post(io.BytesIO(b"\x89PNG"), mime_type="image/png", file_name="a.png")
    sent = client.status_post("@mira Wir schauen nach.", in_reply_to_id=note.status.id, media_ids=[media.id])
    again = client.status_post("Einmal", idempotency_key="one")
    assert client.status_post("Einmal", idempotency_key="one").id == again.id
    assert [each.id for each in client.status_context(sent.id).ancestors] == [said["message_id"]]
    client.status_update(sent.id, "@mira Wir haben nachgesehen.")
    assert client.status_source(sent.id).text == "@mira Wir haben nachgesehen."
    assert client.status_favourite(said["message_id"]).favourited
    assert {each.id for each in client.statuses([sent.id, "1"])} == {sent.id}
    assert client.me().acct == "nordlicht"
    assert [each.id for each in client.account_statuses(ACCOUNT)] == [again.id, sent.id]
    client.status_delete(sent.id)
    with pytest.raises(MastodonNotFoundError):
        client.status(sent.id)


def test_client_understands_our_errors(square: SquarePlatform, client: Client) -> None:
    with pytest.raises(MastodonAPIError, match="blank"):
        client.status_post(" ")
    square.expire()
    with pytest.raises(MastodonUnauthorizedError):
        client.me()


def test_channel_asks_as_the_client_does(square: SquarePlatform, client: Client, credentials: Credentials) -> None:
    said = square.post("Mira", "Kein WLAN mehr")
    text = {"theirs": "@mira Wir schauen nach.", "ours": "Wir schauen nach."}
    client.status_post(text["theirs"], in_reply_to_id=said["message_id"], visibility="public", idempotency_key=OUR_ID)
    theirs = square.calls("v1/statuses")[-1]
    mine = mastodon.sender.try_send(answer(said, text["ours"]), credentials)
    ours_ = square.calls("v1/statuses")[-1]
    assert [each["id"] for each in ours(square)] == [mine], "one key, one post, whichever process sends it"
    assert (ours_["method"], ours_["path"]) == (theirs["method"], theirs["path"])
    for name in ("status", "in_reply_to_id", "visibility"):
        assert ours_["params"][name] == theirs["params"][name]
    start(credentials)
    polled = next(each for each in reversed(square.calls("v1/notifications")))
    client.notifications(types=list(polled["params"]["types"]), limit=1)
    asked = square.calls("v1/notifications")[-1]
    assert (asked["path"], asked["params"]) == (polled["path"], polled["params"])


def test_fact_is_what_the_square_holds(square: SquarePlatform, credentials: Credentials) -> None:
    cursor = start(credentials)
    said = square.post(
        "Mira", "Erste Zeile\nzweite\n\nAbsatz & <Zeichen> https://nord.example/hilfe/wlan-und-mehr-dazu"
    )
    (fact,), _ = news(credentials, cursor)
    assert isinstance(fact, Fact)
    assert fact.text == "Erste Zeile\nzweite\n\nAbsatz & <Zeichen> https://nord.example/hilfe/wlan-und-mehr-dazu"
    assert fact.permalink == f"{square.home}/@mira/{said['message_id']}"


# -- sign-in ----------------------------------------------------------------------------------------------------------


def test_client_signs_in_as_at_a_server(square: SquarePlatform) -> None:
    """The leading client registers an app, asks for the page with PKCE's challenge, and changes the code."""
    there = "http://127.0.0.1:9/back"
    app_id, app_secret = Client.create_app("A client", ["read"], there, api_base_url=square.home)
    signing = Client(client_id=app_id, client_secret=app_secret, api_base_url=square.home)
    address = signing.auth_request_url(redirect_uris=there, scopes=["read"], state="state-1")
    sent_back = httpx.post(address, data={"decision": "allow"}, trust_env=False).headers["location"]
    told = parse_qs(urlsplit(sent_back).query)
    assert told["state"] == ["state-1"]
    assert signing.log_in(code=told["code"][0], redirect_uri=there, scopes=["read"]) == SECTION["access_token"]
    with pytest.raises(MastodonIllegalArgumentError):
        signing.log_in(code=told["code"][0], redirect_uri=there, scopes=["read"])


def test_page_sends_nobody_to_an_address_that_the_app_did_not_register(square: SquarePlatform) -> None:
    app_id, _ = Client.create_app("A client", ["read"], "http://127.0.0.1:9/back", api_base_url=square.home)
    asked = {"client_id": app_id, "response_type": "code", "redirect_uri": "http://127.0.0.1:9/other"}
    answer = httpx.get(f"{square.home}/oauth/authorize", params=asked, trust_env=False)
    assert answer.status_code == 400


# -- searching --------------------------------------------------------------------------------------------------------


def say(square: SquarePlatform, author: str, text: str, **more: Any) -> dict[str, Any]:
    return square.control("/mastodon/say", author={"name": author}, text=text, trait="public", **more)


found = partial(found_by, mastodon)
HEADPHONES = SearchRequest(Query(all=("suche",), any=("Kopfhörer", "Headset"), none=("Verkauf",)), since=1)


def test_stranger_who_asks_in_public_is_found_and_nobody_was_notified(
    square: SquarePlatform, credentials: Credentials
) -> None:
    cursor = start(credentials)
    said = say(square, "Runa", "Ich suche Kopfhörer für Sport")
    say(square, "Ole", "Suche Headset, kein Verkauf")
    posts, _ = found(credentials, HEADPHONES)
    assert [post.id for post in posts] == [said["message_id"]]
    assert (posts[0].language, posts[0].mentions_us, posts[0].may_reply) == ("de", False, None)
    assert news(credentials, cursor)[0] == []


def test_found_post_has_its_name_on_all_servers_beside_its_id_on_ours(
    square: SquarePlatform, credentials: Credentials
) -> None:
    said = say(square, "Runa", "Ich suche Kopfhörer")
    (post,), _ = found(credentials, HEADPHONES)
    assert (post.id, post.uri) == (said["message_id"], f"{square.home}/users/runa/statuses/{post.id}")
    assert post.url != post.uri


def test_search_of_many_pages_finds_all_and_then_what_is_new(square: SquarePlatform, credentials: Credentials) -> None:
    assert_pages_and_news_are_found(partial(say, square, "Runa"), partial(found, credentials, HEADPHONES), posts=90)


def test_timeline_of_a_tag_leaves_out_people_who_opted_out(square: SquarePlatform, credentials: Credentials) -> None:
    said = say(square, "Runa", "Welche Kopfhörer? #hifi")
    square.control("/mastodon/say", author={"name": "Ole"}, text="Auch ich #hifi", trait="public")
    square.do("profile", author={"name": "Ole"}, note="Bitte lasst mich in Ruhe #nobot")
    posts, _ = found(credentials, SearchRequest(Query(), places=("#hifi",), since=1))
    assert [post.id for post in posts] == [said["message_id"]]


def test_accounts_above_a_found_post_are_told_by_search_and_thread(
    square: SquarePlatform, credentials: Credentials
) -> None:
    assert_accounts_above_are_told(mastodon, credentials, HEADPHONES, partial(say, square))


def test_answer_of_a_stranger_comes_into_the_thread_of_their_post(
    square: SquarePlatform, credentials: Credentials
) -> None:
    assert mastodon.searcher
    cursor = start(credentials)
    say(square, "Runa", "Ich suche Kopfhörer", answers="thanks")
    (post,), _ = found(credentials, HEADPHONES)
    fact = mastodon.searcher.fact(post)
    ours = mastodon.sender.try_send(answer({"message_id": post.id, "author_id": post.author.id}), credentials)
    thanks = next(each for each in news(credentials, cursor)[0] if not each.own)
    assert (thanks.parent_id, thanks.author.id, thanks.thread_is_guess) == (ours, fact.author.id, True)
    assert [each.id for each in mastodon.searcher.answers(post, credentials)] == [ours, thanks.message_id]


def test_stranger_who_blocks_us_after_an_offer_is_told_when_asked(
    square: SquarePlatform, credentials: Credentials
) -> None:
    assert mastodon.searcher
    blocking, silent = (
        say(square, name, "Ich suche Kopfhörer", answers=way) for name, way in (("Runa", "block"), ("Ole", "silence"))
    )
    people = [blocking["author_id"], silent["author_id"]]
    assert mastodon.searcher.blocked_by(people, credentials) == set()
    for said in (blocking, silent):
        mastodon.sender.try_send(answer(said), credentials)
    assert mastodon.searcher.blocked_by([*people, "404"], credentials) == {blocking["author_id"]}


def test_search_waits_as_long_as_the_server_wants(square: SquarePlatform, credentials: Credentials) -> None:
    square.fault("search", error={"code": 429, "headers": {"Retry-After": "120"}})
    with pytest.raises(TransientFailure) as failure:
        found(credentials, HEADPHONES)
    assert (failure.value.reason, failure.value.retry_after) == (Reason.RATE, 120)


def test_entry_of_the_square_s_forum_is_found_in_its_feed(square: SquarePlatform) -> None:
    feed = f"{square.url}/_square/feed.xml"
    cursor = _feed.read(feed, "", 1, now()).cursor
    added = square.control("/feed", title="Welche Kopfhörer?", text="Ich suche etwas für Sport.", author="Runa")
    page = _feed.read(feed, cursor, 1, now())
    assert [(post.url, post.title, post.text) for post in page.posts] == [
        (f"{square.url}{added['path']}", "Welche Kopfhörer?", "Ich suche etwas für Sport.")
    ]
    assert _feed.read(feed, page.cursor, 1, now()).posts == []


@pytest.mark.parametrize("server", ["https://nord.example", "http://localhost/mastodon", "http://localhost/mastodon/"])
def test_address_of_our_answer_is_below_that_of_the_server(server: str) -> None:
    searcher = channels.get("mastodon").searcher
    assert searcher
    ours = Credentials("1", {}, {"base_url": server, "handle": "nordlicht@nord.example"})
    below = FoundPost("mastodon", "demo", "1", "1", f"{server}/@runa/1", 1)
    address = searcher.post_url("115", below, ours)
    assert address == f"{server.rstrip('/')}/@nordlicht/115"
    assert searcher.own_post_id(address, ours) == "115"
