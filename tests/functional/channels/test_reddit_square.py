"""Reddit over real HTTP: our channel against the square, and PRAW against the same square."""

from __future__ import annotations

import time
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import praw
import prawcore
import pytest
from msgspec.structs import replace
from praw.exceptions import RedditAPIException

import channels
from channels._search import SearchRequest
from channels.base import (
    Credentials,
    Moderation,
    Outbound,
    PermanentFailure,
    Reason,
    TransientFailure,
    UnconfirmedSend,
    Way,
)
from conversations.facts import Fact, Kind, Visibility
from infra.square.platforms.reddit.platform import Reddit
from outreach.searches import Query
from tests.support.searches import assert_pages_and_news_are_found, found_by
from tests.support.square_platform import SquarePlatform

reddit = channels.get("reddit")
SECTION = Reddit.invented(lambda: "an-invented-secret")
US = SECTION["account_id"]


@pytest.fixture
def credentials(square: SquarePlatform) -> Credentials:
    return renewed(Credentials.of(Reddit.connection(SECTION, square.url)))


def now() -> int:
    return int(time.time() * 1000)


def renewed(credentials: Credentials) -> Credentials:
    return replace(credentials, secrets={**credentials.secrets, **reddit.account.renew(credentials, now())})


def news(credentials: Credentials, cursor: str) -> tuple[list[Any], str]:
    polled = reddit.receiver.poll(cursor, credentials, now())
    assert not polled.more and len(polled.cursor) <= 2000
    return list(polled.events), polled.cursor


def start(credentials: Credentials) -> str:
    found, cursor = news(credentials, "")
    assert found == [], "what stands when a connection is made is no news"
    return cursor


def answer(fact: Fact, text: str = "Wir schauen nach.", **more: Any) -> Outbound:
    way = Way.PUBLIC_REPLY if fact.visibility is Visibility.PUBLIC else Way.PRIVATE_MESSAGE
    plain = Outbound("our-id", way, text, fact.thread_id, fact.branch_id, fact.author.id, reply_to_id=fact.message_id)
    return replace(plain, **more)


@pytest.fixture
def complaint(square: SquarePlatform, credentials: Credentials) -> Fact:
    cursor = start(credentials)
    square.post("Mira", "Seit gestern kein WLAN & kein Telefon", title="Störung in Kiel?")
    (fact,), _ = news(credentials, cursor)
    return fact


# -- what customers say -----------------------------------------------------------------------------------------------


def test_post_and_its_comments_are_one_conversation(square: SquarePlatform, credentials: Credentials) -> None:
    square.post("Alt", "Das stand schon da")
    cursor = start(credentials)
    post = square.post("Mira", "Seit gestern kein WLAN & kein Telefon", title="Störung in Kiel?")
    first = square.post("Jonas", "Bei mir auch", to=post["message_id"])
    square.post("Mira", "Seit wann?", to=first["message_id"])
    found, cursor = news(credentials, cursor)
    assert [fact.text for fact in found] == ["Seit gestern kein WLAN & kein Telefon", "Bei mir auch", "Seit wann?"]
    assert {(fact.thread_id, fact.branch_id) for fact in found} == {(post["message_id"], "")}
    assert (found[0].title, found[0].author.name) == ("Störung in Kiel?", "mira")
    assert news(credentials, cursor)[0] == []


def test_asked_twice_with_one_cursor_the_same_is_told(square: SquarePlatform, credentials: Credentials) -> None:
    cursor = start(credentials)
    square.post("Mira", "Kein WLAN mehr")
    assert news(credentials, cursor)[0] == news(credentials, cursor)[0]


def test_below_our_own_post_every_comment_begins_a_conversation(
    square: SquarePlatform, credentials: Credentials
) -> None:
    cursor = start(credentials)
    ours = square.do("announce", title="Wartung", text="Heute Nacht")["message_id"]
    mira = square.post("Mira", "Auch in Kiel?", to=ours)["message_id"]
    jonas = square.post("Jonas", "Danke", to=ours)["message_id"]
    found, _ = news(credentials, cursor)
    assert [(fact.thread_id, fact.branch_id, fact.thread_is_guess) for fact in found] == [
        (ours, mira, True),
        (ours, jonas, True),
    ]


