"""Google, where companies are talked to in public: reviews of a Business Profile, and comments on YouTube.

Sources: developers.google.com/my-business/reference/rest/v4/accounts.locations.reviews (reviews, their one reply and
its state), …/my-business/content/notification-setup and cloud.google.com/pubsub/docs/authenticate-push-subscriptions
(what tells of a review, and who says so), developers.google.com/youtube/v3/docs/commentThreads, …/docs/comments,
…/docs/errors and …/v3/determine_quota_cost (comments, and what they cost),
developers.google.com/identity/protocols/oauth2/web-server (tokens).

Secrets: ``client_id``, ``client_secret``, ``refresh_token``; ``access_token`` and ``expires_at``, which ``renew``
brings.
Options: ``service`` (``reviews`` or ``youtube``), ``locations`` (their numbers, where ``account_id`` is an account and
not one location), ``daily_units`` (YouTube's quota), ``version``, and the addresses ``base_url``, ``token_url``,
``information_url``, ``notifications_url``, ``certs_url``. For pushes by Pub/Sub ``topic``, ``push_audience``,
``push_email`` (the service account that signs), and ``push_keys``, the signing keys as a JWKS document, on a machine
that cannot fetch them.

A review has no thread: it is one question with one answer, which the next one replaces. A push says only that there is
something; the review is polled. YouTube pushes nothing about comments.
"""

from __future__ import annotations

