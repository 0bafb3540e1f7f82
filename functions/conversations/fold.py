"""The fold: computes a conversation's head from facts and actions; pure, and the same in any order.

``fold`` reads everything. ``receive`` and ``act`` add one thing to a head that is already folded, for the common case
that it is the newest; they return None when only a fold from the beginning can tell.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from conversations import follow_ups, lifecycle
from conversations.actions import WRITING_VERBS, Action, State, Verb, is_undone
from conversations.conversation import Conversation, Status
from conversations.facts import Author, Fact, Kind, Visibility
from conversations.identity import Identity, clamp, position
from conversations.message_fold import messages_of, told_by, written
from conversations.messages import Message, new_to, order
from conversations.promise import FollowUpState, Outcome
from conversations.send_options import Situation, Way

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from conversations.promise import FollowUp

PREVIEW_LENGTH = 80
THIRD_PARTIES_SHOWN = 5
MOST_STARS = 5
UNDELIVERED = frozenset({State.FAILED, State.UNCONFIRMED})
_TIME = 13
"""The digits of a position that are its time; among equal times only a fold from the beginning keeps one order."""
_PLACED_KINDS = frozenset({Kind.MESSAGE, Kind.EDITED, Kind.REMOVED, Kind.SOLVED, Kind.UNSOLVED})
"""Kinds of facts that a new message must follow to be added on top; a solution settles what was written before it."""
_TURNING_KINDS = frozenset({Kind.EDITED, Kind.REMOVED, Kind.SHOWN, Kind.SOLVED, Kind.UNSOLVED, Kind.GONE, Kind.BACK})
"""Kinds of facts that change more of a head than an addition on top; a shown message may have been removed before."""
_DECIDING_VERBS = frozenset({Verb.REPLY, Verb.RESOLVE, Verb.REOPEN, Verb.TASK, Verb.SNOOZE, Verb.WAKE})
_OPENING_VERBS = frozenset({Verb.REOPEN, Verb.TASK, Verb.SNOOZE, Verb.WAKE})
"""After these it is the team's turn, also when no message is unread."""
_SEEING_VERBS = frozenset({Verb.REPLY, Verb.RESOLVE})


# -- everything -------------------------------------------------------------------------------------------------------


def fold(identity: Identity, facts: Iterable[Fact], actions: Iterable[Action]) -> Conversation | None:
    """The head of a conversation, or None while there is nothing to have a conversation about."""
    by_position = {position(fact): fact for fact in facts}
    ordered = [by_position[key] for key in sorted(by_position)]
    done = sorted((action for action in actions if not is_undone(action)), key=_when)
    messages = messages_of(identity, ordered, done)
    inbound = [message for message in messages if message.direction == "inbound"]
    if not messages or not _opened(identity, ordered):
        return None
    customer = _customer(identity, ordered, inbound)
    whose = Conversation(identity, customer=customer, unproven=_is_unproven(customer, inbound))
    heard = [message for message in inbound if _is_customers(whose, message)]
    head = replace(
        whose,
        third_parties=_third_parties(whose, inbound),
        inbound=len(inbound),
        heard=len(heard),
        outbound=sum(1 for each in messages if each.direction == "outbound" and each.state != State.CANCELLED),
        opened_at=min(message.sent_at for message in messages),
        title=next((message.title for message in messages if message.title), ""),
        last_inbound_at=max((message.sent_at for message in inbound), default=0),
        last_customer_at=_last_customer_at(identity, ordered, heard, customer),
        cursor=max((key for key, fact in by_position.items() if fact.kind in _PLACED_KINDS), default=""),
    )
    head = _with_last_message(head, messages)
    foreign = [*_foreign_answers(messages, inbound, done), *_solutions(ordered, inbound)]
    head = _with_actions(head, inbound, foreign, done)
    promises = follow_ups.history(done, heard)
    if promises:
        last = follow_ups.for_whom(promises[-1], customer.id)
        head = replace(head, follow_up=follow_ups.after_reaction(last, messages, customer.id))
    removed = bool(inbound) and inbound[0].deleted
    return _settled(replace(head, removed=removed, unreachable=_is_gone(identity, ordered, customer)))


def promises_of(head: Conversation, messages: Sequence[Message], actions: Iterable[Action]) -> list[FollowUp]:
    """All promises of a conversation and what became of them, the oldest first; the last is as the head shows it."""
    heard = [message for message in messages if is_customers(head, message)]
    found = follow_ups.history(sorted((each for each in actions if not is_undone(each)), key=_when), heard)
    return [*found[:-1], head.follow_up] if head.follow_up else found


