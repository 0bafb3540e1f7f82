"""The files of one message, from the platform into the bucket: once each, and only while the message stands.

A killed download is repeated from the queue: a file that is stored already is not fetched again, and the file of a
message that was removed or erased meanwhile is deleted; this is checked before the download and after it was stored.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

import channels
from application.connections import session
from aws import secrets as secrets_module
from channels import _http
from channels.base import PermanentFailure, Reason
from conversations import attachments, identity
from conversations.attachments import Attached, Stage
from media.retry import Later, waiting_for_platform
from shared import settings
from shared.telemetry import count, logger
from storage import files

if TYPE_CHECKING:
    from channels.base import Media
    from conversations.attachments import Spot
    from conversations.facts import Attachment, Fact
    from conversations.identity import Identity

TOO_LARGE, REFUSED, NOT_PASSED_ON, CONNECTION = "too_large", "refused", "not_passed_on", "connection"
_GONE = frozenset({403, 404, 410})
"""Status codes of addresses that have expired."""
_PASSING = frozenset({408, 425, 429})


class _Lost(Exception):
    """The file does not come, now or later."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def take(task: dict[str, Any], receives: int, now: int) -> None:
    """Fetch what a message of the queue asks for; raises ``Later`` when some of it must wait."""
    conversation, entry, only = task["conversation"], task["entry"], task.get("file", "")
    message = files.message(conversation, entry)
    if message is None:
        files.sweep(conversation, int(entry.partition("#")[2][:13]))
        return
    fetching = _Fetching(conversation, *message, receives, now)
    waits: list[Later] = []
    if files.stands(conversation, entry, fetching.said.message_id):
        for each in fetching.wanted(only):
            try:
                fetching.take(each)
            except Later as later:
                waits.append(later)
    if not files.stands(conversation, entry, fetching.said.message_id):
        logger.info("Message is gone", conversation_id=conversation)
        for each in attachments.of(fetching.said):
            files.drop(fetching.spot(each))
    elif waits:
        raise max(waits, key=lambda later: later.seconds)


class _Fetching:
    """Fetches the files of one message."""

    def __init__(self, conversation: str, who: Identity, said: Fact, receives: int, now: int) -> None:
        self.thread, self.branch = identity.split_id(conversation)
        self.who = who
        self.said = said
        self.receives = receives
        self.now = now

    def spot(self, attachment: Attachment) -> Spot:
        """Return where the file of an attachment is to lie."""
        return attachments.spot(self.thread, self.branch, self.said.at, self.said.message_id, attachment)

    def wanted(self, only: str) -> list[Attachment]:
        """The files of the message, or one of them, by its id."""
        return [each for each in attachments.of(self.said) if not only or self.spot(each).id == only]

    def take(self, attachment: Attachment) -> None:
        """Fetch a file unless that was done; raises ``Later``."""
        spot = self.spot(attachment)
        file = files.state(spot)
        if file is None:
            file = Attached(spot, self.said.message_id, Stage.PENDING, name=attachment.title or "")
            files.note(file, self.now)
        if file.stage != Stage.PENDING:
            return
        try:
            found = self._fetched(attachment)
        except _Lost as lost:
            self._fail(file, lost.reason)
        except Later as later:
            wait = later.again(self.receives)
            if wait:
                raise wait from None
            self._fail(file, later.reason)
        else:
            files.store(replace(file, name=file.name or found.name), found.content, found.mime, self.now)
            count("FileStored", channel=self.who.channel)

    def _fail(self, file: Attached, reason: str) -> None:
        logger.warning("File not fetched", channel=self.who.channel, reason=reason)
        count("FileFailed", channel=self.who.channel, reason=reason)
        files.note(replace(file, stage=Stage.FAILED, reason=reason), self.now)

    def _fetched(self, attachment: Attachment) -> _http.Downloaded:
        """The file as the platform gives it; raises ``_Lost`` or ``Later``."""
        media = self._media(attachment)
        try:
            return _http.download(media, settings.media_limit())
        except _http.TooLarge:
            raise _Lost(TOO_LARGE) from None
        except _http.NotGiven as not_given:
            raise _meaning(not_given) from None
        except _http.Refused:
            raise _Lost(REFUSED) from None
        except _http.NoAnswer:
            raise Later(0, Reason.RETRY) from None

    def _media(self, attachment: Attachment) -> Media:
        """Return where the platform has it at this moment."""
        try:
            with waiting_for_platform():
                secrets = session.fresh(self.who.channel, self.who.connection, self.now)
                media = channels.get(self.who.channel).receiver.media(attachment, secrets)
        except PermanentFailure as failure:
            raise _Lost(failure.reason) from None
        except secrets_module.UnknownConnection:
            raise _Lost(CONNECTION) from None
        if media is None:
            raise _Lost(NOT_PASSED_ON)
        return media


def _meaning(not_given: _http.NotGiven) -> Exception:
    if not_given.status in _PASSING or not_given.status >= 500:
        return Later(not_given.retry_after or 0, Reason.RETRY)
    if not_given.status == 401:
        return Later(0, Reason.AUTH)
    return _Lost(Reason.GONE if not_given.status in _GONE else Reason.BAD)
