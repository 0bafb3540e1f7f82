"""The people of the square, found by name or id; unknown names arrive when they first speak."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infra.square.core.web import BadInput, Fields
from infra.square.platforms.facebook.model import Person

if TYPE_CHECKING:
    from infra.square.platforms.facebook.account import Account


class People:
    """Everybody who ever spoke, and how the Page itself is named."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self.by_id: dict[str, Person] = {}

    def add(self, name: str, **traits: bool) -> Person:
        person = Person(self._account.new_number(), name, **traits)
        self.by_id[person.id] = person
        return person

    def named(self, name: str) -> Person:
        known = next((person for person in self.by_id.values() if person.name == name), None)
        return known or self.add(name)

    def who(self, author: dict[str, Any]) -> Person:
        """The person a control call means: ``{"id": …}`` or ``{"name": …}``."""
        fields = Fields(author)
        person_id, name = fields.text("id", None), (fields.text("name", None) or "").strip()
        fields.finish()
        if person_id is not None:
            if person_id not in self.by_id:
                raise BadInput("nobody on the square has this author.id")
            return self.by_id[person_id]
        if not name or len(name) > 100:
            raise BadInput("author needs a name of at most 100 characters, or an id")
        return self.named(name)

    def name_of(self, author_id: str) -> str:
        """A person's name; who is nobody's is the Page's, also when the Page got another id meanwhile."""
        person = self.by_id.get(author_id)
        return person.name if person else self._account.config.page_name

    def public_author(self, author_id: str) -> dict[str, str] | None:
        """What a webhook or a read tells of an author; None when privacy keeps it back."""
        person = self.by_id.get(author_id)
        if person and person.hides_author:
            return None
        return {"id": author_id, "name": self.name_of(author_id)}

    def snapshot(self) -> list[dict[str, Any]]:
        return [person.to_dict() for person in self.by_id.values()]

    def restore(self, stored: list[dict[str, Any]]) -> None:
        self.by_id = {each["id"]: Person.from_dict(each) for each in stored}
