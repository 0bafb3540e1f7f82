"""Reviews of a Business Profile, and our answers to them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from channels._payload import Events, UnreadableUpdate
from channels._values import as_id, as_millis, as_text
from channels.base import (
    Credentials,
    PermanentFailure,
    Reason,
    json_list,
    json_object,
)
from channels.google.api import call, call_again, get, normal, short_digest
from conversations.facts import Attachment, Author, Fact, Kind, Visibility

if TYPE_CHECKING:
    from collections.abc import Iterator


NOTIFICATIONS_URL = "https://mybusinessnotifications.googleapis.com"
MINUTE = 60_000
OVERLAP = 15 * MINUTE
"""Milliseconds by which a review may show up late; one that was reported already is known by its digest."""
PAGES = 20
TOLD = 140
REVIEW = re.compile(r"accounts/[^/\s]+/locations/[^/\s]+/reviews/[^/\s]+")
_STARS = {"ONE": 1, "TWO": 2, "THREE": 3, "FOUR": 4, "FIVE": 5}


class Since(NamedTuple):
    """The state of earlier polls; all zero where everything is new."""

    start: int = 0
    """Times since which the connection knows of things: what is older was there before."""
    things: int = 0
    replies: int = 0

    @classmethod
    def of(cls, payload: dict[str, Any]) -> Since:
        return cls(*(as_millis(payload.get(name)) or 0 for name in ("start", "since", "since_reply")))


def read_review(raw: dict[str, Any], payload: dict[str, Any], account: str) -> Events:
    name, since = as_id(raw.get("name")), Since.of(payload)
    if not name or not REVIEW.fullmatch(name):
        raise UnreadableUpdate("no_id")
    created = as_millis(raw.get("createTime")) or as_millis(raw.get("updateTime"))
    if created is None:
        raise UnreadableUpdate("no_time")
    updated = max(as_millis(raw.get("updateTime")) or created, created)
    is_old = created <= since.start
    events: Events = []
    is_known = name in json_list(payload.get("known"))
    if is_old or (created > since.things - OVERLAP and not is_known):
        events.append(_said(Kind.MESSAGE, raw, name, created))
    if updated > created and (is_old or updated > since.things - OVERLAP):
        events.append(_said(Kind.EDITED, raw, name, updated))
    return events + _read_reply(json_object(raw.get("reviewReply")), name, since, account)


def _said(kind: Kind, raw: dict[str, Any], name: str, at: int) -> Fact:
    reviewer, stars = json_object(raw.get("reviewer")), _STARS.get(str(raw.get("starRating")), 0)
    text = original(as_text(raw.get("comment")) or "")
    return Fact(
        kind,
        Visibility.PUBLIC,
        name,
        at,
        name,
        # A reviewer has no id, and one review for a place: the review's id stands for them.
        author=Author(name.rpartition("/")[2], as_text(reviewer.get("displayName")) or None),
        # In an edit, no words are words as well: they were taken away, and the stars stayed.
        text=text or (None if kind is Kind.MESSAGE else ""),
        attachments=tuple(_media(raw)),
        permalink=_link(raw.get("reviewReplyUrl")),
        rating=str(stars) if stars else None,
    )


def _read_reply(reply: dict[str, Any], name: str, since: Since, account: str) -> Events:
    """Our answer: written here or elsewhere, perhaps still being looked at, perhaps refused."""
    at, text = as_millis(reply.get("updateTime")), as_text(reply.get("comment"))
    if not at or not text:
        return []
    fields: dict[str, Any] = {"author": Author(account or None), "own": True, "parent_id": name}
    if reply.get("reviewReplyState") == "REJECTED":
        fields["payload"] = Reason.BAD.value
        return [Fact(Kind.FAILED, Visibility.PUBLIC, name, at, reply_id(name, text), **fields)]
    if at <= since.replies - OVERLAP:
        return []
    return [Fact(Kind.MESSAGE, Visibility.PUBLIC, name, at, reply_id(name, text), text=text, **fields)]


def reply_id(name: str, text: str) -> str:
    """The id of an answer. Google has none: the next one stands where this one stood, so the text tells them apart."""
    return f"{name}#{short_digest(normal(text), 12)}"


_TRANSLATED, _ORIGINAL = "(Translated by Google)", "(Original)"


def original(text: str) -> str:
    """Return what the customer wrote, without the translation that Google puts before or behind it."""
    before, mark, after = text.partition(_TRANSLATED)
    if not mark:
        return text.strip()
    if before.strip():
        return before.strip()
    return (after.partition(_ORIGINAL)[2] or after).strip()


def _media(raw: dict[str, Any]) -> Iterator[Attachment]:
    for item in map(json_object, json_list(raw.get("reviewMediaItems"))):
        for key, kind in (
            ("videoUrl", "video"),
            ("photoUrl", "image"),
            ("googleUrl", "image"),
            ("thumbnailUrl", "image"),
        ):
            if url := _link(item.get(key)):
                yield Attachment(kind, url)
                break


def _link(value: object) -> str | None:
    url = as_text(value) if isinstance(value, str) else None
    return url if url and url.startswith(("https://", "http://")) else None


def poll_reviews(
    cursor: dict[str, Any], credentials: Credentials, now: int
) -> tuple[dict[str, Any], dict[str, Any], bool, float]:
    """The reviews that are new, changed, or newly answered, by the newest change first."""
    since = Since(*(as_millis(cursor.get(name)) or 0 for name in "srp"))
    told = packed(cursor.get("x"))
    states: dict[str, str] = {}
    news: list[dict[str, Any]] = []
    newest = newest_reply = 0
    for page in _review_pages(credentials):
        for review in page:
            updated, replied = _changed_at(review), _changed_at(json_object(review.get("reviewReply")))
            newest, newest_reply = max(newest, updated), max(newest_reply, replied)
            is_recent = updated > since.things - OVERLAP or replied > since.replies - OVERLAP
            if not is_recent and not _is_refused(review):
                continue
            key, state = (
                short_digest(str(review.get("name")), 5),
                short_digest(f"{updated} {replied} {_is_refused(review)}", 3),
            )
            states[key] = state
            was_before = updated <= since.start - OVERLAP and not _is_refused(review)
            news += [] if told.get(key) == state or was_before else [review]
        if not cursor or min(map(_changed_at, page), default=0) <= since.things - OVERLAP:
            break
    after = {
        "s": since.start or newest or now,
        "r": max(since.things, newest) or now,
        "p": max(since.replies, newest_reply) or now,
        "x": "".join(key + state for key, state in list(states.items())[:TOLD]),
    }
    known = [each.get("name") for each in news if short_digest(str(each.get("name")), 5) in told]
    times = {"start": since.start, "since": since.things, "since_reply": since.replies}
    return {"reviews": news, "known": known, **times}, after, False, 0


def _changed_at(thing: dict[str, Any]) -> int:
    return as_millis(thing.get("updateTime")) or 0


def _is_refused(review: dict[str, Any]) -> bool:
    return json_object(review.get("reviewReply")).get("reviewReplyState") == "REJECTED"


def _review_pages(credentials: Credentials) -> Iterator[list[dict[str, Any]]]:
    """Pages of reviews, the newest change first: of one location, or of several together."""
    names, token = locations(credentials), ""
    for _ in range(PAGES):
        if len(names) == 1:
            params = {"pageSize": "50", "orderBy": "updateTime desc", **({"pageToken": token} if token else {})}
            body = get(f"{quote(names[0])}/reviews", credentials, params)
            yield [json_object(each) for each in json_list(body.get("reviews"))]
        else:
            wish = {"locationNames": names, "pageSize": 50, "orderBy": "updateTime desc", "pageToken": token}
            body = call_again("POST", f"{account_name(credentials)}/locations:batchGetReviews", credentials, {}, wish)
            found = [json_object(json_object(each).get("review")) for each in json_list(body.get("locationReviews"))]
            yield found
        token = as_text(body.get("nextPageToken")) or ""
        if not token:
            return


def locations(credentials: Credentials) -> list[str]:
    """The full names of the locations a connection is for."""
    if "/locations/" in credentials.account_id:
        return [credentials.account_id]
    numbers = [each.strip() for each in credentials.options.get("locations", "").split(",")]
    names = [f"{account_name(credentials)}/locations/{each.rpartition('/')[2]}" for each in numbers if each]
    if not names:
        raise PermanentFailure(Reason.PERMISSION, "no_locations")
    return names


def account_name(credentials: Credentials) -> str:
    account = credentials.account_id.partition("/locations/")[0]
    return account if account.startswith("accounts/") else f"accounts/{account}"


def put_reply(name: str, text: str, credentials: Credentials) -> str:
    """Put our one answer there. Done twice it is done once, so a lost answer is only asked for again."""
    call_again("PUT", f"{quote(name)}/reply", credentials, {}, {"comment": text})
    return reply_id(name, text)


def delete_reply(target: str, credentials: Credentials) -> None:
    """Take our answer down, unless another one stands in its place by now."""
    name = target.partition("#")[0]
    reply = json_object(get(quote(name), credentials).get("reviewReply"))
    if reply_id(name, as_text(reply.get("comment")) or "") != target:
        raise PermanentFailure(Reason.GONE, "replaced")
    call("DELETE", f"{quote(name)}/reply", credentials)


def notify(credentials: Credentials, setting: dict[str, Any]) -> None:
    root = credentials.options.get("notifications_url") or NOTIFICATIONS_URL
    name, mask = f"{account_name(credentials)}/notificationSetting", {"updateMask": "pubsubTopic,notificationTypes"}
    call_again("PATCH", f"v1/{quote(name)}", credentials, mask, {"name": name, **setting}, root)


def packed(value: object) -> dict[str, str]:
    """Thread digests of eight letters, each with the four of its state."""
    text = value if isinstance(value, str) else ""
    return {text[at : at + 8]: text[at + 8 : at + 12] for at in range(0, len(text) - 11, 12)}
