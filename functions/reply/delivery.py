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
from math import ceil
from pathlib import PurePath
from traceback import extract_tb
from typing import TYPE_CHECKING, Any, TypeVar

import channels
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
from conversations import identity
from conversations.fold import customer_wrote_since
from conversations.model import (
    OUTBOX,
    Action,
    Author,
    Conversation,
    Fact,
    Kind,
    Moderation,
    State,
    Verb,
    Visibility,
    Way,
)
from shared import departure
from shared.telemetry import count, logger
from storage import connections, conversations, files, held_messages, keys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from channels.base import Channel

_Result = TypeVar("_Result")
LEASE = 45_000
"""Milliseconds a sending is left alone: longer than the function may run."""
SETTLING = 20_000
"""Milliseconds after a send before its absence on the platform is believed."""
ATTEMPTS = 6
"""How often a message is given to a platform that does not take it for passing reasons."""
LOOKS = 20
"""Receives after which a message that cannot be looked for, as the platform does not answer, is left to an agent."""
PATIENCE = 90
"""Receives after which a message that only waits (an expired token, a limit) is shown to an agent as failed."""
PARK_AFTER = 9
"""Receives after which a message leaves the queue and waits for a person to put the connection right: a quarter of an
hour, as each pause is twice as long as the one before."""
LONG_PAUSE = 3_600_000
"""Milliseconds of a pause that is too long for a message received that often: a queue keeps it for two weeks only."""
SHORTEST_PAUSE = 2
LONGEST_BACKOFF = 900
PAUSES = {Reason.AUTH: "auth", Reason.POLICY: "policy", Reason.RATE: "rate"}
"""What stops a whole connection, not one message."""
PROFILE_KEPT = 7 * 86_400
"""Seconds for which a name that was looked up, or not found, is not looked up again."""


TOLD = {
    Moderation.HIDE: Kind.HIDDEN,
    Moderation.SHOW: Kind.SHOWN,
    Moderation.DELETE: Kind.REMOVED,
    Moderation.EDIT: Kind.EDITED,
    Moderation.LIKE: Kind.REACTION,
    Moderation.UNLIKE: Kind.UNREACTION,
    Moderation.ACCEPT: Kind.SOLVED,
}
"""What the platform reports of what is done to a message."""
LIKED = "👍"


class _NotSent(Exception):
    """Something broke that nobody foresaw, before a request left."""


class RetryLater(Exception):
    """Not now: show this message again after so many ``seconds``."""

    def __init__(self, seconds: float, reason: str) -> None:
        super().__init__(reason)
        self.seconds = seconds
        self.reason = reason


def backoff(receives: int) -> float:
    """Seconds to wait before the next try, doubling."""
    return min(2.0 ** min(receives, 10), LONGEST_BACKOFF)


def carry_out(task: dict[str, Any], receives: int, now: int) -> None:
    """Do what a message of the queue asks for; raises ``RetryLater`` when it must be done later."""
    conversation = task["conversation"]
    head = conversations.head(conversation)
    if head is None:
        logger.warning("Conversation is gone", conversation_id=conversation)
    elif "customer" in task:
        _look_up(head, task["customer"], receives, now)
    elif "announced" in task:
        _complete(head, task["announced"], receives, now)
    elif action := conversations.action(conversation, task["action"]):
        _Delivery(conversation, head, receives, now, task.get("resumed", False)).run(action)


def give_up(task: dict[str, Any], receives: int) -> bool:
    """Show a message that cannot be handled to an agent, once it was received too often; whether that is so.

    Without this it would go to the dead letters as if it still waited.
    """
    if receives <= PATIENCE or "action" not in task:
        return False
    conversation = task["conversation"]
    action = conversations.action(conversation, task["action"])
    if action and action.state in OUTBOX:
        unsent = action.state == State.QUEUED or action.verb == Verb.MODERATE
        given_up = State.FAILED if unsent else State.UNCONFIRMED
        conversations.change_delivery(
            conversation, action, replace(action, state=given_up, reason="error", lease_until=0)
        )
    return True


