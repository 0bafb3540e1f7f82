"""Reddit: the company's own subreddits, answers to what it wrote elsewhere, and mentions of it.

Sources: reddit.com/dev/api (listings, comment, editusertext, del, remove, approve, info),
github.com/reddit-archive/reddit/wiki/OAuth2 and …/wiki/API (tokens, user agent, rate headers), and PRAW's endpoints and
issues 2077, 2081, 2092 (what became of private messages). Access needs a contract since November 2025, so that the
channel is off unless asked for by name.

The platform pushes nothing: it is asked. Ids are fullnames (``t1_`` a comment, ``t3_`` a post, ``t4_`` a private
message). A post of somebody else is one conversation with all its comments; below a post of our own, and below posts in
other places, every comment begins one of its own, unless it answers a message whose conversation is known.

Secrets: ``client_id``, ``client_secret``, and either ``refresh_token`` or ``username`` and ``password`` (an app of the
kind "script"); ``renew`` gives ``access_token`` and ``expires_at``. Options: ``base_url``, ``auth_url`` (where tokens
are made), ``user_agent``, ``subreddits`` (own ones, at most three, with commas).
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from channels import _payload, _transport
from channels._payload import Events, UnreadableUpdate
from channels._transport import MAYBE_SENT, Answer, Call, CodeTable, Refusal
from channels._values import as_id, as_millis, as_text
from channels.base import (
    Account,
    AccountManager,
    Capabilities,
    Channel,
    Credentials,
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
    from collections.abc import Iterator, Mapping

    from conversations.model import Message

BASE_URL = "https://oauth.reddit.com"
AUTH_URL = "https://www.reddit.com"
SITE_URL = "https://www.reddit.com"

COMMENT_LIMIT = 10_000
"""Characters; for comments and messages alike."""
PAGE, PAGES = 100, 10
"""No listing goes back further than a thousand."""
KEPT = 14
"""Items of each listing that are remembered: by those, and not by one that may be deleted, the place is found again."""
MOST_SUBREDDITS = 3
EDIT_SLACK = 120_000
CLOCK_SLACK = 5000
"""Milliseconds: comments carry whole seconds, and clocks differ."""
RATE_PAUSE = 300.0
FEW_LEFT = 5
"""Calls that are left to those who answer, rather than used for asking what is new."""
TOKEN_SECONDS = 3600

COMMENT, POST, LETTER = "t1", "t3", "t4"
ERASED = ("[deleted]", "[removed]")


class RedditReceiver(Receiver):
    """What Reddit reports."""

    def parse(self, request: Request, credentials: Credentials) -> list[Fact | Unreadable]:
        """Read what ``poll`` got: a listing as the platform gives it, or ``listings`` of what is new together with
        ``rechecked``, what was known before."""
        document = _payload.document(request)
        return _read(document, credentials, 0) if isinstance(document, dict) else []

    def poll(self, cursor: str, credentials: Credentials, now: int) -> Polled:
        mark = _Mark.of(cursor)
        watched = mark.names()
        road = _Road(credentials)
        rechecked = road.get("/api/info", {"id": ",".join(watched[:PAGE])}) if watched else {}
        gone = {name for item in _items(rechecked) if _is_erased(item) and (name := _fullname(item))}
        listings, places = [], dict(mark.places)
        for source in _sources(credentials.options):
            try:
                items, places[source] = _new_items(source, mark.places.get(source), road)
            except PermanentFailure as failure:
                if failure.code == _transport.ADDRESS_REFUSED:
                    raise
                continue  # a listing that the platform gave up, or a subreddit that was closed
            listings.append({"data": {"children": items}})
        document = {"listings": listings, "rechecked": rechecked}
        events = _read(document, credentials, mark.at - EDIT_SLACK)
        # What is gone has been told, and is not looked at again.
        return Polled(events, _Mark(now, places).without(gone).text(), pause=road.pause)


class RedditSender(Sender):
    """What goes out to Reddit."""

    def send_options(self, situation: Situation, now: int) -> list[Route]:
        """In public there is no window, until a moderator locks the post or it is archived after months: the answer
        says so then. Private messages want consent, so a person writes them, and only where the customer wrote."""
        if situation.visibility is Visibility.PRIVATE:
            return [Route(Way.PRIVATE_MESSAGE, Visibility.PRIVATE, COMMENT_LIMIT, person_only=True)]
        return [Route(Way.PUBLIC_REPLY, Visibility.PUBLIC, COMMENT_LIMIT)]

    def try_send(self, message: Outbound, credentials: Credentials) -> str:
        form = {"thing_id": _answered(message), "text": message.text}
        made = _things(_Road(credentials).write("/api/comment", form))
        return _transport.sent_id(_fullname(made[0]) if made else None)

    def find_sent(self, message: Outbound, credentials: Credentials) -> str | None:
        public = message.way is Way.PUBLIC_REPLY
        path = f"/user/{quote(_username(credentials), safe='')}/comments" if public else "/message/sent"
        found = [
            (at, name)
            for item in _items(_Road(credentials).get(path, {"limit": str(PAGE), "sort": "new"}))
            if (data := _data(item))
            and (at := as_millis(data.get("created_utc"))) is not None
            and at >= message.attempted_at - CLOCK_SLACK
            and (name := _fullname(item))
            and name not in message.others
            and data.get("parent_id") == _answered(message)
            and (as_text(data.get("body")) or "").strip() == message.text.strip()
        ]
        return min(found)[1] if found else None

    def moderations(self, message: Message) -> tuple[Moderation, ...]:
        """What we wrote can be edited and deleted; what others wrote can be removed, and approved again, by those who
        moderate the place, which the platform decides."""
        if message.visibility is not Visibility.PUBLIC:
            return ()
        if message.direction == "outbound":
            return (Moderation.EDIT, Moderation.DELETE) if message.platform_id and not message.deleted else ()
        if message.direction != "inbound":
            return ()
        return (Moderation.SHOW,) if message.deleted else (Moderation.DELETE,)

    def try_moderate(
        self,
        moderation: Moderation,
        target: str,
        credentials: Credentials,
        text: str = "",
        customer_id: str | None = None,
    ) -> None:
        road = _Road(credentials)
        if moderation is Moderation.EDIT:
            road.write("/api/editusertext", {"thing_id": target, "text": text}, repeatable=True)
        elif moderation is Moderation.SHOW:
            road.write("/api/approve", {"id": target}, repeatable=True)
        elif moderation is Moderation.DELETE:
            _take_down(target, road, credentials)
        else:
            raise PermanentFailure(Reason.BAD, "no_moderation")


class RedditAccount(AccountManager):
    """The account on Reddit."""

    def check(self, credentials: Credentials) -> Account:
        if not credentials.secrets.get("access_token"):
            credentials = replace(credentials, secrets={**credentials.secrets, **self.renew(credentials, 0)})
        told = _Road(credentials).get("/api/v1/me", {})
        name = as_text(told.get("name"))
        if told.get("is_suspended") is True:
            raise PermanentFailure(Reason.POLICY, "suspended")
        if not name:
            raise TransientFailure(Reason.RETRY, "no_account")
        road = _Road(credentials)
        for source in _subreddit_sources(credentials.options):
            road.get(source, {"limit": "1"})
        return Account(name, f"u/{name}")

    def renew(self, credentials: Credentials, now: int) -> Mapping[str, str]:
        secrets = credentials.secrets
        if secrets.get("refresh_token"):
            form = {"grant_type": "refresh_token", "refresh_token": secrets["refresh_token"]}
        else:
            names = {"username": secrets.get("username", ""), "password": secrets.get("password", "")}
            form = {"grant_type": "password", **names}
        told = _Road(credentials).token(form)
        token, seconds, onward = (told.get(key) for key in ("access_token", "expires_in", "refresh_token"))
        if not isinstance(token, str) or not token:
            raise TransientFailure(Reason.RETRY, "no_token")
        life = seconds if isinstance(seconds, int | float) and 0 < seconds < 10**7 else TOKEN_SECONDS
        renewed = {"access_token": token, "expires_at": str(now + round(life * 1000))}
        return {**renewed, "refresh_token": onward} if isinstance(onward, str) and onward else renewed

    def expires_at(self, credentials: Credentials) -> int | None:
        """Without a token, it has ended already."""
        return super().expires_at(credentials) if credentials.secrets.get("access_token") else 0


# Reading -------------------------------------------------------------------------------------------------------------


def _read(document: dict[str, Any], credentials: Credentials, since: int) -> Events:
    """The facts, oldest first, so that a message is known before its answers are.

    Of what was known before, only what was edited ``since`` (milliseconds) or erased is told.
    """
    found: Events = []
    new: list[dict[str, Any]] = []
    names: set[str] = set()
    listings = document.get("listings", [document])
    for listing in json_list(listings):
        # The platform puts the newest first, and counts whole seconds.
        for item in reversed(list(_items(listing, found))):
            # What stands in two listings is told once.
            name = _fullname(item)
            if name is None or name not in names:
                new.append(item)
                names.add(name or "")
    found += _payload.read_each("reddit", new, _read_item, credentials, None)
    found.sort(key=lambda each: each.at if isinstance(each, Fact) else 0)
    rechecked = list(_items(document.get("rechecked"), found))
    return found + _payload.read_each("reddit", rechecked, _read_item, credentials, since)


def _items(listing: object, odd: Events | None = None) -> Iterator[dict[str, Any]]:
    """The objects in a listing; what should be one and is not goes to ``odd``."""
    children = json_object(json_object(listing).get("data")).get("children")
    if odd is not None and children is not None and not isinstance(children, list):
        odd.append(Unreadable("malformed", listing))
    for item in json_list(children):
        if isinstance(item, dict):
            yield item
        elif odd is not None:
            odd.append(Unreadable("malformed", item))


def _read_item(item: dict[str, Any], credentials: Credentials, since: int | None) -> Events:
    fact = _fact(item, credentials)
    if fact is None:
        return []
    return [fact] if since is None else _changes(fact, _data(item), since)


def _changes(fact: Fact, data: dict[str, Any], since: int) -> Events:
    """What became of an item that was told before."""
    if fact.kind is Kind.REMOVED:
        return [fact]
    edited = data.get("edited")
    at = as_millis(edited) if not isinstance(edited, bool) else None
    if at is None or at < since or fact.visibility is Visibility.PRIVATE:
        return []
    return [replace(fact, kind=Kind.EDITED, at=at, attachments=())]


def _fact(item: dict[str, Any], credentials: Credentials) -> Fact | None:
    kind, data = item.get("kind"), _data(item)
    if kind == "more":
        return None
    if kind not in (COMMENT, POST, LETTER):
        raise UnreadableUpdate("unknown_kind")
    name = _fullname(item)
    if not name or not data:
        raise UnreadableUpdate("malformed")
    if kind == LETTER:
        return _letter(name, data, credentials)
    fact = _post(name, data, credentials) if kind == POST else _comment(name, data, credentials)
    if fact is None or not _is_erased(item):
        return fact
    return replace(fact, kind=Kind.REMOVED, text=None, title=None, attachments=(), author=Author())


def _post(name: str, data: dict[str, Any], credentials: Credentials) -> Fact | None:
    """A post of somebody else; our own is what people comment on, and no conversation."""
    own = _is_own(data, credentials)
    if own:
        return None
    title = _string(data.get("title"))
    return Fact(
        Kind.MESSAGE,
        Visibility.PUBLIC,
        name,
        as_millis(data.get("created_utc")) or 0,
        name,
        author=_author(data),
        text=_string(data.get("selftext")) or title,
        attachments=tuple(_attachments(data)),
        permalink=_permalink(data),
        title=title,
        thread_is_guess=True,
    )


def _comment(name: str, data: dict[str, Any], credentials: Credentials) -> Fact:
    """A comment, from a listing or from the inbox, which says less."""
    parent, link = as_id(data.get("parent_id")), as_id(data.get("link_id")) or _link_in(data)
    if not link:
        link = parent if parent and parent.startswith(f"{POST}_") else None
    if not link:
        raise UnreadableUpdate("no_thread")
    begun_by = as_text(data.get("link_author"))
    # In the inbox nobody says who began it; there it is ours, or in another place.
    is_theirs = bool(begun_by) and not _is_us(begun_by, credentials)
    return Fact(
        Kind.MESSAGE,
        Visibility.PUBLIC,
        link,
        as_millis(data.get("created_utc")) or 0,
        name,
        "" if is_theirs else name,
        author=_author(data),
        own=_is_own(data, credentials),
        text=_string(data.get("body")),
        parent_id=parent,
        permalink=_permalink(data),
        title=_string(data.get("link_title")),
        thread_is_guess=True,
    )


def _letter(name: str, data: dict[str, Any], credentials: Credentials) -> Fact | None:
    """A private message; some come from the platform itself, or from a subreddit's moderators, and from nobody."""
    if data.get("distinguished") in ("admin", "gold-auto"):
        return None
    own, author = _is_own(data, credentials), _author(data)
    customer = as_id(data.get("dest")) if own else author.id
    if not customer:
        raise UnreadableUpdate("no_customer")
    return Fact(
        Kind.MESSAGE,
        Visibility.PRIVATE,
        as_id(data.get("first_message_name")) or name,
        as_millis(data.get("created_utc")) or 0,
        name,
        author=author,
        own=own,
        text=_string(data.get("body")),
        parent_id=as_id(data.get("parent_id")),
        title=_string(data.get("subject")),
        customer_id=customer,
    )


