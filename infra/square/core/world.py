"""People, threads and posts of one platform."""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any, TypeVar

from infra.square.core.web import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from infra.square.core.clock import Clock

STRANGER = "stranger"
"""Trait of a post that is addressed to nobody: the company hears of it by searching alone."""
ANSWERS = "answers"
"""Trait of a person: the way in which they answer the company's next answer, once."""
WORDS_OF_STRANGERS = {
    "thanks": "Danke, das hilft mir sehr!",
    "no": "Nein danke, bitte schreibt mir nicht mehr.",
}
BLOCKS = {"blocks": True, "blocks_us": True}
"""Traits of somebody who blocks the company, by the names that the platforms look for."""
Entity = TypeVar("Entity", "Person", "Thread", "Post")


@dataclass
class Person:
    """Somebody on the platform. ``traits`` are the platform's own."""

    id: str
    name: str
    handle: str
    traits: dict[str, Any] = field(default_factory=dict)


@dataclass
class Thread:
    """Posts that belong together: a public thread, or a chat with one person."""

    id: str
    title: str = ""
    public: bool = True
    person_id: str | None = None
    traits: dict[str, Any] = field(default_factory=dict)


@dataclass
class Post:
    """One message. Times are milliseconds since 1970; ``own`` is the company's."""

    id: str
    thread_id: str
    author_id: str
    text: str
    created: int
    parent_id: str | None = None
    own: bool = False
    edited: int | None = None
    removed: bool = False
    hidden: bool = False
    attachments: list[dict[str, Any]] = field(default_factory=list)
    reactions: dict[str, str] = field(default_factory=dict)
    read: bool = False
    traits: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Utterance:
    """A message that is about to be posted: who writes what, and where."""

    author: Person | None
    """None: the company."""
    text: str
    thread: Thread | None = None
    parent: Post | None = None
    public: bool = True
    """A new thread is begun in public, or with the author alone."""
    title: str = ""
    attachments: Sequence[dict[str, Any]] = ()
    post_id: str | None = None
    """None: the platform gives an id."""
    is_told: bool = False
    """Tell webhooks although the company itself writes."""
    traits: dict[str, Any] = field(default_factory=dict)


class Events:
    """Receives what happens on a platform; a platform overrides what its webhooks and its interface tell."""

    def posted(self, post: Post) -> None:
        """Take note of a new post of somebody else's, or of a post of the company's that is told."""

    def takes_edits(self, post: Post) -> bool:
        """Return whether who wrote a post can change it."""
        return True

    def edited(self, post: Post, before: str) -> None:
        """Take note of a changed post of somebody else's; ``before`` is the text until now."""

    def removed(self, post: Post) -> None:
        """Take note of a removed post, which is marked and still among the posts."""

    def reacted(self, post: Post, person: Person, reaction: str | None, before: str | None) -> None:
        """Take note of a reaction (an emoji) or that it was taken back (None), and of the one until now."""

    def read(self, thread: Thread, person: Person) -> None:
        """Take note that a person read a chat; the company's posts there are marked."""


class Places:
    """Decides where a post belongs, and under which ids; a platform overrides what it does otherwise."""

    def __init__(self, new_id: Callable[[str], str]) -> None:
        self.new_id = new_id

    def handle(self, name: str, taken: set[str]) -> str:
        """Return how a new person is called where names have no spaces."""
        plain = "".join(letter for letter in name.lower() if letter.isascii() and letter.isalnum())
        return plain if plain and plain not in taken else f"{plain or 'guest'}{secrets.randbelow(10**6)}"

    def new_person(self, world: World, name: str) -> Person:
        """Return somebody who was not here before."""
        taken = {person.handle for person in world.people.values()}
        return Person(self.new_id("person"), name, self.handle(name, taken))

    def begin(self, world: World, person: Person | None, public: bool, title: str) -> Thread:
        """Begin a thread: in public, or with a person alone."""
        return world.add(Thread(self.new_id("thread"), title, public, person.id if person and not public else None))

    def chat_with(self, world: World, person: Person) -> Thread:
        """Return the private thread with a person, begun if there is none."""
        chats = (thread for thread in world.threads.values() if not thread.public and thread.person_id == person.id)
        return next(chats, None) or self.begin(world, person, False, "")

    def takes_answers(self, thread: Thread) -> bool:
        """Return whether customers can write below what stands in a thread."""
        return True

    def place(self, world: World, utterance: Utterance) -> Utterance:
        """Return the utterance with what the platform decides about its thread, parent, id and traits."""
        return utterance


