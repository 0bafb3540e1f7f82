"""Posts of ours that a person wrote by hand, by their addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import channels
from application import loading
from application.connections import session
from application.offer_conversation import OfferConversation
from aws import secrets
from channels.base import ChannelError
from outreach import leaving, posting
from outreach import proposals as steps
from outreach.proposals import Status
from shared import http_guard, settings
from storage import proposals

if TYPE_CHECKING:
    from application.loading import LoadedConversation
    from channels.base import Credentials
    from conversations.actions import Action
    from conversations.facts import Author
    from outreach.found_posts import FoundPost
    from outreach.proposals import Proposal
    from storage.writes import Write


class NotOurPost(Exception):
    """The address is not that of a post of ours on the platform."""


def attach_posted(proposal: Proposal, url: str, by: Author, now: int, *further: Write) -> Proposal:
    """Note that a person posted an offer by hand, and where; from then on it is a conversation like any other.

    ``further`` is written with it. Noted twice, it is done once. Raises ``StepRefused`` where it is none to be posted
    by hand, ``NotOurPost``, and ``Conflict``.
    """
    if proposal.status == Status.POSTED and proposal.posted_url == url:
        return proposal
    offer, searcher = leaving.by_hand(proposal), channels.searcher_of(proposal.post.channel)
    ours = own_id(proposal.post, url, now)
    if ours is None:
        raise NotOurPost
    if searcher is None:
        return proposals.change(proposal, leaving.attached(proposal, "", url, now), now, *further)
    OfferConversation(proposal, searcher.fact(proposal.post), lambda: now).attach(ours, url, by, offer.text, *further)
    stored = proposals.read(proposal.id)
    if stored is None or stored.status != Status.POSTED:
        raise steps.StepRefused(str(stored.status if stored else Status.EXPIRED))
    return stored


def correct(proposal: Proposal, url: str, by: Author, now: int, *further: Write, is_lead: bool) -> Proposal:
    """Note another address of a post that a person wrote by hand, as long as it was not answered.

    ``further`` is written with it. Another address of the very post that is known, which the platform may have told
    first, changes nothing. Raises like ``attach_posted``, also for somebody who neither wrote the text nor said where
    it stands, and leads no team.
    """
    post, offer = proposal.post, proposal.offer
    searcher, ours = channels.searcher_of(post.channel), own_id(post, url, now)
    conversation = loading.load(proposal.conversation) if proposal.conversation else None
    action = _message(proposal, conversation) if conversation else None
    is_same = action is not None and bool(ours) and action.platform_id == ours
    if is_same and posting.is_by_hand(proposal) and proposal.posted_url:
        return proposal
    after = posting.corrected(proposal, url)
    agents = (offer and offer.by, offer and offer.approved_by, action and action.by)
    writers = {each.id for each in agents if each}
    if not is_lead and by.id not in writers:
        raise steps.StepRefused("not_yours")
    if ours is None:
        raise NotOurPost
    if is_same or conversation is None or action is None or searcher is None:
        return proposals.change(proposal, after, now, *further)
    if _is_answered(proposal, conversation):
        raise steps.StepRefused("answered")
    place = OfferConversation(proposal, searcher.fact(post), lambda: now)
    return place.correct(action, ours, url, *further)


def _message(proposal: Proposal, conversation: LoadedConversation) -> Action | None:
    return next((each for each in conversation.actions if each.id == proposal.action_id), None)


def _is_answered(proposal: Proposal, conversation: LoadedConversation) -> bool:
    """Return whether the person said anything since the text was written, which may answer what stands there."""
    offer, post = proposal.offer, proposal.post
    theirs = (each for each in conversation.messages() if each.author.id == post.author.id and each.id != post.id)
    return any(offer is not None and each.sent_at >= offer.at for each in theirs)


def own_id(post: FoundPost, url: str, now: int) -> str | None:
    """Return the platform's id of our answer to a post, by its address; the address itself where there are no ids.

    Empty where the id cannot be learnt now. None for what can be no address of it, and for the post's own.
    """
    searcher = channels.searcher_of(post.channel)
    if url == post.url or not _host(url):
        return None
    if searcher is None:
        return url if _is_beside(post, url) else None
    try:
        own = searcher.own_post_id(url, _credentials(post, now))
    except ChannelError:  # the platform has to be asked, and cannot be just now
        return "" if _is_beside(post, url) else None
    return own if own != post.id else None


def _is_beside(post: FoundPost, url: str) -> bool:
    return _host(url) != "" and _host(url) == _host(post.url)


def _credentials(post: FoundPost, now: int) -> Credentials | None:
    http_guard.permit(settings.network())
    try:
        return session.fresh(post.channel, post.connection, now)
    except (ChannelError, secrets.UnknownConnection):
        return None


def _host(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return parts.hostname or "" if parts.scheme in ("http", "https") else ""
