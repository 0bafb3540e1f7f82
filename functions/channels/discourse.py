"""Discourse: the topics of a forum in public, its personal messages in private.

Sources: github.com/discourse/discourse ``app/serializers/web_hook_post_serializer.rb`` (what a webhook holds),
``app/controllers/posts_controller.rb`` (reply, edit, delete, the two feeds of latest posts, what waits for approval),
``app/queries/latest_posts_query.rb`` (how ``before`` walks), docs.discourse.org (the API),
meta.discourse.org/t/available-settings-for-global-rate-limits (limits), the plugin discourse-solved (solutions).

A webhook signs its body; what happened stands in a header that anybody can write, as whoever has seen a call can send
it again under another name. So a post is read as its body says it is: new, edited, or taken back. What only the header
says (deleted, restored, accepted as the solution, or no more) is a claim, and the forum is asked (``complete``).

A conversation is a topic. A message is a post, under its id: likes and solutions name it, and it stays when the post is
moved. A post's parent is told as ``<topic>/<number>``: the webhook gives the number of the parent and not its id, and
what is read must not depend on what was read before. The topic is always told, so no thread has to be guessed.

Secrets: ``api_key``, ``webhook_secret``, ``previous_webhook_secret`` (while it is rotated).
Options: ``base_url`` (the forum's address), ``api_username`` (who acts, where the key is for all users),
``max_post_length``, ``min_post_length``, ``max_image_kb`` (the forum's limits, as ``check`` reads them),
``personal_messages``: ``ours`` (as ``check`` sets it). A webhook tells of the personal messages of all users, and not
with whom they are. With ``ours``, nothing of one that another user wrote is read there: it is the sign to look into the
feed of those that our own user is in.
"""

from __future__ import annotations

import hmac
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote, urljoin

from channels import _html, _payload, _transport
from channels._payload import Events, UnreadableUpdate
from channels._transport import MAYBE_SENT, Answer, Call, CodeTable, Refusal, whole
from channels._values import as_id, as_millis, as_text
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
    UnconfirmedSend,
    Way,
    json_list,
    json_object,
)
from conversations.model import Attachment, Author, Fact, Kind, Nudge, Unreadable, Visibility

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from channels.base import File
    from conversations.model import Message

POST_LIMIT = 32_000
"""The usual ``max_post_length``."""
TITLE_LIMIT = 255
IMAGE_KB = 4096
"""The usual ``max_image_size_kb``."""
IMAGES_MOST = 10
IMAGE_KINDS = ("image/png", "image/jpeg", "image/gif", "image/webp")
RATE_PAUSE = 30.0
"""Seconds to wait when the forum limits the rate and does not say for how long."""
MOMENT = 10_000
"""Milliseconds after which a post whose time has changed was edited, and not only written in several steps."""
CLOCK_SLACK = 2000
"""Milliseconds by which the forum's clock may differ from ours."""

SMALL_ACTION, WHISPER = 3, 4
"""Types of posts that nobody wrote, and that only staff see."""
LIKE = 2
"""The type of the action that is a like."""
HEART = "❤️"
OURS = "ours"
TOPIC = "topic:"
"""Starts the id of a customer whom a webhook does not name: the other side of a personal message that we began."""


class DiscourseReceiver(Receiver):
    """What Discourse reports."""

    def verify(self, request: Request, credentials: Credentials) -> None:
        given = request.headers.get("x-discourse-event-signature", "").encode("utf-8", "replace")
        for name in ("webhook_secret", "previous_webhook_secret"):
            secret = credentials.secrets.get(name)
            if secret and hmac.compare_digest(given, _signature(secret, request.body)):
                return
        raise InvalidSignature

    def parse(self, request: Request, credentials: Credentials) -> list[Fact | Unreadable | Nudge]:
        payload = _payload.document(request)
        if not isinstance(payload, dict):
            return []
        place = _Place(credentials.account_id, _address(credentials))
        for feed in _FEEDS:
            if feed.root in payload:
                return [*_read_feed(payload[feed.root], feed, place)]
        root = next((root for root in _ROOTS if root in payload), None)
        if root is None:
            return [] if payload.keys() & _IGNORED or not payload else [Unreadable("unknown_event", payload)]
        found = _read(_ROOTS[root], payload[root], payload, place)
        found += _claimed(request.headers.get("x-discourse-event", ""), root, payload[root], place, found)
        return _ours(found) if credentials.options.get("personal_messages") == OURS else [*found]

    def poll(self, cursor: str, credentials: Credentials, now: int) -> Polled:
        """The posts that no webhook told of: the forum does not repeat them unless its owner switched that on."""
        place = _Place(credentials.account_id, credentials.options.get("base_url", ""))
        walks = _walks(cursor)
        events: list[Fact | Unreadable] = []
        for feed in _FEEDS:
            try:
                walks[feed.root] = _walk(feed, walks.get(feed.root), credentials, place, events)
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
        try:
            post = _get(f"posts/{quote(fact.message_id, safe='')}.json", credentials)
        except PermanentFailure as failure:
            if failure.reason is not Reason.GONE:
                return None
            post = {"deleted_at": "gone"}
        kind, is_so = _CLAIMS_PROVEN.get(fact.payload or "", (Kind.CLAIMED, _is_never))
        return replace(fact, kind=kind, payload=None) if is_so(post) else None

    def profile_name(self, customer_id: str, credentials: Credentials) -> str | None:
        """Only an administrator's key may look a user up by number; others get the name with each post anyway."""
        if customer_id.startswith(TOPIC):
            return None
        try:
            person = _get(f"admin/users/{quote(customer_id, safe='')}.json", credentials)
        except PermanentFailure:
            return None
        return _author_name(person)

    def media(self, attachment: Attachment, credentials: Credentials) -> Media | None:
        """Uploads of a forum that protects them are given to whoever may see the post, so to our key."""
        found = super().media(attachment, credentials)
        base = credentials.options.get("base_url", "").rstrip("/")
        if found and base and found.url.startswith((f"{base}/secure-uploads/", f"{base}/secure-media-uploads/")):
            return Media(found.url, _headers(credentials))
        return found


