"""Hands a message to its channel, and tells apart what left for the platform where something unforeseen breaks."""

from __future__ import annotations

from pathlib import PurePath
from traceback import extract_tb
from typing import TYPE_CHECKING, TypeVar

from application.choices import choices
from channels.base import ChannelError, Outbound, UnconfirmedSend
from conversations.actions import Verb
from conversations.send_options import Way
from shared import departure
from shared.telemetry import count, logger

if TYPE_CHECKING:
    from collections.abc import Callable

    from channels.base import File
    from conversations.actions import Action
    from conversations.conversation import Conversation

_Result = TypeVar("_Result")


class NotSent(Exception):
    """Something broke that nobody foresaw, before a request left."""


def outbound_of(
    action: Action, head: Conversation, sent_files: tuple[File, ...], others: frozenset[str] = frozenset()
) -> Outbound:
    """Return a message as a channel sends it; ``others`` are the platform's ids of our other messages there."""
    who = head.identity
    return Outbound(
        id=action.id,
        way=action.way or Way.PUBLIC_REPLY,
        text=action.text,
        thread_id=who.thread_id,
        branch_id=who.branch_id,
        customer_id=head.customer.id,
        reply_to_id=action.reply_to_id,
        attempted_at=action.attempted_at,
        others=others,
        choices=choices(action.language) if action.verb == Verb.ASK else (),
        files=sent_files,
        draft_id=action.draft,
        automatic=action.verb == Verb.ASK,
        title=head.title,
    )


def hand_over(channel: str, call: Callable[[], _Result]) -> _Result:
    """Return the result of a call to the channel; an error that nobody foresaw is told by where it happened.

    Raises ``NotSent`` if no request left, and ``UnconfirmedSend`` if one did, besides the channel's own failures.
    """
    departure.begin()
    try:
        return call()
    except ChannelError:
        raise
    except Exception as error:
        place = extract_tb(error.__traceback__)[-1]
        where = f"{PurePath(place.filename).name}:{place.lineno}"
        # Its words may hold the customer's, so they stay here.
        logger.error("Channel broke", channel=channel, error=type(error).__name__, where=where)
        count("SendBroke", channel=channel)
        failure = UnconfirmedSend if departure.left() else NotSent
    raise failure
