"""What a conversation is, out of what was reported and what was done: pure, and the same in any order.

``messages_of`` and ``fold`` read everything. ``receive`` and ``act`` add one thing to a head that is already
folded, for the common case that it is the newest; they return None when only a fold from the beginning can tell.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from conversations.identity import clamp, position
from conversations.model import (
    OUTBOX,
    Action,
    Author,
    Conversation,
    Fact,
    FollowUp,
    FollowUpState,
    Identity,
    Kind,
    Message,
    Situation,
    State,
    Status,
    Verb,
    Visibility,
    Way,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

PREVIEW_LENGTH = 80
THIRD_PARTIES_SHOWN = 5
UNDELIVERED = frozenset({State.FAILED, State.UNCONFIRMED})
_TIME = 13
"""The digits of a position that are its time; among equal times only a fold from the beginning keeps one order."""
_TEXT_KINDS = frozenset({Kind.MESSAGE, Kind.EDITED, Kind.REMOVED})
_MESSAGE_VERBS = frozenset({Verb.REPLY, Verb.ASK, Verb.NOTE})
_DECIDING_VERBS = frozenset({Verb.REPLY, Verb.RESOLVE, Verb.REOPEN, Verb.TASK})
_SEEING_VERBS = frozenset({Verb.REPLY, Verb.RESOLVE})
_OWNING_VERBS = frozenset({Verb.REPLY, Verb.RESOLVE, Verb.PROMISE})


# -- everything -------------------------------------------------------------------------------------------------------


def messages_of(identity: Identity, facts: Iterable[Fact], actions: Sequence[Action]) -> list[Message]:
    """All messages as they stand now, in the order of their times."""
    ordered = sorted({position(fact): fact for fact in facts}.items())
    messages = _reported(identity, [fact for _, fact in ordered], actions)
    messages += [_written(identity, action) for action in actions if action.verb in _MESSAGE_VERBS]
    marks = _Marks([fact for _, fact in ordered])
    return sorted((marks.on(message) for message in messages), key=order)


def order(message: Message) -> str:
    """The place of a message among others: by time; within one moment, as platforms tell whole seconds, a post before
    its comments and a lower id before a higher one, since platforms count up."""
    return f"{message.sent_at:013d}{int(message.parent_id is not None)}{len(message.id):04d}{message.id}"


def fold(identity: Identity, facts: Iterable[Fact], actions: Iterable[Action]) -> Conversation | None:
    """The head of a conversation, or None while there is nothing to have a conversation about."""
    by_position = {position(fact): fact for fact in facts}
    ordered = [by_position[key] for key in sorted(by_position)]
    done = sorted(actions, key=_when)
    messages = messages_of(identity, ordered, done)
    inbound = [message for message in messages if message.direction == "inbound"]
    if not messages or not _opened(identity, ordered):
        return None
    customer = _customer(identity, ordered, inbound)
    heard = [message for message in inbound if _is_customers(identity, customer, message.author)]
    head = Conversation(
        identity=identity,
        customer=customer,
        third_parties=_third_parties(identity, customer, inbound),
        inbound=len(inbound),
        heard=len(heard),
        opened_at=min(message.sent_at for message in messages),
        last_inbound_at=max((message.sent_at for message in inbound), default=0),
        last_customer_at=_last_customer_at(identity, ordered, heard, customer),
        cursor=max((key for key, fact in by_position.items() if fact.kind in _TEXT_KINDS), default=""),
    )
    head = _with_last_message(head, messages)
    head = _with_deeds(head, inbound, _foreign_answers(messages, inbound, done), done)
    return _settled(replace(head, follow_up=_follow_up(done, heard)))


# -- one thing more ---------------------------------------------------------------------------------------------------


def receive(head: Conversation, fact: Fact) -> Conversation | None:
    """The head after one more fact; None when it must be folded from the beginning."""
    if fact.kind in (Kind.EDITED, Kind.REMOVED):
        return None
    if fact.kind == Kind.MESSAGE:
        if head.identity.visibility == Visibility.PUBLIC and not (fact.branch_id and head.inbound):
            return None
        newest = position(fact)[:_TIME] > head.cursor[:_TIME] and not fact.own
        return _received(head, fact) if newest else None
    if fact.kind == Kind.REACTION and _reopens_window(head.identity, head.customer, fact):
        return replace(head, last_customer_at=max(head.last_customer_at or 0, clamp(fact.at)))
    if fact.kind == Kind.PROFILE and fact.author.id == head.customer.id and not head.customer.name:
        return replace(head, customer=replace(head.customer, name=fact.author.name))
    return head


def act(head: Conversation, action: Action) -> Conversation | None:
    """The head after one more action; None when it must be folded from the beginning."""
    if not _is_news(head, action):
        return None
    changed = replace(head, follow_up=_follow_up_after(head, action))
    if action.verb in _SEEING_VERBS:
        changed = replace(changed, unread=0, waiting_since=0)
    if action.verb in _DECIDING_VERBS:
        changed = replace(changed, done_at=action.at, done_by=action.id, done_verb=_deed(action))
    if action.verb in _OWNING_VERBS:
        changed = replace(changed, assignee=action.by)
    if action.verb in (Verb.REPLY, Verb.ASK):
        changed = _with_outgoing(changed, action)
    if action.verb in _MESSAGE_VERBS:
        changed = _with_last_message(changed, [_written(head.identity, action)])
    return _settled(changed)


def _is_news(head: Conversation, action: Action) -> bool:
    """Whether an action comes after all that the head holds, so that it can simply be put on top."""
    if action.verb in _DECIDING_VERBS and (action.at, action.id) <= (head.done_at, head.done_by):
        return False
    if action.verb in _SEEING_VERBS and action.seen < head.inbound:
        return False
    return not (action.promise and head.follow_up and action.id <= head.follow_up.version)


def situation(head: Conversation) -> Situation:
    """What a channel must know of a conversation to say what may be sent."""
    return Situation(head.identity.visibility, head.last_customer_at, head.customer.id, head.private_reply_used)


# -- messages ---------------------------------------------------------------------------------------------------------


def _reported(identity: Identity, ordered: Sequence[Fact], actions: Sequence[Action]) -> list[Message]:
    """The messages the platform told of, each once, without those that are an echo of ours."""
    ours = _Echoes(actions)
    names = {fact.author.id: fact.author.name for fact in ordered if fact.kind == Kind.PROFILE}
    drafts: dict[str, Message] = {}
    for fact in ordered:
        if fact.kind != Kind.MESSAGE or ours.claim(fact):
            continue
        draft = drafts.get(fact.message_id)
        drafts[fact.message_id] = _merged(draft, fact) if draft else _draft(identity, fact, names)
    for fact in ordered:
        if fact.kind == Kind.EDITED and not ours.knows(fact.message_id):
            draft = drafts.get(fact.message_id) or _draft(identity, fact, names)
            text = draft.text if fact.text is None else fact.text
            drafts[fact.message_id] = replace(draft, text=text, edited_at=clamp(fact.at))
    return list(drafts.values())


def _draft(identity: Identity, fact: Fact, names: dict[str | None, str | None]) -> Message:
    author = fact.author
    if author.id and not author.name and names.get(author.id):
        author = replace(author, name=names[author.id])
    return Message(
        id=fact.message_id,
        direction="outbound" if fact.own else "inbound",
        author=author,
        text=fact.text,
        sent_at=clamp(fact.at),
        state=State.SENT if fact.own else "received",
        visibility=identity.visibility,
        attachments=fact.attachments,
        parent_id=fact.parent_id,
        permalink=fact.permalink,
        payload=fact.payload,
        unsupported=fact.unsupported,
        platform_id=fact.message_id,
    )


def _merged(draft: Message, fact: Fact) -> Message:
    """Several videos of one post, or a mention beside its comment, are events with one id: together the message."""
    more = tuple(item for item in fact.attachments if item not in draft.attachments)
    author = draft.author if draft.author.id else fact.author
    return replace(draft, attachments=draft.attachments + more, text=draft.text or fact.text, author=author)


def _written(identity: Identity, action: Action) -> Message:
    note = action.verb == Verb.NOTE
    private = note or action.way in (Way.PRIVATE_MESSAGE, Way.PRIVATE_REPLY, Way.HUMAN_AGENT)
    return Message(
        id=action.id,
        direction="note" if note else "outbound",
        author=action.by,
        text=action.text,
        sent_at=action.at,
        state=action.state or State.SENT,
        visibility=Visibility.PRIVATE if private else identity.visibility,
        platform_id=action.platform_id or None,
        reason=action.reason,
        follow_up=action.verb == Verb.ASK,
    )


class _Echoes:
    """Tells which of the company's own messages on the platform are the ones sent from here."""

    def __init__(self, actions: Sequence[Action]) -> None:
        self._platform_ids = {action.platform_id for action in actions if action.platform_id}
        self._ids = {action.id for action in actions}
        self._unconfirmed = [action for action in actions if action.state in OUTBOX and not action.platform_id]

    def knows(self, message_id: str) -> bool:
        return message_id in self._platform_ids

    def claim(self, fact: Fact) -> bool:
        """Whether this is an echo of ours; one of unknown id is matched once, by its text."""
        if not fact.own:
            return False
        if fact.message_id in self._platform_ids or fact.reference in self._ids:
            return True
        match = echoed(fact, self._unconfirmed)
        if match is None:
            return False
        self._unconfirmed.remove(match)
        self._platform_ids.add(fact.message_id)
        return True


