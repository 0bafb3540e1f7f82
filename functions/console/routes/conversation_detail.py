"""The route that opens a conversation: its messages from the end, what may be done, and who the customer is besides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalice.app import Response

import channels
from application import excerpt
from console import sizes
from console.actions import replies
from console.errors import ApiError, malformed
from console.http import Api, now
from console.paging import page_of, read_cursor, write_cursor
from console.views import conversations as conversation_views
from conversations.actions import Moderation
from conversations.messages import order_of
from storage import change_counters, customers
from storage import conversations as stored_conversations

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conversations.conversation import Conversation
    from conversations.messages import Message

api = Api(__name__)
MESSAGES = 200
"""Shown unless fewer are asked for."""
OTHERS = 10
"""Other conversations of the customer that are shown."""
LOOKED_AT = 100
"""Of so many the latest are shown."""


@api.at("/api/conversations/{conversation_id}", "GET")
def read_conversation(conversation_id: str) -> Response:
    """A conversation with its newest messages, or those before, and the ways to answer it."""
    query = api.query("messages", "before")
    filters = {"conversation": conversation_id}
    limit = _limit(query.get("messages"))
    before = read_cursor("messages", query.get("before"), filters, order_of)
    if not replies.is_id(conversation_id):
        raise ApiError(404, "not_found")
    changes = change_counters.read(conversation_id).changes

    def build(most: int) -> dict[str, Any]:
        part = excerpt.read(conversation_id, most, before)
        if part is None:
            raise ApiError(404, "not_found")
        return _shown(part, before, filters) | {"changes": changes}

    return Response(_bearable(sizes.within(build, limit)))


def _shown(part: excerpt.Excerpt, before: str | None, filters: dict[str, str]) -> dict[str, Any]:
    """A part of a conversation, as the API shows it."""
    head, language = part.conversation.head, api.language()
    whole = conversation_views.whole(part.conversation, replies.routes(head, now()), language)
    return (
        whole
        | _cut(whole, part, before)
        | _customer(head, part.conversation.id, language)
        | {
            "earlier": write_cursor("messages", part.earlier, filters),
            "moderations": _all_moderations(head, part.messages),
            "permalink": next((each.permalink for each in part.messages if each.permalink), None),
        }
    )


def _bearable(answer: dict[str, Any]) -> dict[str, Any]:
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


@api.at("/api/conversations/{conversation_id}/versions", "GET")
def list_versions(conversation_id: str) -> Response:
    """Return what a message said before it was edited, the oldest first."""
    query = api.query("message", "cursor")
    message_id = query.get("message", "")
    if not message_id:
        raise malformed("message is missing")
    messages = replies.find(conversation_id).messages()
    message = next((each for each in messages if each.id == message_id), None)
    if message is None:
        raise ApiError(404, "no_message")
    filters = {"conversation": conversation_id, "message": message_id}
    return Response(page_of("versions", conversation_views.versions(message), query.get("cursor"), filters))


def _limit(value: str | None) -> int:
    if value is None:
        return MESSAGES
    if not value.isascii() or not value.isdigit() or not 1 <= int(value[:9]) <= MESSAGES:
        raise malformed(f"messages: 1 to {MESSAGES}")
    return int(value)


def _cut(whole: dict[str, Any], part: excerpt.Excerpt, before: str | None) -> dict[str, Any]:
    """Of all that was read, the messages of this part and what was done between them."""
    moderations = channels.get(part.conversation.head.identity.channel).sender.moderations
    shown = {each.id: moderations(each) for each in part.messages}
    messages = [each | {"moderations": shown[each["id"]]} for each in whole["messages"] if each["id"] in shown]
    since = conversation_views.when(part.messages[0].sent_at) if part.earlier and part.messages else ""
    until = conversation_views.when(int(before[:13])) if before else "~"
    assert since is not None
    assert until is not None
    return {"messages": messages, "events": [each for each in whole["events"] if since <= each["at"] < until]}


def _customer(head: Conversation, conversation_id: str, language: str) -> dict[str, Any]:
    """The customer's other conversations, the latest first, and whether questions are welcome."""
    who = head.identity
    known, names = customers.overview(who.channel, who.connection, head.customer.id, LOOKED_AT)
    if head.unproven:
        names = []  # those of the customer whose name this one uses: they say nothing of who wrote here
    heads = stored_conversations.heads([each for each in names if each != conversation_id]).values()
    latest = sorted(heads, key=lambda other: other.last_message_at, reverse=True)[:OTHERS]
    return {
        "opt_out": known.declined_at > 0,
        "others": [conversation_views.conversation(other, language) for other in latest],
    }


def _all_moderations(head: Conversation, messages: Sequence[Message]) -> list[Moderation]:
    """Return the moderations that are possible on any message of the conversation."""
    channel = channels.get(head.identity.channel)
    permitted = {each for message in messages for each in channel.sender.moderations(message)}
    return [each for each in Moderation if each in permitted]
