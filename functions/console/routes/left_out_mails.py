"""The route of mails that were not taken in, as a machine wrote them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalice.app import Response

from console.actions import left_out_mails
from console.authorization import LEADS
from console.http import Api, limit_of
from console.paging import read_cursor, write_cursor
from console.times import when
from conversations.normalization import single_line

if TYPE_CHECKING:
    from storage.left_out_mails import LeftOutMail

api = Api(__name__)
LONGEST = 200


@api.at("/api/mail/left-out", "GET", LEADS)
def list_left_out_mails() -> Response:
    """Return the mails that were left out, the latest first."""
    query = api.query("limit", "cursor")
    limit = limit_of(query.get("limit"))
    mails = left_out_mails.page(limit, read_cursor("left-out", query.get("cursor"), {}, left_out_mails.place_of))
    after = mails[-1][0].id if len(mails) == limit else None
    shown = [_mail(mail, original) for mail, original in mails]
    return Response({"items": shown, "cursor": write_cursor("left-out", after, {})})


@api.at("/api/mail/left-out/counts", "GET", LEADS)
def count_left_out_mails() -> Response:
    """Return how many mails were left out, by connection and reason, the most first."""
    api.query()
    counted, more = left_out_mails.counts()
    groups = sorted(counted.items(), key=lambda each: (-each[1], each[0]))
    shown = [{"connection": connection, "reason": reason, "count": n} for (connection, reason), n in groups]
    return Response({"items": shown, "total": counted.total(), "more": more})


def _mail(mail: LeftOutMail, original: str | None) -> dict[str, Any]:
    return {
        "id": mail.id,
        "connection": mail.connection,
        "reason": mail.cause,
        "at": when(mail.at),
        "from": single_line(mail.sender)[:LONGEST] or None,
        "subject": single_line(mail.subject)[:LONGEST] or None,
        "original": original,
    }
