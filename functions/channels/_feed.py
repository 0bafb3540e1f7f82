"""Reads the feed of a forum or blog: RSS and Atom of every version, from a cursor.

Sources: rssboard.org/rss-specification, RFC 4287 (Atom), RFC 9110 13 (``ETag``, ``Last-Modified``),
feedparser.readthedocs.io.

A feed is anybody's: it may be huge, slow, no feed at all, or lead elsewhere. It is fetched as files are, within a size
and a time and from public addresses alone, and what its document type declares is not believed: entities and attributes
of a few bytes would become gigabytes. ``feedparser`` is imported with the first feed, which takes 0.09 s.
"""

from __future__ import annotations

import calendar
import json
import re
from hashlib import blake2b
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from msgspec import Struct

from channels import _html, _http, _transport
from channels._results import Media
from channels._search import SearchPage
from channels._search_facts import in_language
from channels._transport import Answer, CodeTable
from channels._values import as_text, whole_number
from channels.base import PermanentFailure, Reason, TransientFailure, json_list, json_object
from conversations.facts import Author
from conversations.plain_letters import folded
from outreach.found_posts import FEED, FoundPost
from shared import http_guard

if TYPE_CHECKING:
    from collections.abc import Sequence

SECONDS = 600
"""Seconds between two readings of a feed."""
LARGEST = 2_000_000
"""Bytes of a feed."""
FETCH_SECONDS = 20
ENTRIES = 200
LONGEST_TEXT, LONGEST_TITLE, LONGEST_ID = 20_000, 300, 400
MOST_SEEN = 80
"""Entries without a date that are remembered."""
OVERLAP = 86_400_000
"""Milliseconds before the newest entry in which others may still appear: feeds are moderated, or made of feeds."""
UTF_8 = {"content-type": "application/xml; charset=utf-8"}
DECLARED = re.compile(rb"<!(?:ENTITY|ATTLIST)")
"""Declarations of a document type."""
CODES = CodeTable(
    codes={},
    statuses={
        401: Reason.PERMISSION,
        403: Reason.PERMISSION,
        404: Reason.GONE,
        410: Reason.GONE,
        425: Reason.RETRY,
        429: Reason.RATE,
    },
    pauses={Reason.RATE: SECONDS},
)
"""Meanings of a status: nobody signs in to a feed, so that 401 is as final as 403."""
HEADERS = {
    "Accept": "application/atom+xml,application/rss+xml,application/xml;q=0.9,text/xml;q=0.8",
    "User-Agent": "Mozilla/5.0 (compatible; feed reader)",
}


class FeedCursor(Struct, frozen=True):
    """The position in a feed: marks of its version, the newest entry's time, and undated entries that were there."""

    since: int = 0
    etag: str = ""
    modified: str = ""
    seen: tuple[str, ...] = ()
    is_first: bool = False

    @classmethod
    def of(cls, text: str, since: int) -> FeedCursor:
        """Return a stored cursor; what is not ours counts as the first time."""
        try:
            stored = json_object(json.loads(text or "{}"))
            return cls(
                int(stored["since"]), str(stored["etag"]), str(stored["modified"]), tuple(str(stored["seen"]).split())
            )
        except (ValueError, TypeError, KeyError, RecursionError):
            return cls(since, is_first=True)

    def text(self) -> str:
        """Return what is stored."""
        stored = {"since": self.since, "etag": self.etag, "modified": self.modified, "seen": " ".join(self.seen)}
        return json.dumps(stored, separators=(",", ":"))


def read(address: str, cursor: str, since: int, now: int) -> SearchPage:
    """Return entries of a feed since ``cursor`` (empty the first time: since ``since``), newest first.

    Entries of a day before the newest one that was known are given again, as the pages of platforms are. Times in
    milliseconds. Raises ``TransientFailure`` or ``PermanentFailure``.
    """
    known = FeedCursor.of(cursor, since)
    downloaded = _fetched(address, known)
    if downloaded is None:
        return SearchPage([], known.text())
    entries, title, language = _parsed(downloaded)
    read_entries = (_post(entry, address, title, language, now) for entry in entries)
    posts = [(post, is_dated) for post, is_dated in read_entries if post]
    dated = [post for post, is_dated in posts if is_dated]
    marks = {_mark(post.id): post for post in [post for post, is_dated in posts if not is_dated][:MOST_SEEN]}
    # An entry without a date is new where it was not there before; the first time nobody knows.
    undated = [post for mark, post in marks.items() if mark not in known.seen]
    begin = known.since if known.is_first else known.since - OVERLAP
    fresh = [post for post in dated if post.sent_at >= begin]
    found = [*fresh, *([] if known.is_first else undated)]
    newest = max([known.since, *(post.sent_at for post in dated)])
    seen = tuple(dict.fromkeys([*marks, *known.seen]))[:MOST_SEEN]
    after = FeedCursor(newest, _line(downloaded, "etag"), _line(downloaded, "last-modified"), seen)
    is_all_new = bool(dated) and len(dated) == len(posts) and min(post.sent_at for post in dated) > known.since
    has_gap = not known.is_first and is_all_new
    return SearchPage(sorted(found, key=lambda post: -post.sent_at), after.text(), has_gap=has_gap)


