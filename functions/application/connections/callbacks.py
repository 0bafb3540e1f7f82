"""The one address at which a platform calls an app, for all accounts of the app: another connection takes its place.

Meta calls an app at one address for each kind of object, which one connection entered (option ``app_id``) and which may
end with it. X permits some apps one webhook, and the next account waits for it.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec.structs import replace

import channels
from application import other_accounts
from application.connections import secret_document, session
from application.connections.refusal import Refused
from application.connections.webhooks import NO, YES, error_of
from aws import secrets
from channels.base import ChannelError, Credentials
from shared.telemetry import logger
from storage import connections, renewal_locks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from channels.base import Channel
    from storage.connections import Connection

APP_NAMES = ("app_id", "client_id")
"""Options that name the app of a connection."""


def pass_on(channel: Channel, leaving: Connection, now: int, *, is_removed: bool = True) -> None:
    """Have another connection called in the place of one that is removed, or whose address reads calls no more.

    What the platform refuses is noted on the connection that was to take the place, and the next one is tried. In the
    place of one that stays, only a connection that works is called, and none where another that works is called
    already. ``now`` in milliseconds.
    """
    option = channel.account.app_option
    app_id = leaving.options.get(option, "") if option else ""
    if not option and is_removed:
        for heir, _ in _of_app(channel, leaving):
            if heir.hooked == NO:  # an app with one webhook had no place for it
                _take(channel, heir, "", now)
    elif app_id:
        of_removed = (heir for heir, _ in _of_app(channel, leaving))
        heirs = of_removed if is_removed else _heirs_of_broken(channel, leaving, app_id)
        any(_take(channel, heir, app_id, now) for heir in heirs)


def holder(channel: Channel, connection: Connection, credentials: Credentials) -> tuple[Connection, bool] | None:
    """Return another connection of the app at whose address the platform calls, and whether calls for this one are
    read there, too; one that reads none of them counts only while it works.

    Such a one keeps the address: of two that do not read each other's calls, each would take it from the other.
    Raises ``ChannelError``.
    """
    if not channel.account.app_option:
        return None
    others = ((other, is_read) for other, is_read in _of_app(channel, connection) if is_read or works(other))
    return next((each for each in others if channel.account.registered(credentials, each[0].webhook)), None)


def works(connection: Connection) -> bool:
    """Return whether nothing is known that only a person could put right."""
    return connection.problem not in connections.NEEDS_PERSON


def _heirs_of_broken(channel: Channel, leaving: Connection, app_id: str) -> list[Connection]:
    """Return those that may be called in the place of a connection that stays: if one that works is called, it alone.

    One that would read no more than the broken one does is none of them.
    """
    others = [(other, is_read) for other, is_read in _of_app(channel, leaving) if works(other)]
    heirs = [other for other, is_read in others if not is_read]
    credentials = _credentials(heirs[0]) if heirs else None
    if not credentials:
        return heirs
    asking = replace(credentials, options={**credentials.options, channel.account.app_option: app_id})
    with suppress(ChannelError):
        called = {other.name for other, _ in others if channel.account.registered(asking, other.webhook)}
        return [heir for heir in heirs if heir.name in called or not called]
    return heirs


def needs_subscription(channel: Channel, leaving: Connection) -> bool:
    """Return whether another connection needs what ``unregister`` would end: a Page has one subscription for Facebook
    and Instagram, and an account of Google one for all of its locations."""
    subscription = _subscription(channel, leaving)
    return bool(subscription) and any(
        _subscription(channels.get(other.channel), other) == subscription
        and _signing_secret(other) == _signing_secret(leaving)
        for other in connections.connections()
        if other.channel in channels.names() and (other.channel, other.name) != (leaving.channel, leaving.name)
    )


def _of_app(channel: Channel, connection: Connection) -> Iterator[tuple[Connection, bool]]:
    """Yield other connections of the app of one, each with whether their addresses read each other's calls.

    The first are those that name the app, as one of them may be called already, and those that work.
    """
    known, apps, option = _credentials(connection), _apps(connection), channel.account.app_option
    others = [other for other in connections.connections() if other.channel == channel.name and other.webhook]
    order = {other.name: (option not in other.options, bool(other.problem), other.held, other.name) for other in others}
    for other in sorted(others, key=lambda other: order[other.name]):
        found = None if other.name == connection.name else _credentials(other)
        if found:
            shares = bool(known) and other_accounts.share_a_secret(channel.name, known, found)
            if shares or apps & _apps(other):
                yield other, shares


def _take(channel: Channel, heir: Connection, app_id: str, now: int) -> bool:
    """Have a connection called; returns whether it is, and names the app."""
    name = (channel.name, heir.name)
    try:
        found = session.fresh(*name, now)
        if app_id:
            found = replace(found, options={**found.options, channel.account.app_option: app_id})
        if channel.account.registered(found, heir.webhook) is not True:
            channel.account.register(found, heir.webhook)
            logger.info("Connection takes the app's webhook", channel=channel.name, connection=heir.name)
    except ChannelError as failure:
        connections.note_connection(*name, **error_of(failure, now))
        logger.warning("Webhook not taken over", channel=channel.name, connection=heir.name, error=str(failure))
        return False
    except secrets.UnknownConnection:
        return False
    connections.note_connection(*name, hooked=YES, hooked_at=now)
    return not app_id or _name_app(channel, heir, app_id, now)


def _name_app(channel: Channel, heir: Connection, app_id: str, now: int) -> bool:
    """Store the app's id with a connection, which looks after the address from now on; False while it is renewed."""
    name, option = (channel.name, heir.name), channel.account.app_option
    with renewal_locks.held(*name, now, now + session.LOCKED) as is_free:
        if not is_free:
            return False
        try:
            document = secret_document.read(*name)
            secret_document.keep(*name, replace(document, options={**document.options, option: app_id}))
        except (Refused, secrets.UnknownConnection, secrets.Unavailable):
            return False
    connections.change_options(*name, {option: app_id})
    return True


def _credentials(connection: Connection) -> Credentials | None:
    try:
        return Credentials.of(secrets.read(connection.channel, connection.name))
    except (secrets.UnknownConnection, secrets.Unavailable):
        return None


def _apps(connection: Connection) -> set[str]:
    return {app for name in APP_NAMES if (app := connection.options.get(name, ""))}


def _subscription(channel: Channel, connection: Connection) -> str:
    return channel.account.subscription(Credentials(connection.account_id, {}, connection.options))


def _signing_secret(connection: Connection) -> str:
    credentials, name = _credentials(connection), channels.get(connection.channel).capabilities.signing_secret
    return credentials.secrets.get(name, "") if credentials and name else ""
