"""Webhook values in Meta's shapes: seconds in the feed, milliseconds in Messenger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infra.square.core.clock import iso

if TYPE_CHECKING:
    from infra.square.core.world import Post

POST_PREFIX = "https://www.facebook.com"


def urls_of(post: Post, kind: str) -> list[str]:
    """Return the addresses of a post's attachments of a kind: ``image``, ``video`` or ``link``."""
    return [attachment["url"] for attachment in post.attachments if attachment.get("type") == kind]


def permalink(post: Post) -> str:
    """Return the address of a post or comment for people."""
    page_id, _, number = post.thread_id.partition("_")
    url = f"{POST_PREFIX}/{page_id}/posts/{number}"
    return f"{url}?comment_id={post.id.partition('_')[2]}" if post.parent_id else url


def feed_value(post: Post, root: Post, verb: str, author: dict[str, str] | None, now: int) -> dict[str, Any]:
    """Return the value of a ``feed`` change about a post or comment; ``root`` is the post at the thread's root."""
    value = _comment_value(post, root) if post.parent_id else _post_value(post, verb)
    if author:
        value["from"] = author
    value["verb"] = verb
    if verb == "remove":
        value.pop("message", None)
    # Meta repeats a post's own time when it is edited, and tells the time of the edit for a comment.
    changed_comment = verb == "edited" and post.parent_id is not None
    value["created_time"] = (now if changed_comment or verb == "remove" else post.created) // 1000
    return value


def _comment_value(comment: Post, root: Post) -> dict[str, Any]:
    value: dict[str, Any] = {
        "item": "comment",
        "comment_id": comment.id,
        "post_id": comment.thread_id,
        "parent_id": comment.parent_id,
        "post": {
            "id": root.id,
            "permalink_url": permalink(root),
            "status_type": _status_type(root),
            "is_published": True,
            "updated_time": iso(root.edited or root.created),
            "promotion_status": "inactive",
        },
    }
    if comment.text:
        value["message"] = comment.text
    if photos := urls_of(comment, "image"):
        value["photo"] = photos[0]
    if videos := urls_of(comment, "video"):
        value["video"] = videos[0]
    return value


def _status_type(post: Post) -> str:
    if urls_of(post, "video"):
        return "added_video"
    return "added_photos" if urls_of(post, "image") else "mobile_status_update"


def _post_value(post: Post, verb: str) -> dict[str, Any]:
    value: dict[str, Any] = {"item": "status", "post_id": post.id, "published": 1}
    number, photos, videos = post.id.partition("_")[2], urls_of(post, "image"), urls_of(post, "video")
    if post.text:
        value["message"] = post.text
    if videos:
        value |= {"item": "video", "video_id": number, "link": videos[0]}
    elif len(photos) == 1:
        value |= {"item": "photo", "photo_id": number, "link": photos[0]}
    elif photos:
        value["photos"] = photos
    elif verb == "remove":
        value["item"] = "post"
    if links := urls_of(post, "link"):
        value["link"] = links[0]
    return value


def reaction_value(post: Post, verb: str, reaction: str, author: dict[str, str] | None, now: int) -> dict[str, Any]:
    """Return the value of a ``feed`` change about a reaction."""
    value: dict[str, Any] = {
        "item": "reaction",
        "reaction_type": reaction,
        "verb": verb,
        "post_id": post.thread_id,
        "parent_id": post.parent_id or post.id,
        "created_time": now // 1000,
    }
    if post.parent_id:
        value["comment_id"] = post.id
    if author:
        value["from"] = author
    return value


def messaging(sender: str, recipient: str, timestamp: int, **content: Any) -> dict[str, Any]:
    """Return a Messenger event."""
    return {"sender": {"id": sender}, "recipient": {"id": recipient}, "timestamp": timestamp, **content}


def message_content(message: Post) -> dict[str, Any]:
    """Return a private message as an event tells it."""
    content: dict[str, Any] = {"mid": message.id}
    if message.text:
        content["text"] = message.text
    if message.attachments:
        content["attachments"] = [message_attachment(attachment) for attachment in message.attachments]
    if message.traits.get("quick_reply") is not None:
        content["quick_reply"] = {"payload": message.traits["quick_reply"]}
    if message.parent_id:
        content["reply_to"] = {"mid": message.parent_id}
    return content


def message_attachment(attachment: dict[str, Any]) -> dict[str, Any]:
    """Return an attachment in Messenger's shape, which the square's own (``type``, ``url``) is turned into."""
    if "url" not in attachment:
        return attachment
    return {"type": attachment.get("type", "file"), "payload": {"url": attachment["url"]}}


def echo_content(message: Post) -> dict[str, Any]:
    """Return a private message of the Page as an echo tells it."""
    content = message_content(message) | {"is_echo": True}
    content.pop("quick_reply", None)
    app_id, metadata = message.traits.get("app_id"), message.traits.get("metadata")
    if app_id is not None:
        content["app_id"] = int(app_id) if app_id.isdigit() else app_id
    if metadata is not None:
        content["metadata"] = metadata
    return content