def echoed(fact: Fact, actions: Sequence[Action]) -> Action | None:
    """Which of these unconfirmed messages an own message on the platform is, by our id or by its text."""
    for action in actions:
        if fact.reference == action.id:
            return action
    for action in actions:
        attempted = action.attempted_at and fact.at >= action.attempted_at - 2000
        if attempted and _plain(fact.text) == _plain(action.text):
            return action
    return None


def _plain(text: str | None) -> str:
    return " ".join((text or "").split())


class _Marks:
    """Removals, hides, reactions and receipts, as they lie on messages."""

    def __init__(self, ordered: Sequence[Fact]) -> None:
        self.removed: set[str] = set()
        self.hidden: set[str] = set()
        self.reactions: dict[str, dict[str, str]] = defaultdict(dict)
        self.receipts: dict[str, str] = {}
        self.watermarks: dict[str, int] = {}
        for fact in ordered:
            self._add(fact)

    def _add(self, fact: Fact) -> None:
        target = fact.message_id
        if fact.kind == Kind.REMOVED:
            self.removed.add(target)
        elif fact.kind == Kind.HIDDEN:
            self.hidden.add(target)
        elif fact.kind == Kind.SHOWN:
            self.hidden.discard(target)
        elif fact.kind == Kind.REACTION:
            self.reactions[target][fact.author.id or ""] = fact.payload or ""
        elif fact.kind == Kind.UNREACTION:
            self.reactions[target].pop(fact.author.id or "", None)
        elif fact.kind in (Kind.DELIVERED, Kind.READ):
            self._receipt(State.READ if fact.kind == Kind.READ else State.DELIVERED, fact)

    def _receipt(self, state: State, fact: Fact) -> None:
        if fact.message_id:
            if self.receipts.get(fact.message_id) != State.READ:
                self.receipts[fact.message_id] = state
        else:
            self.watermarks[state] = max(self.watermarks.get(state, 0), fact.at)

    def on(self, message: Message) -> Message:
        """The message with what lies on it."""
        target = message.platform_id or ""
        if target in self.removed:
            message = replace(message, deleted=True, text=None, attachments=(), payload=None)
        if self.reactions.get(target):
            message = replace(message, reactions=tuple(sorted(self.reactions[target].items())))
        return replace(message, hidden=target in self.hidden, state=self._state(message))

    def _state(self, message: Message) -> str:
        if message.direction != "outbound" or message.state != State.SENT or not message.platform_id:
            return message.state
        if message.visibility == Visibility.PRIVATE:
            for state in (State.READ, State.DELIVERED):
                if message.sent_at <= self.watermarks.get(state, 0):
                    return state
        return self.receipts.get(message.platform_id, message.state)


