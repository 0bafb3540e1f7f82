"""Keeps heads equal to the fold over what is stored.

In the common case that is one read and one conditional write per conversation, however long it is; only what arrives
late, an edit, a removal, or a message from another tool makes a conversation be read from its beginning.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec.structs import replace

from application.commands import repeat_on_conflict
from application.loading import folded, with_due
from conversations import identity as identities
from conversations.actions import OUTBOX, Action, State, is_unnamed
from conversations.conversation import Conversation
from conversations.customer import opens
from conversations.facts import Fact, Kind, Visibility
from conversations.fold import fold, receive
from conversations.identity import Identity
from conversations.message_fold import echoed, messages_of
from conversations.messages import Message
from conversations.routing_rules import Placement, placed_by
from storage import connections, conversations, customer_cards, erased_conversations, keys

if TYPE_CHECKING:
    from collections.abc import Sequence

Place = Callable[[Identity, Message], Placement]
"""Says where a conversation belongs that begins with a message; its connection's team is in its identity."""


def by_connection(identity: Identity, first: Message) -> Placement:
    """A conversation that begins belongs to the team of its connection."""
    return Placement(identity.team)


def take_in(
    identity: Identity,
    facts: Sequence[Fact],
    now: int,
    place: Place = by_connection,
    erased_at: int | None = None,
) -> None:
    """Bring the head up to date with new facts of one branch of a thread; raises ``store.Conflict`` if it cannot.

    ``place`` says where a conversation belongs that begins. ``erased_at`` (milliseconds, 0 for never) is given where it
    is known that the thread is no conversation as a whole, and until when it was erased: then nobody looks again.
    """
    foreign = _not_ours(identity, facts)
    known = [erased_at]  # after a conflict, it is looked at again
    if foreign:
        repeat_on_conflict(lambda: _take_in(identity, foreign, now, place, known.pop() if known else None))


def take_in_whole(parts: Sequence[tuple[Identity, Sequence[Fact]]], now: int, place: Place = by_connection) -> None:
    """Bring the head of a thread that is one conversation up to date with new facts of several of its branches.

    That is one read and one write, however many branches there are. Raises ``store.Conflict`` if it cannot.
    """
    foreign = [(identity, kept) for identity, facts in parts if (kept := _not_ours(identity, facts))]
    if foreign:
        repeat_on_conflict(lambda: _take_in_whole(foreign, now, place))


def _not_ours(identity: Identity, facts: Sequence[Fact]) -> list[Fact]:
    """Return the facts that are not about messages sent from here; those are noted with the messages."""
    sent = _Sent(identity)
    for fact in facts:
        if fact.kind == Kind.FAILED:
            sent.undeliver(fact)
        elif fact.reference and fact.kind in (Kind.DELIVERED, Kind.READ):
            sent.confirm(fact)
    return [fact for fact in facts if not (fact.own and fact.kind == Kind.MESSAGE and sent.confirm(fact))]


def catch_up(conversation_id: str, now: int) -> None:
    """Fold a conversation whose head differs from what is stored: it would be looked at again and again.

    Calls that come at the same time all find it so. Raises ``Conflict`` where others change it again and again.
    """
    if head := conversations.head(conversation_id):
        repeat_on_conflict(lambda: refold(keys.id_of(head.identity), now))


def refold(conversation_id: str, now: int, place: Place = by_connection) -> Conversation | None:
    """Fold a conversation from its beginning and store its head; returns it."""
    thread, _ = identities.split_id(conversation_id)
    found = conversations.read(conversation_id)
    before = found.heads.get(conversation_id)
    known = customer_cards.with_vip(before) if before else None
    after = folded(known, found) if known else _begin(found, conversation_id, now, place)
    if after is None:
        return None
    if before and after != before:
        conversations.put_head(after, now)
    for taken_up in found.heads.keys() - {conversation_id} if conversation_id == thread else ():
        conversations.drop_head(taken_up)
    return after


