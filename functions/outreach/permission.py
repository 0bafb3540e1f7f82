"""Permission of the platforms to answer a stranger's post: dated rules, and the first that applies decides. Pure.

Nobody may loosen these. Each rule names the document that it follows, and the day since which that says so, or on which
it was read. It is asked before somebody writes, and again before the answer leaves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct, field

from outreach.found_posts import FEED

if TYPE_CHECKING:
    from outreach.found_posts import FoundPost


class Possibility(StrEnum):
    """The way in which a stranger's post can be answered."""

    ALLOWED = "allowed"
    BY_HAND = "by_hand"
    """Only by a person in the platform's own app."""
    IMPOSSIBLE = "impossible"


class Permission(Struct, frozen=True):
    """Answer to the question how a post may be answered, with the reason, and until when."""

    state: Possibility
    why: str
    """Name of the reason; its sentence is ``permission.<why>``."""
    until: int | None = None
    """Milliseconds: it is otherwise then; None where no end is known."""
    cost: int = 0
    """Price of an answer without a link, in millionths of a US dollar."""
    confirm: bool = False
    """A person confirms, for each offer, that the rules of the place permit it."""


class Account(Struct, frozen=True):
    """Our account that would answer, as far as the permission depends on it."""

    is_connected: bool = True
    is_held: bool = False
    """A person stopped it."""
    has_problem: bool = False
    """Nothing can be sent before a person mends it."""
    has_route: bool = True
    """The channel has a way to answer in public, see ``Sender.send_options``."""
    route_until: int | None = None
    options: Mapping[str, str] = field(default_factory=dict)


class Rule(Struct, frozen=True):
    """A rule of some platforms: where it applies, the answer is ``state``."""

    channels: frozenset[str]
    state: Possibility
    why: str
    since: str
    """Day or month (ISO 8601) since which the platform has it, or of the document that was read."""
    source: str
    applies: Callable[[FoundPost, Account], bool]
    confirm: bool = False


def _always(_post: FoundPost, _account: Account) -> bool:
    return True


def _is_closed(post: FoundPost, _account: Account) -> bool:
    return post.may_reply is False


def _names_us(post: FoundPost, _account: Account) -> bool:
    return post.mentions_us


def _is_enterprise(_post: FoundPost, account: Account) -> bool:
    return account.options.get("access") == "enterprise"


ALLOWED, BY_HAND, IMPOSSIBLE = Possibility.ALLOWED, Possibility.BY_HAND, Possibility.IMPOSSIBLE
BLUESKY, MASTODON, REDDIT, X = map(frozenset, (["bluesky"], ["mastodon"], ["reddit"], ["x"]))
THREADS, META, FORUM = frozenset(["threads"]), frozenset(["facebook", "instagram"]), frozenset(["discourse", "google"])
RULES = (
    Rule(frozenset([FEED]), BY_HAND, "feed_by_hand", "2026-11-30", "RFC 4287: a feed is read, never written", _always),
    Rule(
        BLUESKY,
        IMPOSSIBLE,
        "reply_gate",
        "2026-08-20",
        "lexicons app.bsky.feed.threadgate, app.bsky.feed.defs#viewerState",
        _is_closed,
    ),
    Rule(BLUESKY, ALLOWED, "open", "2026-08-20", "lexicon app.bsky.feed.post#replyRef", _always),
    Rule(MASTODON, IMPOSSIBLE, "author_closed", "2026-07-02", "docs.gotosocial.org: interaction policies", _is_closed),
    Rule(MASTODON, ALLOWED, "server_rules", "2026-07-02", "docs.joinmastodon.org/entities/Rule", _always),
    Rule(REDDIT, IMPOSSIBLE, "topic_closed", "2026-08", "reddit.com/dev/api#POST_api_comment", _is_closed),
    Rule(
        REDDIT,
        ALLOWED,
        "place_rules",
        "2025-11",
        "Reddit's Responsible Builder Policy; each subreddit's own rules",
        _always,
        confirm=True,
    ),
    Rule(FORUM, IMPOSSIBLE, "topic_closed", "2026-08-20", "docs.discourse.org; YouTube canReply", _is_closed),
    Rule(FORUM, ALLOWED, "open", "2026-08-20", "docs.discourse.org: POST /posts.json; comments.insert", _always),
    Rule(X, IMPOSSIBLE, "x_closed", "2026-08-22", "OpenAPI 2.167 of X: reply_settings", _is_closed),
    Rule(X, ALLOWED, "named_us", "2026-02-23", "docs.x.com: replies to who mentions or quotes us", _names_us),
    Rule(X, ALLOWED, "open", "2026-02-23", "docs.x.com: replies by contract", _is_enterprise),
    Rule(X, BY_HAND, "x_self_serve", "2026-02-23", "docs.x.com: replies on self-serve tiers", _always),
    Rule(THREADS, IMPOSSIBLE, "author_closed", "2025-12-22", "Threads documentation: reply controls", _is_closed),
    Rule(
        THREADS,
        ALLOWED,
        "threads_scope",
        "2025-12-22",
        "Threads documentation: replies with threads_keyword_search",
        lambda post, _account: bool(post.connection),
    ),
    Rule(THREADS, BY_HAND, "threads_by_hand", "2025-12-22", "Threads documentation: replies", _always),
    Rule(META, BY_HAND, "meta_by_hand", "2026-07-12", "Graph API: no comments on posts of others", _always),
)
"""In their order: of the rules of a platform, the first that applies decides."""
OURS = ("no_public_answers", "not_connected", "held", "problem")
"""Reasons that lie with our account or its channel, beside those of the rules."""
REASONS = frozenset([*(rule.why for rule in RULES), *OURS])


def permission(post: FoundPost, account: Account, cost: int = 0) -> Permission:
    """Return how a post may be answered from an account now; ``cost`` in millionths of a US dollar."""
    rule = next((each for each in RULES if post.channel in each.channels and each.applies(post, account)), None)
    if rule is None:
        return Permission(IMPOSSIBLE, "no_public_answers")
    if rule.state == IMPOSSIBLE or post.channel == FEED:
        return Permission(rule.state, rule.why)
    if not account.is_connected:
        return Permission(IMPOSSIBLE, "not_connected")
    if rule.state == BY_HAND:
        return Permission(rule.state, rule.why)
    refusals = (
        ("held", account.is_held),
        ("problem", account.has_problem),
        ("no_public_answers", not account.has_route),
    )
    for why, holds in refusals:
        if holds:
            return Permission(IMPOSSIBLE, why)
    return Permission(rule.state, rule.why, account.route_until, cost, rule.confirm)