# -- the head ---------------------------------------------------------------------------------------------------------


def opens(fact: Fact) -> bool:
    """Whether a fact tells of a post a visitor wrote: then the post and all its comments are one conversation."""
    return not fact.branch_id and not fact.own and fact.kind in (Kind.MESSAGE, Kind.EDITED)


def _opened(identity: Identity, ordered: Sequence[Fact]) -> bool:
    """A public thread is a conversation as a whole only if a visitor began it."""
    whole_post = identity.visibility == Visibility.PUBLIC and not identity.branch_id
    return not whole_post or any(opens(fact) for fact in ordered)


def _customer(identity: Identity, ordered: Sequence[Fact], inbound: Sequence[Message]) -> Author:
    """Who opened the conversation; in a private thread, the person on its other side."""
    names = {fact.author.id: fact.author.name for fact in ordered if fact.kind == Kind.PROFILE and fact.author.name}
    if identity.visibility == Visibility.PRIVATE:
        known = next((fact.customer_id for fact in ordered if fact.customer_id), None)
        name = next((message.author.name for message in inbound if message.author.name), None)
        return Author(known, name or names.get(known))
    openers = [fact.author for fact in ordered if opens(fact)]
    author = openers[0] if openers else inbound[0].author if inbound else Author()
    return replace(author, name=author.name or names.get(author.id))


