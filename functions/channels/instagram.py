"""Instagram professional accounts: comments and mentions in public, direct messages in private.

Sources: developers.facebook.com/documentation/instagram-platform/webhooks/examples (payloads),
…/docs/graph-api/webhooks/reference/instagram (fields of a comment), …/instagram-platform/instagram-graph-api/reference
(ig-comment: hide, replies; ig-user/mentions, mentioned_comment, mentioned_media), …/docs/messenger-platform/instagram
and …/instagram-platform/private-replies (private messages, windows), …/reference/refresh_access_token (tokens).

A connection is of one of two flavours (option ``flavour``): ``instagram`` (Instagram Login, graph.instagram.com, a user
token of 60 days that is renewed) or ``facebook`` (Facebook Login, graph.facebook.com, the token of the linked Page).

Secrets: ``app_secret``, ``verify_token``, ``access_token``; ``instagram_app_secret``, since it is not documented which
of the two signs with Instagram Login; each signing secret as ``previous_…`` while it is rotated; ``expires_at``.
Options: ``flavour``, ``username`` (found by ``check``), ``page_id`` (of the linked Page, found by ``check``),
``app_id`` (with it the app's webhook is entered for it), ``version`` of the Graph API, ``base_url``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from channels import _messenger, _meta, _payload, _transport
from channels._messenger import Entry, as_string, read_event, word
from channels._payload import Events, UnreadableUpdate, as_object
from channels._values import as_id, as_millis, as_text, is_invented
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
    Way,
    json_list,
    json_object,
)
from conversations.model import Author, Fact, Kind, Unreadable, Visibility

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from conversations.model import Message

DAY = 86_400_000
COMMENT_LIMIT = 2200
MESSAGE_LIMIT = 1000
"""In bytes of UTF-8."""

FIELDS = (
    "comments,live_comments,mentions,messages,message_edit,message_reactions,messaging_postbacks,messaging_seen,"
    "messaging_referral"
)
"""What an account is to tell, with Instagram Login."""
PAGE_FIELDS = "feed,messages,messaging_postbacks,message_reactions"
"""With Facebook Login the Page must have some subscription; what Instagram tells is chosen in the app's dashboard."""
LEAST_FIELDS, LEAST_PAGE_FIELDS = "comments", "feed"

REPLY_PAGES = 10
MEDIA_PAGES = 2
"""Of 25 posts: what is looked through when gaps are healed."""
OVERLAP = 600_000
"""Milliseconds that are asked for twice, since clocks differ and the platform shows some things late."""


class InstagramReceiver(Receiver):
    """What Instagram reports."""

    def handshake(self, request: Request, credentials: Credentials) -> str:
        return _meta.handshake(request, credentials)

    def verify(self, request: Request, credentials: Credentials) -> None:
        _meta.verify(request, credentials, ("app_secret", "instagram_app_secret"))

    def parse(self, request: Request, credentials: Credentials) -> list[Fact | Unreadable]:
        payload = _payload.document(request)
        payloads = payload if isinstance(payload, list) else [payload]
        return [event for each in payloads for event in _read_payload(each, credentials)]

    def complete(self, fact: Fact, credentials: Credentials) -> Fact | None:
        """What a webhook only announced, under the same ids: the text of a mention, or of a new message.

        None if the platform shows no more. Raises ``TransientFailure``.
        """
        if fact.kind is not Kind.MESSAGE or fact.text or fact.own or is_invented(fact.message_id):
            return None
        try:
            return _message_of(fact, credentials) if fact.customer_id else _mention_of(fact, credentials)
        except PermanentFailure:
            return None

    def poll(self, cursor: str, credentials: Credentials, now: int) -> Polled:
        """The comments on the last posts that are newer than ``cursor`` (milliseconds, in digits)."""
        since = as_millis(cursor)
        found = [] if since is None else list(_missed(since, credentials))
        return Polled(found, str(now - OVERLAP))

    def profile_name(self, customer_id: str, credentials: Credentials) -> str | None:
        fields = {"fields": "name,username"}
        try:
            person = _meta.get(_meta.node(customer_id), credentials, fields, _graph(credentials))
        except PermanentFailure:
            return None
        return as_text(person.get("name")) or as_text(person.get("username")) or None


