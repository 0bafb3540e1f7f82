"""Posts and direct messages of the API v2."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from typing import TYPE_CHECKING, Any

from wcwidth import iter_graphemes

from infra.square.core.search import found_by
from infra.square.core.world import Post, Utterance
from infra.square.platforms.x.account import DAY, iso
from infra.square.platforms.x.call import PROBLEMS, Call, Refused
from infra.square.platforms.x.views import ADDRESS, latest

if TYPE_CHECKING:
    from infra.square.core.world import World
    from infra.square.platforms.x.account import XAccount
    from infra.square.platforms.x.events import XEvents
    from infra.square.platforms.x.media import Media
    from infra.square.platforms.x.views import Views

POST_LIMIT, MESSAGE_LIMIT = 280, 10_000
MOST_MENTIONS = 800
LONGEST_QUERY = 512
SAME_AGAIN = DAY


class Posts:
    """Answers the calls about posts, people and direct messages."""

    def __init__(self, account: XAccount, world: World, views: Views, events: XEvents, media: Media) -> None:
        self.account = account
        self.world = world
        self.views = views
        self.events = events
        self.media = media

    def create(self, call: Call) -> dict[str, Any]:
        text = call.body.get("text") or ""
        parent = self._answerable(call.body["reply"]) if isinstance(call.body.get("reply"), dict) else None
        media = [str(each) for each in (call.body.get("media") or {}).get("media_ids", [])]
        if not isinstance(text, str) or not (text.strip() or media):
            raise Refused(400, "One or more parameters to your request was invalid.", "invalid-request")
        if weight(text) > POST_LIMIT:
            raise Refused(403, "Tweet needs to be a bit shorter.", code=186)
        self._refuse_again(text, parent)
        files = [self.media.attachment(each) for each in media]
        post = self.world.post(Utterance(None, text, parent=parent, attachments=files))
        return {"data": {"id": post.id, "text": self.views.full_text(post), "edit_history_tweet_ids": [post.id]}}

    def _answerable(self, reply: dict[str, Any]) -> Post:
        call = str(reply.get("in_reply_to_tweet_id", ""))
        parent = self.world.find(self.account.kept["newer"].get(call, call))
        if parent is None or not self.world.thread_of(parent).public:
            raise Refused(403, "You attempted to reply to a Tweet that is deleted or not visible to you.")
        author = self.world.people.get(parent.author_id)
        if author and author.traits.get("blocks_us"):
            raise Refused(403, "You are not permitted to perform this action.")
        if self.is_closed(parent):
            raise Refused(403, "The original Tweet author restricted who can reply to this Tweet.", code=433)
        if author and not (
            f"@{self.account.handle}" in self.views.full_text(parent)
            or "post.quote.create" in self.views.event_kinds(parent)
        ):
            raise Refused(
                403,
                "Reply to this conversation is not allowed because you have not been mentioned or otherwise engaged by "
                "the author of the post you are replying to.",
            )
        return parent

    def is_closed(self, post: Post) -> bool:
        """Return whether the author of a post lets us not answer it, in the app as by the API."""
        author = self.world.people.get(post.author_id)
        return bool(post.traits.get("limited") or (author and author.traits.get("blocks_us")))

    def _refuse_again(self, text: str, parent: Post | None) -> None:
        since = self.account.clock.now() - SAME_AGAIN
        for each in self.world.posts.values():
            same_place = each.parent_id == (parent.id if parent else None)
            if each.own and not each.removed and each.text == text and same_place and each.created > since:
                raise Refused(403, "You are not allowed to create a Tweet with duplicate content.")

    def search(self, call: Call) -> dict[str, Any]:
        """Posts of the last seven days, newest first; a token is the number of the page's first post."""
        query, limit = call.query.get("query", ""), int(call.query.get("max_results", 10))
        if not query or len(query) > LONGEST_QUERY or not 10 <= limit <= 100:
            raise Refused(400, "One or more parameters to your request was invalid.", "invalid-request")
        since_id, begin = int(call.query.get("since_id") or 0), call.query.get("start_time", "")
        week = iso(self.account.clock.now() - 7 * DAY)
        if begin and begin < week:
            raise Refused(400, "'start_time' must be a minimum of seven days ago.", "invalid-request")
        found = [post for post in self.world.posts.values() if self._is_found(post, query)]
        found = [post for post in found if latest(post) > since_id and iso(post.created) >= max(begin, week)]
        found.sort(key=latest, reverse=True)
        first = int(call.query.get("next_token") or 0)
        page = found[first : first + limit]
        meta: dict[str, Any] = {"result_count": len(page)}
        meta |= {"newest_id": str(latest(page[0])), "oldest_id": str(latest(page[-1]))} if page else {}
        meta |= {"next_token": str(first + limit)} if first + limit < len(found) else {}
        shown = (
            {"data": [self.views.post(post) for post in page], "includes": self.views.includes(page)} if page else {}
        )
        return {**shown, "meta": meta}

    def _is_found(self, post: Post, query: str) -> bool:
        if post.removed or not self.world.thread_of(post).public:
            return False
        name, _, thread = query.partition("conversation_id:")
        return post.thread_id == thread if thread and not name else found_by(query, self.views.full_text(post))

    def _own(self, call: Call) -> Post:
        post = self.world.find(self.account.kept["newer"].get(call.path["id"], call.path["id"]))
        if post is None:
            raise Refused(404, "Could not find the post.", "resource-not-found", title="Not Found Error")
        return post

    def delete(self, call: Call) -> dict[str, Any]:
        post = self._own(call)
        if not post.own:
            raise Refused(403, "You are not authorized to delete this Tweet.")
        post.removed = True
        self.events.deliver(
            "post.delete",
            {"id": post.id, "author_id": self.account.id},
            {"users": [{"data": self.views.user(self.account.id)}]},
        )
        return {"data": {"deleted": True}}

    def hide(self, call: Call) -> dict[str, Any]:
        post = self._own(call)
        root = self.world.posts.get(post.thread_id)
        if root is None or not root.own or post.id == root.id:
            raise Refused(403, "You are not permitted to hide this reply.")
        post.hidden = call.body.get("hidden") is True
        return {"data": {"hidden": post.hidden}}

    def one(self, call: Call) -> dict[str, Any]:
        post = self._own(call)
        return {"data": self.views.post(post), "includes": self.views.includes([post])}

    def person(self, call: Call) -> dict[str, Any]:
        if call.path["id"] not in (self.account.id, *self.world.people):
            problem = {
                "title": "Not Found Error",
                "type": PROBLEMS + "resource-not-found",
                "detail": "Could not find user",
            }
            return {"errors": [problem]}
        return {"data": self.views.user(call.path["id"])}

    def mentions(self, call: Call) -> dict[str, Any]:
        self._must_be_ours(call)
        named = [each for each in self.world.posts.values() if not each.own and self.world.thread_of(each).public]
        return self._page(
            call, [each for each in named if f"@{self.account.handle}" in self.views.full_text(each)][-MOST_MENTIONS:]
        )

    def timeline(self, call: Call) -> dict[str, Any]:
        self._must_be_ours(call)
        return self._page(
            call, [each for each in self.world.posts.values() if each.own and self.world.thread_of(each).public]
        )

    def _must_be_ours(self, call: Call) -> None:
        if call.path["id"] != self.account.id:
            raise Refused(403, "You are not permitted to see this.", "not-authorized-for-resource")

    def _page(self, call: Call, posts: list[Post]) -> dict[str, Any]:
        """Newest first; what is call for is since an id, or since a moment."""
        size = int(call.query.get("max_results", "10"))
        if not 5 <= size <= 100:
            raise Refused(400, "max_results must be between 5 and 100", "invalid-request")
        since = int(call.query.get("since_id", "0"))
        begin = call.query.get("start_time")
        start = datetime.fromisoformat(begin).timestamp() * 1000 if begin else 0
        newest = sorted(
            (each for each in posts if not each.removed and each.created >= start and latest(each) > since),
            key=latest,
            reverse=True,
        )
        first = int(call.query.get("pagination_token", "p0").removeprefix("p"))
        shown = newest[first : first + size]
        if not shown:
            return {"meta": {"result_count": 0}}
        meta = {"newest_id": str(latest(shown[0])), "oldest_id": str(latest(shown[-1])), "result_count": len(shown)}
        if len(newest) > first + size:
            meta["next_token"] = f"p{first + size}"
        # Only what is call for is given: an id and a text are, always.
        fields = {"id", "text", "edit_history_tweet_ids", *call.query.get("tweet.fields", "").split(",")}
        data = [{key: value for key, value in self.views.post(each).items() if key in fields} for each in shown]
        includes = {"includes": self.views.includes(shown)} if "expansions" in call.query else {}
        return {"data": data, **includes, "meta": meta}

    def write_message(self, call: Call) -> dict[str, Any]:
        person = self.world.people.get(call.path["id"])
        text = call.body.get("text") or ""
        media = [str(each.get("media_id")) for each in call.body.get("attachments") or []]
        if person is None or person.traits.get("blocks_us") or person.traits.get("no_messages"):
            raise Refused(403, "You cannot send messages to this user.", code=349)
        if not isinstance(text, str) or not (text or media) or len(text) > MESSAGE_LIMIT or len(media) > 1:
            raise Refused(400, "One or more parameters to your request was invalid.", "invalid-request")
        thread = self.world.chat_with(person)
        post = self.world.post(
            Utterance(
                None, text, thread=thread, public=False, attachments=[self.media.attachment(each) for each in media]
            )
        )
        return {"data": {"dm_conversation_id": thread.id, "dm_event_id": post.id}}

    def messages(self, call: Call) -> dict[str, Any]:
        person = self.world.people.get(call.path["id"])
        posts = self.world.posts_in(self.world.chat_with(person).id) if person else []
        data = [
            {
                "id": each.id,
                "event_type": "MessageCreate",
                "text": self.views.shortened(each, each.text)[0],
                "entities": {"urls": self.views.shortened(each, each.text)[1]},
                "sender_id": each.author_id,
                "created_at": iso(each.created),
                "dm_conversation_id": each.thread_id,
            }
            for each in reversed(posts)
        ]
        return {"data": data, "meta": {"result_count": len(data)}} if data else {"meta": {"result_count": 0}}


def weight(text: str) -> int:
    """The length of a post: addresses count 23, emoji and most scripts double."""
    rest, links = ADDRESS.subn("", unicodedata.normalize("NFC", text))
    return 23 * links + sum(_weight(cluster) for cluster in iter_graphemes(rest))


def _weight(cluster: str) -> int:
    if any(ord(letter) >= 0x1F000 or letter in "\ufe0f\u20e3" for letter in cluster):
        return 2
    light = ((0, 0x10FF), (0x2000, 0x200D), (0x2010, 0x201F), (0x2032, 0x2037))
    return sum(1 if any(low <= ord(each) <= high for low, high in light) else 2 for each in cluster)
