"""Status of a conversation: what was done to it, by agents here, with other tools and on the platform."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from conversations import attention, lifecycle
from conversations.actions import Action, State, Verb, about_one, is_lost, is_waiting
from conversations.arrival_weeks import other_weeks
from conversations.conversation import OFFER, OUTREACH, Decision, Status
from conversations.facts import Kind, Visibility
from conversations.identity import clamp, position
from conversations.messages import changed_since, changes_of, new_to, order
from conversations.promise import Outcome
from conversations.send_options import Way

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from conversations.attention import Standing
    from conversations.conversation import Conversation
    from conversations.facts import Fact
    from conversations.messages import Message

UNDELIVERED = frozenset({State.FAILED, State.UNCONFIRMED})
WAITING = "waiting"
"""The last answer has not left: it waits until a person puts the connection right."""
_DECIDING_VERBS = frozenset({Verb.REPLY, Verb.RESOLVE, Verb.REOPEN, Verb.TASK, Verb.SNOOZE, Verb.WAKE})
_OPENING_VERBS = frozenset({Verb.REOPEN, Verb.TASK, Verb.SNOOZE, Verb.WAKE})
"""After these it is the team's turn, also when no message is unread."""
_SEEING_VERBS = frozenset({Verb.REPLY, Verb.RESOLVE})


def with_actions(
    head: Conversation, inbound: Sequence[Message], foreign: Sequence[Action], done: Sequence[Action]
) -> Conversation:
    """Return the head as actions leave it: those ``done`` here, and ``foreign`` ones, which the platform reported."""
    both = sorted([*foreign, *done], key=moment_of)
    changes = changes_of(inbound)
    unread = _unread([action for action in both if sees(action)], inbound, changes)
    if head.identity.visibility == Visibility.PUBLIC:
        unread = _open(inbound, both, unread)
        head = replace(head, attended_at=max((each.at for each in done if about_one(each)), default=0))
    deciding = [action for action in both if decides(action)]
    weeks = other_weeks(unread.values(), head.last_inbound_at)
    head = replace(head, unread=len(unread), unread_weeks=weeks, waiting_since=min(unread.values(), default=0))
    if deciding:
        last = deciding[-1]
        asleep = last.verb == Verb.SNOOZE and not new_to(last, inbound) and not changed_since(last, changes)
        head = replace(head, decision=decision_of(last), snoozed_until=last.until if asleep else None)
    for action in both:
        if action.verb in (Verb.REPLY, Verb.ASK):
            head = with_outgoing(head, action)
        if effect_of(action) == Verb.RESOLVE:
            head = with_resolution(head, action.at)
    return lifecycle.handled(head, done)


def _open(inbound: Sequence[Message], both: Sequence[Action], unseen: dict[str, int]) -> dict[str, int]:
    """Return the messages of a public thread that are open; where nothing is about one of them, those nobody saw."""
    if not any(each.deleted for each in inbound) and not any(about_one(action) for action in both):
        return unseen
    return attention.open_since(attention.standing(inbound, both, unseen, sees))


def standing(
    head: Conversation, messages: Sequence[Message], ordered: Sequence[Fact], done: Sequence[Action]
) -> Mapping[str, Standing]:
    """Return the state of each message of others, by its id; ``done`` are the actions that were not undone."""
    inbound = [message for message in messages if message.direction == "inbound"]
    both = sorted([*told(ordered, messages, inbound, done), *done], key=moment_of)
    unseen = _unread([action for action in both if sees(action)], inbound, changes_of(inbound))
    if head.identity.visibility == Visibility.PRIVATE:
        both = [action for action in both if not about_one(action)]
    return attention.standing(inbound, both, unseen, sees)


def told(
    ordered: Sequence[Fact], messages: Sequence[Message], inbound: Sequence[Message], done: Sequence[Action]
) -> list[Action]:
    """Return as actions what was done elsewhere, as the platform tells: answers, accepted solutions, and likes."""
    answers = [*foreign_answers(messages, inbound, done), *solutions(ordered, inbound)]
    likes = any(fact.own and fact.kind in (Kind.REACTION, Kind.UNREACTION) for fact in ordered)
    return [*answers, *attention.own_likes(ordered, inbound, done)] if likes else answers


