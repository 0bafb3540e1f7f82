"""Addresses around a found post: the platform's own page for answering it, and the video below which it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import channels
from outreach.proposals import Status
from storage import connections

if TYPE_CHECKING:
    from outreach.proposals import Proposal


def compose_url(proposal: Proposal) -> str | None:
    """Return the address at which a person posts an approved offer by hand; None where nobody does now."""
    offer = proposal.offer
    if offer is None or not offer.by_hand or proposal.status != Status.OFFERED:
        return None
    post = proposal.post
    searcher = channels.searcher_of(post.channel)
    if searcher is None:
        return post.url
    return searcher.compose_url(post, offer.text, connections.options_of(post.channel, post.connection))


def video_url(proposal: Proposal) -> str:
    """Return the address of the video below which a post is a comment; empty where it is none."""
    searcher = channels.searcher_of(proposal.post.channel)
    return searcher.video_url(proposal.post) if searcher else ""