class DiscourseSender(Sender):
    """What goes out to Discourse."""

    def send_options(self, situation: Situation, now: int) -> list[Route]:
        """No window closes: a topic or personal message can be answered a week later, unless the forum closed it."""
        limit = _whole(situation.options.get("max_post_length"), POST_LIMIT)
        size = _whole(situation.options.get("max_image_kb"), IMAGE_KB) * 1024
        files = Files(IMAGES_MOST, dict.fromkeys(IMAGE_KINDS, size))
        if situation.visibility is Visibility.PRIVATE:
            return [Route(Way.PRIVATE_MESSAGE, Visibility.PRIVATE, limit, files=files)]
        public = Route(Way.PUBLIC_REPLY, Visibility.PUBLIC, limit, files=files)
        if situation.private_reply_used or not situation.customer_id:
            return [public]
        return [public, Route(Way.PRIVATE_REPLY, Visibility.PRIVATE, limit, files=files)]

    def try_send(self, message: Outbound, credentials: Credentials) -> str:
        body = _letter(message, credentials)
        links = [_upload(file, credentials) for file in message.files]
        body["raw"] = "\n\n".join(filter(None, [body["raw"], *links]))
        sent = _call("POST", "posts.json", credentials, document=body)
        if sent.get("action") == "enqueued":
            # It waits for a moderator of the forum and has no id yet: ``find_sent`` looks for it, and never twice.
            raise UnconfirmedSend
        return _transport.sent_id(sent.get("id"))

    def find_sent(self, message: Outbound, credentials: Credentials) -> str | None:
        if message.way is Way.PRIVATE_REPLY:
            posts = _own_of_feed(credentials)
        else:
            posts = _own_of_topic(message.thread_id, credentials)
        found = [
            post_id
            for post in posts
            if (as_millis(post.get("created_at")) or 0) >= message.attempted_at - CLOCK_SLACK
            and (post_id := as_id(post.get("id")))
            and post_id not in message.others
            and _starts_alike(_raw(post, credentials), message.text)
        ]
        if found:
            return min(found, key=int)
        _refuse_what_waits(message, credentials)
        return None

    def moderations(self, message: Message) -> tuple[Moderation, ...]:
        if message.deleted or not message.platform_id:
            return ()
        is_public = message.visibility is Visibility.PUBLIC
        accept = (Moderation.ACCEPT,) if is_public and not message.accepted else ()
        if message.direction == "outbound":
            return (*accept, Moderation.EDIT, Moderation.DELETE)
        return (Moderation.LIKE, Moderation.UNLIKE, *accept, *((Moderation.DELETE,) if is_public else ()))

    def try_moderate(
        self,
        moderation: Moderation,
        target: str,
        credentials: Credentials,
        text: str = "",
        customer_id: str | None = None,
    ) -> None:
        post, number = f"posts/{quote(target, safe='')}.json", _number(target)
        done: Callable[[dict[str, Any]], bool] = _is_never
        try:
            if moderation is Moderation.LIKE:
                done = _is_liked
                _call("POST", "post_actions.json", credentials, document={"id": number, "post_action_type_id": LIKE})
            elif moderation is Moderation.UNLIKE:
                done = _is_not_liked
                params = {"post_action_type_id": str(LIKE)}
                _call("DELETE", f"post_actions/{quote(target, safe='')}.json", credentials, params=params)
            elif moderation is Moderation.ACCEPT:
                done = _is_accepted
                _call("POST", "solution/accept.json", credentials, document={"id": number})
            elif moderation is Moderation.EDIT:
                _call("PUT", post, credentials, document={"post": {"raw": text}})
            elif moderation is Moderation.DELETE:
                done = _is_deleted
                _call("DELETE", post, credentials)
            else:
                raise PermanentFailure(Reason.BAD, "no_moderation")
        except PermanentFailure as failure:
            # The forum refuses what is done already, and says no more than that it may not be done.
            if failure.code == "no_moderation" or not done(_get(post, credentials)):
                raise failure from None


