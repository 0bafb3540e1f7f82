"""The Graph API of the Page: finds out what a path means and answers it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from infra.square.platforms._graph.call import Call, read_call, require_page
from infra.square.platforms._graph.errors import GraphError, error_response, meta_json
from infra.square.platforms._graph.fields import parse_fields
from infra.square.platforms.facebook.reading import Reading
from infra.square.platforms.facebook.subscribing import app_subscriptions, page_subscription

if TYPE_CHECKING:
    from starlette.requests import Request

    from infra.square.platforms.facebook.model import Item, Person
    from infra.square.platforms.facebook.platform import Facebook

VERSION = re.compile(r"v\d+\.\d+")
LONGEST_COMMENT = 8000
LARGEST_PHOTO = 10_000_000


class Graph:
    """One method per kind of node; edges are looked up by name."""

    def __init__(self, facebook: Facebook) -> None:
        self._facebook = facebook
        self._account = facebook.account

    async def handle(self, request: Request) -> Response:
        path = [part for part in request.path_params["path"].split("/") if part]
        if path and VERSION.fullmatch(path[0]):
            path = path[1:]
        bearer = "authorization" in request.headers

        def refuse(error: GraphError) -> Response:
            usage = self._facebook.limits.usage(path)
            return error_response(error.describe(), bearer=bearer, usage=usage)

        def refuse_on_request(error: dict[str, Any]) -> Response:
            usage = self._facebook.limits.usage(path, pretended_code=error["code"])
            return error_response(error, bearer=bearer, usage=usage)

        try:
            call = await read_call(request, path)
        except GraphError as error:
            return refuse(error)
        self._facebook.note_call(call)

        async def answer() -> Response:
            try:
                return self._accept(call, await self._answer(call))
            except GraphError as error:
                return refuse(error)

        return await self._facebook.faults.around((self._kind(call), "/" + "/".join(path)), answer, refuse_on_request)

    def _accept(self, call: Call, result: dict[str, Any]) -> Response:
        self._facebook.changed()
        headers = {**self._facebook.limits.usage(call.path), "facebook-api-version": "v26.0"}
        return Response(meta_json(result), 200, headers, "application/json; charset=UTF-8")

    def _kind(self, call: Call) -> str:
        """What a fault calls this: send, read, profile, or other (setting up webhooks)."""
        path = call.path
        if path and path[-1] in ("subscriptions", "subscribed_apps"):
            return "other"
        if call.method != "GET":
            return "send"
        return "profile" if path and path[0] in self._facebook.people.by_id else "read"

    async def _answer(self, call: Call) -> dict[str, Any]:
        if not call.path or len(call.path) > 2:
            raise GraphError(2500, message=f"Unknown path components: /{'/'.join(call.path[1:])}")
        node, edge = call.path[0], call.path[1] if len(call.path) == 2 else ""
        if edge == "subscriptions" and node in (self._account.config.app_id, "app"):
            return await app_subscriptions(call, self._account)
        require_page(call, self._account)
        self._facebook.limits.count_call(call)
        if node in (self._account.page_id, "me"):
            return self._page(call, edge)
        if node in self._facebook.people.by_id:
            return self._person(call, edge)
        if item := self._facebook.wall.standing(node):
            return self._item(call, item, edge)
        return self._chat(call, node, edge)

    def _page(self, call: Call, edge: str) -> dict[str, Any]:
        edges = {
            ("GET", ""): self._page_node,
            ("GET", "feed"): lambda call: self._reading(call).feed(call.params),
            ("GET", "posts"): lambda call: self._reading(call).feed(call.params),
            ("POST", "feed"): self._post,
            ("POST", "messages"): self._facebook.sending.send,
            ("GET", "conversations"): self._conversations,
            ("GET", "blocked"): lambda _: {"data": [_named(each) for each in self._shut_out()]},
            ("POST", "blocked"): lambda call: {each: self._shut(each, True) for each in self._people_of(call)},
            ("DELETE", "blocked"): lambda call: _done([self._shut(each, False) for each in self._people_of(call)]),
        }
        if edge == "subscribed_apps":
            return page_subscription(call, self._account)
        return self._run(edges, call, edge)

    def _shut_out(self) -> list[Person]:
        return [each for each in self._facebook.people.by_id.values() if each.shut_out]

    def _people_of(self, call: Call) -> list[str]:
        """Whom a call means, by the ids that the Page knows."""
        found = call.names("psid") or call.names("user")
        if not found or any(each not in self._facebook.people.by_id for each in found):
            raise GraphError(100, message="(#100) Param psid must be the ids of people")
        return found

    def _shut(self, person_id: str, shut_out: bool) -> bool:
        self._facebook.people.by_id[person_id].shut_out = shut_out
        return True

    def _item(self, call: Call, item: Item, edge: str) -> dict[str, Any]:
        wall, page_id = self._facebook.wall, self._account.page_id
        edges = {
            ("GET", ""): lambda call: self._reading(call).item(item, call.text("fields")),
            ("POST", ""): lambda call: self._change(call, item),
            ("DELETE", ""): lambda _: _done(wall.remove(item)),
            ("GET", "comments"): lambda call: self._comments(call, item),
            ("POST", "comments"): lambda call: self._comment(call, item),
            ("GET", "likes"): lambda call: self._reading(call).reactions(item, _plain(call)),
            ("GET", "reactions"): lambda call: self._reading(call).reactions(item, _plain(call)),
            ("POST", "likes"): lambda _: _done(wall.react(item, page_id, "like")),
            ("DELETE", "likes"): lambda _: _done(wall.react(item, page_id, None)),
        }
        return self._run(edges, call, edge)

    def _run(self, edges: dict[tuple[str, str], Any], call: Call, edge: str) -> dict[str, Any]:
        action = edges.get((call.method, edge))
        if action is None:
            if any(edge == known for _, known in edges):
                raise GraphError(100, 33)
            raise GraphError(2500, message=f"Unknown path components: /{edge}")
        return action(call)

    def _page_node(self, call: Call) -> dict[str, Any]:
        known = {
            "id": self._account.page_id,
            "name": self._account.config.page_name,
            "link": f"https://www.facebook.com/{self._account.page_id}",
            "category": "Internet service provider",
            "is_published": True,
            "can_post": True,
            "fan_count": len(self._facebook.people.by_id),
        }
        wanted = [each.name for each in parse_fields(call.text("fields", "id,name"))]
        return {name: known[name] for name in wanted if name in known} | {"id": known["id"]}

    def _post(self, call: Call) -> dict[str, Any]:
        text, link = call.text("message"), call.text("link")
        if not text and not link:
            raise GraphError(100, message="(#100) The post is empty. Please enter a message to share.")
        return {"id": self._facebook.wall.post(self._account.page_id, text, link=link or None).id}

    def _comments(self, call: Call, item: Item) -> dict[str, Any]:
        wanted = parse_fields(call.text("fields", "id,created_time,from,message"))
        return self._reading(call).comments(item, call.params, wanted)

    def _comment(self, call: Call, item: Item) -> dict[str, Any]:
        text, photo = call.text("message"), call.text("attachment_url") or call.text("attachment_id")
        photo = photo or call.file("source", ("image",), LARGEST_PHOTO)
        if not text.strip() and not photo:
            raise GraphError(100, message="(#100) The comment is empty. Please enter a message to share.")
        if len(text) > LONGEST_COMMENT:
            raise GraphError(100, message=f"(#100) Param message must be at most {LONGEST_COMMENT} characters")
        photos = [photo] if photo else []
        return {"id": self._facebook.wall.comment(item, self._account.page_id, text, photos=photos).id}

    def _change(self, call: Call, item: Item) -> dict[str, Any]:
        if "is_hidden" in call.params:
            if item.author_id == self._account.page_id:
                raise GraphError(100, message="(#100) The Page's own comment cannot be hidden")
            self._facebook.wall.hide(item, call.flag("is_hidden"))
            return {"success": True}
        if item.author_id != self._account.page_id:
            raise GraphError(10, message="(#10) Only the author can edit this")
        text = call.text("message")
        if not text.strip():
            raise GraphError(100, message="(#100) Param message must not be empty")
        self._facebook.wall.edit(item, text)
        return {"success": True}

    def _person(self, call: Call, edge: str) -> dict[str, Any]:
        person = self._facebook.people.by_id[call.path[0]]
        if edge or call.method != "GET":
            raise GraphError(100, 33)
        if person.hides_profile:
            raise GraphError(100, 2018218)
        known = {
            "first_name": person.first_name,
            "last_name": person.last_name,
            "name": person.name,
            "profile_pic": f"https://platform-lookaside.fbsbx.com/{person.id}.jpg",
        }
        wanted = [each.name for each in parse_fields(call.text("fields", "first_name,last_name,profile_pic"))]
        return {name: known[name] for name in wanted if known.get(name)} | {"id": person.id}

    def _conversations(self, call: Call) -> dict[str, Any]:
        chats = [chat for chat in self._facebook.chats.by_person.values() if chat.messages]
        if user_id := call.text("user_id"):
            chats = [chat for chat in chats if chat.person_id == user_id]
        chats.sort(key=lambda chat: chat.messages[-1].created, reverse=True)
        return self._reading(call).conversations(chats, _plain(call))

    def _chat(self, call: Call, node: str, edge: str) -> dict[str, Any]:
        """A conversation (``t_…``) or one of its messages."""
        if call.method != "GET":
            raise GraphError(100, 33)
        chats = self._facebook.chats
        chat = next((chat for chat in chats.by_person.values() if chat.id == node), None)
        if chat and edge == "messages":
            return self._reading(call).messages(chat, _plain(call), parse_fields(call.text("fields")))
        if chat and not edge:
            return self._reading(call).conversation(chat, parse_fields(call.text("fields", "id,updated_time")))
        found = chats.find(node)
        if not found or edge:
            raise GraphError(100, 33)
        return self._reading(call).message(*found, parse_fields(call.text("fields")))

    def _reading(self, call: Call) -> Reading:
        root = call.address.rpartition("/" + "/".join(call.path))[0]
        return Reading(self._account, self._facebook.people, self._facebook.wall, self._facebook.chats, root)


def _plain(call: Call) -> dict[str, Any]:
    return {name: value for name, value in call.params.items() if name not in ("access_token", "appsecret_proof")}


def _named(person: Person) -> dict[str, Any]:
    return {"id": person.id, "name": person.name}


def _done(_: object) -> dict[str, Any]:
    return {"success": True}