def _begin(thread: conversations.Thread, conversation_id: str, now: int, place: Place) -> Conversation | None:
    """Store the head of a conversation that begins, where it belongs; None while there is none to begin."""
    identity = _newcomer(thread.identity, conversation_id)
    head = fold(identity, thread.facts, thread.actions) if identity else None
    if identity is None or head is None:
        return None
    first = next(
        (each for each in messages_of(identity, thread.facts, thread.actions) if each.direction == "inbound"),
        None,
    )
    placement = place(identity, first) if first else Placement(identity.team)
    placed = placed_by(placement, keys.id_of(identity), now)
    after = fold(replace(identity, team=placement.team), thread.facts, [*thread.actions, *placed])
    assert after is not None
    erased_at = thread.erased.get(conversation_id, 0)
    after = with_due(customer_cards.with_vip(replace(after, erased_at=erased_at)))
    conversations.create_head(after, placed, now)
    return after


def _take_in(identity: Identity, facts: Sequence[Fact], now: int, place: Place, erased_at: int | None) -> None:
    thread = identities.thread_key(identity.channel, identity.connection, identity.thread_id)
    branch = identities.branch_key(identity.branch_id)
    conversation = identities.conversation_id(thread, branch)
    if identity.visibility == Visibility.PRIVATE or (branch and erased_at is not None):
        found = conversations.latest_entries(conversation)
        gone = max(found.erased.get(conversation, 0), erased_at or 0)
        return _add(conversation, _known(found, conversation), _since(conversation, facts, gone), now, place)
    if branch:
        beside = conversations.thread_heads(thread, [branch])[branch]
        recent = _since(conversation, facts, beside.erased_at)
        return _add(*_branch(thread, branch, beside), recent, now, place)
    return _take_in_post(thread, facts, now, place)


def _take_in_whole(parts: Sequence[tuple[Identity, Sequence[Fact]]], now: int, place: Place) -> None:
    identity = parts[0][0]
    thread = identities.thread_key(identity.channel, identity.connection, identity.thread_id)
    branches = {identities.branch_key(each.branch_id): facts for each, facts in parts}
    of_post = branches.pop("", [])
    beside = conversations.thread_heads(thread, list(branches))
    recent = [
        fact
        for branch, facts in branches.items()
        for fact in _since(identities.conversation_id(thread, branch), facts, beside[branch].erased_at)
    ]
    if of_post:
        # What is told of the post itself may begin the conversation, or change how all of it reads.
        recent += _since(thread, of_post, _erased_at(thread, conversations.first_entries(thread)))
    return _add(thread, None if of_post else conversations.head(thread), recent, now, place)


def _take_in_post(thread: str, facts: Sequence[Fact], now: int, place: Place) -> None:
    """A post is a conversation only if a visitor wrote it; what lies on the company's own posts is kept, no more."""
    if any(opens(fact) for fact in facts):
        glimpse = conversations.first_entries(thread)
        recent = _since(thread, facts, _erased_at(thread, glimpse))
        return _add(thread, glimpse if not glimpse.more else None, recent, now, place)
    if conversations.head(thread):
        refold(thread, now)
    return None


def _erased_at(thread: str, glimpse: conversations.Thread) -> int:
    """Return when a thread was erased (milliseconds), 0 for never; its trace may stand behind its first entries."""
    return conversations.whole(thread)[1] if glimpse.more else glimpse.erased.get(thread, 0)


def _since(conversation_id: str, facts: Sequence[Fact], erased_at: int) -> list[Fact]:
    """The facts that are not of before a conversation was erased; those are removed once more, and for good."""
    recent = [fact for fact in facts if identities.clamp(fact.at) > erased_at]
    if len(recent) < len(facts):
        erased_conversations.purge(conversation_id, erased_at)
    return recent


def _branch(
    thread: str, branch: str, beside: conversations.ThreadHeads
) -> tuple[str, conversations.Thread | Conversation | None]:
    """The conversation a comment belongs to: the whole thread's, its own branch's, or a new one."""
    conversation = identities.conversation_id(thread, branch)
    if beside.whole or beside.own:
        return (thread, beside.whole) if beside.whole else (conversation, beside.own)
    if whole := conversations.head(thread):
        return thread, whole
    return conversation, _known(conversations.latest_entries(conversation), conversation)


