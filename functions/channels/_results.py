"""Answers of a channel: the events of a call, where a file is, whose account it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from conversations.facts import Fact, Nudge, Unreadable, Visibility


@dataclass(frozen=True, slots=True)
class Media:
    """The address of an attachment's bytes at this moment, and the headers that the request needs."""

    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False, default_factory=dict)


@dataclass(frozen=True, slots=True)
class Account:
    """The account that a connection's secrets belong to, as the platform says."""

    id: str
    name: str
    options: Mapping[str, str] = field(default_factory=dict)
    """Other properties of the account to store: its limits, its address, its handle. No secrets."""


@dataclass(frozen=True, slots=True)
class Lost:
    """Messages of one visibility, between two times (milliseconds), that the platform does not show any more."""

    visibility: Visibility
    since: int
    until: int


@dataclass(frozen=True, slots=True)
class Polled:
    """The answer to a poll, and the position where the next one continues."""

    events: Sequence[Fact | Unreadable | Nudge]
    cursor: str
    """Opaque to everybody but the channel, at most 2,000 characters. It is kept once the events are stored."""
    more: bool = False
    """There is more already: ask again at once."""
    pause: float = 0
    """Seconds for which the platform does not want to be asked again, beyond the usual."""
    lost: tuple[Lost, ...] = ()
    """Messages since the cursor that cannot be read any more."""


@dataclass(frozen=True, slots=True)
class Received:
    """The events of a webhook call, and the JSON that answers it once they are stored (None: nothing in particular)."""

    events: Sequence[Fact | Unreadable | Nudge]
    acknowledgement: str | None
    is_mixed: bool = False
    """Some of the events are other accounts' (``Unreadable.account``)."""
