"""Health checks of connections: the platform still calls, the secrets still work, and how long the token lasts.

What was lost is put right where it can be, and noted on the connection's item, where people read it.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

import channels
from application.connections import callbacks, forms, missed_events, session
from application.connections.webhooks import NO, UNKNOWN, YES, address, error_of
from aws import secrets
from channels.base import ChannelError, Credentials, Reason
from shared import http_guard
from shared.telemetry import count, logger
from storage import connections

if TYPE_CHECKING:
    from collections.abc import Callable

    from channels.base import Channel
    from storage.connections import Connection

MOST = 20
"""Connections looked after in one call."""
CHECK_AGAIN = 6 * 3_600_000
"""Milliseconds after which the secrets of a working connection are tried again."""
PAUSE = 900
"""Seconds for which nothing is sent over a connection whose secrets were found refused."""
FINAL = frozenset({Reason.AUTH, Reason.PERMISSION, Reason.BAD})
"""Reasons of a platform that do not pass: Meta answers a wrong app secret with one or another of them."""
OTHER_SECRET = "other_secret"  # noqa: S105  (an error's name)
"""The error of a connection whose app is called at the address of one that works with another secret."""


def care(now: int, webhook: str = "", time_is_up: Callable[[], bool] = lambda: False) -> Counter[str]:
    """Look after the connections, those first that waited longest; ``now`` in milliseconds.

    ``webhook`` is the address pattern that platforms are told: after the stack moved to a domain of its own, each
    connection moves with it.

    Counts what was ``looked`` at, ``failed``, and is ``down``. What one of them breaks costs no other.
    """
    done: Counter[str] = Counter()
    every = connections.connections()
    for each in sorted(every, key=lambda connection: connection.looked_at)[:MOST]:
        if time_is_up():
            break
        connections.note_connection(each.channel, each.name, looked_at=now)  # before, so that none blocks the others
        try:
            look_after(each, now, webhook)
            done["looked"] += 1
        except Exception:
            logger.exception("Connection not looked after", channel=each.channel, connection=each.name)
            done["failed"] += 1
    done["down"] = sum(is_down(each) for each in connections.connections()) if every else 0
    count("ConnectionsDown", done["down"])
    return done


def is_down(connection: Connection) -> bool:
    """Return whether the connection needs a person's help. One that a person paused is not broken."""
    return not connection.held and (connection.problem in connections.NEEDS_PERSON or connection.hooked == NO)


def look_after(connection: Connection, now: int, webhook: str = "", *, thoroughly: bool = False) -> None:
    """Look after one connection; ``thoroughly`` tries its secrets though they worked a moment ago."""
    if connection.channel not in channels.names():
        return
    channel, marks = channels.get(connection.channel), dict[str, Any]()
    try:
        credentials = session.latest(connection.channel, connection.name, now)
        marks["token_until"] = channel.account.expires_at(credentials) or 0
        if thoroughly or connection.problem in connections.NEEDS_PERSON or connection.checked_at + CHECK_AGAIN <= now:
            marks |= _check(channel, connection, credentials, now, lifts=thoroughly)
        marks |= _webhook(channel, _moved(channel, connection, credentials, webhook), credentials, now)
    except secrets.UnknownConnection:
        marks |= {"error": str(Reason.AUTH), "error_at": now}
        _refused(channel, connection, Reason.AUTH, now)
    except ChannelError as failure:
        marks |= error_of(failure, now)
        _refused(channel, connection, getattr(failure, "reason", None), now)
    if marks:
        connections.note_connection(connection.channel, connection.name, **marks)


def _check(
    channel: Channel, connection: Connection, credentials: Credentials, now: int, *, lifts: bool
) -> dict[str, Any]:
    """Try the secrets; raises ``ChannelError`` if they do not work, and lifts a pause for their sake if they do."""
    if not forms.can_check(channel):
        return {}
    account = channel.account.check(credentials)
    is_over = connection.problem == Reason.AUTH and (lifts or connection.reported_by != connections.BY_SEND)
    if is_over and connections.lift_pause(connection):
        logger.info("Connection works again", channel=connection.channel, connection=connection.name)
    known = connection.options.items()
    connections.change_options(channel.name, connection.name, dict(account.options.items() - known))
    return {"checked_at": now}


def _moved(channel: Channel, connection: Connection, credentials: Credentials, webhook: str) -> Connection:
    """Return a connection after its platform was told the address that the stack has now, if that is another one.

    Not before the new address can be found: its name may be younger than its records. The old address is taken back
    first, as some platforms know one webhook alone and others would call both; it is given again where the platform
    does not take the new one. Raises ``ChannelError``.
    """
    url = address(channel, connection.name, webhook)
    if not (webhook and connection.webhook and channel.receives) or connection.webhook == url or not _is_reachable(url):
        return connection
    if forms.is_told(channel):
        channel.account.unregister(credentials, connection.webhook)
        try:
            channel.account.register(credentials, url)
        except ChannelError:
            with suppress(ChannelError):
                channel.account.register(credentials, connection.webhook)
            raise
    connections.note_connection(connection.channel, connection.name, webhook=url, hooked=UNKNOWN)
    logger.info("Webhook has another address", channel=connection.channel, connection=connection.name)
    return replace(connection, webhook=url, hooked=UNKNOWN)


def _is_reachable(url: str) -> bool:
    try:
        http_guard.check(url)
    except ValueError:
        return False
    return True


def _webhook(channel: Channel, connection: Connection, credentials: Credentials, now: int) -> dict[str, Any]:
    """Ask whether the webhook is registered; register it again if not, and ask for events that were missed."""
    if not connection.webhook or not channel.receives:
        return {}
    standing = channel.account.registered(credentials, connection.webhook)
    if standing is None:
        return {"hooked": connection.hooked or UNKNOWN}
    holder, is_read = (None, False) if standing else callbacks.holder(channel, connection, credentials) or (None, False)
    if standing or is_read:
        return {"hooked": YES, "hooked_at": now, **missed_events.make_up(channel, connection, credentials, now)}
    connections.note_connection(connection.channel, connection.name, hooked=NO)
    if holder:
        logger.warning("Webhook held by another", channel=channel.name, connection=connection.name, by=holder.name)
        return {"error": OTHER_SECRET, "error_at": now}
    if not forms.is_told(channel):
        return {}
    channel.account.register(credentials, connection.webhook)
    count("WebhookRestored", channel=connection.channel)
    logger.warning("Webhook registered again", channel=connection.channel, connection=connection.name)
    return {"hooked": YES, "hooked_at": now, **missed_events.fallen_out(channel, connection, now)}


def _refused(channel: Channel, connection: Connection, reason: Reason | None, now: int) -> None:
    """Stop a connection whose access is refused; where it may be called for others, another is called in its place."""
    if reason == Reason.AUTH:
        _stop(connection, now)
    if reason in FINAL:
        callbacks.pass_on(channel, connection, now, is_removed=False)


def _stop(connection: Connection, now: int) -> None:
    """Pause a connection whose access is refused, until a person gives new secrets or the access works again."""
    name = (connection.channel, connection.name)
    connections.pause_connection(*name, str(Reason.AUTH), now + PAUSE * 1000, PAUSE, connection.reported_by)
    secrets.forget()
    count("ConnectionStopped", channel=connection.channel, reason=str(Reason.AUTH))
    logger.error("Connection stopped", channel=connection.channel, connection=connection.name, reason="auth")
