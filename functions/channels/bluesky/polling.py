"""Asks Bluesky what is new, from a cursor."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field
from msgspec.structs import replace

from channels._values import as_id, as_millis, as_text
from channels.base import (
    Credentials,
    PermanentFailure,
    Reason,
    TransientFailure,
    json_list,
    json_object,
)
from channels.bluesky.api import get
from channels.bluesky.posts import LIKES, TALK

if TYPE_CHECKING:
    from collections.abc import Sequence


PAGE, PAGES = 100, 5
OVERLAP = 15 * 60_000
"""The list is in the order of the times that authors claim where those lie in the past, so that what arrives late
stands below what was seen: this far (milliseconds) it is looked through again."""
MOST_SEEN = 80
"""Ids that are kept; events beyond are reported once more, which changes nothing."""


class Mark(Struct, frozen=True):
    """The position up to which the account was read. What is older than ``newest``, or in ``seen``, is known.

    While there is more to read than one call may, ``page`` says where to go on, and ``top`` and ``next_seen`` are what
    ``newest`` and ``seen`` will be then.
    """

    newest: int = -1
    seen: tuple[str, ...] = ()
    start: int = 0
    """The time of the first poll: anything older is not reported."""
    page: str = ""
    top: int = 0
    next_seen: tuple[str, ...] = ()
    log: str = ""

    @classmethod
    def of(cls, text: str) -> Mark:
        if not text:
            return cls()
        stored = json.loads(text)
        return cls(
            stored["n"], _split(stored["s"]), stored["f"], stored["p"], stored["t"], _split(stored["x"]), stored["l"]
        )

    def text(self) -> str:
        stored = {"n": self.newest, "s": "".join(self.seen), "f": self.start, "p": self.page, "t": self.top}
        return json.dumps({**stored, "x": "".join(self.next_seen), "l": self.log}, separators=(",", ":"))


_SHORT = 8


def _short(item: dict[str, Any]) -> str:
    """Eight letters (48 bits) for a notification, so that many fit into a cursor."""
    named = f"{item.get('uri')}\0{item.get('reason')}".encode("utf-8", "replace")
    return urlsafe_b64encode(blake2b(named, digest_size=6).digest()).decode()


def _split(text: str) -> tuple[str, ...]:
    return tuple(text[at : at + _SHORT] for at in range(0, len(text), _SHORT))


class _News(Struct, frozen=True):
    items: list[object]
    """Oldest first, so that a message is known before its answers are."""
    mark: Mark


def new_notifications(mark: Mark, credentials: Credentials, now: int) -> _News:
    if mark.newest < 0:
        return _first_look(credentials, now)
    try:
        return _news_since(mark, credentials, now)
    except PermanentFailure:
        if not mark.page:
            raise
        # The platform does not know its own place in the list any more: from the newest on, once more.
        return _news_since(replace(mark, page="", top=0, next_seen=()), credentials, now)


def _news_since(mark: Mark, credentials: Credentials, now: int) -> _News:
    news: list[object] = []
    stop, known = max(mark.newest - OVERLAP, mark.start), frozenset(mark.seen)
    top, fresh, page = mark.top, list(mark.next_seen), mark.page
    for _ in range(PAGES):
        items, page = _listed(page, credentials)
        for item in items:
            at = as_millis(json_object(item).get("indexedAt"))
            if at is not None and at < stop:
                page = ""
                break
            short = _short(json_object(item))
            top = max(top, min(at or 0, now + OVERLAP))
            fresh += [short] if (at or 0) >= top - OVERLAP else []
            if short not in known:
                news.append(item)
        if not page:
            break
    news.reverse()
    if page:
        return _News(news, replace(mark, page=page, top=top, next_seen=tuple(fresh[:MOST_SEEN])))
    kept = tuple(dict.fromkeys([*fresh, *mark.seen]))[:MOST_SEEN]
    return _News(news, Mark(max(top, mark.newest), kept, mark.start, log=mark.log))


def _first_look(credentials: Credentials, now: int) -> _News:
    items, _ = _listed("", credentials)
    times = [at for item in items if (at := as_millis(json_object(item).get("indexedAt"))) is not None]
    newest = max(times, default=now)
    seen = tuple(_short(json_object(item)) for item in items)[:MOST_SEEN]
    return _News([], Mark(newest, seen, start=newest))


def _listed(page: str, credentials: Credentials) -> tuple[Sequence[object], str]:
    params = {"limit": str(PAGE), "reasons": [*TALK, *LIKES]} | ({"cursor": page} if page else {})
    response = get("app.bsky.notification.listNotifications", credentials, params)
    items = json_list(response.get("notifications"))
    # An empty page ends the list, whatever it says.
    return items, (as_text(response.get("cursor")) or "")[:500] if items else ""


class Logs(Struct, frozen=True):
    items: list[object] = field(default_factory=list)
    rev: str = ""
    more: bool = False
    is_lost: bool = False


def new_logs(mark: Mark, credentials: Credentials) -> tuple[Logs, dict[str, Any]]:
    """Return what happened in the chats, and the chats. Whatever is wrong with the chat, the public part goes on."""
    try:
        logs = _logs_since(mark.log, credentials)
        named = dict.fromkeys(as_id(json_object(item).get("convoId")) for item in logs.items)
        return logs, {each: found for each in named if each and (found := _chat(each, credentials))}
    except PermanentFailure as failure:
        # A place that the platform does not know any more is given up, and the next look starts from the beginning.
        return Logs(is_lost=failure.reason is Reason.BAD), {}
    except TransientFailure as failure:
        if failure.reason is Reason.AUTH:
            raise  # the session is the same for both
        return Logs(), {}


def _logs_since(rev: str, credentials: Credentials) -> Logs:
    if not rev:
        response = get("chat.bsky.convo.getLog", credentials, chat=True)
        return Logs([], as_text(response.get("cursor")) or "")
    found: list[object] = []
    for _ in range(PAGES):
        response = get("chat.bsky.convo.getLog", credentials, {"cursor": rev}, chat=True)
        items, onward = json_list(response.get("logs")), as_text(response.get("cursor")) or rev
        found += items
        if not items or onward == rev:
            return Logs(found, onward)
        rev = onward
    return Logs(found, rev, more=True)


def _chat(convo_id: str, credentials: Credentials) -> dict[str, Any]:
    try:
        return json_object(get("chat.bsky.convo.getConvo", credentials, {"convoId": convo_id}, chat=True).get("convo"))
    except PermanentFailure:
        return {}
