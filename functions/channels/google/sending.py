"""Sends to Google: permitted ways, sending, and what may be done about messages."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from channels import _transport
from channels._placement import on_two_levels
from channels._text import octets
from channels._values import as_text
from channels.base import (
    Credentials,
    Moderation,
    Outbound,
    PermanentFailure,
    Reason,
    Route,
    Sender,
    Situation,
    Way,
    json_object,
)
from channels.google.api import REVIEWS, YOUTUBE, call, get, normal, service_of
from channels.google.reviews import REVIEW, delete_reply, put_reply, reply_id
from channels.google.youtube import changed, delete_comment, read_comment, replies_to
from conversations.facts import Visibility

if TYPE_CHECKING:
    from conversations.messages import Message
    from conversations.send_options import Place

REPLY_LIMIT = 4096
COMMENT_LIMIT = 10_000
"""Google says characters; counted in bytes like the other, it is never too much."""
CLOCK_SLACK = 2000


class GoogleSender(Sender):
    """Sends to Google."""

    def send_options(self, situation: Situation, now: int) -> list[Route]:
        """No window closes, and nothing is private. A second answer to a review takes the place of the first."""
        if situation.visibility is not Visibility.PUBLIC:
            return []
        if service_of(situation.options) == YOUTUBE:
            return [Route(Way.PUBLIC_REPLY, Visibility.PUBLIC, COMMENT_LIMIT, "bytes")]
        way = Way.REPLACE if situation.answered else Way.PUBLIC_REPLY
        return [Route(way, Visibility.PUBLIC, REPLY_LIMIT, "bytes")]

    def measure(self, text: str, way: Way) -> int:
        return octets(text)

    def place_of_answer(self, message: Message, thread_id: str) -> Place:
        return on_two_levels(message, thread_id)

    def try_send(self, message: Outbound, credentials: Credentials) -> str:
        if service_of(credentials.options) == YOUTUBE:
            snippet = {"parentId": message.branch_id or message.thread_id, "textOriginal": message.text}
            sent = call("POST", "comments", credentials, {"part": "snippet"}, {"snippet": snippet})
            return _transport.sent_id(sent.get("id"))
        return put_reply(message.thread_id, message.text, credentials)

    def find_sent(self, message: Outbound, credentials: Credentials) -> str | None:
        if service_of(credentials.options) == REVIEWS:
            reply = json_object(get(quote(message.thread_id), credentials).get("reviewReply"))
            given = reply_id(message.thread_id, message.text)
            return given if reply_id(message.thread_id, as_text(reply.get("comment")) or "") == given else None
        found = [
            (comment.published, comment.id)
            for comment in map(read_comment, replies_to(message.branch_id or message.thread_id, credentials))
            if comment.author.id == credentials.account_id
            and comment.published >= message.attempted_at - CLOCK_SLACK
            and comment.id not in message.others
            and normal(comment.text) == normal(message.text)
        ]
        return min(found)[1] if found else None

    def moderations(self, message: Message) -> tuple[Moderation, ...]:
        """Reviews belong to who wrote them. Our answer to one is changed by another answer, which takes its place."""
        if message.direction == "outbound":
            if not message.platform_id or message.deleted:
                return ()
            is_reply = REVIEW.match(message.platform_id) is not None
            return (Moderation.DELETE,) if is_reply else (Moderation.EDIT, Moderation.DELETE)
        if message.direction != "inbound" or message.deleted or REVIEW.match(message.id):
            return ()
        return (Moderation.SHOW if message.hidden else Moderation.HIDE, Moderation.DELETE)

    def try_moderate(
        self,
        moderation: Moderation,
        target: str,
        credentials: Credentials,
        text: str = "",
        customer_id: str | None = None,
    ) -> None:
        if REVIEW.match(target) and moderation is Moderation.DELETE:
            delete_reply(target, credentials)
        elif moderation is Moderation.EDIT:
            call("PUT", "comments", credentials, {"part": "snippet"}, changed(target, text))
        elif moderation in _STATUS:
            params = {"id": target, "moderationStatus": _STATUS[moderation]}
            call("POST", "comments/setModerationStatus", credentials, params)
        elif moderation is Moderation.DELETE:
            delete_comment(target, credentials)
        else:
            raise PermanentFailure(Reason.BAD, "no_moderation")


_STATUS = {Moderation.HIDE: "heldForReview", Moderation.SHOW: "published"}
