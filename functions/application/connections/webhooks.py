"""Webhooks of connections: the platform is told where to call, and told when the connection ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from application.connections import forms
from aws import secrets
from channels.base import ChannelError, Credentials, Reason
from shared.telemetry import logger
from storage import connections

if TYPE_CHECKING:
    from channels.base import Channel
    from storage.connections import Connection


YES, NO, UNKNOWN = "yes", "no", "unknown"
"""Answers to whether a platform calls us."""


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


def error_of(failure: ChannelError, now: int) -> dict[str, Any]:
    """The marks of a failure: its reason and the platform's code, and when."""
    reason, code = getattr(failure, "reason", Reason.RETRY), getattr(failure, "code", "")
    return {"error": f"{reason} {code}".strip(), "error_at": now}


def withdraw(channel: Channel, connection: Connection) -> bool:
    """Tell the platform not to call any more; returns whether it took that."""
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
