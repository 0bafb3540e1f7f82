"""X over real HTTP: our channel against the square, and the leading Python client against the same square."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from typing import Any

import pytest
import requests
import tweepy
from msgspec.structs import replace
from requests.adapters import HTTPAdapter

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
from conversations.facts import Fact, Kind, Visibility
from infra.square.platforms.x.platform import X
from outreach.found_posts import FoundPost
from outreach.searches import Query
from tests.support.searches import assert_pages_and_news_are_found, found_by
from tests.support.square_platform import SquarePlatform
from tests.support.webhook_receiver import WebhookReceiver, receiving

x = channels.get("x")
SECTION = X.invented(lambda: "an-invented-secret") | {
    "access_token": "an-invented-access-token",
    "refresh_token": "an-invented-refresh-token",
    "bearer_token": "an-invented-bearer-token",
    "consumer_secret": "an-invented-consumer-secret",
}
US, HANDLE = SECTION["account_id"], SECTION["handle"]
PNG = bytes.fromhex("89504e470d0a1a0a") + b"\0" * 64


@pytest.fixture
def credentials(square: SquarePlatform) -> Credentials:
    return Credentials.of(X.connection(SECTION, square.url))


@pytest.fixture
def webhook(credentials: Credentials) -> Iterator[WebhookReceiver]:
    """Our address, registered."""
    with receiving(x, credentials) as receiver:
        x.account.register(credentials, receiver.url)
        yield receiver


def answer(fact: Fact, text: str = "Wir schauen nach.", **more: Any) -> Outbound:
    public = fact.visibility is Visibility.PUBLIC
    plain = Outbound(
        "our-id",
        Way.PUBLIC_REPLY if public else Way.PRIVATE_MESSAGE,
        text,
        fact.thread_id,
        fact.branch_id,
        fact.author.id,
        reply_to_id=fact.message_id if public else None,
        attempted_at=int(time.time() * 1000),
    )
    return replace(plain, **more)


def news(credentials: Credentials, cursor: str) -> list[Any]:
    return list(x.receiver.poll(cursor, credentials, int(time.time() * 1000)).events)


BEGINNING = "1"
"""A cursor before everything."""


# -- what customers say -----------------------------------------------------------------------------------------------


def test_mention_is_heard_by_webhook_and_the_same_when_asked_for(
    square: SquarePlatform, credentials: Credentials, webhook: WebhookReceiver
) -> None:
    said = square.post("Mira Öztürk", "Kein WLAN mehr 😢 & <keiner> hilft, siehe https://example.org/a?b=c")
    told = webhook.next()
    assert told.text == f"@{HANDLE} Kein WLAN mehr 😢 & <keiner> hilft, siehe https://example.org/a?b=c"
    assert (told.message_id, told.thread_id) == (said["message_id"], said["message_id"])
    assert (told.author.id, told.author.name, told.own) == (said["author_id"], "Mira Öztürk", False)
    assert news(credentials, BEGINNING) == [told]


def test_answer_deep_in_a_thread_is_only_heard_by_asking(
    square: SquarePlatform, credentials: Credentials, webhook: WebhookReceiver
) -> None:
    root = square.post("Mira", "Kein WLAN mehr")
    first = webhook.next()
    aside = square.post("Jonas", "Bei mir auch", to=root["message_id"])
    assert webhook.receives_nothing()
    polled = x.receiver.poll(first.message_id, credentials, 0)
    (found,) = polled.events
    assert isinstance(found, Fact)
    assert (found.message_id, found.parent_id, found.thread_id) == (
        aside["message_id"],
        first.message_id,
        first.thread_id,
    )
    assert found.thread_is_guess
    assert x.receiver.poll(polled.cursor, credentials, 0) == replace(polled, events=[])


def test_many_mentions_come_oldest_first_and_once(square: SquarePlatform, credentials: Credentials) -> None:
    for number in range(120):
        square.post("Mira", f"Nummer {number}")
    polled = x.receiver.poll(BEGINNING, credentials, 0)
    texts = [fact.text for fact in polled.events if isinstance(fact, Fact)]
    assert texts == [f"@{HANDLE} Nummer {number}" for number in range(120)]
    assert news(credentials, polled.cursor) == []


def test_reply_and_quote_of_our_post(
    square: SquarePlatform, credentials: Credentials, webhook: WebhookReceiver
) -> None:
    root = square.do("post", text="Heute Wartung")["message_id"]
    own = webhook.next()
    assert (own.own, own.thread_id, own.branch_id) == (True, root, "")
    square.post("Mira", "Wann genau?", to=root)
    reply = webhook.next()
    assert (reply.thread_id, reply.branch_id, reply.parent_id) == (root, reply.message_id, root)
    square.do("quote", author={"name": "Jonas"}, text="Schon wieder", message_id=root)
    quote = webhook.next()
    assert (quote.thread_id, quote.branch_id, quote.attachments[0].id) == (quote.message_id, "", root)
    assert x.sender.try_send(answer(quote), credentials), "who quoted us is answered"


def test_edit_is_an_edit_of_the_first_post(
    square: SquarePlatform, credentials: Credentials, webhook: WebhookReceiver
) -> None:
    said = square.post("Mira", "Kein WALN mehr")
    before = webhook.next()
    for text in ("Kein WLAN mehr", "Kein WLAN mehr!"):
        square.control("/x/edit", message_id=said["message_id"], text=text)
        edited = webhook.next()
        assert (edited.kind, edited.message_id, edited.thread_id) == (Kind.EDITED, before.message_id, before.thread_id)
        assert edited.text == f"@{HANDLE} {text}" and edited.at >= before.at
    assert x.sender.try_send(answer(before), credentials), "it is answered under its first id"


def test_direct_message_and_its_receipt(
    square: SquarePlatform, credentials: Credentials, webhook: WebhookReceiver
) -> None:
    square.post("Mira", "Hallo, meine Nummer ist 4711", private=True)
    told = webhook.next()
    assert (told.visibility, told.text) == (Visibility.PRIVATE, "Hallo, meine Nummer ist 4711")
    sent = x.sender.try_send(answer(told, "Danke!"), credentials)
    echo = webhook.next()
    assert (echo.own, echo.message_id, echo.thread_id, echo.text) == (True, sent, told.thread_id, "Danke!")
    square.control("/x/read", author={"name": "Mira"})
    read = webhook.next()
    assert (read.kind, read.thread_id) == (Kind.READ, told.thread_id) and read.at >= echo.at


def test_encrypted_message_is_announced(square: SquarePlatform, webhook: WebhookReceiver) -> None:
    square.do("encrypt", author={"name": "Mira"})
    told = webhook.next()
    assert told.unsupported and told.text is None and told.visibility is Visibility.PRIVATE


# -- what we say ------------------------------------------------------------------------------------------------------


def test_answer_stands_below_what_it_answers_and_comes_back(
    square: SquarePlatform, credentials: Credentials, webhook: WebhookReceiver
) -> None:
    square.post("Mira", "Kein WLAN mehr")
    asked = webhook.next()
    sent = x.sender.try_send(answer(asked), credentials)
    (stands,) = square.messages(own=True)
    assert (stands["id"], stands["parent_id"], stands["text"]) == (sent, asked.message_id, "Wir schauen nach.")
    echo = webhook.next()
    assert (echo.own, echo.message_id, echo.parent_id) == (True, sent, asked.message_id)


def test_deleted_answer_is_told(square: SquarePlatform, credentials: Credentials, webhook: WebhookReceiver) -> None:
    square.post("Mira", "Kein WLAN mehr")
    sent = x.sender.try_send(answer(webhook.next()), credentials)
    webhook.next()
    x.sender.try_moderate(Moderation.DELETE, sent, credentials)
    gone = webhook.next()
    assert (gone.kind, gone.message_id, gone.own) == (Kind.REMOVED, sent, True)
    assert square.messages(own=True) == []
    with pytest.raises(PermanentFailure) as failed:
        x.sender.try_moderate(Moderation.DELETE, sent, credentials)
    assert failed.value.reason is Reason.GONE


def test_answers_below_our_post_are_hidden_and_shown(
    square: SquarePlatform, credentials: Credentials, webhook: WebhookReceiver
) -> None:
    root = square.do("post", text="Heute Wartung")["message_id"]
    spam = square.post("Spam", "Werbung!", to=root)["message_id"]
    for moderation, hidden in ((Moderation.HIDE, True), (Moderation.SHOW, False)):
        for _ in range(2):
            x.sender.try_moderate(moderation, spam, credentials)
        assert [each["hidden"] for each in square.messages(own=False)] == [hidden]
    other = square.post("Mira", "Hallo")["message_id"]
    with pytest.raises(PermanentFailure) as failed:
        x.sender.try_moderate(Moderation.HIDE, other, credentials)
    assert failed.value.reason is Reason.PERMISSION


def test_pictures_go_along(square: SquarePlatform, credentials: Credentials, webhook: WebhookReceiver) -> None:
    square.post("Mira", "Wo ist der Knopf?")
    asked = webhook.next()
    files = tuple(File(f"{number}.png", "image/png", PNG + bytes([number])) for number in range(2))
    sent = x.sender.try_send(answer(asked, files=files), credentials)
    (stands,) = square.messages(own=True)
    assert len(stands["attachments"]) == 2
    shown = square.http.get(stands["attachments"][1]["url"])
    assert shown.content == PNG + b"\1"
    told = webhook.next()
    assert (told.message_id, told.text) == (sent, "@mira Wir schauen nach.")
    square.post("Mira", "Und privat?", private=True)
    x.sender.try_send(answer(webhook.next(), "", files=files[:1]), credentials)
    private = webhook.next()
    assert private.text is None and [each.type for each in private.attachments] == ["image"]


def test_names(square: SquarePlatform, credentials: Credentials) -> None:
    said = square.post("Mira Öztürk", "Hallo")
    assert x.receiver.profile_name(said["author_id"], credentials) == "Mira Öztürk"
    assert x.receiver.profile_name("1", credentials) is None
    account = x.account.check(credentials)
    assert (account.id, account.name, account.options) == (US, "Nordlicht Netz", {"handle": HANDLE})


# -- refusals ---------------------------------------------------------------------------------------------------------


def refused(message: Outbound, credentials: Credentials) -> tuple[Reason, str]:
    with pytest.raises((PermanentFailure, TransientFailure)) as failed:
        x.sender.try_send(message, credentials)
    assert isinstance(failed.value, PermanentFailure | TransientFailure)
    return failed.value.reason, failed.value.code


def asked_of(square: SquarePlatform, credentials: Credentials, **more: Any) -> Fact:
    said = square.post("Mira", "Kein WLAN mehr", **more)["message_id"]
    found = [each for each in news(credentials, BEGINNING) if isinstance(each, Fact) and each.message_id == said]
    return found[0]


def test_reply_to_somebody_who_did_not_address_us_fails(square: SquarePlatform, credentials: Credentials) -> None:
    asked = asked_of(square, credentials)
    stranger = square.post("Jonas", "Wetter heute", traits={"aside": True})["message_id"]
    message = answer(asked, reply_to_id=stranger)
    assert refused(message, credentials) == (Reason.PERMISSION, "403")


def test_reply_to_a_deleted_limited_or_closed_post_fails(square: SquarePlatform, credentials: Credentials) -> None:
    asked = asked_of(square, credentials)
    square.do("limit_replies", message_id=asked.message_id)
    assert refused(answer(asked), credentials) == (Reason.PERMISSION, "403/433")
    square.do("block", author={"name": "Mira"})
    assert refused(answer(asked), credentials) == (Reason.PERMISSION, "403")
    square.control("/x/remove", message_id=asked.message_id)
    assert refused(answer(asked), credentials) == (Reason.GONE, "403")


def test_direct_message_to_a_customer_who_takes_none_fails(square: SquarePlatform, credentials: Credentials) -> None:
    said = square.do("close_messages", author={"name": "Mira"})
    message = Outbound("our-id", Way.PRIVATE_MESSAGE, "Hallo", "t", customer_id=said["author_id"])
    assert refused(message, credentials) == (Reason.GONE, "403/349")


def test_post_that_is_too_long_is_refused_by_the_platforms_count(
    square: SquarePlatform, credentials: Credentials
) -> None:
    asked = asked_of(square, credentials)
    fitting = "故" * 140
    assert x.sender.measure(fitting, Way.PUBLIC_REPLY) == 280
    assert x.sender.try_send(answer(asked, fitting), credentials)
    assert refused(answer(asked, fitting + "."), credentials) == (Reason.BAD, "403/186")


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        ({"http": 429, "headers": {"x-rate-limit-remaining": "0"}}, Reason.RATE),
        ({"http": 429, "name": "usage-capped"}, Reason.POLICY),
        ({"http": 503}, Reason.RETRY),
        ({"http": 403, "code": 326}, Reason.POLICY),
        ({"http": 403, "name": "client-forbidden"}, Reason.PERMISSION),
        ({"http": 403, "code": 150}, Reason.GONE),
        ({"http": 400, "name": "invalid-request"}, Reason.BAD),
    ],
)
def test_errors_of_the_platform(
    square: SquarePlatform, credentials: Credentials, error: dict[str, Any], reason: Reason
) -> None:
    asked = asked_of(square, credentials)
    square.fault("send", error=error)
    assert refused(answer(asked), credentials)[0] is reason
    assert x.sender.try_send(answer(asked), credentials), "the fault is over"


def test_limit_is_waited_for_until_its_moment(square: SquarePlatform, credentials: Credentials) -> None:
    asked = asked_of(square, credentials)
    headers = {"x-rate-limit-remaining": "0", "x-rate-limit-reset": str(int(time.time()) + 300)}
    square.fault("send", error={"http": 429, "headers": headers})
    with pytest.raises(TransientFailure) as failed:
        x.sender.try_send(answer(asked), credentials)
    assert failed.value.retry_after == pytest.approx(300, abs=5)


def test_without_credits_the_connection_stops(square: SquarePlatform, credentials: Credentials) -> None:
    asked = asked_of(square, credentials)
    square.do("credits", left=False)
    assert refused(answer(asked), credentials)[0] is Reason.POLICY


def test_expired_token_is_renewed_and_the_refresh_token_holds_once(
    square: SquarePlatform, credentials: Credentials
) -> None:
    asked = asked_of(square, credentials)
    square.expire()
    assert refused(answer(asked), credentials) == (Reason.AUTH, "401")
    new = x.account.renew(credentials, 1_790_000_000_000)
    assert new["expires_at"] == str(1_790_000_000_000 + 7_200_000)
    renewed = replace(credentials, secrets={**credentials.secrets, **new})
    assert x.account.expires_at(renewed) == 1_790_007_200_000
    assert x.sender.try_send(answer(asked), renewed)
    with pytest.raises(TransientFailure) as failed:
        x.account.renew(credentials, 0)
    assert failed.value.reason is Reason.AUTH
    assert x.account.renew(renewed, 0)["refresh_token"] != new["refresh_token"]


# -- lost answers -----------------------------------------------------------------------------------------------------


def test_lost_answer_is_found_once(square: SquarePlatform, credentials: Credentials) -> None:
    asked = asked_of(square, credentials)
    message = answer(asked, "Wir schauen nach: https://example.org/stoerung @jonas weiß mehr <gleich> & hier")
    square.fault("send", lost_answer=True)
    with pytest.raises(UnconfirmedSend):
        x.sender.try_send(message, credentials)
    found = x.sender.find_sent(message, credentials)
    assert found == square.messages(own=True)[0]["id"]
    assert x.sender.find_sent(replace(message, others=frozenset({found})), credentials) is None
    assert x.sender.find_sent(replace(message, text="Anderes"), credentials) is None
    assert x.sender.find_sent(replace(message, reply_to_id="1"), credentials) is None


def test_message_that_was_never_sent_is_not_found(square: SquarePlatform, credentials: Credentials) -> None:
    message = answer(asked_of(square, credentials))
    square.fault("send", refused=True)
    with pytest.raises(UnconfirmedSend):
        x.sender.try_send(message, credentials)
    assert x.sender.find_sent(message, credentials) is None


def test_duplicate_is_looked_for(square: SquarePlatform, credentials: Credentials) -> None:
    message = answer(asked_of(square, credentials))
    sent = x.sender.try_send(message, credentials)
    with pytest.raises(UnconfirmedSend):
        x.sender.try_send(message, credentials)
    assert x.sender.find_sent(message, credentials) == sent


def test_lost_answer_of_a_direct_message_is_found(square: SquarePlatform, credentials: Credentials) -> None:
    said = square.post("Mira", "Hallo", private=True)
    message = Outbound(
        "our-id",
        Way.PRIVATE_MESSAGE,
        "Siehe https://example.org/hilfe",
        said["thread_id"],
        customer_id=said["author_id"],
        attempted_at=int(time.time() * 1000),
    )
    square.fault("send", lost_answer=True)
    with pytest.raises(UnconfirmedSend):
        x.sender.try_send(message, credentials)
    assert x.sender.find_sent(message, credentials) == square.messages(own=True)[0]["id"]
    square.fault("read", lost_answer=True)
    with pytest.raises(TransientFailure) as failed:
        x.sender.find_sent(message, credentials)
    assert failed.value.reason is Reason.RETRY


def test_lost_upload_is_simply_done_again(square: SquarePlatform, credentials: Credentials) -> None:
    message = answer(asked_of(square, credentials), files=(File("a.png", "image/png", PNG),))
    square.fault("append", lost_answer=True)
    assert refused(message, credentials) == (Reason.RETRY, "answer_lost")
    assert x.sender.try_send(message, credentials)


# -- the webhook ------------------------------------------------------------------------------------------------------


def test_webhook_is_registered_once_and_checked_again(
    square: SquarePlatform, credentials: Credentials, webhook: WebhookReceiver
) -> None:
    x.account.register(credentials, webhook.url)
    assert x.account.registered(credentials, webhook.url) is True
    assert x.account.registered(credentials, "https://other.example/webhook") is False
    square.do("invalidate")
    assert x.account.registered(credentials, webhook.url) is False
    x.account.register(credentials, webhook.url)
    assert x.account.registered(credentials, webhook.url) is True
    made = [each for each in square.calls("/activity/subscriptions") if each["method"] == "POST"]
    assert len(made) == 11, "each event is subscribed once"
    x.account.unregister(credentials, webhook.url)
    x.account.unregister(credentials, webhook.url)
    assert x.account.registered(credentials, webhook.url) is False
    square.post("Mira", "Hört mich jemand?")
    assert webhook.receives_nothing()


def test_event_that_is_refused_keeps_no_other_from_being_told(square: SquarePlatform, credentials: Credentials) -> None:
    square.fault("/activity/subscriptions$", times=1, error={"http": 200})
    square.fault("/activity/subscriptions$", times=1, error={"http": 403, "name": "client-forbidden"})
    with receiving(x, credentials) as webhook:
        with pytest.raises(PermanentFailure) as failed:
            x.account.register(credentials, webhook.url)
        assert failed.value.reason is Reason.PERMISSION
        made = [each for each in square.calls("/activity/subscriptions") if each["method"] == "POST"]
        assert len(made) == 10
        x.account.register(credentials, webhook.url)
        square.post("Mira", "Hallo")
        assert webhook.next().text == f"@{HANDLE} Hallo"


def test_address_that_does_not_know_the_secret_is_not_registered(
    square: SquarePlatform, credentials: Credentials
) -> None:
    other = replace(credentials, secrets={**credentials.secrets, "consumer_secret": "another"})
    with receiving(x, other) as receiver, pytest.raises(PermanentFailure) as failed:
        x.account.register(credentials, receiver.url)
    assert failed.value.reason is Reason.BAD


def minutes(count: int) -> int:
    """In milliseconds."""
    return count * 60_000


def test_lost_events_are_delivered_again_when_requested(
    square: SquarePlatform, credentials: Credentials, webhook: WebhookReceiver
) -> None:
    begun = square.control("/health", "GET")["now"]
    webhook.broken = True
    mention = square.post("Mira", "Hört mich jemand?")
    private = square.post("Mira", "Und hier?", private=True)
    assert square.control("/deliveries/flush") == {"pending": 0}, "the platform tries once"
    assert webhook.failed == 2
    webhook.broken = False
    now = square.control("/clock", advance_seconds=45 * 60)["now"]
    x.account.replay(credentials, webhook.url, begun, begun + minutes(5), now)
    heard = [webhook.next(), webhook.next()]
    assert [each.message_id for each in heard] == [mention["message_id"], private["message_id"]]
    assert webhook.receives_nothing(), "that it is done is no news"
    assert news(credentials, BEGINNING) == [heard[0]], "the same facts, so that they are stored once"


def test_a_long_time_is_asked_for_in_spans_as_far_back_as_there_is_something(
    square: SquarePlatform, credentials: Credentials, webhook: WebhookReceiver
) -> None:
    now = square.control("/health", "GET")["now"]
    x.account.replay(credentials, webhook.url, now - minutes(3 * 24 * 60), now, now)
    spans = [(each["params"]["from_date"], each["params"]["to_date"]) for each in square.calls("/webhooks/replay")]
    assert len(spans) == 12
    assert all(end == begin for (_, end), (begin, _) in pairwise(spans)), "without gaps"
    x.account.replay(credentials, webhook.url, now - minutes(3 * 24 * 60), now - minutes(2 * 24 * 60), now)
    assert len(square.calls("/webhooks/replay")) == 12, "of two days ago nothing is left"


def test_nothing_is_replayed_to_a_webhook_that_is_not_there(
    square: SquarePlatform, credentials: Credentials, webhook: WebhookReceiver
) -> None:
    now = square.control("/health", "GET")["now"]
    with pytest.raises(PermanentFailure) as failed:
        x.account.replay(credentials, "https://other.example/webhook", now - minutes(60), now, now)
    assert failed.value.code == "no_webhook"


def test_without_the_apps_token_the_webhook_is_a_persons_work(square: SquarePlatform, credentials: Credentials) -> None:
    secrets = {name: value for name, value in credentials.secrets.items() if name != "bearer_token"}
    bare = replace(credentials, secrets=secrets)
    x.account.register(bare, "https://ours.example/webhook")
    x.account.unregister(bare, "https://ours.example/webhook")
    assert x.account.registered(bare, "https://ours.example/webhook") is None
    assert square.calls() == []


# -- the leading client -----------------------------------------------------------------------------------------------


class ToTheSquare(HTTPAdapter):
    """The client's address is fixed; what it sends there goes to the square, as it is."""

    def __init__(self, home: str) -> None:
        super().__init__()
        self.home = home

    def send(self, request: Any, *args: Any, **kwargs: Any) -> requests.Response:
        request.url = request.url.replace("https://api.twitter.com", self.home, 1)
        return super().send(request, *args, **kwargs)


