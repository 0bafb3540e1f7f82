"""A post that several of our connections found: the first answers it, and another where that one cannot. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from outreach.proposals import Status, next_version

if TYPE_CHECKING:
    from outreach.found_posts import FoundPost
    from outreach.proposals import Proposal

MOST = 4
"""Connections, beside the first, of which it is kept how they found a post."""


def found_elsewhere(proposal: Proposal, post: FoundPost) -> Proposal | None:
    """Return the proposal with its post as another connection found it; None where that is known, or nobody writes."""
    known = {proposal.post.connection, *(each.connection for each in proposal.elsewhere)}
    is_open = proposal.status in (Status.NEW, Status.CLAIMED)
    if not post.connection or post.connection in known or len(known) > MOST or not is_open:
        return None
    return next_version(proposal, elsewhere=(*proposal.elsewhere, _bare(post)))


def answered_by(proposal: Proposal, connection: str) -> Proposal:
    """Return the proposal with its post as one of the connections found it that may answer; the words stay."""
    chosen = next((each for each in proposal.elsewhere if each.connection == connection), None)
    if chosen is None:
        return proposal
    first = proposal.post
    above = tuple(dict.fromkeys((*chosen.above, *first.above)))
    post = replace(chosen, text=first.text, title=first.title, attachments=first.attachments, above=above)
    others = tuple(each for each in proposal.elsewhere if each is not chosen)
    return replace(proposal, post=post, elsewhere=(_bare(first), *others))


def _bare(post: FoundPost) -> FoundPost:
    """Return a post without its words, which are the same everywhere."""
    return replace(post, text="", title="", attachments=())
