"""Keeps heads equal to the fold over what is stored.

In the common case that is one read and one conditional write per conversation, however long it is; only what arrives
late, an edit, a removal, or a message from another tool makes a conversation be read from its beginning.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from conversations import directory, identity, items, store
from conversations.fold import act, fold, opens, receive
from conversations.messages import echoed, messages_of
from conversations.model import OUTBOX, Action, Conversation, Fact, Identity, Kind, Message, State, Visibility

if TYPE_CHECKING:
    from collections.abc import Sequence

ATTEMPTS = 6
"""How often a head is decided anew when somebody else changed it meanwhile."""


def take_in(who: Identity, facts: Sequence[Fact], now: int) -> None:
    """Bring the head up to date with new facts of one branch of a thread; raises ``store.Conflict`` if it cannot."""
    foreign = [fact for fact in facts if not (fact.own and fact.kind == Kind.MESSAGE and confirm(who, fact))]
    for attempt in range(ATTEMPTS if foreign else 0):
        try:
            return _take_in(who, foreign, now)
        except store.Conflict:
            if attempt == ATTEMPTS - 1:
                raise
    return None


def refold(conversation: str, now: int) -> Conversation | None:
    """Fold a conversation from its beginning and store its head; returns it."""
    thread, _ = identity.split_id(conversation)
    found = store.read(conversation)
    before = found.heads.get(conversation)
    who = before.identity if before else _newcomer(found.identity, conversation)
    after = fold(who, found.facts, found.actions) if who else None
    if after is None:
        return None
    after = replace(after, version=before.version if before else 0, erased_at=found.erased.get(conversation, 0))
    if after != before:
        store.put_head(after, now)
    for taken_up in found.heads.keys() - {conversation} if conversation == thread else ():
        store.drop_head(taken_up)
    return after


@dataclass(frozen=True, slots=True)
class Current:
    """A conversation as it truly is now, also where the head in the table is still behind."""

    id: str
    head: Conversation
    """Folded over everything stored; its version is that of the head in the table."""
    facts: list[Fact]
    actions: list[Action]

    def messages(self) -> list[Message]:
        """Its messages, in order."""
        return messages_of(self.head.identity, self.facts, self.actions)

    def moment(self, now: int) -> int:
        """The time of the next action: after all that was done before, whatever the clocks of two functions say.

        Messages stand, and leave, in the order in which they were written.
        """
        return max([now, *(action.at + 1 for action in self.actions)])

    def after(self, action: Action) -> Conversation:
        """The head after one more action."""
        after = act(self.head, action) or fold(self.head.identity, self.facts, [*self.actions, action])
        assert after is not None
        return replace(after, version=self.head.version, erased_at=self.head.erased_at)


def current(conversation: str) -> Current | None:
    """Read a conversation and fold it; None if there is none of this id.

    A comment's conversation that was taken up into its post's is found under the post's id.
    """
    stored = store.read(conversation)
    before = stored.heads.get(conversation)
    if before is None:
        whole = store.head(conversation)
        return current(items.id_of(whole.identity)) if whole else None
    truth = fold(before.identity, stored.facts, stored.actions)
    if truth is None:
        return None
    truth = replace(truth, version=before.version, erased_at=before.erased_at)
    return Current(conversation, truth, stored.facts, stored.actions)


def _take_in(who: Identity, facts: Sequence[Fact], now: int) -> None:
    thread = identity.thread_key(who.channel, who.connection, who.thread_id)
    if who.visibility == Visibility.PRIVATE:
        found = store.tail(thread)
        return _add(thread, _known(found, thread), _since(thread, facts, found.erased.get(thread, 0)), now)
    if who.branch_id:
        branch = identity.branch_key(who.branch_id)
        beside = store.heads_beside(thread, branch)
        recent = _since(identity.conversation_id(thread, branch), facts, beside.erased_at)
        return _add(*_branch(thread, branch, beside), recent, now)
    return _take_in_post(thread, facts, now)


def _take_in_post(thread: str, facts: Sequence[Fact], now: int) -> None:
    """A post is a conversation only if a visitor wrote it; what lies on the company's own posts is kept, no more."""
    if any(opens(fact) for fact in facts):
        glimpse = store.glance(thread)
        recent = _since(thread, facts, glimpse.erased.get(thread, 0))
        return _add(thread, glimpse if not glimpse.more else None, recent, now)
    if store.head(thread):
        refold(thread, now)
    return None


