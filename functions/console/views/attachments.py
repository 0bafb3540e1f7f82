"""Files beside messages as the API shows them, each with a link that holds for some minutes."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from conversations import attachments as attachments_module
from conversations import identity, mime
from conversations.attachments import Stage
from conversations.link_previews import first_link
from shared import texts
from storage import files

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from application.loading import LoadedConversation
    from conversations.attachments import Attached
    from conversations.facts import Attachment
    from conversations.messages import Message
    from conversations.send_options import Files

Json = dict[str, Any]
ABSENT = "absent"
"""The state of a file that nobody has tried to fetch."""


def rule(files: Files | None) -> Json | None:
    """Return the files that a way takes, as the API shows them."""
    if files is None:
        return None
    return {
        "most": files.most,
        "largest": dict(files.largest),
        "with_text": files.with_text,
        "limit": files.limit,
    }


class Shown:
    """The files of a conversation and the states of its messages, as the messages show them."""

    def __init__(self, conversation: LoadedConversation, language: str) -> None:
        self.standing = conversation.standing
        self._language = language
        self._by_id: Mapping[str, Attached] = {each.spot.id: each for each in conversation.files}
        self._spots = defaultdict(list)
        for fact in conversation.facts:
            self._spots[fact.message_id].append(fact)
        self._thread, _ = identity.split_id(conversation.id)
        self._previews = {each.spot.message: each for each in conversation.files if each.link}
        self._sent = {action.id: action.files for action in conversation.actions if action.files}

    def of(self, message: Message) -> list[Json]:
        """Return a message's attachments with the state of their files."""
        if message.deleted:
            return []
        # What goes along was there when the answer was written, which may be this moment.
        ids = self._sent.get(message.id, ())
        went = [replace(self._by_id[each], stage=Stage.STORED) for each in ids if each in self._by_id]
        return [
            *(self._came(message, each) for each in message.attachments),
            *(one(each, self._language) for each in went),
        ]

    def link_preview(self, message: Message) -> Json | None:
        """Return what the page is that a message links to, while it still does; None where that is not known."""
        found = self._previews.get(attachments_module.digest(message.platform_id or message.id))
        found = found or self._previews.get(attachments_module.digest(message.id))
        is_there = found is not None and found.stage == Stage.STORED and not message.deleted
        if found is None or not is_there or found.link != first_link(message.text):
            return None
        return {"url": found.link, "title": found.name, "picture": files.link(found) if found.size else None}

    def _came(self, message: Message, attachment: Attachment) -> Json:
        if not attachments_module.is_file(attachment):
            return _named(attachment)
        told_as = message.platform_id or message.id  # another mail of the same id has one of its own here
        facts = [fact for fact in self._spots[told_as] if attachment in fact.attachments]
        for fact in facts:
            spot = attachments_module.spot(
                self._thread, identity.branch_key(fact.branch_id), fact.at, told_as, attachment
            )
            if known := self._by_id.get(spot.id):
                return one(known, self._language, attachment)
        at = facts[0].at if facts else message.sent_at
        branch = identity.branch_key(facts[0].branch_id) if facts else ""
        absent = attachments_module.spot(self._thread, branch, at, told_as, attachment)
        return _named(attachment) | {"id": absent.id, "url": None, "state": ABSENT}


def plain(attachments: Iterable[Attachment]) -> list[Json]:
    """Return a message's attachments where nothing is known of their files."""
    return [
        _named(each) | ({"url": None, "state": ABSENT} if attachments_module.is_file(each) else {})
        for each in attachments
    ]


def one(file: Attached, language: str, attachment: Attachment | None = None) -> Json:
    """A file, with a link that holds for some minutes."""
    shown = file.stage == Stage.STORED and file.mime in mime.SHOWN
    return {
        "type": attachment.type if attachment else _type_of(file.mime),
        "url": None,
        "title": (attachment.title if attachment else None) or file.name or None,
        "id": file.spot.id,
        "state": str(file.stage),
        "mime": file.mime or None,
        "size": file.size or None,
        "link": files.link(file) if file.stage == Stage.STORED else None,
        "shown": shown,
        "reason": file.reason or None,
        "explanation": _explanation(file.reason, language),
    }


def upload(file: Attached, address: str) -> Json:
    """An upload that is expected: where to put it, with which headers, and for how long that is possible."""
    return {
        "id": file.spot.id,
        "upload": {
            "method": "PUT",
            "url": address,
            "headers": {"Content-Type": file.mime, "x-amz-tagging": files.DRAFT},
            "seconds": files.UPLOAD_SECONDS,
        },
    }


def _named(attachment: Attachment) -> Json:
    """An attachment of which only its name is known, and the address where it is no file."""
    return {
        "type": attachment.type,
        "url": attachment.url,
        "title": attachment.title,
        "id": None,
        "state": None,
        "mime": None,
        "size": None,
        "link": None,
        "shown": False,
        "reason": None,
        "explanation": None,
    }


def _explanation(reason: str, language: str) -> str | None:
    key = f"file.{reason if reason in attachments_module.REASONS else 'bad'}"
    return texts.text(key, language) if reason else None


def _type_of(mime: str) -> str:
    family = mime.partition("/")[0]
    return family if family in ("image", "video", "audio") else "file"
