"""Google over real HTTP: our channel against the square, and Google's own Python client against the same square."""

from __future__ import annotations

import json
import queue
import threading
import time
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httplib2
import pytest
from google.auth import credentials as google_credentials
from google_auth_httplib2 import AuthorizedHttp
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError
from msgspec.structs import replace

import channels
from channels import google as module
from channels._search import SearchRequest
from channels.base import (
    Credentials,
    InvalidSignature,
    Moderation,
    Outbound,
    PermanentFailure,
    Reason,
    Request,
    Situation,
    TransientFailure,
    UnconfirmedSend,
    Way,
)
from conversations.facts import Fact, Kind, Nudge, Visibility
from infra.square.platforms.google.platform import Google
from outreach.searches import Query
from tests.support.searches import assert_pages_and_news_are_found, found_by
from tests.support.square_platform import SquarePlatform

google = channels.get("google")
SECTION = Google.invented(lambda: "an-invented-secret")
LOCATION, CHANNEL = SECTION["account_id"], SECTION["channel_id"]
OUR_ID = "1790000000000abcdefghijklm"
WEEK = 7 * 24 * 3600


def renewed(credentials: Credentials) -> Credentials:
    return replace(credentials, secrets={**credentials.secrets, **google.account.renew(credentials, now())})


def now() -> int:
    return int(time.time() * 1000)


@pytest.fixture
def reviews(square: SquarePlatform) -> Credentials:
    return renewed(Credentials.of(Google.connection(SECTION, square.url)))


@pytest.fixture
def youtube(square: SquarePlatform) -> Credentials:
    return renewed(Credentials.of(Google.youtube(SECTION, square.url)))


def news(credentials: Credentials, cursor: str, at: int = 0) -> tuple[list[Any], str]:
    """All that is new, and the cursor after it; asked twice, it is the same."""
    found: list[Any] = []
    while True:
        polled = google.receiver.poll(cursor, credentials, at or now())
        assert google.receiver.poll(cursor, credentials, at or now()).events == polled.events
        assert len(polled.cursor) <= 2000
        found, cursor = [*found, *polled.events], polled.cursor
        if not polled.more:
            return found, cursor


def answer(fact: Fact, text: str = "Wir sehen nach.", way: Way = Way.PUBLIC_REPLY, **more: Any) -> Outbound:
    return Outbound(OUR_ID, way, text, fact.thread_id, fact.branch_id, fact.author.id, fact.message_id, **more)


def kinds(found: list[Any]) -> list[Kind]:
    return [fact.kind for fact in found]


# -- reviews ----------------------------------------------------------------------------------------------------------


def test_reviews_before_the_first_poll_are_not_reported_and_new_ones_once(
    square: SquarePlatform, reviews: Credentials
) -> None:
    square.post("Jonas", "Ging so.", traits={"stars": 3})
    found, cursor = news(reviews, "")
    assert found == []
    square.post("Mira Öztürk", "Seit Montag kein Netz.", traits={"stars": 2})
    (fact,), cursor = news(reviews, cursor)
    assert (fact.kind, fact.text, fact.rating, fact.author.name) == (
        Kind.MESSAGE,
        "Seit Montag kein Netz.",
        "2",
        "Mira Öztürk",
    )
    assert news(reviews, cursor)[0] == []


def test_a_review_is_answered_and_a_week_later_the_answer_is_replaced(
    square: SquarePlatform, reviews: Credentials
) -> None:
    _, cursor = news(reviews, "")
    square.post("Mira", "Seit Montag kein Netz.", traits={"stars": 1})
    (fact,), cursor = news(reviews, cursor)
    first = google.sender.try_send(answer(fact), reviews)
    (echo,), cursor = news(reviews, cursor)
    assert (echo.own, echo.message_id, echo.text, echo.parent_id) == (True, first, "Wir sehen nach.", fact.message_id)
    square.control("/clock", advance_seconds=WEEK)
    (route,) = google.sender.send_options(
        Situation(Visibility.PUBLIC, fact.at, None, answered=True), now() + WEEK * 1000
    )
    later = google.sender.try_send(answer(fact, "Läuft es wieder?", route.way), reviews)
    assert later != first
    assert [each["text"] for each in square.messages(own=True)] == ["Läuft es wieder?"]
    (echo,), cursor = news(reviews, cursor)
    assert echo.message_id == later