class DiscourseAccount(AccountManager):
    """The account on Discourse."""

    def check(self, credentials: Credentials) -> Account:
        user = json_object(_get("session/current.json", credentials).get("current_user"))
        found = as_id(user.get("id"))
        if found is None:
            raise PermanentFailure(Reason.PERMISSION, "no_user")
        name = _word(user.get("username")) or found
        options = {"api_username": name, "personal_messages": OURS}
        try:
            limits = _get("site/settings.json", credentials)
        except PermanentFailure:
            limits = {}  # a closed forum may keep its settings to itself
        for ours, theirs in _LIMITS.items():
            if number := _whole(limits.get(theirs), 0):
                options[ours] = str(number)
        return Account(found, _word(user.get("name")) or name, options)

    def register(self, credentials: Credentials, url: str) -> None:
        """Only an administrator's key may; with another, the webhook is made by hand, as docs/channels says."""
        try:
            hooks = _get(_HOOKS, credentials)
        except (PermanentFailure, TransientFailure) as failure:
            if _may_not(failure):
                return
            raise
        body = {"web_hook": _hook(url, hooks, credentials)}
        known = _hook_at(url, hooks)
        if known is None:
            _call("POST", _HOOKS, credentials, document=body, repeatable=True)
        else:
            path = f"admin/api/web_hooks/{as_id(known.get('id'))}.json"
            _call("PUT", path, credentials, document=body, repeatable=True)

    def unregister(self, credentials: Credentials, url: str) -> None:
        try:
            known = _hook_at(url, _get(_HOOKS, credentials))
            if known is not None:
                _call("DELETE", f"admin/api/web_hooks/{as_id(known.get('id'))}.json", credentials, repeatable=True)
        except (PermanentFailure, TransientFailure) as failure:
            if not _may_not(failure):
                raise

    def registered(self, credentials: Credentials, url: str) -> bool | None:
        try:
            known = _hook_at(url, _get(_HOOKS, credentials))
        except (PermanentFailure, TransientFailure) as failure:
            if _may_not(failure):
                return None
            raise
        return known is not None and known.get("active") is True


_LIMITS = {
    "max_post_length": "max_post_length",
    "min_post_length": "min_post_length",
    "max_image_kb": "max_image_size_kb",
}


def _signature(secret: str, body: bytes) -> bytes:
    return f"sha256={hmac.digest(secret.encode(), body, 'sha256').hex()}".encode()


# The webhook itself --------------------------------------------------------------------------------------------------

_HOOKS = "admin/api/web_hooks.json"
_WANTED = (
    *("post_created", "post_edited", "post_destroyed", "post_recovered", "post_liked"),
    *("accepted_solution", "unaccepted_solution"),
    *("post", "like", "solved"),  # what older forums call the groups of these
)
JSON_BODY = 1


def _may_not(failure: PermanentFailure | TransientFailure) -> bool:
    """Whether the key is not an administrator's; a forum hides from others that there is such an address."""
    return failure.reason in (Reason.PERMISSION, Reason.GONE, Reason.AUTH) and failure.code not in _UNSET


def _hook_at(url: str, hooks: dict[str, Any]) -> dict[str, Any] | None:
    known = map(json_object, json_list(hooks.get("web_hooks")))
    return next((hook for hook in known if hook.get("payload_url") == url), None)


def _hook(url: str, hooks: dict[str, Any], credentials: Credentials) -> dict[str, Any]:
    """The webhook as it is to be: the events' numbers are told by the forum, in a list or in groups."""
    extras = json_object(hooks.get("extras"))
    groups = [extras.get("event_types"), *json_object(extras.get("grouped_event_types")).values()]
    types = [json_object(each) for group in groups for each in json_list(group)]
    return {
        "payload_url": url,
        "content_type": JSON_BODY,
        "secret": credentials.secrets.get("webhook_secret", ""),
        "wildcard_web_hook": False,
        "verify_certificate": True,
        "active": True,
        "web_hook_event_type_ids": [each.get("id") for each in types if each.get("name") in _WANTED],
    }


# What the forum reports ----------------------------------------------------------------------------------------------


class _Place(NamedTuple):
    """Where a post stands: whose account sees it, and the address of the forum."""

    account: str
    address: str
    feed: Visibility | None = None
    """What kind of posts a feed holds, for posts that do not say it themselves."""


class _Feed(NamedTuple):
    """A list of the latest posts: its path, the name of its root, and who can read along there."""

    path: str
    root: str
    visibility: Visibility


_FEEDS = (
    _Feed("posts.json", "latest_posts", Visibility.PUBLIC),
    _Feed("private-posts.json", "private_posts", Visibility.PRIVATE),
)


def _ours(found: Events) -> list[Fact | Unreadable | Nudge]:
    """Without what other users write in personal messages, which may be none of our business.

    That one was deleted holds nothing of it; that ours is liked is our business.
    """
    kept: list[Fact | Unreadable | Nudge] = []
    for one in found:
        if not isinstance(one, Fact) or one.visibility is Visibility.PUBLIC or one.own:
            kept.append(one)
        elif one.kind is Kind.REMOVED or (one.kind is Kind.CLAIMED and one.payload == Kind.REMOVED):
            kept.append(replace(one, author=Author()))
        elif one.kind is Kind.REACTION and (one.customer_id or "").startswith(TOPIC):
            kept.append(one)
        elif one.kind in _SAYING:
            kept.append(Nudge())
    return kept


