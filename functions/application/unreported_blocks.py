"""Blocks by people to whom something was offered, on platforms that tell of them only when asked."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

import channels
from application import offer_outcomes
from application.connections import session
from application.unreported_answers import WATCHED
from aws import secrets
from channels._search import MOST_PEOPLE
from channels.base import ChannelError
from outreach.proposals import Status
from shared.telemetry import logger
from storage import counted_once, proposals

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from channels._search import Searcher
    from outreach.proposals import Proposal
    from outreach.searches import Search

EVERY = 4 * 3_600_000
"""Milliseconds in which the platform is asked once for each offer."""


def take_in(search: Search, kind: str, clock: Callable[[], int]) -> int:
    """Ask one platform who blocked us after an offer of a search, and obey it; returns the number of blocks.

    The newest found posts are asked for, in one request for each connection. ``clock`` returns milliseconds.
    """
    searcher = channels.searcher_of(kind)
    if searcher is None or not searcher.tells_blocks:
        return 0
    now, turn = clock(), clock() // EVERY
    if not counted_once.is_first(f"blocks\0{search.id}\0{kind}\0{turn}", now):
        return 0
    posted = proposals.page(search.team, Status.POSTED, MOST_PEOPLE, now, search=search.id).proposals
    asked = [each for each in posted if each.post.channel == kind and _is_waiting(each, now)]
    # Several searches may have found one post.
    asked = [each for each in asked if counted_once.is_first(f"block\0{each.id}\0{turn}", now)]
    asked.sort(key=_connection)
    return sum(_take_in(searcher, [*theirs], clock) for _, theirs in groupby(asked, _connection))


def _connection(proposal: Proposal) -> str:
    return proposal.post.connection


def _is_waiting(proposal: Proposal, now: int) -> bool:
    return proposal.posted_at > now - WATCHED and not proposal.is_declined and bool(proposal.post.author.id)


def _take_in(searcher: Searcher, asked: Sequence[Proposal], clock: Callable[[], int]) -> int:
    """Obey the blocks of those to whom one connection offered something."""
    blocking = _blocking(searcher, asked, clock())
    theirs = [each for each in asked if each.post.author.id in blocking]
    for proposal in theirs:
        offer_outcomes.note_block(proposal, clock)
    return len(theirs)


def _blocking(searcher: Searcher, asked: Sequence[Proposal], now: int) -> set[str]:
    """Return who blocks us; nobody where the platform does not say now: it is asked again."""
    channel, connection = asked[0].post.channel, asked[0].post.connection
    people = list(dict.fromkeys(each.post.author.id or "" for each in asked))
    try:
        return searcher.blocked_by(people, session.fresh(channel, connection, now))
    except (ChannelError, secrets.UnknownConnection) as error:
        logger.info("Blocks not read", channel=channel, connection=connection, error=type(error).__name__)
        return set()
