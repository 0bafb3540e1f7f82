"""Mastodon, and servers that speak its API: posts that mention the company, in public and addressed to it alone.

Sources: docs.joinmastodon.org/methods/notifications (what is asked for), …/methods/statuses (answer, edit, several at
once, ``Idempotency-Key``), …/entities/Status and …/entities/Notification, …/methods/instance (limits),
…/api/rate-limits, …/user/posting (length, visibility), github.com/mastodon/mastodon
``app/validators/status_length_validator.rb``.

Only polled: new mentions from a cursor, our own posts (an answer given in the app counts, too), and now and then the
latest mentions once more, since nobody tells of an edit or a deletion. A post names its parent and not its thread, so a
public fact's thread is a guess. What is not public (``direct``, and posts for an author's followers) belongs to the
chat with the person who wrote it: a chain of such posts breaks when one of them is deleted, and may begin below a
public one, so its root would be no name to trust; and answers go to that person alone, whoever else was addressed.

Secrets: ``access_token``. Options: ``base_url`` (the server's address), ``max_characters``, ``reserved_per_url`` (the
server's limits, as ``check`` reads them), ``handle``.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from channels import _html, _payload, _text, _transport
from channels._payload import Events, UnreadableUpdate
from channels._transport import Answer, Call, CodeTable, Refusal
from channels._values import as_id, as_millis, as_text
from channels.base import (
    Account,
    AccountManager,
    Capabilities,
    Channel,
    Credentials,
    Files,
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
    from collections.abc import Callable, Mapping, Sequence

    from channels.base import File
    from conversations.model import Message

STATUS_LIMIT = 500
"""The usual ``max_characters``."""
URL_LENGTH = 23
"""What any address counts."""
MENTION_RESERVE = 32
"""Kept free for the customer's name, without which nobody is notified: an ``@``, 30 characters at most, and a blank."""
IMAGES_MOST = 4
IMAGE_BYTES = 16 * 1024 * 1024
IMAGE_KINDS = ("image/png", "image/jpeg", "image/webp")
"""Pictures that are ready at once; films and moving pictures are converted first."""
PAGE = 80
OWN_PAGE = 40
PAGES = 3
"""Pages of notifications that one poll reads."""
WATCHED = 20
"""How many of the latest mentions are read once more: as many as the server gives at once."""
REREAD = 300_000
"""Milliseconds between two such readings."""
GONE_CHECKED = 5
RATE_PAUSE = 300.0
"""The server counts calls in five minutes."""
CLOCK_SLACK = 2000
STAR = "⭐"
DIRECT = "direct:"
"""Starts the id of the chat with a person."""


class MastodonReceiver(Receiver):
    """What Mastodon reports."""

    def parse(self, request: Request, credentials: Credentials) -> list[Fact | Unreadable]:
        """Notifications, as the server lists them or one alone; or what ``poll`` gathered (``_Gathered``)."""
        body = _payload.document(request)
        account = credentials.account_id
        if isinstance(body, list):
            return _payload.read_each("mastodon", body, _notification, account)
        if not isinstance(body, dict):
            return []
        if "type" in body:
            return _payload.read_each("mastodon", [body], _notification, account)
        return [event for part, read in _PARTS for event in _payload.read_list("mastodon", body, part, read, account)]

    def poll(self, cursor: str, credentials: Credentials, now: int) -> Polled:
        known = _Cursor.of(cursor)
        if known is None:
            notes, _ = _notifications("", 1, credentials)
            own, _ = _own("", 1, credentials)
            return Polled([], _Cursor(_newest("0", notes), _newest("0", own), (), now).text())
        gathered: dict[str, list[Any]] = {"notifications": []}
        more = False
        seen = known.seen
        for _ in range(PAGES):
            page, more = _notifications(seen, PAGE, credentials)
            gathered["notifications"] = [*page, *gathered["notifications"]]
            seen = _newest(seen, page)
            if not more:
                break
        gathered["own"], more_own = _own(known.own, OWN_PAGE, credentials)
        watched = _watch(known.watched, gathered["notifications"], credentials.account_id)
        reread = known.reread
        if now - reread >= REREAD and known.watched:
            gathered["edited"], gathered["removed"], watched = _read_again(watched, credentials, now)
            reread = now
        after = _Cursor(seen, _newest(known.own, gathered["own"]), watched, reread)
        for part in ("notifications", "own"):
            gathered[part].reverse()  # the server gives the newest first
        events = self.parse(Request("POST", {}, {}, json.dumps(gathered).encode()), credentials)
        return Polled(events, after.text(), more=more or more_own)

    def profile_name(self, customer_id: str, credentials: Credentials) -> str | None:
        try:
            return _name_of(json_object(_call("GET", f"v1/accounts/{quote(customer_id, safe='')}", credentials)))
        except PermanentFailure:
            return None


