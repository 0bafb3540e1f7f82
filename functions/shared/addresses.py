"""The addresses of notices: one SecureString each, as whoever knows one can write to a team's channel."""

from __future__ import annotations

from contextlib import suppress

from shared import aws, settings


class NoAddress(LookupError):
    """There is none."""


def read(team: str, target: str) -> str:
    """An address; raises ``NoAddress``."""
    ssm = aws.client("ssm")
    try:
        return ssm.get_parameter(Name=_name(team, target), WithDecryption=True)["Parameter"]["Value"]
    except ssm.exceptions.ParameterNotFound:
        raise NoAddress(target) from None


def put(team: str, target: str, address: str) -> None:
    """Keep an address."""
    aws.client("ssm").put_parameter(Name=_name(team, target), Value=address, Type="SecureString", Overwrite=True)


def drop(team: str, target: str) -> None:
    """Forget an address."""
    ssm = aws.client("ssm")
    with suppress(ssm.exceptions.ParameterNotFound):
        ssm.delete_parameter(Name=_name(team, target))


def _name(team: str, target: str) -> str:
    return f"{settings.notices_path()}/{team}/{target}"
