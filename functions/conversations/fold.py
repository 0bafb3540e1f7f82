"""The fold: computes a conversation's head from facts and actions; pure, and the same in any order.

``fold`` reads everything. ``receive`` and ``act`` add one thing to a head that is already folded, for the common case
that it is the newest; they return None when only a fold from the beginning can tell. ``customer`` says whose
conversation it is, ``status`` what actions make of it, ``lifecycle`` who looks after it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from conversations import follow_ups, lifecycle
from conversations.actions import WRITING_VERBS, Action, State, Verb, about_one, is_undone
from conversations.arrival_weeks import with_one_more
from conversations.conversation import UNNAMED, Conversation, LastMessage, Window
from conversations.customer import (
    THIRD_PARTIES_SHOWN,
    is_by_customer,
    is_customers,
    is_gone,
    is_opened,
    last_customer_at,
    reopens_window,
    third_parties,
    with_customer,
)
from conversations.facts import Fact, Kind, Visibility
from conversations.identity import Identity, action_id, clamp, position
from conversations.message_fold import messages_of, told_by, written
from conversations.messages import Message, new_to, order
from conversations.promise import FollowUpState
from conversations.recipients import can_reach_writer
from conversations.send_options import Situation
from conversations.status import (
    decides,
    decision_of,
    effect_of,
    moment_of,
    sees,
    settled,
    told,
    with_actions,
    with_outgoing,
    with_resolution,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from conversations.facts import Author
    from conversations.promise import FollowUp

PREVIEW_LENGTH = 80
MOST_STARS = 5
_TIME = 13
"""The digits of a position that are its time; among equal times only a fold from the beginning keeps one order."""
_PLACED_KINDS = frozenset({Kind.MESSAGE, Kind.EDITED, Kind.REMOVED, Kind.SOLVED, Kind.UNSOLVED})
"""Kinds of facts that a new message must follow to be added on top; a solution settles what was written before it."""
_TURNING_KINDS = frozenset({Kind.EDITED, Kind.REMOVED, Kind.SHOWN, Kind.SOLVED, Kind.UNSOLVED, Kind.GONE, Kind.BACK})
"""Kinds of facts that change more of a head than an addition on top; a shown message may have been removed before."""


def fold(identity: Identity, facts: Iterable[Fact], actions: Iterable[Action]) -> Conversation | None:
    """The head of a conversation, or None while there is nothing to have a conversation about."""
    by_position = {position(fact): fact for fact in facts}
    ordered = [by_position[key] for key in sorted(by_position)]
    done = sorted((action for action in actions if not is_undone(action)), key=moment_of)
    messages = messages_of(identity, ordered, done)
    inbound = [message for message in messages if message.direction == "inbound"]
    if not messages or not is_opened(identity, ordered):
        return None
    whose = with_customer(identity, ordered, inbound)
    heard = [message for message in inbound if is_by_customer(whose, message)]
    head = replace(
        whose,
        third_parties=third_parties(whose, inbound),
        inbound=len(inbound),
        heard=len(heard),
        outbound=sum(1 for each in messages if each.direction == "outbound" and each.state != State.CANCELLED),
        opened_at=min(message.sent_at for message in messages),
        title=next((message.title for message in messages if message.title), ""),
        last_inbound_at=max((message.sent_at for message in inbound), default=0),
        edits=sum(len(message.changes) for message in inbound),
        edited_at=max((at for message in inbound for at in message.changes), default=0),
        window=Window(last_customer_at(whose, ordered, inbound)),
        cursor=max((key for key, fact in by_position.items() if fact.kind in _PLACED_KINDS), default=""),
    )
    head = _with_last_message(head, messages)
    head = with_actions(head, inbound, told(ordered, messages, inbound, done), done)
    promises = follow_ups.history(done, heard, inbound)
    if promises:
        last = follow_ups.for_whom(promises[-1], head.customer.id)
        head = replace(head, follow_up=follow_ups.after_reaction(last, messages, head.customer.id))
    removed = bool(inbound) and inbound[0].deleted
    return settled(
        replace(
            head, removed=removed, unreachable=is_gone(whose, ordered) and not can_reach_writer(whose, ordered, inbound)
        )
    )


def promises_of(head: Conversation, messages: Sequence[Message], actions: Iterable[Action]) -> list[FollowUp]:
    """All promises of a conversation and what became of them, the oldest first; the last is as the head shows it."""
    heard = [message for message in messages if is_customers(head, message)]
    inbound = [message for message in messages if message.direction == "inbound"]
    done = sorted((each for each in actions if not is_undone(each)), key=moment_of)
    found = follow_ups.history(done, heard, inbound)
    return [*found[:-1], head.follow_up] if head.follow_up else found


def customer_wrote_since(action: Action, identity: Identity, facts: Iterable[Fact], actions: Sequence[Action]) -> bool:
    """Return whether the customer, or whom it is for, wrote anything that was not known when ``action`` was done."""
    ordered = list(facts)
    inbound = [message for message in messages_of(identity, ordered, actions) if message.direction == "inbound"]
    if action.addressee:
        theirs = [message for message in inbound if message.author.id == action.addressee.id]
        return bool(new_to(replace(action, heard=action.met), theirs, heard=True))
    whose = with_customer(identity, ordered, inbound)
    heard = [message for message in inbound if is_by_customer(whose, message)]
    return bool(new_to(action, heard, heard=True))


def situation(head: Conversation, options: Mapping[str, str] | None = None) -> Situation:
    """Return what a channel must know of a conversation, and of its connection, to say what may be sent."""
    return Situation(
        head.identity.visibility,
        head.window.last_customer_at,
        head.customer.id,
        head.window.private_reply_used,
        thread_id=head.identity.thread_id,
        answered=head.outbound > 0,
        options=options or {},
    )


def receive(head: Conversation, fact: Fact) -> Conversation | None:
    """The head after one more fact; None when it must be folded from the beginning."""
    if fact.kind in _TURNING_KINDS:
        return None
    if fact.kind == Kind.MESSAGE:
        return _received(head, fact) if _is_added_on_top(head, fact) else None
    if fact.kind in (Kind.REACTION, Kind.UNREACTION) and (_may_be_outcome(head, fact) or _is_our_like(head, fact)):
        return None
    if fact.kind == Kind.REACTION and reopens_window(head, fact):
        return replace(head, window=_reopened(head, clamp(fact.at)))
    if fact.kind == Kind.PROFILE and fact.author.id == head.customer.id and not head.customer.name:
        handle = head.customer.handle or fact.author.handle
        return replace(head, customer=replace(head.customer, name=fact.author.name, handle=handle))
    return head


def _is_added_on_top(head: Conversation, fact: Fact) -> bool:
    """Return whether a message is one more of the customer's, newer than all that is known."""
    if head.identity.visibility == Visibility.PUBLIC and not (fact.branch_id and head.inbound):
        return False
    if fact.unaddressed or (head.inbound and head.window.last_customer_at is None):
        return False  # who may be answered depends on all that was said
    if fact.is_open and head.inbound:
        return False  # one that came before may be told again, and who can be reached depends on who wrote last
    if fact.unproven != head.unproven or (head.unproven and fact.author.id != head.customer.id):
        return False
    if fact.message_id and head.last_message.key.endswith(fact.message_id):
        return False  # it may be told once more
    # What an action made up for may have to be missed again where a message is from before that action.
    made_up = max(head.decision.at, head.attended_at)
    newest = position(fact)[:_TIME] > head.cursor[:_TIME] and clamp(fact.at) > made_up
    return newest and not fact.own and not (head.follow_up and head.follow_up.promise.person)


