"""The secrets of the connections: one SecureString per connection, read when first needed, kept for minutes."""

from __future__ import annotations

import json
import time
from contextlib import suppress
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
LARGEST = 4096
"""Bytes: what SSM takes as a standard parameter."""


class TooLong(ValueError):
    """The secrets do not fit into one parameter."""


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


def drop(channel: str, connection: str) -> None:
    """Forget the secrets of a connection, for good."""
    ssm = aws.client("ssm")
    with suppress(ssm.exceptions.ParameterNotFound):
        ssm.delete_parameter(Name=_name(channel, connection))
    _cache.known.pop((channel, connection), None)


def fetch(channel: str, connection: str) -> dict[str, Any]:
    """The document as it is now, which is used from now on; raises ``UnknownConnection``."""
    document = _fetch(channel, connection)
    _cache.known[channel, connection] = (time.monotonic() + KEPT_SECONDS, document)
    return document


def put(channel: str, connection: str, document: dict[str, Any]) -> None:
    """Keep the document of a connection, which is used from now on; raises ``TooLong``."""
    text = json.dumps(document, separators=(",", ":"))
    if len(text.encode()) > LARGEST:
        raise TooLong
    name = _name(channel, connection)
    aws.client("ssm").put_parameter(Name=name, Value=text, Type="SecureString", Overwrite=True)
    _cache.known[channel, connection] = (time.monotonic() + KEPT_SECONDS, document)
    _cache.absent.pop((channel, connection), None)


def forget() -> None:
    """Read every secret anew: a token was refused and may have been replaced."""
    _cache.known.clear()
    _cache.absent.clear()


def _fetch(channel: str, connection: str) -> dict[str, Any]:
    ssm = aws.client("ssm")
    try:
        answer = ssm.get_parameter(Name=_name(channel, connection), WithDecryption=True)
    except ssm.exceptions.ParameterNotFound:
        raise UnknownConnection(connection) from None
    return json.loads(answer["Parameter"]["Value"])


def _name(channel: str, connection: str) -> str:
    return f"{settings.connections_path()}/{channel}/{connection}"
