"""An account is connected, changed, and let go: with the platform, in the place of the secrets, and in the table.

The order is such that whatever breaks in between can be done again: secrets are tried before they are kept, kept before
the connection is listed, and listed before the platform is told to call, as its handshake asks for them.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import channels
from application.connections import forms, session
from aws import secrets
from channels.base import Account, ChannelError, Credentials, PermanentFailure, Reason, TransientFailure
from shared import http_guard, names, settings
from shared.telemetry import logger
from storage import connections, poll_cursors, renewal_locks, table, team_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from channels.base import Channel
    from storage.connections import Connection

LONGEST_SECRET, LONGEST_OPTION = 4000, 1000
YES, NO, UNKNOWN = "yes", "no", "unknown"
"""Answers to whether a platform calls us."""


class Why(StrEnum):
    """Reasons for refusing a connection's registration or change."""

    NO_CHANNEL = "no_channel"
    NO_CONNECTION = "no_connection"
    NAME = "name"
    EXISTS = "exists"
    CONNECTED = "connected"
    """The account is connected under another name."""
    OTHER_ACCOUNT = "other_account"
    """The new secrets belong to another account."""
    UNKNOWN = "unknown"
    MISSING = "missing"
    ADDRESS = "address"
    TOO_LARGE = "too_large"
    BUSY = "busy"
    """Its token is being renewed at this moment."""
    REFUSED = "refused"
    """The platform does not take the secrets, or does not answer."""


class Refused(Exception):
    """A connection cannot be as it is wanted. ``detail`` names fields, never what stands in them."""

    def __init__(self, why: Why, detail: str = "", reason: str = "", code: str = "") -> None:
        super().__init__(f"{why} {detail or reason} {code}".strip())
        self.why = why
        self.detail = detail
        self.reason = reason
        """Of the platform, where it refused."""
        self.code = code


