"""Runs of saved searches: each source is asked from where it stopped, and what fits is acted on, once.

::

    position ──▶ page ──▶ fits? ──▶ open ask          ──▶ proposal
                                ├─▶ problem with us   ──▶ message of a conversation, where it can be answered, once
                                └─▶ anything else     ──▶ counted, and not kept
    position moved on ──▶ more? ──▶ …
        └─ limit, failure, dead token: this source alone is asked later, longer each time
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

import channels
from application import (
    judged_posts,
    known_messages,
    offer_permission,
    search_sources,
    search_standing,
    unreported_answers,
    unreported_blocks,
)
from aws import secrets
from channels.base import PermanentFailure, Reason, TransientFailure
from classification import IntentKind
from outreach import post_names, tact
from outreach.permission import Possibility
from shared.telemetry import count, logger
from storage import (
    connections,
    counted_once,
    outreach_budgets,
    outreach_figures,
    proposals,
    received_facts,
    searches,
    table,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from application.judged_posts import JudgedPost
    from channels._search import SearchPage
    from outreach.found_posts import FoundPost
    from outreach.searches import Search, Source
    from storage.searches import SourceCursor

PAGES = 20
"""Pages of one run: what is left is for the next."""
ENOUGH = 15_000
"""Milliseconds that must be left for another page."""
SHORTEST_PAUSE, LONGEST_PAUSE = 60, 6 * 3600
"""Seconds between two tries where the platform names no time, doubling."""


class Run(Struct, frozen=True):
    """One run of a search: its clock, and our own accounts."""

    search: Search
    clock: Callable[[], int]
    """Returns milliseconds."""
    time_left: Callable[[], int]
    own: dict[str, set[str]]


def run(search_id: str, kind: str, clock: Callable[[], int], time_left: Callable[[], int]) -> int:
    """Ask the sources of one kind for what is new to a search; returns the number of proposals. Times in milliseconds.

    Whatever goes wrong with a source is noted with it, and tried again later.
    """
    search = searches.read(search_id)
    if search is None or search.paused:
        return 0
    try:
        if search_standing.pause_if_refused(search, clock()):
            return 0
    except table.Conflict:
        return 0  # somebody changes it at this moment, and the clock calls again
    begun = Run(search, clock, time_left, judged_posts.own_accounts())
    proposed = sum(_ask(begun, source) for source in search.sources if source.kind == kind and time_left() > ENOUGH)
    if time_left() > ENOUGH:
        unreported_answers.take_in(search, kind, clock())
        unreported_blocks.take_in(search, kind, clock)
    return proposed


def _ask(run: Run, source: Source) -> int:
    cursor = searches.cursor(run.search.id, source)
    if cursor.not_before > run.clock() or not search_sources.is_there(source):
        return 0
    try:
        return _pages(run, source, cursor)
    except table.Conflict:
        logger.info("Another run searches", search=run.search.id, source=source.key)
    except secrets.UnknownConnection:
        _hold_back(run, source, PermanentFailure(Reason.AUTH, "no_secrets"))
    except (TransientFailure, PermanentFailure) as failure:
        _hold_back(run, source, failure)
    return 0


def _pages(run: Run, source: Source, cursor: SourceCursor) -> int:
    price = search_sources.read_price(source, run.clock())
    most = search_sources.most_read(source, price)
    since = run.clock() - tact.limits(run.search.options).oldest
    proposed = 0
    for _ in range(PAGES):
        page = search_sources.page(run.search, source, cursor.value, since, run.clock, most)
        news = [post for post in page.posts if searches.mark_of(post.id) not in cursor.seen]
        proposed += _take_in(run, source, news, cursor)
        pause = _pause(run, source, page, price)
        cursor = searches.move(run.search.id, source, cursor, _moved(cursor, page, run.clock(), pause))
        if not page.more or pause or run.time_left() < ENOUGH:
            break
    return proposed


def _take_in(run: Run, source: Source, posts: Sequence[FoundPost], cursor: SourceCursor) -> int:
    """Act on posts of a page; returns the number of new proposals."""
    search, now = run.search, run.clock()
    fitting = judged_posts.judge(search, posts, run.own)
    if not fitting:
        return 0
    proposed = sum(_propose(search, judged, now) for judged in fitting if judged_posts.is_open(search, judged, now))
    _converse(source, [each.post for each in fitting if each.intent == IntentKind.HAS_PROBLEM], now)
    key = f"{source.key}#{cursor.version}"
    outreach_figures.count(search.id, source.kind, outreach_figures.FOUND, now, len(fitting), key=key)
    logger.info("Found", search=search.id, kind=source.kind, posts=len(fitting), proposed=proposed)
    return proposed


def _propose(search: Search, judged: JudgedPost, now: int) -> bool:
    """Store an open ask, once; returns whether it is new."""
    intent, language = str(judged.intent), judged.language
    added = proposals.add(judged.post, search.id, intent, team=search.team, now=now, language=language)
    if added is None:
        return False
    proposal, is_new = added
    key = proposal.id
    outreach_figures.count(search.id, judged.post.channel, outreach_figures.PROPOSED, now, key=key)
    return is_new


def _converse(source: Source, posts: Sequence[FoundPost], now: int) -> None:
    """Have a problem with us come in as a message, where the platform lets us answer it by any way."""
    if source.feed:
        return
    channel = channels.get(source.channel)
    possible = [post for post in posts if offer_permission.permission(post, now).state != Possibility.IMPOSSIBLE]
    told = _told_elsewhere(source) if any(post.named for post in possible) else frozenset()
    mine = [post for post in possible if told.isdisjoint(post.named) and _is_first_here(source, post, now)]
    if channel.searcher is None or not mine:
        return
    facts = [channel.searcher.fact(post) for post in mine]
    news = known_messages.left_out(channel, source.connection, facts)
    received_facts.add(channel.name, source.connection, news, now)


def _told_elsewhere(source: Source) -> frozenset[str]:
    """Return the accounts of other connections: these are told of posts that name them, and have them as messages."""
    return frozenset(
        each.options.get("handle", "").strip("@").lower()
        for each in connections.connections()
        if each.channel == source.channel and each.name != source.connection and not each.held
    )


def _is_first_here(source: Source, post: FoundPost, now: int) -> bool:
    """Return whether no connection to another server found a post before: it begins one conversation, not one each."""
    return not post.uri or counted_once.belongs_to(source.connection, f"problem\0{post_names.id_for(post)}", now)


def _pause(run: Run, source: Source, page: SearchPage, price: int) -> int:
    """Return the milliseconds before the next request: as the platform wants, or as the budgets do; 0 for the clock."""
    now, pause = run.clock(), int(page.pause * 1000)
    if not price:
        return pause
    outreach_budgets.charge(source.channel, source.connection, page.read * price, now)
    outreach_figures.count(run.search.id, source.kind, outreach_figures.COST, now, page.read * price)
    slower = outreach_budgets.read(source.channel, source.connection, now).slower
    slow = search_sources.seconds(source.kind) * 1000 * slower if slower > 1 else 0
    # A little less than the clock's time, so that its next call is not too early.
    return max(pause, search_sources.pause_after(source, page.read, price), slow - ENOUGH if slow else 0)


def _moved(cursor: SourceCursor, page: SearchPage, now: int, pause: int) -> SourceCursor:
    marks = dict.fromkeys([*(searches.mark_of(post.id) for post in page.posts), *cursor.seen])
    return replace(
        cursor,
        value=page.cursor,
        seen=tuple(marks)[: searches.MOST_SEEN],
        not_before=now + pause if pause else 0,
        failures=0,
        asked_at=now,
        problem="",
        gap_at=now if page.has_gap else cursor.gap_at,
    )


def _hold_back(run: Run, source: Source, failure: TransientFailure | PermanentFailure) -> None:
    """Have one source asked later, and say with it what is wrong; all others go on."""
    cursor, now = searches.cursor(run.search.id, source), run.clock()
    named = failure.retry_after if isinstance(failure, TransientFailure) else None
    seconds = int(named or min(SHORTEST_PAUSE * 2 ** min(cursor.failures, 10), LONGEST_PAUSE))
    after = replace(
        cursor,
        not_before=now + seconds * 1000,
        failures=cursor.failures + 1,
        asked_at=now,
        problem=search_sources.problem_of(failure),
    )
    try:
        searches.move(run.search.id, source, cursor, after)
    except table.Conflict:
        return  # another run was luckier, or the search is gone
    logger.warning("Not found", search=run.search.id, kind=source.kind, reason=failure.reason, seconds=seconds)
    count("SearchFailed", kind=source.kind, reason=str(failure.reason))
