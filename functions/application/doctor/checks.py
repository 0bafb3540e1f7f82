"""Checks of connections, their secrets, tokens, webhooks and schedules. Pure: times are milliseconds and come along."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from application.doctor.outcomes import Outcome, Unread, Unseen, finding, unseen
from conversations import prices

if TYPE_CHECKING:
    from channels.base import Channel
    from storage.connections import Connection
    from storage.outreach_budgets import Budget

    Channels = Mapping[str, Channel]

CARE = 900_000
"""Milliseconds between two looks at the connections (listen)."""
IN_ONE_LOOK = 20
"""Connections looked after at once (``application.connections.health.MOST``)."""
LOOKS_MISSED = 3
"""Looks that may be missed before somebody is told."""
ENDS_SOON = 14 * 86_400_000
"""Milliseconds before the end of a token that a person has to replace at which they are told."""


class Secret(Struct, frozen=True):
    """The state of a connection's parameter, without its values."""

    is_whole: bool = True
    """It is the JSON document that it has to be."""
    filled: frozenset[str] = frozenset()
    """The names of the secrets that it has."""


def secret_of(value: str) -> Secret:
    """Return what is told of a parameter, by what it holds."""
    try:
        return Secret(
            is_whole=True, filled=frozenset(key for key, kept in json.loads(value)["secrets"].items() if kept)
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        return Secret(is_whole=False)


def label(connection: Connection) -> str:
    """Return what a connection is called in a finding."""
    return f"{connection.channel}/{connection.name}"


def connections(every: Sequence[Connection], known: Channels, now: int) -> Iterator[Outcome]:
    """Find accounts that do not work, that a person stopped, or that nobody looks after."""
    if not every:
        yield finding("connections", "none")
    looks = -(-len(every) // IN_ONE_LOOK)
    for each in every:
        if code := _trouble(each, known, now - (looks + LOOKS_MISSED) * CARE):
            yield finding("connections", code, connection=label(each))
        elif not each.looked_at:
            yield unseen("connections", Unseen.NOT_YET, label(each))


def _trouble(connection: Connection, known: Channels, looked_since: int) -> str:
    if connection.channel not in known:
        return "unknown_channel"
    if connection.held:
        return "stopped"
    if connection.problem in {"auth", "policy"}:
        return "refused" if connection.problem == "auth" else "restricted"
    return "neglected" if 0 < connection.looked_at < looked_since else ""


def secrets(
    every: Sequence[Connection], known: Channels, read: Mapping[str, Secret | Unread | None]
) -> Iterator[Outcome]:
    """Find connections whose secrets are missing, broken or incomplete; ``read`` by the connections' labels."""
    for each in every:
        secret = read.get(label(each))
        if isinstance(secret, Unread):
            yield unseen("secrets", secret.reason, label(each))
        elif secret is None:
            yield finding("secrets", "missing", connection=label(each))
        elif not secret.is_whole:
            yield finding("secrets", "broken", connection=label(each))
        else:
            yield from _contents(each, secret, known)


def _contents(connection: Connection, secret: Secret, known: Channels) -> Iterator[Outcome]:
    needed = known[connection.channel].capabilities.secret_names if connection.channel in known else ()
    if missing := [each for each in needed if each not in secret.filled]:
        yield finding("secrets", "incomplete", connection=label(connection), names=", ".join(missing))


def tokens(every: Sequence[Connection], known: Channels, now: int) -> Iterator[Outcome]:
    """Find tokens that ended, and those that end soon and that nobody renews but a person."""
    for each in every:
        if not each.token_until:
            continue
        if each.token_until <= now:
            yield finding("tokens", "ended", connection=label(each))
        elif each.token_until <= now + ENDS_SOON and not (
            each.channel in known and known[each.channel].capabilities.renews
        ):
            days = (each.token_until - now) // 86_400_000
            yield finding("tokens", "ending", connection=label(each), days=days)


def budgets(read: Mapping[tuple[str, str], Budget]) -> Iterator[Outcome]:
    """Find connections that used most of their budget, so that their platforms are polled less often."""
    for (channel, name), budget in sorted(read.items()):
        if budget.warns:
            fields = {"used": _dollars(budget.used), "limit": _dollars(budget.limit)}
            code = "exhausted" if budget.is_exhausted else "near"
            yield finding("budgets", code, connection=f"{channel}/{name}", **fields)


def _dollars(amount: int) -> str:
    return f"{prices.dollars(amount):.2f}"


def webhooks(every: Sequence[Connection], known: Channels, pattern: str) -> Iterator[Outcome]:
    """Find connections that the platform does not call, or not at the address that the stack has now."""
    for each in every:
        if not (each.channel in known and known[each.channel].receives and each.webhook) or each.held:
            continue
        if each.webhook != pattern.replace("{channel}", each.channel).replace("{connection}", each.name):
            yield finding("webhooks", "elsewhere", connection=label(each))
        elif each.hooked == "no":
            yield finding("webhooks", "lost", connection=label(each))
        elif each.hooked != "yes":
            yield unseen("webhooks", Unseen.PLATFORM if each.hooked else Unseen.NOT_YET, label(each))


def polls(
    every: Sequence[Connection], known: Channels, names: Mapping[str, str], there: Collection[str]
) -> Iterator[Outcome]:
    """Find connections that have to be asked and have no schedule; ``names`` of those by the connections' labels."""
    for each in every:
        asked = each.channel in known and known[each.channel].capabilities.poll_seconds and not each.held
        if asked and names[label(each)] not in there:
            yield finding("schedules", "not_asked", connection=label(each))


def console_parameters(read: Mapping[str, str | None]) -> Iterator[Outcome]:
    """Find parameters in SSM that the console needs and that are not there or hold something else."""
    for name, value in read.items():
        if value is None:
            yield finding("parameters", "missing", name=name)
        elif not _is_as_made(name, value):
            yield finding("parameters", "broken", name=name)


def _is_as_made(name: str, value: str) -> bool:
    if name.endswith("/webhook"):
        return "{channel}" in value and "{connection}" in value
    try:
        return set(json.loads(value)) >= {"client_id", "sign_in_url", "cognito_url"}
    except (ValueError, TypeError):
        return False
