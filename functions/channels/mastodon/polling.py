"""Asks Mastodon what is new, from a cursor."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from channels._values import as_id, as_millis, as_words
from channels.base import (
    Credentials,
    PermanentFailure,
    Reason,
    TransientFailure,
    json_list,
    json_object,
)
from channels.mastodon.api import call
from channels.mastodon.statuses import ASKED, PUBLIC, REVISING, SPEAKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


WATCHED = 20
"""Number of the latest mentions that are read once more: as many as the server gives at once."""
GONE_CHECKED = 5


class _Watched(NamedTuple):
    """A mention that is read once more: when it was last edited (milliseconds, 0 never), and whose chat it is in."""

    id: str
    edited: int
    customer: str


class Cursor(NamedTuple):
    """The newest notification, the newest post of ours, the latest mentions, and when they were read again."""

    seen: str
    own: str
    watched: tuple[_Watched, ...]
    reread: int

    @classmethod
    def of(cls, cursor: str) -> Cursor | None:
        """None for the first time; what is not ours counts as that."""
        try:
            kept = json_object(json.loads(cursor or "{}"))
            watched = tuple(_Watched(str(one), int(edited), str(person)) for one, edited, person in kept["watched"])
            return cls(str(kept["seen"]), str(kept["own"]), watched, int(kept["reread"]))
        except (ValueError, TypeError, KeyError, RecursionError):
            return None

    def text(self) -> str:
        return json.dumps(self._asdict(), separators=(",", ":"))


def newest(known: str, items: Sequence[dict[str, Any]]) -> str:
    """The highest id; they are digits of growing length, so that shorter is older."""
    found = [item_id for item in items if (item_id := as_id(item.get("id")))]
    return max([known, *found], key=lambda each: (len(each), each))


def notifications(after: str, limit: int, credentials: Credentials) -> tuple[list[dict[str, Any]], bool]:
    """A page of notifications from ``after`` on, and whether there is more; without ``after`` the newest."""
    params: dict[str, str | Sequence[str]] = {"types[]": list(ASKED), "limit": str(limit)}
    if after:
        params["min_id"] = after
    return _page("v1/notifications", params, limit, credentials)


def own_statuses(after: str, limit: int, credentials: Credentials) -> tuple[list[dict[str, Any]], bool]:
    params: dict[str, str | Sequence[str]] = {"limit": str(limit), "exclude_reblogs": "true"}
    if after:
        params["min_id"] = after
    return _page(f"v1/accounts/{quote(credentials.account_id, safe='')}/statuses", params, limit, credentials)


def _page(
    path: str, params: Mapping[str, str | Sequence[str]], limit: int, credentials: Credentials
) -> tuple[list[dict[str, Any]], bool]:
    found = call("GET", path, credentials, params=params)
    if not isinstance(found, list):
        raise TransientFailure(Reason.RETRY, "no_list")
    return [item for item in found if isinstance(item, dict)], len(found) >= limit and "min_id" in params


def watch(known: tuple[_Watched, ...], notes: Sequence[dict[str, Any]], account: str) -> tuple[_Watched, ...]:
    """The latest mentions, the newest first."""
    latest: dict[str, _Watched] = {}
    for note in notes:
        status = json_object(note.get("status"))
        person = as_id(json_object(status.get("account")).get("id"))
        if (
            as_words(note.get("type")) in SPEAKING | REVISING
            and (status_id := as_id(status.get("id")))
            and person != account
        ):
            customer = "" if as_words(status.get("visibility")) in PUBLIC else person or ""
            latest.setdefault(status_id, _Watched(status_id, as_millis(status.get("edited_at")) or 0, customer))
    for each in known:
        latest.setdefault(each.id, each)
    return tuple(latest.values())[:WATCHED]


def read_again(
    watched: tuple[_Watched, ...], credentials: Credentials, now: int
) -> tuple[list[Any], list[Any], tuple[_Watched, ...]]:
    """The posts that were edited since, those that are gone, and what is still to be watched."""
    try:
        found = call("GET", "v1/statuses", credentials, params={"id[]": [each.id for each in watched]})
    except PermanentFailure:
        return [], [], watched  # servers older than 4.3 give one post at a time
    standing = {as_id(json_object(each).get("id")): json_object(each) for each in json_list(found)}
    edited: list[Any] = []
    removed: list[Any] = []
    kept: list[_Watched] = []
    checked = 0
    for each in watched:
        status = standing.get(each.id)
        if status is not None:
            changed = as_millis(status.get("edited_at")) or 0
            if changed > each.edited:
                edited.append(status)
            kept.append(each._replace(edited=max(changed, each.edited)))
        elif checked < GONE_CHECKED and (checked := checked + 1) and _is_gone(each.id, credentials):
            removed.append({"id": each.id, "customer": each.customer, "at": now})
        else:
            kept.append(each)
    return edited, removed, tuple(kept)


def _is_gone(status_id: str, credentials: Credentials) -> bool:
    try:
        call("GET", f"v1/statuses/{quote(status_id, safe='')}", credentials)
    except PermanentFailure as failure:
        return failure.reason is Reason.GONE
    return False