import binascii
import json
import re
import time
from base64 import urlsafe_b64decode
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from channels import _options, _payload, _transport
from channels._payload import Events, UnreadableUpdate
from channels._text import octets
from channels._transport import Answer, Call, CodeTable, Refusal
from channels._values import as_id, as_millis, as_text
from channels.base import (
    Account,
    AccountManager,
    Capabilities,
    Channel,
    ChannelError,
    Credentials,
    InvalidSignature,
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
from conversations.model import Attachment, Author, Fact, Kind, Nudge, Unreadable, Visibility

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from conversations.model import Message

REVIEWS, YOUTUBE = "reviews", "youtube"
BASE_URLS = {REVIEWS: "https://mybusiness.googleapis.com", YOUTUBE: "https://www.googleapis.com/youtube"}
VERSIONS = {REVIEWS: "v4", YOUTUBE: "v3"}
TOKEN_URL = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
INFORMATION_URL = "https://mybusinessbusinessinformation.googleapis.com"
NOTIFICATIONS_URL = "https://mybusinessnotifications.googleapis.com"
CERTS_URL = "https://www.googleapis.com/oauth2/v3/certs"

REPLY_LIMIT = 4096
COMMENT_LIMIT = 10_000
"""Google says characters; counted in bytes like the other, it is never too much."""
DAILY_UNITS = 10_000
POLLING_SHARE = 0.6
"""What of the day's units looking may use; an answer costs fifty."""

MINUTE = 60_000
OVERLAP = 15 * MINUTE
"""How late something may show up with an earlier time; what was told already is known by its digest."""
CLOCK_SLACK = 2000
PAGES = 20
REPLY_PAGES = 10
RATE_PAUSE = 60.0
LONGEST_PAUSE = 86_400
TOLD = 140
THREADS = 100
WATCHED = 16
"""Threads of ours that are looked at though newer ones have pushed them off the first page."""
COMPLETED = 40
"""Threads whose replies are fetched one by one in one poll."""

_REVIEW = re.compile(r"accounts/[^/\s]+/locations/[^/\s]+/reviews/[^/\s]+")
_LOCATION = re.compile(r"accounts/[^/\s]+/locations/[^/\s]+")
_STARS = {"ONE": 1, "TWO": 2, "THREE": 3, "FOUR": 4, "FIVE": 5}


class GoogleReceiver(Receiver):
    """What Google reports."""

    def verify(self, request: Request, credentials: Credentials) -> None:
        """A push of Pub/Sub carries a token that Google signed; what it says is only a hint to look."""
        _verify_push(request, credentials, time.time())

    def parse(self, request: Request, credentials: Credentials) -> list[Fact | Unreadable | Nudge]:
        payload = _payload.document(request)
        if isinstance(payload, dict) and "message" in payload:
            return [_read_push(payload)]
        return [*_read(payload, credentials.account_id)]

    def poll(self, cursor: str, credentials: Credentials, now: int) -> Polled:
        ask = _poll_youtube if _service(credentials.options) == YOUTUBE else _poll_reviews
        body, after, more, pause = ask(_read_cursor(cursor), credentials, now)
        events = _read(body, credentials.account_id) if cursor else []
        return Polled(events, json.dumps(after, separators=(",", ":")), more and bool(cursor), pause)


class GoogleSender(Sender):
    """What goes out to Google."""

    def send_options(self, situation: Situation, now: int) -> list[Route]:
        """No window closes, and nothing is private. A second answer to a review takes the place of the first."""
        if situation.visibility is not Visibility.PUBLIC:
            return []
        if _service(situation.options) == YOUTUBE:
            return [Route(Way.PUBLIC_REPLY, Visibility.PUBLIC, COMMENT_LIMIT, "bytes")]
        way = Way.REPLACE if situation.answered else Way.PUBLIC_REPLY
        return [Route(way, Visibility.PUBLIC, REPLY_LIMIT, "bytes")]

    def measure(self, text: str, way: Way) -> int:
        return octets(text)

    def try_send(self, message: Outbound, credentials: Credentials) -> str:
        if _service(credentials.options) == YOUTUBE:
            snippet = {"parentId": message.branch_id or message.thread_id, "textOriginal": message.text}
            sent = _call("POST", "comments", credentials, {"part": "snippet"}, {"snippet": snippet})
            return _transport.sent_id(sent.get("id"))
        return _put_reply(message.thread_id, message.text, credentials)

    def find_sent(self, message: Outbound, credentials: Credentials) -> str | None:
        if _service(credentials.options) == REVIEWS:
            reply = json_object(_get(quote(message.thread_id), credentials).get("reviewReply"))
            given = reply_id(message.thread_id, message.text)
            return given if reply_id(message.thread_id, as_text(reply.get("comment")) or "") == given else None
        found = [
            (comment.published, comment.id)
            for comment in map(_comment, _replies(message.branch_id or message.thread_id, credentials))
            if comment.author.id == credentials.account_id
            and comment.published >= message.attempted_at - CLOCK_SLACK
            and comment.id not in message.others
            and _normal(comment.text) == _normal(message.text)
        ]
        return min(found)[1] if found else None

    def moderations(self, message: Message) -> tuple[Moderation, ...]:
        """Reviews belong to who wrote them. Our answer to one is changed by another answer, which takes its place."""
        if message.direction == "outbound":
            if not message.platform_id or message.deleted:
                return ()
            is_reply = _REVIEW.match(message.platform_id) is not None
            return (Moderation.DELETE,) if is_reply else (Moderation.EDIT, Moderation.DELETE)
        if message.direction != "inbound" or message.deleted or _REVIEW.match(message.id):
            return ()
        return (Moderation.SHOW if message.hidden else Moderation.HIDE, Moderation.DELETE)

    def try_moderate(
        self,
        moderation: Moderation,
        target: str,
        credentials: Credentials,
        text: str = "",
        customer_id: str | None = None,
    ) -> None:
        if _REVIEW.match(target) and moderation is Moderation.DELETE:
            _delete_reply(target, credentials)
        elif moderation is Moderation.EDIT:
            _call("PUT", "comments", credentials, {"part": "snippet"}, _changed(target, text))
        elif moderation in _STATUS:
            params = {"id": target, "moderationStatus": _STATUS[moderation]}
            _call("POST", "comments/setModerationStatus", credentials, params)
        elif moderation is Moderation.DELETE:
            _delete_comment(target, credentials)
        else:
            raise PermanentFailure(Reason.BAD, "no_moderation")


class GoogleAccount(AccountManager):
    """The account on Google."""

    def check(self, credentials: Credentials) -> Account:
        """The location and its title, or the channel and its name."""
        if _service(credentials.options) == YOUTUBE:
            body = _get("channels", credentials, {"part": "snippet", "mine": "true"})
            mine = json_object(next(iter(json_list(body.get("items"))), None))
            found, title = as_id(mine.get("id")), as_text(json_object(mine.get("snippet")).get("title"))
            if not found:
                raise PermanentFailure(Reason.PERMISSION, "no_channel")
            return Account(found, title or found)
        names = _locations(credentials)
        root = credentials.options.get("information_url") or INFORMATION_URL
        place = names[0].partition("/locations/")[2]
        body = _call("GET", f"v1/locations/{quote(place)}", credentials, {"readMask": "name,title"}, root=root)
        return Account(credentials.account_id, as_text(body.get("title")) or credentials.account_id)

    def register(self, credentials: Credentials, url: str) -> None:
        """Have reviews announced to the topic; the push subscription to ``url`` is made in the Cloud console."""
        if topic := credentials.options.get("topic"):
            _notify(credentials, {"pubsubTopic": topic, "notificationTypes": ["NEW_REVIEW", "UPDATED_REVIEW"]})

    def unregister(self, credentials: Credentials, url: str) -> None:
        if credentials.options.get("topic"):
            _notify(credentials, {"pubsubTopic": "", "notificationTypes": []})

    def registered(self, credentials: Credentials, url: str) -> bool | None:
        topic = credentials.options.get("topic")
        if not topic or _service(credentials.options) == YOUTUBE:
            return None
        root = credentials.options.get("notifications_url") or NOTIFICATIONS_URL
        body = _call("GET", f"v1/{quote(_account(credentials))}/notificationSetting", credentials, root=root)
        return body.get("pubsubTopic") == topic and "NEW_REVIEW" in json_list(body.get("notificationTypes"))

    def renew(self, credentials: Credentials, now: int) -> Mapping[str, str]:
        return _new_token(credentials, now)

    def expires_at(self, credentials: Credentials) -> int | None:
        """At once, while there is no token yet."""
        return super().expires_at(credentials) if credentials.secrets.get("access_token") else 0


def _service(options: Mapping[str, str]) -> str:
    return YOUTUBE if options.get("service") == YOUTUBE else REVIEWS


def _version(options: Mapping[str, str]) -> str:
    return _options.part(options, "version", VERSIONS[_service(options)])


# Who may knock -------------------------------------------------------------------------------------------------------

_ISSUERS = ("https://accounts.google.com", "accounts.google.com")
LEEWAY = 60
"""Seconds by which clocks may differ."""
LONGEST_TOKEN = 8192
KEYS_KEPT = 3600
"""Seconds for which keys are kept where ``Cache-Control`` says nothing."""
KEYS_ASKED = 60
"""Seconds between two questions for keys, whoever knocks and with what."""


class _Keys(NamedTuple):
    """Google's public keys by id, as they were told, and when to ask again."""

    asked_at: float = -KEYS_ASKED
    until: float = 0
    by_id: dict[str, dict[str, Any]] = {}


_keys: dict[str, _Keys] = {}
"""By address, kept for as long as the process lives."""


def _verify_push(request: Request, credentials: Credentials, now: float) -> None:
    """Raise ``InvalidSignature`` unless Google signed the token for our service account and our audience."""
    audience, email = (credentials.options.get(name, "") for name in ("push_audience", "push_email"))
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if not audience or not email or scheme.lower() != "bearer" or len(token) > LONGEST_TOKEN or not request.body:
        raise InvalidSignature
    head, claims, signed, signature = _taken_apart(token)
    if head.get("alg") != "RS256" or not _is_meant(claims, audience, email, now):
        raise InvalidSignature
    key = _key(as_text(head.get("kid")) or "", credentials, now)
    if not _is_signed(key, signed, signature):
        raise InvalidSignature


def _taken_apart(token: str) -> tuple[dict[str, Any], dict[str, Any], bytes, bytes]:
    parts = token.split(".")
    try:
        head, claims, signature = (_unpacked(part) for part in parts)
        return json_object(json.loads(head)), json_object(json.loads(claims)), ".".join(parts[:2]).encode(), signature
    except (ValueError, RecursionError):
        raise InvalidSignature from None


def _unpacked(part: str) -> bytes:
    """Strictly: what is not the one way of writing these bytes is refused."""
    if not re.fullmatch(r"[A-Za-z0-9_-]+", part):
        raise ValueError
    try:
        return urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except binascii.Error:
        raise ValueError from None


def _is_meant(claims: dict[str, Any], audience: str, email: str, now: float) -> bool:
    expires, issued = (_seconds(claims.get(name)) for name in ("exp", "iat"))
    return (
        claims.get("iss") in _ISSUERS
        and claims.get("aud") == audience
        and claims.get("email") == email
        and claims.get("email_verified") is True
        and expires is not None
        and now < expires + LEEWAY
        and (issued is None or issued < now + LEEWAY)
    )


def _seconds(value: object) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _key(kid: str, credentials: Credentials, now: float) -> dict[str, Any]:
    """The public key of this id; keys are asked for when they are old, or do not hold it."""
    if pinned := credentials.options.get("push_keys"):
        return _by_id(pinned).get(kid, {})
    url = credentials.options.get("certs_url") or CERTS_URL
    kept = _keys.get(url, _Keys())
    if (now >= kept.until or kid not in kept.by_id) and now >= kept.asked_at + KEYS_ASKED:
        kept = _keys[url] = _fetched_keys(url, now, kept)
    return kept.by_id.get(kid, {})


def _fetched_keys(url: str, now: float, kept: _Keys) -> _Keys:
    """The keys as they are now; those of before where nobody answers."""
    before = kept._replace(asked_at=now)
    try:
        answer = _transport.call(Call("GET", url, {}, {}), channel="google", repeatable=True, classify=classify)
    except ChannelError:
        return before
    if answer.status != 200 or answer.body is None:
        return before
    told = re.search(r"max-age=(\d{1,8})", answer.headers.get("cache-control", ""))
    seconds = min(int(told[1]), LONGEST_PAUSE) if told else KEYS_KEPT
    return _Keys(now, now + seconds, _by_id(json.dumps(answer.body)))


def _by_id(document: str) -> dict[str, Any]:
    try:
        keys = json_list(json_object(json.loads(document)).get("keys"))
    except (ValueError, RecursionError):
        return {}
    return {str(key["kid"]): key for key in keys if isinstance(key, dict) and "kid" in key}


def _is_signed(key: dict[str, Any], signed: bytes, signature: bytes) -> bool:
    """Whether RS256 holds. ``cryptography`` is imported by this alone; where it is missing, nothing is believed."""
    try:
        from cryptography.exceptions import InvalidSignature as Wrong
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
        from cryptography.hazmat.primitives.hashes import SHA256
    except ImportError:
        return False
    try:
        modulus, exponent = (int.from_bytes(_unpacked(str(key.get(name))), "big") for name in ("n", "e"))
        RSAPublicNumbers(exponent, modulus).public_key().verify(signature, signed, PKCS1v15(), SHA256())
    except (Wrong, ValueError):
        return False
    return True


# What came in --------------------------------------------------------------------------------------------------------


def _read(payload: object, account: str) -> Events:
    """What the body of an answer tells, as ``poll`` put it together."""
    if not isinstance(payload, dict):
        return []
    if "items" in payload:
        return _payload.read_list("google", payload, "items", _read_thread, payload, account)
    return _payload.read_list("google", payload, "reviews", _read_review, payload, account)


def _read_push(payload: dict[str, Any]) -> Unreadable | Nudge:
    """A push names a review or a location, which is asked for then. What names neither is looked at by a person."""
    data = str(json_object(payload.get("message")).get("data") or "").rstrip("=")
    try:
        padded = data.replace("+", "-").replace("/", "_") + "=" * (-len(data) % 4)
        text = urlsafe_b64decode(padded).decode("utf-8", "replace")
    except (ValueError, binascii.Error):
        return Unreadable("malformed", payload)
    return Nudge() if _LOCATION.search(text) else Unreadable("unknown_push", payload)


class _Since(NamedTuple):
    """What was told before; all zero where everything is news."""

    start: int = 0
    """Since when the connection knows of things: what is older was there before."""
    things: int = 0
    replies: int = 0

    @classmethod
    def of(cls, payload: dict[str, Any]) -> _Since:
        return cls(*(as_millis(payload.get(name)) or 0 for name in ("start", "since", "since_reply")))


# Reviews -------------------------------------------------------------------------------------------------------------


def _read_review(raw: dict[str, Any], payload: dict[str, Any], account: str) -> Events:
    name, since = as_id(raw.get("name")), _Since.of(payload)
    if not name or not _REVIEW.fullmatch(name):
        raise UnreadableUpdate("no_id")
    created = as_millis(raw.get("createTime")) or as_millis(raw.get("updateTime"))
    if created is None:
        raise UnreadableUpdate("no_time")
    updated = max(as_millis(raw.get("updateTime")) or created, created)
    is_old = created <= since.start
    found: Events = []
    is_known = name in json_list(payload.get("known"))
    if is_old or (created > since.things - OVERLAP and not is_known):
        found.append(_said(Kind.MESSAGE, raw, name, created))
    if updated > created and (is_old or updated > since.things - OVERLAP):
        found.append(_said(Kind.EDITED, raw, name, updated))
    return found + _read_reply(json_object(raw.get("reviewReply")), name, since, account)


def _said(kind: Kind, raw: dict[str, Any], name: str, at: int) -> Fact:
    reviewer, stars = json_object(raw.get("reviewer")), _STARS.get(str(raw.get("starRating")), 0)
    text = original(as_text(raw.get("comment")) or "")
    return Fact(
        kind,
        Visibility.PUBLIC,
        name,
        at,
        name,
        # The reviewer has no id of his own, and one review for a place: the review's id stands for him.
        author=Author(name.rpartition("/")[2], as_text(reviewer.get("displayName")) or None),
        # In an edit, no words are words as well: they were taken away, and the stars stayed.
        text=text or (None if kind is Kind.MESSAGE else ""),
        attachments=tuple(_media(raw)),
        permalink=_link(raw.get("reviewReplyUrl")),
        rating=str(stars) if stars else None,
    )


def _read_reply(reply: dict[str, Any], name: str, since: _Since, account: str) -> Events:
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
    return f"{name}#{_digest(_normal(text), 12)}"


_TRANSLATED, _ORIGINAL = "(Translated by Google)", "(Original)"


def original(text: str) -> str:
    """What the customer wrote, without the translation that Google puts before or behind it."""
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


def _poll_reviews(
    cursor: dict[str, Any], credentials: Credentials, now: int
) -> tuple[dict[str, Any], dict[str, Any], bool, float]:
    """The reviews that are new, changed, or newly answered, by the newest change first."""
    since = _Since(*(as_millis(cursor.get(name)) or 0 for name in "srp"))
    told = _packed(cursor.get("x"))
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
            key, state = _digest(str(review.get("name")), 5), _digest(f"{updated} {replied} {_is_refused(review)}", 3)
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
    known = [each.get("name") for each in news if _digest(str(each.get("name")), 5) in told]
    times = {"start": since.start, "since": since.things, "since_reply": since.replies}
    return {"reviews": news, "known": known, **times}, after, False, 0


def _changed_at(thing: dict[str, Any]) -> int:
    return as_millis(thing.get("updateTime")) or 0


def _is_refused(review: dict[str, Any]) -> bool:
    return json_object(review.get("reviewReply")).get("reviewReplyState") == "REJECTED"


def _review_pages(credentials: Credentials) -> Iterator[list[dict[str, Any]]]:
    """Pages of reviews, the newest change first: of one location, or of several together."""
    names, token = _locations(credentials), ""
    for _ in range(PAGES):
        if len(names) == 1:
            params = {"pageSize": "50", "orderBy": "updateTime desc", **({"pageToken": token} if token else {})}
            body = _get(f"{quote(names[0])}/reviews", credentials, params)
            yield [json_object(each) for each in json_list(body.get("reviews"))]
        else:
            wish = {"locationNames": names, "pageSize": 50, "orderBy": "updateTime desc", "pageToken": token}
            body = _ask("POST", f"{_account(credentials)}/locations:batchGetReviews", credentials, {}, wish)
            found = [json_object(json_object(each).get("review")) for each in json_list(body.get("locationReviews"))]
            yield found
        token = as_text(body.get("nextPageToken")) or ""
        if not token:
            return


def _locations(credentials: Credentials) -> list[str]:
    """The full names of the locations a connection is for."""
    if "/locations/" in credentials.account_id:
        return [credentials.account_id]
    numbers = [each.strip() for each in credentials.options.get("locations", "").split(",")]
    names = [f"{_account(credentials)}/locations/{each.rpartition('/')[2]}" for each in numbers if each]
    if not names:
        raise PermanentFailure(Reason.PERMISSION, "no_locations")
    return names


def _account(credentials: Credentials) -> str:
    account = credentials.account_id.partition("/locations/")[0]
    return account if account.startswith("accounts/") else f"accounts/{account}"


def _put_reply(name: str, text: str, credentials: Credentials) -> str:
    """Put our one answer there. Done twice it is done once, so a lost answer is only asked for again."""
    _ask("PUT", f"{quote(name)}/reply", credentials, {}, {"comment": text})
    return reply_id(name, text)


def _delete_reply(target: str, credentials: Credentials) -> None:
    """Take our answer down, unless another one stands in its place by now."""
    name = target.partition("#")[0]
    reply = json_object(_get(quote(name), credentials).get("reviewReply"))
    if reply_id(name, as_text(reply.get("comment")) or "") != target:
        raise PermanentFailure(Reason.GONE, "replaced")
    _call("DELETE", f"{quote(name)}/reply", credentials)


def _notify(credentials: Credentials, setting: dict[str, Any]) -> None:
    root = credentials.options.get("notifications_url") or NOTIFICATIONS_URL
    name, mask = f"{_account(credentials)}/notificationSetting", {"updateMask": "pubsubTopic,notificationTypes"}
    _ask("PATCH", f"v1/{quote(name)}", credentials, mask, {"name": name, **setting}, root)


# YouTube -------------------------------------------------------------------------------------------------------------

_STATUS = {Moderation.HIDE: "heldForReview", Moderation.SHOW: "published"}


class _Comment(NamedTuple):
    id: str
    author: Author
    text: str
    published: int
    updated: int
    video: str


def _comment(raw: dict[str, Any]) -> _Comment:
    snippet = json_object(raw.get("snippet"))
    published = as_millis(snippet.get("publishedAt"))
    comment_id = as_id(raw.get("id"))
    if not comment_id or published is None:
        raise UnreadableUpdate("no_id" if not comment_id else "no_time")
    author = as_id(json_object(snippet.get("authorChannelId")).get("value"))
    text = as_text(snippet.get("textOriginal")) or as_text(snippet.get("textDisplay")) or ""
    updated = max(as_millis(snippet.get("updatedAt")) or published, published)
    name = as_text(snippet.get("authorDisplayName")) or None
    return _Comment(comment_id, Author(author, name), text, published, updated, as_id(snippet.get("videoId")) or "")


def _read_thread(raw: dict[str, Any], payload: dict[str, Any], account: str) -> Events:
    snippet, since = json_object(raw.get("snippet")), _Since.of(payload)
    top = _comment(json_object(snippet.get("topLevelComment")))
    # A comment on the channel itself, from before 2022, has no video.
    place = as_id(snippet.get("videoId")) or top.video or as_id(snippet.get("channelId"))
    if not place:
        raise UnreadableUpdate("no_id")
    was_known = top.id in json_list(payload.get("known"))
    found = _facts(top, top.id, place, account, since if was_known else None)
    for reply in json_list(json_object(raw.get("replies")).get("comments")):
        try:
            found += _facts(_comment(json_object(reply)), top.id, place, account, since if was_known else None)
        except UnreadableUpdate as odd:
            found.append(Unreadable(str(odd), reply))
    return found


def _facts(comment: _Comment, top: str, place: str, account: str, since: _Since | None) -> Events:
    """A comment, and its change where it was changed. What it said before is not told, so that of a thread that was
    known (``since``), only what is newer is told as a message once more."""
    kinds = [Kind.MESSAGE]
    if comment.updated > comment.published:
        is_news = since is None or comment.published > since.things - OVERLAP
        kinds = [Kind.MESSAGE, Kind.EDITED] if is_news else [Kind.EDITED]
    video = f"https://www.youtube.com/watch?v={quote(place)}&lc={quote(comment.id)}"
    return [
        Fact(
            kind,
            Visibility.PUBLIC,
            place,
            comment.published if kind is Kind.MESSAGE else comment.updated,
            comment.id,
            top,
            author=comment.author,
            own=comment.author.id == account,
            text=comment.text or None,
            parent_id=place if comment.id == top else top,
            permalink=video,
        )
        for kind in kinds
    ]


def _poll_youtube(
    cursor: dict[str, Any], credentials: Credentials, now: int
) -> tuple[dict[str, Any], dict[str, Any], bool, float]:
    """The newest threads, and older ones in which we wrote: those that are not as they were."""
    today, allowed = _pacific_day(now), _units_allowed(credentials)
    used = as_whole(cursor.get("u")) if cursor.get("d") == today else 0
    if used + 2 > allowed:
        return {"items": []}, {**cursor, "d": today, "u": used}, False, until_midnight(now)
    known, watched = _packed(cursor.get("k")), [str(each) for each in json_list(cursor.get("w"))]
    threads = _threads({"allThreadsRelatedToChannelId": credentials.account_id, "order": "time"}, credentials)
    used, shown = used + 1, {_thread_id(thread) for thread in threads}
    if hidden := [each for each in watched if each not in shown]:
        threads += _threads({"id": ",".join(hidden)}, credentials)
        used += 1
    start, since = (as_millis(cursor.get(name)) or 0 for name in "st")
    states: dict[str, str] = {}
    news: list[dict[str, Any]] = []
    asked, more = 0, False
    for thread in threads:
        key, state = _digest(_thread_id(thread), 5), _state(thread)
        is_news = known.get(key) != state and (key in known or _newest(thread) > start - OVERLAP)
        if is_news and cursor and _is_incomplete(thread):
            if asked >= COMPLETED or used >= allowed:
                more = asked >= COMPLETED
                states[key] = known.get(key, "-" * 4)
                continue
            replies = _replies(_thread_id(thread), credentials)
            thread["replies"], asked = {"comments": replies}, asked + 1
            used += max(1, -(-len(replies) // 100))
        states[key] = state
        news += [thread] if is_news else []
    after = {
        "s": start or max(map(_newest, threads), default=0) or now,
        "t": max([since, *map(_newest, threads)]) or now,
        "k": "".join(key + state for key, state in states.items())[: 12 * (THREADS + WATCHED)],
        "w": list(dict.fromkeys([*(_thread_id(each) for each in news if _has_own(each, credentials)), *watched]))[
            :WATCHED
        ],
        "d": today,
        "u": used,
    }
    were_known = [_thread_id(each) for each in news if _digest(_thread_id(each), 5) in known]
    return {"items": news, "start": start, "since": since, "known": were_known}, after, more, 0


def _threads(wish: dict[str, str], credentials: Credentials) -> list[dict[str, Any]]:
    params = {"part": "snippet,replies", "textFormat": "plainText", **wish}
    # A list by ids takes no size.
    params |= {} if "id" in wish else {"maxResults": str(THREADS)}
    body = _get("commentThreads", credentials, params)
    return [each for each in json_list(body.get("items")) if isinstance(each, dict)]


def _replies(parent: str, credentials: Credentials) -> list[dict[str, Any]]:
    """All replies below a comment; their order is not promised."""
    found: list[dict[str, Any]] = []
    token = ""
    for _ in range(REPLY_PAGES):
        params = {"part": "snippet", "parentId": parent, "maxResults": "100", "textFormat": "plainText"}
        body = _get("comments", credentials, params | ({"pageToken": token} if token else {}))
        found += [each for each in json_list(body.get("items")) if isinstance(each, dict)]
        token = as_text(body.get("nextPageToken")) or ""
        if not token:
            break
    return found


def _thread_id(thread: dict[str, Any]) -> str:
    return as_id(json_object(json_object(thread.get("snippet")).get("topLevelComment")).get("id")) or ""


def _snippets(thread: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    top = json_object(json_object(thread.get("snippet")).get("topLevelComment"))
    replies = map(json_object, json_list(json_object(thread.get("replies")).get("comments")))
    return [(as_id(each.get("id")) or "", json_object(each.get("snippet"))) for each in (top, *replies)]


def _state(thread: dict[str, Any]) -> str:
    """Four letters that change when a comment of the thread does, or a reply comes or goes."""
    count = json_object(thread.get("snippet")).get("totalReplyCount")
    # Sorted, as which replies a list shows first is not promised.
    return _digest(
        repr((count, sorted((each, str(snippet.get("updatedAt"))) for each, snippet in _snippets(thread)))), 3
    )


def _newest(thread: dict[str, Any]) -> int:
    times = (
        as_millis(snippet.get(name)) or 0 for _, snippet in _snippets(thread) for name in ("publishedAt", "updatedAt")
    )
    return max(times, default=0)


def _is_incomplete(thread: dict[str, Any]) -> bool:
    count = as_whole(json_object(thread.get("snippet")).get("totalReplyCount"))
    return count > len(json_list(json_object(thread.get("replies")).get("comments")))


def _has_own(thread: dict[str, Any], credentials: Credentials) -> bool:
    authors = (json_object(snippet.get("authorChannelId")).get("value") for _, snippet in _snippets(thread))
    return credentials.account_id in authors


def _changed(target: str, text: str) -> dict[str, Any]:
    return {"id": target, "snippet": {"textOriginal": text}}


def _delete_comment(target: str, credentials: Credentials) -> None:
    """Delete our own; of somebody else's, the channel's owner may only say that it is not to be shown."""
    try:
        _call("DELETE", "comments", credentials, {"id": target})
    except PermanentFailure as failure:
        if failure.reason is not Reason.PERMISSION:
            raise
        _call("POST", "comments/setModerationStatus", credentials, {"id": target, "moderationStatus": "rejected"})


def _units_allowed(credentials: Credentials) -> int:
    return int((as_whole(credentials.options.get("daily_units")) or DAILY_UNITS) * POLLING_SHARE)


def _pacific_day(now: int) -> str:
    return _in_california(now).strftime("%Y%m%d")


def until_midnight(now: int) -> float:
    """Seconds until the day ends in California, where YouTube counts; rounded up by a minute."""
    there = _in_california(now)
    midnight = (there + timedelta(days=1)).replace(hour=0, minute=1, second=0, microsecond=0)
    return max((midnight.timestamp() - now / 1000), 60.0)


def _in_california(now: int) -> datetime:
    from zoneinfo import ZoneInfo

    return datetime.fromtimestamp(now / 1000, ZoneInfo("America/Los_Angeles"))


# Small things --------------------------------------------------------------------------------------------------------


def _read_cursor(cursor: str) -> dict[str, Any]:
    try:
        return json_object(json.loads(cursor or "{}"))
    except ValueError:
        return {}


def _packed(value: object) -> dict[str, str]:
    """Thread digests of eight letters, each with the four of its state."""
    text = value if isinstance(value, str) else ""
    return {text[at : at + 8]: text[at + 8 : at + 12] for at in range(0, len(text) - 11, 12)}


def _digest(text: str, size: int) -> str:
    """``size`` bytes as letters: 3 → 4, 5 → 8, 6 → 8, 12 → 16."""
    from base64 import urlsafe_b64encode

    digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=size).digest()
    return urlsafe_b64encode(digest).decode().rstrip("=").ljust({3: 4, 5: 8}.get(size, 0), "-")


def _normal(text: str) -> str:
    return " ".join((as_text(text) or "").split())


def as_whole(value: object) -> int:
    """A whole number of a sensible size, or 0."""
    if isinstance(value, str) and value.isdecimal() and len(value) < 10:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9 else 0


# Calls and errors ----------------------------------------------------------------------------------------------------

CODES = CodeTable(
    codes={
        # YouTube: error.errors[0].reason
        "quotaExceeded": Reason.RATE,
        "dailyLimitExceeded": Reason.RATE,
        "rateLimitExceeded": Reason.RATE,
        "userRateLimitExceeded": Reason.RATE,
        "commentsDisabled": Reason.PERMISSION,
        "forbidden": Reason.PERMISSION,
        "ineligibleAccount": Reason.PERMISSION,
        "insufficientPermissions": Reason.PERMISSION,
        "accessNotConfigured": Reason.PERMISSION,
        "commentNotFound": Reason.GONE,
        "commentThreadNotFound": Reason.GONE,
        "parentCommentNotFound": Reason.GONE,
        "videoNotFound": Reason.GONE,
        "channelNotFound": Reason.GONE,
        "commentTextTooLong": Reason.BAD,
        "commentTextRequired": Reason.BAD,
        "parentCommentIsPrivate": Reason.BAD,
        "operationNotSupported": Reason.BAD,
        "processingFailure": Reason.RETRY,
        "authError": Reason.AUTH,
        "backendError": Reason.RETRY,
        # Business Profile: error.status
        "UNAUTHENTICATED": Reason.AUTH,
        "PERMISSION_DENIED": Reason.PERMISSION,
        "NOT_FOUND": Reason.GONE,
        "FAILED_PRECONDITION": Reason.PERMISSION,  # the location is not verified
        "INVALID_ARGUMENT": Reason.BAD,
        "RESOURCE_EXHAUSTED": Reason.RATE,
        "INTERNAL": Reason.RETRY,
        "UNAVAILABLE": Reason.RETRY,
        # Notifications
        "SHARES_PUBSUB_TOPIC_MESSAGE_ACROSS_VERSIONS": Reason.PERMISSION,
        "PUBLISH_PERMISSIONS_MISSING_FOR_PUBSUB_TOPIC": Reason.PERMISSION,
        "INVALID_PUBSUB_TOPIC": Reason.BAD,
        # Tokens: the consent was taken back, or the app's secret changed
        "invalid_grant": Reason.AUTH,
        "invalid_client": Reason.AUTH,
        "unauthorized_client": Reason.AUTH,
        "invalid_request": Reason.AUTH,
        "invalid_scope": Reason.AUTH,
    },
    statuses={
        401: Reason.AUTH,
        403: Reason.PERMISSION,
        404: Reason.GONE,
        410: Reason.GONE,
        429: Reason.RATE,
    },
    pauses={Reason.RATE: RATE_PAUSE},
)
"""By what an error is called; see ``_names``."""
_DAILY = {"quotaExceeded", "dailyLimitExceeded"}


def _get(path: str, credentials: Credentials, params: Mapping[str, str] | None = None) -> dict[str, Any]:
    return _ask("GET", path, credentials, params or {})


def _ask(
    method: str,
    path: str,
    credentials: Credentials,
    params: Mapping[str, str],
    document: dict[str, Any] | None = None,
    root: str = "",
) -> dict[str, Any]:
    """Make a call that may be made again."""
    return _call(method, path, credentials, params, document, root, repeatable=True)


def _call(
    method: str,
    path: str,
    credentials: Credentials,
    params: Mapping[str, str] | None = None,
    document: dict[str, Any] | None = None,
    root: str = "",
    *,
    repeatable: bool = False,
) -> dict[str, Any]:
    """Call Google once. ``root`` is the address of another interface than that of the service, without a version."""
    headers, options = _transport.bearer(credentials), credentials.options
    service = BASE_URLS[_service(options)]
    base = root or f"{(options.get('base_url') or service).rstrip('/')}/{_version(options)}"
    request = Call(method, f"{base.rstrip('/')}/{path}", headers, params or {}, json=document)
    return _transport.call(request, channel="google", repeatable=repeatable, classify=classify).body or {}


def classify(answer: Answer) -> Refusal | None:
    """Return why an answer is no result."""
    if answer.is_success and (answer.body is not None or answer.status == 204):
        return None
    error = (answer.body or {}).get("error")
    code = next((name for name in _names(error) if name in CODES.codes), "")
    meaning = CODES.meaning(code)
    if meaning is None and isinstance(error, dict) and answer.is_unclear and answer.status not in CODES.statuses:
        meaning = Reason.RETRY  # Google's own answer: it did nothing
    pause = until_midnight(_transport.server_time(answer) or int(time.time() * 1000)) if code in _DAILY else None
    return CODES.refusal(answer, code or str(answer.status), meaning, pause)


def _names(error: object) -> Iterator[str]:
    """What an error is called: the reason of the older interfaces says more than the status of all."""
    if isinstance(error, str):
        yield error
    for part in ("errors", "details"):
        for each in map(json_object, json_list(json_object(error).get(part))):
            yield str(each.get("reason"))
    yield str(json_object(error).get("status"))


def _new_token(credentials: Credentials, now: int) -> dict[str, str]:
    secrets = credentials.secrets
    form = {name: secrets.get(name, "") for name in ("client_id", "client_secret", "refresh_token")}
    if not all(form.values()):
        raise TransientFailure(Reason.AUTH, "no_refresh_token")
    url = credentials.options.get("token_url") or TOKEN_URL
    request = Call("POST", url, {}, {}, form={**form, "grant_type": "refresh_token"})
    body = _transport.renew(request, channel="google", classify=classify).body or {}
    token, seconds = body.get("access_token"), as_whole(body.get("expires_in"))
    if not isinstance(token, str) or not token:
        raise TransientFailure(Reason.RETRY, "no_token")
    return {"access_token": token, "expires_at": str(now + (seconds or 3600) * 1000)}


channel = Channel(
    name="google",
    label="Google",
    capabilities=Capabilities(
        secret_names=("client_id", "client_secret", "refresh_token"),
        optional_secrets=("access_token", "expires_at"),
        option_names=(
            "service",
            "locations",
            "topic",
            "push_audience",
            "push_email",
            "push_keys",
            "daily_units",
            "version",
            "token_url",
            "information_url",
            "notifications_url",
            "certs_url",
        ),
        authenticates_body=False,
        reported_kinds=frozenset({Kind.MESSAGE, Kind.EDITED, Kind.FAILED}),
        needs_account=True,
        poll_seconds=300,
        renews=True,
    ),
    receiver=GoogleReceiver(),
    sender=GoogleSender(),
    account=GoogleAccount(),
)
"""A Business Profile's reviews, or the comments on a YouTube channel."""
