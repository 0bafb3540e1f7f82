"""State files of earlier versions, in which Facebook kept its people, posts and chats in shapes of its own."""

from __future__ import annotations

from typing import Any

TRAITS = ("hides_profile", "hides_author", "blocked", "shut_out")
CHAT_TRAITS = ("last_action", "read_until", "page_read_until")
MESSAGE_TRAITS = ("quick_reply", "quick_replies", "app_id", "metadata", "private_reply_to", "edits")


def upgrade(stored: dict[str, Any]) -> dict[str, Any]:
    """Return what is stored of Facebook in today's form; today's form stays as it is."""
    if "items" not in stored:
        return stored
    people = {person["id"]: _person(person) for person in stored.get("people", [])}
    items, chats = stored["items"], stored.get("chats", [])
    account = stored.get("account", {})
    subscription = account.pop("subscription", None)
    hook = {"url": subscription.pop("callback_url"), **subscription} if subscription else {}
    return {
        "people": list(people.values()),
        "threads": [_public_thread(item) for item in items if item["id"] == item["post_id"]]
        + [_chat(c) for c in chats],
        "posts": [_post(item, people) for item in items]
        + [_message(m, chat, people) for chat in chats for m in chat["messages"]],
        "hook": hook,
        "extra": account,
    }


def _person(person: dict[str, Any]) -> dict[str, Any]:
    traits = {name: person[name] for name in TRAITS if person.get(name)}
    return {"id": person["id"], "name": person["name"], "handle": person["id"], "traits": traits}


def _public_thread(item: dict[str, Any]) -> dict[str, Any]:
    return {"id": item["id"], "public": True}


def _chat(chat: dict[str, Any]) -> dict[str, Any]:
    traits = {name: chat[name] for name in CHAT_TRAITS if chat.get(name)}
    return {"id": chat["id"], "public": False, "person_id": chat["person_id"], "traits": traits}


def _post(item: dict[str, Any], people: dict[str, Any]) -> dict[str, Any]:
    urls = [("image", url) for url in item.get("photos", [])] + [
        ("video", item.get("video")),
        ("link", item.get("link")),
    ]
    return {
        **{name: item[name] for name in ("id", "author_id", "text", "created", "hidden", "removed", "reactions")},
        "thread_id": item["post_id"],
        "parent_id": None if item["id"] == item["post_id"] else item["parent_id"],
        "own": item["author_id"] not in people,
        "edited": item["updated"] if item["updated"] != item["created"] else None,
        "attachments": [{"type": kind, "url": url} for kind, url in urls if url],
        "traits": {"privately_replied": True} if item.get("privately_replied") else {},
    }


def _message(message: dict[str, Any], chat: dict[str, Any], people: dict[str, Any]) -> dict[str, Any]:
    return {
        **{name: message[name] for name in ("author_id", "text", "created", "attachments", "reactions")},
        "id": message["mid"],
        "thread_id": chat["id"],
        "parent_id": message.get("reply_to"),
        "own": message["author_id"] not in people,
        "edited": message["created"] if message.get("edits") else None,
        "traits": {name: message[name] for name in MESSAGE_TRAITS if message.get(name)},
    }
