"""The interface of a channel, in three parts, and the values that go to and from it. ``_failures`` has its errors.

A channel knows its platform and nothing else: no table, no environment, no clock of its own.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, final

from msgspec import Struct, field

from channels._capabilities import Capabilities
from channels._failures import (
    ChannelError,
    InvalidSignature,
    MalformedPayload,
    PermanentFailure,
    Reason,
    TransientFailure,
    UnconfirmedSend,
)
from channels._outbound import Choice, File, Outbound
from channels._results import Account, Lost, Media, Polled, Received
from conversations.actions import Moderation
from conversations.facts import Author
from conversations.send_options import Files, Place, Route, Situation, Way
from shared.hidden import repr_without

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from channels._search import Searcher
    from channels._sign_in import SignIn
    from conversations.facts import Attachment, Event, Fact
    from conversations.message_context import Post
    from conversations.messages import Message

__all__ = [
    "Account",
    "AccountManager",
    "Capabilities",
    "Channel",
    "ChannelError",
    "Choice",
    "Credentials",
    "File",
    "Files",
    "InvalidSignature",
    "Lost",
    "MalformedPayload",
    "Media",
    "Moderation",
    "Outbound",
    "PermanentFailure",
    "Polled",
    "Reason",
    "Received",
    "Receiver",
    "Request",
    "Route",
    "Sender",
    "Situation",
    "TransientFailure",
    "UnconfirmedSend",
    "Way",
    "json_list",
    "json_object",
]


class Request(Struct, frozen=True):
    """A webhook call as it arrived: header names in lower case, the body as raw bytes."""

    method: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes = b""


class Credentials(Struct, frozen=True):
    """The secrets and settings of a connection, read from one SecureString. ``repr`` shows no secret."""

    account_id: str
    """The company's own account on the platform, e.g. the Page's id."""
    secrets: Mapping[str, str] = field(default_factory=dict)
    """The channel's own names: ``app_secret``, ``previous_app_secret``, ``verify_token``, ``access_token``, …"""
    options: Mapping[str, str] = field(default_factory=dict)
    """Settings of the channel that are no secrets: ``base_url``, ``version``, …"""
    region: str = ""
    """The region of AWS that this runs in; empty where nobody said so."""

    def __repr__(self) -> str:
        return repr_without(self, "secrets")

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Credentials:
        """The credentials a connection's document holds."""
        options, region = document.get("options", {}), document.get("region", "")
        return cls(document["account_id"], document["secrets"], options, region)


