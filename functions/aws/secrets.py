"""The secrets of the connections: one SecureString per connection, read when first needed, kept for minutes.

While SSM cannot be read, those that were read before stay in use, however old they are.
"""

from __future__ import annotations

import json
import time
from typing import Any

from msgspec import Struct, field

from aws import parameters
from shared import names, settings

KEPT_SECONDS = 300
"""Seconds for which a secret is used before it is read again."""
FRESH_SECONDS = 10
"""Least age in seconds of a secret that is read again because it did not fit, as strangers can cause such reads.
Also the seconds for which one that could not be read again is used until the next attempt."""
ABSENCE_KEPT_SECONDS = 30
"""Seconds for which an unknown connection stays unknown, so that guessing costs one call in this time."""
ABSENCES_KEPT = 1000
LARGEST = 4096
"""Bytes: what SSM takes as a standard parameter."""

Unavailable = parameters.Unavailable
"""Secrets can be neither read nor written at the moment."""
Document = dict[str, Any]
_Key = tuple[str, str, str]
"""The path of the parameters, the channel, the connection."""


class TooLong(ValueError):
    """The secrets do not fit into one parameter."""


class UnknownConnection(LookupError):
    """There is no connection of this name."""


class _Kept(Struct):
    """The document of a connection, as it was when it was read last."""

    document: Document
    until: float
    """The time at which it is to be read again; all times are those of ``time.monotonic``."""
    asked_at: float
    is_unsure: bool = False
    """True if the last attempt to read it failed."""


class _Cache(Struct):
    known: dict[_Key, _Kept] = field(default_factory=dict)
    absent: dict[_Key, float] = field(default_factory=dict)


_cache = _Cache()


def read(channel: str, connection: str) -> Document:
    """The document of a connection: ``account_id``, ``secrets``, ``options``, and the ``region`` that this runs in.

    Raises ``UnknownConnection``, or ``Unavailable`` where it was never read before. Powertools' parameters would serve
    as well, but imports all of boto3 (docs/decisions/security.md).
    """
    key, now = _key(channel, connection), time.monotonic()
    kept = _cache.known.get(key)
    if kept and kept.until > now:
        return kept.document
    if _cache.absent.get(key, 0) > now:
        raise UnknownConnection(connection)
    try:
        return fetch(channel, connection)
    except UnknownConnection:
        if len(_cache.absent) >= ABSENCES_KEPT:
            _cache.absent.clear()
        _cache.absent[key] = now + ABSENCE_KEPT_SECONDS
        raise
    except Unavailable:
        if kept is None:
            raise
        kept.until = now + FRESH_SECONDS
        return kept.document


def read_rotated(channel: str, connection: str) -> Document | None:
    """Return the stored document if it differs from the cached one, which may be from before a rotation; else None.

    Raises ``UnknownConnection``, or ``Unavailable`` where nobody can tell.
    """
    kept = _cache.known.get(_key(channel, connection))
    if kept is None:
        return None
    if kept.asked_at + FRESH_SECONDS > time.monotonic():
        if kept.is_unsure:
            raise Unavailable
        return None
    document = fetch(channel, connection)
    return document if document != kept.document else None


def drop(channel: str, connection: str) -> None:
    """Forget the secrets of a connection, for good; raises ``Unavailable``."""
    parameters.drop(_name(channel, connection))
    _cache.known.pop(_key(channel, connection), None)


def fetch(channel: str, connection: str) -> Document:
    """Read and cache the document of a connection; raises ``UnknownConnection`` or ``Unavailable``."""
    key = _key(channel, connection)
    try:
        # A channel reads no environment: where the code runs comes along, and is not kept (put).
        document = json.loads(parameters.read(_name(channel, connection))) | {"region": settings.region()}
    except parameters.NoParameter:
        _cache.known.pop(key, None)
        raise UnknownConnection(connection) from None
    except Unavailable:
        if kept := _cache.known.get(key):
            kept.asked_at, kept.is_unsure = time.monotonic(), True
        raise
    _keep(key, document)
    return document


def put(channel: str, connection: str, document: Document) -> None:
    """Store and cache the document of a connection; raises ``TooLong`` or ``Unavailable``."""
    text = json.dumps({key: value for key, value in document.items() if key != "region"}, separators=(",", ":"))
    if len(text.encode()) > LARGEST:
        raise TooLong
    parameters.put(_name(channel, connection), text)
    _keep(_key(channel, connection), document | {"region": settings.region()})
    _cache.absent.pop(_key(channel, connection), None)


def forget() -> None:
    """Have every secret read again: a token was refused and may have been replaced."""
    for kept in _cache.known.values():
        kept.until = 0
    _cache.absent.clear()


def _key(channel: str, connection: str) -> _Key:
    return settings.connections_path(), channel, connection


def _keep(key: _Key, document: Document) -> None:
    now = time.monotonic()
    _cache.known[key] = _Kept(document, now + KEPT_SECONDS, now)


def _name(channel: str, connection: str) -> str:
    """The name of a connection's parameter; raises ``UnknownConnection`` for what can be no connection's name."""
    if not names.is_connection(channel, connection):
        raise UnknownConnection(connection)
    return parameters.name(settings.connections_path(), channel, connection)
