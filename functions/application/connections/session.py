"""Credentials that work now: tokens that end are renewed in time, by one at a time.

Some platforms take a token for its renewal only once. So a renewal holds a lock in the table, reads the secrets
again under it, and stores the new ones before they are used.
"""

from __future__ import annotations

import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import channels
from aws import secrets
from channels.base import Credentials, Reason, TransientFailure
from shared.telemetry import count, logger
from storage import connections, renewal_locks

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from channels.base import Channel

TRY_AGAIN = 3600
"""Seconds after which a renewal that failed is tried again, where nobody knows when the token ends."""
LOCKED = 30_000
"""Milliseconds for which one renews: longer than the platform's answer may take."""
NEARLY = 30_000
"""Milliseconds before its end at which a token is not used any more while another is on its way."""
PUT_PAUSES = (0.5, 1.0, 2.0, 4.0)
"""Seconds between the tries to keep a new token: where it is lost, a person has to bring another."""


@contextmanager
def _readable() -> Iterator[None]:
    """Secrets that cannot be read or kept at the moment are a failure that passes."""
    try:
        yield
    except secrets.Unavailable:
        raise TransientFailure(Reason.RETRY, "secrets") from None


@_readable()
def fresh(channel: str, connection: str, now: int) -> Credentials:
    """The credentials of a connection, renewed if their token ends soon; ``now`` in milliseconds.

    Raises ``TransientFailure`` (``Reason.AUTH`` when a person must bring new secrets, ``Reason.RETRY`` while another
    renews, or while secrets cannot be read) and ``credentials.UnknownConnection``.
    """
    platform, credentials = channels.get(channel), Credentials.of(secrets.read(channel, connection))
    if not platform.capabilities.renews or not _ends(platform, credentials, now, platform.capabilities.renew_before):
        return credentials
    with renewal_locks.held(channel, connection, now, now + LOCKED) as is_free:
        if is_free:
            return _renewed(platform, connection, now)
    if _ended(platform, credentials, now):
        secrets.forget()
        raise TransientFailure(Reason.RETRY, "renewing", retry_after=2)
    return credentials


def latest(channel: str, connection: str, now: int) -> Credentials:
    """The credentials as ``fresh`` gives them, of what is stored now.

    Another environment may have stored new ones a moment ago, and the platform may refuse those of before.
    """
    with suppress(secrets.Unavailable):
        secrets.fetch(channel, connection)
    return fresh(channel, connection, now)


@_readable()
def refused(channel: str, connection: str, now: int) -> bool:
    """A token was refused before its end: whether new credentials were got, so that the call may be made again.

    Raises ``TransientFailure`` like ``fresh``.
    """
    platform, before = channels.get(channel), secrets.read(channel, connection)
    if not platform.capabilities.renews:
        return False
    with renewal_locks.held(channel, connection, now, now + LOCKED) as is_free:
        if not is_free:
            secrets.forget()
            raise TransientFailure(Reason.RETRY, "renewing", retry_after=2)
        if secrets.fetch(channel, connection) == before:
            _keep(platform, connection, now)
    return True


def _renewed(channel: Channel, connection: str, now: int) -> Credentials:
    """Under the lock: what another renewed meanwhile, or what the platform gives now."""
    credentials = Credentials.of(secrets.fetch(channel.name, connection))
    return (
        _keep(channel, connection, now)
        if _ends(channel, credentials, now, channel.capabilities.renew_before)
        else credentials
    )


def _keep(channel: Channel, connection: str, now: int) -> Credentials:
    document = secrets.fetch(channel.name, connection)
    try:
        new = channel.account.renew(Credentials.of(document), now)
    except TransientFailure as failure:
        count("RenewalFailed", channel=channel.name, reason=str(failure.reason))
        logger.warning("Token not renewed", channel=channel.name, connection=connection, reason=failure.reason)
        if failure.reason == Reason.AUTH or _ended(channel, Credentials.of(document), now):
            raise
        if channel.account.expires_at(Credentials.of(document)) is not None:
            return Credentials.of(document)  # it holds for a while; the next call tries again
        # Nobody knows when it ends, and the platform does not renew it yet: it is tried again later.
        again = now + channel.capabilities.renew_before + int((failure.retry_after or TRY_AGAIN) * 1000)
        new = {"expires_at": str(again)}
    renewed = {**document, "secrets": {**document["secrets"], **new}}
    _put(channel.name, connection, renewed)
    credentials = Credentials.of(renewed)
    connections.note_connection(channel.name, connection, token_until=channel.account.expires_at(credentials) or 0)
    logger.info("Token renewed", channel=channel.name, connection=connection)
    return credentials


def _put(channel: str, connection: str, document: dict[str, Any]) -> None:
    for pause in PUT_PAUSES:
        try:
            return secrets.put(channel, connection, document)
        except secrets.Unavailable:
            time.sleep(pause)
    return secrets.put(channel, connection, document)


def _ends(channel: Channel, credentials: Credentials, now: int, before: int) -> bool:
    """Return whether the token ends within ``before`` milliseconds; one whose end nobody knows is renewed once."""
    until = channel.account.expires_at(credentials)
    return until is None or until - before <= now


def _ended(channel: Channel, credentials: Credentials, now: int) -> bool:
    until = channel.account.expires_at(credentials)
    return until is not None and until - NEARLY <= now