class MastodonSender(Sender):
    """What goes out to Mastodon."""

    def send_options(self, situation: Situation, now: int) -> list[Route]:
        """No window closes: a week later, everything is as it was."""
        limit = max(_whole(situation.options.get("max_characters"), STATUS_LIMIT) - MENTION_RESERVE, 1)
        files = Files(IMAGES_MOST, dict.fromkeys(IMAGE_KINDS, IMAGE_BYTES))
        if situation.visibility is Visibility.PRIVATE:
            return [Route(Way.PRIVATE_MESSAGE, Visibility.PRIVATE, limit, "graphemes", files=files)]
        public = Route(Way.PUBLIC_REPLY, Visibility.PUBLIC, limit, "graphemes", files=files)
        if situation.private_reply_used or not situation.customer_id:
            return [public]
        return [public, Route(Way.PRIVATE_REPLY, Visibility.PRIVATE, limit, "graphemes", files=files)]

    def measure(self, text: str, way: Way) -> int:
        """Graphemes; an address counts 23 of them, and a name on another server only up to its second ``@``."""
        return _text.graphemes(_REMOTE.sub(r"@\1", _URL.sub("x" * URL_LENGTH, text)))

    def try_send(self, message: Outbound, credentials: Credentials) -> str:
        """Sent under our own id as ``Idempotency-Key``, so that a lost answer is simply asked for again."""
        answered = _answered(message, credentials)
        handle = _handle(message, answered, credentials)
        text = as_text(message.text) or ""
        body: dict[str, Any] = {
            "status": text if _mentions(text, handle) else f"@{handle} {text}",
            "visibility": _visibility_of(message, answered),
            "media_ids": [_upload(file, credentials) for file in message.files],
        }
        if answered:
            body["in_reply_to_id"] = as_id(answered.get("id"))
        headers = {"Idempotency-Key": message.id}
        sent = as_id(json_object(_call("POST", "v1/statuses", credentials, document=body, headers=headers)).get("id"))
        if sent is None:
            raise TransientFailure(Reason.RETRY, "no_id")
        return sent

    def find_sent(self, message: Outbound, credentials: Credentials) -> str | None:
        statuses, _ = _own("", OWN_PAGE, credentials)
        found = [
            (at, status_id)
            for status in statuses
            if (at := as_millis(status.get("created_at"))) is not None
            and at >= message.attempted_at - CLOCK_SLACK
            and (status_id := as_id(status.get("id")))
            and status_id not in message.others
            and _normal(_status_text(status) or "") == _normal(message.text)
        ]
        return min(found)[1] if found else None

    def moderations(self, message: Message) -> tuple[Moderation, ...]:
        if message.direction == "outbound":
            return (Moderation.EDIT, Moderation.DELETE) if message.platform_id and not message.deleted else ()
        if message.direction != "inbound":
            return ()
        author = (Moderation.BLOCK, Moderation.UNBLOCK) if message.author.id else ()
        return author if message.deleted else (Moderation.LIKE, Moderation.UNLIKE, *author)

    def try_moderate(
        self,
        moderation: Moderation,
        target: str,
        credentials: Credentials,
        text: str = "",
        customer_id: str | None = None,
    ) -> None:
        status = f"v1/statuses/{quote(target, safe='')}"
        if moderation is Moderation.EDIT:
            _call("PUT", status, credentials, document=_revised(status, text, credentials))
        elif moderation is Moderation.DELETE:
            _call("DELETE", status, credentials)
        elif moderation in (Moderation.LIKE, Moderation.UNLIKE):
            verb = "favourite" if moderation is Moderation.LIKE else "unfavourite"
            _call("POST", f"{status}/{verb}", credentials)
        elif moderation in (Moderation.BLOCK, Moderation.UNBLOCK):
            _call("POST", f"v1/accounts/{quote(target, safe='')}/{moderation}", credentials)
        else:
            raise PermanentFailure(Reason.BAD, "no_moderation")