_IGNORED = frozenset(
    [
        *("assign", "badge", "calendar", "category", "category_experts", "chat_message", "event", "group"),
        *("group_user", "notification", "ping", "reviewable", "tag", "topic", "topic_voting", "user", "user_badge"),
        "user_promoted",
    ]
)
"""Roots of bodies that hold no messages. A topic's first post comes with an event of its own, and so do its deletion
and its return; what else happens to a topic is not said to anybody. That a user was deleted or made anonymous names no
topic; of the deleted one each post was told as deleted, and the anonymous one keeps them."""


def _address(credentials: Credentials) -> str:
    """Return where the forum is; its header says so, too, but that is not signed."""
    found = credentials.options.get("base_url", "")
    return found.rstrip("/") if found.startswith(("https://", "http://")) else ""


def _read(read: Callable[[dict[str, Any], _Place], Events], subject: Any, raw: Any, place: _Place) -> Events:
    """Read the subject of a body; what cannot be read is kept as the whole of it."""
    return _payload.read_each("discourse", [subject], read, place, keep=lambda reason, _: Unreadable(reason, raw))


def _read_feed(posts: Any, feed: _Feed, place: _Place) -> Events:
    """The posts of a feed, oldest first: a feed begins with the newest."""
    if not isinstance(posts, list):
        return [Unreadable("malformed", posts)]
    return _payload.read_each("discourse", reversed(posts), _standing, place._replace(feed=feed.visibility))


def _standing(post: dict[str, Any], place: _Place) -> Events:
    """A post as it stands: its text now, and that it was edited if it was."""
    if _word(post.get("deleted_at")):
        return _destroyed(post, place)
    found = _created(post, place)
    created, updated = as_millis(post.get("created_at")), as_millis(post.get("updated_at"))
    if found and created and updated and updated > created and (_whole(post.get("version"), 1)) > 1:
        found += _edited(post, place)
    if found and post.get("accepted_answer") is True:
        found += _solved(post, place)
    return found


def _created(post: dict[str, Any], place: _Place) -> Events:
    return _facts(Kind.MESSAGE, post, place, _time(post, "created_at"))


def _reported(post: dict[str, Any], place: _Place) -> Events:
    """Read a post as a webhook's body holds it, which is signed: whatever the event is called.

    Within a moment a post may have been written and edited; then it is both, and what it says now is what it says.
    """
    if _is_deleted(post):
        return _facts(Kind.REMOVED, post, place, _time(post, "deleted_at", "updated_at", "created_at"))
    created, updated = as_millis(post.get("created_at")), as_millis(post.get("updated_at"))
    age = (updated or 0) - (created or 0) if created is not None and updated is not None else 0
    is_edited = _whole(post.get("version"), 1) > 1 or age > MOMENT
    found = [] if is_edited else _created(post, place)
    return found + _edited(post, place) if is_edited or age > CLOCK_SLACK else found


def _edited(post: dict[str, Any], place: _Place) -> Events:
    """Who deletes an own post leaves a note in its place for a day: that is an edit for the forum, not for readers."""
    if _text(post) is None and not _is_deleted(post):
        return []
    kind = Kind.REMOVED if post.get("user_deleted") is True else Kind.EDITED
    return _facts(kind, post, place, _time(post, "updated_at", "created_at"))


def _destroyed(post: dict[str, Any], place: _Place) -> Events:
    return _facts(Kind.REMOVED, post, place, _time(post, "deleted_at", "updated_at", "created_at"))


def _claimed(event: str, root: str, subject: Any, place: _Place, found: Events) -> Events:
    """Return the claim that a header makes of a post, unless the body says it already, or is about something else."""
    kind = _CLAIMS.get(event)
    is_told = any(isinstance(one, Unreadable) or (isinstance(one, Fact) and one.kind is kind) for one in found)
    if kind is None or root not in ("post", "solved") or is_told:
        return []

    def claim(post: dict[str, Any], place: _Place) -> Events:
        told = _facts(kind, post, place, _time(post, "deleted_at", "updated_at", "created_at"))
        return [replace(one, kind=Kind.CLAIMED, payload=str(kind)) for one in told if isinstance(one, Fact)]

    return _read(claim, subject, subject, place)


def _solved(post: dict[str, Any], place: _Place) -> Events:
    """The webhook tells neither who accepted nor when: the time is that of the answer."""
    return _facts(Kind.SOLVED, post, place, _time(post, "updated_at", "created_at"))


def _answer(post: dict[str, Any], place: _Place) -> Events:
    """Read what a webhook of the plugin for solutions says of an answer; not every version says that it is accepted."""
    return _solved(post, place) if _is_accepted(post) else []


def _liked(like: dict[str, Any], place: _Place) -> Events:
    post, user = json_object(like.get("post")), json_object(like.get("user"))
    person = _number_of(user.get("id"))
    if person is None:
        raise UnreadableUpdate("no_author")
    at = as_millis(like.get("created_at")) or _time(post, "updated_at", "created_at")
    return [
        Fact(
            Kind.REACTION,
            visibility := _visibility(post, place),
            _topic(post),
            at,
            _post_id(post),
            author=Author(person, _author_name(user)),
            own=person == place.account,
            payload=HEART,
            customer_id=_customer(visibility, post, _number_of(post.get("user_id")), place),
        )
    ]


