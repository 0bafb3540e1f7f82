"""The checks as far as the console's role may make them.

It reads the table, and the parameters that the console reads anyhow. Of all else it says that it was not looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import channels
from application.doctor import checks, outcomes, search_checks
from application.doctor.outcomes import Unread, Unseen
from application.doctor.search_checks import SearchState
from aws import parameters
from shared import settings
from storage import connections, outreach_budgets, searches

if TYPE_CHECKING:
    from collections.abc import Iterator

    from application.doctor.checks import Secret
    from application.doctor.outcomes import Outcome
    from storage.connections import Connection

BY_COMMAND = ("stack", "hardening", "rights", "schedules", "queues", "alarms", "mail", "quotas", "agents", "clock")
"""Checks of what the console has no right to see."""
DENIED = "AccessDeniedException"


def look(now: int) -> list[Outcome]:
    """Return the outcome of each check."""
    return list(outcomes.complete(_looked(now)))


def _looked(moment: int) -> Iterator[Outcome]:
    every, known = connections.connections(), {name: channels.get(name) for name in channels.names()}
    names = (settings.sign_in_parameter(), settings.webhook_parameter())
    read = {name: _parameter(name) for name in names}
    yield from checks.console_parameters(read)
    yield from checks.connections(every, known, moment)
    yield from checks.secrets(every, known, {checks.label(each): _secret(each) for each in every})
    yield from checks.tokens(every, known, moment)
    yield from checks.budgets(outreach_budgets.read_all([(each.channel, each.name) for each in every], moment))
    if pattern := read[settings.webhook_parameter()]:
        yield from checks.webhooks(every, known, pattern)
    else:
        yield outcomes.unseen("webhooks", Unseen.FAILED, settings.webhook_parameter())
    states = [SearchState(each, searches.cursors(each.id)) for each in searches.every()]
    yield from search_checks.searches(states, {checks.label(each) for each in every if each.held}, moment)
    yield from (outcomes.unseen(check, Unseen.BY_COMMAND) for check in BY_COMMAND)


def _parameter(name: str) -> str | None:
    try:
        return parameters.read(name)
    except parameters.NoParameter:
        return None


def _secret(connection: Connection) -> Secret | Unread | None:
    try:
        name = parameters.name(settings.connections_path(), connection.channel, connection.name)
        return checks.secret_of(parameters.read(name))
    except parameters.NoParameter:
        return None
    except parameters.Unavailable as error:
        return Unread(Unseen.DENIED if str(error) == DENIED else Unseen.FAILED, str(error))
