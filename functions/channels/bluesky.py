"""Bluesky (AT protocol): posts in public, and chat in private where the account's owner permits it.

Sources: docs.bsky.app and the lexicons of github.com/bluesky-social/atproto (app.bsky.notification.listNotifications,
app.bsky.feed.post, com.atproto.repo.createRecord, chat.bsky.convo.*), atproto.com/specs/tid (record keys),
docs.bsky.app/docs/advanced-guides/rate-limits, …/post-richtext (facets).

The platform pushes nothing: it is asked. A post's id is its ``at://`` address; its thread is the post at the root,
which every answer names. Below a post of our own every top-level answer is a conversation, and so is a mention below
what somebody else began; what is deeper belongs to the message it answers.

Secrets: ``identifier`` (handle or DID) and ``app_password``; ``renew`` gives ``access_jwt``, ``refresh_jwt``,
``expires_at``. Options: ``base_url`` (where sessions are made), ``pds_url`` (where the account lives) and ``handle``
(both found by ``check``), ``chat`` (``yes``: private messages, too), ``chat_proxy``, ``cdn_url`` (pictures), ``langs``
(such as ``de,en``).
"""

from __future__ import annotations

import json
import re
import unicodedata
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from channels import _options, _payload, _transport
from channels._payload import Events, UnreadableUpdate
from channels._transport import MAYBE_SENT, Answer, Call, CodeTable, Refusal
from channels._values import as_id, as_millis, as_text, is_invented
from channels.base import (
    Account,
    AccountManager,
    Capabilities,
    Channel,
    ChannelError,
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
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from conversations.model import Message

BASE_URL = "https://bsky.social"
CHAT_PROXY = "did:web:api.bsky.chat#bsky_chat"
CDN_URL = "https://cdn.bsky.app"
SITE_URL = "https://bsky.app"

POST, LIKE, BLOCK, GATE = "app.bsky.feed.post", "app.bsky.feed.like", "app.bsky.graph.block", "app.bsky.feed.threadgate"

POST_LIMIT, CHAT_LIMIT = 300, 1000
"""Graphemes; ten bytes of UTF-8 are permitted for each."""
BYTES_PER_GRAPHEME = 10
PICTURES = Files(4, {"image/jpeg": 2_000_000, "image/png": 2_000_000, "image/webp": 2_000_000, "image/gif": 2_000_000})
LONGEST_TAG = 64
MOST_MENTIONS = 10

PAGE, PAGES = 100, 5
OVERLAP = 15 * 60_000
"""The list is in the order of the times that authors claim where those lie in the past, so that what arrives late
stands below what was seen: this far (milliseconds) it is looked through again."""
MOST_SEEN = 80
"""What is beyond is told once more, which changes nothing."""
CLOCK_SLACK = 2000
SESSION_MILLIS = 3_600_000
"""How long a session is believed to last that does not say it."""

TALK = ("mention", "reply", "quote")
LIKES = ("like", "like-via-repost")
"""Of a post of ours; and of one of somebody else that we passed on, who may be a customer."""
HEART = "❤"


class BlueskyReceiver(Receiver):
    """What Bluesky reports."""

    def parse(self, request: Request, credentials: Credentials) -> list[Fact | Unreadable]:
        """Read what ``poll`` got: ``notifications`` as the platform lists them, the chat's ``logs``, and its ``convos``
        by id."""
        document = _payload.document(request)
        return _read(document, credentials) if isinstance(document, dict) else []

    def poll(self, cursor: str, credentials: Credentials, now: int) -> Polled:
        mark = _Mark.of(cursor)
        found = _new_notifications(mark, credentials, now)
        logs, convos = _new_logs(found.mark, credentials) if _has_chat(credentials.options) else (_Logs(), {})
        mark = replace(found.mark, log="" if logs.is_lost else logs.rev or found.mark.log)
        document = {"notifications": found.items, "logs": logs.items, "convos": convos}
        return Polled(_read(document, credentials), mark.text(), more=bool(mark.page) or logs.more)

    def profile_name(self, customer_id: str, credentials: Credentials) -> str | None:
        try:
            return _name(_get("app.bsky.actor.getProfile", credentials, {"actor": customer_id}))
        except PermanentFailure:
            return None


class BlueskySender(Sender):
    """What goes out to Bluesky."""

    def send_options(self, situation: Situation, now: int) -> list[Route]:
        """No window closes: a week later the same is permitted as today."""
        chat = _has_chat(situation.options)
        if situation.visibility is Visibility.PRIVATE:
            return [Route(Way.PRIVATE_MESSAGE, Visibility.PRIVATE, CHAT_LIMIT, "graphemes")] if chat else []
        public = Route(Way.PUBLIC_REPLY, Visibility.PUBLIC, POST_LIMIT, "graphemes", files=PICTURES)
        if chat and situation.customer_id:
            return [public, Route(Way.PRIVATE_REPLY, Visibility.PRIVATE, CHAT_LIMIT, "graphemes")]
        return [public]

    def measure(self, text: str, way: Way) -> int:
        """Graphemes, or more where the bytes would be too many before the graphemes are."""
        from channels import _text

        return max(_text.graphemes(text), -(-_text.octets(text) // BYTES_PER_GRAPHEME))

    def try_send(self, message: Outbound, credentials: Credentials) -> str:
        if message.way is Way.PUBLIC_REPLY:
            return _publish(message, credentials)
        letter = {"text": message.text, **_facets(message.text, credentials)}
        document = {"convoId": _convo(message, credentials), "message": letter}
        sent = _call("POST", "chat.bsky.convo.sendMessage", credentials, document=document, chat=True, repeatable=False)
        return _transport.sent_id(sent.get("id"))

    def find_sent(self, message: Outbound, credentials: Credentials) -> str | None:
        if message.way is Way.PUBLIC_REPLY:
            standing = _own_record(POST, record_key(message.id), credentials)
            return as_id(standing.get("uri")) if standing else None
        params = {"convoId": _convo(message, credentials), "limit": str(PAGE)}
        said = _get("chat.bsky.convo.getMessages", credentials, params, chat=True)
        found = [
            (at, message_id)
            for item in map(json_object, json_list(said.get("messages")))
            if (at := as_millis(item.get("sentAt"))) is not None
            and at >= message.attempted_at - CLOCK_SLACK
            and (message_id := as_id(item.get("id")))
            and message_id not in message.others
            and json_object(item.get("sender")).get("did") == credentials.account_id
            and item.get("text") == message.text
        ]
        return min(found)[1] if found else None

    def moderations(self, message: Message) -> tuple[Moderation, ...]:
        if message.visibility is not Visibility.PUBLIC:
            return ()
        if message.direction == "outbound":
            return (Moderation.DELETE,) if message.platform_id and not message.deleted else ()
        if message.direction != "inbound" or message.deleted:
            return ()
        hidden = (Moderation.SHOW if message.hidden else Moderation.HIDE,) if message.parent_id else ()
        author = (Moderation.BLOCK, Moderation.UNBLOCK) if message.author.id else ()
        return (Moderation.LIKE, Moderation.UNLIKE, *hidden, *author)

    def try_moderate(
        self,
        moderation: Moderation,
        target: str,
        credentials: Credentials,
        text: str = "",
        customer_id: str | None = None,
    ) -> None:
        act = _MODERATIONS.get(moderation)
        if act is None:
            raise PermanentFailure(Reason.BAD, "no_moderation")
        act(moderation, target, credentials)


class BlueskyAccount(AccountManager):
    """The account on Bluesky."""

    def check(self, credentials: Credentials) -> Account:
        """Whose session it is, and where the account lives; makes a session only if there is none yet."""
        if credentials.secrets.get("access_jwt"):
            session = _get("com.atproto.server.getSession", credentials)
        else:
            session = _sign_in(credentials)
            credentials = replace(
                credentials, secrets={**credentials.secrets, "access_jwt": _jwt(session, "accessJwt")}
            )
        if session.get("active") is False:
            raise PermanentFailure(Reason.POLICY, "inactive")
        if _has_chat(credentials.options):
            _get("chat.bsky.convo.getLog", credentials, chat=True)
        did, handle = as_id(session.get("did")), as_text(session.get("handle")) or ""
        if not did:
            raise TransientFailure(Reason.RETRY, "no_account")
        home = _home(session)
        return Account(did, handle or did, {"handle": handle} | ({"pds_url": home} if home else {}))

    def renew(self, credentials: Credentials, now: int) -> Mapping[str, str]:
        """Refresh the session; sign in anew, which is limited to a few hundred a day, only where that is refused."""
        session = _refreshed(credentials) or _sign_in(credentials)
        if credentials.account_id and session.get("did") not in (None, credentials.account_id):
            raise TransientFailure(Reason.AUTH, "other_account")
        access = _jwt(session, "accessJwt")
        ends = _end_of(access) or now + SESSION_MILLIS
        return {"access_jwt": access, "refresh_jwt": _jwt(session, "refreshJwt"), "expires_at": str(ends)}

    def expires_at(self, credentials: Credentials) -> int | None:
        """Without a session, it has ended already."""
        return super().expires_at(credentials) if credentials.secrets.get("access_jwt") else 0


# Reading -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Reader:
    """What is known beside an update: whose account it is, and the chats by their ids."""

    account: str
    cdn: str
    convos: Mapping[str, Any]


def _read(document: dict[str, Any], credentials: Credentials) -> Events:
    cdn = (credentials.options.get("cdn_url") or CDN_URL).rstrip("/")
    reader = _Reader(credentials.account_id, cdn, json_object(document.get("convos")))
    events = _payload.read_list("bluesky", document, "notifications", _one, _notification, reader)
    return events + _payload.read_list("bluesky", document, "logs", _one, _log, reader)


def _one(item: dict[str, Any], read: Callable[[dict[str, Any], _Reader], Fact | None], reader: _Reader) -> Events:
    fact = read(item, reader)
    return [fact] if fact else []


_NO_INTEREST = frozenset(
    {
        "repost",
        "follow",
        "starterpack-joined",
        "verified",
        "unverified",
        "repost-via-repost",
        "subscribed-post",
        "contact-match",
    }
)


def _notification(item: dict[str, Any], reader: _Reader) -> Fact | None:
    reason = _string(item.get("reason"))
    if reason in TALK:
        return _post(item, reader)
    if reason in LIKES:
        return _like(item)
    if reason in _NO_INTEREST:
        return None
    raise UnreadableUpdate("unknown_reason")


def _post(item: dict[str, Any], reader: _Reader) -> Fact:
    uri, record = as_id(item.get("uri")), item.get("record")
    author = json_object(item.get("author"))
    did = as_id(author.get("did"))
    if not uri or not did or not isinstance(record, dict):
        raise UnreadableUpdate("malformed")
    reply = json_object(record.get("reply"))
    parent = as_id(json_object(reply.get("parent")).get("uri"))
    thread, branch, is_guess = _place(uri, as_id(json_object(reply.get("root")).get("uri")) or parent, reader.account)
    return Fact(
        Kind.MESSAGE,
        Visibility.PUBLIC,
        thread,
        as_millis(item.get("indexedAt")) or as_millis(record.get("createdAt")) or 0,
        uri,
        branch,
        author=Author(did, _name(author)),
        own=did == reader.account,
        text=_string(record.get("text")),
        attachments=tuple(_attachments(json_object(record.get("embed")), did, reader.cdn)),
        parent_id=parent,
        permalink=_permalink(uri),
        thread_is_guess=is_guess,
    )


def _place(uri: str, root: str | None, account: str) -> tuple[str, str, bool]:
    """The thread and branch of a post, and whether the message it answers may know better.

    Whoever answers below what they began themselves is in that conversation. Everybody else has one of their own,
    unless they answer a message whose conversation is known.
    """
    if not root or root == uri:
        return uri, "", True
    is_own_thread = _repo(root) == _repo(uri) and _repo(root) != account
    return (root, "", False) if is_own_thread else (root, uri, True)


def _like(item: dict[str, Any]) -> Fact | None:
    """A like says which post it means; the subject of its reason may be our repost of that."""
    subject = as_id(json_object(json_object(item.get("record")).get("subject")).get("uri"))
    liked, author = subject or as_id(item.get("reasonSubject")), json_object(item.get("author"))
    did = as_id(author.get("did"))
    if not liked or not did:
        raise UnreadableUpdate("malformed")
    if _repo(liked) and f"/{POST}/" not in liked:
        return None  # a feed or a list of ours
    return Fact(
        Kind.REACTION,
        Visibility.PUBLIC,
        liked,
        as_millis(item.get("indexedAt")) or 0,
        liked,
        author=Author(did, _name(author)),
        payload=HEART,
        thread_is_guess=True,
    )


def _attachments(embed: dict[str, Any], did: str, cdn: str) -> Iterator[Attachment]:
    """Pictures, films, links and quoted posts, of every kind of embed; one of a new kind is left out."""
    if media := embed.get("media"):
        yield from _attachments({**json_object(media), "media": None}, did, cdn)
    for picture in map(json_object, [*json_list(embed.get("images")), *json_list(embed.get("items"))]):
        if cid := _cid(picture.get("image")):
            url = f"{cdn}/img/feed_fullsize/plain/{did}/{cid}@jpeg"
            yield Attachment("image", url, _string(picture.get("alt")), cid)
    if cid := _cid(embed.get("video")):
        yield Attachment("video", title=_string(embed.get("alt")), id=cid)
    external = json_object(embed.get("external"))
    if url := _string(external.get("uri")):
        yield Attachment("link", url, _string(external.get("title")))
    quoted = json_object(embed.get("record"))
    if uri := as_id(quoted.get("uri")) or as_id(json_object(quoted.get("record")).get("uri")):
        yield Attachment("share", _permalink(uri), id=uri)


def _cid(blob: object) -> str | None:
    """The name of a blob; very old records have it in another place."""
    found = json_object(blob)
    return as_id(json_object(found.get("ref")).get("$link")) or as_id(found.get("cid"))


def _string(value: object) -> str | None:
    return as_text(value) or None if isinstance(value, str) else None


def _name(profile: dict[str, Any]) -> str | None:
    handle = _string(profile.get("handle"))
    return _string(profile.get("displayName")) or (handle if handle != "handle.invalid" else None)


def _repo(uri: str) -> str:
    """Whose post it is."""
    return uri.removeprefix("at://").partition("/")[0] if uri.startswith("at://") else ""


def _key(uri: str) -> str:
    return uri.rpartition("/")[2]


def _permalink(uri: str) -> str | None:
    repo = _repo(uri)
    return f"{SITE_URL}/profile/{repo}/post/{_key(uri)}" if repo and f"/{POST}/" in uri else None


# Reading the chat ----------------------------------------------------------------------------------------------------

_LOG = "chat.bsky.convo.defs#log"
_DELETED = "chat.bsky.convo.defs#deletedMessageView"
_GROUP = "chat.bsky.convo.defs#groupConvo"
_LOGS_OF_NO_INTEREST = frozenset(
    {
        *("BeginConvo", "AcceptConvo", "LeaveConvo", "MuteConvo", "UnmuteConvo"),
        *("ReadMessage", "ReadConvo"),  # how far we have read ourselves
        *("AddMember", "RemoveMember", "MemberJoin", "MemberLeave", "LockConvo", "UnlockConvo", "LockConvoPermanently"),
        *("EditGroup", "CreateJoinLink", "EditJoinLink", "EnableJoinLink", "DisableJoinLink", "IncomingJoinRequest"),
        *("ApproveJoinRequest", "RejectJoinRequest", "OutgoingJoinRequest", "WithdrawIncomingJoinRequest"),
        *("WithdrawOutgoingJoinRequest", "ReadJoinRequests"),
    }
)


def _log(item: dict[str, Any], reader: _Reader) -> Fact | None:
    kind = as_text(item.get("$type")) or ""
    name = kind.removeprefix(_LOG)
    if name in _LOGS_OF_NO_INTEREST:
        return None
    read = _LOGS.get(name)
    if read is None or name == kind:
        raise UnreadableUpdate("unknown_event")
    return read(item, reader)


def _spoken(item: dict[str, Any], reader: _Reader) -> Fact | None:
    message = json_object(item.get("message"))
    if message.get("$type") == _DELETED:
        return None  # gone before it was read
    sender = as_id(json_object(message.get("sender")).get("did"))
    plain = _chat_fact(Kind.MESSAGE, item, reader, sender, message.get("sentAt"))
    quoted = json_object(json_object(message.get("embed")).get("record"))
    shared = as_id(quoted.get("uri"))
    return replace(
        plain,
        own=sender == reader.account,
        text=_string(message.get("text")),
        attachments=(Attachment("share", _permalink(shared), id=shared),) if shared else (),
        parent_id=as_id(json_object(message.get("replyTo")).get("id")),
    )


def _removed(item: dict[str, Any], reader: _Reader) -> Fact | None:
    """Deleting a message takes it out of one's own sight alone: what customers wrote is gone for the team then, and
    what we wrote still stands before the customer."""
    message = json_object(item.get("message"))
    sender = as_id(json_object(message.get("sender")).get("did"))
    if sender == reader.account:
        return None
    return _chat_fact(Kind.REMOVED, item, reader, sender, message.get("sentAt"))


def _reacted(item: dict[str, Any], reader: _Reader) -> Fact:
    reaction = json_object(item.get("reaction"))
    kind = Kind.REACTION if item.get("$type") == f"{_LOG}AddReaction" else Kind.UNREACTION
    sender = as_id(json_object(reaction.get("sender")).get("did"))
    plain = _chat_fact(kind, item, reader, sender, reaction.get("createdAt"))
    return replace(plain, own=sender == reader.account, payload=_string(reaction.get("value")))


_LOGS: dict[str, Callable[[dict[str, Any], _Reader], Fact | None]] = {
    "CreateMessage": _spoken,
    "DeleteMessage": _removed,
    "AddReaction": _reacted,
    "RemoveReaction": _reacted,
}


def _chat_fact(kind: Kind, item: dict[str, Any], reader: _Reader, actor: str | None, at: object) -> Fact:
    convo_id, message_id = as_id(item.get("convoId")), as_id(json_object(item.get("message")).get("id"))
    if not convo_id or not message_id:
        raise UnreadableUpdate("malformed")
    convo = json_object(reader.convos.get(convo_id))
    if json_object(convo.get("kind")).get("$type") == _GROUP:
        raise UnreadableUpdate("not_handled:group_chat")
    people = {
        did: _name(each)
        for each in map(json_object, [*json_list(convo.get("members")), *json_list(item.get("relatedProfiles"))])
        if (did := as_id(each.get("did")))
    }
    others = [did for did in people if did != reader.account]
    customer = actor if actor and actor != reader.account else others[0] if len(others) == 1 else None
    if not customer:
        raise UnreadableUpdate("no_customer")
    return Fact(
        kind,
        Visibility.PRIVATE,
        convo_id,
        as_millis(at) or 0,
        message_id,
        author=Author(actor, people.get(actor) if actor else None),
        customer_id=customer,
    )


# Asking what is new --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Mark:
    """How far the account was read. Newest first: what is older than ``newest``, or in ``seen``, is known.

    While there is more to read than one call may, ``page`` says where to go on, and ``top`` and ``next_seen`` are what
    ``newest`` and ``seen`` will be then.
    """

    newest: int = -1
    seen: tuple[str, ...] = ()
    start: int = 0
    """What was there before the first time is no news."""
    page: str = ""
    top: int = 0
    next_seen: tuple[str, ...] = ()
    log: str = ""

    @classmethod
    def of(cls, text: str) -> _Mark:
        if not text:
            return cls()
        told = json.loads(text)
        return cls(told["n"], _split(told["s"]), told["f"], told["p"], told["t"], _split(told["x"]), told["l"])

    def text(self) -> str:
        told = {"n": self.newest, "s": "".join(self.seen), "f": self.start, "p": self.page, "t": self.top}
        return json.dumps({**told, "x": "".join(self.next_seen), "l": self.log}, separators=(",", ":"))


_SHORT = 8


def _short(item: dict[str, Any]) -> str:
    """Eight letters (48 bits) for a notification, so that many fit into a cursor."""
    named = f"{item.get('uri')}\0{item.get('reason')}".encode("utf-8", "replace")
    return urlsafe_b64encode(blake2b(named, digest_size=6).digest()).decode()


def _split(text: str) -> tuple[str, ...]:
    return tuple(text[at : at + _SHORT] for at in range(0, len(text), _SHORT))


@dataclass(frozen=True, slots=True)
class _News:
    items: list[object]
    """Oldest first, so that a message is known before its answers are."""
    mark: _Mark


def _new_notifications(mark: _Mark, credentials: Credentials, now: int) -> _News:
    if mark.newest < 0:
        return _first_look(credentials, now)
    try:
        return _news_since(mark, credentials, now)
    except PermanentFailure:
        if not mark.page:
            raise
        # The platform does not know its own place in the list any more: from the newest on, once more.
        return _news_since(replace(mark, page="", top=0, next_seen=()), credentials, now)


def _news_since(mark: _Mark, credentials: Credentials, now: int) -> _News:
    news: list[object] = []
    stop, known = max(mark.newest - OVERLAP, mark.start), frozenset(mark.seen)
    top, fresh, page = mark.top, list(mark.next_seen), mark.page
    for _ in range(PAGES):
        items, page = _listed(page, credentials)
        for item in items:
            at = as_millis(json_object(item).get("indexedAt"))
            if at is not None and at < stop:
                page = ""
                break
            short = _short(json_object(item))
            top = max(top, min(at or 0, now + OVERLAP))
            fresh += [short] if (at or 0) >= top - OVERLAP else []
            if short not in known:
                news.append(item)
        if not page:
            break
    news.reverse()
    if page:
        return _News(news, replace(mark, page=page, top=top, next_seen=tuple(fresh[:MOST_SEEN])))
    kept = tuple(dict.fromkeys([*fresh, *mark.seen]))[:MOST_SEEN]
    return _News(news, _Mark(max(top, mark.newest), kept, mark.start, log=mark.log))


def _first_look(credentials: Credentials, now: int) -> _News:
    items, _ = _listed("", credentials)
    times = [at for item in items if (at := as_millis(json_object(item).get("indexedAt"))) is not None]
    newest = max(times, default=now)
    seen = tuple(_short(json_object(item)) for item in items)[:MOST_SEEN]
    return _News([], _Mark(newest, seen, start=newest))


def _listed(page: str, credentials: Credentials) -> tuple[Sequence[object], str]:
    params = {"limit": str(PAGE), "reasons": [*TALK, *LIKES]} | ({"cursor": page} if page else {})
    told = _get("app.bsky.notification.listNotifications", credentials, params)
    items = json_list(told.get("notifications"))
    # An empty page ends the list, whatever it says.
    return items, (as_text(told.get("cursor")) or "")[:500] if items else ""


@dataclass(frozen=True, slots=True)
class _Logs:
    items: list[object] = field(default_factory=list)
    rev: str = ""
    more: bool = False
    is_lost: bool = False


def _new_logs(mark: _Mark, credentials: Credentials) -> tuple[_Logs, dict[str, Any]]:
    """What happened in the chats, and the chats. Whatever is wrong with the chat, the public part goes on."""
    try:
        logs = _logs_since(mark.log, credentials)
        named = dict.fromkeys(as_id(json_object(item).get("convoId")) for item in logs.items)
        return logs, {each: found for each in named if each and (found := _chat(each, credentials))}
    except PermanentFailure as failure:
        # A place that the platform does not know any more is given up, and the next look begins anew.
        return _Logs(is_lost=failure.reason is Reason.BAD), {}
    except TransientFailure as failure:
        if failure.reason is Reason.AUTH:
            raise  # the session is the same for both
        return _Logs(), {}


def _logs_since(rev: str, credentials: Credentials) -> _Logs:
    if not rev:
        told = _get("chat.bsky.convo.getLog", credentials, chat=True)
        return _Logs([], as_text(told.get("cursor")) or "")
    found: list[object] = []
    for _ in range(PAGES):
        told = _get("chat.bsky.convo.getLog", credentials, {"cursor": rev}, chat=True)
        items, onward = json_list(told.get("logs")), as_text(told.get("cursor")) or rev
        found += items
        if not items or onward == rev:
            return _Logs(found, onward)
        rev = onward
    return _Logs(found, rev, more=True)


def _chat(convo_id: str, credentials: Credentials) -> dict[str, Any]:
    try:
        return json_object(_get("chat.bsky.convo.getConvo", credentials, {"convoId": convo_id}, chat=True).get("convo"))
    except PermanentFailure:
        return {}


# Sending -------------------------------------------------------------------------------------------------------------


def _publish(message: Outbound, credentials: Credentials) -> str:
    """Answer in public, under a key made of our own id: the same message twice is the same post."""
    answered = [message.reply_to_id, message.branch_id, message.thread_id]
    parent = _standing(next(each for each in answered if each and not is_invented(each)), credentials)
    if json_object(parent.get("viewer")).get("replyDisabled") is True:
        raise PermanentFailure(Reason.PERMISSION, "reply_disabled")
    here = {"uri": parent["uri"], "cid": parent.get("cid")}
    root = json_object(json_object(json_object(parent.get("record")).get("reply")).get("root"))
    record = {
        "$type": POST,
        "text": message.text,
        "createdAt": _moment(message.attempted_at),
        "reply": {"root": {key: root[key] for key in here} if root.keys() >= here.keys() else here, "parent": here},
        **_languages(credentials),
        **_facets(message.text, credentials),
        **_pictures(message, credentials),
    }
    key = record_key(message.id)
    document = {"repo": credentials.account_id, "collection": POST, "rkey": key, "record": record}
    try:
        return _transport.sent_id(
            _call("POST", "com.atproto.repo.createRecord", credentials, document=document).get("uri")
        )
    except ChannelError as failure:
        if not _may_exist(failure):
            raise
        return _confirmed(key, record, credentials, failure)


def _may_exist(failure: ChannelError) -> bool:
    """Servers answer a key that exists with a plain 500, newer ones by a name of its own."""
    code = getattr(failure, "code", "")
    return code in ("InternalServerError", "500") or "exists" in code.lower()


def _confirmed(key: str, record: dict[str, Any], credentials: Credentials, failure: ChannelError) -> str:
    standing = _own_record(POST, key, credentials)
    if standing is None:
        raise TransientFailure(Reason.RETRY, getattr(failure, "code", ""))
    value = json_object(standing.get("value"))
    parent = json_object(json_object(value.get("reply")).get("parent")).get("uri")
    if value.get("text") != record["text"] or parent != record["reply"]["parent"]["uri"]:
        raise PermanentFailure(Reason.BAD, "key_taken")
    return _transport.sent_id(standing.get("uri"))


def _standing(uri: str, credentials: Credentials) -> dict[str, Any]:
    """A post as it stands now; what is deleted, or hidden from us, is missing."""
    posts = json_list(_get("app.bsky.feed.getPosts", credentials, {"uris": [uri]}).get("posts"))
    found = next((each for each in map(json_object, posts) if each.get("uri") == uri), None)
    if found is None:
        raise PermanentFailure(Reason.GONE, "post_gone")
    return found


def _own_record(collection: str, key: str, credentials: Credentials) -> dict[str, Any] | None:
    params = {"repo": credentials.account_id, "collection": collection, "rkey": key}
    try:
        return _get("com.atproto.repo.getRecord", credentials, params)
    except PermanentFailure as failure:
        if failure.reason is Reason.GONE:
            return None
        raise


def _convo(message: Outbound, credentials: Credentials) -> str:
    """The chat a message belongs into; the one with a person is made by asking for it."""
    if message.way is not Way.PRIVATE_REPLY:
        return message.thread_id
    if not message.customer_id:
        raise PermanentFailure(Reason.GONE, "no_customer")
    found = _get("chat.bsky.convo.getConvoForMembers", credentials, {"members": [message.customer_id]}, chat=True)
    return _transport.sent_id(json_object(found.get("convo")).get("id"))


def _languages(credentials: Credentials) -> dict[str, Any]:
    langs = [each.strip() for each in credentials.options.get("langs", "").split(",") if each.strip()]
    return {"langs": langs[:3]} if langs else {}


def _pictures(message: Outbound, credentials: Credentials) -> dict[str, Any]:
    """The pictures, given to the server one by one; what is never used in a post, it forgets."""
    images = []
    for file in message.files:
        told = _call("POST", "com.atproto.repo.uploadBlob", credentials, content=file.content, mime=file.mime)
        images.append({"alt": file.name.rpartition(".")[0] or file.name, "image": told.get("blob")})
    return {"embed": {"$type": "app.bsky.embed.images", "images": images}} if images else {}


_SORTABLE = "234567abcdefghijklmnopqrstuvwxyz"


def record_key(message_id: str) -> str:
    """A record's key out of nothing but our own id: 13 letters that sort by time, as atproto.com/specs/tid wants it.

    Our ids begin with their time in milliseconds; the microseconds and the clock's number are taken from the rest.
    """
    noise = int.from_bytes(blake2b(message_id.encode(), digest_size=8).digest())
    head = message_id[:13]
    millis = int(head) if head.isascii() and head.isdecimal() and len(head) == 13 else noise >> 24
    number = ((millis * 1000 + noise % 1000) & (2**53 - 1)) << 10 | (noise >> 10) % 1024
    return "".join(_SORTABLE[(number >> shift) & 31] for shift in range(60, -1, -5))


def _moment(millis: int) -> str:
    return datetime.fromtimestamp(millis / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


# Links, mentions and tags, which are none without facets -------------------------------------------------------------

_LINK = re.compile(r"(?<![^\s(])https?://[^\s]+")
_MENTION = re.compile(r"(?<![^\s(])@([a-zA-Z0-9.-]{3,253})")
_TAG = re.compile("(?<!\\S)[#\uff03]([^\\s\u00ad\u2060\u200a-\u200d\u20e2]+)")
_LABEL = re.compile(r"[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?")


def _facets(text: str, credentials: Credentials) -> dict[str, Any]:
    found = sorted([*links_and_tags(text), *_mentions(text, credentials)], key=lambda each: each["index"]["byteStart"])
    return {"facets": found} if found else {}


def links_and_tags(text: str) -> Iterator[dict[str, Any]]:
    """The links (with ``https://``) and tags of a text, at their places in bytes of UTF-8."""
    for match in _LINK.finditer(text):
        uri = match[0].rstrip(".,;:!?")
        uri = uri.removesuffix(")") if "(" not in uri else uri
        yield _facet(text, match.start(), match.start() + len(uri), "link", uri=uri)
    for match in _TAG.finditer(text):
        tag = _without_end_punctuation(match[1])
        if 0 < len(tag) <= LONGEST_TAG and tag[0] != "\ufe0f" and any(_counts(letter) for letter in tag):
            yield _facet(text, match.start(), match.start() + 1 + len(tag), "tag", tag=tag)


def _mentions(text: str, credentials: Credentials) -> Iterator[dict[str, Any]]:
    """The mentions of people who are there; the platform is asked for each."""
    for match in list(_MENTION.finditer(text))[:MOST_MENTIONS]:
        handle = match[1].rstrip(".-")
        is_handle = "." in handle and all(_LABEL.fullmatch(label) for label in handle.split("."))
        if is_handle and (did := _did_of(handle.lower(), credentials)):
            yield _facet(text, match.start(), match.start() + 1 + len(handle), "mention", did=did)


def _did_of(handle: str, credentials: Credentials) -> str | None:
    try:
        return as_id(_get("com.atproto.identity.resolveHandle", credentials, {"handle": handle}).get("did"))
    except PermanentFailure:
        return None


def _facet(text: str, start: int, end: int, kind: str, **said: str) -> dict[str, Any]:
    before, inside = len(text[:start].encode()), len(text[start:end].encode())
    feature = {"$type": f"app.bsky.richtext.facet#{kind}", **said}
    return {"index": {"byteStart": before, "byteEnd": before + inside}, "features": [feature]}


def _without_end_punctuation(tag: str) -> str:
    while tag and unicodedata.category(tag[-1]).startswith("P"):
        tag = tag[:-1]
    return tag


def _counts(letter: str) -> bool:
    return not letter.isdigit() and not unicodedata.category(letter).startswith("P")


# Moderating ----------------------------------------------------------------------------------------------------------


def _like_it(moderation: Moderation, target: str, credentials: Credentials) -> None:
    post = _standing(target, credentials)
    mine = as_id(json_object(post.get("viewer")).get("like"))
    if moderation is Moderation.UNLIKE:
        _delete(mine, credentials)
    elif not mine:
        _create(LIKE, {"subject": {"uri": target, "cid": post.get("cid")}}, credentials)


def _block(moderation: Moderation, target: str, credentials: Credentials) -> None:
    profile = _get("app.bsky.actor.getProfile", credentials, {"actor": target})
    standing = as_id(json_object(profile.get("viewer")).get("blocking"))
    if moderation is Moderation.UNBLOCK:
        _delete(standing, credentials)
    elif not standing:
        _create(BLOCK, {"subject": target}, credentials)


def _take_down(_moderation: Moderation, target: str, credentials: Credentials) -> None:
    """Only our own: what others wrote can be hidden below our posts, and is theirs."""
    if _repo(target) != credentials.account_id:
        raise PermanentFailure(Reason.PERMISSION, "not_ours")
    _delete(target, credentials)


def _hide(moderation: Moderation, target: str, credentials: Credentials) -> None:
    """Below a thread that we began, an answer is hidden for everybody by the gate of the thread, which lists those."""
    post = _standing(target, credentials)
    root = as_id(json_object(json_object(json_object(post.get("record")).get("reply")).get("root")).get("uri")) or ""
    if _repo(root) != credentials.account_id:
        raise PermanentFailure(Reason.PERMISSION, "not_our_thread")
    gate = _own_record(GATE, _key(root), credentials)
    value = json_object(gate.get("value")) if gate else {"$type": GATE, "post": root, "createdAt": _now(post)}
    hidden = [each for each in json_list(value.get("hiddenReplies")) if each != target]
    wanted = [*hidden, target] if moderation is Moderation.HIDE else hidden
    document = {
        "repo": credentials.account_id,
        "collection": GATE,
        "rkey": _key(root),
        "record": {**value, "hiddenReplies": wanted},
        # Whoever changed it in between must not lose what they did: then it is done again.
        "swapRecord": gate.get("cid") if gate else None,
    }
    _call("POST", "com.atproto.repo.putRecord", credentials, document=document)


_MODERATIONS: dict[Moderation, Callable[[Moderation, str, Credentials], None]] = {
    Moderation.LIKE: _like_it,
    Moderation.UNLIKE: _like_it,
    Moderation.BLOCK: _block,
    Moderation.UNBLOCK: _block,
    Moderation.DELETE: _take_down,
    Moderation.HIDE: _hide,
    Moderation.SHOW: _hide,
}


def _create(collection: str, record: dict[str, Any], credentials: Credentials) -> None:
    """A small record of ours. The server keeps one like and one block per subject, however often it is asked."""
    session = _get("com.atproto.server.getSession", credentials)
    record = {"$type": collection, **record, "createdAt": _now(session)}
    document = {"repo": credentials.account_id, "collection": collection, "record": record}
    _call("POST", "com.atproto.repo.createRecord", credentials, document=document)


def _delete(uri: str | None, credentials: Credentials) -> None:
    """Take a record of ours away; one that is not there is no error."""
    if uri:
        collection, _, key = uri.removeprefix("at://").partition("/")[2].partition("/")
        document = {"repo": credentials.account_id, "collection": collection, "rkey": key}
        _call("POST", "com.atproto.repo.deleteRecord", credentials, document=document)


# The road to the platform --------------------------------------------------------------------------------------------

ANSWERED_AT = "\0answered_at"
"""Under this name, an answer carries the time of the server that gave it: a channel has no clock of its own."""


def _now(answer: dict[str, Any]) -> str:
    return _moment(answer.get(ANSWERED_AT) or 0)


def _has_chat(options: Mapping[str, str]) -> bool:
    return options.get("chat") == "yes"


def _get(
    nsid: str, credentials: Credentials, params: Mapping[str, str | Sequence[str]] | None = None, chat: bool = False
) -> dict[str, Any]:
    return _call("GET", nsid, credentials, params=params, chat=chat)


def _call(
    method: str,
    nsid: str,
    credentials: Credentials,
    *,
    params: Mapping[str, str | Sequence[str]] | None = None,
    document: Mapping[str, Any] | None = None,
    content: bytes | None = None,
    mime: str = "",
    chat: bool = False,
    repeatable: bool = True,
    token: str = "access_jwt",  # noqa: S107 - a name
) -> dict[str, Any]:
    """Make one call, and return its answer; see ``ANSWERED_AT``."""
    headers = _transport.bearer(credentials, token, "no_session") | ({"Content-Type": mime} if mime else {})
    if chat:
        headers["atproto-proxy"] = _options.part(credentials.options, "chat_proxy", CHAT_PROXY)
    request = Call(method, _url(nsid, credentials), headers, params or {}, json=document, content=content)
    try:
        return _timed(_transport.call(request, channel="bluesky", repeatable=repeatable, classify=classify))
    except PermanentFailure as failed:
        if chat and failed.code == TOKEN_SCOPE:
            raise PermanentFailure(Reason.PERMISSION, "chat") from None
        raise


def _timed(answer: Answer) -> dict[str, Any]:
    return {**(answer.body or {}), ANSWERED_AT: _transport.server_time(answer)}


def _url(nsid: str, credentials: Credentials) -> str:
    base = credentials.options.get("pds_url") or credentials.options.get("base_url") or BASE_URL
    return f"{base.rstrip('/')}/xrpc/{nsid}"


# Sessions ------------------------------------------------------------------------------------------------------------


def _sign_in(credentials: Credentials) -> dict[str, Any]:
    """A new session by the app password."""
    base = credentials.options.get("base_url") or credentials.options.get("pds_url") or BASE_URL
    secrets = credentials.secrets
    document = {"identifier": secrets.get("identifier", ""), "password": secrets.get("app_password", "")}
    request = Call("POST", f"{base.rstrip('/')}/xrpc/com.atproto.server.createSession", {}, {}, json=document)
    return _timed(_transport.renew(request, channel="bluesky", classify=classify))


def _refreshed(credentials: Credentials) -> dict[str, Any] | None:
    """The session, refreshed; None where the platform refuses."""
    if not credentials.secrets.get("refresh_jwt"):
        return None
    try:
        return _call("POST", "com.atproto.server.refreshSession", credentials, token="refresh_jwt")  # noqa: S106 - a name
    except PermanentFailure:
        return None
    except TransientFailure as failure:
        if failure.reason is Reason.AUTH:
            return None
        raise


def _jwt(session: dict[str, Any], name: str) -> str:
    token = session.get(name)
    if not isinstance(token, str) or not token:
        raise TransientFailure(Reason.RETRY, "no_session")
    return token


def _end_of(token: str) -> int | None:
    """When a token ends, as it says itself; milliseconds."""
    part = token.split(".")[1] if token.count(".") == 2 else ""
    try:
        claims = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, RecursionError):
        return None
    return as_millis(json_object(claims).get("exp"))


def _home(session: dict[str, Any]) -> str | None:
    """The server on which the account lives."""
    services: Iterable[dict[str, Any]] = map(json_object, json_list(json_object(session.get("didDoc")).get("service")))
    for service in services:
        url = service.get("serviceEndpoint")
        if str(service.get("id")).endswith("#atproto_pds") and isinstance(url, str) and url.startswith("http"):
            return url.rstrip("/")
    return None


# Errors --------------------------------------------------------------------------------------------------------------

CODES = CodeTable(
    codes={
        "ExpiredToken": Reason.AUTH,
        "InvalidToken": Reason.AUTH,
        "AuthMissing": Reason.AUTH,
        "AuthenticationRequired": Reason.AUTH,
        "AuthFactorTokenRequired": Reason.AUTH,
        "AccountTakedown": Reason.AUTH,
        "AccountDeactivated": Reason.AUTH,
        "AccountSuspended": Reason.POLICY,
        "RateLimitExceeded": Reason.RATE,
        "InvalidRequest": Reason.BAD,
        "InvalidRecord": Reason.BAD,
        "InvalidMimeType": Reason.BAD,
        "BlobTooLarge": Reason.BAD,
        "PayloadTooLarge": Reason.BAD,
        "InvalidSwap": Reason.RETRY,
        "InternalServerError": Reason.RETRY,
        "UpstreamFailure": Reason.RETRY,
        "UpstreamTimeout": Reason.RETRY,
        "NotEnoughResources": Reason.RETRY,
        "MethodNotImplemented": Reason.PERMISSION,
        "XRPCNotSupported": Reason.PERMISSION,
        "Forbidden": Reason.PERMISSION,
        "RecordNotFound": Reason.GONE,
        "NotFound": Reason.GONE,
        "BlockedActor": Reason.GONE,
        "BlockedByActor": Reason.GONE,
        "BlockedSubject": Reason.GONE,
        "RecipientNotFound": Reason.GONE,
        # They take messages from nobody, or only from whom they follow: ask them in public to write first.
        "MessagesDisabled": Reason.GONE,
        "NotFollowedBySender": Reason.GONE,
        "ConvoLocked": Reason.GONE,
        "InvalidConvo": Reason.GONE,
        "ReplyTargetNotFound": Reason.GONE,
    },
    statuses={
        400: Reason.BAD,
        401: Reason.AUTH,
        403: Reason.PERMISSION,
        404: Reason.GONE,
        413: Reason.BAD,
        429: Reason.RATE,
    },
    pauses={Reason.RATE: 300.0},
)
"""By the name of an error; the HTTP status says less."""

NOT_PERMITTED = ("Bad token method", "Bad token scope")
"""An app password without access to the chat: the server names it like a wrong token, and only says otherwise."""


TOKEN_SCOPE = "token_scope"  # noqa: S105 - a code


def classify(answer: Answer) -> Refusal | None:
    """Return why an answer is no result."""
    if answer.has_result:
        return None
    error, said = _string((answer.body or {}).get("error")), (answer.body or {}).get("message")
    # Only what is known is passed on: what the server says may be anything.
    is_name = error in CODES.codes or (error is not None and re.fullmatch("[A-Za-z]{3,40}", error))
    name = error if error and is_name else str(answer.status)
    if name == "InvalidToken" and said in NOT_PERMITTED:
        return Refusal(Reason.PERMISSION, TOKEN_SCOPE)
    meaning = CODES.meaning(name)
    if meaning is Reason.RETRY and answer.is_unclear:
        meaning = MAYBE_SENT
    reset = answer.headers.get("ratelimit-reset") if answer.status == 429 else None
    seconds = _transport.retry_after_header(answer) or _transport.seconds_until(reset, answer)
    return CODES.refusal(answer, name, meaning, seconds)


channel = Channel(
    name="bluesky",
    label="Bluesky",
    capabilities=Capabilities(
        secret_names=("identifier", "app_password"),
        optional_secrets=("access_jwt", "refresh_jwt", "expires_at"),
        option_names=("pds_url", "handle", "chat", "chat_proxy", "cdn_url", "langs"),
        reported_kinds=frozenset({Kind.MESSAGE, Kind.REMOVED, Kind.REACTION, Kind.UNREACTION}),
        thread_is_guess=True,
        replies_to_latest=True,
        poll_seconds=60,
        renews=True,
    ),
    receiver=BlueskyReceiver(),
    sender=BlueskySender(),
    account=BlueskyAccount(),
)
"""An account on Bluesky, or on any other server of its network."""
