"""The messages of a conversation as they stand now: pure, and the same whatever the order of the facts."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from conversations.identity import clamp, position
from conversations.model import (
    OUTBOX,
    Action,
    Fact,
    Identity,
    Kind,
    Message,
    State,
    Verb,
    Visibility,
    Way,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

WRITING_VERBS = frozenset({Verb.REPLY, Verb.ASK, Verb.NOTE})
"""The actions that are messages."""


def messages_of(identity: Identity, facts: Iterable[Fact], actions: Sequence[Action]) -> list[Message]:
    """All messages as they stand now, in the order of their times."""
    ordered = sorted({position(fact): fact for fact in facts}.items())
    messages = _reported(identity, [fact for _, fact in ordered], actions)
    messages += [written(identity, action) for action in actions if action.verb in WRITING_VERBS]
    marks = _Marks([fact for _, fact in ordered])
    return sorted((marks.on(message) for message in messages), key=order)


def order(message: Message) -> str:
    """The place of a message among others: by time; within one moment, as platforms tell whole seconds, a post before
    its comments and a lower id before a higher one, since platforms count up."""
    return f"{message.sent_at:013d}{int(message.parent_id is not None)}{len(message.id):04d}{message.id}"


def new_to(action: Action, messages: Sequence[Message], *, heard: bool = False) -> list[Message]:
    """The messages that were not known when something was done: those beyond the count, and all that are newer.

    With ``heard`` the messages are the customer's, and counted as such.
    """
    known = action.heard if heard else action.seen
    older = [each for each in messages if action.upto is None or each.sent_at <= action.upto]
    newer = [each for each in messages if action.upto is not None and each.sent_at > action.upto]
    return older[known:] + newer


def _reported(identity: Identity, ordered: Sequence[Fact], actions: Sequence[Action]) -> list[Message]:
    """The messages the platform told of, each once, without those that are an echo of ours."""
    ours = _Echoes(actions)
    names = {fact.author.id: fact.author.name for fact in ordered if fact.kind == Kind.PROFILE}
    told: dict[str, Message] = {}
    for fact in ordered:
        if fact.kind != Kind.MESSAGE or ours.claim(fact):
            continue
        known = told.get(fact.message_id)
        told[fact.message_id] = _merged(known, fact) if known else told_by(identity, fact, names)
    for fact in ordered:
        if fact.kind == Kind.EDITED and not ours.knows(fact.message_id):
            known = told.get(fact.message_id) or told_by(identity, fact, names)
            text = known.text if fact.text is None else fact.text
            told[fact.message_id] = replace(known, text=text, edited_at=clamp(fact.at))
    return list(told.values())


def told_by(identity: Identity, fact: Fact, names: dict[str | None, str | None]) -> Message:
    """The message a fact tells of; ``names`` are those that were looked up, by author id."""
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


def _merged(known: Message, fact: Fact) -> Message:
    """Several videos of one post, or a mention beside its comment, are events with one id: together the message."""
    more = tuple(item for item in fact.attachments if item not in known.attachments)
    author = known.author if known.author.id else fact.author
    return replace(known, attachments=known.attachments + more, text=known.text or fact.text, author=author)


def written(identity: Identity, action: Action) -> Message:
    """The message an action is."""
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
        """Whether a message on the platform is one of ours."""
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
