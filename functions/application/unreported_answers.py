"""Answers to our posts below those of strangers that the platform neither reports nor lists: read below each post."""

from __future__ import annotations

from typing import TYPE_CHECKING

import channels
from application import known_messages
from application.offer_context import answers_below
from outreach.proposals import Status
from storage import connections, proposals, received_facts

if TYPE_CHECKING:
    from channels._search import Searcher
    from channels.base import Channel
    from outreach.proposals import Proposal
    from outreach.searches import Search

WATCHED = 7 * 86_400_000
"""Milliseconds after our post in which it is looked for answers."""
MOST = 20
"""Posts of one search that are looked at, the newest found first: each is a request to the platform."""


def take_in(search: Search, kind: str, now: int) -> int:
    """Take in answers below posts that an offer of a search answered on one platform; returns their number.

    ``now`` in milliseconds. Taken in again, they are the same messages.
    """
    searcher = channels.searcher_of(kind)
    if searcher is None or searcher.reports_answers:
        return 0
    posted = proposals.page(search.team, Status.POSTED, MOST, now, search=search.id).proposals
    watched = [each for each in posted if each.post.channel == kind and each.posted_at > now - WATCHED]
    return sum(_take_in(channels.get(kind), searcher, proposal, now) for proposal in watched)


def _take_in(channel: Channel, searcher: Searcher, proposal: Proposal, now: int) -> int:
    connection = proposal.post.connection
    ours = connections.connection(channel.name, connection).account_id
    answers = [post for post in answers_below(proposal.post, now) or () if post.author.id != ours]
    news = known_messages.left_out(channel, connection, [searcher.fact(post) for post in answers])
    if news:
        received_facts.add(channel.name, connection, news, now)
    return len(news)
