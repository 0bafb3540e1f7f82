"""The surroundings of a proposal: its searches, the answers below the post, and what is known of its author."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

import channels
import classification
from application import offer_permission, spending
from application.connections import session
from aws import secrets
from channels._search import Surroundings
from channels.base import ChannelError
from outreach import accounts_above, matching, post_names, tact
from outreach.tact import Known
from shared import http_guard, settings
from shared.telemetry import logger
from storage import connections, offer_claims, offer_persons, searches, teams

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from channels._search import Searcher
    from channels.base import Credentials
    from outreach.found_posts import FoundPost
    from outreach.permission import Permission
    from outreach.proposals import Proposal
    from outreach.searches import Search
    from outreach.tact import Limits, Pace
    from storage.offer_persons import Person


class OfferContext(Struct, frozen=True, dict=True):
    """A proposal with what is known around it at a time; each part is read when it is first asked for."""

    proposal: Proposal
    now: int
    """Milliseconds."""
    may_ask: bool = True
    """The platform may be asked."""

    @cached_property
    def searches(self) -> Sequence[Search]:
        """Return the searches that found it and still are there."""
        return searches_of(self.proposal)

    @cached_property
    def ruling_searches(self) -> Sequence[Search]:
        """Return the searches whose rules hold: of a proposal whose searches were removed, all of its team."""
        return self.searches or searches.of_team(self.proposal.team)

    @cached_property
    def permission(self) -> Permission:
        """Return how the platform lets us answer."""
        return offer_permission.permission(self.proposal.post, self.now)

    @cached_property
    def person(self) -> Person:
        """Return the author with all identities."""
        return offer_persons.author_of(self.proposal.post)

    @cached_property
    def pace(self) -> Pace:
        """Return the pace of the connection."""
        return offer_claims.pace_of(*post_names.account_of(self.proposal.post))

    @cached_property
    def limits(self) -> Limits:
        """Return the limits of tact: of several searches, the tightest."""
        return tact.tightest([search.options for search in self.ruling_searches])

    @cached_property
    def brands(self) -> tuple[str, ...]:
        """Return the names of the company and its products."""
        return tuple(dict.fromkeys(brand for search in self.ruling_searches for brand in search.brands))

    @cached_property
    def competitors(self) -> tuple[str, ...]:
        """Return the names of competitors and their accounts."""
        return tuple(dict.fromkeys(name for search in self.ruling_searches for name in search.competitors))

    @cached_property
    def surroundings(self) -> Surroundings | None:
        """Return what stands around the post; None where the platform was not asked, or did not say."""
        return _surroundings(self.proposal.post, self.now) if self.may_ask else None

    @property
    def answers(self) -> Sequence[FoundPost] | None:
        """Return what stands below the post, oldest first; None where the platform was not asked, or did not say."""
        return self.surroundings.answers if self.surroundings else None

    @cached_property
    def post(self) -> FoundPost:
        """Return the post with all that is known of who wrote what stands above it, now and before."""
        post = self.proposal.post
        told = self.surroundings.above if self.surroundings else ()
        return replace(post, above=tuple(dict.fromkeys((*post.above, *told)))[: accounts_above.MOST])

    @cached_property
    def own_accounts(self) -> frozenset[str]:
        """Return the ids of our accounts on the platform."""
        return frozenset(connections.account_ids(self.proposal.post.channel))

    @cached_property
    def known(self) -> Known:
        """Return what the rules of tact ask for."""
        post = self.post
        return Known(
            declined=self.person.has_declined,
            offered_at=offer_claims.offered_at(self.person.digests),
            thread_taken=offer_claims.is_thread_taken(self.proposal),
            sign=classification.tact_sign(post.words, self.competitors, self.brands) or "",
            is_competitor=matching.is_at_competitor(post, self.competitors),
            colleague_answered=any(self.is_ours(answer) for answer in self.answers or ()),
        )

    def is_ours(self, post: FoundPost) -> bool:
        """Return whether an account of ours wrote a post."""
        return post.author.id in self.own_accounts

    def is_competitor(self, post: FoundPost) -> bool:
        """Return whether a competitor wrote a post."""
        return matching.is_competitor(post, self.competitors)

    def refusal(self) -> str | None:
        """Return the rule by which the post is left alone now; None where a text may be offered."""
        return tact.refusal_of_post(self.proposal.post, self.known, self.now, self.limits) or self._refusal_of_time()

    def refusal_of_text(self, text: str) -> str | None:
        """Return the rule by which this text is not offered now; None where it may be."""
        handle = connections.connection(self.proposal.post.channel, self.proposal.post.connection).account_name
        rule = self.refusal()
        if rule:
            return rule
        is_used = offer_claims.is_text_taken(self.proposal, text, self.now)
        return tact.refusal_of_text(text, self.pace, self.now, self.brands, handle, self.limits, is_used=is_used)

    def _refusal_of_time(self) -> str | None:
        hours = teams.team(self.proposal.team).hours
        return tact.refusal_of_time(self.pace, self.now, hours, self.limits)


def searches_of(proposal: Proposal) -> Sequence[Search]:
    """Return the searches that found a proposal and still are there."""
    return [search for each in proposal.searches if (search := searches.read(each))]


def answers_below(post: FoundPost, now: int) -> Sequence[FoundPost] | None:
    """Return what stands below a post, oldest first; None where the platform does not say."""
    around = _read(post, now, lambda searcher, ours: Surroundings(searcher.answers(post, ours)))
    return around.answers if around else None


def _surroundings(post: FoundPost, now: int) -> Surroundings | None:
    return _read(post, now, lambda searcher, ours: searcher.surroundings(post, ours))


def _read(post: FoundPost, now: int, ask: Callable[[Searcher, Credentials], Surroundings]) -> Surroundings | None:
    """Return what a platform says of a post's thread; None where it does not say."""
    searcher = channels.searcher_of(post.channel)
    if searcher is None:
        return None
    http_guard.permit(settings.network())
    try:
        around = ask(searcher, session.fresh(post.channel, post.connection, now))
    except (ChannelError, secrets.UnknownConnection) as error:
        logger.info("Answers not read", channel=post.channel, connection=post.connection, error=type(error).__name__)
        return None
    spending.note_answers(post, around.answers, now)
    return around
