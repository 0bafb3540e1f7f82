"""Posts of a forum as facts, however they became known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote, urljoin

from msgspec.structs import replace

from channels import _html, _payload
from channels._payload import Events, UnreadableUpdate, unreadable
from channels._values import as_id, as_millis, as_text, whole_number
from channels.base import (
    Credentials,
    json_object,
)
from channels.discourse.api import text_or_none
from channels.discourse.words import has_words, words_of
from conversations.facts import Attachment, Author, Event, Fact, Kind, Nudge, Source, Unreadable, Visibility

if TYPE_CHECKING:
    from collections.abc import Callable


MOMENT = 10_000
"""Milliseconds after which a post whose time has changed was edited, and not only written in several steps."""
CLOCK_SLACK = 2000
"""Milliseconds by which the forum's clock may differ from ours."""
SMALL_ACTION, WHISPER = 3, 4
"""Types of posts that nobody wrote, and that only staff see."""
HEART = "❤️"
TOPIC = "topic:"
"""Starts the id of a customer whom a webhook does not name: the other side of a personal message that we began."""


class Place(NamedTuple):
    """The context of a post: the account that sees it, and the address of the forum."""

    account: str
    address: str
    feed: Visibility | None = None
    """The visibility of a feed's posts, for posts that do not state it themselves."""


class Feed(NamedTuple):
    """A list of the latest posts: its path, the name of its root, and who can read along there."""

    path: str
    root: str
    visibility: Visibility


def _ours(events: Events) -> list[Event]:
    """Without what other users write in personal messages, which may be none of our business.

    That one was deleted holds nothing of it; that ours is liked is our business.
    """
    kept: list[Event] = []
    for one in events:
        if not isinstance(one, Fact) or one.visibility is Visibility.PUBLIC or one.own:
            kept.append(one)
        elif one.kind is Kind.REMOVED or (one.kind is Kind.CLAIMED and one.payload == Kind.REMOVED):
            kept.append(replace(one, author=Author()))
        elif one.kind is Kind.REACTION and (one.customer_id or "").startswith(TOPIC):
            kept.append(one)
        elif one.kind in _SAYING:
            kept.append(Nudge())
    return kept


def _address(credentials: Credentials) -> str:
    """Return where the forum is; its header says so, too, but that is not signed."""
    found = credentials.options.get("base_url", "")
    return found.rstrip("/") if found.startswith(("https://", "http://")) else ""


def read_subject(read: Callable[[dict[str, Any], Place], Events], subject: Any, raw: Any, place: Place) -> Events:
    """Read the subject of a body; what cannot be read is kept as the whole of it."""
    return _payload.read_each("discourse", [subject], read, place, keep=lambda reason, _: unreadable(reason, raw))


def read_feed(posts: Any, feed: Feed, place: Place) -> Events:
    """The posts of a feed, oldest first: a feed begins with the newest."""
    if not isinstance(posts, list):
        return [Unreadable("malformed", posts, Source({feed.root: posts}))]
    events = _payload.read_each("discourse", reversed(posts), _standing, place._replace(feed=feed.visibility))
    return _payload.within(events, lambda post: {feed.root: [post]})


def _standing(post: dict[str, Any], place: Place) -> Events:
    """A post as it stands: its text now, and that it was edited if it was."""
    if text_or_none(post.get("deleted_at")):
        return _destroyed(post, place)
    standing = read_created(post, place)
    created, updated = as_millis(post.get("created_at")), as_millis(post.get("updated_at"))
    if standing and created and updated and updated > created and (whole_number(post.get("version"), 1)) > 1:
        standing += edited(post, place)
    if standing and post.get("accepted_answer") is True:
        standing += _solved(post, place)
    return standing


def read_created(post: dict[str, Any], place: Place) -> Events:
    return _facts(Kind.MESSAGE, post, place, _time(post, "created_at"))


def _reported(post: dict[str, Any], place: Place) -> Events:
    """Read a post as a webhook's body holds it, which is signed: whatever the event is called.

    Within a moment a post may have been written and edited; then it is both, and what it says now is what it says.
    """
    if is_deleted(post):
        return _facts(Kind.REMOVED, post, place, _time(post, "deleted_at", "updated_at", "created_at"))
    created, updated = as_millis(post.get("created_at")), as_millis(post.get("updated_at"))
    age = (updated or 0) - (created or 0) if created is not None and updated is not None else 0
    is_edited = whole_number(post.get("version"), 1) > 1 or age > MOMENT
    found = [] if is_edited else read_created(post, place)
    return found + edited(post, place) if is_edited or age > CLOCK_SLACK else found


def edited(post: dict[str, Any], place: Place) -> Events:
    """Return the edit of a post, or its removal by the author, which the forum shows as an edit for a day."""
    if not has_words(post) and not is_deleted(post):
        return []
    kind = Kind.REMOVED if post.get("user_deleted") is True else Kind.EDITED
    return _facts(kind, post, place, _time(post, "updated_at", "created_at"))


