"""Posts, people and direct messages as the API and the webhook show them."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any

from infra.square.core.world import STRANGER, Post
from infra.square.platforms.x.account import iso

if TYPE_CHECKING:
    from infra.square.core.world import World
    from infra.square.platforms.x.account import XAccount

ADDRESS = re.compile(r"https?://\S+")
HANDLE = re.compile(r"(?<!\w)@(\w+)", re.ASCII)


class Views:
    """Renders what stands in the world."""

    def __init__(self, account: XAccount, world: World) -> None:
        self.account = account
        self.world = world

    def event_kinds(self, post: Post) -> list[str]:
        if post.own:
            return ["post.create"]
        kinds: list[str] = []
        if f"@{self.account.handle}" in self._typed(post):
            kinds.append("post.mention.create")
        if (parent := self.world.posts.get(post.parent_id or "")) and parent.own:
            kinds.append("post.reply.create")
        if (quoted := self.world.posts.get(str(post.traits.get("quote", "")))) and quoted.own:
            kinds.append("post.quote.create")
        return kinds

    def _typed(self, post: Post) -> str:
        """Return what was typed; a post that answers nothing is typed to the company."""
        is_top = not post.own and post.parent_id is None and not post.traits.get("quote")
        if (
            is_top
            and not (post.traits.get("aside") or post.traits.get(STRANGER))
            and f"@{self.account.handle}" not in post.text
        ):
            return f"@{self.account.handle} {post.text}"
        return post.text

    def full_text(self, post: Post) -> str:
        """Return the text as the platform shows it: an answer begins with who is answered, and whom that one named."""
        typed, parent = self._typed(post), self.world.posts.get(post.parent_id or "")
        if parent is None:
            return typed
        named = [self._handle_of(parent.author_id), *HANDLE.findall(self.full_text(parent))]
        ours = {self._handle_of(post.author_id), *HANDLE.findall(typed)}
        return " ".join([*(f"@{name}" for name in dict.fromkeys(named) if name not in ours), typed])

    def _handle_of(self, person_id: str) -> str:
        return self.account.handle if person_id == self.account.id else self.world.people[person_id].handle

    def post(self, post: Post) -> dict[str, Any]:
        """A post as API and events show it."""
        history = post.traits.get("history", [post.id])
        text, urls = self.shortened(post, self.full_text(post))
        referred = [{"type": "replied_to", "id": post.parent_id}] if post.parent_id else []
        referred += [{"type": "quoted", "id": post.traits["quote"]}] if post.traits.get("quote") else []
        names = [
            (self.account.handle, self.account.id),
            *((each.handle, each.id) for each in self.world.people.values()),
        ]
        mentions = [
            {"start": at, "end": at + len(name) + 1, "username": name, "id": person_id}
            for name, person_id in names
            if (at := text.find(f"@{name}")) >= 0
        ]
        shown: dict[str, Any] = {
            "id": history[-1],
            "text": text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"),
            "author_id": post.author_id,
            "created_at": iso(post.edited or post.created),
            "conversation_id": post.thread_id,
            "edit_history_tweet_ids": history,
            "entities": {"mentions": mentions, "urls": urls},
            "lang": "de",
            "public_metrics": {
                "like_count": len(post.reactions),
                "reply_count": sum(each.parent_id == post.id for each in self.world.posts_in(post.thread_id)),
                "retweet_count": post.traits.get("reposts", 0),
                "quote_count": 0,
            },
            "reply_settings": "mentionedUsers" if post.traits.get("limited") else "everyone",
        }
        if referred:
            shown["referenced_tweets"] = referred
        if parent := self.world.posts.get(post.parent_id or ""):
            shown["in_reply_to_user_id"] = parent.author_id
        if post.attachments:
            shown["attachments"] = {"media_keys": [f"3_{each['media_id']}" for each in self._pictures(post)]}
        return shown

    def shortened(self, post: Post, text: str) -> tuple[str, list[dict[str, Any]]]:
        """Links are shortened; a picture is one more at the end."""
        urls: list[dict[str, Any]] = []
        for number, link in enumerate(ADDRESS.findall(text)):
            short = f"https://t.co/{_slug(post.id, number)}"
            text = text.replace(link, short, 1)
            urls.append({"url": short, "expanded_url": link, "display_url": link.partition("://")[2]})
        for each in self._pictures(post)[:1]:
            short = f"https://t.co/{_slug(post.id, 99)}"
            text = f"{text} {short}".strip()
            shown = f"https://x.com/{self._handle_of(post.author_id)}/status/{post.id}/photo/1"
            urls.append({"url": short, "expanded_url": shown, "media_key": f"3_{each['media_id']}"})
        return text, urls

    def _pictures(self, post: Post) -> list[dict[str, Any]]:
        return [
            {"media_id": each.get("media_id") or str(10**18 + number), **each}
            for number, each in enumerate(post.attachments)
        ]

    def includes(self, posts: list[Post]) -> dict[str, Any]:
        media = [
            {"media_key": f"3_{each['media_id']}", "type": "photo", "url": each.get("url")}
            for post in posts
            for each in self._pictures(post)
        ]
        users = [self.user(each) for each in dict.fromkeys(post.author_id for post in posts)]
        return {"users": users, **({"media": media} if media else {})}

    def user(self, person_id: str) -> dict[str, Any]:
        if person_id == self.account.id:
            return {"id": self.account.id, "name": self.account.name, "username": self.account.handle}
        person = self.world.people[person_id]
        return {"id": person.id, "name": person.name, "username": person.handle}

    def both_users(self, person_id: str) -> dict[str, Any]:
        return {each: {"data": self.user(each)} for each in (self.account.id, person_id)}

    def message_event(self, post: Post) -> dict[str, Any]:
        other = self.world.thread_of(post).person_id or ""
        text, urls = self.shortened(post, post.text)
        data: dict[str, Any] = {"text": text, "entities": {"hashtags": [], "user_mentions": [], "urls": urls}}
        for each in self._pictures(post)[:1]:
            media = {"id_str": each["media_id"], "type": "photo", "url": urls[-1]["url"]}
            data["attachment"] = {"type": "media", "media": {**media, "media_url_https": each.get("url")}}
        created = {
            "target": {"recipient_id": other if post.own else self.account.id},
            "sender_id": post.author_id,
            "message_data": data,
        }
        event = {"type": "message_create", "id": post.id, "created_timestamp": str(post.created)}
        return {"direct_message_events": [{**event, "message_create": created}], "users": self.both_users(other)}


def latest(post: Post) -> int:
    return int(post.traits.get("history", [post.id])[-1])


def _slug(post_id: str, number: int) -> str:
    return hashlib.sha256(f"{post_id}/{number}".encode()).hexdigest()[:10]
