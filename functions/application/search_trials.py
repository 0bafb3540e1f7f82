"""Trial of a search before it is saved: what it finds in the last seven days, and what it would cost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from typing import TYPE_CHECKING

from msgspec import Struct

from application import judged_posts, search_sources
from aws import secrets
from channels.base import PermanentFailure, Reason, TransientFailure
from outreach.post_names import id_for
from storage import outreach_budgets

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from application.judged_posts import JudgedPost
    from outreach.searches import Search, Source

DAYS = 7
SPAN = DAYS * 86_400_000
EXAMPLES = 10
PAGES = 10
"""Pages of one source."""
PATIENCE = 12_000
"""Milliseconds after which no further page is asked for."""
LONGEST = 20.0
"""Seconds after which a source that has not answered is left out: the function has 28."""
WORKERS = 20
"""As many as a search has sources, so that none waits for another."""


class TriedPost(Struct, frozen=True):
    """A post that fits, and whether it would become a proposal now."""

    judged: JudgedPost
    is_proposed: bool


class TriedSource(Struct, frozen=True):
    """Result of one source; amounts in millionths of a US dollar."""

    posts: tuple[JudgedPost, ...] = ()
    """Newest first."""
    read: int = 0
    is_complete: bool = True
    problem: str = ""
    cost: int = 0
    cost_per_day: int = 0


SILENT = TriedSource(is_complete=False, problem=str(Reason.RETRY))


class Trial(Struct, frozen=True):
    """Results of all sources."""

    sources: tuple[TriedSource, ...]
    found: int
    """Posts, each once."""
    examples: tuple[TriedPost, ...]


def run(search: Search, clock: Callable[[], int]) -> Trial:
    """Return what a search finds, and store nothing but what reading cost; ``clock`` in milliseconds."""
    begun, own = clock(), judged_posts.own_accounts()
    pool = ThreadPoolExecutor(max_workers=WORKERS)
    answers = [pool.submit(_try, search, source, own, begun, clock) for source in search.sources]
    wait(answers, timeout=LONGEST)
    pool.shutdown(wait=False, cancel_futures=True)
    sources = tuple(each.result() if each.done() and not each.cancelled() else SILENT for each in answers)
    posts = {id_for(judged.post): judged for source in sources for judged in source.posts}
    newest = sorted(posts.values(), key=lambda judged: -judged.post.sent_at)
    examples = [TriedPost(each, judged_posts.is_open(search, each, begun)) for each in newest[:EXAMPLES]]
    return Trial(sources, len(posts), tuple(examples))


def _try(search: Search, source: Source, own: dict[str, set[str]], begun: int, clock: Callable[[], int]) -> TriedSource:
    price = search_sources.read_price(source, begun)
    most = search_sources.MOST_READ if price else 0
    posts: dict[str, JudgedPost] = {}
    cursor, read, since = "", 0, begun - SPAN
    problem, is_complete, oldest = "", False, begun
    try:
        for _ in range(1 if price else PAGES):
            page = search_sources.page(search, source, cursor, since, clock, most)
            cursor, read = page.cursor, read + (page.read or len(page.posts))
            oldest = min([oldest, *(post.sent_at for post in page.posts)])
            fitting = judged_posts.judge(search, [post for post in page.posts if post.sent_at >= since], own)
            posts |= {id_for(judged.post): judged for judged in fitting}
            is_complete = not page.more and not page.has_gap
            if not page.more or page.pause or clock() - begun > PATIENCE:
                break
    except (TransientFailure, PermanentFailure) as failure:
        problem = search_sources.problem_of(failure)
    except secrets.UnknownConnection:
        problem = str(Reason.AUTH)
    cost = read * price
    if cost:
        outreach_budgets.charge(source.channel, source.connection, cost, begun)
    days = DAYS if is_complete else max((begun - oldest) / 86_400_000, 1 / 24)
    per_day = min(int(cost / days), source.daily_budget or search_sources.DAILY_BUDGET)
    newest_first: Sequence[JudgedPost] = sorted(posts.values(), key=lambda judged: -judged.post.sent_at)
    return TriedSource(tuple(newest_first), read, is_complete and not problem, problem, cost, per_day)
