"""Placement of posts on Bluesky: a post has an address that names its author, a thread that of its first post."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from infra.square.core.world import Places, Post, Thread, Utterance, World
from infra.square.platforms.bluesky.account import iso
from infra.square.platforms.bluesky.records import POST, cid_of, reference

if TYPE_CHECKING:
    from infra.square.platforms.bluesky.account import BlueskyAccount


class BlueskyPlaces(Places):
    """Each public post gets a record, as its author's app would have written it."""

    def __init__(self, account: BlueskyAccount) -> None:
        super().__init__(account.new_id)
        self.account = account

    def handle(self, name: str, taken: set[str]) -> str:
        return f"{super().handle(name, taken)}.test"

    def place(self, world: World, utterance: Utterance) -> Utterance:
        thread = utterance.thread
        if not (thread.public if thread else utterance.public):
            return replace(utterance, public=False)
        did = utterance.author.id if utterance.author else self.account.id
        uri = utterance.post_id or f"at://{did}/{POST}/{self.account.tid()}"
        parent = utterance.parent or self._answered(world, thread)
        thread = thread or (world.threads[parent.thread_id] if parent else None)
        if thread is None:
            thread = world.threads[uri] = Thread(uri)
        traits = dict(utterance.traits)
        record = traits.pop("record", None) or self._record(world, utterance, parent)
        traits |= {"record": record, "cid": cid_of(record)}
        return replace(utterance, thread=thread, parent=parent, title="", post_id=uri, is_told=False, traits=traits)

    def _answered(self, world: World, thread: Thread | None) -> Post | None:
        """Return what somebody answers who writes into a thread: the company's latest post there, or the first one."""
        if thread is None:
            return None
        own = [post for post in world.posts_in(thread.id) if post.own]
        return own[-1] if own else world.posts.get(thread.id)

    def _record(self, world: World, utterance: Utterance, parent: Post | None) -> dict[str, Any]:
        text, created = utterance.text, iso(self.account.clock.now())
        record: dict[str, Any] = {"$type": POST, "text": text, "createdAt": created, "langs": ["de"]}
        if parent:
            record["reply"] = {"root": reference(world, parent.thread_id), "parent": reference(world, parent.id)}
        handle = f"@{self.account.config['handle']}"
        if (place := text.find(handle)) >= 0:
            start = len(text[:place].encode())
            feature = {"$type": "app.bsky.richtext.facet#mention", "did": self.account.id}
            index = {"byteStart": start, "byteEnd": start + len(handle)}
            record["facets"] = [{"index": index, "features": [feature]}]
        if quoted := utterance.traits.get("quote"):
            record["embed"] = {"$type": "app.bsky.embed.record", "record": reference(world, str(quoted))}
        if pictures := [file for file in utterance.attachments if file.get("type") == "image"]:
            images = [{"alt": file.get("name", ""), "image": self._blob(file)} for file in pictures]
            record["embed"] = {"$type": "app.bsky.embed.images", "images": images}
        return record

    def _blob(self, file: dict[str, Any]) -> dict[str, Any]:
        """Return a picture whose bytes lie elsewhere, as a blob."""
        cid = cid_of(file, raw=True)
        self.account.blobs[cid] = ["", str(file.get("url", ""))]
        return {"$type": "blob", "ref": {"$link": cid}, "mimeType": "image/jpeg", "size": 1}