def new_action(head: Conversation, verb: Verb, by: Author, at: int, entropy: bytes) -> Action:
    """Return an action that says nothing but what was done, and over what; see ``identity.action_id``."""
    met = head.follow_up.met if head.follow_up else 0
    return with_known(head, Action(action_id(at, entropy), at, verb, by, met=met))


def with_known(head: Conversation, action: Action) -> Action:
    """Return an action with what was known of others' messages when it was done, so that a fold tells what was not."""
    return replace(action, heard=head.heard, upto=head.upto, edits=head.edits)


def act(head: Conversation, action: Action) -> Conversation | None:
    """The head after one more action; None when it must be folded from the beginning."""
    if not _is_news(head, action):
        return None
    changed = replace(head, follow_up=follow_ups.after_action(head.follow_up, action))
    if sees(action):
        changed = replace(changed, unread=0, unread_weeks=(), waiting_since=0)
    if decides(action):
        changed = replace(changed, decision=decision_of(action), snoozed_until=None)
    if effect_of(action) == Verb.RESOLVE:
        changed = with_resolution(changed, action.at)
    changed = lifecycle.after(changed, action)
    if action.verb in (Verb.REPLY, Verb.ASK):
        changed = with_outgoing(changed, action)
        changed = replace(changed, outbound=changed.outbound + (action.state != State.CANCELLED))
    if action.verb in WRITING_VERBS:
        message = written(head.identity, action)
        changed = _with_last_message(replace(changed, title=changed.title or message.title or ""), [message])
    return settled(changed)


