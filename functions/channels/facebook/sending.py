"""Sends to Facebook: permitted ways, sending, and what may be done about messages."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from channels import _messenger, _messenger_sending, _meta, _transport
from channels._messenger import USER_REF
from channels._placement import on_two_levels
from channels._values import as_id, as_millis, is_invented
from channels.base import (
    Credentials,
    File,
    Files,
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
from channels.facebook.moderation import ACTIONS
from conversations.facts import Visibility

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conversations.messages import Message
    from conversations.send_options import Place

COMMENT_LIMIT = 8000
MESSAGE_LIMIT = 1999
"""The document says "less than 2000 characters"."""
_PICTURES = ("image/jpeg", "image/png", "image/gif")
_OTHERS = ("audio/*", "video/*", "application/*", "text/plain")
PHOTO = Files(1, dict.fromkeys(_PICTURES, 4_000_000))
"""A comment takes one picture, in the same call as its text."""
ATTACHMENT = Files(1, {name: 8_000_000 if name in _PICTURES else 25_000_000 for name in _PICTURES + _OTHERS}, False)
"""Messenger takes a text or a file."""
COMMENT_PAGES = 10


class FacebookSender(Sender):
    """Sends to Facebook."""

    def send_options(self, situation: Situation, now: int) -> list[Route]:
        if situation.visibility is Visibility.PRIVATE:
            return _messenger_sending.private_routes(situation, now, MESSAGE_LIMIT, "characters", ATTACHMENT)
        public = Route(Way.PUBLIC_REPLY, Visibility.PUBLIC, COMMENT_LIMIT, files=PHOTO)
        return [public, *_messenger_sending.private_reply(situation, now, MESSAGE_LIMIT, "characters")]

    def window_ends_at(self, situation: Situation) -> int | None:
        return _messenger_sending.window_ends_at(situation)

    def measure(self, text: str, way: Way) -> int:
        """Code points, which is what the document's "characters" come to for the UTF-8 text it asks for."""
        return len(text)

    def place_of_answer(self, message: Message, thread_id: str) -> Place:
        return on_two_levels(message, thread_id)

    def try_send(self, message: Outbound, credentials: Credentials) -> str:
        if message.way is Way.PUBLIC_REPLY:
            return _comment_on(message, credentials)
        path = _meta.node(credentials.account_id, "messages")
        if message.files:
            form, files = _attached(message)
            sent = _meta.post(path, credentials, form=form, files=files)
        else:
            sent = _meta.post(path, credentials, document=_letter(message, _content(message)))
        return _transport.sent_id(sent.get("message_id"))

    def find_sent(self, message: Outbound, credentials: Credentials) -> str | None:
        stand = _comments if message.way is Way.PUBLIC_REPLY else _messages

        def is_own(item: dict[str, Any]) -> bool:
            return as_id(json_object(item.get("from")).get("id")) == credentials.account_id

        return _messenger_sending.earliest_match(
            message, stand(message, credentials), ("created_time", "message"), is_own
        )

    def moderations(self, message: Message) -> tuple[Moderation, ...]:
        public = message.visibility is Visibility.PUBLIC and not message.deleted
        if message.direction == "outbound":
            return (Moderation.EDIT, Moderation.DELETE) if public and message.platform_id else ()
        if message.direction != "inbound":
            return ()
        author = (Moderation.BLOCK, Moderation.UNBLOCK) if _is_person(message.author.id) else ()
        if not public or is_invented(message.id):
            return author
        liking = (Moderation.LIKE, Moderation.UNLIKE)
        if message.parent_id is None:
            return (*liking, Moderation.DELETE, *author)
        return (*liking, Moderation.SHOW if message.hidden else Moderation.HIDE, Moderation.DELETE, *author)

    def try_moderate(
        self,
        moderation: Moderation,
        target: str,
        credentials: Credentials,
        text: str = "",
        customer_id: str | None = None,
    ) -> None:
        act = ACTIONS.get(moderation)
        if act is None or act(target, credentials, text) not in (True, "true"):
            raise PermanentFailure(Reason.BAD, "refused")


