"""The routes of what could not be read: lists and numbers of it, who dealt with it, and second tries."""

from __future__ import annotations

from chalice.app import Response

from console.actions import quarantine
from console.authorization import ADMINS
from console.errors import malformed
from console.http import Api, limit_of, now
from console.paging import read_cursor, write_cursor
from console.times import when
from console.views import conversations as conversation_views
from console.views import quarantine as views

api = Api(__name__)


@api.at("/api/unread", "GET")
def list_unread() -> Response:
    """Return updates that could not be read, the latest first."""
    query = api.query("list", "limit", "cursor")
    name = _list_of(query)
    after = read_cursor("unread", query.get("cursor"), {"list": name}, quarantine.place_of) or ""
    found, more = quarantine.entries(name, after, limit_of(query.get("limit"), quarantine.MOST))
    shown = [views.entry(each, quarantine.original(api.agent(), each)) for each in found]
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
    group = quarantine.Group(body["channel"], body["connection"], body["reason"])
    after = read_cursor("unread-retry", body.get("cursor"), group._asdict(), quarantine.place_of) or ""
    tried, following = quarantine.try_group(group, after, api.agent(), now)
    cursor = write_cursor("unread-retry", following or None, group._asdict())
    return Response({"items": [views.tried(each) for each in tried], "cursor": cursor})


@api.at("/api/unread/{entry}/retry", "POST", ADMINS)
def retry_unread(entry: str) -> Response:
    """Read one entry again."""
    api.no_body()
    return Response(views.tried(quarantine.try_again(quarantine.find(entry), api.agent(), now())))


@api.at("/api/unread/{entry}", "PUT")
def handle_unread(entry: str) -> Response:
    """Note that somebody dealt with it."""
    api.no_body()
    handled_at, agent = now(), api.agent()
    quarantine.handle(agent, entry, handled_at)
    return Response({"handled_at": when(handled_at), "handled_by": conversation_views.person(agent.author)})


def _list_of(query: dict[str, str]) -> str:
    name = query.get("list", quarantine.UNREAD)
    if name not in quarantine.LISTS:
        raise malformed(f"list: {', '.join(quarantine.LISTS)}")
    return name
