"""Threads: answers to the company's posts, and posts that name it. All of it is public.

Sources: developers.facebook.com/documentation/threads/webhooks (payloads), …/threads/retrieve-and-manage-replies/
create-replies (two steps, who may answer), …/threads/reply-management (hide), …/threads/posts/delete-posts,
…/threads/reference/reply-management (fields), …/threads/overview (limits), …/threads/troubleshooting (states of what
is to be published), …/threads/get-started/long-lived-tokens (tokens).

Nothing is told of an author but the name, which is therefore the author's id; who takes another name is somebody else.
An answer below a post of ours names that post, and begins a conversation; a deeper one names only what it answers.

Secrets: ``app_secret`` (of the Threads app), ``verify_token``, ``access_token``, and ``expires_at`` once it is renewed.
Options: ``username`` (found by ``check``; by it our own posts are known), ``app_id``, ``client_id`` (the same, of
further profiles of an app, for the sign-in), ``version``, ``base_url``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from channels import _messenger_sending, _meta, _payload, _transport
from channels._messenger import as_string, word
from channels._meta_context import post_of, still_of
from channels._meta_receiver import MetaReceiver
from channels._payload import Events, UnreadableUpdate, as_object
from channels._profile_sign_in import ProfileSignIn, Window
from channels._values import as_id, as_millis, as_text, is_invented
from channels.base import (
    Account,
    AccountManager,
    Capabilities,
    Channel,
    Credentials,
    Media,
    Moderation,
    Outbound,
    PermanentFailure,
    Polled,
    Reason,
    Request,
    Route,
    Sender,
    Situation,
    TransientFailure,
    UnconfirmedSend,
    Way,
    json_list,
    json_object,
)
from conversations.facts import Attachment, Author, Fact, Kind, Unreadable, Visibility

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from conversations.message_context import Post
    from conversations.messages import Message

DAY = 86_400_000
LIMIT = 500
UNIT = "characters"
NOT_READY_PAUSE = 5.0
"""Seconds; a text is ready almost at once."""
LOOK_PAGES = 5
POLL_PAGES = 3
POSTS = 25
"""The last posts of ours whose answers are looked through for missed ones."""
LEEWAY = 2_000
"""Milliseconds before the first poll from which on posts are news: the platform tells whole seconds."""
OVERLAP = 600_000
"""Milliseconds that are asked for twice, since clocks differ and the platform shows some things late."""
WEBHOOK_FIELDS = "replies,mentions,delete"
FIELDS = "id,username,text,permalink,timestamp,media_type,replied_to,root_post"


class ThreadsReceiver(MetaReceiver):
    """Reads what Threads reports."""

    def parse(self, request: Request, credentials: Credentials) -> list[Fact | Unreadable]:
        """The payload is flat: one change, or (undocumented) a list of them, without entries."""
        payload = _payload.document(request)
        found: list[Fact | Unreadable] = []
        for call in payload if isinstance(payload, list) else [payload]:
            values = call.get("values") if isinstance(call, dict) else None
            for change in values if isinstance(values, list) else [values]:
                if change is not None:
                    sent_at = as_millis(call.get("time"))
                    told = (sent_at, as_id(call.get("target_id")), credentials)
                    events = _payload.read_each("threads", [change], _read_webhook, *told)
                    shell = _payload.without_lists(call)
                    found += _payload.within(events, lambda change, shell=shell: {**shell, "values": [change]})
        return found

    def poll(self, cursor: str, credentials: Credentials, now: int) -> Polled:
        """Return what names us, what we wrote elsewhere, and answers to our last posts, newer than ``cursor`` (ms,
        digits).
        """
        since = as_millis(cursor)
        found = [] if since is None else list(_missed(since, credentials))
        return Polled(found, str(now - (LEEWAY if since is None else OVERLAP)))

    def media(self, attachment: Attachment, credentials: Credentials) -> Media | None:
        """Asked for each time; an album's pictures are seen on the platform."""
        if attachment.type not in ("image", "video", "audio") or not attachment.id:
            return None
        found = _meta.get(_meta.node(attachment.id), credentials, {"fields": "media_url"}, _meta.THREADS)
        url = as_string(found.get("media_url"))
        return Media(url) if url else None

    def own_post(self, thread_id: str, credentials: Credentials) -> Post | None:
        fields = {"fields": "username,text,permalink,media_type,media_url,thumbnail_url"}
        found = _meta.get(_meta.node(thread_id), credentials, fields, _meta.THREADS)
        if not _is_our_name(found.get("username"), credentials):
            return None
        return post_of(found, "text", "permalink", "thumbnail_url", *still_of(found))