def _destroyed(post: dict[str, Any], place: Place) -> Events:
    return _facts(Kind.REMOVED, post, place, _time(post, "deleted_at", "updated_at", "created_at"))


def claimed(event: str, root: str, subject: Any, place: Place, events: Events) -> Events:
    """Return the claim that a header makes of a post, unless the body says it already, or is about something else.

    What happens to the first post happens to its topic; a body that says so is proven, and its topic is asked for.
    """
    kind = _CLAIMS.get(event)
    kinds = {one.kind for one in events if isinstance(one, Fact)}
    begins = root == "post" and whole_number(json_object(subject).get("post_number"), 0) == 1
    if begins and kind is None and Kind.REMOVED in kinds and is_destroyed(subject):
        kind = Kind.REMOVED
    takes_all = begins and kind in (Kind.REMOVED, Kind.SHOWN)
    is_known = kind in kinds and not (takes_all and is_destroyed(subject))
    is_told = is_known or any(isinstance(one, Unreadable) for one in events)
    if kind is None or root not in ("post", "solved") or is_told:
        return []

    def claim(post: dict[str, Any], place: Place) -> Events:
        told = _facts(kind, post, place, _time(post, "deleted_at", "updated_at", "created_at"))
        parent = f"{TOPIC}{_topic(post)}" if takes_all else None
        claims = [replace(one, kind=Kind.CLAIMED, parent_id=parent) for one in told if isinstance(one, Fact)]
        return [replace(one, payload=str(kind)) for one in claims]

    return read_subject(claim, subject, subject, place)


def claimed_topic(event: str, topic: Any, place: Place) -> Events:
    """Return the claim that a whole topic was taken down, or is there again; nothing for what else happens to one."""
    kind = {"topic_destroyed": Kind.REMOVED, "topic_recovered": Kind.SHOWN}.get(event)
    if kind is None:
        return []

    def claim(topic: dict[str, Any], place: Place) -> Events:
        post = {**topic, "topic_id": topic.get("id"), "topic_archetype": topic.get("archetype")}
        visibility, thread, at = _visibility(post, place), _topic(post), _time(post, "deleted_at", "created_at")
        customer = None if visibility is Visibility.PUBLIC else f"{TOPIC}{thread}"
        topic_id = f"{TOPIC}{thread}"
        claim = Fact(Kind.CLAIMED, visibility, thread, at, topic_id, parent_id=topic_id, customer_id=customer)
        return [replace(claim, payload=str(kind))]

    return read_subject(claim, topic, {"topic": topic}, place)


def _solved(post: dict[str, Any], place: Place) -> Events:
    """The webhook tells neither who accepted nor when: the time is that of the answer."""
    return _facts(Kind.SOLVED, post, place, _time(post, "updated_at", "created_at"))


def _answer(post: dict[str, Any], place: Place) -> Events:
    """Read what a webhook of the plugin for solutions says of an answer; not every version says that it is accepted."""
    return _solved(post, place) if is_accepted(post) else []


def _liked(like: dict[str, Any], place: Place) -> Events:
    post, user = json_object(like.get("post")), json_object(like.get("user"))
    person = number_of(user.get("id"))
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
            author=Author(person, author_name(user)),
            own=person == place.account,
            payload=HEART,
            customer_id=_customer(visibility, post, number_of(post.get("user_id")), place),
        )
    ]


ROOTS: dict[str, Callable[[dict[str, Any], Place], Events]] = {
    "post": _reported,
    "solved": _answer,
    "like": _liked,
}
"""Readers of a body by the name of its root."""
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
"""Facts without an author: the forum does not say who did it, and the answer's author is not meant."""


def _facts(kind: Kind, post: dict[str, Any], place: Place, at: int) -> Events:
    """The fact that a post is, or that speaks of it; none for what is no message to anybody."""
    person = number_of(post.get("user_id"))
    if post.get("post_type") in (SMALL_ACTION, WHISPER) or _is_machine(person):
        return []
    visibility, topic, says = _visibility(post, place), _topic(post), kind in _SAYING
    parent = number_of(post.get("reply_to_post_number"))
    text, quoted = words_of(post, place.address) if says else (None, None)
    author = Author() if kind in _ANONYMOUS else Author(person, author_name(post))
    return [
        Fact(
            kind,
            visibility,
            topic,
            at,
            _post_id(post),
            author=author,
            own=author.id is not None and author.id == place.account,
            text=text,
            quoted=quoted,
            may_move=says,
            attachments=_attachments(post, place) if says else (),
            parent_id=f"{topic}/{parent}" if says and parent else None,
            permalink=_permalink(post, topic, place) if says else None,
            customer_id=_customer(visibility, post, person, place),
            title=text_or_none(post.get("topic_title")) if says else None,
        )
    ]


