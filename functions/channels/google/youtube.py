"""Comments on a YouTube channel, and our answers to them."""

from __future__ import annotations

from typing import Any, NamedTuple
from urllib.parse import quote

from channels._payload import Events, UnreadableUpdate
from channels._values import as_id, as_millis, as_text
from channels.base import (
    Credentials,
    PermanentFailure,
    Reason,
    json_list,
    json_object,
)
from channels.google.api import as_whole, call, get, pacific_day, short_digest, until_midnight
from channels.google.reviews import OVERLAP, Since, packed
from conversations.facts import Author, Fact, Kind, Source, Unreadable, Visibility
from conversations.message_context import Post

DAILY_UNITS = 10_000
POLLING_SHARE = 0.6
"""Share of the day's units that polling may use; a reply costs fifty."""
REPLY_PAGES = 10
THREADS = 100
WATCHED = 16
"""Threads of ours that are looked at though newer ones have pushed them off the first page."""
COMPLETED = 40
"""Threads whose replies are fetched one by one in one poll."""


class _Comment(NamedTuple):
    id: str
    author: Author
    text: str
    published: int
    updated: int
    video: str


def read_comment(raw: dict[str, Any]) -> _Comment:
    snippet = json_object(raw.get("snippet"))
    published = as_millis(snippet.get("publishedAt"))
    comment_id = as_id(raw.get("id"))
    if not comment_id or published is None:
        raise UnreadableUpdate("no_id" if not comment_id else "no_time")
    author = as_id(json_object(snippet.get("authorChannelId")).get("value"))
    text = as_text(snippet.get("textOriginal")) or as_text(snippet.get("textDisplay")) or ""
    updated = max(as_millis(snippet.get("updatedAt")) or published, published)
    name = as_text(snippet.get("authorDisplayName")) or None
    return _Comment(comment_id, Author(author, name), text, published, updated, as_id(snippet.get("videoId")) or "")


def read_thread(raw: dict[str, Any], payload: dict[str, Any], account: str) -> Events:
    snippet, since = json_object(raw.get("snippet")), Since.of(payload)
    top = read_comment(json_object(snippet.get("topLevelComment")))
    # A comment on the channel itself, from before 2022, has no video.
    place = as_id(snippet.get("videoId")) or top.video or as_id(snippet.get("channelId"))
    if not place:
        raise UnreadableUpdate("no_id")
    was_known = top.id in json_list(payload.get("known"))
    events: Events = [*comment_facts(top, top.id, place, account, since if was_known else None)]
    for reply in json_list(json_object(raw.get("replies")).get("comments")):
        try:
            events += comment_facts(
                read_comment(json_object(reply)), top.id, place, account, since if was_known else None
            )
        except UnreadableUpdate as odd:
            events.append(Unreadable(str(odd), reply, Source({**raw, "replies": {"comments": [reply]}})))
    return events


def comment_facts(comment: _Comment, top: str, place: str, account: str, since: Since | None) -> list[Fact]:
    """A comment, and its change where it was changed. What it said before is not told, so that of a thread that was
    known (``since``), only what is newer is told as a message once more."""
    kinds = [Kind.MESSAGE]
    if comment.updated > comment.published:
        is_news = since is None or comment.published > since.things - OVERLAP
        kinds = [Kind.MESSAGE, Kind.EDITED] if is_news else [Kind.EDITED]
    video = f"https://www.youtube.com/watch?v={quote(place)}&lc={quote(comment.id)}"
    return [
        Fact(
            kind,
            Visibility.PUBLIC,
            place,
            comment.published if kind is Kind.MESSAGE else comment.updated,
            comment.id,
            top,
            author=comment.author,
            own=comment.author.id == account,
            text=comment.text or None,
            parent_id=place if comment.id == top else top,
            permalink=video,
        )
        for kind in kinds
    ]


