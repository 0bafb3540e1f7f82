"""Sends to Instagram: permitted ways, sending, and what may be done about messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from channels import _messenger_sending, _meta, _transport
from channels._placement import on_two_levels
from channels._values import is_invented
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
    json_list,
    json_object,
)
from channels.instagram.flavours import graph_of, is_ours, mailbox
from conversations.facts import Visibility

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conversations.messages import Message
    from conversations.send_options import Place

COMMENT_LIMIT = 2200
MESSAGE_LIMIT = 1000
"""In bytes of UTF-8."""
REPLY_PAGES = 10


class InstagramSender(Sender):
    """Sends to Instagram."""

    def send_options(self, situation: Situation, now: int) -> list[Route]:
        if situation.visibility is Visibility.PRIVATE:
            return _messenger_sending.private_routes(situation, now, MESSAGE_LIMIT, "bytes")
        public = Route(Way.PUBLIC_REPLY, Visibility.PUBLIC, COMMENT_LIMIT)
        return [public, *_messenger_sending.private_reply(situation, now, MESSAGE_LIMIT, "bytes")]

    def window_ends_at(self, situation: Situation) -> int | None:
        return _messenger_sending.window_ends_at(situation)

    def measure(self, text: str, way: Way) -> int:
        return len(text) if way is Way.PUBLIC_REPLY else len(text.encode("utf-8", "replace"))

    def place_of_answer(self, message: Message, thread_id: str) -> Place:
        return on_two_levels(message, thread_id, "@")

    def try_send(self, message: Outbound, credentials: Credentials) -> str:
        if message.way is Way.PUBLIC_REPLY:
            return _transport.sent_id(_reply(message, credentials).get("id"))
        content = {"text": _messenger_sending.plain(message)}
        if message.way is not Way.PRIVATE_REPLY:
            content |= _messenger_sending.quick_replies(message)
        letter = _messenger_sending.letter(message, _recipient(message), content)
        path = _meta.node(mailbox(credentials), "messages")
        sent = _meta.post(path, credentials, document=letter, graph=graph_of(credentials))
        return _transport.sent_id(sent.get("message_id"))

    def find_sent(self, message: Outbound, credentials: Credentials) -> str | None:
        def is_own(item: dict[str, Any]) -> bool:
            return is_ours(json_object(item.get("from")) or item, credentials)

        if message.way is Way.PUBLIC_REPLY:
            return _messenger_sending.earliest_match(
                message, _replies(message, credentials), ("timestamp", "text"), is_own
            )
        chat = _chat_with(message, credentials)
        return _messenger_sending.earliest_match(message, chat, ("created_time", "message"), is_own)

    def moderations(self, message: Message) -> tuple[Moderation, ...]:
        """Of a mention in a foreign place nothing says what it answers, and nothing can be done about it there."""
        if message.visibility is Visibility.PRIVATE or message.deleted or is_invented(message.id):
            return ()
        if message.direction == "outbound":
            return (Moderation.DELETE,) if message.platform_id else ()
        if message.direction != "inbound" or message.parent_id is None:
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
        graph, path = graph_of(credentials), _meta.node(target)
        if moderation is Moderation.DELETE:
            done = _meta.delete(path, credentials, {}, graph)
        elif moderation in (Moderation.HIDE, Moderation.SHOW):
            form = {"hide": "true" if moderation is Moderation.HIDE else "false"}
            done = _meta.post(path, credentials, form=form, graph=graph)
        else:
            raise PermanentFailure(Reason.BAD, "no_moderation")
        if done.get("success") not in (True, "true"):
            raise PermanentFailure(Reason.BAD, "refused")


def _reply(message: Outbound, credentials: Credentials) -> dict[str, Any]:
    """An answer to a comment on a post of ours, or to a mention elsewhere.

    Which of both it is, only the platform knows: what it plainly refuses as the one is tried as the other.
    """
    graph, form = graph_of(credentials), {"message": _messenger_sending.plain(message)}
    branch_id = message.branch_id or _messenger_sending.answered(message) or ""
    mention = {**form, "media_id": message.thread_id, **({"comment_id": branch_id} if message.branch_id else {})}
    path = _meta.node(credentials.account_id, "mentions")
    if not branch_id or branch_id == message.thread_id:
        return _meta.post(path, credentials, form=mention, graph=graph)
    try:
        # An answer to an answer joins the level above, since Instagram shows two.
        return _meta.post(_meta.node(branch_id, "replies"), credentials, form=form, graph=graph)
    except PermanentFailure as failed:
        if failed.reason not in _PERHAPS_ELSEWHERE:
            raise
        return _mentioned(path, mention, credentials, failed)


_PERHAPS_ELSEWHERE = frozenset({Reason.GONE, Reason.PERMISSION})


def _mentioned(path: str, form: dict[str, str], credentials: Credentials, failed: PermanentFailure) -> dict[str, Any]:
    """The same as an answer to a mention; if that is refused, too, the first refusal says why."""
    try:
        return _meta.post(path, credentials, form=form, graph=graph_of(credentials))
    except PermanentFailure:
        raise failed from None


def _recipient(message: Outbound) -> dict[str, str]:
    if message.way is Way.PRIVATE_REPLY:
        comment_id = _messenger_sending.answered(message) or message.branch_id
        if not comment_id:
            raise PermanentFailure(Reason.BAD, "no_comment")
        return {"comment_id": comment_id}
    return {"id": _messenger_sending.customer(message)}


def _replies(message: Outbound, credentials: Credentials) -> Iterator[dict[str, Any]]:
    """The answers below a comment; what stands in a foreign place cannot be looked through."""
    if not message.branch_id:
        raise PermanentFailure(Reason.BAD, "cannot_look")
    params = {"fields": "id,text,timestamp,from,username", "limit": "100"}
    path = _meta.node(message.branch_id, "replies")
    try:
        for page in _meta.pages(path, credentials, params, REPLY_PAGES, graph_of(credentials)):
            yield from page
    except PermanentFailure:
        raise PermanentFailure(Reason.BAD, "cannot_look") from None


def _chat_with(message: Outbound, credentials: Credentials) -> Iterator[dict[str, Any]]:
    """The latest messages with the customer, of whom the platform shows twenty."""
    params = {
        "platform": "instagram",
        "user_id": _messenger_sending.customer(message),
        "fields": "messages.limit(20){id,from,message,created_time}",
    }
    path = _meta.node(mailbox(credentials), "conversations")
    for conversation in json_list(_meta.get(path, credentials, params, graph_of(credentials)).get("data")):
        messages = json_object(json_object(conversation).get("messages"))
        yield from (json_object(item) for item in json_list(messages.get("data")))