class ThreadsSender(Sender):
    """Sends to Threads."""

    def send_options(self, situation: Situation, now: int) -> list[Route]:
        if situation.visibility is Visibility.PRIVATE:
            return []
        return [Route(Way.PUBLIC_REPLY, Visibility.PUBLIC, LIMIT, UNIT)]

    def measure(self, text: str, way: Way) -> int:
        """Characters; an emoji counts as the bytes it has in UTF-8."""
        return len(text) + sum(len(sign.encode("utf-8", "replace")) - 1 for sign in text if _is_emoji(sign))

    def prepare(self, message: Outbound, credentials: Credentials) -> str:
        """A container: a draft on the platform, which nobody sees until it is published, and which ends in a day."""
        target = _messenger_sending.answered(message) or message.branch_id or message.thread_id
        form = {"media_type": "TEXT", "text": _messenger_sending.plain(message), "reply_to_id": target}
        path = _meta.node(credentials.account_id, "threads")
        made = _meta.post(path, credentials, form=form, graph=_meta.THREADS, repeatable=True)
        draft_id = as_id(made.get("id"))
        if draft_id is None:
            raise TransientFailure(Reason.RETRY, "no_draft")
        return draft_id

    def try_send(self, message: Outbound, credentials: Credentials) -> str:
        """Publish the draft. One that is published already is looked for; one that has ended is made again."""
        status = _status(message, credentials)
        if status == "PUBLISHED":
            raise UnconfirmedSend
        if status == "IN_PROGRESS":
            raise TransientFailure(Reason.RETRY, "in_progress", NOT_READY_PAUSE)
        draft_id = message.draft_id if status == "FINISHED" else self.prepare(message, credentials)
        path = _meta.node(credentials.account_id, "threads_publish")
        sent = _meta.post(path, credentials, form={"creation_id": draft_id}, graph=_meta.THREADS)
        return _transport.sent_id(sent.get("id"))

    def find_sent(self, message: Outbound, credentials: Credentials) -> str | None:
        if message.draft_id and _status(message, credentials) in ("FINISHED", "IN_PROGRESS"):
            return None  # it was never published, and it cannot be published twice
        params = {"fields": FIELDS, "limit": "50"}
        answers = (
            item
            for page in _meta.pages("me/replies", credentials, params, LOOK_PAGES, _meta.THREADS, must_end=False)
            for item in page
        )
        return _messenger_sending.earliest_match(message, answers, ("timestamp", "text"), lambda _: True)

    def moderations(self, message: Message) -> tuple[Moderation, ...]:
        """The platform hides what stands directly below a post of ours, and says of what stands elsewhere that it
        cannot; deleting is for our own."""
        if message.deleted or is_invented(message.id):
            return ()
        if message.direction == "outbound":
            return (Moderation.DELETE,) if message.platform_id else ()
        if message.direction != "inbound" or message.parent_id is None:
            return ()
        return (Moderation.SHOW,) if message.hidden else (Moderation.HIDE,)

    def try_moderate(
        self,
        moderation: Moderation,
        target: str,
        credentials: Credentials,
        text: str = "",
        customer_id: str | None = None,
    ) -> None:
        if moderation is Moderation.DELETE:
            done = _meta.delete(_meta.node(target), credentials, {}, _meta.THREADS)
        elif moderation in (Moderation.HIDE, Moderation.SHOW):
            form = {"hide": "true" if moderation is Moderation.HIDE else "false"}
            done = _meta.post(_meta.node(target, "manage_reply"), credentials, form=form, graph=_meta.THREADS)
        else:
            raise PermanentFailure(Reason.BAD, "no_moderation")
        if done.get("success") not in (True, "true"):
            raise PermanentFailure(Reason.BAD, "refused")


