"""Mails that were not taken in, as a machine wrote them."""

from __future__ import annotations

from collections import Counter
from typing import Any

from storage import left_out_mails, raw_mails
from storage.left_out_mails import LeftOutMail


def page(limit: int, after: str | None) -> list[tuple[LeftOutMail, str | None]]:
    """Return mails that were left out, the latest first, each with a link to the original for as long as it is kept."""
    mails = left_out_mails.page(limit, after)
    return [(mail, raw_mails.link(mail.key) if mail.key else None) for mail in mails]


def counts() -> tuple[Counter[tuple[str, str]], bool]:
    """Return how many mails were left out by connection and reason, and whether there are more than are counted."""
    return left_out_mails.counts()


def place_of(value: Any) -> str | None:
    """Return the place of a mail in the list; None for anything else."""
    return left_out_mails.id_of(value)
