"""The secrets of a sign-in that is under way: one SecureString, which is deleted when the sign-in ends.

One that is given up is deleted by SSM itself: an advanced parameter may have a time at which it expires
(docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-policies.html).
"""

from __future__ import annotations

import json
from typing import Any

from aws import parameters
from shared import settings

FOLDER = "sign-in"
"""Below the path of the connections. No channel can have this name, as it has a hyphen."""
LONGEST_NAME = 60
LARGEST = 8192
"""Bytes: what SSM takes as an advanced parameter."""
Document = dict[str, Any]


class TooLong(ValueError):
    """The secrets do not fit into one parameter."""


def put(digest: str, document: Document, until: int) -> None:
    """Keep the secrets of a sign-in until a time (seconds since 1970); raises ``TooLong`` or ``Unavailable``."""
    text = json.dumps(document, separators=(",", ":"))
    if len(text.encode()) > LARGEST:
        raise TooLong
    parameters.put(_name(digest), text, until)


def read(digest: str) -> Document | None:
    """Return the secrets of a sign-in; None where they are gone. Raises ``Unavailable``."""
    try:
        return json.loads(parameters.read(_name(digest)))
    except parameters.NoParameter:
        return None


def drop(digest: str) -> None:
    """Delete the secrets of a sign-in; raises ``Unavailable``."""
    parameters.drop(_name(digest))


def _name(digest: str) -> str:
    return parameters.name(settings.connections_path(), FOLDER, digest[:LONGEST_NAME])