def _attachments(data: dict[str, Any]) -> Iterator[Attachment]:
    """Pictures of a gallery, one picture, a film, or what a post links to."""
    for number, picture in json_object(data.get("media_metadata")).items():
        if url := _string(json_object(json_object(picture).get("s")).get("u")):
            yield Attachment("image", url, id=as_id(number))
    url = _string(data.get("url_overridden_by_dest"))
    if not url or data.get("is_gallery") is True:
        return
    if data.get("is_video") is True:
        video = json_object(json_object(data.get("media")).get("reddit_video"))
        yield Attachment("video", _string(video.get("fallback_url")) or url)
    else:
        yield Attachment("image" if data.get("post_hint") == "image" else "link", url)


def _data(item: dict[str, Any]) -> dict[str, Any]:
    return json_object(item.get("data"))


def _fullname(item: dict[str, Any]) -> str | None:
    data = _data(item)
    plain = as_id(data.get("id"))
    return as_id(data.get("name")) or (f"{item.get('kind')}_{plain}" if plain else None)


def _is_erased(item: dict[str, Any]) -> bool:
    """Deleted by who wrote it, or removed by a moderator. Somebody whose account is deleted has still said it."""
    data = _data(item)
    if item.get("kind") == POST:
        return data.get("selftext") in ERASED or bool(data.get("removed_by_category"))
    return data.get("body") in ERASED