class ThreadsAccount(AccountManager):
    """The account on Threads."""

    def check(self, credentials: Credentials) -> Account:
        found = _meta.get("me", credentials, {"fields": "id,username,name"}, _meta.THREADS)
        account_id, username = as_id(found.get("id")), as_text(found.get("username"))
        if account_id is None or not username:
            raise PermanentFailure(Reason.BAD, "no_account")
        return Account(account_id, username, {"username": username})

    def register(self, credentials: Credentials, url: str) -> None:
        """Nothing but the app's part, if ``app_id`` says which app; its dashboard is the documented way."""
        _meta.announce("threads", WEBHOOK_FIELDS, credentials, url, _meta.THREADS)

    def registered(self, credentials: Credentials, url: str) -> bool | None:
        return _meta.is_announced("threads", credentials, url, _meta.THREADS)

    def renew(self, credentials: Credentials, now: int) -> Mapping[str, str]:
        """A token lives 60 days, and is renewed once it is a day old."""
        return _meta.refresh("th_refresh_token", credentials, now, _meta.THREADS)


# What was told -------------------------------------------------------------------------------------------------------


def _read_webhook(change: dict[str, Any], sent_at: int | None, target: str | None, credentials: Credentials) -> Events:
    """An app has one address for all profiles: what is about another one is for that one's connection.

    Without that connection it is told here all the same: below a stranger's post it may be an answer to ours.
    """
    events = _read_change(change, sent_at, credentials)
    value = json_object(change.get("value"))
    account = _account_of(word(change, "field"), value, target)
    root = json_object(value.get("root_post"))
    is_ours = _is_ours(root, credentials) or _is_our_name(value.get("username"), credentials)
    if account in (None, credentials.account_id) or is_ours:
        return events
    return _payload.elsewhere(account, change, events, tuple(event for event in events if isinstance(event, Fact)))


def _account_of(field: str, value: dict[str, Any], target: str | None) -> str | None:
    """Return whose change it is, as far as it says so. That of a mention is undocumented: the target of the call."""
    if field == "mentions":
        return target
    owner = value.get("root_post") if field == "replies" else value.get("owner")
    return as_id(json_object(owner).get("owner_id"))


def _read_change(change: dict[str, Any], sent_at: int | None, credentials: Credentials) -> Events:
    field = word(change, "field")
    if field == "publish":
        return []  # our own posts, without their text: polling tells of those that are answers
    if field not in ("replies", "mentions", "delete"):
        raise UnreadableUpdate("unknown_field")
    value = as_object(change.get("value"))
    return [_deleted(value, sent_at) if field == "delete" else _post(value, sent_at, credentials)]


def _post(value: dict[str, Any], sent_at: int | None, credentials: Credentials) -> Fact:
    """A post or an answer, the same by whichever way it became known."""
    message_id = as_id(value.get("id"))
    if message_id is None:
        raise UnreadableUpdate("no_id")
    root, parent_id = json_object(value.get("root_post")), as_id(json_object(value.get("replied_to")).get("id"))
    root_id, username = as_id(root.get("id")), as_string(value.get("username"))
    # Each answer directly below a post of ours is a conversation; otherwise what it answers says where it belongs. All
    # are guesses, so that their ids are remembered for those who answer them.
    is_top = parent_id is not None and parent_id == root_id and _is_ours(root, credentials)
    return Fact(
        Kind.MESSAGE,
        Visibility.PUBLIC,
        parent_id or message_id,
        as_millis(value.get("timestamp")) or sent_at or 0,
        message_id,
        message_id if is_top else "",
        author=Author(username, username),
        own=_is_our_name(username, credentials),
        text=as_text(value.get("text")) or None,
        attachments=_files(value),
        parent_id=parent_id,
        permalink=as_string(value.get("permalink")),
        thread_is_guess=True,
    )


def _deleted(value: dict[str, Any], sent_at: int | None) -> Fact:
    """A post of ours was taken down."""
    message_id = as_id(value.get("id"))
    if message_id is None:
        raise UnreadableUpdate("no_id")
    at = as_millis(value.get("deleted_at")) or sent_at or 0
    return Fact(Kind.REMOVED, Visibility.PUBLIC, message_id, at, message_id, thread_is_guess=True)


def _is_ours(root: dict[str, Any], credentials: Credentials) -> bool:
    return as_id(root.get("owner_id")) == credentials.account_id or _is_our_name(root.get("username"), credentials)


def _is_our_name(username: object, credentials: Credentials) -> bool:
    ours = credentials.options.get("username", "")
    return isinstance(username, str) and bool(ours) and username.casefold() == ours.casefold()


_MEDIA = {"IMAGE": "image", "VIDEO": "video", "AUDIO": "audio", "CAROUSEL_ALBUM": "album"}


