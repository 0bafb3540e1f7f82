"""The files of a conversation, as the table knows them: what came with messages, and what agents send along.

Pure. The bytes are in the bucket (``storage.files``) under ``thread/branch/message/time-file``; the values here say
what became of them. Each stands between the facts of its conversation, at the time of its message, so that the query
that reads a conversation returns it too.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

from conversations import identity
from conversations.facts import Kind

if TYPE_CHECKING:
    from conversations.facts import Attachment, Fact

FILE_TYPES = frozenset({"image", "video", "audio", "file", "sticker", "voice", "document", "animation"})
"""Types of attachments that are files; a place, a share or a contact is not."""
REASONS = (
    "retry",
    "auth",
    "permission",
    "gone",
    "bad",
    "too_large",
    "refused",
    "not_passed_on",
    "connection",
)
"""Reasons for which a file could not be fetched; any other reason of a channel is shown as ``bad``."""
_PARTS = re.compile(r"([a-z2-7]{13}|-)\.([0-9]{13})([a-z2-7]{13})([a-z2-7]{13})")
_KEY = re.compile(r"([a-z2-7]{26})/([a-z2-7]{13}|-)/([a-z2-7]{13})/([0-9]{13})-([a-z2-7]{13})")


class Stage(StrEnum):
    """State of a file."""

    PENDING = "pending"
    STORED = "stored"
    FAILED = "failed"


class Spot(Struct, frozen=True):
    """Location of a file: the same for the same file of the same message, so that it is fetched once."""

    thread: str
    branch: str
    at: int
    """Time of its message in milliseconds: an erasure up to a time includes the file."""
    message: str
    """The digest of the message's id."""
    file: str
    """The digest of the attachment."""

    @property
    def id(self) -> str:
        """Its id within its conversation, safe in an address."""
        return f"{self.branch or '-'}.{self.at:013d}{self.message}{self.file}"

    @property
    def object_key(self) -> str:
        """Its key in the bucket."""
        return f"{prefix(self.thread, self.branch, self.message)}{self.at:013d}-{self.file}"


class Attached(Struct, frozen=True):
    """A file and what became of it."""

    spot: Spot
    message_id: str
    stage: Stage
    mime: str = ""
    size: int = 0
    name: str = ""
    reason: str = ""
    link: str = ""
    """Of a preview, the address that it is of; its name is the page's title."""


def of(fact: Fact) -> list[Attachment]:
    """The attachments of a fact that are files to be fetched; an echo of what was sent from here has none."""
    if fact.kind != Kind.MESSAGE or is_echo(fact):
        return []
    return [each for each in fact.attachments if is_file(each)]


def is_echo(fact: Fact) -> bool:
    """Return whether a platform tells of what was sent from here."""
    return fact.own and fact.reference is not None and identity.is_action_id(fact.reference)


def is_file(attachment: Attachment) -> bool:
    """Return whether an attachment is a file, of which the platform says where it is."""
    return attachment.type in FILE_TYPES and bool(attachment.url or attachment.id)


def spot(thread: str, branch: str, at: int, message_id: str, attachment: Attachment) -> Spot:
    """Return where the file of an attachment lies; ``at`` is the time of its message (milliseconds)."""
    named = f"{attachment.type}\0{attachment.id}" if attachment.id else f"{attachment.type}\0\0{attachment.url}"
    return Spot(thread, branch, identity.clamp(at), digest(message_id), digest(named))


def upload_spot(thread: str, branch: str, upload: str) -> Spot:
    """Return where a file lies that an agent sends; ``upload`` is the id it gets, made like an action's."""
    return Spot(thread, branch, int(upload[:13]), digest(upload), digest("upload"))


def home_of_templates(team: str) -> str:
    """Return where the files of a team's templates lie: an id like a conversation's, which no conversation has."""
    return digest("templates") + digest(team)


def spot_of_id(conversation: str, file_id: str) -> Spot | None:
    """Return where the file with this id lies, if it is one of this conversation's."""
    match = _PARTS.fullmatch(file_id)
    if match is None:
        return None
    thread, own = identity.split_id(conversation)
    branch = match[1].strip("-")
    return Spot(thread, branch, int(match[2]), match[3], match[4]) if own in ("", branch) else None


def spot_of_object(key: str) -> Spot | None:
    """Return where a file lies, by its key in the bucket."""
    match = _KEY.fullmatch(key)
    return Spot(match[1], match[2].strip("-"), int(match[4]), match[3], match[5]) if match else None


def prefix(thread: str, branch: str | None = None, message: str = "") -> str:
    """Return how the bucket's keys begin: those of a thread with all its branches, of one branch, or of one message."""
    if branch is None:
        return f"{thread}/"
    return f"{thread}/{branch or '-'}/{message}/" if message else f"{thread}/{branch or '-'}/"


def digest(text: str) -> str:
    """A short name for a text of any form."""
    return identity.digest(text, 8)
