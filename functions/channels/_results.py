"""Answers of a channel: the events of a call, where a file is, whose account it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from shared.hidden import repr_without

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from conversations.facts import Event, Visibility


class Media(Struct, frozen=True):
    """The address of an attachment's bytes at this moment, and the headers that the request needs."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return repr_without(self, "url", "headers")


class Account(Struct, frozen=True):
    """The account that a connection's secrets belong to, as the platform says."""

    id: str
    name: str
    options: Mapping[str, str] = field(default_factory=dict)
    """Other properties of the account to store: its limits, its address, its handle. No secrets."""


class Lost(Struct, frozen=True):
    """Messages of one visibility, between two times (milliseconds), that the platform does not show any more."""

    visibility: Visibility
    since: int
    until: int


class Polled(Struct, frozen=True):
    """The answer to a poll, and the position where the next one continues."""

    events: Sequence[Event]
    cursor: str
    """Opaque to everybody but the channel, at most 2,000 characters. It is kept once the events are stored."""
    more: bool = False
    """There is more already: ask again at once."""
    pause: float = 0
    """Seconds for which the platform does not want to be asked again, beyond the usual."""
    lost: tuple[Lost, ...] = ()
    """Messages since the cursor that cannot be read any more."""


class Received(Struct, frozen=True):
    """The events of a webhook call, and the JSON that answers it once they are stored (None: nothing in particular)."""

    events: Sequence[Event]
    acknowledgement: str | None
    is_mixed: bool = False
    """Some of the events are other accounts' (``Unreadable.account``)."""
