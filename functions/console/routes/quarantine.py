"""The routes of what could not be read: lists and numbers of it, who dealt with it, and second tries."""

from __future__ import annotations

import re
from typing import Any

from chalice.app import Response

from console.actions import quarantine as quarantine_actions
from console.authorization import ADMINS, LEADS
from console.errors import ApiError, malformed
from console.http import Api, limit_of, now
from console.paging import read_cursor, write_cursor
from console.views import conversations as conversation_views
from console.views import quarantine as views
from storage import audit, quarantine, raw_mails
from storage.audit import AuditEvent
from storage.quarantine import Group

api = Api(__name__)
_ID = re.compile(r"\d{13}-[0-9a-f]{32}", re.ASCII)


@api.at("/api/unread", "GET")
def list_unread() -> Response:
    """Return updates that could not be read, the latest first."""
    query = api.query("list", "limit", "cursor")
    name = _list_of(query)
    after = read_cursor("unread", query.get("cursor"), {"list": name}, _id_of) or ""
    found, more = quarantine.entries(name, after, limit_of(query.get("limit"), quarantine.MOST))
    is_lead = api.agent().has(LEADS)
    shown = [views.entry(each, _original(each) if is_lead else None) for each in found]
    cursor = write_cursor("unread", found[-1].id if more else None, {"list": name})
    return Response({"items": shown, "more": more, "cursor": cursor})


@api.at("/api/unread/counts", "GET", ADMINS)
def count_unread() -> Response:
    """Return how much of each account could not be read for each reason, the most first."""
    counted, more = quarantine.counts(_list_of(api.query("list")))
    groups = sorted(counted.items(), key=lambda each: (-each[1], each[0]))
    shown = [views.group(group, count) for group, count in groups[: quarantine.MOST]]
    return Response({"items": shown, "total": counted.total(), "more": more or len(groups) > quarantine.MOST})


@api.at("/api/unread/retry", "POST", ADMINS)
def retry_group() -> Response:
    """Read the next entries of one account and reason again."""
    body = api.body()
    group = Group(body["channel"], body["connection"], body["reason"])
    after = read_cursor("unread-retry", body.get("cursor"), group._asdict(), _id_of) or ""
    tried, following = quarantine_actions.try_group(group, after, api.agent(), now)
    cursor = write_cursor("unread-retry", following or None, group._asdict())
    return Response({"items": [views.tried(each) for each in tried], "cursor": cursor})


@api.at("/api/unread/{entry}/retry", "POST", ADMINS)
def retry_unread(entry: str) -> Response:
    """Read one entry again."""
    api.no_body()
    return Response(views.tried(quarantine_actions.try_again(_found(entry), api.agent(), now())))


@api.at("/api/unread/{entry}", "PUT")
def handle_unread(entry: str) -> Response:
    """Note that somebody dealt with it."""
    api.no_body()
    found = _found(entry)
    moment, agent = now(), api.agent().author
    quarantine.handle(found, agent, moment, [audit.entry(AuditEvent.UNREAD_HANDLED, agent, found.id, moment)])
    return Response({"handled_at": conversation_views.when(moment), "handled_by": conversation_views.person(agent)})


def _found(entry: str) -> quarantine.Entry:
    """Return the entry of an id; raises a 404."""
    found = quarantine.find(entry) if _ID.fullmatch(entry) else None
    if found is None:
        raise ApiError(404, "no_unread")
    return found


def _list_of(query: dict[str, str]) -> str:
    name = query.get("list", quarantine.UNREAD)
    if name not in quarantine.LISTS:
        raise malformed(f"list: {', '.join(quarantine.LISTS)}")
    return name


def _id_of(place: Any) -> str | None:
    return place if isinstance(place, str) and _ID.fullmatch(place) else None


def _original(entry: quarantine.Entry) -> str | None:
    """Return where a mail can be downloaded, for leads; never one that holds a virus."""
    return raw_mails.link(entry.key) if entry.key and entry.reason != "virus" else None