class MastodonAccount(AccountManager):
    """The account on Mastodon."""

    def check(self, credentials: Credentials) -> Account:
        person = json_object(_call("GET", "v1/accounts/verify_credentials", credentials))
        found = as_id(person.get("id"))
        if found is None:
            raise PermanentFailure(Reason.PERMISSION, "no_account")
        try:
            server = json_object(_call("GET", "v2/instance", credentials))
        except PermanentFailure:
            server = json_object(_call("GET", "v1/instance", credentials))  # servers older than 4.0, and some kin
        domain = _word(server.get("domain")) or _word(server.get("uri")) or ""
        handle = "@".join(filter(None, ["", _word(person.get("acct")), domain]))
        limits = json_object(json_object(server.get("configuration")).get("statuses"))
        most = _whole(limits.get("max_characters"), 0) or _whole(server.get("max_toot_chars"), STATUS_LIMIT)
        options = {"handle": f"@{handle}" if not handle.startswith("@") else handle, "max_characters": str(most)}
        options["reserved_per_url"] = str(_whole(limits.get("characters_reserved_per_url"), URL_LENGTH))
        return Account(found, _name_of(person) or handle or found, options)


# What the server tells -----------------------------------------------------------------------------------------------


_SPEAKING = frozenset({"mention", "quote"})
_REVISING = frozenset({"update", "quoted_update"})
_ASKED = ("mention", "quote", "update", "quoted_update", "favourite")
"""The types of notifications that are asked for."""
_IGNORED = frozenset(
    {"status", "reblog", "follow", "follow_request", "poll", "severed_relationships", "moderation_warning"}
    | {"admin.sign_up", "admin.report", "added_to_collection", "collection_update", "annual_report"}
)
"""Nobody addresses us with these; ``status`` is a post of somebody whom the account follows."""
_PUBLIC = frozenset({"public", "unlisted"})


def _notification(note: dict[str, Any], account: str) -> Events:
    kind = _word(note.get("type"))
    if kind in _IGNORED:
        return []
    if kind not in _ASKED:
        raise UnreadableUpdate("unknown_type")
    status = note.get("status")
    if not isinstance(status, dict):
        return []  # what was told of is gone already
    if kind in _SPEAKING:
        return _status(status, account)
    if kind in _REVISING:
        return _edited(status, account)
    return _starred(note, status, account)


def _status(status: dict[str, Any], account: str) -> Events:
    """A post as it stands, and that it was edited if it was."""
    at = as_millis(status.get("created_at"))
    found = _facts(Kind.MESSAGE, status, account, at or 0)
    return [*found, *_edited(status, account)] if as_millis(status.get("edited_at")) else found


def _edited(status: dict[str, Any], account: str) -> Events:
    at = as_millis(status.get("edited_at")) or as_millis(status.get("created_at"))
    return _facts(Kind.EDITED, status, account, at or 0)


def _starred(note: dict[str, Any], status: dict[str, Any], account: str) -> Events:
    author = _author(json_object(note.get("account")))
    return [
        replace(
            fact,
            text=None,
            attachments=(),
            parent_id=None,
            permalink=None,
            author=author,
            own=author.id == account,
            payload=STAR,
        )
        for fact in _facts(Kind.REACTION, status, account, as_millis(note.get("created_at")) or 0)
    ]


def _removed(entry: dict[str, Any], account: str) -> Events:
    """What ``poll`` found gone: the post's id, whose chat it was in if it was not public, and when that was noticed."""
    status_id, person, at = as_id(entry.get("id")), as_id(entry.get("customer")), as_millis(entry.get("at"))
    if status_id is None or at is None:
        raise UnreadableUpdate("no_id")
    if person:
        return [Fact(Kind.REMOVED, Visibility.PRIVATE, f"{DIRECT}{person}", at, status_id, customer_id=person)]
    return [Fact(Kind.REMOVED, Visibility.PUBLIC, status_id, at, status_id, thread_is_guess=True)]


_PARTS: tuple[tuple[str, Callable[[dict[str, Any], str], Events]], ...] = (
    ("notifications", _notification),
    ("own", _status),
    ("edited", _edited),
    ("removed", _removed),
)
"""What ``poll`` gathers: notifications, our own posts, posts that were read again and differ, and those gone."""