class InstagramSender(Sender):
    """What goes out to Instagram."""

    def send_options(self, situation: Situation, now: int) -> list[Route]:
        if situation.visibility is Visibility.PRIVATE:
            return _messenger.private_routes(situation, now, MESSAGE_LIMIT, "bytes")
        public = Route(Way.PUBLIC_REPLY, Visibility.PUBLIC, COMMENT_LIMIT)
        return [public, *_messenger.private_reply(situation, now, MESSAGE_LIMIT, "bytes")]

    def window_ends_at(self, situation: Situation) -> int | None:
        return _messenger.window_ends_at(situation)

    def measure(self, text: str, way: Way) -> int:
        return len(text) if way is Way.PUBLIC_REPLY else len(text.encode("utf-8", "replace"))

    def try_send(self, message: Outbound, credentials: Credentials) -> str:
        if message.way is Way.PUBLIC_REPLY:
            return _transport.sent_id(_reply(message, credentials).get("id"))
        content = {"text": _messenger.plain(message)}
        if message.way is not Way.PRIVATE_REPLY:
            content |= _messenger.quick_replies(message)
        letter = _messenger.letter(message, _recipient(message), content)
        path = _meta.node(_mailbox(credentials), "messages")
        sent = _meta.post(path, credentials, document=letter, graph=_graph(credentials))
        return _transport.sent_id(sent.get("message_id"))

    def find_sent(self, message: Outbound, credentials: Credentials) -> str | None:
        def is_own(item: dict[str, Any]) -> bool:
            return _is_ours(json_object(item.get("from")) or item, credentials)

        if message.way is Way.PUBLIC_REPLY:
            return _messenger.earliest_match(message, _replies(message, credentials), ("timestamp", "text"), is_own)
        chat = _chat_with(message, credentials)
        return _messenger.earliest_match(message, chat, ("created_time", "message"), is_own)

    def moderations(self, message: Message) -> tuple[Moderation, ...]:
        """Of a mention in a foreign place nothing says what it answers, and nothing can be done about it there."""
        if message.visibility is Visibility.PRIVATE or message.deleted or is_invented(message.id):
            return ()
        if message.direction == "outbound":
            return (Moderation.DELETE,) if message.platform_id else ()
        if message.direction != "inbound" or message.parent_id is None:
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
        graph, path = _graph(credentials), _meta.node(target)
        if moderation is Moderation.DELETE:
            done = _meta.delete(path, credentials, {}, graph)
        elif moderation in (Moderation.HIDE, Moderation.SHOW):
            form = {"hide": "true" if moderation is Moderation.HIDE else "false"}
            done = _meta.post(path, credentials, form=form, graph=graph)
        else:
            raise PermanentFailure(Reason.BAD, "no_moderation")
        if done.get("success") not in (True, "true"):
            raise PermanentFailure(Reason.BAD, "refused")


class InstagramAccount(AccountManager):
    """The account on Instagram."""

    def check(self, credentials: Credentials) -> Account:
        if _is_by_page(credentials):
            return _linked_account(credentials)
        found = _meta.get("me", credentials, {"fields": "user_id,username,name"}, _graph(credentials))
        # ``id`` is the app's own id of the account; webhooks name it by ``user_id``.
        return _account(found.get("user_id") or found.get("id"), found, {})

    def register(self, credentials: Credentials, url: str) -> None:
        """The app's part, if ``app_id`` says which app, and the account's."""
        _meta.announce("instagram", FIELDS, credentials, url)
        _meta.subscribe(_subscription(credentials), *_fields(credentials), credentials, _graph(credentials))

    def unregister(self, credentials: Credentials, url: str) -> None:
        _meta.unsubscribe(_subscription(credentials), credentials, _graph(credentials))

    def registered(self, credentials: Credentials, url: str) -> bool:
        if _meta.is_announced("instagram", credentials, url) is False:
            return False
        least = _fields(credentials)[1]
        return _meta.is_subscribed(_subscription(credentials), least, credentials, _graph(credentials))

    def renew(self, credentials: Credentials, now: int) -> Mapping[str, str]:
        """A Page's token does not end; a user's lives 60 days, and is renewed once it is a day old."""
        if _is_by_page(credentials):
            return {}
        return _meta.refresh("ig_refresh_token", credentials, now, _meta.INSTAGRAM)


