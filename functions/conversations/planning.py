"""Plans of follow-ups: when, by whom, in which way, and why. Pure.

::

    wish ──▶ may it be asked at all? ──no──▶ nobody asks          declined · cap · gone
                   │ yes
                   ▼
             which ways are open, and until when?                 the channel's routes, now and later
                   │
                   ├─ one a machine may use ─▶ the next opening, before the way closes
                   ├─ only a person may      ─▶ a task, half a day before the way closes
                   └─ none                   ─▶ a task that says so
"""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import blake2b
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from conversations import logged
from conversations.business_hours import ALWAYS, Hours, last_opening, next_opening, why_closed
from conversations.facts import Visibility
from conversations.promise import Doer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from conversations.conversation import Conversation
    from conversations.send_options import Route, Way

MINUTE = 60_000
HOUR = 60 * MINUTE
LEAD = 12 * HOUR
"""Milliseconds before a way closes at which a person's task is prepared: half a working day to get to it."""
MARGIN = 300_000
"""Milliseconds before a way closes after which a machine does not begin to use it."""
LAST_MOMENT = HOUR
"""Milliseconds a person needs at least."""
WORK = 2 * HOUR
"""Milliseconds of business hours that a task leaves, if there are so many."""
STEPS = 8
"""Number of changes of the permitted ways that are examined: a window has two or three."""
ALTERNATIVES = 3


class Wish(Struct, frozen=True):
    """Choice of an agent: when (milliseconds), and where if not in the conversation."""

    at: int
    visibility: Visibility | None = None


class Case(Struct, frozen=True):
    """A conversation, as far as asking back is concerned."""

    head: Conversation
    routes: Callable[[int], Sequence[Route]]
    """The channel's permitted ways at a time (milliseconds), as things stand now."""
    hours: Hours = ALWAYS
    angry: bool = False
    """The customer's last words were upset: no machine asks cheerfully."""
    elsewhere: bool = False
    """Somebody else than the customer wrote last, or got the last answer: a person decides whom to ask."""
    hardship: str = ""
    """Hardship of which the customer wrote, as the reason of a plan names it: a person asks."""
    declined: bool = False
    """The customer does not want to be asked."""
    asked: Mapping[str, int] = field(default_factory=dict)
    """Number of questions to the customer by month (``2026-11``), in all conversations."""
    cap: int = 0
    """Permitted questions per customer and month; 0 for any number."""
    held_until: int = 0
    """The connection cannot send before this time."""
    spread: int = 0
    """Milliseconds by which this one comes after an opening, so that a night's promises do not all come due at nine."""


class Plan(Struct, frozen=True):
    """Plan of a follow-up. Without ``doer`` it is not asked; ``reason`` says why."""

    at: int | None
    doer: Doer | None
    visibility: Visibility
    way: Way | None = None
    latest: int | None = None
    """The platform closes the way then."""
    reason: str = ""
    """Reason for a difference from the choice: empty, or a constant with a text under ``plan.``."""
    alternatives: tuple[Plan, ...] = ()


class _Stretch(Struct, frozen=True):
    """A time in which a way is open."""

    route: Route
    begin: int
    end: int | None


def plan(conversation: Case, wish: Wish, now: int) -> Plan:
    """Return how the wish can be kept, as far as anybody can tell at ``now``; the same facts give the same plan."""
    visibility = wish.visibility or conversation.head.identity.visibility
    wanted = max(wish.at, now)
    offers = [
        offer
        for stretch in _stretches(conversation.routes, now)
        if (offer := _offer(conversation, stretch, wanted, now))
    ]
    suitable = sorted(
        (offer for offer in offers if offer.visibility == visibility), key=lambda offer: _cost(offer, wanted)
    )
    chosen = suitable[0] if suitable else _closed(conversation, visibility, wanted)
    if reason := _refusal(conversation, chosen):
        return Plan(None, None, visibility, reason=reason)
    others = [offer for offer in [*suitable[1:], *offers] if offer not in suitable[:1]]
    alternatives = tuple(dict.fromkeys(others))[:ALTERNATIVES]
    return replace(chosen, alternatives=alternatives)


def month_of(at: int) -> str:
    """The month of a time, as a customer's questions are counted: ``2026-11``."""
    return f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m}"


def _refusal(case: Case, chosen: Plan) -> str:
    if case.declined:
        return "declined"
    if case.head.removed or case.head.unreachable:
        return "gone"
    if case.cap and case.asked.get(month_of(chosen.at or 0), 0) >= case.cap:
        return "cap"
    return ""


