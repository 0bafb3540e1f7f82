"""The routes of macros: several steps under one name, taken all at once or not at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from chalice.app import Response

from application import safe_names, templates
from application.commands import Context
from application.loading import LoadedConversation
from console.actions import collaboration, replies
from console.actions.follow_up_plan import planned
from console.authorization import LEADS, Agent
from console.bodies import macros as macro_bodies
from console.bodies.conversations import NewReply
from console.bodies.macros import Macro
from console.errors import ApiError, malformed
from console.http import Api, now
from console.paging import page_of
from console.views import conversations as conversation_views
from conversations.actions import Action, Verb
from conversations.team_settings import template_name
from storage import macros
from storage.audit import AuditEvent

api = Api(__name__)
_TEAM = "/api/teams/{team}/macros"
Step = Callable[[LoadedConversation, int], Sequence[Action]]


@api.at(_TEAM, "GET")
def list_macros(team: str) -> Response:
    """A team's macros."""
    query = api.query("cursor")
    return Response(page_of("macros", macros.of_team(replies.team(team)), query.get("cursor"), {"team": team}))


@api.at(_TEAM + "/{macro}", "PUT", LEADS)
def put_macro(team: str, macro: str) -> Response:
    """Write a macro; what it could not do is refused here, not found out at work."""
    _named(macro)
    meant, document = macro_bodies.macro(api.body())
    if meant.assign:
        collaboration.receiver(api.agent(), meant.assign)
    macros.put(replies.team(team), macro, document)
    api.record(AuditEvent.MACRO, f"{team}/{macro}")
    return Response({"name": macro} | document)


@api.at(_TEAM + "/{macro}", "DELETE", LEADS)
def delete_macro(team: str, macro: str) -> Response:
    """Take a team's macro away."""
    if macros.read(replies.team(team), macro) is None:
        raise ApiError(404, "no_macro")
    macros.delete(team, macro)
    api.record(AuditEvent.MACRO_DELETED, f"{team}/{macro}")
    return Response({"deleted": True})


@api.at("/api/conversations/{conversation_id}/macros/{macro}", "POST")
def use_macro(conversation_id: str, macro: str) -> Response:
    """Do what a macro of the conversation's team says."""
    seen, hold = macro_bodies.use(api.body())
    document = macros.read(replies.find(conversation_id).head.identity.team, macro)
    if document is None:
        raise ApiError(404, "no_macro")
    use = Use(api.agent(), macro_bodies.macro_of(document), seen, hold)
    done = replies.execute(conversation_id, use.decide, now(), api.unique(conversation_id))
    said = next((each for each in done.conversation.actions if each.id == done.action_id), None)
    answered = said is not None and said.verb == Verb.REPLY
    shown = conversation_views.conversation(done.conversation.head, api.language())
    message = conversation_views.message(done.message(), api.language()) if answered else None
    return Response({"conversation": shown, "message": message})


@dataclass(frozen=True, slots=True)
class Use:
    """One use of a macro, by an agent who saw so much."""

    agent: Agent
    macro: Macro
    seen: str | None
    hold: int

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
        return written

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
            actions.append(replace(closing, seen=replies.seen_by(conversation, self.seen)))
        return actions

    def _tag(self, conversation: LoadedConversation, now: int) -> list[Action]:
        return collaboration.tagged(conversation, self.agent, self.macro.tag, now) if self.macro.tag else []

    def _assign(self, conversation: LoadedConversation, now: int) -> list[Action]:
        to = self.macro.assign
        if to is None:
            return []
        return collaboration.handed_over(conversation, self.agent, collaboration.receiver(self.agent, to), to.team, now)

    def _snooze(self, conversation: LoadedConversation, now: int) -> list[Action]:
        nap = self.macro.snooze
        return [collaboration.snoozed(conversation, self.agent, replace(nap, seen=self.seen), now)] if nap else []


def _filled(text: str, conversation: LoadedConversation, agent: Agent) -> str:
    """The answer with its fields; raises a 422 for one of which nothing is known here."""
    try:
        # Nobody reads the answer of a macro before it leaves.
        named = {"customer": conversation.head.customer.name, "agent": agent.name}
        return templates.fill(text, {field: safe_names.published(name) for field, name in named.items()})
    except templates.Unfilled as unfilled:
        raise ApiError(422, "template_field", detail=unfilled.field, field=unfilled.field) from None


def _named(macro: str) -> None:
    try:
        template_name(macro)
    except ValueError:
        raise malformed("macro: 1 to 50 of a-z, 0-9, - and _") from None