# The two flavours ----------------------------------------------------------------------------------------------------


def _is_by_page(credentials: Credentials) -> bool:
    """Whether the account is reached through its Page, with Facebook Login."""
    return credentials.options.get("flavour") == "facebook"


def _graph(credentials: Credentials) -> _meta.Graph:
    return _meta.FACEBOOK if _is_by_page(credentials) else _meta.INSTAGRAM


def _mailbox(credentials: Credentials) -> str:
    """Whose private messages: the Page's (``me`` to its own token), or the account's."""
    return credentials.options.get("page_id") or "me" if _is_by_page(credentials) else credentials.account_id


def _subscription(credentials: Credentials) -> str:
    return _meta.node(_mailbox(credentials), "subscribed_apps")


def _fields(credentials: Credentials) -> tuple[str, str]:
    """All that is to be told, and the least of it."""
    return (PAGE_FIELDS, LEAST_PAGE_FIELDS) if _is_by_page(credentials) else (FIELDS, LEAST_FIELDS)


def _linked_account(credentials: Credentials) -> Account:
    fields = {"fields": "id,name,instagram_business_account{id,username,name}"}
    page = _meta.get("me", credentials, fields)
    linked, page_id = json_object(page.get("instagram_business_account")), as_id(page.get("id"))
    return _account(linked.get("id"), linked, {"page_id": page_id} if page_id else {})


def _account(account_id: object, found: dict[str, Any], options: dict[str, str]) -> Account:
    known, username = as_id(account_id), as_text(found.get("username"))
    if known is None:
        raise PermanentFailure(Reason.BAD, "no_account")
    if username:
        options = {**options, "username": username}
    return Account(known, username or as_text(found.get("name")) or known, options)


def _is_ours(person: dict[str, Any], credentials: Credentials) -> bool:
    """Whether the platform names the account itself, by its id or by its name there."""
    if as_id(person.get("id")) == credentials.account_id:
        return True
    username, ours = person.get("username"), credentials.options.get("username")
    return bool(ours) and isinstance(username, str) and username.casefold() == str(ours).casefold()


# What a POST holds ---------------------------------------------------------------------------------------------------


def _read_payload(payload: object, credentials: Credentials) -> Events:
    if not isinstance(payload, dict):
        return []
    if payload.get("object") not in (None, "instagram"):
        return [Unreadable("unknown_object", payload)]
    return _payload.read_list("instagram", payload, "entry", _read_entry, credentials)


def _read_entry(raw: dict[str, Any], credentials: Credentials) -> Events:
    entry = Entry(as_id(raw.get("id")), as_millis(raw.get("time")), credentials.account_id)
    events: Events = []
    for part in ("messaging", "standby"):
        events += _payload.read_list("instagram", raw, part, read_event, entry)
    events += _payload.read_list("instagram", raw, "changes", _read_change, entry, credentials)
    if "field" in raw:
        # With Instagram Login, the documents show a change without the list around it.
        change = {"field": raw.get("field"), "value": raw.get("value")}
        events += _payload.read_each("instagram", [change], _read_change, entry, credentials)
    return events


_NO_INTEREST = {"story_insights", "messaging_handover", "story_reactions", "share_to_story", "delta"}
"""Fields that are known and no part of a conversation."""


def _read_change(change: dict[str, Any], entry: Entry, credentials: Credentials) -> Events:
    field = word(change, "field")
    if field in _NO_INTEREST:
        return []
    if field == "standby" or field.startswith("messag"):
        # The app dashboard's test button sends private messages in this shape.
        return read_event(as_object(change.get("value")), entry)
    if field in ("comments", "live_comments"):
        return _comment(as_object(change.get("value")), entry, credentials)
    if field == "mentions":
        return _mention(as_object(change.get("value")), entry)
    raise UnreadableUpdate("unknown_field")


