"""Facebook Pages: posts, comments and reviews in public, Messenger in private.

Sources: developers.facebook.com/docs/graph-api/webhooks/reference/page (feed, mention, ratings),
…/docs/messenger-platform/reference/webhook-events (messaging), …/docs/messenger-platform/reference/send-api,
…/docs/messenger-platform/policy/policy-overview (windows), …/docs/graph-api/reference/comment (hide, delete, edit,
``source`` for a photo), …/docs/graph-api/reference/page/blocked (block), …/docs/permissions (visitors' posts can be
deleted, but not hidden), …/docs/graph-api/reference/page/subscribed_apps, …/docs/graph-api/reference/page/feed.

Secrets: ``app_secret``, ``previous_app_secret`` (while it is rotated), ``verify_token``, ``access_token`` (the Page's).
Options: ``app_id`` (with it the app's webhook is entered for it), ``base_url``, ``version`` of the Graph API.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from channels import _messenger, _meta, _payload, _transport
from channels._messenger import USER_REF, Entry, as_string, emoji, read_event, word
from channels._payload import Events, UnreadableUpdate, as_object
from channels._values import as_id, as_millis, as_text, is_invented
from channels.base import (
    Account,
    AccountManager,
    Capabilities,
    Channel,
    Credentials,
    File,
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
    Way,
    json_list,
    json_object,
)
from conversations.model import RATINGS, Attachment, Author, Fact, Kind, Unreadable, Visibility

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conversations.model import Message

COMMENT_LIMIT = 8000
MESSAGE_LIMIT = 1999
"""The document says "less than 2000 characters"."""

_PICTURES = ("image/jpeg", "image/png", "image/gif")
_OTHERS = ("audio/*", "video/*", "application/*", "text/plain")
PHOTO = Files(1, dict.fromkeys(_PICTURES, 4_000_000))
"""A comment takes one picture, in the same call as its text."""
ATTACHMENT = Files(1, {name: 8_000_000 if name in _PICTURES else 25_000_000 for name in _PICTURES + _OTHERS}, False)
"""Messenger takes a text or a file."""

FIELDS = (
    "feed,mention,ratings,messages,messaging_postbacks,message_echoes,message_deliveries,message_reads,"
    "message_reactions,message_edits,messaging_policy_enforcement"
)
"""What a Page is to tell."""
LEAST_FIELDS = "feed"
COMMENT_PAGES = 10
FEED_PAGES = 2
"""Of 25 posts: what is looked through when gaps are healed."""
OVERLAP = 600_000
"""Milliseconds that are asked for twice, since clocks differ and the platform shows some things late."""


class FacebookReceiver(Receiver):
    """What Facebook reports."""

    def handshake(self, request: Request, credentials: Credentials) -> str:
        return _meta.handshake(request, credentials)

    def verify(self, request: Request, credentials: Credentials) -> None:
        _meta.verify(request, credentials)

    def parse(self, request: Request, credentials: Credentials) -> list[Fact | Unreadable]:
        payload = _payload.document(request)
        if not isinstance(payload, dict):
            return []
        if payload.get("object") not in (None, "page"):
            return [Unreadable("unknown_object", payload)]
        return _payload.read_list("facebook", payload, "entry", _read_entry, credentials.account_id)

    def poll(self, cursor: str, credentials: Credentials, now: int) -> Polled:
        """Posts and comments of the last posts that are newer than ``cursor`` (milliseconds, in digits)."""
        since = as_millis(cursor)
        found = [] if since is None else list(_missed(since, credentials))
        return Polled(found, str(now - OVERLAP))

    def profile_name(self, customer_id: str, credentials: Credentials) -> str | None:
        if customer_id.startswith(USER_REF):
            return None
        try:
            person = _meta.get(_meta.node(customer_id), credentials, {"fields": "first_name,last_name,name"})
        except PermanentFailure:
            return None
        names = (as_text(person.get("first_name")), as_text(person.get("last_name")))
        return " ".join(name for name in names if name) or as_text(person.get("name")) or None


class FacebookSender(Sender):
    """What goes out to Facebook."""

    def send_options(self, situation: Situation, now: int) -> list[Route]:
        if situation.visibility is Visibility.PRIVATE:
            return _messenger.private_routes(situation, now, MESSAGE_LIMIT, "characters", ATTACHMENT)
        public = Route(Way.PUBLIC_REPLY, Visibility.PUBLIC, COMMENT_LIMIT, files=PHOTO)
        return [public, *_messenger.private_reply(situation, now, MESSAGE_LIMIT, "characters")]

    def window_ends_at(self, situation: Situation) -> int | None:
        return _messenger.window_ends_at(situation)

    def measure(self, text: str, way: Way) -> int:
        """Code points, which is what the document's "characters" come to for the UTF-8 text it asks for."""
        return len(text)

    def try_send(self, message: Outbound, credentials: Credentials) -> str:
        if message.way is Way.PUBLIC_REPLY:
            return _comment_on(message, credentials)
        path = _meta.node(credentials.account_id, "messages")
        if message.files:
            form, files = _attached(message)
            sent = _meta.post(path, credentials, form=form, files=files)
        else:
            sent = _meta.post(path, credentials, document=_letter(message, _content(message)))
        return _transport.sent_id(sent.get("message_id"))

    def find_sent(self, message: Outbound, credentials: Credentials) -> str | None:
        stand = _comments if message.way is Way.PUBLIC_REPLY else _messages

        def is_own(item: dict[str, Any]) -> bool:
            return as_id(json_object(item.get("from")).get("id")) == credentials.account_id

        return _messenger.earliest_match(message, stand(message, credentials), ("created_time", "message"), is_own)

    def moderations(self, message: Message) -> tuple[Moderation, ...]:
        public = message.visibility is Visibility.PUBLIC and not message.deleted
        if message.direction == "outbound":
            return (Moderation.EDIT, Moderation.DELETE) if public and message.platform_id else ()
        if message.direction != "inbound":
            return ()
        author = (Moderation.BLOCK, Moderation.UNBLOCK) if _is_person(message.author.id) else ()
        if not public or is_invented(message.id):
            return author
        liking = (Moderation.LIKE, Moderation.UNLIKE)
        if message.parent_id is None:
            return (*liking, Moderation.DELETE, *author)
        return (*liking, Moderation.SHOW if message.hidden else Moderation.HIDE, Moderation.DELETE, *author)

    def try_moderate(
        self,
        moderation: Moderation,
        target: str,
        credentials: Credentials,
        text: str = "",
        customer_id: str | None = None,
    ) -> None:
        act = _DEEDS.get(moderation)
        if act is None or act(target, credentials, text) not in (True, "true"):
            raise PermanentFailure(Reason.BAD, "refused")


