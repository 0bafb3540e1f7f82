"""What a channel offers, and the three errors that decide everything.

::

    ChannelError
    ├── InvalidSignature      not from the platform: answer 401, store nothing
    ├── MalformedPayload      authentic, but not what it says it is (no JSON): answer 400
    ├── PermanentFailure      mark the message failed, acknowledge     .reason
    ├── TransientFailure      not sent; try again                      .reason .retry_after
    └── UnconfirmedSend       perhaps sent: never blindly again, look first

A channel knows its platform and nothing else: no table, no environment, no clock of its own.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from conversations.model import Route, Situation, Way

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from conversations.model import Fact, Unreadable

__all__ = [
    "Channel",
    "ChannelError",
    "Choice",
    "Credentials",
    "InvalidSignature",
    "MalformedPayload",
    "Outbound",
    "PermanentFailure",
    "Reason",
    "Request",
    "Route",
    "Situation",
    "TransientFailure",
    "UnconfirmedSend",
    "Way",
    "json_list",
    "json_object",
]


class Reason(StrEnum):
    """Why a send did not happen, told apart so that the right person or clock acts on it."""

    RETRY = "retry"
    """A passing fault of the platform."""
    RATE = "rate"
    """Too many requests: wait until the platform's time."""
    AUTH = "auth"
    """The token is expired or revoked: the connection stops until it gets a new one."""
    PERMISSION = "permission"
    """A permission or feature of the app is missing."""
    WINDOW = "window"
    """The time in which the platform permits this message is over."""
    GONE = "gone"
    """The customer cannot be reached, or what was answered is deleted."""
    BAD = "bad"
    """The platform does not take this content."""
    POLICY = "policy"
    """The account is restricted: the connection stops."""


class ChannelError(Exception):
    """Any error a channel raises on purpose."""


class InvalidSignature(ChannelError):
    """The request does not come from the platform."""


class MalformedPayload(ChannelError):
    """The signature is right and the body is not JSON."""


class PermanentFailure(ChannelError):
    """The platform will not take this message, now or later."""

    def __init__(self, reason: Reason, code: str = "") -> None:
        super().__init__(f"{reason} {code}".strip())
        self.reason = reason
        self.code = code
        """The platform's own code, such as ``10/2018278``; never its text."""


class TransientFailure(ChannelError):
    """The platform did not take the message this time. ``retry_after`` is in seconds, where the platform tells."""

    def __init__(self, reason: Reason, code: str = "", retry_after: float | None = None) -> None:
        super().__init__(f"{reason} {code}".strip())
        self.reason = reason
        self.code = code
        self.retry_after = retry_after


class UnconfirmedSend(ChannelError):
    """The request went out and no clear answer came back: the message may stand on the platform."""


@dataclass(frozen=True, slots=True)
class Request:
    """A webhook call as it arrived: header names in lower case, the body as raw bytes."""

    method: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a connection knows in secret, read from one SecureString. ``repr`` shows none of it."""

    account_id: str
    """The company's own account on the platform, e.g. the Page's id."""
    secrets: Mapping[str, str] = field(repr=False, default_factory=dict)
    """The channel's own names: ``app_secret``, ``previous_app_secret``, ``verify_token``, ``access_token``, …"""
    options: Mapping[str, str] = field(default_factory=dict)
    """Settings of the channel that are no secrets: ``base_url``, ``version``, …"""

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Credentials:
        """The credentials a connection's document holds."""
        return cls(document["account_id"], document["secrets"], document.get("options", {}))


@dataclass(frozen=True, slots=True)
class Choice:
    """A button below a message, where the platform has them: what it says, and what comes back when it is pressed."""

    title: str
    payload: str


@dataclass(frozen=True, slots=True)
class Outbound:
    """A message on its way out, as a channel needs it."""

    id: str
    """Our own id; handed to the platform where it takes a correlation value."""
    way: Way
    text: str
    thread_id: str
    branch_id: str = ""
    customer_id: str | None = None
    reply_to_id: str | None = None
    """The platform's id of the message that is answered, where it is not the branch or thread itself."""
    attempted_at: int = 0
    """When the last attempt began, in milliseconds: nothing older can be this message."""
    others: frozenset[str] = frozenset()
    """The platform's ids of other messages of ours in the conversation: those cannot be this one."""
    choices: tuple[Choice, ...] = ()
    """Answers to offer as buttons; a channel without buttons leaves them out."""


class Channel(ABC):
    """A platform. Subclass it in ``channels/<name>.py`` and end the file with ``channel = <Class>()``."""

    name: str
    secret_names: tuple[str, ...] = ()
    """What a connection has to bring in ``Credentials.secrets``."""
    disclosed_ways: frozenset[Way] = frozenset()
    """Ways in which what a machine sends must say that it is automatic."""
    signing_secret: str | None = None
    """The one of them that signs webhook calls. While it is rotated, ``previous_…`` of the same name holds, too."""

    def handshake(self, request: Request, credentials: Credentials) -> str | None:
        """The body that answers the platform's GET challenge; raises ``InvalidSignature`` for a wrong token.

        None means that this channel has no handshake.
        """
        return None

    @abstractmethod
    def verify(self, request: Request, credentials: Credentials) -> None:
        """Raise ``InvalidSignature`` unless the raw bytes are signed with the current or the previous secret."""

    @abstractmethod
    def parse(self, request: Request, credentials: Credentials) -> list[Fact | Unreadable]:
        """All that the payload reports, in its order; what is known and of no interest is left out.

        Pure: the same bytes give the same facts. Raises ``MalformedPayload`` when the body is not JSON;
        one broken update becomes an ``Unreadable`` and costs no other.
        """

    @abstractmethod
    def routes(self, situation: Situation, now: int) -> list[Route]:
        """The permitted ways at ``now`` (milliseconds), the natural one first; empty when none is open."""

    def window_ends_at(self, situation: Situation) -> int | None:
        """When a free private answer stops being permitted (milliseconds); None where there is no window."""
        return None

    def measure(self, text: str, way: Way) -> int:
        """The length of ``text`` as the platform counts it."""
        return len(text)

    @abstractmethod
    def try_send(self, message: Outbound, credentials: Credentials) -> str:
        """Send once and return the platform's id of the message.

        Raises ``PermanentFailure``, ``TransientFailure`` or ``UnconfirmedSend``.
        """

    @abstractmethod
    def find_sent(self, message: Outbound, credentials: Credentials) -> str | None:
        """Look on the platform for a message whose answer was lost; its id, or None if it does not stand there.

        Raises ``TransientFailure`` or ``PermanentFailure`` when the platform cannot be asked.
        """

    def profile_name(self, customer_id: str, credentials: Credentials) -> str | None:
        """The customer's public name, or None: its absence is normal."""
        return None


def json_object(value: Any) -> dict[str, Any]:
    """``value`` if it is a JSON object, else an empty one: platforms leave things out and send null."""
    return value if isinstance(value, dict) else {}


def json_list(value: Any) -> Sequence[Any]:
    """``value`` if it is a JSON list, else an empty one."""
    return value if isinstance(value, list) else []
