"""Posts and people as the server shows them: the entities Status, Account and Notification."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Any

from infra.square.core.world import STRANGER, Person, Post
from infra.square.platforms.mastodon.account import Note, iso

if TYPE_CHECKING:
    from infra.square.core.world import World
    from infra.square.platforms.mastodon.account import MastodonAccount

NAME = re.compile(r"(?<![=/\w])@([a-zA-Z0-9_]+(?:[a-zA-Z0-9_.-]*[a-zA-Z0-9_])?)(?:@([\w.-]+\w))?")
ADDRESS = re.compile(r"https?://[\w.-]+\.[a-z]{2,}(?:/[^\s]*)?")


class Views:
    """Renders what stands in the world."""

    def __init__(self, account: MastodonAccount, world: World) -> None:
        self.account = account
        self.world = world

    def account_entity(self, person_id: str) -> dict[str, Any]:
        account_id, name = (self.account.id, self.account.name)
        own = person_id == account_id
        person = Person(account_id, name, self.account.username) if own else self.world.people[person_id]
        domain = person.traits.get("domain", "")
        return {
            "id": person.id,
            "username": person.handle,
            "acct": f"{person.handle}@{domain}" if domain else person.handle,
            "display_name": person.name,
            "url": f"https://{domain or self.account.settings['domain']}/@{person.handle}",
            "bot": bool(person.traits.get("bot")),
            "locked": False,
            "note": f"<p>{escape(str(person.traits.get('note', '')))}</p>",
            "noindex": bool(person.traits.get("noindex")),
            "followers_count": int(person.traits.get("followers", 0)),
            "created_at": "2024-01-01T00:00:00.000Z",
        }

    def relationship(self, person: Person) -> dict[str, Any]:
        """Show how a person and the account stand to each other."""
        blocks = {"blocking": bool(person.traits.get("blocked")), "blocked_by": bool(person.traits.get("blocks"))}
        return {"id": person.id, "following": False, "followed_by": False, "muting": False, **blocks, "note": ""}

    def status(self, post: Post) -> dict[str, Any]:
        account = self.account_entity(post.author_id)
        above = self.world.find(post.parent_id or "")
        return {
            "id": post.id,
            "uri": f"{self.account.address()}/users/{account['username']}/statuses/{post.id}",
            "url": f"{self.account.address()}/@{account['acct']}/{post.id}",
            "created_at": iso(post.created),
            "edited_at": iso(post.edited) if post.edited else None,
            "in_reply_to_id": above.id if above else None,
            "in_reply_to_account_id": above.author_id if above else None,
            "account": account,
            "content": self._content(post.text),
            "visibility": post.traits.get("visibility", "public"),
            "spoiler_text": post.traits.get("spoiler_text", ""),
            "sensitive": False,
            "language": post.traits.get("language", "de"),
            "mentions": self._mentions(post),
            "tags": [],
            "emojis": [],
            "media_attachments": [self.medium(each) for each in post.attachments],
            "reblog": None,
            "favourited": self.account.id in post.reactions,
            "favourites_count": len(post.reactions),
            "replies_count": sum(each.parent_id == post.id for each in self.world.posts.values()),
        }

    def medium(self, attachment: dict[str, Any]) -> dict[str, Any]:
        entity = {"id": attachment.get("id") or "1", "type": attachment.get("type", "image")}
        return {**entity, "url": attachment.get("url"), "remote_url": None, "description": attachment.get("name")}

    def _content(self, text: str) -> str:
        """HTML as the server makes it: links to people and addresses, the latter partly invisible."""

        def person(match: re.Match[str]) -> str:
            return f'<span class="h-card"><a href="#" class="u-url mention">@<span>{match[1]}</span></a></span>'

        def address(match: re.Match[str]) -> str:
            start, _, rest = match[0].partition("://")
            return (
                f'<a href="{match[0]}" rel="nofollow noopener"><span class="invisible">{start}://</span>'
                f'<span class="ellipsis">{rest[:30]}</span><span class="invisible">{rest[30:]}</span></a>'
            )

        paragraphs = [NAME.sub(person, ADDRESS.sub(address, escape(part))) for part in text.split("\n\n")]
        return "".join("<p>{}</p>".format(part.replace("\n", "<br />")) for part in paragraphs if part)

    def _mentions(self, post: Post) -> list[dict[str, Any]]:
        """Return the people whom a post names; what others write names the company."""
        people = self.named(post.text) if post.own else []
        shown = [self.account_entity(person.id) for person in people]
        if not post.own and not post.traits.get(STRANGER):
            shown = [self.account_entity(self.account.id)]
        return [{name: each[name] for name in ("id", "username", "acct", "url")} for each in shown]

    def named(self, text: str) -> list[Person]:
        names = {(match[1].lower(), (match[2] or "").lower()) for match in NAME.finditer(text)}
        known = self.world.people.values()
        return [each for each in known if (each.handle.lower(), each.traits.get("domain", "").lower()) in names]

    def notification(self, note: Note) -> dict[str, Any]:
        shown = {"id": note.id, "type": note.type, "created_at": iso(note.at), "group_key": f"ungrouped-{note.id}"}
        status = {"status": self.status(self.world.posts[note.post_id])} if note.post_id else {}
        return {**shown, "account": self.account_entity(note.person_id), **status}
