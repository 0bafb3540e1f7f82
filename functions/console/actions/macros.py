"""Macros: several steps under one name, taken all at once or not at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from application import safe_names, templates
from application.first_names import first_name
from application.loading import LoadedConversation
from console.actions import collaboration, replies
from console.actions.follow_up_plan import planned
from console.actions.seen import seen_by
from console.bodies import macros as macro_bodies
from console.bodies.conversations import NewReply
from console.errors import ApiError
from conversations.actions import Action, Verb
from storage import audit, macros, teams

if TYPE_CHECKING:
    from application.commands import Context, Executed, Request
    from console.actions.follow_up_plan import Planned
    from console.authorization import Agent
    from console.bodies.macros import Macro
    from conversations.facts import Author

Step = Callable[[LoadedConversation, int], Sequence[Action]]


def of_team(team: str) -> list[dict[str, Any]]:
    """Return a team's macros as they are kept; raises a 404 for a team that is not there."""
    return macros.of_team(replies.team(team))


def put(agent: Agent, team: str, name: str, macro: Macro, document: dict[str, Any], now: int) -> None:
    """Keep a macro; raises a 404 for a team, or a receiver of conversations, that is not there."""
    if macro.assign:
        collaboration.receiver(agent, macro.assign)
    macros.put(replies.team(team), name, document)
    audit.put(audit.AuditEvent.MACRO, agent.author, f"{team}/{name}", now)


def delete(agent: Agent, team: str, name: str, now: int) -> None:
    """Remove a team's macro; raises a 404."""
    if macros.read(replies.team(team), name) is None:
        raise ApiError(404, "no_macro")
    macros.delete(team, name)
    audit.put(audit.AuditEvent.MACRO_DELETED, agent.author, f"{team}/{name}", now)


class Preview(Struct, frozen=True):
    """The steps of a macro with the values that they would have now; None for what it leaves alone."""

    name: str
    macro: Macro
    text: str | None
    unfilled: tuple[str, ...]
    """Fields of the answer of which nothing is known here: it cannot be sent like this."""
    assignee: Author | None
    planned: Planned | None
    until: int | None
    """Milliseconds."""
    zone: str
    """The team's, in which times are meant."""


def preview(agent: Agent, conversation_id: str, name: str, now: int) -> Preview:
    """Return what a macro would do in a conversation now, without doing it; raises as the use of it does."""
    conversation = replies.find(conversation_id)
    team = conversation.head.identity.team
    document = macros.read(team, name)
    if document is None:
        raise ApiError(404, "no_macro")
    macro = macro_bodies.macro_of(document)
    text, unfilled = templates.fill_known(macro.reply or "", _values(conversation, agent))
    return Preview(
        name=name,
        macro=macro,
        text=None if macro.reply is None else text,
        unfilled=tuple(unfilled),
        assignee=collaboration.receiver(agent, macro.assign) if macro.assign else None,
        planned=planned(agent, conversation, macro.follow_up, now, answer=text) if macro.follow_up else None,
        until=collaboration.awake_at(conversation, macro.snooze, now) if macro.snooze else None,
        zone=teams.team(team).hours.zone,
    )


def use(
    agent: Agent,
    conversation_id: str,
    name: str,
    seen: str | None,
    hold: int,
    request: Request,
    now: int,
    override: bool = False,
) -> Executed:
    """Carry out a macro of the conversation's team; ``seen`` and ``hold`` as for an answer. Raises a 404.

    With ``override`` it also takes what a colleague holds.
    """

    def decide(conversation: LoadedConversation, context: Context) -> list[Action]:
        document = macros.read(conversation.head.identity.team, name)
        if document is None:
            raise ApiError(404, "no_macro")
        return Use(agent, macro_bodies.macro_of(document), seen, hold, override).decide(conversation, context)

    return replies.execute(conversation_id, decide, now, request)


class Use(Struct, frozen=True):
    """One use of a macro, by an agent who saw so much."""

    agent: Agent
    macro: Macro
    seen: str | None
    hold: int
    override: bool = False
    """Take what a colleague holds."""

    def decide(self, conversation: LoadedConversation, context: Context) -> list[Action]:
        """Return all its actions: each step finds the conversation as the one before leaves it."""
        written: list[Action] = []
        for step in (self._answer, self._tag, self._assign, self._snooze):
            new = step(conversation, context.at + len(written))
            written += new
            if new:
                conversation = replace(
                    conversation, head=conversation.after(*new), actions=[*conversation.actions, *new]
                )
        return [replace(action, macro_use=written[0].id) for action in written]

    def _answer(self, conversation: LoadedConversation, now: int) -> list[Action]:
        macro = self.macro
        if macro.reply is not None:
            text = _filled(macro.reply, conversation, self.agent)
            new = NewReply(text, None, macro.follow_up, macro.resolve, self.seen, self.hold)
            return replies.answered(self.agent, conversation, new, now)
        actions = []
        if macro.follow_up:
            promise = replies.promise_of(planned(self.agent, conversation, macro.follow_up, now))
            actions.append(replace(replies.new_action(conversation, self.agent, Verb.PROMISE, now), promise=promise))
        if macro.resolve:
            closing = replies.new_action(conversation, self.agent, Verb.RESOLVE, now + len(actions))
            actions.append(seen_by(conversation, self.seen, self.agent).on(closing))
        return actions

    def _tag(self, conversation: LoadedConversation, now: int) -> list[Action]:
        return collaboration.tagged(conversation, self.agent, self.macro.tag, now) if self.macro.tag else []

    def _assign(self, conversation: LoadedConversation, now: int) -> list[Action]:
        to = self.macro.assign
        if to is None:
            return []
        given = collaboration.receiver(self.agent, to)
        return collaboration.handed_over(conversation, self.agent, given, replace(to, override=self.override), now)

    def _snooze(self, conversation: LoadedConversation, now: int) -> list[Action]:
        nap = self.macro.snooze
        return [collaboration.snoozed(conversation, self.agent, replace(nap, seen=self.seen), now)] if nap else []


def _filled(text: str, conversation: LoadedConversation, agent: Agent) -> str:
    """The answer with its fields; raises a 422 for one of which nothing is known here."""
    try:
        return templates.fill(text, _values(conversation, agent))
    except templates.Unfilled as unfilled:
        raise ApiError(422, "template_field", detail=unfilled.field, field=unfilled.field) from None


def _values(conversation: LoadedConversation, agent: Agent) -> dict[str, str | None]:
    """Return the values of an answer's fields; names only as far as they may go out by themselves."""
    customer = conversation.person_answered.name
    return {
        "customer": safe_names.published(customer),
        "firstname": first_name(customer),
        "agent": safe_names.published(agent.name),
    }
