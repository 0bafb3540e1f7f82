"""What administrators send about the company's accounts, read into values. None of it is repeated in a refusal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from application.connections import forms
from application.connections.registration import Change, New
from console.bodies.fields import object_of, optional
from console.errors import malformed
from storage.team_names import DEFAULT_TEAM

MOST, LONGEST = 30, 4000
_NEW = {"channel", "name", "secrets", "options", "team", "account_id", "account_name"}
_CHANGE = {"secrets", "options", "rotation", "account_name", "team", "held"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be otherwise about a connection."""

    change: Change
    team: str
    """Empty for the one it has."""
    held: bool | None

    @property
    def is_changed(self) -> bool:
        """Whether more is wanted than another team, or a pause."""
        return bool(self.change.secrets or self.change.options or self.change.rotation or self.change.account_name)


def new(raw: bytes) -> New:
    """The body of ``POST /connections``."""
    body = object_of(raw, _NEW)
    channel, name = _line(body, "channel"), _line(body, "name")
    if not channel or not name:
        raise malformed(f"{'name' if channel else 'channel'} is missing")
    return New(
        channel,
        name,
        _pairs(body, "secrets"),
        _pairs(body, "options"),
        _line(body, "team") or DEFAULT_TEAM,
        _line(body, "account_id"),
        _line(body, "account_name"),
    )


def change(raw: bytes) -> Wanted:
    """The body of ``PATCH /connections/{channel}/{connection}``."""
    body = object_of(raw, _CHANGE)
    rotation = _line(body, "rotation")
    if rotation not in ("", forms.BEGIN, forms.END):
        raise malformed(f"rotation: {forms.BEGIN}, {forms.END}")
    secrets = {name: value for name, value in _pairs(body, "secrets").items() if value}
    wanted = Wanted(
        Change(secrets, _pairs(body, "options"), rotation, _line(body, "account_name")),
        _line(body, "team"),
        optional(body, "held", bool),
    )
    if not body:
        raise malformed("nothing is to be otherwise")
    return wanted


def _line(body: dict[str, Any], name: str) -> str:
    value = optional(body, name, str) or ""
    if len(value) > 200:
        raise malformed(f"{name}: at most 200 characters")
    # What cannot be seen is shown, so that it is refused as no name of anything.
    return "".join(letter if letter.isprintable() else "?" for letter in value).strip() or ("?" if value else "")


def _pairs(body: dict[str, Any], name: str) -> dict[str, str]:
    """Texts by their names, without what stands around them when they are pasted."""
    pairs = optional(body, name, dict) or {}
    if len(pairs) > MOST or not all(isinstance(value, str) and len(value) <= LONGEST for value in pairs.values()):
        raise malformed(f"{name}: at most {MOST} texts of at most {LONGEST} characters")
    return {key: value.strip() for key, value in pairs.items()}
