"""What leads and admins send about the shape of the house, read into values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from console.bodies.fields import known, object_of, optional
from console.errors import malformed
from storage.notifications import EVENTS, KINDS, MOST

USUAL_DAYS, MOST_DAYS = 30, 400


@dataclass(frozen=True, slots=True)
class WantedNotice:
    """Where a team wants to hear of what."""

    kind: str
    on: tuple[str, ...]
    to: str
    """The address; empty for the one that is known."""
    id: str
    """Which one it is; empty for a new one."""


def notices(raw: bytes) -> list[WantedNotice]:
    """The body of ``PUT /teams/{team}/notices``."""
    items = optional(object_of(raw, {"items"}), "items", list)
    if items is None or len(items) > MOST:
        raise malformed(f"items: a list of at most {MOST}")
    wanted = [_notice(each) for each in items]
    ids = [each.id for each in wanted if each.id]
    if len(ids) != len(set(ids)):
        raise malformed("items: an id that is there twice")
    return wanted


def _notice(item: Any) -> WantedNotice:
    if not isinstance(item, dict):
        raise malformed("items: objects")
    known(item, {"id", "kind", "to", "on"})
    on = optional(item, "on", list) or []
    if item.get("kind") not in KINDS:
        raise malformed(f"kind: {', '.join(KINDS)}")
    if not on or not all(isinstance(each, str) and each in EVENTS for each in on):
        raise malformed(f"on: {', '.join(EVENTS)}")
    to = (optional(item, "to", str) or "").strip()
    return WantedNotice(item["kind"], tuple(dict.fromkeys(on)), to, optional(item, "id", str) or "")


def routing(raw: bytes) -> tuple[Any, int]:
    """The body of ``PUT /routing`` and its test: the rules, for ``routing`` to look at, and over how many days."""
    body = object_of(raw, {"rules", "days"})
    if body.get("rules") is None:
        raise malformed("rules is missing")
    days = optional(body, "days", int)
    if isinstance(days, bool) or (days is not None and not 1 <= days <= MOST_DAYS):
        raise malformed(f"days: 1 to {MOST_DAYS}")
    return body["rules"], USUAL_DAYS if days is None else days
