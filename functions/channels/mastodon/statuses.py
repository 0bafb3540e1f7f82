"""Posts and notifications of Mastodon as facts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from msgspec.structs import replace

from channels import _html
from channels._payload import Events, UnreadableUpdate
from channels._values import as_id, as_millis, as_text, as_words
from channels.base import (
    json_list,
    json_object,
)
from conversations.facts import Attachment, Author, Fact, Kind, Visibility
from conversations.message_context import Quote

if TYPE_CHECKING:
    from collections.abc import Callable

    from channels._html import Tag

STAR = "⭐"
DIRECT = "direct:"
"""Starts the id of the chat with a person."""
SPEAKING = frozenset({"mention", "quote"})
REVISING = frozenset({"update", "quoted_update"})
ASKED = ("mention", "quote", "update", "quoted_update", "favourite")
"""The types of notifications that are asked for."""
_IGNORED = frozenset(
    {"status", "reblog", "follow", "follow_request", "poll", "severed_relationships", "moderation_warning"}
    | {"admin.sign_up", "admin.report", "added_to_collection", "collection_update", "annual_report"}
)
"""Nobody addresses us with these; ``status`` is a post of somebody whom the account follows."""
PUBLIC = frozenset({"public", "unlisted"})


def notification(note: dict[str, Any], account: str) -> Events:
    kind = as_words(note.get("type"))
    if kind in _IGNORED:
        return []
    if kind not in ASKED:
        raise UnreadableUpdate("unknown_type")
    status = note.get("status")
    if not isinstance(status, dict):
        return []  # what was told of is gone already
    if kind in SPEAKING:
        return _status(status, account)
    if kind in REVISING:
        return _edited(status, account)
    return _starred(note, status, account)


def _status(status: dict[str, Any], account: str) -> Events:
    """A post as it stands, and that it was edited if it was."""
    at = as_millis(status.get("created_at"))
    found = _facts(Kind.MESSAGE, status, account, at or 0)
    edited_at = as_millis(status.get("edited_at"))
    return [*found, *(_dated(fact, Kind.EDITED, edited_at) for fact in found if edited_at)]


def _dated(fact: Fact, kind: Kind, at: int) -> Fact:
    """Return the same post as a fact of another kind and time."""
    return replace(fact, kind=kind, at=at, by_arrival=_is_whole_second(at))


def _is_whole_second(at: int) -> bool:
    """The id of a post of another server says no more of its time than that, in whole seconds."""
    return at % 1000 == 0


def message(status: dict[str, Any], account: str) -> Fact | None:
    """Return a post as it stands; raises ``UnreadableUpdate``."""
    at = as_millis(status.get("created_at"))
    return next(iter(_facts(Kind.MESSAGE, status, account, at or 0)), None)


def _edited(status: dict[str, Any], account: str) -> Events:
    at = as_millis(status.get("edited_at")) or as_millis(status.get("created_at"))
    return [*_facts(Kind.EDITED, status, account, at or 0)]


def _starred(note: dict[str, Any], status: dict[str, Any], account: str) -> Events:
    author = author_of(json_object(note.get("account")))
    return [
        replace(
            fact,
            parent_id=None,
            author=author,
            own=author.id == account,
            payload=STAR,
        )
        for fact in _facts(Kind.REACTION, status, account, as_millis(note.get("created_at")) or 0)
    ]


def _removed(entry: dict[str, Any], account: str) -> Events:
    """Return what ``poll`` found gone: the post's id, whose chat it was in if it was not public, and when that was
    noticed.
    """
    status_id, person, at = as_id(entry.get("id")), as_id(entry.get("customer")), as_millis(entry.get("at"))
    if status_id is None or at is None:
        raise UnreadableUpdate("no_id")
    if person:
        return [Fact(Kind.REMOVED, Visibility.PRIVATE, f"{DIRECT}{person}", at, status_id, customer_id=person)]
    return [Fact(Kind.REMOVED, Visibility.PUBLIC, status_id, at, status_id, thread_is_guess=True)]


PARTS: tuple[tuple[str, Callable[[dict[str, Any], str], Events]], ...] = (
    ("notifications", notification),
    ("own", _status),
    ("edited", _edited),
    ("removed", _removed),
)
"""Readers of what ``poll`` collects: notifications, our own posts, posts that changed, and posts that are gone."""


def _facts(kind: Kind, status: dict[str, Any], account: str, at: int) -> list[Fact]:
    """The fact that a post is, or that speaks of it; none for a post to nobody."""
    status_id, author = as_id(status.get("id")), author_of(json_object(status.get("account")))
    if status_id is None:
        raise UnreadableUpdate("no_id")
    if author.id is None:
        raise UnreadableUpdate("no_author")
    visibility = as_words(status.get("visibility"))
    if visibility is None:
        raise UnreadableUpdate("no_visibility")  # nothing is shown as public that might not be
    own, parent = author.id == account, as_id(status.get("in_reply_to_id"))
    content = _content(status) if kind is not Kind.REACTION else {}
    fact = Fact(
        kind,
        Visibility.PUBLIC,
        parent or status_id,
        at,
        status_id,
        author=author,
        own=own,
        parent_id=parent,
        thread_is_guess=True,
        by_arrival=_is_whole_second(at),
        **content,
    )
    if visibility in PUBLIC:
        return [fact]
    person = _addressee(status, account) if own else author.id
    if person is None:
        return []
    thread = f"{DIRECT}{person}"
    return [replace(fact, visibility=Visibility.PRIVATE, thread_id=thread, customer_id=person, thread_is_guess=False)]


def _content(status: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a fact that say what a post contains."""
    return {
        "text": status_text(status),
        "attachments": _attachments(status),
        "permalink": _link(status.get("url")) or _link(status.get("uri")),
        "quoted": _quoted(status),
    }


