"""The route of mails that were not taken in, as a machine wrote them."""

from __future__ import annotations

from typing import Any

from chalice.app import Response

from console.authorization import LEADS
from console.http import Api, limit_of
from console.paging import read_cursor, write_cursor
from console.views import conversations as conversation_views
from conversations.normalization import single_line
from storage import left_out_mails, raw_mails

api = Api(__name__)
LONGEST = 200


@api.at("/api/mail/left-out", "GET", LEADS)
def list_left_out_mails() -> Response:
    """Return the mails that were left out, the latest first."""
    query = api.query("limit", "cursor")
    limit = limit_of(query.get("limit"))
    mails = left_out_mails.page(limit, read_cursor("left-out", query.get("cursor"), {}, left_out_mails.id_of))
    after = mails[-1].id if len(mails) == limit else None
    return Response({"items": [_mail(mail) for mail in mails], "cursor": write_cursor("left-out", after, {})})


def _mail(mail: left_out_mails.LeftOutMail) -> dict[str, Any]:
    return {
        "id": mail.id,
        "connection": mail.connection,
        "reason": mail.cause,
        "at": conversation_views.when(mail.at),
        "from": single_line(mail.sender)[:LONGEST] or None,
        "subject": single_line(mail.subject)[:LONGEST] or None,
        "original": raw_mails.link(mail.key) if mail.key else None,
    }
