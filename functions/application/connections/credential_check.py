"""Checks of new secrets and options, first of their form, then with the platform."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from application.connections import forms
from application.connections.refusal import Refused, Why
from channels.base import Account, ChannelError, PermanentFailure, Reason, TransientFailure
from shared import http_guard
from storage import connections

if TYPE_CHECKING:
    from collections.abc import Mapping

    from application.connections.secret_document import Document
    from channels.base import Channel


LONGEST_SECRET, LONGEST_OPTION = 4000, 1000


def check_form(channel: Channel, secrets: Mapping[str, str], options: Mapping[str, str], whole: Document) -> None:
    """Refuse what cannot be, before anybody is asked: unknown or missing names, and addresses that are not public."""
    check_names(channel, secrets, options)
    if missing := forms.missing(channel, whole.account_id, whole.secrets, whole.options):
        raise Refused(Why.MISSING, ", ".join(missing))
    check_values(secrets, options)


def check_names(channel: Channel, secrets: Mapping[str, str], options: Mapping[str, str]) -> None:
    """Refuse secrets and options that the channel does not have."""
    unknown = forms.unknown_secrets(channel, secrets) + forms.unknown_options(channel, options)
    if unknown:
        raise Refused(Why.UNKNOWN, ", ".join(unknown)[:200])


def check_values(secrets: Mapping[str, str], options: Mapping[str, str]) -> None:
    """Refuse values that are too long, options of another form, and addresses that are not public."""
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


def identify(
    channel: Channel, document: Document, overrides: Mapping[str, str], account_name: str, now: int | None
) -> tuple[Document, Account]:
    """Ask the platform whom the secrets belong to; the document with what it told, and the account.

    What a person ``overrides`` of the options stands above what the platform tells, and that above what it told before.
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
    told = {**document.options, **account.options, **{name: value for name, value in overrides.items() if value}}
    return replace(document, account_id=account.id, options=told), replace(account, name=account.name or account_name)


def _asked(channel: Channel, document: Document, now: int) -> tuple[Document, Account]:
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


def _renewed(channel: Channel, document: Document, now: int) -> Document:
    return replace(document, secrets={**document.secrets, **channel.account.renew(document.credentials, now)})


def has_new_token(channel: Channel, new: Mapping[str, str]) -> bool:
    """Return whether a token is among the new secrets, without its end."""
    ours = {*channel.capabilities.chosen_secrets, channel.capabilities.signing_secret}
    return channel.capabilities.renews and "expires_at" not in new and bool(set(new) - ours)


def check_is_new(channel: Channel, account: Account) -> None:
    """Refuse an account that is connected already: all that it hears would be there twice."""
    for each in connections.connections():
        if (each.channel, each.account_id) == (channel.name, account.id):
            raise Refused(Why.CONNECTED, each.name)
