"""Reads what Discourse reports: proof of origin, and one fact for each thing that happened."""

from __future__ import annotations

import hmac
import json
from typing import Any
from urllib.parse import quote

from msgspec.structs import replace

from channels import _payload
from channels.base import (
    Credentials,
    InvalidSignature,
    Media,
    PermanentFailure,
    Polled,
    Reason,
    Receiver,
    Request,
)
from channels.discourse.api import get, request_headers
from channels.discourse.polling import read_on, walks_of
from channels.discourse.posts import (
    CLAIMS_PROVEN,
    ROOTS,
    TOPIC,
    TOPIC_CLAIMS_PROVEN,
    Feed,
    Place,
    _address,
    _ours,
    author_name,
    claimed,
    claimed_topic,
    read_feed,
    read_subject,
)
from conversations.facts import Attachment, Event, Fact, Kind, Source, Unreadable, Visibility

OURS = "ours"


class DiscourseReceiver(Receiver):
    """Reads what Discourse reports."""

    def verify(self, request: Request, credentials: Credentials) -> None:
        given = request.headers.get("x-discourse-event-signature", "").encode("utf-8", "replace")
        for name in ("webhook_secret", "previous_webhook_secret"):
            secret = credentials.secrets.get(name)
            if secret and hmac.compare_digest(given, _signature(secret, request.body)):
                return
        raise InvalidSignature

    def parse(self, request: Request, credentials: Credentials) -> list[Event]:
        payload = _payload.document(request)
        if not isinstance(payload, dict):
            return []
        place = Place(credentials.account_id, _address(credentials))
        for feed in FEEDS:
            if feed.root in payload:
                return [*read_feed(payload[feed.root], feed, place)]
        root = next((root for root in ROOTS if root in payload), None)
        event = request.headers.get("x-discourse-event", "")
        if root is None and "topic" in payload:
            claims = claimed_topic(event, payload["topic"], place)
            return [_with_event(one, "topic", payload["topic"], event) for one in claims]
        if root is None:
            return [] if payload.keys() & _IGNORED or not payload else [_payload.unreadable("unknown_event", payload)]
        found = read_subject(ROOTS[root], payload[root], payload, place)
        found += claimed(event, root, payload[root], place, found)
        found = [_with_event(one, root, payload[root], event) for one in found]
        return _ours(found) if credentials.options.get("personal_messages") == OURS else [*found]

    def poll(self, cursor: str, credentials: Credentials, now: int) -> Polled:
        """The posts that no webhook told of: the forum does not repeat them unless its owner switched that on."""
        place = Place(credentials.account_id, credentials.options.get("base_url", ""))
        walks = walks_of(cursor)
        events: list[Fact | Unreadable] = []
        for feed in FEEDS:
            try:
                walks[feed.root] = read_on(feed, walks.get(feed.root), credentials, place, events)
            except PermanentFailure as failure:
                # A key may be for public posts alone; that the public ones cannot be read is told.
                if feed.visibility is Visibility.PUBLIC or failure.reason not in (Reason.PERMISSION, Reason.GONE):
                    raise
        kept = {root: [*walk] for root, walk in walks.items()}
        return Polled(events, json.dumps(kept), more=any(walk.before for walk in walks.values()))

    def complete(self, fact: Fact, credentials: Credentials) -> Fact | None:
        """Ask the forum for the post of which a header claimed something; None where the forum says otherwise."""
        if fact.kind is not Kind.CLAIMED:
            return None
        takes_all = (fact.parent_id or "").startswith(TOPIC)
        is_topic = fact.message_id.startswith(TOPIC)
        path = f"t/{fact.thread_id}.json" if is_topic else f"posts/{quote(fact.message_id, safe='')}.json"
        try:
            post = get(path, credentials)
        except PermanentFailure as failure:
            if failure.reason is not Reason.GONE:
                return None
            post = {"deleted_at": "gone"}
        proofs = TOPIC_CLAIMS_PROVEN if takes_all else CLAIMS_PROVEN
        kind, is_so = proofs.get(fact.payload or "", (Kind.CLAIMED, is_never))
        told = replace(fact, kind=kind, payload=None, parent_id=None, is_of_all=takes_all)
        return told if is_so(post) else None

    def profile_name(self, customer_id: str, credentials: Credentials) -> str | None:
        """Only an administrator's key may look a user up by number; others get the name with each post anyway."""
        if customer_id.startswith(TOPIC):
            return None
        try:
            person = get(f"admin/users/{quote(customer_id, safe='')}.json", credentials)
        except PermanentFailure:
            return None
        return author_name(person)

    def media(self, attachment: Attachment, credentials: Credentials) -> Media | None:
        """Uploads of a forum that protects them are given to those who may see the post, so to our key."""
        media = super().media(attachment, credentials)
        base = credentials.options.get("base_url", "").rstrip("/")
        if media and base and media.url.startswith((f"{base}/secure-uploads/", f"{base}/secure-media-uploads/")):
            return Media(media.url, request_headers(credentials))
        return media


def _with_event(one: Fact | Unreadable, root: str, subject: Any, event: str) -> Fact | Unreadable:
    """Return what is read once more with the header that makes a claim, without what the body holds beside it."""
    if isinstance(one, Fact):
        return one
    return replace(one, source=Source({root: subject}, {"x-discourse-event": event} if event else {}))


def _signature(secret: str, body: bytes) -> bytes:
    return f"sha256={hmac.digest(secret.encode(), body, 'sha256').hex()}".encode()


FEEDS = (
    Feed("posts.json", "latest_posts", Visibility.PUBLIC),
    Feed("private-posts.json", "private_posts", Visibility.PRIVATE),
)
_IGNORED = frozenset(
    [
        *("assign", "badge", "calendar", "category", "category_experts", "chat_message", "event", "group"),
        *("group_user", "notification", "ping", "reviewable", "tag", "topic_voting", "user", "user_badge"),
        "user_promoted",
    ]
)
"""Roots of bodies that hold no messages. That a user was deleted or made anonymous names no
topic; of the deleted one each post was told as deleted, and the anonymous one keeps them."""


def is_never(post: dict[str, Any]) -> bool:
    return False