def _facts(kind: Kind, status: dict[str, Any], account: str, at: int) -> Events:
    """The fact that a post is, or that speaks of it; none for a post to nobody."""
    status_id, author = as_id(status.get("id")), _author(json_object(status.get("account")))
    if status_id is None:
        raise UnreadableUpdate("no_id")
    if author.id is None:
        raise UnreadableUpdate("no_author")
    visibility = _word(status.get("visibility"))
    if visibility is None:
        raise UnreadableUpdate("no_visibility")  # nothing is shown as public that might not be
    own, parent = author.id == account, as_id(status.get("in_reply_to_id"))
    fact = Fact(
        kind,
        Visibility.PUBLIC,
        parent or status_id,
        at,
        status_id,
        author=author,
        own=own,
        text=_status_text(status),
        attachments=_attachments(status),
        parent_id=parent,
        permalink=_link(status.get("url")) or _link(status.get("uri")),
        thread_is_guess=True,
    )
    if visibility in _PUBLIC:
        return [fact]
    person = _addressee(status, account) if own else author.id
    if person is None:
        return []
    thread = f"{DIRECT}{person}"
    return [replace(fact, visibility=Visibility.PRIVATE, thread_id=thread, customer_id=person, thread_is_guess=False)]


def _addressee(status: dict[str, Any], account: str) -> str | None:
    """With whom we talk in a post of our own that is not public: the one it answers, or the first it names."""
    people = [status.get("in_reply_to_account_id")]
    people += [json_object(mention).get("id") for mention in json_list(status.get("mentions"))]
    return next((found for each in people if (found := as_id(each)) and found != account), None)


def _author(person: dict[str, Any]) -> Author:
    return Author(as_id(person.get("id")), _name_of(person))


def _name_of(person: dict[str, Any]) -> str | None:
    return _word(person.get("display_name")) or _word(person.get("acct")) or _word(person.get("username"))


def _status_text(status: dict[str, Any]) -> str | None:
    """The text with its warning before it; a post of pictures alone has none."""
    content, warning = status.get("content"), _word(status.get("spoiler_text"))
    text = _html.text_of(content) if isinstance(content, str) else ""
    return as_text("\n\n".join(filter(None, [warning, text]))) or None


def _attachments(status: dict[str, Any]) -> tuple[Attachment, ...]:
    found: list[Attachment] = []
    for item in map(json_object, json_list(status.get("media_attachments"))):
        url = _link(item.get("url")) or _link(item.get("remote_url"))
        kind = item.get("type")
        shown = _MEDIA.get(kind, "file") if isinstance(kind, str) else "file"
        found.append(Attachment(shown, url, _word(item.get("description")), as_id(item.get("id"))))
    return tuple(found)


_MEDIA = {"image": "image", "gifv": "video", "video": "video", "audio": "audio"}


def _link(value: object) -> str | None:
    return as_text(value) if isinstance(value, str) and value.startswith(("https://", "http://")) else None


def _word(value: object) -> str | None:
    found = as_text(value) if isinstance(value, str) else None
    return found if found and found.strip() else None


def _whole(value: object, default: int) -> int:
    found = as_id(value)
    return int(found) if found and found.isascii() and found.isdigit() and len(found) < 10 else default


# Asking what is new --------------------------------------------------------------------------------------------------


class _Watched(NamedTuple):
    """A mention that is read once more: when it was last edited (milliseconds, 0 never), and whose chat it is in."""

    id: str
    edited: int
    customer: str


class _Cursor(NamedTuple):
    """The newest notification, the newest post of ours, the latest mentions, and when they were read again."""

    seen: str
    own: str
    watched: tuple[_Watched, ...]
    reread: int

    @classmethod
    def of(cls, cursor: str) -> _Cursor | None:
        """None for the first time; what is not ours counts as that."""
        try:
            kept = json_object(json.loads(cursor or "{}"))
            watched = tuple(_Watched(str(one), int(edited), str(person)) for one, edited, person in kept["watched"])
            return cls(str(kept["seen"]), str(kept["own"]), watched, int(kept["reread"]))
        except (ValueError, TypeError, KeyError, RecursionError):
            return None

    def text(self) -> str:
        return json.dumps(self._asdict(), separators=(",", ":"))


def _newest(known: str, items: Sequence[dict[str, Any]]) -> str:
    """The highest id; they are digits of growing length, so that shorter is older."""
    found = [item_id for item in items if (item_id := as_id(item.get("id")))]
    return max([known, *found], key=lambda each: (len(each), each))


def _notifications(after: str, limit: int, credentials: Credentials) -> tuple[list[dict[str, Any]], bool]:
    """A page of notifications from ``after`` on, and whether there is more; without ``after`` the newest."""
    params: dict[str, str | Sequence[str]] = {"types[]": list(_ASKED), "limit": str(limit)}
    if after:
        params["min_id"] = after
    return _page("v1/notifications", params, limit, credentials)


