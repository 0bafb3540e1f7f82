"""The routes of what could not be read: a list for people, and the note that somebody dealt with it."""

from __future__ import annotations

import re
from typing import Any

from chalice.app import Response

from console.authorization import LEADS
from console.errors import ApiError, malformed
from console.http import Api, now
from console.views import conversations as conversation_views
from conversations.normalization import single_line
from storage import audit, quarantine, raw_mails
from storage.audit import AuditEvent

api = Api(__name__)
_ID = re.compile(r"\d{13}-[0-9a-f]{32}", re.ASCII)
LONGEST = 200


@api.at("/api/unread", "GET")
def list_unread() -> Response:
    """Return updates that could not be read, the latest first."""
    name = api.query("list").get("list", quarantine.UNREAD)
    if name not in quarantine.LISTS:
        raise malformed(f"list: {', '.join(quarantine.LISTS)}")
    found, more = quarantine.entries(name)
    is_lead = api.agent().has(LEADS)
    return Response({"items": [_entry(each, is_lead) for each in found], "more": more})


@api.at("/api/unread/{entry}", "PUT")
def handle_unread(entry: str) -> Response:
    """Somebody dealt with it."""
    api.no_body()
    found = quarantine.find(entry) if _ID.fullmatch(entry) else None
    if found is None:
        raise ApiError(404, "no_unread")
    moment, agent = now(), api.agent().author
    quarantine.handle(found, agent, moment, [audit.entry(AuditEvent.UNREAD_HANDLED, agent, found.id, moment)])
    return Response({"handled_at": conversation_views.when(moment), "handled_by": conversation_views.person(agent)})


def _entry(entry: quarantine.Entry, is_lead: bool) -> dict[str, Any]:
    """Return an entry as the API shows it. The original is for leads, and never one that holds a virus."""
    original = raw_mails.link(entry.key) if entry.key and is_lead and entry.reason != "virus" else None
    return {
        "id": entry.id,
        "channel": entry.channel,
        "connection": entry.connection,
        "reason": entry.reason,
        "at": conversation_views.when(entry.at),
        "from": _line(entry.sender),
        "subject": _line(entry.subject),
        "original": original,
        "handled_at": conversation_views.when(entry.handled_at) if entry.handled_by else None,
        "handled_by": conversation_views.person(entry.handled_by) if entry.handled_by else None,
    }


def _line(text: str) -> str | None:
    """Return a text of a stranger as one line, cut, without characters that control something; None if it is empty."""
    return single_line(text)[:LONGEST] or None
