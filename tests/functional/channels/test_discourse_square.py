"""Discourse over real HTTP: our channel against the square, and the leading Python client against the same square."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from msgspec.structs import replace
from pydiscourse import DiscourseClient
from pydiscourse.exceptions import DiscourseClientError

import channels
from channels._search import SearchRequest
from channels.base import (
    Account,
    Credentials,
    File,
    InvalidSignature,
    Moderation,
    Outbound,
    PermanentFailure,
    Reason,
    Request,
    TransientFailure,
    UnconfirmedSend,
    Way,
)
from conversations.facts import Fact, Kind, Nudge, Visibility
from infra.square.platforms.discourse.platform import Discourse
from outreach.searches import Query
from tests.support.searches import assert_pages_and_news_are_found, found_by
from tests.support.square_platform import SquarePlatform

discourse = channels.get("discourse")
SECTION = Discourse.invented(lambda: "an-invented-secret")
ACCOUNT = SECTION["account_id"]
OUR_ID = "1790000000000abcdefghijklm"
WEEK = 7 * 24 * 3600


class Listener:
    """Takes the forum's webhooks as they are: headers and bytes."""

    def __init__(self) -> None:
        self.heard: queue.Queue[Request] = queue.Queue()
        heard = self.heard

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                heard.put(Request("POST", {name.lower(): value for name, value in self.headers.items()}, {}, body))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/webhooks/discourse/demo"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(scope="module")
def ears() -> Iterator[Listener]:
    listener = Listener()
    yield listener
    listener.close()


@pytest.fixture
def credentials(square: SquarePlatform) -> Credentials:
    return Credentials.of(Discourse.connection(SECTION, square.url))


@pytest.fixture
def listener(ears: Listener, credentials: Credentials) -> Listener:
    while not ears.heard.empty():
        ears.heard.get_nowait()
    discourse.account.register(credentials, ears.url)
    return ears


def told(listener: Listener, credentials: Credentials) -> list[Any]:
    """Return the events of the next webhook call that has any, once its signature is checked."""
    while True:
        request = listener.heard.get(timeout=60)
        discourse.receiver.verify(request, credentials)
        if found := discourse.receiver.parse(request, credentials):
            return list(found)


def news(credentials: Credentials, cursor: str) -> tuple[list[Any], str]:
    found: list[Any] = []
    while True:
        polled = discourse.receiver.poll(cursor, credentials, int(time.time() * 1000))
        assert len(polled.cursor) <= 2000
        found, cursor = [*found, *polled.events], polled.cursor
        if not polled.more:
            return found, cursor


def topic(
    square: SquarePlatform, text: str = "Seit gestern blinkt die Lampe rot.", author: str = "Mira", **more: Any
) -> dict[str, Any]:
    return square.post(author, text, title="Router blinkt rot", **more)


def outbound(said: dict[str, Any], text: str = "Wir schauen gleich nach.", **more: Any) -> Outbound:
    plain = Outbound(OUR_ID, Way.PUBLIC_REPLY, text, said["thread_id"], "", said["author_id"], attempted_at=1)
    return replace(plain, **more)


def posts(square: SquarePlatform) -> list[str]:
    return [each["text"] for each in square.messages(own=True)]


# -- the webhook ------------------------------------------------------------------------------------------------------


def test_topic_is_told_once_and_signed(square: SquarePlatform, credentials: Credentials, listener: Listener) -> None:
    said = topic(square)
    (fact,) = told(listener, credentials)
    assert (fact.kind, fact.visibility, fact.thread_id, fact.message_id) == (
        Kind.MESSAGE,
        Visibility.PUBLIC,
        said["thread_id"],
        said["message_id"],
    )
    assert (fact.title, fact.text, fact.own) == ("Router blinkt rot", "Seit gestern blinkt die Lampe rot.", False)


def test_forged_webhook_is_refused(square: SquarePlatform, credentials: Credentials, listener: Listener) -> None:
    topic(square)
    request = listener.heard.get(timeout=60)
    with pytest.raises(InvalidSignature):
        discourse.receiver.verify(replace(request, body=request.body.replace(b":", b": ", 1)), credentials)


