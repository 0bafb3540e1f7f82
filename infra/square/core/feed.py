"""The feed of a forum that has no interface for programs: Atom, with its entries' pages, and marks of its version."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from html import escape
from typing import TYPE_CHECKING, Any

from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from infra.square.core.web import BadInput, Fields, command

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from infra.square.core.clock import Clock

ENTRIES = 20
"""Entries that the feed has; older ones are gone."""


@dataclass
class Entry:
    """One post of the forum."""

    number: int
    author: str
    title: str
    text: str
    at: int


class Feed:
    """Entries of people who write in a forum."""

    def __init__(self, clock: Clock, changed: Callable[[], None]) -> None:
        self.entries: list[Entry] = []
        self._clock = clock
        self._changed = changed

    def routes(self) -> list[BaseRoute]:
        """Return the feed, the page of an entry, and what adds one."""
        return [
            Route("/feed.xml", self.document, methods=["GET"]),
            Route("/feed/{number:int}", self.page, methods=["GET"]),
            Route("/feed", command(self._changed, self.add), methods=["POST"]),
        ]

    def add(self, fields: Fields, _path: dict[str, str]) -> dict[str, Any]:
        """Add an entry."""
        author, title, text = fields.text("author", "Runa"), fields.text("title"), fields.text("text", "")
        fields.finish()
        if not title.strip():
            raise BadInput("an entry needs a title")
        entry = Entry(len(self.entries) + 1, author, title, text, self._clock.now())
        self.entries.append(entry)
        return {"id": entry.number, "path": f"/_square/feed/{entry.number}"}

    async def document(self, request: Request) -> Response:
        """Return the feed; 304 for one that the caller has."""
        base = str(request.base_url).rstrip("/").removesuffix("/_square")
        content = self._atom(f"{base}/_square")
        tag = f'"{hashlib.sha256(content.encode()).hexdigest()[:16]}"'
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers={"ETag": tag})
        return Response(content, media_type="application/atom+xml", headers={"ETag": tag})

    async def page(self, request: Request) -> Response:
        """Return one entry as people see it."""
        number = int(request.path_params["number"])
        entry = next((each for each in self.entries if each.number == number), None)
        if entry is None:
            return Response(status_code=404)
        about = f"<h1>{escape(entry.title)}</h1><p>{escape(entry.author)}</p><p>{escape(entry.text)}</p>"
        return HTMLResponse(f"<!doctype html><html lang=de><title>{escape(entry.title)}</title><main>{about}</main>")

    def _atom(self, base: str) -> str:
        shown = "".join(_entry(entry, base) for entry in reversed(self.entries[-ENTRIES:]))
        updated = _iso(self.entries[-1].at if self.entries else 0)
        head = f"<title>Klangforum</title><id>{base}/feed.xml</id><updated>{updated}</updated>"
        return f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de">{head}{shown}</feed>'

    def snapshot(self) -> list[dict[str, Any]]:
        """Return the entries as JSON."""
        return [asdict(entry) for entry in self.entries]

    def restore(self, stored: list[dict[str, Any]]) -> None:
        """Take over a snapshot."""
        self.entries = [Entry(**each) for each in stored]


def _entry(entry: Entry, base: str) -> str:
    address, at = f"{base}/feed/{entry.number}", _iso(entry.at)
    text = f'<content type="html">{escape(f"<p>{escape(entry.text)}</p>")}</content>'
    head = f'<id>{address}</id><link href="{address}"/><published>{at}</published><updated>{at}</updated>'
    author = f"<author><name>{escape(entry.author)}</name></author>"
    return f"<entry><title>{escape(entry.title)}</title>{head}{author}{text}</entry>"


def _iso(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
