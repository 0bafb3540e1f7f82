"""Calls and visits that agents log, in the form of channels: nothing is received, and nothing can be sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from channels.base import Capabilities, Channel, PermanentFailure, Reason, Receiver, Sender
from conversations import logged

if TYPE_CHECKING:
    from collections.abc import Sequence

    from channels.base import Credentials, Outbound, Request
    from conversations.facts import Event
    from conversations.send_options import Route, Situation


class LoggedReceiver(Receiver):
    """Receives nothing: agents write what there is."""

    def parse(self, request: Request, credentials: Credentials) -> Sequence[Event]:
        """Return nothing."""
        return []


class LoggedSender(Sender):
    """Sends nothing."""

    def send_options(self, situation: Situation, now: int) -> list[Route]:
        """Return no way."""
        return []

    def try_send(self, message: Outbound, credentials: Credentials) -> str:
        """Refuse; raises ``PermanentFailure``."""
        raise PermanentFailure(Reason.BAD, "nothing_is_sent")

    def find_sent(self, message: Outbound, credentials: Credentials) -> str | None:
        """Return nothing."""
        return None


CHANNELS = {
    name: Channel(name=name, label=label, capabilities=Capabilities(), receiver=LoggedReceiver(), sender=LoggedSender())
    for name, label in ((logged.PHONE, "Phone"), (logged.VISIT, "Visit"))
}
