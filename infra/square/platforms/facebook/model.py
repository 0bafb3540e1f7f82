"""What stands on a Page: people, posts and comments, private chats. Plain data, stored as it is."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import Any, Self


class Stored:
    """Data that goes to the state file and comes back, also from an older or newer square."""

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)  # type: ignore[call-overload]

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> Self:
        known = {each.name for each in fields(cls)}  # type: ignore[arg-type]
        return cls(**{name: value for name, value in stored.items() if name in known})


@dataclass
class Person(Stored):
    """Somebody on the square; ``id`` is page-scoped, as on Facebook."""

    id: str
    name: str
    hides_profile: bool = False
    hides_author: bool = False
    """Public posts and comments come without ``from``."""
    blocked: bool = False
    """Has blocked the Page: private messages do not arrive."""
    shut_out: bool = False
    """The Page has blocked this person, who can write neither in public nor in private."""

    @property
    def first_name(self) -> str:
        return self.name.partition(" ")[0]

    @property
    def last_name(self) -> str:
        return self.name.partition(" ")[2]


@dataclass
class Item(Stored):
    """A post or a comment. A post's ``post_id`` and ``parent_id`` are its own id."""

    id: str
    post_id: str
    parent_id: str
    author_id: str
    text: str
    created: int
    updated: int
    photos: list[str] = field(default_factory=list)
    video: str | None = None
    link: str | None = None
    hidden: bool = False
    removed: bool = False
    privately_replied: bool = False
    reactions: dict[str, str] = field(default_factory=dict)

    @property
    def is_post(self) -> bool:
        return self.id == self.post_id

    @property
    def is_top_level(self) -> bool:
        return not self.is_post and self.parent_id == self.post_id


@dataclass
class Message(Stored):
    """One private message; ``author_id`` is the person's or the Page's."""

    mid: str
    author_id: str
    text: str
    created: int
    attachments: list[dict[str, Any]] = field(default_factory=list)
    quick_reply: str | None = None
    quick_replies: list[dict[str, Any]] = field(default_factory=list)
    reply_to: str | None = None
    app_id: str | None = None
    metadata: str | None = None
    private_reply_to: str | None = None
    edits: int = 0
    reactions: dict[str, str] = field(default_factory=dict)


@dataclass
class Chat(Stored):
    """The private chat of one person with the Page."""

    person_id: str
    id: str
    last_action: int | None = None
    """When the person last did something that opens the window."""
    read_until: int = 0
    page_read_until: int = 0
    messages: list[Message] = field(default_factory=list)

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> Self:
        chat = super().from_dict(stored)
        chat.messages = [Message.from_dict(each) for each in stored["messages"]]
        return chat

    def message(self, mid: str) -> Message | None:
        return next((each for each in self.messages if each.mid == mid), None)