def proven(listener: Listener, credentials: Credentials) -> list[Any]:
    """Return the kinds of what the next webhook tells, and of what the forum answers to what it only claims."""
    facts = [fact for fact in told(listener, credentials) if isinstance(fact, Fact)]
    asked = [discourse.receiver.complete(fact, credentials) if fact.kind is Kind.CLAIMED else fact for fact in facts]
    return [fact.kind for fact in asked if fact]


def test_changes_of_a_post_are_reported(square: SquarePlatform, credentials: Credentials, listener: Listener) -> None:
    said = topic(square)
    told(listener, credentials)
    reply = square.post("Sam", "Bei mir auch.", to=said["message_id"])
    (fact,) = told(listener, credentials)
    assert (fact.thread_id, fact.parent_id) == (said["thread_id"], f"{said['thread_id']}/1")
    square.control("/discourse/edit", message_id=reply["message_id"], text="Bei mir auch, seit Montag.")
    fact = told(listener, credentials)[-1]
    assert (fact.kind, fact.text) == (Kind.EDITED, "Bei mir auch, seit Montag.")
    square.do("accept", message_id=reply["message_id"])
    assert proven(listener, credentials) == [Kind.SOLVED]
    square.do("unaccept", message_id=reply["message_id"])
    assert proven(listener, credentials) == [Kind.UNSOLVED]
    square.control("/discourse/react", message_id=reply["message_id"], author={"name": "Mira"}, reaction="❤️")
    assert [each.payload for each in told(listener, credentials)] == ["❤️"]
    square.control("/discourse/remove", message_id=reply["message_id"])
    assert proven(listener, credentials)[-1] == Kind.REMOVED
    square.do("recover", message_id=reply["message_id"])
    assert proven(listener, credentials)[-1] == Kind.SHOWN


@pytest.mark.parametrize("event", ["post_destroyed", "accepted_solution"])
def test_a_captured_call_sent_again_under_another_event_is_not_obeyed(
    square: SquarePlatform, credentials: Credentials, listener: Listener, event: str
) -> None:
    topic(square)
    request = listener.heard.get(timeout=60)
    while not discourse.receiver.parse(request, credentials):
        request = listener.heard.get(timeout=60)
    forged = replace(request, headers={**request.headers, "x-discourse-event": event})
    discourse.receiver.verify(forged, credentials)
    message, claim = discourse.receiver.parse(forged, credentials)
    assert isinstance(message, Fact) and isinstance(claim, Fact)
    assert (message.kind, claim.kind) == (Kind.MESSAGE, Kind.CLAIMED)
    assert discourse.receiver.complete(claim, credentials) is None


def test_a_post_that_is_gone_is_not_shown_again_by_a_captured_call(
    square: SquarePlatform, credentials: Credentials, listener: Listener
) -> None:
    said = topic(square)
    reply = square.post("Sam", "Bei mir auch.", to=said["message_id"])
    told(listener, credentials)
    (fact,) = told(listener, credentials)
    square.control("/discourse/remove", message_id=reply["message_id"])
    told(listener, credentials)
    claims = {kind: replace(fact, kind=Kind.CLAIMED, payload=str(kind)) for kind in (Kind.SHOWN, Kind.SOLVED)}
    assert {kind: discourse.receiver.complete(claim, credentials) for kind, claim in claims.items()} == dict.fromkeys(
        claims
    )


def test_post_deleted_by_its_author_is_removed(
    square: SquarePlatform, credentials: Credentials, listener: Listener
) -> None:
    said = topic(square)
    told(listener, credentials)
    square.do("withdraw", message_id=said["message_id"])
    (fact,) = told(listener, credentials)
    assert (fact.kind, fact.text) == (Kind.REMOVED, None)


def test_whispers_and_small_actions_are_nobodys_messages(
    square: SquarePlatform, credentials: Credentials, listener: Listener
) -> None:
    said = topic(square)
    told(listener, credentials)
    square.do("whisper", thread_id=said["thread_id"], author={"name": "Team"}, text="Den kenne ich.")
    square.do("small_action", thread_id=said["thread_id"], author={"name": "Team"})
    square.post("Mira", "Hallo?", to=said["thread_id"])
    (fact,) = told(listener, credentials)
    assert fact.text == "Hallo?"


