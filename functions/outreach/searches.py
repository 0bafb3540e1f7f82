"""Saved searches: what to look for, where, and for whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from conversations import identity
from outreach.found_posts import FEED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MOST_MARKS = 400
"""Marks of a search that are kept, the latest."""
REFUSALS = "refusals"
"""Reason of a search that paused itself."""
NO_SOURCE = "no_source"
"""Reason of a search whose last source was removed."""


class Query(Struct, frozen=True):
    """Words and phrases: a post has all of ``all``, one of ``any`` (if there are some) and none of ``none``.

    A word stands for its inflections in the post's language; a phrase is words in their order.
    """

    all: tuple[str, ...] = ()
    any: tuple[str, ...] = ()
    none: tuple[str, ...] = ()


class Source(Struct, frozen=True):
    """A place that is searched: a connection (with places on it), or the feed of a forum or blog."""

    channel: str = ""
    connection: str = ""
    places: tuple[str, ...] = ()
    feed: str = ""
    """Address of an RSS or Atom feed; then channel and connection are empty."""
    daily_budget: int = 0
    """Millionths of a US dollar that a day's reading may cost where each post does; 0 for the usual."""

    @property
    def key(self) -> str:
        """The name under which the position in this source is kept."""
        parts = "\0".join([self.channel, self.connection, self.feed, *sorted(self.places)])
        return identity.digest(parts)

    @property
    def kind(self) -> str:
        """The name of the channel, or of feeds: sources of one kind have one clock."""
        return FEED if self.feed else self.channel


class Mark(Struct, frozen=True):
    """A person's word on one post that was found: it fits the search, or it does not."""

    post: str
    """The digest that names the post, see ``outreach.post_names.id_for``."""
    fit: bool
    channel: str = ""


class Search(Struct, frozen=True):
    """A saved search of a team."""

    id: str
    name: str
    team: str
    query: Query
    sources: tuple[Source, ...] = ()
    languages: tuple[str, ...] = ()
    """ISO 639-1 codes; empty for any."""
    excluded_accounts: tuple[str, ...] = ()
    """Handles or ids whose posts are left out: our own, competitors' staff."""
    competitors: tuple[str, ...] = ()
    """Handles or names: nothing is offered below their posts."""
    note: str = ""
    """Read by those who work on its proposals."""
    brands: tuple[str, ...] = ()
    """Names of the company and its products, as people write them."""
    paused: bool = False
    pause_reason: str = ""
    """``refusals`` where it paused itself; empty where a person did."""
    needs_approval: bool = False
    """A second person approves each text."""
    created_at: int = 0
    """Milliseconds."""
    version: int = 0
    options: Mapping[str, str] = field(default_factory=dict)
    """Limits that a lead set, see ``outreach.tact``."""
    marks: tuple[Mark, ...] = ()
    offered_before: int = 0
    """Offers that were made when it was last let go on: what was refused before counts no more."""
    refused_before: int = 0


def marked(marks: Iterable[Mark], more: Iterable[Mark]) -> tuple[Mark, ...]:
    """Return marks with more of them; a post that is marked again counts once, as it was marked last."""
    last = {mark.post: mark for mark in marks}
    for mark in more:
        last.pop(mark.post, None)
        last[mark.post] = mark
    return tuple(last.values())[-MOST_MARKS:]


def kinds(search: Search) -> list[str]:
    """Return the kinds of a search's sources, each once."""
    return list(dict.fromkeys(source.kind for source in search.sources))


def without_connection(search: Search, channel: str, connection: str) -> Search:
    """Return a search without a connection that was removed; one with nothing left to search is paused."""
    sources = tuple(each for each in search.sources if (each.channel, each.connection) != (channel, connection))
    if sources or not search.sources:
        return replace(search, sources=sources)
    return replace(search, sources=(), paused=True, pause_reason=NO_SOURCE)


def paused_itself(search: Search) -> bool:
    """Return whether a search paused itself, and no person said since what becomes of it."""
    return search.paused and bool(search.pause_reason)


def refuses_too_often(offered: int, refused: int) -> bool:
    """Return whether more than a tenth of at least ten offers were refused."""
    return offered >= 10 and refused * 10 > offered
