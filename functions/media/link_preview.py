"""Looks at the page that a message links to: its title, and its picture as a copy of ours. Once each, and not for long.

The page is anybody's, so the request says nothing of who asks or why, no cookie is kept, and nothing but public
addresses over TLS is reached (``shared.http_guard``), also by way of redirects and for the picture.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from channels import _http, _page_head
from channels.base import Media
from conversations import mime
from conversations.attachments import Attached, Stage
from conversations.link_previews import first_link, spot
from media.retry import Later
from shared.telemetry import count, logger
from storage import files, written_messages

if TYPE_CHECKING:
    from channels._page_head import PageHead
    from storage.written_messages import Written

LARGEST_PICTURE = 2_000_000
"""Bytes."""
RECEIVES = 3
"""Times that a page is asked for which does not answer."""
NOTHING, REFUSED = "nothing", "refused"


def take(task: dict[str, Any], receives: int, now: int) -> None:
    """Look at a message's first link unless that was done; raises ``Later``. ``now`` in milliseconds."""
    written = written_messages.read(task["conversation"], task["link_of"])
    address = first_link(written.text) if written else None
    if written is None or address is None:
        return
    place = spot(written.thread, written.branch, written.at, written.message_id)
    if files.state(place) is not None or not _stands(written):
        return
    preview = Attached(place, written.message_id, Stage.FAILED, link=address)
    try:
        head = _page_head.read(address)
    except _http.Refused:
        _give_up(preview, REFUSED, now)
    except (_http.NoAnswer, _http.NotGiven) as error:
        if receives < RECEIVES and _may_pass(error):
            raise Later(60, NOTHING) from None
        _give_up(preview, NOTHING, now)
    else:
        _keep(preview, head, written, now)


def _keep(preview: Attached, head: PageHead, written: Written, now: int) -> None:
    if not head.title:
        _give_up(preview, NOTHING, now)
        return
    picture = _picture(head.picture)
    named = replace(preview, stage=Stage.PENDING, name=head.title)
    # Without a picture, an empty object stands there: whatever removes the message's files finds the preview.
    files.store(named, picture, "", now)
    if not _stands(written):
        files.drop(preview.spot)
    count("LinkPreviewed", outcome="with_picture" if picture else "title")


def _picture(address: str) -> bytes:
    """Return the page's picture; nothing where there is none that the page may show."""
    if not address:
        return b""
    try:
        content = _http.download(Media(address), LARGEST_PICTURE, seconds=_page_head.SECONDS).content
    except (_http.NoAnswer, _http.NotGiven):
        return b""
    mime_type = mime.type_of(content, "")
    return content if mime_type in mime.SHOWN and mime_type.startswith("image/") else b""


def _give_up(preview: Attached, reason: str, now: int) -> None:
    """Note that there is no preview, so that the page is not asked for again."""
    logger.info("No preview of a link", reason=reason)
    count("LinkPreviewed", outcome=reason)
    files.note(replace(preview, reason=reason), now)


def _stands(written: Written) -> bool:
    return files.stands(written.conversation, written.entry, written.message_id)


def _may_pass(error: Exception) -> bool:
    return isinstance(error, _http.NoAnswer) or (isinstance(error, _http.NotGiven) and error.status >= 500)
