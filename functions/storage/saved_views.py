"""Saved views of the inbox: an agent's own, and those that a team has together."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from storage import table
from storage.documents import DOCUMENT, Document


class View(Struct, frozen=True):
    """Filters and an order under a name."""

    id: str
    name: str
    filters: dict[str, Any]
    """In the form that docs/openapi.yaml describes."""
    team: str = ""
    """The team that shares it; empty for an agent's own."""


def of(agent_id: str, team: str = "") -> list[View]:
    """Return the views of an agent, or of a team, by name."""
    found = [_view(item, team) for item in table.query("pk = :pk", pk=_partition(agent_id, team))]
    return sorted(found, key=lambda view: (view.name.casefold(), view.id))


def put(agent_id: str, view: View) -> None:
    """Keep a view, in the place of the one with its id."""
    document = Document({"name": view.name, "filters": view.filters})
    table.put(DOCUMENT.item((_partition(agent_id, view.team), view.id), document))


def remove(agent_id: str, view: View) -> None:
    """Remove a view."""
    table.delete((_partition(agent_id, view.team), view.id))


def _view(item: dict[str, Any], team: str) -> View:
    return View(item["sk"], team=team, **DOCUMENT.read(item).body)


def _partition(agent_id: str, team: str) -> str:
    return f"views#team#{team}" if team else f"views#agent#{agent_id}"
