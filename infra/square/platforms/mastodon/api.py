"""The server's API under ``/api``."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from infra.square.core.params import read_params
from infra.square.core.search import found_by
from infra.square.core.world import Person, Post
from infra.square.platforms.mastodon.account import iso
from infra.square.platforms.mastodon.answers import Refused, fault_answer, json_answer
from infra.square.platforms.mastodon.posting import PUBLIC

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from starlette.requests import Request

    from infra.square.core.calls import Calls
    from infra.square.core.world import World
    from infra.square.platforms.mastodon.account import MastodonAccount
    from infra.square.platforms.mastodon.posting import Posting
    from infra.square.platforms.mastodon.views import Views

KEPT = 3_600_000
"""Milliseconds for which an idempotency key is remembered."""
MOST_AT_ONCE = 20
VISIBILITIES = (*PUBLIC, "private", "direct")


class Api:
    """Answers calls with the account's token."""

    def __init__(self, account: MastodonAccount, world: World, calls: Calls, views: Views, posting: Posting) -> None:
        self.account = account
        self.world = world
        self.calls = calls
        self.views = views
        self.posting = posting

    async def handle(self, request: Request) -> Response:
        path = request.path_params["path"].strip("/")
        params = await read_params(request)
        self.calls.note(request, params)
        kind = "read" if request.method == "GET" else "send"
        key = request.headers.get("idempotency-key", "")

        async def handler() -> Response:
            try:
                self._permit(request, path)
                result = self._call(request.method, path, {**params, "idempotency_key": key})
            except Refused as refused:
                return json_answer({"error": refused.text}, refused.status)
            return json_answer(result, headers=self._links(request, path, result))

        return await self.calls.answer(request, kind, handler, fault_answer)

    def _permit(self, request: Request, path: str) -> None:
        if path.endswith("instance"):
            return
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        right = secrets.compare_digest(given.encode(), str(self.account.config["access_token"]).encode())
        if self.account.expired or not right:
            raise Refused(401, "The access token is invalid")

    def _links(self, request: Request, path: str, result: Any) -> dict[str, str]:
        if not isinstance(result, list) or not result or path == "v1/statuses":
            return {}
        here = f"{self.account.address()}/api/{path}"
        links = f'<{here}?max_id={result[-1]["id"]}>; rel="next", <{here}?min_id={result[0]["id"]}>; rel="prev"'
        return {"Link": links}

    def _call(self, method: str, path: str, params: dict[str, Any]) -> Any:
        for allowed, pattern, action in self._actions():
            match = re.fullmatch(pattern, path)
            if match and method == allowed:
                return action(params, *match.groups())
        raise Refused(404, "Record not found")

    def _actions(self) -> list[tuple[str, str, Callable[..., Any]]]:
        """Return the calls of the API: method, path, and the function that gets parameters and the path's parts."""
        return [
            ("GET", "(v[12])/instance", self._instance),
            ("GET", "v1/accounts/verify_credentials", lambda _: self.views.account_entity(self.account.id)),
            ("GET", "v1/accounts/relationships", self._relationships),
            ("GET", r"v1/accounts/(\d+)", self._somebody),
            ("GET", r"v1/accounts/(\d+)/statuses", self._statuses_of),
            ("POST", r"v1/accounts/(\d+)/(block|unblock)", self._block),
            ("GET", "v1/notifications", self._notifications),
            ("GET", "v1/statuses", self._several),
            ("POST", "v1/statuses", self._create),
            ("GET", r"v1/statuses/(\d+)", lambda _, post_id: self.views.status(self.posting.visible(post_id))),
            ("PUT", r"v1/statuses/(\d+)", self._update),
            ("DELETE", r"v1/statuses/(\d+)", self._delete),
            ("GET", r"v1/statuses/(\d+)/source", self._source),
            ("GET", r"v1/statuses/(\d+)/context", self._context),
            ("POST", r"v1/statuses/(\d+)/(favourite|unfavourite)", self._favourite),
            ("POST", "v2/media", self._upload),
            ("GET", "v2/search", self._search),
            ("GET", r"v1/timelines/tag/(\w+)", self._tagged),
        ]

    def _instance(self, _params: dict[str, Any], version: str) -> dict[str, Any]:
        limits = {
            "max_characters": self.account.settings["max"],
            "max_media_attachments": 4,
            "characters_reserved_per_url": 23,
        }
        name = (
            {"domain": self.account.settings["domain"]} if version == "v2" else {"uri": self.account.settings["domain"]}
        )
        shown = {"title": "Nord", "version": "4.6.0", "configuration": {"statuses": limits}}
        return {**name, **shown}

    def _somebody(self, _params: dict[str, Any], person_id: str) -> dict[str, Any]:
        if person_id not in self.world.people and person_id != self.account.id:
            raise Refused(404, "Record not found")
        return self.views.account_entity(person_id)

    def _statuses_of(self, params: dict[str, Any], person_id: str) -> list[dict[str, Any]]:
        posts = [post for post in self.world.posts.values() if post.author_id == person_id and not post.removed]
        return [self.views.status(post) for post in _page(posts, params, 40)]

    def _relationships(self, params: dict[str, Any]) -> list[dict[str, Any]]:
        """Tell how people and the account stand to each other; unknown ids are left out."""
        wanted = [person for each in _listed(params.get("id[]")) if (person := self.world.people.get(each))]
        return [self.views.relationship(person) for person in wanted]

    def _block(self, _params: dict[str, Any], person_id: str, verb: str) -> dict[str, Any]:
        self._somebody({}, person_id)
        self.world.people[person_id].traits["blocked"] = verb == "block"
        return self.views.relationship(self.world.people[person_id])

    def _notifications(self, params: dict[str, Any]) -> list[dict[str, Any]]:
        types = _listed(params.get("types[]"))
        seen = [
            note
            for note in self.account.notes
            if (not types or note.type in types)
            and (not note.post_id or self.world.find(note.post_id))
            and not self.world.people[note.person_id].traits.get("blocked")
        ]
        return [self.views.notification(note) for note in _page(seen, params, 80)]

    def _several(self, params: dict[str, Any]) -> list[dict[str, Any]]:
        if not self.account.settings["several"]:
            raise Refused(404, "Record not found")
        wanted = _listed(params.get("id[]"))
        if len(wanted) > MOST_AT_ONCE:
            raise Refused(422, "Too many ids")
        people = self.world.people
        posts = [post for each in wanted if (post := self.world.find(each))]
        hidden = {each.id for each in people.values() if each.traits.get("blocks")}
        return [self.views.status(post) for post in posts if post.author_id not in hidden]

    def _create(self, params: dict[str, Any]) -> dict[str, Any]:
        key = params["idempotency_key"]
        at, known = self.account.keys.get(key, (0, "")) if key else (0, "")
        if known and self.account.clock.now() - at < KEPT and known in self.world.posts:
            return self.views.status(self.world.posts[known])
        visibility = str(params.get("visibility") or "public")
        if visibility not in VISIBILITIES:
            raise Refused(422, "Validation failed: Visibility is not included in the list")
        media = [self.account.media[each] for each in _listed(params.get("media_ids")) if each in self.account.media]
        text = str(params.get("status") or "")
        self.posting.check(text, str(params.get("spoiler_text") or ""), media)
        post = self.posting.publish(text, str(params.get("in_reply_to_id") or ""), visibility, media)
        if key:
            self.account.keys[key] = (self.account.clock.now(), post.id)
        return self.views.status(post)

    def _update(self, params: dict[str, Any], post_id: str) -> dict[str, Any]:
        post = self._mine(post_id)
        media = [each for each in post.attachments if str(each.get("id")) in _listed(params.get("media_ids"))]
        text = str(params.get("status") or "")
        self.posting.check(text, str(params.get("spoiler_text") or ""), media)
        if text != post.text:
            post.text, post.edited = text, self.account.clock.now()
        post.attachments = media
        return self.views.status(post)

    def _delete(self, _params: dict[str, Any], post_id: str) -> dict[str, Any]:
        post = self._mine(post_id)
        shown = {**self.views.status(post), "text": post.text}
        post.removed = True
        return shown

    def _mine(self, post_id: str) -> Post:
        post = self.posting.visible(post_id)
        if not post.own:
            raise Refused(404, "Record not found")
        return post

    def _source(self, _params: dict[str, Any], post_id: str) -> dict[str, Any]:
        post = self._mine(post_id)
        return {"id": post.id, "text": post.text, "spoiler_text": post.traits.get("spoiler_text", "")}

    def _context(self, _params: dict[str, Any], post_id: str) -> dict[str, Any]:
        post = self.posting.visible(post_id)
        above: list[Post] = []
        while parent := self.world.find((above[0] if above else post).parent_id or ""):
            above.insert(0, parent)
        below, known = [], {post.id}
        for each in self.world.posts.values():
            if each.parent_id in known and not each.removed:
                known.add(each.id)
                below.append(each)
        return {
            "ancestors": [self.views.status(each) for each in above],
            "descendants": [self.views.status(each) for each in below],
        }

    def _search(self, params: dict[str, Any]) -> dict[str, Any]:
        """Statuses of people who opted in, newest first; an offset, as ``min_id`` and ``max_id`` do not page here."""
        if params.get("offset") and not params.get("type"):
            raise Refused(400, "Offset requires a type")
        offset, limit = int(params.get("offset") or 0), min(int(params.get("limit") or 20), 40)
        query = str(params.get("q") or "")
        posts = [post for post in self._public() if not self._person(post).traits.get("unsearchable")]
        matching = [post for post in reversed(posts) if found_by(query, post.text, iso(post.created)[:10])]
        shown = [self.views.status(post) for post in matching[offset : offset + limit]]
        return {"accounts": [], "statuses": shown, "hashtags": []}

    def _tagged(self, params: dict[str, Any], tag: str) -> list[dict[str, Any]]:
        posts = [post for post in self._public() if f"#{tag.lower()}" in post.text.lower().split()]
        return [self.views.status(post) for post in _page(posts, params, 40)]

    def _public(self) -> list[Post]:
        """Return what people wrote in public."""
        posts = [post for post in self.world.posts.values() if not post.own and not post.removed]
        return [post for post in posts if post.traits.get("visibility", "public") == "public"]

    def _person(self, post: Post) -> Person:
        return self.world.people[post.author_id]

    def _favourite(self, _params: dict[str, Any], post_id: str, verb: str) -> dict[str, Any]:
        post = self.posting.visible(post_id)
        if verb == "favourite":
            post.reactions[self.account.id] = "⭐"
        else:
            post.reactions.pop(self.account.id, None)
        return self.views.status(post)

    def _upload(self, params: dict[str, Any]) -> dict[str, Any]:
        file = params.get("file")
        if not isinstance(file, dict):
            raise Refused(422, "Validation failed: File can't be blank")
        if not str(file["type"]).startswith(("image/", "video/", "audio/")):
            raise Refused(422, "Validation failed: File content type is invalid")
        media_id = self.account.new_id("media")
        url = f"{self.account.address()}/media/{media_id}"
        self.account.media[media_id] = {"id": media_id, "type": "image", "url": url, "name": params.get("description")}
        return self.views.medium(self.account.media[media_id])


def _page(items: Sequence[Any], params: dict[str, Any], most: int) -> list[Any]:
    """A page as the server cuts it, the newest first; with ``min_id`` the oldest of what is newer."""
    limit = min(int(params.get("limit", 20)), most)
    page = sorted(items, key=lambda each: int(each.id))
    least = int(params.get("min_id") or params.get("since_id") or 0)
    highest = int(params.get("max_id") or 10**30)
    page = [each for each in page if least < int(each.id) < highest]
    return list(reversed(page[:limit] if params.get("min_id") else page[-limit:]))


def _listed(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else [str(value)] if value else []