def _fetched(address: str, known: FeedCursor) -> _http.Downloaded | None:
    """Return the feed; None where it has not changed."""
    headers = dict(HEADERS)
    headers |= {"If-None-Match": known.etag} if known.etag else {}
    headers |= {"If-Modified-Since": known.modified} if known.modified else {}
    try:
        http_guard.check(address)
        return _http.download(Media(address, headers), LARGEST, seconds=FETCH_SECONDS)
    except _http.TooLarge:
        raise PermanentFailure(Reason.BAD, "too_large") from None
    except _http.NotGiven as failure:
        if failure.status == 304:
            return None
        answer = Answer(failure.status, {}, None)
        refusal = CODES.refusal(answer, str(failure.status), retry_after=failure.retry_after)
        raise _transport.failure(refusal, repeatable=True) from None
    except (_http.Refused, http_guard.NotPublic):
        raise PermanentFailure(Reason.BAD, "address") from None
    except (_http.NoAnswer, http_guard.NoSuchHost):
        raise TransientFailure(Reason.RETRY, "not_reached") from None


def _parsed(downloaded: _http.Downloaded) -> tuple[Sequence[Any], str, str]:
    """Return entries, the title and the language of a feed. Raises ``PermanentFailure`` for what is none."""
    import feedparser
    from feedparser.encodings import convert_to_utf8

    headers = {"content-type": downloaded.headers.get("content-type", "")}
    # In capitals these are declarations. The library drops some of them, and only where each begins a line.
    content = DECLARED.sub(lambda found: found[0].lower(), convert_to_utf8(headers, downloaded.content, {}))
    # A stream, as the library opens texts that look like addresses.
    document = feedparser.parse(
        BytesIO(content), response_headers=UTF_8, sanitize_html=False, resolve_relative_uris=False
    )
    if not document.get("version") and not document.get("entries"):
        raise PermanentFailure(Reason.BAD, "no_feed")
    feed = document.get("feed") or {}
    title = _plain({"type": "text/html", "value": feed.get("title", "")})[:LONGEST_TITLE]
    return document["entries"][:ENTRIES], title, str(feed.get("language") or "")


def _post(entry: Any, address: str, place: str, language: str, now: int) -> tuple[FoundPost | None, bool]:
    """Return an entry, and if it says when it was written; None for one that has neither an address nor a text."""
    # An id alone is taken for the link by the library, also where it is no address.
    link = _link_of(str(entry.get("link") or ""), "" if entry.get("guidislink") else address)
    title = _plain(entry.get("title_detail") or {"value": entry.get("title", "")})[:LONGEST_TITLE]
    parts = [*json_list(entry.get("content")), entry.get("summary_detail") or {}]
    text = next((words for part in parts if (words := _plain(part))), "")[:LONGEST_TEXT]
    if not link and not text:
        return None, False
    at = _moment(entry.get("published_parsed")) or _moment(entry.get("updated_parsed"))
    post = FoundPost(
        FEED,
        "",
        _id_of(str(entry.get("id") or link), "" if link else address, title + text),
        link,
        link,
        min(at or now, now),
        author=_author_of(entry, link or address),
        text=text or title,
        title=title,
        place=place,
        replies=whole_number(entry.get("slash_comments"), -1) if entry.get("slash_comments") else None,
    )
    return in_language(post, json_object(entry.get("title_detail")).get("language") or language), at is not None


def _link_of(written: str, address: str) -> str:
    """Return the address of an entry, also one that is told from that of the feed on; empty for what is none."""
    try:
        link = urljoin(address, written.strip()) if written.strip() else ""
    except ValueError:
        return ""
    return link if link.startswith(("https://", "http://")) and len(link) <= 2000 else ""


def _author_of(entry: Any, address: str) -> Author:
    """Return who wrote an entry: a feed has no ids, but on one site one name is one person.

    So nobody is approached twice there, and who declined or is erased is known by it.
    """
    name = _without_mail((as_text(str(entry.get("author") or "")) or "").strip())[:LONGEST_TITLE]
    if not name:
        return Author()
    return Author(f"{urlsplit(address).hostname or ''}/{' '.join(folded(name).split())}", name)


def _without_mail(author: str) -> str:
    """Return the name in ``mail@site (Name)`` or ``Name (mail@site)``; of an address alone what stands before the @."""
    parts = [part.strip(" ()") for part in author.split(" (")]
    return next((part for part in parts if part and "@" not in part[1:]), author.partition("@")[0].strip() or author)


def _plain(part: Any) -> str:
    """Return a text of an entry as it is read."""
    value = (as_text(part.get("value") or "") or "") if hasattr(part, "get") else ""
    is_html = "html" in str(part.get("type") or "text/html") if value else False
    return (_html.text_of(value[:LARGEST], links=True) if is_html else value).strip()


def _moment(parsed: Any) -> int | None:
    try:
        at = calendar.timegm(parsed) * 1000 if parsed else 0
    except (ValueError, TypeError, OverflowError):
        return None
    return at if at > 0 else None


def _id_of(name: str, feed: str, content: str) -> str:
    """Return an entry's id: its own, or one of its content; with the feed's address where it has no link of its own."""
    plain = as_text(name) or ""
    if feed or not 0 < len(plain.encode()) <= LONGEST_ID:
        return f"x-{_mark(f'{feed} {plain or content}'.strip())}"
    return plain


def _mark(name: str) -> str:
    return blake2b(name.encode(), digest_size=8).hexdigest()


def _line(downloaded: _http.Downloaded, name: str) -> str:
    """Return a header that can be sent back."""
    value = downloaded.headers.get(name, "")
    return value if len(value) <= 200 and value.isascii() and value.isprintable() else ""
