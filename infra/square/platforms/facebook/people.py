"""People as Facebook shows them: ids are page-scoped, and privacy may keep an author or a profile back."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from infra.square.core.world import World
    from infra.square.platforms.facebook.account import FacebookAccount

TRAITS = ("hides_profile", "hides_author", "blocked")
"""No profile look-up; public events without an author; has blocked the Page."""


class People:
    """Names of people and of the Page."""

    def __init__(self, account: FacebookAccount, world: World) -> None:
        self._account = account
        self._world = world

    def name_of(self, author_id: str) -> str:
        """Return a person's name; any other id is the Page's, also when the Page got another one meanwhile."""
        person = self._world.people.get(author_id)
        return person.name if person else self._account.name

    def public_author(self, author_id: str) -> dict[str, str] | None:
        """Return what a webhook or a read tells of an author; None when privacy keeps it back."""
        person = self._world.people.get(author_id)
        if person and person.traits.get("hides_author"):
            return None
        return {"id": author_id, "name": self.name_of(author_id)}

    def party(self, author_id: str) -> dict[str, str]:
        """Return one side of a private chat."""
        return {"name": self.name_of(author_id), "id": author_id}
