"""Posts that a search finds, out of the facts that a channel makes of them, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from msgspec.structs import replace

from channels._search import MOST_ANSWERS
from conversations.facts import Fact, Kind, Visibility
from outreach.found_posts import FoundPost

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from channels.base import Credentials


def found_post(channel: str, fact: Fact) -> FoundPost:
    """Return a message as a post that was found; the caller names the connection."""
    return FoundPost(
        channel,
        "",
        fact.message_id,
        fact.thread_id,
        fact.permalink or "",
        fact.at,
        author=fact.author,
        text=fact.text or "",
        title=fact.title or "",
        branch_id=fact.branch_id,
        parent_id=fact.parent_id,
        attachments=fact.attachments,
    )


def fact_of(post: FoundPost, *, thread_is_guess: bool = False) -> Fact:
    """Return a post that was found as the message of a customer."""
    return Fact(
        Kind.MESSAGE,
        Visibility.PUBLIC,
        post.thread_id,
        post.sent_at,
        post.id,
        post.branch_id,
        author=post.author,
        text=post.text or None,
        attachments=post.attachments,
        parent_id=post.parent_id,
        permalink=post.url or None,
        title=post.title or None,
        thread_is_guess=thread_is_guess,
    )


def oldest_first(posts: Iterable[FoundPost]) -> list[FoundPost]:
    """Return the oldest answers below a post, as many as are read."""
    return sorted(posts, key=lambda post: (post.sent_at, len(post.id), post.id))[:MOST_ANSWERS]


def parts_of(url: str) -> SplitResult:
    """Return the parts of an address; empty ones of what is none."""
    try:
        parts = urlsplit(url)
        return parts if parts.hostname else SplitResult("", "", "", "", "")
    except ValueError:
        return SplitResult("", "", "", "", "")


def path_on(sites: Container[str], url: str, credentials: Credentials | None) -> str | None:
    """Return the path of an address on a platform's sites, or below the address that our connection has."""
    parts = parts_of(url)
    if parts.hostname and parts.hostname in sites:
        return parts.path
    home = parts_of(credentials.options.get("base_url", "")) if credentials else parts_of("")
    is_home = bool(home.netloc) and parts.netloc == home.netloc
    return parts.path.removeprefix(home.path.rstrip("/")) if is_home else None


def in_language(post: FoundPost, language: object) -> FoundPost:
    """Return a post with its language, ISO 639-1, out of what a platform calls it (``de-AT``)."""
    name = language.partition("-")[0].lower() if isinstance(language, str) else ""
    return replace(post, language=name) if len(name) == 2 and name.isascii() and name.isalpha() else post
