"""Files that go along with an answer: which a way takes, which were uploaded, and in which message they go out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from application.commands import new_id
from console.actions.split_text import ONCE
from console.errors import ApiError
from conversations import attachments, identity, mime
from storage import files

if TYPE_CHECKING:
    from collections.abc import Sequence

    from application.loading import LoadedConversation
    from conversations.actions import Action
    from conversations.attachments import Attached
    from conversations.send_options import Files, Route


def permitted(rule: Files | None, name: str, kind: str, size: int) -> None:
    """Raise a 422 unless a way takes a file of this name, type and size (bytes), and it is none that runs by itself."""
    if rule is None:
        raise ApiError(422, "files_refused")
    if mime.is_dangerous(name, kind):
        raise ApiError(422, "file_dangerous")
    largest = largest_of(rule, kind)
    if largest is None:
        raise ApiError(422, "file_type", detail=kind)
    if size > largest:
        raise ApiError(422, "file_large", f"{largest / 1_000_000:g}", limit=largest, length=size)


def largest_of(rule: Files, kind: str) -> int | None:
    """Return the most bytes that a file of this type may have; None where the type is not taken."""
    family = f"{kind.partition('/')[0]}/*"
    return next((rule.largest[each] for each in (kind, family, "*/*") if each in rule.largest), None)


def along(
    conversation: LoadedConversation, route: Route, ids: Sequence[str], actions: Sequence[Action], now: int
) -> list[Action]:
    """Return the messages of an answer with its files: beside the first text, or in a message of their own behind all.

    The second is for platforms that take either a file or a text, or only a short one beside a file.
    """
    first, *others = actions
    if not is_apart(route, first.text):
        return [replace(first, files=_checked(conversation, route, ids, first.text, now)), *others]
    at = actions[-1].at + 1
    sent = _checked(conversation, route, ids, "", now)
    return [*actions, replace(first, id=new_id(at), at=at, text="", files=sent)]


def is_apart(route: Route, text: str) -> bool:
    """Return whether files go out in a message of their own, beside a text of this length."""
    rule = route.files
    if rule is None or not text.strip() or route.way in ONCE:
        return False
    return not rule.with_text or (rule.limit is not None and len(text) > rule.limit)


def _checked(
    conversation: LoadedConversation, route: Route, ids: Sequence[str], text: str, now: int
) -> tuple[str, ...]:
    """The ids of uploads that go with a text, and are kept from now on; raises a 422 for what is not taken."""
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
        permitted(rule, file.name, file.mime, file.size)
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
