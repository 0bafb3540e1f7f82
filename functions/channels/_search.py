"""Search for public posts of people who look for advice: the interface, and the values that go in and come out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from msgspec import Struct

from channels._failures import PermanentFailure, Reason

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from channels.base import Credentials
    from conversations.facts import Fact
    from outreach.found_posts import FoundPost
    from outreach.searches import Query


NO_YOUTUBE = "no_youtube"
"""Code of the failure where a connection with Google is one for reviews, which nobody can search."""
MOST_ANSWERS = 50
"""Answers below a post that are read."""
MOST_PEOPLE = 20
"""People of whom is asked at once if they block us."""


class SearchRequest(Struct, frozen=True):
    """One search on one connection: the words, the languages, and the places (subreddits, tags, forums' categories)."""

    query: Query
    languages: tuple[str, ...] = ()
    """ISO 639-1 codes; empty for any."""
    places: tuple[str, ...] = ()
    """Names as the platform has them: ``headphones`` (a subreddit), ``#hifi`` (a tag), a video's id; empty for all."""
    since: int = 0
    """Milliseconds: nothing older is wanted."""
    most: int = 0
    """Number of posts that may be read where each costs money: the newest ones, and what is left out is a gap."""


class SearchPage(Struct, frozen=True):
    """The answer to a search, and the position where the next one continues."""

    posts: Sequence[FoundPost]
    """Newest or oldest first; the platform may have found by other rules than ours, so the caller matches again."""
    cursor: str
    """Opaque to everybody but the channel, at most 2,000 characters. It is kept once the posts are stored."""
    more: bool = False
    """There is more already: ask again at once."""
    pause: float = 0
    """Seconds for which the platform does not want to be asked again, beyond the usual."""
    read: int = 0
    """Number of posts that the platform counts, where each one costs money."""
    has_gap: bool = False
    """Posts between the cursor and this page cannot be read any more."""


class Surroundings(Struct, frozen=True):
    """Posts around a found one, as one read of its thread tells."""

    answers: Sequence[FoundPost]
    """Posts below it, oldest first, at most ``MOST_ANSWERS``."""
    above: tuple[str, ...] = ()
    """Digests of the accounts that wrote what it stands below, as far as the platform tells, see ``accounts_above``."""


class Searcher(ABC):
    """Searches: what strangers post in public, the context of one post, and where a person writes an answer by hand."""

    seconds: int
    """Seconds between two runs of one search, at least a minute, within the platform's quota for ten searches."""
    page_size: int
    """Number of posts of a page."""
    reports_answers: bool = True
    """Answers to ours below posts of others are reported or polled; where not, they are read by ``answers``."""
    tells_blocks: bool = False
    """The platform reports no block, and tells when asked, see ``blocked_by``."""

    @abstractmethod
    def search(self, request: SearchRequest, cursor: str, credentials: Credentials, now: int) -> SearchPage:
        """Return one page of posts since ``cursor`` (empty the first time: since ``request.since``).

        ``now`` in milliseconds. Asked twice with one cursor, it gives the same posts. Raises ``TransientFailure``
        (also for a limit, with the time to wait) or ``PermanentFailure``.
        """

    def answers(self, post: FoundPost, credentials: Credentials) -> Sequence[FoundPost]:
        """Return what stands below a post, oldest first, at most ``MOST_ANSWERS``; raises like ``search``."""
        raise PermanentFailure(Reason.BAD, "no_answers")

    def surroundings(self, post: FoundPost, credentials: Credentials) -> Surroundings:
        """Return what stands below a post and who wrote what stands above it; raises like ``search``.

        It is asked when a person may offer something, and may cost a request more than ``answers``.
        """
        return Surroundings(self.answers(post, credentials))

    def blocked_by(self, people: Sequence[str], credentials: Credentials) -> set[str]:
        """Return those of at most ``MOST_PEOPLE`` accounts, by id, that block ours; raises like ``search``.

        It is one request, and asked only where ``tells_blocks``.
        """
        raise PermanentFailure(Reason.BAD, "no_blocks")

    @abstractmethod
    def fact(self, post: FoundPost) -> Fact:
        """Return a post as the message of a customer, in the thread to which answers to our own would come."""

    def video_url(self, post: FoundPost) -> str:
        """Return the address of the video directly below which a post stands; empty where it stands elsewhere."""
        return ""

    def compose_url(self, post: FoundPost, text: str, options: Mapping[str, str] | None = None) -> str:
        """Return the address of the platform's own page for answering a post, with the text where it takes one.

        ``options`` are the connection's, for a platform that stands elsewhere than usual.
        """
        return post.url

    def post_url(self, post_id: str, below: FoundPost, credentials: Credentials) -> str:
        """Return the address of a post of ours that answers another, by the platform's id; empty where none is known.

        ``own_post_id`` reads it.
        """
        return ""

    def own_post_id(self, url: str, credentials: Credentials | None = None) -> str | None:
        """Return the platform's id of the post with an address, as ``try_send`` would; None for any other address.

        ``credentials`` tell the names by which an address calls our account or its server. A platform whose addresses
        have no id is asked, where there are credentials: then this raises like ``search``.
        """
        return None
