"""Bodies about teams, their notices and the routing rules, read into values."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from console.bodies.fields import unique
from console.bodies.json_types import Body
from console.errors import ApiError, malformed

USUAL_DAYS = 30


class WantedNotice(Struct, frozen=True):
    """A notice that a team wants: its kind, address and events."""

    kind: str
    on: tuple[str, ...]
    to: str
    """The address; empty for the one that is known."""
    id: str
    """Its id; empty for a new one."""


def notices(body: Body) -> list[WantedNotice]:
    """The body of ``PUT /teams/{team}/notices``."""
    wanted = [
        WantedNotice(item["kind"], unique(item["on"]), (item.get("to") or "").strip(), item.get("id") or "")
        for item in body["items"]
    ]
    ids = [notice.id for notice in wanted if notice.id]
    if len(ids) != len(set(ids)):
        raise malformed("items: an id that is there twice")
    return wanted


def routing(body: Body) -> tuple[Any, int]:
    """The body of ``PUT /routing`` and its test: the rules, for ``routing`` to look at, and over how many days."""
    return body["rules"], body.get("days") or USUAL_DAYS


def team(body: Body, name: str) -> dict[str, Any]:
    """The body of ``PUT /teams/{team}``, for ``teams`` to look at: what is null is left out, as is the name itself."""
    document = {field: value for field, value in body.items() if value is not None}
    if document.pop("name", name) != name:
        raise ApiError(422, "rules", detail=f"name: {name}, as in the path")
    return document
