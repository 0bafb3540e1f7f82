"""The state of each message of others in a public thread: open, answered, acknowledged, or in need of nothing. Pure.

::

    open ──answer──▶ answered          an answer to it, or one to all that was seen
     ▲ ├──like────▶ acknowledged       a like of ours, or an agent's word that one is enough
     │ └──no need─▶ none               an agent's word, with the reason; a resolution; hidden or removed
     └──an edit, or an agent's word

What an action knew counts, not when it came: each says how many changes of the message it knew. In private threads
everything is answered at once, by the next answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from conversations.actions import Action, Attention, Moderation, State, Verb, about_one, is_lost
from conversations.facts import Kind
from conversations.identity import clamp, position
from conversations.messages import changed_since, changes_of, new_to

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from conversations.facts import Author, Fact
    from conversations.messages import Message

LIKED, HIDDEN, REMOVED, RESOLVED = "liked", "hidden", "removed", "resolved"
"""Reasons of states that follow from something else than an agent's word about the message."""
_SOFT = {
    Moderation.LIKE: (Attention.ACKNOWLEDGED, LIKED),
    Moderation.HIDE: (Attention.NONE, HIDDEN),
    Moderation.DELETE: (Attention.NONE, REMOVED),
}
"""States that moderations lead to; a message that was answered stays answered."""
_WITHDRAWN = {Moderation.UNLIKE: LIKED, Moderation.SHOW: HIDDEN}


class Standing(Struct, frozen=True):
    """The state of a message: since when (milliseconds), and who said so, and why."""

    state: Attention
    at: int
    by: Author | None = None
    reason: str = ""


def standing(
    inbound: Sequence[Message], actions: Sequence[Action], unseen: Mapping[str, int], sees: Callable[[Action], bool]
) -> dict[str, Standing]:
    """Return the state of each message of others, by its id.

    ``actions`` are all, in their order. ``unseen`` are the messages that no action saw which is about the whole thread
    (``sees``), each with the time since which it waits.
    """
    seeing = [action for action in actions if sees(action)]
    unknown = _unknown_to(seeing, inbound)
    about = _by_message(actions, inbound)
    standings: dict[str, Standing] = {}
    for message in inbound:
        if message.deleted:
            standings[message.id] = Standing(Attention.NONE, message.deleted_at or message.sent_at, reason=REMOVED)
        elif message.id in about:
            knowing = [each for each, ids in zip(seeing, unknown, strict=True) if message.id not in ids]
            standings[message.id] = _after(knowing, about[message.id], message, unseen.get(message.id))
        elif message.id in unseen:
            standings[message.id] = Standing(Attention.OPEN, unseen[message.id])
        else:
            first = next((each for each, ids in zip(seeing, unknown, strict=True) if message.id not in ids), seeing[-1])
            standings[message.id] = _closed(first, message) or Standing(Attention.OPEN, message.sent_at)
    return standings


def open_since(standings: Mapping[str, Standing]) -> dict[str, int]:
    """Return the messages that are open, each with the time since which it is."""
    return {key: each.at for key, each in standings.items() if each.state == Attention.OPEN}


def own_likes(ordered: Iterable[Fact], inbound: Iterable[Message], done: Iterable[Action]) -> list[Action]:
    """Return likes of ours that the platform reports, as actions; those that were given here are not told twice."""
    verbs = {Kind.REACTION: Moderation.LIKE, Kind.UNREACTION: Moderation.UNLIKE}
    given = {action.target for action in done if action.moderation in verbs.values()}
    changes = {message.platform_id: message.changes for message in inbound}
    return [
        Action(
            id=position(fact),
            at=clamp(fact.at),
            verb=Verb.MODERATE,
            by=fact.author,
            moderation=verbs[fact.kind],
            target=fact.message_id,
            about_edits=sum(1 for at in changes[fact.message_id] if at <= fact.at),
            state=State.SENT,
        )
        for fact in ordered
        if fact.own and fact.kind in verbs and fact.message_id in changes and fact.message_id not in given
    ]


def _unknown_to(seeing: Sequence[Action], inbound: Sequence[Message]) -> list[set[str]]:
    """Return for each action the ids of the messages that it did not know as they are."""
    changes = changes_of(inbound)
    return [
        {each.id for each in new_to(action, inbound)} | {each.id for _, each in changed_since(action, changes)}
        for action in seeing
    ]


def _by_message(actions: Iterable[Action], inbound: Iterable[Message]) -> dict[str, list[Action]]:
    """Return the actions that are about one message each, by its id."""
    ids = {message.platform_id: message.id for message in inbound} | {message.id: message.id for message in inbound}
    by_message: dict[str, list[Action]] = {}
    for action in actions:
        named = ids.get(action.about or action.target) if about_one(action) else None
        if named and not is_lost(action) and action.state not in (State.FAILED, State.CANCELLED):
            by_message.setdefault(named, []).append(action)
    return by_message


def _after(knowing: Iterable[Action], about: Iterable[Action], message: Message, unseen: int | None) -> Standing:
    """Return the state of a message after what was done about all, and about it: the last word about it counts."""
    since = [message.sent_at if unseen is None else unseen]
    current: Standing | None = None
    events = [*((action, False) for action in knowing), *((action, True) for action in about)]
    for action, is_about_it in sorted(events, key=lambda each: (each[0].at, each[0].id, each[1])):
        unknown = _unknown_changes(action, message) if is_about_it else []
        if is_about_it and _opens(action, current):
            current = None
            since.append(action.at)
        elif unknown:
            since.append(min(unknown))
        elif current is None or (is_about_it and action.about):
            current = _closed(action, message)
    return current or Standing(Attention.OPEN, max(since))


def _opens(action: Action, current: Standing | None) -> bool:
    """Return whether a message needs something again: an agent says so, or takes back what had closed it."""
    if action.moderation and action.moderation in _WITHDRAWN:
        return current is not None and current.reason == _WITHDRAWN[action.moderation]
    return action.attention == Attention.OPEN


def _unknown_changes(action: Action, message: Message) -> list[int]:
    """Return the times of the changes of a message that were not known when something was done about it."""
    upto = action.at if action.upto is None else action.upto
    older = [at for at in message.changes if at <= upto]
    return older[action.about_edits :] + [at for at in message.changes if at > upto]


def _closed(action: Action, message: Message) -> Standing | None:
    """Return the state in which an action leaves a message that it knew; None for one that closes nothing."""
    if action.moderation in _WITHDRAWN:
        return None
    if action.moderation and action.moderation in _SOFT:
        state, reason = _SOFT[action.moderation]
        return Standing(state, action.at, action.by, reason)
    if action.attention:
        return Standing(action.attention, action.at, action.by, action.reason)
    if action.verb == Verb.REPLY and action.about in ("", message.id):
        return Standing(Attention.ANSWERED, action.at, action.by)
    return Standing(Attention.NONE, action.at, action.by, RESOLVED)