@pytest.fixture
def client(square: SquarePlatform) -> tweepy.Client:
    client = tweepy.Client(SECTION["access_token"])
    client.session.trust_env = False
    client.session.mount("https://api.twitter.com", ToTheSquare(square.home))
    return client


def test_client_reads_mentions_as_we_do(
    square: SquarePlatform, credentials: Credentials, client: tweepy.Client
) -> None:
    for number in range(3):
        square.post("Mira", f"Nummer {number}")
    found: Any = client.get_users_mentions(US, tweet_fields=["author_id", "conversation_id"], expansions="author_id")
    told = [each for each in news(credentials, BEGINNING) if isinstance(each, Fact)]
    assert [(str(each.id), each.text, str(each.author_id)) for each in reversed(found.data)] == [
        (each.message_id, each.text, each.author.id) for each in told
    ]
    assert found.includes["users"][0].name == "Mira"
    calls = square.calls("/mentions")
    assert calls[0]["path"] == calls[1]["path"] and calls[0]["method"] == calls[1]["method"]
    assert calls[0]["params"].keys() <= calls[1]["params"].keys()


def sent_alike(square: SquarePlatform, ours: Any, theirs: Any) -> None:
    """Two doings make the same call: method, path and all that is said."""
    before = len(square.calls())
    ours()
    theirs()
    first, second = ({**call, "at": 0} for call in square.calls()[before:])
    assert first == second