def is_customers(head: Conversation, message: Message) -> bool:
    """Return whether the customer wrote a message."""
    return message.direction == "inbound" and _is_customers(head, message)


# -- one thing more ---------------------------------------------------------------------------------------------------


def receive(head: Conversation, fact: Fact) -> Conversation | None:
    """The head after one more fact; None when it must be folded from the beginning."""
    if fact.kind in _TURNING_KINDS:
        return None
    if fact.kind == Kind.MESSAGE:
        if head.identity.visibility == Visibility.PUBLIC and not (fact.branch_id and head.inbound):
            return None
        if fact.unproven != head.unproven or (head.unproven and fact.author.id != head.customer.id):
            return None
        newest = position(fact)[:_TIME] > head.cursor[:_TIME] and not fact.own
        return _received(head, fact) if newest else None
    if fact.kind in (Kind.REACTION, Kind.UNREACTION) and _may_be_outcome(head, fact):
        return None
    if fact.kind == Kind.REACTION and _reopens_window(head.identity, head.customer, fact):
        return replace(head, last_customer_at=max(head.last_customer_at or 0, clamp(fact.at)))
    if fact.kind == Kind.PROFILE and fact.author.id == head.customer.id and not head.customer.name:
        return replace(head, customer=replace(head.customer, name=fact.author.name))
    return head


def act(head: Conversation, action: Action) -> Conversation | None:
    """The head after one more action; None when it must be folded from the beginning."""
    if not _is_news(head, action):
        return None
    changed = replace(head, follow_up=follow_ups.after_action(head.follow_up, action))
    if _sees(action):
        changed = replace(changed, unread=0, waiting_since=0)
    if _decides(action):
        changed = replace(changed, done_at=action.at, done_by=action.id, done_verb=_effect(action), snoozed_until=None)
    if _effect(action) == Verb.RESOLVE:
        changed = replace(changed, first_resolved_at=min(changed.first_resolved_at or action.at, action.at))
    changed = lifecycle.after(changed, action)
    if action.verb in (Verb.REPLY, Verb.ASK):
        changed = _with_outgoing(changed, action)
        changed = replace(changed, outbound=changed.outbound + (action.state != State.CANCELLED))
    if action.verb in WRITING_VERBS:
        changed = _with_last_message(changed, [written(head.identity, action)])
    return _settled(changed)


def _is_news(head: Conversation, action: Action) -> bool:
    """Return whether an action comes after all that the head holds, so that it can simply be put on top."""
    if action.verb in lifecycle.VERBS or is_undone(action):
        return False
    if _decides(action) and (action.at, action.id) <= (head.done_at, head.done_by):
        return False
    if _sees(action) and action.seen < head.inbound:
        return False
    return not (action.promise and head.follow_up and action.id <= head.follow_up.version)


def _sees(action: Action) -> bool:
    """Return whether the agent had read the conversation when they acted."""
    return action.verb in _SEEING_VERBS or action.resolve


def _decides(action: Action) -> bool:
    """Return whether the action decides the conversation's status."""
    return action.verb in _DECIDING_VERBS or action.resolve or _effect(action) == Verb.REOPEN


def situation(head: Conversation, options: Mapping[str, str] | None = None) -> Situation:
    """Return what a channel must know of a conversation, and of its connection, to say what may be sent."""
    return Situation(
        head.identity.visibility,
        head.last_customer_at,
        head.customer.id,
        head.private_reply_used,
        thread_id=head.identity.thread_id,
        answered=head.outbound > 0,
        options=options or {},
    )


def customer_wrote_since(action: Action, who: Identity, facts: Iterable[Fact], actions: Sequence[Action]) -> bool:
    """Return whether the customer wrote anything that was not known when ``action`` was done."""
    ordered = list(facts)
    inbound = [message for message in messages_of(who, ordered, actions) if message.direction == "inbound"]
    customer = _customer(who, ordered, inbound)
    whose = Conversation(who, customer=customer, unproven=_is_unproven(customer, inbound))
    heard = [message for message in inbound if _is_customers(whose, message)]
    return bool(new_to(action, heard, heard=True))


# -- the head ---------------------------------------------------------------------------------------------------------


