"""A notice in words, in the team's language: team, channel, what, for how long, and where to look."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from msgspec import Struct

from shared import texts

if TYPE_CHECKING:
    from storage.notifications import Notice

MINUTE = 60_000
HOURS_A_DAY = 24
KEYS = (
    "notice.missed.first_response",
    "notice.missed.next_response",
    "notice.missed.resolution",
    "notice.still_broken",
    "notice.failed",
    "notice.agent_gone",
    "notice.approval",
    "notice.search_paused",
    "notice.test",
)
"""All that can be told."""


class Words(Struct, frozen=True):
    """The text of a notification; ``link`` is empty where there is nothing to open."""

    team: str
    text: str
    link: str = ""
    label: str = ""
    """The label of the link."""


def words(notice: Notice, label: str, language: str, console_url: str, now: int) -> Words:
    """A notice to a team that people call ``label``; ``now`` in milliseconds."""
    key = ".".join(filter(None, ("notice", notice.event, notice.target)))
    length = _length(now - notice.since, language) if notice.since else ""
    channel = notice.channel.capitalize()
    text = texts.text(key, language, team=label, channel=channel, length=length)
    if not (notice.conversation and console_url):
        return Words(label, text)
    place, open_it = _place(notice, language)
    return Words(label, text, f"{console_url}#/{place}", open_it)


def _place(notice: Notice, language: str) -> tuple[str, str]:
    """Return the place in the page that a notice is about, and the label of the link to it."""
    team, name = quote(notice.team), notice.conversation
    if notice.event == "approval":
        return f"proposals/{name}?team={team}&status=claimed", texts.text("notice.open.approval", language)
    if notice.event == "search_paused":
        return f"settings/searches?team={team}&search={name}", texts.text("notice.open.search_paused", language)
    return f"c/{name}", texts.text("notice.open", language)


def _length(duration: int, language: str) -> str:
    minutes = max(0, duration) // MINUTE
    hours = minutes // 60
    if hours >= HOURS_A_DAY:
        return texts.text("calendar.length", language, days=hours // HOURS_A_DAY, hours=hours % HOURS_A_DAY)
    if hours:
        return texts.text("notice.hours", language, hours=hours, minutes=minutes % 60)
    return texts.text("notice.minutes", language, minutes=max(1, minutes))