def test_personal_message_is_a_sign_to_ask_and_then_private(
    square: SquarePlatform, credentials: Credentials, listener: Listener
) -> None:
    """The webhook tells of those among strangers as well, so nothing of it is taken from there."""
    _, cursor = news(credentials, "")
    said = square.post("Mira", "Können Sie meine Rechnung prüfen?", private=True)
    assert told(listener, credentials) == [Nudge()]
    (fact,), _ = news(credentials, cursor)
    assert (fact.visibility, fact.customer_id, fact.text) == (
        Visibility.PRIVATE,
        said["author_id"],
        "Können Sie meine Rechnung prüfen?",
    )


def test_webhook_is_registered_once_and_let_go(
    square: SquarePlatform, credentials: Credentials, ears: Listener
) -> None:
    assert discourse.account.registered(credentials, ears.url) is False
    for _ in range(2):
        discourse.account.register(credentials, ears.url)
    assert discourse.account.registered(credentials, ears.url) is True
    for _ in range(2):
        discourse.account.unregister(credentials, ears.url)
    assert discourse.account.registered(credentials, ears.url) is False


def test_key_that_may_not_make_webhooks_leaves_it_to_people(square: SquarePlatform, credentials: Credentials) -> None:
    for status in (403, 404):
        for action in (discourse.account.register, discourse.account.unregister, discourse.account.registered):
            square.fault("web_hooks", error={"code": status})
            assert action(credentials, "https://ours.example/hook") is None


# -- what no webhook told of ------------------------------------------------------------------------------------------


def test_posts_before_the_first_poll_are_not_reported(square: SquarePlatform, credentials: Credentials) -> None:
    topic(square)
    found, cursor = news(credentials, "")
    assert found == []
    topic(square, "Und heute auch.")
    (fact,), cursor = news(credentials, cursor)
    assert (fact.text, fact.visibility) == ("Und heute auch.", Visibility.PUBLIC)
    assert news(credentials, cursor)[0] == []


def test_poll_and_webhook_tell_the_same(square: SquarePlatform, credentials: Credentials, listener: Listener) -> None:
    """Invariant: what is reported twice is stored once."""
    _, cursor = news(credentials, "")
    topic(square, attachments=[{"type": "image", "url": "https://cdn.example/lampe.png"}])
    assert told(listener, credentials) == news(credentials, cursor)[0]


@pytest.mark.parametrize("old_feed", [False, True])
def test_long_gap_is_closed_page_by_page(square: SquarePlatform, credentials: Credentials, old_feed: bool) -> None:
    square.do("settings", old_feed=old_feed)
    said = topic(square)
    _, cursor = news(credentials, "")
    for number in range(230):
        square.post("Mira", f"Nummer {number}", to=said["thread_id"])
    first = discourse.receiver.poll(cursor, credentials, 1)
    again = discourse.receiver.poll(cursor, credentials, 1)
    assert (first.events, first.cursor) == (again.events, again.cursor)
    assert first.more
    found, cursor = news(credentials, cursor)
    assert sorted(each.text for each in found) == sorted(f"Nummer {number}" for number in range(230))
    assert news(credentials, cursor)[0] == []


def test_edit_that_no_webhook_told_of_is_found(square: SquarePlatform, credentials: Credentials) -> None:
    said = topic(square)
    _, cursor = news(credentials, "")
    square.control("/discourse/edit", message_id=said["message_id"], text="Die Lampe blinkt nun grün.")
    (fact,), cursor = news(credentials, cursor)
    assert (fact.kind, fact.text) == (Kind.EDITED, "Die Lampe blinkt nun grün.")
    assert news(credentials, cursor)[0] == []


def test_key_for_public_posts_alone_is_enough(square: SquarePlatform, credentials: Credentials) -> None:
    _, cursor = news(credentials, "")
    topic(square)
    square.fault("private-posts", error={"code": 403})
    assert len(discourse.receiver.poll(cursor, credentials, 1).events) == 1


# -- what is sent -----------------------------------------------------------------------------------------------------


def test_reply_stands_in_the_topic(square: SquarePlatform, credentials: Credentials) -> None:
    said = topic(square)
    sent = discourse.sender.try_send(outbound(said), credentials)
    (message,) = square.messages(own=True)
    assert (message["id"], message["text"], message["parent_id"]) == (sent, "Wir schauen gleich nach.", None)