def _comment(value: dict[str, Any], entry: Entry, credentials: Credentials) -> Events:
    """A comment, or an answer to one: Instagram shows two levels. Its own time is not told, only the webhook's."""
    comment_id, media_id = as_id(value.get("id")), as_id(json_object(value.get("media")).get("id"))
    if comment_id is None:
        raise UnreadableUpdate("no_id")
    person, parent_id = json_object(value.get("from")), as_id(value.get("parent_id"))
    author_id = as_id(person.get("id"))
    return [
        Fact(
            Kind.MESSAGE,
            Visibility.PUBLIC,
            media_id or parent_id or comment_id,
            as_millis(value.get("timestamp")) or entry.at or 0,
            comment_id,
            parent_id or comment_id,
            author=Author(author_id, as_string(person.get("username")) or as_string(value.get("username"))),
            own=entry.is_own(author_id) or _is_ours(person, credentials),
            text=as_text(value.get("text")) or None,
            parent_id=parent_id or media_id,
            permalink=as_string(value.get("permalink")),
        )
    ]


def _mention(value: dict[str, Any], entry: Entry) -> Events:
    """Somebody names the account in a comment or a caption: all that is told are ids; see ``complete``."""
    media_id, comment_id = as_id(value.get("media_id")), as_id(value.get("comment_id"))
    if media_id is None:
        raise UnreadableUpdate("no_id")
    message_id, branch_id = comment_id or media_id, comment_id or ""
    return [Fact(Kind.MESSAGE, Visibility.PUBLIC, media_id, entry.at or 0, message_id, branch_id)]


# What was only announced ---------------------------------------------------------------------------------------------


def _mention_of(fact: Fact, credentials: Credentials) -> Fact | None:
    if fact.branch_id:
        field, key, text = f"mentioned_comment.comment_id({fact.message_id})", "mentioned_comment", "text"
        wanted = "id,text,timestamp"
    else:
        field, key, text = f"mentioned_media.media_id({fact.message_id})", "mentioned_media", "caption"
        wanted = "id,caption,timestamp,permalink"
    told = _looked_up(field, key, wanted, credentials)
    name = as_string(told.get("username"))
    if not as_text(told.get(text)) and not name:
        return None
    return replace(
        fact,
        at=as_millis(told.get("timestamp")) or fact.at,
        author=Author(None, name),
        text=as_text(told.get(text)) or None,
        permalink=as_string(told.get("permalink")),
    )


def _looked_up(field: str, key: str, wanted: str, credentials: Credentials) -> dict[str, Any]:
    """What the account may read of a foreign comment or post. Not every version tells who wrote it."""
    path = _meta.node(credentials.account_id)
    try:
        body = _meta.get(path, credentials, {"fields": f"{field}{{{wanted},username}}"}, _graph(credentials))
    except PermanentFailure as failed:
        if failed.reason is not Reason.BAD:
            raise
        body = _meta.get(path, credentials, {"fields": f"{field}{{{wanted}}}"}, _graph(credentials))
    return json_object(body.get(key))


def _message_of(fact: Fact, credentials: Credentials) -> Fact | None:
    path, fields = _meta.node(fact.message_id), {"fields": "id,message,created_time"}
    text = as_text(_meta.get(path, credentials, fields, _graph(credentials)).get("message"))
    return replace(fact, text=text) if text else None


# Outbound ------------------------------------------------------------------------------------------------------------


def _reply(message: Outbound, credentials: Credentials) -> dict[str, Any]:
    """An answer to a comment on a post of ours, or to a mention elsewhere.

    Which of both it is, only the platform knows: what it plainly refuses as the one is tried as the other.
    """
    graph, form = _graph(credentials), {"message": _messenger.plain(message)}
    branch_id = message.branch_id or _messenger.answered(message) or ""
    mention = {**form, "media_id": message.thread_id, **({"comment_id": branch_id} if message.branch_id else {})}
    path = _meta.node(credentials.account_id, "mentions")
    if not branch_id or branch_id == message.thread_id:
        return _meta.post(path, credentials, form=mention, graph=graph)
    try:
        # An answer to an answer joins the level above, since Instagram shows two.
        return _meta.post(_meta.node(branch_id, "replies"), credentials, form=form, graph=graph)
    except PermanentFailure as failed:
        if failed.reason not in _PERHAPS_ELSEWHERE:
            raise
        return _mentioned(path, mention, credentials, failed)


_PERHAPS_ELSEWHERE = frozenset({Reason.GONE, Reason.PERMISSION})


def _mentioned(path: str, form: dict[str, str], credentials: Credentials, failed: PermanentFailure) -> dict[str, Any]:
    """The same as an answer to a mention; if that is refused, too, the first refusal says why."""
    try:
        return _meta.post(path, credentials, form=form, graph=_graph(credentials))
    except PermanentFailure:
        raise failed from None


