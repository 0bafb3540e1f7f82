"""Connections in the table, without their secrets: what people set, and how each is."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from conversations.actions import NEEDS_PERSON
from shared import settings
from storage import keys, table, team_names, writes
from storage.connection_items import BY_SEND, CONNECTION, EVENT, GAP, SEND, Connection, Gap
from storage.schema import to_json
from storage.team_names import DEFAULT_TEAM

if TYPE_CHECKING:
    from collections.abc import Mapping

    from storage.attribute_values import Item
    from storage.keys import Key
    from storage.writes import Write

__all__ = ["BY_SEND", "CONNECTION", "EVENT", "NEEDS_PERSON", "SEND", "Connection", "Gap"]

CONNECTION_KEPT = 300.0
"""Seconds for which the team and the options of a connection are not read again."""
PARTITION = "connections"
OPTION_TRIES = 8
SIGN_KEPT = 300_000
"""Milliseconds for which a sign of life is not noted again."""


# -- connections ------------------------------------------------------------------------------------------------------


def put_connection(
    channel: str,
    name: str,
    account_id: str,
    account_name: str,
    team: str | None = DEFAULT_TEAM,
    options: Mapping[str, str] | None = None,
) -> None:
    """Make a connection known, and its team; None leaves team or options as they are. Its secrets are not here.

    A problem that it had is removed, as new secrets were given and are to be tried.
    """
    sets, removes, values = ["i = :i"], [*_PROBLEM], {"i": account_id}
    if team is not None:
        sets, values = [*sets, "team = :team"], values | {"team": team}
    if account_name:
        sets, values = [*sets, "n = :n"], values | {"n": account_name}
    else:
        removes.append("n")
    if options is not None:
        sets, values = [*sets, "#options = :options"], values | {"options": json_of(options)}
    table.update(
        key_of(channel, name),
        f"SET {', '.join(sets)} REMOVE {', '.join(f'#{each}' for each in removes)}",
        names={f"#{each}": each for each in removes} | ({"#options": "options"} if options is not None else {}),
        **values,
    )
    if team is not None:
        team_names.note(team)
    _connections.clear()


def drop_connection(channel: str, name: str) -> None:
    """Take a connection off the list; what was said over it stays."""
    table.delete(key_of(channel, name))
    _connections.clear()
    team_names.forget()


def note_connection(channel: str, name: str, **marks: str | int) -> None:
    """Note how a connection is, by the names of ``Connection``; an empty mark is taken away. No connection is made.

    One of ``held``, ``webhook``, ``hooked``, ``hooked_at``, ``missed_since``, ``missed_until``, ``error``,
    ``error_at``, ``token_until``, ``rotating``, ``checked_at``, ``looked_at``, ``asked_at``, ``last_event_at``,
    ``parked``, ``resumed_at``, ``gap``; ``gap`` as JSON.
    """
    stored = {CONNECTION.attribute_of(mark): value for mark, value in marks.items()}
    sets = [f"#{each} = :{each}" for each, value in stored.items() if value]
    removes = [f"#{each}" for each, value in stored.items() if not value]
    expression = " ".join(f"{verb} {', '.join(parts)}" for verb, parts in (("SET", sets), ("REMOVE", removes)) if parts)
    with suppress(table.Conflict):  # it is gone
        table.update(
            key_of(channel, name),
            expression,
            "attribute_exists(pk)",
            {f"#{each}": each for each in stored},
            **{each: value for each, value in stored.items() if value},
        )


def change_options(channel: str, name: str, changed: Mapping[str, str]) -> None:
    """Set some options of a connection, and leave the others as they are at that moment, also where others change them.

    No connection is made. Raises ``table.Conflict`` where others change them again and again.
    """
    key = key_of(channel, name)
    if not changed:
        return
    for _ in range(OPTION_TRIES):
        item = table.get(*key)
        if item is None:
            return
        options = json_of({**_connection_of(item).options, **changed})
        is_same = "#o = :before" if "options" in item else "attribute_exists(pk) AND attribute_not_exists(#o)"
        before = {"before": item["options"]} if "options" in item else {}
        with suppress(table.Conflict):
            table.update(key, "SET #o = :options", is_same, {"#o": "options"}, options=options, **before)
            _connections.clear()
            return
    raise table.Conflict


def note_gap(channel: str, name: str, gap: Gap) -> None:
    """Note a time in which a platform was not heard, in the place of the one before; it has been dealt with."""
    note_connection(channel, name, gap=gap_mark(gap), missed_since=0, missed_until=0)


def gap_mark(gap: Gap) -> str:
    """Return a gap as ``note_connection`` takes it."""
    return to_json(GAP.write(gap))


_PROBLEM = ("problem", "until", "pause", "error", "error_at", "by")


def connection(channel: str, name: str) -> Connection:
    """Return a connection as it is now; one nobody described is taken to be well and the default team's."""
    return of_item(channel, name, table.get(*key_of(channel, name)))


def of_item(channel: str, name: str, item: Item | None) -> Connection:
    """Return a connection from its item, read just now (None for no item); its team and options are kept."""
    found = _connection_of(item or writes.key_item(key_of(channel, name)))
    if found.account_id:  # one that nobody described yet soon will be
        _connections[settings.table_name(), channel, name] = (time.monotonic() + CONNECTION_KEPT, found)
    return found


