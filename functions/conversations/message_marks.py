"""Removals, edits, reactions and receipts, as they lie on messages: pure, and the same whatever the order."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from conversations.actions import MARKING_VERBS, State, Verb, is_lost
from conversations.facts import Kind, Visibility
from conversations.identity import clamp
from conversations.messages import Earlier, Message

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from conversations.actions import Action
    from conversations.facts import Fact, Recipients


def rewritten(known: Message, at: int, text: str | None, rating: str | None = None) -> Message:
    """Return a message as it reads after an edit, with what it said before."""
    if (text or "", rating) == (known.text or "", known.rating):
        return replace(known, edited_at=at)
    before = Earlier(known.edited_at or known.sent_at, known.text or "", known.rating)
    says_otherwise = (plain(text), rating) != (plain(known.text), known.rating)
    changes = (*known.changes, at) if says_otherwise else known.changes
    return replace(known, text=text, rating=rating, edited_at=at, earlier=(*known.earlier, before), changes=changes)


def plain(text: str | None) -> str:
    """Return a text without differences in its spaces."""
    return " ".join((text or "").split())


_NOTHING_SAID: dict[str, Any] = {
    "text": None,
    "folded": None,
    "rich": False,
    "forwarded": False,
    "forwarded_from": None,
    "quoted": None,
    "referral": None,
    "place": None,
    "title": None,
    "rating": None,
    "payload": None,
    "earlier": (),
    "attachments": (),
    "recipients": None,
}
"""Fields of a removed message that remain."""


def marked_here(messages: list[Message], actions: Iterable[Action]) -> list[Message]:
    """Return messages with what agents said of single ones: who speaks, which one is the solution, and thanks."""
    done = sorted(actions, key=lambda each: (each.at, each.id))
    marks = [each for each in done if each.verb in MARKING_VERBS]
    thanked = {each.answers for each in done if each.answers and _thanks(each)}
    if not marks and not thanked:
        return messages
    speakers = {each.target: each for each in marks if each.verb == Verb.SPEAKER}
    solution = next((each for each in reversed(marks) if each.verb != Verb.SPEAKER), None)
    return [_marked_here(message, speakers.get(message.id), solution, thanked) for message in messages]


def _thanks(action: Action) -> bool:
    return action.verb == Verb.REPLY and not is_lost(action) and action.state != State.CANCELLED


def _marked_here(message: Message, speaker: Action | None, solution: Action | None, thanked: set[str]) -> Message:
    """Return a message with the word about its speaker, the last one about the solution, and its thanks."""
    if message.direction != "inbound":
        return message
    is_solution = solution is not None and solution.verb == Verb.SOLVE and solution.target == message.id
    return replace(
        message,
        speaker=speaker.speaker if speaker else "",
        speaker_by=speaker.by if speaker and speaker.speaker else None,
        accepted=message.accepted or (is_solution and not message.deleted),
        thanked=(message.platform_id or "") in thanked,
    )


def _unreached(recipients: Recipients, gone: Collection[str]) -> tuple[str, ...]:
    people = (*recipients.to, *recipients.cc)
    return tuple(each.id for each in people if each.id and each.id in gone)


class Marks:
    """Removals, hides, reactions and receipts, as they lie on messages."""

    def __init__(self, ordered: Sequence[Fact]) -> None:
        self.removed: dict[str, int] = {}
        self.hidden: set[str] = set()
        self.gone: dict[str, dict[str, None]] = defaultdict(dict)
        self.reactions: dict[str, dict[str, str]] = defaultdict(dict)
        self.receipts: dict[str, str] = {}
        self.watermarks: dict[str, int] = {}
        self.accepted: set[str] = set()
        self.rewritten: dict[str, list[tuple[int, str]]] = defaultdict(list)
        for fact in ordered:
            self._add(fact)

    def _add(self, fact: Fact) -> None:
        target, author_id = fact.message_id, fact.author.id or ""
        match fact.kind:
            case Kind.REMOVED:
                self.removed.setdefault(target, clamp(fact.at))
            case Kind.HIDDEN | Kind.SHOWN | Kind.SOLVED | Kind.UNSOLVED:
                self._mark(fact.kind, target)
            case Kind.GONE if target:
                self.gone[target][author_id] = None
            case Kind.REACTION:
                self.reactions[target][author_id] = fact.payload or ""
            case Kind.UNREACTION:
                self.reactions[target].pop(author_id, None)
            case Kind.EDITED if fact.own and fact.text is not None:
                self.rewritten[target].append((clamp(fact.at), fact.text))
            case Kind.DELIVERED | Kind.READ:
                self._receipt(State.READ if fact.kind == Kind.READ else State.DELIVERED, fact)

    def _mark(self, kind: Kind, target: str) -> None:
        if kind == Kind.HIDDEN:
            self.hidden.add(target)
        elif kind == Kind.SHOWN:
            self.hidden.discard(target)
            self.removed.pop(target, None)  # what was taken down is there again
        elif kind == Kind.SOLVED:
            self.accepted.add(target)
        else:
            self.accepted.discard(target)

    def _receipt(self, state: State, fact: Fact) -> None:
        if fact.message_id:
            if self.receipts.get(fact.message_id) != State.READ:
                self.receipts[fact.message_id] = state
        else:
            self.watermarks[state] = max(self.watermarks.get(state, 0), fact.at)

    def on(self, message: Message) -> Message:
        """The message with what lies on it."""
        target = message.platform_id or ""
        if message.id != target:  # written here, so that the platform's edits are not in it
            for at, text in self.rewritten.get(target, ()):
                message = rewritten(message, at, text)
        if target in self.removed:
            message = replace(message, deleted=True, deleted_at=self.removed[target], **_NOTHING_SAID)
        if message.recipients and self.gone.get(target):
            message = replace(message, unreached=_unreached(message.recipients, self.gone[target]))
        if self.reactions.get(target):
            message = replace(message, reactions=tuple(sorted(self.reactions[target].items())))
        marked = {"hidden": target in self.hidden, "accepted": target in self.accepted}
        return replace(message, **marked, state=self._state(message))

    def _state(self, message: Message) -> str:
        if message.direction != "outbound" or message.state != State.SENT or not message.platform_id:
            return message.state
        if message.visibility == Visibility.PRIVATE:
            for state in (State.READ, State.DELIVERED):
                if message.sent_at <= self.watermarks.get(state, 0):
                    return state
        return self.receipts.get(message.platform_id, message.state)
