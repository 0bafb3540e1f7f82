"""Saved searches as the API shows them, and what a trial found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from console.times import when
from conversations.prices import CENT, dollars
from outreach import post_names
from storage.searches import SourceCursor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from application.search_trials import Trial, TriedPost, TriedSource
    from console.actions.searches import Shown
    from outreach.found_posts import FoundPost
    from outreach.searches import Source

Json = dict[str, Any]


def search(shown: Shown) -> Json:
    """Return a search with how its sources are, and its precision."""
    saved, new, precision = shown.search, SourceCursor(), shown.precision
    return {
        "id": saved.id,
        "name": saved.name,
        "team": saved.team,
        "query": {name: list(getattr(saved.query, name)) for name in ("all", "any", "none")},
        "languages": list(saved.languages),
        "sources": [source(each) for each in saved.sources],
        "excluded_accounts": list(saved.excluded_accounts),
        "competitors": list(saved.competitors),
        "brands": list(saved.brands),
        "note": saved.note,
        "needs_approval": saved.needs_approval,
        "limits": {name: int(value) for name, value in saved.options.items()},
        "paused": saved.paused,
        "pause_reason": saved.pause_reason or None,
        "created_at": when(saved.created_at),
        "states": [_state(shown.cursors.get(each.key, new)) for each in saved.sources],
        "precision": {"fit": precision.fit, "judged": precision.judged, "share": precision.share},
    }


def source(source: Source) -> Json:
    """Return a source in the form in which it is sent."""
    if source.feed:
        return {"feed": source.feed}
    shown: Json = {"channel": source.channel, "connection": source.connection}
    shown |= {"places": list(source.places)} if source.places else {}
    return shown | ({"daily_cents": source.daily_budget // CENT} if source.daily_budget else {})


def trial(trial: Trial) -> Json:
    """Return what a trial found."""
    return {
        "found": trial.found,
        "days": 7,
        "complete": all(each.is_complete for each in trial.sources),
        "cost": dollars(sum(each.cost for each in trial.sources)),
        "cost_per_day": dollars(sum(each.cost_per_day for each in trial.sources)),
        "sources": [_tried(each) for each in trial.sources],
        "examples": [_example(each) for each in trial.examples],
    }


def post(found_post: FoundPost) -> Json:
    """Return somebody's post."""
    return {
        "text": found_post.text,
        "title": found_post.title or None,
        "author": {"id": found_post.author.id, "name": found_post.author.name or found_post.author.handle},
        "url": found_post.url,
        "sent_at": when(found_post.sent_at),
        "channel": found_post.channel,
        "connection": found_post.connection or None,
        "place": found_post.place or None,
        "language": found_post.language,
        "replies": found_post.replies,
    }


def _state(cursor: SourceCursor) -> Mapping[str, str | None]:
    return {
        "asked_at": when(cursor.asked_at or None),
        "next_at": when(cursor.not_before or None),
        "problem": cursor.problem or None,
        "gap_at": when(cursor.gap_at or None),
    }


def _tried(source: TriedSource) -> Json:
    return {
        "found": len(source.posts),
        "read": source.read,
        "complete": source.is_complete,
        "problem": source.problem or None,
        "cost_per_day": dollars(source.cost_per_day),
    }


def _example(tried: TriedPost) -> Json:
    return {
        "id": post_names.id_for(tried.judged.post),
        "post": post(tried.judged.post),
        "intent": str(tried.judged.intent),
        "proposed": tried.is_proposed,
    }
