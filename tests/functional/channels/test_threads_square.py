"""Threads over real HTTP: our channel against the square.

There is no kept Python client of this API that could be the judge. So the requests are compared with those of Meta's
own documents, written down here as they stand there, and sent to the same square.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import httpx
import pytest
from msgspec.structs import replace

import channels
from channels._search import SearchRequest
from channels.base import (
    Credentials,
    Media,
    Moderation,
    Outbound,
    PermanentFailure,
    Reason,
    TransientFailure,
    UnconfirmedSend,
    Way,
)
from conversations.facts import Attachment, Fact, Kind, Unreadable
from infra.local.players import wait_for
from infra.square.platforms.threads.platform import Threads
from outreach.searches import Query
from tests.support.searches import assert_pages_and_news_are_found, found_by
from tests.support.square_platform import SquarePlatform
from tests.support.webhook_receiver import WebhookReceiver, receiving

threads = channels.get("threads")
SECTION = Threads.invented(lambda: "an-invented-secret") | {"access_token": "an-invented-token"}
ME = SECTION["account_id"]
DAY = 24 * 3600


@pytest.fixture
def credentials(square: SquarePlatform) -> Credentials:
    return Credentials.of(Threads.connection(SECTION, square.url))


@pytest.fixture
def receiver(credentials: Credentials) -> Iterator[WebhookReceiver]:
    with receiving(threads, credentials) as found:
        threads.account.register(credentials, found.url)
        yield found


@pytest.fixture
def root(square: SquarePlatform) -> str:
    """A post of ours, from before anybody listened."""
    return square.do("publish", text="Heute wird gewartet.")["message_id"]


def now() -> int:
    return int(time.time() * 1000)


def answer(fact: Fact, text: str = "Wir schauen nach.", **more: Any) -> Outbound:
    place = {"thread_id": fact.thread_id, "branch_id": fact.branch_id, "reply_to_id": fact.message_id, **more}
    return Outbound("our-id-1", Way.PUBLIC_REPLY, text, attempted_at=now(), **place)


def send(message: Outbound, credentials: Credentials) -> str:
    """As the outbox does it: a draft is made and kept, and then published."""
    return threads.sender.try_send(replace(message, draft_id=threads.sender.prepare(message, credentials)), credentials)


def refused(action: Callable[[], Any]) -> Reason:
    with pytest.raises(PermanentFailure) as failed:
        action()
    return failed.value.reason


def texts(square: SquarePlatform) -> list[str]:
    return [each["text"] for each in square.messages(own=True) if each["parent_id"]]


# -- connecting -------------------------------------------------------------------------------------------------------


def test_the_platform_says_whose_the_token_is(credentials: Credentials) -> None:
    found = threads.account.check(replace(credentials, options={"base_url": credentials.options["base_url"]}))
    assert (found.id, found.name, found.options) == (ME, "nordlicht.netz", {"username": "nordlicht.netz"})


def test_webhook_is_the_apps_and_is_entered_where_the_app_is_named(
    credentials: Credentials, receiver: WebhookReceiver
) -> None:
    assert threads.account.registered(credentials, receiver.url) is True
    assert threads.account.registered(credentials, f"{receiver.url}/elsewhere") is False
    nameless = replace(credentials, options={**credentials.options, "app_id": ""})
    threads.account.register(nameless, "https://ours.example")
    assert threads.account.registered(nameless, "https://ours.example") is None
    assert threads.account.registered(credentials, receiver.url) is True


def test_token_is_renewed(square: SquarePlatform, credentials: Credentials) -> None:
    secrets = threads.account.renew(credentials, 1_790_000_000_000)
    assert int(secrets["expires_at"]) == 1_790_000_000_000 + 60 * DAY * 1000
    fresh = replace(credentials, secrets={**credentials.secrets, **secrets})
    assert threads.account.check(fresh).id == ME
    square.expire()
    with pytest.raises(TransientFailure) as dead:
        threads.account.renew(fresh, 0)
    assert dead.value.reason is Reason.AUTH


# -- what is heard ----------------------------------------------------------------------------------------------------


def test_answer_below_our_post_is_a_conversation_and_deeper_ones_say_what_they_answer(
    square: SquarePlatform, root: str, receiver: WebhookReceiver
) -> None:
    said = square.post("Mira Öztürk", "Seit gestern kein Netz 😢", to=root)
    fact = receiver.next()
    assert (fact.thread_id, fact.branch_id, fact.thread_is_guess) == (root, said["message_id"], True)
    assert (fact.author.id, fact.author.name, fact.own) == ("miraztrk", "miraztrk", False)
    sent = send(answer(fact), receiver.credentials)
    square.post("Mira Öztürk", "Danke, geht wieder!", to=sent)
    deeper = receiver.next()
    assert (deeper.parent_id, deeper.thread_id, deeper.thread_is_guess) == (sent, sent, True)
    assert texts(square) == ["Wir schauen nach."]


def test_mention_is_heard_and_answered(square: SquarePlatform, receiver: WebhookReceiver) -> None:
    said = square.post("Jonas", "Hallo @nordlicht.netz, seid ihr da?")
    fact = receiver.next()
    assert (fact.message_id, fact.thread_id, fact.thread_is_guess) == (said["message_id"], said["message_id"], True)
    send(answer(fact, "Ja!"), receiver.credentials)
    (stands,) = square.messages(own=True)
    assert (stands["text"], stands["parent_id"]) == ("Ja!", said["message_id"])


def test_answer_that_names_us_is_told_twice_and_stored_once(
    square: SquarePlatform, root: str, receiver: WebhookReceiver
) -> None:
    """Invariant 2."""
    square.post("Jonas", "@nordlicht.netz hier auch", to=root)
    assert receiver.next() == receiver.next()


def test_our_own_deleted_post_is_told(square: SquarePlatform, root: str, receiver: WebhookReceiver) -> None:
    square.do("delete", message_id=root)
    fact = receiver.next()
    assert (fact.kind, fact.message_id, fact.thread_is_guess) == (Kind.REMOVED, root, True)


def test_forged_deliveries_are_refused_and_come_again(
    square: SquarePlatform, root: str, receiver: WebhookReceiver
) -> None:
    """Invariant 7."""
    square.http.put("/_square/deliveries", json={"corrupt": "signature"})
    square.post("Mira", "Kein Netz", to=root)
    wait_for("the refusal", lambda: receiver.refused)
    assert receiver.receives_nothing()
    square.http.put("/_square/deliveries", json={"corrupt": None})
    square.control("/deliveries/flush")
    assert receiver.next().text == "Kein Netz"


def test_picture_is_asked_for_when_it_is_wanted(square: SquarePlatform, root: str, receiver: WebhookReceiver) -> None:
    picture = [{"type": "image", "url": "https://scontent.example/1.jpg"}]
    square.post("Mira", "", to=root, attachments=picture)
    (attachment,) = receiver.next().attachments
    assert attachment.url is None
    assert threads.receiver.media(attachment, receiver.credentials) == Media("https://scontent.example/1.jpg")
    assert threads.receiver.media(Attachment("album", id=attachment.id), receiver.credentials) is None


# -- asking -----------------------------------------------------------------------------------------------------------


def test_polling_finds_the_very_facts_that_the_webhooks_told(
    square: SquarePlatform, root: str, receiver: WebhookReceiver
) -> None:
    cursor = threads.receiver.poll("", receiver.credentials, now()).cursor
    top = square.post("Mira", "Kein Netz", to=root)["message_id"]
    told = [receiver.next()]
    square.post("Jonas", "Und @nordlicht.netz?")
    told.append(receiver.next())
    sent = send(answer(told[0]), receiver.credentials)
    square.post("Mira", "Danke", to=sent)
    told.append(receiver.next())
    polled = threads.receiver.poll(cursor, receiver.credentials, now())
    facts = [each for each in polled.events if isinstance(each, Fact)]
    assert sorted(facts, key=_id) == sorted([*told, *(each for each in facts if each.own)], key=_id)
    (own,) = [each for each in facts if each.own]
    assert (own.message_id, own.text, own.parent_id) == (sent, "Wir schauen nach.", top)
    assert list(threads.receiver.poll(cursor, receiver.credentials, now()).events) == list(polled.events)
    assert list(threads.receiver.poll(str(now() + DAY * 1000), receiver.credentials, now()).events) == []


def _id(fact: Fact) -> str:
    return fact.message_id


# -- two steps --------------------------------------------------------------------------------------------------------


@pytest.fixture
def comment(square: SquarePlatform, root: str, receiver: WebhookReceiver) -> Fact:
    square.post("Mira", "Kein Netz", to=root)
    return receiver.next()


def test_draft_is_seen_by_nobody_and_published_once(
    square: SquarePlatform, comment: Fact, credentials: Credentials
) -> None:
    """Invariant 3: a container that is published twice is not posted twice."""
    message = answer(comment)
    drafts = [threads.sender.prepare(message, credentials) for _ in range(2)]
    assert texts(square) == []
    sent = threads.sender.try_send(replace(message, draft_id=drafts[1]), credentials)
    with pytest.raises(UnconfirmedSend):
        threads.sender.try_send(replace(message, draft_id=drafts[1]), credentials)
    assert threads.sender.find_sent(replace(message, draft_id=drafts[1]), credentials) == sent
    assert texts(square) == ["Wir schauen nach."]


def test_draft_whose_answer_was_lost_is_simply_made_again(
    square: SquarePlatform, comment: Fact, credentials: Credentials
) -> None:
    square.fault("/threads$", lost_answer=True)
    with pytest.raises(TransientFailure) as failed:
        threads.sender.prepare(answer(comment), credentials)
    assert failed.value.reason is Reason.RETRY
    assert send(answer(comment), credentials)
    assert texts(square) == ["Wir schauen nach."]


def test_message_whose_answer_was_lost_is_found_once(
    square: SquarePlatform, comment: Fact, credentials: Credentials
) -> None:
    """Invariant 3."""
    message = answer(comment)
    message = replace(message, draft_id=threads.sender.prepare(message, credentials))
    square.fault("/threads_publish$", lost_answer=True)
    with pytest.raises(UnconfirmedSend):
        threads.sender.try_send(message, credentials)
    found = threads.sender.find_sent(message, credentials)
    (stands,) = [each for each in square.messages(own=True) if each["parent_id"]]
    assert found == stands["id"]
    assert threads.sender.find_sent(replace(message, others=frozenset({stands["id"]})), credentials) is None


def test_draft_that_never_went_out_is_not_found_and_can_be_published(
    square: SquarePlatform, comment: Fact, credentials: Credentials
) -> None:
    send(answer(comment), credentials)  # the same words stand there already
    message = answer(comment)
    message = replace(message, draft_id=threads.sender.prepare(message, credentials))
    square.fault("/threads_publish$", refused=True)
    with pytest.raises((UnconfirmedSend, TransientFailure)):
        threads.sender.try_send(message, credentials)
    assert threads.sender.find_sent(message, credentials) is None
    assert threads.sender.try_send(message, credentials)
    assert len(texts(square)) == 2


@pytest.mark.parametrize("status", ["EXPIRED", "ERROR"])
def test_draft_that_has_ended_is_made_again(
    square: SquarePlatform, comment: Fact, credentials: Credentials, status: str
) -> None:
    message = answer(comment)
    message = replace(message, draft_id=threads.sender.prepare(message, credentials))
    square.do("container", status=status)
    assert threads.sender.try_send(message, credentials)
    assert texts(square) == ["Wir schauen nach."]


def test_draft_ends_after_a_day(square: SquarePlatform, comment: Fact, credentials: Credentials) -> None:
    message = answer(comment)
    message = replace(message, draft_id=threads.sender.prepare(message, credentials))
    square.control("/clock", advance_seconds=DAY + 1)
    assert threads.sender.try_send(message, credentials)


def test_draft_that_is_not_ready_waits(square: SquarePlatform, comment: Fact, credentials: Credentials) -> None:
    message = answer(comment)
    message = replace(message, draft_id=threads.sender.prepare(message, credentials))
    square.do("container", status="IN_PROGRESS")
    with pytest.raises(TransientFailure) as early:
        threads.sender.try_send(message, credentials)
    assert (early.value.reason, early.value.retry_after) == (Reason.RETRY, 5)
    square.do("container", status="FINISHED")
    assert threads.sender.try_send(message, credentials)


# -- refusals ---------------------------------------------------------------------------------------------------------


def test_a_week_later_and_a_year_later_the_public_way_is_open(
    square: SquarePlatform, comment: Fact, credentials: Credentials
) -> None:
    for days in (7, 365):
        square.control("/clock", advance_seconds=days * DAY)
        assert send(answer(comment, f"Nach {days} Tagen"), credentials)


def test_text_too_long_by_the_bytes_of_its_emoji_is_refused_by_the_platform(
    square: SquarePlatform, comment: Fact, credentials: Credentials
) -> None:
    fits, too_long = "ü" * 496 + "🙂", "ü" * 497 + "🙂"
    assert [threads.sender.measure(text, Way.PUBLIC_REPLY) for text in (fits, too_long)] == [500, 501]
    assert send(answer(comment, fits), credentials)
    assert refused(lambda: send(answer(comment, too_long), credentials)) is Reason.BAD


def test_answer_to_what_is_gone_is_refused_before_and_between_the_steps(
    square: SquarePlatform, comment: Fact, credentials: Credentials
) -> None:
    message = answer(comment)
    message = replace(message, draft_id=threads.sender.prepare(message, credentials))
    square.control("/threads/remove", message_id=comment.message_id)
    assert refused(lambda: threads.sender.try_send(message, credentials)) is Reason.GONE
    assert refused(lambda: threads.sender.prepare(message, credentials)) is Reason.GONE


def test_expired_token_and_limits_wait(square: SquarePlatform, comment: Fact, credentials: Credentials) -> None:
    """Invariant 9."""
    square.expire()
    with pytest.raises(TransientFailure) as dead:
        threads.sender.prepare(answer(comment), credentials)
    assert (dead.value.reason, dead.value.code) == (Reason.AUTH, "190/463")
    square.expire(False)
    square.fault("threads_publish", error={"code": 9, "subcode": 2207042})
    with pytest.raises(TransientFailure) as limited:
        send(answer(comment), credentials)
    assert limited.value.reason is Reason.RATE
    assert texts(square) == []


# -- what is done to answers ------------------------------------------------------------------------------------------


def test_answers_are_hidden_and_shown_and_our_own_deleted(
    square: SquarePlatform, comment: Fact, credentials: Credentials
) -> None:
    for moderation, hidden in ((Moderation.HIDE, True), (Moderation.SHOW, False)):
        for _ in range(2):
            threads.sender.try_moderate(moderation, comment.message_id, credentials)
        assert square.messages(own=False)[0]["hidden"] is hidden
    sent = send(answer(comment), credentials)
    assert refused(lambda: threads.sender.try_moderate(Moderation.HIDE, sent, credentials)) is Reason.BAD
    threads.sender.try_moderate(Moderation.DELETE, sent, credentials)
    assert texts(square) == []
    assert refused(lambda: threads.sender.try_moderate(Moderation.DELETE, sent, credentials)) is Reason.GONE
    assert (
        refused(lambda: threads.sender.try_moderate(Moderation.DELETE, comment.message_id, credentials))
        is Reason.PERMISSION
    )
    assert refused(lambda: threads.sender.try_moderate(Moderation.LIKE, comment.message_id, credentials)) is Reason.BAD


# -- as the documents call it -----------------------------------------------------------------------------------------


def documented(square: SquarePlatform, method: str, path: str, form: dict[str, str]) -> dict[str, Any]:
    """A call as Meta's documents show it: a form, with the token among its fields."""
    url = f"{square.home}/v1.0/{path}"
    fields = {**form, "access_token": SECTION["access_token"]}
    if method == "POST":
        answered = httpx.post(url, data=fields, trust_env=False)
    else:
        answered = httpx.request(method, url, params=fields, trust_env=False)
    assert answered.status_code == 200, answered.text
    return answered.json()