def test_a_review_that_is_changed_is_an_edit(square: SquarePlatform, reviews: Credentials) -> None:
    _, cursor = news(reviews, "")
    said = square.post("Mira", "Kein Netz.", traits={"stars": 1})
    _, cursor = news(reviews, cursor)
    time.sleep(0.002)
    square.control("/google/edit", message_id=said["message_id"], text="Läuft wieder.")
    (fact,), cursor = news(reviews, cursor)
    assert (fact.kind, fact.text, fact.message_id) == (Kind.EDITED, "Läuft wieder.", said["message_id"])
    time.sleep(0.002)
    square.control("/google/do", action="judge", message_id=said["message_id"], stars=5)
    (fact,), cursor = news(reviews, cursor)
    assert (fact.kind, fact.text, fact.rating) == (Kind.EDITED, "Läuft wieder.", "5")
    assert google.sender.send_options(Situation(Visibility.PUBLIC, fact.at, None, answered=True), now()), (
        "it can be answered still"
    )


def test_an_answer_that_google_refuses_has_failed(square: SquarePlatform, reviews: Credentials) -> None:
    _, cursor = news(reviews, "")
    square.post("Mira", "Kein Netz.")
    (fact,), cursor = news(reviews, cursor)
    sent = google.sender.try_send(answer(fact, "Rufen Sie an!!!"), reviews)
    _, cursor = news(reviews, cursor)
    square.do("reject_reply", message_id=fact.message_id)
    (failed,), cursor = news(reviews, cursor)
    assert (failed.kind, failed.message_id, failed.payload) == (Kind.FAILED, sent, "bad")
    assert news(reviews, cursor)[0] == []


def test_many_reviews_come_page_by_page_and_each_once(square: SquarePlatform, reviews: Credentials) -> None:
    _, cursor = news(reviews, "")
    for number in range(120):
        square.post(f"Gast {number}", f"Nummer {number}")
    found, cursor = news(reviews, cursor)
    assert len({fact.message_id for fact in found}) == 120
    assert news(reviews, cursor)[0] == []


def test_several_locations_are_asked_for_together(square: SquarePlatform, reviews: Credentials) -> None:
    account, _, number = LOCATION.partition("/locations/")
    several = replace(reviews, account_id=account, options={**reviews.options, "locations": f"{number}, {number}"})
    _, cursor = news(several, "")
    square.post("Mira", "Kein Netz.")
    (fact,), _ = news(several, cursor)
    assert fact.text == "Kein Netz."
    assert square.calls("batchGetReviews")


def test_an_answer_whose_confirmation_is_lost_stands_once(square: SquarePlatform, reviews: Credentials) -> None:
    _, cursor = news(reviews, "")
    square.post("Mira", "Kein Netz.")
    (fact,), _ = news(reviews, cursor)
    square.fault("send", lost_answer=True)
    with pytest.raises(TransientFailure) as lost:
        google.sender.try_send(answer(fact), reviews)
    assert lost.value.reason == Reason.RETRY
    sent = google.sender.try_send(answer(fact), reviews)
    assert google.sender.find_sent(answer(fact), reviews) == sent
    assert google.sender.find_sent(answer(fact, "Etwas anderes"), reviews) is None
    assert len(square.messages(own=True)) == 1


