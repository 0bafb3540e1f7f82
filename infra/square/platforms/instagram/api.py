"""The Graph API of Instagram: what a path means, and its answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infra.square.core.clock import iso
from infra.square.core.world import Person, Post, Thread
from infra.square.platforms._graph.errors import GraphError
from infra.square.platforms._graph.nodes import list_nodes, run_edge, show_node, wanted_fields
from infra.square.platforms._graph.server import subscribed_apps

if TYPE_CHECKING:
    from collections.abc import Callable

    from infra.square.core.world import World
    from infra.square.platforms._graph.call import Call
    from infra.square.platforms._graph.fields import Wanted
    from infra.square.platforms.instagram.account import InstagramAccount
    from infra.square.platforms.instagram.posting import Posting
    from infra.square.platforms.instagram.views import Views

SHOWN_MESSAGES = 20


class Api:
    """Answers calls with the account's token, or the linked Page's."""

    object_name = "instagram"
    grant = "ig_refresh_token"

    def __init__(self, account: InstagramAccount, world: World, views: Views, posting: Posting) -> None:
        self.account = account
        self.world = world
        self.views = views
        self.posting = posting

    def kind(self, call: Call) -> str:
        if call.method == "GET" and call.path and call.path[0] in self.world.people:
            return "profile"
        return "send" if call.method != "GET" else "read"

    def answer(self, call: Call) -> dict[str, Any]:
        if not call.path or len(call.path) > 2:
            raise GraphError(2500, message=f"Unknown path components: /{'/'.join(call.path[1:])}")
        node, edge = call.path[0], call.path[1] if len(call.path) == 2 else ""
        if node in ("me", self.account.id, self._page_id()):
            return run_edge(self._of_account(node), call, edge)
        if node in self.world.people:
            return run_edge({("GET", ""): lambda call: self._profile(self.world.people[node], call)}, call, edge)
        thread = self.world.threads.get(node)
        if thread and thread.public and not thread.traits.get("foreign"):
            return run_edge(self._of_media(thread), call, edge)
        post = self.world.find(node)
        if post is None or self.views.is_foreign(post):
            raise GraphError(100, 33)
        return run_edge(
            self._of_comment(post) if self.world.thread_of(post).public else self._of_message(post), call, edge
        )

    def pages(self) -> list[dict[str, Any]]:
        """Return the linked Page, as a person who manages it lists it."""
        token = self.account.hook.get("token") or self.account.config["access_token"]
        linked = {"id": self.account.id, "username": self.account.name}
        page = {"id": self._page_id(), "name": "Nordlicht Netz", "access_token": token}
        return [{**page, "instagram_business_account": linked}]

    def _page_id(self) -> str:
        return str(self.account.config.get("page_id", "104200000000001"))

    def _of_account(self, node: str) -> dict[tuple[str, str], Any]:
        return {
            ("GET", ""): lambda call: self._account_node(call, node),
            ("GET", "media"): self._media_list,
            ("POST", "mentions"): self.posting.answer_mention,
            ("POST", "messages"): self.posting.send_message,
            ("GET", "conversations"): self._conversations,
            **{
                (method, "subscribed_apps"): lambda call: subscribed_apps(self.account, call)
                for method in ("GET", "POST", "DELETE")
            },
        }

    def _account_node(self, call: Call, node: str) -> dict[str, Any]:
        account_id, username = (self.account.id, self.account.name)
        by_page = self.account.config.get("flavour") == "facebook" or "instagram_business_account" in call.text(
            "fields"
        )
        if by_page and node != account_id:
            linked = {"id": account_id, "username": username, "name": username}
            makers = {"name": lambda _: "Nordlicht Netz", "instagram_business_account": lambda _: linked}
            return show_node(self._page_id(), makers, wanted_fields(call, "id,name"))
        makers = {
            "user_id": lambda _: account_id,
            "username": lambda _: username,
            "name": lambda _: username,
            "mentioned_comment": self._mentioned_comment,
            "mentioned_media": self._mentioned_media,
        }
        # The app's own id of the account is another one than the account's.
        return show_node(account_id if node == account_id else "2" + account_id, makers, wanted_fields(call, "id"))

    def _mentioned_comment(self, wanted: Wanted) -> dict[str, Any]:
        post = self.world.find(wanted.modifiers.get("comment_id", ""))
        if post is None or not post.traits.get("mention"):
            raise GraphError(100, 33)
        return show_node(post.id, self.views.comment_makers(post), wanted.below)

    def _mentioned_media(self, wanted: Wanted) -> dict[str, Any]:
        thread = self.world.threads.get(wanted.modifiers.get("media_id", ""))
        if thread is None or not thread.public or not thread.traits.get("foreign"):
            raise GraphError(100, 33)
        return show_node(thread.id, self.views.media_makers(thread), wanted.below)

    def _media_list(self, call: Call) -> dict[str, Any]:
        wanted = wanted_fields(call, "id")
        own = [each for each in self.world.threads.values() if each.public and not each.traits.get("foreign")]

        def show(thread: Thread) -> dict[str, Any]:
            return show_node(thread.id, self.views.media_makers(thread), wanted)

        return list_nodes(own[::-1], show, call)

    def _of_media(self, thread: Thread) -> dict[tuple[str, str], Any]:
        top = [post for post in self.world.posts_in(thread.id) if post.parent_id is None]
        return {
            ("GET", ""): lambda call: show_node(thread.id, self.views.media_makers(thread), wanted_fields(call, "id")),
            ("GET", "comments"): lambda call: self._comments(call, top),
            ("POST", "comments"): lambda call: self.posting.comment(call, thread, None),
        }

    def _of_comment(self, post: Post) -> dict[tuple[str, str], Any]:
        below = [each for each in self.world.posts_in(post.thread_id) if each.parent_id == post.id]
        return {
            ("GET", ""): lambda call: show_node(
                post.id, self.views.comment_makers(post), wanted_fields(call, "id,text")
            ),
            ("GET", "replies"): lambda call: self._comments(call, below),
            ("POST", "replies"): lambda call: self.posting.comment(call, self.world.thread_of(post), post),
            ("POST", ""): lambda call: self.posting.hide(call, post),
            ("DELETE", ""): lambda _: self.posting.delete(post),
        }

    def _of_message(self, post: Post) -> dict[tuple[str, str], Any]:
        return {
            ("GET", ""): lambda call: show_node(post.id, self.views.message_makers(post), wanted_fields(call, "id"))
        }

    def _comments(self, call: Call, posts: list[Post]) -> dict[str, Any]:
        wanted = wanted_fields(call, "id,text,timestamp")
        return list_nodes(posts, lambda post: show_node(post.id, self.views.comment_makers(post), wanted), call)

    def _profile(self, person: Person, call: Call) -> dict[str, Any]:
        makers = {"name": lambda _: person.name, "username": lambda _: person.handle}
        return show_node(person.id, makers, wanted_fields(call, "name,username"))

    def _conversations(self, call: Call) -> dict[str, Any]:
        if call.text("platform", "instagram") != "instagram":
            raise GraphError(100, message="(#100) Param platform must be instagram here")
        chats = [each for each in self.world.threads.values() if not each.public and self.world.posts_in(each.id)]
        if user_id := call.text("user_id"):
            chats = [each for each in chats if each.person_id == user_id]
        wanted = wanted_fields(call, "id,updated_time")

        def show(chat: Thread) -> dict[str, Any]:
            posts = self.world.posts_in(chat.id)[::-1][:SHOWN_MESSAGES]
            makers: dict[str, Callable[[Wanted], Any]] = {
                "updated_time": lambda _: iso(posts[0].created),
                "messages": lambda each: {
                    "data": [show_node(post.id, self.views.message_makers(post), each.below) for post in posts]
                },
            }
            return show_node(chat.id, makers, wanted)

        return list_nodes(chats, show, call)
