"""The only module that calls SSM. A passing failure is distinguished from a missing parameter.

No error holds more than a code: the service's own messages may repeat a value.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from aws import clients
from shared import names

if TYPE_CHECKING:
    from collections.abc import Iterator


class NoParameter(LookupError):
    """There is no parameter of this name, or there can be none."""


class Unavailable(Exception):
    """Parameters can be neither read nor written at the moment; later the same call may work."""


def name(path: str, *segments: str) -> str:
    """Return the name of a parameter below a path of ours; raises ``NoParameter`` for an invalid segment."""
    if not all(names.is_segment(each) for each in segments):
        raise NoParameter
    return "/".join((path, *segments))


def read(name: str) -> str:
    """Return the value of a parameter; raises ``NoParameter`` or ``Unavailable``."""
    with _translated():
        return clients.client("ssm").get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"]


def put(name: str, value: str, until: int | None = None) -> None:
    """Store a secret; with a time (seconds since 1970), SSM deletes it then. Raises ``Unavailable``."""
    ends = {} if until is None else {"Tier": "Advanced", "Policies": _expiration(until)}
    with _translated():
        clients.client("ssm").put_parameter(Name=name, Value=value, Type="SecureString", Overwrite=True, **ends)


def _expiration(until: int) -> str:
    at = f"{datetime.fromtimestamp(until, UTC):%Y-%m-%dT%H:%M:%S}.000Z"
    return json.dumps([{"Type": "Expiration", "Version": "1.0", "Attributes": {"Timestamp": at}}])


def drop(name: str) -> None:
    """Delete a parameter, also one that does not exist. Raises ``Unavailable``."""
    try:
        with _translated():
            clients.client("ssm").delete_parameter(Name=name)
    except NoParameter:
        return


@contextmanager
def _translated() -> Iterator[None]:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        raise (NoParameter() if code == "ParameterNotFound" else Unavailable(code)) from None
    except BotoCoreError as error:
        raise Unavailable(type(error).__name__) from None