_ROOTS: dict[str, Callable[[dict[str, Any], _Place], Events]] = {
    "post": _reported,
    "solved": _answer,
    "like": _liked,
}
"""What a body is about, by its root."""
_CLAIMS = {
    "post_destroyed": Kind.REMOVED,
    "post_recovered": Kind.SHOWN,
    "accepted_solution": Kind.SOLVED,
    "solved_accepted_solution": Kind.SOLVED,
    "unaccepted_solution": Kind.UNSOLVED,
    "solved_unaccepted_solution": Kind.UNSOLVED,
}
"""Events of which the body does not say everything: what the forum is asked for."""
_SAYING = frozenset({Kind.MESSAGE, Kind.EDITED})
_ANONYMOUS = frozenset({Kind.SOLVED, Kind.UNSOLVED})
"""Who did this is not told; whose the answer is, is no help."""


def _facts(kind: Kind, post: dict[str, Any], place: _Place, at: int) -> Events:
    """The fact that a post is, or that speaks of it; none for what is no message to anybody."""
    person = _number_of(post.get("user_id"))
    if post.get("post_type") in (SMALL_ACTION, WHISPER) or _is_machine(person):
        return []
    visibility, topic, says = _visibility(post, place), _topic(post), kind in _SAYING
    parent = _number_of(post.get("reply_to_post_number"))
    author = Author() if kind in _ANONYMOUS else Author(person, _author_name(post))
    return [
        Fact(
            kind,
            visibility,
            topic,
            at,
            _post_id(post),
            author=author,
            own=author.id is not None and author.id == place.account,
            text=_text(post) if says else None,
            attachments=_attachments(post, place) if says else (),
            parent_id=f"{topic}/{parent}" if says and parent else None,
            permalink=_permalink(post, topic, place) if says else None,
            customer_id=_customer(visibility, post, person, place),
            title=_word(post.get("topic_title")) if says else None,
        )
    ]


def _visibility(post: dict[str, Any], place: _Place) -> Visibility:
    """Who can read along. Where nothing tells it, it is not guessed: a personal message must never be shown as public.

    The archetype is missing when the topic is gone, and in webhooks of old forums; every public topic has a category.
    """
    archetype = post.get("topic_archetype") or place.feed
    if archetype in ("private_message", Visibility.PRIVATE):
        return Visibility.PRIVATE
    if archetype in ("regular", "banner", Visibility.PUBLIC):
        return Visibility.PUBLIC
    if "category_id" not in post:
        raise UnreadableUpdate("no_visibility")
    return Visibility.PUBLIC if _number_of(post["category_id"]) else Visibility.PRIVATE


def _customer(visibility: Visibility, post: dict[str, Any], person: str | None, place: _Place) -> str | None:
    if visibility is Visibility.PUBLIC:
        return None
    return person if person and person != place.account else f"{TOPIC}{_topic(post)}"


def _is_machine(person: str | None) -> bool:
    """The forum itself (-1) and its guide (-2) are no people."""
    return person is not None and person.startswith("-")


def _topic(post: dict[str, Any]) -> str:
    found = _number_of(post.get("topic_id"))
    if found is None:
        raise UnreadableUpdate("no_topic")
    return found


def _post_id(post: dict[str, Any]) -> str:
    found = _number_of(post.get("id"))
    if found is None:
        raise UnreadableUpdate("no_id")
    return found


def _time(post: dict[str, Any], *names: str) -> int:
    return next((at for name in names if (at := as_millis(post.get(name))) is not None), 0)


def _author_name(post: dict[str, Any]) -> str | None:
    """Forums show the user name, unless their owner chose otherwise; it is what a mention needs, too."""
    return _word(post.get("username")) or _word(post.get("name"))


def _text(post: dict[str, Any]) -> str | None:
    """What was written, in Markdown; some webhooks hold only what it looks like."""
    raw = post.get("raw")
    if isinstance(raw, str):
        return as_text(raw)
    cooked = post.get("cooked")
    return as_text(_html.text_of(cooked)) if isinstance(cooked, str) else None


def _attachments(post: dict[str, Any], place: _Place) -> tuple[Attachment, ...]:
    """Pictures and files. In Markdown their addresses are short ones, so they are taken from what it looks like."""
    cooked, found = post.get("cooked"), []
    for name, marks in _html.tags(cooked if isinstance(cooked, str) else ""):
        classes = marks.get("class", "").split()
        if name == "img" and not _DECORATION & {*classes}:
            found.append(_attachment("image", marks.get("src"), marks.get("alt"), place))
        elif name in ("video", "audio", "source"):
            found.append(_attachment("audio" if name == "audio" else "video", marks.get("src"), None, place))
        elif name == "a" and "attachment" in classes:
            found.append(_attachment("file", marks.get("href"), None, place))
    return tuple(dict.fromkeys(each for each in found if each))