class Receiver(ABC):
    """Receives: verifies the sender of webhook calls, and reads events."""

    @final
    def receive(self, request: Request, credentials: Credentials) -> Received:
        """Return what a call reports, once its signature is proven; raises like ``verify`` and ``parse``."""
        self.verify(request, credentials)
        events = self.parse(request, credentials)
        is_mixed = any(getattr(event, "account", "") for event in events)
        return Received(events, self.acknowledge(request, credentials), is_mixed)

    def handshake(self, request: Request, credentials: Credentials) -> str | None:
        """Return the text or JSON object that answers the platform's GET challenge; None where there is none.

        Raises ``InvalidSignature`` for a wrong token.
        """
        return None

    def verify(self, request: Request, credentials: Credentials) -> None:
        """Raise ``InvalidSignature`` unless the raw bytes are signed with the current or the previous secret.

        A channel that is only polled lets nobody in.
        """
        raise InvalidSignature

    @abstractmethod
    def parse(self, request: Request, credentials: Credentials) -> Sequence[Event]:
        """Return all that the payload reports, in its order; what is known and of no interest is left out.

        Pure: the same bytes give the same facts. Raises ``MalformedPayload`` when the body is not JSON;
        one broken update becomes an ``Unreadable`` and costs no other. A channel that is only polled reads here what
        its ``poll`` got, so that it is read the same in the tests and there.
        """

    def acknowledge(self, request: Request, credentials: Credentials) -> str | None:
        """Return the JSON that answers a webhook call which was stored, where the platform does what stands in it."""
        return None

    def poll(self, cursor: str, credentials: Credentials, now: int) -> Polled:
        """Ask the platform what is new since ``cursor``; empty the first time, when what stands is not yet news.

        ``now`` in milliseconds. Asked twice with one cursor, it gives the same facts. Raises ``TransientFailure`` or
        ``PermanentFailure``.
        """
        raise PermanentFailure(Reason.BAD, "no_poll")

    def recover(self, since: int, until: int, credentials: Credentials) -> Polled:
        """Read back what was written between two moments (milliseconds) in which no webhook call arrived.

        What it cannot read is ``lost``; its cursor says nothing. Raises like ``poll``.
        """
        raise PermanentFailure(Reason.BAD, "no_recovery")

    def complete(self, fact: Fact, credentials: Credentials) -> Fact | None:
        """Return what a webhook only announced by its id, with its text and author; None where it is gone.

        Of what was claimed in a part that is not signed (``Kind.CLAIMED``): the fact, where the platform says so.
        Raises ``TransientFailure``.
        """
        return None

    def media(self, attachment: Attachment, credentials: Credentials) -> Media | None:
        """Return where the bytes of an attachment are to be had now; None where it has none (a place, a share).

        Raises ``TransientFailure`` or ``PermanentFailure``.
        """
        return Media(attachment.url) if attachment.url and attachment.type in _FILES else None

    def own_post(self, thread_id: str, credentials: Credentials) -> Post | None:
        """Return the company's own post that comments stand below; None where it is another's, or is gone.

        Raises ``TransientFailure`` or ``PermanentFailure``.
        """
        return None

    def profile(self, customer_id: str, credentials: Credentials) -> Author:
        """Return the customer with their public name and handle, as far as they can be learnt."""
        return Author(customer_id, self.profile_name(customer_id, credentials))

    def profile_name(self, customer_id: str, credentials: Credentials) -> str | None:
        """Return the customer's public name, or None: its absence is normal."""
        return None


class Sender(ABC):
    """Sends: permitted ways, sending, and moderation of messages."""

    @abstractmethod
    def send_options(self, situation: Situation, now: int) -> list[Route]:
        """Return the permitted ways at ``now`` (milliseconds), the natural one first; empty when none is open."""

    def window_ends_at(self, situation: Situation) -> int | None:
        """Return when a free private answer stops being permitted (milliseconds); None where there is no window."""
        return None

    def measure(self, text: str, way: Way) -> int:
        """Return the length of ``text`` as the platform counts it."""
        return len(text)

    def place_of_answer(self, message: Message, thread_id: str) -> Place:
        """Return where a public answer to a message of others stands; ``thread_id`` is that of its conversation."""
        return Place()

    def recipient(self, address: str) -> str | None:
        """Return an address in the form in which it is stored; None where no message can be sent to it (e-mail)."""
        return None

    def is_account(self, address: str, accounts: Collection[str]) -> bool:
        """Return whether a message to an address would come back to one of our accounts."""
        return False

    def prepare(self, message: Outbound, credentials: Credentials) -> str:
        """Make what ``try_send`` will publish; the id is kept before, and comes back as ``message.draft_id``.

        Raises ``PermanentFailure`` or ``TransientFailure``; done twice, only the last one is published.
        """
        raise PermanentFailure(Reason.BAD, "no_prepare")

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

    def moderations(self, message: Message) -> tuple[Moderation, ...]:
        """Return what the platform lets the company do about a message that somebody else wrote, or to who wrote it."""
        return ()

    def try_moderate(
        self,
        moderation: Moderation,
        target: str,
        credentials: Credentials,
        text: str = "",
        customer_id: str | None = None,
    ) -> None:
        """Do it once; done twice, it is done once. ``target`` is the platform's id of the message, or of the author.

        ``text`` is what an edited message is to say, ``customer_id`` the conversation's customer.

        Raises ``PermanentFailure``, ``TransientFailure`` or ``UnconfirmedSend``.
        """
        raise PermanentFailure(Reason.BAD, "no_moderation")