class _Delivery:
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
            if wait.seconds <= queues.LONGEST_WAIT or wait.reason not in PAUSES:
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
            if failure.reason == Reason.RETRY and self.receives > PATIENCE:
                raise  # an agent is shown it (``give_up``), before the queue makes a dead letter of it
            self._pause(failure)
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
        is_stopped = bool(connection.problem) and connection.paused_until > self.now
        if self._is_parked(connection, is_stopped):
            self._park(action)
            return True
        if not is_stopped:
            return False
        if self.receives > PATIENCE and action.state == State.QUEUED:
            self._fail(action, connection.problem)
            return True
        raise RetryLater((connection.paused_until - self.now) / 1000, connection.problem)

    def _park(self, action: Action) -> None:
        held_messages.park(self.channel.name, self.connection.name, self.conversation, action.id)
        logger.info("Message waits for its connection", conversation_id=self.conversation, action_id=action.id)

    def _is_parked(self, connection: connections.Connection, is_stopped: bool) -> bool:
        """Return whether this takes longer than a queue can wait, or earlier messages are parked."""
        left = connection.paused_until - self.now if is_stopped else 0
        is_long = connection.problem in connections.NEEDS_PERSON or left > LONG_PAUSE
        too_long = left > queues.LONGEST_WAIT * 1000 or (is_stopped and is_long and self.receives > PARK_AFTER)
        return connection.held or too_long or (connection.parked and not self.resumed)

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
            outbound = self._outbound(leased)
            platform_id = self._handed_over(lambda: self.channel.sender.try_send(outbound, self.secrets))
        except _NotSent:
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
        outbound = self._outbound(leased)
        try:
            draft = self._handed_over(lambda: self.channel.sender.prepare(outbound, self.secrets))
        except UnconfirmedSend:
            raise _NotSent from None  # a draft is not published
        with self._queued_on_error(leased):
            return self._change(leased, draft=draft)

    def _handed_over(self, call: Callable[[], _Result]) -> _Result:
        """Return the result of a call to the channel; an error that nobody foresaw is told by where it happened.

        Raises ``_NotSent`` if no request left, and ``UnconfirmedSend`` if one did, besides the channel's own failures.
        """
        departure.begin()
        try:
            return call()
        except ChannelError:
            raise
        except Exception as error:
            place = extract_tb(error.__traceback__)[-1]
            where = f"{PurePath(place.filename).name}:{place.lineno}"
            # Its words may hold the customer's, so they stay here.
            logger.error("Channel broke", channel=self.channel.name, error=type(error).__name__, where=where)
            count("SendBroke", channel=self.channel.name)
            failure = UnconfirmedSend if departure.left() else _NotSent
        raise failure

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
        moderation, customer_id = action.moderation, self.head.customer.id
        try:
            self._handed_over(
                lambda: self.channel.sender.try_moderate(
                    moderation, action.target, self.secrets, action.text, customer_id
                )
            )
        except _NotSent:
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
        self._tell(leased)
        self._sent(leased, "")

    def _tell(self, action: Action) -> None:
        """Note what was done to a message as the platform will report it, which may take its time or not happen."""
        if kind := TOLD.get(action.moderation) if action.moderation else None:
            who = self.head.identity
            fact = Fact(
                kind,
                who.visibility,
                who.thread_id,
                self.now,
                action.target,
                who.branch_id,
                author=Author(self.secrets.account_id or None),
                own=True,
                text=action.text if kind == Kind.EDITED else None,
                payload=LIKED if kind == Kind.REACTION else None,
                customer_id=self.head.customer.id if who.visibility == Visibility.PRIVATE else None,
            )
            conversations.add_facts(who.channel, who.connection, [fact], self.now)

    def _look_for(self, action: Action) -> Action:
        """Find an unconfirmed message on the platform; the message, sent or to be sent again."""
        try:
            platform_id = self.channel.sender.find_sent(self._outbound(action, self._other_ids(action)), self.secrets)
        except TransientFailure as failure:
            self._pause(failure)
            if failure.reason == Reason.RETRY and self.receives >= LOOKS:
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
        self._pause(failure)
        if failure.reason == Reason.RETRY and leased.attempts >= ATTEMPTS:
            self._fail(leased, failure.reason, failure.code)
            return
        self._change(leased, state=State.QUEUED, reason=failure.reason, lease_until=0)
        raise RetryLater(failure.retry_after or backoff(self.receives), failure.reason)

    def _pause(self, failure: TransientFailure) -> None:
        """Stop the connection where the platform means all of it, visibly, until it may be tried again."""
        problem = PAUSES.get(failure.reason)
        if problem is None:
            return
        # The connection's own patience grows, not that of whichever message happens to try it.
        seconds = ceil(failure.retry_after or min(max(2 * self.connection.pause, SHORTEST_PAUSE), LONGEST_BACKOFF))
        who = self.head.identity
        connections.pause_connection(who.channel, who.connection, problem, self.now + seconds * 1000, seconds)
        count("ConnectionStopped", channel=who.channel, reason=problem)
        logger.error("Connection stopped", channel=who.channel, connection=who.connection, reason=problem)
        if failure.reason == Reason.AUTH and not self._renewed():
            secrets.forget()

    def _renewed(self) -> bool:
        """A token was refused: whether the platform gave another, so that the pause is a short one."""
        who = self.head.identity
        try:
            return session.refused(who.channel, who.connection, self.now)
        except TransientFailure:
            return False

    def _lift(self) -> None:
        """A connection over which a message went out has no problem any more."""
        if self.connection.problem:
            who = self.head.identity
            connections.lift_pause(who.channel, who.connection)
            logger.info("Connection works again", channel=who.channel, connection=who.connection)

    def _sent(self, action: Action, platform_id: str) -> Action:
        sent = self._change(action, state=State.SENT, platform_id=platform_id, reason="", lease_until=0)
        logger.info("Message sent", conversation_id=self.conversation, action_id=action.id, channel=self.channel.name)
        self._lift()
        who = self.head.identity
        if self.channel.capabilities.thread_is_guess and who.visibility == Visibility.PUBLIC and platform_id:
            conversations.store_reference(who.channel, who.connection, platform_id, who, self.now)
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
        """Return what else of ours stands there, so that an earlier message of the same words is not taken for this
        one.
        """
        others = conversations.read(self.conversation).actions
        return frozenset(other.platform_id for other in others if other.platform_id and other.id != action.id)

    def _outbound(self, action: Action, others: frozenset[str] = frozenset()) -> Outbound:
        who = self.head.identity
        return Outbound(
            id=action.id,
            way=action.way or Way.PUBLIC_REPLY,
            text=action.text,
            thread_id=who.thread_id,
            branch_id=who.branch_id,
            customer_id=self.head.customer.id,
            reply_to_id=action.reply_to_id,
            attempted_at=action.attempted_at,
            others=others,
            choices=choices(action.language) if action.verb == Verb.ASK else (),
            files=self.files,
            draft_id=action.draft,
            automatic=action.verb == Verb.ASK,
            title=self.head.title,
        )


