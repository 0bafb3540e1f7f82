"""Whom the house knows in the table: connections, the teams that have some, and looked-up names."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from shared import settings
from storage import table, writes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conversations.model import Author
    from storage.writes import Write

CONNECTION_KEPT = 300.0
"""Seconds for which the team and the options of a connection are not read again."""
TEAMS_KEPT = 30.0
"""Seconds for which the list of teams is not read again."""
EVENT, SEND = "heard", "sent"
"""Signs of life of a connection."""
SIGN_KEPT = 300_000
"""Milliseconds for which a sign of life is not noted again."""
LEFT_KEPT = 86_400
"""Seconds for which a team that was removed is still looked after."""
DEFAULT_TEAM = "service"
NEEDS_PERSON = frozenset({"auth", "policy"})
"""Problems of a connection that a person must solve; a rate limit passes by itself."""


@dataclass(frozen=True, slots=True)
class Connection:
    """What is known of a connection beside its secrets."""

    channel: str
    name: str
    account_id: str = ""
    account_name: str = ""
    team: str = DEFAULT_TEAM
    problem: str = ""
    """Why nothing can be sent at the moment: ``auth``, ``policy``, ``rate``; empty when all is well."""
    paused_until: int = 0
    pause: int = 0
    """How long the last pause was, in seconds: the next one, if the problem stays, is longer."""
    last_event_at: int = 0
    """When the platform last told something (milliseconds), to within five minutes; 0 for never."""
    last_send_at: int = 0
    """When something last went out, as exactly."""
    options: Mapping[str, str] = field(default_factory=dict)
    """Settings of the channel that are no secrets, as in ``channels.base.Credentials``."""
    held: bool = False
    """A person stopped it: nothing is sent and nobody is asked what is new; what a webhook brings is stored."""
    parked: bool = False
    """Messages wait until it works again (``parked``)."""
    webhook: str = ""
    """The address that the platform was told to call; empty where that was never done from here."""
    hooked: str = ""
    """Whether it still calls: ``yes``, ``no``, ``unknown`` where it cannot be asked; empty before the first look."""
    hooked_at: int = 0
    """When that was seen last (milliseconds), if it did."""
    missed_since: int = 0
    missed_until: int = 0
    """Between these moments (milliseconds) the platform's calls may not have arrived; it is to be asked for them."""
    error: str = ""
    """The last thing that went wrong with the connection itself: a reason, and the platform's code."""
    error_at: int = 0
    token_until: int = 0
    """When the token ends (milliseconds); 0 where it does not, or that is not known."""
    checked_at: int = 0
    """When it was last seen that the secrets work."""
    rotating: bool = False
    """Its signing secret was replaced, and the one before still holds beside the new one."""
    looked_at: int = 0
    """When its turn was, last: who waits longest is looked after next."""
    asked_at: int = 0
    """When the platform was last asked what is new, where it has to be asked."""


# -- connections ------------------------------------------------------------------------------------------------------


def put_connection(
    channel: str,
    name: str,
    account_id: str,
    account_name: str,
    team: str = DEFAULT_TEAM,
    options: Mapping[str, str] | None = None,
) -> None:
    """Make a connection known, and its team; None leaves its options as they are. Its secrets are not here.

    What it had of problems is over, as whoever does this brings secrets that are to be tried.
    """
    sets, removes = ["i = :i", "team = :team"], [*_PROBLEM]
    values = {"i": account_id, "team": team}
    if account_name:
        sets, values = [*sets, "n = :n"], values | {"n": account_name}
    else:
        removes.append("n")
    if options is not None:
        sets, values = [*sets, "#options = :options"], values | {"options": json_of(options)}
    table.update(
        ("connections", f"{channel}/{name}"),
        f"SET {', '.join(sets)} REMOVE {', '.join(f'#{each}' for each in removes)}",
        names={f"#{each}": each for each in removes} | ({"#options": "options"} if options is not None else {}),
        **values,
    )
    table.update(("teams", "#"), "ADD #names :team", names={"#names": "names"}, team={team})
    _forget()


def drop_connection(channel: str, name: str) -> None:
    """Take a connection off the list; what was said over it stays."""
    table.delete(("connections", f"{channel}/{name}"))
    _forget()


def _forget() -> None:
    _connections.clear()
    _teams.clear()