class FacebookAccount(AccountManager):
    """The account on Facebook."""

    def check(self, credentials: Credentials) -> Account:
        page = _meta.get("me", credentials, {"fields": "id,name"})
        page_id = as_id(page.get("id"))
        if page_id is None:
            raise PermanentFailure(Reason.BAD, "no_account")
        return Account(page_id, as_text(page.get("name")) or page_id)

    def register(self, credentials: Credentials, url: str) -> None:
        """The app's part, if ``app_id`` says which app, and the Page's."""
        _meta.announce("page", FIELDS, credentials, url)
        _meta.subscribe(_subscription(credentials), FIELDS, LEAST_FIELDS, credentials)

    def unregister(self, credentials: Credentials, url: str) -> None:
        _meta.unsubscribe(_subscription(credentials), credentials)

    def registered(self, credentials: Credentials, url: str) -> bool:
        if _meta.is_announced("page", credentials, url) is False:
            return False
        return _meta.is_subscribed(_subscription(credentials), LEAST_FIELDS, credentials)


# What a POST holds ---------------------------------------------------------------------------------------------------


def _read_entry(raw: dict[str, Any], account: str) -> Events:
    entry = Entry(as_id(raw.get("id")), as_millis(raw.get("time")), account)
    parts = (("messaging", read_event), ("standby", read_event), ("changes", _read_change))
    return [event for part, read in parts for event in _payload.read_list("facebook", raw, part, read, entry)]


# In public: changes --------------------------------------------------------------------------------------------------