@dataclass(frozen=True, slots=True)
class New:
    """A connection that is to be made."""

    channel: str
    name: str
    secrets: Mapping[str, str] = field(repr=False)
    options: Mapping[str, str] = field(default_factory=dict)
    team: str = team_names.DEFAULT_TEAM
    account_id: str = ""
    """The account that the secrets belong to, where the platform cannot be asked."""
    account_name: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a connection: fields that are not given stay, and an empty option is removed."""

    secrets: Mapping[str, str] = field(repr=False, default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    rotation: str = ""
    """``begin`` or ``end``, of the signing secret."""
    account_name: str = ""
    checked: bool = True
    """True if the platform is asked whether the secrets work."""


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
    document = _Document(new.account_id, dict(new.secrets), options)
    _look_over(channel, new.secrets, options, document)
    document, account = _tried(channel, document, options, new.account_name, now if checked else None)
    _is_new(channel, account)
    _keep(new.channel, new.name, document)
    connections.put_connection(new.channel, new.name, account.id, account.name, new.team, document.options)
    _note_tried(channel, new.name, document, now, checked)
    if checked:
        announce(channel, new.name, document.credentials, webhook, now)
    elif channel.receives:
        connections.note_connection(channel.name, new.name, webhook=address(channel, new.name, webhook))
    return connections.connection(new.channel, new.name)


def change(channel_name: str, name: str, wanted: Change, webhook: str, now: int) -> Connection:
    """Give a connection new secrets or options; raises ``Refused``. What stopped it is over if they work."""
    channel, before = channel_of(channel_name), found(channel_name, name)
    with _alone(channel_name, name, now):
        document = _read(channel_name, name)
        options = {key: value for key, value in {**document.options, **wanted.options}.items() if value}
        # Who may bring secrets may not have those that are there sent to an address of one's own.
        known = {} if forms.leads_elsewhere(document.options, options) else document.secrets
        secrets = forms.merge(known, wanted.secrets, channel.capabilities.signing_secret, wanted.rotation or None)
        if _has_new_token(channel, wanted.secrets):
            secrets.pop("expires_at", None)  # that of the token before
        merged = replace(document, secrets=secrets, options=options)
        _look_over(channel, wanted.secrets, wanted.options, merged)
        account_name = wanted.account_name or before.account_name
        is_tried = wanted.checked and bool(wanted.secrets or wanted.options)
        merged, account = _tried(channel, merged, wanted.options, account_name, now if is_tried else None)
        if account.id.casefold() != before.account_id.casefold():
            raise Refused(Why.OTHER_ACCOUNT)
        _keep(channel_name, name, merged)
    options_now = merged.options
    shown_name = wanted.account_name or account.name or before.account_name
    connections.put_connection(channel_name, name, account.id, shown_name, before.team, options_now)
    _note_tried(channel, name, merged, now, is_tried)
    if is_tried:
        announce(channel, name, merged.credentials, webhook, now)
        _ask_at_once(channel_name, name)
    return connections.connection(channel_name, name)


def hold(channel: str, name: str, held: bool) -> Connection:
    """Stop a connection, or let it go on: nothing leaves, and nobody is asked what is new. Raises ``Refused``."""
    found(channel, name)
    connections.note_connection(channel, name, held=int(held))
    return connections.connection(channel, name)


def remove(channel_name: str, name: str) -> bool:
    """Let an account go: the platform calls no more, and its secrets are forgotten. What was said stays.

    Says whether the platform took leave of us, which a dead token may prevent. Raises ``Refused``.
    """
    before = found(channel_name, name)
    taken = True
    if channel_name in channels.names():
        taken = _take_leave(channels.get(channel_name), before)
    secrets.drop(channel_name, name)
    poll_cursors.drop(channel_name, name)
    connections.drop_connection(channel_name, name)
    return taken


def address(channel: Channel, name: str, webhook: str) -> str:
    """Return the address at which the platform calls a connection."""
    return webhook.replace("{channel}", channel.name).replace("{connection}", name)


def announce(channel: Channel, name: str, found_credentials: Credentials, webhook: str, now: int) -> None:
    """Tell the platform where to call, where it can be told, and note how that went."""
    if not channel.receives:
        return
    url = address(channel, name, webhook)
    marks: dict[str, Any] = {"webhook": url, "hooked": UNKNOWN}
    try:
        if forms.is_told(channel):
            channel.account.register(found_credentials, url)
            marks |= {"hooked": YES, "hooked_at": now}
    except ChannelError as failure:
        marks |= {"hooked": NO} | error_of(failure, now)
        logger.warning("Webhook not registered", channel=channel.name, connection=name, error=marks["error"])
    connections.note_connection(channel.name, name, **marks)


def _ask_at_once(channel: str, name: str) -> None:
    """Whatever kept a platform from being asked, such as a dead token, is over."""
    cursor = poll_cursors.read(channel, name)
    if cursor.not_before:
        with suppress(table.Conflict):  # it is being asked at this moment
            poll_cursors.advance(channel, name, cursor, cursor.value)


def error_of(failure: ChannelError, now: int) -> dict[str, Any]:
    """The marks of a failure: its reason and the platform's code, and when."""
    reason, code = getattr(failure, "reason", Reason.RETRY), getattr(failure, "code", "")
    return {"error": f"{reason} {code}".strip(), "error_at": now}


@contextmanager
def _alone(channel: str, name: str, now: int) -> Iterator[None]:
    """Lock out renewals while secrets are changed, as the last write would win. Raises ``Refused``."""
    if not renewal_locks.acquire(channel, name, now, now + session.LOCKED):
        raise Refused(Why.BUSY)
    try:
        yield
    finally:
        renewal_locks.release(channel, name)


# -- the secrets ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Document:
    """The secret parameter of a connection."""

    account_id: str
    secrets: Mapping[str, str] = field(repr=False)
    options: Mapping[str, str]

    @property
    def credentials(self) -> Credentials:
        return Credentials(self.account_id, self.secrets, self.options, settings.region())


def _read(channel: str, name: str) -> _Document:
    try:
        kept = secrets.fetch(channel, name)
    except secrets.UnknownConnection:
        # Its secrets are lost, so new ones must be whole.
        return _Document(found(channel, name).account_id, {}, dict(found(channel, name).options))
    return _Document(kept["account_id"], kept["secrets"], kept.get("options", {}))


def _keep(channel: str, name: str, document: _Document) -> None:
    whole = {"account_id": document.account_id, "secrets": dict(document.secrets), "options": dict(document.options)}
    try:
        secrets.put(channel, name, whole)
    except secrets.TooLong:
        raise Refused(Why.TOO_LARGE) from None