def test_reply_to_a_post_names_its_number(square: SquarePlatform, credentials: Credentials) -> None:
    said = topic(square)
    reply = square.post("Sam", "Bei mir auch.", to=said["thread_id"])
    discourse.sender.try_send(outbound(said, reply_to_id=reply["message_id"]), credentials)
    assert square.messages(own=True)[0]["parent_id"] == reply["message_id"]


def test_follow_up_a_week_later_goes_out(square: SquarePlatform, credentials: Credentials) -> None:
    said = topic(square)
    square.control("/clock", advance_seconds=WEEK)
    assert discourse.sender.try_send(outbound(said, "Konnte der Fehler gefunden werden?"), credentials)


def test_personal_message_is_answered_in_its_topic(square: SquarePlatform, credentials: Credentials) -> None:
    said = square.post("Mira", "Können Sie meine Rechnung prüfen?", private=True)
    discourse.sender.try_send(outbound(said, way=Way.PRIVATE_MESSAGE), credentials)
    thread = square.http.get("/_square/discourse/view").json()["threads"][0]
    assert [each["author"]["own"] for each in thread["messages"]] == [False, True]


def test_private_reply_is_a_new_personal_message_to_the_customer(
    square: SquarePlatform, credentials: Credentials
) -> None:
    said = topic(square)
    sent = discourse.sender.try_send(outbound(said, "Bitte Ihre Kundennummer.", way=Way.PRIVATE_REPLY), credentials)
    private = next(each for each in square.http.get("/_square/discourse/view").json()["threads"] if not each["public"])
    assert (private["title"], private["person"]["name"], private["messages"][0]["id"]) == (
        "Router blinkt rot",
        "Mira",
        sent,
    )


def test_file_is_put_onto_the_forum_and_shown_in_the_post(square: SquarePlatform, credentials: Credentials) -> None:
    said = topic(square)
    picture = File("lampe [1].png", "image/png", b"\x89PNG")
    discourse.sender.try_send(outbound(said, files=(picture,)), credentials)
    text = posts(square)[0]
    assert text.startswith("Wir schauen gleich nach.\n\n![lampe 1.png|640x480](upload://")
    assert discourse.sender.find_sent(outbound(said), credentials), "it is found with its picture below the text"


def test_lost_answer_is_found_and_not_sent_again(square: SquarePlatform, credentials: Credentials) -> None:
    said = topic(square)
    earlier = discourse.sender.try_send(outbound(said), credentials)
    square.control("/clock", advance_seconds=300)
    at = square.http.get("/_square/health").json()["now"]
    message = outbound(said, attempted_at=at, others=frozenset({earlier}))
    assert discourse.sender.find_sent(message, credentials) is None
    square.fault("send", lost_answer=True)
    with pytest.raises(UnconfirmedSend):
        discourse.sender.try_send(message, credentials)
    found = discourse.sender.find_sent(message, credentials)
    assert found and found != earlier and len(posts(square)) == 2


def test_lost_private_reply_is_found(square: SquarePlatform, credentials: Credentials) -> None:
    said = topic(square)
    message = outbound(said, "Bitte Ihre Kundennummer.", way=Way.PRIVATE_REPLY)
    square.fault("discourse/posts.json$", lost_answer=True)
    with pytest.raises(UnconfirmedSend):
        discourse.sender.try_send(message, credentials)
    assert discourse.sender.find_sent(message, credentials) == square.messages(own=True)[0]["id"]


def test_answer_that_waits_for_approval_is_not_sent_twice(square: SquarePlatform, credentials: Credentials) -> None:
    said = topic(square)
    square.do("settings", approve=True)
    with pytest.raises(UnconfirmedSend):
        discourse.sender.try_send(outbound(said), credentials)
    with pytest.raises(PermanentFailure) as waiting:
        discourse.sender.find_sent(outbound(said), credentials)
    assert (waiting.value.reason, waiting.value.code) == (Reason.POLICY, "enqueued")
    (approved,) = square.do("approve")["message_ids"]
    assert discourse.sender.find_sent(outbound(said), credentials) == approved


def test_text_that_was_posted_a_moment_ago_is_looked_for(square: SquarePlatform, credentials: Credentials) -> None:
    said = topic(square)
    square.do("settings", staff=False)
    discourse.sender.try_send(outbound(said), credentials)
    square.control("/clock", advance_seconds=130)
    with pytest.raises(UnconfirmedSend):
        discourse.sender.try_send(outbound(said), credentials)
    assert discourse.sender.find_sent(outbound(said), credentials)


