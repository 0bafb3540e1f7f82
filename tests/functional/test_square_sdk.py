"""Meta's own client library, pointed at the square: so the square is held to the real protocol and not to ours."""

from __future__ import annotations

import pytest
from facebook_business.adobjects.comment import Comment
from facebook_business.adobjects.page import Page
from facebook_business.adobjects.pagepost import PagePost
from facebook_business.adobjects.user import User
from facebook_business.api import FacebookAdsApi
from facebook_business.exceptions import FacebookRequestError
from facebook_business.session import FacebookSession

import channels
from channels.base import Credentials, Moderation, PermanentFailure, Reason
from tests.support.square import FACEBOOK, MIRA, PAGE


@pytest.fixture
def api(square):
    """The SDK takes its address from its session: one attribute, and every call goes to the square."""
    session = FacebookSession(FACEBOOK["app_id"], FACEBOOK["app_secret"], FACEBOOK["page_token"])
    session.GRAPH = square.url
    session.requests.trust_env = False
    return FacebookAdsApi(session)


@pytest.fixture
def page(api):
    return Page(PAGE, api=api)


def test_sdk_comments_on_a_post_and_on_a_comment(square, api):
    post_id = square.post("Kein WLAN mehr 😢")
    comment = PagePost(post_id, api=api).create_comment(params={"message": "Wir schauen nach."})
    reply = Comment(comment["id"], api=api).create_comment(params={"message": "Und fragen nach."})
    comments = square.comments()
    assert [(each["id"], each["parent_id"]) for each in comments] == [
        (comment["id"], post_id),
        (reply["id"], comment["id"]),
    ]


def test_sdk_reads_comments_page_by_page(square, api):
    post_id = square.post("Kein WLAN mehr")
    for number in range(7):
        square.comment(post_id, f"Nummer {number}", {"name": "Jonas"})
    fields = [Comment.Field.message, Comment.Field.field_from, Comment.Field.created_time]
    comments = list(PagePost(post_id, api=api).get_comments(fields=fields, params={"limit": 3}))
    assert [each["message"] for each in comments] == [f"Nummer {number}" for number in range(7)]
    assert comments[0]["from"]["name"] == "Jonas"


def test_sdk_reads_and_writes_the_feed(square, page):
    square.post("Kein WLAN mehr")
    own = page.create_feed(params={"message": "Heute wird gewartet."})
    feed = list(page.get_feed(fields=["id", "message", "from", "permalink_url"]))
    assert [post["message"] for post in feed] == ["Heute wird gewartet.", "Kein WLAN mehr"]
    assert feed[0]["id"] == own["id"] and feed[0]["from"]["id"] == PAGE


def test_sdk_sends_a_message(square, page):
    psid = square.write("Hallo")["author_id"]
    message = {"text": "Guten Tag", "metadata": "our-id"}
    sent = page.create_message(
        params={"recipient": {"id": psid}, "messaging_type": Page.MessagingType.response, "message": message}
    )
    assert sent["recipient_id"] == psid
    conversations = page.get_conversations(params={"user_id": psid, "fields": "messages{id,message,from}"})
    newest = conversations[0]["messages"]["data"][0]
    assert (newest["id"], newest["message"]) == (sent["message_id"], "Guten Tag")


def test_sdk_replies_in_private_once(square, page):
    comment_id = square.comment(square.post("Kein WLAN mehr"), "Bei mir auch", {"name": "Jonas"})
    params = {"recipient": {"comment_id": comment_id}, "message": {"text": "Privat weiter?"}}
    assert page.create_message(params=params)["message_id"]
    with pytest.raises(FacebookRequestError) as refused:
        page.create_message(params=params)
    assert refused.value.api_error_code() == 10900


