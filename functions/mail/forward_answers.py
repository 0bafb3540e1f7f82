"""Mails of people to whom a conversation was forwarded: notes of the team, never messages of the customer."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from application import forwards
from application.forwards import Origin, Outcome
from channels import email
from conversations import attachments, identity
from conversations.attachments import Attached, Stage
from storage import files, raw_mails

if TYPE_CHECKING:
    from collections.abc import Mapping

    from channels.base import Credentials
    from storage.connections import Connection

STRANGER = "forward_stranger"
"""The reason why a mail is left out: it answers a forward that went to somebody else."""
MOST_FILES = 5


class ForwardMail:
    """A mail that may answer a forward: its location and its time, for one connection."""

    def __init__(self, connection: Connection, notification: Mapping[str, Any], key: str, at: int, raw: bytes) -> None:
        self.connection = connection
        self.notification = notification
        self.key = key
        self.at = at
        self.raw = raw

    def take(self, credentials: Credentials, now: int) -> Outcome | None:
        """Take it in as a note; returns None for a mail that is to be read as any other.

        Raises ``Conflict``, or what S3 raises: then it is to be done again.
        """
        answer = email.forward_answer(self.notification, self.raw, credentials)
        if answer is None:
            return None
        forward = forwards.find(answer.reference, self.connection.name)
        if forward:
            # Noted before anything is stored, so that an erasure in between finds the original.
            raw_mails.note_writers(email.channel.name, self.connection.name, [answer.address], self.key, self.at, now)
            raw_mails.note_conversation(forward[1].id, self.key, self.at, now)
        origin = Origin(self.connection.name, lambda conversation: self._keep_files(conversation, answer, now))
        outcome = forwards.take_answer(answer, email.is_same_address, origin, now)
        # Who writes to the company, too, and not only to the forward's address, is heard as anybody else.
        return None if outcome != Outcome.NOTED and not answer.is_only_to_it else outcome

    def _keep_files(self, conversation: str, answer: email.ForwardAnswer, now: int) -> list[str]:
        """Keep the files that came with the mail, as long as its conversation; returns their ids."""
        thread, branch = identity.split_id(conversation)
        kept: list[str] = []
        for number, (name, mime, content) in email.parts(self.raw, answer.files[:MOST_FILES]).items():
            digest_input = f"{answer.message_id}\0{answer.address}\0{number}".encode("utf-8", "surrogatepass")
            upload = identity.action_id(self.at, blake2b(digest_input, digest_size=8).digest())
            spot = attachments.upload_spot(thread, branch, upload)
            files.store(Attached(spot, upload, Stage.PENDING, name=name or ""), content, mime, now)
            kept.append(spot.id)
        return kept
