"""Pages of a search from one of its sources: a connection's platform, or a feed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

import channels
from application.connections import session
from channels import _feed
from channels._search import NO_YOUTUBE, SearchRequest
from channels.base import PermanentFailure, Reason, TransientFailure
from conversations import prices
from outreach.found_posts import FEED
from storage import connections

if TYPE_CHECKING:
    from collections.abc import Callable

    from channels._search import SearchPage
    from channels.base import Credentials
    from outreach.searches import Search, Source

DAILY_BUDGET = prices.DOLLAR
"""Millionths of a US dollar that a day's reading may cost where nobody said otherwise."""
LEAST_READ, MOST_READ = 10, 100
"""Posts of one request, where each costs: the least that the platform gives, and a page."""
PART = 10
"""The part of a day's budget that one request may cost."""
DAY = 86_400_000


def is_there(source: Source) -> bool:
    """Return whether a source can be asked: a feed, or a connection that there is and that nobody stopped."""
    if source.feed:
        return True
    connection = connections.connection(source.channel, source.connection)
    return bool(connection.account_id) and not connection.held


def page(
    search: Search, source: Source, cursor: str, since: int, clock: Callable[[], int], most: int = 0
) -> SearchPage:
    """Return a page of what is new since ``cursor``, or since ``since`` where there is none; times in milliseconds.

    ``most`` is the number of posts that may be read where each costs. Raises ``TransientFailure``,
    ``PermanentFailure`` or ``secrets.UnknownConnection``.
    """
    if source.feed:
        return _feed.read(source.feed, cursor, since, clock())
    searcher = channels.get(source.channel).searcher
    if searcher is None:
        raise PermanentFailure(Reason.BAD, "no_search")
    request = SearchRequest(search.query, search.languages, source.places, since, most)
    found = _with_token(source, lambda known: searcher.search(request, cursor, known, clock()), clock)
    return replace(found, posts=[replace(post, connection=source.connection) for post in found.posts])


def problem_of(failure: TransientFailure | PermanentFailure) -> str:
    """Return the reason of a failure as it is shown, ``searches.problem.<reason>``."""
    is_named = isinstance(failure, PermanentFailure) and failure.code == NO_YOUTUBE
    return NO_YOUTUBE if is_named else str(failure.reason)


def seconds(kind: str) -> int:
    """Return the seconds between two runs of a search on sources of one kind."""
    if kind == FEED:
        return _feed.SECONDS
    searcher = channels.searcher_of(kind)
    return searcher.seconds if searcher else 3600


def read_price(source: Source, now: int) -> int:
    """Return the price of reading one post, in millionths of a US dollar; 0 where it is free."""
    return prices.price(source.channel, prices.READ, now).most if source.channel else 0


def most_read(source: Source, price: int) -> int:
    """Return how many posts one request may read where each has a price: a tenth of a day's budget, or the least."""
    return min(max(_budget(source) // (price * PART), LEAST_READ), MOST_READ) if price else 0


def pause_after(source: Source, read: int, price: int) -> int:
    """Return the milliseconds until the next request that keep any day within its budget."""
    if not price or not read:
        return 0
    # Within a day, all requests but the last are followed by their pauses; the last one costs a tenth at most.
    rate = max(_budget(source) - most_read(source, price) * price, price)
    return DAY * read * price // rate


def _budget(source: Source) -> int:
    return source.daily_budget or DAILY_BUDGET


def _with_token(source: Source, ask: Callable[[Credentials], SearchPage], clock: Callable[[], int]) -> SearchPage:
    """Ask; a token may be refused before its time: what comes with a new one decides."""
    try:
        return ask(session.fresh(source.channel, source.connection, clock()))
    except TransientFailure as failure:
        if failure.reason != Reason.AUTH or not session.refused(source.channel, source.connection, clock()):
            raise
    return ask(session.fresh(source.channel, source.connection, clock()))
