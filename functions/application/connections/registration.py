"""An account is connected, changed, and let go: with the platform, in the place of the secrets, and in the table.

The order is such that whatever breaks in between can be done again: secrets are tried before they are kept, kept before
the connection is listed, and listed before the platform is told to call, as its handshake asks for them.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field
from msgspec.structs import replace

import channels
from application.connections import callbacks, credential_check, forms, secret_document, session, webhooks
from application.connections.refusal import Refused, Why
from application.connections.secret_document import Document
from aws import secrets
from channels.base import ChannelError
from shared import names
from shared.hidden import repr_without
from shared.telemetry import logger
from storage import connections, outreach_budgets, poll_cursors, renewal_locks, searches, table, team_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from channels.base import Channel
    from storage.connections import Connection


class New(Struct, frozen=True):
    """A connection that is to be made."""

    channel: str
    name: str
    secrets: Mapping[str, str]
    options: Mapping[str, str] = field(default_factory=dict)
    team: str = team_names.DEFAULT_TEAM
    account_id: str = ""
    """The account that the secrets belong to, where the platform cannot be asked."""
    account_name: str = ""

    def __repr__(self) -> str:
        return repr_without(self, "secrets")


class Change(Struct, frozen=True):
    """A change of a connection: fields that are not given stay, and an empty option is removed."""

    secrets: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    rotation: str = ""
    """``begin`` or ``end``, of the signing secret."""
    account_name: str = ""
    checked: bool = True
    """True if the platform is asked whether the secrets work."""

    def __repr__(self) -> str:
        return repr_without(self, "secrets")


def channel_of(name: str) -> Channel:
    """The channel of this name; raises ``Refused``."""
    if name not in channels.names():
        raise Refused(Why.NO_CHANNEL)
    return channels.get(name)


def found(channel: str, name: str) -> Connection:
    """A connection that there is; raises ``Refused``."""
    if not names.is_connection(channel, name):
        raise Refused(Why.NO_CONNECTION)
    connection = connections.connection(channel, name)
    if not connection.account_id:
        raise Refused(Why.NO_CONNECTION)
    return connection


def connect(new: New, webhook: str, now: int, *, checked: bool = True) -> Connection:
    """Make a connection. ``webhook`` is the address pattern that platforms are told, ``now`` in milliseconds.

    Raises ``Refused``. What the platform did not take of the webhook is noted on the connection, not raised: all else
    works, and it is tried again.
    """
    channel = channel_of(new.channel)
    if not names.CONNECTION.fullmatch(new.name):
        raise Refused(Why.NAME)
    if connections.connection(new.channel, new.name).account_id:
        raise Refused(Why.EXISTS)
    options = {name: value for name, value in new.options.items() if value}
    document = Document(new.account_id, dict(new.secrets), options)
    credential_check.check_form(channel, new.secrets, options, document)
    document, account = credential_check.identify(
        channel, document, options, new.account_name, now if checked else None
    )
    credential_check.check_is_new(channel, account)
    secret_document.keep(new.channel, new.name, document)
    connections.put_connection(new.channel, new.name, account.id, account.name, new.team, document.options)
    _note_tried(channel, new.name, document, now, checked)
    if checked:
        _begin(channel, new.name, document, now)
        webhooks.announce(channel, new.name, document.credentials, webhook, now)
    elif channel.receives:
        connections.note_connection(channel.name, new.name, webhook=webhooks.address(channel, new.name, webhook))
    return connections.connection(new.channel, new.name)


def change(channel_name: str, name: str, wanted: Change, webhook: str, now: int) -> Connection:
    """Give a connection new secrets or options; raises ``Refused``. What stopped it is over if they work."""
    channel, before = channel_of(channel_name), found(channel_name, name)
    with _alone(channel_name, name, now):
        document = _document(channel_name, name)
        options = {key: value for key, value in {**document.options, **wanted.options}.items() if value}
        # Who may bring secrets may not have those that are there sent to an address of one's own.
        known = {} if forms.leads_elsewhere(document.options, options) else document.secrets
        secrets = forms.merge(known, wanted.secrets, channel.capabilities.signing_secret, wanted.rotation or None)
        if credential_check.has_new_token(channel, wanted.secrets):
            secrets.pop("expires_at", None)  # that of the token before
        merged = replace(document, secrets=secrets, options=options)
        credential_check.check_form(channel, wanted.secrets, wanted.options, merged)
        account_name = wanted.account_name or before.account_name
        is_tried = wanted.checked and bool(wanted.secrets or wanted.options)
        merged, account = credential_check.identify(
            channel, merged, wanted.options, account_name, now if is_tried else None
        )
        if account.id.casefold() != before.account_id.casefold():
            raise Refused(Why.OTHER_ACCOUNT)
        secret_document.keep(channel_name, name, merged)
        # Before others may change the secrets, so that the last of them is the last here; who has its team may change.
        shown_name = wanted.account_name or account.name or before.account_name
        connections.put_connection(channel_name, name, account.id, shown_name, None, merged.options)
    _note_tried(channel, name, merged, now, is_tried)
    if is_tried:
        webhooks.announce(channel, name, merged.credentials, webhook, now)
        _ask_at_once(channel_name, name)
    return connections.connection(channel_name, name)


def hold(channel: str, name: str, held: bool) -> Connection:
    """Stop a connection, or let it go on: nothing leaves, and nobody is asked what is new. Raises ``Refused``."""
    found(channel, name)
    connections.note_connection(channel, name, held=int(held))
    return connections.connection(channel, name)


def remove(channel_name: str, name: str, now: int) -> bool:
    """Let an account go: the platform calls no more, and its secrets are forgotten. What was said stays.

    Other accounts of its app are called as before, while its address still answers. Says whether the platform took
    leave of us, which a dead token may prevent. ``now`` in milliseconds. Raises ``Refused``.
    """
    before = found(channel_name, name)
    taken = True
    if channel_name in channels.names():
        channel = channels.get(channel_name)
        taken = callbacks.needs_subscription(channel, before) or webhooks.withdraw(channel, before)
        callbacks.pass_on(channel, before, now)
    secrets.drop(channel_name, name)
    poll_cursors.drop(channel_name, name)
    searches.forget_connection(channel_name, name)
    outreach_budgets.set_limit(channel_name, name, 0)
    connections.drop_connection(channel_name, name)
    return taken


def _begin(channel: Channel, name: str, document: Document, now: int) -> None:
    """Note where a platform stands that is polled: what is said from this moment on is news, whenever it is asked.

    Where it cannot be asked now, the first poll begins.
    """
    if channel.capabilities.poll_seconds is None:
        return
    try:
        begun = channel.receiver.poll("", document.credentials, now)
        poll_cursors.advance(channel.name, name, poll_cursors.Cursor(), begun.cursor)
    except (ChannelError, table.Conflict) as failure:
        logger.warning("Beginning not known", channel=channel.name, connection=name, error=type(failure).__name__)


def _ask_at_once(channel: str, name: str) -> None:
    """Whatever kept a platform from being asked, such as a dead token, is over."""
    cursor = poll_cursors.read(channel, name)
    if cursor.not_before:
        with suppress(table.Conflict):  # it is being asked at this moment
            poll_cursors.advance(channel, name, cursor, cursor.value)


@contextmanager
def _alone(channel: str, name: str, now: int) -> Iterator[None]:
    """Lock out renewals while secrets are changed, as the last write would win. Raises ``Refused``."""
    with renewal_locks.held(channel, name, now, now + session.LOCKED) as is_free:
        if not is_free:
            raise Refused(Why.BUSY)
        yield


def _note_tried(channel: Channel, name: str, document: Document, now: int, checked: bool) -> None:
    signing = f"{forms.PREVIOUS}{channel.capabilities.signing_secret}"
    marks: dict[str, Any] = {
        "token_until": channel.account.expires_at(document.credentials) or 0,
        "rotating": int(signing in document.secrets),
    }
    if checked and forms.can_check(channel):
        marks["checked_at"] = now
    connections.note_connection(channel.name, name, **marks)


def _document(channel: str, name: str) -> Document:
    try:
        return secret_document.read(channel, name)
    except secrets.UnknownConnection:
        # Its secrets are lost, so new ones must be whole.
        connection = found(channel, name)
        return Document(connection.account_id, {}, dict(connection.options))