class AccountManager:
    """The connection itself: whose account it is, its webhook, and its tokens."""

    app_option: str = ""
    """The option naming the app whose one address, for all of its accounts, ``register`` enters; empty without such."""

    def check(self, credentials: Credentials) -> Account:
        """Return whom the secrets belong to. Raises ``PermanentFailure`` or ``TransientFailure`` if they fail."""
        raise PermanentFailure(Reason.BAD, "no_check")

    def register(self, credentials: Credentials, url: str) -> None:
        """Have the platform call our webhook; done twice, it is done once. Nothing, where that is done by hand.

        ``url`` answers handshakes by now. Raises ``PermanentFailure`` or ``TransientFailure``.
        """
        return

    def unregister(self, credentials: Credentials, url: str) -> None:
        """Have the platform call it no more; raises like ``register``."""
        return

    def registered(self, credentials: Credentials, url: str) -> bool | None:
        """Tell if the platform still calls our webhook; None where it cannot be asked. Raises like ``register``."""
        return None

    def subscription(self, credentials: Credentials) -> str:
        """Return the key of what ``unregister`` ends, where connections may share it; empty where it is one's own.

        The secrets are not needed for it.
        """
        return ""

    def replay(self, credentials: Credentials, url: str, since: int, until: int, now: int) -> None:
        """Have the platform call our webhook again with what it reported between two moments (milliseconds).

        As far as it still can; done twice, what comes is the same. Raises like ``register``.
        """
        raise PermanentFailure(Reason.BAD, "no_replay")

    def missed_by_webhook(self, fact: Fact) -> bool:
        """Tell if a message that ``poll`` found should have come by webhook; see ``replay``."""
        return False

    def renew(self, credentials: Credentials, now: int) -> Mapping[str, str]:
        """Return new secrets in the place of some: a token, and ``expires_at`` (milliseconds, in digits) where it ends.

        Raises ``TransientFailure``; with ``Reason.AUTH`` when a person must bring new ones.
        """
        raise PermanentFailure(Reason.BAD, "no_renew")

    def expires_at(self, credentials: Credentials) -> int | None:
        """Return when the token ends (milliseconds); None where it does not, or that is not known."""
        digits = credentials.secrets.get("expires_at", "")
        return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 16 else None


class Channel(Struct, kw_only=True, eq=False):
    """A platform: ``channels/<name>.py``, or a package of that name, ends with ``channel = Channel(…)``."""

    name: str
    label: str
    """The platform's name as it writes it itself."""
    capabilities: Capabilities
    receiver: Receiver
    sender: Sender
    account: AccountManager = field(default_factory=AccountManager)
    sign_in: SignIn | None = None
    """The platform's own sign-in; None where a person brings the secrets."""
    searcher: Searcher | None = None
    """Searches what strangers post in public; None where the platform has no such search."""

    @property
    def receives(self) -> bool:
        """It has webhooks; a channel that is only polled verifies nothing."""
        return type(self.receiver).verify is not Receiver.verify

    @property
    def has_posts(self) -> bool:
        """Customers comment below posts of the company's, which can be read."""
        return type(self.receiver).own_post is not Receiver.own_post

    @property
    def replays(self) -> bool:
        """Webhook calls that did not get through come again when they are asked for, and only then."""
        return type(self.account).replay is not AccountManager.replay

    @property
    def recovers(self) -> bool:
        """Messages of a time in which no webhook call arrived are read back, as far as the platform shows them."""
        return type(self.receiver).recover is not Receiver.recover


_FILES = frozenset({"image", "video", "audio", "file", "sticker", "voice", "document", "animation"})
"""Types of attachments that are files; a place, a share or a contact is not."""


def json_object(value: Any) -> dict[str, Any]:
    """``value`` if it is a JSON object, else an empty one: platforms leave things out and send null."""
    return value if isinstance(value, dict) else {}


def json_list(value: Any) -> Sequence[Any]:
    """``value`` if it is a JSON list, else an empty one."""
    return value if isinstance(value, list) else []