def opens(fact: Fact) -> bool:
    """Return whether a fact is a visitor's post, which is one conversation with all its comments."""
    return not fact.branch_id and not fact.own and fact.kind in (Kind.MESSAGE, Kind.EDITED)


def _opened(identity: Identity, ordered: Sequence[Fact]) -> bool:
    """A public thread is a conversation as a whole only if a visitor began it."""
    whole_post = identity.visibility == Visibility.PUBLIC and not identity.branch_id
    return not whole_post or any(opens(fact) for fact in ordered)


def _customer(identity: Identity, ordered: Sequence[Fact], inbound: Sequence[Message]) -> Author:
    """Return who opened the conversation; in a private thread, the person on its other side."""
    names = {fact.author.id: fact.author.name for fact in ordered if fact.kind == Kind.PROFILE and fact.author.name}
    if identity.visibility == Visibility.PRIVATE:
        # Of our own messages some platforms do not tell to whom they went.
        told = sorted((fact for fact in ordered if fact.customer_id), key=lambda fact: fact.own)
        known = told[0].customer_id if told else None
        name = next((message.author.name for message in inbound if message.author.name), None)
        return Author(known, name or names.get(known))
    openers = [fact.author for fact in ordered if opens(fact)]
    author = openers[0] if openers else inbound[0].author if inbound else Author()
    return replace(author, name=author.name or names.get(author.id))


def _is_unproven(customer: Author, inbound: Sequence[Message]) -> bool:
    """Tell if the customer wrote, and nobody vouches for any of it."""
    proofs = [not message.unproven for message in inbound if message.author.id == customer.id]
    return bool(proofs) and not any(proofs)


def _is_customers(head: Conversation, said: Message | Fact) -> bool:
    """An author whom the platform does not name may be the customer: then we keep quiet rather than ask.

    An unproven message is the customer's only where all of theirs are.
    """
    author = said.author.id
    if said.unproven and not head.unproven:
        return False
    is_between_two = head.identity.visibility == Visibility.PRIVATE and not said.is_open
    return is_between_two or author is None or author == head.customer.id


def _third_parties(head: Conversation, inbound: Sequence[Message]) -> tuple[str, ...]:
    found = dict.fromkeys(
        message.author.id for message in inbound if message.author.id and not _is_customers(head, message)
    )
    return tuple(found)[:THIRD_PARTIES_SHOWN]


def _may_be_outcome(head: Conversation, fact: Fact) -> bool:
    asked = head.follow_up is not None and head.follow_up.state == FollowUpState.ASKED
    return asked and fact.author.id is not None and fact.author.id == head.customer.id


def _reopens_window(identity: Identity, customer: Author, fact: Fact) -> bool:
    private = identity.visibility == Visibility.PRIVATE
    return private and fact.author.id is not None and fact.author.id == customer.id


def _last_customer_at(
    identity: Identity, ordered: Sequence[Fact], heard: Sequence[Message], customer: Author
) -> int | None:
    times = [message.sent_at for message in heard]
    times += [
        clamp(fact.at) for fact in ordered if fact.kind == Kind.REACTION and _reopens_window(identity, customer, fact)
    ]
    return max(times, default=None)


def _with_last_message(head: Conversation, messages: Iterable[Message]) -> Conversation:
    shown = [message for message in messages if message.direction != "note"]
    last = max(shown, key=order, default=None)
    if last is None or order(last) <= head.last_message_key:
        return head
    # A judgement is shown before its words, of which there may be none.
    said = [*([_sign(last.rating)] if last.rating else []), *(last.text or "").split()]
    preview = " ".join(said)[:PREVIEW_LENGTH]
    if not preview and last.attachments:
        preview = f"[{last.attachments[0].type}]"
    return replace(head, last_message_at=last.sent_at, last_message_key=order(last), preview=preview)


def _sign(rating: str) -> str:
    """A rating as a sign that needs no language."""
    if not rating.isdecimal():
        return "👍" if rating == "positive" else "👎"
    return "★" * int(rating) + "☆" * (MOST_STARS - int(rating))


def _foreign_answers(
    messages: Sequence[Message], inbound: Sequence[Message], actions: Sequence[Action]
) -> list[Action]:
    """Answers given with another tool count as answers, for what stood above them."""
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
        if message.direction == "outbound" and message.id not in ours
    ]


def _solutions(ordered: Sequence[Fact], inbound: Sequence[Message]) -> list[Action]:
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


