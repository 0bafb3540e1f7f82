"""Instagram: an account with its posts, their comments, mentions elsewhere, and private messages.

Sources: the same as of ``functions/channels/instagram.py``. Both flavours are played: with ``flavour`` ``facebook`` the
token is the linked Page's, and ``me`` is that Page.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from infra.square.core.stall import Person, Post, Thread
from infra.square.core.web import BadInput, Fields
from infra.square.platforms._graph.errors import GraphError, meta_json
from infra.square.platforms._graph.graph_stall import DAY_MS, GraphStall
from infra.square.platforms.facebook.chats import EMOJI

if TYPE_CHECKING:
    from collections.abc import Callable

    from infra.square.platforms._graph.call import Call
    from infra.square.platforms._graph.fields import Wanted

LONGEST_COMMENT = 2200
LONGEST_MESSAGE = 1000
MOST_HASHTAGS, MOST_MENTIONS = 30, 20
SHOWN_MESSAGES = 20


class Instagram(GraphStall):
    """Threads that are public are posts (media), of the account or (``foreign``) of somebody else."""

    name = "instagram"
    label = "Instagram"
    can = frozenset({"public", "private", "edit", "remove", "react", "read"})
    batches = True
    object_name = "instagram"
    grant = "ig_refresh_token"

    @staticmethod
    def invented(secret: Callable[[], str]) -> dict[str, Any]:
        return {
            "account_id": "17841400000000001",
            "account_name": "funkhaus.beispiel",
            "app_id": "900100200301",
            "app_secret": secret(),
            "access_token": secret(),
            "verify_token": secret(),
        }

    @staticmethod
    def connection(section: dict[str, Any], square_url: str) -> dict[str, Any]:
        names = ("app_secret", "access_token", "verify_token")
        options = {"base_url": f"{square_url}/instagram", "app_id": section["app_id"]}
        return {
            "account_id": section["account_id"],
            "account_name": section["account_name"],
            "secrets": {name: section[name] for name in names},
            "options": options | ({"flavour": "facebook"} if section.get("flavour") == "facebook" else {}),
        }

    # -- ids and places ---------------------------------------------------------------------------------------------

    def new_id(self, kind: str) -> str:
        """Numbers; messages have ids of letters."""
        if kind == "message":
            return "aWdfZAG1faXRlbT" + secrets.token_urlsafe(60)
        return self.number({"person": "91", "thread": "180", "post": "179"}[kind])

    def say(self, author: Person | None, text: str, **place: Any) -> Post:
        """A public word without a place stands below a new post of the account; answers stand at two levels."""
        thread, parent = place.get("thread"), place.get("parent")
        if thread is None and parent is None and place.get("public", True):
            thread = place["thread"] = self._publish(str(place.get("title") or "Heute im Funkhaus"))
        thread = thread or (self.threads[parent.thread_id] if parent else None)
        is_public = thread.public if thread else False
        if parent and is_public and parent.parent_id:
            place["parent"] = self.posts[parent.parent_id]
        place["post_id"] = place.get("post_id") or self.new_id("post" if is_public else "message")
        if author and not is_public:
            self.chat_with(author).traits["last_action"] = self.clock.now()
        return super().say(author, text, **place)

    def _publish(self, caption: str, foreign: str | None = None) -> Thread:
        thread = Thread(self.new_id("thread"), caption, traits={"created": self.clock.now(), "foreign": foreign})
        self.threads[thread.id] = thread
        return thread

    # -- what customers do, as webhooks tell it ---------------------------------------------------------------------

    def said(self, post: Post) -> None:
        thread = self.thread_of(post)
        if not thread.public:
            self._tell_chat("messages", post, {"message": self._message_content(post)})
        elif not thread.traits.get("foreign"):
            self._tell_change("comments", self._comment_value(post))
        if post.traits.get("mention"):
            self._tell_change("mentions", {"media_id": thread.id, "comment_id": post.id})

    def edited(self, post: Post, before: str) -> None:
        if self.thread_of(post).public:
            post.text = before
            raise BadInput("comments cannot be edited on Instagram")
        post.traits["edits"] = post.traits.get("edits", 0) + 1
        content = {"mid": post.id, "text": post.text, "num_edit": post.traits["edits"]}
        self._tell_chat("message_edit", post, {"message_edit": content})

    def removed(self, post: Post) -> None:
        """A private message is unsent; of a comment that is taken down nobody is told."""
        if not self.thread_of(post).public:
            self._tell_chat("messages", post, {"message": {"mid": post.id, "is_deleted": True}})

    def reacted(self, post: Post, person: Person, reaction: str | None) -> None:
        """In private only: nobody is told who likes a comment."""
        if self.thread_of(post).public:
            return
        content: dict[str, Any] = {"mid": post.id, "action": "react" if reaction else "unreact"}
        if reaction:
            content |= {"reaction": reaction, "emoji": EMOJI.get(reaction, "❤")}
        self.chat_with(person).traits["last_action"] = self.clock.now()
        self._tell_person("message_reactions", person, {"reaction": content})

    def read(self, thread: Thread, person: Person) -> None:
        seen = [post for post in self.in_thread(thread.id) if post.own]
        if seen:
            self._tell_person("messaging_seen", person, {"read": {"mid": seen[-1].id}})

    def acted(self, action: str, asked: Fields) -> dict[str, Any]:
        acts = {
            "publish": lambda: {"thread_id": self._publish(asked.text("text")).id},
            "mention": lambda: self._mentioned(asked),
            "press": lambda: self._pressed(asked),
            "by_hand": lambda: self._by_hand(asked),
            "block": lambda: self._blocked(asked),
            "webhook": lambda: self.enter_webhook(asked),
            "enable_comments": lambda: self._lock(asked),
        }
        return acts[action]() if action in acts else super().acted(action, asked)

    def _mentioned(self, asked: Fields) -> dict[str, Any]:
        """Somebody names the account below somebody else's post, or in the caption of an own one."""
        person, text = self.who(asked.object("author")), asked.text("text")
        if asked.flag("caption", False):
            thread = self._publish(text, person.handle)
            self._tell_change("mentions", {"media_id": thread.id})
            return {"message_id": thread.id, "thread_id": thread.id}
        thread = self._publish("Ein fremder Beitrag", "somebody.else")
        post = self.say(person, text, thread=thread, mention=True)
        return {"message_id": post.id, "thread_id": thread.id}

    def _pressed(self, asked: Fields) -> dict[str, Any]:
        """A conversation starter, or a button below a message."""
        person, title, payload = self.who(asked.object("author")), asked.text("title"), asked.text("payload")
        post = self.say(person, title, public=False, thread=self.chat_with(person), quick_reply=payload)
        return {"message_id": post.id}

    def _by_hand(self, asked: Fields) -> dict[str, Any]:
        """The company answers in the app itself: a comment (``to``), or a private message (``author``)."""
        text, to = asked.text("text"), asked.text("to", None)
        if to is not None:
            thread, parent = self._place(to)
            return {"message_id": self.say(None, text, thread=thread, parent=parent, echo=True).id}
        return {"message_id": self._send(self.who(asked.object("author")), text).id}

    def _blocked(self, asked: Fields) -> dict[str, Any]:
        self.who(asked.object("author")).traits["blocked"] = asked.flag("blocked", True)
        return {"ok": True}

    def _lock(self, asked: Fields) -> dict[str, Any]:
        """Whether a post takes comments."""
        self._place(asked.text("thread_id"))[0].traits["locked"] = not asked.flag("enabled")
        return {"ok": True}

    # -- webhooks ---------------------------------------------------------------------------------------------------

    def compose(self, updates: list[dict[str, Any]]) -> bytes:
        return meta_json({"object": "instagram", "entry": updates})

    def _tell_change(self, field: str, value: dict[str, Any]) -> None:
        change = {"value": value, "field": field}
        self._tell(field, {"id": self.account()[0], "time": self.clock.now() // 1000, "changes": [change]})

    def _tell_chat(self, field: str, post: Post, content: dict[str, Any]) -> None:
        person = self.people[self.thread_of(post).person_id or ""]
        self._tell_person(field, person, content, own=post.own)

    def _tell_person(self, field: str, person: Person, content: dict[str, Any], *, own: bool = False) -> None:
        account, now = {"id": self.account()[0]}, self.clock.now()
        sender, recipient = (account, {"id": person.id}) if own else ({"id": person.id}, account)
        event = {"sender": sender, "recipient": recipient, "timestamp": now, **content}
        self._tell(field, {"time": now, "id": account["id"], "messaging": [event]})

    def _tell(self, field: str, entry: dict[str, Any]) -> None:
        # With the Page's token, what is told is chosen in the app's dashboard: the Page only has to be subscribed.
        by_page = self.config.get("flavour") == "facebook"
        if field in self.hook.get("fields", []) or (by_page and "fields" in self.hook):
            self.deliver(entry)

    def _comment_value(self, post: Post) -> dict[str, Any]:
        media = {"id": post.thread_id, "media_product_type": "FEED"}
        value: dict[str, Any] = {"id": post.id, "text": post.text, "from": self._from(post), "media": media}
        if post.parent_id:
            value["parent_id"] = post.parent_id
        return value

    def _from(self, post: Post) -> dict[str, str]:
        person = self.people.get(post.author_id)
        account_id, username = self.account()
        return {"id": person.id, "username": person.handle} if person else {"id": account_id, "username": username}

    def _message_content(self, post: Post) -> dict[str, Any]:
        content: dict[str, Any] = {"mid": post.id}
        if post.text:
            content["text"] = post.text
        if post.attachments:
            shown = [
                {"type": each.get("type", "image"), "payload": {"url": each.get("url")}} for each in post.attachments
            ]
            content["attachments"] = shown
        if post.own:
            content["is_echo"] = True
        if post.traits.get("quick_reply") is not None:
            content["quick_reply"] = {"payload": post.traits["quick_reply"]}
        if post.parent_id:
            content["reply_to"] = {"mid": post.parent_id}
        return content

    # -- the Graph API ----------------------------------------------------------------------------------------------

    def kind(self, call: Call) -> str:
        if call.method == "GET" and call.path and call.path[0] in self.people:
            return "profile"
        return super().kind(call)

    async def graph(self, call: Call) -> dict[str, Any]:
        if not call.path or len(call.path) > 2:
            raise GraphError(2500, message=f"Unknown path components: /{'/'.join(call.path[1:])}")
        node, edge = call.path[0], call.path[1] if len(call.path) == 2 else ""
        if node in ("me", self.account()[0], self._page_id()):
            return self._run(self._of_account(node), call, edge)
        if node in self.people:
            return self._run({("GET", ""): lambda call: self._profile(self.people[node], call)}, call, edge)
        thread = self.threads.get(node)
        if thread and thread.public and not thread.traits.get("foreign"):
            return self._run(self._of_media(thread), call, edge)
        post = self.standing(node)
        if post is None or self._is_foreign(post):
            raise GraphError(100, 33)
        return self._run(self._of_comment(post) if self.thread_of(post).public else self._of_message(post), call, edge)

    def _page_id(self) -> str:
        return str(self.config.get("page_id", "104200000000001"))

    def _is_foreign(self, post: Post) -> bool:
        return bool(self.thread_of(post).traits.get("foreign"))

    def _run(self, edges: dict[tuple[str, str], Any], call: Call, edge: str) -> dict[str, Any]:
        action = edges.get((call.method, edge))
        if action is None:
            raise GraphError(100, 33) if not edge else GraphError(2500, message=f"Unknown path components: /{edge}")
        return action(call)

    def _of_account(self, node: str) -> dict[tuple[str, str], Any]:
        return {
            ("GET", ""): lambda call: self._account_node(call, node),
            ("GET", "media"): self._media_list,
            ("POST", "mentions"): self._answer_mention,
            ("POST", "messages"): self._send_message,
            ("GET", "conversations"): self._conversations,
            **{(method, "subscribed_apps"): self.subscribed_apps for method in ("GET", "POST", "DELETE")},
        }

    def _account_node(self, call: Call, node: str) -> dict[str, Any]:
        account_id, username = self.account()
        if self.config.get("flavour") == "facebook" and node != account_id:
            linked = {"id": account_id, "username": username, "name": username}
            makers = {"name": lambda _: "Funkhaus", "instagram_business_account": lambda _: linked}
            return self.shown(self._page_id(), makers, self.wanted(call, "id,name"))
        makers = {
            "user_id": lambda _: account_id,
            "username": lambda _: username,
            "name": lambda _: username,
            "mentioned_comment": self._mentioned_comment,
            "mentioned_media": self._mentioned_media,
        }
        # The app's own id of the account is another one than the account's.
        return self.shown(account_id if node == account_id else "2" + account_id, makers, self.wanted(call, "id"))

    def _mentioned_comment(self, wanted: Wanted) -> dict[str, Any]:
        post = self.standing(wanted.modifiers.get("comment_id", ""))
        if post is None or not post.traits.get("mention"):
            raise GraphError(100, 33)
        return self.shown(post.id, self._comment_makers(post), wanted.below)

    def _mentioned_media(self, wanted: Wanted) -> dict[str, Any]:
        thread = self.threads.get(wanted.modifiers.get("media_id", ""))
        if thread is None or not thread.public or not thread.traits.get("foreign"):
            raise GraphError(100, 33)
        return self.shown(thread.id, self._media_makers(thread), wanted.below)

    def _media_list(self, call: Call) -> dict[str, Any]:
        wanted = self.wanted(call, "id")
        own = [each for each in self.threads.values() if each.public and not each.traits.get("foreign")]

        def show(thread: Thread) -> dict[str, Any]:
            return self.shown(thread.id, self._media_makers(thread), wanted)

        return self.listed(own[::-1], show, call.params, call.address)

    def _of_media(self, thread: Thread) -> dict[tuple[str, str], Any]:
        top = [post for post in self.in_thread(thread.id) if post.parent_id is None]
        return {
            ("GET", ""): lambda call: self.shown(thread.id, self._media_makers(thread), self.wanted(call, "id")),
            ("GET", "comments"): lambda call: self._comments(call, top),
            ("POST", "comments"): lambda call: self._comment(call, thread, None),
        }

    def _of_comment(self, post: Post) -> dict[tuple[str, str], Any]:
        below = [each for each in self.in_thread(post.thread_id) if each.parent_id == post.id]
        return {
            ("GET", ""): lambda call: self.shown(post.id, self._comment_makers(post), self.wanted(call, "id,text")),
            ("GET", "replies"): lambda call: self._comments(call, below),
            ("POST", "replies"): lambda call: self._comment(call, self.thread_of(post), post),
            ("POST", ""): lambda call: self._hide(call, post),
            ("DELETE", ""): lambda _: self._delete(post),
        }

    def _of_message(self, post: Post) -> dict[tuple[str, str], Any]:
        return {("GET", ""): lambda call: self.shown(post.id, self._message_makers(post), self.wanted(call, "id"))}

    def _comments(self, call: Call, posts: list[Post]) -> dict[str, Any]:
        wanted = self.wanted(call, "id,text,timestamp")
        return self.listed(
            posts, lambda post: self.shown(post.id, self._comment_makers(post), wanted), call.params, call.address
        )

    def _below(self, posts: list[Post], wanted: Wanted) -> dict[str, Any] | None:
        """A list inside an object; left out where nothing is in it, as Graph does."""
        found = [self.shown(post.id, self._comment_makers(post), wanted.below) for post in posts]
        return {"data": found} if found else None

    def _media_makers(self, thread: Thread) -> dict[str, Callable[[Wanted], Any]]:
        top = [post for post in self.in_thread(thread.id) if post.parent_id is None]
        return {
            "caption": lambda _: thread.title,
            "permalink": lambda _: f"https://www.instagram.com/p/{thread.id[-6:]}/",
            "timestamp": lambda _: self.when(thread.traits.get("created", 0)),
            "username": lambda _: thread.traits.get("foreign") or self.account()[1],
            "comments_count": lambda _: len(self.in_thread(thread.id)),
            "comments": lambda wanted: self._below(top[::-1], wanted),
        }

    def _comment_makers(self, post: Post) -> dict[str, Callable[[Wanted], Any]]:
        below = [each for each in self.in_thread(post.thread_id) if each.parent_id == post.id]
        return {
            "text": lambda _: post.text,
            "timestamp": lambda _: self.when(post.created),
            "from": lambda _: self._from(post),
            "username": lambda _: self._from(post)["username"],
            "parent_id": lambda _: post.parent_id,
            "hidden": lambda _: post.hidden,
            "like_count": lambda _: len(post.reactions),
            "media": lambda _: {"id": post.thread_id},
            "replies": lambda wanted: self._below(below, wanted),
        }

    def _message_makers(self, post: Post) -> dict[str, Callable[[Wanted], Any]]:
        return {
            "message": lambda _: post.text,
            "created_time": lambda _: self.when(post.created),
            "from": lambda _: self._from(post),
        }

    def _profile(self, person: Person, call: Call) -> dict[str, Any]:
        makers = {"name": lambda _: person.name, "username": lambda _: person.handle}
        return self.shown(person.id, makers, self.wanted(call, "name,username"))

    def _conversations(self, call: Call) -> dict[str, Any]:
        if call.text("platform", "instagram") != "instagram":
            raise GraphError(100, message="(#100) Param platform must be instagram here")
        chats = [each for each in self.threads.values() if not each.public and self.in_thread(each.id)]
        if user_id := call.text("user_id"):
            chats = [each for each in chats if each.person_id == user_id]
        wanted = self.wanted(call, "id,updated_time")

        def show(chat: Thread) -> dict[str, Any]:
            posts = self.in_thread(chat.id)[::-1][:SHOWN_MESSAGES]
            makers: dict[str, Callable[[Wanted], Any]] = {
                "updated_time": lambda _: self.when(posts[0].created),
                "messages": lambda each: {
                    "data": [self.shown(post.id, self._message_makers(post), each.below) for post in posts]
                },
            }
            return self.shown(chat.id, makers, wanted)

        return self.listed(chats, show, call.params, call.address)

    # -- what the company writes ------------------------------------------------------------------------------------

    def _text(self, call: Call) -> str:
        text = call.text("message")
        words = text.split()
        if not text.strip():
            raise GraphError(100, message="(#100) The parameter message is required.")
        if len(text) > LONGEST_COMMENT:
            raise GraphError(100, message=f"(#100) Param message must be at most {LONGEST_COMMENT} characters")
        if sum(word.startswith("#") for word in words) > MOST_HASHTAGS:
            raise GraphError(100, message="(#100) Too many hashtags")
        if sum(word.startswith("@") for word in words) > MOST_MENTIONS:
            raise GraphError(100, message="(#100) Too many mentions")
        return text

    def _comment(self, call: Call, thread: Thread, parent: Post | None) -> dict[str, Any]:
        if thread.traits.get("locked"):
            raise GraphError(10, message="(#10) Comments are turned off for this post")
        return {"id": self.say(None, self._text(call), thread=thread, parent=parent, echo=True).id}

    def _answer_mention(self, call: Call) -> dict[str, Any]:
        thread, comment_id = self.threads.get(call.text("media_id")), call.text("comment_id")
        if thread is None or not thread.traits.get("foreign"):
            raise GraphError(100, 33)
        parent = self.standing(comment_id) if comment_id else None
        if comment_id and (parent is None or not parent.traits.get("mention")):
            raise GraphError(100, 33)
        return {"id": self.say(None, self._text(call), thread=thread, parent=parent).id}

    def _hide(self, call: Call, post: Post) -> dict[str, Any]:
        if post.own:
            raise GraphError(100, message="(#100) The account's own comment cannot be hidden")
        post.hidden = call.flag("hide")
        return {"success": True}

    def _delete(self, post: Post) -> dict[str, Any]:
        for each in self.in_thread(post.thread_id):
            each.removed = each.removed or post.id in (each.id, each.parent_id)
        return {"success": True}

    def _send_message(self, call: Call) -> dict[str, Any]:
        """In the order in which the platform checks: the form, the person, the window."""
        message, recipient = call.object("message"), call.object("recipient")
        text = message.get("text", "")
        if not isinstance(text, str) or not text or len(text.encode()) > LONGEST_MESSAGE:
            raise GraphError(100, message=f"(#100) Length of param message[text] must be 1 to {LONGEST_MESSAGE} bytes")
        replied = self._comment_to_reply_to(recipient)
        person = self._person(replied.author_id if replied else str(recipient.get("id", "")))
        if person.traits.get("blocked"):
            raise GraphError(551, 1545041)
        if replied:
            replied.traits["privately_replied"] = True
        else:
            self._check_window(call, person)
        post = self._send(person, text, parent=self.standing(str(call.object("reply_to").get("mid"))))
        return {"recipient_id": person.id, "message_id": post.id}

    def _send(self, person: Person, text: str, parent: Post | None = None) -> Post:
        return self.say(None, text, thread=self.chat_with(person), parent=parent, public=False, echo=True)

    def _person(self, person_id: str) -> Person:
        if person_id not in self.people:
            raise GraphError(100, 2534014)
        return self.people[person_id]

    def _comment_to_reply_to(self, recipient: dict[str, Any]) -> Post | None:
        if recipient.get("comment_id") is None:
            return None
        post = self.standing(str(recipient["comment_id"]))
        if post is None or self._is_foreign(post):
            raise GraphError(100, 33)
        if post.traits.get("privately_replied"):
            raise GraphError(10900)
        if post.own or self.clock.now() - post.created > 7 * DAY_MS:
            raise GraphError(10903)
        return post

    def _check_window(self, call: Call, person: Person) -> None:
        kind, tag = call.text("messaging_type", "RESPONSE"), call.text("tag")
        if kind == "MESSAGE_TAG" and tag == "HUMAN_AGENT":
            allowed = 7 * DAY_MS
        elif kind in ("RESPONSE", "UPDATE") and not tag:
            allowed = DAY_MS
        else:
            raise GraphError(100, message="(#100) Param messaging_type or tag is not supported")
        last = self.chat_with(person).traits.get("last_action")
        if last is None or self.clock.now() - last > allowed:
            raise GraphError(10, 2534022)
