"""The Business Profile APIs: reviews, their replies, and where they are announced."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from infra.square.core.world import Post, Utterance
from infra.square.platforms.google.account import is_review, iso
from infra.square.platforms.google.answers import Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    Handler = Callable[[Request, dict[str, Any]], dict[str, Any] | None]
    from infra.square.core.world import World
    from infra.square.platforms.google.account import GoogleAccount

STARS = ("ONE", "TWO", "THREE", "FOUR", "FIVE")
REPLY_BYTES = 4096


class Reviews:
    """Answers the calls about one location."""

    def __init__(self, account: GoogleAccount, world: World) -> None:
        self.account = account
        self.world = world

    def _all_reviews(self) -> list[Post]:
        posts = [post for post in self.world.posts.values() if is_review(post) and not post.removed and not post.own]
        return sorted(posts, key=lambda post: post.edited or post.created, reverse=True)

    def reply_of(self, review: str) -> Post | None:
        own = (post for post in self.world.posts.values() if post.own and post.parent_id == review and not post.removed)
        return next(own, None)

    def _shown_review(self, post: Post) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "name": post.id,
            "reviewId": post.id.rpartition("/")[2],
            "reviewer": {"displayName": self.world.people[post.author_id].name},
            "starRating": STARS[post.traits["stars"] - 1],
            "createTime": iso(post.created),
            "updateTime": iso(post.edited or post.created),
        }
        if post.text:
            shown["comment"] = post.text
        if reply := self.reply_of(post.id):
            shown["reviewReply"] = _shown_reply(reply)
        return shown

    def _page(self, reviews: list[Post], size: int, token: str) -> tuple[list[dict[str, Any]], dict[str, str]]:
        start = int(token) if token.isdecimal() else 0
        shown = [self._shown_review(post) for post in reviews[start : start + size]]
        return shown, {"nextPageToken": str(start + size)} if start + size < len(reviews) else {}

    def _is_here(self, request: Request) -> None:
        wanted = "accounts/{account}/locations/{location}".format(**request.path_params)
        if wanted != self.account.location:
            raise Refused(404, "NOT_FOUND")

    def reviews(self, request: Request, _body: dict[str, Any]) -> dict[str, Any]:
        self._is_here(request)
        size, token = request.query_params.get("pageSize", "50"), request.query_params.get("pageToken", "")
        if not size.isdecimal() or not 0 < int(size) <= 50:
            raise Refused(400, "INVALID_ARGUMENT")
        posts = self._all_reviews()
        shown, more = self._page(posts, int(size), token)
        return {"reviews": shown, "totalReviewCount": len(posts), "averageRating": 3.0, **more} if posts else {}

    def batch(self, request: Request, body: dict[str, Any]) -> dict[str, Any]:
        if any(name != self.account.location for name in body.get("locationNames", [])):
            raise Refused(404, "NOT_FOUND")
        shown, more = self._page(self._all_reviews(), body.get("pageSize", 50), str(body.get("pageToken", "")))
        return {"locationReviews": [{"name": self.account.location, "review": each} for each in shown], **more}

    def _wanted_review(self, request: Request) -> Post:
        self._is_here(request)
        post = self.world.find(f"{self.account.location}/reviews/{request.path_params['review']}")
        if post is None:
            raise Refused(404, "NOT_FOUND")
        return post

    def review(self, request: Request, _body: dict[str, Any]) -> dict[str, Any]:
        return self._shown_review(self._wanted_review(request))

    def put_reply(self, request: Request, body: dict[str, Any]) -> dict[str, Any]:
        review, text = self._wanted_review(request), body.get("comment")
        if "unverified" in self.account.flags:
            raise Refused(400, "FAILED_PRECONDITION", "The location is not verified.")
        if not isinstance(text, str) or not text.strip() or len(text.encode()) > REPLY_BYTES:
            raise Refused(400, "INVALID_ARGUMENT")
        reply = self.reply_of(review.id)
        if reply is None:
            reply = self.world.post(
                Utterance(None, text, parent=review, post_id=f"{review.id}/reply/{secrets.token_hex(4)}")
            )
        elif reply.text != text:
            reply.text, reply.edited = text, self.account.clock.now()
        reply.traits["state"] = "APPROVED"
        return _shown_reply(reply)

    def delete_reply(self, request: Request, _body: dict[str, Any]) -> dict[str, Any]:
        reply = self.reply_of(self._wanted_review(request).id)
        if reply is None:
            raise Refused(404, "NOT_FOUND")
        reply.removed = True
        return {}

    def information(self, request: Request, _body: dict[str, Any]) -> dict[str, Any]:
        if not self.account.location.endswith(f"/locations/{request.path_params['location']}"):
            raise Refused(404, "NOT_FOUND")
        return {"name": f"locations/{request.path_params['location']}", "title": self.account.name}

    def accounts(self, _request: Request, _body: dict[str, Any]) -> dict[str, Any]:
        name = self.account.location.partition("/locations/")[0]
        return {"accounts": [{"name": name, "accountName": self.account.name, "type": "LOCATION_GROUP"}]}

    def locations(self, request: Request, _body: dict[str, Any]) -> dict[str, Any]:
        account, _, location = self.account.location.partition("/locations/")
        if account != f"accounts/{request.path_params['account']}":
            raise Refused(404, "NOT_FOUND")
        own = {"name": f"locations/{location}", "title": self.account.name}
        others = self.account.config.get("other_locations", [])
        return {"locations": [own, *({"name": f"locations/{each}", "title": each} for each in others)]}

    def notification_setting(self, request: Request, _body: dict[str, Any]) -> dict[str, Any]:
        return {"name": f"accounts/{request.path_params['account']}/notificationSetting", **self.account.setting}

    def set_notification_setting(self, request: Request, body: dict[str, Any]) -> dict[str, Any]:
        topic = body.get("pubsubTopic", "")
        if topic and not topic.startswith("projects/"):
            raise Refused(400, "INVALID_ARGUMENT")
        self.account.setting = (
            {"pubsubTopic": topic, "notificationTypes": body.get("notificationTypes", [])} if topic else {}
        )
        return self.notification_setting(request, body)


def _shown_reply(reply: Post) -> dict[str, Any]:
    state = reply.traits.get("state", "APPROVED")
    return {"comment": reply.text, "updateTime": iso(reply.edited or reply.created), "reviewReplyState": state}