def test_our_answer_is_the_clients(square: SquarePlatform, credentials: Credentials, client: tweepy.Client) -> None:
    asked = asked_of(square, credentials)

    def theirs() -> None:
        with pytest.raises(tweepy.Forbidden, match="duplicate content"):
            client.create_tweet(text="Wir schauen nach.", in_reply_to_tweet_id=asked.message_id, user_auth=False)

    sent_alike(square, lambda: x.sender.try_send(answer(asked), credentials), theirs)


def test_our_direct_message_is_the_clients(
    square: SquarePlatform, credentials: Credentials, client: tweepy.Client
) -> None:
    said = square.post("Mira", "Hallo", private=True)
    message = Outbound("1", Way.PRIVATE_MESSAGE, "Guten Tag", "t", customer_id=said["author_id"])
    sent_alike(
        square,
        lambda: x.sender.try_send(message, credentials),
        lambda: client.create_direct_message(participant_id=said["author_id"], text="Guten Tag", user_auth=False),
    )
    events: Any = client.get_direct_message_events(participant_id=said["author_id"], user_auth=False)
    assert [each.text for each in events.data] == ["Guten Tag", "Guten Tag", "Hallo"]


def test_our_moderation_is_the_clients(square: SquarePlatform, credentials: Credentials, client: tweepy.Client) -> None:
    root = square.do("post", text="Heute Wartung")["message_id"]
    spam = square.post("Spam", "Werbung!", to=root)["message_id"]
    pairs: list[tuple[Moderation, Any]] = [
        (Moderation.HIDE, client.hide_reply),
        (Moderation.SHOW, client.unhide_reply),
    ]
    for ours, theirs in pairs:
        sent_alike(
            square,
            lambda ours=ours: x.sender.try_moderate(ours, spam, credentials),
            lambda theirs=theirs: theirs(spam, user_auth=False),
        )

    def deleted_again() -> None:
        with pytest.raises(tweepy.NotFound):
            client.delete_tweet(root, user_auth=False)

    sent_alike(square, lambda: x.sender.try_moderate(Moderation.DELETE, root, credentials), deleted_again)