def test_our_answer_is_taken_back_and_not_the_one_in_its_place(square: SquarePlatform, reviews: Credentials) -> None:
    _, cursor = news(reviews, "")
    square.post("Mira", "Kein Netz.")
    (fact,), _ = news(reviews, cursor)
    first = google.sender.try_send(answer(fact), reviews)
    second = google.sender.try_send(answer(fact, "Wir sehen sofort nach.", Way.REPLACE), reviews)
    with pytest.raises(PermanentFailure) as replaced:
        google.sender.try_moderate(Moderation.DELETE, first, reviews)
    assert replaced.value.reason == Reason.GONE
    assert [each["text"] for each in square.messages(own=True)] == ["Wir sehen sofort nach."]
    google.sender.try_moderate(Moderation.DELETE, second, reviews)
    assert square.messages(own=True) == []


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ({"name": "RESOURCE_EXHAUSTED", "http": 429, "headers": {"Retry-After": "7"}}, Reason.RATE),
        ({"name": "PERMISSION_DENIED", "http": 403}, Reason.PERMISSION),
        ({"name": "UNAVAILABLE", "http": 503}, Reason.RETRY),
    ],
)
def test_errors_are_told_apart(
    square: SquarePlatform, reviews: Credentials, fault: dict[str, Any], reason: Reason
) -> None:
    square.fault("read", error=fault)
    with pytest.raises((TransientFailure, PermanentFailure)) as failure:
        google.receiver.poll("", reviews, now())
    assert failure.value.reason == reason
    if reason is Reason.RATE:
        assert failure.value.retry_after == 7


def test_text_that_the_platform_does_not_take_is_refused(square: SquarePlatform, reviews: Credentials) -> None:
    _, cursor = news(reviews, "")
    said = square.post("Mira", "Kein Netz.")
    (fact,), _ = news(reviews, cursor)
    with pytest.raises(PermanentFailure) as long:
        google.sender.try_send(answer(fact, "ü" * 2049), reviews)
    assert long.value.reason == Reason.BAD
    square.do("unverify")
    with pytest.raises(PermanentFailure) as unverified:
        google.sender.try_send(answer(fact), reviews)
    assert unverified.value.reason == Reason.PERMISSION
    square.control("/google/remove", message_id=said["message_id"])
    with pytest.raises(PermanentFailure) as gone:
        google.sender.try_send(answer(fact), reviews)
    assert gone.value.reason == Reason.GONE


def test_a_token_that_ended_is_renewed_unless_consent_was_taken_back(
    square: SquarePlatform, reviews: Credentials
) -> None:
    square.expire()
    with pytest.raises(TransientFailure) as expired:
        google.account.check(reviews)
    assert expired.value.reason == Reason.AUTH
    fresh = renewed(reviews)
    assert google.account.check(fresh).name == "Nordlicht Netz"
    assert (google.account.expires_at(fresh) or 0) > now() + 3_000_000
    square.do("revoke")
    with pytest.raises(TransientFailure) as revoked:
        google.account.renew(fresh, now())
    assert (revoked.value.reason, revoked.value.code) == (Reason.AUTH, "invalid_grant")


# -- pushes -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def heard() -> Iterator[tuple[str, queue.Queue[Request]]]:
    """An address that takes what is pushed."""
    taken: queue.Queue[Request] = queue.Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            taken.put(Request("POST", {name.lower(): value for name, value in self.headers.items()}, {}, body))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/push", taken
    server.shutdown()
    server.server_close()


def test_a_push_is_proven_and_makes_us_ask(
    square: SquarePlatform, reviews: Credentials, heard: tuple[str, queue.Queue[Request]]
) -> None:
    url, taken = heard
    assert google.account.registered(reviews, url) is False
    for _ in range(2):
        google.account.register(reviews, url)
    assert google.account.registered(reviews, url) is True
    options = reviews.options
    square.do("subscribe", url=url, audience=options["push_audience"], email=options["push_email"])
    square.post("Mira", "Kein Netz.")
    push = taken.get(timeout=60)
    google.receiver.verify(push, reviews)
    assert google.receiver.parse(push, reviews) == [Nudge()]
    for name in ("push_audience", "push_email"):
        with pytest.raises(InvalidSignature):
            google.receiver.verify(push, replace(reviews, options={**options, name: "another"}))
    later = time.time()
    for asked_at, held in ((later - 61, True), (later - 1, False)):
        # Google changes its keys: an unknown one has them asked for, but not each time that somebody knocks.
        module.push._keys[options["certs_url"]] = module.push._Keys(asked_at, later + 9999, {"old": {}})
        if held:
            google.receiver.verify(push, reviews)
        else:
            with pytest.raises(InvalidSignature):
                google.receiver.verify(push, reviews)
    google.account.unregister(reviews, url)
    assert google.account.registered(reviews, url) is False