def last_call(square: SquarePlatform) -> tuple[str, str, dict[str, Any]]:
    last = square.calls()[-1]
    return last["method"], last["path"].replace("/me/", f"/{ME}/"), last["params"]


def test_requests_are_those_of_the_documents(square: SquarePlatform, comment: Fact, credentials: Credentials) -> None:
    reply = {"media_type": "TEXT", "text": "Wir schauen nach.", "reply_to_id": comment.message_id}
    container = documented(square, "POST", "me/threads", reply)["id"]
    theirs = last_call(square)
    draft_id = threads.sender.prepare(answer(comment), credentials)
    assert last_call(square) == theirs
    assert documented(square, "GET", container, {"fields": "status"})["status"] == "FINISHED"
    theirs = [last_call(square)]
    published = documented(square, "POST", f"{ME}/threads_publish", {"creation_id": container})["id"]
    theirs.append(last_call(square))
    threads.sender.try_send(answer(comment, draft_id=draft_id), credentials)
    calls = [(each["method"], each["path"], each["params"]) for each in square.calls()[-2:]]
    renamed = [
        (how, where.replace(draft_id, container), _renamed(what, draft_id, container)) for how, where, what in calls
    ]
    assert renamed == theirs
    documented(square, "POST", f"{comment.message_id}/manage_reply", {"hide": "true"})
    theirs = [last_call(square)]
    threads.sender.try_moderate(Moderation.HIDE, comment.message_id, credentials)
    assert [last_call(square)] == theirs
    assert documented(square, "DELETE", published, {}) == {"success": True, "deleted_id": published}


