"""Public thanks to a third party whose answer was accepted as the solution, sent once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from application import safe_names
from application.planning_context import circumstances
from conversations.actions import Action, State, Verb
from conversations.facts import Visibility
from conversations.follow_ups import SYSTEM
from shared import texts

if TYPE_CHECKING:
    from application.commands import Context
    from application.loading import LoadedConversation
    from conversations.messages import Message
    from conversations.send_options import Route

OPTION, NO = "thank_helpers", "no"
"""The connection's setting with which a company says that it does not want this."""


def thanks(conversation: LoadedConversation, answer_id: str, context: Context) -> Action | None:
    """Return the thanks for an accepted answer; None where nobody is to be thanked, or was already."""
    at, action_id = context.at, context.action_id
    answer = next((each for each in conversation.messages() if each.platform_id == answer_id), None)
    if answer is None or not _is_help(conversation, answer) or _was_thanked(conversation, answer_id):
        return None
    around = circumstances(conversation, context.now)
    if around.options.get(OPTION) == NO:
        return None
    route = next((each for each in around.case.routes(context.now) if _is_open(each)), None)
    if route is None or around.case.held_until > context.now:
        return None
    helper = safe_names.published(answer.author.name)
    nameless = texts.text("thanks.helped_nameless", around.language)
    text = texts.text("thanks.helped", around.language, helper=helper) if helper else nameless
    return Action(
        id=action_id,
        at=at,
        verb=Verb.REPLY,
        by=SYSTEM,
        # It answers nobody's question: what the team has not seen stays unseen, and its first response is its own.
        seen=0,
        heard=conversation.head.heard,
        text=text,
        resolve=True,
        answers=answer_id,
        way=route.way,
        reply_to_id=conversation.message_answered(route.way),
        state=State.QUEUED,
    )


def _is_help(conversation: LoadedConversation, answer: Message) -> bool:
    """Return whether the accepted answer is a third party's, who has a name to be thanked by."""
    helper = answer.author
    is_other = answer.direction == "inbound" and helper.id != conversation.head.customer.id
    return is_other and answer.accepted and not answer.deleted and bool(helper.name)


def _was_thanked(conversation: LoadedConversation, answer_id: str) -> bool:
    return any(done.verb == Verb.REPLY and done.answers == answer_id for done in conversation.actions)


def _is_open(route: Route) -> bool:
    return route.visibility == Visibility.PUBLIC and not route.person_only