def _visibility(post: dict[str, Any], place: Place) -> Visibility:
    """Return who can read along. Where nothing tells it, it is not guessed: a personal message must never be shown as
    public.

    The archetype is missing when the topic is gone, and in webhooks of old forums; every public topic has a category.
    """
    archetype = post.get("topic_archetype") or place.feed
    if archetype in ("private_message", Visibility.PRIVATE):
        return Visibility.PRIVATE
    if archetype in ("regular", "banner", Visibility.PUBLIC):
        return Visibility.PUBLIC
    if "category_id" not in post:
        raise UnreadableUpdate("no_visibility")
    return Visibility.PUBLIC if number_of(post["category_id"]) else Visibility.PRIVATE


def _customer(visibility: Visibility, post: dict[str, Any], person: str | None, place: Place) -> str | None:
    if visibility is Visibility.PUBLIC:
        return None
    return person if person and person != place.account else f"{TOPIC}{_topic(post)}"


def _is_machine(person: str | None) -> bool:
    """The forum itself (-1) and its guide (-2) are no people."""
    return person is not None and person.startswith("-")


def _topic(post: dict[str, Any]) -> str:
    number = number_of(post.get("topic_id"))
    if number is None:
        raise UnreadableUpdate("no_topic")
    return number


def _post_id(post: dict[str, Any]) -> str:
    number = number_of(post.get("id"))
    if number is None:
        raise UnreadableUpdate("no_id")
    return number


def _time(post: dict[str, Any], *names: str) -> int:
    return next((at for name in names if (at := as_millis(post.get(name))) is not None), 0)


def author_name(post: dict[str, Any]) -> str | None:
    """Forums show the user name, unless their owner chose otherwise; it is what a mention needs, too."""
    return text_or_none(post.get("username")) or text_or_none(post.get("name"))


def _attachments(post: dict[str, Any], place: Place) -> tuple[Attachment, ...]:
    """Pictures and files. In Markdown their addresses are short ones, so they are taken from what it looks like."""
    cooked, found = post.get("cooked"), []
    for name, marks in _html.tags(cooked if isinstance(cooked, str) else "", _SHOWING):
        classes = marks.get("class", "").split()
        if name == "img" and not _DECORATION & {*classes}:
            found.append(_attachment("image", marks.get("src"), marks.get("alt"), place))
        elif name in ("video", "audio", "source"):
            found.append(_attachment("audio" if name == "audio" else "video", marks.get("src"), None, place))
        elif name == "a" and "attachment" in classes:
            found.append(_attachment("file", marks.get("href"), None, place))
    return tuple(dict.fromkeys(each for each in found if each))


_SHOWING = frozenset({"img", "video", "audio", "source", "a"})
_DECORATION = frozenset({"emoji", "avatar", "site-icon", "thumbnail", "onebox-avatar", "onebox-avatar-inline"})
"""Classes of pictures that nobody sent: they come with a smiley, a quotation, or a link's preview."""


def _attachment(kind: str, source: str | None, title: str | None, place: Place) -> Attachment | None:
    try:
        url = urljoin(f"{place.address}/", source or "") if source else ""
    except ValueError:
        url = ""
    if url.startswith("//"):
        url = f"https:{url}"
    return Attachment(kind, as_text(url), title=as_text(title) or None) if url.startswith("http") else None


def _permalink(post: dict[str, Any], topic: str, place: Place) -> str | None:
    number = number_of(post.get("post_number"))
    slug = quote(text_or_none(post.get("topic_slug")) or "-", safe="-")
    return f"{place.address}/t/{slug}/{topic}/{number}" if place.address and number else None


def number_of(value: object) -> str | None:
    """An id of the forum's, which is a whole number, as a string."""
    found = as_id(value)
    digits = found.removeprefix("-") if found else ""
    return found if digits.isascii() and digits.isdigit() else None


def is_accepted(post: dict[str, Any]) -> bool:
    return post.get("accepted_answer") is True


def is_deleted(post: dict[str, Any]) -> bool:
    return text_or_none(post.get("deleted_at")) is not None or post.get("user_deleted") is True


def is_destroyed(post: dict[str, Any]) -> bool:
    """Return whether a post or topic was taken down by staff; what its author took back stands for a day."""
    return text_or_none(post.get("deleted_at")) is not None


TOPIC_CLAIMS_PROVEN: dict[str, tuple[Kind, Callable[[dict[str, Any]], bool]]] = {
    str(Kind.REMOVED): (Kind.REMOVED, is_destroyed),
    str(Kind.SHOWN): (Kind.SHOWN, lambda post: not is_destroyed(post)),
}
"""The same for claims of whole topics, on the topic or its first post."""
CLAIMS_PROVEN: dict[str, tuple[Kind, Callable[[dict[str, Any]], bool]]] = {
    str(Kind.REMOVED): (Kind.REMOVED, is_deleted),
    str(Kind.SHOWN): (Kind.SHOWN, lambda post: not is_deleted(post)),
    str(Kind.SOLVED): (Kind.SOLVED, lambda post: is_accepted(post) and not is_deleted(post)),
    str(Kind.UNSOLVED): (Kind.UNSOLVED, lambda post: not is_accepted(post)),
}
"""The kind of fact for each claim, and the test of it on the post that the forum returns."""
