"""The account's repository: records and blobs."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING, Any

from starlette.responses import RedirectResponse, Response

from infra.square.core.world import Utterance
from infra.square.platforms.bluesky.call import Refused
from infra.square.platforms.bluesky.records import BLOCK, GATE, LIKE, POST, cid_of
from infra.square.platforms.bluesky.texts import POST_LIMITS, check_facets, check_length

if TYPE_CHECKING:
    from starlette.requests import Request

    from infra.square.core.world import World
    from infra.square.platforms.bluesky.account import BlueskyAccount
    from infra.square.platforms.bluesky.events import BlueskyEvents

COLLECTIONS = {POST, LIKE, BLOCK, GATE}
LARGEST_BLOB = 2_000_000
TID = re.compile("[234567abcdefghij][234567a-z]{12}")


class Repository:
    """Answers the calls of ``com.atproto.repo``."""

    def __init__(self, account: BlueskyAccount, world: World, events: BlueskyEvents) -> None:
        self.account = account
        self.world = world
        self.events = events

    def create(self, params: dict[str, Any]) -> dict[str, Any]:
        collection, record = self._own(params), params.get("record")
        if not isinstance(record, dict) or record.get("$type", collection) != collection:
            raise Refused("InvalidRequest", f"Invalid $type: expected {collection}")
        if not record.get("createdAt"):
            raise Refused("InvalidRequest", f'Invalid {collection} record: Record must have the property "createdAt"')
        key = params.get("rkey") or self.account.tid()
        if collection in (POST, LIKE, BLOCK) and not TID.fullmatch(key):
            raise Refused("InvalidRequest", "Invalid record key: not a valid TID")
        uri = f"at://{self.account.id}/{collection}/{key}"
        if uri in self.account.records or self.world.find(uri):
            raise Refused("InternalServerError", "Internal Server Error", 500)
        if collection == POST:
            return self._made(uri, self._post(uri, record))
        subject = record.get("subject")
        for known, each in self.account.records.items():
            if each["value"]["$type"] == collection and each["value"].get("subject") == subject:
                return self._made(known, each["cid"])
        return self._made(uri, self._keep(uri, record))

    def _post(self, uri: str, record: dict[str, Any]) -> str:
        text = record.get("text")
        if not isinstance(text, str):
            raise Refused("InvalidRequest", f"Invalid {POST} record: Record/text must be a string")
        check_length(text, POST_LIMITS, f"Invalid {POST} record: Record/text")
        check_facets(record, text)
        reply = record.get("reply") or {}
        # The server takes an answer to what is deleted, or never was: it does not look.
        parent = self.world.posts.get(reply.get("parent", {}).get("uri", ""))
        root = self.world.threads.get(reply.get("root", {}).get("uri", ""))
        images = [self._shown_image(each) for each in (record.get("embed") or {}).get("images", [])]
        post = self.world.post(
            Utterance(
                None, text, thread=root, parent=parent, attachments=images, post_id=uri, traits={"record": record}
            )
        )
        return post.traits["cid"]

    def _shown_image(self, image: dict[str, Any]) -> dict[str, Any]:
        cid = (image.get("image") or {}).get("ref", {}).get("$link", "")
        if cid not in self.account.blobs:
            raise Refused("BlobNotFound", f"Could not find blob: {cid}")
        return {
            "type": "image",
            "url": f"/bluesky/img/feed_fullsize/plain/{self.account.id}/{cid}@jpeg",
            "name": image["alt"],
        }

    def _keep(self, uri: str, record: dict[str, Any]) -> str:
        cid = cid_of(record)
        self.account.records[uri] = {"value": record, "cid": cid}
        liked = self.world.posts.get((record.get("subject") or {}).get("uri", "")) if record["$type"] == LIKE else None
        if liked:
            liked.reactions[self.account.id] = "❤"
        if record["$type"] == GATE:
            for post in self.world.posts.values():
                if post.thread_id == record.get("post"):
                    post.hidden = post.id in record.get("hiddenReplies", [])
        return cid

    def put(self, params: dict[str, Any]) -> dict[str, Any]:
        collection, record = self._own(params), params["record"]
        uri = f"at://{self.account.id}/{collection}/{params['rkey']}"
        standing = self.account.records.get(uri)
        if "swapRecord" in params and params["swapRecord"] != (standing["cid"] if standing else None):
            raise Refused("InvalidSwap", f"Record was at {standing['cid'] if standing else 'null'}")
        return self._made(uri, self._keep(uri, record))

    def get(self, params: dict[str, Any]) -> dict[str, Any]:
        uri = f"at://{params.get('repo')}/{params.get('collection')}/{params.get('rkey')}"
        if post := self.world.find(uri):
            return {"uri": uri, "cid": post.traits["cid"], "value": post.traits["record"]}
        if uri not in self.account.records:
            raise Refused("RecordNotFound", f"Could not locate record: {uri}")
        return {"uri": uri, **self.account.records[uri]}

    def delete(self, params: dict[str, Any]) -> dict[str, Any]:
        uri = f"at://{self.account.id}/{self._own(params)}/{params.get('rkey')}"
        if post := self.world.find(uri):
            post.removed = True
            self.events.removed(post)
        gone = self.account.records.pop(uri, None)
        liked = (
            self.world.posts.get(gone["value"]["subject"]["uri"]) if gone and gone["value"]["$type"] == LIKE else None
        )
        if liked:
            liked.reactions.pop(self.account.id, None)
        return {"commit": {"cid": cid_of(uri), "rev": self.account.tid()}}

    def _own(self, params: dict[str, Any]) -> str:
        if params.get("repo") not in (self.account.id, self.account.config["handle"]):
            raise Refused("AuthenticationRequired", "Invalid repo", 401)
        if params.get("collection") not in COLLECTIONS:
            raise Refused("InvalidRequest", "the square keeps no such records")
        return params["collection"]

    def _made(self, uri: str, cid: str) -> dict[str, Any]:
        return {
            "uri": uri,
            "cid": cid,
            "commit": {"cid": cid_of(f"{uri}{cid}"), "rev": self.account.tid()},
            "validationStatus": "valid",
        }

    def upload(self, body: bytes, mime: str) -> dict[str, Any]:
        if len(body) > LARGEST_BLOB:
            raise Refused("BlobTooLarge", "This file is too large", 413)
        cid = cid_of(body, raw=True)
        self.account.blobs[cid] = [mime, b64encode(body).decode()]
        return {"blob": {"$type": "blob", "ref": {"$link": cid}, "mimeType": mime, "size": len(body)}}

    async def picture(self, request: Request) -> Response:
        mime, content = self.account.blobs.get(str(request.path_params["name"]).partition("@")[0], ["", ""])
        if not mime:
            return RedirectResponse(content) if content else Response(status_code=404)
        return Response(b64decode(content), media_type=mime)
