"""The buttons below a question: one tap says how it went, or that the customer does not want to be asked."""

from __future__ import annotations

from channels.base import Choice
from shared import texts

SOLVED = "nachfrage.solved"
STILL_BROKEN = "nachfrage.still_broken"
NO_MORE = "nachfrage.no_more"
"""Payloads that buttons send back, whatever their labels say."""


def choices(language: str) -> tuple[Choice, ...]:
    """The buttons in a language; titles have 20 characters at most, which is what Messenger takes."""
    chosen = language or texts.LANGUAGES[0]
    return (
        Choice(texts.text("choice.solved", chosen), SOLVED),
        Choice(texts.text("choice.still_broken", chosen), STILL_BROKEN),
        Choice(texts.text("choice.no_more", chosen), NO_MORE),
    )
