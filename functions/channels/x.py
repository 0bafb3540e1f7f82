"""X: posts that mention, answer or quote the company in public, direct messages in private.

Sources: docs.x.com/x-api/activity (events, subscriptions; the older shape is docs.x.com/x-api/account-activity),
docs.x.com/x-api/webhooks (registration, CRC, replay), docs.x.com/x-api/posts (create, delete, hide, mentions),
docs.x.com/x-api/direct-messages, docs.x.com/x-api/media, docs.x.com/fundamentals/authentication/oauth-2-0,
docs.x.com/x-api/fundamentals/response-codes-and-errors, docs.x.com/fundamentals/rate-limits.

Secrets: ``consumer_secret`` (the app's API key secret; signs webhooks), ``previous_consumer_secret`` while it is
rotated, ``access_token`` (OAuth 2.0, of the account), ``refresh_token`` and ``expires_at`` (renewed together),
``client_secret`` (of a confidential app), ``bearer_token`` (of the app alone; registers the webhook).
Options: ``base_url``, ``version``, ``client_id``, ``access`` (``enterprise`` where the contract permits every reply),
``text_limit`` (weighted; more than 280 for Premium accounts), ``handle`` (learnt from the platform).
"""

from __future__ import annotations

import base64
import hmac
import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote, urlsplit

from channels import _options, _payload, _text, _transport
from channels._payload import Events, UnreadableUpdate
from channels._transport import MAYBE_SENT, Answer, Call, CodeTable, Meaning, Refusal, whole
from channels._values import as_id, as_millis, as_text, content_id
from channels.base import (
    Account,
    AccountManager,
    Capabilities,
    Channel,
    Credentials,
    Files,
    InvalidSignature,
    Media,
    Moderation,
    Outbound,
    PermanentFailure,
    Polled,
    Reason,
    Receiver,
    Request,
    Route,
    Sender,
    Situation,
    TransientFailure,
    Way,
    json_list,
    json_object,
)
from conversations.model import Attachment, Author, Fact, Kind, Unreadable, Visibility

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from channels.base import File
    from conversations.model import Message

BASE_URL = "https://api.x.com"
VERSION = "2"
SIGNATURE = "x-twitter-webhooks-signature"
CRC_TOKEN = re.compile(rb"[A-Za-z0-9_=+/.~-]{1,256}")
"""What the platform's challenge is made of. Its answer is made like the signature of a body, and anybody may ask for
it: so nothing of this form is ever taken for a body, and nothing of another form is answered."""

POST_LIMIT = 280
LONGEST_POST = 25_000
MESSAGE_LIMIT = 10_000
MEGABYTE = 1024 * 1024
PICTURES = {"image/jpeg": 5 * MEGABYTE, "image/png": 5 * MEGABYTE, "image/webp": 5 * MEGABYTE}

EPOCH = 1_288_834_974_657
"""Milliseconds; an id counts from there, in its upper bits."""
FIRST_SNOWFLAKE = 10**15
"""Smaller ids carry no time."""
CLOCK_SLACK = 2000
MINUTE = 60_000
"""Milliseconds."""
PAGE = 100
PAGES = 8
"""The platform keeps about 800 mentions."""
TOKEN_SECONDS = 7200
"""Seconds."""

REPLAY_KEPT, REPLAY_SPAN = 24 * 60, 120
"""Minutes for which events can be had again, and how many of them in one call."""
REPLAY_YOUNGEST, REPLAY_SETTLED = 31, 10
"""Minutes ago, at least, that what is asked for begins and ends."""

EVENTS = (
    "post.mention.create",
    "post.reply.create",
    "post.quote.create",
    "post.create",
    "post.delete",
    "dm.received",
    "dm.sent",
    "dm.read",
    "chat.received",
    "oauth.revoke",
)
"""What a webhook is subscribed to."""
PUBLIC_EVENTS = frozenset({"post.create", "post.delete"})
"""What the app may ask for in its own name; the rest the account must."""

_POST_FIELDS = (
    "attachments,author_id,conversation_id,created_at,edit_history_tweet_ids,entities,in_reply_to_user_id,note_tweet,"
    "referenced_tweets"
)


class XReceiver(Receiver):
    """What X reports."""

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
        params = {"since_id": cursor, "max_results": str(PAGE), "tweet.fields": _POST_FIELDS} | {
            "expansions": "author_id,attachments.media_keys",
            "user.fields": "name,username",
            "media.fields": "type,url,preview_image_url,alt_text",
        }
        path, pages, newest = f"users/{_node(credentials.account_id)}/mentions", [], cursor
        for body in _pages(path, credentials, params):
            pages.append(_read(body, credentials.account_id))
            newest = max(newest, as_id(json_object(body.get("meta")).get("newest_id")) or "", key=_rank)
        return Polled([each for page in reversed(pages) for each in page], newest)

    def profile_name(self, customer_id: str, credentials: Credentials) -> str | None:
        try:
            person = _data(_get(f"users/{_node(customer_id)}", credentials, {"user.fields": "name,username"}))
        except PermanentFailure:
            return None
        return as_text(person.get("name")) or as_text(person.get("username")) or None

    def media(self, attachment: Attachment, credentials: Credentials) -> Media | None:
        """Pictures of direct messages are given to the account alone; the token goes to the platform's hosts only."""
        found = super().media(attachment, credentials)
        if found is None or not _is_guarded(found.url, credentials):
            return found
        return Media(found.url, _transport.bearer(credentials))