# -- YouTube ----------------------------------------------------------------------------------------------------------


def comment(square: SquarePlatform, author: str, text: str, **more: Any) -> str:
    more = more if "to" in more else {"traits": {"video": "dQnordlicht"}}
    return square.post(author, text, **more)["message_id"]


def test_comments_and_replies_are_told_once(square: SquarePlatform, youtube: Credentials) -> None:
    comment(square, "Jonas", "Schon alt.")
    found, cursor = news(youtube, "")
    assert found == []
    top = comment(square, "Mira", "Kommt das aufs Land?")
    (fact,), cursor = news(youtube, cursor)
    assert (fact.message_id, fact.branch_id, fact.thread_id, fact.own) == (top, top, "dQnordlicht", False)
    for number in range(8):
        comment(square, "Lena", f"Das frage ich mich auch {number}", to=top)
    found, cursor = news(youtube, cursor)
    assert {each.text for each in found if each.parent_id == top} == {f"Das frage ich mich auch {n}" for n in range(8)}
    assert news(youtube, cursor)[0] == []


def test_a_comment_is_answered_and_the_customer_answers_after_a_week(
    square: SquarePlatform, youtube: Credentials
) -> None:
    """However many newer comments there are: a thread in which we wrote is looked at by itself."""
    _, cursor = news(youtube, "")
    top = comment(square, "Mira", "Kommt das aufs Land?")
    (fact,), cursor = news(youtube, cursor)
    sent = google.sender.try_send(answer(fact, "Ja, im Herbst."), youtube)
    found, cursor = news(youtube, cursor)
    assert [each.message_id for each in found if each.own] == [sent]
    for number in range(101):
        comment(square, "Gast", f"Nummer {number}")
    _, cursor = news(youtube, cursor)
    square.control("/clock", advance_seconds=WEEK)
    later = comment(square, "Mira", "Ist da, danke!", to=top)
    found, cursor = news(youtube, cursor)
    assert later in {each.message_id for each in found}
    assert news(youtube, cursor)[0] == []


def test_a_comment_that_is_changed_is_an_edit(square: SquarePlatform, youtube: Credentials) -> None:
    _, cursor = news(youtube, "")
    top = comment(square, "Mira", "Kommt das aufs Lant?")
    _, cursor = news(youtube, cursor)
    square.control("/clock", advance_seconds=3600)
    comment(square, "Jonas", "Hallo")
    _, cursor = news(youtube, cursor)
    square.control("/google/edit", message_id=top, text="Kommt das aufs Land?")
    (fact,), cursor = news(youtube, cursor)
    assert (fact.kind, fact.text, fact.message_id) == (Kind.EDITED, "Kommt das aufs Land?", top)


def test_a_comment_whose_answer_is_lost_is_found_once(square: SquarePlatform, youtube: Credentials) -> None:
    _, cursor = news(youtube, "")
    comment(square, "Mira", "Kommt das aufs Land?")
    (fact,), _ = news(youtube, cursor)
    earlier = google.sender.try_send(answer(fact, "Ja."), youtube)
    started = now()
    square.fault("send", lost_answer=True)
    with pytest.raises(UnconfirmedSend):
        google.sender.try_send(answer(fact, "Ja."), youtube)
    looked_for = answer(fact, "Ja.", attempted_at=started, others=frozenset({earlier}))
    found = google.sender.find_sent(looked_for, youtube)
    assert found is not None and found != earlier
    assert google.sender.find_sent(replace(looked_for, others=frozenset({earlier, found})), youtube) is None


def test_comments_are_moderated(square: SquarePlatform, youtube: Credentials) -> None:
    _, cursor = news(youtube, "")
    spam = comment(square, "Spam", "Kaufen Sie!")
    (fact,), _ = news(youtube, cursor)

    def hidden() -> bool:
        return next(each["hidden"] for each in square.messages() if each["id"] == spam)

    for moderation, state in ((Moderation.HIDE, True), (Moderation.SHOW, False)):
        for _ in range(2):
            google.sender.try_moderate(moderation, spam, youtube)
        assert hidden() is state
    sent = google.sender.try_send(answer(fact, "Nicht doch"), youtube)
    google.sender.try_moderate(Moderation.EDIT, sent, youtube, "Nicht doch.")
    assert [each["text"] for each in square.messages(own=True)] == ["Nicht doch."]
    google.sender.try_moderate(Moderation.DELETE, sent, youtube)
    google.sender.try_moderate(Moderation.DELETE, spam, youtube)
    assert square.messages() == []