def test_client_knows_us_and_people(square: SquarePlatform, client: tweepy.Client) -> None:
    said = square.post("Mira", "Hallo")
    me: Any = client.get_me(user_auth=False)
    assert (str(me.data.id), me.data.username) == (US, HANDLE)
    person: Any = client.get_user(id=said["author_id"])
    assert person.data.name == "Mira"
    own: Any = client.get_users_tweets(US)
    assert own.data is None


def test_client_is_refused_as_on_the_platform(square: SquarePlatform, client: tweepy.Client) -> None:
    square.expire()
    with pytest.raises(tweepy.Unauthorized):
        client.get_me(user_auth=False)
    square.expire(False)
    square.fault("read", error={"http": 429, "headers": {"x-rate-limit-reset": "1790000000"}})
    with pytest.raises(tweepy.TooManyRequests):
        client.get_me(user_auth=False)


def test_samples_are_no_secret(square: SquarePlatform, credentials: Credentials) -> None:
    square.fault("send", error={"http": 403, "message": "hush"})
    with pytest.raises(PermanentFailure) as failed:
        x.sender.try_send(answer(asked_of(square, credentials)), credentials)
    assert "hush" not in json.dumps([str(failed.value), repr(credentials)])


def test_own_post_is_read_and_a_strangers_is_not(square: SquarePlatform, credentials: Credentials) -> None:
    root = square.do("post", text="Heute <Wartung> & mehr")["message_id"]
    found = x.receiver.own_post(root, credentials)
    assert found is not None
    assert (found.text, found.url) == ("Heute <Wartung> & mehr", f"https://x.com/i/web/status/{root}")
    assert (found.likes, found.comments, found.shares) == (0, 0, 0)
    assert x.receiver.own_post(square.post("Mira", "Wann?", to=root)["message_id"], credentials) is None
    with pytest.raises(PermanentFailure):
        x.receiver.own_post("404", credentials)


