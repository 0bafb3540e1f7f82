"""Reads what X reports: proof of origin, and one fact for each thing that happened."""

from __future__ import annotations

import base64
import hmac
import html
import json
import re
from typing import Any

from channels import _payload, _transport
from channels._payload import Events, UnreadableUpdate
from channels._values import as_count, as_id, as_text
from channels.base import (
    Credentials,
    InvalidSignature,
    Media,
    PermanentFailure,
    Polled,
    Receiver,
    Request,
    json_list,
    json_object,
)
from channels.x.api import data_of, get, is_guarded, node, pages_of
from channels.x.direct_messages import PARTS, announced, messages
from channels.x.posts import EPOCH, Place, filled_object, post_fact, rank, removed
from conversations.facts import Attachment, Fact, Unreadable
from conversations.message_context import Post

SIGNATURE = "x-twitter-webhooks-signature"
CRC_TOKEN = re.compile(rb"[A-Za-z0-9_=+/.~-]{1,256}")
"""The form of the platform's challenge. Its answer is computed like the signature of a body, and anybody may ask for
it: so nothing of this form is ever taken for a body, and nothing of another form is answered."""
PAGE = 100
POST_FIELDS = (
    "attachments,author_id,conversation_id,created_at,edit_history_tweet_ids,entities,in_reply_to_user_id,note_tweet,"
    "referenced_tweets"
)


MEDIA_FIELDS = "type,url,preview_image_url,alt_text"


class XReceiver(Receiver):
    """Reads what X reports."""

    def handshake(self, request: Request, credentials: Credentials) -> str:
        # What is not ASCII becomes a question mark, which no token holds.
        token = request.query.get("crc_token", "").encode("ascii", "replace")
        secret = credentials.secrets.get("consumer_secret", "")
        if not secret or not CRC_TOKEN.fullmatch(token):
            raise InvalidSignature
        return json.dumps({"response_token": _signature(secret, token)})

    def verify(self, request: Request, credentials: Credentials) -> None:
        sent = request.headers.get(SIGNATURE, "").encode("utf-8", "replace")
        secrets = (credentials.secrets.get(name) for name in ("consumer_secret", "previous_consumer_secret"))
        right = [_signature(secret, request.body).encode() for secret in secrets if secret]
        signed = sum(hmac.compare_digest(sent, each) for each in right) > 0
        if not signed or CRC_TOKEN.fullmatch(request.body):
            raise InvalidSignature

    def parse(self, request: Request, credentials: Credentials) -> list[Fact | Unreadable]:
        payload = _payload.document(request)
        return _read(payload, credentials.account_id) if isinstance(payload, dict) else []

    def poll(self, cursor: str, credentials: Credentials, now: int) -> Polled:
        """The mentions since the cursor: what hangs deeper in a thread, no webhook tells."""
        if not cursor:
            return Polled((), str((now - EPOCH) << 22))
        params = {"since_id": cursor, "max_results": str(PAGE), "tweet.fields": POST_FIELDS} | {
            "expansions": "author_id,attachments.media_keys",
            "user.fields": "name,username",
            "media.fields": MEDIA_FIELDS,
        }
        path, pages, newest = f"users/{node(credentials.account_id)}/mentions", [], cursor
        for body in pages_of(path, credentials, params):
            pages.append(_read(body, credentials.account_id))
            newest = max(newest, as_id(json_object(body.get("meta")).get("newest_id")) or "", key=rank)
        return Polled([each for page in reversed(pages) for each in page], newest)

    def own_post(self, thread_id: str, credentials: Credentials) -> Post | None:
        params = {
            "tweet.fields": "author_id,note_tweet,attachments,public_metrics",
            "expansions": "attachments.media_keys",
            "media.fields": "type,url,preview_image_url",
        }
        body = get(f"tweets/{node(thread_id)}", credentials, params)
        found = data_of(body)
        if as_id(found.get("author_id")) != credentials.account_id:
            return None
        text = as_text(json_object(found.get("note_tweet")).get("text")) or as_text(found.get("text"))
        media = _media_of(json_object(body.get("includes"))).values()
        pictures = (as_text(each.get("url")) or as_text(each.get("preview_image_url")) for each in media)
        url = f"https://x.com/i/web/status/{node(thread_id)}"
        metrics = json_object(found.get("public_metrics"))
        likes, comments, reposts, quotes = (
            as_count(metrics.get(f"{each}_count")) for each in ("like", "reply", "retweet", "quote")
        )
        shares = None if reposts is None else reposts + (quotes or 0)
        picture = next(filter(None, pictures), None)
        return Post(html.unescape(text) if text else None, url, picture, likes, comments, shares)

    def profile_name(self, customer_id: str, credentials: Credentials) -> str | None:
        try:
            person = data_of(get(f"users/{node(customer_id)}", credentials, {"user.fields": "name,username"}))
        except PermanentFailure:
            return None
        return as_text(person.get("name")) or as_text(person.get("username")) or None

    def media(self, attachment: Attachment, credentials: Credentials) -> Media | None:
        """Pictures of direct messages are given to the account alone; the token goes to the platform's hosts only."""
        media = super().media(attachment, credentials)
        if media is None or not is_guarded(media.url, credentials):
            return media
        return Media(media.url, _transport.bearer(credentials))


