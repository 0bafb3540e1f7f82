"""Threads: a profile with its posts, the answers below them, and posts of others that name it.

Sources: the same as of ``functions/channels/threads.py``. A thread's id is that of the post at its root.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from infra.square.core.stall import Person, Post
from infra.square.core.web import BadInput, Fields
from infra.square.platforms._graph.errors import GraphError, meta_json
from infra.square.platforms._graph.graph_stall import DAY_MS, GraphStall
from infra.square.platforms._graph.paging import read_time

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from infra.square.platforms._graph.call import Call
    from infra.square.platforms._graph.fields import Wanted

LONGEST_TEXT = 500
MOST_ANSWERS = 1000
EMOJI = re.compile("[\u200d\u20e3\ufe0f\u2600-\u27bf\u2b05-\u2b55\U0001f000-\U0001faff\U000e0020-\U000e007f]")
STATES = ("IN_PROGRESS", "FINISHED", "ERROR", "EXPIRED")
KINDS = {"image": "IMAGE", "video": "VIDEO", "audio": "AUDIO"}


class Threads(GraphStall):
    """What is to be published lies in ``containers``: when it was made, its text, what it answers, and its state."""

    name = "threads"
    label = "Threads"
    can = frozenset({"public", "remove"})
    object_name = "threads"
    grant = "th_refresh_token"

    @staticmethod
    def invented(secret: Callable[[], str]) -> dict[str, Any]:
        return {
            "account_id": "26100000000000001",
            "account_name": "funkhaus.beispiel",
            "app_id": "900100200302",
            "app_secret": secret(),
            "access_token": secret(),
            "verify_token": secret(),
        }

    @staticmethod
    def connection(section: dict[str, Any], square_url: str) -> dict[str, Any]:
        names = ("app_secret", "access_token", "verify_token")
        options = {"base_url": f"{square_url}/threads", "app_id": section["app_id"]}
        return {
            "account_id": section["account_id"],
            "account_name": section["account_name"],
            "secrets": {name: section[name] for name in names},
            "options": options | {"username": section["account_name"]},
        }

    def extra_snapshot(self) -> dict[str, Any]:
        return {"containers": self.containers}

    def extra_restore(self, stored: dict[str, Any]) -> None:
        self.containers: dict[str, dict[str, Any]] = stored.get("containers", {})

    # -- what customers do, as webhooks tell it ---------------------------------------------------------------------

    def new_id(self, kind: str) -> str:
        return self.number("261" if kind == "person" else "181")

    def say(self, author: Person | None, text: str, **place: Any) -> Post:
        """A word without a place is the root of a thread of its own; one to a thread answers its root."""
        thread, parent = place.get("thread"), place.get("parent")
        if thread is None and parent is None:
            thread = place["thread"] = self._begin(None, True, text[:60])
            place["post_id"] = thread.id
        elif parent is None and thread is not None:
            place["parent"] = self.standing(thread.id)
        return super().say(author, text, **place)

    def said(self, post: Post) -> None:
        """Answers below what is ours are told as answers, and what names us as a mention; ours as published."""
        parent, root = self.posts.get(post.parent_id or ""), self.posts.get(post.thread_id)
        if post.own:
            shown = ("id", "media_type", "permalink", "timestamp", "username")
            self._tell("publish", {name: self._value(post)[name] for name in shown})
        elif parent and (parent.own or (root and root.own)):
            self._tell("replies", self._value(post))
        if not post.own and f"@{self.account()[1]}" in post.text:
            self._tell("mentions", {**self._value(post), "is_reply": parent is not None}, self.account()[0])

    def acted(self, action: str, asked: Fields) -> dict[str, Any]:
        acts = {
            "publish": lambda: {"message_id": self.say(None, asked.text("text"), echo=True).id},
            "by_hand": lambda: self._by_hand(asked),
            "delete": lambda: self._deleted_by_hand(asked),
            "container": lambda: self._set_container(asked),
            "webhook": lambda: self.enter_webhook(asked),
        }
        return acts[action]() if action in acts else super().acted(action, asked)

    def _by_hand(self, asked: Fields) -> dict[str, Any]:
        """The company answers in the app itself."""
        text, (thread, parent) = asked.text("text"), self._place(asked.text("to"))
        return {"message_id": self.say(None, text, thread=thread, parent=parent, echo=True).id}

    def _deleted_by_hand(self, asked: Fields) -> dict[str, Any]:
        post = self.standing(asked.text("message_id"))
        if post is None or not post.own:
            raise BadInput("this is not the company's, or it was removed")
        self._take_down(post)
        return {"ok": True}

    def _set_container(self, asked: Fields) -> dict[str, Any]:
        """What became of something that is to be published: of the last one, where no id is given."""
        made = self.containers.get(asked.text("id", "") or next(reversed(self.containers), ""))
        if made is None:
            raise BadInput("there is no such container")
        made["status"] = asked.choice("status", STATES)
        return {"ok": True}

    def compose(self, updates: list[dict[str, Any]]) -> bytes:
        return meta_json(updates[0])

    def _tell(self, field: str, value: dict[str, Any], target: str | None = None) -> None:
        update: dict[str, Any] = {"app_id": self.config["app_id"], "target_id": target or value["id"]}
        update |= {"topic": "moderate" if field in ("replies", "delete") else "interaction"}
        update |= {"time": self.clock.now() // 1000, "subscription_id": "234567", "has_uid_field": False}
        self.deliver({**update, "values": {"value": value, "field": field}})

    def _value(self, post: Post) -> dict[str, Any]:
        """A post as a webhook tells it; what is not there is left out."""
        names = ("username", "text", "media_type", "permalink", "replied_to", "root_post", "shortcode", "timestamp")
        makers = self._makers(post)
        told = {name: makers[name](None) for name in names}
        return {"id": post.id} | {name: value for name, value in told.items() if value is not None}

    # -- the Graph API ----------------------------------------------------------------------------------------------

    async def graph(self, call: Call) -> dict[str, Any]:
        if not call.path or len(call.path) > 2:
            raise GraphError(2500, message=f"Unknown path components: /{'/'.join(call.path[1:])}")
        node, edge = call.path[0], call.path[1] if len(call.path) == 2 else ""
        if node in ("me", self.account()[0]):
            return self._run(self._of_account(), call, edge)
        if node in self.containers and not edge and call.method == "GET":
            made = self.containers[node]
            makers = {"status": lambda _: self._state(made), "error_message": lambda _: made.get("error")}
            return self.shown(node, makers, self.wanted(call, "id,status"))
        post = self.standing(node)
        if post is None:
            raise GraphError(100, 33)
        return self._run(self._of_post(post), call, edge)

    def _run(self, edges: dict[tuple[str, str], Any], call: Call, edge: str) -> dict[str, Any]:
        action = edges.get((call.method, edge))
        if action is None:
            raise GraphError(100, 33) if not edge else GraphError(2500, message=f"Unknown path components: /{edge}")
        return action(call)

    def _of_account(self) -> dict[tuple[str, str], Any]:
        account_id, username = self.account()
        makers = {"username": lambda _: username, "name": lambda _: username}
        posts = self.posts.values()
        handle = f"@{username}"
        return {
            ("GET", ""): lambda call: self.shown(account_id, makers, self.wanted(call, "id")),
            ("GET", "threads"): lambda call: self._listed(call, (p for p in posts if p.own and not p.parent_id)),
            ("GET", "replies"): lambda call: self._listed(call, (p for p in posts if p.own and p.parent_id)),
            ("GET", "mentions"): lambda call: self._listed(call, (p for p in posts if not p.own and handle in p.text)),
            ("GET", "threads_publishing_limit"): lambda _: {"data": [self._quota()]},
            ("POST", "threads"): self._contain,
            ("POST", "threads_publish"): self._publish,
        }

    def _of_post(self, post: Post) -> dict[tuple[str, str], Any]:
        below = [each for each in self.posts.values() if each.parent_id == post.id]
        whole = [each for each in self.posts.values() if each.thread_id == post.thread_id and each.id != post.id]
        return {
            ("GET", ""): lambda call: self.shown(post.id, self._makers(post), self.wanted(call, "id")),
            ("GET", "replies"): lambda call: self._listed(call, below),
            ("GET", "conversation"): lambda call: self._listed(call, whole),
            ("POST", "manage_reply"): lambda call: self._manage(call, post),
            ("DELETE", ""): lambda _: self._delete(post),
        }

    def _listed(self, call: Call, posts: Iterable[Post]) -> dict[str, Any]:
        """The newest first, and no older than ``since``."""
        wanted, since = self.wanted(call, "id"), read_time("since", call.params.get("since")) or 0
        standing = [post for post in posts if not post.removed and post.created >= since // 1000 * 1000]
        return self.listed(
            standing[::-1], lambda post: self.shown(post.id, self._makers(post), wanted), call.params, call.address
        )

    def _makers(self, post: Post) -> dict[str, Callable[[Wanted | None], Any]]:
        root = self.posts.get(post.thread_id)
        is_answer = post.parent_id is not None
        link = f"https://www.threads.com/@{self._name(post)}/post/{post.id[-8:]}"
        url = post.attachments[0].get("url") if post.attachments else None
        return {
            "username": lambda _: self._name(post),
            "text": lambda _: post.text or None,
            "timestamp": lambda _: self.when(post.created),
            "permalink": lambda _: link,
            "shortcode": lambda _: post.id[-8:],
            "media_type": lambda _: KINDS.get(post.attachments[0].get("type", ""), "IMAGE") if url else "TEXT_POST",
            "media_url": lambda _: url,
            "replied_to": lambda _: {"id": post.parent_id} if is_answer else None,
            "root_post": lambda _: self._root(root) if root and is_answer else None,
            "is_reply": lambda _: is_answer,
            "is_reply_owned_by_me": lambda _: post.own,
            "has_replies": lambda _: any(each.parent_id == post.id for each in self.posts.values()),
            "hide_status": lambda _: "HIDDEN" if post.hidden else "NOT_HUSHED",
        }

    def _root(self, root: Post) -> dict[str, str]:
        return {"id": root.id, "owner_id": root.author_id, "username": self._name(root)}

    def _name(self, post: Post) -> str:
        return self.account()[1] if post.own else self.people[post.author_id].handle

    # -- what the company writes ------------------------------------------------------------------------------------

    def _contain(self, call: Call) -> dict[str, Any]:
        text, target = call.text("text"), call.text("reply_to_id")
        if call.text("media_type") != "TEXT" or not text.strip():
            raise GraphError(100, message="(#100) This square takes texts only")
        if len(text) + sum(len(sign.encode()) - 1 for sign in EMOJI.findall(text)) > LONGEST_TEXT:
            raise GraphError(100, message=f"(#100) Param text must be at most {LONGEST_TEXT} characters long.")
        if target and self.standing(target) is None:
            raise GraphError(100, 33)
        container_id = self.new_id("post")
        made = {"text": text, "parent": target, "made": self.clock.now(), "status": "FINISHED"}
        self.containers[container_id] = made
        return {"id": container_id}

    def _state(self, made: dict[str, Any]) -> str:
        if made["status"] != "PUBLISHED" and self.clock.now() - made["made"] > DAY_MS:
            return "EXPIRED"
        return str(made["status"])

    def _publish(self, call: Call) -> dict[str, Any]:
        """Once: a container that is published, has ended or is not ready is refused."""
        made = self.containers.get(call.text("creation_id"))
        state = self._state(made) if made else ""
        if made is None or state == "EXPIRED":
            raise GraphError(24, 2207006, "The requested resource does not exist")
        if state == "IN_PROGRESS":
            raise GraphError(9007, 2207027, "The media is not ready for publishing, please wait for a moment")
        if state != "FINISHED":
            raise GraphError(100, message=f"(#100) The container cannot be published: {state}")
        if self._quota()["reply_quota_usage"] >= MOST_ANSWERS:
            raise GraphError(9, 2207042, "You reached maximum number of posts that is allowed to be published")
        parent = self.standing(made["parent"]) if made["parent"] else None
        if made["parent"] and parent is None:
            raise GraphError(100, 33)
        made["status"] = "PUBLISHED"
        return {"id": self.say(None, made["text"], parent=parent, echo=True).id}

    def _quota(self) -> dict[str, Any]:
        since = self.clock.now() - DAY_MS
        answers = sum(post.own and post.parent_id is not None and post.created > since for post in self.posts.values())
        config = {"quota_total": MOST_ANSWERS, "quota_duration": DAY_MS // 1000}
        return {"reply_quota_usage": answers, "reply_config": config}

    def _manage(self, call: Call, post: Post) -> dict[str, Any]:
        root = self.posts.get(post.thread_id)
        if root is None or not root.own or post.parent_id != root.id:
            raise GraphError(100, message="(#100) Only top-level replies to your own posts can be hidden")
        post.hidden = call.flag("hide")
        return {"success": True}

    def _delete(self, post: Post) -> dict[str, Any]:
        if not post.own:
            raise GraphError(10, message="(#10) Application does not have permission for this action")
        self._take_down(post)
        return {"success": True, "deleted_id": post.id}

    def _take_down(self, post: Post) -> None:
        post.removed = True
        told = {"id": post.id, "owner": {"owner_id": self.account()[0]}, "username": self.account()[1]}
        times = {"deleted_at": self.when(self.clock.now()), "timestamp": self.when(post.created)}
        self._tell("delete", told | times)