def note_connection(channel: str, name: str, **marks: str | int) -> None:
    """Note how a connection is, by the names of ``Connection``; an empty mark is taken away. No connection is made.

    One of ``options``, ``held``, ``webhook``, ``hooked``, ``hooked_at``, ``missed_since``, ``missed_until``, ``error``,
    ``error_at``, ``token_until``, ``rotating``, ``checked_at``, ``looked_at``, ``asked_at``, ``last_event_at``,
    ``parked``; ``options`` as JSON.
    """
    stored = {_MARKS.get(mark, mark): value for mark, value in marks.items()}
    sets = [f"#{each} = :{each}" for each, value in stored.items() if value]
    removes = [f"#{each}" for each, value in stored.items() if not value]
    expression = " ".join(f"{verb} {', '.join(parts)}" for verb, parts in (("SET", sets), ("REMOVE", removes)) if parts)
    with suppress(table.Conflict):  # it is gone
        table.update(
            ("connections", f"{channel}/{name}"),
            expression,
            "attribute_exists(pk)",
            {f"#{each}": each for each in stored},
            **{each: value for each, value in stored.items() if value},
        )
    if "options" in marks:
        _connections.clear()


_PROBLEM = ("problem", "until", "pause", "error", "error_at")
_MARKS = {"last_event_at": EVENT}


def connection(channel: str, name: str) -> Connection:
    """What is known of a connection; one nobody described is taken to be well and the default team's."""
    return _connection_of(channel, name, table.get("connections", f"{channel}/{name}") or {})


def connections() -> list[Connection]:
    """All connections, by channel and name."""
    found = table.query("pk = :pk", pk="connections")
    return [_connection_of(channel, name, item) for item in found for channel, _, name in [item["sk"].partition("/")]]


def connection_names() -> frozenset[tuple[str, str]]:
    """Channel and name of every connection, as it is now; raises ``table.NotStored`` where that cannot be read."""
    found = table.names("connections")
    return frozenset((channel, name) for channel, _, name in (each.partition("/") for each in found))


def _connection_of(channel: str, name: str, found: dict[str, Any]) -> Connection:
    return Connection(
        channel=channel,
        name=name,
        account_id=found.get("i", ""),
        account_name=found.get("n", ""),
        team=found.get("team", DEFAULT_TEAM),
        problem=found.get("problem", ""),
        paused_until=found.get("until", 0),
        pause=found.get("pause", 0),
        last_event_at=found.get(EVENT, 0),
        last_send_at=found.get(SEND, 0),
        options=json.loads(found.get("options", "{}")),
        held=bool(found.get("held")),
        parked=bool(found.get("parked")),
        webhook=found.get("webhook", ""),
        hooked=found.get("hooked", ""),
        hooked_at=found.get("hooked_at", 0),
        missed_since=found.get("missed_since", 0),
        missed_until=found.get("missed_until", 0),
        error=found.get("error", ""),
        error_at=found.get("error_at", 0),
        token_until=found.get("token_until", 0),
        checked_at=found.get("checked_at", 0),
        rotating=bool(found.get("rotating")),
        looked_at=found.get("looked_at", 0),
        asked_at=found.get("asked_at", 0),
    )


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
    if kept and kept[0] > now:
        return kept[1]
    found = connection(channel, name)
    if found.account_id:  # one that nobody described yet soon will be
        _connections[key] = (now + CONNECTION_KEPT, found)
    return found


_connections: dict[tuple[str, str, str], tuple[float, Connection]] = {}


def lock_renewal(channel: str, name: str, now: int, until: int) -> bool:
    """Take the lock under which the tokens of a connection are renewed, until a time in milliseconds; whether it was
    free."""
    lock = {"pk": "renewing", "sk": f"{channel}/{name}", "le": until}
    try:
        table.put(lock, "attribute_not_exists(le) OR le < :now", now=now)
    except table.Conflict:
        return False
    return True


def unlock_renewal(channel: str, name: str) -> None:
    """Give the lock back."""
    table.delete(("renewing", f"{channel}/{name}"))


def give_connection(channel: str, name: str, team: str) -> Write:
    """The part of a transaction that gives what begins on a connection to a team; it fails where there is none."""
    key = ("connections", f"{channel}/{name}")
    return writes.update(key, "SET team = :team", "attribute_exists(pk)", team=team)


def note_sign(channel: str, name: str, sign: str, now: int) -> None:
    """Note a sign of life of a connection, ``EVENT`` or ``SEND``; at most once in a while, since it costs a write."""
    key = (settings.table_name(), channel, name, sign)
    if _signs.get(key, 0) > now - SIGN_KEPT:
        return
    _signs[key] = now
    condition = "attribute_exists(pk) AND (attribute_not_exists(#sign) OR #sign < :earlier)"
    with suppress(table.Conflict):  # others noted it, or there is no such connection
        table.update(
            ("connections", f"{channel}/{name}"),
            "SET #sign = :now",
            condition,
            {"#sign": sign},
            now=now,
            earlier=now - SIGN_KEPT,
        )


