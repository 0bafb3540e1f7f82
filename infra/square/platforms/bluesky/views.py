"""Posts, people, notifications and chat messages as the app view shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infra.square.core.world import Post, Thread
from infra.square.platforms.bluesky.account import Note, iso
from infra.square.platforms.bluesky.records import LIKE, cid_of, reference

if TYPE_CHECKING:
    from infra.square.core.world import World
    from infra.square.platforms.bluesky.account import BlueskyAccount


class Views:
    """Renders what stands in the world."""

    def __init__(self, account: BlueskyAccount, world: World) -> None:
        self.account = account
        self.world = world

    def profile(self, did: str) -> dict[str, Any]:
        if did == self.account.id:
            return {
                "did": did,
                "handle": self.account.config["handle"],
                "displayName": self.account.config.get("account_name", ""),
            }
        person = self.world.people[did]
        blocking = next(
            (uri for uri, each in self.account.records.items() if each["value"].get("subject") == did), None
        )
        viewer = {"muted": False, "blockedBy": bool(person.traits.get("blocks_us"))}
        viewer |= {"blocking": blocking} if blocking else {}
        return {"did": did, "handle": person.handle, "displayName": person.name, "viewer": viewer, "labels": []}

    def post_view(self, post: Post) -> dict[str, Any]:
        like_uri = next((uri for uri, each in self.account.records.items() if _likes(each["value"], post.id)), None)
        return {
            "uri": post.id,
            "cid": post.traits["cid"],
            "author": self.profile(post.author_id),
            "record": post.traits["record"],
            "replyCount": sum(each.parent_id == post.id for each in self.world.posts.values()),
            "repostCount": 0,
            "likeCount": len(post.reactions),
            "quoteCount": 0,
            "indexedAt": iso(post.created),
            "viewer": {
                "threadMuted": False,
                "replyDisabled": bool(self.world.thread_of(post).traits.get("closed") or post.traits.get("closed")),
                **({"like": like_uri} if like_uri else {}),
            },
            "labels": [],
        }

    def notification(self, note: Note) -> dict[str, Any]:
        post, subject = self.world.posts.get(note.uri), note.subject
        if post:
            record, cid = post.traits["record"], post.traits["cid"]
        else:
            record = {"$type": note.uri.split("/")[3], "createdAt": iso(note.at)}
            record |= {
                "subject": reference(self.world, subject) if subject.startswith("at://") else subject or self.account.id
            }
            cid = cid_of(record)
        return {
            "uri": note.uri,
            "cid": cid,
            "author": self.profile(note.author_id),
            "reason": note.reason,
            **({"reasonSubject": subject} if subject else {}),
            "record": record,
            "isRead": False,
            "indexedAt": iso(note.at),
            "labels": [],
        }

    def message_view(self, post: Post) -> dict[str, Any]:
        view = {"id": post.id, "rev": post.id, "sender": {"did": post.author_id}, "sentAt": iso(post.created)}
        if post.removed:
            return {"$type": "chat.bsky.convo.defs#deletedMessageView", **view}
        return {"$type": "chat.bsky.convo.defs#messageView", **view, "text": post.text}

    def convo(self, thread: Thread) -> dict[str, Any]:
        return {
            "id": thread.id,
            "rev": self.account.tid(),
            "members": [self.profile(self.account.id), self.profile(thread.person_id or "")],
            "muted": False,
            "unreadCount": 0,
            "status": "accepted",
            "kind": {"$type": "chat.bsky.convo.defs#directConvo"},
        }


def _likes(record: dict[str, Any], uri: str) -> bool:
    return record["$type"] == LIKE and record["subject"]["uri"] == uri