def _recipient(message: Outbound) -> dict[str, str]:
    if message.way is Way.PRIVATE_REPLY:
        comment_id = _messenger.answered(message) or message.branch_id
        if not comment_id:
            raise PermanentFailure(Reason.BAD, "no_comment")
        return {"comment_id": comment_id}
    return {"id": _messenger.customer(message)}


# Looking for what was sent -------------------------------------------------------------------------------------------


def _replies(message: Outbound, credentials: Credentials) -> Iterator[dict[str, Any]]:
    """The answers below a comment; what stands in a foreign place cannot be looked through."""
    if not message.branch_id:
        raise PermanentFailure(Reason.BAD, "cannot_look")
    params = {"fields": "id,text,timestamp,from,username", "limit": "100"}
    path = _meta.node(message.branch_id, "replies")
    try:
        for page in _meta.pages(path, credentials, params, REPLY_PAGES, _graph(credentials)):
            yield from page
    except PermanentFailure:
        raise PermanentFailure(Reason.BAD, "cannot_look") from None


def _chat_with(message: Outbound, credentials: Credentials) -> Iterator[dict[str, Any]]:
    """The latest messages with the customer, of whom the platform shows twenty."""
    params = {
        "platform": "instagram",
        "user_id": _messenger.customer(message),
        "fields": "messages.limit(20){id,from,message,created_time}",
    }
    path = _meta.node(_mailbox(credentials), "conversations")
    for conversation in json_list(_meta.get(path, credentials, params, _graph(credentials)).get("data")):
        messages = json_object(json_object(conversation).get("messages"))
        yield from (json_object(item) for item in json_list(messages.get("data")))


# Looking for what no webhook told ------------------------------------------------------------------------------------

_SHOWN = "id,text,timestamp,from,username,parent_id"
_MEDIA = f"id,permalink,comments.limit(50){{{_SHOWN},replies.limit(50){{{_SHOWN}}}}}"


def _missed(since: int, credentials: Credentials) -> Iterator[Fact | Unreadable]:
    """The comments below the last posts, under the ids by which a webhook tells them."""
    entry = Entry(credentials.account_id, None, credentials.account_id)

    def read(value: dict[str, Any], entry: Entry) -> Events:
        return _comment(value, entry, credentials)

    params, path = {"fields": _MEDIA, "limit": "25"}, _meta.node(credentials.account_id, "media")
    for page in _meta.pages(path, credentials, params, MEDIA_PAGES, _graph(credentials), must_end=False):
        for media in page:
            for value in _below(media):
                if (as_millis(value.get("timestamp")) or 0) >= since:
                    yield from _payload.read_each("instagram", [value], read, entry)


def _below(media: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The comments on a post and their answers, shaped as a webhook's values."""
    shared = {"media": {"id": media.get("id")}, "permalink": media.get("permalink")}
    for comment in _data(media.get("comments")):
        yield {**comment, **shared}
        for answer in _data(comment.get("replies")):
            yield {**answer, "parent_id": answer.get("parent_id") or comment.get("id"), **shared}


def _data(edge: object) -> Iterator[dict[str, Any]]:
    return (json_object(item) for item in json_list(json_object(edge).get("data")))


channel = Channel(
    name="instagram",
    label="Instagram",
    capabilities=Capabilities(
        secret_names=("app_secret", "verify_token", "access_token"),
        chosen_secrets=("verify_token",),
        optional_secrets=("instagram_app_secret", "expires_at"),
        option_names=("flavour", "username", "page_id", "app_id", "version"),
        signing_secret="app_secret",  # noqa: S106 - a name
        # Meta: "disclose that a person is interacting with an automated service" where the law asks for it (Germany).
        disclosed_ways=frozenset({Way.PRIVATE_MESSAGE, Way.PRIVATE_REPLY}),
        reported_kinds=frozenset({Kind.MESSAGE, Kind.EDITED, Kind.REMOVED, Kind.REACTION, Kind.UNREACTION, Kind.READ}),
        poll_seconds=900,
        renews=True,
        renew_before=7 * DAY,
    ),
    receiver=InstagramReceiver(),
    sender=InstagramSender(),
    account=InstagramAccount(),
)
"""An Instagram professional account."""