def _files(value: dict[str, Any]) -> tuple[Attachment, ...]:
    """Return what stands beside the text, by its kind; see ``media``. Links to it end soon and differ each time."""
    kind = _MEDIA.get(word(value, "media_type"))
    return (Attachment(kind, id=as_id(value.get("id"))),) if kind else ()


# Outbound ------------------------------------------------------------------------------------------------------------


def _status(message: Outbound, credentials: Credentials) -> str:
    """Return where a draft stands: ``IN_PROGRESS``, ``FINISHED``, ``PUBLISHED``, ``ERROR``, ``EXPIRED``; ``""`` if
    unknown.
    """
    if not message.draft_id:
        return ""
    try:
        found = _meta.get(_meta.node(message.draft_id), credentials, {"fields": "status"}, _meta.THREADS)
    except PermanentFailure as failed:
        if failed.reason is not Reason.GONE:
            raise
        return ""
    return word(found, "status")


_EMOJI = (
    (0x1F000, 0x1FAFF),  # pictures, regional letters, skin tones
    (0x2600, 0x27BF),  # symbols and dingbats
    (0x2B05, 0x2B55),  # arrows, squares, stars
    (0xE0020, 0xE007F),  # the tags of some flags
)
_JOINING = frozenset({0x200D, 0x20E3, 0xFE0F, 0x231A, 0x231B, 0x23E9, 0x23F0, 0x23F3, 0x2328, 0x23CF, 0x3030, 0x303D})


def _is_emoji(sign: str) -> bool:
    """Return whether a character may be a part of an emoji; one too many is harmless, a longer text is refused."""
    code = ord(sign)
    return code in _JOINING or any(first <= code <= last for first, last in _EMOJI)


# Looking for what no webhook told ------------------------------------------------------------------------------------


def _missed(since: int, credentials: Credentials) -> Iterator[Fact | Unreadable]:
    """Everything once, whichever way it is found."""
    seen: set[str | None] = set()
    params = {"fields": FIELDS, "limit": "50", "since": str(since // 1000)}
    edges = ["me/mentions", "me/replies", *(_meta.node(post, "conversation") for post in _own_posts(credentials))]
    for edge in edges:
        for page in _meta.pages(edge, credentials, params, POLL_PAGES, _meta.THREADS, must_end=False):
            for value in page:
                if (as_millis(value.get("timestamp")) or 0) >= since and as_id(value.get("id")) not in seen:
                    seen.add(as_id(value.get("id")))
                    change = {"field": "replies", "value": value}
                    events = _payload.read_each("threads", [change], _read_change, None, credentials)
                    yield from _payload.within(events, lambda change: {"values": [change]})


def _own_posts(credentials: Credentials) -> list[str]:
    """The last posts of ours that somebody answered."""
    params = {"fields": "id,has_replies", "limit": str(POSTS)}
    posts = json_list(_meta.get("me/threads", credentials, params, _meta.THREADS).get("data"))
    found = [as_id(json_object(post).get("id")) for post in posts if json_object(post).get("has_replies") is not False]
    return [post_id for post_id in found if post_id]


SCOPES = ("basic", "content_publish", "manage_replies", "read_replies", "manage_mentions", "delete")
WINDOW = Window(
    graph=_meta.THREADS,
    page_url="https://threads.net",
    token_url=_meta.THREADS.base_url,
    scopes=tuple(f"threads_{scope}" for scope in SCOPES),
    exchange="th_exchange_token",
    id_options=("app_id", "client_id"),
)

channel = Channel(
    name="threads",
    label="Threads",
    capabilities=Capabilities(
        secret_names=("app_secret", "verify_token", "access_token"),
        chosen_secrets=("verify_token",),
        optional_secrets=("expires_at",),
        option_names=("username", "app_id", "client_id", "version"),
        signing_secret="app_secret",  # noqa: S106 - a name
        reported_kinds=frozenset({Kind.MESSAGE, Kind.REMOVED}),
        thread_is_guess=True,
        replies_to_latest=True,
        poll_seconds=900,
        prepares=True,
        renews=True,
        renew_before=7 * DAY,
    ),
    receiver=ThreadsReceiver(),
    sender=ThreadsSender(),
    account=ThreadsAccount(),
    sign_in=ProfileSignIn(WINDOW),
)
"""A Threads profile."""