class XSender(Sender):
    """What goes out to X."""

    def send_options(self, situation: Situation, now: int) -> list[Route]:
        """A public answer goes to who spoke to us: to others only where the contract permits it; see ``access``."""
        if situation.visibility is Visibility.PRIVATE:
            files = Files(1, PICTURES)
            return [Route(Way.PRIVATE_MESSAGE, Visibility.PRIVATE, MESSAGE_LIMIT, files=files)]
        if situation.last_customer_message_at is None and situation.options.get("access") != "enterprise":
            return []
        limit = _limit(situation.options)
        return [Route(Way.PUBLIC_REPLY, Visibility.PUBLIC, limit, "weighted", files=Files(4, PICTURES))]

    def measure(self, text: str, way: Way) -> int:
        return _text.weighted(text) if way is Way.PUBLIC_REPLY else len(text)

    def try_send(self, message: Outbound, credentials: Credentials) -> str:
        media = [_upload(file, message.way, credentials) for file in message.files]
        if message.way is Way.PUBLIC_REPLY:
            document: dict[str, Any] = {"text": message.text, "reply": {"in_reply_to_tweet_id": _answered(message)}}
            if media:
                document["media"] = {"media_ids": media}
            return _sent_id(_post("tweets", credentials, document), "id")
        document = {"text": message.text} if message.text else {}
        if media:
            document["attachments"] = [{"media_id": each} for each in media]
        path = f"dm_conversations/with/{_node(message.customer_id or '')}/messages"
        return _sent_id(_post(path, credentials, document), "dm_event_id")

    def find_sent(self, message: Outbound, credentials: Credentials) -> str | None:
        stand = _own_posts if message.way is Way.PUBLIC_REPLY else _own_messages
        found = [
            (_rank(message_id), message_id)
            for item in stand(message, credentials)
            if (message_id := as_id(item.get("id")))
            and message_id not in message.others
            and (_moment(message_id, item.get("created_at")) or 0) >= message.attempted_at - CLOCK_SLACK
            and _same(_plain(item), message.text)
        ]
        return min(found)[1] if found else None

    def moderations(self, message: Message) -> tuple[Moderation, ...]:
        """Our own posts can be deleted, and answers hidden that stand in a conversation we began."""
        if message.visibility is Visibility.PRIVATE or message.deleted:
            return ()
        if message.direction == "outbound":
            return (Moderation.DELETE,) if message.platform_id else ()
        if message.direction != "inbound" or message.parent_id is None:
            return ()
        return (Moderation.SHOW if message.hidden else Moderation.HIDE,)

    def try_moderate(
        self,
        moderation: Moderation,
        target: str,
        credentials: Credentials,
        text: str = "",
        customer_id: str | None = None,
    ) -> None:
        path = f"tweets/{_node(target)}"
        if moderation is Moderation.DELETE:
            done = _data(_call("DELETE", path, credentials)).get("deleted") is True
        elif moderation in (Moderation.HIDE, Moderation.SHOW):
            hidden = moderation is Moderation.HIDE
            answer = _call("PUT", f"{path}/hidden", credentials, document={"hidden": hidden})
            done = _data(answer).get("hidden") is hidden
        else:
            raise PermanentFailure(Reason.BAD, "no_moderation")
        if not done:
            raise PermanentFailure(Reason.BAD, "refused")