def _look_over(channel: Channel, secrets: Mapping[str, str], options: Mapping[str, str], whole: _Document) -> None:
    """Refuse what cannot be, before anybody is asked: unknown or missing names, and addresses that are not public."""
    unknown = forms.unknown_secrets(channel, secrets) + forms.unknown_options(channel, options)
    if unknown:
        raise Refused(Why.UNKNOWN, ", ".join(unknown)[:200])
    if missing := forms.missing(channel, whole.account_id, whole.secrets, whole.options):
        raise Refused(Why.MISSING, ", ".join(missing))
    too_long = [name for name, value in secrets.items() if len(value) > LONGEST_SECRET]
    if too_long or any(len(value) > LONGEST_OPTION for value in options.values()):
        raise Refused(Why.TOO_LARGE)
    if malformed := forms.malformed_options(options):
        raise Refused(Why.ADDRESS, ", ".join(malformed))
    for name in forms.addresses(options):
        try:
            if options[name]:
                http_guard.check(options[name])
        except ValueError as wrong:
            raise Refused(Why.ADDRESS, f"{name}: {wrong}") from None


def _tried(
    channel: Channel, document: _Document, said: Mapping[str, str], account_name: str, now: int | None
) -> tuple[_Document, Account]:
    """Ask the platform whom the secrets belong to; the document with what it told, and the account.

    What a person ``said`` of the options stands above what the platform tells, and that above what it told before.
    Without a time, or where the platform cannot be asked, what is known is believed.
    """
    if now is None or not forms.can_check(channel):
        if not document.account_id:
            raise Refused(Why.MISSING, "account_id")  # also where the platform could be asked, and shall not be
        return document, Account(document.account_id, account_name)
    try:
        document, account = _asked(channel, document, now)
    except (PermanentFailure, TransientFailure) as failure:
        raise Refused(Why.REFUSED, reason=str(failure.reason), code=failure.code) from None
    except ChannelError:
        raise Refused(Why.REFUSED, reason=str(Reason.RETRY)) from None
    if document.account_id and document.account_id.casefold() != account.id.casefold():
        raise Refused(Why.OTHER_ACCOUNT)
    told = {**document.options, **account.options, **{name: value for name, value in said.items() if value}}
    return replace(document, account_id=account.id, options=told), replace(account, name=account.name or account_name)


def _asked(channel: Channel, document: _Document, now: int) -> tuple[_Document, Account]:
    """Ask the platform for the account. A token that ended, or whose end nobody knows, is renewed where possible.

    So an administrator learns at once that a token cannot be renewed; only a passing fault is left for later.
    """
    try:
        account = channel.account.check(document.credentials)
    except (PermanentFailure, TransientFailure) as failure:
        if not channel.capabilities.renews or failure.reason != Reason.AUTH:
            raise
        document = _renewed(channel, document, now)
        return document, channel.account.check(document.credentials)
    if channel.capabilities.renews and channel.account.expires_at(document.credentials) is None:
        try:
            document = _renewed(channel, document, now)
        except (PermanentFailure, TransientFailure) as failure:
            if failure.reason == Reason.AUTH:
                raise
    return document, account


def _renewed(channel: Channel, document: _Document, now: int) -> _Document:
    return replace(document, secrets={**document.secrets, **channel.account.renew(document.credentials, now)})


def _has_new_token(channel: Channel, new: Mapping[str, str]) -> bool:
    """Return whether a token is among the new secrets, without its end."""
    ours = {*channel.capabilities.chosen_secrets, channel.capabilities.signing_secret}
    return channel.capabilities.renews and "expires_at" not in new and bool(set(new) - ours)


def _is_new(channel: Channel, account: Account) -> None:
    """Refuse an account that is connected already: all that it hears would be there twice."""
    for each in connections.connections():
        if (each.channel, each.account_id) == (channel.name, account.id):
            raise Refused(Why.CONNECTED, each.name)


def _note_tried(channel: Channel, name: str, document: _Document, now: int, checked: bool) -> None:
    signing = f"{forms.PREVIOUS}{channel.capabilities.signing_secret}"
    marks: dict[str, Any] = {
        "token_until": channel.account.expires_at(document.credentials) or 0,
        "rotating": int(signing in document.secrets),
    }
    if checked and forms.can_check(channel):
        marks["checked_at"] = now
    connections.note_connection(channel.name, name, **marks)


def _take_leave(channel: Channel, connection: Connection) -> bool:
    try:
        if connection.webhook and forms.is_told(channel):
            kept = Credentials.of(secrets.fetch(channel.name, connection.name))
            channel.account.unregister(kept, connection.webhook)
    except secrets.UnknownConnection:
        return False
    except ChannelError as failure:
        logger.warning("Webhook not taken back", channel=channel.name, connection=connection.name, error=str(failure))
        return False
    return True
