"""Changes of the Page and events in its chats, as the app is told of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infra.square.core.web import BadInput
from infra.square.core.world import Events, Person, Post, Thread
from infra.square.platforms._graph.reactions import EMOJI
from infra.square.platforms.facebook.payloads import (
    echo_content,
    feed_value,
    message_content,
    messaging,
    reaction_value,
)
from infra.square.platforms.facebook.places import new_message_id

if TYPE_CHECKING:
    from infra.square.core.world import World
    from infra.square.platforms.facebook.account import FacebookAccount
    from infra.square.platforms.facebook.people import People

PUBLIC_REACTIONS = ("like", "love", "wow", "care", "haha", "sad", "angry")
CHAT_REACTIONS = ("like", "love", "smile", "wow", "sad", "angry", "dislike", "other")
NAMES = {emoji: name for name, emoji in EMOJI.items()} | {"❤️": "love", "🤗": "care", "😄": "haha"}
MOST_EDITS = 5


class FacebookEvents(Events):
    """Publishes a change or an event for what happens."""

    def __init__(self, account: FacebookAccount, world: World, people: People) -> None:
        self.account = account
        self.world = world
        self.people = people

    def posted(self, post: Post) -> None:
        thread, standby = self.world.thread_of(post), post.traits.get("standby", False)
        if thread.public:
            self._publish_change(post, "add")
        elif post.own:
            self._publish_echo(post, thread, standby=standby)
        else:
            self._publish_from(thread, "messages", standby=standby, message=message_content(post))

    def edited(self, post: Post, before: str) -> None:
        thread = self.world.thread_of(post)
        if thread.public:
            self._publish_change(post, "edited")
            return
        edits = post.traits.get("edits", 0) + 1
        if edits > MOST_EDITS:
            raise BadInput("a message can be edited at most five times")
        post.traits["edits"] = edits
        content = {"mid": post.id, "text": post.text, "num_edit": edits}
        self._publish_from(thread, "message_edits", message_edit=content)

    def removed(self, post: Post) -> None:
        """Take away what stands below, too; told is the post itself only, and nothing of an unsent message."""
        if not self.world.thread_of(post).public:
            return
        self._publish_change(post, "remove")
        for below in self.world.posts_in(post.thread_id):
            below.removed = post.parent_id is None or below.parent_id == post.id

    def hide(self, post: Post, hidden: bool) -> None:
        """Hide a comment, or show it again."""
        if post.hidden != hidden:
            post.hidden = hidden
            self._publish_change(post, "hide" if hidden else "unhide")

    def reacted(self, post: Post, person: Person, reaction: str | None, before: str | None) -> None:
        thread = self.world.thread_of(post)
        known = PUBLIC_REACTIONS if thread.public else CHAT_REACTIONS
        reaction = NAMES.get(reaction, reaction) if reaction else None
        if reaction is not None and reaction not in known:
            raise BadInput(f"reaction must be one of {', '.join(known)}")
        if not thread.public and thread.person_id != person.id:
            raise BadInput("only the person whose chat it is can react there")
        self.react(post, person.id, reaction, before)

    def react(self, post: Post, author_id: str, reaction: str | None, before: str | None) -> None:
        """Keep a reaction of a person or the Page, and tell of it if it is another one than before."""
        if reaction is None:
            post.reactions.pop(author_id, None)
        else:
            post.reactions[author_id] = reaction
        thread = self.world.thread_of(post)
        if reaction == before:
            return
        if thread.public:
            verb = "remove" if reaction is None else "edit" if before else "add"
            author, now = self.people.public_author(author_id), self.account.clock.now()
            self.account.publish_change(reaction_value(post, verb, reaction or str(before), author, now))
        elif author_id == thread.person_id:
            self._publish_reaction(post, thread, reaction)

    def read(self, thread: Thread, person: Person) -> None:
        posts = self.world.posts_in(thread.id)
        if posts and thread.traits.get("read_until", 0) < posts[-1].created:
            thread.traits["read_until"] = self.account.clock.now()
            self._publish_from(thread, "message_reads", read={"watermark": thread.traits["read_until"]})

    def press(self, person: Person, title: str, payload: str) -> str:
        """Press a button; returns the id of what is told."""
        thread = self._act(self.world.chat_with(person))
        content = {"mid": new_message_id(), "title": title, "payload": payload}
        self._publish_from(thread, "messaging_postbacks", postback=content)
        return content["mid"]

    def _act(self, thread: Thread) -> Thread:
        """Open the window in which the Page may write."""
        thread.traits["last_action"] = self.account.clock.now()
        return thread

    def _publish_change(self, post: Post, verb: str) -> None:
        author, root = self.people.public_author(post.author_id), self.world.posts[post.thread_id]
        self.account.publish_change(feed_value(post, root, verb, author, self.account.clock.now()))

    def _publish_echo(self, post: Post, thread: Thread, *, standby: bool) -> None:
        """Tell all the Page's tools of its message, and that it arrived."""
        person_id = thread.person_id or ""
        echo = messaging(self.account.id, person_id, post.created, message=echo_content(post))
        self.account.publish_messaging("message_echoes", echo, standby=standby)
        receipt = {"mids": [post.id], "watermark": post.created}
        self._publish_from(thread, "message_deliveries", delivery=receipt)

    def _publish_reaction(self, post: Post, thread: Thread, reaction: str | None) -> None:
        self._act(thread)
        content: dict[str, Any] = {"mid": post.id, "action": "react" if reaction else "unreact"}
        if reaction:
            content |= {"reaction": reaction, "emoji": EMOJI.get(reaction, "❤")}
        self._publish_from(thread, "message_reactions", reaction=content)

    def _publish_from(self, thread: Thread, field: str, *, standby: bool = False, **content: Any) -> None:
        event = messaging(thread.person_id or "", self.account.id, self.account.clock.now(), **content)
        self.account.publish_messaging(field, event, standby=standby)
