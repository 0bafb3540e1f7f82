"""The connections, and the promises without a schedule, read with the functions' own code.

The caller has set the environment that it reads (``infra.doctor.__main__``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from application.doctor.search_checks import SearchState
    from storage.connections import Connection
    from storage.outreach_budgets import Budget


def connections() -> list[Connection]:
    """Return all connections."""
    from storage import connections as stored_connections

    return stored_connections.connections()


def budgets(every: list[Connection], now: int) -> dict[tuple[str, str], Budget]:
    """Return the budgets of connections in the month of a time (milliseconds), by channel and name."""
    from storage import outreach_budgets

    return outreach_budgets.read_all([(each.channel, each.name) for each in every], now)


def schedule_names(every: list[Connection]) -> dict[str, str]:
    """Return the names of the schedules with which connections are asked, by the connections' labels."""
    from application.doctor.checks import label
    from aws import schedules

    return {label(each): schedules.listen_name(each.channel, each.name) for each in every}


def search_states() -> list[SearchState]:
    """Return all searches with the positions of their sources."""
    from application.doctor.search_checks import SearchState
    from storage import searches

    return [SearchState(each, searches.cursors(each.id)) for each in searches.every()]


def clock_names(every: list[SearchState]) -> dict[tuple[str, str], str]:
    """Return the names of the schedules of searches, by search and kind of source."""
    from aws import schedules
    from outreach.searches import kinds

    found = [(state.search.id, kind) for state in every for kind in kinds(state.search)]
    return {each: schedules.search_name(*each) for each in found}


def protected(client: Any, table: str) -> bool:
    """Return whether the table refuses to be deleted."""
    return bool(client.describe_table(TableName=table)["Table"].get("DeletionProtectionEnabled"))