def test_elsewhere_mentions_and_answers_are_heard(square: SquarePlatform, credentials: Credentials) -> None:
    cursor = start(credentials)
    post = square.post("Jonas", "Wer ist gut?", traits={"elsewhere": True})["message_id"]
    square.post("Eva", "Nimm den anderen", to=post)
    mention = square.post("Mira", f"u/{US} hat mir geholfen", to=post)["message_id"]
    (fact,), cursor = news(credentials, cursor)
    assert (fact.thread_id, fact.branch_id, fact.message_id) == (post, mention, mention)
    ours = reddit.sender.try_send(answer(fact, "Danke!"), credentials)
    square.post("Jonas", "Und bei Glasfaser?", to=ours)
    (reply,), _ = news(credentials, cursor)
    assert (reply.thread_id, reply.parent_id, reply.thread_is_guess) == (post, ours, True)


def test_place_in_a_listing_survives_what_was_deleted(square: SquarePlatform, credentials: Credentials) -> None:
    """A request for what is newer than a deleted item gets an empty answer."""
    square.post("Alt", "Ganz alt")
    known = [square.post("Mira", f"Nummer {number}")["message_id"] for number in range(3)]
    cursor = start(credentials)
    for name in known:
        square.control("/reddit/remove", message_id=name)
    assert square.http.get("/_square/reddit/view").status_code == 200
    square.post("Eva", "Ganz neu")
    found, cursor = news(credentials, cursor)
    assert [fact.text for fact in found if fact.kind is Kind.MESSAGE] == ["Ganz neu"]
    assert {fact.message_id for fact in found if fact.kind is Kind.REMOVED} == set(known)
    assert news(credentials, cursor)[0] == [], "that something is gone is told once"


def test_many_at_once_are_all_heard(square: SquarePlatform, credentials: Credentials) -> None:
    square.post("Alt", "Das stand schon da")
    cursor = start(credentials)
    for number in range(130):
        square.post("Mira", f"Nummer {number}")
    found, cursor = news(credentials, cursor)
    assert len({fact.message_id for fact in found}) == 130
    assert set(news(credentials, cursor)[0]) <= set(found), "of one second, some are told again: that changes nothing"


def test_edit_is_heard(square: SquarePlatform, credentials: Credentials) -> None:
    cursor = start(credentials)
    said = square.post("Mira", "Kein WLAN")["message_id"]
    (fact,), cursor = news(credentials, cursor)
    square.control("/reddit/edit", message_id=said, text="Kein WLAN seit gestern")
    (edit,), _ = news(credentials, cursor)
    assert (edit.kind, edit.message_id, edit.text) == (Kind.EDITED, fact.message_id, "Kein WLAN seit gestern")
    assert (edit.thread_id, edit.branch_id) == (fact.thread_id, fact.branch_id)


def test_private_message_is_heard_and_answered(square: SquarePlatform, credentials: Credentials) -> None:
    cursor = start(credentials)
    said = square.post("Mira", "Meine Kundennummer ist 77", private=True, title="Frage")
    (fact,), cursor = news(credentials, cursor)
    assert (fact.visibility, fact.thread_id, fact.title) == (Visibility.PRIVATE, said["message_id"], "Frage")
    assert fact.customer_id == fact.author.id == said["author_id"]
    ours = reddit.sender.try_send(answer(fact, "Danke"), credentials)
    assert reddit.sender.find_sent(answer(fact, "Danke"), credentials) == ours
    square.post("Mira", "Gern", to=said["thread_id"])
    (second,), _ = news(credentials, cursor)
    assert second.thread_id == fact.thread_id


# -- what we say ------------------------------------------------------------------------------------------------------


def test_lost_answer_is_found_once(square: SquarePlatform, credentials: Credentials, complaint: Fact) -> None:
    message = answer(complaint, attempted_at=now())
    assert reddit.sender.find_sent(message, credentials) is None
    square.fault("api/comment", lost_answer=True)
    with pytest.raises(UnconfirmedSend):
        reddit.sender.try_send(message, credentials)
    stood = reddit.sender.find_sent(message, credentials)
    assert [each["id"] for each in square.messages(own=True)] == [stood]
    assert reddit.sender.find_sent(replace(message, others=frozenset({str(stood)})), credentials) is None
    assert reddit.sender.find_sent(replace(message, reply_to_id="t1_other"), credentials) is None


