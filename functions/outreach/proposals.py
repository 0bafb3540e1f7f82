"""Proposals: a found post that somebody may answer, and the steps from finding it to our post. Pure.

Each step raises ``StepRefused`` where the proposal is in another status than it needs, or in somebody else's hands.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from conversations import identity

if TYPE_CHECKING:
    from conversations.facts import Author
    from outreach.found_posts import FoundPost

CLAIM_LASTS = 30 * 60_000
"""Milliseconds after which a claim without any action is free."""
TEXT_LASTS = 24 * 3_600_000
"""Milliseconds after which a text that nobody approved is a draft, and its proposal free."""
KEPT = 30 * 86_400_000
"""Milliseconds for which a proposal is kept if nothing is offered: other people's posts are personal data."""


class Status(StrEnum):
    """Status of a proposal."""

    NEW = "new"
    CLAIMED = "claimed"
    OFFERED = "offered"
    """A text is approved, and is on its way or written by hand."""
    POSTED = "posted"
    DISMISSED = "dismissed"
    EXPIRED = "expired"


class Dismissal(StrEnum):
    """Reason why nothing is offered."""

    WRONG_TOPIC = "wrong_topic"
    TOO_OLD = "too_old"
    NOT_AN_ASK = "not_an_ask"
    TACTLESS = "tactless"
    COMPETITOR = "competitor"
    SPAM = "spam"


class Outcome(StrEnum):
    """Outcome of an offer, as the person's answer tells."""

    ANSWERED = "answered"
    THANKED = "thanked"
    REFUSED = "refused"
    """A no, which is for good."""
    BLOCKED = "blocked"


class StepRefused(Exception):
    """The step is not open now; the message is a word for the reason."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Offer(Struct, frozen=True):
    """The text that is to be posted, and who decided so."""

    text: str
    by: Author
    at: int
    """Milliseconds."""
    needs_approval: bool = False
    approved_by: Author | None = None
    approved_at: int = 0
    by_hand: bool = False
    """A person posts it in the platform's own app."""
    rules_confirmed: bool = False
    """The writer confirmed that the rules of the place permit it."""

    @property
    def digest(self) -> str:
        """Return the name of exactly this text, which an approval repeats."""
        return text_digest(self.text)

    @property
    def is_approved(self) -> bool:
        """Return whether it may leave."""
        return not self.needs_approval or self.approved_by is not None


class Draft(Struct, frozen=True):
    """A text that was not offered, kept for who takes the proposal next."""

    text: str
    by: Author
    at: int
    """Milliseconds."""


class Proposal(Struct, frozen=True):
    """A post of somebody who looks for advice, and what became of it."""

    id: str
    team: str
    post: FoundPost
    searches: tuple[str, ...]
    """Ids of all searches that found it."""
    intent: str
    found_at: int
    """Milliseconds."""
    language: str = ""
    """ISO 639-1; empty where it is not known."""
    status: Status = Status.NEW
    version: int = 1
    claimed_by: Author | None = None
    claimed_at: int = 0
    """Milliseconds."""
    dismissal: Dismissal | None = None
    closed_at: int = 0
    """Milliseconds: when it was offered, dismissed or expired."""
    offer: Offer | None = None
    conversation: str = ""
    """The id of the conversation that the offer begins, once it is offered."""
    action_id: str = ""
    """The message of ours in that conversation."""
    posted_url: str = ""
    posted_at: int = 0
    """Milliseconds."""
    failure: str = ""
    """Reason for which the platform refused the last offer for good."""
    claims: tuple[str, ...] = ()
    """Digests of the person's identities that were taken for the offer, to give back where nothing was posted."""
    draft: Draft | None = None
    """The last text that was neither approved in time nor taken by the platform."""
    outcomes: tuple[Outcome, ...] = ()
    """Meanings of the person's answers, in any order."""
    elsewhere: tuple[FoundPost, ...] = ()
    """The post as our other connections found it, without its words: one of them may answer where the first cannot."""

    @property
    def person(self) -> tuple[str, str, str | None]:
        """Return channel, connection and id of the author."""
        return self.post.channel, self.post.connection, self.post.author.id

    @property
    def is_declined(self) -> bool:
        """Return whether the person said no, or blocked us."""
        return not {Outcome.REFUSED, Outcome.BLOCKED}.isdisjoint(self.outcomes)


def text_digest(text: str) -> str:
    """Return the name of exactly this text."""
    return identity.digest(text)


def found_again(proposal: Proposal, search: str) -> Proposal | None:
    """Return the proposal with one more search that found it; None where that is known."""
    if search in proposal.searches:
        return None
    return next_version(proposal, searches=(*proposal.searches, search))


