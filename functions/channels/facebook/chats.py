"""Reads Messenger's chats back, for a time in which no webhook told of them.

Source: developers.facebook.com/docs/graph-api/reference/page/conversations. A message has the same id there as in a
webhook's call, and a time in whole seconds.
"""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from channels import _meta, _payload
from channels._messenger import Entry, read_event
from channels._values import as_id, as_millis, as_text
from channels.base import Credentials, json_list, json_object
from conversations.facts import Fact, Unreadable
from conversations.identity import LATEST

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

CALLS = 40
"""Of 25 chats, or of 50 messages of one chat: what is read at most."""
PAUSE = 0.55
"""Seconds between two calls: the platform takes two in a second."""
SECOND = 1_000
LAST_OF_A_SECOND = 900
"""Milliseconds."""
_MESSAGE = "id,created_time,from,to,message,attachments"
_CHAT = f"id,updated_time,messages.limit(50){{{_MESSAGE}}}"


class Chats(NamedTuple):
    """The messages that were found, and the time up to which some may be missing; 0 where none is."""

    events: list[Fact | Unreadable]
    missing_until: int


def written_since(since: int, credentials: Credentials) -> Chats:
    """Return the private messages that are not older than a time (milliseconds), as webhooks would have told them."""
    reading = _Reading(since - since % SECOND, credentials)  # as exactly as the platform tells
    events: list[Fact | Unreadable] = []
    path = _meta.node(credentials.account_id, "conversations")
    for page in reading.pages(path, _CHAT, 25, "updated_time"):
        for chat in page:
            if _at(chat, "updated_time") >= reading.since:
                events += _events(reading.messages(chat), credentials.account_id)
    return Chats(events, reading.missing_until)


class _Reading:
    """The calls of one reading, which are bounded, and what they did not come to."""

    def __init__(self, since: int, credentials: Credentials) -> None:
        self.since = since
        self.missing_until = 0
        self._credentials = credentials
        self._calls = 0

    def pages(self, path: str, fields: str, size: int, time_field: str) -> Iterator[list[dict[str, Any]]]:
        """Yield the pages of an edge, the newest first, as far back as is wanted and permitted."""
        params, oldest = {"fields": fields, "limit": str(size)}, 0
        pages = _meta.pages(path, self._credentials, params, CALLS, must_end=False)
        while self._calls < CALLS:
            if self._calls:
                time.sleep(PAUSE)
            self._calls += 1
            page = next(pages, None)
            if page is None:
                return
            yield page
            oldest = min((_at(each, time_field) for each in page), default=0)
            if oldest < self.since or len(page) < size:
                return
        self.missing_until = max(self.missing_until, oldest or LATEST)

    def messages(self, chat: dict[str, Any]) -> list[dict[str, Any]]:
        """Return the messages of a chat since the time, the oldest first."""
        first = json_object(chat.get("messages"))
        found = [json_object(each) for each in json_list(first.get("data"))]
        if json_object(first.get("paging")).get("next") and _oldest(found) >= self.since:
            path = _meta.node(as_id(chat.get("id")) or "", "messages")
            found = [each for page in self.pages(path, _MESSAGE, 50, "created_time") for each in page] or found
        recent = [each for each in reversed(found) if _at(each, "created_time") >= self.since]
        return [each | {"at": at} for each, at in zip(recent, _times(recent), strict=True)]


def _times(messages: Sequence[dict[str, Any]]) -> Iterator[int]:
    """Yield the times of messages, the oldest first. Those of one second, which the platform does not tell apart, keep
    their order, and come after what webhooks told of that second."""
    counted: Counter[int] = Counter()
    for message in messages:
        second = _at(message, "created_time")
        yield second + min(LAST_OF_A_SECOND + counted[second], SECOND - 1)
        counted[second] += 1


def _oldest(messages: list[dict[str, Any]]) -> int:
    return min((_at(each, "created_time") for each in messages), default=0)


def _at(node: dict[str, Any], field: str) -> int:
    return as_millis(node.get(field)) or 0


def _events(messages: list[dict[str, Any]], page: str) -> Iterator[Fact | Unreadable]:
    entry = Entry(page, None, page)
    for message in messages:
        events = _payload.read_each("facebook", [_as_event(message, page)], read_event, entry)
        yield from _payload.within(events, lambda event: _as_webhook(event, page))


def _as_event(message: dict[str, Any], page: str) -> dict[str, Any]:
    """Return the event by which a webhook would have told of a message."""
    sender = as_id(json_object(message.get("from")).get("id"))
    receivers = [as_id(json_object(each).get("id")) for each in json_list(json_object(message.get("to")).get("data"))]
    files = [_file(json_object(each)) for each in json_list(json_object(message.get("attachments")).get("data"))]
    message_event: dict[str, Any] = {"mid": message.get("id"), "text": as_text(message.get("message"))}
    message_event |= {"attachments": files} if files else {}
    message_event |= {} if message_event["text"] or files else {"is_unsupported": True}
    message_event |= {"is_echo": True} if sender == page else {}
    receiver = next((each for each in receivers if each and each != sender), page)
    at = message["at"]
    return {"sender": {"id": sender}, "recipient": {"id": receiver}, "timestamp": at, "message": message_event}


def _file(file: dict[str, Any]) -> dict[str, Any]:
    """Return an attachment in the shape that webhooks have."""
    if "payload" in file:
        return file
    for kind, field in (("image", "image_data"), ("video", "video_data")):
        if url := json_object(file.get(field)).get("url"):
            return {"type": kind, "payload": {"url": url}}
    return {"type": "file", "payload": {"url": file.get("file_url"), "title": file.get("name")}}


def _as_webhook(event: dict[str, Any], page: str) -> dict[str, Any]:
    return {"object": "page", "entry": [{"id": page, "time": event["timestamp"], "messaging": [event]}]}
