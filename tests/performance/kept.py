"""Lets what a process has read last until its requests are counted, and waits for the answer to each of them.

How often something is read again, or asked once more as no answer came in time, depends on the machine, and says
nothing of what is counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

from aws import clients
from storage import agents, connection_accounts, connections, customer_cards, routing_rules, team_names, teams

LONG = 86_400.0
TIMES: tuple[tuple[ModuleType, str, float], ...] = (
    *((module, "KEPT", LONG) for module in (agents, connection_accounts, customer_cards, team_names, teams)),
    (routing_rules, "KEPT", LONG),
    (connections, "CONNECTION_KEPT", LONG),
    (connections, "SIGN_KEPT", LONG * 1000),
    (clients, "READ_TIMEOUT", 300),
)
"""Times for which rules, lists and connections are kept, how rarely it is noted that a connection lives, and for how
long clients that are made from now on wait."""


def keep_what_is_read() -> None:
    """Keep it for a day, in a process that does nothing but count."""
    for module, name, long in TIMES:
        setattr(module, name, type(getattr(module, name))(long))


@contextmanager
def kept() -> Iterator[None]:
    """Keep it until the block ends."""
    before = [(module, name, getattr(module, name)) for module, name, _ in TIMES]
    keep_what_is_read()
    try:
        yield
    finally:
        for module, name, seconds in before:
            setattr(module, name, seconds)
