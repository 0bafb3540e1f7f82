"""Proposals: lists, the context of one, and the steps from taking it in hand to our post.

A proposal is there for who sees the conversations of its team.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from msgspec import Struct

from application import (
    found_pictures,
    offer_accounts,
    offer_permission,
    offer_places,
    offers,
    safe_names,
    templates,
)
from application.commands import RequestDiffers, repeat_on_conflict
from application.first_names import first_name
from application.offer_context import OfferContext
from application.offer_posts import NotOurPost
from console import authorization
from console.actions import customers, replies
from console.authorization import LEADS
from console.errors import ApiError
from conversations import prices
from outreach import proposals as steps
from outreach.proposals import Status, StepRefused
from storage import offer_claims, proposals
from storage import templates as stored_templates
from storage.proposals import place_of
from storage.team_names import DEFAULT_TEAM
from storage.templates import Use

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from application.commands import Request
    from application.found_pictures import Picture
    from console.authorization import Agent
    from console.bodies.proposals import NewOffer
    from conversations.facts import Author
    from conversations.send_options import Route
    from outreach.permission import Permission
    from outreach.proposals import Dismissal, Proposal
    from outreach.searches import Search

__all__ = ["DEFAULT_TEAM", "place_of"]

MOST_TEMPLATES = 20


class Shown(Struct, frozen=True):
    """A proposal as it is shown."""

    proposal: Proposal
    """As it is shown now: one whose claim ran out is new."""
    permission: Permission
    searches: Sequence[Search]
    compose_url: str | None
    """Address at which a person posts an approved offer by hand."""
    video_url: str = ""
    """Address of the video below which the post is a comment; empty where it is none."""
    refusal: str | None = None
    """The rule of tact by which it is left alone now."""
    details: Details | None = None


class Known(Struct, frozen=True):
    """Knowledge of the author of a post, as far as an agent sees it."""

    card: str | None
    conversations: int
    declined: bool
    offered_at: int
    proposals: int


class Suggestion(Struct, frozen=True):
    """A template of the team, filled in as far as that is known."""

    name: str
    title: str
    language: str
    text: str
    unfilled: Sequence[str]


class Details(Struct, frozen=True):
    """The context of a proposal."""

    around: OfferContext
    known: Known
    needs_approval: bool
    route: Route | None
    suggestions: Sequence[Suggestion]


class Page(Struct, frozen=True):
    """Some proposals of a list, and the place after which it goes on."""

    items: Sequence[Shown]
    after: list[str] | None


def page(
    agent: Agent, team: str, status: Status, limit: int, now: int, *, search: str, after: Sequence[str] | None
) -> Page:
    """Return a page of a team's proposals; raises a 404 for a team that is not there for the agent."""
    if team in authorization.closed_to(agent):
        raise ApiError(404, "no_team")
    found = proposals.page(replies.team(team), status, limit, now, search=search, after=after)
    return Page([shown(each, now) for each in found.proposals], found.after)


def shown(proposal: Proposal, now: int) -> Shown:
    """Return a proposal as lists show it."""
    proposal = offer_accounts.answerable(proposal, now)
    return _shown(proposal, OfferContext(proposal, now, may_ask=False), now)


def _shown(
    proposal: Proposal, around: OfferContext, now: int, refusal: str | None = None, details: Details | None = None
) -> Shown:
    return Shown(
        steps.as_shown(proposal, now),
        around.permission,
        around.searches,
        offer_places.compose_url(proposal),
        offer_places.video_url(proposal),
        refusal,
        details,
    )


def read(agent: Agent, proposal_id: str, now: int) -> Shown:
    """Return a proposal with its context; raises a 404."""
    proposal = offer_accounts.answerable(existing(agent, proposal_id), now)
    holder = steps.holder(proposal, now)
    is_mine = holder is not None and holder.id == agent.id
    around = OfferContext(proposal, now, may_ask=is_mine or not prices.is_metered(proposal.post.channel))
    details = Details(
        around,
        _known(agent, around),
        offer_claims.needs_second(proposal, agent.id),
        offer_permission.route(proposal.post, now),
        _suggestions(agent, proposal),
    )
    is_open = proposal.status in (Status.NEW, Status.CLAIMED)
    return _shown(proposal, around, now, around.refusal() if is_open else None, details)


def picture(agent: Agent, proposal_id: str) -> Picture | None:
    """Return the picture of a proposal's post, if it has one that can be had now; raises a 404."""
    return found_pictures.fetch(existing(agent, proposal_id).post)


def claim(agent: Agent, proposal_id: str, clock: Callable[[], int]) -> Proposal:
    """Take a proposal in hand; raises a 404, or a 409 where it is somebody else's, or in another status."""
    return _change(agent, proposal_id, clock, lambda proposal, by, now: steps.claim(proposal, by, now))


def release(agent: Agent, proposal_id: str, clock: Callable[[], int]) -> Proposal:
    """Give a proposal back; raises like ``claim``."""
    return _repeated(agent, proposal_id, clock, lambda proposal, now: offers.release(proposal, agent.author, now))


