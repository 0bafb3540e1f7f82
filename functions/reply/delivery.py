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
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import channels
from application.connections import session
from aws import queues, secrets
from channels.base import Credentials, File, PermanentFailure, Reason, TransientFailure, UnconfirmedSend
from conversations.actions import OUTBOX, Action, Moderation, State, Verb
from conversations.conversation import Conversation
from conversations.facts import Visibility
from conversations.fold import customer_wrote_since
from reply import lookups, moderation, pausing
from reply.handing_over import NotSent, hand_over, outbound_of
from reply.pausing import RetryLater, backoff
from shared.telemetry import count, logger
from storage import connections, conversations, files, held_messages, received_facts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from channels.base import Channel

LEASE = 45_000
"""Milliseconds a sending is left alone: longer than the function may run."""
SETTLING = 20_000
"""Milliseconds after a send before its absence on the platform is believed."""
ATTEMPTS = 6
"""Number of attempts to send a message that a platform refuses for temporary reasons."""


class Delivery:
    """The delivery of one message, with what it needs to know."""

    def __init__(self, conversation_id: str, head: Conversation, receives: int, now: int, resumed: bool) -> None:
        self.conversation = conversation_id
        self.resumed = resumed
        self.head = head
        self.receives = receives
        self.now = now
        self.channel: Channel = channels.get(head.identity.channel)
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
            self._fail(action, "connection")
            return
        if action.state == State.SENDING:
            if action.lease_until > self.now:
                raise RetryLater((action.lease_until - self.now) / 1000, "leased")
            action = self._change(action, state=State.UNCONFIRMED, lease_until=0)
        if action.verb == Verb.MODERATE:
            self._moderate(action)
            return
        if self._is_forgotten(action):
            action = self._change(action, state=State.UNCONFIRMED)
        if action.state == State.UNCONFIRMED:
            action = self._look_for(action)
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
        connection = self.connection = connections.connection(self.connection.channel, self.connection.name)
        if pausing.is_parked(connection, self.now, self.receives, self.resumed):
            self._park(action)
            return True
        if not pausing.stopped(connection, self.now):
            return False
        if self.receives > pausing.PATIENCE and action.state == State.QUEUED:
            self._fail(action, connection.problem)
            return True
        raise RetryLater((connection.paused_until - self.now) / 1000, connection.problem)

    def _park(self, action: Action) -> None:
        held_messages.park(self.channel.name, self.connection.name, self.conversation, action.id)
        logger.info("Message waits for its connection", conversation_id=self.conversation, action_id=action.id)

    def _send(self, action: Action) -> None:
        if action.not_before > self.now:
            # SQS waits whole seconds; whoever wrote this may take it back until the last of them.
            raise RetryLater(-(-(action.not_before - self.now) // 1000), "held")
        if not self._has_files(action):
            return
        leased = self._lease(action)
        with self._queued_on_error(leased):
            wrote = action.verb == Verb.ASK and self._customer_wrote(action)
        if wrote:
            self._change(leased, state=State.CANCELLED, reason="customer_wrote", lease_until=0)
        else:
            self._deliver(leased)

    def _deliver(self, leased: Action) -> None:
        """Hand a leased message to the platform, and note what became of it."""
        try:
            leased = self._prepared(leased)
            outbound = outbound_of(leased, self.head, self.files)
            platform_id = hand_over(self.channel.name, lambda: self.channel.sender.try_send(outbound, self.secrets))
        except NotSent:
            self._fail(leased, reason="not_sent")
        except PermanentFailure as failure:
            self._fail(leased, failure.reason, failure.code)
        except TransientFailure as failure:
            self._put_back(leased, failure)
        except UnconfirmedSend:
            self._change(leased, state=State.UNCONFIRMED, reason="unconfirmed", lease_until=0)
            count("SendUnconfirmed", channel=self.channel.name)
            raise RetryLater(2, "unconfirmed") from None
        else:
            self._sent(leased, platform_id)

    def _has_files(self, action: Action) -> bool:
        """Have at hand what goes along, before the message is leased; one whose files are gone cannot be sent."""
        if not action.files:
            return True
        try:
            self.files = tuple(File(*each) for each in files.load(self.conversation, action.files))
        except files.NotThere:
            self._fail(action, reason="file_missing")
            return False
        return True

    def _prepared(self, leased: Action) -> Action:
        """The message with what was made of it on the platform, on a channel that publishes in two steps."""
        if not self.channel.capabilities.prepares or leased.draft:
            return leased
        outbound = outbound_of(leased, self.head, self.files)
        try:
            draft = hand_over(self.channel.name, lambda: self.channel.sender.prepare(outbound, self.secrets))
        except UnconfirmedSend:
            raise NotSent from None  # a draft is not published
        with self._queued_on_error(leased):
            return self._change(leased, draft=draft)

    @contextmanager
    def _queued_on_error(self, leased: Action) -> Iterator[None]:
        """Put a message back that is not handed over yet, if our own table fails."""
        try:
            yield
        except conversations.Conflict:
            raise
        except Exception:
            self._change(leased, state=State.QUEUED, lease_until=0)
            raise

    def _lease(self, action: Action) -> Action:
        return self._change(
            action,
            state=State.SENDING,
            attempts=action.attempts + 1,
            attempted_at=self.now,
            lease_until=self.now + LEASE,
            reason="",
        )

    def _moderate(self, action: Action) -> None:
        """Hide, delete or block. Done twice it is done once, so that whatever got no answer is simply done again."""
        leased = self._lease(action)
        assert action.moderation is not None
        wanted, customer_id = action.moderation, self.head.customer.id
        try:
            hand_over(
                self.channel.name,
                lambda: self.channel.sender.try_moderate(wanted, action.target, self.secrets, action.text, customer_id),
            )
        except NotSent:
            self._fail(leased, reason="not_sent")
            return
        except PermanentFailure as failure:
            if failure.reason != Reason.GONE or action.moderation not in (Moderation.HIDE, Moderation.DELETE):
                self._fail(leased, failure.reason, failure.code)
                return
            # What is not there any more is neither seen nor needs to be deleted.
        except TransientFailure as failure:
            self._put_back(leased, failure)
            return
        except UnconfirmedSend:
            self._put_back(leased, TransientFailure(Reason.RETRY))
            return
        moderation.note(self.head, self.secrets, leased, self.now)
        self._sent(leased, "")

    def _look_for(self, action: Action) -> Action:
        """Find an unconfirmed message on the platform; the message, sent or to be sent again."""
        try:
            platform_id = self.channel.sender.find_sent(
                outbound_of(action, self.head, self.files, self._other_ids(action)), self.secrets
            )
        except TransientFailure as failure:
            pausing.pause(self.connection, failure, self.now)
            if failure.reason == Reason.RETRY and self.receives >= lookups.LOOKS:
                return action
            raise RetryLater(failure.retry_after or backoff(self.receives), failure.reason) from None
        except PermanentFailure:
            logger.warning("Message cannot be looked for", conversation_id=self.conversation, action_id=action.id)
            return action
        if platform_id:
            return self._sent(action, platform_id)
        settled = action.attempted_at + SETTLING
        if settled > self.now:
            raise RetryLater((settled - self.now) / 1000, "unconfirmed")
        if action.attempts >= ATTEMPTS:
            return self._fail(action, Reason.RETRY)
        return self._change(action, state=State.QUEUED, reason="")

    def _put_back(self, leased: Action, failure: TransientFailure) -> None:
        pausing.pause(self.connection, failure, self.now)
        if failure.reason == Reason.RETRY and leased.attempts >= ATTEMPTS:
            self._fail(leased, failure.reason, failure.code)
            return
        self._change(leased, state=State.QUEUED, reason=failure.reason, lease_until=0)
        raise RetryLater(failure.retry_after or backoff(self.receives), failure.reason)

    def _sent(self, action: Action, platform_id: str) -> Action:
        sent = self._change(action, state=State.SENT, platform_id=platform_id, reason="", lease_until=0)
        logger.info("Message sent", conversation_id=self.conversation, action_id=action.id, channel=self.channel.name)
        pausing.lift(self.connection)
        who = self.head.identity
        if self.channel.capabilities.thread_is_guess and who.visibility == Visibility.PUBLIC and platform_id:
            received_facts.store_reference(who.channel, who.connection, platform_id, who, self.now)
        connections.note_sign(self.channel.name, who.connection, connections.SEND, self.now)
        return sent

    def _fail(self, action: Action, reason: str, code: str = "") -> Action:
        failed = self._change(action, state=State.FAILED, reason=str(reason), lease_until=0)
        count("SendFailed", channel=self.channel.name, reason=str(reason))
        logger.warning(
            "Message failed", conversation_id=self.conversation, action_id=action.id, reason=reason, code=code
        )
        return failed

    def _change(self, action: Action, **fields: Any) -> Action:
        changed = replace(action, **fields)
        conversations.change_delivery(self.conversation, action, changed)
        return changed

    def _customer_wrote(self, action: Action) -> bool:
        """Return whether the customer wrote what was not known when the question was decided, folded already or not."""
        found = conversations.read(self.conversation)
        return customer_wrote_since(action, self.head.identity, found.facts, found.actions)

    def _other_ids(self, action: Action) -> frozenset[str]:
        """Return our other ids there, so that an earlier message of the same words is not taken for this one."""
        others = conversations.read(self.conversation).actions
        return frozenset(other.platform_id for other in others if other.platform_id and other.id != action.id)
