"""Plans as the API shows them: the facts for programs, and a sentence for the agent, in the team's time."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from console import sizes
from console.views import conversations as conversation_views
from shared import texts

if TYPE_CHECKING:
    from console.actions.follow_up_bulk import Entry
    from console.actions.follow_up_plan import Planned
    from console.errors import ApiError
    from conversations.planning import Plan

Json = dict[str, Any]
HOUR = 3_600_000


def plan(planned: Planned, language: str) -> Json:
    """Return a plan as the API shows it: time, doer, way, text, reason, and alternatives."""
    chosen = planned.plan
    return _facts(chosen, planned, language) | {
        "conversation": planned.around.conversation.id,
        "wished": conversation_views.when(planned.wished),
        "text": planned.as_sent(),
        "language": planned.around.language,
        "alternatives": [_facts(each, planned, language) for each in chosen.alternatives],
    }


def entries(found: list[Entry], language: str) -> Json:
    """Return the entries of a bulk, conversation by conversation."""
    times = [entry.planned.plan.at for entry in found if entry.planned and entry.planned.plan.at]
    return {
        "items": short_enough([_entry(entry, language) for entry in found], sizes.LARGEST),
        "count": len(times),
        "first_at": conversation_views.when(min(times, default=None)),
        "last_at": conversation_views.when(max(times, default=None)),
    }


def short_enough(entries: list[Json], most: int) -> list[Json]:
    """Return entries of ``most`` bytes at most: the last entries lose their texts where all are too long together."""
    room = most - sizes.weight(entries)
    for each in reversed(entries):
        if room < 0 and each["plan"]:
            room += sizes.weight(each["plan"]["text"])
            each["plan"]["text"] = None
    return entries


def _entry(entry: Entry, language: str) -> Json:
    refused = entry.left_out
    return {
        "conversation": entry.conversation,
        "customer": conversation_views.person(entry.customer),
        "plan": plan(entry.planned, language) if entry.planned else None,
        "left_out": refused.reason if refused else None,
        "explanation": _why_not(refused, language) if refused else None,
    }


def _why_not(refused: ApiError, language: str) -> str:
    """Return the reason for leaving out a conversation, by a sentence about it where there is one."""
    return conversation_views.explanation(refused.reason, language) or refused.body(language)["message"]


def _facts(chosen: Plan, planned: Planned, language: str) -> Json:
    return {
        "at": conversation_views.when(chosen.at),
        "by": chosen.doer,
        "route": chosen.way,
        "visibility": chosen.visibility,
        "latest": conversation_views.when(chosen.latest),
        "reason": chosen.reason or None,
        "explanation": _sentence(chosen, planned, language),
    }


def _sentence(chosen: Plan, planned: Planned, language: str) -> str:
    if chosen.at is None:
        return texts.text(f"reason.{chosen.reason}", language)
    zone = planned.around.team.hours.zone
    last = planned.around.conversation.head.window.last_customer_at
    fields = {
        "at": _moment(chosen.at, zone, language),
        "latest": _moment(chosen.latest, zone, language) if chosen.latest else "",
        "since": _length(chosen.at - last, language) if last is not None else "",
    }
    sentence = texts.text(f"plan.{chosen.doer}", language, **fields)
    if not chosen.reason:
        return sentence
    return f"{texts.text(f'plan.why.{chosen.reason}', language, **fields)} {sentence}"


def _moment(at: int, zone: str, language: str) -> str:
    """Return a time as people of this language write it, such as ``Thu 26 Nov 2026, 16:00``."""
    there = datetime.fromtimestamp(at / 1000, ZoneInfo(zone))
    day = texts.text("calendar.days", language).split()[there.weekday()]
    month = texts.text("calendar.months", language).split()[there.month - 1]
    return texts.text(
        "calendar.moment", language, day=day, date=there.day, month=month, year=there.year, time=f"{there:%H:%M}"
    )


def _length(duration: int, language: str) -> str:
    """Return a duration such as ``6 d 12 h``."""
    hours = max(0, duration) // HOUR
    return texts.text("calendar.length", language, days=hours // 24, hours=hours % 24)