def _author(data: dict[str, Any]) -> Author:
    name = _string(data.get("author"))
    if not name or name in ERASED:
        return Author()
    return Author(as_id(data.get("author_fullname")) or as_id(name), name)


def _is_own(data: dict[str, Any], credentials: Credentials) -> bool:
    return _is_us(data.get("author"), credentials) or _is_us(data.get("author_fullname"), credentials)


def _is_us(name: object, credentials: Credentials) -> bool:
    return isinstance(name, str) and name.lower() == credentials.account_id.lower()


_CONTEXT = re.compile(r"/comments/([a-z0-9]{1,20})(?:/|$)")


def _link_in(data: dict[str, Any]) -> str | None:
    """The post in the path that an item of the inbox has as its context."""
    found = _CONTEXT.search(_string(data.get("context")) or "")
    return f"{POST}_{found[1]}" if found else None


def _permalink(data: dict[str, Any]) -> str | None:
    """The same from a listing and from the inbox, where it has a query."""
    path = (_string(data.get("permalink")) or _string(data.get("context")) or "").partition("?")[0]
    return f"{SITE_URL}{path}" if path.startswith("/") else None


def _string(value: object) -> str | None:
    return as_text(value) or None if isinstance(value, str) else None


# Asking what is new --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Place:
    """How far a listing was read: what was seen last, and when the oldest of that was written (seconds)."""

    since: int
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Mark:
    at: int
    """When it was asked last; milliseconds."""
    places: Mapping[str, _Place]

    @classmethod
    def of(cls, text: str) -> _Mark:
        if not text:
            return cls(0, {})
        told = json.loads(text)
        places = {source: _Place(since, tuple(names.split())) for source, (since, names) in told["s"].items()}
        return cls(told["at"], places)

    def text(self) -> str:
        told = {source: (place.since, " ".join(place.names)) for source, place in self.places.items()}
        return json.dumps({"at": self.at, "s": told}, separators=(",", ":"))

    def names(self) -> list[str]:
        """What can be looked at again."""
        known = (name for place in self.places.values() for name in place.names)
        return [name for name in dict.fromkeys(known) if not name.startswith(LETTER)]

    def without(self, gone: set[str]) -> _Mark:
        places = {
            source: replace(place, names=tuple(name for name in place.names if name not in gone))
            for source, place in self.places.items()
        }
        return replace(self, places=places)