@pytest.mark.parametrize(("text", "code"), [("Ja.", "422"), ("x" * 32_001, "422")], ids=["too short", "too long"])
def test_text_of_the_wrong_length_is_refused(
    square: SquarePlatform, credentials: Credentials, text: str, code: str
) -> None:
    with pytest.raises(PermanentFailure) as refused:
        discourse.sender.try_send(outbound(topic(square), text), credentials)
    assert (refused.value.reason, refused.value.code) == (Reason.BAD, code)


def test_deleted_parent_is_gone(square: SquarePlatform, credentials: Credentials) -> None:
    said = topic(square)
    reply = square.post("Sam", "Bei mir auch.", to=said["thread_id"])
    square.control("/discourse/remove", message_id=reply["message_id"])
    with pytest.raises(PermanentFailure) as gone:
        discourse.sender.try_send(outbound(said, reply_to_id=reply["message_id"]), credentials)
    assert gone.value.reason == Reason.GONE
    assert posts(square) == []


def test_wrong_key_stops_the_connection(square: SquarePlatform, credentials: Credentials) -> None:
    said = topic(square)
    square.expire()
    for call in (
        lambda: discourse.sender.try_send(outbound(said), credentials),
        lambda: discourse.account.check(credentials),
    ):
        with pytest.raises(TransientFailure) as refused:
            call()
        assert refused.value.reason == Reason.AUTH
    square.expire(False)
    assert discourse.sender.try_send(outbound(said), credentials)


def test_limit_of_calls_says_how_long_to_wait(square: SquarePlatform, credentials: Credentials) -> None:
    square.fault("send", error={"code": 429})
    with pytest.raises(TransientFailure) as limited:
        discourse.sender.try_send(outbound(topic(square)), credentials)
    assert (limited.value.reason, limited.value.retry_after) == (Reason.RATE, 12)


def test_forum_under_maintenance_is_waited_for(square: SquarePlatform, credentials: Credentials) -> None:
    square.fault("send", error={"code": 503})
    with pytest.raises(TransientFailure) as waiting:
        discourse.sender.try_send(outbound(topic(square)), credentials)
    assert waiting.value.reason == Reason.RETRY


# -- what is done to posts --------------------------------------------------------------------------------------------


def test_post_is_liked_accepted_edited_and_deleted_twice_is_once(
    square: SquarePlatform, credentials: Credentials
) -> None:
    said = topic(square)
    reply = square.post("Sam", "Bei mir half ein Neustart.", to=said["thread_id"])["message_id"]
    ours = discourse.sender.try_send(outbound(said), credentials)
    for moderation, target, text in (
        (Moderation.LIKE, reply, ""),
        (Moderation.ACCEPT, reply, ""),
        (Moderation.EDIT, ours, "Wir haben nachgesehen."),
    ):
        for _ in range(2):
            discourse.sender.try_moderate(moderation, target, credentials, text)
    shown = {each["id"]: each for each in square.messages()}
    assert list(shown[reply]["reactions"]) == [ACCOUNT]
    assert shown[ours]["text"] == "Wir haben nachgesehen."
    for moderation, target in ((Moderation.UNLIKE, reply), (Moderation.DELETE, ours)):
        for _ in range(2):
            discourse.sender.try_moderate(moderation, target, credentials)
    assert [each["reactions"] for each in square.messages()] == [{}, {}]


def test_forbidden_moderation_fails_with_its_reason(square: SquarePlatform, credentials: Credentials) -> None:
    with pytest.raises(PermanentFailure) as refused:
        discourse.sender.try_moderate(Moderation.ACCEPT, topic(square)["message_id"], credentials)
    assert refused.value.reason == Reason.PERMISSION


# -- the connection ---------------------------------------------------------------------------------------------------


def test_check_says_who_we_are_and_what_the_forum_allows(credentials: Credentials) -> None:
    assert discourse.account.check(credentials) == Account(
        ACCOUNT,
        "Nordlicht Netz",
        {
            "api_username": "nordlicht",
            "personal_messages": "ours",
            "max_post_length": "32000",
            "min_post_length": "5",
            "max_image_kb": "4096",
        },
    )


