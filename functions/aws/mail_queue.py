"""Has a mail read again: the queue before the mail function. It carries ids, and nothing of the mail."""

from __future__ import annotations

from aws import queues
from shared import settings


def read_again(entry: str, by: str, name: str) -> None:
    """Have the mail of an entry read again for an agent; asked twice, it is stored once."""
    queues.send(settings.mail_queue_url(), {"again": {"entry": entry, "by": by, "name": name}})