def _renamed(said: dict[str, Any], one: str, other: str) -> dict[str, Any]:
    return {name: other if value == one else value for name, value in said.items()}


def test_own_post_is_read_and_a_strangers_is_not(square: SquarePlatform, credentials: Credentials, root: str) -> None:
    found = threads.receiver.own_post(root, credentials)
    assert found is not None
    assert (found.text, found.picture) == ("Heute wird gewartet.", None)
    assert found.url is not None
    assert threads.receiver.own_post(square.post("Mira", "Kein Netz", to=root)["message_id"], credentials) is None


# -- searching --------------------------------------------------------------------------------------------------------


def say(square: SquarePlatform, author: str, text: str, **more: Any) -> dict[str, Any]:
    return square.control("/threads/say", author={"name": author}, text=text, trait="public", **more)


found = partial(found_by, threads)
HEADPHONES = SearchRequest(Query(all=("suche",), any=("Kopfhörer", "Headset"), none=("Verkauf",)), since=1)


def test_search_of_many_pages_finds_all_and_then_what_is_new(square: SquarePlatform, credentials: Credentials) -> None:
    assert_pages_and_news_are_found(partial(say, square, "Runa"), partial(found, credentials, HEADPHONES), posts=120)


def test_search_within_a_topic_asks_for_the_topic(square: SquarePlatform, credentials: Credentials) -> None:
    said = say(square, "Runa", "Was taugt #hifi unter 100 Euro?")
    say(square, "Ole", "hifi ohne Schlagwort")
    posts, _ = found(credentials, SearchRequest(Query(), places=("#hifi",), since=1))
    assert [post.id for post in posts] == [said["message_id"]]


