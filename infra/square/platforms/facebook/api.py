"""The Graph API of the Page: finds out what a path means and answers it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from infra.square.core.world import Utterance
from infra.square.platforms._graph.call import Call, read_call
from infra.square.platforms._graph.errors import GraphError, error_response, meta_json
from infra.square.platforms._graph.fields import parse_fields
from infra.square.platforms._graph.nodes import plain_params
from infra.square.platforms.facebook import other_page
from infra.square.platforms.facebook.subscribing import app_subscriptions, page_subscription
from infra.square.platforms.facebook.tokens import require_page
from infra.square.platforms.facebook.views import Views

if TYPE_CHECKING:
    from starlette.requests import Request

    from infra.square.core.calls import Calls
    from infra.square.core.world import Person, Post, World
    from infra.square.platforms.facebook.account import FacebookAccount
    from infra.square.platforms.facebook.events import FacebookEvents
    from infra.square.platforms.facebook.limits import Limits
    from infra.square.platforms.facebook.people import People
    from infra.square.platforms.facebook.sending import Sending

VERSION = re.compile(r"v\d+\.\d+")
LONGEST_COMMENT = 8000
LARGEST_PHOTO = 10_000_000


class Api:
    """One method per kind of node; edges are looked up by name."""

    def __init__(
        self,
        account: FacebookAccount,
        world: World,
        calls: Calls,
        people: People,
        events: FacebookEvents,
        limits: Limits,
        sending: Sending,
    ) -> None:
        self._account = account
        self._world = world
        self._calls = calls
        self._people = people
        self._events = events
        self._limits = limits
        self._sending = sending

    async def handle(self, request: Request) -> Response:
        """Answer a call."""
        path = [part for part in request.path_params["path"].split("/") if part]
        if path and VERSION.fullmatch(path[0]):
            path = path[1:]
        bearer = "authorization" in request.headers

        def refuse(error: GraphError) -> Response:
            return error_response(error.describe(), bearer=bearer, usage=self._limits.usage(path))

        def refuse_on_request(error: dict[str, Any]) -> Response:
            usage = self._limits.usage(path, pretended_code=error["code"])
            return error_response(error, bearer=bearer, usage=usage)

        try:
            call = await read_call(request, path)
        except GraphError as error:
            return refuse(error)
        plain_path = "/" + "/".join(path)
        self._calls.note(request, call.params, plain_path)

        async def answer() -> Response:
            try:
                result = await self._answer(call)
            except GraphError as error:
                return refuse(error)
            headers = {**self._limits.usage(call.path), "facebook-api-version": "v26.0"}
            return Response(meta_json(result), 200, headers, "application/json; charset=UTF-8")

        return await self._calls.answer(request, self._kind(call), answer, refuse_on_request, plain_path)

    def _kind(self, call: Call) -> str:
        """Return what a fault calls this: send, read, profile, or other (setting up webhooks)."""
        path = call.path
        if path and path[-1] in ("subscriptions", "subscribed_apps"):
            return "other"
        if call.method != "GET":
            return "send"
        return "profile" if path and path[0] in self._world.people else "read"

    async def _answer(self, call: Call) -> dict[str, Any]:
        if not call.path or len(call.path) > 2:
            raise GraphError(2500, message=f"Unknown path components: /{'/'.join(call.path[1:])}")
        node, edge = call.path[0], call.path[1] if len(call.path) == 2 else ""
        if edge == "subscriptions" and node in (self._account.config["app_id"], "app"):
            return await app_subscriptions(call, self._account)
        if other_page.is_own(call, self._account):
            return other_page.answer(call, self._account)
        require_page(call, self._account)
        self._limits.count_call(call)
        if node in (self._account.id, "me"):
            return self._page(call, edge)
        if node in self._world.people:
            return self._person(call, edge)
        post = self._world.find(node)
        if post and self._world.thread_of(post).public:
            return self._post(call, post, edge)
        return self._chat(call, node, edge)

    def _page(self, call: Call, edge: str) -> dict[str, Any]:
        views = self._views(call)
        edges = {
            ("GET", ""): self._page_node,
            ("GET", "feed"): lambda call: views.feed(call.params),
            ("GET", "posts"): lambda call: views.feed(call.params),
            ("POST", "feed"): self._publish,
            ("POST", "messages"): self._sending.send,
            ("GET", "conversations"): self._conversations,
            ("GET", "blocked"): lambda _: {"data": [{"id": each.id, "name": each.name} for each in self._shut_out()]},
            ("POST", "blocked"): lambda call: {each: self._shut(each, True) for each in self._people_of(call)},
            ("DELETE", "blocked"): lambda call: _done([self._shut(each, False) for each in self._people_of(call)]),
        }
        if edge == "subscribed_apps":
            return page_subscription(call, self._account)
        return _run(edges, call, edge)

    def _shut_out(self) -> list[Person]:
        return [person for person in self._world.people.values() if person.traits.get("shut_out")]

    def _people_of(self, call: Call) -> list[str]:
        """Return whom a call means, by the ids that the Page knows."""
        ids = call.names("psid") or call.names("user")
        if not ids or any(person_id not in self._world.people for person_id in ids):
            raise GraphError(100, message="(#100) Param psid must be the ids of people")
        return ids

    def _shut(self, person_id: str, shut_out: bool) -> bool:
        """Block a person from the Page, or admit them again."""
        self._world.people[person_id].traits["shut_out"] = shut_out
        return True

    def _post(self, call: Call, post: Post, edge: str) -> dict[str, Any]:
        views, page_id = self._views(call), self._account.id
        edges = {
            ("GET", ""): lambda call: views.post(post, call.text("fields")),
            ("POST", ""): lambda call: self._change(call, post),
            ("DELETE", ""): lambda _: self._remove(post),
            ("GET", "comments"): lambda call: self._comments(call, post),
            ("POST", "comments"): lambda call: self._comment(call, post),
            ("GET", "likes"): lambda call: views.reactions(post, plain_params(call)),
            ("GET", "reactions"): lambda call: views.reactions(post, plain_params(call)),
            ("POST", "likes"): lambda _: _done(self._events.react(post, page_id, "like", post.reactions.get(page_id))),
            ("DELETE", "likes"): lambda _: _done(self._events.react(post, page_id, None, post.reactions.get(page_id))),
        }
        return _run(edges, call, edge)

    def _page_node(self, call: Call) -> dict[str, Any]:
        page_id = self._account.id
        known = {
            "id": page_id,
            "name": self._account.name,
            "link": f"https://www.facebook.com/{page_id}",
            "category": "Internet service provider",
            "is_published": True,
            "can_post": True,
            "fan_count": len(self._world.people),
        }
        wanted = [field.name for field in parse_fields(call.text("fields", "id,name"))]
        return {name: known[name] for name in wanted if name in known} | {"id": page_id}

    def _publish(self, call: Call) -> dict[str, Any]:
        text, link = call.text("message"), call.text("link")
        if not text and not link:
            raise GraphError(100, message="(#100) The post is empty. Please enter a message to share.")
        attachments = [{"type": "link", "url": link}] if link else []
        return {"id": self._world.post(Utterance(None, text, attachments=attachments)).id}

    def _comments(self, call: Call, post: Post) -> dict[str, Any]:
        wanted = parse_fields(call.text("fields", "id,created_time,from,message"))
        return self._views(call).comments(post, call.params, wanted)

    def _comment(self, call: Call, post: Post) -> dict[str, Any]:
        text, photo = call.text("message"), call.text("attachment_url") or call.text("attachment_id")
        photo = photo or call.file("source", ("image",), LARGEST_PHOTO)
        if not text.strip() and not photo:
            raise GraphError(100, message="(#100) The comment is empty. Please enter a message to share.")
        if len(text) > LONGEST_COMMENT:
            raise GraphError(100, message=f"(#100) Param message must be at most {LONGEST_COMMENT} characters")
        attachments = [{"type": "image", "url": photo}] if photo else []
        return {"id": self._world.post(Utterance(None, text, parent=post, attachments=attachments)).id}

    def _change(self, call: Call, post: Post) -> dict[str, Any]:
        if "is_hidden" in call.params:
            if post.own:
                raise GraphError(100, message="(#100) The Page's own comment cannot be hidden")
            self._events.hide(post, call.flag("is_hidden"))
            return {"success": True}
        if not post.own:
            raise GraphError(10, message="(#10) Only the author can edit this")
        text = call.text("message")
        if not text.strip():
            raise GraphError(100, message="(#100) Param message must not be empty")
        before, post.text, post.edited = post.text, text, self._account.clock.now()
        self._events.edited(post, before)
        return {"success": True}

    def _remove(self, post: Post) -> dict[str, Any]:
        post.removed = True
        self._events.removed(post)
        return {"success": True}

    def _person(self, call: Call, edge: str) -> dict[str, Any]:
        person = self._world.people[call.path[0]]
        if edge or call.method != "GET":
            raise GraphError(100, 33)
        if person.traits.get("hides_profile"):
            raise GraphError(100, 2018218)
        first_name, _, last_name = person.name.partition(" ")
        known = {
            "first_name": first_name,
            "last_name": last_name,
            "name": person.name,
            "profile_pic": f"https://platform-lookaside.fbsbx.com/{person.id}.jpg",
        }
        wanted = [field.name for field in parse_fields(call.text("fields", "first_name,last_name,profile_pic"))]
        return {name: known[name] for name in wanted if known.get(name)} | {"id": person.id}

    def _conversations(self, call: Call) -> dict[str, Any]:
        chats = [thread for thread in self._world.threads.values() if not thread.public]
        chats = [thread for thread in chats if self._world.posts_in(thread.id)]
        if user_id := call.text("user_id"):
            chats = [thread for thread in chats if thread.person_id == user_id]
        chats.sort(key=lambda thread: self._world.posts_in(thread.id)[-1].created, reverse=True)
        return self._views(call).conversations(chats, plain_params(call))

    def _chat(self, call: Call, node: str, edge: str) -> dict[str, Any]:
        """Answer for a conversation (``t_…``) or one of its messages."""
        if call.method != "GET":
            raise GraphError(100, 33)
        views, thread = self._views(call), self._world.threads.get(node)
        if thread and not thread.public and edge == "messages":
            return views.messages(thread, plain_params(call), parse_fields(call.text("fields")))
        if thread and not thread.public and not edge:
            return views.conversation(thread, parse_fields(call.text("fields", "id,updated_time")))
        message = self._world.find(node)
        if message is None or edge:
            raise GraphError(100, 33)
        return views.message(message, parse_fields(call.text("fields")))

    def _views(self, call: Call) -> Views:
        address = call.address.rpartition("/" + "/".join(call.path))[0]
        return Views(self._account, self._world, self._people, address)


def _run(edges: dict[tuple[str, str], Any], call: Call, edge: str) -> dict[str, Any]:
    """Answer a call of a node's edge; raises ``GraphError`` where there is none."""
    action = edges.get((call.method, edge))
    if action is None:
        if any(edge == known for _, known in edges):
            raise GraphError(100, 33)
        raise GraphError(2500, message=f"Unknown path components: /{edge}")
    return action(call)


def _done(_: object) -> dict[str, Any]:
    return {"success": True}