def _unread(
    seeing: Sequence[Action], inbound: Sequence[Message], changes: Sequence[tuple[int, Message]]
) -> dict[str, int]:
    """Return what nobody has seen: new messages and those that say something else since, each with its time."""
    if not seeing:
        return {message.id: message.sent_at for message in inbound}
    knowing = [changed_since(action, changes) for action in seeing if action.seen]
    changed = min(knowing, key=len, default=[])
    new = min((new_to(action, inbound) for action in seeing), key=len)
    since = {message.id: at for at, message in reversed(changed)}
    return since | {message.id: message.sent_at for message in new}


def foreign_answers(messages: Sequence[Message], inbound: Sequence[Message], actions: Sequence[Action]) -> list[Action]:
    """Answers given with another tool count as answers, for what stood above them; a machine's are none."""
    ours = {action.id for action in actions}
    return [
        Action(
            id=message.id,
            at=message.sent_at,
            verb=Verb.REPLY,
            by=message.author,
            seen=sum(1 for other in inbound if order(other) < order(message)),
            upto=message.sent_at,
        )
        for message in messages
        if message.direction == "outbound" and message.id not in ours and not message.automatic
    ]


def solutions(ordered: Sequence[Fact], inbound: Sequence[Message]) -> list[Action]:
    """Return the actions of accepted solutions: accepting one resolves the conversation, withdrawing it reopens."""
    verbs = {Kind.SOLVED: Verb.RESOLVE, Kind.UNSOLVED: Verb.REOPEN}
    return [
        Action(
            id=position(fact),
            at=clamp(fact.at),
            verb=verbs[fact.kind],
            by=fact.author,
            seen=sum(1 for other in inbound if other.sent_at <= fact.at),
            upto=clamp(fact.at),
        )
        for fact in ordered
        if fact.kind in verbs
    ]


def sees(action: Action) -> bool:
    """Return whether the agent had read the conversation when they acted; an answer that did not arrive is none.

    An answer to one message says nothing of the others, unless it closes the conversation.
    """
    if action.about and not action.resolve:
        return False
    return (action.verb in _SEEING_VERBS or action.resolve) and not is_lost(action)


def decides(action: Action) -> bool:
    """Return whether the action decides the conversation's status."""
    if is_lost(action):
        return False
    return action.verb in _DECIDING_VERBS or action.resolve or effect_of(action) == Verb.REOPEN


def decision_of(action: Action) -> Decision:
    """Return the decision that an action is."""
    return Decision(action.at, action.id, effect_of(action))


def with_resolution(head: Conversation, at: int) -> Conversation:
    """Return the head after it was resolved at a time, which may be the first one."""
    first = min(head.service_level.first_resolved_at or at, at)
    return replace(head, service_level=replace(head.service_level, first_resolved_at=first))


def effect_of(action: Action) -> str:
    """Return the effect of an action; a reaction that means "still broken" leaves nothing to read."""
    if action.resolve:
        closes = OFFER if action.outreach else Verb.RESOLVE
        return Verb.REPLY if is_lost(action) else closes
    broken = action.outcome == Outcome.STILL_BROKEN and action.reason == "reaction"
    return Verb.REOPEN if broken else action.verb


def with_outgoing(head: Conversation, action: Action) -> Conversation:
    """Return what a message of ours changes: the first response, the one private reply, and whether it arrived."""
    first = head.service_level.first_response_at
    arrives = action.verb == Verb.REPLY and not is_lost(action)
    if arrives and action.seen and not action.outreach:
        first = action.at if first is None else min(first, action.at)
    lost = WAITING if is_waiting(action) else str(action.state) if action.state in UNDELIVERED else ""
    used = action.way == Way.PRIVATE_REPLY and action.state not in (State.FAILED, State.CANCELLED)
    return replace(
        head,
        origin=head.origin or (OUTREACH if arrives and action.outreach else ""),
        service_level=replace(head.service_level, first_response_at=first),
        undelivered=lost or (head.undelivered if action.beside else ""),
        window=replace(head.window, private_reply_used=head.window.private_reply_used or used),
    )


def settled(head: Conversation) -> Conversation:
    """Return the head with the status that follows from everything else in it."""
    return replace(head, status=_status(head))


def _status(head: Conversation) -> Status:
    if head.snoozed_until and not head.undelivered:
        return Status.SNOOZED
    if head.unread or head.undelivered or head.decision.verb in _OPENING_VERBS:
        return Status.OPEN
    if head.decision.verb in (Verb.RESOLVE, OFFER):
        return Status.RESOLVED
    return Status.WAITING


def moment_of(action: Action) -> tuple[int, str]:
    """Return the place of an action among others: by time, then by id."""
    return action.at, action.id