def test_post_tells_who_may_answer_and_if_it_names_us(square: SquarePlatform, credentials: Credentials) -> None:
    say(square, "Runa", f"Ich suche Kopfhörer, @{SECTION['account_name']}!")
    say(square, "Ole", "Ich suche Kopfhörer", traits={"reply_audience": "ACCOUNTS_YOU_FOLLOW"})
    say(square, "Kai", "Ich suche Kopfhörer", traits={"reply_audience": "PARENT_POST_AUTHOR_ONLY"})
    posts, _ = found(credentials, HEADPHONES)
    told = {post.author.name: (post.may_reply, post.mentions_us, post.replies) for post in posts}
    assert told == {"runa": (True, True, 0), "ole": (None, False, 0), "kai": (False, False, 0)}


def test_answer_of_a_stranger_comes_below_ours_and_the_address_of_ours_is_known(
    square: SquarePlatform, credentials: Credentials, receiver: WebhookReceiver
) -> None:
    assert threads.searcher
    say(square, "Runa", "Ich suche Kopfhörer", answers="thanks")
    (post,), _ = found(credentials, HEADPHONES)
    fact = threads.searcher.fact(post)
    ours = send(answer(fact, "Wir helfen gern."), credentials)
    told = next(each for each in iter(receiver.next, None) if isinstance(each, Unreadable))
    (thanks,) = told.kept  # whose post the thread begins with is not known here
    assert (thanks.parent_id, thanks.author.id) == (ours, "runa")
    assert [each.id for each in threads.searcher.answers(post, credentials)] == [ours, thanks.message_id]
    address = f"{square.home}/@{SECTION['account_name']}/post/{ours[-8:]}"
    assert threads.searcher.own_post_id(address, credentials) == ours
    assert threads.searcher.own_post_id(address[:-8] + "unknown1", credentials) is None
    assert threads.searcher.own_post_id(post.url, credentials) is None


