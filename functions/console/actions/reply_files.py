"""Files that go along with an answer: which a way takes, and which were uploaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.errors import ApiError
from conversations import attachments, identity
from storage import files

if TYPE_CHECKING:
    from collections.abc import Sequence

    from application.loading import LoadedConversation
    from conversations.attachments import Attached
    from conversations.send_options import Files, Route


def permitted(rule: Files | None, mime: str, size: int) -> None:
    """Raise a 422 unless a way takes a file of this type and size (bytes)."""
    if rule is None:
        raise ApiError(422, "files_refused")
    largest = largest_of(rule, mime)
    if largest is None:
        raise ApiError(422, "file_type", detail=mime)
    if size > largest:
        raise ApiError(422, "file_large", f"{largest / 1_000_000:g}", limit=largest, length=size)


def largest_of(rule: Files, mime: str) -> int | None:
    """Return the most bytes that a file of this type may have; None where the type is not taken."""
    family = f"{mime.partition('/')[0]}/*"
    return next((rule.largest[each] for each in (mime, family, "*/*") if each in rule.largest), None)


def checked(conversation: LoadedConversation, route: Route, ids: Sequence[str], text: str, now: int) -> tuple[str, ...]:
    """The ids of uploads that go with an answer, and are kept from now on; raises a 422 for what is not taken."""
    if not ids:
        return ()
    rule = route.files
    if rule is None:
        raise ApiError(422, "files_refused")
    if len(ids) > rule.most:
        raise ApiError(422, "files_many", limit=rule.most, length=len(ids))
    if text.strip() and not rule.with_text:
        raise ApiError(422, "files_alone")
    if rule.limit is not None and len(text) > rule.limit:
        raise ApiError(422, "text_too_long", limit=rule.limit, length=len(text), unit="characters")
    sent = [_upload(conversation, each) for each in ids]
    for file in sent:
        permitted(rule, file.mime, file.size)
    files.keep(sent, now)
    return tuple(ids)


def _upload(conversation: LoadedConversation, file_id: str) -> Attached:
    """An upload of this conversation that has arrived; raises a 422."""
    spot = attachments.spot_of_id(conversation.id, file_id)
    try:
        file = files.uploaded(spot) if spot else None
    except files.NotThere:
        file = None
    if file is None or not identity.is_action_id(file.message_id):
        raise ApiError(422, "file_missing")
    return file