# -- searching --------------------------------------------------------------------------------------------------------


def say(square: SquarePlatform, author: str, text: str, **more: Any) -> dict[str, Any]:
    return square.control("/x/say", author={"name": author}, text=text, trait="public", **more)


found = partial(found_by, x)
HEADPHONES = SearchRequest(Query(all=("suche",), any=("Kopfhörer", "Headset"), none=("Verkauf",)), since=1)


def test_search_of_many_pages_finds_all_and_then_what_is_new(square: SquarePlatform, credentials: Credentials) -> None:
    assert_pages_and_news_are_found(partial(say, square, "Runa"), partial(found, credentials, HEADPHONES), posts=120)


def test_stranger_who_asks_in_public_is_found_and_costs_one_read(
    square: SquarePlatform, credentials: Credentials
) -> None:
    assert x.searcher
    said = say(square, "Runa", "Ich suche Kopfhörer für Sport")
    say(square, "Ole", "Ich suche Headset im Verkauf")
    page = x.searcher.search(HEADPHONES, "", credentials, int(time.time() * 1000))
    assert ([post.id for post in page.posts], page.read) == ([said["message_id"]], 1)
    assert not page.posts[0].mentions_us
    again = x.searcher.search(HEADPHONES, page.cursor, credentials, int(time.time() * 1000))
    assert (list(again.posts), again.read) == ([], 0)
    assert news(credentials, BEGINNING) == []