def _sources(options: Mapping[str, str]) -> list[str]:
    """The listings that are read: own subreddits first, as those say most."""
    return [*_subreddit_sources(options), "/message/inbox", "/message/mentions"]


def _subreddit_sources(options: Mapping[str, str]) -> list[str]:
    named = [each.strip().removeprefix("r/") for each in options.get("subreddits", "").split(",")]
    subreddits = [quote(each, safe="") for each in named if each][:MOST_SUBREDDITS]
    return [f"/r/{each}/{part}" for each in subreddits for part in ("new", "comments")]


def _new_items(source: str, place: _Place | None, road: _Road) -> tuple[list[dict[str, Any]], _Place]:
    """What is new in a listing, and the place for the next time.

    Not the place decides what is new, but what was seen there: an item may be deleted, or approved late and then stand
    below others that are known.
    """
    standing: list[dict[str, Any]] = []
    after = ""
    for _ in range(PAGES if place else 1):
        listing = road.get(source, {"limit": str(PAGE)} | ({"after": after} if after else {}))
        items, after = list(_items(listing)), as_text(json_object(listing.get("data")).get("after")) or ""
        standing += items
        if not after or not place or any(_is_known(item, place) for item in items):
            break
    if not standing and place:
        return [], place
    kept = standing[:KEPT]
    oldest = min((_seconds(item) for item in kept), default=0) if len(standing) > KEPT else 0
    since = max(oldest, place.since if place else 0)
    names = [name for item in kept if (name := _fullname(item))]
    if place:
        names += [name for name in place.names if name not in names]
    # What is erased before it was ever told is nothing to anybody.
    new = [item for item in standing if place and not _is_known(item, place) and not _is_erased(item)]
    return new, _Place(since, tuple(names[:KEPT]))


