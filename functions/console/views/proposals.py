"""Proposals as the API shows them."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import classification
from console.times import when
from console.views import conversations as conversation_views
from conversations import prices
from outreach import proposals as steps
from outreach.proposals import Status
from shared import texts

if TYPE_CHECKING:
    from application.found_pictures import Picture
    from console.actions.proposals import Details, Shown
    from outreach.found_posts import FoundPost
    from outreach.permission import Permission
    from outreach.proposals import Draft, Offer, Proposal
    from outreach.searches import Search

Json = dict[str, Any]
USUAL_REASON = "asks_for_advice"


def proposal(shown: Shown, language: str) -> Json:
    """Return a proposal as lists show it."""
    found = shown.proposal
    is_held = found.status == Status.CLAIMED
    return {
        "id": found.id,
        "version": found.version,
        "team": found.team,
        "status": found.status,
        "searches": _searches(found, shown.searches),
        "intent": found.intent,
        "language": found.language or None,
        "reason": reason(found, language),
        "found_at": when(found.found_at),
        "claimed_by": conversation_views.person(found.claimed_by),
        "claimed_until": when(steps.claim_ends(found)) if is_held else None,
        "dismissal": found.dismissal,
        "failure": conversation_views.explanation(found.failure, language) or found.failure or None,
        "post": _post(found.post, shown.video_url),
        "permitted": permission(shown.permission, language),
        "tact": {"rule": shown.refusal, "message": texts.text(f"tact.{shown.refusal}", language)}
        if shown.refusal
        else None,
        "offer": _offer(found.offer, shown.compose_url) if found.offer else None,
        "draft": _draft(found.draft),
        "conversation": found.conversation or None,
        "posted": {"url": found.posted_url or None, "at": when(found.posted_at)} if found.posted_at else None,
    }


def context(shown: Shown, language: str) -> Json:
    """Return the context of a proposal, as the field beside the others."""
    details = shown.details
    if details is None:
        return {}
    known = details.known
    return {
        "context": {
            "answers": _answers(shown.proposal, details),
            "person": {
                "card": known.card,
                "conversations": known.conversations,
                "declined": known.declined,
                "offered_at": when(known.offered_at or None),
                "proposals": known.proposals,
            },
            "needs_approval": details.needs_approval,
            "limit": {"length": details.route.limit, "unit": details.route.unit} if details.route else None,
            "templates": [
                {
                    "name": each.name,
                    "title": each.title,
                    "language": each.language,
                    "text": each.text,
                    "unfilled": list(each.unfilled),
                }
                for each in details.suggestions
            ],
        }
    }


def reason(found: Proposal, language: str) -> str:
    """Return why a post is proposed, as a sentence with the words that showed it."""
    post = found.post
    read = classification.intent(post.words)
    is_same = read.kind == found.intent and texts.has(f"proposal.reason.{read.reason}")
    sentence = texts.text(f"proposal.reason.{read.reason if is_same else USUAL_REASON}", language)
    quoted = texts.text("proposal.quoted", language, sentence=sentence, phrase=read.phrase)
    unanswered = f" {texts.text('proposal.unanswered', language)}" if post.replies == 0 else ""
    return (quoted if is_same and read.phrase else f"{sentence}.") + unanswered


def permission(found: Permission, language: str) -> Json:
    """Return how a platform lets us answer."""
    return {
        "state": found.state,
        "reason": found.why,
        "why": texts.text(f"permission.{found.why}", language),
        "until": when(found.until),
        "cost": prices.dollars(found.cost),
        "confirm": found.confirm,
    }


def _searches(found: Proposal, known: Any) -> list[Json]:
    by_id: dict[str, Search] = {search.id: search for search in known}
    return [
        {
            "id": each,
            "name": by_id[each].name if each in by_id else None,
            "note": (by_id[each].note or None) if each in by_id else None,
        }
        for each in found.searches
    ]


def picture(found: Picture | None) -> Json | None:
    """Return a picture with its bytes in base64."""
    return {"mime": found.mime, "content": base64.b64encode(found.content).decode()} if found else None


def _post(post: FoundPost, video_url: str) -> Json:
    return {
        "text": post.text,
        "title": post.title or None,
        "author": _author(post),
        "url": post.url,
        "sent_at": when(post.sent_at),
        "channel": post.channel,
        "connection": post.connection or None,
        "place": post.place or None,
        "replies": post.replies,
        "is_answer": post.parent_id is not None and not video_url,
        "below_video": video_url or None,
        "attachments": [{"type": each.type, "title": each.title, "url": each.url} for each in post.attachments],
    }


def _author(post: FoundPost) -> Json:
    author = post.author
    return {"id": author.id, "name": author.name, "handle": author.handle, "audience": post.audience}


def _offer(offer: Offer, compose_url: str | None) -> Json:
    approval = "given" if offer.approved_by else "waiting" if offer.needs_approval else "not_needed"
    return {
        "text": offer.text,
        "digest": offer.digest,
        "by": conversation_views.person(offer.by),
        "at": when(offer.at),
        "by_hand": offer.by_hand,
        "approval": approval,
        "approved_by": conversation_views.person(offer.approved_by),
        "approved_at": when(offer.approved_at or None),
        "compose_url": compose_url,
    }


def _draft(draft: Draft | None) -> Json | None:
    return {"text": draft.text, "by": conversation_views.person(draft.by), "at": when(draft.at)} if draft else None


def _answers(found: Proposal, details: Details) -> list[Json] | None:
    around = details.around
    if around.answers is None:
        return None
    return [
        {
            "author": _author(each),
            "text": each.text,
            "sent_at": when(each.sent_at),
            "url": each.url or None,
            "ours": around.is_ours(each),
            "competitor": around.is_competitor(each),
            "to_post": each.parent_id in (None, found.post.id),
        }
        for each in around.answers
    ]
