"""Actions of agents beside replying: assigning, snoozing, tagging and noting.

A request becomes actions that are written together with the head they lead to; where nothing would change, none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from console import authorization
from console.actions import replies
from console.actions.follow_up_plan import YEAR
from console.actions.seen import seen_by
from console.errors import ApiError, Overtaken
from conversations.actions import Verb
from conversations.conversation import Status
from conversations.durations import moment_after
from conversations.facts import Author
from storage import agents, tags, team_names, teams

if TYPE_CHECKING:
    from collections.abc import Iterable

    from application.commands import Context, Executed, Request
    from application.loading import LoadedConversation
    from console.authorization import Agent
    from console.bodies.collaboration import HandOver, Marks, Nap
    from conversations.actions import Action

ME = "me"
MOST_TAGS = 20
"""Tags of one conversation."""


def note(
    agent: Agent, conversation_id: str, text: str, mentions: tuple[str, ...], request: Request, now: int
) -> Executed:
    """Leave a note for the team; it is never sent to the platform."""
    named = mentioned(mentions)

    def decide(conversation: LoadedConversation, context: Context) -> list[Action]:
        return [noted(conversation, agent, text, named, context.at)]

    return replies.execute(conversation_id, decide, now, request)


def assign(agent: Agent, conversation_id: str, to: HandOver, request: Request, now: int) -> Executed:
    """Hand a conversation over, perhaps with a note."""
    given = receiver(agent, to)
    mentions = mentioned(to.mentions)

    def decide(conversation: LoadedConversation, context: Context) -> list[Action]:
        notes = [noted(conversation, agent, to.note, mentions, context.at)] if to.note else []
        return [*notes, *handed_over(conversation, agent, given, to, context.at + len(notes))]

    return replies.execute(conversation_id, decide, now, request)


def snooze(agent: Agent, conversation_id: str, nap: Nap, request: Request, now: int) -> Executed:
    """Put a conversation aside until a time, or until somebody writes."""

    def decide(conversation: LoadedConversation, context: Context) -> list[Action]:
        return [snoozed(conversation, agent, nap, context.at)]

    return replies.execute(conversation_id, decide, now, request)


def wake(agent: Agent, conversation_id: str, request: Request, now: int) -> Executed:
    """Take up a conversation before its time."""

    def decide(conversation: LoadedConversation, context: Context) -> list[Action]:
        asleep = conversation.head.status == Status.SNOOZED
        return [replies.new_action(conversation, agent, Verb.WAKE, context.at)] if asleep else []

    return replies.execute(conversation_id, decide, now, request)


def tag(agent: Agent, conversation_id: str, marks: Marks, request: Request, now: int) -> Executed:
    """Put tags on a conversation and take tags off it; each team's list of tags remembers those that were put on."""

    def decide(conversation: LoadedConversation, context: Context) -> list[Action]:
        return tagged(conversation, agent, marks, context.at)

    return replies.execute(conversation_id, decide, now, request)


# -- what agents choose from ------------------------------------------------------------------------------------------


def colleagues() -> list[tuple[agents.Known, list[str]]]:
    """Return all agents who signed in at some time, each with the names of the teams that they are members of."""
    members = {name: teams.team(name).members for name in team_names.names()}
    return [(agent, [name for name, ids in members.items() if agent.id in ids]) for agent in agents.everybody()]


def tags_of(agent: Agent, team: str) -> list[tags.Used]:
    """Return the tags a team has used, the most used first; none to whom its conversations are not there. Raises a 404
    for a team that is not there."""
    return [] if team in authorization.closed_to(agent) else tags.of_team(replies.team(team))


# -- the actions ------------------------------------------------------------------------------------------------------