_VERBS = {
    "add": Kind.MESSAGE,
    "edit": Kind.EDITED,
    "edited": Kind.EDITED,
    "update": Kind.EDITED,
    "remove": Kind.REMOVED,
    "delete": Kind.REMOVED,
    "hide": Kind.HIDDEN,
    "unhide": Kind.SHOWN,
    "block": Kind.HIDDEN,
    "unblock": Kind.SHOWN,
}
_REACTION_VERBS = {
    "add": Kind.REACTION,
    "edit": Kind.REACTION,
    "edited": Kind.REACTION,
    "update": Kind.REACTION,
    "remove": Kind.UNREACTION,
    "delete": Kind.UNREACTION,
}


def _read_change(change: dict[str, Any], entry: Entry) -> Events:
    field = word(change, "field")
    if field == "standby" or field.startswith("messag"):
        # The app dashboard's test button sends Messenger's events in this shape.
        return read_event(as_object(change.get("value")), entry)
    items = _FIELDS.get(field)
    if items is None:
        raise UnreadableUpdate("unknown_field")
    value = as_object(change.get("value"))
    read = items.get(word(value, "item"))
    if read is None:
        raise UnreadableUpdate("unknown_item")
    return read(value, entry)


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where in a public thread something stands."""

    thread_id: str
    message_id: str
    branch_id: str = ""
    parent_id: str | None = None


def _spot_of_comment(value: dict[str, Any]) -> _Spot:
    post_id, comment_id = as_id(value.get("post_id")), as_id(value.get("comment_id"))
    if not post_id or not comment_id:
        raise UnreadableUpdate("no_id")
    parent_id = as_id(value.get("parent_id"))
    is_top = parent_id is None or _last_part(parent_id) == _last_part(post_id)
    return _Spot(post_id, comment_id, comment_id if is_top else str(parent_id), parent_id or post_id)


def _spot_of_post(value: dict[str, Any], *names: str) -> _Spot:
    """The post itself, by the first of the ids that is there."""
    found = next(filter(None, (as_id(value.get(name)) for name in names)), None)
    if found is None:
        raise UnreadableUpdate("no_id")
    return _Spot(found, found)


def _last_part(full_id: str) -> str:
    """``<page>_<post>`` is also written ``<post>``."""
    return full_id.rpartition("_")[2]


def _post(value: dict[str, Any], entry: Entry) -> Events:
    return _said(value, entry, _spot_of_post(value, "post_id", "album_id"))


def _rating(value: dict[str, Any], entry: Entry) -> Events:
    return _said(value, entry, _spot_of_post(value, "open_graph_story_id", "post_id"))


def _comment(value: dict[str, Any], entry: Entry) -> Events:
    return _said(value, entry, _spot_of_comment(value))


def _mentioned_comment(value: dict[str, Any], entry: Entry) -> Events:
    """Of a foreign thread the Page is told nothing but this comment, so the comment is the branch."""
    spot = _spot_of_comment(value)
    return _said(value, entry, _Spot(spot.thread_id, spot.message_id, spot.message_id, spot.parent_id))


def _said(value: dict[str, Any], entry: Entry, spot: _Spot) -> Events:
    kind = _VERBS.get(word(value, "verb"))
    if kind is None:
        raise UnreadableUpdate("unknown_verb")
    author, rating = _author(value), as_text(value.get("recommendation_type") or value.get("rating"))
    return [
        Fact(
            kind,
            Visibility.PUBLIC,
            spot.thread_id,
            _time(kind, value, entry),
            spot.message_id,
            spot.branch_id,
            author=author,
            own=entry.is_own(author.id),
            text=_words(kind, value),
            attachments=() if kind is Kind.REMOVED else _media(value),
            parent_id=spot.parent_id,
            permalink=_permalink(value, spot),
            # A review says more with this than with its text, which many do not have.
            rating=rating if rating in RATINGS else None,
        )
    ]


def _words(kind: Kind, value: dict[str, Any]) -> str | None:
    """Nothing of what was removed. In an edit, an empty text is one; otherwise it only means that there is none."""
    if kind is Kind.REMOVED:
        return None
    text = as_text(value.get("message") if "message" in value else value.get("review_text"))
    return text if kind is Kind.EDITED else text or None


def _time(kind: Kind, value: dict[str, Any], entry: Entry) -> int:
    created = as_millis(value.get("created_time"))
    if kind in (Kind.HIDDEN, Kind.SHOWN):
        # Both may repeat the comment's own time, and the later one must win.
        return max(created or 0, entry.at or 0)
    return created or entry.at or 0


def _author(value: dict[str, Any]) -> Author:
    """``from`` today, ``sender_…`` in old versions, ``reviewer_…`` in reviews; nothing when privacy forbids it."""
    person = json_object(value.get("from"))
    names = (person.get("name"), value.get("sender_name"), value.get("reviewer_name"))
    ids = (person.get("id"), value.get("sender_id"), value.get("reviewer_id"))
    return Author(
        next(filter(None, map(as_id, ids)), None),
        next((as_text(name) for name in names if name and isinstance(name, str)), None),
    )


def _media(value: dict[str, Any]) -> tuple[Attachment, ...]:
    """Pictures, films and shares. A ``link`` beside them leads to the same thing once more."""
    photos = [*json_list(value.get("photos")), value.get("photo")]
    found = [Attachment("image", url) for photo in photos if (url := as_string(photo))]
    found += [Attachment("image", id=photo) for item in json_list(value.get("photo_ids")) if (photo := as_id(item))]
    if url := as_string(value.get("video")):
        found.append(Attachment("video", url))
    item, link = word(value, "item"), as_string(value.get("link"))
    media_id = as_id(value.get(f"{item}_id")) if item in _LINKED else None
    if not found and (link or media_id):
        found.append(Attachment(_LINKED.get(item, "link"), link, id=media_id))
    return tuple(found)


_LINKED = {"photo": "image", "video": "video"}
"""What the ``link`` of a post is, where it is not a link."""


def _permalink(value: dict[str, Any], spot: _Spot) -> str | None:
    url = as_string(json_object(value.get("post")).get("permalink_url")) or ""
    if not url.startswith(("https://", "http://")):
        return None
    if not spot.branch_id:
        return url
    return f"{url}{'&' if '?' in url else '?'}comment_id={_last_part(spot.message_id)}"


def _feed_reaction(value: dict[str, Any], entry: Entry) -> Events:
    """``edit`` is another reaction in place of the first, and no change of the content."""
    kind = _REACTION_VERBS.get(word(value, "verb"))
    if kind is None:
        raise UnreadableUpdate("unknown_verb")
    spot = _spot_of_comment(value) if as_id(value.get("comment_id")) else _spot_of_post(value, "post_id", "album_id")
    author, name = _author(value), word(value, "reaction_type") or "like"
    return [
        Fact(
            kind,
            Visibility.PUBLIC,
            spot.thread_id,
            _time(kind, value, entry),
            spot.message_id,
            spot.branch_id,
            author=author,
            own=entry.is_own(author.id),
            payload=emoji(name),
        )
    ]


_POSTS = ("post", "status", "photo", "video", "share", "album", "note", "link", "event")
_RARE_POSTS = ("photo-album", "question", "milestone", "offer", "coupon", "story", "platform-story")
_ITEMS: dict[str, Callable[[dict[str, Any], Entry], Events]] = {
    **dict.fromkeys(_POSTS + _RARE_POSTS, _post),
    "rating": _rating,
    "comment": _comment,
    "reaction": _feed_reaction,
    "like": _feed_reaction,
}
_FIELDS = {
    "feed": _ITEMS,
    "ratings": _ITEMS,
    "mention": {**_ITEMS, "comment": _mentioned_comment},
}


# Outbound ------------------------------------------------------------------------------------------------------------


def _comment_on(message: Outbound, credentials: Credentials) -> str:
    """A comment below what is answered; a picture goes along in the same call."""
    target = _messenger.answered(message) or message.branch_id or message.thread_id
    files = {"source": _part(message.files[0])} if message.files else None
    text = _messenger.plain(message)
    form = {"message": text} if text or not files else {}
    sent = _meta.post(_meta.node(target, "comments"), credentials, form=form, files=files)
    return _transport.sent_id(sent.get("id"))


def _part(file: File) -> tuple[str, bytes, str]:
    return (file.name, file.content, file.mime)


def _content(message: Outbound) -> dict[str, Any]:
    content: dict[str, Any] = {"text": _messenger.plain(message), "metadata": message.id[: _messenger.METADATA_LIMIT]}
    return content if message.way is Way.PRIVATE_REPLY else content | _messenger.quick_replies(message)


def _letter(message: Outbound, content: dict[str, Any]) -> dict[str, Any]:
    """The body of a call to the Send API."""
    return _messenger.letter(message, _recipient(message), content)


def _attached(message: Outbound) -> tuple[dict[str, str], dict[str, tuple[str, bytes, str]]]:
    """The same with a file, as form fields that hold JSON; Messenger takes no text beside it."""
    if message.text.strip():
        raise PermanentFailure(Reason.BAD, "text_with_file")
    file = message.files[0]
    family = file.mime.partition("/")[0]
    kind = family if family in ("image", "audio", "video") else "file"
    attachment = {"type": kind, "payload": {"is_reusable": False}}
    content = {"attachment": attachment, "metadata": message.id[: _messenger.METADATA_LIMIT]}
    letter = _letter(message, content)
    form = {name: value if isinstance(value, str) else json.dumps(value) for name, value in letter.items()}
    return form, {"filedata": _part(file)}


def _recipient(message: Outbound) -> dict[str, str]:
    if message.way is Way.PRIVATE_REPLY:
        comment_id = _messenger.answered(message) or message.branch_id
        return {"comment_id": comment_id} if comment_id else {"post_id": message.thread_id}
    customer = _messenger.customer(message)
    if customer.startswith(USER_REF):
        return {"user_ref": customer.removeprefix(USER_REF)}
    return {"id": customer}


def _is_person(author_id: str | None) -> bool:
    """Whether an author has an id by which the Page can block: guests of a plugin have none."""
    return author_id is not None and author_id.isascii() and author_id.isdigit()


# What is done to messages, and to who wrote them ---------------------------------------------------------------------


def _block(target: str, credentials: Credentials, text: str) -> object:
    path = _meta.node(credentials.account_id, "blocked")
    return _meta.post(path, credentials, form={"psid": f"[{target}]"}).get(target)


def _unblock(target: str, credentials: Credentials, text: str) -> object:
    return _meta.delete(_meta.node(credentials.account_id, "blocked"), credentials, {"psid": target}).get("success")


def _delete(target: str, credentials: Credentials, text: str) -> object:
    return _meta.delete(_meta.node(target), credentials, {}).get("success")


def _hide(target: str, credentials: Credentials, text: str) -> object:
    return _meta.post(_meta.node(target), credentials, form={"is_hidden": "true"}).get("success")


def _show(target: str, credentials: Credentials, text: str) -> object:
    return _meta.post(_meta.node(target), credentials, form={"is_hidden": "false"}).get("success")


def _like(target: str, credentials: Credentials, text: str) -> object:
    return _meta.post(_meta.node(target, "likes"), credentials, form={}).get("success")


def _unlike(target: str, credentials: Credentials, text: str) -> object:
    return _meta.delete(_meta.node(target, "likes"), credentials, {}).get("success")


def _edit(target: str, credentials: Credentials, text: str) -> object:
    return _meta.post(_meta.node(target), credentials, form={"message": as_text(text) or ""}).get("success")


_DEEDS: dict[Moderation, Callable[[str, Credentials, str], object]] = {
    Moderation.BLOCK: _block,
    Moderation.UNBLOCK: _unblock,
    Moderation.DELETE: _delete,
    Moderation.HIDE: _hide,
    Moderation.SHOW: _show,
    Moderation.LIKE: _like,
    Moderation.UNLIKE: _unlike,
    Moderation.EDIT: _edit,
}


# Looking for what was sent -------------------------------------------------------------------------------------------


def _comments(message: Outbound, credentials: Credentials) -> Iterator[dict[str, Any]]:
    """What stands under the comment that was answered, and in its branch or thread."""
    params = {
        "fields": "id,from,message,created_time",
        "order": "reverse_chronological",
        "filter": "stream",  # replies as well, not only the top level
        "limit": "100",
    }
    places = filter(None, (_messenger.answered(message), message.branch_id or message.thread_id))
    for place in dict.fromkeys(places):
        for page in _meta.pages(_meta.node(place, "comments"), credentials, params, COMMENT_PAGES):
            yield from page
            if _is_past(page, message.attempted_at - _messenger.CLOCK_SLACK):
                break


def _is_past(page: list[dict[str, Any]], earliest: int) -> bool:
    """Whether a page reaches back before ``earliest`` and really runs from new to old."""
    times = [as_millis(item.get("created_time")) or 0 for item in page]
    return bool(times) and times[-1] < earliest and times == sorted(times, reverse=True)


def _messages(message: Outbound, credentials: Credentials) -> Iterator[dict[str, Any]]:
    """The latest messages of the chat with the customer."""
    params = {
        "platform": "messenger",
        "user_id": _messenger.customer(message),
        "fields": "messages.limit(25){id,from,message,created_time}",
    }
    body = _meta.get(_meta.node(credentials.account_id, "conversations"), credentials, params)
    for conversation in json_list(body.get("data")):
        messages = json_object(json_object(conversation).get("messages"))
        yield from (json_object(item) for item in json_list(messages.get("data")))


# Looking for what no webhook told ------------------------------------------------------------------------------------

_SHOWN = "id,from,message,created_time,attachment"
_FEED = (
    "id,from,message,created_time,permalink_url,attachments,"
    f"comments.limit(50).order(reverse_chronological).filter(stream){{{_SHOWN},parent{{id}}}}"
)


def _missed(since: int, credentials: Credentials) -> Iterator[Fact | Unreadable]:
    """The last posts and their last comments, told as a webhook would have told them; only pictures have other
    addresses each time."""
    entry = Entry(credentials.account_id, None, credentials.account_id)
    params, path = {"fields": _FEED, "limit": "25"}, _meta.node(credentials.account_id, "feed")
    for page in _meta.pages(path, credentials, params, FEED_PAGES, must_end=False):
        for post in page:
            shown = {"id": post.get("id"), "permalink_url": post.get("permalink_url")}
            told = {**_told(post, "status"), "post_id": post.get("id"), "post": shown}
            yield from _if_new(_post, told, post, entry, since)
            for item in json_list(json_object(post.get("comments")).get("data")):
                comment = json_object(item)
                parent = json_object(comment.get("parent")).get("id") or post.get("id")
                told = {**_told(comment, "comment"), "post_id": post.get("id"), "post": shown}
                told |= {"comment_id": comment.get("id"), "parent_id": parent}
                yield from _if_new(_comment, told, comment, entry, since)


def _told(item: dict[str, Any], kind: str) -> dict[str, Any]:
    told = {"item": kind, "verb": "add", **{name: item.get(name) for name in ("from", "message", "created_time")}}
    files = [item.get("attachment"), *json_list(json_object(item.get("attachments")).get("data"))]
    media = [json_object(json_object(file).get("media")) for file in files]
    told["photos"] = [json_object(each.get("image")).get("src") for each in media if not each.get("source")]
    told["video"] = next((each["source"] for each in media if each.get("source")), None)
    return told


def _if_new(
    read: Callable[[dict[str, Any], Entry], Events],
    told: dict[str, Any],
    item: dict[str, Any],
    entry: Entry,
    since: int,
) -> Events:
    """What is not older than ``since``; what says nothing that can be read is told as that."""
    if (as_millis(item.get("created_time")) or 0) < since:
        return []
    return [
        replace(fact, unsupported=not (fact.text or fact.attachments)) if isinstance(fact, Fact) else fact
        for fact in _payload.read_each("facebook", [told], read, entry)
    ]


def _subscription(credentials: Credentials) -> str:
    return _meta.node(credentials.account_id, "subscribed_apps")


channel = Channel(
    name="facebook",
    label="Facebook",
    capabilities=Capabilities(
        secret_names=("app_secret", "verify_token", "access_token"),
        chosen_secrets=("verify_token",),
        option_names=("app_id", "version"),
        signing_secret="app_secret",  # noqa: S106 - a name
        # Meta: "disclose that a person is interacting with an automated service" where the law asks for it (Germany).
        disclosed_ways=frozenset({Way.PRIVATE_MESSAGE, Way.PRIVATE_REPLY}),
        reported_kinds=frozenset(
            {
                Kind.MESSAGE,
                Kind.EDITED,
                Kind.REMOVED,
                Kind.HIDDEN,
                Kind.SHOWN,
                Kind.REACTION,
                Kind.UNREACTION,
                Kind.DELIVERED,
                Kind.READ,
            }
        ),
        poll_seconds=900,
    ),
    receiver=FacebookReceiver(),
    sender=FacebookSender(),
    account=FacebookAccount(),
)
"""A Facebook Page."""