def _is_gone(identity: Identity, ordered: Sequence[Fact], customer: Author) -> bool:
    """Return whether the last that was heard of it is that the customer cannot be reached any more."""
    whose = Conversation(identity, customer=customer)
    reports = [fact for fact in ordered if fact.kind in (Kind.GONE, Kind.BACK) and _is_customers(whose, fact)]
    return bool(reports) and reports[-1].kind == Kind.GONE


def _with_actions(
    head: Conversation, inbound: Sequence[Message], foreign: Sequence[Action], done: Sequence[Action]
) -> Conversation:
    both = sorted([*foreign, *done], key=_when)
    unread = min((new_to(action, inbound) for action in both if _sees(action)), key=len, default=inbound)
    deciding = [action for action in both if _decides(action)]
    head = replace(head, unread=len(unread), waiting_since=unread[0].sent_at if unread else 0)
    if deciding:
        last = deciding[-1]
        asleep = last.verb == Verb.SNOOZE and not new_to(last, inbound)
        head = replace(head, done_at=last.at, done_by=last.id, done_verb=_effect(last))
        head = replace(head, snoozed_until=last.until if asleep else None)
    for action in both:
        if action.verb in (Verb.REPLY, Verb.ASK):
            head = _with_outgoing(head, action)
        if _effect(action) == Verb.RESOLVE:
            head = replace(head, first_resolved_at=min(head.first_resolved_at or action.at, action.at))
    return lifecycle.handled(head, done)


def _with_outgoing(head: Conversation, action: Action) -> Conversation:
    """Return what a message of ours changes: the first response, the one private reply, and whether it arrived."""
    first = head.first_response_at
    if action.verb == Verb.REPLY and action.seen:
        first = action.at if first is None else min(first, action.at)
    lost = str(action.state) if action.state in UNDELIVERED else head.undelivered if action.beside else ""
    used = action.way == Way.PRIVATE_REPLY and action.state not in (State.FAILED, State.CANCELLED)
    return replace(head, first_response_at=first, undelivered=lost, private_reply_used=head.private_reply_used or used)


def _effect(action: Action) -> str:
    """Return the effect of an action; a reaction that means "still broken" leaves nothing to read."""
    if action.resolve:
        return Verb.RESOLVE
    broken = action.outcome == Outcome.STILL_BROKEN and action.reason == "reaction"
    return Verb.REOPEN if broken else action.verb


def _settled(head: Conversation) -> Conversation:
    """Return the head with the status that follows from everything else in it."""
    return replace(head, status=_status(head))


def _status(head: Conversation) -> Status:
    if head.snoozed_until and not head.undelivered:
        return Status.SNOOZED
    if head.unread or head.undelivered or head.done_verb in _OPENING_VERBS:
        return Status.OPEN
    if head.done_verb == Verb.RESOLVE:
        return Status.RESOLVED
    return Status.WAITING


def _received(head: Conversation, fact: Fact) -> Conversation:
    message = told_by(head.identity, fact, {head.customer.id: head.customer.name})
    customers = _is_customers(head, message)
    changed = _with_last_message(head, [message])
    changed = replace(
        changed,
        inbound=head.inbound + 1,
        unread=head.unread + 1,
        snoozed_until=None,
        heard=head.heard + customers,
        opened_at=min(head.opened_at, message.sent_at),
        title=head.title or message.title or "",
        last_inbound_at=max(head.last_inbound_at, message.sent_at),
        waiting_since=head.waiting_since or message.sent_at,
        cursor=position(fact),
    )
    if customers:
        changed = _heard(changed, message)
    elif message.author.id not in head.third_parties and len(head.third_parties) < THIRD_PARTIES_SHOWN:
        changed = replace(changed, third_parties=(*head.third_parties, message.author.id or ""))
    return _settled(changed)


def _heard(head: Conversation, message: Message) -> Conversation:
    """Return the head after the customer wrote: the window opens again, the follow-up is moot or has its outcome."""
    return replace(
        head,
        last_customer_at=max(head.last_customer_at or 0, message.sent_at),
        customer=head.customer if head.customer.name else replace(head.customer, name=_name(head, message)),
        follow_up=follow_ups.after_customer(head.follow_up, message) if head.follow_up else None,
    )


def _name(head: Conversation, message: Message) -> str | None:
    return message.author.name if head.identity.visibility == Visibility.PRIVATE else head.customer.name


def _when(action: Action) -> tuple[int, str]:
    return action.at, action.id
