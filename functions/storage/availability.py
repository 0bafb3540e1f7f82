"""The status of each agent, whose turn it is in each team, and which conversation a request for the next one gave."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from conversations.availability import Availability, Presence
from storage import table, writes
from storage.change_counters import MARK
from storage.schema import Schema, chosen

if TYPE_CHECKING:
    from storage.writes import Write

PARTITION = "availability"
KEPT = 90 * 86_400
"""Seconds."""
CLAIM_KEPT = 86_400
"""Seconds."""

AVAILABILITY = Schema(
    Availability,
    name="n",
    status=chosen("st", Presence),
    capacity="cap",
    since="since",
    at="at",
)
"""The id of the agent stands in the key."""


class Turn(Struct, frozen=True):
    """The agent to whom a conversation of a team was assigned last by rule."""

    agent_id: str


class Claim(Struct, frozen=True):
    """The conversation that a request for the next one was given."""

    conversation: str


TURN = Schema(Turn, agent_id="last")
CLAIM = Schema(Claim, conversation="conversation")


def put(availability: Availability) -> None:
    """Keep the status of an agent."""
    expires = availability.at // 1000 + KEPT
    table.put(AVAILABILITY.item((PARTITION, availability.agent_id), availability, expires))


def of_agent(agent_id: str) -> Availability:
    """Return the status of an agent; away, for one who never said anything."""
    item = table.get(PARTITION, agent_id)
    return AVAILABILITY.read(item, agent_id=agent_id) if item else Availability(agent_id)


def of_all() -> dict[str, Availability]:
    """Return the status of all agents who said something, by id."""
    items = table.query("pk = :pk", pk=PARTITION)
    return {item["sk"]: AVAILABILITY.read(item, agent_id=item["sk"]) for item in items}


def last_in_turn(team: str) -> str:
    """Return the id of the agent to whom a conversation of a team was assigned last by rule; empty for none."""
    item = table.get(f"turn#{team}", MARK)
    return TURN.read(item).agent_id if item else ""


def turn(team: str, agent_id: str) -> Write:
    """Return the write that notes to whom a conversation of a team was assigned by rule."""
    return writes.put(TURN.item((f"turn#{team}", MARK), Turn(agent_id)))


def claimed(request_key: str) -> str:
    """Return the conversation that a request was given before; empty for none."""
    item = table.get(f"next#{request_key}", MARK) if request_key else None
    return CLAIM.read(item).conversation if item else ""


def claim(request_key: str, conversation: str, now: int) -> list[Write]:
    """Return the write that notes which conversation a request was given, once; none for a request without a key."""
    item = CLAIM.item((f"next#{request_key}", MARK), Claim(conversation), now // 1000 + CLAIM_KEPT)
    return [writes.put(item, "attribute_not_exists(pk)")] if request_key else []
