"""Updates of other accounts in one webhook call: platforms call an app at one address for all of its accounts.

Each update goes to the connection of its account, read with that one's settings, and is answered with that one's token.
Without such a connection, or if that connection would not have taken the call for authentic, it waits in quarantine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import channels
from aws import secrets
from channels import _payload
from channels.base import Credentials
from conversations.facts import Event, Unreadable
from storage import connection_accounts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def by_connection(
    channel: str, connection: str, events: Sequence[Event], is_authentic: Callable[[Credentials], bool]
) -> dict[str, list[Event]]:
    """Return events by the name of the connection that they are stored under, each connection's in their order.

    ``is_authentic`` tells if the call would be taken for the platform's with a connection's credentials, too. Raises
    ``secrets.Unavailable`` or ``NotStored``: then nothing is stored, and the platform delivers again.
    """
    sorted_events: dict[str, list[Event]] = {connection: []}
    known: dict[str, tuple[str, Credentials] | None] = {}
    for event in events:
        if not isinstance(event, Unreadable) or not event.account:
            sorted_events[connection].append(event)
            continue
        if event.account not in known:
            known[event.account] = _connection_of(channel, event.account, is_authentic)
        if found := known[event.account]:
            name, credentials = found
            sorted_events.setdefault(name, []).extend(_read(channel, event, credentials))
        else:
            sorted_events[connection].extend(event.kept or [event])
    return sorted_events


def share_a_secret(channel: str, one: Credentials, other: Credentials) -> bool:
    """Return whether calls to two connections are signed with the same secret, also while it is rotated."""
    name = channels.get(channel).capabilities.signing_secret or ""
    ones, others = ({each.secrets.get(name), each.secrets.get(f"previous_{name}")} for each in (one, other))
    return bool((ones & others) - {None, ""})


def _connection_of(
    channel: str, account: str, is_authentic: Callable[[Credentials], bool]
) -> tuple[str, Credentials] | None:
    name = connection_accounts.name_of(channel, account)
    if name is None:
        return None
    try:
        credentials = Credentials.of(secrets.read(channel, name))
    except secrets.UnknownConnection:
        return None
    return (name, credentials) if credentials.account_id == account and is_authentic(credentials) else None


def _read(channel: str, event: Unreadable, credentials: Credentials) -> list[Event]:
    assert event.source is not None
    return list(_payload.read_source(channels.get(channel), event.source, credentials))