def test_name_of_a_customer_is_looked_up(square: SquarePlatform, credentials: Credentials) -> None:
    assert discourse.receiver.profile_name(topic(square)["author_id"], credentials) == "mira"
    assert discourse.receiver.profile_name("999", credentials) is None
    assert discourse.receiver.profile_name("topic:9", credentials) is None


# -- the leading client against the same square -----------------------------------------------------------------------


@pytest.fixture
def client(square: SquarePlatform) -> DiscourseClient:
    return DiscourseClient(square.home, SECTION["username"], SECTION["api_key"], timeout=60)


def test_client_reads_and_writes_the_square(square: SquarePlatform, client: DiscourseClient) -> None:
    said = topic(square)
    sent = client.create_post("Wir schauen gleich nach.", topic_id=int(said["thread_id"]))
    assert client.post_by_id(sent["id"])["raw"] == "Wir schauen gleich nach."
    assert [post["id"] for post in client.latest_posts()["latest_posts"]] == [sent["id"], int(said["message_id"])]
    assert client.latest_posts(before=sent["id"])["latest_posts"][0]["id"] == int(said["message_id"])
    assert client.topic("thema", said["thread_id"])["title"] == "Router blinkt rot"
    (post,) = client.posts(said["thread_id"], [said["message_id"]])["post_stream"]["posts"]
    assert post["username"] == "mira"
    client.update_post(sent["id"], "Wir haben nachgesehen.")
    assert posts(square) == ["Wir haben nachgesehen."]
    square.post("Mira", "Privat gefragt", private=True)
    assert len(client.private_messages("nordlicht")["topic_list"]["topics"]) == 1


def test_client_understands_our_errors(square: SquarePlatform, client: DiscourseClient) -> None:
    with pytest.raises(DiscourseClientError, match="too short"):
        client.create_post("Ja.", topic_id=int(topic(square)["thread_id"]))
    square.expire()
    with pytest.raises(DiscourseClientError, match="invalid"):
        client.latest_posts()


def test_channel_asks_as_the_client_does(
    square: SquarePlatform, client: DiscourseClient, credentials: Credentials
) -> None:
    said = topic(square)
    reply = square.post("Sam", "Bei mir auch.", to=said["thread_id"])
    sent = client.create_post("Erste Antwort", topic_id=int(said["thread_id"]), reply_to_post_number=2)
    client.update_post(sent["id"], "Erste Antwort, neu")
    mine = discourse.sender.try_send(outbound(said, "Zweite Antwort", reply_to_id=reply["message_id"]), credentials)
    discourse.sender.try_moderate(Moderation.EDIT, mine, credentials, "Zweite Antwort, neu")
    writes = [each for each in square.calls() if each["method"] in ("POST", "PUT")]
    theirs, theirs_edit, ours, ours_edit = writes
    assert ours["path"].removesuffix(".json") == theirs["path"]
    assert {name: str(value) for name, value in ours["params"].items()} == {
        **{name: str(value) for name, value in theirs["params"].items()},
        "raw": "Zweite Antwort",
    }
    assert ours_edit["path"].removesuffix(".json") == theirs_edit["path"].replace(str(sent["id"]), mine)
    assert ours_edit["params"]["post"]["raw"] == "Zweite Antwort, neu"
    assert theirs_edit["params"]["post[raw]"] == "Erste Antwort, neu"
    first, second = square.messages(own=True)
    assert (first["parent_id"], second["parent_id"]) == (reply["message_id"], reply["message_id"])


def test_fact_is_what_the_square_holds(square: SquarePlatform, credentials: Credentials) -> None:
    _, cursor = news(credentials, "")
    topic(square)
    (fact,), _ = news(credentials, cursor)
    assert isinstance(fact, Fact) and fact.permalink == f"{square.home}/t/thema/{fact.thread_id}/1"


def test_removal_of_the_first_post_takes_its_topic_along(
    square: SquarePlatform, credentials: Credentials, listener: Listener
) -> None:
    said = topic(square)
    told(listener, credentials)
    square.control("/discourse/remove", message_id=said["message_id"])
    facts = [fact for fact in told(listener, credentials) if isinstance(fact, Fact) and fact.kind is Kind.CLAIMED]
    answers = [discourse.receiver.complete(fact, credentials) for fact in facts]
    assert [(fact.kind, fact.is_of_all, fact.parent_id) for fact in answers if fact] == [(Kind.REMOVED, True, None)]