def test_answer_that_a_person_posts_by_hand_is_polled_and_its_address_known(
    square: SquarePlatform, credentials: Credentials
) -> None:
    assert threads.searcher
    say(square, "Runa", "Ich suche Kopfhörer")
    (post,), _ = found(credentials, HEADPHONES)
    page = threads.searcher.compose_url(post, "Gern.", credentials.options)
    assert "<form" in square.http.get(page).text
    posted = square.http.post(page, data={"text": "Gern."}, headers={"Origin": square.url})
    polled = threads.receiver.poll(str(now() - 60_000), credentials, now())
    facts = [each for each in polled.events if isinstance(each, Fact)]
    assert [(each.text, each.parent_id, each.own) for each in facts] == [("Gern.", post.id, True)]
    square.post("Runa", "Danke!", to=facts[0].message_id)
    polled = threads.receiver.poll(str(now() - 60_000), credentials, now())
    (thanks,) = [each for each in polled.events if isinstance(each, Fact) and not each.own]
    assert (thanks.text, thanks.parent_id) == ("Danke!", facts[0].message_id)
    assert threads.searcher.own_post_id(posted.headers["location"], credentials) == facts[0].message_id


def test_app_without_approval_finds_nothing_that_others_wrote(square: SquarePlatform, credentials: Credentials) -> None:
    say(square, "Runa", "Ich suche Kopfhörer")
    square.do("publish", text="Wer Kopfhörer suche, frage uns.")
    square.do("search", approved=False)
    assert found(credentials, HEADPHONES)[0] == []


def test_search_waits_when_the_searches_of_the_day_are_used(square: SquarePlatform, credentials: Credentials) -> None:
    say(square, "Runa", "Ich suche Kopfhörer")
    square.do("search", left=0)
    with pytest.raises(TransientFailure) as failure:
        found(credentials, HEADPHONES)
    assert (failure.value.reason, failure.value.retry_after) == (Reason.RATE, 60)
