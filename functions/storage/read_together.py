"""Items of several kinds that are needed together, in one BatchGetItem."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage import change_counters, connections, customers, read_marks, table

if TYPE_CHECKING:
    from storage.change_counters import Counted
    from storage.connections import Connection
    from storage.customers import Customer
    from storage.read_marks import Marks


def connection_and_customers(
    channel: str, connection: str, *customer_ids: str | None
) -> tuple[Connection, list[Customer]]:
    """Return a connection and records of customers on it, as they are now; an empty one where nobody is named."""
    key = connections.key_of(channel, connection)
    records = [customers.record_key(channel, connection, each) if each else None for each in customer_ids]
    items = table.get_many({key, *(record for record in records if record)}, as_it_is=True)
    known = [customers.of_item(items.get(record) if record else None) for record in records]
    return connections.of_item(channel, connection, items.get(key)), known


def counters_and_marks(agent_id: str, now: int) -> tuple[Counted, Marks]:
    """Return the counters of changes and what an agent has read, perhaps a moment old, at a time (milliseconds).

    From now on changes are counted for a while, so what is shown beside the counters is to be read after them.
    """
    wanted, marks_in = read_marks.to_read(agent_id, now)
    items = table.get_many([change_counters.COUNTS, *wanted])
    return change_counters.watched(items.get(change_counters.COUNTS, {}), now), marks_in(items)
