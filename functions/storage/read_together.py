"""Items of several kinds that a plan depends on, each as it is now, in one BatchGetItem."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage import connections, customers, table

if TYPE_CHECKING:
    from storage.connections import Connection
    from storage.customers import Customer


def connection_and_customers(
    channel: str, connection: str, *customer_ids: str | None
) -> tuple[Connection, list[Customer]]:
    """Return a connection, and the record of each customer on it; an empty one where the platform names nobody."""
    key = connections.key_of(channel, connection)
    records = [customers.record_key(channel, connection, each) if each else None for each in customer_ids]
    found = table.get_many({key, *(record for record in records if record)}, as_it_is=True)
    known = [customers.of_item(found.get(record) if record else None) for record in records]
    return connections.of_item(channel, connection, found.get(key)), known
