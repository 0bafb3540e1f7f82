"""Posts of strangers, as a search finds them."""

from __future__ import annotations

from msgspec import Struct, field

from conversations.facts import Attachment, Author

FEED = "feed"
"""Stands in the place of a channel for what a feed has."""


class FoundPost(Struct, frozen=True):
    """A public post that somebody else wrote. Other people's posts are personal data: they are kept for thirty days."""

    channel: str
    """Name of the channel, or ``FEED``."""
    connection: str
    """Name of the connection that found it; empty for a feed."""
    id: str
    """The platform's id, by which it is answered; of a feed's entry its id or address."""
    thread_id: str
    url: str
    sent_at: int
    """Milliseconds."""
    author: Author = field(default_factory=Author)
    text: str = ""
    title: str = ""
    branch_id: str = ""
    parent_id: str | None = None
    """The message it answers; None for a post of its own."""
    language: str | None = None
    """ISO 639-1, where the platform says so."""
    attachments: tuple[Attachment, ...] = ()
    place: str = ""
    """Name of the place: a subreddit, a forum's category, a server, a feed's title."""
    replies: int | None = None
    """Number of answers, where the platform tells it."""
    audience: int | None = None
    """Number of followers of the author, where the platform tells it."""
    may_reply: bool | None = None
    """False where our account cannot answer (a reply gate, a closed topic); None where the platform does not say."""
    mentions_us: bool = False
    """It names or quotes our account, so that an answer is no unasked one for the platform."""
    uri: str = ""
    """On platforms of many servers, the post's name on all of them (ActivityPub); ``id`` is that of one server."""
    is_bot: bool = False
    """The platform says that a machine writes."""
    named: frozenset[str] = frozenset()
    """Accounts on platforms of many servers that it names or quotes, ``name@server`` in lower case; not stored."""
    above: tuple[str, ...] = ()
    """Digests of the accounts that wrote what it stands below, as far as the platform told, see ``accounts_above``."""

    @property
    def words(self) -> str:
        """Return what somebody wrote, the title first where the text does not begin with it."""
        return self.text if not self.title or self.text.startswith(self.title) else f"{self.title}\n{self.text}"