def _since(conversation: str, facts: Sequence[Fact], erased_at: int) -> list[Fact]:
    """The facts that are not of before a conversation was erased; those are removed once more, and for good."""
    recent = [fact for fact in facts if identity.clamp(fact.at) > erased_at]
    if len(recent) < len(facts):
        store.purge(conversation, erased_at)
    return recent


def _branch(thread: str, branch: str, beside: store.Beside) -> tuple[str, store.Thread | Conversation | None]:
    """The conversation a comment belongs to: the whole thread's, its own branch's, or a new one."""
    conversation = identity.conversation_id(thread, branch)
    if beside.whole or beside.own:
        return (thread, beside.whole) if beside.whole else (conversation, beside.own)
    if whole := store.head(thread):
        return thread, whole
    return conversation, _known(store.tail(conversation), conversation)


def _known(found: store.Thread, conversation: str) -> store.Thread | Conversation | None:
    """The head if it was found, or all entries if there are no others; None if there is more to read."""
    return found.heads.get(conversation) or (None if found.more else found)


def _add(conversation: str, known: store.Thread | Conversation | None, facts: Sequence[Fact], now: int) -> None:
    if not facts:
        return
    if isinstance(known, store.Thread):
        who = _newcomer(known.identity, conversation)
        after = fold(who, known.facts, known.actions) if who else None
        if after:
            store.put_head(replace(after, erased_at=known.erased.get(conversation, 0)), now)
        return
    after = _received(known, facts) if known else None
    if after is None:
        refold(conversation, now)
    elif after != known:
        store.put_head(after, now)


def _received(head: Conversation, facts: Sequence[Fact]) -> Conversation | None:
    after: Conversation | None = head
    for fact in sorted(facts, key=identity.position):
        after = receive(after, fact) if after else None
    return after


def _newcomer(who: Identity | None, conversation: str) -> Identity | None:
    """The identity of a conversation that has no head yet, with the team of its connection."""
    if who is None:
        return None
    _, branch = identity.split_id(conversation)
    team = directory.team_of(who.channel, who.connection)
    return replace(who, branch_id=who.branch_id if branch else "", team=team)


def confirm(who: Identity, fact: Fact) -> bool:
    """Whether an own message on the platform is one sent from here; if its answer was lost, this is the answer."""
    found = _sent_as(who, fact)
    if found is None:
        return False
    conversation, action = found
    if action.state in OUTBOX:
        try:
            sent = replace(action, state=State.SENT, platform_id=fact.message_id, reason="", lease_until=0)
            store.change_delivery(conversation, action, sent)
        except store.Conflict:
            return confirm(who, fact)
    return True


def _sent_as(who: Identity, fact: Fact) -> tuple[str, Action] | None:
    thread = identity.thread_key(who.channel, who.connection, who.thread_id)
    if fact.reference:
        action = store.action(thread, fact.reference)
        return (thread, action) if action else None
    conversation = thread
    if who.branch_id:
        beside = store.heads_beside(thread, identity.branch_key(who.branch_id))
        conversation = thread if beside.whole else identity.conversation_id(thread, identity.branch_key(who.branch_id))
    actions = store.read(conversation).actions
    recorded = next((action for action in actions if action.platform_id == fact.message_id), None)
    match = recorded or echoed(fact, [action for action in actions if action.state in OUTBOX])
    return (conversation, match) if match else None