def _is_customers(identity: Identity, customer: Author, author: Author) -> bool:
    """An author whom the platform does not name may be the customer: then we keep quiet rather than ask."""
    return identity.visibility == Visibility.PRIVATE or author.id is None or author.id == customer.id


def _third_parties(identity: Identity, customer: Author, inbound: Sequence[Message]) -> tuple[str, ...]:
    found = dict.fromkeys(
        message.author.id
        for message in inbound
        if message.author.id and not _is_customers(identity, customer, message.author)
    )
    return tuple(found)[:THIRD_PARTIES_SHOWN]


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
    preview = " ".join((last.text or "").split())[:PREVIEW_LENGTH]
    if not preview and last.attachments:
        preview = f"[{last.attachments[0].type}]"
    return replace(head, last_message_at=last.sent_at, last_message_key=order(last), preview=preview)


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


def _with_deeds(
    head: Conversation, inbound: Sequence[Message], foreign: Sequence[Action], done: Sequence[Action]
) -> Conversation:
    both = sorted([*foreign, *done], key=_when)
    unread = min((new_to(deed, inbound) for deed in both if deed.verb in _SEEING_VERBS), key=len, default=inbound)
    deciding = [deed for deed in both if deed.verb in _DECIDING_VERBS]
    owners = [deed.by for deed in done if deed.verb in _OWNING_VERBS]
    head = replace(
        head,
        unread=len(unread),
        waiting_since=unread[0].sent_at if unread else 0,
        assignee=owners[-1] if owners else None,
    )
    if deciding:
        last = deciding[-1]
        head = replace(head, done_at=last.at, done_by=last.id, done_verb=_deed(last))
    for deed in both:
        if deed.verb in (Verb.REPLY, Verb.ASK):
            head = _with_outgoing(head, deed)
    return head


def _with_outgoing(head: Conversation, action: Action) -> Conversation:
    """What a message of ours changes: the first response, the one private reply, and whether it arrived."""
    first = head.first_response_at
    if action.verb == Verb.REPLY and action.seen:
        first = action.at if first is None else min(first, action.at)
    lost = str(action.state) if action.state in UNDELIVERED else ""
    used = action.way == Way.PRIVATE_REPLY and action.state not in (State.FAILED, State.CANCELLED)
    return replace(head, first_response_at=first, undelivered=lost, private_reply_used=head.private_reply_used or used)


def _deed(action: Action) -> str:
    return Verb.RESOLVE if action.resolve else action.verb


def _settled(head: Conversation) -> Conversation:
    """The head with the status that follows from everything else in it."""
    return replace(head, status=_status(head))


def _status(head: Conversation) -> Status:
    if head.unread or head.undelivered or head.done_verb in (Verb.REOPEN, Verb.TASK):
        return Status.OPEN
    if head.done_verb == Verb.RESOLVE:
        return Status.RESOLVED
    return Status.WAITING