def test_the_days_quota_is_kept_for_answers(square: SquarePlatform, youtube: Credentials) -> None:
    few = replace(youtube, options={**youtube.options, "daily_units": "5"})
    polled = google.receiver.poll("", few, now())
    calls = len(square.calls("commentThreads"))
    for _ in range(3):
        polled = google.receiver.poll(polled.cursor, few, now())
    assert polled.pause > 0 and len(square.calls("commentThreads")) == calls + 1
    assert google.receiver.poll(polled.cursor, few, now() + 2 * 86_400_000).pause == 0
    square.do("quota", left=0)
    with pytest.raises(TransientFailure) as spent:
        google.receiver.poll("", youtube, now())
    assert spent.value.reason == Reason.RATE and 0 < (spent.value.retry_after or 0) <= 25 * 3600


def test_errors_of_youtube_are_told_apart(square: SquarePlatform, youtube: Credentials) -> None:
    _, cursor = news(youtube, "")
    top = comment(square, "Mira", "Kommt das aufs Land?")
    (fact,), _ = news(youtube, cursor)
    for name, http, reason in (("commentsDisabled", 403, Reason.PERMISSION), ("rateLimitExceeded", 403, Reason.RATE)):
        square.fault("send", error={"name": name, "http": http})
        with pytest.raises((TransientFailure, PermanentFailure)) as failure:
            google.sender.try_send(answer(fact), youtube)
        assert failure.value.reason == reason
    square.control("/google/remove", message_id=top)
    with pytest.raises(PermanentFailure) as gone:
        google.sender.try_send(answer(fact), youtube)
    assert gone.value.reason == Reason.GONE


def test_account_of_the_consent_is_found(reviews: Credentials, youtube: Credentials) -> None:
    assert (google.account.check(reviews).id, google.account.check(reviews).name) == (LOCATION, "Nordlicht Netz")
    assert (google.account.check(youtube).id, google.account.check(youtube).name) == (CHANNEL, "Nordlicht Netz")


# -- the oracle: Google's own client ----------------------------------------------------------------------------------


class Token(google_credentials.Credentials):
    """A token that is there already."""

    def __init__(self, token: str) -> None:
        super().__init__()
        self.token = token

    def refresh(self, request: Any) -> None:
        raise AssertionError("the token should hold")


def client(name: str, version: str, credentials: Credentials, address: str) -> Any:
    http = AuthorizedHttp(Token(credentials.secrets["access_token"]), http=httplib2.Http(timeout=60))
    return build(name, version, http=http, static_discovery=True, client_options={"api_endpoint": address})


def test_googles_client_reads_answers_and_moderates_comments(square: SquarePlatform, youtube: Credentials) -> None:
    official = client("youtube", "v3", youtube, f"{square.home}/")
    top = comment(square, "Mira", "Kommt das aufs Land?")
    threads = official.commentThreads().list(part="snippet,replies", allThreadsRelatedToChannelId=CHANNEL).execute()
    assert threads["items"][0]["snippet"]["topLevelComment"]["id"] == top
    body = {"snippet": {"parentId": top, "textOriginal": "Ja."}}
    sent = official.comments().insert(part="snippet", body=body).execute()
    changed = {"id": sent["id"], "snippet": {"textOriginal": "Ja, bald."}}
    assert official.comments().update(part="snippet", body=changed).execute()["snippet"]["textDisplay"] == "Ja, bald."
    listed = official.comments().list(part="snippet", parentId=top).execute()["items"]
    assert [each["id"] for each in listed] == [sent["id"]]
    official.comments().setModerationStatus(id=top, moderationStatus="heldForReview").execute()
    official.comments().delete(id=sent["id"]).execute()
    with pytest.raises(HttpError) as gone:
        official.comments().insert(part="snippet", body={"snippet": {"parentId": "x", "textOriginal": "?"}}).execute()
    assert gone.value.resp.status == 404 and gone.value.error_details[0]["reason"] == "parentCommentNotFound"