class XAccount(AccountManager):
    """The account on X."""

    def check(self, credentials: Credentials) -> Account:
        me = _data(_get("users/me", credentials, {"user.fields": "name,username"}))
        account_id, handle = as_id(me.get("id")), as_text(me.get("username")) or ""
        if account_id is None:
            raise TransientFailure(Reason.RETRY, "no_account")
        return Account(account_id, as_text(me.get("name")) or handle, {"handle": handle} if handle else {})

    def register(self, credentials: Credentials, url: str) -> None:
        """Register the webhook, have it checked again where it fell out, and subscribe it to what is missing.

        Needs ``bearer_token``; without it this is done by hand. A lost answer is looked for on the next try.
        """
        if not credentials.secrets.get("bearer_token"):
            return
        hook = _hook(credentials, url)
        if hook is None:
            hook = _data(_manage("POST", "webhooks", credentials, {"url": url}))
        elif hook.get("valid") is not True:
            _manage("PUT", f"webhooks/{_node(as_id(hook.get('id')) or '')}", credentials)
        hook_id = as_id(hook.get("id"))
        if hook_id is None:
            raise TransientFailure(Reason.RETRY, "no_webhook")
        known = {as_text(each.get("event_type")) for each in _subscriptions(credentials, hook_id)}
        refused = [_subscribe(credentials, hook_id, event) for event in EVENTS if event not in known]
        if failed := next(filter(None, refused), None):
            raise failed

    def unregister(self, credentials: Credentials, url: str) -> None:
        hook = _hook(credentials, url) if credentials.secrets.get("bearer_token") else None
        hook_id = as_id(hook.get("id")) if hook else None
        if hook_id is None:
            return
        for each in _subscriptions(credentials, hook_id):
            if found := as_id(each.get("subscription_id")):
                _manage("DELETE", f"activity/subscriptions/{_node(found)}", credentials)
        _manage("DELETE", f"webhooks/{_node(hook_id)}", credentials)

    def registered(self, credentials: Credentials, url: str) -> bool | None:
        if not credentials.secrets.get("bearer_token"):
            return None
        hook = _hook(credentials, url)
        return hook is not None and hook.get("valid") is True

    def replay(self, credentials: Credentials, url: str, since: int, until: int, now: int) -> None:
        """Ask for whole minutes, in spans of two hours; needs ``bearer_token`` and a webhook that is valid."""
        hook = _hook(credentials, url) if credentials.secrets.get("bearer_token") else None
        hook_id = as_id(hook.get("id")) if hook else None
        if hook_id is None:
            raise PermanentFailure(Reason.BAD, "no_webhook")
        minute = now // MINUTE
        begin = min(max(since // MINUTE, minute - REPLAY_KEPT + 1), minute - REPLAY_YOUNGEST)
        end = min(until // MINUTE + 1, minute - REPLAY_SETTLED)
        while begin < end:
            stop = min(begin + REPLAY_SPAN, end)
            wanted = {"webhook_id": hook_id, "from_date": _minute(begin), "to_date": _minute(stop)}
            _manage("POST", "webhooks/replay", credentials, wanted)
            begin = stop

    def missed_by_webhook(self, fact: Fact) -> bool:
        """What names us by itself is told; what stands deeper in a thread and names us at its front only, is not."""
        return fact.visibility is Visibility.PUBLIC and fact.parent_id is None and not fact.own

    def renew(self, credentials: Credentials, now: int) -> Mapping[str, str]:
        """A new token, and the only refresh token that holds from then on: the one before is used up."""
        secrets, client = credentials.secrets, credentials.options.get("client_id", "")
        refresh = secrets.get("refresh_token")
        if not refresh or not client:
            raise TransientFailure(Reason.AUTH, "no_refresh_token")
        form = {"grant_type": "refresh_token", "refresh_token": refresh, "client_id": client}
        headers: dict[str, str] = {}
        if secret := secrets.get("client_secret"):
            pair = f"{quote(client, safe='')}:{quote(secret, safe='')}"
            headers = {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}
        body = _renewal(credentials, headers, form)
        token, following = body.get("access_token"), body.get("refresh_token")
        if not isinstance(token, str) or not token:
            raise TransientFailure(Reason.AUTH, "no_token")
        lasts = whole(body.get("expires_in")) or TOKEN_SECONDS
        new = {"access_token": token, "expires_at": str(now + lasts * 1000)}
        return new | ({"refresh_token": following} if isinstance(following, str) and following else {})


def _signature(secret: str, content: bytes) -> str:
    return "sha256=" + base64.b64encode(hmac.digest(secret.encode(), content, "sha256")).decode()


def _limit(options: Mapping[str, str]) -> int:
    digits = options.get("text_limit", "")
    chosen = int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 7 else POST_LIMIT
    return min(max(chosen, POST_LIMIT), LONGEST_POST)


# What a call tells ---------------------------------------------------------------------------------------------------


class _Place(NamedTuple):
    """What the updates of one call share: whose they are, and what is said of people and pictures beside them."""

    ours: frozenset[str]
    people: Mapping[str, dict[str, Any]]
    media: Mapping[str, dict[str, Any]]

    def author(self, author_id: str | None, told: object = None) -> Author:
        person = json_object(told) or self.people.get(author_id or "", {})
        return Author(author_id, as_text(person.get("name")) or self.handle(author_id, told))

    def handle(self, author_id: str | None, told: object = None) -> str | None:
        person = json_object(told) or self.people.get(author_id or "", {})
        return as_text(person.get("username")) or as_text(person.get("screen_name")) or None


def _read(payload: dict[str, Any], account: str) -> Events:
    """One of the platform's three shapes: an activity, an account's activity (older), or a page that was asked for."""
    data = payload.get("data")
    if isinstance(data, dict) and isinstance(data.get("event_type"), str):
        return _payload.read_each("x", [data], _activity, account)
    if isinstance(data, list) or (data is None and isinstance(payload.get("meta"), dict)):
        return _page(payload, account)
    if any(key in payload for key in _PARTS) or "for_user_id" in payload:
        return _account_activity(payload, account)
    if "replay_job_status" in payload:
        return []
    if "user_event" in payload:
        return [Unreadable("not_handled:oauth.revoke", payload)]
    return [Unreadable("unknown_event", payload)]


_NO_INTEREST = ("post.repost.", "like.", "follow.", "mute.", "block.", "profile.", "spaces.", "news.", "list.")
"""Beginnings of kinds that are no part of a conversation."""
_ALSO_NONE = frozenset({"dm.indicate_typing", "chat.sent", "chat.conversation_join", "dm.deleted"})


def _activity(event: dict[str, Any], account: str) -> Events:
    """The X Activity API: one event in one call."""
    kind, payload = str(event["event_type"]), json_object(event.get("payload"))
    us = as_id(json_object(event.get("filter")).get("user_id"))
    if kind.startswith(_NO_INTEREST) or kind in _ALSO_NONE:
        return []
    includes = json_object(event.get("includes"))
    people = _people(payload.get("users")) | _people(includes.get("users"))
    place = _Place(_ours(account, us), people, _media_of(includes))
    if kind in _POSTS:
        return _post_fact(_object(payload), place)
    if kind == "post.delete":
        return _removed(payload.get("id"), payload.get("author_id"), None, place)
    if kind in ("dm.received", "dm.sent", "dm.read"):
        return _messages(payload, place)
    if kind == "chat.received":
        return [_announced(payload, place)]
    raise UnreadableUpdate("not_handled:oauth.revoke" if kind == "oauth.revoke" else "unknown_event")


_POSTS = frozenset({"post.create", "post.mention.create", "post.reply.create", "post.quote.create"})


def _page(payload: dict[str, Any], account: str) -> Events:
    """The answer of GET /2/users/{id}/mentions, newest first; the facts come oldest first, as webhooks tell them."""
    includes = json_object(payload.get("includes"))
    place = _Place(_ours(account), _people(includes.get("users")), _media_of(includes))
    return _payload.read_each("x", reversed(json_list(payload.get("data"))), _post_fact, place)


def _account_activity(payload: dict[str, Any], account: str) -> Events:
    """The older shape: lists of events of the same kind, in one call."""
    us = as_id(payload.get("for_user_id"))
    place = _Place(_ours(account, us), _people(payload.get("users")), {})
    events: Events = []
    for part, read in _PARTS.items():
        if read is not None:
            events += _payload.read_list("x", payload, part, read, place)
    if not any(part in payload for part in _PARTS):
        events.append(Unreadable("unknown_event", payload))
    return events


def _ours(account: str, us: str | None = None) -> frozenset[str]:
    return frozenset(each for each in (account, us) if each)


def _object(value: object) -> dict[str, Any]:
    if not isinstance(value, dict) or not value:
        raise UnreadableUpdate("malformed")
    return value


def _people(users: object) -> dict[str, dict[str, Any]]:
    """People by id: a list, or a map whose keys are the truth; each is wrapped in ``data`` at times."""
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


# In public -----------------------------------------------------------------------------------------------------------


def _post_fact(post: dict[str, Any], place: _Place) -> Events:
    """A post of today's shape; an edited one has a new id, and names all it had."""
    newest = as_id(post.get("id"))
    if newest is None:
        raise UnreadableUpdate("no_id")
    referred = [json_object(each) for each in json_list(post.get("referenced_tweets"))]
    if any(each.get("type") == "retweeted" for each in referred):
        return []
    history = [each for each in map(as_id, json_list(post.get("edit_history_tweet_ids"))) if each] or [newest]
    first = min(history, key=_rank)
    parent = next((as_id(each.get("id")) for each in referred if each.get("type") == "replied_to"), None)
    quoted = next((as_id(each.get("id")) for each in referred if each.get("type") == "quoted"), None)
    thread = as_id(post.get("conversation_id")) or parent
    is_root = parent is None or first == thread
    author_id = as_id(post.get("author_id"))
    text = as_text(json_object(post.get("note_tweet")).get("text")) or as_text(post.get("text")) or ""
    keys = [key for key in map(as_id, json_list(json_object(post.get("attachments")).get("media_keys"))) if key]
    files = tuple(_file(place.media.get(key, {}), key) for key in dict.fromkeys(keys))
    return [
        Fact(
            Kind.EDITED if newest != first else Kind.MESSAGE,
            Visibility.PUBLIC,
            first if is_root else thread or first,
            _moment(newest, post.get("created_at")) or 0,
            first,
            "" if is_root else first,
            author=place.author(author_id),
            own=author_id in place.ours,
            text=_words(text, post) or None,
            attachments=(*files, *_shared(quoted)),
            parent_id=None if is_root else parent,
            permalink=_permalink(place.handle(author_id), newest),
            thread_is_guess=not is_root,
        )
    ]


def _old_post(post: dict[str, Any], place: _Place) -> Events:
    """A post of the older shape, which never names its thread; the full text may stand elsewhere."""
    post_id = as_id(post.get("id_str")) or as_id(post.get("id"))
    if post_id is None:
        raise UnreadableUpdate("no_id")
    if isinstance(post.get("retweeted_status"), dict):
        return []
    person = json_object(post.get("user"))
    author_id = as_id(person.get("id_str")) or as_id(person.get("id"))
    whole = json_object(post.get("extended_tweet"))
    text = as_text(whole.get("full_text")) or as_text(post.get("full_text")) or as_text(post.get("text")) or ""
    parent = as_id(post.get("in_reply_to_status_id_str"))
    quoted = as_id(post.get("quoted_status_id_str")) or as_id(json_object(post.get("quoted_status")).get("id_str"))
    source = whole if whole.get("full_text") else post
    return [
        Fact(
            Kind.MESSAGE,
            Visibility.PUBLIC,
            parent or post_id,
            _moment(post_id, post.get("timestamp_ms") or _old_time(post.get("created_at"))) or 0,
            post_id,
            post_id if parent else "",
            author=place.author(author_id, person),
            own=author_id in place.ours,
            text=_words(text, source) or None,
            attachments=(*_old_files(source), *_shared(quoted)),
            parent_id=parent,
            permalink=_permalink(place.handle(author_id, person), post_id),
            thread_is_guess=parent is not None,
        )
    ]


def _removed(post_id: object, author_id: object, told_at: object, place: _Place) -> Events:
    """That a post was deleted. When, is not told or told wrongly: not before it was written, at least."""
    found, author = as_id(post_id), as_id(author_id)
    if found is None:
        raise UnreadableUpdate("no_id")
    at = max(_moment(found, None) or 0, as_millis(told_at) or 0)
    own = author in place.ours
    return [
        Fact(
            Kind.REMOVED,
            Visibility.PUBLIC,
            found,
            at,
            found,
            author=place.author(author),
            own=own,
            thread_is_guess=True,
        )
    ]


def _old_removal(event: dict[str, Any], place: _Place) -> Events:
    status = _object(event.get("status"))
    user_id = status.get("user_id_str") or status.get("user_id")
    return _removed(status.get("id_str") or status.get("id"), user_id, event.get("timestamp_ms"), place)


def _shared(quoted: str | None) -> tuple[Attachment, ...]:
    return (Attachment("share", _permalink(None, quoted), id=quoted),) if quoted else ()


def _permalink(handle: str | None, post_id: str) -> str:
    """``i/web`` finds a post whoever wrote it."""
    is_plain = handle is not None and re.fullmatch(r"\w{1,50}", handle, re.ASCII)
    return f"https://x.com/{handle if is_plain else 'i/web'}/status/{quote(post_id, safe='')}"


def _words(text: str, post: dict[str, Any]) -> str:
    """The text as it was typed: the platform shortens links, adds one for each picture, and escapes three signs."""
    whole = post.get("note_tweet")
    entities = json_object(json_object(whole).get("entities") or post.get("entities"))
    media = [json_object(each) for each in _listed(post, "media")]
    links = [json_object(each) for each in json_list(entities.get("urls"))]
    # A picture's link stands in both lists at times, so it goes before the others are written out.
    for short in [each.get("url") for each in (*media, *(link for link in links if link.get("media_key")))]:
        if isinstance(short, str) and short.startswith(("https://t.co/", "http://t.co/")):
            text = text.replace(short, "", 1)
    for link in links:
        short, long = link.get("url"), as_text(link.get("expanded_url"))
        if isinstance(short, str) and short and long and not link.get("media_key"):
            text = text.replace(short, long, 1)
    return _unescaped(text).strip()


def _unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _listed(post: dict[str, Any], part: str) -> list[Any]:
    """What both lists of the older shape name; where they differ, the extended one is right."""
    extended = json_list(json_object(post.get("extended_entities")).get(part))
    return [*(extended or json_list(json_object(post.get("entities")).get(part)))]


def _old_files(post: dict[str, Any]) -> tuple[Attachment, ...]:
    found = {as_id(each.get("id_str")) or content_id(each): each for each in map(json_object, _listed(post, "media"))}
    return tuple(_file(each, key) for key, each in found.items() if each)


_TYPES = {"photo": "image", "animated_gif": "animation", "video": "video"}


def _file(item: dict[str, Any], key: str) -> Attachment:
    kind = item.get("type")
    links = (item.get("url") if item.get("media_key") else None, item.get("media_url_https"), item.get("media_url"))
    link = next((each for each in (*links, item.get("preview_image_url")) if isinstance(each, str) and each), None)
    shown = _TYPES.get(kind, "unknown") if isinstance(kind, str) else "unknown"
    return Attachment(shown, as_text(link) if link else None, as_text(item.get("alt_text")) or None, key)


# In private ----------------------------------------------------------------------------------------------------------


def _messages(payload: dict[str, Any], place: _Place) -> Events:
    """Direct messages in today's events, which carry them in the older shape."""
    found: Events = []
    for part in ("direct_message_events", "direct_message_mark_read_events"):
        read = _PARTS[part]
        assert read is not None
        found += _payload.read_each("x", json_list(payload.get(part)), read, place)
    if not found and "last_read_event_id" in payload:
        return _mark_read(payload, place)
    if not found:
        raise UnreadableUpdate("empty_event")
    return found


def _direct_message(event: dict[str, Any], place: _Place) -> Events:
    if event.get("type") not in (None, "message_create"):
        raise UnreadableUpdate("unknown_event")
    created = _object(event.get("message_create"))
    data = json_object(created.get("message_data"))
    sender = as_id(created.get("sender_id"))
    recipient = as_id(json_object(created.get("target")).get("recipient_id"))
    attachment = json_object(data.get("attachment"))
    media = attachment.get("media")
    pictures = [json_object(each) for each in (media if isinstance(media, list) else [media]) if each]
    text = _words(as_text(data.get("text")) or "", {**data, "extended_entities": {"media": pictures}})
    answer = json_object(data.get("quick_reply_response"))
    files = tuple(_file(each, as_id(each.get("id_str")) or content_id(each)) for each in pictures)
    message_id = as_id(event.get("id"))
    if not (message_id or text or files):
        raise UnreadableUpdate("empty_event")
    moment = _moment(message_id, event.get("created_timestamp")) or 0
    return [
        _private(
            Kind.MESSAGE,
            (sender, recipient),
            moment,
            message_id or content_id(event),
            place,
            text=text or None,
            attachments=files,
            payload=as_text(answer.get("metadata")) or None,
        )
    ]


def _mark_read(event: dict[str, Any], place: _Place) -> Events:
    """All that stood there when it was read; which message was the last, the time says as well."""
    parties = (as_id(event.get("sender_id")), as_id(json_object(event.get("target")).get("recipient_id")))
    last = as_id(event.get("last_read_event_id"))
    at = max(as_millis(event.get("created_timestamp")) or 0, _moment(last, None) or 0)
    return [_private(Kind.READ, parties, at, "", place)]


def _announced(payload: dict[str, Any], place: _Place) -> Fact:
    """An encrypted message: that it came and from whom; what it says, only the account's keys can read."""
    inner = next((json_object(each) for each in json_list(payload.get("direct_message_events"))), {}) or payload
    sender = as_id(inner.get("sender_id")) or as_id(json_object(inner.get("sender")).get("id"))
    parties = [each for each in map(as_id, json_list(inner.get("participant_ids"))) if each]
    other = as_id(inner.get("recipient_id")) or next((each for each in parties if each != sender), None)
    names = ("id", "message_id", "event_id", "sequence_id")
    message_id = next(filter(None, (as_id(inner.get(name)) for name in names)), None)
    at = _moment(message_id, inner.get("created_timestamp") or inner.get("created_at") or inner.get("timestamp_ms"))
    found = message_id or content_id(payload)
    recipient = other or next(iter(sorted(place.ours)), None)
    return _private(Kind.MESSAGE, (sender, recipient), at or 0, found, place, unsupported=True)


def _private(
    kind: Kind, parties: tuple[str | None, str | None], at: int, message_id: str, place: _Place, **fields: Any
) -> Fact:
    """A fact of a chat between two; the thread's id is made of both as the platform makes it."""
    sender, recipient = parties
    own = sender in place.ours
    customer = recipient if own else sender
    if sender is None or customer is None or customer in place.ours:
        raise UnreadableUpdate("no_customer")
    ours = sender if own else recipient or min(place.ours)
    thread = "-".join(sorted((customer, ours), key=_rank))
    author = place.author(sender)
    return Fact(
        kind, Visibility.PRIVATE, thread, at, message_id, author=author, own=own, customer_id=customer, **fields
    )


_PARTS: dict[str, Callable[[dict[str, Any], _Place], Events] | None] = {
    "tweet_create_events": _old_post,
    "tweet_delete_events": _old_removal,
    "direct_message_events": _direct_message,
    "direct_message_mark_read_events": _mark_read,
    "direct_message_indicate_typing_events": None,
    "favorite_events": None,
    "follow_events": None,
    "unfollow_events": None,
    "block_events": None,
    "mute_events": None,
}
"""The lists of the older shape; None for what is no part of a conversation."""


# Ids and times -------------------------------------------------------------------------------------------------------


def _rank(number: str) -> tuple[int, str]:
    """Sorts ids, which are numbers in strings, as numbers."""
    return len(number), number


def _moment(message_id: str | None, told: object) -> int | None:
    """When it was written (milliseconds). The id says it to the millisecond, the rest often to the second only."""
    at = as_millis(told)
    number = int(message_id) if message_id and message_id.isascii() and message_id.isdecimal() else 0
    exact = (number >> 22) + EPOCH if FIRST_SNOWFLAKE < number < 1 << 63 else None
    is_rounded = at is not None and at % 1000 == 0 and exact is not None and abs(exact - at) < 1000
    return exact if at is None or is_rounded else at


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_OLD_TIME = re.compile(r"\w{3} (\w{3}) (\d{2}) (\d{2}):(\d{2}):(\d{2}) \+0000 (\d{4})", re.ASCII)


def _old_time(value: object) -> int | None:
    """``Mon May 19 14:01:46 +0000 2025``, always UTC and in English."""
    found = _OLD_TIME.fullmatch(value) if isinstance(value, str) else None
    if found is None or found[1] not in _MONTHS:
        return None
    year, month = int(found[6]), _MONTHS.index(found[1]) + 1
    day, hour, minute, second = (int(found[place]) for place in range(2, 6))
    return int(datetime(year, month, day, hour, minute, second, tzinfo=UTC).timestamp() * 1000)


# Sending, and looking for what was sent ------------------------------------------------------------------------------


def _answered(message: Outbound) -> str:
    return message.reply_to_id or message.branch_id or message.thread_id


def _sent_id(answer: dict[str, Any], name: str) -> str:
    return _transport.sent_id(_data(answer).get(name))


def _upload(file: File, way: Way, credentials: Credentials) -> str:
    """Bring a picture to the platform, where it waits for a day; nothing is published, so all of it can be repeated."""
    category = "tweet_image" if way is Way.PUBLIC_REPLY else "dm_image"
    about = {"media_type": file.mime, "total_bytes": len(file.content), "media_category": category}
    begun = as_id(
        _data(_call("POST", "media/upload/initialize", credentials, document=about, repeatable=True)).get("id")
    )
    if begun is None:
        raise TransientFailure(Reason.RETRY, "no_media")
    path = f"media/upload/{_node(begun)}"
    _call("POST", f"{path}/append", credentials, form={"segment_index": "0"}, file=file, repeatable=True)
    done = _data(_call("POST", f"{path}/finalize", credentials, repeatable=True))
    if json_object(done.get("processing_info")).get("state") == "failed":
        raise PermanentFailure(Reason.BAD, "media_failed")
    return begun


def _own_posts(message: Outbound, credentials: Credentials) -> Iterator[dict[str, Any]]:
    """Our posts since the attempt that answer the same one."""
    since = datetime.fromtimestamp(max(0, message.attempted_at - CLOCK_SLACK) / 1000, UTC)
    params = {
        "max_results": str(PAGE),
        "start_time": since.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "exclude": "retweets",
        "tweet.fields": _POST_FIELDS,
    }
    for page in _pages(f"users/{_node(credentials.account_id)}/tweets", credentials, params):
        for post in map(json_object, json_list(page.get("data"))):
            referred = map(json_object, json_list(post.get("referenced_tweets")))
            parents = [as_id(each.get("id")) for each in referred if each.get("type") == "replied_to"]
            if _answered(message) in parents:
                yield post


def _own_messages(message: Outbound, credentials: Credentials) -> Iterator[dict[str, Any]]:
    params = {
        "max_results": str(PAGE),
        "event_types": "MessageCreate",
        "dm_event.fields": "id,text,sender_id,created_at,entities,attachments",
    }
    path = f"dm_conversations/with/{_node(message.customer_id or '')}/dm_events"
    for page in _pages(path, credentials, params):
        events = [json_object(each) for each in json_list(page.get("data"))]
        yield from (each for each in events if as_id(each.get("sender_id")) == credentials.account_id)
        times = [_moment(as_id(each.get("id")), each.get("created_at")) or 0 for each in events]
        if times and min(times) < message.attempted_at - CLOCK_SLACK:
            return


_MENTIONS = re.compile(r"(?:@\w+ )*", re.ASCII)


def _plain(item: dict[str, Any]) -> str:
    """The text of a post of ours as we sent it: the platform puts whom it answers in front."""
    text = as_text(json_object(item.get("note_tweet")).get("text")) or as_text(item.get("text")) or ""
    return _words(text, item)


def _same(found: str, sent: str) -> bool:
    whole, ours = _bare(found), _bare(sent)
    return whole.endswith(ours) and _MENTIONS.fullmatch(whole.removesuffix(ours)) is not None


def _bare(text: str) -> str:
    """For a comparison: blanks count as one, links by their host, as the platform adds a slash or https to some."""
    text = re.sub(r"https?://([^\s/]+)/?(?=\s|$)", r"\1", text)
    return " ".join(text.split())


# Calls ---------------------------------------------------------------------------------------------------------------


def _node(part: str) -> str:
    """An id as a part of a path."""
    return quote(part, safe="")


def _url(path: str, credentials: Credentials) -> str:
    options = credentials.options
    base = (options.get("base_url") or BASE_URL).rstrip("/")
    return f"{base}/{_options.part(options, 'version', VERSION)}/{path}"


_GUARDED = frozenset({"ton.twitter.com", "ton.x.com"})


def _is_guarded(url: str, credentials: Credentials) -> bool:
    """Whether only the account may see it. ``base_url`` is an address that the connection itself names."""
    base = credentials.options.get("base_url")
    try:
        parts = urlsplit(url)
        is_platforms = parts.scheme == "https" and parts.netloc in _GUARDED
        return is_platforms or (base is not None and url.startswith(base.rstrip("/") + "/"))
    except ValueError:
        return False


def _get(path: str, credentials: Credentials, params: Mapping[str, str]) -> dict[str, Any]:
    return _call("GET", path, credentials, params, repeatable=True)


def _post(path: str, credentials: Credentials, document: Mapping[str, Any]) -> dict[str, Any]:
    return _call("POST", path, credentials, document=document)


def _pages(path: str, credentials: Credentials, params: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """The pages of a list, newest first, until there are no more or too many."""
    following: dict[str, str] = {}
    for _ in range(PAGES):
        page = _get(path, credentials, {**params, **following})
        yield page
        token = as_id(json_object(page.get("meta")).get("next_token"))
        if token is None:
            return
        following = {"pagination_token": token}


def _manage(
    method: str,
    path: str,
    credentials: Credentials,
    document: Mapping[str, Any] | None = None,
    token: str = "bearer_token",  # noqa: S107 - a name
) -> dict[str, Any]:
    """A call about the webhook: done again it is done once, and what is gone is gone."""
    try:
        return _call(method, path, credentials, document=document, token=token, repeatable=True)
    except PermanentFailure as failure:
        if method == "DELETE" and failure.reason is Reason.GONE:
            return {}
        raise


def _hook(credentials: Credentials, url: str) -> dict[str, Any] | None:
    hooks = map(json_object, json_list(_manage("GET", "webhooks", credentials).get("data")))
    return next((each for each in hooks if each.get("url") == url), None)


def _minute(minutes: int) -> str:
    """Minutes since 1970 as ``yyyymmddhhmm``, UTC."""
    return datetime.fromtimestamp(minutes * 60, UTC).strftime("%Y%m%d%H%M")


def _subscribe(credentials: Credentials, hook_id: str, event: str) -> PermanentFailure | None:
    """Subscribe the webhook to a kind of event; what is refused, as a scope is missing, keeps no other from it."""
    wanted = {"event_type": event, "filter": {"user_id": credentials.account_id}, "webhook_id": hook_id}
    try:
        _manage(
            "POST",
            "activity/subscriptions",
            credentials,
            wanted,
            "bearer_token" if event in PUBLIC_EVENTS else "access_token",
        )
    except PermanentFailure as failed:
        return failed
    return None


def _subscriptions(credentials: Credentials, hook_id: str) -> list[dict[str, Any]]:
    """What the webhook is subscribed to for this account."""
    listed = map(json_object, json_list(_manage("GET", "activity/subscriptions", credentials).get("data")))
    return [
        each
        for each in listed
        if as_id(each.get("webhook_id")) == hook_id
        and as_id(json_object(each.get("filter")).get("user_id")) == credentials.account_id
    ]


def _call(
    method: str,
    path: str,
    credentials: Credentials,
    params: Mapping[str, str] | None = None,
    document: Mapping[str, Any] | None = None,
    form: Mapping[str, str] | None = None,
    file: File | None = None,
    token: str = "access_token",  # noqa: S107 - a name
    *,
    repeatable: bool = False,
) -> dict[str, Any]:
    files = {"media": (file.name, file.content, file.mime)} if file else None
    headers = _transport.bearer(credentials, token)
    request = Call(method, _url(path, credentials), headers, params or {}, form, document, files=files)
    return _transport.call(request, channel="x", repeatable=repeatable, classify=classify).body or {}


def _renewal(credentials: Credentials, headers: Mapping[str, str], form: Mapping[str, str]) -> dict[str, Any]:
    """The answer with the new token. Where it is lost, the refresh token may be used up: the next try says so."""
    request = Call("POST", _url("oauth2/token", credentials), headers, {}, form)
    return _transport.renew(request, channel="x", classify=classify).body or {}


def _data(answer: dict[str, Any]) -> dict[str, Any]:
    return json_object(answer.get("data"))


# Errors --------------------------------------------------------------------------------------------------------------


CODES = CodeTable(
    codes={
        # {"errors": [{"code": …}]}, the older form
        32: Reason.AUTH,
        34: Reason.GONE,
        63: Reason.GONE,  # the other account is suspended
        64: Reason.POLICY,  # ours is
        87: Reason.PERMISSION,
        88: Reason.RATE,
        89: Reason.AUTH,
        130: Reason.RETRY,
        131: Reason.RETRY,
        144: Reason.GONE,
        150: Reason.GONE,  # a direct message to who does not take any
        185: Reason.RATE,  # the day's posts
        186: Reason.BAD,
        187: MAYBE_SENT,  # a duplicate: perhaps of our own earlier attempt
        215: Reason.AUTH,
        226: Reason.POLICY,  # looks automated
        261: Reason.PERMISSION,
        326: Reason.POLICY,  # locked
        349: Reason.GONE,
        385: Reason.GONE,  # what is answered is deleted, or not to be seen
        433: Reason.PERMISSION,  # who may answer is limited
        453: Reason.PERMISSION,
        # the last part of a problem's ``type``
        "client-forbidden": Reason.PERMISSION,
        "client-disconnected": Reason.RETRY,
        "credits": Reason.POLICY,
        "disallowed-resource": Reason.BAD,
        "duplicate-rules": Reason.BAD,
        "invalid-request": Reason.BAD,
        "invalid-rules": Reason.BAD,
        "not-authorized-for-field": Reason.PERMISSION,
        "not-authorized-for-resource": Reason.GONE,
        "oauth1-permissions": Reason.PERMISSION,
        "operational-disconnect": Reason.RETRY,
        "resource-not-found": Reason.GONE,
        "resource-unavailable": Reason.RETRY,
        "rule-cap": Reason.BAD,
        "service-unavailable": Reason.RETRY,
        "streaming-connection": Reason.RETRY,
        "unsupported-authentication": Reason.PERMISSION,
        "usage-capped": Reason.POLICY,
    },
    statuses={
        400: Reason.BAD,
        401: Reason.AUTH,
        402: Reason.POLICY,  # no credits left
        403: Reason.PERMISSION,
        404: Reason.GONE,
        410: Reason.GONE,
        413: Reason.BAD,
        429: Reason.RATE,
        503: Reason.RETRY,
    },
    pauses={Reason.RATE: 900.0, Reason.POLICY: 3600.0},
)
PHRASES: tuple[tuple[str, Meaning], ...] = (
    ("duplicate content", MAYBE_SENT),
    ("not been mentioned or otherwise engaged", Reason.PERMISSION),  # self-serve: only to who summoned us
    ("deleted or not visible", Reason.GONE),
    ("cannot send messages to this user", Reason.GONE),
    ("cannot send a direct message to", Reason.GONE),
    ("creditsdepleted", Reason.POLICY),
    ("credits", Reason.POLICY),
    ("temporarily locked", Reason.POLICY),
    ("is suspended", Reason.POLICY),
    ("looks like it might be automated", Reason.POLICY),
)
"""Parts of a problem's ``title`` or ``detail``, in lower case: a refusal has often no other mark."""


def classify(answer: Answer) -> Refusal | None:
    """Return why an answer is no success; the more particular mark decides."""
    body = answer.body or {}
    errors = [each for each in map(json_object, json_list(body.get("errors"))) if each]
    if answer.has_result and (body.get("data") is not None or not json_list(body.get("errors"))):
        return None
    problem = next(iter(errors), body)
    code, kind = whole(problem.get("code")), _kind(problem) or _kind(body)
    known = next((each for each in (code, kind) if each in CODES.codes), None)
    meaning = CODES.meaning(known)
    general = meaning or CODES.statuses.get(answer.status)
    if code not in CODES.codes and (general is Reason.PERMISSION or answer.status in (400, 402)):
        meaning = _phrase(body, problem) or meaning
    return CODES.refusal(answer, f"{answer.status}/{known}" if known else str(answer.status), meaning, _reset(answer))


def _kind(problem: dict[str, Any]) -> str:
    return str(problem.get("type") or "").rstrip("/").rpartition("/")[2]


def _phrase(*problems: dict[str, Any]) -> Meaning | None:
    """Return what the words of a problem mean, where there is no better mark."""
    parts = [each.get(key) for each in problems for key in ("title", "detail", "message", "reason")]
    words = " ".join(part for part in parts if isinstance(part, str)).lower()
    return next((meaning for phrase, meaning in PHRASES if phrase in words), None)


_LIMITS = ("x-rate-limit", "x-user-limit-24hour", "x-app-limit-24hour")


def _reset(answer: Answer) -> float | None:
    """The seconds until the limit that is used up begins anew; it is told as a moment, by the platform's clock."""
    headers = answer.headers
    if answer.status != 429 or headers.get("retry-after"):
        return None
    used_up = [each for each in _LIMITS if headers.get(f"{each}-remaining", "").strip() == "0"] or _LIMITS[:1]
    resets = [whole(headers.get(f"{each}-reset", "").strip()) or 0 for each in used_up]
    seconds = _transport.seconds_until(max(resets), answer)
    return seconds + 1 if seconds else None


channel = Channel(
    name="x",
    label="X",
    capabilities=Capabilities(
        secret_names=("consumer_secret", "access_token"),
        optional_secrets=("refresh_token", "expires_at", "client_secret", "bearer_token"),
        option_names=("version", "client_id", "access", "text_limit", "handle"),
        signing_secret="consumer_secret",  # noqa: S106 - a name
        reported_kinds=frozenset({Kind.MESSAGE, Kind.EDITED, Kind.REMOVED, Kind.READ}),
        thread_is_guess=True,
        poll_seconds=300,
        renews=True,
    ),
    receiver=XReceiver(),
    sender=XSender(),
    account=XAccount(),
)
"""An account on X."""
