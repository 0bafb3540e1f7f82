"""Saved searches: what to look for, where, and for whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

if TYPE_CHECKING:
    from collections.abc import Mapping


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

    @property
    def key(self) -> str:
        """The name under which the cursor of this source is kept."""
        return self.feed or f"{self.channel}/{self.connection}"


class Search(Struct, frozen=True):
    """A saved search of a team."""

    id: str
    name: str
    team: str
    query: Query
    sources: tuple[Source, ...]
    languages: tuple[str, ...] = ()
    """ISO 639-1 codes; empty for any."""
    excluded_accounts: tuple[str, ...] = ()
    """Handles or ids whose posts are left out: our own, competitors' staff."""
    competitors: tuple[str, ...] = ()
    """Handles or names: nothing is offered below their posts."""
    note: str = ""
    """For who works on its proposals."""
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
    """Limits that a lead tightened, see ``outreach.tact``."""