_DECORATION = frozenset({"emoji", "avatar", "site-icon", "thumbnail", "onebox-avatar", "onebox-avatar-inline"})
"""Classes of pictures that nobody sent: they come with a smiley, a quotation, or a link's preview."""


def _attachment(kind: str, source: str | None, title: str | None, place: _Place) -> Attachment | None:
    try:
        url = urljoin(f"{place.address}/", source or "") if source else ""
    except ValueError:
        url = ""
    if url.startswith("//"):
        url = f"https:{url}"
    return Attachment(kind, as_text(url), title=as_text(title) or None) if url.startswith("http") else None


def _permalink(post: dict[str, Any], topic: str, place: _Place) -> str | None:
    number = _number_of(post.get("post_number"))
    slug = quote(_word(post.get("topic_slug")) or "-", safe="-")
    return f"{place.address}/t/{slug}/{topic}/{number}" if place.address and number else None


def _word(value: object) -> str | None:
    """A text with something in it; some forums write nothing as ``"null"``."""
    found = as_text(value) if isinstance(value, str) else None
    return found if found and found.strip() and found != "null" else None


def _number_of(value: object) -> str | None:
    """An id of the forum's, which is a whole number, as a string."""
    found = as_id(value)
    return found if found and found.removeprefix("-").isascii() and found.removeprefix("-").isdigit() else None


def _whole(value: object, default: int) -> int:
    found = as_id(value)
    return int(found) if found and found.isascii() and found.isdigit() and 0 < len(found) < 10 else default


# What no webhook told of ---------------------------------------------------------------------------------------------

PAGES = 4
"""Pages of a feed that one poll reads; a longer gap is healed by the next ones."""
WINDOW = 50
"""Older forums look for ``before`` among the 50 ids below it alone, so that a page may be empty in between."""


class _Walk(NamedTuple):
    """How far a feed was read: all up to ``done``, and edits up to ``changed`` (milliseconds); and while a gap is
    healed, its upper end and where to go on."""

    done: int
    changed: int = 0
    top: int = 0
    before: int = 0


def _walks(cursor: str) -> dict[str, _Walk]:
    """The cursor's content; one that is not ours is none."""
    try:
        kept = json_object(json.loads(cursor or "{}"))
    except (ValueError, RecursionError):
        return {}
    rows = {root: [_long(each) for each in json_list(walk)[:4]] for root, walk in kept.items()}
    return {root: _Walk(*row) for root, row in rows.items() if row}


def _walk(feed: _Feed, walk: _Walk | None, credentials: Credentials, place: _Place, events: Events) -> _Walk:
    """Read a feed from its newest post down to what is known; the first time, what stands is not news.

    The newest page tells of edits as well, since it has older posts on it.
    """
    if walk is None:
        page = _page(feed, 0, credentials)
        return _Walk(max(map(_id, page), default=0), _last_change(page))
    done, changed, top, before = walk
    found: Events = []
    for _ in range(PAGES):
        page = _page(feed, before, credentials)
        ids = [_id(post) for post in page]
        if not before:
            top = max(ids, default=done)
            found = _edits(page, done, changed, feed, place)
            changed = max(changed, _last_change(page))
        fresh = [post for post in page if _id(post) > done and (not before or _id(post) < before)]
        found = [*_read_feed(fresh, feed, place), *found]
        lowest = min(ids, default=before)
        before = before - WINDOW if before and lowest >= before else lowest
        if before <= done + 1:
            top, before, done = 0, 0, max(top, done)
            break
    events += found
    return _Walk(done, changed, top, before)


def _edits(page: list[dict[str, Any]], done: int, changed: int, feed: _Feed, place: _Place) -> Events:
    """The edits of known posts that no webhook told of."""
    found: Events = []
    for post in page:
        updated = as_millis(post.get("updated_at")) or 0
        if 0 < _id(post) <= done and updated > changed and _whole(post.get("version"), 1) > 1:
            found += _read(_edited, post, post, place._replace(feed=feed.visibility))
    return found


def _last_change(page: list[dict[str, Any]]) -> int:
    return max((as_millis(post.get("updated_at")) or 0 for post in page), default=0)


def _page(feed: _Feed, before: int, credentials: Credentials) -> list[dict[str, Any]]:
    body = _get(feed.path, credentials, {"before": str(before)} if before else {})
    return [post for post in json_list(body.get(feed.root)) if isinstance(post, dict)]


def _id(post: dict[str, Any]) -> int:
    return _long(post.get("id"))


def _long(value: object) -> int:
    found = _number_of(value)
    return int(found) if found and len(found) < 16 else 0


# Outbound ------------------------------------------------------------------------------------------------------------


def _letter(message: Outbound, credentials: Credentials) -> dict[str, Any]:
    """The body of a new post."""
    text = as_text(message.text) or ""
    if message.way is not Way.PRIVATE_REPLY:
        body: dict[str, Any] = {"topic_id": _number(message.thread_id), "raw": text}
        if message.reply_to_id:
            answered = _get(f"posts/{quote(message.reply_to_id, safe='')}.json", credentials)
            if _word(answered.get("deleted_at")):
                raise PermanentFailure(Reason.GONE, "deleted")
            body["reply_to_post_number"] = answered.get("post_number")
        return body
    topic = _get(f"t/{quote(message.thread_id, safe='')}.json", credentials)
    title = message.title or _word(topic.get("title")) or message.thread_id
    return {
        "title": title[:TITLE_LIMIT],
        "raw": text,
        "target_recipients": _handle(message, topic, credentials),
        "archetype": "private_message",
    }