def _stretches(routes: Callable[[int], Sequence[Route]], now: int) -> Iterator[_Stretch]:
    """Yield when which way is open, from now on, as long as nobody writes: each way from its opening to its own end."""
    begin: int | None = now
    offered: set[tuple[Way, bool, int | None]] = set()
    for _ in range(STEPS):
        if begin is None:
            return
        open_ways = routes(begin)
        for route in open_ways:
            name = (route.way, route.person_only, route.until)
            if name not in offered:
                offered.add(name)
                yield _Stretch(route, begin, route.until)
        begin = min((route.until for route in open_ways if route.until and route.until > begin), default=None)


def _offer(case: Case, stretch: _Stretch, wanted: int, now: int) -> Plan | None:
    """Return how the wish can be kept in one stretch; None when it cannot."""
    by_person = bool(stretch.route.person_only or case.angry or case.elsewhere or case.hardship)
    at = _task_time(case, stretch, wanted) if by_person else _asking_time(case, stretch, wanted)
    if at is None:
        return None
    return Plan(
        at=at,
        doer=Doer.PERSON if by_person else Doer.MACHINE,
        visibility=stretch.route.visibility,
        way=stretch.route.way,
        latest=stretch.end,
        reason=_reason(case, stretch.route, wanted, at),
    )


def _asking_time(case: Case, stretch: _Stretch, wanted: int) -> int | None:
    """Return when a machine asks: at the next opening, or at the last one before the way closes."""
    begin = max(stretch.begin, case.held_until)
    at = _opening(case, max(wanted, begin))
    if at is None or stretch.end is None or at <= stretch.end - MARGIN:
        return at
    return last_opening(case.hours, stretch.end - MARGIN, begin) if begin <= stretch.end - MARGIN else None


def _opening(case: Case, earliest: int) -> int | None:
    """Return when a machine may ask: at once, or a little after the next opening."""
    at = next_opening(case.hours, earliest)
    return at if at is None or at == earliest else next_opening(case.hours, at + case.spread)


def _task_time(case: Case, stretch: _Stretch, wanted: int) -> int:
    """Return when a person's task is prepared: early enough for the person, in the hours in which people work."""
    end = stretch.end
    if end is None or wanted <= end - LEAD:
        at = next_opening(case.hours, max(wanted, stretch.begin))
        if at is not None and (end is None or at <= end - LAST_MOMENT):
            return at
    target = max(stretch.begin, wanted if end is None else min(wanted, end - LEAD))
    at = last_opening(case.hours, target, stretch.begin)
    return _with_time_to_work(case, at, stretch.begin) if at is not None else target


def _with_time_to_work(case: Case, at: int, begin: int) -> int:
    """A task that comes up when everybody goes home is not prepared but left: then it comes up earlier that day."""
    if not why_closed(case.hours, at + WORK):
        return at
    earlier = last_opening(case.hours, at - WORK, begin)
    if earlier is None:
        return at
    minute = (earlier + 1) // MINUTE * MINUTE
    return minute if minute >= begin and not why_closed(case.hours, minute) else earlier


def _reason(case: Case, route: Route, wanted: int, at: int) -> str:
    if case.hardship:
        return case.hardship
    if route.person_only:
        return "person_must_write"
    if case.angry:
        return "angry"
    if case.elsewhere:
        return "elsewhere"
    if at < wanted:
        return "window_closes"
    if at == wanted:
        return ""
    return why_closed(case.hours, wanted) or ("connection" if case.held_until > wanted else "window_opens")


def _closed(case: Case, visibility: Visibility, wanted: int) -> Plan:
    """No way leads there: a person decides what becomes of it."""
    at = next_opening(case.hours, wanted) or wanted
    reason = "window" if visibility == Visibility.PRIVATE else "no_route"
    is_logged = case.head.identity.channel in logged.KINDS
    return Plan(at, Doer.PERSON, visibility, reason="call_back" if is_logged else reason)


def _cost(offer: Plan, wanted: int) -> int:
    """Return how far an offer is from what was wished; that a person must do it counts as half a day."""
    return abs((offer.at or 0) - wanted) + (LEAD if offer.doer == Doer.PERSON else 0)


def spread(conversation: str, width: int) -> int:
    """An offset below ``width`` (milliseconds, at least 1) that is always the same for a conversation.

    A thousand promises for one moment then come due one after the other, and a plan made twice is one plan.
    """
    if width < 1:
        raise ValueError("nothing to spread over")
    return int.from_bytes(blake2b(conversation.encode(), digest_size=8).digest(), "big") % width
