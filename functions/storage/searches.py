"""Saved searches in the table, and the position of each in each of its sources.

Positions are kept apart from the search, as runs move them on, and people change the search.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from conversations import identity
from outreach.searches import Mark, Query, Search, Source, without_connection
from storage import table, writes
from storage.schema import Attribute, LeaveOut, Schema, flag, json_object, json_text, json_texts, json_value, listed

if TYPE_CHECKING:
    from storage.attribute_values import Item
    from storage.keys import Key

PARTITION = "searches"
CURSORS = "search-cursors"
MOST_SEEN = 300
"""Marks that are kept in a position."""


class SourceCursor(Struct, frozen=True):
    """The position of a search in one source, and how that source is."""

    value: str = ""
    version: int = 0
    not_before: int = 0
    """Milliseconds: not asked before."""
    failures: int = 0
    """Failures in a row."""
    asked_at: int = 0
    """Milliseconds."""
    problem: str = ""
    """Reason of the last failure; empty where the source answers."""
    gap_at: int = 0
    """Milliseconds: when posts were last passed over that can be read no more."""
    seen: tuple[str, ...] = ()
    """Marks of posts that were found before, see ``mark_of``: a pass looks again at some minutes of the one before."""


def _marks_of(stored: str) -> tuple[Mark, ...]:
    return tuple(Mark(post, bool(fit), channel) for post, (fit, channel) in json.loads(stored).items())


def _marks_text(marks: tuple[Mark, ...]) -> str:
    return json.dumps({mark.post: [int(mark.fit), mark.channel] for mark in marks}, separators=(",", ":"))


QUERY = Schema(Query, all=listed("all"), any=listed("any"), none=listed("none"))
SOURCE = Schema(
    Source, channel="channel", connection="connection", places=listed("places"), feed="feed", daily_budget="budget"
)
SEARCH = Schema(
    Search,
    name="n",
    team="tm",
    query=json_object("qu", QUERY),
    sources=json_text("so", SOURCE),
    languages=json_texts("la"),
    excluded_accounts=json_texts("xa"),
    competitors=json_texts("co"),
    note="no",
    brands=json_texts("br"),
    paused=flag("pd"),
    pause_reason="rs",
    needs_approval=flag("ap"),
    created_at="at",
    version="v",
    options=json_value("op"),
    marks=Attribute(
        "mk",
        write=_marks_text,
        read=_marks_of,
        form="JSON, object: by the post's digest, 1 where it fits, and the channel",
    ),
    offered_before="ob",
    refused_before="rb",
    keep=("sources",),
)
OF_CLOCKS = tuple(SEARCH.attribute_of(field) for field in ("created_at", "paused", "sources"))
"""Attributes on which it depends when a search is run."""
SOURCE_CURSOR = Schema(
    SourceCursor,
    leave_out=LeaveOut.NONE,
    value="cur",
    version="v",
    not_before="nb",
    failures="fail",
    asked_at="aa",
    problem="problem",
    gap_at="gap",
    seen=Attribute("seen", write=" ".join, read=lambda stored: tuple(stored.split()), form="texts with blanks between"),
)


def every() -> list[Search]:
    """Return all searches, in the order in which they were made."""
    found = [_search_of(item) for item in table.query("pk = :pk", pk=PARTITION)]
    return sorted(found, key=lambda search: (search.created_at, search.id))


def of_team(team: str) -> list[Search]:
    """Return the searches of a team."""
    return [search for search in every() if search.team == team]


def read(search: str) -> Search | None:
    """Return a search as it is now; None where there is none."""
    item = table.get(PARTITION, search)
    return _search_of(item) if item else None


def create(search: Search) -> Search:
    """Store a new search, once: one that has its id is returned as it is."""
    new = replace(search, version=1)
    try:
        table.put(SEARCH.item(_key(search.id), new), "attribute_not_exists(pk)")
    except table.Conflict:
        known = read(search.id)
        if known is None:
            raise
        return known
    return new


def change(before: Search, after: Search) -> Search:
    """Store the next version; raises ``Conflict`` where somebody was faster. Positions in what it left are removed."""
    new = replace(after, version=before.version + 1)
    table.put(SEARCH.item(_key(before.id), new), "v = :version", version=before.version)
    is_other = (before.query, before.languages) != (after.query, after.languages)
    kept = set() if is_other else {source.key for source in after.sources}
    _remove_cursors(before.id, kept)
    return new


def remove(search: str) -> None:
    """Remove a search with its positions."""
    table.delete(_key(search))
    _remove_cursors(search, set())


def forget_connection(channel: str, connection: str) -> None:
    """Take a connection that is removed out of all searches, with its positions. Raises ``Conflict``."""
    for search in every():
        after = without_connection(search, channel, connection)
        if after != search:
            change(search, after)


def is_item(item: Item) -> bool:
    """Return whether an item is a search."""
    return item["pk"] == PARTITION


def of_item(item: Item) -> Search:
    """Return the search that an item holds."""
    return _search_of(item)


# -- positions --------------------------------------------------------------------------------------------------------


def cursor(search: str, source: Source) -> SourceCursor:
    """Return the position of a search in a source; a new one where nobody asked yet."""
    return SOURCE_CURSOR.read(table.get(*_cursor_key(search, source.key)) or {})


def cursors(search: str) -> dict[str, SourceCursor]:
    """Return all positions of a search, by the keys of its sources."""
    items = table.query("pk = :pk AND begins_with(sk, :search)", pk=CURSORS, search=f"{search}#")
    return {item["sk"].partition("#")[2]: SOURCE_CURSOR.read(item) for item in items}


def move(search: str, source: Source, before: SourceCursor, after: SourceCursor) -> SourceCursor:
    """Store the next position; raises ``Conflict`` where another run moved it meanwhile, or the search is gone."""
    new = replace(after, version=before.version + 1)
    item = SOURCE_CURSOR.item(_cursor_key(search, source.key), new)
    if before.version:
        table.put(item, "v = :version", version=before.version)
    else:
        is_saved = writes.check(_key(search), "attribute_exists(pk)")
        table.transact(writes.put(item, "attribute_not_exists(pk)"), is_saved)
    return new


def mark_of(post_id: str) -> str:
    """Return the short mark of a post's id: of 300, two are alike once in a billion positions."""
    return identity.digest(post_id, 8)


def _remove_cursors(search: str, kept: set[str]) -> None:
    table.remove([_cursor_key(search, each) for each in cursors(search) if each not in kept])


def _search_of(item: Item) -> Search:
    return SEARCH.read(item, id=item["sk"])


def _key(search: str) -> Key:
    return PARTITION, search


def _cursor_key(search: str, source: str) -> Key:
    return CURSORS, f"{search}#{source}"
