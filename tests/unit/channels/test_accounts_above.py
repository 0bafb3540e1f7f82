"""Accounts above a found post, as each platform's documented answers tell them."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest

import channels
from channels._search import Searcher, SearchRequest
from channels.base import Credentials, PermanentFailure, Reason
from conversations.facts import Author
from outreach import accounts_above
from outreach.accounts_above import are_any_of
from outreach.found_posts import FoundPost
from outreach.searches import Query

NOW = 1_790_000_000_000
WRITTEN = "2026-09-20T10:00:00.000Z"
OURS = Credentials("1", {"access_token": "t"}, {"base_url": "https://nord.example", "service": "youtube"})
Json = dict[str, Any]


def searcher(name: str) -> Searcher:
    found = channels.get(name).searcher
    assert found
    return found


@pytest.fixture
def says(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str, Json], list[str]]:
    """Have a platform's client answer by path; returns what is asked."""

    def answers(channel: str, client: str, known: Json) -> list[str]:
        asked: list[str] = []

        def read(path: str, *_: Any, **__: Any) -> Any:
            asked.append(path)
            answer = next(known[part] for part in known if part in path)
            if isinstance(answer, Exception):
                raise answer
            return answer

        def call(_method: str, path: str, *_: Any, **__: Any) -> Any:
            return read(path)

        modules = ["searching", *(["youtube"] if channel == "google" else [])]
        for module in modules:
            place = import_module(f"channels.{channel}.{module}")
            monkeypatch.setattr(place, client, call if client == "call" else read)
        return asked

    return answers


def search(name: str, places: tuple[str, ...] = ()) -> list[FoundPost]:
    request = SearchRequest(Query(any=("headphones",)), places=places, since=1)
    return [*searcher(name).search(request, "", OURS, NOW).posts]


# -- Mastodon ---------------------------------------------------------------------------------------------------------


def status(number: str, account: Json, **more: Any) -> Json:
    return {
        "id": number,
        "account": account,
        "visibility": "public",
        "created_at": WRITTEN,
        "content": "<p>?</p>",
    } | more


def account(number: str, name: str, server: str = "") -> Json:
    acct = f"{name}@{server}" if server else name
    return {"id": number, "username": name, "acct": acct, "url": f"https://{server or 'nord.example'}/@{name}"}


def test_mastodon_tells_whom_a_status_answers_and_who_wrote_its_ancestors(says: Callable[..., list[str]]) -> None:
    rival, brand, jo = account("20", "rival", "a.example"), account("21", "brand"), account("7", "jo")
    mention = {key: rival[key] for key in ("id", "username", "url", "acct")}
    asks = {"in_reply_to_id": "8", "in_reply_to_account_id": "20", "mentions": [mention]}
    context = {"ancestors": [status("5", brand, display_name="Brand"), status("8", rival)], "descendants": []}
    asked = says("mastodon", "call", {"v2/search": {"statuses": [status("9", jo, **asks)]}, "/context": context})
    (post,) = search("mastodon")
    assert all(are_any_of(post.above, (name,)) for name in ("20", "@rival@a.example"))
    assert not are_any_of(post.above, ("jo@nord.example", "brand@nord.example"))
    around = searcher("mastodon").surroundings(post, OURS)
    assert are_any_of(around.above, ("brand@nord.example",)) and are_any_of(around.above, ("rival@a.example",))
    assert len(asked) == 2


def test_mastodon_tells_the_id_alone_where_the_mention_was_taken_out(says: Callable[..., list[str]]) -> None:
    answer = status("9", account("7", "jo"), in_reply_to_id="8", in_reply_to_account_id="20", mentions=[])
    says("mastodon", "call", {"v2/search": {"statuses": [answer, status("10", account("7", "jo"))]}})
    below, alone = search("mastodon")
    assert below.above == accounts_above.digests_of([Author("20")])
    assert alone.above == ()


# -- Bluesky ----------------------------------------------------------------------------------------------------------

ROOT, PARENT = "at://did:plc:root/app.bsky.feed.post/1", "at://did:plc:rival/app.bsky.feed.post/2"