@pytest.mark.parametrize(
    ("before", "code"),
    [
        (lambda square, fact: square.control("/reddit/remove", message_id=fact.message_id), "DELETED_LINK"),
        (lambda square, fact: square.do("lock", thread_id=fact.thread_id), "THREAD_LOCKED"),
        (lambda square, fact: square.control("/clock", advance_seconds=181 * 86_400), "TOO_OLD"),
    ],
    ids=["deleted", "locked", "archived"],
)
def test_reply_to_a_removed_message_fails_as_gone(
    square: SquarePlatform, credentials: Credentials, complaint: Fact, before: Any, code: str
) -> None:
    before(square, complaint)
    with pytest.raises(PermanentFailure) as gone:
        reddit.sender.try_send(answer(complaint), renewed(credentials))
    assert (gone.value.reason, gone.value.code) == (Reason.GONE, code)
    assert square.messages(own=True) == []


def test_measure_says_what_the_platform_takes(credentials: Credentials, complaint: Fact) -> None:
    for text, is_taken in (("ü" * 10_000, True), ("ü" * 10_001, False)):
        assert (reddit.sender.measure(text, Way.PUBLIC_REPLY) <= 10_000) is is_taken
        if is_taken:
            assert reddit.sender.try_send(answer(complaint, text), credentials)
        else:
            with pytest.raises(PermanentFailure) as refused:
                reddit.sender.try_send(answer(complaint, text), credentials)
            assert (refused.value.reason, refused.value.code) == (Reason.BAD, "TOO_LONG")


def test_own_is_edited_and_deleted_and_others_removed_and_approved(
    square: SquarePlatform, credentials: Credentials, complaint: Fact
) -> None:
    ours = reddit.sender.try_send(answer(complaint), credentials)
    for _ in range(2):
        reddit.sender.try_moderate(Moderation.EDIT, ours, credentials, "Wir wissen es jetzt.")
    assert [each["text"] for each in square.messages(own=True)] == ["Wir wissen es jetzt."]
    for moderation, hidden in ((Moderation.DELETE, True), (Moderation.SHOW, False)):
        for _ in range(2):
            reddit.sender.try_moderate(moderation, complaint.message_id, credentials)
        assert [each["hidden"] for each in square.messages(own=False)] == [hidden]
    reddit.sender.try_moderate(Moderation.DELETE, ours, credentials)
    assert square.messages(own=True) == []


def test_answer_without_a_comment_may_stand_there(
    square: SquarePlatform, credentials: Credentials, complaint: Fact
) -> None:
    square.fault("api/comment", error={"http": 200})
    with pytest.raises(UnconfirmedSend):
        reddit.sender.try_send(answer(complaint), credentials)


def test_removing_a_missing_message_fails(square: SquarePlatform, credentials: Credentials, complaint: Fact) -> None:
    for target in ("t1_nobody", "t3_nobody"):
        with pytest.raises(PermanentFailure) as gone:
            reddit.sender.try_moderate(Moderation.DELETE, target, credentials)
        assert gone.value.reason is Reason.GONE
    square.control("/reddit/remove", message_id=complaint.message_id)
    reddit.sender.try_moderate(Moderation.DELETE, complaint.message_id, credentials)
    assert square.calls("api/remove") == [], "what is deleted already is left alone"
    with pytest.raises(PermanentFailure) as refused:
        reddit.sender.try_moderate(Moderation.LIKE, complaint.message_id, credentials)
    assert (refused.value.reason, refused.value.code) == (Reason.BAD, "no_moderation")


def test_wrong_app_needs_a_person(credentials: Credentials) -> None:
    wrong = replace(credentials, secrets={**credentials.secrets, "client_secret": "wrong"})
    with pytest.raises(TransientFailure) as refused:
        reddit.account.renew(wrong, 0)
    assert (refused.value.reason, refused.value.code) == (Reason.AUTH, "401")


