"""The conversations that are an agent's business: mentions, assignments by others, and follow-ups they promised."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from console import authorization
from console.actions import reading
from conversations.addressed import Cause
from conversations.conversation import Status
from conversations.facts import Author
from conversations.promise import FollowUpState
from storage import conversations, follow_up_index, for_me, keys, team_names
from storage.for_me import Entry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from console.actions.reading import ReadState
    from console.authorization import Agent
    from conversations.conversation import Conversation

MOST = 100
"""Entries of an answer."""
LOOKED_AT = 50
"""Follow-ups of each state that are looked at for those of an agent, the first ones of all teams."""

PROMISED = (FollowUpState.TASK, FollowUpState.PLANNED)


class ForMe(Struct, frozen=True):
    """One conversation that is an agent's business, and why."""

    head: Conversation
    cause: Cause
    at: int
    state: ReadState
    by: Author = field(default_factory=Author)

    @property
    def is_new(self) -> bool:
        """Return whether the agent has to look at it: what was assigned and read is known to them."""
        return self.cause in (Cause.MENTION, Cause.TASK) or (self.cause == Cause.ASSIGNED and not self.state.is_read)


def read(agent: Agent, now: int) -> list[ForMe]:
    """Return what is an agent's business, mentions first, each kind the latest first; promises the next first."""
    states = reading.marks_of(agent, now)
    entries = for_me.of_agent(agent.id)
    heads = conversations.heads([entry.conversation for entry in entries[: 2 * MOST]])
    over = [entry for entry in entries if entry.conversation not in heads or _is_over(agent, entry, heads)]
    if over:
        for_me.remove(agent.id, over)
    seen = {keys.id_of(head.identity): head for head in authorization.seen_by(agent, heads.values())}
    found = [
        ForMe(seen[entry.conversation], entry.cause, entry.at, states(seen[entry.conversation]), entry.by)
        for entry in entries
        if entry.conversation in seen and entry not in over and _holds(entry, seen[entry.conversation])
    ]
    promised = [ForMe(head, cause, at, states(head), agent.author) for head, cause, at in _promised(agent, now)]
    order = {cause: place for place, cause in enumerate(Cause)}
    return sorted([*found, *promised], key=lambda each: order[each.cause])[:MOST]


def _is_over(agent: Agent, entry: Entry, heads: dict[str, Conversation]) -> bool:
    """Return whether an entry will not hold again: the agent acted, or somebody else has it."""
    head = heads[entry.conversation]
    if entry.cause == Cause.MENTION:
        return agent.id not in head.mentioned
    return head.assignee is None or head.assignee.id != agent.id or head.status == Status.RESOLVED


def _holds(entry: Entry, head: Conversation) -> bool:
    """Return whether there is something to do now: one who waits for the customer has nothing to do."""
    return entry.cause == Cause.MENTION or head.status == Status.OPEN


def _promised(agent: Agent, now: int) -> Iterator[tuple[Conversation, Cause, int]]:
    """Yield the follow-ups that an agent promised and must ask, or that are asked within a day."""
    teams = authorization.visible(agent, team_names.names())
    for name, cause in (("task", Cause.TASK), ("due", Cause.PROMISE)):
        heads, _ = follow_up_index.page(teams, name, LOOKED_AT, now)
        for head in heads:
            follow_up = head.follow_up
            if (
                follow_up
                and follow_up.by.id == agent.id
                and follow_up.state in (FollowUpState.TASK, FollowUpState.PLANNED)
            ):
                yield head, cause, follow_up.promise.at