def _addressee(status: dict[str, Any], account: str) -> str | None:
    """Return with whom we talk in a post of our own that is not public: the one it answers, or the first it names."""
    people = [status.get("in_reply_to_account_id")]
    people += [json_object(mention).get("id") for mention in json_list(status.get("mentions"))]
    return next((found for each in people if (found := as_id(each)) and found != account), None)


def author_of(person: dict[str, Any]) -> Author:
    """Return an account, also as a mention names it, which has no display name."""
    return Author(as_id(person.get("id")), name_of(person), _handle(person))


def _handle(person: dict[str, Any]) -> str | None:
    """Return the address of an account among all servers; of one on our own, the platform tells the name alone."""
    name = as_words(person.get("acct"))
    if not name or "@" in name:
        return name
    try:
        server = urlsplit(as_words(person.get("url")) or "").hostname
    except ValueError:
        server = None
    return f"{name}@{server}" if server else name


def name_of(person: dict[str, Any]) -> str | None:
    return as_words(person.get("display_name")) or as_words(person.get("acct")) or as_words(person.get("username"))


def status_text(status: dict[str, Any]) -> str | None:
    """The text with its warning before it; a post of pictures alone has none."""
    content, warning = status.get("content"), as_words(status.get("spoiler_text"))
    is_quote = _is_fallback if json_object(status.get("quote")) else None
    text = _html.text_of(content, links=True, names=True, is_quote=is_quote) if isinstance(content, str) else ""
    options = map(json_object, json_list(json_object(status.get("poll")).get("options")))
    choices = "\n".join(f"• {title}" for each in options if (title := as_words(each.get("title"))))
    return as_text("\n\n".join(filter(None, [warning, text, choices]))) or None


def _is_fallback(tag: Tag) -> bool:
    """Tell what names a quoted post for programs that show no quotes."""
    return "quote-inline" in tag.attribute("class").split()


def _quoted(status: dict[str, Any]) -> Quote | None:
    """Return the words of the post that one quotes, as far as the server shows it."""
    quote = json_object(status.get("quote"))
    quoted = json_object(quote.get("quoted_status")) or quote  # other software has the post itself there
    text = status_text({**quoted, "quote": None}) if quoted else None
    return Quote(text, name_of(json_object(quoted.get("account")))) if text else None


def _attachments(status: dict[str, Any]) -> tuple[Attachment, ...]:
    attachments: list[Attachment] = []
    for item in map(json_object, json_list(status.get("media_attachments"))):
        url = _link(item.get("url")) or _link(item.get("remote_url"))
        kind = item.get("type")
        shown = _MEDIA.get(kind, "file") if isinstance(kind, str) else "file"
        attachments.append(Attachment(shown, url, as_words(item.get("description")), as_id(item.get("id"))))
    return tuple(attachments)


_MEDIA = {"image": "image", "gifv": "video", "video": "video", "audio": "audio"}


def _link(value: object) -> str | None:
    return as_text(value) if isinstance(value, str) and value.startswith(("https://", "http://")) else None