def _handle(message: Outbound, topic: dict[str, Any], credentials: Credentials) -> str:
    """The customer's user name: personal messages are addressed by it, and it may change, unlike the number."""
    details = json_object(topic.get("details"))
    stream = json_object(topic.get("post_stream"))
    people = [json_object(details.get("created_by")), *map(json_object, json_list(details.get("participants")))]
    people += [{**post, "id": post.get("user_id")} for post in map(json_object, json_list(stream.get("posts")))]
    if message.reply_to_id:
        post = _get(f"posts/{quote(message.reply_to_id, safe='')}.json", credentials)
        people.append({**post, "id": post.get("user_id")})
    for person in people:
        if message.customer_id and as_id(person.get("id")) == message.customer_id and _word(person.get("username")):
            return str(person["username"])
    raise PermanentFailure(Reason.GONE, "no_customer")


def _number(post_id: str) -> int:
    if not post_id.isascii() or not post_id.isdigit():
        raise PermanentFailure(Reason.BAD, "no_id")
    return int(post_id)


def _upload(file: File, credentials: Credentials) -> str:
    """Put a file onto the forum, where nobody sees it yet; the Markdown that shows it in a post."""
    files = {"file": (file.name, file.content, file.mime)}
    form = {"type": "composer", "synchronous": "true"}
    body = _call("POST", "uploads.json", credentials, form=form, files=files, repeatable=True)
    link = _word(body.get("short_url")) or _word(body.get("url"))
    if link is None:
        raise TransientFailure(Reason.RETRY, "no_upload")
    name = "".join(letter for letter in file.name if letter not in "[]()|\\\r\n") or "file"
    if file.mime.startswith("image/"):
        return f"![{name}|{_whole(body.get('width'), 690)}x{_whole(body.get('height'), 388)}]({link})"
    return f"[{name}|attachment]({link})"


# Looking for what was sent -------------------------------------------------------------------------------------------


def _own_of_topic(topic: str, credentials: Credentials) -> Iterator[dict[str, Any]]:
    """Our own posts among the latest of a topic."""
    path = f"t/{quote(topic, safe='')}"
    stream = json_object(_get(f"{path}.json", credentials).get("post_stream"))
    latest = [found for each in json_list(stream.get("stream")) if (found := as_id(each))][-20:]
    if not latest:
        return
    body = _get(f"{path}/posts.json", credentials, {"post_ids[]": latest, "include_raw": "true"})
    for post in json_list(json_object(body.get("post_stream")).get("posts")):
        if as_id(json_object(post).get("user_id")) == credentials.account_id:
            yield post


def _own_of_feed(credentials: Credentials) -> Iterator[dict[str, Any]]:
    """Our own posts among the latest personal messages: a new one has a topic that nobody told us."""
    for post in _page(_FEEDS[1], 0, credentials):
        if as_id(post.get("user_id")) == credentials.account_id:
            yield post


def _raw(post: dict[str, Any], credentials: Credentials) -> str:
    """What was written; lists leave it out unless they are asked for it, and older forums do so then, too."""
    found = post.get("raw")
    if not isinstance(found, str):
        found = _get(f"posts/{as_id(post.get('id'))}.json", credentials).get("raw")
    return found if isinstance(found, str) else ""


def _refuse_what_waits(message: Outbound, credentials: Credentials) -> None:
    """Raise if a message waits for approval: it stands nowhere, and sending it again would have two wait."""
    user = credentials.options.get("api_username")
    if not user:
        return
    try:
        body = _get(f"posts/{quote(user, safe='')}/pending.json", credentials)
    except PermanentFailure:
        return  # the key may not look, or the forum has no such list
    for post in map(json_object, json_list(body.get("pending_posts"))):
        if _starts_alike(as_text(post.get("raw_text") or post.get("raw")) or "", message.text):
            raise PermanentFailure(Reason.POLICY, "enqueued")


def _starts_alike(one: str, other: str) -> bool:
    """Whether a post is our text, with the links of its files behind it perhaps."""
    ours = _normal(other)
    theirs = _normal(one)
    return theirs == ours or theirs.startswith((f"{ours} ![".lstrip(), f"{ours} [".lstrip()))


def _normal(text: str) -> str:
    return " ".join((as_text(text) or "").split())


# What is done to posts -----------------------------------------------------------------------------------------------


def _is_liked(post: dict[str, Any]) -> bool:
    actions = map(json_object, json_list(post.get("actions_summary")))
    return any(action.get("id") == LIKE and action.get("acted") is True for action in actions)


def _is_not_liked(post: dict[str, Any]) -> bool:
    return not _is_liked(post)


def _is_accepted(post: dict[str, Any]) -> bool:
    return post.get("accepted_answer") is True


def _is_deleted(post: dict[str, Any]) -> bool:
    return _word(post.get("deleted_at")) is not None or post.get("user_deleted") is True