def test_answer_of_a_stranger_comes_into_the_thread_of_their_post(
    square: SquarePlatform, credentials: Credentials
) -> None:
    assert x.searcher
    said = say(square, "Runa", "Ich suche Kopfhörer", answers="thanks")
    (post,), _ = found(credentials, HEADPHONES)
    fact = x.searcher.fact(post)
    ours = square.do("post", text="Wir helfen gern.", to=said["message_id"])["message_id"]
    thanks = next(each for each in news(credentials, BEGINNING) if not each.own)
    assert (thanks.thread_id, thanks.author.id, thanks.parent_id) == (fact.thread_id, fact.author.id, ours)
    assert [each.id for each in x.searcher.answers(post, credentials)] == [ours, thanks.message_id]


def test_answer_by_hand_opens_the_platform_s_own_form(credentials: Credentials) -> None:
    assert x.searcher
    post = FoundPost("x", "", "1790", "1790", "https://x.com/runa/status/1790", 1)
    assert x.searcher.compose_url(post, "Hallo & gern") == (
        "https://x.com/intent/post?in_reply_to=1790&text=Hallo+%26+gern"
    )
    assert x.searcher.own_post_id(f"https://x.com/{HANDLE}/status/1791?s=20", credentials) == "1791"
    assert x.searcher.own_post_id("https://x.com.evil.example/a/status/1791", credentials) is None