def _signature(secret: str, content: bytes) -> str:
    return "sha256=" + base64.b64encode(hmac.digest(secret.encode(), content, "sha256")).decode()


def _read(payload: dict[str, Any], account: str) -> Events:
    """One of the platform's three shapes: an activity, an account's activity (older), or a page that was asked for."""
    data = payload.get("data")
    if isinstance(data, dict) and isinstance(data.get("event_type"), str):
        us = _acas_count(json_object(data.get("filter")).get("user_id"), account)
        read = _activity if us == account else _payload.of_other_account("x", us, _activity)
        return _payload.within(_payload.read_each("x", [data], read, us), lambda data: {"data": data})
    if isinstance(data, list) or (data is None and isinstance(payload.get("meta"), dict)):
        return _page(payload, account)
    if any(key in payload for key in PARTS) or "for_user_id" in payload:
        us = _acas_count(payload.get("for_user_id"), account)
        events = _account_activity(payload, us)
        return events if us == account else _payload.elsewhere(us, payload, events)
    if "replay_job_status" in payload:
        return []
    if "user_event" in payload:
        return [_payload.unreadable("not_handled:oauth.revoke", payload)]
    return [_payload.unreadable("unknown_event", payload)]


def _acas_count(named: object, account: str) -> str:
    """Return whose events these are: one webhook of an app may be told of several accounts."""
    return as_id(named) or account


_NO_INTEREST = ("post.repost.", "like.", "follow.", "mute.", "block.", "profile.", "spaces.", "news.", "list.")
"""Beginnings of kinds that are no part of a conversation."""
_ALSO_NONE = frozenset({"dm.indicate_typing", "chat.conversation_join", "dm.deleted"})


def _activity(event: dict[str, Any], account: str) -> Events:
    """The X Activity API: one event in one call."""
    kind, payload = str(event["event_type"]), json_object(event.get("payload"))
    if kind.startswith(_NO_INTEREST) or kind in _ALSO_NONE:
        return []
    includes = json_object(event.get("includes"))
    people = _people(payload.get("users")) | _people(includes.get("users"))
    place = Place(frozenset({account}), people, _media_of(includes), _people(includes.get("tweets")))
    if kind in _POSTS:
        return post_fact(filled_object(payload), place)
    if kind == "post.delete":
        return removed(payload.get("id"), payload.get("author_id"), None, place)
    if kind in ("dm.received", "dm.sent", "dm.read"):
        return _payload.within(messages(payload, place), lambda part: {**event, "payload": part})
    if kind in ("chat.received", "chat.sent"):
        return [announced(payload, place)]
    raise UnreadableUpdate("not_handled:oauth.revoke" if kind == "oauth.revoke" else "unknown_event")


_POSTS = frozenset({"post.create", "post.mention.create", "post.reply.create", "post.quote.create"})


def _page(payload: dict[str, Any], account: str) -> Events:
    """The answer of GET /2/users/{id}/mentions, newest first; the facts come oldest first, as webhooks tell them."""
    place = place_of_page(json_object(payload.get("includes")), account)
    events = _payload.read_each("x", reversed(json_list(payload.get("data"))), post_fact, place)
    return _payload.within(events, lambda post: {**_payload.without_lists(payload), "data": [post]})


def place_of_page(includes: dict[str, Any], account: str) -> Place:
    """Return the context of posts that were asked for."""
    people, posts = _people(includes.get("users")), _people(includes.get("tweets"))
    return Place(frozenset({account}), people, _media_of(includes), posts)


def _account_activity(payload: dict[str, Any], account: str) -> Events:
    """The older shape: lists of events of the same kind, in one call."""
    place = Place(frozenset({account}), _people(payload.get("users")), {})
    events: Events = []
    for part, read in PARTS.items():
        if read is not None:
            events += _payload.read_list("x", payload, part, read, place)
    if not any(part in payload for part in PARTS):
        events.append(_payload.unreadable("unknown_event", payload))
    return events


def _people(users: object) -> dict[str, dict[str, Any]]:
    """People, or posts, by id: a list, or a map whose keys are the truth; each is wrapped in ``data`` at times."""
    if isinstance(users, dict):
        return {key: _unwrapped(each) for key, each in users.items()}
    found = (_unwrapped(each) for each in json_list(users))
    return {person_id: each for each in found if (person_id := as_id(each.get("id")))}


def _unwrapped(value: object) -> dict[str, Any]:
    person = json_object(value)
    return json_object(person.get("data")) or person


def _media_of(includes: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found = map(json_object, json_list(includes.get("media")))
    return {key: each for each in found if (key := as_id(each.get("media_key")))}
