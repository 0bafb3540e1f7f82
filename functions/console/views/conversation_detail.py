"""A conversation opened as the API shows it: a part of its messages, what may be done, and the customer's others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import asdict

import channels
from application.addressing import chosen
from console import sizes
from console.times import when
from console.views import conversations as conversation_views
from conversations import seen_marks
from conversations.actions import Moderation
from conversations.facts import Visibility
from shared import texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from application.answers_by_hand import AnswerByHand
    from application.excerpt import Excerpt
    from console.actions.conversation_detail import Detail
    from conversations.conversation import Conversation
    from conversations.messages import Message


def detail(shown: Detail, before: str | None, language: str, now: int) -> dict[str, Any]:
    """Return a part of a conversation; ``before`` is the place where it ends, if messages follow it.

    ``now`` in milliseconds.
    """
    part = shown.part
    head, whole = part.conversation.head, conversation_views.whole(part.conversation, shown.routes, language, now)
    return (
        whole
        | _cut(whole, part, before)
        | {
            "seen": seen_marks.write(head, part.messages[-1].id) if part.messages and before is None else None,
            "opt_out": shown.declined,
            "others": [conversation_views.conversation(other, language) for other in shown.others],
            "moderations": _all_moderations(head, part.messages),
            "permalink": next((each.permalink for each in part.messages if each.permalink), None),
        }
        | ({"post": asdict(shown.post)} if shown.post else {})
        | ({"by_hand": _by_hand(shown.by_hand, language)} if shown.by_hand else {})
        | ({"continued_privately": shown.continued_in or None} if head.window.private_reply_used else {})
        | ({"came_from": list(shown.came_from)} if shown.came_from else {})
    )


def bearable(answer: dict[str, Any]) -> dict[str, Any]:
    """Return an answer that is small enough: of its only message the first versions and reactions are left out.

    The message says how many, as ``earlier_left`` and ``reactions_left``; the route of its versions has the former.
    """
    for message in answer["messages"] if len(answer["messages"]) == 1 else ():
        for name in ("earlier", "reactions"):
            whole = message[name]
            while message[name] and sizes.weight(answer) > sizes.LARGEST:
                message[name] = message[name][len(message[name]) // 2 + 1 :]
                message[f"{name}_left"] = len(whole) - len(message[name])
    return answer


def _by_hand(answer: AnswerByHand, language: str) -> dict[str, str]:
    """Return how a person answers in the platform's own app."""
    return {"reason": answer.why, "why": texts.text(f"permission.{answer.why}", language), "url": answer.url}


def _cut(whole: dict[str, Any], part: Excerpt, before: str | None) -> dict[str, Any]:
    """Of all that was read, the messages of this part and what was done between them."""
    moderations = channels.get(part.conversation.head.identity.channel).sender.moderations
    shown = {each.id: moderations(each) for each in part.messages}
    places = {each.id: _answerable(part.conversation.head, each) for each in part.messages}
    messages = [
        each | {"moderations": shown[each["id"]], "answerable": places[each["id"]]}
        for each in whole["messages"]
        if each["id"] in shown
    ]
    since = when(part.messages[0].sent_at) if part.earlier and part.messages else ""
    until = when(int(before[:13])) if before else "~"
    assert since is not None
    assert until is not None
    return {"messages": messages, "events": [each for each in whole["events"] if since <= each["at"] < until]}


def _answerable(head: Conversation, message: Message) -> dict[str, Any] | None:
    """Return where an answer to this one message stands; None where none can be chosen."""
    if head.identity.visibility == Visibility.PRIVATE or message.direction != "inbound" or message.deleted:
        return None
    place = chosen(head, message)
    return {"placement": place.placement, "mention": place.mention}


def _all_moderations(head: Conversation, messages: Sequence[Message]) -> list[Moderation]:
    """Return the moderations that are possible on any message of the conversation."""
    channel = channels.get(head.identity.channel)
    permitted = {each for message in messages for each in channel.sender.moderations(message)}
    return [each for each in Moderation if each in permitted]
