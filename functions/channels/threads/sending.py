"""Sends to Threads: permitted ways, sending in two steps, and what may be done about posts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from channels import _messenger_sending, _meta, _transport
from channels._messenger import word
from channels._values import as_id, is_invented
from channels.base import (
    Credentials,
    Moderation,
    Outbound,
    PermanentFailure,
    Reason,
    Route,
    Sender,
    Situation,
    TransientFailure,
    UnconfirmedSend,
    Way,
)
from channels.threads.posts import FIELDS
from conversations.facts import Visibility

if TYPE_CHECKING:
    from conversations.messages import Message

LIMIT = 500
UNIT = "characters"
NOT_READY_PAUSE = 5.0
"""Seconds; a text is ready almost at once."""
LOOK_PAGES = 5


class ThreadsSender(Sender):
    """Sends to Threads."""

    def send_options(self, situation: Situation, now: int) -> list[Route]:
        if situation.visibility is Visibility.PRIVATE:
            return []
        return [Route(Way.PUBLIC_REPLY, Visibility.PUBLIC, LIMIT, UNIT)]

    def measure(self, text: str, way: Way) -> int:
        """Characters; an emoji counts as the bytes it has in UTF-8."""
        return len(text) + sum(len(sign.encode("utf-8", "replace")) - 1 for sign in text if _is_emoji(sign))

    def prepare(self, message: Outbound, credentials: Credentials) -> str:
        """A container: a draft on the platform, which nobody sees until it is published, and which ends in a day."""
        target = _messenger_sending.answered(message) or message.branch_id or message.thread_id
        form = {"media_type": "TEXT", "text": _messenger_sending.plain(message), "reply_to_id": target}
        path = _meta.node(credentials.account_id, "threads")
        made = _meta.post(path, credentials, form=form, graph=_meta.THREADS, repeatable=True)
        draft_id = as_id(made.get("id"))
        if draft_id is None:
            raise TransientFailure(Reason.RETRY, "no_draft")
        return draft_id

    def try_send(self, message: Outbound, credentials: Credentials) -> str:
        """Publish the draft. One that is published already is looked for; one that has ended is made again."""
        status = _status(message, credentials)
        if status == "PUBLISHED":
            raise UnconfirmedSend
        if status == "IN_PROGRESS":
            raise TransientFailure(Reason.RETRY, "in_progress", NOT_READY_PAUSE)
        draft_id = message.draft_id if status == "FINISHED" else self.prepare(message, credentials)
        path = _meta.node(credentials.account_id, "threads_publish")
        sent = _meta.post(path, credentials, form={"creation_id": draft_id}, graph=_meta.THREADS)
        return _transport.sent_id(sent.get("id"))

    def find_sent(self, message: Outbound, credentials: Credentials) -> str | None:
        if message.draft_id and _status(message, credentials) in ("FINISHED", "IN_PROGRESS"):
            return None  # it was never published, and it cannot be published twice
        params = {"fields": FIELDS, "limit": "50"}
        answers = (
            item
            for page in _meta.pages("me/replies", credentials, params, LOOK_PAGES, _meta.THREADS, must_end=False)
            for item in page
        )
        return _messenger_sending.earliest_match(message, answers, ("timestamp", "text"), lambda _: True)

    def moderations(self, message: Message) -> tuple[Moderation, ...]:
        """The platform hides what stands directly below a post of ours, and says of what stands elsewhere that it
        cannot; deleting is for our own."""
        if message.deleted or is_invented(message.id):
            return ()
        if message.direction == "outbound":
            return (Moderation.DELETE,) if message.platform_id else ()
        if message.direction != "inbound" or message.parent_id is None:
            return ()
        return (Moderation.SHOW,) if message.hidden else (Moderation.HIDE,)

    def try_moderate(
        self,
        moderation: Moderation,
        target: str,
        credentials: Credentials,
        text: str = "",
        customer_id: str | None = None,
    ) -> None:
        if moderation is Moderation.DELETE:
            done = _meta.delete(_meta.node(target), credentials, {}, _meta.THREADS)
        elif moderation in (Moderation.HIDE, Moderation.SHOW):
            form = {"hide": "true" if moderation is Moderation.HIDE else "false"}
            done = _meta.post(_meta.node(target, "manage_reply"), credentials, form=form, graph=_meta.THREADS)
        else:
            raise PermanentFailure(Reason.BAD, "no_moderation")
        if done.get("success") not in (True, "true"):
            raise PermanentFailure(Reason.BAD, "refused")


def _status(message: Outbound, credentials: Credentials) -> str:
    """Return where a draft stands: ``IN_PROGRESS``, ``FINISHED``, ``PUBLISHED``, ``ERROR``, ``EXPIRED``; ``""`` if
    unknown.
    """
    if not message.draft_id:
        return ""
    try:
        found = _meta.get(_meta.node(message.draft_id), credentials, {"fields": "status"}, _meta.THREADS)
    except PermanentFailure as failed:
        if failed.reason is not Reason.GONE:
            raise
        return ""
    return word(found, "status")


_EMOJI = (
    (0x1F000, 0x1FAFF),  # pictures, regional letters, skin tones
    (0x2600, 0x27BF),  # symbols and dingbats
    (0x2B05, 0x2B55),  # arrows, squares, stars
    (0xE0020, 0xE007F),  # the tags of some flags
)
_JOINING = frozenset({0x200D, 0x20E3, 0xFE0F, 0x231A, 0x231B, 0x23E9, 0x23F0, 0x23F3, 0x2328, 0x23CF, 0x3030, 0x303D})


def _is_emoji(sign: str) -> bool:
    """Return whether a character may be a part of an emoji; one too many is harmless, a longer text is refused."""
    code = ord(sign)
    return code in _JOINING or any(first <= code <= last for first, last in _EMOJI)
