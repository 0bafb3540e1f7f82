"""Rules for the name, the secrets and the options of a connection, and for replacing some of its secrets. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from channels._options import is_well_formed
from channels.base import AccountManager, Channel

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PREVIOUS = "previous_"
"""Before the name of a signing secret: the one that was replaced, and holds until the rotation is ended."""
BEGIN, END = "begin", "end"
"""Of a rotation."""
GOT = frozenset({"access_token", "access_jwt", "refresh_jwt", "expires_at"})
"""Optional secrets that renewing brings, and no person."""
ADDRESS = "base_url"
"""The option that every channel has: where the platform is, if not where it always is."""


def merge(
    before: Mapping[str, str], new: Mapping[str, str], signing: str | None, rotation: str | None = None
) -> dict[str, str]:
    """The secrets as they are to be: ``new`` over ``before``.

    A signing secret that is replaced stays valid beside the new one if ``rotation`` is ``begin``, until it is ``end``.
    """
    merged = {**before, **new}
    if signing is None:
        return merged
    replaced, previous = before.get(signing), f"{PREVIOUS}{signing}"
    changed = merged.get(signing) != replaced
    if changed or rotation == END:
        merged.pop(previous, None)
    if changed and replaced and rotation == BEGIN:
        merged[previous] = replaced
    return merged


def unknown_secrets(channel: Channel, names: Iterable[str]) -> list[str]:
    """Those of the names under which the channel has no secret that a person could bring."""
    return sorted(set(names) - {*channel.capabilities.secret_names, *channel.capabilities.optional_secrets})


def needs_account(channel: Channel) -> bool:
    """Return whether a person has to say which account it is."""
    return not can_check(channel) or channel.capabilities.needs_account


def missing(channel: Channel, account_id: str, secrets: Mapping[str, str], options: Mapping[str, str]) -> list[str]:
    """Return the names of required secrets and options that are not given."""
    account = ["account_id"] if needs_account(channel) and not account_id else []
    return [
        *account,
        *(name for name in channel.capabilities.secret_names if not secrets.get(name)),
        *(name for name in channel.capabilities.required_options if not options.get(name)),
    ]


def all_options(channel: Channel) -> tuple[str, ...]:
    """The names of the settings that a form shows, the required ones first."""
    required = channel.capabilities.required_options
    others = [name for name in (*channel.capabilities.option_names, ADDRESS) if name not in required]
    return (*required, *dict.fromkeys(others))


def unknown_options(channel: Channel, names: Iterable[str]) -> list[str]:
    """Those of the names under which the channel has no setting; an address can always be set."""
    return sorted(
        name for name in set(names) - {*channel.capabilities.option_names, ADDRESS} if not name.endswith("_url")
    )


def malformed_options(options: Mapping[str, str]) -> list[str]:
    """Return the names of options that are not of the form in which they may stand in an address or a header."""
    return sorted(name for name, value in options.items() if value and not is_well_formed(name, value))


def leads_elsewhere(before: Mapping[str, str], after: Mapping[str, str]) -> bool:
    """Return whether requests, and with them the secrets, go to another address than before."""
    return {name: before.get(name) for name in addresses(before)} != {
        name: after.get(name) for name in addresses(after)
    }


def addresses(options: Mapping[str, str]) -> list[str]:
    """The options that say where requests go."""
    return [name for name, value in options.items() if name.endswith("_url") or "://" in value]


def is_told(channel: Channel) -> bool:
    """Return whether the webhook can be registered from here; else a person does it on the platform."""
    return type(channel.account).register is not AccountManager.register


def can_check(channel: Channel) -> bool:
    """Return whether the platform says whose the secrets are; else a person does."""
    return type(channel.account).check is not AccountManager.check
