"""The macros of teams in the table: steps that belong together, under one name, as documents that the API gave."""

from __future__ import annotations

from typing import Any

from storage import documents, table
from storage.documents import SPACED_DOCUMENT

Document = dict[str, Any]


def of_team(team: str) -> list[Document]:
    """A team's macros, by name."""
    return [_document(item) for item in table.query("pk = :pk", pk=_partition(team))]


def read(team: str, name: str) -> Document | None:
    """A macro of a team, if there is one of this name."""
    item = table.get(_partition(team), name)
    return _document(item) if item else None


def put(team: str, name: str, document: Document) -> None:
    """Keep a macro of a team."""
    table.put(SPACED_DOCUMENT.item((_partition(team), name), documents.Document(document)))


def delete(team: str, name: str) -> None:
    """Forget a macro of a team."""
    table.delete((_partition(team), name))


def _document(item: Document) -> Document:
    return {"name": item["sk"]} | SPACED_DOCUMENT.read(item).body


def _partition(team: str) -> str:
    return f"macros#{team}"