# -- searching --------------------------------------------------------------------------------------------------------


def say(square: SquarePlatform, author: str, text: str, **more: Any) -> dict[str, Any]:
    return square.control("/discourse/say", author={"name": author}, text=text, trait="public", **more)


found = partial(found_by, discourse)
HEADPHONES = SearchRequest(Query(all=("suche",), any=("Kopfhörer", "Headset")), since=1)


def test_search_of_many_pages_finds_all_and_then_what_is_new(square: SquarePlatform, credentials: Credentials) -> None:
    assert_pages_and_news_are_found(partial(say, square, "Runa"), partial(found, credentials, HEADPHONES), posts=30)


def test_search_of_more_posts_than_are_read_has_a_gap(square: SquarePlatform, credentials: Credentials) -> None:
    assert discourse.searcher
    for count in range(60):
        say(square, "Runa", f"Ich suche Kopfhörer {count}")
    cursor, gaps = "", []
    for _ in range(5):
        page = discourse.searcher.search(HEADPHONES, cursor, credentials, int(time.time() * 1000))
        cursor, gaps = page.cursor, [*gaps, page.has_gap]
    assert gaps == [False, False, False, False, True]


def test_found_post_has_its_whole_text_and_what_its_topic_tells(
    square: SquarePlatform, credentials: Credentials
) -> None:
    text = f"Ich suche Kopfhörer. {'Lang. ' * 100}Danke, @nordlicht!"
    say(square, "Runa", text, title="Kaufberatung")
    closed = say(square, "Ole", "Ich suche ein Headset")
    square.do("close", thread_id=closed["thread_id"])
    posts, _ = found(credentials, HEADPHONES)
    told = {post.title: (post.text, post.replies, post.may_reply, post.mentions_us) for post in posts}
    assert told["Kaufberatung"] == (text, 0, None, True)
    assert told["Ich suche ein Headset"] == ("Ich suche ein Headset", 0, False, False)
    assert all((post.author.id or "").isdigit() and post.url.startswith(square.home) for post in posts)


def test_search_keeps_to_its_categories_and_tags(square: SquarePlatform, credentials: Credentials) -> None:
    audio = say(square, "Runa", "Ich suche Kopfhörer", traits={"category": "audio", "tags": ["hifi"]})
    say(square, "Ole", "Ich suche Kopfhörer")
    for place in ("audio", "#audio", "tag:hifi"):
        posts, _ = found(credentials, SearchRequest(HEADPHONES.query, places=(place,), since=1))
        assert [post.id for post in posts] == [audio["message_id"]]


def test_answer_of_a_stranger_is_found_in_their_topic_and_the_address_of_ours_is_known(
    square: SquarePlatform, credentials: Credentials
) -> None:
    assert discourse.searcher
    said = say(square, "Runa", "Ich suche Kopfhörer", answers="no")
    (post,), _ = found(credentials, HEADPHONES)
    fact = discourse.searcher.fact(post)
    assert (fact.thread_id, fact.thread_is_guess, fact.may_move) == (said["thread_id"], False, True)
    message = Outbound("1", Way.PUBLIC_REPLY, "Wir helfen gern.", fact.thread_id, reply_to_id=fact.message_id)
    ours = discourse.sender.try_send(message, credentials)
    below = discourse.searcher.answers(post, credentials)
    assert [(each.id == ours, each.author.id == post.author.id) for each in below] == [(True, False), (False, True)]
    assert discourse.searcher.own_post_id(f"{square.home}/t/thema/{fact.thread_id}/2", credentials) == ours
    assert discourse.searcher.own_post_id(f"{square.home}/p/{ours}", credentials) == ours
    assert discourse.searcher.own_post_id(post.url, credentials) is None
    assert discourse.searcher.own_post_id(f"{square.home}/t/thema/{fact.thread_id}/99", credentials) is None


def test_search_waits_as_long_as_the_forum_wants(square: SquarePlatform, credentials: Credentials) -> None:
    square.fault("search", error={"code": 429})
    with pytest.raises(TransientFailure) as failure:
        found(credentials, HEADPHONES)
    assert (failure.value.reason, failure.value.retry_after) == (Reason.RATE, 12)