def test_elsewhere_nothing_is_removed(square: SquarePlatform, credentials: Credentials) -> None:
    post = square.post("Jonas", "Wer ist gut?", traits={"elsewhere": True})["message_id"]
    with pytest.raises(PermanentFailure) as refused:
        reddit.sender.try_moderate(Moderation.DELETE, post, credentials)
    assert (refused.value.reason, refused.value.code) == (Reason.PERMISSION, "403")


# -- when something is wrong ------------------------------------------------------------------------------------------


def test_ended_token_stops_until_it_is_renewed(
    square: SquarePlatform, credentials: Credentials, complaint: Fact
) -> None:
    square.expire()
    for call in (
        lambda: reddit.sender.try_send(answer(complaint), credentials),
        lambda: reddit.receiver.poll("", credentials, 0),
    ):
        with pytest.raises(TransientFailure) as ended:
            call()
        assert ended.value.reason is Reason.AUTH
    assert reddit.sender.try_send(answer(complaint), renewed(credentials))


def test_token_is_made_by_password_for_a_script(square: SquarePlatform, credentials: Credentials) -> None:
    script = {"client_id": SECTION["client_id"], "client_secret": "an-invented-secret", "username": US}
    by_password = replace(credentials, secrets={**script, "password": "an-invented-secret"})
    assert (reddit.account.expires_at(renewed(by_password)) or 0) > now()
    assert reddit.account.expires_at(by_password) == 0, "without a token, it has ended already"
    wrong = replace(credentials, secrets={**script, "password": "wrong"})
    with pytest.raises(TransientFailure) as refused:
        reddit.account.renew(wrong, 0)
    assert (refused.value.reason, refused.value.code) == (Reason.AUTH, "invalid_grant")


def test_check_says_who_it_is_and_sees_the_subreddits(credentials: Credentials) -> None:
    assert reddit.account.check(credentials).id == US
    fresh = replace(credentials, secrets={k: v for k, v in credentials.secrets.items() if k != "access_token"})
    assert reddit.account.check(fresh).name == f"u/{US}"
    elsewhere = replace(credentials, options={**credentials.options, "subreddits": "no_such_place"})
    with pytest.raises(PermanentFailure) as refused:
        reddit.account.check(elsewhere)
    assert refused.value.reason is Reason.GONE


def test_limit_in_an_answer_that_looks_like_success(
    square: SquarePlatform, credentials: Credentials, complaint: Fact
) -> None:
    square.fault("send", error={"name": "RATELIMIT", "message": "Take a break for 5 minutes before trying again."})
    with pytest.raises(TransientFailure) as limited:
        reddit.sender.try_send(answer(complaint), credentials)
    assert (limited.value.reason, limited.value.retry_after) == (Reason.RATE, 301)


def test_few_calls_left_are_left_to_those_who_answer(square: SquarePlatform, credentials: Credentials) -> None:
    square.do("allow", remaining=3)
    assert 1 <= reddit.receiver.poll("", credentials, now()).pause <= 600
    square.do("allow", remaining=0)
    with pytest.raises(TransientFailure) as limited:
        reddit.receiver.poll("", credentials, now())
    assert limited.value.reason is Reason.RATE
    assert 1 <= (limited.value.retry_after or 0) <= 600


def test_endpoint_that_is_gone_is_not_a_wrong_token(square: SquarePlatform, credentials: Credentials) -> None:
    """A redirect to the sign-in page is what Reddit answers for what it has given up."""
    cursor = start(credentials)
    square.fault("message/mentions", error={"http": 302}, times=None)
    square.post("Mira", "Kein WLAN")
    assert [fact.text for fact in news(credentials, cursor)[0]] == ["Kein WLAN"]


@pytest.mark.parametrize("what", [{"refused": True}, {"error": {"http": 503}}, {"lost_answer": True}])
def test_reading_that_fails_is_tried_again(
    square: SquarePlatform, credentials: Credentials, what: dict[str, Any]
) -> None:
    square.fault("read", **what)
    with pytest.raises(TransientFailure) as failed:
        reddit.receiver.poll("", credentials, 0)
    assert failed.value.reason is Reason.RETRY