def _complete(head: Conversation, message_id: str, receives: int, now: int) -> None:
    """Ask for a message that the platform only announced, or of which something unsigned was claimed.

    One that is gone meanwhile is left as it is.
    """
    who = head.identity
    told = [fact for fact in conversations.read(keys.id_of(who)).facts if fact.message_id == message_id]
    announced = next((fact for fact in told if fact.kind == Kind.MESSAGE), None)
    claims = {fact.payload: fact for fact in told if fact.kind == Kind.CLAIMED}  # the last one of each
    asked = [fact for fact in (announced, *claims.values()) if fact]
    if not asked:
        return
    try:
        secrets = session.fresh(who.channel, who.connection, now)
        answers = [channels.get(who.channel).receiver.complete(fact, secrets) for fact in asked]
    except TransientFailure as failure:
        if receives >= LOOKS:
            logger.warning("Message not fetched", conversation_id=keys.id_of(who), reason=failure.reason)
            return
        raise RetryLater(failure.retry_after or backoff(receives), failure.reason) from None
    conversations.add_facts(who.channel, who.connection, [whole for whole in answers if whole], now)


def _look_up(head: Conversation, customer_id: str, receives: int, now: int) -> None:
    """Learn a customer's name, at most once in a while; not learning it is normal."""
    who = head.identity
    known, name = connections.profile(who.channel, who.connection, customer_id)
    if not known:
        try:
            found = session.fresh(who.channel, who.connection, now)
            name = channels.get(who.channel).receiver.profile_name(customer_id, found)
        except TransientFailure as failure:
            if receives >= LOOKS:
                logger.info("Name not learnt", conversation_id=keys.id_of(who), reason=failure.reason)
                return
            raise RetryLater(failure.retry_after or 60, failure.reason) from None
        expires = now // 1000 + PROFILE_KEPT
        connections.put_profile(who.channel, who.connection, Author(customer_id, name), expires)
    if name:
        author = Author(customer_id, name)
        fact = Fact(Kind.PROFILE, Visibility.PRIVATE, who.thread_id, identity.clamp(head.opened_at), author=author)
        conversations.add_facts(who.channel, who.connection, [fact], now)
