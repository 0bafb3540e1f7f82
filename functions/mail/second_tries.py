"""Second tries of mails: read here, since a function that takes strangers' mails apart has few rights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from application import quarantine as second_tries
from conversations.facts import Author, Unreadable
from mail import receiving
from shared.telemetry import logger
from storage import connections, quarantine, raw_mails

if TYPE_CHECKING:
    from collections.abc import Mapping

NO_ORIGINAL = "no_original"
"""The reason of a mail whose original has expired."""


def take(task: Mapping[str, Any], now: int) -> None:
    """Read the mail of an entry again, as an administrator asked (``mail_queue.read_again``).

    Raises ``NotStored``, ``Conflict``, or what S3 raises: then it is to be done again.
    """
    entry = quarantine.find(task["entry"])
    source = second_tries.source_of(entry) if entry else None
    if entry is None or source is None or not isinstance(source.document, dict):
        logger.info("Entry is done", channel=receiving.CHANNEL)
        return
    connection = connections.connection(receiving.CHANNEL, entry.connection)
    unreadable: list[Unreadable] = []
    try:
        taken = receiving.receive_again(connection, source.document, entry.key, now)
        unreadable = [Unreadable(reason, None) for reason in taken.quarantined]
    except raw_mails.NotThere:
        unreadable = [Unreadable(NO_ORIGINAL, None)]
    tried = second_tries.settle(entry, unreadable, Author(task["by"], task["name"]), now)
    logger.info("Mail tried again", channel=receiving.CHANNEL, outcome=str(tried.outcome), reason=tried.reason)
