"""The connections, and the promises without a schedule, read with the functions' own code.

The caller has set the environment that it reads (``infra.doctor.__main__``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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


def protected(client: Any, table: str) -> bool:
    """Return whether the table refuses to be deleted."""
    return bool(client.describe_table(TableName=table)["Table"].get("DeletionProtectionEnabled"))
