"""Common parts of sending with Messenger and Instagram: windows, bodies, and finding what was sent.

Sources: developers.facebook.com/docs/messenger-platform/policy/policy-overview (windows), …/reference/send-api.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from channels._values import as_id, as_millis, as_text, is_invented
from channels.base import PermanentFailure, Reason
from conversations.facts import Visibility
from conversations.send_options import Route, Way

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from channels.base import Outbound
    from conversations.send_options import Files, Situation

    Names = tuple[str, str]
    IsOwn = Callable[[dict[str, Any]], bool]


HOUR = 3_600_000
STANDARD_WINDOW = 24 * HOUR
LATE_WINDOW = 7 * 24 * HOUR
"""For a person's late answer, and for the one private reply to a comment."""

CLOCK_SLACK = 2000
"""Comments carry whole seconds, and clocks differ a little."""


def private_routes(situation: Situation, now: int, limit: int, unit: str, files: Files | None = None) -> list[Route]:
    """A free answer for a day, then a person's for the rest of the week, then nothing."""
    last = situation.last_customer_message_at
    if last is None or now >= last + LATE_WINDOW:
        return []
    if now < last + STANDARD_WINDOW:
        way, until = Way.PRIVATE_MESSAGE, last + STANDARD_WINDOW
    else:
        way, until = Way.HUMAN_AGENT, last + LATE_WINDOW
    is_late = way is Way.HUMAN_AGENT
    return [Route(way, Visibility.PRIVATE, limit, unit, person_only=is_late, until=until, files=files)]


def private_reply(situation: Situation, now: int, limit: int, unit: str) -> list[Route]:
    """The one private reply to a comment, within a week."""
    last = situation.last_customer_message_at
    if last is None or situation.private_reply_used or now >= last + LATE_WINDOW:
        return []
    return [Route(Way.PRIVATE_REPLY, Visibility.PRIVATE, limit, unit, until=last + LATE_WINDOW)]


def window_ends_at(situation: Situation) -> int | None:
    """Return when the free answer in private ends."""
    last = situation.last_customer_message_at
    return last + STANDARD_WINDOW if last is not None and situation.visibility is Visibility.PRIVATE else None


def letter(message: Outbound, recipient: dict[str, str], content: dict[str, Any]) -> dict[str, Any]:
    """The body of a call to the Send API, by which a message goes out in its way."""
    body: dict[str, Any] = {"recipient": recipient, "message": content}
    if message.way is Way.PRIVATE_REPLY:
        return body
    if mid := answered(message):
        body["reply_to"] = {"mid": mid}
    if message.way is Way.HUMAN_AGENT:
        return {**body, "messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
    return {**body, "messaging_type": "RESPONSE"}


def quick_replies(message: Outbound) -> dict[str, Any]:
    """The buttons below a message; nothing where there are none."""
    if not message.choices:
        return {}
    buttons = [{"content_type": "text", "title": each.title, "payload": each.payload} for each in message.choices]
    return {"quick_replies": buttons}


def answered(message: Outbound) -> str | None:
    """The platform's id of the message that is answered; an id that we made up is none."""
    found = message.reply_to_id
    return found if found and not is_invented(found) else None


def plain(message: Outbound) -> str:
    """The text as it goes out."""
    return as_text(message.text) or ""


def customer(message: Outbound) -> str:
    """Return whom a private message goes to."""
    if not message.customer_id:
        raise PermanentFailure(Reason.BAD, "no_customer")
    return message.customer_id


def earliest_match(message: Outbound, items: Iterable[dict[str, Any]], names: Names, is_own: IsOwn) -> str | None:
    """The first of what stands on the platform that can be this message: ours, of its text, not before it was tried.

    ``names`` are the fields that hold time and text.
    """
    found = [
        (at, message_id)
        for item in items
        if (at := as_millis(item.get(names[0]))) is not None
        and at >= message.attempted_at - CLOCK_SLACK
        and (message_id := as_id(item.get("id")))
        and message_id not in message.others
        and is_own(item)
        and same(as_text(item.get(names[1])) or "", message.text)
    ]
    return min(found)[1] if found else None


def same(one: str, other: str) -> bool:
    """Return whether two texts are one, whatever platforms change on the way."""
    return _normal(one) == _normal(other)


def _normal(text: str) -> str:
    """Without what platforms change on the way: line endings, and space at the ends of lines."""
    return "\n".join(line.strip() for line in (as_text(text) or "").splitlines()).strip()
