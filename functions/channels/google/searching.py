"""Searches comments on YouTube, below named videos, newest first. Reviews are no public posts of strangers.

Sources: developers.google.com/youtube/v3/docs/commentThreads/list (``videoId``, ``searchTerms``, ``order``,
``pageToken``, one unit of quota for each call), …/docs/commentThreads (``canReply``), …/docs/comments (``channelId`` is
the channel of the video), …/docs/comments/list, …/docs/videos (``channelTitle``).

How several words of ``searchTerms`` are joined is in no document (looked up on 2026-11-30). Users see that all must
stand somewhere in the comment (github.com/pancevac/ytsc-extension/issues/47), that there is no "or"
(github.com/googleapis/google-api-go-client/issues/373), and that it was ignored at times
(github.com/googleapis/google-api-nodejs-client/issues/3380): what comes back is matched again.

The platform searches for videos and not for comments, so that a search names the videos. Each alternative below each
video is a request of its own. A comment that fits comes with up to five answers, which may fit as well.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, quote

from msgspec.structs import replace

from channels._payload import UnreadableUpdate
from channels._search import NO_YOUTUBE, Searcher, Surroundings
from channels._search_cursor import Found, SearchCursor, next_page, requests
from channels._search_facts import fact_of, found_post, oldest_first, parts_of
from channels._values import as_count, as_text
from channels.base import ChannelError, PermanentFailure, Reason, json_list, json_object
from channels.google.api import YOUTUBE, get, service_of
from channels.google.youtube import comment_facts, owner_of_video, read_comment, replies_to
from conversations.facts import Author, Fact
from outreach import accounts_above

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from channels._search import SearchPage, SearchRequest
    from channels.base import Credentials
    from outreach.found_posts import FoundPost

PAGE = 100
SITES = frozenset({"youtube.com", "www.youtube.com", "m.youtube.com"})
_VIDEO = re.compile(r"[A-Za-z0-9_-]{6,20}", re.ASCII)
_PATH = re.compile(r"/(?:shorts|live|embed)/([A-Za-z0-9_-]{6,20})/?", re.ASCII)
_COMMENT = re.compile(r"[A-Za-z0-9_.-]{10,120}", re.ASCII)


class YouTubeSearcher(Searcher):
    """Searches below videos."""

    seconds = 1800
    page_size = PAGE
    reports_answers = False
    """Polling reads the comments of our own channel alone."""

    def search(self, request: SearchRequest, cursor: str, credentials: Credentials, now: int) -> SearchPage:
        _demand_youtube(credentials)
        at = SearchCursor.of(cursor, request.since)
        texts = [" ".join(terms) for terms in requests(request.query)]
        steps = [(video, text) for video in _videos(request.places) for text in texts]
        video, text = steps[min(at.step, len(steps) - 1)]
        params = {"part": "snippet,replies", "videoId": video, "order": "time", "maxResults": str(PAGE)}
        params |= {"textFormat": "plainText"} | ({"searchTerms": text} if text else {})
        params |= {"pageToken": at.page} if at.page else {}
        response = get("commentThreads", credentials, params)
        threads = [thread for thread in json_list(response.get("items")) if isinstance(thread, dict)]
        posts = [post for thread in threads for post in _posts(thread)]
        others = [post for post in posts if post.author.id != credentials.account_id]
        top = next((post for post in reversed(posts) if post.id == post.branch_id), None)
        onward = as_text(response.get("nextPageToken")) or ""
        return next_page(at, Found(others, onward, top.sent_at if top else 0), steps=len(steps), now=now)

    def answers(self, post: FoundPost, credentials: Credentials) -> Sequence[FoundPost]:
        _demand_youtube(credentials)
        read = (_read(raw, post.branch_id, post.thread_id) for raw in replies_to(post.branch_id, credentials))
        return oldest_first(each for each in read if each and each.id != post.id and each.sent_at >= post.sent_at)

    def surroundings(self, post: FoundPost, credentials: Credentials) -> Surroundings:
        """A comment has the id of the video's channel alone, so that the video is asked for its name."""
        answers = self.answers(post, credentials)
        try:
            owner = owner_of_video(post.place, credentials) if _VIDEO.fullmatch(post.place) else Author()
        except ChannelError:
            owner = Author()  # the answers are told all the same
        return Surroundings(answers, accounts_above.digests_of([owner]))

    def fact(self, post: FoundPost) -> Fact:
        return fact_of(post)

    def video_url(self, post: FoundPost) -> str:
        is_below_it = post.parent_id == post.thread_id and _VIDEO.fullmatch(post.thread_id)
        return f"https://www.youtube.com/watch?v={post.thread_id}" if is_below_it else ""

    def post_url(self, post_id: str, below: FoundPost, credentials: Credentials) -> str:
        is_video = _VIDEO.fullmatch(below.place or "")
        return f"https://www.youtube.com/watch?v={below.place}&lc={quote(post_id)}" if is_video else ""

    def own_post_id(self, url: str, credentials: Credentials | None = None) -> str | None:
        """An address names a comment, and not who wrote it."""
        parts = parts_of(url)
        comment = parse_qs(parts.query).get("lc", [""])[0]
        return comment if parts.hostname in SITES and _COMMENT.fullmatch(comment) else None


def _demand_youtube(credentials: Credentials) -> None:
    if service_of(credentials.options) != YOUTUBE:
        raise PermanentFailure(Reason.PERMISSION, NO_YOUTUBE)


def _videos(places: Sequence[str]) -> list[str]:
    """Return the ids of videos, named by ids or by addresses. Raises ``PermanentFailure`` where there are none."""
    videos = [video for place in places if (video := _video(place.strip()))]
    if not videos:
        raise PermanentFailure(Reason.BAD, "no_videos")
    return list(dict.fromkeys(videos))


def _video(place: str) -> str | None:
    parts = parts_of(place)
    named = place
    if parts.hostname == "youtu.be":
        named = parts.path.strip("/")
    elif parts.hostname in SITES:
        match = _PATH.fullmatch(parts.path)
        named = match[1] if match else parse_qs(parts.query).get("v", [""])[0]
    return named if _VIDEO.fullmatch(named) else None


def _posts(thread: dict[str, Any]) -> Iterator[FoundPost]:
    """Yield a comment and the answers that came with it."""
    snippet = json_object(thread.get("snippet"))
    top, video = json_object(snippet.get("topLevelComment")), as_text(snippet.get("videoId")) or ""
    may_reply = snippet.get("canReply") if isinstance(snippet.get("canReply"), bool) else None
    top_id = as_text(top.get("id")) or ""
    owner = accounts_above.digests_of([Author(as_text(snippet.get("channelId")))])
    post = _read(top, top_id, video)
    if post:
        yield replace(post, may_reply=may_reply, replies=as_count(snippet.get("totalReplyCount")), above=owner)
    above = (*owner, *accounts_above.digests_of([post.author] if post else []))
    for reply in map(json_object, json_list(json_object(thread.get("replies")).get("comments"))):
        if post := _read(reply, top_id, video):
            yield replace(post, may_reply=may_reply, above=above)


def _read(raw: dict[str, Any], top: str, video: str) -> FoundPost | None:
    try:
        comment = read_comment(raw)
    except UnreadableUpdate:
        return None
    place = video or comment.video
    fact = next(fact for fact in comment_facts(comment, top, place, "", None) if isinstance(fact, Fact))
    return replace(found_post("google", fact), place=place)
