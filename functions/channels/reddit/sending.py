"""Sends to Reddit: permitted ways, sending, and what may be done about messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from channels import _transport
from channels._values import as_millis, as_text
from channels.base import (
    Credentials,
    Moderation,
    Outbound,
    PermanentFailure,
    Reason,
    Route,
    Sender,
    Situation,
    Way,
    json_list,
    json_object,
)
from channels.reddit.api import Client
from channels.reddit.items import data_of, fullname, is_erased, is_own, items_of
from channels.reddit.polling import PAGE
from conversations.facts import Visibility

if TYPE_CHECKING:
    from conversations.messages import Message

COMMENT_LIMIT = 10_000
"""Characters; for comments and messages alike."""
CLOCK_SLACK = 5000
"""Milliseconds: comments carry whole seconds, and clocks differ."""


class RedditSender(Sender):
    """Sends to Reddit."""

    def send_options(self, situation: Situation, now: int) -> list[Route]:
        """In public there is no window, until a moderator locks the post or it is archived after months: the answer
        says so then. Private messages want consent, so a person writes them, and only where the customer wrote."""
        if situation.visibility is Visibility.PRIVATE:
            return [Route(Way.PRIVATE_MESSAGE, Visibility.PRIVATE, COMMENT_LIMIT, person_only=True)]
        return [Route(Way.PUBLIC_REPLY, Visibility.PUBLIC, COMMENT_LIMIT)]

    def try_send(self, message: Outbound, credentials: Credentials) -> str:
        form = {"thing_id": _answered(message), "text": message.text}
        made = _things(Client(credentials).write("/api/comment", form))
        return _transport.sent_id(fullname(made[0]) if made else None)

    def find_sent(self, message: Outbound, credentials: Credentials) -> str | None:
        public = message.way is Way.PUBLIC_REPLY
        path = f"/user/{quote(_username(credentials), safe='')}/comments" if public else "/message/sent"
        found = [
            (at, name)
            for item in items_of(Client(credentials).get(path, {"limit": str(PAGE), "sort": "new"}))
            if (data := data_of(item))
            and (at := as_millis(data.get("created_utc"))) is not None
            and at >= message.attempted_at - CLOCK_SLACK
            and (name := fullname(item))
            and name not in message.others
            and data.get("parent_id") == _answered(message)
            and (as_text(data.get("body")) or "").strip() == message.text.strip()
        ]
        return min(found)[1] if found else None

    def moderations(self, message: Message) -> tuple[Moderation, ...]:
        """Return editing and deleting for our own posts; removing and approving for others if the account moderates."""
        if message.visibility is not Visibility.PUBLIC:
            return ()
        if message.direction == "outbound":
            return (Moderation.EDIT, Moderation.DELETE) if message.platform_id and not message.deleted else ()
        if message.direction != "inbound":
            return ()
        return (Moderation.SHOW,) if message.deleted else (Moderation.DELETE,)

    def try_moderate(
        self,
        moderation: Moderation,
        target: str,
        credentials: Credentials,
        text: str = "",
        customer_id: str | None = None,
    ) -> None:
        client = Client(credentials)
        if moderation is Moderation.EDIT:
            client.write("/api/editusertext", {"thing_id": target, "text": text}, repeatable=True)
        elif moderation is Moderation.SHOW:
            client.write("/api/approve", {"id": target}, repeatable=True)
        elif moderation is Moderation.DELETE:
            _take_down(target, client, credentials)
        else:
            raise PermanentFailure(Reason.BAD, "no_moderation")


def _answered(message: Outbound) -> str:
    """The comment, post or message that is answered."""
    return message.reply_to_id or message.branch_id or message.thread_id


def _things(response: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what was made: a comment is an object, and in old answers it says only its id and its HTML."""
    things = json_list(json_object(json_object(response.get("json")).get("data")).get("things"))
    return [each for each in things if isinstance(each, dict)]


def _take_down(target: str, client: Client, credentials: Credentials) -> None:
    """Our own is deleted; what others wrote is removed from the place that we moderate."""
    standing = next(items_of(client.get("/api/info", {"id": target})), None)
    if standing is None:
        raise PermanentFailure(Reason.GONE, "not_there")
    if is_own(data_of(standing), credentials):
        client.write("/api/del", {"id": target}, repeatable=True)
    elif not is_erased(standing):
        client.write("/api/remove", {"id": target, "spam": "false"}, repeatable=True)


def _username(credentials: Credentials) -> str:
    return credentials.account_id
