"""The public side of the Page: posts and their comments, at two levels, and everything that happens to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infra.square.platforms.facebook.events import feed_value, reaction_value
from infra.square.platforms.facebook.model import Item

if TYPE_CHECKING:
    from infra.square.platforms.facebook.account import Account
    from infra.square.platforms.facebook.people import People


class Wall:
    """Items by id, in the order in which they were written. Whatever happens is told to the listener."""

    def __init__(self, account: Account, people: People) -> None:
        self._account = account
        self._people = people
        self.items: dict[str, Item] = {}

    def standing(self, item_id: str) -> Item | None:
        item = self.items.get(item_id)
        return item if item and not item.removed else None

    def posts(self) -> list[Item]:
        return [item for item in self.items.values() if item.is_post]

    def comments_on(self, item_id: str) -> list[Item]:
        return [item for item in self.items.values() if item.parent_id == item_id and not item.is_post]

    def thread(self, post_id: str) -> list[Item]:
        return [item for item in self.items.values() if item.post_id == post_id and not item.is_post]

    def post(self, author_id: str, text: str, **content: Any) -> Item:
        post_id = f"{self._account.page_id}_{self._account.new_number()}"
        return self._add(Item(post_id, post_id, post_id, author_id, text, *self._now_twice(), **content))

    def comment(self, parent: Item, author_id: str, text: str, **content: Any) -> Item:
        """A comment; an answer to an answer joins the level above, since Facebook shows two."""
        if not parent.is_post and not parent.is_top_level:
            parent = self.items[parent.parent_id]
        post_part = parent.post_id.partition("_")[2]
        comment_id = f"{post_part}_{self._account.new_number()}"
        comment = Item(comment_id, parent.post_id, parent.id, author_id, text, *self._now_twice(), **content)
        return self._add(comment)

    def edit(self, item: Item, text: str) -> None:
        item.text = text
        item.updated = self._account.clock.now()
        self._tell(item, "edited")

    def remove(self, item: Item) -> None:
        """Take an item away with everything under it; Facebook tells of the item itself only."""
        item.removed = True
        self._tell(item, "remove")
        for below in self.thread(item.id) if item.is_post else self.comments_on(item.id):
            below.removed = True

    def hide(self, item: Item, hidden: bool) -> None:
        if item.hidden != hidden:
            item.hidden = hidden
            self._tell(item, "hide" if hidden else "unhide")

    def react(self, item: Item, author_id: str, reaction: str | None) -> None:
        before = item.reactions.get(author_id)
        if before == reaction:
            return
        if reaction is None:
            verb, shown = "remove", item.reactions.pop(author_id)
        else:
            verb, shown = ("edit" if before else "add"), reaction
            item.reactions[author_id] = reaction
        author = self._people.public_author(author_id)
        self._account.publish_change(reaction_value(item, verb, shown, author, self._account.clock.now()))

    def snapshot(self) -> list[dict[str, Any]]:
        return [item.to_dict() for item in self.items.values()]

    def restore(self, stored: list[dict[str, Any]]) -> None:
        self.items = {each["id"]: Item.from_dict(each) for each in stored}

    def _now_twice(self) -> tuple[int, int]:
        now = self._account.clock.now()
        return now, now

    def _add(self, item: Item) -> Item:
        self.items[item.id] = item
        self._tell(item, "add")
        return item

    def _tell(self, item: Item, verb: str) -> None:
        author = self._people.public_author(item.author_id)
        post = self.items[item.post_id]
        self._account.publish_change(feed_value(item, post, verb, author, self._account.clock.now()))
