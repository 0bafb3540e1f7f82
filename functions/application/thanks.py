"""Public thanks to a third party who helped: by itself once the answer was accepted, or by an agent; once each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from application import safe_names
from application.planning_context import circumstances
from conversations.actions import Action, State, Verb
from conversations.conversation import Status
from conversations.facts import Visibility
from conversations.follow_ups import SYSTEM
from shared import texts

if TYPE_CHECKING:
    from application.commands import Context
    from application.loading import LoadedConversation
    from conversations.messages import Message
    from conversations.send_options import Route, Way

OPTION, NO = "thank_helpers", "no"
"""The connection's setting with which a company says that it does not want to thank by itself."""


def thanks(conversation: LoadedConversation, answer_id: str, context: Context) -> Action | None:
    """Return the thanks for an accepted answer; None where nobody is to be thanked, or was already."""
    answer = next((each for each in conversation.messages() if each.platform_id == answer_id), None)
    if answer is None or not _is_help(conversation, answer) or answer.thanked:
        return None
    around = circumstances(conversation, context.now)
    if around.options.get(OPTION) == NO:
        return None
    route = next((each for each in around.case.routes(context.now) if _is_open(each)), None)
    if route is None or around.case.held_until > context.now:
        return None
    text = _worded(answer, around.language)
    return replace(action(conversation, answer, text, route.way, context), resolve=True)


def words(conversation: LoadedConversation, answer: Message, now: int) -> str:
    """Return the usual words of thanks, in the language of the conversation; ``now`` in milliseconds."""
    return _worded(answer, circumstances(conversation, now).language)


def action(conversation: LoadedConversation, answer: Message, text: str, way: Way, context: Context) -> Action:
    """Return the thanks for a message. A conversation that was closed stays so."""
    return Action(
        id=context.action_id,
        at=context.at,
        verb=Verb.REPLY,
        by=SYSTEM,
        # It answers nobody's question: what the team has not seen stays unseen, and its first response is its own.
        seen=0,
        heard=conversation.head.heard,
        text=text,
        resolve=conversation.head.status == Status.RESOLVED,
        answers=answer.platform_id or answer.id,
        way=way,
        reply_to_id=conversation.message_answered(way),
        state=State.QUEUED,
    )


def _worded(answer: Message, language: str) -> str:
    helper = safe_names.published(answer.author.name)
    nameless = texts.text("thanks.helped_nameless", language)
    return texts.text("thanks.helped", language, helper=helper) if helper else nameless


def _is_help(conversation: LoadedConversation, answer: Message) -> bool:
    """Return whether the accepted answer is a third party's, who has a name to be thanked by."""
    helper = answer.author
    is_other = answer.direction == "inbound" and helper.id != conversation.head.customer.id
    return is_other and answer.accepted and not answer.deleted and bool(helper.name)


def _is_open(route: Route) -> bool:
    return route.visibility == Visibility.PUBLIC and not route.person_only