def view(did: str, key: str, handle: str, reply: Json | None = None) -> Json:
    record: Json = {"$type": "app.bsky.feed.post", "text": "?", "createdAt": WRITTEN} | (
        {"reply": reply} if reply else {}
    )
    uri = f"at://{did}/app.bsky.feed.post/{key}"
    return {"uri": uri, "cid": "c", "author": {"did": did, "handle": handle}, "record": record, "indexedAt": WRITTEN}


def test_bluesky_tells_accounts_by_id_in_a_search_and_by_handle_in_the_thread(says: Callable[..., list[str]]) -> None:
    reply = {"root": {"uri": ROOT, "cid": "c"}, "parent": {"uri": PARENT, "cid": "c"}}
    asks = view("did:plc:jo", "3", "jo.example", reply)
    root = {"$type": "app.bsky.feed.defs#blockedPost", "uri": ROOT, "blocked": True, "author": {"did": "did:plc:root"}}
    parent = {"$type": "app.bsky.feed.defs#threadViewPost", "post": view("did:plc:rival", "2", "rival.example")}
    thread = {"$type": "app.bsky.feed.defs#threadViewPost", "post": asks, "parent": parent | {"parent": root}}
    says("bluesky", "get", {"searchPosts": {"posts": [asks]}, "getPostThread": {"thread": thread}})
    (post,) = search("bluesky")
    assert all(are_any_of(post.above, (did,)) for did in ("did:plc:root", "did:plc:rival"))
    assert not are_any_of(post.above, ("rival.example",)), "a search names no handles"
    around = searcher("bluesky").surroundings(post, OURS)
    assert are_any_of(around.above, ("@rival.example",)) and are_any_of(around.above, ("did:plc:root",))
    assert not are_any_of(around.above, ("jo.example",))


# -- Discourse --------------------------------------------------------------------------------------------------------


def forum_post(number: int, user: str, **more: Any) -> Json:
    known = {"id": number, "topic_id": 4, "user_id": number, "username": user, "created_at": WRITTEN, "raw": "?"}
    return known | {"cooked": "<p>?</p>", "post_number": number, "post_type": 1, "category_id": 2} | more


def test_discourse_tells_who_was_answered_and_who_began_the_topic(says: Callable[..., list[str]]) -> None:
    asks = forum_post(13, "jo", reply_to_post_number=12, reply_to_user={"username": "rival", "name": "Rival Audio"})
    found = {
        "posts": [{"id": 13, "created_at": WRITTEN}],
        "topics": [{"id": 4, "title": "News", "archetype": "regular"}],
    }
    topic = {"id": 4, "title": "News", "archetype": "regular", "post_stream": {"stream": [11, 12, 13], "posts": []}}
    creator = {"id": 11, "username": "brand", "name": "Brand", "avatar_template": "/a.png"}
    known = {"search.json": found, "posts/13.json": asks, "t/4.json": topic | {"details": {"created_by": creator}}}
    asked = says("discourse", "get", known)
    (post,) = search("discourse")
    assert are_any_of(post.above, ("@rival",)) and are_any_of(post.above, ("Rival Audio",))
    assert not are_any_of(post.above, ("brand",))
    around = searcher("discourse").surroundings(post, OURS)
    assert are_any_of(around.above, ("brand",)) and are_any_of(around.above, ("11",))
    assert asked == ["search.json", "posts/13.json", "t/4.json"], "nothing more is asked than for the answers"


def test_first_post_of_a_topic_stands_below_nobody(says: Callable[..., list[str]]) -> None:
    stream = {"stream": [13], "posts": []}
    says("discourse", "get", {"t/4.json": {"post_stream": stream, "details": {"created_by": {"username": "jo"}}}})
    post = FoundPost("discourse", "forum", "13", "4", "https://nord.example/t/4", NOW)
    assert searcher("discourse").surroundings(post, OURS).above == ()


# -- YouTube ----------------------------------------------------------------------------------------------------------


def comment(number: str, author: str, channel: str = "UCrival") -> Json:
    snippet = {"authorDisplayName": f"@{author}", "authorChannelId": {"value": f"UC{author}"}, "channelId": channel}
    return {"id": number, "snippet": snippet | {"videoId": "video123", "textOriginal": "?", "publishedAt": WRITTEN}}


def thread_of(*replies: Json) -> Json:
    snippet = {
        "channelId": "UCrival",
        "videoId": "video123",
        "topLevelComment": comment("top", "lee"),
        "canReply": True,
    }
    return {"items": [{"id": "top", "snippet": snippet, "replies": {"comments": [*replies]}}]}


