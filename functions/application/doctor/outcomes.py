"""Outcomes of the checks: in order, a finding with the one next step, not looked at, or nothing to look at. Pure.

Their texts are ``doctor.<check>.<code>`` and, for the next step, ``doctor.<check>.<code>.next``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import TypeVar

from msgspec import Struct, field

T = TypeVar("T")


class State(StrEnum):
    """The result of a check. What was not looked at is never in order."""

    OK = "ok"
    FINDING = "finding"
    UNSEEN = "unseen"
    UNNEEDED = "unneeded"


class Severity(StrEnum):
    """An error keeps something from working; a warning does not yet, or not everything."""

    ERROR = "error"
    WARNING = "warning"


class Unseen(StrEnum):
    """Reasons why something was not looked at."""

    DENIED = "denied"
    """AWS refuses to tell these credentials."""
    FAILED = "failed"
    """The question was not answered."""
    NOT_YET = "not_yet"
    """It is looked at by itself within a quarter of an hour."""
    PLATFORM = "platform"
    """The platform does not tell."""
    BY_COMMAND = "by_command"
    """The console's role may not see it; ``make doctor`` does."""


class Unneeded(StrEnum):
    """Reasons why there is nothing to look at."""

    LOCAL = "local"
    """The embedded stack has no such thing."""
    NO_MAIL = "no_mail"


E, W = Severity.ERROR, Severity.WARNING
CHECKS: Mapping[str, Mapping[str, Severity]] = {
    "stack": {"unfinished": E, "unprotected": W},
    "parameters": {"missing": E, "broken": E},
    "hardening": {"any_network": E, "password_sign_in": W, "plain_http": W},
    "connections": {"none": W, "unknown_channel": E, "stopped": W, "refused": E, "restricted": E, "neglected": E},
    "secrets": {"missing": E, "broken": E, "incomplete": E},
    "rights": {"plain": E, "stray": W, "unreadable": E, "too_readable": E},
    "tokens": {"ended": E, "ending": W},
    "webhooks": {"lost": E, "elsewhere": E},
    "budgets": {"near": W, "exhausted": W},
    "searches": {"refused": W, "no_source": W, "not_permitted": E, "no_youtube": E, "failing": E, "silent": E},
    "schedules": {"missing": E, "disabled": E, "aimless": E, "not_asked": E, "not_searched": E, "lost": E},
    "queues": {"letters": E},
    "alarms": {"no_topic": E, "missing": E, "nobody": E, "unconfirmed": E, "silenced": W, "ringing": E},
    "mail": {"sandbox": E, "stopped": E, "unverified": E, "inactive": E},
    "quotas": {"concurrency": E, "mails": W, "schedules": W},
    "agents": {"no_admin": E},
    "clock": {"off": E},
}
"""All checks, in the order in which they are shown, with the codes of their findings."""


class Outcome(Struct, frozen=True):
    """The outcome of one check, or of one part of it; ``fields`` fill the placeholders of its text."""

    check: str
    state: State
    code: str = ""
    severity: Severity | None = None
    fields: Mapping[str, str] = field(default_factory=dict)


class Unread(Struct, frozen=True):
    """The place of something that could not be read: why, and what would have been asked."""

    reason: Unseen
    detail: str = ""


def finding(check: str, code: str, **fields: object) -> Outcome:
    """Return a finding; raises ``KeyError`` for one that is not in ``CHECKS``."""
    written = {name: str(value) for name, value in fields.items()}
    return Outcome(check, State.FINDING, code, CHECKS[check][code], written)


def unseen(check: str, reason: Unseen, detail: str = "") -> Outcome:
    """Return that something was not looked at, and why; ``detail`` names it."""
    return Outcome(check, State.UNSEEN, reason, None, {"detail": detail})


def unneeded(check: str, reason: Unneeded) -> Outcome:
    """Return that there is nothing to look at, and why."""
    return Outcome(check, State.UNNEEDED, reason)


def judge(check: str, reading: T | Unread, look: Callable[[T], Iterable[Outcome]]) -> list[Outcome]:
    """Return what a check finds in what was read: in order if nothing, not looked at if it could not be read."""
    if isinstance(reading, Unread):
        return [unseen(check, reading.reason, reading.detail)]
    return list(look(reading))


def complete(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """Return all checks in their order: a check of which every part was looked at without a finding is in order.

    Raises ``KeyError`` for a check that is not in ``CHECKS``.
    """
    by_check: dict[str, list[Outcome]] = {check: [] for check in CHECKS}
    for outcome in outcomes:
        by_check[outcome.check].append(outcome)
    return [each for check, found in by_check.items() for each in found or [Outcome(check, State.OK)]]


def exit_status(outcomes: Iterable[Outcome]) -> int:
    """Return 1 where there is a finding, else 2 where something could not be looked at, else 0.

    What a platform does not tell anybody could never be looked at, and does not count.
    """
    seen = list(outcomes)
    if any(each.state == State.FINDING for each in seen):
        return 1
    return 2 if any(each.state == State.UNSEEN and each.code != Unseen.PLATFORM for each in seen) else 0