def _own(after: str, limit: int, credentials: Credentials) -> tuple[list[dict[str, Any]], bool]:
    params: dict[str, str | Sequence[str]] = {"limit": str(limit), "exclude_reblogs": "true"}
    if after:
        params["min_id"] = after
    return _page(f"v1/accounts/{quote(credentials.account_id, safe='')}/statuses", params, limit, credentials)


def _page(
    path: str, params: Mapping[str, str | Sequence[str]], limit: int, credentials: Credentials
) -> tuple[list[dict[str, Any]], bool]:
    found = _call("GET", path, credentials, params=params)
    if not isinstance(found, list):
        raise TransientFailure(Reason.RETRY, "no_list")
    return [item for item in found if isinstance(item, dict)], len(found) >= limit and "min_id" in params


def _watch(known: tuple[_Watched, ...], notes: Sequence[dict[str, Any]], account: str) -> tuple[_Watched, ...]:
    """The latest mentions, the newest first."""
    latest: dict[str, _Watched] = {}
    for note in notes:
        status = json_object(note.get("status"))
        person = as_id(json_object(status.get("account")).get("id"))
        if (
            _word(note.get("type")) in _SPEAKING | _REVISING
            and (status_id := as_id(status.get("id")))
            and person != account
        ):
            customer = "" if _word(status.get("visibility")) in _PUBLIC else person or ""
            latest.setdefault(status_id, _Watched(status_id, as_millis(status.get("edited_at")) or 0, customer))
    for each in known:
        latest.setdefault(each.id, each)
    return tuple(latest.values())[:WATCHED]


def _read_again(
    watched: tuple[_Watched, ...], credentials: Credentials, now: int
) -> tuple[list[Any], list[Any], tuple[_Watched, ...]]:
    """The posts that were edited since, those that are gone, and what is still to be watched."""
    try:
        found = _call("GET", "v1/statuses", credentials, params={"id[]": [each.id for each in watched]})
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
        _call("GET", f"v1/statuses/{quote(status_id, safe='')}", credentials)
    except PermanentFailure as failure:
        return failure.reason is Reason.GONE
    return False


# Outbound ------------------------------------------------------------------------------------------------------------


def _answered(message: Outbound, credentials: Credentials) -> dict[str, Any]:
    """The post that is answered, as it stands now; empty for a chat of which no post is known.

    Raises ``PermanentFailure`` (gone) where it was deleted: an answer to it would reach nobody.
    """
    target = message.reply_to_id or message.branch_id or message.thread_id
    if target.startswith(DIRECT):
        return {}
    path = f"v1/statuses/{quote(target, safe='')}"
    status = json_object(_call("GET", path, credentials))
    if message.reply_to_id or not message.customer_id or _author_id(status) == message.customer_id:
        return status
    # The thread began with somebody else's post: the customer's last one in it is meant.
    below = json_list(json_object(_call("GET", f"{path}/context", credentials)).get("descendants"))
    theirs = [each for each in map(json_object, below) if _author_id(each) == message.customer_id]
    return theirs[-1] if theirs else status


def _author_id(status: dict[str, Any]) -> str | None:
    return as_id(json_object(status.get("account")).get("id"))


def _handle(message: Outbound, answered: dict[str, Any], credentials: Credentials) -> str:
    """The customer's address, by which they are notified."""
    person = json_object(answered.get("account"))
    if message.customer_id and as_id(person.get("id")) != message.customer_id:
        person = json_object(_call("GET", f"v1/accounts/{quote(message.customer_id, safe='')}", credentials))
    found = _word(person.get("acct"))
    if found is None:
        raise PermanentFailure(Reason.GONE, "no_customer")
    return found


def _visibility_of(message: Outbound, answered: dict[str, Any]) -> str:
    """As visible as what is answered, and never more; what was not public goes to the person alone."""
    visibility = _word(answered.get("visibility"))
    return str(visibility) if message.way is Way.PUBLIC_REPLY and visibility in _PUBLIC else "direct"


def _mentions(text: str, handle: str) -> bool:
    return re.search(rf"(?<![\w/@])@{re.escape(handle)}(?![\w@-])", text, re.IGNORECASE) is not None


def _upload(file: File, credentials: Credentials) -> str:
    """Put a picture onto the server, where nobody sees it yet; done twice, one is left lying and swept away."""
    media = _call("POST", "v2/media", credentials, files={"file": (file.name, file.content, file.mime)})
    found = as_id(json_object(media).get("id"))
    if found is None:
        raise TransientFailure(Reason.RETRY, "no_upload")
    return found