_signs: dict[tuple[str, str, str, str], int] = {}


def is_connected() -> bool:
    """Whether there is any connection, so that somebody can write to the company."""
    return any(table.query("pk = :pk", limit=1, pk="connections"))


def pause_connection(channel: str, name: str, problem: str, until: int, pause: int) -> None:
    """Note that a connection cannot send until a time, after a pause of so many seconds; no problem lifts it.

    A problem is an error that is remembered, also when it is over.
    """
    names, values = {"#until": "until"}, {"problem": problem, "until": until, "pause": pause}
    remembered = ""
    if problem:
        remembered = ", #error = :problem, #at = :at"
        names |= {"#error": "error", "#at": "error_at"}
        values["at"] = until - pause * 1000
    key = ("connections", f"{channel}/{name}")
    table.update(key, f"SET problem = :problem, #until = :until, pause = :pause{remembered}", "", names, **values)


def lift_pause(channel: str, name: str, pause: int = 0) -> None:
    """Have a connection tried again at once; ``pause`` (seconds) is remembered, in case the problem stays."""
    pause_connection(channel, name, "", until=0, pause=pause)


# -- teams ------------------------------------------------------------------------------------------------------------


def teams() -> list[str]:
    """The names of all teams: those that have a connection, and those that were made."""
    name, now = settings.table_name(), time.monotonic()
    kept_until, names = _teams.get(name, (0.0, []))
    if kept_until <= now:
        found = table.get("teams", "#")
        names = sorted(found["names"]) if found else [DEFAULT_TEAM]
        _teams[name] = (now + TEAMS_KEPT, names)
    return list(names)


_teams: dict[str, tuple[float, list[str]]] = {}


def teams_now() -> list[str]:
    """The names of all teams, read anew: another environment may have made one since."""
    _teams.pop(settings.table_name(), None)
    return teams()


def has_team(name: str) -> bool:
    """Whether there is a team of this name; one that is not known here may have been made just now."""
    return name in teams() or name in teams_now()


def add_team(name: str) -> None:
    """Make a team known, also before it has a connection."""
    found = table.get("teams", "#")
    new = {name} if found else {name, DEFAULT_TEAM}
    table.update(("teams", "#"), "ADD #names :teams", names={"#names": "names"}, teams=new)
    _teams.clear()


def remove_team(name: str, now: int) -> None:
    """Take a team off the list. For a day it is looked whether something came to it after all; ``now`` in ms."""
    table.transact(
        writes.put({"pk": "teams", "sk": f"left#{name}", "expires": now // 1000 + LEFT_KEPT}),
        writes.update(("teams", "#"), "DELETE #names :team", "", {"#names": "names"}, team={name}),
    )
    _teams.clear()


def left_teams() -> list[str]:
    """The teams that were removed lately. Others may have taken them for known, for as long as they keep the list."""
    found = table.query("pk = :pk AND begins_with(sk, :left)", pk="teams", left="left#")
    return [item["sk"].partition("#")[2] for item in found]


def take_back(name: str) -> None:
    """A team that was removed got a conversation: it is there again."""
    add_team(name)
    table.delete(("teams", f"left#{name}"))


def connections_of(team: str) -> list[str]:
    """The connections that belong to a team, as ``channel/name``."""
    return [f"{each.channel}/{each.name}" for each in connections() if each.team == team]


# -- profiles ---------------------------------------------------------------------------------------------------------


def profile(channel: str, name: str, author_id: str) -> tuple[bool, str | None]:
    """Whether a person's profile was looked up lately, and the name that was found, if any."""
    found = table.get(f"profile#{channel}/{name}", author_id)
    return found is not None, (found or {}).get("n")


def put_profile(channel: str, name: str, author: Author, expires: int) -> None:
    """Remember a profile look-up, also one that found nothing; ``expires`` in seconds since 1970."""
    item = {"pk": f"profile#{channel}/{name}", "sk": author.id, "n": author.name, "expires": expires}
    table.put(item)


def forget_profile(channel: str, name: str, author_id: str) -> None:
    """Forget the name of a person who was erased."""
    table.delete((f"profile#{channel}/{name}", author_id))