def test_answer_that_a_person_posts_by_hand_is_reported_and_its_address_known(
    square: SquarePlatform, credentials: Credentials, webhook: WebhookReceiver
) -> None:
    assert x.searcher
    say(square, "Runa", "Ich suche Kopfhörer & mehr", answers="thanks")
    (post,), _ = found(credentials, HEADPHONES)
    page = x.searcher.compose_url(post, "Hallo <gern>", credentials.options)
    form = square.http.get(page, headers={"Accept-Language": "de"})
    assert "Kopfhörer &amp; mehr" in form.text and "Hallo &lt;gern&gt;</textarea>" in form.text
    assert square.http.post(page, data={"text": "Hallo"}).status_code == 403  # another site sends it
    posted = square.http.post(page, data={"text": "Hallo <gern>"}, headers={"Origin": square.url})
    address = posted.headers["location"]
    ours = webhook.next()
    assert (ours.own, ours.text, ours.parent_id) == (True, "@runa Hallo <gern>", post.id)
    assert x.searcher.own_post_id(address, credentials) == ours.message_id
    assert address in square.http.get(address).text
    assert x.searcher.own_post_id(f"{square.home}/runa/status/{post.id}", credentials) is None


def test_page_by_hand_has_no_form_below_a_post_that_nobody_may_answer(
    square: SquarePlatform, credentials: Credentials
) -> None:
    said = say(square, "Runa", "Ich suche Kopfhörer")
    square.do("limit_replies", message_id=said["message_id"])
    page = f"{square.home}/i/status/{said['message_id']}"
    assert "<form" not in square.http.get(page).text
    assert square.http.post(page, data={"text": "Hallo"}, headers={"Origin": square.url}).status_code == 400
    assert square.http.get(f"{square.home}/i/status/1").status_code == 404


def test_search_with_a_budget_reads_the_newest_posts_and_passes_over_the_rest(
    square: SquarePlatform, credentials: Credentials
) -> None:
    assert x.searcher
    said = [say(square, "Runa", f"Ich suche Kopfhörer {count}")["message_id"] for count in range(12)]
    request = replace(HEADPHONES, most=10)
    page = x.searcher.search(request, "", credentials, int(time.time() * 1000))
    assert ({post.id for post in page.posts}, page.read) == (set(said[2:]), 10)
    assert (page.more, page.has_gap) == (False, True)
    again = x.searcher.search(request, page.cursor, credentials, int(time.time() * 1000))
    assert (list(again.posts), again.read, again.has_gap) == ([], 0, False)


def test_search_waits_until_the_platform_counts_from_the_beginning(
    square: SquarePlatform, credentials: Credentials
) -> None:
    square.fault("search/recent", error={"code": 0, "http": 429, "headers": {"Retry-After": "120"}})
    with pytest.raises(TransientFailure) as failure:
        found(credentials, HEADPHONES)
    assert (failure.value.reason, failure.value.retry_after) == (Reason.RATE, 120)
