"""Posts, comments and chats as the Graph API shows them to who holds the Page's token."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infra.square.core.clock import iso
from infra.square.platforms._graph.errors import GraphError
from infra.square.platforms._graph.fields import Wanted, parse_fields
from infra.square.platforms._graph.paging import page_of, read_time
from infra.square.platforms.facebook.events import permalink

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from infra.square.platforms.facebook.account import Account
    from infra.square.platforms.facebook.chats import Chats
    from infra.square.platforms.facebook.model import Chat, Item, Message
    from infra.square.platforms.facebook.people import People
    from infra.square.platforms.facebook.wall import Wall

PRIVATE_REPLY_MS = 7 * 24 * 3600 * 1000


class Reading:
    """Renders objects with the fields that were asked for; a value that is not there is left out."""

    def __init__(self, account: Account, people: People, wall: Wall, chats: Chats, address: str) -> None:
        self._account = account
        self._people = people
        self._wall = wall
        self._chats = chats
        self._root = address
        """The address of the API, so that a nested list can name its next page."""

    def item(self, item: Item, fields: str) -> dict[str, Any]:
        return self._item(item, parse_fields(fields or "id,created_time,message,from"))

    def feed(self, params: Mapping[str, Any]) -> dict[str, Any]:
        posts = [post for post in reversed(self._wall.posts()) if _within(post, params)]
        wanted = parse_fields(str(params.get("fields") or "id,created_time,message"))
        return self._list(posts, wanted, params, f"{self._root}/{self._account.page_id}/feed")

    def comments(self, item: Item, params: Mapping[str, Any], wanted: list[Wanted]) -> dict[str, Any]:
        everything = params.get("filter") == "stream" and item.is_post
        comments = self._wall.thread(item.id) if everything else self._wall.comments_on(item.id)
        comments = [comment for comment in comments if _within(comment, params)]
        if params.get("order") in ("reverse_chronological", "reverse_chronological_order"):
            comments.reverse()
        return self._list(comments, wanted, params, f"{self._root}/{item.id}/comments")

    def reactions(self, item: Item, params: Mapping[str, Any]) -> dict[str, Any]:
        entries = list(item.reactions.items())
        shown, paging = page_of(entries, lambda entry: entry[0], params, f"{self._root}/{item.id}/reactions")
        data = [{"id": who, "name": self._people.name_of(who), "type": kind.upper()} for who, kind in shown]
        return {"data": data, **({"paging": paging} if paging else {})}

    def conversations(self, chats: list[Chat], params: Mapping[str, Any]) -> dict[str, Any]:
        wanted = parse_fields(str(params.get("fields") or "id,link,updated_time"))
        address = f"{self._root}/{self._account.page_id}/conversations"
        shown, paging = page_of(chats, lambda chat: chat.id, params, address)
        return {"data": [self.conversation(chat, wanted) for chat in shown], **({"paging": paging} if paging else {})}

    def conversation(self, chat: Chat, wanted: list[Wanted]) -> dict[str, Any]:
        makers: dict[str, Callable[[Wanted], Any]] = {
            "link": lambda _: f"/{self._account.page_id}/inbox/{chat.id}/",
            "updated_time": lambda _: iso(chat.messages[-1].created if chat.messages else 0),
            "message_count": lambda _: len(chat.messages),
            "participants": lambda _: {"data": [self._party(chat.person_id), self._party(self._account.page_id)]},
            "messages": lambda each: self.messages(chat, each.modifiers, each.below),
        }
        return _render(chat.id, makers, wanted)

    def messages(self, chat: Chat, params: Mapping[str, Any], wanted: list[Wanted]) -> dict[str, Any]:
        """Newest first, as Graph gives them."""
        newest_first = chat.messages[::-1]
        shown, paging = page_of(newest_first, lambda each: each.mid, params, f"{self._root}/{chat.id}/messages")
        data = [self.message(chat, each, wanted) for each in shown]
        return {"data": data, **({"paging": paging} if paging else {})}

    def message(self, chat: Chat, message: Message, wanted: list[Wanted]) -> dict[str, Any]:
        other = self._account.page_id if message.author_id == chat.person_id else chat.person_id
        makers: dict[str, Callable[[Wanted], Any]] = {
            "message": lambda _: message.text,
            "created_time": lambda _: iso(message.created),
            "from": lambda _: self._party(message.author_id),
            "to": lambda _: {"data": [self._party(other)]},
            "attachments": lambda _: {"data": message.attachments} if message.attachments else None,
        }
        return _render(message.mid, makers, wanted or [Wanted("id"), Wanted("created_time")])

    def _party(self, who: str) -> dict[str, str]:
        return {"name": self._people.name_of(who), "id": who}

    def _list(self, items: list[Item], wanted: list[Wanted], params: Mapping[str, Any], address: str) -> dict[str, Any]:
        # Removed items keep their place while paging, so that a cursor that names one still leads on.
        shown, paging = page_of(items, lambda item: item.id, _without_secrets(params), address)
        data = [self._item(item, wanted) for item in shown if not item.removed]
        return {"data": data, **({"paging": paging} if paging else {})}

    def _item(self, item: Item, wanted: list[Wanted]) -> dict[str, Any]:
        makers = self._common(item) | (self._of_post(item) if item.is_post else self._of_comment(item))
        return _render(item.id, makers, wanted)

    def _common(self, item: Item) -> dict[str, Callable[[Wanted], Any]]:
        page_id = self._account.page_id
        return {
            "message": lambda _: item.text or (None if item.is_post else ""),
            "created_time": lambda _: iso(item.created),
            "from": lambda _: self._people.public_author(item.author_id),
            "permalink_url": lambda _: permalink(item),
            "is_hidden": lambda _: item.hidden,
            "can_reply_privately": lambda _: self._can_reply_privately(item),
            "comments": lambda each: self.comments(item, each.modifiers, each.below or _DEFAULT_COMMENT),
            "reactions": lambda each: self.reactions(item, each.modifiers),
            "likes": lambda each: self.reactions(item, each.modifiers),
            "like_count": lambda _: len(item.reactions),
            "comment_count": lambda _: sum(not comment.removed for comment in self._wall.comments_on(item.id)),
            "user_likes": lambda _: page_id in item.reactions,
            "attachment": lambda _: _attachment(item),
        }

    def _of_post(self, item: Item) -> dict[str, Callable[[Wanted], Any]]:
        return {
            "updated_time": lambda _: iso(item.updated),
            "full_picture": lambda _: item.photos[0] if item.photos else None,
            "is_published": lambda _: True,
            "status_type": lambda _: "added_photos" if item.photos else "mobile_status_update",
            "attachments": lambda _: {"data": [_attachment(item)]} if _attachment(item) else None,
            "to": lambda _: {"data": [self._party(self._account.page_id)]},
        }

    def _of_comment(self, item: Item) -> dict[str, Callable[[Wanted], Any]]:
        parent = None if item.is_top_level else self._wall.items[item.parent_id]
        mine = item.author_id == self._account.page_id
        return {
            "parent": lambda each: self._item(parent, each.below or _DEFAULT_COMMENT) if parent else None,
            "object": lambda _: {"id": item.post_id.partition("_")[2]},
            "can_hide": lambda _: not mine,
            "can_comment": lambda _: True,
            "can_remove": lambda _: True,
            "can_like": lambda _: True,
            "private_reply_conversation": lambda _: self._reply_conversation(item),
        }

    def _can_reply_privately(self, item: Item) -> bool:
        young = self._account.clock.now() - item.created <= PRIVATE_REPLY_MS
        return young and not item.privately_replied and item.author_id != self._account.page_id

    def _reply_conversation(self, item: Item) -> dict[str, Any] | None:
        chat = self._chats.by_person.get(item.author_id) if item.privately_replied else None
        return {"id": chat.id} if chat else None


_DEFAULT_COMMENT = [Wanted("created_time"), Wanted("from"), Wanted("message")]


def _render(own_id: str, makers: Mapping[str, Callable[[Wanted], Any]], wanted: list[Wanted]) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for each in wanted:
        if each.name == "id":
            continue
        if each.name not in makers:
            raise GraphError(100, message=f"(#100) Tried accessing nonexisting field ({each.name})")
        value = makers[each.name](each)
        if value is not None:
            shown[each.name] = value
    return {**shown, "id": own_id}


def _within(item: Item, params: Mapping[str, Any]) -> bool:
    since, until = read_time("since", params.get("since")), read_time("until", params.get("until"))
    # Graph counts whole seconds: what was written within the second of `since` belongs to it.
    seconds = item.created // 1000 * 1000
    return (since is None or seconds >= since // 1000 * 1000) and (until is None or seconds <= until)


def _attachment(item: Item) -> dict[str, Any] | None:
    if item.video:
        return {"type": "video_inline", "url": item.video, "media": {"source": item.video}}
    if item.photos:
        return {"type": "photo", "url": item.photos[0], "media": {"image": {"src": item.photos[0]}}}
    return {"type": "share", "url": item.link} if item.link else None


def _without_secrets(params: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in params.items() if name not in ("access_token", "appsecret_proof")}