def _is_known(item: dict[str, Any], place: _Place) -> bool:
    return _seconds(item) < place.since or _fullname(item) in place.names


def _seconds(item: dict[str, Any]) -> int:
    return (as_millis(_data(item).get("created_utc")) or 0) // 1000


# Sending and moderating ----------------------------------------------------------------------------------------------


def _answered(message: Outbound) -> str:
    """The comment, post or message that is answered."""
    return message.reply_to_id or message.branch_id or message.thread_id


def _things(told: dict[str, Any]) -> list[dict[str, Any]]:
    """What was made: a comment is an object, and in old answers it says only its id and its HTML."""
    things = json_list(json_object(json_object(told.get("json")).get("data")).get("things"))
    return [each for each in things if isinstance(each, dict)]


def _take_down(target: str, road: _Road, credentials: Credentials) -> None:
    """Our own is deleted; what others wrote is removed from the place that we moderate."""
    standing = next(_items(road.get("/api/info", {"id": target})), None)
    if standing is None:
        raise PermanentFailure(Reason.GONE, "not_there")
    if _is_own(_data(standing), credentials):
        road.write("/api/del", {"id": target}, repeatable=True)
    elif not _is_erased(standing):
        road.write("/api/remove", {"id": target, "spam": "false"}, repeatable=True)


