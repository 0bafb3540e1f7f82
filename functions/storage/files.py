"""The only module that knows the bucket of files: their bytes, beside what the table says of them (``attached``).

A file belongs to a message: when that is removed, or its conversation erased, the file goes, too, and one that arrives
late does not stay. Times are handed in, in milliseconds. Whatever is done here may be done twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from msgspec import Struct
from msgspec.structs import replace

from aws import clients
from conversations import attachments, identity
from conversations import mime as mime_module
from conversations.attachments import Attached, Spot, Stage
from shared import settings
from storage import file_items, file_names, keys, mapping, table
from storage.schema import LeaveOut, Schema
from storage.writes import expires_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from conversations.facts import Attachment, Fact
    from conversations.identity import Identity

LINK_SECONDS = 300
"""Seconds for which a link to a file is valid."""
UPLOAD_SECONDS = 600
"""Seconds for which a permitted upload is valid."""
UPLOAD_KEPT = 86_400_000
"""Milliseconds after which a file goes that was uploaded and not sent."""
DRAFT = "draft=1"
"""Tag of an upload that was not sent; the bucket lets it expire."""
_BATCH = 1000
_BEGINNING = 512
"""Bytes by which a type is known."""


class NotThere(LookupError):
    """There is no such file."""


class Removal(Struct, frozen=True):
    """The removal of a message, for files that arrive later."""

    at: int
    """Time of the removal (milliseconds)."""


REMOVAL = Schema(Removal, leave_out=LeaveOut.NONE, at="at")


# -- what came with messages ------------------------------------------------------------------------------------------


def message(conversation: str, entry: str) -> tuple[Identity, Fact] | None:
    """The fact with this sort key, and whose it is; None where it was erased."""
    thread, _ = identity.split_id(conversation)
    item = table.get(thread, entry)
    return (keys.identity_of(item, ""), mapping.fact_of(item)) if item and keys.is_fact(item) else None


def stands(conversation: str, entry: str, message_id: str) -> bool:
    """Return whether a message was neither erased, by itself or with its whole thread, nor removed."""
    thread, _ = identity.split_id(conversation)
    branch, _, position = entry.partition("#")
    if table.get(thread, entry) is None or table.get(*_removal_key(thread, branch, message_id)):
        return False
    heads = [table.get(thread, f"{each}#{keys.HEAD}") for each in {branch, ""}]
    return not any(head and int(position[:13]) <= head.get("t", -1) for head in heads)


def state(spot: Spot) -> Attached | None:
    """Return the state of a file."""
    item = table.get(*file_items.key(spot))
    return file_items.of_item(item) if item else None


def note(file: Attached, now: int) -> None:
    """Write what became of a file; it expires with its message."""
    table.put(file_items.item(file, expires_at(file.spot.at, now)))


def store(file: Attached, content: bytes, declared_type: str, now: int) -> Attached:
    """Keep the bytes of a file, with the type that they have; ``declared_type`` is what its sender calls it."""
    mime = mime_module.type_of(content, declared_type)
    kept = replace(file, stage=Stage.STORED, mime=mime, size=len(content), reason="")
    clients.client("s3").put_object(
        Bucket=settings.media_bucket(), Key=file.spot.object_key, Body=content, ContentType=_served_as(mime)
    )
    note(kept, now)
    return kept


def put(
    conversation: str, fact: Fact, attachment: Attachment, content: bytes, now: int, mime: str = "", name: str = ""
) -> None:
    """Keep the bytes of an attachment that are at hand, as those of an e-mail are when it arrives.

    The fact is one that was stored before; where it is gone, so is the file.
    """
    thread, branch = identity.split_id(conversation)
    spot = attachments.spot(thread, branch, fact.at, fact.message_id, attachment)
    entry = f"{branch}#{identity.position(fact)}"
    store(Attached(spot, fact.message_id, Stage.PENDING, name=name or attachment.title or ""), content, mime, now)
    if not stands(conversation, entry, fact.message_id):
        drop(spot)


def drop(spot: Spot) -> None:
    """Remove a file and what is known of it."""
    clients.client("s3").delete_object(Bucket=settings.media_bucket(), Key=spot.object_key)
    table.delete(file_items.key(spot))


# -- what is forgotten ------------------------------------------------------------------------------------------------


def forget(conversation: str, message_id: str, at: int, now: int) -> None:
    """Remove the files of a message that was taken down, and keep those from coming that are on their way."""
    thread, branch = identity.split_id(conversation)
    removal = Removal(identity.clamp(at))
    table.put(REMOVAL.item(_removal_key(thread, branch, message_id), removal, expires_at(at, now)))
    for spot in list(_lying(attachments.prefix(thread, branch, attachments.digest(message_id)))):
        drop(spot)


def restore(conversation: str, message_id: str, at: int) -> None:
    """Permit downloading files again of a message that was hidden and is visible again since ``at``."""
    thread, branch = identity.split_id(conversation)
    key = _removal_key(thread, branch, message_id)
    removal = table.get(*key)
    if removal and REMOVAL.read(removal).at < at:
        table.delete(key)


def sweep(conversation: str, at: int) -> None:
    """Remove what lies there of a moment of which everything was erased."""
    thread, branch = identity.split_id(conversation)
    for spot in list(_lying(attachments.prefix(thread, branch))):
        if spot.at == at:
            drop(spot)


def purge(conversation: str, before: int) -> int:
    """Remove the files of all that was said in an erased conversation up to a time; how many that were."""
    thread, branch = identity.split_id(conversation)
    doomed = [spot for spot in _lying(attachments.prefix(thread, branch or None)) if spot.at <= before]
    for start in range(0, len(doomed), _BATCH):
        objects = [{"Key": spot.object_key} for spot in doomed[start : start + _BATCH]]
        answer = clients.client("s3").delete_objects(
            Bucket=settings.media_bucket(), Delete={"Objects": objects, "Quiet": True}
        )
        if answer.get("Errors"):
            raise table.NotStored
    table.remove([file_items.key(spot) for spot in doomed])
    return len(doomed)


def _lying(prefix: str) -> Iterator[Spot]:
    request: dict[str, Any] = {"Bucket": settings.media_bucket(), "Prefix": prefix}
    while True:
        answer = clients.client("s3").list_objects_v2(**request)
        for each in answer.get("Contents", []):
            if spot := attachments.spot_of_object(each["Key"]):
                yield spot
        if not answer.get("IsTruncated"):
            return
        request["ContinuationToken"] = answer["NextContinuationToken"]


def _removal_key(thread: str, branch: str, message_id: str) -> tuple[str, str]:
    """Return the key of the note that a message was removed, for files that arrive later. It holds no content."""
    return f"removed-files#{thread}", f"{branch}#{attachments.digest(message_id)}"


# -- what agents see --------------------------------------------------------------------------------------------------


def link(file: Attached) -> str:
    """An address at which a file can be had for some minutes; a browser shows it only if it is of a harmless type."""
    shown = file.mime in mime_module.SHOWN
    name = quote(file_names.saved_as(file.name or ""), safe="")
    return _signed(
        "get_object",
        LINK_SECONDS,
        Key=file.spot.object_key,
        ResponseContentType=_served_as(file.mime),
        ResponseContentDisposition=f"{'inline' if shown else 'attachment'}; filename*=UTF-8''{name}",
        ResponseCacheControl=f"private, max-age={LINK_SECONDS}",
    )


def origin() -> str:
    """Return the origin of links, for the page's security policy."""
    parts = urlsplit(_signed("get_object", LINK_SECONDS, Key="x"))
    return f"{parts.scheme}://{parts.netloc}"