def dismiss(agent: Agent, proposal_id: str, reason: Dismissal, clock: Callable[[], int]) -> Proposal:
    """Close a proposal without an offer; raises like ``claim``."""
    return _repeated(
        agent, proposal_id, clock, lambda proposal, now: offers.dismiss(proposal, reason, agent.author, now)
    )


def offer(agent: Agent, proposal_id: str, new: NewOffer, request: Request, clock: Callable[[], int]) -> Proposal:
    """Write the text of an offer; raises like ``claim``, and a 422 where a rule says no."""

    def attempt(proposal: Proposal, now: int) -> Proposal:
        return offers.write(proposal, new.text, agent.author, now, request, confirmed=new.rules_confirmed)

    return _repeated(agent, proposal_id, clock, attempt)


def approve(agent: Agent, proposal_id: str, digest: str, clock: Callable[[], int]) -> Proposal:
    """Approve the text with this digest; raises like ``offer``."""
    return _repeated(
        agent, proposal_id, clock, lambda proposal, now: offers.approve(proposal, digest, agent.author, now)
    )


def posted(agent: Agent, proposal_id: str, url: str, clock: Callable[[], int]) -> Proposal:
    """Note where an offer stands; raises like ``claim``, and a 422 for what can be no address of our post there."""

    def attempt(proposal: Proposal, now: int) -> Proposal:
        return offers.posted(proposal, url, agent.author, now, is_lead=agent.has(LEADS))

    return _repeated(agent, proposal_id, clock, attempt)


# -- steps ------------------------------------------------------------------------------------------------------------


def _change(
    agent: Agent, proposal_id: str, clock: Callable[[], int], step: Callable[[Proposal, Author, int], Proposal]
) -> Proposal:
    def attempt(proposal: Proposal, now: int) -> Proposal:
        return proposals.change(proposal, step(proposal, agent.author, now), now)

    return _repeated(agent, proposal_id, clock, attempt)


def _repeated(
    agent: Agent, proposal_id: str, clock: Callable[[], int], attempt: Callable[[Proposal, int], Proposal]
) -> Proposal:
    """Return the proposal after a step, which is decided again where somebody was faster."""
    with _explained():
        return repeat_on_conflict(lambda: attempt(existing(agent, proposal_id), clock()))


@contextmanager
def _explained() -> Iterator[None]:
    """Raise the refusal that the API gives out."""
    try:
        yield
    except StepRefused as refused:
        raise ApiError(409, "proposal_step", reason=refused.reason) from None
    except offers.TactRefused as refused:
        raise ApiError(422, "tact", detail_key=f"tact.{refused.rule}", rule=refused.rule) from None
    except offers.NotPermitted as refused:
        why = refused.permission.why
        raise ApiError(422, "not_permitted", detail_key=f"permission.{why}", reason=why) from None
    except offers.TooLong as long:
        raise ApiError(422, "text_too_long", limit=long.limit, length=long.length, unit=long.unit) from None
    except NotOurPost:
        raise ApiError(422, "offer_address") from None
    except RequestDiffers:
        raise ApiError(422, "idempotency_mismatch") from None


def existing(agent: Agent, proposal_id: str) -> Proposal:
    """Return a proposal that is there for an agent; raises a 404."""
    proposal = proposals.read(proposal_id)
    if proposal is None or proposal.team in authorization.closed_to(agent):
        raise ApiError(404, "no_proposal")
    return proposal


# -- what is shown ----------------------------------------------------------------------------------------------------


def _known(agent: Agent, around: OfferContext) -> Known:
    cards = [found for digest in around.person.digests if (found := _card(agent, digest))]
    others = {
        each.id
        for identity in around.person.identities
        for each in proposals.of_person(*identity)
        if each.id != around.proposal.id
    }
    return Known(
        cards[0].card.digest if cards else None,
        len({head.identity for found in cards for head in found.heads}),
        around.known.declined,
        around.known.offered_at,
        len(others),
    )


def _card(agent: Agent, digest: str) -> customers.Identity | None:
    with suppress(ApiError):
        return customers.identity_of(agent, digest)
    return None


def _suggestions(agent: Agent, proposal: Proposal) -> list[Suggestion]:
    """Return the team's templates of answers, those in the language of the post first."""
    author = proposal.post.author
    fields = {
        "customer": safe_names.published(author.name),
        "firstname": first_name(author.name),
        "agent": safe_names.published(agent.name),
    }
    written = stored_templates.of_team(proposal.team, Use.ANSWER)
    found = []
    for (name, language), template in sorted(
        written.items(), key=lambda each: (each[0][1] != proposal.language, *each[0])
    ):
        text, unfilled = templates.fill_known(template.text, fields)
        found.append(Suggestion(name, template.title or name, language, text, unfilled))
    return found[:MOST_TEMPLATES]