def _revised(status: str, text: str, credentials: Credentials) -> dict[str, Any]:
    """What an edited post is to be: its new text behind the names it began with, and all else as it was."""
    stands = json_object(_call("GET", status, credentials))
    source = json_object(_call("GET", f"{status}/source", credentials))
    began = _NAMES.match(str(source.get("text") or ""))
    names = began[0].strip() if began else ""
    media = [found for each in json_list(stands.get("media_attachments")) if (found := as_id(each.get("id")))]
    body: dict[str, Any] = {
        "status": text if not names or text.lstrip().startswith("@") else f"{names} {text}",
        "spoiler_text": _word(source.get("spoiler_text")) or "",
        "sensitive": stands.get("sensitive") is True,
        "media_ids": media,
    }
    return body | ({"language": stands["language"]} if _word(stands.get("language")) else {})


_NAMES = re.compile(r"(?:@[A-Za-z0-9_.@-]+\s+)+")
_URL = re.compile(r"https?://(?:[\w-]+\.)+[^\W\d_]{2,}(?::\d+)?(?:[/?#][^\s<>]*[^\s<>.,;:!?'\")\]])?")
_REMOTE = re.compile(r"(?<![=/\w])@([A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?)@[\w-]+(?:\.[\w-]+)+")
_ANY_NAME = re.compile(r"@[A-Za-z0-9_.@-]+")


def _normal(text: str) -> str:
    """A text without the names in it, which are shown shortened, and with single blanks."""
    return " ".join(_ANY_NAME.sub(" ", as_text(text) or "").split())


# The API -------------------------------------------------------------------------------------------------------------


def _call(
    method: str,
    path: str,
    credentials: Credentials,
    params: Mapping[str, str | Sequence[str]] | None = None,
    document: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
    files: Mapping[str, tuple[str, bytes, str]] | None = None,
) -> Any:
    """Call the server once. All calls can be repeated, so that a lost answer is a passing fault and no more."""
    signed = {**_transport.bearer(credentials), **(headers or {})}
    base = credentials.options.get("base_url", "").rstrip("/")
    if not base:
        raise TransientFailure(Reason.AUTH, "no_address")
    request = Call(method, f"{base}/api/{path}", signed, params or {}, json=document, files=files)
    return _transport.call(request, channel="mastodon", repeatable=True, classify=classify).json


CODES = CodeTable(
    codes={},
    statuses={
        301: Reason.AUTH,  # the server has another address now: a person must look
        302: Reason.AUTH,
        307: Reason.AUTH,
        308: Reason.AUTH,
        400: Reason.BAD,
        401: Reason.AUTH,
        403: Reason.PERMISSION,  # a scope is missing, or the account is suspended
        404: Reason.GONE,  # deleted, or not visible to us any more
        409: Reason.RETRY,  # the same key is under way this moment
        410: Reason.GONE,
        413: Reason.BAD,
        422: Reason.BAD,  # too long, empty, or who is answered has blocked us
        425: Reason.RETRY,
        429: Reason.RATE,
    },
    pauses={Reason.RATE: RATE_PAUSE},
)
"""By the status of HTTP; the texts beside it are for people."""


def classify(answer: Answer) -> Refusal | None:
    """Return why an answer is no success. A server that is down, being upgraded or overloaded (5xx) passes."""
    if answer.is_success and answer.json is not None:
        return None
    # ISO 8601 on Mastodon, seconds since 1970 on GoToSocial
    reset = answer.headers.get("x-ratelimit-reset") if answer.status == 429 else None
    seconds = _transport.retry_after_header(answer) or _transport.seconds_until(reset, answer)
    return CODES.refusal(answer, str(answer.status), retry_after=seconds)


channel = Channel(
    name="mastodon",
    label="Mastodon",
    capabilities=Capabilities(
        secret_names=("access_token",),
        required_options=("base_url",),
        option_names=("max_characters", "reserved_per_url", "handle"),
        poll_seconds=60,
        thread_is_guess=True,
        replies_to_latest=True,
        repeatable=55 * 60_000,  # the server keeps an Idempotency-Key for an hour
        reported_kinds=frozenset({Kind.MESSAGE, Kind.EDITED, Kind.REMOVED, Kind.REACTION}),
    ),
    receiver=MastodonReceiver(),
    sender=MastodonSender(),
    account=MastodonAccount(),
)
"""An account on a server."""
