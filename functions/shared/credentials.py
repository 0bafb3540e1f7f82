"""The secrets of the connections: one SecureString per connection, read when first needed, kept for minutes."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import Any

from shared import aws, settings

KEPT_SECONDS = 300
"""How long a secret is used before it is read again."""
FRESH_SECONDS = 10
"""How old a secret must be to be read again because it did not fit: what strangers can make us do, at most so often."""
ABSENCE_KEPT_SECONDS = 30
"""How long an unknown connection stays unknown, so that guessing costs one call in this time and not one each."""
ABSENCES_KEPT = 1000


class UnknownConnection(LookupError):
    """There is no connection of this name."""


@dataclass(slots=True)
class _Cache:
    known: dict[tuple[str, str], tuple[float, dict[str, Any]]] = field(default_factory=dict)
    absent: dict[tuple[str, str], float] = field(default_factory=dict)


_cache = _Cache()


def read(channel: str, connection: str) -> dict[str, Any]:
    """The document of a connection: ``account_id``, ``secrets``, ``options``.

    Raises ``UnknownConnection``. Powertools' parameters would serve as well, but imports all of boto3 (see
    DECISIONS.md).
    """
    key, now = (channel, connection), time.monotonic()
    kept = _cache.known.get(key)
    if kept and kept[0] > now:
        return kept[1]
    if _cache.absent.get(key, 0) > now:
        raise UnknownConnection(connection)
    try:
        document = _fetch(channel, connection)
    except UnknownConnection:
        if len(_cache.absent) >= ABSENCES_KEPT:
            _cache.absent.clear()
        _cache.absent[key] = now + ABSENCE_KEPT_SECONDS
        raise
    _cache.known[key] = (now + KEPT_SECONDS, document)
    return document


def read_anew(channel: str, connection: str) -> dict[str, Any] | None:
    """The document as it is now, if the one kept may be of before a rotation and differs; else None."""
    kept = _cache.known.get((channel, connection))
    if kept is None or kept[0] - KEPT_SECONDS + FRESH_SECONDS > time.monotonic():
        return None
    del _cache.known[channel, connection]
    document = read(channel, connection)
    return document if document != kept[1] else None


def forget() -> None:
    """Read every secret anew: a token was refused and may have been replaced."""
    _cache.known.clear()
    _cache.absent.clear()


def _fetch(channel: str, connection: str) -> dict[str, Any]:
    ssm = aws.client("ssm")
    name = f"{settings.connections_path()}/{channel}/{connection}"
    try:
        answer = ssm.get_parameter(Name=name, WithDecryption=True)
    except ssm.exceptions.ParameterNotFound:
        raise UnknownConnection(connection) from None
    return json.loads(answer["Parameter"]["Value"])