def handed_over(
    conversation: LoadedConversation, agent: Agent, to: Author | None, wanted: HandOver, now: int
) -> list[Action]:
    """The hand-over, unless it is there already; raises a 422 for one who would not see the conversation.

    Raises a 409 for an agent who takes what a colleague holds, unless they say that they mean it.
    """
    identity, holder, team = conversation.head.identity, conversation.head.assignee, wanted.team
    if (holder.id if holder else None, identity.team) == (to.id if to else None, team or identity.team):
        return []
    if holder and to and to.id == agent.id and holder.id != agent.id and not wanted.override:
        raise Overtaken("taken", holder)
    authorization.must_admit(agent, team or identity.team, [str(to.id)] if to else [])
    moved = team if team != identity.team else ""
    return [replace(replies.new_action(conversation, agent, Verb.ASSIGN, now), assignee=to, team=moved)]


def noted(conversation: LoadedConversation, agent: Agent, text: str, mentions: tuple[str, ...], now: int) -> Action:
    """Return the action that leaves a note for the team; raises a 422 for a mention of one who could not read it."""
    replies.fits(conversation.head, None, text)
    authorization.must_admit(agent, conversation.head.identity.team, mentions)
    return replace(replies.new_action(conversation, agent, Verb.NOTE, now), text=text, mentions=mentions)


def snoozed(conversation: LoadedConversation, agent: Agent, nap: Nap, now: int) -> Action:
    """Return the action that snoozes a conversation.

    Raises a 422 for a time that is over or too far away, and a 409 for an agent who has not read the latest message.
    """
    action = replies.new_action(conversation, agent, Verb.SNOOZE, now)
    return seen_by(conversation, nap.seen).on(replace(action, until=awake_at(conversation, nap, now)))


def awake_at(conversation: LoadedConversation, nap: Nap, now: int) -> int:
    """Return the time at which a snooze ends (milliseconds); raises a 422 for one that is over or too far away."""
    until = _until(conversation, nap, now)
    if not now < until <= now + YEAR:
        raise ApiError(422, "snooze_time")
    return until


def tagged(conversation: LoadedConversation, agent: Agent, marks: Marks, now: int) -> list[Action]:
    """Return the action that adds and removes tags, or none where nothing changes; raises a 422 for too many tags."""
    here = set(conversation.head.tags)
    added = tuple(sorted(set(marks.add) - here))
    removed = tuple(sorted((set(marks.remove) & here) - set(marks.add)))
    if len(here - set(removed)) + len(added) > MOST_TAGS:
        raise ApiError(422, "too_many_tags", limit=MOST_TAGS)
    if not added and not removed:
        return []
    return [replace(replies.new_action(conversation, agent, Verb.TAG, now), added=added, removed=removed)]


# -- what is known ----------------------------------------------------------------------------------------------------


def receiver(agent: Agent, to: HandOver) -> Author | None:
    """Return the agent who gets a conversation; raises a 404 for an agent or a team that is not known.

    Raises a 422 for an agent who is gone.
    """
    if to.team:
        replies.team(to.team)
    if to.assignee in (ME, agent.id):
        return agent.author
    if not to.assignee:
        return None
    known = agents.known([to.assignee]).get(to.assignee)
    if known is None:
        raise ApiError(404, "no_agent")
    must_be_here([known])
    return Author(known.id, known.name)


def must_be_here(known: Iterable[agents.Known]) -> None:
    """Raise a 422 for an agent whose account is gone."""
    gone = next((each for each in known if each.gone_at), None)
    if gone:
        raise ApiError(422, "agent_gone", detail=gone.name or gone.id)


def mentioned(ids: tuple[str, ...]) -> tuple[str, ...]:
    """The agents a note names; raises a 404 for one who is not known, and a 422 for one who is gone."""
    known = agents.known(ids)
    if set(ids) - known.keys():
        raise ApiError(404, "no_agent")
    must_be_here(known.values())
    return ids


def _until(conversation: LoadedConversation, nap: Nap, now: int) -> int:
    if nap.until is not None:
        return nap.until
    try:
        return moment_after(nap.after or "", now, teams.team(conversation.head.identity.team).hours.zone)
    except ValueError:
        raise ApiError(422, "snooze_time") from None
