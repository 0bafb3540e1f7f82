"""The market square, started as it is started by people, with a listener that checks every signature."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable

import httpx
import pytest

import channels
from channels.base import Credentials, Outbound, Reason, TransientFailure, Way
from infra.local.players import wait_for
from tests.support.square import APP_TOKEN, FACEBOOK, MIRA, PAGE, ROOT, WEEK, Listener, Square


@pytest.fixture
def listener(square):
    listener = Listener()
    square.subscribe(listener)
    yield listener
    listener.close()


def error_of(answer: httpx.Response) -> tuple[int, int | None]:
    error = answer.json()["error"]
    assert error["message"] and error["fbtrace_id"]
    return error["code"], error.get("error_subcode")


# --- being told ---------------------------------------------------------------------------------------------------


def test_visitor_post_is_told_in_metas_bytes(square, listener):
    post_id = square.post("Kein WLAN mehr 😢 / seit gestern, Grüße")
    entry = listener.next_entry()
    assert entry["id"] == PAGE and entry["time"] < 10**11
    value = entry["changes"][0]["value"]
    assert (value["item"], value["verb"], value["post_id"]) == ("status", "add", post_id)
    assert value["from"]["name"] == MIRA["name"] and isinstance(value["created_time"], int)
    assert b"Gr\\u00fc\\u00dfe" in listener.bodies[-1] and b"\\/" in listener.bodies[-1]
    assert b"\\ud83d\\ude22" in listener.bodies[-1]


@pytest.mark.parametrize(
    ("content", "item", "key"),
    [
        ({"photos": ["https://images.example/a.png"]}, "photo", "photo_id"),
        ({"photos": ["https://images.example/a.png", "https://images.example/b.png"]}, "status", "photos"),
        ({"video": "https://images.example/a.mp4"}, "video", "video_id"),
        ({"link": "https://example.org/"}, "status", "link"),
    ],
)
def test_posts_of_all_kinds_are_told(square, listener, content, item, key):
    square.post("Seht mal", **content)
    value = listener.next_value()
    assert value["item"] == item and key in value


def test_comments_stand_at_two_levels(square, listener):
    post_id = square.post("Hallo")
    top = square.comment(post_id, "Bei mir auch", {"name": "Jonas"})
    answer = square.comment(top, "Seit wann?")
    deeper = square.comment(answer, "Seit heute", {"name": "Jonas"})
    listener.next_value()
    parents = [listener.next_value()["parent_id"] for _ in range(3)]
    assert parents == [post_id, top, top]
    shown = {each["id"]: each["parent_id"] for each in square.comments()}
    assert shown == {top: post_id, answer: top, deeper: top}


def test_edits_hides_and_removals_are_told(square, listener):
    post_id = square.post("Hallo")
    comment_id = square.comment(post_id, "Bei mir auch")
    square.customer("edit", message_id=comment_id, text="Bei mir nicht mehr")
    square.do("hide", message_id=comment_id)
    square.do("unhide", message_id=comment_id)
    square.customer("remove", message_id=comment_id)
    values = [listener.next_value() for _ in range(6)]
    assert [value["verb"] for value in values] == ["add", "add", "edited", "hide", "unhide", "remove"]
    assert values[2]["message"] == "Bei mir nicht mehr" and "message" not in values[-1]
    assert error_of(square.graph("POST", f"/{comment_id}/comments", message="Zu spät")) == (100, 33)


def test_reactions_are_told_with_their_changes(square, listener):
    post_id = square.post("Hallo")
    for reaction in ("like", "love", None):
        square.customer("react", message_id=post_id, author={"name": "Jonas"}, reaction=reaction)
    listener.next_value()
    told = [(value["verb"], value["reaction_type"]) for value in (listener.next_value() for _ in range(3))]
    assert told == [("add", "like"), ("edit", "love"), ("remove", "love")]


def test_author_can_be_kept_back(square, listener):
    square.do("person", author={"name": "Verborgen"}, hides_author=True)
    square.post("Wer bin ich?", {"name": "Verborgen"})
    assert "from" not in listener.next_value()


def test_our_own_comment_comes_back_as_the_pages(square, listener):
    post_id = square.post("Hallo")
    comment_id = square.graph("POST", f"/{post_id}/comments", message="Wir schauen nach").json()["id"]
    listener.next_value()
    value = listener.next_value()
    assert value["comment_id"] == comment_id and value["from"]["id"] == PAGE


def test_private_messages_are_told_in_milliseconds(square, listener):
    message = square.write("Hallo", traits={"quick_reply": "YES"})
    entry = listener.next_entry()
    event = entry["messaging"][0]
    assert entry["time"] > 10**12 and event["timestamp"] > 10**12
    assert event["sender"]["id"] == message["author_id"] and event["recipient"]["id"] == PAGE
    assert event["message"] == {"mid": message["message_id"], "text": "Hallo", "quick_reply": {"payload": "YES"}}


def test_everything_private_is_told(square, listener):
    message = square.write("Helo")
    square.customer("edit", message_id=message["message_id"], text="Hello")
    square.customer("react", message_id=message["message_id"], author=MIRA, reaction="love")
    square.do("press", author=MIRA, title="Ja", payload="YES")
    square.customer("read", author=MIRA)
    photo = {"type": "image", "payload": {"url": "https://images.example/a.png"}}
    square.write("", attachments=[photo])
    events = [listener.next_event() for _ in range(6)]
    kinds = [next(key for key in event if key not in ("sender", "recipient", "timestamp")) for event in events]
    assert kinds == ["message", "message_edit", "reaction", "postback", "read", "message"]
    assert events[1]["message_edit"] == {"mid": message["message_id"], "text": "Hello", "num_edit": 1}
    assert events[5]["message"]["attachments"] == [photo]


def test_sends_are_echoed_and_receipted(square, listener):
    psid = square.write("Hallo")["author_id"]
    listener.next_event()
    sent = square.send(psid, "Guten Tag", message={"text": "Guten Tag", "metadata": "our-id"}).json()
    assert sent["recipient_id"] == psid
    echo, receipt = listener.next_event(), listener.next_event()
    assert echo["sender"]["id"] == PAGE and echo["recipient"]["id"] == psid
    assert echo["message"]["is_echo"] and echo["message"]["mid"] == sent["message_id"]
    assert (echo["message"]["app_id"], echo["message"]["metadata"]) == (int(FACEBOOK["app_id"]), "our-id")
    assert receipt["delivery"]["mids"] == [sent["message_id"]] and receipt["delivery"]["watermark"] > 10**12


def test_other_hands_of_the_page_are_echoed(square, listener):
    square.do("echo", author=MIRA, text="Aus dem Postfach")
    assert "app_id" not in listener.next_event()["message"]
    listener.next_event()
    square.do("echo", author=MIRA, text="Anderes Werkzeug", app_id="77", standby=True)
    assert listener.next_entry()["standby"][0]["message"]["app_id"] == 77


def test_nothing_is_told_of_fields_nobody_subscribed(square, listener):
    square.graph("POST", f"/{PAGE}/subscribed_apps", subscribed_fields="feed")
    square.write("Hallo")
    square.post("Hallo")
    assert listener.next_value()["item"] == "status"
    assert listener.receives_nothing()


def test_subscription_needs_the_challenge_back(square, listener):
    body = {"object": "page", "callback_url": listener.url, "verify_token": "wrong", "fields": "feed"}
    assert error_of(square.graph("POST", "/900100200300/subscriptions", token=APP_TOKEN, **body)) == (2200, None)
    body["callback_url"] = "https://example.org/"
    assert error_of(square.graph("POST", "/900100200300/subscriptions", token=APP_TOKEN, **body)) == (2200, None)
    shown = square.graph("GET", "/900100200300/subscriptions", token=APP_TOKEN).json()["data"]
    assert shown[0]["callback_url"] == listener.url


# --- deliveries and their mischief --------------------------------------------------------------------------------


def test_refused_delivery_comes_again(square, listener):
    listener.answers.put(500)
    square.post("Hallo")
    assert listener.next_value()["item"] == "status"
    assert listener.refused == 1


def test_undelivered_survives_a_restart(square, listener):
    square.control("/deliveries", "PUT", hold=True)
    post_id = square.post("Hallo")
    assert listener.receives_nothing()
    square.stop()
    square.start()
    assert listener.next_value()["post_id"] == post_id
    assert square.threads()[0][0]["id"] == post_id


def test_deliveries_repeat(square, listener):
    square.control("/deliveries", "PUT", repeat=3)
    square.post("Hallo")
    assert len({json.dumps(listener.next_entry()) for _ in range(3)}) == 1
    assert listener.receives_nothing()


def test_deliveries_batch_and_shuffle(square, listener):
    square.control("/deliveries", "PUT", batch=50, shuffle=True, hold=True)
    texts = [f"Nummer {number}" for number in range(40)]
    for text in texts:
        square.post(text)
    assert square.control("/deliveries/flush") == {"pending": 0}
    told = [listener.next_value()["message"] for _ in texts]
    assert len(listener.bodies) == 1 and sorted(told) == sorted(texts) and told != texts


@pytest.mark.parametrize("corrupt", ["signature", "body"])
def test_corrupt_delivery_is_refused_and_comes_right_later(square, listener, corrupt):
    square.control("/deliveries", "PUT", corrupt=corrupt)
    square.post("Hallo")
    wait_for("the refusal", lambda: listener.refused)
    assert listener.receives_nothing()
    square.control("/deliveries", "PUT", corrupt=None)
    assert listener.next_value()["message"] == "Hallo"


def test_slow_listener_holds_up_nobody(square, listener):
    square.control("/deliveries", "PUT", delay_seconds=5)
    started = time.monotonic()
    square.post("Hallo")
    assert time.monotonic() - started < 4
    assert listener.receives_nothing(0.2)
    assert listener.next_value()["message"] == "Hallo"
    square.control("/deliveries/flush")  # waits until the attempt that was just heard is noted, too
    recent = square.http.get("/_square/deliveries").json()["recent"]
    assert recent[-1]["status"] == 200


# --- rules of the platform ----------------------------------------------------------------------------------------


def test_window_closes_after_a_day_and_for_people_after_a_week(square):
    psid = square.write("Hallo")["author_id"]
    human = {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
    assert square.send(psid, "Sofort").is_success
    square.control("/clock", advance_seconds=24 * 3600 + 1)
    assert error_of(square.send(psid, "Zu spät")) == (10, 2018278)
    assert square.send(psid, "Von Hand", **human).is_success
    square.control("/clock", advance_seconds=6 * 24 * 3600)
    assert error_of(square.send(psid, "Zu spät", **human)) == (10, 2018278)
    square.write("Immer noch kaputt")
    assert square.send(psid, "Wir schauen").is_success


def test_dead_tags_long_texts_and_strangers_are_refused(square):
    psid = square.write("Hallo")["author_id"]
    dead = {"messaging_type": "MESSAGE_TAG", "tag": "ACCOUNT_UPDATE"}
    assert error_of(square.send(psid, "Hallo", **dead)) == (100, None)
    assert error_of(square.send(psid, "x" * 2000)) == (100, None)
    assert square.send(psid, "x" * 1999).is_success
    assert error_of(square.send("1", "Hallo")) == (100, 2018001)


def test_private_reply_is_once_within_a_week(square):
    post_id = square.post("Hallo")
    comment_id = square.comment(post_id, "Bei mir auch", {"name": "Jonas"})
    reply = {"recipient": {"comment_id": comment_id}}
    sent = square.send("", "Privat weiter?", **reply)
    assert sent.json()["recipient_id"]
    assert error_of(square.send("", "Noch einmal", **reply)) == (10900, None)
    assert error_of(square.send(sent.json()["recipient_id"], "Offen?")) == (10, 2018278)
    square.control("/clock", advance_seconds=WEEK + 1)
    assert error_of(square.send("", "Spät", recipient={"post_id": post_id})) == (10903, None)


def test_blocked_hidden_and_restricted(square):
    psid = square.write("Hallo")["author_id"]
    assert square.graph("GET", f"/{psid}", fields="first_name,last_name").json()["last_name"] == "Öztürk"
    square.do("person", author=MIRA, blocked=True, hides_profile=True)
    assert error_of(square.send(psid, "Hallo")) == (551, 1545041)
    assert error_of(square.graph("GET", f"/{psid}", fields="first_name")) == (100, 2018218)
    square.do("restrict", restricted=True)
    assert error_of(square.send(psid, "Hallo")) == (10, 1893063)


def test_tokens_and_proofs_are_checked(square):
    assert error_of(square.http.get(f"/{PAGE}/feed")) == (104, None)
    assert error_of(square.graph("GET", f"/{PAGE}/feed", token="wrong")) == (190, None)
    assert error_of(square.graph("GET", f"/{PAGE}/feed", appsecret_proof="00")) == (100, None)
    square.control("/token", expired=True)
    assert error_of(square.graph("GET", "/me")) == (190, 463)
    square.control("/token", expired=False)
    assert square.graph("GET", "/me").json() == {"id": PAGE, "name": "Nordlicht Netz"}


def test_lists_are_paged_by_cursor(square):
    post_id = square.post("Hallo")
    texts = [f"Nummer {number}" for number in range(7)]
    for text in texts:
        square.comment(post_id, text)
    found, address = [], f"{square.url}/{post_id}/comments?limit=3&access_token={FACEBOOK['page_token']}"
    while address:
        page = square.http.get(address, headers={"Authorization": f"Bearer {FACEBOOK['page_token']}"}).json()
        found += [comment["message"] for comment in page["data"]]
        address = page.get("paging", {}).get("next")
        assert not address or "access_token" not in address
    assert found == texts
    newest = square.graph("GET", f"/{post_id}/comments", order="reverse_chronological", limit=1).json()["data"]
    assert newest[0]["message"] == "Nummer 6"


def test_since_and_nested_fields(square):
    square.post("Alt")
    square.control("/clock", advance_seconds=60)
    since = square.http.get("/_square/health").json()["now"] // 1000
    post_id = square.post("Neu")
    square.comment(post_id, "Dazu", {"name": "Jonas"})
    fields = "id,message,from,comments.limit(5){id,message,from}"
    data = square.graph("GET", f"/{PAGE}/feed", since=since, fields=fields).json()["data"]
    assert [post["message"] for post in data] == ["Neu"]
    assert data[0]["comments"]["data"][0]["from"]["name"] == "Jonas"


def test_conversations_show_the_messages(square):
    message = square.write("Hallo")
    sent = square.send(message["author_id"], "Guten Tag").json()
    fields = "id,messages{id,message,from,created_time}"
    listed = square.graph("GET", f"/{PAGE}/conversations", user_id=message["author_id"], fields=fields).json()["data"]
    messages = listed[0]["messages"]["data"]
    assert [each["id"] for each in messages] == [sent["message_id"], message["message_id"]]
    assert messages[0]["from"]["id"] == PAGE


def test_own_things_can_be_edited_hidden_liked_deleted(square):
    post_id = square.post("Hallo")
    comment_id = square.comment(post_id, "Werbung!", {"name": "Spam"})
    own_id = square.graph("POST", f"/{comment_id}/comments", message="Bite nicht").json()["id"]
    assert square.graph("POST", f"/{own_id}", message="Bitte nicht").is_success
    assert square.graph("POST", f"/{comment_id}", is_hidden=True).is_success
    assert square.graph("POST", f"/{post_id}/likes").is_success
    comments = square.comments()
    assert [each["text"] for each in comments] == ["Werbung!", "Bitte nicht"]
    assert comments[0]["hidden"] and square.threads()[0][0]["reactions"] == {PAGE: "like"}
    assert error_of(square.graph("POST", f"/{comment_id}", message="Fremd"))[0] == 10
    assert square.graph("DELETE", f"/{comment_id}").json() == {"success": True}
    assert square.comments() == []


# --- faults ---------------------------------------------------------------------------------------------------------


def test_chosen_error_happens_as_often_as_asked(square):
    post_id = square.post("Hallo")
    square.control("/faults", on="send", times=2, error={"code": 613})
    for _ in range(2):
        answer = square.graph("POST", f"/{post_id}/comments", message="Hallo")
        assert error_of(answer) == (613, None)
        assert json.loads(answer.headers["X-App-Usage"])["call_count"] == 100
        assert PAGE in json.loads(answer.headers["X-Business-Use-Case-Usage"])
    assert square.graph("POST", f"/{post_id}/comments", message="Hallo").is_success
    assert len(square.comments()) == 1


def test_lost_answer_is_carried_out(square):
    post_id = square.post("Hallo")
    square.control("/faults", on="send", lost_answer=True)
    with pytest.raises(httpx.RemoteProtocolError):
        square.graph("POST", f"/{post_id}/comments", message="Kam an")
    assert [each["text"] for each in square.comments()] == ["Kam an"]


def test_refused_connection_is_not_carried_out(square):
    post_id = square.post("Hallo")
    square.control("/faults", on=r"/comments$", refused=True)
    with pytest.raises(httpx.RemoteProtocolError):
        square.graph("POST", f"/{post_id}/comments", message="Kam nie an")
    assert square.comments() == []
    assert square.http.get("/_square/requests").json()["requests"][-1]["path"] == f"/{post_id}/comments"


# --- rate limits ----------------------------------------------------------------------------------------------------


def limit(square: Square, **limits: int | None) -> dict[str, int]:
    return square.do("limits", **limits)


def usage_of(answer: httpx.Response) -> tuple[str, int, int]:
    (row,) = json.loads(answer.headers["X-Business-Use-Case-Usage"])[PAGE]
    assert json.loads(answer.headers["X-App-Usage"])["call_count"] == row["call_count"]
    return row["type"], row["call_count"], row["estimated_time_to_regain_access"]


def first_refusal(call: Callable[[], httpx.Response]) -> httpx.Response:
    """Of a quick succession of calls: however slow the machine is, two of them fall into one second."""
    return next(answer for answer in (call() for _ in range(50)) if answer.is_error)


def test_days_calls_are_counted_and_shown_in_percent(square):
    limit(square, calls_per_day=4)
    answers = [square.graph("GET", "/me") for _ in range(5)]
    assert [usage_of(answer)[:2] for answer in answers] == [("pages", share) for share in (25, 50, 75, 100, 125)]
    assert usage_of(answers[2])[2] == 0 and 1430 <= usage_of(answers[4])[2] <= 1440
    assert answers[3].is_success and error_of(answers[4]) == (80001, None)
    psid = square.write("Hallo")["author_id"]
    assert usage_of(square.send(psid, "Messenger zählt für sich")) == ("messenger", 0, 0)
    square.control("/clock", advance_seconds=24 * 3600)
    assert square.graph("GET", "/me").is_success


def test_calls_made_while_limited_extend_the_limit(square):
    limit(square, calls_per_day=2)
    assert [square.graph("GET", "/me").is_success for _ in range(5)] == [True, True, False, False, False]
    square.control("/clock", advance_seconds=12 * 3600)
    assert error_of(square.graph("GET", "/me")) == (80001, None)
    assert error_of(square.graph("GET", "/me")) == (80001, None)
    square.control("/clock", advance_seconds=12 * 3600)
    assert error_of(square.graph("GET", "/me")) == (80001, None)
    square.control("/clock", advance_seconds=24 * 3600)
    assert square.graph("GET", "/me").is_success


def test_messengers_calls_have_their_own_limit(square):
    psid = square.write("Hallo")["author_id"]
    limit(square, messenger_calls_per_day=1)
    assert square.send(psid, "Guten Tag").is_success
    answer = square.send(psid, "Noch da?")
    assert error_of(answer) == (80006, None) and usage_of(answer)[:2] == ("messenger", 200)
    assert [each["text"] for each in square.threads(public=False)[0]] == ["Hallo", "Guten Tag"]
    assert square.graph("GET", "/me").is_success


def test_sends_are_limited_by_the_second(square):
    psid = square.write("Hallo")["author_id"]
    limit(square, sends_per_second=1)
    answer = first_refusal(lambda: square.send(psid, "Schnell"))
    assert error_of(answer) == (613, None) and answer.json()["error"]["is_transient"]
    assert usage_of(answer) == ("messenger", 0, 0)
    square.control("/clock", advance_seconds=1)
    assert square.send(psid, "Langsam").is_success


@pytest.mark.parametrize("kind", ["audio", "video"])
def test_audio_and_video_are_limited_for_themselves(square, kind):
    psid = square.write("Hallo")["author_id"]
    media = {"attachment": {"type": kind, "payload": {"url": "https://images.example/a"}}}
    limit(square, media_sends_per_second=1)
    assert error_of(first_refusal(lambda: square.send(psid, "", message=media))) == (613, None)
    assert square.send(psid, "Nur Text").is_success


def test_private_replies_are_limited_by_the_hour(square):
    posts = [square.post("Hallo"), square.post("Noch einmal")]
    limit(square, private_replies_per_hour=1)
    assert square.send("", "Privat weiter?", recipient={"post_id": posts[0]}).is_success
    assert error_of(square.send("", "Privat weiter?", recipient={"post_id": posts[1]})) == (613, None)
    square.control("/clock", advance_seconds=3600)
    assert square.send("", "Privat weiter?", recipient={"post_id": posts[1]}).is_success


def test_looking_for_what_was_sent_is_within_the_limits(square):
    facebook = channels.get("facebook")
    credentials = Credentials(PAGE, {"access_token": FACEBOOK["page_token"]}, {"base_url": square.url})
    psid = square.write("Hallo")["author_id"]
    sent = square.send(psid, "Guten Tag").json()["message_id"]
    message = Outbound("our-id", Way.PRIVATE_MESSAGE, "Guten Tag", psid, customer_id=psid)
    assert [facebook.sender.find_sent(message, credentials) for _ in range(2)] == [sent, sent]
    with pytest.raises(TransientFailure) as caught:
        for _ in range(50):
            facebook.sender.find_sent(message, credentials)
    assert caught.value.reason is Reason.RATE
    square.control("/clock", advance_seconds=caught.value.retry_after)
    assert facebook.sender.find_sent(message, credentials) == sent


def test_limits_grow_with_the_people_and_are_the_platforms_again_after_a_reset(square):
    normally = limit(square)
    assert normally == {
        "calls_per_day": 480_000,
        "messenger_calls_per_day": 20_000,
        "sends_per_second": 300,
        "media_sends_per_second": 10,
        "conversations_per_second": 2,
        "private_replies_per_hour": 750,
    }
    for number in range(101):
        square.do("person", author={"name": f"Person {number}"})
    assert limit(square)["calls_per_day"] == 101 * 4800
    assert limit(square, calls_per_day=1)["calls_per_day"] == 1
    assert limit(square, calls_per_day=None)["calls_per_day"] == 101 * 4800
    limit(square, calls_per_day=1)
    assert [square.graph("GET", "/me").is_success for _ in range(2)] == [True, False]
    square.control("/reset")
    assert limit(square) == normally
    assert usage_of(square.graph("GET", "/me")) == ("pages", 0, 0)


@pytest.mark.parametrize("body", [{"calls_per_day": 0}, {"calls_per_day": "many"}, {"calls_per_hour": 1}])
def test_limits_that_are_none_are_refused(square, body):
    answer = square.http.post("/_square/facebook/do", json={"action": "limits", **body})
    assert answer.status_code == 400 and "calls_per_day" in answer.json()["error"]


# --- the control API and the page ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/facebook/post", b"no json"),
        ("/facebook/post", b'{"author": {"name": "A"}, "text": "\\ud800"}'),
        ("/facebook/post", b"[" * 100_000),
        ("/facebook/post", b'{"author": "Mira", "text": "Hallo"}'),
        ("/facebook/post", b'{"author": {"name": ""}, "text": "Hallo"}'),
        ("/facebook/post", b'{"author": {"name": "A"}, "text": "Hallo", "fotos": []}'),
        ("/facebook/post", b'{"to": "1", "author": {"name": "A"}, "text": "Hallo"}'),
        ("/facebook/react", b'{"message_id": "1", "author": {"name": "A"}, "reaction": "like"}'),
        ("/faults", b'{"on": "(", "lost_answer": true}'),
        ("/faults", b'{"on": "send"}'),
        ("/clock", b'{"advance_seconds": NaN}'),
        ("/token", b'{"expired": "yes"}'),
    ],
)
def test_bad_input_is_told_clearly(square, path, body):
    answer = square.http.post("/_square" + path, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400 and answer.json()["error"]


def test_foreign_pages_cannot_reach_the_square(square):
    assert square.http.get("/_square/health", headers={"Host": "evil.example"}).status_code == 400
    assert square.http.post("/_square/clock", content=b'{"advance_seconds": 1}').status_code == 400


def test_requests_are_shown_without_tokens(square):
    square.graph("GET", f"/{PAGE}/feed", access_token=FACEBOOK["page_token"], limit=1)
    shown = square.http.get("/_square/requests")
    assert shown.json()["requests"][-1]["params"] == {"limit": "1"}
    assert FACEBOOK["page_token"] not in shown.text


def test_unchanged_threads_cost_nothing(square):
    square.post("Hallo")
    first = square.http.get("/_square/facebook/view")
    again = {"If-None-Match": first.headers["ETag"]}
    assert square.http.get("/_square/facebook/view", headers=again).status_code == 304
    square.post("Neu")
    assert square.http.get("/_square/facebook/view", headers=again).status_code == 200


def test_page_and_its_parts_are_served(square):
    page = square.http.get("/")
    assert page.status_code == 200 and "default-src 'none'" in page.headers["Content-Security-Policy"]
    for path in (
        "/_static/square.js",
        "/_static/state.js",
        "/_static/square.css",
        "/_texts/de.json",
        "/_texts/en.json",
    ):
        assert square.http.get(path).status_code == 200, path


def test_page_speaks_both_languages_fully():
    texts = {name: json.loads((ROOT / f"infra/square/texts/{name}.json").read_text()) for name in ("de", "en")}
    assert texts["de"].keys() == texts["en"].keys()
    assert all(isinstance(text, str) and text for each in texts.values() for text in each.values())


def test_company_answers_by_hand_on_the_page_of_a_post(square):
    post = square.control("/facebook/post", author={"name": "Mira"}, text="Wer hat gute Kopfhörer?")
    page = f"/facebook/posts/{post['message_id']}"
    assert "<form" in square.http.get(page).text
    assert square.http.post(page, data={"text": " "}, headers={"Origin": square.url}).status_code == 400
    posted = square.http.post(page, data={"text": "Wir!"}, headers={"Origin": square.url})
    shown = square.http.get(posted.headers["location"])
    assert posted.headers["location"] in shown.text and "<form" not in shown.text


def test_only_loopback_hosts_are_served(tmp_path):
    command = [
        sys.executable,
        "-m",
        "infra.square",
        "--host",
        "0.0.0.0",
        "--port",
        "1",
        "--config",
        "x",
        "--state",
        "y",
    ]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 2 and "loopback" in result.stderr


def test_link_to_the_inbox_is_told_once_the_square_knows_it(square):
    assert square.http.get("/_square/health").json()["inbox"] == ""
    assert square.http.put("/_square/inbox", json={"url": "http://127.0.0.1:4566/live/"}).is_success
    assert square.http.get("/_square/health").json()["inbox"] == "http://127.0.0.1:4566/live/"
    refused = square.http.put("/_square/inbox", json={"url": "javascript:alert(1)"})
    assert (refused.status_code, "url" in refused.text) == (400, True)