def _known(thread: conversations.Thread, conversation_id: str) -> conversations.Thread | Conversation | None:
    """The head if it was found, or all entries if there are no others; None if there is more to read."""
    return thread.heads.get(conversation_id) or (None if thread.more else thread)


def _add(
    conversation_id: str,
    known: conversations.Thread | Conversation | None,
    facts: Sequence[Fact],
    now: int,
    place: Place,
) -> None:
    if not facts:
        return
    if isinstance(known, conversations.Thread):
        _begin(known, conversation_id, now, place)
        return
    after = _received(known, facts) if known else None
    if after is None:
        refold(conversation_id, now, place)
    elif (after := with_due(customer_cards.with_vip(after))) != known:
        conversations.put_head(after, now)


def _received(head: Conversation, facts: Sequence[Fact]) -> Conversation | None:
    after: Conversation | None = head
    for fact in sorted(facts, key=identities.position):
        after = receive(after, fact) if after else None
    return after


def _newcomer(identity: Identity | None, conversation_id: str) -> Identity | None:
    """The identity of a conversation that has no head yet, with the team of its connection."""
    if identity is None:
        return None
    _, branch = identities.split_id(conversation_id)
    team = connections.team_of(identity.channel, identity.connection)
    return replace(identity, branch_id=identity.branch_id if branch else "", team=team)


def confirm(identity: Identity, fact: Fact) -> bool:
    """Return whether an own message on the platform is one sent from here; a lost answer is made up for by it."""
    return _Sent(identity).confirm(fact)


class _Sent:
    """The messages sent from here in one conversation, read once however many facts tell of them."""

    def __init__(self, who: Identity) -> None:
        self._who = who
        self._thread = identities.thread_key(who.channel, who.connection, who.thread_id)
        self._read: tuple[str, list[Action]] | None = None

    def confirm(self, fact: Fact) -> bool:
        """Return whether a fact tells of a message sent from here; if its answer was lost, this is the answer."""
        return repeat_on_conflict(lambda: self._confirm(fact))

    def _confirm(self, fact: Fact) -> bool:
        found = self._of(fact)
        if found is None:
            return False
        conversation, action = found
        if is_unnamed(action):
            sent = replace(action, state=State.SENT, platform_id=fact.message_id, reason="", lease_until=0)
            try:
                self._change(conversation, action, sent)
            except conversations.Conflict:
                self._read = None
                raise
        return True

    def undeliver(self, fact: Fact) -> None:
        """Mark a message as failed that the platform had accepted and does not deliver, with the reason."""
        found = self._of(fact)
        if found is None:
            return
        conversation, action = found
        if fact.customer_id in action.cc:
            return  # a copy did not arrive; the answer did
        if action.state in OUTBOX or (action.state == State.SENT and action.platform_id == fact.message_id):
            failed = replace(action, state=State.FAILED, platform_id=fact.message_id, reason=fact.payload or "bad")
            with suppress(conversations.Conflict):  # an agent has it sent again
                self._change(conversation, action, replace(failed, lease_until=0))

    def _change(self, conversation_id: str, before: Action, after: Action) -> None:
        conversations.change_delivery(conversation_id, before, after)
        if self._read:
            self._read = self._read[0], [after if each.id == after.id else each for each in self._read[1]]

    def _of(self, fact: Fact) -> tuple[str, Action] | None:
        if fact.reference:
            action = conversations.action(self._thread, fact.reference)
            return (self._thread, action) if action else None
        conversation, actions = self._read = self._read or self._actions()
        recorded = next((action for action in actions if action.platform_id == fact.message_id), None)
        match = recorded or echoed(fact, [action for action in actions if is_unnamed(action)])
        return (conversation, match) if match else None

    def _actions(self) -> tuple[str, list[Action]]:
        conversation, branch = self._thread, identities.branch_key(self._who.branch_id)
        if branch and not conversations.thread_heads(self._thread, [branch])[branch].whole:
            conversation = identities.conversation_id(self._thread, branch)
        return conversation, conversations.read(conversation).actions