# -- PRAW -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def official(square: SquarePlatform) -> praw.Reddit:
    return praw.Reddit(
        client_id=SECTION["client_id"],
        client_secret=SECTION["client_secret"],
        refresh_token=SECTION["refresh_token"],
        user_agent="test:nachfrage:v0.1 (by /u/nordlicht_netz)",
        reddit_url=square.home,
        oauth_url=f"{square.home}/",
        check_for_updates=False,
        ratelimit_seconds=0,
    )


def test_praw_understands_the_square(square: SquarePlatform, official: praw.Reddit) -> None:
    post = square.post("Mira", "Kein WLAN & kein Telefon", title="Störung")["message_id"]
    first = square.post("Jonas", "Bei mir auch", to=post)["message_id"]
    assert official.user.me().name == US
    place = official.subreddit(SECTION["subreddit"])
    (seen,) = place.new(limit=10)
    assert (seen.fullname, seen.title, seen.selftext, seen.author.name) == (
        post,
        "Störung",
        "Kein WLAN & kein Telefon",
        "mira",
    )
    (comment,) = place.comments(limit=10)
    assert (comment.fullname, comment.link_id, comment.parent_id, comment.body) == (first, post, post, "Bei mir auch")
    reply = comment.reply("Wir schauen nach.")
    square.post("Jonas", "Danke", to=reply.fullname)
    (item,) = official.inbox.all(limit=10)
    assert (item.body, item.was_comment, item.parent_id) == ("Danke", True, reply.fullname)
    reply.edit("Wir wissen es jetzt.")
    assert [each["text"] for each in square.messages(own=True)] == ["Wir wissen es jetzt."]
    reply.delete()
    assert square.messages(own=True) == []
    official.comment(first[3:]).mod.remove()
    assert [each["hidden"] for each in square.messages(own=False) if each["id"] == first] == [True]


def test_praw_understands_the_squares_errors(square: SquarePlatform, official: praw.Reddit) -> None:
    said = square.post("Mira", "Kein WLAN")
    square.do("lock", thread_id=said["thread_id"])
    with pytest.raises(RedditAPIException) as locked:
        official.submission(said["message_id"][3:]).reply("Hallo")
    assert locked.value.items[0].error_type == "THREAD_LOCKED"
    with pytest.raises(prawcore.exceptions.Redirect):
        list(official.inbox.messages(limit=1))


@pytest.mark.parametrize("target", ["post", "comment"])
def test_our_answer_is_praws_answer(
    square: SquarePlatform, credentials: Credentials, official: praw.Reddit, complaint: Fact, target: str
) -> None:
    """Method, path, parameters and form, beside the slash that PRAW puts at the end."""
    text = "Grüße 🙂 & mehr"
    name = complaint.message_id
    if target == "comment":
        name = square.post("Jonas", "Bei mir auch", to=name)["message_id"]
        official.comment(name[3:]).reply(text)
    else:
        official.submission(name[3:]).reply(text)
    reddit.sender.try_send(answer(complaint, text, reply_to_id=name), credentials)
    theirs, ours = square.calls("api/comment")
    assert (ours["method"], ours["path"].rstrip("/")) == (theirs["method"], theirs["path"].rstrip("/"))
    assert ours["params"] == theirs["params"]


def test_our_edit_and_removal_are_praws(
    square: SquarePlatform, credentials: Credentials, official: praw.Reddit, complaint: Fact
) -> None:
    ours = reddit.sender.try_send(answer(complaint), credentials)
    official.comment(ours[3:]).edit("Neu")
    reddit.sender.try_moderate(Moderation.EDIT, ours, credentials, "Neu")
    official.submission(complaint.message_id[3:]).mod.remove()
    reddit.sender.try_moderate(Moderation.SHOW, complaint.message_id, credentials)
    reddit.sender.try_moderate(Moderation.DELETE, complaint.message_id, credentials)
    for ending in ("api/editusertext", "api/remove"):
        theirs, own = square.calls(ending)
        assert spoken(own) == spoken(theirs)