def holder(proposal: Proposal, now: int) -> Author | None:
    """Return the agent in whose hands it is; None where nobody has it or the claim ran out."""
    if proposal.status != Status.CLAIMED or not proposal.claimed_by:
        return None
    return None if claim_ends(proposal) <= now else proposal.claimed_by


def claim_ends(proposal: Proposal) -> int:
    """Return when a claim runs out (milliseconds): soon without a text, later with one that waits for approval."""
    return proposal.claimed_at + (TEXT_LASTS if proposal.offer else CLAIM_LASTS)


def shown_status(proposal: Proposal, now: int) -> Status:
    """Return the status, after what time alone changes: a claim that ran out is none."""
    is_free = proposal.status == Status.CLAIMED and holder(proposal, now) is None
    return Status.NEW if is_free else proposal.status


def as_shown(proposal: Proposal, now: int) -> Proposal:
    """Return a proposal after what time alone changes: one whose claim ran out is new, and its text a draft."""
    if shown_status(proposal, now) == proposal.status:
        return proposal
    return replace(proposal, status=Status.NEW, claimed_by=None, claimed_at=0, offer=None, draft=last_text(proposal))


def waits_for_approval(proposal: Proposal) -> bool:
    """Return whether its text waits for a second person."""
    return proposal.status == Status.CLAIMED and proposal.offer is not None and not proposal.offer.is_approved


def claim(proposal: Proposal, by: Author, now: int) -> Proposal:
    """Take it in hand; taken again by the same agent, the time begins once more."""
    proposal = as_shown(proposal, now)
    demand(proposal, Status.NEW, Status.CLAIMED)
    _demand_holder(proposal, by, now)
    return next_version(proposal, status=Status.CLAIMED, claimed_by=by, claimed_at=now)


def release(proposal: Proposal, by: Author, now: int) -> Proposal:
    """Give it back; a text that waits for approval is dropped, and the second person may send it back so, too."""
    proposal = as_shown(proposal, now)
    demand(proposal, Status.CLAIMED)
    if proposal.offer is None:
        _demand_holder(proposal, by, now)
    return next_version(proposal, status=Status.NEW, claimed_by=None, claimed_at=0, offer=None)


def dismiss(proposal: Proposal, reason: Dismissal, by: Author, now: int) -> Proposal:
    """Close it without an offer."""
    demand(proposal, Status.NEW, Status.CLAIMED)
    _demand_holder(proposal, by, now)
    return next_version(
        proposal, status=Status.DISMISSED, dismissal=reason, claimed_by=by, closed_at=now, offer=None, draft=None
    )


def write_offer(proposal: Proposal, offer: Offer) -> Proposal:
    """Store a text; one that needs no second person is ``offered`` at once. Another text voids an approval."""
    demand(proposal, Status.NEW, Status.CLAIMED)
    _demand_holder(proposal, offer.by, offer.at)
    if offer.approved_by is not None:
        raise StepRefused("approved")
    written = next_version(
        proposal, status=Status.CLAIMED, claimed_by=offer.by, claimed_at=offer.at, offer=offer, draft=None
    )
    return written if offer.needs_approval else _offered(written, offer.at)


def approve(proposal: Proposal, digest: str, by: Author, now: int) -> Proposal:
    """Approve exactly the text with this digest, as somebody else than who wrote it."""
    proposal = as_shown(proposal, now)
    demand(proposal, Status.CLAIMED)
    offer = proposal.offer
    if offer is None:
        raise StepRefused("no_text")
    if offer.digest != digest:
        raise StepRefused("text_changed")
    if offer.by.id == by.id:
        raise StepRefused("own_text")
    approved = replace(offer, approved_by=by, approved_at=now)
    return _offered(next_version(proposal, offer=approved), now)


def expire(proposal: Proposal, now: int) -> Proposal:
    """Close it because nobody may answer any more."""
    demand(proposal, Status.NEW, Status.CLAIMED)
    return next_version(proposal, status=Status.EXPIRED, closed_at=now, offer=None, draft=None)


def last_text(proposal: Proposal) -> Draft | None:
    """Return the text of a proposal as a draft, for who takes it next."""
    offer = proposal.offer
    return Draft(offer.text, offer.by, offer.at) if offer else proposal.draft


def _offered(proposal: Proposal, now: int) -> Proposal:
    return replace(proposal, status=Status.OFFERED, closed_at=now, failure="")


def next_version(proposal: Proposal, **changes: object) -> Proposal:
    """Return the next version of a proposal."""
    return replace(proposal, version=proposal.version + 1, **changes)


def demand(proposal: Proposal, *statuses: Status) -> None:
    """Raise ``StepRefused`` where a proposal is in none of some statuses."""
    if proposal.status not in statuses:
        raise StepRefused(str(proposal.status))


def _demand_holder(proposal: Proposal, by: Author, now: int) -> None:
    current = holder(proposal, now)
    if current is not None and current.id != by.id:
        raise StepRefused("claimed")
