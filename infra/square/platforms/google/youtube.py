"""The YouTube Data API: comment threads, comments and the channel."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from infra.square.core.search import found_by
from infra.square.core.world import Post, Utterance
from infra.square.platforms.google.account import OF_OTHERS, is_review, is_top, iso
from infra.square.platforms.google.answers import Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    Handler = Callable[[Request, dict[str, Any]], dict[str, Any] | None]
    from infra.square.core.world import World
    from infra.square.platforms.google.account import GoogleAccount

COMMENT_LENGTH = 10_000
INLINE_REPLIES = 5


class YouTube:
    """Answers the calls about one channel."""

    def __init__(self, account: GoogleAccount, world: World) -> None:
        self.account = account
        self.world = world

    def _shown_comment(self, post: Post) -> dict[str, Any]:
        author = self.world.people.get(post.author_id)
        snippet = {
            "channelId": self.account.channel,
            "videoId": post.thread_id,
            "textDisplay": post.text,
            "textOriginal": post.text,
            "authorDisplayName": f"@{author.handle}" if author and not post.own else self.account.name,
            "authorChannelId": {"value": self.account.channel if post.own else post.author_id},
            "canRate": True,
            "viewerRating": "none",
            "likeCount": 0,
            "publishedAt": iso(post.created),
            "updatedAt": iso(post.edited or post.created),
        }
        if post.parent_id:
            snippet["parentId"] = post.parent_id
        return {"kind": "youtube#comment", "etag": secrets.token_hex(4), "id": post.id, "snippet": snippet}

    def _below(self, top: Post) -> list[Post]:
        return [
            each
            for each in self.world.posts.values()
            if each.parent_id == top.id and not each.removed and not each.hidden
        ]

    def _shown_thread(self, top: Post) -> dict[str, Any]:
        replies = self._below(top)
        shown: dict[str, Any] = {
            "kind": "youtube#commentThread",
            "etag": secrets.token_hex(4),
            "id": top.id,
            "snippet": {
                "channelId": self.account.channel,
                "videoId": top.thread_id,
                "topLevelComment": self._shown_comment(top),
                "canReply": not top.traits.get("no_replies"),
                "totalReplyCount": len(replies),
                "isPublic": True,
            },
        }
        if replies:
            shown["replies"] = {"comments": [self._shown_comment(each) for each in replies[:INLINE_REPLIES]]}
        return shown

    def comment_threads(self, request: Request, _body: dict[str, Any]) -> dict[str, Any]:
        query = request.query_params
        tops = [each for each in self.world.posts.values() if is_top(each) and not each.removed and not each.hidden]
        if "id" in query:
            wanted = query["id"].split(",")
            tops = [each for each in tops if each.id in wanted]
        elif "videoId" in query:
            tops = self._below_video(tops, query["videoId"], query.get("searchTerms", ""))
        elif query.get("allThreadsRelatedToChannelId") == self.account.channel:
            tops = [each for each in tops if not self.world.thread_of(each).traits.get(OF_OTHERS)]
        else:
            raise Refused(404, "channelNotFound")
        tops.sort(key=lambda each: each.created, reverse=True)
        size, token = _size(query.get("maxResults"), 20), query.get("pageToken", "")
        if token and not token.isdecimal():
            raise Refused(400, "invalidPageToken")
        begin = int(token or 0)
        items = [self._shown_thread(each) for each in tops[begin : begin + size]]
        return {
            "kind": "youtube#commentThreadListResponse",
            "etag": secrets.token_hex(4),
            **({"nextPageToken": str(begin + size)} if begin + size < len(tops) else {}),
            "pageInfo": {"totalResults": len(items), "resultsPerPage": size},
            "items": items,
        }

    def _below_video(self, tops: list[Post], video: str, terms: str) -> list[Post]:
        known = self.world.threads.get(video)
        if known is None:
            raise Refused(404, "videoNotFound")
        if known.traits.get("comments_disabled"):
            raise Refused(403, "commentsDisabled")
        return [each for each in tops if each.thread_id == video and found_by(terms, each.text)]

    def comments(self, request: Request, _body: dict[str, Any]) -> dict[str, Any]:
        top = self._comment(request.query_params.get("parentId", ""))
        size, token = _size(request.query_params.get("maxResults"), 20), request.query_params.get("pageToken", "")
        start = int(token) if token.isdecimal() else 0
        replies = list(reversed(self._below(top)))
        items = [self._shown_comment(each) for each in replies[start : start + size]]
        more = {"nextPageToken": str(start + size)} if start + size < len(replies) else {}
        return {"kind": "youtube#commentListResponse", "items": items, **more}

    def _comment(self, comment_id: str) -> Post:
        post = self.world.find(comment_id)
        if post is None or is_review(post):
            raise Refused(404, "commentNotFound")
        return post

    def insert(self, _request: Request, body: dict[str, Any]) -> dict[str, Any]:
        snippet = body.get("snippet", {})
        parent = self.world.find(str(snippet.get("parentId")))
        if parent is None or not is_top(parent):
            raise Refused(404, "parentCommentNotFound")
        author = self.world.people.get(parent.author_id)
        if parent.traits.get("no_replies") or (author and author.traits.get("blocks_us")):
            raise Refused(403, "forbidden")
        return self._shown_comment(self.world.post(Utterance(None, _text(snippet), parent=parent)))

    def _own(self, comment_id: str) -> Post:
        post = self._comment(comment_id)
        if not post.own:
            raise Refused(403, "forbidden")
        return post

    def update(self, _request: Request, body: dict[str, Any]) -> dict[str, Any]:
        post = self._own(str(body.get("id")))
        post.text, post.edited = _text(body.get("snippet", {})), self.account.clock.now()
        return self._shown_comment(post)

    def delete(self, request: Request, _body: dict[str, Any]) -> None:
        self._own(request.query_params.get("id", "")).removed = True

    def set_status(self, request: Request, _body: dict[str, Any]) -> None:
        post, status = self._comment(request.query_params.get("id", "")), request.query_params.get("moderationStatus")
        if status == "rejected":
            post.removed = True
        elif status in ("heldForReview", "published"):
            post.hidden = status == "heldForReview"
        else:
            raise Refused(400, "operationNotSupported")

    def videos(self, request: Request, _body: dict[str, Any]) -> dict[str, Any]:
        """Return a video of the channel, whose title is that of its comments."""
        video = request.query_params.get("id", "")
        known = self.world.threads.get(video)
        items = []
        if known is not None and not video.startswith("accounts/") and not known.traits.get(OF_OTHERS):
            title = known.title or f"Video {video}"
            items = [
                {"kind": "youtube#video", "id": video, "snippet": {"channelId": self.account.channel, "title": title}}
            ]
        return {"kind": "youtube#videoListResponse", "items": items}

    def channels(self, _request: Request, _body: dict[str, Any]) -> dict[str, Any]:
        mine = {"kind": "youtube#channel", "id": self.account.channel, "snippet": {"title": self.account.name}}
        return {"kind": "youtube#channelListResponse", "items": [mine]}


def _text(snippet: dict[str, Any]) -> str:
    text = snippet.get("textOriginal")
    if not isinstance(text, str) or not text.strip():
        raise Refused(400, "commentTextRequired")
    if len(text) > COMMENT_LENGTH:
        raise Refused(400, "commentTextTooLong")
    return text


def _size(value: str | None, usual: int) -> int:
    if value is None:
        return usual
    if not value.isdecimal() or not 0 < int(value) <= 100:
        raise Refused(400, "invalidValue")
    return int(value)