def _add_replies(thread: dict[str, Any], credentials: Credentials) -> int:
    """Put all replies into a thread that names some of them; return the units of quota that this took."""
    replies = replies_to(_thread_id(thread), credentials)
    thread["replies"] = {"comments": replies}
    return max(1, -(-len(replies) // 100))


def poll_youtube(
    cursor: dict[str, Any], credentials: Credentials, now: int
) -> tuple[dict[str, Any], dict[str, Any], bool, float]:
    """The newest threads, and older ones in which we wrote: those that are not as they were."""
    today, allowed = pacific_day(now), _units_allowed(credentials)
    used = as_whole(cursor.get("u")) if cursor.get("d") == today else 0
    if used + 2 > allowed:
        return {"items": []}, {**cursor, "d": today, "u": used}, False, until_midnight(now)
    known, watched = packed(cursor.get("k")), [str(each) for each in json_list(cursor.get("w"))]
    threads = _threads({"allThreadsRelatedToChannelId": credentials.account_id, "order": "time"}, credentials)
    used, shown = used + 1, {_thread_id(thread) for thread in threads}
    if hidden := [each for each in watched if each not in shown]:
        threads += _threads({"id": ",".join(hidden)}, credentials)
        used += 1
    start, since = (as_millis(cursor.get(name)) or 0 for name in "st")
    states: dict[str, str] = {}
    news: list[dict[str, Any]] = []
    asked, more = 0, False
    for thread in threads:
        key, state = short_digest(_thread_id(thread), 5), _state(thread)
        is_news = known.get(key) != state and (key in known or _newest(thread) > start - OVERLAP)
        if is_news and cursor and _is_incomplete(thread):
            if asked >= COMPLETED or used >= allowed:
                more = asked >= COMPLETED
                states[key] = known.get(key, "-" * 4)
                continue
            used, asked = used + _add_replies(thread, credentials), asked + 1
        states[key] = state
        news += [thread] if is_news else []
    own = [_thread_id(each) for each in news if _has_own(each, credentials)]
    after = {
        "s": start or max(map(_newest, threads), default=0) or now,
        "t": max([since, *map(_newest, threads)]) or now,
        "k": "".join(key + state for key, state in states.items())[: 12 * (THREADS + WATCHED)],
        "w": list(dict.fromkeys([*own, *watched]))[:WATCHED],
        "d": today,
        "u": used,
    }
    were_known = [_thread_id(each) for each in news if short_digest(_thread_id(each), 5) in known]
    return {"items": news, "start": start, "since": since, "known": were_known}, after, more, 0


def _threads(wish: dict[str, str], credentials: Credentials) -> list[dict[str, Any]]:
    params = {"part": "snippet,replies", "textFormat": "plainText", **wish}
    # A list by ids takes no size.
    params |= {} if "id" in wish else {"maxResults": str(THREADS)}
    body = get("commentThreads", credentials, params)
    return [each for each in json_list(body.get("items")) if isinstance(each, dict)]


def replies_to(parent: str, credentials: Credentials) -> list[dict[str, Any]]:
    """All replies below a comment; their order is not promised."""
    found: list[dict[str, Any]] = []
    token = ""
    for _ in range(REPLY_PAGES):
        params = {"part": "snippet", "parentId": parent, "maxResults": "100", "textFormat": "plainText"}
        body = get("comments", credentials, params | ({"pageToken": token} if token else {}))
        found += [each for each in json_list(body.get("items")) if isinstance(each, dict)]
        token = as_text(body.get("nextPageToken")) or ""
        if not token:
            break
    return found


def _thread_id(thread: dict[str, Any]) -> str:
    return as_id(json_object(json_object(thread.get("snippet")).get("topLevelComment")).get("id")) or ""


def _snippets(thread: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    top = json_object(json_object(thread.get("snippet")).get("topLevelComment"))
    replies = map(json_object, json_list(json_object(thread.get("replies")).get("comments")))
    return [(as_id(each.get("id")) or "", json_object(each.get("snippet"))) for each in (top, *replies)]


def _state(thread: dict[str, Any]) -> str:
    """Four letters that change when a comment of the thread does, or a reply comes or goes."""
    count = json_object(thread.get("snippet")).get("totalReplyCount")
    # Sorted, as which replies a list shows first is not promised.
    return short_digest(
        repr((count, sorted((each, str(snippet.get("updatedAt"))) for each, snippet in _snippets(thread)))), 3
    )


def _newest(thread: dict[str, Any]) -> int:
    times = (
        as_millis(snippet.get(name)) or 0 for _, snippet in _snippets(thread) for name in ("publishedAt", "updatedAt")
    )
    return max(times, default=0)


def _is_incomplete(thread: dict[str, Any]) -> bool:
    count = as_whole(json_object(thread.get("snippet")).get("totalReplyCount"))
    return count > len(json_list(json_object(thread.get("replies")).get("comments")))


def _has_own(thread: dict[str, Any], credentials: Credentials) -> bool:
    authors = (json_object(snippet.get("authorChannelId")).get("value") for _, snippet in _snippets(thread))
    return credentials.account_id in authors


def changed(target: str, text: str) -> dict[str, Any]:
    return {"id": target, "snippet": {"textOriginal": text}}


def own_video(video: str, credentials: Credentials) -> Post | None:
    """Return a video of the channel as a post: its title, its address and its still."""
    snippet = _video(video, credentials)
    if as_id(snippet.get("channelId")) != credentials.account_id:
        return None
    stills = json_object(snippet.get("thumbnails"))
    addresses = (as_text(json_object(stills.get(size)).get("url")) for size in ("high", "medium", "default"))
    url = f"https://www.youtube.com/watch?v={quote(video)}"
    return Post(as_text(snippet.get("title")) or None, url, next(filter(None, addresses), None))


def owner_of_video(video: str, credentials: Credentials) -> Author:
    """Return the channel that published a video; empty for a video that nobody sees any more."""
    snippet = _video(video, credentials)
    return Author(as_id(snippet.get("channelId")), as_text(snippet.get("channelTitle")) or None)


def _video(video: str, credentials: Credentials) -> dict[str, Any]:
    items = json_list(get("videos", credentials, {"part": "snippet", "id": video}).get("items"))
    return json_object(json_object(items[0]).get("snippet")) if items else {}


def delete_comment(target: str, credentials: Credentials) -> None:
    """Delete our own; of somebody else's, the channel's owner may only say that it is not to be shown."""
    try:
        call("DELETE", "comments", credentials, {"id": target})
    except PermanentFailure as failure:
        if failure.reason is not Reason.PERMISSION:
            raise
        call("POST", "comments/setModerationStatus", credentials, {"id": target, "moderationStatus": "rejected"})


def _units_allowed(credentials: Credentials) -> int:
    return int((as_whole(credentials.options.get("daily_units")) or DAILY_UNITS) * POLLING_SHARE)