def spoken(call: dict[str, Any]) -> dict[str, str]:
    """The form, without what PRAW writes beside it or in another case."""
    return {name: value.lower() for name, value in call["params"].items() if name not in ("validate_on_submit",)}


def test_praw_signs_in_as_at_reddit(square: SquarePlatform) -> None:
    there = "http://127.0.0.1:9/back"
    signing = praw.Reddit(
        client_id=SECTION["client_id"],
        client_secret=SECTION["client_secret"],
        redirect_uri=there,
        user_agent="test:nachfrage:v0.1 (by /u/nordlicht_netz)",
        reddit_url=square.home,
        oauth_url=f"{square.home}/",
        check_for_updates=False,
        ratelimit_seconds=0,
    )
    address = signing.auth.url(scopes=["identity"], state="state-1", duration="permanent")
    sent_back = httpx.post(address, data={"decision": "allow"}, trust_env=False).headers["location"]
    told = parse_qs(urlsplit(sent_back).query)
    assert told["state"] == ["state-1"]
    assert signing.auth.authorize(told["code"][0]) == SECTION["refresh_token"]
    assert str(signing.user.me()) == SECTION["account_id"]


# -- searching --------------------------------------------------------------------------------------------------------


def say(square: SquarePlatform, author: str, text: str, **more: Any) -> dict[str, Any]:
    return square.control("/reddit/say", author={"name": author}, text=text, trait="public", **more)


found = partial(found_by, reddit)
HEADPHONES = SearchRequest(Query(all=("suche",), any=("Kopfhörer", "Headset"), none=("Verkauf",)), since=1)


def test_search_of_many_pages_finds_all_and_then_what_is_new(square: SquarePlatform, credentials: Credentials) -> None:
    assert_pages_and_news_are_found(partial(say, square, "Runa"), partial(found, credentials, HEADPHONES), posts=120)


def test_stranger_who_asks_elsewhere_is_found_and_nobody_was_notified(
    square: SquarePlatform, credentials: Credentials
) -> None:
    cursor = start(credentials)
    elsewhere = {"elsewhere": True}
    said = say(square, "Runa", "Ich suche Kopfhörer für Sport", title="Welche?", traits=elsewhere)
    say(square, "Ole", "Suche Headset, kein Verkauf", traits=elsewhere)
    (post,), _ = found(credentials, HEADPHONES)
    assert (post.id, post.title, post.place, post.may_reply) == (said["message_id"], "Welche?", "elsewhere", None)
    assert [each.id for each in found(credentials, replace(HEADPHONES, places=("r/elsewhere",)))[0]] == [post.id]
    assert found(credentials, replace(HEADPHONES, places=("nordlicht",)))[0] == []
    assert news(credentials, cursor)[0] == []


def test_answer_of_a_stranger_comes_into_the_thread_of_their_post(
    square: SquarePlatform, credentials: Credentials
) -> None:
    assert reddit.searcher
    cursor = start(credentials)
    say(square, "Runa", "Ich suche Kopfhörer", answers="thanks", traits={"elsewhere": True})
    (post,), _ = found(credentials, HEADPHONES)
    fact = reddit.searcher.fact(post)
    ours = reddit.sender.try_send(answer(fact), credentials)
    thanks = next(each for each in news(credentials, cursor)[0] if not each.own)
    assert (thanks.thread_id, thanks.author.name, thanks.parent_id) == (fact.thread_id, fact.author.name, ours)
    assert thanks.thread_is_guess, "the message that it answers says in which conversation it is"
    assert [each.id for each in reddit.searcher.answers(post, credentials)] == [ours, thanks.message_id]
    address = f"https://www.reddit.com/r/elsewhere/comments/abc/_/{ours.removeprefix('t1_')}/"
    assert reddit.searcher.own_post_id(address, credentials) == ours


def test_locked_post_takes_no_answer(square: SquarePlatform, credentials: Credentials) -> None:
    said = say(square, "Runa", "Ich suche Kopfhörer")
    square.do("lock", thread_id=said["thread_id"])
    (post,), _ = found(credentials, HEADPHONES)
    assert post.may_reply is False