def last_call(square: SquarePlatform) -> tuple[str, str, dict[str, Any]]:
    call = square.calls()[-1]
    params = {name: value for name, value in call["params"].items() if name != "alt"}
    return call["method"], call["path"], params


def test_our_calls_are_those_of_googles_client(square: SquarePlatform, youtube: Credentials) -> None:
    official = client("youtube", "v3", youtube, f"{square.home}/")
    _, cursor = news(youtube, "")
    comment(square, "Mira", "Kommt das aufs Land?")
    (fact,), _ = news(youtube, cursor)
    top = fact.branch_id
    body = {"snippet": {"parentId": top, "textOriginal": "Ja."}}
    ours = google.sender.try_send(answer(fact, "Ja."), youtube)
    same = [last_call(square)]
    theirs = official.comments().insert(part="snippet", body=body).execute()["id"]
    assert same == [last_call(square)]
    listing = {"part": "snippet,replies", "textFormat": "plainText", "order": "time", "maxResults": 100}
    google.receiver.poll("", youtube, now())
    polled = last_call(square)
    official.commentThreads().list(allThreadsRelatedToChannelId=CHANNEL, **listing).execute()
    assert polled == last_call(square)
    google.sender.try_moderate(Moderation.HIDE, top, youtube)
    held = last_call(square)
    official.comments().setModerationStatus(id=top, moderationStatus="heldForReview").execute()
    assert held == last_call(square)
    google.sender.try_moderate(Moderation.EDIT, ours, youtube, "Ja!")
    edited = last_call(square)
    official.comments().update(part="snippet", body={"id": ours, "snippet": {"textOriginal": "Ja!"}}).execute()
    assert edited == last_call(square)
    google.sender.try_moderate(Moderation.DELETE, ours, youtube)
    deleted = last_call(square)
    official.comments().delete(id=theirs).execute()
    assert deleted[:2] == last_call(square)[:2] and set(deleted[2]) == {"id"}


def test_googles_client_knows_the_location_and_the_notifications(square: SquarePlatform, reviews: Credentials) -> None:
    """For the reviews themselves Google publishes no description any more; for what is around them it does."""
    name = f"{LOCATION.partition('/locations/')[0]}/notificationSetting"
    number = f"locations/{LOCATION.rpartition('/')[2]}"
    official = client("mybusinessnotifications", "v1", reviews, f"{square.home}/notifications/")
    google.account.register(reviews, "https://ours.example")
    ours = last_call(square)
    setting = {"name": name, "pubsubTopic": reviews.options["topic"]}
    setting |= {"notificationTypes": ["NEW_REVIEW", "UPDATED_REVIEW"]}
    mask = "pubsubTopic,notificationTypes"
    official.accounts().updateNotificationSetting(name=name, updateMask=mask, body=setting).execute()
    assert ours == last_call(square)
    assert official.accounts().getNotificationSetting(name=name).execute()["pubsubTopic"] == setting["pubsubTopic"]
    information = client("mybusinessbusinessinformation", "v1", reviews, f"{square.home}/information/")
    google.account.check(reviews)
    ours = last_call(square)
    found = information.locations().get(name=number, readMask="name,title").execute()
    assert ours == last_call(square) and found["title"] == "Nordlicht Netz"


def test_the_square_speaks_json_as_google_does(square: SquarePlatform, reviews: Credentials) -> None:
    headers = {"Authorization": "Bearer wrong"}
    answered = square.http.get(f"/google/v4/{LOCATION}/reviews", headers=headers)
    assert answered.status_code == 401 and json.loads(answered.text)["error"]["status"] == "UNAUTHENTICATED"


def test_own_video_is_read_and_reviews_stand_below_nothing(
    square: SquarePlatform, youtube: Credentials, reviews: Credentials
) -> None:
    comment(square, "Mira", "Kommt das aufs Land?")
    found = google.receiver.own_post("dQnordlicht", youtube)
    assert found is not None
    assert found.text
    assert found.url == "https://www.youtube.com/watch?v=dQnordlicht"
    assert google.receiver.own_post("nonesuch", youtube) is None
    assert google.receiver.own_post("dQnordlicht", replace(youtube, account_id="another")) is None
    assert google.receiver.own_post(f"{LOCATION}/reviews/1", reviews) is None