def _username(credentials: Credentials) -> str:
    return credentials.account_id


# The road to the platform --------------------------------------------------------------------------------------------


class _Road:
    """Calls with one connection's token; remembers how long the platform wants to be left alone."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials
        self.pause = 0.0

    def get(self, path: str, params: Mapping[str, str]) -> dict[str, Any]:
        request = self._request("GET", self._base() + path, _transport.bearer(self._credentials), params)
        return self._call(request, repeatable=True)

    def write(self, path: str, form: Mapping[str, str], *, repeatable: bool = False) -> dict[str, Any]:
        form = {"api_type": "json", **form}
        request = self._request("POST", self._base() + path, _transport.bearer(self._credentials), form=form)
        return self._call(request, repeatable=repeatable)

    def token(self, form: Mapping[str, str]) -> dict[str, Any]:
        """A new access token. What is wrong with the old one is sometimes said in an answer that looks like success."""
        options, secrets = self._credentials.options, self._credentials.secrets
        pair = f"{secrets.get('client_id', '')}:{secrets.get('client_secret', '')}".encode()
        url = (options.get("auth_url") or AUTH_URL).rstrip("/") + "/api/v1/access_token"
        request = self._request("POST", url, {"Authorization": f"Basic {b64encode(pair).decode()}"}, form=form)
        told = _transport.renew(request, channel="reddit", classify=classify).body or {}
        if "error" in told:
            raise TransientFailure(Reason.AUTH, _code(told["error"]) or "refused")
        return told

    def _base(self) -> str:
        return (self._credentials.options.get("base_url") or BASE_URL).rstrip("/")

    def _agent(self) -> str:
        """Mandatory, and unique for an app: who sends none, or that of a library, is slowed down."""
        named = self._credentials.options.get("user_agent")
        return named or f"python:nachfrage:v0.1 (by /u/{self._credentials.account_id or 'unknown'})"

    def _request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        params: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
    ) -> Call:
        # Without raw_json, the platform writes &amp; for &.
        return Call(method, url, {**headers, "User-Agent": self._agent()}, {**(params or {}), "raw_json": "1"}, form)

    def _call(self, request: Call, *, repeatable: bool) -> dict[str, Any]:
        answer = _transport.call(request, channel="reddit", repeatable=repeatable, classify=classify)
        if (left := _number(answer.headers.get("x-ratelimit-remaining"))) is not None and left < FEW_LEFT:
            self.pause = _reset(answer) or RATE_PAUSE
        return answer.body or {}


# Errors --------------------------------------------------------------------------------------------------------------

CODES = CodeTable(
    codes={
        "RATELIMIT": Reason.RATE,
        "QUOTA_FILLED": Reason.RATE,
        "THREAD_LOCKED": Reason.GONE,
        "TOO_OLD": Reason.GONE,
        "DELETED_COMMENT": Reason.GONE,
        "DELETED_LINK": Reason.GONE,
        "NO_THING_ID": Reason.GONE,
        "USER_DOESNT_EXIST": Reason.GONE,
        "USER_BLOCKED": Reason.GONE,
        "USER_BLOCKED_MESSAGE": Reason.GONE,
        "NOT_WHITELISTED_BY_USER_MESSAGE": Reason.GONE,
        "NO_TEXT": Reason.BAD,
        "TOO_LONG": Reason.BAD,
        "BAD_CSS_NAME": Reason.BAD,
        "SUBREDDIT_NOTALLOWED": Reason.PERMISSION,
        "SUBREDDIT_NOEXIST": Reason.GONE,
        "NOT_AUTHOR": Reason.PERMISSION,
        "BANNED_FROM_SUBREDDIT": Reason.PERMISSION,
        "SOMETHING_IS_BROKEN": Reason.RETRY,
        "USER_REQUIRED": Reason.AUTH,
        "INVALID_TOKEN": Reason.AUTH,
    },
    statuses={
        400: Reason.BAD,
        401: Reason.AUTH,
        403: Reason.PERMISSION,
        404: Reason.GONE,
        413: Reason.BAD,
        429: Reason.RATE,
    },
    pauses={Reason.RATE: RATE_PAUSE},
    longest_pause=3600.0,
)
"""By the name of an error, in ``json.errors`` of an answer that is 200, or as the ``reason`` of one that is not."""

ENDPOINT_GONE = "endpoint_gone"
"""The platform sends away, mostly to its sign-in page, who calls what it gave up: that is not the token's fault."""
_AMOUNT = re.compile(r"(\d{1,6}) (millisecond|second|minute|hour)")
_UNITS = {"millisecond": 0.001, "second": 1.0, "minute": 60.0, "hour": 3600.0}


