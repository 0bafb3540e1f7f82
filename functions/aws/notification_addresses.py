"""Addresses of team notifications: one SecureString each, as anybody who knows one can write to a team's channel."""

from __future__ import annotations

from contextlib import suppress

from aws import parameters
from shared import settings


class NoAddress(LookupError):
    """There is none."""


def read(team: str, target: str) -> str:
    """An address; raises ``NoAddress`` or ``parameters.Unavailable``."""
    try:
        return parameters.read(_name(team, target))
    except parameters.NoParameter:
        raise NoAddress(target) from None


def put(team: str, target: str, address: str) -> None:
    """Keep an address; raises ``NoAddress`` where the team cannot have one, or ``parameters.Unavailable``."""
    parameters.put(_name(team, target), address)


def drop(team: str, target: str) -> None:
    """Forget an address; raises ``parameters.Unavailable``."""
    with suppress(NoAddress):
        parameters.drop(_name(team, target))


def _name(team: str, target: str) -> str:
    try:
        return parameters.name(settings.notices_path(), team, target)
    except parameters.NoParameter:
        raise NoAddress(target) from None
