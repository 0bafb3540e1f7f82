"""Cursor of a search: a pass goes through several requests, each of several pages, back to what an earlier pass saw.

A platform's index takes a while, so that each pass looks again at some minutes before the newest post that it knew.
What was found before is found once more then, which changes nothing.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from channels._search import SearchPage
from channels.base import json_object

if TYPE_CHECKING:
    from collections.abc import Sequence

    from outreach.found_posts import FoundPost
    from outreach.searches import Query

OVERLAP = 15 * 60_000
"""Milliseconds before the newest post that was known, which are looked through once more."""
MOST_PAGES = 5
"""Pages of one request that a pass reads; more are a gap."""
LONGEST_PAGE = 1000
"""Characters of a platform's own position that are kept."""


class SearchCursor(Struct, frozen=True):
    """The position of a search."""

    since: int
    """Milliseconds: everything until then was found."""
    step: int = 0
    """Number of the request that is under way."""
    page: str = ""
    """The platform's own position in it; empty for its beginning."""
    pages: int = 0
    """Number of its pages that were read."""
    top: int = 0
    """Time of the newest post that this pass found."""
    mark: str = ""
    """The platform's own mark of the newest post of earlier passes, where it has one."""
    next_mark: str = ""

    @classmethod
    def of(cls, text: str, since: int) -> SearchCursor:
        """Return a stored cursor; what is not ours counts as the first time."""
        try:
            stored = json_object(json.loads(text or "{}"))
            numbers = [int(stored[name]) for name in ("since", "step", "pages", "top")]
            page, mark, next_mark = (str(stored[name]) for name in ("page", "mark", "next_mark"))
        except (ValueError, TypeError, KeyError, RecursionError):
            return cls(since)
        return cls(numbers[0], numbers[1], page, numbers[2], numbers[3], mark, next_mark)

    def text(self) -> str:
        """Return what is stored."""
        stored = {name: getattr(self, name) for name in self.__struct_fields__}
        return json.dumps(stored, separators=(",", ":"))

    @property
    def from_time(self) -> int:
        """Milliseconds from which this pass looks."""
        return max(self.since - OVERLAP, 0)


class Found(Struct, frozen=True):
    """One page as a platform gave it."""

    posts: Sequence[FoundPost]
    page: str = ""
    """The platform's position of its next page; empty at the end."""
    reached: int = 0
    """Time of the oldest item (milliseconds) where the newest come first; 0 where the platform begins at a time."""
    read: int = 0
    mark: str = ""


def next_page(cursor: SearchCursor, found: Found, *, steps: int, now: int) -> SearchPage:
    """Return the page of a search with the cursor after it; more than ``MOST_PAGES`` of one request are a gap."""
    posts = [post for post in found.posts if post.sent_at >= cursor.from_time]
    top = min(max([cursor.top, *(post.sent_at for post in posts)]), now)
    page = found.page if not found.reached or found.reached >= cursor.from_time else ""
    moved = replace(cursor, top=top, next_mark=_higher(cursor.next_mark, found.mark))
    is_cut = bool(page) and (cursor.pages + 1 >= MOST_PAGES or len(page) > LONGEST_PAGE)
    if page and not is_cut:
        onward = replace(moved, page=page, pages=cursor.pages + 1)
    elif cursor.step + 1 < steps:
        onward = replace(moved, step=cursor.step + 1, page="", pages=0)
    else:
        onward = SearchCursor(max(cursor.since, top), mark=_higher(cursor.mark, moved.next_mark))
    is_over = onward.step == 0 and not onward.page
    return SearchPage(posts, onward.text(), more=not is_over, read=found.read, has_gap=is_cut)


def _higher(one: str, other: str) -> str:
    """Return the higher of two ids that are digits of growing length."""
    return max(one, other, key=lambda each: (len(each), each))


def requests(query: Query) -> list[tuple[str, ...]]:
    """Return the terms of each request to a platform that finds what has all of them, and knows no "or"."""
    return [(*query.all, word) for word in query.any] or [query.all]


def quoted(term: str) -> str:
    """Return a word as it is, and a phrase in quotation marks."""
    plain = " ".join(term.replace('"', " ").split())
    return f'"{plain}"' if " " in plain else plain


def combined(terms: Sequence[str], sign: str = " OR ", longest: int = 400) -> list[str]:
    """Return terms joined by ``sign``, in as many texts as keep each within ``longest`` characters."""
    texts: list[str] = []
    for term in map(quoted, terms):
        if texts and len(texts[-1]) + len(sign) + len(term) <= longest:
            texts[-1] += sign + term
        else:
            texts.append(term)
    return texts