def _comment_on(message: Outbound, credentials: Credentials) -> str:
    """A comment below what is answered; a picture goes along in the same call."""
    target = _messenger_sending.answered(message) or message.branch_id or message.thread_id
    files = {"source": _part(message.files[0])} if message.files else None
    text = _messenger_sending.plain(message)
    form = {"message": text} if text or not files else {}
    sent = _meta.post(_meta.node(target, "comments"), credentials, form=form, files=files)
    return _transport.sent_id(sent.get("id"))


def _part(file: File) -> tuple[str, bytes, str]:
    return (file.name, file.content, file.mime)


def _content(message: Outbound) -> dict[str, Any]:
    content: dict[str, Any] = {
        "text": _messenger_sending.plain(message),
        "metadata": message.id[: _messenger.METADATA_LIMIT],
    }
    return content if message.way is Way.PRIVATE_REPLY else content | _messenger_sending.quick_replies(message)


def _letter(message: Outbound, content: dict[str, Any]) -> dict[str, Any]:
    """The body of a call to the Send API."""
    return _messenger_sending.letter(message, _recipient(message), content)


def _attached(message: Outbound) -> tuple[dict[str, str], dict[str, tuple[str, bytes, str]]]:
    """The same with a file, as form fields that hold JSON; Messenger takes no text beside it."""
    if message.text.strip():
        raise PermanentFailure(Reason.BAD, "text_with_file")
    file = message.files[0]
    family = file.mime.partition("/")[0]
    kind = family if family in ("image", "audio", "video") else "file"
    attachment = {"type": kind, "payload": {"is_reusable": False}}
    content = {"attachment": attachment, "metadata": message.id[: _messenger.METADATA_LIMIT]}
    letter = _letter(message, content)
    form = {name: value if isinstance(value, str) else json.dumps(value) for name, value in letter.items()}
    return form, {"filedata": _part(file)}


def _recipient(message: Outbound) -> dict[str, str]:
    if message.way is Way.PRIVATE_REPLY:
        comment_id = _messenger_sending.answered(message) or message.branch_id
        return {"comment_id": comment_id} if comment_id else {"post_id": message.thread_id}
    customer = _messenger_sending.customer(message)
    if customer.startswith(USER_REF):
        return {"user_ref": customer.removeprefix(USER_REF)}
    return {"id": customer}


def _is_person(author_id: str | None) -> bool:
    """Return whether an author has an id by which the Page can block: guests of a plugin have none."""
    return author_id is not None and author_id.isascii() and author_id.isdigit()


def _comments(message: Outbound, credentials: Credentials) -> Iterator[dict[str, Any]]:
    """Yield what stands under the comment that was answered, and in its branch or thread."""
    params = {
        "fields": "id,from,message,created_time",
        "order": "reverse_chronological",
        "filter": "stream",  # replies as well, not only the top level
        "limit": "100",
    }
    places = filter(None, (_messenger_sending.answered(message), message.branch_id or message.thread_id))
    for place in dict.fromkeys(places):
        for page in _meta.pages(_meta.node(place, "comments"), credentials, params, COMMENT_PAGES):
            yield from page
            if _is_past(page, message.attempted_at - _messenger_sending.CLOCK_SLACK):
                break


def _is_past(page: list[dict[str, Any]], earliest: int) -> bool:
    """Return whether a page reaches back before ``earliest`` and really runs from new to old."""
    times = [as_millis(item.get("created_time")) or 0 for item in page]
    return bool(times) and times[-1] < earliest and times == sorted(times, reverse=True)


def _messages(message: Outbound, credentials: Credentials) -> Iterator[dict[str, Any]]:
    """The latest messages of the chat with the customer."""
    params = {
        "platform": "messenger",
        "user_id": _messenger_sending.customer(message),
        "fields": "messages.limit(25){id,from,message,created_time}",
    }
    body = _meta.get(_meta.node(credentials.account_id, "conversations"), credentials, params)
    for conversation in json_list(body.get("data")):
        messages = json_object(json_object(conversation).get("messages"))
        yield from (json_object(item) for item in json_list(messages.get("data")))
