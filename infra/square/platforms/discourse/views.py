"""Posts and users as the forum shows them."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from infra.square.core.world import Post
from infra.square.platforms.discourse.account import iso

if TYPE_CHECKING:
    from infra.square.core.world import World
    from infra.square.platforms.discourse.account import DiscourseAccount

LIKE = 2


class Views:
    """Renders what stands in the world."""

    def __init__(self, account: DiscourseAccount, world: World) -> None:
        self.account = account
        self.world = world

    def user(self, person_id: str) -> dict[str, Any]:
        account_id, name = (self.account.id, self.account.name)
        if person_id == account_id:
            return {"id": int(account_id), "username": self.account.username, "name": name}
        person = self.world.people[person_id]
        return {"id": int(person.id), "username": person.handle, "name": person.name}

    def post(self, post: Post, *, webhook: bool = False, raw: bool = True) -> dict[str, Any]:
        thread, author = self.world.thread_of(post), self.user(post.author_id)
        text = "(post deleted by author)" if post.traits.get("user_deleted") else raw_text(post)
        above = self.world.posts.get(post.parent_id or "")
        shown: dict[str, Any] = {
            "id": int(post.id),
            "name": author["name"],
            "username": author["username"],
            "user_id": author["id"],
            "avatar_template": "/letter_avatar_proxy/v4/letter/n/aca169/{size}.png",
            "created_at": iso(post.created),
            "updated_at": iso(post.edited or post.created),
            "deleted_at": iso(post.traits["deleted"]) if post.traits.get("deleted") else None,
            "user_deleted": bool(post.traits.get("user_deleted")),
            "cooked": _cooked(post),
            "post_number": post.traits.get("number", 1),
            "post_type": post.traits.get("type", 1),
            "reply_to_post_number": above.traits.get("number") if above else None,
            "reply_count": sum(each.parent_id == post.id for each in self.world.posts_in(thread.id)),
            "topic_id": int(thread.id),
            "topic_slug": "thema",
            "topic_title": thread.title,
            "category_id": 4 if thread.public else None,
            "version": post.traits.get("version", 1),
            "hidden": post.hidden,
            "staff": post.own,
            "accepted_answer": self.account.solved.get(post.thread_id) == post.id,
        }
        if raw:
            shown["raw"] = text
        if webhook:
            shown["topic_archetype"] = "regular" if thread.public else "private_message"
            return shown | ({"category_slug": "fragen"} if thread.public else {})
        liked = self.account.id in post.reactions
        count = {"id": LIKE, "count": len(post.reactions), "can_act": not post.own and not liked}
        return {**shown, "actions_summary": [{**count, **({"acted": True, "can_undo": True} if liked else {})}]}


def raw_text(post: Post) -> str:
    """The Markdown: pictures have short addresses there."""
    files = [f"![{each.get('name', 'Bild')}|690x388](upload://a1b2c3.png)" for each in post.attachments]
    return "\n\n".join(filter(None, [post.text, *files]))


def _cooked(post: Post) -> str:
    files = "".join(f'<p><img src="{escape(str(each.get("url")))}" alt="Bild"></p>' for each in post.attachments)
    return "".join(f"<p>{escape(part)}</p>" for part in post.text.split("\n\n") if part) + files
