"""Webhook values in Meta's shapes: seconds in the feed, milliseconds in Messenger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infra.square.core.clock import iso

if TYPE_CHECKING:
    from infra.square.platforms.facebook.model import Item, Message

POST_PREFIX = "https://www.facebook.com"


def permalink(item: Item) -> str:
    page_id, _, post = item.post_id.partition("_")
    url = f"{POST_PREFIX}/{page_id}/posts/{post}"
    return url if item.is_post else f"{url}?comment_id={item.id.partition('_')[2]}"


def feed_value(item: Item, post: Item, verb: str, author: dict[str, str] | None, now: int) -> dict[str, Any]:
    """The value of a ``feed`` change about a post or a comment."""
    value = _comment_value(item, post) if not item.is_post else _post_value(item, verb)
    if author:
        value["from"] = author
    value["verb"] = verb
    if verb == "remove":
        value.pop("message", None)
    # Meta repeats a post's own time when it is edited, and tells the time of the edit for a comment.
    changed_comment = verb == "edited" and not item.is_post
    value["created_time"] = (now if changed_comment or verb == "remove" else item.created) // 1000
    return value


def _comment_value(item: Item, post: Item) -> dict[str, Any]:
    value: dict[str, Any] = {
        "item": "comment",
        "comment_id": item.id,
        "post_id": item.post_id,
        "parent_id": item.parent_id,
        "post": {
            "id": post.id,
            "permalink_url": permalink(post),
            "status_type": _status_type(post),
            "is_published": True,
            "updated_time": iso(post.updated),
            "promotion_status": "inactive",
        },
    }
    if item.text:
        value["message"] = item.text
    if item.photos:
        value["photo"] = item.photos[0]
    if item.video:
        value["video"] = item.video
    return value


def _status_type(post: Item) -> str:
    if post.video:
        return "added_video"
    return "added_photos" if post.photos else "mobile_status_update"


def _post_value(item: Item, verb: str) -> dict[str, Any]:
    value: dict[str, Any] = {"item": "status", "post_id": item.id, "published": 1}
    number = item.id.partition("_")[2]
    if item.text:
        value["message"] = item.text
    if item.video:
        value |= {"item": "video", "video_id": number, "link": item.video}
    elif len(item.photos) == 1:
        value |= {"item": "photo", "photo_id": number, "link": item.photos[0]}
    elif item.photos:
        value["photos"] = item.photos
    elif verb == "remove":
        value["item"] = "post"
    if item.link:
        value["link"] = item.link
    return value


def reaction_value(item: Item, verb: str, reaction: str, author: dict[str, str] | None, now: int) -> dict[str, Any]:
    value: dict[str, Any] = {
        "item": "reaction",
        "reaction_type": reaction,
        "verb": verb,
        "post_id": item.post_id,
        "parent_id": item.parent_id,
        "created_time": now // 1000,
    }
    if not item.is_post:
        value["comment_id"] = item.id
    if author:
        value["from"] = author
    return value


def messaging(sender: str, recipient: str, timestamp: int, **content: Any) -> dict[str, Any]:
    return {"sender": {"id": sender}, "recipient": {"id": recipient}, "timestamp": timestamp, **content}


def message_content(message: Message) -> dict[str, Any]:
    content: dict[str, Any] = {"mid": message.mid}
    if message.text:
        content["text"] = message.text
    if message.attachments:
        content["attachments"] = message.attachments
    if message.quick_reply is not None:
        content["quick_reply"] = {"payload": message.quick_reply}
    if message.reply_to:
        content["reply_to"] = {"mid": message.reply_to}
    return content


def echo_content(message: Message) -> dict[str, Any]:
    content = message_content(message) | {"is_echo": True}
    content.pop("quick_reply", None)
    if message.app_id is not None:
        content["app_id"] = int(message.app_id) if message.app_id.isdigit() else message.app_id
    if message.metadata is not None:
        content["metadata"] = message.metadata
    return content
