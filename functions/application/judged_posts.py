"""Posts that a search found, and what each is: an open ask, a problem with us, or nothing to act on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

import classification
from classification import PROPOSES, IntentKind
from outreach import matching, post_names, proposals, tact
from outreach.tact import Known
from storage import connections, offer_claims, offer_persons

if TYPE_CHECKING:
    from collections.abc import Iterable

    from outreach.found_posts import FoundPost
    from outreach.searches import Search


class JudgedPost(Struct, frozen=True):
    """A post that fits a search, and its intent."""

    post: FoundPost
    intent: IntentKind
    is_ask: bool
    """An open ask, surely enough to be proposed."""
    language: str = ""
    """ISO 639-1; empty where it is not known."""


def own_accounts() -> dict[str, set[str]]:
    """Return the ids of our accounts, by channel."""
    own: dict[str, set[str]] = {}
    for each in connections.connections():
        own.setdefault(each.channel, set()).add(each.account_id)
    return own


def judge(search: Search, posts: Iterable[FoundPost], own: dict[str, set[str]]) -> list[JudgedPost]:
    """Return those posts that fit a search, in their order."""
    written = ((post, classification.language_of(post.words)) for post in posts)
    return [
        _judged(search, post, language)
        for post, language in written
        if matching.fits(search, post, own.get(post.channel, ()), language)
    ]


def is_open(search: Search, judged: JudgedPost, now: int) -> bool:
    """Return whether something may be offered below a post as far as is known now; ``now`` in milliseconds."""
    if not judged.is_ask or judged.post.may_reply is False:
        return False
    return tact.refusal_of_post(judged.post, _known(search, judged.post), now, tact.limits(search.options)) is None


def _judged(search: Search, post: FoundPost, language: str | None) -> JudgedPost:
    read = classification.intent(post.words, search.brands)
    is_ask = read.kind == IntentKind.ASKS_ADVICE and read.confidence >= PROPOSES
    return JudgedPost(post, read.kind, is_ask, language or read.language or post.language or "")


def _known(search: Search, post: FoundPost) -> Known:
    person = offer_persons.author_of(post)
    return Known(
        declined=person.has_declined,
        offered_at=offer_claims.offered_at(person.digests),
        thread_taken=offer_claims.is_thread_taken(_proposal(search, post)),
        sign=str(classification.tact_sign(post.words, search.competitors, search.brands) or ""),
        is_competitor=matching.is_at_competitor(post, search.competitors),
    )


def _proposal(search: Search, post: FoundPost) -> proposals.Proposal:
    return proposals.Proposal(post_names.id_for(post), search.team, post, (), "", 0)