def _received(head: Conversation, fact: Fact) -> Conversation:
    message = _draft(head.identity, fact, {head.customer.id: head.customer.name})
    customers = _is_customers(head.identity, head.customer, message.author)
    changed = _with_last_message(head, [message])
    changed = replace(
        changed,
        inbound=head.inbound + 1,
        unread=head.unread + 1,
        heard=head.heard + customers,
        opened_at=min(head.opened_at, message.sent_at),
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
    """The customer wrote: the window opens anew, the follow-up is moot or has found its outcome."""
    return replace(
        head,
        last_customer_at=max(head.last_customer_at or 0, message.sent_at),
        customer=head.customer if head.customer.name else replace(head.customer, name=_name(head, message)),
        follow_up=_after_customer(head.follow_up, message) if head.follow_up else None,
    )


def _name(head: Conversation, message: Message) -> str | None:
    return message.author.name if head.identity.visibility == Visibility.PRIVATE else head.customer.name


# -- the follow-up ----------------------------------------------------------------------------------------------------


def _follow_up(done: Sequence[Action], heard: Sequence[Message]) -> FollowUp | None:
    """What became of the last promise, out of all that was done and all that the customer wrote."""
    promises = [action for action in done if action.promise]
    if not promises:
        return None
    follow_up, basis = _promised(promises[-1]), promises[-1]
    for action in done:
        written = new_to(basis, heard, heard=True)
        if written and action.heard > basis.heard and action.id > basis.id:
            follow_up = _after_customer(follow_up, written[0])
        dealt_with = _dealt_with(follow_up, action)
        if dealt_with is not follow_up:
            follow_up, basis = dealt_with, action
    written = new_to(basis, heard, heard=True)
    return _after_customer(follow_up, written[0]) if written else follow_up


def new_to(action: Action, messages: Sequence[Message], *, heard: bool = False) -> list[Message]:
    """The messages that were not known when something was done: those beyond the count, and all that are newer.

    With ``heard`` the messages are the customer's, and counted as such.
    """
    known = action.heard if heard else action.seen
    older = [each for each in messages if action.upto is None or each.sent_at <= action.upto]
    newer = [each for each in messages if action.upto is not None and each.sent_at > action.upto]
    return older[known:] + newer


def customer_wrote_since(action: Action, who: Identity, facts: Iterable[Fact], actions: Sequence[Action]) -> bool:
    """Whether the customer wrote anything that was not known when ``action`` was done."""
    ordered = list(facts)
    inbound = [message for message in messages_of(who, ordered, actions) if message.direction == "inbound"]
    customer = _customer(who, ordered, inbound)
    heard = [message for message in inbound if _is_customers(who, customer, message.author)]
    return bool(new_to(action, heard, heard=True))


def _follow_up_after(head: Conversation, action: Action) -> FollowUp | None:
    if action.promise:
        return _promised(action)
    return _dealt_with(head.follow_up, action) if head.follow_up else None


def _promised(action: Action) -> FollowUp:
    assert action.promise is not None
    return FollowUp(action.id, action.promise.at, action.promise.text, action.by)


def _dealt_with(follow_up: FollowUp, action: Action) -> FollowUp:
    """The follow-up after an action that came later."""
    if follow_up.state == FollowUpState.TASK and action.verb == Verb.REPLY:
        return replace(follow_up, state=FollowUpState.ASKED, asked_at=action.at)
    if follow_up.state != FollowUpState.PLANNED:
        return follow_up
    if action.verb == Verb.RELEASE and action.id > follow_up.version:
        return replace(follow_up, state=FollowUpState.CANCELLED, reason="agent")
    if action.answers != follow_up.version:
        return follow_up
    if action.verb == Verb.ASK:
        return _asked(follow_up, action)
    state = FollowUpState.TASK if action.verb == Verb.TASK else FollowUpState.SKIPPED
    return replace(follow_up, state=state, reason=action.reason)


def _asked(follow_up: FollowUp, action: Action) -> FollowUp:
    if action.state == State.CANCELLED:
        return replace(follow_up, state=FollowUpState.CANCELLED, reason=action.reason)
    return replace(follow_up, state=FollowUpState.ASKED, asked_at=action.at)


def _after_customer(follow_up: FollowUp, message: Message) -> FollowUp:
    """The follow-up once the customer wrote more than was known when it was set or asked."""
    if follow_up.state in (FollowUpState.PLANNED, FollowUpState.TASK):
        return replace(follow_up, state=FollowUpState.CANCELLED, reason="customer_wrote")
    if follow_up.state == FollowUpState.ASKED and follow_up.outcome is None:
        return replace(follow_up, outcome="answered", outcome_at=message.sent_at, outcome_message_id=message.id)
    return follow_up


def _when(action: Action) -> tuple[int, str]:
    return action.at, action.id