# -- searching --------------------------------------------------------------------------------------------------------

VIDEO = "dQw4w9WgXcQ"


def say(square: SquarePlatform, author: str, text: str, **traits: Any) -> dict[str, Any]:
    body = {"author": {"name": author}, "text": text, "trait": "public", "traits": {"video": VIDEO, **traits}}
    return square.control("/google/say", **body)


found = partial(found_by, google)
HEADPHONES = SearchRequest(Query(all=("suche",), any=("Kopfhörer", "Headset")), places=(VIDEO,), since=1)


def test_search_of_many_pages_finds_all_and_then_what_is_new(square: SquarePlatform, youtube: Credentials) -> None:
    assert_pages_and_news_are_found(partial(say, square, "Runa"), partial(found, youtube, HEADPHONES), posts=120)


@pytest.mark.parametrize(
    "place",
    [
        VIDEO,
        f"https://www.youtube.com/watch?v={VIDEO}&t=3",
        f"https://youtu.be/{VIDEO}?si=x",
        f"https://m.youtube.com/shorts/{VIDEO}",
    ],
)
def test_video_is_named_by_its_id_or_its_address(square: SquarePlatform, youtube: Credentials, place: str) -> None:
    said = say(square, "Runa", "Ich suche Kopfhörer")
    posts, _ = found(youtube, SearchRequest(HEADPHONES.query, places=(place,), since=1))
    assert [post.id for post in posts] == [said["message_id"]]


def test_search_without_videos_or_for_reviews_is_refused(youtube: Credentials, reviews: Credentials) -> None:
    with pytest.raises(PermanentFailure, match="no_videos"):
        found(youtube, SearchRequest(HEADPHONES.query, places=("kein Video",), since=1))
    with pytest.raises(PermanentFailure, match="no_youtube"):
        found(reviews, HEADPHONES)


def test_search_tells_where_no_answer_is_possible_and_costs_a_unit_for_each_request(
    square: SquarePlatform, youtube: Credentials
) -> None:
    say(square, "Runa", "Ich suche Kopfhörer")
    say(square, "Ole", "Ich suche Kopfhörer", no_replies=True)
    square.do("quota", left=2)
    posts, cursor = found(youtube, HEADPHONES)
    assert sorted((post.author.name or "", post.may_reply, post.replies) for post in posts) == [
        ("@ole", False, 0),
        ("@runa", True, 0),
    ]
    with pytest.raises(TransientFailure) as failure:
        found(youtube, HEADPHONES, cursor)
    assert failure.value.reason == Reason.RATE
    assert (failure.value.retry_after or 0) >= 60


def test_answer_of_a_stranger_is_found_below_their_comment(square: SquarePlatform, youtube: Credentials) -> None:
    assert google.searcher
    said = say(square, "Runa", "Ich suche Kopfhörer")
    (post,), _ = found(youtube, HEADPHONES)
    fact = google.searcher.fact(post)
    assert (fact.thread_id, fact.branch_id, fact.parent_id) == (VIDEO, said["message_id"], VIDEO)
    ours = google.sender.try_send(answer(fact, "Wir helfen gern."), youtube)
    square.control("/google/post", author={"name": "Runa"}, text="Danke!", to=ours)
    below = google.searcher.answers(post, youtube)
    assert [(each.id == ours, each.text) for each in below] == [(True, "Wir helfen gern."), (False, "Danke!")]
    address = f"https://www.youtube.com/watch?v={VIDEO}&lc={ours}"
    assert google.searcher.own_post_id(address, youtube) == ours
    assert google.searcher.post_url(ours, post, youtube) == address
    assert google.searcher.post_url(ours, replace(post, place=""), youtube) == ""
    assert google.searcher.video_url(post) == f"https://www.youtube.com/watch?v={post.thread_id}"
    assert google.searcher.video_url(replace(post, parent_id=post.id)) == ""
    assert news(youtube, "")[0] == []
