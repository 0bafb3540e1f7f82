"""Bodies about the company's accounts, read into values. None of it is repeated in a refusal."""

from __future__ import annotations

from msgspec import Struct

from application.connections.registration import Change, New
from console.bodies.json_types import Body
from conversations.prices import DOLLAR
from storage.team_names import DEFAULT_TEAM


class Wanted(Struct, frozen=True):
    """Changes of a connection."""

    change: Change
    team: str
    """Empty for the one it has."""
    held: bool | None
    budget: int | None = None
    """Limit of a month, in millionths of a US dollar; 0 removes it."""

    @property
    def is_changed(self) -> bool:
        """Return whether more changes than the team or a pause."""
        return bool(self.change.secrets or self.change.options or self.change.rotation or self.change.account_name)


def new(body: Body) -> New:
    """The body of ``POST /connections``."""
    return New(
        line(body, "channel"),
        line(body, "name"),
        pairs(body, "secrets"),
        pairs(body, "options"),
        line(body, "team") or DEFAULT_TEAM,
        line(body, "account_id"),
        line(body, "account_name"),
    )


def change(body: Body) -> Wanted:
    """The body of ``PATCH /connections/{channel}/{connection}``."""
    secrets = {name: value for name, value in pairs(body, "secrets").items() if value}
    rotation = body.get("rotation") or ""
    change = Change(secrets, pairs(body, "options"), rotation, line(body, "account_name"))
    budget = body.get("budget")
    limit = None if budget is None else budget * DOLLAR
    return Wanted(change, line(body, "team"), body.get("held"), limit)


def line(body: Body, name: str) -> str:
    """Return a text of one line, without what stands around it."""
    value = body.get(name) or ""
    # What cannot be seen is shown, so that it is refused as no name of anything.
    return "".join(letter if letter.isprintable() else "?" for letter in value).strip() or ("?" if value else "")


def pairs(body: Body, name: str) -> dict[str, str]:
    """Return texts by their names, without what stands around them when they are pasted."""
    return {key: value.strip() for key, value in (body.get(name) or {}).items()}
