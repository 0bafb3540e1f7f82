"""Messages of a page over its live connection: what it looks at, that somebody types, and whether all is well.

Each is a small JSON object: ``{"action": "look", "lists": true, "teams": […], "conversation": "…"}``, ``{"action":
"type", "typing": true}``, ``{"action": "ping"}``. No team named is all of them; without lists, no team's list is shown.
What is none of these closes the connection, and so do too many.
"""

from __future__ import annotations

import json
from typing import Any

from msgspec.structs import replace

from application import presence
from aws import clients, live_pushes
from conversations import identity
from conversations.facts import Author
from live import viewers
from live.viewers import Seen
from shared.telemetry import count, logger
from storage import live_connections
from storage.live_connections import Connection

LARGEST = 8192
"""Characters of a message: a hundred teams' names."""
MOST_TEAMS, LONGEST_NAME = 200, 100
MOST_A_MINUTE = 120
"""Messages of one connection; people cause some twenty a minute."""
ACTIONS = ("look", "type", "ping")


class _Refused(Exception):
    """No page of ours would have sent it."""


def take(connection_id: str, body: str, now: int) -> None:
    """Carry out a message, and answer it with the state of what the page looks at."""
    connection = live_connections.get(connection_id)
    if connection is None or connection.until <= now:
        viewers.close(connection_id, now)
        live_pushes.close(connection_id)
        return
    try:
        wish = _wish(body)
        connection = _counted(connection, now)
    except _Refused as refusal:
        logger.warning("Live connection closed", reason=str(refusal))
        count("LiveRefused")
        viewers.close(connection_id, now)
        live_pushes.close(connection_id)
        return
    _carry_out(connection, wish, now)


def _carry_out(connection: Connection, wish: dict[str, Any], now: int) -> None:
    looks, begins = connection, wish["action"] == "look"
    if begins:
        shown = wish["conversation"]
        looks = replace(connection, teams=tuple(wish["teams"]), without_lists=not wish["lists"], conversation=shown)
    # First this: what changes from here on is pushed, and what changed before is in what is read next.
    if not live_connections.replace(looks):
        return  # it was closed meanwhile
    seen = viewers.look(looks, now, as_it_is=begins)
    if looks.conversation and seen.pulse.version is None:
        looks = replace(looks, conversation="")
        live_connections.replace(looks)
    if connection.conversation and connection.conversation != looks.conversation:
        viewers.leave(connection, now)
    if looks.conversation:
        comes = looks.conversation != connection.conversation
        presence.mark(looks.conversation, Author(looks.agent, looks.name), wish["typing"], seen.pulse, now, comes)
    if wish["action"] != "type":
        _answer(looks, seen, now)


def _answer(connection: Connection, seen: Seen, now: int) -> None:
    try:
        live_pushes.post(connection.id, {"type": "pulse"} | viewers.document(connection, seen, now))
    except clients.failures() as failure:
        logger.warning("Push failed", reason=clients.code_of(failure))


def _counted(connection: Connection, now: int) -> Connection:
    """Return a connection with one message more; raises ``_Refused`` for one too many."""
    minute = now // 60_000
    messages = connection.messages + 1 if connection.minute == minute else 1
    if messages > MOST_A_MINUTE:
        raise _Refused("too many messages")
    return replace(connection, minute=minute, messages=messages)


def _wish(body: str) -> dict[str, Any]:
    """Return what a message asks for; raises ``_Refused``."""
    try:
        wish = json.loads(body) if len(body) <= LARGEST else None
    except (ValueError, RecursionError):
        wish = None
    if not isinstance(wish, dict) or wish.get("action") not in ACTIONS:
        raise _Refused("not a message")
    teams, conversation = wish.get("teams") or [], wish.get("conversation") or ""
    if not _are_names(teams) or not _is_id(conversation):
        raise _Refused("not a message")
    return {
        "action": wish["action"],
        "lists": wish.get("lists") is not False,
        "teams": teams,
        "conversation": conversation,
        "typing": wish.get("typing") is True,
    }


def _are_names(teams: object) -> bool:
    return (
        isinstance(teams, list)
        and len(teams) <= MOST_TEAMS
        and all(isinstance(each, str) and 0 < len(each) <= LONGEST_NAME for each in teams)
    )


def _is_id(conversation: object) -> bool:
    return conversation == "" or (
        isinstance(conversation, str) and identity.CONVERSATION_ID.fullmatch(conversation) is not None
    )
