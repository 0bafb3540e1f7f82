"""The item of a connection: what people set, and how it is. Its secrets are not here."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from msgspec import Struct, field

from storage.schema import Attribute, Schema, flag, json_object, pairs
from storage.team_names import DEFAULT_TEAM

if TYPE_CHECKING:
    from collections.abc import Mapping

EVENT, SEND = "heard", "sent"
"""Signs of life of a connection."""
BY_SEND = "send"
"""A problem was reported by a message that was to be sent, and not by asking or checking."""


class Loss(Struct, frozen=True):
    """Messages of one visibility, between two times (milliseconds), that could not be had any more."""

    visibility: str
    since: int
    until: int


class Gap(Struct, frozen=True):
    """A time in which the platform's calls did not arrive, and what became of the messages of then."""

    since: int
    until: int
    fetched: int = 0
    """Number of messages that nobody knew and that were fetched afterwards."""
    lost: tuple[Loss, ...] = ()


GAP = Schema(Gap, since="since", until="until", fetched="fetched", lost=pairs("lost", Loss))


class Connection(Struct, frozen=True):
    """A connection without its secrets."""

    channel: str
    name: str
    account_id: str = ""
    account_name: str = ""
    team: str = DEFAULT_TEAM
    problem: str = ""
    """The reason why nothing can be sent at the moment: ``auth``, ``policy``, ``rate``; else empty."""
    reported_by: str = ""
    """``send`` where a message that was to be sent met the problem: only one that is sent ends it."""
    paused_until: int = 0
    pause: int = 0
    """Seconds of the last pause: the next one, if the problem stays, is longer."""
    last_event_at: int = 0
    """The time of the last event from the platform (milliseconds), to within five minutes; 0 for never."""
    last_send_at: int = 0
    """The time when something was last sent, as exactly."""
    options: Mapping[str, str] = field(default_factory=dict)
    """Settings of the channel that are no secrets, as in ``channels.base.Credentials``."""
    held: bool = False
    """A person stopped it: nothing is sent and nobody is asked what is new; what a webhook brings is stored."""
    parked: bool = False
    """Messages wait until it works again (``parked``)."""
    resumed_at: int = 0
    """The last time when waiting messages were put back into the queue (milliseconds)."""
    webhook: str = ""
    """The address that the platform was told to call; empty where that was never done from here."""
    hooked: str = ""
    """The webhook's state: ``yes`` (registered), ``no``, ``unknown`` where that cannot be asked; empty before the first
    check."""
    hooked_at: int = 0
    """The last time when the webhook was found registered (milliseconds)."""
    missed_since: int = 0
    missed_until: int = 0
    """Between these moments (milliseconds) the platform's calls may not have arrived; it is to be asked for them."""
    error: str = ""
    """The last thing that went wrong with the connection itself: a reason, and the platform's code."""
    error_at: int = 0
    token_until: int = 0
    """The time when the token ends (milliseconds); 0 where it does not, or that is not known."""
    checked_at: int = 0
    """The last time when the secrets were found to work."""
    rotating: bool = False
    """Its signing secret was replaced, and the one before still holds beside the new one."""
    looked_at: int = 0
    """The time of its last check: the connection that waits longest is next."""
    asked_at: int = 0
    """The time of the last poll, on a platform that is polled."""
    gap: Gap | None = None
    """The last time in which the platform was not heard, and what became of it."""


CONNECTION = Schema(
    Connection,
    account_id="i",
    account_name="n",
    team="team",
    problem="problem",
    reported_by="by",
    paused_until="until",
    pause="pause",
    last_event_at=EVENT,
    last_send_at=SEND,
    options=Attribute("options", read=json.loads, form="JSON"),
    held=flag("held"),
    parked=flag("parked"),
    resumed_at="resumed_at",
    webhook="webhook",
    hooked="hooked",
    hooked_at="hooked_at",
    missed_since="missed_since",
    missed_until="missed_until",
    error="error",
    error_at="error_at",
    token_until="token_until",  # noqa: S106  (a name)
    checked_at="checked_at",
    rotating=flag("rotating"),
    looked_at="looked_at",
    asked_at="asked_at",
    gap=json_object("gap", GAP),
)
"""Channel and name stand in the key; options are stored as JSON."""