def _signed(operation: str, seconds: int, **parameters: Any) -> str:
    parameters["Bucket"] = settings.media_bucket()
    return clients.client("s3").generate_presigned_url(operation, Params=parameters, ExpiresIn=seconds)


def _served_as(mime: str) -> str:
    return mime if mime in mime_module.SHOWN else mime_module.DOWNLOAD


# -- what agents send -------------------------------------------------------------------------------------------------


def await_upload(conversation: str, upload: str, name: str, mime: str, size: int, now: int) -> tuple[Attached, str]:
    """Expect a file of exactly this type and size; the file, and the address to PUT it to with these headers.

    ``upload`` is an id made like an action's.
    """
    thread, branch = identity.split_id(conversation)
    file = Attached(attachments.upload_spot(thread, branch, upload), upload, Stage.PENDING, mime, size, name)
    table.put(file_items.item(file, (now + UPLOAD_KEPT) // 1000))
    address = _signed(
        "put_object", UPLOAD_SECONDS, Key=file.spot.object_key, ContentType=mime, ContentLength=size, Tagging=DRAFT
    )
    return file, address


def uploaded(spot: Spot) -> Attached:
    """An upload that arrived, with the size and type that it has; raises ``NotThere``."""
    expected = state(spot)
    if expected is None:
        raise NotThere
    if expected.stage == Stage.STORED:
        return expected
    try:
        response = clients.client("s3").get_object(
            Bucket=settings.media_bucket(), Key=spot.object_key, Range=f"bytes=0-{_BEGINNING - 1}"
        )
    except clients.refusal() as error:
        if clients.is_missing(error):
            raise NotThere from None
        raise
    size = int(response["ContentRange"].rpartition("/")[2])
    return replace(expected, size=size, mime=mime_module.type_of(response["Body"].read(), expected.mime))


def keep(sent: Sequence[Attached], now: int) -> None:
    """From now on these uploads are kept like what they are sent with."""
    for file in sent:
        if file.stage != Stage.STORED:
            clients.client("s3").delete_object_tagging(Bucket=settings.media_bucket(), Key=file.spot.object_key)
            note(replace(file, stage=Stage.STORED), now)


def copy(file: Attached, conversation: str, upload: str, now: int) -> Attached:
    """Copy a file to where an upload lies that is to go along with an answer; raises ``NotThere``.

    The bytes are stored again where they lie, so that what is used does not expire.
    """
    thread, branch = identity.split_id(conversation)
    copied = replace(file, spot=attachments.upload_spot(thread, branch, upload), message_id=upload, stage=Stage.PENDING)
    content = _bytes_of(file)
    for key, tags in ((file.spot.object_key, {}), (copied.spot.object_key, {"Tagging": DRAFT})):
        clients.client("s3").put_object(
            Bucket=settings.media_bucket(), Key=key, Body=content, ContentType=_served_as(file.mime), **tags
        )
    table.put(file_items.item(copied, (now + UPLOAD_KEPT) // 1000))
    return copied


def load(conversation: str, ids: Sequence[str]) -> list[tuple[str, str, bytes]]:
    """Name, type and bytes of the files that go out with a message, by the ids it has; raises ``NotThere``."""
    found: list[tuple[str, str, bytes]] = []
    for each in ids:
        spot = attachments.spot_of_id(conversation, each)
        file = state(spot) if spot else None
        if file is None:
            raise NotThere
        found.append((file.name, file.mime, _bytes_of(file)))
    return found


def _bytes_of(file: Attached) -> bytes:
    try:
        answer = clients.client("s3").get_object(Bucket=settings.media_bucket(), Key=file.spot.object_key)
    except clients.refusal() as error:
        if clients.is_missing(error):
            raise NotThere from None
        raise
    content: bytes = answer["Body"].read()
    return content