def _is_news(head: Conversation, action: Action) -> bool:
    """Return whether an action comes after all that the head holds, so that it can simply be put on top."""
    if action.verb in lifecycle.VERBS or is_undone(action):
        return False
    if about_one(action) and head.identity.visibility == Visibility.PUBLIC:
        return False
    if decides(action) and (action.at, action.id) <= (head.decision.at, head.decision.by):
        return False
    if sees(action) and (action.seen < head.inbound or action.edits < head.edits):
        return False
    return not (action.promise and head.follow_up and action.id <= head.follow_up.version)


def _may_be_outcome(head: Conversation, fact: Fact) -> bool:
    if head.follow_up is None or head.follow_up.state != FollowUpState.ASKED:
        return False
    return fact.author.id is not None and fact.author.id == follow_ups.person_asked(head.follow_up, head.customer.id)


def _is_our_like(head: Conversation, fact: Fact) -> bool:
    """Return whether a reaction says what a comment needs: in public, one of ours is an acknowledgement."""
    return fact.own and head.identity.visibility == Visibility.PUBLIC


def _received(head: Conversation, fact: Fact) -> Conversation:
    message = told_by(head.identity, fact, {head.customer.id: head.customer.name})
    customers = is_by_customer(head, message)
    changed = _with_last_message(head, [message])
    last_inbound_at = max(head.last_inbound_at, message.sent_at)
    changed = replace(
        changed,
        inbound=head.inbound + 1,
        unread=head.unread + 1,
        unread_weeks=with_one_more(head, message.sent_at, last_inbound_at),
        snoozed_until=None,
        heard=head.heard + customers,
        opened_at=min(head.opened_at, message.sent_at),
        title=head.title or message.title or "",
        last_inbound_at=last_inbound_at,
        waiting_since=head.waiting_since or message.sent_at,
        cursor=position(fact),
    )
    if customers:
        changed = _heard(changed, message)
    elif message.author.id not in head.third_parties and len(head.third_parties) < THIRD_PARTIES_SHOWN:
        changed = replace(changed, third_parties=(*head.third_parties, message.author.id or ""))
    return settled(changed)


def _heard(head: Conversation, message: Message) -> Conversation:
    """Return the head after the customer wrote: the window opens again, the follow-up is moot or has its outcome."""
    return replace(
        head,
        window=_reopened(head, message.sent_at),
        customer=head.customer if head.customer.name else replace(head.customer, name=_name(head, message)),
        follow_up=follow_ups.after_customer(head.follow_up, message) if head.follow_up else None,
    )


def _reopened(head: Conversation, at: int) -> Window:
    return replace(head.window, last_customer_at=max(head.window.last_customer_at or 0, at))


def _name(head: Conversation, message: Message) -> str | None:
    return message.author.name if head.identity.visibility == Visibility.PRIVATE else head.customer.name


def _with_last_message(head: Conversation, messages: Iterable[Message]) -> Conversation:
    visibility = head.identity.visibility
    shown = [
        each for each in messages if each.direction != "note" and visibility in (Visibility.PRIVATE, each.visibility)
    ]
    last = max(shown, key=order, default=None)
    if last is None or order(last) <= head.last_message.key:
        return head
    # A judgement is shown before its words, of which there may be none.
    words = [*([_sign(last.rating)] if last.rating else []), *(last.text or "").split()]
    preview = " ".join(words)[:PREVIEW_LENGTH]
    if not preview and last.attachments:
        preview = f"[{last.attachments[0].type}]"
    is_ours = last.direction == "outbound"
    by = "" if not is_ours and is_by_customer(head, last) else last.author.name or UNNAMED
    return replace(head, last_message=LastMessage(last.sent_at, order(last), preview, by, is_ours))


def _sign(rating: str) -> str:
    """A rating as a sign that needs no language."""
    if not rating.isdecimal():
        return "👍" if rating == "positive" else "👎"
    return "★" * int(rating) + "☆" * (MOST_STARS - int(rating))
