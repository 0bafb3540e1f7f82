"""Plans as the API shows them: the facts for programs, and a sentence for the agent, in the agent's time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from application.addressing import chosen
from console import sizes
from console.times import in_words
from console.views import conversations as conversation_views
from shared import texts

if TYPE_CHECKING:
    from console.actions.follow_up_bulk import Entry
    from console.actions.follow_up_plan import Planned
    from console.errors import ApiError
    from console.times import Reader
    from conversations.planning import Plan

Json = dict[str, Any]
HOUR = 3_600_000


def plan(planned: Planned, reader: Reader) -> Json:
    """Return a plan as the API shows it: time, doer, way, text, reason, and alternatives."""
    chosen = planned.plan
    return _facts(chosen, planned, reader) | {
        "conversation": planned.around.conversation.id,
        "wished": conversation_views.when(planned.wished),
        "text": planned.as_sent(),
        "language": planned.around.language,
        "zone": planned.around.team.hours.zone,
        "person": conversation_views.person(planned.around.asked),
        **_place(planned),
        "alternatives": [_facts(each, planned, reader) for each in chosen.alternatives],
    }


def _place(planned: Planned) -> Json:
    """Return the message below which the question stands, and how it names that one's author where it does not."""
    around = planned.around
    if around.about is None:
        return {"reply_to": None, "placement": None, "mention": None}
    place = chosen(around.conversation.head, around.about)
    return {"reply_to": place.id, "placement": place.placement, "mention": place.mention}


def entries(found: list[Entry], reader: Reader) -> Json:
    """Return the entries of a bulk, conversation by conversation."""
    times = [entry.planned.plan.at for entry in found if entry.planned and entry.planned.plan.at]
    return {
        "items": short_enough([_entry(entry, reader) for entry in found], sizes.LARGEST),
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


def _entry(entry: Entry, reader: Reader) -> Json:
    refused = entry.left_out
    return {
        "conversation": entry.conversation,
        "customer": conversation_views.person(entry.customer),
        "plan": plan(entry.planned, reader) if entry.planned else None,
        "left_out": refused.reason if refused else None,
        "explanation": _why_not(refused, reader.language) if refused else None,
    }


def _why_not(refused: ApiError, language: str) -> str:
    """Return the reason for leaving out a conversation, by a sentence about it where there is one."""
    return conversation_views.explanation(refused.reason, language) or refused.body(language)["message"]


def _facts(chosen: Plan, planned: Planned, reader: Reader) -> Json:
    return {
        "at": conversation_views.when(chosen.at),
        "by": chosen.doer,
        "route": chosen.way,
        "visibility": chosen.visibility,
        "latest": conversation_views.when(chosen.latest),
        "reason": chosen.reason or None,
        "explanation": _sentence(chosen, planned, reader),
    }


def _sentence(chosen: Plan, planned: Planned, reader: Reader) -> str:
    language = reader.language
    if chosen.at is None:
        return texts.text(f"reason.{chosen.reason}", language)
    zone = planned.around.team.hours.zone
    last = planned.around.conversation.head.window.last_customer_at
    fields = {
        "at": in_words(chosen.at, zone, reader),
        "latest": in_words(chosen.latest, zone, reader) if chosen.latest else "",
        "since": _length(chosen.at - last, language) if last is not None else "",
    }
    sentence = texts.text(f"plan.{chosen.doer}", language, **fields)
    if not chosen.reason:
        return sentence
    return f"{texts.text(f'plan.why.{chosen.reason}', language, **fields)} {sentence}"


def _length(duration: int, language: str) -> str:
    """Return a duration such as ``6 d 12 h``."""
    hours = max(0, duration) // HOUR
    return texts.text("calendar.length", language, days=hours // 24, hours=hours % 24)