def is_free(connection: Connection) -> bool:
    """Return whether nothing holds messages back: no problem, nobody who stopped it, none that wait already."""
    return not (connection.problem or connection.held or connection.parked)


def connections() -> list[Connection]:
    """All connections, by channel and name."""
    items = table.query("pk = :pk", pk=PARTITION)
    return [_connection_of(item) for item in items]


def connection_names() -> frozenset[tuple[str, str]]:
    """Channel and name of every connection, as it is now; raises ``table.NotStored`` where that cannot be read."""
    return frozenset(keys.connection_of(item) for item in table.parts(PARTITION, "sk"))


def _connection_of(item: Item) -> Connection:
    channel, name = keys.connection_of(item)
    return CONNECTION.read(item, channel=channel, name=name)


def is_item(item: Item) -> bool:
    """Return whether an item is that of a connection."""
    return item["pk"] == PARTITION


def json_of(options: Mapping[str, str]) -> str:
    """Options as an item holds them."""
    return json.dumps(dict(options), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def options_of(channel: str, name: str) -> Mapping[str, str]:
    """The settings of a connection that are no secrets; kept for minutes."""
    return _kept(channel, name).options


def team_of(channel: str, name: str) -> str:
    """The team for a conversation that begins. Kept for minutes: or the first message reads twice as much."""
    return _kept(channel, name).team


def _kept(channel: str, name: str) -> Connection:
    """A connection as it was some minutes ago at most: for what people set, and not for how it is just now."""
    key, now = (settings.table_name(), channel, name), time.monotonic()
    kept = _connections.get(key)
    return kept[1] if kept and kept[0] > now else connection(channel, name)


_connections: dict[tuple[str, str, str], tuple[float, Connection]] = {}


def give_connection(channel: str, name: str, team: str) -> Write:
    """The part of a transaction that gives what begins on a connection to a team; it fails where there is none."""
    key = key_of(channel, name)
    return writes.update(key, "SET team = :team", "attribute_exists(pk)", team=team)


def note_sign(channel: str, name: str, sign: str, now: int, noted_at: int = 0) -> None:
    """Note a sign of life of a connection, ``EVENT`` or ``SEND``; at most once in a while, since it costs a write.

    ``noted_at`` is the last one that was read in the table, of whatever process: within the while it is not written.
    """
    key = (settings.table_name(), channel, name, sign)
    if max(_signs.get(key, 0), noted_at) > now - SIGN_KEPT:
        return
    _signs[key] = now
    condition = "attribute_exists(pk) AND (attribute_not_exists(#sign) OR #sign < :earlier)"
    with suppress(table.Conflict):  # others noted it, or there is no such connection
        table.update(
            key_of(channel, name),
            "SET #sign = :now",
            condition,
            {"#sign": sign},
            now=now,
            earlier=now - SIGN_KEPT,
        )


_signs: dict[tuple[str, str, str, str], int] = {}


def is_connected() -> bool:
    """Return whether there is any connection, so that customers can write to the company."""
    return any(table.query("pk = :pk", limit=1, pk=PARTITION))


def pause_connection(channel: str, name: str, problem: str, until: int, pause: int, by: str = "") -> None:
    """Note that a connection cannot send until a time, after a pause of so many seconds. No connection is made.

    A problem is an error that is remembered, also when it is over; ``by`` says who reported it.
    """
    values = {"problem": problem, "until": until, "pause": pause, "at": until - pause * 1000}
    reported = ", #by = :by" if by else " REMOVE #by"
    values |= {"by": by} if by else {}
    names = {"#until": "until", "#by": "by", "#error": "error", "#at": "error_at"}
    expression = "SET problem = :problem, #until = :until, pause = :pause, #error = :problem, #at = :at"
    with suppress(table.Conflict):  # it is gone
        table.update(key_of(channel, name), f"{expression}{reported}", "attribute_exists(pk)", names, **values)


def lift_pause(found: Connection, pause: int = 0) -> bool:
    """Have a connection tried again at once; ``pause`` (seconds) is remembered, in case the problem stays.

    Return whether that was done: a pause that was noted after the connection was read stays.
    """
    values = {"none": "", "free": 0, "pause": pause, "problem": found.problem, "before": found.paused_until}
    names = {"#until": "until", "#by": "by"}
    expression = "SET problem = :none, #until = :free, pause = :pause REMOVE #by"
    try:
        table.update(
            key_of(found.channel, found.name), expression, "problem = :problem AND #until = :before", names, **values
        )
    except table.Conflict:
        return False
    return True


def account_ids(channel: str) -> list[str]:
    """Return the ids of our accounts on a channel."""
    return [each.account_id for each in connections() if each.channel == channel and each.account_id]


def connections_of(team: str) -> list[str]:
    """The connections that belong to a team, as ``channel/name``."""
    return [f"{each.channel}/{each.name}" for each in connections() if each.team == team]


def key_of(channel: str, name: str) -> Key:
    """Return the key of a connection's item."""
    return PARTITION, f"{channel}/{name}"