def test_sdk_edits_hides_likes_and_deletes(square, api):
    post_id = square.post("Kein WLAN mehr")
    spam = Comment(square.comment(post_id, "Werbung!", {"name": "Spam"}), api=api)
    spam.api_update(params={"is_hidden": True})
    assert spam.api_get(fields=["is_hidden", "can_hide", "permalink_url"])["is_hidden"] is True
    spam.api_delete()
    own = Comment(PagePost(post_id, api=api).create_comment(params={"message": "Halo"})["id"], api=api)
    own.api_update(params={"message": "Hallo"})
    PagePost(post_id, api=api).create_like()
    PagePost(post_id, api=api).delete_likes()
    assert [each["text"] for each in square.comments()] == ["Hallo"]
    with pytest.raises(FacebookRequestError) as gone:
        spam.api_get()
    assert (gone.value.api_error_code(), gone.value.api_error_subcode()) == (100, 33)


def test_sdk_blocks_and_admits_a_person(square, page):
    psid = square.write("Werbung!", {"name": "Spam"})["author_id"]
    assert page.create_blocked(params={"psid": [int(psid)]})[psid] is True
    assert [each["id"] for each in page.get_blocked()] == [psid]
    with pytest.raises(AssertionError, match="the Page has blocked this person"):
        square.write("Hallo?", {"id": psid})
    page.delete_blocked(params={"psid": int(psid)})
    assert list(page.get_blocked()) == []
    assert square.write("Hallo?", {"id": psid})["author_id"] == psid


def test_the_channel_moderates_as_the_sdk_does(square, api, page):
    """The square that the official library is tested with understands our channel's requests."""
    facebook, secrets = channels.get("facebook"), {"access_token": FACEBOOK["page_token"]}
    credentials = Credentials(PAGE, secrets | {"app_secret": FACEBOOK["app_secret"]}, {"base_url": square.url})
    spam = square.comment(square.post("Kein WLAN mehr"), "Werbung!", {"name": "Spam"})
    author = Comment(spam, api=api).api_get(fields=["from"])["from"]["id"]
    for moderation, hidden in ((Moderation.HIDE, True), (Moderation.SHOW, False)):
        for _ in range(2):
            facebook.sender.try_moderate(moderation, spam, credentials)
        assert Comment(spam, api=api).api_get(fields=["is_hidden"])["is_hidden"] is hidden
    facebook.sender.try_moderate(Moderation.BLOCK, author, credentials)
    assert [each["id"] for each in page.get_blocked()] == [author]
    facebook.sender.try_moderate(Moderation.UNBLOCK, author, credentials)
    assert list(page.get_blocked()) == []
    facebook.sender.try_moderate(Moderation.DELETE, spam, credentials)
    with pytest.raises(PermanentFailure) as gone:
        facebook.sender.try_moderate(Moderation.DELETE, spam, credentials)
    assert gone.value.reason == Reason.GONE


def test_sdk_subscribes_the_page(page):
    page.create_subscribed_app(params={"subscribed_fields": ["feed", "messages"]})
    apps = list(page.get_subscribed_apps())
    assert apps[0]["id"] == FACEBOOK["app_id"]
    page.delete_subscribed_apps()
    assert list(page.get_subscribed_apps()) == []


def test_sdk_sees_page_and_profile(square, api, page):
    psid = square.write("Hallo", MIRA)["author_id"]
    assert page.api_get(fields=["name"])["name"] == FACEBOOK["page_name"]
    profile = User(psid, api=api).api_get(fields=["first_name", "last_name"])
    assert (profile["first_name"], profile["last_name"]) == ("Mira", "Öztürk")


def test_sdk_understands_our_errors(square, api, page):
    square.control("/token", expired=True)
    with pytest.raises(FacebookRequestError) as refused:
        page.api_get()
    error = refused.value
    assert (error.api_error_code(), error.api_error_subcode(), error.api_error_type()) == (190, 463, "OAuthException")
    square.control("/token", expired=False)
    square.control("/faults", on="read", error={"code": 2})
    with pytest.raises(FacebookRequestError) as passing:
        page.api_get()
    assert passing.value.api_transient_error()