def test_youtube_tells_the_channel_of_the_video_and_its_name_when_asked(says: Callable[..., list[str]]) -> None:
    video = {"items": [{"id": "video123", "snippet": {"channelId": "UCrival", "channelTitle": "Rival Audio"}}]}
    known = {"commentThreads": thread_of(comment("top.1", "jo")), "comments": {"items": []}, "videos": video}
    says("google", "get", known)
    top, reply = search("google", ("video123",))
    assert are_any_of(top.above, ("UCrival",)) and are_any_of(reply.above, ("UCrival",))
    assert are_any_of(reply.above, ("@lee",)) and not are_any_of(top.above, ("@lee",))
    assert not are_any_of(top.above, ("Rival Audio",))
    assert are_any_of(searcher("google").surroundings(top, OURS).above, ("Rival Audio",))


@pytest.mark.parametrize("video", [{"items": []}, PermanentFailure(Reason.PERMISSION, "quotaExceeded")])
def test_answers_on_youtube_are_told_where_the_video_is_not(says: Callable[..., list[str]], video: object) -> None:
    says(
        "google",
        "get",
        {"commentThreads": thread_of(), "comments": {"items": [comment("top.2", "jo")]}, "videos": video},
    )
    (top,) = search("google", ("video123",))
    around = searcher("google").surroundings(top, OURS)
    assert ([each.id for each in around.answers], around.above) == (["top.2"], ())


# -- X ----------------------------------------------------------------------------------------------------------------


def post_on_x(number: str, author: str, parent: str = "", **more: Any) -> Json:
    known = {"id": number, "author_id": author, "text": "?", "conversation_id": "100", "created_at": WRITTEN}
    return known | ({"referenced_tweets": [{"type": "replied_to", "id": parent}]} if parent else {}) | more


def test_x_tells_whom_a_post_answers_and_finds_those_above_with_its_answers(says: Callable[..., list[str]]) -> None:
    mentions = [{"start": 0, "end": 6, "username": "rival", "id": "20"}, {"username": "lee", "id": "30"}]
    asks = post_on_x("103", "7", "102", in_reply_to_user_id="20", entities={"mentions": mentions})
    thread = [post_on_x("104", "31", "103"), asks, post_on_x("102", "20", "101"), post_on_x("100", "21")]
    people = [{"id": "21", "name": "Brand", "username": "brand"}, {"id": "31", "name": "Ole", "username": "ole"}]
    answers = [{"data": [asks]}, {"data": thread, "includes": {"users": people}}]
    known: Json = {"search/recent": answers[0]}
    asked = says("x", "get", known)
    (post,) = search("x")
    assert are_any_of(post.above, ("@rival",)) and are_any_of(post.above, ("20",))
    assert not are_any_of(post.above, ("lee",)), "who is only mentioned wrote nothing above"
    known["search/recent"] = answers[1]
    around = searcher("x").surroundings(post, OURS)
    assert are_any_of(around.above, ("brand",)) and are_any_of(around.above, ("20",))
    assert not are_any_of(around.above, ("ole",))
    assert len(asked) == 2


# -- Threads, and those that tell nothing -----------------------------------------------------------------------------


def test_threads_tells_who_began_the_thread_as_far_as_its_root_has_an_owner() -> None:
    read = import_module("channels.threads.searching")._read
    item = {
        "id": "5",
        "username": "jo",
        "text": "?",
        "timestamp": "2026-09-20T10:00:00+0000",
        "replied_to": {"id": "4"},
    }
    told = {"id": "3", "owner_id": "20", "username": "rival"}
    assert are_any_of(read({**item, "root_post": told}, OURS).above, ("@rival",))
    assert read({**item, "root_post": {"id": "3"}}, OURS).above == ()
    assert read(item, OURS).above == ()


def test_searcher_that_reads_nothing_above_tells_the_answers_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    reddit = searcher("reddit")
    post = FoundPost("reddit", "main", "t3_1", "t3_1", "https://www.reddit.com/r/a/comments/1/", NOW)
    monkeypatch.setattr(type(reddit), "answers", lambda *_: [post])
    assert (reddit.surroundings(post, OURS).answers, reddit.surroundings(post, OURS).above) == ([post], ())