def _is_never(post: dict[str, Any]) -> bool:
    return False


_CLAIMS_PROVEN: dict[str, tuple[Kind, Callable[[dict[str, Any]], bool]]] = {
    str(Kind.REMOVED): (Kind.REMOVED, _is_deleted),
    str(Kind.SHOWN): (Kind.SHOWN, lambda post: not _is_deleted(post)),
    str(Kind.SOLVED): (Kind.SOLVED, lambda post: _is_accepted(post) and not _is_deleted(post)),
    str(Kind.UNSOLVED): (Kind.UNSOLVED, lambda post: not _is_accepted(post)),
}
"""What a claim is, and whether it is so, by what the forum says of the post."""


# The API -------------------------------------------------------------------------------------------------------------


def _get(
    path: str, credentials: Credentials, params: Mapping[str, str | Sequence[str]] | None = None
) -> dict[str, Any]:
    return _call("GET", path, credentials, params=params, repeatable=True)


def _headers(credentials: Credentials) -> dict[str, str]:
    user = credentials.options.get("api_username", "").strip()
    headers = {"Api-Key": _transport.token(credentials, "api_key", "no_key"), "Accept": "application/json"}
    return headers | ({"Api-Username": user} if user.isascii() and user else {})


def _call(
    method: str,
    path: str,
    credentials: Credentials,
    params: Mapping[str, str | Sequence[str]] | None = None,
    document: Mapping[str, Any] | None = None,
    form: Mapping[str, str] | None = None,
    files: Mapping[str, tuple[str, bytes, str]] | None = None,
    *,
    repeatable: bool = False,
) -> dict[str, Any]:
    base = credentials.options.get("base_url", "").rstrip("/")
    if not base:
        raise TransientFailure(Reason.AUTH, "no_address")
    headers = _headers(credentials)
    request = Call(method, f"{base}/{path}", headers, params or {}, form=form, json=document, files=files)
    return _transport.call(request, channel="discourse", repeatable=repeatable, classify=classify).body or {}


CODES = CodeTable(
    codes={
        "rate_limit": Reason.RATE,
        "not_logged_in": Reason.AUTH,
        "invalid_access": Reason.PERMISSION,
        "not_found": Reason.GONE,
        "invalid_parameters": Reason.BAD,
        "read_only": Reason.RETRY,
    },
    statuses={
        301: Reason.AUTH,  # the forum has another address now, or wants a login: a person must look
        302: Reason.AUTH,
        307: Reason.AUTH,
        308: Reason.AUTH,
        400: Reason.BAD,
        401: Reason.AUTH,
        403: Reason.PERMISSION,
        404: Reason.GONE,
        405: Reason.BAD,
        409: Reason.BAD,
        410: Reason.GONE,
        413: Reason.BAD,
        415: Reason.BAD,
        422: Reason.BAD,
        429: Reason.RATE,
    },
    pauses={Reason.RATE: RATE_PAUSE},
)
"""By ``error_type``, whatever the status; by the status where the body says no more."""
DUPLICATES = ("similar", "duplicate")
"""Words of the refusal of a text that was posted a moment ago, which may be our own post. Only where our user reads the
forum in English; elsewhere the message fails, and an agent decides."""
_UNSET = ("no_key", "no_address")
"""Codes of our own: the connection has no key, or no forum."""


def classify(answer: Answer) -> Refusal | None:
    """Return why an answer is no success. Codes only: the forum's texts may quote a post."""
    if answer.has_result:
        return None
    body = answer.body or {}
    kind = body.get("error_type") if isinstance(body.get("error_type"), str) else None
    texts = " ".join(str(each) for each in json_list(body.get("errors")))
    meaning = CODES.meaning(kind)
    code = f"{answer.status}/{kind}" if meaning else str(answer.status)
    reason = meaning or CODES.statuses.get(answer.status)
    if reason is Reason.PERMISSION and "API" in texts:
        # "The API username or key is invalid", in any language: also for a key whose scope is too narrow.
        meaning = Reason.AUTH
    elif answer.status == 422 and any(word in texts.lower() for word in DUPLICATES):
        meaning = MAYBE_SENT
    waits = whole(json_object(body.get("extras")).get("wait_seconds"))
    return CODES.refusal(answer, code, meaning, _transport.retry_after_header(answer) or waits)


channel = Channel(
    name="discourse",
    label="Discourse",
    capabilities=Capabilities(
        secret_names=("api_key", "webhook_secret"),
        optional_secrets=("previous_webhook_secret",),
        required_options=("base_url",),
        option_names=("api_username", "max_post_length", "min_post_length", "max_image_kb", "personal_messages"),
        chosen_secrets=("webhook_secret",),
        signing_secret="webhook_secret",  # noqa: S106 - a name
        poll_seconds=300,
        reported_kinds=frozenset({Kind.MESSAGE, Kind.EDITED, Kind.REMOVED, Kind.REACTION, Kind.SOLVED, Kind.CLAIMED}),
    ),
    receiver=DiscourseReceiver(),
    sender=DiscourseSender(),
    account=DiscourseAccount(),
)
"""A forum, seen by one of its users."""