class World:
    """People, threads and posts by id, in the order in which they came."""

    def __init__(self, clock: Clock, places: Places, account_id: str, changed: Callable[[], None]) -> None:
        self.people: dict[str, Person] = {}
        self.threads: dict[str, Thread] = {}
        self.posts: dict[str, Post] = {}
        self.events = Events()
        self.places = places
        self._clock = clock
        self._account_id = account_id
        self._changed = changed

    def post(self, utterance: Utterance) -> Post:
        """Add a post where the platform's places want it; a thread is begun where none is named."""
        placed = self.places.place(self, utterance)
        author, parent = placed.author, placed.parent
        thread = placed.thread or (self.threads[parent.thread_id] if parent else None)
        thread = thread or self.places.begin(self, author, placed.public, placed.title)
        post = Post(
            placed.post_id or self.places.new_id("post"),
            thread.id,
            author.id if author else self._account_id,
            placed.text,
            self._clock.now(),
            parent_id=parent.id if parent else None,
            own=author is None,
            attachments=[dict(attachment) for attachment in placed.attachments],
            traits=dict(placed.traits),
        )
        self.posts[post.id] = post
        if placed.is_told or (author is not None and not placed.traits.get(STRANGER)):
            self.events.posted(post)
        self._changed()
        if author is None and parent is not None:
            self._answer_as_told(post, parent)
        return post

    def _answer_as_told(self, post: Post, parent: Post) -> None:
        """Have a stranger whom the company answers react in the way that was said of them."""
        person = self.people.get(parent.author_id)
        way = str(person.traits.pop(ANSWERS, "")) if person else ""
        if person is None or not way:
            return
        if way == "block":
            person.traits |= BLOCKS
        elif way in WORDS_OF_STRANGERS:
            thread = self.thread_of(post)
            self.post(Utterance(person, WORDS_OF_STRANGERS[way], thread=thread, parent=post))

    def add(self, thread: Thread) -> Thread:
        """Add a thread; returns the one that has its id already, if there is one."""
        return self.threads.setdefault(thread.id, thread)

    def person(self, author: dict[str, Any]) -> Person:
        """Return the person of a name or id, a new one for a new name; raises ``BadInput``."""
        known, name = author.get("id"), author.get("name")
        if known is not None:
            if str(known) not in self.people:
                raise BadInput("there is nobody with this id")
            return self.people[str(known)]
        if not isinstance(name, str) or not name.strip():
            raise BadInput("author needs a name or an id")
        person = next((person for person in self.people.values() if person.name == name), None)
        if person is None:
            person = self.places.new_person(self, name)
            self.people[person.id] = person
        return person

    def chat_with(self, person: Person) -> Thread:
        """Return the private thread with a person, begun if there is none."""
        return self.places.chat_with(self, person)

    def thread_of(self, post: Post) -> Thread:
        """Return the thread of a post."""
        return self.threads[post.thread_id]

    def posts_in(self, thread_id: str) -> list[Post]:
        """Return the posts of a thread that were not removed, oldest first."""
        return [post for post in self.posts.values() if post.thread_id == thread_id and not post.removed]

    def find(self, post_id: str) -> Post | None:
        """Return a post that was not removed, if there is one of this id."""
        post = self.posts.get(post_id)
        return post if post and not post.removed else None

    def get(self, post_id: str) -> Post:
        """Return a post that was not removed; raises ``BadInput``."""
        post = self.find(post_id)
        if post is None:
            raise BadInput("there is no such message, or it was removed")
        return post

    def get_of_others(self, post_id: str) -> Post:
        """Return a post that is not the company's; raises ``BadInput``."""
        post = self.get(post_id)
        if post.own:
            raise BadInput("this is the company's")
        return post

    def target(self, thread_or_post_id: str) -> tuple[Thread, Post | None]:
        """Return the thread that a reply goes to, and the post that it answers; raises ``BadInput``."""
        if thread_or_post_id in self.threads:
            return self.threads[thread_or_post_id], None
        parent = self.get(thread_or_post_id)
        return self.threads[parent.thread_id], parent

    def snapshot(self) -> dict[str, Any]:
        """Return everything as JSON."""
        return {
            "people": [asdict(person) for person in self.people.values()],
            "threads": [asdict(thread) for thread in self.threads.values()],
            "posts": [asdict(post) for post in self.posts.values()],
        }

    def restore(self, stored: dict[str, Any]) -> None:
        """Take over a snapshot; an empty one empties the world."""
        self.people = _restored(Person, stored.get("people", []))
        self.threads = _restored(Thread, stored.get("threads", []))
        self.posts = _restored(Post, stored.get("posts", []))


def _restored(kind: type[Entity], stored: Iterable[dict[str, Any]]) -> dict[str, Entity]:
    """Return stored entities by id; members that a kind does not know are left out."""
    known = {member.name for member in fields(kind)}
    entities = [kind(**{name: value for name, value in each.items() if name in known}) for each in stored]
    return {entity.id: entity for entity in entities}
