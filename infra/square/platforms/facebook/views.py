"""Posts, comments and chats as the Graph API shows them to who holds the Page's token."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infra.square.core.clock import iso
from infra.square.platforms._graph.fields import Wanted, parse_fields
from infra.square.platforms._graph.nodes import SECRETS, show_node
from infra.square.platforms._graph.paging import page_of, read_time
from infra.square.platforms.facebook.payloads import message_attachment, permalink, urls_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from infra.square.core.world import Post, Thread, World
    from infra.square.platforms.facebook.account import FacebookAccount
    from infra.square.platforms.facebook.people import People

    Maker = Callable[[Wanted], Any]

PRIVATE_REPLY_MS = 7 * 24 * 3600 * 1000
DEFAULT_COMMENT = [Wanted("created_time"), Wanted("from"), Wanted("message")]


class Views:
    """Renders objects with the fields that were asked for; a value that is not there is left out."""

    def __init__(self, account: FacebookAccount, world: World, people: People, address: str) -> None:
        self._account = account
        self._world = world
        self._people = people
        self._address = address
        """The address of the API, so that a nested list can name its next page."""

    def post(self, post: Post, fields: str) -> dict[str, Any]:
        """Return a post or comment."""
        return self._post(post, parse_fields(fields or "id,created_time,message,from"))

    def feed(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Return the Page's feed, newest first."""
        posts = [post for post in reversed(self._world.posts.values()) if self._is_root(post) and _within(post, params)]
        wanted = parse_fields(str(params.get("fields") or "id,created_time,message"))
        return self._list(posts, wanted, params, f"{self._address}/{self._account.id}/feed")

    def comments(self, post: Post, params: Mapping[str, Any], wanted: list[Wanted]) -> dict[str, Any]:
        """Return the comments on a post or comment; with ``filter=stream`` all below a post."""
        everything = params.get("filter") == "stream" and post.parent_id is None
        comments = self._below(post) if everything else self._comments_on(post)
        comments = [comment for comment in comments if _within(comment, params)]
        if params.get("order") in ("reverse_chronological", "reverse_chronological_order"):
            comments.reverse()
        listed = self._list(comments, wanted, params, f"{self._address}/{post.id}/comments")
        return listed | _summary(params, sum(not comment.removed for comment in comments))

    def reactions(self, post: Post, params: Mapping[str, Any]) -> dict[str, Any]:
        """Return who reacted to a post or comment, and how."""
        reactions = list(post.reactions.items())
        page, paging = page_of(reactions, lambda each: each[0], params, f"{self._address}/{post.id}/reactions")
        data = [{"id": who, "name": self._people.name_of(who), "type": kind.upper()} for who, kind in page]
        return {"data": data, **({"paging": paging} if paging else {})} | _summary(params, len(reactions))

    def conversations(self, threads: list[Thread], params: Mapping[str, Any]) -> dict[str, Any]:
        """Return private chats."""
        wanted = parse_fields(str(params.get("fields") or "id,link,updated_time"))
        address = f"{self._address}/{self._account.id}/conversations"
        page, paging = page_of(threads, lambda thread: thread.id, params, address)
        data = [self.conversation(thread, wanted) for thread in page]
        return {"data": data, **({"paging": paging} if paging else {})}

    def conversation(self, thread: Thread, wanted: list[Wanted]) -> dict[str, Any]:
        """Return one private chat."""
        posts = self._world.posts_in(thread.id)
        parties = [self._people.party(thread.person_id or ""), self._people.party(self._account.id)]
        makers: dict[str, Maker] = {
            "link": lambda _: f"/{self._account.id}/inbox/{thread.id}/",
            "updated_time": lambda _: iso(posts[-1].created if posts else 0),
            "message_count": lambda _: len(posts),
            "participants": lambda _: {"data": parties},
            "messages": lambda field: self.messages(thread, field.modifiers, field.below),
        }
        return show_node(thread.id, makers, wanted)

    def messages(self, thread: Thread, params: Mapping[str, Any], wanted: list[Wanted]) -> dict[str, Any]:
        """Return the messages of a chat, newest first."""
        newest_first = self._world.posts_in(thread.id)[::-1]
        page, paging = page_of(newest_first, lambda post: post.id, params, f"{self._address}/{thread.id}/messages")
        data = [self.message(post, wanted) for post in page]
        return {"data": data, **({"paging": paging} if paging else {})}

    def message(self, message: Post, wanted: list[Wanted]) -> dict[str, Any]:
        """Return one private message."""
        person_id = self._world.thread_of(message).person_id or ""
        recipient = person_id if message.own else self._account.id
        attachments = [message_attachment(attachment) for attachment in message.attachments]
        makers: dict[str, Maker] = {
            "message": lambda _: message.text,
            "created_time": lambda _: iso(message.created),
            "from": lambda _: self._people.party(message.author_id),
            "to": lambda _: {"data": [self._people.party(recipient)]},
            "attachments": lambda _: {"data": attachments} if attachments else None,
        }
        return show_node(message.id, makers, wanted or [Wanted("id"), Wanted("created_time")])

    def _list(self, posts: list[Post], wanted: list[Wanted], params: Mapping[str, Any], address: str) -> dict[str, Any]:
        # Removed posts keep their place while paging, so that a cursor that names one still leads on.
        params = {name: value for name, value in params.items() if name not in SECRETS}
        page, paging = page_of(posts, lambda post: post.id, params, address)
        data = [self._post(post, wanted) for post in page if not post.removed]
        return {"data": data, **({"paging": paging} if paging else {})}

    def _post(self, post: Post, wanted: list[Wanted]) -> dict[str, Any]:
        makers = self._common(post) | (self._of_comment(post) if post.parent_id else self._of_root(post))
        return show_node(post.id, makers, wanted)

    def _common(self, post: Post) -> dict[str, Maker]:
        return {
            "message": lambda _: post.text or ("" if post.parent_id else None),
            "created_time": lambda _: iso(post.created),
            "from": lambda _: self._people.public_author(post.author_id),
            "permalink_url": lambda _: permalink(post),
            "is_hidden": lambda _: post.hidden,
            "can_reply_privately": lambda _: self._can_reply_privately(post),
            "comments": lambda field: self.comments(post, field.modifiers, field.below or DEFAULT_COMMENT),
            "reactions": lambda field: self.reactions(post, field.modifiers),
            "likes": lambda field: self.reactions(post, field.modifiers),
            "like_count": lambda _: len(post.reactions),
            "comment_count": lambda _: sum(not comment.removed for comment in self._comments_on(post)),
            "user_likes": lambda _: self._account.id in post.reactions,
            "attachment": lambda _: _attachment(post),
        }

    def _of_root(self, post: Post) -> dict[str, Maker]:
        photos, attachment = urls_of(post, "image"), _attachment(post)
        return {
            "shares": lambda _: {"count": post.traits["shares"]} if post.traits.get("shares") else None,
            "updated_time": lambda _: iso(post.edited or post.created),
            "full_picture": lambda _: photos[0] if photos else None,
            "is_published": lambda _: True,
            "status_type": lambda _: "added_photos" if photos else "mobile_status_update",
            "attachments": lambda _: {"data": [attachment]} if attachment else None,
            "to": lambda _: {"data": [self._people.party(self._account.id)]},
        }

    def _of_comment(self, comment: Post) -> dict[str, Maker]:
        parent = self._world.posts[comment.parent_id or ""]
        return {
            "parent": lambda field: self._post(parent, field.below or DEFAULT_COMMENT) if parent.parent_id else None,
            "object": lambda _: {"id": comment.thread_id.partition("_")[2]},
            "can_hide": lambda _: not comment.own,
            "can_comment": lambda _: True,
            "can_remove": lambda _: True,
            "can_like": lambda _: True,
            "private_reply_conversation": lambda _: self._reply_conversation(comment),
        }

    def _is_root(self, post: Post) -> bool:
        return post.id == post.thread_id

    def _below(self, root: Post) -> list[Post]:
        """Return everything below a post, removed comments included."""
        posts = self._world.posts.values()
        return [post for post in posts if post.thread_id == root.id and post.id != root.id]

    def _comments_on(self, post: Post) -> list[Post]:
        """Return what answers a post or comment itself, removed comments included."""
        return [comment for comment in self._world.posts.values() if comment.parent_id == post.id]

    def _can_reply_privately(self, post: Post) -> bool:
        is_young = self._account.clock.now() - post.created <= PRIVATE_REPLY_MS
        return is_young and not post.own and not post.traits.get("privately_replied")

    def _reply_conversation(self, comment: Post) -> dict[str, Any] | None:
        if not comment.traits.get("privately_replied"):
            return None
        chats = (thread for thread in self._world.threads.values() if thread.person_id == comment.author_id)
        thread = next(chats, None)
        return {"id": thread.id} if thread else None


def _within(post: Post, params: Mapping[str, Any]) -> bool:
    since, until = read_time("since", params.get("since")), read_time("until", params.get("until"))
    # Graph counts whole seconds: what was written within the second of `since` belongs to it.
    seconds = post.created // 1000 * 1000
    return (since is None or seconds >= since // 1000 * 1000) and (until is None or seconds <= until)


def _attachment(post: Post) -> dict[str, Any] | None:
    if videos := urls_of(post, "video"):
        return {"type": "video_inline", "url": videos[0], "media": {"source": videos[0]}}
    if photos := urls_of(post, "image"):
        return {"type": "photo", "url": photos[0], "media": {"image": {"src": photos[0]}}}
    links = urls_of(post, "link")
    return {"type": "share", "url": links[0]} if links else None


def _summary(params: Mapping[str, Any], count: int) -> dict[str, Any]:
    """Return how many there are of what is listed, where that is asked for."""
    return {"summary": {"total_count": count}} if params.get("summary") else {}
