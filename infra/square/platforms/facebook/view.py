"""The Page as data for its visitors' page and for tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infra.square.core.clock import iso

if TYPE_CHECKING:
    from infra.square.platforms.facebook.model import Chat, Item, Message
    from infra.square.platforms.facebook.platform import Facebook


def threads(facebook: Facebook, limit: int | None = None) -> dict[str, Any]:
    """Everything that stands, oldest first, or the last ``limit`` posts; what was removed is gone."""
    posts = [post for post in facebook.wall.posts() if not post.removed]
    posts = posts[-limit:] if limit else posts
    comments: dict[str, list[Item]] = {post.id: [] for post in posts}
    for item in facebook.wall.items.values():
        if not item.is_post and not item.removed and item.post_id in comments:
            comments[item.post_id].append(item)
    return {
        "version": facebook.version,
        "now": facebook.account.clock.now(),
        "page": {"id": facebook.account.page_id, "name": facebook.account.config.page_name},
        "people": [person.to_dict() for person in facebook.people.by_id.values()],
        "posts": [_post(facebook, post, comments[post.id]) for post in posts],
        "chats": [_chat(facebook, chat) for chat in facebook.chats.by_person.values()],
    }


def _post(facebook: Facebook, post: Item, comments: list[Item]) -> dict[str, Any]:
    return {**_item(facebook, post), "comments": [_item(facebook, each) for each in comments]}


def _item(facebook: Facebook, item: Item) -> dict[str, Any]:
    return {
        "id": item.id,
        "parent_id": None if item.is_post else item.parent_id,
        "author": _author(facebook, item.author_id),
        "message": item.text,
        "created_time": iso(item.created),
        "created": item.created,
        "edited": item.updated != item.created,
        "hidden": item.hidden,
        "photos": item.photos,
        "video": item.video,
        "link": item.link,
        "reactions": [{"author": _author(facebook, who), "reaction": kind} for who, kind in item.reactions.items()],
    }


def _chat(facebook: Facebook, chat: Chat) -> dict[str, Any]:
    return {
        "id": chat.id,
        "psid": chat.person_id,
        "person": _author(facebook, chat.person_id),
        "read_until": chat.read_until,
        "page_read_until": chat.page_read_until,
        "messages": [_message(facebook, message) for message in chat.messages],
    }


def _message(facebook: Facebook, message: Message) -> dict[str, Any]:
    return {
        "mid": message.mid,
        "author": _author(facebook, message.author_id),
        "message": message.text,
        "created_time": iso(message.created),
        "created": message.created,
        "edited": message.edits > 0,
        "attachments": message.attachments,
        "app_id": message.app_id,
        "metadata": message.metadata,
        "private_reply_to": message.private_reply_to,
        "quick_replies": message.quick_replies,
        "reactions": [{"author": _author(facebook, who), "reaction": kind} for who, kind in message.reactions.items()],
    }


def _author(facebook: Facebook, author_id: str) -> dict[str, Any]:
    return {
        "id": author_id,
        "name": facebook.people.name_of(author_id),
        "is_page": author_id == facebook.account.page_id,
    }