def classify(answer: Answer) -> Refusal | None:
    """Return why an answer is no result; one that is 200 may say inside what is wrong."""
    errors = json_list(json_object((answer.body or {}).get("json")).get("errors"))
    if answer.is_success and errors:
        first = errors[0] if isinstance(errors[0], list) else [errors[0]]
        return _named_error(answer, *first[:2])
    if answer.is_success and answer.body is not None:
        return None
    if 300 <= answer.status < 400:
        return Refusal(Reason.PERMISSION, ENDPOINT_GONE)
    name = _code((answer.body or {}).get("reason"))
    meaning = CODES.meaning(name)
    code = str(name if meaning else answer.status)
    if meaning is Reason.RETRY and answer.status >= 500:
        meaning = MAYBE_SENT  # a gateway's error: a comment may stand there all the same
    reset = _reset(answer) if Reason.RATE in (meaning, CODES.statuses.get(answer.status)) else None
    return CODES.refusal(answer, code, meaning, reset)


def _named_error(answer: Answer, name: object = None, words: object = "") -> Refusal:
    code = _code(name) or "unnamed"
    meaning = CODES.meaning(code) or Reason.BAD
    pause = _amount(words) if meaning is Reason.RATE and isinstance(words, str) else None
    return CODES.refusal(answer, code, meaning, pause)


def _code(value: object) -> str | None:
    """The platform's own name for an error; what does not look like one is not passed on."""
    text = str(value) if isinstance(value, int) else value
    return text if isinstance(text, str) and re.fullmatch("[A-Za-z0-9_]{1,40}", text) else None


def _amount(said: str) -> float | None:
    """The seconds in "Take a break for 5 minutes before trying again."; one more, as the platform rounds down."""
    found = _AMOUNT.search(said)
    return int(found[1]) * _UNITS[found[2]] + 1 if found else None


def _reset(answer: Answer) -> float | None:
    """The seconds until the platform counts anew."""
    seconds = _number(answer.headers.get("retry-after")) or _number(answer.headers.get("x-ratelimit-reset"))
    return max(seconds, 1.0) if seconds is not None else None


def _number(header: str | None) -> float | None:
    return float(header) if header and re.fullmatch(r"\d{1,9}(\.\d{1,9})?", header) else None


channel = Channel(
    name="reddit",
    label="Reddit",
    capabilities=Capabilities(
        secret_names=("client_id", "client_secret"),
        optional_secrets=("refresh_token", "username", "password", "access_token", "expires_at"),
        option_names=("auth_url", "user_agent", "subreddits"),
        reported_kinds=frozenset({Kind.MESSAGE, Kind.EDITED, Kind.REMOVED}),
        thread_is_guess=True,
        replies_to_latest=True,
        poll_seconds=120,
        renews=True,
        on_request=True,
    ),
    receiver=RedditReceiver(),
    sender=RedditSender(),
    account=RedditAccount(),
)
"""An account on Reddit, with the subreddits that it moderates."""
