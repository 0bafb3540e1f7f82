"""One message from the outbox to the platform: leased before it leaves, so that a death in between is noticed.

::

    queued ──lease──▶ sending ──id──▶ sent
      ▲                 │ ├─refused──▶ failed      (a reason an agent understands)
      └──not taken──────┘ └─no answer─▶ unconfirmed ──found──▶ sent
      ▲                                      │
      └───────────────not there──────────────┘     (looked for on the platform first, never blindly)
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec.structs import replace

import channels
from application import spending
from application.choices import choices
from application.connections import session
from aws import queues, secrets
from channels.base import (
    ChannelError,
    Credentials,
    File,
    Outbound,
    PermanentFailure,
    Reason,
    TransientFailure,
    UnconfirmedSend,
)
from conversations import prices
from conversations.actions import OUTBOX, Action, Envelope, State, Verb, refused_state
from conversations.conversation import Conversation
from conversations.facts import Visibility
from conversations.send_options import Way
from reply import last_checks, lookups, moderation, pausing
from reply.lookups import ATTEMPTS
from reply.pausing import NotSent, RetryLater, backoff
from shared import departure
from shared.telemetry import count, logger, place_of
from storage import connections, conversations, files, held_messages, received_facts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

T = TypeVar("T")
LEASE = 45_000
"""Milliseconds a sending is left alone: longer than the function may run."""


class Delivery:
    """The delivery of one message, with what it needs to know."""

    known: connections.Connection | None = None  # where it was read just now

    def __init__(self, conversation_id: str, head: Conversation, receives: int, now: int, resumed: bool) -> None:
        self.conversation = conversation_id
        self.resumed = resumed
        self.head = head
        self.receives = receives
        self.now = now
        self.channel = channels.get(head.identity.channel)
        self.secrets = Credentials("")
        self.files: tuple[File, ...] = ()
        self.connection = connections.Connection(head.identity.channel, head.identity.connection)

    def run(self, action: Action) -> None:
        if action.state not in OUTBOX:
            return
        try:
            if not self._is_given_up(action):
                self._step(action)
        except conversations.Conflict:
            # An echo, or another run of this function, was quicker: what it wrote is looked at again.
            raise RetryLater(1, "conflict") from None
        except RetryLater as wait:
            # The platform just stopped the whole connection for longer than a queue hides anything.
            if wait.seconds <= queues.LONGEST_WAIT or wait.reason not in pausing.PAUSES:
                raise
            self._park(action)

    def _step(self, action: Action) -> None:
        if not self._has_credentials():
            self.fail(action, "connection")
            return
        if action.state == State.SENDING:
            if action.lease_until > self.now:
                raise RetryLater((action.lease_until - self.now) / 1000, "leased")
            action = self.change(action, state=State.UNCONFIRMED, lease_until=0)
        if action.verb == Verb.MODERATE:
            self._deliver(self._lease(action))
            return
        if self._is_forgotten(action):
            action = self.change(action, state=State.UNCONFIRMED)
        if action.state == State.UNCONFIRMED:
            action = lookups.look_for(self, action)
        if action.state == State.QUEUED:
            self._send(action)

    def _has_credentials(self) -> bool:
        """Return whether there are any, fresh ones; a connection that was let go has none."""
        try:
            self.secrets = session.fresh(self.channel.name, self.connection.name, self.now)
        except TransientFailure as failure:
            if failure.reason == Reason.RETRY and self.receives > pausing.PATIENCE:
                raise  # an agent is shown it (``give_up``), before the queue makes a dead letter of it
            pausing.pause(self.connection, failure, self.now)
            raise RetryLater(failure.retry_after or backoff(self.receives), failure.reason) from None
        except secrets.UnknownConnection:
            return False
        return True

    def _is_forgotten(self, action: Action) -> bool:
        """Return whether the platform may hold an earlier attempt of this message, and knows it by our id no more."""
        kept = self.channel.capabilities.repeatable
        tried = action.state == State.QUEUED and action.attempts > 0
        return kept is not None and tried and self.now - action.attempted_at > kept

    def _is_given_up(self, action: Action) -> bool:
        """Wait while the connection is stopped: in the queue, or beside it where a person has to put it right."""
        connection = self.connection = self.known or connections.connection(self.channel.name, self.connection.name)
        is_free = connections.is_free(connection)
        action = action if is_free else pausing.shown_waiting(connection, action, self.now, self.change)
        if not is_free and pausing.is_parked(connection, self.now, self.receives, self.resumed):
            self._park(action)
            return True
        is_unsure = bool(connection.resumed_at) and not self.resumed
        if is_unsure and held_messages.queue_behind(connection, self.conversation, action, self.now):
            return True
        if is_free or not pausing.stopped(connection, self.now):
            return False
        if self.receives > pausing.PATIENCE and action.state == State.QUEUED:
            self.fail(action, connection.problem)
            return True
        raise RetryLater((connection.paused_until - self.now) / 1000, connection.problem)

    def _park(self, action: Action) -> None:
        held_messages.park(self.channel.name, self.connection.name, self.conversation, action.id)
        logger.info("Message waits for its connection", conversation_id=self.conversation, action_id=action.id)

    def _send(self, action: Action) -> None:
        if action.not_before > self.now:
            # SQS waits whole seconds; the author may undo the message until the last of them.
            raise RetryLater(-(-(action.not_before - self.now) // 1000), "held")
        if not self._has_files(action):
            return
        leased, reason = self._lease(action), ""
        if action.verb == Verb.ASK or action.outreach:
            with self._queued_on_error(leased):
                reason = last_checks.reason_against(action, self.conversation, self.head, self.now)
        if reason:
            self.change(leased, state=State.CANCELLED, reason=reason, lease_until=0)
        else:
            self._deliver(leased)

    def _deliver(self, leased: Action) -> None:
        """Hand a leased message to the platform, and store what became of it."""
        try:
            leased = self._prepared(leased)
            platform_id = moderation.carry_out(self, leased) if leased.verb == Verb.MODERATE else self._publish(leased)
        except NotSent:
            self.fail(leased, reason="not_sent")
        except PermanentFailure as failure:
            self.fail(leased, failure.reason, failure.code)
        except TransientFailure as failure:
            self._put_back(leased, failure)
        except UnconfirmedSend:
            self.change(leased, state=State.UNCONFIRMED, reason="unconfirmed", lease_until=0)
            count("SendUnconfirmed", channel=self.channel.name)
            raise RetryLater(2, "unconfirmed") from None
        else:
            self.sent(leased, platform_id)

    def _has_files(self, action: Action) -> bool:
        """Have at hand what goes along, before the message is leased; one whose files are gone cannot be sent."""
        if not action.files:
            return True
        try:
            self.files = tuple(File(*each) for each in files.load(self.conversation, action.files))
        except files.NotThere:
            self.fail(action, reason="file_missing")
            return False
        return True

    def _prepared(self, leased: Action) -> Action:
        """Return the message with what was made of it on the platform, on a channel that publishes in two steps."""
        if not self.channel.capabilities.prepares or leased.draft or leased.verb == Verb.MODERATE:
            return leased
        outbound = self.outbound(leased)
        try:
            draft = self.hand_over(lambda: self.channel.sender.prepare(outbound, self.secrets))
        except UnconfirmedSend:
            raise NotSent from None  # a draft is not published
        with self._queued_on_error(leased):
            return self.change(leased, draft=draft)

    @contextmanager
    def _queued_on_error(self, leased: Action) -> Iterator[None]:
        """Put a message back that is not handed over yet, if our own table fails."""
        try:
            yield
        except conversations.Conflict:
            raise
        except Exception:
            self.change(leased, state=State.QUEUED, lease_until=0)
            raise

    def _lease(self, action: Action) -> Action:
        tried = {"attempts": action.attempts + 1, "attempted_at": self.now}
        return self.change(action, state=State.SENDING, lease_until=self.now + LEASE, reason="", **tried)

    def _publish(self, leased: Action) -> str:
        """Return the platform's id of a message that it has taken."""
        outbound = self.outbound(leased)
        return self.hand_over(lambda: self.channel.sender.try_send(outbound, self.secrets))

    def outbound(self, action: Action, others: frozenset[str] = frozenset()) -> Outbound:
        """Return a message as a channel sends it; ``others`` are the platform's ids of our other messages there."""
        identity, is_question = self.head.identity, action.verb == Verb.ASK
        return Outbound(
            id=action.id,
            way=action.way or Way.PUBLIC_REPLY,
            text=action.text,
            thread_id=identity.thread_id,
            branch_id=identity.branch_id,
            customer_id=action.addressee.id if action.addressee else self.head.customer.id,
            reply_to_id=action.reply_to_id,
            attempted_at=action.attempted_at,
            others=others,
            choices=choices(action.language) if is_question else (),
            files=self.files,
            draft_id=action.draft,
            automatic=is_question,
            title=self.head.title,
            envelope=Envelope(action.to, action.cc, action.subject),
            signature=action.signature,
            quotation=lookups.quotation(self, action) if self.channel.capabilities.addressed else None,
        )

    def hand_over(self, call: Callable[[], T]) -> T:
        """Return the result of a call to the channel; an error that nobody foresaw is told by where it happened.

        Raises ``NotSent`` if no request left, and ``UnconfirmedSend`` if one did, besides the channel's own failures.
        """
        departure.begin()
        try:
            return call()
        except ChannelError:
            raise
        except Exception as error:
            # Its words may hold the customer's, so they stay here.
            logger.error("Channel broke", channel=self.channel.name, error=type(error).__name__, where=place_of(error))
            count("SendBroke", channel=self.channel.name)
            failure = UnconfirmedSend if departure.left() else NotSent
        raise failure

    def _put_back(self, leased: Action, failure: TransientFailure) -> None:
        pausing.pause(self.connection, failure, self.now)
        if failure.reason == Reason.RETRY and leased.attempts >= ATTEMPTS:
            self.fail(leased, failure.reason, failure.code)
            return
        self.change(leased, state=State.QUEUED, reason=failure.reason, lease_until=0)
        raise RetryLater(failure.retry_after or backoff(self.receives), failure.reason)

    def sent(self, action: Action, platform_id: str) -> Action:
        """Return the message as one that the platform has, by this id."""
        sent = self.change(action, state=State.SENT, platform_id=platform_id, reason="", lease_until=0)
        logger.info("Message sent", conversation_id=self.conversation, action_id=action.id, channel=self.channel.name)
        if self.connection.problem:
            pausing.lift(self.connection)
        self.remember(platform_id)
        noted_at = self.connection.last_send_at
        connections.note_sign(self.channel.name, self.connection.name, connections.SEND, self.now, noted_at)
        if self.channel.name in prices.CHARGED:
            spending.note_sent(self.connection, action, self.now)
        return sent

    def remember(self, platform_id: str) -> None:
        """Note where a message stands under its id, so that answers to it are found."""
        identity, can = self.head.identity, self.channel.capabilities
        is_guess = can.thread_is_guess if identity.visibility == Visibility.PUBLIC else can.private_thread_is_guess
        if is_guess and platform_id:
            received_facts.store_reference(identity.channel, identity.connection, platform_id, identity, self.now)

    def fail(self, action: Action, reason: str, code: str = "") -> Action:
        """Return the message as one that an agent has to look at."""
        failed = self.change(action, state=refused_state(action), reason=str(reason), lease_until=0)
        count("SendFailed", channel=self.channel.name, reason=str(reason))
        logger.warning(
            "Message failed", conversation_id=self.conversation, action_id=action.id, reason=reason, code=code
        )
        return failed

    def change(self, action: Action, **fields: Any) -> Action:
        """Return the message with these fields, stored; raises ``Conflict``."""
        conversations.change_delivery(self.conversation, action, changed := replace(action, **fields))
        return changed
