"""A wish to ask back, planned: what agents see before they promise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from application import templates
from application.planning_context import circumstances
from classification import language_of
from console.actions import chosen_message
from console.errors import ApiError
from console.times import when
from conversations.durations import moment_after
from conversations.facts import Visibility
from conversations.planning import Wish, plan, spread
from conversations.team_settings import SHARE_SPREAD, length_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from application.loading import LoadedConversation
    from application.planning_context import Circumstances
    from console.authorization import Agent
    from console.bodies.conversations import FollowUpWish
    from conversations.planning import Plan
    from conversations.team_settings import Team

YEAR = 366 * 86_400_000
"""Milliseconds: what is promised for later is forgotten by those who promised."""


class Planned(Struct, frozen=True):
    """A wish, and how it would be kept: what an agent sees before anything is promised."""

    around: Circumstances
    wish: FollowUpWish
    wished: int
    plan: Plan
    text: str
    wording: str

    def as_sent(self) -> str:
        """The text as the customer would read it."""
        return templates.as_sent(self.around, self.plan, self.text)


def planned(
    agent: Agent,
    conversation: LoadedConversation,
    wish: FollowUpWish,
    now: int,
    to: Sequence[str] = (),
    answer: str = "",
) -> Planned:
    """Return the plan for a wish at this moment; raises a 422 for a time, template or place that cannot be.

    ``to`` are the addresses to which the answer goes that it is part of, on a channel whose messages name them, and
    ``answer`` is its text. The question has the language that was chosen, else that of its own words, else that of the
    conversation.
    """
    about_id = chosen_message.answered(conversation, wish.reply_to, wish.visibility).id if wish.reply_to else ""
    around = circumstances(conversation, now, to, answer, about_id).in_language(wish.language or language_of(wish.text))
    if wish.visibility == Visibility.PUBLIC and conversation.head.identity.visibility == Visibility.PRIVATE:
        raise ApiError(422, "route_closed", detail_key="route.private_only", reason="private_only")
    wished = _wished(around, wish, now)
    chosen = plan(around.case, Wish(wished, wish.visibility), now)
    fields = templates.fields_of(around, agent.author, wish.topic or "", chosen.at or wished, now)
    worded = _worded(around, wish, fields)
    return Planned(around, wish, wished, chosen, worded.text, worded.kept)


def _worded(around: Circumstances, wish: FollowUpWish, fields: dict[str, str | None]) -> templates.Worded:
    """Return the words of the question; raises a 422 for a template that is not there or cannot be filled in."""
    template = wish.template or templates.usual_name(around)
    try:
        if wish.text is not None:
            return templates.worded(wish.text, fields)
        return templates.from_template(around, template, fields)
    except templates.Unfilled as unfilled:
        raise ApiError(422, "template_field", detail=unfilled.field, field=unfilled.field) from None
    except templates.UnknownTemplate:
        raise ApiError(422, "template_unknown", detail=template[:50]) from None
    except ValueError:
        raise ApiError(422, "template_broken") from None


def moment_of(wish: FollowUpWish, team: Team, now: int) -> int:
    """The time of a wish, in milliseconds; raises a 422 for a delay that leads out of the calendar."""
    if wish.at is not None:
        return wish.at
    delay = wish.after or team.after
    try:
        return moment_after(delay, now, team.hours.zone)
    except ValueError:
        raise ApiError(422, "follow_up_time", detail=delay) from None


def _wished(around: Circumstances, wish: FollowUpWish, now: int) -> int:
    """The time that is wanted; one given as a delay is spread a little, so that not all come due at once."""
    wished = moment_of(wish, around.team, now)
    if wish.at is None:
        width = min(length_of(around.team.spread, around.team.hours.zone), (wished - now) // SHARE_SPREAD)
        wished += spread(around.conversation.id, width) if width > 0 else 0
    if not now < wished <= now + YEAR:
        raise ApiError(422, "follow_up_time", detail=wish.after or when(wished))
    return wished
