"""The routes of proposals: posts of people who look for advice, and what becomes of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalice.app import Response

from console import sizes
from console.actions import found_people, proposals
from console.authorization import LEADS
from console.bodies import proposals as bodies
from console.errors import malformed
from console.http import Api, limit_of, name_of, now
from console.paging import page_of, read_cursor, write_cursor
from console.views import conversations as conversation_views
from console.views import customers as customer_views
from console.views import proposals as views
from outreach.proposals import Status

if TYPE_CHECKING:
    from outreach.proposals import Proposal

api = Api(__name__)
_ONE = "/api/proposals/{proposal_id}"


@api.at("/api/proposals", "GET")
def list_proposals() -> Response:
    """Return proposals of a team in one status, the newest found first."""
    query = api.query("team", "status", "search", "limit", "cursor")
    team, search = name_of(query, "team") or proposals.DEFAULT_TEAM, name_of(query, "search")
    status = _status_of(query.get("status", Status.NEW))
    filters = {"team": team, "status": status, "search": search}
    start = read_cursor("proposals", query.get("cursor"), filters, lambda place: proposals.place_of(place, status))

    def build(limit: int) -> dict[str, Any]:
        page = proposals.page(api.agent(), team, status, limit, now(), search=search, after=start)
        return {
            "items": [views.proposal(each, api.language()) for each in page.items],
            "cursor": write_cursor("proposals", page.after, filters),
        }

    return Response(sizes.within(build, limit_of(query.get("limit"))))


@api.at(_ONE, "GET")
def read_proposal(proposal_id: str) -> Response:
    """Return a proposal with its context."""
    shown = proposals.read(api.agent(), proposal_id, now())
    return Response(views.proposal(shown, api.language()) | views.context(shown, api.language()))


@api.at(_ONE + "/picture", "GET")
def read_proposal_picture(proposal_id: str) -> Response:
    """Fetch the picture of a found post from where it is."""
    return Response({"picture": views.picture(proposals.picture(api.agent(), proposal_id))})


@api.at(_ONE + "/person", "GET", LEADS)
def export_proposal_person(proposal_id: str) -> Response:
    """Export what is known of the author of a found post."""
    query = api.query("cursor")
    known = found_people.export(api.agent(), proposal_id, now(), is_continued="cursor" in query)
    found = list(map(customer_views.proposal, known.proposals))
    page = page_of("person", found, query.get("cursor"), {"proposal": proposal_id})
    return Response({**customer_views.found_person(known), "proposals": page["items"], "cursor": page["cursor"]})


@api.at(_ONE + "/person", "DELETE", LEADS)
def erase_proposal_person(proposal_id: str) -> Response:
    """Erase the author of a found post, for good."""
    api.no_body()
    keep_out = api.switch("keep_out")
    return Response({"erased": found_people.erase(api.agent(), proposal_id, now, keep_out=keep_out)})


@api.at(_ONE + "/person/opt-out", "PUT")
def put_proposal_opt_out(proposal_id: str) -> Response:
    """The author of a found post does not want to be approached."""
    api.no_body()
    found_people.decline(api.agent(), proposal_id, now)
    return Response(conversation_views.opt_out(True))


@api.at(_ONE + "/claim", "POST")
def claim_proposal(proposal_id: str) -> Response:
    """Take a proposal in hand."""
    api.no_body()
    return _shown(proposals.claim(api.agent(), proposal_id, now))


@api.at(_ONE + "/release", "POST")
def release_proposal(proposal_id: str) -> Response:
    """Give a proposal back."""
    api.no_body()
    return _shown(proposals.release(api.agent(), proposal_id, now))


@api.at(_ONE + "/dismiss", "POST")
def dismiss_proposal(proposal_id: str) -> Response:
    """Close a proposal without an offer."""
    return _shown(proposals.dismiss(api.agent(), proposal_id, bodies.dismissal(api.body()), now))


@api.at(_ONE + "/offer", "POST")
def offer_advice(proposal_id: str) -> Response:
    """Write the text of an offer."""
    return _shown(proposals.offer(api.agent(), proposal_id, bodies.offer(api.body()), api.unique(proposal_id), now))


@api.at(_ONE + "/approve", "POST")
def approve_offer(proposal_id: str) -> Response:
    """Approve exactly the text that was read."""
    return _shown(proposals.approve(api.agent(), proposal_id, api.body()["digest"], now))


@api.at(_ONE + "/posted", "POST")
def note_offer_posted(proposal_id: str) -> Response:
    """Say where an offer stands that was posted by hand."""
    return _shown(proposals.posted(api.agent(), proposal_id, api.body()["url"], now))


def _shown(proposal: Proposal) -> Response:
    return Response(views.proposal(proposals.shown(proposal, now()), api.language()))


def _status_of(name: str) -> Status:
    try:
        return Status(name)
    except ValueError:
        raise malformed(f"status: {', '.join(Status)}") from None
